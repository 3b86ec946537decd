/* Aim: a request belongs to a user, a user has one tier for good, and what stands in a request's
 * columns reaches every call that is made for it and no other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "call.h"
#include "column.h"
#include "harness.h"

#define SEED UINT64_C(20261128)

static struct node *add_client(struct scene *scene, const char *arrivals, const char *target) {
  struct node *c = scene_add(scene, "client", "c", 1);
  node_set(c, "arrivals", arrivals);
  node_set(c, "target", target);
  return c;
}

/* --- a reader ------------------------------------------------------------------------------- */

/* Notes the user and the tier of each call, and answers. */
struct notes {
  uint32_t n;
  uint64_t user[4096], tier[4096];
};
static struct notes notes;

static void reader_init(struct sim *sim, struct member *member) {
  (void)member;
  column_want(sim, COLUMN_USER);
  column_want(sim, COLUMN_TIER);
}

static void reader_on_call(struct sim *sim, struct member *member, struct frame *call) {
  (void)member;
  if (notes.n < 4096) {
    notes.user[notes.n] = column_get(sim, call, COLUMN_USER);
    notes.tier[notes.n++] = column_get(sim, call, COLUMN_TIER);
  }
  call_reply(sim, call, OUTCOME_OK);
}

static const struct param no_params[] = {{0}};
static const struct metric_def no_metrics[] = {{0}};
static const struct kind reader = {.name = "reader",
                                   .params = no_params,
                                   .metrics = no_metrics,
                                   .state_size = 8,
                                   .init = reader_init,
                                   .on_call = reader_on_call};

/* Aim: through a service and its second attempt of a call, the reader sees the user who asked; of a
 * second client without users it sees nobody. */
static void test_columns(void **state) {
  (void)state;
  notes = (struct notes){0};
  struct scene *scene = scene_new();
  struct node *c = add_client(scene, "poisson 100/s", "front");
  node_set(c, "users", "uniform 20");
  node_set(c, "tier", "free 0.7, paid 0.3");
  struct node *other = scene_add(scene, "client", "d", 1);
  node_set(other, "arrivals", "poisson 100/s");
  node_set(other, "target", "front");
  struct node *front = scene_add(scene, "service", "front", 1);
  struct handler_builder *on = node_on(front, NULL);
  on_sleep(on, "exponential 30ms");
  on_call(on, (struct call_to){.to = "r"});
  scene_add_kind(scene, &reader, "r", 1);
  struct run run = run_scene(scene, SEED, 10 * S);
  uint64_t user[64], tier[64];
  uint32_t known = 0, nobody = 0;
  for (uint32_t i = 0; i < notes.n; i++) {
    if (notes.user[i] == 0) {
      assert_int_equal(notes.tier[i], 0);
      nobody++;
      continue;
    }
    uint32_t k = 0;
    while (k < known && user[k] != notes.user[i]) k++;
    assert_true(k < 20);
    if (k == known) tier[known] = notes.tier[i], user[known++] = notes.user[i];
    assert_int_equal(notes.tier[i], tier[k]); /* for good */
    assert_true(tier[k] == 1 || tier[k] == 2);
  }
  assert_int_equal(known, 20);
  assert_share(nobody, notes.n, 0.5);
  assert_same(metric(&run, "c.users"), 20);
  run_free(&run);
  scene_free(scene);
}

/* --- tiers ---------------------------------------------------------------------------------- */

/* Aim: of 4000 users, each equally active, the tiers' shares of requests are those stated (clusters
 * of users: the variance of a share is p (1 - p) / 4000), and tiers add up to the whole, retries
 * and failures included; those of a closed client are its users. */
static void test_tiers(void **state) {
  (void)state;
  for (int closed = 0; closed <= 1; closed++) {
    struct scene *scene = scene_new();
    struct node *c =
        add_client(scene, closed ? "closed 4000 exponential 5s" : "poisson 800/s", "s");
    if (!closed) node_set(c, "users", "uniform 4000");
    node_set(c, "tier", "free 0.9, paid 0.1");
    node_set(c, "retry.attempts", "2");
    node_set(c, "retry.backoff", "1ms");
    struct node *s = scene_add(scene, "service", "s", 1);
    node_set(s, "work", "1ms");
    scene_fault(scene, "s", NULL,
                (struct fault_spec){.type = &fault_error, .forever = true, .ratio = 0.2});
    struct run run = run_scene(scene, SEED, 60 * S);
    double requests = metric(&run, "c.requests"), paid = metric(&run, "c.tier.paid.requests");
    assert_within(paid / requests, 0.1, 4.5 * sqrt(0.1 * 0.9 / 4000));
    static const char *const sums[] = {"requests", "retries", "errors.failed", "goodput",
                                       "offered"};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
      char all[64], one[64], two[64];
      snprintf(all, sizeof all, "c.%s", sums[i]);
      snprintf(one, sizeof one, "c.tier.free.%s", sums[i]);
      snprintf(two, sizeof two, "c.tier.paid.%s", sums[i]);
      assert_same(metric(&run, all), metric(&run, one) + metric(&run, two));
      assert_true(metric(&run, two) > 0);
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a queue served by tier: under overload the paid wait for those in service and for their like
 * alone. Cobham's formula for two classes, M/M/1 at rho = 0.9 with a tenth paid: W0 = rho / mu,
 * Wq(paid) = W0 / (1 - 0.09), Wq(free) = W0 / ((1 - 0.09) (1 - 0.9)); 5 % allowed. */
static void test_priority_by_tier(void **state) {
  (void)state;
  struct scene *scene = scene_new();
  struct node *c = add_client(scene, "poisson 90/s", "s");
  node_set(c, "users", "uniform 1000000");
  node_set(c, "tier", "free 0.9, paid 0.1");
  struct node *s = scene_add(scene, "service", "s", 1);
  node_set(s, "workers", "1");
  node_set(s, "work", "exponential 10ms");
  node_set(s, "discipline", "priority");
  node_set(s, "by", "tier");
  node_set(s, "priority", "paid, free");
  struct run run = run_scene(scene, SEED, 20000 * S);
  double w0 = 0.009, share = 0.1;
  double paid = 0.01 + w0 / (1 - 0.9 * share), free_ = 0.01 + w0 / ((1 - 0.9 * share) * 0.1);
  assert_within(metric(&run, "c.tier.paid.latency.mean"), paid, 0.05 * paid);
  assert_within(metric(&run, "c.tier.free.latency.mean"), free_, 0.05 * free_);
  run_free(&run);
  scene_free(scene);
}

/* Aim: users do not disturb what there was: with and without them requests come at the same times
 * and take the same work. */
static void test_undisturbed(void **state) {
  (void)state;
  double mean[2];
  for (int i = 0; i < 2; i++) {
    struct scene *scene = scene_new();
    struct node *c = add_client(scene, "poisson 90/s", "s");
    if (i) node_set(c, "users", "zipf 1000 0.8");
    struct node *s = scene_add(scene, "service", "s", 1);
    node_set(s, "workers", "1");
    node_set(s, "work", "exponential 10ms");
    struct run run = run_scene(scene, SEED, 100 * S);
    mean[i] = metric(&run, "c.latency.mean");
    run_free(&run);
    scene_free(scene);
  }
  assert_true(mean[0] == mean[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_columns),
      cmocka_unit_test(test_tiers),
      cmocka_unit_test(test_priority_by_tier),
      cmocka_unit_test(test_undisturbed),
  };
  return cmocka_run_group_tests_name("users", tests, NULL, NULL);
}
