/* Aim: a breaker opens, tries and closes when its rules say so, to the call, and what it lets
 * through in an outage is what arithmetic says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>

#include "breaker.h"
#include "rng.h"

#define SEED UINT64_C(20261128)
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)

static struct arena *arena;

static struct breaker_config in_a_row(uint64_t failures) {
  return (struct breaker_config){.given = true,
                                 .failures = failures,
                                 .slow_ns = PARAM_UNLIMITED,
                                 .open_ns = 30 * S,
                                 .trials = 1};
}

static struct breaker_config by_ratio(double ratio, struct window window, uint64_t least) {
  return (struct breaker_config){.given = true,
                                 .ratio = ratio,
                                 .window = window,
                                 .least = least,
                                 .slow_ns = PARAM_UNLIMITED,
                                 .open_ns = 60 * S,
                                 .trials = 4};
}

/* Makes a call that ends at once; false: it was turned away. */
static bool call(struct breaker *b, uint64_t now_ns, bool failed, uint64_t took_ns) {
  uint32_t epoch;
  if (!breaker_admit(b, now_ns, &epoch)) return false;
  breaker_record(b, now_ns, epoch, failed, took_ns);
  return true;
}

/* Aim: five failures, 30 s, one trial, 10 calls a second, an outage of 100 s: 5 calls open it at
 * 0.4 s, trials fail at 30.4, 60.4 and 90.4 s, that at 120.4 s closes it; 1196 are turned away. */
static void test_outage(void **state) {
  (void)state;
  struct breaker_config config = in_a_row(5);
  struct breaker b;
  breaker_init(&b, &config, arena);
  int failed = 0, rejected = 0;
  uint64_t closed_ns = 0;
  for (uint64_t i = 0; i < 2000; i++) {
    uint64_t now_ns = i * 100 * MS;
    bool down = now_ns < 100 * S, made = call(&b, now_ns, down, 0);
    failed += made && down;
    rejected += !made;
    if (b.state == BREAKER_CLOSED && closed_ns == 0 && i > 5) closed_ns = now_ns;
  }
  assert_int_equal(failed, 8);
  assert_int_equal(rejected, 1196);
  assert_int_equal(b.rejected, 1196);
  assert_int_equal(b.opened, 4);
  assert_int_equal(closed_ns, 120400 * MS);
  assert_int_equal(breaker_not_closed_ns(&b, 200 * S), 120 * S);
}

/* Aim: a success in between starts the row over; calls until k failures in a row, each with
 * probability p, are (1 - p^k) / ((1 - p) p^k) on average. */
static void test_in_a_row(void **state) {
  (void)state;
  enum { TRIPS = 4000, K = 5 };
  print_message("seed %llu\n", (unsigned long long)SEED);
  struct breaker_config config = in_a_row(K);
  config.open_ns = 1;
  struct draws draws = draws_begin(rng_stream(SEED, 0, "breaker", "failures"), 1, 0);
  double sum = 0, squares = 0;
  for (int t = 0; t < TRIPS; t++) {
    struct breaker b;
    double calls = 0;
    breaker_init(&b, &config, arena);
    for (; b.opened == 0; calls++) assert_true(call(&b, 0, draws_unit(&draws) < 0.5, 0));
    sum += calls;
    squares += calls * calls;
  }
  double mean = sum / TRIPS, sd = sqrt(squares / TRIPS - mean * mean);
  assert_true(fabs(mean - 62) <= 4.5 * sd / sqrt(TRIPS));
}

/* Aim: half open, only as many as there are trials get through; all of them good close it, the
 * first bad one opens it for the whole time. */
static void test_trials(void **state) {
  (void)state;
  struct breaker_config config = in_a_row(1);
  config.trials = 3;
  struct breaker b;
  breaker_init(&b, &config, arena);
  assert_true(call(&b, 0, true, 0));
  assert_false(call(&b, 30 * S - 1, false, 0));
  uint32_t epoch[4];
  for (int i = 0; i < 3; i++) assert_true(breaker_admit(&b, 30 * S, &epoch[i]));
  assert_false(breaker_admit(&b, 30 * S, &epoch[3]));
  breaker_record(&b, 31 * S, epoch[0], false, 0);
  assert_false(breaker_admit(&b, 31 * S, &epoch[3])); /* its place is not free again */
  breaker_give_back(&b, epoch[1]);                    /* that of one that was not made is */
  assert_true(breaker_admit(&b, 31 * S, &epoch[1]));
  breaker_record(&b, 32 * S, epoch[1], true, 0);
  assert_int_equal(b.state, BREAKER_OPEN);
  assert_int_equal(b.until_ns, 62 * S);
  breaker_record(&b, 33 * S, epoch[2], false, 0); /* of an earlier state: says nothing */
  assert_int_equal(b.state, BREAKER_OPEN);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(b.state, i == 0 ? BREAKER_OPEN : BREAKER_HALF_OPEN);
    assert_true(call(&b, 62 * S, false, 0));
  }
  assert_int_equal(b.state, BREAKER_CLOSED);
}

