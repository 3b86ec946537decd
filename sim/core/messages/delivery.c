#include "delivery.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "column.h"
#include "dedup.h"
#include "engine.h"
#include "subscription.h"
#include "whose.h"

struct record {
  uint64_t sent_ns, identity;
  uint32_t tag;
  uint32_t order; /* in its audience, modulo 2^32 */
  uint32_t item;
  uint32_t stamp; /* of the last call that carried it; void: the next free record */
  uint32_t out;   /* calls whose consumers may still do the work */
  uint16_t audience;
  uint8_t why; /* enum let_go */
  bool done;
};
static_assert(sizeof(struct record) == 40, "the record of a message is compact");

/* The order of the last message of a key whose work ended. */
struct last_done {
  uint32_t item;
  uint32_t order;
  bool taken;
};

struct audience {
  struct audience_count count; /* without kept and on_way */
  uint64_t open;               /* records */
  uint32_t order;
  struct last_done *key; /* by item, open addressing */
  uint32_t keys, buckets;
  struct dedup dedup;    /* what the group remembers; without a window: nothing */
  struct dedup identity; /* what was really done, for ever, where messages may be published again */
};

struct deliveries {
  struct record *record;
  struct whose *whose; /* by record; NULL: nobody reads it */
  uint32_t records, capacity, free_list, stamp;
  struct audience *audience;
  uint32_t audiences;
};

#define CARRIES_NOTHING (UINT64_C(1) << 63) /* the work on it has ended, or goes on elsewhere */

static struct deliveries *deliveries_of(struct sim *sim) {
  if (sim->deliveries == NULL) {
    sim->deliveries = mem_zeroed(1, sizeof *sim->deliveries);
    sim->deliveries->free_list = DELIVERY_NONE;
  }
  return sim->deliveries;
}

uint32_t audience_new(struct sim *sim, uint64_t dedup_ns) {
  struct deliveries *d = deliveries_of(sim);
  column_want(sim, COLUMN_DELIVERY);
  d->audience = mem_resize(d->audience, (d->audiences + 1) * sizeof *d->audience);
  struct audience *a = &d->audience[d->audiences];
  *a = (struct audience){0};
  dedup_init(&a->dedup, dedup_ns);
  dedup_init(&a->identity, UINT64_MAX);
  return d->audiences++;
}

void deliveries_free(struct sim *sim) {
  struct deliveries *d = sim->deliveries;
  if (d == NULL) return;
  for (uint32_t i = 0; i < d->audiences; i++) {
    free(d->audience[i].key);
    dedup_free(&d->audience[i].dedup);
    dedup_free(&d->audience[i].identity);
  }
  free(d->audience);
  free(d->record);
  free(d->whose);
  free(d);
}

/* --- records -------------------------------------------------------------------------------- */

static void grow_records(const struct sim *sim, struct deliveries *d) {
  d->capacity = d->capacity ? 2 * d->capacity : 256;
  d->record = mem_resize(d->record, (size_t)d->capacity * sizeof *d->record);
  if (!whose_is_read(sim)) return;
  d->whose = mem_resize(d->whose, (size_t)d->capacity * sizeof *d->whose);
}

static struct record *record_new(const struct sim *sim, uint32_t *number) {
  struct deliveries *d = sim->deliveries;
  if (d->free_list != DELIVERY_NONE) {
    *number = d->free_list;
    d->free_list = d->record[*number].stamp;
  } else {
    if (d->records == d->capacity) grow_records(sim, d);
    *number = d->records++;
  }
  return &d->record[*number];
}

uint32_t delivery_publish(struct sim *sim, uint32_t audience, uint64_t sent_ns, uint64_t identity,
                          const struct whose *whose, uint32_t item, uint32_t tag) {
  struct deliveries *d = sim->deliveries;
  struct audience *a = &d->audience[audience];
  uint32_t number;
  struct record *r = record_new(sim, &number);
  if (d->whose) d->whose[number] = *whose;
  *r = (struct record){.sent_ns = sent_ns,
                       .identity = identity,
                       .tag = tag,
                       .order = a->order++,
                       .item = item,
                       .stamp = ++d->stamp,
                       .audience = (uint16_t)audience};
  a->count.published++;
  a->open++;
  return number;
}

