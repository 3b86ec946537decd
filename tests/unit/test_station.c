/* Aim: who is served when, who is turned away and what is measured about it, to the nanosecond: on
 * schedules computed by hand, and on random ones against a plain simulation of the same queue. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20250111)

/* A service with one handler for each operation "w<ms>": so many ms of work. */
static struct node *add_server(struct scene *scene, const char *workers, const char *discipline) {
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", workers);
  node_set(s, "discipline", discipline);
  on_work(node_on(s, "w1"), "1ms");
  on_work(node_on(s, "w4"), "4ms");
  on_work(node_on(s, "w5"), "5ms");
  on_work(node_on(s, "w6"), "6ms");
  on_work(node_on(s, "w10"), "10ms");
  return s;
}

static void check_ends(const struct shot *shots, uint32_t n, const uint64_t *ms) {
  for (uint32_t i = 0; i < n; i++) assert_shot(&shots[i], OUTCOME_OK, ms[i] * MS);
}

/* --- disciplines by hand -------------------------------------------------------------------- */

enum { FIVE = 5 };

static void set_five(struct shot *shots) {
  static const char *const op[] = {"w10", "w5", "w1", "w10", "w5"};
  for (uint32_t i = 0; i < FIVE; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "s", .op = op[i]};
  }
}

static void test_fifo(void **state) {
  (void)state;
  struct shot shots[FIVE];
  set_five(shots);
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  add_server(scene, "1", "fifo");
  struct run run = run_scene(scene, 1, S);
  check_ends(shots, 5, (const uint64_t[]){10, 15, 16, 26, 31});
  run_free(&run);
  scene_free(scene);
}

static void test_fifo_two_workers(void **state) {
  (void)state;
  struct shot shots[FIVE];
  set_five(shots);
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  add_server(scene, "2", "fifo");
  struct run run = run_scene(scene, 1, S);
  check_ends(shots, 5, (const uint64_t[]){10, 6, 7, 17, 15});
  run_free(&run);
  scene_free(scene);
}

static void test_lifo(void **state) {
  (void)state;
  struct shot shots[FIVE];
  set_five(shots);
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  add_server(scene, "1", "lifo");
  struct run run = run_scene(scene, 1, S);
  check_ends(shots, 5, (const uint64_t[]){10, 31, 26, 25, 15});
  run_free(&run);
  scene_free(scene);
}

/* Aim: by priority, first come first served within one, operations not named last; a call in
 * service is not interrupted. */
static void test_priority(void **state) {
  (void)state;
  struct shot shots[FIVE];
  set_five(shots);
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  node_set(add_server(scene, "1", "priority"), "priority", "w1, w5");
  struct run run = run_scene(scene, 1, S);
  check_ends(shots, 5, (const uint64_t[]){10, 16, 11, 31, 21});
  run_free(&run);
  scene_free(scene);
}

/* Aim: a bounded queue turns away the one who comes when it is full, at once, whatever the
 * discipline; when a place is free again the next one is let in. */
static void test_bounded_queue(void **state) {
  (void)state;
  const char *const disciplines[] = {"fifo", "lifo", "priority"};
  for (int d = 0; d < 3; d++) {
    struct shot shots[] = {
        {.at_ns = 0, .to = "s", .op = "w10"},      {.at_ns = 1 * MS, .to = "s", .op = "w10"},
        {.at_ns = 2 * MS, .to = "s", .op = "w10"}, {.at_ns = 3 * MS, .to = "s", .op = "w1"},
        {.at_ns = 11 * MS, .to = "s", .op = "w1"}, {.at_ns = 12 * MS, .to = "s", .op = "w1"}};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 6);
    struct node *s = add_server(scene, "1", disciplines[d]);
    node_set(s, "queue", "2");
    if (d == 2) node_set(s, "priority", "w1");
    struct run run = run_scene(scene, 1, S);
    const uint64_t ends[][6] = {
        {10, 20, 30, 3, 31, 12}, {10, 31, 20, 3, 21, 12}, {10, 20, 31, 3, 21, 12}};
    for (int i = 0; i < 6; i++) {
      assert_shot(&shots[i], i == 3 || i == 5 ? OUTCOME_REFUSED : OUTCOME_OK, ends[d][i] * MS);
    }
    assert_same(metric(&run, "s.queue.max"), 2);
    assert_same(metric(&run, "s.errors"), 2);
    assert_same(metric(&run, "s.completions"), 4);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: without a queue only a free worker helps. */
static void test_no_queue(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "s", .op = "w5"},
                         {.at_ns = 1 * MS, .to = "s", .op = "w10"},
                         {.at_ns = 4 * MS, .to = "s", .op = "w5"},
                         {.at_ns = 6 * MS, .to = "s", .op = "w5"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  node_set(add_server(scene, "2", "fifo"), "queue", "0");
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 5 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 11 * MS);
  assert_shot(&shots[2], OUTCOME_REFUSED, 4 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 11 * MS);
  run_free(&run);
  scene_free(scene);
}

