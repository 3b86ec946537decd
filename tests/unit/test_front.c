/* Aim: a balancer applies its limits before it chooses, sends operations with a route there, and at
 * layer 4 keeps the calls of a connection together; what means nothing is refused. */
#include <math.h>

#include "test_script_load.h"

#define TEN_A_SECOND "client \"c\" { arrivals = constant \"10/s\", target = \"lb\""

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 10);
  if (got != value) fail_msg("%s is %g instead of %g:\n%s", name, got, value, text);
}

/* Aim: of ten calls a second one passes; a leaky bucket makes those that it has room for wait. */
static void test_limits(void **state) {
  (void)state;
  const char *refuses = TEN_A_SECOND
      " }\nload_balancer \"lb\" { backends = \"s\", on = { limit { \"1/s\" } } }\nservice \"s\" {}";
  expect(refuses, "s.completions", 10);
  expect(refuses, "lb.limited", 90);
  expect(refuses, "c.errors.rate_limited", 90);
  const char *delays = TEN_A_SECOND
      " }\nload_balancer \"lb\" { backends = \"s\",\n"
      "  on = { limit { \"5/s\", burst = 10, algorithm = \"leaky_bucket\" } } }\nservice \"s\" {}";
  expect(delays, "lb.delayed", metric_of(delays, "s.arrivals", 10) + 9);
  expect(delays, "lb.limited", 100 - 1 - metric_of(delays, "lb.delayed", 10));
}

/* Aim: calls of those who give up while a limit makes them wait come to nothing: the first passes,
 * the second waits 0.1 s, all others that are not refused would wait for 0.2 s. */
static void test_given_up(void **state) {
  (void)state;
  const char *text = TEN_A_SECOND
      ", timeout = \"150ms\" }\nload_balancer \"lb\" { backends = \"s\",\n"
      "  algorithm = \"least_connections\",\n"
      "  on = { limit { \"5/s\", burst = 1, algorithm = \"leaky_bucket\" } } }\n"
      "service \"s\" { workers = 1, cancel = \"queued\" }";
  expect(text, "s.completions", 2);
}

/* Aim: each operation goes where its route says, past the backends; without these what has no route
 * fails; a further try of a routed call goes there again. */
static void test_routes(void **state) {
  (void)state;
#define MIX ", mix = { api = 0.5, rest = 0.5 } }\n"
  const char *text = TEN_A_SECOND MIX
      "load_balancer \"lb\" { backends = \"s\", route = { api = \"a\" } }\n"
      "service \"s\" {}\nservice \"a\" { instances = 2 }";
  double api = metric_of(text, "c.op.api.requests", 10);
  assert_true(api > 30 && api < 70);
  expect(text, "a.completions", api);
  expect(text, "s.completions", 100 - api);
  const char *only = TEN_A_SECOND MIX
      "load_balancer \"lb\" { route = { api = \"a\" },\n"
      "  retry = { attempts = 3, backoff = \"0ms\" } }\n"
      "service \"a\" { on = { fail() } }";
  expect(only, "lb.unrouted", 100 - api);
  expect(only, "c.errors.failed", 100);
  expect(only, "a.arrivals", 3 * api);
}

/* Aim: where no backends are said, those that have a weight are: of a hundred calls each tenth goes
 * to t, and a user's stay where the first one went; a route goes before them. */
static void test_weights_name_backends(void **state) {
  (void)state;
  const char *text = TEN_A_SECOND
      " }\nload_balancer \"lb\" { weights = { s = 9, t = 1 } }\n"
      "service \"s\" {}\nservice \"t\" {}";
  expect(text, "s.completions", 90);
  expect(text, "t.completions", 10);
  const char *sticky = TEN_A_SECOND
      ", users = 1 }\nload_balancer \"lb\" { weights = { s = 9, t = 1 }, sticky = \"1h\" }\n"
      "service \"s\" {}\nservice \"t\" {}";
  expect(sticky, "s.completions", 100);
#define ROUTED(BACKENDS)                                                     \
  TEN_A_SECOND MIX "load_balancer \"lb\" { " BACKENDS                        \
                   "weights = { s = 9, t = 1 }, route = { api = \"a\" } }\n" \
                   "service \"s\" {}\nservice \"t\" {}\nservice \"a\" {}"
  const char *routed = ROUTED(""), *said = ROUTED("backends = { \"s\", \"t\" }, ");
  expect(routed, "a.completions", metric_of(routed, "c.op.api.requests", 10));
  expect(routed, "t.completions", metric_of(said, "t.completions", 10));
}

#define OVER_TCP(KEEP) \
  "path { from = \"c\", to = \"lb\", transport = \"tcp\", connect = { streams = 9" KEEP " } }\n"

