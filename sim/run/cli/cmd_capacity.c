/* archsim capacity: how much load does it take? */
#include <glib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "capacity_study.h"
#include "command.h"
#include "format.h"
#include "json.h"
#include "json_write.h"
#include "junit.h"
#include "limiter.h"
#include "output.h"
#include "outputs.h"
#include "report_html.h"
#include "table.h"

/* --- printed --------------------------------------------------------------------------------- */

static void print_head(const struct capacity_study *study, const struct term *term) {
  const struct scenario *s = study->scenario;
  GString *line = g_string_new(s->name);
  g_string_append_printf(line, ": the highest %s at which", study->axis.name);
  term_wrap(term, STYLE_BOLD, line->str, 0, 2);
  for (uint32_t i = 0; i < s->goals; i++) {
    term_put(term, STYLE_PLAIN, "  ");
    term_wrap(term, STYLE_PLAIN, s->goal[i].text, 2, 4);
  }
  g_string_printf(line, "seed %" PRIu64 ", %u replications of %s at each load, %u near the limit",
                  study->seed, study->replications, format_duration(s->run.duration_ns).text,
                  study->replications * CAPACITY_MORE);
  term_wrap(term, STYLE_DIM, line->str, 0, 2);
  g_string_free(line, TRUE);
  fputc('\n', term->out);
}

static char *value_text(const struct load_axis *axis, const struct capacity *c) {
  switch (c->status) {
    case CAPACITY_FOUND:
      return g_strdup(load_axis_label(axis, c->value).text);
    case CAPACITY_BELOW:
      return g_strdup_printf("%sbelow %s", c->undecided ? "perhaps " : "",
                             load_axis_label(axis, c->hi).text);
    case CAPACITY_ABOVE:
      return g_strdup_printf("%sat least %s", c->undecided ? "perhaps " : "",
                             load_axis_label(axis, c->lo).text);
  }
  return NULL;
}

/* "309/s .. 323/s", or the one end that is known. */
static char *interval_text(const struct load_axis *axis, const struct capacity *c) {
  if (c->status != CAPACITY_FOUND) return g_strdup("");
  char *lo = g_strdup(load_axis_label(axis, c->lo).text), *text;
  const char *hi = load_axis_label(axis, c->hi).text;
  if (isnan(c->lo)) {
    text = isnan(c->hi) ? g_strdup("unknown") : g_strdup_printf("at most %s", hi);
  } else {
    text = isnan(c->hi) ? g_strdup_printf("at least %s", lo) : g_strdup_printf("%s .. %s", lo, hi);
  }
  g_free(lo);
  return text;
}

static void add_row(struct table *table, const struct load_axis *axis, const struct situation *s) {
  const struct capacity *c = &s->capacity;
  char *value = value_text(axis, c), *interval = interval_text(axis, c);
  gchar *limit =
      s->limited_by == NULL ? g_strdup("-")
      : s->connections != NULL
          ? g_strdup_printf("%s, %s in use", s->connections, format_busy(s->utilization).text)
      : s->full_s > 0 ? g_strdup_printf("%s, saturated for about %s (%s on the whole)",
                                        s->limited_by, format_value(UNIT_SECONDS, s->full_s).text,
                                        format_busy(s->utilization).text)
      : s->utilization < BUSY_LIMITS
          ? g_strdup_printf("nothing busy (%s %s)", s->limited_by, format_busy(s->utilization).text)
          : g_strdup_printf("%s, %s busy", s->limited_by, format_busy(s->utilization).text);
  table_cell(table, STYLE_PLAIN, s->label);
  table_cell(table, STYLE_BOLD, value);
  table_cell(table, STYLE_DIM, interval);
  table_cell(table, STYLE_PLAIN, limit);
  table_end_row(table);
  g_free(value);
  g_free(interval);
  g_free(limit);
}

