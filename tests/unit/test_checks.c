/* Aim: the physics checks of a run fail when anything that they add up is off by one, each of them,
 * and pass in runs in which everything happens at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "station.h"

#define SEED UINT64_C(20250120)

/* --- they can fail -------------------------------------------------------------------------- */

/* In the middle of a run: one call in service, two waiting, one refused. */
static struct run half_done(struct scene *scene, const char *discipline) {
  static struct shot shots[5];
  for (uint32_t i = 0; i < 5; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "s"};
  scene_add_sender(scene, "from", shots, 5);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "queue", "2");
  node_set(s, "discipline", discipline);
  node_set(s, "work", "10ms");
  struct run run = run_begin(scene, 1, 0, S);
  assert_true(sim_run(run.sim, 12 * MS));
  struct check why = {0};
  if (!checks_pass(run.sim, &why)) fail_msg("%s: %s", why.name, why.detail);
  return run;
}

static void assert_fails(struct run *run, const char *name) {
  uint32_t n, failed = 0;
  struct check *check = sim_checks(run->sim, &n);
  for (uint32_t i = 0; i < n; i++) {
    assert_true(check[i].name[0] && check[i].detail[0]);
    if (check[i].pass) continue;
    failed++;
    if (strcmp(check[i].name, name) != 0) fail_msg("%s failed, not %s", check[i].name, name);
  }
  free(check);
  if (failed != 1) fail_msg("%s: %u checks failed", name, failed);
}

/* Aim: each counter that a check reads, changed by one, makes that check fail and no other. */
static void test_tampering(void **state) {
  (void)state;
  for (int what = 0;; what++) {
    struct scene *scene = scene_new();
    struct run run = half_done(scene, "fifo");
    struct calls *calls = &run.sim->calls;
    struct flow *flow = &run_member(&run, "s", 1)->flow;
    struct station_totals *t = &run_station(&run, "s", 1)->totals;
    const char *fails = NULL;
    station_settle(run.sim, run_station(&run, "s", 1));
    bool more = true;
    switch (what) {
      case 0:
        calls->made++, fails = "conservation:calls";
        break;
      case 1:
        calls->answered++, fails = "conservation:calls";
        break;
      case 2:
        calls->late++, fails = "conservation:calls";
        break;
      case 3:
        calls->orphaned++, fails = "conservation:calls";
        break;
      case 4:
        calls->freed--, fails = "conservation:calls";
        break;
      case 5:
        calls->answered--, fails = "conservation:calls";
        break;
      case 6:
        flow->arrivals++, fails = "flow:s";
        break;
      case 7:
        flow->ok++, fails = "flow:s";
        break;
      case 8:
        flow->errors--, fails = "flow:s";
        break;
      case 9:
        t->wait_ns++, fails = "little:s";
        break;
      case 10:
        t->hold_ns--, fails = "little:s";
        break;
      case 11:
        t->queued_ns++, fails = "little:s";
        break;
      case 12:
        t->held_ns--, fails = "little:s";
        break;
      case 13:
        t->lost_wait_ns++, fails = "little:s";
        break;
      case 14:
        t->lost_hold_ns++, fails = "little:s";
        break;
      default:
        more = false;
        break;
    }
    if (more) assert_fails(&run, fails);
    run_free(&run);
    scene_free(scene);
    if (!more) return;
  }
}

