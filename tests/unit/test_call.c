/* Aim: a call ends exactly once, at the nanosecond at which it should, whatever else happens to it:
 * answered, timed out, answered too late, orphaned, one of several. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abandon.h"
#include "call.h"
#include "harness.h"
#include "trace.h"
#include "trace_state.h"

static uint64_t live_frames(const struct sim *sim) {
  uint64_t n = 0;
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) n++;
  return n;
}

/* Aim: a call to somebody who answers at once ends at the instant at which it was sent; so do many
 * at one instant, in their order. */
static void test_no_delay(void **state) {
  (void)state;
  struct shot shots[100];
  for (uint32_t i = 0; i < 100; i++) shots[i] = (struct shot){.at_ns = i / 10 * 7, .to = "leaf"};
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 100);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(leaf.n, 100);
  for (uint32_t i = 0; i < 100; i++) {
    assert_shot(&shots[i], OUTCOME_OK, i / 10 * 7);
    assert_int_equal(leaf.record[i].key, i + 1);
  }
  assert_int_equal(run.sim->calls.answered, 100);
  assert_int_equal(run.sim->calls.used, 2); /* the header and one frame, used again and again */
  run_free(&run);
  scene_free(scene);
}

/* Aim: time at the callee and on the way adds up to the nanosecond. */
static void test_delays(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "leaf"}, {.at_ns = 3 * MS + 1, .to = "leaf"}};
  struct recorder leaf = {.delay_ns = 5 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_path(scene, "from", "leaf", (struct path_spec){.latency = dist_constant(2e6)});
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 9 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 12 * MS + 1);
  assert_int_equal(leaf.record[1].at_ns, 5 * MS + 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a timeout fires at send + timeout and not a nanosecond later; never after the answer came,
 * even at the same instant; the answer that comes too late is counted and changes nothing. */
static void test_timeout(void **state) {
  (void)state;
  struct shot shots[] = {
      {.to = "leaf", .timeout_ns = 10 * MS - 1}, /* too short */
      {.to = "leaf", .timeout_ns = 10 * MS},     /* at the same instant, but scheduled before */
      {.to = "leaf", .timeout_ns = 10 * MS + 1}, /* long enough */
      {.at_ns = 7, .to = "leaf", .timeout_ns = 1},
      {.at_ns = 50 * MS, .to = "quick", .timeout_ns = 1},
  };
  struct recorder leaf = {.delay_ns = 10 * MS}, quick = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_add_recorder(scene, "quick", 1, &quick);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_TIMEOUT, 10 * MS - 1);
  assert_shot(&shots[1], OUTCOME_TIMEOUT, 10 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 10 * MS);
  assert_shot(&shots[3], OUTCOME_TIMEOUT, 8);
  assert_shot(&shots[4], OUTCOME_OK, 50 * MS);
  assert_int_equal(run.sim->calls.timed_out, 3);
  assert_int_equal(run.sim->calls.late, 3);
  assert_int_equal(run.sim->calls.answered, 2);
  assert_int_equal(live_frames(run.sim), 0);
  for (uint32_t i = 0; i < 3; i++)
    assert_int_equal(leaf.record[i].ended_ns, 10 * MS); /* all done */
  run_free(&run);
  scene_free(scene);
}

/* Aim: an answer given at the instant of the timeout, but before it in the order of events, wins.
 */
static void test_answer_beats_timeout_at_same_instant(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .op = "long"},
                         {.at_ns = 5 * MS, .to = "s", .op = "nothing", .timeout_ns = 5 * MS}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  on_work(node_on(s, "long"), "10ms");
  node_on(s, "nothing");
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 10 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 10 * MS);
  assert_int_equal(run.sim->calls.timed_out, 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a timeout of a call that ended does not touch the call that reuses its frame. */
static void test_stale_timeout(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "leaf", .item = 1, .timeout_ns = 10 * MS},
                         {.at_ns = 5 * MS, .to = "leaf", .item = 20}};
  struct recorder leaf = {.ns_per_item = MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 1 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 25 * MS);
  assert_int_equal(run.sim->calls.used, 2);
  run_free(&run);
  scene_free(scene);
}

