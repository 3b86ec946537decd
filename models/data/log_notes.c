#include "log_notes.h"

#include <stdlib.h>

#include "arena.h"
#include "log.h"
#include "rng.h"

enum { BUCKETS = 1024 };
#define NO_NOTE UINT32_MAX

static void empty_buckets(struct log_notes *notes) {
  for (int i = 0; i < BUCKETS; i++) notes->bucket[i] = NO_NOTE;
}

void log_notes_init(struct log_notes *notes) {
  *notes = (struct log_notes){.bucket = mem_alloc(BUCKETS * sizeof *notes->bucket)};
  empty_buckets(notes);
}

void log_notes_free(struct log_notes *notes) {
  free(notes->note);
  free(notes->bucket);
}

static uint32_t *bucket_of(const struct log_notes *notes, uint64_t key) {
  return &notes->bucket[rng_mix(key) % BUCKETS];
}

static void put(struct log_notes *notes, const struct log_note *note) {
  uint32_t *bucket = bucket_of(notes, note->key);
  notes->note[notes->n] = *note;
  notes->note[notes->n].before = *bucket;
  *bucket = notes->n++;
}

void log_notes_add(struct log_notes *notes, const struct log_note *note) {
  if (notes->n == notes->capacity) {
    notes->capacity = notes->capacity ? 2 * notes->capacity : 64;
    notes->note = mem_resize(notes->note, notes->capacity * sizeof *notes->note);
  }
  put(notes, note);
}

bool log_has(const struct log *log, uint32_t position, uint32_t write) {
  return position > log->dropped && position <= log->end && log_at(log, position).write == write;
}

bool log_notes_has(const struct log *log, const struct log_note *note) {
  return note->everywhere || log_has(log, note->position, note->write);
}

/* The first about the key of those from one on in a bucket. */
static struct log_note *next(const struct log_notes *notes, uint32_t i, uint64_t key) {
  while (i != NO_NOTE && notes->note[i].key != key) i = notes->note[i].before;
  return i == NO_NOTE ? NULL : &notes->note[i];
}

struct log_note *log_notes_last(const struct log_notes *notes, uint64_t key) {
  return next(notes, *bucket_of(notes, key), key);
}

struct log_note *log_notes_before(const struct log_notes *notes, const struct log_note *note) {
  return next(notes, note->before, note->key);
}

struct log_note *log_notes_of(const struct log_notes *notes, uint32_t write) {
  uint32_t low = 0, high = notes->n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (notes->note[middle].write < write) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < notes->n && notes->note[low].write == write ? &notes->note[low] : NULL;
}

bool log_notes_replaced(const struct log_notes *notes, const struct log *log,
                        const struct log_note *note, uint32_t until) {
  const struct log_note *later = log_notes_last(notes, note->key);
  while (later != note && !(later->position <= until && log_notes_has(log, later))) {
    later = log_notes_before(notes, later);
  }
  return later != note;
}

void log_notes_keep(struct log_notes *notes, const bool *stays, uint32_t until) {
  uint32_t n = notes->n;
  notes->n = 0;
  empty_buckets(notes);
  for (uint32_t i = 0; i < n; i++) {
    struct log_note note = notes->note[i];
    if (!stays[i]) continue;
    note.everywhere |= note.position <= until;
    put(notes, &note);
  }
}
