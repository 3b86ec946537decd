/* Aim: which look-ups are hits, to the entry and the nanosecond, and what empties the cache. */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "harness.h"
#include "registry.h"

#define SEED UINT64_C(20250115)

static struct node *add_cache(struct scene *scene, const char *policy, const char *capacity) {
  struct node *cache = scene_add(scene, "cache", "cache", 1);
  node_set(cache, "policy", policy);
  node_set(cache, "capacity", capacity);
  node_set(cache, "origin", "origin");
  return cache;
}

/* Looks up the keys of the text, a letter a millisecond; writes 'h' or 'm' for each into `got`. A
 * hit is what does not reach the origin. */
static void look_up(const char *policy, const char *capacity, const char *keys, char *got) {
  enum { MAX = 200 };
  static struct shot shots[MAX];
  uint32_t n = (uint32_t)strlen(keys);
  assert_true(n < MAX);
  for (uint32_t i = 0; i < n; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "cache", .item = (uint32_t)keys[i]};
    got[i] = 'h';
  }
  got[n] = 0;
  struct recorder origin = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, n);
  add_cache(scene, policy, capacity);
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, S);
  for (uint32_t i = 0; i < origin.n; i++) {
    assert_int_equal(origin.record[i].item, keys[origin.record[i].at_ns / MS]);
    got[origin.record[i].at_ns / MS] = 'm';
  }
  double hits = 0;
  for (uint32_t i = 0; i < n; i++) {
    assert_shot(&shots[i], OUTCOME_OK, i * MS);
    hits += got[i] == 'h';
  }
  assert_same(metric(&run, "cache.hits"), hits);
  assert_same(metric(&run, "cache.misses"), n - hits);
  assert_same(metric(&run, "cache.hit_ratio"), hits / n);
  run_free(&run);
  scene_free(scene);
}

/* Aim: the entry that makes room is the one not used for longest, or the one stored first. */
static void test_policies(void **state) {
  (void)state;
  static const struct {
    const char *policy, *capacity, *keys, *want;
  } cases[] = {
      {"lru", "2", "ABACABCB", "mmhmhmmh"},
      {"fifo", "2", "ABACABCB", "mmhmmmmh"},
      {"lru", "1", "AABBA", "mhmhm"},
      {"fifo", "1", "AABBA", "mhmhm"},
      {"lru", "3", "ABCADBCA", "mmmhmmmm"},
      {"fifo", "3", "ABCADBCA", "mmmhmhhm"},
      {"lru", "3", "ABCCBADCBA", "mmmhhhmmmm"},
      {"fifo", "3", "ABCCBADCBA", "mmmhhhmhhm"},
      {"lru", "unlimited", "ABCDEABCDE", "mmmmmhhhhh"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    char got[64];
    look_up(cases[k].policy, cases[k].capacity, cases[k].keys, got);
    assert_string_equal(got, cases[k].want);
  }
}

/* Aim: a capacity in bytes holds values by the sizes of the answers that brought them; a value that
 * is larger than all of it is not kept, and one that grows pushes others out. */
static void test_bytes(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .item = 1, .response_bytes = 4000},
                         {.at_ns = 1 * MS, .item = 2, .response_bytes = 4000},
                         {.at_ns = 2 * MS, .item = 3, .response_bytes = 11000}, /* too large */
                         {.at_ns = 3 * MS, .item = 1, .response_bytes = 4000},  /* a hit */
                         {.at_ns = 4 * MS, .item = 4, .response_bytes = 2000},  /* fits exactly */
                         {.at_ns = 5 * MS, .item = 5, .response_bytes = 1},     /* without 2 */
                         {.at_ns = 6 * MS, .item = 2, .response_bytes = 9000}, /* without 1 and 4 */
                         {.at_ns = 7 * MS, .item = 1, .response_bytes = 500},
                         {.at_ns = 8 * MS, .item = 6}}; /* how large it is nobody knows */
  struct recorder origin = {0};
  struct scene *scene = scene_new();
  for (size_t i = 0; i < sizeof shots / sizeof shots[0]; i++) shots[i].to = "cache";
  scene_add_sender(scene, "from", shots, sizeof shots / sizeof shots[0]);
  add_cache(scene, "lru", "10kB");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, 10 * MS);
  assert_same(metric(&run, "cache.hits"), 1);
  assert_same(metric(&run, "cache.not_kept"), 2);
  assert_same(metric(&run, "cache.evictions"), 3);
  assert_same(metric(&run, "cache.entries.end"), 3);
  assert_same(metric(&run, "cache.bytes.end"), 9501);
  /* 4000, 8000 for 3 ms, 10000, 6001, 9001, and 9501 for 3 ms. */
  assert_same(metric(&run, "cache.bytes"),
              (4000 + 3 * 8000 + 10000 + 6001 + 9001 + 3 * 9501) / 10.0);
  run_free(&run);
  scene_free(scene);
}

