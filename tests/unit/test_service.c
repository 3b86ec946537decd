/* Aim: a service does for each operation what its handler says, with times drawn from its own
 * streams. (Calls and failures: test_call; queues and workers: test_station; faults: test_fault.)
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20250119)

/* Aim: each operation has its handler; those not named have the one for the rest. */
static void test_operations(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .op = "browse"},
                         {.to = "s", .op = "buy"},
                         {.to = "s", .op = "unknown"},
                         {.to = "s"},
                         {.to = "plain", .op = "browse"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  struct node *s = scene_add(scene, "service", "s", 1);
  on_work(node_on(s, "browse"), "1ms");
  on_work(node_on(s, NULL), "5ms");
  struct handler_builder *on = node_on(s, "buy");
  on_work(on, "2ms");
  on_fail(on);
  on_work(on, "100ms");
  node_set(scene_add(scene, "service", "plain", 1), "work", "7ms"); /* whatever the operation */
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 1 * MS);
  assert_shot(&shots[1], OUTCOME_FAILED, 2 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 5 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 5 * MS);
  assert_shot(&shots[4], OUTCOME_OK, 7 * MS);
  assert_same(metric(&run, "s.errors"), 1);
  assert_same(metric(&run, "s.availability"), 0.75);
  run_free(&run);
  scene_free(scene);
}

/* Aim: an operation without a handler gives the run up with a sentence that names both. */
static void test_no_handler(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .op = "buy"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 1);
  on_work(node_on(scene_add(scene, "service", "s", 1), "browse"), "1ms");
  struct run run = run_begin(scene, 1, 0, S);
  assert_false(sim_run(run.sim, S));
  assert_string_equal(run.sim->failure,
                      "service \"s\" received operation 'buy' and has no handler for it");
  assert_true(checks_pass(run.sim, NULL));
  run_free(&run);
  scene_free(scene);
}

/* Aim: after a reply the worker stays for the rest, unless it is handed over: then it takes up who
 * waits, and the rest waits for it behind them. Two calls at 0 and one worker: 5 ms of work, the
 * answer, 20 ms of work. */
static void test_hand_over(void **state) {
  (void)state;
  for (int over = 0; over < 2; over++) {
    for (int async = 0; async < 2; async++) {
      struct shot shots[] = {{.to = "s"}, {.to = "s"}};
      struct scene *scene = scene_new();
      scene_add_sender(scene, "from", shots, 2);
      struct node *s = scene_add(scene, "service", "s", 1);
      node_set(s, "workers", "1");
      node_set(s, "io", async ? "async" : "blocking");
      struct handler_builder *on = node_on(s, NULL);
      on_work(on, "5ms");
      if (over) {
        on_hand_over(on);
      } else {
        on_reply(on);
      }
      on_work(on, "20ms");
      struct run run = run_begin(scene, 1, 0, 100 * MS);
      assert_true(sim_run(run.sim, 40 * MS));
      assert_int_equal(run_station(&run, "s", 1)->held, 1); /* 10 to 30 and 30 to 50, or to 50 */
      assert_true(sim_run(run.sim, 100 * MS));
      run_finish(&run);
      assert_shot(&shots[0], OUTCOME_OK, 5 * MS);
      assert_shot(&shots[1], OUTCOME_OK, (over ? 10 : 30) * MS);
      assert_same(metric(&run, "s.utilization"), 0.5);
      assert_same(metric(&run, "s.completions"), 2);
      run_free(&run);
      scene_free(scene);
    }
  }
}