/* Aim: work for a caller that gave up still holds its worker to the end. */
static void test_late_work_burns_capacity(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s", .timeout_ns = MS},
                         {.at_ns = 2 * MS, .to = "s", .timeout_ns = MS},
                         {.at_ns = 4 * MS, .to = "s"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "work", "10ms");
  struct run run = run_scene(scene, 1, 40 * MS);
  assert_shot(&shots[0], OUTCOME_TIMEOUT, 1 * MS);
  assert_shot(&shots[1], OUTCOME_TIMEOUT, 3 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 30 * MS);
  assert_same(metric(&run, "s.utilization"), 0.75);
  assert_same(metric(&run, "s.completions"), 3);
  assert_same(metric(&run, "s.late"), 2);
  assert_same(metric(&run, "s.availability"), 1.0 / 3);
  assert_int_equal(run.sim->calls.late, 2);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what is answered while somebody further up has given up is late at every component on the
 * way, over a network or not; what is answered before that, and the rest of a handler whose caller
 * has its answer, are not. */
static void test_late_further_down(void **state) {
  (void)state;
  for (int far = 0; far < 2; far++) {
    struct shot shots[] = {{.to = "a", .timeout_ns = 15 * MS}, {.at_ns = S / 2, .to = "a"}};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 2);
    struct handler_builder *a = node_on(scene_add(scene, "service", "a", 1), NULL);
    on_call(a, (struct call_to){.to = "b"});
    on_call(a, (struct call_to){.to = "b"});
    on_reply(a);
    on_call(a, (struct call_to){.to = "c"});
    on_call(node_on(scene_add(scene, "service", "b", 1), NULL), (struct call_to){.to = "c"});
    node_set(scene_add(scene, "service", "c", 1), "work", "10ms");
    if (far) scene_path(scene, "b", "c", (struct path_spec){.latency = dist_constant(1e6)});
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[0], OUTCOME_TIMEOUT, 15 * MS);
    assert_int_equal(shots[1].outcome, OUTCOME_OK);
    assert_same(metric(&run, "a.late"), 1);
    assert_same(metric(&run, "b.late"), 1);
    assert_same(metric(&run, "c.completions"), 6);
    assert_same(metric(&run, "c.late"), 1);
    assert_same(metric(&run, "b.availability"), 0.75);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: answers for a call that has ended itself are counted as orphaned and do nothing; the work
 * behind them was done. */
static void test_orphans(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "a"}};
  struct recorder quick = {.delay_ns = MS}, slow = {.delay_ns = 9 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 1);
  struct node *a = scene_add(scene, "service", "a", 1);
  on_parallel(
      node_on(a, NULL), 1, 3,
      (struct call_to[]){{.to = "slow"}, {.to = "quick"}, {.to = "slow", .timeout_ns = 2 * MS}});
  scene_add_recorder(scene, "quick", 1, &quick);
  scene_add_recorder(scene, "slow", 1, &slow);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, MS);
  assert_int_equal(run.sim->calls.orphaned, 2);
  assert_int_equal(run.sim->calls.timed_out, 0); /* nobody was left to give up */
  assert_int_equal(slow.record[0].ended_ns, 9 * MS);
  assert_int_equal(live_frames(run.sim), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a message that vanished leaves nothing behind once its timeout has come, also when the
 * call on whose behalf it was sent has ended meanwhile: the pool does not grow. */
static void test_lost_orphans_are_freed(void **state) {
  (void)state;
  struct shot shots[200];
  for (uint32_t i = 0; i < 200; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "a"};
  struct recorder quick = {.delay_ns = MS / 2}, far = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 200);
  struct node *a = scene_add(scene, "service", "a", 1);
  on_parallel(node_on(a, NULL), 1, 2,
              (struct call_to[]){{.to = "far", .timeout_ns = 2 * MS}, {.to = "quick"}});
  scene_add_recorder(scene, "quick", 1, &quick);
  scene_add_recorder(scene, "far", 1, &far);
  scene_path(scene, "a", "far", (struct path_spec){.loss = 1});
  struct run run = run_scene(scene, 1, S);
  for (uint32_t i = 0; i < 200; i++) assert_shot(&shots[i], OUTCOME_OK, i * MS + MS / 2);
  assert_int_equal(run.sim->calls.lost, 200);
  assert_int_equal(live_frames(run.sim), 0);
  assert_true(run.sim->calls.used < 20);
  run_free(&run);
  scene_free(scene);
}

