/* Aim: arrivals and rates that change mean what they say, and each mistake in them is named at its
 * place. */
#include <math.h>

#include "profile.h"
#include "test_script_load.h"

#define END ", target = \"s\" }\nservice \"s\" {}\n"
#define CLIENT(arrivals) "client \"c\" { arrivals = " arrivals END

static void test_profiles(void **state) {
  (void)state;
  struct scenario *s =
      load(CLIENT("poisson(profile { { \"0h\", \"50/s\" }, { \"9h\", \"400/s\" }, every = \"1d\", "
                  "scale = 2 })"));
  const struct arrivals *a = value(s, "c", "arrivals");
  assert_true(a->kind == ARRIVALS_POISSON && a->profile && !a->profile->steps);
  assert_true(a->profile->every_ns == UINT64_C(86400000000000));
  assert_true(profile_rate_per_s(a->profile, UINT64_C(9) * 3600 * 1000000000) == 800);
  scenario_free(s);
  s = load(CLIENT("constant(profile { { \"0s\", \"0/s\" }, { \"9s\", \"1/s\" }, steps = true })"));
  a = value(s, "c", "arrivals");
  assert_true(a->kind == ARRIVALS_CONSTANT && a->profile->steps && a->profile->points == 2);
  scenario_free(s);
}

static void test_others(void **state) {
  (void)state;
  struct scenario *s = load(CLIENT("bursts { \"10/s\", size = 50 }"));
  const struct arrivals *a = value(s, "c", "arrivals");
  assert_true(a->kind == ARRIVALS_BURSTS && a->rate_per_s == 10 && a->size == 50);
  assert_true(!a->geometric);
  scenario_free(s);
  s =
      load(CLIENT("bursts { profile { { \"0s\", \"1/s\" }, { \"9s\", \"2/s\" } }, size = "
                  "geometric(5) }"));
  a = value(s, "c", "arrivals");
  assert_true(a->profile && a->size == 5 && a->geometric);
  scenario_free(s);
  s = load(CLIENT("burst { 1000, at = \"2s\" }"));
  a = value(s, "c", "arrivals");
  assert_true(a->kind == ARRIVALS_BURST && a->size == 1000 && a->at_ns == 2000000000);
  scenario_free(s);
  s = load(CLIENT("mmpp { { \"50/s\", \"60s\" }, { \"0/s\", \"5s\" } }"));
  a = value(s, "c", "arrivals");
  assert_true(a->kind == ARRIVALS_MMPP && a->phases == 2);
  assert_true(a->phase[0].rate_per_s == 50 && a->phase[1].mean_ns == 5e9);
  scenario_free(s);
}

/* Aim: a phase whose rate changes by the clock: where all phases have the same profile their
 * changes do not matter, and requests come as from a Poisson process with that profile. Where the
 * rate of the other phase is 0, the mean is the profile's share of the time: rows of an integral,
 * 4000 runs of 0.2 s phases in 800 s. */
static void test_phases_by_the_clock(void **state) {
  (void)state;
#define HILL "profile { { \"0s\", \"10/s\" }, { \"10s\", \"90/s\" }, every = \"20s\" }"
#define SERVED "service \"s\" { }\nclient \"c\" { target = \"s\", arrivals = "
  const char *plain = SERVED "poisson(" HILL ") }",
             *phases = SERVED "mmpp { { " HILL ", \"1s\" }, { " HILL ", \"2s\" } } }",
             *half = SERVED "mmpp { { " HILL ", \"200ms\" }, { \"0/s\", \"200ms\" } } }";
  static const double ends_s[] = {3, 7, 20, 33};
  for (size_t i = 0; i < sizeof ends_s / sizeof *ends_s; i++) {
    double want = metric_of(plain, "s.completions", ends_s[i]);
    assert_true(metric_of(phases, "s.completions", ends_s[i]) == want && want > 0);
  }
  double all = metric_of(half, "s.completions", 800), mean = 800 * 50 / 2.0;
  /* Of phases r = q = 5/s: v = 1/4 of the squared rate, whose mean square is 3033; see test_mmpp.
   */
  double sd = sqrt(mean + 2 * 0.25 * 3033 * 800 / 10);
  if (fabs(all - mean) > 4.5 * sd) fail_msg("%g requests instead of %g", all, mean);
}

