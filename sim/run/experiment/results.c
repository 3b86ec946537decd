#include "results.h"

#include <assert.h>
#include <glib.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counted.h"
#include "goodput.h"
#include "key_history.h"
#include "rng.h"
#include "tails.h"
#include "timeline.h"
#include "trace_keep.h"
#include "unfinished.h"
#include "upper_end.h"

/* Few values are kept one by one, so that short runs have exact quantiles (see hist.h). */
#define MERGED_EXACT_LIMIT 65536

struct replication {
  double *num, *den, *answered,
      *failed; /* by metric, in order of emission; NULL until it was added */
  struct check *check;
  uint32_t checks;
  uint64_t events, fingerprint;
};

/* What is needed only until all replications are there. */
struct merging {
  uint32_t *hist_of; /* by metric: index into `hist`; metrics that share one share it here too */
  uint32_t hists;
  struct hist *hist;
  double **value;  /* by metric: its row of result.replication; NULL until the first one arrived */
  double **judged; /* by metric: of result.judged_replication; a row NULL where nothing failed */
  struct replication *replication;
  struct warmup_levels *levels; /* by replication; NULL: nobody added any */
  struct batches *batches;      /* of the only replication; else NULL */
  struct tails *tails;          /* by histogram */
};

void results_begin(struct results *results, uint32_t replications) {
  assert(replications > 0);
  *results = (struct results){.replications = replications, .arena = arena_new()};
  results->merging = mem_zeroed(1, sizeof *results->merging);
  results->merging->replication = mem_zeroed(replications, sizeof *results->merging->replication);
}

void results_grow(struct results *results, uint32_t replications) {
  struct merging *merging = results->merging;
  assert(replications >= results->replications && !results->finished);
  merging->replication =
      mem_resize(merging->replication, replications * sizeof *merging->replication);
  memset(merging->replication + results->replications, 0,
         (replications - results->replications) * sizeof *merging->replication);
  if (merging->levels != NULL) {
    merging->levels = mem_resize(merging->levels, replications * sizeof *merging->levels);
    memset(merging->levels + results->replications, 0,
           (replications - results->replications) * sizeof *merging->levels);
  }
  results->replications = replications;
  for (uint32_t i = 0; merging->value != NULL && i < results->n; i++) {
    merging->value[i] = mem_resize(merging->value[i], replications * sizeof *merging->value[i]);
    results->list[i].replication = merging->value[i];
    if (merging->judged[i] == NULL) continue;
    merging->judged[i] = mem_resize(merging->judged[i], replications * sizeof *merging->judged[i]);
  }
}

void results_take_batches(struct results *results, struct batches *batches) {
  assert(results->replications == 1 && results->merging->batches == NULL);
  results->merging->batches = batches;
  results->interval = INTERVAL_BATCH_MEANS;
}

void results_add_levels(struct results *results, uint32_t index, struct warmup_levels levels) {
  struct merging *merging = results->merging;
  if (merging->levels == NULL) {
    merging->levels = mem_zeroed(results->replications, sizeof *merging->levels);
  }
  merging->levels[index] = levels;
}

struct warmup_drift results_drift(const struct results *results) {
  const struct warmup_levels *levels = results->merging->levels;
  if (levels == NULL) return (struct warmup_drift){0};
  return warmup_find_drift(levels, results->replications);
}

double results_batch_correlation(const struct results *results, const struct result *result) {
  const struct batches *batches = results->merging->batches;
  return batches != NULL ? batches_correlation(batches, result->number) : NAN;
}

/* The first replication to arrive tells names and which metrics share a histogram. The table of
 * pointers is only looked up, never walked. */