/* Aim: of five calls at once of which k are needed, the k-th fastest decides, for every k; 0 means
 * all; times counts. */
static void test_quorum(void **state) {
  (void)state;
  const uint64_t delays_ms[] = {7, 3, 11, 5, 9}, sorted_ms[] = {3, 5, 7, 9, 11};
  for (uint32_t need = 0; need <= 5; need++) {
    struct shot shots[] = {{.to = "a"}};
    struct recorder leaf[5] = {0};
    struct call_to calls[5];
    char name[5][16];
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 1);
    for (int i = 0; i < 5; i++) {
      snprintf(name[i], sizeof name[i], "leaf%d", i);
      leaf[i].delay_ns = delays_ms[i] * MS;
      calls[i] = (struct call_to){.to = name[i]};
      scene_add_recorder(scene, name[i], 1, &leaf[i]);
    }
    struct node *a = scene_add(scene, "service", "a", 1);
    on_parallel(node_on(a, NULL), need, 5, calls);
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[0], OUTCOME_OK, sorted_ms[need ? need - 1 : 4] * MS);
    for (int i = 0; i < 5; i++) assert_int_equal(leaf[i].record[0].ended_ns, delays_ms[i] * MS);
    assert_int_equal(live_frames(run.sim), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: `times` makes so many calls of one, each with a key of its own. */
static void test_times(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "a"}};
  struct recorder leaf = {.delay_ns = MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 1);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct node *a = scene_add(scene, "service", "a", 1);
  on_parallel(node_on(a, NULL), 0, 2,
              (struct call_to[]){{.to = "leaf", .times = 3}, {.to = "leaf", .times = 2}});
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, MS);
  assert_int_equal(leaf.n, 5);
  for (uint32_t i = 0; i < 5; i++) {
    for (uint32_t k = 0; k < i; k++) assert_true(leaf.record[i].key != leaf.record[k].key);
  }
  run_free(&run);
  scene_free(scene);
}

/* Aim: failures among calls made at once: enough successes are enough, no matter which fail, and
 * the step fails at the very failure that makes them impossible. */
static void test_quorum_with_failures(void **state) {
  (void)state;
  static const struct {
    uint32_t need, failing; /* bit set over calls that take 1, 2, 3 ms */
    enum outcome outcome;
    uint64_t ms;
  } cases[] = {
      {2, 1, OUTCOME_OK, 3},     {2, 2, OUTCOME_OK, 3},     {2, 4, OUTCOME_OK, 2},
      {2, 3, OUTCOME_FAILED, 2}, {2, 5, OUTCOME_FAILED, 3}, {2, 6, OUTCOME_FAILED, 3},
      {0, 1, OUTCOME_FAILED, 1}, {0, 4, OUTCOME_FAILED, 3}, {1, 3, OUTCOME_OK, 3},
      {1, 7, OUTCOME_FAILED, 3}, {1, 6, OUTCOME_OK, 1},     {3, 2, OUTCOME_FAILED, 2},
  };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    struct shot shots[] = {{.to = "a"}};
    struct recorder leaf[3] = {0};
    const char *name[] = {"leaf0", "leaf1", "leaf2"};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 1);
    struct call_to calls[3];
    for (uint32_t i = 0; i < 3; i++) {
      leaf[i] = (struct recorder){.delay_ns = (i + 1) * MS, .fails = cases[c].failing >> i & 1};
      scene_add_recorder(scene, name[i], 1, &leaf[i]);
      calls[i] = (struct call_to){.to = name[i]};
    }
    struct node *a = scene_add(scene, "service", "a", 1);
    on_parallel(node_on(a, NULL), cases[c].need, 3, calls);
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[0], cases[c].outcome, cases[c].ms * MS);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: all calls of a step are made before any answer is judged, in whatever order they are
 * written; the caller is answered once, also while the answer is on its way. */
