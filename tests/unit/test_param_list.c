/* Aim: every parameter of a scenario can be listed as a user would write it, with what the scenario
 * states told from defaults; nested groups, handlers with jumps and absent values included. */
#include "param_list.h"
#include "test_script_load.h"

static const char *const scenario_text =
    "client \"c\" { arrivals = poisson \"90/s\", target = \"s\", timeout = \"250ms\",\n"
    "  mix = { browse = 0.25, buy = 0.75 }, keys = zipf { n = 100, s = 0.99 },\n"
    "  retry = { attempts = 4, backoff = exponential { base = \"50ms\", cap = \"1s\",\n"
    "            jitter = \"full\" }, on = { \"timeout\", \"refused\" } }, request = \"2kB\" }\n"
    "client \"plain\" { arrivals = closed { users = 7, think = exponential \"2s\" },\n"
    "  target = \"s\" }\n"
    "service \"s\" { instances = 2, workers = 8, zone = { \"z1\", \"z2\" },\n"
    "  on = { browse = { work \"5ms\", call { \"t\", timeout = \"20ms\",\n"
    "                    fallback = { sleep \"1ms\" } }, reply() },\n"
    "         default = { branch { p = \"25%\", work \"1ms\", otherwise = { fail() } },\n"
    "                     parallel { call \"t\", call { \"t\", times = 2 }, need = 1 } } } }\n"
    "service \"t\" { work = exponential \"10ms\" }\n"
    "run { duration = \"1s\" }\n";

static struct scenario *scenario;
static struct arena *arena;
static const struct param_value *list;
static uint32_t entries;

static int list_load(void **state) {
  if (folder_make(state) != 0) return -1;
  struct error err = {0};
  write_file("s.lua", scenario_text);
  scenario = scenario_load("s.lua", NULL, 0, &err);
  if (scenario == NULL) fprintf(stderr, "%s\n", err.text);
  if (scenario == NULL) return -1;
  arena = arena_new();
  list = param_list(&scenario->spec, arena, &entries);
  return 0;
}

static int list_unload(void **state) {
  arena_free(arena);
  scenario_free(scenario);
  return folder_remove(state);
}

static const struct param_value *find(const char *component, const char *key) {
  for (uint32_t i = 0; i < entries; i++) {
    if (strcmp(scenario->spec.component[list[i].component].name, component) == 0 &&
        strcmp(list[i].key, key) == 0) {
      return &list[i];
    }
  }
  return NULL;
}

static void test_values_are_as_users_write_them(void **state) {
  (void)state;
  static const struct {
    const char *component, *key, *value;
    bool given;
  } rows[] = {
      {"c", "arrivals", "poisson 90/s", true},
      {"c", "target", "s", true},
      {"c", "timeout", "250ms", true},
      {"c", "mix", "browse 25%, buy 75%", true},
      {"c", "keys", "zipf, 100 keys, s = 0.99", true},
      {"c", "retry.attempts", "4", true},
      {"c", "retry.backoff", "exponential, base 50ms, cap 1s, factor 2, jitter full", true},
      {"c", "retry.budget", "100%", false},
      {"c", "retry.on", "timeout, refused", true},
      {"c", "request", "2kB", true},
      {"c", "response", "0B", false},
      {"plain", "arrivals", "closed, 7 users, think exponential(mean 2s)", true},
      {"plain", "timeout", "never", false},
      {"plain", "retry", "none", false},
      {"s", "workers", "8", true},
      {"s", "queue", "unlimited", false},
      {"s", "discipline", "fifo", false},
      {"s", "instances", "2", true},
      {"s", "zone", "z1, z2", true},
      {"t", "instances", "1", false},
      {"t", "zone", "none", false},
      {"t", "work", "exponential(mean 10ms)", true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct param_value *p = find(rows[i].component, rows[i].key);
    if (p == NULL) fail_msg("%s of %s is not listed", rows[i].key, rows[i].component);
    assert_string_equal(p->value, rows[i].value);
    if (p->given != rows[i].given) fail_msg("%s of %s: given", rows[i].key, rows[i].component);
  }
}

static void test_handlers_show_their_branches(void **state) {
  (void)state;
  assert_string_equal(find("s", "on")->value,
                      "default: if chance 25% (work 1ms) else (fail), "
                      "parallel (call t, call t 2 times) need 1; "
                      "browse: work 5ms, call t within 20ms, on failure (sleep 1ms), reply");
}

static void test_defaults_and_docs_come_from_the_tables(void **state) {
  (void)state;
  assert_string_equal(find("s", "workers")->fallback, "unlimited");
  assert_null(find("c", "target")->fallback);
  assert_string_equal(find("c", "retry.attempts")->fallback, "3");
  for (uint32_t i = 0; i < entries; i++) assert_non_null(list[i].doc);
}

/* Nothing that a table declares is missing. */
static void test_every_parameter_is_listed(void **state) {
  (void)state;
  for (uint32_t i = 0; i < scenario->spec.components; i++) {
    const struct component_spec *c = &scenario->spec.component[i];
    for (const struct param *p = c->kind->params; p->name; p++) {
      bool open = p->type == PARAM_GROUP && *(const bool *)((const char *)c->config + p->offset);
      if (!open && find(c->name, p->name) == NULL) fail_msg("%s of %s", p->name, c->name);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values_are_as_users_write_them),
      cmocka_unit_test(test_handlers_show_their_branches),
      cmocka_unit_test(test_defaults_and_docs_come_from_the_tables),
      cmocka_unit_test(test_every_parameter_is_listed),
  };
  return cmocka_run_group_tests(tests, list_load, list_unload);
}
