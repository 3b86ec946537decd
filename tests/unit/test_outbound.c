/* Aim: what a caller does about its calls, layer by layer: on schedules computed by hand, and
 * against closed forms. */
#include <stdlib.h>

#include "harness.h"
#include "ziggurat.h"

#define SEED UINT64_C(20261128)

static struct outbound_config with_retry(uint64_t attempts, uint64_t pause_ns) {
  struct outbound_config policy = no_policy();
  policy.retry.given = true;
  policy.retry.attempts = attempts;
  policy.retry.backoff = (struct backoff){.base_ns = pause_ns, .cap_ns = UINT64_MAX, .factor = 2};
  return policy;
}

static struct outbound_config with_hedge(uint64_t after_ns) {
  struct outbound_config policy = no_policy();
  policy.hedge.given = true;
  policy.hedge.after.ns = after_ns;
  return policy;
}

static struct outbound_config with_pool(uint64_t size, uint64_t queue) {
  struct outbound_config policy = no_policy();
  policy.pool.given = true;
  policy.pool.size.start = size;
  policy.pool.queue = queue;
  return policy;
}

/* Calls at random times, `rate_per_s` on average. */
static struct shot *poisson(uint32_t n, double rate_per_s) {
  struct shot *shots = calloc(n, sizeof *shots);
  assert_non_null(shots);
  struct draws draws = draws_begin(rng_stream(SEED, 0, "test", "times"), 1, 0);
  double at_ns = 0;
  for (uint32_t i = 0; i < n; i++) {
    at_ns += zig_exponential(&draws) * 1e9 / rate_per_s;
    shots[i] = (struct shot){.at_ns = (uint64_t)at_ns, .to = "s", .key = 1 + i};
  }
  return shots;
}

static double count(const struct shot *shots, uint32_t n, enum outcome outcome) {
  double found = 0;
  for (uint32_t i = 0; i < n; i++) found += shots[i].ended && shots[i].outcome == outcome;
  return found;
}

/* --- retry ---------------------------------------------------------------------------------- */

/* Aim: a call that failed is tried again after the pause, each time with a key of its own; what is
 * not in `on` is final. */
static void test_retry(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .key = 7}, {.at_ns = S, .to = "s", .key = 8}};
  struct recorder s = {.fails = 2, .failure = OUTCOME_SHED, .delay_ns = MS};
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, 2), with_retry(3, 10 * MS));
  scene_add_recorder(scene, "s", 1, &s);
  struct run run = run_scene(scene, 1, 2 * S);
  assert_shot(&shots[0], OUTCOME_OK, 23 * MS);
  assert_shot(&shots[1], OUTCOME_OK, S + MS);
  assert_int_equal(s.n, 4);
  for (uint32_t i = 0; i < 3; i++) assert_true(s.record[i].key == key_attempt(7, i));
  assert_same(metric(&run, "from.s.retries"), 2);
  assert_same(metric(&run, "from.s.tries"), 2);
  run_free(&run);
  scene_free(scene);

  s.fails = 1;
  struct outbound_config policy = with_retry(3, 10 * MS);
  policy.retry.on = ~1u & ~(1u << OUTCOME_SHED);
  scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, 2), policy);
  scene_add_recorder(scene, "s", 1, &s);
  run = run_scene(scene, 1, 2 * S);
  assert_shot(&shots[0], OUTCOME_SHED, MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: tries that fail with probability p by themselves: with three of them 1 - p^3 succeed, after
 * (1 - p^3) / (1 - p) tries on average. */
static void test_retry_failures(void **state) {
  (void)state;
  enum { N = 20000 };
  struct shot *shots = poisson(N, 1000);
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, N), with_retry(3, 0));
  struct handler_builder *on = node_on(scene_add(scene, "service", "s", 1), NULL);
  uint16_t branch = on_branch(on, 0.5, NULL);
  on_fail(on);
  on_target(on, branch);
  struct run run = run_scene(scene, SEED, 100 * S);
  assert_share(count(shots, N, OUTCOME_OK), N, 0.875);
  /* A geometric law cut at 3 has variance 0.6875. */
  assert_within(metric(&run, "from.s.tries"), 1.75, 4.5 * sqrt(0.6875 / N));
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: when all tries fail, a budget of an eighth bounds the load to 9/8 of it. */
static void test_retry_budget(void **state) {
  (void)state;
  enum { N = 8000 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "s"};
  struct recorder s = {.fails = UINT64_MAX};
  struct outbound_config policy = with_retry(4, 0);
  policy.retry.budget = (struct budget){.rule = BUDGET_SHARE, .share = 0.125, .burst = 10};
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, N), policy);
  scene_add_recorder(scene, "s", 1, &s);
  struct run run = run_scene(scene, 1, 20 * S);
  assert_int_equal(s.n, N + N / 8);
  assert_true(metric(&run, "from.s.over_budget") > 0);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: the answer to an earlier try counts when it comes, if it may; the try that replaced it is
 * given up. */