static void test_all_are_sent(void **state) {
  (void)state;
  for (int variant = 0; variant < 16; variant++) {
    bool fails = variant & 1, far = variant & 2, async = variant & 4, swapped = variant & 8;
    struct shot shots[] = {{.to = "a"}, {.at_ns = 50 * MS, .to = "a"}};
    struct recorder first = {.fails = fails ? 9 : 0}, second = {.delay_ns = MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 2);
    scene_add_recorder(scene, "first", 1, &first);
    scene_add_recorder(scene, "second", 1, &second);
    struct node *a = scene_add(scene, "service", "a", 1);
    node_set(a, "workers", "1");
    node_set(a, "io", async ? "async" : "blocking");
    on_parallel(node_on(a, NULL), fails ? 0 : 1, 2,
                (struct call_to[]){{.to = swapped ? "second" : "first"},
                                   {.to = swapped ? "first" : "second"}});
    if (far) scene_path(scene, "from", "a", (struct path_spec){.latency = dist_constant(2e6)});
    struct run run = run_scene(scene, 1, S);
    for (int i = 0; i < 2; i++) {
      assert_shot(&shots[i], fails ? OUTCOME_FAILED : OUTCOME_OK,
                  shots[i].at_ns + (far ? 4 : 0) * MS);
    }
    assert_int_equal(first.n, 2);
    assert_int_equal(second.n, 2);
    assert_same(metric(&run, "a.errors"), fails ? 2 : 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a call whose server broke, and whose answer that says so was lost on its way, has ended for
 * its server: what it waited for, or its timeout, does not end it again. */
static void test_lost_while_waiting(void **state) {
  (void)state;
  static const char *const between[] = {"balancer", "impatient", "cache", "service"};
  for (int i = 0; i < 4; i++) {
    struct shot shots[] = {{.to = between[i], .item = 7, .timeout_ns = 20 * MS}};
    struct recorder leaf = {.delay_ns = 8 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 1);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    node_set(scene_add(scene, "load_balancer", "balancer", 1), "backends", "leaf");
    struct node *impatient = scene_add(scene, "load_balancer", "impatient", 1);
    node_set(impatient, "backends", "leaf");
    node_set(impatient, "timeout", "5ms");
    node_set(scene_add(scene, "cache", "cache", 1), "origin", "leaf");
    on_call(node_on(scene_add(scene, "service", "service", 1), NULL),
            (struct call_to){.to = "leaf", .timeout_ns = 5 * MS});
    scene_fault(
        scene, between[i], NULL,
        (struct fault_spec){.type = &fault_crash, .at_ns = 2 * MS, .lasts = dist_constant(1e6)});
    scene_fault(scene, "from", between[i],
                (struct fault_spec){
                    .type = &fault_partition, .at_ns = 1 * MS, .lasts = dist_constant(5e6)});
    struct run run = run_scene(scene, 1, S);
    print_message("  %s\n", between[i]);
    assert_shot(&shots[0], OUTCOME_UNREACHABLE, 20 * MS);
    assert_int_equal(leaf.record[0].ended_ns, 8 * MS);
    assert_int_equal(run_member(&run, between[i], 1)->flow.errors, 1);
    assert_int_equal(run_member(&run, between[i], 1)->flow.ok, 0);
    assert_int_equal(live_frames(run.sim), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: an answer of a step that is over, success or failure, disturbs no later step, also one that
 * waits for calls itself. */
static void test_late_siblings(void **state) {
  (void)state;
  for (uint64_t fails = 0; fails <= 1; fails++) {
    struct shot shots[] = {{.to = "a"}};
    struct recorder quick = {.delay_ns = MS}, slow = {.delay_ns = 7 * MS, .fails = fails};
    struct recorder other = {.delay_ns = 10 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 1);
    scene_add_recorder(scene, "quick", 1, &quick);
    scene_add_recorder(scene, "slow", 1, &slow);
    scene_add_recorder(scene, "other", 1, &other);
    struct handler_builder *on = node_on(scene_add(scene, "service", "a", 1), NULL);
    on_parallel(on, 1, 2, (struct call_to[]){{.to = "slow"}, {.to = "quick"}});  /* 1 ms */
    on_call(on, (struct call_to){.to = "other"});                                /* 11 ms */
    on_parallel(on, 0, 2, (struct call_to[]){{.to = "other"}, {.to = "quick"}}); /* 21 ms */
    on_work(on, "2ms");
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[0], OUTCOME_OK, 23 * MS);
    assert_int_equal(live_frames(run.sim), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: without a fallback a failed call fails its caller; with one the handler goes on there, and a
 * call that succeeds does not take it. */
static void test_fallback(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "bare"},
                         {.at_ns = 100 * MS, .to = "careful"},
                         {.at_ns = 200 * MS, .to = "careful"},
                         {.at_ns = 300 * MS, .to = "careful", .op = "slow"}};
  struct recorder leaf = {.delay_ns = MS, .fails = 2}, other = {.delay_ns = 3 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_add_recorder(scene, "other", 1, &other);
  struct handler_builder *on = node_on(scene_add(scene, "service", "bare", 1), NULL);
  on_call(on, (struct call_to){.to = "leaf"});
  on_work(on, "50ms");
  struct node *careful = scene_add(scene, "service", "careful", 1);
  on = node_on(careful, NULL);
  uint16_t call = on_call(on, (struct call_to){.to = "leaf"});
  uint16_t jump = on_jump(on);
  on_target(on, call);
  on_call(on, (struct call_to){.to = "other"});
  on_target(on, jump);
  on_work(on, "10ms");
  on = node_on(careful, "slow"); /* the cause does not matter: here a timeout */
  call = on_call(on, (struct call_to){.to = "other", .timeout_ns = MS / 4});
  on_fail(on);
  on_target(on, call);
  on_work(on, "4ms");
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_FAILED, MS);
  assert_shot(&shots[1], OUTCOME_OK, 114 * MS); /* 1 failed, 3 instead, 10 */
  assert_shot(&shots[2], OUTCOME_OK, 211 * MS); /* 1, 10 */
  assert_shot(&shots[3], OUTCOME_OK, 304 * MS + MS / 4);
  assert_int_equal(other.n, 2);
  run_free(&run);
  scene_free(scene);
}

/* Aim: reply() answers at once, and what follows goes on holding the worker on nobody's account. */
static void test_reply_and_continue(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "s"}, {.at_ns = 6 * MS, .to = "s"}};
  struct recorder leaf = {.delay_ns = 3 * MS, .fails = 1};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  struct handler_builder *on = node_on(s, NULL);
  on_work(on, "5ms");
  on_reply(on);
  on_work(on, "20ms");
  on_reply(on); /* a second one has nobody to answer */
  on_call(on, (struct call_to){.to = "leaf"});
  on_work(on, "2ms"); /* not reached the first time: the call fails */
  struct run run = run_begin(scene, 1, 0, S);
  assert_true(
      sim_run(run.sim, 7 * MS)); /* the worker is busy though all calls but one have ended */
  assert_int_equal(run_station(&run, "s", 1)->held, 1);
  assert_int_equal(run_station(&run, "s", 1)->queued, 1);
  assert_true(checks_pass(run.sim, NULL));
  assert_true(sim_run(run.sim, S));
  run_finish(&run);
  assert_shot(&shots[0], OUTCOME_OK, 5 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 33 * MS); /* the first one is done at 28 */
  assert_same(metric(&run, "s.completions"), 2);
  assert_same(metric(&run, "s.errors"), 0);
  assert_same(metric(&run, "s.busy.mean"), 0.028 + 0.030);
  assert_int_equal(leaf.n, 2);
  assert_int_equal(live_frames(run.sim), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a chain of 200 services that take no time works, whatever the depth of the stack; so does a
 * handler of 900 calls in a row. */
static void test_depth(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 5, .to = "s000"}, {.at_ns = MS, .to = "many"}};
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  for (int i = 0; i < 200; i++) {
    char name[16], next[16];
    snprintf(name, sizeof name, "s%03d", i);
    snprintf(next, sizeof next, "s%03d", i + 1);
    struct node *s = scene_add(scene, "service", name, 1);
    node_set(s, "workers", "1");
    on_call(node_on(s, NULL), (struct call_to){.to = i < 199 ? next : "leaf"});
  }
  struct handler_builder *on = node_on(scene_add(scene, "service", "many", 1), NULL);
  for (int i = 0; i < 900; i++) on_call(on, (struct call_to){.to = "leaf"});
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 5);
  assert_shot(&shots[1], OUTCOME_OK, MS);
  assert_int_equal(leaf.n, 901);
  assert_int_equal(run.sim->depth, 0);
  for (uint32_t i = 0; i < leaf.n; i++)
    assert_true(leaf.record[i].depth <= 64); /* spares the stack */
  assert_int_equal(run.sim->calls.answered, 201 + 901);
  run_free(&run);
  scene_free(scene);
}

/* Aim: calls that answer each other for ever without time passing end with a message, not with a
 * hang; a run in which time passes is never given up. */
static void test_endless_instant(void **state) {
  (void)state;
  for (int works = 0; works <= 1; works++) {
    struct scene *scene = scene_new();
    struct node *c = scene_add(scene, "client", "c", 1);
    node_set(c, "arrivals", "closed 3 0ms");
    node_set(c, "target", "s");
    struct node *s = scene_add(scene, "service", "s", 1);
    node_set(s, "work", works ? "1us" : "0ms");
    struct run run = run_begin(scene, 1, 0, 10 * S);
    run.sim->instant_events = 4999000; /* as if it had been going on for a while: saves time */
    bool done = sim_run(run.sim, works ? 100 * MS : S);
    assert_int_equal(done, works);
    if (works) {
      assert_int_equal(run.sim->failure[0], 0);
      assert_true(run.sim->instant_events < 10);
    } else {
      assert_non_null(strstr(run.sim->failure, "the clock stands still at 0.000000000 s"));
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a request that is three components deep, with a timeout at each hop, needs at most 256 bytes
 * of frames and events, and the pool is used again; those that are followed need little more,
 * however many are under way. */
static void test_memory(void **state) {
  (void)state;
  enum { USERS = 50000, FOLLOWED = 4 << 20 };
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  char arrivals[64];
  snprintf(arrivals, sizeof arrivals, "closed %d 0ms", USERS);
  node_set(c, "arrivals", arrivals);
  node_set(c, "target", "a");
  node_set(c, "timeout", "3h");
  struct node *a = scene_add(scene, "service", "a", 1);
  on_call(node_on(a, NULL), (struct call_to){.to = "b", .timeout_ns = 7200 * S});
  struct node *b = scene_add(scene, "service", "b", 1);
  on_call(node_on(b, NULL), (struct call_to){.to = "c3", .timeout_ns = 7100 * S});
  node_set(scene_add(scene, "service", "c3", 1), "work", "10s");
  struct run run = run_begin(scene, 1, 0, 100 * S);
  assert_true(sim_run(run.sim, 5 * S));
  assert_int_equal(live_frames(run.sim), 3 * USERS);
  uint64_t bytes =
      run.sim->calls.addresses.backed + fel_pending(&run.sim->fel) * sizeof(struct event);
  const struct traces *t = run.sim->traces;
  uint64_t followed = t->span_room * sizeof(struct span) +
                      t->segment_room * sizeof(struct segment) + t->slots * sizeof(uint32_t);
  print_message("  %.1f bytes a request\n", (double)bytes / USERS);
  print_message("  %.1f bytes of followed requests\n", (double)followed / USERS);
  assert_true(bytes + followed <= 256 * (uint64_t)USERS + MEM_HUGE + FOLLOWED);
  uint32_t used = run.sim->calls.used;
  assert_true(sim_run(run.sim, 35 * S)); /* three more rounds */
  assert_true(run.sim->calls.made > 9 * USERS);
  assert_int_equal(run.sim->calls.used, used);
  const struct blame *kept = trace_of(run.sim, run_member(&run, "c", 1)->component);
  assert_in_range(kept->live, 1, 4 * TRACE_LIMIT);
  assert_in_range(kept->samples, TRACE_LIMIT / 4, TRACE_LIMIT);
  assert_int_equal(kept->mismatch, 0);
  for (uint32_t i = 0; i < kept->samples; i++) assert_true(kept->sample[i].hash <= kept->below);
  run_finish(&run);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a frame's slot is used again under another stamp, and slot and address tell each other, also
 * after memory was added. */
static void test_handles(void **state) {
  (void)state;
  struct shot shots[1] = {{.to = "leaf", .at_ns = S}};
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 1);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct run run = run_begin(scene, 1, 0, S);
  struct sim *sim = run.sim;
  struct member *from = run_member(&run, "from", 1);
  struct frame *first = call_new(sim, from, NULL);
  uint32_t slot = frame_slot(sim, first), stamp = first->stamp;
  call_abandon(sim, call_ref(sim, first));
  assert_true(first->stamp != stamp);
  struct frame *second = call_new(sim, from, NULL);
  assert_true(second == first && frame_slot(sim, second) == slot && second->stamp != stamp);
  call_abandon(sim, call_ref(sim, second));
  enum { N = 40000 };
  struct frame **frame = malloc(N * sizeof *frame);
  assert_non_null(frame);
  for (uint32_t i = 0; i < N; i++) {
    frame[i] = call_new(sim, from, NULL);
    assert_true(frame_at(sim, frame_slot(sim, frame[i])) == frame[i]);
  }
  assert_int_equal(live_frames(sim), N);
  for (uint32_t i = 0; i < N; i++) call_abandon(sim, call_ref(sim, frame[i]));
  assert_int_equal(live_frames(sim), 0);
  free(frame);
  assert_true(sim_run(sim, 2 * S));
  run_finish(&run);
  assert_shot(&shots[0], OUTCOME_OK, S);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a call inherits key, item and operation from the one on whose behalf it is made. */
static void test_inheritance(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "pass", .op = "browse", .item = 77, .key = 12345},
                         {.to = "a", .op = "browse", .item = 78, .key = 999}};
  struct recorder leaf = {0}, pass = {.target = "leaf"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_add_recorder(scene, "pass", 1, &pass);
  struct handler_builder *on = node_on(scene_add(scene, "service", "a", 1), NULL);
  on_call(on, (struct call_to){.to = "leaf"});
  on_call(on, (struct call_to){.to = "leaf", .op = "write"});
  uint8_t browse = scene_op(scene, "browse"), write = scene_op(scene, "write");
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(leaf.n, 3);
  assert_int_equal(leaf.record[0].key, 12345);
  assert_int_equal(leaf.record[0].item, 77);
  assert_int_equal(leaf.record[0].op, browse);
  assert_int_equal(leaf.record[1].item, 78);
  assert_int_equal(leaf.record[1].op, browse);
  assert_int_equal(leaf.record[2].op, write);
  assert_true(leaf.record[1].key != leaf.record[2].key); /* two calls, two identities */
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_delay),
      cmocka_unit_test(test_delays),
      cmocka_unit_test(test_timeout),
      cmocka_unit_test(test_answer_beats_timeout_at_same_instant),
      cmocka_unit_test(test_stale_timeout),
      cmocka_unit_test(test_late_work_burns_capacity),
      cmocka_unit_test(test_late_further_down),
      cmocka_unit_test(test_orphans),
      cmocka_unit_test(test_lost_orphans_are_freed),
      cmocka_unit_test(test_quorum),
      cmocka_unit_test(test_times),
      cmocka_unit_test(test_quorum_with_failures),
      cmocka_unit_test(test_all_are_sent),
      cmocka_unit_test(test_lost_while_waiting),
      cmocka_unit_test(test_late_siblings),
      cmocka_unit_test(test_fallback),
      cmocka_unit_test(test_reply_and_continue),
      cmocka_unit_test(test_depth),
      cmocka_unit_test(test_endless_instant),
      cmocka_unit_test(test_memory),
      cmocka_unit_test(test_handles),
      cmocka_unit_test(test_inheritance),
  };
  return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
