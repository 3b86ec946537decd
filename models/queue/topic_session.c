/* Consumers of which nothing is heard. Of a topic with partitions: one that hangs or
 * pauses, or that is cut off from the topic, sends no signs of life, whether there are messages for
 * it or not. After a session without one its partitions are given to the others, who begin with
 * what it has not acknowledged; when it is heard again it gets its part (Kafka's
 * session.timeout.ms). What it has under way it ends all the same, and does again what others have
 * done.
 *
 * Without partitions the same holds of the connection to such a one, if no `visibility` says
 * when to give up a message: it is closed (RabbitMQ's heartbeats), and what it has comes back. */
#include "life.h"
#include "network.h"
#include "topic_state.h"

/* After a session it is missed. */
static void plan(struct sim *sim, struct member *member, struct topic_group *g,
                 const struct topic_consumer *c) {
  uint64_t delay_ns = c->config->session_ns;
  if (delay_ns >= TIME_NEVER / 2) return;
  dues_push(&g->dues, (struct due){.at_ns = sim->now_ns + delay_ns,
                                   .letter = (uint32_t)(c - g->consumer),
                                   .stamp = c->silences,
                                   .what = DUE_SILENT});
  group_set_timer(sim, member, g);
}

static bool stands_still(const struct topic_consumer *c) {
  return c->member->hung || c->member->kind->consumer(c->member)->paused;
}

/* There and back: a connection that is cut one way is cut. */
static bool reaches(struct sim *sim, const struct member *member, const struct topic_consumer *c) {
  uint64_t delay_ns;
  if (sim->network == NULL) return true;
  return network_reaches(sim, member, c->member, &delay_ns) &&
         network_reaches(sim, c->member, member, &delay_ns);
}

/* Whether some broker does. */
static bool is_reached(struct sim *sim, const struct member *member,
                       const struct topic_consumer *c) {
  const struct component *topic = member->component;
  for (uint32_t i = 0; i < topic->members; i++) {
    if (reaches(sim, &topic->member[i], c)) return true;
  }
  return false;
}

void session_gives_back(struct sim *sim, struct member *member, struct topic_group *g,
                        struct topic_consumer *c, bool all) {
  struct topic_state *t = topic_of(member);
  uint32_t number = (uint32_t)(c - g->consumer);
  c->has -= c->n_worked;
  c->n_worked = 0;
  for (uint32_t id = 0; id < t->letters.used; id++) {
    const struct letter *l = letter_at(t, id);
    if (l->group != g->index || l->consumer != number) continue;
    if (l->state == LETTER_PAUSING) c->has--; /* no call is out */
    bool idle = l->state == LETTER_PAUSING || l->state == LETTER_WORKED;
    if (idle || (all && l->state == LETTER_DELIVERED)) group_give_back(sim, member, g, id);
  }
}

void session_ends(struct sim *sim, struct member *member, struct topic_group *g,
                  struct topic_consumer *c) {
  if (c->gone) return;
  c->gone = true;
  c->closed |= !g->partition; /* the connection */
  session_gives_back(sim, member, g, c, true);
  if (g->partition) rebalance(sim, member, g, NULL);
}

bool session_is_kept(const struct topic_group *g, const struct topic_consumer *c) {
  return g->partition || c->config->visibility_ns == PARAM_UNLIMITED;
}

void session_changes(struct sim *sim, struct member *member, struct topic_group *g,
                     struct topic_consumer *c) {
  bool silent = !member_is_off(c->member) && (stands_still(c) || !is_reached(sim, member, c));
  if (silent == c->silent) return;
  c->silent = silent;
  c->silences++;
  if (silent) plan(sim, member, g, c);
}

void session_silent(struct sim *sim, struct member *member, struct topic_group *g,
                    struct topic_consumer *c, uint32_t stamp) {
  if (c->silences == stamp && c->silent) session_ends(sim, member, g, c);
}

bool session_hears(struct sim *sim, struct member *member, const struct topic_consumer *c) {
  return !member_is_off(c->member) && !stands_still(c) && reaches(sim, member, c);
}

void session_look(struct sim *sim, struct member *member, struct topic_group *g,
                  struct topic_consumer *c) {
  if (c->gone && session_hears(sim, member, c)) group_opens(sim, member, g, c);
}

void session_restarts(struct sim *sim, struct member *member, struct topic_group *g,
                      struct topic_consumer *c) {
  group_opens(sim, member, g, c);
  if (!session_is_kept(g, c)) return;
  c->silent = false;
  c->silences++;
  session_changes(sim, member, g, c);
}
