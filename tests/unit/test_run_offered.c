/* Aim: an overload that outlives a peak of the load is told as that, with the loads; one that is of
 * the load at the end is not, nor one that was there before. Seed 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdio.h>

#include "diagnosis_kit.h"
#include "offered.h"
#include "timeline.h"

static const struct finding_group *relapse_of(const struct seen *s) {
  for (uint32_t i = 0; i < s->diagnosis.groups.n; i++) {
    if (s->diagnosis.groups.list[i].rule == RULE_RELAPSE) return &s->diagnosis.groups.list[i];
  }
  return NULL;
}

/* Two workers serve 125/s. A queue of 500 is 4 s long, and users who ask four times in all until
 * they have waited for 2 s each send 200/s where 50/s come. */
static struct seen shop(const char *before, const char *peak, const char *after,
                        const char *retry) {
  char text[1024];
  snprintf(text, sizeof text,
           "client 'u' { arrivals = poisson(profile { { '0s', '%s' }, { '60s', '%s' },\n"
           "  { '100s', '%s' }, steps = true }), target = 'web', timeout = '2s'%s }\n"
           "service 'web' { workers = 2, queue = 500, work = exponential '16ms' }\n"
           "run { duration = '200s', warmup = '10s', replications = 2 }\n",
           before, peak, after, retry);
  return see(text);
}

#define FOUR_TIMES ", retry = { attempts = 4, backoff = '100ms' }"

static void an_overload_outlives_a_peak(void **state) {
  (void)state;
  struct seen s = shop("50/s", "200/s", "50/s", FOUR_TIMES);
  const struct finding_group *told = relapse_of(&s);
  assert_non_null(told);
  assert_non_null(strstr(told->sentence, "Requests of u do not get over a peak of the load: "));
  assert_non_null(strstr(told->sentence, " s after new requests had come down from "));
  assert_non_null(strstr(told->sentence, " of them fail, against 0 % before they rose; "));
  assert_non_null(strstr(told->sentence, " new requests and keep the overload up."));
  assert_non_null(
      strstr(s.diagnosis.failed, "; they still fail long after the load has come down"));
  assert_non_null(
      strstr(s.diagnosis.saturates, " stays saturated after the peak of the load is over"));
  forget(&s);
}

static void what_is_none(void **state) {
  (void)state;
  static const char *const cases[][4] = {
      {"50/s", "200/s", "50/s", ""},           /* it is over with the peak */
      {"50/s", "200/s", "150/s", FOUR_TIMES},  /* so much it never served */
      {"150/s", "200/s", "150/s", FOUR_TIMES}, /* it failed before */
      {"50/s", "150/s", "200/s", FOUR_TIMES}}; /* the most is at the end */
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct seen s = shop(cases[i][0], cases[i][1], cases[i][2], cases[i][3]);
    if (relapse_of(&s) != NULL) fail_msg("case %zu: %s", i, relapse_of(&s)->sentence);
    assert_null(strstr(s.diagnosis.failed, "come down"));
    forget(&s);
  }
}

/* What is above the last level by chance is no peak: with a request a second many sixtieths of the
 * run have a quarter more. */
static void chance_is_no_peak(void **state) {
  (void)state;
  struct seen s =
      see("client 'u' { arrivals = poisson '1/s', target = 'web' }\n"
          "service 'web' { work = '1ms' }\n" RUN);
  uint32_t looks = s.results.timeline->looks;
  assert_false(offered_peak(&s.results, looks - looks / 10).found);
  forget(&s);
  /* A hundred at once are one, and users who wait for their answers never. */
  s =
      see("client 'u' { arrivals = poisson '1/s', target = 'web' }\n"
          "client 'b' { arrivals = burst { 100, at = '30s' }, target = 'web' }\n"
          "client 'c' { arrivals = closed { users = 50 }, target = 'web' }\n"
          "service 'web' { workers = 5, work = '50ms' }\n"
          "fault { slow { 'web', factor = 9 }, at = '40s' }\n" RUN);
  looks = s.results.timeline->looks;
  struct offered_peak peak = offered_peak(&s.results, looks - looks / 10);
  assert_true(peak.found);
  assert_true(peak.from <= looks / 2 && peak.until >= looks / 2 && peak.until < looks * 6 / 10);
  assert_true(offered_in(&s.results, looks * 6 / 10, looks) < 3);
  forget(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(an_overload_outlives_a_peak),
                                     cmocka_unit_test(what_is_none),
                                     cmocka_unit_test(chance_is_no_peak)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