/* Aim: a worker that was handed over is not held while the rest waits for others. */
static void test_hand_over_and_call(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s"}, {.at_ns = MS, .to = "s"}};
  struct recorder leaf = {.delay_ns = 50 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  struct handler_builder *on = node_on(s, NULL);
  on_hand_over(on);
  on_call(on, (struct call_to){.to = "leaf"});
  struct run run = run_scene(scene, 1, 100 * MS);
  assert_shot(&shots[0], OUTCOME_OK, 0);
  assert_shot(&shots[1], OUTCOME_OK, MS);
  assert_int_equal(leaf.n, 2);
  assert_int_equal(leaf.record[1].at_ns, MS);
  assert_same(metric(&run, "s.utilization"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a branch is taken with its probability, or for its operation, or both; jumps skip. */
static void test_branches(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct recorder front = {.target = "s"};
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "constant 1000/s");
  node_set(c, "target", "front");
  node_set(c, "mix", "browse 0.5, buy 0.5");
  scene_add_recorder(scene, "front", 1, &front);
  struct handler_builder *on = node_on(scene_add(scene, "service", "s", 1), NULL);
  uint16_t first = on_branch(on, 0.3, NULL); /* 1 ms for 30 %, else 2 ms */
  on_sleep(on, "1ms");
  uint16_t jump = on_jump(on);
  on_target(on, first);
  on_sleep(on, "2ms");
  on_target(on, jump);
  uint16_t second = on_branch(on, 1, "buy"); /* 10 ms more for buy */
  on_sleep(on, "10ms");
  on_target(on, second);
  uint16_t third = on_branch(on, 0.25, "browse"); /* 20 ms more for a quarter of browse */
  on_sleep(on, "20ms");
  on_target(on, third);
  uint16_t fourth = on_branch(on, 0, NULL); /* never */
  on_fail(on);
  on_target(on, fourth);
  uint8_t buy = scene_op(scene, "buy");
  struct run run = run_scene(scene, SEED, 20 * S);
  double ones = 0, buys = 0, long_browses = 0, both = 0, n = 0;
  for (uint32_t i = 0; i < front.n; i++) {
    const struct record *r = &front.record[i];
    if (r->ended_ns == TIME_NEVER) continue;
    uint64_t ms = (r->ended_ns - r->at_ns) / MS;
    assert_true(r->outcome == OUTCOME_OK);
    assert_int_equal(ms / 10 == 1, r->op == buy);
    n++;
    ones += ms % 10 == 1;
    buys += r->op == buy;
    long_browses += ms >= 20;
    both += ms == 21;
  }
  assert_share(ones, n, 0.3);
  assert_share(long_browses, n - buys, 0.25);
  assert_share(both, long_browses, 0.3); /* two branches of one request are independent */
  run_free(&run);
  scene_free(scene);
}

/* Aim: each step draws its time by its own number, keyed by the request, from the stream named
 * after the service and the purpose: the same on every instance. */
static void test_keyed_times(void **state) {
  (void)state;
  enum { N = 300 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  struct dist dist = exponential_ns(5e6);
  struct stream work = rng_stream(SEED, 0, "s", "work"), sleep = rng_stream(SEED, 0, "s", "sleep");
  for (uint32_t instances = 1; instances <= 2; instances++) {
    for (uint32_t i = 0; i < N; i++)
      shots[i] = (struct shot){.at_ns = i * MS, .to = "s", .key = 77 + i};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    struct handler_builder *on = node_on(scene_add(scene, "service", "s", instances), NULL);
    on_work(on, "exponential 5ms");
    on_sleep(on, "exponential 5ms");
    on_work(on, "exponential 5ms");
    on_sleep(on, "exponential 5ms");
    struct run run = run_scene(scene, SEED, 10 * S);
    for (uint32_t i = 0; i < N; i++) {
      uint64_t parts[4];
      for (uint64_t k = 0; k < 4; k++) {
        parts[k] = dist_draw_keyed(&dist, k % 2 ? &sleep : &work, 77 + i, k / 2 << 32);
        for (uint64_t j = 0; j < k; j++) assert_true(parts[j] != parts[k]);
      }
      assert_shot(&shots[i], OUTCOME_OK, i * MS + parts[0] + parts[1] + parts[2] + parts[3]);
    }
    run_free(&run);
    scene_free(scene);
  }
  free(shots);
}

/* Aim: the keys of the calls that a handler makes depend on the request, the service and the call
 * alone, not on time or on who sent the request's siblings; no two are alike. */
static void test_keys_of_calls(void **state) {
  (void)state;
  uint64_t keys[2][6];
  for (int variant = 0; variant < 2; variant++) {
    struct shot shots[] = {{.at_ns = 0, .to = "a", .key = 5},
                           {.at_ns = 1 * MS, .to = "a", .key = 6},
                           {.at_ns = 2 * MS, .to = "b", .key = 5}};
    if (variant) shots[0].at_ns = 3 * MS, shots[1].at_ns = 9 * MS, shots[2].at_ns = 20 * MS;
    struct recorder leaf = {0};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 3);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    const char *const name[] = {"a", "b"};
    for (int i = 0; i < 2; i++) {
      struct node *s = scene_add(scene, "service", name[i], 1);
      struct handler_builder *on = node_on(s, NULL);
      if (variant) on_work(on, "1ms");
      on_call(on, (struct call_to){.to = "leaf"});
      on_call(on, (struct call_to){.to = "leaf"});
    }
    struct run run = run_scene(scene, SEED + (uint64_t)variant, S);
    assert_int_equal(leaf.n, 6);
    for (int i = 0; i < 6; i++) keys[variant][i] = leaf.record[i].key;
    run_free(&run);
    scene_free(scene);
  }
  for (int i = 0; i < 6; i++) {
    assert_true(keys[0][i] == keys[1][i]);
    for (int k = 0; k < i; k++) assert_true(keys[0][i] != keys[0][k]);
  }
}

/* Aim: without a balancer the members of a group share calls evenly, and one request always meets
 * the same member; each has its own workers and queue. */
static void test_group(void **state) {
  (void)state;
  enum { N = 4000 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "s", .key = 1 + i / 2 * 2654435761u};
  }
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  scene_add_recorder(scene, "s", 4, &leaf);
  struct run run = run_scene(scene, 1, 10 * S);
  double count[5] = {0};
  for (uint32_t i = 0; i < N; i += 2) {
    assert_int_equal(leaf.record[i].member, leaf.record[i + 1].member);
    count[leaf.record[i].member]++;
  }
  for (int m = 1; m <= 4; m++) assert_share(count[m], N / 2, 0.25);
  run_free(&run);
  scene_free(scene);

  struct shot three[] = {
      {.to = "web", .member = 1}, {.to = "web", .member = 1}, {.to = "web", .member = 2}};
  scene = scene_new();
  scene_add_sender(scene, "from", three, 3);
  struct node *web = scene_add(scene, "service", "web", 2);
  node_set(web, "workers", "1");
  node_set(web, "queue", "1");
  node_set(web, "work", "10ms");
  run = run_scene(scene, 1, 40 * MS);
  assert_shot(&three[0], OUTCOME_OK, 10 * MS);
  assert_shot(&three[1], OUTCOME_OK, 20 * MS);
  assert_shot(&three[2], OUTCOME_OK, 10 * MS);
  assert_same(metric(&run, "web[1].utilization"), 0.5);
  assert_same(metric(&run, "web[2].utilization"), 0.25);
  assert_same(metric(&run, "web.utilization"), 0.375);
  assert_same(metric(&run, "web.queue.mean"), 0.25); /* of a group: of all members together */
  assert_same(metric(&run, "web.arrivals"), 3);
  assert_same(metric(&run, "web[2].arrivals"), 1);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: which member of a group a request meets changes with the seed: with two members, two
 * seeds agree on half of the requests. */
static void test_group_by_seed(void **state) {
  (void)state;
  enum { N = 2000 };
  struct shot *shots = calloc(N, sizeof *shots);
  uint32_t *first = calloc(N, sizeof *first);
  assert_non_null(shots);
  assert_non_null(first);
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "s"};
  double same = 0;
  for (uint64_t seed = SEED; seed < SEED + 2; seed++) {
    struct recorder leaf = {0};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    scene_add_recorder(scene, "s", 2, &leaf);
    struct run run = run_scene(scene, seed, 10 * S);
    for (uint32_t i = 0; i < N; i++) {
      same += first[i] == leaf.record[i].member;
      first[i] = leaf.record[i].member;
    }
    run_free(&run);
    scene_free(scene);
  }
  print_message("  seeds from %llu, %.0f of %d alike\n", (unsigned long long)SEED, same, N);
  assert_share(same, N, 0.5);
  free(first);
  free(shots);
}

/* Aim: under processor sharing a handler shares while it works and not while it waits. */
static void test_sharing_with_calls(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .op = "ask"}, {.to = "s", .op = "work"}};
  struct recorder leaf = {.delay_ns = 10 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "discipline", "ps");
  struct handler_builder *on = node_on(s, "ask");
  on_work(on, "2ms");
  on_call(on, (struct call_to){.to = "leaf"});
  on_work(on, "3ms");
  on_work(node_on(s, "work"), "20ms");
  struct run run = run_scene(scene, 1, 100 * MS);
  /* Both work to 4 (2 each); alone to 14 (12); both to 20 (15); alone to 25. */
  assert_shot(&shots[0], OUTCOME_OK, 20 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 25 * MS);
  assert_same(metric(&run, "s.utilization"), 0.25);
  run_free(&run);
  scene_free(scene);
}

