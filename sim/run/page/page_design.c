/* What was run, and how far to trust it: checks, parameters, provenance, definitions. */
#include <string.h>

#include "html.h"
#include "page.h"
#include "registry.h"
#include "results_tree.h"
#include "sim.h"

/* Of checks that are alike but for the member so many rows are written, of those that failed. */
#define FAILED_SHOWN 10u

/* What a check is alike in to those of other members: "little:web[7]" to "little:web"; NULL: it is
 * of no member. To be freed. */
static gchar *check_of_group(const json_t *check) {
  const char *name = tree_text(check, "check"), *bracket = strrchr(name, '[');
  return bracket != NULL && g_str_has_suffix(bracket, "]")
             ? g_strdup_printf("%s%.*s", tree_true(check, "pass") ? "" : "failed ",
                               (int)(bracket - name), name)
             : NULL;
}

static void check_row(const struct page *p, bool pass, const char *name, const char *detail) {
  g_string_append(p->out, "<tr><td>");
  html_element_of(p->out, "span", pass ? "pass" : "fail", NULL, pass ? "✓ passed" : "✗ FAILED");
  g_string_append(p->out, "</td>");
  html_element(p->out, "th", name);
  html_element_of(p->out, "td", "doc", NULL, detail);
  g_string_append(p->out, "</tr>\n");
}

/* One row for all members that passed, with the numbers of the first. */
static void passed_row(const struct page *p, const json_t *check, const gchar *group, guint alike) {
  gchar *name = g_strdup_printf("%s[*]", group);
  const char *whole = tree_text(check, "check"), *colon = strchr(whole, ':');
  gchar *detail = g_strdup_printf("%u members passed; %s: %s", alike,
                                  colon != NULL ? colon + 1 : whole, tree_text(check, "detail"));
  check_row(p, true, name, detail);
  g_free(name);
  g_free(detail);
}

static void left_out_row(const struct page *p, const gchar *group, guint alike) {
  gchar *name = g_strdup_printf("%s[*]", group + strlen("failed "));
  gchar *detail = g_strdup_printf("%u further members failed", alike - FAILED_SHOWN);
  check_row(p, false, name, detail);
  g_free(name);
  g_free(detail);
}

static void check_rows(const struct page *p, const json_t *checks) {
  GHashTable *alike = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (size_t i = 0; i < json_array_size(checks); i++) {
    gchar *group = check_of_group(json_array_get(checks, i));
    if (group == NULL) continue;
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(alike, group));
    g_hash_table_replace(alike, group, GUINT_TO_POINTER(n + 1));
  }
  for (size_t i = 0; i < json_array_size(checks); i++) {
    const json_t *check = json_array_get(checks, i);
    bool pass = tree_true(check, "pass");
    gchar *group = check_of_group(check);
    guint all = group != NULL ? GPOINTER_TO_UINT(g_hash_table_lookup(alike, group)) : 1;
    guint before = group != NULL ? GPOINTER_TO_UINT(g_hash_table_lookup(seen, group)) : 0;
    bool folded = pass && all > 1;
    if (folded && before == 0) passed_row(p, check, group, all);
    if (!folded && before < FAILED_SHOWN) {
      check_row(p, pass, tree_text(check, "check"), tree_text(check, "detail"));
    }
    if (!pass && before == FAILED_SHOWN) left_out_row(p, group, all);
    if (group != NULL) g_hash_table_replace(seen, group, GUINT_TO_POINTER(before + 1));
  }
  g_hash_table_destroy(alike);
  g_hash_table_destroy(seen);
}

void page_checks(const struct page *p, const json_t *checks, const json_t *warnings) {
  static const char *const columns[] = {"Verdict", "Check", "Detail", NULL};
  html_open_section(p->out, "checks", "Physics checks");
  g_string_append(p->out,
                  "<p>Each run is checked against laws that hold for every system, such as "
                  "Little's (calls present = arrival rate x time spent).</p>\n");
  html_open_table(
      p->out, "Checks; the numbers are those of the first replication, or of the first that failed",
      columns);
  check_rows(p, checks);
  html_close_table(p->out);
  html_close(p->out, "section");
  html_open_section(p->out, "warnings", "Warnings");
  if (json_array_size(warnings) == 0) {
    g_string_append(p->out, "<p>There are none.</p>\n");
  }
  page_list(p->out, NULL, warnings);
  html_close(p->out, "section");
}

