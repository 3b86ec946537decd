/* Aim: peers hear of an update as the theory of epidemics says, and who was left out, who knew
 * already and which reads were stale is counted right. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20261129)
#define PEERS 1000

static struct node *peers_of(struct scene *scene, uint32_t n, const char *every,
                             const char *fanout) {
  struct node *peers = scene_add(scene, "peers", "p", n);
  node_set(peers, "gossip.every", every);
  node_set(peers, "gossip.fanout", fanout);
  return peers;
}

/* Writes of data of their own, one each `every_ns`. */
static struct shot *writes(uint32_t n, uint64_t every_ns) {
  struct shot *shots = calloc(n, sizeof *shots);
  for (uint32_t i = 0; i < n; i++) {
    shots[i] = (struct shot){.at_ns = i * every_ns, .to = "p", .op = "write", .item = i + 1};
  }
  return shots;
}

/* Aim: with a blind coin of 1 / k the share left out, and how often an update is told a peer, are
 * those of Demers et al. (1987), table 2 (1000 sites; k = 5 of 3000 runs of a simulation of its own
 * kind); and the one is exp(-the other). */
static void test_coin(void **state) {
  (void)state;
  static const struct {
    const char *coin;
    double residue, traffic;
  } rows[] = {{"0.5", 0.2039, 1.592}, {"0.333333333", 0.0599, 2.822}, {"0.2", 0.0070, 4.963}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    enum { N = 300 };
    struct shot *shots = writes(N, S);
    struct scene *scene = scene_new();
    node_set(peers_of(scene, PEERS, "1s", "1"), "gossip.coin", rows[i].coin);
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, SEED, 400 * S);
    double residue = metric(&run, "p.residue"), traffic = metric(&run, "p.traffic");
    assert_within(residue, rows[i].residue, 0.04 * rows[i].residue);
    assert_within(traffic, rows[i].traffic, 0.02 * rows[i].traffic);
    assert_within(residue, exp(-traffic), 0.04 * residue);
    /* Told to who did not know: all but the first who know at the end. */
    double heard = metric(&run, "p.heard");
    assert_within(heard, N * ((1 - residue) * PEERS - 1), 0.5);
    assert_same(heard + metric(&run, "p.needless"), metric(&run, "p.told"));
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* A plain count of rounds: everybody who knew at the beginning of a round tells `fanout` different
 * others. */
static double rounds_until_all(uint32_t n, uint32_t fanout, uint32_t trials) {
  uint64_t x = 88172645463325252;
  double sum = 0;
  bool *knows = malloc(n), *next = malloc(n);
  for (uint32_t t = 0; t < trials; t++) {
    memset(knows, 0, n);
    knows[0] = true;
    uint32_t count = 1, rounds = 0;
    for (; count < n; rounds++) {
      memcpy(next, knows, n);
      for (uint32_t i = 0; i < n; i++) {
        if (!knows[i]) continue;
        uint32_t drawn[8], k = 0;
        while (k < fanout) {
          x ^= x << 13;
          x ^= x >> 7;
          x ^= x << 17;
          uint32_t to = (uint32_t)((x >> 32) % n);
          bool again = to == i;
          for (uint32_t d = 0; d < k; d++) again |= drawn[d] == to;
          if (again) continue;
          drawn[k++] = to;
          count += !next[to];
          next[to] = true;
        }
      }
      memcpy(knows, next, n);
    }
    sum += rounds;
  }
  free(knows);
  free(next);
  return sum / trials;
}

/* Aim: by rounds at the same instants all know after log2(n) + ln(n) + O(1) of them (Pittel, On
 * Spreading a Rumor, 1987), and after as many as a plain count says, with any fanout; by rounds at
 * instants of their own it takes less, for who hears goes on sooner. */
static void test_rounds(void **state) {
  (void)state;
  static const struct {
    uint32_t n, fanout, updates;
  } rows[] = {{16, 1, 200}, {1000, 1, 30}, {1000, 3, 15}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    uint32_t updates = rows[i].updates;
    double spread[2];
    for (int stagger = 0; stagger < 2; stagger++) {
      struct shot *shots = writes(updates, 40 * S);
      struct scene *scene = scene_new();
      char fanout[8];
      snprintf(fanout, sizeof fanout, "%u", rows[i].fanout);
      struct node *peers = peers_of(scene, rows[i].n, "1s", fanout);
      node_set(peers, "gossip.stagger", stagger ? "true" : "false");
      node_set(peers, "gossip.tells", "22");
      scene_add_sender(scene, "from", shots, updates);
      struct run run = run_scene(scene, SEED, updates * 40 * S);
      spread[stagger] = metric(&run, "p.spread.mean");
      assert_same(metric(&run, "p.updates"), updates);
      run_free(&run);
      scene_free(scene);
      free(shots);
    }
    double counted = rounds_until_all(rows[i].n, rows[i].fanout, 400);
    assert_within(spread[0], counted, 0.03 * counted);
    assert_true(spread[1] < 0.9 * spread[0]);
    if (rows[i].n == 1000 && rows[i].fanout == 1) {
      assert_within(spread[0], log2(1000) + log(1000), 1.5);
    }
  }
}

/* Aim: everybody who knows tells an update `tells` times and no more; the default is memberlist's
 * retransmit limit, 4 ceil(log10(n + 1)): 4, 8, 12 times for 3, 10 and 100 peers. */
static void test_tells(void **state) {
  (void)state;
  static const struct {
    uint32_t n;
    const char *tells; /* NULL: not given */
    double times;
  } rows[] = {{3, NULL, 4}, {10, NULL, 8}, {100, NULL, 12}, {9, NULL, 4}, {50, "7", 7}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    enum { N = 20 };
    struct shot *shots = writes(N, 10 * S);
    struct scene *scene = scene_new();
    struct node *peers = peers_of(scene, rows[i].n, "200ms", "2");
    if (rows[i].tells) node_set(peers, "gossip.tells", rows[i].tells);
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, SEED, 300 * S);
    double reached = N * rows[i].n * (1 - metric(&run, "p.residue"));
    assert_same(metric(&run, "p.told"), round(reached) * rows[i].times);
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: a read is stale exactly while the peer that is asked lacks the update; who was left out
 * learns it by comparing, and by nothing else. */
static void test_reads_and_sync(void **state) {
  (void)state;
  for (int sync = 0; sync < 2; sync++) {
    enum { READS = 100 };
    struct shot shots[1 + 2 * READS];
    memset(shots, 0, sizeof shots);
    shots[0] = (struct shot){.at_ns = S, .to = "p", .member = 1, .op = "write", .item = 7};
    for (uint32_t i = 0; i < READS; i++) {
      shots[1 + i] =
          (struct shot){.at_ns = 30 * S, .to = "p", .member = i + 1, .op = "read", .item = 7};
      shots[1 + READS + i] =
          (struct shot){.at_ns = 60 * S, .to = "p", .member = i + 1, .op = "read", .item = 7};
    }
    struct scene *scene = scene_new();
    struct node *peers = peers_of(scene, READS, "1s", "1");
    node_set(peers, "gossip.tells", "1");
    if (sync) node_set(peers, "gossip.sync", "2s");
    scene_add_sender(scene, "from", shots, 1 + 2 * READS);
    struct run run = run_begin(scene, SEED, 0, 29 * S);
    sim_run(run.sim, 29 * S);
    run_finish(&run);
    double left = READS - 1 - metric(&run, "p.heard");
    assert_true(left > 20);
    assert_same(metric(&run, "p.synced"), sync ? left : 0);
    if (!sync) assert_same(metric(&run, "p.residue"), left / READS);
    run_free(&run);
    run = run_scene(scene, SEED, 61 * S);
    assert_within(metric(&run, "p.stale_reads"), sync ? 0 : left / READS, 1e-9);
    if (!sync) assert_true(metric(&run, "p.stale_age.max") > 58);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: no peer is needed: whichever one crashes, the others hear of what others take; the one that
 * was down learns what it missed when it compares. */
static void test_crash(void **state) {
  (void)state;
  for (uint32_t dead = 1; dead <= 10; dead++) {
    struct shot shots[] = {
        {.at_ns = 5 * S, .to = "p", .member = dead % 10 + 1, .op = "write", .item = 1},
        {.at_ns = 40 * S, .to = "p", .member = dead, .op = "read", .item = 1}};
    struct scene *scene = scene_new();
    struct node *peers = peers_of(scene, 10, "200ms", "3");
    node_set(peers, "gossip.sync", "5s");
    char target[16];
    snprintf(target, sizeof target, "p[%u]", dead);
    scene_fault(
        scene, target, NULL,
        (struct fault_spec){.type = &fault_crash, .at_ns = 4 * S, .lasts = dist_constant(20e9)});
    scene_add_sender(scene, "from", shots, 2);
    struct run run = run_scene(scene, SEED + dead, 50 * S);
    assert_shot(&shots[0], OUTCOME_OK, 5 * S);
    assert_true(metric(&run, "p.spread.max") < 3);
    assert_same(metric(&run, "p.residue"), 0);
    assert_true(metric(&run, "p.synced") >= 1);
    assert_same(metric(&run, "p.heard") + metric(&run, "p.synced"), 9);
    assert_same(metric(&run, "p.stale_reads"), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: what a peer was telling when it crashed is told by nobody, but not forgotten: comparisons
 * bring it to all. */
static void test_crash_of_the_teller(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 300 * MS, .to = "p", .member = 1, .op = "write", .item = 1}};
  struct scene *scene = scene_new();
  struct node *peers = peers_of(scene, 10, "1s", "1");
  node_set(peers, "gossip.stagger", "false");
  node_set(peers, "gossip.sync", "2s");
  scene_fault(
      scene, "p[1]", NULL,
      (struct fault_spec){.type = &fault_crash, .at_ns = 400 * MS, .lasts = dist_constant(5e9)});
  scene_add_sender(scene, "from", shots, 1);
  struct run run = run_scene(scene, 1, 60 * S);
  assert_same(metric(&run, "p.told"), 0);
  assert_same(metric(&run, "p.residue"), 1);
  assert_same(metric(&run, "p.synced"), 9);
  assert_true(metric(&run, "p.spread.max") > 5);
  run_free(&run);
  scene_free(scene);
}

/* Aim: two peers that compare both learn at once what the other knew. */
static void test_both_learn(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "p", .member = 1, .op = "write", .item = 1},
                         {.at_ns = 0, .to = "p", .member = 2, .op = "write", .item = 2}};
  struct scene *scene = scene_new();
  struct node *peers = peers_of(scene, 2, "10000s", "1");
  node_set(peers, "gossip.stagger", "false");
  node_set(peers, "gossip.sync", "100s");
  scene_add_sender(scene, "from", shots, 2);
  struct run run = run_scene(scene, 1, 200 * S);
  assert_same(metric(&run, "p.synced"), 2);
  assert_within(metric(&run, "p.spread.mean"), metric(&run, "p.spread.max"), 1e-3);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what is lost on its way is told in vain: eight times with half of them lost are as good as
 * four times, after which exp(-4 (1 - r)) = r are left out. */
static void test_loss(void **state) {
  (void)state;
  static const struct {
    double loss;
    const char *tells;
  } rows[] = {{0, "4"}, {0.5, "8"}};
  for (int i = 0; i < 2; i++) {
    enum { N = 60 };
    struct shot *shots = writes(N, 10 * S);
    struct scene *scene = scene_new();
    scene_zone(scene, "z", NULL);
    scene_path(scene, "z", "z",
               (struct path_spec){.latency = dist_constant(1e6), .loss = rows[i].loss});
    struct node *peers = peers_of(scene, PEERS, "1s", "1");
    node_zones(peers, "z");
    node_set(peers, "gossip.tells", rows[i].tells);
    scene_add_sender(scene, "from", shots, N);
    struct run run = run_scene(scene, SEED, 700 * S);
    assert_within(metric(&run, "p.residue"), 0.0198, 0.002);
    assert_within(metric(&run, "p.heard") + metric(&run, "p.needless"),
                  (1 - rows[i].loss) * metric(&run, "p.told"), 0.01 * metric(&run, "p.told"));
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* Aim: where there are fewer others than it would tell, it tells them all. */
static void test_few(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 300 * MS, .to = "p", .op = "write"}};
  struct scene *scene = scene_new();
  struct node *peers = peers_of(scene, 3, "1s", "5");
  node_set(peers, "gossip.stagger", "false");
  scene_add_sender(scene, "from", shots, 1);
  struct run run = run_scene(scene, 1, 10 * S);
  assert_within(metric(&run, "p.spread.max"), 0.7, 1e-3);
  assert_same(metric(&run, "p.heard"), 2);
  run_free(&run);
  scene_free(scene);
}

/* Aim: an update waits for the next round and then takes its way: at 0.3 s, told at 1 s, 50 ms. */
static void test_way(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 300 * MS, .to = "p", .op = "write"}};
  struct scene *scene = scene_new();
  scene_zone(scene, "z", NULL);
  scene_path(scene, "z", "z", (struct path_spec){.latency = dist_constant(50e6)});
  struct node *peers = peers_of(scene, 2, "1s", "1");
  node_zones(peers, "z");
  node_set(peers, "gossip.stagger", "false");
  scene_add_sender(scene, "from", shots, 1);
  struct run run = run_scene(scene, 1, 10 * S);
  assert_within(metric(&run, "p.spread.max"), 0.75, 1e-3);
  run_free(&run);
  scene_free(scene);
}

/* Aim: the newest value of a datum is all that a reader needs, and a read misses only what was
 * taken before it was asked. */
static void test_newest(void **state) {
  (void)state;
  struct shot shots[] = {
      {.at_ns = 300 * MS, .to = "p", .member = 1, .op = "write", .item = 1},
      {.at_ns = 300 * MS,
       .to = "p",
       .member = 2,
       .op = "read",
       .item = 1}, /* at the same instant */
      {.at_ns = 400 * MS, .to = "p", .member = 2, .op = "write", .item = 1},
      {.at_ns = 500 * MS, .to = "p", .member = 2, .op = "read", .item = 1},
      {.at_ns = 500 * MS, .to = "p", .member = 1, .op = "read", .item = 2},
      {.at_ns = 600 * MS, .to = "p", .member = 1, .op = "read", .item = 1}, /* lacks the second */
  };
  struct scene *scene = scene_new();
  node_set(peers_of(scene, 2, "1s", "1"), "gossip.stagger", "false");
  scene_add_sender(scene, "from", shots, 6);
  struct run run = run_scene(scene, 1, 10 * S);
  assert_same(metric(&run, "p.stale_reads"), 0.25);
  assert_within(metric(&run, "p.stale_age.max"), 0.2, 1e-3);
  run_free(&run);
  scene_free(scene);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    uint32_t n;
    const char *param, *text, *says;
  } cases[] = {
      {1, "gossip.every", "1s", "nobody to tell"},
      {3, "gossip.coin", "0.5", "leave one out"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct scene *scene = scene_new();
    struct node *peers = scene_add(scene, "peers", "p", cases[i].n);
    node_set(peers, "gossip.fanout", "1");
    node_set(peers, "gossip.tells", "3");
    node_set(peers, cases[i].param, cases[i].text);
    struct error err = {0};
    assert_false(node_valid(peers, &err));
    if (!strstr(err.text, cases[i].says)) fail_msg("%s", err.text);
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_coin),       cmocka_unit_test(test_rounds),
      cmocka_unit_test(test_tells),      cmocka_unit_test(test_reads_and_sync),
      cmocka_unit_test(test_crash),      cmocka_unit_test(test_loss),
      cmocka_unit_test(test_way),        cmocka_unit_test(test_few),
      cmocka_unit_test(test_newest),     cmocka_unit_test(test_crash_of_the_teller),
      cmocka_unit_test(test_both_learn), cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("gossip", tests, NULL, NULL);
}