/* Aim: what `per` and `by` tell apart: each client, tier or user has a cache of its own, or goes to
 * the member that its hash says. Two clients ask for one key, their users have two tiers. */
static void test_whose(void **state) {
  (void)state;
#define ASKS(name, comes)                   \
  "client \"" name "\" { arrivals = " comes \
  " \"50/s\", target = \"k\", users = 3, "  \
  "keys = uniform_keys { n = 1 }, tier = { free = 0.5, paid = 0.5 } }\n"
  static const struct {
    const char *whose;
    double caches;
  } per[] = {{"all", 1}, {"client", 2}, {"tier", 2}, {"user", 6}, {"caller", 2}};
  for (size_t i = 0; i < sizeof per / sizeof *per; i++) {
    char text[700];
    snprintf(text, sizeof text,
             ASKS("u", "constant") ASKS(
                 "v", "poisson") "cache \"k\" { origin = \"s\", per = \"%s\" }\nservice \"s\" { }",
             per[i].whose);
    double got = metric_of(text, "s.completions", 10);
    if (got != per[i].caches) fail_msg("%s: %g misses", per[i].whose, got);
  }
  static const char *const by[] = {"client", "tier"};
  for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
    char text[700];
    snprintf(text, sizeof text,
             ASKS("u", "constant") ASKS("v", "poisson") "load_balancer \"k\" { backends = \"s\", algorithm = \"hash\", by "
                                 "= \"%s\" }\nservice \"s\" { instances = 50 }",
             by[i]);
    int members = 0;
    for (int k = 1; k <= 50; k++) {
      char name[40];
      snprintf(name, sizeof name, "s[%d].completions", k);
      members += metric_of(text, name, 10) > 0;
    }
    if (members != 2) fail_msg("by %s: %d members", by[i], members);
  }
}

/* Aim: each column of a recorded trace goes where it belongs; names in it are numbered in the order
 * in which they come, operations by the alphabet; what is left out at the beginning is not there.
 */
static void test_trace(void **state) {
  (void)state;
  write_file("t.csv",
             "time, user, op, -, size, key\n# a remark\n1.5,ann,put,x,2kB,\"a,b\"\r\n"
             "\n2,bob,get,,7,c\n2,ann,get,,0,\n2.25s,eve,get,,1,\"a,b\"\n");
  struct scenario *s = load(CLIENT("trace { csv = \"t.csv\" }"));
  const struct arrivals *a = value(s, "c", "arrivals");
  const struct arrival_trace *t = a->trace;
  assert_true(a->kind == ARRIVALS_TRACE && t->rows == 4 && t->every_ns == 0);
  assert_true(t->at_ns[0] == 1500000000 && t->at_ns[2] == 2000000000);
  assert_true(t->user[0] == 1 && t->user[1] == 2 && t->user[2] == 1 && t->users.n == 3);
  assert_true(t->op[0] == spec_find_op(&s->spec, "put") &&
              t->op[1] == spec_find_op(&s->spec, "get"));
  assert_true(t->ops.n == 2 && t->ops.part[0].share == 0.75 && t->ops.part[1].share == 0.25);
  assert_true(t->item[0] == 1 && t->item[1] == 2 && t->item[2] == 0 && t->item[3] == 1);
  assert_true(t->answer[0] == 2000 && t->answer[1] == 7);
  scenario_free(s);
  s = load(CLIENT("trace { csv = \"t.csv\", begin = \"2s\", every = \"1s\", scale = 2 }"));
  t = ((const struct arrivals *)value(s, "c", "arrivals"))->trace;
  assert_true(t->rows == 3 && t->at_ns[2] == 125000000 && t->every_ns == 500000000);
  assert_true(t->ops.n == 1 && t->users.n == 3);
  scenario_free(s);
  write_file("t.csv", "time\n1500\n");
  s = load(CLIENT("trace { csv = \"t.csv\", unit = \"us\" }"));
  t = ((const struct arrivals *)value(s, "c", "arrivals"))->trace;
  assert_true(t->at_ns[0] == 1500000 && !t->op && !t->user && !t->item && !t->answer);
  scenario_free(s);
}

