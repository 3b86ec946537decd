/* Aim: which calls are stuck for good, on systems small enough to say so by hand, and that calls
 * which only wait long are not. */
#include "harness.h"

static struct node *add_server(struct scene *scene, const char *name, const char *workers) {
  struct node *node = scene_add(scene, "service", name, 1);
  node_set(node, "workers", workers);
  return node;
}

static void burst(struct shot *shots, uint32_t n, const char *to) {
  for (uint32_t i = 0; i < n; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = to};
}

/* Aim: a service that asks itself for another worker. With as many requests as workers all are held
 * and the inner calls and those that come later wait for ever; with one request fewer nobody does.
 * A timeout on the inner call, or a worker that is free while its call waits, ends it. */
static void test_itself(void **state) {
  (void)state;
  enum { FULL, ONE_FREE, GIVES_UP, ONE_WORKS, ASYNC, WAYS };
  for (int way = 0; way < WAYS; way++) {
    struct shot shots[8];
    uint32_t n = way == ONE_FREE ? 2 : 8;
    burst(shots, n, "s");
    if (way == ONE_WORKS) shots[2].op = "long";
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, n);
    struct node *s = add_server(scene, "s", "3");
    if (way == ASYNC) node_set(s, "io", "async");
    struct handler_builder *on = node_on(s, NULL);
    on_work(on, "100ms");
    on_call(on, (struct call_to){.to = "s", .op = "inner", .timeout_ns = way == GIVES_UP ? S : 0});
    on_work(node_on(s, "inner"), "1ms");
    on_work(node_on(s, "long"), "10s");
    struct run run = run_scene(scene, 1, 500 * MS);
    if (way == ASYNC) {
      assert_false(has_metric(&run, "s.deadlocked")); /* it cannot be */
    } else {
      assert_same(metric(&run, "s.deadlocked"), way == FULL ? 8 : 0); /* 3 inner, 5 later ones */
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: two services that call each other, each with one worker. */
static void test_each_other(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "a"}, {.to = "b"}, {.at_ns = 9 * MS, .to = "a"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  static const char *const name[] = {"a", "b"};
  for (int i = 0; i < 2; i++) {
    struct node *node = add_server(scene, name[i], "1");
    struct handler_builder *on = node_on(node, NULL);
    on_work(on, "1ms");
    on_call(on, (struct call_to){.to = name[1 - i], .op = "inner"});
    on_work(node_on(node, "inner"), "1ms");
  }
  struct run run = run_scene(scene, 1, S);
  assert_same(metric(&run, "a.deadlocked"), 2);
  assert_same(metric(&run, "b.deadlocked"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: an overloaded chain is not deadlocked, however long its queues: its last server works. One
 * whose last server never answers is not, either: nobody there waits for a worker. */
static void test_only_slow(void **state) {
  (void)state;
  for (int mute = 0; mute < 2; mute++) {
    enum { N = 100 };
    struct shot shots[N];
    burst(shots, N, "a");
    struct recorder r = {.mute = true};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    on_call(node_on(add_server(scene, "a", "2"), NULL), (struct call_to){.to = "b"});
    on_call(node_on(add_server(scene, "b", "1"), NULL), (struct call_to){.to = mute ? "r" : "c"});
    node_set(add_server(scene, "c", "1"), "work", "100ms");
    scene_add_recorder(scene, "r", 1, &r);
    struct run run = run_scene(scene, 1, S);
    assert_true(metric(&run, "a.queue.max") > 90);
    assert_same(metric(&run, "a.deadlocked"), 0);
    assert_same(metric(&run, "b.deadlocked"), 0);
    assert_false(has_metric(&run, "c.deadlocked")); /* it calls nobody */
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: of two calls at once, where one is enough, a stuck one holds nobody up. */
static void test_one_is_enough(void **state) {
  (void)state;
  for (uint32_t need = 1; need <= 2; need++) {
    struct shot shots[4];
    burst(shots, 4, "s");
    struct recorder slow = {.delay_ns = 10 * S};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 4);
    struct node *s = add_server(scene, "s", "1");
    const struct call_to calls[] = {{.to = "s", .op = "inner"}, {.to = "slow"}};
    on_parallel(node_on(s, NULL), need, 2, calls);
    on_work(node_on(s, "inner"), "1ms");
    scene_add_recorder(scene, "slow", 1, &slow);
    struct run run = run_scene(scene, 1, 5 * S);
    assert_same(metric(&run, "s.deadlocked"),
                0); /* an answer is still to come: what it leads to is not foreseen */
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a caller with few places whose callee calls it back for something that needs a place again.
 * With as many requests as places all are held and the inner calls wait for ever; with one request
 * fewer, or a limit to the wait, or a callee that asks somebody else, nobody does. */
static void test_pool(void **state) {
  (void)state;
  enum { FULL, ONE_FREE, ONE_WORKS, GIVES_UP, NO_WAY_BACK, WAYS };
  for (int way = 0; way < WAYS; way++) {
    struct shot shots[5];
    uint32_t n = way == ONE_FREE ? 1 : 5;
    burst(shots, n, "a");
    if (way == ONE_WORKS) shots[1].op = "long";
    struct outbound_config policy = no_policy();
    policy.pool.given = true;
    policy.pool.size.start = 2;
    policy.pool.queue = 100;
    policy.pool.wait_ns = way == GIVES_UP ? S : TIME_NEVER;
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, n);
    struct node *a = scene_add(scene, "service", "a", 1), *b = scene_add(scene, "service", "b", 1);
    on_call(node_on(a, NULL), (struct call_to){.to = "b", .policy = &policy});
    on_call(node_on(a, "inner"), (struct call_to){.to = "b", .op = "leaf", .policy = &policy});
    struct handler_builder *on = node_on(b, NULL);
    on_work(on, "100ms");
    on_call(on, (struct call_to){.to = way == NO_WAY_BACK ? "c" : "a", .op = "inner"});
    on_work(node_on(b, "leaf"), "1ms");
    on_call(node_on(a, "long"), (struct call_to){.to = "b", .policy = &policy});
    on_work(node_on(b, "long"), "10s");
    node_set(scene_add(scene, "service", "c", 1), "work", "1ms");
    struct run run = run_scene(scene, 1, 500 * MS);
    if (way == GIVES_UP || way == NO_WAY_BACK) {
      assert_false(has_metric(&run, "a.b.pool.deadlocked")); /* it cannot be */
    } else {
      /* 2 inner ones, and the 3 requests that found both places taken */
      assert_same(metric(&run, "a.b.pool.deadlocked"), way == FULL ? 5 : 0);
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a place is held by a call that waits for a worker, which is held by one that waits for the
 * place: both are found. */
static void test_pool_and_workers(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .op = "first"}, {.at_ns = MS, .to = "s", .op = "first"}};
  struct outbound_config policy = no_policy();
  policy.pool.given = true;
  policy.pool.size.start = 1;
  policy.pool.queue = 100;
  policy.pool.wait_ns = TIME_NEVER;
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  struct node *s = add_server(scene, "s", "1");
  struct handler_builder *on = node_on(s, "first");
  on_call(on, (struct call_to){.to = "t", .policy = &policy});
  on_work(node_on(s, "second"), "1ms");
  struct node *t = scene_add(scene, "service", "t", 1);
  on = node_on(t, NULL);
  on_work(on, "10ms");
  on_call(on, (struct call_to){.to = "s", .op = "second"});
  struct run run = run_scene(scene, 1, S);
  assert_same(metric(&run, "s.deadlocked"), 2); /* the second inside, and the second request */
  assert_same(metric(&run, "s.t.pool.deadlocked"), 0); /* nobody came so far */
  run_free(&run);
  scene_free(scene);
}

/* Aim: who can go on is found in a time that grows with the calls in flight, not with their square:
 * beside a service that waits for itself, one that asks itself without end is 200,000 calls deep,
 * and its last call works. */
static void test_deep(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "t"}, {.to = "s"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 1);
  scene_add_sender(scene, "deep", shots + 1, 1);
  struct handler_builder *on = node_on(add_server(scene, "t", "1"), NULL);
  on_call(on, (struct call_to){.to = "t"});
  on = node_on(add_server(scene, "s", "1000000"), NULL);
  on_sleep(on, "1us");
  on_call(on, (struct call_to){.to = "s"});
  struct run run = run_scene(scene, 1, 200 * MS);
  assert_true(run.sim->calls.made > 199000);
  assert_same(metric(&run, "t.deadlocked"), 1);
  assert_same(metric(&run, "s.deadlocked"), 0);
  run_free(&run);
  scene_free(scene);
}

/* --- places held for good -------------------------------------------------------------------- */

enum leak_way { LEAKS, GIVES_UP, CLIENT_GIVES_UP, CANCELS, NOTHING_LOST, ANOTHER_WAY, LEAK_WAYS };

/* a calls s, and s calls d over a pool of five: two of the four calls that come to d are lost, or
 * what is lost is ANOTHER_WAY. */
static struct scene *leaking(struct shot *shots, enum leak_way way) {
  static const uint64_t at_ms[] = {5, 11, 12, 31};
  for (uint32_t i = 0; i < 4; i++) shots[i] = (struct shot){.at_ns = at_ms[i] * MS, .to = "a"};
  bool impatient = way == CLIENT_GIVES_UP || way == CANCELS;
  for (uint32_t i = 0; i < 4 && impatient; i++) shots[i].timeout_ns = 2 * S;
  struct outbound_config policy = no_policy();
  policy.pool.given = true;
  policy.pool.size.start = 5;
  policy.pool.wait_ns = TIME_NEVER;
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  struct node *a = add_server(scene, "a", "9"), *s = add_server(scene, "s", "7");
  if (way == CANCELS) {
    node_set(a, "cancel", "running");
    node_set(s, "cancel", "running");
  }
  on_call(node_on(a, NULL), (struct call_to){.to = "s"});
  on_call(
      node_on(s, NULL),
      (struct call_to){.to = "d", .policy = &policy, .timeout_ns = way == GIVES_UP ? 2 * S : 0});
  on_work(node_on(add_server(scene, "d", "9"), NULL), "1ms");
  on_work(node_on(add_server(scene, "e", "9"), NULL), "1ms");
  struct fault_spec drop = fault_ms(way == NOTHING_LOST ? &fault_slow : &fault_drop, 10, 10);
  drop.ratio = 1;
  drop.factor = 2;
  scene_fault(scene, way == ANOTHER_WAY ? "e" : "d", NULL, drop);
  return scene;
}

/* Aim: two calls are lost, and two workers of each caller before them and two places of the pool
 * with them, unless somebody gives up: their caller; or one further up, where that is passed on. */
static void test_leaks(void **state) {
  (void)state;
  for (enum leak_way way = 0; way < LEAK_WAYS; way++) {
    struct shot shots[4];
    struct scene *scene = leaking(shots, way);
    struct run run = run_scene(scene, 1, S);
    bool any = way == LEAKS || way == CLIENT_GIVES_UP;
    if (way == NOTHING_LOST || way == GIVES_UP) {
      assert_false(has_metric(&run, "s.leaked")); /* it cannot be */
      assert_false(has_metric(&run, "s.d.pool.leaked"));
    } else {
      assert_same(metric(&run, "a.leaked"), any ? 2 : 0);
      assert_same(metric(&run, "s.leaked"), any ? 2 : 0);
      assert_same(metric(&run, "s.d.pool.leaked"), any ? 2 : 0);
      assert_false(has_metric(&run, "d.leaked")); /* it calls nobody */
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: of two calls at once one is lost: nobody is held for good while the other goes on. */
static void test_leak_of_one_of_two(void **state) {
  (void)state;
  for (int works = 0; works <= 1; works++) {
    struct shot shots[] = {{.at_ns = 11 * MS, .to = "s"}};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 1);
    struct handler_builder *on = node_on(add_server(scene, "s", "3"), NULL);
    on_parallel(on, 0, 2, (struct call_to[]){{.to = "d"}, {.to = "e"}});
    on_work(node_on(add_server(scene, "d", "9"), NULL), "1ms");
    on_work(node_on(add_server(scene, "e", "9"), NULL), works ? "10s" : "1ms");
    struct fault_spec drop = fault_ms(&fault_drop, 10, 10);
    drop.ratio = 1;
    scene_fault(scene, "d", NULL, drop);
    struct run run = run_scene(scene, 1, S);
    assert_same(metric(&run, "s.leaked"), works ? 0 : 1);
    run_free(&run);
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_itself),
      cmocka_unit_test(test_each_other),
      cmocka_unit_test(test_only_slow),
      cmocka_unit_test(test_one_is_enough),
      cmocka_unit_test(test_pool),
      cmocka_unit_test(test_pool_and_workers),
      cmocka_unit_test(test_deep),
      cmocka_unit_test(test_leaks),
      cmocka_unit_test(test_leak_of_one_of_two),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
