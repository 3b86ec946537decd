#include "log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

void log_free(struct log *log) {
  free(log->entry);
}

void log_append(struct log *log, struct log_entry entry) {
  uint32_t n = log->end - log->dropped;
  if (n == log->capacity) {
    log->capacity = n ? 2 * n : 64;
    log->entry = mem_resize(log->entry, log->capacity * sizeof *log->entry);
  }
  log->entry[n] = entry;
  log->end++;
}

void log_cut(struct log *log, uint32_t end) {
  assert(end >= log->dropped && end <= log->end);
  log->end = end;
}

void log_drop(struct log *log, uint32_t until) {
  assert(until >= log->dropped && until <= log->end);
  uint32_t left = log->end - until;
  if (left > 0) {
    memmove(log->entry, log->entry + (until - log->dropped), left * sizeof *log->entry);
  }
  log->dropped = until;
}

bool log_agree(const struct log *a, const struct log *b, uint32_t position) {
  if (position > a->end || position > b->end) return false;
  if (position <= a->dropped || position <= b->dropped) return true;
  struct log_entry x = log_at(a, position), y = log_at(b, position);
  return x.term == y.term && x.write == y.write;
}

uint32_t log_fork(const struct log *a, const struct log *b, uint32_t least) {
  uint32_t position = a->end < b->end ? a->end : b->end;
  while (position > least && !log_agree(a, b, position)) position--;
  return position;
}
