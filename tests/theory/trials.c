#include "trials.h"

#include <string.h>

static void on_thread(gpointer number, gpointer data) {
  struct series *series = data;
  series->trial(series, GPOINTER_TO_UINT(number));
}

void trials_run(struct series *series) {
  GThreadPool *pool =
      g_thread_pool_new(on_thread, series, (gint)g_get_num_processors(), TRUE, NULL);
  g_mutex_init(&series->lock);
  for (uint32_t i = 1; i <= series->trials; i++) {
    g_thread_pool_push(pool, GUINT_TO_POINTER(i), NULL);
  }
  g_thread_pool_free(pool, FALSE, TRUE);
  g_mutex_clear(&series->lock);
}

static bool is_doubted(const struct results *r, const char *metric) {
  for (uint32_t i = 0; i < r->warnings; i++) {
    if (strstr(r->warning[i], metric) != NULL) return true;
  }
  return false;
}

static void count_covered(struct series *series, uint32_t index) {
  struct results r;
  struct experiment_options how = series->how;
  how.jobs = 1;
  study_run(series->scenario, how, index, &r);
  g_mutex_lock(&series->lock);
  series->replications += r.replications;
  for (uint32_t m = 0; m < series->metrics; m++) {
    const struct result *result = results_find(&r, series->metric[m]);
    g_assert(result != NULL);
    const struct estimate *e = &result->estimate;
    if (!estimate_has_interval(e)) continue;
    series->expected[m]++;
    bool covers = e->lo <= series->truth[m] && e->hi >= series->truth[m];
    series->covered[m] += covers;
    bool doubted = is_doubted(&r, series->metric[m]);
    series->honest[m] += covers || doubted;
    series->doubted[m] += doubted;
  }
  g_mutex_unlock(&series->lock);
  results_free(&r);
}

void trials_cover(struct series *series) {
  series->trial = count_covered;
  series->covered = g_new0(uint64_t, series->metrics);
  series->expected = g_new0(uint64_t, series->metrics);
  series->honest = g_new0(uint64_t, series->metrics);
  series->doubted = g_new0(uint64_t, series->metrics);
  trials_run(series);
}

void trials_forget(struct series *series) {
  g_free(series->covered);
  g_free(series->expected);
  g_free(series->honest);
  g_free(series->doubted);
}
