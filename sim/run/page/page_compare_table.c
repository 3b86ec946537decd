/* The answer of a comparison as one table: a column a design, a row a goal or a headline metric. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "load_curves.h"
#include "page.h"
#include "results_tree.h"

struct designs {
  const json_t *tree;
  const char **letters; /* NULL-ended */
};

static void open_table(const struct page *p, const struct designs *d) {
  GPtrArray *columns = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(columns, g_strdup("Goal or metric"));
  for (const char **l = d->letters; *l != NULL; l++) {
    g_ptr_array_add(columns, g_strdup_printf("%c: %s", g_ascii_toupper(**l),
                                             tree_text(json_object_get(d->tree, *l), "title")));
  }
  g_ptr_array_add(columns, NULL);
  html_open_table(p->out,
                  "Each design at its own load; below a value its 95 % interval or its "
                  "difference from A",
                  (const char *const *)columns->pdata);
  g_ptr_array_free(columns, TRUE);
}

char *page_left_out(const json_t *entry) {
  double failed = tree_number(entry, "failed"), unfinished = tree_number(entry, "unfinished");
  GString *text = g_string_new(NULL);
  if (failed > FAILED_NEGLIGIBLE) {
    g_string_append_printf(
        text, "%s %s, as endless", format_value(UNIT_RATIO, failed).text,
        tree_has_text(entry, "endless") ? tree_text(entry, "endless") : "that failed");
  }
  if (unfinished > 0) {
    g_string_append_printf(text, "%swithout the %s that had not ended", text->len > 0 ? ", " : "",
                           format_value(UNIT_RATIO, unfinished).text);
  }
  return g_string_free(text, FALSE);
}

/* A value with what belongs below it; what `entry` counts as endless or leaves out, too. */
static void cell(const struct page *p, const char *class, const char *value, const char *small,
                 const json_t *entry) {
  g_string_append(p->out, "<td");
  if (class != NULL) html_attribute(p->out, "class", class);
  g_string_append_c(p->out, '>');
  html_text(p->out, value);
  bool interval = strstr(small, " .. ") != NULL;
  if (small[0] != '\0') {
    html_element_of(p->out, "small", interval ? "interval" : NULL, NULL, small);
  }
  if (entry != NULL) {
    char *more = page_left_out(entry);
    if (more[0] != '\0') html_element(p->out, "small", more);
    g_free(more);
  }
  g_string_append(p->out, "</td>");
}

static void row_head(const struct page *p, const char *name, const char *title) {
  g_string_append(p->out, "<tr><th class=\"code\"");
  if (title != NULL) html_attribute(p->out, "title", title);
  g_string_append_c(p->out, '>');
  html_breakable(p->out, name);
  g_string_append(p->out, "</th>");
}

/* --- up to which load ----------------------------------------------------------------------- */

static void limit_row(const struct page *p) {
  struct load_curves curves;
  const char *reason;
  if (load_curves_of_comparison(&curves, p->tree, &reason)) {
    char *name = g_strdup_printf("%s that meets all goals", curves.param);
    row_head(p, name, NULL);
    g_free(name);
    for (uint32_t i = 0; i < curves.n; i++) {
      const struct load_curve *curve = &curves.list[i];
      char *limit = load_curve_limit(&curves, curve);
      const char *class = !curve->judged                             ? NULL
                          : strstr(limit, "undecided first") != NULL ? NULL
                          : strstr(limit, "undecided below") != NULL ? NULL
                          : isnan(curve->met)                        ? "fail"
                          : isnan(curve->missed)                     ? "pass"
                                                                     : NULL;
      const char *words = g_str_has_prefix(limit, "goals ") ? limit + strlen("goals ") : "-";
      cell(p, class, words, "", NULL);
      g_free(limit);
    }
    g_string_append(p->out, "</tr>\n");
  }
  load_curves_free(&curves);
}

/* --- goals ---------------------------------------------------------------------------------- */

static const json_t *goal_of(const json_t *design, const char *text) {
  const json_t *goals = json_object_get(design, "goals");
  for (size_t i = 0; i < json_array_size(goals); i++) {
    const json_t *goal = json_array_get(goals, i);
    if (strcmp(tree_text(goal, "goal"), text) == 0) return goal;
  }
  return NULL;
}

static void goal_cell(const struct page *p, const json_t *goal) {
  static const struct {
    const char *verdict, *class, *sign;
  } words[] = {{"pass", "pass", "✓"}, {"fail", "fail", "✗"}, {"undecided", "open", "?"}};
  if (goal == NULL) {
    cell(p, NULL, "not a goal", "", NULL);
    return;
  }
  enum metric_unit unit = page_meaning(p, tree_text(goal, "metric")).unit;
  struct estimate e = {tree_number(goal, "value"), tree_number(goal, "lo"), tree_number(goal, "hi"),
                       2};
  const char *verdict = page_verdict_of(goal), *class = NULL, *sign = "";
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    if (strcmp(words[i].verdict, verdict) != 0) continue;
    class = words[i].class;
    sign = words[i].sign;
  }
  char *value = g_strdup_printf("%s %s", sign, format_value(unit, e.value).text);
  cell(p, class, value, format_interval(unit, &e).text, goal);
  g_free(value);
}