/* Aim: with object_size each key has one size, whatever is answered, and all of them follow the
 * law: 1 to 3 kB, of which 100 kB hold about 50. */
static void test_object_size(void **state) {
  (void)state;
  enum { N = 600 };
  static struct shot shots[N];
  struct recorder origin = {0};
  struct scene *scene = scene_new();
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "cache", .item = 1 + i % 300};
  }
  scene_add_sender(scene, "from", shots, N);
  node_set(add_cache(scene, "fifo", "100kB"), "object_size", "uniform 1kB 3kB");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, S);
  double bytes = metric(&run, "cache.bytes.end"), entries = metric(&run, "cache.entries.end");
  assert_true(bytes <= 100000 && bytes > 97000);
  assert_within(bytes / entries, 2000, 4.5 * 577 / sqrt(entries));
  run_free(&run);
  scene_free(scene);
}

/* A cache as a plain list, the entry to be evicted last in front. */
struct plain {
  uint32_t n, capacity, item[128];
  bool lru;
};

static bool plain_look_up(struct plain *p, uint32_t item) {
  uint32_t at = 0;
  while (at < p->n && p->item[at] != item) at++;
  bool hit = at < p->n;
  if (hit && !p->lru) return true;
  if (!hit && p->n < p->capacity) p->n++;
  if (!hit) at = p->n - 1; /* the last one makes room */
  memmove(p->item + 1, p->item, at * sizeof p->item[0]);
  p->item[0] = item;
  return hit;
}

/* Aim: on thousands of random keys each look-up is a hit exactly where a plain list says so. */
static void test_against_plain(void **state) {
  (void)state;
  enum { N = 8000 };
  static const struct {
    const char *policy, *capacity;
    uint32_t keys;
  } cases[] = {{"lru", "10", 15},    {"fifo", "10", 15},  {"lru", "100", 300},
               {"fifo", "100", 300}, {"lru", "64", 1000}, {"fifo", "128", 130}};
  print_message("seed %llu\n", (unsigned long long)SEED);
  struct shot *shots = calloc(N, sizeof *shots);
  assert_non_null(shots);
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    struct draws draws = draws_begin(rng_stream(SEED, k, "test_cache", "keys"), 0, 0);
    struct plain plain = {.lru = cases[k].policy[0] == 'l',
                          .capacity = (uint32_t)strtoul(cases[k].capacity, NULL, 10)};
    struct recorder origin = {0};
    struct scene *scene = scene_new();
    for (uint32_t i = 0; i < N; i++) {
      uint64_t a = draws_below(&draws, cases[k].keys), b = draws_below(&draws, cases[k].keys);
      shots[i] = (struct shot){.at_ns = i, .to = "cache", .item = 1 + (uint32_t)(a < b ? a : b)};
    }
    scene_add_sender(scene, "from", shots, N);
    add_cache(scene, cases[k].policy, cases[k].capacity);
    scene_add_recorder(scene, "origin", 1, &origin);
    struct run run = run_scene(scene, 1, S);
    uint32_t misses = 0;
    for (uint32_t i = 0; i < N; i++) {
      bool hit = misses >= origin.n || origin.record[misses].at_ns != i;
      if (plain_look_up(&plain, shots[i].item) != hit) fail_msg("look-up %u: hit is %d", i, hit);
      misses += !hit;
    }
    print_message("  %-4s capacity %-3s hit ratio %.3f\n", cases[k].policy, cases[k].capacity,
                  metric(&run, "cache.hit_ratio"));
    assert_same(metric(&run, "cache.misses"), misses);
    assert_same(metric(&run, "cache.entries.end"), plain.n);
    assert_same(metric(&run, "cache.evictions"), misses - plain.n);
    run_free(&run);
    scene_free(scene);
  }
  free(shots);
}

