/* Aim: a read is stale exactly when its answer was replaced by an acknowledged write before it
 * came, and its age is the time since then: by hand, and against the closed form of a cache that
 * its database is written past. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "ledger.h"

/* A cache in front of a database that takes `read` and `write`. */
static struct scene *scene_with(struct shot *shots, uint32_t n, const char *read,
                                const char *write) {
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, n);
  node_set(scene_add(scene, "cache", "cache", 1), "origin", "db");
  struct node *db = scene_add(scene, "database", "db", 1);
  node_set(db, "read", read);
  node_set(db, "write", write);
  return scene;
}

static struct shot get(uint64_t at_ms, uint32_t item) {
  return (struct shot){.at_ns = at_ms * MS, .to = "cache", .item = item, .op = "read"};
}

static struct shot put(uint64_t at_ms, const char *to, uint32_t item) {
  return (struct shot){.at_ns = at_ms * MS, .to = to, .item = item, .op = "write"};
}

static void assert_stale(struct run *run, const char *cache, double stale, double of,
                         double age_sum_ms) {
  char name[64];
  snprintf(name, sizeof name, "%s.stale_reads", cache);
  assert_same(metric(run, name), stale);
  snprintf(name, sizeof name, "%s.stale_ratio", cache);
  assert_same(metric(run, name), stale / of);
  snprintf(name, sizeof name, "%s.stale_age.mean", cache);
  if (stale > 0) assert_same(metric(run, name), age_sum_ms / stale / 1000);
}

/* Aim: written past, a cache answers with what it has; only the key that was written is stale, only
 * after the acknowledgement, and its age counts from the first write that it missed. */
