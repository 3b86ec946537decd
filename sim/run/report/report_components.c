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
static const char *const common[] = {
    "utilization",  "queue.*",     "busy.mean", "wait.*",       "service.mean",
    "arrivals",     "completions", "errors",    "arrival_rate", "throughput",
    "availability", "late",        "uptime",    "downtime",     "mtbf",
    "cost.*",       NULL};

static bool column_speaks(const struct results *results, const struct column *column) {
  const struct spec *spec = &results->scenario->spec;
  for (uint32_t c = 0; c < spec->components; c++) {
    if (spec->component[c].kind->is_source) continue;
    double value = results_value_of(results, spec->component[c].name, column->metric);
    if (!isnan(value) && value != column->quiet) return true;
  }
  return false;
}

/* How far counts of events that come to members at random lie apart by chance: of a thousand
 * members the most and the least by 6.5 standard deviations, which a count's square root is. */
static double chance(const struct results *results, const struct component_spec *component) {
  const struct result *all = results_find_of(results, component->name, "arrivals");
  if (all == NULL || all->estimate.n == 0) return 0;
  double each = fmax(all->estimate.value, 0) / component->instances;
  return 8 * sqrt(each / all->estimate.n);
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
    double apart = notable[k].absolute + notable[k].relative * most;
    if (notable[k].relative > 0) apart = fmax(apart, chance(results, component));
    if (most - least > apart) return true;
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

/* --- which are shown ------------------------------------------------------------------------ */

struct shown {
  uint32_t which; /* component: index into the spec; or member, from 1 */
  double busy;    /* NaN as 0 */
  bool failed;
};

static int by_trouble(const void *left, const void *right) {
  const struct shown *a = left, *b = right;
  if (a->failed != b->failed) return a->failed ? -1 : 1;
  if (a->busy != b->busy) return a->busy > b->busy ? -1 : 1;
  return a->which < b->which ? -1 : 1;
}

static int by_place(const void *left, const void *right) {
  const struct shown *a = left, *b = right;
  return a->which < b->which ? -1 : 1;
}

static struct shown look_at(const struct results *results, const char *name, uint32_t index) {
  double busy = results_value_of(results, name, "utilization");
  bool failed = results_value_of(results, name, "availability") < 1 - FAILED_NEGLIGIBLE ||
                results_value_of(results, name, "uptime") < 1;
  return (struct shown){index, isnan(busy) ? 0 : busy, failed};
}

/* Of more than REPORT_ROWS those that failed or are busiest, in the order of the scenario. */
static uint32_t keep_some(struct shown *list, uint32_t all) {
  if (all <= REPORT_ROWS) return all;
  qsort(list, all, sizeof *list, by_trouble);
  qsort(list, REPORT_ROWS, sizeof *list, by_place);
  return REPORT_ROWS;
}

/* Which those are. */
static const char *kept_are(const struct shown *list, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (list[i].failed) return "those that failed and the busiest";
  }
  return "the busiest";
}

/* All components but sources. `all`: how many there are. To be freed. */
static struct shown *choose(const struct results *results, bool every, uint32_t *n, uint32_t *all) {
  const struct spec *spec = &results->scenario->spec;
  struct shown *list = g_new0(struct shown, spec->components + 1);
  *all = 0;
  for (uint32_t c = 0; c < spec->components; c++) {
    if (spec->component[c].kind->is_source) continue;
    list[(*all)++] = look_at(results, spec->component[c].name, c);
  }
  *n = every ? *all : keep_some(list, *all);
  return list;
}

/* A member that a control or a fault never started. */
static bool was_never_there(const struct results *results, const char *name) {
  return isnan(results_value_of(results, name, "uptime")) &&
         isnan(results_value_of(results, name, "utilization"));
}

/* The same of the members of a component, which count from 1; but `every` those that were there. */
static struct shown *choose_members(const struct results *results,
                                    const struct component_spec *component, bool every,
                                    uint32_t *n) {
  struct shown *list = g_new0(struct shown, component->instances);
  uint32_t there = 0;
  for (uint32_t i = 0; i < component->instances; i++) {
    gchar *name = g_strdup_printf("%s[%u]", component->name, i + 1);
    if (every || !was_never_there(results, name)) list[there++] = look_at(results, name, i + 1);
    g_free(name);
  }
  *n = every ? there : keep_some(list, there);
  return list;
}

