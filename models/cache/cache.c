/* cache: keeps answers by key in front of an origin. */
#include <assert.h>

#include "abandon.h"
#include "call.h"
#include "checks.h"
#include "column.h"
#include "detmath.h"
#include "flush.h"
#include "kept.h"
#include "key_history.h"
#include "outbound_params.h"
#include "write_back.h"

/* --- calls ---------------------------------------------------------------------------------- */

/* What a call at the cache is about, kept in its pc. */
enum { PC_HIT = 1, PC_MISS, PC_WRITE, PC_JOINED, PC_PASS };

void cache_ask_origin(struct sim *sim, struct cache_state *c, struct frame *fetch) {
  if (__builtin_expect(c->out != NULL, 0)) {
    outbound_send(sim, c->out, fetch);
    return;
  }
  struct member *to = component_pick(c->origin, fetch);
  outbound_send_plain(sim, fetch, to, c->config->calls.timeout_ns);
}

/* A miss on a key that the origin is being asked for waits for that answer; else it leads. */
static bool joins(struct sim *sim, struct cache_state *c, struct frame *call) {
  uint32_t flight = flight_find(&c->flights, c->owner, call->item);
  if (flight == NO_FLIGHT) {
    flight_begin(sim, &c->flights, c->owner, call->item, call);
    return false;
  }
  c->joined++;
  call->pc = PC_JOINED;
  frame_set_state(sim, call, FRAME_WAITING);
  trace_mark(sim, call, PART_OTHER);
  flight_join(sim, &c->flights, flight, call);
  return true;
}

/* Answers a read, with something else if there is that. */
static void give(struct sim *sim, struct cache_state *c, struct frame *call, enum outcome outcome) {
  call_reply(sim, call, second_best(c->second_best, call, outcome, &c->fallbacks));
}

/* The cache's own time is over: answer, or ask the origin. */
static void go_on(struct sim *sim, struct member *member, struct frame *call) {
  struct cache_state *c = member->state;
  if (call->pc == PC_HIT) {
    give(sim, c, call, (enum outcome)call->pending);
    return;
  }
  if (call->pc == PC_WRITE && writes_back(c) && write_back_keep(sim, member, call)) {
    call_reply(sim, call, OUTCOME_OK);
    return;
  }
  if (c->config->single_flight && call->pc == PC_MISS && joins(sim, c, call)) return;
  cache_ask_origin(sim, c, call_new(sim, member, call));
}

/* Asks the origin for a key again, on the cache's own account, unless that is under way. The answer
 * is as large as the one who asks expects it. */
static void refresh(struct sim *sim, struct member *member, struct frame *call) {
  struct cache_state *c = member->state;
  if (flight_find(&c->flights, c->owner, call->item) != NO_FLIGHT) return;
  c->refreshes++;
  uint32_t flight = flight_begin(sim, &c->flights, c->owner, call->item, NULL);
  c->flights.flight[flight].key = call->key;
  struct frame *fetch = call_new(sim, member, NULL);
  fetch->key = call->key;
  fetch->item = call->item;
  fetch->op = call->op;
  call_set_answer_bytes(sim, fetch, call_bytes(sim, call, true));
  cache_ask_origin(sim, c, fetch);
}

/* XFetch: now - duration * beta * log(u) >= expiry. */
static bool asks_early(const struct sim *sim, struct cache_state *c, uint32_t e,
                       const struct frame *call) {
  if (flight_find(&c->flights, c->owner, call->item) != NO_FLIGHT) return false;
  struct draws draws = draws_begin(c->early, call->key, 0);
  double ahead_ns = -c->fetch_ns * c->config->early * det_log(draws_unit(&draws));
  return ahead_ns >= (double)(c->store->entry[e].expires_ns - sim->now_ns);
}

