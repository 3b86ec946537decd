#include "scaling_said.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "action_def.h"
#include "format.h"
#include "sim.h"
#include "timeline.h"

/* Of many controls so many are told about. */
#define CONTROLS_TOLD 3u
/* All members are busy. */
#define FULL 0.98
/* It lagged for a time that is worth telling, of the measured one. */
#define LAG_TOLD 0.005

static const struct series *series_of(const struct timeline *t, uint32_t component,
                                      enum series_what what, const char *meter) {
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    bool here = s->component == component && s->member == 0 && s->what == what;
    if (here && (meter == NULL || strcmp(s->meter->name, meter) == 0)) return s;
  }
  return NULL;
}

/* What is seen of a control in the measured time of replication 1. */
struct lag {
  const struct series *wanted, *up, *busy, *queue;
  uint32_t first, end; /* windows */
};

static double at(const struct series *s, uint32_t w) {
  return s != NULL ? (double)s->value[w] : NAN;
}

/* It waits for members that start, or all that it has are busy and calls wait. */
static bool lags(const struct lag *lag, uint32_t w) {
  return at(lag->wanted, w) > at(lag->up, w) + 0.5 ||
         (at(lag->busy, w) >= FULL && at(lag->queue, w) >= 1);
}

/* Failures of all clients that ended while it lagged, as a share of all. */
static double failed_meanwhile(const struct timeline *t, const struct lag *lag) {
  double all = 0, meanwhile = 0;
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    for (uint32_t w = lag->first; s->what == SERIES_ERRORS && w < lag->end; w++) {
      all += at(s, w);
      if (lags(lag, w)) meanwhile += at(s, w);
    }
  }
  return all > 0 ? meanwhile / all : NAN;
}

/* A client's p99 of the windows in which it lagged, or did not, on average. */
static double p99_while(const struct series *p99, const struct lag *lag, bool lagging) {
  double sum = 0;
  uint32_t n = 0;
  for (uint32_t w = lag->first; p99 != NULL && w < lag->end; w++) {
    if (lags(lag, w) != lagging || isnan(at(p99, w))) continue;
    sum += at(p99, w);
    n++;
  }
  return n > 0 ? sum / n : NAN;
}

static void say_lag(const struct results *results, const struct lag *lag, uint32_t client,
                    GString *text) {
  const struct timeline *t = results->timeline;
  uint32_t n = 0;
  for (uint32_t w = lag->first; w < lag->end; w++) n += lags(lag, w);
  if (!(n >= LAG_TOLD * (lag->end - lag->first)) || n == 0) {
    g_string_append(text, " It kept up with the load.");
    return;
  }
  g_string_append_printf(
      text, " It lagged behind the load for %s%s, while members started or all of them were busy",
      format_value(UNIT_SECONDS, n * (double)t->window_ns / 1e9).text,
      results->replications > 1 ? " of replication 1" : "");
  const struct series *p99 = client != REF_NONE ? series_of(t, client, SERIES_P99, NULL) : NULL;
  double failed = failed_meanwhile(t, lag), then = p99_while(p99, lag, true),
         else_p99 = p99_while(p99, lag, false);
  if (failed > 0) {
    g_string_append_printf(text, ": %.0f %% of the failures came in that time", 100 * failed);
  }
  if (then > 0 && else_p99 > 0) {
    g_string_append_printf(
        text, "%s p99 of %s was %s then, %s in the rest", failed > 0 ? ", and" : ":",
        results->scenario->spec.component[client].name, format_value(UNIT_SECONDS, then).text,
        format_value(UNIT_SECONDS, else_p99).text);
  }
  g_string_append_c(text, '.');
}

/* "never up", "once down", "3.4 times up" */
static void say_times(double n, const char *way, GString *text) {
  if (n == 0 || n == 1) {
    g_string_append_printf(text, "%s %s", n == 0 ? "never" : "once", way);
  } else {
    g_string_append_printf(text, "%s times %s", format_count(n).text, way);
  }
}

static void say_control(const struct results *results, uint32_t id, uint32_t client,
                        GString *text) {
  const struct spec *spec = &results->scenario->spec;
  const struct timeline *t = results->timeline;
  const char *name = spec->component[id].name;
  uint32_t target = action_of(&spec->component[id])->target;
  double ups = results_value_of(results, name, "scale_ups"),
         downs = results_value_of(results, name, "scale_downs");
  struct lag lag = {
      series_of(t, id, SERIES_METER, "members"),      series_of(t, id, SERIES_METER, "ready"),
      series_of(t, target, SERIES_UTILIZATION, NULL), series_of(t, target, SERIES_QUEUE, NULL),
      (uint32_t)(results->warmup.ns / t->window_ns),  t->looks};
  double least = INFINITY, most = 0;
  for (uint32_t w = lag.first; w < lag.end; w++) {
    least = fmin(least, at(lag.wanted, w));
    most = fmax(most, at(lag.wanted, w));
  }
  if (lag.wanted == NULL || isinf(least)) return;
  if (text->len > 0) g_string_append_c(text, ' ');
  if (least == most) {
    g_string_append_printf(text, "%s left %s at %.0f member%s.", name, spec->component[target].name,
                           most, most == 1 ? "" : "s");
  } else {
    g_string_append_printf(text, "%s scaled %s between %.0f and %.0f members: ", name,
                           spec->component[target].name, floor(least), ceil(most));
    say_times(ups, "up", text);
    g_string_append(text, ", ");
    say_times(downs, "down", text);
    g_string_append_printf(text, "%s.", results->replications > 1 ? " on average" : "");
  }
  say_lag(results, &lag, client, text);
  double wanted_more = results_value_of(results, name, "at_most");
  if (wanted_more > 0) {
    g_string_append_printf(text, " For %s of the time it would have had more members than `to`.",
                           format_value(UNIT_RATIO, wanted_more).text);
  }
}

char *scaling_said(const struct results *results, uint32_t client) {
  const struct spec *spec = &results->scenario->spec;
  GString *text = g_string_new(NULL);
  for (uint32_t i = 0, told = 0; i < spec->components && told < CONTROLS_TOLD; i++) {
    bool scales = results_find_of(results, spec->component[i].name, "scale_ups") != NULL;
    if (!scales || results->timeline == NULL || action_of(&spec->component[i]) == NULL) continue;
    told++;
    say_control(results, i, client, text);
  }
  return g_string_free(text, FALSE);
}
