#include "junit.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "format.h"

void junit_begin(struct junit *junit, const char *suite, double wall_s) {
  *junit = (struct junit){.suite = g_strdup(suite), .wall_s = wall_s};
}

void junit_add(struct junit *junit, const char *group, const char *name, enum junit_outcome outcome,
               const char *message) {
  junit->list = g_renew(struct junit_case, junit->list, junit->n + 1);
  junit->list[junit->n++] = (struct junit_case){group, g_strdup(name), outcome, g_strdup(message)};
}

/* --- what is known --------------------------------------------------------------------------- */

/* An undecided goal is an error, as of a test that could not find out. */
static void add_goal(struct junit *junit, const struct goal_result *g, enum undecided undecided) {
  static const enum junit_outcome outcome_of[] = {[VERDICT_PASS] = JUNIT_PASSED,
                                                  [VERDICT_FAIL] = JUNIT_FAILED,
                                                  [VERDICT_UNDECIDED] = JUNIT_ERROR};
  struct label value = format_estimate(g->goal->unit, &g->estimate);
  struct label interval = format_interval(g->goal->unit, &g->estimate);
  gchar *message =
      g->reason != NULL
          ? g_strdup(g->reason)
          : g_strdup_printf("%s%s is %s%s%s%s",
                            g->verdict == VERDICT_UNDECIDED ? "undecided: " : "", g->goal->metric,
                            value.text, interval.text[0] != '\0' ? " (95 %: " : "", interval.text,
                            interval.text[0] != '\0' ? ")" : "");
  junit_add(junit, "goals", g->goal->text, outcome_of[verdict_settle(g->verdict, undecided)],
            message);
  g_free(message);
}

void junit_add_results(struct junit *junit, const struct results *results,
                       enum undecided undecided) {
  for (uint32_t i = 0; i < results->goals; i++) add_goal(junit, &results->goal[i], undecided);
  for (uint32_t i = 0; i < results->checks; i++) {
    const struct check_result *c = &results->check[i];
    junit_add(junit, "physics", c->name, c->pass ? JUNIT_PASSED : JUNIT_ERROR, c->detail);
  }
}

void junit_add_gate(struct junit *junit, const struct gate *gate) {
  for (uint32_t i = 0; i < gate->n; i++) {
    const struct gate_line *line = &gate->line[i];
    enum junit_outcome outcome = JUNIT_PASSED;
    if (line->verdict == GATE_WORSE || line->verdict == GATE_GONE) outcome = JUNIT_FAILED;
    if (line->verdict == GATE_NEW || line->verdict == GATE_UNKNOWN) outcome = JUNIT_SKIPPED;
    char *sentence = gate_sentence(line);
    junit_add(junit, "gate", line->metric, outcome, sentence);
    g_free(sentence);
  }
}

/* --- XML ------------------------------------------------------------------------------------- */

/* XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF. */
static bool is_xml_char(gunichar c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xfffe) || c > 0xffff;
}

static void put_text(const char *text, FILE *out) {
  gchar *valid = g_utf8_make_valid(text, -1);
  GString *clean = g_string_new(NULL);
  for (const gchar *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    g_string_append_unichar(clean, is_xml_char(c) ? c : 0xfffd);
  }
  gchar *escaped = g_markup_escape_text(clean->str, -1);
  fputs(escaped, out);
  g_free(escaped);
  g_string_free(clean, TRUE);
  g_free(valid);
}

static void put_attribute(const char *name, const char *text, FILE *out) {
  fprintf(out, " %s=\"", name);
  put_text(text, out);
  fputc('"', out);
}

static uint32_t count(const struct junit *junit, enum junit_outcome outcome) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < junit->n; i++) n += junit->list[i].outcome == outcome;
  return n;
}

static void put_counts(const struct junit *junit, FILE *out) {
  fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.3f\">\n",
          junit->n, count(junit, JUNIT_FAILED), count(junit, JUNIT_ERROR),
          count(junit, JUNIT_SKIPPED), junit->wall_s);
}

static void put_case(const struct junit *junit, const struct junit_case *c, FILE *out) {
  static const char *const element[] = {[JUNIT_PASSED] = NULL,
                                        [JUNIT_FAILED] = "failure",
                                        [JUNIT_ERROR] = "error",
                                        [JUNIT_SKIPPED] = "skipped"};
  gchar *class = g_strdup_printf("%s.%s", junit->suite, c->group);
  fputs("    <testcase", out);
  put_attribute("classname", class, out);
  put_attribute("name", c->name, out);
  fputs(" time=\"0\"", out);
  g_free(class);
  if (element[c->outcome] == NULL && c->message == NULL) {
    fputs("/>\n", out);
    return;
  }
  fputs(">\n      ", out);
  if (element[c->outcome] == NULL) {
    fputs("<system-out>", out);
    put_text(c->message, out);
    fputs("</system-out>", out);
  } else {
    fprintf(out, "<%s", element[c->outcome]);
    put_attribute("message", c->message != NULL ? c->message : "", out);
    fputs("/>", out);
  }
  fputs("\n    </testcase>\n", out);
}

void junit_write(const struct junit *junit, FILE *out) {
  fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
  put_counts(junit, out);
  fputs("  <testsuite", out);
  put_attribute("name", junit->suite, out);
  put_counts(junit, out);
  for (uint32_t i = 0; i < junit->n; i++) put_case(junit, &junit->list[i], out);
  fputs("  </testsuite>\n</testsuites>\n", out);
}

void junit_free(struct junit *junit) {
  for (uint32_t i = 0; i < junit->n; i++) {
    g_free(junit->list[i].name);
    g_free(junit->list[i].message);
  }
  g_free(junit->list);
  g_free(junit->suite);
  *junit = (struct junit){0};
}