static void test_late_answers(void **state) {
  (void)state;
  for (int accept = 0; accept < 2; accept++) {
    struct shot shots[] = {{.to = "s", .item = 150}};
    struct recorder s = {.ns_per_item = MS};
    struct outbound_config policy = with_retry(2, 20 * MS);
    policy.timeout_ns = 100 * MS;
    policy.retry.late = accept ? LATE_ACCEPT : LATE_IGNORE;
    struct scene *scene = scene_new();
    sender_policy(scene_add_sender(scene, "from", shots, 1), policy);
    scene_add_recorder(scene, "s", 1, &s);
    struct run run = run_scene(scene, 1, S);
    if (accept) {
      assert_shot(&shots[0], OUTCOME_OK, 150 * MS);
    } else {
      assert_shot(&shots[0], OUTCOME_TIMEOUT, 220 * MS);
    }
    assert_int_equal(s.n, 2);
    assert_same(metric(&run, "from.s.late_answers"), accept);
    run_free(&run);
    scene_free(scene);
  }
}

/* --- deadline ------------------------------------------------------------------------------- */

/* Aim: the whole ends at its deadline: in a try, in a pause, and while it waits for a place. */
static void test_deadline(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .item = 80}};
  struct recorder s = {.ns_per_item = MS};
  struct outbound_config policy = with_retry(5, 10 * MS);
  policy.timeout_ns = 30 * MS;
  policy.deadline_ns = 50 * MS;
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, 1), policy);
  scene_add_recorder(scene, "s", 1, &s);
  struct run run = run_scene(scene, 1, S); /* tries at 0 and 40 ms, the second has 10 ms */
  assert_shot(&shots[0], OUTCOME_TIMEOUT, 50 * MS);
  assert_int_equal(s.n, 2);
  run_free(&run);
  scene_free(scene);

  policy.retry.backoff.base_ns = 30 * MS; /* it would begin at 60 ms */
  scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, 1), policy);
  scene_add_recorder(scene, "s", 1, &s);
  run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_TIMEOUT, 50 * MS);
  assert_int_equal(s.n, 1);
  assert_same(metric(&run, "from.s.out_of_time"), 1);
  run_free(&run);
  scene_free(scene);

  struct shot two[] = {{.to = "s", .item = 80}, {.at_ns = MS, .to = "s", .item = 1}};
  policy = with_pool(1, 1);
  policy.deadline_ns = 50 * MS;
  scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", two, 2), policy);
  s.mute = true;
  scene_add_recorder(scene, "s", 1, &s);
  run = run_scene(scene, 1, S);
  assert_shot(&two[0], OUTCOME_TIMEOUT, 50 * MS);
  assert_shot(&two[1], OUTCOME_TIMEOUT, 51 * MS); /* it had the place for 1 ms */
  assert_int_equal(s.n, 2);
  run_free(&run);
  scene_free(scene);
}

/* --- hedge ---------------------------------------------------------------------------------- */

/* Aim: two exponential times at once: the first of both has half the mean. */
static void test_hedge_at_once(void **state) {
  (void)state;
  enum { N = 20000 };
  struct shot *shots = poisson(N, 1000);
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, N), with_hedge(0));
  node_set(scene_add(scene, "service", "s", 1), "work", "exponential 10ms");
  struct run run = run_scene(scene, SEED, 100 * S);
  double sum_ms = 0;
  for (uint32_t i = 0; i < N; i++) {
    assert_true(shots[i].outcome == OUTCOME_OK);
    sum_ms += (double)(shots[i].ended_ns - shots[i].at_ns) / 1e6;
  }
  assert_within(sum_ms / N, 5, 4.5 * 5 / sqrt(N));
  assert_same(metric(&run, "from.s.hedges"), N);
  assert_share(metric(&run, "from.s.hedges_won"), N, 0.5);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: the tail at scale: 10 ms exponential, and 1 s more for one call in a hundred; a second try
 * after the 95th percentile (32.0883 ms) costs a twentieth and cuts p99 from over 1 s to 41.6 ms.
 * The quantile may be stated or measured. */
