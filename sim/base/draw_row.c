#include "draw_row.h"

/* In two loops, so that each keeps what it needs in registers. */
static void make(struct draw_row *row, const struct dist *dist, const struct stream *stream,
                 uint64_t key, uint64_t block) {
  uint64_t word[DRAW_ROW], second;
  for (uint32_t i = 0; i < DRAW_ROW; i++) {
    word[i] = rng_block(stream->key, key + i, block, &second);
  }
  for (uint32_t i = 0; i < DRAW_ROW; i++) row->value[i] = dist_of_word(dist, word[i]);
  row->first = key;
  row->n = DRAW_ROW;
}

uint64_t draw_row_take(struct draw_row *row, const struct dist *dist, const struct stream *stream,
                       uint64_t key, uint64_t block) {
  uint64_t value;
  if (key == row->first + row->n) {
    make(row, dist, stream, key, block);
  } else if (key - row->first >= row->n) { /* another row may begin here */
    row->first = key + 1;
    row->n = 0;
  }
  if (draw_row_has(row, stream, key, block, &value)) return value;
  return dist_draw_keyed(dist, stream, key, block);
}
