#include "capacity_study.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "compare.h"
#include "dist_make.h"
#include "experiment.h"
#include "fault_def.h"
#include "held_up.h"
#include "limiter.h"
#include "peak.h"
#include "places.h"
#include "progress.h"
#include "sim.h"
#include "study.h"

/* --- situations ------------------------------------------------------------------------------ */

static void add_situation(struct capacity_study *study, const char *label,
                          const struct fault_target *target) {
  struct situation *s = &study->situation[study->situations++];
  *s = (struct situation){.label = label, .down = target != NULL, .utilization = NAN};
  if (target != NULL) s->target = *target;
}

static bool zone_is_used(const struct spec *spec, uint32_t zone) {
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    for (uint32_t k = 0; k < c->zones && k < c->instances; k++) {
      if (c->zone[k] == zone && !c->kind->is_source) return true;
    }
  }
  return false;
}

static void list_situations(struct capacity_study *study, const struct options *options) {
  const struct spec *spec = &study->scenario->spec;
  study->situation =
      arena_alloc(study->arena, (1 + spec->components + spec->zones) * sizeof *study->situation);
  add_situation(study, "all up", NULL);
  for (uint32_t i = 0; options->n_1 && i < spec->components; i++) {
    const struct component_spec *c = &spec->component[i];
    if (c->kind->is_source || c->instances < 2) continue;
    struct fault_target target = {.kind = TARGET_MEMBER, .id = i, .member = 1};
    add_situation(study, arena_format(study->arena, "one of %s down", c->name), &target);
  }
  for (uint32_t i = 0; options->zones && i < spec->zones; i++) {
    if (!zone_is_used(spec, i)) continue;
    struct fault_target target = {.kind = TARGET_ZONE, .id = i};
    add_situation(study, arena_format(study->arena, "zone %s down", spec->zone[i].name), &target);
  }
}

static bool check_goals(const struct scenario *s, struct error *err) {
  if (s->goals > 0) return true;
  return error_set(err,
                   "%s states no goal, so that any load would do; add one, or say --goal "
                   "\"users.latency.p99 < 250ms\"",
                   s->file);
}

bool capacity_study_load(struct capacity_study *study, const struct options *options,
                         struct error *err) {
  *study = (struct capacity_study){.arena = arena_new(), .file = options->argument[0]};
  struct scenario_changes changes = {.goals = options->goals, .goal = options->goal};
  study->scenario =
      scenario_load_changed(study->file, options->setting, options->settings, &changes, err);
  if (study->scenario == NULL || !check_goals(study->scenario, err) ||
      !load_axis_find(study->scenario, options->over, &study->axis, err)) {
    return false;
  }
  for (uint32_t i = 0; i < options->settings && study->axis.range.given; i++) {
    if (strcmp(options->setting[i].name, study->axis.name) != 0) continue;
    return error_set(err, "-s %s and --over %s contradict each other: leave -s out",
                     study->axis.name, options->over);
  }
  const struct run_settings *run = &study->scenario->run;
  study->seed = options->has_seed ? options->seed : run->seed;
  study->replications = options->replications != 0 ? options->replications : run->replications;
  if (study->replications < 2) {
    return error_set(err, "a single replication cannot tell how sure it is: use -r 2 or more");
  }
  if (study->replications > 1000000 / CAPACITY_MORE) {
    return error_set(err, "capacity takes at most %u replications", 1000000 / CAPACITY_MORE);
  }
  list_situations(study, options);
  return true;
}

/* --- one load -------------------------------------------------------------------------------- */

struct seen { /* what limited the system at a load */
  double load;
  const char *limited_by, *connections;
  double utilization, full_s;
  uint32_t goal, missed;
};

struct searcher {
  struct capacity_study *study;
  const struct options *options;
  struct situation *situation;
  struct progress *progress;
  const struct capacity_watch *watch;
  uint32_t seen_n;
  struct seen seen[CAPACITY_PROBES];
};

/* How much wider a normal interval is that misses with 2.5 % instead of 5 %. */
#define HALF_THE_CHANCE 1.1436

/* No surer than what a run says of the metric, which knows how much a count, a bucket or a few
 * samples beyond a quantile can tell. */
