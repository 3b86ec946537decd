/* Aim: what a kind declares as its meters is cleared after the warm-up, added up over members,
 * emitted and described, by values computed by hand. */
#include <string.h>

#include "call.h"
#include "harness.h"
#include "meter.h"
#include "registry.h"

/* A kind that uses every type of meter: at second i, counted from 1, it does the i-th of these. */
struct gauge_state {
  uint64_t hits, misses;
  struct level level, mean_level;
  struct hist times, sizes;
  double cost;
};

static const struct act {
  uint64_t hits, misses, level, time_ms, bytes;
  double cost;
} acts[] = {{5, 0, 3, 900, 100, 10}, /* before the warm-up ends: only the level stays */
            {1, 1, 7, 10, 300, 0.5},
            {2, 0, 4, 30, 500, 0.25}};
enum { ACTS = sizeof acts / sizeof acts[0] };

static void gauge_start(struct sim *sim, struct member *member) {
  for (uint32_t i = 0; i < ACTS; i++) sim_schedule(sim, member, (i + 1) * S, i);
}

static void gauge_on_event(struct sim *sim, struct member *member, uint32_t i) {
  struct gauge_state *g = member->state;
  g->hits += acts[i].hits;
  g->misses += acts[i].misses;
  level_set(&g->level, sim->now_ns, acts[i].level * member->index);
  level_set(&g->mean_level, sim->now_ns, acts[i].level * member->index);
  hist_add(&g->times, acts[i].time_ms * MS);
  hist_add(&g->sizes, acts[i].bytes);
  g->cost += acts[i].cost;
}

static void gauge_on_call(struct sim *sim, struct member *member, struct frame *call) {
  (void)member;
  call_reply(sim, call, OUTCOME_OK);
}

#define STATE(field) offsetof(struct gauge_state, field)

static const struct meter gauge_meters[] = {
    {"hits", METER_COUNT, STATE(hits), 0, "Hits."},
    {"ratio", METER_RATIO, STATE(hits), STATE(misses), "Hits among all."},
    {"mean", METER_MEAN, STATE(hits), STATE(misses), "Hits for each miss."},
    {"held", METER_LEVEL, STATE(level), 0, "Things held"},
    {"each", METER_MEAN_LEVEL, STATE(mean_level), 0, "Things held by one"},
    {"time", METER_TIMES, STATE(times), 0, "Time taken"},
    {"size", METER_SIZES, STATE(sizes), 0, "Bytes"},
    {"cost", METER_COST, STATE(cost), 0, "Money."},
    {0},
};

static const struct kind kind_gauge = {
    .name = "gauge",
    .meters = gauge_meters,
    .state_size = sizeof(struct gauge_state),
    .start = gauge_start,
    .on_call = gauge_on_call,
    .on_event = gauge_on_event,
};

static struct run run_gauges(struct scene *scene, uint32_t instances) {
  static struct shot none;
  scene_add_sender(scene, "nobody", &none, 0);
  scene_add_kind(scene, &kind_gauge, "g", instances);
  struct run run = run_begin(scene, 1, 1500 * MS, 4 * S);
  assert_true(sim_run(run.sim, 4 * S));
  run_finish(&run);
  return run;
}

/* Measured from 1.5 to 4 s. */
static void test_one(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct run run = run_gauges(scene, 1);
  assert_same(metric(&run, "g.hits"), 3);
  assert_same(metric(&run, "g.ratio"), 0.75);
  assert_same(metric(&run, "g.mean"), 3);
  assert_same(metric(&run, "g.held"), (3 * 0.5 + 7 * 1 + 4 * 1) / 2.5);
  assert_same(metric(&run, "g.held.end"), 4);
  assert_same(metric(&run, "g.each"), (3 * 0.5 + 7 * 1 + 4 * 1) / 2.5);
  assert_same(metric(&run, "g.time.mean"), 0.020);
  assert_same(metric(&run, "g.time.max"), 0.030);
  assert_within(metric(&run, "g.time.p99"), 0.030, 0.0003);
  assert_same(metric(&run, "g.size.mean"), 400);
  assert_same(metric(&run, "g.size.max"), 500);
  assert_same(metric(&run, "g.cost"), 0.75);
  run_free(&run);
  scene_free(scene);
}

/* Counts and levels of a group are those of all members; a mean level and times are those of one.
 */
static void test_group(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct run run = run_gauges(scene, 2); /* the second holds twice as much */
  assert_same(metric(&run, "g.hits"), 6);
  assert_same(metric(&run, "g.ratio"), 0.75);
  assert_same(metric(&run, "g.mean"), 3);
  assert_same(metric(&run, "g.held"), 3 * 12.5 / 2.5);
  assert_same(metric(&run, "g.held.end"), 12);
  assert_same(metric(&run, "g.each"), 1.5 * 12.5 / 2.5);
  assert_same(metric(&run, "g.each.end"), 6);
  assert_same(metric(&run, "g.time.mean"), 0.020);
  assert_same(metric(&run, "g.cost"), 1.5);
  run_free(&run);
  scene_free(scene);
}

/* Aim: the integral is that of the steps, whatever the order of up, down and set, also where the
 * sum has gone below 0 on the way. */
static void test_level(void **state) {
  (void)state;
  struct level level = {0};
  level_up(&level, 10);
  level_up(&level, 20);
  level_down(&level, 50);
  level_set(&level, 60, 5);
  level_set(&level, 70, 0);
  assert_int_equal((uint64_t)level.sum, 10 + 2 * 30 + 10 + 5 * 10);
  assert_int_equal(level.value, 0);
}

/* Aim: what is described is what is emitted, in the same order. */
static void test_described(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct run run = run_gauges(scene, 1);
  struct metric_text text;
  uint32_t n = 0;
  for (; kind_metric(&kind_gauge, n, &text); n++) {
    assert_true(strlen(text.doc) > 0 && text.doc[strlen(text.doc) - 1] == '.');
    assert_string_equal(run.metrics.list[n].name + strlen("g."), text.name);
  }
  assert_int_equal(n, 4 + 2 * 2 + 5 + 2);
  assert_string_equal(run.metrics.list[n].name, "g.utilization"); /* those of every component */
  assert_true(kind_metric(&kind_gauge, 3, &text));
  assert_string_equal(text.doc, "Things held, averaged over time.");
  run_free(&run);
  scene_free(scene);
}

/* No definition is cut off in the middle, however long it is. */
static void test_whole_sentences(void **state) {
  (void)state;
  for (uint32_t k = 0; registry[k]; k++) {
    struct metric_text text;
    for (uint32_t i = 0; kind_metric(registry[k], i, &text); i++) {
      size_t n = strlen(text.doc);
      if (n == 0 || text.doc[n - 1] != '.') fail_msg("%s.%s", registry[k]->name, text.name);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one),
      cmocka_unit_test(test_group),
      cmocka_unit_test(test_level),
      cmocka_unit_test(test_described),
      cmocka_unit_test(test_whole_sentences),
  };
  return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
