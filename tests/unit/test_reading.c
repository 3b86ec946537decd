/* Aim: a metric that is read while a simulation runs is what was counted since it was read last. */
#include "arena.h"
#include "harness.h"
#include "reading.h"

#define SEED UINT64_C(20261201)

/* Two servers, the second of which joins at 55 s; a balancer, and users whose patience often ends.
 */
static struct scene *shop(void) {
  struct scene *scene = scene_new();
  struct node *web = scene_add(scene, "service", "web", 2);
  node_set(web, "workers", "2");
  on_work(node_on(web, NULL), "exponential 20ms");
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "backends", "web");
  struct node *users = scene_add(scene, "client", "users", 1);
  node_set(users, "arrivals", "poisson 70/s");
  node_set(users, "target", "lb");
  node_set(users, "timeout", "50ms");
  scene_fault(
      scene, "web[2]", NULL,
      (struct fault_spec){.type = &fault_join, .at_ns = 55 * S, .lasts = dist_constant(1e12)});
  return scene;
}

static struct watched_metric metric_of(const struct run *run, const char *component,
                                       const char *name) {
  struct watched_metric metric = {0};
  metric.component = spec_find(run->sim->spec, component);
  assert_true(reading_find(run->sim->component[metric.component].kind, name, &metric));
  return metric;
}

static const struct {
  const char *component, *name;
} all[] = {{"web", "utilization"},
           {"web", "queue"},
           {"web", "busy"},
           {"web", "in_flight"},
           {"web", "wait"},
           {"web", "rate"},
           {"web", "throughput"},
           {"web", "error_ratio"},
           {"lb", "given_up"},
           {"lb", "rate"},
           {"lb", "healthy_backends"},
           {"users", "rate"},
           {"users", "goodput"},
           {"users", "error_ratio"},
           {"users", "latency"},
           {"users", "p50"},
           {"users", "p90"},
           {"users", "p95"},
           {"users", "p99"}};
enum { METRICS = sizeof all / sizeof *all, LOOKS = 20 };

static void look(struct run *run, struct reading *reading, double *value) {
  for (int k = 0; k < METRICS; k++) value[k] = reading_look(run->sim, &reading[k]);
}

/* Every 10 s, over `over_ns`; the warm-up ends at `warm_ns`. */
static void read_all(uint64_t warm_ns, uint64_t over_ns, double value[LOOKS][METRICS]) {
  struct scene *scene = shop();
  struct run run = run_begin(scene, SEED, warm_ns, LOOKS * 10 * S);
  struct watched_metric metric[METRICS];
  struct reading reading[METRICS];
  for (int k = 0; k < METRICS; k++) {
    metric[k] = metric_of(&run, all[k].component, all[k].name);
    reading_init(run.sim, &reading[k], &metric[k], 10 * S, over_ns);
  }
  for (uint64_t i = 0; i < LOOKS; i++) {
    uint64_t at_ns = (i + 1) * 10 * S;
    if (warm_ns > i * 10 * S && warm_ns < at_ns) {
      sim_run(run.sim, warm_ns - 1);
      for (int k = 0; k < METRICS; k++) reading_reset(run.sim, &reading[k], false);
      sim_run(run.sim, warm_ns);
      for (int k = 0; k < METRICS; k++) reading_reset(run.sim, &reading[k], true);
    }
    sim_run(run.sim, at_ns);
    look(&run, reading, value[i]);
  }
  for (int k = 0; k < METRICS; k++) reading_free(&reading[k]);
  run_finish(&run);
  run_free(&run);
  scene_free(scene);
}

static void assert_equal_or_nothing(double a, double b, double tolerance) {
  if (isnan(a) || isnan(b)) {
    assert_true(isnan(a) && isnan(b));
  } else {
    assert_within(a, b, tolerance * (1 + fabs(b)));
  }
}

/* Aim: when the measuring begins changes nothing about what is read. */
static void test_warmup(void **state) {
  (void)state;
  static double whole[LOOKS][METRICS], late[LOOKS][METRICS];
  for (int over = 0; over < 2; over++) {
    read_all(0, over * 40 * S, whole);
    read_all(97 * S, over * 40 * S, late);
    for (int i = 0; i < LOOKS; i++) {
      for (int k = 0; k < METRICS; k++) {
        /* Quantiles of the time before lie in buckets once they are many. */
        bool quantile = all[k].component[0] == 'u' && all[k].name[0] == 'p';
        assert_equal_or_nothing(late[i][k], whole[i][k], quantile ? 0.02 : 1e-6);
      }
    }
  }
}

/* Aim: what is read adds up to what is measured, and hangs together. */
static void test_adds_up(void **state) {
  (void)state;
  static double value[LOOKS][METRICS];
  read_all(0, 10 * S, value);
  double offered = 0, calls = 0;
  for (int i = 0; i < LOOKS; i++) {
    const double *v = value[i];
    assert_within(v[3], v[1] + v[2], 1e-6);                 /* in flight: waiting and worked on */
    assert_within(v[10], i < 5 ? 1 : 2, i == 5 ? 1 : 1e-6); /* backends */
    offered += 10 * v[11];
    calls += 10 * v[9];
    assert_true(v[15] <= v[16] && v[16] <= v[17] && v[17] <= v[18]);
    assert_true(v[12] <= v[11] + 1 && v[13] >= 0 && v[13] <= 1);
  }
  assert_within(offered, 70 * 200, 4 * sqrt(70 * 200));
  assert_within(calls, offered, 3);
}

/* Aim: a utilization is that of those that were up all the time: one that came up since the last
 * look or that is down has no part in it. */
static void test_whom(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *web = scene_add(scene, "service", "web", 2);
  node_set(web, "workers", "1");
  on_work(node_on(web, NULL), "1s");
  static struct shot shots[80];
  for (uint32_t i = 0; i < 80; i++) {
    shots[i] = (struct shot){.at_ns = i * S, .to = "web", .member = 1};
  }
  scene_add_sender(scene, "from", shots, 80);
  scene_fault(
      scene, "web[2]", NULL,
      (struct fault_spec){.type = &fault_join, .at_ns = 55 * S, .lasts = dist_constant(1e12)});
  scene_fault(
      scene, "web[1]", NULL,
      (struct fault_spec){.type = &fault_crash, .at_ns = 72 * S, .lasts = dist_constant(1e12)});
  struct run run = run_begin(scene, SEED, 0, 100 * S);
  struct watched_metric metric = metric_of(&run, "web", "utilization");
  struct reading reading;
  reading_init(run.sim, &reading, &metric, 10 * S, 0);
  static const double known[] = {1, 1, 1, 1, 1, 1, 0.5, 0};
  for (uint64_t i = 0; i < 8; i++) {
    sim_run(run.sim, (i + 1) * 10 * S);
    assert_within(reading_look(run.sim, &reading), known[i], 1e-6);
  }
  reading_free(&reading);
  run_finish(&run);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_warmup),
      cmocka_unit_test(test_adds_up),
      cmocka_unit_test(test_whom),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
