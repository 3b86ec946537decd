/* Messages come to a topic: whether there is room, whether they were taken before, and a letter for
 * each group. */
#include "column.h"
#include "outbound.h"
#include "topic_state.h"

bool groups_are_full(const struct topic_state *t, uint64_t coming) {
  for (uint32_t i = 0; i < t->groups; i++) {
    if (t->group[i].waiting.n + coming >= t->config->capacity) return true;
  }
  return false;
}

void groups_make_room(struct sim *sim, struct topic_state *t, uint64_t coming) {
  for (uint32_t i = 0; i < t->groups; i++) {
    struct topic_group *g = &t->group[i];
    if (g->waiting.n == 0 || g->waiting.n + coming < t->config->capacity) continue;
    t->dropped++;
    group_forget(sim, t, g, waiting_oldest(&t->letters, &g->waiting), LET_DROPPED);
  }
}

/* The same for all tries to publish a message. */
uint64_t topic_identity(const struct sim *sim, const struct frame *call) {
  uint64_t told = column_wanted(sim, COLUMN_MESSAGE) ? column_get(sim, call, COLUMN_MESSAGE) : 0;
  return told ? told : outbound_key(sim, call);
}

bool topic_has_taken(struct sim *sim, struct topic_state *t, const struct frame *call) {
  if (t->config->dedup_ns == 0) return false;
  if (!dedup_knows(&t->dedup, topic_identity(sim, call), sim->now_ns)) return false;
  t->deduplicated++;
  return true;
}

struct publication topic_publication(struct sim *sim, const struct topic_state *t,
                                     const struct frame *call) {
  uint64_t delay_ns = t->config->delay_ns;
  if (!(call->flags & CALL_ROOT)) delay_ns += column_get(sim, call, COLUMN_DELAY);
  return (struct publication){.key = call->key,
                              .sent_ns = call->sent_ns,
                              .identity = topic_identity(sim, call),
                              .delay_ns = delay_ns,
                              .item = call->item,
                              .op = call->op,
                              .class = classes_of(sim, &t->classes, call),
                              .whose = whose_of(sim, call)};
}

void topic_take(struct sim *sim, struct member *member, const struct frame *call) {
  struct topic_state *t = topic_of(member);
  if (topic_has_taken(sim, t, call)) return; /* its twin waited for room, too */
  struct publication what = topic_publication(sim, t, call);
  what.partition = partition_of(t, call->item);
  t->published++;
  groups_take(sim, member, &what);
}

void groups_take(struct sim *sim, struct member *member, const struct publication *what) {
  struct topic_state *t = topic_of(member);
  if (t->config->dedup_ns > 0) dedup_add(&t->dedup, what->identity, sim->now_ns);
  for (uint32_t i = 0; i < t->groups; i++) {
    struct topic_group *g = &t->group[i];
    uint32_t id = letter_new(&t->letters);
    uint32_t record = delivery_publish(sim, g->audience, what->sent_ns, what->identity,
                                       &what->whose, what->item, id);
    *letter_at(t, id) = (struct letter){.key = what->key,
                                        .taken_ns = sim->now_ns,
                                        .record = record,
                                        .next = NO_LETTER,
                                        .item = what->item,
                                        .group = (uint16_t)i,
                                        .partition = what->partition,
                                        .op = what->op,
                                        .class = what->class,
                                        .state = LETTER_DELAYED};
    if (what->delay_ns == 0) {
      group_becomes_due(sim, member, g, id);
    } else {
      letter_at(t, id)->order = g->order++;
      letter_at(t, id)->since_ns = sim->now_ns;
      bool comes = what->delay_ns < t->config->retention_ns;
      group_plan(sim, member, g, id, comes ? what->delay_ns : t->config->retention_ns,
                 comes ? DUE_DELAY : DUE_EXPIRES);
    }
  }
}
