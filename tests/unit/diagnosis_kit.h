/* A scenario that was run, and what is said of it. */
#ifndef DIAGNOSIS_KIT_H
#define DIAGNOSIS_KIT_H

#include "diagnosis.h"
#include "results_kit.h"

struct seen {
  struct scenario *scenario;
  struct results results;
  struct diagnosis diagnosis;
};

static inline struct seen see(const char *text) {
  struct seen s = {.scenario = kit_scenario(text)};
  s.results = kit_run(s.scenario, (struct experiment_options){.jobs = 2, .timeline = true});
  s.diagnosis = diagnose(&s.results);
  return s;
}

static inline void forget(struct seen *s) {
  diagnosis_free(&s->diagnosis);
  results_free(&s->results);
  scenario_free(s->scenario);
}

#endif