/* Sentences on how far a capacity can be trusted; NULL: nothing to say. To be freed. */
static char *warning_of(const struct load_axis *axis, const struct situation *s) {
  const struct capacity *c = &s->capacity;
  if (c->not_monotone && c->status == CAPACITY_BELOW) {
    return g_strdup_printf(
        "%s: the goals fail at %s and are met at %s, though less should be easier: what helps more "
        "the more there is of it, try with archsim sweep -s %s=VALUES",
        s->label, load_axis_label(axis, c->failed_at).text, load_axis_label(axis, c->met_at).text,
        axis->name);
  }
  if (c->not_monotone) {
    return g_strdup_printf(
        "%s: the goals surely fail at %s and are met again at %s, so that there is not one limit",
        s->label, load_axis_label(axis, c->failed_at).text, load_axis_label(axis, c->met_at).text);
  }
  if (c->undecided) {
    bool above = c->status == CAPACITY_ABOVE;
    return g_strdup_printf(
        "%s: whether the goals are met at %s is undecided, for the runs are too few or too short: "
        "use more -r, or run longer",
        s->label, load_axis_label(axis, above ? c->lo : c->hi).text);
  }
  if (c->status == CAPACITY_BELOW && !axis->range.given && !(s->utilization >= BUSY_LIMITS)) {
    return g_strdup_printf(
        "%s: the goals fail however low the %s, as far down as the runs can tell (%s), and nothing "
        "is busy there: something else than that makes them fail",
        s->label, axis->name, load_axis_label(axis, c->hi).text);
  }
  if (c->status == CAPACITY_ABOVE && !axis->range.given) {
    return g_strdup_printf(
        "%s: the goals are met at every load that was tried. Perhaps they do not notice when it is "
        "too much; else say how far to go with --over %s=LO..HI",
        s->label, axis->name);
  }
  if (c->status != CAPACITY_FOUND) return NULL;
  if (isnan(c->lo) || isnan(c->hi)) {
    return g_strdup_printf("%s: the runs are too few or too short to bound it from %s; use more -r",
                           s->label,
                           isnan(c->lo) && isnan(c->hi) ? "either side"
                           : isnan(c->lo)               ? "below"
                                                        : "above");
  }
  return NULL;
}

static void print_study(const struct capacity_study *study, const struct term *term) {
  static const char *const head[] = {"", "capacity", "95 %", "limited by"};
  print_head(study, term);
  struct table *table = table_new("Lrll", 2);
  for (size_t i = 0; i < G_N_ELEMENTS(head); i++) table_cell(table, STYLE_DIM, head[i]);
  table_end_row(table);
  for (uint32_t i = 0; i < study->situations; i++) {
    add_row(table, &study->axis, &study->situation[i]);
  }
  table_finish(table, term);
  for (uint32_t i = 0; study->scenario->goals > 1 && i < study->situations; i++) {
    const struct situation *s = &study->situation[i];
    if (s->capacity.status == CAPACITY_ABOVE) continue;
    const char *goal = study->scenario->goal[s->goal].text;
    gchar *line = s->missed > 1 ? g_strdup_printf("%s: %u goals fail, most of all %s", s->label,
                                                  s->missed, goal)
                                : g_strdup_printf("%s: the goal that fails is %s", s->label, goal);
    term_put(term, STYLE_PLAIN, "  ");
    term_wrap(term, STYLE_DIM, line, 2, 4);
    g_free(line);
  }
  for (uint32_t i = 0; i < study->situations; i++) {
    char *warning = warning_of(&study->axis, &study->situation[i]);
    if (warning == NULL) continue;
    term_put(term, STYLE_WARN, "warning: ");
    term_wrap(term, STYLE_PLAIN, warning, 9, 2);
    g_free(warning);
  }
}

/* --- for programs ---------------------------------------------------------------------------- */

/* The metrics at each load, by situation and load: what is drawn. */
struct record {
  const struct capacity_study *study;
  json_t **situation; /* an object, by the load as text */
};

static void keep_look(void *data, const struct situation *situation, double load,
                      const struct results *results) {
  const struct record *record = data;
  json_t *look = json_at_load(results);
  json_object_set(record->situation[situation - record->study->situation],
                  load_axis_value(&record->study->axis, load).text,
                  json_object_get(look, "metrics"));
  json_decref(look);
}

static struct record record_new(const struct capacity_study *study) {
  struct record record = {study, g_new(json_t *, study->situations)};
  for (uint32_t i = 0; i < study->situations; i++) record.situation[i] = json_object();
  return record;
}

static void record_free(struct record *record) {
  for (uint32_t i = 0; i < record->study->situations; i++) json_decref(record->situation[i]);
  g_free(record->situation);
}

/* `end` is the last load that was tried; where the verdict on it is not sure it bounds nothing. */
static json_t *capacity_tree(const struct load_axis *axis, const struct capacity *c) {
  json_t *tree = json_object();
  double end = c->status == CAPACITY_ABOVE ? c->lo : c->hi;
  json_object_set_new(tree, "value", json_number(c->value * axis->factor));
  json_object_set_new(tree, "lo", json_number(c->undecided ? NAN : c->lo * axis->factor));
  json_object_set_new(tree, "hi", json_number(c->undecided ? NAN : c->hi * axis->factor));
  if (c->status != CAPACITY_FOUND) {
    json_object_set_new(tree, "end", json_number(end * axis->factor));
  }
  return tree;
}

