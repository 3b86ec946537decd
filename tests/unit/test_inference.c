/* Aim: tokens come in steps as the formulas of fixed batches say; a full memory takes places away,
 * and prefixes that are kept save what they should. */
#include <math.h>

#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 60);
  if (!(fabs(got - value) < 1e-9))
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
}

/* N clients that ask at the same instant. */
#define BURST(NAME, N, AT, MORE)                                              \
  "client \"" NAME "\" { instances = " N ", arrivals = burst { 1, at = \"" AT \
  "\" }, target = \"m\"" MORE " }\n"
#define MODEL(MORE) "inference \"m\" { step = \"10ms\", " MORE " }\n"

/* Aim: 8 sequences of the same length that come together: a step of 10 ms + 8 x 1 ms gives each a
 * token, so that 8 / 18 ms come a second, and by Little's law batch = throughput x latency. */
static void test_fixed_batch(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = closed { users = 8, think = \"0ms\" }, target = \"m\" }\n" MODEL(
          "prompt = 1, output = 100, per_sequence = \"1ms\"");
  expect(text, "m.token_rate", floor(60 / 0.018) * 8 / 60);
  expect(text, "c.latency.mean", 1.8);
  expect(text, "m.first_token.mean", 0.018);
  expect(text, "m.next_token.mean", 0.018);
  expect(text, "m.batch", 8);
  expect(text, "m.busy", 1);
  const char *halves = BURST("c", "8", "1s", "")
      MODEL("prompt = 1, output = 100, per_sequence = \"1ms\", batch = 4");
  expect(halves, "c.latency.mean", (1.4 + 2.8) / 2);
  expect(halves, "m.first_token.mean", (0.014 + 1.414) / 2);
  expect(halves, "m.steps", 200);
}

/* Aim: who comes while others generate joins the next step, and does not wait for their end. */
static void test_joins(void **state) {
  (void)state;
  const char *text =
      BURST("a", "1", "1s", "") BURST("b", "1", "1.005s", "") MODEL("prompt = 1, output = 100");
  expect(text, "b.latency.mean", 1.005);
  expect(text, "m.steps", 101);
}

/* Aim: a prompt costs its tokens, and with `chunk` is read in parts. */
static void test_prompts(void **state) {
  (void)state;
#define FOUR(MORE) BURST("c", "4", "1s", "") MODEL("prompt = 100, per_token = \"1ms\", " MORE)
  expect(FOUR("output = 1"), "c.latency.mean", 0.410);
  expect(FOUR("output = 1, chunk = 100"), "c.latency.mean", 0.275);
  expect(FOUR("output = 1, chunk = 150"), "c.latency.mean", (0.16 + 0.32 + 0.32 + 0.43) / 4);
  /* Those that generate come first: steps with 100, 99, 100, 99 and 2 tokens of prompts. */
  expect(FOUR("output = 2, chunk = 100"), "m.first_token.max",
         0.110 + 0.109 + 0.110 + 0.109 + 0.012);
}

/* Aim: 250 tokens of room for two of 100 + 50: the second loses its place after 26 tokens, waits
 * for the end of the first, and is read again with what it had. */
static void test_memory(void **state) {
  (void)state;
  const char *text = BURST("c", "2", "1s", "")
      MODEL("prompt = 100, output = 50, per_token = \"1ms\", memory = 250");
  expect(text, "m.preempted", 1);
  expect(text, "c.latency.min", 0.70);
  expect(text, "c.latency.max", 1.066);
  expect(text, "m.tokens", 100);
  const char *small = BURST("c", "2", "1s", "") MODEL("prompt = 100, output = 5, memory = 104");
  expect(small, "m.preempted", 0);
  expect(small, "c.latency.mean", (0.05 + 0.10) / 2);
  const char *none = BURST("c", "2", "1s", "") MODEL("prompt = 100, output = 5, memory = 99");
  expect(none, "c.errors.refused", 2);
  expect(none, "m.too_long", 2);
  const char *grows = BURST("c", "1", "1s", "") MODEL("prompt = 100, output = 50, memory = 120");
  expect(grows, "c.errors.refused", 1);
}

/* Aim: a prefix that is kept is not computed again, so that of prompts that are all prefix the
 * share skipped is the hit ratio; one that there is no room for is. */
static void test_prefixes(void **state) {
  (void)state;
#define ONE ", keys = uniform_keys { n = 1 }"
#define READS "prompt = 100, output = 1, per_token = \"1ms\", prefix = 300"
  const char *text = BURST("a", "1", "1s", ONE) BURST("b", "3", "5s", ONE) MODEL(READS);
  expect(text, "a.latency.mean", 0.410);
  expect(text, "b.latency.mean", 0.310);
  expect(text, "m.prefix_hit_ratio", 0.75);
  expect(text, "m.prompt_skipped", 900.0 / 1600);
  expect(text, "m.memory_used.end", 300);
  const char *without = BURST("a", "1", "1s", "") BURST("b", "3", "5s", "") MODEL(READS);
  expect(without, "b.latency.mean", 1.210);
  expect(without, "m.memory_used.end", 0);
  /* Two at once both compute it; one of them keeps it. */
  const char *both = BURST("a", "2", "1s", ONE) MODEL(READS);
  expect(both, "m.prefix_hit_ratio", 0);
  expect(both, "m.memory_used.end", 300);
  const char *crash = BURST("a", "1", "1s", ONE) BURST("b", "1", "5s", ONE)
      MODEL(READS) "fault { crash \"m\", at = \"3s\", lasts = \"1s\" }\n";
  expect(crash, "b.latency.mean", 0.410);
  /* Of two keys there is room for one. */
  const char *lru =
      "client \"c\" { arrivals = constant \"1/s\", target = \"m\", "
      "keys = uniform_keys { n = 50 } }\n" MODEL(READS ", memory = 450");
  assert_true(metric_of(lru, "m.prefix_hit_ratio", 60) < 0.1);
  expect(lru, "m.memory_used.end", 300);
}

static void test_crash(void **state) {
  (void)state;
  const char *text = BURST("a", "3", "1s", "") BURST("b", "1", "9s", "") MODEL(
      "prompt = 1, output = 500, batch = 2") "fault { crash \"m\", at = \"3s\", lasts = \"1s\" }\n";
  expect(text, "a.errors.reset", 3);
  expect(text, "b.latency.mean", 5);
  expect(text, "m.batch.end", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fixed_batch), cmocka_unit_test(test_joins),
      cmocka_unit_test(test_prompts),     cmocka_unit_test(test_memory),
      cmocka_unit_test(test_prefixes),    cmocka_unit_test(test_crash),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
