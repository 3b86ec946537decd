/* The report of a search for capacity: how much load, and what limits it? */
#include <math.h>
#include <string.h>

#include "answer.h"
#include "format.h"
#include "html.h"
#include "limiter.h"
#include "load_curves.h"
#include "page.h"
#include "results_tree.h"

static const json_t *situations_of(const struct page *p) {
  return json_object_get(p->tree, "situations");
}

static void head(const struct page *p) {
  g_string_append(p->out, "<header><p class=\"kind\">archsim report of a capacity</p>\n");
  html_element(p->out, "h1", tree_text(p->tree, "scenario"));
  g_string_append(p->out, "\n");
  page_question(p->out, tree_text(p->tree, "question"));
  g_string_append(p->out, "</header>\n");
}

/* --- the answer ----------------------------------------------------------------------------- */

/* The end of the range is neither surely met nor surely missed, or no load that was tried is. */
static bool is_undecided(const json_t *situation) {
  const json_t *c = json_object_get(situation, "capacity");
  bool found = strcmp(tree_text(situation, "status"), "found") == 0;
  return json_is_true(json_object_get(situation, "undecided")) ||
         (found && isnan(tree_number(c, "lo")) && isnan(tree_number(c, "hi")));
}

/* "goals are met up to rate 276/s", "a goal is missed even at rate 20/s", "goals are met at every
 * load that was tried, up to rate 60/s"; with "perhaps" where that is not sure. */
static void say_capacity(const struct page *p, GString *out, enum metric_unit unit,
                         const json_t *situation) {
  const json_t *capacity = json_object_get(situation, "capacity");
  const char *status = tree_text(situation, "status");
  bool below = strcmp(status, "below") == 0, above = strcmp(status, "above") == 0;
  g_string_append_printf(out, "%s%s%s %s ", below ? "a goal is " : "goals are ",
                         is_undecided(situation) ? "perhaps " : "",
                         below   ? "missed even at"
                         : above ? "met at every load that was tried, up to"
                                 : "met up to",
                         tree_text(p->tree, "param"));
  page_say(out, unit, tree_number(capacity, below || above ? "end" : "value"));
}

static struct estimate interval_of(const json_t *situation) {
  const json_t *c = json_object_get(situation, "capacity");
  bool found = strcmp(tree_text(situation, "status"), "found") == 0;
  return (struct estimate){.value = tree_number(c, "value"),
                           .lo = found ? tree_number(c, "lo") : NAN,
                           .hi = found ? tree_number(c, "hi") : NAN,
                           .n = 2};
}

/* "All up: goals are met up to rate 317/s (95 %: 309 .. 323/s). Just above, db is busiest (79.1 %)
 * and the goal that fails is users.latency.p99 < 100ms." */
static void say_situation(const struct page *p, enum metric_unit unit, const json_t *situation) {
  GString *text = g_string_new(tree_text(situation, "situation"));
  struct estimate e = interval_of(situation);
  struct label interval = format_interval(unit, &e);
  text->str[0] = g_ascii_toupper(text->str[0]);
  g_string_append(text, ": ");
  say_capacity(p, text, unit, situation);
  if (interval.text[0] != '\0') g_string_append_printf(text, " (95 %%: %s)", interval.text);
  g_string_append_c(text, '.');
  if (tree_has_text(situation, "connections")) {
    g_string_append_printf(text, " There %s are in use %s of the time.",
                           tree_text(situation, "connections"),
                           format_busy(tree_number(situation, "utilization")).text);
  } else if (tree_number(situation, "saturated_s") > 0) {
    g_string_append_printf(text, " There %s is saturated for about %s (%s busy on the whole).",
                           tree_text(situation, "limited_by"),
                           format_value(UNIT_SECONDS, tree_number(situation, "saturated_s")).text,
                           format_busy(tree_number(situation, "utilization")).text);
  } else if (tree_has_text(situation, "limited_by")) {
    double busy = tree_number(situation, "utilization");
    g_string_append_printf(text, " %s%s is busiest there (%s).",
                           busy < BUSY_LIMITS ? "No component is near a limit: " : "",
                           tree_text(situation, "limited_by"), format_busy(busy).text);
  }
  if (tree_has_text(situation, "goal")) {
    double missed = tree_number(situation, "goals_missed");
    g_string_append_printf(text, " The goal that fails first: %s", tree_text(situation, "goal"));
    if (missed > 1) {
      g_string_append_printf(text, ", and with it %.0f other%s", missed - 1, missed > 2 ? "s" : "");
    }
    g_string_append_c(text, '.');
  }
  html_sentence(p->out, text->str);
  g_string_free(text, TRUE);
}

/* Of what was tried with something down the one that bears the least; NULL: nothing was. */
static const json_t *weakest(const struct page *p) {
  const json_t *found = NULL;
  double least = INFINITY;
  for (size_t i = 1; i < json_array_size(situations_of(p)); i++) {
    const json_t *situation = json_array_get(situations_of(p), i);
    bool found_one = strcmp(tree_text(situation, "status"), "found") == 0;
    const json_t *c = json_object_get(situation, "capacity");
    double here = tree_number(c, found_one ? "value" : "end");
    if (!(here < least)) continue;
    least = here;
    found = situation;
  }
  return found;
}

/* Goals that are met while a component is saturated say nothing about a capacity. */
static bool goals_sleep(const json_t *situation) {
  return strcmp(tree_text(situation, "status"), "above") == 0 &&
         tree_number(situation, "utilization") >= BUSY_SATURATED;
}

