/* Aim: whom a fault hits, how often and how long. */
#include <stdlib.h>

#include "harness.h"

#define SEED UINT64_C(20250113)

/* Aim: a member, a group, a zone, a region: exactly the members meant are hit, and no client. */
static void test_targets(void **state) {
  (void)state;
  static const struct {
    const char *target;
    uint32_t down; /* bit set: web[1..4], then db */
  } cases[] = {{"web", 15}, {"web[1]", 1}, {"web[3]", 4}, {"web[*]", 15}, {"eu-1", 25},
               {"eu-2", 2}, {"us-1", 4},   {"eu", 27},    {"us", 4},      {"db", 16}};
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    struct recorder web = {0}, db = {0};
    struct scene *scene = scene_new();
    scene_zone(scene, "eu-1", "eu");
    scene_zone(scene, "eu-2", "eu");
    scene_zone(scene, "us-1", "us");
    struct node *c = scene_add(scene, "client", "c", 1);
    node_set(c, "arrivals", "constant 1/s");
    node_set(c, "target", "db");
    node_set(c, "retry.attempts", "2");
    node_set(c, "retry.backoff", "600ms");
    node_zones(c, "eu-1");
    node_zones(scene_add_recorder(scene, "web", 4, &web), "eu-1, eu-2, us-1");
    node_zones(scene_add_recorder(scene, "db", 1, &db), "eu-1");
    scene_fault(scene, cases[k].target, NULL, fault_ms(&fault_crash, 500, 1000));
    struct run run = run_begin(scene, 1, 0, 10 * S);
    for (int during = 0; during <= 1; during++) {
      assert_true(sim_run(run.sim, during ? 1200 * MS : 400 * MS));
      uint32_t down = 0;
      for (uint32_t i = 0; i < 4; i++) down |= (uint32_t)run_member(&run, "web", i + 1)->down << i;
      down |= (uint32_t)run_member(&run, "db", 1)->down << 4;
      assert_int_equal(down, during ? cases[k].down : 0);
    }
    assert_true(sim_run(run.sim, 10 * S));
    run_finish(&run);
    /* Only the request at 1 s may have met a server that was down, and tried again at 1.6 s. */
    bool db_down = cases[k].down & 16;
    assert_same(metric(&run, "c.retries"), db_down);
    assert_same(metric(&run, "c.availability"), 1);
    assert_same(metric(&run, "db.uptime"), db_down ? 0.9 : 1);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a fault of a zone leaves the users who live there alone: they send when they meant to, and a
 * pause before another attempt goes on. */
static void test_clients_are_spared(void **state) {
  (void)state;
  static const struct fault_def *const types[] = {&fault_crash, &fault_hang, &fault_slow};
  for (int t = 0; t < 3; t++) {
    struct recorder far = {.fails = 1}, near = {0};
    struct scene *scene = scene_new();
    scene_zone(scene, "here", NULL);
    struct node *c = scene_add(scene, "client", "c", 1);
    node_set(c, "arrivals", "constant 1/s");
    node_set(c, "target", "far");
    node_set(c, "retry.attempts", "2");
    node_set(c, "retry.backoff", "800ms");
    node_zones(c, "here");
    scene_add_recorder(scene, "far", 1, &far);
    node_zones(scene_add_recorder(scene, "near", 1, &near), "here");
    struct fault_spec fault = fault_ms(types[t], 300, 5000);
    fault.factor = 2;
    scene_fault(scene, "here", NULL, fault);
    struct run run = run_scene(scene, 1, 10 * S);
    assert_int_equal(far.n, 11);
    const uint64_t at_ms[] = {0, 800, 1000, 2000, 3000};
    for (int i = 0; i < 5; i++) assert_int_equal(far.record[i].at_ns, at_ms[i] * MS);
    assert_same(metric(&run, "c.availability"), 1);
    assert_same(metric(&run, "c.latency.max"), 0.8);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: recurring faults of constant up and down times are exact: up 9 s, down 1 s, and again. */
static void test_recurring_constant(void **state) {
  (void)state;
  struct shot shots[40];
  struct recorder leaf = {0};
  for (uint32_t i = 0; i < 40; i++) {
    shots[i] = (struct shot){.at_ns = i * S + S / 2, .to = "leaf", .timeout_ns = MS};
  }
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 40);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_fault(scene, "leaf", NULL,
              (struct fault_spec){.type = &fault_crash,
                                  .recurring = true,
                                  .mttf = dist_constant(9e9),
                                  .lasts = dist_constant(1e9)});
  struct run run = run_scene(scene, 1, 40 * S);
  for (uint32_t i = 0; i < 40; i++) {
    assert_shot(&shots[i], i % 10 == 9 ? OUTCOME_REFUSED : OUTCOME_OK, shots[i].at_ns);
  }
  assert_same(metric(&run, "leaf.uptime"), 0.9);
  run_free(&run);
  scene_free(scene);
}

/* Aim: with exponential up times of mean a and down times of mean b the share of time up is
 * a / (a + b); its variance over T is 2 a^2 b^2 / ((a + b)^3 T). */
static void test_recurring_random(void **state) {
  (void)state;
  for (int hang = 0; hang <= 1; hang++) {
    struct recorder leaf = {0};
    struct scene *scene = scene_new();
    scene_add_recorder(scene, "leaf", 1, &leaf);
    scene_fault(scene, "leaf", NULL,
                (struct fault_spec){.type = hang ? &fault_hang : &fault_crash,
                                    .recurring = true,
                                    .mttf = exponential_ns(9e9),
                                    .lasts = exponential_ns(1e9)});
    struct run run = run_scene(scene, SEED + (uint64_t)hang, 200000 * S);
    double sigma = sqrt(2 * 81 * 1 / (1000 * 200000.0)), uptime = metric(&run, "leaf.uptime");
    print_message("  uptime %.5f, off by %.2f sigma\n", uptime, (uptime - 0.9) / sigma);
    assert_within(uptime, 0.9, 4.5 * sigma);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: each up and down time is a draw of its own: the time down in windows of 100 s varies as it
 * should, 2 a^2 b^2 T / (a + b)^3 = 16.2 s^2 (for windows much longer than a cycle). */
static void test_recurring_varies(void **state) {
  (void)state;
  enum { WINDOWS = 2000 };
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_fault(scene, "leaf", NULL,
              (struct fault_spec){.type = &fault_crash,
                                  .recurring = true,
                                  .mttf = exponential_ns(9e9),
                                  .lasts = exponential_ns(1e9)});
  struct run run = run_begin(scene, SEED, 0, WINDOWS * 100 * S);
  double before_s = 0, squares = 0;
  for (uint64_t i = 1; i <= WINDOWS; i++) {
    assert_true(sim_run(run.sim, i * 100 * S));
    const struct member *m = run_member(&run, "leaf", 1);
    uint64_t down_ns = m->down_ns + (m->down ? run.sim->now_ns - m->down_since_ns : 0);
    double down_s = (double)down_ns / 1e9;
    squares += (down_s - before_s - 10) * (down_s - before_s - 10);
    before_s = down_s;
  }
  print_message("  variance %.2f s^2\n", squares / WINDOWS);
  assert_within(squares / WINDOWS, 16.2, 0.2 * 16.2);
  run_finish(&run);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a recurring fault of a group hits all members at once, one of each member by itself: two
 * members are down together 10 % of the time, or 1 %. */
static void test_each_or_group(void **state) {
  (void)state;
  for (int each = 0; each <= 1; each++) {
    enum { N = 20000 };
    struct recorder leaf = {0};
    struct scene *scene = scene_new();
    scene_add_recorder(scene, "leaf", 2, &leaf);
    scene_fault(scene, each ? "leaf[*]" : "leaf", NULL,
                (struct fault_spec){.type = &fault_crash,
                                    .recurring = true,
                                    .mttf = exponential_ns(9e9),
                                    .lasts = exponential_ns(1e9)});
    struct run run = run_begin(scene, SEED, 0, 1000000 * S);
    double one = 0, both = 0;
    for (uint64_t i = 1; i <= N; i++) { /* looks at times far enough apart to be independent */
      assert_true(sim_run(run.sim, i * 20 * S));
      uint32_t down = run_member(&run, "leaf", 1)->down + run_member(&run, "leaf", 2)->down;
      both += down == 2;
      one += down == 1;
    }
    run_finish(&run);
    assert_share(both, N, each ? 0.01 : 0.1);
    if (each) assert_share(one, N, 0.18);
    if (!each) assert_true(one == 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a fault's times depend on its name and the seed alone: another fault, and whom it hits,
 * changes nothing. */
static void test_times_are_keyed(void **state) {
  (void)state;
  uint64_t begins[3] = {0};
  for (int other = 0; other < 3; other++) {
    struct recorder leaf = {0}, second = {0};
    struct scene *scene = scene_new();
    scene_add_recorder(scene, "leaf", 1, &leaf);
    scene_add_recorder(scene, "other", 3, &second);
    struct fault_spec fault = {.type = &fault_crash,
                               .name = "mine",
                               .recurring = true,
                               .mttf = exponential_ns(9e9),
                               .lasts = exponential_ns(1e9)};
    scene_fault(scene, "leaf", NULL, fault);
    fault.name = "another";
    if (other) scene_fault(scene, other == 1 ? "other[*]" : "leaf", NULL, fault);
    struct run run = run_begin(scene, SEED, 0, 1000 * S);
    uint64_t t = 0;
    do { /* the first begin, to the millisecond; of another at "leaf" it is skipped below */
      t += MS;
      assert_true(sim_run(run.sim, t));
    } while (!run_member(&run, "leaf", 1)->down);
    begins[other] = t;
    run_finish(&run);
    run_free(&run);
    scene_free(scene);
  }
  assert_true(begins[0] == begins[1]);
  assert_true(begins[2] <= begins[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_targets),
      cmocka_unit_test(test_clients_are_spared),
      cmocka_unit_test(test_recurring_constant),
      cmocka_unit_test(test_recurring_random),
      cmocka_unit_test(test_recurring_varies),
      cmocka_unit_test(test_each_or_group),
      cmocka_unit_test(test_times_are_keyed),
  };
  return cmocka_run_group_tests_name("fault_times", tests, NULL, NULL);
}
