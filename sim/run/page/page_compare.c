/* The report of a comparison: which design is better, and by how much. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "page.h"
#include "results_tree.h"

#define SENTENCES 6

/* "b" of the key "diff", "c" of "diff_c"; NULL for another key. */
static const char *design_of(const char *key) {
  if (strcmp(key, "diff") == 0) return "b";
  return g_str_has_prefix(key, "diff_") ? key + 5 : NULL;
}

static char *capital(const char *letter) {
  return g_ascii_strup(letter, -1);
}

static void head(const struct page *p, const json_t *designs) {
  const char **letters = tree_keys(designs);
  g_string_append(p->out, "<header><p class=\"kind\">archsim report of a comparison</p>\n<h1>");
  for (const char **l = letters; *l != NULL; l++) {
    if (l != letters) g_string_append(p->out, l[1] == NULL ? " and " : ", ");
    html_text(p->out, tree_text(json_object_get(designs, *l), "title"));
  }
  g_string_append(p->out, "</h1>\n");
  page_question(p->out, tree_text(p->run, "question"));
  g_string_append(p->out, "</header>\n");
  g_free(letters);
}

/* --- sentences ------------------------------------------------------------------------------ */

static bool is_found(const json_t *diff) {
  const char *verdict = tree_text(diff, "verdict");
  return strcmp(verdict, "lower") == 0 || strcmp(verdict, "higher") == 0;
}

static struct estimate joint_of(const json_t *diff) {
  return (struct estimate){.value = tree_number(diff, "value"),
                           .lo = tree_number(diff, "joint_lo"),
                           .hi = tree_number(diff, "joint_hi"),
                           .n = 2};
}

static char *difference_text(enum metric_unit unit, const json_t *diff) {
  struct estimate e = joint_of(diff);
  if (strcmp(tree_text(diff, "verdict"), "equal") == 0) return g_strdup("none");
  if (isinf(e.value)) return g_strdup(e.value > 0 ? "endless now" : "no longer endless");
  return g_strdup(format_difference(unit, e.value, (e.hi - e.lo) / 2).text);
}

/* "; in B 72.8 % that failed, as endless" */
static void say_left_out(const struct page *p, const char *metric, const char *letter,
                         GString *text) {
  const json_t *design = json_object_get(json_object_get(p->tree, "designs"), letter);
  char *name = capital(letter);
  char *said = page_left_out(json_object_get(json_object_get(design, "metrics"), metric));
  if (said[0] != '\0') g_string_append_printf(text, "; in %s %s", name, said);
  g_free(said);
  g_free(name);
}

static void say_difference(const struct page *p, const char *metric, const json_t *entry,
                           const char *letter, const json_t *diff) {
  struct metric_meaning meaning = page_meaning(p, metric);
  struct estimate e = joint_of(diff);
  char *name = capital(letter);
  GString *text = g_string_new(NULL);
  double half = (e.hi - e.lo) / 2;
  g_string_append_printf(text, "%s is ", metric);
  if (isfinite(half) && isfinite(e.value)) {
    g_string_append(text, format_difference(meaning.unit, fabs(e.value), half).text);
    g_string_append_c(text, ' ');
  }
  g_string_append_printf(text, "%s in %s than in A (", tree_text(diff, "verdict"), name);
  page_say(text, meaning.unit, tree_number(entry, letter));
  g_string_append(text, ", in A ");
  page_say(text, meaning.unit, tree_number(entry, "a"));
  say_left_out(p, metric, letter, text);
  say_left_out(p, metric, "a", text);
  g_string_append(text, ").");
  html_sentence(p->out, text->str);
  g_string_free(text, TRUE);
  g_free(name);
}

static void answer(const struct page *p) {
  const char **names = tree_keys(p->metrics);
  uint32_t said = 0, headlines = 0, found = 0;
  g_string_append(p->out, "<ul class=\"answer\">\n");
  for (const char **name = names; *name != NULL; name++) {
    const json_t *entry = json_object_get(p->metrics, *name);
    if (!tree_true(entry, "headline")) continue;
    const char **keys = tree_keys(entry);
    for (const char **key = keys; *key != NULL; key++) {
      const char *letter = design_of(*key);
      if (letter == NULL) continue;
      headlines++;
      if (!is_found(json_object_get(entry, *key))) continue;
      found++;
      if (said++ < SENTENCES) {
        say_difference(p, *name, entry, letter, json_object_get(entry, *key));
      }
    }
    g_free(keys);
  }
  g_free(names);
  g_string_append_printf(p->out,
                         "<li>Of %u comparisons of headline metrics, %u %s a difference; their "
                         "intervals hold together with 95 %%.</li>\n</ul>\n",
                         headlines, found, found == 1 ? "shows" : "show");
}

