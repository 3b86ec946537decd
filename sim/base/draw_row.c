#include "draw_row.h"

/* UINT64_MAX stands for a draw that is not quick: no draw is that large. */
bool draw_row_make(struct draw_row *row, const struct dist *dist, const struct stream *stream,
                   uint64_t key, uint64_t block) {
  if (key != row->first + row->n) {
    row->first = key + 1;
    row->n = 0;
    return false;
  }
  for (uint32_t i = 0; i < DRAW_ROW; i++) {
    row->value[i] = dist_try_quick(dist, stream, key + i, block);
  }
  row->first = key;
  row->n = DRAW_ROW;
  return true;
}
