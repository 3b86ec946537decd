/* Aim: timers go off when they are due, once; not when stopped, moved or of a former life; a hang
 * puts them off; those that never go off take no memory. */
#include <string.h>

#include "call.h"
#include "harness.h"
#include "timer.h"

struct clock_state {
  struct timer timer[3];
};

struct rung {
  uint64_t at_ns;
  uint16_t what;
  uint32_t data, by;
};

static struct rung rung[64];
static uint32_t n_rung;
static void (*begin)(struct sim *sim, struct member *member);
static void (*next)(struct sim *sim, struct member *member, struct timer *timer);

static void clock_start(struct sim *sim, struct member *member) {
  begin(sim, member);
}

static void clock_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  assert_false(timer_is_set(sim, timer));
  assert_true(n_rung < sizeof rung / sizeof rung[0]);
  rung[n_rung++] = (struct rung){sim->now_ns, timer->what, timer->data, member->index};
  if (next) next(sim, member, timer);
}

static void clock_on_event(struct sim *sim, struct member *member, uint32_t arg) {
  assert_true(n_rung < sizeof rung / sizeof rung[0]);
  rung[n_rung++] = (struct rung){sim->now_ns, 0, arg, member->index};
}

static void clock_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                           bool begins) {
  if (fault == &fault_crash && !begins) begin(sim, member);
}

static void clock_on_call(struct sim *sim, struct member *member, struct frame *call) {
  (void)member;
  call_reply(sim, call, OUTCOME_OK);
}

static const struct kind kind_clock = {
    .name = "clock",
    .state_size = sizeof(struct clock_state),
    .start = clock_start,
    .on_call = clock_on_call,
    .on_event = clock_on_event,
    .on_due = clock_on_due,
    .on_fault = clock_on_fault,
};

static struct scene *clocks(uint32_t instances) {
  static struct shot none;
  n_rung = 0;
  next = NULL;
  struct scene *scene = scene_new();
  scene_add_sender(scene, "nobody", &none, 0);
  scene_add_kind(scene, &kind_clock, "c", instances);
  return scene;
}

static struct timer *timer_at(const struct member *member, uint32_t i) {
  return &((struct clock_state *)member->state)->timer[i];
}

static void assert_rung(uint32_t i, uint64_t at_ns, uint16_t what, uint32_t data) {
  assert_true(i < n_rung);
  assert_int_equal(rung[i].at_ns, at_ns);
  assert_int_equal(rung[i].what, what);
  assert_int_equal(rung[i].data, data);
}

/* --- set, moved, stopped -------------------------------------------------------------------- */

static void begin_three(struct sim *sim, struct member *member) {
  timer_set(sim, member, timer_at(member, 0), 10 * MS, 1, 100);
  timer_set(sim, member, timer_at(member, 1), 5 * MS, 2, 200);
  timer_set(sim, member, timer_at(member, 2), 20 * MS, 3, 300);
  assert_true(timer_is_set(sim, timer_at(member, 2)));
}

static void move_and_stop(struct sim *sim, struct member *member, struct timer *timer) {
  if (timer->what == 2) {
    timer_set(sim, member, timer_at(member, 0), 3 * MS, 4, 400); /* earlier: 8 ms, not 10 */
    timer_stop(timer_at(member, 2));
    assert_false(timer_is_set(sim, timer_at(member, 2)));
  } else if (timer->what == 4) {
    timer_set(sim, member, timer, MS, 5, 500);
    timer_set(sim, member, timer, 7 * MS, 6, 600); /* later: 15 ms, not 9 */
    timer_set(sim, member, timer_at(member, 1), 7 * MS, 7, 700);
    timer_stop(timer_at(member, 1));
    timer_set(sim, member, timer_at(member, 1), 7 * MS, 8, 800); /* the same instant, behind */
  }
}

static void test_set_and_stop(void **state) {
  (void)state;
  struct scene *scene = clocks(1);
  begin = begin_three;
  next = move_and_stop;
  struct run run = run_scene(scene, 1, S);
  assert_rung(0, 5 * MS, 2, 200);
  assert_rung(1, 8 * MS, 4, 400);
  assert_rung(2, 15 * MS, 6, 600);
  assert_rung(3, 15 * MS, 8, 800);
  assert_int_equal(n_rung, 4);
  run_free(&run);
  scene_free(scene);
}