/* --- the table of differences --------------------------------------------------------------- */

static void difference_row(const struct page *p, const char *metric, const json_t *entry,
                           const char *letter, const json_t *diff) {
  struct metric_meaning meaning = page_meaning(p, metric);
  struct estimate joint = joint_of(diff);
  char *by = difference_text(meaning.unit, diff), *name = capital(letter);
  char *title = g_strconcat(metric, ": ", meaning.doc, NULL);
  if (meaning.unit == UNIT_RATIO) { /* shares are never further apart */
    joint.lo = fmax(joint.lo, -1);
    joint.hi = fmin(joint.hi, 1);
  }
  joint.value = fmax(fabs(joint.lo), fabs(joint.hi)); /* chooses the unit */
  g_string_append(p->out, "<tr>");
  html_element_of(p->out, "th", NULL, title, metric);
  page_text_cell(p, name);
  page_number_cell(p, meaning.unit, tree_number(entry, "a"), title);
  page_number_cell(p, meaning.unit, tree_number(entry, letter), title);
  html_element_of(p->out, "td", "n", title, by);
  GString *interval = g_string_new(format_interval(meaning.unit, &joint).text);
  if (meaning.unit == UNIT_RATIO) g_string_replace(interval, "%", "points", 0);
  html_element_of(p->out, "td", "n", NULL, interval->str);
  g_string_free(interval, TRUE);
  page_text_cell(p, tree_text(diff, "verdict"));
  g_string_append(p->out, "</tr>\n");
  g_free(title);
  g_free(name);
  g_free(by);
}

/* Members would bury the rest: they are in the JSON. */
static bool is_wanted(const char *metric, const json_t *entry, const json_t *diff, bool headline) {
  if (tree_true(entry, "headline") != headline) return false;
  return headline || (is_found(diff) && strchr(metric, '[') == NULL);
}

static void differences(const struct page *p, const char *caption, bool headline) {
  static const char *const columns[] = {"Metric",      "Design",          ">In A",   ">In it",
                                        ">Difference", ">Joint interval", "Verdict", NULL};
  const char **names = tree_keys(p->metrics);
  html_open_table(p->out, caption, columns);
  for (const char **name = names; *name != NULL; name++) {
    const json_t *entry = json_object_get(p->metrics, *name);
    const char **keys = tree_keys(entry);
    for (const char **key = keys; *key != NULL; key++) {
      const char *letter = design_of(*key);
      const json_t *diff = json_object_get(entry, *key);
      if (letter == NULL || !is_wanted(*name, entry, diff, headline)) continue;
      difference_row(p, *name, entry, letter, diff);
    }
    g_free(keys);
  }
  html_close_table(p->out);
  g_free(names);
}

/* --- the rest ------------------------------------------------------------------------------- */

static void designs_rest(const struct page *p, const json_t *designs) {
  const char **letters = tree_keys(designs);
  html_open_section(p->out, "designs", "Designs");
  for (const char **l = letters; *l != NULL; l++) {
    static const char *const columns[] = {"Parameter", "Value", NULL};
    const json_t *design = json_object_get(designs, *l),
                 *params = json_object_get(design, "params");
    char *name = capital(*l);
    char *caption =
        g_strdup_printf("%s, %s, from %s, fingerprint %s", name, tree_text(design, "title"),
                        tree_text(design, "file"), tree_text(design, "fingerprint"));
    const char **keys = tree_keys(params);
    html_open_table(p->out, caption, columns);
    for (const char **key = keys; *key != NULL; key++) {
      g_string_append(p->out, "<tr>");
      html_element(p->out, "th", *key);
      page_text_cell(p, tree_text(params, *key));
      g_string_append(p->out, "</tr>\n");
    }
    html_close_table(p->out);
    page_list(p->out, "Warnings", json_object_get(design, "warnings"));
    g_free(keys);
    g_free(caption);
    g_free(name);
  }
  html_close(p->out, "section");
  g_free(letters);
}

static char *whole(const json_t *tree, const char *key) {
  const json_t *value = json_object_get(tree, key);
  if (!json_is_integer(value)) return g_strdup("");
  return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
}

static void append_word(GString *out, const char *text) {
  gchar *quoted = g_shell_quote(text);
  g_string_append_printf(out, " %s", quoted);
  g_free(quoted);
}

