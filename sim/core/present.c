#include "present.h"

#include <stdlib.h>

#include "arena.h"

static int by_member_and_age(const void *left, const void *right) {
  const struct present_call *a = left, *b = right;
  if (a->member != b->member) return a->member < b->member ? -1 : 1;
  if (a->sent_ns != b->sent_ns) return a->sent_ns < b->sent_ns ? -1 : 1;
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  return (a->slot > b->slot) - (a->slot < b->slot);
}

static void add(struct sim *sim, struct present *out, uint32_t member, const struct frame *f) {
  if (out->n == out->capacity) {
    out->capacity = out->capacity ? 2 * out->capacity : 64;
    out->call = mem_resize(out->call, out->capacity * sizeof *out->call);
  }
  out->call[out->n++] =
      (struct present_call){member, frame_slot(sim, f), f->stamp, f->sent_ns, f->key};
}

/* Whether it was made and sent on its maker's own account, who waits for it. */
static bool is_own(const struct frame *f) {
  return f->flags & CALL_ROOT && !(f->flags & (CALL_ABANDONED | CALL_DETACHED)) &&
         frame_callee(f) != f->parent;
}

static void sort(struct present *present) {
  if (present->n) qsort(present->call, present->n, sizeof *present->call, by_member_and_age);
}

void present_find(struct sim *sim, const uint32_t *members, uint32_t n, struct present *out,
                  struct present *made) {
  *out = (struct present){0};
  if (made) *made = (struct present){0};
  for (uint32_t i = 0; i < n; i++) sim->member[members[i]].sought = true;
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    uint32_t at = frame_callee(f);
    bool here = frame_is_handled(f) || frame_state(f) == FRAME_MADE;
    if (here && sim->member[at].sought) add(sim, out, at, f);
    if (made && is_own(f) && sim->member[f->parent].sought) add(sim, made, f->parent, f);
  }
  for (uint32_t i = 0; i < n; i++) sim->member[members[i]].sought = false;
  sort(out);
  if (made) sort(made);
}

void present_free(struct present *present) {
  free(present->call);
}

/* The first call of a member with this id or a higher one. */
static uint32_t first_from(const struct present *p, uint64_t member) {
  uint32_t low = 0, high = p->n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (p->call[middle].member < member) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

struct present present_of(const struct present *present, uint32_t member) {
  uint32_t first = first_from(present, member);
  uint32_t end = first_from(present, (uint64_t)member + 1);
  return (struct present){.n = end - first, .call = end > first ? present->call + first : NULL};
}

struct frame *present_frame(const struct sim *sim, const struct present_call *call) {
  struct frame *frame = frame_at(sim, call->slot);
  return frame->stamp == call->stamp ? frame : NULL;
}
