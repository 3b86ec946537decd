/* Aim: a kind composed in Lua is written, checked and found like one in C: its parameters have
 * types, ranges and units, its parts are components under its name, and what is wrong is told where
 * the user wrote it, or where the kind was written if that is wrong itself. */
#include "prelude.h"
#include "program.h"
#include "registry.h"
#include "test_script_load.h"

#define CLIENT "client \"c\" { arrivals = poisson \"90/s\", target = \"s\" }\n"

/* A kind with a part, in front of what a case is about. */
#define KIND                                                                               \
  "kind { name = \"pair\", summary = \"S.\", entry = \"service\",\n"                       \
  "  parts = { { \"db-*\", kind = \"database\", doc = \"D.\" } },\n"                       \
  "  params = { { \"work\", type = \"time\", default = \"5ms\", doc = \"W.\" },\n"         \
  "    { \"dbs\", type = \"count\", min = 1, max = 4, default = 1, doc = \"N.\" },\n"      \
  "    { \"retry\", of = \"client\" },\n"                                                  \
  "    { \"extra\", type = \"group\", doc = \"E.\", params = {\n"                          \
  "      { \"share\", type = \"ratio\", required = true, doc = \"S.\" },\n"                \
  "      { \"to\", type = \"component\", doc = \"T.\" } } } },\n"                          \
  "  build = function(c)\n"                                                                \
  "    local on = { work(c.work) }\n"                                                      \
  "    for i = 1, c.dbs do\n"                                                              \
  "      database(c.name .. \"/db-\" .. i) { read = \"2ms\" }\n"                           \
  "      on[#on + 1] = call { c.name .. \"/db-\" .. i, retry = c.retry }\n"                \
  "    end\n"                                                                              \
  "    if c.extra then on[#on + 1] = branch { p = c.extra.share, call(c.extra.to) } end\n" \
  "    service(c.name) { on = on }\n"                                                      \
  "  end }\n"

static const struct component_spec *component(const struct scenario *s, const char *name) {
  uint32_t id = spec_find(&s->spec, name);
  assert_true(id != REF_NONE);
  return &s->spec.component[id];
}

/* --- what it becomes ------------------------------------------------------------------------ */

static void test_parts(void **state) {
  (void)state;
  struct scenario *s =
      load(KIND CLIENT "pair \"s\" { dbs = 2, instances = 3, zone = \"z\", work = \"7ms\" }");
  assert_int_equal(s->spec.components, 4);
  const struct component_spec *whole = component(s, "s"), *part = component(s, "s/db-2");
  assert_string_equal(whole->kind->name, "service");
  assert_int_equal(whole->instances, 3);
  assert_int_equal(part->instances, 1);
  assert_true(whole->zones == 1 && part->zones == 1);
  assert_string_equal(spec_composed(whole)->kind->name, "pair");
  assert_null(spec_composed(part));
  assert_string_equal(part->of->name, "s");
  assert_int_equal(whole->line, 19); /* where the user wrote it */
  assert_int_equal(part->line, 19);
  const struct handlers *on = value(s, "s", "on");
  assert_true(dist_mean(&on->handler[0].program.step[0].dist) == 7e6);
  scenario_free(s);
}

/* What the user gave is known as such, with the values of the composed kind. */
static void test_values(void **state) {
  (void)state;
  struct scenario *s = load(KIND CLIENT
                            "service \"t\" {}\n"
                            "pair \"s\" { extra = { share = \"20%\", to = \"t\" } }");
  const struct composed_spec *whole = spec_composed(component(s, "s"));
  assert_int_equal(whole->givens, 3);
  const struct param *p = whole->kind->params;
  while (strcmp(p->name, "dbs") != 0) p++;
  assert_int_equal(*(const uint64_t *)((const char *)whole->config + p->offset), 1);
  while (strcmp(p->name, "extra") != 0) p++;
  const char *group = (const char *)whole->config + p->offset;
  assert_true(*(const bool *)group);
  assert_true(*(const double *)(group + p->group[0].offset) == 0.2);
  assert_int_equal(*(const uint32_t *)(group + p->group[1].offset), spec_find(&s->spec, "t"));
  scenario_free(s);
}

static void test_left_out(void **state) {
  (void)state;
  struct scenario *s = load(KIND CLIENT "service \"s\" {} pair \"x\" { only_if = false }");
  assert_int_equal(s->spec.components, 2);
  scenario_free(s);
}

