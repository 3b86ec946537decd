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

/* With importance sampling losses count for parts of one: those make no event of their own. */
static bool say_storage(const struct results *results, const char *component, GString *text) {
  double times = count_of(results, component, "losses");
  if (!(times * results->replications >= 0.5)) return false;
  if (text == NULL) return true;
  g_string_append_printf(text, " %s lost data for ever: %s time%s%s", component,
                         format_count(times).text, times == 1 ? "" : "s",
                         results->replications > 1 ? " in a replication on average" : "");
  double year = results_value_of(results, component, "annual_loss");
  if (year > 0)
    g_string_append_printf(text, "; a group is lost with a chance of %.3g a year", year);
  g_string_append_c(text, '.');
  return true;
}

bool gone_say(const struct results *results, const char *component, GString *text) {
  static const char *const lost[][2] = {{"lost_writes", "acknowledged writes"},
                                        {"lost_updates", "acknowledged updates"},
                                        {"lost", "messages"},
                                        {"sessions_lost", "sessions"}};
  bool any = say_storage(results, component, text);
  for (size_t i = 0; i < G_N_ELEMENTS(lost); i++) {
    double count = count_of(results, component, lost[i][0]);
    bool groups = results_find_of(results, component, "annual_loss") != NULL; /* of storage */
    if (!(count > 0) || groups) continue;
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