static struct estimate no_surer(struct estimate e, const struct result *r) {
  const struct estimate *run = &r->judged;
  if (!isnan(r->at_least) && !estimate_has_interval(run)) {
    e.lo = fmin(r->at_least, e.value);
    e.hi = INFINITY;
  } else if (estimate_has_interval(run) && isfinite(run->value)) {
    e.lo = fmin(e.lo, run->value - HALF_THE_CHANCE * (run->value - run->lo));
    e.hi = fmax(e.hi, run->value + HALF_THE_CHANCE * (run->hi - run->value));
  }
  return e;
}

/* The interval of a goal's metric. There are two looks at a load, so that each gets half of the 5
 * %. NaN where there is none. */
static struct estimate interval_of(const struct results *results, const struct goal *goal) {
  const struct result *r = results_find(results, goal->metric);
  if (r == NULL) return (struct estimate){NAN, NAN, NAN, 0};
  double mean = 0, squares = 0;
  uint32_t n = 0;
  const double *list = r->judged_replication;
  if (isinf(r->judged.value) || !estimate_all_finite(list, results->replications)) {
    return estimate_median(r->judged.value, list, results->replications, COMPARE_ALPHA / 2);
  }
  for (uint32_t i = 0; i < results->replications; i++) {
    if (isnan(list[i])) continue;
    double off = list[i] - mean;
    mean += off / ++n;
    squares += off * (list[i] - mean);
  }
  bool extreme = r->merge == METRIC_MAX || r->merge == METRIC_MIN;
  double s = n < 2 || extreme ? NAN : sqrt(squares / (n - 1));
  double half = compare_half_width(s, n, COMPARE_ALPHA, 2), value = r->judged.value;
  return no_surer((struct estimate){value, value - half, value + half, n}, r);
}

/* How far a value is on the right side of the limit, from -1 to 1. */
static double margin_of(const struct goal *goal, double value) {
  double scale = goal->limit != 0 ? fabs(goal->limit) : 1, off = (value - goal->limit) / scale;
  if (isnan(value)) return -1;
  if (goal->op == GOAL_EQ) off = -fabs(off);
  if (goal->op == GOAL_LT || goal->op == GOAL_LE) off = -off;
  return fmin(fmax(off, -1), 1);
}

/* The interval alone decides: a load at which a goal at the end of what is possible (`== 0`,
 * `>= 100%`) was met or missed by one request is not surely beyond or below the capacity. */
static enum certainty certainty_of(const struct goal *goal, const struct estimate *e) {
  static const enum certainty of[] = {
      [VERDICT_PASS] = SURELY, [VERDICT_FAIL] = SURELY_NOT, [VERDICT_UNDECIDED] = UNDECIDED};
  return isnan(e->lo) ? UNDECIDED : of[verdict_by_interval(goal, e->lo, e->hi)];
}

/* All goals have to be met; one that is surely not is enough. */
static void judge(const struct results *results, struct probe *probe, struct seen *seen) {
  probe->met = true;
  probe->certainty = SURELY;
  probe->margin = probe->worst = probe->best = 1;
  for (uint32_t i = 0; i < results->goals; i++) {
    const struct goal *goal = results->goal[i].goal;
    struct estimate e = interval_of(results, goal);
    double lo = margin_of(goal, isnan(e.lo) ? e.value : e.lo);
    double hi = margin_of(goal, isnan(e.hi) ? e.value : e.hi);
    probe->met &= verdict_by_value(goal, e.value);
    seen->missed += !verdict_by_value(goal, e.value);
    probe->certainty = MIN(probe->certainty, certainty_of(goal, &e));
    double margin = margin_of(goal, e.value);
    if (i == 0 || margin < probe->margin) seen->goal = i;
    probe->margin = fmin(probe->margin, margin);
    probe->worst = fmin(probe->worst, fmin(lo, hi));
    probe->best = fmin(probe->best, fmax(lo, hi));
  }
}

