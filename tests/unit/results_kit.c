#include "results_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"

struct scenario *kit_scenario_changed(const char *text, const struct scenario_changes *changes) {
  char path[] = "/tmp/archsim-test-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  size_t size = strlen(text);
  assert_true(write(fd, text, size) == (ssize_t)size);
  close(fd);
  struct error err;
  struct scenario *scenario = scenario_load_changed(path, NULL, 0, changes, &err);
  unlink(path);
  if (scenario == NULL) fail_msg("%s", err.text);
  return scenario;
}

struct scenario *kit_scenario(const char *text) {
  return kit_scenario_changed(text, NULL);
}

struct results kit_run(const struct scenario *scenario, struct experiment_options options) {
  struct results results;
  struct error err;
  if (!experiment_run(scenario, &options, &results, &err)) fail_msg("%s", err.text);
  return results;
}

struct results kit_run_seed(const struct scenario *scenario, uint64_t seed) {
  return kit_run(scenario, (struct experiment_options){.has_seed = true, .seed = seed, .jobs = 2});
}

char *kit_json(const struct results *results) {
  struct results timeless = *results;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  timeless.wall_s = 0;
  json_t *tree = json_results(&timeless);
  json_write(tree, out);
  json_decref(tree);
  fclose(out);
  return text;
}

struct results kit_results(const struct kit_row *row, uint32_t rows, uint32_t replications,
                           const struct goal *goal, uint32_t goals) {
  struct results r;
  results_begin(&r, replications);
  for (uint32_t i = 0; i < replications; i++) {
    struct metrics m = {0};
    for (uint32_t k = 0; k < rows; k++) {
      double value = row[k].value[i];
      if (row[k].merge == METRIC_QUOTIENT) {
        metric_quotient(&m, row[k].unit, value, isnan(value) ? 0 : 1, "%s", row[k].name);
      } else {
        metric_extreme(&m, row[k].merge, row[k].unit, !isnan(value), value, "%s", row[k].name);
      }
    }
    results_add(&r, i, &m, NULL, 0, 1, 1);
    metrics_free(&m);
  }
  results_finish(&r);
  results_judge(&r, goal, goals);
  return r;
}
