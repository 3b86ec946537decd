/* Putting the folders of a sweep's shards together.
 *
 * Folders may overlap and come in any order; what comes out is the same whatever the number of
 * shards. Nothing is written unless every point is there. */
#ifndef MERGE_H
#define MERGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "exit_code.h"

struct merge {
  uint32_t folders;
  const char *const *folder;
  json_t *manifest;
  uint32_t points;
  uint32_t *home; /* by point: a folder that has it */
};

/* Looks at everything. EXIT_GOALS_MET: complete and without contradiction. EXIT_INCOMPLETE: the
 * sentence names missing points and the shards that should have made them. EXIT_USAGE: not folders
 * of one sweep, or contradictory. Close it in any case. */
enum exit_code merge_open(struct merge *merge, const char *const *folder, uint32_t folders,
                          struct error *err);
void merge_close(struct merge *merge);

/* Writes the database and the table. */
bool merge_write(const struct merge *merge, const char *database, const char *csv,
                 struct error *err);

#endif
