/* Aim: a value belongs to the first point at or behind it, round the end as well, and one who comes
 * takes values only for itself. How evenly points spread values tests test_consistent_hash.c. */
#include "harness.h"
#include "ring.h"

static struct ring *ring_of(struct arena *arena, uint32_t n, uint64_t points) {
  struct ring *ring = ring_new(arena, n * points);
  for (uint32_t i = 0; i < n; i++) ring_add(ring, i, 100 + i, points);
  ring_close(ring);
  return ring;
}

static void test_find(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  struct ring *ring = ring_of(arena, 5, 20);
  assert_int_equal(ring->n, 100);
  for (uint64_t i = 0; i < ring->n; i++) {
    uint64_t at = ring->point[i].at;
    if (i > 0) assert_true(ring->point[i - 1].at < at);
    assert_int_equal(ring_find(ring, at), i);
    assert_int_equal(ring_find(ring, at + 1), (i + 1) % ring->n);
  }
  assert_int_equal(ring_find(ring, 0), 0);
  assert_int_equal(ring_find(ring, UINT64_MAX), 0);
  arena_free(arena);
}

static void test_comes(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  struct ring *before = ring_of(arena, 5, 20), *after = ring_of(arena, 6, 20);
  uint32_t moved = 0;
  for (uint64_t i = 0; i < 10000; i++) {
    uint64_t value = i * UINT64_C(0x9e3779b97f4a7c15);
    uint32_t old = before->point[ring_find(before, value)].which;
    uint32_t new = after->point[ring_find(after, value)].which;
    if (old == new) continue;
    assert_int_equal(new, 5);
    moved++;
  }
  assert_in_range(moved, 500, 3500); /* 10000/6 with 20 points: a standard deviation is 340 */
  arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_find),
      cmocka_unit_test(test_comes),
  };
  return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
