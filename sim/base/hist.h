/* Log-linear histogram of whole numbers (times in nanoseconds), mergeable.
 *
 * Each power of two is cut into 128 equal buckets; values below 256 have a bucket each. A quantile
 * is interpolated by rank inside its bucket, which is less than 0.8 % wide: so it is off by at most
 * that of the exact order statistic (nearest rank), however the values lie in the bucket, and by
 * far less where they are spread over it. The smallest and the greatest value are answered exactly.
 * Buckets are allocated an octave at a time when first touched, so that thousands of histograms
 * stay small, and count to 2^32; what goes beyond is kept apart. Count, sum, sum of squares,
 * minimum and maximum are exact.
 *
 * New values first gather in a small block that is emptied into the buckets when it is full: one
 * line of memory a value instead of three, and the looks into the buckets overlap. A histogram made
 * with `exact_limit` > 0 keeps up to that many values in the block and answers quantiles exactly
 * (nearest rank) as long as no more came. This makes short runs exact. */
#ifndef HIST_H
#define HIST_H

#include <stdbool.h>
#include <stdint.h>

#define HIST_SUB_BITS 7
#define HIST_SUB (1u << HIST_SUB_BITS)
#define HIST_OCTAVES (64 - HIST_SUB_BITS + 1)

struct arena;

__extension__ typedef unsigned __int128 hist_wide;

struct hist_mark;

struct hist {
  uint64_t *value; /* those that are not in the buckets, */
  uint32_t values, room;
  uint64_t zeros; /* and zeros that are not there either, see hist_add_zero */
  /* The rest is for hist.c alone. */
  uint32_t capacity, exact_limit;
  uint32_t sorted; /* as many values were in order when it was settled last */
  bool own_block;  /* `value` is to be freed */
  struct arena *arena;
  uint64_t count, min, max; /* of the values in the buckets */
  hist_wide sum, squares;   /* sums of them and of their squares; the latter plus 2^128 times .. */
  uint64_t squares_high;    /* .. this: 50,000 squares of 1000 days in ns go beyond 128 bits */
  struct hist_carry *carry; /* of the few buckets that went beyond 32 bits */
  uint32_t carries;
  uint32_t *octave[HIST_OCTAVES]; /* octave[0]: values 0..127; NULL until touched */
  struct hist_mark *mark;
  uint32_t marks;
};

/* A value that it is asked about: how many in the buckets are not above it. */
struct hist_mark {
  uint64_t value, upto;
};

struct hist_carry {
  uint32_t octave, bucket;
  uint64_t times; /* 2^32 */
};

/* With an arena, buckets are taken from it; else, or when many values are kept exactly, hist_free
 * is needed. */
void hist_init(struct hist *hist, uint32_t exact_limit, struct arena *arena);
void hist_clear(struct hist *hist); /* forgets the values, keeps the memory */
void hist_free(struct hist *hist);  /* leaves it as after hist_init(.., 0, NULL) */

/* 0 for values below 128, then 1 for 128..255, 2 for 256..511 ... */
static inline uint32_t hist_octave_of(uint64_t value) {
  return (uint32_t)(64 - HIST_SUB_BITS - __builtin_clzll(value | (HIST_SUB - 1)));
}

__attribute__((noinline)) void hist_make_room(struct hist *hist);

/* Whether the next value goes into the block, and costs next to nothing. */
static inline bool hist_has_room(const struct hist *hist) {
  return hist->values != hist->room;
}

static inline void hist_add_room(struct hist *hist, uint64_t value) { /* which it has */
  hist->value[hist->values++] = value;
}

static inline void hist_add(struct hist *hist, uint64_t value) {
  if (__builtin_expect(!hist_has_room(hist), 0)) hist_make_room(hist);
  hist_add_room(hist, value);
}

/* hist_add(hist, 0) for a histogram whose exact_limit is 0: waits that did not take place are the
 * most frequent value there is. */
static inline void hist_add_zero(struct hist *hist) {
  hist->zeros++;
}

/* Counts exactly how many values are not above each of these limits, where hist_count_upto would
 * share out a bucket. Quantiles lie on the right side of each; of a limit and the number before it,
 * the quantile that is the limit is known exactly. Of an empty histogram that watches nothing; one
 * that is empty takes over what is watched from the first that is merged into it. */
void hist_watch(struct hist *hist, const uint64_t *limit, uint32_t n);
void hist_watch_like(struct hist *hist, const struct hist *like);

/* Adds all values of `from` to `into`; the result is the same in any order of merging, except that
 * exact values survive only while they all fit `into`'s limit. */
void hist_merge(struct hist *into, const struct hist *from);

/* Adds to `into` the values that came to `now` since this was last done with the same `before`,
 * which is bucketed (exact_limit 0) and empty the first time; `now` is bucketed and settled, and
 * fewer than 2^32 values came to one of its buckets. The least and the greatest of them are known
 * but for the width of a bucket. */
void hist_take_new(struct hist *into, struct hist *now, struct hist *before);

/* Puts what was added last in order, so that the answers below cost little. Changes none. */
void hist_settle(struct hist *hist);

/* Whether quantiles are those of the values themselves. */
bool hist_is_exact(const struct hist *hist);

/* The q-quantile (0 <= q <= 1): nearest rank when exact, else interpolated in its bucket and kept
 * within minimum and maximum. NaN when empty. */
double hist_quantile(const struct hist *hist, double q);

/* Where that quantile lies for sure. A bucket that clearly holds more than its neighbours has
 * values that are alike, such as those of a constant time, and where in it they lie is not known:
 * then these are its ends, within minimum and maximum. Else both are hist_quantile. Of a settled
 * histogram. */
void hist_quantile_span(const struct hist *hist, double q, double *least, double *most);

static inline uint64_t hist_count(const struct hist *hist) {
  return hist->count + hist->values + hist->zeros;
}
hist_wide hist_sum(const struct hist *hist);
uint64_t hist_min(const struct hist *hist); /* UINT64_MAX when empty */
uint64_t hist_max(const struct hist *hist); /* 0 when empty */
double hist_mean(const struct hist *hist);  /* NaN when empty */
/* Standard deviation (of a sample: n - 1); NaN for fewer than two values. */
double hist_deviation(const struct hist *hist);
/* How many of the values are not above `value`: exactly if it is watched or values are kept one by
 * one; else of the bucket that it lies in a share, as if its values were spread over it. */
double hist_count_upto(const struct hist *hist, uint64_t value);
/* How many are this value, as far as it is known: of those kept one by one, and of those in the
 * buckets if it and the number before it are watched. */
uint64_t hist_times_of(const struct hist *hist, uint64_t value);
uint64_t hist_zeros(const struct hist *hist); /* how many of the values are 0 */

#endif