static void count_closed(struct audience *a, const struct record *r) {
  if (r->done) {
    a->count.done++;
    return;
  }
  switch ((enum let_go)r->why) {
    case LET_DEAD:
      a->count.dead++;
      return;
    case LET_DROPPED:
      a->count.dropped++;
      return;
    case LET_EXPIRED:
      a->count.expired++;
      return;
    case STILL_KEPT:
    case LET_ACKED:
    case LET_LOST:
      a->count.lost++;
      return;
  }
}

static void close_if_over(struct deliveries *d, uint32_t number) {
  struct record *r = &d->record[number];
  if (r->out > 0 || r->why == STILL_KEPT) return;
  struct audience *a = &d->audience[r->audience];
  count_closed(a, r);
  a->open--;
  r->tag = DELIVERY_NONE;
  r->stamp = d->free_list;
  r->audience = UINT16_MAX; /* nobody's */
  d->free_list = number;
}

void delivery_let_go(struct sim *sim, uint32_t record, enum let_go why) {
  struct record *r = &sim->deliveries->record[record];
  sim_assert(sim, UINT32_MAX, r->why == STILL_KEPT, "a message is let go twice");
  r->why = (uint8_t)why;
  r->tag = DELIVERY_NONE;
  close_if_over(sim->deliveries, record);
}

void delivery_is_due(struct sim *sim, uint32_t record) {
  struct record *r = &sim->deliveries->record[record];
  r->order = sim->deliveries->audience[r->audience].order++;
}

/* --- calls that carry messages -------------------------------------------------------------- */

void delivery_send(struct sim *sim, uint32_t record, const struct frame *call) {
  struct record *r = &sim->deliveries->record[record];
  r->out++;
  r->stamp = ++sim->deliveries->stamp & INT32_MAX;
  column_set(sim, call, COLUMN_DELIVERY, (uint64_t)r->stamp << 32 | (record + 1));
  if (column_wanted(sim, COLUMN_IDENTITY)) {
    column_set(sim, call, COLUMN_IDENTITY, rng_mix(r->identity) | 1);
  }
  if (sim->deliveries->whose) whose_tell(sim, &sim->deliveries->whose[record], call);
}

struct whose delivery_whose(const struct sim *sim, uint32_t record) {
  const struct deliveries *d = sim->deliveries;
  return d->whose ? d->whose[record] : (struct whose){0};
}

uint32_t delivery_stamp(const struct sim *sim, uint32_t record) {
  return sim->deliveries->record[record].stamp;
}

/* It carries nothing any more. */
static void unload(struct sim *sim, const struct frame *call, uint64_t value) {
  column_set(sim, call, COLUMN_DELIVERY, value | CARRIES_NOTHING);
}

static void attempt_over(struct sim *sim, uint32_t record) {
  struct record *r = &sim->deliveries->record[record];
  sim_assert(sim, UINT32_MAX, r->out > 0, "a message comes back that nobody had");
  r->out--;
  close_if_over(sim->deliveries, record);
}

static uint32_t tag_of(const struct sim *sim, uint64_t value) {
  uint32_t stamp = value >> 32 & INT32_MAX;
  const struct record *r = &sim->deliveries->record[(uint32_t)value - 1];
  return r->audience != UINT16_MAX && r->stamp == stamp ? r->tag : DELIVERY_NONE;
}

uint32_t delivery_heard(struct sim *sim, const struct frame *call) {
  uint64_t value = column_get(sim, call, COLUMN_DELIVERY);
  uint32_t tag = tag_of(sim, value);
  if (!(value & CARRIES_NOTHING)) {
    unload(sim, call, value);
    attempt_over(sim, (uint32_t)value - 1);
  }
  return tag;
}

