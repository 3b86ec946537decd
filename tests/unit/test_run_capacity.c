/* Aim: the search for a capacity finds the load at which goals cease to be met, with an interval
 * that covers it, on smooth and on stepped responses, and says where its supposition fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capacity.h"
#include "load_axis.h"

/* --- the search, on made-up systems ---------------------------------------------------------- */

/* A response time 1 / (100 - load) whose limit is 1 / (100 - truth); 1 % uncertain. */
struct made {
  double truth;
  double fails_from, fails_to; /* the goals surely fail there, too */
  bool steps, never, fails;
  uint32_t asked, undecided;
  double highest;
};

/* Of so many requests a unit of load 1 % fail, and 0.1 % may: where less than one does in the run,
 * none is seen to, and nothing is sure. */
static bool fail_alike(void *data, struct probe *probe, struct error *err) {
  (void)err;
  struct made *m = data;
  m->asked++;
  double failed = floor(probe->load * m->truth);
  probe->met = failed < 1 && !m->never;
  probe->certainty = failed < 5 || m->never ? UNDECIDED : SURELY_NOT;
  m->undecided += probe->certainty == UNDECIDED;
  probe->margin = probe->met ? 0.5 : -1;
  probe->worst = -1;
  probe->best = failed < 5 ? 0.5 : -1;
  probe->replications = 1;
  return true;
}

static bool respond(void *data, struct probe *probe, struct error *err) {
  struct made *m = data;
  m->asked++;
  m->highest = fmax(m->highest, probe->load);
  if (m->fails) return error_set(err, "no");
  double limit = 1 / (100 - m->truth);
  double value = probe->load < 100 ? 1 / (100 - probe->load) : 1e9;
  if (m->steps) value = probe->load <= m->truth ? 0.5 * limit : 2 * limit;
  if (m->never) value = 0;
  double half = m->steps ? 0 : 0.01 * value;
  if (probe->load >= m->fails_from && probe->load < m->fails_to) value = 10 * limit;
  probe->met = value < limit;
  probe->saturated = probe->load >= 100;
  probe->certainty = value + half < limit ? SURELY : value - half >= limit ? SURELY_NOT : UNDECIDED;
  probe->margin = fmax(-1, 1 - value / limit);
  probe->worst = fmax(-1, 1 - (value + half) / limit);
  probe->best = fmax(-1, 1 - (value - half) / limit);
  probe->replications = 1;
  return true;
}

static struct capacity find(struct made *m, struct capacity_range range) {
  struct capacity c;
  struct error err;
  if (!capacity_search(&c, &range, respond, m, &err)) fail_msg("%s", err.text);
  return c;
}

static void assert_near(double value, double expected, double share) {
  if (fabs(value - expected) <= share * fabs(expected)) return;
  fail_msg("%.10g is not within %g of %.10g", value, share, expected);
}

/* 55 s and a hundredth of the requests: five fail at 9/s. */
static void what_fails_at_any_load(void **state) {
  (void)state;
  struct made m = {.truth = 0.55};
  struct capacity c;
  struct error err;
  const struct capacity_range range = {.start = 50};
  assert_true(capacity_search(&c, &range, fail_alike, &m, &err));
  assert_int_equal(c.status, CAPACITY_BELOW);
  assert_false(c.undecided);
  assert_near(c.hi, 5 / 0.55, 0.05); /* the lowest at which it is sure */
  assert_true(isnan(c.value) && isnan(c.lo));
  /* Loads that are not decided cost most: these are few. */
  if (m.asked > 20 || m.undecided > 8) fail_msg("%u loads, %u undecided", m.asked, m.undecided);
  /* Less far down it may be the load. */
  const struct capacity_range near = {.start = 10};
  assert_true(capacity_search(&c, &near, fail_alike, &m, &err));
  assert_int_equal(c.status, CAPACITY_FOUND);
}

/* A goal at the end of what is possible is missed at each load and never decided. */
static void what_is_never_decided(void **state) {
  (void)state;
  struct made m = {.truth = 0.55, .never = true};
  struct capacity c;
  struct error err;
  const struct capacity_range range = {.start = 50};
  assert_true(capacity_search(&c, &range, fail_alike, &m, &err));
  assert_int_equal(c.status, CAPACITY_BELOW);
  assert_true(c.undecided);
  if (m.asked > 6) fail_msg("%u loads were looked at", m.asked);
}

