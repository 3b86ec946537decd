/* Draws for keys in a row, made several at once.
 *
 * Requests of one client have keys that follow each other, and reach what handles them about in
 * that order. A draw is a pure function of its key, so when the key asked for follows the last one,
 * those of the next keys are made with it: the processor overlaps them, while one alone takes the
 * longest chain of instructions that there is between two events. Values are those of
 * dist_draw_keyed. Keys out of the row are drawn by themselves, so what is made for nothing is at
 * most a few draws for each row that breaks off. */
#ifndef DRAW_ROW_H
#define DRAW_ROW_H

#include <assert.h>

#include "dist.h"

enum { DRAW_ROW = 6 };

struct draw_row {
  uint64_t first; /* key of value[0] */
  uint64_t n;     /* values made; first + n is the key with which the row goes on */
  uint64_t value[DRAW_ROW];
} __attribute__((aligned(64)));
static_assert(sizeof(struct draw_row) == 64, "a row fills one cache line");

/* The draw for a key that the row has. False: it is not there, or is not quick. A row serves one
 * distribution, stream and block, and begins as zeros. */
static inline bool draw_row_has(const struct draw_row *row, const struct stream *stream,
                                uint64_t key, uint64_t block, uint64_t *out) {
  uint64_t at = key - row->first;
  if (at >= row->n) return false;
  *out = row->value[at];
  if (__builtin_expect(*out == UINT64_MAX, 0)) return false;
  rng_record(stream->key, key, block);
  return true;
}

/* The draw for any key, by way of the row; the distribution is quick (dist_is_quick). */
uint64_t draw_row_take(struct draw_row *row, const struct dist *dist, const struct stream *stream,
                       uint64_t key, uint64_t block);

#endif
