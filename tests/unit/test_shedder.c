/* Aim: by queue classes go one after the other; by wait calls are turned away at the times of RFC
 * 8289, once all of an interval have waited too long, and not when one has not. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "shedder.h"

static struct shed_config config_of(const char *when, uint32_t classes) {
  static const uint8_t ops[] = {3, 4, 5}, no_tiers[] = {255, 255, 255};
  static const char *const names[] = {"gold", "silver", "bronze"};
  static const uint32_t no_components[] = {REF_NONE, REF_NONE, REF_NONE};
  struct shed_config config = {.when = when,
                               .interval_ns = 100 * MS,
                               .keep = {classes, ops, no_tiers, no_components, names}};
  struct error err;
  if (!shed_parse(when, &config.parsed, &err)) fail_msg("%s: %s", when, err.text);
  return config;
}

static void test_parse(void **state) {
  (void)state;
  struct shed_config config = config_of("queue > 50%", 0);
  assert_true(config.parsed.rule == SHED_QUEUE_SHARE && config.parsed.limit == 0.5);
  config = config_of("queue>40", 0);
  assert_true(config.parsed.rule == SHED_QUEUE_CALLS && config.parsed.limit == 40);
  config = config_of("wait > 20ms", 0);
  assert_true(config.parsed.rule == SHED_WAIT && config.parsed.limit == 20e6);
  static const char *const wrong[] = {
      "",          "queue",        "queue > ",   "queue > 20ms", "queue > 150%",
      "wait > 20", "waits > 20ms", "wait < 20ms"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct shed_when when;
    struct error err;
    if (shed_parse(wrong[i], &when, &err)) fail_msg("'%s' is accepted", wrong[i]);
  }
}

/* The most that may wait of a queue of 100 when a class is let in. */
static uint64_t lets_in_up_to(const struct shed_config *config, uint32_t class) {
  uint64_t waiting = 0;
  while (waiting <= 200 && !shed_by_queue(config, class, waiting, 100)) waiting++;
  return waiting - 1;
}

static void test_by_queue(void **state) {
  (void)state;
  struct shed_config config = config_of("queue > 50%", 0);
  assert_int_equal(lets_in_up_to(&config, 0), 50);
  config = config_of("queue > 50%", 1);
  assert_int_equal(lets_in_up_to(&config, 0), 100);
  assert_int_equal(lets_in_up_to(&config, 1), 50); /* not named */
  config = config_of("queue > 40", 3);
  assert_int_equal(lets_in_up_to(&config, 0), 100);
  assert_int_equal(lets_in_up_to(&config, 1), 70);
  assert_int_equal(lets_in_up_to(&config, 2), 40);
  assert_int_equal(lets_in_up_to(&config, 3), 40);
  assert_false(shed_by_queue(&config, 0, UINT64_MAX - 1, PARAM_UNLIMITED)); /* never full */
}

/* When calls are turned away, in us, if one is taken up each microsecond. */
static uint32_t times_of(const struct shed_config *config, struct shedder *s, uint32_t class,
                         uint64_t from_us, uint64_t until_us, uint64_t wait_ns, uint64_t *out,
                         uint32_t most) {
  uint32_t n = 0;
  for (uint64_t us = from_us; us < until_us; us++) {
    if (!shed_by_wait(config, s, class, wait_ns, true, us * US)) continue;
    assert_true(n < most);
    out[n++] = us;
  }
  return n;
}

/* Aim: the schedule of the control law: the n-th follows after interval / sqrt(n). */
static void test_control_law(void **state) {
  (void)state;
  static const double wanted_ms[] = {100,     200,     270.711, 328.446, 378.446,
                                     423.167, 463.992, 501.788, 537.144, 570.477};
  struct shed_config config = config_of("wait > 5ms", 0);
  struct shedder s = {0};
  uint64_t at[16];
  uint32_t n = times_of(&config, &s, 0, 0, 571000, 6 * MS, at, 16);
  assert_int_equal(n, 10);
  for (uint32_t i = 0; i < n; i++) {
    /* taken up at the next whole microsecond; the reference has six digits */
    if (fabs((double)at[i] / 1000 - wanted_ms[i]) > 0.0016) {
      fail_msg("number %u at %" PRIu64 " us, not %g ms", i + 1, at[i], wanted_ms[i]);
    }
  }
}

/* Aim: one that has waited less, or behind which nobody waits, ends it; soon after it goes on at
 * nearly the pace it had, long after it begins again. */
static void test_ends(void **state) {
  (void)state;
  struct shed_config config = config_of("wait > 5ms", 0);
  uint64_t at[16];
  for (int way = 0; way < 2; way++) {
    struct shedder s = {0};
    assert_int_equal(times_of(&config, &s, 0, 0, 571000, 6 * MS, at, 16), 10);
    assert_false(shed_by_wait(&config, &s, 0, way ? 6 * MS : 4 * MS, !way, 571 * MS));
    assert_int_equal(times_of(&config, &s, 0, 571001, 671001, 6 * MS, at, 16), 0);
    assert_int_equal(times_of(&config, &s, 0, 671001, 706000, 6 * MS, at, 16), 2); /* 100/sqrt(9) */
    assert_int_equal(at[1] - at[0], 33334);
    assert_false(shed_by_wait(&config, &s, 0, 0, true, 706 * MS));
    assert_int_equal(times_of(&config, &s, 0, 5000000, 5200000, 6 * MS, at, 16), 1);
  }
}

/* Aim: soon after means within 16 intervals of when the last one that was turned away was due, if
 * the one behind it had not waited too long; else of when the next one was. The tenth is due at
 * 570.477 ms, the eleventh at 602.1 ms: at 2180 ms it begins again, or goes on. */
static void test_soon_after(void **state) {
  (void)state;
  struct shed_config config = config_of("wait > 5ms", 0);
  uint64_t at[16];
  for (int way = 0; way < 2; way++) {
    struct shedder s = {0};
    assert_int_equal(times_of(&config, &s, 0, 0, 570477, 6 * MS, at, 16), 9);
    uint64_t us = 570477;
    while (!shed_by_wait(&config, &s, 0, 6 * MS, true, us * US)) us++;
    assert_in_range(us, 570477, 570479);
    if (way) assert_false(shed_by_wait(&config, &s, 0, 6 * MS, true, (us + 1) * US));
    assert_false(shed_by_wait(&config, &s, 0, 4 * MS, true, (us + 2) * US));
    assert_in_range(times_of(&config, &s, 0, 2080000, 2281000, 6 * MS, at, 16), 2, 4);
    assert_int_equal(at[0], 2180000);
    assert_in_range(at[1] - at[0], way ? 33333 : 100000, way ? 33335 : 100001);
  }
}

/* Aim: a class above another is turned away an interval later than that would be. */
static void test_spared(void **state) {
  (void)state;
  struct shed_config config = config_of("wait > 5ms", 2);
  uint64_t at[16];
  struct shedder s = {0};
  assert_int_equal(times_of(&config, &s, 1, 0, 150000, 6 * MS, at, 16), 1);
  assert_int_equal(at[0], 100000);
  s = (struct shedder){0};
  assert_int_equal(times_of(&config, &s, 0, 0, 250000, 6 * MS, at, 16), 1);
  assert_int_equal(at[0], 200000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parse),       cmocka_unit_test(test_by_queue),
      cmocka_unit_test(test_control_law), cmocka_unit_test(test_ends),
      cmocka_unit_test(test_spared),      cmocka_unit_test(test_soon_after),
  };
  return cmocka_run_group_tests_name("shedder", tests, NULL, NULL);
}
