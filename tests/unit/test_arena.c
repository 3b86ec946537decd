/* Aim: pieces of an arena are zeroed, aligned, apart from each other and live until it is freed.
 * Run under the address sanitizer this also shows that everything is freed. The tests of
 * error_set, which is as small, are here too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "arena.h"
#include "error.h"
#include "rng.h"

#define SEED UINT64_C(20250104)

/* Aim: for pieces of all sizes around those of chunks, in random order: each is zeroed, aligned and
 * keeps what was written to it after all others have been written. */
static void test_pieces(void **state) {
  (void)state;
  print_message("seed %llu\n", (unsigned long long)SEED);
  struct draws draws = draws_begin(rng_stream(SEED, 0, "test_arena", "sizes"), 0, 0);
  enum { N = 3000 };
  struct {
    unsigned char *bytes;
    size_t size;
  } pieces[N];
  struct arena *arena = arena_new();
  for (int i = 0; i < N; i++) {
    size_t size =
        draws_below(&draws, 50) == 0 ? draws_below(&draws, 200000) : draws_below(&draws, 300);
    pieces[i].size = size;
    pieces[i].bytes = arena_alloc(arena, size);
    assert_int_equal((uintptr_t)pieces[i].bytes % alignof(max_align_t), 0);
    for (size_t b = 0; b < size; b++) {
      if (pieces[i].bytes[b] != 0) fail_msg("byte %zu of piece %d is not zeroed", b, i);
    }
    memset(pieces[i].bytes, i % 251 + 1, size);
  }
  for (int i = 0; i < N; i++) {
    for (size_t b = 0; b < pieces[i].size; b++) {
      if (pieces[i].bytes[b] != i % 251 + 1) fail_msg("byte %zu of piece %d was overwritten", b, i);
    }
  }
  arena_free(arena);
}

/* Aim: pieces of size 0 have addresses of their own; a first piece larger than a chunk is served;
 * freeing nothing is allowed. */
static void test_edges(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  char *large = arena_alloc(arena, 1000000);
  large[0] = large[999999] = 1;
  void *first = arena_alloc(arena, 0), *second = arena_alloc(arena, 0);
  assert_true(first != NULL && second != NULL && first != second);
  arena_free(arena);
  arena_free(arena_new());
  arena_free(NULL);
}

/* Aim: lines begin on a cache line and are zeroed, also in an arena that has grown to huge pages;
 * small pieces still find room between them. */
static void test_lines(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  for (int i = 0; i < 2000; i++) {
    unsigned char *lines = arena_lines(arena, 3, 1001);
    assert_int_equal((uintptr_t)lines % 64, 0);
    for (int b = 0; b < 3003; b++) assert_int_equal(lines[b], 0);
    memset(lines, 255, 3003);
    char *piece = arena_alloc(arena, 5);
    assert_int_equal(piece[0] | piece[4], 0);
    memset(piece, 255, 5);
  }
  assert_int_equal((uintptr_t)arena_lines(arena, 0, 8) % 64, 0);
  arena_free(arena);
  char *huge = mem_huge(MEM_HUGE);
  assert_int_equal((uintptr_t)huge % MEM_HUGE, 0);
  huge[0] = huge[MEM_HUGE - 1] = 1;
  free(huge);
}

/* Bytes of addresses that this process has. */
static rlim_t mapped_now(void) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  assert_non_null(file);
  assert_int_equal(fscanf(file, "%lu", &pages), 1);
  fclose(file);
  return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* Aim: a range grows in place, zeroed, up to its last byte; what follows its first part begins on a
 * huge page; where addresses are short each of many is smaller, and some are left. */