/* --- faults --------------------------------------------------------------------------------- */

/* Aim: what was set in the life that a crash ends never goes off, though the timer is set again in
 * the next one; nor what a hang had put off before the crash. The other member has its own. */
static void test_crash(void **state) {
  (void)state;
  for (int hangs = 0; hangs < 2; hangs++) {
    struct scene *scene = clocks(2);
    begin = begin_three;
    if (hangs) scene_fault(scene, "c[1]", NULL, fault_ms(&fault_hang, 4, 4));
    scene_fault(scene, "c[1]", NULL, fault_ms(&fault_crash, 7, 9));
    struct run run = run_scene(scene, 1, S);
    uint32_t first = 0, at_ms[8];
    for (uint32_t i = 0; i < n_rung; i++) {
      if (rung[i].by == 1) at_ms[first++] = (uint32_t)(rung[i].at_ns / MS);
    }
    assert_int_equal(n_rung - first, 3);
    const uint32_t expected[] = {5, 21, 26, 36}; /* what hangs at 5 ms is lost at 7 ms */
    assert_int_equal(first, 4 - hangs);
    assert_memory_equal(at_ms, expected + hangs, first * sizeof *at_ms);
    run_free(&run);
    scene_free(scene);
  }
}

static void begin_scheduled(struct sim *sim, struct member *member) {
  sim_schedule(sim, member, 10 * MS, member->index);
}

/* Aim: nor does an event that the member scheduled for itself before it crashed. */
static void test_crash_of_events(void **state) {
  (void)state;
  struct scene *scene = clocks(2);
  begin = begin_scheduled;
  scene_fault(scene, "c[1]", NULL, fault_ms(&fault_crash, 7, 9));
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(n_rung, 2);
  assert_rung(0, 10 * MS, 0, rung[0].by);
  assert_rung(1, 26 * MS, 0, 1);
  assert_int_not_equal(rung[0].by, 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what comes due in a hang goes off when that is over, in its order. */
static void test_hang(void **state) {
  (void)state;
  struct scene *scene = clocks(1);
  begin = begin_three;
  scene_fault(scene, "c", NULL, fault_ms(&fault_hang, 4, 10));
  struct run run = run_scene(scene, 1, S);
  assert_rung(0, 14 * MS, 2, 200);
  assert_rung(1, 14 * MS, 1, 100);
  assert_rung(2, 20 * MS, 3, 300);
  assert_int_equal(n_rung, 3);
  run_free(&run);
  scene_free(scene);
}

/* --- memory --------------------------------------------------------------------------------- */

/* As a timeout of each request does: it is set far ahead and stopped soon after. */
static void begin_often(struct sim *sim, struct member *member) {
  timer_set(sim, member, timer_at(member, 0), US, 1, 0);
}

static void set_and_stop(struct sim *sim, struct member *member, struct timer *timer) {
  n_rung = 0;
  if (timer != timer_at(member, 0)) return;
  timer_set(sim, member, timer_at(member, 1), 60 * S, 2, 0);
  timer_set(sim, member, timer_at(member, 2), 60 * S, 3, 0);
  timer_stop(timer_at(member, 2));
  timer_set(sim, member, timer, US, 1, 0);
}

/* Aim: of 400,000 timers that are moved or stopped before they are due, a few thousand events are
 * left at any time. */
static void test_memory(void **state) {
  (void)state;
  struct scene *scene = clocks(1);
  begin = begin_often;
  next = set_and_stop;
  struct run run = run_begin(scene, 1, 0, S);
  uint64_t most = 0;
  for (uint32_t i = 1; i <= 100; i++) {
    assert_true(sim_run(run.sim, i * 2 * MS));
    uint64_t pending = fel_pending(&run.sim->fel);
    if (pending > most) most = pending;
  }
  print_message("at most %llu events pending\n", (unsigned long long)most);
  assert_true(most < 5000);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_set_and_stop),    cmocka_unit_test(test_crash),
      cmocka_unit_test(test_crash_of_events), cmocka_unit_test(test_hang),
      cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
