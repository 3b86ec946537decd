/* Aim: numbers in reports say what they mean: three digits, the right unit, never 100 % for less,
 * aligned whatever the alphabet, and nothing from a scenario reaches the terminal as a command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "number.h"
#include "option_table.h"
#include "table.h"
#include "term.h"

static void is(enum metric_unit unit, double value, const char *expected) {
  assert_string_equal(format_value(unit, value).text, expected);
}

static void values(void **state) {
  (void)state;
  is(UNIT_SECONDS, 0.00811, "8.11 ms");
  is(UNIT_SECONDS, 0.0999, "99.9 ms");
  is(UNIT_SECONDS, 0.9994, "999 ms");
  is(UNIT_SECONDS, 0.9996, "1.00 s");
  is(UNIT_SECONDS, 1e-7, "100 ns");
  is(UNIT_SECONDS, 2.5e-5, "25.0 us");
  is(UNIT_SECONDS, 123.4, "123 s");
  is(UNIT_SECONDS, 0, "0 s");
  is(UNIT_SECONDS, 86400 * 3.65, "3.65 d");
  is(UNIT_SECONDS, NAN, "-");
  is(UNIT_PER_SECOND, 900, "900/s");
  is(UNIT_PER_SECOND, 1234, "1.23k/s");
  is(UNIT_PER_SECOND, 0, "0/s");
  is(UNIT_PER_SECOND, 0.27, "16.2/min");
  is(UNIT_PER_SECOND, 0.99, "59.4/min");
  is(UNIT_PER_SECOND, 1.0 / 3600, "1.00/h");
  is(UNIT_PER_SECOND, 2.5 / 86400, "2.50/d");
  is(UNIT_COUNT, 3, "3");
  is(UNIT_COUNT, 2.345, "2.35");
  is(UNIT_COUNT, 0.00211, "0.002");
  is(UNIT_COUNT, 9.8e-7, "<0.001");
  is(UNIT_COUNT, 1234, "1234");
  is(UNIT_CHANCE, 6.7e-12, "6.70e-12");
  is(UNIT_CHANCE, 0.01234, "0.0123");
  is(UNIT_CHANCE, 2, "2.00");
  assert_string_equal(format_difference(UNIT_CHANCE, -6.7e-12, 2e-13).text, "-6.70e-12 +- 2.0e-13");
  is(UNIT_SECONDS, 86400 * 36000.0, "36000 d");
  is(UNIT_SECONDS, 86400 * 73000.0, "200 years");
  is(UNIT_SECONDS, 86400 * 365 * 1.5e11, "150G years");
  is(UNIT_COUNT, 2713000, "2.71M");
}

static void ratios(void **state) {
  (void)state;
  is(UNIT_RATIO, 0, "0 %");
  is(UNIT_RATIO, 1, "100 %");
  is(UNIT_RATIO, 0.5, "50.0 %");
  is(UNIT_RATIO, 0.9995, "99.950 %");
  is(UNIT_RATIO, 0.999995, "99.99950 %");
  is(UNIT_RATIO, 0.99999999, "99.9999990 %");
  is(UNIT_RATIO, 0.0003, "0.030 %");
  is(UNIT_RATIO, 1.5, "150 %");
  /* However near, less than all is not all. */
  assert_string_not_equal(format_value(UNIT_RATIO, 1 - 1e-10).text, "100 %");
}

static void intervals(void **state) {
  (void)state;
  struct estimate e = {0.00811, 0.00805, 0.00817, 10};
  assert_string_equal(format_interval(UNIT_SECONDS, &e).text, "8.05 .. 8.17 ms");
  e = (struct estimate){0.00811, 0.008109, 0.008111, 10}; /* more digits where they differ */
  assert_string_equal(format_interval(UNIT_SECONDS, &e).text, "8.1090 .. 8.1110 ms");
  e = (struct estimate){0.5, 0.5, 0.5, 10};
  assert_string_equal(format_interval(UNIT_RATIO, &e).text, "50.0 .. 50.0 %");
  e = (struct estimate){6.7e-12, 6.1e-12, 7.3e-12, 10};
  assert_string_equal(format_interval(UNIT_CHANCE, &e).text, "6.10e-12 .. 7.30e-12");
  e = (struct estimate){0.5, NAN, NAN, 1};
  assert_string_equal(format_interval(UNIT_RATIO, &e).text, "");
  e = (struct estimate){0, 0, 0.002, 3};
  assert_string_equal(format_interval(UNIT_PER_SECOND, &e).text, "0.00 .. 7.20/h");
  assert_string_equal(format_interval(UNIT_SECONDS, &e).text, "0.00 .. 2.00 ms");
  /* Ends that no digit tells apart are as good as one. */
  e = (struct estimate){0.000831, 0.000827, 0.000834, 3};
  assert_string_equal(format_estimate(UNIT_COUNT, &e).text, "0.000831");
  assert_string_equal(format_interval(UNIT_COUNT, &e).text, "0.000827 .. 0.000834");
  e = (struct estimate){0.00016, 0.00014, 0.00018, 3};
  assert_string_equal(format_estimate(UNIT_COUNT, &e).text, "0.000160");
  e = (struct estimate){0.008, 0.00799999999, 0.00800000001, 3};
  assert_string_equal(format_interval(UNIT_SECONDS, &e).text, "8.00 .. 8.00 ms");
  e = (struct estimate){59.2e6, 58.1e6, 60.3e6, 3};
  assert_string_equal(format_value(UNIT_BYTES, e.value).text, "59.2 MB");
  assert_string_equal(format_interval(UNIT_BYTES, &e).text, "58.1 .. 60.3 MB");
  assert_string_equal(format_value(UNIT_BYTES, 512).text, "512 B");
}

