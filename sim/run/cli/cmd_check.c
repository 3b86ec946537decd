/* archsim check: find mistakes, and what is doubtful, in a scenario without running it. */
#include <stdio.h>

#include "command.h"
#include "json_write.h"
#include "lint.h"
#include "lint_json.h"
#include "output.h"
#include "sweep_plan.h"

static void print_count(uint32_t n, const char *thing, const char *separator) {
  printf("%s%u %s%s", separator, n, thing, n == 1 ? "" : "s");
}

/* The sweep block may have mistakes of its own. */
static bool count_points(const struct scenario *scenario, const struct options *options,
                         uint32_t *points, struct error *err) {
  if (!scenario->has_sweep) return true;
  struct sweep_plan *plan =
      sweep_plan(options->argument[0], options->setting, options->settings, err);
  if (plan != NULL) *points = plan->points;
  sweep_plan_free(plan);
  return plan != NULL;
}

static void print_verdict(const struct scenario *scenario, uint32_t points, uint32_t findings) {
  printf("%s: ", scenario->file);
  print_count(scenario->spec.components, "component", "");
  print_count(scenario->spec.faults, "fault", ", ");
  print_count(scenario->goals, "goal", ", ");
  if (points > 0) print_count(points, "point", ", a sweep of ");
  printf("; no mistake found");
  if (findings > 0) print_count(findings, "finding", ", ");
  putchar('\n');
}

static void write_tree(const void *data, FILE *out) {
  json_write(data, out);
}

static bool write_findings(const struct lint *lint, const char *path, struct error *err) {
  json_t *tree = lint_json(lint);
  bool ok = output_write(path, write_tree, tree, err);
  json_decref(tree);
  return ok;
}

static int report(const struct scenario *scenario, const struct options *options, uint32_t points) {
  struct error err = {0};
  struct lint *lint = lint_scenario(scenario);
  int code = options->strict && lint->findings > 0 ? EXIT_GOAL_FAILED : EXIT_GOALS_MET;
  if (!options->quiet && !output_is_stdout(options->json)) {
    print_verdict(scenario, points, lint->findings);
    lint_print(lint, stdout);
  }
  if (options->json != NULL && !write_findings(lint, options->json, &err)) {
    code = command_fail(EXIT_INTERNAL, &err);
  }
  lint_free(lint);
  return code;
}

int cmd_check(const struct command *command, const struct options *options) {
  struct error err = {0};
  if (options->rules) {
    lint_print_rules(stdout);
    return EXIT_GOALS_MET;
  }
  if (options->arguments == 0) {
    error_set(&err, "%s needs an argument: %s; for instance: %s", command->name, command->arguments,
              command->examples[0]);
    return command_fail(EXIT_USAGE, &err);
  }
  struct scenario *scenario =
      scenario_load(options->argument[0], options->setting, options->settings, &err);
  if (scenario == NULL) return command_fail(EXIT_USAGE, &err);
  uint32_t points = 0;
  bool ok = count_points(scenario, options, &points, &err);
  int code = ok ? report(scenario, options, points) : command_fail(EXIT_USAGE, &err);
  scenario_free(scenario);
  return code;
}
