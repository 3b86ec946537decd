/* Following some requests on their way: what each of their calls went through, and when.
 *
 * A followed request is a tree of spans, one a call. The root stands for the request as its source
 * sees it, from the intended send to the final answer; its children are the attempts. A span is cut
 * into segments without gaps: in the queue, in service, on the network and so on. While a call
 * waits for calls of its own, the segment is PART_WAIT, and what those calls went through explains
 * it.
 *
 * Which requests are followed depends on their key alone, so that two designs follow the same ones.
 * The number kept is bounded, and so is the number under way: once there are too many, every second
 * one is dropped, again by key.
 * Following schedules no events and draws no random numbers: the run is the same without it.
 *
 * A frame that belongs to a followed request has the flag CALL_TRACED; the hooks below cost one
 * test of it. Everything belongs to the simulation and ends with it. */
#ifndef TRACE_H
#define TRACE_H

#include "blame.h"
#include "sim.h"

#define NO_SPAN UINT32_MAX

struct segment {
  uint64_t from_ns;
  uint32_t next;   /* or NO_SPAN */
  uint32_t member; /* to whom the time belongs */
  float slow;      /* how many times as long as usual this takes */
  uint8_t part;
};

struct span {             /* fills one cache line */
  uint32_t slot, stamp;   /* of its frame; slot NONE: it has none (any more) */
  uint32_t parent;        /* NO_SPAN: the root of a request */
  uint32_t child, before; /* the child made last; the child of its parent made before this one */
  uint32_t maker, callee; /* members */
  uint32_t first, last;   /* segments */
  uint16_t depth;         /* of the root: 0 */
  uint8_t op;
  uint8_t outcome : 4;
  bool ended : 1;
  bool nobody : 1;   /* its callee was not up to take it */
  bool answered : 1; /* its maker heard the outcome, and did not give up */
  uint64_t from_ns, end_ns;
  uint64_t hash; /* of the root: the hash of the request's key, whatever attempt ends it */
};
static_assert(sizeof(struct span) == 64 && OUTCOMES < 1 << 4, "a span fills one cache line");

/* Calls nested deeper in a request are not followed: they count as other time of the caller. Spares
 * the stack of what walks the tree. */
#define TRACE_DEPTH 2000u

/* So many in all, shared by the sources, unless trace_limit says otherwise; but a source keeps at
 * least so many. */
#define TRACE_LIMIT 1024u
#define TRACE_LEAST 16u

/* With hundreds of sources fewer are followed for the sake of the slow and the failed ones, in the
 * end none: of each source as many as it keeps, and in all not more than this, are followed. */
#define TRACE_FOLLOWED 8192u

/* Keeps up to `limit` requests of each source; 0: follows none. Before the simulation has run. */
void trace_limit(struct sim *sim, uint32_t limit);

/* --- for the engine and for kinds that are sources ------------------------------------------- */

void traces_init(struct sim *sim);
void traces_free(struct sim *sim);
void traces_reset(struct sim *sim); /* end of warm-up */

/* An event for the frame waits until this member hangs no more. */
__attribute__((cold, noinline)) void trace_deferred(struct sim *sim, struct frame *call,
                                                    const struct member *member);

/* The callee is not up, and the call is about to be refused: by nobody, not by what is full. */
__attribute__((cold, noinline)) void trace_met_nobody(struct sim *sim, struct frame *call);

/* The followed requests of a component; NULL: it is no source. */
struct blame *trace_of(const struct sim *sim, const struct component *component);

/* Up to which hash its requests are followed: blame->follow, beside those of the other components,
 * so that with thousands of sources they stay in the cache. NULL: it is no source. */
const uint64_t *trace_follow_of(const struct sim *sim, const struct component *component);

__attribute__((cold, noinline)) void trace_begin_followed(struct sim *sim, struct member *source,
                                                          struct frame *call);

/* Spreads keys evenly over 64 bits (Fibonacci hashing, Knuth 6.4): of keys in a row, as requests
 * have them, every n-th comes below a limit of one n-th, without a period. */
static inline uint64_t trace_hash(uint64_t key) {
  return key * UINT64_C(0x9e3779b97f4a7c15);
}

/* Whether a request of a source will be followed; `follow` is that of the source's component. */
static inline bool trace_follows(const uint64_t *follow, uint64_t key) {
  return __builtin_expect(trace_hash(key) <= *follow, 0);
}

/* A new request of a source, whose key is set, is about to be sent. */
static inline void trace_begin(struct sim *sim, const uint64_t *follow, struct member *source,
                               struct frame *call) {
  if (trace_follows(follow, call->key)) trace_begin_followed(sim, source, call);
}

/* `call` is the next attempt at what `old` tried; it waits before it is sent. */
__attribute__((cold, noinline)) void trace_retry(struct sim *sim, const struct frame *old,
                                                 struct frame *call);

/* The request is over, with this attempt. */
__attribute__((cold, noinline)) void trace_request_end(struct sim *sim, const struct frame *call,
                                                       enum outcome outcome);

/* The run is over: requests that will never end have failed, and those that are still under way are
 * kept as such. Before anything is done with what was followed. */
void traces_finish(struct sim *sim);

/* An event of a followed call is near. */
void trace_prefetch(const struct sim *sim, const struct frame *call);

/* Hooks of call.c and fault.c. */
__attribute__((cold, noinline)) void trace_child(struct sim *sim, const struct frame *parent,
                                                 struct frame *call);
__attribute__((cold, noinline)) void trace_sent(struct sim *sim, struct frame *call);
__attribute__((cold, noinline)) void trace_answered(struct sim *sim, const struct frame *call,
                                                    enum outcome outcome);
__attribute__((cold, noinline)) void trace_ended(struct sim *sim, const struct frame *call,
                                                 enum outcome outcome);
/* A hang or a slowdown began or ended at a member that handles the frame. */
__attribute__((cold, noinline)) void trace_fault(struct sim *sim, struct frame *frame,
                                                 const struct member *member);

#endif
