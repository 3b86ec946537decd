/* Aim: copies of a topic's partitions: when a publisher is answered, who leads after a broker is
 * gone, and what is lost by it, worked out by hand; and that under random faults nothing is lost
 * that all in sync had. */
#include "rng.h"
#include "test_script_load.h"

#define SITE                                                 \
  "region \"site\" { zones = { \"z1\", \"z2\", \"z3\" } }\n" \
  "path { from = \"z1\", to = \"z2\", latency = \"5ms\" }\n" \
  "path { from = \"z1\", to = \"z3\", latency = \"5ms\" }\n" \
  "path { from = \"z2\", to = \"z3\", latency = \"5ms\" }\n"
#define TOPIC(COPIES, REST)                                                                  \
  "topic \"q\" { partitions = 1, copies = { n = 3, zone = { \"z1\", \"z2\", \"z3\" }" COPIES \
  " }" REST " }\n"
/* At 0.1, 0.2 ... s. */
#define SHOP(ACKS)                                                                          \
  "client \"c\" { arrivals = constant \"10/s\", target = \"web\" }\n"                       \
  "service \"web\" { zone = \"z1\", workers = \"unlimited\", on = { default = { publish { " \
  "\"q\"" ACKS " } } } }\n"
#define TRIES ", timeout = \"15s\", retry = { attempts = 60, backoff = \"1s\" }"
#define READER "service \"r\" { work = \"1ms\", subscribe = { \"q\" } }\n"
#define CRASH(BROKER, AT, LASTS) \
  "fault { crash \"q[" BROKER "]\", at = \"" AT "\", lasts = \"" LASTS "\" }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (got > value + 1e-9 || got < value - 1e-9) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

static void expect_between(const char *text, const char *name, double least, double most) {
  double got = metric_of(text, name, 100);
  if (got < least || got > most) {
    fail_msg("%s is %.12g, not from %.12g to %.12g:\n%s", name, got, least, most, text);
  }
}

/* Aim: with acks = "all", or nothing said, the answer comes when the others have the message: there
 * and back; with 1 when the leader has stored it; with 0 at once. It is delivered when the others
 * have it, whatever its publisher waits for. */
static void test_acks(void **state) {
  (void)state;
#define TEXT(ACKS) SITE SHOP(ACKS) TOPIC("", ", write = \"2ms\"") READER
  expect(TEXT(", acks = \"all\""), "c.latency.max", 0.012);
  expect(TEXT(""), "c.latency.max", 0.012);
  expect(TEXT(", acks = 1"), "c.latency.max", 0.002);
  expect(TEXT(", acks = 0"), "c.latency.max", 0);
  expect(TEXT(", acks = 1"), "q.replication.max", 0.010);
  expect(TEXT(", acks = 1"), "r.end_to_end.max", 0.013);
  expect(TEXT(", acks = 0"), "r.end_to_end.max", 0.013);
  expect(TEXT(", acks = \"all\""), "q.unanswered", 10 * 0.010);
#undef TEXT
}

/* Aim: the partition has no leader for a session; then the next broker leads, the former one is out
 * of sync until it is back and has caught up, and a publisher that tries again loses nothing. */
static void test_election(void **state) {
  (void)state;
#define TEXT(SESSION) SITE SHOP(TRIES) TOPIC(SESSION, "") READER CRASH("1", "10.05s", "30s")
  expect(TEXT(""), "q.elections", 1);
  expect(TEXT(""), "q.unclean_elections", 0);
  expect(TEXT(""), "q.leaderless", 0.09);
  expect(TEXT(", session = \"4s\""), "q.leaderless", 0.04);
  expect(TEXT(""), "q.left_sync", 1);
  expect_between(TEXT(""), "q.under_replicated", 0.21, 0.2202);
  expect(TEXT(""), "q.lost", 0);
  expect(TEXT(""), "c.availability", 1);
  /* Who is back before the session is over leads on. */
  expect(SITE SHOP(TRIES) TOPIC("", "") CRASH("1", "10.05s", "8s"), "q.elections", 0);
  expect(SITE SHOP(TRIES) TOPIC("", "") CRASH("1", "10.05s", "8s"), "q.lost", 0);
#undef TEXT
}

