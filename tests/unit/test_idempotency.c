/* Aim: a write that is sent again, by anybody on the way and however late, is done once while its
 * key is remembered; what was done twice is known all the same; different writes of a request, and
 * those of different requests, are never taken for one. */
#include "test_script_load.h"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (got > value + 1e-9 || got < value - 1e-9) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* 100 requests; each write takes 300 ms, and who waits for it gives up after 200 ms, once. */
#define AGAIN "timeout = \"200ms\", retry = { attempts = 2, backoff = \"0s\" }"
#define CLIENT(TO, POLICY)                                     \
  "client \"c\" { arrivals = constant \"1/s\", target = \"" TO \
  "\", keys = uniform_keys { n = "                             \
  "10 }, mix = { write = 1 }" POLICY " }\n"
#define DB(KEEP) "database \"db\" { write = \"300ms\", idempotency = { keep = \"" KEEP "\" } }\n"

static const struct {
  const char *name, *who;
} ways[] = {
    {"the client", CLIENT("db", ", " AGAIN)},
    {"the client of a service",
     CLIENT("web", ", " AGAIN) "service \"web\" { on = { call \"db\" } }\n"},
    {"the service", CLIENT("web", "") "service \"web\" { on = { call { \"db\", " AGAIN " } } }\n"},
    {"a service further up",
     CLIENT("front", "") "service \"front\" { on = { call { \"web\", " AGAIN " } } }\n"
                         "service \"web\" { on = { work \"1ms\", call \"db\" } }\n"},
    {"a topic",
     CLIENT("web", "") "service \"web\" { on = { publish \"q\" } }\n"
                       "topic \"q\" {}\n"
                       "service \"r\" { workers = 9, on = { call \"db\" }, subscribe = { "
                       "\"q\", visibility = \"200ms\", deliveries = 2 } }\n"},
};

/* Aim: no matter who tries again, the write is done once, or twice where no key is remembered,
 * or not for long enough: the second one is done 200 ms after the first one. */
static void test_again(void **state) {
  (void)state;
  static const struct {
    const char *db;
    double writes, duplicates, repeated;
  } rows[] = {{DB("24h"), 100, 0, 100},
              {DB("300ms"), 100, 0, 100},
              {DB("0s"), 200, 100, 0},
              {DB("100ms"), 200, 100, 0}};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
      char text[1024];
      snprintf(text, sizeof text, "%s%s", ways[i].who, rows[k].db);
      expect(text, "db.writes", rows[k].writes);
      expect(text, "db.duplicates", rows[k].duplicates);
      expect(text, "db.repeated", rows[k].repeated);
    }
  }
}

/* Aim: what is not sent again is not taken for it: two writes of one handler, the same write by two
 * services, and each request's. */
static void test_different(void **state) {
  (void)state;
  static const char *const texts[] = {
      CLIENT("web", "") "service \"web\" { on = { call \"db\", call \"db\" } }\n",
      CLIENT("web", "") "service \"web\" { on = { parallel { call { \"db\", times = 2 } } } }\n",
      CLIENT("web", "") "service \"web\" { on = { call \"one\", call \"two\" } }\n"
                        "service \"one\" { on = { call \"db\" } }\n"
                        "service \"two\" { on = { call \"db\" } }\n"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char text[1024];
    snprintf(text, sizeof text, "%s%s", texts[i], DB("never"));
    expect(text, "db.writes", 200);
    expect(text, "db.repeated", 0);
    expect(text, "db.duplicates", 0);
  }
}

/* Two copies, 50 ms apart; the first one, the primary, dies 20 ms after it took the write of 10 s,
 * of which nobody had an answer; a second later the other one is made the primary. */
#define COPIES(KEEP)                                                                          \
  "region \"r\" { zones = { \"a\", \"b\" } }\n"                                               \
  "path { from = \"a\", to = \"b\", latency = \"50ms\" }\n"                                   \
  "client \"c\" { arrivals = constant \"1/s\", target = \"db\", timeout = \"200ms\",\n"       \
  "  retry = { attempts = 30, backoff = \"300ms\" }, mix = { write = 1 } }\n"                 \
  "database \"db\" { write = \"1ms\", idempotency = { keep = \"" KEEP                         \
  "\" },\n"                                                                                   \
  "  copies = { n = 2, zone = { \"a\", \"b\" }, write = \"quorum\", fence = true } }\n"       \
  "control \"ha\" { heartbeat = \"db\", every = \"500ms\", timeout = \"200ms\", fails = 2,\n" \
  "  act = promote { \"db\", takes = \"100ms\" } }\n"                                         \
  "fault { crash \"db[1]\", at = \"10.02s\", lasts = \"5s\" }\n"
#define CUT "fault { partition { \"a\", \"b\" }, at = \"9.9s\", lasts = \"1s\" }\n"

/* Aim: a primary that takes over does not do again what its log has, though nobody had an answer,
 * and does what it lacks; that the first one did it and lost it makes no duplicate. */
static void test_copies(void **state) {
  (void)state;
  expect(COPIES("24h"), "db.writes", 100);
  expect(COPIES("24h"), "db.duplicates", 0);
  assert_true(metric_of(COPIES("24h"), "db.repeated", 100) >= 1);
  expect(COPIES("24h"), "c.availability", 1);
  expect(COPIES("24h") CUT, "db.writes", 101);
  expect(COPIES("24h") CUT, "db.rewound", 1);
  expect(COPIES("24h") CUT, "db.duplicates", 0);
  expect(COPIES("24h") CUT, "db.lost_writes", 0);
  assert_true(metric_of(COPIES("0s"), "db.duplicates", 100) >= 1);
}

/* Aim: what every way of sending again does, copies do as well: once, and twice without keys. */
static void test_ways_with_copies(void **state) {
  (void)state;
#define COPIED(KEEP)                                                    \
  "database \"db\" { write = \"300ms\", idempotency = { keep = \"" KEEP \
  "\" },\n"                                                             \
  "  copies = { n = 3, write = \"quorum\" } }\n"
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    char text[1024];
    snprintf(text, sizeof text, "%s%s", ways[i].who, COPIED("24h"));
    expect(text, "db.writes", 100);
    expect(text, "db.repeated", 100);
    snprintf(text, sizeof text, "%s%s", ways[i].who, COPIED("100ms"));
    expect(text, "db.writes", 200);
    expect(text, "db.duplicates", 100);
  }
}

static void test_mistakes(void **state) {
  (void)state;
  const char *message = mistake(CLIENT(
      "db", "") "database \"db\" { copies = { n = 3, read = \"quorum\", write = \"quorum\" },\n"
                "  idempotency = { keep = \"1h\" } }\n");
  assert_non_null(strstr(message, "copies without a primary"));
  message = mistake(CLIENT("db", "") "database \"db\" { idempotency = {} }\n");
  assert_non_null(strstr(message, "keep"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_again),    cmocka_unit_test(test_different),
      cmocka_unit_test(test_copies),   cmocka_unit_test(test_ways_with_copies),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
