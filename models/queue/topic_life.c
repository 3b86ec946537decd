/* The groups of a topic and their consumers, from the beginning of a run to its end. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "life.h"
#include "topic_policy.h"

static const char *group_name(const struct sim *sim, uint32_t topic, uint32_t component) {
  const struct subscription *s = subscription_of(&sim->spec->component[component]);
  return s && s->topic == topic ? subscription_group(&sim->spec->component[component]) : NULL;
}

static bool is_named(const struct topic_state *t, const char *name) {
  for (uint32_t i = 0; i < t->groups; i++) {
    if (!strcmp(t->group[i].name, name)) return true;
  }
  return false;
}

static void add_consumer(struct sim *sim, struct topic_state *t, struct topic_group *g,
                         struct member *m) {
  const struct subscription *s = subscription_of(m->component->spec);
  const struct kind *kind = m->kind;
  uint64_t workers = kind->subscriber_workers(m->component->config);
  struct topic_consumer *c = &g->consumer[g->consumers];
  *c = (struct topic_consumer){.member = m,
                               .config = s,
                               .policy = topic_policy_new(sim, s),
                               .prefetch = s->prefetch ? s->prefetch : workers,
                               .next = NO_LETTER,
                               .closed = member_is_off(m)};
  c->out = arena_alloc(sim->arena, t->brokers * sizeof *c->out);
  if (s->ack_every > 1) c->worked = arena_alloc(sim->arena, s->ack_every * sizeof *c->worked);
  t->consumer_of[m->id] = g->consumers++;
  t->group_of[m->id] = g->index;
}

static struct topic_group *add_group(struct sim *sim, struct member *member, const char *name,
                                     uint64_t dedup_ns) {
  struct topic_state *t = topic_of(member);
  const struct topic_config *config = t->config;
  struct topic_group *g = &t->group[t->groups];
  g->name = name;
  g->index = t->groups++;
  g->audience = audience_new(sim, dedup_ns);
  g->ready_head = g->ready_tail = NO_LETTER;
  g->pause = sim_stream(sim, member->component, name);
  g->beat = sim_stream(sim, member->component, "heartbeat");
  g->timer = arena_alloc(sim->arena, member->component->members * sizeof *g->timer);
  uint32_t partitions = (uint32_t)config->partitions;
  uint32_t classes = config->order == ORDER_PRIORITY ? config->priority.n + 1 : 1;
  if (partitions > 0) {
    g->partition = arena_alloc(sim->arena, partitions * sizeof *g->partition);
    classes = partitions;
  }
  waiting_init(&g->waiting, classes, config->order == ORDER_BY_KEY);
  g->waiting.by_partition = partitions > 0;
  return g;
}

void groups_init(struct sim *sim, struct member *member) {
  struct topic_state *t = topic_of(member);
  uint32_t topic = member->component->id, components = sim->spec->components;
  t->consumer_of = arena_alloc(sim->arena, (sim->members + 1) * sizeof *t->consumer_of);
  t->group_of = arena_alloc(sim->arena, (sim->members + 1) * sizeof *t->group_of);
  t->group = arena_lines(sim->arena, components + 1, sizeof *t->group);
  for (uint32_t i = 0; i < components; i++) {
    const char *name = group_name(sim, topic, i);
    if (!name) continue;
    topic_policy_want(sim, subscription_of(&sim->spec->component[i]));
    if (is_named(t, name)) continue;
    add_group(sim, member, name, subscription_of(&sim->spec->component[i])->dedup_ns);
  }
  if (t->groups == 0) add_group(sim, member, "", 0); /* they wait for somebody */
  for (uint32_t k = 0; k < t->groups; k++) {
    t->group[k].consumer = arena_alloc(sim->arena, (sim->members + 1) * sizeof *t->group->consumer);
  }
}

/* All members are ready. */
void groups_start(struct sim *sim, struct member *member) {
  struct topic_state *t = topic_of(member);
  uint32_t topic = member->component->id;
  for (uint32_t k = 0; k < t->groups; k++) {
    struct topic_group *g = &t->group[k];
    for (uint32_t i = 0; i < sim->spec->components; i++) {
      const char *name = group_name(sim, topic, i);
      if (!name || strcmp(name, g->name) != 0) continue;
      struct component *c = &sim->component[i];
      for (uint32_t m = 0; m < c->members; m++) add_consumer(sim, t, g, &c->member[m]);
    }
    if (g->consumers > 0) {
      struct member *lead = g->consumer[0].member;
      g->backlog = &lead->kind->consumer(lead)->backlog;
    }
    groups_forget_consumers(t, g);
    for (uint32_t i = 0; i < g->consumers; i++) g->consumer[i].gone = g->consumer[i].closed;
    if (g->partition) {
      partitions_unassign(t, g);
      partitions_assign(t, g);
    }
    for (uint32_t i = 0; i < g->consumers; i++) {
      struct topic_consumer *c = &g->consumer[i];
      if (session_is_kept(g, c)) session_changes(sim, member, g, c);
    }
  }
  t->rebalances = 0;
}

void groups_free(struct topic_state *t) {
  for (uint32_t i = 0; i < t->groups; i++) {
    waiting_free(&t->group[i].waiting);
    free(t->group[i].dues.heap);
  }
  free(t->letters.list);
}
