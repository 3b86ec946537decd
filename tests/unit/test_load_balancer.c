/* Aim: which backend gets which call, when a backend is taken out and brought back, to the
 * nanosecond, and what a balancer forgets when it crashes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "balancer_kit.h"

#define SEED UINT64_C(20250114)

/* --- choosing ------------------------------------------------------------------------------- */

/* Aim: round robin goes through all instances of all backends in turn, whatever they are busy with;
 * the balancer takes no time and hands every outcome back. */
static void test_round_robin(void **state) {
  (void)state;
  enum { N = 30 };
  struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "lb", .item = i % 7};
  }
  struct recorder web = {.ns_per_item = MS}, old = {.fails = N, .failure = OUTCOME_SHED};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  add_balancer(scene, "round_robin", "web, old");
  scene_add_recorder(scene, "web", 3, &web);
  scene_add_recorder(scene, "old", 2, &old);
  struct run run = run_scene(scene, 1, S);
  assert_true(web.n == 18 && old.n == 12);
  uint32_t from_web = 0, from_old = 0;
  for (uint32_t i = 0; i < N; i++) {
    bool is_web = i % 5 < 3;
    const struct record *r = is_web ? &web.record[from_web++] : &old.record[from_old++];
    assert_int_equal(r->key, i + 1);
    assert_int_equal(r->member, i % 5 % 3 + 1);
    assert_int_equal(r->at_ns, i * MS);
    assert_shot(&shots[i], is_web ? OUTCOME_OK : OUTCOME_SHED, (i + (is_web ? i % 7 : 0)) * MS);
  }
  assert_same(metric(&run, "lb.arrivals"), N);
  run_free(&run);
  scene_free(scene);
}

/* Calls that a member had and had not ended when the record's call came. */
static uint32_t busy_with(const struct recorder *r, uint32_t record, uint32_t member) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < record; i++) {
    n += r->record[i].member == member && r->record[i].ended_ns > r->record[record].at_ns;
  }
  return n;
}

/* Aim: on random arrivals and durations each call goes to a backend that has the fewest calls;
 * among idle ones they go round. */