/* Kinds may be made of composed kinds; names and places go down through both. */
static void test_nested(void **state) {
  (void)state;
  struct scenario *s = load(KIND
                            "kind { name = \"outer\", summary = \"S.\", entry = \"service\",\n"
                            "  parts = { { \"in\", kind = \"pair\", doc = \"D.\" } },\n"
                            "  build = function(c)\n"
                            "    pair(c.name .. \"/in\") {}\n"
                            "    service(c.name) { on = { call(c.name .. \"/in\") } }\n"
                            "  end }\n" CLIENT "outer \"s\" { zone = \"z\" }");
  assert_int_equal(s->spec.components, 4);
  assert_int_equal(component(s, "s/in/db-1")->zones, 1);
  assert_string_equal(component(s, "s/in")->of->kind->name, "pair");
  scenario_free(s);
}

/* Two of one kind, in another order, are the same. */
static void test_order(void **state) {
  (void)state;
  struct scenario *a =
      load(KIND CLIENT "pair \"s\" { extra = { share = 1, to = \"t\" } } pair \"t\" {}");
  struct scenario *b =
      load(KIND "pair \"t\" {} pair \"s\" { extra = { share = 1, to = \"t\" } }" CLIENT);
  assert_int_equal(a->spec.components, b->spec.components);
  for (uint32_t i = 0; i < a->spec.components; i++) {
    assert_string_equal(a->spec.component[i].name, b->spec.component[i].name);
  }
  scenario_free(a);
  scenario_free(b);
}

/* --- mistakes of the user ------------------------------------------------------------------- */

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"pair \"s\" { wrok = \"5ms\" }",
       "s.lua:19: key 'wrok' of pair \"s\": unknown; did you mean 'work'?"},
      {"pair \"s\" {\n  dbs = 9 }",
       "s.lua:20: key 'dbs' of pair \"s\": 9 is out of range; it must be from 1 to 4"},
      {"pair \"s\" { work = 5 }", "s.lua:19: key 'work' of pair \"s\":"},
      {"pair \"s\" { extra = {\n to = \"t\" } }",
       "key 'extra' of pair \"s\": key 'share' is missing; give a ratio"},
      {"pair \"s\" { extra = { share = 1,\n to = \"sss\" } }",
       "s.lua:20: key 'to' of extra of pair \"s\": there is no component \"sss\""},
      {"pair \"s\" { retry = { atempts = 3 } }",
       "s.lua:19: key 'atempts' of retry of pair \"s\": unknown; did you mean 'attempts'?"},
      {"pair \"s\" { zone = 5 }",
       "s.lua:19: key 'zone' of pair \"s\": expected the name of a zone"},
      {"pair \"s\" { instances = 0 }", "s.lua:19: key 'instances' of pair \"s\":"},
      {"pair \"s\" (5)", "s.lua:19: pair \"s\": expected a table, got the number 5"},
      {"pair \"s\"", "s.lua:19: pair \"s\": its table is missing"},
      {"pair \"s\" {} service \"s\" {}",
       "s.lua:19: the name \"s\" is taken by the pair at s.lua:19"},
      {"service \"s\" {} pair \"s\" {}", "s.lua:19: the name \"s\" is taken by the service at"},
      {"service \"s/db-1\" {}", "s.lua:19: service: the text \"s/db-1\" is no name"},
      {"piar \"s\" {}", "s.lua:19: 'piar' does not exist; did you mean 'pair'?"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[4000];
    snprintf(text, sizeof text, "%s%s%s", KIND, CLIENT, cases[i].text);
    const char *got = mistake(text);
    if (strstr(got, cases[i].message) == NULL) {
      fail_msg("%s\ngave: %s\nnot:  %s", cases[i].text, got, cases[i].message);
    }
  }
}

/* --- mistakes of who composed it ------------------------------------------------------------ */

#define BEGIN "kind { name = \"k\", summary = \"S.\", entry = \"service\", "
#define BUILD "build = function(c) service(c.name) {} end }\n"

