/* Aim: what a balancer does about its calls, by the same words as a client: where further tries go,
 * what is kept for which backend, and what becomes of a call that was given up. The layers
 * themselves are tested in test_outbound.c. */
#include <stdio.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20261128)

static struct fault_spec crash_ms(uint64_t at_ms, uint64_t lasts_ms) {
  return (struct fault_spec){
      .type = &fault_crash, .at_ns = at_ms * MS, .lasts = dist_constant((double)(lasts_ms * MS))};
}

static struct node *add_balancer(struct scene *scene, const char *algorithm, const char *backends) {
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "algorithm", algorithm);
  node_set(lb, "backends", backends);
  return lb;
}

static void retry(struct node *lb, const char *attempts, const char *pause) {
  node_set(lb, "retry.attempts", attempts);
  node_set(lb, "retry.backoff", pause);
}

static const char *const algorithms[] = {"round_robin", "random", "least_connections",
                                         "power_of_two"};
#define EACH_ALGORITHM(i) for (uint32_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)

/* --- further tries -------------------------------------------------------------------------- */

/* Aim: each further try goes to a backend that has not had the call, whatever the algorithm. */
static void test_another_backend(void **state) {
  (void)state;
  enum { N = 1000 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "lb"};
  EACH_ALGORITHM(a) {
    struct recorder web = {.fails = UINT64_MAX};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    retry(add_balancer(scene, algorithms[a], "web"), "3", "0ms");
    scene_add_recorder(scene, "web", 4, &web);
    struct run run = run_scene(scene, SEED, 10 * S);
    assert_int_equal(web.n, 3 * N);
    for (uint32_t i = 0; i < web.n; i++) {
      assert_true((web.record[i].key == i / 3 + 1) == (i % 3 == 0));
      for (uint32_t k = i - i % 3; k < i; k++) {
        assert_int_not_equal(web.record[i].member, web.record[k].member);
      }
    }
    assert_same(metric(&run, "lb.web.retries"), 2 * N);
    assert_same(metric(&run, "lb.reconnects"), 2 * N);
    assert_same(metric(&run, "lb.web.tries"), 3);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: as many tries as backends find the only good one; one more begins again with those that had
 * the call, but the last. */
static void test_all_backends(void **state) {
  (void)state;
  enum { N = 300 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "lb"};
  EACH_ALGORITHM(a) {
    struct recorder bad = {.fails = UINT64_MAX}, good = {0};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    retry(add_balancer(scene, algorithms[a], "bad, good"), "4", "0ms");
    scene_add_recorder(scene, "bad", 3, &bad);
    scene_add_recorder(scene, "good", 1, &good);
    struct run run = run_scene(scene, SEED, S);
    for (uint32_t i = 0; i < N; i++) assert_shot(&shots[i], OUTCOME_OK, i * MS);
    run_free(&run);
    scene_free(scene);

    struct recorder web = {.fails = UINT64_MAX};
    scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    retry(add_balancer(scene, algorithms[a], "web"), "4", "0ms");
    scene_add_recorder(scene, "web", 3, &web);
    run = run_scene(scene, SEED, S);
    for (uint32_t i = 3; i < web.n; i += 4) {
      assert_int_not_equal(web.record[i].member, web.record[i - 1].member);
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: with more backends than bits in a word a further try still goes to the one that has not had
 * the call, also in a frame that another call had before: of the first and the 65th, which are in
 * use, the first is bad. */
static void test_many_backends(void **state) {
  (void)state;
  enum { N = 100 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = S + i * MS, .to = "lb"};
  EACH_ALGORITHM(a) {
    struct recorder bad = {.fails = UINT64_MAX}, good = {0};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    retry(add_balancer(scene, algorithms[a], "bad, good"), "2", "0ms");
    scene_add_recorder(scene, "bad", 64, &bad);
    scene_add_recorder(scene, "good", 1, &good);
    for (uint32_t m = 2; m <= 64; m++) {
      static char target[65][16];
      snprintf(target[m], sizeof target[m], "bad[%u]", m);
      scene_fault(scene, target[m], NULL,
                  (struct fault_spec){.type = &fault_stop, .lasts = dist_constant(60e9)});
    }
    struct run run = run_scene(scene, SEED, 2 * S);
    for (uint32_t i = 0; i < N; i++) assert_shot(&shots[i], OUTCOME_OK, S + i * MS);
    assert_true(bad.n > N / 4);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: while the breaker towards one component is open all calls go to the other, by the same
 * algorithm; when its time is over the first one comes back to it as a trial. Where there is no
 * other one, it turns calls away. */
static void test_open_breaker(void **state) {
  (void)state;
  enum { N = 400 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * 10 * MS, .to = "lb"};
  EACH_ALGORITHM(a) {
    for (int alone = 0; alone < 2; alone++) {
      struct recorder bad = {.fails = 5}, good = {0};
      struct scene *scene = scene_new();
      scene_add_sender(scene, "from", shots, N);
      struct node *lb = add_balancer(scene, algorithms[a], alone ? "bad" : "bad, good");
      node_set(lb, "breaker.failures", "5");
      node_set(lb, "breaker.open", "1s");
      node_set(lb, "breaker.trials", "1");
      scene_add_recorder(scene, "bad", 2, &bad);
      scene_add_recorder(scene, "good", 2, &good);
      struct run run = run_scene(scene, SEED, 10 * S);
      uint64_t opened_ns = bad.record[4].at_ns;
      assert_true(bad.record[5].at_ns >= opened_ns + S);
      assert_true(bad.record[5].at_ns <= opened_ns + S + 80 * MS);
      double rejected = metric(&run, "lb.bad.rejected");
      uint32_t while_open[3] = {0};
      for (uint32_t i = 0; i < good.n; i++) {
        if (good.record[i].at_ns <= opened_ns || good.record[i].at_ns >= opened_ns + S) continue;
        while_open[good.record[i].member]++;
      }
      if (alone) {
        assert_same(rejected, 99);
      } else {
        assert_same(rejected, 0);
        assert_int_equal(while_open[1] + while_open[2], 99);
        if (a == 0) assert_true(while_open[1] - 49 <= 1); /* in turn */
        assert_true(while_open[1] > 25 && while_open[2] > 25);
      }
      run_free(&run);
      scene_free(scene);
    }
  }
}

/* Aim: what one bad backend fails is spread evenly over all others. */
static void test_failures_are_spread(void **state) {
  (void)state;
  enum { N = 3000 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "lb"};
  EACH_ALGORITHM(a) {
    struct recorder bad = {.fails = UINT64_MAX, .failure = OUTCOME_SHED}, good = {0};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    retry(add_balancer(scene, algorithms[a], "bad, good"), "2", "0ms");
    scene_add_recorder(scene, "bad", 1, &bad);
    scene_add_recorder(scene, "good", 3, &good);
    struct run run = run_scene(scene, SEED, 10 * S);
    double again[4] = {0};
    for (uint32_t i = 0; i < good.n; i++) again[good.record[i].member] += good.record[i].key > N;
    assert_int_equal(good.n, N);
    assert_share(bad.n, N, 0.25);
    for (uint32_t m = 1; m <= 3; m++) assert_share(again[m], bad.n, 1.0 / 3);
    assert_same(metric(&run, "lb.bad.retries"), bad.n);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: where only one backend is in use it is tried again; where none is, nothing more is. */
static void test_no_other_backend(void **state) {
  (void)state;
  for (int none = 0; none < 2; none++) {
    struct shot shots[] = {{.at_ns = 3 * S, .to = "lb"}};
    struct recorder web = {.fails = 1, .delay_ns = 10 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 1);
    struct node *lb = add_balancer(scene, "round_robin", "web");
    retry(lb, "5", "1s");
    node_set(lb, "health_check.interval", "100ms");
    node_set(lb, "health_check.timeout", "50ms");
    node_set(lb, "health_check.fall", "1");
    scene_add_recorder(scene, "web", 2, &web);
    scene_fault(scene, "web[1]", NULL, crash_ms(0, 60000));
    if (none) scene_fault(scene, "web[2]", NULL, crash_ms(3500, 60000));
    struct run run = run_scene(scene, 1, 20 * S);
    if (none) {
      assert_shot(&shots[0], OUTCOME_REFUSED, 4010 * MS);
    } else {
      assert_shot(&shots[0], OUTCOME_OK, 4020 * MS);
      assert_true(web.record[0].member == 2 && web.record[1].member == 2);
    }
    assert_int_equal(web.n, none ? 1 : 2);
    assert_same(metric(&run, "lb.no_backend"), none);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a client and a balancer that both try again never use a key twice. */
static void test_keys(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "lb", .key = 7}};
  struct outbound_config policy = no_policy();
  policy.retry.given = true;
  policy.retry.attempts = 4;
  struct recorder web = {.fails = UINT64_MAX};
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, 1), policy);
  retry(add_balancer(scene, "round_robin", "web"), "4", "0ms");
  scene_add_recorder(scene, "web", 3, &web);
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(web.n, 16);
  for (uint32_t i = 0; i < web.n; i++) {
    for (uint32_t k = 0; k < i; k++) assert_true(web.record[i].key != web.record[k].key);
  }
  run_free(&run);
  scene_free(scene);
}

/* Aim: two exponential times at once, at two backends: the first of both has half the mean. */
static void test_hedge(void **state) {
  (void)state;
  enum { N = 20000 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "lb"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  struct node *lb = add_balancer(scene, "least_connections", "web");
  node_set(lb, "hedge.after", "0ms");
  node_set(scene_add(scene, "service", "web", 3), "work", "exponential 10ms");
  struct run run = run_scene(scene, SEED, 30 * S);
  double sum_ms = 0;
  for (uint32_t i = 0; i < N; i++) {
    assert_true(shots[i].outcome == OUTCOME_OK);
    sum_ms += (double)(shots[i].ended_ns - shots[i].at_ns) / 1e6;
  }
  assert_within(sum_ms / N, 5, 4.5 * 5 / sqrt(N));
  assert_same(metric(&run, "lb.web.hedges"), N);
  run_free(&run);
  scene_free(scene);
}

/* --- what is kept for which backend --------------------------------------------------------- */

/* Aim: the breaker of the bad component opens after five failures; from then on calls go to the
 * good one at once, whose breaker knows nothing of it. */
static void test_breaker_by_component(void **state) {
  (void)state;
  enum { N = 100 };
  struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "lb"};
  struct recorder bad = {.fails = UINT64_MAX}, good = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  struct node *lb = add_balancer(scene, "round_robin", "bad, good");
  retry(lb, "2", "0ms");
  node_set(lb, "breaker.failures", "5");
  node_set(lb, "breaker.open", "60s");
  scene_add_recorder(scene, "bad", 1, &bad);
  scene_add_recorder(scene, "good", 1, &good);
  struct run run = run_scene(scene, 1, S);
  for (uint32_t i = 0; i < N; i++) assert_shot(&shots[i], OUTCOME_OK, i * MS);
  assert_int_equal(bad.n, 5);
  assert_int_equal(good.n, N);
  assert_same(metric(&run, "lb.bad.breaker_opened"), 1);
  assert_same(metric(&run, "lb.bad.rejected"), 0);
  assert_same(metric(&run, "lb.good.breaker_opened"), 0);
  assert_same(metric(&run, "lb.good.tries"), 100.0 / 95); /* its own, and five of the other */
  run_free(&run);
  scene_free(scene);
}

/* Aim: places are by component, too; a call that is given up while it waits for one leaves the
 * queue, and one that is under way gives its place back and stops counting as its backend's. */
static void test_pool(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "lb", .item = 100, .timeout_ns = 40 * MS},
                         {.at_ns = 1 * MS, .to = "lb", .item = 10},
                         {.at_ns = 2 * MS, .to = "lb", .item = 10, .timeout_ns = 10 * MS},
                         {.at_ns = 3 * MS, .to = "lb", .item = 10},
                         {.at_ns = 4 * MS, .to = "lb", .item = 10},
                         {.at_ns = 5 * MS, .to = "lb", .item = 10}};
  struct recorder a = {.ns_per_item = MS}, b = {.ns_per_item = MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 6);
  struct node *lb = add_balancer(scene, "round_robin", "a, b");
  node_set(lb, "pool.size", "1");
  node_set(lb, "pool.queue", "1");
  scene_add_recorder(scene, "a", 1, &a);
  scene_add_recorder(scene, "b", 1, &b);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_TIMEOUT, 40 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 11 * MS);
  assert_shot(&shots[2], OUTCOME_TIMEOUT, 12 * MS); /* it waited behind the first */
  assert_shot(&shots[3], OUTCOME_OK, 21 * MS);
  assert_shot(&shots[4], OUTCOME_REFUSED, 4 * MS);
  assert_shot(&shots[5], OUTCOME_REFUSED, 5 * MS);
  assert_int_equal(a.n, 1);
  assert_int_equal(b.n, 2);
  assert_same(metric(&run, "lb.given_up"), 2);
  assert_same(metric(&run, "lb.a.pool.gave_up"), 1);
  assert_same(metric(&run, "lb.a.pool.used.mean"), 0.04);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a balancer that crashed has all places again, and what was sent before does not come back to
 * free one twice: of two calls at once afterwards one has to wait. */
static void test_crash(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "lb", .item = 300},
                         {.at_ns = 200 * MS, .to = "lb", .item = 200},
                         {.at_ns = 310 * MS, .to = "lb", .item = 10}};
  struct recorder web = {.ns_per_item = MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  struct node *lb = add_balancer(scene, "least_connections", "web");
  node_set(lb, "pool.size", "1");
  node_set(lb, "pool.queue", "1");
  scene_add_recorder(scene, "web", 2, &web);
  scene_fault(scene, "lb", NULL, crash_ms(100, 50));
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_RESET, 100 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 400 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 410 * MS);
  assert_same(metric(&run, "lb.web.pool.used.max"), 1);
  run_free(&run);
  scene_free(scene);
}

/* --- deadlines ------------------------------------------------------------------------------ */

/* Aim: the deadline of a request reaches what lies behind a balancer and a cache: the one worker of
 * "s" waits for an answer that takes a second, and is free again after 50 ms. */
static void test_deadline_passed_on(void **state) {
  (void)state;
  static const char *const middle[] = {"load_balancer", "cache"};
  for (int i = 0; i < 2; i++) {
    struct shot shots[] = {{.to = "middle", .item = 1}, {.at_ns = 55 * MS, .to = "middle"}};
    struct recorder slow = {.delay_ns = S};
    struct outbound_config policy = no_policy();
    policy.deadline_ns = 50 * MS;
    struct scene *scene = scene_new();
    sender_policy(scene_add_sender(scene, "from", shots, 2), policy);
    node_set(scene_add(scene, middle[i], "middle", 1), i ? "origin" : "backends", "s");
    struct node *s = scene_add(scene, "service", "s", 1);
    node_set(s, "workers", "1");
    on_call(node_on(s, NULL), (struct call_to){.to = "slow"});
    scene_add_recorder(scene, "slow", 1, &slow);
    struct run run = run_scene(scene, 1, 3 * S);
    assert_shot(&shots[0], OUTCOME_TIMEOUT, 50 * MS);
    assert_shot(&shots[1], OUTCOME_TIMEOUT, 105 * MS);
    assert_int_equal(slow.n, 2);
    assert_int_equal(slow.record[1].at_ns, 55 * MS);
    run_free(&run);
    scene_free(scene);
  }
}

/* --- validation ----------------------------------------------------------------------------- */

/* Aim: two ways of saying how often a call is tried exclude each other. */
static void test_validation(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *lb = add_balancer(scene, "round_robin", "web");
  scene_add(scene, "service", "web", 2);
  retry(lb, "2", "0ms");
  struct error err = {0};
  assert_true(node_valid(lb, &err));
  scene_free(scene);
  scene = scene_new();
  lb = add_balancer(scene, "round_robin", "web");
  scene_add(scene, "service", "web", 2);
  retry(lb, "2", "0ms");
  node_set(lb, "connect_retries", "1");
  assert_false(node_valid(lb, &err));
  assert_non_null(strstr(err.text, "exclude each other"));
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_another_backend),
      cmocka_unit_test(test_many_backends),
      cmocka_unit_test(test_open_breaker),
      cmocka_unit_test(test_failures_are_spread),
      cmocka_unit_test(test_all_backends),
      cmocka_unit_test(test_no_other_backend),
      cmocka_unit_test(test_keys),
      cmocka_unit_test(test_hedge),
      cmocka_unit_test(test_breaker_by_component),
      cmocka_unit_test(test_pool),
      cmocka_unit_test(test_crash),
      cmocka_unit_test(test_deadline_passed_on),
      cmocka_unit_test(test_validation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
