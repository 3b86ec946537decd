/* Aim: when a caller stops waiting, those further down learn of it, over any number of hops, when a
 * message could have reached them, and do what they say about it; nobody else notices.
 *
 * In most scenes one worker works 10 ms on each call. Three calls come 1 ms apart; the second gives
 * up after 5 ms. If the news reaches the queue, the third is served right after the first, at 20
 * ms; if not, at 30. */
#include <string.h>

#include "abandon.h"
#include "harness.h"

#define SEED UINT64_C(20261128)

static uint64_t live_frames(const struct sim *sim) {
  uint64_t n = 0;
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) n++;
  return n;
}

static void three_shots(struct shot *shots, const char *to) {
  shots[0] = (struct shot){.to = to, .item = 1};
  shots[1] = (struct shot){.at_ns = 1 * MS, .to = to, .item = 2, .timeout_ns = 5 * MS};
  shots[2] = (struct shot){.at_ns = 2 * MS, .to = to, .item = 3};
}

static struct node *one_worker(struct scene *scene, const char *name, const char *cancel) {
  struct node *s = scene_add(scene, "service", name, 1);
  node_set(s, "workers", "1");
  node_set(s, "work", "10ms");
  node_set(s, "cancel", cancel);
  return s;
}

static struct node *caller_of(struct scene *scene, const char *name, const char *to) {
  struct node *node = scene_add(scene, "service", name, 1);
  on_call(node_on(node, NULL), (struct call_to){.to = to});
  return node;
}

static void balancer_of(struct scene *scene, const char *name, const char *to) {
  node_set(scene_add(scene, "load_balancer", name, 1), "backends", to);
}

static void cache_of(struct scene *scene, const char *name, const char *to, const char *time) {
  struct node *node = scene_add(scene, "cache", name, 1);
  node_set(node, "origin", to);
  node_set(node, "hit_time", time);
}

/* --- on the way ----------------------------------------------------------------------------- */

