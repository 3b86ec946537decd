/* Aim: what is said and means nothing without something else is refused; where the something else
 * may come in another variant, through a parameter, it is noted. */
#include "program.h"
#include "test_script_load.h"

#define REST                                                       \
  "client \"c\" { arrivals = poisson \"90/s\", target = \"s\" }\n" \
  "client \"e\" { arrivals = poisson \"9/s\", target = \"db\" }\n" \
  "service \"db\" { work = \"1ms\" }\n"

static void refuse(const char *line, const char *sentence) {
  char text[500];
  snprintf(text, sizeof text, "%s\n" REST, line);
  const char *said = mistake(text);
  if (strstr(said, sentence) == NULL) fail_msg("%s\nsays: %s", line, said);
}

static void test_refused(void **state) {
  (void)state;
  refuse("service \"s\" { queue = 4 }",
         "s.lua:1: key 'queue' of service \"s\": means nothing without workers; give that too, or "
         "leave queue out");
  refuse("service \"s\" { discipline = \"lifo\" }", "means nothing without workers");
  refuse("service \"s\" { on = { call { \"db\", pool = { size = 2, wait = \"9ms\" } } } }",
         "means nothing without queue");
  refuse("service \"s\" { workers = \"unlimited\", queue = 4 }", "means nothing without workers");
  refuse("service \"s\" { workers = 2, priority = { \"a\", \"b\" } }",
         "means nothing without discipline = \"priority\" or \"preemptive_priority\" or evict = "
         "\"lowest\"");
  refuse("cache \"s\" { origin = \"db\", policy = \"fifo\" }", "means nothing without capacity");
  refuse("cache \"s\" { origin = \"db\", expire = \"after_access\" }", "means nothing without ttl");
  refuse("load_balancer \"s\" { backends = \"db\", choices = 3 }",
         "means nothing without algorithm = \"power_of_two\"");
  refuse(
      "client \"d\" { arrivals = poisson \"1/s\", target = \"s\",\n"
      "  retry = { attempts = 1, backoff = \"1s\" } }\nservice \"s\" {}",
      "s.lua:2: key 'backoff' of retry of client \"d\": means nothing without attempts");
}

/* What is said is what holds without saying it. */
static void test_accepted(void **state) {
  (void)state;
  static const char *const lines[] = {
      "service \"s\" { workers = 2, queue = 4, discipline = \"lifo\", cancel = \"queued\" }",
      "service \"s\" { queue = \"unlimited\", discipline = \"fifo\", cancel = \"never\" }",
      "cache \"s\" { origin = \"db\", policy = \"lru\", expire = \"after_write\" }",
      "cache \"s\" { origin = \"db\", ttl = \"1s\", expire = \"after_access\" }",
      "load_balancer \"s\" { backends = \"db\", choices = 2 }",
      "load_balancer \"s\" { backends = \"db\", algorithm = \"power_of_two\", choices = 3 }",
      ("client \"d\" { arrivals = poisson \"1/s\", target = \"s\", retry = { backoff = \"1s\" } }\n"
       "service \"s\" {}"),
  };
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    char text[500];
    snprintf(text, sizeof text, "%s\n" REST, lines[i]);
    struct scenario *scenario = load(text);
    assert_int_equal(scenario->idles, 0);
    scenario_free(scenario);
  }
}

static void test_noted_with_parameters(void **state) {
  (void)state;
  struct scenario *scenario = load(
      "local n = param { \"n\", \"unlimited\" }\n"
      "service \"s\" { workers = n,\n  queue = 4 }\n" REST);
  assert_int_equal(scenario->idles, 1);
  assert_string_equal(scenario->idle[0].subject, "s");
  assert_string_equal(scenario->idle[0].what, "queue means nothing without workers");
  assert_string_equal(scenario->idle[0].file, "s.lua");
  assert_int_equal(scenario->idle[0].line, 3);
  scenario_free(scenario);
}

/* What is harmless is noted without parameters, too; one of several that are needed is enough. */
static void test_noted_and_several(void **state) {
  (void)state;
#define EVICTS "service \"s\" { workers = 2, queue = 4, evict = \"lowest\""
  struct scenario *scenario = load(EVICTS " }\n" REST);
  assert_int_equal(scenario->idles, 1);
  assert_string_equal(scenario->idle[0].what, "evict means nothing without priority");
  scenario_free(scenario);
  scenario = load("service \"s\" { cancel = \"queued\" }\n" REST);
  assert_int_equal(scenario->idles, 1);
  assert_string_equal(scenario->idle[0].what, "cancel means nothing without workers");
  scenario_free(scenario);
  /* Who says that nobody waits may leave there how long one would. */
  scenario = load(
      "service \"s\" { on = { call { \"db\", pool = { size = 2, queue = 0, wait = \"9ms\" } } } "
      "}\n" REST);
  assert_int_equal(scenario->idles, 1);
  assert_string_equal(scenario->idle[0].what, "wait means nothing without queue");
  scenario_free(scenario);
  scenario = load(EVICTS ", priority = { \"default\" } }\n" REST);
  assert_int_equal(scenario->idles, 0);
  scenario_free(scenario);
}

/* A mechanism that is switched off takes nothing with it. */
static void test_switched_off(void **state) {
  (void)state;
  write_file("s.lua",
             "cache \"s\" { origin = \"db\", ttl = \"1s\", expire = \"after_access\" }\n" REST);
  const char *off = "s.ttl";
  struct scenario_changes changes = {.offs = 1, .off = &off};
  struct error err;
  struct scenario *scenario = scenario_load_changed("s.lua", NULL, 0, &changes, &err);
  if (scenario == NULL) fail_msg("%s", err.text);
  scenario_free(scenario);
}

static bool unread(const char *text) {
  struct scenario *scenario = load(text);
  bool result = scenario->param[0].unread;
  scenario_free(scenario);
  return result;
}

#define SYSTEM(rate)                        \
  "client \"c\" { arrivals = poisson(" rate \
  "), target = \"s\" }\n"                   \
  "service \"s\" { work = \"1ms\" }\n"

static void test_unread_params(void **state) {
  (void)state;
  assert_true(unread("local rate = param { \"rate\", \"90/s\" }\n" SYSTEM("\"90/s\"")));
  assert_true(unread("local rate = param { \"rate\", \"90/s\" } -- rate\n" SYSTEM("\"90/s\"")));
  assert_true(unread("param { \"rate\", \"90/s\" }\n" SYSTEM("\"90/s\"")));
  assert_false(unread("local rate = param { \"rate\", \"90/s\" }\n" SYSTEM("rate")));
  assert_false(unread(SYSTEM("param { \"rate\", \"90/s\" }")));
  assert_false(unread(SYSTEM("false or param { \"rate\", \"90/s\" }")));
  assert_false(unread("local p = { rate = param { \"rate\", \"90/s\" } }\n" SYSTEM("p.rate")));
  assert_false(
      unread("local function f() return param { \"rate\", \"90/s\" } end\n" SYSTEM("f()")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_accepted),
      cmocka_unit_test(test_noted_with_parameters),
      cmocka_unit_test(test_noted_and_several),
      cmocka_unit_test(test_switched_off),
      cmocka_unit_test(test_unread_params),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
