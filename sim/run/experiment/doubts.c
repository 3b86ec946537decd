#include "doubts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "kind.h"
#include "precision.h"
#include "tails.h"

/* Neighbouring batches more correlated than this are taken for dependent. Independent ones exceed
 * it in 1 run of 100: the coefficient's standard deviation is 1 / sqrt(BATCHES) = 0.22. */
#define BATCHES_ALIKE 0.5

static void warn_about_warmup(struct results *results) {
  const struct warmup *w = &results->warmup;
  if (w->cut_by != NULL) {
    results_warn(results,
                 "the warm-up ends at %g s, where %s begins; without it, it would last %g s",
                 (double)w->ns / 1e9, w->cut_by, (double)w->wanted_ns / 1e9);
  }
  if (w->at_limit) {
    results_warn(results,
                 "no steady state was found in the first half of the run: it is too short, or the "
                 "load is more than the system can take");
  }
}

/* Of a warm-up that was given; MSER-5 keeps to the first half by itself. */
static void warn_about_given_warmup(struct results *results) {
  const struct warmup *w = &results->warmup;
  if (w->automatic || w->ns <= results->duration_ns / 2) return;
  results_warn(results,
               "the warm-up takes %.0f %% of the run, so that most of the work is thrown away: run "
               "longer",
               100.0 * (double)w->ns / (double)results->duration_ns);
}

/* Faults and rates that change alter the level on purpose. */
static void warn_about_drift(struct results *results) {
  const struct warmup_drift drift = results_drift(results);
  if (!drift.found || results->warmup.at_limit || results->warmup.changing != NULL ||
      results->scenario->spec.faults > 0) {
    return;
  }
  if (drift.lost > 0) {
    results_warn(results,
                 "calls pile up that wait for ever for a lost message, %s by the end of a run: who "
                 "asked gave up, but somebody in between did not. Give the calls over paths that "
                 "lose messages a timeout",
                 format_count(drift.lost).text);
    return;
  }
  results_warn(
      results,
      "the first tenth of what was measured has %.0f %% %s calls in flight than its second "
      "half: the warm-up is too short, or the load is not steady",
      100 * fabs(drift.relative), drift.relative < 0 ? "fewer" : "more");
}

static void warn_about_precision(struct results *results) {
  const struct precision *p = &results->precision;
  if (p->wanted == 0 || p->met) return;
  struct label wanted = format_value(UNIT_RATIO, p->wanted);
  const struct result *r = results_find(results, p->metric);
  if (!isfinite(p->reached) && estimate_has_interval(&r->estimate)) {
    results_warn(results,
                 "the precision of %s was not reached with %u replications: %s is %s, and what was "
                 "never seen is not known to any precision; run longer or raise max_replications",
                 wanted.text, results->replications, p->metric,
                 format_value(r->unit, r->estimate.value).text);
    return;
  }
  if (!isfinite(p->reached)) {
    results_warn(results, "%s has no interval, so that the precision of %s cannot be reached",
                 p->metric, wanted.text);
    return;
  }
  results_warn(results,
               "the precision of %s was not reached with %u replications: %s is known to %s; "
               "run longer or raise max_replications",
               wanted.text, results->replications, p->metric,
               format_value(UNIT_RATIO, p->reached).text);
}

/* How many busy spells there were is told by the same spread as the interval: where it is small by
 * chance, the interval is too narrow and the spells seem many. Of M/M/1 at 0.9, 4,500 requests a
 * replication, those that seemed five or more had intervals that covered the truth in 67 of 100
 * experiments of five replications (with three spells in truth), in 87 of ten and of twenty. So
 * the interval is doubted below three spells in four replications, from ten up to fifteen in all:
 * where more than half of the experiments are not, these cover in 94 of 100. */
#define SPELLS_LEAST 10
#define SPELLS_MOST 15
#define SPELLS_OF_REPLICATION 0.75

static bool are_few_spells(const struct results *results, double spells) {
  double each = SPELLS_OF_REPLICATION * results->replications;
  return spells < fmin(fmax(each, SPELLS_LEAST), SPELLS_MOST);
}

/* A metric that somebody will look at first: a goal's, or a client's mean latency. */
static bool is_prominent(const struct scenario *s, const char *metric) {
  for (uint32_t i = 0; i < s->goals; i++) {
    if (strcmp(s->goal[i].metric, metric) == 0) return true;
  }
  const char *dot = strchr(metric, '.');
  return strcmp(dot, ".latency.mean") == 0;
}

/* Batch means take the batches for repetitions of the same thing. */
static void warn_about_batches(struct results *results) {
  const struct scenario *s = results->scenario;
  if (results->interval != INTERVAL_BATCH_MEANS) return;
  if (spec_plans_fault(&s->spec)) {
    results_warn(results,
                 "intervals come from the parts of one run, which a scheduled fault makes unlike: "
                 "use -r 10 for intervals over repetitions of the whole");
    return;
  }
  if (results->warmup.changing != NULL) {
    results_warn(results,
                 "intervals come from the parts of one run, which the changing rate of %s makes "
                 "unlike: use -r 10 for intervals over repetitions of the whole",
                 results->warmup.changing);
    return;
  }
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    if (!is_prominent(s, r->name)) continue;
    double correlation = results_batch_correlation(results, r);
    if (!(correlation > BATCHES_ALIKE)) continue;
    results_warn(results,
                 "the interval of %s is too narrow: parts of the run are alike (correlation %.2f); "
                 "run longer or use -r 10",
                 r->name, correlation);
  }
}

