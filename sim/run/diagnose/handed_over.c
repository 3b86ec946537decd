#include "handed_over.h"

#include <glib.h>
#include <math.h>

#include "format.h"
#include "sim.h"

/* Of many components so many are told about. */
#define TOLD 3u

static struct label seconds(double value) {
  return format_value(UNIT_SECONDS, value);
}

/* "once", "2.40 times on average" */
static void say_times(const struct results *results, double times, GString *text) {
  if (times == 1) {
    g_string_append(text, " once");
  } else {
    g_string_append_printf(text, " %s times%s", format_count(times).text,
                           results->replications > 1 ? " on average" : "");
  }
}

static bool say_primary(const struct results *results, const char *name, GString *text) {
  double times = results_value_of(results, name, "promotions");
  if (!(times > 0)) return false;
  g_string_append_printf(text, " %s got a new primary", name);
  say_times(results, times, text);
  double mean = results_value_of(results, name, "recovery_time.mean"),
         longest = results_value_of(results, name, "recovery_time.max");
  if (mean > 0 && longest > 0) {
    g_string_append_printf(
        text, "; from the failure of the old one to the first write of the new one it took %s%s",
        seconds(mean).text, times * results->replications > 1 ? " on average" : "");
    if (longest > mean) g_string_append_printf(text, ", %s at most", seconds(longest).text);
  }
  g_string_append_c(text, '.');
  return true;
}

static bool say_release(const struct results *results, const char *name, GString *text) {
  double times = results_value_of(results, name, "taken_back");
  if (!(times > 0)) return false;
  g_string_append_printf(text, " %s took its release back", name);
  say_times(results, times, text);
  double mean = results_value_of(results, name, "taken_back_after.mean"),
         longest = results_value_of(results, name, "taken_back_after.max");
  g_string_append_printf(text, ", %s%s after the new version got its first calls.",
                         longest > 1.001 * mean ? "on average " : "", seconds(mean).text);
  return true;
}

void handed_over_say(const struct results *results, char **text) {
  const struct spec *spec = &results->scenario->spec;
  GString *all = g_string_new(NULL);
  uint32_t told = 0, left = 0;
  for (uint32_t i = 0; i < spec->components; i++) {
    const char *name = spec->component[i].name;
    if (told == TOLD) {
      left += results_value_of(results, name, "promotions") > 0 ||
              results_value_of(results, name, "taken_back") > 0;
      continue;
    }
    bool primary = say_primary(results, name, all);
    told += say_release(results, name, all) || primary;
  }
  if (left > 0) {
    g_string_append_printf(all, " So did %u other%s.", left, left == 1 ? "" : "s");
  }
  gchar *both =
      g_strdup_printf("%s%s", *text, *text[0] == '\0' && all->len > 0 ? all->str + 1 : all->str);
  g_free(*text);
  g_string_free(all, TRUE);
  *text = both;
}
