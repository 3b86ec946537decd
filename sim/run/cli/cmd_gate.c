/* archsim compare FILE --base RESULTS: is this version worse than that earlier one? */
#include "cmd_gate.h"

#include "command.h"
#include "compare.h"
#include "experiment.h"
#include "format.h"
#include "gate_report.h"
#include "json_write.h"
#include "junit.h"
#include "output.h"
#include "outputs.h"
#include "progress.h"
#include "report_html.h"

static void on_progress(void *data, double fraction) {
  progress_update(data, fraction);
}

/* Under the conditions of the base, so that replications pair up; what was given wins. */
static bool run_like(const struct base *base, const struct scenario *scenario,
                     const struct options *options, struct results *results, struct error *err) {
  struct progress progress;
  struct experiment_options how = {
      .has_seed = true,
      .seed = options->has_seed ? options->seed : base->seed,
      .replications = options->replications != 0 ? options->replications : base->replications,
      .timeline = true,
      .jobs = options->jobs,
      .progress = on_progress,
      .progress_data = &progress};
  progress_begin(&progress, options->progress && !options->quiet);
  bool ok = experiment_run(scenario, &how, results, err);
  progress_end(&progress);
  return ok;
}

static void write_tree(const void *tree, FILE *out) {
  json_write(tree, out);
}

static void write_cases(const void *data, FILE *out) {
  const struct gate_study *study = data;
  struct junit junit;
  junit_begin(&junit, study->results->scenario->name, study->results->wall_s);
  junit_add_gate(&junit, study->gate);
  junit_add_results(&junit, study->results, study->undecided);
  junit_write(&junit, out);
  junit_free(&junit);
}

static bool write_all(const struct gate_study *study, const struct options *options,
                      struct error *err) {
  if (!options->quiet && !outputs_take_stdout(options)) {
    struct term term = term_open(stdout, options->color);
    gate_print(study, &term);
  }
  if (!output_flush_stdout(err)) return false;
  if (options->junit != NULL && !output_write(options->junit, write_cases, study, err))
    return false;
  if (options->report != NULL) {
    json_t *tree = gate_report_json(study);
    bool ok = report_html_write(tree, options->report, err);
    json_decref(tree);
    if (!ok) return false;
  }
  if (options->json == NULL) return true;
  json_t *tree = gate_json(study);
  bool ok = output_write(options->json, write_tree, tree, err);
  json_decref(tree);
  return ok;
}

static int judge(const struct base *base, const struct results *results,
                 const struct options *options) {
  struct error err = {0};
  struct gate gate;
  gate_make(&gate, base, results, options->alpha > 0 ? options->alpha : COMPARE_ALPHA,
            options->margin);
  struct gate_study study = {options->base, base, results, &gate, options->undecided};
  enum verdict verdict = gate.failed > 0 ? VERDICT_FAIL : results_verdict(results);
  int code = command_goals(verdict, options->undecided);
  if (!write_all(&study, options, &err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  } else if (!results_checks_passed(results)) {
    error_set(&err,
              "a physics check failed, so these numbers are not to be trusted: this is a fault of "
              "archsim, please report it with the scenario and the seed");
    code = command_fail(EXIT_INTERNAL, &err);
  }
  gate_free(&gate);
  return code;
}

static bool check_conditions(const struct base *base, struct scenario *scenario,
                             const struct options *options, struct error *err) {
  struct run_settings *run = &scenario->run;
  if (run->duration_ns != base->duration_ns) {
    return error_set(err, "%s is of runs of %s, %s asks for %s; make a new base", options->base,
                     format_duration(base->duration_ns).text, scenario->file,
                     format_duration(run->duration_ns).text);
  }
  if (base->replications < 2 || options->replications == 1) {
    return error_set(err, "a single replication has no spread to judge by: use -r 2 or more%s",
                     base->replications < 2 ? ", also for the base" : "");
  }
  if (run->warmup_auto && base->warmup_ns < run->duration_ns) {
    run->warmup_auto = false;
    run->warmup_ns = base->warmup_ns;
  }
  return true;
}

static int compare_scenario(const struct base *base, struct scenario *scenario,
                            const struct options *options) {
  struct error err = {0};
  struct results results;
  if (!check_conditions(base, scenario, options, &err)) return command_fail(EXIT_USAGE, &err);
  if (!outputs_check(options, &err)) return command_fail(EXIT_INTERNAL, &err);
  if (!run_like(base, scenario, options, &results, &err)) {
    return command_fail(EXIT_INCOMPLETE, &err);
  }
  int code = judge(base, &results, options);
  results_free(&results);
  return code;
}

int compare_with_base(const struct options *options) {
  struct error err = {0};
  struct base base;
  if (!base_read(options->base, &base, &err)) return command_fail(EXIT_USAGE, &err);
  struct scenario *scenario =
      scenario_load(options->argument[0], options->setting, options->settings, &err);
  int code = scenario != NULL ? compare_scenario(&base, scenario, options)
                              : command_fail(EXIT_USAGE, &err);
  scenario_free(scenario);
  base_free(&base);
  return code;
}