/* A hit: what the reader gets was there when the call came. */
static void judge_hit(struct sim *sim, struct cache_state *c, uint32_t e, struct frame *call) {
  if (sim->keys) key_note_call(sim, call, KEY_ANSWERED);
  ledger_answer(sim, c->store->entry[e].copy, call);
  ledger_judge(sim, c->truth, call, sim->now_ns, &c->read);
}

/* An answer that was kept is as large, and as good, as it came. */
static void pass_on_kept(struct sim *sim, struct frame *call, uint64_t told) {
  uint64_t bytes = told & ~ANSWER_DEGRADED;
  if (told & ANSWER_DEGRADED) call->flags |= CALL_DEGRADED;
  if (bytes > 0) column_set(sim, call, COLUMN_ANSWER, bytes);
}

/* Whether a read is answered from what is kept. */
static bool hits(struct sim *sim, struct member *member, struct frame *call) {
  struct cache_state *c = member->state;
  uint32_t e = kept_lookup(sim, c, call);
  if (e == NIL) return false;
  bool stale = c->config->stale_ns > 0 && kept_is_stale(sim, c, e);
  if (!stale && c->config->early > 0 && asks_early(sim, c, e, call)) {
    c->asked_early++;
    return false;
  }
  call->pending = c->store->entry[e].outcome;
  c->negative_hits += call->pending != OUTCOME_OK;
  if (c->truth != REF_NONE && call->pending == OUTCOME_OK) judge_hit(sim, c, e, call);
  uint64_t told = c->store->answer ? c->store->answer[e] : 0;
  if (__builtin_expect(stale, 0)) {
    c->served_stale++;
    refresh(sim, member, call);
  }
  if (__builtin_expect(told > 0, 0)) pass_on_kept(sim, call, told);
  return true;
}

static void cache_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct cache_state *c = member->state;
  owner_enter(sim, c, call);
  call->mark_ns = sim->now_ns; /* when it came */
  if (op_set_has(&c->write_ops, call->op)) {
    c->writes++;
    call->pc = PC_WRITE;
  } else if (op_set_has(&c->passed_ops, call->op)) {
    c->passed++;
    call->pc = PC_PASS;
  } else if (hits(sim, member, call)) {
    c->hits++;
    call->pc = PC_HIT;
  } else {
    c->misses++;
    call->pc = PC_MISS;
  }
  if (c->config->hit_time.kind == DIST_CONSTANT && c->config->hit_time.a <= 0) {
    go_on(sim, member, call);
    return;
  }
  call_work(sim, member, call, dist_draw_keyed(&c->config->hit_time, &c->hit_time, call->key, 0));
}

static void cache_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  owner_enter(sim, member->state, call);
  go_on(sim, member, call);
}

/* What `fetch` brought is the answer to a read. */
static void judge_fetched(struct sim *sim, struct cache_state *c, const struct frame *fetch,
                          struct frame *call) {
  if (c->truth == REF_NONE) return;
  ledger_pass_on(sim, fetch, call);
  ledger_judge(sim, c->truth, call, call->mark_ns, &c->read);
}

/* A write makes what is kept out of date. */
static void written(struct sim *sim, struct cache_state *c, const struct frame *parent,
                    struct frame *fetch) {
  if (c->truth != REF_NONE) ledger_pass_on(sim, fetch, parent);
  if (c->config->write.policy == WRITE_THROUGH) {
    keep(sim, c, fetch, OUTCOME_OK);
    return;
  }
  uint32_t e = store_find(c->store, fetch->item);
  if (e != NIL) kept_remove(sim, c, e);
}

/* What is not kept is answered as it came. */
static void passed(struct sim *sim, struct cache_state *c, struct frame *parent,
                   struct frame *fetch, enum outcome outcome) {
  c->origin_errors += outcome != OUTCOME_OK;
  if (outcome == OUTCOME_RATE_LIMITED) call_tell_when(sim, fetch, parent);
  if (c->truth != REF_NONE) ledger_pass_on(sim, fetch, parent);
  call_reply(sim, parent, outcome);
}

