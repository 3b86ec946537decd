/* The report of a sweep: at which points are the goals met? */
#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "page.h"
#include "results_tree.h"
#include "sweep_kinds.h"
#include "sweep_reach.h"

#define KINDS_TOLD 3
#define ROWS_SHOWN 5000
#define ROWS_OPEN 100 /* a longer table of points is folded up */

/* Verdicts of all points together. */
struct tally {
  size_t met, failed, open, missing;
  bool hang; /* some goals are undecided since requests had not ended */
};

static bool any_hang(const json_t *goals) {
  for (size_t i = 0; i < json_array_size(goals); i++) {
    const json_t *goal = json_array_get(goals, i);
    bool undecided = strcmp(page_verdict_of(goal), "undecided") == 0;
    if (undecided && tree_number(goal, "unfinished") > 0) return true;
  }
  return false;
}

static void count(struct tally *tally, const json_t *point) {
  const char *overall = page_overall(json_object_get(point, "goals"));
  if (!json_is_object(point)) {
    tally->missing++;
  } else if (strcmp(overall, "fail") == 0) {
    tally->failed++;
  } else if (strcmp(overall, "undecided") == 0) {
    tally->open++;
    tally->hang |= any_hang(json_object_get(point, "goals"));
  } else {
    tally->met++;
  }
}

static const json_t *manifest_of(const struct page *p) {
  return json_object_get(p->tree, "manifest");
}

static const json_t *points_of(const struct page *p) {
  return json_object_get(p->tree, "points");
}

static const json_t *axes_of(const struct page *p) {
  return json_object_get(manifest_of(p), "axes");
}

static const char *axis_name(const struct page *p, size_t axis) {
  return tree_text(json_array_get(axes_of(p), axis), "name");
}

/* "rate=100/s, servers=2" */
static void say_point(const struct page *p, GString *out, const json_t *point) {
  for (size_t i = 0; i < json_array_size(axes_of(p)); i++) {
    const char *name = axis_name(p, i);
    g_string_append_printf(out, "%s%s=%s", i > 0 ? ", " : "", name,
                           tree_text(json_object_get(point, "params"), name));
  }
}

static void put_sentence(const struct page *p, GString *sentence) {
  html_sentence(p->out, sentence->str);
  g_string_truncate(sentence, 0);
}

/* --- sentences ------------------------------------------------------------------------------ */

static void say_tally(const struct page *p, GString *out) {
  struct tally t = {0};
  size_t n = json_array_size(points_of(p));
  for (size_t i = 0; i < n; i++) count(&t, json_array_get(points_of(p), i));
  bool goals = json_array_size(json_object_get(p->run, "goals")) > 0;
  if (goals) {
    g_string_append_printf(out, "%zu of %zu points %s all goals, %zu %s one", t.met, n,
                           t.met == 1 ? "meets" : "meet", t.failed,
                           t.failed == 1 ? "fails" : "fail");
    if (t.open > 0) {
      g_string_append_printf(out, ", %zu %s undecided", t.open, t.open == 1 ? "is" : "are");
    }
  } else {
    g_string_append_printf(out, "%zu points, without goals", n);
  }
  if (t.missing > 0) {
    g_string_append_printf(out, ", %zu %s missing", t.missing, t.missing == 1 ? "is" : "are");
  }
  g_string_append_c(out, '.');
  if (t.open > 0) {
    g_string_append_printf(
        out,
        " Undecided means that an interval straddles a limit: more replications (-r) "
        "or longer runs decide it%s.",
        t.hang ? "; or that a goal holds only without requests that had not ended" : "");
  }
}

