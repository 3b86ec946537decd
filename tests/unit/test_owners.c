/* Aim: a cache of each caller or user: whose look-ups are hits, and what empties it. */
#include <string.h>

#include "harness.h"

#define SEED UINT64_C(20261129)

static struct node *add_cache(struct scene *scene, const char *per, const char *capacity) {
  struct node *cache = scene_add(scene, "cache", "cache", 1);
  node_set(cache, "origin", "origin");
  node_set(cache, "per", per);
  node_set(cache, "capacity", capacity);
  return cache;
}

/* Who asks for the key at 0, 1, 2 ... ms. */
static uint32_t fill(struct shot *shots, const char *keys) {
  uint32_t n = 0;
  for (uint32_t i = 0; keys[i]; i++) {
    if (keys[i] == '-') continue;
    shots[n++] = (struct shot){.at_ns = i * MS, .to = "cache", .item = (uint32_t)keys[i]};
  }
  return n;
}

/* Aim: each caller hits what it has asked for itself, and only its own entries make room. */
static void test_callers(void **state) {
  (void)state;
  static const struct {
    const char *a, *b, *capacity;
    double hits, evictions, entries, owners;
  } cases[] = {
      {"A-A-A", "-A-A-", "2", 3, 0, 2, 2}, /* all but the first of each */
      {"A-B-A", "-A-A-", "1", 1, 2, 2, 2}, /* a's A had to go, b's did not */
      {"A-B-C-A", "-D-----", "3", 1, 0, 4, 2},
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    struct shot a[8], b[8];
    struct recorder origin = {0};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "a", a, fill(a, cases[k].a));
    scene_add_sender(scene, "b", b, fill(b, cases[k].b));
    add_cache(scene, "caller", cases[k].capacity);
    scene_add_recorder(scene, "origin", 1, &origin);
    struct run run = run_scene(scene, 1, S);
    assert_same(metric(&run, "cache.hits"), cases[k].hits);
    assert_same(metric(&run, "cache.evictions"), cases[k].evictions);
    assert_same(metric(&run, "cache.entries.end"), cases[k].entries);
    assert_same(metric(&run, "cache.owners.end"), cases[k].owners);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: misses of one caller join, those of two do not; and each gets its own answer. */
static void test_single_flight(void **state) {
  (void)state;
  struct shot a[3], b[1];
  for (uint32_t i = 0; i < 3; i++) a[i] = (struct shot){.at_ns = i * MS, .to = "cache", .item = 7};
  b[0] = (struct shot){.at_ns = 2 * MS, .to = "cache", .item = 7};
  struct recorder origin = {.delay_ns = 5 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "a", a, 3);
  scene_add_sender(scene, "b", b, 1);
  node_set(add_cache(scene, "caller", "9"), "single_flight", "true");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, S);
  for (uint32_t i = 0; i < 3; i++) assert_shot(&a[i], OUTCOME_OK, 5 * MS);
  assert_shot(&b[0], OUTCOME_OK, 7 * MS);
  assert_int_equal(origin.n, 2);
  assert_same(metric(&run, "cache.joined"), 2);
  run_free(&run);
  scene_free(scene);
}

