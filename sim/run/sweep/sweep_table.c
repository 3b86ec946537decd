#include "sweep_table.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "csv.h"
#include "format.h"
#include "report.h"
#include "sweep_csv.h"
#include "sweep_kinds.h"
#include "sweep_reach.h"
#include "table.h"

#define MEASURES_MAX 26u /* they are named by letters */
#define GAP 2u
#define KINDS_TOLD 3u

/* A column beside the axes: the metric of a goal or, without goals, one of a few usual ones. */
struct measure {
  char *metric, *text;
  bool is_goal, varies; /* from point to point */
  uint32_t met, undecided;
};

struct row {
  char **cell; /* point, axes, measures */
  enum style *style;
};

struct sweep_table {
  const json_t *manifest, *axes;
  uint32_t axes_n, measures, points;
  struct measure measure[MEASURES_MAX];
  GArray *rows;
  struct sweep_reach *reach;
  bool without;   /* a value has a star */
  uint32_t kinds; /* points with two kinds of replications */
  char *kind[KINDS_TOLD];
};

struct sweep_table *sweep_table_new(const json_t *manifest) {
  struct sweep_table *table = g_new0(struct sweep_table, 1);
  table->manifest = manifest;
  table->axes = json_object_get(manifest, "axes");
  table->axes_n = (uint32_t)json_array_size(table->axes);
  table->rows = g_array_new(FALSE, FALSE, sizeof(struct row));
  table->reach = sweep_reach_new(manifest);
  return table;
}

/* --- which measures ------------------------------------------------------------------------- */

static void add_measure(struct sweep_table *table, const char *metric, const char *text,
                        bool is_goal) {
  if (table->measures == MEASURES_MAX) return;
  table->measure[table->measures++] =
      (struct measure){.metric = g_strdup(metric), .text = g_strdup(text), .is_goal = is_goal};
}

/* The first client's throughput, availability and latency. */
static void add_usual(struct sweep_table *table, const json_t *metrics) {
  static const char *const usual[] = {"throughput", "availability", "latency.mean", "latency.p99"};
  const char *name;
  json_t *ignored;
  json_object_foreach((json_t *)metrics, name, ignored) {
    if (!g_str_has_suffix(name, ".goodput")) continue;
    char *client = g_strndup(name, strlen(name) - strlen(".goodput"));
    for (size_t i = 0; i < G_N_ELEMENTS(usual); i++) {
      char *metric = g_strconcat(client, ".", usual[i], NULL);
      if (json_object_get(metrics, metric) != NULL) add_measure(table, metric, metric, false);
      g_free(metric);
    }
    g_free(client);
    return;
  }
}

static void choose_measures(struct sweep_table *table, const json_t *point) {
  const json_t *goals = json_object_get(point, "goals");
  for (size_t i = 0; i < json_array_size(goals); i++) {
    const json_t *goal = json_array_get(goals, i);
    add_measure(table, sweep_text(goal, "metric"), sweep_text(goal, "goal"), true);
  }
  if (table->measures == 0) add_usual(table, json_object_get(point, "metrics"));
}

/* --- rows ----------------------------------------------------------------------------------- */

static struct label value_cell(const json_t *tree) {
  return format_value(csv_unit_of(sweep_text(tree, "unit")), sweep_number(tree, "value"));
}

static void tally(struct sweep_table *table, const json_t *point) {
  const json_t *goals = json_object_get(point, "goals");
  for (uint32_t i = 0; i < table->measures; i++) {
    struct measure *measure = &table->measure[i];
    if (!measure->is_goal) continue;
    const json_t *goal = json_array_get(goals, i);
    enum verdict verdict = sweep_verdict(goal);
    if (verdict == VERDICT_PASS) measure->met++;
    if (verdict == VERDICT_UNDECIDED) measure->undecided++;
    if (strcmp(sweep_text(goal, "goal"), measure->text) != 0) measure->varies = true;
  }
}

static void keep_row(struct sweep_table *table, const json_t *point) {
  uint32_t columns = 1 + table->axes_n + table->measures;
  struct row row = {g_new0(char *, columns + 1), g_new0(enum style, columns)};
  uint32_t c = 0;
  row.style[c] = STYLE_DIM;
  row.cell[c++] =
      g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(point, "point")));
  for (uint32_t i = 0; i < table->axes_n; i++) {
    row.cell[c++] =
        g_strdup(sweep_param(point, sweep_text(json_array_get(table->axes, i), "name")));
  }
  for (uint32_t i = 0; i < table->measures; i++, c++) {
    const struct measure *measure = &table->measure[i];
    const json_t *tree = json_object_get(json_object_get(point, "metrics"), measure->metric);
    if (measure->is_goal) {
      tree = json_array_get(json_object_get(point, "goals"), i);
      row.style[c] = report_style(sweep_verdict(tree));
    }
    /* Who still waited is in no availability and in no latency. */
    bool without = sweep_number(tree, "unfinished") > 0;
    row.cell[c] = g_strconcat(value_cell(tree).text, without ? "*" : "", NULL);
    table->without |= without;
  }
  g_array_append_val(table->rows, row);
}

