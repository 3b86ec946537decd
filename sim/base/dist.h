/* Probability distributions.
 *
 * A distribution is immutable data, shared by all threads; a draw reads it and a `struct draws`.
 * Values are plain doubles in the unit of the code that made it: nanoseconds for times, bytes for
 * sizes. A draw is never negative and never NaN. */
#ifndef DIST_H
#define DIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rng.h"
#include "ziggurat.h"

enum dist_kind {
  DIST_CONSTANT,    /* a = value */
  DIST_UNIFORM,     /* a = low, b = high */
  DIST_EXPONENTIAL, /* a = mean; ziggurat */
  DIST_NORMAL,      /* a = mean, b = sd of the parent normal; values below 0 are drawn again */
  DIST_LOGNORMAL,   /* a = mu, b = sigma of the logarithm; ziggurat normal */
  DIST_GAMMA,       /* a = shape, b = scale; Marsaglia and Tsang 2000 */
  DIST_WEIBULL,     /* a = shape, b = scale */
  DIST_PARETO,      /* a = shape, b = minimum, c = maximum or infinity; inversion */
  DIST_HYPEREXP,    /* mixture of exponentials: parts[] with weights */
  DIST_EMPIRICAL,   /* piecewise linear inverse distribution function: points[] */
  DIST_SAMPLES,     /* uniformly one of samples[] */
  DIST_MIXTURE,     /* parts[] with weights */
  DIST_SHIFTED,     /* a = shift, parts[0] */
};

struct dist_point {
  double p, value; /* value of the quantile p; p strictly rising from 0 to 1, value not falling */
};

struct dist {
  enum dist_kind kind;
  double a, b, c;
  uint32_t n;               /* of parts, points or samples */
  const struct dist *parts; /* MIXTURE, HYPEREXP (exponentials), SHIFTED */
  const double *cumulative; /* cumulative weight of each part, the last is 1 */
  const struct dist_point *points;
  const double *samples;
};

/* One value >= 0, in the unit of the distribution. */
double dist_draw(const struct dist *dist, struct draws *draws);

/* A value >= 0 rounded to the nearest whole number, at most 2^62. */
static inline uint64_t dist_whole(double value) {
  if (!(value < 0x1p62)) return UINT64_C(1) << 62;
  return (uint64_t)(int64_t)(value + 0.5); /* through signed: shorter on x86 */
}

/* One value rounded to a whole number, at most 2^62: for times in nanoseconds. */
static inline uint64_t dist_draw_whole(const struct dist *dist, struct draws *draws) {
  if (dist->kind == DIST_EXPONENTIAL) return dist_whole(dist->a * zig_exponential(draws));
  if (dist->kind == DIST_CONSTANT) return dist_whole(dist->a);
  return dist_whole(dist_draw(dist, draws));
}

__attribute__((noinline)) uint64_t dist_draw_keyed_slow(const struct dist *dist,
                                                        const struct stream *stream,
                                                        uint64_t entity, uint64_t first);
/* Whether dist_draw_quick may be asked. */
static inline bool dist_is_quick(const struct dist *dist, const struct stream *stream) {
  return dist->kind == DIST_EXPONENTIAL && !stream->paired;
}

/* What the first word of a draw comes to, for 99 draws of a hundred of what is quick; UINT64_MAX:
 * it takes more than one word. */
static inline uint64_t dist_of_word(const struct dist *dist, uint64_t word) {
  uint64_t abscissa = word >> 11;
  const struct zig_layer *layer = &zig_exponential_layers[word & (ZIG_LAYERS - 1)];
  if (__builtin_expect(abscissa >= layer->inside, 0)) return UINT64_MAX;
  return dist_whole(dist->a * ((double)(int64_t)abscissa * layer->scale));
}

/* dist_draw_keyed of what is quick; false: ask that function. */
static inline bool dist_draw_quick(const struct dist *dist, const struct stream *stream,
                                   uint64_t entity, uint64_t first, uint64_t *out) {
  uint64_t second;
  *out = dist_of_word(dist, rng_block(stream->key, entity, first, &second));
  if (__builtin_expect(*out == UINT64_MAX, 0)) return false;
  rng_record(stream->key, entity, first);
  return true;
}

/* dist_draw_whole of draws_begin(*stream, entity, first): the same value, but the draws never leave
 * the registers for the distribution that matters most. */
static inline uint64_t dist_draw_keyed(const struct dist *dist, const struct stream *stream,
                                       uint64_t entity, uint64_t first) {
  uint64_t value;
  if (__builtin_expect(dist_is_quick(dist, stream), 1) &&
      __builtin_expect(dist_draw_quick(dist, stream, entity, first, &value), 1)) {
    return value;
  }
  return dist_draw_keyed_slow(dist, stream, entity, first);
}

/* Exact mean and squared coefficient of variation; INFINITY where they do not exist. NORMAL is
 * exact for the truncated law. */
double dist_mean(const struct dist *dist);
double dist_cv2(const struct dist *dist);

/* A short description such as "exponential(mean 10ms)"; `is_time` tells that values are in ns. */
void dist_describe(const struct dist *dist, bool is_time, char *out, size_t size);

#endif