/* Aim: an entry is good until its time to live is over, exactly, counted from when it was stored
 * and not from the look-up or the last hit. */
static void test_ttl(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "cache", .item = 1},       /* stored at 2 ms */
                         {.at_ns = 11 * MS, .to = "cache", .item = 1}, /* a hit prolongs nothing */
                         {.at_ns = 12 * MS - 1, .to = "cache", .item = 1}, /* the last moment */
                         {.at_ns = 12 * MS, .to = "cache", .item = 1}, /* expired, stored at 14 */
                         {.at_ns = 23 * MS, .to = "cache", .item = 1},
                         {.at_ns = 24 * MS, .to = "cache", .item = 1}};
  struct recorder origin = {.delay_ns = 2 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 6);
  node_set(add_cache(scene, "lru", "10"), "ttl", "10ms");
  scene_add_recorder(scene, "origin", 1, &origin);
  for (int over = 0; over <= 1; over++) { /* the one of 26 is good up to 36 */
    struct run run = run_scene(scene, 1, 36 * MS - 1 + (uint64_t)over);
    const uint64_t takes_ms[] = {2, 0, 0, 2, 0, 2};
    for (int i = 0; i < 6; i++) {
      assert_shot(&shots[i], OUTCOME_OK, shots[i].at_ns + takes_ms[i] * MS);
    }
    assert_same(metric(&run, "cache.expired"), 2);
    assert_same(metric(&run, "cache.misses"), 3);
    assert_same(metric(&run, "cache.entries.end"), over ? 0 : 1);
    run_free(&run);
  }
  scene_free(scene);
}

/* Aim: with expire = "after_access" each hit, and no miss, begins the time to live again. */
static void test_expire_after_access(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "cache", .item = 1},
                         {.at_ns = 9 * MS, .to = "cache", .item = 1},
                         {.at_ns = 18 * MS, .to = "cache", .item = 1},
                         {.at_ns = 28 * MS - 1, .to = "cache", .item = 1}, /* the last moment */
                         {.at_ns = 38 * MS - 1, .to = "cache", .item = 1}, /* expired */
                         {.at_ns = 47 * MS, .to = "cache", .item = 1}};
  struct recorder origin = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 6);
  struct node *cache = add_cache(scene, "lru", "10");
  node_set(cache, "ttl", "10ms");
  node_set(cache, "expire", "after_access");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(origin.n, 2);
  assert_true(origin.record[1].at_ns == 38 * MS - 1);
  assert_same(metric(&run, "cache.hits"), 4);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a write goes to the origin, and if that succeeded the key is gone; a write that failed
 * changes nothing; a written key is not stored. */
static void test_writes(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "cache", .item = 1, .op = "write"}, /* origin fails */
                         {.at_ns = 1 * MS, .to = "cache", .item = 1},           /* and again */
                         {.at_ns = 2 * MS, .to = "cache", .item = 1},           /* stored */
                         {.at_ns = 3 * MS, .to = "cache", .item = 2},
                         {.at_ns = 4 * MS, .to = "cache", .item = 1, .op = "write"},
                         {.at_ns = 5 * MS, .to = "cache", .item = 2}, /* hit: another key */
                         {.at_ns = 6 * MS, .to = "cache", .item = 1}, /* miss */
                         {.at_ns = 7 * MS, .to = "cache", .item = 1}, /* hit */
                         {.at_ns = 8 * MS, .to = "cache", .item = 3, .op = "write"},
                         {.at_ns = 9 * MS, .to = "cache", .item = 3}}; /* miss */
  struct recorder origin = {.fails = 2};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 10);
  add_cache(scene, "lru", "10");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, S);
  for (int i = 0; i < 10; i++) {
    assert_shot(&shots[i], i < 2 ? OUTCOME_FAILED : OUTCOME_OK, shots[i].at_ns);
  }
  const uint64_t reached_ms[] = {0, 1, 2, 3, 4, 6, 8, 9};
  assert_int_equal(origin.n, 8);
  for (int i = 0; i < 8; i++) assert_int_equal(origin.record[i].at_ns, reached_ms[i] * MS);
  assert_same(metric(&run, "cache.writes"), 3);
  assert_same(metric(&run, "cache.origin_errors"), 2);
  assert_same(metric(&run, "cache.hits"), 2);
  assert_same(metric(&run, "cache.misses"), 5);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a cache takes from its origin what is a write, also through a balancer. */
