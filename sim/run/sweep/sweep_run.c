/* Running the points of a sweep that are not there yet. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "experiment.h"
#include "json.h"
#include "memory.h"
#include "progress.h"
#include "sweep.h"
#include "workers.h"

struct running {
  const struct sweep *sweep;
  const struct store *store;
  uint32_t *todo, n; /* indices of the points to run */
  uint32_t jobs_each;
  struct progress progress;
  GMutex lock; /* guards all below */
  double done; /* points, those in flight by their share */
  uint32_t finished;
  enum exit_code code; /* of what ends the sweep */
  uint32_t given_up, first_given_up;
  struct error given_up_why;
};

/* --- the file of a point -------------------------------------------------------------------- */

/* What a reader of the file needs beside `run --json`: which point it is, and units. */
static json_t *point_tree(const struct running *r, uint32_t index, const struct results *results) {
  json_t *tree = json_results(results);
  /* What would differ between two runs: how long they took, and from where they were started. */
  json_object_del(tree, "wall_s");
  json_object_del(tree, "file");
  json_object_set_new(tree, "point", json_integer(index + 1));
  json_object_set_new(tree, "key", json_text(r->sweep->key[index]));
  json_object_set_new(tree, "sweep", json_text(r->store->sweep));
  json_t *metrics = json_object_get(tree, "metrics"), *goals = json_object_get(tree, "goals");
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *metric = &results->list[i];
    json_object_set_new(json_object_get(metrics, metric->name), "unit",
                        json_text(csv_unit(metric->unit)));
  }
  for (uint32_t i = 0; i < results->goals; i++) {
    const struct goal *goal = results->goal[i].goal;
    json_t *entry = json_array_get(goals, i);
    json_object_set_new(entry, "metric", json_text(goal->metric));
    json_object_set_new(entry, "unit", json_text(csv_unit(goal->unit)));
  }
  return tree;
}

static bool write_point(const struct running *r, uint32_t index, const struct results *results,
                        struct error *err) {
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  if (out == NULL) memory_out("no text can be written");
  json_t *tree = point_tree(r, index, results);
  json_write(tree, out);
  json_decref(tree);
  fclose(out);
  bool ok = store_write(r->store, index + 1, text, length, err);
  free(text);
  return ok;
}

/* --- one point ------------------------------------------------------------------------------ */

struct flight { /* a point that is being run */
  struct running *running;
  double share;
};

static void on_progress(void *data, double fraction) {
  struct flight *flight = data;
  struct running *r = flight->running;
  g_mutex_lock(&r->lock);
  r->done += fraction - flight->share;
  g_mutex_unlock(&r->lock);
  flight->share = fraction;
}

static void give_up(struct running *r, uint32_t index, const struct error *why) {
  g_mutex_lock(&r->lock);
  if (r->given_up++ == 0 || index < r->first_given_up) {
    r->first_given_up = index;
    r->given_up_why = *why;
  }
  g_mutex_unlock(&r->lock);
}

static bool end_with(struct running *r, enum exit_code code) {
  g_mutex_lock(&r->lock);
  r->code = code;
  g_mutex_unlock(&r->lock);
  return false;
}

static bool run_loaded(struct running *r, uint32_t index, const struct scenario *scenario,
                       struct error *err) {
  struct flight flight = {.running = r};
  struct experiment_options how = {
      .has_seed = r->sweep->has_seed,
      .seed = r->sweep->seed,
      .replications = r->sweep->replications,
      .jobs = r->jobs_each,
      .progress = on_progress,
      .progress_data = &flight,
  };
  struct results results;
  struct error why = {0};
  bool ok = true;
  if (!experiment_run(scenario, &how, &results, &why)) {
    give_up(r, index, &why);
  } else {
    ok = write_point(r, index, &results, err);
    results_free(&results);
  }
  g_mutex_lock(&r->lock);
  r->done += 1 - flight.share;
  r->finished++;
  g_mutex_unlock(&r->lock);
  return ok || end_with(r, EXIT_INTERNAL);
}

