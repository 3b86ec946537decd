#include "transaction.h"

#include <assert.h>

#include "arena.h"
#include "column.h"
#include "deeds.h"

enum { CHUNK = 256, CHUNKS = 1 << 15 };

struct transactions {
  struct transaction **chunk;
  uint32_t n, free; /* free: the first of a list; 0: none */
  struct deeds deeds;
};

void transactions_want(struct sim *sim) {
  if (sim->transactions) return;
  sim->transactions = arena_alloc(sim->arena, sizeof *sim->transactions);
  sim->transactions->chunk = arena_alloc(sim->arena, CHUNKS * sizeof(struct transaction *));
  column_want(sim, COLUMN_TRANSACTION);
}

struct transaction *transaction_at(const struct sim *sim, uint32_t number) {
  return &sim->transactions->chunk[(number - 1) / CHUNK][(number - 1) % CHUNK];
}

static struct transaction *take(struct sim *sim) {
  struct transactions *all = sim->transactions;
  if (all->free > 0) {
    struct transaction *t = transaction_at(sim, all->free);
    all->free = t->next;
    return t;
  }
  uint32_t chunk = all->n / CHUNK;
  if (chunk == CHUNKS) {
    sim_fail(sim, "%u transactions are unfinished", all->n);
    return transaction_at(sim, all->n);
  }
  if (all->n % CHUNK == 0) {
    all->chunk[chunk] = arena_alloc(sim->arena, CHUNK * sizeof(struct transaction));
  }
  struct transaction *t = &all->chunk[chunk][all->n % CHUNK];
  t->number = ++all->n;
  return t;
}

struct transaction *transaction_begin(struct sim *sim, struct transactions_open *open,
                                      const struct member *coordinator,
                                      struct transaction_meters *meters, uint32_t parts,
                                      bool two_phase) {
  struct transaction *t = take(sim);
  *t = (struct transaction){.number = t->number,
                            .stamp = t->stamp + 1,
                            .all = (uint8_t)((1u << parts) - 1),
                            .previous = open->last,
                            .coordinator = coordinator->id,
                            .meters = meters,
                            .two_phase = two_phase};
  if (open->last) {
    transaction_at(sim, open->last)->next = t->number;
  } else {
    open->first = t->number;
  }
  open->last = t->number;
  return t;
}

/* --- calls ---------------------------------------------------------------------------------- */

void transaction_mark(struct sim *sim, const struct frame *call, const struct transaction *t,
                      uint32_t part, enum transaction_phase phase) {
  column_set(sim, call, COLUMN_TRANSACTION,
             (uint64_t)t->stamp << 32 | t->number << 8 | part << 4 | phase);
}

struct transaction *transaction_of_part(const struct sim *sim, uint64_t part) {
  if (part == 0) return NULL;
  struct transaction *t = transaction_at(sim, (uint32_t)part >> 8);
  return t->stamp == part >> 32 ? t : NULL;
}

struct transaction *transaction_of(const struct sim *sim, const struct frame *call) {
  return transaction_of_part(sim, column_get(sim, call, COLUMN_TRANSACTION));
}

enum transaction_phase transaction_phase(const struct sim *sim, const struct frame *call) {
  return (enum transaction_phase)(column_get(sim, call, COLUMN_TRANSACTION) & 15);
}

uint64_t transaction_part(const struct sim *sim, const struct frame *call) {
  return column_get(sim, call, COLUMN_TRANSACTION) & ~UINT64_C(15);
}

uint32_t transaction_bit(const struct sim *sim, const struct frame *call) {
  return transaction_bit_of(column_get(sim, call, COLUMN_TRANSACTION));
}

/* --- what became of it ---------------------------------------------------------------------- */

static struct deed *deed_of(struct sim *sim, const struct transaction *t) {
  return deeds_of(sim->arena, &sim->transactions->deeds, t->request);
}

/* Of all tries of its request. */
static void judge_request(struct sim *sim, const struct transaction *t) {
  struct deed *deed = deed_of(sim, t);
  uint8_t least = UINT8_MAX, most = 0;
  for (uint32_t part = 0; t->all >> part; part++) {
    if (deed->times[part] < least) least = deed->times[part];
    if (deed->times[part] > most) most = deed->times[part];
  }
  uint8_t half = most - least, was = deed->half;
  deed->half = half;
  if (half > was) {
    deed->counts = t->meters;
    deed->counts->half_applied += half - was;
  }
  if (half < was && deed->counts->half_applied >= (uint8_t)(was - half)) {
    deed->counts->half_applied -= was - half;
  }
}

/* It is over: whether part of it is there. */
static void judge(struct sim *sim, struct transaction *t) {
  if (t->request) {
    judge_request(sim, t);
    return;
  }
  bool half = t->applied != 0 && t->applied != t->all;
  if (half && !t->half) t->meters->half_applied++;
  if (!half && t->half && t->meters->half_applied > 0) t->meters->half_applied--;
  t->half = half;
}

static void apply(struct sim *sim, struct transaction *t, uint8_t bit) {
  if (t->request && !(t->applied & bit)) {
    uint8_t *times = &deed_of(sim, t)->times[__builtin_ctz(bit)];
    if (*times < UINT8_MAX) ++*times;
  }
  t->applied |= bit;
  if (t->over) judge(sim, t);
}

