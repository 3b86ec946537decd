/* What the results say about themselves: the sentences and findings of their diagnosis, and what
 * the breakdown of the slowest requests says should be mended first. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "page.h"
#include "part_said.h"
#include "results_tree.h"

#define FINDINGS_SHOWN 12 /* the worst; the JSON has them all */

/* --- what to fix first ---------------------------------------------------------------------- */

/* Of a part that another version knows, nothing is known here. */
static const struct part_def *part_of(const json_t *entry) {
  const struct part_def *def = part_find(tree_text(entry, "part"));
  return def ? def : &part_defs[PART_OTHER];
}

char *page_part_said(const json_t *entry) {
  bool of_path = tree_has_text(entry, "from") && tree_has_text(entry, "to");
  return part_said(part_of(entry), tree_text(entry, "component"),
                   of_path ? tree_text(entry, "from") : NULL,
                   of_path ? tree_text(entry, "to") : NULL);
}

static const json_t *entry_at(const json_t *blame, double q) {
  const json_t *at = json_object_get(blame, "at");
  for (size_t i = 0; i < json_array_size(at); i++) {
    const json_t *entry = json_array_get(at, i);
    bool usable =
        json_array_size(json_object_get(entry, "parts")) > 0 && tree_number(entry, "latency_s") > 0;
    if (tree_number(entry, "q") == q && usable) return entry;
  }
  return NULL;
}

/* "62.0 % of the 240 ms at p99.9": of the largest part. */
static void say_share(GString *out, const json_t *entry, const char *quantile) {
  const json_t *part = json_array_get(json_object_get(entry, "parts"), 0);
  double latency_s = tree_number(entry, "latency_s");
  page_say(out, UNIT_RATIO, tree_number(part, "s") / latency_s);
  g_string_append(out, " of the ");
  page_say(out, UNIT_SECONDS, latency_s);
  g_string_append_printf(out, " at %s", quantile);
}

static bool same_part(const json_t *a, const json_t *b) {
  return strcmp(tree_text(a, "component"), tree_text(b, "component")) == 0 &&
         strcmp(tree_text(a, "part"), tree_text(b, "part")) == 0;
}

/* A wait may be long only because what is called meanwhile is saturated. */
static void say_root(const struct page *p, GString *out, const char *waits_at) {
  const json_t *answer = json_object_get(json_object_get(p->run, "diagnosis"), "answer");
  const char *root = tree_text(answer, "root");
  if (root[0] == '\0' || strcmp(root, waits_at) == 0) return;
  g_string_append_printf(out, " But %s is saturated: begin there.", root);
}

/* Goals failed, and none of them is about this client: what is saturated is to be mended, and not
 * what its requests wait for. */
static bool fails_elsewhere(const struct page *p, const char *client) {
  const json_t *goals = json_object_get(p->run, "goals");
  size_t failed = 0;
  for (size_t i = 0; i < json_array_size(goals); i++) {
    const json_t *goal = json_array_get(goals, i);
    if (strcmp(page_verdict_of(goal), "fail") != 0) continue;
    const char *text = tree_text(goal, "goal");
    if (g_str_has_prefix(text, client) && text[strlen(client)] == '.') return false;
    failed++;
  }
  return failed > 0;
}

bool page_fix_first(const struct page *p, GString *out, const char *client) {
  const json_t *blame = json_object_get(json_object_get(p->run, "blame"), client);
  const json_t *p99 = entry_at(blame, 0.99), *p999 = entry_at(blame, 0.999);
  double failed = 1 - tree_metric(p->metrics, client, "availability");
  if (failed > FAILED_NEGLIGIBLE) {
    g_string_append_printf(out, "What to fix first for %s: the ", client);
    page_say(out, UNIT_RATIO, failed);
    g_string_append(out, " of its requests that fail: see what failed and why.");
    return true;
  }
  if (page_unfinished(p, client) > 0) {
    g_string_append_printf(out, "What to fix first for %s: the ", client);
    page_say(out, UNIT_RATIO, page_unfinished(p, client));
    g_string_append(
        out, " of its requests that had not ended when the run did: see what failed and why.");
    return true;
  }
  const json_t *diagnosis = json_object_get(p->run, "diagnosis");
  const char *root = tree_text(json_object_get(diagnosis, "answer"), "root");
  if (root[0] != '\0' && fails_elsewhere(p, client)) {
    g_string_append_printf(out, "What to fix first: %s, which is saturated.", root);
    return true;
  }
  if (p99 == NULL) return false;
  const json_t *first = json_array_get(json_object_get(p99, "parts"), 0);
  const json_t *beyond = json_array_get(json_object_get(p999, "parts"), 0);
  const struct part_def *part = part_of(first);
  char *said = page_part_said(first);
  g_string_append_printf(
      out, "What to %s for %s: %s, ",
      tree_true(diagnosis, "healthy") ? "improve first, if anything," : "fix first", client, said);
  g_free(said);
  say_share(out, p99, "p99");
  if (p999 != NULL && same_part(first, beyond)) {
    g_string_append(out, " and ");
    say_share(out, p999, "p99.9");
  } else if (p999 != NULL) {
    said = page_part_said(beyond);
    g_string_append_printf(out, "; and %s, ", said);
    g_free(said);
    say_share(out, p999, "p99.9");
  }
  g_string_append_printf(out, ". What helps%s: %s",
                         p999 != NULL && !same_part(first, beyond) ? " against the first" : "",
                         part->remedy);
  double requests = tree_number(p99, "requests");
  g_string_append_printf(out, " (from %.0f request%s around p99).", requests,
                         requests == 1 ? "" : "s");
  const char *buffer = tree_text(json_object_get(diagnosis, "answer"), "buffer");
  if (buffer[0] != '\0' && strcmp(tree_text(first, "part"), "network") == 0) {
    g_string_append_printf(out, " %s", buffer);
  }
  say_root(p, out, tree_text(first, "component"));
  return true;
}

/* --- findings ------------------------------------------------------------------------------- */

static void finding_row(const struct page *p, const json_t *finding) {
  const char *severity = tree_text(finding, "severity");
  const char *class = strcmp(severity, "saturated") == 0 ? "fail" : "open";
  g_string_append(p->out, "<li>");
  html_element_of(p->out, "span", class, NULL, severity);
  g_string_append_c(p->out, ' ');
  html_prose(p->out, tree_text(finding, "sentence"));
  g_string_append(p->out, "</li>\n");
}

/* What is alike stands in one sentence, but in files of older versions. */
void page_findings(const struct page *p) {
  const json_t *diagnosis = json_object_get(p->run, "diagnosis");
  const json_t *list = json_object_get(diagnosis, "groups");
  if (list == NULL) list = json_object_get(diagnosis, "findings");
  size_t n = json_array_size(list), shown = MIN(n, FINDINGS_SHOWN);
  if (diagnosis == NULL) return;
  if (n == 0) {
    g_string_append(p->out,
                    "<p>No component is at a limit or near one, and none was down or hung.</p>\n");
    return;
  }
  html_element(p->out, "h3", "Findings, the worst first");
  g_string_append(p->out, "<ul class=\"findings\">\n");
  for (size_t i = 0; i < shown; i++) finding_row(p, json_array_get(list, i));
  g_string_append(p->out, "</ul>\n");
  if (shown < n) {
    g_string_append_printf(p->out, "<p class=\"note\">%zu more are in the JSON.</p>\n", n - shown);
  }
}
