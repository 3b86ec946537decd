/* archsim compare: which design is better, and by how much? */
#include "cmd_gate.h"
#include "command.h"
#include "compare_csv.h"
#include "compare_report.h"
#include "json_write.h"
#include "output.h"
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

static bool checks_passed(const struct study *study) {
  for (uint32_t i = 0; i < study->n; i++) {
    if (!results_checks_passed(&study->design[i].results)) return false;
  }
  return true;
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
                      const struct options *options, struct error *err) {
  if (!options->quiet && !output_is_stdout(options->json) && !output_is_stdout(options->csv) &&
      !output_is_stdout(options->report)) {
    struct term term = term_open(stdout, options->color);
    struct compare_options how = {.all = options->all, .members = options->members};
    compare_print(study, comparisons, &how, &term);
  }
  if (!output_flush_stdout(err)) return false;
  struct compared compared = {study, comparisons};
  if (options->csv != NULL && !output_write(options->csv, write_csv, &compared, err)) return false;
  if (options->json == NULL && options->report == NULL) return true;
  json_t *tree = compare_json(study, comparisons);
  bool ok = options->json == NULL || output_write(options->json, write_tree, tree, err);
  if (ok && options->report != NULL) ok = report_html_write(tree, options->report, err);
  json_decref(tree);
  return ok;
}

static int report_study(const struct study *study, const struct options *options) {
  struct error err = {0};
  struct comparison comparisons[DESIGNS_MAX];
  for (uint32_t i = 1; i < study->n; i++) {
    comparison_make(&comparisons[i - 1], &study->design[0].results, &study->design[i].results,
                    study->n - 1);
  }
  int code = command_goals(worst_verdict(study, options), options->undecided);
  if (!write_all(study, comparisons, options, &err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  } else if (!checks_passed(study)) {
    error_set(&err, "a physics check failed, so these numbers are not to be trusted");
    code = command_fail(EXIT_INTERNAL, &err);
  }
  for (uint32_t i = 1; i < study->n; i++) comparison_free(&comparisons[i - 1]);
  return code;
}

static bool check_outputs(const struct options *options, struct error *err) {
  if (options->json != NULL && !output_check(options->json, err)) return false;
  if (options->csv != NULL && !output_check(options->csv, err)) return false;
  return options->report == NULL || (report_html_check(err) && output_check(options->report, err));
}

static int compare_designs(const struct options *options) {
  struct error err = {0};
  struct study study;
  int code;
  if (!study_load(&study, options, &err) || !study_align(&study, options, &err)) {
    code = command_fail(EXIT_USAGE, &err);
  } else if (!check_outputs(options, &err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  } else if (!study_run(&study, options, &err)) {
    code = command_fail(EXIT_INCOMPLETE, &err);
  } else {
    code = report_study(&study, options);
  }
  study_free(&study);
  return code;
}

/* One question at a time: files, --off and --base exclude each other. */
static bool check_arguments(const struct options *options, struct error *err) {
  if (options->offs > 0 && options->base != NULL) {
    return error_set(err, "--off and --base exclude each other");
  }
  if (options->arguments > 1 && (options->offs > 0 || options->base != NULL)) {
    return error_set(err, "--%s takes one scenario, which makes '%s' one too many",
                     options->offs > 0 ? "off" : "base", options->argument[1]);
  }
  if (options->base == NULL && options->junit != NULL) {
    return error_set(err, "--junit belongs to --base: without it there are no verdicts but goals'");
  }
  if (output_is_stdout(options->json) + output_is_stdout(options->junit) +
          output_is_stdout(options->csv) + output_is_stdout(options->report) >
      1) {
    return error_set(err,
                     "only one of --json, --junit, --csv and --report can go to standard output");
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
