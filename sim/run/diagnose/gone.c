#include "gone.h"

#include <math.h>

#include "answer.h"
#include "format.h"
#include "spec.h"

/* Of many components so many are told about. */
#define COMPONENTS_TOLD 3u

static struct label ratio(double value) {
  return format_value(UNIT_RATIO, value);
}

/* A number of things in a replication. */
static double count_of(const struct results *results, const char *component, const char *metric) {
  double count = results_value_of(results, component, metric);
  return count > 0 ? count : 0;
}

bool gone_say(const struct results *results, const char *component, GString *text) {
  static const char *const lost[][2] = {{"lost_writes", "acknowledged writes"},
                                        {"lost_updates", "acknowledged updates"},
                                        {"lost", "messages"}};
  bool any = false;
  for (size_t i = 0; i < G_N_ELEMENTS(lost); i++) {
    double count = count_of(results, component, lost[i][0]);
    if (!(count > 0)) continue;
    any = true;
    if (text == NULL) continue;
    g_string_append_printf(text, " %s lost %s %s%s.", component, format_count(count).text,
                           lost[i][1],
                           results->replications > 1 ? " in a replication on average" : "");
  }
  static const char *const wrong[][2] = {
      {"half_applied", "left transactions half applied"},
      {"stale_writes", "let holders of a lock write after the next one"}};
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    double count = count_of(results, component, wrong[i][0]);
    if (!(count > 0)) continue;
    any = true;
    if (text == NULL) continue;
    g_string_append_printf(text, " %s %s: %s%s.", component, wrong[i][1], format_count(count).text,
                           results->replications > 1 ? " in a replication on average" : "");
  }
  double dead = count_of(results, component, "dead_letters"),
         published = count_of(results, component, "published");
  if (published > 0 && dead > FAILED_NEGLIGIBLE * published) {
    any = true;
    if (text != NULL) {
      g_string_append_printf(text, " %s of the messages of %s became dead letters.",
                             ratio(dead / published).text, component);
    }
  }
  return any;
}

bool gone_say_all(const struct results *results, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  uint32_t told = 0;
  for (uint32_t i = 0; i < spec->components && told < COMPONENTS_TOLD; i++) {
    told += gone_say(results, spec->component[i].name, text);
  }
  return told > 0;
}