/* The goal that fails at the largest number of points; undecided ones are told apart, as above. */
static void say_hardest(const struct page *p, GString *out) {
  const json_t *goals = json_object_get(p->run, "goals");
  size_t most = 0, which = 0;
  for (size_t g = 0; g < json_array_size(goals); g++) {
    size_t misses = 0;
    for (size_t i = 0; i < json_array_size(points_of(p)); i++) {
      const json_t *all = json_object_get(json_array_get(points_of(p), i), "goals");
      const json_t *goal = json_array_get(all, g);
      misses += goal != NULL && strcmp(page_verdict_of(goal), "fail") == 0;
    }
    if (misses > most) {
      most = misses;
      which = g;
    }
  }
  if (most == 0) return;
  g_string_append_printf(out, "The goal that fails most often is %s: at %zu point%s.",
                         tree_text(json_array_get(goals, which), "goal"), most,
                         most == 1 ? "" : "s");
  put_sentence(p, out);
}

/* From the smallest to the largest value of a goal's metric. */
static void say_range(const struct page *p, GString *out, size_t g) {
  const json_t *least = NULL, *most = NULL;
  double lo = INFINITY, hi = -INFINITY;
  for (size_t i = 0; i < json_array_size(points_of(p)); i++) {
    const json_t *point = json_array_get(points_of(p), i);
    double value = tree_number(json_array_get(json_object_get(point, "goals"), g), "value");
    if (value < lo) {
      lo = value;
      least = point;
    }
    if (value > hi) {
      hi = value;
      most = point;
    }
  }
  const char *metric = tree_text(json_array_get(json_object_get(p->run, "goals"), g), "metric");
  if (least == NULL || metric[0] == '\0') return;
  enum metric_unit unit = page_meaning(p, metric).unit;
  if (strcmp(format_value(unit, lo).text, format_value(unit, hi).text) == 0) {
    g_string_append_printf(out, "%s is ", metric);
    page_say(out, unit, lo);
    g_string_append(out, " at all points.");
    put_sentence(p, out);
    return;
  }
  g_string_append_printf(out, "%s goes from ", metric);
  page_say(out, unit, lo);
  g_string_append(out, " (");
  say_point(p, out, least);
  g_string_append(out, ") to ");
  page_say(out, unit, hi);
  g_string_append(out, " (");
  say_point(p, out, most);
  g_string_append(out, ").");
  put_sentence(p, out);
}

/* Points whose means are like none of their replications. */
static void say_kinds(const struct page *p, GString *out) {
  size_t found = 0;
  for (size_t i = 0; i < json_array_size(points_of(p)); i++) {
    const json_t *point = json_array_get(points_of(p), i);
    char *kinds = sweep_kinds(point);
    if (kinds != NULL && found++ < KINDS_TOLD) {
      g_string_append(out, "Two kinds of replications, and none like the mean, at ");
      say_point(p, out, point);
      g_string_append_printf(out, ": %s.", kinds);
      put_sentence(p, out);
    }
    g_free(kinds);
  }
  if (found <= KINDS_TOLD) return;
  g_string_append_printf(out, "So it is at %zu more points.", found - KINDS_TOLD);
  put_sentence(p, out);
}

/* Up to which load each design meets its goals. */
static void say_reach(const struct page *p) {
  struct sweep_reach *reach = sweep_reach_new(manifest_of(p));
  for (size_t i = 0; i < json_array_size(points_of(p)); i++) {
    sweep_reach_add(reach, json_array_get(points_of(p), i));
  }
  GPtrArray *sentences = g_ptr_array_new_with_free_func(g_free);
  sweep_reach_say(reach, sentences);
  for (guint i = 0; i < sentences->len; i++) html_sentence(p->out, g_ptr_array_index(sentences, i));
  g_ptr_array_free(sentences, TRUE);
  sweep_reach_free(reach);
}

static void answer(const struct page *p) {
  GString *sentence = g_string_new(NULL);
  g_string_append(p->out, "<ul class=\"answer\">\n");
  say_reach(p);
  say_tally(p, sentence);
  put_sentence(p, sentence);
  say_kinds(p, sentence);
  say_hardest(p, sentence);
  for (size_t g = 0; g < json_array_size(json_object_get(p->run, "goals")) && g < 3; g++) {
    say_range(p, sentence, g);
  }
  g_string_append(p->out, "</ul>\n");
  g_string_free(sentence, TRUE);
}