static void lay_out(struct results *results, const struct metrics *metrics) {
  struct merging *merging = results->merging;
  results->n = metrics->n;
  results->list = arena_alloc(results->arena, (metrics->n + 1) * sizeof *results->list);
  merging->hist_of = mem_zeroed(metrics->n + 1, sizeof *merging->hist_of);
  merging->value = mem_zeroed(metrics->n + 1, sizeof *merging->value);
  merging->judged = mem_zeroed(metrics->n + 1, sizeof *merging->judged);
  GHashTable *seen = g_hash_table_new(NULL, NULL);
  for (uint32_t i = 0; i < metrics->n; i++) {
    const struct metric *m = &metrics->list[i];
    merging->value[i] = mem_alloc(results->replications * sizeof *merging->value[i]);
    results->list[i] = (struct result){.name = arena_text(results->arena, m->name),
                                       .merge = m->merge,
                                       .unit = m->unit,
                                       .counted = m->counted,
                                       .share_of_s = m->share_of_s,
                                       .q = m->q,
                                       .number = i,
                                       .at_least = NAN,
                                       .replication = merging->value[i]};
    if (!metric_is_of_hist(m->merge)) continue;
    uint32_t known = GPOINTER_TO_UINT(g_hash_table_lookup(seen, m->hist));
    if (known == 0) {
      known = ++merging->hists;
      g_hash_table_insert(seen, (gpointer)m->hist, GUINT_TO_POINTER(known));
    }
    merging->hist_of[i] = known - 1;
  }
  g_hash_table_destroy(seen);
  merging->hist = arena_alloc(results->arena, (merging->hists + 1) * sizeof *merging->hist);
  for (uint32_t i = 0; i < merging->hists; i++)
    hist_init(&merging->hist[i], MERGED_EXACT_LIMIT, NULL);
  merging->tails = tails_new(merging->hists);
  for (uint32_t i = 0; i < metrics->n; i++) {
    const struct metric *m = &metrics->list[i];
    if (m->merge == METRIC_QUANTILE) tails_expect(merging->tails, merging->hist_of[i], m->q);
  }
}

static void merge_hists(struct merging *merging, const struct metrics *metrics, uint32_t index) {
  uint32_t next = 0; /* histograms are numbered in the order in which metrics mention them first */
  for (uint32_t i = 0; i < metrics->n; i++) {
    const struct metric *m = &metrics->list[i];
    if (!metric_is_of_hist(m->merge) || merging->hist_of[i] != next) continue;
    tails_add(merging->tails, next, index, m->hist, m->failed);
    hist_merge(&merging->hist[next++], m->hist);
  }
  assert(next == merging->hists);
}

/* From the first replication in which a request failed. Before, both are the same. */
static void keep_judged(struct results *results, uint32_t metric) {
  struct merging *merging = results->merging;
  if (merging->judged[metric] != NULL) return;
  size_t bytes = results->replications * sizeof *merging->judged[metric];
  merging->judged[metric] = mem_alloc(bytes);
  memcpy(merging->judged[metric], merging->value[metric], bytes);
}

void results_add(struct results *results, uint32_t index, const struct metrics *metrics,
                 const struct check *checks, uint32_t n_checks, uint64_t events,
                 uint64_t fingerprint) {
  struct merging *merging = results->merging;
  struct replication *r = &merging->replication[index];
  assert(index < results->replications && r->num == NULL);
  if (merging->hist_of == NULL) lay_out(results, metrics);
  assert(metrics->n == results->n && "every replication emits the same metrics");

  *r = (struct replication){.checks = n_checks, .events = events, .fingerprint = fingerprint};
  r->num = mem_zeroed(4 * (size_t)metrics->n + 1, sizeof *r->num);
  r->den = r->num + metrics->n;
  r->answered = r->den + metrics->n;
  r->failed = r->answered + metrics->n;
  for (uint32_t i = 0; i < metrics->n; i++) {
    const struct metric *m = &metrics->list[i];
    assert(strcmp(m->name, results->list[i].name) == 0 && m->merge == results->list[i].merge);
    r->num[i] = m->num;
    r->den[i] = m->den;
    r->answered[i] = m->answered;
    r->failed[i] = m->failed;
    merging->value[i][index] = metric_value(m);
    if (m->failed > 0) keep_judged(results, i);
    if (merging->judged[i] != NULL) merging->judged[i][index] = metric_value_of_all(m);
  }
  merge_hists(merging, metrics, index);
  if (n_checks == 0) return;
  r->check = mem_alloc(n_checks * sizeof *r->check);
  memcpy(r->check, checks, n_checks * sizeof *r->check);
}

/* --- merging -------------------------------------------------------------------------------- */

struct sums {
  double num, den;
};

static struct sums merged_sums(const struct merging *merging, uint32_t metric, uint32_t count) {
  struct sums sums = {0, 0};
  for (uint32_t i = 0; i < count; i++) {
    sums.num += merging->replication[i].num[metric];
    sums.den += merging->replication[i].den[metric];
  }
  return sums;
}

static void scale(struct estimate *e, double by) {
  e->value *= by;
  e->lo *= by;
  e->hi *= by;
}

