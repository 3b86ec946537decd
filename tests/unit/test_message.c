/* Aim: messages among a kind's members arrive when they should and are lost where they should be,
 * count as nobody's requests, are heard of by nobody's later life, and spread a rumour as fast as
 * theory says. */
#include <string.h>

#include "call.h"
#include "harness.h"
#include "message.h"

/* --- a kind whose members do what a test tells them ----------------------------------------- */

enum { SAY, PASS_ON, WHATS };
static const char *const peer_messages[] = {"say", "pass_on", NULL};

/* What a member does at an instant: members are numbered from 1, 0 as receiver means all others. */
struct act {
  uint64_t at_ns;
  uint32_t from, to;
  struct message message;
};

/* Something that was heard: a message (`answer` false), or what became of one. */
struct heard {
  uint64_t at_ns;
  uint32_t by, from, of; /* `of`: the component of `by` */
  uint64_t body;
  bool answer;
  enum outcome outcome;
};

static const struct act *acts;
static uint32_t n_acts, n_heard;
static uint64_t takes_ns; /* what a member works on a message */
static uint32_t quorum;   /* answers that a user's call waits for */
static struct heard heard[4096];

struct peer_state {
  struct station station;
};

static void hear(const struct sim *sim, const struct member *by, uint32_t from, uint64_t body,
                 bool answer, enum outcome outcome) {
  assert_true(n_heard < sizeof heard / sizeof heard[0]);
  heard[n_heard++] =
      (struct heard){sim->now_ns, by->index, from, by->component->id, body, answer, outcome};
}

static void peer_start(struct sim *sim, struct member *member) {
  for (uint32_t i = 0; i < n_acts; i++) {
    if (acts[i].from != member->index || acts[i].at_ns < sim->now_ns) continue;
    sim_schedule(sim, member, acts[i].at_ns - sim->now_ns, i);
  }
}

static void peer_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                          bool begins) {
  if (fault == &fault_crash && !begins) peer_start(sim, member);
}

static void peer_on_event(struct sim *sim, struct member *member, uint32_t i) {
  uint32_t before = n_heard;
  if (acts[i].to == 0) {
    assert_int_equal(message_broadcast(sim, member, &acts[i].message), message_peers(member));
  } else {
    message_send(sim, member, &member->component->member[acts[i].to - 1], &acts[i].message);
  }
  assert_int_equal(n_heard, before); /* nothing arrives before the send returns */
}

static void peer_on_message(struct sim *sim, struct member *member, struct frame *message) {
  hear(sim, member, message_sender(sim, message)->index, message_body(sim, message), false,
       OUTCOME_OK);
  message_set_body(sim, message, message_body(sim, message) + 1000);
  if (takes_ns > 0) call_work(sim, member, message, takes_ns);
}

static void peer_on_timer(struct sim *sim, struct member *member, struct frame *frame) {
  (void)member;
  call_reply(sim, frame, OUTCOME_OK);
}

static void peer_on_answer(struct sim *sim, struct member *member, struct frame *parent,
                           struct frame *message, enum outcome outcome) {
  hear(sim, member, message_sender(sim, message)->index, message_body(sim, message), true, outcome);
  if (parent && outcome == OUTCOME_OK && --parent->pending == 0) {
    call_reply(sim, parent, OUTCOME_OK);
  }
}

/* A user's call is answered when a quorum has it. */
static void peer_on_call(struct sim *sim, struct member *member, struct frame *call) {
  call->pending = (uint16_t)quorum;
  struct message copy = {.what = PASS_ON, .parent = call, .timeout_ns = S, .body = 5};
  message_broadcast(sim, member, &copy);
}

static const struct kind kind_peer = {
    .name = "peer",
    .messages = peer_messages,
    .state_size = sizeof(struct peer_state),
    .start = peer_start,
    .on_call = peer_on_call,
    .on_message = peer_on_message,
    .on_answer = peer_on_answer,
    .on_timer = peer_on_timer,
    .on_event = peer_on_event,
    .on_fault = peer_on_fault,
};