/* Aim: under a stream that never pauses for as long as a message takes to a broker and back,
 * brokers that were away are in sync a second after they are back, when they are asked again. */
static void test_catches_up(void **state) {
  (void)state;
  const char *text = SITE
      "client \"c\" { arrivals = constant \"1000/s\", target = \"web\" }\n"
      "service \"web\" { zone = \"z1\", workers = \"unlimited\", on = { default = { publish { "
      "\"q\", acks = 1 } } } }\n" TOPIC(", session = \"1s\"", "") CRASH("2", "10.05s", "2s")
          CRASH("3", "10.05s", "2s");
  expect_between(text, "q.under_replicated", 0.01, 0.0203);
  expect(text, "q.left_sync", 2);
}

/* Aim: a publisher that does not wait loses all that it sends to a leader that is gone; one that
 * waits for the leader loses what the others did not have; one that waits for all loses nothing. */
static void test_lost(void **state) {
  (void)state;
#define TEXT(ACKS, AT) SITE SHOP(ACKS) TOPIC("", "") READER CRASH("1", AT, "30s")
  expect(TEXT(", acks = 0", "10.05s"), "q.lost", 90);
  /* The message of 10.1 s is on its way to the others: it gets there. */
  expect(TEXT(", acks = 1" TRIES, "10.102s"), "q.lost", 0);
  /* That of 10.104 s waits for the answer to the one before; nobody else ever had it. */
#define TWO(ACKS)                                                                                  \
  "client \"d\" { arrivals = burst { 1, at = \"10.104s\" }, target = \"web\" }\n" TEXT(ACKS TRIES, \
                                                                                       "10.108s")
  expect(TWO(", acks = 1"), "q.lost", 1);
  expect(TWO(", acks = 1"), "q.thrown_away", 1);
  expect(TWO(", acks = \"all\""), "q.lost", 0);
  expect(TWO(", acks = \"all\""), "q.thrown_away", 1);
  expect(TWO(", acks = \"all\""), "d.availability", 1);
#undef TWO
#undef TEXT
}

/* Aim: where all but the leader are out of sync and it dies, nobody leads until it is back; or one
 * that is out of sync does, and what it lacks is lost: 20 s of messages. */
static void test_unclean(void **state) {
  (void)state;
#define TEXT(UNCLEAN)                                                         \
  SITE SHOP("") TOPIC(", unclean = " UNCLEAN, "") CRASH("2", "10.05s", "30s") \
      CRASH("3", "10.05s", "30s") CRASH("1", "30.05s", "30s")
  expect(TEXT("true"), "q.lost", 200);
  expect(TEXT("true"), "q.thrown_away", 200);
  expect(TEXT("true"), "q.unclean_elections", 1);
  expect(TEXT("true"), "q.leaderless", 0.1);
  expect(TEXT("false"), "q.lost", 0);
  expect(TEXT("false"), "q.thrown_away", 0);
  expect(TEXT("false"), "q.leaderless", 0.3);
#undef TEXT
}

/* Aim: with too few in sync, messages that all are to have are refused, from the end of the session
 * until one is back and has caught up; others are taken. */
static void test_min_insync(void **state) {
  (void)state;
#define TEXT(ACKS)                                                          \
  SITE SHOP(ACKS) TOPIC(", min_insync = 2", "") CRASH("2", "10.05s", "30s") \
      CRASH("3", "10.05s", "30s")
  expect_between(TEXT(", acks = \"all\""), "q.too_few_in_sync", 210, 221);
  expect(TEXT(", acks = 1"), "q.too_few_in_sync", 0);
#undef TEXT
}

/* Aim: a broker that hangs is replaced after a session; what it had and the others did not is
 * thrown away when it goes on, and its publishers have no answer. */
static void test_hang(void **state) {
  (void)state;
  const char *text = SITE SHOP("") TOPIC("", "") READER
      "fault { hang \"q[1]\", at = \"10.05s\", lasts = \"20s\" }\n";
  expect(text, "q.elections", 1);
  expect(text, "q.lost", 0);
  expect(text, "q.leaderless", 0.09);
  /* 90 that came to it while it hung. */
  expect(text, "c.errors.failed", 90);
}