static bool run_point(void *data, uint32_t number, struct error *err) {
  struct running *r = data;
  uint32_t index = r->todo[number];
  char key[SWEEP_KEY_BYTES];
  struct scenario *scenario = sweep_load(r->sweep, index, key, err);
  if (scenario == NULL) return end_with(r, EXIT_USAGE);
  bool ok = strcmp(key, r->sweep->key[index]) == 0;
  if (ok) {
    ok = run_loaded(r, index, scenario, err);
  } else {
    error_set(err, "%s, or a file that it reads, was changed while the sweep ran; run it again",
              r->sweep->file);
    end_with(r, EXIT_USAGE);
  }
  scenario_free(scenario);
  return ok;
}

/* --- all of them ---------------------------------------------------------------------------- */

static void tick(void *data) {
  struct running *r = data;
  g_mutex_lock(&r->lock);
  double done = r->done;
  uint32_t finished = r->finished;
  g_mutex_unlock(&r->lock);
  double elapsed_s = (double)(g_get_monotonic_time() - r->progress.begin_us) / 1e6;
  g_snprintf(r->progress.note, sizeof r->progress.note, "%u of %u points, %.3g/s", finished, r->n,
             elapsed_s > 0 ? done / elapsed_s : 0);
  progress_update(&r->progress, r->n > 0 ? done / r->n : 1);
}

/* Which points the store lacks. */
static bool find_todo(struct running *r, struct sweep_outcome *outcome, struct error *err) {
  const struct sweep *sweep = r->sweep;
  r->todo = g_new(uint32_t, sweep_share(sweep) + 1);
  for (uint32_t i = sweep->shard.i - 1; i < sweep->plan->points; i += sweep->shard.n) {
    json_t *tree;
    switch (store_read(r->store->folder, i + 1, r->store->sweep, sweep->key[i], &tree, NULL, err)) {
      case STORED_FOREIGN:
        return false;
      case STORED_WHOLE:
        outcome->found++;
        break;
      case STORED_ABSENT:
      case STORED_BROKEN:
        r->todo[r->n++] = i;
        break;
    }
    json_decref(tree);
  }
  return true;
}

static bool run_todo(struct running *r, struct error *err) {
  if (r->n == 0) return true;
  uint32_t jobs = workers_count(r->sweep->jobs, UINT32_MAX);
  struct workers_task run = {
      .n = r->n,
      .threads = workers_count(jobs, r->n),
      .piece = run_point,
      .tick = tick,
      .data = r,
  };
  /* With fewer points than processors, the replications of a point share the rest. */
  r->jobs_each = MAX(1, jobs / run.threads);
  return workers_run(&run, err);
}

static enum exit_code judge(const struct running *r, bool ok, struct error *err) {
  if (!ok) return r->code;
  if (r->given_up == 0) return EXIT_GOALS_MET;
  error_set(err, "%u of %u points had to be given up, all others are done; point %u: %s",
            r->given_up, sweep_share(r->sweep), r->first_given_up + 1, r->given_up_why.text);
  return EXIT_INCOMPLETE;
}

enum exit_code sweep_run(const struct sweep *sweep, const struct store *store, bool show_progress,
                         struct sweep_outcome *outcome, struct error *err) {
  struct running r = {.sweep = sweep, .store = store, .code = EXIT_USAGE};
  *outcome = (struct sweep_outcome){0};
  g_mutex_init(&r.lock);
  progress_begin(&r.progress, show_progress);
  bool ok = find_todo(&r, outcome, err) && run_todo(&r, err);
  progress_end(&r.progress);
  outcome->made = r.finished - r.given_up;
  outcome->given_up = r.given_up;
  g_mutex_clear(&r.lock);
  g_free(r.todo);
  return judge(&r, ok, err);
}
