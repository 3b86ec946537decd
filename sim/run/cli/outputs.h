/* The files that a command was asked for (--json, --csv, --junit, --report, --trace, --out), taken
 * together: what holds for all of them is asked here once, whatever the command. */
#ifndef OUTPUTS_H
#define OUTPUTS_H

#include <stdbool.h>

#include "error.h"
#include "options.h"

/* Before anything is read: no name is empty, none is that of an input or of another output, and at
 * most one goes to standard output. */
bool outputs_fit(const struct options *options, struct error *err);

/* Before a long run: whether each can be written, and drawn if it has plots. */
bool outputs_check(const struct options *options, struct error *err);

/* Whether one goes to standard output, which then has nothing else. */
bool outputs_take_stdout(const struct options *options);

#endif
