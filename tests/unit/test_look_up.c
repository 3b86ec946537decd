/* Aim: peers on a ring find a key's own peer in as many hops as Chord does, each a round trip, and
 * pass by those that do not answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20261129)

static struct node *ring_of(struct scene *scene, uint32_t n, const char *ids) {
  scene_zone(scene, "z", NULL);
  scene_path(scene, "z", "z", (struct path_spec){.latency = dist_constant(10e6)});
  struct node *peers = scene_add(scene, "peers", "p", n);
  node_zones(peers, "z");
  node_set(peers, "look_up.ids", ids);
  return peers;
}

/* A key each, asked of any peer, or of `member`. */
static struct shot *look_ups(uint32_t n, uint32_t member) {
  struct shot *shots = calloc(n, sizeof *shots);
  for (uint32_t i = 0; i < n; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "p", .member = member, .item = i + 1};
  }
  return shots;
}

/* Aim: where all identifiers have a peer, a look-up takes as many hops as the distance has bits
 * set: half of log2(n) on average. Where they are drawn, the last hop to the key's peer adds nearly
 * one (an own simulation of twenty lines: 4.31 of 128, 5.86 of 1024, single rings off by 1 %). */
static void test_hops(void **state) {
  (void)state;
  static const struct {
    uint32_t n;
    const char *ids;
    double hops, tolerance;
  } rows[] = {{64, "even", 3, 0.03},
              {1024, "even", 5, 0.03},
              {128, "random", 4.31, 0.15},
              {1024, "random", 5.86, 0.07}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    enum { N = 20000 };
    struct shot *shots = look_ups(N, 0);
    struct scene *scene = scene_new();
    ring_of(scene, rows[i].n, rows[i].ids);
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, SEED, 30 * S);
    assert_within(metric(&run, "p.hops.mean"), rows[i].hops, rows[i].tolerance);
    assert_same(metric(&run, "p.lookups"), N);
    assert_same(metric(&run, "p.lookups_failed"), 0);
    double time_ns = 0;
    for (uint32_t k = 0; k < N; k++) {
      assert_int_equal(shots[k].outcome, OUTCOME_OK);
      time_ns += (double)(shots[k].ended_ns - shots[k].at_ns);
    }
    assert_same(time_ns, 20e6 * metric(&run, "p.hops"));
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: with `dead` of sixteen peers down, just the keys of these are out of reach, and the others
 * are found by another way; one that refuses costs a hop, one that is silent the timeout. */
static void test_failures(void **state) {
  (void)state;
  static const uint32_t down[] = {8, 5, 12, 14}; /* 8 is on the way to half of the keys */
  static const struct {
    uint32_t dead;
    bool hangs;
  } rows[] = {{1, false}, {1, true}, {4, false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    enum { N = 4000 };
    struct shot *shots = look_ups(N, 16);
    struct scene *scene = scene_new();
    node_set(ring_of(scene, 16, "even"), "look_up.timeout", "100ms");
    for (uint32_t d = 0; d < rows[i].dead; d++) {
      char target[16];
      snprintf(target, sizeof target, "p[%u]", down[d]);
      scene_fault(scene, target, NULL,
                  (struct fault_spec){.type = rows[i].hangs ? &fault_hang : &fault_crash,
                                      .at_ns = 0,
                                      .lasts = dist_constant(100e9)});
    }
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, SEED, 30 * S);
    assert_share(metric(&run, "p.lookups_failed"), N, rows[i].dead / 16.0);
    uint64_t longest_ns = 0;
    for (uint32_t k = 0; k < N; k++) {
      if (shots[k].outcome != OUTCOME_OK) continue;
      uint64_t took_ns = shots[k].ended_ns - shots[k].at_ns;
      if (took_ns > longest_ns) longest_ns = took_ns;
    }
    /* Four hops without a failure; each that is met costs its own time, and who said so is asked
     * for another one. */
    assert_true(longest_ns > (rows[i].hangs ? 180 * MS : 80 * MS));
    assert_true(longest_ns <= (rows[i].hangs ? 420 * MS : 320 * MS));
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

static void test_mistakes(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *peers = scene_add(scene, "peers", "p", 3);
  node_set(peers, "gossip.fanout", "1");
  node_set(peers, "look_up.ids", "even");
  struct error err = {0};
  assert_false(node_valid(peers, &err));
  if (!strstr(err.text, "make two components")) fail_msg("%s", err.text);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hops),
      cmocka_unit_test(test_failures),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("look_up", tests, NULL, NULL);
}
