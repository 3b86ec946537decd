#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "call.h"
#include "outline.h"
#include "stranded.h"
#include "trace_state.h"

/* --- pools ---------------------------------------------------------------------------------- */

static __attribute__((noinline)) void grow_spans(struct traces *t) {
  t->span_room = t->span_room ? 2 * t->span_room : 256;
  char *block = mem_grow(NULL, t->span_room + 1, sizeof *t->span,
                         "calls of requests that are followed", "make fewer calls a request");
  struct span *span = (void *)(block + (64 - (uintptr_t)block % 64) % 64);
  if (t->spans > 0) memcpy(span, t->span, t->spans * sizeof *span);
  free(t->span_block);
  t->span_block = block;
  t->span = span;
}

static uint32_t new_span(struct traces *t) {
  uint32_t index = t->free_span;
  if (index != NO_SPAN) {
    t->free_span = t->span[index].before;
    return index;
  }
  if (t->spans == t->span_room) grow_spans(t);
  return t->spans++;
}

static uint32_t new_segment(struct traces *t) {
  uint32_t index = t->free_segment;
  if (index != NO_SPAN) {
    t->free_segment = t->segment[index].next;
    return index;
  }
  if (t->segments == t->segment_room) {
    t->segment_room = t->segment_room ? 2 * t->segment_room : 1024;
    t->segment = mem_grow(t->segment, t->segment_room, sizeof *t->segment,
                          "parts of requests that are followed", "make fewer calls a request");
  }
  return t->segments++;
}

/* Leaves the numbers of spans of frames that still run behind; span_at notices. */
static void release(struct traces *t, uint32_t index) {
  for (uint32_t child = t->span[index].child; child != NO_SPAN;) {
    uint32_t before = t->span[child].before;
    release(t, child);
    child = before;
  }
  struct span *span = &t->span[index];
  t->segment[span->last].next = t->free_segment;
  t->free_segment = span->first;
  span->slot = SLOT_NONE;
  span->ended = true;
  span->before = t->free_span;
  t->free_span = index;
}

/* --- frames and their spans ------------------------------------------------------------------- */

enum { LEAST_SLOTS = 4096 }; /* that span_of begins with */

static void remember(struct traces *t, uint32_t slot, uint32_t index) {
  if (slot >= t->slots) {
    uint32_t old = t->slots;
    while (slot >= t->slots) t->slots = t->slots ? 2 * t->slots : LEAST_SLOTS;
    t->span_of = mem_resize(t->span_of, t->slots * sizeof *t->span_of);
    memset(t->span_of + old, 0xff, (t->slots - old) * sizeof *t->span_of);
  }
  t->span_of[slot] = index;
}

/* The span of a frame, or NO_SPAN: its request is over. */
static uint32_t span_at(const struct sim *sim, const struct frame *frame) {
  const struct traces *t = sim->traces;
  uint32_t slot = frame_slot(sim, frame);
  uint32_t index = slot < t->slots ? t->span_of[slot] : NO_SPAN;
  if (index == NO_SPAN) return NO_SPAN;
  const struct span *span = &t->span[index];
  return span->slot == slot && span->stamp == frame->stamp ? index : NO_SPAN;
}

void trace_prefetch(const struct sim *sim, const struct frame *call) {
  const struct traces *t = sim->traces;
  uint32_t slot = frame_slot(sim, call), index = slot < t->slots ? t->span_of[slot] : NO_SPAN;
  if (index == NO_SPAN) return;
  __builtin_prefetch(&t->span[index], 1);
}

static uint32_t add_span(struct traces *t, uint32_t parent, struct span span, enum part part) {
  uint32_t index = new_span(t), segment = new_segment(t);
  span.parent = parent;
  span.child = NO_SPAN;
  span.before = parent == NO_SPAN ? NO_SPAN : t->span[parent].child;
  span.first = span.last = segment;
  t->segment[segment] = (struct segment){.from_ns = span.from_ns,
                                         .next = NO_SPAN,
                                         .member = span.callee,
                                         .slow = 1,
                                         .part = (uint8_t)part};
  t->span[index] = span;
  if (parent != NO_SPAN) t->span[parent].child = index;
  return index;
}