/* Aim: in an event loop calls made at once, a failure with a fallback and an early reply work as
 * with threads; who waits holds no worker. */
static void test_event_loop(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .op = "fan"},
                         {.to = "s", .op = "fall back"},
                         {.to = "s", .op = "reply"},
                         {.to = "s", .op = "fail"}};
  struct recorder leaf = {.delay_ns = 10 * MS, .fails = 0}, bad = {.delay_ns = 4 * MS, .fails = 9};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_add_recorder(scene, "bad", 1, &bad);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "io", "async");
  struct handler_builder *on = node_on(s, "fan");
  on_parallel(on, 1, 2, (struct call_to[]){{.to = "bad"}, {.to = "leaf"}});
  on_work(on, "1ms");
  on = node_on(s, "fall back");
  uint16_t call = on_call(on, (struct call_to){.to = "bad"});
  on_target(on, call);
  on_work(on, "2ms");
  on = node_on(s, "reply");
  on_work(on, "3ms");
  on_reply(on);
  on_call(on, (struct call_to){.to = "leaf"}); /* at 13; 14-18 */
  on_work(on, "4ms");
  on_call(node_on(s, "fail"), (struct call_to){.to = "bad"});
  struct run run = run_scene(scene, 1, 100 * MS);
  assert_shot(&shots[0], OUTCOME_OK, 11 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 6 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 3 * MS);
  assert_shot(&shots[3], OUTCOME_FAILED, 7 * MS); /* starts when the worker is free at 3 */
  assert_same(metric(&run, "s.utilization"), 0.10);
  assert_int_equal(run_station(&run, "s", 1)->held, 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: each = true calls every member once, where as many single calls draw their members. */
static void test_each(void **state) {
  (void)state;
  struct shot shots[20];
  for (uint32_t i = 0; i < 20; i++) {
    shots[i] = (struct shot){.at_ns = i * 100 * MS, .to = "s", .op = i % 2 ? "each" : "times"};
  }
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 20);
  struct node *disk = scene_add(scene, "service", "disk", 4);
  node_set(disk, "workers", "1");
  node_set(disk, "work", "5ms");
  struct node *s = scene_add(scene, "service", "s", 1);
  on_parallel(node_on(s, "each"), 0, 1, (struct call_to[]){{.to = "disk", .each = true}});
  on_parallel(node_on(s, "times"), 0, 1, (struct call_to[]){{.to = "disk", .times = 4}});
  struct run run = run_scene(scene, 1, 3000 * MS);
  bool any_waited = false;
  for (uint32_t i = 0; i < 20; i++) {
    if (i % 2) assert_shot(&shots[i], OUTCOME_OK, shots[i].at_ns + 5 * MS);
    any_waited |= shots[i].ended_ns > shots[i].at_ns + 5 * MS;
  }
  assert_true(any_waited); /* all four apart: 9 % of the time */
  run_free(&run);
  scene_free(scene);
}

