#include "blame.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "network.h"
#include "trace_state.h"

/* --- taking a request apart ----------------------------------------------------------------- */

static struct blame_entry *entry_for(struct traces *t, uint32_t component, uint32_t other) {
  for (uint32_t i = 0; i < t->entries; i++) {
    struct blame_entry *e = &t->entry[i];
    if (e->component == component && e->other == other) return e;
  }
  if (t->entries == t->entry_room) {
    t->entry_room = t->entry_room ? 2 * t->entry_room : 32;
    t->entry = mem_resize(t->entry, t->entry_room * sizeof *t->entry);
  }
  t->entry[t->entries] = (struct blame_entry){component, other, 0};
  return &t->entry[t->entries++];
}

static void add_time(struct sim *sim, uint32_t member, enum part part, uint64_t ns) {
  if (ns == 0) return;
  entry_for(sim->traces, sim->member[member].component->id, part)->value += ns;
}

/* Whose messages they are: who was told a name by what made the call (call_sender) sends them. */
static const struct member *sender_of(const struct sim *sim, const struct span *span) {
  while (sim->member[span->maker].kind->by_name && span->parent != NO_SPAN) {
    span = &sim->traces->span[span->parent];
  }
  return &sim->member[span->maker];
}

/* Of a message under way between who made the call and who was called: the path's, not theirs. */
static void add_time_under_way(struct sim *sim, const struct span *span, enum part part,
                               uint64_t ns) {
  const struct member *to = &sim->member[span->callee];
  uint32_t path = network_path_between(sim, sender_of(sim, span), to);
  if (path == REF_NONE) {
    add_time(sim, span->callee, part, ns);
  } else {
    if (part == PART_RETURN) part = PART_NETWORK; /* there and back it is the same path */
    entry_for(sim->traces, BLAME_PATH + path, part)->value += ns;
  }
}

/* Of an attempt that failed, and was followed by another one, all time counts as lost on retrying,
 * but for what already has a name of that sort. */
static enum part as_retry(enum part part, bool failed) {
  return !failed || part_defs[part].keeps ? part : PART_RETRY;
}

static void resolve(struct sim *sim, uint32_t index, uint64_t from, uint64_t to, bool failed);

/* Of the calls that a span made, the one that explains the moment before `to`: it ended last; of
 * those that had not ended it was sent first. */
static uint32_t explains(const struct traces *t, uint32_t index, uint64_t from, uint64_t to) {
  uint32_t best = NO_SPAN;
  uint64_t best_end = 0;
  bool best_exact = false;
  for (uint32_t c = t->span[index].child; c != NO_SPAN; c = t->span[c].before) {
    const struct span *child = &t->span[c];
    if (child->from_ns >= to) continue;
    uint64_t end = child->ended && child->end_ns < to ? child->end_ns : to;
    bool exact = child->ended && child->end_ns <= to;
    if (end <= from || end < best_end) continue;
    if (end == best_end && (best_exact || !exact)) {
      /* Two calls that ended at once, or neither did: the one sent first was waited for longest. */
      if (best_exact != exact || child->from_ns >= t->span[best].from_ns) continue;
    }
    best = c;
    best_end = end;
    best_exact = exact;
  }
  return best;
}

/* Backwards in time: what was waited for last, what before that was sent, and so on. */
static void resolve_wait(struct sim *sim, uint32_t index, uint64_t from, uint64_t to, bool failed) {
  const struct traces *t = sim->traces;
  uint64_t at = to;
  while (at > from) {
    uint32_t c = explains(t, index, from, at);
    uint32_t self = t->span[index].callee;
    if (c == NO_SPAN) {
      add_time(sim, self, as_retry(PART_OTHER, failed), at - from);
      return;
    }
    const struct span *child = &t->span[c];
    uint64_t end = child->ended && child->end_ns < at ? child->end_ns : at;
    uint64_t begin = child->from_ns > from ? child->from_ns : from;
    add_time(sim, self, as_retry(PART_OTHER, failed), at - end);
    bool tried_again = child->ended && child->outcome != OUTCOME_OK && end < to;
    resolve(sim, c, begin, end, failed || tried_again);
    at = begin;
  }
}

