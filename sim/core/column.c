#include "column.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "sim.h"

/* A row is the stamp of the frame that it belongs to, the fields that calls made for that frame
 * have as well, and those that are its own alone: no more of them than somebody reads. */
struct columns {
  uint32_t rows;            /* 0: events have not begun */
  uint32_t width;           /* values of a row */
  uint32_t own;             /* where in it the own fields begin */
  uint8_t at[COLUMN_KINDS]; /* the field's place; 0: nobody wants it */
  uint64_t *row;
};

enum { FIRST_ROWS = 1024 };

static bool is_own(enum column_id column) {
  switch (column) {
    case COLUMN_CALLER:
    case COLUMN_RETRY_IN:
    case COLUMN_ANSWER:
    case COLUMN_ASKED:
    case COLUMN_EXPECTED:
    case COLUMN_DELIVERY:
    case COLUMN_TRY:
    case COLUMN_BATCH:
    case COLUMN_ACKS:
    case COLUMN_MESSAGE:
    case COLUMN_TRANSACTION:
    case COLUMN_LOCK:
    case COLUMN_ENVIRONMENT:
    case COLUMN_STANDS:
    case COLUMN_SEEN:
      return true;
    default:
      return false;
  }
}

void column_want(struct sim *sim, enum column_id column) {
  if (sim->columns == NULL) sim->columns = mem_zeroed(1, sizeof *sim->columns);
  assert(sim->columns->rows == 0); /* too late: events have begun */
  sim->columns->at[column] = 1;    /* which place, when all are known */
}

bool column_wanted(const struct sim *sim, enum column_id column) {
  return sim->columns != NULL && sim->columns->at[column] != 0;
}

static void place_fields(struct columns *c) {
  c->width = 1;
  for (int own = 0; own < 2; own++) {
    if (own) c->own = c->width;
    for (int i = 0; i < COLUMN_KINDS; i++) {
      if (c->at[i] != 0 && is_own(i) == own) c->at[i] = (uint8_t)c->width++;
    }
  }
}

static void grow(struct columns *c, uint32_t slot) {
  uint32_t rows = c->rows ? c->rows : FIRST_ROWS;
  while (rows <= slot) rows *= 2;
  if (c->rows == 0) place_fields(c);
  size_t had = (size_t)c->rows * c->width, has = (size_t)rows * c->width;
  c->row = mem_resize(c->row, has * sizeof *c->row);
  memset(c->row + had, 0, (has - had) * sizeof *c->row);
  c->rows = rows;
}

/* The row of a call; NULL: it has none. */
static uint64_t *row_of(const struct sim *sim, const struct frame *call) {
  const struct columns *c = sim->columns;
  uint32_t slot = frame_slot(sim, call);
  if (slot >= c->rows) return NULL;
  uint64_t *row = c->row + (size_t)slot * c->width;
  return row[0] == call->stamp ? row : NULL;
}

/* What will be its row, whatever stands there; rows may move. */
static uint64_t *make_row(struct sim *sim, const struct frame *call) {
  struct columns *c = sim->columns;
  uint32_t slot = frame_slot(sim, call);
  if (slot >= c->rows) grow(c, slot);
  uint64_t *row = c->row + (size_t)slot * c->width;
  row[0] = call->stamp;
  return row;
}

uint64_t column_get(const struct sim *sim, const struct frame *call, enum column_id column) {
  assert(column_wanted(sim, column));
  const uint64_t *row = row_of(sim, call);
  return row ? row[sim->columns->at[column]] : 0;
}

void column_set(struct sim *sim, const struct frame *call, enum column_id column, uint64_t value) {
  assert(column_wanted(sim, column));
  uint64_t *row = row_of(sim, call);
  if (row == NULL) {
    row = make_row(sim, call);
    memset(row + 1, 0, (sim->columns->width - 1) * sizeof *row);
  }
  row[sim->columns->at[column]] = value;
}

void columns_inherit(struct sim *sim, const struct frame *parent, const struct frame *call) {
  const struct columns *c = sim->columns;
  if (row_of(sim, parent) == NULL) return;
  uint64_t *to = make_row(sim, call);
  const uint64_t *from = row_of(sim, parent);
  memcpy(to + 1, from + 1, (c->own - 1) * sizeof *to);
  memset(to + c->own, 0, (c->width - c->own) * sizeof *to);
}

void columns_free(struct sim *sim) {
  if (sim->columns == NULL) return;
  free(sim->columns->row);
  free(sim->columns);
}
