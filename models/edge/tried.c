#include "tried.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

void tried_init(struct tried *tried, uint32_t backends) {
  *tried = (struct tried){.words = (backends + 63) / 64};
}

void tried_free(struct tried *tried) {
  free(tried->set);
}

static uint64_t *set_of(const struct sim *sim, struct tried *tried, struct frame *call) {
  if (tried->words <= 1) return &call->due_ns;
  uint32_t slot = frame_slot(sim, call);
  if (slot >= tried->slots) {
    uint32_t slots = tried->slots ? tried->slots : 64;
    while (slots <= slot) slots *= 2;
    tried->set = mem_resize(tried->set, (size_t)slots * tried->words * sizeof *tried->set);
    tried->slots = slots;
  }
  return &tried->set[(size_t)slot * tried->words];
}

void tried_clear(const struct sim *sim, struct tried *tried, struct frame *call) {
  uint64_t *set = set_of(sim, tried, call);
  for (uint32_t i = 0; i == 0 || i < tried->words; i++) set[i] = 0;
}

void tried_add(const struct sim *sim, struct tried *tried, struct frame *call, uint32_t backend) {
  set_of(sim, tried, call)[backend / 64] |= UINT64_C(1) << (backend % 64);
}

bool tried_has(const struct sim *sim, struct tried *tried, struct frame *call, uint32_t backend) {
  return set_of(sim, tried, call)[backend / 64] >> (backend % 64) & 1;
}
