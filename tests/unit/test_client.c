/* Aim: when requests are sent, tried again and given up, what users experience of it, and that none
 * of it disturbs the draws of anything else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20250118)

static struct node *add_client(struct scene *scene, const char *arrivals, const char *target) {
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", arrivals);
  node_set(c, "target", target);
  return c;
}

/* --- open arrivals -------------------------------------------------------------------------- */

/* Aim: the k-th of a million requests at 3/s is sent at k/3 s, rounded to a nanosecond: the first
 * at 0, and no drift. */
static void test_constant(void **state) {
  (void)state;
  enum { N = 1000000 };
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  add_client(scene, "constant 3/s", "leaf");
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct run run = run_scene(scene, 1, (N - 1) * S / 3 + 2);
  assert_int_equal(leaf.n, N);
  for (uint64_t k = 0; k < N; k++) {
    uint64_t want_ns = (2 * k * S + 3) / 6;
    if (leaf.record[k].at_ns != want_ns) {
      fail_msg("request %llu at %llu ns, expected %llu", (unsigned long long)k,
               (unsigned long long)leaf.record[k].at_ns, (unsigned long long)want_ns);
    }
  }
  assert_same(metric(&run, "c.requests"), N);
  run_free(&run);
  scene_free(scene);
}

/* Aim: poisson arrivals have exponential gaps: mean, variance and the share of gaps beyond one
 * mean, and numbers in disjoint intervals whose variance is their mean. */
static void test_poisson(void **state) {
  (void)state;
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  add_client(scene, "poisson 1000/s", "leaf");
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct run run = run_scene(scene, SEED, 100 * S);
  double n = leaf.n, squares = 0, beyond = 0, before = 0, sum = 0;
  assert_within(n, 100000, 4.5 * sqrt(100000));
  for (uint32_t i = 0; i < leaf.n; i++) {
    double gap_ms = (double)leaf.record[i].at_ns / 1e6 - before;
    before = (double)leaf.record[i].at_ns / 1e6;
    sum += gap_ms;
    squares += gap_ms * gap_ms;
    beyond += gap_ms > 1;
  }
  double mean = sum / n;
  assert_within(squares / n - mean * mean, 1, 4.5 * sqrt(8 / n)); /* kurtosis 9 */
  assert_share(beyond, n, exp(-1));
  double deviation = 0;
  uint32_t next = 0;
  for (uint64_t i = 1; i <= 1000; i++) { /* 100 are expected in each tenth of a second */
    double count = 0;
    for (; next < leaf.n && leaf.record[next].at_ns < i * 100 * MS; next++) count++;
    deviation += (count - 100) * (count - 100);
  }
  assert_within(deviation / 1000, 100, 4.5 * 100 * sqrt(2.0 / 1000));
  run_free(&run);
  scene_free(scene);
}

/* Aim: each instance of a client is a source of its own, with its own gaps and keys. */
static void test_instances(void **state) {
  (void)state;
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 3);
  node_set(c, "arrivals", "poisson 100/s");
  node_set(c, "target", "leaf");
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct run run = run_scene(scene, SEED, 10 * S);
  assert_within(leaf.n, 3000, 4.5 * sqrt(3000));
  assert_same(metric(&run, "c.requests"), leaf.n);
  for (uint32_t i = 1; i < leaf.n; i++) assert_true(leaf.record[i].key != leaf.record[i - 1].key);
  run_free(&run);
  scene_free(scene);
}

/* --- closed --------------------------------------------------------------------------------- */

/* Aim: a closed user waits for the answer, thinks and sends again: with 4 users, 8 ms thinking and
 * 2 ms for an answer, user u starts at u/4 of a think time and sends every 10 ms. */
static void test_closed(void **state) {
  (void)state;
  struct recorder leaf = {.delay_ns = 2 * MS};
  struct scene *scene = scene_new();
  add_client(scene, "closed 4 8ms", "leaf");
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(leaf.n, 400);
  for (uint32_t i = 0; i < leaf.n; i++) {
    assert_int_equal(leaf.record[i].at_ns, (i % 4 * 2 + i / 4 * 10) * MS);
  }
  assert_same(metric(&run, "c.latency.max"), 0.002);
  run_free(&run);
  scene_free(scene);
}

