/* cache: keeps answers by key in front of an origin. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "abandon.h"
#include "arena.h"
#include "call.h"
#include "checks.h"
#include "flush.h"
#include "outbound.h"
#include "outbound_params.h"
#include "outline.h"
#include "sim.h"

enum policy { POLICY_LRU, POLICY_FIFO };
static const char *const policy_choices[] = {"lru", "fifo", NULL};

enum expire { EXPIRE_AFTER_WRITE, EXPIRE_AFTER_ACCESS };
static const char *const expire_choices[] = {"after_write", "after_access", NULL};

enum write_policy { WRITE_AROUND, WRITE_THROUGH };
static const char *const write_choices[] = {"around", "through", NULL};

enum invalidate { INVALIDATE_NEVER, INVALIDATE_ON_WRITE };
static const char *const invalidate_choices[] = {"never", "on_write", NULL};

struct cache_config {
  uint64_t capacity, ttl_ns;
  uint32_t policy, expire, origin, write, invalidate;
  struct outbound_config calls;
  struct dist hit_time;
};

#define NIL UINT32_MAX

/* An entry is in the hash table (chain by `next_in_bucket`) and in one list from the entry to be
 * evicted last (`newest`) to the one to be evicted first (`oldest`). */
struct entry {
  uint32_t item, next_in_bucket, newer, older;
  uint64_t expires_ns;
  ledger_copy copy;
  bool ended; /* its time was over when it was last looked at: it does not count */
};

struct cache_state {
  const struct cache_config *config;
  struct component *origin;
  struct outbound *out; /* NULL: the timeout is all there is to the policy */
  struct entry *entry;
  uint32_t *bucket;
  uint32_t bucket_mask, allocated, used, newest, oldest, free_list;
  struct stream hit_time;
  struct op_set write_ops;
  uint64_t hits, misses, expired, evictions, writes, invalidated, given_up, origin_errors;
  struct level entries;     /* those that count */
  uint64_t stored, removed; /* since time 0 */
  uint64_t settled_ns;      /* what had expired by then is counted out */
  uint32_t truth; /* component whose data these are, if the ledger follows them; or REF_NONE */
  struct staleness read;
};

/* --- the store ------------------------------------------------------------------------------ */

static uint32_t bucket_of(const struct cache_state *c, uint32_t item) {
  return (uint32_t)rng_mix(item) & c->bucket_mask;
}

static uint32_t find(const struct cache_state *c, uint32_t item) {
  uint32_t e = c->bucket[bucket_of(c, item)];
  while (e != NIL && c->entry[e].item != item) e = c->entry[e].next_in_bucket;
  return e;
}

static void list_remove(struct cache_state *c, uint32_t e) {
  struct entry *entry = &c->entry[e];
  *(entry->newer == NIL ? &c->newest : &c->entry[entry->newer].older) = entry->older;
  *(entry->older == NIL ? &c->oldest : &c->entry[entry->older].newer) = entry->newer;
}

static void list_add_newest(struct cache_state *c, uint32_t e) {
  struct entry *entry = &c->entry[e];
  entry->newer = NIL;
  entry->older = c->newest;
  *(c->newest == NIL ? &c->oldest : &c->entry[c->newest].newer) = e;
  c->newest = e;
}

/* An entry counts until it is removed or its time is over. */
static void count_out(const struct sim *sim, struct cache_state *c, uint32_t e) {
  struct entry *entry = &c->entry[e];
  uint64_t end_ns = sim->now_ns;
  if (entry->expires_ns < end_ns) end_ns = entry->expires_ns;
  if (end_ns < c->entries.from_ns) end_ns = c->entries.from_ns;
  if (!entry->ended) level_down(&c->entries, end_ns);
  entry->ended = true;
}

