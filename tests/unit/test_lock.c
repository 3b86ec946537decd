/* Aim: a lock has one holder at a time while nobody stands still for longer than its lease; one
 * that does shares it with the next, which is counted from what holders and stores do; with fencing
 * its late writes are kept out, and only these. */
#include <math.h>

#include "test_script_load.h"

#define APP(MORE, BODY)                                                                     \
  "client \"c\" { arrivals = burst { 3, at = \"1s\" }, target = \"app\", mix = { go = 1 } " \
  "}\n"                                                                                     \
  "service \"app\" { on = { lock { \"locks\", " MORE " }, " BODY " } }\n"
#define LOCKS "lock_service \"locks\" { work = \"10ms\" }\n"
#define STORE(MORE)                              \
  "lock_service \"locks\" { work = \"10ms\" }\n" \
  "database \"store\" { write = \"10ms\", write_ops = { \"put\" }" MORE " }\n"
#define WORK "work \"2s\", call { \"store\", op = \"put\" }"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 60);
  if (!(fabs(got - value) < 1e-9)) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Aim: three that come at once have the lock one after the other: 10 ms to take it, 2 s of work and
 * 10 ms of writing, and 10 ms until it is given back. */
static void test_one_after_the_other(void **state) {
  (void)state;
  const char *text = APP("lease = \"5s\"", WORK) STORE("");
  expect(text, "locks.granted", 3);
  expect(text, "locks.released", 3);
  expect(text, "locks.expired", 0);
  expect(text, "locks.two_holders", 0);
  expect(text, "locks.stale_writes", 0);
  expect(text, "store.writes", 3);
  expect(text, "c.latency.max", 3 * (0.01 + 2 + 0.01));
  expect(text, "locks.lock_wait.max", 2 * 2.02);
}

/* Aim: the lease is shorter than the work: the second one gets the lock after 1 s, the third after
 * another one, while the first still has it; the writes come in the order of the locks, so none of
 * them is stale. */
static void test_lease_too_short(void **state) {
  (void)state;
  const char *text = APP("lease = \"1s\"", WORK) STORE("");
  expect(text, "locks.expired", 3);
  expect(text, "locks.too_late", 3);
  expect(text, "locks.two_holders", 2);
  expect(text, "locks.stale_writes", 0);
  /* Two or three have it from 2.01 s until the second of them is done, at 4.02 s. */
  expect(text, "locks.shared", (4.02 - 2.01) / 60);
  /* One that renews its lease keeps it. */
  const char *renewed = APP("lease = \"1s\", renew = true", WORK) STORE("");
  expect(renewed, "locks.expired", 0);
  expect(renewed, "locks.two_holders", 0);
  expect(renewed, "locks.renewed", 3 * 6);
}

/* Aim: whoever stands still for longer than its lease, here the one that has the lock first, writes
 * what is stale, unless the store looks at its token. Renewing does not help. */
#define PAUSED(LOCK, DB)                                                                       \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"one\", mix = { go = 1 } }\n" \
  "client \"d\" { arrivals = burst { 1, at = \"2s\" }, target = \"two\", mix = { go = 1 } }\n" \
  "service \"one\" { on = { lock { \"locks\", " LOCK " }, " WORK                               \
  " } }\n"                                                                                     \
  "service \"two\" { on = { lock { \"locks\", " LOCK " }, " WORK                               \
  " } }\n" STORE(DB) "fault { hang \"one\", at = \"2s\", lasts = \"20s\" }\n"