/* Aim: never more requests in flight than users, whatever times are drawn; and never fewer than
 * users who neither think nor wait. A failed request is followed by thinking too. */
static void test_closed_in_flight(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct recorder front = {.target = "s"};
  struct node *c = add_client(scene, "closed 7 exponential 5ms", "front");
  node_set(c, "timeout", "20ms");
  scene_add_recorder(scene, "front", 1, &front);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "2");
  node_set(s, "work", "exponential 4ms");
  struct run run = run_begin(scene, SEED, 0, 20 * S);
  for (uint64_t t = 1; t <= 2000; t++) {
    assert_true(sim_run(run.sim, t * 10 * MS));
    if (t % 100) continue;
    run_finish(&run);
    double in_flight = metric(&run, "c.in_flight.end");
    assert_true(in_flight >= 0 && in_flight <= 7);
  }
  assert_true(metric(&run, "c.errors.timeout") > 10);
  assert_same(metric(&run, "c.requests") + metric(&run, "c.in_flight.end"),
              metric(&run, "c.offered") * 20);
  assert_true(metric(&run, "c.requests") > 5000);
  /* From one user's request to the next: the key holds the user in bits 32 and up. */
  uint64_t base = rng_hash_name("c"), ended_ns[7] = {0};
  for (uint32_t i = 0; i < front.n; i++) {
    const struct record *r = &front.record[i];
    uint64_t user = (r->key - base) >> 32;
    assert_true(user < 7);
    assert_true(r->at_ns >= ended_ns[user]);
    uint64_t gives_up_ns = r->at_ns + 20 * MS;
    ended_ns[user] = r->ended_ns < gives_up_ns ? r->ended_ns : gives_up_ns;
  }
  run_free(&run);
  scene_free(scene);
}

/* --- retries -------------------------------------------------------------------------------- */

/* Aim: a request that always fails is tried exactly so often, with the pauses of its back-off in
 * between, and then counts as one failure with the cause of the last attempt. */
