/* Aim: probes find out that a member does not work as the real ones would, and what comes of it:
 * restarts, pauses between them, start-up, members that are out of the register. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "life.h"

#define SEED UINT64_C(20261129)

/* A probe each 5 s, which waits 1 s, of which 3 may fail (W39). */
static struct node *probe(struct scene *scene, const char *name, const char *act) {
  struct node *control = scene_add(scene, "control", name, 1);
  node_set(control, "probe", "s");
  node_set(control, "every", "5s");
  node_set(control, "timeout", "1s");
  node_set(control, "fails", "3");
  if (act) node_set(control, "act", act);
  return control;
}

static struct node *server(struct scene *scene, uint32_t n) {
  struct node *s = scene_add(scene, "service", "s", n);
  on_work(node_on(s, NULL), "10ms");
  return s;
}

static struct fault_spec fault_at(const struct fault_def *type, uint64_t at_ns, double lasts_s) {
  return (struct fault_spec){.type = type, .at_ns = at_ns, .lasts = dist_constant(lasts_s * 1e9)};
}

/* A call each 100 ms to the first member, or to any if `member` is 0. */
static struct shot *calls(uint32_t n, uint32_t member) {
  struct shot *shots = calloc(n, sizeof *shots);
  for (uint32_t i = 0; i < n; i++) {
    shots[i] =
        (struct shot){.at_ns = i * 100 * MS, .to = "s", .member = member, .timeout_ns = 500 * MS};
  }
  return shots;
}

static uint32_t failed(const struct shot *shots, uint32_t from, uint32_t to) {
  uint32_t n = 0;
  for (uint32_t i = from; i < to; i++) n += shots[i].outcome != OUTCOME_OK;
  return n;
}

/* Aim: W39: a process that hangs is found out 11 to 16 s later, 13.5 s on average, as the hang
 * meets the probes at any time: the first fails within 5 s, two more each 5 s, and the last fails
 * after its timeout. One that crashed refuses them at once: 10 to 15 s, 12.5 s. A restart that
 * takes 20 s is its end. */
