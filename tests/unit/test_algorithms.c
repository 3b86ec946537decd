/* Aim: who hashes sends the same data, or the same user, to the same backend, and different ones
 * evenly to all; who weighs gives each backend the share of its weight. */
#include <stdlib.h>
#include <string.h>

#include "algorithm.h"
#include "call.h"
#include "column.h"
#include "harness.h"

#define SEED UINT64_C(20261129)

static const struct algorithm *algorithm_of(const char *name) {
  uint32_t i = 0;
  while (algorithms[i] && strcmp(algorithm_names[i], name) != 0) i++;
  assert_non_null(algorithms[i]);
  assert_string_equal(algorithms[i]->name, name);
  return algorithms[i];
}

/* Aim: of many values each backend gets the same share (chi square with 9 degrees of freedom: above
 * 27.9 once in 1000 times), and the same value always goes to the same one. */
static void test_hash_is_even(void **state) {
  (void)state;
  enum { VALUES = 100000, BACKENDS = 10 };
  const uint32_t which[BACKENDS] = {3, 4, 7, 8, 9, 11, 12, 20, 21, 22};
  const struct candidates c = {which, BACKENDS, 0};
  const struct algorithm *hash = algorithm_of("hash");
  uint32_t got[23] = {0};
  for (uint64_t value = 1; value <= VALUES; value++) {
    const struct choosing from = {.hashed = value};
    uint32_t chosen = hash->pick(&from, &c, NULL, NULL);
    assert_int_equal(hash->pick(&from, &c, NULL, NULL), chosen);
    got[chosen]++;
  }
  double chi2 = 0, share = (double)VALUES / BACKENDS;
  for (uint32_t i = 0; i < BACKENDS; i++) {
    chi2 += (got[which[i]] - share) * (got[which[i]] - share) / share;
  }
  if (chi2 > 27.9) fail_msg("chi square %g", chi2);
}

/* --- shuffle shards ------------------------------------------------------------------------- */

enum { MOST_WORKERS = 100, MOST_SHARD = 5 };

/* Workers in alphabetical order, and no two of a name. */
struct shards {
  const struct algorithm *algorithm;
  struct busy busy[MOST_WORKERS];
  struct choosing from;
  struct candidates c;
};

static void shards_begin(struct shards *s, struct arena *arena, uint32_t workers, uint32_t shard) {
  uint64_t *who = arena_alloc(arena, workers * sizeof *who);
  uint32_t *which = arena_alloc(arena, workers * sizeof *which);
  for (uint32_t i = 0; i < workers; i++) who[i] = rng_mix(1000 + i), which[i] = i;
  const struct backends all = {.n = workers, .identity = who};
  *s = (struct shards){.algorithm = algorithm_of("shuffle_shard"), .c = {which, workers, 0}};
  s->from = (struct choosing){
      .busy = s->busy, .choices = shard, .memory = s->algorithm->prepare(arena, &all)};
}

static uint32_t shard_pick(struct shards *s, uint64_t value) {
  struct draws draws = draws_begin(rng_stream(SEED, 0, "lb", "pick"), value, 0);
  s->from.hashed = value;
  return s->algorithm->pick(&s->from, &s->c, NULL, &draws);
}

/* How many of the workers of one value another one has: each is found as the others get busy. */
static uint32_t shards_overlap(struct shards *s, uint64_t a, uint64_t b) {
  bool of_a[MOST_WORKERS] = {0};
  uint32_t n = (uint32_t)s->from.choices, overlap = 0;
  memset(s->busy, 0, sizeof s->busy);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t which = shard_pick(s, a);
    assert_false(of_a[which]);
    of_a[which] = true;
    s->busy[which].active = 1;
  }
  memset(s->busy, 0, sizeof s->busy);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t which = shard_pick(s, b);
    overlap += of_a[which];
    s->busy[which].active = 1;
  }
  return overlap;
}

/* Aim: of two customers so many share no worker, one, two ... as the hypergeometric law says
 * (figures of AWS's lab: 2 of 8 workers, 5 of 100). */