/* What a read brought is kept, and an error if that is said, but not in place of a stale answer. */
static void learn(struct sim *sim, struct cache_state *c, struct frame *fetch,
                  enum outcome outcome) {
  if (c->config->early > 0) {
    double took_ns = (double)(sim->now_ns - fetch->sent_ns);
    c->fetch_ns += (took_ns - c->fetch_ns) * (c->fetch_ns > 0 ? 0.125 : 1);
  }
  bool error_kept = c->config->negative_ns > 0 && store_find(c->store, fetch->item) == NIL;
  if (outcome == OUTCOME_OK || error_kept) keep(sim, c, fetch, outcome);
}

/* Answers all that waited for a read of the origin. */
static void land(struct sim *sim, struct cache_state *c, struct frame *parent, struct frame *fetch,
                 enum outcome outcome) {
  uint32_t flight = flight_find(&c->flights, c->owner, fetch->item);
  struct frame *call;
  assert(flight != NO_FLIGHT);
  flight_land(&c->flights, flight);
  if (parent) give(sim, c, parent, outcome);
  while ((call = flight_next(sim, &c->flights, flight)) != NULL) {
    if (outcome == OUTCOME_OK) judge_fetched(sim, c, fetch, call);
    call_tell_same(sim, fetch, call);
    give(sim, c, call, outcome);
  }
}

/* Whose store a call of the cache's own is about; false: nobody knows any more. */
static bool refreshed_enter(struct sim *sim, struct cache_state *c, const struct frame *fetch) {
  if (c->config->per == WHOM_ALL) return true;
  uint64_t key = c->out ? outbound_key(sim, fetch) : fetch->key;
  uint32_t flight = flight_of_key(&c->flights, key);
  if (flight == NO_FLIGHT) return false;
  owners_revisit(sim, c, c->flights.flight[flight].owner);
  return true;
}

/* The one whose call to the origin was waited for gives up: the next one asks in its place. */
static void hand_over(struct sim *sim, struct member *member, struct frame *call) {
  struct cache_state *c = member->state;
  uint32_t flight = flight_find(&c->flights, c->owner, call->item);
  if (flight == NO_FLIGHT || c->flights.flight[flight].leader != frame_slot(sim, call)) return;
  bool alone = c->flights.flight[flight].first == SLOT_NONE;
  if (alone) flight_land(&c->flights, flight);
  struct frame *next = flight_next(sim, &c->flights, flight);
  if (next == NULL) return;
  next->pc = PC_MISS;
  c->flights.flight[flight].leader = frame_slot(sim, next);
  cache_ask_origin(sim, c, call_new(sim, member, next));
}

/* It ended with the time of the one who asked: that says nothing to others. */
static bool out_of_time(const struct sim *sim, const struct frame *fetch, enum outcome outcome) {
  return outcome == OUTCOME_TIMEOUT && outbound_out_of_time(sim, fetch);
}

static void cache_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                           struct frame *fetch, enum outcome outcome) {
  struct cache_state *c = member->state;
  if (!parent && !(fetch->flags & CALL_ROOT)) return;
  if (__builtin_expect(c->out != NULL, 0) && outbound_takes(sim, fetch, outcome)) return;
  if (!parent && op_set_has(&c->write_ops, fetch->op)) {
    write_back_ended(sim, c, fetch, outcome);
    return;
  }
  if (parent) owner_enter(sim, c, parent);
  if (!parent && !refreshed_enter(sim, c, fetch)) return;
  if (parent && parent->pc == PC_MISS && out_of_time(sim, fetch, outcome)) {
    c->origin_errors++;
    if (c->config->single_flight) hand_over(sim, member, parent);
    give(sim, c, parent, outcome);
    return;
  }
  if (parent && parent->pc == PC_PASS) {
    passed(sim, c, parent, fetch, outcome);
    return;
  }
  bool ok = outcome == OUTCOME_OK, writes = parent && parent->pc == PC_WRITE;
  c->origin_errors += !ok;
  if (outcome == OUTCOME_RATE_LIMITED && parent) call_tell_when(sim, fetch, parent);
  if (writes) {
    if (ok) written(sim, c, parent, fetch);
  } else {
    if (ok && parent) judge_fetched(sim, c, fetch, parent);
    learn(sim, c, fetch, outcome);
    if (c->config->single_flight || !parent) {
      land(sim, c, parent, fetch, outcome);
      return;
    }
    give(sim, c, parent, outcome);
    return;
  }
  call_reply(sim, parent, outcome);
}

