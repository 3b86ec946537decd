#include "compare.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "detmath.h"
#include "sim.h"

const char *const finding_name[] = {
    [FINDING_EQUAL] = "equal", [FINDING_LOWER] = "lower",     [FINDING_HIGHER] = "higher",
    [FINDING_NONE] = "none",   [FINDING_UNKNOWN] = "unknown",
};

/* --- what matters ---------------------------------------------------------------------------- */

static bool is_goal_metric(const struct results *results, const char *name) {
  for (uint32_t i = 0; i < results->goals; i++) {
    if (strcmp(results->goal[i].goal->metric, name) == 0) return true;
  }
  return false;
}

static bool is_source(const struct results *results, const char *name, size_t length) {
  if (results->scenario == NULL) return false;
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    if (!c->kind->is_source) continue;
    if (strlen(c->name) == length && strncmp(c->name, name, length) == 0) return true;
  }
  return false;
}

bool compare_is_headline(const struct results *results, const char *name) {
  static const char *const own[] = {".availability", ".throughput", ".latency.p50", ".latency.p99"};
  if (is_goal_metric(results, name)) return true;
  size_t length = strcspn(name, ".");
  for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
    if (strcmp(name + length, own[i]) == 0) return is_source(results, name, length);
  }
  return false;
}

/* --- statistics ------------------------------------------------------------------------------ */

double compare_half_width(double s, uint32_t n, double alpha, uint32_t family) {
  if (n < 2) return NAN;
  if (s == 0) return 0;
  return -det_student_quantile(alpha / 2 / family, n - 1) * s / sqrt(n);
}

/* Standard deviations of the replications in which both are defined, and of their differences. */
struct spread {
  uint32_t n;
  double a, b, difference;
  bool all_zero; /* every difference is */
};

static double deviation(double squares, uint32_t n) {
  return n < 2 ? NAN : sqrt(squares / (n - 1));
}

static struct spread measure_spread(const double *a, const double *b, uint32_t count) {
  struct spread out = {.all_zero = true};
  double mean_a = 0, mean_b = 0, mean_d = 0, squares_a = 0, squares_b = 0, squares_d = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (isnan(a[i]) || isnan(b[i])) continue;
    out.n++;
    /* Welford's update: exactly 0 where all values are equal. */
    double off_a = a[i] - mean_a, off_b = b[i] - mean_b, off_d = b[i] - a[i] - mean_d;
    mean_a += off_a / out.n;
    mean_b += off_b / out.n;
    mean_d += off_d / out.n;
    squares_a += off_a * (a[i] - mean_a);
    squares_b += off_b * (b[i] - mean_b);
    squares_d += off_d * (b[i] - a[i] - mean_d);
    if (b[i] != a[i]) out.all_zero = false;
  }
  out.a = deviation(squares_a, out.n);
  out.b = deviation(squares_b, out.n);
  out.difference = deviation(squares_d, out.n);
  return out;
}

/* Equal where both are undefined, too. */
static bool same_numbers(const struct result *a, const struct result *b, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    double left = a->judged_replication[i], right = b->judged_replication[i];
    if (left != right && !(isnan(left) && isnan(right))) return false;
  }
  return a->judged.value == b->judged.value || (isnan(a->judged.value) && isnan(b->judged.value));
}

static struct estimate interval(double value, const struct spread *spread, uint32_t family) {
  double half = compare_half_width(spread->difference, spread->n, COMPARE_ALPHA, family);
  struct estimate e = {value, value - half, value + half, spread->n};
  /* Quantiles of single replications may agree to the bucket while the pooled ones do not: such a
   * difference is certain to no more than the bucket. */
  if (spread->all_zero && spread->n >= 2) {
    e.lo = fmin(0, value);
    e.hi = fmax(0, value);
  }
  return e;
}

/* Where in a bucket latencies that are alike lie is not known, and less is known of a difference.
 */
static void cover_spans(struct estimate *e, const struct result *a, const struct result *b) {
  double a_least, a_most, b_least, b_most;
  result_span(a, &a_least, &a_most);
  result_span(b, &b_least, &b_most);
  if (isnan(a_least) || isnan(b_least) || (a_least == a_most && b_least == b_most)) return;
  double lo = fmin(e->lo, b_least - a_most), hi = fmax(e->hi, b_most - a_least);
  double half = fmax(e->value - lo, hi - e->value);
  e->lo = fmin(lo, e->value - half);
  e->hi = fmax(hi, e->value + half);
}

static enum finding judge(const struct estimate *joint) {
  if (isnan(joint->lo) || isnan(joint->value)) return FINDING_UNKNOWN;
  if (joint->hi < 0) return FINDING_LOWER;
  return joint->lo > 0 ? FINDING_HIGHER : FINDING_NONE;
}

/* What is endless in both does not differ. */
double compare_difference(double a, double b) {
  return a == b ? 0 : b - a;
}

static bool is_endless(const struct result *r, uint32_t count) {
  return isinf(r->judged.value) || !estimate_all_finite(r->judged_replication, count);
}

