/* In the report of a run that was compared with an earlier one: what became worse. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "page.h"
#include "results_tree.h"

static bool is_bad(const char *verdict) {
  return strcmp(verdict, "worse") == 0 || strcmp(verdict, "gone") == 0;
}

static void line_row(const struct page *p, const char *metric, const json_t *line) {
  struct metric_meaning meaning = page_meaning(p, metric);
  const json_t *diff = json_object_get(line, "diff");
  const char *verdict = tree_text(line, "verdict");
  struct estimate e = {.value = tree_number(diff, "value"),
                       .lo = tree_number(diff, "lo"),
                       .hi = tree_number(diff, "hi"),
                       .n = 2};
  g_string_append(p->out, "<tr><td>");
  html_element_of(p->out, "span",
                  is_bad(verdict)                   ? "fail"
                  : strcmp(verdict, "unknown") == 0 ? "open"
                                                    : "pass",
                  NULL, verdict);
  g_string_append(p->out, "</td>");
  html_element_of(p->out, "th", NULL, meaning.doc, metric);
  page_number_cell(p, meaning.unit, tree_number(line, "a"), meaning.doc);
  page_number_cell(p, meaning.unit, tree_number(line, "b"), meaning.doc);
  html_element_of(
      p->out, "td", "n", NULL,
      isnan(e.value) ? "" : format_difference(meaning.unit, e.value, (e.hi - e.lo) / 2).text);
  g_string_append(p->out, "</tr>\n");
}

void page_gate(const struct page *p) {
  static const char *const columns[] = {"Verdict", "Metric", ">Base", ">Now", ">Difference", NULL};
  const json_t *gate = json_object_get(p->run, "gate");
  const json_t *lines = json_object_get(gate, "metrics");
  if (lines == NULL) return;
  bool pass = tree_true(gate, "pass");
  char *text = g_strdup_printf("%s than %s", pass ? "Not shown to be worse" : "Worse",
                               tree_text(gate, "base"));
  html_element_of(p->out, "p", pass ? "verdict pass" : "verdict fail", NULL, text);
  g_free(text);
  html_open_table(p->out, "Against the base: headline metrics, each tested for being worse",
                  columns);
  const char **names = tree_keys(lines);
  for (int bad = 1; bad >= 0; bad--) {
    for (const char **name = names; *name != NULL; name++) {
      const json_t *line = json_object_get(lines, *name);
      if (is_bad(tree_text(line, "verdict")) == bad) line_row(p, *name, line);
    }
  }
  html_close_table(p->out);
  g_free(names);
}
