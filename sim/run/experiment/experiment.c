#include "experiment.h"

#include <glib.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "doubts.h"
#include "key_history.h"
#include "observation.h"
#include "precision.h"
#include "sim.h"
#include "stranded.h"
#include "timeline.h"
#include "trace_keep.h"
#include "warmup.h"

/* A replication runs in this many steps of simulated time, between which it reports progress. */
#define EXAMPLES_OF_A_SORT 5u /* of which a typical one is chosen */
#define SLICES 200u
#define PROGRESS_INTERVAL_US 100000

struct experiment {
  const struct scenario *scenario;
  const struct experiment_options *options;
  uint64_t seed, warmup_ns;
  uint32_t replications;    /* decided on so far: those of results */
  double precision;         /* 0: this number is all */
  uint32_t most;            /* with a precision */
  uint32_t expected;        /* how many it may become, for the progress */
  bool batches;             /* one replication, whose intervals come from its batches */
  double shown;             /* progress, which never goes back */
  bool pilot;               /* counts as one more replication in the progress */
  atomic_uint slices_done;  /* of all simulations */
  atomic_uint first_failed; /* number of the first replication given up; those after it stop */
  GMutex lock;              /* guards what follows */
  GCond changed;
  uint32_t finished;
  struct results *results;
  struct error failure; /* of `first_failed` */
};

static void report_progress(struct experiment *e, double pilot_fraction) {
  if (e->options->progress == NULL) return;
  uint32_t halves = e->scenario->run.antithetic ? 2 : 1;
  double done = atomic_load(&e->slices_done) / (double)(SLICES * halves);
  if (e->pilot) done += pilot_fraction;
  double fraction = fmin(done / (e->expected + (e->pilot ? 1 : 0)), 1);
  e->shown = fmax(e->shown, fraction);
  e->options->progress(e->options->progress_data, e->shown);
}

/* --- one replication ------------------------------------------------------------------------ */

static void give_up(struct experiment *e, uint32_t index, const struct sim *sim) {
  g_mutex_lock(&e->lock);
  if (index < atomic_load(&e->first_failed)) {
    atomic_store(&e->first_failed, index);
    error_set(&e->failure, "replication %u was given up at %.3f s of simulated time: %s", index + 1,
              (double)sim->now_ns / 1e9, sim->failure);
  }
  g_mutex_unlock(&e->lock);
}

__extension__ typedef unsigned __int128 wide;

static uint64_t part_of(uint64_t whole, uint64_t k, uint64_t n) {
  return (uint64_t)((wide)whole * k / n);
}

static void collect_batch(struct sim *sim, struct batches *batches) {
  struct metrics metrics = {.unnamed = true};
  sim_collect(sim, &metrics);
  batches_add(batches, &metrics);
  metrics_free(&metrics);
  sim_forget_collected(sim);
}

/* Calls in flight, summed over the looks of one part of the measured time. */
struct looks {
  uint64_t sum, n;
};

static double level(const struct looks *looks) {
  return looks->n > 0 ? (double)looks->sum / (double)looks->n : NAN;
}

/* At the end of a slice: a look counts for the first tenth or the second half of what is measured.
 */
static void look(const struct sim *sim, struct looks *early, struct looks *late) {
  if (sim->now_ns <= sim->warmup_ns) return;
  uint64_t measured_ns = sim->end_ns - sim->warmup_ns, at_ns = sim->now_ns - sim->warmup_ns;
  struct looks *looks = at_ns <= measured_ns / 10 ? early : at_ns > measured_ns / 2 ? late : NULL;
  if (looks == NULL) return;
  looks->sum += sim->calls.made - sim->calls.freed;
  looks->n++;
}

/* True if it reached its end. Stops at the ends of the slices and, where batches are wanted, of all
 * batches but the last; the stops change nothing in the results. */
static bool run_to_end(struct experiment *e, uint32_t index, struct sim *sim,
                       struct batches *batches, struct warmup_levels *levels) {
  uint32_t batch = 1;
  struct looks early = {0}, late = {0};
  uint64_t measured_ns = sim->end_ns - sim->warmup_ns;
  for (uint32_t slice = 1; slice <= SLICES;) {
    if (atomic_load(&e->first_failed) < index) return false;
    uint64_t slice_ns = part_of(sim->end_ns, slice, SLICES), batch_ns = TIME_NEVER;
    if (batches != NULL && batch < BATCHES) {
      batch_ns = sim->warmup_ns + part_of(measured_ns, batch, BATCHES);
    }
    if (!sim_run(sim, batch_ns < slice_ns ? batch_ns : slice_ns)) {
      give_up(e, index, sim);
      return false;
    }
    if (batch_ns <= slice_ns) {
      collect_batch(sim, batches);
      batch++;
    } else {
      slice++;
      if (sim->timeline != NULL) timeline_look(sim);
      look(sim, &early, &late);
      atomic_fetch_add(&e->slices_done, 1);
    }
  }
  *levels = (struct warmup_levels){level(&early), level(&late), (double)calls_lost(sim)};
  return true;
}

