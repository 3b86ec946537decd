#include "service_transactions.h"

#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "column.h"

/* How long an answer is waited for, and until it is tried again: the first retransmission of TCP
 * (RFC 6298, 2.1). */
#define AGAIN_NS UINT64_C(1000000000)

/* Of copies whichever leads them now, whatever is asked of it. */
static struct member *participant(struct member *member) {
  const struct kind *kind = member->component->kind;
  bool copied = kind->primary && kind->keeps_versions(member->component->config);
  return copied ? kind->primary(member) : member;
}

/* Whether some store of a transaction knows by its key a write that it has done before. `first`:
 * the call of the first part, behind which are those of the others. */
static bool any_remembers(const struct sim *sim, const struct program_call *first) {
  for (uint32_t i = 0; i < first->parts; i++) {
    const struct component_spec *to = &sim->spec->component[first[i].component];
    if (to->kind->remembers && to->kind->remembers(to->config)) return true;
  }
  return false;
}

static uint64_t identity_of(const struct sim *sim, const struct frame *call) {
  return column_wanted(sim, COLUMN_IDENTITY) ? column_get(sim, call, COLUMN_IDENTITY) : 0;
}

struct member *coordinator_sends(struct sim *sim, struct member *member, struct coordinator *c,
                                 struct frame *call, struct frame *child,
                                 const struct program_call *spec, struct member *to) {
  to = participant(to);
  struct transaction *t = transaction_of(sim, call);
  if (!t) {
    t = transaction_begin(sim, &c->open, member, &c->meters, spec->parts, spec->prepares);
    t->saga = spec->saga;
    t->durable = spec->durable;
    const struct program_call *first = spec - (spec->part - 1);
    if (!spec->saga && any_remembers(sim, first)) t->request = identity_of(sim, child);
    transaction_mark(sim, call, t, 0, PHASE_ALONE);
  }
  uint32_t part = spec->part - 1u;
  t->part[part] = (struct transaction_part){.member = to->id,
                                            .item = child->item,
                                            .key = child->key,
                                            .identity = identity_of(sim, child),
                                            .op = child->op,
                                            .undo = (uint8_t)(spec->saga ? spec->undo : 0)};
  t->sent |= (uint8_t)(1u << part);
  transaction_mark(sim, child, t, part, spec->prepares ? PHASE_PREPARE : PHASE_ALONE);
  return to;
}

/* --- telling -------------------------------------------------------------------------------- */

/* On behalf of `call`, or on the coordinator's own account. A participant that has not voted is
 * told, too: its vote may be on the way. */
static void tell(struct sim *sim, struct member *member, const struct transaction *t, uint32_t part,
                 struct frame *call) {
  const struct transaction_part *to = &t->part[part];
  struct frame *child = call_new(sim, member, call);
  child->key = rng_mix(to->key + sim->now_ns);
  child->item = to->item;
  child->op = to->op;
  child->site = call ? call->pc : 0;
  bool commit = t->state == TRANSACTION_COMMITTED;
  if (t->saga) child->op = to->undo;
  if (column_wanted(sim, COLUMN_IDENTITY)) column_set(sim, child, COLUMN_IDENTITY, to->identity);
  transaction_mark(sim, child, t, part, t->saga ? PHASE_UNDO : commit ? PHASE_COMMIT : PHASE_ABORT);
  call_send(sim, child, participant(&sim->member[to->member]), AGAIN_NS);
}

static void tell_all(struct sim *sim, struct member *member, const struct transaction *t,
                     struct frame *call) {
  for (uint32_t left = t->sent & ~(uint32_t)t->told, part = 0; left; left >>= 1, part++) {
    if (left & 1) tell(sim, member, t, part, call);
  }
}

static void decide(struct transaction *t, enum transaction_state state) {
  t->state = (uint8_t)state;
  if (state == TRANSACTION_COMMITTED) {
    t->meters->committed++;
  } else {
    t->meters->aborted++;
  }
}

