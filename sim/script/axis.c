#include "axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quantity.h"

#define EXAMPLES "100..1000:100/s, 1..64:x2, 100..1000/s:lin:10 or 1..1000ms:log:7"
#define SIGNIFICANT 6 /* digits of values that a computation spaced */
#define UNIT_BYTES 16

struct number {
  double value;
  bool whole;            /* written without point and exponent */
  char unit[UNIT_BYTES]; /* "" if there is none */
};

struct range {
  struct number from, to;
  enum { SPACE_STEP, SPACE_FACTOR, SPACE_LINEAR, SPACE_LOGARITHMIC } spacing;
  struct number by; /* step, factor or count; value 0: not said */
  const char *unit;
};

/* --- reading -------------------------------------------------------------------------------- */

/* The end of a number with an optional sign, or NULL. */
static const char *number_end(const char *text) {
  return quantity_number_end(text + (*text == '-'));
}

bool axis_is_range(const char *text) {
  const char *end = number_end(text);
  if (end == NULL) return false;
  /* A unit has no dots. */
  end += strcspn(end, ".:,");
  return end[0] == '.' && end[1] == '.';
}

bool axis_is_list(const char *text) {
  for (const char *at = text; *at; at++) {
    if (at[0] == '\\' && at[1] == ',') {
      at++;
    } else if (*at == ',') {
      return true;
    }
  }
  return false;
}

bool axis_is_numbers(const char *text) {
  if (axis_is_range(text)) return true;
  if (!axis_is_list(text)) return false;
  for (const char *at = text; number_end(at) != NULL; at++) {
    at += strcspn(at, ",");
    if (*at == '\0') return true;
  }
  return false;
}

/* Reads a number and what follows it up to one of `stops`; NULL if there is none. */
static const char *read_number(const char *text, const char *stops, struct number *out) {
  const char *end = number_end(text);
  if (end == NULL) return NULL;
  size_t length = strcspn(end, stops);
  if (length >= sizeof out->unit) return NULL;
  *out = (struct number){.value = strtod(text, NULL)};
  out->whole = strcspn(text, ".eE") >= (size_t)(end - text) && fabs(out->value) < 1e15;
  memcpy(out->unit, end, length);
  if (strpbrk(out->unit, ".:") != NULL) return NULL;
  return isfinite(out->value) ? end + length : NULL;
}

static bool read_spacing(const char *at, struct range *range) {
  if (*at == 'x') {
    range->spacing = SPACE_FACTOR;
    at++;
  } else if (strncmp(at, "lin:", 4) == 0) {
    range->spacing = SPACE_LINEAR;
    at += 4;
  } else if (strncmp(at, "log:", 4) == 0) {
    range->spacing = SPACE_LOGARITHMIC;
    at += 4;
  }
  at = read_number(at, "", &range->by);
  return at != NULL && range->by.value != 0;
}

static bool read_range(const char *text, struct range *range) {
  *range = (struct range){.spacing = SPACE_STEP};
  const char *at = read_number(text, ".", &range->from);
  if (at == NULL || at[0] != '.' || at[1] != '.') return false;
  at = read_number(at + 2, ":", &range->to);
  if (at == NULL) return false;
  return *at == '\0' || read_spacing(at + 1, range);
}

static bool find_unit(struct range *range, const char *text, struct error *err) {
  const struct number *numbers[] = {&range->by, &range->to, &range->from};
  range->unit = "";
  for (int i = 0; i < 3; i++) {
    const char *unit = numbers[i]->unit;
    if (*unit == '\0') continue;
    if (*range->unit != '\0' && strcmp(unit, range->unit) != 0) {
      return error_set(err, "\"%.80s\" has the units '%s' and '%s'; write the range in one unit",
                       text, unit, range->unit);
    }
    range->unit = unit;
  }
  if (range->spacing == SPACE_STEP || *range->by.unit == '\0') return true;
  return error_set(err, "\"%.80s\": a factor or a count has no unit; write %s", text, EXAMPLES);
}

/* --- checking ------------------------------------------------------------------------------- */

static bool check_step(struct range *range, const char *text, struct error *err) {
  if (range->by.value == 0) {
    if (*range->unit != '\0' || !range->from.whole || !range->to.whole) {
      return error_set(err, "\"%.80s\" has no step; write for instance %s", text, EXAMPLES);
    }
    range->by = (struct number){.value = 1, .whole = true};
  }
  if (range->by.value < 0) {
    return error_set(err, "\"%.80s\": a step is larger than 0", text);
  }
  return true;
}

static bool check_count(const struct range *range, const char *text, struct error *err) {
  double n = range->by.value;
  if (range->by.whole && n >= 2 && n <= AXIS_VALUES_MAX) return true;
  return error_set(err, "\"%.80s\": the number of values is a whole number from 2 to %u", text,
                   AXIS_VALUES_MAX);
}

static bool check_range(struct range *range, const char *text, struct error *err) {
  if (range->from.value > range->to.value) {
    return error_set(err,
                     "the range \"%.80s\" is empty: it begins above its end; write the smaller "
                     "bound first",
                     text);
  }
  bool positive = range->from.value > 0;
  switch (range->spacing) {
    case SPACE_STEP:
      return check_step(range, text, err);
    case SPACE_FACTOR:
      if (positive && range->by.value > 1) return true;
      return error_set(err,
                       "\"%.80s\": a range by a factor begins above 0, and its factor is "
                       "above 1",
                       text);
    case SPACE_LOGARITHMIC:
      if (!positive) {
        return error_set(err, "\"%.80s\": a logarithmic range begins above 0", text);
      }
      return check_count(range, text, err);
    case SPACE_LINEAR:
      return check_count(range, text, err);
  }
  return false;
}