static void test_write_ops_of_origin(void **state) {
  (void)state;
  for (int through = 0; through <= 1; through++) {
    struct shot shots[] = {{.at_ns = 0, .to = "cache", .item = 1, .op = "get"},
                           {.at_ns = 1 * MS, .to = "cache", .item = 1, .op = "get"},
                           {.at_ns = 2 * MS, .to = "cache", .item = 1, .op = "insert"},
                           {.at_ns = 3 * MS, .to = "cache", .item = 1, .op = "get"},
                           {.at_ns = 4 * MS, .to = "cache", .item = 1, .op = "write"}};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 5);
    node_set(scene_add(scene, "cache", "cache", 1), "origin", through ? "lb" : "db");
    if (through) node_set(scene_add(scene, "load_balancer", "lb", 1), "backends", "db");
    node_set(scene_add(scene, "database", "db", 1), "write_ops", "insert");
    struct run run = run_scene(scene, 1, S);
    assert_same(metric(&run, "cache.writes"), 1);
    assert_same(metric(&run, "cache.misses"), 2); /* the first, and the one after the insert */
    assert_same(metric(&run, "cache.hits"), 2);   /* "write" is none of the database's writes */
    assert_same(metric(&run, "db.writes"), 1);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: an entry counts from when it is stored to the end of its time, whenever that is noticed: at
 * a look-up, when it makes room, or not at all. */
static void test_entries_over_time(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 10 * MS, .to = "cache", .item = 1},  /* to 40: never noticed */
                         {.at_ns = 20 * MS, .to = "cache", .item = 2},  /* to 50 */
                         {.at_ns = 80 * MS, .to = "cache", .item = 2},  /* looked up; to 110 */
                         {.at_ns = 150 * MS, .to = "cache", .item = 3}, /* to 180 */
                         {.at_ns = 160 * MS, .to = "cache", .item = 4}, /* to 190 */
                         {.at_ns = 165 * MS, .to = "cache", .item = 4}};
  struct recorder origin = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 6);
  node_set(add_cache(scene, "lru", "3"), "ttl", "30ms");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_begin(scene, 1, 30 * MS, 185 * MS); /* measured from 30 */
  assert_true(sim_run(run.sim, 185 * MS));
  run_finish(&run);
  assert_same(metric(&run, "cache.entries"), (10 + 20 + 30 + 30 + 25) / 155.0);
  assert_same(metric(&run, "cache.entries.end"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a flush forgets what is kept and nothing else: a look-up on its way goes on, and what it was
 * about to store is stored; the cache's own check is among those of the run. */
static void test_flush(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "cache", .item = 1},
                         {.at_ns = 40 * MS, .to = "cache", .item = 2}, /* answered at 60 */
                         {.at_ns = 55 * MS, .to = "cache", .item = 1}, /* miss again */
                         {.at_ns = 80 * MS, .to = "cache", .item = 2},
                         {.at_ns = 81 * MS, .to = "cache", .item = 1}};
  struct recorder origin = {.delay_ns = 20 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 5);
  add_cache(scene, "lru", "10");
  scene_add_recorder(scene, "origin", 1, &origin);
  scene_fault(scene, "cache", NULL,
              (struct fault_spec){.type = fault_find("flush"), .at_ns = 50 * MS, .forever = true});
  struct run run = run_scene(scene, 1, S);
  const uint64_t ends_ms[] = {20, 60, 75, 80, 81};
  for (int i = 0; i < 5; i++) assert_shot(&shots[i], OUTCOME_OK, ends_ms[i] * MS);
  assert_same(metric(&run, "cache.hits"), 2);
  assert_same(metric(&run, "cache.misses"), 3);
  assert_same(metric(&run, "cache.uptime"), 1);
  uint32_t n, own = 0;
  struct check *checks = sim_checks(run.sim, &n);
  for (uint32_t i = 0; i < n; i++) own += !strcmp(checks[i].name, "entries:cache");
  free(checks);
  assert_int_equal(own, 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a failed write leaves the entry where it is. */
static void test_failed_write_keeps(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "cache", .item = 1},
                         {.at_ns = 2 * MS, .to = "cache", .item = 1, .op = "write"},
                         {.at_ns = 4 * MS, .to = "cache", .item = 1}};
  struct recorder origin = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3);
  add_cache(scene, "lru", "10");
  scene_add_recorder(scene, "origin", 1, &origin);
  scene_fault(scene, "origin", NULL,
              (struct fault_spec){.type = &fault_crash, .at_ns = MS, .forever = true});
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[1], OUTCOME_REFUSED, 2 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 4 * MS);
  assert_same(metric(&run, "cache.hits"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a look-up takes `hit_time` whether it hits or misses; misses on one key at the same time all
 * go to the origin, and keep one entry. */
static void test_times(void **state) {
  (void)state;
  struct shot shots[] = {{.at_ns = 0, .to = "cache", .item = 1},
                         {.at_ns = 1 * MS, .to = "cache", .item = 1},
                         {.at_ns = 12 * MS, .to = "cache", .item = 1},
                         {.at_ns = 20 * MS, .to = "cache", .item = 1}};
  struct recorder origin = {.delay_ns = 10 * MS};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 4);
  node_set(add_cache(scene, "lru", "10"), "hit_time", "3ms");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, S);
  assert_shot(&shots[0], OUTCOME_OK, 13 * MS);
  assert_shot(&shots[1], OUTCOME_OK, 14 * MS);
  assert_shot(&shots[2], OUTCOME_OK, 25 * MS); /* looked at 12: not there yet */
  assert_shot(&shots[3], OUTCOME_OK, 23 * MS);
  assert_int_equal(origin.n, 3);
  assert_same(metric(&run, "cache.entries.end"), 1);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a crash empties the cache, resets what it was fetching and forgets the answer; while it is
 * down calls are refused. A hang keeps everything. */
static void test_crash(void **state) {
  (void)state;
  for (int hang = 0; hang <= 1; hang++) {
    struct shot shots[] = {{.at_ns = 0, .to = "cache", .item = 1},
                           {.at_ns = 5 * MS, .to = "cache", .item = 1}, /* hit */
                           {.at_ns = 9 * MS, .to = "cache", .item = 2}, /* fetched at 10 */
                           {.at_ns = 12 * MS, .to = "cache", .item = 1},
                           {.at_ns = 21 * MS, .to = "cache", .item = 1},
                           {.at_ns = 31 * MS, .to = "cache", .item = 2}};
    struct recorder origin = {.delay_ns = 2 * MS};
    struct scene *scene = scene_new();
    scene_add_sender(scene, "from", shots, 6);
    add_cache(scene, "lru", "10");
    scene_add_recorder(scene, "origin", 1, &origin);
    scene_fault(scene, "cache", NULL,
                (struct fault_spec){.type = hang ? &fault_hang : &fault_crash,
                                    .at_ns = 10 * MS,
                                    .lasts = dist_constant(10e6)});
    struct run run = run_scene(scene, 1, S);
    assert_shot(&shots[1], OUTCOME_OK, 5 * MS);
    assert_shot(&shots[2], hang ? OUTCOME_OK : OUTCOME_RESET, (hang ? 20 : 10) * MS);
    assert_shot(&shots[3], hang ? OUTCOME_OK : OUTCOME_REFUSED, (hang ? 20 : 12) * MS);
    assert_shot(&shots[4], OUTCOME_OK, (hang ? 21 : 23) * MS);
    assert_shot(&shots[5], OUTCOME_OK, (hang ? 31 : 33) * MS);
    assert_same(metric(&run, "cache.entries.end"), 2);
    run_free(&run);
    scene_free(scene);
  }
}

/* Aim: a cache without limit keeps everything that fits in memory: a second round over ten thousand
 * keys is all hits. Also what is kept is found again after evictions and expiries reused entries.
 */
static void test_unlimited(void **state) {
  (void)state;
  enum { KEYS = 10000 };
  struct shot *shots = calloc(2 * KEYS, sizeof *shots);
  assert_non_null(shots);
  for (uint32_t i = 0; i < 2 * KEYS; i++) {
    shots[i] = (struct shot){.at_ns = i, .to = "cache", .item = 1 + i % KEYS * 7919};
  }
  struct recorder origin = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 2 * KEYS);
  add_cache(scene, "lru", "unlimited");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(origin.n, KEYS);
  assert_same(metric(&run, "cache.hits"), KEYS);
  assert_same(metric(&run, "cache.entries.end"), KEYS);
  assert_same(metric(&run, "cache.evictions"), 0);
  run_free(&run);
  scene_free(scene);
  free(shots);
}