/* Of 138 things 137 are 99 %, give or take one: no digits behind the point. */
static void shares_of_few(void **state) {
  (void)state;
  assert_string_equal(format_share(137 / 138.0, 138).text, "99 %");
  assert_string_equal(format_share(499 / 500.0, 500).text, "over 99 %");
  assert_string_equal(format_share(1, 138).text, "100 %");
  assert_string_equal(format_share(0, 138).text, "0 %");
  assert_string_equal(format_share(1 / 500.0, 500).text, "under 1 %");
  assert_string_equal(format_share(2 / 3.0, 15).text, "67 %");
  assert_string_equal(format_share(0.71234, 10000).text, "71.2 %");
  assert_string_equal(format_share(0.99999, 100000).text, "over 99.9 %");
  assert_string_equal(format_share(NAN, 0).text, "-");
}

/* A rate of 0 and its interval stand in one unit. */
static void nothing_seen_in_the_unit_of_its_interval(void **state) {
  (void)state;
  struct estimate e = {0, 0, 0.05, 3};
  assert_string_equal(format_estimate(UNIT_PER_SECOND, &e).text, "0/min");
  assert_string_equal(format_interval(UNIT_PER_SECOND, &e).text, "0.00 .. 3.00/min");
  struct format_column column = {.unit = UNIT_PER_SECOND};
  assert_string_equal(format_estimate_in(&column, &e).text, "0/min");
  format_see(&column, 9.7); /* beside it in its table */
  assert_string_equal(format_estimate_in(&column, &e).text, "0/s");
  assert_string_equal(format_interval_in(&column, &e).text, "0.00 .. 0.05/s");
  e = (struct estimate){0, NAN, NAN, 1};
  assert_string_equal(format_estimate(UNIT_PER_SECOND, &e).text, "0/s");
}

static void durations_and_nines(void **state) {
  (void)state;
  assert_string_equal(format_duration(UINT64_C(300000000000)).text, "5 min");
  assert_string_equal(format_duration(UINT64_C(1000000000000)).text, "1000 s");
  assert_string_equal(format_duration(UINT64_C(250000000)).text, "250 ms");
  assert_string_equal(format_duration(UINT64_C(12345678901)).text, "12.35 s");
  assert_string_equal(format_duration(UINT64_C(5250000000)).text, "5.25 s");
  assert_string_equal(format_duration(0).text, "0 s");
  assert_string_equal(format_duration(UINT64_C(72000000000000000)).text, "833.3 d"); /* 20,000 h */
  assert_string_equal(format_within(UINT64_C(663552000000000), UINT64_C(2628000000000000)).text,
                      "184.3 h"); /* 7.68 d */
  assert_string_equal(format_within(UINT64_C(30000000000), UINT64_C(300000000000)).text, "30 s");
  assert_string_equal(format_within(UINT64_C(150000000000), UINT64_C(300000000000)).text,
                      "2.5 min");
  assert_string_equal(format_busy(0.962).text, "96.2 %");
  assert_string_equal(format_busy(0.99999903).text, "over 99.9 %");
  assert_string_equal(format_busy(1).text, "100 %");
  assert_string_equal(format_nines(0.9995).text, "3.3 nines");
  assert_string_equal(format_nines(0.999).text, "3.0 nines");
  assert_string_equal(format_nines(0.9989).text, "2.9 nines"); /* three nines are not met */
  assert_string_equal(format_nines(1).text, "");
  assert_string_equal(format_nines(NAN).text, "");
}

