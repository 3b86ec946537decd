/* Aim: what a fault does to calls that are queued, in service, on their way or asleep, to the
 * nanosecond; who is hit; how often and how long. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "time_scale.h"

#define SEED UINT64_C(20250113)

/* A sender with shots at the given times and a service "s" that works 10 ms on each. */
static struct scene *working_scene(struct shot *shots, uint32_t n, const uint64_t *at_ms,
                                   const char *workers, const char *discipline) {
  struct scene *scene = scene_new();
  for (uint32_t i = 0; i < n; i++) shots[i] = (struct shot){.at_ns = at_ms[i] * MS, .to = "s"};
  scene_add_sender(scene, "from", shots, n);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", workers);
  node_set(s, "discipline", discipline);
  if (discipline[0] == 'p' && discipline[1] == 'r') node_set(s, "priority", "default");
  node_set(s, "work", "10ms");
  return scene;
}

/* --- times beyond measure ------------------------------------------------------------------- */

/* Aim: a time that a factor makes longer than 64 bits hold never passes, instead of wrapping: work
 * begun before the fault, work begun in it, and messages. */
static void test_slow_beyond_measure(void **state) {
  (void)state;
  assert_true(time_scale(20 * S, 1e9) == TIME_LONG);
  assert_true(time_scale(20 * S, 0.5) == 10 * S && time_scale(3, 0.5) == 2);
  assert_true(time_sum(TIME_LONG, TIME_LONG) == TIME_LONG && time_sum(1, 2) == 3);
  for (int on_path = 0; on_path < 2; on_path++) {
    struct shot shots[3] = {{.at_ns = 0, .to = "s"}, {.at_ns = 20 * MS, .to = "s"}, {.to = "s"}};
    shots[2].at_ns = 30 * MS;
    shots[2].timeout_ns = 50 * MS;
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 3);
    node_set(scene_add(scene, "service", "s", 1), "work", on_path ? "0ms" : "20s");
    if (on_path) {
      scene_path(scene, "from", "s", (struct path_spec){.latency = dist_constant(20e9)});
    }
    struct fault_spec fault = slow_ms(1e9, 10, 0);
    fault.forever = true;
    fault.on_path = on_path;
    scene_fault(scene, on_path ? "from" : "s", on_path ? "s" : NULL, fault);
    struct run run = run_scene(scene, 1, 60 * S);
    assert_int_equal(shots[0].ended, 0); /* its answer meets the fault */
    assert_int_equal(shots[1].ended, 0);
    assert_shot(&shots[2], OUTCOME_TIMEOUT, 80 * MS);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: such work is not given a wrong rest when the fault is over: the run is given up. */
static void test_slow_beyond_measure_ends(void **state) {
  (void)state;
  struct shot shots[1];
  struct scene *scene = working_scene(shots, 1, (const uint64_t[]){0}, "1", "fifo");
  scene_fault(scene, "s", NULL, slow_ms(1e9, 5, 1000));
  scene_fault(scene, "s", NULL, slow_ms(1e9, 6, 10));
  struct run run = run_begin(scene, 1, 0, S);
  assert_false(sim_run(run.sim, S));
  assert_non_null(strstr(run.sim->failure, "lower the fault's factor"));
  run_free(&run);
  scene_free(scene);
}

/* Aim: uptime knows nothing of the warm-up: not of a crash in it, and of one that outlasts it only
 * the rest. */
static void test_uptime_after_warmup(void **state) {
  (void)state;
  for (int outlasts = 0; outlasts < 2; outlasts++) {
    struct shot shots[1];
    struct scene *scene = working_scene(shots, 1, (const uint64_t[]){0}, "1", "fifo");
    scene_fault(scene, "s", NULL, fault_ms(&fault_crash, 10, outlasts ? 60 : 20));
    struct run run = run_begin(scene, 1, 50 * MS, 150 * MS);
    assert_true(sim_run(run.sim, 150 * MS));
    run_finish(&run);
    assert_same(metric(&run, "s.uptime"), outlasts ? 0.8 : 1);
    run_free(&run);
    scene_free(scene);
  }
}

/* --- order ---------------------------------------------------------------------------------- */

/* Aim: what a fault does to several calls of a member it does in the order in which they were sent,
 * wherever their frames lie. The first two calls leave their frames in an order such that the next
 * two lie the other way round. */
static void test_order_of_calls(void **state) {
  (void)state;
  const struct fault_def *const types[] = {&fault_crash, &fault_hang, &fault_slow};
  for (int t = 0; t < 3; t++) {
    struct shot shots[4];
    struct scene *scene =
        working_scene(shots, 4, (const uint64_t[]){0, 0, 20, 20}, "unlimited", "fifo");
    struct fault_spec fault = fault_ms(types[t], 25, 50);
    if (types[t] == &fault_slow) fault.factor = 2;
    scene_fault(scene, "s", NULL, fault);
    struct run run = run_begin(scene, 1, 0, 200 * MS);
    assert_true(sim_run(run.sim, 22 * MS));
    const struct frame *first = frame_at(run.sim, 1), *second = frame_at(run.sim, 2);
    assert_true(first->key == 4 && second->key == 3); /* or this test shows nothing */
    assert_true(sim_run(run.sim, 200 * MS));
    run_finish(&run);
    assert_int_equal(shots[2].rank, 3);
    assert_int_equal(shots[3].rank, 4);
    run_free(&run);
    scene_free(scene);
  }
}

/* --- crash ---------------------------------------------------------------------------------- */

/* Aim: a crash resets what is queued and in service, refuses what comes, and leaves a server that
 * works as if new; uptime is the rest. The same under every discipline. */
static void test_crash(void **state) {
  (void)state;
  const char *const disciplines[] = {"fifo", "lifo", "priority", "ps"};
  for (int d = 0; d < 4; d++) {
    struct shot shots[7];
    struct scene *scene =
        working_scene(shots, 7, (const uint64_t[]){0, 1, 2, 6, 24, 26, 60}, "1", disciplines[d]);
    scene_fault(scene, "s", NULL, fault_ms(&fault_crash, 5, 20));
    struct run run = run_scene(scene, 1, 100 * MS);
    for (int i = 0; i < 3; i++) assert_shot(&shots[i], OUTCOME_RESET, 5 * MS);
    assert_shot(&shots[3], OUTCOME_REFUSED, 6 * MS);
    assert_shot(&shots[4], OUTCOME_REFUSED, 24 * MS);
    assert_shot(&shots[5], OUTCOME_OK, 36 * MS);
    assert_shot(&shots[6], OUTCOME_OK, 70 * MS);
    assert_same(metric(&run, "s.uptime"), 0.80);
    assert_same(metric(&run, "s.completions"), 2);
    assert_same(metric(&run, "s.errors"), 5);
    assert_same(metric(&run, "s.utilization"), 0.25);
    assert_int_equal(run.sim->calls.made, run.sim->calls.freed);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a crash also resets what waits for calls of its own, with a worker or without, and what
 * sleeps; the answers that come later find nobody. */
static void test_crash_of_waiting(void **state) {
  (void)state;
  for (int async = 0; async <= 1; async++) {
    struct shot shots[] = {{.to = "s", .op = "ask"},
                           {.to = "s", .op = "sleep"},
                           {.at_ns = MS, .to = "s", .op = "ask"},
                           {.at_ns = 20 * MS, .to = "s", .op = "ask"}};
    struct recorder leaf = {.delay_ns = 10 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 4);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    struct node *s = scene_add(scene, "service", "s", 1);
    node_set(s, "workers", "2");
    node_set(s, "io", async ? "async" : "blocking");
    on_call(node_on(s, "ask"), (struct call_to){.to = "leaf"});
    on_sleep(node_on(s, "sleep"), "12ms");
    scene_fault(scene, "s", NULL, fault_ms(&fault_crash, 5, 1));
    struct run run = run_scene(scene, 1, S);
    for (int i = 0; i < 3; i++) assert_shot(&shots[i], OUTCOME_RESET, 5 * MS);
    assert_shot(&shots[3], OUTCOME_OK, 30 * MS);
    assert_int_equal(leaf.n, async ? 3 : 2);
    assert_int_equal(run.sim->calls.orphaned, async ? 2 : 1);
    assert_int_equal(run.sim->calls.made, run.sim->calls.freed);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: calls that wait at a crashing member for other calls at the same member, directly or over
 * another component, are all reset; none of them goes on because of another's reset, whatever the
 * order of their frames. */
static void test_crash_of_nested(void **state) {
  (void)state;
  enum { NESTED = 10, BEFORE = 50 };
  for (int variant = 0; variant < 8; variant++) {
    bool indirect = variant & 1, frames_fall = variant & 2, fallback = variant & 4;
    struct shot shots[NESTED + BEFORE];
    struct recorder leaf = {.delay_ns = 50 * MS}, quick = {.delay_ns = MS};
    struct scene *scene = scene_new();
    for (uint32_t i = 0; i < NESTED; i++) {
      shots[i] = (struct shot){.at_ns = (i + 2) * MS, .to = "a", .op = "outer"};
    }
    for (uint32_t i = NESTED; i < NESTED + BEFORE; i++) shots[i] = (struct shot){.to = "quick"};
    /* Frames freed in rising order are used again in falling order: the caller's after the call's.
     */
    scene_add_sender(scene, "from", shots, frames_fall ? NESTED + BEFORE : NESTED);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    scene_add_recorder(scene, "quick", 1, &quick);
    struct node *a = scene_add(scene, "service", "a", 1);
    node_set(a, "workers", "100");
    struct handler_builder *on = node_on(a, "outer");
    uint16_t call = on_call(on, (struct call_to){.to = indirect ? "b" : "a", .op = "inner"});
    if (fallback) on_target(on, call);
    on_work(on, "3ms"); /* the fallback must not run on a server that is down */
    on_call(node_on(a, "inner"), (struct call_to){.to = "leaf"});
    on_call(node_on(scene_add(scene, "service", "b", 1), NULL), (struct call_to){.to = "a"});
    scene_fault(scene, "a", NULL, fault_ms(&fault_crash, 30, 100));
    struct run run = run_scene(scene, 1, S);
    for (int i = 0; i < NESTED; i++) assert_shot(&shots[i], OUTCOME_RESET, 30 * MS);
    assert_int_equal(run_station(&run, "a", 1)->held, 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* --- hang ----------------------------------------------------------------------------------- */

/* Aim: a hang stops the work in progress and it goes on with exactly what was left; what comes
 * meanwhile is served afterwards in its order. Also under processor sharing. */
static void test_hang(void **state) {
  (void)state;
  struct shot shots[4];
  struct scene *scene = working_scene(shots, 4, (const uint64_t[]){0, 6, 7, 60}, "1", "fifo");
  shots[2].timeout_ns = 10 * MS; /* nothing answers until timeouts fire */
  scene_fault(scene, "s", NULL, fault_ms(&fault_hang, 5, 20));
  struct run run = run_scene(scene, 1, 100 * MS);
  assert_shot(&shots[0], OUTCOME_OK, 30 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 40 * MS);
  assert_shot(&shots[2], OUTCOME_TIMEOUT, 17 * MS); /* but it is worked on, 40 to 50 */
  assert_shot(&shots[3], OUTCOME_OK, 70 * MS);
  assert_same(metric(&run, "s.uptime"), 0.80);
  assert_same(metric(&run, "s.arrivals"), 4);
  assert_same(metric(&run, "s.completions"), 3);
  assert_same(metric(&run, "s.errors"), 1); /* given up before the server saw it */
  assert_same(metric(&run, "s.queue.max"), 2);
  run_free(&run);
  scene_free(scene);
}

static void test_hang_of_sharing(void **state) {
  (void)state;
  struct shot shots[3];
  struct scene *scene = working_scene(shots, 3, (const uint64_t[]){0, 2, 8}, "1", "ps");
  scene_fault(scene, "s", NULL, fault_ms(&fault_hang, 6, 20));
  struct run run = run_scene(scene, 1, 100 * MS);
  /* At 6: 6 and 8 left. At 26 the third comes in; three share: the first ends 18 later at 44, when
   * 2 and 4 are left: 48 and 50. */
  assert_shot(&shots[0], OUTCOME_OK, 44 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 48 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 50 * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a sleep goes on while the server hangs, but its end is noticed only afterwards; so do
 * answers and timeouts of its own calls, in the order in which they came. */
static void test_hang_of_waiting(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .op = "nap"},
                         {.to = "s", .op = "sleep"},
                         {.to = "s", .op = "ask"},
                         {.to = "s", .op = "ask in time"},
                         {.to = "s", .op = "ask too long"}};
  struct recorder leaf = {.delay_ns = 10 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct node *s = scene_add(scene, "service", "s", 1);
  struct handler_builder *on = node_on(s, "nap");
  on_sleep(on, "30ms");
  on = node_on(s, "sleep");
  on_sleep(on, "10ms");
  on_work(on, "2ms");
  on = node_on(s, "ask");
  on_call(on, (struct call_to){.to = "leaf"});
  on_work(on, "1ms");
  on_call(node_on(s, "ask in time"), (struct call_to){.to = "leaf", .timeout_ns = 12 * MS});
  on_call(node_on(s, "ask too long"), (struct call_to){.to = "leaf", .timeout_ns = 8 * MS});
  scene_fault(scene, "s", NULL, fault_ms(&fault_hang, 5, 20));
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 30 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 27 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 26 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 25 * MS);
  assert_shot(&shots[4], OUTCOME_FAILED, 25 * MS);
  run_free(&run);
  scene_free(scene);
}

/* --- slow ----------------------------------------------------------------------------------- */

/* Aim: a slowdown stretches what is left of work in progress, exactly, and back; also work that
 * begins meanwhile. Sleeps are not work. */
static void test_slow(void **state) {
  (void)state;
  for (int ps = 0; ps <= 1; ps++) {
    struct shot shots[3];
    struct scene *scene =
        working_scene(shots, 3, (const uint64_t[]){0, 8, 40}, "2", ps ? "ps" : "fifo");
    scene_fault(scene, "s", NULL, slow_ms(3, 5, 6));
    struct run run = run_scene(scene, 1, 100 * MS);
    assert_shot(&shots[0], OUTCOME_OK, 14 * MS); /* 5 done, 2 more until 11, 3 left */
    assert_shot(&shots[1], OUTCOME_OK, 20 * MS); /* 1 done until 11, 9 left */
    assert_shot(&shots[2], OUTCOME_OK, 50 * MS);
    assert_same(metric(&run, "s.uptime"), 1);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: overlapping slowdowns multiply: factor 2 from 2 to 12, 3 from 4 to 10. Of 10 ms work 2 are
 * done at 2, 3 at 4, 4 at 10, 5 at 12. */
static void test_slow_twice(void **state) {
  (void)state;
  for (int ps = 0; ps <= 1; ps++) {
    struct shot shots[2];
    struct scene *scene =
        working_scene(shots, 2, (const uint64_t[]){0, 20}, "1", ps ? "ps" : "fifo");
    scene_fault(scene, "s", NULL, slow_ms(2, 2, 10));
    scene_fault(scene, "s", NULL, slow_ms(3, 4, 6));
    struct run run = run_begin(scene, 1, 0, 100 * MS);
    assert_true(sim_run(run.sim, 11 * MS));
    assert_true(run_member(&run, "s", 1)->slow == 2);
    assert_true(sim_run(run.sim, 100 * MS));
    run_finish(&run);
    assert_shot(&shots[0], OUTCOME_OK, 17 * MS);
    assert_shot(&shots[1], OUTCOME_OK, 30 * MS);
    assert_false(run_member(&run, "s", 1)->impaired);
    run_free(&run);
    scene_free(scene);
  }
}

/* --- overlapping ---------------------------------------------------------------------------- */

/* Aim: two crashes that overlap hold until the later end; so do two hangs. */
static void test_overlapping_same(void **state) {
  (void)state;
  for (int hang = 0; hang <= 1; hang++) {
    struct shot shots[4];
    struct scene *scene = working_scene(shots, 4, (const uint64_t[]){5, 22, 28, 31}, "4", "fifo");
    const struct fault_def *type = hang ? &fault_hang : &fault_crash;
    scene_fault(scene, "s", NULL, fault_ms(type, 10, 10));
    scene_fault(scene, "s", NULL, fault_ms(type, 15, 15));
    struct run run = run_scene(scene, 1, 100 * MS);
    assert_shot(&shots[0], hang ? OUTCOME_OK : OUTCOME_RESET, hang ? 35 * MS : 10 * MS);
    assert_shot(&shots[1], hang ? OUTCOME_OK : OUTCOME_REFUSED, hang ? 40 * MS : 22 * MS);
    assert_shot(&shots[2], hang ? OUTCOME_OK : OUTCOME_REFUSED, hang ? 40 * MS : 28 * MS);
    assert_shot(&shots[3], OUTCOME_OK, 41 * MS);
    assert_same(metric(&run, "s.uptime"), 0.80);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a crash during a hang: what stood still is reset, and so is what waited to get in, whose
 * connections end with the process; after the crash the hang goes on; meanwhile a slowdown began
 * that outlasts both. */
static void test_overlapping_different(void **state) {
  (void)state;
  struct shot shots[6];
  struct scene *scene =
      working_scene(shots, 6, (const uint64_t[]){0, 6, 12, 20, 22, 60}, "1", "fifo");
  scene_fault(scene, "s", NULL, fault_ms(&fault_hang, 5, 25));
  scene_fault(scene, "s", NULL, fault_ms(&fault_crash, 10, 5));
  scene_fault(scene, "s", NULL, slow_ms(2, 8, 32));
  struct run run = run_scene(scene, 1, 100 * MS);
  assert_shot(&shots[0], OUTCOME_RESET, 10 * MS);
  assert_shot(&shots[1], OUTCOME_RESET, 10 * MS);
  assert_shot(&shots[2], OUTCOME_REFUSED, 12 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 45 * MS); /* from 30, half done at 40 */
  assert_shot(&shots[4], OUTCOME_OK, 55 * MS);
  assert_shot(&shots[5], OUTCOME_OK, 70 * MS);
  assert_same(metric(&run, "s.uptime"), 0.75);
  assert_false(run_member(&run, "s", 1)->impaired);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a slowdown that begins while work stands still counts when it goes on. 10 ms from 0, stands
 * still 4 to 8, twice as slow 6 to 14: 4 done at 8, 7 at 14, ends at 17. */
static void test_slow_during_hang(void **state) {
  (void)state;
  for (int ps = 0; ps <= 1; ps++) {
    struct shot shots[1];
    struct scene *scene = working_scene(shots, 1, (const uint64_t[]){0}, "1", ps ? "ps" : "fifo");
    scene_fault(scene, "s", NULL, fault_ms(&fault_hang, 4, 4));
    scene_fault(scene, "s", NULL, slow_ms(2, 6, 8));
    struct run run = run_scene(scene, 1, 100 * MS);
    assert_shot(&shots[0], OUTCOME_OK, 17 * MS);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a fault without an end goes on for ever; one with faults switched off never begins. */
static void test_forever_and_off(void **state) {
  (void)state;
  for (int on = 0; on <= 1; on++) {
    struct shot shots[2];
    struct scene *scene = working_scene(shots, 2, (const uint64_t[]){0, 500}, "1", "fifo");
    scene_fault(scene, "s", NULL,
                (struct fault_spec){.type = &fault_crash, .at_ns = 20 * MS, .forever = true});
    struct run run = {.sim = sim_new(scene_spec(scene), 1, 0, 0, S, on)};
    assert_true(sim_run(run.sim, S));
    run_finish(&run);
    assert_shot(&shots[0], OUTCOME_OK, 10 * MS);
    assert_shot(&shots[1], on ? OUTCOME_REFUSED : OUTCOME_OK, on ? 500 * MS : 510 * MS);
    assert_same(metric(&run, "s.uptime"), on ? 0.02 : 1);
    run_free(&run);
    scene_free(scene);
  }
}

/* --- drop and error ------------------------------------------------------------------------- */

/* Aim: drop swallows and error fails their shares of calls, only while they hold; two at once act
 * one after the other. A swallowed call ends by timeout, or counts as failed without one. */
static void test_drop_and_error(void **state) {
  (void)state;
  for (int timeout = 0; timeout <= 1; timeout++) {
    struct scene *scene = scene_new();
    struct node *c = scene_add(scene, "client", "c", 1);
    node_set(c, "arrivals", "constant 1000/s");
    node_set(c, "target", "s");
    if (timeout) node_set(c, "timeout", "5ms");
    node_set(scene_add(scene, "service", "s", 1), "work", "1ms");
    struct fault_spec drop = fault_ms(&fault_drop, 10000, 20000);
    drop.ratio = 0.2;
    struct fault_spec error = fault_ms(&fault_error, 20000, 20000);
    error.ratio = 0.1;
    scene_fault(scene, "s", NULL, drop);
    scene_fault(scene, "s", NULL, error);
    struct run run = run_scene(scene, SEED, 50 * S);
    double dropped = metric(&run, "c.errors.timeout"), failed = metric(&run, "c.errors.failed");
    assert_share(dropped, 20000, 0.2);                   /* 10 to 30 s */
    assert_within(failed, 1800, 4.5 * sqrt(1800 * 0.9)); /* of 8000 and of 10000 that get so far */
    assert_within(metric(&run, "c.requests"), 50000, 1.5);
    assert_same(metric(&run, "s.errors"), dropped + failed);
    assert_same(metric(&run, "s.uptime"), 1);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a ratio of 1 hits every call, exactly while the fault lasts. */
static void test_drop_all(void **state) {
  (void)state;
  for (int error = 0; error <= 1; error++) {
    struct shot shots[3];
    struct scene *scene = working_scene(shots, 3, (const uint64_t[]){9, 11, 31}, "3", "fifo");
    shots[1].timeout_ns = 2 * MS;
    struct fault_spec fault = fault_ms(error ? &fault_error : &fault_drop, 10, 20);
    fault.ratio = 1;
    scene_fault(scene, "s", NULL, fault);
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[0], OUTCOME_OK, 19 * MS);
    assert_shot(&shots[1], error ? OUTCOME_FAILED : OUTCOME_TIMEOUT, (error ? 11 : 13) * MS);
    assert_shot(&shots[2], OUTCOME_OK, 41 * MS);
    assert_int_equal(run.sim->calls.made, run.sim->calls.freed);
    run_free(&run);
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order_of_calls),
      cmocka_unit_test(test_uptime_after_warmup),
      cmocka_unit_test(test_slow_beyond_measure),
      cmocka_unit_test(test_slow_beyond_measure_ends),
      cmocka_unit_test(test_crash),
      cmocka_unit_test(test_crash_of_waiting),
      cmocka_unit_test(test_crash_of_nested),
      cmocka_unit_test(test_hang),
      cmocka_unit_test(test_hang_of_sharing),
      cmocka_unit_test(test_hang_of_waiting),
      cmocka_unit_test(test_slow),
      cmocka_unit_test(test_slow_twice),
      cmocka_unit_test(test_overlapping_same),
      cmocka_unit_test(test_overlapping_different),
      cmocka_unit_test(test_slow_during_hang),
      cmocka_unit_test(test_forever_and_off),
      cmocka_unit_test(test_drop_and_error),
      cmocka_unit_test(test_drop_all),
  };
  return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
