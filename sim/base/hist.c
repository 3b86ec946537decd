#include "hist.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "sort_values.h"

/* The block: at most this many values when it is not to be answered exactly; and what it begins
 * with. */
#define BLOCK 32u

/* The histogram is in one of two states. Exact: `exact_limit` > 0 and nothing is in the buckets;
 * all values are in the block. Bucketed: otherwise. It leaves the exact state once, when more than
 * `exact_limit` values came (or a bucketed one was merged into it), and only hist_clear brings it
 * back. */

bool hist_is_exact(const struct hist *hist) {
  return hist->count == 0 && hist->exact_limit > 0;
}

/* How many values the block may take before something has to be done. */
static void set_room(struct hist *hist) {
  uint32_t most = hist_is_exact(hist) ? hist->exact_limit : BLOCK;
  hist->room = hist->capacity < most ? hist->capacity : most;
}

void hist_init(struct hist *hist, uint32_t exact_limit, struct arena *arena) {
  *hist = (struct hist){.min = UINT64_MAX, .exact_limit = exact_limit, .arena = arena};
}

void hist_clear(struct hist *hist) {
  hist->values = hist->sorted = 0;
  hist->zeros = hist->count = hist->max = 0;
  hist->carries = 0;
  hist->sum = hist->squares = 0;
  hist->squares_high = 0;
  hist->min = UINT64_MAX;
  for (uint32_t i = 0; i < hist->marks; i++) hist->mark[i].upto = 0;
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    if (hist->octave[o] != NULL) memset(hist->octave[o], 0, HIST_SUB * sizeof *hist->octave[o]);
  }
  set_room(hist);
}

void hist_free(struct hist *hist) {
  if (hist->own_block) free(hist->value);
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    if (hist->arena == NULL && o != 1) free(hist->octave[o]); /* 0 and 1 are one piece */
  }
  free(hist->carry);
  if (hist->arena == NULL) free(hist->mark);
  hist_init(hist, 0, NULL);
}

static void *allocate(struct hist *hist, size_t count, size_t size) {
  return hist->arena != NULL ? arena_lines(hist->arena, count, size) : mem_zeroed(count, size);
}

/* The first two octaves, which have a bucket for each value, are one piece of memory. */
static __attribute__((cold, noinline)) uint32_t *new_octave(struct hist *hist, uint32_t o) {
  if (o > 1) return hist->octave[o] = allocate(hist, HIST_SUB, sizeof *hist->octave[o]);
  hist->octave[0] = allocate(hist, 2 * HIST_SUB, sizeof *hist->octave[0]);
  hist->octave[1] = hist->octave[0] + HIST_SUB;
  return hist->octave[o];
}

static inline uint32_t *octave_at(struct hist *hist, uint32_t o) {
  uint32_t *row = hist->octave[o];
  return __builtin_expect(row == NULL, 0) ? new_octave(hist, o) : row;
}

/* How far to the right a value goes, to be a number below 2 * HIST_SUB. */
static inline uint32_t shift_of(uint64_t value) {
  return (63 ^ (uint32_t)__builtin_clzll(value | (2 * HIST_SUB - 1))) - HIST_SUB_BITS;
}

/* The counter of a value. All that are shifted as far are in one octave, those that are not shifted
 * in the first two: so as these lie side by side, the way to a counter has no more steps. */
static inline uint32_t *counter_of(struct hist *hist, uint64_t value) {
  uint32_t shift = shift_of(value);
  return octave_at(hist, shift + 1) + ((ptrdiff_t)(value >> shift) - (ptrdiff_t)HIST_SUB);
}

/* --- limits that are asked about -------------------------------------------------------------- */

void hist_watch(struct hist *hist, const uint64_t *limit, uint32_t n) {
  assert(hist_count(hist) == 0 && hist->marks == 0);
  if (n == 0) return;
  hist->mark = allocate(hist, n, sizeof *hist->mark);
  for (uint32_t i = 0; i < n; i++) hist->mark[i].value = limit[i];
  hist->marks = n;
}

void hist_watch_like(struct hist *hist, const struct hist *like) {
  if (__builtin_expect(like->marks == 0, 1) || hist->marks > 0 || hist_count(hist) > 0) return;
  hist->mark = allocate(hist, like->marks, sizeof *hist->mark);
  for (uint32_t i = 0; i < like->marks; i++) hist->mark[i].value = like->mark[i].value;
  hist->marks = like->marks;
}