/* A policy makes no further tries of a call that was given up, and has its place again. */
static enum heed cache_heeds(const void *config) {
  const struct cache_config *c = config;
  return outbound_is_plain(&c->calls) ? HEED_PASS_ON : HEED_STOP;
}

static void cache_on_cancel(struct sim *sim, struct member *member, struct frame *call) {
  struct cache_state *c = member->state;
  c->given_up++;
  owner_enter(sim, c, call);
  if (frame_state(call) == FRAME_WAITING && call->pc == PC_JOINED) {
    flight_leave(sim, &c->flights, call);
  } else if (frame_state(call) == FRAME_WAITING) {
    call_abandon_made(sim, call);
    if (c->config->single_flight && call->pc == PC_MISS) hand_over(sim, member, call);
  }
  call->due_ns = TIME_NEVER; /* a look-up comes to nothing */
  call_reply(sim, call, OUTCOME_RESET);
}

static void cache_on_written(struct sim *sim, struct member *member, uint32_t item) {
  struct cache_state *c = member->state;
  if (c->config->invalidate != INVALIDATE_ON_WRITE || member->down || member->hung) return;
  for (uint32_t i = 0; i < c->owners.n; i++) {
    owners_enter(c, i);
    uint32_t e = store_find(c->store, item);
    if (e == NIL) continue;
    kept_remove(sim, c, e);
    c->invalidated++;
  }
}

/* A life begins. */
static void cache_start(struct sim *sim, struct member *member) {
  const struct cache_state *c = member->state;
  if (c->config->warm) owners_warm(sim, member);
  if (writes_back(c)) write_back_begin(sim, member);
}

static void cache_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  (void)timer;
  write_back_flush(sim, member);
}

static void cache_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                           bool begins) {
  struct cache_state *c = member->state;
  if ((fault == &fault_crash || fault == &fault_flush) && begins) kept_clear_all(sim, c);
  if (fault == &fault_crash && begins) flights_clear(&c->flights);
  if (fault == &fault_crash && !begins) cache_start(sim, member);
}

/* --- life ----------------------------------------------------------------------------------- */

static uint32_t cache_data_behind(const struct component_spec *component) {
  return ((const struct cache_config *)component->config)->origin;
}

/* Every entry that was stored was removed in one of the known ways or is still held; and each is
 * found under its key. */
static void cache_check(struct sim *sim, struct member *member, struct checks *out) {
  const struct cache_state *c = member->state;
  uint32_t found = 0, held = 0;
  bool sound = true;
  for (uint32_t i = 0; i < c->owners.n; i++) {
    uint32_t of_one;
    sound &= store_is_sound(c->owners.owner[i].store, &of_one);
    found += of_one;
    held += c->owners.owner[i].store->held;
  }
  check_member(out, member, "entries", sound && c->stored == c->removed + held,
               "%llu stored = %llu removed + %u held, of which %u are found by their keys; %s",
               (unsigned long long)c->stored, (unsigned long long)c->removed, held, found,
               sound ? "lists and sizes agree" : "lists or sizes do not agree");
  if (!writes_back(c)) return;
  struct ledger_behind behind = ledger_behind(sim, c->truth);
  check_member(out, member, "writes",
               behind.acknowledged == behind.arrived + behind.lost + behind.pending,
               "%llu acknowledged before their database had them = %llu arrived + %llu lost + %llu "
               "to come",
               (unsigned long long)behind.acknowledged, (unsigned long long)behind.arrived,
               (unsigned long long)behind.lost, (unsigned long long)behind.pending);
}

