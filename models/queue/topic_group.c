/* A group of a topic: who of its consumers gets which letter, and what becomes of each delivery. */
#include "backoff.h"
#include "life.h"
#include "time_scale.h"
#include "topic_policy.h"

enum { SENT_AT_ONCE = 1000, RETURNS_AT_ONCE = 1000000 };

#define REOPENS_NS UINT64_C(1000000000) /* who refused without being down is asked again then */

/* --- how many wait -------------------------------------------------------------------------- */

static void group_backlog_step(struct sim *sim, struct topic_state *t, struct topic_group *g,
                               bool up) {
  void (*step)(struct level * level, uint64_t at_ns) = up ? level_up : level_down;
  step(&t->backlog, sim->now_ns);
  if (t->backlog.value > t->backlog_most) t->backlog_most = t->backlog.value;
  if (g->backlog) step(g->backlog, sim->now_ns);
}

void topic_age_update(struct sim *sim, struct topic_state *t) {
  struct topic_age *age = &t->age;
  uint64_t oldest_ns = TIME_NEVER;
  for (uint32_t i = 0; i < t->groups; i++) {
    uint32_t id = waiting_oldest(&t->letters, &t->group[i].waiting);
    if (id == NO_LETTER) continue;
    uint64_t since_ns = letter_at(t, id)->since_ns;
    if (since_ns < oldest_ns) oldest_ns = since_ns;
  }
  if (age->since_ns != TIME_NEVER && sim->now_ns > age->at_ns) {
    double from = (double)(age->at_ns - age->since_ns) / 1e9;
    double to = (double)(sim->now_ns - age->since_ns) / 1e9;
    age->integral_s2 += (to * to - from * from) / 2;
    if (sim->now_ns - age->since_ns > age->most_ns) age->most_ns = sim->now_ns - age->since_ns;
  }
  age->since_ns = oldest_ns;
  age->at_ns = sim->now_ns;
}

/* --- who has room --------------------------------------------------------------------------- */

/* One that is to stop ends what it has and asks for no more (basic.cancel, a last poll). */
static bool has_room(const struct topic_consumer *c) {
  if (c->member->phase == MEMBER_DRAINING) return false;
  return c->has < c->prefetch && topic_policy_has_room(c);
}

void group_enter_ring(struct topic_group *g, struct topic_consumer *c) {
  if (c->ready || c->closed || !has_room(c) || g->partition) return;
  uint32_t i = (uint32_t)(c - g->consumer);
  c->ready = true;
  c->next = NO_LETTER;
  *(g->ready_tail == NO_LETTER ? &g->ready_head : &g->consumer[g->ready_tail].next) = i;
  g->ready_tail = i;
}

/* The one that has had room for longest; NULL: none. One that has lost it meanwhile, or is not let
 * have more, comes back when something ends or is due. */
static struct topic_consumer *leave_ring(const struct sim *sim, struct topic_group *g) {
  while (g->ready_head != NO_LETTER) {
    struct topic_consumer *c = &g->consumer[g->ready_head];
    g->ready_head = c->next;
    if (g->ready_head == NO_LETTER) g->ready_tail = NO_LETTER;
    c->ready = false;
    if (!c->closed && has_room(c) && topic_policy_admits(sim, c)) return c;
  }
  return NULL;
}

void group_opens(struct sim *sim, struct member *member, struct topic_group *g,
                 struct topic_consumer *c) {
  if (c->late) return;
  c->closed = false;
  if (c->gone) {
    c->gone = false;
    if (g->partition) rebalance(sim, member, g, c);
  }
  group_enter_ring(g, c);
}

/* --- what is due ---------------------------------------------------------------------------- */

/* Who keeps the time: with copies any broker that is up. */
void group_set_timer(struct sim *sim, struct member *member, struct topic_group *g) {
  const struct replicas *replicas = topic_of(member)->replicas;
  if (g->dues.n == 0) return;
  if (replicas) member = replicas_any(replicas);
  if (member == NULL) return;
  uint64_t at_ns = g->dues.heap[0].at_ns;
  timer_set(sim, member, &g->timer[member->index - 1],
            at_ns > sim->now_ns ? at_ns - sim->now_ns : 0, TOPIC_DUE_GROUP, g->index);
}

