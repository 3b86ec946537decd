#include "trace_keep.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "trace_state.h"

const char *const keep_reason_name[KEEP_REASONS] = {"slowest", "failed", "sample"};

/* --- copying -------------------------------------------------------------------------------- */

struct sizes {
  uint32_t spans, segments;
};

static void measure(const struct traces *t, uint32_t index, struct sizes *sizes) {
  sizes->spans++;
  for (uint32_t i = t->span[index].first; i != NO_SPAN; i = t->segment[i].next) sizes->segments++;
  for (uint32_t c = t->span[index].child; c != NO_SPAN; c = t->span[c].before) {
    measure(t, c, sizes);
  }
}

static void copy_segments(const struct traces *t, const struct span *from, uint64_t end_ns,
                          struct kept_request *into, struct kept_span *span, uint32_t *segments) {
  span->first = *segments;
  for (uint32_t i = from->first; i != NO_SPAN; i = t->segment[i].next) {
    const struct segment *s = &t->segment[i];
    uint64_t until_ns = s->next == NO_SPAN ? end_ns : t->segment[s->next].from_ns;
    if (until_ns <= s->from_ns) continue;
    into->segment[(*segments)++] =
        (struct kept_segment){s->from_ns, until_ns, s->member, (enum part)s->part};
  }
  span->n = *segments - span->first;
}

/* Children are linked from the last to the first: this writes them in the order in which they were
 * made. */
static void copy(const struct traces *t, uint32_t index, uint32_t parent, uint64_t end_ns,
                 struct kept_request *into, uint32_t *segments) {
  const struct span *from = &t->span[index];
  uint32_t self = into->spans++, children = 0;
  uint64_t until_ns = from->ended ? from->end_ns : end_ns;
  struct kept_span *span = &into->span[self];
  *span = (struct kept_span){.parent = parent,
                             .maker = from->maker,
                             .callee = from->callee,
                             .from_ns = from->from_ns,
                             .until_ns = until_ns,
                             .op = from->op,
                             .outcome = (enum outcome)from->outcome,
                             .ended = from->ended};
  copy_segments(t, from, until_ns, into, span, segments);
  for (uint32_t c = from->child; c != NO_SPAN; c = t->span[c].before) children++;
  uint32_t *list = mem_alloc((children + 1) * sizeof *list), k = children;
  for (uint32_t c = from->child; c != NO_SPAN; c = t->span[c].before) list[--k] = c;
  for (k = 0; k < children; k++) copy(t, list[k], self, end_ns, into, segments);
  free(list);
}

static struct kept_request take(const struct traces *t, uint32_t root, enum keep_reason reason,
                                uint64_t hash) {
  struct sizes sizes = {0};
  measure(t, root, &sizes);
  const struct span *span = &t->span[root];
  struct kept_request r = {.reason = reason,
                           .hash = hash,
                           .latency_ns = span->end_ns - span->from_ns,
                           .from_ns = span->from_ns};
  r.span = mem_alloc(sizes.spans * sizeof *r.span);
  r.segment = mem_alloc((sizes.segments + 1) * sizeof *r.segment);
  uint32_t segments = 0;
  copy(t, root, NO_SPAN, span->end_ns, &r, &segments);
  return r;
}

/* --- choosing ------------------------------------------------------------------------------- */

/* Puts it at a place of a list that has room for `most`; what falls off the end is dropped. */
static void insert(struct trace_keep *keep, const struct traces *t, uint32_t root,
                   enum keep_reason reason, uint64_t hash, uint32_t at) {
  struct kept_request *list = keep->request[reason];
  if (keep->n[reason] == keep->most) {
    free(list[keep->most - 1].span);
    free(list[keep->most - 1].segment);
  } else {
    keep->n[reason]++;
  }
  memmove(list + at + 1, list + at, (keep->n[reason] - 1 - at) * sizeof *list);
  list[at] = take(t, root, reason, hash);
}

void trace_keep_offer(struct sim *sim, uint32_t root, uint64_t hash) {
  struct traces *t = sim->traces;
  struct trace_keep *keep = t->keep;
  if (!keep || !sim->warm) return;
  const struct span *span = &t->span[root];
  uint64_t latency_ns = span->end_ns - span->from_ns;
  if (span->outcome != OUTCOME_OK) {
    uint32_t n = keep->n[KEEP_FAILED];
    if (n < keep->most) insert(keep, t, root, KEEP_FAILED, hash, n);
    return;
  }
  uint32_t at = keep->n[KEEP_SLOWEST];
  while (at > 0 && keep->request[KEEP_SLOWEST][at - 1].latency_ns < latency_ns) at--;
  if (at < keep->most) insert(keep, t, root, KEEP_SLOWEST, hash, at);
  at = keep->n[KEEP_SAMPLE];
  while (at > 0 && keep->request[KEEP_SAMPLE][at - 1].hash > hash) at--;
  if (at < keep->most) insert(keep, t, root, KEEP_SAMPLE, hash, at);
}

/* --- life ----------------------------------------------------------------------------------- */

void trace_keep_begin(struct sim *sim, uint32_t most, bool every) {
  struct trace_keep *keep = mem_zeroed(1, sizeof *keep);
  keep->most = most;
  for (int i = 0; i < KEEP_REASONS; i++) {
    keep->request[i] = mem_zeroed(most + 1, sizeof *keep->request[i]);
  }
  keep->members = sim->members;
  keep->member = mem_zeroed(sim->members, sizeof *keep->member);
  for (uint32_t i = 0; i < sim->members; i++) {
    const struct member *m = &sim->member[i];
    uint32_t index = m->component->members > 1 ? m->index : 0;
    keep->member[i] = (struct kept_member){m->component->id, index};
  }
  sim->traces->keep = keep;
  for (uint32_t c = 0; every && c < sim->spec->components; c++) {
    sim->traces->of[c].all = true;
    sim->traces->of[c].follow = sim->traces->follow[c] = UINT64_MAX;
  }
}

static int by_time(const void *left, const void *right) {
  const struct kept_request *a = left, *b = right;
  if (a->from_ns != b->from_ns) return a->from_ns < b->from_ns ? -1 : 1;
  return (a->hash > b->hash) - (a->hash < b->hash);
}

struct trace_keep *trace_keep_take(struct sim *sim) {
  struct trace_keep *keep = sim->traces->keep;
  sim->traces->keep = NULL;
  if (!keep) return NULL;
  for (int i = KEEP_FAILED; i < KEEP_REASONS; i++) {
    qsort(keep->request[i], keep->n[i], sizeof *keep->request[i], by_time);
  }
  return keep;
}

void trace_keep_free(struct trace_keep *keep) {
  if (!keep) return;
  for (int i = 0; i < KEEP_REASONS; i++) {
    for (uint32_t k = 0; k < keep->n[i]; k++) {
      free(keep->request[i][k].span);
      free(keep->request[i][k].segment);
    }
    free(keep->request[i]);
  }
  free(keep->member);
  free(keep);
}
