/* Aim: a store with copies that looks at the tokens of locks keeps late writes out also after its
 * primary has changed: what was read or written under a newer token is remembered by who takes
 * over. */
#include <math.h>

#include "test_script_load.h"

/* One holder takes the lock at 1 s for 2 s, reads, and works for 8 s. Another one takes it at 3 s,
 * when it is free, and reads; at 5 s the primary of the store crashes. What the first one writes at
 * 9 s is late; the second one writes at 11 s. */
#define SHOP(FENCING, COPIES, MORE)                                                                \
  "region \"r\" { zones = { \"z\" } }\n"                                                           \
  "path { from = \"z\", to = \"z\", latency = \"5ms\" }\n"                                         \
  "client \"c\" { arrivals = trace { csv = \"at.csv\" }, target = \"app\", keys = uniform_keys { " \
  "n = 1 } }\n"                                                                                    \
  "service \"app\" { zone = \"z\", on = { lock { \"locks\", lease = \"2s\", renew = false, "       \
  "timeout = \"20s\" },\n"                                                                         \
  "  call { \"store\", op = \"read\", timeout = \"2s\" }, work \"8s\",\n"                          \
  "  call { \"store\", op = \"write\", timeout = \"2s\" } } }\n"                                   \
  "lock_service \"locks\" { zone = \"z\" }\n"                                                      \
  "database \"store\" { zone = \"z\", fencing = " FENCING ", copies = { n = 3, " COPIES            \
  " } }\n" MORE
#define CRASH(WHO, AT) "fault { crash \"" WHO "\", at = \"" AT "\", lasts = \"60s\" }\n"
#define CUT(COPY) \
  "fault { partition { \"store[1]\", \"store[" COPY "]\" }, at = \"2.5s\", lasts = \"2.5s\" }\n"
#define ELECT "elect = { timeout = \"300ms\" }"

static void expect(const char *text, const char *name, double value) {
  FILE *file = fopen("at.csv", "w");
  fputs("time\n1\n1.5\n", file);
  fclose(file);
  double got = metric_of(text, name, 30);
  if (!(fabs(got - value) < 1e-9))
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
}

static void test_read_is_remembered(void **state) {
  (void)state;
  const char *late = SHOP("false", ELECT, CRASH("store[1]", "5s"));
  expect(late, "locks.stale_writes", 1);
  expect(late, "store.writes", 2);
  const char *fenced = SHOP("true", ELECT, CRASH("store[1]", "5s"));
  expect(fenced, "store.promotions", 1);
  expect(fenced, "locks.stale_writes", 0);
  expect(fenced, "store.fenced", 1);
  expect(fenced, "store.writes", 1);
  /* Where copies follow later, and do not have it yet, who takes over does not know. */
  const char *lost =
      SHOP("true", "write = \"async\", fence = true",
           "control \"ha\" { heartbeat = \"store\", every = \"100ms\", act = promote { "
           "\"store\" } }\n" CUT("2") CUT("3")) CRASH("store[1]", "5s");
  expect(lost, "store.fenced", 0);
  expect(lost, "locks.stale_writes", 1);
}

/* Aim: a first read under a lock waits for copies, a later one does not: of two calls of 2 x 5 ms
 * the first takes a round more. */
static void test_costs(void **state) {
  (void)state;
#define READS(FENCING)                                                                            \
  "region \"r\" { zones = { \"z\" } }\n"                                                          \
  "path { from = \"z\", to = \"z\", latency = \"5ms\" }\n"                                        \
  "client \"c\" { arrivals = constant \"1/s\", target = \"app\", keys = uniform_keys { n = 1 } "  \
  "}\n"                                                                                           \
  "service \"app\" { zone = \"z\", on = { lock { \"locks\", lease = \"2s\" }, call { \"store\", " \
  "op = "                                                                                         \
  "\"read\" }, call { \"store\", op = \"read\" }, unlock() } }\n"                                 \
  "lock_service \"locks\" { zone = \"z\" }\n"                                                     \
  "database \"store\" { zone = \"z\", fencing = " FENCING                                         \
  ", copies = { n = 3, write = \"all\" } }\n"
  expect(READS("false"), "c.latency.mean", 0.03);
  expect(READS("true"), "c.latency.mean", 0.04);
  expect(READS("true"), "store.reads", 60);
  expect(READS("true"), "store.lost_writes", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_read_is_remembered),
                                     cmocka_unit_test(test_costs)};
  return cmocka_run_group_tests_name("copy_tokens", tests, folder_make, folder_remove);
}