/* --- tables --------------------------------------------------------------------------------- */

static void axis_table(const struct page *p, size_t axis) {
  static const char *const columns[] = {"Value",          ">Points",    ">All goals met",
                                        ">A goal failed", ">Undecided", NULL};
  const json_t *values = json_object_get(json_array_get(axes_of(p), axis), "values");
  const char *name = axis_name(p, axis);
  size_t n = json_array_size(values);
  struct tally *tally = g_new0(struct tally, n + 1);
  GHashTable *at = g_hash_table_new(g_str_hash, g_str_equal); /* asked, never iterated */
  for (size_t v = 0; v < n; v++) {
    const char *value = json_string_value(json_array_get(values, v));
    if (value != NULL) g_hash_table_insert(at, (gpointer)value, &tally[v]);
  }
  for (size_t i = 0; i < json_array_size(points_of(p)); i++) {
    const json_t *point = json_array_get(points_of(p), i);
    struct tally *t = g_hash_table_lookup(at, tree_text(json_object_get(point, "params"), name));
    if (t != NULL) count(t, point);
  }
  char *caption = g_strdup_printf("By %s", name);
  html_open_table(p->out, caption, columns);
  g_free(caption);
  for (size_t v = 0; v < n; v++) {
    const char *value = json_string_value(json_array_get(values, v));
    const struct tally *t = &tally[v];
    g_string_append(p->out, "<tr>");
    html_element(p->out, "th", value != NULL ? value : "");
    page_number_cell(p, UNIT_COUNT, (double)(t->met + t->failed + t->open), NULL);
    page_number_cell(p, UNIT_COUNT, (double)t->met, NULL);
    page_number_cell(p, UNIT_COUNT, (double)t->failed, NULL);
    page_number_cell(p, UNIT_COUNT, (double)t->open, NULL);
    g_string_append(p->out, "</tr>\n");
  }
  html_close_table(p->out);
  g_hash_table_destroy(at);
  g_free(tally);
}

/* The metrics of the table of points: those of the goals, each client's where there are none. */
static GPtrArray *columns_of(const struct page *p) {
  static const char *const usual[] = {"throughput", "availability", "latency.p50", "latency.p99"};
  GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
  const json_t *goals = json_object_get(p->run, "goals");
  for (size_t g = 0; g < json_array_size(goals); g++) {
    const char *metric = tree_text(json_array_get(goals, g), "metric");
    bool there = metric[0] == '\0';
    for (guint i = 0; i < list->len && !there; i++) there = strcmp(list->pdata[i], metric) == 0;
    if (!there) g_ptr_array_add(list, g_strdup(metric));
  }
  char **clients = page_clients(p);
  for (char **c = clients; list->len == 0 && *c != NULL; c++) {
    for (size_t i = 0; i < G_N_ELEMENTS(usual); i++) {
      g_ptr_array_add(list, g_strconcat(*c, ".", usual[i], NULL));
    }
  }
  g_strfreev(clients);
  return list;
}

static void value_cell(const struct page *p, const json_t *point, const char *metric,
                       const struct metric_meaning *meaning) {
  const json_t *entry = json_object_get(json_object_get(point, "metrics"), metric);
  const json_t *all = json_object_get(entry, "all"); /* as goals judge it */
  if (all != NULL) entry = all;
  struct estimate e = {.value = tree_number(entry, "value"),
                       .lo = tree_number(entry, "lo"),
                       .hi = tree_number(entry, "hi")};
  char *title = g_strconcat(metric, ": ", meaning->doc, NULL);
  g_string_append(p->out, "<td class=\"n\"");
  html_attribute(p->out, "title", title);
  g_string_append_c(p->out, '>');
  html_text(p->out, format_value(meaning->unit, e.value).text);
  struct label interval = format_interval(meaning->unit, &e);
  if (interval.text[0] != '\0' && e.hi > e.lo) html_element(p->out, "small", interval.text);
  char *more = page_left_out(entry);
  if (more[0] != '\0') html_element(p->out, "small", more);
  g_free(more);
  g_string_append(p->out, "</td>");
  g_free(title);
}

