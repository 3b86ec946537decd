/* The report's table of what serves requests: where time and capacity go. */
#include <glib.h>
#include <math.h>
#include <stdlib.h>

#include "format.h"
#include "report.h"
#include "sim.h"
#include "table.h"

struct column {
  const char *head, *metric;
  double quiet; /* the column is left out when all its values are this, or undefined */
};

static const struct column columns[] = {
    {"util.", "utilization", NAN},    {"queue", "queue.mean", NAN},
    {"wait", "wait.mean", NAN},       {"wait p99", "wait.p99", NAN},
    {"service", "service.mean", NAN}, {"arrivals", "arrival_rate", NAN},
    {"avail.", "availability", 1},    {"up", "uptime", 1},
};
#define COLUMNS G_N_ELEMENTS(columns)

/* What every component has; the rest is its kind's own. */
static const char *const common[] = {"utilization",  "queue.*",    "busy.mean",    "wait.*",
                                     "service.mean", "arrivals",   "completions",  "errors",
                                     "arrival_rate", "throughput", "availability", "late",
                                     "uptime",       "downtime",   "mtbf",         NULL};

static bool column_speaks(const struct results *results, const struct column *column) {
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t c = 0; c < spec->components; c++) {
    if (spec->component[c].kind->is_source) continue;
    double value = results_value_of(results, spec->component[c].name, column->metric);
    if (!isnan(value) && value != column->quiet) return true;
  }
  return false;
}

/* Members differ when one carries clearly more load, fails clearly more or was down longer. */
static bool members_differ(const struct results *results, const struct component_spec *component) {
  static const struct {
    const char *metric;
    double absolute, relative;
  } notable[] = {{"utilization", 0.1, 0},
                 {"arrivals", 0, 0.25},
                 {"uptime", 1e-9, 0},
                 {"availability", 0.01, 0}};
  for (size_t k = 0; k < G_N_ELEMENTS(notable); k++) {
    double least = INFINITY, most = -INFINITY;
    for (uint32_t i = 1; i <= component->instances; i++) {
      gchar *name = g_strdup_printf("%s[%u]", component->name, i);
      double value = results_value_of(results, name, notable[k].metric);
      g_free(name);
      if (isnan(value)) continue;
      least = fmin(least, value);
      most = fmax(most, value);
    }
    if (most - least > notable[k].absolute + notable[k].relative * most) return true;
  }
  return false;
}

/* What is to be shown of the columns: whether at all, and in which unit. */
struct shown_columns {
  bool speaks[COLUMNS];
  struct format_column unit[COLUMNS];
};

static void add_row(struct table *table, const struct results *results, const char *label,
                    const char *name, const struct shown_columns *shown, enum style style) {
  table_cell(table, style, label);
  for (size_t i = 0; i < COLUMNS; i++) {
    if (!shown->speaks[i]) continue;
    const struct result *r = results_find_of(results, name, columns[i].metric);
    table_cell(table, style, r != NULL ? format_in(&shown->unit[i], r->estimate.value).text : "");
  }
  table_end_row(table);
}

static void see_row(const struct results *results, const char *name, struct shown_columns *shown) {
  for (size_t i = 0; i < COLUMNS; i++) {
    const struct result *r = results_find_of(results, name, columns[i].metric);
    if (r == NULL) continue;
    shown->unit[i].unit = r->unit;
    format_see(&shown->unit[i], r->estimate.value);
  }
}

static void add_members(struct table *table, const struct results *results,
                        const struct component_spec *component, const struct shown_columns *shown) {
  for (uint32_t i = 1; i <= component->instances; i++) {
    gchar *name = g_strdup_printf("%s[%u]", component->name, i);
    gchar *label = g_strdup_printf("  %s", name);
    add_row(table, results, label, name, shown, STYLE_DIM);
    g_free(label);
    g_free(name);
  }
}

/* --- which are shown ------------------------------------------------------------------------ */

struct shown {
  uint32_t component; /* index into the spec */
  double busy;        /* NaN as 0 */
  bool failed;
};

static int by_trouble(const void *left, const void *right) {
  const struct shown *a = left, *b = right;
  if (a->failed != b->failed) return a->failed ? -1 : 1;
  if (a->busy != b->busy) return a->busy > b->busy ? -1 : 1;
  return a->component < b->component ? -1 : 1;
}