/* `b` is the second half of an antithetic pair, or NULL. */
static void hand_in(struct experiment *e, uint32_t index, const struct observation *o,
                    const struct sim *a, const struct sim *b, struct batches *batches) {
  g_mutex_lock(&e->lock);
  results_add(e->results, index, &o->metrics, o->check, o->checks, o->events, o->fingerprint);
  results_add_levels(e->results, index, o->levels);
  results_add_blame(e->results, a);
  if (b != NULL) results_add_blame(e->results, b);
  if (batches != NULL) results_take_batches(e->results, batches);
  g_mutex_unlock(&e->lock);
}

/* The simulation, at its end, or NULL if it was given up; the caller frees it. */
static struct sim *simulate(struct experiment *e, uint32_t index, enum rng_half half,
                            struct batches *batches, struct observation *o) {
  const struct scenario *s = e->scenario;
  struct sim *sim =
      sim_new_half(&s->spec, e->seed, index + 1, half, e->warmup_ns, s->run.duration_ns, true);
  if (e->options->follows_none) trace_limit(sim, 0);
  struct warmup_levels levels;
  bool first = index == 0 && half != HALF_SECOND, timed = first && e->options->timeline;
  struct timeline *timeline = timed ? timeline_new(sim, SLICES, s->run.duration_ns / SLICES) : NULL;
  if (first && e->options->trace_key > 0) key_history_begin(sim, e->options->trace_key);
  if (first && e->options->traces > 0) {
    trace_keep_begin(sim, e->options->traces, true);
  } else if (first && e->options->examples) {
    trace_keep_begin(sim, EXAMPLES_OF_A_SORT, false);
  }
  if (run_to_end(e, index, sim, batches, &levels)) {
    traces_finish(sim);
    if (first) e->results->traces = trace_keep_take(sim);
    if (first) e->results->keys = key_history_take(sim);
    if (timed) timeline_finish(sim);
    if (timed) e->results->timeline = timeline;
    observation_take(o, sim, levels);
    return sim;
  }
  timeline_free(timeline);
  sim_free(sim);
  return NULL;
}

static void run_whole(struct experiment *e, uint32_t index) {
  struct batches *batches = e->batches ? batches_new() : NULL;
  struct observation o;
  struct sim *sim = simulate(e, index, HALF_NONE, batches, &o);
  if (sim == NULL) {
    batches_free(batches);
    return;
  }
  metrics_settle(&o.metrics);
  if (batches != NULL) batches_add(batches, &o.metrics);
  hand_in(e, index, &o, sim, NULL, batches);
  observation_free(&o);
  sim_free(sim);
}

static void run_pair(struct experiment *e, uint32_t index) {
  struct observation first, second;
  struct sim *a = simulate(e, index, HALF_FIRST, NULL, &first), *b = NULL;
  if (a != NULL) b = simulate(e, index, HALF_SECOND, NULL, &second);
  if (b != NULL) {
    observation_merge(&first, &second);
    metrics_settle(&first.metrics);
    hand_in(e, index, &first, a, b, NULL);
    observation_free(&second);
  }
  if (a != NULL) observation_free(&first);
  sim_free(b);
  sim_free(a);
}

static void run_one(struct experiment *e, uint32_t index) {
  if (e->scenario->run.antithetic) {
    run_pair(e, index);
  } else {
    run_whole(e, index);
  }
}

/* Runs on a thread of the pool; `number` is 1-based because a pool refuses NULL. */
static void run_replication(gpointer number, gpointer data) {
  struct experiment *e = data;
  uint32_t index = GPOINTER_TO_UINT(number) - 1;
  if (atomic_load(&e->first_failed) >= index) run_one(e, index);
  g_mutex_lock(&e->lock);
  e->finished++;
  g_cond_signal(&e->changed);
  g_mutex_unlock(&e->lock);
}

/* --- all of them ---------------------------------------------------------------------------- */

static uint32_t thread_count(const struct experiment *e, uint32_t work) {
  uint32_t jobs = e->options->jobs != 0 ? e->options->jobs : g_get_num_processors();
  return jobs < work ? jobs : work;
}

/* Runs the replications from number `first` (0-based) to the last one decided on. False when one
 * had to be given up. */
