#include "gate_report.h"

#include <glib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "format.h"
#include "json.h"
#include "report.h"
#include "table.h"

/* --- printed --------------------------------------------------------------------------------- */

static char *params_of(const struct scenario *s) {
  GString *text = g_string_new(NULL);
  for (uint32_t i = 0; i < s->params; i++) {
    g_string_append_printf(text, "%s%s=%s", i > 0 ? ", " : "", s->param[i].name, s->param[i].value);
  }
  return g_string_free(text, FALSE);
}

/* A base of another scenario may be meant, one of other parameters too: both are told. */
static void print_differences(const struct gate_study *study, const struct term *term) {
  const struct base *base = study->base;
  const struct results *r = study->results;
  GString *line = g_string_new(NULL);
  if (strcmp(base->scenario, r->scenario->name) != 0) {
    g_string_printf(line, "the base is of the scenario %s", base->scenario);
    term_wrap(term, STYLE_WARN, line->str, 0, 2);
  }
  char *params = params_of(r->scenario);
  /* The base's are sorted by name, the scenario's in order of declaration. */
  gchar **now = g_strsplit(params, ", ", -1), **then = g_strsplit(base->params, ", ", -1);
  for (gchar **p = now; *p != NULL; p++) {
    if (g_strv_contains((const gchar *const *)then, *p)) continue;
    g_string_printf(line, "now %s, which the base had not", *p);
    term_wrap(term, STYLE_WARN, line->str, 0, 2);
  }
  g_strfreev(now);
  g_strfreev(then);
  g_free(params);
  if (base->warmup_ns != r->warmup.ns) {
    g_string_printf(line, "the base left out %s as warm-up", format_duration(base->warmup_ns).text);
    term_wrap(term, STYLE_WARN, line->str, 0, 2);
  }
  g_string_free(line, TRUE);
}

static void print_head(const struct gate_study *study, const struct term *term) {
  const struct results *r = study->results;
  GString *line = g_string_new(r->scenario->name);
  g_string_append_printf(line, " against %s", study->path);
  term_wrap(term, STYLE_BOLD, line->str, 0, 2);
  g_string_printf(line, "seed %" PRIu64 ", %u replication%s of %s, the first %s left out; ",
                  r->seed, r->replications, r->replications == 1 ? "" : "s",
                  format_duration(r->duration_ns).text,
                  format_within(r->warmup.ns, r->duration_ns).text);
  g_string_append(line, study->gate->paired ? "paired with the base by replication"
                                            : "independent of the base (Welch's test)");
  term_wrap(term, STYLE_DIM, line->str, 0, 2);
  g_string_printf(line, "false alarms: at most %s of all runs of an unchanged system",
                  format_value(UNIT_RATIO, study->gate->alpha).text);
  if (study->gate->margin > 0) {
    g_string_append_printf(line, "; up to %s worse is allowed",
                           format_value(UNIT_RATIO, study->gate->margin).text);
  }
  term_wrap(term, STYLE_DIM, line->str, 0, 2);
  g_string_free(line, TRUE);
  print_differences(study, term);
}

static void print_lines(const struct gate *gate, const struct term *term) {
  gchar *note = gate->failed > 0
                    ? g_strdup_printf("%u of %u metrics are worse", gate->failed, gate->n)
                : gate->unknown > 0
                    ? g_strdup_printf("%u of %u metrics cannot be judged", gate->unknown, gate->n)
                    : g_strdup("no regression");
  fputc('\n', term->out);
  term_rule(term, "gate", note);
  g_free(note);
  for (uint32_t i = 0; i < gate->n; i++) {
    const struct gate_line *line = &gate->line[i];
    bool bad = line->verdict == GATE_WORSE || line->verdict == GATE_GONE;
    enum verdict verdict = bad                             ? VERDICT_FAIL
                           : line->verdict == GATE_UNKNOWN ? VERDICT_UNDECIDED
                                                           : VERDICT_PASS;
    char *sentence = gate_sentence(line);
    gchar *text = g_strdup_printf("%s: %s", line->metric, sentence);
    term_put(term, STYLE_PLAIN, "  ");
    term_put(term, report_style(verdict), report_sign(verdict, term));
    term_put(term, STYLE_PLAIN, "  ");
    term_wrap(term, bad ? STYLE_BAD : STYLE_PLAIN, text, 5, 7);
    g_free(text);
    g_free(sentence);
  }
}