static void add_segment(struct sim *sim, const struct span *span, const struct segment *s,
                        uint64_t ns, bool failed) {
  enum part part = (enum part)s->part;
  if (part == PART_SERVICE && s->slow > 1) {
    uint64_t usual = dist_whole((double)ns / (double)s->slow);
    add_time(sim, s->member, PART_FAULT, ns - usual);
    ns = usual;
  }
  part = as_retry(part, failed);
  if (part_defs[part].of_path) {
    add_time_under_way(sim, span, part, ns);
  } else {
    add_time(sim, s->member, part, ns);
  }
}

/* What a call went through from one moment to another, both within its life. */
static void resolve(struct sim *sim, uint32_t index, uint64_t from, uint64_t to, bool failed) {
  const struct traces *t = sim->traces;
  for (uint32_t i = t->span[index].first; i != NO_SPAN; i = t->segment[i].next) {
    const struct segment *s = &t->segment[i];
    uint64_t end = s->next == NO_SPAN ? to : t->segment[s->next].from_ns;
    uint64_t a = s->from_ns > from ? s->from_ns : from, b = end < to ? end : to;
    if (a >= b) continue;
    if (s->part == PART_WAIT) {
      resolve_wait(sim, index, a, b, failed);
    } else {
      add_segment(sim, &t->span[index], s, b - a, failed);
    }
  }
}

static void count_calls(struct sim *sim, uint32_t index) {
  struct traces *t = sim->traces;
  const struct span *span = &t->span[index];
  for (uint32_t c = span->child; c != NO_SPAN; c = t->span[c].before) {
    const struct span *child = &t->span[c];
    if (child->callee != child->maker) { /* it was sent */
      uint32_t from = sim->member[child->maker].component->id;
      uint32_t to = sim->member[child->callee].component->id;
      bool bad = child->ended && child->outcome != OUTCOME_OK;
      entry_for(t, from, BLAME_CALLS + to)->value += (UINT64_C(1) << 32) + bad;
    }
    count_calls(sim, c);
  }
}

/* --- where a failure began ------------------------------------------------------------------ */

static_assert(OUTCOMES < 16 && PARTS < 128, "an origin fits into an entry");

struct origin {
  uint32_t component; /* that was called; for a call that was never sent, its maker */
  struct blame_origin how;
};

