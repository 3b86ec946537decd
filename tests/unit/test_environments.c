/* Aim: instances that come on demand: who waits for a new one, who finds one that is warm, when
 * they go, and that there are never more than allowed. */
#include <math.h>

#include "test_script_load.h"

/* Three seconds for a new one, work of 100 ms, gone after 10 s. */
#define F(MORE)                                                                 \
  "service \"f\" { instances = on_demand { cold = \"3s\", idle = \"10s\" " MORE \
  " }, work = \"100ms\" }\n"
#define BURST(NAME, N, AT) \
  "client \"" NAME "\" { arrivals = burst { " N ", at = \"" AT "\" }, target = \"f\" }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 60);
  if (!(fabs(got - value) < 1e-9))
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
}

/* Aim: the first call waits for the start, one that finds an idle instance does not, and one that
 * comes while it works needs another. */
static void test_cold_and_warm(void **state) {
  (void)state;
  const char *one = F("") BURST("a", "1", "1s") BURST("b", "1", "5s");
  expect(one, "a.latency.mean", 3.1);
  expect(one, "b.latency.mean", 0.1);
  expect(one, "f.cold_starts", 1);
  expect(one, "f.cold_share", 0.5);
  expect(one, "f.cold_time.mean", 3);
  /* From 1 s to 10 s after the end of the second call. */
  expect(one, "f.environments", 14.1 / 60);
  expect(one, "f.environments_idle", (0.9 + 10) / 60);
  const char *while_it_starts = F("") BURST("a", "1", "1s") BURST("b", "1", "2s");
  expect(while_it_starts, "b.latency.mean", 3.1);
  expect(while_it_starts, "f.cold_starts", 2);
  const char *two = F("") BURST("a", "2", "1s") BURST("b", "3", "5s");
  expect(two, "f.cold_starts", 3);
  expect(two, "b.latency.mean", (0.1 + 0.1 + 3.1) / 3);
}

/* Aim: one that nothing was asked of goes when its time is over, and not before; the one that
 * worked last works next, so that others can go. */
static void test_idle(void **state) {
  (void)state;
  expect(F("") BURST("a", "1", "1s") BURST("b", "1", "14.05s"), "f.cold_starts", 1);
  expect(F("") BURST("a", "1", "1s") BURST("b", "1", "14.15s"), "f.cold_starts", 2);
  const char *one_of_two = F("") BURST("a", "2", "1s") BURST("b", "1", "8s") BURST("c", "2", "17s");
  expect(one_of_two, "f.cold_starts", 3);
  expect(one_of_two, "f.environments.end", 0);
  const char *ever =
      "service \"f\" { instances = on_demand { cold = \"3s\", idle = \"1000h\" }, "
      "work = \"100ms\" }\n" BURST("a", "2", "1s");
  expect(ever, "f.environments.end", 2);
}

/* Aim: there are never more than allowed: further calls are refused. */
static void test_most(void **state) {
  (void)state;
  const char *three = F(", most = 2") BURST("a", "3", "1s");
  expect(three, "a.errors.refused", 1);
  expect(three, "f.cold_starts", 2);
  const char *again = F(", most = 2") BURST("a", "3", "1s") BURST("b", "3", "5s");
  expect(again, "b.errors.refused", 1);
  expect(again, "f.cold_starts", 2);
}

/* Aim: several calls of one instance at once: one that is at work and has room is taken before one
 * that is idle; where there may be no more, who comes waits for one that starts. */
static void test_concurrency(void **state) {
  (void)state;
  const char *five = F(", concurrency = 2") BURST("a", "1", "1s") BURST("b", "2", "5s");
  expect(five, "f.cold_starts", 1);
  expect(five, "b.latency.mean", 0.1);
  const char *join = F(", most = 1, concurrency = 3") BURST("a", "1", "1s") BURST("b", "3", "2s");
  expect(join, "b.errors.refused", 1);
  expect(join, "b.latency.mean", 2.1);
  expect(join, "f.environments.end", 0);
  const char *packed =
      F(", concurrency = 2") BURST("a", "2", "1s") BURST("b", "2", "6s") BURST("c", "2", "15s");
  expect(packed, "f.cold_starts", 2);
  expect(packed, "f.environments", (24.1 + 13.1) / 60); /* the second went at 14.1 s */
}

/* Aim: with a crash all are gone, and so are their calls. */
static void test_crash(void **state) {
  (void)state;
  const char *gone = F("") BURST("a", "2", "1s") BURST("b", "1", "4.05s")
      BURST("c", "1", "7s") "fault { crash \"f\", at = \"4.08s\", lasts = \"1s\" }\n";
  expect(gone, "a.errors.reset", 2);
  expect(gone, "b.errors.reset", 1);
  expect(gone, "c.latency.mean", 3.1);
  expect(gone, "f.cold_starts", 4);
  expect(gone, "f.environments.end", 0);
}

/* Aim: what it cannot have is refused. */
static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } known[] = {
      {"service \"f\" { instances = on_demand { cold = \"1s\" }, workers = 3, work = \"1s\" }",
       "has 'workers', which means nothing with instances = on_demand"},
      {"service \"f\" { instances = on_demand { idle = \"1s\" }, work = \"1s\" }",
       "key 'cold' is missing"},
      {"service \"f\" { instances = on_demand { cold = \"1s\", most = 0 }, work = \"1s\" }",
       "from 1 to"},
      {"service \"f\" { instances = on_demand { cold = \"1s\" }, on = { reply(), work \"1s\" } }",
       "answers before the end"},
      {"topic \"f\" { instances = on_demand { cold = \"1s\" } }", "is for services"},
  };
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    char text[512];
    snprintf(text, sizeof text, "%s\n%s", known[k].text, BURST("a", "1", "1s"));
    const char *why = mistake(text);
    if (!strstr(why, known[k].says)) fail_msg("%s\n%s", why, text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_cold_and_warm), cmocka_unit_test(test_idle),
      cmocka_unit_test(test_most),          cmocka_unit_test(test_concurrency),
      cmocka_unit_test(test_crash),         cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