/* As sure as the share that it tells in other words. */
static void widen_share(struct estimate *e, const struct sums *sums, double whole) {
  scale(e, 1 / whole);
  counted_widen(e, sums->num / whole, sums->den, UNIT_RATIO);
  e->hi = fmin(e->hi, 1);
  scale(e, whole);
}

static struct estimate quotient(const struct results *results, const struct result *r) {
  const struct merging *merging = results->merging;
  struct sums sums = merged_sums(merging, r->number, results->replications);
  double value = sums.den != 0 ? sums.num / sums.den : NAN;
  struct estimate e = merging->batches != NULL
                          ? batches_quotient(merging->batches, r->number, value, r->unit)
                          : estimate_make(value, r->replication, results->replications, r->unit);
  /* Of one run a plain count has no interval: nothing tells how it comes about. */
  if (r->share_of_s > 0) {
    widen_share(&e, &sums, r->share_of_s);
  } else if (r->counted && (merging->batches == NULL || r->unit != UNIT_COUNT)) {
    counted_widen(&e, sums.num, sums.den, r->unit);
  }
  return e;
}

static double merged_extreme(const double *value, uint32_t count, bool largest) {
  double extreme = NAN;
  for (uint32_t i = 0; i < count; i++) {
    if (isnan(value[i])) continue;
    if (isnan(extreme) || (largest ? value[i] > extreme : value[i] < extreme)) extreme = value[i];
  }
  return extreme;
}

static struct tail_question question_on(const struct results *results, const struct result *r,
                                        bool with_failed) {
  uint32_t hist = results->merging->hist_of[r->number];
  return (struct tail_question){.hist = hist,
                                .whole = &results->merging->hist[hist],
                                .replications = results->replications,
                                .q = r->q,
                                .with_failed = with_failed};
}

/* The interval of one that replications are too short for (tails.h); false: they are not. */
static bool of_tails(const struct results *results, const struct result *r, bool with_failed,
                     struct estimate *e, double *at_least) {
  const struct merging *merging = results->merging;
  const struct tail_question question = question_on(results, r, with_failed);
  return r->merge == METRIC_QUANTILE && merging->batches == NULL &&
         tails_interval(merging->tails, &question, e, at_least);
}

double results_spells(const struct results *results, const struct result *r) {
  const struct merging *merging = results->merging;
  if (r->merge != METRIC_QUANTILE || merging->batches != NULL) return NAN;
  const struct tail_question question = question_on(results, r, false);
  return tails_spells(merging->tails, &question, r->estimate.value);
}

bool results_carriers(const struct results *results, const struct result *r, int power,
                      struct tail_carriers *carriers) {
  const struct merging *merging = results->merging;
  if (r->merge != METRIC_QUANTILE || merging->batches != NULL) return false;
  const struct tail_question question = question_on(results, r, false);
  return tails_carriers(merging->tails, &question, power, carriers);
}

struct estimate results_so_far(const struct results *results, const struct result *r) {
  const struct merging *merging = results->merging;
  uint32_t count = results->replications;
  switch (r->merge) {
    case METRIC_QUOTIENT:
      return quotient(results, r);
    case METRIC_MAX:
    case METRIC_MIN:
      return estimate_extreme(merged_extreme(r->replication, count, r->merge == METRIC_MAX),
                              r->replication, count);
    case METRIC_QUANTILE:
    case METRIC_DEVIATION: {
      struct metric pooled = {.merge = r->merge,
                              .unit = r->unit,
                              .hist = &merging->hist[merging->hist_of[r->number]],
                              .q = r->q};
      struct estimate e = estimate_make(metric_value(&pooled), r->replication, count, r->unit);
      double at_least;
      if (!of_tails(results, r, false, &e, &at_least) && r->merge == METRIC_QUANTILE) {
        upper_end_raise(&e, pooled.hist, r->q);
      }
      return e;
    }
  }
  return estimate_extreme(NAN, r->replication, 0);
}