/* Of which the report has a line of its own, or a goal. */
static bool is_watched(const struct results *results, const struct result *r) {
  const struct scenario *s = results->scenario;
  for (uint32_t i = 0; i < s->goals; i++) {
    if (strcmp(s->goal[i].metric, r->name) == 0) return true;
  }
  const char *dot = strchr(r->name, '.');
  return dot != NULL && strcmp(dot, ".latency.p99") == 0;
}

/* Many slow requests that were slow together are few observations. It is said beside every such
 * interval; what is looked at first has a warning too. */
static void mark_few_spells(struct results *results) {
  for (uint32_t i = 0; i < results->n; i++) {
    struct result *r = &results->list[i];
    if (r->merge != METRIC_QUANTILE || !estimate_has_interval(&r->estimate)) continue;
    double spells = results_spells(results, r);
    if (are_few_spells(results, spells)) r->few_spells = fmax(spells, 1);
  }
}

static void warn_about_spells(struct results *results) {
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    if (r->merge != METRIC_QUANTILE || !is_watched(results, r)) continue;
    if (r->few_spells == 0) continue;
    results_warn(
        results,
        "the slowest requests came in only about %.0f busy spell%s in all %u replications: "
        "the interval of %s rests on no more than that; run longer",
        r->few_spells, r->few_spells < 1.5 ? "" : "s", results->replications, r->name);
    return;
  }
}

/* A mean whose sum rests on few long busy spells is skewed, and its interval misses the truth far
 * more often than it says, mostly from below: where the longest spells did not come. Of M/M/1 half
 * of the sum of the latencies is carried by 19 % of the requests, and half of their squares by
 * 7 %, whatever the load (those above x carry (1 + x) exp(-x) of the sum); of heavy tails few do.
 * The limits were found by experiment (docs/validation.md). Below these shares, and below so many
 * spells, the mean is doubted. Narrower intervals hide nothing that matters. */
#define CARRIED_SUM 0.12
#define CARRIED_SQUARES 0.04
#define SPELLS_OF_SQUARES 30
#define SPELLS_OF_SUM 60
#define MEAN_MATTERS 0.03

static bool rests_on_few(const struct results *results, const struct result *p99,
                         struct tail_carriers *few) {
  if (results_carriers(results, p99, 1, few) && few->share < CARRIED_SUM &&
      few->spells < SPELLS_OF_SUM) {
    return true;
  }
  return results_carriers(results, p99, 2, few) && few->share < CARRIED_SQUARES &&
         few->spells < SPELLS_OF_SQUARES;
}

static void warn_about_means(struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t i = 0; i < spec->components; i++) {
    const char *name = spec->component[i].name;
    if (!spec->component[i].kind->is_source) continue;
    const struct result *mean = results_find_of(results, name, "latency.mean");
    const struct result *p99 = results_find_of(results, name, "latency.p99");
    struct tail_carriers few;
    if (mean == NULL || p99 == NULL || !estimate_has_interval(&mean->estimate) ||
        precision_width(&mean->estimate, mean->unit) < MEAN_MATTERS ||
        !rests_on_few(results, p99, &few)) {
      continue;
    }
    results_warn(
        results,
        "%s rests on few: its sum or its spread is made by the slowest %s of the requests, "
        "which came in about %.0f busy spells in all %u replications. Its interval misses "
        "the truth more often than it says, mostly since it is too low; run longer",
        mean->name, format_value(UNIT_RATIO, few.share).text, fmax(few.spells, 1),
        results->replications);
    return;
  }
}

/* The parts of one half know nothing of the other, so there are no batches. */
static void warn_about_single_pair(struct results *results) {
  if (!results->scenario->run.antithetic || results->replications > 1) return;
  results_warn(results, "a single antithetic pair has no intervals: use -r 10");
}

/* Of a client the first that shows them: its other metrics will too. */
static void warn_about_populations(struct results *results, const char *client) {
  static const char *const metrics[] = {"availability", "latency.mean", "goodput"};
  for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
    struct result *r = (struct result *)results_find_of(results, client, metrics[i]);
    struct populations *p = r != NULL ? &r->populations : NULL;
    if (p == NULL || !populations_find(r->replication, results->replications, r->unit, p)) continue;
    results_warn(results,
                 "two kinds of replications: %s is about %s in %u of them and about %s in %u, and "
                 "none is like the mean of %s. Find out what decides between the two",
                 r->name, format_value(r->unit, p->low_mean).text, p->low,
                 format_value(r->unit, p->high_mean).text, p->high,
                 format_value(r->unit, r->estimate.value).text);
    return;
  }
}

static void warn_about_kinds(struct results *results) {
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t i = 0; i < spec->components; i++) {
    if (!spec->component[i].kind->is_source) continue;
    warn_about_populations(results, spec->component[i].name);
  }
}

void results_doubt(struct results *results) {
  warn_about_kinds(results);
  warn_about_warmup(results);
  warn_about_given_warmup(results);
  warn_about_drift(results);
  warn_about_precision(results);
  warn_about_batches(results);
  mark_few_spells(results);
  warn_about_spells(results);
  warn_about_means(results);
  warn_about_single_pair(results);
}
