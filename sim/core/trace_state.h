/* What trace.c, which follows requests, and blame.c, which takes their latency apart, share. */
#ifndef TRACE_STATE_H
#define TRACE_STATE_H

#include "trace_keep.h"

struct traces {
  uint32_t spans, span_room, free_span;
  struct span *span; /* in `span_block`, from the beginning of a line on */
  void *span_block;
  uint32_t segments, segment_room, free_segment;
  struct segment *segment;
  uint32_t slots;
  uint32_t *span_of; /* by slot of a frame */
  struct blame *of;  /* by component */
  uint64_t *follow;  /* by component: blame->follow */
  uint32_t entries, entry_room;
  struct blame_entry *entry; /* of the request that is being taken apart */
  struct trace_keep *keep;   /* NULL: no whole traces are wanted */
};

/* Takes the request apart whose root span this is, and keeps it as a sample. */
void blame_add(struct sim *sim, struct blame *blame, uint32_t root, uint64_t hash, bool for_ever);

#endif