static void test_paused(void **state) {
  (void)state;
  const char *text = PAUSED("lease = \"5s\"", "");
  expect(text, "locks.expired", 1);
  expect(text, "locks.two_holders", 1);
  expect(text, "locks.stale_writes", 1);
  expect(text, "store.writes", 2);
  /* The second one has it from 6.01 s, until the work of 2 s and the write are done. */
  expect(text, "locks.shared", (8.02 - 6.01) / 60);
  const char *renews = PAUSED("lease = \"5s\", renew = true", "");
  expect(renews, "locks.stale_writes", 1);
  const char *fenced = PAUSED("lease = \"5s\"", ", fencing = true");
  expect(fenced, "locks.two_holders", 1);
  expect(fenced, "locks.stale_writes", 0);
  expect(fenced, "store.fenced", 1);
  expect(fenced, "store.writes", 1);
  expect(fenced, "c.errors.failed", 1);
  expect(fenced, "d.availability", 1);
}

/* Aim: the same in a pause of the process: it renews nothing, and notices nothing. */
static void test_garbage_collected(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"one\", mix = { go = 1 } }\n"
      "client \"d\" { arrivals = burst { 1, at = \"2s\" }, target = \"two\", mix = { go = 1 } }\n"
      "service \"one\" { pauses = { every = \"2s\", lasts = \"50s\" }, on = { lock { \"locks\", "
      "lease "
      "= \"5s\", renew = true }, " WORK
      " } }\n"
      "service \"two\" { on = { lock { \"locks\", lease = \"5s\" }, " WORK " } }\n" STORE("");
  expect(text, "locks.renewed", 0);
  expect(text, "locks.two_holders", 1);
  expect(text, "locks.stale_writes", 1);
}

/* Aim: a later holder that has only read keeps the late write out, too. */
static void test_read_counts(void **state) {
  (void)state;
#define READS(DB)                                                                              \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"one\", mix = { go = 1 } }\n" \
  "client \"d\" { arrivals = burst { 1, at = \"2s\" }, target = \"two\", mix = { go = 1 } }\n" \
  "service \"one\" { on = { lock { \"locks\", lease = \"5s\" }, " WORK                         \
  " } }\n"                                                                                     \
  "service \"two\" { on = { lock { \"locks\", lease = \"5s\" }, call { \"store\", op = "       \
  "\"get\" } } }\n"                                                                            \
  "lock_service \"locks\" { work = \"10ms\" }\n"                                               \
  "database \"store\" { write = \"10ms\", read_ops = { \"get\" }, write_ops = { \"put\" }" DB  \
  " }\n"                                                                                       \
  "fault { hang \"one\", at = \"2s\", lasts = \"20s\" }\n"
  expect(READS(""), "locks.stale_writes", 1);
  expect(READS(", fencing = true"), "locks.stale_writes", 0);
  expect(READS(", fencing = true"), "store.fenced", 1);
}

/* Aim: who hears late that it has a lock, when another one has got it since, is the former holder:
 * its writes are stale, and not those of the other one. */
static void test_hears_late(void **state) {
  (void)state;
#define LATE(DB)                                                                                  \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"one\", mix = { go = 1 } }\n"    \
  "client \"d\" { arrivals = burst { 1, at = \"2s\" }, target = \"two\", mix = { go = 1 } }\n"    \
  "service \"one\" { on = { lock { \"locks\", lease = \"5s\" }, call { \"store\", op = "          \
  "\"get\" }, " WORK                                                                              \
  " } }\n"                                                                                        \
  "service \"two\" { on = { lock { \"locks\", lease = \"60s\" }, work \"3s\", call { \"store\", " \
  "op = \"put\" }, work \"5s\", call { \"store\", op = \"put\" } } }\n"                           \
  "lock_service \"locks\" { work = \"10ms\" }\n"                                                  \
  "database \"store\" { read_ops = { \"get\" }, write_ops = { \"put\" }" DB                       \
  " }\n"                                                                                          \
  "fault { hang \"one\", at = \"1005ms\", lasts = \"9s\" }\n"
  expect(LATE(""), "locks.two_holders", 1);
  expect(LATE(""), "locks.stale_writes", 1);
  expect(LATE(", fencing = true"), "locks.stale_writes", 0);
  expect(LATE(", fencing = true"), "store.writes", 2);
}