/* Random doubles of all magnitudes read back as themselves. Seed of the generator: 1. */
static void shortest_numbers_round_trip(void **state) {
  (void)state;
  assert_string_equal(number_shortest(0.1).text, "0.1");
  assert_string_equal(number_shortest(300).text, "300.0");
  assert_string_equal(number_shortest(1e300).text, "1e+300");
  assert_string_equal(number_shortest(-0.0).text, "0.0");
  assert_string_equal(number_shortest(0.1 + 0.2).text, "0.30000000000000004");
  uint64_t x = 1;
  for (int i = 0; i < 100000; i++) {
    x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    double value;
    uint64_t bits = x ^ (x >> 29);
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) continue;
    double back = strtod(number_shortest(value).text, NULL);
    assert_true(back == value);
  }
}

/* --- terminal ------------------------------------------------------------------------------- */

static char *capture(void (*print)(const struct term *term), bool color, bool unicode) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  struct term term = {.out = out, .color = color, .unicode = unicode};
  print(&term);
  fclose(out);
  return text;
}

static void print_hostile(const struct term *term) {
  term_put(term, STYLE_PLAIN,
           "a\033[31mb\r\xff\xe2\x80\xae\xc2\x9b"
           "c");
}

static void control_characters_are_harmless(void **state) {
  (void)state;
  char *text = capture(print_hostile, false, false);
  assert_string_equal(text, "a?[31mb????c");
  free(text);
  text = capture(print_hostile, false, true);
  assert_null(strpbrk(text, "\033\r\x9b"));
  free(text);
}

static void print_table(const struct term *term) {
  struct table *table = table_new("lr", 2);
  table_cell(table, STYLE_PLAIN, "größe");
  table_cell(table, STYLE_BOLD, "1");
  table_cell(table, STYLE_PLAIN, "世界");
  table_cell(table, STYLE_PLAIN, "100");
  table_cell(table, STYLE_PLAIN, "only");
  table_finish(table, term);
}

static void columns_are_aligned(void **state) {
  (void)state;
  char *text = capture(print_table, false, true);
  assert_string_equal(text, "  größe    1\n  世界   100\n  only\n");
  free(text);
  text = capture(print_table, true, true);
  assert_non_null(strstr(text, "\033[1m1\033[0m"));
  free(text);
}

static void print_wide(const struct term *term) {
  struct table *table = table_new("Lr", 0);
  char name[101];
  memset(name, 'x', sizeof name - 1);
  name[100] = '\0';
  table_cell(table, STYLE_PLAIN, name);
  table_cell(table, STYLE_PLAIN, "12345");
  table_finish(table, term);
}

static void tables_fit_the_terminal(void **state) {
  (void)state;
  char *text = capture(print_wide, false, true);
  text[strcspn(text, "\n")] = '\0';
  assert_int_equal(term_width(text), TERM_COLUMNS);
  assert_non_null(strstr(text, "x…x")); /* the ends of a long name stay */
  assert_non_null(strstr(text, "x  12345"));
  free(text);
}

static void print_paragraph(const struct term *term) {
  term_wrap(term, STYLE_PLAIN,
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen",
            0, 4);
}

static void paragraphs_are_wrapped(void **state) {
  (void)state;
  char *text = capture(print_paragraph, false, true);
  assert_string_equal(
      text,
      "one two three four five six seven eight nine ten eleven twelve thirteen fourteen\n"
      "    fifteen sixteen\n");
  free(text);
}

/* --- options -------------------------------------------------------------------------------- */

static void options_in_every_spelling(void **state) {
  (void)state;
  const char *argv[] = {"a.lua",  "-j4",   "-r",     "7",        "--set",          "x=1", "-sy=2",
                        "--seed", "12345", "--json", "out.json", "--color=always", "-q"};
  struct options o;
  struct error err;
  bool ok = options_parse(NULL, (int)(sizeof argv / sizeof argv[0]), argv, &o, &err);
  if (!ok) fail_msg("%s", err.text);
  assert_int_equal(o.jobs, 4);
  assert_int_equal(o.replications, 7);
  assert_true(o.has_seed && o.seed == 12345);
  assert_int_equal(o.settings, 2);
  assert_string_equal(o.setting[1].name, "y");
  assert_string_equal(o.setting[1].value, "2");
  assert_string_equal(o.json, "out.json");
  assert_int_equal(o.color, COLOR_ALWAYS);
  assert_true(o.quiet);
  assert_int_equal(o.arguments, 1);
  assert_string_equal(o.argument[0], "a.lua");
  options_free(&o);
}

static void refuses(const char *expected, int argc, const char *const *argv) {
  struct options o;
  struct error err = {{0}};
  assert_false(options_parse("set jobs replications color quiet seed", argc, argv, &o, &err));
  if (strstr(err.text, expected) == NULL) fail_msg("'%s' lacks '%s'", err.text, expected);
  options_free(&o);
}