void group_plan(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id,
                uint64_t delay_ns, enum due_what what) {
  if (delay_ns >= TIME_NEVER / 2 || sim->now_ns + delay_ns >= sim->end_ns) return;
  const struct letter *l = letter_at(topic_of(member), id);
  uint64_t at_ns = sim->now_ns + delay_ns;
  bool first = g->dues.n == 0 || at_ns < g->dues.heap[0].at_ns;
  dues_push(&g->dues, (struct due){.at_ns = at_ns,
                                   .letter = id,
                                   .order = l->order,
                                   .stamp = delivery_stamp(sim, l->record),
                                   .what = what});
  if (first) group_set_timer(sim, member, g);
}

/* --- letters come to their end -------------------------------------------------------------- */

/* The topic has done with a letter that is in no list. */
void group_done_with(struct sim *sim, struct topic_state *t, struct topic_group *g, uint32_t id,
                     enum let_go why) {
  uint32_t record = letter_at(t, id)->record;
  waiting_done(&t->letters, &g->waiting, id);
  letter_free(&t->letters, id);
  delivery_let_go(sim, record, why);
}

/* The same of one that waits. */
void group_forget(struct sim *sim, struct topic_state *t, struct topic_group *g, uint32_t id,
                  enum let_go why) {
  uint32_t record = letter_at(t, id)->record;
  waiting_done(&t->letters, &g->waiting, id);
  waiting_forget(&t->letters, &g->waiting, id);
  group_backlog_step(sim, t, g, false);
  delivery_let_go(sim, record, why);
}

static bool is_expired(const struct sim *sim, const struct topic_state *t, const struct letter *l) {
  return t->config->retention_ns != PARAM_UNLIMITED &&
         sim->now_ns - l->taken_ns >= t->config->retention_ns;
}

/* Who sends it: with copies the leader of its partition. */
static struct member *sender_of(const struct topic_state *t, struct member *member,
                                const struct letter *l) {
  return t->replicas ? replicas_leader(t->replicas, l->partition) : member;
}

/* Dead letters are published to another topic; should that refuse, they are gone. */
static void bury(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id,
                 const struct subscription *s) {
  struct topic_state *t = topic_of(member);
  struct letter l = *letter_at(t, id);
  struct whose whose = delivery_whose(sim, l.record);
  t->dead_letters++;
  group_done_with(sim, t, g, id, LET_DEAD);
  if (s->dead_letter == REF_NONE) return;
  if (t->replicas) member = sender_of(t, member, &l);
  struct frame *call = call_new(sim, member, NULL);
  call->key = rng_mix(l.key + 1);
  call->item = l.item;
  call->op = l.op;
  call->site = SITE_DEAD;
  whose_tell(sim, &whose, call);
  call_send(sim, call, component_pick(&sim->component[s->dead_letter], call), TIME_NEVER);
}

/* --- letters come back ---------------------------------------------------------------------- */

void group_wait_again(struct sim *sim, struct topic_state *t, struct topic_group *g, uint32_t id) {
  waiting_return(&t->letters, &g->waiting, id);
  group_backlog_step(sim, t, g, true);
}

/* It was delivered, and that led to nothing. */
/* Where neither a delivery nor its failure takes time, they would follow each other for ever. */
static void count_return(struct sim *sim, const struct member *member, struct topic_group *g) {
  if (g->returned_ns != sim->now_ns) {
    g->returned_ns = sim->now_ns;
    g->returned = 0;
  }
  if (++g->returned < RETURNS_AT_ONCE + 20 * sim->calls.used) return;
  sim_fail(sim,
           "the clock stands still at %.9f s: messages of \"%s\" fail and come again without any "
           "time passing; give the subscription a backoff, such as \"1s\", or deliveries",
           (double)sim->now_ns / 1e9, member->component->spec->name);
}

void group_give_back(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id) {
  struct topic_state *t = topic_of(member);
  struct letter *l = letter_at(t, id);
  const struct subscription *s = g->consumer[l->consumer].config;
  level_down(&t->in_delivery, sim->now_ns);
  partition_release(g, l);
  if (l->deliveries >= s->deliveries) {
    bury(sim, member, g, id, s);
    return;
  }
  if (is_expired(sim, t, l)) {
    t->expired++;
    group_done_with(sim, t, g, id, LET_EXPIRED);
    return;
  }
  uint64_t pause_ns =
      l->deliveries == 0 ? 0 : backoff_ns(&s->backoff, g->pause, l->key, l->deliveries);
  if (pause_ns == 0) {
    count_return(sim, member, g);
    group_wait_again(sim, t, g, id);
    return;
  }
  l->state = LETTER_DELAYED;
  group_plan(sim, member, g, id, pause_ns, DUE_RETURN);
}

