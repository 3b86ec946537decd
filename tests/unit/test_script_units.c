/* Aim: quantities mean what they say, to the last bit, and whatever is no quantity is refused with
 * the remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <string.h>

#include "nearest.h"
#include "quantity.h"

struct good {
  enum quantity quantity;
  const char *text;
  double value;
};

static const struct good good[] = {
    {QUANTITY_TIME, "250ms", 250e6},
    {QUANTITY_TIME, "1.5s", 1.5e9},
    {QUANTITY_TIME, "2m", 120e9},
    {QUANTITY_TIME, "2min", 120e9},
    {QUANTITY_TIME, "1h", 3600e9},
    {QUANTITY_TIME, "3d", 259200e9},
    {QUANTITY_TIME, "365d", 31536e12},
    {QUANTITY_TIME, "10us", 10e3},
    {QUANTITY_TIME, "10\xc2\xb5s", 10e3},
    {QUANTITY_TIME, "100ns", 100},
    {QUANTITY_TIME, "1e3ms", 1e9},
    {QUANTITY_TIME, "1E-3s", 1e6},
    {QUANTITY_TIME, "2e+1ms", 20e6},
    {QUANTITY_TIME, "8.7ms", 8700000},
    {QUANTITY_TIME, "0.1s", 1e8},
    {QUANTITY_TIME, "0.3ns", 0.3},
    {QUANTITY_TIME, "0s", 0},
    {QUANTITY_TIME, "007ms", 7e6},
    {QUANTITY_SIZE, "1B", 1},
    {QUANTITY_SIZE, "1kB", 1000},
    {QUANTITY_SIZE, "1KiB", 1024},
    {QUANTITY_SIZE, "2MB", 2e6},
    {QUANTITY_SIZE, "2MiB", 2097152},
    {QUANTITY_SIZE, "2GB", 2e9},
    {QUANTITY_SIZE, "2GiB", 2147483648.0},
    {QUANTITY_SIZE, "1TB", 1e12},
    {QUANTITY_SIZE, "1TiB", 1099511627776.0},
    {QUANTITY_SIZE, "0.5KiB", 512},
    {QUANTITY_RATE, "900/s", 900},
    {QUANTITY_RATE, "10k/s", 10e3},
    {QUANTITY_RATE, "1.5M/s", 1.5e6},
    {QUANTITY_RATE, "60/min", 1},
    {QUANTITY_RATE, "90/m", 1.5},
    {QUANTITY_RATE, "5000/h", 5000.0 / 3600},
    {QUANTITY_RATE, "1k/min", 1000.0 / 60},
    {QUANTITY_RATE, "86400/d", 1},
    {QUANTITY_RATE, "864M/d", 10e3},
    {QUANTITY_BANDWIDTH, "1Gbit/s", 1e9},
    {QUANTITY_BANDWIDTH, "100Mbit/s", 1e8},
    {QUANTITY_BANDWIDTH, "64kbit/s", 64e3},
    {QUANTITY_BANDWIDTH, "10MB/s", 80e6},
    {QUANTITY_BANDWIDTH, "1KiB/s", 8192},
    {QUANTITY_RATIO, "20%", 0.2},
    {QUANTITY_RATIO, "99.9%", 0.999},
    {QUANTITY_RATIO, "99.999%", 0.99999},
    {QUANTITY_RATIO, "0.2", 0.2},
    {QUANTITY_RATIO, "150%", 1.5},
};

static void test_values(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    double value = -1;
    struct error err = {"no message"};
    if (!quantity_parse(good[i].quantity, good[i].text, &value, &err)) {
      fail_msg("%s: %s", good[i].text, err.text);
    }
    if (value != good[i].value) fail_msg("%s: %.17g", good[i].text, value);
  }
}

struct bad {
  enum quantity quantity;
  const char *text, *says;
};

static const struct bad bad[] = {
    {QUANTITY_TIME, "", "the text is empty; write a duration such as \"250ms\""},
    {QUANTITY_TIME, "5", "\"5\" has no unit; write a duration such as \"250ms\""},
    {QUANTITY_TIME, "-5ms", "\"-5ms\" is negative"},
    {QUANTITY_TIME, "5 ms", "leave out the space"},
    {QUANTITY_TIME, " 5ms", "is not a duration"},
    {QUANTITY_TIME, "5ms ", "unknown unit 'ms '"},
    {QUANTITY_TIME, "ms", "is not a duration"},
    {QUANTITY_TIME, ".5s", "is not a duration"},
    {QUANTITY_TIME, "5.s", "unknown unit '.s'"},
    {QUANTITY_TIME, "+5s", "is not a duration"},
    {QUANTITY_TIME, "0x10s", "unknown unit 'x10s'"},
    {QUANTITY_TIME, "infs", "is not a duration"},
    {QUANTITY_TIME, "nan", "is not a duration"},
    {QUANTITY_TIME, "1e999s", "is too large"},
    {QUANTITY_TIME, "1e99999999999999999999s", "is too large"},
    {QUANTITY_TIME, "5sec", "unknown unit 'sec'; write s"},
    {QUANTITY_TIME, "5mss", "unknown unit 'mss'; did you mean 'ms'?"},
    {QUANTITY_TIME, "5MS", "unknown unit 'MS'; did you mean 'ms'?"},
    {QUANTITY_TIME, "1h30m", "unknown unit 'h30m'"},
    {QUANTITY_TIME, "5kB", "is a size; write a duration"},
    {QUANTITY_TIME, "5M", "unknown unit 'M'; did you mean 'm'?"},
    {QUANTITY_SIZE, "5KB", "write kB for 1000 bytes or KiB for 1024 bytes"},
    {QUANTITY_SIZE, "5ms", "is a duration; write a size"},
    {QUANTITY_TIME, "5parsecs", "known are ns, us, ms, s, min, m, h, d"},
    {QUANTITY_SIZE, "5", "\"5\" has no unit; write a size such as \"64kB\""},
    {QUANTITY_RATE, "5", "write a rate such as \"900/s\""},
    {QUANTITY_RATE, "5rps", "unknown unit 'rps'; write /s"},
    {QUANTITY_RATE, "5/ss", "did you mean '/s'?"},
    {QUANTITY_BANDWIDTH, "1Gbps", "unknown unit 'Gbps'; write Gbit/s"},
    {QUANTITY_BANDWIDTH, "5", "write a bandwidth such as \"1Gbit/s\""},
    {QUANTITY_RATIO, "5percent", "write %"},
    {QUANTITY_RATIO, "%", "is not a ratio"},
};

static void test_mistakes(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    double value;
    struct error err = {"no message"};
    if (quantity_parse(bad[i].quantity, bad[i].text, &value, &err)) {
      fail_msg("\"%s\" was taken for %g", bad[i].text, value);
    }
    if (!strstr(err.text, bad[i].says)) fail_msg("\"%s\": %s", bad[i].text, err.text);
  }
  char text[200];
  memset(text, '9', sizeof text);
  text[sizeof text - 1] = '\0';
  struct error err = {""};
  double value;
  assert_false(quantity_parse(QUANTITY_TIME, text, &value, &err));
  assert_non_null(strstr(err.text, "is too long"));
}

static void test_format(void **state) {
  (void)state;
  static const struct good shown[] = {
      {QUANTITY_TIME, "1ns", 1},        {QUANTITY_TIME, "250ms", 250e6},
      {QUANTITY_TIME, "1.5s", 1.5e9},   {QUANTITY_TIME, "90s", 90e9},
      {QUANTITY_TIME, "2min", 120e9},   {QUANTITY_TIME, "30d", 2592e12},
      {QUANTITY_TIME, "0ns", 0},        {QUANTITY_SIZE, "64kB", 64e3},
      {QUANTITY_SIZE, "1.024kB", 1024}, {QUANTITY_RATE, "900/s", 900},
      {QUANTITY_RATE, "12k/s", 12e3},   {QUANTITY_BANDWIDTH, "1Gbit/s", 1e9},
      {QUANTITY_RATIO, "20%", 0.2},     {QUANTITY_RATIO, "0%", 0},
  };
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    char text[40];
    quantity_format(shown[i].quantity, shown[i].value, text, sizeof text);
    assert_string_equal(text, shown[i].text);
  }
}

static void test_nearest(void **state) {
  (void)state;
  static const char *const words[] = {"service", "cache", "client", "timeout", "op"};
  assert_string_equal(nearest_word("servce", words, 5), "service");
  assert_string_equal(nearest_word("Service", words, 5), "service");
  assert_string_equal(nearest_word("tiemout", words, 5), "timeout");
  assert_string_equal(nearest_word("cahce", words, 5), "cache");
  assert_null(nearest_word("gateway", words, 5));
  assert_null(nearest_word("", words, 5));
  assert_null(nearest_word("xy", words, 5));
  char longest[400];
  memset(longest, 'a', sizeof longest);
  longest[sizeof longest - 1] = '\0';
  assert_null(nearest_word(longest, words, 5));
  assert_string_equal(nearest_hint("servce", words, 5, "known are").text,
                      "; did you mean 'service'?");
  assert_string_equal(nearest_hint("gateway", words, 2, "known are").text,
                      "; known are service, cache");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values),
      cmocka_unit_test(test_mistakes),
      cmocka_unit_test(test_format),
      cmocka_unit_test(test_nearest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
