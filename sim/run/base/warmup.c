#include "warmup.h"

#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "detmath.h"
#include "outline.h"
#include "sim.h"
#include "trace.h"

#define BATCH 5u
#define SAMPLES_PER_SLICE 8u

uint32_t warmup_mser5(const double *series, uint32_t n) {
  uint32_t batches = n / BATCH;
  if (batches < 2) return 0;
  double *mean = mem_alloc(batches * sizeof *mean);
  for (uint32_t b = 0; b < batches; b++) {
    mean[b] = 0;
    for (uint32_t i = 0; i < BATCH; i++) mean[b] += series[b * BATCH + i] / BATCH;
  }
  /* From the end to the front, so that each batch is added once (Welford's update). Ties go to the
   * shorter warm-up. */
  double average = 0, squares = 0, best = INFINITY;
  uint32_t cut = 0;
  for (uint32_t b = batches; b-- > 0;) {
    double kept = batches - b;
    double off = mean[b] - average;
    average += off / kept;
    squares += off * (mean[b] - average);
    double error = squares / (kept * kept);
    if (b <= batches / 2 && error <= best) {
      best = error;
      cut = b;
    }
  }
  free(mean);
  return cut * BATCH;
}

#define DRIFT_REPLICATIONS 5u
#define DRIFT_QUANTILE 0.9975 /* on either side */
#define DRIFT_WORTH_TELLING 0.1

struct warmup_drift warmup_find_drift(const struct warmup_levels *levels, uint32_t replications) {
  struct warmup_drift none = {0};
  double late = 0, difference = 0, squares = 0, lost = 0, n = replications;
  if (replications < DRIFT_REPLICATIONS) return none;
  for (uint32_t i = 0; i < replications; i++) {
    late += levels[i].late / n;
    difference += (levels[i].early - levels[i].late) / n;
    lost += levels[i].lost / n;
  }
  for (uint32_t i = 0; i < replications; i++) {
    double off = levels[i].early - levels[i].late - difference;
    squares += off * off;
  }
  double error = sqrt(squares / (n - 1) / n);
  bool beyond_chance = fabs(difference) > det_student_quantile(DRIFT_QUANTILE, n - 1) * error;
  bool matters = fabs(difference) > DRIFT_WORTH_TELLING * late;
  /* Of a call that was lost, those who wait for it are in flight, too. */
  bool piled_up = lost > -difference / 4 && difference < 0;
  return (struct warmup_drift){beyond_chance && matters && late > 0, difference / late,
                               piled_up ? lost : 0};
}

static uint64_t part_of(uint64_t whole, uint64_t k, uint64_t n) {
  __extension__ typedef unsigned __int128 wide;
  return (uint64_t)((wide)whole * k / n);
}

struct warmup warmup_choose(const double *series, uint64_t duration_ns, const struct spec *spec) {
  uint32_t cut = warmup_mser5(series, WARMUP_SLICES);
  struct warmup w = {.ns = part_of(duration_ns, cut, WARMUP_SLICES), .automatic = true};
  w.at_limit = cut + BATCH > WARMUP_SLICES / 2;
  w.wanted_ns = w.ns;
  for (uint32_t i = 0; i < spec->faults; i++) {
    const struct fault_spec *fault = &spec->fault[i];
    if (fault->recurring || fault->at_ns >= w.ns) continue;
    w.ns = fault->at_ns;
    w.cut_by = fault->name;
  }
  return w;
}

static bool changes_by_clock(const struct spec *spec, const struct component_spec *component,
                             struct arena *arena) {
  for (uint32_t op = 0; op < spec->ops; op++) {
    struct outline outline;
    outline_begin(&outline, arena);
    component->kind->outline(spec, component, (int)op, &outline);
    if (outline.source.profile != NULL || outline.source.once > 0) return true;
  }
  return false;
}

const char *warmup_changing_client(const struct spec *spec) {
  struct arena *arena = arena_new();
  const char *name = NULL;
  for (uint32_t c = 0; name == NULL && c < spec->components; c++) {
    const struct component_spec *component = &spec->component[c];
    if (!component->kind->is_source || component->kind->outline == NULL) continue;
    if (changes_by_clock(spec, component, arena)) name = component->name;
  }
  arena_free(arena);
  return name;
}

bool warmup_pilot(const struct spec *spec, uint64_t seed, uint64_t duration_ns,
                  double series[WARMUP_SLICES], void (*tick)(void *data, double fraction),
                  void *data, struct error *err) {
  /* Replication 0 is the pilot's; the ones that count are numbered from 1. */
  struct sim *sim = sim_new(spec, seed, 0, 0, duration_ns, false);
  trace_limit(sim, 0);
  bool ok = true;
  for (uint32_t s = 0; ok && s < WARMUP_SLICES; s++) {
    double sum = 0;
    for (uint32_t i = 1; ok && i <= SAMPLES_PER_SLICE; i++) {
      ok = sim_run(
          sim, part_of(duration_ns, s * SAMPLES_PER_SLICE + i, WARMUP_SLICES * SAMPLES_PER_SLICE));
      sum += (double)(sim->calls.made - sim->calls.freed);
    }
    series[s] = sum / SAMPLES_PER_SLICE;
    if (!ok) {
      error_set(err, "the pilot run was given up at %.3f s of simulated time: %s",
                (double)sim->now_ns / 1e9, sim->failure);
    } else {
      tick(data, (s + 1.0) / WARMUP_SLICES);
    }
  }
  sim_free(sim);
  return ok;
}