/* --- delivery ------------------------------------------------------------------------------- */

static uint64_t key_of_delivery(const struct letter *l) {
  return l->deliveries == 1 ? l->key : rng_mix(l->key + l->deliveries);
}

/* Try 1 of a delivery, or a further one: a call that carries it. */
static struct frame *carry(struct sim *sim, struct member *member, struct topic_group *g,
                           uint32_t id, struct topic_consumer *c, uint32_t tries) {
  struct topic_state *t = topic_of(member);
  const struct letter *l = letter_at(t, id);
  uint64_t key = key_of_delivery(l);
  struct member *sender = sender_of(t, member, l);
  struct frame *call = call_new(sim, sender, NULL);
  c->out[sender->index - 1]++;
  call->key = tries == 1 ? key : key_attempt(key, tries);
  call->item = l->item;
  call->op = l->op;
  call->site = (uint16_t)g->index;
  delivery_send(sim, l->record, call);
  topic_policy_sends(sim, c, call, tries);
  return call;
}

/* A try takes no longer than what is left of its time. */
static void send_within(struct sim *sim, struct frame *call, const struct topic_consumer *c,
                        const struct letter *l) {
  uint64_t left_ns = l->until_ns == TIME_NEVER ? TIME_NEVER : l->until_ns - sim->now_ns;
  uint64_t timeout_ns = c->config->timeout_ns;
  call_send(sim, call, c->member, timeout_ns < left_ns ? timeout_ns : left_ns);
}

static void deliver(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id,
                    struct topic_consumer *c) {
  struct topic_state *t = topic_of(member);
  struct letter *l = letter_at(t, id);
  if (l->deliveries++ == 0) {
    hist_add(&t->to_delivery, sim->now_ns - l->since_ns);
    if (t->class) hist_add(&t->class[l->class], sim -> now_ns - l -> since_ns);
  } else {
    t->redeliveries++;
  }
  t->deliveries++;
  l->consumer = (uint32_t)(c - g->consumer);
  l->state = LETTER_DELIVERED;
  struct frame *call = carry(sim, member, g, id, c, 1);
  c->has++;
  group_enter_ring(g, c);
  if (c->config->ack == ACK_BEFORE) {
    t->acknowledged++;
    group_done_with(sim, t, g, id, LET_ACKED);
  } else {
    level_up(&t->in_delivery, sim->now_ns);
    partition_hold(g, l);
    group_plan(sim, member, g, id, c->config->visibility_ns, DUE_VISIBLE);
    poll_sends(sim, member, g, id, c);
  }
  uint64_t deadline_ns = c->config->deadline_ns;
  l->until_ns = deadline_ns == TIME_NEVER ? TIME_NEVER : time_sum(sim->now_ns, deadline_ns);
  send_within(sim, call, c, l);
}

/* Publishers that wait for room are let in. False: none was. */
static bool admit_blocked(struct sim *sim, struct member *member) {
  struct topic_state *t = topic_of(member);
  bool any = false;
  while (t->blocked_head != SLOT_NONE && !groups_are_full(t, 0)) {
    struct frame *call = frame_at(sim, t->blocked_head);
    t->blocked_head = call->next;
    if (t->blocked_head == SLOT_NONE) t->blocked_tail = SLOT_NONE;
    level_down(&t->blocked, sim->now_ns);
    topic_take(sim, member, call);
    call_reply(sim, call, OUTCOME_OK);
    any = true;
  }
  return any;
}

/* Nothing is sent to it until it is heard of again, and after a session it has no partitions. */
static void close_consumer(struct sim *sim, struct member *member, struct topic_group *g,
                           struct topic_consumer *c) {
  if (c->closed) return;
  c->closed = true;
  c->closings++;
  if (!g->partition) return;
  dues_push(&g->dues, (struct due){.at_ns = sim->now_ns + c->config->session_ns,
                                   .letter = (uint32_t)(c - g->consumer),
                                   .stamp = c->closings,
                                   .what = DUE_SESSION});
  group_set_timer(sim, member, g);
}

