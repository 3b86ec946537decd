#include "certify.h"

#include <assert.h>
#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "message.h"

enum stage { WAITS, RUNS, ASKS, TAKEN, ABORTED };

/* A write that a leader wants. */
struct ballot {
  uint32_t item;
  uint32_t leader;
  uint32_t snapshot; /* the version of the datum that its leader had */
  uint32_t write;    /* of the history, once it is taken */
  uint32_t call, stamp;
  uint32_t before;           /* another one in the same bucket */
  uint32_t voted;            /* the sets of copies that have voted for it, */
  uint32_t knows, shows;     /* that know what became of it, and are done with it, */
  uint32_t answered, hinted; /* whose votes its leader has; for which it keeps that */
  uint32_t bytes;            /* of its request, where paths ask */
  uint8_t failed;
  uint8_t stage; /* as its leader knows */
  uint64_t key;
};

/* A copy that cannot vote yet. frame NO_FRAME: it is the leader itself. */
struct deferred {
  uint32_t id, copy, slot, stamp;
};
#define NO_FRAME UINT32_MAX
#define BUCKETS 1024u

struct certifier {
  uint32_t need, all;
  /* Writes first .. first + n - 1, in a ring: the older, the smaller. */
  struct ballot *ring;
  uint32_t first, n, capacity;
  uint32_t bucket[BUCKETS]; /* the youngest whose item ends so */
  struct deferred *deferred;
  uint32_t deferreds, deferred_capacity;
};

struct certifier *certifier_new(const struct quorum *q) {
  struct certifier *c = mem_zeroed(1, sizeof *c);
  c->need = q->write > q->n / 2 ? q->write : q->n / 2 + 1;
  c->all = q->n == 32 ? UINT32_MAX : (UINT32_C(1) << q->n) - 1;
  c->first = 1;
  c->capacity = 64;
  c->ring = mem_zeroed(c->capacity, sizeof *c->ring);
  return c;
}

void certifier_free(struct certifier *c) {
  if (!c) return;
  free(c->ring);
  free(c->deferred);
  free(c);
}

static struct ballot *at(const struct certifier *c, uint32_t id) {
  return &c->ring[id & (c->capacity - 1)];
}

static bool is_kept(const struct certifier *c, uint32_t id) {
  return id >= c->first && id - c->first < c->n;
}

static uint32_t bit_of(uint32_t copy) {
  return UINT32_C(1) << copy;
}

static bool is_open(const struct ballot *w) {
  return w->stage <= ASKS;
}

static uint32_t add(struct certifier *c, struct ballot ballot) {
  if (c->n == c->capacity) {
    struct ballot *ring = mem_zeroed(2 * (size_t)c->capacity, sizeof *ring);
    for (uint32_t id = c->first; id < c->first + c->n; id++) {
      ring[id & (2 * c->capacity - 1)] = *at(c, id);
    }
    free(c->ring);
    c->ring = ring;
    c->capacity *= 2;
  }
  uint32_t id = c->first + c->n++, *bucket = &c->bucket[ballot.item % BUCKETS];
  ballot.before = *bucket;
  *bucket = id;
  *at(c, id) = ballot;
  return id;
}

static void forget(struct certifier *c) {
  while (c->n > 0 && at(c, c->first)->shows == c->all) {
    c->first++;
    c->n--;
  }
}

/* The first of the same datum from `id` down; 0: none is kept. */
static uint32_t of_datum(const struct certifier *c, uint32_t id, uint32_t item) {
  while (is_kept(c, id) && at(c, id)->item != item) id = at(c, id)->before;
  return is_kept(c, id) ? id : 0;
}

static uint32_t youngest(const struct certifier *c, uint32_t item) {
  return item ? of_datum(c, c->bucket[item % BUCKETS], item) : 0;
}

static uint32_t next_older(const struct certifier *c, uint32_t id) {
  return of_datum(c, at(c, id)->before, at(c, id)->item);
}

/* --- decided -------------------------------------------------------------------------------- */

static void send(struct sim *sim, struct quorum_member *m, uint32_t copy, uint8_t what,
                 uint32_t id) {
  message_send(sim, m->member, m->quorum->member[copy].member,
               &(struct message){.what = what,
                                 .site = (uint16_t)copy,
                                 .item = at(m->quorum->certifier, id)->item,
                                 .body = (uint64_t)id << 1,
                                 .draw = at(m->quorum->certifier, id)->key,
                                 .timeout_ns = m->quorum->config->timeout_ns});
}

