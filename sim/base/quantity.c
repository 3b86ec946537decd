#include "quantity.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"

/* value = number * 10^exponent * factor / divisor */
struct unit {
  const char *name;
  int exponent;
  double factor, divisor;
};

static const struct unit time_units[] = {
    {"ns", 0, 1, 1},   {"us", 3, 1, 1}, {"\xc2\xb5s", 3, 1, 1}, {"ms", 6, 1, 1},    {"s", 9, 1, 1},
    {"min", 9, 60, 1}, {"m", 9, 60, 1}, {"h", 9, 3600, 1},      {"d", 9, 86400, 1}, {NULL, 0, 0, 0},
};
static const struct unit size_units[] = {
    {"B", 0, 1, 1},        {"kB", 3, 1, 1},       {"MB", 6, 1, 1},       {"GB", 9, 1, 1},
    {"TB", 12, 1, 1},      {"KiB", 0, 0x1p10, 1}, {"MiB", 0, 0x1p20, 1}, {"GiB", 0, 0x1p30, 1},
    {"TiB", 0, 0x1p40, 1}, {NULL, 0, 0, 0},
};
static const struct unit rate_units[] = {
    {"/s", 0, 1, 1},      {"k/s", 3, 1, 1},     {"M/s", 6, 1, 1},     {"G/s", 9, 1, 1},
    {"/min", 0, 1, 60},   {"k/min", 3, 1, 60},  {"M/min", 6, 1, 60},  {"/m", 0, 1, 60},
    {"/h", 0, 1, 3600},   {"k/h", 3, 1, 3600},  {"M/h", 6, 1, 3600},  {"/d", 0, 1, 86400},
    {"k/d", 3, 1, 86400}, {"M/d", 6, 1, 86400}, {"G/d", 9, 1, 86400}, {NULL, 0, 0, 0},
};
static const struct unit bandwidth_units[] = {
    {"bit/s", 0, 1, 1},   {"kbit/s", 3, 1, 1},     {"Mbit/s", 6, 1, 1},     {"Gbit/s", 9, 1, 1},
    {"Tbit/s", 12, 1, 1}, {"B/s", 0, 8, 1},        {"kB/s", 3, 8, 1},       {"MB/s", 6, 8, 1},
    {"GB/s", 9, 8, 1},    {"KiB/s", 0, 0x1p13, 1}, {"MiB/s", 0, 0x1p23, 1}, {"GiB/s", 0, 0x1p33, 1},
    {NULL, 0, 0, 0},
};
/* Without the metre: "5m" are minutes. */
static const struct unit distance_units[] = {
    {"km", 3, 1, 1}, {"mi", 0, 1609.344, 1}, {NULL, 0, 0, 0}};
static const struct unit ratio_units[] = {{"%", -2, 1, 1}, {"", 0, 1, 1}, {NULL, 0, 0, 0}};

static const struct dimension {
  const char *what, *example;
  const struct unit *units;
} dimensions[] = {
    [QUANTITY_TIME] = {"duration", "250ms", time_units},
    [QUANTITY_SIZE] = {"size", "64kB", size_units},
    [QUANTITY_RATE] = {"rate", "900/s", rate_units},
    [QUANTITY_BANDWIDTH] = {"bandwidth", "1Gbit/s", bandwidth_units},
    [QUANTITY_DISTANCE] = {"distance", "1000km", distance_units},
    [QUANTITY_RATIO] = {"ratio", "20%", ratio_units},
};

/* Units that other tools know, and what they are called here. */
static const struct alias {
  const char *name, *instead;
} aliases[] = {
    {"KB", "kB for 1000 bytes or KiB for 1024 bytes"},
    {"K", "kB for 1000 bytes or KiB for 1024 bytes"},
    {"k", "kB for 1000 bytes or KiB for 1024 bytes"},
    {"M", "MB for 10^6 bytes or MiB for 2^20 bytes"},
    {"G", "GB for 10^9 bytes or GiB for 2^30 bytes"},
    {"bytes", "B"},
    {"kbps", "kbit/s"},
    {"Mbps", "Mbit/s"},
    {"Gbps", "Gbit/s"},
    {"Mb/s", "Mbit/s, or MB/s for bytes"},
    {"Gb/s", "Gbit/s, or GB/s for bytes"},
    {"sec", "s"},
    {"secs", "s"},
    {"second", "s"},
    {"seconds", "s"},
    {"msec", "ms"},
    {"usec", "us"},
    {"minute", "min"},
    {"minutes", "min"},
    {"hour", "h"},
    {"hours", "h"},
    {"day", "d"},
    {"days", "d"},
    {"/sec", "/s"},
    {"/second", "/s"},
    {"/minute", "/min"},
    {"/hour", "/h"},
    {"/day", "/d"},
    {"rps", "/s"},
    {"qps", "/s"},
    {"tps", "/s"},
    {"percent", "%"},
};

