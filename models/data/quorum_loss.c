/* A copy without a primary loses its data: its machine is gone with its disk, and an empty one
 * takes its place under the same name (Cassandra: a node that is started with empty data
 * directories). It answers at once, and what it shows is what came to it since: of the writes that
 * wait elsewhere for it (hints), of those that reads find out it lacks (read repair), and of what
 * it compares with others (anti_entropy.c). Until then it counts as one of the answers of a read
 * and knows nothing: R + W > N does not hold for it. Hints that it kept for others are gone, too.
 * Where all copies lead another one gives it all that it has before anything else, and keeps for it
 * what comes meanwhile. */
#include "life.h"
#include "quorum.h"

/* Whether a write is on its way to some copy, or kept for one. */
static bool may_come(const void *who, uint32_t write) {
  const struct quorum *q = who;
  for (uint32_t i = 0; i < q->rounds; i++) {
    const struct round *r = &q->round[i];
    if (r->coordinator != ROUND_FREE && r->write == write && r->under_way > 0) return true;
  }
  for (uint32_t m = 0; m < q->members; m++) {
    for (uint32_t k = 0; q->member[m].hints && k < q->n; k++) {
      const struct hints *hints = &q->member[m].hints[k];
      for (uint32_t i = 0; i < hints->n; i++) {
        if (hints->write[(hints->first + i) % hints->capacity] == write) return true;
      }
    }
  }
  return false;
}

void quorum_lose(struct sim *sim, struct quorum_member *m) {
  struct quorum *q = m->quorum;
  if (m->number >= q->n) return; /* it keeps no data */
  quorum_lose_rounds(sim, m);
  if (m->hints) hints_lose(sim, m);
  uint32_t lacks = history_lose_copy(q->history, m->number, sim->now_ns);
  struct level *behind = &m->meters->behind;
  level_set(behind, sim->now_ns, behind->value + lacks);
  struct history_gone gone = history_lose_gone(q->history, may_come, q);
  m->meters->lost += gone.lost;
  for (uint32_t k = 0; k < q->n; k++) {
    struct level *of = &q->member[k].meters->behind;
    level_set(of, sim->now_ns, of->value - gone.given_up);
  }
  m->lost_data = true;
}