static __attribute__((cold, noinline)) void mark_values(struct hist *hist, const uint64_t *value,
                                                        uint32_t n) {
  for (uint32_t k = 0; k < hist->marks; k++) {
    for (uint32_t i = 0; i < n; i++) hist->mark[k].upto += value[i] <= hist->mark[k].value;
  }
}

static const struct hist_mark *mark_of(const struct hist *hist, uint64_t value) {
  for (uint32_t i = 0; i < hist->marks; i++) {
    if (hist->mark[i].value == value) return &hist->mark[i];
  }
  return NULL;
}

/* --- counts beyond 32 bits ------------------------------------------------------------------ */

/* How often 2^32 a bucket has beyond what its counter says. */
static uint64_t carried(const struct hist *hist, uint32_t octave, uint32_t bucket) {
  for (uint32_t i = 0; i < hist->carries; i++) {
    const struct hist_carry *c = &hist->carry[i];
    if (c->octave == octave && c->bucket == bucket) return c->times;
  }
  return 0;
}

__attribute__((cold, noinline)) static void carry(struct hist *hist, uint32_t octave,
                                                  uint32_t bucket, uint64_t times) {
  for (uint32_t i = 0; i < hist->carries; i++) {
    struct hist_carry *c = &hist->carry[i];
    if (c->octave != octave || c->bucket != bucket) continue;
    c->times += times;
    return;
  }
  hist->carry = mem_resize(hist->carry, (hist->carries + 1) * sizeof *hist->carry);
  hist->carry[hist->carries++] = (struct hist_carry){octave, bucket, times};
}

static uint64_t times_in(const struct hist *hist, uint32_t octave, uint32_t bucket) {
  return hist->octave[octave][bucket] + (carried(hist, octave, bucket) << 32);
}

/* Of a whole row: by itself, so that the compiler makes the loop wide. */
static uint64_t row_times(const struct hist *hist, uint32_t octave) {
  const uint32_t *row = hist->octave[octave];
  uint64_t sum = 0;
  for (uint32_t i = 0; i < HIST_SUB; i++) sum += row[i];
  for (uint32_t i = 0; i < hist->carries; i++) {
    if (hist->carry[i].octave == octave) sum += hist->carry[i].times << 32;
  }
  return sum;
}

/* Adds one row of buckets to that of `into`. The second loop is rare; without it in the first, the
 * compiler makes that one wide. */
static void add_row(struct hist *into, uint32_t octave, const uint32_t *from) {
  uint32_t *row = octave_at(into, octave), over = 0;
  for (uint32_t i = 0; i < HIST_SUB; i++) {
    row[i] += from[i];
    over |= row[i] < from[i];
  }
  for (uint32_t i = 0; over && i < HIST_SUB; i++) {
    if (row[i] < from[i]) carry(into, octave, i, 1);
  }
}

/* --- adding --------------------------------------------------------------------------------- */

/* A sum of squares, `high` times 2^128 + `low`. */
struct squares {
  hist_wide low;
  uint64_t high;
};

static inline void squares_add(struct squares *to, hist_wide low, uint64_t high) {
  to->low += low;
  to->high += high + (to->low < low);
}

/* Below it the sum of a block fits one word, and that of the squares two. 18 years in ns. */
#define BLOCK_VALUE_LIMIT (UINT64_C(1) << 59)
static_assert(BLOCK <= 32, "2^5 values below 2^59, and their squares");

static __attribute__((cold, noinline)) void add_large_sums(struct hist *hist, const uint64_t *value,
                                                           uint32_t n) {
  struct squares squares = {hist->squares, hist->squares_high};
  for (uint32_t i = 0; i < n; i++) {
    hist->sum += value[i];
    squares_add(&squares, (hist_wide)value[i] * value[i], 0);
  }
  hist->squares = squares.low;
  hist->squares_high = squares.high;
}

/* Where some counter may come to 2^32. */
static __attribute__((cold, noinline)) void count_and_carry(struct hist *hist,
                                                            const uint64_t *value, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (++*counter_of(hist, value[i]) != 0) continue;
    uint32_t shift = shift_of(value[i]), scaled = (uint32_t)(value[i] >> shift);
    carry(hist, shift + scaled / HIST_SUB, scaled % HIST_SUB, 1);
  }
}