/* Aim: the instances of a group share the keys: each key always meets the same instance, so that a
 * group hits as often as one cache, and every instance gets its part. */
static void test_shards(void **state) {
  (void)state;
  enum { KEYS = 600 };
  struct shot shots[3 * KEYS];
  for (uint32_t i = 0; i < 3 * KEYS; i++) {
    shots[i] = (struct shot){.at_ns = i, .to = "cache", .item = 1 + i % KEYS};
  }
  struct recorder origin = {0};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, 3 * KEYS);
  struct node *cache = scene_add(scene, "cache", "cache", 4);
  node_set(cache, "origin", "origin");
  scene_add_recorder(scene, "origin", 1, &origin);
  struct run run = run_scene(scene, 1, S);
  assert_int_equal(origin.n, KEYS);
  assert_same(metric(&run, "cache.hit_ratio"), 2.0 / 3);
  const char *const member[] = {"cache[1].arrivals", "cache[2].arrivals", "cache[3].arrivals",
                                "cache[4].arrivals"};
  for (int m = 0; m < 4; m++) assert_share(metric(&run, member[m]) / 3, KEYS, 0.25);
  run_free(&run);
  scene_free(scene);
}

/* Aim: a failed call to the origin is tried again by the words of every caller; what a further try
 * brings is kept, and tries that fail with a half each leave an eighth of the look-ups failed. */
