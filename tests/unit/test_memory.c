/* Aim: memory is limited, the limit is the process's own, and what gets none ends the process with
 * its own exit code and one sentence that says what grew and how far the limit went. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "memory.h"

#define MIB ((size_t)1 << 20)

static void take_too_much(void) {
  mem_alloc(200 * MIB);
}

static void grow_too_much(void) {
  mem_grow(NULL, 50 * MIB, 4, "dwarfs", "invite fewer");
}

static void grow_beyond_addresses(void) {
  mem_grow(NULL, SIZE_MAX / 2, 4, "dwarfs", "invite fewer");
}

static void back_too_much(void) {
  struct mem_range range = mem_reserve(1024 * MIB, MEM_HUGE);
  for (int i = 0; i < 100; i++) mem_back(&range, MEM_HUGE);
}

/* The exit code of a child in which 100 MiB are allowed, and what it says. */
static int in_child(void (*body)(void), char *said, size_t size) {
  int ends[2], status;
  assert_int_equal(pipe(ends), 0);
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    memory_limit(100 * MIB);
    body();
    _exit(0);
  }
  close(ends[1]);
  ssize_t n = read(ends[0], said, size - 1);
  said[n > 0 ? n : 0] = '\0';
  close(ends[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static bool is_limited(void) {
  return in_child(take_too_much, (char[200]){0}, 200) != 0; /* not under the sanitizers */
}

static void test_ends_with_a_sentence(void **state) {
  (void)state;
  if (!is_limited()) skip();
  char said[400];
  assert_int_equal(in_child(take_too_much, said, sizeof said), MEMORY_EXIT);
  assert_non_null(strstr(said, "archsim: out of memory: 200 MiB more are wanted; "));
  assert_non_null(strstr(said, " MiB are in use of the 100 MiB that --memory allows\n"));
  assert_int_equal(in_child(grow_too_much, said, sizeof said), MEMORY_EXIT);
  assert_non_null(strstr(said, "52428800 dwarfs are too many; invite fewer; "));
  assert_int_equal(in_child(grow_beyond_addresses, said, sizeof said), MEMORY_EXIT);
  assert_int_equal(in_child(back_too_much, said, sizeof said), MEMORY_EXIT);
}

static void leave_what_is_left(void) {
  size_t left = memory_left();
  void *memory = mem_alloc(50 * MIB);
  _exit(left < 100 * MIB && left - memory_left() - 50 * MIB < MIB && memory != NULL ? 0 : 1);
}

static void widen(void) {
  memory_limit(1000 * MIB); /* the shell's limit, as it were, stays */
  _exit(memory_left() < 100 * MIB ? 0 : 1);
}

static void test_counts_what_is_used(void **state) {
  (void)state;
  if (!is_limited()) skip();
  char said[400];
  assert_int_equal(in_child(leave_what_is_left, said, sizeof said), 0);
  assert_int_equal(in_child(widen, said, sizeof said), 0);
  assert_true(memory_left() == SIZE_MAX);
  assert_true(memory_machine() > 100 * MIB);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ends_with_a_sentence),
      cmocka_unit_test(test_counts_what_is_used),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
