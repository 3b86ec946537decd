/* The partitions of a group are given out again, as Kafka's consumers do it.
 *
 * "cooperative": those that stay with their instance go on; one that moves goes when its instance
 * has done with what it has of it. Each acknowledges what it has worked on (Kafka's consumers
 * commit before they give up partitions), and what it then still works on one by one. "eager": all
 * give up all. Each instance learns of it at its next heartbeat, ends what it has, takes nothing
 * more and joins; when all that belong to the group have joined, the partitions are given out. Of
 * one that is down, hangs or is cut off nothing is heard: the others wait for it until its session
 * is over. Who comes back after that has joined by coming. */
#include "rng.h"
#include "topic_state.h"

static uint64_t heartbeat_ns(const struct topic_consumer *c) {
  return c->config->heartbeat_ns ? c->config->heartbeat_ns : HEARTBEAT_NS;
}

static bool is_eager(const struct topic_group *g) {
  return g->consumers > 0 && g->consumer[0].config->rebalance == REBALANCE_EAGER;
}

static void plan_beat(struct sim *sim, struct topic_group *g, struct topic_consumer *c,
                      uint64_t delay_ns, uint16_t missed) {
  dues_push(&g->dues, (struct due){.at_ns = sim->now_ns + delay_ns,
                                   .letter = (uint32_t)(c - g->consumer),
                                   .stamp = g->round,
                                   .tries = missed,
                                   .what = DUE_BEAT});
}

void rebalance_ask(struct sim *sim, struct member *member, struct topic_group *g) {
  g->round++;
  for (uint32_t i = 0; i < g->consumers; i++) {
    struct topic_consumer *c = &g->consumer[i];
    if (c->gone || c->asked) continue;
    struct draws draws = draws_begin(g->beat, c->member->id, g->round);
    double part = draws_unit(&draws);
    plan_beat(sim, g, c, (uint64_t)(part * (double)heartbeat_ns(c)), 0);
  }
  group_set_timer(sim, member, g);
}

static void acknowledge_worked(struct sim *sim, struct topic_state *t, struct topic_group *g) {
  for (uint32_t i = 0; i < g->consumers; i++) {
    if (!g->consumer[i].gone) group_acknowledge_all(sim, t, g, &g->consumer[i]);
  }
}

void rebalance(struct sim *sim, struct member *member, struct topic_group *g,
               struct topic_consumer *joins) {
  struct topic_state *t = topic_of(member);
  if (!is_eager(g)) {
    acknowledge_worked(sim, t, g);
    partitions_assign(t, g);
    return;
  }
  if (joins) joins->asked = true;
  if (g->rebalancing) return;
  g->rebalancing = true;
  level_up(&t->rebalancing, sim->now_ns);
  rebalance_ask(sim, member, g);
}

void rebalance_beat(struct sim *sim, struct member *member, struct topic_group *g,
                    const struct due *due) {
  struct topic_consumer *c = &g->consumer[due->letter];
  if (!g->rebalancing || due->stamp != g->round || c->gone || c->asked) return;
  if (session_hears(sim, member, c)) {
    c->asked = true;
    return;
  }
  uint16_t missed = due->tries == UINT16_MAX ? UINT16_MAX : due->tries + 1;
  if ((double)missed * (double)heartbeat_ns(c) >= (double)c->config->session_ns) {
    session_ends(sim, member, g, c);
  } else {
    plan_beat(sim, g, c, heartbeat_ns(c), missed);
  }
}

void rebalance_look(struct sim *sim, struct member *member, struct topic_group *g) {
  struct topic_state *t = topic_of(member);
  for (uint32_t i = 0; i < g->consumers; i++) {
    const struct topic_consumer *c = &g->consumer[i];
    if (!c->gone && (!c->asked || c->has > c->n_worked)) return;
  }
  g->rebalancing = false;
  level_down(&t->rebalancing, sim->now_ns);
  acknowledge_worked(sim, t, g); /* who joins commits before */
  for (uint32_t i = 0; i < g->consumers; i++) g->consumer[i].asked = false;
  partitions_unassign(t, g); /* all have given up all */
  partitions_assign(t, g);
}
