/* power_of_two: the least busy of `choices` different backends drawn at random (Mitzenmacher
 * 2001). With weights they are drawn, and compared, by weight (HAProxy's random). */
#include "algorithm.h"

/* Positions of candidates that were drawn, in ascending order. */
struct drawn {
  uint32_t n, at[ALGORITHM_MAX_CHOICES];
};

static void note(struct drawn *drawn, uint32_t position) {
  uint32_t k = drawn->n++;
  for (; k > 0 && drawn->at[k - 1] > position; k--) drawn->at[k] = drawn->at[k - 1];
  drawn->at[k] = position;
}

/* Among those not drawn yet. */
static uint32_t draw_equal(const struct candidates *c, const struct drawn *drawn,
                           struct draws *draws) {
  uint32_t position = (uint32_t)draws_below(draws, c->n - drawn->n);
  for (uint32_t k = 0; k < drawn->n && drawn->at[k] <= position; k++) position++;
  return position;
}

static uint32_t draw_weighted(const struct candidates *c, const double *weight,
                              const struct drawn *drawn, struct draws *draws) {
  double all = 0;
  for (uint32_t i = 0; i < c->n; i++) all += weight[c->which[i]];
  for (uint32_t k = 0; k < drawn->n; k++) all -= weight[c->which[drawn->at[k]]];
  double at = draws_unit(draws) * all;
  uint32_t last = 0;
  for (uint32_t i = 0, k = 0; i < c->n; i++) {
    if (k < drawn->n && drawn->at[k] == i) {
      k++;
      continue;
    }
    last = i;
    at -= weight[c->which[i]];
    if (at < 0) break;
  }
  return last;
}

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call;
  uint32_t choices = from->choices < c->n ? (uint32_t)from->choices : c->n;
  uint32_t best = UINT32_MAX;
  struct drawn drawn = {0};
  for (uint32_t i = 0; i < choices; i++) {
    uint32_t position =
        from->weight ? draw_weighted(c, from->weight, &drawn, draws) : draw_equal(c, &drawn, draws);
    note(&drawn, position);
    uint32_t candidate = c->which[position];
    bool less = best == UINT32_MAX ? true
                : from->weight     ? busy_with(from, candidate, 0) < busy_with(from, best, 0)
                                   : from->busy[candidate].active < from->busy[best].active;
    if (less) best = candidate;
  }
  return best;
}

const struct algorithm algorithm_power_of_two = {
    .name = "power_of_two", .weighs = true, .compares = COMPARES_CHOICES, .pick = pick};