/* The consumer has it, or it is on its way there. */
static bool is_with_consumer(const struct frame *f) {
  enum frame_state state = frame_state(f);
  return frame_is_handled(f) || state == FRAME_HELD_UP || state == FRAME_TRAVELLING;
}

uint32_t delivery_given_up(struct sim *sim, const struct frame *call) {
  if (!is_with_consumer(call)) return delivery_heard(sim, call);
  return tag_of(sim, column_get(sim, call, COLUMN_DELIVERY));
}

uint64_t delivery_missed_ns(const struct sim *sim, const struct frame *call) {
  const struct member *callee = &sim->member[frame_callee(call)];
  const struct subscription *s = subscription_of(callee->component->spec);
  if (s == NULL || column_get(sim, call, COLUMN_DELIVERY) == 0) return TIME_NEVER;
  return s->visibility_ns < s->session_ns ? s->visibility_ns : s->session_ns;
}

void delivery_goes_on(struct sim *sim, const struct frame *call, const struct frame *rest) {
  uint64_t value = column_get(sim, call, COLUMN_DELIVERY);
  if (value == 0 || value & CARRIES_NOTHING) return;
  column_set(sim, rest, COLUMN_DELIVERY, value);
  unload(sim, call, value);
}

/* --- order ---------------------------------------------------------------------------------- */

static struct last_done *bucket_of(struct audience *a, uint32_t item) {
  uint32_t i = (uint32_t)rng_mix(item) & (a->buckets - 1);
  while (a->key[i].taken && a->key[i].item != item) i = (i + 1) & (a->buckets - 1);
  return &a->key[i];
}

static void grow_keys(struct audience *a) {
  struct last_done *old = a->key;
  uint32_t n = a->buckets;
  a->buckets = n ? 2 * n : 64;
  a->key = mem_zeroed(a->buckets, sizeof *a->key);
  for (uint32_t i = 0; i < n; i++) {
    if (old[i].taken) *bucket_of(a, old[i].item) = old[i];
  }
  free(old);
}

/* Whether the work on a later one has ended. */
static bool is_late(struct audience *a, const struct record *r) {
  if (2 * a->keys >= a->buckets) grow_keys(a);
  struct last_done *last = bucket_of(a, r->item);
  if (last->taken && (int32_t)(last->order - r->order) > 0) return true;
  a->keys += !last->taken;
  *last = (struct last_done){r->item, r->order, true};
  return false;
}

/* --- consumers ------------------------------------------------------------------------------ */

bool delivery_is_done(struct sim *sim, struct consumer *consumer, const struct frame *call) {
  uint64_t value = column_get(sim, call, COLUMN_DELIVERY);
  if (value == 0) return false;
  uint32_t record = (uint32_t)value - 1;
  struct record *r = &sim->deliveries->record[record];
  struct audience *a = &sim->deliveries->audience[r->audience];
  if (!dedup_knows(&a->dedup, r->identity, sim->now_ns)) return false;
  consumer->deduplicated++;
  a->count.again += !r->done;
  r->done = true;
  unload(sim, call, value);
  attempt_over(sim, record);
  return true;
}

/* Somebody did the work on a message that nobody had done under this record. */
static void first_end(struct sim *sim, struct audience *a, struct consumer *consumer,
                      struct record *r) {
  bool late = is_late(a, r);
  r->done = true;
  consumer->out_of_order += late;
  a->count.swapped += late;
  bool come_again = sim->outbounds != NULL || column_wanted(sim, COLUMN_MESSAGE);
  if (come_again && dedup_knows(&a->identity, r->identity, sim->now_ns)) {
    a->count.again++; /* its publisher tried again */
    a->count.extra++;
    consumer->duplicates++;
    return;
  }
  if (come_again) dedup_add(&a->identity, r->identity, sim->now_ns);
  consumer->consumed++;
  hist_add(&consumer->end_to_end, sim->now_ns - r->sent_ns);
}