static void test_written_past(void **state) {
  (void)state;
  struct shot shots[] = {get(0, 1),        get(0, 2),  put(10, "db", 1), /* acknowledged at 14 */
                         get(13, 1),       get(14, 1), get(15, 1), /* the last is stale: 1 ms */
                         put(20, "db", 1), get(30, 1), get(30, 2), /* stale: 16 ms; fresh */
                         get(40, 3)};
  struct scene *scene = scene_with(shots, 10, "0ms", "4ms");
  struct run run = run_scene(scene, 1, S);
  assert_stale(&run, "cache", 2, 8, 1 + 16);
  assert_same(metric(&run, "cache.stale_age.max"), 0.016);
  assert_same(metric(&run, "cache.invalidated"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: the same through a service, which asks the database by other names: what it answers is as
 * old as what it got. A handler that also writes to the log of another database is not looked at.
 */
static void test_through_a_service(void **state) {
  (void)state;
  enum { PLAIN, TWO_DATABASES, WAYS };
  for (int way = 0; way < WAYS; way++) {
    struct shot shots[] = {
        get(0, 1),         get(0, 2),  put(10, "api", 1), /* acknowledged at 14 */
        get(13, 1),        get(14, 1), get(15, 1),        /* the last is stale: 1 ms */
        put(20, "api", 1), get(30, 1), get(30, 2),        /* stale: 16 ms; fresh */
        get(40, 3)};
    for (uint32_t i = 0; i < 10; i++) shots[i].op = i == 2 || i == 6 ? "put" : "get";
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 10);
    node_set(scene_add(scene, "cache", "cache", 1), "origin", "api");
    struct node *api = scene_add(scene, "service", "api", 1);
    struct handler_builder *on = node_on(api, "get");
    on_call(on, (struct call_to){.to = "other"});
    on_call(on, (struct call_to){.to = "db", .op = "read"});
    if (way == TWO_DATABASES) on_call(on, (struct call_to){.to = "log", .op = "write"});
    on_call(node_on(api, "put"), (struct call_to){.to = "db", .op = "write"});
    scene_add(scene, "service", "other", 1);
    node_set(scene_add(scene, "database", "db", 1), "write", "4ms");
    scene_add(scene, "database", "log", 1);
    struct run run = run_scene(scene, 1, S);
    if (way == PLAIN) {
      assert_stale(&run, "cache", 2, 8, 1 + 16);
      assert_same(metric(&run, "cache.stale_age.max"), 0.016);
    } else {
      assert_false(has_metric(&run, "cache.stale_reads") && metric(&run, "cache.stale_reads") > 0);
    }
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a cache knows by the database behind a service which of the operations it passes on are
 * writes: "put" goes through and is not kept, and what it held is gone. */
static void test_writes_through_a_service(void **state) {
  (void)state;
  struct shot shots[] = {get(0, 1), put(10, "cache", 1), get(20, 1), get(30, 1)};
  for (uint32_t i = 0; i < 4; i++) shots[i].op = i == 1 ? "put" : "get";
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  node_set(scene_add(scene, "cache", "cache", 1), "origin", "api");
  struct node *api = scene_add(scene, "service", "api", 1);
  on_call(node_on(api, "get"), (struct call_to){.to = "db", .op = "read"});
  on_call(node_on(api, "put"), (struct call_to){.to = "db", .op = "write"});
  scene_add(scene, "database", "db", 1);
  struct run run = run_scene(scene, 1, S);
  assert_same(metric(&run, "cache.writes"), 1);
  assert_same(metric(&run, "cache.hits"), 1);
  assert_stale(&run, "cache", 0, 3, 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a read that comes at the very instant of the acknowledgement, after it, is not stale yet. */
static void test_same_instant(void **state) {
  (void)state;
  struct shot shots[] = {get(0, 1), put(9, "db", 1), get(9, 1), get(19, 1)};
  struct scene *scene = scene_with(shots, 4, "0ms", "1ms");
  scene_path(scene, "from", "cache", (struct path_spec){.latency = dist_constant(1e6)});
  struct run run = run_scene(scene, 1, S);
  assert_stale(&run, "cache", 1, 3, 10);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a cache that hears of each write is never stale as long as no read is under way then. */
static void test_invalidated(void **state) {
  (void)state;
  struct shot shots[] = {get(0, 1),  put(10, "db", 1), get(13, 1),
                         get(15, 1), put(20, "db", 1), get(30, 1)};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 6);
  struct node *cache = scene_add(scene, "cache", "cache", 2);
  node_set(cache, "origin", "db");
  node_set(cache, "invalidate", "on_write");
  node_set(scene_add(scene, "database", "db", 2), "write", "4ms");
  struct run run = run_scene(scene, 1, S);
  assert_stale(&run, "cache", 0, 4, 0);
  assert_same(metric(&run, "cache.invalidated"), 2);
  assert_same(metric(&run, "cache.misses"), 3);
  run_free(&run);
  scene_free(scene);
}

/* Aim: where a balancer chooses the instance of a cache, several hold the same key, and each hears
 * of a write. */
static void test_invalidated_everywhere(void **state) {
  (void)state;
  enum { GETS = 40 };
  static struct shot shots[2 * GETS + 1];
  for (uint32_t i = 0; i < GETS; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "lb", .item = 1};
    shots[GETS + 1 + i] = (struct shot){.at_ns = (100 + i) * MS, .to = "lb", .item = 1};
  }
  shots[GETS] = put(60, "db", 1);
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2 * GETS + 1);
  struct node *lb = scene_add(scene, "load_balancer", "lb", 1);
  node_set(lb, "backends", "cache");
  struct node *cache = scene_add(scene, "cache", "cache", 4);
  node_set(cache, "origin", "db");
  node_set(cache, "invalidate", "on_write");
  scene_add(scene, "database", "db", 1);
  struct run run = run_scene(scene, 1, S);
  assert_stale(&run, "cache", 0, 2 * GETS, 0);
  assert_same(metric(&run, "cache.invalidated"), 4);
  assert_same(metric(&run, "cache.misses"), 8);
  run_free(&run);
  scene_free(scene);
}

/* Aim: the race of a cache that is filled by its readers. A miss reads at 0 what is answered at 20;
 * the write is acknowledged at 9 and removes the key, which is not there; then the old answer is
 * stored. Whether the write goes past the cache or through it. */
static void test_race(void **state) {
  (void)state;
  for (int through = 0; through <= 1; through++) {
    struct shot shots[] = {get(0, 1), put(5, through ? "cache" : "db", 1), get(30, 1), get(40, 1)};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 4);
    struct node *cache = scene_add(scene, "cache", "cache", 1);
    node_set(cache, "origin", "db");
    node_set(cache, "invalidate", "on_write");
    struct node *db = scene_add(scene, "database", "db", 1);
    node_set(db, "read", "20ms");
    node_set(db, "write", "4ms");
    struct run run = run_scene(scene, 1, S);
    assert_stale(&run, "cache", 2, 3, 21 + 31); /* the miss itself ran beside the write */
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: the age of an answer that two writes have overtaken on its way counts from the first. */
static void test_two_writes_on_the_way(void **state) {
  (void)state;
  struct shot shots[] = {get(0, 1), put(4, "db", 1), put(8, "db", 1), get(30, 1)};
  struct scene *scene = scene_with(shots, 4, "20ms", "1ms");
  struct run run = run_scene(scene, 1, S);
  assert_stale(&run, "cache", 1, 2, 30 - 5);
  run_free(&run);
  scene_free(scene);
}

/* Aim: with write = "through" the written version is what readers get; with "around" they ask. */
static void test_write_policy(void **state) {
  (void)state;
  for (int through = 0; through <= 1; through++) {
    struct shot shots[] = {get(0, 1), put(10, "cache", 1), get(20, 1), put(30, "cache", 2),
                           get(40, 2)};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 5);
    struct node *cache = scene_add(scene, "cache", "cache", 1);
    node_set(cache, "origin", "db");
    node_set(cache, "write", through ? "through" : "around");
    scene_add(scene, "database", "db", 1);
    struct run run = run_scene(scene, 1, S);
    assert_stale(&run, "cache", 0, 3, 0);
    assert_same(metric(&run, "cache.hits"), through ? 2 : 0);
    assert_same(metric(&run, "db.reads"), through ? 1 : 3);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a cache behind a cache, with a balancer between them, hands on how old its answer is: both
 * are stale, the outer one also when it answers by itself later. */
static void test_cache_of_a_cache(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "inner", .item = 1, .op = "read"},
                         put(10, "db", 1),
                         put(12, "db", 1),
                         put(14, "db", 1),
                         {.at_ns = 20 * MS, .to = "outer", .item = 1, .op = "read"},
                         {.at_ns = 30 * MS, .to = "outer", .item = 1, .op = "read"}};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 6);
  node_set(scene_add(scene, "cache", "outer", 1), "origin", "lb");
  node_set(scene_add(scene, "load_balancer", "lb", 1), "backends", "inner");
  node_set(scene_add(scene, "cache", "inner", 1), "origin", "db");
  scene_add(scene, "database", "db", 1);
  struct run run = run_scene(scene, 1, S);
  assert_stale(&run, "inner", 1, 2, 10);
  assert_stale(&run, "outer", 2, 2, 10 + 20);
  run_free(&run);
  scene_free(scene);
}

/* Aim: nothing is kept where nothing can be stale; requests without a key are not judged. */
static void test_only_where_needed(void **state) {
  (void)state;
  struct shot shots[] = {get(0, 0), put(10, "db", 0), get(20, 0)};
  struct scene *scene = scene_with(shots, 3, "0ms", "0ms");
  struct run run = run_scene(scene, 1, S);
  assert_true(run.sim->ledger != NULL);
  assert_same(metric(&run, "cache.stale_reads"), 0);
  assert_true(isnan(metric(&run, "cache.stale_ratio")));
  run_free(&run);
  scene_free(scene);

  scene = scene_new();
  struct shot alone[] = {put(0, "db", 1), get(1, 1)};
  scene_add_sender(scene, "from", alone, 2);
  scene_add(scene, "database", "db", 1);
  node_set(scene_add(scene, "cache", "cache", 1), "origin", "service");
  scene_add(scene, "service", "service", 1); /* nobody knows what data it keeps */
  run = run_scene(scene, 1, S);
  assert_null(run.sim->ledger);
  assert_true(isnan(metric(&run, "cache.stale_ratio")));
  run_free(&run);
  scene_free(scene);
}

/* Aim: many keys and versions, held and let go in any order, against a plain table that knows when
 * each version was made. No time passes between a read of the database and the cache's keeping it.
 */
static void test_against_plain(void **state) {
  (void)state;
  enum { N = 20000, KEYS = 700 };
  static uint64_t made_ns[KEYS + 1][200]; /* by key and version */
  static uint32_t version[KEYS + 1], held[KEYS + 1];
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  struct stream stream = rng_stream(20251128, 0, "ledger", "acts");
  struct draws draws = draws_begin(stream, 1, 0);
  double stale = 0, fresh = 0, age_ms = 0;
  for (uint32_t i = 0; i < N; i++) {
    uint32_t item = 1 + (uint32_t)draws_below(&draws, KEYS);
    if (draws_below(&draws, 3) == 0) {
      shots[i] = put(i, "db", item);
      made_ns[item][++version[item]] = shots[i].at_ns;
      assert_true(version[item] < 199);
      continue;
    }
    shots[i] = get(i, item);
    if (held[item] == 0) held[item] = version[item] + 1; /* no time to live: for good */
    if (held[item] == version[item] + 1) {
      fresh++;
    } else {
      stale++;
      age_ms += (double)(shots[i].at_ns - made_ns[item][held[item]]) / 1e6;
    }
  }
  struct scene *scene = scene_with(shots, N, "0ms", "0ms");
  struct run run = run_scene(scene, 1, (uint64_t)N * MS);
  assert_true(stale > N / 10);
  assert_same(metric(&run, "cache.stale_reads"), stale);
  assert_same(metric(&run, "cache.stale_ratio"), stale / (stale + fresh));
  assert_within(metric(&run, "cache.stale_age.mean"), age_ms / stale / 1000, 1e-9 * age_ms);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* A key is read at rate r through the cache and written at rate w past it, both Poisson, and an
 * entry is good for T. The cache's life is a sequence of cycles that begin again with each miss: a
 * miss, which brings the current version, then T in which every read hits. A read at age u of the
 * entry is stale if a write came in between, with probability 1 - exp(-w u). So by the
 * renewal-reward theorem stale reads a cycle = r S,   S = integral over (0, T) of 1 - exp(-w u) = T
 * - (1 - exp(-wT)) / w reads a cycle       = 1 + r T and the stale share is r S / (1 + r T). A
 * stale read at u is u - x old, x the first write: integral over x in (0, u) of (u - x) w exp(-w x)
 * = u - (1 - exp(-w u)) / w whose integral over (0, T) is A = T^2/2 - T/w + (1 - exp(-wT)) / w^2;
 * the mean age is A / S. */
struct closed_form {
  double share, age_s;
};

static struct closed_form closed_form(double r, double w, double t) {
  double gone = 1 - exp(-w * t), s = t - gone / w;
  return (struct closed_form){r * s / (1 + r * t), (t * t / 2 - t / w + gone / (w * w)) / s};
}

enum { KEYS = 50, SEEDS = 16 };

static struct closed_form simulate(uint64_t seed, const char *reads, const char *writes,
                                   const char *ttl) {
  struct scene *scene = scene_new();
  struct node *reader = scene_add(scene, "client", "reader", 1);
  node_set(reader, "target", "cache");
  node_set(reader, "arrivals", reads);
  node_set(reader, "keys", "uniform 50");
  node_set(reader, "mix", "read 1");
  struct node *writer = scene_add(scene, "client", "writer", 1);
  node_set(writer, "target", "db");
  node_set(writer, "arrivals", writes);
  node_set(writer, "keys", "uniform 50");
  node_set(writer, "mix", "write 1");
  struct node *cache = scene_add(scene, "cache", "cache", 1);
  node_set(cache, "origin", "db");
  node_set(cache, "ttl", ttl);
  scene_add(scene, "database", "db", 1);
  struct run run = run_begin(scene, seed, 20 * S, 220 * S);
  assert_true(sim_run(run.sim, 220 * S));
  run_finish(&run);
  struct closed_form found = {metric(&run, "cache.stale_ratio"),
                              metric(&run, "cache.stale_age.mean")};
  run_free(&run);
  scene_free(scene);
  return found;
}

static void assert_mean(const double *value, double expected, const char *what) {
  double mean = 0, squares = 0;
  for (int i = 0; i < SEEDS; i++) mean += value[i] / SEEDS;
  for (int i = 0; i < SEEDS; i++) squares += (value[i] - mean) * (value[i] - mean);
  double error = sqrt(squares / (SEEDS - 1) / SEEDS);
  printf("  %s %.5f, closed form %.5f, off by %+.2f standard errors\n", what, mean, expected,
         (mean - expected) / error);
  assert_true(fabs(mean - expected) < 4 * error);
  assert_true(error < 0.01 * expected); /* or the test could not fail */
}

/* Aim: share and age of stale reads of a cache that is written past, against the closed form. */
static void test_closed_form(void **state) {
  (void)state;
  static const struct {
    double r, w, t; /* of a key, in 1/s and s */
    const char *reads, *writes, *ttl;
  } cases[] = {{2, 0.5, 3, "poisson 100/s", "poisson 25/s", "3s"},
               {4, 2, 1, "poisson 200/s", "poisson 100/s", "1s"},
               {1, 0.2, 10, "poisson 50/s", "poisson 10/s", "10s"}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    double share[SEEDS], age[SEEDS];
    for (uint64_t i = 0; i < SEEDS; i++) {
      struct closed_form one =
          simulate(20251128 + i, cases[c].reads, cases[c].writes, cases[c].ttl);
      share[i] = one.share;
      age[i] = one.age_s;
    }
    struct closed_form known = closed_form(cases[c].r, cases[c].w, cases[c].t);
    assert_mean(share, known.share, "stale share");
    assert_mean(age, known.age_s, "stale age  ");
  }
}

/* --- writes that are acknowledged before the database has them ------------------------------- */

static struct scene *scene_back(struct shot *shots, uint32_t n, const char *flush) {
  struct scene *scene = scene_with(shots, n, "0ms", "2ms");
  struct node *cache = scene_add(scene, "cache", "back", 1);
  node_set(cache, "origin", "db");
  node_set(cache, "write", flush);
  return scene;
}

/* Aim: a write is acknowledged at once and read by everybody who asks the cache; each key goes to
 * the database once a flush, and readers of the database are behind until then. */
static void test_written_back(void **state) {
  (void)state;
  struct shot shots[] = {put(0, "back", 1),  put(10, "back", 1),
                         put(20, "back", 2), get(30, 1), /* by the other cache: stale, 20 ms */
                         get(103, 1),        get(150, 2)};
  struct scene *scene = scene_back(shots, 6, "back 100ms");
  struct run run = run_scene(scene, 1, S);
  for (uint32_t i = 0; i < 3; i++) assert_shot(&shots[i], OUTCOME_OK, shots[i].at_ns);
  assert_same(metric(&run, "back.written_back"), 2);
  assert_same(metric(&run, "db.writes"), 2);
  assert_same(metric(&run, "back.lost_writes"), 0);
  assert_same(metric(&run, "back.dirty.end"), 0);
  assert_same(metric(&run, "cache.stale_reads"), 2); /* at 30, and at 103 from what it kept */
  run_free(&run);
  scene_free(scene);
}

/* Aim: a crash loses what was acknowledged since the last flush, overwritten writes too, and
 * nothing that was on its way; the reader then sees what the database has, and it is not stale. */
static void test_lost_in_a_crash(void **state) {
  (void)state;
  struct shot shots[] = {put(0, "back", 1),   put(99, "back", 2), /* both sent at 100 */
                         put(150, "back", 1), put(160, "back", 1), put(170, "back", 3),
                         get(300, 1),         get(300, 3)};
  for (uint64_t crash_ms = 101; crash_ms <= 180; crash_ms += 79) {
    struct scene *scene = scene_back(shots, 7, "back 100ms");
    scene_fault(scene, "back", NULL,
                (struct fault_spec){
                    .type = &fault_crash, .at_ns = crash_ms * MS, .lasts = dist_constant(1 * MS)});
    struct run run = run_scene(scene, 1, S);
    assert_same(metric(&run, "back.lost_writes"), crash_ms == 101 ? 0 : 3);
    assert_same(metric(&run, "db.writes"), crash_ms == 101 ? 4 : 2);
    assert_same(metric(&run, "cache.stale_reads"), 0);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: of a key that was written again while its first version is on the way, a crash takes the
 * second alone. */
static void test_lost_behind_one_sent(void **state) {
  (void)state;
  struct shot shots[] = {put(0, "back", 1), put(101, "back", 1)}; /* the first arrives at 102 */
  struct scene *scene = scene_back(shots, 2, "back 100ms");
  shots[1].at_ns = 100 * MS + 500 * US;
  scene_fault(
      scene, "back", NULL,
      (struct fault_spec){.type = &fault_crash, .at_ns = 101 * MS, .lasts = dist_constant(1 * MS)});
  struct run run = run_scene(scene, 1, S);
  assert_same(metric(&run, "back.lost_writes"), 1);
  assert_same(metric(&run, "db.writes"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what makes room is written first; a write that failed is repeated with the next flush. */
static void test_written_back_later(void **state) {
  (void)state;
  struct shot shots[] = {put(0, "back", 1), put(10, "back", 2), put(20, "back", 3)};
  struct scene *scene = scene_with(shots, 3, "0ms", "2ms");
  struct node *cache = scene_add(scene, "cache", "back", 1);
  node_set(cache, "origin", "db");
  node_set(cache, "write", "back 100ms");
  node_set(cache, "capacity", "2");
  scene_fault(
      scene, "db", NULL,
      (struct fault_spec){.type = &fault_crash, .at_ns = 90 * MS, .lasts = dist_constant(50 * MS)});
  struct run run = run_scene(scene, 1, S);
  assert_same(metric(&run, "back.write_back_failed"), 2); /* of 2 and 3 at 100 */
  assert_same(metric(&run, "back.written_back"), 5);      /* of 1 at 20, and at 200 */
  assert_same(metric(&run, "db.writes"), 3);
  assert_same(metric(&run, "back.lost_writes"), 0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: what makes room while the database refuses at once is lost, and dirty no more. */
static void test_no_room_to_repeat(void **state) {
  (void)state;
  struct shot shots[] = {put(0, "back", 1), put(10, "back", 2), put(20, "back", 3)};
  struct scene *scene = scene_with(shots, 3, "0ms", "2ms");
  struct node *cache = scene_add(scene, "cache", "back", 1);
  node_set(cache, "origin", "db");
  node_set(cache, "write", "back 100ms");
  node_set(cache, "capacity", "1");
  scene_fault(scene, "db", NULL,
              (struct fault_spec){.type = &fault_crash, .at_ns = 5 * MS, .forever = true});
  struct run run = run_scene(scene, 1, 50 * MS);
  assert_same(metric(&run, "back.lost_writes"), 2);
  assert_same(metric(&run, "back.dirty.end"), 1);
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_written_back),
      cmocka_unit_test(test_lost_in_a_crash),
      cmocka_unit_test(test_lost_behind_one_sent),
      cmocka_unit_test(test_written_back_later),
      cmocka_unit_test(test_no_room_to_repeat),
      cmocka_unit_test(test_written_past),
      cmocka_unit_test(test_through_a_service),
      cmocka_unit_test(test_writes_through_a_service),
      cmocka_unit_test(test_same_instant),
      cmocka_unit_test(test_invalidated),
      cmocka_unit_test(test_invalidated_everywhere),
      cmocka_unit_test(test_race),
      cmocka_unit_test(test_two_writes_on_the_way),
      cmocka_unit_test(test_write_policy),
      cmocka_unit_test(test_cache_of_a_cache),
      cmocka_unit_test(test_only_where_needed),
      cmocka_unit_test(test_against_plain),
      cmocka_unit_test(test_closed_form),
  };
  return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
