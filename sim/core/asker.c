#include "asker.h"

struct member *asker_of(const struct sim *sim, const struct frame *call) {
  uint64_t told = column_get(sim, call, COLUMN_CALLER);
  if (told > 0) return &sim->member[told - 1];
  return call->flags & CALL_ROOT ? &sim->member[call->parent] : NULL;
}

uint64_t asker_identity(const struct sim *sim, const struct frame *call) {
  const struct member *asker = asker_of(sim, call);
  return asker ? member_identity(asker) : 0;
}

void asker_inherit(struct sim *sim, const struct member *from, const struct frame *parent,
                   const struct frame *call) {
  columns_inherit(sim, parent, call);
  if (!column_wanted(sim, COLUMN_CALLER)) return;
  bool the_same = from == NULL || from->kind->by_name; /* who was told a name calls by itself */
  const struct member *asker = the_same ? asker_of(sim, parent) : from;
  column_set(sim, call, COLUMN_CALLER, asker ? (uint64_t)asker->id + 1 : 0);
}