/* Until the block is done its sums are kept in as few words as will do: this loop is most of what a
 * measured value costs. */
static void bucket_add_block(struct hist *hist, const uint64_t *value, uint32_t n) {
  uint64_t min = hist->min, max = hist->max, most = 0, sum = 0;
  hist_wide squares = 0;
  bool may_carry = hist->count + n > UINT32_MAX; /* no counter is greater than their sum */
  if (__builtin_expect(may_carry, 0)) count_and_carry(hist, value, n);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t v = value[i];
    if (!may_carry) ++*counter_of(hist, v);
    sum += v;
    squares += (hist_wide)v * v;
    min = v < min ? v : min;
    most = v > most ? v : most;
  }
  if (__builtin_expect(hist->marks > 0, 0)) mark_values(hist, value, n);
  hist->count += n;
  hist->min = min;
  hist->max = most > max ? most : max;
  if (__builtin_expect(most >= BLOCK_VALUE_LIMIT, 0)) {
    add_large_sums(hist, value, n);
    return;
  }
  struct squares all = {hist->squares, hist->squares_high};
  squares_add(&all, squares, 0);
  hist->sum += sum;
  hist->squares = all.low;
  hist->squares_high = all.high;
}

static void bucket_add_all(struct hist *hist, const uint64_t *value, uint32_t n) {
  for (; n > BLOCK; n -= BLOCK, value += BLOCK) bucket_add_block(hist, value, BLOCK);
  bucket_add_block(hist, value, n);
}

static void bucket_add_zeros(struct hist *hist, uint64_t zeros) {
  if (zeros == 0) return;
  uint32_t *bucket = octave_at(hist, 0), more = (uint32_t)zeros;
  *bucket += more;
  uint64_t times = (zeros >> 32) + (*bucket < more);
  if (times > 0) carry(hist, 0, 0, times);
  for (uint32_t i = 0; i < hist->marks; i++) hist->mark[i].upto += zeros;
  hist->count += zeros;
  hist->min = 0;
}

/* Empties the block and the zeros into the buckets. */
static void spill(struct hist *hist) {
  bucket_add_all(hist, hist->value, hist->values);
  bucket_add_zeros(hist, hist->zeros);
  hist->values = 0;
  hist->zeros = 0;
  set_room(hist);
}

/* Whether something is not in the buckets yet. */
static bool is_pending(const struct hist *hist) {
  return hist->values > 0 || hist->zeros > 0;
}

static void reserve(struct hist *hist, uint64_t wanted) {
  if (wanted <= hist->capacity) return;
  uint64_t capacity = hist->capacity ? hist->capacity : BLOCK;
  while (capacity < wanted) capacity *= 2;
  uint64_t *block;
  if (capacity == BLOCK) {
    block = allocate(hist, BLOCK, sizeof *block);
  } else {
    block = mem_resize(hist->own_block ? hist->value : NULL, capacity * sizeof *block);
    if (!hist->own_block && hist->values) {
      memcpy(block, hist->value, hist->values * sizeof *block);
    }
  }
  hist->own_block = hist->arena == NULL || capacity > BLOCK;
  hist->value = block;
  hist->capacity = (uint32_t)capacity;
}

void hist_make_room(struct hist *hist) {
  bool grows = hist_is_exact(hist) ? hist->values < hist->exact_limit : hist->capacity == 0;
  if (grows) {
    reserve(hist, hist->values + 1);
    set_room(hist);
  } else {
    spill(hist);
  }
}

static double count_in_buckets(const struct hist *hist, uint64_t value);

static void add_buckets(struct hist *into, const struct hist *from) {
  for (uint32_t i = 0; i < into->marks; i++) {
    into->mark[i].upto += (uint64_t)(count_in_buckets(from, into->mark[i].value) + 0.5);
  }
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    if (from->octave[o] != NULL) add_row(into, o, from->octave[o]);
  }
  for (uint32_t i = 0; i < from->carries; i++) {
    carry(into, from->carry[i].octave, from->carry[i].bucket, from->carry[i].times);
  }
  into->count += from->count;
  into->sum += from->sum;
  struct squares squares = {into->squares, into->squares_high};
  squares_add(&squares, from->squares, from->squares_high);
  into->squares = squares.low;
  into->squares_high = squares.high;
  into->min = from->min < into->min ? from->min : into->min;
  into->max = from->max > into->max ? from->max : into->max;
}

