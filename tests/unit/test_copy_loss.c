/* Aim: a copy that loses its data has them again from the others, and what nobody else had is lost,
 * no more and no less. */
#include <math.h>

#include "test_script_load.h"

static void is(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (!(fabs(got - value) < 1e-6))
    fail_msg("%s is %.9g, expected %.9g:\n%s", name, got, value, text);
}

/* Ten writes a second, at 0.1 s, 0.2 s ..; the second copy is cut off from 25.05 s on. */
#define SHOP(COPIES, FAULTS)                                                                       \
  "client \"c\" { arrivals = constant \"10/s\", target = \"pg\", timeout = \"5s\", mix = { write " \
  "= "                                                                                             \
  "1 } }\n"                                                                                        \
  "database \"pg\" { workers = 8, read = \"1ms\", write = \"1ms\",\n"                              \
  "  copies = { " COPIES                                                                           \
  ", zone = { \"a\", \"b\" }, read = \"primary\" } }\n"                                            \
  "path { from = \"a\", to = \"b\", latency = \"100ms\" }\n" FAULTS
#define CUT "fault { partition { \"pg[1]\", \"pg[2]\" }, at = \"25.05s\", lasts = \"5.01s\" }\n"
#define GONE "fault { lose \"pg[1]\", at = \"30.05s\", lasts = \"10s\" }\n"
#define CONTROL                                                                           \
  "control \"ha\" { heartbeat = \"pg\", every = \"1s\", act = promote { \"pg\", takes = " \
  "\"1s\" } }\n"

/* Aim: of a primary those writes are lost that the other copy has not, the 50 made while it was cut
 * off; after a crash of the same length none is. */
static void test_primary(void **state) {
  (void)state;
  static const char lose[] = SHOP("n = 2", CUT GONE);
  is(lose, "pg.lost_writes", 50);
  is(lose, "pg.recovery_point.max", 30.05 - 25.101);
  is(lose, "pg.recovery_time.max", 10.051);
  is(lose, "pg.rewound", 50);
  is(lose, "c.availability", 0.9);
  static const char crash[] =
      SHOP("n = 2", CUT "fault { crash \"pg[1]\", at = \"30.05s\", lasts = \"10s\" }\n");
  is(crash, "pg.lost_writes", 0);
  assert_true(metric_of(crash, "pg.resent", 100) >= 50);
  static const char promoted[] = SHOP("n = 2", CUT GONE CONTROL);
  is(promoted, "pg.lost_writes", 50);
  is(promoted, "pg.promotions", 1);
  is(promoted, "pg.recovery_point.max", 30.05 - 25.101);
  is(promoted, "pg.behind.end", 0.5);
  assert_true(metric_of(promoted, "c.availability", 100) >
              0.95); /* the old one comes back as a copy */
}

/* Aim: another copy loses nothing that anybody was told of, and gets all that not every copy showed
 * yet; a semi-synchronous primary waits for it meanwhile. */
static void test_follower(void **state) {
  (void)state;
#define LOST_COPY "fault { lose \"pg[2]\", at = \"30.05s\", lasts = \"10s\" }\n"
  is(SHOP("n = 2", LOST_COPY), "pg.lost_writes", 0);
  is(SHOP("n = 2", LOST_COPY), "pg.behind.end", 0.5); /* one is under way, to one of two */
  is(SHOP("n = 2", LOST_COPY), "c.availability", 1);
  is(SHOP("n = 2, write = \"all\"", LOST_COPY), "pg.lost_writes", 0);
  assert_true(metric_of(SHOP("n = 2, write = \"all\"", LOST_COPY), "c.availability", 100) < 0.97);
  /* What it had and not every copy is sent again: one that is down has shown nothing since 20 s. */
  static const char two[] =
      SHOP("n = 3", LOST_COPY "fault { crash \"pg[3]\", at = \"20.05s\", lasts = \"50s\" }\n");
  is(two, "pg.lost_writes", 0);
  is(two, "pg.behind.end", 1.0 / 3);
  assert_true(metric_of(two, "pg.resent", 100) >= 500 + 200);
}

/* Aim: of elected copies one that lost its data does not vote before it has what is committed: with
 * the leader down, the only one that has all, nobody takes over. */
