#include "look_up.h"

#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "sim.h"

#define AT(field) offsetof(struct look_up_config, field)

enum { IDS_RANDOM, IDS_EVEN };
static const char *const ids_words[] = {"random", "even", NULL};

const struct param look_up_params[] = {
    {.name = "ids",
     .type = PARAM_ENUM,
     .offset = AT(ids),
     .fallback = "random",
     .choices = ids_words,
     .doc = "\"random\": the peers' places on the ring are drawn, as by a hash of their names. "
            "\"even\": peers are evenly apart and no identifier lies between them."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT(timeout_ns),
     .fallback = "500ms",
     .min = 1e3,
     .max = 1e18,
     .doc = "How long an answer of a peer is waited for; then the one is asked that is next best "
            "(Chord's simulations: 500 ms)."},
    {0},
};

/* Identifiers are modulo 2^64; where they are even, modulo the number of peers. */
struct look_up_ring {
  uint32_t n;
  bool even;
  uint64_t *id;       /* by peer */
  uint32_t *standing; /* peers in the order of their identifiers */
};

/* --- the ring ------------------------------------------------------------------------------- */

static int by_id(const void *left, const void *right, void *ids) {
  const uint64_t *id = ids;
  uint64_t a = id[*(const uint32_t *)left], b = id[*(const uint32_t *)right];
  return (a > b) - (a < b);
}

static struct look_up_ring *ring_of(struct sim *sim, const struct component *peers, bool even) {
  struct look_up_ring *r = arena_alloc(sim->arena, sizeof *r);
  r->n = peers->members;
  r->even = even;
  r->id = arena_alloc(sim->arena, r->n * sizeof *r->id);
  r->standing = arena_alloc(sim->arena, r->n * sizeof *r->standing);
  struct stream places = sim_stream(sim, peers, "places");
  for (uint32_t i = 0; i < r->n; i++) {
    struct draws draws = draws_begin(places, member_identity(&peers->member[i]), 0);
    r->id[i] = even ? i : draws_next(&draws);
    r->standing[i] = i;
  }
  qsort_r(r->standing, r->n, sizeof *r->standing, by_id, r->id);
  return r;
}

/* How far it is from one identifier to another, onwards. */
static uint64_t way(const struct look_up_ring *r, uint64_t from, uint64_t to) {
  return r->even && to < from ? to + r->n - from : to - from;
}

/* The peer that has the first identifier from `id` on. */
static uint32_t keeper(const struct look_up_ring *r, uint64_t id) {
  uint32_t low = 0, high = r->n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (r->id[r->standing[middle]] < id) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return r->standing[low == r->n ? 0 : low];
}

static uint64_t place_of(const struct look_up_ring *r, uint64_t hash) {
  return r->even ? hash % r->n : hash;
}

/* Whom `peer` would ask for the key at `id`: of those it knows the one closest before it or on it,
 * else its successor, whose the key is; `skip` of them are left out. The peer itself: nobody. */
static uint32_t next_hop(const struct look_up_ring *r, uint32_t peer, uint64_t id, uint32_t skip) {
  uint64_t own = r->id[peer], distance = way(r, own, id);
  uint32_t last = peer;
  for (int i = 63; i >= 0; i--) {
    uint64_t step = UINT64_C(1) << i;
    if (step > distance || (r->even && step >= r->n)) continue;
    uint32_t finger = keeper(r, r->even ? (own + step) % r->n : own + step);
    if (way(r, own, r->id[finger]) > distance || finger == peer || finger == last) continue;
    last = finger;
    if (skip-- == 0) return finger;
  }
  return last == peer && skip == 0 ? keeper(r, r->even ? (own + 1) % r->n : own + 1) : peer;
}

/* --- asking --------------------------------------------------------------------------------- */

static uint64_t wanted(const struct look_up_ring *r, const struct frame *call) {
  uint64_t hash = call->item ? rng_mix(call->item * UINT64_C(0x9e3779b97f4a7c15)) : call->key;
  return place_of(r, rng_mix(hash + 1));
}