static void point_row(const struct page *p, size_t number, const json_t *point,
                      const GPtrArray *metrics, const struct metric_meaning *meanings) {
  const char *overall = page_overall(json_object_get(point, "goals"));
  g_string_append_printf(p->out, "<tr><td class=\"n\">%zu</td>", number + 1);
  for (size_t a = 0; a < json_array_size(axes_of(p)); a++) {
    html_element(p->out, "th", tree_text(json_object_get(point, "params"), axis_name(p, a)));
  }
  g_string_append(p->out, "<td>");
  if (!json_is_object(point)) {
    html_element_of(p->out, "span", "open", NULL, "missing");
  } else if (overall[0] != '\0') {
    page_verdict(p->out, overall);
  }
  g_string_append(p->out, "</td>");
  for (guint i = 0; i < metrics->len; i++) value_cell(p, point, metrics->pdata[i], &meanings[i]);
  g_string_append(p->out, "</tr>\n");
}

static void points_table(const struct page *p) {
  GPtrArray *metrics = columns_of(p);
  struct metric_meaning *meanings = g_new0(struct metric_meaning, metrics->len + 1);
  GPtrArray *columns = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(columns, g_strdup(">Point"));
  for (size_t a = 0; a < json_array_size(axes_of(p)); a++) {
    g_ptr_array_add(columns, g_strdup(axis_name(p, a)));
  }
  g_ptr_array_add(columns, g_strdup("Goals"));
  for (guint i = 0; i < metrics->len; i++) {
    meanings[i] = page_meaning(p, metrics->pdata[i]);
    g_ptr_array_add(columns, g_strconcat(">", metrics->pdata[i], NULL));
  }
  g_ptr_array_add(columns, NULL);
  size_t n = json_array_size(points_of(p)), shown = MIN(n, ROWS_SHOWN);
  if (n > ROWS_OPEN) {
    char *summary = g_strdup_printf("All %zu points", n);
    html_open_folded(p->out, summary);
    g_free(summary);
  }
  html_open_table(p->out, "Points", (const char *const *)columns->pdata);
  for (size_t i = 0; i < shown; i++) {
    point_row(p, i, json_array_get(points_of(p), i), metrics, meanings);
  }
  html_close_table(p->out);
  if (shown < n) {
    g_string_append_printf(p->out, "<p class=\"note\">%zu more points are in the results.</p>\n",
                           n - shown);
  }
  if (n > ROWS_OPEN) html_close(p->out, "details");
  g_ptr_array_free(columns, TRUE);
  g_ptr_array_free(metrics, TRUE);
  g_free(meanings);
}

/* --- the rest ------------------------------------------------------------------------------- */

#define WARNINGS_SHOWN 20

static void warnings(const struct page *p) {
  size_t said = 0;
  html_open_section(p->out, "warnings", "Warnings");
  for (size_t i = 0; i < json_array_size(points_of(p)); i++) {
    const json_t *point = json_array_get(points_of(p), i);
    const json_t *list = json_object_get(point, "warnings");
    if (json_array_size(list) == 0) continue;
    if (said++ >= WARNINGS_SHOWN) continue;
    char *heading = g_strdup_printf("Point %zu", i + 1);
    page_list(p->out, heading, list);
    g_free(heading);
  }
  if (said == 0) g_string_append(p->out, "<p>There are none.</p>\n");
  if (said > WARNINGS_SHOWN) {
    g_string_append_printf(p->out, "<p class=\"note\">%zu more points have warnings.</p>\n",
                           said - WARNINGS_SHOWN);
  }
  html_close(p->out, "section");
}

