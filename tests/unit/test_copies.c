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

/* Aim: two writes go to one copy at once, either way in times that are exponential with mean m. The
 * later one is acknowledged by the first answer behind both, as the answer of who came too early
 * waits for the other: after 1.5 m + m if they come in order, else 1.5 m + m/2. The earlier one
 * after m/2 + E min(Y, E + Y') = 1.25 m, or 2 m with the later one. */
static void test_answers_of_overtaken(void **state) {
  (void)state;
  enum { PAIRS = 16000 };
  static struct shot shots[2 * PAIRS];
  for (uint32_t i = 0; i < 2 * PAIRS; i++) {
    shots[i] = (struct shot){.at_ns = i / 2 * S, .to = "pg", .op = "write", .item = i + 1};
  }
  struct scene *scene = scene_new();
  scene_zone(scene, "z", NULL);
  scene_path(scene, "z", "z", (struct path_spec){.latency = exponential_ns(10e6)});
  struct node *pg = scene_add(scene, "database", "pg", 2);
  node_zones(pg, "z");
  node_set(pg, "copies.n", "2");
  node_set(pg, "copies.write", "all");
  node_set(pg, "workers", "1");
  scene_add_sender(scene, "from", shots, 2 * PAIRS);
  struct run run = run_scene(scene, SEED, (PAIRS + 10) * (uint64_t)S);
  double sum[2] = {0}, squares[2] = {0}, should[2] = {0.01625, 0.0225};
  for (uint32_t i = 0; i < 2 * PAIRS; i++) {
    double took = (double)(shots[i].ended_ns - shots[i].at_ns) / 1e9;
    sum[i % 2] += took;
    squares[i % 2] += took * took;
  }
  for (int k = 0; k < 2; k++) {
    double mean = sum[k] / PAIRS, se = sqrt((squares[k] / PAIRS - mean * mean) / PAIRS);
    print_message("write %d: %.3f ms, should be %.3f, se %.3f\n", k, 1e3 * mean, 1e3 * should[k],
                  1e3 * se);
    assert_true(fabs(mean - should[k]) < 4 * se);
  }
  run_free(&run);
  scene_free(scene);
}

/* Aim: round trips that are longer than the first wait of TCP are no failures: a write takes the
 * one that it needs, and none is sent twice. One that begins to take so long is an outage until the
 * sender has learnt it. */
static void test_far(void **state) {
  (void)state;
  static const struct {
    const char *write;
    double near, far; /* round trips, in s */
    double takes;
  } cases[] = {{"all", 0.02, 1.5, 1.504},  {"all", 1.5, 3, 3.004}, {"quorum", 1.5, 3, 1.504},
               {"quorum", 0.02, 3, 0.024}, {"isr", 1.5, 3, 3.004}, {"async", 1.5, 3, 0.004},
               {"all", 30, 59, 59.004}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum { N = 200 };
    static struct shot shots[N];
    for (uint32_t k = 0; k < N; k++) {
      shots[k] = (struct shot){.at_ns = k * 100 * MS, .to = "pg", .op = "write", .item = 7};
    }
    struct scene *scene = scene_new();
    scene_zone(scene, "a", NULL);
    scene_zone(scene, "b", NULL);
    scene_zone(scene, "c", NULL);
    scene_path(scene, "a", "b", (struct path_spec){.latency = dist_constant(cases[i].near / 2e-9)});
    scene_path(scene, "a", "c", (struct path_spec){.latency = dist_constant(cases[i].far / 2e-9)});
    struct node *pg = scene_add(scene, "database", "pg", 3);
    node_zones(pg, "a, b, c");
    node_set(pg, "copies.n", "3");
    node_set(pg, "copies.write", cases[i].write);
    node_set(pg, "write", "4ms");
    struct run run = run_three(scene, shots, N, 200 * S);
    for (uint32_t k = 0; k < N; k++) {
      assert_shot(&shots[k], OUTCOME_OK, shots[k].at_ns + (uint64_t)(cases[i].takes * 1e9 + 0.5));
    }
    assert_same(metric(&run, "pg.resent"), 0);
    assert_same(metric(&run, "pg.messages.sent"), 2 * N);
    assert_within(metric(&run, "pg.lag.mean"), (cases[i].near + cases[i].far) / 4, 1e-3);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a path that begins to take 2 s each way breaks once: the first question that is answered
 * says so, and from then on writes take what the path does. When it is quick again, a copy that
 * went is missed after the sender has unlearnt it, and one that hung is not taken for far away. */
static void test_becomes_far(void **state) {
  (void)state;
  enum { N = 600 };
  static struct shot shots[N];
  for (uint32_t k = 0; k < N; k++) {
    shots[k] = (struct shot){.at_ns = k * 100 * MS, .to = "pg", .op = "write", .item = 7};
  }
  struct scene *scene = scene_new();
  three(scene, "isr", "primary");
  struct fault_spec slow = {.type = &fault_delay,
                            .on_path = true,
                            .at_ns = 5 * S + 50 * MS,
                            .by = dist_constant(2e9),
                            .lasts = dist_constant(15e9)};
  scene_fault(scene, "pg[1]", "pg[2]", slow);
  struct fault_spec hang = {.type = &fault_hang, .at_ns = 40 * S, .lasts = dist_constant(10e9)};
  scene_fault(scene, "pg[3]", NULL, hang);
  hang.at_ns = 52 * S;
  hang.lasts = dist_constant(7e9);
  scene_fault(scene, "pg[3]", NULL, hang);
  struct run run = run_three(scene, shots, N, 100 * S);
  /* Known at 10.124 s: after a timeout, and the round trip of the first question. */
  for (uint32_t k = 102; k < 150; k++) {
    assert_shot(&shots[k], OUTCOME_OK, shots[k].at_ns + 4024 * MS);
  }
  /* Those that wait for the one that hangs do so for the second that its answers may take. */
  assert_shot(&shots[520], OUTCOME_OK, shots[520].at_ns + 1004 * MS);
  assert_same(metric(&run, "pg.behind.end"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: of half a second in which a copy is cut off five writes are lost. The first of them tells
 * when it is missed, 1 s later; a round trip after that the copy gets what it lacks, eleven by now,
 * and that the other four are missed changes nothing. */
static void test_cut_off_once(void **state) {
  (void)state;
  enum { N = 100 };
  static struct shot shots[N];
  for (uint32_t k = 0; k < N; k++) {
    shots[k] = (struct shot){.at_ns = k * 100 * MS, .to = "pg", .op = "write", .item = 7};
  }
  struct scene *scene = scene_new();
  three(scene, "async", "primary");
  scene_fault(scene, "pg[1]", "pg[2]",
              (struct fault_spec){
                  .type = &fault_partition, .at_ns = 5050 * MS, .lasts = dist_constant(500e6)});
  struct run run = run_three(scene, shots, N, 20 * S);
  assert_same(metric(&run, "pg.resent"), 11);
  assert_within(metric(&run, "pg.lag.max"), 6.134 - 5.104, 1e-3);
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
      cmocka_unit_test(test_write_modes),
      cmocka_unit_test(test_stale),
      cmocka_unit_test(test_routes),
      cmocka_unit_test(test_apply),
      cmocka_unit_test(test_overtaken),
      cmocka_unit_test(test_catches_up),
      cmocka_unit_test(test_answers_of_overtaken),
      cmocka_unit_test(test_far),
      cmocka_unit_test(test_becomes_far),
      cmocka_unit_test(test_cut_off_once),
      cmocka_unit_test(test_fall_back),
      cmocka_unit_test(test_share_of_misses),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
