#include "unchanged.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "conditional.h"
#include "copies.h"
#include "program.h"

/* A write that is lost with the data of who has it, unless that is in a safe place by then. */
struct unsafe {
  uint64_t at_ns;
  const uint64_t *safe_ns;
  uint32_t item;
};

struct unchanged {
  uint32_t component;
  uint32_t items;
  uint64_t *version; /* by data key, 0: without one */
  struct unsafe *unsafe;
  uint32_t unsafes, room;
};

struct unchanged *unchanged_new(struct sim *sim, const struct member *member) {
  uint32_t component = member->component->id;
  if (!program_compares(sim->spec, component)) return NULL;
  column_want(sim, COLUMN_SEEN);
  column_want(sim, COLUMN_EXPECTS);
  struct unchanged *u = arena_alloc(sim->arena, sizeof *u);
  u->component = component;
  return u;
}

void unchanged_free(struct unchanged *u, const struct member *member) {
  if (!u || member->index > 1) return;
  free(u->version);
  free(u->unsafe);
}

static uint64_t version_of(const struct unchanged *u, const struct frame *call) {
  return call->item < u->items ? u->version[call->item] : 0;
}

void unchanged_read(struct sim *sim, const struct unchanged *u, const struct frame *call) {
  column_set(sim, call, COLUMN_SEEN, compare_name(u->component, version_of(u, call)));
}

static void grow(struct unchanged *u, uint32_t item) {
  uint32_t items = u->items ? u->items : 64;
  while (items <= item) items *= 2;
  u->version = mem_resize(u->version, items * sizeof *u->version);
  memset(u->version + u->items, 0, (items - u->items) * sizeof *u->version);
  u->items = items;
}

/* Whether the write has no condition, or is to be done on that version. */
static bool may_write(struct sim *sim, const struct unchanged *u, const struct frame *call,
                      uint64_t version) {
  uint64_t expects = column_get(sim, call, COLUMN_EXPECTS);
  if (expects == COMPARE_UNREAD) expects = compare_name(u->component, 0);
  return !compare_is_of(expects, u->component) || expects == compare_name(u->component, version);
}

bool unchanged_write(struct sim *sim, struct unchanged *u, const struct frame *call) {
  if (!may_write(sim, u, call, version_of(u, call))) return false;
  if (call->item >= u->items) grow(u, call->item);
  u->version[call->item]++;
  return true;
}

/* What is safe by now is dropped when there is no room, so that the room is a constant times what
 * is not safe. */
static void drop_safe(struct unchanged *u) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < u->unsafes; i++) {
    if (u->unsafe[i].at_ns > *u->unsafe[i].safe_ns) u->unsafe[n++] = u->unsafe[i];
  }
  u->unsafes = n;
}

void unchanged_may_lose(struct sim *sim, struct unchanged *u, const struct frame *call,
                        const uint64_t *safe_ns) {
  if (u->unsafes == u->room) drop_safe(u);
  if (2 * u->unsafes >= u->room) {
    u->room = u->room ? 2 * u->room : 64;
    u->unsafe = mem_resize(u->unsafe, u->room * sizeof *u->unsafe);
  }
  u->unsafe[u->unsafes++] =
      (struct unsafe){.at_ns = sim->now_ns, .safe_ns = safe_ns, .item = call->item};
}

void unchanged_lose(struct unchanged *u, const uint64_t *safe_ns) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < u->unsafes; i++) {
    const struct unsafe *w = &u->unsafe[i];
    if (w->safe_ns != safe_ns) u->unsafe[n++] = *w;
    if (w->safe_ns == safe_ns && w->at_ns > *safe_ns) u->version[w->item]--;
  }
  u->unsafes = n;
}

void unchanged_read_copy(struct sim *sim, const struct unchanged *u, const struct frame *call,
                         uint32_t version) {
  column_set(sim, call, COLUMN_SEEN, compare_name(u->component, version));
}

/* What its readers do not see yet comes first. */
static uint32_t newest_of(const struct copy *copy, uint32_t item) {
  for (uint32_t p = copy->log.end; p > copy->applied; p--) {
    uint32_t write = log_at(&copy->log, p).write;
    if (history_is_of(copy->group->history, write, item)) return write;
  }
  return history_read(copy->group->history, copy->number, item).version;
}

bool unchanged_at_primary(struct sim *sim, const struct unchanged *u, const struct copy *copy,
                          const struct frame *call) {
  return call->item == 0 || may_write(sim, u, call, newest_of(copy, call->item));
}
