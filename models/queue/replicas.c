#include "replicas.h"

#include <stdlib.h>

#include "arena.h"
#include "checks.h"
#include "column.h"
#include "fault_def.h"
#include "life.h"
#include "message.h"
#include "outbound.h"
#include "timeline.h"
#include "topic_state.h"

enum { MESSAGE_FETCH };
const char *const replicas_messages[] = {"fetch", NULL};

/* How long a leader waits for an answer, and pauses before it turns to a broker again that gave
 * none (Kafka: replica.fetch.backoff.ms is 1000). */
#define AGAIN_NS UINT64_C(1000000000)

static uint32_t bit(uint32_t broker) {
  return UINT32_C(1) << broker;
}

static struct member *member_of(const struct replicas *r, uint32_t broker) {
  return &r->component->member[broker];
}

static bool is_away(const struct replicas *r, uint32_t broker) {
  const struct member *m = member_of(r, broker);
  return member_is_off(m) || m->hung;
}

struct member *replicas_leader(const struct replicas *r, uint32_t partition) {
  uint32_t leader = r->part[partition].leader;
  return leader == NO_BROKER || is_away(r, leader) ? NULL : member_of(r, leader);
}

struct member *replicas_any(const struct replicas *r) {
  for (uint32_t b = 0; b < r->n; b++) {
    if (!is_away(r, b)) return member_of(r, b);
  }
  return NULL;
}

/* A try that is repeated goes to the partition of the first one. */
uint32_t replicas_partition(const struct replicas *r, const struct frame *call) {
  uint64_t which = call->item ? call->item : rng_mix(outbound_key(r->sim, call));
  return (uint32_t)(rng_mix(which * UINT64_C(0x9e3779b97f4a7c15)) % r->partitions);
}

struct member *replicas_pick(const struct component *component, const struct frame *call) {
  const struct replicas *r = component->shared;
  return member_of(r, r->part[replicas_partition(r, call)].target);
}

/* --- the log -------------------------------------------------------------------------------- */

static struct logged *at(const struct replicated *p, uint64_t position) {
  return &p->ring[position & (p->capacity - 1)];
}

static void grow(struct replicated *p) {
  uint32_t capacity = p->capacity ? 2 * p->capacity : 64;
  struct logged *ring = mem_alloc(capacity * sizeof *ring);
  for (uint64_t i = p->first + 1; i <= p->end; i++) ring[i & (capacity - 1)] = *at(p, i);
  free(p->ring);
  p->ring = ring;
  p->capacity = capacity;
}

/* What every broker has is not asked for any more. */
static void trim(const struct replicas *r, struct replicated *p) {
  uint64_t least = p->committed;
  for (uint32_t b = 0; b < r->n; b++) {
    if (p->follower[b].has < least) least = p->follower[b].has;
  }
  if (least > p->first) p->first = least;
}

static struct frame *waiting_call(struct sim *sim, const struct logged *l) {
  if (l->slot == SLOT_NONE) return NULL;
  struct frame *call = frame_at(sim, l->slot);
  return call->stamp == l->stamp && frame_state(call) == FRAME_WAITING ? call : NULL;
}

static void count_parts(struct sim *sim, struct topic_state *t) {
  const struct replicas *r = t->replicas;
  uint32_t without = 0, under = 0;
  for (uint32_t i = 0; i < r->partitions; i++) {
    without += replicas_leader(r, i) == NULL;
    under += (uint32_t)__builtin_popcount(r->part[i].in_sync) < r->n;
  }
  level_set(&t->leaderless, sim->now_ns, without);
  level_set(&t->under_replicated, sim->now_ns, under);
}

/* --- committing ----------------------------------------------------------------------------- */

static void commit_one(struct sim *sim, struct topic_state *t, struct replicated *p) {
  struct logged *l = at(p, ++p->committed);
  struct publication what = l->what;
  struct frame *call = waiting_call(sim, l);
  if (l->slot != SLOT_NONE) level_down(&t->unanswered, sim->now_ns);
  l->slot = SLOT_NONE;
  t->published += !l->acked;
  l->acked |= call != NULL;
  hist_add(&t->replication, sim->now_ns - l->at_ns);
  groups_take(sim, member_of(t->replicas, p->leader), &what);
  if (call) call_reply(sim, call, OUTCOME_OK);
}

