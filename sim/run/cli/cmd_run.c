/* archsim run: run a scenario, report, judge. */
#include <string.h>

#include "command.h"
#include "csv.h"
#include "experiment.h"
#include "json.h"
#include "junit.h"
#include "lint.h"
#include "lint_json.h"
#include "output.h"
#include "outputs.h"
#include "progress.h"
#include "report.h"
#include "report_html.h"
#include "trace_json.h"

/* The results with what is doubtful in the scenario. */
static json_t *results_tree(const struct results *results, const struct lint *lint) {
  json_t *tree = json_results(results);
  json_object_set_new(tree, "doubtful", lint_doubtful_json(lint));
  return tree;
}

static bool write_json(const struct results *results, const struct lint *lint, const char *path,
                       struct error *err) {
  struct output output;
  if (!output_open(&output, path, err)) return false;
  json_t *tree = results_tree(results, lint);
  json_write(tree, output.file);
  json_decref(tree);
  return output_close(&output, true, err);
}

static bool write_csv(const struct results *results, const char *path, struct error *err) {
  struct output output;
  if (!output_open(&output, path, err)) return false;
  csv_results(results, output.file);
  return output_close(&output, true, err);
}

static bool write_trace(const struct results *results, const struct options *options,
                        struct error *err) {
  struct output output;
  if (!output_open(&output, options->trace, err)) return false;
  json_t *tree = trace_json(results, options->trace_format);
  json_write(tree, output.file);
  json_decref(tree);
  return output_close(&output, true, err);
}

static bool write_report(const struct results *results, const struct lint *lint, const char *path,
                         struct error *err) {
  json_t *tree = results_tree(results, lint);
  bool ok = report_html_write(tree, path, err);
  json_decref(tree);
  return ok;
}

/* So many of the slowest, of the failed and of a sample of requests. */
enum { TRACES_OF_A_SORT = 10 };

struct cases {
  const struct results *results;
  enum undecided undecided;
};

static void write_cases(const void *data, FILE *out) {
  const struct cases *cases = data;
  struct junit junit;
  junit_begin(&junit, cases->results->scenario->name, cases->results->wall_s);
  junit_add_results(&junit, cases->results, cases->undecided);
  junit_write(&junit, out);
  junit_free(&junit);
}

/* Standard output belongs to the report, or to one of the files. */
static void print_report(const struct results *results, const struct lint *lint,
                         const struct options *options) {
  if (outputs_take_stdout(options)) return;
  struct term term = term_open(stdout, options->color);
  if (options->quiet) {
    if (results->goals > 0) report_run(results, &term); /* without a seed no verdict is repeated */
    report_verdicts(results, &term);
    return;
  }
  report_print(results, &(struct report_options){.members = options->members}, &term);
  lint_print_short(lint, &term);
}

static bool write_outputs(const struct results *results, const struct lint *lint,
                          const struct options *options, struct error *err) {
  print_report(results, lint, options);
  if (!output_flush_stdout(err)) return false;
  if (options->json != NULL && !write_json(results, lint, options->json, err)) return false;
  struct cases cases = {results, options->undecided};
  if (options->junit != NULL && !output_write(options->junit, write_cases, &cases, err)) {
    return false;
  }
  if (options->csv != NULL && !write_csv(results, options->csv, err)) return false;
  if (options->trace != NULL && !write_trace(results, options, err)) return false;
  return options->report == NULL || write_report(results, lint, options->report, err);
}

static bool write_all(const struct results *results, const struct options *options,
                      struct error *err) {
  struct lint *lint = lint_scenario(results->scenario);
  bool ok = write_outputs(results, lint, options, err);
  lint_free(lint);
  return ok;
}

static void on_progress(void *data, double fraction) {
  progress_update(data, fraction);
}

static int run_scenario(const struct scenario *scenario, const struct options *options) {
  struct error err = {0};
  struct progress progress;
  progress_begin(&progress, options->progress && !options->quiet);
  struct experiment_options how = {
      .has_seed = options->has_seed,
      .seed = options->seed,
      .replications = options->replications,
      .precision = options->precision,
      .max_replications = options->max_replications,
      .timeline = true,
      .traces = options->trace != NULL ? TRACES_OF_A_SORT : 0,
      .trace_key = options->trace_key,
      .examples = options->json != NULL || options->report != NULL,
      .jobs = options->jobs,
      .progress = on_progress,
      .progress_data = &progress,
  };
  struct results results;
  bool complete = experiment_run(scenario, &how, &results, &err);
  progress_end(&progress);
  if (!complete) return command_fail(EXIT_INCOMPLETE, &err);

  int code = command_goals(results_verdict(&results), options->undecided);
  if (!write_all(&results, options, &err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  } else if (!results_checks_passed(&results)) {
    error_set(&err,
              "a physics check failed, so these numbers are not to be trusted: this is a fault of "
              "archsim, "
              "please report it with the scenario and the seed");
    code = command_fail(EXIT_INTERNAL, &err);
  }
  results_free(&results);
  return code;
}

static bool check_replications(const struct scenario *scenario, const struct options *options,
                               struct error *err) {
  uint32_t max = options->max_replications, least = options->replications;
  if (max == 0) return true;
  if (options->precision == 0 && (scenario->run.precision == 0 || least != 0)) {
    return error_set(err, "--max-replications says nothing without --precision");
  }
  if (least == 0) least = scenario->run.replications;
  if (max >= least) return true;
  return error_set(err, "--max-replications %u is below the number to start with, which is %u", max,
                   least);
}

int cmd_run(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  struct scenario *scenario =
      scenario_load(options->argument[0], options->setting, options->settings, &err);
  if (scenario == NULL) return command_fail(EXIT_USAGE, &err);
  if (!check_replications(scenario, options, &err)) {
    scenario_free(scenario);
    return command_fail(EXIT_USAGE, &err);
  }
  int code = outputs_check(options, &err) ? run_scenario(scenario, options)
                                          : command_fail(EXIT_INTERNAL, &err);
  scenario_free(scenario);
  return code;
}
