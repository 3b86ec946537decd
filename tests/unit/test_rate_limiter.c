/* Aim: who may pass a limit, and when, call by call; against nginx's arithmetic, against counts in
 * windows by hand, and against a plain model on random calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>

#include "rate_limiter.h"
#include "rng.h"

#define MS UINT64_C(1000000)
#define S (1000 * MS)
#define SEED UINT64_C(20261129)

/* Calls that come at once: how many pass at once, how many later and how late, how many do not. */
struct tally {
  uint32_t at_once, later, refused;
  uint64_t last_ns;
};

static struct tally come(struct limiter *limiter, uint32_t n, uint64_t at_ns) {
  struct tally t = {0};
  for (uint32_t i = 0; i < n; i++) {
    uint64_t wait_ns = limiter_take(limiter, 1, at_ns);
    if (wait_ns == LIMITER_REFUSED) {
      t.refused++;
    } else if (wait_ns > 0) {
      t.later++;
      t.last_ns = wait_ns;
    } else {
      t.at_once++;
    }
  }
  return t;
}

/* Aim: nginx's limit_req (ngx_http_limit_req_module.c): the first call of a key finds nothing
 * ahead, a call is refused when more than `burst` are ahead, and those beyond `delay` wait. */
static void test_leaky_bucket(void **state) {
  (void)state;
  struct limiter limiter;
  struct limit_config plain = {.rate.per_s = 10, .algorithm = LIMIT_LEAKY_BUCKET, .burst = 20};
  limiter_init(&limiter, &plain);
  struct tally t = come(&limiter, 22, S);
  assert_true(t.at_once == 1 && t.later == 20 && t.refused == 1);
  assert_int_equal(t.last_ns, 2 * S);
  limiter_free(&limiter);

  struct limit_config nodelay = plain;
  nodelay.at_once = 20;
  limiter_init(&limiter, &nodelay);
  t = come(&limiter, 22, S);
  assert_true(t.at_once == 21 && t.later == 0 && t.refused == 1);
  t = come(&limiter, 20, S + 101 * MS);
  assert_int_equal(t.at_once, 1);
  limiter_clear(&limiter);
  t = come(&limiter, 22, 9 * S);
  assert_int_equal(t.at_once, 21);
  t = come(&limiter, 20, 9 * S + 501 * MS);
  assert_int_equal(t.at_once, 5);
  limiter_free(&limiter);

  struct limit_config staged = {
      .rate.per_s = 5, .algorithm = LIMIT_LEAKY_BUCKET, .burst = 12, .at_once = 8};
  limiter_init(&limiter, &staged);
  t = come(&limiter, 15, S);
  assert_true(t.at_once == 9 && t.later == 4 && t.refused == 2);
  assert_int_equal(t.last_ns, 800 * MS);
  limiter_free(&limiter);
}

/* Aim: a full bucket of 5 lets 5 pass; a token comes back each 100 ms, to the nanosecond; and after
 * a long time there are 5 again, no more. */
static void test_token_bucket(void **state) {
  (void)state;
  struct limit_config config = {.rate.per_s = 10, .algorithm = LIMIT_TOKEN_BUCKET, .burst = 5};
  struct limiter limiter;
  limiter_init(&limiter, &config);
  assert_int_equal(come(&limiter, 7, S).at_once, 5);
  assert_int_equal(come(&limiter, 1, S + 100 * MS - 100).refused, 1);
  assert_int_equal(come(&limiter, 2, S + 100 * MS).at_once, 1);
  assert_int_equal(come(&limiter, 9, S + 350 * MS).at_once, 2);
  assert_int_equal(come(&limiter, 1, S + 400 * MS).at_once, 1); /* the half token was kept */
  assert_int_equal(come(&limiter, 9, 3600 * S).at_once, 5);
  limiter_free(&limiter);
}

/* Aim: 100 a minute, all in the last second of one window and the first of the next: a fixed window
 * lets 200 pass within two seconds, a sliding one 100, and the counter hardly more. */
