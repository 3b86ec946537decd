/* Numbered pieces of work on several threads, begun in the order of their numbers.
 *
 * A piece that fails ends the rest: no piece is begun any more, and the failure that counts is that
 * of the lowest number, whatever the number of threads, because all pieces below it were begun
 * before it and are finished. */
#ifndef WORKERS_H
#define WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct workers_task {
  uint32_t n; /* pieces, 0 to n - 1 */
  uint32_t threads;
  /* Does a piece. False and a sentence ends the work. */
  bool (*piece)(void *data, uint32_t number, struct error *err);
  /* Called on the caller's thread ten times a second; may be NULL. */
  void (*tick)(void *data);
  void *data;
};

bool workers_run(const struct workers_task *task, struct error *err);

/* Processors, or what the user said, but no more than there is to do; at least 1. */
uint32_t workers_count(uint32_t jobs, uint32_t pieces);

#endif
