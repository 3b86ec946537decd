#include "gate.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "detmath.h"
#include "format.h"

const char *const gate_verdict_name[] = {
    [GATE_PASS] = "pass", [GATE_WORSE] = "worse",     [GATE_GONE] = "gone",
    [GATE_NEW] = "new",   [GATE_UNKNOWN] = "unknown",
};

/* --- statistics ------------------------------------------------------------------------------ */

/* A difference of means: its standard error and degrees of freedom; NaN where there is none. */
struct contrast {
  double se, degrees;
  uint32_t n;
};

/* `value` is the difference of the estimates. Where all replications agree to the bucket of their
 * histograms, it may be a bucket, and is no surer than that. */
static struct contrast paired(const double *base, const double *now, uint32_t count, double value) {
  double mean = 0, squares = 0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < count; i++) {
    double d = now[i] - base[i];
    if (isnan(d)) continue;
    n++;
    double off = d - mean;
    mean += off / n;
    squares += off * (d - mean);
  }
  if (n < 2) return (struct contrast){NAN, NAN, n};
  if (mean == 0 && squares == 0) return (struct contrast){fabs(value), n - 1, n};
  return (struct contrast){sqrt(squares / (n - 1) / n), n - 1, n};
}

/* From an interval: half its width is t times the standard error. A side that was cut off (at 0, or
 * at 100 %) is the shorter one. */
static double standard_error(double value, double lo, double hi, uint32_t n) {
  if (n < 2) return NAN;
  double half = fmax(value - lo, hi - value);
  return half / det_student_quantile(0.975, n - 1);
}

/* Welch, "The generalization of Student's problem when several different population variances are
 * involved", Biometrika 34, 1947; degrees of freedom by Satterthwaite. */
static struct contrast welch(const struct base_metric *base, const struct estimate *now) {
  double a = standard_error(base->value, base->lo, base->hi, base->n);
  double b = standard_error(now->value, now->lo, now->hi, now->n);
  struct contrast c = {sqrt(a * a + b * b), NAN, MIN(base->n, now->n)};
  double spread = a * a * a * a / (base->n - 1.0) + b * b * b * b / (now->n - 1.0);
  c.degrees = spread > 0 ? (a * a + b * b) * (a * a + b * b) / spread : 1;
  return c;
}

/* --- lines ----------------------------------------------------------------------------------- */

static int worse_direction(const struct results *results, const char *metric) {
  for (uint32_t i = 0; i < results->goals; i++) {
    const struct goal *goal = results->goal[i].goal;
    if (strcmp(goal->metric, metric) != 0) continue;
    switch (goal->op) {
      case GOAL_LT:
      case GOAL_LE:
        return 1;
      case GOAL_GT:
      case GOAL_GE:
        return -1;
      case GOAL_EQ:
        return 0;
    }
  }
  return strstr(metric, ".latency.") != NULL ? 1 : -1;
}

/* Without an interval a number still tells whether it was measured. */
static bool same_conditions(const struct base *base, const struct results *results) {
  return base->seed == results->seed && base->replications == results->replications;
}

/* Whether a latency is endless, in the whole or in a replication. */
static bool is_endless(const struct gate_line *line, const struct base_metric *then,
                       const struct result *now, uint32_t replications) {
  return isinf(line->base) || isinf(line->now) || isinf(then->hi) || isinf(now->judged.hi) ||
         (line->paired && !estimate_all_finite(then->replication, replications)) ||
         !estimate_all_finite(now->judged_replication, replications);
}

/* There, differences have no mean: the bound is that of the median of the paired differences, or
 * the gap between both intervals. NaN where it is not known. */