static uint32_t add_call(struct sim *sim, uint32_t parent, struct frame *call, enum part part) {
  struct traces *t = sim->traces;
  uint32_t maker = t->span[parent].callee, slot = frame_slot(sim, call);
  struct span span = {.slot = slot,
                      .stamp = call->stamp,
                      .maker = maker,
                      .callee = maker,
                      .from_ns = sim->now_ns,
                      .depth = (uint16_t)(t->span[parent].depth + 1),
                      .op = call->op};
  uint32_t index = add_span(t, parent, span, part);
  call->flags |= CALL_TRACED;
  remember(t, slot, index);
  return index;
}

/* To whom the time in a part belongs: pauses before a call is sent are its maker's. */
static void begin_segment(struct sim *sim, struct span *span, enum part part, uint32_t member,
                          double slow) {
  struct traces *t = sim->traces;
  struct segment *last = &t->segment[span->last];
  if (last->part == part && last->member == member && last->slow == (float)slow) return;
  if (last->from_ns != sim->now_ns) {
    uint32_t next = new_segment(t);
    t->segment[span->last].next = next;
    span->last = next;
    last = &t->segment[next];
  }
  *last = (struct segment){.from_ns = sim->now_ns,
                           .next = NO_SPAN,
                           .member = member,
                           .slow = (float)slow,
                           .part = (uint8_t)part};
}

static struct span *open_span(struct sim *sim, struct frame *frame) {
  uint32_t index = span_at(sim, frame);
  if (index == NO_SPAN) {
    frame->flags &= (uint8_t)~CALL_TRACED;
    return NULL;
  }
  struct span *span = &sim->traces->span[index];
  return span->ended ? NULL : span;
}

/* What this call goes through is what the one on whose behalf it is made waits for. */
static void maker_waits(struct sim *sim, const struct span *span) {
  if (span->parent == NO_SPAN) return;
  struct span *parent = &sim->traces->span[span->parent];
  if (!parent->ended) begin_segment(sim, parent, PART_WAIT, parent->callee, 1);
}

void trace_mark_followed(struct sim *sim, struct frame *frame, enum part part) {
  struct span *span = open_span(sim, frame);
  if (!span) return;
  double slow = part == PART_SERVICE ? sim->member[span->callee].slow : 1;
  begin_segment(sim, span, part, span->callee, slow);
  if (part == PART_POOL || part == PART_BATCH) maker_waits(sim, span);
}

void trace_fault(struct sim *sim, struct frame *frame, const struct member *member) {
  struct span *span = open_span(sim, frame);
  if (!span) return;
  if (member->hung) {
    begin_segment(sim, span, PART_FAULT, member->id, 1);
    return;
  }
  switch (frame_state(frame)) {
    case FRAME_QUEUED:
      begin_segment(sim, span, PART_QUEUE, member->id, 1);
      return;
    case FRAME_WORKING:
    case FRAME_SHARING:
      begin_segment(sim, span, PART_SERVICE, member->id, member->slow);
      return;
    case FRAME_SLEEPING:
      begin_segment(sim, span, PART_SLEEP, member->id, 1);
      return;
    case FRAME_WAITING:
      begin_segment(sim, span, PART_WAIT, member->id, 1);
      return;
    case FRAME_FREE:
    case FRAME_MADE:
    case FRAME_TRAVELLING:
    case FRAME_HELD_UP:
    case FRAME_RESETTING:
    case FRAME_REPLYING:
    case FRAME_LOST:
    case FRAME_STATES:
      return;
  }
}

void trace_child(struct sim *sim, const struct frame *parent, struct frame *call) {
  struct traces *t = sim->traces;
  uint32_t index = span_at(sim, parent);
  call->flags &= (uint8_t)~CALL_TRACED;
  if (index == NO_SPAN || t->span[index].ended) return;
  struct span *span = &t->span[index];
  if (span->depth >= TRACE_DEPTH) {
    begin_segment(sim, span, PART_WAIT, span->callee, 1);
    return;
  }
  add_call(sim, index, call, PART_OTHER);
}

void trace_sent(struct sim *sim, struct frame *call) {
  struct span *span = open_span(sim, call);
  if (!span) return;
  span->callee = frame_callee(call);
  begin_segment(sim, span, PART_NETWORK, span->callee, 1);
  maker_waits(sim, span);
}