static void test_shards_overlap(void **state) {
  (void)state;
  enum { PAIRS = 20000 };
  static const struct {
    uint32_t workers, shard;
    double share[3];
  } rows[] = {{8, 2, {0.535714, 0.428571, 0.0357143}}, {100, 5, {0.76959, 0.211426, 0.0183849}}};
  struct arena *arena = arena_new();
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    struct shards s;
    uint32_t got[MOST_SHARD + 1] = {0};
    shards_begin(&s, arena, rows[r].workers, rows[r].shard);
    for (uint64_t i = 0; i < PAIRS; i++) got[shards_overlap(&s, 2 * i + 1, 2 * i + 2)]++;
    for (int k = 0; k < 3; k++) {
      double share = rows[r].share[k], se = sqrt(share * (1 - share) / PAIRS);
      assert_true(fabs((double)got[k] / PAIRS - share) < 4 * se);
    }
  }
  arena_free(arena);
}

/* Aim: a call whose whole shard is out of use goes nowhere else. */
static void test_shard_is_kept(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  struct shards s;
  shards_begin(&s, arena, 8, 2);
  uint32_t first = shard_pick(&s, 7);
  s.busy[first].active = 1;
  uint32_t second = shard_pick(&s, 7), left[8], n = 0;
  for (uint32_t i = 0; i < 8; i++) {
    if (i != first && i != second) left[n++] = i;
  }
  s.c = (struct candidates){left, n, 0};
  uint32_t which = shard_pick(&s, 7);
  assert_true(which == first || which == second);
  const uint32_t one[] = {second};
  s.c = (struct candidates){one, 1, 0};
  assert_int_equal(shard_pick(&s, 7), second);
  arena_free(arena);
}

/* Aim: a balancer hashes the key of the request. */
static void test_same_key_same_backend(void **state) {
  (void)state;
  enum { N = 2000, KEYS = 50, MEMBERS = 5 };
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "lb", .item = 1 + i % KEYS};
  }
  struct recorder web = {.ns_per_item = 1};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N);
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "algorithm", "hash");
  node_set(lb, "backends", "web");
  scene_add_recorder(scene, "web", MEMBERS, &web);
  struct run run = run_scene(scene, SEED, N * MS);
  uint32_t at[KEYS] = {0}, used = 0;
  assert_int_equal(web.n, N);
  for (uint32_t i = 0; i < N; i++) {
    uint32_t key = i % KEYS;
    if (at[key] == 0) at[key] = web.record[i].member;
    assert_int_equal(web.record[i].member, at[key]);
    used |= 1u << web.record[i].member;
  }
  assert_int_equal(__builtin_popcount(used), MEMBERS);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* --- users ---------------------------------------------------------------------------------- */

enum { USERS = 40, SEATS = 4 };

/* Where each user's calls went. */
static struct {
  uint64_t user[USERS];
  uint32_t member[USERS], n, calls, strays;
} seats;

static void seat_init(struct sim *sim, struct member *member) {
  (void)member;
  column_want(sim, COLUMN_USER);
}

static void seat_on_call(struct sim *sim, struct member *member, struct frame *call) {
  uint64_t user = column_get(sim, call, COLUMN_USER);
  uint32_t i = 0;
  while (i < seats.n && seats.user[i] != user) i++;
  if (i == seats.n) {
    assert_true(seats.n < USERS);
    seats.user[i] = user;
    seats.member[seats.n++] = member->index;
  }
  seats.strays += seats.member[i] != member->index;
  seats.calls++;
  call_reply(sim, call, OUTCOME_OK);
}

static const struct param no_params[] = {{0}};
static const struct metric_def no_metrics[] = {{0}};
static const struct kind seat = {.name = "seat",
                                 .params = no_params,
                                 .metrics = no_metrics,
                                 .state_size = 8,
                                 .init = seat_init,
                                 .on_call = seat_on_call};

/* Aim: by = "user" each user of a client meets one backend, whatever the key of the request, and
 * all backends have some. */