static double measured(const struct metrics *metrics, const char *name) {
  for (uint32_t i = 0; i < metrics->n; i++) {
    if (!strcmp(metrics->list[i].name, name)) return metric_value(&metrics->list[i]);
  }
  fail_msg("no metric %s", name);
  return 0;
}

/* Aim: requests are what their rows say, also when they are repeated: of four, three are `get`, two
 * are about one key and the second finds it in the cache, and 2000 bytes take 1 s at 16 kbit/s. */
static void test_trace_requests(void **state) {
  (void)state;
  write_file(
      "t.csv",
      "time,op,user,key,size\n1,put,ann,k,2000\n3,get,bob,k,0\n5,get,ann,m,0\n7,get,ann,n,0\n");
  struct scenario *s = load(
      "client \"c\" { arrivals = trace { csv = \"t.csv\", every = \"10s\" }, target = \"s\" }\n"
      "path { from = \"c\", to = \"s\", bandwidth = \"16kbit/s\" }\n"
      "cache \"s\" { capacity = 2, policy = \"lru\", origin = \"d\" }\n"
      "service \"d\" {}\n");
  struct sim *sim = sim_new(&s->spec, 1, 0, 0, 20 * NS_PER_S, true);
  assert_true(sim_run(sim, 20 * NS_PER_S));
  struct metrics metrics = {0};
  sim_collect(sim, &metrics);
  assert_true(measured(&metrics, "c.op.put.requests") == 2);
  assert_true(measured(&metrics, "c.op.get.requests") == 6);
  assert_true(measured(&metrics, "c.op.put.latency.mean") == 1);
  assert_true(measured(&metrics, "c.op.get.latency.max") == 0);
  assert_true(measured(&metrics, "c.users") == 2);
  assert_true(measured(&metrics, "s.hit_ratio") == 0.25);
  metrics_free(&metrics);
  sim_free(sim);
  scenario_free(s);
}

static void wrong_trace(const char *lines, const char *message) {
  write_file("t.csv", lines);
  const char *text = mistake(CLIENT("trace { csv = \"t.csv\" }"));
  if (!strstr(text, message)) fail_msg("%s\ninstead of\n%s", text, message);
}

/* Aim: a mistake in a trace is named with the line of the file. */
static void test_wrong_traces(void **state) {
  (void)state;
  wrong_trace("", "t.csv is empty");
  wrong_trace("time\n", "t.csv has no rows");
  wrong_trace("op\nget\n", "t.csv:1: no column is called \"time\"");
  wrong_trace("time,usr\n1,2\n", "t.csv:1: column 2 is called \"usr\"");
  wrong_trace("time,time\n1,2\n", "t.csv:1: two columns are called \"time\"");
  wrong_trace("time\n1\n\nx\n", "t.csv:4: time \"x\" is not a time");
  wrong_trace("time\n1\n0.5\n", "t.csv:3: time \"0.5\" is earlier");
  wrong_trace("time\n1e30\n", "t.csv:2: time \"1e30\" is later than any run");
  wrong_trace("time,op\n1,get\n2\n", "t.csv:3 has no column \"op\"");
  wrong_trace("time,op\n1,a b\n", "t.csv:2: op \"a b\" is no name");
  wrong_trace("time,size\n1,many\n", "t.csv:2: size \"many\" is not a size");
  write_file("t.csv", "time,key\n1,a\n2,b\n");
  assert_non_null(strstr(mistake(CLIENT("trace { csv = \"t.csv\", every = \"2s\" }")),
                         "must be longer than the trace"));
  assert_non_null(
      strstr(mistake(CLIENT("trace { csv = \"t.csv\", begin = \"3s\" }")), "ends before"));
  assert_non_null(
      strstr(mistake(CLIENT("trace { csv = \"t.csv\" }, keys = uniform_keys { n = 9 }")),
             "a column \"key\""));
}

