/* Aim: every part of latency has a row that says all that results, sentences and plots ask for, and
 * the bars of plots stand side by side without a gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <string.h>

#include "part.h"

static void test_rows(void **state) {
  (void)state;
  for (uint32_t i = 0; i < PARTS; i++) {
    const struct part_def *def = &part_defs[i];
    assert_true(def->name && def->doc && def->whose && def->takes && def->was && def->remedy &&
                def->color);
    assert_ptr_equal(part_find(def->name), def);
    assert_int_equal(strlen(def->color), 7);
  }
  assert_null(part_find("nothing"));
}

static void test_bars(void **state) {
  (void)state;
  uint32_t seen = 0, greatest = 0;
  for (uint32_t i = 0; i < PARTS; i++) {
    seen |= 1u << part_defs[i].place;
    if (part_defs[i].place > greatest) greatest = part_defs[i].place;
    for (uint32_t k = 0; k < i; k++) { /* one bar has one color, and one color is one bar */
      bool one_bar = part_defs[i].place == part_defs[k].place;
      assert_int_equal(one_bar, strcmp(part_defs[i].color, part_defs[k].color) == 0);
    }
  }
  assert_int_equal(seen, (2u << greatest) - 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_bars)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