static void cache_settle(struct sim *sim, struct member *member) {
  kept_settle(sim, member->state);
}

/* Whether a load balancer has the component among its backends. */
static bool is_balanced(const struct sim *sim, uint32_t id) {
  const struct spec *spec = sim->spec;
  struct arena *arena = arena_new();
  bool found = false;
  for (uint32_t i = 0; i < spec->components && !found; i++) {
    const struct component_spec *caller = &spec->component[i];
    if (caller->kind->divide == NULL) continue;
    struct outline outline;
    outline_begin(&outline, arena);
    caller->kind->outline(spec, caller, OP_DEFAULT, &outline);
    for (uint32_t k = 0; k < outline.calls; k++) found = found || outline.call[k].to == id;
  }
  arena_free(arena);
  return found;
}

static void cache_init(struct sim *sim, struct member *member) {
  struct cache_state *c = member->state;
  c->config = member->component->config;
  c->origin = &sim->component[c->config->origin];
  c->second_best = second_best_causes(&c->config->fallback);
  c->out = outbound_new(sim, member, c->origin, c->origin->spec->name, &c->config->calls,
                        (struct outbound_hooks){0});
  c->evict = sim_stream(sim, member->component, "evict");
  owners_init(sim, c);
  flights_init(&c->flights);
  c->ttl = sim_stream(sim, member->component, "ttl");
  c->early = sim_stream(sim, member->component, "early");
  c->warm = sim_stream(sim, member->component, "warm");
  c->object_size = sim_stream(sim, member->component, "object_size");
  c->hit_time = sim_stream(sim, member->component, "hit_time");
  c->write_ops = data_writes(sim->spec, member->component->id);
  for (uint32_t op = 0; op < sim->spec->ops; op++) {
    if (cache_passes(c->config, (int)op)) c->passed_ops.bits[op / 64] |= UINT64_C(1) << (op % 64);
  }
  c->member = member;
  c->balanced = member->component->members > 1 && is_balanced(sim, member->component->id);
  c->truth = sim->ledger ? data_truth(sim->spec, member->component->id) : REF_NONE;
  if (writes_back(c)) ledger_expect_behind(sim);
  if (c->config->stale_ns > 0) column_want(sim, COLUMN_ANSWER);
}

static void cache_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  struct cache_state *c = member->state;
  owners_free(c);
  flights_free(&c->flights);
}

static const struct metric_def cache_metrics[] = {
    OUTBOUND_METRICS,
    {0},
};

#define STATE(field) offsetof(struct cache_state, field)

