/* One call to copies without a primary: its messages to all of them, and when it is answered. */
#include <assert.h>
#include <stdlib.h>

#include "anti_entropy.h"
#include "arena.h"
#include "call.h"
#include "certify.h"
#include "column.h"
#include "message.h"
#include "quorum.h"
#include "timer.h"

/* --- rounds --------------------------------------------------------------------------------- */

static uint32_t round_take(struct quorum *q) {
  if (q->free != ROUND_FREE) {
    uint32_t i = q->free;
    q->free = q->round[i].next;
    return i;
  }
  if (q->rounds == q->capacity) {
    q->capacity = q->capacity ? 2 * q->capacity : 64;
    q->round = mem_resize(q->round, q->capacity * sizeof *q->round);
    q->seen = mem_resize(q->seen, (size_t)q->capacity * q->n * sizeof *q->seen);
  }
  q->round[q->rounds] = (struct round){.generation = 1};
  return q->rounds++;
}

static void round_free(struct quorum *q, uint32_t i) {
  struct round *r = &q->round[i];
  r->generation++;
  r->coordinator = ROUND_FREE;
  r->next = q->free;
  q->free = i;
}

/* The round that a message is about, a read or a write: the body of a write's names the write as
 * well, for a copy has to take it also when nobody waits any more. */
static uint64_t body_of(const struct round *r, uint32_t i) {
  return (uint64_t)(r->write ? r->write : r->generation) << 32 | i;
}

static uint32_t write_of(const struct sim *sim, const struct frame *message) {
  uint64_t body = message_body(sim, message);
  return message_what(sim, message) == QUORUM_WRITE ? (uint32_t)(body >> 32) : (uint32_t)body;
}

static uint32_t round_of(const struct sim *sim, const struct quorum *q,
                         const struct frame *message) {
  uint64_t body = message_body(sim, message);
  uint32_t i = (uint32_t)body;
  if (q->round[i].coordinator == ROUND_FREE || body_of(&q->round[i], i) != body) return ROUND_FREE;
  bool writes = message_what(sim, message) == QUORUM_WRITE;
  return writes == (q->round[i].write != 0) ? i : ROUND_FREE;
}

/* A read is as large as the call that it is for, on the way to each copy and back; what brings a
 * write as the request that made it; all else is nothing. */
double quorum_message_bytes(const struct sim *sim, const struct quorum_member *m,
                            const struct frame *message, bool answer) {
  const struct quorum *q = m->quorum;
  uint8_t what = message_what(sim, message);
  if (what == QUORUM_READ) {
    uint32_t i = round_of(sim, q, message);
    return i == ROUND_FREE ? 0 : answer ? q->round[i].gives : q->round[i].asks;
  }
  if (answer || what == QUORUM_COMPARE) return 0;
  if (q->certifier) return certify_bytes(sim, q->certifier, message);
  return history_bytes(q->history, write_of(sim, message));
}

/* --- begun ---------------------------------------------------------------------------------- */

uint32_t quorum_begin_write(struct sim *sim, struct quorum *q, uint32_t item, uint64_t key,
                            uint64_t stamp_ns) {
  if (history_kept(q->history) >= (1u << 26)) {
    sim_fail(sim, "\"%s\" keeps %u writes because a copy does not get them; shorten the run",
             q->component->spec->name, history_kept(q->history));
  }
  uint32_t write = history_begin(q->history, item, key, sim->now_ns, stamp_ns);
  for (uint32_t i = 0; i < q->n; i++) {
    if (history_shows(q->history, i, write)) continue; /* what beats it */
    level_up(&q->member[i].meters->behind, sim->now_ns);
  }
  return write;
}

/* Where all lead: writes of others that a leader had not seen when it took this one. */
static void note_missed(struct quorum_member *m, uint64_t n) {
  m->meters->conflicts += n;
  if (m->quorum->config->conflict == CONFLICT_LWW) {
    m->own->lost_updates += n;
  } else {
    m->own->merged += n;
  }
}

void quorum_set_waiting(struct sim *sim, struct quorum_member *m, uint32_t waiting) {
  m->waiting = waiting;
  level_set(&m->own->waiting, sim->now_ns, waiting);
}

static void hold(struct sim *sim, struct quorum_member *m, struct frame *call) {
  call->flags |= CALL_RELEASED;
  frame_set_state(sim, call, FRAME_WAITING);
  trace_mark(sim, call, PART_REPLICATION);
  m->begun++;
  quorum_set_waiting(sim, m, m->waiting + 1);
}