/* Whose connection is seen to be closed: what is acknowledged when it is sent must not go there, or
 * it would be lost; anything else comes back. */
static bool closes(struct sim *sim, struct member *member, struct topic_group *g,
                   struct topic_consumer *c) {
  if (c->config->ack != ACK_BEFORE || !member_is_off(c->member)) return false;
  close_consumer(sim, member, g, c);
  return true;
}

/* The next message and who gets it; NULL: there is no such pair. With partitions each consumer is
 * asked for its own, in turn. */
static struct topic_consumer *next_pair(struct sim *sim, struct member *member,
                                        struct topic_group *g, uint32_t *letter) {
  struct topic_state *t = topic_of(member);
  if (!g->partition) {
    struct topic_consumer *c = leave_ring(sim, g);
    while (c && closes(sim, member, g, c)) c = leave_ring(sim, g);
    if (c == NULL) return NULL;
    *letter = waiting_take(&t->letters, &g->waiting);
    if (*letter == NO_LETTER) group_enter_ring(g, c);
    return *letter == NO_LETTER ? NULL : c;
  }
  for (uint32_t i = 0; i < g->consumers; i++) {
    struct topic_consumer *c = &g->consumer[i];
    if (c->closed || c->gone || c->asked || !has_room(c) || !topic_policy_admits(sim, c)) continue;
    if (closes(sim, member, g, c)) continue;
    *letter = partitions_take(t, g, i);
    if (*letter != NO_LETTER) return c;
  }
  return NULL;
}

/* Sends as long as messages wait and somebody has room; at one instant only so many, so that the
 * engine sees it where that would never end. */
static void serve(struct sim *sim, struct member *member, struct topic_group *g) {
  struct topic_state *t = topic_of(member);
  g->serving = true;
  for (uint32_t n = 0; g->waiting.n > 0; n++) {
    if (n == SENT_AT_ONCE) {
      if (t->replicas) member = replicas_any(t->replicas);
      if (member)
        timer_set(sim, member, &g->timer[member->index - 1], 0, TOPIC_DUE_GROUP, g->index);
      break;
    }
    uint32_t id = NO_LETTER;
    struct topic_consumer *c = next_pair(sim, member, g, &id);
    if (c == NULL) break;
    group_backlog_step(sim, t, g, false);
    deliver(sim, member, g, id, c);
  }
  g->serving = false;
}

void group_serve(struct sim *sim, struct member *member, struct topic_group *g) {
  struct topic_state *t = topic_of(member);
  if (member_is_off(member) && !t->replicas) return;
  if (g->late > 0) poll_look(sim, member, g);
  if (g->rebalancing) rebalance_look(sim, member, g);
  if (g->serving) return;
  serve(sim, member, g);
  if (admit_blocked(sim, member)) groups_serve(sim, member);
  topic_age_update(sim, t);
}

void groups_serve(struct sim *sim, struct member *member) {
  struct topic_state *t = topic_of(member);
  for (uint32_t i = 0; i < t->groups; i++) group_serve(sim, member, &t->group[i]);
}

/* --- answers -------------------------------------------------------------------------------- */

static void acknowledge(struct sim *sim, struct topic_state *t, struct topic_group *g,
                        uint32_t id) {
  t->acknowledged++;
  level_down(&t->in_delivery, sim->now_ns);
  partition_release(g, letter_at(t, id));
  group_done_with(sim, t, g, id, LET_ACKED);
}

void group_acknowledge_all(struct sim *sim, struct topic_state *t, struct topic_group *g,
                           struct topic_consumer *c) {
  c->has -= c->n_worked;
  for (uint32_t i = 0; i < c->n_worked; i++) acknowledge(sim, t, g, c->worked[i]);
  c->n_worked = 0;
}

/* Whether the partition of a letter is somebody else's by now, who waits for its acknowledgement.
 */
static bool has_lost(const struct topic_group *g, const struct topic_consumer *c,
                     const struct letter *l) {
  return g->partition && g->partition[l->partition].owner != (uint32_t)(c - g->consumer);
}

