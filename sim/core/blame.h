/* Where the time of requests went: what is kept of the followed requests of one source.
 *
 * A sample is a request with its latency and its parts, which add up to that latency exactly. How
 * many are kept is bounded; who is kept depends on the request's key alone (a hash below a limit
 * that is halved when there are too many), so the samples are a fair choice of all requests, and
 * samples of several replications merge into one such choice in any order.
 *
 * Few of a fair choice are slow, and the slow ones matter most. So of the slow requests that ended
 * well more are kept: those of a latency from `cut_ns` on by a greater limit of the hash, `tail`.
 * Of requests as slow as that they are a fair choice again, so that with a weight, how many times
 * as often such a request is kept, quantiles and what lies about them follow from both
 * (stratified sampling; Cochran, "Sampling Techniques", 3rd ed., chapter 5).
 *
 * Where few fail, hardly any of a fair choice has failed. So of the failed ones more are kept, too:
 * all up to a limit of their own, `failed`, which is halved when there are too many. They are a
 * fair choice of those that failed. */
#ifndef BLAME_H
#define BLAME_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "part.h"

/* One thing about a request: time in a part at a component or on a path, calls between two
 * components, or that its failure began at a component. */
struct blame_entry {
  uint32_t component; /* or BLAME_PATH + the number of a path, of time alone */
  uint32_t other;     /* an enum part; BLAME_CALLS + the component called; a blame_origin */
  uint64_t value;     /* ns; calls << 32 | those of them that failed; 1 */
};
#define BLAME_CALLS 0x100u
#define BLAME_PATH 0x80000000u
#define BLAME_BEGAN 0x80000000u

/* How the failure of a request began at a component; or how it waits there, if it never ended. */
struct blame_origin {
  uint32_t caller; /* whose call it was; the component itself where none was sent */
  uint8_t cause;   /* enum outcome */
  uint8_t
      part; /* enum part: of a timeout what the request was doing there; of a full pool POOL; of
               a call that no rule or certificate lets pass NETWORK; of one that met nobody FAULT */
  bool for_ever; /* nobody would ever have given it up */
};

/* Callers beyond the bits that there are count as the last. */
#define BLAME_CALLERS 0x7ffffu

static inline uint32_t blame_origin_pack(struct blame_origin o) {
  uint32_t caller = o.caller < BLAME_CALLERS ? o.caller : BLAME_CALLERS;
  return BLAME_BEGAN | caller << 12 | (uint32_t)o.cause << 8 | (uint32_t)o.for_ever << 7 | o.part;
}

static inline struct blame_origin blame_origin_of(uint32_t other) {
  return (struct blame_origin){.caller = other >> 12 & BLAME_CALLERS,
                               .cause = other >> 8 & 15,
                               .part = other & 0x7f,
                               .for_ever = other >> 7 & 1};
}

/* The outcome of a sample that had not ended when the run did. */
#define BLAME_UNDER_WAY ((uint8_t)OUTCOMES)

struct blame_sample {
  uint64_t hash; /* of its key: who is kept when there are too many */
  uint64_t latency_ns;
  uint32_t first, n; /* its entries */
  uint8_t op, outcome;
};

/* The followed requests of one source that have ended and are kept. */
struct blame {
  uint64_t below;  /* the fair choice has a hash up to this; always 2^k - 1 */
  uint64_t tail;   /* the slow ones up to this; 2^k - 1, or less than `below`: the same as that */
  uint64_t failed; /* the failed ones up to this; 2^k - 1, and from `below` to `tail` in any case */
  uint64_t cut_ns; /* slow is a latency from here on; it only grows */
  uint64_t follow; /* requests with a hash up to this are followed: up to both, unless `all` */
  bool all;
  uint32_t live; /* followed requests that are not over */
  uint32_t samples, sample_room, entries, entry_room;
  uint32_t fair, limit; /* samples that are of the fair choice; so many at most */
  uint32_t beside;      /* samples that are kept for having failed alone */
  struct blame_sample *sample;
  struct blame_entry *entry;
  uint64_t mismatch; /* whose parts did not add up to the latency */
};

/* Whether a kept request is of the fair choice, and not kept for being slow or failed alone. */
static inline bool blame_is_fair(const struct blame *blame, const struct blame_sample *sample) {
  return sample->hash <= blame->below;
}

/* How many requests a kept one stands for, of those that ended well: 1 for a slow one. */
uint32_t blame_weight(const struct blame *blame, const struct blame_sample *sample);

/* The time that a kept request spent in parts at a component, on no path. */
static inline uint64_t blame_time_at(const struct blame *blame, const struct blame_sample *sample,
                                     uint32_t component) {
  uint64_t ns = 0;
  for (uint32_t i = 0; i < sample->n; i++) {
    const struct blame_entry *e = &blame->entry[sample->first + i];
    if (e->component == component && e->other < BLAME_CALLS) ns += e->value;
  }
  return ns;
}

void blame_free(struct blame *blame);
/* For each request of the fair choice at most 2^BLAME_TAIL_BITS are followed. */
#define BLAME_TAIL_BITS 2u

/* Empty; the fair choice begins with hashes up to `below`, 2^k - 1, and 2^tail_bits times as many
 * are followed for the sake of the slow and the failed ones. */
void blame_start(struct blame *blame, uint64_t below, uint32_t tail_bits);
/* Drops all samples with a greater hash than `below`, but for slow and failed ones. */
void blame_restrict(struct blame *blame, uint64_t below);
/* Follows half as many as now. */
void blame_halve(struct blame *blame);
/* Adds the samples of `from`; afterwards both limits hold. The result does not depend on the order
 * in which several are merged. */
void blame_merge(struct blame *into, const struct blame *from);

#endif