/* What archsim check finds; results of older programs do not say it. */
void page_doubtful(const struct page *p) {
  static const char *const columns[] = {"Rule", "Of", "What", "Why", "What mends it", NULL};
  static const char *const keys[] = {"rule", "subject", "what", "why", "mend"};
  const json_t *list = json_object_get(p->run, "doubtful");
  if (json_array_size(list) == 0) return;
  html_open_section(p->out, "doubtful", "Doubtful in the scenario");
  html_open_table(p->out, "What archsim check finds without running anything", columns);
  for (size_t i = 0; i < json_array_size(list); i++) {
    g_string_append(p->out, "<tr>");
    for (size_t k = 0; k < G_N_ELEMENTS(keys); k++) {
      html_element(p->out, "td", tree_text(json_array_get(list, i), keys[k]));
    }
    g_string_append(p->out, "</tr>\n");
  }
  html_close_table(p->out);
  html_close(p->out, "section");
}

/* --- parameters ----------------------------------------------------------------------------- */

/* Paper has room for the first sentence. */
static void doc_cell(const struct page *p, const char *doc) {
  const char *end = strstr(doc, ". ");
  g_string_append(p->out, "<td class=\"doc\">");
  if (end == NULL) {
    html_text(p->out, doc);
  } else {
    gchar *first = g_strndup(doc, (gsize)(end - doc) + 1);
    html_text(p->out, first);
    g_free(first);
    html_element_of(p->out, "span", "more", NULL, end + 1);
  }
  g_string_append(p->out, "</td>");
}

/* Rows of so many components that differ in the number at the end of their names alone are one. */
#define ALIKE_LEAST 3u

struct alike {
  guint n;
  bool written;
  const json_t *first, *last; /* with the smallest and the largest number */
};

/* Where the number begins with which a name ends. */
static size_t number_at(const char *name) {
  size_t length = strlen(name);
  while (length > 0 && g_ascii_isdigit(name[length - 1])) length--;
  return length;
}

static guint64 number_of(const json_t *parameter) {
  const char *name = tree_text(parameter, "component");
  return g_ascii_strtoull(name + number_at(name), NULL, 10);
}

/* What rows that are alike have in common: the name without its number, and all that is said, in
 * which that number may stand at the end, too ("web7" calls "db7"). NULL: the name has none. */
static gchar *what_is_alike(const json_t *parameter) {
  const char *name = tree_text(parameter, "component"), *value = tree_text(parameter, "value");
  size_t stem = number_at(name), value_stem = number_at(value);
  if (name[stem] == '\0' || stem == 0) return NULL;
  bool follows = value_stem > 0 && strcmp(name + stem, value + value_stem) == 0 &&
                 !g_ascii_isspace(value[value_stem - 1]);
  return g_strdup_printf("%.*s\n%s\n%.*s%s\n%s\n%d", (int)stem, name, tree_text(parameter, "key"),
                         (int)(follows ? value_stem : strlen(value)), value, follows ? "\n" : "",
                         tree_text(parameter, "default"), tree_true(parameter, "given"));
}

static GHashTable *count_alike(const json_t *list) {
  GHashTable *all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (size_t i = 0; i < json_array_size(list); i++) {
    const json_t *parameter = json_array_get(list, i);
    gchar *what = what_is_alike(parameter);
    if (what == NULL) continue;
    struct alike *alike = g_hash_table_lookup(all, what);
    if (alike == NULL) {
      alike = g_new0(struct alike, 1);
      g_hash_table_insert(all, what, alike);
    } else {
      g_free(what);
    }
    bool begins = alike->n++ == 0;
    if (begins || number_of(parameter) < number_of(alike->first)) alike->first = parameter;
    if (begins || number_of(parameter) > number_of(alike->last)) alike->last = parameter;
  }
  return all;
}

