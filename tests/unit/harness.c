#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"

/* --- running -------------------------------------------------------------------------------- */

struct run run_begin(struct scene *scene, uint64_t seed, uint64_t warmup_ns, uint64_t end_ns) {
  if (seed != 1) print_message("seed %llu\n", (unsigned long long)seed);
  const struct spec *spec = scene_spec(scene);
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *component = &spec->component[i];
    struct error err;
    if (component->kind->validate && !component->kind->validate(spec, component, &err)) {
      fail_msg("%s: %s", component->name, err.text);
    }
  }
  return (struct run){.sim = sim_new(spec, seed, 0, warmup_ns, end_ns, true)};
}

bool checks_pass(struct sim *sim, struct check *why) {
  uint32_t n;
  struct check *check = sim_checks(sim, &n);
  bool pass = true;
  assert_true(n >= 1);
  for (uint32_t i = 0; i < n && pass; i++) {
    pass = check[i].pass;
    if (!pass && why) *why = check[i];
  }
  free(check);
  return pass;
}

void run_finish(struct run *run) {
  struct check why;
  if (run->sim->failure[0]) fail_msg("the run was given up: %s", run->sim->failure);
  if (!checks_pass(run->sim, &why)) fail_msg("%s: %s", why.name, why.detail);
  metrics_free(&run->metrics);
  sim_collect(run->sim, &run->metrics);
}

struct run run_scene(struct scene *scene, uint64_t seed, uint64_t end_ns) {
  struct run run = run_begin(scene, seed, 0, end_ns);
  sim_run(run.sim, end_ns);
  run_finish(&run);
  return run;
}

void run_free(struct run *run) {
  metrics_free(&run->metrics);
  sim_free(run->sim);
  run->sim = NULL;
}

bool has_metric(const struct run *run, const char *name) {
  for (uint32_t i = 0; i < run->metrics.n; i++) {
    if (!strcmp(run->metrics.list[i].name, name)) return true;
  }
  return false;
}

double metric(const struct run *run, const char *name) {
  for (uint32_t i = 0; i < run->metrics.n; i++) {
    if (!strcmp(run->metrics.list[i].name, name)) return metric_value(&run->metrics.list[i]);
  }
  fail_msg("there is no metric %s", name);
  return NAN;
}

struct member *run_member(const struct run *run, const char *component, uint32_t member) {
  uint32_t id = spec_find(run->sim->spec, component);
  assert_true(id != REF_NONE && member >= 1 && member <= run->sim->component[id].members);
  return &run->sim->component[id].member[member - 1];
}

struct station *run_station(const struct run *run, const char *component, uint32_t member) {
  struct member *m = run_member(run, component, member);
  assert_non_null(m->component->kind->station);
  return m->component->kind->station(m);
}

/* --- asserting ------------------------------------------------------------------------------ */

void assert_within_at(double value, double expected, double tolerance, const char *what,
                      const char *file, int line) {
  if (fabs(value - expected) <= tolerance) return; /* false for NaN */
  print_error("%s = %.17g, expected %.17g +- %.3g\n", what, value, expected, tolerance);
  _fail(file, line);
}

void assert_share_at(double hits, double n, double p, const char *what, const char *file,
                     int line) {
  double sigma = sqrt(n * p * (1 - p));
  print_message("  %s: %.0f of %.0f, expected %.0f, off by %.2f sigma\n", what, hits, n, n * p,
                (hits - n * p) / sigma);
  if (fabs(hits - n * p) <= 4.5 * sigma) return;
  print_error("%s: %.0f of %.0f, expected %.0f\n", what, hits, n, n * p);
  _fail(file, line);
}

void assert_shot_at(const struct shot *shot, enum outcome outcome, uint64_t ended_ns,
                    const char *file, int line) {
  if (shot->ended == 1 && shot->outcome == outcome && shot->ended_ns == ended_ns) return;
  if (shot->ended != 1) {
    print_error("the shot at %.9f s ended %u times\n", (double)shot->at_ns / 1e9, shot->ended);
  } else {
    print_error("the shot at %.9f s ended %s at %.9f s, expected %s at %.9f s\n",
                (double)shot->at_ns / 1e9, outcome_name[shot->outcome],
                (double)shot->ended_ns / 1e9, outcome_name[outcome], (double)ended_ns / 1e9);
  }
  _fail(file, line);
}
