/* Consumers that take too long over what they have (Kafka's max.poll.interval.ms). A consumer of a
 * topic with partitions asks for more when it has done with what it has. One that has had a message
 * for longer than `poll` leaves the group: others get its partitions, and begin with what it has
 * not acknowledged. What it has it ends all the same, for nothing; then it asks again, and joins.
 */
#include "topic_state.h"

void poll_sends(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id,
                const struct topic_consumer *c) {
  if (c->config->poll_ns == TIME_NEVER) return;
  group_plan(sim, member, g, id, c->config->poll_ns, DUE_POLL);
}

void poll_due(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id) {
  struct topic_state *t = topic_of(member);
  const struct letter *l = letter_at(t, id);
  if (l->state != LETTER_DELIVERED && l->state != LETTER_PAUSING) return;
  struct topic_consumer *c = &g->consumer[l->consumer];
  if (!session_hears(sim, member, c)) { /* it finds out itself, and tells when it is heard again */
    group_plan(sim, member, g, id, HEARTBEAT_NS, DUE_POLL);
    return;
  }
  c->late = true;
  g->late++;
  t->polls_missed++;
  session_ends(sim, member, g, c);
}

void poll_look(struct sim *sim, struct member *member, struct topic_group *g) {
  for (uint32_t i = 0; g->late > 0 && i < g->consumers; i++) {
    struct topic_consumer *c = &g->consumer[i];
    if (!c->late || c->has > 0) continue;
    c->late = false;
    g->late--;
    session_look(sim, member, g, c);
  }
}
