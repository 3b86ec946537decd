/* Aim: the step `limit` asks whose call it is, in each instance for itself, refuses with its cause
 * or makes the call wait, forgets with a crash, and what is said of it that means nothing is
 * refused. */
#include "test_script_load.h"

#define ASK(RATE, REST) \
  "client \"c\" { arrivals = constant \"" RATE "\", target = \"s\"" REST " }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 10);
  if (got != value) fail_msg("%s is %g instead of %g:\n%s", name, got, value, text);
}

/* Aim: ten seconds, 10 calls a second, one a second allowed: of each user, of all, of each member.
 */
static void test_who_is_limited(void **state) {
  (void)state;
  const char *all = ASK("10/s", ", users = 1000000") "service \"s\" { on = { limit { \"1/s\" } } }";
  expect(all, "s.completions", 10);
  expect(all, "s.limited", 90);
  expect(all, "c.errors.rate_limited", 90);
  const char *user = ASK(
      "10/s", ", users = 1000000") "service \"s\" { on = { limit { \"1/s\", per = \"user\" } } }";
  expect(user, "s.completions", 100);
  const char *key = ASK("10/s", ", keys = uniform_keys { n = 1 }")
      "service \"s\" { on = { limit { \"1/s\", per = \"key\" } } }";
  expect(key, "s.completions", 10);
  const char *member = ASK("10/s", "")
      "service \"s\" { on = { call { \"g\", each = true } } }\n"
      "service \"g\" { instances = 3, on = { limit { \"1/s\" } } }";
  expect(member, "g.completions", 30);
}

/* Aim: each user has the rate of the tier; who is of none has the other rate, or none; each client
 * and each instance that calls has a rate of its own where that is said. */
static void test_tiers_and_callers(void **state) {
  (void)state;
#define TIERS(LIMIT)                                                                             \
  ASK("10/s", ", users = 1, tier = { free = 1 }")                                                \
  "client \"d\" { arrivals = constant \"10/s\", target = \"s\", users = 1, tier = { paid = 1 } " \
  "}\n"                                                                                          \
  "client \"e\" { arrivals = constant \"10/s\", target = \"s\" }\n"                              \
  "service \"s\" { on = { limit { " LIMIT " } } }"
  const char *tiers = TIERS("tier = { free = \"1/s\", paid = \"5/s\" }");
  expect(tiers, "c.goodput", 1);
  expect(tiers, "d.goodput", 5);
  expect(tiers, "e.goodput", 10);
  expect(TIERS("\"2/s\", tier = { free = \"1/s\" }"), "d.goodput", 2);
  const char *users = ASK("10/s", ", users = 1000000, tier = { free = 1 }")
      "service \"s\" { on = { limit { tier = { free = \"1/s\" } } } }";
  expect(users, "s.completions", 100);
  const char *clients = TIERS("\"1/s\", per = \"client\"");
  expect(clients, "s.completions", 30);
  const char *callers = ASK("10/s", "")
      "service \"s\" { on = { call { \"g\", each = true } } }\n"
      "service \"g\" { instances = 3, on = { call \"h\" } }\n"
      "service \"h\" { on = { limit { \"1/s\", per = \"caller\" } } }\n";
  expect(callers, "h.completions", 30);
}

/* Aim: a call is its caller's where that has given up since and works for others. Two calls of `c`
 * come at 0 s: one has the only worker of `h` for 1.5 s, the other waits and is given up at 0.1 s,
 * and at 0.2 s `d` has its call under way in the place of that. At 1.5 s the second one of `c` is
 * refused, and does not take away what `d` may send. */
static void test_caller_gone(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 2, at = \"0ms\" }, target = \"s\" }\n"
      "client \"d\" { arrivals = burst { 1, at = \"200ms\" }, target = \"t\" }\n"
      "service \"s\" { on = { call { \"h\", timeout = \"100ms\" } } }\n"
      "service \"t\" { on = { call \"h\" } }\n"
      "service \"h\" { workers = 1, on = { limit { \"1/h\", per = \"caller\" }, work \"1500ms\" } "
      "}\n";
  expect(text, "d.goodput", 0.1);
  expect(text, "h.limited", 1);
}