/* "web1 .. web80", with how many these are where `n` is not 0; of one thing its name. */
static gchar *from_to(const char *first, const char *last, guint n) {
  if (strcmp(first, last) == 0) return g_strdup(first);
  return n > 0 ? g_strdup_printf("%s .. %s (%u)", first, last, n)
               : g_strdup_printf("%s .. %s", first, last);
}

/* For all from this one to `last`, `n` of them. */
static void parameter_row(const struct page *p, const json_t *parameter, const json_t *last,
                          guint n) {
  bool given = tree_true(parameter, "given");
  gchar *name = from_to(tree_text(parameter, "component"), tree_text(last, "component"), n);
  gchar *value = from_to(tree_text(parameter, "value"), tree_text(last, "value"), 0);
  g_string_append(p->out, given ? "<tr class=\"given\">" : "<tr>");
  html_element(p->out, "th", name);
  html_element_of(p->out, "td", "key", NULL, tree_text(parameter, "key"));
  page_text_cell(p, value);
  const json_t *fallback = json_object_get(parameter, "default");
  if (given) page_text_cell(p, json_is_string(fallback) ? json_string_value(fallback) : "none");
  doc_cell(p, tree_text(parameter, "doc"));
  g_string_append(p->out, "</tr>\n");
  g_free(name);
  g_free(value);
}

/* Those that the scenario states, or those that have their defaults. Returns their number. */
static size_t parameter_rows(const struct page *p, bool given, bool write) {
  const json_t *list = json_object_get(p->run, "parameters");
  GHashTable *all = count_alike(list);
  size_t n = 0;
  for (size_t i = 0; i < json_array_size(list); i++) {
    const json_t *parameter = json_array_get(list, i);
    if (tree_true(parameter, "given") != given) continue;
    n++;
    if (!write) continue;
    gchar *what = what_is_alike(parameter);
    struct alike *alike = what != NULL ? g_hash_table_lookup(all, what) : NULL;
    g_free(what);
    if (alike == NULL || alike->n < ALIKE_LEAST) {
      parameter_row(p, parameter, parameter, 1);
    } else if (!alike->written) {
      parameter_row(p, alike->first, alike->last, alike->n);
      alike->written = true;
    }
  }
  g_hash_table_destroy(all);
  return n;
}

void page_parameters(const struct page *p) {
  static const char *const stated[] = {"Component", "Parameter", "Value",
                                       "Default",   "Meaning",   NULL};
  static const char *const left[] = {"Component", "Parameter", "Default", "Meaning", NULL};
  size_t given = parameter_rows(p, true, false), defaults = parameter_rows(p, false, false);
  page_open_shared(p, "parameters", "Component parameters");
  if (given + defaults == 0) {
    g_string_append(p->out, "<p>These results hold no parameters.</p>\n");
  }
  if (given > 0) {
    html_open_table(p->out, "Stated by the scenario", stated);
    parameter_rows(p, true, true);
    html_close_table(p->out);
  }
  if (defaults > 0) {
    char *summary = g_strdup_printf("%zu parameters that have their defaults", defaults);
    html_open_folded(p->out, summary);
    html_open_table(p->out, "Not stated by the scenario", left);
    parameter_rows(p, false, true);
    html_close_table(p->out);
    html_close(p->out, "details");
    g_free(summary);
  }
  html_close(p->out, "section");
}

void page_scenario_parameters(const struct page *p, const json_t *parameters) {
  static const char *const columns[] = {"Parameter", "Value", "Default", "Meaning", NULL};
  page_open_shared(p, "scenario-parameters", "Scenario parameters");
  if (json_array_size(parameters) == 0) {
    g_string_append(p->out, "<p>The scenario declares none.</p>\n");
    html_close(p->out, "section");
    return;
  }
  html_open_table(p->out, "Set with -s NAME=VALUE", columns);
  for (size_t i = 0; i < json_array_size(parameters); i++) {
    const json_t *parameter = json_array_get(parameters, i);
    const char *value = tree_text(parameter, "value"), *fallback = tree_text(parameter, "default");
    g_string_append(p->out, strcmp(value, fallback) != 0 ? "<tr class=\"given\">" : "<tr>");
    html_element(p->out, "th", tree_text(parameter, "name"));
    page_text_cell(p, value);
    page_text_cell(p, fallback);
    html_element_of(p->out, "td", "doc", NULL, tree_text(parameter, "doc"));
    g_string_append(p->out, "</tr>\n");
  }
  html_close_table(p->out);
  html_close(p->out, "section");
}

