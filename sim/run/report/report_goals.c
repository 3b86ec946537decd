/* The report's block of goals: what is met, what is missed and by how much, what is undecided. */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "format.h"
#include "report.h"
#include "table.h"
#include "unfinished.h"

/* From so far above its limit a value is told as a multiple of it. */
#define MANY_TIMES 10

/* By how much a goal is missed, in words: "25 % above the limit", "40 times the limit". */
static void describe_miss(const struct goal_result *g, GString *out) {
  const struct goal *goal = g->goal;
  if (g->reason != NULL) {
    g_string_assign(out, g->reason);
    return;
  }
  if (isinf(g->estimate.value)) return;
  double miss = g->estimate.value - goal->limit;
  const char *side = miss > 0 ? "above" : "below";
  if (miss == 0) {
    g_string_assign(out, "exactly at the limit, which the goal leaves out");
  } else if (goal->unit == UNIT_RATIO) {
    struct label points = format_value(UNIT_RATIO, fabs(miss));
    points.text[strcspn(points.text, " ")] = '\0';
    g_string_printf(out, "%s percentage points %s the limit", points.text, side);
  } else if (goal->limit == 0) {
    g_string_printf(out, "%s %s the limit", format_value(goal->unit, fabs(miss)).text, side);
  } else if (miss >= MANY_TIMES * goal->limit) {
    g_string_printf(out, "%.0f times the limit", g->estimate.value / goal->limit);
  } else {
    g_string_printf(out, "%s %s the limit", format_value(UNIT_RATIO, fabs(miss / goal->limit)).text,
                    side);
  }
}

static uint32_t count(const struct results *results, enum verdict verdict) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < results->goals; i++) n += results->goal[i].verdict == verdict;
  return n;
}

static gchar *summary(const struct results *results) {
  uint32_t failed = count(results, VERDICT_FAIL), open = count(results, VERDICT_UNDECIDED);
  if (failed == 0 && open == 0) return g_strdup("all met");
  if (open == 0) return g_strdup_printf("%u of %u failed", failed, results->goals);
  if (failed == 0) return g_strdup_printf("%u of %u undecided", open, results->goals);
  return g_strdup_printf("%u of %u failed, %u undecided", failed, results->goals, open);
}

const char *report_sign(enum verdict verdict, const struct term *term) {
  if (verdict == VERDICT_UNDECIDED) return term_question(term);
  return verdict == VERDICT_PASS ? term_tick(term) : term_cross(term);
}

enum style report_style(enum verdict verdict) {
  if (verdict == VERDICT_UNDECIDED) return STYLE_WARN;
  return verdict == VERDICT_PASS ? STYLE_GOOD : STYLE_BAD;
}

static void add_remark(struct table *table, const struct results *results,
                       const struct goal_result *g) {
  static const enum style style[] = {
      [VERDICT_PASS] = STYLE_DIM, [VERDICT_FAIL] = STYLE_BAD, [VERDICT_UNDECIDED] = STYLE_WARN};
  GString *text = g_string_new(g->verdict == VERDICT_UNDECIDED ? "undecided" : "");
  if (g->verdict == VERDICT_FAIL) describe_miss(g, text);
  if (g->verdict == VERDICT_UNDECIDED && g->reason != NULL) {
    g_string_append_printf(text, ": %s", g->reason);
  }
  if (g->failed > FAILED_NEGLIGIBLE || (g->failed > 0 && isinf(g->estimate.value))) {
    g_string_append_printf(text, "%sthe %s %s count as endless", text->len > 0 ? "; " : "",
                           format_value(UNIT_RATIO, g->failed).text, g->endless);
  }
  if (g->unjudged > 0) {
    g_string_append_printf(text, "%swithout the %s that had not ended %s",
                           text->len > 0 ? "; " : "", format_value(UNIT_RATIO, g->unjudged).text,
                           unfinished_when(g->goal->metric));
  }
  struct label lost =
      format_lost(g->goal->metric, g->estimate.value,
                  g->goal->op == GOAL_GT || g->goal->op == GOAL_GE ? g->goal->limit : NAN);
  if (lost.text[0] != '\0' && !spec_plans_fault(&results->scenario->spec)) {
    g_string_append_printf(text, "%s%s", text->len > 0 ? "; " : "", lost.text);
  }
  if (text->len > 0) table_remark(table, 1, style[g->verdict], text->str);
  g_string_free(text, TRUE);
}

/* How to have the undecided ones decided, in numbers that ought to do. */
static void print_advice(const struct results *results, const struct term *term) {
  uint32_t most = 0;
  bool hopeless = false, advised = false;
  for (uint32_t i = 0; i < results->goals; i++) {
    const struct goal_result *g = &results->goal[i];
    if (g->verdict != VERDICT_UNDECIDED || g->reason != NULL) continue;
    advised = true;
    uint32_t n = verdict_replications(g->goal, &g->estimate, results->replications);
    hopeless |= n == 0;
    if (n > most) most = n;
  }
  if (!advised) return;
  GString *text = g_string_new("Undecided: the interval straddles the limit.");
  if (most > 0) {
    g_string_append_printf(text, " Add replications (-r %u should do) or run longer.", most);
  }
  if (hopeless) {
    g_string_append_printf(text, " %s as near to its limit as a simulation can tell.",
                           most > 0 ? "One lies" : "The value lies");
  }
  term_put(term, STYLE_PLAIN, "  ");
  term_wrap(term, STYLE_PLAIN, text->str, 2, 2);
  g_string_free(text, TRUE);
}

void report_verdicts(const struct results *results, const struct term *term) {
  if (results->goals == 0) return;
  struct table *table = table_new("lWrl", 2);
  for (uint32_t i = 0; i < results->goals; i++) {
    const struct goal_result *g = &results->goal[i];
    table_cell(table, report_style(g->verdict), report_sign(g->verdict, term));
    table_cell(table, STYLE_PLAIN, g->goal->text);
    table_cell(table, STYLE_BOLD, format_estimate(g->goal->unit, &g->estimate).text);
    table_cell(table, STYLE_DIM, format_interval(g->goal->unit, &g->estimate).text);
    table_end_row(table);
    add_remark(table, results, g);
  }
  table_finish(table, term);
}

void report_goals(const struct results *results, const struct term *term) {
  if (results->goals == 0) return;
  gchar *note = summary(results);
  fputc('\n', term->out);
  term_rule(term, "goals", note);
  g_free(note);
  report_verdicts(results, term);
  if (count(results, VERDICT_UNDECIDED) > 0) print_advice(results, term);
}
