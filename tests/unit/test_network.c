/* Aim: messages take the path that is meant, as long as its latency and bandwidth say, and vanish
 * as often as its loss says. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

#define SEED UINT64_C(20250112)

static struct path_spec latency_ms(double ms) {
  return (struct path_spec){.latency = dist_constant(ms * 1e6)};
}

/* Aim: a path serves both ways unless it is one way; two one-way paths make an asymmetric one; who
 * has no path pays nothing. */
static void test_ways(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = MS, .to = "both"},
                         {.at_ns = MS, .to = "out"},
                         {.at_ns = MS, .to = "back"},
                         {.at_ns = MS, .to = "uneven"},
                         {.at_ns = MS, .to = "none"}};
  const char *const name[] = {"both", "out", "back", "uneven", "none"};
  struct recorder leaf[5] = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  for (int i = 0; i < 5; i++) scene_add_recorder(scene, name[i], 1, &leaf[i]);
  struct path_spec two = latency_ms(2), five = latency_ms(5);
  scene_path(scene, "from", "both", two);
  two.one_way = five.one_way = true;
  scene_path(scene, "from", "out", two);
  scene_path(scene, "back", "from", two);
  scene_path(scene, "from", "uneven", two);
  scene_path(scene, "uneven", "from", five);
  struct run run = run_scene(scene, 1, S);
  const uint64_t there_ms[] = {3, 3, 1, 3, 1}, ends_ms[] = {5, 3, 3, 8, 1};
  for (int i = 0; i < 5; i++) {
    assert_int_equal(leaf[i].record[0].at_ns, there_ms[i] * MS);
    assert_shot(&shots[i], OUTCOME_OK, ends_ms[i] * MS);
  }
  run_free(&run);
  scene_free(scene);
}

/* Aim: a message occupies the wire for size / bandwidth, the next one waits for that, each way by
 * itself, and latency comes on top. 1 Mbit/s: 1250 bytes take 10 ms, 625 take 5. */
static void test_bandwidth(void **state) {
  (void)state;
  const uint64_t at_ms[] = {0, 0, 15, 100};
  struct shot shots[4];
  for (int i = 0; i < 4; i++) {
    shots[i] = (struct shot){
        .at_ns = at_ms[i] * MS, .to = "leaf", .request_bytes = 1250, .response_bytes = 625};
  }
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct path_spec path = latency_ms(2);
  path.bits_per_s = 1e6;
  scene_path(scene, "from", "leaf", path);
  struct run run = run_scene(scene, 1, S);
  const uint64_t there_ms[] = {12, 22, 32, 112}, ends_ms[] = {19, 29, 39, 119};
  for (int i = 0; i < 4; i++) {
    assert_int_equal(leaf.record[i].at_ns, there_ms[i] * MS);
    assert_shot(&shots[i], OUTCOME_OK, ends_ms[i] * MS);
  }
  run_free(&run);
  scene_free(scene);
}

/* Aim: a message of n packets that passes h hops as fast as each other takes n + h - 1 packet
 * times, with what it has on the wire beside; without packets h times its own. 1 MB at 1 Gbit/s, 1
 * ms of latency for each hop. */
