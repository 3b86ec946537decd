/* The commands of the program: one row a command, one file cmd_NAME.c that implements it.
 *
 * A command says in its row which options it understands; parsing, help and did-you-mean follow
 * from the table of options (options.c). It returns the exit code of the program. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>

#include "error.h"
#include "exit_code.h"
#include "options.h"

struct command {
  const char *name;
  const char *arguments; /* "FILE" */
  unsigned least, most;  /* how many of them */
  const char *summary;   /* one line */
  const char *help;      /* what it does and what comes out, in a few lines */
  const char *examples[2];
  const char *options; /* names of those it understands, see options.h */
  int (*run)(const struct command *command, const struct options *options);
};

/* Ended by a name of NULL; in the order of the help. */
extern const struct command commands[];

/* Runs the program; returns its exit code. */
int command_main(int argc, const char *const *argv);

/* Prints "archsim: SENTENCE" on standard error and returns the code. */
int command_fail(enum exit_code code, const struct error *err);

/* The exit code that follows from the goals alone: of `run`, and of every command that judges. */
int command_goals(enum verdict verdict, enum undecided undecided);

int cmd_run(const struct command *command, const struct options *options);
int cmd_sweep(const struct command *command, const struct options *options);
int cmd_graph(const struct command *command, const struct options *options);
int cmd_report(const struct command *command, const struct options *options);
int cmd_merge(const struct command *command, const struct options *options);
int cmd_plot(const struct command *command, const struct options *options);
int cmd_check(const struct command *command, const struct options *options);
int cmd_capacity(const struct command *command, const struct options *options);
int cmd_compare(const struct command *command, const struct options *options);
int cmd_describe(const struct command *command, const struct options *options);

#endif
