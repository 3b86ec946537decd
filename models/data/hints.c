/* Hinted handoff: what a copy could not take, its coordinator keeps for it on its own disk, and
 * hands over, one write after the other, when the copy answers again. */
#include <stdlib.h>

#include "arena.h"
#include "message.h"
#include "quorum.h"
#include "timer.h"

/* How often a coordinator tries copies for which it keeps hints: Cassandra looks for them every
 * 10 s (HintsDispatchTrigger). */
#define HINTS_EVERY_NS UINT64_C(10000000000)

static void try_later(struct sim *sim, struct quorum_member *m) {
  if (!timer_is_set(sim, &m->handoff)) {
    timer_set(sim, m->member, &m->handoff, HINTS_EVERY_NS, 0, 0);
  }
}

void hints_keep(struct sim *sim, struct quorum_member *m, uint32_t copy, uint32_t write) {
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
  m->own->hints++;
  level_up(&m->own->kept, sim->now_ns);
  try_later(sim, m);
}

static void hand_off(struct sim *sim, struct quorum_member *m, uint32_t copy) {
  struct hints *hints = &m->hints[copy];
  if (hints->n == 0 || hints->under_way) return;
  hints->under_way = true;
  uint32_t write = hints->write[hints->first];
  message_send(sim, m->member, m->quorum->member[copy].member,
               &(struct message){.what = QUORUM_HINT,
                                 .site = (uint16_t)copy,
                                 .body = write,
                                 .draw = sim->now_ns | 1,
                                 .timeout_ns = m->quorum->config->timeout_ns});
}

void hints_hand_off(struct sim *sim, struct quorum_member *m) {
  for (uint32_t i = 0; i < m->quorum->n; i++) hand_off(sim, m, i);
}

void hints_on_answer(struct sim *sim, struct quorum_member *m, uint32_t copy,
                     enum outcome outcome) {
  struct hints *hints = &m->hints[copy];
  hints->under_way = false;
  if (outcome != OUTCOME_OK) {
    try_later(sim, m);
    return;
  }
  hints->first = (hints->first + 1) % hints->capacity;
  hints->n--;
  m->own->hinted++;
  level_down(&m->own->kept, sim->now_ns);
  hand_off(sim, m, copy);
}

void hints_restart(struct sim *sim, struct quorum_member *m) {
  for (uint32_t i = 0; m->hints && i < m->quorum->n; i++) {
    m->hints[i].under_way = false;
    if (m->hints[i].n > 0) try_later(sim, m);
  }
}

void hints_free(struct quorum_member *m) {
  for (uint32_t i = 0; m->hints && i < m->quorum->n; i++) free(m->hints[i].write);
}
