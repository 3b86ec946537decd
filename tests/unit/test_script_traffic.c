/* Aim: arrivals and rates that change mean what they say, and each mistake in them is named at its
 * place. */
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
      {CLIENT("poisson(profile { { \"0h\", \"5/s\" }, \"9h\" })"), "a point such as"},
      {CLIENT("poisson(profile { { \"0h\", \"5s\" }, { \"9h\", \"1/s\" } })"), "item 2 of item 1"},
      {CLIENT("poisson(profile { { \"0h\", \"5/s\" }, { \"9h\", \"1/s\" }, step = true })"),
       "did you mean 'steps'"},
      {CLIENT("poisson(profile { { \"0h\", \"5/s\" }, { \"9h\", \"1/s\" }, scale = 0 })"),
       "must be greater than 0"},
      {CLIENT("poisson(profile { { \"0h\", \"2G/s\" }, { \"9h\", \"1/s\" } })"), "at most 1000M/s"},
      {CLIENT("poisson \"9/s\", users = 0"), "users"},
      {CLIENT("poisson \"9/s\", users = \"many\""), "a number of users such as 1000"},
      {CLIENT("poisson \"9/s\", tier = { a = 1 }"), "say who they are"},
      {CLIENT("closed { users = 5 }, users = 5"), "leave 'users' out"},
      {CLIENT("poisson \"9/s\", users = 5, tier = { a = 0.5 }"), "add up to 0.5"},
      {CLIENT("bursts { \"10/s\" }"), "key 'size'"},
      {CLIENT("bursts { size = 5 }"), "a rate is missing"},
      {CLIENT("bursts { \"10/s\", size = 0 }"), "size"},
      {CLIENT("bursts { \"10/s\", size = exponential \"5s\" }"), "geometric(50)"},
      {CLIENT("burst { at = \"5s\" }"), "a number of requests"},
      {CLIENT("burst { 5, at = \"5/s\" }"), "at"},
      {CLIENT("mmpp { { \"50/s\", \"60s\" } }"), "two phases or more"},
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
      cmocka_unit_test(test_profiles),
      cmocka_unit_test(test_others),
      cmocka_unit_test(test_users),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests_name("script_traffic", tests, folder_make, folder_remove);
}
