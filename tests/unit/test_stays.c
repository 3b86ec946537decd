/* Aim: users with a session hold a place at one member for as long as they work; how many there are
 * follows Little and Erlang, requests go where the session is, and what ends a member's life ends
 * its sessions, whose users come again. */
#include <math.h>

#include "test_script_load.h"

static void near(const char *text, const char *name, uint64_t seconds, double value, double by) {
  double got = metric_of(text, name, seconds);
  if (!(fabs(got - value) <= by)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

/* Aim: rate times length, to the nanosecond where nothing is by chance. */
static void test_little(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"2/s\", target = \"s\", session = { lasts = \"10s\" } "
      "}\n"
      "service \"s\" {}\n";
  /* 200 come in 100 s, the last 20 of them are cut off: 180 * 10 + (0.5 + 1 + .. + 10) */
  near(text, "s.sessions", 100, (180 * 10 + 105) / 100.0, 1e-9);
  near(text, "c.sessions", 100, (180 * 10 + 105) / 100.0, 1e-9);
  near(text, "c.requests", 100, 200, 0);
  near(text, "s.sessions.lost", 100, 0, 0);
}

/* Aim: with n places the share that is refused is Erlang's, whatever the law of the length; of a
 * database its connections are places. */
static void test_erlang(void **state) {
  (void)state;
  double b = 1; /* Erlang's recursion at a load of 8 with 8 places: 0.2356 */
  for (int n = 1; n <= 8; n++) b = 8 * b / (n + 8 * b);
  static const char *const lasts[] = {"exponential \"4s\"", "uniform { \"2s\", \"6s\" }", "\"4s\""};
  static const char *const holder[] = {"service \"s\" { sessions = 8 }",
                                       "database \"s\" { sessions = 8, connections = 5 }",
                                       "database \"s\" { connections = 8 }"};
  for (int i = 0; i < 3; i++) {
    char text[400];
    snprintf(
        text, sizeof text,
        "client \"c\" { arrivals = poisson \"2/s\", target = \"s\", session = { lasts = %s } }\n"
        "%s\n",
        lasts[i], holder[i]);
    near(text, "c.availability", 20000, 1 - b, 0.012);
    near(text, "s.sessions", 20000, 8 * (1 - b), 0.1);
    near(text, "s.sessions.max", 20000, 8, 0);
  }
}

/* Aim: opening costs a way there and back, a request another; the next one on it only that. */
static void test_way(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"lb\",\n"
      "  session = { lasts = \"3500ms\", think = \"1s\" } }\n"
      "load_balancer \"lb\" { backends = \"s\" }\n"
      "service \"s\" { instances = 2, workers = 1, work = \"5ms\" }\n"
      "path { from = \"c\", to = \"lb\", latency = \"10ms\" }\n"
      "path { from = \"lb\", to = \"s\", latency = \"20ms\" }\n";
  near(text, "c.latency.max", 10, 0.06 + 0.06 + 0.005, 1e-9);
  near(text, "c.latency.min", 10, 0.06 + 0.005, 1e-9);
  near(text, "c.requests", 10, 4, 0);
  near(text, "s[1].arrivals", 10, 5, 0); /* the session and all requests */
  near(text, "s[2].arrivals", 10, 0, 0);
  near(text, "s.sessions", 10, 0.35, 1e-9);
}

/* Aim: a deployment without a drain cuts off all sessions of a member; they come again elsewhere
 * and stay there, so that the member that comes back has none; who renews connections spreads. */
static void test_deployment(void **state) {
  (void)state;
  static const char *const body =
      "client \"c\" { arrivals = burst { 100, at = \"1s\" }, target = \"lb\",\n"
      "  session = { lasts = \"1h\", attempts = 9, backoff = \"100ms\"%s } }\n"
      "load_balancer \"lb\" { backends = \"s\", algorithm = \"least_connections\" }\n"
      "service \"s\" { instances = 2 }\n"
      "fault { stop \"s[1]\", at = \"50s\", lasts = \"10s\" }\n";
  char text[600];
  snprintf(text, sizeof text, body, "");
  near(text, "s[1].sessions", 200, 50 * 49 / 200.0, 1e-6);
  near(text, "s[2].sessions", 200, (50 * 49 + 100 * 150) / 200.0, 1e-6);
  near(text, "c.sessions.lost", 200, 50, 0);
  near(text, "c.sessions.opened", 200, 150, 0);
  near(text, "s[2].sessions.max", 200, 100, 0);
  snprintf(text, sizeof text, body, ", renew = exponential \"10s\"");
  near(text, "s[1].sessions", 1060, 50, 3);
  near(text, "s[2].sessions", 1060, 50, 3);
  snprintf(text, sizeof text, body, ", again = \"70s\"");
  near(text, "s[1].sessions", 200, (50 * 49 + 50 * 80) / 200.0, 1e-6);
}

/* Aim: a member that drains takes no sessions and goes on with those that it has. */
static void test_drain(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 10, at = \"1s\" }, target = \"s\",\n"
      "  session = { lasts = \"60s\", think = \"1s\" } }\n"
      "service \"s\" { drain = \"100s\" }\n"
      "fault { stop \"s\", at = \"10s\" }\n";
  near(text, "c.availability", 200, 1, 0);
  near(text, "c.requests", 200, 600, 0);
  near(text, "s.sessions.lost", 200, 0, 0);
  const char *late =
      "client \"c\" { arrivals = constant \"1/s\", target = \"s\", session = { lasts = \"60s\" } "
      "}\n"
      "service \"s\" { drain = \"15500ms\" }\n"
      "fault { stop \"s\", at = \"9500ms\" }\n";
  near(late, "c.errors.refused", 50, 40, 0);
  near(late, "s.sessions.lost", 50, 10, 0);
}

/* Aim: openings that fail are tried again with pauses, up to so many in a row. */
static void test_attempts(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 10, at = \"1s\" }, target = \"s\",\n"
      "  session = { lasts = \"100s\", attempts = %s,\n"
      "    backoff = exponential { base = \"1s\", cap = \"1min\", jitter = \"none\" } } }\n"
      "service \"s\" {}\n"
      "fault { crash \"s\", at = \"500ms\", lasts = \"7s\" }\n";
  char three[500], four[500];
  snprintf(three, sizeof three, text, "3");
  near(three, "c.sessions.given_up", 60, 10, 0);
  near(three, "c.sessions.failed", 60, 30, 0);
  near(three, "c.errors.refused", 60, 10, 0);
  snprintf(four, sizeof four, text, "\"unlimited\"");
  near(four, "c.sessions.opened", 60, 10, 0);
  near(four, "c.latency.mean", 60, 7, 1e-9); /* at 1, 2, 4, 8 s */
}

/* Aim: over TCP a session keeps one connection to itself, on which its requests go. */
static void test_connection(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"s\",\n"
      "  session = { lasts = \"20s\", think = \"1s\" } }\n"
      "path { from = \"c\", to = \"s\", latency = \"10ms\", transport = \"tcp\",\n"
      "  connect = { keep = \"1ms\" } }\n"
      "service \"s\" { work = \"1ms\", accept = { most = 100 } }\n";
  near(text, "path.c.s.opened", 60, 5, 0);
  near(text, "path.c.s.open", 60, 5 * 20.021 / 60, 1e-2);
  near(text, "c.availability", 60, 1, 0);
  near(text, "c.latency.max", 60, 0.02 + 0.02 + 0.02 + 0.001, 1e-9);
  near(text, "c.latency.min", 60, 0.021, 1e-9);
}

/* Aim: the memory of sessions counts, and who has too many of them is killed. */
static void test_memory(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = constant \"1/s\", target = \"s\", session = { lasts = \"1h\" } }\n"
      "service \"s\" { memory = { base = \"10MB\", session = \"1MB\", limit = \"%s\" } }\n";
  char enough[400], short_of[400];
  snprintf(enough, sizeof enough, text, "1GB");
  near(enough, "s.memory.end", 30.0, 40e6, 0.1);
  snprintf(short_of, sizeof short_of, text, "25MB");
  near(short_of, "s.out_of_memory", 20, 1, 0);
  near(short_of, "s.sessions.lost", 20, 16, 0);
}

/* Aim: desks that hold a database behind a balancer of their own target. */
static void test_elsewhere(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = closed { users = 4, think = \"1s\" }, target = \"app\",\n"
      "  session = { lasts = \"10s\", holds = \"db\" } }\n"
      "service \"app\" { work = \"10ms\" }\n"
      "service \"db\" { sessions = 3 }\n";
  near(text, "db.sessions.max", 100, 3, 0);
  near(text, "app.errors", 100, 0, 0);
  assert_true(metric_of(text, "c.errors.refused", 100) > 10);
}

/* Aim: a user makes the requests of a journey, at 0, 1 and 2 s, on the session: one for all of
 * them, another one for the last if the first is over after 1.5 s, and a further one after a crash
 * took it; who gets none has failed. The session goes on until its time is over. */
static void test_journey(void **state) {
  (void)state;
#define TRIP(N, SESSION, REST)                                                                   \
  "client \"c\" { arrivals = burst { " N ", at = \"0s\" }, target = \"s\", session = { " SESSION \
  " }, journey = { request { \"a\", times = 3, pause = \"1s\" } } }\nservice \"s\" { " REST " }\n"
  static const struct {
    const char *text;
    double opened, open, asked, went_well;
  } cases[] = {
      {TRIP("1", "lasts = \"10s\"", ""), 1, 0.5, 3, 1},
      {TRIP("1", "lasts = \"1500ms\"", ""), 2, 0.15, 3, 1},
      {TRIP("1", "lasts = \"100ms\"", ""), 3, 0.015, 3, 1},
      {TRIP("2", "lasts = \"10s\"", "sessions = 1"), 1, 0.5, 4, 0.5},
      {TRIP("1", "lasts = \"10s\", again = \"300ms\"",
            "") "fault { crash \"s\", at = \"400ms\", lasts = \"200ms\" }\n",
       2, (10 - 0.3) / 20, 3, 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *text = cases[i].text;
    near(text, "c.sessions.opened", 20, cases[i].opened, 1e-9);
    near(text, "c.sessions", 20, cases[i].open, 1e-9);
    near(text, "c.requests", 20, cases[i].asked, 1e-9);
    near(text, "c.journey.availability", 20, cases[i].went_well, 1e-9);
    near(text, "c.journey.latency.max", 20, 2, 1e-9);
  }
  /* A closed user opens another with the first request after one is over. */
  const char *closed =
      "client \"c\" { arrivals = closed { users = 1, think = \"3s\" }, target = \"s\",\n"
      "  session = { lasts = \"6s\" }, journey = { request \"a\", pause \"1s\", request \"a\" } }\n"
      "service \"s\" {}\n";
  near(closed, "c.requests", 15, 8, 1e-9);        /* at 0, 1; 4, 5; 8, 9; 12, 13 */
  near(closed, "c.sessions.opened", 15, 2, 1e-9); /* at 0 and at 8 */
}

static void expect_mistake(const char *text, const char *part) {
  const char *message = mistake(text);
  if (!strstr(message, part)) fail_msg("\"%s\" has no \"%s\"", message, part);
}

static void test_mistakes(void **state) {
  (void)state;
#define CLIENT(ARRIVALS, REST) \
  "client \"c\" { arrivals = " ARRIVALS ", target = \"s\", " REST " }\nservice \"s\" {}\n"
  expect_mistake(CLIENT("poisson \"1/s\"", "session = {}"), "'lasts' is missing");
  expect_mistake(CLIENT("poisson \"1/s\"", "session = { lasts = \"0s\" }"), "'lasts'");
  expect_mistake(CLIENT("poisson \"1/s\"", "session = { lasts = \"1h\", holds = \"x\" }"), "\"x\"");
  expect_mistake(CLIENT("poisson \"1/s\"", "session = { lasts = \"1h\", holds = \"c\" }"), "holds");
  expect_mistake(CLIENT("poisson \"1/s\"", "session = { last = \"1h\" }"), "lasts");
  expect_mistake(
      CLIENT("poisson \"1/s\"",
             "session = { lasts = \"1h\", think = \"1s\" }, journey = { request \"a\" }"),
      "'journey' says when");
  expect_mistake(CLIENT("closed { users = 1, think = \"1s\" }",
                        "session = { lasts = \"1h\", think = \"1s\" }"),
                 "session.think");
  expect_mistake(
      "client \"c\" { arrivals = poisson \"1/s\", target = \"l\", session = { lasts = "
      "\"1h\" } }\nload_balancer \"l\" { backends = \"s\", sessions = 3 }\nservice "
      "\"s\" {}\n",
      "passes them on");
  expect_mistake(
      "client \"c\" { arrivals = poisson \"1/s\", target = \"s\" }\n"
      "service \"s\" { sessions = 3 }\n",
      "no client has a 'session'");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_little),     cmocka_unit_test(test_erlang),
      cmocka_unit_test(test_way),        cmocka_unit_test(test_deployment),
      cmocka_unit_test(test_drain),      cmocka_unit_test(test_attempts),
      cmocka_unit_test(test_connection), cmocka_unit_test(test_memory),
      cmocka_unit_test(test_elsewhere),  cmocka_unit_test(test_journey),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
