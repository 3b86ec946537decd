/* Zipf-distributed ranks in O(1) a draw: P(rank = k) is proportional to k^-s, k = 1..n.
 *
 * Rejection-inversion (Hoermann and Derflinger 1996) for any n and s >= 0; needs no table, so one
 * million keys cost nothing to set up. */
#ifndef ZIPF_H
#define ZIPF_H

#include <stdint.h>

#include "rng.h"

struct zipf {
  uint64_t n;
  double s, h_x1, h_n, shortcut;
};

void zipf_init(struct zipf *zipf, uint64_t n, double s); /* n >= 1, s >= 0 (0 is uniform) */
uint64_t zipf_draw(const struct zipf *zipf, struct draws *draws); /* 1 .. n */

#endif