void hist_merge(struct hist *into, const struct hist *from) {
  assert(into != from);
  if (hist_count(from) == 0) return;
  hist_watch_like(into, from);
  if (hist_is_exact(from) && hist_is_exact(into) && from->values <= into->exact_limit &&
      into->values <= into->exact_limit - from->values) {
    reserve(into, (uint64_t)into->values + from->values);
    memcpy(into->value + into->values, from->value, from->values * sizeof from->value[0]);
    into->values += from->values;
    set_room(into);
    return;
  }
  if (is_pending(into)) spill(into);
  if (from->count) add_buckets(into, from);
  bucket_add_all(into, from->value, from->values);
  bucket_add_zeros(into, from->zeros);
  set_room(into);
}

static struct squares squares_of(const struct hist *hist) {
  struct squares squares = {hist->squares, hist->squares_high};
  for (uint32_t i = 0; i < hist->values; i++) {
    squares_add(&squares, (hist_wide)hist->value[i] * hist->value[i], 0);
  }
  return squares;
}

/* The least value of a bucket; the greatest is one less than the least of the next. */
static uint64_t bucket_least(uint32_t octave, uint32_t bucket) {
  return octave == 0 ? bucket : (uint64_t)(HIST_SUB + bucket) << (octave - 1);
}

static uint64_t bucket_greatest(uint32_t octave, uint32_t bucket) {
  uint64_t width = octave <= 1 ? 1 : UINT64_C(1) << (octave - 1);
  return bucket_least(octave, bucket) + (width - 1);
}

/* What came to a row of buckets, which `before` learns; the first and the last bucket that grew. */
static bool take_row(uint32_t *into, const uint32_t *now, uint32_t *before, uint32_t *first,
                     uint32_t *last) {
  bool any = false;
  for (uint32_t i = 0; i < HIST_SUB; i++) {
    uint32_t growth = now[i] - before[i];
    if (growth == 0) continue;
    before[i] = now[i];
    into[i] += growth;
    if (!any) *first = i;
    any = true;
    *last = i;
  }
  return any;
}

void hist_take_new(struct hist *into, struct hist *now, struct hist *before) {
  assert(!hist_is_exact(now) && !is_pending(now) && !is_pending(before));
  if (now->count == before->count) return;
  if (is_pending(into)) spill(into);
  for (uint32_t i = 0; i < into->marks; i++) {
    uint64_t value = into->mark[i].value;
    into->mark[i].upto +=
        (uint64_t)(count_in_buckets(now, value) - count_in_buckets(before, value) + 0.5);
  }
  for (uint32_t i = 0; i < before->marks; i++) {
    before->mark[i].upto = (uint64_t)(count_in_buckets(now, before->mark[i].value) + 0.5);
  }
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    const uint32_t *row = now->octave[o];
    if (row == NULL) continue;
    uint32_t *seen = octave_at(before, o), first = 0, last = 0;
    if (memcmp(row, seen, HIST_SUB * sizeof *row) == 0) continue;
    if (!take_row(octave_at(into, o), row, seen, &first, &last)) continue;
    uint64_t least = bucket_least(o, first), most = bucket_greatest(o, last);
    least = least < now->min ? now->min : least;
    most = most > now->max ? now->max : most;
    into->min = least < into->min ? least : into->min;
    into->max = most > into->max ? most : into->max;
  }
  into->count += now->count - before->count;
  into->sum += now->sum - before->sum;
  struct squares squares = {into->squares, into->squares_high};
  uint64_t borrow = now->squares < before->squares;
  squares_add(&squares, now->squares - before->squares,
              now->squares_high - before->squares_high - borrow);
  into->squares = squares.low;
  into->squares_high = squares.high;
  before->count = now->count;
  before->sum = now->sum;
  before->squares = now->squares;
  before->squares_high = now->squares_high;
  set_room(into);
}

/* The nearest rank of the q-quantile of n values: ceil(q n), at least 1. */
static uint64_t rank_of(double q, uint64_t n) {
  /* q stands for a decimal fraction and is off by up to half an ulp, as is the product: without the
   * allowance for these, the 0.07-quantile of 100 values would be the 8th one. */
  double rank = ceil(q * (double)n * (1.0 - 0x1p-51));
  if (rank < 1) return 1;
  return rank < (double)n ? (uint64_t)rank : n;
}

