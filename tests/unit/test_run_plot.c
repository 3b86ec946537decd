/* Aim: what plots compute is right: the knee of known curves, nines, units and ticks that people
 * read, colours and ids that stand in any page; and no text can leave its quotes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load_curves.h"
#include "percentile.h"
#include "plot_axis.h"
#include "plot_kinds.h"
#include "plot_knee.h"
#include "plot_lanes.h"
#include "plot_results.h"
#include "plot_script.h"
#include "plot_svg.h"
#include "plot_text.h"

static uint32_t knee(const double *x, const double *y, uint32_t n) {
  return plot_knee(&(struct knee_curve){n, x, y, y, y});
}

/* Of 1/(1-x), stretched to the unit square between x = 0 and x = b, the farthest point below the
 * chord is where the slope is that of the chord: x = 1 - sqrt(1 - b). */
static void knee_of_a_queue(void **state) {
  (void)state;
  double x[100], y[100];
  for (int i = 0; i < 100; i++) {
    x[i] = i / 100.0;
    y[i] = 1 / (1 - x[i]);
  }
  assert_int_equal(knee(x, y, 100), 90);
  for (int i = 0; i < 100; i++) y[i] = 1e-3 * y[i] + 7; /* neither unit nor offset matters */
  assert_int_equal(knee(x, y, 100), 90);
}

static void no_knee(void **state) {
  (void)state;
  const double x[] = {1, 2, 3, 4, 5}, line[] = {1, 2, 3, 4, 5}, down[] = {5, 4, 3, 2, 1};
  const double bent[] = {1, 1, 1, 1, 9}, arch[] = {1, 8, 9, 9.5, 10};
  assert_int_equal(knee(x, line, 5), KNEE_NONE);
  assert_int_equal(knee(x, down, 5), KNEE_NONE);
  assert_int_equal(knee(x, arch, 5), KNEE_NONE);
  assert_int_equal(knee(x, bent, 3), KNEE_NONE);
  assert_int_equal(knee(x, bent, 5), 3);
}

static uint32_t knee_within(const double *y, double half, double last_half) {
  const double x[] = {1, 2, 3, 4, 5};
  double lo[5], hi[5];
  for (int i = 0; i < 5; i++) {
    lo[i] = y[i] - (i < 4 ? half : last_half);
    hi[i] = y[i] + (i < 4 ? half : last_half);
  }
  return plot_knee(&(struct knee_curve){5, x, y, lo, hi});
}

/* A bend that the intervals allow to be none is chance. */
static void no_knee_of_chance(void **state) {
  (void)state;
  const double bent[] = {10, 10, 10, 10, 90}, slight[] = {10, 10, 10.5, 10, 12};
  assert_int_equal(knee_within(bent, 1, 1), 3);
  assert_int_equal(knee_within(bent, 1, 60), 3); /* the last point is never sure */
  assert_int_equal(knee_within(bent, 1, 85), KNEE_NONE);
  assert_int_equal(knee_within(slight, 0.01, 0.01), 3);
  assert_int_equal(knee_within(slight, 1.1, 1.1), KNEE_NONE); /* level within its intervals */
  assert_int_equal(knee_within(slight, 0.9, 0.9), KNEE_NONE); /* not level, but hardly bent */
}

static void nines(void **state) {
  (void)state;
  assert_float_equal(plot_nines(0.999), 3, 1e-9);
  assert_float_equal(plot_nines(0.9995), 3.30103, 1e-5);
  assert_float_equal(plot_nines(0), 0, 0);
  assert_true(isinf(plot_nines(1)));
  assert_true(isnan(plot_nines(1.1)) && isnan(plot_nines(-0.1)) && isnan(plot_nines(NAN)));
  /* Of 30,000 requests without a failure at most 1 in 10,000 fails, with 95 % confidence. */
  assert_float_equal(plot_nines_supported(30000), 4, 1e-12);
  assert_float_equal(plot_nines_supported(2), 0, 0);
  assert_float_equal(plot_nines_supported(NAN), 0, 0);
  struct plot_axis axis = plot_axis_nines(3.2);
  assert_int_equal(axis.ticks, 5);
  assert_string_equal(axis.tick[0].label, "0 %");
  assert_string_equal(axis.tick[1].label, "90 %");
  assert_string_equal(axis.tick[3].label, "99.9 %");
  assert_string_equal(axis.tick[4].label, "99.99 %");
}