static void test_crowds(void **state) {
  (void)state;
  struct scenario *s = load(CLIENT(
      "closed { users = profile { { \"0s\", 10 }, { \"9s\", 40 }, scale = 2 }, think = \"1s\" }"));
  const struct arrivals *a = value(s, "c", "arrivals");
  assert_true(a->crowd && a->users == 80 && profile_rate_per_s(a->crowd, 0) == 20);
  scenario_free(s);
  s = load(CLIENT("closed { users = 7 }"));
  a = value(s, "c", "arrivals");
  assert_true(a->crowd == NULL && a->users == 7);
  scenario_free(s);
}

static void test_users(void **state) {
  (void)state;
  struct scenario *s = load(
      "client \"c\" { arrivals = poisson \"9/s\", target = \"s\", users = zipf { n = 50, s = 0.8 "
      "},\n"
      "  tier = { paid = 0.1, free = \"90%\" } }\n"
      "client \"d\" { arrivals = poisson \"9/s\", target = \"s\", users = 7 }\n"
      "service \"s\" { workers = 1, discipline = \"priority\", by = \"tier\", priority = { "
      "\"paid\", \"free\" } "
      "}\n");
  const struct keys *users = value(s, "c", "users");
  assert_true(users->kind == KEYS_ZIPF && users->n == 50);
  users = value(s, "d", "users");
  assert_true(users->kind == KEYS_UNIFORM && users->n == 7);
  assert_int_equal(s->spec.tiers, 2);
  assert_string_equal(s->spec.tier[0], "free");
  const struct mix *tier = value(s, "c", "tier");
  assert_true(tier->n == 2 && tier->part[1].op == 1 && tier->part[1].share == 0.1);
  const struct priorities *priority = value(s, "s", "priority");
  assert_true(priority->n == 2 && priority->tiers[0] == 1 && priority->tiers[1] == 0);
  scenario_free(s);
}