static void test_edge_of_window(void **state) {
  (void)state;
  static const struct {
    enum limit_algorithm algorithm;
    uint32_t passed;
  } cases[] = {{LIMIT_FIXED_WINDOW, 200}, {LIMIT_SLIDING_LOG, 100}, {LIMIT_SLIDING_COUNTER, 101}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    struct limit_config config = {
        .rate.per_s = 100.0 / 60, .algorithm = cases[k].algorithm, .window_ns = 60 * S};
    struct limiter limiter;
    limiter_init(&limiter, &config);
    uint32_t passed = come(&limiter, 150, 59 * S).at_once;
    assert_int_equal(passed, 100);
    uint32_t early = come(&limiter, 3, 60 * S).at_once; /* the whole window before still counts */
    assert_int_equal(early, cases[k].algorithm == LIMIT_FIXED_WINDOW ? 3 : 0);
    passed += early + come(&limiter, 150, 60 * S + 900 * MS).at_once;
    assert_int_equal(passed, cases[k].passed);
    limiter_free(&limiter);
  }
}

/* Aim: on random calls of several users the sliding log does what a plain list of all times that
 * passed says, and no user takes from another. */
static void test_sliding_log_is_exact(void **state) {
  (void)state;
  enum { CALLS = 4000, USERS = 7, LIMIT = 13 };
  static uint64_t times[USERS][CALLS];
  uint32_t n[USERS] = {0};
  struct limit_config config = {
      .rate.per_s = LIMIT, .algorithm = LIMIT_SLIDING_LOG, .window_ns = S};
  struct limiter limiter;
  limiter_init(&limiter, &config);
  struct draws draws = draws_begin(rng_stream(SEED, 0, "test_limiter", "log"), 0, 0);
  uint64_t now_ns = 0;
  for (uint32_t i = 0; i < CALLS; i++) {
    now_ns += draws_below(&draws, 16 * MS);
    uint32_t user = (uint32_t)draws_below(&draws, USERS), within = 0;
    for (uint32_t k = 0; k < n[user]; k++) within += now_ns - times[user][k] < S;
    bool passes = limiter_take(&limiter, user, now_ns) == 0;
    assert_true(passes == (within < LIMIT));
    if (passes) times[user][n[user]++] = now_ns;
  }
  uint64_t passed = 0, all = 0;
  assert_true(limiter_holds(&limiter, &passed));
  for (uint32_t user = 0; user < USERS; user++) all += n[user];
  assert_int_equal(passed, all);
  assert_int_equal(limiter.buckets, USERS);
  limiter_free(&limiter);
}

/* Aim: of many users each finds their own bucket again. */
static void test_many_users(void **state) {
  (void)state;
  enum { USERS = 5000 };
  struct limit_config config = {.rate.per_s = 1, .algorithm = LIMIT_TOKEN_BUCKET, .burst = 2};
  struct limiter limiter;
  limiter_init(&limiter, &config);
  for (uint32_t round = 0; round < 3; round++) {
    for (uint64_t user = 0; user < USERS; user++) {
      uint64_t wait_ns = limiter_take(&limiter, user * 64, 0);
      assert_true((wait_ns == 0) == (round < 2));
    }
  }
  assert_int_equal(limiter.buckets, USERS);
  limiter_free(&limiter);
}

/* Aim: a bucket that let too many pass is noticed. */
static void test_check_notices(void **state) {
  (void)state;
  for (uint32_t a = 0; a < LIMIT_ALGORITHMS; a++) {
    struct limit_config config = {
        .rate.per_s = 10, .algorithm = a, .burst = 3, .window_ns = a < LIMIT_FIXED_WINDOW ? 0 : S};
    struct limiter limiter;
    limiter_init(&limiter, &config);
    for (uint32_t i = 0; i < 200; i++) limiter_take(&limiter, 1, i * 20 * MS);
    uint64_t passed = 0;
    assert_true(limiter_holds(&limiter, &passed));
    assert_true(passed >= 25 && passed < 100);
    limiter.bucket[0].passed += 30;
    assert_false(limiter_holds(&limiter, &passed));
    limiter_free(&limiter);
  }
}