/* Aim: the news gets through whatever stands in between, and whatever says so stops it. */
static void test_passed_on(void **state) {
  (void)state;
  static const struct {
    const char *first;
    uint64_t third_ms;
  } ways[] = {{"s", 20},     {"lb", 20},     {"gateway", 20}, {"cache", 20},
              {"outer", 20}, {"queued", 20}, {"running", 20}, {"never", 30}};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    struct shot shots[3];
    three_shots(shots, ways[i].first);
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 3);
    one_worker(scene, "s", "queued");
    balancer_of(scene, "lb", "s");
    caller_of(scene, "gateway", "s");
    cache_of(scene, "cache", "lb", "0ms");
    caller_of(scene, "inner", "cache"); /* outer -> inner -> cache -> lb -> s */
    balancer_of(scene, "outer", "inner");
    node_set(caller_of(scene, "queued", "s"), "cancel", "queued");
    node_set(caller_of(scene, "running", "s"), "cancel", "running");
    node_set(caller_of(scene, "never", "s"), "cancel", "never");
    struct run run = run_scene(scene, 1, S);
    print_message("  by %s\n", ways[i].first);
    assert_shot(&shots[0], OUTCOME_OK, 10 * MS);
    assert_shot(&shots[1], OUTCOME_TIMEOUT, 6 * MS);
    assert_shot(&shots[2], OUTCOME_OK, ways[i].third_ms * MS);
    bool heard = ways[i].third_ms == 20;
    assert_same(metric(&run, "s.cancelled"), heard);
    assert_same(metric(&run, "s.errors"), heard);
    assert_same(metric(&run, "s.completions"), 3 - heard);
    assert_same(metric(&run, "s.arrivals"), 3);
    assert_int_equal(live_frames(run.sim), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: proxies end the call themselves and say so; a service that passes on waits for its answer
 * and fails with it. */
static void test_who_counts_it(void **state) {
  (void)state;
  struct shot shots[3];
  three_shots(shots, "outer");
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  one_worker(scene, "s", "queued");
  caller_of(scene, "gateway", "s");
  cache_of(scene, "cache", "gateway", "0ms");
  balancer_of(scene, "outer", "cache");
  struct run run = run_scene(scene, 1, S);
  assert_same(metric(&run, "outer.given_up"), 1);
  assert_same(metric(&run, "cache.given_up"), 1);
  assert_same(metric(&run, "outer.errors"), 1);
  assert_same(metric(&run, "cache.errors"), 1);
  assert_same(metric(&run, "gateway.errors"), 1);
  assert_same(metric(&run, "gateway.cancelled"), 0);
  assert_same(metric(&run, "gateway.stopped"), 0);
  assert_int_equal(run.sim->calls.abandoned, 2); /* the balancer's and the cache's */
  assert_int_equal(run.sim->calls.timed_out, 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: where nobody acts on the news, nobody is told, and nothing is remembered for it. */
static void test_nobody_told(void **state) {
  (void)state;
  struct shot shots[3];
  three_shots(shots, "lb");
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  one_worker(scene, "s", "passed_on");
  balancer_of(scene, "lb", "s");
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[2], OUTCOME_OK, 30 * MS);
  assert_null(run.sim->calls.kin);
  assert_same(metric(&run, "lb.completions"), 3); /* the second came too late */
  run_free(&run);
  scene_free(scene);
}

/* Aim: who calls on whose behalf is remembered only where somebody may give up: has a timeout, a
 * policy or checks, or may break. */
static void test_nobody_gives_up(void **state) {
  (void)state;
  enum { NEVER, TIMEOUT, FURTHER_TIMEOUT, HEDGE, CHECKS, FAULT, WAYS };
  for (int way = 0; way < WAYS; way++) {
    struct scene *scene = scene_new();
    struct node *client = scene_add(scene, "client", "c", 1);
    node_set(client, "arrivals", "poisson 20/s");
    node_set(client, "target", "front");
    if (way == TIMEOUT) node_set(client, "timeout", "1s");
    if (way == HEDGE) node_set(client, "hedge.after", "1s");
    struct node *front = scene_add(scene, "service", "front", 1);
    on_call(node_on(front, NULL),
            (struct call_to){.to = "lb", .timeout_ns = way == FURTHER_TIMEOUT ? S : 0});
    struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
    node_set(lb, "backends", "s");
    if (way == CHECKS) node_set(lb, "health_check.interval", "1s");
    one_worker(scene, "s", "queued");
    if (way == FAULT) {
      scene_fault(
          scene, "front", NULL,
          (struct fault_spec){.type = &fault_crash, .at_ns = S, .lasts = exponential_ns(1e7)});
    }
    struct run run = run_scene(scene, SEED, 2 * S);
    if ((run.sim->calls.kin != NULL) != (way != NEVER)) fail_msg("way %d", way);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a component that cares changes nothing for those that do not lie before it. */
static void test_bystanders(void **state) {
  (void)state;
  uint64_t fingerprint[2];
  for (int with = 0; with < 2; with++) {
    struct shot shots[3];
    three_shots(shots, "lb");
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 3);
    one_worker(scene, "s", "passed_on");
    balancer_of(scene, "lb", "s");
    one_worker(scene, "aside", with ? "queued" : "never");
    struct run run = run_scene(scene, 1, S);
    fingerprint[with] = run.sim->fingerprint;
    assert_same(metric(&run, "lb.completions"), 3);
    run_free(&run);
    scene_free(scene);
  }
  assert_true(fingerprint[0] == fingerprint[1]);
}

/* Aim: all branches of a fan-out are taken out of their queues, and only those of the call that was
 * given up. */
static void test_fan_out(void **state) {
  (void)state;
  struct shot shots[3];
  three_shots(shots, "front");
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  struct recorder quick = {.delay_ns = MS};
  scene_add_recorder(scene, "quick", 1, &quick);
  on_parallel(
      node_on(scene_add(scene, "service", "front", 1), NULL), 0, 4,
      (struct call_to[]){{.to = "a"}, {.to = "b", .times = 2}, {.to = "c"}, {.to = "quick"}});
  one_worker(scene, "a", "queued");
  one_worker(scene, "b", "queued");
  one_worker(scene, "c", "queued");
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 20 * MS);
  assert_shot(&shots[1], OUTCOME_TIMEOUT, 6 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 40 * MS); /* two at b after two of the first */
  assert_same(metric(&run, "a.cancelled"), 1);
  assert_same(metric(&run, "b.cancelled"), 2);
  assert_same(metric(&run, "c.cancelled"), 1);
  assert_int_equal(live_frames(run.sim), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what a handler calls after the news is taken out as soon as it arrives. */
static void test_later_calls(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "front", .timeout_ns = 5 * MS}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 1);
  struct handler_builder *on = node_on(scene_add(scene, "service", "front", 1), NULL);
  on_work(on, "10ms");
  on_call(on, (struct call_to){.to = "s"});
  one_worker(scene, "s", "queued");
  struct run run = run_scene(scene, 1, S);
  assert_same(metric(&run, "s.arrivals"), 1);
  assert_same(metric(&run, "s.cancelled"), 1);
  assert_same(metric(&run, "s.utilization"), 0);
  assert_same(metric(&run, "front.errors"), 1);
  run_free(&run);
  scene_free(scene);
}

/* --- the network ---------------------------------------------------------------------------- */

/* Aim: the news takes the time of each hop: 6 ms at the sender, 8 at the balancer, 9 at the queue,
 * whose only place is then free. */
static void test_takes_time(void **state) {
  (void)state;
  struct shot shots[5];
  three_shots(shots, "lb");
  shots[2] = (struct shot){.at_ns = 6 * MS - 1, .to = "lb"};
  shots[3] = (struct shot){.at_ns = 6 * MS + 1, .to = "lb"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  node_set(one_worker(scene, "s", "queued"), "queue", "1");
  balancer_of(scene, "lb", "s");
  scene_path(scene, "from", "lb", (struct path_spec){.latency = dist_constant(2e6)});
  scene_path(scene, "lb", "s", (struct path_spec){.latency = dist_constant(1e6)});
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 16 * MS);
  assert_shot(&shots[2], OUTCOME_REFUSED, 12 * MS - 1);
  assert_shot(&shots[3], OUTCOME_OK, 26 * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: news that overtakes its call waits for it. The way takes 0 to 20 ms, the news 10; callers
 * give up after 1 ms, so that calls on the way for more than 11 ms, 9 of 20, are taken out. */
static void test_overtakes(void **state) {
  (void)state;
  enum { N = 4000 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "s", .timeout_ns = MS};
  }
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "work", "100ms");
  node_set(s, "cancel", "queued");
  struct dist way = {.kind = DIST_UNIFORM, .a = 0, .b = 20e6};
  scene_path(scene, "from", "s", (struct path_spec){.latency = way});
  struct run run = run_scene(scene, SEED, 10 * S);
  assert_share(metric(&run, "s.cancelled"), N, 0.45);
  assert_same(metric(&run, "s.arrivals"), N);
  assert_same(metric(&run, "s.completions") + metric(&run, "s.cancelled"), N);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a partition swallows the news. */
static void test_partition(void **state) {
  (void)state;
  struct shot shots[3];
  three_shots(shots, "lb");
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  one_worker(scene, "s", "queued");
  balancer_of(scene, "lb", "s");
  scene_fault(
      scene, "from", "lb",
      (struct fault_spec){.type = &fault_partition, .at_ns = 5 * MS, .lasts = dist_constant(2e6)});
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[2], OUTCOME_OK, 30 * MS);
  assert_same(metric(&run, "s.cancelled"), 0);
  run_free(&run);
  scene_free(scene);
}

/* --- stopping what runs --------------------------------------------------------------------- */

/* Aim: cancel = "running" frees the worker at once, whatever the call was doing; one that still
 * waits leaves the queue. */
static void test_running(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .timeout_ns = 4 * MS},
                         {.at_ns = 1 * MS, .to = "s", .timeout_ns = MS},
                         {.at_ns = 2 * MS, .to = "s"}};
  static const char *const doing[] = {"work", "sleep", "call"};
  for (int i = 0; i < 3; i++) {
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 3);
    struct node *s = scene_add(scene, "service", "s", 1);
    node_set(s, "workers", "1");
    node_set(s, "cancel", "running");
    struct handler_builder *on = node_on(s, NULL);
    if (i == 0) on_work(on, "10ms");
    if (i == 1) on_sleep(on, "10ms");
    if (i == 2) on_call(on, (struct call_to){.to = "behind"});
    node_set(one_worker(scene, "behind", "running"), "workers", "unlimited");
    struct run run = run_scene(scene, 1, S);
    print_message("  %s\n", doing[i]);
    assert_shot(&shots[0], OUTCOME_TIMEOUT, 4 * MS);
    assert_shot(&shots[1], OUTCOME_TIMEOUT, 2 * MS);
    assert_shot(&shots[2], OUTCOME_OK, 14 * MS);
    assert_same(metric(&run, "s.stopped"), 1);
    assert_same(metric(&run, "s.cancelled"), 1);
    assert_same(metric(&run, "s.errors"), 2);
    assert_same(metric(&run, "s.utilization"), 0.014);
    assert_same(metric(&run, "behind.stopped"), i == 2);
    assert_int_equal(live_frames(run.sim), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: under processor sharing the others go faster from then on. Two share until 4 ms and have 2
 * ms done each; the one that is left needs 8 more. */
static void test_running_shared(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .timeout_ns = 4 * MS}, {.to = "s"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  node_set(one_worker(scene, "s", "running"), "discipline", "ps");
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_TIMEOUT, 4 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 12 * MS);
  assert_same(metric(&run, "s.stopped"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a cache's look-up for nobody asks no origin. */
static void test_look_up(void **state) {
  (void)state;
  struct shot shots[3];
  three_shots(shots, "cache");
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  one_worker(scene, "s", "queued");
  cache_of(scene, "cache", "s", "7ms");
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[2], OUTCOME_OK, 27 * MS);
  assert_same(metric(&run, "s.arrivals"), 2);
  assert_same(metric(&run, "cache.given_up"), 1);
  run_free(&run);
  scene_free(scene);
}

/* --- queues --------------------------------------------------------------------------------- */

/* Aim: in overload calls that are given up leave at once under every discipline, from the middle of
 * the queue too, and count as errors; nothing piles up. */
static void test_disciplines(void **state) {
  (void)state;
  enum { N = 3000 };
  static struct shot shots[N];
  static const char *const disciplines[] = {"fifo", "lifo", "priority"};
  for (int k = 0; k < 3; k++) {
    for (uint32_t i = 0; i < N; i++) {
      shots[i] = (struct shot){.at_ns = i * 5 * MS,
                               .to = "s",
                               .op = i % 3 ? "buy" : "browse",
                               .timeout_ns = (50 + 17 * (i % 11)) * MS};
    }
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    struct node *s = one_worker(scene, "s", "queued");
    node_set(s, "discipline", disciplines[k]);
    if (k == 2) node_set(s, "priority", "buy");
    struct run run = run_scene(scene, 1, 20 * S);
    double ok = metric(&run, "s.completions"), errors = metric(&run, "s.errors");
    print_message("  %s: %.0f ok, %.0f errors\n", disciplines[k], ok, errors);
    assert_same(ok + errors, N);
    assert_same(errors, metric(&run, "s.cancelled"));
    assert_true(errors > 0.45 * N);
    assert_true(run.sim->calls.used < 100); /* at most 220 ms of one call each 5 ms */
    run_free(&run);
    scene_free(scene);
  }
}

/* --- hung and broken servers ---------------------------------------------------------------- */

/* Aim: calls that reach a hung server are arrivals; given up, they are errors, and not worked on
 * when the hang is over; each counts once, also if it ends in a crash. */
static void test_hung(void **state) {
  (void)state;
  for (int crash = 0; crash < 2; crash++) {
    struct shot shots[] = {{.at_ns = 10 * MS, .to = "s", .timeout_ns = 5 * MS},
                           {.at_ns = 11 * MS, .to = "s", .timeout_ns = 50 * MS},
                           {.at_ns = 12 * MS, .to = "s", .timeout_ns = 5 * MS}};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 3);
    one_worker(scene, "s", "queued");
    scene_fault(
        scene, "s", NULL,
        (struct fault_spec){.type = &fault_hang, .at_ns = 5 * MS, .lasts = dist_constant(25e6)});
    if (crash) {
      scene_fault(scene, "s", NULL,
                  (struct fault_spec){
                      .type = &fault_crash, .at_ns = 25 * MS, .lasts = dist_constant(50e6)});
    }
    struct run run = run_begin(scene, 1, 0, S);
    assert_true(sim_run(run.sim, 20 * MS));
    assert_int_equal(run_member(&run, "s", 1)->flow.arrivals, 3);
    assert_int_equal(run_member(&run, "s", 1)->flow.errors, 2);
    assert_true(checks_pass(run.sim, NULL));
    assert_true(sim_run(run.sim, S));
    run_finish(&run);
    assert_shot(&shots[0], OUTCOME_TIMEOUT, 15 * MS);
    assert_shot(&shots[1], crash ? OUTCOME_RESET : OUTCOME_OK, (crash ? 25 : 40) * MS);
    assert_same(metric(&run, "s.arrivals"), 3);
    assert_same(metric(&run, "s.errors"), 2 + crash);
    assert_int_equal(live_frames(run.sim), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a balancer that counts calls under way forgets those that are given up. One of two backends
 * never answers; both get half of the calls, exactly or, where ties are drawn, about. */
static void test_balancer_forgets(void **state) {
  (void)state;
  static const char *const algorithms[] = {"least_connections", "power_of_two"};
  for (int k = 0; k < 2; k++) {
    struct shot shots[42];
    for (uint64_t i = 0; i < 42; i++) {
      shots[i] = (struct shot){.at_ns = i * 20 * MS, .to = "lb", .timeout_ns = 15 * MS};
    }
    struct recorder mute = {.mute = true}, quick = {.delay_ns = MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 42);
    struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
    node_set(lb, "backends", "mute, quick");
    node_set(lb, "algorithm", algorithms[k]);
    scene_add_recorder(scene, "mute", 1, &mute);
    scene_add_recorder(scene, "quick", 1, &quick);
    struct run run = run_scene(scene, 1, S);
    print_message("  %s: %u and %u\n", algorithms[k], mute.n, quick.n);
    assert_share(mute.n, 42, 0.5);
    if (k == 0) assert_int_equal(mute.n, 21);
    assert_same(metric(&run, "lb.given_up"), mute.n);
    run_free(&run);
    scene_free(scene);
  }
}

/* --- by the maker itself -------------------------------------------------------------------- */

/* Aim: a call that its maker gives up ends without a word to it, once. */
static void test_call_abandon(void **state) {
  (void)state;
  struct shot shots[3];
  three_shots(shots, "lb");
  shots[1].timeout_ns = 0;
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  one_worker(scene, "s", "queued");
  balancer_of(scene, "lb", "s");
  struct run run = run_begin(scene, 1, 0, S);
  assert_true(sim_run(run.sim, 6 * MS));
  struct frame *second = NULL;
  uint32_t slot;
  for (struct frame *f = frame_first(run.sim, &slot); f; f = frame_following(run.sim, &slot)) {
    if (f->flags & CALL_ROOT && f->key == 2) second = f;
  }
  assert_non_null(second);
  struct call_ref ref = call_ref(run.sim, second);
  assert_true(call_abandon(run.sim, ref));
  assert_false(call_abandon(run.sim, ref));
  assert_true(sim_run(run.sim, S));
  assert_false(call_abandon(run.sim, ref));
  run_finish(&run);
  assert_int_equal(shots[1].ended, 0);
  assert_shot(&shots[2], OUTCOME_OK, 20 * MS);
  assert_same(metric(&run, "s.cancelled"), 1);
  assert_int_equal(live_frames(run.sim), 0);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_passed_on),    cmocka_unit_test(test_who_counts_it),
      cmocka_unit_test(test_nobody_told),  cmocka_unit_test(test_nobody_gives_up),
      cmocka_unit_test(test_bystanders),   cmocka_unit_test(test_fan_out),
      cmocka_unit_test(test_later_calls),  cmocka_unit_test(test_takes_time),
      cmocka_unit_test(test_overtakes),    cmocka_unit_test(test_partition),
      cmocka_unit_test(test_running),      cmocka_unit_test(test_running_shared),
      cmocka_unit_test(test_look_up),      cmocka_unit_test(test_disciplines),
      cmocka_unit_test(test_hung),         cmocka_unit_test(test_balancer_forgets),
      cmocka_unit_test(test_call_abandon),
  };
  return cmocka_run_group_tests_name("abandon", tests, NULL, NULL);
}
