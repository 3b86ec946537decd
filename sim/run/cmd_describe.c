/* archsim describe: what a scenario can be made of. */
#include <stdio.h>

#include "annotations.h"
#include "command.h"
#include "describe.h"

int cmd_describe(const struct command *command, const struct options *options) {
  (void)command;
  struct error err = {0};
  if (options->annotations) {
    annotations_write(stdout);
  } else if (options->arguments == 0) {
    describe_all(stdout);
  } else if (!describe_kind(stdout, options->argument[0], &err)) {
    return command_fail(EXIT_USAGE, &err);
  }
  return EXIT_GOALS_MET;
}
