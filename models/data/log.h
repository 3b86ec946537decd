/* The log of one copy: the writes that it has for good, in their order, with the term in which each
 * was made. It survives crashes.
 *
 * Positions count from 1. What every copy has and shows is dropped from the front. */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stdint.h>

struct log_entry {
  uint32_t write; /* its number in the history */
  uint32_t term;
};

struct log {
  uint32_t dropped; /* positions 1 .. dropped are gone */
  uint32_t end;     /* the last one; 0: it is empty */
  uint32_t capacity;
  struct log_entry *entry;
};

void log_free(struct log *log);

static inline struct log_entry log_at(const struct log *log, uint32_t position) {
  return log->entry[position - log->dropped - 1];
}

void log_append(struct log *log, struct log_entry entry);
void log_cut(struct log *log, uint32_t end);    /* of what is behind `end` nothing is left */
void log_drop(struct log *log, uint32_t until); /* nor of what is up to there */

/* Whether both have the same up to `position`: by their terms, since in one term one copy alone
 * makes writes. What was dropped is the same everywhere. */
bool log_agree(const struct log *a, const struct log *b, uint32_t position);

/* The last position up to which both agree, if they do up to `least`. */
uint32_t log_fork(const struct log *a, const struct log *b, uint32_t least);

#endif