static void test_same_user_same_backend(void **state) {
  (void)state;
  memset(&seats, 0, sizeof seats);
  struct scene *scene = scene_new();
  struct node *client = scene_add(scene, "client", "c", 1);
  node_set(client, "arrivals", "poisson 1000/s");
  node_set(client, "target", "lb");
  node_set(client, "users", "uniform 40");
  node_set(client, "keys", "uniform 100");
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "algorithm", "hash");
  node_set(lb, "by", "user");
  node_set(lb, "backends", "web");
  scene_add_kind(scene, &seat, "web", SEATS);
  struct run run = run_scene(scene, SEED, 2 * S);
  assert_true(seats.calls > 1800);
  assert_int_equal(seats.n, USERS);
  assert_int_equal(seats.strays, 0);
  uint32_t used = 0;
  for (uint32_t i = 0; i < seats.n; i++) used |= 1u << seats.member[i];
  assert_int_equal(__builtin_popcount(used), SEATS);
  run_free(&run);
  scene_free(scene);
}

/* --- who sends ------------------------------------------------------------------------------ */

enum { SENDERS = 8, EACH = 50 };

/* Aim: by = "caller" all calls of one instance go to one backend; who that is, the key's rest by
 * SENDERS says. */
static void test_by_caller(void **state) {
  (void)state;
  struct shot shots[SENDERS * EACH];
  for (uint32_t i = 0; i < SENDERS * EACH; i++) {
    shots[i] = (struct shot){
        .at_ns = i * MS, .to = "front", .member = 1 + i % SENDERS, .item = i + SENDERS};
  }
  struct recorder web = {.ns_per_item = 1}, front = {.target = "lb"};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, SENDERS * EACH);
  scene_add_recorder(scene, "front", SENDERS, &front);
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "algorithm", "consistent_hash");
  node_set(lb, "by", "caller");
  node_set(lb, "backends", "web");
  scene_add_recorder(scene, "web", 4, &web);
  struct run run = run_scene(scene, SEED, S);
  uint32_t at[SENDERS] = {0}, used = 0;
  assert_int_equal(web.n, SENDERS * EACH);
  for (uint32_t i = 0; i < web.n; i++) {
    uint32_t sender = web.record[i].item % SENDERS;
    if (at[sender] == 0) at[sender] = web.record[i].member;
    assert_int_equal(web.record[i].member, at[sender]);
    used |= 1u << web.record[i].member;
  }
  assert_true(__builtin_popcount(used) > 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: by = "client" all requests of a client go to one backend, whoever passes them on. */
static void test_by_client(void **state) {
  (void)state;
  enum { CLIENTS = 6 };
  static const char *const names[CLIENTS] = {"a", "b", "c", "d", "e", "f"};
  static const char *const mixes[CLIENTS] = {"a 1", "b 1", "c 1", "d 1", "e 1", "f 1"};
  struct recorder web = {.ns_per_item = 1}, front = {.target = "lb"};
  struct scene *scene = scene_new();
  for (uint32_t i = 0; i < CLIENTS; i++) {
    struct node *client = scene_add(scene, "client", names[i], 1);
    node_set(client, "arrivals", "poisson 100/s");
    node_set(client, "target", "front");
    node_set(client, "mix", mixes[i]);
  }
  scene_add_recorder(scene, "front", 3, &front);
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "algorithm", "hash");
  node_set(lb, "by", "client");
  node_set(lb, "backends", "web");
  scene_add_recorder(scene, "web", 4, &web);
  struct run run = run_scene(scene, SEED, S);
  uint32_t at[16] = {0}, used = 0;
  for (uint32_t i = 0; i < web.n; i++) {
    uint8_t op = web.record[i].op;
    if (at[op] == 0) at[op] = web.record[i].member;
    assert_int_equal(web.record[i].member, at[op]);
    used |= 1u << web.record[i].member;
  }
  assert_true(web.n > 300 && __builtin_popcount(used) > 1);
  run_free(&run);
  scene_free(scene);
}

/* --- weights -------------------------------------------------------------------------------- */

