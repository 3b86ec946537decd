/* The results of a sweep as an SQLite database (docs/sweeps.md describes the tables).
 *
 * The same points give the same bytes: rows are inserted in order, by one connection into a fresh
 * file without a journal, nothing depends on when or where, and pages are cleared before use. */
#ifndef DATABASE_H
#define DATABASE_H

#include <jansson.h>

#include "error.h"

struct database;

/* Makes the tables in an empty file. NULL and a sentence when it cannot be written. */
struct database *database_open(const char *path, const json_t *manifest, struct error *err);

/* Adds a point, as in its file. Points come in order. */
bool database_add(struct database *database, const json_t *point, struct error *err);

/* Makes the file complete if `ok`, and frees; false if it could not be. The caller forces it to the
 * disk and removes it where something went wrong. */
bool database_close(struct database *database, bool ok, struct error *err);

#endif