/* An answer may say that something further down took too long, which is no giving up. */
static bool was_given_up(const struct span *span) {
  return !span->ended || (span->outcome == OUTCOME_TIMEOUT && !span->answered);
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

/* What it did last, without the way back of an answer that it was too late, or is not sent; waiting
 * for calls that are not followed is waiting for something unknown. */
static enum part last_part(const struct traces *t, const struct span *span) {
  uint32_t last = span->last;
  if (last == NO_SPAN) return PART_OTHER;
  bool back = t->segment[last].part == PART_RETURN && last != span->first;
  bool by_itself = span->callee == span->maker;
  if (back && span->answered && (by_itself || span->outcome == OUTCOME_TIMEOUT)) {
    last = span->first;
    while (t->segment[last].next != span->last) last = t->segment[last].next;
  }
  enum part part = (enum part)t->segment[last].part;
  return part < PARTS ? part : PART_OTHER;
}

/* Of a request that has failed and whose root span this is. A failed call is followed down to the
 * last of its own calls that failed, unless one that went well ended after it; a call that was
 * given up, to a call of its own that had not ended. */
static struct origin origin_of(const struct sim *sim, uint32_t root) {
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
  bool unsent = span->callee == span->maker;
  enum part last = last_part(t, span);
  bool blocked = cause == OUTCOME_DENIED && (last == PART_NETWORK || last == PART_CONNECT);
  enum part part = cause == OUTCOME_TIMEOUT || blocked  ? last
                   : cause == OUTCOME_REFUSED && unsent ? (last == PART_SESSION ? last : PART_POOL)
                   : span->nobody                       ? PART_FAULT
                                                        : PART_OTHER;
  return (struct origin){.component = sim->member[span->callee].component->id,
                         .how = {.caller = sim->member[span->maker].component->id,
                                 .cause = (uint8_t)cause,
                                 .part = (uint8_t)part}};
}

/* --- samples -------------------------------------------------------------------------------- */

static bool has_failed(const struct blame_sample *sample) {
  return sample->outcome != OUTCOME_OK && sample->outcome != BLAME_UNDER_WAY;
}

static bool is_beside(const struct blame *b, const struct blame_sample *sample) {
  return has_failed(sample) && !blame_is_fair(b, sample);
}

static void add_sample(struct blame *b, struct blame_sample sample,
                       const struct blame_entry *entry) {
  if (b->samples == b->sample_room) {
    b->sample_room = b->sample_room ? 2 * b->sample_room : 64;
    b->sample = mem_resize(b->sample, b->sample_room * sizeof *b->sample);
  }
  if (b->entries + sample.n > b->entry_room) {
    while (b->entries + sample.n > b->entry_room) {
      b->entry_room = b->entry_room ? 2 * b->entry_room : 256;
    }
    b->entry = mem_resize(b->entry, b->entry_room * sizeof *b->entry);
  }
  sample.first = b->entries;
  if (sample.n) memcpy(b->entry + b->entries, entry, sample.n * sizeof *entry);
  b->entries += sample.n;
  b->sample[b->samples++] = sample;
  b->fair += sample.hash <= b->below;
  b->beside += is_beside(b, &sample);
}

static uint64_t tail_of(const struct blame *b) {
  return b->tail > b->below ? b->tail : b->below;
}

static uint64_t failed_of(const struct blame *b) {
  uint64_t tail = tail_of(b);
  if (b->failed <= b->below) return b->below;
  return b->failed < tail ? b->failed : tail;
}

static uint64_t widened(uint64_t below, uint32_t bits) {
  for (; bits > 0; bits--) below = below > UINT64_MAX / 2 ? UINT64_MAX : 2 * below + 1;
  return below;
}

/* Both limits are 2^k - 1. */
uint32_t blame_weight(const struct blame *b, const struct blame_sample *sample) {
  if (sample->latency_ns >= b->cut_ns) return 1;
  return 1u << (__builtin_popcountll(tail_of(b)) - __builtin_popcountll(b->below));
}

static bool is_kept(const struct blame *b, const struct blame_sample *s) {
  if (s->hash <= b->below) return true;
  if (has_failed(s)) return s->hash <= failed_of(b);
  return s->outcome == OUTCOME_OK && s->hash <= tail_of(b) && s->latency_ns >= b->cut_ns;
}

/* Drops what is to be kept no more. */
static void sift(struct blame *b) {
  uint32_t kept = 0, entries = 0;
  b->fair = b->beside = 0;
  for (uint32_t i = 0; i < b->samples; i++) {
    struct blame_sample s = b->sample[i];
    if (!is_kept(b, &s)) continue;
    if (s.n) memmove(b->entry + entries, b->entry + s.first, s.n * sizeof *b->entry);
    s.first = entries;
    entries += s.n;
    b->fair += s.hash <= b->below;
    b->beside += is_beside(b, &s);
    b->sample[kept++] = s;
  }
  b->samples = kept;
  b->entries = entries;
  if (!b->all) b->follow = tail_of(b);
}

static void restrict_to(struct blame *b, uint64_t below, uint64_t tail, uint64_t failed) {
  if (tail > tail_of(b)) tail = tail_of(b);
  if (failed < failed_of(b)) b->failed = failed;
  if (below < b->below) b->below = below;
  uint64_t widest = widened(b->below, BLAME_TAIL_BITS);
  b->tail = tail < widest ? tail : widest;
}

void blame_start(struct blame *b, uint64_t below, uint32_t tail_bits) {
  b->below = below;
  b->tail = b->failed = b->follow = widened(below, tail_bits);
}

void blame_restrict(struct blame *b, uint64_t below) {
  if (below >= b->below) return;
  restrict_to(b, below, tail_of(b), failed_of(b));
  sift(b);
}

void blame_halve(struct blame *b) {
  if (tail_of(b) == b->below) {
    blame_restrict(b, b->below / 2);
    return;
  }
  b->tail = tail_of(b) / 2;
  sift(b);
}

static int by_ns(const void *left, const void *right) {
  const uint64_t *a = left, *b = right;
  return (*a > *b) - (*a < *b);
}

/* Slow are from now on about half as many as now. */
static void raise_cut(struct blame *b) {
  uint64_t *ns = mem_alloc((b->samples + 1) * sizeof *ns);
  uint32_t n = 0;
  for (uint32_t i = 0; i < b->samples; i++) {
    const struct blame_sample *s = &b->sample[i];
    if (!blame_is_fair(b, s) && !has_failed(s)) ns[n++] = s->latency_ns;
  }
  qsort(ns, n, sizeof *ns, by_ns);
  b->cut_ns = ns[n / 2] + 1;
  free(ns);
  sift(b);
}

static void keep_fewer_failed(struct blame *b) {
  b->failed = failed_of(b) / 2;
  sift(b);
}

static void thin_out(struct blame *b) {
  while (b->fair > b->limit && b->below > 0) blame_restrict(b, b->below / 2);
}

/* As most replications do, so that what was merged before need not be looked at again. */
static bool keeps_the_same(const struct blame *b, const struct blame *before) {
  return b->below == before->below && tail_of(b) == tail_of(before) &&
         failed_of(b) == failed_of(before) && b->cut_ns == before->cut_ns;
}

void blame_merge(struct blame *into, const struct blame *from) {
  const struct blame before = *into;
  restrict_to(into, from->below, tail_of(from), failed_of(from));
  if (from->cut_ns > into->cut_ns) into->cut_ns = from->cut_ns;
  if (!keeps_the_same(into, &before)) sift(into);
  for (uint32_t i = 0; i < from->samples; i++) {
    const struct blame_sample *s = &from->sample[i];
    if (is_kept(into, s)) add_sample(into, *s, from->entry + s->first);
  }
  into->mismatch += from->mismatch;
  thin_out(into);
}

void blame_free(struct blame *b) {
  free(b->sample);
  free(b->entry);
  *b = (struct blame){0};
}

void blame_add(struct sim *sim, struct blame *blame, uint32_t root, uint64_t hash, bool for_ever) {
  struct traces *t = sim->traces;
  const struct span *span = &t->span[root];
  uint64_t latency_ns = span->end_ns - span->from_ns, sum_ns = 0;
  struct blame_sample sample = {
      .hash = hash, .latency_ns = latency_ns, .op = span->op, .outcome = span->outcome};
  if (!is_kept(blame, &sample)) return;
  t->entries = 0;
  resolve(sim, root, span->from_ns, span->end_ns, false);
  for (uint32_t i = 0; i < t->entries; i++) sum_ns += t->entry[i].value;
  blame->mismatch += sum_ns != latency_ns;
  count_calls(sim, root);
  if (span->outcome != OUTCOME_OK) {
    struct origin o = origin_of(sim, root);
    o.how.for_ever = for_ever;
    entry_for(t, o.component, blame_origin_pack(o.how))->value++;
  }
  sample.n = t->entries;
  add_sample(blame, sample, t->entry);
  thin_out(blame);
  while (blame->samples - blame->fair - blame->beside > blame->limit / 2) raise_cut(blame);
  while (blame->beside > blame->limit / 2) keep_fewer_failed(blame);
}