static void remove_entry(struct sim *sim, struct cache_state *c, uint32_t e) {
  count_out(sim, c, e);
  if (sim->ledger) ledger_drop(sim, c->entry[e].copy);
  uint32_t *link = &c->bucket[bucket_of(c, c->entry[e].item)];
  while (*link != e) link = &c->entry[*link].next_in_bucket;
  *link = c->entry[e].next_in_bucket;
  list_remove(c, e);
  c->entry[e].older = c->free_list;
  c->free_list = e;
  c->used--;
  c->removed++;
}

static void rehash(struct cache_state *c, uint32_t buckets) {
  c->bucket = mem_resize(c->bucket, buckets * sizeof *c->bucket);
  c->bucket_mask = buckets - 1;
  memset(c->bucket, 0xff, buckets * sizeof *c->bucket);
  for (uint32_t e = c->newest; e != NIL; e = c->entry[e].older) {
    uint32_t *head = &c->bucket[bucket_of(c, c->entry[e].item)];
    c->entry[e].next_in_bucket = *head;
    *head = e;
  }
}

static uint32_t take_free(struct cache_state *c) {
  if (c->free_list != NIL) {
    uint32_t e = c->free_list;
    c->free_list = c->entry[e].older;
    return e;
  }
  uint32_t old = c->allocated;
  c->allocated = old ? 2 * old : 64;
  c->entry = mem_grow(c->entry, c->allocated, sizeof *c->entry, "entries of a cache",
                      "bound its capacity, or have fewer keys");
  for (uint32_t e = c->allocated; e-- > old;) {
    c->entry[e].older = c->free_list;
    c->free_list = e;
  }
  rehash(c, c->allocated);
  return take_free(c);
}

static uint64_t expiry(const struct sim *sim, const struct cache_state *c) {
  uint64_t ttl_ns = c->config->ttl_ns;
  return ttl_ns == PARAM_UNLIMITED ? TIME_NEVER : sim->now_ns + ttl_ns;
}

static void store(struct sim *sim, struct cache_state *c, const struct frame *fetch) {
  uint32_t item = fetch->item;
  ledger_copy copy = c->truth != REF_NONE ? ledger_hold(sim, c->truth, fetch) : 0;
  uint64_t expires_ns = expiry(sim, c);
  uint32_t e = find(c, item);
  if (e != NIL) { /* another miss on the same key was faster */
    count_out(sim, c, e);
    level_up(&c->entries, sim->now_ns);
    c->entry[e].ended = false;
    if (sim->ledger) ledger_drop(sim, c->entry[e].copy);
    c->entry[e].copy = copy;
    c->entry[e].expires_ns = expires_ns;
    if (c->config->policy == POLICY_LRU) {
      list_remove(c, e);
      list_add_newest(c, e);
    }
    return;
  }
  if (c->used == c->config->capacity) {
    remove_entry(sim, c, c->oldest);
    c->evictions++;
  }
  e = take_free(c);
  uint32_t *head = &c->bucket[bucket_of(c, item)];
  c->entry[e] =
      (struct entry){.item = item, .next_in_bucket = *head, .expires_ns = expires_ns, .copy = copy};
  *head = e;
  list_add_newest(c, e);
  c->used++;
  c->stored++;
  level_up(&c->entries, sim->now_ns);
}

/* NIL: it is not there, or its time is over. */
static uint32_t lookup(struct sim *sim, struct cache_state *c, uint32_t item) {
  uint32_t e = find(c, item);
  if (e == NIL) return NIL;
  if (c->entry[e].expires_ns <= sim->now_ns) {
    remove_entry(sim, c, e);
    c->expired++;
    return NIL;
  }
  if (c->config->expire == EXPIRE_AFTER_ACCESS) c->entry[e].expires_ns = expiry(sim, c);
  if (c->config->policy == POLICY_LRU) {
    list_remove(c, e);
    list_add_newest(c, e);
  }
  return e;
}

