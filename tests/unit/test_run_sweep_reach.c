/* Aim: a sweep over a rate tells, for each design, up to which load all goals are met: whatever the
 * order of points, with undecided, missing and disordered ones, and nothing where there is no
 * answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <string.h>

#include "sweep_reach.h"

#define RATES "{\"name\":\"rate\",\"values\":[\"20/s\",\"100/s\",\"9/s\",\"40/s\"]}"
#define SERVERS "{\"name\":\"servers\",\"values\":[\"1\",\"2\"]}"

static const char *goal_of(char letter) {
  return letter == 'm' ? "pass" : letter == 'f' ? "fail" : "undecided";
}

/* The sentences of a sweep, with '|' between them. `verdicts` has a letter for each rate of the
 * manifest, of one design after the other: met, failed, undecided, or '-', which is missing. */
static char *told(const char *axes, const char *verdicts) {
  char *text = g_strdup_printf("{\"axes\":[%s]}", axes);
  json_t *manifest = json_loads(text, 0, NULL);
  assert_non_null(manifest);
  g_free(text);
  const json_t *list = json_object_get(manifest, "axes");
  const json_t *rates = json_object_get(json_array_get(list, 0), "values");
  size_t n = json_array_size(rates);
  struct sweep_reach *reach = sweep_reach_new(manifest);
  for (size_t i = 0; verdicts[i]; i++) {
    json_t *point = json_null();
    if (verdicts[i] != '-') {
      point =
          json_pack("{s:{s:s,s:s},s:[{s:s},{s:s}]}", "params", "rate",
                    json_string_value(json_array_get(rates, i % n)), "servers", i < n ? "1" : "2",
                    "goals", "verdict", "pass", "verdict", goal_of(verdicts[i]));
      assert_non_null(point);
    }
    sweep_reach_add(reach, point);
    json_decref(point);
  }
  GPtrArray *sentences = g_ptr_array_new_with_free_func(g_free);
  sweep_reach_say(reach, sentences);
  g_ptr_array_add(sentences, NULL);
  char *all = g_strjoinv("|", (char **)sentences->pdata);
  g_ptr_array_free(sentences, TRUE);
  sweep_reach_free(reach);
  json_decref(manifest);
  return all;
}

static void expect(const char *axes, const char *verdicts, const char *sentence) {
  char *got = told(axes, verdicts);
  assert_string_equal(got, sentence);
  g_free(got);
}

/* By load they are 9, 20, 40 and 100/s: letters 3, 1, 4 and 2. */
static void test_one_design(void **state) {
  (void)state;
  expect(RATES, "mmmm", "All goals are met at every rate, up to 100/s.");
  expect(RATES, "mfmm", "All goals are met up to rate=40/s; one fails at 100/s.");
  expect(RATES, "ffmf", "All goals are met up to rate=9/s; one fails from 20/s on.");
  expect(RATES, "mfmu",
         "All goals are met up to rate=20/s and undecided at 40/s; one fails at 100/s.");
  expect(RATES, "uumu", "All goals are met up to rate=9/s and undecided from 20/s to 100/s.");
  expect(RATES, "fumu", "All goals are met up to rate=9/s; one fails at 20/s.");
  expect(RATES, "ffff", "A goal fails already at rate=9/s.");
  expect(RATES, "mmfm", "A goal fails already at rate=9/s, and all are met from 20/s to 100/s.");
  expect(RATES, "mffu",
         "A goal fails already at rate=9/s, and all are met at 20/s and undecided at 40/s; one "
         "fails at 100/s.");
  expect(RATES, "mfum",
         "Whether all goals are met is undecided at 9/s, and all are met at 20/s and 40/s; one "
         "fails at 100/s.");
  expect(RATES, "ffum",
         "Whether all goals are met is undecided at 9/s; one fails at 20/s, and all are met at "
         "40/s; one fails at 100/s.");
  expect(RATES, "ufuf",
         "Whether all goals are met is undecided at 9/s and 20/s; one fails from "
         "40/s on.");
  expect(RATES, "fmmf", "All goals are met up to rate=9/s; then not at 20/s, and again at 100/s.");
  expect(RATES, "mf-m",
         "All goals are met up to rate=40/s; one fails at 100/s (1 of 4 loads is missing).");
}

static void test_designs(void **state) {
  (void)state;
  expect(RATES "," SERVERS, "mfmfmmmm",
         "With servers=1, all goals are met up to rate=20/s; one fails from 40/s on.|"
         "With servers=2, all goals are met at every rate, up to 100/s.");
}

static void test_nothing_to_tell(void **state) {
  (void)state;
  expect("{\"name\":\"rate\",\"values\":[\"20/s\"]}", "m", "");       /* one load */
  expect("{\"name\":\"rate\",\"values\":[\"20\",\"30\"]}", "mm", ""); /* no load */
  expect(RATES, "----", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_design),
                                     cmocka_unit_test(test_designs),
                                     cmocka_unit_test(test_nothing_to_tell)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
