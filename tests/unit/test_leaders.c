/* Aim: where every copy leads, writes that had not seen each other are found, once each, and are
 * lost or merged as the scenario says; copies that were cut off have everything in the end. */
#include <stdlib.h>
#include <string.h>

#include "dist_make.h"
#include "mishaps.h"

#define SEED UINT64_C(20261129)

/* The first two of n leaders are 50 ms apart. */
static struct node *leaders(struct scene *scene, const char *conflict, uint32_t n) {
  scene_zone(scene, "a", NULL);
  scene_zone(scene, "b", NULL);
  scene_path(scene, "a", "b", (struct path_spec){.latency = dist_constant(50e6)});
  struct node *kv = scene_add(scene, "database", "kv", n);
  node_zones(kv, n == 2 ? "a, b" : "a, b, c");
  node_set(kv, "copies.n", n == 2 ? "2" : "3");
  node_set(kv, "copies.leaders", "all");
  node_set(kv, "copies.read", "any");
  node_set(kv, "copies.conflict", conflict);
  return kv;
}

static struct node *two(struct scene *scene, const char *conflict) {
  return leaders(scene, conflict, 2);
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

/* Aim: a leader that crashes after it has sent a write, and before it hears that another one did
 * not get it, has it in its log: that one gets it when both are back. The same if the crash comes
 * before its own work is done, and if it comes twice. */
static void test_crash_on_the_way(void **state) {
  (void)state;
  for (uint32_t early = 0; early < 2; early++) {
    struct shot shots[] = {{.at_ns = 6 * S, .to = "kv", .member = 1, .op = "write", .item = 1},
                           {.at_ns = 20 * S, .to = "kv", .member = 2, .op = "read", .item = 1}};
    struct scene *scene = scene_new();
    struct node *kv = two(scene, "lww");
    node_set(kv, "copies.timeout", "200ms");
    node_set(kv, "write", "10ms");
    scene_fault(
        scene, "kv[1]", "kv[2]",
        (struct fault_spec){.type = &fault_partition, .at_ns = 5 * S, .lasts = dist_constant(6e9)});
    scene_fault(scene, "kv[1]", NULL,
                (struct fault_spec){.type = &fault_crash,
                                    .at_ns = 6 * S + (early ? 5 : 100) * MS,
                                    .lasts = dist_constant(1e9)});
    scene_fault(
        scene, "kv[1]", NULL,
        (struct fault_spec){.type = &fault_crash, .at_ns = 8 * S, .lasts = dist_constant(1e9)});
    scene_add_sender(scene, "from", shots, 2);
    struct run run = run_scene(scene, 1, 30 * S);
    assert_int_equal(shots[0].outcome, early ? OUTCOME_RESET : OUTCOME_OK);
    assert_same(metric(&run, "kv.behind.end"), 0);
    assert_same(metric(&run, "kv.stale_reads"), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: whatever fails, all leaders have the same in the end, though most data are never written
 * again. */
static void test_random_faults_merge(void **state) {
  (void)state;
  print_message("seeds from %llu\n", (unsigned long long)SEED);
  for (uint64_t seed = SEED; seed < SEED + 100; seed++) {
    enum { N = 1200 };
    static struct shot shots[N];
    mishaps_shots(shots, N, "kv", 5 * S, seed);
    for (uint32_t i = 0; i < N; i++) shots[i].item = 1 + i / 2;
    struct scene *scene = scene_new();
    struct node *kv = scene_add(scene, "database", "kv", 3);
    scene_zone(scene, "z", NULL);
    scene_path(scene, "z", "z",
               (struct path_spec){.latency = exponential_ns(20e6), .loss = seed % 3 ? 0.02 : 0});
    node_zones(kv, "z");
    node_set(kv, "copies.n", "3");
    node_set(kv, "copies.leaders", "all");
    node_set(kv, "copies.read", "any");
    node_set(kv, "copies.conflict", "lww");
    node_set(kv, "copies.timeout", "300ms");
    node_set(kv, "write", "exponential 2ms");
    mishaps_add(scene, &(struct mishaps){"kv", 3, 6, 10000, 2000}, seed);
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, seed, 60 * S);
    assert_same(metric(&run, "kv.behind.end"), 0);
    assert_same(metric(&run, "kv.hints_kept.end"), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Three leaders that vote; a and b are 50 ms apart, c is 30 ms from both. A write takes 2 ms. */
static struct node *voters(struct scene *scene, const char *write) {
  scene_zone(scene, "c", NULL);
  struct node *kv = leaders(scene, "abort", 3);
  scene_path(scene, "a", "c", (struct path_spec){.latency = dist_constant(30e6)});
  scene_path(scene, "b", "c", (struct path_spec){.latency = dist_constant(30e6)});
  node_set(kv, "copies.write", write);
  node_set(kv, "copies.timeout", "300ms");
  node_set(kv, "write", "2ms");
  return kv;
}

/* Aim: a write that is voted on is answered when so many have voted as are needed, a read at once;
 * all show it in the end. */
static void test_certified(void **state) {
  (void)state;
  for (int all = 0; all < 2; all++) {
    struct shot shots[] = {
        {.at_ns = 0, .to = "kv", .member = 1, .op = "write", .item = 1},
        {.at_ns = 150 * MS, .to = "kv", .member = 2, .op = "read", .item = 1},
        {.at_ns = 200 * MS, .to = "kv", .member = 2, .op = "write", .item = 1}, /* has seen it */
        {.at_ns = 201 * MS, .to = "kv", .member = 2, .op = "write", .item = 1}, /* waits for it */
        {.at_ns = 201 * MS, .to = "kv", .member = 2, .op = "write", .item = 2}};
    struct scene *scene = scene_new();
    voters(scene, all ? "all" : "async");
    scene_add_sender(scene, "from", shots, 5);
    struct run run = run_scene(scene, 1, S);
    uint64_t takes_ns = (all ? 102 : 62) * MS;
    assert_shot(&shots[0], OUTCOME_OK, takes_ns);
    assert_shot(&shots[1], OUTCOME_OK, 150 * MS);
    if (!all) assert_shot(&shots[2], OUTCOME_OK, 200 * MS + takes_ns);
    if (!all) assert_shot(&shots[3], OUTCOME_OK, 200 * MS + 2 * takes_ns);
    if (!all) assert_shot(&shots[4], OUTCOME_OK, 201 * MS + takes_ns);
    assert_same(metric(&run, "kv.conflicts"), 0);
    assert_same(metric(&run, "kv.behind.end"), 0);
    assert_same(metric(&run, "kv.writes"), 4 * 3);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: of two writes that had not seen each other the older one is taken and the other one fails,
 * also where a third copy has heard of the younger one first. */
static void test_older_wins(void **state) {
  (void)state;
  struct shot shots[] = {
      {.at_ns = 0, .to = "kv", .member = 1, .op = "write", .item = 1},
      {.at_ns = 5 * MS, .to = "kv", .member = 2, .op = "write", .item = 1},
      {.at_ns = S, .to = "kv", .member = 1, .op = "write", .item = 2},
      {.at_ns = S + 5 * MS, .to = "kv", .member = 3, .op = "write", .item = 2},
      {.at_ns = 2 * S, .to = "kv", .member = 1, .op = "write", .item = 3},
      {.at_ns = 2 * S + 5 * MS, .to = "kv", .member = 2, .op = "write", .item = 3}};
  struct scene *scene = scene_new();
  voters(scene, "all");
  scene_fault(scene, "kv[1]", "kv[3]",
              (struct fault_spec){.type = &fault_delay,
                                  .on_path = true,
                                  .by = dist_constant(20e6),
                                  .at_ns = 2 * S,
                                  .lasts = dist_constant(1e9)});
  scene_add_sender(scene, "from", shots, 6);
  struct run run = run_scene(scene, 1, 4 * S);
  assert_shot(&shots[0], OUTCOME_OK, 102 * MS);
  assert_int_equal(shots[1].outcome, OUTCOME_FAILED);
  assert_int_equal(shots[2].outcome, OUTCOME_OK);
  assert_shot(&shots[3], OUTCOME_FAILED, S + 32 * MS); /* gives up when the older one arrives */
  /* c has voted for b's until it hears that b gave that up, 82 ms after a's began. */
  assert_shot(&shots[4], OUTCOME_OK, 2 * S + 132 * MS);
  assert_shot(&shots[5], OUTCOME_FAILED, 2 * S + 52 * MS);
  assert_same(metric(&run, "kv.conflicts"), 3);
  assert_same(metric(&run, "kv.lost_updates"), 0);
  assert_same(metric(&run, "kv.too_few_answers"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: who is cut off takes no writes, the others go on, and all agree in the end. */
static void test_minority(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = S, .to = "kv", .member = 1, .op = "write", .item = 1},
                         {.at_ns = S, .to = "kv", .member = 3, .op = "write", .item = 2},
                         {.at_ns = S, .to = "kv", .member = 3, .op = "read", .item = 2},
                         {.at_ns = 9 * S, .to = "kv", .member = 3, .op = "write", .item = 1}};
  struct scene *scene = scene_new();
  voters(scene, "quorum");
  struct fault_spec cut = {.type = &fault_partition, .lasts = dist_constant(5e9)};
  scene_fault(scene, "kv[1]", "kv[3]", cut);
  scene_fault(scene, "kv[2]", "kv[3]", cut);
  scene_add_sender(scene, "from", shots, 4);
  struct run run = run_scene(scene, 1, 20 * S);
  assert_shot(&shots[0], OUTCOME_OK, S + 102 * MS);
  assert_shot(&shots[1], OUTCOME_FAILED, S + 302 * MS);
  assert_shot(&shots[2], OUTCOME_OK, S);
  assert_shot(&shots[3], OUTCOME_OK, 9 * S + 62 * MS);
  assert_same(metric(&run, "kv.too_few_answers"), 1);
  assert_same(metric(&run, "kv.behind.end"), 0);
  assert_same(metric(&run, "kv.hints_kept.end"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: whatever fails, no write is lost to one that had not seen it, the copies agree in the end,
 * and writes are taken while more than half are there. */
static void test_random_faults(void **state) {
  (void)state;
  print_message("seeds from %llu\n", (unsigned long long)SEED);
  double conflicts = 0, taken = 0;
  for (uint64_t seed = SEED; seed < SEED + 100; seed++) {
    enum { N = 1200 };
    static struct shot shots[N];
    mishaps_shots(shots, N, "kv", 5 * S, seed);
    struct scene *scene = scene_new();
    struct node *kv = scene_add(scene, "database", "kv", 5);
    scene_zone(scene, "z", NULL);
    scene_path(scene, "z", "z",
               (struct path_spec){.latency = exponential_ns(20e6), .loss = seed % 3 ? 0.02 : 0});
    node_zones(kv, "z");
    node_set(kv, "copies.n", "5");
    node_set(kv, "copies.leaders", "all");
    node_set(kv, "copies.read", "any");
    node_set(kv, "copies.conflict", "abort");
    node_set(kv, "copies.write", seed % 4 ? "quorum" : "4");
    node_set(kv, "copies.timeout", "300ms");
    node_set(kv, "write", "exponential 2ms");
    mishaps_add(scene, &(struct mishaps){"kv", 5, 6, 10000, 2000}, seed);
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, seed, 60 * S);
    assert_same(metric(&run, "kv.lost_updates"), 0);
    assert_same(metric(&run, "kv.behind.end"), 0);
    assert_same(metric(&run, "kv.hints_kept.end"), 0);
    assert_same(metric(&run, "kv.waiting_calls.end"), 0);
    conflicts += metric(&run, "kv.conflicts");
    taken += metric(&run, "kv.applied") / 5;
    run_free(&run);
    scene_free(scene);
  }
  print_message("%.0f writes taken, %.0f in conflict\n", taken, conflicts);
  assert_true(conflicts > 1000);
  assert_true(taken > 10000);
}

/* Aim: what cannot be is refused. */
static void test_refused(void **state) {
  (void)state;
  static const struct {
    const char *key, *value, *conflict, *says;
  } wrong[] = {{"copies.read", "2", "lww", "which one a caller asks"},
               {"copies.write", "isr", "lww", "\"quorum\" or \"all\""},
               {"copies.write", "1", "abort", "or at least 2"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct scene *scene = scene_new();
    struct node *kv = two(scene, wrong[i].conflict);
    node_set(kv, wrong[i].key, wrong[i].value);
    struct error err = {0};
    assert_false(node_valid(kv, &err));
    assert_non_null(strstr(err.text, wrong[i].says));
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lost_updates),
      cmocka_unit_test(test_at_work),
      cmocka_unit_test(test_share),
      cmocka_unit_test(test_heals),
      cmocka_unit_test(test_certified),
      cmocka_unit_test(test_older_wins),
      cmocka_unit_test(test_minority),
      cmocka_unit_test(test_random_faults),
      cmocka_unit_test(test_crash_on_the_way),
      cmocka_unit_test(test_random_faults_merge),
      cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