void sweep_table_add(struct sweep_table *table, const json_t *point) {
  if (table->points++ == 0) choose_measures(table, point);
  tally(table, point);
  sweep_reach_add(table->reach, point);
  if (table->rows->len < SWEEP_ROWS_SHOWN) keep_row(table, point);
  char *kinds = sweep_kinds(point);
  if (kinds != NULL && table->kinds++ < KINDS_TOLD) {
    table->kind[table->kinds - 1] =
        g_strdup_printf("point %" JSON_INTEGER_FORMAT
                        " has two kinds of replications, and none is like its mean: %s",
                        json_integer_value(json_object_get(point, "point")), kinds);
  }
  g_free(kinds);
}

/* --- printing ------------------------------------------------------------------------------- */

/* What all points share, as `run` says it. */
static void print_params(const struct sweep_table *table, const struct term *term) {
  GString *line = g_string_new(NULL);
  const char *name;
  json_t *value;
  json_object_foreach(json_object_get(table->manifest, "params"), name, value) {
    g_string_append_printf(line, "%s%s=%s", line->len > 0 ? ", " : "with ", name,
                           json_string_value(value));
  }
  if (line->len > 0) term_wrap(term, STYLE_DIM, line->str, 0, 2);
  g_string_free(line, TRUE);
}

static void print_head(const struct sweep_table *table, const char *title,
                       const struct term *term) {
  const char *name = sweep_text(table->manifest, "scenario");
  const char *question = sweep_text(table->manifest, "question");
  term_put(term, STYLE_BOLD, name);
  if (*question != '\0') {
    term_put(term, STYLE_PLAIN, ": ");
    const char *end = strchr(question, '?');
    char *first =
        end != NULL ? g_strndup(question, (gsize)(end + 1 - question)) : g_strdup(question);
    term_wrap(term, STYLE_PLAIN, first, term_width(name) + 2, 2);
    g_free(first);
  } else {
    fputc('\n', term->out);
  }
  GString *line = g_string_new("over ");
  for (uint32_t i = 0; i < table->axes_n; i++) {
    const json_t *axis = json_array_get(table->axes, i);
    const json_t *values = json_object_get(axis, "values");
    size_t n = json_array_size(values);
    g_string_append_printf(line, "%s%s=", i > 0 ? ", " : "", sweep_text(axis, "name"));
    const char *first = json_string_value(json_array_get(values, 0));
    const char *last = json_string_value(json_array_get(values, n - 1));
    g_string_append(line, first);
    if (n > 1) g_string_append_printf(line, "%s%s", n > 2 ? " .. " : " and ", last);
    if (n > 2) g_string_append_printf(line, " (%zu)", n);
  }
  term_wrap(term, STYLE_DIM, line->str, 0, 2);
  g_string_free(line, TRUE);
  print_params(table, term);
  term_wrap(term, STYLE_DIM, title, 0, 2);
}

static const char *mark(const struct term *term, enum style style) {
  if (style == STYLE_WARN) return term_question(term);
  return style == STYLE_GOOD ? term_tick(term) : style == STYLE_BAD ? term_cross(term) : "";
}

static char *how_often(const struct measure *measure, uint32_t points) {
  if (!measure->is_goal) return g_strdup("");
  if (measure->undecided == 0) return g_strdup_printf("met at %u of %u", measure->met, points);
  return g_strdup_printf("met at %u of %u, %u undecided", measure->met, points, measure->undecided);
}

/* Letter, goal, and at how many points it is met. */
static void print_legend(const struct sweep_table *table, const struct term *term) {
  struct table *out = table_new("lLr", 2);
  fputc('\n', term->out);
  for (uint32_t i = 0; i < table->measures; i++) {
    const struct measure *measure = &table->measure[i];
    char letter[2] = {(char)('a' + i), '\0'};
    table_cell(out, STYLE_BOLD, letter);
    char *text = g_strconcat(measure->text, measure->varies ? " (varies)" : "", NULL);
    table_cell(out, STYLE_PLAIN, text);
    g_free(text);
    char *met = how_often(measure, table->points);
    bool all = measure->met == table->points, none = measure->met + measure->undecided == 0;
    table_cell(out, all ? STYLE_GOOD : none ? STYLE_BAD : STYLE_PLAIN, met);
    g_free(met);
    table_end_row(out);
  }
  table_finish(out, term);
}

static bool is_marked(enum style style) {
  return style == STYLE_GOOD || style == STYLE_BAD || style == STYLE_WARN;
}

static uint32_t column_width(const struct sweep_table *table, uint32_t column, const char *head) {
  uint32_t width = term_width(head);
  for (guint r = 0; r < table->rows->len; r++) {
    const struct row *row = &g_array_index(table->rows, struct row, r);
    uint32_t mark_width = is_marked(row->style[column]) ? 2 : 0;
    width = MAX(width, term_width(row->cell[column]) + mark_width);
  }
  return width;
}

