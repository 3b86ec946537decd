#include "column.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "sim.h"

struct columns {
  uint32_t rows;
  uint32_t *stamp; /* of the frame that the row belongs to */
  bool wanted[COLUMN_KINDS];
  uint64_t *value[COLUMN_KINDS]; /* NULL: nobody wants it */
};

enum { FIRST_ROWS = 1024 };

static void grow(struct columns *c, uint32_t slot) {
  uint32_t rows = c->rows ? c->rows : FIRST_ROWS;
  while (rows <= slot) rows *= 2;
  c->stamp = mem_resize(c->stamp, rows * sizeof *c->stamp);
  memset(c->stamp + c->rows, 0, (rows - c->rows) * sizeof *c->stamp);
  for (int i = 0; i < COLUMN_KINDS; i++) {
    if (!c->wanted[i]) continue;
    c->value[i] = mem_resize(c->value[i], rows * sizeof *c->value[i]);
    memset(c->value[i] + c->rows, 0, (rows - c->rows) * sizeof *c->value[i]);
  }
  c->rows = rows;
}

void column_want(struct sim *sim, enum column_id column) {
  if (sim->columns == NULL) sim->columns = mem_zeroed(1, sizeof *sim->columns);
  assert(sim->columns->rows == 0); /* too late: events have begun */
  sim->columns->wanted[column] = true;
}

bool column_wanted(const struct sim *sim, enum column_id column) {
  return sim->columns != NULL && sim->columns->wanted[column];
}

uint64_t column_get(const struct sim *sim, const struct frame *call, enum column_id column) {
  assert(column_wanted(sim, column));
  const struct columns *c = sim->columns;
  uint32_t slot = frame_slot(sim, call);
  return slot < c->rows && c->stamp[slot] == call->stamp ? c->value[column][slot] : 0;
}

/* The row of a call, empty if another one had it. */
static uint32_t row_of(struct sim *sim, const struct frame *call) {
  struct columns *c = sim->columns;
  uint32_t slot = frame_slot(sim, call);
  if (slot >= c->rows) grow(c, slot);
  if (c->stamp[slot] == call->stamp) return slot;
  c->stamp[slot] = call->stamp;
  for (int i = 0; i < COLUMN_KINDS; i++) {
    if (c->wanted[i]) c->value[i][slot] = 0;
  }
  return slot;
}

void column_set(struct sim *sim, const struct frame *call, enum column_id column, uint64_t value) {
  assert(column_wanted(sim, column));
  uint32_t row = row_of(sim, call); /* may move the columns */
  sim->columns->value[column][row] = value;
}

void columns_inherit(struct sim *sim, const struct frame *parent, const struct frame *call) {
  struct columns *c = sim->columns;
  uint32_t from = frame_slot(sim, parent);
  if (from >= c->rows || c->stamp[from] != parent->stamp) return;
  uint32_t to = row_of(sim, call);
  for (int i = 0; i < COLUMN_KINDS; i++) {
    bool own = i == COLUMN_ANSWER || i == COLUMN_DELIVERY || i == COLUMN_STANDS;
    own |= i == COLUMN_SEEN || i == COLUMN_TRY;
    own |= i == COLUMN_RETRY_IN || i == COLUMN_ACKS || i == COLUMN_MESSAGE;
    own |=
        i == COLUMN_BATCH || i == COLUMN_TRANSACTION || i == COLUMN_LOCK || i == COLUMN_ENVIRONMENT;
    if (c->wanted[i]) c->value[i][to] = own ? 0 : c->value[i][from];
  }
}

void columns_free(struct sim *sim) {
  if (sim->columns == NULL) return;
  for (int i = 0; i < COLUMN_KINDS; i++) free(sim->columns->value[i]);
  free(sim->columns->stamp);
  free(sim->columns);
}
