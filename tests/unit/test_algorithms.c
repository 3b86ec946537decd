/* Aim: who hashes sends the same data, or the same user, to the same backend, and different ones
 * evenly to all. */
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hash_is_even),
      cmocka_unit_test(test_same_key_same_backend),
      cmocka_unit_test(test_same_user_same_backend),
  };
  return cmocka_run_group_tests_name("algorithms", tests, NULL, NULL);
}