/* Entries whose time is over stay until they are looked up or make room. */
static void cache_settle(struct sim *sim, struct member *member) {
  struct cache_state *c = member->state;
  if (c->config->ttl_ns == PARAM_UNLIMITED || c->settled_ns == sim->now_ns) return;
  c->settled_ns = sim->now_ns; /* several meters are read at one instant */
  for (uint32_t e = c->newest; e != NIL; e = c->entry[e].older) {
    if (c->entry[e].expires_ns <= sim->now_ns) count_out(sim, c, e);
  }
}

static void flush(struct sim *sim, struct cache_state *c) {
  while (c->oldest != NIL) remove_entry(sim, c, c->oldest);
}

/* --- calls ---------------------------------------------------------------------------------- */

/* What a call at the cache is about, kept in its pc. */
enum { PC_HIT = 1, PC_MISS, PC_WRITE };

/* The cache's own time is over: answer, or ask the origin. */
static void go_on(struct sim *sim, struct member *member, struct frame *call) {
  struct cache_state *c = member->state;
  if (call->pc == PC_HIT) {
    call_reply(sim, call, OUTCOME_OK);
    return;
  }
  struct frame *fetch = call_new(sim, member, call);
  if (__builtin_expect(c->out != NULL, 0)) {
    outbound_send(sim, c->out, fetch);
    return;
  }
  struct member *to = component_pick(c->origin, fetch);
  outbound_send_plain(sim, fetch, to, c->config->calls.timeout_ns);
}

/* A hit: what the reader gets was there when the call came. */
static void judge_hit(struct sim *sim, struct cache_state *c, uint32_t e, struct frame *call) {
  ledger_answer(sim, c->entry[e].copy, call);
  ledger_judge(sim, c->truth, call, sim->now_ns, &c->read);
}

static void cache_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct cache_state *c = member->state;
  uint32_t e;
  call->mark_ns = sim->now_ns; /* when it came */
  if (op_set_has(&c->write_ops, call->op)) {
    c->writes++;
    call->pc = PC_WRITE;
  } else if ((e = lookup(sim, c, call->item)) != NIL) {
    c->hits++;
    call->pc = PC_HIT;
    if (c->truth != REF_NONE) judge_hit(sim, c, e, call);
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
  go_on(sim, member, call);
}

/* What a read brought is kept; a write makes what is kept out of date. */
static void learn(struct sim *sim, struct cache_state *c, const struct frame *parent,
                  const struct frame *fetch) {
  bool writes = parent->pc == PC_WRITE;
  if (c->truth != REF_NONE) {
    ledger_pass_on(sim, fetch, parent);
    if (!writes) ledger_judge(sim, c->truth, parent, parent->mark_ns, &c->read);
  }
  if (!writes || c->config->write == WRITE_THROUGH) {
    store(sim, c, fetch);
    return;
  }
  uint32_t e = find(c, fetch->item);
  if (e != NIL) remove_entry(sim, c, e);
}

static void cache_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                           struct frame *fetch, enum outcome outcome) {
  struct cache_state *c = member->state;
  if (!parent) return;
  if (__builtin_expect(c->out != NULL, 0) && outbound_takes(sim, fetch, outcome)) return;
  if (outcome == OUTCOME_OK) {
    learn(sim, c, parent, fetch);
  } else {
    c->origin_errors++;
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
  if (frame_state(call) == FRAME_WAITING) call_abandon_made(sim, call);
  call->due_ns = TIME_NEVER; /* a look-up comes to nothing */
  call_reply(sim, call, OUTCOME_RESET);
}

static void cache_on_written(struct sim *sim, struct member *member, uint32_t item) {
  struct cache_state *c = member->state;
  if (c->config->invalidate != INVALIDATE_ON_WRITE || member->down || member->hung) return;
  uint32_t e = find(c, item);
  if (e == NIL) return;
  remove_entry(sim, c, e);
  c->invalidated++;
}

static void cache_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                           bool begins) {
  if ((fault == &fault_crash || fault == &fault_flush) && begins) flush(sim, member->state);
}