/* Each way to count, about 7 calls a second. */
static const struct limit_config each_way[] = {
    {.rate.per_s = 7, .algorithm = LIMIT_TOKEN_BUCKET, .burst = 5},
    {.rate.per_s = 7, .algorithm = LIMIT_LEAKY_BUCKET, .burst = 5},
    {.rate.per_s = 7, .algorithm = LIMIT_FIXED_WINDOW, .window_ns = S},
    {.rate.per_s = 7, .algorithm = LIMIT_SLIDING_LOG, .window_ns = S},
    {.rate.per_s = 7, .algorithm = LIMIT_SLIDING_COUNTER, .window_ns = S},
};
enum { WAYS = sizeof each_way / sizeof *each_way };

/* Aim: a call that was refused passes once the time told is over, and not when 98 % of it are; of
 * each algorithm, in random traffic. */
static void test_when_free(void **state) {
  (void)state;
  for (size_t k = 0; k < WAYS; k++) {
    uint32_t asked = 0;
    for (uint64_t run = 0; run < 400; run++) {
      struct limiter early, late;
      limiter_init(&early, &each_way[k]);
      limiter_init(&late, &each_way[k]);
      uint64_t now_ns = run * 17 * MS, free_ns = 0;
      for (uint64_t i = 0; i < 100 && free_ns == 0; i++) {
        now_ns += rng_mix(SEED + run * 1000 + i) % (200 * MS);
        bool refused = limiter_take(&early, 1, now_ns) == LIMITER_REFUSED;
        assert_true(refused == (limiter_take(&late, 1, now_ns) == LIMITER_REFUSED));
        if (refused) free_ns = limiter_free_in(&late, 1, now_ns);
      }
      if (free_ns > 0) {
        asked++;
        assert_true(limiter_take(&early, 1, now_ns + free_ns / 50 * 49) == LIMITER_REFUSED);
        assert_true(limiter_take(&late, 1, now_ns + free_ns) != LIMITER_REFUSED);
      }
      limiter_free(&early);
      limiter_free(&late);
    }
    assert_true(asked > 300);
  }
}

/* Aim: what a caller is told to have left is how many of its calls pass if they come at once, for
 * each way to count; none where the last one was refused. */
static void test_left(void **state) {
  (void)state;
  for (size_t k = 0; k < WAYS; k++) {
    uint64_t seen = 0;
    for (uint64_t run = 0; run < 400; run++) {
      struct limiter limiter;
      limiter_init(&limiter, &each_way[k]);
      uint64_t now_ns = run * 17 * MS;
      for (uint64_t i = 0; i <= run % 20; i++) {
        now_ns += rng_mix(SEED + run * 1000 + i) % (200 * MS);
        if (limiter_take(&limiter, 1, now_ns) == LIMITER_REFUSED) {
          assert_int_equal(limiter.left, 0);
        }
      }
      uint64_t left = limiter.left, passed = 0;
      while (limiter_take(&limiter, 1, now_ns) != LIMITER_REFUSED) passed++;
      assert_int_equal(passed, left);
      seen |= UINT64_C(1) << left;
      limiter_free(&limiter);
    }
    assert_true(seen == 31 || seen == 63 || seen == 127); /* from none to all but the one taken */
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_left),
      cmocka_unit_test(test_leaky_bucket),
      cmocka_unit_test(test_token_bucket),
      cmocka_unit_test(test_edge_of_window),
      cmocka_unit_test(test_sliding_log_is_exact),
      cmocka_unit_test(test_many_users),
      cmocka_unit_test(test_check_notices),
      cmocka_unit_test(test_when_free),
  };
  return cmocka_run_group_tests_name("rate_limiter", tests, NULL, NULL);
}
