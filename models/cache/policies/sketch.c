#include "sketch.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "rng.h"

#define MOST_WORDS (UINT32_C(1) << 28)

void sketch_resize(struct sketch *k, uint64_t entries) {
  k->words = 16;
  while (k->words < entries && k->words < MOST_WORDS) k->words *= 2;
  if (entries > MOST_WORDS) entries = MOST_WORDS;
  if (entries < 16) entries = 16;
  k->period = 10 * (uint32_t)entries;
  k->word = mem_resize(k->word, k->words * sizeof *k->word);
  sketch_clear(k);
}

void sketch_clear(struct sketch *k) {
  memset(k->word, 0, k->words * sizeof *k->word);
  k->uses = 0;
}

void sketch_free(struct sketch *k) {
  free(k->word);
}

/* The i-th counter of a key: which word, and how far to shift it. Each has its own quarter of a
 * word, so that the four never meet. */
static uint32_t word_of(const struct sketch *k, uint64_t hash, uint32_t i) {
  return (uint32_t)rng_mix(hash + i * UINT64_C(0x9e3779b97f4a7c15)) & (k->words - 1);
}

static uint32_t shift_of(uint64_t hash, uint32_t i) {
  return 16 * i + 4 * (uint32_t)(hash >> 2 * i & 3);
}

static void halve(struct sketch *k) {
  for (uint32_t w = 0; w < k->words; w++) {
    k->word[w] = k->word[w] >> 1 & UINT64_C(0x7777777777777777);
  }
  k->uses /= 2;
}

void sketch_use(struct sketch *k, uint32_t item) {
  uint64_t hash = rng_mix(item);
  uint32_t grown = 0;
  for (uint32_t i = 0; i < 4; i++) {
    uint64_t *word = &k->word[word_of(k, hash, i)];
    uint32_t shift = shift_of(hash, i);
    if ((*word >> shift & 15) == 15) continue;
    *word += UINT64_C(1) << shift;
    grown = 1;
  }
  k->uses += grown;
  if (k->uses >= k->period) halve(k);
}

uint32_t sketch_uses(const struct sketch *k, uint32_t item) {
  uint64_t hash = rng_mix(item);
  uint32_t least = 15;
  for (uint32_t i = 0; i < 4; i++) {
    uint32_t uses = (uint32_t)(k->word[word_of(k, hash, i)] >> shift_of(hash, i) & 15);
    if (uses < least) least = uses;
  }
  return least;
}