static json_t *probes_tree(const struct load_axis *axis, const struct capacity *c,
                           const json_t *looks) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < c->probes; i++) {
    const struct probe *p = &c->probe[i];
    const char *verdict = p->certainty == SURELY       ? "met"
                          : p->certainty == SURELY_NOT ? "failed"
                                                       : "undecided";
    json_t *tree = json_object();
    json_object_set_new(tree, "load", json_number(p->load * axis->factor));
    json_object_set_new(tree, "met", json_boolean(p->met));
    json_object_set_new(tree, "verdict", json_text(verdict));
    json_object_set_new(tree, "replications", json_integer(p->replications));
    json_object_set(tree, "metrics", json_object_get(looks, load_axis_value(axis, p->load).text));
    json_array_append_new(list, tree);
  }
  return list;
}

static void fill_situation(json_t *tree, const struct capacity_study *study,
                           const struct situation *s) {
  static const char *const status[] = {
      [CAPACITY_FOUND] = "found", [CAPACITY_BELOW] = "below", [CAPACITY_ABOVE] = "above"};
  json_object_set_new(tree, "capacity", capacity_tree(&study->axis, &s->capacity));
  if (s->capacity.status != CAPACITY_ABOVE) {
    json_object_set_new(tree, "goal", json_text(study->scenario->goal[s->goal].text));
    json_object_set_new(tree, "goals_missed", json_integer(s->missed));
  }
  json_object_set_new(tree, "status", json_text(status[s->capacity.status]));
  json_object_set_new(tree, "undecided", json_boolean(s->capacity.undecided));
  json_object_set_new(tree, "limited_by",
                      s->limited_by != NULL ? json_text(s->limited_by) : json_null());
  if (s->connections != NULL) {
    json_object_set_new(tree, "connections", json_text(s->connections));
  }
  json_object_set_new(tree, "utilization", json_number(s->utilization));
  if (s->full_s > 0) json_object_set_new(tree, "saturated_s", json_number(s->full_s));
}

static json_t *study_tree(const struct capacity_study *study, const struct record *record) {
  json_t *tree = json_object(), *goals = json_array(), *rows = json_array();
  json_t *warnings = json_array();
  const struct scenario *s = study->scenario;
  fill_situation(tree, study, &study->situation[0]);
  for (uint32_t i = 0; i < s->goals; i++) json_array_append_new(goals, json_text(s->goal[i].text));
  for (uint32_t i = 0; i < study->situations; i++) {
    json_t *row = json_object();
    json_object_set_new(row, "situation", json_text(study->situation[i].label));
    fill_situation(row, study, &study->situation[i]);
    json_object_set_new(row, "down", json_boolean(study->situation[i].down));
    json_object_set_new(
        row, "probes",
        probes_tree(&study->axis, &study->situation[i].capacity, record->situation[i]));
    json_array_append_new(rows, row);
    char *warning = warning_of(&study->axis, &study->situation[i]);
    if (warning != NULL) json_array_append_new(warnings, json_text(warning));
    g_free(warning);
  }
  json_object_set_new(tree, "schema", json_integer(JSON_SCHEMA));
  json_object_set_new(tree, "version", json_text(ARCHSIM_VERSION));
  json_object_set_new(tree, "scenario", json_text(s->name));
  json_object_set_new(tree, "file", json_text(study->file));
  json_object_set_new(tree, "question", s->question != NULL ? json_text(s->question) : json_null());
  json_object_set_new(tree, "param", json_text(study->axis.name));
  json_object_set_new(tree, "unit", json_text(study->axis.unit));
  json_object_set_new(tree, "seed", json_integer((json_int_t)study->seed));
  json_object_set_new(tree, "replications", json_integer(study->replications));
  json_object_set_new(tree, "simulated_s", json_number((double)s->run.duration_ns / 1e9));
  json_object_set_new(tree, "runs", json_integer((json_int_t)study->runs));
  json_object_set_new(tree, "goals", goals);
  json_object_set_new(tree, "situations", rows);
  json_object_set_new(tree, "warnings", warnings);
  return tree;
}

static void write_tree(const void *tree, FILE *out) {
  json_write(tree, out);
}

