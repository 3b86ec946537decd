#include "sort_values.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

enum { SORT_DIGIT = 8, SORT_FEW = 64 };

static void sort_few(uint64_t *value, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    uint64_t v = value[i];
    uint32_t at = i;
    for (; at > 0 && value[at - 1] > v; at--) value[at] = value[at - 1];
    value[at] = v;
  }
}

/* One pass by the digit above `shift`, in which not all are equal. */
static void sort_by_digit(uint64_t *to, const uint64_t *from, uint32_t n, uint32_t shift) {
  uint32_t at[1 << SORT_DIGIT] = {0}, sum = 0;
  for (uint32_t i = 0; i < n; i++) at[from[i] >> shift & ((1 << SORT_DIGIT) - 1)]++;
  for (uint32_t d = 0; d < 1 << SORT_DIGIT; d++) {
    uint32_t here = at[d];
    at[d] = sum;
    sum += here;
  }
  for (uint32_t i = 0; i < n; i++) to[at[from[i] >> shift & ((1 << SORT_DIGIT) - 1)]++] = from[i];
}

void sort_values(uint64_t *value, uint32_t n) {
  if (n <= SORT_FEW) {
    sort_few(value, n);
    return;
  }
  uint64_t differs = 0, *other = mem_alloc(n * sizeof *other), *from = value, *to = other;
  for (uint32_t i = 1; i < n; i++) differs |= value[i] ^ value[0];
  for (uint32_t shift = 0; shift < 64; shift += SORT_DIGIT) {
    if ((differs >> shift & ((1 << SORT_DIGIT) - 1)) == 0) continue;
    sort_by_digit(to, from, n, shift);
    uint64_t *sorted = to;
    to = from;
    from = sorted;
  }
  if (from != value) memcpy(value, from, n * sizeof *value);
  free(other);
}
