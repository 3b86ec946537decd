/* Aim: peers that ask each other find out who has failed in the time that memberlist takes for so
 * many peers, believe who says that it lives, and ask through others. */
#include <string.h>

#include "harness.h"
#include "peer/gossip.h"
#include "peer/swim.h"

#define SEED UINT64_C(20261129)

/* Aim: how long a peer is suspected by the number of peers (memberlist's suspicionTimeout), how
 * that shrinks with each who confirms it (remainingSuspicionTime), and how often peers compare
 * (pushPullScale). */
static void test_by_size(void **state) {
  (void)state;
  static const struct {
    uint32_t n;
    uint64_t seconds;
  } rows[] = {{3, 4}, {10, 4}, {100, 8}, {1000, 12}, {10000, 16}};
  struct swim_config c = {.every_ns = S, .suspicion = 4, .start = 6};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(swim_patience_ns(&c, rows[i].n, 2), rows[i].seconds * S);
    /* Of three no two others can confirm it: they do not wait for it. */
    uint64_t alone = rows[i].n < 4 ? 1 : 6;
    assert_int_equal(swim_patience_ns(&c, rows[i].n, 0), alone * rows[i].seconds * S);
  }
  assert_int_equal(swim_patience_ns(&c, 20, 2), 5204 * MS); /* log10(20) is 1.301 */
  /* 24 - log(2) / log(3) 20 s, in whole milliseconds */
  assert_int_equal(swim_patience_ns(&c, 10, 1), 11381 * MS);
  static const struct {
    uint32_t n, times;
  } syncs[] = {{32, 1}, {33, 2}, {64, 2}, {65, 3}, {1000, 6}};
  struct gossip_config g = {.sync_ns = 30 * S, .sync_scales = true};
  for (size_t i = 0; i < sizeof syncs / sizeof *syncs; i++) {
    assert_int_equal(gossip_sync_ns(&g, syncs[i].n), syncs[i].times * 30 * S);
  }
}

static struct node *peers_of(struct scene *scene, uint32_t n, const char *start) {
  struct node *peers = scene_add(scene, "peers", "p", n);
  node_set(peers, "gossip.every", "200ms");
  node_set(peers, "swim.every", "1s");
  node_set(peers, "swim.start", start);
  return peers;
}

static void fault(struct scene *scene, const struct fault_def *type, const char *one,
                  const char *other, uint64_t at_ns, double lasts_ns) {
  scene_fault(scene, one, other,
              (struct fault_spec){.type = type, .at_ns = at_ns, .lasts = dist_constant(lasts_ns)});
}

static struct run run_for(struct scene *scene, uint64_t end_ns) {
  static struct shot none;
  none = (struct shot){.at_ns = S, .to = "p", .op = "read"};
  scene_add_sender(scene, "from", &none, 1);
  return run_scene(scene, SEED, end_ns);
}

/* Aim: all others find out that one has crashed, 4 s after the first of them suspected it, which is
 * within a second or two of the crash; when it is back all hear of it, so it is found a second
 * time. */
static void test_crash(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  peers_of(scene, 10, "1");
  fault(scene, &fault_crash, "p[3]", NULL, 20 * S, 30e9);
  fault(scene, &fault_crash, "p[3]", NULL, 80 * S, 30e9);
  struct run run = run_for(scene, 120 * S);
  assert_same(metric(&run, "p.suspicions"), 18);
  assert_same(metric(&run, "p.false_alarms"), 0);
  assert_within(metric(&run, "p.suspicion.mean"), 4, 1e-9);
  assert_within(metric(&run, "p.suspicion.max"), 4, 1e-9);
  assert_in_range(1000 * metric(&run, "p.detection.mean"), 5000, 7500);
  assert_true(metric(&run, "p.detection.max") < 9);
  /* Each asks once a second: of 10, 9 while one is away, whom nobody asks once it is found. */
  assert_in_range((uint64_t)metric(&run, "p.probes"), 1100, 1160);
  run_free(&run);
  scene_free(scene);
}

/* Aim: who is taken for failed is asked no more, and what others tell of its former life when they
 * compare does not take a suspicion back. */
static void test_crash_for_long(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  node_set(peers_of(scene, 10, "1"), "gossip.sync", "1s");
  fault(scene, &fault_crash, "p[3]", NULL, 20 * S, 30e9);
  fault(scene, &fault_crash, "p[3]", NULL, 80 * S, 300e9);
  struct run run = run_for(scene, 380 * S);
  assert_same(metric(&run, "p.suspicions"), 18);
  assert_same(metric(&run, "p.refuted"), 0);
  assert_true(metric(&run, "p.messages.unanswered") < 1000); /* 418; 2582 if it were asked */
  run_free(&run);
  scene_free(scene);
}