static void test_policy(void **state) {
  (void)state;
  enum { N = 8000 };
  static struct shot shots[N + 1];
  for (uint32_t i = 0; i < N; i++) {
    shots[i] = (struct shot){.at_ns = i * MS, .to = "cache", .item = i + 1};
  }
  shots[N] = (struct shot){.at_ns = N * MS, .to = "cache", .item = 1};
  struct scene *scene = scene_new();
  scene_add_sender(scene, "from", shots, N + 1);
  struct node *cache = add_cache(scene, "lru", "unlimited");
  node_set(cache, "retry.attempts", "3");
  node_set(cache, "retry.backoff", "1us");
  struct handler_builder *on = node_on(scene_add(scene, "service", "origin", 1), NULL);
  uint16_t branch = on_branch(on, 0.5, NULL);
  on_fail(on);
  on_target(on, branch);
  struct run run = run_scene(scene, SEED, 20 * S);
  double ok = 0;
  for (uint32_t i = 0; i < N; i++) ok += shots[i].outcome == OUTCOME_OK;
  assert_share(ok, N, 0.875);
  assert_true(shots[0].outcome != OUTCOME_OK || metric(&run, "cache.hits") == 1);
  assert_same(metric(&run, "cache.entries.end"),
              ok + (shots[0].outcome != OUTCOME_OK && shots[N].outcome == OUTCOME_OK));
  assert_within(metric(&run, "cache.origin.tries"), 1.75, 4.5 * sqrt(0.6875 / N));
  assert_same(metric(&run, "cache.origin_errors"), N - ok + (shots[N].outcome != OUTCOME_OK));
  run_free(&run);
  scene_free(scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_policies),
      cmocka_unit_test(test_bytes),
      cmocka_unit_test(test_object_size),
      cmocka_unit_test(test_against_plain),
      cmocka_unit_test(test_ttl),
      cmocka_unit_test(test_expire_after_access),
      cmocka_unit_test(test_writes),
      cmocka_unit_test(test_flush),
      cmocka_unit_test(test_entries_over_time),
      cmocka_unit_test(test_write_ops_of_origin),
      cmocka_unit_test(test_failed_write_keeps),
      cmocka_unit_test(test_times),
      cmocka_unit_test(test_crash),
      cmocka_unit_test(test_unlimited),
      cmocka_unit_test(test_shards),
      cmocka_unit_test(test_policy),
  };
  return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
