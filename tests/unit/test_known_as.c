/* Aim: what other tools call a thing leads to the word for it, where that means something; what is
 * mistyped still does; and no word of a list is led away from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>

#include "known_as.h"
#include "nearest.h"

#define N(list) (sizeof(list) / sizeof *(list))

static const char *const service[] = {"workers", "queue", "work", "on", "instances", "sessions"};
static const char *const database[] = {"workers", "connections", "copies", "instances", "read"};
static const char *const check[] = {"interval", "timeout", "fall", "rise"};

static void test_other_names(void **state) {
  (void)state;
  static const struct {
    const char *word, *want;
    const char *const *list;
    uint32_t n;
  } cases[] = {
      {"replicas", "instances", service, N(service)},
      {"replicas", "copies", database, N(database)},
      {"max_connections", "sessions", service, N(service)},
      {"maxConnections", "connections", database, N(database)},
      {"Max-Connections", "connections", database, N(database)},
      {"depends_on", "on", service, N(service)},
      {"periodSeconds", "interval", check, N(check)},
      {"failureThreshold", "fall", check, N(check)},
      {"unhealthy_threshold", "fall", check, N(check)},
      {"intervall", "interval", check, N(check)}, /* mistyped */
  };
  for (size_t i = 0; i < N(cases); i++) {
    const char *near = nearest_word(cases[i].word, cases[i].list, cases[i].n);
    if (near == NULL) fail_msg("nothing for %s", cases[i].word);
    assert_string_equal(near, cases[i].want);
  }
}

static void test_nothing_meant(void **state) {
  (void)state;
  assert_null(known_as("replicas", check, N(check)));
  assert_null(known_as("path", check, N(check)));
  assert_null(known_as("", check, N(check)));
  assert_null(known_as("a_word_that_is_longer_than_any_that_another_tool_has_for_anything_at_all",
                       check, N(check)));
  assert_string_equal(known_as("interval", (const char *const[]){"every"}, 1), "every");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_other_names),
      cmocka_unit_test(test_nothing_meant),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
