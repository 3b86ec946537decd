/* The report's blocks for what makes requests: what users saw. */
#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counted.h"
#include "format.h"
#include "report.h"
#include "sim.h"
#include "table.h"
#include "unfinished.h"

static const struct row {
  const char *label, *metric;
} rows[] = {
    {"offered", "offered"},
    {"throughput", "throughput"},
    {"ended", "ended"},
    {"availability", "availability"},
    {"degraded", "degraded"},
    {"retries", "retries"},
    {"in flight", "in_flight"},
    {"unfinished", "in_flight.end"},
    {"latency mean", "latency.mean"},
    {"latency p50", "latency.p50"},
    {"latency p95", "latency.p95"},
    {"latency p99", "latency.p99"},
    {"latency p99.9", "latency.p999"},
    {"latency max", "latency.max"},
};

/* The rest of what a client reports is in the rows above and in the tables below, or is left to
 * --json (further quantiles). */
static const char *const shown[] = {
    "offered",      "requests", "ended",      "throughput", "goodput",
    "availability", "degraded", "retries",    "in_flight",  "in_flight.end",
    "latency.*",    "errors.*", "op.*",       "tier.*",     "downtime",
    "part.*",       "during.*", "recovers.*", "journey.*",  "journeys",
    "journeys.end", NULL};

/* Zero, or not known, as where no request ended. */
static bool is_nothing(const struct result *r) {
  return r->estimate.value == 0 || isnan(r->estimate.value);
}

/* A year is not told where a planned fault makes the run unlike one. */
static void note(const struct results *results, const struct result *r, double failed,
                 GString *out) {
  bool latency = strstr(r->name, ".latency.") != NULL;
  char *without = unfinished_without(latency ? failed : 0, r->unfinished);
  g_string_assign(out, without);
  free(without);
  if (out->len > 0 && !isnan(r->estimate.value)) return;
  g_string_truncate(out, 0);
  if (strstr(r->name, ".availability") != NULL) {
    struct label nines = format_nines(r->estimate.value);
    if (nines.text[0] == '\0') return;
    g_string_assign(out, nines.text);
    if (spec_plans_fault(&results->scenario->spec)) return;
    g_string_append_printf(out, ": %s", format_year(r->estimate.value).text);
  } else if (isnan(r->estimate.value)) {
    return;
  } else if (r->estimate.n > 0 && result_samples_beyond(r) < FEW_SAMPLES) {
    double beyond = floor(result_samples_beyond(r));
    g_string_printf(out, "rests on %.0f sample%s", beyond, beyond == 1 ? "" : "s");
  } else if (r->few_spells > 0) {
    g_string_printf(out, "rests on %.0f busy spell%s", r->few_spells,
                    r->few_spells < 1.5 ? "" : "s");
  }
}

/* What a client without retries or fallbacks has none of is no news, nor that all has ended. */
static bool is_always_shown(const char *metric) {
  return strcmp(metric, "retries") != 0 && strcmp(metric, "degraded") != 0 &&
         strcmp(metric, "in_flight.end") != 0;
}

/* Errors by cause, as a share of the requests that ended and as a rate. */
static void add_errors(struct table *table, const struct results *results, const char *client) {
  const struct result *requests = results_find_of(results, client, "requests");
  double ended = results_value_of(results, client, "ended");
  for (uint32_t i = 0; requests != NULL && i < results->n; i++) {
    const struct result *r = &results->list[i];
    const char *own = report_own_part(r, client);
    if (own == NULL || strncmp(own, "errors.", 7) != 0) continue;
    if (is_nothing(r) || isnan(ended)) continue;
    struct estimate share =
        counted_share(r->replication, requests->replication, results->replications);
    gchar *label = g_strconcat("error ", own + 7, NULL);
    report_row(table, label, UNIT_RATIO, &share,
               format_value(UNIT_PER_SECOND, share.value * ended).text);
    g_free(label);
  }
}