static void smooth_response(void **state) {
  (void)state;
  static const double truths[] = {5, 10, 53.9, 90, 99.5};
  for (size_t i = 0; i < sizeof truths / sizeof truths[0]; i++) {
    for (int given = 0; given < 2; given++) {
      struct made m = {.truth = truths[i]};
      struct capacity_range range = {.given = given, .low = 0.1, .high = 5000, .start = 30};
      struct capacity c = find(&m, range);
      assert_int_equal(c.status, CAPACITY_FOUND);
      assert_near(c.value, truths[i], 0.002);
      /* The ends are where 1 % more or less response time meets the limit. */
      double slack = 0.01 * (100 - truths[i]) / truths[i]; /* of the load */
      assert_near(c.lo, truths[i] * (1 - slack), 0.1 * slack + 0.005);
      assert_near(c.hi, truths[i] * (1 + slack), 0.1 * slack + 0.005);
      assert_true(c.lo <= c.value && c.value <= c.hi && !c.not_monotone);
      if (m.asked > 40) fail_msg("%u loads were looked at", m.asked);
    }
  }
}

static void stepped_response(void **state) {
  (void)state;
  struct made m = {.truth = 77.7, .steps = true};
  struct capacity c = find(&m, (struct capacity_range){.start = 1});
  assert_near(c.value, 77.7, 0.002);
  assert_true(c.lo <= 77.7 && 77.7 < c.hi);
  assert_near(c.hi, c.lo, 0.005);
  /* Whole numbers are answered exactly. */
  m = (struct made){.truth = 77.7, .steps = true};
  c = find(&m, (struct capacity_range){.start = 1, .whole = true});
  assert_true(c.value == 77 && c.below == 77 && c.above == 78);
  assert_true(c.lo == 77 && c.hi == 78);
}

static void ends_of_the_range(void **state) {
  (void)state;
  struct made m = {.truth = 50};
  struct capacity c = find(&m, (struct capacity_range){.given = true, .low = 60, .high = 90});
  assert_int_equal(c.status, CAPACITY_BELOW);
  assert_true(c.hi == 60 && isnan(c.value) && isnan(c.lo));
  c = find(&m, (struct capacity_range){.given = true, .low = 10, .high = 40});
  assert_int_equal(c.status, CAPACITY_ABOVE);
  assert_true(c.lo == 40 && isnan(c.value) && isnan(c.hi));
  /* Goals that notice nothing: the search does not go on for ever. */
  m = (struct made){.truth = 50, .never = true};
  c = find(&m, (struct capacity_range){.start = 30});
  assert_int_equal(c.status, CAPACITY_ABOVE);
  if (m.highest > 2000) fail_msg("%g was tried", m.highest);
}

/* A parameter of which more is better is no load: a look far above the lowest value tells. */
static void what_is_no_load_is_told(void **state) {
  (void)state;
  for (int given = 0; given < 2; given++) {
    struct made m = {.truth = 80, .fails_from = 0, .fails_to = 30};
    struct capacity c =
        find(&m, (struct capacity_range){.given = given, .low = 10, .high = 50, .start = 10});
    assert_int_equal(c.status, CAPACITY_BELOW);
    assert_true(c.not_monotone && c.met_at == 40);
    assert_true(c.failed_at <= 10);
    m = (struct made){.truth = 5};
    c = find(&m, (struct capacity_range){.given = true, .low = 10, .high = 50});
    assert_int_equal(c.status, CAPACITY_BELOW);
    assert_false(c.not_monotone);
    assert_int_equal(m.asked, 2);
  }
}

static void failing_below_is_told(void **state) {
  (void)state;
  struct made m = {.truth = 80, .fails_from = 35, .fails_to = 45};
  struct capacity c = find(&m, (struct capacity_range){.given = true, .low = 50, .high = 95});
  assert_false(c.not_monotone); /* it lies outside of the range */
  c = find(&m, (struct capacity_range){.given = true, .low = 10, .high = 95});
  assert_near(c.value, 80, 0.002);
  assert_true(c.not_monotone);
  assert_true(c.failed_at >= 35 && c.failed_at < 45 && c.met_at > c.failed_at);
}

static void giving_up_ends_it(void **state) {
  (void)state;
  struct made m = {.truth = 80, .fails = true};
  struct capacity c;
  struct error err = {0};
  struct capacity_range range = {.start = 10};
  assert_false(capacity_search(&c, &range, respond, &m, &err));
  assert_string_equal(err.text, "no");
  assert_int_equal(m.asked, 1);
}

