/* Aim: who may pass a limit, and when, call by call; against nginx's arithmetic, against counts in
 * windows by hand, and against a plain model on random calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>

#include "arena.h"
#include "profile.h"
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

/* --- rates that change ------------------------------------------------------------------------ */

static const struct profile_point rising[] = {{0, 10}, {2 * S, 100}};
static const struct profile_point ending[] = {{0, 10}, {2 * S, 0}};
static const struct profile_point pausing[] = {{0, 10}, {2 * S, 0}, {5 * S, 10}};
static const struct profile_point line[] = {{0, 0}, {10 * S, 100}};

/* A limiter of a rate that changes, as few words as there can be. */
struct changing {
  struct arena *arena;
  struct limit_config config;
  struct limiter limiter;
};

static void change(struct changing *c, enum limit_algorithm algorithm, uint64_t burst,
                   const struct profile_point *point, uint32_t points, bool steps) {
  c->arena = arena_new();
  bool bucket = algorithm == LIMIT_TOKEN_BUCKET || algorithm == LIMIT_LEAKY_BUCKET;
  c->config = (struct limit_config){.rate.profile = profile_new(c->arena, point, points, 0, steps),
                                    .algorithm = algorithm,
                                    .burst = burst,
                                    .window_ns = bucket ? 0 : S};
  limiter_init(&c->limiter, &c->config);
}

static void changed(struct changing *c) {
  uint64_t passed = 0;
  assert_true(limiter_holds(&c->limiter, &passed));
  limiter_free(&c->limiter);
  arena_free(c->arena);
}

/* Aim: tokens are the integral of the rate. 10/s, from 2 s on 100/s, a bucket of 5: emptied at
 * 1.9 s it has one token at 2 s, two more at 2.02 s, and what is left of two and a half stays. A
 * call refused at 1.95 s with an empty bucket finds half a token at 2 s and the other half 5 ms
 * later. On a line from 0 to 100/s in 10 s, 5 t^2 tokens have come at t. */
static void test_tokens_are_the_integral(void **state) {
  (void)state;
  struct changing c;
  change(&c, LIMIT_TOKEN_BUCKET, 5, rising, 2, true);
  assert_int_equal(come(&c.limiter, 9, 1900 * MS).at_once, 5);
  assert_int_equal(come(&c.limiter, 9, 2000 * MS).at_once, 1);
  assert_int_equal(come(&c.limiter, 9, 2020 * MS).at_once, 2);
  assert_int_equal(come(&c.limiter, 9, 2045 * MS).at_once, 2);
  assert_int_equal(come(&c.limiter, 9, 2050 * MS).at_once, 1);
  changed(&c);
  change(&c, LIMIT_TOKEN_BUCKET, 5, rising, 2, true);
  assert_int_equal(come(&c.limiter, 6, 1950 * MS).at_once, 5);
  assert_int_equal(limiter_free_in(&c.limiter, 1, 1950 * MS), 55 * MS);
  changed(&c);
  change(&c, LIMIT_TOKEN_BUCKET, 5, ending, 2, true);
  assert_int_equal(come(&c.limiter, 6, 1900 * MS).at_once, 5);
  assert_int_equal(limiter_free_in(&c.limiter, 1, 1900 * MS), 100 * MS); /* the last token */
  assert_int_equal(come(&c.limiter, 6, 9 * S).at_once, 1);
  assert_true(limiter_free_in(&c.limiter, 1, 9 * S) > 1000000 * S);
  changed(&c);
  change(&c, LIMIT_TOKEN_BUCKET, 10, line, 2, false);
  assert_int_equal(come(&c.limiter, 20, 0).at_once, 10);
  assert_int_equal(come(&c.limiter, 20, S).at_once, 5);
  assert_int_equal(come(&c.limiter, 20, 2 * S).at_once, 10);
  changed(&c);
}

/* Aim: a leaky bucket drains by the integral, so that its calls leave in the order in which they
 * came: of 22 at 1.9 s one passes, the next waits 100 ms until 2 s, and the 19 behind it leave 10
 * ms apart. Where the rate stays 0, those whose turn would never come are refused. */
static void test_leaks_by_the_integral(void **state) {
  (void)state;
  struct changing c;
  change(&c, LIMIT_LEAKY_BUCKET, 20, rising, 2, true);
  struct tally t = come(&c.limiter, 22, 1900 * MS);
  assert_true(t.at_once == 1 && t.later == 20 && t.refused == 1);
  assert_int_equal(t.last_ns, 290 * MS);
  changed(&c);
  change(&c, LIMIT_LEAKY_BUCKET, 20, ending, 2, true);
  t = come(&c.limiter, 22, 1900 * MS);
  assert_true(t.at_once == 1 && t.later == 1 && t.refused == 20);
  assert_int_equal(t.last_ns, 100 * MS);
  changed(&c);
  change(&c, LIMIT_LEAKY_BUCKET, 20, pausing, 3, true);
  t = come(&c.limiter, 3, 1900 * MS);
  assert_true(t.at_once == 1 && t.later == 2);
  assert_int_equal(t.last_ns, 3200 * MS); /* one at 2 s, the other 100 ms after 5 s */
  changed(&c);
}

