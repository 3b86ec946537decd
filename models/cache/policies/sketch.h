/* A sketch of how often keys were asked for lately: four counters of four bits a key, shared by
 * chance, of which the least counts. After ten times as many uses as there are entries all are
 * halved (Einziger, Friedman, Manes, TinyLFU, ACM Transactions on Storage, 2017; the sizes are
 * those of Caffeine). */
#ifndef SKETCH_H
#define SKETCH_H

#include <stdint.h>

struct sketch {
  uint64_t *word; /* of 16 counters; a power of 2 of them */
  uint32_t words, uses, period;
};

/* For so many entries; what was known is forgotten. */
void sketch_resize(struct sketch *sketch, uint64_t entries);
void sketch_free(struct sketch *sketch);
void sketch_clear(struct sketch *sketch);

void sketch_use(struct sketch *sketch, uint32_t item);
uint32_t sketch_uses(const struct sketch *sketch, uint32_t item); /* 0 .. 15 */

#endif