static void test_hops(void **state) {
  (void)state;
  const struct {
    uint64_t hops, packet, us, overhead;
  } cases[] = {{1, 1500, 9004, 0}, {3, 1500, 11028, 0}, {10, 1500, 18112, 0}, {1, 0, 9000, 0},
               {3, 0, 27000, 0},   {10, 0, 90000, 0},   {1, 1000, 10000, 125}};
  for (int i = 0; i < 7; i++) {
    struct shot shot = {.to = "leaf", .request_bytes = 1e6};
    struct recorder leaf = {0};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", &shot, 1);
    scene_add_recorder(scene, "leaf", 1, &leaf);
    struct path_spec path = latency_ms((double)cases[i].hops);
    path.bits_per_s = 1e9;
    path.hops = cases[i].hops;
    path.packet = cases[i].packet;
    path.overhead = cases[i].overhead;
    path.one_way = true;
    scene_path(scene, "from", "leaf", path);
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shot, OUTCOME_OK, cases[i].us * US);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: each hop has a queue: a short message waits at the second one for the long one before it.
 * 1 Mbit/s: 1250 bytes take 10 ms, 125 take 1. */
static void test_queue_at_each_hop(void **state) {
  (void)state;
  struct shot shots[] = {{.to = "leaf", .request_bytes = 1250},
                         {.to = "leaf", .request_bytes = 125}};
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_path(scene, "from", "leaf",
             (struct path_spec){.bits_per_s = 1e6, .hops = 2, .one_way = true});
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 20 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 21 * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what finds too little room before a wire is dropped, and what was dropped takes no room;
 * while the wire is idle all passes. 1 Mbit/s: 1250 bytes take 10 ms; room for two of them. */
static void test_buffer(void **state) {
  (void)state;
  const struct {
    uint64_t at_ms, ends_ms; /* 0: dropped */
    double bytes;
  } cases[] = {{0, 10, 1250}, {0, 20, 1250},  {0, 0, 1250},     {5, 0, 1250}, {5, 25, 625},
               {9, 0, 1250},  {15, 35, 1250}, {100, 140, 5000}, {119, 0, 1},  {130, 150, 1250}};
  enum { N = sizeof cases / sizeof cases[0] };
  struct shot shots[N];
  for (int i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = cases[i].at_ms * MS,
                             .to = "leaf",
                             .request_bytes = cases[i].bytes,
                             .timeout_ns = S};
  }
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_path(scene, "from", "leaf", (struct path_spec){.bits_per_s = 1e6, .buffer = 2500});
  struct run run = run_scene(scene, 1, 2 * S);
  for (int i = 0; i < N; i++) {
    bool passes = cases[i].ends_ms > 0;
    assert_shot(&shots[i], passes ? OUTCOME_OK : OUTCOME_TIMEOUT,
                passes ? cases[i].ends_ms * MS : cases[i].at_ms * MS + S);
  }
  assert_same(metric(&run, "path.from.leaf.dropped"), 0.4);
  run_free(&run);
  scene_free(scene);
}

/* Aim: distance and processing come on top of the latency, jitter is drawn for each message, and a
 * share of them falls behind by what is said. 5 + 2 ms each way, +- 0 to 1 ms, 100 ms for 10 %. */
static void test_jitter_and_reorder(void **state) {
  (void)state;
  enum { N = 20000 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "leaf"};
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct path_spec path = latency_ms(2);
  path.fixed_ns = 5e6;
  struct error err;
  assert_true(dist_uniform(&path.jitter, 0, 1e6, &err));
  path.reorder = 0.1;
  path.behind_ns = 100 * MS;
  path.one_way = true;
  scene_path(scene, "from", "leaf", path);
  struct run run = run_scene(scene, SEED, 100 * S);
  double sum = 0, behind = 0;
  for (uint32_t i = 0; i < N; i++) {
    double ms = (double)(shots[i].ended_ns - shots[i].at_ns) / 1e6;
    bool late = ms > 100;
    if (late) ms -= 100;
    assert_true(ms >= 7 && ms <= 8);
    sum += ms;
    behind += late;
  }
  assert_float_equal(sum / N, 7.5, 4 * sqrt(1.0 / 12 / N)); /* 4 standard errors */
  assert_float_equal(behind / N, 0.1, 4 * sqrt(0.09 / N));
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: answers queue for the wire too: requests without size, answers of 10 ms each. */
static void test_bandwidth_of_answers(void **state) {
  (void)state;
  struct shot shots[3];
  for (int i = 0; i < 3; i++) shots[i] = (struct shot){.to = "leaf", .response_bytes = 1250};
  struct recorder leaf = {.delay_ns = MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_path(scene, "from", "leaf", (struct path_spec){.bits_per_s = 1e6});
  struct run run = run_scene(scene, 1, S);
  for (uint64_t i = 0; i < 3; i++) assert_shot(&shots[i], OUTCOME_OK, (11 + 10 * i) * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: all who use a path between two zones share its wire; a path of their own has its own. */
static void test_shared_wire(void **state) {
  (void)state;
  struct shot one[] = {{.to = "leaf", .request_bytes = 1250}};
  struct shot two[] = {{.to = "leaf", .request_bytes = 1250}};
  struct shot own[] = {{.to = "leaf", .request_bytes = 1250}};
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_zone(scene, "here", NULL);
  scene_zone(scene, "there", NULL);
  node_zones(scene_add_sender(scene, "one", one, 1), "here");
  node_zones(scene_add_sender(scene, "two", two, 1), "here");
  node_zones(scene_add_sender(scene, "own", own, 1), "here");
  node_zones(scene_add_recorder(scene, "leaf", 1, &leaf), "there");
  scene_path(scene, "here", "there", (struct path_spec){.bits_per_s = 1e6});
  scene_path(scene, "own", "leaf", (struct path_spec){.bits_per_s = 1e6});
  struct run run = run_scene(scene, 1, S);
  assert_shot(&one[0], OUTCOME_OK, 10 * MS);
  assert_shot(&two[0], OUTCOME_OK, 20 * MS);
  assert_shot(&own[0], OUTCOME_OK, 10 * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: of all paths that fit, the most specific one counts: component before zone before region,
 * the sum of both ends first; in whatever order they were declared and whichever way round. */
static void test_most_specific_path(void **state) {
  (void)state;
  static const char *const ends[][2] = {{"eu", "us"},   {"eu-1", "us"},   {"eu-1", "us-1"},
                                        {"from", "us"}, {"eu-1", "leaf"}, {"from", "leaf"}};
  enum { PATHS = 6 };
  for (int declared = 1; declared <= PATHS; declared++) { /* the so many least specific ones */
    for (int order = 0; order < 4; order++) {
      struct shot shots[] = {{.to = "leaf"}};
      struct recorder leaf = {0};
      struct scene *scene = scene_new();
      scene_zone(scene, "eu-1", "eu");
      scene_zone(scene, "us-1", "us");
      node_zones(scene_add_sender(scene, "from", shots, 1), "eu-1");
      node_zones(scene_add_recorder(scene, "leaf", 1, &leaf), "us-1");
      for (int i = 0; i < declared; i++) {
        int k = order & 1 ? declared - 1 - i : i;
        struct path_spec path = latency_ms(k + 1);
        scene_path(scene, ends[k][order >> 1], ends[k][1 - (order >> 1)], path);
      }
      struct run run = run_scene(scene, 1, S);
      assert_shot(&shots[0], OUTCOME_OK, (uint64_t)(2 * declared) * MS);
      run_free(&run);
      scene_free(scene);
    }
  }
}

/* Aim: the members of a group that live in different zones are reached by different paths. */
static void test_members_in_zones(void **state) {
  (void)state;
  struct shot shots[4];
  for (uint32_t i = 0; i < 4; i++) shots[i] = (struct shot){.to = "leaf", .member = i + 1};
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_zone(scene, "eu-1", "eu");
  scene_zone(scene, "eu-2", "eu");
  scene_zone(scene, "us-1", "us");
  node_zones(scene_add_sender(scene, "from", shots, 4), "eu-1");
  node_zones(scene_add_recorder(scene, "leaf", 4, &leaf), "eu-1, eu-2, us-1");
  scene_path(scene, "eu-1", "eu-1", latency_ms(1));
  scene_path(scene, "eu", "eu", latency_ms(3));
  scene_path(scene, "eu", "us", latency_ms(40));
  struct run run = run_scene(scene, 1, S);
  const uint64_t ms[] = {2, 6, 80, 2}; /* the fourth is in the first zone again */
  for (int i = 0; i < 4; i++) assert_shot(&shots[i], OUTCOME_OK, ms[i] * MS);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a lossy path loses its share of messages, each way by itself; without a timeout nobody ever
 * answers, and the request counts as failed by timeout, also over a component that waits for ever
 * on its behalf. */
static void test_loss_strands(void **state) {
  (void)state;
  for (int one_way = 0; one_way <= 1; one_way++) {
    struct scene *scene = scene_new();
    struct node *c = scene_add(scene, "client", "c", 1);
    node_set(c, "arrivals", "poisson 1000/s");
    node_set(c, "target", "a");
    struct node *a = scene_add(scene, "service", "a", 1);
    on_call(node_on(a, NULL), (struct call_to){.to = "b"});
    scene_add(scene, "service", "b", 1);
    scene_path(scene, "a", "b", (struct path_spec){.loss = 0.1, .one_way = one_way});
    struct run run = run_scene(scene, SEED, 20 * S);
    double n = metric(&run, "c.requests"), ok = n * metric(&run, "c.availability");
    assert_share(ok, n, one_way ? 0.9 : 0.81);
    assert_same(metric(&run, "c.errors.timeout"), n - ok);
    assert_same(n, 20 * metric(&run, "c.offered"));
    assert_same(metric(&run, "c.in_flight.end"), 0); /* they have failed */
    assert_int_equal(run.sim->calls.lost, (uint64_t)(n - ok + 0.5));
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a lost call ends at its timeout; one that was not lost is not counted twice. */
static void test_loss_with_timeout(void **state) {
  (void)state;
  enum { N = 20000 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "leaf", .timeout_ns = 7 * MS};
  }
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  struct path_spec path = latency_ms(1);
  path.loss = 0.03;
  scene_path(scene, "from", "leaf", path);
  struct run run = run_scene(scene, SEED, 60 * S);
  uint32_t ok = 0;
  for (uint32_t i = 0; i < N; i++) {
    bool got = shots[i].outcome == OUTCOME_OK;
    assert_shot(&shots[i], got ? OUTCOME_OK : OUTCOME_TIMEOUT, shots[i].at_ns + (got ? 2 : 7) * MS);
    ok += got;
  }
  assert_share(ok, N, 0.97 * 0.97);
  assert_share(leaf.n, N, 0.97);
  assert_int_equal(run.sim->calls.freed, run.sim->calls.made);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: what is lost but will time out, in the client or in what it waits for, has not failed yet
 * when the run ends before: it is in flight; also while what waits for it hangs. */
static void test_loss_not_over_yet(void **state) {
  (void)state;
  for (int where = 0; where < 3; where++) {
    struct scene *scene = scene_new();
    struct node *c = scene_add(scene, "client", "c", 1);
    node_set(c, "arrivals", "constant 10/s");
    node_set(c, "target", "a");
    if (where == 0) node_set(c, "timeout", "1s");
    struct node *a = scene_add(scene, "service", "a", 1);
    on_call(node_on(a, NULL), (struct call_to){.to = "b", .timeout_ns = where ? S : 0});
    scene_add(scene, "service", "b", 1);
    scene_path(scene, "a", "b", (struct path_spec){.loss = 1});
    if (where == 2) {
      scene_fault(scene, "a", NULL,
                  (struct fault_spec){.type = &fault_hang, .at_ns = S + MS, .forever = true});
    }
    struct run run = run_scene(scene, 1, 3 * S - MS); /* sent at 0, 0.1 ... 2.9 */
    double ended = where == 2 ? 1 : 20;
    assert_same(metric(&run, "c.requests"), ended);
    assert_same(metric(&run, where == 0 ? "c.errors.timeout" : "c.errors.failed"), ended);
    assert_same(metric(&run, "c.in_flight.end"), 30 - ended);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: sizes come from the maker of the call: the client's request and response, a handler's call;
 * what stands between passes on messages as large as those it got. 1 Mbit/s: 125 bytes a ms. */
static void test_message_sizes(void **state) {
  (void)state;
  struct recorder leaf = {0}, pass = {.target = "leaf"};
  struct scene *scene = scene_new();
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", "constant 1/s");
  node_set(c, "target", "a");
  node_set(c, "request", "250B"); /* 2 ms */
  node_set(c, "response", "1kB"); /* 8 ms */
  struct node *a = scene_add(scene, "service", "a", 1);
  struct handler_builder *on = node_on(a, NULL);
  on_call(on, (struct call_to){.to = "lb", .request_bytes = 375, .response_bytes = 1500});
  node_set(scene_add(scene, "load_balancer", "lb", 1), "backends", "pass");
  scene_add_recorder(scene, "pass", 1, &pass);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_path(scene, "c", "a", (struct path_spec){.bits_per_s = 1e6});
  scene_path(scene, "lb", "pass", (struct path_spec){.bits_per_s = 1e6});
  scene_path(scene, "pass", "leaf", (struct path_spec){.bits_per_s = 1e6});
  struct run run = run_scene(scene, 1, 3 * S / 2);
  assert_int_equal(pass.n, 2);
  assert_int_equal(pass.record[0].at_ns, 5 * MS);     /* 2, 3 */
  assert_int_equal(leaf.record[0].at_ns, 8 * MS);     /* 3 */
  assert_int_equal(pass.record[0].ended_ns, 20 * MS); /* 12 */
  assert_same(metric(&run, "c.latency.max"), 0.040);  /* 12, 8 */
  assert_same(metric(&run, "c.latency.min"), 0.040);
  run_free(&run);
  scene_free(scene);
}

/* Aim: each of several calls made at once has its own sizes, each copy of one too. 1 Mbit/s. */
static void test_sizes_of_parallel_calls(void **state) {
  (void)state;
  struct shot shot = {.to = "s"};
  const struct call_to calls[] = {
      {.to = "small", .request_bytes = 125, .response_bytes = 250, .times = 2},
      {.to = "large", .request_bytes = 12500, .response_bytes = 25000},
  };
  struct recorder small = {0}, large = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", &shot, 1);
  on_parallel(node_on(scene_add(scene, "service", "s", 1), NULL), 0, 2, calls);
  scene_add_recorder(scene, "small", 1, &small);
  scene_add_recorder(scene, "large", 1, &large);
  scene_path(scene, "s", "small", (struct path_spec){.bits_per_s = 1e6});
  scene_path(scene, "s", "large", (struct path_spec){.bits_per_s = 1e6});
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(small.record[0].at_ns, 1 * MS);
  assert_int_equal(small.record[1].at_ns, 2 * MS);
  assert_int_equal(large.record[0].at_ns, 100 * MS);
  assert_shot(&shot, OUTCOME_OK, 300 * MS);
  assert_same(metric(&run, "path.small.s.utilization"), 0.004);
  run_free(&run);
  scene_free(scene);
}

/* Aim: an answer that comes too late is sent all the same and the next one waits for it; a refusal
 * has no size. 1 Mbit/s: 1250 bytes take 10 ms. */
static void test_late_answers_and_refusals(void **state) {
  (void)state;
  struct shot shots[] = {
      {.to = "leaf", .response_bytes = 1250, .timeout_ns = 2 * MS},
      {.at_ns = 1 * MS, .to = "leaf", .response_bytes = 1250},
      {.at_ns = 100 * MS, .to = "refuses", .response_bytes = 1250},
  };
  struct recorder leaf = {.delay_ns = 5 * MS}, refuses = {.fails = 1, .failure = OUTCOME_REFUSED};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_add_recorder(scene, "refuses", 1, &refuses);
  scene_path(scene, "from", "leaf", (struct path_spec){.bits_per_s = 1e6});
  scene_path(scene, "from", "refuses", (struct path_spec){.bits_per_s = 1e6});
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_TIMEOUT, 2 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 25 * MS); /* 5 to 15, then 15 to 25 */
  assert_shot(&shots[2], OUTCOME_REFUSED, 100 * MS);
  assert_same(metric(&run, "path.leaf.from.utilization"), 0.02);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a random latency is drawn for each message: request and answer are independent, so the
 * round trip of two exponential ways of mean 5 ms has mean 10 ms and variance 2 x 25 ms^2. */
static void test_random_latency(void **state) {
  (void)state;
  enum { N = 20000 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < N; i++) shots[i] = (struct shot){.at_ns = i * MS, .to = "leaf"};
  struct recorder leaf = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  scene_add_recorder(scene, "leaf", 1, &leaf);
  scene_path(scene, "from", "leaf", (struct path_spec){.latency = exponential_ns(5e6)});
  struct run run = run_scene(scene, SEED, 100 * S);
  double sum = 0, squares = 0;
  for (uint32_t i = 0; i < N; i++) {
    double ms = (double)(shots[i].ended_ns - shots[i].at_ns) / 1e6;
    sum += ms;
    squares += ms * ms;
  }
  double mean = sum / N, variance = squares / N - mean * mean;
  print_message("  mean %.3f ms, variance %.2f ms^2\n", mean, variance);
  assert_within(mean, 10, 4.5 * sqrt(50.0 / N));
  /* The sum of two exponentials has an excess kurtosis of 3, its variance estimate that much. */
  assert_within(variance, 50, 4.5 * 50 * sqrt(5.0 / N));
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: an answer draws its own latency and its own loss, not those of its request. */
static void test_ways_differ(void **state) {
  (void)state;
  enum { N = 2000 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = i * S, .to = "far", .timeout_ns = S / 2};
  }
  struct recorder far = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  scene_add_recorder(scene, "far", 1, &far);
  scene_path(scene, "from", "far", (struct path_spec){.latency = exponential_ns(1e6), .loss = 0.5});
  struct run run = run_scene(scene, 1, (uint64_t)N * S);
  uint32_t heard = 0;
  for (uint32_t i = 0; i < far.n; i++) {
    const struct shot *shot = &shots[far.record[i].key - 1];
    if (shot->outcome != OUTCOME_OK) continue;
    heard++;
    uint64_t there_ns = far.record[i].at_ns - shot->at_ns;
    assert_true(shot->ended_ns - far.record[i].at_ns != there_ns);
  }
  assert_share(far.n, N, 0.5);
  assert_share(heard, far.n, 0.5);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ways_differ),
      cmocka_unit_test(test_ways),
      cmocka_unit_test(test_bandwidth),
      cmocka_unit_test(test_hops),
      cmocka_unit_test(test_buffer),
      cmocka_unit_test(test_queue_at_each_hop),
      cmocka_unit_test(test_jitter_and_reorder),
      cmocka_unit_test(test_bandwidth_of_answers),
      cmocka_unit_test(test_shared_wire),
      cmocka_unit_test(test_most_specific_path),
      cmocka_unit_test(test_members_in_zones),
      cmocka_unit_test(test_loss_strands),
      cmocka_unit_test(test_loss_with_timeout),
      cmocka_unit_test(test_loss_not_over_yet),
      cmocka_unit_test(test_message_sizes),
      cmocka_unit_test(test_sizes_of_parallel_calls),
      cmocka_unit_test(test_late_answers_and_refusals),
      cmocka_unit_test(test_random_latency),
  };
  return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