/* Aim: a user who is told when to come again does so, in whole seconds, with a further attempt or
 * with the next request; who does not obey comes all the time. */
static void test_retry_after(void **state) {
  (void)state;
#define BOT(OBEYS, LIMIT)                                                                   \
  "client \"c\" { arrivals = closed { users = 1, think = \"10ms\" }, target = \"lb\"" OBEYS \
  " }\n"                                                                                    \
  "load_balancer \"lb\" { backends = \"s\" }\n"                                             \
  "service \"s\" { on = { limit { \"0.5/s\"" LIMIT " } } }"
  const char *good = BOT(", obeys = \"retry_after\"", ", retry_after = true");
  expect(good, "s.completions", 5);
  expect(good, "s.limited", 5);
  expect(good, "c.obeyed", 5);
  static const char *const between[] = {"dns \"lb\" { backends = { \"s\" } }\n",
                                        "cache \"lb\" { origin = \"s\", ttl = \"1ms\" }\n"};
  for (int i = 0; i < 2; i++) {
    char text[600];
    snprintf(text, sizeof text,
             "client \"c\" { arrivals = closed { users = 1, think = \"10ms\" }, target = \"lb\",\n"
             "  obeys = \"retry_after\" }\n%s"
             "service \"s\" { on = { limit { \"0.5/s\", retry_after = true } } }",
             between[i]);
    expect(text, "s.completions", 5);
    expect(text, "c.obeyed", 5);
  }
  assert_true(metric_of(BOT("", ", retry_after = true"), "s.limited", 10) > 900);
  assert_true(metric_of(BOT(", obeys = \"retry_after\"", ""), "s.limited", 10) > 900);
  const char *retry =
      "client \"c\" { arrivals = burst { 2, at = \"1s\" }, target = \"s\", obeys = "
      "\"retry_after\",\n"
      "  retry = { attempts = 2, backoff = \"1ms\" } }\n"
      "service \"s\" { on = { limit { \"0.4/s\", retry_after = true } } }";
  expect(retry, "c.latency.max", 3);
  expect(retry, "c.obeyed", 1);
}

/* Aim: an open client that obeys sends a request again when it is told to, up to ten times and
 * while it has time; a refusal that tells nothing is final, and so is any other failure. Thirteen
 * at once and one a second allowed: one passes each second from the first to the tenth after it. */
static void test_comes_again(void **state) {
  (void)state;
#define AGAIN(N, REST, LIMIT)                                                   \
  "client \"c\" { arrivals = burst { " N ", at = \"0s\" }, target = \"s\"" REST \
  ", obeys = \"retry_after\" }\n"                                               \
  "service \"s\" { on = { limit { \"1/s\"" LIMIT " } } }"
  const char *thirteen = AGAIN("13", "", ", retry_after = true");
  struct {
    const char *name;
    double value;
  } want[] = {{"s.completions", 11},
              {"c.errors.rate_limited", 2},
              {"c.latency.max", 10},
              {"c.latency.mean", 5},
              {"c.retries", 12 + 11 + 10 + 9 + 8 + 7 + 6 + 5 + 4 + 3},
              {"c.obeyed", 75}};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    double got = metric_of(thirteen, want[i].name, 20);
    if (got != want[i].value) fail_msg("%s is %g, not %g", want[i].name, got, want[i].value);
  }
  const char *silent = AGAIN("5", "", "");
  expect(silent, "s.completions", 1);
  expect(silent, "c.retries", 0);
  expect(silent, "c.errors.rate_limited", 4);
  const char *hurried = AGAIN("5", ", deadline = \"2500ms\"", ", retry_after = true");
  expect(hurried, "s.completions", 3);
  expect(hurried, "c.errors.timeout", 2);
  const char *impatient = AGAIN("5", ", patience = \"2500ms\"", ", retry_after = true");
  expect(impatient, "s.completions", 3);
  expect(impatient, "c.gave_up", 2);
  const char *fails =
      "client \"c\" { arrivals = burst { 2, at = \"0s\" }, target = \"s\", obeys = "
      "\"retry_after\" }\n"
      "service \"s\" { on = { limit { \"1/s\", retry_after = true }, fail \"failed\" } }";
  expect(fails, "c.errors.failed", 2);
  expect(fails, "c.retries", 1);
}

