/* archsim compare: which design is better, and by how much? */
#include "cmd_gate.h"
#include "command.h"
#include "compare_csv.h"
#include "compare_report.h"
#include "json_write.h"
#include "load_curves.h"
#include "load_steps.h"
#include "output.h"
#include "outputs.h"
#include "report_html.h"

/* The designs on trial: all but the baseline; with --off the scenario as it is, since a design
 * without its mechanism is expected to fail. */
static enum verdict worst_verdict(const struct study *study, const struct options *options) {
  if (options->offs > 0) return results_verdict(&study->design[0].results);
  enum verdict worst = VERDICT_PASS;
  for (uint32_t i = 1; i < study->n; i++) {
    worst = verdict_worse(worst, results_verdict(&study->design[i].results));
  }
  return worst;
}

static void write_tree(const void *tree, FILE *out) {
  json_write(tree, out);
}

struct compared {
  const struct study *study;
  const struct comparison *comparisons;
};

static void write_csv(const void *data, FILE *out) {
  const struct compared *compared = data;
  compare_csv(compared->study, compared->comparisons, out);
}

static bool write_all(const struct study *study, const struct comparison *comparisons,
                      const json_t *tree, const struct options *options, struct error *err) {
  struct compared compared = {study, comparisons};
  if (options->csv != NULL && !output_write(options->csv, write_csv, &compared, err)) return false;
  if (options->json != NULL && !output_write(options->json, write_tree, tree, err)) return false;
  return options->report == NULL || report_html_write(tree, options->report, err);
}

/* --- over a load ----------------------------------------------------------------------------- */

struct over {
  json_t *tree;
  const char *param;
  bool checks_passed;
};

static bool checks_passed(const struct study *study) {
  for (uint32_t i = 0; i < study->n; i++) {
    if (!results_checks_passed(&study->design[i].results)) return false;
  }
  return true;
}

static void keep_step(void *data, const char *value, const struct study *at) {
  struct over *over = data;
  compare_json_step(over->tree, over->param, value, at);
  over->checks_passed &= checks_passed(at);
}

static void print_over(const json_t *tree, const struct options *options) {
  struct term term = term_open(stdout, options->color);
  struct load_curves curves;
  const char *reason;
  if (load_curves_of_comparison(&curves, tree, &reason)) {
    GString *line = g_string_new(NULL);
    g_string_printf(line, "over %s", curves.param);
    fputc('\n', term.out);
    term_wrap(&term, STYLE_BOLD, line->str, 0, 2);
    for (uint32_t i = 0; i < curves.n; i++) {
      char *limit = load_curve_limit(&curves, &curves.list[i]);
      g_string_printf(line, "%s: %s", curves.list[i].name,
                      limit[0] != '\0' ? limit : "no goals to judge by");
      term_put(&term, STYLE_PLAIN, "  ");
      term_wrap(&term, STYLE_PLAIN, line->str, 2, 4);
      g_free(limit);
    }
    g_string_free(line, TRUE);
  }
  load_curves_free(&curves);
}

/* --- the command ----------------------------------------------------------------------------- */

static int report_study(const struct study *study, const struct load_steps *steps,
                        const struct options *options) {
  struct error err = {0};
  struct comparison comparisons[DESIGNS_MAX];
  for (uint32_t i = 1; i < study->n; i++) {
    comparison_make(&comparisons[i - 1], &study->design[0].results, &study->design[i].results,
                    study->n - 1);
  }
  int code = command_goals(worst_verdict(study, options), options->undecided);
  struct over over = {compare_json(study, comparisons), steps->param, true};
  bool prints = !options->quiet && !outputs_take_stdout(options);
  if (prints) {
    struct term term = term_open(stdout, options->color);
    struct compare_options how = {.all = options->all, .members = options->members};
    compare_print(study, comparisons, &how, &term);
  }
  if (!output_flush_stdout(&err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  } else if (!load_steps_run(steps, options, keep_step, &over, &err)) {
    code = command_fail(EXIT_INCOMPLETE, &err);
  } else {
    if (prints && steps->values.n > 0) print_over(over.tree, options);
    if (!output_flush_stdout(&err) || !write_all(study, comparisons, over.tree, options, &err)) {
      code = command_fail(EXIT_INTERNAL, &err);
    } else if (!checks_passed(study) || !over.checks_passed) {
      error_set(
          &err,
          "a physics check failed, so these numbers are not to be trusted: this is a fault of "
          "archsim, please report it with the scenario and the seed");
      code = command_fail(EXIT_INTERNAL, &err);
    }
  }
  json_decref(over.tree);
  for (uint32_t i = 1; i < study->n; i++) comparison_free(&comparisons[i - 1]);
  return code;
}

static int compare_designs(const struct options *options) {
  struct error err = {0};
  struct study study;
  struct load_steps steps = {0};
  int code;
  if (!study_load(&study, options, &err) || !study_align(&study, options, &err) ||
      (options->over != NULL && !load_steps_find(&steps, &study, options, &err))) {
    code = command_fail(EXIT_USAGE, &err);
  } else if (!outputs_check(options, &err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  } else if (!study_run(&study, options, &err)) {
    code = command_fail(EXIT_INCOMPLETE, &err);
  } else {
    code = report_study(&study, &steps, options);
  }
  study_free(&study);
  return code;
}

/* One question at a time: files, --off and --base exclude each other. */
static bool check_arguments(const struct options *options, struct error *err) {
  if (options->offs > 0 && options->base != NULL) {
    return error_set(err,
                     "--off and --base exclude each other: --off compares a scenario with itself, "
                     "--base with the "
                     "results of an earlier run; leave one out");
  }
  if (options->arguments > 1 && (options->offs > 0 || options->base != NULL)) {
    return error_set(err, "--%s takes one scenario, which makes '%s' one too many",
                     options->offs > 0 ? "off" : "base", options->argument[1]);
  }
  if (options->base != NULL && options->over != NULL) {
    return error_set(err, "--over compares designs at many loads and does not go with --base");
  }
  if (options->base == NULL && options->junit != NULL) {
    return error_set(err, "--junit belongs to --base: without it there are no verdicts but goals'");
  }
  if (options->base != NULL && options->csv != NULL) {
    return error_set(err, "--csv holds the differences of designs and does not go with --base");
  }
  if (options->base == NULL && (options->alpha > 0 || options->margin > 0)) {
    return error_set(err, "--%s belongs to --base", options->alpha > 0 ? "alpha" : "margin");
  }
  return true;
}

int cmd_compare(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  if (!check_arguments(options, &err)) return command_fail(EXIT_USAGE, &err);
  return options->base != NULL ? compare_with_base(options) : compare_designs(options);
}