static void append_over(GString *out, const json_t *over) {
  const json_t *points = json_object_get(over, "points");
  GString *loads = g_string_new(tree_text(over, "param"));
  for (size_t i = 0; i < json_array_size(points); i++) {
    g_string_append_printf(loads, "%c%s", i == 0 ? '=' : ',',
                           tree_text(json_array_get(points, i), "value"));
  }
  if (json_array_size(points) > 0) {
    g_string_append(out, " --over");
    append_word(out, loads->str);
  }
  g_string_free(loads, TRUE);
}

/* By how the designs' titles tell them apart: "without X", "NAME=VALUE", or files. */
static char *command_of(const struct page *p, const json_t *designs) {
  GString *out = g_string_new("archsim compare"), *values = g_string_new(NULL);
  const char **letters = tree_keys(designs);
  const char *last = "";
  for (const char **l = letters; *l != NULL; l++) {
    const json_t *design = json_object_get(designs, *l);
    const char *title = tree_text(design, "title"), *equals = strchr(title, '=');
    if (strcmp(tree_text(design, "file"), last) != 0) append_word(out, tree_text(design, "file"));
    last = tree_text(design, "file");
    if (g_str_has_prefix(title, "without ")) {
      gchar **offs = g_strsplit(title + strlen("without "), ", ", -1);
      for (gchar **off = offs; *off != NULL; off++) {
        g_string_append(out, " --off");
        append_word(out, *off);
      }
      g_strfreev(offs);
    } else if (equals != NULL && !g_str_has_suffix(title, ".lua")) {
      g_string_append(values, values->len > 0 ? "," : title);
      if (values->str[values->len - 1] == ',') g_string_append(values, equals + 1);
    }
  }
  if (values->len > 0) {
    g_string_append(out, " -s");
    append_word(out, values->str);
  }
  append_over(out, json_object_get(p->tree, "over"));
  g_string_append_printf(out, " --seed %.0f -r %.0f", tree_number(p->tree, "seed"),
                         tree_number(p->tree, "replications"));
  g_free(letters);
  g_string_free(values, TRUE);
  return g_string_free(out, FALSE);
}

static void provenance(const struct page *p) {
  char *command = command_of(p, json_object_get(p->tree, "designs"));
  char *seed = whole(p->tree, "seed"), *replications = whole(p->tree, "replications");
  char *simulated = g_strdup(format_value(UNIT_SECONDS, tree_number(p->tree, "simulated_s")).text);
  char *warmup = g_strdup(format_value(UNIT_SECONDS, tree_number(p->tree, "warmup_s")).text);
  const char *const rows[][2] = {
      {"Command", command},
      {"archsim version", tree_text(p->tree, "version")},
      {"Seed", seed},
      {"Replications of each", replications},
      {"Simulated time of each", simulated},
      {"Of which warm-up, left out", warmup},
      {NULL, NULL},
  };
  page_provenance(p, rows);
  g_free(command);
  g_free(seed);
  g_free(replications);
  g_free(simulated);
  g_free(warmup);
}

/* What tells designs apart at a glance, on the first screen. */
static void first_plots(const struct page *p) {
  page_first_plot(p, "load");
  page_first_plot(p, "percentiles");
}

static void other_plots(const struct page *p) {
  static const char *const kinds[] = {"timeline", "availability"};
  html_open_section(p->out, "plots", "More plots");
  page_other_plots(p, "load");
  page_other_plots(p, "percentiles");
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) page_plots(p, kinds[i]);
  page_plots_skipped(p);
  html_close(p->out, "section");
}

bool page_of_comparison(const struct page *p, struct error *err) {
  const json_t *designs = json_object_get(p->tree, "designs");
  head(p, designs);
  html_open_section(p->out, "answer", "The answer");
  page_designs_table(p, designs);
  first_plots(p);
  answer(p);
  page_list(p->out, "Notes", json_object_get(p->tree, "notes"));
  html_close(p->out, "section");
  html_open_section(p->out, "why", "What each design says");
  page_designs_answers(p, designs);
  html_close(p->out, "section");
  html_open_section(p->out, "differences", "Differences");
  differences(p, "Headline metrics: those of goals, and each client's", true);
  differences(p, "Other metrics that differ", false);
  html_close(p->out, "section");
  other_plots(p);
  page_designs_times(p, designs);
  if (!page_topology(p, err)) return false;
  designs_rest(p, designs);
  page_parameters(p);
  provenance(p);
  page_definitions(p);
  return true;
}
