#include "observation.h"

#include <assert.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "checks.h"
#include "rng.h"
#include "sim.h"

void observation_take(struct observation *observation, struct sim *sim,
                      struct warmup_levels levels) {
  *observation = (struct observation){
      .events = sim->events, .fingerprint = sim->fingerprint, .levels = levels};
  sim_collect(sim, &observation->metrics);
  observation->check = sim_checks(sim, &observation->checks);
}

static void merge_extreme(struct metric *into, const struct metric *other) {
  bool larger = other->num > into->num;
  if (other->den == 0) return;
  if (into->den == 0 || larger == (into->merge == METRIC_MAX)) into->num = other->num;
  into->den = 1;
}

/* Metrics that share a histogram follow one another. */
static void merge_metrics(struct metrics *into, const struct metrics *other) {
  const struct hist *merged = NULL;
  assert(into->n == other->n && "both halves emit the same metrics");
  for (uint32_t i = 0; i < into->n; i++) {
    struct metric *a = &into->list[i];
    const struct metric *b = &other->list[i];
    switch (a->merge) {
      case METRIC_QUOTIENT:
        a->num += b->num;
        a->den += b->den;
        break;
      case METRIC_MAX:
      case METRIC_MIN:
        merge_extreme(a, b);
        break;
      case METRIC_QUANTILE:
      case METRIC_DEVIATION:
        if (a->hist != merged) hist_merge(a->hist, b->hist);
        merged = a->hist;
        break;
    }
  }
}

/* One that only the other half made comes last. */
static void merge_checks(struct observation *into, const struct observation *other) {
  GHashTable *known = g_hash_table_new(g_str_hash, g_str_equal);
  uint32_t own = into->checks;
  into->check = mem_resize(into->check, (own + other->checks + 1) * sizeof *into->check);
  for (uint32_t i = 0; i < own; i++) {
    g_hash_table_insert(known, into->check[i].name, &into->check[i]);
  }
  for (uint32_t i = 0; i < other->checks; i++) {
    struct check *mine = g_hash_table_lookup(known, other->check[i].name);
    if (mine == NULL) {
      into->check[into->checks++] = other->check[i];
    } else if (mine->pass && !other->check[i].pass) {
      *mine = other->check[i];
    }
  }
  g_hash_table_destroy(known);
}

static double average(double a, double b) {
  return (a + b) / 2;
}

void observation_merge(struct observation *into, const struct observation *other) {
  merge_metrics(&into->metrics, &other->metrics);
  merge_checks(into, other);
  into->events += other->events;
  into->fingerprint = rng_mix(into->fingerprint) ^ other->fingerprint;
  into->levels = (struct warmup_levels){average(into->levels.early, other->levels.early),
                                        average(into->levels.late, other->levels.late),
                                        average(into->levels.lost, other->levels.lost)};
}

void observation_free(struct observation *observation) {
  metrics_free(&observation->metrics);
  free(observation->check);
  *observation = (struct observation){0};
}