static void linear_axes(void **state) {
  (void)state;
  struct plot_axis axis = plot_axis_linear(UNIT_SECONDS, 0.043, 5);
  assert_string_equal(axis.unit, "ms");
  assert_float_equal(axis.hi, 50, 1e-9);
  assert_string_equal(axis.tick[1].label, "10");
  assert_string_equal(plot_axis_linear(UNIT_SECONDS, 2.5e-5, 5).unit, "\u00b5s");
  assert_string_equal(plot_axis_linear(UNIT_PER_SECOND, 12000, 5).unit, "k/s");
  assert_string_equal(plot_axis_linear(UNIT_PER_SECOND, 900, 5).unit, "/s");
  assert_string_equal(plot_axis_linear(UNIT_RATIO, 1, 5).unit, "%");
  assert_float_equal(plot_axis_linear(UNIT_COUNT, 0, 5).hi, 1, 1e-12);
  assert_float_equal(plot_axis_linear(UNIT_COUNT, NAN, 5).hi, 1, 1e-12);
  assert_string_equal(plot_axis_time(60).unit, "s");
  assert_string_equal(plot_axis_time(1800).unit, "min");
  assert_string_equal(plot_axis_time(86400).unit, "h");
  assert_string_equal(plot_axis_time(864000).unit, "d");
  assert_float_equal(plot_step(0.7, 5), 0.2, 1e-12);
}

static void logarithmic_axes(void **state) {
  (void)state;
  struct plot_axis axis = plot_axis_fit(UNIT_SECONDS, 0.0012, 1.4);
  assert_true(axis.log);
  assert_float_equal(axis.lo, 0.001, 1e-12);
  assert_float_equal(axis.hi, 2, 1e-9);
  assert_string_equal(axis.tick[0].label, "1 ms");
  for (uint32_t i = 1; i < axis.ticks; i++) assert_true(axis.tick[i].at > axis.tick[i - 1].at);
  assert_false(plot_axis_fit(UNIT_SECONDS, 0.1, 1.4).log);
  assert_false(plot_axis_fit(UNIT_SECONDS, 0, 1.4).log);
  for (int power = -9; power < 9; power++) {
    double lo = 3 * pow(10, power);
    struct plot_axis wide = plot_axis_log(UNIT_SECONDS, lo, lo * 1e8);
    assert_true(wide.lo <= lo && wide.hi >= lo * 1e8 * 0.999999 && wide.ticks >= 3);
  }
}

static void is_quoted(const char *text, const char *expected) {
  char *clean = plot_text_clean(text, 12), *quoted = plot_text_quote(clean);
  assert_string_equal(quoted, expected);
  size_t length = strlen(quoted);
  assert_true(memchr(quoted + 1, '\'', length - 2) == NULL && quoted[length - 1] == '\'');
  g_free(clean);
  g_free(quoted);
}

static void texts(void **state) {
  (void)state;
  is_quoted("shop", "'shop'");
  is_quoted("a'b", "'a\u2019b'");
  is_quoted("''", "'\u2019\u2019'");
  is_quoted("a\nb\tc\x01", "'a b c '");
  is_quoted("a\u202eb", "'a b'");
  is_quoted("\xff", "'\xef\xbf\xbd'");
  is_quoted("twelve and more", "'twelve\u2026 more'");
  is_quoted("customers-of-division-7", "'custom\u2026ion-7'"); /* told apart from number 8 */
  is_quoted("`touch x`", "'`touch x`'");
  char *slug = plot_text_slug("../../etc/pass wd\n");
  assert_string_equal(slug, "etc-pass-wd");
  g_free(slug);
  slug = plot_text_slug("\u65e5\u672c");
  assert_string_equal(slug, "x");
  g_free(slug);
}

static void scripts(void **state) {
  (void)state;
  GString *script = g_string_new(NULL);
  const char *names[] = {"a'", "b"};
  const double row[] = {1, NAN, 0.1, -INFINITY};
  script_texts(script, "name", names, 2, 10);
  script_texts(script, "none", NULL, 0, 10);
  script_row(script, row, 4);
  assert_string_equal(script->str,
                      "name_n = 2\narray name[2] = ['a\u2019', 'b']\n"
                      "none_n = 0\narray none[1] = ['']\n1 NaN 0.1 NaN\n");
  g_string_free(script, TRUE);
  assert_non_null(script_template("style"));
  assert_null(script_template("nothing"));
}