/* Aim: one that stood still for less than it is suspected says that it lives; all who suspected it
 * give that up, and nobody took it for failed. */
static void test_refutes(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  peers_of(scene, 10, "1");
  fault(scene, &fault_hang, "p[3]", NULL, 20 * S, 3.5e9);
  struct run run = run_for(scene, 40 * S);
  assert_true(metric(&run, "p.suspicions") >= 9);
  assert_same(metric(&run, "p.refuted"), metric(&run, "p.suspicions"));
  assert_same(metric(&run, "p.false_alarms"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: where messages overtake each other, that a peer was alive before it was suspected says
 * nothing against the suspicion: an assert of swim.c fails otherwise. */
static void test_old_news(void **state) {
  (void)state;
  struct dist second;
  assert_true(dist_exponential(&second, 1e9, NULL));
  struct scene *scene = scene_new();
  peers_of(scene, 10, "1");
  scene_fault(
      scene, "p", NULL,
      (struct fault_spec){
          .type = &fault_delay, .at_ns = 10 * S, .lasts = dist_constant(300e9), .by = second});
  struct run run = run_for(scene, 310 * S);
  assert_true(metric(&run, "p.refuted") > 100);
  run_free(&run);
  scene_free(scene);
}

/* Aim: two that do not reach each other reach each other through others, and suspect nobody;
 * without others to ask each suspects the other one, which says that it lives. */
static void test_through(void **state) {
  (void)state;
  for (int through = 0; through < 2; through++) {
    struct scene *scene = scene_new();
    node_set(peers_of(scene, 5, "1"), "swim.through", through ? "3" : "0");
    fault(scene, &fault_partition, "p[1]", "p[2]", 10 * S, 60e9);
    struct run run = run_for(scene, 80 * S);
    if (through) assert_same(metric(&run, "p.suspicions"), 0);
    if (!through) assert_true(metric(&run, "p.suspicions") > 20);
    if (!through) assert_true(metric(&run, "p.refuted") > 20);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: one that is cut off from nine others for 16 s is taken for failed by all of them, who
 * confirm each other; it suspects all of them alone, and waits six times as long before it takes
 * them for failed (Lifeguard), so that it does not. */
static void test_alone(void **state) {
  (void)state;
  for (int lifeguard = 0; lifeguard < 2; lifeguard++) {
    struct scene *scene = scene_new();
    peers_of(scene, 10, lifeguard ? "6" : "1");
    fault(scene, &fault_partition, "p[1]", NULL, 10 * S, 16e9);
    struct run run = run_for(scene, 60 * S);
    if (lifeguard) assert_same(metric(&run, "p.false_alarms"), 9);
    if (!lifeguard) assert_true(metric(&run, "p.false_alarms") >= 18);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: 100 peers that compare each second compare each third one. */
static void test_compares(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *peers = peers_of(scene, 100, "1");
  node_set(peers, "gossip.sync", "1s");
  node_set(peers, "gossip.sync_scales", "true");
  struct run run = run_for(scene, 60 * S);
  assert_same(metric(&run, "p.compared"), 100 * 60 / 3);
  run_free(&run);
  scene_free(scene);
}

static void refused(const char *key, const char *value, const char *says) {
  struct scene *scene = scene_new();
  struct node *peers = peers_of(scene, 10, "1");
  node_set(peers, key, value);
  struct error err = {0};
  assert_false(node_valid(peers, &err));
  if (!strstr(err.text, says)) fail_msg("%s", err.text);
  scene_free(scene);
}

static void test_mistakes(void **state) {
  (void)state;
  refused("swim.timeout", "1s", "timeout is as long as every");
  refused("detector", "phi 8", "both detector and swim");
  refused("gossip.sync_scales", "true", "sync_scales without sync");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_by_size),        cmocka_unit_test(test_crash),
      cmocka_unit_test(test_crash_for_long), cmocka_unit_test(test_refutes),
      cmocka_unit_test(test_through),        cmocka_unit_test(test_alone),
      cmocka_unit_test(test_compares),       cmocka_unit_test(test_mistakes),
      cmocka_unit_test(test_old_news),
  };
  return cmocka_run_group_tests_name("swim", tests, NULL, NULL);
}