static double endless_bound(const struct gate_line *line, const struct base_metric *then,
                            const struct result *now, uint32_t replications, double alpha) {
  bool up = line->worse >= 0;
  if (!line->paired) {
    return up ? compare_difference(then->hi, now->judged.lo)
              : compare_difference(now->judged.hi, then->lo);
  }
  double *list = mem_alloc(replications * sizeof *list);
  for (uint32_t i = 0; i < replications; i++) {
    list[i] = compare_difference(then->replication[i], now->judged_replication[i]);
  }
  struct estimate e =
      estimate_median(compare_difference(line->base, line->now), list, replications, 2 * alpha);
  free(list);
  return up ? e.lo : -e.hi;
}

static void start_line(struct gate *gate, const struct base *base, const struct results *results,
                       const struct result *now) {
  const struct base_metric *then = base_find(base, now->name);
  struct gate_line *line = &gate->line[gate->n++];
  *line = (struct gate_line){.metric = now->name,
                             .unit = now->unit,
                             .worse = worse_direction(results, now->name),
                             .base = then != NULL ? then->value : NAN,
                             .now = now->judged.value,
                             .diff = {NAN, NAN, NAN, 0},
                             .bound = NAN};
  double size = now->unit == UNIT_RATIO ? 1 : fabs(line->base);
  line->allowed = isinf(size) ? 0 : gate->margin * size;
  bool was = !isnan(line->base), is = !isnan(line->now);
  bool broken = isinf(line->base) && isinf(line->now); /* one may still be worse than the other */
  if (broken) {
    line->verdict = GATE_UNKNOWN;
  } else if (!was) {
    line->verdict = is ? GATE_NEW : GATE_UNKNOWN;
  } else if (!is) {
    line->verdict = GATE_GONE;
  } else {
    struct contrast c;
    line->paired = same_conditions(base, results) && then->values == results->replications;
    line->endless = is_endless(line, then, now, results->replications);
    c = line->endless  ? (struct contrast){0, 1, MIN(then->n, now->judged.n)}
        : line->paired ? paired(then->replication, now->judged_replication, results->replications,
                                line->now - line->base)
                       : welch(then, &now->judged);
    if (now->merge == METRIC_MAX || now->merge == METRIC_MIN) c.se = NAN;
    double half = c.se > 0 ? det_student_quantile(0.975, c.degrees) * c.se : c.se;
    line->diff = (struct estimate){line->now - line->base, line->now - line->base - half,
                                   line->now - line->base + half, c.n};
    line->verdict = isnan(c.se) ? GATE_UNKNOWN : GATE_PASS;
    line->bound = c.se > 0 ? c.degrees : 0; /* until the number of tests is known */
    gate->tested += !isnan(c.se);
  }
}

static void finish_endless(struct gate *gate, const struct base *base,
                           const struct results *results, struct gate_line *line) {
  double value = compare_difference(line->base, line->now), alpha = gate->alpha / gate->tested;
  line->diff = (struct estimate){value, NAN, NAN, line->diff.n};
  line->bound = endless_bound(line, base_find(base, line->metric),
                              results_find(results, line->metric), results->replications, alpha);
  if (isnan(line->bound)) {
    line->verdict = GATE_UNKNOWN;
  } else if (line->bound > line->allowed) {
    line->verdict = GATE_WORSE;
  }
}

/* Where in a bucket latencies that are alike lie is not known: by so much the worsening may be
 * less. In the bucket in which the base lies, too, nothing is known of it. */
static double unknown_of(const struct gate_line *line, const struct result *now) {
  double least, most;
  result_span(now, &least, &most);
  if (!line->paired || line->diff.value == 0 || !(least < most)) return 0;
  if (line->base >= least && line->base <= most) return most - least;
  return line->now > line->base ? line->now - least : most - line->now;
}