static void test_hedge_tail(void **state) {
  (void)state;
  enum { N = 30000 };
  for (int measured = 0; measured < 2; measured++) {
    struct shot *shots = poisson(N, 1000);
    struct outbound_config policy = with_hedge(32088300);
    if (measured) policy.hedge.after.quantile = 0.95;
    struct scene *scene = scene_new();
    sender_policy(scene_add_sender(scene, "from", shots, N), policy);
    struct handler_builder *on = node_on(scene_add(scene, "service", "s", 1), NULL);
    on_work(on, "exponential 10ms");
    uint16_t branch = on_branch(on, 0.01, NULL);
    on_sleep(on, "1s");
    on_target(on, branch);
    struct run run = run_scene(scene, SEED, 100 * S);
    double sum_ms = 0, beyond = 0;
    for (uint32_t i = 0; i < N; i++) {
      double ms = (double)(shots[i].ended_ns - shots[i].at_ns) / 1e6;
      sum_ms += ms;
      beyond += ms > 41.5923;
    }
    assert_share(metric(&run, "from.s.hedges"), N, 0.05);
    if (!measured) { /* until enough is known, nothing is hedged */
      assert_share(beyond, N, 0.01);
      assert_within(sum_ms / N, 10.2197, 0.3);
    }
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: the try that is not needed is given up, and a server that heeds this does not work for it; a
 * failed try waits for the other one. */
static void test_hedge_loser(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .key = 3}};
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, 1), with_hedge(10 * MS));
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "cancel", "running");
  node_set(s, "work", "25ms");
  struct run run = run_scene(scene, 1, S); /* the second try queues and just begins */
  assert_shot(&shots[0], OUTCOME_OK, 25 * MS);
  assert_same(metric(&run, "s.stopped"), 1);
  assert_same(metric(&run, "s.completions"), 1);
  run_free(&run);
  scene_free(scene);

  struct recorder r = {.fails = 1, .delay_ns = 30 * MS};
  scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, 1), with_hedge(10 * MS));
  scene_add_recorder(scene, "s", 1, &r);
  run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 40 * MS);
  run_free(&run);
  scene_free(scene);
}

/* --- breaker -------------------------------------------------------------------------------- */

/* Aim: calls 10 times a second to a component that is down for 100 s: 8 reach it, 1196 are turned
 * away. */
static void test_breaker(void **state) {
  (void)state;
  enum { N = 1300 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * 100 * MS, .to = "s"};
  struct outbound_config policy = no_policy();
  policy.breaker.given = true;
  policy.breaker.failures = 5;
  policy.breaker.open_ns = 30 * S;
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, N), policy);
  scene_add(scene, "service", "s", 1);
  scene_fault(scene, "s", NULL,
              (struct fault_spec){.type = &fault_crash, .lasts = dist_constant(100e9)});
  struct run run = run_scene(scene, 1, 200 * S);
  assert_int_equal(count(shots, N, OUTCOME_REFUSED), 8);
  assert_int_equal(count(shots, N, OUTCOME_CIRCUIT_OPEN), 1196);
  assert_shot(&shots[1203], OUTCOME_CIRCUIT_OPEN, 120300 * MS);
  assert_shot(&shots[1204], OUTCOME_OK, 120400 * MS);
  assert_same(metric(&run, "from.s.breaker_opened"), 4);
  assert_same(metric(&run, "from.s.rejected"), 1196);
  assert_same(metric(&run, "from.s.breaker_open"), 0.6);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* --- throttle ------------------------------------------------------------------------------- */

/* Aim: calls to a component that is down: each is refused there or shed here, ever more of them
 * here; once it is back, few failures are left in the window and all go out again. */
static void test_throttle(void **state) {
  (void)state;
  enum { N = 1000 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * 100 * MS, .to = "s"};
  struct outbound_config policy = no_policy();
  policy.throttle = (struct throttle_config){.given = true,
                                             .threshold = 0.95,
                                             .aggression = 1,
                                             .most = 1,
                                             .window_ns = 10 * S,
                                             .on = 1u << OUTCOME_REFUSED};
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, N), policy);
  scene_add(scene, "service", "s", 1);
  scene_fault(scene, "s", NULL,
              (struct fault_spec){.type = &fault_crash, .lasts = dist_constant(50e9)});
  struct run run = run_scene(scene, 1, 200 * S);
  int refused = count(shots, N, OUTCOME_REFUSED), shed = count(shots, N, OUTCOME_SHED);
  assert_int_equal(count(shots, 500, OUTCOME_REFUSED), refused);
  assert_in_range(refused, 20, 120);
  assert_int_equal(count(shots, 500, OUTCOME_SHED), 500 - refused);
  assert_int_equal(count(shots + 650, 350, OUTCOME_OK), 350);
  assert_int_equal(refused + shed + count(shots, N, OUTCOME_OK), N);
  assert_same(metric(&run, "from.s.throttled"), shed);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* --- pool ----------------------------------------------------------------------------------- */