void transaction_applied(struct sim *sim, const struct frame *call) {
  struct transaction *t = transaction_of(sim, call);
  if (t) apply(sim, t, (uint8_t)transaction_bit(sim, call));
}

void transaction_is_there(struct sim *sim, const struct frame *call) {
  struct transaction *t = transaction_of(sim, call);
  if (!t) return;
  t->applied |= (uint8_t)transaction_bit(sim, call);
  if (t->over) judge(sim, t);
}

static void doubt(struct sim *sim, struct transaction *t) {
  if (t->in_doubt) return;
  t->in_doubt = true;
  t->doubt_ns = sim->now_ns;
  t->meters->in_doubt++;
}

static void prepare(struct sim *sim, struct transaction *t, uint8_t bit) {
  t->prepared |= bit;
  if (t->state == TRANSACTION_OPEN && sim->member[t->coordinator].down > 0) doubt(sim, t);
}

void transaction_prepared(struct sim *sim, const struct frame *call) {
  prepare(sim, transaction_of(sim, call), (uint8_t)transaction_bit(sim, call));
}

static void hear(const struct sim *sim, struct transaction *t, uint8_t bit) {
  t->heard |= bit;
  if (!t->in_doubt || (t->prepared & ~t->heard) != 0) return;
  hist_add(&t->meters->in_doubt_time, sim->now_ns - t->doubt_ns);
  t->in_doubt = false;
}

void transaction_heard(struct sim *sim, const struct frame *call) {
  struct transaction *t = transaction_of(sim, call);
  if (t) hear(sim, t, (uint8_t)transaction_bit(sim, call));
}

static void undo(struct sim *sim, struct transaction *t, uint8_t bit) {
  t->meters->compensated += (t->applied & bit) != 0;
  t->applied &= (uint8_t)~bit;
  t->heard |= bit;
  if (t->over) judge(sim, t);
}

void transaction_undone(struct sim *sim, const struct frame *call) {
  struct transaction *t = transaction_of(sim, call);
  if (t) undo(sim, t, (uint8_t)transaction_bit(sim, call));
}

void transaction_note(struct sim *sim, uint64_t part, enum transaction_fact fact) {
  struct transaction *t = transaction_of_part(sim, part);
  if (!t) return;
  uint8_t bit = (uint8_t)transaction_bit_of(part);
  switch (fact) {
    case FACT_PREPARED:
      prepare(sim, t, bit);
      break;
    case FACT_HEARD:
      hear(sim, t, bit);
      break;
    case FACT_APPLIED:
    case FACT_NOT_UNDONE:
      apply(sim, t, bit);
      break;
    case FACT_UNDONE:
      undo(sim, t, bit);
      break;
    case FACT_NOT_HEARD:
      t->heard &= (uint8_t)~bit;
      break;
    case FACT_NOT_APPLIED:
      t->applied &= (uint8_t)~bit;
      if (t->over) judge(sim, t);
      break;
  }
}

bool transaction_is_void(const struct sim *sim, const struct frame *call) {
  const struct transaction *t = transaction_of(sim, call);
  return t && t->saga && (t->heard & transaction_bit(sim, call)) != 0;
}

void transactions_crash(struct sim *sim, struct transactions_open *open,
                        struct transaction_meters *meters) {
  bool any = false;
  for (uint32_t i = open->first; i;) {
    struct transaction *t = transaction_at(sim, i);
    i = t->next;
    if (!t->two_phase && !t->durable) {
      transaction_end(sim, open, t);
    } else if (t->state == TRANSACTION_OPEN && t->prepared != 0) {
      doubt(sim, t);
      any = true;
    }
  }
  meters->doubtful += any;
  meters->clean += !any;
}

/* Of one without a protocol a write may still come, which makes it half applied, or no more. */
static void use_again(struct sim *sim, struct transaction *t) {
  if (!t->over || t->pins > 0 || (!t->two_phase && t->settled != t->sent)) return;
  t->stamp++;
  t->next = sim->transactions->free;
  sim->transactions->free = t->number;
}

void transaction_settled(struct sim *sim, const struct frame *call) {
  struct transaction *t = transaction_of(sim, call);
  if (!t) return;
  t->settled |= (uint8_t)transaction_bit(sim, call);
  if (t->over) use_again(sim, t);
}

void transaction_pin(struct sim *sim, uint64_t part) {
  struct transaction *t = transaction_of_part(sim, part);
  if (t) t->pins++;
}

void transaction_unpin(struct sim *sim, uint64_t part) {
  struct transaction *t = transaction_of_part(sim, part);
  if (!t) return;
  assert(t->pins > 0);
  if (--t->pins == 0) use_again(sim, t);
}

void transaction_end(struct sim *sim, struct transactions_open *open, struct transaction *t) {
  t->over = true;
  judge(sim, t);
  *(t->previous ? &transaction_at(sim, t->previous)->next : &open->first) = t->next;
  *(t->next ? &transaction_at(sim, t->next)->previous : &open->last) = t->previous;
  use_again(sim, t);
}
