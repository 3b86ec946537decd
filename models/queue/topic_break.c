/* A topic, or the broker that leads some of its partitions, is gone: what becomes of its letters.
 */
#include <stdlib.h>
#include <string.h>

#include "life.h"
#include "topic_state.h"

void groups_forget_consumers(const struct topic_state *t, struct topic_group *g) {
  g->ready_head = g->ready_tail = NO_LETTER;
  for (uint32_t i = 0; i < g->consumers; i++) {
    struct topic_consumer *c = &g->consumer[i];
    c->has = c->n_worked = 0;
    memset(c->out, 0, t->brokers * sizeof *c->out);
    c->ready = false;
    c->closed = member_is_off(c->member) || c->gone;
    group_enter_ring(g, c);
  }
}

static bool is_with_consumer(const struct letter *l) {
  return l->state == LETTER_DELIVERED || l->state == LETTER_PAUSING || l->state == LETTER_WORKED;
}

/* What consumers had is delivered again. */
static void recover(struct sim *sim, struct topic_state *t) {
  for (uint32_t id = 0; id < t->letters.used; id++) {
    const struct letter *l = letter_at(t, id);
    if (!is_with_consumer(l)) continue;
    level_down(&t->in_delivery, sim->now_ns);
    partition_release(&t->group[l->group], l);
    group_wait_again(sim, t, &t->group[l->group], id);
  }
}

void groups_take_back(struct sim *sim, struct topic_state *t, uint32_t partition) {
  for (uint32_t i = 0; i < t->groups; i++) {
    for (uint32_t k = 0; k < t->group[i].consumers; k++) {
      struct topic_consumer *c = &t->group[i].consumer[k];
      uint32_t kept = 0;
      for (uint32_t w = 0; w < c->n_worked; w++) {
        if (letter_at(t, c->worked[w])->partition != partition) c->worked[kept++] = c->worked[w];
      }
      c->n_worked = kept;
    }
  }
  for (uint32_t id = 0; id < t->letters.used; id++) {
    const struct letter *l = letter_at(t, id);
    if (l->partition != partition) continue;
    if (!is_with_consumer(l)) continue;
    struct topic_group *g = &t->group[l->group];
    if (l->state != LETTER_DELIVERED) g->consumer[l->consumer].has--; /* no call is out */
    level_down(&t->in_delivery, sim->now_ns);
    partition_release(g, l);
    group_wait_again(sim, t, g, id);
  }
}

void groups_hear_no_more(struct topic_state *t, uint32_t broker) {
  for (uint32_t i = 0; i < t->groups; i++) {
    for (uint32_t k = 0; k < t->group[i].consumers; k++) {
      struct topic_consumer *c = &t->group[i].consumer[k];
      c->has -= c->out[broker];
      c->out[broker] = 0;
    }
  }
}

static int by_key(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

void groups_lose(struct sim *sim, struct topic_state *t, uint32_t partition, const uint64_t *key,
                 uint32_t keys) {
  if (keys == 0) return;
  for (uint32_t id = 0; id < t->letters.used; id++) {
    const struct letter *l = letter_at(t, id);
    if (l->partition != partition || (l->state != LETTER_WAITING && l->state != LETTER_DELAYED))
      continue;
    if (!bsearch(&l->key, key, keys, sizeof *key, by_key)) continue;
    struct topic_group *g = &t->group[l->group];
    if (l->state == LETTER_WAITING) {
      group_forget(sim, t, g, id, LET_LOST);
    } else {
      group_done_with(sim, t, g, id, LET_LOST);
    }
  }
}

static void lose_all(struct sim *sim, struct topic_state *t) {
  for (uint32_t id = 0; id < t->letters.used; id++) {
    if (letter_at(t, id)->state == LETTER_GONE) continue;
    delivery_let_go(sim, letter_at(t, id)->record, LET_LOST);
  }
  for (uint32_t i = 0; i < t->groups; i++) {
    struct topic_group *g = &t->group[i];
    waiting_clear(&g->waiting);
    dues_forget_letters(&g->dues);
    for (uint32_t p = 0; g->partition && p < t->config->partitions; p++) g->partition[p].held = 0;
    if (g->backlog) level_set(g->backlog, sim->now_ns, 0);
  }
  t->letters.used = 0;
  dedup_free(&t->dedup);
  dedup_init(&t->dedup, t->config->dedup_ns);
  level_set(&t->backlog, sim->now_ns, 0);
  level_set(&t->in_delivery, sim->now_ns, 0);
}

void groups_break(struct sim *sim, struct member *member) {
  struct topic_state *t = topic_of(member);
  t->blocked_head = t->blocked_tail = SLOT_NONE;
  level_set(&t->blocked, sim->now_ns, 0);
  if (t->config->durable) {
    recover(sim, t);
  } else {
    lose_all(sim, t);
  }
  for (uint32_t i = 0; i < t->groups; i++) groups_forget_consumers(t, &t->group[i]);
  topic_age_update(sim, t);
}

void groups_resume(struct sim *sim, struct member *member) {
  struct topic_state *t = topic_of(member);
  for (uint32_t i = 0; i < t->groups; i++) {
    groups_forget_consumers(t, &t->group[i]);
    if (t->group[i].rebalancing) rebalance_ask(sim, member, &t->group[i]);
    group_set_timer(sim, member, &t->group[i]);
  }
  groups_serve(sim, member);
}
