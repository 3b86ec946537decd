/* Aim: what takes long says so: off a terminal in a line every ten seconds, which tells what is
 * being done and how long it will take; what is short, or not to be told of, says nothing. The
 * clock is turned back instead of waiting for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "progress.h"

#define S 1000000

static struct progress begin(bool wanted, FILE *out) {
  struct progress progress;
  progress_begin(&progress, wanted);
  progress.out = out;
  progress.lines = true;
  return progress;
}

static void a_line_every_ten_seconds(void **state) {
  (void)state;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  struct progress progress = begin(true, out);
  progress_update(&progress, 0.3);
  fflush(out);
  assert_int_equal(size, 0); /* it has only begun */
  progress.begin_us -= 20 * S;
  snprintf(progress.note, sizeof progress.note, "rate=350/s");
  progress_update(&progress, 0.5);
  assert_string_equal(text, "archsim: 50 % done  rate=350/s  21 s left\n");
  progress_update(&progress, 0.6);
  assert_int_equal(size, strlen("archsim: 50 % done  rate=350/s  21 s left\n"));
  progress.drawn_us -= 10 * S;
  progress_update(&progress, 0.75);
  assert_non_null(strstr(text, "\narchsim: 75 % done  rate=350/s  "));
  progress_end(&progress);
  fclose(out);
  assert_null(strchr(text, '\r'));
  free(text);
}

static void nothing_where_it_is_not_wanted(void **state) {
  (void)state;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  struct progress progress = begin(false, out);
  progress.begin_us -= 20 * S;
  progress_update(&progress, 0.5);
  progress_end(&progress);
  fclose(out);
  assert_int_equal(size, 0);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_line_every_ten_seconds),
      cmocka_unit_test(nothing_where_it_is_not_wanted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