static void test_attempts(void **state) {
  (void)state;
  for (uint32_t attempts = 1; attempts <= 6; attempts++) {
    struct recorder leaf = {.fails = 1000, .failure = OUTCOME_SHED, .delay_ns = 3 * MS};
    struct scene *scene = scene_new();
    struct node *c = add_client(scene, "constant 1/s", "leaf");
    char text[8];
    snprintf(text, sizeof text, "%u", attempts);
    node_set(c, "retry.attempts", text);
    node_set(c, "retry.backoff", "exponential 10ms 50ms 2");
    scene_add_recorder(scene, "leaf", 1, &leaf);
    struct run run = run_scene(scene, 1, 5 * S);
    assert_int_equal(leaf.n, 5 * attempts);
    const uint64_t pause_ms[] = {10, 20, 40, 50, 50};
    uint64_t at_ns = 0;
    for (uint32_t k = 0; k < attempts; k++) {
      for (uint32_t r = 0; r < 5; r++) {
        assert_int_equal(leaf.record[r * attempts + k].at_ns, r * S + at_ns);
      }
      at_ns += (3 + pause_ms[k % 5]) * MS;
    }
    assert_same(metric(&run, "c.requests"), 5);
    assert_same(metric(&run, "c.errors.shed"), 5);
    assert_same(metric(&run, "c.availability"), 0);
    assert_same(metric(&run, "c.throughput"), 0); /* what ended well, as for components */
    assert_true(metric(&run, "c.ended") > 0);
    assert_same(metric(&run, "c.retries"), 5 * (attempts - 1));
    assert_same(metric(&run, "c.offered"), 1);
    assert_true(isnan(metric(&run, "c.latency.mean")));
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: latency runs from the first sending; a retry repeats the operation and the data key under
 * another identity. */
static void test_retry_succeeds(void **state) {
  (void)state;
  struct recorder leaf = {.fails = 2, .delay_ns = 3 * MS};
  struct scene *scene = scene_new();
  struct node *c = add_client(scene, "constant 1/s", "leaf");
  node_set(c, "retry.attempts", "3");
  node_set(c, "retry.backoff", "100ms");
  node_set(c, "keys", "uniform 1000000");
  node_set(c, "mix", "browse 0.5, buy 0.5");
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct run run = run_scene(scene, SEED, 2 * S);
  assert_int_equal(leaf.n, 4);
  for (int i = 1; i < 3; i++) {
    assert_int_equal(leaf.record[i].item, leaf.record[0].item);
    assert_int_equal(leaf.record[i].op, leaf.record[0].op);
    assert_true(leaf.record[i].key != leaf.record[i - 1].key);
  }
  assert_true(leaf.record[3].item != leaf.record[0].item && leaf.record[0].item > 0);
  assert_same(metric(&run, "c.latency.max"), 0.209);
  assert_same(metric(&run, "c.latency.min"), 0.003);
  assert_same(metric(&run, "c.availability"), 1);
  assert_same(metric(&run, "c.retries"), 2);
  run_free(&run);
  scene_free(scene);
}

/* Aim: only the causes named are tried again; by default all but `denied`. */
static void test_retry_on(void **state) {
  (void)state;
  static const struct {
    const char *on;
    enum outcome failure;
    uint32_t calls;
  } cases[] = {{NULL, OUTCOME_FAILED, 3},
               {NULL, OUTCOME_REFUSED, 3},
               {NULL, OUTCOME_RESET, 3},
               {NULL, OUTCOME_RATE_LIMITED, 3},
               {NULL, OUTCOME_DENIED, 1},
               {"timeout, reset", OUTCOME_FAILED, 1},
               {"timeout, reset", OUTCOME_RESET, 3}};
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    struct recorder leaf = {.fails = 100, .failure = cases[k].failure};
    struct scene *scene = scene_new();
    struct node *c = add_client(scene, "constant 0.1/s", "leaf");
    node_set(c, "retry.attempts", "3");
    if (cases[k].on) node_set(c, "retry.on", cases[k].on);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    struct run run = run_scene(scene, 1, 5 * S);
    assert_int_equal(leaf.n, cases[k].calls);
    char name[64];
    snprintf(name, sizeof name, "c.errors.%s", outcome_name[cases[k].failure]);
    assert_same(metric(&run, name), 1);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: an attempt that timed out is tried again although the first still works: the server does the
 * work twice. */
static void test_retry_after_timeout(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "s"}}; /* is in the way of the first attempt */
  struct scene *scene = scene_new();
  scene_add_sender(scene, "a", shots, 1); /* sorts before "c", so it is first */
  struct node *c = add_client(scene, "constant 0.1/s", "s");
  node_set(c, "timeout", "20ms");
  node_set(c, "retry.attempts", "2");
  node_set(c, "retry.backoff", "6ms");
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "work", "15ms");
  struct run run = run_scene(scene, 1, S);
  /* 0-15 the other, 15-30 the first attempt (given up at 20), 30-45 the second (since 26). */
  assert_shot(&shots[0], OUTCOME_OK, 15 * MS);
  assert_same(metric(&run, "c.latency.max"), 0.045);
  assert_same(metric(&run, "s.completions"), 3);
  assert_same(metric(&run, "s.utilization"), 0.045);
  assert_int_equal(run.sim->calls.late, 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a budget of 20 % bounds the load of retries to 1.2 times the requests, whatever fails; what
 * was not used before is kept for a burst of 100 retries and no more. */
static void test_budget(void **state) {
  (void)state;
  for (int burst = 0; burst <= 1; burst++) {
    struct recorder leaf = {0};
    struct scene *scene = scene_new();
    struct node *c = add_client(scene, "constant 100/s", "leaf");
    node_set(c, "retry.attempts", "5");
    node_set(c, "retry.backoff", "1ms");
    node_set(c, "retry.budget", "20%");
    scene_add_recorder(scene, "leaf", 1, &leaf);
    /* All fail from the beginning, or after 2000 requests went well. */
    struct fault_spec fault = {
        .type = &fault_crash, .at_ns = burst ? 20 * S - 1 : 0, .forever = true};
    scene_fault(scene, "leaf", NULL, fault);
    struct run run = run_begin(scene, 1, 0, 40 * S);
    double before = 0;
    for (uint64_t t = 20; t <= 40; t++) {
      assert_true(sim_run(run.sim, t * S - 5 * MS)); /* after the last pause */
      run_finish(&run);
      double failing = (double)(t - 20) * 100 + (burst ? 0 : 2000);
      double allowed = 0.2 * failing + (burst ? 100 : 0);
      double retries = metric(&run, "c.retries");
      if (t > 20) assert_true(retries >= before);
      assert_true(retries <= allowed + 1e-9);
      assert_true(retries >= allowed - 2 || (burst && t < 25));
      before = retries;
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* --- what is asked for ---------------------------------------------------------------------- */

/* Aim: operations come in their shares, data keys by their law, and each operation has its own
 * results that add up to the whole. */
static void test_mix_and_keys(void **state) {
  (void)state;
  for (int zipf = 0; zipf <= 1; zipf++) {
    struct recorder leaf = {.ns_per_item = 0};
    struct scene *scene = scene_new();
    struct node *c = add_client(scene, "poisson 1000/s", "front");
    node_set(c, "mix", "browse 0.7, buy 0.1, search 0.2");
    node_set(c, "keys", zipf ? "zipf 50 1.0" : "uniform 50");
    scene_add_recorder(scene, "leaf", 1, &leaf);
    struct node *front = scene_add(scene, "service", "front", 1);
    on_call(node_on(front, "search"), (struct call_to){.to = "leaf"});
    on_fail(node_on(front, "buy"));
    struct handler_builder *on = node_on(front, NULL);
    on_call(on, (struct call_to){.to = "leaf"});
    on_sleep(on, "3ms");
    struct run run = run_scene(scene, SEED, 50 * S);
    double n = 50 * metric(&run, "c.offered");
    assert_share(50 * metric(&run, "c.op.browse.offered"), n, 0.7);
    assert_share(50 * metric(&run, "c.op.buy.offered"), n, 0.1);
    assert_share(50 * metric(&run, "c.op.search.offered"), n, 0.2);
    assert_same(metric(&run, "c.op.buy.availability"), 0);
    assert_same(metric(&run, "c.op.browse.availability"), 1);
    assert_same(metric(&run, "c.op.browse.latency.mean"), 0.003);
    assert_same(metric(&run, "c.op.search.latency.max"), 0);
    assert_same(metric(&run, "c.errors.failed"), metric(&run, "c.op.buy.errors.failed"));
    assert_same(metric(&run, "c.requests"), metric(&run, "c.op.browse.requests") +
                                                metric(&run, "c.op.buy.requests") +
                                                metric(&run, "c.op.search.requests"));
    assert_within(metric(&run, "c.latency.p50"), 0.003, 0.00003);
    double count[51] = {0}, harmonic = 0;
    for (int i = 1; i <= 50; i++) harmonic += 1.0 / i;
    for (uint32_t i = 0; i < leaf.n; i++) {
      assert_true(leaf.record[i].item >= 1 && leaf.record[i].item <= 50);
      count[leaf.record[i].item]++;
    }
    for (int i = 1; i <= 50; i += i < 4 ? 1 : 23) {
      assert_share(count[i], leaf.n, zipf ? 1 / (i * harmonic) : 0.02);
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* --- what is measured ----------------------------------------------------------------------- */

/* Aim: latencies of a schedule computed by hand, exactly: 10 requests, the k-th waits k ms. */
static void test_latency(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *c = add_client(scene, "constant 1000/s", "s");
  node_set(c, "timeout", "9500us");
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "work", "2ms");
  struct run run = run_scene(scene, 1, 9 * MS + 1);
  /* Sent at 0 .. 9, ended at 2, 4, 6, 8: latencies 2, 3, 4, 5 ms. */
  assert_same(metric(&run, "c.requests"), 4);
  assert_same(metric(&run, "c.in_flight.end"), 6);
  /* Under way for 2 + 3 + 4 + 5 ms, and 5 + 4 + 3 + 2 + 1 ms and 1 ns (6 times) of the others. */
  assert_float_equal(metric(&run, "c.in_flight") * 9.000001, 29.000006, 1e-9);
  assert_same(metric(&run, "c.latency.mean"), 0.0035);
  assert_same(metric(&run, "c.latency.min"), 0.002);
  assert_same(metric(&run, "c.latency.max"), 0.005);
  assert_same(metric(&run, "c.latency.p50"), 0.003);
  assert_same(metric(&run, "c.latency.p90"), 0.005);
  assert_within(metric(&run, "c.goodput"), 4 / 0.009000001, 1e-6);
  run_free(&run);
  /* With a warm-up of 5 ms: those that end at 6 and 8 count, wherever they began; offered are the
   * ones from 5 to 9. Later the timeouts at 9.5 ms after the sending cut them off. */
  run = run_begin(scene, 1, 5 * MS, 9 * MS + 1);
  assert_true(sim_run(run.sim, 9 * MS + 1));
  run_finish(&run);
  assert_same(metric(&run, "c.requests"), 2);
  assert_same(metric(&run, "c.latency.mean"), 0.0045);
  assert_within(metric(&run, "c.offered"), 5 / 0.004000001, 1e-6);
  /* 4, 4, 5 and 5 of them are under way in these milliseconds, 6 in the last nanosecond. */
  assert_float_equal(metric(&run, "c.in_flight") * 4.000001, 18.000006, 1e-9);
  assert_true(sim_run(run.sim, 100 * MS));
  run_finish(&run);
  assert_same(metric(&run, "c.latency.max"), 0.009); /* sent at 7, ended at 16 */
  assert_true(metric(&run, "c.errors.timeout") > 50);
  run_free(&run);
  scene_free(scene);
}

/* --- common random numbers ------------------------------------------------------------------ */

enum variant {
  PLAIN,
  WITH_RETRY,
  WITH_SECOND_CLIENT,
  WITH_INSTANCES,
  WITH_CLIENT_INSTANCE,
  WITH_ERRORS,
  WITH_BALANCER,
  WITH_PATH,
  VARIANTS
};

/* A client, a recorder and a service without queue, with something added. */
static struct scene *variant_scene(enum variant variant, struct recorder *front,
                                   struct recorder *other) {
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", variant == WITH_CLIENT_INSTANCE ? 2 : 1);
  node_set(c, "arrivals", "poisson 200/s");
  node_set(c, "target", "front");
  node_set(c, "keys", "zipf 1000 0.9");
  node_set(c, "mix", "browse 0.7, buy 0.3");
  *front = (struct recorder){.target = variant == WITH_BALANCER ? "lb" : "s"};
  *other = (struct recorder){0};
  scene_add_recorder(scene, "front", 1, front);
  struct node *s = scene_add(scene, "service", "s", variant == WITH_INSTANCES ? 4 : 1);
  struct handler_builder *on = node_on(s, NULL);
  on_work(on, "exponential 10ms");
  if (variant == WITH_RETRY) node_set(c, "retry.attempts", "4");
  if (variant == WITH_RETRY || variant == WITH_ERRORS) {
    scene_fault(
        scene, "s", NULL,
        (struct fault_spec){
            .type = &fault_error, .forever = true, .lasts = dist_constant(1), .ratio = 0.1});
  }
  if (variant == WITH_SECOND_CLIENT) {
    struct node *b = scene_add(scene, "client", "b", 1);
    node_set(b, "arrivals", "poisson 333/s");
    node_set(b, "target", "other");
    scene_add_recorder(scene, "other", 1, other);
  }
  if (variant == WITH_BALANCER) {
    node_set(scene_add(scene, "load_balancer", "lb", 1), "backends", "s");
  }
  if (variant == WITH_PATH) scene_path(scene, "c", "front", (struct path_spec){.loss = 0});
  return scene;
}

static int by_key(const void *a, const void *b) {
  uint64_t left = ((const struct record *)a)->key, right = ((const struct record *)b)->key;
  return (left > right) - (left < right);
}

/* Aim: whatever is added, the first attempt of each request comes at the same nanosecond, asks for
 * the same and takes the same work (unless a fault answers in the service's stead). */
static void test_common_random_numbers(void **state) {
  (void)state;
  struct record *plain = NULL;
  uint32_t n = 0;
  for (int variant = 0; variant < VARIANTS; variant++) {
    struct recorder front, other;
    struct scene *scene = variant_scene((enum variant)variant, &front, &other);
    struct run run = run_scene(scene, SEED, 20 * S);
    if (variant == PLAIN) {
      n = front.n;
      plain = malloc(n * sizeof *plain);
      assert_non_null(plain);
      memcpy(plain, front.record, n * sizeof *plain);
    }
    assert_true(variant == WITH_RETRY || variant == WITH_CLIENT_INSTANCE ? front.n > n
                                                                         : front.n == n);
    qsort(front.record, front.n, sizeof front.record[0], by_key);
    uint32_t failed = 0, unanswered = 0;
    for (uint32_t i = 0; i < n; i++) {
      const struct record *was = &plain[i];
      const struct record *is = bsearch(was, front.record, front.n, sizeof front.record[0], by_key);
      assert_non_null(is);
      assert_true(is->at_ns == was->at_ns && is->op == was->op && is->item == was->item);
      failed += is->outcome != OUTCOME_OK;
      unanswered += was->ended_ns == TIME_NEVER;
      if (is->outcome == OUTCOME_OK) assert_true(is->ended_ns == was->ended_ns);
    }
    assert_true(unanswered < 20);
    bool errors = variant == WITH_RETRY || variant == WITH_ERRORS;
    if (errors) assert_share(failed, n, 0.1);
    if (!errors) assert_int_equal(failed, 0);
    run_free(&run);
    scene_free(scene);
  }
  free(plain);
}

/* --- the same again ------------------------------------------------------------------------- */

/* A scene in which much happens; `order` changes the order in which it is declared. */
static struct scene *busy_scene(int order) {
  struct scene *scene = scene_new();
  struct node *c = NULL, *lb = NULL, *web = NULL, *db = NULL;
  for (int i = 0; i < 4; i++) {
    int what = order ? 3 - i : i;
    if (what == 0) c = scene_add(scene, "client", "c", 1);
    if (what == 1) lb = scene_add(scene, "load_balancer", "lb", 1);
    if (what == 2) web = scene_add(scene, "service", "web", 3);
    if (what == 3) db = scene_add(scene, "database", "db", 1);
  }
  node_set(c, "arrivals", "poisson 300/s");
  node_set(c, "target", "lb");
  node_set(c, "timeout", "100ms");
  node_set(c, "retry.attempts", "3");
  node_set(c, "retry.backoff", "exponential 5ms 1s 2 full");
  node_set(lb, "backends", "web");
  node_set(lb, "algorithm", "power_of_two");
  node_set(lb, "health_check.interval", "1s");
  node_set(lb, "health_check.timeout", "500ms");
  node_set(web, "workers", "4");
  node_set(web, "queue", "20");
  struct handler_builder *on = node_on(web, NULL);
  on_work(on, "exponential 10ms");
  on_call(on, (struct call_to){.to = "db", .timeout_ns = 50 * MS});
  node_set(db, "workers", "3");
  node_set(db, "read", "exponential 6ms");
  scene_fault(scene, "web[*]", NULL,
              (struct fault_spec){.type = &fault_crash,
                                  .recurring = true,
                                  .mttf = exponential_ns(3e9),
                                  .lasts = exponential_ns(1e9)});
  scene_fault(scene, "db", NULL,
              (struct fault_spec){.type = &fault_hang,
                                  .recurring = true,
                                  .mttf = exponential_ns(5e9),
                                  .lasts = exponential_ns(1e8)});
  return scene;
}

struct outcome_of_run {
  uint64_t fingerprint, events;
  double availability, p99;
};

static struct outcome_of_run busy_run(int order, uint64_t seed, uint64_t replication,
                                      uint64_t slice_ns) {
  struct scene *scene = busy_scene(order);
  uint64_t end_ns = 20 * S;
  struct run run = {.sim = sim_new(scene_spec(scene), seed, replication, S, end_ns, true)};
  for (uint64_t t = slice_ns; t < end_ns; t += slice_ns) assert_true(sim_run(run.sim, t));
  assert_true(sim_run(run.sim, end_ns));
  run_finish(&run);
  struct outcome_of_run out = {run.sim->fingerprint, run.sim->events,
                               metric(&run, "c.availability"), metric(&run, "c.latency.p99")};
  run_free(&run);
  scene_free(scene);
  return out;
}

static bool same(struct outcome_of_run a, struct outcome_of_run b) {
  return a.fingerprint == b.fingerprint && a.events == b.events &&
         a.availability == b.availability && a.p99 == b.p99;
}

/* Aim: the same seed and replication give the same events, whatever the order of declarations and
 * however the run is cut into slices; another seed or replication gives others. */
static void test_fingerprint(void **state) {
  (void)state;
  struct outcome_of_run first = busy_run(0, 1, 0, 100 * S);
  print_message("  %llu events, fingerprint %016llx\n", (unsigned long long)first.events,
                (unsigned long long)first.fingerprint);
  assert_true(first.events > 20000 && first.availability > 0.1 && first.availability < 0.999);
  assert_true(same(first, busy_run(0, 1, 0, 100 * S)));
  assert_true(same(first, busy_run(1, 1, 0, 100 * S)));
  assert_true(same(first, busy_run(0, 1, 0, S)));
  assert_true(same(first, busy_run(0, 1, 0, 777777)));
  assert_false(same(first, busy_run(0, 2, 0, 100 * S)));
  assert_false(same(first, busy_run(0, 1, 1, 100 * S)));
  assert_true(busy_run(0, 2, 0, 100 * S).fingerprint != busy_run(0, 1, 1, 100 * S).fingerprint);
}

/* Aim: a request that nobody will ever answer counts as failed and not as in flight besides: each
 * request is one or the other. A hundred requests, the later half of which is swallowed. */
static void test_stranded_once(void **state) {
  (void)state;
  struct recorder web = {0};
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "constant 10/s");
  node_set(c, "target", "web");
  scene_add_recorder(scene, "web", 1, &web);
  scene_fault(
      scene, "web", NULL,
      (struct fault_spec){
          .type = &fault_drop, .at_ns = 4950 * MS, .lasts = dist_constant(100e9), .ratio = 1});
  struct run run = run_scene(scene, 1, 9950 * MS);
  assert_same(metric(&run, "c.requests"), 100);
  assert_same(metric(&run, "c.errors.timeout"), 50);
  assert_same(metric(&run, "c.in_flight.end"), 0);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stranded_once), cmocka_unit_test(test_constant),
      cmocka_unit_test(test_poisson),       cmocka_unit_test(test_instances),
      cmocka_unit_test(test_closed),        cmocka_unit_test(test_closed_in_flight),
      cmocka_unit_test(test_attempts),      cmocka_unit_test(test_retry_succeeds),
      cmocka_unit_test(test_retry_on),      cmocka_unit_test(test_retry_after_timeout),
      cmocka_unit_test(test_budget),        cmocka_unit_test(test_mix_and_keys),
      cmocka_unit_test(test_latency),       cmocka_unit_test(test_common_random_numbers),
      cmocka_unit_test(test_fingerprint),
  };
  return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