/* Aim: keys have locks of their own, unless there is one for all. */
static void test_keys(void **state) {
  (void)state;
#define KEYED(MORE)                                                                         \
  "client \"c\" { arrivals = constant \"1/s\", target = \"app\", mix = { go = 1 }, keys = " \
  "uniform_keys { n = 1000000 } }\n"                                                        \
  "service \"app\" { on = { lock { \"locks\", lease = \"30s\"" MORE                         \
  " }, work \"1500ms\" } }\n"                                                               \
  "lock_service \"locks\" {}\n"
  expect(KEYED(""), "locks.lock_waiting", 0);
  expect(KEYED(", key = false"), "locks.granted", 40);
  expect(KEYED(", key = false"), "locks.two_holders", 0);
}

/* Aim: a crash of the holder leaves its lock taken until the lease ends; who has crashed holds
 * nothing. One who gives up waiting does not get it. */
static void test_crash(void **state) {
  (void)state;
  const char *text = APP("lease = \"5s\", timeout = \"3s\"", WORK) STORE("")
      "fault { crash \"app\", at = \"2s\", lasts = \"1s\" }\n"
      "client \"d\" { arrivals = burst { 2, at = \"4s\" }, target = \"app\", mix = { go = 1 } }\n";
  expect(text, "locks.two_holders", 0);
  expect(text, "locks.expired", 1);
  expect(text, "locks.granted", 2);
  expect(text, "d.errors.failed",
         1); /* at 6.01 s one of them gets it; the other one waits until 7 s */
}

/* Aim: a lock service that forgets in a crash who has a lock gives it away again, and its tokens
 * begin again, so that fencing keeps nothing out; one that has it on disk does not. */
static void test_service_crashes(void **state) {
  (void)state;
#define FORGETS(DURABLE, DB)                                                                   \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"one\", mix = { go = 1 } }\n" \
  "client \"d\" { arrivals = burst { 1, at = \"3s\" }, target = \"two\", mix = { go = 1 } }\n" \
  "service \"one\" { on = { lock { \"locks\", lease = \"60s\" }, work \"10s\", call { "        \
  "\"store\", op = \"put\" } } }\n"                                                            \
  "service \"two\" { on = { lock { \"locks\", lease = \"60s\" }, " WORK                        \
  " } }\n"                                                                                     \
  "lock_service \"locks\" { durable = " DURABLE                                                \
  " }\n"                                                                                       \
  "database \"store\" { write_ops = { \"put\" }" DB                                            \
  " }\n"                                                                                       \
  "fault { crash \"locks\", at = \"2s\", lasts = \"500ms\" }\n"
  expect(FORGETS("true", ""), "locks.two_holders", 0);
  expect(FORGETS("true", ""), "locks.stale_writes", 0);
  expect(FORGETS("false", ""), "locks.two_holders", 1);
  expect(FORGETS("false", ""), "locks.stale_writes", 1);
  expect(FORGETS("false", ", fencing = true"), "locks.stale_writes", 1);
  /* Who had it before gives back nothing that is another's by now, though their tokens are the
   * same, and renews nothing: from 3 s to 13 s the second has it, then the third. */
#define GIVES_BACK(LEASE)                                                    \
  "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"app\" }\n" \
  "client \"d\" { arrivals = burst { 2, at = \"3s\" }, target = \"app\" }\n" \
  "service \"app\" { on = { lock { \"locks\", " LEASE                        \
  " }, work \"10s\", unlock() } }\n"                                         \
  "lock_service \"locks\" { durable = false }\n"                             \
  "fault { crash \"locks\", at = \"2s\", lasts = \"500ms\" }\n"
  expect(GIVES_BACK("lease = \"60s\""), "locks.released", 2);
  expect(GIVES_BACK("lease = \"60s\""), "locks.too_late", 1);
  expect(GIVES_BACK("lease = \"60s\""), "locks.two_holders", 1);
  expect(GIVES_BACK("lease = \"60s\""), "locks.shared", (11 - 3) / 60.0);
  expect(GIVES_BACK("lease = \"60s\""), "d.latency.max", 20);
  /* Renewed each 3 s by two, and by none at 4, 7 and 10 s. */
  expect(GIVES_BACK("lease = \"9s\", renew = true"), "locks.renewed", 2 * 3);
}

