/* Hinted handoff: what a copy could not take, its coordinator keeps for it on its own disk, and
 * hands over when the copy answers again. */
#include <stdlib.h>

#include "arena.h"
#include "life.h"
#include "message.h"
#include "quorum.h"
#include "timer.h"

/* How often a coordinator tries copies for which it keeps hints: Cassandra looks for them every
 * 10 s (HintsDispatchTrigger). */
#define HINTS_EVERY_NS UINT64_C(10000000000)

/* So many writes are handed over at once. */
#define HINTS_BATCH 64u

static void try_later(struct sim *sim, struct quorum_member *m) {
  if (!timer_is_set(sim, &m->handoff)) {
    bool all_lead = copies_all_lead(m->quorum->config);
    timer_set(sim, m->member, &m->handoff, all_lead ? COPIES_RETRY_NS : HINTS_EVERY_NS, 0, 0);
  }
}

void hints_put(struct sim *sim, struct quorum_member *m, uint32_t copy, uint32_t write) {
  struct hints *hints = &m->hints[copy];
  if (hints->n == hints->capacity) {
    uint32_t capacity = hints->capacity ? 2 * hints->capacity : 64;
    uint32_t *ring = mem_alloc(capacity * sizeof *ring);
    for (uint32_t i = 0; i < hints->n; i++) {
      ring[i] = hints->write[(hints->first + i) % hints->capacity];
    }
    free(hints->write);
    hints->write = ring;
    hints->first = 0;
    hints->capacity = capacity;
  }
  hints->write[(hints->first + hints->n++) % hints->capacity] = write;
  level_up(&m->own->kept, sim->now_ns);
  if (!member_is_off(m->member)) try_later(sim, m); /* else when it is back */
}

void hints_keep(struct sim *sim, struct quorum_member *m, uint32_t copy, uint32_t write) {
  m->own->hints++;
  hints_put(sim, m, copy, write);
}

static void hand_off(struct sim *sim, struct quorum_member *m, uint32_t copy) {
  struct hints *hints = &m->hints[copy];
  if (hints->n == 0 || hints->under_way > 0) return;
  hints->batch = hints->n < HINTS_BATCH ? hints->n : HINTS_BATCH;
  if (hints->broken) hints->batch = 1; /* to see if it is there again */
  hints->under_way = hints->batch;
  hints->taken = 0;
  for (uint32_t i = 0; i < hints->batch; i++) {
    message_send(sim, m->member, m->quorum->member[copy].member,
                 &(struct message){.what = QUORUM_HINT,
                                   .site = (uint16_t)copy,
                                   .item = i,
                                   .body = hints->write[(hints->first + i) % hints->capacity],
                                   .draw = sim->now_ns | 1,
                                   .timeout_ns = m->quorum->config->timeout_ns});
  }
}

void hints_hand_off(struct sim *sim, struct quorum_member *m) {
  for (uint32_t i = 0; i < m->quorum->n; i++) hand_off(sim, m, i);
}

/* Those of the batch that were not taken come first in the next one. */
static void forget_taken(struct hints *hints) {
  uint32_t to = hints->batch;
  for (uint32_t i = hints->batch; i-- > 0;) {
    if (hints->taken >> i & 1) continue;
    uint32_t write = hints->write[(hints->first + i) % hints->capacity];
    hints->write[(hints->first + --to) % hints->capacity] = write;
  }
  hints->first = (hints->first + to) % hints->capacity;
  hints->n -= to;
}

void hints_on_answer(struct sim *sim, struct quorum_member *m, uint32_t copy, uint32_t number,
                     enum outcome outcome) {
  struct hints *hints = &m->hints[copy];
  hints->under_way--;
  if (outcome == OUTCOME_OK) hints->taken |= UINT64_C(1) << number;
  if (hints->under_way > 0) return;
  uint32_t taken = (uint32_t)__builtin_popcountll(hints->taken);
  forget_taken(hints);
  m->own->hinted += taken;
  level_set(&m->own->kept, sim->now_ns, m->own->kept.value - taken);
  hints->broken = taken == 0;
  if (hints->broken) {
    try_later(sim, m);
    return;
  }
  hand_off(sim, m, copy);
}

void hints_restart(struct sim *sim, struct quorum_member *m) {
  for (uint32_t i = 0; m->hints && i < m->quorum->n; i++) {
    m->hints[i].under_way = 0;
    m->hints[i].broken = true;
    if (m->hints[i].n > 0) try_later(sim, m);
  }
}

void hints_lose(struct sim *sim, struct quorum_member *m) {
  for (uint32_t i = 0; m->hints && i < m->quorum->n; i++) m->hints[i].n = 0;
  level_set(&m->own->kept, sim->now_ns, 0);
}

void hints_free(struct quorum_member *m) {
  for (uint32_t i = 0; m->hints && i < m->quorum->n; i++) free(m->hints[i].write);
}