/* --- quantiles ------------------------------------------------------------------------------ */

void hist_settle(struct hist *hist) {
  if (!hist_is_exact(hist)) {
    if (is_pending(hist)) spill(hist);
  } else if (hist->sorted != hist->values) {
    sort_values(hist->value, hist->values);
    hist->sorted = hist->values;
  }
}

struct place {
  uint32_t octave, bucket;
  uint64_t rank, times; /* in the bucket; how many values it holds */
};

/* A bucket, or the part of it between limits that are watched. */
struct part {
  double low, high;
  uint64_t rank, times; /* in the part */
};

static struct place place_of(const struct hist *hist, uint64_t rank) {
  uint64_t below = 0;
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    if (hist->octave[o] == NULL) continue;
    uint64_t all = row_times(hist, o);
    if (rank > below + all) {
      below += all;
      continue;
    }
    for (uint32_t i = 0; i < HIST_SUB; i++) {
      uint64_t times = times_in(hist, o, i);
      if (rank <= below + times) return (struct place){o, i, rank - below, times};
      below += times;
    }
  }
  assert(!"the buckets hold fewer values than were counted");
  return (struct place){0};
}

static double within_extremes(const struct hist *hist, double value) {
  return fmin(fmax(value, (double)hist->min), (double)hist->max);
}

/* Where in its bucket the `rank`-th value of all lies, as far as it is known: limits that are
 * watched tell how many values of the bucket lie on either side of them. */
static struct part part_of(const struct hist *hist, struct place p, uint64_t rank) {
  uint64_t least = bucket_least(p.octave, p.bucket), greatest = bucket_greatest(p.octave, p.bucket);
  uint64_t below = rank - p.rank, from = below, to = below + p.times;
  for (uint32_t i = 0; i < hist->marks; i++) {
    const struct hist_mark *mark = &hist->mark[i];
    if (mark->value < least || mark->value >= greatest) continue;
    if (mark->upto >= rank) greatest = mark->value;
    if (mark->upto >= rank && mark->upto < to) to = mark->upto;
    if (mark->upto < rank) least = mark->value + 1;
    if (mark->upto < rank && mark->upto > from) from = mark->upto;
  }
  return (struct part){(double)least, (double)greatest, rank - from, to - from};
}

static double bucket_quantile(const struct hist *hist, uint64_t rank) {
  struct part p = part_of(hist, place_of(hist, rank), rank);
  double share = ((double)p.rank - 0.5) / (double)p.times;
  return within_extremes(hist, p.low + (p.high - p.low) * share);
}

static double quantile_of_settled(const struct hist *hist, double q) {
  uint64_t rank = rank_of(q, hist_count(hist));
  if (hist_is_exact(hist)) return (double)hist->value[rank - 1];
  /* The first and the last value are known exactly. */
  if (rank == 1) return (double)hist->min;
  if (rank == hist->count) return (double)hist->max;
  return bucket_quantile(hist, rank);
}

double hist_quantile(const struct hist *hist, double q) {
  assert(q >= 0 && q <= 1);
  if (hist_count(hist) == 0) return NAN;
  if (hist_is_exact(hist) ? hist->sorted == hist->values : !is_pending(hist))
    return quantile_of_settled(hist, q);
  struct hist copy;
  hist_init(&copy, hist->exact_limit, NULL);
  hist_merge(&copy, hist);
  hist_settle(&copy);
  double value = quantile_of_settled(&copy, q);
  hist_free(&copy);
  return value;
}

/* How many values the bucket `step` away would hold if it were as wide as this one. */
static double beside(const struct hist *hist, struct place p, int step) {
  uint32_t at = p.octave * HIST_SUB + p.bucket, other = at + (uint32_t)step;
  if (other >= HIST_OCTAVES * HIST_SUB) return 0; /* below 0 too */
  uint32_t o = other / HIST_SUB;
  if (hist->octave[o] == NULL) return 0;
  double wider = o == p.octave || o + p.octave == 1 ? 1 : step < 0 ? 2 : 0.5;
  return wider * (double)times_in(hist, o, other % HIST_SUB);
}