/* Aim: a window of calls counts the last ones alone, is not judged before there are enough, and
 * opens when the share reaches the ratio. */
static void test_window_of_calls(void **state) {
  (void)state;
  struct breaker_config config = by_ratio(0.5, (struct window){.calls = 10}, 4);
  struct breaker b;
  breaker_init(&b, &config, arena);
  for (int i = 0; i < 3; i++) assert_true(call(&b, 0, true, 0));
  assert_int_equal(b.state, BREAKER_CLOSED); /* three of three, but too few */
  breaker_restart(&b, 0);
  for (int i = 0; i < 40; i++) call(&b, 0, false, 0);
  for (int i = 0; i < 4; i++) call(&b, 0, true, 0);
  assert_int_equal(b.state, BREAKER_CLOSED); /* 4 of the last 10 */
  call(&b, 0, true, 0);
  assert_int_equal(b.state, BREAKER_OPEN); /* 5 of the last 10 */
}

/* Aim: a window of time forgets what is older than it, whole slices at a time. */
static void test_window_of_time(void **state) {
  (void)state;
  struct breaker_config config = by_ratio(0.5, (struct window){.ns = 10 * S}, 4);
  struct breaker b;
  breaker_init(&b, &config, arena);
  for (uint64_t i = 0; i < 3; i++) call(&b, i * S, true, 0);
  assert_int_equal(b.tally.calls, 3);
  call(&b, 11 * S, false, 0); /* those of 0 s and 1 s are gone */
  assert_int_equal(b.tally.calls, 2);
  assert_int_equal(b.tally.failed, 1);
  call(&b, 1000 * S, false, 0);
  assert_int_equal(b.tally.calls, 1);
  assert_int_equal(b.tally.failed, 0);
  for (uint64_t i = 0; i < 3; i++) {
    assert_int_equal(b.state, BREAKER_CLOSED);
    call(&b, (1001 + i) * S, true, 0);
  }
  assert_int_equal(b.state, BREAKER_OPEN); /* 3 of 4 */
}

/* Aim: slow calls open it although they succeed, by a share of their own if one is given. */
static void test_slow(void **state) {
  (void)state;
  struct breaker_config config = by_ratio(0.5, (struct window){.calls = 4}, 4);
  config.slow_ns = S;
  struct breaker b;
  breaker_init(&b, &config, arena);
  call(&b, 0, false, S - 1);
  call(&b, 0, false, S - 1);
  call(&b, 0, false, S);
  assert_int_equal(b.state, BREAKER_CLOSED);
  call(&b, 0, false, S);
  assert_int_equal(b.state, BREAKER_OPEN);
  config.slow_ratio = 1;
  breaker_init(&b, &config, arena);
  for (int i = 0; i < 3; i++) call(&b, 0, false, S);
  call(&b, 0, false, 0);
  assert_int_equal(b.state, BREAKER_CLOSED);
  for (int i = 0; i < 4; i++) call(&b, 0, false, S);
  assert_int_equal(b.state, BREAKER_OPEN);
}

/* Aim: by a ratio the trials are judged together when all have ended. */
static void test_trials_by_ratio(void **state) {
  (void)state;
  struct breaker_config config = by_ratio(0.5, (struct window){.calls = 2}, 2);
  struct breaker b;
  breaker_init(&b, &config, arena);
  call(&b, 0, true, 0);
  call(&b, 0, true, 0);
  assert_int_equal(b.state, BREAKER_OPEN);
  call(&b, 60 * S, true, 0);
  call(&b, 60 * S, false, 0);
  call(&b, 60 * S, false, 0);
  assert_int_equal(b.state, BREAKER_HALF_OPEN);
  call(&b, 60 * S, false, 0);
  assert_int_equal(b.state, BREAKER_CLOSED); /* 1 of 4 failed */
}

/* Aim: what was measured before the end of the warm-up is forgotten, the state is not. */
static void test_reset(void **state) {
  (void)state;
  struct breaker_config config = in_a_row(1);
  struct breaker b;
  breaker_init(&b, &config, arena);
  call(&b, 0, true, 0);
  call(&b, S, true, 0);
  breaker_reset(&b, 10 * S);
  assert_int_equal(b.opened + b.rejected, 0);
  assert_false(call(&b, 20 * S, true, 0));
  assert_int_equal(breaker_not_closed_ns(&b, 25 * S), 15 * S);
}

static int set_up(void **state) {
  (void)state;
  arena = arena_new();
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  arena_free(arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_outage),          cmocka_unit_test(test_in_a_row),
      cmocka_unit_test(test_trials),          cmocka_unit_test(test_window_of_calls),
      cmocka_unit_test(test_window_of_time),  cmocka_unit_test(test_slow),
      cmocka_unit_test(test_trials_by_ratio), cmocka_unit_test(test_reset),
  };
  return cmocka_run_group_tests_name("breaker", tests, set_up, tear_down);
}
