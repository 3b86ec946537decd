/* Aim: what a fault does to calls that are queued, in service, on their way or asleep, to the
 * nanosecond; who is hit; how often and how long. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "time_scale.h"

#define SEED UINT64_C(20250113)

static struct fault_spec fault_ms(const struct fault_def *type, uint64_t at_ms, uint64_t lasts_ms) {
  return (struct fault_spec){.type = type,
                             .at_ns = at_ms * MS,
                             .lasts = dist_constant((double)(lasts_ms * MS)),
                             .factor = 1};
}

static struct fault_spec slow_ms(double factor, uint64_t at_ms, uint64_t lasts_ms) {
  struct fault_spec fault = fault_ms(&fault_slow, at_ms, lasts_ms);
  fault.factor = factor;
  return fault;
}

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

/* Aim: a path that is slowed takes longer although it has no bandwidth and a constant latency. */
static void test_slow_path(void **state) {
  (void)state;
  struct shot shots[2] = {{.at_ns = 0, .to = "s"}, {.at_ns = 100 * MS, .to = "s"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add(scene, "service", "s", 1);
  scene_path(scene, "from", "s", (struct path_spec){.latency = dist_constant(10e6)});
  struct fault_spec fault = slow_ms(3, 50, 500);
  fault.on_path = true;
  scene_fault(scene, "from", "s", fault);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 20 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 160 * MS);
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

/* Aim: a crash during a hang: what stood still is reset, what waited to get in is refused at once;
 * after the crash the hang goes on; meanwhile a slowdown began that outlasts both. */
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
  assert_shot(&shots[1], OUTCOME_REFUSED, 10 * MS);
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

/* --- faults between places ------------------------------------------------------------------ */

/* Aim: a partition swallows messages in both directions, decided when they are sent; callers learn
 * `unreachable` when their timeout fires; work whose answer is swallowed was done. */
static void test_partition(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 12 * MS, .to = "s", .timeout_ns = 5 * MS},
                         {.at_ns = 5 * MS, .to = "s", .timeout_ns = 50 * MS}, /* answer at 15 */
                         {.at_ns = 0, .to = "s", .timeout_ns = 50 * MS}, /* answer at 10 - 1 ns */
                         {.at_ns = 12 * MS, .to = "other", .timeout_ns = 50 * MS},
                         {.at_ns = 31 * MS, .to = "s", .timeout_ns = 50 * MS}};
  struct shot back[] = {{.at_ns = 12 * MS, .to = "s", .timeout_ns = 5 * MS}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  scene_add_sender(scene, "third", back, 1);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "work", "10ms");
  node_set(scene_add(scene, "service", "other", 1), "work", "10ms");
  scene_path(scene, "from", "s", (struct path_spec){.latency = dist_constant(0)});
  struct fault_spec fault = fault_ms(&fault_partition, 10, 20);
  fault.at_ns++; /* the third shot is answered just before */
  scene_fault(scene, "from", "s", fault);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_UNREACHABLE, 17 * MS);
  assert_shot(&shots[1], OUTCOME_UNREACHABLE, 55 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 10 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 22 * MS);
  assert_shot(&shots[4], OUTCOME_OK, 41 * MS);
  assert_shot(&back[0], OUTCOME_TIMEOUT, 17 * MS); /* no partition, just too slow */
  assert_same(metric(&run, "s.completions"), 4);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a message that is on its way when the partition begins arrives. */
static void test_partition_spares_travellers(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 8 * MS, .to = "leaf", .timeout_ns = 50 * MS},
                         {.at_ns = 4 * MS, .to = "leaf", .timeout_ns = 50 * MS}};
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_path(scene, "from", "leaf", (struct path_spec){.latency = dist_constant(5e6)});
  scene_fault(scene, "from", "leaf", fault_ms(&fault_partition, 10, 20));
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(leaf.n, 2);
  assert_shot(&shots[0], OUTCOME_UNREACHABLE, 58 * MS); /* request at 13, answer swallowed */
  assert_shot(&shots[1], OUTCOME_OK, 14 * MS);          /* answer sent at 9 */
  run_free(&run);
  scene_free(scene);
}

/* Aim: a one-way partition swallows what goes that way, requests or answers, and nothing else. No
 * path needs to be declared. */
