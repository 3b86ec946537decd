/* Log-linear histogram of whole numbers (times in nanoseconds), mergeable.
 *
 * Each power of two is cut into 64 equal buckets; values below 128 have a bucket each. A quantile
 * is interpolated by rank inside its bucket, but only in the part of the bucket from which both of
 * its ends are within 1 %: so it is off by at most 1 % of the exact order statistic (nearest rank),
 * however the values lie in the bucket. The smallest and the greatest value are answered exactly.
 * Buckets are allocated an octave at a time when first touched, so that thousands of histograms
 * stay small. Count, sum, minimum and maximum are exact.
 *
 * A histogram made with `exact_limit` > 0 also keeps the first values themselves and answers
 * quantiles exactly (nearest rank) until more than that many came; then it falls back to buckets.
 * This makes short runs exact. */
#ifndef HIST_H
#define HIST_H

#include <stdbool.h>
#include <stdint.h>

#define HIST_SUB_BITS 6
#define HIST_SUB (1u << HIST_SUB_BITS)
#define HIST_OCTAVES (64 - HIST_SUB_BITS + 1)

struct hist {
  uint64_t count, sum, min, max; /* sum wraps only past 2^64 ns = 584 years in all */
  uint64_t *exact;               /* the first values, while count <= exact_limit; else NULL */
  uint32_t exact_limit, exact_capacity;
  bool exact_sorted;
  uint64_t *octave[HIST_OCTAVES]; /* octave[0]: values 0..63; NULL until touched */
};

void hist_init(struct hist *hist, uint32_t exact_limit);
void hist_clear(struct hist *hist); /* forgets the values, keeps the memory */
void hist_free(struct hist *hist);  /* leaves it as after hist_init(.., 0) */

/* Adds `value` to buckets or to the exact values. */
__attribute__((noinline)) void hist_add_slow(
    struct hist *hist, uint64_t value); /* first touch of an octave, exact values */

static inline uint32_t hist_octave_of(uint64_t value) {
  /* 0 for values below 64, then 1 for 64..127, 2 for 128..255 ... */
  return (uint32_t)(64 - HIST_SUB_BITS - __builtin_clzll(value | (HIST_SUB - 1)));
}

static inline void hist_add(struct hist *hist, uint64_t value) {
  uint32_t o = hist_octave_of(value);
  uint64_t *row = hist->octave[o];
  if (__builtin_expect(row == 0, 0)) { /* also as long as values are kept exactly */
    hist_add_slow(hist, value);
    return;
  }
  hist->count++;
  hist->sum += value;
  if (value < hist->min) hist->min = value;
  if (value > hist->max) hist->max = value;
  row[(value >> (o - (o != 0))) & (HIST_SUB - 1)]++;
}

/* Adds all values of `from` to `into`; the result is the same in any order of merging, except that
 * exact values survive only while they all fit `into`'s limit. */
void hist_merge(struct hist *into, const struct hist *from);

/* The q-quantile (0 <= q <= 1): nearest rank when exact, else interpolated in its bucket and kept
 * within [min, max]. NaN when empty. */
double hist_quantile(const struct hist *hist, double q);
/* Puts exact values in order, so that several quantiles cost one sort. Changes no answer. */
void hist_sort(struct hist *hist);

double hist_mean(const struct hist *hist); /* NaN when empty */

#endif
