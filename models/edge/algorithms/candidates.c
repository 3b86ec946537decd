/* What algorithms ask of candidates. */
#include "algorithm.h"

bool candidates_have(const struct candidates *c, uint32_t which) {
  uint32_t low = 0, high = c->n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (c->which[middle] < which) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < c->n && c->which[low] == which;
}

uint32_t candidates_at(const struct candidates *c, const double *weight, double u) {
  if (!weight) return c->which[(uint32_t)(u * c->n)];
  double all = 0;
  for (uint32_t i = 0; i < c->n; i++) all += weight[c->which[i]];
  double at = u * all;
  for (uint32_t i = 0; i + 1 < c->n; i++) {
    at -= weight[c->which[i]];
    if (at < 0) return c->which[i];
  }
  return c->which[c->n - 1];
}

/* --- several different ones ----------------------------------------------------------------- */

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

uint32_t draw_choices(const struct choosing *from, const struct candidates *c, struct draws *draws,
                      uint32_t *which) {
  uint32_t choices = from->choices < c->n ? (uint32_t)from->choices : c->n;
  struct drawn drawn = {0};
  for (uint32_t i = 0; i < choices; i++) {
    uint32_t position =
        from->weight ? draw_weighted(c, from->weight, &drawn, draws) : draw_equal(c, &drawn, draws);
    note(&drawn, position);
    which[i] = c->which[position];
  }
  return choices;
}

/* nginx's smooth weighted round robin: each gains its weight; the one that has most gets the call
 * and gives back what all of them gained. Weights 5, 1, 1 give a a b a c a a. */
uint32_t turn_by_weight(double *gained, const double *weight, const uint32_t *which, uint32_t n) {
  double all = 0;
  uint32_t best = UINT32_MAX;
  for (uint32_t i = 0; i < n; i++) {
    double own = weight_of(weight, which[i]);
    gained[which[i]] += own;
    all += own;
    if (best == UINT32_MAX || gained[which[i]] > gained[best]) best = which[i];
  }
  gained[best] -= all;
  return best;
}
