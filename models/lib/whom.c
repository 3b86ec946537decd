#include "whom.h"

#include "asker.h"
#include "column.h"
#include "outline.h"
#include "sim.h"

const char *const whom_names[] = {"all", "user", "tier", "client", "caller", "key", NULL};
const char *const whom_names_but_key[] = {"all", "user", "tier", "client", "caller", NULL};

void whom_want(struct sim *sim, enum whom whom) {
  if (whom == WHOM_USER) column_want(sim, COLUMN_USER);
  if (whom == WHOM_TIER) column_want(sim, COLUMN_TIER);
  if (whom == WHOM_CLIENT) column_want(sim, COLUMN_CLIENT);
  if (whom == WHOM_CALLER) column_want(sim, COLUMN_CALLER);
}

uint64_t whom_of(const struct sim *sim, const struct frame *call, enum whom whom) {
  switch (whom) {
    case WHOM_ALL:
      return 0;
    case WHOM_USER:
      return column_get(sim, call, COLUMN_USER);
    case WHOM_TIER:
      return column_get(sim, call, COLUMN_TIER);
    case WHOM_CLIENT:
      return column_get(sim, call, COLUMN_CLIENT);
    case WHOM_CALLER:
      return asker_identity(sim, call);
    case WHOM_KEY:
      return call->item;
  }
  return 0;
}

void whom_outline(enum whom whom, struct outline *out) {
  out->by_user |= whom == WHOM_USER || whom == WHOM_TIER;
  out->by_key |= whom == WHOM_KEY;
}