/* Aim: places are given in turn; who finds the queue full is refused at once, who waits too long
 * after that time; the server never sees more calls at once than there are places. */
static void test_pool(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .item = 10},
                         {.at_ns = 1 * MS, .to = "s", .item = 10},
                         {.at_ns = 2 * MS, .to = "s", .item = 10},
                         {.at_ns = 3 * MS, .to = "s", .item = 10},
                         {.at_ns = 50 * MS, .to = "s", .item = 10}};
  struct recorder s = {.ns_per_item = MS};
  struct outbound_config policy = with_pool(1, 2);
  policy.pool.wait_ns = 15 * MS;
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, 5), policy);
  scene_add_recorder(scene, "s", 1, &s);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 10 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 20 * MS);
  assert_shot(&shots[2], OUTCOME_REFUSED, 17 * MS);
  assert_shot(&shots[3], OUTCOME_REFUSED, 3 * MS);
  assert_shot(&shots[4], OUTCOME_OK, 60 * MS);
  assert_int_equal(s.n, 3);
  assert_same(metric(&run, "from.s.pool.refused"), 1);
  assert_same(metric(&run, "from.s.pool.gave_up"), 1);
  assert_same(metric(&run, "from.s.pool.wait.mean"), 0.003);
  assert_same(metric(&run, "from.s.pool.used.mean"), 0.03);
  run_free(&run);
  scene_free(scene);
}

/* Aim: without a queue, a pool of 10 places under 8 erlang blocks 12.1661 % (Erlang B), whatever
 * the law of the times. */
static void test_pool_blocks(void **state) {
  (void)state;
  enum { N = 32000 };
  static const char *const law[] = {"exponential 10ms", "10ms"};
  for (int i = 0; i < 2; i++) {
    struct shot *shots = poisson(N, 800);
    struct scene *scene = scene_new();
    sender_policy(scene_add_sender(scene, "from", shots, N), with_pool(10, 0));
    node_set(scene_add(scene, "service", "s", 1), "work", law[i]);
    struct run run = run_scene(scene, SEED, 100 * S);
    /* Losses come in bunches: about twice the variance of independent ones. */
    double se = sqrt(2 * 0.1217 * 0.8783 / N);
    assert_within(count(shots, N, OUTCOME_REFUSED) / N, 0.121661, 4.5 * se);
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: against a server with 5 workers that refuses what it cannot take, and twice the load it can
 * bear, a limit that began at 20 keeps the calls at once near 5 and the server busy. */
static void test_pool_adapts(void **state) {
  (void)state;
  enum { N = 30000 };
  struct shot *shots = poisson(N, 1000);
  struct outbound_config policy = with_pool(20, 1000);
  policy.pool.size = (struct concurrency_config){
      .rule = CONCURRENCY_AIMD, .start = 20, .least = 1, .most = 200, .shrink = 0.9, .slow_ns = S};
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, N), policy);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "5");
  node_set(s, "queue", "0");
  node_set(s, "work", "10ms");
  struct run run = run_scene(scene, SEED, 60 * S);
  assert_within(metric(&run, "s.completions"), 15000, 150);       /* 500/s for 30 s */
  assert_within(metric(&run, "from.s.pool.used.mean"), 2.5, 0.1); /* 5 half of the time */
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: places are told as their mean over time, beside those at the end: an answer after 10 ms is
 * too slow and halves 10 places, so that 10 ms of a second have 10 and the rest 5. */
static void test_pool_size_over_time(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s"}};
  struct recorder s = {.delay_ns = 10 * MS};
  struct outbound_config policy = with_pool(10, 0);
  policy.pool.size = (struct concurrency_config){.rule = CONCURRENCY_AIMD,
                                                 .start = 10,
                                                 .least = 1,
                                                 .most = 200,
                                                 .shrink = 0.5,
                                                 .slow_ns = 5 * MS};
  struct scene *scene = scene_new();
  sender_policy(scene_add_sender(scene, "from", shots, 1), policy);
  scene_add_recorder(scene, "s", 1, &s);
  struct run run = run_scene(scene, 1, S);
  assert_float_equal(metric(&run, "from.s.pool.size"), 5.05, 1e-9);
  assert_same(metric(&run, "from.s.pool.size.end"), 5);
  run_free(&run);
  scene_free(scene);
}

/* --- in handlers ---------------------------------------------------------------------------- */

