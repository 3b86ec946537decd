/* Aim: which copies have a write when it is answered, what readers of each copy see and when, and
 * that a copy which was away or cut off has everything in the end. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20261129)

/* Three copies, 10 and 30 ms away from the first; reads and writes take 2 and 4 ms. */
static struct node *three(struct scene *scene, const char *write, const char *read) {
  scene_zone(scene, "a", NULL);
  scene_zone(scene, "b", NULL);
  scene_zone(scene, "c", NULL);
  scene_path(scene, "a", "b", (struct path_spec){.latency = dist_constant(10e6)});
  scene_path(scene, "a", "c", (struct path_spec){.latency = dist_constant(30e6)});
  struct node *pg = scene_add(scene, "database", "pg", 3);
  node_zones(pg, "a, b, c");
  node_set(pg, "copies.n", "3");
  node_set(pg, "copies.write", write);
  node_set(pg, "copies.read", read);
  node_set(pg, "read", "2ms");
  node_set(pg, "write", "4ms");
  return pg;
}

static struct run run_three(struct scene *scene, struct shot *shots, uint32_t n, uint64_t end_ns) {
  scene_add_sender(scene, "from", shots, n);
  return run_scene(scene, 1, end_ns);
}

/* Aim: a write is answered when so many copies have it as the mode says. */
static void test_write_modes(void **state) {
  (void)state;
  static const struct {
    const char *write;
    uint64_t ends_ms;
  } modes[] = {{"async", 4}, {"1", 4},    {"2", 24},   {"quorum", 24},
               {"3", 64},    {"all", 64}, {"isr", 64}, {"1 500ms", 24}};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    struct shot shot = {.to = "pg", .op = "write", .item = 7};
    struct scene *scene = scene_new();
    three(scene, modes[i].write, "primary");
    struct run run = run_three(scene, &shot, 1, S);
    assert_shot(&shot, OUTCOME_OK, modes[i].ends_ms * MS);
    assert_same(metric(&run, "pg.applied"), 2);
    assert_within(metric(&run, "pg.lag.mean"), 0.020, 1e-4);
    assert_same(metric(&run, "pg.behind.end"), 0);
    assert_same(metric(&run, "pg.messages.sent"), 2);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a reader of a copy sees a write when it is applied there, and misses it before; a read that
 * was sent before the write was answered misses nothing. */
static void test_stale(void **state) {
  (void)state;
  struct shot shots[] = {
      {.at_ns = 0, .to = "pg", .op = "write", .item = 7},
      {.at_ns = 3 * MS, .to = "pg", .member = 2, .op = "read", .item = 7},  /* not yet answered */
      {.at_ns = 13 * MS, .to = "pg", .member = 2, .op = "read", .item = 7}, /* 9 ms too late */
      {.at_ns = 13 * MS, .to = "pg", .member = 2, .op = "read", .item = 8},
      {.at_ns = 13 * MS, .to = "pg", .member = 1, .op = "read", .item = 7},
      {.at_ns = 15 * MS, .to = "pg", .member = 2, .op = "read", .item = 7},
      {.at_ns = 30 * MS, .to = "pg", .member = 3, .op = "read", .item = 7}, /* 26 ms */
      {.at_ns = 35 * MS, .to = "pg", .member = 3, .op = "read", .item = 7},
      {.at_ns = 40 * MS, .to = "pg", .member = 2, .op = "write", .item = 7}};
  struct scene *scene = scene_new();
  three(scene, "async", "primary");
  struct run run = run_three(scene, shots, 9, S);
  assert_within(metric(&run, "pg.stale_reads"), 2.0 / 7, 1e-9);
  assert_within(metric(&run, "pg.stale_age.max"), 0.026, 1e-4);
  assert_within(metric(&run, "pg.stale_age.mean"), 0.0175, 1e-4);
  assert_shot(&shots[8], OUTCOME_FAILED, 40 * MS);
  assert_same(metric(&run, "pg.read_only"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: reads go to the primary, to any copy, or to the nearest one. */
static void test_routes(void **state) {
  (void)state;
  static const char *const reads[] = {"primary", "any", "nearest"};
  for (int r = 0; r < 3; r++) {
    struct shot shots[300];
    for (int i = 0; i < 300; i++) {
      shots[i] = (struct shot){.at_ns = (uint64_t)i * 100 * MS, .to = "pg", .op = "read"};
    }
    struct scene *scene = scene_new();
    three(scene, "async", reads[r]);
    struct node *from = scene_add_sender(scene, "from", shots, 300);
    node_zones(from, "c");
    struct run run = run_scene(scene, 1, 40 * S);
    double at[3];
    for (uint32_t i = 0; i < 3; i++) {
      at[i] = (double)run_member(&run, "pg", i + 1)->flow.arrivals;
    }
    if (r == 0) assert_same(at[0], 300);
    if (r == 1) {
      for (int i = 0; i < 3; i++) assert_share(at[i], 300, 1.0 / 3);
    }
    if (r == 2) assert_same(at[2], 300);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a copy applies one write after the other, in order, however they come, and its readers share
 * its workers: it lags as far as it has no time. */
static void test_apply(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "pg", .op = "write", .item = 1},
                         {.at_ns = 1 * MS, .to = "pg", .op = "write", .item = 1},
                         {.at_ns = 2 * MS, .to = "pg", .op = "write", .item = 1},
                         {.at_ns = 40 * MS, .to = "pg", .member = 2, .op = "read", .item = 1}};
  struct scene *scene = scene_new();
  struct node *pg = three(scene, "async", "primary");
  node_set(pg, "copies.apply", "20ms");
  struct run run = run_three(scene, shots, 4, S);
  /* In zone b they come at 14, 15, 16 ms and are shown at 34, 54, 74; in c 20 ms later. */
  assert_within(metric(&run, "pg.lag.max"), 0.088, 1e-4);
  assert_within(metric(&run, "pg.lag.mean"), (30 + 49 + 68 + 50 + 69 + 88) / 6e3, 1e-3);
  assert_same(metric(&run, "pg.stale_reads"), 1);
  assert_within(metric(&run, "pg.stale_age.max"), 0.035, 1e-4); /* since 5 ms: it misses two */
  run_free(&run);
  scene_free(scene);
}

/* Aim: what overtakes on its way waits for what is missing: the first write is 50 ms late, and the
 * second, which comes in time, is shown after it. */
static void test_overtaken(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "pg", .op = "write", .item = 1},
                         {.at_ns = 6 * MS, .to = "pg", .op = "write", .item = 1}};
  struct scene *scene = scene_new();
  three(scene, "async", "primary");
  scene_fault(scene, "pg[1]", "pg[2]",
              (struct fault_spec){.type = &fault_delay,
                                  .on_path = true,
                                  .by = dist_constant(50e6),
                                  .lasts = dist_constant(5e6)});
  struct run run = run_three(scene, shots, 2, S);
  assert_within(metric(&run, "pg.lag.max"), 0.060, 1e-4);
  assert_within(metric(&run, "pg.lag.mean"), (60 + 54 + 30 + 30) / 4e3, 1e-4);
  run_free(&run);
  scene_free(scene);
}

/* Aim: messages that overtake each other, get lost, or find nobody leave no gap: after two crashes,
 * a hang, loss and a partition every copy has all, in one order. */
static void test_catches_up(void **state) {
  (void)state;
  static const char *const modes[] = {"async", "quorum", "all", "isr", "1 2s"};
  print_message("seed %llu\n", (unsigned long long)SEED);
  for (uint64_t seed = SEED; seed < SEED + 10; seed++) {
    enum { N = 4000 };
    static struct shot shots[N];
    for (uint32_t i = 0; i < N; i++) {
      shots[i] = (struct shot){
          .at_ns = i * 5 * MS, .to = "pg", .op = "write", .item = 1 + i % 13, .timeout_ns = 20 * S};
    }
    struct scene *scene = scene_new();
    scene_zone(scene, "z", NULL);
    scene_path(scene, "z", "z",
               (struct path_spec){.latency = exponential_ns(20e6), .loss = seed % 2 ? 0.01 : 0});
    struct node *pg = scene_add(scene, "database", "pg", 3);
    node_zones(pg, "z");
    node_set(pg, "copies.n", "3");
    node_set(pg, "copies.write", modes[seed % 5]);
    node_set(pg, "copies.apply", "exponential 2ms");
    struct fault_spec crash = {.type = &fault_crash, .at_ns = 3 * S, .lasts = dist_constant(2e9)};
    scene_fault(scene, "pg[2]", NULL, crash);
    crash.at_ns = 7 * S;
    scene_fault(scene, "pg[3]", NULL, crash);
    crash.at_ns = 11 * S;
    scene_fault(scene, "pg[1]", NULL, crash);
    scene_fault(
        scene, "pg[2]", NULL,
        (struct fault_spec){.type = &fault_hang, .at_ns = 15 * S, .lasts = dist_constant(1e9)});
    scene_fault(scene, "pg[1]", "pg[3]",
                (struct fault_spec){
                    .type = &fault_partition, .at_ns = 17 * S, .lasts = dist_constant(2e9)});
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, seed, 60 * S);
    double writes = metric(&run, "pg.writes");
    assert_true(writes > 3000);
    assert_same(metric(&run, "pg.applied"), 2 * writes);
    assert_same(metric(&run, "pg.behind.end"), 0);
    assert_same(metric(&run, "pg.waiting_writes.end"), 0);
    assert_true(metric(&run, "pg.resent") > 100);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: semi-synchronous: it waits for one copy, after 500 ms without any it goes on alone, and it
 * waits again when one has caught up. */
static void test_fall_back(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 100 * MS, .to = "pg", .op = "write", .item = 1},
                         {.at_ns = 1100 * MS, .to = "pg", .op = "write", .item = 1},
                         {.at_ns = 1300 * MS, .to = "pg", .op = "write", .item = 1},
                         {.at_ns = 1700 * MS, .to = "pg", .op = "write", .item = 1},
                         {.at_ns = 9000 * MS, .to = "pg", .op = "write", .item = 1}};
  struct scene *scene = scene_new();
  three(scene, "1 500ms", "primary");
  struct fault_spec crash = {.type = &fault_crash, .at_ns = S, .lasts = dist_constant(4e9)};
  scene_fault(scene, "pg[2]", NULL, crash);
  scene_fault(scene, "pg[3]", NULL, crash);
  struct run run = run_three(scene, shots, 5, 10 * S);
  assert_shot(&shots[0], OUTCOME_OK, 124 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 1604 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 1604 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 1704 * MS);
  assert_shot(&shots[4], OUTCOME_OK, 9024 * MS);
  assert_same(metric(&run, "pg.fall_backs"), 1);
  assert_same(metric(&run, "pg.fallen_back.end"), 0);
  assert_same(metric(&run, "pg.behind.end"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: reads that go to the primary one time in four and else to replicas whose lag is exponential
 * with mean d miss a write of t ago with probability 3/4 e^(-t/d) (Terry et al., 1994). */
static void test_share_of_misses(void **state) {
  (void)state;
  enum { PAIRS = 6000 };
  static struct shot shots[2 * PAIRS];
  print_message("seed %llu\n", (unsigned long long)SEED);
  for (uint32_t i = 0; i < PAIRS; i++) {
    uint64_t at_ns = i * 3 * S;
    shots[2 * i] = (struct shot){.at_ns = at_ns, .to = "pg", .op = "write", .item = i + 1};
    shots[2 * i + 1] =
        (struct shot){.at_ns = at_ns + 100 * MS, .to = "pg", .op = "read", .item = i + 1};
  }
  struct scene *scene = scene_new();
  scene_zone(scene, "z", NULL);
  scene_path(scene, "z", "z", (struct path_spec){.latency = exponential_ns(100e6)});
  struct node *pg = scene_add(scene, "database", "pg", 4);
  node_zones(pg, "z");
  node_set(pg, "copies.n", "4");
  node_set(pg, "copies.read", "any");
  scene_add_sender(scene, "from", shots, 2 * PAIRS);
  struct run run = run_scene(scene, SEED, 3 * (PAIRS + 10) * S);
  assert_share(metric(&run, "pg.stale_reads") * PAIRS, PAIRS, 0.75 * exp(-1.0));
  run_free(&run);
  scene_free(scene);
}

/* Aim: what cannot be is refused. */
static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *n, *write, *says;
  } wrong[] = {{"3", "4", "waits for 4 copies and there are 3"},
               {"2", "2 1s", "waits for 2 copies besides the primary and there are 1"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct scene *scene = scene_new();
    struct node *pg = scene_add(scene, "database", "pg", 3);
    node_set(pg, "copies.n", wrong[i].n);
    node_set(pg, "copies.write", wrong[i].write);
    struct error err = {0};
    assert_false(node_valid(pg, &err));
    assert_non_null(strstr(err.text, wrong[i].says));
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_write_modes), cmocka_unit_test(test_stale),
      cmocka_unit_test(test_routes),      cmocka_unit_test(test_apply),
      cmocka_unit_test(test_overtaken),   cmocka_unit_test(test_catches_up),
      cmocka_unit_test(test_fall_back),   cmocka_unit_test(test_share_of_misses),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