static void test_detection(void **state) {
  (void)state;
  for (int crash = 0; crash < 2; crash++) {
    struct shot shot = {.at_ns = 0, .to = "s"};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", &shot, 1);
    server(scene, 1);
    probe(scene, "alive", "restart s takes 20s");
    scene_fault(scene, "s[1]", NULL,
                (struct fault_spec){.type = crash ? &fault_crash : &fault_hang,
                                    .recurring = true,
                                    .mttf = exponential_ns(100e9),
                                    .lasts = dist_constant(1e15)});
    struct run run = run_scene(scene, SEED, 200000 * S);
    double n = metric(&run, "alive.actions"), mean = metric(&run, "alive.detection.mean");
    assert_true(n > 1200);
    assert_within(mean, crash ? 12.5 : 13.5, 4.5 * 5 / sqrt(12 * n));
    assert_true(metric(&run, "alive.detection.max") < (crash ? 15 : 16) * 1.01);
    assert_true(metric(&run, "alive.detection.max") > (crash ? 15 : 16) * 0.99);
    assert_within(metric(&run, "alive.recovery.mean"), mean + 20, 0.2);
    assert_same(metric(&run, "alive.false_alarms"), 0);
    assert_same(metric(&run, "alive.failed_actions"), 0);
    /* Nobody probes a process that is not there. */
    assert_within(metric(&run, "alive.probes"), (200000 - 20 * n) / 5, n);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: W39: a process that crashes 30 s after each start is down for 10, 20, 40, 80, 160, 300, 300,
 * 300 s in between, 1210 s in all; one that ran for ten minutes begins with 10 s again. */
static void test_crash_loop(void **state) {
  (void)state;
  struct shot shot = {.at_ns = 0, .to = "s"};
  for (int long_run = 0; long_run < 2; long_run++) {
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", &shot, 1);
    server(scene, 1);
    struct node *alive = probe(scene, "alive", "restart s, backoff exponential/10s/300s/2/none");
    node_set(alive, "exits", "true");
    scene_fault(scene, "s[1]", NULL,
                (struct fault_spec){.type = &fault_crash,
                                    .recurring = true,
                                    .mttf = dist_constant(long_run ? 600e9 : 30e9),
                                    .lasts = dist_constant(1e15)});
    uint64_t end_ns = long_run ? 4 * 610 * S : (8 * 30 + 1210) * S;
    struct run run = run_begin(scene, SEED, 0, end_ns + 1);
    assert_true(sim_run(run.sim, end_ns + 1));
    run_finish(&run);
    assert_within(metric(&run, "alive.suspicions"), long_run ? 4 : 8, 0);
    double down = 1 - metric(&run, "s.uptime");
    assert_within(down * (double)end_ns / 1e9, long_run ? 40 : 1210, 1e-3);
    assert_same(metric(&run, "alive.detection.max"), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a process that takes 30 s to start is restarted again and again by a probe that gives it
 * 10 to 15 s, and no more once a start-up probe gives it time. */
static void test_startup(void **state) {
  (void)state;
  for (int patient = 0; patient < 2; patient++) {
    enum { N = 3000 };
    struct shot *shots = calls(N, 1);
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    struct node *s = server(scene, 1);
    node_life(s, dist_constant(30e9), 0);
    struct node *alive = probe(scene, "alive", "restart s takes 5s");
    if (patient) node_set(alive, "startup", "60s");
    scene_fault(scene, "s[1]", NULL, fault_at(&fault_hang, 50 * S, 1e6));
    struct run run = run_scene(scene, SEED, 300 * S);
    if (patient) {
      assert_same(metric(&run, "alive.actions"), 1);
      assert_same(metric(&run, "alive.failed_actions"), 0);
      assert_int_equal(failed(shots, 1100, N), 0);
    } else {
      assert_same(metric(&run, "alive.actions"), 0);
      assert_true(metric(&run, "alive.failed_actions") >= 10);
      assert_int_equal(failed(shots, 510, N), N - 510);
      assert_true(metric(&run, "alive.detection.max") < 16); /* once a fault */
    }
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: a zone without power is none that a restart mends: each comes to nothing, and all is well
 * when the power is back; nobody sees the processes end. */
static void test_zone(void **state) {
  (void)state;
  enum { N = 2000 };
  struct shot *shots = calls(N, 1);
  struct scene *scene = scene_new();
  scene_zone(scene, "z", NULL);
  scene_add_sender(scene, "from", shots, N);
  node_zones(server(scene, 2), "z");
  node_set(probe(scene, "alive", "restart s takes 1s"), "exits", "true");
  scene_fault(scene, "z", NULL, fault_at(&fault_crash, 50 * S, 60));
  struct run run = run_scene(scene, SEED, 200 * S);
  assert_true(metric(&run, "alive.failed_actions") >= 4);
  assert_int_equal(failed(shots, 500, 1100), 600);
  assert_int_equal(failed(shots, 1111, N), 0); /* one may be under way when the power is back */
  assert_true(metric(&run, "alive.detection.mean") > 10);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: a member that is not ready gets no calls, with and without a balancer, and goes on with
 * those it has; when none is ready all calls are refused; when they answer again they are called
 * again. */
static void test_withdraw(void **state) {
  (void)state;
  for (int all = 0; all < 2; all++) {
    enum { N = 1500 };
    struct shot *shots = calls(N, 0);
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    server(scene, 2);
    struct node *ready = probe(scene, "ready", "withdraw s");
    node_set(ready, "rise", "2");
    struct fault_spec error = fault_at(&fault_error, 50 * S, 40);
    error.ratio = 1;
    scene_fault(scene, all ? "s" : "s[2]", NULL, error);
    struct run run = run_scene(scene, SEED, 150 * S);
    assert_same(metric(&run, "ready.actions"), all ? 2 : 1);
    /* Two of three probes before, and two good ones after it. */
    uint32_t before = failed(shots, 500, 660), during = failed(shots, 660, 900);
    assert_true(all ? before == 160 : before > 40 && before < 100);
    assert_int_equal(during, all ? 240 : 0);
    for (uint32_t i = 660; all && i < 900; i++) {
      assert_int_equal(shots[i].outcome, OUTCOME_REFUSED);
    }
    assert_int_equal(failed(shots, 1001, N), 0);
    if (all) assert_true(failed(shots, 900, 1000) > 40);
    assert_same(metric(&run, "ready.false_alarms"), 0);
    assert_true(run_member(&run, "s", 2)->flow.arrivals > 500);
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: one that is withdrawn is probed on where the scenario has no fault at all: too slow a member
 * comes back when it has worked off what it had. */
static void test_withdraw_without_faults(void **state) {
  (void)state;
  enum { N = 300 };
  struct shot *shots = calls(N, 1);
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  on_work(node_on(s, NULL), "150ms"); /* each 100 ms */
  on_work(node_on(s, "health"), "1ms");
  node_set(probe(scene, "ready", "withdraw s"), "op", "health");
  struct run run = run_scene(scene, SEED, 60 * S);
  assert_true(metric(&run, "ready.actions") >= 1);
  assert_same(metric(&run, "ready.false_alarms"), metric(&run, "ready.suspicions"));
  uint32_t refused = 0;
  for (uint32_t i = 0; i < N; i++) refused += shots[i].outcome == OUTCOME_REFUSED;
  assert_true(refused > 20 && refused < N - 20);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: the host of a busy member answers at once; a probe that is a request waits in its queue like
 * any other, and fails while that is too long, so that a slow member is restarted. */
static void test_through_the_handler(void **state) {
  (void)state;
  for (int by_request = 0; by_request < 2; by_request++) {
    enum { N = 3000 };
    struct shot *shots = calls(N, 1);
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    struct node *s = scene_add(scene, "service", "s", 1);
    node_set(s, "workers", "1");
    on_work(node_on(s, NULL), "50ms");
    on_work(node_on(s, "health"), "1ms");
    struct node *alive = probe(scene, "alive", "restart s takes 1s");
    if (by_request) node_set(alive, "op", "health");
    struct fault_spec slow = fault_at(&fault_slow, 60 * S, 60);
    slow.factor = 3; /* 150 ms of work each 100 ms */
    scene_fault(scene, "s[1]", NULL, slow);
    struct run run = run_scene(scene, SEED, 300 * S);
    assert_same(metric(&run, "alive.failed_probes") > 0, by_request);
    assert_same(metric(&run, "alive.actions") > 0, by_request);
    assert_same(metric(&run, "alive.false_alarms"), 0);
    assert_same(metric(&run, "s.arrivals"), N + (by_request ? metric(&run, "alive.probes") : 0));
    if (by_request) assert_true(metric(&run, "alive.detection.mean") > 11);
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: what makes no sense is refused, with what to say instead. */
static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *key, *value, *says;
  } rows[] = {
      {"timeout", "6s", "timeout is longer than every"},
      {"heartbeat", "s", "has both heartbeat and probe"},
      {"act", "restart other", "say probe = \"other\""},
      {"act", "withdraw other", "say probe = \"other\""},
      {"op", "look", "add look = { ... } to its 'on'"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct scene *scene = scene_new();
    struct node *s = scene_add(scene, "service", "s", 1);
    scene_op(scene, "look");
    on_work(node_on(s, "health"), "1ms");
    scene_add(scene, "service", "other", 1);
    struct node *control = probe(scene, "alive", NULL);
    node_set(control, rows[i].key, rows[i].value);
    struct error err = {0};
    assert_false(node_valid(control, &err));
    if (!strstr(err.text, rows[i].says)) fail_msg("%s", err.text);
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_detection),
      cmocka_unit_test(test_crash_loop),
      cmocka_unit_test(test_startup),
      cmocka_unit_test(test_zone),
      cmocka_unit_test(test_withdraw_without_faults),
      cmocka_unit_test(test_withdraw),
      cmocka_unit_test(test_through_the_handler),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