static const struct meter cache_meters[] = {
    {"hit_ratio", METER_RATIO, STATE(hits), STATE(misses), "Look-ups answered from the cache."},
    {"hits", METER_COUNT, STATE(hits), 0, "Look-ups answered from the cache."},
    {"misses", METER_COUNT, STATE(misses), 0, "Look-ups passed on to the origin."},
    {"expired", METER_COUNT, STATE(expired), 0,
     "Misses because the entry's time to live was over."},
    {"fallbacks", METER_COUNT, STATE(fallbacks), 0,
     "Reads that failed and had something at hand instead (`fallback`)."},
    {"evictions", METER_COUNT, STATE(evictions), 0, "Entries that made room for others."},
    {"not_kept", METER_COUNT, STATE(rejected), 0,
     "Answers that were not kept: too large, of no known size, or not wanted by the policy."},
    {"writes", METER_COUNT, STATE(writes), 0,
     "Writes that came to it, which it passes on to the origin; with write = back later, and "
     "fewer."},
    {"passed", METER_COUNT, STATE(passed), 0,
     "Calls whose answers are never kept (`passes`): neither hits nor misses."},
    {"joined", METER_COUNT, STATE(joined), 0,
     "Misses that waited for a call to the origin which was under way."},
    {"served_stale", METER_COUNT, STATE(served_stale), 0,
     "Hits on entries whose time was over, within `stale`."},
    {"refreshes", METER_COUNT, STATE(refreshes), 0,
     "Calls to the origin on the cache's own account."},
    {"asked_early", METER_COUNT, STATE(asked_early), 0,
     "Misses by XFetch, on entries whose time was not over."},
    {"negative_hits", METER_COUNT, STATE(negative_hits), 0,
     "Hits answered with an error that was kept."},
    {"invalidated", METER_COUNT, STATE(invalidated), 0,
     "Entries removed because the database was written."},
    {"written_back", METER_COUNT, STATE(written_back), 0,
     "Calls that wrote to the origin what had been acknowledged before."},
    {"write_back_failed", METER_COUNT, STATE(write_back_failed), 0,
     "Those of them that failed; they are repeated with the next flush."},
    {"lost_writes", METER_COUNT, STATE(lost_writes), 0,
     "Acknowledged writes that were lost: a crash or a flush took them before they were on their "
     "way "
     "to the origin, or that call failed when the entry was gone."},
    {"dirty", METER_LEVEL, STATE(dirty), 0, "Entries that the origin does not have as they are"},
    {"given_up", METER_COUNT, STATE(given_up), 0,
     "Calls ended because nobody waited for them any more."},
    {"stale_reads", METER_COUNT, STATE(read.stale), 0,
     "Reads answered with a version that a write, acknowledged before the read came, had replaced; "
     "0 where no database is known to hold the data."},
    {"stale_ratio", METER_RATIO, STATE(read.stale), STATE(read.fresh),
     "Share of the reads with a key that were stale."},
    {"own_write_missed", METER_COUNT, STATE(read.own_missed), 0,
     "Reads of a user who had the acknowledgement of a write of their own and did not see it; 0 "
     "where clients have no users."},
    {"not_monotonic", METER_COUNT, STATE(read.went_back), 0,
     "Reads of a user who had got a newer version before; 0 where clients have no users."},
    {"stale_age", METER_TIMES, STATE(read.age), 0,
     "For how long the answer of a stale read had been out of date"},
    {"origin_errors", METER_COUNT, STATE(origin_errors), 0,
     "Look-ups and writes that failed because the call to the origin did, further tries included."},
    {"owners", METER_LEVEL, STATE(owned), 0, "Users or callers who have one of their own"},
    {"entries", METER_LEVEL, STATE(entries), 0, "Entries held whose time to live is not over"},
    {"bytes", METER_BYTES, STATE(bytes), 0, "Bytes held of them, where the capacity is in bytes"},
    {0},
};

/* Only some caches turn answers away, or count bytes. */
static bool cache_has_meter(const void *config, const struct meter *meter) {
  const struct cache_config *c = config;
  if (meter->at == STATE(bytes)) return c->capacity.in_bytes;
  if (meter->at == STATE(rejected)) return c->capacity.in_bytes || policies[c->policy]->admits;
  if (meter->at == STATE(written_back) || meter->at == STATE(write_back_failed) ||
      meter->at == STATE(lost_writes) || meter->at == STATE(dirty)) {
    return c->write.policy == WRITE_BACK;
  }
  if (meter->at == STATE(fallbacks)) return c->fallback.n > 0;
  if (meter->at == STATE(owned)) return c->per != WHOM_ALL;
  if (meter->at == STATE(passed)) return c->passes.n > 0;
  if (meter->at == STATE(joined)) return c->single_flight;
  if (meter->at == STATE(served_stale) || meter->at == STATE(refreshes)) return c->stale_ns > 0;
  if (meter->at == STATE(asked_early)) return c->early > 0;
  if (meter->at == STATE(negative_hits)) return c->negative_ns > 0;
  return true;
}

