/* Aim: table.sort sorts as Lua's own, keeps the order of what is equal, and asks the order function
 * the same questions each time: Lua's asks the clock once a list of more than 100 is badly divided.
 */
#include "program.h"
#include "test_script_load.h"

/* A scenario that says with its workers what `script` left in the variable n. */
static uint64_t answer(const char *script) {
  char text[4096];
  snprintf(text, sizeof text,
           "local n\n%s\nclient \"c\" { arrivals = poisson \"90/s\", target = \"s\" }\n"
           "service \"s\" { workers = n, work = \"1ms\" }\n",
           script);
  struct scenario *scenario = load(text);
  uint64_t n = whole(scenario, "s", "workers");
  scenario_free(scenario);
  return n;
}

static void test_sorts(void **state) {
  (void)state;
  assert_int_equal(answer("local t = { 3, 1, 2 } table.sort(t)\n"
                          "n = t[1] * 100 + t[2] * 10 + t[3]"),
                   123);
  assert_int_equal(answer("local t = { 'b', 'c', 'a' }\n"
                          "table.sort(t, function(a, b) return a > b end)\n"
                          "n = table.concat(t) == 'cba' and 1 or 2"),
                   1);
  assert_int_equal(answer("local t = {} table.sort(t) n = 1 + #t"), 1);
  /* Every length has its own last runs. */
  assert_int_equal(answer("n = 1\n"
                          "for length = 1, 70 do\n"
                          "  local t = {}\n"
                          "  for i = 1, length do t[i] = i * 37 % 71 end\n"
                          "  table.sort(t)\n"
                          "  for i = 2, length do if t[i - 1] >= t[i] then n = n + 1 end end\n"
                          "end"),
                   1);
}

static void test_keeps_order_of_equals(void **state) {
  (void)state;
  assert_int_equal(
      answer("local t = {}\n"
             "for i = 1, 300 do t[i] = { key = i % 3, i = i } end\n"
             "table.sort(t, function(a, b) return a.key < b.key end)\n"
             "n = 1\n"
             "for i = 2, 300 do\n"
             "  if t[i].key == t[i - 1].key and t[i].i < t[i - 1].i then n = n + 1 end\n"
             "end"),
      1);
}

/* M. D. McIlroy, A killer adversary for quicksort (1999): an order made up while it is asked for,
 * which makes every pivot a bad one. Lua's sort then draws pivots by the clock. */
static void test_asks_the_same_each_time(void **state) {
  (void)state;
  const char script[] =
      "n = 0\n"
      "local t, val, gas, solid, candidate = {}, {}, 1001, 0, 0\n"
      "for i = 1, 1000 do t[i], val[i] = i, gas end\n"
      "table.sort(t, function(a, b)\n"
      "  n = n + 1\n"
      "  if val[a] == gas and val[b] == gas then\n"
      "    if a == candidate then val[a] = solid else val[b] = solid end\n"
      "    solid = solid + 1\n"
      "  end\n"
      "  if val[a] == gas then candidate = a elseif val[b] == gas then candidate = b end\n"
      "  return val[a] < val[b]\n"
      "end)";
  uint64_t questions = answer(script);
  assert_true(questions < 12000); /* n log2 n and the last look; a quicksort needs far more */
  for (int i = 0; i < 5; i++) assert_int_equal(answer(script), questions);
}

static void test_mistakes(void **state) {
  (void)state;
  assert_string_equal(mistake("table.sort({ 1, 2, 3 }, function(a, b) return true end)"),
                      "s.lua:1: table.sort: invalid order function; of two values that are equal, "
                      "neither comes before the other");
  assert_non_null(
      strstr(mistake("table.sort({ 1, 'a' })"), "attempt to compare string with number"));
  assert_non_null(strstr(mistake("table.sort(7)"), "table expected, got number"));
  assert_non_null(strstr(mistake("table.sort({}, 7)"), "function expected, got number"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sorts),
      cmocka_unit_test(test_keeps_order_of_equals),
      cmocka_unit_test(test_asks_the_same_each_time),
      cmocka_unit_test(test_mistakes),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
