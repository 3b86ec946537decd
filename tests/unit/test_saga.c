/* Aim: a saga undoes what its earlier steps have done when a later one fails, also after a crash of
 * who runs it, unless it is forgotten then; a step whose end nobody heard of is undone, too, and
 * never done afterwards. */
#include <math.h>

#include "test_script_load.h"

#define CLIENT                                                                                   \
  "client \"c\" { arrivals = constant \"1/s\", target = \"app\", keys = uniform_keys { n = 9 } " \
  "}\n"
#define APP(MORE)                                                                           \
  "service \"app\" { workers = 64, on = { transaction { "                                   \
  "call { \"stock\", op = \"reserve\", compensate = \"release\", timeout = \"2s\" }, "      \
  "call { \"pay\", op = \"charge\", compensate = \"refund\", timeout = \"2s\" }, commit = " \
  "\"saga\"" MORE " } } }\n"
#define STORES(STOCK, PAY)                           \
  "database \"stock\" { write = \"" STOCK            \
  "\", write_ops = { \"reserve\", \"release\" } }\n" \
  "database \"pay\" { write = \"" PAY "\", write_ops = { \"charge\", \"refund\" } }\n"
#define CRASH(WHO, AT, LASTS) \
  "fault { crash \"" WHO "\", at = \"" AT "\", lasts = \"" LASTS "\" }\n"
#define SAGA CLIENT APP("") STORES("200ms", "200ms")

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 30);
  if (!(fabs(got - value) < 1e-9)) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Aim: without a fault it is one step after the other, and nothing is undone. */
static void test_no_fault(void **state) {
  (void)state;
  expect(SAGA, "app.committed", 30);
  expect(SAGA, "app.compensated", 0);
  expect(SAGA, "c.latency.max", 0.4);
  expect(SAGA, "stock.writes", 30);
}

/* Aim: the second step is refused from 10.1 to 15.1 s, for the sagas of 10 to 14 s: their first
 * steps are undone, 200 ms later, which is one more write each. Without a protocol they stay. */
static void test_undone(void **state) {
  (void)state;
  const char *text = SAGA CRASH("pay", "10.1s", "5s");
  expect(text, "app.aborted", 5);
  expect(text, "app.compensated", 5);
  expect(text, "app.half_applied", 0);
  expect(text, "stock.writes", 30 + 5);
  expect(text, "pay.writes", 25);
  expect(text, "c.errors.failed", 5);
}

/* Aim: who runs it crashes during the first step of the saga of 10 s: it is undone when it is back
 * at 15.1 s; a saga that is in memory alone is half done for ever. */
static void test_crash(void **state) {
  (void)state;
  const char *text = SAGA CRASH("app", "10.1s", "5s");
  expect(text, "app.half_applied", 0);
  expect(text, "app.compensated", 1);
  expect(text, "stock.writes", 25 + 1);
  expect(text, "pay.writes", 24);
  const char *forgets =
      CLIENT APP(", durable = false") STORES("200ms", "200ms") CRASH("app", "10.1s", "5s");
  expect(forgets, "app.half_applied", 1);
  expect(forgets, "app.compensated", 0);
  expect(forgets, "stock.writes", 25);
}

/* Aim: a step that nobody heard of in time is undone, before or after it is done: here the charge
 * takes 3 s, and is given up after 2. */
static void test_unheard(void **state) {
  (void)state;
  const char *text = CLIENT APP("") STORES("0ms", "3s");
  expect(text, "app.committed", 0);
  expect(text, "app.half_applied", 0);
  /* The charge of the saga of 10 s comes at 13.2 s, after what undoes it at 12.2 s. */
  const char *late =
      SAGA "fault { delay { \"app\", \"pay\", by = \"3s\" }, at = \"10.1s\", lasts = \"200ms\" }\n";
  expect(late, "app.aborted", 1);
  expect(late, "app.compensated", 1);
  expect(late, "app.half_applied", 0);
  expect(late, "pay.writes", 29);
  /* What undoes the reservation overtakes nothing; the hung stock answers in the end. */
  const char *hung = SAGA "fault { hang \"stock\", at = \"10.1s\", lasts = \"5s\" }\n";
  expect(hung, "app.half_applied", 0);
}

static void test_mistakes(void **state) {
  (void)state;
  const char *message =
      mistake(CLIENT
              "service \"app\" { on = { call { \"stock\", op = \"reserve\", compensate = "
              "\"release\" } } }\n" STORES("0ms", "0ms"));
  assert_non_null(strstr(message, "saga"));
  message = mistake(
      CLIENT
      "service \"app\" { on = { transaction { call { \"stock\", op = \"reserve\" }, call { "
      "\"pay\", op = \"charge\", compensate = \"refund\" }, commit = \"saga\" } } }\n" STORES(
          "0ms", "0ms"));
  assert_non_null(strstr(message, "compensate"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_fault), cmocka_unit_test(test_undone),
      cmocka_unit_test(test_crash),    cmocka_unit_test(test_unheard),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
