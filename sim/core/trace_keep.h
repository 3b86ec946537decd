/* Whole traces of chosen requests: the slowest, those that failed, and a sample.
 *
 * Only on demand; every request must be followed to know which were the slowest of all. Of each
 * sort at most as many as asked for are kept: of the slowest the longest, of the failed ones the
 * first, of the sample those with the smallest hash of their key. The list survives the simulation.
 */
#ifndef TRACE_KEEP_H
#define TRACE_KEEP_H

#include "trace.h"

enum keep_reason { KEEP_SLOWEST, KEEP_FAILED, KEEP_SAMPLE, KEEP_REASONS };
extern const char *const keep_reason_name[KEEP_REASONS];

struct kept_segment {
  uint64_t from_ns, until_ns;
  uint32_t member;
  enum part part; /* or PART_WAIT */
};

/* Spans are in an order in which parents come first; span 0 is the request itself. */
struct kept_span {
  uint32_t parent;        /* index, or NO_SPAN */
  uint32_t maker, callee; /* members */
  uint64_t from_ns, until_ns;
  uint32_t first, n; /* segments */
  uint8_t op;
  enum outcome outcome;
  bool ended; /* else it still went on when the request was over */
};

struct kept_request {
  enum keep_reason reason;
  uint64_t hash, latency_ns, from_ns;
  uint32_t spans;
  struct kept_span *span;
  struct kept_segment *segment;
};

struct kept_member {
  uint32_t component, index; /* 1-based; 0: the only one */
};

struct trace_keep {
  uint32_t most; /* of each sort */
  uint32_t n[KEEP_REASONS];
  struct kept_request *request[KEEP_REASONS]; /* the slowest: longest first; else in time order */
  uint32_t members;
  struct kept_member *member; /* what the numbers of members above mean */
};

/* Before the simulation has run. `every`: follows every request from now on, so that the slowest of
 * all are kept; else those of the requests that are followed anyway. */
void trace_keep_begin(struct sim *sim, uint32_t most, bool every);

/* Hands the list over; NULL if none was asked for. */
struct trace_keep *trace_keep_take(struct sim *sim);
void trace_keep_free(struct trace_keep *keep);

/* For trace.c: a followed request has ended; its root span. */
void trace_keep_offer(struct sim *sim, uint32_t root, uint64_t hash);

#endif