static void test_least_connections(void **state) {
  (void)state;
  enum { N = 2000, MEMBERS = 5 };
  struct draws draws = draws_begin(rng_stream(SEED, 0, "test_load_balancer", "least"), 0, 0);
  print_message("seed %llu\n", (unsigned long long)SEED);
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  uint64_t at_ns = 0;
  for (uint32_t i = 0; i < N; i++) {
    if (i >= 10) at_ns += 2 + 2 * draws_below(&draws, 200); /* even; ends are odd: no ties */
    shots[i] = (struct shot){.at_ns = at_ns,
                             .to = "lb",
                             .item = i < 10 ? 0 : 1 + 2 * (uint32_t)draws_below(&draws, 1000)};
  }
  struct recorder web = {.ns_per_item = 1};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  add_balancer(scene, "least_connections", "web");
  scene_add_recorder(scene, "web", MEMBERS, &web);
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(web.n, N);
  uint32_t uneven = 0;
  for (uint32_t i = 0; i < N; i++) {
    uint32_t chosen = busy_with(&web, i, web.record[i].member), greatest = 0;
    for (uint32_t m = 1; m <= MEMBERS; m++) {
      uint32_t busy = busy_with(&web, i, m);
      if (busy < chosen) fail_msg("call %u went to one with %u calls, not %u", i, chosen, busy);
      if (busy > greatest) greatest = busy;
    }
    uneven += greatest > chosen;
    if (i < 10) assert_int_equal(web.record[i].member, i % MEMBERS + 1); /* all idle */
  }
  assert_true(uneven > N / 4);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* The share of calls that member `m` of four gets when `choices` different ones are drawn in random
 * order and the first of the least busy takes the call. Goes through all orders of four. */
static double expected_share(const uint32_t *busy, uint32_t choices, uint32_t m) {
  uint32_t orders = 0, hits = 0;
  for (uint32_t code = 0; code < 256; code++) {
    uint32_t order[4] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
    if ((1u << order[0] | 1u << order[1] | 1u << order[2] | 1u << order[3]) != 15) continue;
    uint32_t best = order[0];
    for (uint32_t i = 1; i < choices; i++) {
      if (busy[order[i]] < busy[best]) best = order[i];
    }
    orders++;
    hits += best == m;
  }
  assert_int_equal(orders, 24);
  return (double)hits / orders;
}

/* Aim: power of two draws different backends, each as likely, and takes the less busy; random draws
 * one whatever it does. Some long calls make the backends unevenly busy, then many short ones are
 * counted. */
static void test_random_choices(void **state) {
  (void)state;
  enum { LONG = 9, N = 30000 };
  for (uint32_t choices = 1; choices <= 4; choices++) {
    struct shot *shots = calloc(LONG + N, sizeof *shots);
    assert_non_null(shots);
    for (uint32_t i = 0; i < LONG + N; i++) {
      shots[i] = (struct shot){.at_ns = i * US, .to = "lb", .item = i < LONG};
    }
    struct recorder web = {.ns_per_item = 100 * S};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, LONG + N);
    struct node *lb = add_balancer(scene, choices == 1 ? "random" : "power_of_two", "web");
    char text[8];
    snprintf(text, sizeof text, "%u", choices);
    if (choices > 2) node_set(lb, "choices", text);
    scene_add_recorder(scene, "web", 4, &web);
    struct run run = run_scene(scene, SEED + choices, 10 * S);
    uint32_t busy[4] = {0}, hits[4] = {0};
    for (uint32_t i = 0; i < web.n; i++) (i < LONG ? busy : hits)[web.record[i].member - 1]++;
    print_message("  busy with %u %u %u %u\n", busy[0], busy[1], busy[2], busy[3]);
    for (uint32_t m = 0; m < 4; m++) {
      double share = expected_share(busy, choices, m);
      if (share > 0 && share < 1) assert_share(hits[m], N, share);
      if (share <= 0) assert_int_equal(hits[m], 0);
      if (share >= 1) assert_int_equal(hits[m], N);
    }
    run_free(&run);
    scene_free(scene);
    free(shots);
  }
}

/* --- failures of backends ------------------------------------------------------------------- */

/* Aim: calls go only to those that are in; when all are out they are refused at once by the
 * balancer; before that they go to the dead. */
static void test_calls_avoid_the_dead(void **state) {
  (void)state;
  struct shot shots[30];
  for (uint32_t i = 0; i < 30; i++) {
    shots[i] = (struct shot){.at_ns = i * S + S / 2, .to = "lb", .timeout_ns = 100 * MS};
  }
  struct recorder web = {0};
  struct scene *scene = checked_scene(&web);
  scene_add_sender(scene, "from", shots, 30);
  scene_fault(scene, "web[2]", NULL, strong_ms(&fault_crash, 3200, 100000)); /* out at 8 */
  scene_fault(scene, "web[1]", NULL, strong_ms(&fault_hang, 12200, 10000));  /* 13 .. 18 - 28 */
  struct run run = run_scene(scene, 1, 30 * S);
  for (uint32_t i = 0; i < 30; i++) {
    uint64_t at = shots[i].at_ns;
    if (i < 8) { /* turns: web[1], web[2], ... */
      assert_shot(&shots[i], i % 2 && i >= 3 ? OUTCOME_REFUSED : OUTCOME_OK, at);
    } else if (i < 12) {
      assert_shot(&shots[i], OUTCOME_OK, at);
    } else if (i < 18) {
      assert_shot(&shots[i], OUTCOME_TIMEOUT, at + 100 * MS);
    } else if (i < 25) { /* checks at 23 and 25 are good */
      assert_shot(&shots[i], OUTCOME_REFUSED, at);
    } else {
      assert_shot(&shots[i], OUTCOME_OK, at);
    }
  }
  assert_same(metric(&run, "lb.no_backend"), 7);
  assert_same(metric(&run, "lb.ejections"), 2);
  run_free(&run);
  scene_free(scene);
}

/* Aim: with connect_retries a refused call is sent to the next backend, so often and no more; other
 * failures are handed back. */
