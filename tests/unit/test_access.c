/* Aim: one `allow` blocks all that no line lets pass, by place and operation, answers and the
 * members of a component aside; what is blocked never arrives. */
#include <math.h>

#include "test_script_load.h"

#define ONE(NAME, ZONE, TO, REST)                                                                  \
  "client \"" NAME "\" { arrivals = burst { 1, at = \"1s\" }, target = \"" TO "\", zone = \"" ZONE \
  "\", " REST " }\n"
#define SITE                                                                           \
  "service \"web\" { zone = \"dmz\", on = { default = { call \"db\" }, ssh = {} } }\n" \
  "service \"db\" { zone = \"data\", on = { default = {}, ssh = {} } }\n"              \
  "region \"inside\" { zones = { \"dmz\", \"data\" } }\n"                              \
  "path { from = \"out\", to = \"inside\", latency = \"10ms\" }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 20);
  if (!(fabs(got - value) <= 1e-9)) {
    fail_msg("%s is %.9g instead of %.9g:\n%s", name, got, value, text);
  }
}

/* Aim: who is not let in hears so after the way there and back, and never was there. */
static void test_denied(void **state) {
  (void)state;
#define RULES                                                  \
  "allow { from = \"out\", to = \"web\", op = { \"get\" } }\n" \
  "allow { from = \"web\", to = \"db\" }\n"
  const char *text = SITE RULES ONE("good", "out", "web", "mix = { get = 1 }")
      ONE("bad", "out", "web", "mix = { ssh = 1 }") ONE("scan", "out", "db", "mix = { get = 1 }");
  expect(text, "good.latency.max", 0.02);
  expect(text, "bad.errors.denied", 1);
  expect(text, "scan.errors.denied", 1);
  expect(text, "scan.in_flight", 0.02 / 20);
  expect(text, "web.arrivals", 1);
  expect(text, "db.arrivals", 1);
  expect(text, "web.blocked", 1);
  expect(text, "db.blocked", 1);
}

/* Aim: one operation needs no list around it. */
static void test_one_operation(void **state) {
  (void)state;
  const char *text = SITE
      "allow { from = \"out\", to = \"web\", op = \"get\" }\n"
      "allow { from = \"web\", to = \"db\" }\n" ONE("good", "out", "web", "mix = { get = 1 }")
          ONE("bad", "out", "web", "mix = { ssh = 1 }");
  expect(text, "good.latency.max", 0.02);
  expect(text, "bad.errors.denied", 1);
  const char *ships =
      "database \"d\" { workers = 1, write = \"3ms\", write_ops = \"ship\" }\n"
      "service \"s\" { on = { call { \"d\", op = \"ship\" } } }\n"
      "client \"c\" { arrivals = burst { 1, at = \"1s\" }, target = \"s\" }\n";
  expect(ships, "c.latency.max", 0.003);
}

/* Aim: with `drop` it vanishes, on its way to that place alone. */
static void test_dropped(void **state) {
  (void)state;
  const char *text = SITE
      "allow { from = \"out\", to = \"web\", op = { \"get\" } }\n"
      "allow { from = \"web\", to = \"data\", drop = true }\n" ONE(
          "bad", "out", "web", "mix = { ssh = 1 }, timeout = \"1s\"")
          ONE("scan", "out", "db", "mix = { get = 1 }, timeout = \"1s\"");
  expect(text, "bad.errors.denied", 1);
  expect(text, "scan.errors.timeout", 1);
  expect(text, "scan.in_flight", 1.0 / 20);
  expect(text, "db.blocked", 1);
}