static uint32_t whole_bytes(double bytes) {
  return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

static void note_bytes(struct sim *sim, const struct quorum *q, struct round *r,
                       struct frame *call) {
  r->asks = whole_bytes(call_bytes(sim, call, false));
  r->gives = whole_bytes(call_bytes(sim, call, true));
  if (r->write) history_set_bytes(q->history, r->write, r->asks);
}

void quorum_call(struct sim *sim, struct quorum_member *m, struct frame *call) {
  struct quorum *q = m->quorum;
  bool writes = op_set_has(&q->write_ops, call->op);
  hold(sim, m, call);
  if (writes && q->certifier) {
    certify_call(sim, m, call);
    return;
  }
  uint32_t i = round_take(q), generation = q->round[i].generation;
  struct round *r = &q->round[i];
  *r = (struct round){.generation = generation,
                      .coordinator = m->number,
                      .call = frame_slot(sim, call),
                      .stamp = call->stamp,
                      .item = call->item};
  bool all_lead = copies_all_lead(q->config);
  uint32_t from = all_lead && !writes ? m->number : 0;
  uint32_t until = all_lead && !writes ? m->number + 1 : q->n;
  r->sent = r->under_way = (uint16_t)(until - from);
  if (writes) {
    r->write = quorum_begin_write(sim, q, call->item, call->key, sim->now_ns + m->ahead_ns);
    r->beaten = history_at(q->history, r->write)->lost;
  }
  if (q->sized) note_bytes(sim, q, r, call);
  if (writes && all_lead) note_missed(m, history_begin_at(q->history, m->number, r->write));
  struct message message = {.what = writes ? QUORUM_WRITE : QUORUM_READ,
                            .item = call->item,
                            .body = body_of(r, i),
                            .draw = call->key,
                            .timeout_ns = q->config->timeout_ns};
  for (uint32_t k = from; k < until; k++) {
    message.site = (uint16_t)k;
    message_send(sim, m->member, q->member[k].member, &message);
  }
}

/* --- at a copy ------------------------------------------------------------------------------ */

bool quorum_message_reads(const struct sim *sim, const struct frame *message) {
  return message_what(sim, message) == QUORUM_READ;
}

void quorum_see(struct sim *sim, struct quorum_member *m, const struct frame *message) {
  struct quorum *q = m->quorum;
  if (message_what(sim, message) != QUORUM_READ) {
    if (q->certifier) certify_see(sim, m, message);
    return;
  }
  uint32_t i = round_of(sim, q, message);
  if (i == ROUND_FREE) return; /* nobody waits for it any more */
  q->seen[(size_t)i * q->n + m->number] = history_read(q->history, m->number, message->item);
}

void quorum_show(struct sim *sim, struct quorum_member *m, const struct frame *message) {
  if (m->quorum->certifier) {
    certify_show(sim, m, message);
  } else {
    quorum_show_write(sim, m, write_of(sim, message));
  }
}

void quorum_show_write(struct sim *sim, struct quorum_member *m, uint32_t write) {
  struct history *history = m->quorum->history;
  bool lacks = !history_shows(history, m->number, write);
  uint64_t made_ns = lacks ? history_at(history, write)->made_ns : 0;
  uint32_t shown = history_merge(history, m->number, write);
  if (shown == 0) return;
  struct level *behind = &m->meters->behind;
  level_set(behind, sim->now_ns, behind->value - shown);
  hist_add(&m->meters->lag, sim->now_ns - made_ns);
  m->meters->applied++;
}

/* --- decided -------------------------------------------------------------------------------- */

static struct history_view newest_of(const struct quorum *q, uint32_t i) {
  struct history_view newest = {.superseded_ns = TIME_NEVER};
  bool any = false;
  for (uint32_t k = 0; k < q->n; k++) {
    if (!(q->round[i].answered >> k & 1)) continue;
    const struct history_view *view = &q->seen[(size_t)i * q->n + k];
    if (!any || history_is_newer(view, &newest)) newest = *view;
    any = true;
  }
  return newest;
}

void quorum_note_write(struct sim *sim, struct quorum_member *m, uint32_t write,
                       const struct frame *call) {
  struct quorum *q = m->quorum;
  if (!history_shows_all(q->history, write)) note_missed(m, history_at(q->history, write)->missed);
  uint64_t user = column_wanted(sim, COLUMN_USER) ? column_get(sim, call, COLUMN_USER) : 0;
  history_ack(q->history, 0, write, user, sim->now_ns);
  if (q->followed) ledger_write(sim, q->component->id, call);
}

static void note_read(struct sim *sim, struct quorum_member *m, uint32_t i,
                      const struct frame *call) {
  struct quorum *q = m->quorum;
  struct history_view view = newest_of(q, i);
  uint64_t user = column_wanted(sim, COLUMN_USER) ? column_get(sim, call, COLUMN_USER) : 0;
  history_judge(q->history, call->item, &view, user, call->sent_ns, sim->now_ns, &m->meters->seen);
  if (q->followed) {
    ledger_read_older(sim, q->component->id, call, view.behind, view.superseded_ns);
  }
}

/* The call that can be answered now; NULL: it has to wait, or nobody does. */
static struct frame *decide(struct sim *sim, struct quorum_member *m, uint32_t i, bool *good) {
  struct quorum *q = m->quorum;
  struct round *r = &q->round[i];
  uint32_t need = r->write ? q->write : q->read;
  *good = (uint32_t)__builtin_popcount(r->answered) >= need;
  if (r->decided || (!*good && r->failed <= r->sent - need)) return NULL;
  r->decided = true;
  quorum_set_waiting(sim, m, m->waiting - 1);
  *(*good ? &m->answered : &m->failed) += 1;
  if (!*good) m->own->too_few++;
  struct frame *call = frame_at(sim, r->call);
  if (call->stamp != r->stamp) call = NULL;
  if (call && *good) {
    if (r->write) quorum_note_write(sim, m, r->write, call);
    if (r->beaten) note_missed(m, 1);
    if (!r->write) note_read(sim, m, i, call);
  }
  return call;
}

/* Read repair: who answered with less than the newest gets that. */
static void repair(struct sim *sim, struct quorum_member *m, uint32_t i) {
  struct quorum *q = m->quorum;
  uint32_t newest = newest_of(q, i).version;
  for (uint32_t k = 0; k < q->n; k++) {
    if (!(q->round[i].answered >> k & 1)) continue;
    if (q->seen[(size_t)i * q->n + k].version == newest) continue;
    m->own->repaired++;
    message_send(sim, m->member, q->member[k].member,
                 &(struct message){.what = QUORUM_REPAIR,
                                   .site = (uint16_t)k,
                                   .item = q->round[i].item,
                                   .body = newest,
                                   .draw = sim->now_ns | 1,
                                   .timeout_ns = MESSAGE_ONE_WAY});
  }
}

void quorum_on_answer(struct sim *sim, struct quorum_member *m, struct frame *message,
                      enum outcome outcome) {
  struct quorum *q = m->quorum;
  uint32_t copy = message->site;
  if (message_what(sim, message) == QUORUM_HINT) {
    hints_on_answer(sim, m, copy, message->item, outcome);
    return;
  }
  if (message_what(sim, message) == QUORUM_COMPARE) {
    anti_entropy_on_answer(sim, m, copy, outcome);
    return;
  }
  if (q->certifier && message_what(sim, message) != QUORUM_READ) {
    certify_on_answer(sim, m, message, outcome);
    return;
  }
  uint32_t i = round_of(sim, q, message);
  assert(i != ROUND_FREE);
  struct round *r = &q->round[i];
  r->under_way--;
  if (outcome == OUTCOME_OK) {
    r->answered |= UINT32_C(1) << copy;
  } else {
    r->failed++;
    if (r->write && q->keeps_hints) hints_keep(sim, m, copy, r->write);
  }
  bool good;
  struct frame *call = decide(sim, m, i, &good);
  if (r->under_way == 0) {
    if (!r->write && q->config->repair == REPAIR_READ) repair(sim, m, i);
    round_free(q, i);
  }
  if (call) call_reply(sim, call, good ? OUTCOME_OK : OUTCOME_FAILED);
}

/* A leader has what it took in its log, and hands it over when it is back: to itself, too. */
static void keep_log(struct sim *sim, struct quorum_member *m, const struct round *r) {
  if (!r->write || !copies_all_lead(m->quorum->config)) return;
  for (uint32_t k = 0; k < m->quorum->n; k++) {
    if (!(r->answered >> k & 1)) hints_keep(sim, m, k, r->write);
  }
}

void quorum_lose_rounds(struct sim *sim, struct quorum_member *m) {
  struct quorum *q = m->quorum;
  for (uint32_t i = 0; i < q->rounds; i++) {
    if (q->round[i].coordinator != m->number) continue;
    keep_log(sim, m, &q->round[i]);
    m->lost += !q->round[i].decided;
    round_free(q, i);
  }
  quorum_set_waiting(sim, m, 0);
}
