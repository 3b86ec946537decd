#include "page.h"

#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "results_tree.h"
#include "unfinished.h"

/* --- results -------------------------------------------------------------------------------- */

const char *page_kind_of(const struct page *p, const char *owner) {
  const json_t *list = json_object_get(json_object_get(p->run, "topology"), "components");
  size_t length = strcspn(owner, "[");
  for (size_t i = 0; i < json_array_size(list); i++) {
    const json_t *c = json_array_get(list, i);
    const char *name = tree_text(c, "name");
    if (strlen(name) == length && strncmp(name, owner, length) == 0) return tree_text(c, "kind");
  }
  return NULL;
}

char *page_owner(const char *metric, const char **own) {
  size_t length = strcspn(metric, ".");
  *own = metric[length] == '.' ? metric + length + 1 : "";
  return g_strndup(metric, length);
}

char **page_clients(const struct page *p) {
  GPtrArray *list = g_ptr_array_new();
  const char **names = tree_keys(p->metrics);
  for (const char **name = names; *name != NULL; name++) {
    const char *own;
    char *owner = page_owner(*name, &own);
    if (strcmp(own, "offered") == 0) {
      g_ptr_array_add(list, owner);
    } else {
      g_free(owner);
    }
  }
  g_free(names);
  g_ptr_array_add(list, NULL);
  return (char **)g_ptr_array_free(list, FALSE);
}

/* What stands between "CLIENT.op." or the like and ".throughput". */
static char **parts_of(const struct page *p, const char *client, const char *between) {
  GPtrArray *list = g_ptr_array_new();
  const char **names = tree_keys(p->metrics);
  char *prefix = g_strconcat(client, between, NULL);
  for (const char **name = names; *name != NULL; name++) {
    if (!g_str_has_prefix(*name, prefix)) continue;
    const char *rest = *name + strlen(prefix), *dot = strchr(rest, '.');
    if (dot == NULL || strcmp(dot, ".throughput") != 0) continue;
    g_ptr_array_add(list, g_strndup(rest, (gsize)(dot - rest)));
  }
  g_free(prefix);
  g_free(names);
  g_ptr_array_add(list, NULL);
  return (char **)g_ptr_array_free(list, FALSE);
}

char **page_operations(const struct page *p, const char *client) {
  return parts_of(p, client, ".op.");
}

char **page_tiers(const struct page *p, const char *client) {
  return parts_of(p, client, ".tier.");
}

/* --- numbers -------------------------------------------------------------------------------- */

struct metric_meaning page_meaning(const struct page *p, const char *metric) {
  const char *own;
  char *owner = page_owner(metric, &own);
  struct metric_meaning meaning;
  const char *kind = page_kind_of(p, owner);
  bool of_all = kind == NULL && strcmp(owner, "cost") == 0;
  metric_meaning(kind, of_all ? metric : own, &meaning);
  g_free(owner);
  return meaning;
}

static struct estimate estimate_of(const json_t *entry) {
  double n = tree_number(entry, "n");
  return (struct estimate){.value = tree_number(entry, "value"),
                           .lo = tree_number(entry, "lo"),
                           .hi = tree_number(entry, "hi"),
                           .n = n > 0 && n < 1e9 ? (uint32_t)n : 0};
}

void page_say(GString *out, enum metric_unit unit, double value) {
  g_string_append(out, isnan(value) ? "unknown" : format_value(unit, value).text);
}

void page_quote(GString *out, const char *text) {
  static const char plain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=%,:";
  if (text[0] != '\0' && text[strspn(text, plain)] == '\0') {
    g_string_append(out, text);
    return;
  }
  gchar *quoted = g_shell_quote(text);
  g_string_append(out, quoted);
  g_free(quoted);
}

double page_unfinished(const struct page *p, const char *owner) {
  double share = tree_number(tree_metric_entry(p->metrics, owner, "availability"), "unfinished");
  return share > 0 ? share : 0;
}

/* "NAME: definition. 95 % interval LO .. HI" */
static char *title_of(const char *metric, const struct metric_meaning *meaning,
                      const struct estimate *e) {
  struct label interval = format_interval(meaning->unit, e);
  return g_strconcat(metric, ": ", meaning->doc,
                     interval.text[0] != '\0' ? " 95 % interval " : " No interval.", interval.text,
                     NULL);
}

void page_number_cell(const struct page *p, enum metric_unit unit, double value,
                      const char *title) {
  html_element_of(p->out, "td", "n", title, format_value(unit, value).text);
}

void page_text_cell(const struct page *p, const char *text) {
  html_element(p->out, "td", text);
}

void page_see_cells(const struct page *p, const char *owner, const char *const *metrics,
                    struct format_column *unit) {
  for (; *metrics != NULL; metrics++, unit++) {
    char *name = g_strconcat(owner, ".", *metrics, NULL);
    unit->unit = page_meaning(p, name).unit;
    format_see(unit, tree_number(json_object_get(p->metrics, name), "value"));
    g_free(name);
  }
}