/* What is kept in a message while it is under way: who said that this one should be asked, and how
 * many better ones were skipped then; and how many the one that is asked should skip. */
static uint16_t mark_of(uint32_t skipped, uint32_t skip) {
  return (uint16_t)(skipped << 8 | skip);
}

static void ask(struct sim *sim, struct member *member, struct look_up *l, struct frame *call,
                uint32_t whom, uint32_t said_by, uint16_t mark) {
  l->meters.hops++;
  message_send(sim, member, &member->component->member[whom],
               &(struct message){.what = LOOK_UP_ASK,
                                 .site = mark,
                                 .item = said_by + 1,
                                 .body = wanted(l->ring, call),
                                 .parent = call,
                                 .timeout_ns = l->config->timeout_ns,
                                 .attempt = mark});
}

static void give_up(struct sim *sim, struct look_up *l, struct frame *call) {
  l->meters.failed++;
  call_reply(sim, call, OUTCOME_FAILED);
}

static void ask_next(struct sim *sim, struct member *member, struct look_up *l, struct frame *call,
                     uint32_t skip) {
  uint32_t me = member->index - 1;
  uint32_t whom = next_hop(l->ring, me, wanted(l->ring, call), skip);
  if (whom == me) {
    give_up(sim, l, call);
  } else {
    ask(sim, member, l, call, whom, me, mark_of(skip, 0));
  }
}

void look_up_call(struct sim *sim, struct member *member, struct look_up *l, struct frame *call) {
  l->meters.lookups++;
  if (keeper(l->ring, wanted(l->ring, call)) == member->index - 1) {
    call_reply(sim, call, OUTCOME_OK);
    return;
  }
  frame_set_state(sim, call, FRAME_WAITING);
  trace_mark(sim, call, PART_REPLICATION);
  ask_next(sim, member, l, call, 0);
}

/* The answer: 0, the key is here; else one more than whom to ask. Who knows nobody else says so by
 * naming itself. */
void look_up_on_message(struct sim *sim, struct member *member, struct look_up *l,
                        struct frame *message) {
  uint32_t me = member->index - 1;
  uint64_t id = message_body(sim, message);
  bool here = keeper(l->ring, id) == me;
  uint32_t next = here ? 0 : 1 + next_hop(l->ring, me, id, message->site & 0xff);
  message_set_body(sim, message, next);
}

void look_up_on_answer(struct sim *sim, struct member *member, struct look_up *l,
                       struct frame *parent, const struct frame *message, enum outcome outcome) {
  if (parent == NULL) return;
  uint32_t asked = sim->member[frame_callee(message)].index - 1;
  uint32_t said_by = message->item - 1, skipped = message->site >> 8, skip = message->site & 0xff;
  if (outcome != OUTCOME_OK) {
    if (skip > 0 || skipped == 0xff) {
      give_up(sim, l, parent); /* who said so is gone, too */
    } else if (said_by == member->index - 1) {
      ask_next(sim, member, l, parent, skipped + 1);
    } else {
      ask(sim, member, l, parent, said_by, said_by, mark_of(0, skipped + 1));
    }
    return;
  }
  uint64_t next = message_body(sim, message);
  if (next == 0) {
    call_reply(sim, parent, OUTCOME_OK);
  } else if (next - 1 == asked) {
    give_up(sim, l, parent);
  } else {
    ask(sim, member, l, parent, (uint32_t)(next - 1), asked, mark_of(skip, 0));
  }
}

void look_up_init(struct sim *sim, struct member *member, struct look_up *l,
                  const struct look_up_config *config) {
  struct component *peers = member->component;
  if (peers->shared == NULL) peers->shared = ring_of(sim, peers, config->ids == IDS_EVEN);
  l->config = config;
  l->ring = peers->shared;
}
