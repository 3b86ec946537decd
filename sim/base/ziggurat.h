/* Standard exponential and standard normal variates by the ziggurat method with 256 layers
 * (Marsaglia and Tsang, JSS 5(8), 2000).
 *
 * One random word picks a layer (bits 0 to 7), for the normal a sign (bit 8), and a 53-bit abscissa
 * (bits 11 to 63) in that layer's rectangle. These bits do not overlap, which is what Doornik
 * ("An improved ziggurat method to generate normal random samples", 2005) asks of the original. If
 * the abscissa is below the inner end of the layer, the point is under the density for sure: about
 * 99 % of draws are one word, one comparison and one multiplication. The rest (wedges and the tail)
 * is out of line. A draw takes as many words as it needs from `draws`.
 *
 * In the halves of an antithetic pair (rng.h) an exponential is drawn by inversion of one word, out
 * of line too, because layer and abscissa are not monotone in u. A normal keeps its abscissa and
 * has its sign turned over: -z for z, as inversion would give. */
#ifndef ZIGGURAT_H
#define ZIGGURAT_H

#include <stdint.h>

#include "rng.h"

#define ZIG_LAYERS 256

struct zig_layer {
  uint64_t inside; /* abscissas below it lie under the density; in units of `scale` */
  double scale;    /* width of the layer / 2^53 */
};

extern const struct zig_layer zig_exponential_layers[ZIG_LAYERS];
extern const struct zig_layer zig_normal_layers[ZIG_LAYERS];

/* Go on with a word whose abscissa was not below `inside`. */
__attribute__((cold, noinline)) double zig_exponential_slow(struct draws *draws, uint64_t word);
__attribute__((cold, noinline)) double zig_normal_slow(struct draws *draws, uint64_t word);

/* Exponential with mean 1, >= 0. */
static inline double zig_exponential(struct draws *draws) {
  uint64_t word = draws_next(draws);
  const struct zig_layer *layer = &zig_exponential_layers[word & (ZIG_LAYERS - 1)];
  uint64_t abscissa = word >> 11;
  if (__builtin_expect((abscissa | draws->paired) < layer->inside, 1)) /* never in a pair */
    return (double)(int64_t)abscissa * layer->scale;
  return zig_exponential_slow(draws, word);
}

/* The next two at once, of one block, for 98 pairs of a hundred; false: draw them one by one. */
static inline bool zig_exponential_pair(struct draws *draws, double *first, double *second) {
  if (__builtin_expect(draws->has_spare || draws->paired, 0)) return false;
  uint64_t other, word = rng_block(draws->key, draws->entity, draws->number, &other);
  const struct zig_layer *a = &zig_exponential_layers[word & (ZIG_LAYERS - 1)];
  const struct zig_layer *b = &zig_exponential_layers[other & (ZIG_LAYERS - 1)];
  if (__builtin_expect(word >> 11 >= a->inside || other >> 11 >= b->inside, 0)) return false;
  rng_record(draws->key, draws->entity, draws->number);
  draws->number++;
  *first = (double)(int64_t)(word >> 11) * a->scale;
  *second = (double)(int64_t)(other >> 11) * b->scale;
  return true;
}

/* Normal with mean 0 and standard deviation 1. */
static inline double zig_normal(struct draws *draws) {
  uint64_t word = draws_next(draws);
  const struct zig_layer *layer = &zig_normal_layers[word & (ZIG_LAYERS - 1)];
  uint64_t abscissa = word >> 11;
  if (__builtin_expect(abscissa < layer->inside, 1)) {
    double value = (double)(int64_t)abscissa * layer->scale;
    return draws_turned(draws, word) & ZIG_LAYERS ? -value : value;
  }
  return zig_normal_slow(draws, word);
}

#endif
