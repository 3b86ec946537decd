#include "rows.h"

#include <assert.h>

#include "arena.h"
#include "call.h"
#include "checks.h"

enum { BUCKETS = 1024 };

struct waiting {
  uint32_t slot, stamp;
  uint64_t since_ns;
  struct waiting *next;
};

struct row {
  uint32_t item;
  uint32_t slot, stamp; /* of the write that has it; kept: SLOT_NONE */
  bool kept;            /* prepared: on disk */
  struct waiting *first, *last;
  struct row *next; /* in its bucket, or in the list of unused ones */
};

struct rows {
  struct sim *sim;
  struct member *member;
  struct rows_meters *meters;
  struct row *bucket[BUCKETS];
  struct row *unused;
  struct waiting *spare;
  uint64_t locked, kept;
};

struct rows *rows_new(struct sim *sim, struct member *member, struct rows_meters *meters) {
  struct rows *rows = arena_alloc(sim->arena, sizeof *rows);
  *rows = (struct rows){.sim = sim, .member = member, .meters = meters};
  return rows;
}

/* The link to it, or to where it would be. */
static struct row **find(struct rows *rows, uint32_t item) {
  struct row **link = &rows->bucket[rng_mix(item) % BUCKETS];
  while (*link && (*link)->item != item) link = &(*link)->next;
  return link;
}

static void wait_for(struct sim *sim, struct rows *rows, struct row *row, struct frame *call) {
  struct waiting *w = rows->spare;
  if (w) {
    rows->spare = w->next;
  } else {
    w = arena_alloc(sim->arena, sizeof *w);
  }
  *w = (struct waiting){frame_slot(sim, call), call->stamp, sim->now_ns, NULL};
  *(row->last ? &row->last->next : &row->first) = w;
  row->last = w;
  level_up(&rows->meters->waiting, sim->now_ns);
  call->flags |= CALL_RELEASED;
  frame_set_state(sim, call, FRAME_WAITING);
  trace_mark(sim, call, PART_LOCK);
}

bool rows_take(struct sim *sim, struct rows *rows, uint32_t item, const struct frame *call) {
  struct row **link = find(rows, item), *row = rows->unused;
  if (*link) return false;
  if (row) {
    rows->unused = row->next;
  } else {
    row = arena_alloc(sim->arena, sizeof *row);
  }
  *row = (struct row){.item = item,
                      .slot = call ? frame_slot(sim, call) : SLOT_NONE,
                      .stamp = call ? call->stamp : 0};
  *link = row;
  rows->locked++;
  return true;
}

void rows_hold(struct sim *sim, struct rows *rows, uint32_t item) {
  if (!rows_take(sim, rows, item, NULL)) assert(false);
  rows_keep(sim, rows, item);
}

bool rows_has(const struct sim *sim, struct rows *rows, uint32_t item, const struct frame *call) {
  const struct row *row = *find(rows, item);
  return row && !row->kept && row->slot == frame_slot(sim, call) && row->stamp == call->stamp;
}

void rows_wait(struct sim *sim, struct rows *rows, uint32_t item, struct frame *call) {
  wait_for(sim, rows, *find(rows, item), call);
}

bool rows_lock(struct sim *sim, struct rows *rows, struct frame *call) {
  if (rows_take(sim, rows, call->item, call)) return true;
  rows_wait(sim, rows, call->item, call);
  return false;
}

uint32_t rows_holder(struct rows *rows, uint32_t item) {
  return (*find(rows, item))->slot;
}

void rows_leave(struct sim *sim, struct rows *rows, uint32_t item, struct frame *call) {
  struct row *row = *find(rows, item);
  uint32_t slot = frame_slot(sim, call);
  struct waiting **link = &row->first, *before = NULL;
  while ((*link)->slot != slot) {
    before = *link;
    link = &before->next;
  }
  struct waiting *w = *link;
  *link = w->next;
  if (row->last == w) row->last = before;
  w->next = rows->spare;
  rows->spare = w;
  level_down(&rows->meters->waiting, sim->now_ns);
  hist_add(&rows->meters->wait, sim->now_ns - w->since_ns);
  call->flags &= (uint8_t)~CALL_RELEASED;
}