static void test_range(void **state) {
  (void)state;
  enum { FIRST = 1 << 18, MANY = 20 };
  struct mem_range range = mem_reserve(2 * MEM_HUGE, FIRST);
  assert_int_equal(range.size, 2 * MEM_HUGE);
  char *begin = range.begin;
  assert_int_equal(((uintptr_t)begin + FIRST) % MEM_HUGE, 0);
  mem_back(&range, FIRST);
  mem_back(&range, 2 * MEM_HUGE - FIRST);
  assert_true(range.begin == begin && range.backed == range.size);
  for (size_t i = 0; i < range.size; i++) {
    if (begin[i] != 0) fail_msg("byte %zu is not zero", i);
    begin[i] = 1;
  }
  mem_release(&range);
  assert_null(range.begin);
  struct rlimit before, few;
  assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
  few = (struct rlimit){mapped_now() + ((rlim_t)1 << 33), before.rlim_max};
  if (setrlimit(RLIMIT_AS, &few) != 0) skip(); /* the limit is lower already */
  struct mem_range many[MANY];
  for (int i = 0; i < MANY; i++) {
    many[i] = mem_reserve((size_t)1 << 34, FIRST);
    mem_back(&many[i], FIRST);
  }
  rlim_t left = few.rlim_cur - mapped_now();
  assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
  assert_in_range(many[0].size, (size_t)1 << 29, (size_t)1 << 30);
  for (int i = 1; i < MANY; i++) assert_in_range(many[i].size, MEM_HUGE, many[i - 1].size);
  assert_true(left > (rlim_t)1 << 29); /* (7/8)^20 of 8 GiB and a little */
  for (int i = 0; i < MANY; i++) mem_release(&many[i]);
}

/* Aim: texts are copies, formatted texts are whole whatever their length. */
static void test_texts(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  char source[] = "web[2]";
  char *copy = arena_text(arena, source);
  source[0] = 'X';
  assert_string_equal(copy, "web[2]");
  assert_string_equal(arena_text(arena, ""), "");
  assert_string_equal(arena_format(arena, "%s[%d] %.1f", "db", 7, 0.5), "db[7] 0.5");
  char *wide = arena_format(arena, "%100000d", 42);
  assert_int_equal(strlen(wide), 100000);
  assert_string_equal(wide + 99997, " 42");
  arena_free(arena);
}

/* Aim: mem_* give usable memory also for size 0, zeroed where promised, and resizing keeps bytes.
 */
static void test_mem(void **state) {
  (void)state;
  unsigned char *zeroed = mem_zeroed(100, 8);
  for (int i = 0; i < 800; i++) assert_int_equal(zeroed[i], 0);
  memset(zeroed, 7, 800);
  zeroed = mem_resize(zeroed, 80000);
  for (int i = 0; i < 800; i++) assert_int_equal(zeroed[i], 7);
  free(zeroed);
  void *none[] = {mem_alloc(0), mem_zeroed(0, 8), mem_zeroed(8, 0), mem_resize(NULL, 0)};
  for (int i = 0; i < 4; i++) {
    assert_non_null(none[i]);
    free(none[i]);
  }
}

/* Aim: error_set formats, returns false, cuts at the end of the buffer, bears NULL, and may wrap
 * the sentence that is already there. */
static void test_error(void **state) {
  (void)state;
  struct error err;
  memset(&err, 'x', sizeof err);
  assert_false(error_set(&err, "mean must be greater than %d, got %g", 0, -3.0));
  assert_string_equal(err.text, "mean must be greater than 0, got -3");
  assert_false(error_set(&err, "web.lua:3: %s", err.text));
  assert_string_equal(err.text, "web.lua:3: mean must be greater than 0, got -3");
  assert_false(error_set(&err, "%2000d", 1));
  assert_int_equal(strlen(err.text), sizeof err.text - 1);
  assert_false(error_set(NULL, "%s", "nobody listens"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pieces), cmocka_unit_test(test_edges), cmocka_unit_test(test_lines),
      cmocka_unit_test(test_range),  cmocka_unit_test(test_texts), cmocka_unit_test(test_mem),
      cmocka_unit_test(test_error),
  };
  return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
