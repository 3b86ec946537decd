#include "handed_over.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>

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

/* In which shards, if there are several: ", in shard 2" or ", in shards 2 and 5". */
static void say_shards(const struct results *results, const char *name, GString *text) {
  uint32_t shards = 0, n = 0, which[TOLD];
  char metric[64];
  for (;; shards++) {
    snprintf(metric, sizeof metric, "shard.%u.promotions", shards + 1);
    double times = results_value_of(results, name, metric);
    if (isnan(times)) break;
    if (times > 0 && n++ < TOLD) which[n - 1] = shards + 1;
  }
  if (n == 0) return;
  if (n > TOLD) {
    g_string_append_printf(text, ", in %u of %u shards", n, shards);
    return;
  }
  g_string_append(text, n == 1 ? ", in shard " : ", in shards ");
  for (uint32_t i = 0; i < n; i++) {
    g_string_append_printf(text, "%s%u", i == 0 ? "" : i + 1 == n ? " and " : ", ", which[i]);
  }
}

/* What the old one took along. */
static void say_point(const struct results *results, const char *name, GString *text) {
  double lost = results_value_of(results, name, "lost_writes"),
         back = results_value_of(results, name, "recovery_point.max");
  if (!(lost > 0 && back > 0)) return;
  g_string_append_printf(text, "; acknowledged writes of up to %s before the failure were lost",
                         seconds(back).text);
}

static bool say_primary(const struct results *results, const char *name, GString *text) {
  double times = results_value_of(results, name, "promotions");
  if (!(times > 0)) return false;
  g_string_append_printf(text, " %s got a new primary", name);
  say_times(results, times, text);
  say_shards(results, name, text);
  double mean = results_value_of(results, name, "recovery_time.mean"),
         longest = results_value_of(results, name, "recovery_time.max");
  if (mean > 0 && longest > 0) {
    g_string_append_printf(
        text, "; from the failure of the old one to the first write of the new one it took %s%s",
        seconds(mean).text, times * results->replications > 1 ? " on average" : "");
    if (longest > mean) g_string_append_printf(text, ", %s at most", seconds(longest).text);
  }
  say_point(results, name, text);
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