static void print_goals(const struct results *results, const struct term *term) {
  if (results->goals == 0) return;
  fputc('\n', term->out);
  term_rule(term, "goals", "");
  struct table *table = table_new("lWrl", 2);
  for (uint32_t i = 0; i < results->goals; i++) {
    const struct goal_result *g = &results->goal[i];
    table_cell(table, report_style(g->verdict), report_sign(g->verdict, term));
    table_cell(table, STYLE_PLAIN, g->goal->text);
    table_cell(table, STYLE_BOLD, format_estimate(g->goal->unit, &g->estimate).text);
    table_cell(table, STYLE_DIM, format_interval(g->goal->unit, &g->estimate).text);
    table_end_row(table);
  }
  table_finish(table, term);
}

void gate_print(const struct gate_study *study, const struct term *term) {
  print_head(study, term);
  print_lines(study->gate, term);
  print_goals(study->results, term);
  for (uint32_t i = 0; i < study->results->warnings; i++) {
    term_put(term, STYLE_WARN, "warning: ");
    term_wrap(term, STYLE_PLAIN, study->results->warning[i], 9, 2);
  }
}

/* --- for programs ---------------------------------------------------------------------------- */

static json_t *line_tree(const struct gate_line *line) {
  json_t *tree = json_object(), *diff = json_object();
  json_object_set_new(diff, "value", json_time(line->diff.value));
  json_object_set_new(diff, "lo", json_time(line->diff.lo));
  json_object_set_new(diff, "hi", json_time(line->diff.hi));
  json_object_set_new(diff, "n", json_integer(line->diff.n));
  json_object_set_new(tree, "a", json_time(line->base));
  json_object_set_new(tree, "b", json_time(line->now));
  json_object_set_new(tree, "diff", diff);
  json_object_set_new(tree, "verdict", json_text(gate_verdict_name[line->verdict]));
  json_object_set_new(tree, "worse_at_least", json_time(line->bound));
  json_object_set_new(tree, "allowed", json_number(line->allowed));
  json_object_set_new(tree, "paired", json_boolean(line->paired));
  return tree;
}

static json_t *lines_tree(const struct gate *gate) {
  json_t *lines = json_object();
  for (uint32_t i = 0; i < gate->n; i++) {
    gchar *name = g_utf8_make_valid(gate->line[i].metric, -1);
    json_object_set_new(lines, name, line_tree(&gate->line[i]));
    g_free(name);
  }
  return lines;
}

static json_t *summary_tree(const struct gate_study *study) {
  const struct gate *gate = study->gate;
  json_t *summary = json_object();
  json_object_set_new(summary, "base", json_text(study->path));
  json_object_set_new(summary, "alpha", json_number(gate->alpha));
  json_object_set_new(summary, "margin", json_number(gate->margin));
  json_object_set_new(summary, "pass", json_boolean(gate->failed == 0));
  return summary;
}

json_t *gate_json(const struct gate_study *study) {
  json_t *tree = json_results(study->results);
  json_object_set_new(tree, "gate", summary_tree(study));
  json_object_set_new(tree, "metrics", lines_tree(study->gate));
  return tree;
}

json_t *gate_report_json(const struct gate_study *study) {
  json_t *tree = json_results(study->results), *summary = summary_tree(study);
  json_object_set_new(summary, "metrics", lines_tree(study->gate));
  json_object_set_new(tree, "gate", summary);
  return tree;
}
