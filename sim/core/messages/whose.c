#include "whose.h"

#include "column.h"

static uint64_t read(const struct sim *sim, const struct frame *call, enum column_id column) {
  return column_wanted(sim, column) ? column_get(sim, call, column) : 0;
}

static void write(struct sim *sim, const struct frame *call, enum column_id column,
                  uint64_t value) {
  if (value && column_wanted(sim, column)) column_set(sim, call, column, value);
}

bool whose_is_read(const struct sim *sim) {
  return column_wanted(sim, COLUMN_USER) || column_wanted(sim, COLUMN_TIER) ||
         column_wanted(sim, COLUMN_CLIENT);
}

struct whose whose_of(const struct sim *sim, const struct frame *call) {
  return (struct whose){.user = read(sim, call, COLUMN_USER),
                        .tier = read(sim, call, COLUMN_TIER),
                        .client = read(sim, call, COLUMN_CLIENT)};
}

void whose_tell(struct sim *sim, const struct whose *whose, const struct frame *call) {
  write(sim, call, COLUMN_USER, whose->user);
  write(sim, call, COLUMN_TIER, whose->tier);
  write(sim, call, COLUMN_CLIENT, whose->client);
}