/* Aim: what a broker has sent and does not hear of takes no room of its consumer for ever: of one
 * that hung for its session, or that was sent what is acknowledged before the work, when the broker
 * breaks. It had room for one message, and got no other one. */
static void test_room_comes_back(void **state) {
  (void)state;
#define READS(WORK, MORE) \
  "service \"r\" { workers = 1, work = \"" WORK "\", subscribe = { \"q\"" MORE " } }\n"
  const char *hung = SITE SHOP(TRIES) TOPIC("", "") READS("1ms", ", session = \"5s\"")
      CRASH("1", "20.05s", "2s") "fault { hang \"r\", at = \"10.1105s\", lasts = \"30s\" }\n";
  expect(hung, "r.backlog.end", 0);
  expect(hung, "r.duplicates", 1);
  const char *at_work = SITE SHOP(TRIES) TOPIC("", "") READS("50ms", "") CRASH("1", "20.12s", "2s");
  expect(at_work, "r.backlog.end", 0);
  expect(at_work, "r.duplicates", 1);
  const char *early =
      SITE SHOP(TRIES) TOPIC("", "") READS("50ms", ", ack = \"before\"") CRASH("1", "20.12s", "2s");
  expect(early, "r.backlog.end", 0);
  expect(early, "r.consumed", metric_of(early, "q.published", 100));
}

/* Aim: brokers and readers that crash and hang at random, one after the other or at once: with acks
 * = "all" and without unclean elections no message is lost, and in the end all are done. */
static void test_random_faults(void **state) {
  (void)state;
  enum { SCHEDULES = 60 };
  double elections = 0, thrown_away = 0;
  for (uint64_t k = 0; k < SCHEDULES; k++) {
    char text[4096];
    int n = snprintf(
        text, sizeof text,
        SITE
        "client \"c\" { arrivals = poisson \"40/s\", target = \"web\", keys = uniform_keys { n "
        "= 20 } }\n"
        "service \"web\" { zone = \"z1\", workers = \"unlimited\", on = { default = { publish { "
        "\"q\", key = true" TRIES
        " } } } }\n"
        "topic \"q\" { partitions = 4, dedup = \"5min\", copies = { n = 3, session = \"2s\", "
        "zone = { \"z1\", \"z2\", \"z3\" } } }\n"
        "service \"r\" { instances = 2, workers = 3, work = exponential \"20ms\", "
        "subscribe = { \"q\", session = \"1s\" } }\n");
    for (uint64_t f = 0; f < 12; f++) {
      uint64_t draw = rng_mix(k * 100 + f);
      const char *what = draw & 64 ? "hang" : "crash";
      char target[8];
      snprintf(target, sizeof target, draw % 4 == 0 ? "r[%u]" : "q[%u]",
               draw % 4 == 0 ? 1 + (unsigned)(draw >> 8 & 1) : 1 + (unsigned)((draw >> 8) % 3));
      n += snprintf(text + n, sizeof text - (size_t)n,
                    "fault { %s \"%s\", at = \"%llums\", lasts = \"%llums\" }\n", what, target,
                    (unsigned long long)(1000 + (draw >> 16) % 40000),
                    (unsigned long long)(100 + (draw >> 40) % 6000));
    }
    expect(text, "q.lost", 0);
    expect(text, "q.leaderless.end", 0);
    elections += metric_of(text, "q.elections", 60);
    thrown_away += metric_of(text, "q.thrown_away", 60);
  }
  assert_true(elections > SCHEDULES); /* the faults did something */
  assert_true(thrown_away > 10);
}

/* Aim: brokers that were away while nobody published are in sync again when they are back, before
 * the first message comes, which would be refused otherwise, and with it all that could bring them
 * up to date. */