/* The work on the last delivery of a letter has ended well. */
static void worked(struct sim *sim, struct topic_state *t, struct topic_group *g,
                   struct topic_consumer *c, uint32_t id) {
  struct letter *l = letter_at(t, id);
  if (g->partition && (l->state == LETTER_WAITING || l->state == LETTER_DELAYED)) {
    c->has--;                              /* who has lost a partition acknowledges nothing of it */
  } else if (l->state == LETTER_WAITING) { /* too late, but nobody else has it yet */
    t->acknowledged++;
    group_forget(sim, t, g, id, LET_ACKED);
    c->has--;
  } else if (l->state == LETTER_DELAYED) {
    t->acknowledged++;
    group_done_with(sim, t, g, id, LET_ACKED);
    c->has--;
  } else if (c->config->ack_every <= 1 || has_lost(g, c, l)) {
    acknowledge(sim, t, g, id);
    c->has--;
  } else {
    l->state = LETTER_WORKED;
    c->worked[c->n_worked++] = id;
    if (c->n_worked == c->config->ack_every) group_acknowledge_all(sim, t, g, c);
  }
}

/* It was stopped, and had time to end well: who closes its connection or its consumer acknowledges
 * before what it has worked on. */
static bool has_drained(const struct member *m) {
  return m->phase == MEMBER_ABSENT && !m->down && m->component->spec->drain_ns > 0;
}

/* It is down, with something to do or without. Its session goes on from here. */
void group_consumer_breaks(struct sim *sim, struct member *member, struct topic_group *g,
                           struct topic_consumer *c) {
  if (has_drained(c->member)) group_acknowledge_all(sim, topic_of(member), g, c);
  session_gives_back(sim, member, g, c, false);
  if (g->partition) close_consumer(sim, member, g, c);
}

static void not_worked(struct sim *sim, struct member *member, struct topic_group *g,
                       struct topic_consumer *c, uint32_t id, uint32_t tries,
                       enum outcome outcome) {
  struct topic_state *t = topic_of(member);
  bool has = id != NO_LETTER && letter_at(t, id)->state == LETTER_DELIVERED;
  if (has && topic_policy_retries(sim, member, g, c, id, tries, outcome)) return;
  c->has--;
  bool refused = outcome == OUTCOME_REFUSED, broke = outcome == OUTCOME_RESET;
  if (broke || refused) close_consumer(sim, member, g, c);
  if (broke) session_gives_back(sim, member, g, c, false);
  if (has && outcome == OUTCOME_REFUSED && tries <= 1) { /* it never came there */
    struct letter *l = letter_at(t, id);
    t->deliveries--;
    t->redeliveries -= --l->deliveries > 0;
  }
  if (has) group_give_back(sim, member, g, id);
  if ((broke || refused) && !member_is_off(c->member)) { /* nothing more will be heard of it */
    dues_push(&g->dues, (struct due){.at_ns = sim->now_ns + REOPENS_NS,
                                     .letter = (uint32_t)(c - g->consumer),
                                     .what = DUE_OPENS});
    group_set_timer(sim, member, g);
  }
}

/* The consumer has had it all the time. A breaker that has opened meanwhile fails the try. */
static void try_again(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id,
                      uint32_t tries) {
  struct letter *l = letter_at(topic_of(member), id);
  struct topic_consumer *c = &g->consumer[l->consumer];
  l->state = LETTER_DELIVERED;
  if (topic_policy_admits(sim, c)) {
    send_within(sim, carry(sim, member, g, id, c, tries), c, l);
    return;
  }
  not_worked(sim, member, g, c, id, tries, OUTCOME_CIRCUIT_OPEN);
  group_enter_ring(g, c);
}

void group_answer(struct sim *sim, struct member *member, struct frame *call,
                  enum outcome outcome) {
  struct topic_state *t = topic_of(member);
  if (call->site == SITE_DEAD) {
    t->undelivered_dead += outcome != OUTCOME_OK;
    return;
  }
  struct topic_group *g = &t->group[call->site];
  struct topic_consumer *c = &g->consumer[t->consumer_of[frame_callee(call)]];
  bool late = outcome == OUTCOME_TIMEOUT;
  uint32_t id = late ? delivery_given_up(sim, call) : delivery_heard(sim, call);
  if (t->replicas && call->sent_ns < t->replicas->void_before_ns[member->index - 1]) return;
  sim_assert(sim, member->id, c->out[member->index - 1] > 0, "who was sent nothing answers");
  c->out[member->index - 1]--;
  uint32_t tries = topic_policy_heard(sim, member, g, c, call, outcome);
  if (outcome != OUTCOME_OK) {
    not_worked(sim, member, g, c, id, tries, outcome);
  } else if (id != NO_LETTER) {
    worked(sim, t, g, c, id);
  } else {
    c->has--;
  }
  bool answers = outcome == OUTCOME_OK || outcome == OUTCOME_FAILED;
  if (answers && !member_is_off(c->member)) c->closed = false;
  group_enter_ring(g, c);
  group_serve(sim, member, g);
}

