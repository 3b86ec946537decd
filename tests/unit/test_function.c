/* Aim: `function "resize" { ... }` is a component like others, though the word is Lua's own: a
 * service whose instances come with its calls. */
#include <math.h>

#include "test_script_load.h"

#define CALLS "client \"c\" { arrivals = constant \"1/s\", target = \"resize\" }\n"

static void expect(const char *text, const char *name, double value) {
  double got = metric_of(text, name, 100);
  if (!(fabs(got - value) <= 1e-9)) {
    fail_msg("%s is %.12g instead of %.12g:\n%s", name, got, value, text);
  }
}

/* Aim: a call each second, of 300 ms: the first one waits 2 s for an instance to start, and so do
 * the two that come meanwhile, for one each of their own; the first instance serves all later ones,
 * and the others go after 10 s of nothing to do. It is the service that it stands for. */
static void test_runs(void **state) {
  (void)state;
  static const char *const texts[] = {
      CALLS "function \"resize\" { work = \"300ms\", cold = \"2s\", idle = \"10s\" }\n",
      CALLS "function 'resize' { on = { work \"300ms\" }, cold = \"2s\", idle = \"10s\" }\n",
      CALLS
      "-- function \"of a comment\"\nlocal function f() return \"function 'of a text'\" end\n"
      "local g = function(x) return x end\nassert(g(f()) == \"function 'of a text'\")\n"
      "function [[resize]] { work = \"300ms\", cold = \"2s\", idle = \"10s\" }\n",
      CALLS
      "service \"resize\" { work = \"300ms\",\n"
      "  instances = on_demand { cold = \"2s\", idle = \"10s\" } }\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    expect(texts[i], "c.latency.max", 2.3);
    expect(texts[i], "c.latency.min", 0.3);
    expect(texts[i], "resize.cold_starts", 3);
    expect(texts[i], "resize.environments_idle.end", 1);
  }
}

/* Aim: its price is that of its calls and their time: 200 ms of a call that takes 150 ms. */
static void test_costs(void **state) {
  (void)state;
  expect(CALLS
         "function \"resize\" { work = \"150ms\", cold = \"0s\",\n"
         "  price = { per_call = 1, per_100ms = 10 } }\n",
         "cost.request", 21);
}

/* Aim: mistakes are told where they stand; what Lua means by the word is as before. */
static void test_mistakes(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {CALLS "\nfunction \"resize\" { work = \"1ms\",\n  colt = \"1s\" }", "s.lua:4: key 'colt'"},
      {CALLS "function \"resize\" { work = \"1ms\" }",
       "function \"resize\": key 'cold' is missing"},
      {CALLS "function \"resize\" { work = \"1ms\", cold = \"1s\", instances = 3 }",
       "instances come and go with its calls"},
      {CALLS "function \"resize\"", "its table is missing"},
      {CALLS "function resize { cold = \"1s\" }", "s.lua:2:"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *got = mistake(cases[i][0]);
    if (!strstr(got, cases[i][1])) fail_msg("%s: %s", cases[i][0], got);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_runs),
      cmocka_unit_test(test_costs),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("function", tests, folder_make, folder_remove);
}
