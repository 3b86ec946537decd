/* Aim: the place of a closed connection stays taken for as long as it lingers; meanwhile a SYN that
 * finds none is dropped, and a crash empties the table. */
#include <math.h>

#include "test_script_load.h"

#define TABLE(ARRIVALS, ACCEPT, REST)         \
  "client \"c\" { arrivals = " ARRIVALS       \
  ", target = \"s\", timeout = \"500ms\" }\n" \
  "service \"s\" { accept = { " ACCEPT        \
  " } }\n"                                    \
  "path { from = \"c\", to = \"s\", transport = \"tcp\" }\n" REST

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (!(fabs(got - value) <= 1e-6)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

/* Aim: ten flows a second that leave an entry for 3.05 s each need 31 entries at most; with 20 the
 * table is full after 2 s until the first of its entries goes. */
static void test_places(void **state) {
  (void)state;
  const char *room = TABLE("constant \"10/s\"", "most = 40, lingers = \"3050ms\"", "");
  expect(room, "s.accept.held.max", 31);
  expect(room, "c.availability", 1);
  const char *tight = TABLE("constant \"10/s\"", "most = 20, lingers = \"3050ms\"", "");
  expect(tight, "s.accept.held.max", 20);
  /* 20 let in and 11 dropped, again and again: 1000 = 32 * 31 + 8 */
  expect(tight, "s.accept.dropped", 32 * 11);
}

/* Aim: entries are there for their time, no longer: 100 flows of 2 s in 100 s. */
static void test_time(void **state) {
  (void)state;
  expect(TABLE("burst { 100, at = \"1s\" }", "most = 200, lingers = \"2s\"", ""), "s.accept.held",
         2);
  expect(TABLE("burst { 100, at = \"99s\" }", "most = 200, lingers = \"2s\"", ""), "s.accept.held",
         1);
}

static void test_crash(void **state) {
  (void)state;
  const char *text = TABLE("burst { 100, at = \"1s\" }", "most = 200, lingers = \"50s\"",
                           "fault { crash \"s\", at = \"11s\", lasts = \"1s\" }");
  expect(text, "s.accept.held", 10);
}

static void test_mistake(void **state) {
  (void)state;
  const char *got =
      mistake(TABLE("constant \"1/s\"", "most = 1, lingers = \"1s\", backlog = 5", ""));
  if (!strstr(got, "leave 'backlog' out")) fail_msg("%s", got);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_places), cmocka_unit_test(test_time),
                                     cmocka_unit_test(test_crash), cmocka_unit_test(test_mistake)};
  return cmocka_run_group_tests_name("accept", tests, folder_make, folder_remove);
}