/* Where a latency is endless in some replications: from the order of the differences alone. */
static void compare_endless(struct difference *d, const struct result *a, const struct result *b,
                            uint32_t count, uint32_t family) {
  double *list = mem_alloc(count * sizeof *list);
  double value = compare_difference(a->judged.value, b->judged.value);
  for (uint32_t i = 0; i < count; i++) {
    list[i] = compare_difference(a->judged_replication[i], b->judged_replication[i]);
  }
  d->diff = estimate_median(value, list, count, COMPARE_ALPHA);
  d->joint = estimate_median(value, list, count, COMPARE_ALPHA / family);
  d->finding = judge(&d->joint);
  free(list);
}

static double gain_of(const struct spread *s) {
  if (s->n < 2 || !(s->difference > 0)) return NAN;
  return (s->a * s->a + s->b * s->b) / (s->difference * s->difference);
}

static void compare_one(struct difference *d, const struct result *a, const struct result *b,
                        uint32_t count, uint32_t family) {
  struct spread spread = measure_spread(a->judged_replication, b->judged_replication, count);
  double value = b->judged.value - a->judged.value;
  bool extreme = a->merge == METRIC_MAX || a->merge == METRIC_MIN;
  d->gain = gain_of(&spread);
  if (same_numbers(a, b, count)) {
    double zero = isnan(a->judged.value) ? NAN : 0;
    d->diff = d->joint = (struct estimate){zero, zero, zero, spread.n};
    d->finding = FINDING_EQUAL;
  } else if (is_endless(a, count) || is_endless(b, count)) {
    d->gain = NAN;
    compare_endless(d, a, b, count, family);
  } else if (extreme) {
    d->diff = d->joint = (struct estimate){value, NAN, NAN, spread.n};
    d->finding = FINDING_UNKNOWN;
  } else {
    d->diff = interval(value, &spread, 1);
    d->joint = interval(value, &spread, family);
    cover_spans(&d->diff, a, b);
    cover_spans(&d->joint, a, b);
    d->finding = judge(&d->joint);
  }
}

/* --- all metrics ----------------------------------------------------------------------------- */

static bool plans_fault(const struct results *results) {
  return results->scenario != NULL && spec_plans_fault(&results->scenario->spec);
}

/* The time that a year would lose says nothing where a planned fault makes the run unlike a year;
 * what a goal asks for is told all the same. */
static bool is_meaningless(const struct comparison *c, const struct result *r) {
  return r->share_of_s > 0 && (plans_fault(c->a) || plans_fault(c->b)) &&
         !compare_is_headline(c->a, r->name) && !compare_is_headline(c->b, r->name);
}

/* Both lists are sorted by name. */
static void pair_up(struct comparison *c, const struct result **left, const struct result **right) {
  uint32_t i = 0, k = 0;
  while (i < c->a->n || k < c->b->n) {
    int order = i == c->a->n   ? 1
                : k == c->b->n ? -1
                               : strcmp(c->a->list[i].name, c->b->list[k].name);
    if (order < 0) {
      c->only_a++;
      i++;
    } else if (order > 0) {
      c->only_b++;
      k++;
    } else if (is_meaningless(c, &c->a->list[i])) {
      i++;
      k++;
    } else {
      left[c->n] = &c->a->list[i++];
      right[c->n] = &c->b->list[k++];
      c->n++;
    }
  }
}

void comparison_make(struct comparison *c, const struct results *a, const struct results *b,
                     uint32_t pairs) {
  assert(a->replications == b->replications && pairs > 0);
  *c = (struct comparison){.a = a, .b = b};
  const struct result **left = mem_zeroed(a->n + 1, sizeof(struct result *));
  const struct result **right = mem_zeroed(a->n + 1, sizeof(struct result *));
  pair_up(c, left, right);
  c->list = mem_zeroed(c->n + 1, sizeof *c->list);
  for (uint32_t i = 0; i < c->n; i++) {
    struct difference *d = &c->list[i];
    *d = (struct difference){.name = left[i]->name,
                             .unit = left[i]->unit,
                             .a = left[i]->judged,
                             .b = right[i]->judged,
                             .failed_a = left[i]->failed,
                             .failed_b = right[i]->failed,
                             .endless_a = left[i]->endless,
                             .endless_b = right[i]->endless,
                             .unfinished_a = left[i]->unjudged,
                             .unfinished_b = right[i]->unjudged};
    d->headline = compare_is_headline(a, d->name) || compare_is_headline(b, d->name);
    if (d->headline) {
      c->headlines++;
    } else {
      c->others++;
    }
  }
  for (uint32_t i = 0; i < c->n; i++) {
    uint32_t family = pairs * (c->list[i].headline ? c->headlines : c->others);
    compare_one(&c->list[i], left[i], right[i], a->replications, family);
  }
  free(left);
  free(right);
}

void comparison_free(struct comparison *c) {
  free(c->list);
  *c = (struct comparison){0};
}