static uint32_t id_of(const struct sim *sim, const struct frame *message) {
  uint64_t body = message_body(sim, message);
  return (uint32_t)(message_what(sim, message) == QUORUM_HINT ? body : body >> 1);
}

double certify_bytes(const struct sim *sim, const struct certifier *c,
                     const struct frame *message) {
  uint32_t id = id_of(sim, message);
  bool decides = message_what(sim, message) == QUORUM_WRITE; /* who votes has got it already */
  return decides || !is_kept(c, id) ? 0 : at(c, id)->bytes;
}

static void keep_for(struct sim *sim, struct quorum_member *m, uint32_t copy, uint32_t id) {
  struct ballot *w = at(m->quorum->certifier, id);
  if (w->hinted & bit_of(copy)) return;
  w->hinted |= bit_of(copy);
  hints_keep(sim, m, copy, id);
}

/* The oldest one of the datum that waits for its turn at this leader. */
static void begin_next(struct sim *sim, struct quorum_member *m, uint32_t item) {
  struct certifier *c = m->quorum->certifier;
  uint32_t first = 0;
  for (uint32_t id = youngest(c, item); id; id = next_older(c, id)) {
    if (at(c, id)->leader == m->number && at(c, id)->stage == WAITS) first = id;
  }
  if (first == 0) return;
  at(c, first)->stage = RUNS;
  send(sim, m, m->number, QUORUM_CERTIFY, first);
}

/* Tells the copies, if it has asked them, and who waits for it. */
static void decide(struct sim *sim, struct quorum_member *m, uint32_t id, enum stage stage) {
  struct certifier *c = m->quorum->certifier;
  struct ballot *w = at(c, id);
  bool asked = w->stage == ASKS;
  uint32_t item = w->item, self = bit_of(m->number);
  w->stage = (uint8_t)stage;
  w->knows |= asked ? self : c->all;
  w->shows |= asked ? self : c->all;
  for (uint32_t k = 0; asked && k < m->quorum->n; k++) {
    if (k != m->number) send(sim, m, k, QUORUM_WRITE, id);
  }
  begin_next(sim, m, item);
  quorum_set_waiting(sim, m, m->waiting - 1);
  *(stage == TAKEN ? &m->answered : &m->failed) += 1;
  struct frame *call = frame_at(sim, at(c, id)->call);
  if (call->stamp != at(c, id)->stamp) return;
  if (stage == TAKEN) quorum_note_write(sim, m, at(c, id)->write, call);
  call_reply(sim, call, stage == TAKEN ? OUTCOME_OK : OUTCOME_FAILED);
}

static void take(struct sim *sim, struct quorum_member *m, uint32_t id) {
  struct quorum *q = m->quorum;
  struct ballot *w = at(q->certifier, id);
  /* What the protocol believes is of no account here: it is looked up what it had not seen. */
  uint32_t missed = history_view(q->history, w->item, w->snapshot).behind;
  m->meters->conflicts += missed;
  m->own->lost_updates += missed;
  w->write = quorum_begin_write(sim, q, w->item, w->key, sim->now_ns);
  quorum_show_write(sim, m, w->write);
  decide(sim, m, id, TAKEN);
}

static void abort_for(struct sim *sim, struct quorum_member *m, uint32_t id, uint64_t *meter) {
  *meter += 1;
  decide(sim, m, id, ABORTED);
}

/* --- votes ---------------------------------------------------------------------------------- */

enum vote { AGAINST, FOR, LATER };

static enum vote vote(struct sim *sim, struct quorum_member *m, uint32_t id) {
  struct quorum *q = m->quorum;
  struct certifier *c = q->certifier;
  const struct ballot *w = at(c, id);
  uint32_t self = bit_of(m->number), gives_up = 0;
  if (w->knows & self) return AGAINST; /* it came too late */
  if (w->item && history_read(q->history, m->number, w->item).version > w->snapshot) return AGAINST;
  for (uint32_t other = youngest(c, w->item); other; other = next_older(c, other)) {
    const struct ballot *o = at(c, other);
    if (other == id) continue;
    /* What it has seen is no conflict, whether this copy knows of it yet or not. */
    if (o->stage == TAKEN && o->write <= w->snapshot) continue;
    if (o->knows & self) {
      if (o->stage == TAKEN) return AGAINST;
    } else if (o->voted & self) {
      if (other < id) return AGAINST;
      if (o->leader != m->number) return LATER;
      gives_up = other;
    }
  }
  at(c, id)->voted |= self;
  if (gives_up) abort_for(sim, m, gives_up, &m->meters->conflicts);
  return FOR;
}

