/* The buckets of a histogram (hist.h) that are not empty, for those who keep many small parts of
 * one: a part touches few of the thousands. */
#ifndef SLOTS_H
#define SLOTS_H

#include <stdint.h>

#include "hist.h"

#define BUCKETS (HIST_OCTAVES * HIST_SUB)

struct slot {
  uint32_t bucket; /* octave * HIST_SUB + place in it: ascending as values are */
  uint64_t count;
};

static inline uint32_t bucket_of(uint64_t value) {
  uint32_t o = hist_octave_of(value);
  return o * HIST_SUB + (uint32_t)((value >> (o ? o - 1 : 0)) & (HIST_SUB - 1));
}

#endif
