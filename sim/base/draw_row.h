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

#include "dist.h"

enum { DRAW_ROW = 6 };

struct draw_row {
  uint64_t first; /* key of value[0] */
  uint64_t n;     /* values made; first + n is the key with which the row goes on */
  uint64_t value[DRAW_ROW];
} __attribute__((aligned(64)));
static_assert(sizeof(struct draw_row) == 64, "a row fills one cache line");

/* Nothing in a row: the one that is asked for has not been made. True: the row was made and has it.
 */
__attribute__((noinline)) bool draw_row_make(struct draw_row *row, const struct dist *dist,
                                             const struct stream *stream, uint64_t key,
                                             uint64_t block);

/* The draw for a key from the row, for most keys that come in order; false: ask dist_draw_keyed.
 * The distribution is quick (dist_is_quick). A row begins as zeros and serves one distribution,
 * stream and block. */
static inline bool draw_row_take(struct draw_row *row, const struct dist *dist,
                                 const struct stream *stream, uint64_t key, uint64_t block,
                                 uint64_t *out) {
  if (__builtin_expect(key - row->first >= row->n, 0) &&
      !draw_row_make(row, dist, stream, key, block)) {
    return false;
  }
  *out = row->value[key - row->first];
  if (__builtin_expect(*out == UINT64_MAX, 0)) return false;
  rng_record(stream->key, key, block);
  return true;
}

#endif
