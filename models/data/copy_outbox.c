#include "copy_outbox.h"

#include <assert.h>
#include <stdlib.h>

#include "arena.h"
#include "copies.h"
#include "life.h"
#include "log_notes.h"
#include "outbox.h"

struct written {
  struct outbox_row row;
  bool published;
  bool lost; /* its write is, and it was published */
};

struct copy_outbox {
  struct written *written; /* by write, rising */
  uint32_t n, capacity;
};

struct copy_outbox *copy_outbox_new(void) {
  return mem_zeroed(1, sizeof(struct copy_outbox));
}

void copy_outbox_free(struct copy_outbox *shared) {
  if (!shared) return;
  free(shared->written);
  free(shared);
}

void copy_outbox_made(struct sim *sim, struct copy *copy, const struct frame *call,
                      uint32_t write) {
  struct copy_outbox *shared = copy->group->messages;
  struct outbox_row row;
  if (!outbox_write_down(sim, copy->outbox, call, &row)) return;
  row.write = write;
  row.position = copy->log.end;
  if (shared->n == shared->capacity) {
    shared->capacity = shared->capacity ? 2 * shared->capacity : 64;
    shared->written = mem_resize(shared->written, shared->capacity * sizeof *shared->written);
  }
  shared->written[shared->n++] = (struct written){.row = row};
  outbox_put(sim, copy->outbox, &row);
}

/* --- who leads ------------------------------------------------------------------------------ */

static bool has(const struct copy *copy, const struct written *w) {
  assert(w->row.position > copy->log.dropped);
  return log_has(&copy->log, w->row.position, w->row.write);
}

/* A message of a write that the copy which leads does not have. */
static void note_lost(const struct copy *copy, struct written *w) {
  if (!w->published || w->lost || has(copy, w)) return;
  w->lost = true;
  outbox_note_lost(copy->outbox);
}

/* Messages in the order of the log: two primaries can have made writes by turns. */
static int by_position(const void *a, const void *b) {
  uint32_t first = (*(const struct outbox_row *const *)a)->position;
  uint32_t second = (*(const struct outbox_row *const *)b)->position;
  return (first > second) - (first < second);
}

static void put_all(struct sim *sim, struct copy *copy) {
  struct copy_outbox *shared = copy->group->messages;
  const struct outbox_row **row = mem_alloc((shared->n + 1) * sizeof *row);
  uint32_t n = 0;
  for (uint32_t i = 0; i < shared->n; i++) {
    struct written *w = &shared->written[i];
    note_lost(copy, w);
    if (!w->published && has(copy, w)) row[n++] = &w->row;
  }
  qsort(row, n, sizeof *row, by_position);
  for (uint32_t i = 0; i < n; i++) outbox_put(sim, copy->outbox, row[i]);
  free(row);
}

void copy_outbox_leads(struct sim *sim, struct copy *copy) {
  struct group *group = copy->group;
  if (!group->messages) return;
  outbox_clear(sim, copy->outbox);
  put_all(sim, copy);
  for (uint32_t i = 0; i < group->n; i++) {
    struct copy *other = &group->copy[i];
    bool goes_on = other->leads && !member_is_off(other->member);
    if (other != copy && !goes_on) outbox_clear(sim, other->outbox);
  }
}

void copy_outbox_follows(struct sim *sim, struct copy *copy) {
  const struct group *group = copy->group;
  if (group->messages && group->primary != copy->number) outbox_clear(sim, copy->outbox);
}

/* --- publishing ----------------------------------------------------------------------------- */

uint32_t copy_outbox_until(const struct copy *copy) {
  return copy->leads ? copy->committed : 0;
}

static struct written *find(const struct copy *copy, uint32_t write) {
  const struct copy_outbox *shared = copy->group->messages;
  uint32_t low = 0, high = shared->n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (shared->written[middle].row.write < write) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  bool found = low < shared->n && shared->written[low].row.write == write;
  return found ? &shared->written[low] : NULL; /* or it is forgotten */
}

void copy_outbox_sent(const struct copy *copy, uint32_t write, uint32_t tries) {
  struct written *w = find(copy, write);
  if (w && w->row.tries < tries) w->row.tries = tries;
}

void copy_outbox_published(const struct copy *copy, uint32_t write) {
  struct written *w = find(copy, write);
  if (!w) return;
  w->published = true;
  note_lost(&copy->group->copy[copy->group->primary], w);
}

/* --- what is kept --------------------------------------------------------------------------- */

uint32_t copy_outbox_done(const struct group *group) {
  if (!group->messages) return UINT32_MAX;
  uint32_t least = UINT32_MAX;
  for (uint32_t i = 0; i < group->n; i++) {
    uint32_t first = outbox_first(group->copy[i].outbox);
    if (first - 1 < least) least = first - 1;
  }
  return least;
}

void copy_outbox_forget(const struct group *group, uint32_t until) {
  struct copy_outbox *shared = group->messages;
  if (!shared) return;
  uint32_t n = 0;
  for (uint32_t i = 0; i < shared->n; i++) {
    if (shared->written[i].row.position > until) shared->written[n++] = shared->written[i];
  }
  shared->n = n;
}