static bool run_from(struct experiment *e, uint32_t first) {
  gint threads = (gint)thread_count(e, e->replications - first);
  GThreadPool *pool = g_thread_pool_new(run_replication, e, threads, TRUE, NULL);
  for (uint32_t i = first; i < e->replications; i++) {
    g_thread_pool_push(pool, GUINT_TO_POINTER(i + 1), NULL);
  }
  g_mutex_lock(&e->lock);
  while (e->finished < e->replications) {
    g_cond_wait_until(&e->changed, &e->lock, g_get_monotonic_time() + PROGRESS_INTERVAL_US);
    g_mutex_unlock(&e->lock);
    report_progress(e, 1);
    g_mutex_lock(&e->lock);
  }
  g_mutex_unlock(&e->lock);
  g_thread_pool_free(pool, FALSE, TRUE);
  return atomic_load(&e->first_failed) == UINT32_MAX;
}

/* Runs as many as it takes. */
static bool run_all(struct experiment *e) {
  if (!run_from(e, 0)) return false;
  while (e->precision > 0) {
    struct precision *p = &e->results->precision;
    *p = precision_look(e->results, e->scenario, e->precision);
    if (p->met || e->replications == e->most) break;
    uint32_t done = e->replications;
    e->expected = (uint32_t)fmin(ceil(done * p->excess * p->excess), e->most);
    e->replications = precision_next(done, p->excess, e->most);
    results_grow(e->results, e->replications);
    if (!run_from(e, done)) return false;
  }
  e->expected = e->replications;
  report_progress(e, 1);
  return true;
}

static void pilot_tick(void *data, double fraction) {
  report_progress(data, fraction);
}

static bool find_warmup(struct experiment *e, struct warmup *warmup, struct error *err) {
  const struct run_settings *run = &e->scenario->run;
  *warmup = (struct warmup){.ns = run->warmup_ns, .wanted_ns = run->warmup_ns};
  warmup->changing = warmup_changing_client(&e->scenario->spec);
  if (!run->warmup_auto) return true;
  if (warmup->changing != NULL) {
    warmup->automatic = true;
    warmup->ns = warmup->wanted_ns = 0;
    e->pilot = false;
    return true;
  }
  double series[WARMUP_SLICES];
  if (!warmup_pilot(&e->scenario->spec, e->seed, run->duration_ns, series, pilot_tick, e, err)) {
    return false;
  }
  *warmup = warmup_choose(series, run->duration_ns, &e->scenario->spec);
  return true;
}

static bool run_measured(struct experiment *e, struct results *results, struct error *err) {
  const struct scenario *s = e->scenario;
  struct warmup warmup;
  if (!find_warmup(e, &warmup, err)) return false;
  e->warmup_ns = warmup.ns;

  results_begin(results, e->replications);
  results->scenario = s;
  results->seed = e->seed;
  results->duration_ns = s->run.duration_ns;
  results->warmup = warmup;
  if (!run_all(e)) {
    results_free(results);
    return error_set(err, "%s", e->failure.text);
  }
  results_finish(results);
  results_doubt(results);
  results_judge(results, s->goal, s->goals);
  return true;
}

/* How many replications, and whether that is all: the command line wins over the scenario. */
static void decide_replications(struct experiment *e) {
  const struct experiment_options *o = e->options;
  const struct run_settings *run = &e->scenario->run;
  e->replications = o->replications != 0 ? o->replications : run->replications;
  e->precision = o->precision > 0 ? o->precision : o->replications != 0 ? 0 : run->precision;
  if (e->precision > 0) {
    if (e->replications < PRECISION_LEAST) e->replications = PRECISION_LEAST;
    e->most = o->max_replications != 0 ? o->max_replications : run->max_replications;
    if (e->most < e->replications) e->most = e->replications;
  }
  e->expected = e->replications;
  e->batches = e->replications == 1 && !run->antithetic;
}

bool experiment_run(const struct scenario *scenario, const struct experiment_options *options,
                    struct results *results, struct error *err) {
  gint64 begin_us = g_get_monotonic_time();
  struct experiment e = {
      .scenario = scenario,
      .options = options,
      .seed = options->has_seed ? options->seed : scenario->run.seed,
      .pilot = scenario->run.warmup_auto,
      .results = results,
  };
  decide_replications(&e);
  atomic_init(&e.slices_done, 0);
  atomic_init(&e.first_failed, UINT32_MAX);
  g_mutex_init(&e.lock);
  g_cond_init(&e.changed);
  bool ok = run_measured(&e, results, err);
  g_cond_clear(&e.changed);
  g_mutex_clear(&e.lock);
  if (ok) results->wall_s = (double)(g_get_monotonic_time() - begin_us) / 1e6;
  return ok;
}
