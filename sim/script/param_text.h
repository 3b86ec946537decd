/* Values of parameters as text: the way back from a config struct to what a user would write.
 *
 * The one place that knows how each type of parameter is shown. Quantities come with their unit,
 * references as names, distributions by their parameters, handlers as the list of their steps. */
#ifndef PARAM_TEXT_H
#define PARAM_TEXT_H

#include <stdio.h>

#include "spec.h"

/* Writes the value of one parameter, which lies at `value` in the config struct. A group is shown
 * by its entries, which are parameters themselves: here it is "yes" or "none". */
void param_text(FILE *out, const struct spec *spec, const struct param *param, const void *value);

#endif