const char *quantity_expected(enum quantity quantity) {
  switch (quantity) {
    case QUANTITY_TIME:
      return "a duration such as \"250ms\"";
    case QUANTITY_SIZE:
      return "a size such as \"64kB\"";
    case QUANTITY_RATE:
      return "a rate such as \"900/s\"";
    case QUANTITY_BANDWIDTH:
      return "a bandwidth such as \"1Gbit/s\"";
    case QUANTITY_DISTANCE:
      return "a distance such as \"1000km\"";
    case QUANTITY_RATIO:
      return "a ratio such as \"20%\"";
  }
  return "";
}

static const char *digits_end(const char *text) {
  while (isdigit((unsigned char)*text)) text++;
  return text;
}

/* End of digits[.digits]; NULL if there is no digit first. */
static const char *mantissa_end(const char *text) {
  if (!isdigit((unsigned char)*text)) return NULL;
  text = digits_end(text);
  if (text[0] == '.' && isdigit((unsigned char)text[1])) text = digits_end(text + 1);
  return text;
}

static const char *exponent_end(const char *text) {
  if (*text != 'e' && *text != 'E') return text;
  const char *digits = text + 1 + (text[1] == '+' || text[1] == '-');
  return isdigit((unsigned char)*digits) ? digits_end(digits) : text;
}

const char *quantity_number_end(const char *text) {
  const char *end = mantissa_end(text);
  return end ? exponent_end(end) : NULL;
}

/* The number at the start of `text` times 10^exponent, rounded once. */
static double scaled(const char *text, int exponent) {
  const char *end = mantissa_end(text);
  long own = 0;
  if (exponent_end(end) != end) own = strtol(end + 1, NULL, 10);
  if (own > 100000) own = 100000;
  if (own < -100000) own = -100000;
  char copy[128];
  size_t length = (size_t)(end - text);
  if (length > sizeof copy - 32) length = sizeof copy - 32; /* the caller refuses such lengths */
  snprintf(copy, sizeof copy, "%.*se%ld", (int)length, text, own + exponent);
  return strtod(copy, NULL);
}

static const struct unit *find_unit(const struct dimension *d, const char *name) {
  const struct unit *unit = d->units;
  while (unit->name && strcmp(unit->name, name) != 0) unit++;
  return unit->name ? unit : NULL;
}

/* Whether what an alias stands for is a unit of this dimension: 'M' of a duration is not MB. */
static bool alias_fits(const struct alias *alias, const struct dimension *d) {
  char name[16];
  snprintf(name, sizeof name, "%.*s", (int)strcspn(alias->instead, " ,"), alias->instead);
  return find_unit(d, name) != NULL;
}

static bool unknown_unit(enum quantity quantity, const char *text, const char *unit,
                         struct error *err) {
  const struct dimension *d = &dimensions[quantity];
  for (size_t i = 0; i < sizeof dimensions / sizeof dimensions[0]; i++) {
    if (*unit == '\0' || !find_unit(&dimensions[i], unit)) continue;
    return error_set(err, "\"%s\" is a %s; write %s", text, dimensions[i].what,
                     quantity_expected(quantity));
  }
  for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
    if (!strcmp(unit, aliases[i].name) && alias_fits(&aliases[i], d)) {
      return error_set(err, "\"%s\": unknown unit '%s'; write %s", text, unit, aliases[i].instead);
    }
  }
  const char *names[20];
  char known[160] = "";
  uint32_t n = 0;
  for (const struct unit *u = d->units; u->name; u++) {
    if (u->name[0] == '\0' || (unsigned char)u->name[0] > 127) continue;
    names[n++] = u->name;
    size_t used = strlen(known);
    snprintf(known + used, sizeof known - used, "%s%s", n > 1 ? ", " : "", u->name);
  }
  const char *near = nearest_word(unit, names, n);
  if (near) {
    return error_set(err, "\"%s\": unknown unit '%s'; did you mean '%s'?", text, unit, near);
  }
  return error_set(err, "\"%s\": unknown unit '%s' of a %s; known are %s", text, unit, d->what,
                   known);
}