static void pictures(void **state) {
  (void)state;
  static const char drawn[] =
      "<?xml version=\"1.0\"?>\n<svg \n viewBox=\"0 0 8 5\"\n>\n<title>Gnuplot</title>\n"
      "<desc>x</desc>\n<g id=\"canvas\"><path id='gpPt0' stroke='black'/>"
      "<use xlink:href='#gpPt0'/><text>id='a' fill='black'</text></g>\n</svg>\n";
  char *svg = plot_svg_inline(drawn, "p1", "a < b", "c & d");
  assert_true(g_str_has_prefix(svg, "<svg "));
  assert_non_null(strstr(svg, "viewBox=\"0 0 8 5\""));
  assert_non_null(strstr(svg, "id=\"p1-canvas\""));
  assert_non_null(strstr(svg, "<path id='p1-gpPt0' stroke='currentColor'/>"));
  assert_non_null(strstr(svg, "href='#p1-gpPt0'"));
  assert_non_null(strstr(svg, "<text>id='a' fill='black'</text>"));
  assert_non_null(strstr(svg, ">a &lt; b</title>"));
  assert_non_null(strstr(svg, "<desc>c &amp; d</desc>"));
  char *file = plot_svg_file(svg);
  assert_true(g_str_has_prefix(file, "<?xml"));
  assert_non_null(strstr(file, "background:#fff"));
  g_free(file);
  g_free(svg);
  assert_null(plot_svg_inline("no picture", "p", "t", "d"));
  assert_null(plot_svg_inline("<svg viewBox=\"0", "p", "t", "d"));
}

static void goals(void **state) {
  (void)state;
  json_t *tree =
      json_pack("[{s:s},{s:s,s:s,s:s,s:f},{s:s}]", "goal", "c.latency.p99 < 250ms", "goal", "x",
                "metric", "c.availability", "op", ">=", "limit", 0.999, "goal", "what is this");
  GArray *list = plot_goals(tree);
  assert_int_equal(list->len, 2);
  const struct plot_goal *first = &g_array_index(list, struct plot_goal, 0);
  assert_string_equal(first->metric, "c.latency.p99");
  assert_float_equal(first->limit, 0.25, 1e-12);
  assert_false(first->above);
  assert_true(g_array_index(list, struct plot_goal, 1).above);
  plot_goals_free(list);
  json_decref(tree);
  assert_float_equal(percentile_parse("p99"), 0.99, 1e-12);
  assert_float_equal(percentile_parse("p9999"), 0.9999, 1e-12);
  assert_true(isnan(percentile_parse("mean")) && isnan(percentile_parse("p")));
}

/* Gnuplot's rule: two blank lines or more end a curve, one is a gap within it. Returns the number
 * of curves in $series; `points` gets those of each. */
static uint32_t count_curves(const char *script, uint32_t *points, uint32_t room) {
  const char *begin = strstr(script, "$series");
  assert_non_null(begin);
  gchar **line = g_strsplit(strchr(begin, '\n') + 1, "\n", -1);
  uint32_t curves = 0, blank = 2;
  for (gchar **l = line; *l != NULL && strncmp(*l, "E", 1) != 0; l++) {
    if (**l == '\0') {
      blank++;
      continue;
    }
    if (blank >= 2) {
      assert_true(curves < room);
      points[curves++] = 0;
    }
    points[curves - 1] += g_str_has_prefix(*l, "NaN") ? 0 : 1; /* script_gap's own row */
    blank = 0;
  }
  g_strfreev(line);
  return curves;
}

/* Windows in which no request ended must not shift what is drawn after them: p50 has 2 values, p99
 * 1, the queue 6. Each name of a fault stands there once. */
