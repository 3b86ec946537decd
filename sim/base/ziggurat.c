#include "ziggurat.h"

#include "detmath.h"
#include "ziggurat_tables.h"

/* What decides on rejection is the same in both halves of a pair, so that they take the same words.
 */
static double raw_unit(struct draws *draws) {
  return rng_unit(draws_next(draws));
}

/* A height drawn uniformly in the layer, to be compared with the density. */
static double height_in(struct draws *draws, const double *heights, uint64_t layer) {
  return heights[layer] + raw_unit(draws) * (heights[layer + 1] - heights[layer]);
}

/* Both loops below reject less than half of the rounds in every layer, so they end: 64 rejections
 * in a row are rarer than 2^-64. */

double zig_exponential_slow(struct draws *draws, uint64_t word) {
  if (draws->paired) return -det_log(rng_unit(~draws_turned(draws, word)));
  for (;;) {
    uint64_t layer = word & (ZIG_LAYERS - 1), abscissa = word >> 11;
    double value = (double)(int64_t)abscissa * zig_exponential_layers[layer].scale;
    if (abscissa < zig_exponential_layers[layer].inside) return value;
    /* Beyond the tail's start the law begins again, because it has no memory. */
    if (layer == 0) return ZIG_EXPONENTIAL_TAIL - det_log(draws_unit(draws));
    if (height_in(draws, zig_exponential_heights, layer) < det_exp(-value)) return value;
    word = draws_next(draws);
  }
}

/* The normal law beyond `start` by Marsaglia 1964: an exponential proposal with rate `start`. */
static double normal_tail(struct draws *draws, double start) {
  for (;;) {
    double beyond = -det_log(raw_unit(draws)) / start;
    double reserve = -det_log(raw_unit(draws));
    if (reserve + reserve > beyond * beyond) return start + beyond;
  }
}

double zig_normal_slow(struct draws *draws, uint64_t word) {
  for (;;) {
    uint64_t layer = word & (ZIG_LAYERS - 1), abscissa = word >> 11;
    double sign = draws_turned(draws, word) & ZIG_LAYERS ? -1.0 : 1.0;
    double value = (double)(int64_t)abscissa * zig_normal_layers[layer].scale;
    if (abscissa < zig_normal_layers[layer].inside) return sign * value;
    if (layer == 0) return sign * normal_tail(draws, ZIG_NORMAL_TAIL);
    if (height_in(draws, zig_normal_heights, layer) < det_exp(-0.5 * value * value)) {
      return sign * value;
    }
    word = draws_next(draws);
  }
}