/* Puts the crash that the situation is about into the scenario: from the start, for ever. */
static void add_crash(struct scenario *s, const struct situation *situation) {
  struct spec *spec = &s->spec;
  struct fault_spec *list = arena_alloc(s->arena, (spec->faults + 1) * sizeof *list);
  struct fault_spec crash = {.type = &fault_crash,
                             .name = arena_format(s->arena, "(%s)", situation->label),
                             .target = situation->target,
                             .forever = true,
                             .lasts = dist_constant(0)};
  uint32_t at = 0;
  while (at < spec->faults && strcmp(spec->fault[at].name, crash.name) < 0) at++;
  if (at > 0) memcpy(list, spec->fault, at * sizeof *list);
  list[at] = crash;
  if (at < spec->faults) {
    memcpy(list + at + 1, spec->fault + at, (spec->faults - at) * sizeof *list);
  }
  spec->fault = list;
  spec->faults++;
}

/* The pilot knows nothing of the crash: a tenth of the run is the least that is left out, so that
 * health checks have noticed it and queues have settled. */
static void break_down(struct scenario *s, const struct situation *situation, bool automatic) {
  if (!situation->down) return;
  add_crash(s, situation);
  if (automatic) s->run.warmup_ns = MAX(s->run.warmup_ns, s->run.duration_ns / 10);
}

static struct scenario *load_at(const struct searcher *searcher, double load, struct error *err) {
  struct capacity_study *study = searcher->study;
  const struct options *options = searcher->options;
  struct setting *setting = mem_zeroed(options->settings + 1, sizeof *setting);
  struct load_text value = load_axis_value(&study->axis, load);
  uint32_t n = 0;
  for (uint32_t i = 0; i < options->settings; i++) {
    if (strcmp(options->setting[i].name, study->axis.name) == 0) continue;
    setting[n++] = options->setting[i];
  }
  setting[n++] = (struct setting){study->axis.name, value.text};
  struct scenario_changes changes = {.goals = options->goals, .goal = options->goal};
  struct scenario *s = scenario_load_changed(study->file, setting, n, &changes, err);
  free(setting);
  study->load_refused = s == NULL;
  if (s == NULL) return NULL;
  bool automatic = s->run.warmup_auto;
  if (!study_equal_warmup(&s, 1, study->seed, err)) {
    scenario_free(s);
    return NULL;
  }
  break_down(s, searcher->situation, automatic);
  return s;
}

static void tick(void *data, double fraction) {
  /* Nobody knows how many loads will be looked at: 25 is usual. */
  const struct searcher *s = data;
  double done = (double)(s->situation - s->study->situation) + fmin(s->seen_n + fraction, 24) / 25;
  progress_update(s->progress, done / s->study->situations);
}

/* What is not busy on the whole may be so for a time, as while a fault slows it: then that limits.
 * The one of which it is the longest. */
static void look_for_peak(const struct results *results, struct seen *seen, struct arena *arena) {
  if (seen->connections != NULL || !(seen->utilization < BUSY_LIMITS)) return;
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t i = 0; i < spec->components; i++) {
    struct peak peak = peak_of_any(results, i);
    if (!(peak.share >= PEAK_NO_ROOM) || !(peak.full_s > seen->full_s)) continue;
    char *name = peak_name(results, i, peak.member);
    seen->limited_by = arena_text(arena, name);
    seen->utilization = results_value_of(results, name, "utilization");
    seen->full_s = peak.full_s;
    g_free(name);
  }
}