/* --- what --over says ------------------------------------------------------------------------ */

static const struct scenario_param params[] = {
    {.name = "rate", .value = "90/s", .fallback = "90/s", .doc = ""},
    {.name = "users", .value = "100", .fallback = "100", .doc = ""},
    {.name = "cache", .value = "true", .fallback = "true", .doc = ""},
    {.name = "share", .value = "0.5", .fallback = "0.5", .doc = ""},
};
static const struct scenario scenario = {.file = "shop.lua", .params = 4, .param = params};
static const struct scenario two_rates = {
    .file = "shop.lua",
    .params = 3,
    .param = (const struct scenario_param[]){
        {.name = "rate", .value = "90/s", .fallback = "90/s", .doc = ""},
        {.name = "users", .value = "100", .fallback = "100", .doc = ""},
        {.name = "limit", .value = "5k/min", .fallback = "5k/min", .doc = ""},
    }};
static const struct scenario single = {.file = "shop.lua", .params = 1, .param = params};

static void axes(void **state) {
  (void)state;
  struct load_axis axis;
  struct error err;
  assert_true(load_axis_find(&single, NULL, &axis, &err));
  assert_string_equal(axis.name, "rate");
  assert_true(axis.range.start == 90 && !axis.range.given && !axis.range.whole);
  assert_string_equal(load_axis_value(&axis, 53.9).text, "53.9/s");
  assert_true(load_axis_find(&scenario, NULL, &axis, &err)); /* the only rate */
  assert_string_equal(axis.name, "rate");
  assert_true(load_axis_find(&scenario, "rate=1..5k/s", &axis, &err));
  assert_true(axis.range.given && axis.range.low == 1 && axis.range.high == 5);
  assert_true(axis.factor == 1000);
  assert_string_equal(load_axis_value(&axis, 2.5).text, "2.5k/s");
  assert_true(load_axis_find(&scenario, "rate=10/s..50.5/s", &axis, &err));
  assert_true(axis.range.low == 10 && axis.range.high == 50.5);
  assert_true(load_axis_find(&scenario, "rate=10..50", &axis, &err)); /* in the default's unit */
  assert_string_equal(load_axis_value(&axis, 20).text, "20.0/s");
  assert_true(load_axis_find(&scenario, "users=10..500", &axis, &err));
  assert_true(axis.range.whole);
  assert_string_equal(load_axis_value(&axis, 20).text, "20");
  assert_true(load_axis_find(&scenario, "share=0.1..0.9", &axis, &err));
  assert_false(axis.range.whole);
}

static void mistakes_about_axes(void **state) {
  (void)state;
  static const struct {
    const char *over, *said;
  } wrong[] = {
      {"raet", "did you mean 'rate'"}, {"cache", "no number"},
      {"rate=5", "a range"},           {"rate=", "a range"},
      {"rate=..", "a range"},          {"rate=5..", "a range"},
      {"rate=9..5/s", "to rise"},      {"rate=0..5/s", "to rise"},
      {"rate=5..5/s", "to rise"},      {"rate=-5..5/s", "a range"},
      {"rate=1/s..5k/s", "same unit"}, {"rate=1..10:2/s", "a range"},
      {"rate=1..inf", "a range"},      {"", "no such parameter"},
      {"=1..5", "no such parameter"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    struct load_axis axis;
    struct error err = {0};
    if (load_axis_find(&scenario, wrong[i].over, &axis, &err))
      fail_msg("accepted: %s", wrong[i].over);
    if (strstr(err.text, wrong[i].said) == NULL) fail_msg("%s: %s", wrong[i].over, err.text);
  }
  struct load_axis axis;
  struct error err = {0};
  assert_false(load_axis_find(&two_rates, NULL, &axis, &err));
  assert_non_null(strstr(err.text, "which parameter"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_fails_at_any_load),
      cmocka_unit_test(what_is_never_decided),
      cmocka_unit_test(smooth_response),
      cmocka_unit_test(stepped_response),
      cmocka_unit_test(ends_of_the_range),
      cmocka_unit_test(failing_below_is_told),
      cmocka_unit_test(what_is_no_load_is_told),
      cmocka_unit_test(giving_up_ends_it),
      cmocka_unit_test(axes),
      cmocka_unit_test(mistakes_about_axes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