static void test_connect_retries(void **state) {
  (void)state;
  static const char *const retries[] = {"0", "1", "2", "5"};
  static const char *const member[] = {"web[1]", "web[2]", "web[3]"};
  for (uint32_t k = 0; k < 4; k++) {
    for (uint32_t down = 0; down <= 3; down++) { /* web[1..down] */
      struct shot shots[1] = {{.at_ns = S, .to = "lb"}};
      struct recorder web = {0};
      struct scene *scene = scene_new();
      scene_add_sender(scene, "from", shots, 1);
      node_set(add_balancer(scene, "round_robin", "web"), "connect_retries", retries[k]);
      scene_add_recorder(scene, "web", 3, &web);
      for (uint32_t i = 0; i < down; i++) {
        scene_fault(scene, member[i], NULL, strong_ms(&fault_crash, 500, 10000));
      }
      struct run run = run_scene(scene, 1, 5 * S);
      uint32_t limit = (uint32_t)strtoul(retries[k], NULL, 10);
      bool reaches = down < 3 && limit >= down;
      assert_shot(&shots[0], reaches ? OUTCOME_OK : OUTCOME_REFUSED, S);
      assert_int_equal(web.n, reaches);
      if (reaches) assert_int_equal(web.record[0].member, down + 1);
      if (reaches) assert_same(metric(&run, "lb.reconnects"), down);
      assert_true(metric(&run, "lb.reconnects") <= limit);
      run_free(&run);
      scene_free(scene);
    }
  }
}

/* Aim: a backend that has begun with a call may not see another one do it too. */
static void test_only_refusals_reconnect(void **state) {
  (void)state;
  for (int failure = OUTCOME_OK + 1; failure < OUTCOMES; failure++) {
    struct shot shots[1] = {{.to = "lb"}};
    struct recorder web = {.fails = 1, .failure = (enum outcome)failure};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 1);
    node_set(add_balancer(scene, "round_robin", "web"), "connect_retries", "2");
    scene_add_recorder(scene, "web", 3, &web);
    struct run run = run_scene(scene, 1, S);
    bool again = failure == OUTCOME_REFUSED;
    assert_shot(&shots[0], again ? OUTCOME_OK : (enum outcome)failure, 0);
    assert_int_equal(web.n, again ? 2 : 1);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a call that takes too long is answered `timeout` by the balancer and no longer counts as its
 * backend's. */
static void test_timeout(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "lb", .item = 100},                     /* web[1], given up at 5 */
                         {.at_ns = 1 * MS, .to = "lb", .item = 100},    /* web[2], given up at 6 */
                         {.at_ns = MS / 2 * 11, .to = "lb", .item = 3}, /* web[1] has none */
                         {.at_ns = 7 * MS, .to = "lb", .item = 1}};     /* web[2] has none */
  struct recorder web = {.ns_per_item = MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  node_set(add_balancer(scene, "least_connections", "web"), "timeout", "5ms");
  scene_add_recorder(scene, "web", 2, &web);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_TIMEOUT, 5 * MS);
  assert_shot(&shots[1], OUTCOME_TIMEOUT, 6 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 8500 * US);
  assert_shot(&shots[3], OUTCOME_OK, 8 * MS);
  assert_int_equal(web.record[2].member, 1);
  assert_int_equal(web.record[3].member, 2);
  run_free(&run);
  scene_free(scene);
}

/* --- its own crash -------------------------------------------------------------------------- */

/* Aim: a balancer that comes back knows nothing of the calls it had sent: they count no more, and
 * their answers disturb nothing; its own callers got a reset. */