static void windows_without_a_value(void **state) {
  (void)state;
  static const char text[] =
      "{'timeline': {'window_s': 1.0, 'windows': 6, 'warmup_s': 0.0,"
      " 'clients': {'users': {'p50': [null, null, 1.0, null, null, 2.0],"
      "                       'p99': [1.0, null, null, null, null, null]}},"
      " 'components': {'api': {'queue': [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}},"
      " 'faults': [{'name': 'crash api', 'from_s': 1.0, 'to_s': 2.0},"
      "            {'name': 'crash api', 'from_s': 3.0, 'to_s': 4.0}], 'events': []}}";
  char *json = g_strdup(text);
  for (char *c = json; *c != '\0'; c++) {
    if (*c == '\'') *c = '"';
  }
  json_t *results = json_loads(json, 0, NULL);
  assert_non_null(results);
  struct plots plots = {0};
  plot_timeline(&(struct plot_page){&plots}, results);
  assert_int_equal(plots.n, 1);
  uint32_t points[8];
  assert_int_equal(count_curves(plots.list[0].script, points, 8), 3);
  assert_int_equal(points[0], 2);
  assert_int_equal(points[1], 1);
  assert_int_equal(points[2], 6);
  assert_non_null(strstr(plots.list[0].script, "crash api (2 times)"));
  plots_free(&plots);
  json_decref(results);
  g_free(json);
}

static json_t *tree_of(const char *text);

/* A lane a fault, members together, stretches that touch joined; then a lane a component. */
static void lanes_of_faults_and_events(void **state) {
  (void)state;
  json_t *faults = tree_of(
      "[{'name': 'crash web[*], member 3', 'from_s': 10.0, 'to_s': 20.0},"
      " {'name': 'slow db', 'from_s': 15.0, 'to_s': null},"
      " {'name': 'crash web[*], member 1', 'from_s': 20.0, 'to_s': 30.0},"
      " {'name': 'late', 'from_s': 200.0, 'to_s': 300.0}]");
  json_t *events = tree_of(
      "[{'at_s': 12.0, 'component': 'lb', 'what': 'web[3] down'},"
      " {'at_s': 12.5, 'component': 'lb', 'what': 'web[1] down'},"
      " {'at_s': 50.0, 'component': 'pg', 'what': 'elected'}]");
  struct plot_lanes lanes;
  plot_lanes_read(&lanes, 100, faults, events);
  assert_int_equal(lanes.n, 4);
  assert_int_equal(lanes.faults, 2);
  assert_string_equal(lanes.list[0].name, "crash web[*] (2 times)");
  assert_string_equal(lanes.list[1].name, "slow db");
  assert_string_equal(lanes.list[2].name, "events of lb");
  GString *data = g_string_new(NULL);
  plot_lanes_write(data, &lanes, 100, 2);
  assert_non_null(strstr(data->str, "span_lane[2] = [1, 2]\n"));
  assert_non_null(strstr(data->str, "span_from[2] = [20, 30]\n"));
  assert_non_null(strstr(data->str, "span_to[2] = [60, 200]\n"));
  assert_non_null(strstr(data->str, "tick_lane[3] = [3, 3, 4]\n"));
  assert_non_null(strstr(data->str, "tick_text[3] = ['', 'web[1] down', 'elected']\n"));
  g_string_free(data, TRUE);
  plot_lanes_free(&lanes);
  json_decref(faults);
  json_decref(events);
}

/* JSON with ' in place of ". */
static json_t *tree_of(const char *text) {
  char *json = g_strdelimit(g_strdup(text), "'", '"');
  json_t *tree = json_loads(json, 0, NULL);
  assert_non_null(tree);
  g_free(json);
  return tree;
}

/* A point of a sweep: p99 of those answered is 10 ms everywhere; `all` is what goals judge. */
#define POINT(rate, size, all, verdict)                                                           \
  "{'params': {'rate': '" rate "', 'size': '" size                                                \
  "'}, 'metrics': {'c.offered': {'value': 9.0},"                                                  \
  " 'c.goodput': {'value': 8.0, 'lo': 7.0, 'hi': 9.0}, 'c.latency.p99': {'value': 0.01,"          \
  " 'all': {'value': " all "}}}, 'goals': [{'goal': 'c.latency.p99 < 50ms', 'verdict': '" verdict \
  "'}]}"
#define SWEEP \
  "{'manifest': {'axes': [{'name': 'size', 'values': ['1', '2']}, {'name': 'rate',"        \
  " 'values': ['30/s', '10/s', '20/s']}]}, 'points': ["                                    \
  POINT("30/s", "1", "0.04", "pass") "," POINT("10/s", "1", "0.02", "pass") ","           \
  POINT("20/s", "1", "0.06", "undecided") "," POINT("10/s", "2", "'endless'", "fail") ","  \
  "null," POINT("30/s", "2", "0.03", "fail") "]}"

