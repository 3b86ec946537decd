/* Aim: where every copy leads, writes that had not seen each other are found, once each, and are
 * lost or merged as the scenario says; copies that were cut off have everything in the end. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20261129)

/* Two leaders, 50 ms apart. */
static struct node *two(struct scene *scene, const char *conflict) {
  scene_zone(scene, "a", NULL);
  scene_zone(scene, "b", NULL);
  scene_path(scene, "a", "b", (struct path_spec){.latency = dist_constant(50e6)});
  struct node *kv = scene_add(scene, "database", "kv", 2);
  node_zones(kv, "a, b");
  node_set(kv, "copies.n", "2");
  node_set(kv, "copies.leaders", "all");
  node_set(kv, "copies.read", "any");
  node_set(kv, "copies.conflict", conflict);
  return kv;
}

/* Aim: a write that the other leader has seen is not lost, nor one of the same leader; one that it
 * had not seen is, once. Reads and writes are answered by the leader alone. */
static void test_lost_updates(void **state) {
  (void)state;
  static const char *const conflicts[] = {"lww", "merge", "crdt"};
  for (int c = 0; c < 3; c++) {
    struct shot shots[] = {
        {.at_ns = 0, .to = "kv", .member = 1, .op = "write", .item = 1},
        {.at_ns = 60 * MS, .to = "kv", .member = 2, .op = "write", .item = 1}, /* has seen it */
        {.at_ns = 200 * MS, .to = "kv", .member = 1, .op = "write", .item = 1},
        {.at_ns = 210 * MS, .to = "kv", .member = 1, .op = "write", .item = 1}, /* its own */
        {.at_ns = 220 * MS,
         .to = "kv",
         .member = 2,
         .op = "write",
         .item = 1}, /* neither of them */
        {.at_ns = 230 * MS, .to = "kv", .member = 2, .op = "write", .item = 1},
        {.at_ns = 235 * MS, .to = "kv", .member = 2, .op = "write", .item = 2},
        {.at_ns = 240 * MS, .to = "kv", .member = 1, .op = "read", .item = 1}, /* 20 ms too old */
        {.at_ns = 300 * MS, .to = "kv", .member = 2, .op = "read", .item = 1}};
    struct scene *scene = scene_new();
    two(scene, conflicts[c]);
    scene_add_sender(scene, "from", shots, 9);
    struct run run = run_scene(scene, 1, S);
    for (int i = 0; i < 9; i++) assert_shot(&shots[i], OUTCOME_OK, shots[i].at_ns);
    assert_same(metric(&run, "kv.lost_updates"), c == 0 ? 2 : 0);
    assert_same(metric(&run, "kv.merged"), c == 0 ? 0 : 2);
    assert_same(metric(&run, "kv.stale_reads"), 0.5);
    assert_within(metric(&run, "kv.stale_age.max"), 0.020, 1e-4);
    assert_same(metric(&run, "kv.behind.end"), 0);
    assert_same(metric(&run, "kv.reads"), 2);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a leader that takes a write while it works on an earlier one knows of that. One of the other
 * leader that is still worked on is lost as soon as it is acknowledged. */
static void test_at_work(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "kv", .member = 1, .op = "write", .item = 1},
                         {.at_ns = 1 * MS, .to = "kv", .member = 1, .op = "write", .item = 1},
                         {.at_ns = 200 * MS, .to = "kv", .member = 1, .op = "write", .item = 2},
                         {.at_ns = 201 * MS, .to = "kv", .member = 2, .op = "write", .item = 2}};
  struct scene *scene = scene_new();
  node_set(two(scene, "lww"), "write", "5ms");
  scene_add_sender(scene, "from", shots, 4);
  struct run run = run_scene(scene, 1, S);
  assert_same(metric(&run, "kv.lost_updates"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a write is lost if the other leader takes one before it has seen it: with Poisson writes,
 * rate r at each, and d on the way that is 1 - exp(-r d). */
static void test_share(void **state) {
  (void)state;
  enum { N = 30000 };
  static struct shot shots[N];
  uint64_t at_ns = 0;
  for (uint32_t i = 0; i < N; i++) {
    struct draws draws = draws_begin((struct stream){.key = SEED}, i, 0);
    at_ns += (uint64_t)(-log(1 - draws_unit(&draws)) * 250e6);
    shots[i] = (struct shot){.at_ns = at_ns,
                             .to = "kv",
                             .member = 1 + (uint32_t)draws_below(&draws, 2),
                             .op = "write",
                             .item = 1};
  }
  struct scene *scene = scene_new();
  two(scene, "lww");
  scene_add_sender(scene, "from", shots, N);
  struct run run = run_scene(scene, SEED, at_ns + S);
  assert_share(metric(&run, "kv.lost_updates"), N, 1 - exp(-2 * 0.05));
  run_free(&run);
  scene_free(scene);
}

/* Aim: after a partition of 17 s both have what the other wrote, within seconds. */
static void test_heals(void **state) {
  (void)state;
  enum { N = 3000 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){
        .at_ns = i * 10 * MS, .to = "kv", .member = 1 + i % 2, .op = "write", .item = 1 + i % 101};
  }
  shots[600].item = 999; /* at 6 s, and never again */
  struct scene *scene = scene_new();
  node_set(two(scene, "crdt"), "copies.timeout", "200ms");
  scene_fault(
      scene, "kv[1]", "kv[2]",
      (struct fault_spec){.type = &fault_partition, .at_ns = 5 * S, .lasts = dist_constant(17e9)});
  scene_add_sender(scene, "from", shots, N);
  struct run run = run_scene(scene, SEED, 36 * S);
  for (uint32_t i = 0; i < N; i++) assert_int_equal(shots[i].outcome, OUTCOME_OK);
  assert_same(metric(&run, "kv.behind.end"), 0);
  assert_same(metric(&run, "kv.hints_kept.end"), 0);
  assert_true(metric(&run, "kv.merged") > 1200);
  assert_true(metric(&run, "kv.lag.max") < 18);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what cannot be is refused. */
static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *key, *value, *says;
  } wrong[] = {{"copies.read", "2", "which one a caller asks"},
               {"copies.write", "isr", "\"quorum\" or \"all\""}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct scene *scene = scene_new();
    struct node *kv = two(scene, "lww");
    node_set(kv, wrong[i].key, wrong[i].value);
    struct error err = {0};
    assert_false(node_valid(kv, &err));
    assert_non_null(strstr(err.text, wrong[i].says));
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lost_updates), cmocka_unit_test(test_at_work),
      cmocka_unit_test(test_share),        cmocka_unit_test(test_heals),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