static void test_unlimited_workers(void **state) {
  (void)state;
  struct shot shots[FIVE];
  set_five(shots);
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  add_server(scene, "unlimited", "fifo");
  struct run run = run_scene(scene, 1, 20 * MS);
  check_ends(shots, 5, (const uint64_t[]){10, 6, 3, 13, 9});
  assert_same(metric(&run, "s.queue.max"), 0);
  assert_same(metric(&run, "s.busy.mean"), 31.0 / 20);
  assert_true(isnan(metric(&run, "s.utilization")));
  run_free(&run);
  scene_free(scene);
}

/* --- processor sharing by hand -------------------------------------------------------------- */

/* Aim: n calls on one processor progress at 1/n each. A (10 ms) from 0, B (4) from 2, C (1) from 4:
 * at 4 A has 7 left, B 3, C 1; C ends 3 x 1 later at 7; B has 2 left, ends at 11; A 4 left, 15. */
static void test_sharing(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "s", .op = "w10"},
                         {.at_ns = 2 * MS, .to = "s", .op = "w4"},
                         {.at_ns = 4 * MS, .to = "s", .op = "w1"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  add_server(scene, "1", "ps");
  struct run run = run_scene(scene, 1, 20 * MS);
  check_ends(shots, 3, (const uint64_t[]){15, 11, 7});
  assert_same(metric(&run, "s.utilization"), 15.0 / 20);
  assert_same(metric(&run, "s.busy.mean"), 15.0 / 20); /* workers, of which there is one */
  assert_same(metric(&run, "s.service.mean"), 0.009);
  assert_same(metric(&run, "s.wait.mean"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: with two processors up to two calls run at full speed, three at 2/3. A (10) from 0, B (4)
 * from 2, C (6) from 3: then A has 7 left, B 3, C 6; B ends 4.5 later at 7.5, when A has 4 left and
 * C 3: 10.5 and 11.5. */
static void test_sharing_two_workers(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "s", .op = "w10"},
                         {.at_ns = 2 * MS, .to = "s", .op = "w4"},
                         {.at_ns = 3 * MS, .to = "s", .op = "w6"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  add_server(scene, "2", "ps");
  struct run run = run_scene(scene, 1, 20 * MS);
  assert_shot(&shots[0], OUTCOME_OK, 11500 * US);
  assert_shot(&shots[1], OUTCOME_OK, 7500 * US);
  assert_shot(&shots[2], OUTCOME_OK, 10500 * US);
  /* busy processors: 2 x 1, then 2 until 10.5, then 1 until 11.5 */
  assert_within(metric(&run, "s.utilization"), (2 + 17 + 1) / 40.0, 1e-9);
  run_free(&run);
  scene_free(scene);
}

/* Aim: under processor sharing `queue` limits who may be present beyond the workers. Two calls that
 * finish at one instant leave in the order in which they came. */
static void test_sharing_bounded(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "s", .op = "w5"},
                         {.at_ns = 0, .to = "s", .op = "w5"},
                         {.at_ns = 1 * MS, .to = "s", .op = "w1"},
                         {.at_ns = 12 * MS, .to = "s", .op = "w1"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  node_set(add_server(scene, "1", "ps"), "queue", "1");
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 10 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 10 * MS);
  assert_true(shots[0].rank < shots[1].rank);
  assert_shot(&shots[2], OUTCOME_REFUSED, 1 * MS);
  assert_shot(&shots[3], OUTCOME_OK, 13 * MS);
  run_free(&run);
  scene_free(scene);
}

/* --- workers and calls to others ------------------------------------------------------------ */

/* R: work 2 ms, ask the leaf (10 ms), work 3 ms; W: work 5 ms; R comes at 0, W at 1, 8 and 11. */
static struct run ask_and_work(struct scene *scene, struct shot *shots, const char *io,
                               const char *queue, bool sleeps) {
  static struct recorder leaf; /* reset when a run begins */
  leaf = (struct recorder){.delay_ns = 10 * MS};
  const uint64_t at_ms[] = {0, 1, 8, 11};
  for (int i = 0; i < 4; i++) {
    shots[i] = (struct shot){.at_ns = at_ms[i] * MS, .to = "s", .op = i ? "w5" : "ask"};
  }
  scene_add_sender(scene, "from", shots, 4);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct node *s = add_server(scene, "1", "fifo");
  node_set(s, "io", io);
  node_set(s, "queue", queue);
  struct handler_builder *on = node_on(s, "ask");
  on_work(on, "2ms");
  if (sleeps) {
    on_sleep(on, "10ms");
  } else {
    on_call(on, (struct call_to){.to = "leaf"});
  }
  on_work(on, "3ms");
  return run_scene(scene, 1, 100 * MS);
}

/* Aim: with blocking io the worker is held while the call waits for another component or sleeps. */
static void test_blocking(void **state) {
  (void)state;
  for (int sleeps = 0; sleeps <= 1; sleeps++) {
    struct shot shots[4];
    struct scene *scene = scene_new();
    struct run run = ask_and_work(scene, shots, "blocking", "unlimited", sleeps);
    check_ends(shots, 4, (const uint64_t[]){15, 20, 25, 30});
    assert_same(metric(&run, "s.utilization"), 0.30);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: with async io the worker serves others meanwhile; the answer queues behind those who wait,
 * and is never turned away by a full queue. */
static void test_async(void **state) {
  (void)state;
  for (int sleeps = 0; sleeps <= 1; sleeps++) {
    struct shot shots[4];
    struct scene *scene = scene_new();
    struct run run = ask_and_work(scene, shots, "async", "1", sleeps);
    /* W 2-7, W 8-13, W (waits since 11) 13-18, R (again since 12) 18-21 */
    check_ends(shots, 4, (const uint64_t[]){21, 7, 13, 18});
    assert_same(metric(&run, "s.queue.max"), 2);
    assert_same(metric(&run, "s.utilization"), 0.20);
    assert_same(metric(&run, "s.queue.mean"), (1 + 2 + 6) / 100.0);
    run_free(&run);
    scene_free(scene);
  }
}

/* --- what is measured ----------------------------------------------------------------------- */

/* Aim: on the first-come schedule (starts 0 10 15 16, ends 10 15 16 26) every measure is exact. */
static void test_measures(void **state) {
  (void)state;
  struct shot shots[FIVE];
  set_five(shots);
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  add_server(scene, "1", "fifo");
  struct run run = run_scene(scene, 1, 40 * MS);
  assert_same(metric(&run, "s.queue.mean"), 35.0 / 40);
  assert_same(metric(&run, "s.queue.max"), 3);
  assert_same(metric(&run, "s.busy.mean"), 26.0 / 40);
  assert_same(metric(&run, "s.utilization"), 26.0 / 40);
  assert_same(metric(&run, "s.wait.mean"), 0.035 / 4); /* 0, 9, 13, 13 ms */
  assert_within(metric(&run, "s.wait.p50"), 0.009, 0.0001);
  assert_within(metric(&run, "s.wait.p99"), 0.013, 0.0002);
  assert_same(metric(&run, "s.wait.probability"), 0.75);
  assert_same(metric(&run, "s.service.mean"), 0.026 / 4);
  assert_same(metric(&run, "s.arrivals"), 4);
  assert_same(metric(&run, "s.arrival_rate"), 100);
  assert_same(metric(&run, "s.throughput"), 100);
  assert_same(metric(&run, "s.availability"), 1);
  assert_same(metric(&run, "s.uptime"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a run that ends with calls waiting and in service counts them as far as they got. */
static void test_measures_unfinished(void **state) {
  (void)state;
  struct shot shots[FIVE];
  set_five(shots);
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  add_server(scene, "1", "fifo");
  struct run run = run_scene(scene, 1, 12 * MS);
  assert_same(metric(&run, "s.queue.mean"), (9 + 10 + 9) / 12.0);
  assert_same(metric(&run, "s.utilization"), 1);
  assert_same(metric(&run, "s.wait.mean"), 0.007); /* 0 and 9 ms; 10 and 9 up to the end */
  assert_same(metric(&run, "s.completions"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what lies before the end of the warm-up (12 ms) counts nowhere, what spans it counts from
 * there, and the state goes on. */
static void test_measures_after_warmup(void **state) {
  (void)state;
  struct shot shots[FIVE];
  set_five(shots);
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  add_server(scene, "1", "fifo");
  struct run run = run_begin(scene, 1, 12 * MS, 40 * MS);
  assert_true(sim_run(run.sim, 40 * MS));
  run_finish(&run);
  check_ends(shots, 4, (const uint64_t[]){10, 15, 16, 26});
  assert_same(metric(&run, "s.queue.mean"), (3 + 4) / 28.0);
  assert_same(metric(&run, "s.queue.max"), 2);
  assert_same(metric(&run, "s.utilization"), 14.0 / 28);
  assert_same(metric(&run, "s.wait.mean"), 0.013);
  assert_same(metric(&run, "s.service.mean"), 0.016 / 3);
  assert_same(metric(&run, "s.arrivals"), 0);
  assert_same(metric(&run, "s.completions"), 3);
  run_free(&run);
  scene_free(scene);
}

/* Aim: sums of times have room for more than the 584 years that 64 bits of nanoseconds hold:
 * eighteen calls of 16,000 days on three workers wait 1971 years and hold them for 788. */
static void test_measures_of_ages(void **state) {
  (void)state;
  enum { N = 18 };
  struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.to = "s", .op = "age"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "3");
  on_work(node_on(s, "age"), "384000h");
  const double age = 16000 * 86400.0;
  struct run run = run_scene(scene, 1, 6 * (uint64_t)age * S + 1); /* finds Little's law kept */
  assert_same(metric(&run, "s.completions"), N);
  assert_within(metric(&run, "s.wait.mean"), 2.5 * age, 1e-6 * age);
  assert_within(metric(&run, "s.wait.sd"), sqrt(3 * 17.5 / 17) * age, 1e-6 * age);
  assert_within(metric(&run, "s.service.mean"), age, 1e-6 * age);
  assert_within(metric(&run, "s.queue.mean"), 7.5, 1e-6);
  run_free(&run);
  scene_free(scene);
}

/* --- what is not over ----------------------------------------------------------------------- */

/* Aim: a wait that is still running when the run ends counts as long as it is by then, and not
 * before; one that never ends is not left out. */
static void test_unfinished_waits(void **state) {
  (void)state;
  for (uint32_t members = 1; members <= 2; members++) {
    struct shot shots[] = {{.at_ns = 0, .to = "s", .member = 1, .op = "w10"},
                           {.at_ns = 2 * MS, .to = "s", .member = 1, .op = "w1"}};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 2);
    struct node *s = scene_add(scene, "service", "s", members);
    node_set(s, "workers", "1");
    on_work(node_on(s, "w10"), "10ms");
    on_work(node_on(s, "w1"), "1ms");
    struct run run = run_begin(scene, 1, 0, 8 * MS);
    assert_true(sim_run(run.sim, 5 * MS));
    struct metrics early = {0};
    sim_collect(run.sim, &early);
    for (uint32_t i = 0; i < early.n; i++) {
      if (!strcmp(early.list[i].name, "s.wait.mean")) assert_same(metric_value(&early.list[i]), 0);
    }
    metrics_free(&early);
    assert_true(sim_run(run.sim, 8 * MS));
    run_finish(&run);
    assert_same(metric(&run, "s.wait.mean"), 0.003);
    assert_same(metric(&run, "s.wait.probability"), 0.5);
    assert_within(metric(&run, "s.wait.p99"), 0.006, 0.00006);
    if (members == 2) assert_same(metric(&run, "s[1].wait.mean"), 0.003);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: calls that wait for themselves are seen in the waits. Each of ten calls, 1 s apart, holds or
 * waits for the only worker; the first one's own call waits from 1 ms on. */
static void test_deadlock_waits(void **state) {
  (void)state;
  struct shot shots[10];
  for (uint64_t i = 0; i < 10; i++) shots[i] = (struct shot){.at_ns = i * S, .to = "pool"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 10);
  struct node *pool = scene_add(scene, "service", "pool", 1);
  node_set(pool, "workers", "1");
  struct handler_builder *on = node_on(pool, NULL);
  on_work(on, "1ms");
  on_call(on, (struct call_to){.to = "pool", .op = "inner"});
  on_work(node_on(pool, "inner"), "1ms");
  struct run run = run_scene(scene, 1, 10 * S);
  /* 0, then 9.999 s, and 9, 8 .. 1 s of those that came later */
  assert_same(metric(&run, "pool.wait.mean"), (9.999 + 45) / 11);
  run_free(&run);
  scene_free(scene);
}

/* --- giving up ------------------------------------------------------------------------------ */

/* Aim: with cancel = "queued" a call whose caller gave up leaves the queue at once and frees its
 * place; without, it keeps both and is worked on. */
static void test_cancel(void **state) {
  (void)state;
  for (int queued = 0; queued <= 1; queued++) {
    struct shot shots[] = {
        {.at_ns = 0, .to = "s", .op = "w10", .timeout_ns = 2 * MS}, /* in service: not dropped */
        {.at_ns = 1 * MS, .to = "s", .op = "w5", .timeout_ns = 3 * MS},
        {.at_ns = 3 * MS, .to = "s", .op = "w1"},
        {.at_ns = 5 * MS, .to = "s", .op = "w1"}};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 4);
    struct node *s = add_server(scene, "1", "fifo");
    node_set(s, "cancel", queued ? "queued" : "never");
    node_set(s, "queue", "1");
    struct run run = run_scene(scene, 1, 40 * MS);
    assert_shot(&shots[0], OUTCOME_TIMEOUT, 2 * MS);
    assert_shot(&shots[1], OUTCOME_TIMEOUT, 4 * MS);
    assert_shot(&shots[2], OUTCOME_REFUSED, 3 * MS);
    assert_shot(&shots[3], queued ? OUTCOME_OK : OUTCOME_REFUSED, queued ? 11 * MS : 5 * MS);
    assert_same(metric(&run, "s.cancelled"), queued);
    assert_same(metric(&run, "s.utilization"), queued ? 11.0 / 40 : 15.0 / 40);
    assert_same(metric(&run, "s.queue.mean"), queued ? (3 + 5) / 40.0 : 9 / 40.0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: the news that the caller gave up travels like a message. */
static void test_cancel_travels(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "s", .op = "w10"},
                         {.at_ns = 1 * MS, .to = "s", .op = "w5", .timeout_ns = 3 * MS},
                         {.at_ns = 2 * MS, .to = "s", .op = "w5", .timeout_ns = 9 * MS},
                         {.at_ns = 3 * MS, .to = "s", .op = "w1"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  struct node *s = add_server(scene, "1", "fifo");
  node_set(s, "cancel", "queued");
  scene_path(scene, "from", "s", (struct path_spec){.latency = dist_constant(1e6)});
  struct run run = run_begin(scene, 1, 0, 40 * MS);
  assert_true(sim_run(run.sim, 5 * MS));
  assert_int_equal(run_station(&run, "s", 1)->queued, 3);
  assert_true(sim_run(run.sim, 5 * MS + 1));
  assert_int_equal(run_station(&run, "s", 1)->queued, 2);
  assert_true(sim_run(run.sim, 40 * MS));
  run_finish(&run);
  assert_shot(&shots[1], OUTCOME_TIMEOUT, 4 * MS);
  assert_shot(&shots[2], OUTCOME_TIMEOUT, 11 * MS); /* the news came at 12, it began at 11 */
  assert_shot(&shots[3], OUTCOME_OK, 18 * MS);
  assert_same(metric(&run, "s.cancelled"), 1);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fifo),
      cmocka_unit_test(test_fifo_two_workers),
      cmocka_unit_test(test_lifo),
      cmocka_unit_test(test_priority),
      cmocka_unit_test(test_bounded_queue),
      cmocka_unit_test(test_no_queue),
      cmocka_unit_test(test_unlimited_workers),
      cmocka_unit_test(test_sharing),
      cmocka_unit_test(test_sharing_two_workers),
      cmocka_unit_test(test_sharing_bounded),
      cmocka_unit_test(test_blocking),
      cmocka_unit_test(test_async),
      cmocka_unit_test(test_measures),
      cmocka_unit_test(test_measures_unfinished),
      cmocka_unit_test(test_measures_after_warmup),
      cmocka_unit_test(test_measures_of_ages),
      cmocka_unit_test(test_unfinished_waits),
      cmocka_unit_test(test_deadlock_waits),
      cmocka_unit_test(test_cancel),
      cmocka_unit_test(test_cancel_travels),
  };
  return cmocka_run_group_tests_name("station", tests, NULL, NULL);
}