static void checks(const struct page *p) {
  size_t made = 0, failed = 0;
  for (size_t i = 0; i < json_array_size(points_of(p)); i++) {
    const json_t *list = json_object_get(json_array_get(points_of(p), i), "checks");
    made += json_array_size(list);
    for (size_t k = 0; k < json_array_size(list); k++) {
      failed += !tree_true(json_array_get(list, k), "pass");
    }
  }
  html_open_section(p->out, "checks", "Physics checks");
  g_string_append_printf(p->out,
                         "<p>%zu checks of all points against laws of physics, %zu failed.</p>\n",
                         made, failed);
  html_close(p->out, "section");
}

static void provenance(const struct page *p) {
  GString *command = g_string_new("archsim sweep ");
  const json_t *m = manifest_of(p);
  char *file = g_strconcat(tree_text(m, "scenario"), ".lua", NULL);
  g_string_append(command, file);
  for (size_t a = 0; a < json_array_size(axes_of(p)); a++) {
    const json_t *values = json_object_get(json_array_get(axes_of(p), a), "values");
    GString *setting = g_string_new(axis_name(p, a));
    for (size_t v = 0; v < json_array_size(values); v++) {
      const char *value = json_string_value(json_array_get(values, v));
      g_string_append_printf(setting, "%c%s", v == 0 ? '=' : ',', value != NULL ? value : "");
    }
    char *quoted = g_shell_quote(setting->str);
    g_string_append_printf(command, " -s %s", quoted);
    g_free(quoted);
    g_string_free(setting, TRUE);
  }
  char *points = g_strdup_printf("%zu", json_array_size(points_of(p)));
  char *seed = g_strdup_printf("%.0f", tree_number(p->run, "seed"));
  char *replications = g_strdup_printf("%.0f", tree_number(p->run, "replications"));
  g_string_append_printf(command, " --seed %s -r %s", seed, replications);
  const char *const rows[][2] = {
      {"Command", command->str},
      {"archsim version", tree_text(m, "version")},
      {"Key of the sweep", tree_text(m, "sweep")},
      {"Points", points},
      {"Seed", seed},
      {"Replications of the first point", replications},
      {NULL, NULL},
  };
  page_provenance(p, rows);
  g_free(replications);
  g_free(seed);
  g_free(points);
  g_free(file);
  g_string_free(command, TRUE);
}

static void head(const struct page *p) {
  g_string_append(p->out, "<header><p class=\"kind\">archsim report of a sweep</p>\n");
  html_element(p->out, "h1", tree_text(manifest_of(p), "scenario"));
  g_string_append(p->out, "\n");
  page_question(p->out, tree_text(manifest_of(p), "question"));
  g_string_append(p->out, "</header>\n");
}

static void plots(const struct page *p) {
  static const char *const kinds[] = {"load", "parameter", "heatmap", "availability"};
  html_open_section(p->out, "plots", "Plots");
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) page_plots(p, kinds[i]);
  page_plots_skipped(p);
  html_close(p->out, "section");
}

#define VALUES_AHEAD 4 /* a longer table would push the plots out of sight */

/* The short tables, or the others; without goals there is nothing to count. */
static void axis_tables(const struct page *p, bool brief) {
  if (json_array_size(json_object_get(p->run, "goals")) == 0) return;
  for (size_t a = 0; a < json_array_size(axes_of(p)); a++) {
    const json_t *values = json_object_get(json_array_get(axes_of(p), a), "values");
    if ((json_array_size(values) <= VALUES_AHEAD) == brief) axis_table(p, a);
  }
}

bool page_of_sweep(const struct page *p, struct error *err) {
  head(p);
  html_open_section(p->out, "answer", "The answer");
  answer(p);
  axis_tables(p, true);
  html_close(p->out, "section");
  plots(p);
  html_open_section(p->out, "points", "Points");
  axis_tables(p, false);
  points_table(p);
  html_close(p->out, "section");
  if (!page_topology(p, err)) return false;
  checks(p);
  warnings(p);
  page_parameters(p);
  page_scenario_parameters(p, json_object_get(p->run, "scenario_parameters"));
  provenance(p);
  page_definitions(p);
  return true;
}
