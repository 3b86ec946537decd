/* Aim: under sjf the shortest of those that wait comes next, under srpt those with the least work
 * left run and others stand still, through interruptions, faults and calls given up; on schedules
 * computed by hand. test_station.c compares thousands of calls with a plain simulation. */
#include <math.h>

#include "rng.h"
#include "shortest.h"
#include "test_script_load.h"

#define ONE(NAME, AT, REST)                                \
  "client \"" NAME "\" { arrivals = burst { 1, at = \"" AT \
  "\" }, "                                                 \
  "target = \"s\", mix = { " NAME " = 1 }" REST " }\n"
#define THREE ONE("long", "1s", "") ONE("middle", "2s", "") ONE("short", "3s", "")
#define SERVICE(SAYS, SHORT)          \
  "service \"s\" { " SAYS             \
  ", on = { long = { work \"4s\" }, " \
  "middle = { work \"2s\" }, short = { work \"" SHORT "\" } } }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 30);
  if (!(fabs(got - value) <= 2e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

static void test_order(void **state) {
  (void)state;
  const char *sjf = THREE SERVICE("workers = 1, discipline = \"sjf\"", "500ms");
  expect(sjf, "long.latency.max", 4);
  expect(sjf, "short.latency.max", 2.5);
  expect(sjf, "middle.latency.max", 5.5);
  expect(sjf, "s.wait.mean", (2 + 3.5) / 3);
  const char *srpt = THREE SERVICE("workers = 1, discipline = \"srpt\"", "500ms");
  expect(srpt, "short.latency.max", 0.5);
  expect(srpt, "middle.latency.max", 2.5);
  expect(srpt, "long.latency.max", 6.5);
  const char *tie = THREE SERVICE("workers = 1, discipline = \"srpt\"", "1s");
  expect(tie, "middle.latency.max", 2);
  expect(tie, "short.latency.max", 2);
  expect(tie, "long.latency.max", 7);
}

/* Aim: of two workers the one with more left is interrupted, and each takes up again what stands
 * still. */
static void test_two_workers(void **state) {
  (void)state;
  const char *text = THREE SERVICE("workers = 2, discipline = \"srpt\"", "500ms");
  expect(text, "middle.latency.max", 2);
  expect(text, "short.latency.max", 0.5);
  expect(text, "long.latency.max", 4.5);
  expect(text, "s.busy.mean", 6.5 / 30);
}

static void test_faults(void **state) {
  (void)state;
  const char *hang =
      THREE SERVICE("workers = 1, discipline = \"srpt\"",
                    "500ms") "fault { hang \"s\", at = \"2500ms\", lasts = \"1s\" }\n";
  expect(hang, "short.latency.max", 1);
  expect(hang, "middle.latency.max", 3.5);
  expect(hang, "long.latency.max", 7.5);
  const char *crashed = ONE("long", "1s", "") ONE("middle", "2s", "")
      SERVICE("workers = 1, discipline = \"srpt\"", "1s")
          ONE("short", "5s", "") "fault { crash \"s\", at = \"3s\", lasts = \"1s\" }\n";
  expect(crashed, "long.errors.reset", 1);
  expect(crashed, "middle.errors.reset", 1);
  expect(crashed, "short.latency.max", 1);
  expect(crashed, "s.busy.mean", 3.0 / 30);
  const char *waiting =
      ONE("long", "1s", "") ONE("middle", "2s", "")
          SERVICE("workers = 1, discipline = \"sjf\"", "1s")
              "client \"more\" { arrivals = burst { 3, at = \"5s\" }, target = \"s\", "
              "mix = { long = 1 } }\n"
              "fault { crash \"s\", at = \"3s\", lasts = \"1s\" }\n";
  expect(waiting, "middle.errors.reset", 1);
  expect(waiting, "more.latency.max", 12);
  expect(waiting, "s.busy.mean", 14.0 / 30);
}

/* Aim: who gives up while standing still is taken out, and so is who gives up while running, whose
 * worker goes on with another call. */
static void test_given_up(void **state) {
  (void)state;
  const char *still = ONE("long", "1s", ", timeout = \"2s\"") ONE("middle", "2s", "")
      SERVICE("workers = 1, discipline = \"srpt\", cancel = \"running\"", "1s");
  expect(still, "long.errors.timeout", 1);
  expect(still, "s.stopped", 1);
  expect(still, "middle.latency.max", 2);
  expect(still, "s.busy.mean", 3.0 / 30);
  const char *runs = ONE("long", "1s", "") ONE("middle", "2s", ", timeout = \"1s\"")
      SERVICE("workers = 1, discipline = \"srpt\", cancel = \"running\"", "1s");
  expect(runs, "middle.errors.timeout", 1);
  expect(runs, "long.latency.max", 5);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *service, *says;
  } cases[] = {
      {"workers = 1, discipline = \"sjf\", io = \"async\", work = \"1ms\"", "for blocking io"},
      {"workers = 1, discipline = \"sjf\", on = { sleep \"1ms\", work \"1ms\" }",
       "begin with work"},
      {"workers = 1, discipline = \"srpt\", io = \"async\", work = \"1ms\"",
       "no effect with discipline \"srpt\""},
      {"discipline = \"srpt\", work = \"1ms\"", "workers"},
      {"workers = 1, discipline = \"srpt\", on = { shed { when = \"wait > 5ms\" } }",
       "with discipline \"srpt\" nobody waits"},
      {"workers = 1, discipline = \"sfj\", work = \"1ms\"", "did you mean 'sjf'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[400];
    snprintf(text, sizeof text, "%sservice \"s\" { %s }\n", ONE("short", "1s", ""),
             cases[i].service);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].service, got);
  }
}

/* Aim: the heap itself, against a search of all that are in it: many at a time, of which some have
 * the same number, some leave from the middle, and others come between. */
static void test_heap(void **state) {
  (void)state;
  enum { MOST = 500 };
  struct shortest s = {0};
  double key[MOST];
  bool in[MOST] = {false};
  for (uint32_t i = 0, come = 0, left = 0; left < MOST; i++) {
    uint64_t what = rng_mix(i + 1);
    if (come < MOST && (what % 3 != 0 || come == left)) {
      key[come] = (double)(rng_mix(what) % 100);
      in[come] = true;
      shortest_add(&s, key[come], come);
      come++;
      continue;
    }
    uint32_t first = MOST;
    for (uint32_t k = 0; k < come; k++) {
      if (in[k] && (first == MOST || key[k] < key[first])) first = k;
    }
    uint32_t goes = (uint32_t)(rng_mix(what + 1) % come);
    if (what % 5 != 0 || !in[goes]) {
      goes = first;
      assert_int_equal(shortest_take(&s).slot, first);
    } else {
      shortest_remove_at(&s, shortest_find(&s, goes));
      assert_int_equal(shortest_find(&s, goes), s.n);
    }
    in[goes] = false;
    left++;
  }
  assert_int_equal(s.n, 0);
  free(s.entry);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order),    cmocka_unit_test(test_two_workers),
      cmocka_unit_test(test_faults),   cmocka_unit_test(test_given_up),
      cmocka_unit_test(test_mistakes), cmocka_unit_test(test_heap),
  };
  return cmocka_run_group_tests_name("shortest", tests, folder_make, folder_remove);
}