/* Aim: nobody waits for ever for the answer of a service that has a lot to do when he gives a lock
 * back, also where nothing else in the scenario gives up; and the service takes it back all the
 * same. Four come, each of which it works on for 8 s, until 33 s; then on the first one who gives
 * it back, since 9 s, until 41 s, and so on. */
static void test_slow_service(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 4, at = \"1s\" }, target = \"app\" }\n"
      "service \"app\" { on = { lock { \"locks\", lease = \"1h\" }, unlock() } }\n"
      "lock_service \"locks\" { work = \"8s\", workers = 1 }\n";
  expect(text, "locks.granted", 4);
  expect(text, "locks.released", 3);
  expect(text, "c.latency.max", 33 + 3 * 8 - 1);
}

/* Aim: who gives up while the service works on his call does not get the lock: the first is worked
 * on until 3 s, and gives up at 2 s; the second has it at 7 s, not when a lease is over. */
static void test_gives_up(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"one\" }\n"
      "client \"d\" { arrivals = burst { 1, at = \"5s\" }, target = \"two\" }\n"
      "service \"one\" { on = { lock { \"locks\", lease = \"30s\", timeout = \"1s\" } } }\n"
      "service \"two\" { on = { lock { \"locks\", lease = \"30s\" } } }\n"
      "lock_service \"locks\" { work = \"2s\" }\n";
  expect(text, "locks.granted", 1);
  expect(text, "d.latency.max", 2);
}

/* Aim: unlock gives it back early, and what follows needs no lock; a handler that has answered
 * keeps it to its end. */
static void test_unlock(void **state) {
  (void)state;
  const char *early = APP("lease = \"60s\"", "work \"1s\", unlock(), work \"5s\"") LOCKS;
  expect(early, "c.latency.max", 3 * 1.01 + 5);
  const char *answered = APP("lease = \"60s\"", "reply(), work \"1s\"") LOCKS;
  expect(answered, "locks.two_holders", 0);
  expect(answered, "c.latency.max", 2 * 1.01 + 0.01);
  expect(answered, "locks.released", 3);
}

static void test_mistakes(void **state) {
  (void)state;
  const char *message = mistake(APP("lease = \"0s\"", "work \"1s\"") STORE(""));
  assert_non_null(strstr(message, "lease"));
  message = mistake(APP("timeout = \"1s\"", "work \"1s\"") STORE(""));
  assert_non_null(strstr(message, "lease"));
  message = mistake(APP("lease = \"never\", renew = true", "work \"1s\"") STORE(""));
  assert_non_null(strstr(message, "renew"));
  message = mistake(
      "client \"c\" { arrivals = constant \"1/s\", target = \"app\" }\n"
      "service \"app\" { on = { lock { \"db\", lease = \"1s\" } } }\ndatabase \"db\" {}\n");
  assert_non_null(strstr(message, "lock_service"));
  message = mistake(APP("lease = \"1s\"", WORK)
                        STORE(", fencing = true, copies = { n = 3, read = 2, write = 2 }"));
  assert_non_null(strstr(message, "fencing"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_after_the_other),
      cmocka_unit_test(test_lease_too_short),
      cmocka_unit_test(test_paused),
      cmocka_unit_test(test_garbage_collected),
      cmocka_unit_test(test_read_counts),
      cmocka_unit_test(test_hears_late),
      cmocka_unit_test(test_keys),
      cmocka_unit_test(test_crash),
      cmocka_unit_test(test_service_crashes),
      cmocka_unit_test(test_slow_service),
      cmocka_unit_test(test_gives_up),
      cmocka_unit_test(test_unlock),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
