#include "experiment.h"

#include <glib.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "sim.h"
#include "warmup.h"

/* A replication runs in this many steps of simulated time, between which it reports progress. */
#define SLICES 200u
#define PROGRESS_INTERVAL_US 100000

struct experiment {
  const struct scenario *scenario;
  const struct experiment_options *options;
  uint64_t seed, warmup_ns;
  uint32_t replications;
  bool pilot;               /* counts as one more replication in the progress */
  atomic_uint slices_done;  /* of all replications */
  atomic_uint first_failed; /* number of the first replication given up; those after it stop */
  GMutex lock;              /* guards what follows */
  GCond changed;
  uint32_t finished;
  struct results *results;
  struct error failure; /* of `first_failed` */
};

static void report_progress(struct experiment *e, double pilot_fraction) {
  if (e->options->progress == NULL) return;
  double done = atomic_load(&e->slices_done) / (double)SLICES + (e->pilot ? pilot_fraction : 0);
  e->options->progress(e->options->progress_data, done / (e->replications + (e->pilot ? 1 : 0)));
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

/* True if it reached its end. */
static bool run_to_end(struct experiment *e, uint32_t index, struct sim *sim) {
  for (uint32_t slice = 1; slice <= SLICES; slice++) {
    if (atomic_load(&e->first_failed) < index) return false;
    __extension__ typedef unsigned __int128 wide;
    uint64_t until_ns = (uint64_t)((wide)sim->end_ns * slice / SLICES);
    if (!sim_run(sim, until_ns)) {
      give_up(e, index, sim);
      return false;
    }
    atomic_fetch_add(&e->slices_done, 1);
  }
  return true;
}

static void hand_in(struct experiment *e, uint32_t index, struct sim *sim) {
  struct metrics metrics = {0};
  sim_collect(sim, &metrics);
  uint32_t n_checks = 0;
  struct check *checks = sim_checks(sim, &n_checks);
  g_mutex_lock(&e->lock);
  results_add(e->results, index, &metrics, checks, n_checks, sim->events, sim->fingerprint);
  g_mutex_unlock(&e->lock);
  free(checks);
  metrics_free(&metrics);
}

/* Runs on a thread of the pool; `number` is 1-based because a pool refuses NULL. */
static void run_replication(gpointer number, gpointer data) {
  struct experiment *e = data;
  uint32_t index = GPOINTER_TO_UINT(number) - 1;
  const struct scenario *s = e->scenario;
  if (atomic_load(&e->first_failed) >= index) {
    struct sim *sim = sim_new(&s->spec, e->seed, index + 1, e->warmup_ns, s->run.duration_ns, true);
    if (run_to_end(e, index, sim)) hand_in(e, index, sim);
    sim_free(sim);
  }
  g_mutex_lock(&e->lock);
  e->finished++;
  g_cond_signal(&e->changed);
  g_mutex_unlock(&e->lock);
}

/* --- all of them ---------------------------------------------------------------------------- */

static uint32_t thread_count(const struct experiment *e) {
  uint32_t jobs = e->options->jobs != 0 ? e->options->jobs : g_get_num_processors();
  return jobs < e->replications ? jobs : e->replications;
}

static void run_all(struct experiment *e) {
  GThreadPool *pool = g_thread_pool_new(run_replication, e, (gint)thread_count(e), TRUE, NULL);
  for (uint32_t i = 0; i < e->replications; i++) {
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
  report_progress(e, 1);
}

static void pilot_tick(void *data, double fraction) {
  report_progress(data, fraction);
}

static bool find_warmup(struct experiment *e, struct warmup *warmup, struct error *err) {
  const struct run_settings *run = &e->scenario->run;
  *warmup = (struct warmup){.ns = run->warmup_ns, .wanted_ns = run->warmup_ns};
  if (!run->warmup_auto) return true;
  double series[WARMUP_SLICES];
  if (!warmup_pilot(&e->scenario->spec, e->seed, run->duration_ns, series, pilot_tick, e, err)) {
    return false;
  }
  *warmup = warmup_choose(series, run->duration_ns, &e->scenario->spec);
  return true;
}

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
  run_all(e);
  if (atomic_load(&e->first_failed) != UINT32_MAX) {
    results_free(results);
    return error_set(err, "%s", e->failure.text);
  }
  results_finish(results);
  warn_about_warmup(results);
  if (e->replications < 2) {
    results_warn(results, "one replication gives no confidence intervals: use -r 2 or more");
  }
  results_judge(results, s->goal, s->goals);
  return true;
}

bool experiment_run(const struct scenario *scenario, const struct experiment_options *options,
                    struct results *results, struct error *err) {
  gint64 begin_us = g_get_monotonic_time();
  struct experiment e = {
      .scenario = scenario,
      .options = options,
      .seed = options->has_seed ? options->seed : scenario->run.seed,
      .replications =
          options->replications != 0 ? options->replications : scenario->run.replications,
      .pilot = scenario->run.warmup_auto,
      .results = results,
  };
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
