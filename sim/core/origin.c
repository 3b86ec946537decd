#include "origin.h"

#include "sim.h"
#include "trace_state.h"

static bool was_given_up(const struct span *span) {
  return !span->ended || span->outcome == OUTCOME_TIMEOUT;
}

/* The first sent of its calls that had not ended when it was given up. */
static uint32_t open_call(const struct traces *t, const struct span *span) {
  uint32_t found = NO_SPAN;
  for (uint32_t c = span->child; c != NO_SPAN; c = t->span[c].before) {
    const struct span *call = &t->span[c];
    if (call->ended && (!span->ended || call->end_ns < span->end_ns)) continue;
    if (found == NO_SPAN || call->from_ns <= t->span[found].from_ns) found = c;
  }
  return found;
}

/* Its call that ended last, if that one failed; of several at once, the one made first. */
static uint32_t failed_call(const struct traces *t, const struct span *span) {
  uint32_t last = NO_SPAN;
  for (uint32_t c = span->child; c != NO_SPAN; c = t->span[c].before) {
    const struct span *call = &t->span[c];
    if (!call->ended) continue;
    bool failed = call->outcome != OUTCOME_OK;
    bool later = last == NO_SPAN || call->end_ns > t->span[last].end_ns ||
                 (call->end_ns == t->span[last].end_ns && failed);
    if (later) last = c;
  }
  return last != NO_SPAN && t->span[last].outcome != OUTCOME_OK ? last : NO_SPAN;
}

/* What it did last; waiting for calls that are not followed is waiting for something unknown. */
static enum part last_part(const struct traces *t, const struct span *span) {
  if (span->last == NO_SPAN) return PART_OTHER;
  enum part part = (enum part)t->segment[span->last].part;
  return part < PARTS ? part : PART_OTHER;
}

struct origin origin_of(const struct sim *sim, uint32_t root) {
  const struct traces *t = sim->traces;
  const struct span *span = &t->span[root];
  /* The attempt made last is the one that the request failed with. */
  if (span->child != NO_SPAN) span = &t->span[span->child];
  for (;;) {
    uint32_t below = was_given_up(span) ? open_call(t, span) : failed_call(t, span);
    if (below == NO_SPAN) break;
    span = &t->span[below];
  }
  enum outcome cause = span->ended ? (enum outcome)span->outcome : OUTCOME_TIMEOUT;
  return (struct origin){
      .component = sim->member[span->callee].component->id,
      .cause = cause,
      .part = cause == OUTCOME_TIMEOUT ? last_part(t, span) : PART_OTHER,
  };
}