/* The joint one-sided bound, now that it is known how many tests share alpha. */
static void finish_line(struct gate *gate, const struct base *base, const struct results *results,
                        struct gate_line *line) {
  if (line->verdict == GATE_PASS && line->endless) {
    finish_endless(gate, base, results, line);
  } else if (line->verdict == GATE_PASS) {
    double half = (line->diff.hi - line->diff.lo) / 2, degrees = line->bound;
    double alpha = gate->alpha / gate->tested;
    if (line->worse == 0) alpha /= 2;
    if (half > 0) {
      half *= det_student_quantile(1 - alpha, degrees) / det_student_quantile(0.975, degrees);
    }
    double worsening = line->worse == 0 ? fabs(line->diff.value) : line->worse * line->diff.value;
    line->bound = worsening - half - unknown_of(line, results_find(results, line->metric));
    /* A constant may be off by a rounding. */
    double rounding = 1e-12 * fmax(fabs(line->base), fabs(line->now));
    if (line->bound > line->allowed + rounding) line->verdict = GATE_WORSE;
  }
  gate->failed += line->verdict == GATE_WORSE || line->verdict == GATE_GONE;
  gate->unknown += line->verdict == GATE_UNKNOWN;
}

/* What was a headline of the base (only headlines have values there) and is not measured now. */
static void add_gone(struct gate *gate, const struct base *base, const struct results *results) {
  for (uint32_t i = 0; i < base->n; i++) {
    const struct base_metric *m = &base->metric[i];
    if (m->values == 0 || isnan(m->value) || results_find(results, m->name) != NULL) continue;
    gate->line[gate->n++] = (struct gate_line){.metric = m->name,
                                               .unit = UNIT_COUNT,
                                               .base = m->value,
                                               .now = NAN,
                                               .diff = {NAN, NAN, NAN, 0},
                                               .bound = NAN,
                                               .verdict = GATE_GONE};
  }
}

static int by_metric(const void *left, const void *right) {
  return strcmp(((const struct gate_line *)left)->metric,
                ((const struct gate_line *)right)->metric);
}

void gate_make(struct gate *gate, const struct base *base, const struct results *results,
               double alpha, double margin) {
  *gate = (struct gate){.alpha = alpha, .margin = margin};
  gate->line = mem_zeroed((size_t)base->n + results->n + 1, sizeof *gate->line);
  for (uint32_t i = 0; i < results->n; i++) {
    if (!compare_is_headline(results, results->list[i].name)) continue;
    start_line(gate, base, results, &results->list[i]);
  }
  add_gone(gate, base, results);
  qsort(gate->line, gate->n, sizeof *gate->line, by_metric);
  gate->paired = gate->tested > 0;
  for (uint32_t i = 0; i < gate->n; i++) {
    finish_line(gate, base, results, &gate->line[i]);
    if (!isnan(gate->line[i].bound) && !gate->line[i].paired) gate->paired = false;
  }
}

void gate_free(struct gate *gate) {
  free(gate->line);
  *gate = (struct gate){0};
}

/* --- words ----------------------------------------------------------------------------------- */

char *gate_sentence(const struct gate_line *line) {
  struct label now = format_value(line->unit, line->now),
               base = format_value(line->unit, line->base);
  switch (line->verdict) {
    case GATE_WORSE:
      if (isinf(line->bound)) {
        return g_strdup_printf("endless now, for failed requests (%s)", base.text);
      }
      return g_strdup_printf("worse by at least %s (%s, now %s)",
                             format_difference(line->unit, line->bound, NAN).text, base.text,
                             now.text);
    case GATE_GONE:
      return g_strdup("measured in the base, and now no more");
    case GATE_NEW:
      return g_strdup_printf("%s; the base has no such value", now.text);
    case GATE_UNKNOWN:
      if (isinf(line->base) && isinf(line->now)) {
        return g_strdup("endless in both, for failed requests: which is worse is not known");
      }
      return g_strdup_printf("%s, now %s; there is no interval to judge by", base.text, now.text);
    case GATE_PASS:
      break;
  }
  if (line->diff.value == 0) return g_strdup_printf("unchanged (%s)", now.text);
  return g_strdup_printf("no worsening is shown (%s, now %s)", base.text, now.text);
}