bool quantity_parse(enum quantity quantity, const char *text, double *value, struct error *err) {
  const struct dimension *d = &dimensions[quantity];
  const char *expected = quantity_expected(quantity);
  if (*text == '\0') return error_set(err, "the text is empty; write %s", expected);
  if (strlen(text) > 64) {
    return error_set(err, "\"%.40s...\" is too long; write %s", text, expected);
  }
  if (*text == '-') return error_set(err, "\"%s\" is negative; write %s", text, expected);
  const char *unit = quantity_number_end(text);
  if (unit == NULL) return error_set(err, "\"%s\" is not a %s; write %s", text, d->what, expected);
  if (*unit == '\0' && quantity != QUANTITY_RATIO) {
    return error_set(err, "\"%s\" has no unit; write %s", text, expected);
  }
  if (isspace((unsigned char)*unit)) {
    return error_set(err, "\"%s\": leave out the space, as in \"%s\"", text, d->example);
  }
  const struct unit *u = find_unit(d, unit);
  if (u == NULL) return unknown_unit(quantity, text, unit, err);
  *value = scaled(text, u->exponent) * u->factor / u->divisor;
  if (!(*value < INFINITY)) return error_set(err, "\"%s\" is too large; write %s", text, expected);
  return true;
}

bool quantity_split(const char *text, double *number, struct quantity_unit *unit,
                    struct error *err) {
  const char *name = strlen(text) > 64 ? NULL : quantity_number_end(text);
  if (name == NULL) {
    return error_set(err, "\"%.40s\" is neither a quantity such as \"250ms\" nor a number", text);
  }
  *number = scaled(text, 0);
  *unit = (struct quantity_unit){QUANTITY_RATIO, "", 1};
  if (*name == '\0') return true;
  for (size_t i = 0; i < sizeof dimensions / sizeof dimensions[0]; i++) {
    const struct unit *u = find_unit(&dimensions[i], name);
    if (u == NULL) continue;
    char one[32];
    snprintf(one, sizeof one, "1%s", name);
    unit->quantity = (enum quantity)i;
    unit->name = u->name;
    return quantity_parse(unit->quantity, one, &unit->scale, err);
  }
  return error_set(err, "\"%s\": there is no unit '%s'", text, name);
}

/* --- writing -------------------------------------------------------------------------------- */

struct shown_unit {
  double at_least, scale;
  const char *name;
  bool whole; /* shown only where there is a whole number of it: "90s", not "1.5min" */
};

static const struct shown_unit shown_times[] = {
    {86400e9, 86400e9, "d", true}, {3600e9, 3600e9, "h", true}, {60e9, 60e9, "min", true},
    {1e9, 1e9, "s", false},        {1e6, 1e6, "ms", false},     {1e3, 1e3, "us", false},
    {0, 1, "ns", false},
};
static const struct shown_unit shown_sizes[] = {{1e12, 1e12, "TB", false},
                                                {1e9, 1e9, "GB", false},
                                                {1e6, 1e6, "MB", false},
                                                {1e3, 1e3, "kB", false},
                                                {0, 1, "B", false}};
static const struct shown_unit shown_rates[] = {
    {1e6, 1e6, "M/s", false}, {1e4, 1e3, "k/s", false}, {0, 1, "/s", false}};
static const struct shown_unit shown_bandwidths[] = {{1e12, 1e12, "Tbit/s", false},
                                                     {1e9, 1e9, "Gbit/s", false},
                                                     {1e6, 1e6, "Mbit/s", false},
                                                     {1e3, 1e3, "kbit/s", false},
                                                     {0, 1, "bit/s", false}};
static const struct shown_unit shown_distances[] = {{0, 1e3, "km", false}};
static const struct shown_unit shown_ratios[] = {{0, 0.01, "%", false}};

void quantity_format(enum quantity quantity, double value, char *out, size_t size) {
  const struct shown_unit *unit = NULL;
  switch (quantity) {
    case QUANTITY_TIME:
      unit = shown_times;
      break;
    case QUANTITY_SIZE:
      unit = shown_sizes;
      break;
    case QUANTITY_RATE:
      unit = shown_rates;
      break;
    case QUANTITY_BANDWIDTH:
      unit = shown_bandwidths;
      break;
    case QUANTITY_DISTANCE:
      unit = shown_distances;
      break;
    case QUANTITY_RATIO:
      unit = shown_ratios;
      break;
  }
  /* The largest unit of which there is a whole number of thousandths. */
  while (unit->at_least > 0 &&
         (value < unit->at_least || fmod(unit->whole ? value : value * 1000, unit->scale) > 0)) {
    unit++;
  }
  snprintf(out, size, "%.6g%s", value / unit->scale, unit->name);
}