/* Commits what all that are in sync are known to have. One that has just had all but what came
 * meanwhile is waited for as well, or under a steady stream it would never be in sync (as Kafka's
 * leader does with who is caught up and not in sync yet). */
static void advance(struct sim *sim, struct topic_state *t, struct replicated *p) {
  const struct replicas *r = t->replicas;
  uint64_t to = p->end;
  for (uint32_t b = 0; b < r->n; b++) {
    bool counts = p->in_sync & bit(b) || p->follower[b].catches_up;
    if (counts && b != p->leader && p->follower[b].known < to) {
      to = p->follower[b].known;
    }
  }
  if (p->committed >= to) return;
  while (p->committed < to) commit_one(sim, t, p);
  trim(r, p);
  topic_age_update(sim, t);
  groups_serve(sim, member_of(r, p->leader));
}

/* --- fetching ------------------------------------------------------------------------------- */

/* The leader sends all that a follower lacks, in one message at a time: what a fetch that waits at
 * the leader brings, and the next fetch says that it is there. */
static void feed(struct sim *sim, const struct replicas *r, struct replicated *p, uint32_t to) {
  struct follower *f = &p->follower[to];
  if (to == p->leader || f->asked || timer_is_set(sim, &f->again[p->leader])) return;
  if (f->known == p->end && p->in_sync & bit(to)) return;
  f->asked = true;
  message_send(sim, member_of(r, p->leader), member_of(r, to),
               &(struct message){.what = MESSAGE_FETCH,
                                 .site = (uint16_t)p->number,
                                 .item = p->epoch,
                                 .body = p->end,
                                 .timeout_ns = AGAIN_NS});
}

static void feed_all(struct sim *sim, const struct replicas *r, struct replicated *p) {
  for (uint32_t b = 0; b < r->n; b++) feed(sim, r, p, b);
}

void replicas_on_message(struct sim *sim, struct member *broker, struct frame *message) {
  struct replicas *r = topic_of(broker)->replicas;
  struct replicated *p = &r->part[message->site];
  struct follower *f = &p->follower[broker->index - 1];
  bool current = message->item == p->epoch;
  uint64_t to = message_body(sim, message);
  if (current && to > f->has) f->has = to;
  call_reply(sim, message, current ? OUTCOME_OK : OUTCOME_FAILED);
}

static void leave_sync(struct sim *sim, struct topic_state *t, struct replicated *p,
                       uint32_t broker) {
  if (!(p->in_sync & bit(broker)) || p->in_sync == bit(broker)) return;
  p->in_sync &= ~bit(broker);
  t->shrunk++;
  count_parts(sim, t);
}

void replicas_on_answer(struct sim *sim, struct member *broker, struct frame *message,
                        enum outcome outcome) {
  struct topic_state *t = topic_of(broker);
  struct replicas *r = t->replicas;
  struct replicated *p = &r->part[message->site];
  uint32_t from = frame_callee(message) - r->component->member->id;
  struct follower *f = &p->follower[from];
  if (message->item != p->epoch || p->leader != broker->index - 1) return;
  f->asked = false;
  if (outcome == OUTCOME_OK) {
    uint64_t to = message_body(sim, message);
    if (to > f->known) f->known = to;
    f->caught_up_ns = message->sent_ns;
    if (!(p->in_sync & bit(from)) && f->known >= p->committed) {
      p->in_sync |= bit(from);
      count_parts(sim, t);
    }
    f->catches_up = !(p->in_sync & bit(from)) && !r->expired[from];
    feed(sim, r, p, from);
  } else {
    f->catches_up = false;
    if (sim->now_ns - f->caught_up_ns > r->config->lag_ns) leave_sync(sim, t, p, from);
    timer_set(sim, broker, &f->again[p->leader], outcome == OUTCOME_TIMEOUT ? 0 : AGAIN_NS,
              DUE_AGAIN, p->number * REPLICAS_MOST + from);
  }
  trim(r, p);
  advance(sim, t, p);
}