/* Aim: a frame that is in two places or nowhere is noticed. */
static void test_tampering_with_frames(void **state) {
  (void)state;
  for (int what = 0; what < 3; what++) {
    struct scene *scene = scene_new();
    struct run run = half_done(scene, "fifo");
    uint32_t slot;
    struct frame *f = frame_first(run.sim, &slot);
    while (f && frame_state(f) != FRAME_QUEUED) f = frame_following(run.sim, &slot);
    assert_non_null(f);
    if (what == 0) f->mark_ns++; /* its wait began later */
    if (what == 1)
      frame_set_place(f, frame_callee(f),
                      FRAME_WORKING); /* it holds a worker that nobody gave it */
    if (what == 2)
      frame_set_place(f, frame_callee(f), FRAME_LOST); /* it vanished without a trace */
    struct check why = {0};
    assert_false(checks_pass(run.sim, &why));
    assert_string_equal(why.name, what == 2 ? "flow:s" : "little:s");
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: workers that were busy for longer than the run are noticed, also under processor sharing,
 * where busy processors and calls present differ. */
static void test_tampering_with_utilization(void **state) {
  (void)state;
  for (int ps = 0; ps <= 1; ps++) {
    struct scene *scene = scene_new();
    struct run run = half_done(scene, ps ? "ps" : "fifo");
    struct station_totals *t = &run_station(&run, "s", 1)->totals;
    station_settle(run.sim, run_station(&run, "s", 1));
    station_integral *busy_ns = ps ? &t->busy_ns : &t->held_ns;
    assert_true(*busy_ns == 12 * MS);
    *busy_ns += 1;
    if (!ps) t->hold_ns++; /* so that Little's law still holds */
    assert_fails(&run, "utilization:s");
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: the checks of members are named after them; sources have one of their own, that latencies
 * are the sum of their parts. */
static void test_names(void **state) {
  (void)state;
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "constant 10/s");
  node_set(c, "target", "web");
  node_set(scene_add(scene, "service", "web", 2), "workers", "3");
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct run run = run_scene(scene, 1, S);
  static const char *const names[] = {"conservation:calls", "parts:c",       "flow:leaf",
                                      "flow:web[1]",        "little:web[1]", "utilization:web[1]",
                                      "flow:web[2]",        "little:web[2]", "utilization:web[2]"};
  uint32_t n;
  struct check *check = sim_checks(run.sim, &n);
  assert_int_equal(n, sizeof names / sizeof names[0]);
  for (uint32_t i = 0; i < n; i++) assert_string_equal(check[i].name, names[i]);
  free(check);
  run_free(&run);
  scene_free(scene);
}

/* --- they pass in a storm ------------------------------------------------------------------- */

static uint64_t die(struct draws *draws, uint64_t sides) {
  return draws_below(draws, sides);
}

static const char *one_of(struct draws *draws, uint32_t n, const char *const *texts) {
  return texts[die(draws, n)];
}

static void random_server(struct node *node, struct draws *draws) {
  const char *const workers[] = {"1", "2", "5"}, *const queues[] = {"0", "3", "unlimited"};
  const char *const disciplines[] = {"fifo", "lifo", "priority", "ps"};
  const char *discipline = one_of(draws, 4, disciplines);
  node_set(node, "workers", one_of(draws, 3, workers));
  node_set(node, "queue", one_of(draws, 3, queues));
  node_set(node, "discipline", discipline);
  if (!strcmp(discipline, "priority")) node_set(node, "priority", "buy");
  if (strcmp(discipline, "ps") != 0 && die(draws, 2)) node_set(node, "io", "async");
  const char *const cancels[] = {"never", "passed_on", "queued", "running"};
  node_set(node, "cancel", one_of(draws, 4, cancels));
}

/* A handler of up to seven steps of all kinds. */
static void random_handler(struct handler_builder *on, struct draws *draws) {
  static const char *const callees[] = {"app", "cache", "db"};
  for (uint64_t steps = 1 + die(draws, 7); steps-- > 0;) {
    struct call_to call = {.to = one_of(draws, 3, callees),
                           .timeout_ns = die(draws, 2) * 30 * MS,
                           .times = (uint32_t)die(draws, 3),
                           .op = die(draws, 4) ? NULL : "write"};
    uint16_t at;
    switch (die(draws, 9)) {
      case 0:
        on_sleep(on, "exponential 5ms");
        break;
      case 1:
        on_parallel(on, (uint32_t)die(draws, 2), 1, &call);
        break;
      case 2:
        on_parallel(on, 2, 2, (struct call_to[]){call, {.to = "db", .timeout_ns = 20 * MS}});
        break;
      case 3:
        on_call(on, call);
        break;
      case 4:
        at = on_call(on, call);
        on_jump(on);
        on_target(on, at);
        on_work(on, "1ms");
        on_target(on, (uint16_t)(at + 1));
        break;
      case 5:
        at = on_branch(on, 0.3, NULL);
        on_fail(on);
        on_target(on, at);
        break;
      case 6:
        on_reply(on);
        break;
      default:
        on_work(on, "exponential 4ms");
        break;
    }
  }
}

static void random_faults(struct scene *scene, struct draws *draws) {
  static const char *const targets[] = {"web", "web[1]", "web[*]", "app",  "app[*]", "cache",
                                        "db",  "db[2]",  "lb",     "here", "land"};
  static const char *const far[] = {"there", "db", "app", "web"};
  for (uint64_t n = die(draws, 7); n-- > 0;) {
    struct fault_spec fault = {.type = (enum fault_type)die(draws, 6),
                               .recurring = die(draws, 2),
                               .at_ns = die(draws, 5000) * MS,
                               .mttf = exponential_ns(2e9),
                               .lasts = exponential_ns(4e8),
                               .factor = die(draws, 2) ? 5 : 0.5,
                               .ratio = 0.3,
                               .one_way = die(draws, 2)};
    bool between = fault.type == FAULT_PARTITION;
    if (!between && fault.type != FAULT_CRASH && fault.type != FAULT_HANG &&
        fault.type != FAULT_ERROR && die(draws, 3) == 0) {
      fault.on_path = between = true;
    }
    scene_fault(scene, one_of(draws, 11, targets), between ? one_of(draws, 4, far) : NULL, fault);
  }
}

static void random_paths(struct scene *scene, struct draws *draws) {
  if (die(draws, 3) == 0) return;
  scene_path(scene, "here", "there",
             (struct path_spec){.latency = exponential_ns(1e6),
                                .loss = die(draws, 2) ? 0.02 : 0,
                                .bits_per_s = die(draws, 2) ? 1e7 : 0});
  scene_path(scene, "lb", "web", (struct path_spec){.latency = dist_constant(2e5), .loss = 0.01});
}

static struct scene *storm(uint64_t number) {
  struct draws draws = draws_begin(rng_stream(SEED, number, "test_checks", "storm"), 0, 0);
  struct scene *scene = scene_new();
  scene_zone(scene, "here", "land");
  scene_zone(scene, "there", NULL);
  for (int i = 0; i < 2; i++) {
    struct node *c = scene_add(scene, "client", i ? "users" : "callers", 1);
    node_set(c, "arrivals", i ? "poisson 200/s" : "closed 20 exponential 50ms");
    node_set(c, "target", i ? "lb" : "web");
    node_set(c, "timeout", die(&draws, 2) ? "40ms" : "400ms");
    node_set(c, "mix", "browse 0.6, buy 0.3, write 0.1");
    node_set(c, "keys", "zipf 200 1.0");
    node_set(c, "request", "500B");
    node_set(c, "response", "exponential 2kB");
    if (die(&draws, 2)) {
      node_set(c, "retry.attempts", "3");
      node_set(c, "retry.backoff", "exponential 5ms 1s 2 full");
    }
    node_zones(c, "here");
  }
  static const char *const algorithms[] = {"round_robin", "random", "least_connections",
                                           "power_of_two"};
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "backends", "web");
  node_set(lb, "algorithm", one_of(&draws, 4, algorithms));
  if (die(&draws, 2)) node_set(lb, "health_check.interval", "1s");
  if (die(&draws, 2)) node_set(lb, "timeout", "60ms");
  if (die(&draws, 2)) node_set(lb, "connect_retries", "2");
  struct node *web = scene_add(scene, "service", "web", 2),
              *app = scene_add(scene, "service", "app", 3);
  random_server(web, &draws);
  random_server(app, &draws);
  random_handler(node_on(web, NULL), &draws);
  random_handler(node_on(web, "buy"), &draws);
  on_work(node_on(app, NULL), "exponential 3ms");
  on_call(node_on(app, "buy"), (struct call_to){.to = "cache", .timeout_ns = 25 * MS});
  struct node *cache = scene_add(scene, "cache", "cache", 1);
  node_set(cache, "origin", "db");
  node_set(cache, "capacity", "50");
  node_set(cache, "ttl", "2s");
  node_set(cache, "hit_time", "200us");
  struct node *db = scene_add(scene, "database", "db", 2);
  node_set(db, "workers", "4");
  node_set(db, "connections", "9");
  node_set(db, "read", "exponential 3ms");
  node_set(db, "write", "uniform 1ms 9ms");
  node_zones(web, "here, there");
  node_zones(app, "there");
  node_zones(db, "there");
  random_paths(scene, &draws);
  random_faults(scene, &draws);
  return scene;
}

/* Aim: in random systems under random faults every check passes, at every look; every request ends
 * or is in flight; cut into slices the run is the same. */
static void test_storm(void **state) {
  (void)state;
  enum { STORMS = 60 };
  print_message("seed %llu\n", (unsigned long long)SEED);
  double retried = 0, cancelled = 0, refused = 0, late = 0, orphaned = 0, lost = 0;
  for (uint64_t number = 0; number < STORMS; number++) {
    struct scene *scene = storm(number);
    struct run run = run_begin(scene, 1, 0, 6 * S), whole = run_begin(scene, 1, 0, 6 * S);
    for (uint64_t t = 1; t <= 12; t++) {
      assert_true(sim_run(run.sim, t * S / 2));
      struct check why;
      if (checks_pass(run.sim, &why)) continue;
      fail_msg("storm %llu at %llu: %s: %s", (unsigned long long)number,
               (unsigned long long)(t * S / 2), why.name, why.detail);
    }
    run_finish(&run);
    assert_same(6 * metric(&run, "users.offered"),
                metric(&run, "users.requests") + metric(&run, "users.in_flight"));
    assert_true(metric(&run, "callers.in_flight") <= 20);
    assert_true(metric(&run, "users.requests") > 100);
    assert_true(sim_run(whole.sim, 6 * S));
    assert_true(whole.sim->fingerprint == run.sim->fingerprint);
    retried += metric(&run, "users.retries");
    cancelled += metric(&run, "web.cancelled") + metric(&run, "app.cancelled");
    refused += metric(&run, "users.errors.refused");
    late += (double)run.sim->calls.late;
    orphaned += (double)run.sim->calls.orphaned;
    lost += (double)run.sim->calls.lost;
    run_free(&run);
    run_free(&whole);
    scene_free(scene);
  }
  print_message(
      "  %.0f retries, %.0f cancelled, %.0f refused, %.0f late, %.0f orphaned, %.0f lost\n",
      retried, cancelled, refused, late, orphaned, lost);
  assert_true(retried > 0 && cancelled > 0 && refused > 0 && late > 0 && orphaned > 0 && lost > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tampering),
      cmocka_unit_test(test_tampering_with_frames),
      cmocka_unit_test(test_tampering_with_utilization),
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_storm),
  };
  return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