static void test_wrong_kinds(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"kind { name = \"k\" }", "kind \"k\": summary of the kind is missing"},
      {"kind { name = \"K 1\" }", "'K 1' is no name of a kind"},
      {"kind { name = \"service\" }", "service means something already"},
      {"kind { name = \"reverse_proxy\" }", "reverse_proxy means something already"},
      {BEGIN "}", "kind \"k\": build is missing"},
      {BEGIN "parmas = {}, " BUILD, "the table has no key 'parmas'; did you mean 'params'?"},
      {BEGIN "params = { { \"a\", type = \"timee\", doc = \"D.\" } }, " BUILD,
       "parameter 'a': there is no type 'timee'; did you mean 'time'?"},
      {BEGIN "params = { { \"a\", type = \"count\" } }, " BUILD, "doc of parameter 'a' is missing"},
      {BEGIN "params = { { \"a\", of = \"clinet\" } }, " BUILD,
       "there is no kind 'clinet' with a parameter of that name"},
      {BEGIN "params = { { \"a\", type = \"time\", default = \"x(1)\", doc = \"D.\" } }, " BUILD,
       "expected a plain value"},
      {BEGIN "params = { { \"a\", type = \"count\", default = \"many\", doc = \"D.\" } }, " BUILD
             "k \"s\" {}",
       "key 'a' of k \"s\": expected a whole number, got the text \"many\""},
      {BEGIN "build = function(c) service(c.nam) {} end }\nk \"s\" {}",
       "s.lua:1: k has no parameter 'nam'; did you mean 'name'?"},
      {BEGIN "build = function(c) service \"other\" {} end }\nk \"s\" {}",
       "s.lua:1: service: the text \"other\" cannot be declared here"},
      {BEGIN "build = function(c) end }\nk \"s\" {}", "its build made no service called c.name"},
      {BEGIN "build = function(c) cache(c.name) { origin = \"x\" } end }\nk \"s\" {}",
       "it built cache \"s\", which its table does not name"},
      {BEGIN
       "build = function(c) service(c.name) {} service(c.name .. \"/x\") {} end }\nk \"s\" {}",
       "it built service \"s/x\", which its table does not name"},
      {BEGIN "build = function(c) service(c.name) {} goal \"a.b < 1\" end }\nk \"s\" {}",
       "goal stands in the build of kind \"k\""},
      {BEGIN "build = function(c) service(c.name) { qeue = 5 } end }\n" CLIENT "\nk \"s\" {}",
       "s.lua:4: key 'qeue' of k \"s\": unknown; did you mean 'queue'?"},
      {BEGIN "build = function(c) assert(false, \"no\") end }\nk \"s\" {}", "s.lua:1: no"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *got = mistake(cases[i].text);
    if (strstr(got, cases[i].message) == NULL) {
      fail_msg("%s\ngave: %s\nnot:  %s", cases[i].text, got, cases[i].message);
    }
  }
}

/* A loop without end in a build ends like one of the scenario. */
static void test_limits(void **state) {
  (void)state;
  const char *got = mistake(BEGIN "build = function(c) while true do end end }\nk \"s\" {}");
  assert_non_null(strstr(got, "look for a loop without end"));
}

/* --- the prelude ---------------------------------------------------------------------------- */

static void test_prelude(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  const struct kinds *kinds = prelude_kinds(arena);
  uint32_t composed = 0;
  for (uint32_t i = 0; i < kinds->n; i++) {
    const struct kind *kind = kinds->kind[i];
    if (i > 0) assert_true(strcmp(kinds->kind[i - 1]->name, kind->name) < 0);
    assert_ptr_equal(kinds_find(kinds, kind->name), kind);
    composed += kind->made_of != NULL;
    scenario_free(load(kind->example));
  }
  assert_true(composed >= 1);
  arena_free(arena);
}

/* A list of tables: entries with and without keys, defaults, mistakes with their place, and what
 * `build` gets. */
#define LIST_KIND                                                                              \
  "kind { name = \"k\", summary = \"S.\", entry = \"service\",\n"                              \
  "  params = { { \"rules\", type = \"list\", doc = \"R.\", min = 1, max = 2, params = {\n"    \
  "    { \"to\", type = \"component\", required = true, doc = \"T.\" },\n"                     \
  "    { \"wait\", type = \"duration\", default = \"5ms\", doc = \"W.\" } } } },\n"            \
  "  build = function(c)\n"                                                                    \
  "    local on = {}\n"                                                                        \
  "    for i, rule in ipairs(c.rules or {}) do on[i] = call { rule.to, timeout = rule.wait } " \
  "end\n"                                                                                      \
  "    service(c.name) { on = on }\n"                                                          \
  "  end }\n" CLIENT "service \"x\" {} service \"y\" {}\n"