/* --- publishing ----------------------------------------------------------------------------- */

/* Of a message that is in the log and not committed yet, which its publisher sends again. */
static struct logged *find_uncommitted(const struct replicated *p, uint64_t identity) {
  for (uint64_t i = p->committed + 1; i <= p->end; i++) {
    if (at(p, i)->what.identity == identity) return at(p, i);
  }
  return NULL;
}

static void wait(struct sim *sim, struct topic_state *t, struct logged *l, struct frame *call) {
  if (l->slot == SLOT_NONE) level_up(&t->unanswered, sim->now_ns);
  l->slot = frame_slot(sim, call);
  l->stamp = call->stamp;
  call->flags |= CALL_RELEASED;
  frame_set_state(sim, call, FRAME_WAITING);
  trace_mark(sim, call, PART_REPLICATION);
}

static struct logged *append(struct sim *sim, struct topic_state *t, struct replicated *p,
                             const struct frame *call) {
  if (p->end - p->first == p->capacity) grow(p);
  for (uint32_t b = 0; b < t->replicas->n; b++) {
    if (p->follower[b].known == p->end) p->follower[b].caught_up_ns = sim->now_ns;
  }
  p->end++;
  p->follower[p->leader].has = p->follower[p->leader].known = p->end;
  t->replicas->appended++;
  struct logged *l = at(p, p->end);
  *l = (struct logged){
      .what = topic_publication(sim, t, call), .at_ns = sim->now_ns, .slot = SLOT_NONE};
  l->what.partition = (uint16_t)p->number;
  return l;
}

/* In logs, and not committed yet: they will wait in each group. */
static uint64_t uncommitted(const struct replicas *r) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < r->partitions; i++) n += r->part[i].end - r->part[i].committed;
  return n;
}

/* A message more has room, or makes it. */
static bool has_room(struct sim *sim, struct topic_state *t) {
  if (t->config->capacity == PARAM_UNLIMITED) return true;
  uint64_t coming = uncommitted(t->replicas);
  if (t->config->full == FULL_DROP_OLDEST) {
    groups_make_room(sim, t, coming);
    return true;
  }
  return !groups_are_full(t, coming);
}

void replicas_take(struct sim *sim, struct member *broker, struct frame *call) {
  struct topic_state *t = topic_of(broker);
  struct replicas *r = t->replicas;
  struct replicated *p = &r->part[replicas_partition(r, call)];
  enum acks acks = (enum acks)column_get(sim, call, COLUMN_ACKS);
  bool all = acks == ACKS_UNSAID || acks == ACKS_ALL;
  if (p->leader != broker->index - 1) {
    call_reply(sim, call, OUTCOME_FAILED); /* it leads no more */
    return;
  }
  if (all && (uint32_t)__builtin_popcount(p->in_sync) < r->config->min_insync) {
    t->too_few++;
    call_reply(sim, call, OUTCOME_REFUSED);
    return;
  }
  if (topic_has_taken(sim, t, call)) {
    call_reply(sim, call, OUTCOME_OK);
    return;
  }
  struct logged *l = NULL;
  if (t->config->dedup_ns > 0) l = find_uncommitted(p, topic_identity(sim, call));
  if (l) {
    t->deduplicated++;
    struct frame *before = waiting_call(sim, l);
    if (all && before) call_reply(sim, before, OUTCOME_FAILED); /* its publisher asks again */
  } else if (has_room(sim, t)) {
    l = append(sim, t, p, call);
  } else {
    t->refused++;
    call_reply(sim, call, OUTCOME_REFUSED);
    return;
  }
  if (all) {
    wait(sim, t, l, call);
  } else {
    t->published += !l->acked;
    l->acked = true;
  }
  feed_all(sim, r, p);
  advance(sim, t, p);
  if (!all) call_reply(sim, call, OUTCOME_OK);
}

/* --- another leader ------------------------------------------------------------------------- */

