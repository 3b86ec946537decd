/* Results for plots, wherever they lie: the JSON file of a run or a comparison, or the folders that
 * hold the points of one sweep. */
#ifndef PLOT_SOURCE_H
#define PLOT_SOURCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "exit_code.h"
#include "options.h"

/* The tree that plot_any takes, NULL and a sentence on a mistake; `code` is then EXIT_USAGE or, if
 * a file cannot be read, EXIT_INTERNAL. Of several arguments each is the folder of a part of one
 * sweep. Points that no folder has are null. */
json_t *plot_source(const char *const *path, uint32_t n, enum exit_code *code, struct error *err);

#endif