/* Aim: what is called on behalf of a call with a deadline has no more time than is left, and is not
 * called at all when none is. */
static void test_deadline_passed_on(void **state) {
  (void)state;
  static const char *const work[] = {"20ms", "60ms"};
  for (int i = 0; i < 2; i++) {
    struct shot shots[] = {{.to = "a"}};
    struct recorder c = {.mute = true};
    struct outbound_config policy = no_policy();
    policy.deadline_ns = 50 * MS;
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 1);
    on_call(node_on(scene_add(scene, "service", "a", 1), NULL),
            (struct call_to){.to = "b", .policy = &policy});
    struct handler_builder *on = node_on(scene_add(scene, "service", "b", 1), NULL);
    on_work(on, work[i]);
    on_call(on, (struct call_to){.to = "c"});
    scene_add_recorder(scene, "c", 1, &c);
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[0], OUTCOME_FAILED, 50 * MS);
    assert_int_equal(c.n, i == 0);
    assert_same(metric(&run, "b.errors"), 1); /* it does not wait for ever */
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: two calls of a member to one component with the same settings share a pool; two members do
 * not. */
static void test_shared_pool(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "a", .member = 1}, {.to = "a", .member = 2}};
  struct recorder s = {.delay_ns = 10 * MS};
  struct outbound_config policy = with_pool(1, 9);
  struct call_to calls[] = {{.to = "s", .policy = &policy}, {.to = "s", .policy = &policy}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  on_parallel(node_on(scene_add(scene, "service", "a", 2), NULL), 0, 2, calls);
  scene_add_recorder(scene, "s", 1, &s);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 20 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 20 * MS);
  assert_same(metric(&run, "a.s.pool.size"), 2);
  assert_same(metric(&run, "a.s.pool.used.max"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a crash of the caller frees what it held and ends what it had under way: nothing of before
 * is tried again, and the places are all free. */
static void test_crash_of_the_caller(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "a"}, {.to = "a"}, {.at_ns = 30 * MS, .to = "a"}};
  struct recorder s = {.fails = 1, .delay_ns = 15 * MS};
  struct outbound_config policy = with_retry(3, 100 * MS);
  policy.pool = with_pool(1, 9).pool;
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  on_call(node_on(scene_add(scene, "service", "a", 1), NULL),
          (struct call_to){.to = "s", .policy = &policy});
  scene_add_recorder(scene, "s", 1, &s);
  scene_fault(
      scene, "a", NULL,
      (struct fault_spec){.type = &fault_crash, .at_ns = 20 * MS, .lasts = dist_constant(5e6)});
  struct run run = run_scene(scene, 1, S); /* the first pauses, the second is out */
  assert_shot(&shots[0], OUTCOME_RESET, 20 * MS);
  assert_shot(&shots[1], OUTCOME_RESET, 20 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 45 * MS);
  assert_int_equal(s.n, 3);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a call that a step does not need any more is not tried again. */
static void test_no_retry_for_nothing(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "a"}};
  struct recorder good = {.delay_ns = 10 * MS}, bad = {.fails = 9, .delay_ns = MS};
  struct outbound_config policy = with_retry(3, 20 * MS);
  struct call_to calls[] = {{.to = "bad", .policy = &policy}, {.to = "good"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 1);
  struct handler_builder *on = node_on(scene_add(scene, "service", "a", 1), NULL);
  on_parallel(on, 1, 2, calls);
  on_sleep(on, "500ms");
  scene_add_recorder(scene, "good", 1, &good);
  scene_add_recorder(scene, "bad", 1, &bad);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 510 * MS);
  assert_int_equal(bad.n, 1);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_retry),
      cmocka_unit_test(test_retry_failures),
      cmocka_unit_test(test_retry_budget),
      cmocka_unit_test(test_late_answers),
      cmocka_unit_test(test_deadline),
      cmocka_unit_test(test_hedge_at_once),
      cmocka_unit_test(test_hedge_tail),
      cmocka_unit_test(test_hedge_loser),
      cmocka_unit_test(test_breaker),
      cmocka_unit_test(test_throttle),
      cmocka_unit_test(test_pool),
      cmocka_unit_test(test_deadline_passed_on),
      cmocka_unit_test(test_shared_pool),
      cmocka_unit_test(test_crash_of_the_caller),
      cmocka_unit_test(test_no_retry_for_nothing),
      cmocka_unit_test(test_pool_blocks),
      cmocka_unit_test(test_pool_adapts),
      cmocka_unit_test(test_pool_size_over_time),
  };
  return cmocka_run_group_tests_name("outbound", tests, NULL, NULL);
}