/* Aim: what a proxy passes on is what it got: five at once, one of whom passes each second, come
 * again behind it as they do without it. A service whose callee refuses has failed. */
static void test_passed_on(void **state) {
  (void)state;
#define BEHIND(DOOR)                                                                             \
  "client \"c\" { arrivals = burst { 5, at = \"0s\" }, target = \"d\", obeys = \"retry_after\" " \
  "}\n" DOOR "\nservice \"s\" { on = { limit { \"1/s\", retry_after = true } } }"
  static const char *const doors[] = {
      BEHIND("reverse_proxy \"d\" { route = { default = \"s\" } }"),
      BEHIND("api_gateway \"d\" { route = { default = \"s\" } }"),
      BEHIND("load_balancer \"d\" { backends = \"s\" }"),
      BEHIND("service \"d\" { on = { call { \"s\", pass_on = { \"rate_limited\" } } } }"),
  };
  for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
    expect(doors[i], "s.completions", 5);
    expect(doors[i], "c.latency.max", 4);
    expect(doors[i], "c.retries", 10);
  }
  const char *turned_away = ASK("5/s", "")
      "reverse_proxy \"s\" { route = { default = \"t\" } }\n"
      "service \"t\" { on = { limit { \"1/s\" } } }";
  expect(turned_away, "c.errors.rate_limited", 40);
  const char *other = BEHIND("service \"d\" { on = { call { \"s\", pass_on = \"denied\" } } }");
  expect(other, "c.errors.failed", 4);
  expect(other, "c.retries", 0);
  const char *several = mistake(ASK(
      "1/s", "") "service \"s\" { on = { call { \"t\", each = true, pass_on = \"shed\" } } }\n"
                 "service \"t\" { }");
  if (!strstr(several, "is for a single call")) fail_msg("%s", several);
}

/* Aim: who has to wait does, and a worker is held meanwhile unless it is asynchronous. */
static void test_waiting(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"s\" }\n"
      "service \"s\" { on = { limit { \"2/s\", burst = 3, algorithm = \"leaky_bucket\" } } }";
  expect(text, "s.delayed", 3);
  expect(text, "s.limited", 1);
  expect(text, "c.latency.max", 1.5);
}

/* Aim: a window that is not said is the time that the rate is told for. */
static void test_window_of_unit(void **state) {
  (void)state;
#define WINDOW(RATE) \
  ASK("10/s", "") "service \"s\" { on = { limit { " RATE ", algorithm = \"fixed_window\" } } }"
  expect(WINDOW("\"12/min\""), "s.completions", 12);
  expect(WINDOW("\"24/min\" / 2"), "s.completions", 12);
  expect(WINDOW("\"2/s\""), "s.completions", 20);
  expect(WINDOW("\"12/min\", window = \"5s\""), "s.completions", 2);
  expect(WINDOW("\"12/min\", burst = 12"), "s.completions", 12); /* as its rate says */
}

/* Aim: a crash in the middle of a minute forgets that its 100 calls have passed. */
static void test_crash_forgets(void **state) {
  (void)state;
  const char *text = ASK("100/s", "")
      "service \"s\" { on = { limit { \"1/s\", burst = 20 } } }\n"
      "fault { crash \"s\", at = \"4999ms\", lasts = \"1ms\" }\n";
  double passed = metric_of(text, "s.completions", 10);
  assert_true(passed >= 20 + 4 + 20 + 4 && passed <= 20 + 5 + 20 + 5);
}