/* --- definitions ---------------------------------------------------------------------------- */

static void define(const struct page *p, const char *name, const char *unit, const char *doc) {
  g_string_append(p->out, "<dt>");
  html_text(p->out, name);
  if (unit[0] != '\0') html_element_of(p->out, "span", "unit", NULL, unit);
  g_string_append(p->out, "</dt>");
  html_element(p->out, "dd", doc);
  g_string_append_c(p->out, '\n');
}

static void define_all(const struct page *p, const char *owner, const struct metric_def *list) {
  html_element(p->out, "h3", owner);
  g_string_append(p->out, "<dl>\n");
  for (; list->name != NULL; list++) define(p, list->name, list->unit, list->doc);
  g_string_append(p->out, "</dl>\n");
}

static void define_kind(const struct page *p, const struct kind *kind) {
  struct metric_text metric;
  if (!kind_metric(kind, 0, &metric)) return;
  html_element(p->out, "h3", kind->name);
  g_string_append(p->out, "<dl>\n");
  for (uint32_t i = 0; kind_metric(kind, i, &metric); i++) {
    define(p, metric.name, metric.unit, metric.doc);
  }
  g_string_append(p->out, "</dl>\n");
}

/* Whether a kind appears among the components; without a topology every kind does. */
static bool is_used(const struct page *p, const char *kind) {
  const json_t *list = json_object_get(json_object_get(p->run, "topology"), "components");
  if (list == NULL) return true;
  for (size_t i = 0; i < json_array_size(list); i++) {
    if (strcmp(tree_text(json_array_get(list, i), "kind"), kind) == 0) return true;
  }
  return false;
}

static bool any_path(const struct page *p) {
  const char **names = tree_keys(p->metrics);
  bool any = false;
  for (const char **name = names; *name != NULL; name++) any |= g_str_has_prefix(*name, "path.");
  g_free(names);
  return any;
}

void page_definitions(const struct page *p) {
  html_open_section(p->out, "definitions", "Definitions");
  g_string_append(
      p->out,
      "<p>A value is the estimate over all replications, warm-up left out; a quantile is "
      "that of all their samples together. The interval below or beside it holds the "
      "true value with 95 % confidence; it comes from the spread of the replications "
      "(Student's t) or, of a single one, from batch means. Extremes have none. Times "
      "are simulated. Ratios are in percent, rates per second.</p>\n");
  html_open_folded(p->out, "Every metric in these results");
  for (int i = 0; registry[i] != NULL; i++) {
    if (is_used(p, registry[i]->name)) define_kind(p, registry[i]);
  }
  define_all(p, "Every component", common_metrics);
  if (any_path(p)) define_all(p, "Every path with a bandwidth, behind \"path.\"", path_metrics);
  html_close(p->out, "details");
  html_close(p->out, "section");
}

void page_provenance(const struct page *p, const char *const (*rows)[2]) {
  html_open_section(p->out, "provenance", "How to reproduce it");
  g_string_append(p->out, "<dl class=\"facts\">\n");
  for (; (*rows)[0] != NULL; rows++) {
    if ((*rows)[1] == NULL || (*rows)[1][0] == '\0') continue;
    bool command = strcmp((*rows)[0], "Command") == 0;
    html_element(p->out, "dt", (*rows)[0]);
    g_string_append(p->out, "<dd>");
    html_element(p->out, command ? "code" : "span", (*rows)[1]);
    g_string_append(p->out, "</dd>\n");
  }
  g_string_append(p->out, "</dl>\n");
  html_close(p->out, "section");
}