static void test_quiet(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = poisson(profile { { \"0s\", \"10/s\" }, { \"10s\", \"0/s\" },\n"
      "  { \"80s\", \"10/s\" }, steps = true }), target = \"s\", keys = uniform_keys { n = 100 } "
      "}\n"
      "service \"s\" { on = { publish { \"q\", acks = \"all\", key = true } } }\n"
      "topic \"q\" { partitions = 3, copies = { n = 3, min_insync = 2, session = \"5s\" } }\n"
      "service \"w\" { work = \"1ms\", subscribe = { \"q\" } }\n"
      "fault { crash \"q[2]\", at = \"20s\", lasts = \"20s\" }\n"
      "fault { crash \"q[3]\", at = \"20s\", lasts = \"20s\" }\n";
  expect(text, "q.too_few_in_sync", 0);
  expect(text, "q.under_replicated.end", 0);
  expect(text, "c.availability", 1);
}

/* Aim: with a capacity copies refuse, and drop, what a topic of one broker does; what is not with
 * all in sync yet has a place, too. */
static void test_capacity(void **state) {
  (void)state;
#define FULL(REST)                                                                    \
  "client \"c\" { arrivals = constant \"10/s\", target = \"q\", timeout = \"2s\" }\n" \
  "topic \"q\" { partitions = 1, capacity = 5" REST                                   \
  " }\n"                                                                              \
  "service \"r\" { workers = 1, work = \"1s\", subscribe = { \"q\", prefetch = 1 } }\n"
  static const char *const texts[] = {FULL(""), FULL(", copies = { n = 3 }")};
  for (int i = 0; i < 2; i++) {
    expect(texts[i], "q.refused", 895); /* of 1000: 99 are done, one is at work, five wait */
    expect(texts[i], "q.backlog.max", 5);
  }
  static const char oldest[] = FULL(", full = \"drop_oldest\", copies = { n = 3 }");
  expect(oldest, "q.dropped", 895);
  expect(oldest, "q.refused", 0);
  expect(oldest, "r.end_to_end.max", 1.5); /* half a second of the five newest, and the work */
  /* 0.4 s until the others have a message: five are on their way when the sixth comes. */
  static const char far[] =
      "client \"c\" { arrivals = burst { 20, at = \"1s\" }, target = \"q\", timeout = \"2s\" }\n"
      "path { from = \"q\", to = \"q\", latency = \"200ms\" }\n"
      "topic \"q\" { partitions = 1, capacity = 5, copies = { n = 3 } }\n"
      "service \"r\" { subscribe = { \"q\" } }\n";
  expect(far, "q.refused", 15);
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {"topic \"q\" { copies = { n = 3 } }\n", "no partitions"},
      {"topic \"q\" { partitions = 1, copies = { n = 3, min_insync = 4 } }\n", "min_insync is 4"},
      {"topic \"q\" { partitions = 1, capacity = 9, full = \"block\", copies = { n = 3 } }\n",
       "let nobody wait for room"},
      {"topic \"q\" { partitions = 0, copies = { n = 3 } }\n", "partitions"},
      {SHOP(", acks = 1") "topic \"q\" {}\n", "no copies"},
      {SHOP(", acks = 2") TOPIC("", ""), "acks"},
      {SITE SHOP(", acks = 0, timeout = \"1s\"") TOPIC("", ""), "nobody waits"},
      {SITE SHOP(", acks = \"most\"") TOPIC("", ""), "all"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    char text[1024];
    snprintf(text, sizeof text, "%s%s%s",
             i < 4 ? "client \"c\" { arrivals = constant \"1/s\", target = \"q\" }\n" : "",
             strstr(bad[i][0], "zone = \"z1\"") && !strstr(bad[i][0], "region") ? SITE : "",
             bad[i][0]);
    const char *message = mistake(text);
    if (!strstr(message, bad[i][1])) fail_msg("%s\n%s", message, text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_acks),          cmocka_unit_test(test_election),
      cmocka_unit_test(test_lost),          cmocka_unit_test(test_unclean),
      cmocka_unit_test(test_min_insync),    cmocka_unit_test(test_hang),
      cmocka_unit_test(test_random_faults), cmocka_unit_test(test_capacity),
      cmocka_unit_test(test_mistakes),      cmocka_unit_test(test_catches_up),
      cmocka_unit_test(test_quiet),         cmocka_unit_test(test_room_comes_back),
  };
  return cmocka_run_group_tests_name("replicas", tests, folder_make, folder_remove);
}
