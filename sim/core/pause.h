/* Pauses that grow with each attempt: the value of a parameter. backoff.h draws them. */
#ifndef PAUSE_H
#define PAUSE_H

#include <stdbool.h>
#include <stdint.h>

enum jitter { JITTER_NONE, JITTER_FULL, JITTER_EQUAL, JITTER_DECORRELATED };

struct backoff {
  bool exponential;         /* else always base_ns */
  uint64_t base_ns, cap_ns; /* attempt k waits base * factor^(k-1), at most cap */
  double factor;
  enum jitter jitter;
};

#endif