static void test_crash_forgets_calls(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "lb", .item = 50},
                         {.at_ns = 1 * MS, .to = "lb"},              /* web[2] */
                         {.at_ns = 2 * MS, .to = "lb"},              /* web[2]: web[1] is busy */
                         {.at_ns = 10 * MS, .to = "lb"},             /* refused */
                         {.at_ns = 20 * MS, .to = "lb", .item = 40}, /* forgotten: in turn */
                         {.at_ns = 21 * MS, .to = "lb", .item = 40},
                         {.at_ns = 22 * MS, .to = "lb", .item = 60},
                         {.at_ns = 70 * MS, .to = "lb"}};
  struct recorder web = {.ns_per_item = MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 8);
  add_balancer(scene, "least_connections", "web");
  scene_add_recorder(scene, "web", 2, &web);
  scene_fault(scene, "lb", NULL, strong_ms(&fault_crash, 5, 10));
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_RESET, 5 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 1 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 2 * MS);
  assert_shot(&shots[3], OUTCOME_REFUSED, 10 * MS);
  assert_shot(&shots[4], OUTCOME_OK, 60 * MS);
  assert_shot(&shots[5], OUTCOME_OK, 61 * MS);
  assert_int_equal(web.n, 7);
  assert_int_equal(web.record[1].member, 2);
  assert_int_equal(web.record[2].member, 2);
  assert_true(web.record[3].member != web.record[4].member);
  /* At 50 ms the answer to the call before the crash came and took nothing off web[1]: one of both
   * has ended its call at 60 or 61, and the third goes to any; at 70 only the third is left. */
  assert_true(web.record[6].member != web.record[5].member);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a call that is tried again draws again. Each message is lost with 20 %; half of the calls
 * meet the broken backend first, are refused and go to the other: 0.8^2 of the first half come
 * through and 0.8^4 of the others. */
static void test_reconnect_draws(void **state) {
  (void)state;
  enum { N = 20000 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = (i + 1) * MS, .to = "lb", .timeout_ns = S};
  }
  struct recorder web = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  struct node *lb = add_balancer(scene, "round_robin", "web");
  node_set(lb, "connect_retries", "1");
  scene_add_recorder(scene, "web", 2, &web);
  scene_path(scene, "lb", "web", (struct path_spec){.loss = 0.2});
  scene_fault(scene, "web[1]", NULL, strong_ms(&fault_crash, 0, 100000));
  struct run run = run_scene(scene, SEED, 30 * S);
  uint32_t ok = 0;
  for (uint32_t i = 0; i < N; i++) ok += shots[i].outcome == OUTCOME_OK;
  assert_share(ok, N, (0.64 + 0.4096) / 2);
  run_free(&run);
  scene_free(scene);
}

/* --- passive checks ------------------------------------------------------------------------- */

/* Aim: `failures` calls in a row that fail take a backend out for `eject`, the second time for
 * twice as long; other answers between them begin the count again. */
