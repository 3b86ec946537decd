/* Files that users ask for: complete or not there at all.
 *
 * A file is written under a temporary name beside its place, forced to the disk and renamed, so
 * that a crash or an interrupt leaves the old content or the new, never half of it. "-" is standard
 * output; devices and pipes are written directly. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "error.h"

struct output {
  FILE *file;
  const char *path;
  char *target; /* what is replaced: `path` with symbolic links followed; NULL: written directly */
  char *temporary; /* NULL: written directly */
};

/* Finds out before a long run whether the place is likely to be writable. */
bool output_check(const char *path, struct error *err);

bool output_open(struct output *output, const char *path, struct error *err);

/* Puts the file in its place, or removes what was written. `ok` says whether the writer succeeded;
 * errors of the stream are found here. Returns false unless all is well. */
bool output_close(struct output *output, bool ok, struct error *err);

/* Opens, lets `write` fill it, and closes. */
bool output_write(const char *path, void (*write)(const void *data, FILE *out), const void *data,
                  struct error *err);

/* Whether two paths name one file, which need not exist yet; what is no regular file (standard
 * output, a device, a folder) may be named twice. */
bool output_same_file(const char *a, const char *b);

/* Whether a path given by the user is standard output. NULL is not. */
bool output_is_stdout(const char *path);

/* Forces out what was printed; false if not all of it could be written (a full disk). */
bool output_flush_stdout(struct error *err);

#endif