/* A curve a value of the other parameter, by load, and the load up to which goals are met: met once
 * more above a load where that is not sure does not count. */
static void curves_over_load(void **state) {
  (void)state;
  json_t *sweep = tree_of(SWEEP);
  struct load_curves curves;
  const char *reason = "";
  assert_true(load_curves_of_sweep(&curves, sweep, &reason));
  assert_int_equal(curves.n, 2);
  assert_string_equal(curves.param, "rate");
  const struct load_curve *one = &curves.list[0], *two = &curves.list[1];
  assert_string_equal(one->name, "size=1");
  assert_int_equal(one->samples->len, 3);
  assert_float_equal(g_array_index(one->samples, struct load_sample, 1).load, 20, 0);
  assert_float_equal(one->met, 10, 0);
  assert_true(isnan(one->missed));
  assert_true(isnan(two->met));
  assert_float_equal(two->missed, 10, 0);
  assert_int_equal(two->samples->len, 2); /* a point is missing */
  char *first = load_curve_limit(&curves, one), *second = load_curve_limit(&curves, two);
  assert_string_equal(first, "goals met up to 10.0/s, undecided beyond");
  assert_string_equal(second, "goals missed at 10.0/s");
  g_free(first);
  g_free(second);
  load_curves_free(&curves);
  json_decref(sweep);
}