/* --- values --------------------------------------------------------------------------------- */

bool axis_add(struct arena *arena, const char *value, struct axis_values *out, struct error *err) {
  if (out->n == AXIS_VALUES_MAX) {
    return error_set(err, "an axis has at most %u values", AXIS_VALUES_MAX);
  }
  if (out->n == out->capacity) {
    out->capacity = out->capacity ? 2 * out->capacity : 16;
    const char **list = arena_alloc(arena, out->capacity * sizeof *list);
    if (out->n) memcpy(list, out->list, out->n * sizeof *list);
    out->list = list;
  }
  out->list[out->n++] = arena_text(arena, value);
  return true;
}

/* How many values the range has, and which; the last one is never beyond the bound, however the
 * steps are rounded. */
static double count_of(const struct range *range) {
  double from = range->from.value, to = range->to.value;
  switch (range->spacing) {
    case SPACE_STEP:
      return floor((to - from) / range->by.value + 1e-9) + 1;
    case SPACE_FACTOR:
      return floor(log(to / from) / log(range->by.value) + 1e-9) + 1;
    case SPACE_LINEAR:
    case SPACE_LOGARITHMIC:
      return range->by.value;
  }
  return 0;
}

static double value_at(const struct range *range, uint32_t i) {
  double from = range->from.value, to = range->to.value;
  double share = range->by.value > 1 ? i / (range->by.value - 1) : 0;
  switch (range->spacing) {
    case SPACE_STEP:
      return from + i * range->by.value;
    case SPACE_FACTOR:
      return from * pow(range->by.value, i);
    case SPACE_LINEAR:
      return share == 1 ? to : from + share * (to - from);
    case SPACE_LOGARITHMIC:
      return share == 1 ? to : from * pow(to / from, share);
  }
  return 0;
}

static bool add_range(struct arena *arena, const struct range *range, bool whole,
                      struct axis_values *out, struct error *err) {
  double n = count_of(range);
  if (!(n <= AXIS_VALUES_MAX)) {
    return error_set(err, "an axis has at most %u values, and this range has %.0f", AXIS_VALUES_MAX,
                     n);
  }
  whole = whole && range->from.whole && range->to.whole;
  /* Steps are decimal numbers: twelve digits show them as they are meant (0.3, not
   * 0.30000000000000004). Computed spacing is rounded further, so that it can be read. */
  int digits = range->spacing == SPACE_STEP ? 12 : SIGNIFICANT;
  char last[64] = "";
  for (uint32_t i = 0; i < (uint32_t)n; i++) {
    double value = value_at(range, i);
    if (whole && range->spacing != SPACE_STEP) value = round(value);
    char text[64];
    int shown = fabs(value) >= 1e6 && value == floor(value) ? 15 : digits;
    snprintf(text, sizeof text, "%.*g%s", shown, value, range->unit);
    if (strcmp(text, last) == 0) continue;
    memcpy(last, text, sizeof last);
    if (!axis_add(arena, text, out, err)) return false;
  }
  return true;
}

static bool expand_item(struct arena *arena, const char *item, bool whole, struct axis_values *out,
                        struct error *err) {
  struct range range;
  if (*item == '\0') {
    return error_set(err, "a value is empty; write values with one comma between two");
  }
  if (!axis_is_range(item)) return axis_add(arena, item, out, err);
  if (!read_range(item, &range)) {
    return error_set(err, "\"%.80s\" is not a range; write %s", item, EXAMPLES);
  }
  return find_unit(&range, item, err) && check_range(&range, item, err) &&
         add_range(arena, &range, whole, out, err);
}

bool axis_expand(struct arena *arena, const char *text, bool whole, struct axis_values *out,
                 struct error *err) {
  char *copy = arena_text(arena, text), *item = copy, *to = copy;
  for (const char *at = copy;; at++) {
    if (at[0] == '\\' && at[1] == ',') {
      at++;
    } else if (*at == ',' || *at == '\0') {
      bool last = *at == '\0';
      *to = '\0';
      if (!expand_item(arena, item, whole, out, err)) return false;
      if (last) return true;
      item = to = copy + (at - copy) + 1;
      continue;
    }
    *to++ = *at;
  }
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool axis_check(const struct axis_values *values, struct error *err) {
  const char **sorted = mem_zeroed(values->n + 1, sizeof *sorted);
  for (uint32_t i = 0; i < values->n; i++) sorted[i] = values->list[i];
  qsort(sorted, values->n, sizeof *sorted, by_text);
  const char *twice = NULL;
  for (uint32_t i = 1; i < values->n && twice == NULL; i++) {
    if (strcmp(sorted[i], sorted[i - 1]) == 0) twice = sorted[i];
  }
  free(sorted);
  return twice == NULL || error_set(err, "the value %.80s stands twice", twice);
}

bool axis_number(const char *value, double *out) {
  static const enum quantity tried[] = {QUANTITY_TIME,      QUANTITY_RATE,     QUANTITY_SIZE,
                                        QUANTITY_BANDWIDTH, QUANTITY_DISTANCE, QUANTITY_RATIO};
  struct error ignored;
  bool negative = *value == '-';
  const char *end = number_end(value);
  if (end != NULL && *end == '\0' && negative) {
    *out = strtod(value, NULL);
    return isfinite(*out);
  }
  for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++) {
    if (!quantity_parse(tried[i], value, out, &ignored)) continue;
    if (tried[i] == QUANTITY_TIME) *out /= 1e9;
    return true;
  }
  return false;
}