/* Four standard deviations of a count and half as many again are no chance, and no slope either. */
static bool stands_out(const struct hist *hist, struct place p) {
  double times = (double)p.times, most = fmax(beside(hist, p, -1), beside(hist, p, 1));
  return times > 1.5 * most + 4 * sqrt(times);
}

void hist_quantile_span(const struct hist *hist, double q, double *least, double *most) {
  *least = *most = hist_quantile(hist, q);
  uint64_t count = hist_count(hist), rank = count > 0 ? rank_of(q, count) : 0;
  if (hist_is_exact(hist) || is_pending(hist) || rank <= 1 || rank == count) return;
  struct place p = place_of(hist, rank);
  if (!stands_out(hist, p)) return;
  struct part part = part_of(hist, p, rank);
  *least = within_extremes(hist, part.low);
  *most = within_extremes(hist, part.high);
}

hist_wide hist_sum(const struct hist *hist) {
  hist_wide sum = hist->sum;
  for (uint32_t i = 0; i < hist->values; i++) sum += hist->value[i];
  return sum;
}

uint64_t hist_min(const struct hist *hist) {
  uint64_t min = hist->zeros > 0 ? 0 : hist->min;
  for (uint32_t i = 0; i < hist->values; i++) min = hist->value[i] < min ? hist->value[i] : min;
  return min;
}

uint64_t hist_max(const struct hist *hist) {
  uint64_t max = hist->max;
  for (uint32_t i = 0; i < hist->values; i++) max = hist->value[i] > max ? hist->value[i] : max;
  return max;
}

double hist_mean(const struct hist *hist) {
  uint64_t count = hist_count(hist);
  return count ? (double)hist_sum(hist) / (double)count : NAN;
}

double hist_deviation(const struct hist *hist) {
  uint64_t count = hist_count(hist);
  if (count < 2) return NAN;
  hist_wide sum = hist_sum(hist);
  struct squares squares = squares_of(hist);
  double range = (double)(hist_max(hist) - hist_min(hist));
  double off_mean; /* sum of the squares of what is off the mean */
  if (range * range * (double)count < 0x1p127) {
    /* In whole numbers, so that nothing is lost where the deviation is small beside the mean. What
     * is off the mean rounded down fits 128 bits, so it does not matter that the terms may not. */
    hist_wide near = sum / count;
    double rest = (double)(sum % count);
    off_mean = (double)(squares.low - near * (sum + sum % count)) - rest * rest / (double)count;
  } else {
    off_mean = (double)squares.high * 0x1p128 + (double)squares.low -
               (double)sum / (double)count * (double)sum;
  }
  return off_mean > 0 ? sqrt(off_mean / (double)(count - 1)) : 0;
}

uint64_t hist_zeros(const struct hist *hist) {
  uint64_t zeros = hist->zeros + (hist->octave[0] != NULL ? times_in(hist, 0, 0) : 0);
  for (uint32_t i = 0; i < hist->values; i++) zeros += hist->value[i] == 0;
  return zeros;
}

static double count_in_buckets(const struct hist *hist, uint64_t value) {
  const struct hist_mark *mark = mark_of(hist, value);
  if (mark != NULL) return (double)mark->upto;
  double count = 0;
  for (uint32_t o = 0; o < HIST_OCTAVES; o++) {
    for (uint32_t i = 0; hist->octave[o] != NULL && i < HIST_SUB; i++) {
      uint64_t least = bucket_least(o, i), greatest = bucket_greatest(o, i);
      if (least > value) return count;
      double times = (double)times_in(hist, o, i);
      bool whole = greatest <= value || hist->max <= value;
      count += whole ? times : times * (double)(value - least + 1) / (double)(greatest - least + 1);
    }
  }
  return count;
}

double hist_count_upto(const struct hist *hist, uint64_t value) {
  double count = (double)hist->zeros;
  for (uint32_t i = 0; i < hist->values; i++) count += hist->value[i] <= value;
  return count + count_in_buckets(hist, value);
}

uint64_t hist_times_of(const struct hist *hist, uint64_t value) {
  uint64_t times = value == 0 ? hist->zeros : 0;
  for (uint32_t i = 0; i < hist->values; i++) times += hist->value[i] == value;
  const struct hist_mark *upto = mark_of(hist, value), *before = mark_of(hist, value - 1);
  return upto != NULL && before != NULL ? times + upto->upto - before->upto : times;
}