static void print_rows(const struct results *results, const char *client, const struct term *term) {
  struct table *table = table_new(REPORT_LAYOUT, 2);
  GString *remark = g_string_new(NULL);
  double failed = 1 - results_value_of(results, client, "availability");
  struct format_column times = {.unit = UNIT_SECONDS}, rates = {.unit = UNIT_PER_SECOND};
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    const struct result *r = results_find_of(results, client, rows[i].metric);
    if (r == NULL) continue;
    if (r->unit == UNIT_SECONDS) format_see(&times, r->estimate.value);
    if (r->unit == UNIT_PER_SECOND) format_see(&rates, r->estimate.value);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    const struct result *r = results_find_of(results, client, rows[i].metric);
    if (r == NULL || (is_nothing(r) && !is_always_shown(rows[i].metric))) continue;
    if (!(failed > 0) && strcmp(rows[i].metric, "ended") == 0) continue; /* all were answered ok */
    note(results, r, failed, remark);
    if (r->unit == UNIT_SECONDS) {
      report_row_in(table, rows[i].label, &times, &r->estimate, remark->str);
    } else if (r->unit == UNIT_PER_SECOND && r->estimate.value == 0) {
      report_row_in(table, rows[i].label, &rates, &r->estimate, remark->str);
    } else {
      report_row(table, rows[i].label, r->unit, &r->estimate, remark->str);
    }
  }
  add_errors(table, results, client);
  report_others(table, results, client, true, shown);
  g_string_free(remark, TRUE);
  table_finish(table, term);
}

#define PARTS_SHOWN 6u /* metrics of an operation or a client in a row of its own */

static void see_columns(const struct results *results, const char *owner,
                        const char *const metric[PARTS_SHOWN],
                        struct format_column column[PARTS_SHOWN]) {
  for (size_t k = 0; k < PARTS_SHOWN; k++) {
    const struct result *r = results_find_of(results, owner, metric[k]);
    if (r == NULL) continue;
    column[k].unit = r->unit;
    format_see(&column[k], r->estimate.value);
  }
}

/* Below a row: what its availability and its latencies leave out. */
static void end_row(struct table *table, const struct results *results, const char *owner) {
  char *without = unfinished_without(0, unfinished_of(results, owner));
  table_end_row(table);
  if (without[0] != '\0') table_remark(table, 1, STYLE_DIM, without);
  free(without);
}

static void add_cells(struct table *table, const struct results *results, const char *owner,
                      const char *const metric[PARTS_SHOWN],
                      const struct format_column column[PARTS_SHOWN]) {
  for (size_t k = 0; k < PARTS_SHOWN; k++) {
    const struct result *r = results_find_of(results, owner, metric[k]);
    table_cell(table, STYLE_PLAIN, r != NULL ? format_in(&column[k], r->estimate.value).text : "");
  }
}

/* One row for each operation, or each tier, of a client. */
static void print_parts(const struct results *results, const char *client, const char *what,
                        const char *const *name, uint32_t names, const struct term *term) {
  static const char *const metric[PARTS_SHOWN] = {"throughput",  "availability", "latency.p50",
                                                  "latency.p95", "latency.p99",  "latency.p999"};
  struct format_column column[PARTS_SHOWN] = {0};
  const char *const head[] = {strcmp(what, "op") == 0 ? "operation" : what,
                              "throughput",
                              "availability",
                              "p50",
                              "p95",
                              "p99",
                              "p99.9"};
  struct table *table = table_new("Lrrrrrr", 2);
  for (size_t i = 0; i < G_N_ELEMENTS(head); i++) table_cell(table, STYLE_DIM, head[i]);
  uint32_t found = 0;
  for (uint32_t i = 0; i < names; i++) {
    gchar *prefix = g_strdup_printf("%s.%s.%s", client, what, name[i]);
    see_columns(results, prefix, metric, column);
    g_free(prefix);
  }
  for (uint32_t i = 0; i < names; i++) {
    gchar *prefix = g_strdup_printf("%s.%s.%s", client, what, name[i]);
    if (results_find_of(results, prefix, "throughput") != NULL) {
      found++;
      table_cell(table, STYLE_PLAIN, name[i]);
      add_cells(table, results, prefix, metric, column);
      end_row(table, results, prefix);
    }
    g_free(prefix);
  }
  if (found > 1) {
    fputc('\n', term->out);
    table_finish(table, term);
  } else {
    table_drop(table);
  }
}