static void test_votes(void **state) {
  (void)state;
  static const char text[] =
      SHOP("n = 3, elect = { timeout = \"1s\" }",
           "fault { partition { \"pg[1]\", \"pg[3]\" }, at = \"20.05s\", lasts = \"20s\" }\n"
           "fault { lose \"pg[2]\", at = \"30.05s\", lasts = \"5s\" }\n"
           "fault { crash \"pg[1]\", at = \"34.95s\", lasts = \"30s\" }\n");
  is(text, "pg.lost_writes", 0);
  is(text, "pg.conflicts", 0);
  assert_true(metric_of(text, "c.availability", 100) < 0.72);
}

/* Aim: when all copies have lost their data, what was acknowledged since the last transfer arrived
 * is lost, as of a database without copies; those who elect their primary elect one again. What all
 * copies have is kept no longer than until it is in the safe place. */
static void test_backup(void **state) {
  (void)state;
#define ALL_LOST(COPIES, SHIP)                                                                     \
  "client \"c\" { arrivals = constant \"10/s\", target = \"pg\", timeout = \"5s\", mix = { write " \
  "= 1 "                                                                                           \
  "} }\n"                                                                                          \
  "database \"pg\" { read = \"1ms\", write = \"1ms\"" COPIES SHIP                                  \
  " }\n"                                                                                           \
  "fault { lose \"pg\", at = \"55.05s\", lasts = \"6s\" }\n"
  static const char *const texts[] = {
      ALL_LOST("", ", ship = \"10s\""),
      ALL_LOST(", copies = { n = 3 }", ", ship = \"10s\""),
      ALL_LOST(", copies = { n = 3, write = \"all\", ship = \"10s\" }", ""),
      ALL_LOST(", copies = { n = 3, elect = {}, ship = { every = \"10s\" } }", ""),
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    is(texts[i], "pg.lost_writes", 51); /* of 50 s, which is answered later, to 55 s */
    is(texts[i], "pg.recovery_point.max", 5.05);
    assert_true(metric_of(texts[i], "c.availability", 100) > 0.91);
  }
  is(ALL_LOST(", copies = { n = 3 }", ", ship = { \"10s\", takes = \"6s\" }"), "pg.lost_writes",
     151);
  is(ALL_LOST(", copies = { n = 3 }", ", ship = \"10s\""), "pg.shipped", 8);
  /* What has been shipped and is lost when another copy takes over stays lost. */
  static const char twice[] =
      SHOP("n = 2, ship = \"9s\"",
           CUT "fault { crash \"pg[1]\", at = \"30.05s\", lasts = \"10s\" }\n" CONTROL
               "fault { lose \"pg\", at = \"35.05s\", lasts = \"10s\" }\n");
  assert_true(metric_of(twice, "pg.lost_writes", 100) > 55); /* and those of the new one */
}

/* Aim: what cannot be given back is refused, or ends the run. */
static void test_mistakes(void **state) {
  (void)state;
  assert_non_null(
      strstr(mistake(SHOP("n = 2, ship = \"5s\"", "") "database \"q\" { copies = { n = 2, ship = "
                                                      "\"5s\" }, ship = \"5s\" }\n"),
             "says ship twice"));
  assert_non_null(
      strstr(mistake("client \"c\" { arrivals = constant \"1/s\", target = \"q\" }\ndatabase \"q\" "
                     "{ copies = { n = 3, read = 2, write = 2, ship = \"5s\" } }\n"),
             "ship and copies without a primary"));
  assert_non_null(strstr(mistake("client \"c\" { arrivals = constant \"1/s\", target = \"q\" "
                                 "}\ndatabase \"q\" { ship = \"5\" }\n"),
                         "key 'every' of ship"));
  assert_non_null(
      strstr(mistake(SHOP("n = 2", "fault { lose \"pg\", at = \"1s\", lasts = \"1s\" }\n")),
             "name one of them"));
  assert_non_null(strstr(mistake("client \"c\" { arrivals = constant \"10/s\", target = \"pg\" }\n"
                                 "database \"pg\" { read = \"1ms\", write = \"1ms\", copies = { n "
                                 "= 3, leaders = \"all\", conflict = \"abort\" } }\n"
                                 "fault { lose \"pg[1]\", at = \"1s\", lasts = \"1s\" }\n"),
                         "nowhere else"));
}