/* Aim: a fixed window lets pass what the rate brings in it, on the line 5 (2 k + 1) in the k-th
 * second; and where it brings nothing nobody is told to come. */
static void test_fixed_window_of_a_line(void **state) {
  (void)state;
  struct changing c;
  change(&c, LIMIT_FIXED_WINDOW, 0, line, 2, false);
  assert_int_equal(come(&c.limiter, 200, 0).at_once, 5);
  assert_int_equal(limiter_free_in(&c.limiter, 1, 0), S);
  assert_int_equal(come(&c.limiter, 200, 1900 * MS).at_once, 15);
  assert_int_equal(come(&c.limiter, 200, 2000 * MS).at_once, 25);
  assert_int_equal(come(&c.limiter, 200, 30 * S).at_once, 100);
  changed(&c);
  change(&c, LIMIT_FIXED_WINDOW, 0, pausing, 3, true);
  assert_int_equal(come(&c.limiter, 11, 1500 * MS).at_once, 10);
  assert_int_equal(limiter_free_in(&c.limiter, 1, 1500 * MS), 3500 * MS);
  changed(&c);
}

/* Aim: sliding windows let pass what the rate has brought in the last second: at 2.1 s 9 of the old
 * rate and 10 of the new one. Of those the log still has 10 of 1.5 s, the counter 9. */
static void test_sliding_windows_of_steps(void **state) {
  (void)state;
  struct changing c;
  change(&c, LIMIT_SLIDING_LOG, 0, rising, 2, true);
  assert_int_equal(come(&c.limiter, 99, 0).at_once, 10);
  assert_int_equal(come(&c.limiter, 99, 1500 * MS).at_once, 10);
  assert_int_equal(come(&c.limiter, 99, 2000 * MS).at_once, 0);
  double free_ns = (double)limiter_free_in(&c.limiter, 1, 2000 * MS);
  assert_true(free_ns > 1e9 / 90 - 100 && free_ns < 1e9 / 90 + 100); /* 10 + 90 t = 11 */
  assert_int_equal(come(&c.limiter, 99, 2100 * MS).at_once, 9);
  assert_int_equal(come(&c.limiter, 99, 2500 * MS).at_once, 46);
  changed(&c);
  change(&c, LIMIT_SLIDING_COUNTER, 0, rising, 2, true);
  assert_int_equal(come(&c.limiter, 99, 1500 * MS).at_once, 10);
  assert_int_equal(come(&c.limiter, 99, 2100 * MS).at_once, 10);
  free_ns = (double)limiter_free_in(&c.limiter, 1, 2100 * MS); /* 20 of the rate, 19.9 counted */
  assert_true(free_ns > 1e8 / 9 - 100 && free_ns < 1e8 / 9 + 100);
  changed(&c);
}

/* Aim: a profile that does not change is the rate; and of one that does, with a stretch of 0, who
 * was refused passes when told, unless it is told that none will. */
static void test_profile_as_a_rate(void **state) {
  (void)state;
  static const struct profile_point same[] = {{0, 7}, {S, 7}};
  static const struct profile_point day[] = {{0, 7}, {S, 30}, {2 * S, 0}, {4 * S, 0}};
  struct arena *arena = arena_new();
  for (size_t k = 0; k < 2 * WAYS; k++) {
    struct limit_config config = each_way[k / 2];
    struct limiter changes, stays;
    config.rate.profile =
        k % 2 ? profile_new(arena, day, 4, 6 * S, false) : profile_new(arena, same, 2, 0, false);
    limiter_init(&changes, &config);
    limiter_init(&stays, &each_way[k / 2]);
    uint64_t now_ns = 0, told = 0;
    for (uint64_t i = 0; i < 4000; i++) {
      now_ns += rng_mix(SEED + k * 10000 + i) % (200 * MS);
      uint64_t wait_ns = limiter_take(&changes, 1, now_ns);
      if (k % 2 == 0) {
        assert_true((wait_ns == LIMITER_REFUSED) ==
                    (limiter_take(&stays, 1, now_ns) == LIMITER_REFUSED));
      }
      if (wait_ns != LIMITER_REFUSED) continue;
      uint64_t in_ns = limiter_free_in(&changes, 1, now_ns);
      if (k % 2 == 0) {
        double off_ns = (double)in_ns - (double)limiter_free_in(&stays, 1, now_ns);
        assert_true(off_ns > -2000 && off_ns < 2000);
        continue;
      }
      now_ns += in_ns;
      assert_true(in_ns > 0 && limiter_take(&changes, 1, now_ns) != LIMITER_REFUSED);
      told++;
    }
    assert_true(k % 2 == 0 || told > 100);
    uint64_t passed = 0;
    assert_true(limiter_holds(&changes, &passed));
    limiter_free(&changes);
    limiter_free(&stays);
  }
  arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_left),
      cmocka_unit_test(test_tokens_are_the_integral),
      cmocka_unit_test(test_leaks_by_the_integral),
      cmocka_unit_test(test_fixed_window_of_a_line),
      cmocka_unit_test(test_sliding_windows_of_steps),
      cmocka_unit_test(test_profile_as_a_rate),
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