/* The part of a result that counts failed requests as endless. */
static void judge_failed(const struct results *results, struct result *r) {
  const struct merging *merging = results->merging;
  uint32_t metric = r->number, count = results->replications;
  struct metric pooled = {.merge = r->merge, .hist = (struct hist *)r->hist, .q = r->q};
  r->judged = r->estimate;
  r->judged_replication = r->replication;
  if (merging->judged[metric] == NULL) {
    of_tails(results, r, false, &r->judged, &r->at_least);
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    const struct replication *one = &merging->replication[i];
    pooled.num += one->num[metric];
    pooled.den += one->den[metric];
    pooled.answered += one->answered[metric];
    pooled.failed += one->failed[metric];
  }
  double value = metric_value_of_all(&pooled);
  r->judged_replication = merging->judged[metric];
  r->failed = pooled.failed / (pooled.answered + pooled.failed);
  struct estimate e = estimate_extreme(value, r->judged_replication, count);
  if (of_tails(results, r, true, &e, &r->at_least)) {
    r->judged = e;
  } else if (isinf(value) && merging->batches != NULL) {
    r->judged = (struct estimate){value, value, value, 1};
  } else if (isinf(value) || !estimate_all_finite(r->judged_replication, count)) {
    r->judged = estimate_ordered(value, r->judged_replication, count);
  } else if (r->merge != METRIC_QUANTILE) {
    return; /* the same as of those answered */
  } else if (merging->batches != NULL) {
    double q = fmin(r->q / (1 - r->failed), 1);
    r->judged = batches_quantile(merging->batches, metric, r->hist, q);
  } else {
    r->judged = estimate_make(value, r->judged_replication, count, r->unit);
    upper_end_raise(&r->judged, r->hist, r->q / (1 - r->failed));
  }
}

static void estimate_one(struct results *results, struct result *r) {
  struct merging *merging = results->merging;
  if (metric_is_of_hist(r->merge)) r->hist = &merging->hist[merging->hist_of[r->number]];
  r->estimate = results_so_far(results, r);
  if (merging->batches == NULL) return;
  if (r->merge == METRIC_QUANTILE) {
    r->estimate = batches_quantile(merging->batches, r->number, r->hist, r->q);
  }
}

static void span(const struct result *r, double q, double *least, double *most) {
  *least = *most = NAN;
  if (r->merge != METRIC_QUANTILE || q > 1) return;
  hist_quantile_span(r->hist, q, least, most);
  *least /= 1e9;
  *most /= 1e9;
}

void result_span(const struct result *r, double *least, double *most) {
  span(r, r->q / (1 - r->failed), least, most);
}

/* No interval is surer than its value. */
static void cover(struct estimate *e, double least, double most) {
  if (isnan(least) || !estimate_has_interval(e) || least == most) return;
  e->lo = fmin(e->lo, least);
  e->hi = fmax(e->hi, most);
}

static void cover_spans(struct result *r) {
  double least, most;
  span(r, r->q, &least, &most);
  cover(&r->estimate, least, most);
  result_span(r, &least, &most);
  cover(&r->judged, least, most);
}

static void estimate_all(struct results *results) {
  for (uint32_t i = 0; i < results->n; i++) {
    estimate_one(results, &results->list[i]);
    judge_failed(results, &results->list[i]);
    cover_spans(&results->list[i]);
  }
}

/* A check passes when it passes in every replication. Replications may make different checks (one
 * that saw no request has fewer); the order is that of first mention. */
static void merge_checks(struct results *results) {
  uint32_t most = 0;
  for (uint32_t i = 0; i < results->replications; i++) {
    most += results->merging->replication[i].checks;
  }
  results->check = arena_alloc(results->arena, (most + 1) * sizeof *results->check);
  GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (uint32_t i = 0; i < results->replications; i++) {
    const struct replication *r = &results->merging->replication[i];
    for (uint32_t k = 0; k < r->checks; k++) {
      const struct check *check = &r->check[k];
      struct check_result *merged = g_hash_table_lookup(seen, check->name);
      if (merged == NULL) {
        merged = &results->check[results->checks++];
        *merged = (struct check_result){.name = arena_text(results->arena, check->name),
                                        .pass = true,
                                        .shown_from = i + 1,
                                        .detail = arena_text(results->arena, check->detail)};
        g_hash_table_insert(seen, (gpointer)merged->name, merged);
      }
      if (check->pass) continue;
      if (merged->fails++ > 0) continue;
      merged->pass = false;
      merged->shown_from = i + 1;
      merged->detail = arena_text(results->arena, check->detail);
    }
  }
  g_hash_table_destroy(seen);
}

static int compare_results(const void *left, const void *right) {
  return strcmp(((const struct result *)left)->name, ((const struct result *)right)->name);
}

