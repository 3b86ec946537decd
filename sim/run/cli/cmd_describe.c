/* archsim describe: what a scenario can be made of. */
#include <stdio.h>

#include "annotations.h"
#include "command.h"
#include "describe.h"
#include "kind_page.h"
#include "prelude.h"

static int print_page(const struct options *options, const struct kinds *kinds) {
  struct error err = {0};
  if (options->arguments == 0) {
    error_set(&err, "--markdown needs a kind: archsim describe service --markdown");
    return command_fail(EXIT_USAGE, &err);
  }
  const struct kind *kind = kind_page_find(kinds, options->argument[0], &err);
  if (kind == NULL) return command_fail(EXIT_USAGE, &err);
  kind_page_markdown(kind, stdout);
  return EXIT_GOALS_MET;
}

static int print(const struct options *options, const struct kinds *kinds) {
  struct error err = {0};
  if (options->annotations && (options->arguments > 0 || options->markdown)) {
    error_set(&err, "--annotations is about all kinds and does not go with %s%s",
              options->arguments > 0 ? "KIND " : "--markdown",
              options->arguments > 0 ? options->argument[0] : "");
    return command_fail(EXIT_USAGE, &err);
  }
  if (options->annotations) {
    annotations_write(stdout, kinds);
  } else if (options->markdown) {
    return print_page(options, kinds);
  } else if (options->arguments == 0) {
    describe_all(stdout, kinds);
  } else if (!describe_kind(stdout, kinds, options->argument[0], &err)) {
    return command_fail(EXIT_USAGE, &err);
  }
  return EXIT_GOALS_MET;
}

int cmd_describe(const struct command *command, const struct options *options) {
  (void)command;
  struct arena *arena = arena_new();
  int code = print(options, prelude_kinds(arena));
  arena_free(arena);
  return code;
}
