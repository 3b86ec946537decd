/* Aim: the text of a sweep axis stands for exactly the values that its grammar says, the last one
 * never beyond the bound, and whatever else is typed is refused with a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "axis.h"
#include "rng.h"

struct good {
  const char *text, *values;
  bool whole;
};

static const struct good good[] = {
    {"100/s", "100/s", false},
    {"a,b,c", "a b c", false},
    {"a\\,b,c", "a,b c", false},
    {"1..4", "1 2 3 4", false},
    {"4..4", "4", false},
    {"-2..1", "-2 -1 0 1", false},
    {"100..1000:300/s", "100/s 400/s 700/s 1000/s", false},
    {"100..999:300/s", "100/s 400/s 700/s", false},
    {"100/s..999/s:300/s", "100/s 400/s 700/s", false},
    {"100..999/s:300", "100/s 400/s 700/s", false},
    {"0.1..0.5:0.1", "0.1 0.2 0.3 0.4 0.5", false},
    {"0..1:0.25", "0 0.25 0.5 0.75 1", false},
    {"1e3..3e3:1e3/s", "1000/s 2000/s 3000/s", false},
    {"1000000..3000000:1000000/s", "1000000/s 2000000/s 3000000/s", false},
    {"1..64:x4", "1 4 16 64", false},
    {"1..63:x4ms", "", false},
    {"1..63ms:x4", "1ms 4ms 16ms", false},
    {"1..2/s:lin:5", "1/s 1.25/s 1.5/s 1.75/s 2/s", false},
    {"1..4:lin:3", "1 2.5 4", false},
    {"1..4:lin:3", "1 3 4", true}, /* 2.5 is rounded away from 0 */
    {"1..4:lin:100", "1 2 3 4", true},
    {"1.0..4.0:lin:3", "1 2.5 4", true}, /* the bounds say that fractions are meant */
    {"1..1000ms:log:4", "1ms 10ms 100ms 1000ms", false},
    {"1..10:log:3", "1 3.16228 10", false},
    {"50%,90..99:9%", "50% 90% 99%", false},
    {"1Gbit/s,10..20:10Mbit/s", "1Gbit/s 10Mbit/s 20Mbit/s", false},
    {"x..y", "x..y", false}, /* no number, no range */
    {"", "", false},
    {",", "", false},
    {"1,,2", "", false},
    {"1..", "", false},
    {"1...3", "", false},
    {"1..3:", "", false},
    {"1..3:x", "", false},
    {"1..3:y2", "", false},
    {"1..3:0", "", false},
    {"1..3:-1", "", false},
    {"3..1", "", false},
    {"1..3/s", "", false},
    {"1.5..3", "", false},
    {"1..3:1/s:1", "", false},
    {"1..3:lin:", "", false},
    {"1..3:lin:1", "", false},
    {"1..3:lin:2.5", "", false},
    {"1..3:lin:2/s", "", false},
    {"1..3:x1", "", false},
    {"0..3:x2", "", false},
    {"0..3:log:3", "", false},
    {"1..1e300:1", "", false},
    {"1..inf:1", "", false},
    {"1..1e999:1", "", false},
    {"1/s..3/min:1/s", "", false},
    {"1..100001", "", false},
};

static void texts_stand_for_values(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    struct arena *arena = arena_new();
    struct axis_values values = {0};
    struct error err = {0};
    bool ok = axis_expand(arena, good[i].text, good[i].whole, &values, &err);
    char all[1000] = "";
    for (uint32_t k = 0; ok && k < values.n; k++) {
      size_t used = strlen(all);
      snprintf(all + used, sizeof all - used, "%s%s", k > 0 ? " " : "", values.list[k]);
    }
    if (strcmp(all, good[i].values) != 0 || ok == (good[i].values[0] == '\0')) {
      fail_msg("%s: \"%s\", not \"%s\" (%s)", good[i].text, all, good[i].values, err.text);
    }
    if (!ok && err.text[0] == '\0') fail_msg("%s: refused without a sentence", good[i].text);
    arena_free(arena);
  }
}

static void values_stand_once(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  struct axis_values once = {0}, twice = {0};
  struct error err = {0};
  assert_true(axis_expand(arena, "1..5,7", false, &once, &err) && axis_check(&once, &err));
  assert_true(axis_expand(arena, "1..5,3", false, &twice, &err));
  assert_false(axis_check(&twice, &err));
  assert_non_null(strstr(err.text, "value 3 "));
  arena_free(arena);
}

static void several_values_are_recognised(void **state) {
  (void)state;
  assert_true(axis_is_numbers("1..3") && axis_is_numbers("1/s,2/s") && axis_is_numbers("1ms..2"));
  assert_false(axis_is_numbers("1") || axis_is_numbers("a,b") || axis_is_numbers("1,b"));
  assert_false(axis_is_numbers("v1..2") || axis_is_numbers("") || axis_is_numbers("1.5"));
  assert_true(axis_is_list("a,b") && !axis_is_list("a\\,b") && !axis_is_list("a"));
}

static void values_mean_numbers(void **state) {
  (void)state;
  double value;
  assert_true(axis_number("250ms", &value) && value == 0.25);
  assert_true(axis_number("60/min", &value) && value == 1);
  assert_true(axis_number("2kB", &value) && value == 2000);
  assert_true(axis_number("1kB/s", &value) && value == 8000);
  assert_true(axis_number("5%", &value) && value == 0.05);
  assert_true(axis_number("-3", &value) && value == -3);
  assert_false(axis_number("lru", &value) || axis_number("", &value) || axis_number("-", &value));
}

/* Any text is either refused with a sentence or gives values, all of them texts that fit the limit.
 */
static void no_text_is_too_strange(void **state) {
  (void)state;
  static const char letters[] = "0123456789..,,::-xlinog/s%\\e+ ";
  struct draws draws = draws_begin(rng_stream(1, 0, "axis", "texts"), 0, 0);
  print_message("seed 1\n");
  for (int i = 0; i < 200000; i++) {
    char text[16];
    size_t length = draws_next(&draws) % (sizeof text - 1);
    for (size_t k = 0; k < length; k++) {
      text[k] = letters[draws_next(&draws) % (sizeof letters - 1)];
    }
    text[length] = '\0';
    struct arena *arena = arena_new();
    struct axis_values values = {0};
    struct error err = {0};
    bool ok = axis_expand(arena, text, i % 2 == 0, &values, &err);
    assert_true(ok ? values.n > 0 && values.n <= AXIS_VALUES_MAX : err.text[0] != '\0');
    arena_free(arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_stand_for_values),        cmocka_unit_test(values_stand_once),
      cmocka_unit_test(several_values_are_recognised), cmocka_unit_test(values_mean_numbers),
      cmocka_unit_test(no_text_is_too_strange),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