/* Whether the group finds out that the work has been done, as the second of two who did it. */
static bool is_thrown_away(struct sim *sim, struct audience *a, struct consumer *consumer,
                           struct record *r) {
  if (a->dedup.window_ns == 0) return false;
  if (!dedup_knows(&a->dedup, r->identity, sim->now_ns)) {
    dedup_add(&a->dedup, r->identity, sim->now_ns);
    return false;
  }
  consumer->deduplicated++;
  a->count.again += !r->done;
  r->done = true;
  return true;
}

void delivery_worked(struct sim *sim, struct consumer *consumer, const struct frame *call,
                     bool ok) {
  uint64_t value = column_get(sim, call, COLUMN_DELIVERY);
  if (value == 0 || value & CARRIES_NOTHING) return;
  uint32_t record = (uint32_t)value - 1;
  struct record *r = &sim->deliveries->record[record];
  struct audience *a = &sim->deliveries->audience[r->audience];
  unload(sim, call, value);
  if (!ok) {
    consumer->failed++;
  } else if (is_thrown_away(sim, a, consumer, r)) {
    /* as if it had not been done */
  } else if (r->done) {
    consumer->duplicates++;
    a->count.extra++;
  } else {
    first_end(sim, a, consumer, r);
  }
  attempt_over(sim, record);
}

void consumer_changes(struct sim *sim, struct member *member, bool restarted) {
  const struct subscription *s = subscription_of(member->component->spec);
  struct component *topic = &sim->component[s->topic];
  for (uint32_t i = 0; i < topic->members; i++) {
    topic->kind->on_consumer(sim, &topic->member[i], member, restarted);
  }
}

void consumers_look(struct sim *sim) {
  for (uint32_t i = 0; i < sim->spec->components; i++) {
    struct component *c = &sim->component[i];
    if (!subscription_of(c->spec)) continue;
    for (uint32_t k = 0; k < c->members; k++) consumer_changes(sim, &c->member[k], false);
  }
}

/* --- counting ------------------------------------------------------------------------------- */

/* Of the audience's records that are let go and not done, those that a call still carries. */
static uint64_t carried(struct sim *sim, uint32_t audience) {
  const struct deliveries *d = sim->deliveries;
  bool *seen = mem_zeroed(d->records + 1, sizeof *seen);
  uint64_t n = 0;
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    uint64_t value = column_get(sim, f, COLUMN_DELIVERY);
    if (value == 0 || value & CARRIES_NOTHING || !is_with_consumer(f)) continue;
    uint32_t record = (uint32_t)value - 1;
    const struct record *r = &d->record[record];
    bool doubtful = r->why == LET_ACKED || r->why == LET_LOST;
    if (r->audience != audience || !doubtful || r->done || seen[record]) continue;
    seen[record] = true;
    n++;
  }
  free(seen);
  return n;
}

struct audience_count audience_count(struct sim *sim, uint32_t audience) {
  const struct deliveries *d = sim->deliveries;
  const struct audience *a = &d->audience[audience];
  struct audience_count c = a->count;
  uint64_t waits = 0; /* let go, not done, and not closed */
  for (uint32_t i = 0; a->open > 0 && i < d->records; i++) {
    const struct record *r = &d->record[i];
    if (r->audience != audience) continue;
    c.open += r->why == STILL_KEPT;
    if (r->done) {
      c.done++;
    } else if (r->why == STILL_KEPT) {
      c.kept++;
    } else if (r->why == LET_ACKED || r->why == LET_LOST) {
      waits++;
    } else {
      c.dead += r->why == LET_DEAD;
      c.dropped += r->why == LET_DROPPED;
      c.expired += r->why == LET_EXPIRED;
    }
  }
  c.on_way = waits > 0 ? carried(sim, audience) : 0;
  c.lost += waits - c.on_way;
  return c;
}
