#include "backoff.h"

/* Exponential growth and the jitters "full", "equal" and "decorrelated" as defined by M. Brooker,
 * "Exponential backoff and jitter", AWS Architecture Blog, 2015. */

static double grown(const struct backoff *b, uint64_t attempt) {
  double wait = (double)b->base_ns, cap = (double)b->cap_ns;
  if (b->exponential) {
    for (uint64_t i = 1; i < attempt && wait < cap; i++) wait *= b->factor;
  }
  return wait < cap ? wait : cap;
}

/* min(cap, uniform(base, 3 x the pause before)): the chain is drawn again from its beginning, so
 * nothing needs to be remembered between attempts. */
static double decorrelated(const struct backoff *b, struct draws *draws, uint64_t attempt) {
  double base = (double)b->base_ns, cap = (double)b->cap_ns, wait = base;
  for (uint64_t i = 0; i < attempt; i++) {
    double high = 3 * wait > base ? 3 * wait : base;
    wait = base + draws_unit(draws) * (high - base);
    if (wait > cap) wait = cap;
  }
  return wait;
}

uint64_t backoff_ns(const struct backoff *b, struct stream stream, uint64_t key, uint64_t attempt) {
  double wait = grown(b, attempt);
  struct draws draws = draws_begin(stream, key, 0);
  switch (b->jitter) {
    case JITTER_NONE:
      break;
    case JITTER_FULL:
      wait *= draws_unit(&draws);
      break;
    case JITTER_EQUAL:
      wait = wait / 2 + wait / 2 * draws_unit(&draws);
      break;
    case JITTER_DECORRELATED: {
      /* The key changes with each attempt only in its top bits; the chain is the request's. */
      struct draws chain = draws_begin(stream, key & ~(UINT64_C(63) << 58), 1);
      wait = decorrelated(b, &chain, attempt);
      break;
    }
  }
  return dist_whole(wait);
}

/* Decorrelated jitter never goes below its base. */
uint64_t backoff_least_ns(const struct backoff *b) {
  switch (b->jitter) {
    case JITTER_NONE:
    case JITTER_DECORRELATED:
      return b->base_ns;
    case JITTER_EQUAL:
      return b->base_ns / 2;
    case JITTER_FULL:
      return 0;
  }
  return 0;
}