const struct kind kind_cache = {
    .name = "cache",
    .summary = "Keeps answers by key in front of an origin.",
    .doc =
        "Holds real keys: a call looks up the key of its request (the client's `keys`). A hit is "
        "answered at once or after `hit_time`; a miss asks the origin and stores the answer if "
        "it is ok. Errors are not kept unless `negative` says for how long. Where the capacity is "
        "in bytes, a value has the size of "
        "the "
        "answer that brought it, or its key's `object_size`; what makes room goes until it fits. "
        "A call that its origin counts as "
        "a write (a database's `write_ops`; elsewhere the operation named \"write\") goes to the "
        "origin; when that succeeded, the key is removed or, with write = "
        "\"through\", what was written is kept. With write = back it is acknowledged and kept, and "
        "written to the origin later. Writes that pass the cache by leave it as it is "
        "unless `invalidate` says otherwise: it goes on answering with what it has, and the ledger "
        "counts such reads as stale. A read of the origin that was under way during a write stores "
        "what it saw, even after the key was removed. Several misses on one key at the "
        "same time all go to the origin, unless they join (`single_flight`; when the one that asks "
        "gives up or is out of time, the next one asks in its place). A crash empties the cache, "
        "as does the fault "
        "`flush`, "
        "during which calls go on; while it is down calls are "
        "refused, and it is the caller's `fallback` that goes to the origin instead. Requests "
        "without keys all have key 0. The instances of a group share the keys: each key lives on "
        "one of them, chosen by its hash, unless a load balancer chooses. With `per` each user or "
        "caller has a cache of its own of "
        "this "
        "capacity, which begins when the first call comes and hears of no other's writes; that of "
        "a "
        "caller is part of its process and is empty after a crash of it. What a client may say "
        "about its calls holds here of "
        "those "
        "to the origin: `timeout`, `retry`, `hedge`, `breaker`, `pool`, kept by each instance; the "
        "deadline of a request is passed on. When a caller gives up, and something behind the "
        "cache "
        "takes such calls out, the cache gives up its own call and stores nothing. Left out: "
        "the second round trip of an application that fills the cache itself (cache-aside), which "
        "asks the origin from where it is, not from where the cache is; "
        "fetches that go on without their caller, "
        "the memory that entries themselves take, leases, a delay of "
        "invalidations.",
    .example =
        "client \"users\" { arrivals = poisson \"500/s\", target = \"redis\", "
        "keys = zipf { n = 10000, s = 1.0 } }\n"
        "cache \"redis\" { capacity = 1000, policy = \"lru\", ttl = \"60s\", origin = \"db\" }\n"
        "database \"db\" { workers = 16, read = exponential \"5ms\" }\n"
        "run { duration = \"60s\", warmup = \"20s\", replications = 4 }\n",
    .params = cache_params,
    .meters = cache_meters,
    .has_meter = cache_has_meter,
    .metrics = cache_metrics,
    .keeps_data = true,
    .pick = component_pick_holder,
    .bypass = "origin",
    .config_size = sizeof(struct cache_config),
    .state_size = sizeof(struct cache_state),
    .validate = cache_validate,
    .outline = cache_outline,
    .data_behind = cache_data_behind,
    .on_written = cache_on_written,
    .check = cache_check,
    .init = cache_init,
    .start = cache_start,
    .on_call = cache_on_call,
    .on_reply = cache_on_reply,
    .on_timer = cache_on_timer,
    .on_cancel = cache_on_cancel,
    .on_due = cache_on_due,
    .heeds = cache_heeds,
    .on_fault = cache_on_fault,
    .own_faults = (const struct fault_def *const[]){&fault_flush, NULL},
    .settle = cache_settle,
    .destroy = cache_destroy,
};