/* Aim: settings that contradict each other are refused with a sentence that names them. */
static void test_validation(void **state) {
  (void)state;
  static const struct {
    const char *param[3], *text[3], *names;
    bool on;
  } cases[] = {
      {{"work"}, {"5ms"}, "'work' and 'on' exclude each other", true},
      {{"discipline"}, {"priority"}, "needs 'priority'", false},
      {{"discipline", "workers", "evict"}, {"ps", "2", "lowest"}, "'evict' is read only", false},
      {{"discipline", "workers", "io"}, {"ps", "2", "async"}, "io = \"async\"", false},
      {{"discipline"}, {"ps"}, "give 'workers'", false},
      {{"discipline", "workers"}, {"ps", "2"}, NULL, false},
      {{"discipline", "priority"}, {"priority", "buy"}, NULL, true},
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    struct scene *scene = scene_new();
    struct node *s = scene_add(scene, "service", "s", 1);
    for (int i = 0; i < 3 && cases[k].param[i]; i++) {
      node_set(s, cases[k].param[i], cases[k].text[i]);
    }
    if (cases[k].on) on_work(node_on(s, NULL), "1ms");
    struct error err = {0};
    assert_int_equal(node_valid(s, &err), cases[k].names == NULL);
    if (cases[k].names) assert_non_null(strstr(err.text, cases[k].names));
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_operations),    cmocka_unit_test(test_no_handler),
      cmocka_unit_test(test_hand_over),     cmocka_unit_test(test_hand_over_and_call),
      cmocka_unit_test(test_branches),      cmocka_unit_test(test_keyed_times),
      cmocka_unit_test(test_keys_of_calls), cmocka_unit_test(test_group),
      cmocka_unit_test(test_group_by_seed), cmocka_unit_test(test_sharing_with_calls),
      cmocka_unit_test(test_event_loop),    cmocka_unit_test(test_each),
      cmocka_unit_test(test_validation),
  };
  return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