/* Nobody will answer these calls from here: at once if the broker can, else when it goes on. */
static void leave_unanswered(struct sim *sim, struct topic_state *t, struct replicated *p,
                             struct logged *l) {
  struct replicas *r = t->replicas;
  struct frame *call = waiting_call(sim, l);
  if (l->slot != SLOT_NONE) level_down(&t->unanswered, sim->now_ns);
  if (call) {
    if (r->unanswered_n == r->unanswered_capacity) {
      r->unanswered_capacity = r->unanswered_capacity ? 2 * r->unanswered_capacity : 16;
      r->unanswered = mem_resize(r->unanswered, r->unanswered_capacity * sizeof *r->unanswered);
    }
    r->unanswered[r->unanswered_n++] = (struct unanswered){l->slot, l->stamp, p->leader};
  }
  l->slot = SLOT_NONE;
}

/* The broker goes on: publishers that wait have no answer from it. After a crash the engine has
 * answered. */
static void answer_left(struct sim *sim, struct replicas *r, uint32_t broker, bool fail) {
  uint32_t kept = 0, n = r->unanswered_n;
  struct unanswered *list = r->unanswered;
  r->unanswered = NULL;
  r->unanswered_n = r->unanswered_capacity = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (list[i].broker != broker) {
      list[kept++] = list[i];
      continue;
    }
    struct frame *call = frame_at(sim, list[i].slot);
    if (fail && call->stamp == list[i].stamp && frame_state(call) == FRAME_WAITING) {
      call_reply(sim, call, OUTCOME_FAILED);
    }
  }
  if (r->unanswered_n == 0) {
    free(r->unanswered);
    r->unanswered = list;
    r->unanswered_n = kept;
    r->unanswered_capacity = n;
    return;
  }
  free(list);
}

/* It leads no more: what it has delivered and not heard of is delivered again, by who leads next.
 */
static void stop_leading(struct sim *sim, struct topic_state *t, struct replicated *p) {
  if (p->leader == NO_BROKER) return;
  groups_take_back(sim, t, p->number);
  groups_hear_no_more(t, p->leader);
  t->replicas->void_before_ns[p->leader] = sim->now_ns;
  for (uint64_t i = p->committed + 1; i <= p->end; i++) leave_unanswered(sim, t, p, at(p, i));
  for (uint32_t b = 0; b < t->replicas->n; b++) {
    timer_stop(&p->follower[b].again[p->leader]);
    p->follower[b].asked = false;
  }
  p->leader = NO_BROKER;
}