/* Below an interval that rests on too few independent busy spells to hold. */
static void spells_remark(GString *out, double spells) {
  if (!(spells > 0)) return;
  g_string_append_printf(out, "<small>from %.0f busy spell%s</small>", spells,
                         spells < 1.5 ? "" : "s");
}

static void metric_cell(const struct page *p, const char *owner, const char *metric,
                        const struct format_column *unit) {
  char *name = g_strconcat(owner, ".", metric, NULL);
  const json_t *entry = json_object_get(p->metrics, name);
  struct metric_meaning meaning = page_meaning(p, name);
  struct estimate e = estimate_of(entry);
  char *title = title_of(name, &meaning, &e);
  g_string_append(p->out, "<td class=\"n\"");
  html_attribute(p->out, "title", title);
  g_string_append_c(p->out, '>');
  html_text(p->out, format_in(unit, e.value).text);
  struct label interval = format_interval_in(unit, &e);
  if (interval.text[0] != '\0' && e.hi > e.lo) {
    g_string_append(p->out, "<small>");
    html_text(p->out, interval.text);
    g_string_append(p->out, "</small>");
    spells_remark(p->out, tree_number(entry, "spells"));
  }
  g_string_append(p->out, "</td>");
  g_free(title);
  g_free(name);
}

void page_cells(const struct page *p, const char *owner, const char *const *metrics,
                const struct format_column *unit) {
  for (; *metrics != NULL; metrics++, unit++) metric_cell(p, owner, *metrics, unit);
}

void page_row(const struct page *p, const char *metric) {
  struct metric_meaning meaning = page_meaning(p, metric);
  struct estimate e = estimate_of(json_object_get(p->metrics, metric));
  g_string_append(p->out, "<tr>");
  g_string_append(p->out, "<th>");
  html_breakable(p->out, metric);
  g_string_append(p->out, "</th>");
  html_element_of(p->out, "td", "n", meaning.doc, format_estimate(meaning.unit, &e).text);
  html_element_of(p->out, "td", "n", NULL, format_interval(meaning.unit, &e).text);
  html_element_of(p->out, "td", "doc", NULL, meaning.doc);
  g_string_append(p->out, "</tr>\n");
}

/* --- pieces --------------------------------------------------------------------------------- */

void page_open_shared(const struct page *p, const char *id, const char *title) {
  char *whole = p->of != NULL ? g_strdup_printf("%s of %s", title, p->of) : g_strdup(title);
  html_open_section(p->out, id, whole);
  g_free(whole);
}

/* Those of the kind from number `from` on, at most `most`. */
static uint32_t plots_from(const struct page *p, const char *kind, uint32_t from, uint32_t most) {
  const char *before = NULL;
  uint32_t n = 0;
  for (uint32_t i = 0; p->plots != NULL && i < p->plots->n && n < most; i++) {
    const struct plot *plot = &p->plots->list[i];
    if (strcmp(plot->kind, kind) != 0 || (from > 0 && from--)) continue;
    g_string_append(p->out, "<figure class=\"plot\" id=\"figure-");
    html_text(p->out, plot->name);
    g_string_append(p->out, "\"><div class=\"wide\" tabindex=\"0\" role=\"group\"");
    html_attribute(p->out, "aria-label", plot->title);
    g_string_append_printf(p->out, ">%s%s%s</div>\n", plot->narrow ? "<div class=\"broad\">" : "",
                           plot->svg, plot->narrow ? "</div>" : "");
    if (plot->narrow)
      g_string_append_printf(p->out, "<div class=\"narrow\">%s</div>\n", plot->narrow);
    g_string_append(p->out, "<figcaption>");
    html_element(p->out, "strong", plot->title);
    g_string_append_c(p->out, ' ');
    /* What was said of the plot before is not said again. */
    if (before == NULL || strcmp(before, plot->caption) != 0) html_prose(p->out, plot->caption);
    g_string_append(p->out, "</figcaption></figure>\n");
    before = plot->caption;
    n++;
  }
  return n;
}

uint32_t page_plots(const struct page *p, const char *kind) {
  return plots_from(p, kind, 0, UINT32_MAX);
}

void page_first_plot(const struct page *p, const char *kind) {
  plots_from(p, kind, 0, 1);
}

void page_other_plots(const struct page *p, const char *kind) {
  plots_from(p, kind, 1, UINT32_MAX);
}

void page_plots_skipped(const struct page *p) {
  if (p->plots == NULL || p->plots->skips == 0) return;
  g_string_append(p->out, "<p class=\"note\">Not drawn: ");
  for (uint32_t i = 0; i < p->plots->skips; i++) {
    if (i > 0) g_string_append(p->out, "; ");
    html_text(p->out, p->plots->skip[i].kind);
    g_string_append(p->out, ", because ");
    html_text(p->out, p->plots->skip[i].reason);
  }
  g_string_append(p->out, ".</p>\n");
}

