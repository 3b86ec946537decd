/* Aim: each key has one shard under each rule; one shard more takes its share and, by ring and by
 * range, moves no key between the others, while by hash modulo n all but one in n + 1 move. */
#include "harness.h"
#include "shard_map.h"

enum { KEYS = 20000, N = 10 };

struct maps {
  struct arena *arena;
  struct shard_map *before, *after;
  uint32_t moved, wrong, counts[N + 1]; /* wrong: they moved, and not to the one that came */
};

static uint64_t hash_of(uint32_t key) {
  return rng_mix(key);
}

static void compare(struct maps *m, enum sharding_rule rule, uint64_t points, uint32_t from,
                    uint32_t low) {
  uint32_t which[N];
  uint64_t identity[N + 1];
  for (uint32_t i = 0; i <= N; i++) identity[i] = rng_mix(1000 + i);
  for (uint32_t i = 0; i < N; i++) which[i] = i;
  *m = (struct maps){.arena = arena_new()};
  const struct sharding sharding = {rule, points};
  m->before = shard_map_new(m->arena, &sharding, which, N, identity, KEYS);
  m->after = shard_map_join(m->arena, m->before, N, identity, from, low);
  for (uint32_t key = 1; key <= KEYS; key++) {
    uint32_t old = shard_map_owner(m->before, key, hash_of(key));
    uint32_t new = shard_map_owner(m->after, key, hash_of(key));
    assert_in_range(old, 0, N - 1);
    assert_in_range(new, 0, N);
    m->counts[new]++;
    m->moved += old != new;
    m->wrong += old != new &&new != N;
  }
}

/* Of 20,000 keys a share of 1/11 has a standard deviation of 41. */
static void test_hash(void **state) {
  (void)state;
  struct maps m;
  compare(&m, SHARDS_HASH, 0, 0, 0);
  assert_in_range(m.moved, KEYS * 10 / 11 - 120, KEYS * 10 / 11 + 120);
  assert_true(m.wrong > KEYS / 2);
  for (uint32_t i = 0; i <= N; i++) assert_in_range(m.counts[i], KEYS / 11 - 200, KEYS / 11 + 200);
  arena_free(m.arena);
}

/* With 1000 points the share's own deviation is 1/11 / sqrt(1000), 57 keys. */
static void test_ring(void **state) {
  (void)state;
  struct maps m;
  compare(&m, SHARDS_RING, 1000, 0, 0);
  assert_int_equal(m.wrong, 0);
  assert_in_range(m.moved, KEYS / 11 - 300, KEYS / 11 + 300);
  assert_int_equal(m.counts[N], m.moved);
  arena_free(m.arena);
}

static void test_range(void **state) {
  (void)state;
  struct maps m;
  compare(&m, SHARDS_RANGE, 0, 3, 6501);
  assert_int_equal(m.wrong, 0);
  assert_int_equal(m.moved, 1500); /* 6501 .. 8000 */
  assert_int_equal(m.counts[3], 500);
  assert_int_equal(m.counts[4], 2000);
  uint32_t behind;
  struct shard_range range = shard_map_range(m.after, 3, KEYS + 1, &behind);
  assert_int_equal(range.low, 6001);
  assert_int_equal(behind, 6501);
  range = shard_map_range(m.after, 9, KEYS + 1, &behind);
  assert_int_equal(range.low, 18001);
  assert_int_equal(behind, KEYS + 1);
  assert_int_equal(shard_map_owner(m.after, 1, 0), 0);
  assert_int_equal(shard_map_owner(m.after, 6500, 0), 3);
  assert_int_equal(shard_map_owner(m.after, 6501, 0), N);
  arena_free(m.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hash),
      cmocka_unit_test(test_ring),
      cmocka_unit_test(test_range),
  };
  return cmocka_run_group_tests_name("shard_map", tests, NULL, NULL);
}