/* Aim: regions and zones hold what lives there; no line, no rule; answers come back. */
static void test_places(void **state) {
  (void)state;
  const char *none = SITE ONE("c", "out", "web", "mix = { get = 1 }");
  expect(none, "c.latency.max", 0.02);
  const char *region = SITE "allow { from = \"out\", to = \"inside\" }\n" ONE(
      "c", "out", "db", "mix = { ssh = 1 }") ONE("d", "out", "web", "mix = { get = 1 }");
  expect(region, "c.latency.max", 0.02);
  expect(region, "d.errors.failed", 1); /* from web to db there is no line */
  const char *zone = SITE
      "allow { from = \"dmz\", to = \"data\" }\n"
      "allow { from = \"c\", to = \"dmz\" }\n" ONE("c", "out", "web", "mix = { get = 1 }")
          ONE("d", "out", "web", "mix = { get = 1 }");
  expect(zone, "c.latency.max", 0.02);
  expect(zone, "d.errors.denied", 1);
}

/* Aim: a balancer's checks need to pass as its calls do; parts of a composed component belong
 * together, and are meant by its name. */
static void test_others(void **state) {
  (void)state;
  const char *checks =
      ONE("c", "out", "lb", "mix = { get = 1 }")
      "load_balancer \"lb\" { zone = \"dmz\", backends = \"web\", health_check = { fall = 1 } }\n"
      "service \"web\" { zone = \"data\" }\n"
      "allow { from = \"out\", to = \"lb\" }\n";
  expect(checks, "lb.healthy_backends.end", 0);
  const char *parts =
      ONE("c", "out", "gate", "mix = { get = 1 }, keys = zipf { n = 9, s = 1 }")
      "api_gateway \"gate\" { zone = \"dmz\", route = { get = \"web\" },\n"
      "  cache = { capacity = 9, ttl = \"9s\" } }\n"
      "service \"web\" { zone = \"data\" }\n"
      "allow { from = \"out\", to = \"gate\" }\n"
      "allow { from = \"gate\", to = \"web\" }\n";
  expect(parts, "c.errors.denied", 0);
  expect(parts, "web.arrivals", 1);
}

/* Aim: what is blocked opens no connection; a cut on the way is a cut, and when it ends the rules
 * still hold. */
static void test_ways(void **state) {
  (void)state;
#define WAY(MORE)                                                                            \
  ONE("c", "out", "web", "mix = { get = 1 }, timeout = \"500ms\"")                           \
  "client \"d\" { arrivals = burst { 2, at = \"3s\" }, target = \"web\", zone = \"bad\" }\n" \
  "service \"web\" { zone = \"dmz\" }\n"                                                     \
  "allow { from = \"out\", to = \"web\" }\n" MORE
  const char *tcp =
      WAY("path { from = \"bad\", to = \"web\", latency = \"10ms\", "
          "transport = \"tcp\" }\n");
  expect(tcp, "path.bad.web.opened", 0);
  expect(tcp, "d.errors.denied", 2);
  expect(tcp, "d.in_flight", 0.04 / 20);
  const char *cut =
      WAY("path { from = \"bad\", to = \"web\", latency = \"1ms\" }\n"
          "fault { partition { \"out\", \"web\" }, at = \"500ms\", lasts = \"1s\" }\n");
  expect(cut, "c.availability", 0);
  expect(cut, "d.errors.denied", 2);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *line, *says;
  } cases[] = {
      {"allow { from = \"out\", to = \"wbe\" }", "did you mean 'web'"},
      {"allow { from = \"out\", to = \"web\", op = { \"gte\" } }", "gte"},
      {"allow { from = \"out\" }", "to"},
      {"allow { from = \"out\", to = \"web\", drops = true }", "did you mean 'drop'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[500];
    snprintf(text, sizeof text, "%sservice \"web\" {}\n%s\n",
             ONE("c", "out", "web", "mix = { get = 1 }"), cases[i].line);
    const char *got = mistake(text);
    if (!strstr(got, cases[i].says)) fail_msg("%s: %s", cases[i].line, got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_denied),   cmocka_unit_test(test_one_operation),
      cmocka_unit_test(test_dropped),  cmocka_unit_test(test_places),
      cmocka_unit_test(test_others),   cmocka_unit_test(test_ways),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("access", tests, folder_make, folder_remove);
}