static void test_one_way_partition(void **state) {
  (void)state;
  for (int backwards = 0; backwards <= 1; backwards++) {
    struct shot shots[] = {{.at_ns = MS, .to = "a", .timeout_ns = 20 * MS, .op = "front"}};
    struct recorder leaf = {.delay_ns = 2 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 1);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    struct node *a = scene_add(scene, "service", "a", 1);
    on_call(node_on(a, "front"), (struct call_to){.to = "leaf", .timeout_ns = 10 * MS});
    struct fault_spec fault = fault_ms(&fault_partition, 0, 500);
    fault.one_way = true;
    scene_fault(scene, backwards ? "leaf" : "a", backwards ? "a" : "leaf", fault);
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[0], OUTCOME_FAILED, 11 * MS);
    assert_int_equal(leaf.n, backwards ? 1 : 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: slow, drop and partition on a path hit only messages between its ends; with the path's
 * latency and its wire stretched. */
static void test_faults_on_a_path(void **state) {
  (void)state;
  static const struct fault_def *const types[] = {&fault_slow, &fault_drop, &fault_partition};
  for (int t = 0; t < 3; t++) {
    struct shot shots[6];
    struct recorder leaf = {0}, spared = {0};
    for (uint32_t i = 0; i < 6; i++) {
      shots[i] = (struct shot){.at_ns = (i / 2 * 100 + 1) * MS,
                               .to = i % 2 ? "spared" : "leaf",
                               .timeout_ns = 50 * MS,
                               .request_bytes = 125};
    }
    struct scene *scene = scene_new();
    scene_zone(scene, "here", NULL);
    scene_zone(scene, "there", NULL);
    node_zones(scene_add_sender(scene, "from", shots, 6), "here");
    node_zones(scene_add_recorder(scene, "leaf", 1, &leaf), "there");
    scene_add_recorder(scene, "spared", 1, &spared);
    struct path_spec path = {.latency = dist_constant(2e6), .bits_per_s = 1e6}; /* 1 ms wire */
    scene_path(scene, "here", "there", path);
    scene_path(scene, "from", "spared", path);
    struct fault_spec fault = fault_ms(types[t], 100, 50);
    fault.on_path = true;
    fault.factor = 3;
    fault.ratio = 1;
    scene_fault(scene, "here", "there", fault);
    struct run run = run_scene(scene, 1, S);
    for (uint32_t i = 0; i < 6; i++) {
      bool hit = i == 2;
      enum outcome outcome = !hit || t == 0 ? OUTCOME_OK
                             : t == 1       ? OUTCOME_TIMEOUT
                                            : OUTCOME_UNREACHABLE;
      uint64_t after_ms = !hit ? 5 : t == 0 ? 15 : 50;
      assert_shot(&shots[i], outcome, shots[i].at_ns + after_ms * MS);
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* --- delay ---------------------------------------------------------------------------------- */

static struct fault_spec delay_ms(struct dist by, uint64_t at_ms, uint64_t lasts_ms) {
  struct fault_spec fault = fault_ms(&fault_delay, at_ms, lasts_ms);
  fault.by = by;
  return fault;
}

/* Aim: a call to a delayed component arrives later by that time, also when the fault has ended
 * meanwhile; its answer, calls to others, and calls that the component makes itself do not. Two
 * delays add up. */
static void test_delay(void **state) {
  (void)state;
  for (int twice = 0; twice <= 1; twice++) {
    struct shot shots[] = {{.at_ns = MS, .to = "a"},
                           {.at_ns = 11 * MS, .to = "a"},
                           {.at_ns = 299 * MS, .to = "a"},
                           {.at_ns = 401 * MS, .to = "a"},
                           {.at_ns = 11 * MS, .to = "leaf"}};
    struct recorder leaf = {.delay_ns = 2 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 5);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    on_call(node_on(scene_add(scene, "service", "a", 1), "default"),
            (struct call_to){.to = "leaf"});
    scene_fault(scene, "a", NULL, delay_ms(dist_constant(100e6), 5, 295));
    if (twice) scene_fault(scene, "a", NULL, delay_ms(dist_constant(50e6), 5, 295));
    struct run run = run_scene(scene, 1, S);
    uint64_t more = twice ? 150 : 100;
    assert_shot(&shots[0], OUTCOME_OK, 3 * MS);
    assert_shot(&shots[1], OUTCOME_OK, (13 + more) * MS);
    assert_shot(&shots[2], OUTCOME_OK, (301 + more) * MS);
    assert_shot(&shots[3], OUTCOME_OK, 403 * MS);
    assert_shot(&shots[4], OUTCOME_OK, 13 * MS);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: between two places messages and answers are delayed, on top of what the path takes, which
 * may be slowed as well. */
static void test_delay_on_a_path(void **state) {
  (void)state;
  for (int slowed = 0; slowed <= 1; slowed++) {
    struct shot shots[] = {{.at_ns = MS, .to = "leaf"}, {.at_ns = 101 * MS, .to = "leaf"}};
    struct recorder leaf = {.delay_ns = 2 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 2);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    scene_path(scene, "from", "leaf", (struct path_spec){.latency = dist_constant(5e6)});
    struct fault_spec fault = delay_ms(dist_constant(20e6), 100, 500), slow = slow_ms(3, 100, 500);
    fault.on_path = slow.on_path = true;
    scene_fault(scene, "from", "leaf", fault);
    if (slowed) scene_fault(scene, "from", "leaf", slow);
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[0], OUTCOME_OK, 13 * MS);
    assert_shot(&shots[1], OUTCOME_OK, (slowed ? 173 : 153) * MS);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a random delay is drawn for each call: mean and variance are those of its distribution,
 * within four standard errors. */
static void test_delay_random(void **state) {
  (void)state;
  enum { SHOTS = 4000 };
  static struct shot shots[SHOTS];
  for (uint32_t i = 0; i < SHOTS; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "s"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, SHOTS);
  scene_add(scene, "service", "s", 1);
  scene_fault(scene, "s", NULL, delay_ms(exponential_ns(50e6), 0, 1000000));
  print_message("seed %llu\n", (unsigned long long)SEED);
  struct run run = run_scene(scene, SEED, 100 * S);
  double sum = 0, squares = 0;
  for (uint32_t i = 0; i < SHOTS; i++) {
    double took = (double)(shots[i].ended_ns - shots[i].at_ns) / 50e6;
    sum += took;
    squares += took * took;
  }
  double mean = sum / SHOTS, variance = squares / SHOTS - mean * mean;
  assert_true(fabs(mean - 1) < 4 * sqrt(1.0 / SHOTS));
  assert_true(fabs(variance - 1) < 4 * sqrt(8.0 / SHOTS));
  run_free(&run);
  scene_free(scene);
}

/* Aim: a path drops its share. */
static void test_drop_on_a_path(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "constant 1000/s");
  node_set(c, "target", "s");
  scene_add(scene, "service", "s", 1);
  struct fault_spec fault = fault_ms(&fault_drop, 0, 1000000);
  fault.on_path = true;
  fault.ratio = 0.05;
  scene_fault(scene, "c", "s", fault);
  struct run run = run_scene(scene, SEED, 20 * S);
  assert_share(metric(&run, "c.errors.timeout"), metric(&run, "c.requests"), 1 - 0.95 * 0.95);
  run_free(&run);
  scene_free(scene);
}

/* --- who and how often ---------------------------------------------------------------------- */

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
      cmocka_unit_test(test_order_of_calls),
      cmocka_unit_test(test_slow_path),
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
      cmocka_unit_test(test_partition),
      cmocka_unit_test(test_partition_spares_travellers),
      cmocka_unit_test(test_one_way_partition),
      cmocka_unit_test(test_faults_on_a_path),
      cmocka_unit_test(test_delay),
      cmocka_unit_test(test_delay_on_a_path),
      cmocka_unit_test(test_delay_random),
      cmocka_unit_test(test_drop_on_a_path),
      cmocka_unit_test(test_targets),
      cmocka_unit_test(test_clients_are_spared),
      cmocka_unit_test(test_recurring_constant),
      cmocka_unit_test(test_recurring_random),
      cmocka_unit_test(test_recurring_varies),
      cmocka_unit_test(test_each_or_group),
      cmocka_unit_test(test_times_are_keyed),
  };
  return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
