/* A scenario that was run, and what is said of it. */
#ifndef DIAGNOSIS_KIT_H
#define DIAGNOSIS_KIT_H

#include <string.h>

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

#define RUN "run { duration = '60s', warmup = '10s', replications = 2 }\n"

/* Two servers, a database: `web` and `db` are further keys of theirs. */
#define SHOP(rate, web, db)                                         \
  "client 'users' { arrivals = poisson '" rate                      \
  "', target = 'web', timeout = '5s' }\n"                           \
  "service 'web' { " web                                            \
  ", on = { default = { work(exponential '2ms'), call 'db' } } }\n" \
  "database 'db' { read = exponential '4ms', write = exponential '4ms', " db " }\n" RUN

static inline const struct finding *find(const struct seen *s, const char *component,
                                         const char *limit) {
  for (uint32_t i = 0; i < s->diagnosis.findings.n; i++) {
    const struct finding *f = &s->diagnosis.findings.list[i];
    if (strcmp(f->component, component) == 0 && strcmp(f->limit, limit) == 0) return f;
  }
  return NULL;
}

/* The first finding is about this component; one of those about it names this limit. */
static inline void assert_found(const char *text, const char *component, const char *limit,
                                enum severity severity) {
  struct seen s = see(text);
  assert_false(s.diagnosis.healthy);
  assert_int_not_equal(s.diagnosis.findings.n, 0);
  assert_string_equal(s.diagnosis.findings.list[0].component, component);
  const struct finding *f = find(&s, component, limit);
  if (f == NULL) fail_msg("%s is said of %s", s.diagnosis.findings.list[0].limit, component);
  assert_int_equal(f->severity, severity);
  assert_non_null(strstr(f->sentence, strchr(component, '.') == NULL ? component : "wan"));
  forget(&s);
}

static inline const struct finding_group *group_of(const struct seen *s, enum rule rule) {
  for (uint32_t i = 0; i < s->diagnosis.groups.n; i++) {
    if (s->diagnosis.groups.list[i].rule == rule) return &s->diagnosis.groups.list[i];
  }
  fail_msg("nothing is said of rule %d", (int)rule);
  return NULL;
}

#endif