static void release_replications(struct results *results) {
  struct merging *merging = results->merging;
  for (uint32_t i = 0; i < results->replications; i++) {
    free(merging->replication[i].num);
    free(merging->replication[i].check);
    merging->replication[i].num = NULL;
    merging->replication[i].check = NULL;
  }
}

void results_finish(struct results *results) {
  for (uint32_t i = 0; i < results->merging->hists; i++) hist_settle(&results->merging->hist[i]);
  struct merging *merging = results->merging;
  for (uint32_t i = 0; i < results->replications; i++) {
    const struct replication *r = &merging->replication[i];
    assert(r->num != NULL && "every replication was added");
    results->events += r->events;
    results->fingerprint =
        rng_mix(results->fingerprint + UINT64_C(0x9e3779b97f4a7c15)) ^ r->fingerprint;
  }
  estimate_all(results);
  merge_checks(results);
  release_replications(results);
  qsort(results->list, results->n, sizeof results->list[0], compare_results);
  results->finished = true;
  goodput_widen(results);
  unfinished_note(results);
}

/* --- access --------------------------------------------------------------------------------- */

void results_warn(struct results *results, const char *format, ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  const char **longer = arena_alloc(results->arena, (results->warnings + 1) * sizeof *longer);
  if (results->warnings > 0) {
    memcpy(longer, results->warning, results->warnings * sizeof *longer);
  }
  longer[results->warnings++] = arena_text(results->arena, text);
  results->warning = longer;
}

const struct result *results_find(const struct results *results, const char *name) {
  if (results->n == 0) return NULL;
  for (uint32_t i = 0; !results->finished && i < results->n; i++) {
    if (strcmp(results->list[i].name, name) == 0) return &results->list[i];
  }
  if (!results->finished) return NULL;
  struct result key = {.name = name};
  return bsearch(&key, results->list, results->n, sizeof results->list[0], compare_results);
}

double results_value(const struct results *results, const char *name) {
  const struct result *r = results_find(results, name);
  return r != NULL ? r->estimate.value : NAN;
}

const struct result *results_find_of(const struct results *results, const char *component,
                                     const char *metric) {
  gchar *name = g_strconcat(component, ".", metric, NULL);
  const struct result *result = results_find(results, name);
  g_free(name);
  return result;
}

double results_value_of(const struct results *results, const char *component, const char *metric) {
  const struct result *result = results_find_of(results, component, metric);
  return result != NULL ? result->estimate.value : NAN;
}

double result_samples_beyond(const struct result *result) {
  if (result->hist == NULL) return INFINITY;
  double tail = result->q < 0.5 ? result->q : 1 - result->q;
  /* 1 - 0.9 is a little below 0.1; what is meant is the decimal fraction. */
  return tail * (double)hist_count(result->hist) * (1 + 1e-9);
}

void results_add_blame(struct results *results, const struct sim *sim) {
  uint32_t n = sim->spec->components;
  if (results->blame == NULL) {
    results->blame = arena_lines(results->arena, n, sizeof *results->blame);
    results->blames = n;
    for (uint32_t c = 0; c < n; c++) {
      results->blame[c] =
          (struct blame){.below = UINT64_MAX, .failed = UINT64_MAX, .limit = FOLLOWED_MOST};
    }
  }
  for (uint32_t c = 0; c < n; c++) {
    const struct blame *blame = trace_of(sim, &sim->component[c]);
    if (blame != NULL) blame_merge(&results->blame[c], blame);
  }
}

void results_free(struct results *results) {
  struct merging *merging = results->merging;
  for (uint32_t c = 0; c < results->blames; c++) blame_free(&results->blame[c]);
  timeline_free(results->timeline);
  trace_keep_free(results->traces);
  key_history_free(results->keys);
  if (merging != NULL) {
    release_replications(results);
    for (uint32_t i = 0; i < merging->hists; i++) hist_free(&merging->hist[i]);
    for (uint32_t i = 0; merging->value != NULL && i < results->n; i++) {
      free(merging->value[i]);
      free(merging->judged[i]);
    }
    free(merging->judged);
    free(merging->hist_of);
    free(merging->value);
    free(merging->replication);
    free(merging->levels);
    batches_free(merging->batches);
    tails_free(merging->tails);
    free(merging);
  }
  arena_free(results->arena);
  *results = (struct results){0};
}