/* --- life ----------------------------------------------------------------------------------- */

static uint32_t cache_data_behind(const struct component_spec *component) {
  return ((const struct cache_config *)component->config)->origin;
}

/* Every entry that was stored was removed in one of the known ways or is still held; and each is
 * found under its key. */
static void cache_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  const struct cache_state *c = member->state;
  uint64_t listed = 0, found = 0;
  for (uint32_t e = c->newest; e != NIL; e = c->entry[e].older) {
    listed++;
    found += find(c, c->entry[e].item) == e;
  }
  bool pass = c->stored == c->removed + c->used && listed == c->used && found == listed &&
              c->used <= c->config->capacity;
  check_member(out, member, "entries", pass,
               "%llu stored = %llu removed + %u held, of which %llu are found by their keys",
               (unsigned long long)c->stored, (unsigned long long)c->removed, c->used,
               (unsigned long long)found);
}

/* Whether it holds a key is not known beforehand; a write always goes to the origin. */
static void cache_outline(const struct spec *spec, const struct component_spec *component, int op,
                          struct outline *out) {
  const struct cache_config *config = component->config;
  out->by_key = true;
  outline_work(out, &config->hit_time);
  if (data_op_of(spec, config->origin, op) != DATA_WRITE) {
    struct outline_step *miss = outline_add(out, OUTLINE_BRANCH);
    miss->chance = NAN;
    miss->while_empty = true;
    miss->target = 3;
  }
  outline_add(out, OUTLINE_CALLS);
  struct outline_call *call = outline_add_call(out, config->origin, op, config->calls.timeout_ns);
  outbound_outline(&config->calls, call);
  outline_add(out, OUTLINE_END);
}

static bool cache_validate(const struct spec *spec, const struct component_spec *component,
                           struct error *err) {
  (void)spec;
  const struct cache_config *config = component->config;
  return outbound_valid(&config->calls, err);
}

static void cache_init(struct sim *sim, struct member *member) {
  struct cache_state *c = member->state;
  c->config = member->component->config;
  c->origin = &sim->component[c->config->origin];
  c->out = outbound_new(sim, member, c->origin, c->origin->spec->name, &c->config->calls,
                        (struct outbound_hooks){0});
  c->newest = c->oldest = c->free_list = NIL;
  c->hit_time = sim_stream(sim, member->component, "hit_time");
  c->write_ops = data_writes(sim->spec, member->component->id);
  c->truth = sim->ledger ? data_truth(sim->spec, member->component->id) : REF_NONE;
  rehash(c, 64);
}

static void cache_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  struct cache_state *c = member->state;
  free(c->entry);
  free(c->bucket);
}

#define AT(field) offsetof(struct cache_config, field)

