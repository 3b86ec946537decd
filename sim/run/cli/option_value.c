#include "option_value.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "nearest.h"
#include "quantity.h"

bool option_whole(const char *name, const char *text, uint64_t min, uint64_t max, uint64_t *out,
                  struct error *err) {
  char *end = NULL;
  errno = 0;
  uint64_t value = strtoull(text, &end, 10);
  if (!g_ascii_isdigit(text[0]) || *end != '\0' || errno != 0 || value < min || value > max) {
    return error_set(err,
                     "--%s wants a whole number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                     ", not '%s'",
                     name, min, max, text);
  }
  *out = value;
  return true;
}

bool option_word(const char *name, const char *text, const char *const *words, uint32_t *out,
                 struct error *err) {
  uint32_t n = g_strv_length((gchar **)words);
  for (uint32_t i = 0; i < n; i++) {
    if (strcmp(words[i], text) == 0) {
      *out = i;
      return true;
    }
  }
  const char *nearest = nearest_word(text, words, n);
  gchar *all = g_strjoinv(", ", (gchar **)words);
  if (nearest != NULL) {
    error_set(err, "--%s wants one of %s, not '%s'; did you mean %s?", name, all, text, nearest);
  } else {
    error_set(err, "--%s wants one of %s, not '%s'", name, all, text);
  }
  g_free(all);
  return false;
}

bool option_ratio(const char *name, const char *text, bool zero, double *out, struct error *err) {
  struct error why = {0};
  if (text == NULL) return true;
  if (!quantity_parse(QUANTITY_RATIO, text, out, &why)) {
    return error_set(err, "--%s: %s", name, why.text);
  }
  if (*out < 1 && (*out > 0 || zero)) return true;
  return error_set(err, "--%s wants a share %s 0 and below 100%%, such as 5%%, not '%s'", name,
                   zero ? "from" : "above", text);
}

bool option_memory(const char *text, size_t *out, struct error *err) {
  struct error why = {0};
  double bytes = 0;
  if (!quantity_parse(QUANTITY_SIZE, text, &bytes, &why)) {
    return error_set(err, "--memory: %s", why.text);
  }
  if (bytes < (double)MEMORY_LEAST || bytes > 0x1p60) {
    return error_set(err, "--memory wants at least %zuMiB, not '%s'", MEMORY_LEAST >> 20, text);
  }
  *out = (size_t)bytes;
  return true;
}