/* The first n choices of an algorithm, one letter a backend. */
static void choices_of(const char *name, const double *weight, uint32_t backends, uint32_t n,
                       char *out) {
  const struct algorithm *algorithm = algorithm_of(name);
  struct arena *arena = arena_new();
  uint32_t which[8];
  uint64_t identity[8];
  for (uint32_t i = 0; i < backends; i++) which[i] = i, identity[i] = i + 1;
  const struct backends all = {backends, identity, weight, 160, 0};
  const struct candidates c = {which, backends, 0};
  struct choosing from = {.weight = weight, .all = &c};
  if (algorithm->prepare) from.memory = algorithm->prepare(arena, &all);
  for (uint32_t i = 0; i < n; i++) {
    out[i] = (char)('a' + algorithm->pick(&from, &c, NULL, NULL));
  }
  out[n] = 0;
  arena_free(arena);
}

/* Aim: the order of nginx's smooth weighted round robin, as its author gives it for 5, 1, 1. */
static void test_smooth_order(void **state) {
  (void)state;
  char got[32];
  choices_of("weighted", (const double[]){5, 1, 1}, 3, 14, got);
  assert_string_equal(got, "aabacaaaabacaa");
  choices_of("weighted", (const double[]){4, 3, 2}, 3, 9, got);
  assert_string_equal(got, "abcabacba");
  choices_of("weighted", NULL, 2, 4, got);
  assert_string_equal(got, "abab");
}

/* Aim: of calls that do not stay each backend gets the share of its weight, 6, 3 and 1 of 10,
 * within four standard errors. */
static void assert_shares(const char *name) {
  enum { N = 20000, BACKENDS = 3 };
  const double weight[BACKENDS] = {6, 3, 1};
  const uint32_t which[BACKENDS] = {0, 1, 2};
  const struct algorithm *algorithm = algorithm_of(name);
  struct arena *arena = arena_new();
  const struct backends all = {BACKENDS, (const uint64_t[]){11, 12, 13}, weight, 10000, 0};
  const struct candidates c = {which, BACKENDS, 0};
  struct busy busy[BACKENDS] = {{0}};
  struct choosing from = {.busy = busy, .choices = 1, .weight = weight, .all = &c};
  if (algorithm->prepare) from.memory = algorithm->prepare(arena, &all);
  const struct stream stream = rng_stream(SEED, 0, "web", "pick");
  uint32_t got[BACKENDS] = {0};
  for (uint64_t i = 1; i <= N; i++) {
    struct draws draws = draws_begin(stream, i, 0);
    from.hashed = i;
    got[algorithm->pick(&from, &c, NULL, &draws)]++;
  }
  for (uint32_t i = 0; i < BACKENDS; i++) {
    double p = weight[i] / 10, se = sqrt(p * (1 - p) / N);
    /* A ring's own shares vary with its points. */
    double more = !strcmp(name, "consistent_hash") ? 4 * p / sqrt(10000 * weight[i]) : 0;
    if (fabs(got[i] / (double)N - p) > 4 * se + more) fail_msg("%s: %u of %u", name, got[i], N);
  }
  arena_free(arena);
}

static void test_shares_by_weight(void **state) {
  (void)state;
  assert_shares("random");
  assert_shares("hash");
  assert_shares("power_of_two");
  assert_shares("consistent_hash");
  assert_shares("maglev");
}

/* Aim: with weights calls under way are compared by part of the weight, and backends that have as
 * few take turns by weight: idle ones get the calls as nginx's least_conn gives them, none of them
 * goes without. */