static char *head_of(const struct sweep_table *table, uint32_t column) {
  if (column == 0) return g_strdup("point");
  if (column <= table->axes_n) {
    return g_strdup(sweep_text(json_array_get(table->axes, column - 1), "name"));
  }
  return g_strdup_printf("%c", (char)('a' + column - 1 - table->axes_n));
}

/* How many columns fit on a line, from the left. */
static uint32_t columns_that_fit(const struct sweep_table *table) {
  uint32_t all = 1 + table->axes_n + table->measures, total = 2, n = 0;
  for (; n < all && n < TABLE_MAX_COLUMNS; n++) {
    char *head = head_of(table, n);
    total += column_width(table, n, head) + (n > 0 ? GAP : 0);
    g_free(head);
    if (total > TERM_COLUMNS) break;
  }
  return MAX(n, 1);
}

static uint32_t print_rows(const struct sweep_table *table, const struct term *term) {
  uint32_t columns = columns_that_fit(table);
  char layout[TABLE_MAX_COLUMNS + 1] = {0};
  memset(layout, 'r', columns);
  struct table *out = table_new(layout, 2);
  fputc('\n', term->out);
  for (uint32_t c = 0; c < columns; c++) {
    char *head = head_of(table, c);
    table_cell(out, STYLE_DIM, head);
    g_free(head);
  }
  for (guint r = 0; r < table->rows->len; r++) {
    const struct row *row = &g_array_index(table->rows, struct row, r);
    for (uint32_t c = 0; c < columns; c++) {
      const char *sign = mark(term, row->style[c]);
      char *text = g_strconcat(sign, *sign ? " " : "", row->cell[c], NULL);
      table_cell(out, row->style[c], text);
      g_free(text);
    }
  }
  table_finish(out, term);
  return 1 + table->axes_n + table->measures - columns;
}

static void print_remarks(const struct sweep_table *table, uint32_t hidden, const char *where,
                          const struct term *term) {
  GString *line = g_string_new(NULL);
  uint32_t more = table->points - table->rows->len;
  if (more > 0) g_string_append_printf(line, "%u more points", more);
  if (hidden > 0) {
    g_string_append_printf(line, "%s%u more column%s", more > 0 ? " and " : "", hidden,
                           hidden == 1 ? "" : "s");
  }
  if (line->len > 0) g_string_append(line, ": --csv FILE has all; ");
  g_string_append_printf(line, "each point's results are in %s", where);
  fputc('\n', term->out);
  if (table->without) {
    term_wrap(term, STYLE_DIM, "* without requests that had not ended when the run did", 0, 2);
  }
  term_wrap(term, STYLE_DIM, line->str, 0, 2);
  g_string_free(line, TRUE);
}

static void print_kinds(const struct sweep_table *table, const struct term *term) {
  for (uint32_t i = 0; i < MIN(table->kinds, KINDS_TOLD); i++) {
    term_put(term, STYLE_WARN, "warning: ");
    term_wrap(term, STYLE_PLAIN, table->kind[i], 9, 2);
  }
  if (table->kinds > KINDS_TOLD) {
    gchar *more = g_strdup_printf("so it is at %u more points", table->kinds - KINDS_TOLD);
    term_put(term, STYLE_WARN, "warning: ");
    term_wrap(term, STYLE_PLAIN, more, 9, 2);
    g_free(more);
  }
}

/* Up to which load all goals are met comes before the tables that it follows from. */
static void print_reach(const struct sweep_table *table, const struct term *term) {
  GPtrArray *sentences = g_ptr_array_new_with_free_func(g_free);
  sweep_reach_say(table->reach, sentences);
  if (sentences->len > 0) fputc('\n', term->out);
  for (guint i = 0; i < sentences->len; i++) {
    term_put(term, STYLE_PLAIN, "  ");
    term_wrap(term, STYLE_PLAIN, g_ptr_array_index(sentences, i), 2, 4);
  }
  g_ptr_array_free(sentences, TRUE);
}

static void free_table(struct sweep_table *table) {
  sweep_reach_free(table->reach);
  for (uint32_t i = 0; i < MIN(table->kinds, KINDS_TOLD); i++) g_free(table->kind[i]);
  for (guint r = 0; r < table->rows->len; r++) {
    struct row *row = &g_array_index(table->rows, struct row, r);
    g_strfreev(row->cell);
    g_free(row->style);
  }
  g_array_free(table->rows, TRUE);
  for (uint32_t i = 0; i < table->measures; i++) {
    g_free(table->measure[i].metric);
    g_free(table->measure[i].text);
  }
  g_free(table);
}

void sweep_table_finish(struct sweep_table *table, const char *title, const char *where,
                        const struct term *term) {
  print_head(table, title, term);
  if (table->points > 0) {
    print_reach(table, term);
    if (table->measures > 0) print_legend(table, term);
    uint32_t hidden = print_rows(table, term);
    print_remarks(table, hidden, where, term);
    print_kinds(table, term);
  }
  free_table(table);
}
