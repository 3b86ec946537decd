#include "hist.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

/* The histogram is in one of two states. Exact: `exact` is not NULL, or nothing was added yet and
 * `exact_limit` > 0; all values are in `exact`, all buckets are 0. Bucketed: otherwise. It leaves
 * the exact state once, when more than `exact_limit` values came (or a bucketed one was merged into
 * it), and only hist_clear brings it back. */

void hist_init(struct hist *hist, uint32_t exact_limit) {
  *hist = (struct hist){.min = UINT64_MAX, .exact_limit = exact_limit};
}

static void exact_reserve(struct hist *hist, uint64_t wanted) {
  hist->exact_sorted = false; /* something is about to be added */
  if (hist->exact != NULL && wanted <= hist->exact_capacity) return;
  uint64_t capacity = hist->exact_capacity ? hist->exact_capacity : 16;
  while (capacity < wanted) capacity *= 2;
  if (capacity > hist->exact_limit) capacity = hist->exact_limit;
  hist->exact = mem_resize(hist->exact, capacity * sizeof hist->exact[0]);
  hist->exact_capacity = (uint32_t)capacity;
}

void hist_clear(struct hist *hist) {
  hist->count = hist->sum = hist->max = 0;
  hist->min = UINT64_MAX;
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    if (hist->octave[o] == NULL) continue;
    if (hist->exact_limit == 0) {
      memset(hist->octave[o], 0, HIST_SUB * sizeof(uint64_t));
      continue;
    }
    /* In the exact state there are no octaves: hist_add then needs a single look. */
    free(hist->octave[o]);
    hist->octave[o] = NULL;
  }
}

void hist_free(struct hist *hist) {
  free(hist->exact);
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) free(hist->octave[o]);
  hist_init(hist, 0);
}

static bool is_exact(const struct hist *hist) {
  return hist->exact != NULL || (hist->count == 0 && hist->exact_limit > 0);
}

static void bucket_add(struct hist *hist, uint64_t value, uint64_t times) {
  uint32_t o = hist_octave_of(value);
  if (hist->octave[o] == NULL) hist->octave[o] = mem_zeroed(HIST_SUB, sizeof(uint64_t));
  hist->octave[o][(value >> (o ? o - 1 : 0)) & (HIST_SUB - 1)] += times;
}

/* Leaves the exact state. */
static void spill(struct hist *hist) {
  if (hist->exact == NULL) return;
  for (uint64_t i = 0; i < hist->count; i++) bucket_add(hist, hist->exact[i], 1);
  free(hist->exact);
  hist->exact = NULL;
  hist->exact_sorted = false;
  hist->exact_capacity = 0;
}

void hist_add_slow(struct hist *hist, uint64_t value) {
  if (is_exact(hist) && hist->count < hist->exact_limit) {
    exact_reserve(hist, hist->count + 1);
    hist->exact[hist->count] = value;
  } else {
    spill(hist);
    bucket_add(hist, value, 1);
  }
  hist->count++;
  hist->sum += value;
  if (value < hist->min) hist->min = value;
  if (value > hist->max) hist->max = value;
}

static void add_buckets(struct hist *into, const struct hist *from) {
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    if (from->octave[o] == NULL) continue;
    if (into->octave[o] == NULL) into->octave[o] = mem_zeroed(HIST_SUB, sizeof(uint64_t));
    for (uint32_t i = 0; i < HIST_SUB; i++) into->octave[o][i] += from->octave[o][i];
  }
}

void hist_merge(struct hist *into, const struct hist *from) {
  assert(into != from);
  if (from->count == 0) return;
  if (is_exact(from) && is_exact(into) && from->count <= into->exact_limit &&
      into->count <= into->exact_limit - from->count) {
    exact_reserve(into, into->count + from->count);
    memcpy(into->exact + into->count, from->exact, from->count * sizeof from->exact[0]);
  } else {
    spill(into);
    if (is_exact(from)) {
      for (uint64_t i = 0; i < from->count; i++) bucket_add(into, from->exact[i], 1);
    } else {
      add_buckets(into, from);
    }
  }
  into->count += from->count;
  into->sum += from->sum;
  if (from->min < into->min) into->min = from->min;
  if (from->max > into->max) into->max = from->max;
}

/* The nearest rank of the q-quantile of n values: ceil(q n), at least 1. */
static uint64_t rank_of(double q, uint64_t n) {
  /* q stands for a decimal fraction and is off by up to half an ulp, as is the product: without the
   * allowance for these, the 0.07-quantile of 100 values would be the 8th one. */
  double rank = ceil(q * (double)n * (1.0 - 0x1p-51));
  if (rank < 1) return 1;
  return rank < (double)n ? (uint64_t)rank : n;
}

static int compare_values(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

void hist_sort(struct hist *hist) {
  if (hist->exact == NULL || hist->exact_sorted) return;
  qsort(hist->exact, hist->count, sizeof hist->exact[0], compare_values);
  hist->exact_sorted = true;
}

static double exact_quantile(const struct hist *hist, uint64_t rank) {
  if (hist->exact_sorted) return (double)hist->exact[rank - 1];
  size_t bytes = hist->count * sizeof hist->exact[0];
  uint64_t *sorted = memcpy(mem_alloc(bytes), hist->exact, bytes);
  qsort(sorted, hist->count, sizeof sorted[0], compare_values);
  double value = (double)sorted[rank - 1];
  free(sorted);
  return value;
}

/* The estimate for the `rank`-th of `times` values in bucket `i` of octave `o`. */
static double within_bucket(uint32_t o, uint32_t i, uint64_t rank, uint64_t times) {
  if (o <= 1) return o == 0 ? i : HIST_SUB + i; /* buckets of one value */
  uint64_t width = UINT64_C(1) << (o - 1);
  double low = (double)((uint64_t)(HIST_SUB + i) << (o - 1));
  double high = low + (double)(width - 1); /* the greatest value of the bucket */
  double estimate = low + (high - low) * (((double)rank - 0.5) / (double)times);
  /* The values may all sit at one end of the bucket, and the lowest bucket of an octave is 1/64
   * wide. So keep to the part from which both ends are within 1 % (0.99 % leaves room
   * for rounding). */
  if (estimate > 1.0099 * low) estimate = 1.0099 * low;
  if (estimate < 0.9901 * high) estimate = 0.9901 * high;
  return estimate;
}

static double bucket_quantile(const struct hist *hist, uint64_t rank) {
  uint64_t below = 0;
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    if (hist->octave[o] == NULL) continue;
    for (uint32_t i = 0; i < HIST_SUB; i++) {
      uint64_t times = hist->octave[o][i];
      if (rank <= below + times) {
        double estimate = within_bucket(o, i, rank - below, times);
        if (estimate < (double)hist->min) return (double)hist->min;
        if (estimate > (double)hist->max) return (double)hist->max;
        return estimate;
      }
      below += times;
    }
  }
  assert(!"the buckets hold fewer values than were counted");
  return NAN;
}

double hist_quantile(const struct hist *hist, double q) {
  assert(q >= 0 && q <= 1);
  if (hist->count == 0) return NAN;
  uint64_t rank = rank_of(q, hist->count);
  /* The first and the last value are known exactly, also when bucketed. */
  if (rank == 1) return (double)hist->min;
  if (rank == hist->count) return (double)hist->max;
  return is_exact(hist) ? exact_quantile(hist, rank) : bucket_quantile(hist, rank);
}

double hist_mean(const struct hist *hist) {
  return hist->count ? (double)hist->sum / (double)hist->count : NAN;
}