/* Aim: at layer 4 all that comes on a connection goes to one backend, while that is in use; who
 * opens one for each call is spread as at layer 7. */
static void test_layer_4(void **state) {
  (void)state;
#define LAYER(N, KEEP)                                                                     \
  TEN_A_SECOND " }\n" OVER_TCP(KEEP) "load_balancer \"lb\" { backends = \"s\", layer = " N \
                                     " }\n"                                                \
                                     "service \"s\" { instances = 2 }\n"
  expect(LAYER("4", ", keep = \"1h\""), "s[1].arrivals", 100);
  expect(LAYER("4", ", keep = \"1h\""), "lb.connections", 1);
  expect(LAYER("4", ""), "s[1].arrivals", 50);
  expect(LAYER("7", ", keep = \"1h\""), "s[1].arrivals", 50);
  const char *stopped =
      LAYER("4", ", keep = \"1h\"") "fault { stop \"s[1]\", at = \"4.95s\", lasts = \"2s\" }";
  expect(stopped, "s[1].arrivals", 50);
  expect(stopped, "s[2].arrivals", 50);
  expect(stopped, "lb.connections", 2);
  const char *crashed =
      LAYER("4", ", keep = \"1h\"") "fault { crash \"s[1]\", at = \"4.95s\", lasts = \"100s\" }";
  expect(crashed, "c.errors.refused", 1);
}

/* Aim: a new connection goes to the backend with the fewest connections, whatever is under way. */
static void test_fewest_connections(void **state) {
  (void)state;
  const char *text =
      "client \"c\" { instances = 9, arrivals = constant \"1/s\", target = \"lb\" }\n" OVER_TCP(
          ", keep = \"1h\"")
      "load_balancer \"lb\" { backends = \"s\", layer = 4, algorithm = \"least_connections\" }\n"
      "service \"s\" { instances = 3 }";
  for (int i = 1; i <= 3; i++) {
    char name[32];
    snprintf(name, sizeof name, "s[%d].arrivals", i);
    expect(text, name, 30);
  }
  /* One connection with ten calls under way counts as one: nine connections, three for each. */
  const char *heavy =
      "client \"h\" { arrivals = constant \"10/s\", target = \"lb\", mix = { slow = 1 } }\n"
      "client \"c\" { instances = 8, arrivals = burst { 1, at = \"5s\" }, target = \"lb\" }\n" OVER_TCP(
          ", keep = \"1h\"")
      "path { from = \"h\", to = \"lb\", transport = \"tcp\", connect = { streams = 99, keep = \"1h\" } }\n"
      "load_balancer \"lb\" { backends = \"s\", layer = 4, algorithm = \"least_connections\" }\n"
      "service \"s\" { instances = 3, on = { slow = { work \"1s\" }, default = {} } }";
  expect(heavy, "lb.connections", 9);
  double most = 0;
  for (int i = 1; i <= 3; i++) {
    char name[32];
    snprintf(name, sizeof name, "s[%d].arrivals", i);
    most = fmax(most, metric_of(heavy, name, 10));
  }
  assert_true(most == 100 + 2);
}

static void test_mistakes(void **state) {
  (void)state;
#define WRONG(REST, MESSAGE) \
  { TEN_A_SECOND " }\nload_balancer \"lb\" { " REST " }\nservice \"s\" {}", MESSAGE }
  static const struct {
    const char *text, *message;
  } wrong[] = {
      WRONG("", "key 'backends' is missing"),
      WRONG("weights = { s = 0 }", "all are 0"),
      WRONG("weights = { lb = 1 }", "is this balancer itself"),
      WRONG("backends = \"s\", layer = 5", "layer is 4, connections, or 7, requests"),
      WRONG("backends = \"s\", layer = 4, retry = { attempts = 2 }", "'retry' needs to see"),
      WRONG("backends = \"s\", layer = 4, on = { limit { \"1/s\" } }", "'on' needs to see"),
      WRONG("backends = \"s\", layer = 4, algorithm = \"hash\"", "'by' needs to see"),
      WRONG("route = { default = \"s\" }, layer = 4", "'route' needs to see requests"),
      WRONG("backends = \"s\", route = { default = \"lb\" }", "is this balancer itself"),
      WRONG("backends = \"s\", on = { work \"1ms\" }", "limit"),
      WRONG("route = { default = \"s\" }, sticky = \"1s\"", "backends"),
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    const char *message = mistake(wrong[i].text);
    if (!strstr(message, wrong[i].message)) fail_msg("%s\n%s", wrong[i].text, message);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_limits),
      cmocka_unit_test(test_given_up),
      cmocka_unit_test(test_routes),
      cmocka_unit_test(test_weights_name_backends),
      cmocka_unit_test(test_layer_4),
      cmocka_unit_test(test_mistakes),
      cmocka_unit_test(test_fewest_connections),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