/* Aim: what another leader took holds a worker for as long as applying takes, or as a write does if
 * nothing is said of it. */
static void test_leaders_apply(void **state) {
  (void)state;
#define LEADERS(APPLY)                                                                        \
  "client \"c\" { arrivals = constant \"1/s\", target = \"kv\", mix = { write = 1 }, zone = " \
  "\"a\" "                                                                                    \
  "}\n"                                                                                       \
  "database \"kv\" { write = \"5ms\", copies = { n = 2, zone = { \"a\", \"b\" },\n"           \
  "  leaders = \"all\", write = 2, read = \"nearest\"" APPLY                                  \
  " } }\n"                                                                                    \
  "path { from = \"a\", to = \"b\", latency = \"50ms\" }\n"
  is(LEADERS(", apply = \"1ms\""), "c.latency.max", 0.101);
  is(LEADERS(""), "c.latency.max", 0.105);
  is(LEADERS(", apply = \"0ms\""), "c.latency.max", 0.1);
}

/* Aim: of copies that elect another leader while there is nothing to do, no write comes late: the
 * former one, which is back after 4 s, lacks nothing but the entry with which a term begins. */
static void test_idle_election(void **state) {
  (void)state;
  static const char text[] =
      "client \"c\" { arrivals = burst { 5, at = \"1s\" }, target = \"pg\", mix = { write = 1 } }\n"
      "database \"pg\" { copies = { n = 3, elect = { timeout = \"1s\" } } }\n"
      "fault { crash \"pg[1]\", at = \"10s\", lasts = \"4s\" }\n";
  is(text, "pg.promotions", 1);
  is(text, "pg.applied", 2 * 5);
  is(text, "pg.lag.max", 0);
  is(text, "pg.behind.end", 0);
}

/* Aim: a copy that becomes primary first applies what it has received. 103 writes by then, of which
 * 101 come at 1 s; it applies ten a second, so that it leads at 11.2 s and acknowledges the next
 * write, of 12 s. Those from 3 s on fail, and a read at 5 s misses two writes, the older one of
 * 1 s. A crash from 5.05 s on takes its 2 s and the half of a write. */
static void test_takes_over(void **state) {
  (void)state;
#define LAGS(FAULT)                                                                              \
  "client \"b\" { arrivals = burst { 100, at = \"1s\" }, target = \"pg\", mix = { write = 1 }, " \
  "keys = uniform_keys { n = 1 } }\n"                                                            \
  "client \"w\" { arrivals = constant \"1/s\", target = \"pg\", mix = { write = 1 } }\n"         \
  "client \"r\" { arrivals = burst { 1, at = \"5s\" }, target = \"pg\", mix = { read = 1 }, "    \
  "keys = uniform_keys { n = 1 } }\n"                                                            \
  "database \"pg\" { workers = 1, copies = { n = 2, apply = \"100ms\" } }\n"                     \
  "control \"ha\" { heartbeat = \"pg\", every = \"100ms\", timeout = \"100ms\", fails = 1, act " \
  "= promote { \"pg\", takes = \"0s\" } }\n"                                                     \
  "fault { crash \"pg[1]\", at = \"2.5s\", lasts = \"200s\" }\n" FAULT
  is(LAGS(""), "pg.recovery_time.max", 12 - 2.5);
  is(LAGS(""), "pg.read_only", 9);
  is(LAGS(""), "pg.lag.max", 11.1 - 1);
  is(LAGS(""), "pg.stale_reads", 1);
  is(LAGS(""), "pg.lost_writes", 0);
  is(LAGS(""), "pg.promotions", 1);
  is(LAGS("fault { crash \"pg[2]\", at = \"5050ms\", lasts = \"2s\" }\n"), "pg.recovery_time.max",
     14 - 2.5);
  /* Restored from what the former one has, it leads when it is back. */
  is(LAGS("fault { lose \"pg[2]\", at = \"5050ms\", lasts = \"2.5s\" }\n"), "pg.recovery_time.max",
     8 - 2.5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_primary),    cmocka_unit_test(test_leaders_apply),
      cmocka_unit_test(test_follower),   cmocka_unit_test(test_votes),
      cmocka_unit_test(test_backup),     cmocka_unit_test(test_mistakes),
      cmocka_unit_test(test_takes_over), cmocka_unit_test(test_idle_election),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
