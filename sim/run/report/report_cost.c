/* The report's table of what costs something. */
#include <glib.h>
#include <math.h>

#include "format.h"
#include "price.h"
#include "report.h"
#include "sim.h"
#include "table.h"

static double value_of(const struct results *results, const char *owner, const char *metric) {
  gchar *name = g_strconcat(owner, metric, NULL);
  const struct result *r = results_find(results, name);
  g_free(name);
  return r ? r->estimate.value : NAN;
}

static void row(struct table *table, const struct results *results, const char *label,
                const char *owner) {
  double hour = value_of(results, owner, "cost.hour"), all = value_of(results, "", "cost.hour");
  double month = hour * PRICE_MONTH_H;
  double request = value_of(results, owner, "cost.request");
  table_cell(table, STYLE_PLAIN, label);
  table_cell(table, STYLE_BOLD, format_value(UNIT_MONEY, hour).text);
  table_cell(table, STYLE_PLAIN, format_value(UNIT_MONEY, month).text);
  table_cell(table, STYLE_PLAIN, format_value(UNIT_MONEY, request).text);
  table_cell(table, STYLE_DIM, all > 0 ? format_value(UNIT_RATIO, hour / all).text : "");
  table_end_row(table);
}

void report_cost(const struct results *results, const struct term *term) {
  const struct spec *spec = &results->scenario->spec;
  if (results_find(results, "cost.hour") == NULL) return;
  fputc('\n', term->out);
  term_rule(term, "cost", "a month has 730 h");
  struct table *table = table_new("Lrrrr", 2);
  static const char *const heads[] = {"", "an hour", "a month", "a request", "share"};
  for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) table_cell(table, STYLE_DIM, heads[i]);
  table_end_row(table);
  row(table, results, "all", "");
  for (uint32_t c = 0; c < spec->components; c++) {
    if (spec->component[c].price == NULL) continue;
    gchar *owner = g_strconcat(spec->component[c].name, ".", NULL);
    row(table, results, spec->component[c].name, owner);
    g_free(owner);
  }
  for (uint32_t p = 0; p < spec->paths; p++) {
    const struct path_spec *path = &spec->path[p];
    if (path->price == NULL) continue;
    gchar *label =
        g_strdup_printf("path.%s.%s", spec_path_from(spec, path), spec_path_to(spec, path));
    gchar *owner = g_strconcat(label, ".", NULL);
    row(table, results, label, owner);
    g_free(owner);
    g_free(label);
  }
  table_finish(table, term);
}