void rows_keep(struct sim *sim, struct rows *rows, uint32_t item) {
  struct row *row = *find(rows, item);
  assert(row && !row->kept);
  row->kept = true;
  rows->kept++;
  level_up(&rows->meters->prepared, sim->now_ns);
}

static struct frame *next_of(struct sim *sim, struct rows *rows, struct row *row) {
  struct waiting *w = row->first;
  if (!w) return NULL;
  row->first = w->next;
  if (!row->first) row->last = NULL;
  w->next = rows->spare;
  rows->spare = w;
  level_down(&rows->meters->waiting, sim->now_ns);
  hist_add(&rows->meters->wait, sim->now_ns - w->since_ns);
  struct frame *call = frame_at(sim, w->slot);
  assert(call->stamp == w->stamp);
  row->slot = w->slot;
  row->stamp = w->stamp;
  call->flags &= (uint8_t)~CALL_RELEASED;
  return call;
}

static void forget(struct rows *rows, struct row **link) {
  struct row *row = *link;
  *link = row->next;
  row->next = rows->unused;
  rows->unused = row;
  rows->locked--;
}

struct frame *rows_unlock(struct sim *sim, struct rows *rows, uint32_t item) {
  struct row **link = find(rows, item), *row = *link;
  assert(row);
  if (row->kept) {
    level_down(&rows->meters->prepared, sim->now_ns);
    rows->kept--;
  }
  row->kept = false;
  struct frame *next = next_of(sim, rows, row);
  if (!next) forget(rows, link);
  return next;
}

/* The engine answers the calls that wait. */
static void forget_waiting(struct sim *sim, struct rows *rows, struct row *row) {
  for (struct waiting *w = row->first, *next; w; w = next) {
    next = w->next;
    w->next = rows->spare;
    rows->spare = w;
    level_down(&rows->meters->waiting, sim->now_ns);
  }
  row->first = row->last = NULL;
}

void rows_crash(struct sim *sim, struct rows *rows) {
  for (int i = 0; i < BUCKETS; i++) {
    for (struct row **link = &rows->bucket[i]; *link;) {
      forget_waiting(sim, rows, *link);
      if ((*link)->kept) {
        link = &(*link)->next;
      } else {
        forget(rows, link);
      }
    }
  }
}

struct frame *rows_clear_next(struct sim *sim, struct rows *rows) {
  for (int i = 0; i < BUCKETS; i++) {
    for (struct row **link = &rows->bucket[i]; *link;) {
      struct row *row = *link;
      struct frame *next = next_of(sim, rows, row);
      if (next) return next;
      if (row->kept) {
        level_down(&rows->meters->prepared, sim->now_ns);
        rows->kept--;
      }
      row->kept = false;
      forget(rows, link);
    }
  }
  return NULL;
}

uint64_t rows_waiting(const struct rows *rows) {
  return rows->meters->waiting.value;
}

void rows_check(const struct rows *rows, struct checks *out) {
  uint64_t locked = 0, kept = 0, waiting = 0;
  for (int i = 0; i < BUCKETS; i++) {
    for (const struct row *row = rows->bucket[i]; row; row = row->next) {
      locked++;
      kept += row->kept;
      for (const struct waiting *w = row->first; w; w = w->next) waiting++;
    }
  }
  bool pass = locked == rows->locked && kept == rows->kept && waiting == rows_waiting(rows) &&
              kept == rows->meters->prepared.value;
  check_member(out, rows->member, "rows", pass,
               "%llu rows locked, %llu of them by prepared writes, %llu writes wait",
               (unsigned long long)locked, (unsigned long long)kept, (unsigned long long)waiting);
}