static void verdict_box(const struct page *p, enum metric_unit unit) {
  const json_t *first = json_array_get(situations_of(p), 0);
  bool below = strcmp(tree_text(first, "status"), "below") == 0;
  const char *class = "verdict pass", *before = "All ";
  if (is_undecided(first)) {
    class = "verdict undecided";
    before = "The runs are too few or too short to tell: ";
  } else if (below) {
    class = "verdict fail";
    before = "No: ";
  } else if (goals_sleep(first)) {
    class = "verdict open";
  }
  GString *text = g_string_new(before);
  say_capacity(p, text, unit, first);
  if (goals_sleep(first)) {
    bool connections = tree_has_text(first, "connections");
    g_string_append_printf(text, ", where %s %s: the goals do not notice",
                           tree_text(first, connections ? "connections" : "limited_by"),
                           connections ? "are all in use" : "is saturated");
  }
  const json_t *worst = below ? NULL : weakest(p);
  if (worst != NULL) {
    g_string_append_printf(text, "; with %s ", tree_text(worst, "situation"));
    say_capacity(p, text, unit, worst);
  }
  html_element_of(p->out, "p", class, NULL, text->str);
  g_string_free(text, TRUE);
}

static void goals(const struct page *p) {
  const json_t *list = json_object_get(p->tree, "goals");
  page_list(p->out, "Goals", list);
}

static void answer(const struct page *p, enum metric_unit unit) {
  html_open_section(p->out, "answer", "The answer");
  verdict_box(p, unit);
  g_string_append(p->out, "<ul class=\"answer\">\n");
  for (size_t i = 0; i < json_array_size(situations_of(p)); i++) {
    say_situation(p, unit, json_array_get(situations_of(p), i));
  }
  g_string_append(p->out, "</ul>\n");
  page_plots(p, "load");
  page_plots_skipped(p);
  goals(p);
  html_close(p->out, "section");
}

/* --- tables --------------------------------------------------------------------------------- */

static void looks_row(const struct page *p, enum metric_unit unit, const json_t *probe) {
  static const struct {
    const char *json, *page;
  } words[] = {{"met", "pass"}, {"failed", "fail"}, {"undecided", "undecided"}};
  const char *verdict = tree_text(probe, "verdict");
  g_string_append(p->out, "<tr>");
  page_number_cell(p, unit, tree_number(probe, "load"), NULL);
  g_string_append(p->out, "<td>");
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    if (strcmp(verdict, words[i].json) == 0) page_verdict(p->out, words[i].page);
  }
  g_string_append(p->out, "</td>");
  page_number_cell(p, UNIT_COUNT, tree_number(probe, "replications"), NULL);
  g_string_append(p->out, "</tr>\n");
}

static void looks(const struct page *p, enum metric_unit unit) {
  html_open_section(p->out, "loads", "Loads that were looked at");
  html_open_folded(p->out, "In the order of the search");
  for (size_t i = 0; i < json_array_size(situations_of(p)); i++) {
    const json_t *situation = json_array_get(situations_of(p), i);
    const json_t *probes = json_object_get(situation, "probes");
    char *load = g_strconcat(">", tree_text(p->tree, "param"), NULL);
    const char *const columns[] = {load, "Goals", ">Replications", NULL};
    html_open_table(p->out, tree_text(situation, "situation"), columns);
    for (size_t k = 0; k < json_array_size(probes); k++) {
      looks_row(p, unit, json_array_get(probes, k));
    }
    html_close_table(p->out);
    g_free(load);
  }
  html_close(p->out, "details");
  html_close(p->out, "section");
}

/* As it was given; older files tell no more than the parameter. */
static GString *command_of(const struct page *p) {
  GString *command = g_string_new("archsim capacity ");
  const json_t *options = json_object_get(p->tree, "options");
  page_quote(command, tree_text(p->tree, "file"));
  for (size_t i = 0; i < json_array_size(options); i++) {
    const char *word = json_string_value(json_array_get(options, i));
    if (word == NULL) continue;
    g_string_append_c(command, ' ');
    page_quote(command, word);
  }
  if (options == NULL) {
    g_string_append(command, " --over ");
    page_quote(command, tree_text(p->tree, "param"));
  }
  return command;
}

static void provenance(const struct page *p) {
  GString *command = command_of(p);
  char *seed = g_strdup_printf("%.0f", tree_number(p->tree, "seed"));
  char *replications = g_strdup_printf("%.0f", tree_number(p->tree, "replications"));
  char *runs = g_strdup_printf("%.0f", tree_number(p->tree, "runs"));
  char *simulated = g_strdup(format_value(UNIT_SECONDS, tree_number(p->tree, "simulated_s")).text);
  g_string_append_printf(command, " --seed %s -r %s", seed, replications);
  const char *const rows[][2] = {{"Command", command->str},
                                 {"archsim version", tree_text(p->tree, "version")},
                                 {"Seed", seed},
                                 {"Replications of a first look at a load", replications},
                                 {"Simulations in all", runs},
                                 {"Simulated time of each", simulated},
                                 {NULL, NULL}};
  page_provenance(p, rows);
  g_free(simulated);
  g_free(runs);
  g_free(replications);
  g_free(seed);
  g_string_free(command, TRUE);
}

static void warnings(const struct page *p) {
  const json_t *list = json_object_get(p->tree, "warnings");
  html_open_section(p->out, "warnings", "Warnings");
  if (json_array_size(list) == 0) g_string_append(p->out, "<p>There are none.</p>\n");
  page_list(p->out, NULL, list);
  html_close(p->out, "section");
}

void page_of_capacity(const struct page *p) {
  enum metric_unit unit = load_unit(tree_text(p->tree, "unit"));
  head(p);
  answer(p, unit);
  looks(p, unit);
  warnings(p);
  provenance(p);
}