void trace_deferred(struct sim *sim, struct frame *call, const struct member *member) {
  struct span *span = open_span(sim, call);
  if (span) begin_segment(sim, span, PART_FAULT, member->id, 1);
}

void trace_met_nobody(struct sim *sim, struct frame *call) {
  struct span *span = open_span(sim, call);
  if (span) span->nobody = true;
}

void trace_ended(struct sim *sim, const struct frame *call, enum outcome outcome) {
  uint32_t index = span_at(sim, call);
  if (index == NO_SPAN || sim->traces->span[index].ended) return;
  struct span *span = &sim->traces->span[index];
  span->ended = true;
  span->end_ns = sim->now_ns;
  span->outcome = (uint8_t)outcome;
}

void trace_answered(struct sim *sim, const struct frame *call, enum outcome outcome) {
  uint32_t index = span_at(sim, call);
  if (index != NO_SPAN && !sim->traces->span[index].ended) sim->traces->span[index].answered = true;
  trace_ended(sim, call, outcome);
}

/* --- requests --------------------------------------------------------------------------------- */

/* So many followed requests of a source may be under way for each that it keeps. */
#define LIVE_FACTOR 4

static bool is_live_request(const struct span *span) {
  return span->parent == NO_SPAN && !span->ended;
}

/* Who is followed may have changed. */
static void note_follow(struct traces *t, const struct component *source) {
  t->follow[source->id] = t->of[source->id].follow;
}

/* There are too many under way: every second one is dropped. */
static __attribute__((noinline)) void follow_fewer(struct sim *sim, const struct component *source,
                                                   struct blame *blame) {
  struct traces *t = sim->traces;
  blame_halve(blame);
  note_follow(t, source);
  for (uint32_t i = 0; i < t->spans; i++) {
    const struct span *root = &t->span[i];
    if (!is_live_request(root) || root->hash <= blame->follow) continue;
    if (sim->member[root->callee].component != source) continue;
    release(t, i);
    blame->live--;
  }
}

void trace_begin_followed(struct sim *sim, struct member *source, struct frame *call) {
  struct blame *blame = trace_of(sim, source->component);
  while (blame->live >= LIVE_FACTOR * blame->limit && blame->below > 0 && !blame->all) {
    follow_fewer(sim, source->component, blame);
  }
  if (trace_hash(call->key) > blame->follow) return;
  blame->live++;
  struct span root = {.slot = SLOT_NONE,
                      .maker = source->id,
                      .callee = source->id,
                      .from_ns = call->sent_ns,
                      .hash = trace_hash(call->key),
                      .op = call->op};
  uint32_t index = add_span(sim->traces, NO_SPAN, root, PART_WAIT);
  add_call(sim, index, call, PART_OTHER);
}

void trace_retry(struct sim *sim, const struct frame *old, struct frame *call) {
  uint32_t index = span_at(sim, old);
  if (index != NO_SPAN) add_call(sim, sim->traces->span[index].parent, call, PART_BACKOFF);
}

static void end_request(struct sim *sim, uint32_t root, enum outcome outcome, bool for_ever) {
  struct traces *t = sim->traces;
  struct span *span = &t->span[root];
  span->ended = true;
  span->end_ns = sim->now_ns;
  span->outcome = (uint8_t)outcome;
  const struct member *source = &sim->member[span->callee];
  uint64_t hash = span->hash;
  struct blame *blame = trace_of(sim, source->component);
  blame_add(sim, blame, root, hash, for_ever);
  note_follow(t, source->component);
  blame->live--;
  if (__builtin_expect(t->keep != NULL, 0) && outcome != OUTCOMES)
    trace_keep_offer(sim, root, hash);
  release(t, root);
}

void trace_request_end(struct sim *sim, const struct frame *call, enum outcome outcome) {
  uint32_t index = span_at(sim, call);
  if (index != NO_SPAN) end_request(sim, sim->traces->span[index].parent, outcome, false);
}

