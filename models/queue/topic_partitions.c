/* Partitions of a topic: which instance of a group has which. */
#include "rng.h"
#include "topic_state.h"

uint16_t partition_of(struct topic_state *t, uint32_t item) {
  uint64_t n = t->config->partitions;
  if (n == 0) return 0;
  if (item == 0) return (uint16_t)(t->next_partition++ % n);
  return (uint16_t)(rng_mix(item * UINT64_C(0x9e3779b97f4a7c15)) % n);
}

void partitions_unassign(struct topic_state *t, struct topic_group *g) {
  for (uint32_t p = 0; p < t->config->partitions; p++) g->partition[p].owner = NO_LETTER;
}

/* Who is there keeps as many as are an equal part, and one more as long as some are left over. */
static void keep_fair_part(struct topic_state *t, struct topic_group *g, uint32_t there) {
  uint32_t fair = t->config->partitions / there, over = t->config->partitions % there;
  for (uint32_t p = 0; p < t->config->partitions; p++) {
    uint32_t *owner = &g->partition[p].owner;
    if (*owner == NO_LETTER) continue;
    struct topic_consumer *c = &g->consumer[*owner];
    if (c->gone || c->partitions > fair || (c->partitions == fair && over == 0)) {
      *owner = NO_LETTER;
    } else if (c->partitions++ == fair) {
      over--;
    }
  }
}

static uint32_t with_fewest(const struct topic_group *g) {
  uint32_t best = NO_LETTER;
  for (uint32_t i = 0; i < g->consumers; i++) {
    const struct topic_consumer *c = &g->consumer[i];
    if (c->gone) continue;
    if (best == NO_LETTER || c->partitions < g->consumer[best].partitions) best = i;
  }
  return best;
}

void partitions_assign(struct topic_state *t, struct topic_group *g) {
  uint32_t there = 0;
  for (uint32_t i = 0; i < g->consumers; i++) {
    there += !g->consumer[i].gone;
    g->consumer[i].partitions = 0;
  }
  if (there > 0) keep_fair_part(t, g, there);
  for (uint32_t p = 0; p < t->config->partitions; p++) {
    uint32_t *owner = &g->partition[p].owner;
    if (there == 0) *owner = NO_LETTER;
    if (there == 0 || *owner != NO_LETTER) continue;
    *owner = with_fewest(g);
    g->consumer[*owner].partitions++;
  }
  t->rebalances++;
}

uint32_t partitions_take(struct topic_state *t, struct topic_group *g, uint32_t consumer) {
  uint32_t oldest = NO_LETTER, from = 0;
  for (uint32_t p = 0; p < t->config->partitions; p++) {
    const struct topic_partition *part = &g->partition[p];
    if (t->replicas && !replicas_leader(t->replicas, p)) continue;
    if (part->owner != consumer || (part->held > 0 && part->holder != consumer)) continue;
    uint32_t id = waiting_first(&t->letters, &g->waiting, p);
    if (id == NO_LETTER) continue;
    const struct letter *l = &t->letters.list[id];
    if (oldest != NO_LETTER && (int32_t)(l->order - t->letters.list[oldest].order) >= 0) continue;
    oldest = id;
    from = p;
  }
  return oldest == NO_LETTER ? oldest : waiting_take_from(&t->letters, &g->waiting, from);
}

void partition_hold(struct topic_group *g, const struct letter *l) {
  if (g->partition == NULL) return;
  struct topic_partition *p = &g->partition[l->partition];
  p->holder = l->consumer;
  p->held++;
}

void partition_release(struct topic_group *g, const struct letter *l) {
  if (g->partition != NULL) g->partition[l->partition].held--;
}
