/* The folder of a sweep: a manifest and one file a point.
 *
 *   sweep.json             what the sweep is: scenario, axes, number of points, seed, versions
 *   points/000001.json     the results of a point, as of `run --json` without wall_s and file, and
 *                          a checksum of the bytes before it
 *   shards/2-of-7          empty: a job that makes this part has been here
 *
 * The manifest is written first, so a folder of points without one is half of something. Every file
 * is written under a temporary name, forced to the disk and renamed: whatever kills the program, a
 * file is whole or absent, and a file that the disk lost or changed all the same is noticed and
 * made again. Several jobs may share a folder. Each job writes the same bytes, so no file is ever
 * locked.
 */
#ifndef STORE_H
#define STORE_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "exit_code.h"
#include "options.h"
#include "shard.h"

#define STORE_MANIFEST "sweep.json"

struct store {
  char *folder;
  char *mark;  /* temporary files of this job begin with it */
  char *sweep; /* key of the sweep */
};

/* Makes the folder, or finds the same sweep in it; `resume`: it must be there. EXIT_GOALS_MET, or
 * EXIT_USAGE and EXIT_INTERNAL with a sentence. Close it in any case. */
enum exit_code store_open(struct store *store, const char *folder, const json_t *manifest,
                          const struct shard *shard, bool resume, struct error *err);
void store_close(struct store *store);

/* Writes a point (counted from 1). Thread-safe. */
bool store_write(const struct store *store, uint32_t point, const char *text, size_t length,
                 struct error *err);

/* "FOLDER/points/000001.json", to be freed with g_free. */
char *store_path(const char *folder, uint32_t point);

/* By point, from 1 to `points`: whether the folder has a file of it, found by listing the folder
 * once. To be freed with g_free; NULL: it cannot be listed. */
bool *store_list(const char *folder, uint32_t points);

/* The manifest of a folder; NULL and a sentence if there is none, or one of another schema. */
json_t *store_manifest(const char *folder, struct error *err);

/* What distinguishes the sweep `there` from the `wanted` one: "with another seed". */
const char *store_difference(const json_t *there, const json_t *wanted);

enum stored { STORED_ABSENT, STORED_BROKEN, STORED_FOREIGN, STORED_WHOLE };

/* Reads a point of the sweep with the key `sweep`; `key` of the point, or NULL: any. The tree goes
 * to `*tree` when it is whole, the file's bytes to `*bytes` unless that is NULL. A foreign one, of
 * another sweep or version, comes with a sentence. */
enum stored store_read(const char *folder, uint32_t point, const char *sweep, const char *key,
                       json_t **tree, GBytes **bytes, struct error *err);

#endif
