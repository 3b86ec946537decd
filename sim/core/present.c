#include "present.h"

#include <stdlib.h>
#include <string.h>

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
         frame_state(f) != FRAME_MADE;
}

/* --- lists ---------------------------------------------------------------------------------- */

/* Of one slot in one list; slot 0 is nobody's. `of`: the member plus 1; 0: in no list. */
struct present_link {
  uint32_t of, next, before;
};

struct present_list {
  uint32_t *first;           /* by member */
  struct present_link *link; /* by slot */
};

struct present_lists {
  struct present_list here, made;
};

static void unlink_slot(struct present_list *list, uint32_t slot) {
  struct present_link *link = &list->link[slot];
  if (link->of == 0) return;
  *(link->before ? &list->link[link->before].next : &list->first[link->of - 1]) = link->next;
  if (link->next) list->link[link->next].before = link->before;
  link->of = 0;
}

static void link_slot(struct present_list *list, uint32_t slot, uint32_t member) {
  unlink_slot(list, slot);
  uint32_t next = list->first[member];
  list->link[slot] = (struct present_link){.of = member + 1, .next = next};
  if (next) list->link[next].before = slot;
  list->first[member] = slot;
}

static void list_grow(struct present_list *list, uint32_t ready, uint32_t before) {
  list->link = mem_resize(list->link, ready * sizeof *list->link);
  memset(list->link + before, 0, (ready - before) * sizeof *list->link);
}

void present_keep(struct sim *sim) {
  if (sim->calls.lists) return;
  sim_assert(sim, MEMBER_NONE, sim->calls.made == 0, "calls have been made that no list knows");
  struct present_lists *lists = arena_lines(sim->arena, 1, sizeof *lists);
  lists->here.first = arena_lines(sim->arena, sim->members, sizeof *lists->here.first);
  lists->made.first = arena_lines(sim->arena, sim->members, sizeof *lists->made.first);
  sim->calls.lists = lists;
  sim->calls.quick_slots = 0;
  sim->by_way = true;
}

void present_grow(struct calls *calls, uint32_t before) {
  if (!calls->lists) return;
  list_grow(&calls->lists->here, calls->ready, before);
  list_grow(&calls->lists->made, calls->ready, before);
}

void present_end(struct calls *calls) {
  if (!calls->lists) return;
  free(calls->lists->here.link);
  free(calls->lists->made.link);
}

void present_made(struct sim *sim, const struct member *from, const struct frame *parent,
                  struct frame *call) {
  struct present_lists *lists = sim->calls.lists;
  uint32_t slot = frame_slot(sim, call);
  link_slot(&lists->here, slot, from->id);
  unlink_slot(&lists->made, slot);
  if (!parent && !from->kind->is_source) link_slot(&lists->made, slot, from->id);
}

void present_sent(struct sim *sim, struct frame *call, const struct member *to) {
  link_slot(&sim->calls.lists->here, frame_slot(sim, call), to->id);
}

/* --- looking -------------------------------------------------------------------------------- */

static void sort(struct present *present) {
  if (present->n) qsort(present->call, present->n, sizeof *present->call, by_member_and_age);
}

/* The frame of a slot in a list, which leaves it if the frame has ended; NULL: it has. */
static struct frame *living(struct sim *sim, struct present_list *list, uint32_t slot) {
  struct frame *f = frame_at(sim, slot);
  if (frame_state(f) != FRAME_FREE) return f;
  unlink_slot(list, slot);
  return NULL;
}

static void find_here(struct sim *sim, uint32_t member, struct present *out) {
  struct present_list *list = &sim->calls.lists->here;
  for (uint32_t slot = list->first[member], next; slot; slot = next) {
    next = list->link[slot].next;
    const struct frame *f = living(sim, list, slot);
    if (f && (frame_is_handled(f) || frame_state(f) == FRAME_MADE)) add(sim, out, member, f);
  }
}

static void find_made(struct sim *sim, uint32_t member, struct present *out) {
  struct present_list *list = &sim->calls.lists->made;
  for (uint32_t slot = list->first[member], next; slot; slot = next) {
    next = list->link[slot].next;
    const struct frame *f = living(sim, list, slot);
    if (f && is_own(f)) add(sim, out, member, f);
  }
}

void present_find(struct sim *sim, const uint32_t *members, uint32_t n, struct present *out,
                  struct present *made) {
  *out = (struct present){0};
  if (made) *made = (struct present){0};
  sim_assert(sim, MEMBER_NONE, sim->calls.lists, "nobody said that a fault would ask");
  for (uint32_t i = 0; i < n; i++) {
    find_here(sim, members[i], out);
    if (made) find_made(sim, members[i], made);
  }
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
