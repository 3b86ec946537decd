#include "report.h"

#include <fnmatch.h>
#include <glib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "format.h"
#include "table.h"

/* --- metrics by component ------------------------------------------------------------------- */

const char *report_own_part(const struct result *result, const char *component) {
  size_t n = strlen(component);
  if (strncmp(result->name, component, n) != 0 || result->name[n] != '.') return NULL;
  return result->name + n + 1;
}

static bool is_known(const char *metric, const char *const *known) {
  for (; *known != NULL; known++) {
    if (fnmatch(*known, metric, 0) == 0) return true;
  }
  return false;
}

/* Nothing happened: not worth a line. --json has it. */
static bool is_silent(const struct result *r) {
  return isnan(r->estimate.value) || (r->unit == UNIT_COUNT && r->estimate.value == 0);
}

void report_row(struct table *table, const char *label, enum metric_unit unit,
                const struct estimate *estimate, const char *remark) {
  table_cell(table, STYLE_PLAIN, label);
  table_cell(table, STYLE_BOLD, format_estimate(unit, estimate).text);
  table_cell(table, STYLE_DIM, format_interval(unit, estimate).text);
  table_cell(table, STYLE_DIM, remark);
  table_end_row(table);
}

void report_row_in(struct table *table, const char *label, const struct format_column *column,
                   const struct estimate *estimate, const char *remark) {
  table_cell(table, STYLE_PLAIN, label);
  table_cell(table, STYLE_BOLD, format_estimate_in(column, estimate).text);
  table_cell(table, STYLE_DIM, format_interval_in(column, estimate).text);
  table_cell(table, STYLE_DIM, remark);
  table_end_row(table);
}

uint32_t report_others(struct table *table, const struct results *results, const char *component,
                       bool under_its_name, const char *const *known) {
  uint32_t added = 0;
  for (uint32_t i = 0; i < results->n; i++) {
    const struct result *r = &results->list[i];
    const char *own = report_own_part(r, component);
    if (own == NULL || is_known(own, known) || is_silent(r)) continue;
    report_row(table, under_its_name ? own : r->name, r->unit, &r->estimate, "");
    added++;
  }
  return added;
}

/* --- head ----------------------------------------------------------------------------------- */

static void print_title(const struct results *results, const struct term *term) {
  const struct scenario *s = results->scenario;
  term_put(term, STYLE_BOLD, s->name);
  if (s->question[0] == '\0') {
    fputc('\n', term->out);
    return;
  }
  term_put(term, STYLE_PLAIN, ": ");
  gchar *question = g_strndup(s->question, format_question(s->question));
  term_wrap(term, STYLE_PLAIN, question, term_width(s->name) + 2, 2);
  g_free(question);
}

static void print_params(const struct scenario *s, const struct term *term) {
  if (s->params == 0) return;
  GString *line = g_string_new("with ");
  for (uint32_t i = 0; i < s->params; i++) {
    g_string_append_printf(line, "%s%s=%s", i > 0 ? ", " : "", s->param[i].name, s->param[i].value);
  }
  term_wrap(term, STYLE_DIM, line->str, 0, 2);
  g_string_free(line, TRUE);
}

void report_run(const struct results *results, const struct term *term) {
  const struct warmup *w = &results->warmup;
  bool antithetic = results->scenario->run.antithetic;
  GString *line = g_string_new(NULL);
  g_string_append_printf(line, "seed %" PRIu64 ", %u %s%s of %s, ", results->seed,
                         results->replications, antithetic ? "antithetic pair" : "replication",
                         results->replications == 1 ? "" : "s",
                         format_duration(results->duration_ns).text);
  if (w->ns == 0) {
    g_string_append(line, "no warm-up");
  } else {
    g_string_append_printf(line, "the first %s left out as warm-up",
                           format_within(w->ns, results->duration_ns).text);
  }
  if (w->automatic) {
    g_string_append(line, w->changing != NULL ? " (the rate changes)"
                          : w->cut_by != NULL ? " (cut)"
                                              : " (MSER-5)");
  }
  if (results->interval == INTERVAL_BATCH_MEANS) {
    g_string_append_printf(line, "; intervals from batch means of %u parts", BATCHES);
  }
  term_wrap(term, STYLE_DIM, line->str, 0, 2);

  const struct precision *p = &results->precision;
  if (p->wanted > 0) {
    g_string_printf(line, "precision: %s wanted", format_value(UNIT_RATIO, p->wanted).text);
    if (p->metric != NULL && isfinite(p->reached)) {
      g_string_append_printf(line, ", %s is known to %s", p->metric,
                             format_value(UNIT_RATIO, p->reached).text);
    }
    term_wrap(term, STYLE_DIM, line->str, 0, 2);
  }

  double rate = results->wall_s > 0 ? (double)results->events / results->wall_s : NAN;
  g_string_printf(line, "%s events", format_count((double)results->events).text);
  g_string_append_printf(line, " in %s", format_value(UNIT_SECONDS, results->wall_s).text);
  g_string_append_printf(line, " (%s)", format_value(UNIT_PER_SECOND, rate).text);
  g_string_append_printf(line, ", fingerprint %016" PRIx64, results->fingerprint);
  term_wrap(term, STYLE_DIM, line->str, 0, 2);
  g_string_free(line, TRUE);
}

/* --- trust ---------------------------------------------------------------------------------- */

static void print_physics(const struct results *results, const struct term *term) {
  uint32_t failed = 0;
  for (uint32_t i = 0; i < results->checks; i++) failed += !results->check[i].pass;
  gchar *line = failed == 0 ? g_strdup_printf("physics: %u check%s passed", results->checks,
                                              results->checks == 1 ? "" : "s")
                            : g_strdup_printf(
                                  "physics: %u of %u checks FAILED (a defect of "
                                  "archsim: please report it)",
                                  failed, results->checks);
  term_wrap(term, failed == 0 ? STYLE_DIM : STYLE_BAD, line, 0, 2);
  g_free(line);
  for (uint32_t i = 0; i < results->checks; i++) {
    const struct check_result *c = &results->check[i];
    if (c->pass) continue;
    line = g_strdup_printf("%s, in %u of %u replications, first in %u: %s", c->name, c->fails,
                           results->replications, c->shown_from, c->detail);
    term_put(term, STYLE_BAD, "  ");
    term_wrap(term, STYLE_BAD, line, 2, 4);
    g_free(line);
  }
}

static void print_warnings(const struct results *results, const struct term *term) {
  for (uint32_t i = 0; i < results->warnings; i++) {
    term_put(term, STYLE_WARN, "warning: ");
    term_wrap(term, STYLE_PLAIN, results->warning[i], 9, 2);
  }
}

void report_left_out(uint32_t n, const char *things, const char *which, const struct term *term) {
  if (n <= REPORT_ROWS) return;
  gchar *text = g_strdup_printf("Shown are %s; --json has all %u %s.", which, n, things);
  term_put(term, STYLE_DIM, "  ");
  term_wrap(term, STYLE_DIM, text, 2, 2);
  g_free(text);
}

void report_print(const struct results *results, const struct report_options *options,
                  const struct term *term) {
  print_title(results, term);
  print_params(results->scenario, term);
  report_run(results, term);
  report_sources(results, term);
  report_components(results, options, term);
  report_cost(results, term);
  report_over_time(results, term);
  report_why(results, term);
  report_goals(results, term);
  fputc('\n', term->out);
  print_physics(results, term);
  print_warnings(results, term);
}