static bool look_once(struct searcher *searcher, struct scenario *scenario, uint32_t replications,
                      struct probe *probe, struct seen *seen, struct error *err) {
  struct capacity_study *study = searcher->study;
  struct results results;
  struct experiment_options how = {.has_seed = true,
                                   .seed = study->seed,
                                   .replications = replications,
                                   .follows_none = searcher->watch == NULL,
                                   .timeline = true,
                                   .jobs = searcher->options->jobs,
                                   .progress = tick,
                                   .progress_data = searcher};
  struct error why = {0};
  if (!experiment_run(scenario, &how, &results, &why)) {
    return error_set(err, "at %s=%s: %s", study->axis.name,
                     load_axis_value(&study->axis, probe->load).text, why.text);
  }
  study->runs += replications;
  *seen = (struct seen){.load = probe->load};
  judge(&results, probe, seen);
  probe->replications = replications;
  struct limiter limiter = limiter_find(&results, REF_NONE);
  struct places places = places_worst(&results, REF_NONE);
  const char *caller;
  if (places.full && !(limiter.utilization >= BUSY_SATURATED)) {
    limiter.name = scenario->spec.component[places.component].name;
    limiter.utilization = 1; /* all its places are taken */
  }
  double used;
  char *pool = held_fullest(&results, &caller, &used);
  if (pool != NULL && !(limiter.utilization >= used)) {
    limiter.name = caller;
    limiter.utilization = used;
    seen->connections = arena_text(study->arena, pool);
  }
  g_free(pool);
  seen->utilization = limiter.utilization;
  probe->saturated = limiter.utilization > 0.99;
  if (limiter.name != NULL) seen->limited_by = arena_text(study->arena, limiter.name);
  look_for_peak(&results, seen, study->arena);
  const struct capacity_watch *watch = searcher->watch;
  if (watch != NULL) watch->seen(watch->data, searcher->situation, probe->load, &results);
  study->checks_failed = !results_checks_passed(&results);
  bool ok =
      !study->checks_failed ||
      error_set(err,
                "at %s=%s a physics check failed: these numbers are not to be trusted. This is "
                "a fault of archsim, please report it with the scenario and the seed",
                study->axis.name, load_axis_value(&study->axis, probe->load).text);
  results_free(&results);
  return ok;
}

static bool look_at_load(void *data, struct probe *probe, struct error *err) {
  struct searcher *searcher = data;
  snprintf(searcher->progress->note, sizeof searcher->progress->note, "%s=%s",
           searcher->study->axis.name, load_axis_value(&searcher->study->axis, probe->load).text);
  uint32_t first = searcher->study->replications;
  struct scenario *s = load_at(searcher, probe->load, err);
  if (s == NULL) return false;
  struct seen *seen = &searcher->seen[searcher->seen_n];
  bool ok = look_once(searcher, s, first, probe, seen, err);
  if (ok && probe->certainty == UNDECIDED) {
    ok = look_once(searcher, s, first * CAPACITY_MORE, probe, seen, err);
  }
  searcher->seen_n++;
  scenario_free(s);
  return ok;
}

/* --- all of them ----------------------------------------------------------------------------- */

/* What limits just above the capacity, or at the end of the range where that was reached. */
static void find_limiter(struct searcher *s) {
  const struct capacity *c = &s->situation->capacity;
  double load = c->status == CAPACITY_FOUND   ? c->above
                : c->status == CAPACITY_BELOW ? c->hi
                                              : c->lo;
  for (uint32_t i = 0; i < s->seen_n; i++) {
    if (s->seen[i].load != load) continue;
    s->situation->limited_by = s->seen[i].limited_by;
    s->situation->connections = s->seen[i].connections;
    s->situation->utilization = s->seen[i].utilization;
    s->situation->full_s = s->seen[i].full_s;
    s->situation->goal = s->seen[i].goal;
    s->situation->missed = s->seen[i].missed;
  }
}

bool capacity_study_run(struct capacity_study *study, const struct options *options,
                        const struct capacity_watch *watch, struct error *err) {
  struct progress progress;
  struct capacity_range range = study->axis.range;
  bool ok = true;
  gint64 begin_us = g_get_monotonic_time();
  progress_begin(&progress, options->progress && !options->quiet);
  for (uint32_t i = 0; ok && i < study->situations; i++) {
    struct searcher searcher = {.study = study,
                                .options = options,
                                .situation = &study->situation[i],
                                .progress = &progress,
                                .watch = watch};
    struct capacity *c = &study->situation[i].capacity;
    ok = capacity_search(c, &range, look_at_load, &searcher, err);
    if (ok) find_limiter(&searcher);
    /* What is left of a system is not expected to take more. */
    if (i == 0 && c->status == CAPACITY_FOUND) range.start = c->value;
  }
  progress_end(&progress);
  study->wall_s = (double)(g_get_monotonic_time() - begin_us) / 1e6;
  return ok;
}

void capacity_study_free(struct capacity_study *study) {
  scenario_free(study->scenario);
  if (study->arena != NULL) arena_free(study->arena);
  *study = (struct capacity_study){0};
}