static void test_busy_by_weight(void **state) {
  (void)state;
  const struct algorithm *least = algorithm_of("least_connections");
  const double weight[] = {9, 1};
  const uint32_t which[] = {0, 1};
  const struct candidates c = {which, 2, 0};
  struct busy busy[] = {{.active = 17}, {.active = 2}};
  struct arena *arena = arena_new();
  const struct backends backends = {.n = 2, .weight = weight};
  const struct choosing from = {
      .busy = busy, .weight = weight, .memory = least->prepare(arena, &backends)};
  assert_int_equal(least->pick(&from, &c, NULL, NULL), 0); /* 17/9 against 2 */
  busy[0].active = 19;
  assert_int_equal(least->pick(&from, &c, NULL, NULL), 1); /* 19/9 against 2 */
  busy[0].active = busy[1].active = 0;
  for (uint32_t i = 0; i < 30; i++) {
    assert_int_equal(least->pick(&from, &c, NULL, NULL), i % 10 == 5); /* a a a a a b a a a a */
  }
  busy[0].active = 18, busy[1].active = 2; /* as few for the weight: turns go on where they were */
  for (uint32_t i = 0; i < 10; i++) assert_int_equal(least->pick(&from, &c, NULL, NULL), i == 5);
  arena_free(arena);
}

/* Aim: two drawn of three by weight are different ones, whatever the weights. */
static void test_weighted_draws_differ(void **state) {
  (void)state;
  const struct algorithm *two = algorithm_of("power_of_two");
  const double weight[] = {1000, 1, 1};
  const uint32_t which[] = {0, 1, 2};
  const struct candidates c = {which, 3, 0};
  struct busy busy[] = {{.active = 1000000}, {0}, {0}};
  const struct choosing from = {.busy = busy, .choices = 2, .weight = weight};
  const struct stream stream = rng_stream(SEED, 0, "web", "pick");
  for (uint64_t i = 1; i <= 1000; i++) {
    struct draws draws = draws_begin(stream, i, 0);
    assert_int_not_equal(two->pick(&from, &c, NULL, &draws), 0);
  }
}

enum { WEIGHED = 100 };

/* How many of a hundred calls each of three components gets; v3 is not named in the weights. */
static void run_weighed(const char *algorithm, const char *weights, uint32_t got[3]) {
  struct recorder v[3];
  struct shot shots[WEIGHED];
  for (uint32_t i = 0; i < WEIGHED; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "lb", .item = i + 1};
  }
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, WEIGHED);
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "algorithm", algorithm);
  node_set(lb, "backends", "v1, v2, v3");
  node_set(lb, "weights", weights);
  for (uint32_t i = 0; i < 3; i++) {
    v[i] = (struct recorder){.ns_per_item = 1};
    scene_add_recorder(scene, (const char *const[]){"v1", "v2", "v3"}[i], 1, &v[i]);
  }
  struct run run = run_scene(scene, SEED, S);
  run_free(&run);
  for (uint32_t i = 0; i < 3; i++) got[i] = v[i].n;
  scene_free(scene);
}

/* Aim: a balancer that is told weights goes round by them; a weight of 0 gets nothing. */
static void test_balancer_weighs(void **state) {
  (void)state;
  uint32_t got[3];
  run_weighed("round_robin", "v1 9, v2 0", got);
  assert_int_equal(got[0], 90);
  assert_int_equal(got[1], 0);
  assert_int_equal(got[2], 10);
  run_weighed("least_connections", "v1 9, v2 0", got); /* each call is over before the next */
  assert_int_equal(got[0], 90);
  assert_int_equal(got[1], 0);
  assert_int_equal(got[2], 10);
  run_weighed("maglev", "v1 1, v2 0", got);
  assert_int_equal(got[1], 0);
  assert_int_equal(got[0] + got[2], WEIGHED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hash_is_even),
      cmocka_unit_test(test_shards_overlap),
      cmocka_unit_test(test_shard_is_kept),
      cmocka_unit_test(test_same_key_same_backend),
      cmocka_unit_test(test_same_user_same_backend),
      cmocka_unit_test(test_by_caller),
      cmocka_unit_test(test_by_client),
      cmocka_unit_test(test_smooth_order),
      cmocka_unit_test(test_shares_by_weight),
      cmocka_unit_test(test_busy_by_weight),
      cmocka_unit_test(test_weighted_draws_differ),
      cmocka_unit_test(test_balancer_weighs),
  };
  return cmocka_run_group_tests_name("algorithms", tests, NULL, NULL);
}