/* One test case a situation, which fails where not even the lowest load meets the goals. */
static void write_junit(const void *data, FILE *out) {
  const struct capacity_study *study = data;
  struct junit junit;
  junit_begin(&junit, study->scenario->name, study->wall_s);
  for (uint32_t i = 0; i < study->situations; i++) {
    const struct situation *s = &study->situation[i];
    const struct capacity *c = &s->capacity;
    char *value = value_text(&study->axis, c), *warning = warning_of(&study->axis, s),
         *interval = interval_text(&study->axis, c);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "the highest %s that meets the goals is %s", study->axis.name,
                           value);
    if (c->status == CAPACITY_FOUND) {
      g_string_append_printf(text, " (95 %%: %s)", interval);
    }
    if (c->status != CAPACITY_ABOVE) {
      g_string_append_printf(text, "; what fails %s is %s",
                             c->status == CAPACITY_FOUND ? "beyond it" : "there",
                             study->scenario->goal[s->goal].text);
    }
    if (s->limited_by != NULL) {
      g_string_append_printf(text, "; limited by %s",
                             s->connections != NULL ? s->connections : s->limited_by);
    }
    if (warning != NULL) g_string_append_printf(text, "; warning: %s", warning);
    junit_add(&junit, "capacity", s->label,
              c->status == CAPACITY_BELOW ? JUNIT_FAILED : JUNIT_PASSED, text->str);
    g_string_free(text, TRUE);
    g_free(warning);
    g_free(interval);
    g_free(value);
  }
  junit_write(&junit, out);
  junit_free(&junit);
}

static void add_option(json_t *list, const char *flag, const char *value) {
  json_array_append_new(list, json_text(flag));
  if (value != NULL) json_array_append_new(list, json_text(value));
}

/* What was given on the command line and decides the answer, so that a report can tell how it is
 * had again. */
static json_t *options_given(const struct options *options) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < options->settings; i++) {
    gchar *setting = g_strconcat(options->setting[i].name, "=", options->setting[i].value, NULL);
    add_option(list, "-s", setting);
    g_free(setting);
  }
  for (uint32_t i = 0; i < options->goals; i++) add_option(list, "--goal", options->goal[i]);
  if (options->over != NULL) add_option(list, "--over", options->over);
  if (options->n_1) add_option(list, "--n-1", NULL);
  if (options->zones) add_option(list, "--zones", NULL);
  return list;
}

static bool write_results(const struct capacity_study *study, const struct record *record,
                          const struct options *options, struct error *err) {
  if (options->json == NULL && options->report == NULL) return true;
  json_t *tree = study_tree(study, record);
  json_object_set_new(tree, "options", options_given(options));
  bool ok = options->json == NULL || output_write(options->json, write_tree, tree, err);
  if (ok && options->report != NULL) ok = report_html_write(tree, options->report, err);
  json_decref(tree);
  return ok;
}

static bool write_all(const struct capacity_study *study, const struct record *record,
                      const struct options *options, struct error *err) {
  if (!options->quiet && !outputs_take_stdout(options)) {
    struct term term = term_open(stdout, options->color);
    print_study(study, &term);
  }
  if (!output_flush_stdout(err)) return false;
  if (!write_results(study, record, options, err)) return false;
  return options->junit == NULL || output_write(options->junit, write_junit, study, err);
}

static int search(struct capacity_study *study, const struct options *options, struct error *err) {
  struct record record = record_new(study);
  const struct capacity_watch watch = {keep_look, &record};
  bool wanted = options->json != NULL || options->report != NULL;
  int code;
  if (!capacity_study_run(study, options, wanted ? &watch : NULL, err)) {
    code = command_fail(study->checks_failed  ? EXIT_INTERNAL
                        : study->load_refused ? EXIT_USAGE
                                              : EXIT_INCOMPLETE,
                        err);
  } else if (!write_all(study, &record, options, err)) {
    code = command_fail(EXIT_INTERNAL, err);
  } else {
    code =
        study->situation[0].capacity.status == CAPACITY_BELOW ? EXIT_GOAL_FAILED : EXIT_GOALS_MET;
  }
  record_free(&record);
  return code;
}

int cmd_capacity(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  struct capacity_study study;
  int code;
  if (!capacity_study_load(&study, options, &err)) {
    code = command_fail(EXIT_USAGE, &err);
  } else if (!outputs_check(options, &err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  } else {
    code = search(&study, options, &err);
  }
  capacity_study_free(&study);
  return code;
}
