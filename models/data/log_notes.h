/* What is remembered beside entries of a log that copies share: of parts of transactions
 * (copy_parts.h) and of tokens (copy_tokens.h). A note is about a key and has the entry's write and
 * position, so that a copy has those notes whose entries its own log has.
 *
 * Invariant: notes are in the order of their writes, whose numbers rise. */
#ifndef LOG_NOTES_H
#define LOG_NOTES_H

#include <stdbool.h>
#include <stdint.h>

struct log;

struct log_note {
  uint64_t key;
  uint64_t value; /* the owner's, as are the next two */
  uint8_t what;
  bool counts;
  bool everywhere; /* all copies have its entry, and have dropped it from their logs */
  uint32_t write, position;
  uint32_t before; /* the one before it in its bucket */
};

struct log_notes {
  struct log_note *note;
  uint32_t n, capacity;
  uint32_t *bucket; /* by key: the last one */
};

void log_notes_init(struct log_notes *notes);
void log_notes_free(struct log_notes *notes);

void log_notes_add(struct log_notes *notes, const struct log_note *note);

/* Whether a log has the entry that was made there for a write. */
bool log_has(const struct log *log, uint32_t position, uint32_t write);

/* Whether the copy with this log has a note. */
bool log_notes_has(const struct log *log, const struct log_note *note);

/* That of a write; NULL: there is none. */
struct log_note *log_notes_of(const struct log_notes *notes, uint32_t write);

/* The last note about a key, and the one about it before another; NULL: there is none. */
struct log_note *log_notes_last(const struct log_notes *notes, uint64_t key);
struct log_note *log_notes_before(const struct log_notes *notes, const struct log_note *note);

/* Whether a copy has a later one about the same key, among those up to a position. */
bool log_notes_replaced(const struct log_notes *notes, const struct log *log,
                        const struct log_note *note, uint32_t until);

/* The logs drop what is up to `until`: those notes stay that are marked. */
void log_notes_keep(struct log_notes *notes, const bool *stays, uint32_t until);

#endif