static bool has_members(const struct results *results, const struct report_options *options,
                        const struct component_spec *component) {
  return component->instances > 1 && (options->members || members_differ(results, component));
}

static void see_all(const struct results *results, const struct report_options *options,
                    const struct shown *list, uint32_t n, struct shown_columns *shown) {
  for (uint32_t c = 0; c < n; c++) {
    const struct component_spec *component = &results->scenario->spec.component[list[c].which];
    see_row(results, component->name, shown);
    if (!has_members(results, options, component)) continue;
    uint32_t members;
    struct shown *member = choose_members(results, component, options->members, &members);
    for (uint32_t i = 0; i < members; i++) {
      gchar *name = g_strdup_printf("%s[%u]", component->name, member[i].which);
      see_row(results, name, shown);
      g_free(name);
    }
    g_free(member);
  }
}

static void add_members(struct table *table, const struct results *results,
                        const struct component_spec *component, bool every,
                        const struct shown_columns *shown) {
  uint32_t n;
  struct shown *member = choose_members(results, component, every, &n);
  for (uint32_t i = 0; i < n; i++) {
    gchar *name = g_strdup_printf("%s[%u]", component->name, member[i].which);
    gchar *label = g_strdup_printf("  %s", name);
    add_row(table, results, label, name, shown, STYLE_DIM);
    g_free(label);
    g_free(name);
  }
  g_free(member);
}

/* NULL: all of them are shown. */
static gchar *said_of_left_out(const struct results *results,
                               const struct component_spec *component) {
  uint32_t absent = 0;
  for (uint32_t i = 1; i <= component->instances; i++) {
    gchar *name = g_strdup_printf("%s[%u]", component->name, i);
    absent += was_never_there(results, name);
    g_free(name);
  }
  bool some = component->instances - absent > REPORT_ROWS;
  if (!some && absent == 0) return NULL;
  uint32_t n;
  struct shown *list = choose_members(results, component, false, &n);
  gchar *kept = g_strdup_printf("%s are shown; --members lists all", kept_are(list, n));
  g_free(list);
  gchar *said =
      absent == 0
          ? g_strdup_printf("Of the %u of %s %s.", component->instances, component->name, kept)
          : g_strdup_printf("Of the %u of %s %u %s never there%s%s.", component->instances,
                            component->name, absent, absent == 1 ? "was" : "were",
                            some ? "; of the others " : "", some ? kept : "");
  g_free(kept);
  return said;
}

static void tell_members_left_out(const struct results *results,
                                  const struct report_options *options, const struct shown *list,
                                  uint32_t shown, const struct term *term) {
  for (uint32_t c = 0; c < shown; c++) {
    const struct component_spec *component = &results->scenario->spec.component[list[c].which];
    if (options->members || !has_members(results, options, component)) continue;
    gchar *text = said_of_left_out(results, component);
    if (text == NULL) continue;
    term_put(term, STYLE_DIM, "  ");
    term_wrap(term, STYLE_DIM, text, 2, 2);
    g_free(text);
  }
}

/* "web x4", and "pg 4x3": four shards of three copies each; to be freed. */
static gchar *label_of(const struct component_spec *c) {
  if (c->instances == 1) return g_strdup(c->name);
  if (c->copies > 1 && c->instances > c->copies) {
    return g_strdup_printf("%s %ux%u", c->name, c->instances / c->copies, c->copies);
  }
  return g_strdup_printf("%s x%u", c->name, c->instances);
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
    const struct component_spec *component = &spec->component[list[c].which];
    gchar *label = label_of(component);
    add_row(table, results, label, component->name, &columns_shown, STYLE_PLAIN);
    g_free(label);
    if (has_members(results, options, component)) {
      add_members(table, results, component, options->members, &columns_shown);
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
    added += report_others(table, results, spec->component[list[c].which].name, false, common);
  }
  added += report_others(table, results, "path", false, common);
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
    tell_members_left_out(results, options, list, shown, term);
    if (shown < all) {
      report_left_out(all, "components", kept_are(list, shown), term);
    }
    print_others(results, list, shown, term);
  }
  g_free(list);
}
