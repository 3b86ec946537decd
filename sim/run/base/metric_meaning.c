#include "metric_meaning.h"

#include <stdio.h>
#include <string.h>

#include "percentile.h"
#include "price.h"
#include "registry.h"
#include "sim.h"

static enum metric_unit unit_of(const char *text) {
  if (strcmp(text, "s") == 0) return UNIT_SECONDS;
  if (strcmp(text, "1/s") == 0) return UNIT_PER_SECOND;
  if (strcmp(text, "ratio") == 0) return UNIT_RATIO;
  if (strcmp(text, "money") == 0) return UNIT_MONEY;
  if (strcmp(text, "bytes") == 0) return UNIT_BYTES;
  if (strcmp(text, "chance") == 0) return UNIT_CHANCE;
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

static bool take(const char *unit, const char *doc, struct metric_meaning *out) {
  out->unit = unit_of(unit);
  snprintf(out->doc, sizeof out->doc, "%s", doc);
  return true;
}

static bool in_list(const struct metric_def *list, const char *own, struct metric_meaning *out) {
  for (; list->name != NULL; list++) {
    if (fits(list->name, own)) return take(list->unit, list->doc, out);
  }
  return false;
}

static bool in_kind(const struct kind *kind, const char *own, struct metric_meaning *out) {
  struct metric_text metric;
  for (uint32_t i = 0; kind_metric(kind, i, &metric); i++) {
    if (fits(metric.name, own)) return take(metric.unit, metric.doc, out);
  }
  return false;
}

static bool in_any_kind(const char *own, struct metric_meaning *out) {
  for (int i = 0; registry[i] != NULL; i++) {
    if (in_kind(registry[i], own, out)) return true;
  }
  return false;
}

/* One that a goal asks for means what its family's median does. */
static bool percentile_meaning(const char *kind, const char *own, struct metric_meaning *out) {
  const char *word = percentile_in(own);
  char median[128];
  if (word == NULL || strcmp(word, "p50") == 0) return false;
  snprintf(median, sizeof median, "%.*sp50", (int)(word - own), own);
  if (!metric_meaning(kind, median, out)) return false;
  snprintf(out->doc, sizeof out->doc, "Quantile %.10g %% of %.*s.", 100 * percentile_parse(word),
           (int)(word - own) - 1, own);
  return true;
}

static void put_before(struct metric_meaning *out, const char *words) {
  char doc[sizeof out->doc];
  snprintf(doc, sizeof doc, "%s", out->doc);
  snprintf(out->doc, sizeof out->doc, "%s%.180s", words, doc);
}

bool metric_meaning(const char *kind, const char *own, struct metric_meaning *out) {
  *out = (struct metric_meaning){.unit = UNIT_COUNT};
  const struct kind *known = kind != NULL ? registry_find(kind) : NULL;
  const char *dot = strncmp(own, "op.", 3) == 0 ? strchr(own + 3, '.') : NULL;
  if (dot != NULL) {
    const char *operation = own + 3;
    bool found = metric_meaning(kind, dot + 1, out);
    out->operation = operation;
    return found;
  }
  dot = strncmp(own, "tier.", 5) == 0 ? strchr(own + 5, '.') : NULL;
  if (dot != NULL) return metric_meaning(kind, dot + 1, out);
  bool waiting = strcmp(own, "journey.waiting") == 0; /* of journeys alone */
  if (strncmp(own, "journey.", 8) == 0 && !waiting && metric_meaning(kind, own + 8, out)) {
    put_before(out, "Of journeys as wholes: ");
    return true;
  }
  dot = strncmp(own, "during.", 7) == 0 ? strchr(own + 7, '.') : NULL;
  if (dot != NULL && metric_meaning(kind, dot + 1, out)) {
    put_before(out, "Of the requests that ended while the fault held: ");
    return true;
  }
  if (known != NULL ? in_kind(known, own, out) : in_any_kind(own, out)) return true;
  if (known == NULL && in_list(path_metrics, own, out)) return true;
  if (known == NULL && in_list(price_metrics, own, out)) return true;
  out->common = in_list(common_metrics, own, out);
  return out->common || percentile_meaning(kind, own, out);
}