/* Aim: with a process goes what it kept, and nobody else's; a crash of the cache takes all. */
static void test_crash(void **state) {
  (void)state;
  for (uint32_t all = 0; all < 2; all++) {
    struct shot shots[4];
    struct recorder origin = {0};
    struct scene *scene = scene_new();
    for (uint32_t i = 0; i < 4; i++) {
      shots[i] = (struct shot){
          .at_ns = (i < 2 ? i : 3 + i) * MS, .to = "app", .member = 1 + i % 2, .item = 7};
    }
    scene_add_sender(scene, "from", shots, 4);
    on_call(node_on(scene_add(scene, "service", "app", 2), NULL), (struct call_to){.to = "cache"});
    add_cache(scene, "caller", "9");
    scene_add_recorder(scene, "origin", 1, &origin);
    scene_fault(
        scene, all ? "cache" : "app[1]", NULL,
        (struct fault_spec){.type = &fault_crash, .at_ns = 2 * MS, .lasts = dist_constant(1 * MS)});
    struct run run = run_scene(scene, 1, S);
    assert_same(metric(&run, "cache.hits"), all ? 0 : 1);
    assert_int_equal(origin.n, all ? 4 : 3);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: where the cache hears of writes, all callers' entries go; where it does not, a writer has
 * removed its own alone. */
static void test_writes(void **state) {
  (void)state;
  for (uint32_t told = 0; told < 2; told++) {
    struct shot a[] = {{.at_ns = 0, .to = "cache", .item = 7},
                       {.at_ns = 2 * MS, .to = "cache", .item = 7, .op = "write"},
                       {.at_ns = 3 * MS, .to = "cache", .item = 7}};
    struct shot b[] = {{.at_ns = 1 * MS, .to = "cache", .item = 7},
                       {.at_ns = 4 * MS, .to = "cache", .item = 7}};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "a", a, 3);
    scene_add_sender(scene, "b", b, 2);
    struct node *cache = add_cache(scene, "caller", "9");
    if (told) node_set(cache, "invalidate", "on_write");
    scene_add(scene, "database", "origin", 1);
    struct run run = run_scene(scene, 1, S);
    assert_same(metric(&run, "cache.hits"), told ? 0 : 1);
    assert_same(metric(&run, "cache.invalidated"), told ? 2 : 0);
    assert_same(metric(&run, "cache.stale_reads"), told ? 0 : 1);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: with one key, a user who asks once a second on average finds an entry that is good for a
 * second half of the time: lambda T / (1 + lambda T), whatever the others do. */
static void test_users(void **state) {
  (void)state;
  struct recorder origin = {0};
  struct scene *scene = scene_new();
  struct node *users = scene_add(scene, "client", "users", 1);
  node_set(users, "arrivals", "poisson 50/s");
  node_set(users, "users", "uniform 50");
  node_set(users, "keys", "uniform 1");
  node_set(users, "target", "cache");
  node_set(add_cache(scene, "user", "9"), "ttl", "1s");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, SEED, 400 * S);
  double hits = metric(&run, "cache.hits"), misses = metric(&run, "cache.misses");
  assert_same(metric(&run, "cache.owners.end"), 50);
  assert_share(hits, hits + misses, 0.5);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a stale answer is refreshed in the store of the one who got it, who is not the first that
 * came; who has it fresh, or has none, is not concerned. */
static void test_stale(void **state) {
  (void)state;
  for (uint32_t tries = 0; tries < 2; tries++) {
    struct shot first[1], a[8], b[8];
    struct recorder origin = {.delay_ns = 2 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "first", first, fill(first, "A"));
    scene_add_sender(scene, "a", a, fill(a, "-A--------------AA--A"));
    scene_add_sender(scene, "b", b, fill(b, "-----------A-----A---"));
    struct node *cache = add_cache(scene, "caller", "9");
    node_set(cache, "ttl", "10ms");
    node_set(cache, "stale", "100ms");
    if (tries) node_set(cache, "retry.attempts", "2");
    scene_add_recorder(scene, "origin", 1, &origin);
    struct run run = run_scene(scene, 1, S);
    assert_same(metric(&run, "cache.misses"), 3);
    assert_same(metric(&run, "cache.served_stale"), 2); /* a's at 16 and 17 ms */
    assert_same(metric(&run, "cache.refreshes"), 1);
    assert_int_equal(origin.n, 4);
    assert_same(metric(&run, "cache.hits"), 4);
    assert_shot(&a[3], OUTCOME_OK, 20 * MS);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: each begins full, and so does the next life of a process. */
static void test_warm(void **state) {
  (void)state;
  struct shot a[4], b[4];
  struct recorder origin = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "a", a, fill(a, "\1\2--\2"));
  scene_add_sender(scene, "b", b, fill(b, "-\2-\3-\2"));
  node_set(add_cache(scene, "caller", "2"), "warm", "true");
  struct node *users = scene_add(scene, "client", "users", 1);
  node_set(users, "arrivals", "poisson 0.000001/s");
  node_set(users, "keys", "uniform 9");
  node_set(users, "target", "origin");
  scene_add_recorder(scene, "origin", 1, &origin);
  scene_fault(scene, "a", NULL,
              (struct fault_spec){
                  .type = &fault_crash, .at_ns = 2 * MS, .lasts = dist_constant((double)MS)});
  struct run run = run_scene(scene, 1, S);
  assert_same(metric(&run, "cache.misses"), 1); /* 3 is not among the two most popular */
  assert_same(metric(&run, "cache.hits"), 5);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what needs one store, or one who hears of all, is refused with an owner each. */
static void test_refused(void **state) {
  (void)state;
  static const char *const bad[][3] = {{"caller", "write", "back"},
                                       {"user", "invalidate", "on_write"}};
  for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
    struct recorder origin = {0};
    struct error err = {0};
    struct scene *scene = scene_new();
    struct node *cache = add_cache(scene, bad[k][0], "9");
    node_set(cache, bad[k][1], bad[k][2]);
    struct node *users = scene_add(scene, "client", "users", 1);
    node_set(users, "arrivals", "poisson 50/s");
    node_set(users, "keys", "uniform 1");
    node_set(users, "target", "cache");
    scene_add_recorder(scene, "origin", 1, &origin);
    assert_false(node_valid(cache, &err));
    assert_non_null(strstr(err.text, bad[k][1]));
    scene_free(scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_callers), cmocka_unit_test(test_single_flight),
      cmocka_unit_test(test_crash),   cmocka_unit_test(test_writes),
      cmocka_unit_test(test_users),   cmocka_unit_test(test_stale),
      cmocka_unit_test(test_warm),    cmocka_unit_test(test_refused),
  };
  return cmocka_run_group_tests_name("owners", tests, NULL, NULL);
}