static void defer(struct certifier *c, struct deferred deferred) {
  if (c->deferreds == c->deferred_capacity) {
    c->deferred_capacity = c->deferred_capacity ? 2 * c->deferred_capacity : 16;
    c->deferred = mem_resize(c->deferred, c->deferred_capacity * sizeof *c->deferred);
  }
  c->deferred[c->deferreds++] = deferred;
}

/* The leader's own vote comes first: then it asks the others. */
static void vote_self(struct sim *sim, struct quorum_member *m, uint32_t id) {
  struct certifier *c = m->quorum->certifier;
  switch (vote(sim, m, id)) {
    case AGAINST:
      abort_for(sim, m, id, &m->meters->conflicts);
      return;
    case LATER:
      defer(c, (struct deferred){.id = id, .copy = m->number, .slot = NO_FRAME});
      return;
    case FOR:
      break;
  }
  at(c, id)->stage = ASKS;
  at(c, id)->answered |= bit_of(m->number);
  for (uint32_t k = 0; k < m->quorum->n; k++) {
    if (k != m->number) send(sim, m, k, QUORUM_CERTIFY, id);
  }
  if (c->need == 1) take(sim, m, id);
}

static void answer(struct sim *sim, struct frame *message, uint32_t id, bool agrees) {
  message_set_body(sim, message, (uint64_t)id << 1 | agrees);
  call_reply(sim, message, OUTCOME_OK);
}

static void vote_on(struct sim *sim, struct quorum_member *m, struct frame *message, uint32_t id) {
  struct certifier *c = m->quorum->certifier;
  enum vote said = is_kept(c, id) ? vote(sim, m, id) : AGAINST;
  if (said == LATER) {
    message->flags |= CALL_RELEASED; /* no worker holds it */
    frame_set_state(sim, message, FRAME_WAITING);
    defer(c, (struct deferred){id, m->number, frame_slot(sim, message), message->stamp});
  } else {
    answer(sim, message, id, said == FOR);
  }
}

/* It knows more: who waited for that is voted on again. */
static void vote_again(struct sim *sim, struct quorum_member *m) {
  struct certifier *c = m->quorum->certifier;
  for (uint32_t n = c->deferreds, i = 0; n > 0; n--) {
    struct deferred d = c->deferred[i];
    if (d.copy != m->number) {
      i++;
      continue;
    }
    for (uint32_t k = i + 1; k < c->deferreds; k++) c->deferred[k - 1] = c->deferred[k];
    c->deferreds--; /* if it has to wait still, it comes last */
    if (d.slot == NO_FRAME) {
      if (is_kept(c, d.id) && at(c, d.id)->stage == RUNS) vote_self(sim, m, d.id);
    } else if (frame_at(sim, d.slot)->stamp == d.stamp) {
      vote_on(sim, m, frame_at(sim, d.slot), d.id);
    }
  }
}

/* --- messages ------------------------------------------------------------------------------- */

void certify_call(struct sim *sim, struct quorum_member *m, struct frame *call) {
  struct certifier *c = m->quorum->certifier;
  bool busy = false;
  for (uint32_t id = youngest(c, call->item); id; id = next_older(c, id)) {
    busy |= at(c, id)->leader == m->number && is_open(at(c, id));
  }
  double bytes = m->quorum->sized ? call_bytes(sim, call, false) : 0;
  uint32_t id = add(c, (struct ballot){.item = call->item,
                                       .leader = m->number,
                                       .call = frame_slot(sim, call),
                                       .stamp = call->stamp,
                                       .stage = busy ? WAITS : RUNS,
                                       .bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX,
                                       .key = call->key});
  if (!busy) send(sim, m, m->number, QUORUM_CERTIFY, id);
}