static struct scene *peers(uint32_t instances, const struct act *list, uint32_t n) {
  static struct shot none;
  acts = list;
  n_acts = n;
  n_heard = 0;
  takes_ns = 0;
  struct scene *scene = scene_new();
  scene_add_sender(scene, "nobody", &none, 0);
  scene_add_kind(scene, &kind_peer, "p", instances);
  return scene;
}

static void assert_heard(uint32_t i, uint64_t at_ns, uint32_t by, bool answer,
                         enum outcome outcome) {
  assert_true(i < n_heard);
  if (heard[i].at_ns != at_ns || heard[i].by != by || heard[i].answer != answer ||
      heard[i].outcome != outcome) {
    fail_msg("%u: at %llu by %u, %s, %s", i, (unsigned long long)heard[i].at_ns, heard[i].by,
             heard[i].answer ? "an answer" : "a message", outcome_name[heard[i].outcome]);
  }
}

/* --- when ----------------------------------------------------------------------------------- */

/* Aim: a message and its answer cross the path among the members, an answer carries what the
 * receiver wrote, one to itself crosses nothing, a one-way message has no answer; none is a call of
 * a user. */
static void test_times(void **state) {
  (void)state;
  const struct act list[] = {
      {0, 1, 2, {.what = SAY, .body = 7, .timeout_ns = TIME_NEVER}},
      {10 * MS, 2, 2, {.what = SAY, .body = 8, .timeout_ns = TIME_NEVER}},
      {20 * MS, 3, 1, {.what = SAY, .body = 9, .timeout_ns = MESSAGE_ONE_WAY}},
      {30 * MS, 1, 3, {.what = SAY, .timeout_ns = 4 * MS}},
      {40 * MS, 2, 0, {.what = SAY, .timeout_ns = MESSAGE_ONE_WAY}},
  };
  struct scene *scene = peers(3, list, 5);
  takes_ns = MS;
  scene_path(scene, "p", "p", (struct path_spec){.latency = dist_constant(2e6)});
  struct run run = run_scene(scene, 1, S);
  assert_heard(0, 2 * MS, 2, false, OUTCOME_OK);
  assert_heard(1, 5 * MS, 1, true, OUTCOME_OK);
  assert_int_equal(heard[1].body, 1007);
  assert_int_equal(heard[1].from, 1);
  assert_heard(2, 10 * MS, 2, false, OUTCOME_OK);
  assert_heard(3, 11 * MS, 2, true, OUTCOME_OK);
  assert_heard(4, 22 * MS, 1, false, OUTCOME_OK);
  assert_int_equal(heard[4].from, 3);
  assert_heard(5, 32 * MS, 3, false, OUTCOME_OK);
  assert_heard(6, 34 * MS, 1, true, OUTCOME_TIMEOUT);
  assert_heard(7, 42 * MS, 1, false, OUTCOME_OK);
  assert_heard(8, 42 * MS, 3, false, OUTCOME_OK);
  assert_int_equal(n_heard, 9);
  assert_same(metric(&run, "p.messages.sent"), 6);
  assert_same(metric(&run, "p.messages.received"), 6);
  assert_same(metric(&run, "p.messages.lost"), 0);
  assert_same(metric(&run, "p.messages.unanswered"), 1);
  assert_same(metric(&run, "p.arrivals"), 0);
  assert_same(metric(&run, "p.completions"), 0);
  assert_same(metric(&run, "p.errors"), 0);
  assert_int_equal(run.sim->calls.told, 3);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a user's call that waits for two of three copies is answered when the second has come back;
 * it is the only arrival. */
static void test_on_behalf_of_a_call(void **state) {
  (void)state;
  struct shot shot = {.to = "p", .member = 1};
  struct scene *scene = peers(4, NULL, 0);
  quorum = 2;
  scene_add_sender(scene, "from", &shot, 1);
  scene_path(scene, "p", "p", (struct path_spec){.latency = exponential_ns(5e6), .loss = 0});
  struct run run = run_scene(scene, 3, S);
  uint64_t back[3], n = 0;
  for (uint32_t i = 0; i < n_heard; i++) {
    if (heard[i].answer) back[n++] = heard[i].at_ns;
  }
  assert_int_equal(n, 2); /* the third comes when its call is over */
  assert_shot(&shot, OUTCOME_OK, back[1]);
  assert_true(back[0] > 0 && back[1] > back[0]);
  assert_same(metric(&run, "p.arrivals"), 1);
  assert_same(metric(&run, "p.completions"), 1);
  assert_same(metric(&run, "p.messages.sent"), 3);
  assert_same(metric(&run, "p.messages.received"), 3);
  assert_int_equal(run.sim->calls.orphaned, 1);
  run_free(&run);
  scene_free(scene);
}

/* --- what is lost --------------------------------------------------------------------------- */

/* Aim: of many messages over a path that loses some, the share that both ways leave is answered,
 * and all that were sent are accounted for. */
static void test_loss(void **state) {
  (void)state;
  enum { N = 1500 };
  static struct act list[N];
  for (uint32_t i = 0; i < N; i++) {
    list[i] = (struct act){i * MS, 1, 2, {.what = SAY, .body = i, .timeout_ns = 100 * MS}};
  }
  struct scene *scene = peers(2, list, N);
  scene_path(scene, "p", "p", (struct path_spec){.latency = dist_constant(1e6), .loss = 0.2});
  struct run run = run_scene(scene, 11, 10 * S);
  double lost = metric(&run, "p.messages.lost");
  assert_share(lost, N, 0.2);
  assert_same(metric(&run, "p.messages.received"), N - lost);
  assert_share(N - metric(&run, "p.messages.unanswered"), N, 0.8 * 0.8);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a member that is down refuses; one that crashes loses what it works on; one that hangs hears
 * it late; a partition among the zones of a component swallows; who sent it and crashed hears
 * nothing of its former life, and what it sent arrives all the same. */
static void test_faults(void **state) {
  (void)state;
  const struct act list[] = {
      {0, 1, 2, {.what = SAY, .body = 1, .timeout_ns = S}},       /* lost in the crash at 5 ms */
      {10 * MS, 1, 2, {.what = SAY, .body = 2, .timeout_ns = S}}, /* refused */
      {40 * MS, 1, 2, {.what = SAY, .body = 3, .timeout_ns = S}}, /* hangs until 50 ms */
      {70 * MS, 1, 2, {.what = SAY, .body = 4, .timeout_ns = 9 * MS}}, /* cut off */
      {100 * MS, 2, 1, {.what = SAY, .body = 5, .timeout_ns = S}}, /* the sender crashes at 104 */
      {102 * MS, 2, 1, {.what = SAY, .timeout_ns = MESSAGE_ONE_WAY}},
  };
  struct scene *scene = scene_new();
  static struct shot none;
  acts = list;
  n_acts = 6;
  n_heard = 0;
  scene_add_sender(scene, "nobody", &none, 0);
  scene_zone(scene, "a", NULL);
  scene_zone(scene, "b", NULL);
  node_zones(scene_add_kind(scene, &kind_peer, "p", 2), "a, b");
  takes_ns = 6 * MS;
  scene_path(scene, "a", "b", (struct path_spec){.latency = dist_constant(3e6)});
  scene_fault(scene, "p[2]", NULL, fault_ms(&fault_crash, 5, 15));
  scene_fault(scene, "p[2]", NULL, fault_ms(&fault_hang, 42, 8));
  scene_fault(scene, "a", "b", fault_ms(&fault_partition, 60, 20));
  scene_fault(scene, "p[2]", NULL, fault_ms(&fault_crash, 104, 2));
  struct run run = run_scene(scene, 1, S);
  uint32_t i = 0;
  assert_heard(i++, 3 * MS, 2, false, OUTCOME_OK);
  assert_heard(i++, 8 * MS, 1, true, OUTCOME_RESET);
  assert_heard(i++, 16 * MS, 1, true, OUTCOME_REFUSED);
  assert_heard(i++, 50 * MS, 2, false, OUTCOME_OK);
  assert_heard(i++, 59 * MS, 1, true, OUTCOME_OK);
  assert_heard(i++, 79 * MS, 1, true, OUTCOME_UNREACHABLE);
  assert_heard(i++, 103 * MS, 1, false, OUTCOME_OK);
  assert_heard(i++, 105 * MS, 1, false, OUTCOME_OK);
  assert_int_equal(n_heard, i);
  assert_same(metric(&run, "p.messages.sent"), 6);
  assert_same(metric(&run, "p.messages.received"), 4);
  assert_same(metric(&run, "p.messages.lost"), 3);
  assert_same(metric(&run, "p.messages.unanswered"), 3);
  run_free(&run);
  scene_free(scene);
}

/* --- draws ---------------------------------------------------------------------------------- */

/* Aim: how long a message takes does not depend on what else is sent, nor on the order in which
 * components are declared. */
static void test_draws(void **state) {
  (void)state;
  enum { N = 50 };
  static struct act list[2 * N];
  for (uint32_t i = 0; i < N; i++) {
    list[i] = (struct act){i * 20 * MS, 1, 2, {.what = SAY, .timeout_ns = MESSAGE_ONE_WAY}};
    list[N + i] = (struct act){i * 7 * MS, 1, 3, {.what = SAY, .timeout_ns = MESSAGE_ONE_WAY}};
  }
  uint64_t times[2][N];
  for (int more = 0; more < 2; more++) {
    acts = list;
    n_acts = more ? 2 * N : N;
    n_heard = 0;
    takes_ns = 0;
    static struct shot none;
    struct scene *scene = scene_new();
    if (more) scene_add_kind(scene, &kind_peer, "another", 3);
    scene_add_sender(scene, "nobody", &none, 0);
    scene_add_kind(scene, &kind_peer, "p", 3);
    scene_path(scene, "p", "p", (struct path_spec){.latency = exponential_ns(3e6)});
    struct run run = run_scene(scene, 4, 2 * S);
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_heard; i++) {
      if (heard[i].by != 2 || heard[i].of != run_member(&run, "p", 2)->component->id) continue;
      assert_true(n < N);
      times[more][n++] = heard[i].at_ns;
    }
    assert_int_equal(n, N);
    run_free(&run);
    scene_free(scene);
  }
  assert_memory_equal(times[0], times[1], sizeof times[0]);
}

/* --- gossip --------------------------------------------------------------------------------- */

static const char *const gossip_messages[] = {"rumour", NULL};

struct gossip_state {
  bool knows;
};

static uint32_t gossip_know;
static uint64_t gossip_over_ns;

static void gossip_learn(struct sim *sim, struct member *member) {
  struct gossip_state *g = member->state;
  if (g->knows) return;
  g->knows = true;
  if (++gossip_know == member->component->members) gossip_over_ns = sim->now_ns;
}

/* Rounds are at whole seconds, at each of which those who know tell one of the others. */
static void gossip_start(struct sim *sim, struct member *member) {
  if (member->index == 1) gossip_learn(sim, member);
  sim_schedule(sim, member, 0, 0);
}

static void gossip_on_event(struct sim *sim, struct member *member, uint32_t round) {
  const struct gossip_state *g = member->state;
  sim_schedule(sim, member, S, round + 1);
  if (!g->knows) return;
  struct component *all = member->component;
  struct draws draws = draws_begin(sim_stream(sim, all, "peer"), member->index, round);
  uint32_t to = (uint32_t)draws_below(&draws, all->members - 1);
  if (to >= member->index - 1) to++;
  message_send(sim, member, &all->member[to], &(struct message){.timeout_ns = MESSAGE_ONE_WAY});
}

static void gossip_on_message(struct sim *sim, struct member *member, struct frame *message) {
  (void)message;
  gossip_learn(sim, member);
}

static void gossip_on_answer(struct sim *sim, struct member *member, struct frame *parent,
                             struct frame *message, enum outcome outcome) {
  (void)sim, (void)member, (void)parent, (void)message, (void)outcome;
  fail_msg("nobody waits for an answer");
}

static void gossip_on_call(struct sim *sim, struct member *member, struct frame *call) {
  (void)member;
  call_reply(sim, call, OUTCOME_OK);
}

static const struct kind kind_gossip = {
    .name = "gossip",
    .messages = gossip_messages,
    .state_size = sizeof(struct gossip_state),
    .start = gossip_start,
    .on_call = gossip_on_call,
    .on_message = gossip_on_message,
    .on_answer = gossip_on_answer,
    .on_event = gossip_on_event,
};

/* The mean number of rounds until all of n know, and its second moment, exactly: of k who know each
 * tells one of the n - 1 others, so the next one told is new with probability
 * (n - k - found so far) / (n - 1). */
static void gossip_rounds(uint32_t n, double *mean, double *square) {
  double first[129] = {0}, second[129] = {0}, found[129];
  for (uint32_t k = n - 1; k > 0; k--) {
    memset(found, 0, sizeof found);
    found[0] = 1;
    for (uint32_t told = 0; told < k; told++) {
      for (uint32_t j = n - k + 1; j-- > 0;) {
        double up = j > 0 ? found[j - 1] * (n - k - (j - 1)) / (n - 1.0) : 0;
        found[j] = found[j] * (1 - (n - k - j) / (n - 1.0)) + up;
      }
    }
    double m = 1, later = 0, q = 1;
    for (uint32_t j = 1; j <= n - k; j++) {
      later += found[j] * first[k + j];
      q += found[j] * second[k + j];
    }
    m = (m + later) / (1 - found[0]);
    first[k] = m;
    second[k] = (q + 2 * (later + found[0] * m)) / (1 - found[0]);
  }
  *mean = first[1];
  *square = second[1];
}

/* Aim: a rumour reaches all of 64 members in as many rounds as the chain of those who know says,
 * which is log2 n + ln n and a little (Pittel 1987). */
static void test_gossip(void **state) {
  (void)state;
  enum { MEMBERS = 64, RUNS = 200 };
  double mean, square, sum = 0;
  gossip_rounds(MEMBERS, &mean, &square);
  assert_within(mean, log2(MEMBERS) + log(MEMBERS), 1.5);
  for (uint32_t i = 0; i < RUNS; i++) {
    static struct shot none;
    gossip_know = 0;
    struct scene *scene = scene_new();
    scene_add_sender(scene, "nobody", &none, 0);
    scene_add_kind(scene, &kind_gossip, "g", MEMBERS);
    struct run run = run_begin(scene, 100 + i, 0, 40 * S);
    assert_true(sim_run(run.sim, 40 * S));
    run_finish(&run);
    assert_int_equal(gossip_know, MEMBERS);
    sum += (double)gossip_over_ns / 1e9 + 1; /* the first round is at 0 s */
    assert_same(metric(&run, "g.arrivals"), 0);
    run_free(&run);
    scene_free(scene);
  }
  double deviation = sqrt((square - mean * mean) / RUNS);
  print_message("seeds from 100: %.3f rounds, expected %.3f, %.2f sigma\n", sum / RUNS, mean,
                (sum / RUNS - mean) / deviation);
  assert_within(sum / RUNS, mean, 4.5 * deviation);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_times), cmocka_unit_test(test_on_behalf_of_a_call),
      cmocka_unit_test(test_loss),  cmocka_unit_test(test_faults),
      cmocka_unit_test(test_draws), cmocka_unit_test(test_gossip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