/* What is undecided at the lowest load may be met at others, and these have an end. */
static void curves_that_begin_undecided(void **state) {
  (void)state;
  static const char *const cases[][4] = {
      {"undecided", "pass", "fail",
       "goals undecided below 20.0/s, met up to 20.0/s, missed at 30.0/s"},
      {"fail", "pass", "pass", "goals missed below 20.0/s, met up to 30.0/s"},
      {"undecided", "undecided", "fail", "goals undecided first, missed at 30.0/s"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *text = g_strdup_printf(
        "{'manifest': {'axes': ["
        "{'name': 'rate', 'values': ['10/s', '20/s', '30/s']}]}, 'points': [" POINT(
            "10/s", "1", "0.04", "%s") "," POINT("20/s", "1", "0.02",
                                                 "%s") "," POINT("30/s", "1", "0.06", "%s") "]}",
        cases[i][0], cases[i][1], cases[i][2]);
    json_t *sweep = tree_of(text);
    struct load_curves curves;
    const char *reason = "";
    if (!load_curves_of_sweep(&curves, sweep, &reason)) fail_msg("%s", reason);
    char *said = load_curve_limit(&curves, &curves.list[0]);
    assert_string_equal(said, cases[i][3]);
    g_free(said);
    g_free(text);
    load_curves_free(&curves);
    json_decref(sweep);
  }
}

/* Latency is drawn as goals judge it: 20, 60, 40 ms of the first design; of the second endless at
 * the first load, which a triangle tells, and 30 ms at the last. */
static void latency_over_load_counts_failures(void **state) {
  (void)state;
  json_t *sweep = tree_of(SWEEP);
  struct plots plots = {0};
  plot_load(&(struct plot_page){&plots}, sweep);
  assert_int_equal(plots.n, 1);
  const char *script = plots.list[0].script;
  assert_non_null(strstr(script,
                         "$late << END_OF_NUMBERS\n10 20 20 20\n20 60 60 60\n30 40 40 40\n"
                         "NaN NaN NaN NaN\n\n\n30 30 30 30\n"));
  assert_non_null(strstr(script, "$endless << END_OF_NUMBERS\nNaN NaN\n\n\n10 0\nNaN NaN\n"));
  assert_non_null(strstr(script, "$limit << END_OF_NUMBERS\n10 10 10\nNaN NaN NaN\n\n\nNaN NaN"));
  assert_non_null(strstr(script, "'size=1: goals met up to 10.0/s, undecided beyond'"));
  plots_free(&plots);
  json_decref(sweep);
}

/* One curve a situation, in base units, with the limit that the search found; goals are texts. */
static void curves_of_a_search(void **state) {
  (void)state;
  json_t *tree = tree_of(
      "{'param': 'rate', 'unit': 'k/s', 'goals': ['c.latency.p95 < 1s'], 'situations': ["
      "{'situation': 'all up', 'status': 'found', 'down': false, 'capacity': {'value': 90.0,"
      " 'lo': 80.0, 'hi': null}, 'probes': [{'load': 100.0, 'verdict': 'failed', 'metrics':"
      " {'c.goodput': {'value': 60.0}, 'c.latency.p95': {'value': 2.0}}}, {'load': 50.0,"
      " 'verdict': 'met', 'metrics': {'c.goodput': {'value': 50.0}, 'c.latency.p95':"
      " {'value': 0.5}}}]}, {'situation': 'zone a down', 'status': 'below', 'down': true,"
      " 'capacity': {'hi': 50.0}, 'probes': [{'load': 50.0, 'verdict': 'failed'}]}]}");
  struct load_curves curves;
  const char *reason = "";
  assert_true(load_curves_of_capacity(&curves, tree, &reason));
  assert_int_equal(curves.n, 2);
  assert_int_equal(curves.unit, UNIT_PER_SECOND);
  assert_false(curves.list[0].down);
  assert_true(curves.list[1].down);
  char *found = load_curve_limit(&curves, &curves.list[0]),
       *below = load_curve_limit(&curves, &curves.list[1]);
  assert_string_equal(found, "goals met up to 90.0/s");
  assert_string_equal(below, "goals missed at 50.0/s");
  g_free(found);
  g_free(below);
  load_curves_free(&curves);
  struct plots plots = {0};
  plot_load_capacity(&(struct plot_page){&plots}, tree);
  assert_int_equal(plots.n, 1);
  assert_non_null(strstr(plots.list[0].script, "$limit << END_OF_NUMBERS\n80 90 90\n"));
  assert_non_null(strstr(plots.list[0].script, "'goal p95 < 1.00 s'"));
  plots_free(&plots);
  json_decref(tree);
}

/* One curve a design, by the letters and titles of the comparison. */
static void curves_of_a_comparison(void **state) {
  (void)state;
  json_t *tree = tree_of(
      "{'designs': {'a': {'title': 'one.lua', 'goals': [{'goal': 'c.latency.p99 < 1s'}]},"
      " 'b': {'title': 'two.lua'}}, 'over': {'param': 'rate', 'points': [{'value': '2k/s',"
      " 'designs': {'b': {'metrics': {'c.goodput': {'value': 20.0}}, 'goals': [{'verdict':"
      " 'pass'}]}}}, {'value': '1k/s', 'designs': {'a': {'metrics': {'c.goodput':"
      " {'value': 10.0}}, 'goals': [{'verdict': 'pass'}]}, 'b': {'metrics': {'c.goodput':"
      " {'value': 10.0}}, 'goals': [{'verdict': 'pass'}]}}}]}}");
  struct load_curves curves;
  const char *reason = "";
  assert_true(load_curves_of_comparison(&curves, tree, &reason));
  assert_int_equal(curves.n, 2);
  assert_string_equal(curves.list[0].name, "A: one.lua");
  assert_int_equal(curves.list[0].samples->len, 1);
  char *both = load_curve_limit(&curves, &curves.list[1]);
  assert_string_equal(curves.list[1].name, "B: two.lua");
  assert_string_equal(both, "goals met up to 2.00k/s, the highest");
  g_free(both);
  load_curves_free(&curves);
  json_object_del(tree, "over");
  assert_false(load_curves_of_comparison(&curves, tree, &reason));
  load_curves_free(&curves);
  json_decref(tree);
}

/* Percentiles of a comparison: each client, and the operation whose latency has a goal. */
static void percentiles_of_an_operation(void **state) {
  (void)state;
  json_t *tree = tree_of(
      "{'metrics': {'c.goodput': {}, 'c.op.buy.goodput': {}, 'c.op.browse.goodput': {}},"
      " 'designs': {'a': {'title': 'x', 'goals': [{'goal': 'c.op.buy.latency.p95 < 1s'}],"
      " 'quantiles': {'c': {'points': [[0.5, 1.0], [0.9, 2.0]]}, 'c.op.buy': {'points':"
      " [[0.5, 1.0], [0.9, 2.0]]}, 'c.op.browse': {'points': [[0.5, 1.0], [0.9, 2.0]]}}}}}");
  struct plots plots = {0};
  plot_percentiles_compare(&(struct plot_page){&plots}, tree);
  assert_int_equal(plots.n, 2);
  assert_null(strstr(plots.list[0].script, "'goal p95 < 1.00 s'"));
  assert_string_equal(plots.list[1].subject, "c.op.buy");
  assert_non_null(strstr(plots.list[1].script, "'goal p95 < 1.00 s'"));
  assert_non_null(strstr(plots.list[1].script, "'A: x'"));
  plots_free(&plots);
  json_decref(tree);
}

/* A curve that rises through the goal's line at the left edge leaves the label no room there; one
 * that stays far below does. */
static void goals_are_named_where_no_curve_is(void **state) {
  (void)state;
  static const char *const last[] = {"[0.1, 0.5], [0.2, 2.0], [0.9, 3.0]",
                                     "[0.1, 0.01], [0.2, 0.02], [0.9, 0.03]"};
  for (int i = 0; i < 2; i++) {
    char text[400];
    snprintf(text, sizeof text,
             "{'metrics': {'c.goodput': {}}, 'designs': {'a': {'title': 'x', 'goals':"
             " [{'goal': 'c.latency.p95 < 1s'}], 'quantiles': {'c': {'points': [%s]}}}}}",
             last[i]);
    json_t *tree = tree_of(text);
    struct plots plots = {0};
    plot_percentiles_compare(&(struct plot_page){&plots}, tree);
    const char *at = strstr(plots.list[0].script, "goal_left[1] = [");
    assert_non_null(at);
    double left = strtod(at + strlen("goal_left[1] = ["), NULL);
    assert_true(i == 0 ? left > 0.02 : left == 0.01);
    plots_free(&plots);
    json_decref(tree);
  }
}

/* A design none of whose requests was answered has no curve, and the others keep their looks. */
static void looks_of_designs(void **state) {
  (void)state;
  json_t *tree = tree_of(
      "{'metrics': {'c.goodput': {}}, 'designs': {"
      "'a': {'title': 'x', 'quantiles': {'c': {'points': []}}},"
      "'b': {'title': 'y', 'quantiles': {'c': {'points': [[0.5, 1.0], [0.9, 2.0]]}}},"
      "'c': {'title': 'z', 'quantiles': {'c': {'points': [[0.5, 1.0], [0.9, 3.0]]}}}}}");
  struct plots plots = {0};
  plot_percentiles_compare(&(struct plot_page){&plots}, tree);
  assert_non_null(strstr(plots.list[0].script, "name[2] = ['B: y', 'C: z']"));
  assert_non_null(strstr(plots.list[0].script, "look[2] = [2, 3]"));
  plots_free(&plots);
  json_decref(tree);
}

/* 1 % of requests failed: 3.65 days a year, a quarter of it refused; the goal allows 8.76 h. */
static void time_lost_a_year(void **state) {
  (void)state;
  json_t *tree = tree_of(
      "{'goals': [{'goal': 'c.availability >= 99.9%'}], 'metrics': {'c.goodput': {'value': 1.0},"
      " 'c.requests': {'value': 1000.0}, 'c.errors.timeout': {'value': 7.5}, 'c.errors.refused':"
      " {'value': 2.5}, 'c.errors.shed': {'value': 0.0}, 'db.arrivals': {'value': 1.0},"
      " 'c.during.x.goodput': {'value': 1.0}, 'c.during.x.requests': {'value': 10.0},"
      " 'c.during.x.errors.timeout': {'value': 7.5}, 'db.uptime': {'value': 0.98}, 'web.arrivals': "
      "{'value': 1.0}, 'web.uptime': {'value':"
      " 1.0}}}");
  struct plots plots = {0};
  plot_downtime(&(struct plot_page){&plots}, tree);
  assert_int_equal(plots.n, 1);
  const char *script = plots.list[0].script;
  assert_non_null(strstr(script, "name[3] = ['refused', 'timeout', 'down']"));
  assert_non_null(strstr(script, "row[2] = ['c', 'db']"));
  assert_non_null(strstr(script,
                         "$lost << END_OF_NUMBERS\n1 0 0.9125\nNaN NaN NaN\n\n\n"
                         "1 0.9125 3.65\nNaN NaN NaN\n\n\n2 0 7.3"));
  assert_non_null(strstr(script, "$budget << END_OF_NUMBERS\n1 0.365"));
  plots_free(&plots);
  /* With a fault planned once: of the 100 s that were measured. */
  json_object_set_new(tree, "faults_planned", json_true());
  json_object_set_new(tree, "simulated_s", json_real(110));
  json_object_set_new(tree, "warmup_s", json_real(10));
  plots = (struct plots){0};
  plot_downtime(&(struct plot_page){&plots}, tree);
  assert_non_null(strstr(plots.list[0].script, "X_TITLE = 'time lost in the run"));
  assert_non_null(strstr(plots.list[0].script, "$budget << END_OF_NUMBERS\n1 0.1"));
  assert_non_null(strstr(plots.list[0].script, "of 100 s measured"));
  plots_free(&plots);
  json_decref(tree);
}

/* With goals, the percentile of the first one; the others have pictures of their own. */
static void percentile_over_load(void **state) {
  (void)state;
  json_t *goals = tree_of("[{'goal': 'c.latency.p95 < 50ms'}, {'goal': 'c.latency.p99 < 1s'}]");
  assert_true(plot_load_shows(goals, "c.latency.p95"));
  assert_false(plot_load_shows(goals, "c.latency.p99"));
  assert_true(plot_load_shows(goals, "other.latency.p99"));
  assert_false(plot_load_shows(goals, "c.availability"));
  json_decref(goals);
}

/* Of 40 clients one failed, one had not ended, and the others are the slower the later they come:
 * kept are these two and the last 14, in their order. */
static void clients_that_stand_out(void **state) {
  (void)state;
  json_t *results = json_object(), *metrics = json_object();
  GPtrArray *clients = g_ptr_array_new_with_free_func(g_free);
  json_object_set_new(results, "metrics", metrics);
  for (int i = 10; i < 50; i++) {
    char name[64];
    g_ptr_array_add(clients, g_strdup_printf("c%d", i));
    snprintf(name, sizeof name, "c%d.availability", i);
    json_t *ok = json_pack("{s:f}", "value", i == 12 ? 0.9 : 1.0);
    if (i == 15) json_object_set_new(ok, "unfinished", json_real(0.2));
    json_object_set_new(metrics, name, ok);
    snprintf(name, sizeof name, "c%d.requests", i);
    json_object_set_new(metrics, name, json_pack("{s:f}", "value", 1000.0));
    snprintf(name, sizeof name, "c%d.latency.p99", i);
    json_object_set_new(metrics, name, json_pack("{s:f}", "value", 0.001 * i));
  }
  assert_int_equal(plot_keep_worst(results, clients), 40);
  assert_int_equal(clients->len, PLOT_CLIENTS_MOST);
  assert_string_equal(clients->pdata[0], "c12");
  assert_string_equal(clients->pdata[1], "c15");
  assert_string_equal(clients->pdata[2], "c36");
  assert_string_equal(clients->pdata[15], "c49");
  assert_int_equal(plot_keep_worst(results, clients), 16);
  g_ptr_array_unref(clients);
  json_decref(results);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(knee_of_a_queue),
      cmocka_unit_test(no_knee_of_chance),
      cmocka_unit_test(no_knee),
      cmocka_unit_test(nines),
      cmocka_unit_test(linear_axes),
      cmocka_unit_test(logarithmic_axes),
      cmocka_unit_test(texts),
      cmocka_unit_test(scripts),
      cmocka_unit_test(pictures),
      cmocka_unit_test(goals),
      cmocka_unit_test(windows_without_a_value),
      cmocka_unit_test(lanes_of_faults_and_events),
      cmocka_unit_test(time_lost_a_year),
      cmocka_unit_test(curves_over_load),
      cmocka_unit_test(curves_that_begin_undecided),
      cmocka_unit_test(latency_over_load_counts_failures),
      cmocka_unit_test(percentile_over_load),
      cmocka_unit_test(curves_of_a_search),
      cmocka_unit_test(curves_of_a_comparison),
      cmocka_unit_test(percentiles_of_an_operation),
      cmocka_unit_test(goals_are_named_where_no_curve_is),
      cmocka_unit_test(looks_of_designs),
      cmocka_unit_test(clients_that_stand_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
