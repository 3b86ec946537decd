#include "plot_script.h"

#include <math.h>
#include <string.h>

#include "number.h"
#include "plot_text.h"

#define KEY_WIDTH 84u /* columns that fit beside each other above a plot */
#define KEY_SAMPLE 9u /* columns that the line before a name takes */

/* Whole numbers without a point: gnuplot counts, compares and indexes with those alone. */
static void append_number(GString *script, double value) {
  if (fabs(value) < 1e9 && value == floor(value)) {
    g_string_append_printf(script, "%.0f", value);
  } else {
    g_string_append(script, isfinite(value) ? number_shortest(value).text : "NaN");
  }
}

static void append_text(GString *script, const char *text, uint32_t width) {
  char *clean = plot_text_clean(text, width), *quoted = plot_text_quote(clean);
  g_string_append(script, quoted);
  g_free(clean);
  g_free(quoted);
}

void script_number(GString *script, const char *name, double value) {
  g_string_append_printf(script, "%s = ", name);
  append_number(script, value);
  g_string_append_c(script, '\n');
}

void script_text(GString *script, const char *name, const char *text, uint32_t width) {
  g_string_append_printf(script, "%s = ", name);
  append_text(script, text, width);
  g_string_append_c(script, '\n');
}

static void array_begin(GString *script, const char *name, uint32_t n) {
  g_string_append_printf(script, "%s_n = %u\narray %s[%u] = [", name, n, name, n > 0 ? n : 1);
  if (n == 0) g_string_append(script, "''");
}

void script_texts(GString *script, const char *name, const char *const *text, uint32_t n,
                  uint32_t width) {
  array_begin(script, name, n);
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) g_string_append(script, ", ");
    append_text(script, text[i], width);
  }
  g_string_append(script, "]\n");
}

void script_numbers(GString *script, const char *name, const double *value, uint32_t n) {
  array_begin(script, name, n);
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) g_string_append(script, ", ");
    append_number(script, value[i]);
  }
  g_string_append(script, "]\n");
}

void script_block(GString *script, const char *name) {
  g_string_append_printf(script, "$%s << END_OF_NUMBERS\n", name);
}

void script_row(GString *script, const double *value, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0) g_string_append_c(script, ' ');
    append_number(script, value[i]);
  }
  g_string_append_c(script, '\n');
}

void script_break(GString *script) {
  g_string_append_c(script, '\n');
}

void script_gap(GString *script, uint32_t columns) {
  /* Without any row an index would be no index, and those behind it would move up. */
  for (uint32_t i = 0; i < columns; i++) g_string_append(script, i > 0 ? " NaN" : "NaN");
  g_string_append(script, "\n\n\n");
}

void script_block_end(GString *script) {
  g_string_append(script, "END_OF_NUMBERS\n");
}

char *script_tick(const char *label) {
  GString *text = g_string_new(label);
  g_string_replace(text, "%", "%%", 0);
  return g_string_free(text, FALSE);
}

void script_axis(GString *script, const char *name, const struct plot_axis *axis) {
  const char *label[AXIS_TICKS_MAX];
  double at[AXIS_TICKS_MAX];
  char *escaped[AXIS_TICKS_MAX];
  const struct {
    const char *what;
    double value;
  } numbers[] = {{"log", axis->log}, {"lo", axis->lo}, {"hi", axis->hi}, {"step", axis->step}};
  for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
    char *full = g_strdup_printf("%s_%s", name, numbers[i].what);
    script_number(script, full, numbers[i].value);
    g_free(full);
  }
  for (uint32_t i = 0; i < axis->ticks; i++) {
    label[i] = escaped[i] = script_tick(axis->tick[i].label);
    at[i] = axis->tick[i].at;
  }
  char *at_name = g_strdup_printf("%s_at", name), *label_name = g_strdup_printf("%s_label", name);
  script_numbers(script, at_name, at, axis->ticks);
  script_texts(script, label_name, label, axis->ticks, TICK_WIDTH);
  for (uint32_t i = 0; i < axis->ticks; i++) g_free(escaped[i]);
  g_free(at_name);
  g_free(label_name);
}

char *script_axis_title(const char *what, const struct plot_axis *axis) {
  if (axis->unit[0] == '\0') return g_strdup(what);
  return g_strdup_printf("%s (%s)", what, axis->unit);
}

void script_key(GString *script, const char *const *text, uint32_t n, uint32_t width,
                uint32_t *rows) {
  uint32_t widest = 1;
  for (uint32_t i = 0; i < n; i++) {
    char *clean = plot_text_clean(text[i], width);
    widest = MAX(widest, plot_text_width(clean));
    g_free(clean);
  }
  uint32_t columns = CLAMP(KEY_WIDTH / (widest + KEY_SAMPLE), 1, MAX(n, 1));
  *rows = (n + columns - 1) / columns;
  script_number(script, "key_rows", *rows);
  script_number(script, "key_columns", columns);
}
