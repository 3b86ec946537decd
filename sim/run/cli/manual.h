/* The manual pages and the completion for bash, written from the tables of commands and options, so
 * that they say what the program does. `archsim help --man [COMMAND|KIND]`, `archsim help
 * --completion`.
 */
#ifndef MANUAL_H
#define MANUAL_H

#include <stdio.h>

#include "command.h"
#include "registry.h"

/* A page for man(1), in roff with the man macros. NULL: the page of the program. */
void manual_page(const struct command *command, const struct kinds *kinds, FILE *out);

/* A script for bash that completes commands, options, values, files, kinds and parameters. */
void manual_completion(const struct kinds *kinds, FILE *out);

#endif
