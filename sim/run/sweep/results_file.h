/* Results that an earlier command wrote, read back: of a run, a comparison, a sweep or a search for
 * capacity.
 *
 * A file of `--json`, or the folder of a sweep. Whatever passes has the schema of this program and
 * the keys that tell its kind; all else may be missing (results_tree.h). */
#ifndef RESULTS_FILE_H
#define RESULTS_FILE_H

#include <jansson.h>
#include <stdbool.h>

#include "error.h"

enum results_kind { RESULTS_RUN, RESULTS_COMPARE, RESULTS_SWEEP, RESULTS_CAPACITY };

/* Of a sweep, the tree is { "manifest": ..., "points": [...] }, and null stands for a point that is
 * missing. The first point is kept whole, of the others what lean_point.h says. Release with
 * json_decref. NULL and a sentence if the path holds no such results. */
json_t *results_file_read(const char *path, enum results_kind *kind, struct error *err);

/* The same of a tree of `--json` of run, compare or capacity, or a sweep as above. */
bool results_kind_of(const json_t *tree, enum results_kind *kind);

/* Whether a path names results, by its name: no scenario, which ends in ".lua". */
bool results_file_is_scenario(const char *path);

#endif
