#include "gone.h"

#include <math.h>
#include <string.h>

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

/* What can be lost: its metric, its name, and both in short. */
static const struct {
  const char *metric, *what, *shortly;
} lost[] = {{"lost_writes", "acknowledged writes", "acknowledged writes lost"},
            {"lost_updates", "acknowledged updates", "acknowledged updates lost"},
            {"lost", "messages", "messages lost"},
            {"sessions_lost", "sessions", "sessions lost"}};

/* What can be wrong. */
static const struct {
  const char *metric, *what, *shortly;
} wrong[] = {{"half_applied", "left transactions half applied", "transactions left half applied"},
             {"stale_writes", "let holders of a lock write after the next one",
              "writes of holders whose lock had ended"}};

/* Storage counts the loss of whole groups; its chance a year is told instead. */
static bool of_groups(const struct results *results, const char *component) {
  return results_find_of(results, component, "annual_loss") != NULL;
}

const char *gone_first(const struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t c = 0; c < spec->components; c++) {
    const char *name = spec->component[c].name;
    if (say_storage(results, name, NULL)) return "data lost for ever";
    for (size_t i = 0; i < G_N_ELEMENTS(lost) && !of_groups(results, name); i++) {
      if (count_of(results, name, lost[i].metric) > 0) return lost[i].shortly;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
      if (count_of(results, name, wrong[i].metric) > 0) return wrong[i].shortly;
    }
  }
  return NULL;
}

bool gone_say(const struct results *results, const char *component, GString *text) {
  bool any = say_storage(results, component, text);
  for (size_t i = 0; i < G_N_ELEMENTS(lost); i++) {
    double count = count_of(results, component, lost[i].metric);
    if (!(count > 0) || of_groups(results, component)) continue;
    any = true;
    if (text == NULL) continue;
    g_string_append_printf(text, " %s lost %s %s%s.", component, format_count(count).text,
                           lost[i].what,
                           results->replications > 1 ? " in a replication on average" : "");
  }
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    double count = count_of(results, component, wrong[i].metric);
    if (!(count > 0)) continue;
    any = true;
    if (text == NULL) continue;
    g_string_append_printf(text, " %s %s: %s%s.", component, wrong[i].what,
                           format_count(count).text,
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
  double missed = count_of(results, component, "polls_missed");
  if (missed > 0) {
    any = true;
    if (text != NULL) {
      g_string_append_printf(text,
                             " Consumers of %s left their group %s time%s%s, as they had a message "
                             "for longer than their poll: what they had was done again.",
                             component, format_count(missed).text, missed == 1 ? "" : "s",
                             results->replications > 1 ? " in a replication on average" : "");
    }
  }
  return any;
}

/* Whether a goal on the component is missed. */
static bool misses_goal(const struct results *results, const char *component) {
  size_t length = strlen(component);
  for (uint32_t i = 0; i < results->goals; i++) {
    const struct goal_result *g = &results->goal[i];
    if (g->verdict != VERDICT_FAIL || strncmp(g->goal->metric, component, length) != 0) continue;
    if (g->goal->metric[length] == '.') return true;
  }
  return false;
}

/* Those whose goals are missed come first. */
bool gone_say_all(const struct results *results, GString *text) {
  const struct spec *spec = &results->scenario->spec;
  uint32_t told = 0;
  for (uint32_t pass = 0; pass < 2; pass++) {
    for (uint32_t i = 0; i < spec->components; i++) {
      const char *name = spec->component[i].name;
      if (misses_goal(results, name) == (pass == 1)) continue;
      told += gone_say(results, name, told < COMPONENTS_TOLD ? text : NULL);
    }
  }
  if (told > COMPONENTS_TOLD && text != NULL) {
    uint32_t more = told - COMPONENTS_TOLD;
    g_string_append_printf(text, " So did %u more component%s.", more, more == 1 ? "" : "s");
  }
  return told > 0;
}
