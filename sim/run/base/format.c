#include "format.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "detmath.h"

/* A value is shown as value * factor with a suffix. */
struct scale {
  double from; /* smallest value shown with it */
  double factor;
  const char *suffix;
};

static const struct scale seconds[] = {{1e12 * YEAR_S, 1e-12 / YEAR_S, "T years"},
                                       {1e9 * YEAR_S, 1e-9 / YEAR_S, "G years"},
                                       {1e6 * YEAR_S, 1e-6 / YEAR_S, "M years"},
                                       {1e4 * YEAR_S, 1e-3 / YEAR_S, "k years"},
                                       {100 * YEAR_S, 1 / YEAR_S, " years"},
                                       {172800, 1.0 / 86400, " d"},
                                       {7200, 1.0 / 3600, " h"},
                                       {1, 1, " s"},
                                       {1e-3, 1e3, " ms"},
                                       {1e-6, 1e6, " us"},
                                       {0, 1e9, " ns"}};
static const struct scale per_second[] = {
    {1e9, 1e-9, "G/s"},     {1e6, 1e-6, "M/s"},       {1e3, 1e-3, "k/s"}, {1, 1, "/s"},
    {1 / 60.0, 60, "/min"}, {1 / 3600.0, 3600, "/h"}, {0, 86400, "/d"}};
static const struct scale counts[] = {
    {1e12, 1e-12, "T"}, {1e9, 1e-9, "G"}, {1e6, 1e-6, "M"}, {1e4, 1e-3, "k"}, {0, 1, ""}};
static const struct scale money[] = {
    {1e12, 1e-12, "T"}, {1e9, 1e-9, "G"}, {1e6, 1e-6, "M"}, {0, 1, ""}};
static const struct scale bytes[] = {
    {1e12, 1e-12, " TB"}, {1e9, 1e-9, " GB"}, {1e6, 1e-6, " MB"}, {1e3, 1e-3, " kB"}, {0, 1, " B"}};
static const struct scale ratios[] = {{0, 100, " %"}};

static struct label write_label(const char *format, ...) __attribute__((format(printf, 1, 2)));
static struct label write_label(const char *format, ...) {
  struct label label;
  va_list args;
  va_start(args, format);
  vsnprintf(label.text, sizeof label.text, format, args);
  va_end(args);
  return label;
}

/* The scale for a value that is about to be rounded to three digits: 0.9996 s is 1.00 s. */
static const struct scale *scale_of(enum metric_unit unit, double value) {
  const struct scale *table = counts;
  switch (unit) {
    case UNIT_SECONDS:
      table = seconds;
      break;
    case UNIT_PER_SECOND:
      table = per_second;
      break;
    case UNIT_RATIO:
      table = ratios;
      break;
    case UNIT_COUNT:
    case UNIT_CHANCE:
      table = counts;
      break;
    case UNIT_MONEY:
      table = money;
      break;
    case UNIT_BYTES:
      table = bytes;
      break;
  }
  while (fabs(value) * 1.0005 < table->from) table++;
  return table;
}

/* Too small to be told with few zeros: by powers of ten. */
static bool is_tiny(enum metric_unit unit, double value) {
  return unit == UNIT_CHANCE && value != 0 && fabs(value) < 0.0005;
}

/* Decimals that show three significant digits of a value already scaled. */
static int three_digits(double scaled) {
  double size = fabs(scaled);
  if (size == 0 || size >= 99.95) return 0;
  if (size >= 9.995) return 1;
  int decimals = 2;
  for (double edge = 0.9995; size < edge && decimals < 9; edge /= 10) decimals++;
  return decimals;
}

/* A percentage is told from 0 and from 100 by two digits of whichever is nearer: 99.950 %. */
static int percent_digits(double percent) {
  double nearer = fmin(fabs(percent), fabs(100 - percent));
  if (nearer == 0) return 0;
  int decimals = 1;
  for (double edge = 0.995; nearer < edge && decimals < 9; edge /= 10) decimals++;
  return decimals;
}

static int decimals_of(enum metric_unit unit, const struct scale *scale, double value) {
  double scaled = value * scale->factor;
  if (unit == UNIT_RATIO && scaled <= 100) return percent_digits(scaled);
  if ((unit == UNIT_COUNT || unit == UNIT_BYTES) && scale->factor == 1) {
    return value == floor(value) ? 0 : (int)fmin(three_digits(scaled), 3);
  }
  return three_digits(scaled);
}

struct label format_value(enum metric_unit unit, double value) {
  if (isnan(value)) return write_label("-");
  if (isinf(value) && unit == UNIT_SECONDS && value > 0) return write_label("endless");
  if (isinf(value)) return write_label(value > 0 ? "infinite" : "-infinite");
  if (value == 0 && unit == UNIT_SECONDS) return write_label("0 s");
  if (value == 0 && unit == UNIT_PER_SECOND) return write_label("0/s");
  if (unit == UNIT_MONEY && value > 0 && value < 1e-9) return write_label("%.2g", value);
  if (unit == UNIT_COUNT && value > 0 && value < 0.0005) return write_label("<0.001");
  if (is_tiny(unit, value)) return write_label("%.2e", value);
  const struct scale *scale = scale_of(unit, value);
  return write_label("%.*f%s", decimals_of(unit, scale, value), value * scale->factor,
                     scale->suffix);
}