/* Journeys as wholes. */
static void print_journeys(const struct results *results, const char *client,
                           const struct term *term) {
  static const char *const metric[] = {"throughput",  "availability", "latency.p50",
                                       "latency.p95", "latency.p99",  "waiting"},
                           *const head[] = {"journeys", "availability", "p50",
                                            "p95",      "p99",          "waiting"};
  struct format_column column[PARTS_SHOWN] = {0};
  gchar *owner = g_strconcat(client, ".journey", NULL);
  if (results_find_of(results, owner, "throughput") != NULL) {
    struct table *table = table_new("Lrrrrr", 2);
    for (size_t i = 0; i < G_N_ELEMENTS(head); i++) table_cell(table, STYLE_DIM, head[i]);
    see_columns(results, owner, metric, column);
    add_cells(table, results, owner, metric, column);
    end_row(table, results, owner);
    fputc('\n', term->out);
    table_finish(table, term);
  }
  g_free(owner);
}

/* --- many clients --------------------------------------------------------------------------- */

struct client {
  const char *name;
  double failed, requests; /* in a replication */
};

static int by_failed(const void *left, const void *right) {
  const struct client *a = left, *b = right;
  if (a->failed != b->failed) return a->failed > b->failed ? -1 : 1;
  if (a->requests != b->requests) return a->requests > b->requests ? -1 : 1;
  return strcmp(a->name, b->name);
}

/* A row each for those of which most failed, then the busiest; the names of what is beyond a screen
 * help nobody. */
static void print_many(const struct results *results, struct client *list, uint32_t n,
                       const struct term *term) {
  static const char *const metric[PARTS_SHOWN] = {"offered",     "throughput",  "availability",
                                                  "latency.p50", "latency.p95", "latency.p99"};
  struct format_column column[PARTS_SHOWN] = {0};
  static const char *const head[] = {"",    "offered", "throughput", "availability",
                                     "p50", "p95",     "p99"};
  qsort(list, n, sizeof *list, by_failed);
  gchar *note = g_strdup_printf("%u", n);
  fputc('\n', term->out);
  term_rule(term, "clients", note);
  g_free(note);
  struct table *table = table_new("Lrrrrrr", 2);
  for (size_t i = 0; i < G_N_ELEMENTS(head); i++) table_cell(table, STYLE_DIM, head[i]);
  for (uint32_t c = 0; c < n && c < REPORT_ROWS; c++) {
    see_columns(results, list[c].name, metric, column);
  }
  for (uint32_t c = 0; c < n && c < REPORT_ROWS; c++) {
    table_cell(table, STYLE_PLAIN, list[c].name);
    add_cells(table, results, list[c].name, metric, column);
    end_row(table, results, list[c].name);
  }
  table_finish(table, term);
  report_left_out(n, "clients", "those of which most requests failed, then the busiest", term);
}

static bool print_as_many(const struct results *results, const struct term *term) {
  const struct spec *spec = &results->scenario->spec;
  struct client *list = g_new0(struct client, spec->components + 1);
  uint32_t n = 0;
  for (uint32_t c = 0; c < spec->components; c++) {
    if (!spec->component[c].kind->is_source) continue;
    const char *name = spec->component[c].name;
    double requests = results_value_of(results, name, "requests");
    double failed = requests * unfinished_or_failed(results, name);
    list[n++] = (struct client){name, isnan(failed) ? 0 : failed, isnan(requests) ? 0 : requests};
  }
  bool many = n > REPORT_BLOCKS;
  if (many) print_many(results, list, n, term);
  g_free(list);
  return many;
}

void report_sources(const struct results *results, const struct term *term) {
  const struct spec *spec = &results->scenario->spec;
  if (print_as_many(results, term)) return;
  for (uint32_t c = 0; c < spec->components; c++) {
    const struct component_spec *component = &spec->component[c];
    if (!component->kind->is_source) continue;
    fputc('\n', term->out);
    term_rule(term, component->name, component->kind->name);
    print_rows(results, component->name, term);
    print_journeys(results, component->name, term);
    print_parts(results, component->name, "op", spec->op, spec->ops, term);
    print_parts(results, component->name, "tier", spec->tier, spec->tiers, term);
  }
}
