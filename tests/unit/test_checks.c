/* Aim: the physics checks of a run fail when anything that they add up is off by one, each of them,
 * and pass in runs in which everything happens at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "harness.h"
#include "outbound_state.h"
#include "station.h"
#include "storm.h"

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

/* A pool of one place: at 12 ms one try holds it, one waits and one has been answered. */
static struct run half_done_pool(struct scene *scene, struct pool **pool) {
  static struct shot shots[3];
  for (int i = 0; i < 3; i++) {
    shots[i] = (struct shot){.at_ns = (uint64_t)i * MS, .to = "s", .item = 10};
  }
  static struct recorder s = {.ns_per_item = MS};
  struct outbound_config policy = no_policy();
  policy.pool = (struct pool_config){.given = true, .size.start = 1, .queue = 2};
  policy.pool.wait_ns = TIME_NEVER;
  sender_policy(scene_add_sender(scene, "from", shots, 3), policy);
  scene_add_recorder(scene, "s", 1, &s);
  struct run run = run_begin(scene, 1, 0, S);
  assert_true(sim_run(run.sim, 12 * MS));
  struct check why = {0};
  if (!checks_pass(run.sim, &why)) fail_msg("%s: %s", why.name, why.detail);
  *pool = run.sim->outbounds->of[run_member(&run, "from", 1)->component->id]->first->pool;
  assert_true((*pool)->taken.n == 1 && (*pool)->waiting.n == 1);
  return run;
}

/* Aim: likewise of what a pool counts; and a place that nobody gave back shows as soon as time has
 * passed. */
static void test_tampering_with_pools(void **state) {
  (void)state;
  enum { TAKEN_TIME, TAKEN_SPENT, WAITING_TIME, WAITING_SPENT, PLACE_LOST, WHATS };
  for (int what = 0; what < WHATS; what++) {
    struct scene *scene = scene_new();
    struct pool *pool;
    struct run run = half_done_pool(scene, &pool);
    switch (what) {
      case TAKEN_TIME:
        pool->taken.present_ns++;
        break;
      case TAKEN_SPENT:
        pool->taken.spent_ns--;
        break;
      case WAITING_TIME:
        pool->waiting.present_ns++;
        break;
      case WAITING_SPENT:
        pool->waiting.spent_ns--;
        break;
      case PLACE_LOST:
        pool->taken.n++;
        assert_true(sim_run(run.sim, 13 * MS));
        break;
    }
    assert_fails(&run, "little:from.s.pool");
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: each counter that a check reads, changed by one, makes that check fail and no other. */
static void test_tampering(void **state) {
  (void)state;
  for (int what = 0;; what++) {
    struct scene *scene = scene_new();
    struct run run = half_done(scene, "fifo");
    struct calls *calls = &run.sim->calls;
    struct flow *flow = &run_member(&run, "s", 1)->flow;
    struct station *st = run_station(&run, "s", 1);
    struct station_totals *t = &st->totals;
    const char *fails = NULL;
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
        st->hold_ns--, fails = "little:s";
        break;
      case 11:
        st->queued_ns++, fails = "little:s";
        break;
      case 12:
        st->held_ns--, fails = "little:s";
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
    struct station *st = run_station(&run, "s", 1);
    struct station_totals now = station_totals(run.sim, st);
    assert_true((ps ? now.busy_ns : now.held_ns) == 12 * MS);
    *(ps ? &st->own.busy.sum : &st->held_ns) += 1;
    if (!ps) st->hold_ns++; /* so that Little's law still holds */
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
                metric(&run, "users.requests") + metric(&run, "users.in_flight.end"));
    assert_true(metric(&run, "callers.in_flight.end") <= 20);
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
      cmocka_unit_test(test_tampering_with_pools),
      cmocka_unit_test(test_tampering_with_frames),
      cmocka_unit_test(test_tampering_with_utilization),
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_storm),
  };
  return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
