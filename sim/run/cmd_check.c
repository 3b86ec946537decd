/* archsim check: find mistakes in a scenario without running it. */
#include <stdio.h>

#include "command.h"

static void print_count(uint32_t n, const char *thing, const char *separator) {
  printf("%s%u %s%s", separator, n, thing, n == 1 ? "" : "s");
}

int cmd_check(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  struct scenario *scenario =
      scenario_load(options->argument[0], options->setting, options->settings, &err);
  if (scenario == NULL) return command_fail(EXIT_USAGE, &err);
  if (!options->quiet) {
    printf("%s: ", options->argument[0]);
    print_count(scenario->spec.components, "component", "");
    print_count(scenario->spec.faults, "fault", ", ");
    print_count(scenario->goals, "goal", ", ");
    printf("; no mistake found\n");
  }
  scenario_free(scenario);
  return EXIT_GOALS_MET;
}