static int by_place(const void *left, const void *right) {
  const struct shown *a = left, *b = right;
  return a->component < b->component ? -1 : 1;
}

/* All components but sources; of many those that failed or are busiest, in the order of the
 * scenario. `all`: how many there are. To be freed. */
static struct shown *choose(const struct results *results, bool every, uint32_t *n, uint32_t *all) {
  const struct spec *spec = &results->scenario->spec;
  struct shown *list = g_new0(struct shown, spec->components + 1);
  *all = 0;
  for (uint32_t c = 0; c < spec->components; c++) {
    const char *name = spec->component[c].name;
    if (spec->component[c].kind->is_source) continue;
    double busy = results_value_of(results, name, "utilization");
    bool failed = results_value_of(results, name, "availability") < 1 - FAILED_NEGLIGIBLE ||
                  results_value_of(results, name, "uptime") < 1;
    list[(*all)++] = (struct shown){c, isnan(busy) ? 0 : busy, failed};
  }
  *n = *all;
  if (!every && *all > REPORT_ROWS) {
    qsort(list, *all, sizeof *list, by_trouble);
    *n = REPORT_ROWS;
    qsort(list, *n, sizeof *list, by_place);
  }
  return list;
}

static bool has_members(const struct results *results, const struct report_options *options,
                        const struct component_spec *component) {
  return component->instances > 1 && (options->members || members_differ(results, component));
}

static void see_all(const struct results *results, const struct report_options *options,
                    const struct shown *list, uint32_t n, struct shown_columns *shown) {
  for (uint32_t c = 0; c < n; c++) {
    const struct component_spec *component = &results->scenario->spec.component[list[c].component];
    see_row(results, component->name, shown);
    if (!has_members(results, options, component)) continue;
    for (uint32_t i = 1; i <= component->instances; i++) {
      gchar *name = g_strdup_printf("%s[%u]", component->name, i);
      see_row(results, name, shown);
      g_free(name);
    }
  }
}

static void print_table(const struct results *results, const struct report_options *options,
                        const struct shown *list, uint32_t shown, const struct term *term) {
  const struct spec *spec = &results->scenario->spec;
  struct shown_columns columns_shown = {0};
  bool *speaks = columns_shown.speaks;
  see_all(results, options, list, shown, &columns_shown);
  char layout[COLUMNS + 2] = "L";
  size_t n = 1;
  for (size_t i = 0; i < COLUMNS; i++) {
    speaks[i] = column_speaks(results, &columns[i]);
    if (speaks[i]) layout[n++] = 'r';
  }
  struct table *table = table_new(layout, 2);
  table_cell(table, STYLE_DIM, "");
  for (size_t i = 0; i < COLUMNS; i++) {
    if (speaks[i]) table_cell(table, STYLE_DIM, columns[i].head);
  }
  for (uint32_t c = 0; c < shown; c++) {
    const struct component_spec *component = &spec->component[list[c].component];
    gchar *label = component->instances == 1
                       ? g_strdup(component->name)
                       : g_strdup_printf("%s x%u", component->name, component->instances);
    add_row(table, results, label, component->name, &columns_shown, STYLE_PLAIN);
    g_free(label);
    if (has_members(results, options, component)) {
      add_members(table, results, component, &columns_shown);
    }
  }
  table_finish(table, term);
}

static void print_others(const struct results *results, const struct shown *list, uint32_t shown,
                         const struct term *term) {
  const struct spec *spec = &results->scenario->spec;
  struct table *table = table_new(REPORT_LAYOUT, 2);
  uint32_t added = 0;
  for (uint32_t c = 0; c < shown; c++) {
    added += report_others(table, results, spec->component[list[c].component].name, common);
  }
  added += report_others(table, results, "path", common);
  if (added > 0) {
    fputc('\n', term->out);
    table_finish(table, term);
  } else {
    table_drop(table);
  }
}

void report_components(const struct results *results, const struct report_options *options,
                       const struct term *term) {
  uint32_t shown, all;
  struct shown *list = choose(results, options->members, &shown, &all);
  if (all > 0) {
    fputc('\n', term->out);
    term_rule(term, "components", "");
    print_table(results, options, list, shown, term);
    if (shown < all) {
      report_left_out(all, "components", "those that failed and the busiest", term);
    }
    print_others(results, list, shown, term);
  }
  g_free(list);
}