static void mistakes_are_explained(void **state) {
  (void)state;
  refuses("did you mean --replications?", 2, (const char *[]){"--replication", "3"});
  refuses("unknown option --json", 1, (const char *[]){"--json=x"}); /* not accepted here */
  refuses("did you mean always?", 1, (const char *[]){"--color=alway"});
  refuses("--jobs needs a value: N", 1, (const char *[]){"-j"});
  refuses("--jobs wants a whole number", 1, (const char *[]){"-jfour"});
  refuses("--replications wants a whole number from 1", 1, (const char *[]){"-r0"});
  refuses("--seed wants a whole number", 1, (const char *[]){"--seed=-1"});
  refuses("--seed wants a whole number", 1, (const char *[]){"--seed=99999999999999999999"});
  refuses("--set wants name=value", 2, (const char *[]){"-s", "rate"});
  refuses("--quiet takes no value", 1, (const char *[]){"--quiet=1"});
  refuses("unknown option -x", 1, (const char *[]){"-x"});
}

/* Aim: a column has one unit, in which its least value can still be read. */
static const char *in_column(const double *values, uint32_t n, enum metric_unit unit, uint32_t i) {
  static struct label label;
  struct format_column column = {.unit = unit};
  for (uint32_t k = 0; k < n; k++) format_see(&column, values[k]);
  label = format_in(&column, values[i]);
  return label.text;
}

static void columns(void **state) {
  (void)state;
  const double times[] = {13.1, 0.0848, 0, NAN, INFINITY};
  assert_string_equal(in_column(times, 5, UNIT_SECONDS, 0), "13.1 s");
  assert_string_equal(in_column(times, 5, UNIT_SECONDS, 1), "0.0848 s");
  assert_string_equal(in_column(times, 5, UNIT_SECONDS, 2), "0 s");
  assert_string_equal(in_column(times, 5, UNIT_SECONDS, 3), "-");
  assert_string_equal(in_column(times, 5, UNIT_SECONDS, 4), "endless");
  const double small[] = {2, 0.0015}, far[] = {5000, 1e-6}, rates[] = {52.5, 4.2 / 3600};
  assert_string_equal(in_column(small, 2, UNIT_SECONDS, 0), "2000 ms");
  assert_string_equal(in_column(small, 2, UNIT_SECONDS, 1), "1.50 ms");
  assert_string_equal(in_column(far, 2, UNIT_SECONDS, 1), "1.00 us"); /* each its own */
  assert_string_equal(in_column(rates, 2, UNIT_PER_SECOND, 0), "52.5/s");
  assert_string_equal(in_column(rates, 2, UNIT_PER_SECOND, 1), "4.20/h");
  struct format_column column = {.unit = UNIT_SECONDS};
  format_see(&column, 13.1);
  format_see(&column, 0.0848);
  const struct estimate e = {0.0848, 0.083, 0.086, 4};
  assert_string_equal(format_interval_in(&column, &e).text, "0.0830 .. 0.0860 s");
  const struct estimate none = {0, 0, 0, 4};
  assert_string_equal(format_interval(UNIT_SECONDS, &none).text, "0 .. 0 s");
}

/* Aim: an availability is told as time lost in a year, beside what the goal leaves. */
static void time_lost(void **state) {
  (void)state;
  assert_string_equal(format_lost("u.availability", 0.9995, 0.999).text,
                      "at this rate 4.38 h a year are lost, the goal allows 8.76 h");
  assert_string_equal(format_lost("u.op.buy.availability", 0.9, NAN).text,
                      "at this rate 36.5 d a year are lost");
  assert_string_equal(format_lost("u.uptime", 0.9999, 0.99999).text,
                      "at this rate 52.6 min a year are lost, the goal allows 5.26 min");
  assert_string_equal(format_lost("u.during.f.availability", 0.9, 0.99).text, "");
  assert_string_equal(format_lost("u.availability", 1, 0.999).text, "");
  assert_string_equal(format_lost("u.hit_ratio", 0.9, 0.999).text, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns),
      cmocka_unit_test(time_lost),
      cmocka_unit_test(values),
      cmocka_unit_test(ratios),
      cmocka_unit_test(intervals),
      cmocka_unit_test(shares_of_few),
      cmocka_unit_test(nothing_seen_in_the_unit_of_its_interval),
      cmocka_unit_test(durations_and_nines),
      cmocka_unit_test(shortest_numbers_round_trip),
      cmocka_unit_test(control_characters_are_harmless),
      cmocka_unit_test(columns_are_aligned),
      cmocka_unit_test(tables_fit_the_terminal),
      cmocka_unit_test(paragraphs_are_wrapped),
      cmocka_unit_test(options_in_every_spelling),
      cmocka_unit_test(mistakes_are_explained),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