void page_verdict(GString *out, const char *verdict) {
  static const struct {
    const char *verdict, *class, *text;
  } words[] = {{"pass", "pass", "✓ met"},
               {"fail", "fail", "✗ failed"},
               {"undecided", "open", "? undecided"}};
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    if (strcmp(words[i].verdict, verdict) != 0) continue;
    html_element_of(out, "span", words[i].class, NULL, words[i].text);
    return;
  }
  html_element_of(out, "span", "open", NULL, verdict);
}

const char *page_verdict_of(const json_t *goal) {
  if (tree_has_text(goal, "verdict")) return tree_text(goal, "verdict");
  return tree_true(goal, "pass") ? "pass" : "fail";
}

const char *page_overall(const json_t *goals) {
  const char *worst = json_array_size(goals) > 0 ? "pass" : "";
  for (size_t i = 0; i < json_array_size(goals); i++) {
    const char *verdict = page_verdict_of(json_array_get(goals, i));
    if (strcmp(verdict, "fail") == 0) return "fail";
    if (strcmp(verdict, "pass") != 0) worst = "undecided";
  }
  return worst;
}

void page_question(GString *out, const char *text) {
  char *question = g_strndup(text, format_question(text));
  html_element_of(out, "p", "question", NULL, question);
  g_free(question);
}

/* The metric that a goal is about; older files say it in the goal's text alone. */
static char *goal_metric(const json_t *goal) {
  if (tree_has_text(goal, "metric")) return g_strdup(tree_text(goal, "metric"));
  const char *text = tree_text(goal, "goal");
  return g_strndup(text, strcspn(text, " "));
}

static void goal_row(const struct page *p, const json_t *goal) {
  char *metric = goal_metric(goal);
  struct metric_meaning meaning = page_meaning(p, metric);
  struct estimate e = estimate_of(goal);
  g_string_append(p->out, "<tr><td>");
  page_verdict(p->out, page_verdict_of(goal));
  g_string_append(p->out, "</td>");
  g_string_append(p->out, "<th class=\"code\"");
  html_attribute(p->out, "title", meaning.doc);
  g_string_append_c(p->out, '>');
  html_breakable(p->out, tree_text(goal, "goal"));
  g_string_append(p->out, "</th>");
  g_string_append(p->out, "<td class=\"n\">");
  html_text(p->out, format_estimate(meaning.unit, &e).text);
  struct label interval = format_interval(meaning.unit, &e);
  if (interval.text[0] != '\0') html_element(p->out, "small", interval.text);
  g_string_append(p->out, "</td>");
  GString *note = g_string_new(tree_text(goal, "reason"));
  double failed = tree_number(goal, "failed");
  if (failed > FAILED_NEGLIGIBLE || (failed > 0 && isinf(e.value))) {
    const char *endless =
        tree_has_text(goal, "endless") ? tree_text(goal, "endless") : "that failed";
    g_string_append_printf(note, "%sthe %s %s count as endless", note->len > 0 ? "; " : "",
                           format_value(UNIT_RATIO, failed).text, endless);
  }
  if (tree_number(goal, "unfinished") > 0) {
    g_string_append_printf(
        note, "%swithout the %s that had not ended %s", note->len > 0 ? "; " : "",
        format_value(UNIT_RATIO, tree_number(goal, "unfinished")).text, unfinished_when(metric));
  }
  struct label lost = format_lost(
      metric, e.value, tree_text(goal, "op")[0] == '>' ? tree_number(goal, "limit") : NAN);
  if (lost.text[0] != '\0' && !json_is_true(json_object_get(p->run, "faults_planned"))) {
    g_string_append_printf(note, "%s%s", note->len > 0 ? "; " : "", lost.text);
  }
  page_text_cell(p, note->str);
  g_string_free(note, TRUE);
  g_string_append(p->out, "</tr>\n");
  g_free(metric);
}

void page_goals(const struct page *p, const json_t *goals, const char *caption) {
  static const char *const columns[] = {"Verdict", "Goal", ">Measured, 95 %", "", NULL};
  if (json_array_size(goals) == 0) {
    g_string_append(p->out, "<p>The scenario states no goals.</p>\n");
    return;
  }
  html_open_table(p->out, caption, columns);
  for (size_t i = 0; i < json_array_size(goals); i++) goal_row(p, json_array_get(goals, i));
  html_close_table(p->out);
}

void page_list(GString *out, const char *heading, const json_t *sentences) {
  if (json_array_size(sentences) == 0) return;
  if (heading != NULL) html_element(out, "h3", heading);
  g_string_append(out, "<ul>\n");
  for (size_t i = 0; i < json_array_size(sentences); i++) {
    const char *text = json_string_value(json_array_get(sentences, i));
    if (text != NULL) html_sentence(out, text);
  }
  g_string_append(out, "</ul>\n");
}
