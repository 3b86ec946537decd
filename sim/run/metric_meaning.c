#include "metric_meaning.h"

#include <string.h>

#include "registry.h"
#include "sim.h"

static enum metric_unit unit_of(const char *text) {
  if (strcmp(text, "s") == 0) return UNIT_SECONDS;
  if (strcmp(text, "1/s") == 0) return UNIT_PER_SECOND;
  if (strcmp(text, "ratio") == 0) return UNIT_RATIO;
  return UNIT_COUNT;
}

/* "errors.<cause>" fits "errors.timeout": a place takes one word without a dot. */
static bool fits(const char *pattern, const char *own) {
  while (*pattern != '\0') {
    if (*pattern == '<') {
      size_t word = strcspn(own, ".");
      if (word == 0) return false;
      own += word;
      pattern += strcspn(pattern, ">");
      if (*pattern == '>') pattern++;
    } else if (*pattern++ != *own++) {
      return false;
    }
  }
  return *own == '\0';
}

static const struct metric_def *find(const struct metric_def *list, const char *own) {
  for (; list != NULL && list->name != NULL; list++) {
    if (fits(list->name, own)) return list;
  }
  return NULL;
}

static const struct metric_def *find_anywhere(const char *own) {
  for (int i = 0; registry[i] != NULL; i++) {
    const struct metric_def *def = find(registry[i]->metrics, own);
    if (def != NULL) return def;
  }
  return NULL;
}

bool metric_meaning(const char *kind, const char *own, struct metric_meaning *out) {
  *out = (struct metric_meaning){.unit = UNIT_COUNT, .doc = ""};
  const struct kind *known = kind != NULL ? registry_find(kind) : NULL;
  const char *dot = strncmp(own, "op.", 3) == 0 ? strchr(own + 3, '.') : NULL;
  if (dot != NULL) {
    const char *operation = own + 3;
    bool found = metric_meaning(kind, dot + 1, out);
    out->operation = operation;
    return found;
  }
  const struct metric_def *def = known != NULL ? find(known->metrics, own) : find_anywhere(own);
  if (def == NULL && known == NULL) def = find(path_metrics, own);
  if (def == NULL) {
    def = find(common_metrics, own);
    out->common = def != NULL;
  }
  if (def == NULL) return false;
  out->unit = unit_of(def->unit);
  out->doc = def->doc;
  return true;
}
