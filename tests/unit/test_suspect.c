/* Aim: peers that gossip heartbeats find out which of them has failed, each for itself, and do not
 * take a live one for dead without a reason. */
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20261129)

static struct node *peers_of(struct scene *scene, uint32_t n, double loss) {
  scene_zone(scene, "z", NULL);
  scene_path(scene, "z", "z", (struct path_spec){.latency = dist_constant(1e6), .loss = loss});
  struct node *peers = scene_add(scene, "peers", "p", n);
  node_zones(peers, "z");
  node_set(peers, "gossip.every", "200ms");
  node_set(peers, "detector", "phi 8");
  return peers;
}

static void crash(struct scene *scene, const char *target, uint64_t at_ns, double lasts_ns) {
  scene_fault(
      scene, target, NULL,
      (struct fault_spec){.type = &fault_crash, .at_ns = at_ns, .lasts = dist_constant(lasts_ns)});
}

static struct run run_for(struct scene *scene, uint64_t end_ns) {
  static struct shot none;
  none = (struct shot){.at_ns = S, .to = "p", .op = "read"};
  scene_add_sender(scene, "from", &none, 1);
  return run_scene(scene, SEED, end_ns);
}

/* Aim: with beats that come each second phi is 8 as soon as the silence is 8 ln(10) = 18.4 s; it is
 * looked at each second. So a crash half a second after a beat is found 18.5 s after it began, also
 * the second time. */
static void test_two(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *peers = peers_of(scene, 2, 0);
  node_set(peers, "gossip.every", "1s");
  node_set(peers, "gossip.fanout", "1");
  node_set(peers, "gossip.stagger", "false");
  crash(scene, "p[1]", 100 * S + 500 * MS, 60e9);
  crash(scene, "p[1]", 200 * S + 500 * MS, 60e9);
  struct run run = run_for(scene, 400 * S);
  assert_same(metric(&run, "p.suspicions"), 2);
  assert_same(metric(&run, "p.false_alarms"), 0);
  assert_within(metric(&run, "p.detection.mean"), 18.5, 2e-3);
  assert_within(metric(&run, "p.detection.max"), 18.5, 2e-3);
  run_free(&run);
  scene_free(scene);
}

/* Aim: beats go by way of others: each of 63 finds out that the last one has crashed, when it has
 * heard nothing for 18.4 times the time between beats, though it told three of them in a round; and
 * none suspects another one. */
static void test_many(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  peers_of(scene, 64, 0);
  crash(scene, "p[7]", 60 * S, 20e9);
  struct run run = run_for(scene, 120 * S);
  assert_same(metric(&run, "p.suspicions"), 63);
  assert_same(metric(&run, "p.false_alarms"), 0);
  /* Some beats are overtaken by the next one; the last one took some time to come; and who is
   * silent is looked at in the next round. */
  assert_in_range(1000 * metric(&run, "p.detection.mean"), 18.42 * 200, 1.3 * 18.42 * 200);
  run_free(&run);
  scene_free(scene);
}

/* Aim: where half of the messages between two peers are lost, beats come each 0.4 s on average, and
 * phi is 2 after 4.6 times that: after ten rounds without a beat, of which 0.5^9 of 15,000 beats
 * are followed at each, or eleven, as the rounds of the two lie. */
static void test_losses(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *peers = peers_of(scene, 2, 0.5);
  node_set(peers, "gossip.fanout", "1");
  node_set(peers, "detector", "phi 2");
  struct run run = run_for(scene, 6000 * S);
  assert_same(metric(&run, "p.false_alarms"), metric(&run, "p.suspicions"));
  assert_in_range((int)metric(&run, "p.false_alarms"), 20, 78);
  run_free(&run);
  scene_free(scene);
}

/* Aim: who is cut off is suspected by those on the other side, and by nobody on its own. */
static void test_partition(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  scene_zone(scene, "a", NULL);
  scene_zone(scene, "b", NULL);
  struct node *peers = scene_add(scene, "peers", "p", 20);
  node_zones(peers, "a, b");
  node_set(peers, "gossip.every", "200ms");
  node_set(peers, "detector", "phi 8");
  scene_fault(
      scene, "a", "b",
      (struct fault_spec){.type = &fault_partition, .at_ns = 60 * S, .lasts = dist_constant(10e9)});
  struct run run = run_for(scene, 100 * S);
  assert_within(metric(&run, "p.suspicions"), 20 * 10, 4);
  assert_same(metric(&run, "p.false_alarms"), metric(&run, "p.suspicions"));
  run_free(&run);
  scene_free(scene);
}

static void test_mistakes(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct error err = {0};
  assert_false(node_valid(peers_of(scene, 300, 0), &err));
  if (!strstr(err.text, "256 at most")) fail_msg("%s", err.text);
  scene_free(scene);
  scene = scene_new();
  struct node *peers = scene_add(scene, "peers", "p", 3);
  node_set(peers, "detector", "phi 8");
  node_set(peers, "look_up.ids", "even");
  assert_false(node_valid(peers, &err));
  if (!strstr(err.text, "both look_up and detector")) fail_msg("%s", err.text);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_two),      cmocka_unit_test(test_many),
      cmocka_unit_test(test_losses),   cmocka_unit_test(test_partition),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("suspect", tests, NULL, NULL);
}