static void test_outlier(void **state) {
  (void)state;
  enum { N = 400 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = (10 * i + 5) * MS, .to = "lb"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  struct node *lb = add_balancer(scene, "round_robin", "web");
  node_set(lb, "outlier.failures", "3");
  node_set(lb, "outlier.eject", "1003ms");
  scene_add(scene, "service", "web", 2);
  /* Of the calls at 5, 15, 25 ... ms each second one meets web[1]. */
  const uint64_t two_of_three_ms[] = {20, 42}, long_ms[] = {100, 2500};
  for (int i = 0; i < 2; i++) {
    const uint64_t *ms = i ? long_ms : two_of_three_ms;
    struct fault_spec fault = {.type = &fault_crash,
                               .at_ns = ms[0] * MS,
                               .lasts = dist_constant((double)((ms[1] - ms[0]) * MS))};
    scene_fault(scene, "web[1]", NULL, fault);
  }
  struct run run = run_begin(scene, 1, 0, 5 * S);
  assert_same(healthy_at(&run, 140 * MS), 2);
  assert_same(healthy_at(&run, 146 * MS), 1); /* failed at 105, 125 and 145 */
  assert_same(healthy_at(&run, 1147 * MS), 1);
  assert_same(healthy_at(&run, 1149 * MS), 2);
  assert_same(metric(&run, "lb.outliers"), 1);
  assert_same(healthy_at(&run, 1220 * MS), 1); /* three more calls */
  assert_same(healthy_at(&run, 3200 * MS), 1); /* twice 1003 ms */
  assert_same(healthy_at(&run, 3230 * MS), 2);
  assert_same(healthy_at(&run, 5 * S), 2);
  assert_same(metric(&run, "lb.outliers"), 2);
  uint32_t refused = 0;
  for (uint32_t i = 0; i < N; i++) refused += shots[i].outcome == OUTCOME_REFUSED;
  assert_int_equal(refused, 1 + 3 + 3); /* the first crash was over before its second call */
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: not more than `most` of the backends are out at once, but always one may be. */
static void test_outlier_most(void **state) {
  (void)state;
  const struct {
    const char *most;
    double left;
  } cases[] = {{"10%", 9}, {"25%", 8}, {"100%", 0}, {"0%", 9}};
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    enum { N = 50 };
    struct shot shots[N];
    for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "lb"};
    struct recorder web = {.fails = N, .failure = OUTCOME_FAILED};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, N);
    struct node *lb = add_balancer(scene, "round_robin", "web");
    node_set(lb, "outlier.failures", "2");
    node_set(lb, "outlier.most", cases[k].most);
    scene_add_recorder(scene, "web", 10, &web);
    struct run run = run_begin(scene, 1, 0, S);
    assert_same(healthy_at(&run, 100 * MS), cases[k].left);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: `most` is a share of the backends that are there, and one that comes has no history. Of ten
 * six come at 600 ms: half of the four others may be out before, half of all then. */
static void test_outlier_of_those_there(void **state) {
  (void)state;
  enum { N = 200 };
  static struct shot shots[N];
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = 5 * i * MS, .to = "lb"};
  struct recorder web = {.fails = N, .failure = OUTCOME_FAILED};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  struct node *lb = add_balancer(scene, "round_robin", "web");
  node_set(lb, "outlier.failures", "2");
  node_set(lb, "outlier.most", "50%");
  scene_add_recorder(scene, "web", 10, &web);
  for (int i = 5; i <= 10; i++) {
    char name[16];
    snprintf(name, sizeof name, "web[%d]", i);
    scene_fault(scene, name, NULL,
                (struct fault_spec){.type = &fault_join, .at_ns = 600 * MS, .forever = true});
  }
  /* Ejected before it goes, one that comes again is in use. */
  scene_fault(
      scene, "web[1]", NULL,
      (struct fault_spec){
          .type = &fault_stop, .at_ns = 300 * MS, .lasts = dist_constant((double)(100 * MS))});
  struct run run = run_begin(scene, 1, 0, S);
  assert_same(healthy_at(&run, 250 * MS), 2);
  assert_same(healthy_at(&run, 350 * MS), 2); /* of three: one, who is out already */
  assert_same(healthy_at(&run, 401 * MS), 3);
  assert_same(healthy_at(&run, 500 * MS), 2);
  assert_same(healthy_at(&run, 990 * MS), 5);
  /* Out were 2 of 4, then 1 of 3 when web[1] goes, 1 of 4 and 2 of 4 again, and half of 10. */
  assert_true(metric(&run, "lb.withheld_backends") < 3);
  run_free(&run);
  scene_free(scene);
}

/* The share of calls that a third backend gets which refuses them at once, under least_connections
 * and a load of `a` calls on the two others, which answer after exponential times of mean 1: the
 * chain of calls under way at both and of where looking begins, by repeated steps. */
static double share_of_refuser(double a) {
  enum { MOST = 24 };
  static double now[MOST][MOST][3], next[MOST][MOST][3];
  for (int i = 0; i < MOST; i++) {
    for (int j = 0; j < MOST; j++) now[i][j][0] = now[i][j][1] = now[i][j][2] = 0;
  }
  now[0][0][0] = 1;
  double events = a + 2 * MOST, share = 0; /* rate of the uniformized chain */
  for (int step = 0; step < 20000; step++) {
    share = 0;
    for (int i = 0; i < MOST; i++) {
      for (int j = 0; j < MOST; j++) next[i][j][0] = next[i][j][1] = next[i][j][2] = 0;
    }
    for (int i = 0; i < MOST; i++) {
      for (int j = 0; j < MOST; j++) {
        for (int first = 0; first < 3; first++) {
          double p = now[i][j][first] / events;
          int active[3] = {0, i, j}, best = first, then = (first + 1) % 3;
          for (int k = 1; k < 3 && active[best] > 0; k++) {
            if (active[(first + k) % 3] < active[best]) best = (first + k) % 3;
          }
          if (best == 0) share += now[i][j][first];
          int to_i = i + (best == 1 && i < MOST - 1), to_j = j + (best == 2 && j < MOST - 1);
          next[to_i][to_j][then] += p * a;
          if (i > 0) next[i - 1][j][first] += p * i;
          if (j > 0) next[i][j - 1][first] += p * j;
          next[i][j][first] += p * (2 * MOST - i - j);
        }
      }
    }
    for (int i = 0; i < MOST; i++) {
      for (int j = 0; j < MOST; j++) {
        for (int k = 0; k < 3; k++) now[i][j][k] = next[i][j][k];
      }
    }
  }
  return share;
}

