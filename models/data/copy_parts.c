#include "copy_parts.h"

#include <stdlib.h>

#include "arena.h"
#include "copies.h"
#include "transaction.h"

enum { BUCKETS = 1024 };
#define NO_ENTRY UINT32_MAX

struct entry {
  uint64_t part;
  uint32_t item, write, position;
  uint32_t before; /* the one before it in its bucket */
  uint8_t what;    /* enum part_entry */
  bool everywhere; /* all copies have it, and have dropped it from their logs */
  bool counts;     /* the record of the transaction has it */
};

struct copy_parts {
  struct entry *entry;
  uint32_t n, capacity;
  uint32_t bucket[BUCKETS]; /* by part: the last one */
};

static void empty_buckets(struct copy_parts *parts) {
  for (int i = 0; i < BUCKETS; i++) parts->bucket[i] = NO_ENTRY;
}

struct copy_parts *copy_parts_new(void) {
  struct copy_parts *parts = mem_zeroed(1, sizeof *parts);
  empty_buckets(parts);
  return parts;
}

void copy_parts_free(struct copy_parts *parts) {
  if (!parts) return;
  free(parts->entry);
  free(parts);
}

static uint32_t *bucket_of(struct copy_parts *parts, uint64_t part) {
  return &parts->bucket[rng_mix(part) % BUCKETS];
}

static void chain(struct copy_parts *parts, uint32_t i) {
  uint32_t *bucket = bucket_of(parts, parts->entry[i].part);
  parts->entry[i].before = *bucket;
  *bucket = i;
}

void copy_parts_add(struct sim *sim, const struct copy *copy, uint64_t part, uint32_t item,
                    enum part_entry what, uint32_t write) {
  struct copy_parts *parts = copy->group->parts;
  if (parts->n == parts->capacity) {
    parts->capacity = parts->capacity ? 2 * parts->capacity : 64;
    parts->entry = mem_resize(parts->entry, parts->capacity * sizeof *parts->entry);
  }
  parts->entry[parts->n] = (struct entry){
      .part = part, .item = item, .write = write, .position = copy->log.end, .what = (uint8_t)what};
  chain(parts, parts->n++);
  transaction_pin(sim, part);
}

/* --- what a log has ------------------------------------------------------------------------- */

static bool log_has(const struct log *log, const struct entry *e) {
  return e->position > log->dropped && e->position <= log->end &&
         log_at(log, e->position).write == e->write;
}

static bool has(const struct copy *copy, const struct entry *e) {
  return e->everywhere || log_has(&copy->log, e);
}

/* The last entry about a part; NULL: there is none. */
static const struct entry *last_of(const struct copy *copy, uint64_t part) {
  struct copy_parts *parts = copy->group->parts;
  for (uint32_t i = *bucket_of(parts, part); i != NO_ENTRY; i = parts->entry[i].before) {
    const struct entry *e = &parts->entry[i];
    if (e->part == part && has(copy, e)) return e;
  }
  return NULL;
}

/* Of what no log keeps any more the record has what became of it. */
enum part_entry copy_parts_state(const struct sim *sim, const struct copy *copy, uint64_t part) {
  const struct transaction *t = transaction_of_part(sim, part);
  if (t == NULL) return PART_VOID; /* nobody waits for it */
  const struct entry *e = last_of(copy, part);
  if (e) return (enum part_entry)e->what;
  uint32_t bit = transaction_bit_of(part);
  if (t->applied & bit) return PART_DONE;
  return t->heard & bit ? PART_VOID : PART_NONE;
}

static bool is_undecided(const struct copy *copy, const struct entry *e) {
  return e->what == PART_PREPARED && has(copy, e) && last_of(copy, e->part) == e;
}

uint32_t copy_parts_prepared(const struct copy *copy) {
  const struct copy_parts *parts = copy->group->parts;
  uint32_t n = 0;
  for (uint32_t i = 0; i < parts->n; i++) {
    n += parts->entry[i].item != 0 && is_undecided(copy, &parts->entry[i]);
  }
  return n;
}

/* --- what became of it ---------------------------------------------------------------------- */

