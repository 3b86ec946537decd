#include "plot_axis.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

struct scale {
  double from, factor;
  const char *unit;
};

static const struct scale seconds[] = {
    {1, 1, "s"}, {1e-3, 1e3, "ms"}, {1e-6, 1e6, "\u00b5s"}, {0, 1e9, "ns"}};
static const struct scale per_second[] = {
    {1e9, 1e-9, "G/s"}, {1e6, 1e-6, "M/s"}, {1e4, 1e-3, "k/s"}, {0, 1, "/s"}};
static const struct scale counts[] = {
    {1e12, 1e-12, "T"}, {1e9, 1e-9, "G"}, {1e6, 1e-6, "M"}, {1e4, 1e-3, "k"}, {0, 1, ""}};
static const struct scale bytes[] = {
    {1e12, 1e-12, "TB"}, {1e9, 1e-9, "GB"}, {1e6, 1e-6, "MB"}, {1e3, 1e-3, "kB"}, {0, 1, "B"}};
static const struct scale ratios[] = {{0, 100, "%"}};

static const struct scale *scale_of(enum metric_unit unit, double value) {
  const struct scale *scale = counts;
  switch (unit) {
    case UNIT_SECONDS:
      scale = seconds;
      break;
    case UNIT_PER_SECOND:
      scale = per_second;
      break;
    case UNIT_RATIO:
      scale = ratios;
      break;
    case UNIT_BYTES:
      scale = bytes;
      break;
    case UNIT_COUNT:
    case UNIT_MONEY:
    case UNIT_CHANCE:
      break;
  }
  while (value < scale->from * (1 - 1e-9)) scale++;
  return scale;
}

double plot_step(double range, uint32_t intervals) {
  static const double round[] = {1, 2, 2.5, 5, 10};
  double wanted = range / intervals, power = pow(10, floor(log10(wanted) + 1e-9));
  for (size_t i = 0; i < sizeof round / sizeof round[0]; i++) {
    if (round[i] * power >= wanted * (1 - 1e-9)) return round[i] * power;
  }
  return 10 * power;
}

static void add_tick(struct plot_axis *axis, double at, const char *label) {
  if (axis->ticks == AXIS_TICKS_MAX) return;
  struct plot_tick *tick = &axis->tick[axis->ticks++];
  tick->at = at;
  snprintf(tick->label, sizeof tick->label, "%s", label);
}

static void linear_ticks(struct plot_axis *axis, double max, uint32_t intervals) {
  axis->step = plot_step(max, intervals);
  uint32_t n = (uint32_t)ceil(max / axis->step - 1e-9);
  if (n == 0) n = 1;
  axis->hi = n * axis->step;
  for (uint32_t i = 0; i <= n; i++) {
    char label[24];
    snprintf(label, sizeof label, "%.10g", i * axis->step);
    add_tick(axis, i * axis->step, label);
  }
}

struct plot_axis plot_axis_linear(enum metric_unit unit, double max, uint32_t intervals) {
  if (!(max > 0) || isinf(max)) max = 1;
  const struct scale *scale = scale_of(unit, max);
  struct plot_axis axis = {.factor = scale->factor, .unit = scale->unit};
  linear_ticks(&axis, max * scale->factor, intervals);
  return axis;
}

static void log_tick(struct plot_axis *axis, enum metric_unit unit, double at, bool named) {
  char label[24] = "";
  const struct scale *scale = scale_of(unit, at);
  bool blank =
      scale->unit[0] != '\0' && unit != UNIT_COUNT && unit != UNIT_MONEY && unit != UNIT_PER_SECOND;
  if (named) {
    snprintf(label, sizeof label, "%.10g%s%s", at * scale->factor, blank ? " " : "", scale->unit);
  }
  add_tick(axis, at, label);
}

struct plot_axis plot_axis_log(enum metric_unit unit, double lo, double hi) {
  static const double fine[] = {1, 2, 5, 10};
  double decades = log10(hi / lo);
  struct plot_axis axis = {.log = true, .factor = 1, .unit = "", .lo = lo, .hi = hi};
  int first = (int)floor(log10(lo) + 1e-9), last = (int)ceil(log10(hi) - 1e-9);
  int each = 1 + (last - first) / 9;
  bool named = decades <= 3, coarse = decades > 4.5;
  double before = 0;
  for (int power = first; power < last + each; power += each) {
    for (size_t i = 0; i < (coarse ? 1u : 3u); i++) {
      double at = fine[i] * pow(10, power);
      double next = coarse ? pow(10, power + each) : fine[i + 1] * pow(10, power);
      if (next <= lo * (1 + 1e-9)) continue;
      if (axis.ticks == 0) axis.lo = at;
      if (before > hi * (1 - 1e-9) && axis.ticks > 1) break;
      log_tick(&axis, unit, at, i == 0 || named);
      axis.hi = before = at;
    }
  }
  if (axis.hi < hi) axis.hi = hi;
  return axis;
}

struct plot_axis plot_axis_fit(enum metric_unit unit, double lo, double hi) {
  if (lo > 0 && hi >= PLOT_LOG_FROM * lo && !isinf(hi)) return plot_axis_log(unit, lo, hi);
  return plot_axis_linear(unit, hi, 5);
}

struct plot_axis plot_axis_time(double max_s) {
  static const struct scale times[] = {
      {259200, 1.0 / 86400, "d"}, {10800, 1.0 / 3600, "h"}, {600, 1.0 / 60, "min"}};
  struct plot_axis axis = plot_axis_linear(UNIT_SECONDS, max_s, 8);
  for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
    if (max_s < times[i].from) continue;
    axis = (struct plot_axis){.factor = times[i].factor, .unit = times[i].unit};
    linear_ticks(&axis, max_s * times[i].factor, 8);
    break;
  }
  axis.hi = max_s * axis.factor;
  return axis;
}

double plot_nines(double availability) {
  if (!(availability >= 0 && availability <= 1)) return NAN;
  return availability == 1 ? INFINITY : fabs(-log10(1 - availability));
}

double plot_nines_supported(double n) {
  return n > 3 ? log10(n / 3) : 0;
}

struct plot_axis plot_axis_nines(double max) {
  struct plot_axis axis = {.factor = 1, .unit = "", .step = 1};
  uint32_t n = (uint32_t)fmin(fmax(ceil(max - 1e-9), 2), 12);
  axis.hi = n;
  add_tick(&axis, 0, "0 %");
  for (uint32_t i = 1; i <= n; i++) {
    char label[24];
    snprintf(label, sizeof label, "%.*f %%", i > 2 ? (int)i - 2 : 0, 100 - pow(10, 2 - (double)i));
    add_tick(&axis, i, label);
  }
  return axis;
}
