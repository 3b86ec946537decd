/* power_of_two: the least busy of `choices` different backends drawn at random (Mitzenmacher
 * 2001). */
#include "algorithm.h"

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call;
  uint32_t choices = from->choices < c->n ? (uint32_t)from->choices : c->n;
  uint32_t best = UINT32_MAX, drawn[ALGORITHM_MAX_CHOICES];
  for (uint32_t i = 0; i < choices; i++) {
    uint32_t position = (uint32_t)draws_below(draws, c->n - i); /* among those not drawn yet */
    uint32_t at = 0;
    for (; at < i && drawn[at] <= position; at++) position++;
    for (uint32_t k = i; k > at; k--) drawn[k] = drawn[k - 1];
    drawn[at] = position; /* kept sorted */
    uint32_t candidate = c->which[position];
    if (best == UINT32_MAX || from->busy[candidate].active < from->busy[best].active) {
      best = candidate;
    }
  }
  return best;
}

const struct algorithm algorithm_power_of_two = {
    .name = "power_of_two", .compares = COMPARES_CHOICES, .pick = pick};