static void test_mistakes(void **state) {
  (void)state;
  const char *most = mistake(
      ASK("1/s",
          ", obeys = \"retry_after\", hedge = { after = \"1ms\", most = 9 }") "service \"s\" { }");
  if (!strstr(most, "110 tries of one call; the limit is 64")) fail_msg("%s", most);
  static const struct {
    const char *limit, *says;
  } cases[] = {
      {"\"1/s\", burst = 0", "must be at least 1 for a token bucket"},
      {"\"1/s\", window = \"1s\"", "is for fixed_window, sliding_log and sliding_counter"},
      {"tier = { paid = \"1/s\" }, algorithm = \"sliding_log\"", "say how long one is, such as"},
      {"\"0.5/s\", algorithm = \"fixed_window\"", "not one call may pass"},
      {"\"1/s\", algorithm = \"fixed_window\", window = \"1ms\"", "not one call may pass"},
      {"\"1/s\", algorithm = \"fixed_window\", window = \"1s\", burst = 2", "rate times"},
      {"\"1/s\", tier = { paid = \"2/s\" }, algorithm = \"fixed_window\", burst = 1", "rate times"},
      {"\"1/s\", algorithm = \"leaky_bucket\", at_once = 1", "must be at most burst"},
      {"\"1/s\", at_once = 1", "algorithm = \"leaky_bucket\""},
      {"\"1ms\"", "write a rate"},
      {"burst = 5", "write a rate"},
      {"tier = { free = \"1/s\" }", "no client has users of the tier 'free'"},
      {"tier = { paid = \"1/s\" }, per = \"all\"", "write per = \"tier\""},
      {"tier = { paid = \"1/min\" }, algorithm = \"fixed_window\", window = \"1s\"",
       "not one call"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[400];
    snprintf(text, sizeof text, "%sservice \"s\" { on = { limit { %s } } }\n",
             ASK("1/s", ", users = 9, tier = { paid = 1 }"), cases[i].limit);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].limit, got);
  }
}

/* Aim: with a store all instances count together and a crash of one forgets nothing; each call
 * waits for the store, and passes when that is down or too slow. */
static void test_store(void **state) {
  (void)state;
#define STORED(LIMIT, STORE, FAULT)                             \
  ASK("10/s", "")                                               \
  "load_balancer \"s\" { backends = \"t\" }\n"                  \
  "service \"t\" { instances = 2, on = { limit { \"1/s\"" LIMIT \
  " } } }\n"                                                    \
  "service \"redis\" { work = \"" STORE "\" }\n" FAULT
#define CRASH(WHOM)                      \
  "fault { crash \"" WHOM                \
  "\", at = \"0s\", lasts = \"1us\" }\n" \
  "fault { crash \"" WHOM "\", at = \"50ms\", lasts = \"100s\" }"
  const char *local = ASK("10/s", "")
      "load_balancer \"s\" { backends = \"t\" }\n"
      "service \"t\" { instances = 2, on = { limit { \"1/s\" } } }";
  expect(local, "t.completions", 20);
  const char *stored = STORED(", store = \"redis\"", "2ms", "");
  expect(stored, "t.completions", 10);
  expect(stored, "redis.arrivals", 100);
  expect(stored, "c.latency.max", 0.002);
  const char *forgets = STORED(", store = \"redis\"", "2ms",
                               "fault { crash \"t[1]\", at = \"410ms\", lasts = \"50ms\" }");
  expect(forgets, "t.completions", 10);
  expect(STORED(", store = \"redis\", timeout = \"1ms\"", "2ms", ""), "t.completions", 100);
  expect(STORED(", store = \"redis\"", "2ms", CRASH("redis")), "t.completions", 100);
  assert_non_null(strstr(mistake(ASK("1/s", "") "load_balancer \"s\" { backends = \"t\",\n"
                                                "on = { limit { \"1/s\", store = \"t\" } } }\n"
                                                "service \"t\" {}"),
                         "leave 'store' out"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_store),
      cmocka_unit_test(test_who_is_limited),
      cmocka_unit_test(test_tiers_and_callers),
      cmocka_unit_test(test_caller_gone),
      cmocka_unit_test(test_retry_after),
      cmocka_unit_test(test_comes_again),
      cmocka_unit_test(test_passed_on),
      cmocka_unit_test(test_waiting),
      cmocka_unit_test(test_window_of_unit),
      cmocka_unit_test(test_crash_forgets),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("limit", tests, folder_make, folder_remove);
}