static void test_mistakes(void **state) {
  (void)state;
  static const struct {
    const char *text, *part;
  } cases[] = {
      {CLIENT("poisson(profile { { \"0h\", \"50/s\" } })"), "two points or more"},
      {CLIENT("poisson(profile { { \"9h\", \"50/s\" }, { \"9h\", \"60/s\" } })"),
       "not later than the point before"},
      {CLIENT("poisson(profile { { \"0h\", \"50/s\" }, { \"9h\", \"60/s\" }, every = \"8h\" })"),
       "later than the period"},
      {CLIENT(
           "poisson(profile { { \"0h\", \"50/s\" }, { \"8h\", \"60/s\" }, every = \"8h\", steps = "
           "true })"),
       "where the next period does"},
      {CLIENT("poisson(profile { { \"0h\", \"0/s\" }, { \"9h\", \"0/s\" } })"), "is 0 everywhere"},
      {CLIENT("poisson(profile { { \"0h\", \"5/s\" }, \"9h\" })"), "a table { at, rate }"},
      {CLIENT("poisson(profile { { \"0h\", \"5s\" }, { \"9h\", \"1/s\" } })"),
       "key 'rate' of item 1"},
      {CLIENT("poisson(profile { { at = \"0h\", height = \"5/s\" }, { \"9h\", \"1/s\" } })"),
       "known are at, rate"},
      {CLIENT("poisson(profile { { \"0h\", at = \"1h\" }, { \"9h\", \"1/s\" } })"), "given twice"},
      {CLIENT("poisson(profile { { \"0h\" }, { \"9h\", \"1/s\" } })"), "item 1 of profile"},
      {CLIENT("poisson(profile { { \"0h\", \"5/s\" }, { \"9h\", \"1/s\" }, step = true })"),
       "did you mean 'steps'"},
      {CLIENT("poisson(profile { { \"0h\", \"5/s\" }, { \"9h\", \"1/s\" }, scale = 0 })"),
       "must be greater than 0"},
      {CLIENT("poisson(profile { { \"0h\", \"2G/s\" }, { \"9h\", \"1/s\" } })"), "at most 1000M/s"},
      {"fault { surge { \"s\", factor = 5 }, at = \"1s\" } " CLIENT("poisson \"9/s\""),
       "sends no requests on its own"},
      {"fault { surge { \"c\", factor = 5 }, at = \"1s\" } " CLIENT("burst { 5 }"),
       "sends at no rate"},
      {"fault { surge \"c\", at = \"1s\" } " CLIENT("poisson \"9/s\""), "needs its factor"},
      {"fault { surge { \"b\", factor = 5 }, at = \"1s\" } region \"r\" { zones = { \"a\", \"b\" } "
       "} " CLIENT("poisson \"9/s\", zone = \"a\""),
       "no client that sends at a rate lives"},
      {CLIENT("closed { users = profile { { \"0s\", \"10/s\" }, { \"9s\", 40 } } }"),
       "key 'users' of item 1"},
      {CLIENT("closed { think = \"1s\" }"), "key 'users'"},
      {CLIENT("poisson \"9/s\", users = 0"), "users"},
      {CLIENT("poisson \"9/s\", users = \"many\""), "a number of users such as 1000"},
      {CLIENT("poisson \"9/s\", tier = { a = 1 }"), "say who they are"},
      {CLIENT("closed { users = 5 }, users = 5"), "leave 'users' out"},
      {CLIENT("poisson \"9/s\", users = 5, tier = { a = 0.5 }"), "add up to 0.5"},
      {CLIENT("poisson \"9/s\", keys = uniform(\"5ms\")"),
       "expected a table such as uniform_keys { n = 100000 }, got"},
      {CLIENT("poisson \"9/s\", keys = uniform { 1, 9 }"), "write uniform_keys { n = 100000 }"},
      {CLIENT("poisson \"9/s\", keys = zipf { 9 }"), "write zipf { n = 100000, s ="},
      {"database \"d\" { write_ops = { \"a\" } } " CLIENT(
           "poisson \"9/s\", users = 5, tier = { a = 1 }"),
       "item 1 of write_ops of database \"d\": 'a' is a tier of users and no operation"},
      {CLIENT("bursts { \"10/s\" }"), "key 'size'"},
      {CLIENT("bursts { size = 5 }"), "a rate is missing"},
      {CLIENT("bursts { \"10/s\", size = 0 }"), "size"},
      {CLIENT("bursts { \"10/s\", size = exponential \"5s\" }"), "geometric(50)"},
      {CLIENT("burst { at = \"5s\" }"), "a number of requests"},
      {CLIENT("burst { 5, at = \"5/s\" }"), "at"},
      {CLIENT("mmpp { { \"50/s\", \"60s\" } }"),
       "has 1 entry; it takes 2 to 100, each a table { rate, lasts }"},
      {CLIENT("mmpp { { \"50/s\", \"60s\" }, { \"60s\", \"5/s\" } }"), "item 2"},
      {CLIENT("mmpp { { \"50/s\", \"0s\" }, { \"60/s\", \"5s\" } }"), "must be greater than 0"},
      {CLIENT("mmpp { { \"0/s\", \"1s\" }, { \"0/s\", \"5s\" } }"), "0 in every phase"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *message = mistake(cases[i].text);
    bool named = strstr(message, cases[i].part) && !strncmp(message, "s.lua:1", 7);
    if (!named) fail_msg("%s\n%s\nlacks: %s", cases[i].text, message, cases[i].part);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_profiles),     cmocka_unit_test(test_crowds),
      cmocka_unit_test(test_others),       cmocka_unit_test(test_phases_by_the_clock),
      cmocka_unit_test(test_whose),        cmocka_unit_test(test_trace),
      cmocka_unit_test(test_wrong_traces), cmocka_unit_test(test_trace_requests),
      cmocka_unit_test(test_users),        cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("script_traffic", tests, folder_make, folder_remove);
}