static struct label interval_in(enum metric_unit unit, const struct estimate *e,
                                const struct scale *scale, int decimals) {
  if (!estimate_has_interval(e)) return write_label("%s", "");
  if (isinf(e->lo)) return write_label("%s", "");
  if (isinf(e->hi)) { /* perhaps only since too little was seen beyond the value */
    const char *form = isinf(e->value) ? "%s .. endless" : "%s or more";
    return write_label(form, format_value(unit, e->lo).text);
  }
  double lo = e->lo * scale->factor, hi = e->hi * scale->factor;
  double step = 1;
  for (int i = 0; i < decimals; i++) step /= 10;
  int plain = decimals;
  /* Nothing seen is never shown as certainty: 99.99997 .. 100.00000 %. */
  int most = unit == UNIT_RATIO && (e->value == 0 || e->value == 1) ? 9 : 3;
  for (int more = 0; more < most && hi > lo && hi - lo < 4 * step; more++, step /= 10) decimals++;
  /* Ends that are still alike are as good as one value. */
  struct label low = write_label("%.*f", decimals, lo), high = write_label("%.*f", decimals, hi);
  if (hi > lo && strcmp(low.text, high.text) == 0) decimals = plain;
  return write_label("%.*f .. %.*f%s", decimals, lo, decimals, hi, scale->suffix);
}

struct label format_interval(enum metric_unit unit, const struct estimate *e) {
  /* The scale of the upper end keeps an interval around 0 readable. */
  double value = e->value != 0 ? e->value : e->hi;
  if (is_tiny(unit, value) && estimate_has_interval(e)) {
    return write_label("%.2e .. %.2e", e->lo, e->hi);
  }
  const struct scale *scale = scale_of(unit, value);
  if (value == 0) scale = scale_of(unit, 1); /* 0 .. 0 s, and not ns */
  return interval_in(unit, e, scale, decimals_of(unit, scale, value));
}

struct label format_estimate(enum metric_unit unit, const struct estimate *e) {
  bool has_interval = estimate_has_interval(e) && isfinite(e->hi);
  if (unit == UNIT_PER_SECOND && e->value == 0 && has_interval && e->hi > 0) {
    return write_label("0%s", scale_of(unit, e->hi)->suffix);
  }
  /* A small count has as many digits as an interval that gets more (interval_in): 0.000831, not
   * 0.001 beside 0.000827 .. 0.000834. */
  bool narrow = has_interval && e->lo >= 1e-6 && e->hi > e->lo && e->hi - e->lo < 0.004;
  if (unit == UNIT_COUNT && narrow && e->value < 0.1) {
    return write_label("%.*f", three_digits(e->value), e->value);
  }
  return format_value(unit, e->value);
}

void format_see(struct format_column *column, double value) {
  double size = fabs(value);
  if (!(size > 0) || isinf(size)) return;
  if (column->most == 0 || size < column->least) column->least = size;
  column->most = fmax(column->most, size);
}

/* NULL: there is none that suits all. */
static const struct scale *common_scale(const struct format_column *column) {
  if (column->unit != UNIT_SECONDS && column->unit != UNIT_PER_SECOND) return NULL;
  if (!(column->most > 0) || column->most > 1e6 * column->least) return NULL;
  const struct scale *scale = scale_of(column->unit, column->most);
  while (scale->from > 0 && column->least * scale->factor < 0.01) scale++;
  bool rare = column->unit == UNIT_PER_SECOND && scale->factor > 1;
  return rare && scale != scale_of(column->unit, column->least) ? NULL : scale;
}

struct label format_in(const struct format_column *column, double value) {
  const struct scale *scale = common_scale(column);
  if (scale == NULL || isnan(value) || isinf(value)) return format_value(column->unit, value);
  int decimals = value == 0 ? 0 : three_digits(value * scale->factor);
  return write_label("%.*f%s", decimals, value * scale->factor, scale->suffix);
}

struct label format_estimate_in(const struct format_column *column, const struct estimate *e) {
  return common_scale(column) != NULL ? format_in(column, e->value)
                                      : format_estimate(column->unit, e);
}

struct label format_interval_in(const struct format_column *column, const struct estimate *e) {
  const struct scale *scale = common_scale(column);
  if (scale == NULL || isnan(e->value) || isinf(e->value)) return format_interval(column->unit, e);
  int decimals = e->value == 0 ? 0 : three_digits(e->value * scale->factor);
  return interval_in(column->unit, e, scale, decimals);
}

/* Of the part of a year that is not available; minutes are what people plan nights with. */
static struct label time_of_year(double availability) {
  double lost_s = (1 - availability) * YEAR_S;
  if (lost_s < 119.95 || lost_s >= 7200) return format_value(UNIT_SECONDS, lost_s);
  return write_label("%.*f min", three_digits(lost_s / 60), lost_s / 60);
}

