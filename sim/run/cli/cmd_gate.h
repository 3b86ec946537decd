/* The part of `archsim compare` that looks at earlier results: --base. */
#ifndef CMD_GATE_H
#define CMD_GATE_H

#include "options.h"

/* Returns the exit code of the program. */
int compare_with_base(const struct options *options);

#endif