static void count(struct sim *sim, struct entry *e) {
  e->counts = true;
  switch ((enum part_entry)e->what) {
    case PART_NONE:
    case PART_TOKEN:
      break;
    case PART_PREPARED:
      transaction_note(sim, e->part, FACT_PREPARED);
      break;
    case PART_DONE: {
      const struct transaction *t = transaction_of_part(sim, e->part);
      transaction_note(sim, e->part, FACT_APPLIED);
      if (t && t->two_phase) transaction_note(sim, e->part, FACT_HEARD);
      break;
    }
    case PART_VOID:
      transaction_note(sim, e->part, FACT_HEARD);
      break;
    case PART_UNDONE:
      transaction_note(sim, e->part, FACT_UNDONE);
      break;
  }
}

static void take_back(struct sim *sim, struct entry *e) {
  e->counts = false;
  switch ((enum part_entry)e->what) {
    case PART_NONE:
    case PART_TOKEN:
    case PART_PREPARED: /* who decides has heard the vote, and does not hear that it is lost */
      break;
    case PART_DONE:
      transaction_note(sim, e->part, FACT_NOT_APPLIED);
      break;
    case PART_VOID:
      transaction_note(sim, e->part, FACT_NOT_HEARD);
      break;
    case PART_UNDONE:
      transaction_note(sim, e->part, FACT_NOT_UNDONE);
      break;
  }
}

static struct entry *entry_of(const struct copy_parts *parts, uint32_t write) {
  uint32_t low = 0, high = parts->n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (parts->entry[middle].write < write) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < parts->n && parts->entry[low].write == write ? &parts->entry[low] : NULL;
}

void copy_parts_committed(struct sim *sim, const struct copy *copy, uint32_t write) {
  struct entry *e = entry_of(copy->group->parts, write);
  if (e && !e->counts && copy->number == copy->group->primary) count(sim, e);
}

void copy_parts_lead(struct sim *sim, const struct copy *copy,
                     void (*lock)(struct sim *sim, struct member *member, uint32_t item)) {
  struct copy_parts *parts = copy->group->parts;
  bool primary = copy->number == copy->group->primary;
  for (uint32_t i = parts->n; primary && i-- > 0;) {
    struct entry *e = &parts->entry[i];
    if (e->counts && !has(copy, e)) take_back(sim, e);
  }
  for (uint32_t i = 0; primary && i < parts->n; i++) {
    struct entry *e = &parts->entry[i];
    if (!e->counts && has(copy, e) && e->position <= copy->committed) count(sim, e);
  }
  for (uint32_t i = 0; i < parts->n; i++) {
    const struct entry *e = &parts->entry[i];
    if (e->item != 0 && is_undecided(copy, e)) lock(sim, copy->member, e->item);
  }
}

/* --- what is kept --------------------------------------------------------------------------- */

/* Whether what is dropped has a later entry about the same part. */
static bool is_decided_until(const struct copy *copy, const struct entry *e, uint32_t until) {
  const struct copy_parts *parts = copy->group->parts;
  for (uint32_t i = parts->bucket[rng_mix(e->part) % BUCKETS]; i != NO_ENTRY;) {
    const struct entry *later = &parts->entry[i];
    i = later->before;
    if (later == e) return false;
    if (later->part == e->part && later->position <= until && has(copy, later)) return true;
  }
  return false;
}

void copy_parts_forget(struct group *group, uint32_t until) {
  struct copy_parts *parts = group->parts;
  if (!parts) return;
  const struct copy *any = &group->copy[0];
  bool *stays = mem_zeroed(parts->n + 1, sizeof *stays);
  for (uint32_t i = 0; i < parts->n; i++) {
    const struct entry *e = &parts->entry[i];
    bool open = e->what == PART_PREPARED && has(any, e) && !is_decided_until(any, e, until);
    stays[i] = e->position > until || open;
  }
  uint32_t n = 0;
  empty_buckets(parts);
  for (uint32_t i = 0; i < parts->n; i++) {
    struct entry e = parts->entry[i];
    if (!stays[i]) {
      transaction_unpin(group->sim, e.part);
      continue;
    }
    e.everywhere |= e.position <= until;
    parts->entry[n] = e;
    chain(parts, n++);
  }
  parts->n = n;
  free(stays);
}
