#include "load_axis.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "number.h"
#include "quantity.h"

/* --- numbers with units ---------------------------------------------------------------------- */

/* Splits "1.2k/s" into 1.2 and "k/s". */
static bool split(const char *text, double *number, char *unit, size_t size) {
  const char *end = quantity_number_end(text);
  if (end == NULL) return false;
  *number = strtod(text, NULL);
  return g_strlcpy(unit, end, size) < size;
}

static double factor_of(const char *unit) {
  static const struct {
    enum quantity quantity;
    double to_base;
  } kinds[] = {{QUANTITY_RATE, 1},      {QUANTITY_TIME, 1e-9},  {QUANTITY_SIZE, 1},
               {QUANTITY_BANDWIDTH, 1}, {QUANTITY_DISTANCE, 1}, {QUANTITY_RATIO, 1}};
  gchar *one = g_strconcat("1", unit, NULL);
  double factor = 1, value = 0;
  struct error ignored = {0};
  for (size_t i = 0; unit[0] != '\0' && i < G_N_ELEMENTS(kinds); i++) {
    if (!quantity_parse(kinds[i].quantity, one, &value, &ignored)) continue;
    factor = value * kinds[i].to_base;
    break;
  }
  g_free(one);
  return factor;
}

/* --- the parameter --------------------------------------------------------------------------- */

static bool is_number(const struct scenario_param *param) {
  double number;
  char unit[24];
  return split(param->value, &number, unit, sizeof unit) && number > 0;
}

static bool is_rate(const struct scenario_param *param) {
  double number;
  struct error ignored = {0};
  return quantity_parse(QUANTITY_RATE, param->value, &number, &ignored);
}

/* What is meant if nothing is said: the only number, or of several the only rate. */
static const struct scenario_param *only_one(const struct scenario *s) {
  const struct scenario_param *number = NULL, *rate = NULL;
  uint32_t numbers = 0, rates = 0;
  for (uint32_t i = 0; i < s->params; i++) {
    if (!is_number(&s->param[i])) continue;
    number = &s->param[i], numbers++;
    if (is_rate(&s->param[i])) rate = &s->param[i], rates++;
  }
  return numbers == 1 ? number : rates == 1 ? rate : NULL;
}

static const struct scenario_param *find_param(const struct scenario *s, const char *name,
                                               struct error *err) {
  const char **names = g_new0(const char *, s->params + 1);
  const struct scenario_param *found = name == NULL ? only_one(s) : NULL;
  uint32_t numbers = 0;
  for (uint32_t i = 0; i < s->params; i++) {
    if (name != NULL && strcmp(s->param[i].name, name) == 0) found = &s->param[i];
    if (is_number(&s->param[i])) names[numbers++] = s->param[i].name;
  }
  if (found == NULL && numbers == 0) {
    error_set(err,
              "%s declares no parameter whose value could be varied; write, for instance, local "
              "rate = param { \"rate\", \"90/s\" }",
              s->file);
  } else if (found == NULL && name == NULL) {
    error_set(err, "which parameter is the load? say --over NAME or --over NAME=LO..HI%s",
              nearest_hint("", names, numbers, "there are").text);
  } else if (found == NULL) {
    error_set(err, "--over %.80s: %s has no such parameter%s", name, s->file,
              nearest_hint(name, names, numbers, "it has").text);
  } else if (!is_number(found)) {
    error_set(
        err,
        "--over %s: its value, %.40s, is no number above 0 that could be varied; give it a value "
        "such as 100 or 100/s with -s, or name another parameter",
        found->name, found->value);
    found = NULL;
  }
  g_free(names);
  return found;
}

/* --- the range ------------------------------------------------------------------------------- */

static bool bad_range(const struct load_axis *axis, const char *text, struct error *err) {
  return error_set(err, "--over %s wants a range such as %s=100..1000%s, not '%.60s'", axis->name,
                   axis->name, axis->unit, text);
}

static bool read_range(struct load_axis *axis, const char *text, struct error *err) {
  struct capacity_range *range = &axis->range;
  char low_unit[sizeof axis->unit], high_unit[sizeof axis->unit];
  const char *dots = strstr(text, "..");
  if (dots == NULL) return bad_range(axis, text, err);
  gchar *low = g_strndup(text, (gsize)(dots - text));
  bool ok = split(low, &range->low, low_unit, sizeof low_unit) &&
            split(dots + 2, &range->high, high_unit, sizeof high_unit) &&
            strchr(high_unit, ':') == NULL;
  g_free(low);
  if (!ok) return bad_range(axis, text, err);
  if (low_unit[0] != '\0' && strcmp(low_unit, high_unit) != 0) {
    return error_set(err, "--over %s: write both ends of the range in the same unit, not %s and %s",
                     axis->name, low_unit, high_unit[0] != '\0' ? high_unit : "none");
  }
  if (high_unit[0] != '\0') g_strlcpy(axis->unit, high_unit, sizeof axis->unit);
  if (!(range->low > 0 && range->low < range->high && range->high < 1e15)) {
    return error_set(
        err,
        "--over %s: the range '%.60s' is to rise from above 0; write LO..HI, such as 100..1000",
        axis->name, text);
  }
  range->given = true;
  return true;
}

bool load_axis_find(const struct scenario *scenario, const char *over, struct load_axis *axis,
                    struct error *err) {
  *axis = (struct load_axis){0};
  const char *equals = over != NULL ? strchr(over, '=') : NULL;
  gchar *name = equals != NULL ? g_strndup(over, (gsize)(equals - over)) : g_strdup(over);
  const struct scenario_param *param = find_param(scenario, name, err);
  g_free(name);
  if (param == NULL) return false;
  axis->name = param->name;
  split(param->value, &axis->range.start, axis->unit, sizeof axis->unit);
  /* Users and workers have no unit; who writes 1.5 means a number that can be split. */
  axis->range.whole = axis->unit[0] == '\0' && strpbrk(param->fallback, ".eE") == NULL;
  if (equals != NULL && !read_range(axis, equals + 1, err)) return false;
  axis->factor = factor_of(axis->unit);
  return true;
}

/* --- texts ----------------------------------------------------------------------------------- */

struct load_text load_axis_value(const struct load_axis *axis, double load) {
  struct load_text out;
  if (axis->range.whole) {
    snprintf(out.text, sizeof out.text, "%.0f", load);
  } else {
    snprintf(out.text, sizeof out.text, "%s%s", number_shortest(load).text, axis->unit);
  }
  return out;
}

struct load_text load_axis_label(const struct load_axis *axis, double load) {
  struct load_text out;
  if (isnan(load)) {
    snprintf(out.text, sizeof out.text, "-");
  } else if (fabs(load) >= 1e4 || axis->range.whole) {
    snprintf(out.text, sizeof out.text, "%.0f%s", load, axis->unit);
  } else {
    snprintf(out.text, sizeof out.text, "%.4g%s", load, axis->unit);
  }
  return out;
}
