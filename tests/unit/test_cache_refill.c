/* Aim: how a cache fills and refills itself: misses that join, answers kept beyond their time and
 * refreshed, errors kept, lives of different length, early asking, a warm start. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20250117)

static struct node *add_cache(struct scene *scene) {
  struct node *cache = scene_add(scene, "cache", "cache", 1);
  node_set(cache, "origin", "origin");
  return cache;
}

/* Aim: of those who miss a key at once one asks, and all have that answer, good or bad, when it
 * comes; other keys ask for themselves. */
static void test_single_flight(void **state) {
  (void)state;
  enum { N = 200 };
  static struct shot shots[N + 2];
  for (uint32_t bad = 0; bad < 2; bad++) {
    struct recorder origin = {.delay_ns = 5 * MS, .fails = bad, .failure = OUTCOME_FAILED};
    struct scene *scene = scene_new();
    for (uint32_t i = 0; i < N; i++) {
      shots[i] = (struct shot){.at_ns = i * 10 * US, .to = "cache", .item = 7};
    }
    shots[N] = (struct shot){.at_ns = 3 * MS, .to = "cache", .item = 8};
    shots[N + 1] = (struct shot){.at_ns = 6 * MS, .to = "cache", .item = 7};
    scene_add_sender(scene, "from", shots, N + 2);
    node_set(add_cache(scene), "single_flight", "true");
    scene_add_recorder(scene, "origin", 1, &origin);
    struct run run = run_scene(scene, 1, S);
    for (uint32_t i = 0; i < N; i++) {
      assert_shot(&shots[i], bad ? OUTCOME_FAILED : OUTCOME_OK, 5 * MS);
      assert_int_equal(shots[i].rank, i + 1); /* first come, first answered */
    }
    assert_shot(&shots[N], OUTCOME_OK, 8 * MS);
    assert_shot(&shots[N + 1], OUTCOME_OK, bad ? 11 * MS : 6 * MS);
    assert_int_equal(origin.n, 2 + bad);
    assert_same(metric(&run, "cache.joined"), N - 1);
    assert_same(metric(&run, "cache.hits"), 1 - bad);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: when the one that asks gives up, the next one asks in its place; one that waits may go. The
 * database behind takes out what nobody waits for any more. */
static void test_gives_up(void **state) {
  (void)state;
  struct shot shots[] = {
      {.at_ns = 0, .to = "cache", .item = 7, .timeout_ns = 2 * MS},
      {.at_ns = 1 * MS, .to = "cache", .item = 7, .timeout_ns = 500 * US},
      {.at_ns = 1 * MS, .to = "cache", .item = 7},
      {.at_ns = 3 * MS, .to = "cache", .item = 7},
  };
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  node_set(add_cache(scene), "single_flight", "true");
  struct node *origin = scene_add(scene, "service", "origin", 1);
  node_set(origin, "cancel", "running");
  on_work(node_on(origin, NULL), "10ms");
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_TIMEOUT, 2 * MS);
  assert_shot(&shots[1], OUTCOME_TIMEOUT, 1 * MS + 500 * US);
  assert_shot(&shots[2], OUTCOME_OK, 12 * MS); /* asked when the first gave up */
  assert_shot(&shots[3], OUTCOME_OK, 12 * MS);
  assert_same(metric(&run, "cache.given_up"), 2);
  assert_same(metric(&run, "origin.arrivals"), 2);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a crash resets those who wait, and what was under way for them comes to nothing. */
static void test_crash_in_flight(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "cache", .item = 7},
                         {.at_ns = 1 * MS, .to = "cache", .item = 7},
                         {.at_ns = 4 * MS, .to = "cache", .item = 7}};
  struct recorder origin = {.delay_ns = 5 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  node_set(add_cache(scene), "single_flight", "true");
  scene_add_recorder(scene, "origin", 1, &origin);
  scene_fault(
      scene, "cache", NULL,
      (struct fault_spec){.type = &fault_crash, .at_ns = 2 * MS, .lasts = dist_constant(1 * MS)});
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_RESET, 2 * MS);
  assert_shot(&shots[1], OUTCOME_RESET, 2 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 9 * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: an entry answers within `stale` while one call brings a new one; if that fails it goes on
 * answering until `stale` is over. */
static void test_stale(void **state) {
  (void)state;
  static const struct {
    uint64_t fails;
    const char *want; /* each 5 ms, from 0: h at once and well, m not */
  } cases[] = {
      /* Stored at 2; from 12 on its time is over, from 32 on that of stale. */
      {0, "mhhhhhhhh"},
      {100, "mhhhhhhmm"},
  };
  for (size_t k = 0; k < 2; k++) {
    struct shot shots[9];
    struct recorder origin = {.delay_ns = 2 * MS};
    struct scene *scene = scene_new();
    for (uint32_t i = 0; i < 9; i++) {
      shots[i] = (struct shot){.at_ns = i * 5 * MS, .to = "cache", .item = 7};
    }
    scene_add_sender(scene, "from", shots, 9);
    struct node *cache = add_cache(scene);
    node_set(cache, "ttl", "10ms");
    node_set(cache, "stale", "20ms");
    struct recorder failing = {.delay_ns = 2 * MS};
    scene_add_recorder(scene, "origin", 1, cases[k].fails ? &failing : &origin);
    if (cases[k].fails) {
      scene_fault(scene, "origin", NULL,
                  (struct fault_spec){
                      .type = &fault_crash, .at_ns = 3 * MS, .lasts = dist_constant(90 * MS)});
    }
    struct run run = run_scene(scene, 1, S);
    for (uint32_t i = 0; i < 9; i++) {
      bool at_once = shots[i].ended_ns - shots[i].at_ns == 0 && shots[i].outcome == OUTCOME_OK;
      if (at_once != (cases[k].want[i] == 'h')) fail_msg("case %zu, look-up %u", k, i);
    }
    if (cases[k].fails == 0) {
      assert_same(metric(&run, "cache.served_stale"), 2); /* at 15 and at 30 */
      assert_same(metric(&run, "cache.refreshes"), 2);
      assert_int_equal(origin.n, 3);
    } else {
      assert_same(metric(&run, "cache.served_stale"), 4); /* at 15, 20, 25 and 30 */
      assert_same(metric(&run, "cache.refreshes"), 4);
      assert_same(metric(&run, "cache.expired"), 1);
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a key is refreshed once at a time, however many come meanwhile. */
static void test_one_refresh(void **state) {
  (void)state;
  enum { N = 100 };
  static struct shot shots[N + 1];
  struct recorder origin = {.delay_ns = 5 * MS};
  struct scene *scene = scene_new();
  shots[0] = (struct shot){.at_ns = 0, .to = "cache", .item = 7};
  for (uint32_t i = 1; i <= N; i++) {
    shots[i] = (struct shot){.at_ns = 16 * MS + i * 10 * US, .to = "cache", .item = 7};
  }
  scene_add_sender(scene, "from", shots, N + 1);
  struct node *cache = add_cache(scene);
  node_set(cache, "ttl", "10ms");
  node_set(cache, "stale", "1s");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, 100 * MS);
  assert_int_equal(origin.n, 2);
  assert_same(metric(&run, "cache.served_stale"), N);
  run_free(&run);
  scene_free(scene);
}

/* Aim: an error is kept for `negative` and answered as what it was. */
static void test_negative(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "cache", .item = 7},
                         {.at_ns = 4 * MS, .to = "cache", .item = 7},
                         {.at_ns = 5 * MS, .to = "cache", .item = 7},
                         {.at_ns = 9 * MS, .to = "cache", .item = 7}};
  struct recorder origin = {.fails = 1, .failure = OUTCOME_DENIED};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  struct node *cache = add_cache(scene);
  node_set(cache, "negative", "5ms");
  node_set(cache, "hit_time", "1us");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(shots[0].outcome, OUTCOME_DENIED);
  assert_int_equal(shots[1].outcome, OUTCOME_DENIED);
  assert_int_equal(shots[2].outcome, OUTCOME_DENIED); /* it was stored 1 us after 0 */
  assert_int_equal(shots[3].outcome, OUTCOME_OK);
  assert_int_equal(origin.n, 2);
  assert_same(metric(&run, "cache.negative_hits"), 2);
  run_free(&run);
  scene_free(scene);
}

enum { KEYS = 2000 };

/* Looks up all keys at 0 and again at `then_ns`; the share of misses the second time. */
static double missed(uint64_t then_ns, const char *param, const char *text) {
  static struct shot shots[2 * KEYS];
  struct recorder origin = {.delay_ns = 10 * MS};
  struct scene *scene = scene_new();
  for (uint32_t i = 0; i < 2 * KEYS; i++) {
    shots[i] = (struct shot){.at_ns = i < KEYS ? 0 : then_ns, .to = "cache", .item = 1 + i % KEYS};
  }
  scene_add_sender(scene, "from", shots, 2 * KEYS);
  struct node *cache = add_cache(scene);
  node_set(cache, "ttl", "100ms");
  node_set(cache, param, text);
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, SEED, S);
  double share = (metric(&run, "cache.misses") - KEYS) / KEYS;
  run_free(&run);
  scene_free(scene);
  return share;
}

/* Aim: lives are spread evenly: of 100 ms, stored at 10, with 20 % between 90 and 130. */
static void test_jitter(void **state) {
  (void)state;
  const char *jitter = "100ms jitter 20%";
  assert_same(missed(90 * MS - 1, "ttl", jitter), 0);
  assert_share(KEYS * missed(100 * MS, "ttl", jitter), KEYS, 0.25);
  assert_share(KEYS * missed(120 * MS, "ttl", jitter), KEYS, 0.75);
  assert_same(missed(130 * MS + 1, "ttl", jitter), 1);
}

/* Aim: XFetch asks early with probability exp(-gap / (beta duration)), here of 10 ms. */
static void test_early(void **state) {
  (void)state;
  assert_share(KEYS * missed(100 * MS, "early", "1"), KEYS, exp(-1));
  assert_share(KEYS * missed(90 * MS, "early", "1"), KEYS, exp(-2));
  assert_share(KEYS * missed(90 * MS, "early", "2"), KEYS, exp(-1));
}

/* Aim: a warm cache holds the most popular keys from the beginning, in time, and again after a
 * crash; a flush leaves it empty. */
static void test_warm(void **state) {
  (void)state;
  for (uint32_t k = 0; k < 2; k++) {
    struct scene *scene = scene_new();
    struct node *client = scene_add(scene, "client", "client", 1);
    node_set(client, "arrivals", "constant 1000/s");
    node_set(client, "keys", "zipf 100 1");
    node_set(client, "target", "cache");
    struct node *cache = add_cache(scene);
    node_set(cache, "capacity", "10");
    node_set(cache, "policy", "perfect_lfu");
    node_set(cache, "warm", "true");
    scene_add(scene, "database", "origin", 1);
    if (k == 1) {
      scene_fault(
          scene, "cache", NULL,
          (struct fault_spec){.type = &fault_crash, .at_ns = 100 * MS, .lasts = dist_constant(MS)});
    }
    struct run run = run_scene(scene, SEED, 110 * MS);
    if (k == 1) assert_same(metric(&run, "cache.entries.end"), 10);
    if (k == 0) assert_true(metric(&run, "cache.entries") > 9.99);
    if (k == 0) assert_true(metric(&run, "cache.hit_ratio") > 0.4); /* 0.565 expected; cold 0.2 */
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: instances of a cache that a balancer chooses among are warm for what comes to them. */
static void test_warm_behind_a_balancer(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *client = scene_add(scene, "client", "client", 1);
  node_set(client, "arrivals", "constant 1000/s");
  node_set(client, "keys", "uniform 100");
  node_set(client, "target", "lb");
  node_set(scene_add(scene, "load_balancer", "lb", 1), "backends", "cache");
  struct node *cache = scene_add(scene, "cache", "cache", 4);
  node_set(cache, "origin", "origin");
  node_set(cache, "capacity", "100");
  node_set(cache, "warm", "true");
  scene_add(scene, "database", "origin", 1);
  struct run run = run_scene(scene, SEED, S);
  assert_same(metric(&run, "cache.hit_ratio"), 1);
  assert_same(metric(&run, "cache.entries.end"), 400);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what passes is answered by the origin each time, good or bad, is neither hit nor miss, and
 * leaves what is kept as it is; misses of others do not join it. */
static void test_passes(void **state) {
  (void)state;
  struct shot shots[] = {
      {.at_ns = 0, .to = "cache", .item = 7},
      {.at_ns = 1 * MS, .to = "cache", .item = 7, .op = "buy"}, /* while 7 is asked for */
      {.at_ns = 10 * MS, .to = "cache", .item = 7},
      {.at_ns = 20 * MS, .to = "cache", .item = 7, .op = "buy"},
      {.at_ns = 30 * MS, .to = "cache", .item = 7},
      {.at_ns = 40 * MS, .to = "cache", .item = 8, .op = "buy"},
      {.at_ns = 50 * MS, .to = "cache", .item = 8},
  };
  static const uint64_t want_ns[] = {5 * MS, 6 * MS, 10 * MS, 25 * MS, 30 * MS, 45 * MS, 55 * MS};
  struct recorder origin = {.delay_ns = 5 * MS};
  struct scene *scene = scene_new();
  scene_op(scene, "buy");
  scene_add_sender(scene, "from", shots, 7);
  struct node *cache = add_cache(scene);
  node_set(cache, "single_flight", "true");
  node_set(cache, "passes", "buy");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, S);
  for (int i = 0; i < 7; i++) assert_shot(&shots[i], OUTCOME_OK, want_ns[i]);
  assert_int_equal(origin.n, 5);
  assert_same(metric(&run, "cache.passed"), 3);
  assert_same(metric(&run, "cache.hits"), 2);
  assert_same(metric(&run, "cache.misses"), 2);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_single_flight),
      cmocka_unit_test(test_gives_up),
      cmocka_unit_test(test_crash_in_flight),
      cmocka_unit_test(test_stale),
      cmocka_unit_test(test_one_refresh),
      cmocka_unit_test(test_negative),
      cmocka_unit_test(test_jitter),
      cmocka_unit_test(test_early),
      cmocka_unit_test(test_warm),
      cmocka_unit_test(test_warm_behind_a_balancer),
      cmocka_unit_test(test_passes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