static const struct param cache_params[] = {
    {.name = "capacity",
     .type = PARAM_COUNT,
     .offset = AT(capacity),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "Entries that one instance holds."},
    {.name = "policy",
     .type = PARAM_ENUM,
     .offset = AT(policy),
     .fallback = "lru",
     .choices = policy_choices,
     .needs = "capacity",
     .doc = "Which entry makes room: the one not used for longest (lru) or the one stored first "
            "(fifo)."},
    {.name = "ttl",
     .type = PARAM_DURATION,
     .offset = AT(ttl_ns),
     .fallback = "never",
     .max = INFINITY,
     .doc = "How long an entry is good."},
    {.name = "expire",
     .type = PARAM_ENUM,
     .offset = AT(expire),
     .fallback = "after_write",
     .choices = expire_choices,
     .needs = "ttl",
     .doc = "From when the time to live counts: from when the entry was stored (Redis, memcached, "
            "Caffeine's expireAfterWrite), or from its last hit (expireAfterAccess, sessions)."},
    {.name = "origin",
     .type = PARAM_REF,
     .offset = AT(origin),
     .required = true,
     .doc = "Component that is asked on a miss and that receives writes."},
    {.name = "write",
     .type = PARAM_ENUM,
     .offset = AT(write),
     .fallback = "around",
     .choices = write_choices,
     .doc = "What becomes of a key when a write that came through the cache has succeeded: it is "
            "removed (around, as in cache-aside), or what was written is kept (through)."},
    {.name = "invalidate",
     .type = PARAM_ENUM,
     .offset = AT(invalidate),
     .fallback = "never",
     .choices = invalidate_choices,
     .doc = "Whether the cache hears of writes that pass it by: never, or at the instant at which "
            "the database acknowledges them (on_write, as with change data capture and no delay), "
            "and removes the key. One that is down or hangs hears nothing."},
    {.name = "hit_time",
     .type = PARAM_TIME_DIST,
     .offset = AT(hit_time),
     .fallback = "0ms",
     .doc = "How long a look-up takes, hit or miss."},
    OUTBOUND_PARAMS(struct cache_config, calls),
    {0},
};

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
    {"evictions", METER_COUNT, STATE(evictions), 0, "Entries that made room for others."},
    {"writes", METER_COUNT, STATE(writes), 0, "Writes passed on to the origin."},
    {"invalidated", METER_COUNT, STATE(invalidated), 0,
     "Entries removed because the database was written."},
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
    {"entries", METER_LEVEL, STATE(entries), 0, "Entries held whose time to live is not over"},
    {0},
};

const struct kind kind_cache = {
    .name = "cache",
    .summary = "Keeps answers by key in front of an origin.",
    .doc =
        "Holds real keys: a call looks up the key of its request (the client's `keys`). A hit is "
        "answered at once or after `hit_time`; a miss asks the origin and stores the answer if "
        "it is ok. Errors are not kept. A call that its origin counts as "
        "a write (a database's `write_ops`; elsewhere the operation named \"write\") goes to the "
        "origin; when that succeeded, the key is removed or, with write = "
        "\"through\", what was written is kept. Writes that pass the cache by leave it as it is "
        "unless `invalidate` says otherwise: it goes on answering with what it has, and the ledger "
        "counts such reads as stale. A read of the origin that was under way during a write stores "
        "what it saw, also after the key was removed. Several misses on one key at the "
        "same time all go to the origin. A crash empties the cache, as does the fault `flush`, "
        "during which calls go on; while it is down calls are "
        "refused, and it is the caller's `fallback` that goes to the origin instead. Requests "
        "without keys all have key 0. The instances of a group share the keys: each key lives on "
        "one of them, chosen by its hash. What a client may say about its calls holds here of "
        "those "
        "to the origin: `timeout`, `retry`, `hedge`, `breaker`, `pool`, kept by each instance; the "
        "deadline of a request is passed on. When a caller gives up, and something behind the "
        "cache "
        "takes such calls out, the cache gives up its own call and stores nothing. Left out: "
        "fetches that go on without their caller, "
        "stale answers when the origin fails, sizes of values, memory, single-flight, refresh "
        "ahead, leases, a delay of "
        "invalidations.",
    .example =
        "client \"users\" { arrivals = poisson \"500/s\", target = \"redis\", "
        "keys = zipf { n = 10000, s = 1.0 } }\n"
        "cache \"redis\" { capacity = 1000, policy = \"lru\", ttl = \"60s\", origin = \"db\" }\n"
        "database \"db\" { workers = 16, read = exponential \"5ms\" }\n"
        "run { duration = \"60s\", warmup = \"20s\", replications = 4 }\n",
    .params = cache_params,
    .meters = cache_meters,
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
    .on_call = cache_on_call,
    .on_reply = cache_on_reply,
    .on_timer = cache_on_timer,
    .on_cancel = cache_on_cancel,
    .heeds = cache_heeds,
    .on_fault = cache_on_fault,
    .own_faults = (const struct fault_def *const[]){&fault_flush, NULL},
    .settle = cache_settle,
    .destroy = cache_destroy,
};
