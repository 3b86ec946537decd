#include "junit.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "gate.h"

void junit_begin(struct junit *junit, const char *suite, double wall_s) {
  *junit = (struct junit){.suite = g_strdup(suite), .wall_s = wall_s};
}

void junit_add(struct junit *junit, const char *group, const char *name, enum junit_outcome outcome,
               const char *message) {
  junit->list = g_renew(struct junit_case, junit->list, junit->n + 1);
  junit->list[junit->n++] = (struct junit_case){group, g_strdup(name), outcome, g_strdup(message)};
}

/* --- what is known --------------------------------------------------------------------------- */

enum junit_outcome junit_outcome_of(enum verdict verdict, enum undecided undecided) {
  static const enum junit_outcome outcome_of[] = {[VERDICT_PASS] = JUNIT_PASSED,
                                                  [VERDICT_FAIL] = JUNIT_FAILED,
                                                  [VERDICT_UNDECIDED] = JUNIT_ERROR};
  return outcome_of[verdict_settle(verdict, undecided)];
}

static void add_goal(struct junit *junit, const struct goal_result *g, enum undecided undecided) {
  struct label value = format_estimate(g->goal->unit, &g->estimate);
  struct label interval = format_interval(g->goal->unit, &g->estimate);
  gchar *message =
      g->reason != NULL
          ? g_strdup(g->reason)
          : g_strdup_printf("%s%s is %s%s%s%s",
                            g->verdict == VERDICT_UNDECIDED ? "undecided: " : "", g->goal->metric,
                            value.text, interval.text[0] != '\0' ? " (95 %: " : "", interval.text,
                            interval.text[0] != '\0' ? ")" : "");
  junit_add(junit, "goals", g->goal->text, junit_outcome_of(g->verdict, undecided), message);
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

static void count(const struct junit *junit, uint32_t cases[JUNIT_SKIPPED + 1]) {
  for (uint32_t i = 0; i < junit->n; i++) cases[junit->list[i].outcome]++;
}

static void put_counts(const uint32_t cases[JUNIT_SKIPPED + 1], double wall_s, FILE *out) {
  uint32_t all = 0;
  for (int i = 0; i <= JUNIT_SKIPPED; i++) all += cases[i];
  fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.3f\">\n", all,
          cases[JUNIT_FAILED], cases[JUNIT_ERROR], cases[JUNIT_SKIPPED], wall_s);
}

static void put_name(const struct junit *junit, const char *name, FILE *out) {
  gchar *whole = junit->at != NULL ? g_strdup_printf("%s [%s]", name, junit->at) : NULL;
  put_attribute("name", whole != NULL ? whole : name, out);
  g_free(whole);
}

static void put_case(const struct junit *junit, const struct junit_case *c, FILE *out) {
  static const char *const element[] = {[JUNIT_PASSED] = NULL,
                                        [JUNIT_FAILED] = "failure",
                                        [JUNIT_ERROR] = "error",
                                        [JUNIT_SKIPPED] = "skipped"};
  gchar *class = g_strdup_printf("%s.%s", junit->suite, c->group);
  fputs("    <testcase", out);
  put_attribute("classname", class, out);
  put_name(junit, c->name, out);
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

static void put_suite(const struct junit *junit, FILE *out) {
  uint32_t cases[JUNIT_SKIPPED + 1] = {0};
  count(junit, cases);
  fputs("  <testsuite", out);
  put_name(junit, junit->suite, out);
  put_counts(cases, junit->wall_s, out);
  for (uint32_t i = 0; i < junit->n; i++) put_case(junit, &junit->list[i], out);
  fputs("  </testsuite>\n", out);
}

static void put_head(const uint32_t cases[JUNIT_SKIPPED + 1], double wall_s, FILE *out) {
  fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
  put_counts(cases, wall_s, out);
}

void junit_write(const struct junit *junit, FILE *out) {
  uint32_t cases[JUNIT_SKIPPED + 1] = {0};
  count(junit, cases);
  put_head(cases, junit->wall_s, out);
  put_suite(junit, out);
  fputs("</testsuites>\n", out);
}

bool junit_document_begin(struct junit_document *document) {
  *document = (struct junit_document){0};
  document->body = open_memstream(&document->text, &document->length);
  return document->body != NULL;
}

void junit_document_add(struct junit_document *document, const struct junit *suite) {
  count(suite, document->cases);
  put_suite(suite, document->body);
}

void junit_document_write(const struct junit_document *document, double wall_s, FILE *out) {
  fflush(document->body);
  put_head(document->cases, wall_s, out);
  fwrite(document->text, 1, document->length, out);
  fputs("</testsuites>\n", out);
}

void junit_document_free(struct junit_document *document) {
  if (document->body != NULL) fclose(document->body);
  free(document->text); /* of open_memstream */
  *document = (struct junit_document){0};
}

void junit_free(struct junit *junit) {
  for (uint32_t i = 0; i < junit->n; i++) {
    g_free(junit->list[i].name);
    g_free(junit->list[i].message);
  }
  g_free(junit->list);
  g_free(junit->suite);
  g_free(junit->at);
  *junit = (struct junit){0};
}