/* It knows from here on what became of a write; one that is taken it works on. */
static bool told(struct sim *sim, struct quorum_member *m, struct frame *message, uint32_t id) {
  struct certifier *c = m->quorum->certifier;
  uint32_t self = bit_of(m->number);
  bool works = is_kept(c, id) && at(c, id)->stage == TAKEN && !(at(c, id)->shows & self);
  if (is_kept(c, id)) {
    at(c, id)->knows |= self;
    if (!works) at(c, id)->shows |= self;
    vote_again(sim, m);
  }
  if (!works) call_reply(sim, message, OUTCOME_OK);
  forget(c);
  return !works;
}

bool certify_takes(struct sim *sim, struct quorum_member *m, struct frame *message) {
  uint8_t what = message_what(sim, message);
  uint32_t id = id_of(sim, message);
  if (what == QUORUM_READ) return false;
  if (what != QUORUM_CERTIFY) return told(sim, m, message, id);
  if (message_sender(sim, message) == m->member) return false;
  vote_on(sim, m, message, id);
  return true;
}

void certify_see(struct sim *sim, struct quorum_member *m, const struct frame *message) {
  struct ballot *w = at(m->quorum->certifier, id_of(sim, message));
  if (message_what(sim, message) != QUORUM_CERTIFY) return;
  w->snapshot = history_read(m->quorum->history, m->number, w->item).version;
}

void certify_show(struct sim *sim, struct quorum_member *m, const struct frame *message) {
  struct certifier *c = m->quorum->certifier;
  uint32_t id = id_of(sim, message);
  if (message_what(sim, message) == QUORUM_CERTIFY || !is_kept(c, id)) return;
  at(c, id)->shows |= bit_of(m->number);
  quorum_show_write(sim, m, at(c, id)->write);
  forget(c);
}

static void count_vote(struct sim *sim, struct quorum_member *m, const struct frame *message,
                       uint32_t id, enum outcome outcome) {
  struct quorum *q = m->quorum;
  struct ballot *w = at(q->certifier, id);
  if (message->site == m->number) {
    if (w->stage != RUNS) return;
    if (outcome == OUTCOME_OK) vote_self(sim, m, id);
    if (outcome != OUTCOME_OK) abort_for(sim, m, id, &m->own->too_few);
    return;
  }
  if (w->stage != ASKS) return;
  if (outcome == OUTCOME_OK && !(message_body(sim, message) & 1)) {
    abort_for(sim, m, id, &m->meters->conflicts);
    return;
  }
  if (outcome == OUTCOME_OK) w->answered |= bit_of(message->site);
  w->failed += outcome != OUTCOME_OK;
  if ((uint32_t)__builtin_popcount(w->answered) >= q->certifier->need) {
    take(sim, m, id);
  } else if (w->failed > q->n - q->certifier->need) {
    abort_for(sim, m, id, &m->own->too_few);
  }
}

void certify_on_answer(struct sim *sim, struct quorum_member *m, struct frame *message,
                       enum outcome outcome) {
  struct certifier *c = m->quorum->certifier;
  uint32_t id = id_of(sim, message);
  if (!is_kept(c, id)) return;
  if (message_what(sim, message) == QUORUM_CERTIFY) {
    count_vote(sim, m, message, id, outcome);
  } else if (outcome != OUTCOME_OK) {
    keep_for(sim, m, message->site, id);
  }
  forget(c);
}

/* --- crashes -------------------------------------------------------------------------------- */

void certify_crash(struct quorum_member *m) {
  struct certifier *c = m->quorum->certifier;
  uint32_t left = 0;
  for (uint32_t i = 0; i < c->deferreds; i++) {
    if (c->deferred[i].copy != m->number) c->deferred[left++] = c->deferred[i];
  }
  c->deferreds = left;
  for (uint32_t id = c->first; id < c->first + c->n; id++) {
    struct ballot *w = at(c, id);
    if (w->leader != m->number || !is_open(w)) continue;
    if (w->stage != ASKS) w->knows = w->shows = c->all;
    w->knows |= bit_of(m->number);
    w->shows |= bit_of(m->number);
    w->stage = ABORTED;
    m->lost++;
  }
  forget(c);
}

void certify_restart(struct sim *sim, struct quorum_member *m) {
  struct certifier *c = m->quorum->certifier;
  for (uint32_t id = c->first; id < c->first + c->n; id++) {
    if (at(c, id)->leader != m->number) continue;
    for (uint32_t k = 0; k < m->quorum->n; k++) {
      if (!(at(c, id)->shows & bit_of(k))) keep_for(sim, m, k, id);
    }
  }
}
