/* Aim: how many requests are followed, which is what following costs. That their parts are right is
 * test_run_breakdown.c. */
#include <stdio.h>

#include "harness.h"
#include "trace.h"

/* Measured time so long that 2,000 requests of each client are expected. */
static struct run clients(struct scene *scene, uint32_t n) {
  scene_add(scene, "service", "s", 1);
  for (uint32_t i = 0; i < n; i++) {
    char name[16];
    snprintf(name, sizeof name, "c%u", i);
    struct node *c = scene_add(scene, "client", name, 1);
    node_set(c, "arrivals", "poisson 100/s");
    node_set(c, "target", "s");
  }
  return run_begin(scene, 1, 0, 20 * S);
}

/* The share of all requests of a client with a hash up to this. */
static double share_below(uint64_t hash) {
  return ((double)hash + 1) / 0x1p64;
}

/* Aim: of each client between TRACE_LEAST and twice as many are kept by lot; for the slow ones
 * among them four times as many are followed, but not where there are hundreds of clients: in all,
 * not more than TRACE_FOLLOWED beyond what is kept by lot, up to twice. */
static void test_many_sources(void **state) {
  (void)state;
  static const struct {
    uint32_t clients;
    double widened;
  } cases[] = {{20, 4}, {64, 4}, {128, 4}, {129, 2}, {256, 2}, {257, 1}, {1000, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct scene *scene = scene_new();
    struct run run = clients(scene, cases[i].clients);
    const struct blame *blame = trace_of(run.sim, run_member(&run, "c0", 1)->component);
    double fair = 2000 * share_below(blame->below), followed = 2000 * share_below(blame->follow);
    assert_true(followed / fair == cases[i].widened);
    assert_true(fair >= TRACE_LEAST && fair < 2 * blame->limit);
    if (followed > fair) assert_true(followed * cases[i].clients < 2 * TRACE_FOLLOWED);
    run_finish(&run);
    run_free(&run);
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_many_sources),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