static int by_key(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

/* Nothing is left of the log beyond `end`. */
static void throw_away(struct sim *sim, struct topic_state *t, struct replicated *p, uint64_t end) {
  uint64_t *key = mem_alloc((p->end - end + 1) * sizeof *key);
  uint32_t committed = 0;
  for (uint64_t i = p->end; i > end; i--) {
    const struct logged *l = at(p, i);
    t->thrown_away++;
    t->replicas->discarded++;
    if (i <= p->committed) {
      key[committed++] = l->what.key;
    } else {
      t->lost_acked += l->acked;
    }
  }
  qsort(key, committed, sizeof *key, by_key);
  groups_lose(sim, t, p->number, key, committed);
  free(key);
  p->end = end;
  if (p->committed > end) p->committed = end;
  for (uint32_t b = 0; b < t->replicas->n; b++) {
    if (p->follower[b].has > end) p->follower[b].has = end;
  }
}

/* The first in the partition's own order that may lead; NO_BROKER: none. */
static uint32_t candidate(const struct replicas *r, const struct replicated *p, bool unclean) {
  for (uint32_t i = 0; i < r->n; i++) {
    uint32_t b = (p->number + i) % r->n;
    if (is_away(r, b) || (!unclean && !(p->in_sync & bit(b)))) continue;
    return b;
  }
  return NO_BROKER;
}

static void lead(struct sim *sim, struct topic_state *t, struct replicated *p, uint32_t broker) {
  struct replicas *r = t->replicas;
  struct member *m = member_of(r, broker);
  bool clean = p->in_sync & bit(broker);
  throw_away(sim, t, p, p->follower[broker].has);
  p->leader = p->target = broker;
  p->epoch++;
  t->elections++;
  t->unclean += !clean;
  if (!clean) p->in_sync = bit(broker);
  for (uint32_t b = 0; b < r->n; b++) {
    struct follower *f = &p->follower[b];
    f->known = b == broker ? p->end : p->in_sync & bit(b) ? p->committed : 0;
    f->caught_up_ns = sim->now_ns;
    f->catches_up = false;
  }
  sim_note(sim, m, m, clean ? "leads a partition" : "leads a partition, out of sync");
  feed_all(sim, r, p);
  advance(sim, t, p);
}

/* Where a partition has no leader and one can be had. */
static void elect(struct sim *sim, struct topic_state *t, struct replicated *p) {
  struct replicas *r = t->replicas;
  uint32_t broker = candidate(r, p, false);
  if (broker == NO_BROKER && r->config->unclean) broker = candidate(r, p, true);
  if (broker != NO_BROKER) lead(sim, t, p, broker);
}

/* --- brokers that go and come --------------------------------------------------------------- */

static void set_expiry(struct sim *sim, struct replicas *r) {
  uint64_t next_ns = TIME_NEVER;
  for (uint32_t b = 0; b < r->n; b++) {
    if (r->away_ns[b] == TIME_NEVER || r->expired[b]) continue;
    uint64_t at_ns = r->away_ns[b] + r->config->session_ns;
    if (at_ns < next_ns) next_ns = at_ns;
  }
  struct member *any = replicas_any(r);
  if (next_ns == TIME_NEVER || any == NULL) return;
  timer_set(sim, any, &r->expiry[any->index - 1], next_ns > sim->now_ns ? next_ns - sim->now_ns : 0,
            DUE_EXPIRY, 0);
}

static void expire(struct sim *sim, struct topic_state *t, uint32_t broker) {
  struct replicas *r = t->replicas;
  r->expired[broker] = true;
  for (uint32_t i = 0; i < r->partitions; i++) {
    struct replicated *p = &r->part[i];
    p->follower[broker].catches_up = false;
    if (p->leader == broker) stop_leading(sim, t, p);
    leave_sync(sim, t, p, broker);
    if (p->leader == NO_BROKER) {
      elect(sim, t, p);
    } else if (!is_away(r, p->leader)) {
      advance(sim, t, p);
    }
  }
}

void replicas_on_due(struct sim *sim, struct member *broker, struct timer *timer) {
  struct topic_state *t = topic_of(broker);
  struct replicas *r = t->replicas;
  if (timer->what == DUE_AGAIN) {
    struct replicated *p = &r->part[timer->data / REPLICAS_MOST];
    if (p->leader == broker->index - 1) feed(sim, r, p, timer->data % REPLICAS_MOST);
    return;
  }
  for (uint32_t b = 0; b < r->n; b++) {
    if (r->away_ns[b] == TIME_NEVER || r->expired[b]) continue;
    if (sim->now_ns >= r->away_ns[b] + r->config->session_ns) expire(sim, t, b);
  }
  count_parts(sim, t);
  set_expiry(sim, r);
}

static void goes(struct sim *sim, struct topic_state *t, uint32_t broker, bool crashes) {
  struct replicas *r = t->replicas;
  if (r->away_ns[broker] == TIME_NEVER) r->away_ns[broker] = sim->now_ns;
  if (!crashes) return;
  answer_left(sim, r, broker, false);
  for (uint32_t i = 0; i < r->partitions; i++) {
    struct replicated *p = &r->part[i];
    if (p->leader != broker) continue;
    groups_take_back(sim, t, i);
    for (uint64_t k = p->committed + 1; k <= p->end; k++) {
      if (at(p, k)->slot != SLOT_NONE) level_down(&t->unanswered, sim->now_ns);
      at(p, k)->slot = SLOT_NONE;
    }
    for (uint32_t b = 0; b < r->n; b++) p->follower[b].asked = false;
  }
  groups_hear_no_more(t, broker);
}

static void comes(struct sim *sim, struct topic_state *t, uint32_t broker) {
  struct replicas *r = t->replicas;
  r->away_ns[broker] = TIME_NEVER;
  r->expired[broker] = false;
  answer_left(sim, r, broker, true);
  for (uint32_t i = 0; i < r->partitions; i++) {
    struct replicated *p = &r->part[i];
    if (p->leader == NO_BROKER) elect(sim, t, p);
    if (p->leader == broker) {
      feed_all(sim, r, p);
    } else if (p->leader != NO_BROKER && !is_away(r, p->leader)) {
      feed(sim, r, p, broker); /* it fetches, also where nobody publishes */
    }
  }
}

void replicas_fault(struct sim *sim, struct member *broker, const struct fault_def *fault,
                    bool begins) {
  struct topic_state *t = topic_of(broker);
  if (fault != &fault_crash && fault != &fault_hang) return;
  if (begins) {
    goes(sim, t, broker->index - 1, fault == &fault_crash);
  } else if (!is_away(t->replicas, broker->index - 1)) {
    comes(sim, t, broker->index - 1);
  }
  count_parts(sim, t);
  set_expiry(sim, t->replicas);
  struct member *any = replicas_any(t->replicas);
  for (uint32_t i = 0; any && i < t->groups; i++) group_set_timer(sim, any, &t->group[i]);
  if (any) groups_serve(sim, any);
}

/* --- life ----------------------------------------------------------------------------------- */

void replicas_init(struct sim *sim, struct topic_state *t, struct component *component) {
  struct replicas *r = arena_alloc(sim->arena, sizeof *r);
  *r = (struct replicas){.config = &t->config->copies,
                         .sim = sim,
                         .component = component,
                         .n = component->members,
                         .partitions = (uint32_t)t->config->partitions};
  r->part = arena_lines(sim->arena, r->partitions, sizeof *r->part);
  r->away_ns = arena_alloc(sim->arena, r->n * sizeof *r->away_ns);
  r->void_before_ns = arena_alloc(sim->arena, r->n * sizeof *r->void_before_ns);
  r->expiry = arena_alloc(sim->arena, r->n * sizeof *r->expiry);
  r->expired = arena_alloc(sim->arena, r->n * sizeof *r->expired);
  for (uint32_t b = 0; b < r->n; b++) {
    r->away_ns[b] = TIME_NEVER;
    r->void_before_ns[b] = 0;
    r->expired[b] = false;
  }
  for (uint32_t i = 0; i < r->partitions; i++) {
    struct replicated *p = &r->part[i];
    p->number = i;
    p->leader = p->target = i % r->n;
    p->in_sync = r->n == REPLICAS_MOST ? UINT32_MAX : bit(r->n) - 1;
    p->follower = arena_lines(sim->arena, r->n, sizeof *p->follower);
    for (uint32_t b = 0; b < r->n; b++) {
      p->follower[b].again = arena_alloc(sim->arena, r->n * sizeof *p->follower[b].again);
    }
  }
  column_want(sim, COLUMN_ACKS);
  component->shared = r;
  t->replicas = r;
}

void replicas_free(struct topic_state *t) {
  if (!t->replicas) return;
  for (uint32_t i = 0; i < t->replicas->partitions; i++) free(t->replicas->part[i].ring);
  free(t->replicas->unanswered);
}

void replicas_check(struct sim *sim, struct member *member, struct checks *out) {
  const struct topic_state *t = topic_of(member);
  const struct replicas *r = t->replicas;
  uint64_t kept = 0;
  bool sound = true;
  for (uint32_t i = 0; i < r->partitions; i++) {
    const struct replicated *p = &r->part[i];
    kept += p->end;
    sound &= p->committed <= p->end && p->first <= p->committed;
    for (uint32_t b = 0; b < r->n; b++) sound &= p->follower[b].has <= p->end;
  }
  (void)sim;
  check_member(out, member, "logs", sound && r->appended == kept + r->discarded,
               "%llu appended = %llu in the logs + %llu thrown away; no log is longer than its "
               "leader's",
               (unsigned long long)r->appended, (unsigned long long)kept,
               (unsigned long long)r->discarded);
}