void traces_finish(struct sim *sim) {
  struct traces *t = sim->traces;
  struct stranded lost = sim_stranded(sim);
  for (uint32_t i = 0; i < lost.n; i++) {
    uint32_t index = span_at(sim, lost.root[i]);
    if (index != NO_SPAN) end_request(sim, t->span[index].parent, lost.cause[i], true);
  }
  free(lost.root);
  free(lost.cause);
  for (uint32_t i = 0; i < t->spans; i++) {
    if (is_live_request(&t->span[i])) end_request(sim, i, OUTCOMES, false);
  }
}

/* --- life ------------------------------------------------------------------------------------- */

struct blame *trace_of(const struct sim *sim, const struct component *component) {
  return component->kind->is_source ? &sim->traces->of[component->id] : NULL;
}

const uint64_t *trace_follow_of(const struct sim *sim, const struct component *component) {
  return component->kind->is_source ? &sim->traces->follow[component->id] : NULL;
}

static uint32_t count_sources(const struct sim *sim) {
  uint32_t sources = 0;
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    sources += sim->spec->component[c].kind->is_source;
  }
  return sources;
}

void traces_init(struct sim *sim) {
  struct traces *t = sim->traces = arena_lines(sim->arena, 1, sizeof *t);
  t->free_span = t->free_segment = NO_SPAN;
  t->of = arena_lines(sim->arena, sim->spec->components, sizeof *t->of);
  t->follow = arena_lines(sim->arena, sim->spec->components, sizeof *t->follow);
  uint32_t sources = count_sources(sim), limit = sources ? TRACE_LIMIT / sources : 0;
  trace_limit(sim, limit > TRACE_LEAST ? limit : TRACE_LEAST);
}

/* Requests of a source in the measured time; 0: not known beforehand. */
static double expected(const struct sim *sim, const struct component *source, struct arena *arena) {
  double per_s = 0;
  if (!source->kind->is_source || !source->kind->outline) return 0;
  for (uint32_t op = 0; op < sim->spec->ops; op++) {
    struct outline outline;
    outline_begin(&outline, arena);
    source->kind->outline(sim->spec, source->spec, (int)op, &outline);
    const struct outline_source *from = &outline.source;
    bool varies = from->peak_per_s > 0 || from->profile || from->holds_back || from->ends_ns;
    if (from->users > 0 || (from->share > 0 && (varies || !(from->rate_per_s > 0)))) return 0;
    per_s += from->rate_per_s * source->members;
  }
  return sim->end_ns > sim->warmup_ns ? per_s * (double)(sim->end_ns - sim->warmup_ns) / 1e9 : 0;
}

/* Spares the work of following those that would be dropped later: as many as are kept, or up to
 * twice as many, are left. */
static uint64_t first_limit(double requests, uint32_t limit) {
  uint64_t below = UINT64_MAX;
  for (; requests >= 2.0 * limit && below > 0; requests /= 2) below /= 2;
  return below;
}

static uint32_t tail_bits(const struct sim *sim, uint32_t limit) {
  uint64_t followed = (uint64_t)count_sources(sim) * limit;
  uint32_t bits = BLAME_TAIL_BITS;
  while (bits > 0 && followed << bits > TRACE_FOLLOWED) bits--;
  return bits;
}

void trace_limit(struct sim *sim, uint32_t limit) {
  struct arena *arena = arena_new();
  uint32_t bits = tail_bits(sim, limit);
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    struct blame *blame = &sim->traces->of[c];
    *blame = (struct blame){.below = 0, .limit = limit};
    double requests = limit > 0 ? expected(sim, &sim->component[c], arena) : 0;
    if (limit > 0) blame_start(blame, first_limit(requests, limit), bits);
    note_follow(sim->traces, &sim->component[c]);
  }
  arena_free(arena);
}

void traces_reset(struct sim *sim) {
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    struct blame *blame = &sim->traces->of[c];
    blame->samples = blame->entries = blame->fair = blame->beside = 0;
    blame->cut_ns = 0;
    blame->failed = blame->tail;
    blame->mismatch = 0;
  }
}

void traces_free(struct sim *sim) {
  struct traces *t = sim->traces;
  for (uint32_t c = 0; c < sim->spec->components; c++) blame_free(&t->of[c]);
  free(t->span_block);
  free(t->segment);
  free(t->span_of);
  free(t->entry);
  trace_keep_free(t->keep);
}