static void test_list(void **state) {
  (void)state;
  struct scenario *s =
      load(LIST_KIND "k \"s\" { rules = { { \"x\" }, { to = \"y\", wait = \"7ms\" } } }");
  const struct handlers *on = value(s, "s", "on");
  const struct program *p = &on->handler[0].program;
  assert_int_equal(p->calls, 2);
  assert_true(p->call[0].policy.timeout_ns == 5000000 && p->call[1].policy.timeout_ns == 7000000);
  assert_string_equal(s->spec.component[p->call[1].component].name, "y");
  scenario_free(s);
  static const struct {
    const char *rules, *says;
  } cases[] = {
      {"{ { \"x\" }, { \"z\" } }", "key 'to' of item 2 of rules of k \"s\""},
      {"{ { to = \"x\", wate = \"1s\" } }", "known are to, wait"},
      {"{ { \"x\", to = \"y\" } }", "key 'to' of item 1 of rules of k \"s\": is given twice"},
      {"{ { wait = \"1s\" } }", "key 'to' is missing"},
      {"{ \"x\" }", "item 1 of rules of k \"s\": expected a table { to, wait }"},
      {"{ { \"x\", \"1kB\" } }", "key 'wait' of item 1 of rules"},
      {"{}", "has 0 entries; it takes 1 to 2"},
      {"{ { \"x\" }, { \"x\" }, { \"x\" } }", "one value without a key too many"},
      {"{ { \"x\" }, nil, { \"x\" } }", "too many"},
      {"\"x\"", "a list of tables"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[2000];
    snprintf(text, sizeof text, LIST_KIND "k \"s\" { rules = %s }", cases[i].rules);
    const char *got = mistake(text);
    if (strstr(got, cases[i].says) == NULL) fail_msg("%s\ngave: %s", cases[i].rules, got);
  }
}

static void test_reverse_proxy(void **state) {
  (void)state;
  struct scenario *s = load(
      "client \"c\" { arrivals = poisson \"90/s\", target = \"s\", mix = { a = 0.5, b = 0.5 } }\n"
      "service \"x\" {} service \"y\" {}\n"
      "reverse_proxy \"s\" { route = { a = \"x\", b = \"y\" }, cache = { of = { \"b\" } },\n"
      "  firewall = { rules = \"1ms\", attacks = { \"a\" } } }");
  assert_int_equal(s->spec.components, 5);
  assert_string_equal(component(s, "s/cache-b")->kind->name, "cache");
  scenario_free(s);
  assert_non_null(strstr(mistake(CLIENT "service \"x\" {}\n"
                                        "reverse_proxy \"s\" { route = { a = \"x\" },\n"
                                        "  cache = { of = { \"b\" } } }"),
                         "s.lua:3: reverse_proxy \"s\": cache.of: 'b' has no route"));
}

/* Aim: a gateway is a service and a cache for each cached path; what is named must have a route. */
static void test_api_gateway(void **state) {
  (void)state;
  struct scenario *s = load(
      "client \"c\" { arrivals = poisson \"90/s\", target = \"s\", mix = { a = 0.5, b = 0.5 } }\n"
      "service \"x\" {} service \"y\" {} service \"t\" {}\n"
      "api_gateway \"s\" { route = { a = \"x\", b = \"y\" }, cache = { of = { \"b\" } },\n"
      "  limit = { rate = \"9/s\" }, auth = { check = \"t\", of = { \"a\" } } }");
  assert_int_equal(s->spec.components, 6);
  assert_string_equal(component(s, "s/cache-b")->kind->name, "cache");
  scenario_free(s);
  assert_non_null(strstr(mistake(CLIENT "service \"x\" {}\n"
                                        "api_gateway \"s\" { route = { a = \"x\" },\n"
                                        "  auth = { of = { \"b\" } } }"),
                         "s.lua:3: api_gateway \"s\": auth.of: 'b' has no route"));
}

/* Aim: a fault of one member is told by what to write in its place. */
static void test_words_meant(void **state) {
  (void)state;
  assert_non_null(strstr(mistake(CLIENT "service \"s\" { instances = 2 }\n"
                                        "fault { crash \"s[2]\", at = \"1s\", lasts = \"1s\" }\n"
                                        "goal { \"c.availability > 1%\", during = \"crash s\" }"),
                         "did you mean 'crash s[2]'?"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parts),         cmocka_unit_test(test_values),
      cmocka_unit_test(test_left_out),      cmocka_unit_test(test_nested),
      cmocka_unit_test(test_order),         cmocka_unit_test(test_mistakes),
      cmocka_unit_test(test_wrong_kinds),   cmocka_unit_test(test_limits),
      cmocka_unit_test(test_list),          cmocka_unit_test(test_prelude),
      cmocka_unit_test(test_reverse_proxy), cmocka_unit_test(test_api_gateway),
      cmocka_unit_test(test_words_meant),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
