/* archsim check: find mistakes in a scenario without running it. */
#include <stdio.h>

#include "command.h"
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

int cmd_check(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  struct scenario *scenario =
      scenario_load(options->argument[0], options->setting, options->settings, &err);
  if (scenario == NULL) return command_fail(EXIT_USAGE, &err);
  uint32_t points = 0;
  if (!count_points(scenario, options, &points, &err)) {
    scenario_free(scenario);
    return command_fail(EXIT_USAGE, &err);
  }
  if (!options->quiet) {
    printf("%s: ", options->argument[0]);
    print_count(scenario->spec.components, "component", "");
    print_count(scenario->spec.faults, "fault", ", ");
    print_count(scenario->goals, "goal", ", ");
    if (points > 0) print_count(points, "point", ", a sweep of ");
    printf("; no mistake found\n");
  }
  scenario_free(scenario);
  return EXIT_GOALS_MET;
}