void coordinator_decides(struct sim *sim, struct member *member, struct coordinator *c,
                         struct frame *call) {
  struct transaction *t = transaction_of(sim, call);
  column_set(sim, call, COLUMN_TRANSACTION, 0);
  call->pending = 0;
  if (!t) return;
  decide(t, TRANSACTION_COMMITTED);
  if (!t->two_phase) {
    transaction_end(sim, &c->open, t);
    return;
  }
  for (uint32_t parts = t->sent; parts; parts &= parts - 1) call->pending++;
  tell_all(sim, member, t, call);
}

void coordinator_ends(struct sim *sim, struct member *member, struct coordinator *c,
                      struct frame *call) {
  struct transaction *t = transaction_of(sim, call);
  if (!t) return;
  column_set(sim, call, COLUMN_TRANSACTION, 0);
  decide(t, TRANSACTION_ABORTED);
  bool tells = t->two_phase || (t->saga && t->told != t->sent);
  if (tells) {
    tell_all(sim, member, t, NULL);
  } else {
    transaction_end(sim, &c->open, t);
  }
}

/* Of a part: whether its participant has copies. */
static bool has_copies(const struct sim *sim, const struct transaction *t, uint32_t bit) {
  const struct member *member = &sim->member[t->part[__builtin_ctz(bit)].member];
  const struct kind *kind = member->component->kind;
  return kind->keeps_versions && kind->keeps_versions(member->component->config);
}

bool coordinator_hears(struct sim *sim, struct member *member, struct coordinator *c,
                       struct frame *child, enum outcome outcome) {
  struct transaction *t = transaction_of(sim, child);
  uint8_t bit = (uint8_t)transaction_bit(sim, child);
  if (transaction_phase(sim, child) < PHASE_COMMIT) {
    bool may_still_come = outcome == OUTCOME_TIMEOUT || outcome == OUTCOME_UNREACHABLE;
    bool refused = outcome != OUTCOME_OK && !may_still_come;
    /* Of what was refused nothing is to be undone. But a primary that leads no more cannot say what
     * becomes of the writes that it has made (CockroachDB: result is ambiguous). */
    if (t && t->saga && refused && !has_copies(sim, t, bit)) t->told |= bit;
    if (!may_still_come) transaction_settled(sim, child);
    return false;
  }
  if (!t || t->told & bit) return true;
  if (outcome != OUTCOME_OK) {
    if (!timer_is_set(sim, &c->again)) timer_set(sim, member, &c->again, AGAIN_NS, 0, 0);
    return true;
  }
  t->told |= bit;
  if (t->told == t->sent) transaction_end(sim, &c->open, t);
  return true;
}

/* --- again ---------------------------------------------------------------------------------- */

void coordinator_goes_on(struct sim *sim, struct member *member, struct coordinator *c) {
  /* What is answered at once may end others, too. */
  uint32_t n = 0, k = 0;
  for (uint32_t i = c->open.first; i; i = transaction_at(sim, i)->next) n++;
  uint32_t *open = mem_zeroed(n + 1, sizeof *open);
  for (uint32_t i = c->open.first; i; i = transaction_at(sim, i)->next) open[k++] = i;
  for (k = 0; k < n; k++) {
    const struct transaction *t = transaction_at(sim, open[k]);
    bool waits = (t->two_phase || t->saga) && !t->over && t->state != TRANSACTION_OPEN;
    if (waits && t->coordinator == member->id) tell_all(sim, member, t, NULL);
  }
  free(open);
}

void coordinator_crash(struct sim *sim, struct member *member, struct coordinator *c, bool begins) {
  if (begins) {
    transactions_crash(sim, &c->open, &c->meters);
    return;
  }
  for (uint32_t i = c->open.first; i; i = transaction_at(sim, i)->next) {
    struct transaction *t = transaction_at(sim, i);
    if (t->state == TRANSACTION_OPEN) decide(t, TRANSACTION_ABORTED);
  }
  coordinator_goes_on(sim, member, c);
}