/* The goals of all designs, each once, in the order in which they come. */
static GPtrArray *goal_texts(const struct designs *d) {
  GPtrArray *texts = g_ptr_array_new();
  for (const char **l = d->letters; *l != NULL; l++) {
    const json_t *goals = json_object_get(json_object_get(d->tree, *l), "goals");
    for (size_t i = 0; i < json_array_size(goals); i++) {
      const char *text = tree_text(json_array_get(goals, i), "goal");
      bool known = false;
      for (guint k = 0; k < texts->len; k++) known |= strcmp(texts->pdata[k], text) == 0;
      if (!known) g_ptr_array_add(texts, (gpointer)text);
    }
  }
  return texts;
}

static bool has_goal(const struct designs *d, const char *metric) {
  for (const char **l = d->letters; *l != NULL; l++) {
    const json_t *goals = json_object_get(json_object_get(d->tree, *l), "goals");
    for (size_t i = 0; i < json_array_size(goals); i++) {
      if (strcmp(tree_text(json_array_get(goals, i), "metric"), metric) == 0) return true;
    }
  }
  return false;
}

/* --- metrics -------------------------------------------------------------------------------- */

/* "1.06 ms lower", "no difference found, at most 0.41 ms" */
static char *difference_words(enum metric_unit unit, const json_t *diff) {
  const char *verdict = tree_text(diff, "verdict");
  bool lower = strcmp(verdict, "lower") == 0, higher = strcmp(verdict, "higher") == 0;
  double value = tree_number(diff, "value");
  if (strcmp(verdict, "equal") == 0) return g_strdup("as in A");
  if (strcmp(verdict, "none") == 0) {
    double most = fmax(fabs(tree_number(diff, "joint_lo")), fabs(tree_number(diff, "joint_hi")));
    if (isnan(most)) { /* an older file */
      most = fmax(fabs(tree_number(diff, "lo")), fabs(tree_number(diff, "hi")));
    }
    if (!isfinite(most)) return g_strdup("no difference found");
    return g_strdup_printf("no difference found, at most %s",
                           format_difference(unit, most, NAN).text);
  }
  if (!lower && !higher) return g_strdup("");
  if (!isfinite(value)) return g_strdup(value > 0 ? "endless now" : "no longer endless");
  return g_strdup_printf("%s %s", format_difference(unit, fabs(value), NAN).text, verdict);
}

static const json_t *metric_of(const struct designs *d, const char *letter, const char *metric) {
  return json_object_get(json_object_get(json_object_get(d->tree, letter), "metrics"), metric);
}

/* So many more requests of one had not ended that nobody knows how the two compare. */
static bool is_left_open(const struct designs *d, const char *letter, const char *metric) {
  double a = tree_number(metric_of(d, "a", metric), "unfinished");
  double b = tree_number(metric_of(d, letter, metric), "unfinished");
  return fabs((a > 0 ? a : 0) - (b > 0 ? b : 0)) > HANGS_MORE;
}

static void metric_row(const struct page *p, const struct designs *d, const char *metric) {
  const json_t *entry = json_object_get(p->metrics, metric);
  struct metric_meaning meaning = page_meaning(p, metric);
  row_head(p, metric, meaning.doc);
  for (const char **l = d->letters; *l != NULL; l++) {
    char *key = strcmp(*l, "b") == 0 ? g_strdup("diff") : g_strconcat("diff_", *l, NULL);
    const json_t *diff = json_object_get(entry, key);
    bool told = strcmp(tree_text(diff, "verdict"), "lower") == 0 ||
                strcmp(tree_text(diff, "verdict"), "higher") == 0;
    char *words = diff == NULL                           ? g_strdup("")
                  : !told && is_left_open(d, *l, metric) ? g_strdup("not known how it compares")
                                                         : difference_words(meaning.unit, diff);
    cell(p, told ? "told" : NULL, format_value(meaning.unit, tree_number(entry, *l)).text, words,
         metric_of(d, *l, metric));
    g_free(words);
    g_free(key);
  }
  g_string_append(p->out, "</tr>\n");
}

void page_designs_table(const struct page *p, const json_t *tree) {
  struct designs d = {tree, tree_keys(tree)};
  GPtrArray *goals = goal_texts(&d);
  const char **names = tree_keys(p->metrics);
  open_table(p, &d);
  limit_row(p);
  for (guint g = 0; g < goals->len; g++) {
    row_head(p, goals->pdata[g], NULL);
    for (const char **l = d.letters; *l != NULL; l++) {
      goal_cell(p, goal_of(json_object_get(tree, *l), goals->pdata[g]));
    }
    g_string_append(p->out, "</tr>\n");
  }
  for (const char **name = names; *name != NULL; name++) {
    bool headline = tree_true(json_object_get(p->metrics, *name), "headline");
    if (headline && !has_goal(&d, *name)) metric_row(p, &d, *name);
  }
  html_close_table(p->out);
  g_ptr_array_free(goals, TRUE);
  g_free(names);
  g_free(d.letters);
}
