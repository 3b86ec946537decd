#include "later.h"

#include "format.h"
#include "sim.h"

/* Of many consumers so many are told about. */
#define CONSUMERS_TOLD 2u

static double p99_of(const struct results *results, uint32_t component) {
  return results_value_of(results, results->scenario->spec.component[component].name,
                          "end_to_end.p99");
}

/* The consumer with the next longest p99 after those told; REF_NONE: there is none. */
static uint32_t next_worst(const struct results *results, const uint32_t *told, uint32_t n) {
  uint32_t worst = REF_NONE;
  for (uint32_t i = 0; i < results->scenario->spec.components; i++) {
    bool known = false;
    for (uint32_t k = 0; k < n; k++) known |= told[k] == i;
    if (known || !(p99_of(results, i) > 0)) continue;
    if (worst == REF_NONE || p99_of(results, i) > p99_of(results, worst)) worst = i;
  }
  return worst;
}

void later_say(const struct results *results, GString *text) {
  uint32_t told[CONSUMERS_TOLD];
  for (uint32_t n = 0; n < CONSUMERS_TOLD; n++) {
    told[n] = next_worst(results, told, n);
    if (told[n] == REF_NONE) return;
    const char *name = results->scenario->spec.component[told[n]].name;
    g_string_append_printf(
        text, "%s%s is done with a message %s after it was published at the median, %s at p99.",
        text->len > 0 ? " " : "", name,
        format_value(UNIT_SECONDS, results_value_of(results, name, "end_to_end.p50")).text,
        format_value(UNIT_SECONDS, p99_of(results, told[n])).text);
  }
}