/* --- time passes ---------------------------------------------------------------------------- */

static void expire(struct sim *sim, struct topic_state *t, struct topic_group *g, uint32_t id) {
  if (letter_at(t, id)->state == LETTER_WAITING) {
    t->expired++;
    group_forget(sim, t, g, id, LET_EXPIRED);
  } else if (letter_at(t, id)->state == LETTER_DELAYED) {
    t->expired++;
    group_done_with(sim, t, g, id, LET_EXPIRED);
  }
}

void group_becomes_due(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id) {
  struct topic_state *t = topic_of(member);
  struct letter *l = letter_at(t, id);
  l->since_ns = sim->now_ns;
  l->order = g->order++;
  waiting_append(&t->letters, &g->waiting, id);
  group_backlog_step(sim, t, g, true);
  uint64_t age_ns = sim->now_ns - l->taken_ns; /* the delay counts */
  group_plan(sim, member, g, id, t->config->retention_ns - age_ns, DUE_EXPIRES);
}

static void one_due(struct sim *sim, struct member *member, struct topic_group *g,
                    const struct due *due) {
  struct topic_state *t = topic_of(member);
  if (due->what == DUE_OPENS) {
    group_opens(sim, member, g, &g->consumer[due->letter]);
    return;
  }
  if (due->what == DUE_ADMITS) {
    group_enter_ring(g, &g->consumer[due->letter]);
    return;
  }
  if (due->what == DUE_SILENT) {
    session_silent(sim, member, g, &g->consumer[due->letter], due->stamp);
    return;
  }
  if (due->what == DUE_BEAT) {
    rebalance_beat(sim, member, g, due);
    return;
  }
  if (due->what == DUE_SESSION) {
    struct topic_consumer *c = &g->consumer[due->letter];
    if (!c->closed || c->closings != due->stamp || c->gone) return;
    c->gone = true;
    rebalance(sim, member, g, NULL);
    return;
  }
  const struct letter *l = letter_at(t, due->letter);
  if (l->state == LETTER_GONE || l->order != due->order || l->group != g->index) {
    return; /* it is another one by now */
  }
  bool same = delivery_stamp(sim, l->record) == due->stamp;
  switch (due->what) {
    case DUE_DELAY:
      delivery_is_due(sim, l->record);
      group_becomes_due(sim, member, g, due->letter);
      return;
    case DUE_RETURN:
      if (same && l->state == LETTER_DELAYED) group_wait_again(sim, t, g, due->letter);
      return;
    case DUE_TRY:
      if (same && l->state == LETTER_PAUSING) try_again(sim, member, g, due->letter, due->tries);
      return;
    case DUE_VISIBLE:
      if (!same || (l->state != LETTER_DELIVERED && l->state != LETTER_PAUSING)) return;
      if (l->state == LETTER_PAUSING) { /* no call is out */
        g->consumer[l->consumer].has--;
        group_enter_ring(g, &g->consumer[l->consumer]);
      }
      t->reappeared++;
      group_give_back(sim, member, g, due->letter);
      return;
    case DUE_POLL:
      if (same) poll_due(sim, member, g, due->letter);
      return;
    case DUE_EXPIRES:
      expire(sim, t, g, due->letter);
      return;
    case DUE_OPENS:
    case DUE_ADMITS:
    case DUE_SESSION:
    case DUE_SILENT:
    case DUE_BEAT:
      return;
  }
}

void group_due(struct sim *sim, struct member *member, struct topic_group *g) {
  struct due due;
  while (dues_pop(&g->dues, sim->now_ns, &due)) one_due(sim, member, g, &due);
  group_set_timer(sim, member, g);
  group_serve(sim, member, g);
}
