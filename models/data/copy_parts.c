#include "copy_parts.h"

#include <stdlib.h>

#include "arena.h"
#include "copies.h"
#include "log_notes.h"
#include "transaction.h"

/* Of a note: its key is the part, its value the row, `what` an enum part_entry; it counts when the
 * record of the transaction has it. */
struct copy_parts {
  struct log_notes notes;
};

struct copy_parts *copy_parts_new(void) {
  struct copy_parts *parts = mem_alloc(sizeof *parts);
  log_notes_init(&parts->notes);
  return parts;
}

void copy_parts_free(struct copy_parts *parts) {
  if (!parts) return;
  log_notes_free(&parts->notes);
  free(parts);
}

void copy_parts_add(struct sim *sim, const struct copy *copy, uint64_t part, uint32_t item,
                    enum part_entry what, uint32_t write) {
  struct log_note note = {
      .key = part, .value = item, .what = (uint8_t)what, .write = write, .position = copy->log.end};
  log_notes_add(&copy->group->parts->notes, &note);
  transaction_pin(sim, part);
}

/* --- what a log has ------------------------------------------------------------------------- */

static bool has(const struct copy *copy, const struct log_note *note) {
  return log_notes_has(&copy->log, note);
}

/* The last entry about a part; NULL: there is none. */
static const struct log_note *last_of(const struct copy *copy, uint64_t part) {
  const struct log_notes *notes = &copy->group->parts->notes;
  const struct log_note *note = log_notes_last(notes, part);
  while (note && !has(copy, note)) note = log_notes_before(notes, note);
  return note;
}

/* Of what no log keeps any more the record has what became of it. */
enum part_entry copy_parts_state(const struct sim *sim, const struct copy *copy, uint64_t part) {
  const struct transaction *t = transaction_of_part(sim, part);
  if (t == NULL) return PART_VOID; /* nobody waits for it */
  const struct log_note *e = last_of(copy, part);
  if (e) return (enum part_entry)e->what;
  uint32_t bit = transaction_bit_of(part);
  if (t->applied & bit) return PART_DONE;
  return t->heard & bit ? PART_VOID : PART_NONE;
}

static bool is_undecided(const struct copy *copy, const struct log_note *e) {
  return e->what == PART_PREPARED && has(copy, e) && last_of(copy, e->key) == e;
}

uint32_t copy_parts_prepared(const struct copy *copy) {
  const struct log_notes *notes = &copy->group->parts->notes;
  uint32_t n = 0;
  for (uint32_t i = 0; i < notes->n; i++) {
    n += notes->note[i].value != 0 && is_undecided(copy, &notes->note[i]);
  }
  return n;
}

/* --- what became of it ---------------------------------------------------------------------- */

static void count(struct sim *sim, struct log_note *e) {
  e->counts = true;
  switch ((enum part_entry)e->what) {
    case PART_NONE:
    case PART_TOKEN:
      break;
    case PART_PREPARED:
      transaction_note(sim, e->key, FACT_PREPARED);
      break;
    case PART_DONE: {
      const struct transaction *t = transaction_of_part(sim, e->key);
      transaction_note(sim, e->key, FACT_APPLIED);
      if (t && t->two_phase) transaction_note(sim, e->key, FACT_HEARD);
      break;
    }
    case PART_VOID:
      transaction_note(sim, e->key, FACT_HEARD);
      break;
    case PART_UNDONE:
      transaction_note(sim, e->key, FACT_UNDONE);
      break;
  }
}

static void take_back(struct sim *sim, struct log_note *e) {
  e->counts = false;
  switch ((enum part_entry)e->what) {
    case PART_NONE:
    case PART_TOKEN:
    case PART_PREPARED: /* who decides has heard the vote, and does not hear that it is lost */
      break;
    case PART_DONE:
      transaction_note(sim, e->key, FACT_NOT_APPLIED);
      break;
    case PART_VOID:
      transaction_note(sim, e->key, FACT_NOT_HEARD);
      break;
    case PART_UNDONE:
      transaction_note(sim, e->key, FACT_NOT_UNDONE);
      break;
  }
}

void copy_parts_committed(struct sim *sim, const struct copy *copy, uint32_t write) {
  struct log_note *e = log_notes_of(&copy->group->parts->notes, write);
  if (e && !e->counts && copy->number == copy->group->primary) count(sim, e);
}

void copy_parts_lead(struct sim *sim, const struct copy *copy,
                     void (*lock)(struct sim *sim, struct member *member, uint32_t item)) {
  const struct log_notes *notes = &copy->group->parts->notes;
  bool primary = copy->number == copy->group->primary;
  for (uint32_t i = notes->n; primary && i-- > 0;) {
    struct log_note *e = &notes->note[i];
    if (e->counts && !has(copy, e)) take_back(sim, e);
  }
  for (uint32_t i = 0; primary && i < notes->n; i++) {
    struct log_note *e = &notes->note[i];
    if (!e->counts && has(copy, e) && e->position <= copy->committed) count(sim, e);
  }
  for (uint32_t i = 0; i < notes->n; i++) {
    const struct log_note *e = &notes->note[i];
    if (e->value != 0 && is_undecided(copy, e)) lock(sim, copy->member, (uint32_t)e->value);
  }
}

/* --- what is kept --------------------------------------------------------------------------- */

void copy_parts_forget(struct group *group, uint32_t until) {
  if (!group->parts) return;
  struct log_notes *notes = &group->parts->notes;
  const struct copy *any = &group->copy[0];
  bool *stays = mem_zeroed(notes->n + 1, sizeof *stays);
  for (uint32_t i = 0; i < notes->n; i++) {
    const struct log_note *note = &notes->note[i];
    bool open = note->what == PART_PREPARED && has(any, note) &&
                !log_notes_replaced(notes, &any->log, note, until); /* it is not decided */
    stays[i] = note->position > until || open;
    if (!stays[i]) transaction_unpin(group->sim, note->key);
  }
  log_notes_keep(notes, stays, until);
  free(stays);
}