/* Aim: under least_connections a backend that refuses at once gets the share that theory says, more
 * than a third, and `outlier` cures it: each ejection costs five calls. */
static void test_black_hole(void **state) {
  (void)state;
  for (int cured = 0; cured < 2; cured++) {
    struct scene *scene = scene_new();
    struct node *c = scene_add(scene, "client", "c", 1);
    node_set(c, "arrivals", "poisson 100/s");
    node_set(c, "target", "lb");
    struct node *lb = add_balancer(scene, "least_connections", "web");
    if (cured) node_set(lb, "outlier.failures", "5");
    struct node *web = scene_add(scene, "service", "web", 3);
    node_set(web, "work", "exponential 20ms");
    scene_fault(scene, "web[3]", NULL, (struct fault_spec){.type = &fault_crash, .forever = true});
    struct run run = run_scene(scene, 1, 600 * S);
    double refused = metric(&run, "c.errors.refused"), n = metric(&run, "lb.arrivals");
    if (cured) {
      assert_same(refused, 5 * metric(&run, "lb.outliers") + fmod(refused, 5));
      assert_true(refused <= 5 * 8); /* out for 30, 60, 90 ... s: 7 times in 600 s */
    } else {
      double share = share_of_refuser(2);
      assert_true(share > 0.45);
      assert_within(refused / n, share, 4.5 * sqrt(3 * share * (1 - share) / n));
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a balancer may not stand among its own backends. */
static void test_not_its_own_backend(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *lb = add_balancer(scene, "random", "web, lb");
  scene_add(scene, "service", "web", 1);
  struct error err = {0};
  assert_false(node_valid(lb, &err));
  assert_non_null(strstr(err.text, "this balancer itself"));
  scene_free(scene);
}

/* --- checks that are left out --------------------------------------------------------------- */

/* Aim: what makes no sense is refused with a sentence that names it. */
static void test_validation(void **state) {
  (void)state;
  static const struct {
    const char *param, *text, *names;
  } cases[] = {{"choices", "3", "choices"},
               {"health_check.timeout", "3s", "timeout"},
               {"choices", "17", "choices"},
               {"by", "user", "algorithm"}};
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    struct recorder web = {0};
    struct scene *scene = scene_new();
    struct node *lb = add_balancer(scene, "round_robin", "web");
    scene_add_recorder(scene, "web", 2, &web);
    node_set(lb, cases[k].param, cases[k].text);
    struct error err = {0};
    assert_false(node_valid(lb, &err));
    assert_non_null(strstr(err.text, cases[k].names));
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_robin),     cmocka_unit_test(test_least_connections),
      cmocka_unit_test(test_random_choices),  cmocka_unit_test(test_calls_avoid_the_dead),
      cmocka_unit_test(test_connect_retries), cmocka_unit_test(test_only_refusals_reconnect),
      cmocka_unit_test(test_timeout),         cmocka_unit_test(test_crash_forgets_calls),
      cmocka_unit_test(test_reconnect_draws), cmocka_unit_test(test_outlier),
      cmocka_unit_test(test_outlier_most),    cmocka_unit_test(test_outlier_of_those_there),
      cmocka_unit_test(test_black_hole),      cmocka_unit_test(test_not_its_own_backend),
      cmocka_unit_test(test_validation),
  };
  return cmocka_run_group_tests_name("load_balancer", tests, NULL, NULL);
}
