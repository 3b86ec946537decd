#include "goodput.h"

#include <math.h>
#include <string.h>

/* Where the last word of a metric begins, if it is one of these; else NULL. */
static const char *rate_word(const char *name) {
  const char *dot = strrchr(name, '.');
  if (dot == NULL) return NULL;
  return strcmp(dot, ".goodput") == 0 || strcmp(dot, ".throughput") == 0 ? dot + 1 : NULL;
}

static void widen(struct estimate *e, double ended, const struct estimate *share) {
  if (isnan(e->value) || !(ended > 0) || !estimate_has_interval(share)) return;
  e->lo = fmin(e->lo, ended * share->lo);
  e->hi = fmax(e->hi, ended * share->hi);
}

void goodput_widen(struct results *results) {
  for (uint32_t i = 0; i < results->n; i++) {
    struct result *r = &results->list[i];
    const char *word = rate_word(r->name);
    if (word == NULL || word - r->name > 200) continue;
    char of[256];
    size_t length = (size_t)(word - r->name) - 1;
    memcpy(of, r->name, length);
    of[length] = '\0';
    const struct result *share = results_find_of(results, of, "availability");
    double ended = results_value_of(results, of, "ended");
    if (share == NULL) continue;
    widen(&r->estimate, ended, &share->estimate);
    widen(&r->judged, ended, &share->estimate);
  }
}