struct label format_year(double availability) {
  if (!(availability >= 0 && availability < 1)) return write_label("%s", "");
  return write_label("%s a year", time_of_year(availability).text);
}

struct label format_lost(const char *metric, double value, double limit) {
  const char *what = strrchr(metric, '.');
  bool of_time =
      what != NULL && (strcmp(what, ".availability") == 0 || strcmp(what, ".uptime") == 0);
  struct label lost = format_year(value);
  /* While or after a fault is no time of every day. */
  of_time &= strstr(metric, ".during.") == NULL && strstr(metric, ".recovers.") == NULL;
  if (!of_time || lost.text[0] == '\0') return write_label("%s", "");
  if (!(limit >= 0 && limit < 1)) return write_label("at this rate %s are lost", lost.text);
  return write_label("at this rate %s are lost, the goal allows %s", lost.text,
                     time_of_year(limit).text);
}

/* Decimals that show two significant digits of a value already scaled. */
static int two_digits(double scaled) {
  int decimals = 0;
  for (double edge = 9.95; fabs(scaled) < edge && decimals < 9; edge /= 10) decimals++;
  return decimals;
}

struct label format_difference(enum metric_unit unit, double value, double half) {
  if (isnan(value)) return write_label("-");
  if (isinf(value)) return write_label(value > 0 ? "endless" : "-endless");
  double size = fmax(fabs(value), isnan(half) ? 0 : half);
  if (is_tiny(unit, size)) {
    return half > 1e-6 * fabs(value) ? write_label("%.2e +- %.1e", value, half)
                                     : write_label("%.2e", value);
  }
  const struct scale *scale = scale_of(unit, size);
  const char *suffix = unit == UNIT_RATIO ? " points" : scale->suffix;
  double shown = value * scale->factor;
  /* An uncertainty in the seventh digit is none. */
  if (!(half > 1e-6 * fabs(value))) {
    return write_label("%.*f%s", decimals_of(unit, scale, value), shown, suffix);
  }
  int decimals = two_digits(half * scale->factor);
  return write_label("%.*f +- %.*f%s", decimals, shown, decimals, half * scale->factor, suffix);
}

static const struct {
  uint64_t s;
  const char *name;
} duration_units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
enum { DURATION_UNITS = sizeof duration_units / sizeof duration_units[0] };

static const uint64_t second = 1000000000;

/* The largest unit of which it is a whole number, if that number is small; DURATION_UNITS: none. */
static size_t whole_unit(uint64_t ns) {
  size_t i = 0;
  for (; i < DURATION_UNITS; i++) {
    uint64_t unit_ns = duration_units[i].s * second;
    if (ns % unit_ns == 0 && ns / unit_ns < 10000) break;
  }
  return i;
}

struct label format_duration(uint64_t ns) {
  if (ns == 0) return write_label("0 s");
  if (ns < 1000) return write_label("%llu ns", (unsigned long long)ns);
  if (ns < 1000000) return write_label("%.4g us", (double)ns / 1e3);
  if (ns < second) return write_label("%.4g ms", (double)ns / 1e6);
  size_t i = whole_unit(ns);
  if (i < DURATION_UNITS) {
    return write_label("%llu %s", (unsigned long long)(ns / (duration_units[i].s * second)),
                       duration_units[i].name);
  }
  if (ns < 10000 * second) return write_label("%.4g s", (double)ns / 1e9);
  double days = (double)ns / 86400e9;
  return days < 1e4 ? write_label("%.4g d", days) : write_label("%.0f d", days);
}

struct label format_within(uint64_t ns, uint64_t whole_ns) {
  size_t i = whole_ns >= second ? whole_unit(whole_ns) : DURATION_UNITS;
  if (i == DURATION_UNITS || ns > whole_ns) return format_duration(ns);
  double value = (double)ns / (double)(duration_units[i].s * second);
  return value < 1 ? format_duration(ns) : write_label("%.4g %s", value, duration_units[i].name);
}

size_t format_question(const char *text) {
  const char *end = strchr(text, '?');
  if (end == NULL) end = strstr(text, ". ");
  return end != NULL ? (size_t)(end + 1 - text) : strlen(text);
}

struct label format_count(double count) {
  return format_value(UNIT_COUNT, count);
}

struct label format_busy(double share) {
  if (share > 0.999 && share < 1) return write_label("over 99.9 %%");
  return format_value(UNIT_RATIO, share);
}

struct label format_share(double share, double of) {
  if (isnan(share)) return write_label("-");
  int decimals = of >= 10000 ? 1 : 0;
  double least = decimals > 0 ? 0.001 : 0.01, percent = 100 * share;
  if (share >= 1 || share <= 0) return write_label("%.0f %%", percent);
  if (share < least / 2) return write_label("under %g %%", 100 * least);
  if (share >= 1 - least / 2) return write_label("over %g %%", 100 * (1 - least));
  return write_label("%.*f %%", decimals, percent);
}

struct label format_nines(double availability) {
  if (isnan(availability) || availability >= 1 || availability < 0.9) return write_label("%s", "");
  double nines = -det_log(1 - availability) / det_log(10);
  return write_label("%.1f nines", floor(nines * 10 + 1e-6) / 10);
}
