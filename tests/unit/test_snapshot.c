/* Aim: a copy that lacks more than the log keeps gets a snapshot, which takes its time, and the
 * rest from the log; one whose snapshots take longer than the log keeps never has all. */
#include <math.h>

#include "test_script_load.h"

/* Ten writes a second until 90 s; the second copy is away from 10.05 to 40.05 s, and lacks 300. */
#define SHOP(COPIES)                                                                               \
  "client \"c\" { arrivals = constant(profile { { \"0s\", \"10/s\" }, { \"90s\", \"0/s\" }, "      \
  "steps = "                                                                                       \
  "true }), target = \"pg\", timeout = \"5s\", mix = { write = 1 }, keys = uniform_keys { n = 10 " \
  "} }\n"                                                                                          \
  "database \"pg\" { copies = { n = 2, " COPIES                                                    \
  " } }\n"                                                                                         \
  "fault { crash \"pg[2]\", at = \"10.05s\", lasts = \"30s\" }\n"

static double of(const char *text, const char *name) {
  return metric_of(text, name, 100);
}

static void between(const char *text, const char *name, double least, double most) {
  double got = of(text, name);
  if (!(got >= least && got <= most)) {
    fail_msg("%s is %.9g, not in %.9g .. %.9g:\n%s", name, got, least, most, text);
  }
}

/* Aim: it is asked each second or two whether it is there again. */
static void test_catches_up(void **state) {
  (void)state;
  between(SHOP("keep = 1000"), "pg.snapshots", 0, 0);
  between(SHOP("keep = 1000"), "pg.resent", 300, 320);
  const char *quick = SHOP("keep = 100, snapshot = \"5s\"");
  between(quick, "pg.snapshots", 1, 1);
  between(quick, "pg.resent", 50, 51); /* of the 5 s */
  between(quick, "pg.behind.end", 0, 0);
  /* What it missed first it shows with the snapshot, what came meanwhile after at most 5 s. */
  between(quick, "pg.lag.max", of(SHOP("keep = 1000"), "pg.lag.max") + 4.99, 36);
  between(quick, "pg.applied", 595, 601); /* 900 without those of the snapshot */
  between(quick, "pg.lost_writes", 0, 0);
  /* The first one is of what there is then; 150 are written meanwhile, and so on until 90 s. */
  const char *slow = SHOP("keep = 100, snapshot = \"15s\"");
  between(slow, "pg.snapshots", 4, 4);
  between(slow, "pg.behind.end", 99, 101); /* it has what there was at 70 s, and is one of two */
  between(SHOP("keep = 100, snapshot = \"75s\""), "pg.behind.end", 50, 500);
  /* One that is there at the end of it alone has it. */
  const char *gone = SHOP(
      "keep = 100, snapshot = \"5s\"") "fault { crash \"pg[2]\", at = \"42s\", lasts = \"5s\" }\n";
  between(gone, "pg.snapshots", 2, 2);
  between(gone, "pg.behind.end", 0, 0);
}

/* Aim: a copy that lost its data has from others at once what every copy showed, and the rest by a
 * snapshot if the log does not keep it; elected ones do the same. */
static void test_others(void **state) {
  (void)state;
  const char *elected =
      "client \"c\" { arrivals = constant \"10/s\", target = \"pg\", timeout = \"5s\", mix = { "
      "write = 1 "
      "}, keys = uniform_keys { n = 10 } }\n"
      "database \"pg\" { copies = { n = 3, keep = 100, snapshot = \"2s\", elect = { timeout = "
      "\"1s\" } "
      "} }\n"
      "fault { crash \"pg[2]\", at = \"10.05s\", lasts = \"30s\" }\n"
      "fault { crash \"pg[1]\", at = \"60.05s\", lasts = \"5s\" }\n";
  between(elected, "pg.snapshots", 1, 1);
  between(elected, "pg.lost_writes", 0, 0);
  between(elected, "pg.promotions", 1, 1);
  between(elected, "pg.behind.end", 0, 0);
}

static void test_mistakes(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {"copies = { n = 3, snapshot = \"1s\" }", "keep"},
      {"copies = { n = 3, read = 2, write = 2, keep = 10 }", "keep"},
      {"copies = { n = 3, keep = 0 }", "keep"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    char text[512];
    snprintf(text, sizeof text,
             "client \"c\" { arrivals = constant \"1/s\", target = \"kv\", mix = { write = 1 } }\n"
             "database \"kv\" { %s }\n",
             bad[i][0]);
    const char *message = mistake(text);
    if (!strstr(message, bad[i][1])) fail_msg("%s\n%s", message, text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_catches_up),
                                     cmocka_unit_test(test_others),
                                     cmocka_unit_test(test_mistakes)};
  return cmocka_run_group_tests_name("snapshot", tests, folder_make, folder_remove);
}
