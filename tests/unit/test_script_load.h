/* For tests of the scenario layer: loads scenarios from texts, in a folder of their own. */
#ifndef TEST_SCRIPT_LOAD_H
#define TEST_SCRIPT_LOAD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "metric.h"
#include "scenario.h"
#include "sim.h"

static char folder[64];

static inline int folder_make(void **state) {
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/archsim-test-XXXXXX");
  return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static inline int folder_remove(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static inline void write_file(const char *name, const char *text) {
  FILE *file = fopen(name, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

/* Loads a text that has to be right. */
static inline struct scenario *load(const char *text) {
  struct error err = {"no message"};
  write_file("s.lua", text);
  struct scenario *scenario = scenario_load("s.lua", NULL, 0, &err);
  if (scenario == NULL) fail_msg("%s\n%s", err.text, text);
  return scenario;
}

/* Loads a text that has to be wrong, and returns the message. */
static inline const char *mistake(const char *text) {
  static struct error err;
  err = (struct error){"no message"};
  write_file("s.lua", text);
  struct scenario *scenario = scenario_load("s.lua", NULL, 0, &err);
  if (scenario) fail_msg("this was accepted:\n%s", text);
  return err.text;
}

/* The value of a parameter of a component; `path` may name a group: "retry.attempts". */
static inline const void *value(const struct scenario *scenario, const char *component,
                                const char *path) {
  uint32_t id = spec_find(&scenario->spec, component);
  assert_true(id != REF_NONE);
  const struct param *params = scenario->spec.component[id].kind->params;
  const char *at = scenario->spec.component[id].config;
  for (;;) {
    size_t length = strcspn(path, ".");
    const struct param *p = params;
    while (p->name && (strlen(p->name) != length || strncmp(p->name, path, length) != 0)) p++;
    if (p->name == NULL) fail_msg("no parameter %s", path);
    at += p->offset;
    if (path[length] == '\0') return at;
    params = p->group;
    path += length + 1;
  }
}

static inline uint64_t whole(const struct scenario *scenario, const char *component,
                             const char *path) {
  return *(const uint64_t *)value(scenario, component, path);
}

/* What the engine checks about a run holds. */
static inline void checks_pass(struct sim *sim, const char *text) {
  uint32_t n;
  struct check *check = sim_checks(sim, &n);
  for (uint32_t i = 0; i < n; i++) {
    if (!check[i].pass) fail_msg("%s: %s\n%s", check[i].name, check[i].detail, text);
  }
  free(check);
}

/* A metric of one run of so many seconds, without a warm-up; -1: there is none of that name. */
static inline double metric_of(const char *text, const char *name, uint64_t seconds) {
  struct scenario *s = load(text);
  uint64_t until_ns = seconds * UINT64_C(1000000000);
  struct sim *sim = sim_new(&s->spec, 1, 0, 0, until_ns, true);
  if (!sim_run(sim, until_ns)) fail_msg("%s\n%s", sim->failure, text);
  checks_pass(sim, text);
  struct metrics metrics = {0};
  sim_collect(sim, &metrics);
  double found = -1;
  bool is_there = false;
  for (uint32_t i = 0; i < metrics.n; i++) {
    if (strcmp(metrics.list[i].name, name)) continue;
    found = metrics.list[i].num / metrics.list[i].den;
    is_there = true;
  }
  if (!is_there) fail_msg("there is no metric %s:\n%s", name, text);
  metrics_free(&metrics);
  sim_free(sim);
  scenario_free(s);
  return found;
}

#endif
