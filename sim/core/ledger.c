#include "ledger.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "column.h"
#include "session.h"
#include "sim.h"

struct key {
  uint32_t item, truth;
  uint32_t version;             /* current */
  uint32_t copy;                /* record of the current version if somebody holds it; else 0 */
  uint64_t acked_ns, before_ns; /* when the current version was made, and the one before it */
};

/* A version that copies hold. */
struct record {
  uint64_t superseded_ns; /* TIME_NEVER: it is current */
  uint32_t version;       /* of a free one: the next free one */
  uint32_t holders;
};
static_assert(sizeof(struct key) + sizeof(struct record) <= 48, "what a live key may take");

/* What an answer carries. */
struct seen {
  uint64_t superseded_ns; /* as far as known when it was given */
  uint32_t version;
  uint32_t mark; /* of the frame: its stamp plus 1, so that a slot used again carries nothing */
};

/* How far the truth is behind; of ledgers in which something acknowledges before it. */
struct behind {
  uint32_t durable; /* the newest version that the truth has */
  uint32_t sent;    /* the newest one that has left for it, at least that */
};

struct ledger {
  bool expects_behind;
  struct behind *behind;       /* by key; NULL: never behind */
  struct ledger_behind *total; /* by truth, without `pending` */
  struct key *key;             /* from 1 */
  uint32_t *next;              /* by key: the next in its bucket */
  uint32_t keys, key_capacity;
  uint32_t *bucket;
  uint32_t mask;
  struct record *record; /* from 1 */
  uint32_t records, record_capacity, free_record;
  struct seen *seen; /* by slot of the frame */
  uint32_t slots;
  struct sessions *sessions; /* NULL: nobody says who asks */
  /* Components with copies, and of what. */
  uint32_t copies;
  uint32_t *copy, *truth;
};

/* --- keys ----------------------------------------------------------------------------------- */

static uint32_t bucket_of(const struct ledger *l, uint32_t truth, uint32_t item) {
  return (uint32_t)rng_mix((uint64_t)truth << 32 | item) & l->mask;
}

static void grow_keys(struct ledger *l) {
  l->key_capacity = l->key_capacity ? 2 * l->key_capacity : 256;
  l->key = mem_resize(l->key, l->key_capacity * sizeof *l->key);
  if (l->expects_behind) l->behind = mem_resize(l->behind, l->key_capacity * sizeof *l->behind);
  l->next = mem_resize(l->next, l->key_capacity * sizeof *l->next);
  l->bucket = mem_resize(l->bucket, l->key_capacity * sizeof *l->bucket);
  l->mask = l->key_capacity - 1;
  memset(l->bucket, 0, l->key_capacity * sizeof *l->bucket);
  for (uint32_t k = 1; k < l->keys; k++) {
    uint32_t *head = &l->bucket[bucket_of(l, l->key[k].truth, l->key[k].item)];
    l->next[k] = *head;
    *head = k;
  }
}

/* NULL: it was never written and nobody holds it. */
static struct key *find(struct ledger *l, uint32_t truth, uint32_t item) {
  uint32_t k = l->bucket[bucket_of(l, truth, item)];
  while (k && (l->key[k].item != item || l->key[k].truth != truth)) k = l->next[k];
  return k ? &l->key[k] : NULL;
}

static struct key *find_or_add(struct ledger *l, uint32_t truth, uint32_t item) {
  struct key *key = find(l, truth, item);
  if (key) return key;
  if (l->keys == l->key_capacity) grow_keys(l);
  uint32_t *head = &l->bucket[bucket_of(l, truth, item)];
  l->next[l->keys] = *head;
  *head = l->keys;
  key = &l->key[l->keys++];
  *key = (struct key){.item = item, .truth = truth};
  if (l->behind) l->behind[key - l->key] = (struct behind){0};
  return key;
}

/* --- records -------------------------------------------------------------------------------- */

static uint32_t record_new(struct ledger *l, uint32_t version, uint64_t superseded_ns) {
  uint32_t r = l->free_record;
  if (r) {
    l->free_record = l->record[r].version;
  } else {
    if (l->records == l->record_capacity) {
      l->record_capacity = 2 * l->record_capacity;
      l->record = mem_resize(l->record, l->record_capacity * sizeof *l->record);
    }
    r = l->records++;
  }
  l->record[r] = (struct record){.superseded_ns = superseded_ns, .version = version};
  return r;
}

static void record_free(struct ledger *l, uint32_t r) {
  l->record[r].version = l->free_record;
  l->free_record = r;
}

/* --- what an answer carries ----------------------------------------------------------------- */

static void carry(struct sim *sim, const struct frame *frame, struct seen seen) {
  struct ledger *l = sim->ledger;
  uint32_t slot = frame_slot(sim, frame);
  if (slot >= l->slots) {
    uint32_t old = l->slots;
    while (slot >= l->slots) l->slots *= 2;
    l->seen = mem_resize(l->seen, l->slots * sizeof *l->seen);
    memset(l->seen + old, 0, (l->slots - old) * sizeof *l->seen);
  }
  seen.mark = frame->stamp + 1;
  l->seen[slot] = seen;
}

/* NULL: nothing, since nobody on its way saw the data. */
static const struct seen *carried(const struct sim *sim, const struct frame *frame) {
  const struct ledger *l = sim->ledger;
  uint32_t slot = frame_slot(sim, frame);
  return slot < l->slots && l->seen[slot].mark == frame->stamp + 1 ? &l->seen[slot] : NULL;
}

/* When the version that an answer carries was superseded, by now; TIME_NEVER: it is current. */
static uint64_t superseded(const struct key *key, const struct seen *seen) {
  if (seen->superseded_ns != TIME_NEVER) return seen->superseded_ns;
  if (!key || key->version == seen->version) return TIME_NEVER;
  assert(seen->version < key->version);
  return seen->version + 1 == key->version ? key->acked_ns : key->before_ns;
}

/* --- users ---------------------------------------------------------------------------------- */

/* 0: it is not known, or nobody says. */
static uint64_t user_of(struct sim *sim, const struct frame *call) {
  struct ledger *l = sim->ledger;
  if (!column_wanted(sim, COLUMN_USER)) return 0;
  if (l->sessions == NULL) l->sessions = sessions_new();
  return column_get(sim, call, COLUMN_USER);
}

static uint32_t number_of(const struct ledger *l, const struct key *key) {
  return (uint32_t)(key - l->key);
}

static void judge_session(struct sim *sim, const struct key *key, const struct frame *answered,
                          uint64_t came_ns, struct staleness *out) {
  uint64_t user = key ? user_of(sim, answered) : 0; /* without a key it was never written */
  if (user == 0) return;
  struct session_breach breach =
      session_read(sim->ledger->sessions, user, number_of(sim->ledger, key),
                   carried(sim, answered)->version, came_ns, sim->now_ns);
  out->own_missed += breach.own_missed;
  out->went_back += breach.went_back;
}

/* --- the truth ------------------------------------------------------------------------------ */

bool ledger_follows(const struct sim *sim, uint32_t component) {
  const struct ledger *l = sim->ledger;
  for (uint32_t i = 0; l && i < l->copies; i++) {
    if (l->truth[i] == component) return true;
  }
  return false;
}

void ledger_read(struct sim *sim, uint32_t truth, const struct frame *call) {
  struct ledger *l = sim->ledger;
  const struct key *key = call->item ? find(l, truth, call->item) : NULL;
  uint32_t version = key ? key->version : 0;
  if (l->behind && key) version = l->behind[number_of(l, key)].durable;
  carry(sim, call, (struct seen){.superseded_ns = TIME_NEVER, .version = version});
}

void ledger_read_older(struct sim *sim, uint32_t truth, const struct frame *call, uint32_t behind,
                       uint64_t superseded_ns) {
  const struct key *key = call->item ? find(sim->ledger, truth, call->item) : NULL;
  uint32_t current = key ? key->version : 0;
  carry(sim, call,
        (struct seen){.superseded_ns = superseded_ns,
                      .version = behind < current ? current - behind : 0});
}

/* The next version of a key, acknowledged now. */
static struct key *next_version(struct sim *sim, uint32_t truth, uint32_t item) {
  struct ledger *l = sim->ledger;
  struct key *key = find_or_add(l, truth, item);
  key->version++;
  key->before_ns = key->acked_ns;
  key->acked_ns = sim->now_ns;
  if (key->copy) {
    l->record[key->copy].superseded_ns = sim->now_ns;
    if (l->record[key->copy].holders == 0) record_free(l, key->copy);
    key->copy = 0;
  }
  return key;
}

static void acknowledged(struct sim *sim, struct key *key, uint32_t truth,
                         const struct frame *call) {
  struct ledger *l = sim->ledger;
  carry(sim, call, (struct seen){.superseded_ns = TIME_NEVER, .version = key->version});
  uint64_t user = user_of(sim, call);
  if (user) session_wrote(l->sessions, user, number_of(l, key), key->version, sim->now_ns);
  for (uint32_t i = 0; i < l->copies; i++) {
    if (l->truth[i] != truth) continue;
    struct component *component = &sim->component[l->copy[i]];
    for (uint32_t m = 0; m < component->members; m++) { /* a balancer puts a key anywhere */
      component->kind->on_written(sim, &component->member[m], call->item);
    }
  }
}

void ledger_write(struct sim *sim, uint32_t truth, const struct frame *call) {
  struct ledger *l = sim->ledger;
  const struct seen *brought = l->behind ? carried(sim, call) : NULL;
  if (call->item && brought && brought->version > 0) { /* it was acknowledged before */
    struct behind *behind = &l->behind[number_of(l, find_or_add(l, truth, call->item))];
    if (brought->version <= behind->durable) return;
    l->total[truth].arrived += brought->version - behind->durable;
    behind->durable = brought->version;
    return;
  }
  carry(sim, call, (struct seen){.superseded_ns = TIME_NEVER});
  if (call->item == 0) return;
  struct key *key = next_version(sim, truth, call->item);
  if (l->behind) {
    struct behind *behind = &l->behind[number_of(l, key)];
    l->total[truth].arrived += key->version - 1 - behind->durable; /* written over, not lost */
    behind->durable = key->version;
  }
  acknowledged(sim, key, truth, call);
}

/* --- copies that acknowledge ---------------------------------------------------------------- */

void ledger_expect_behind(struct sim *sim) {
  struct ledger *l = sim->ledger;
  if (l->expects_behind) return;
  l->expects_behind = true;
  l->behind = mem_zeroed(l->key_capacity, sizeof *l->behind);
  l->total = mem_zeroed(sim->spec->components, sizeof *l->total);
}

void ledger_acknowledge(struct sim *sim, uint32_t truth, const struct frame *call) {
  if (call->item == 0) return;
  struct key *key = next_version(sim, truth, call->item);
  sim->ledger->total[truth].acknowledged++;
  acknowledged(sim, key, truth, call);
}

void ledger_send(struct sim *sim, uint32_t truth, const struct frame *call) {
  struct ledger *l = sim->ledger;
  if (call->item == 0) return;
  const struct key *key = find_or_add(l, truth, call->item);
  l->behind[number_of(l, key)].sent = key->version;
  carry(sim, call, (struct seen){.superseded_ns = TIME_NEVER, .version = key->version});
}

void ledger_send_failed(struct sim *sim, uint32_t truth, const struct frame *call) {
  struct ledger *l = sim->ledger;
  if (call->item == 0) return;
  struct behind *behind = &l->behind[number_of(l, find_or_add(l, truth, call->item))];
  behind->sent = behind->durable;
}

uint64_t ledger_lose(struct sim *sim, uint32_t truth, uint32_t item) {
  struct ledger *l = sim->ledger;
  if (item == 0) return 0;
  struct key *key = find_or_add(l, truth, item);
  struct behind *behind = &l->behind[number_of(l, key)];
  uint32_t safe = behind->sent > behind->durable ? behind->sent : behind->durable;
  uint64_t lost = key->version - safe;
  if (lost == 0) return 0;
  l->total[truth].lost += lost;
  if (behind->sent > behind->durable) l->total[truth].arrived += safe - behind->durable;
  key = next_version(sim, truth, item); /* what the truth has, again */
  behind->durable = behind->sent = key->version;
  return lost;
}

struct ledger_behind ledger_behind(const struct sim *sim, uint32_t truth) {
  const struct ledger *l = sim->ledger;
  struct ledger_behind sum = l->total[truth];
  for (uint32_t k = 1; k < l->keys; k++) {
    if (l->key[k].truth == truth) sum.pending += l->key[k].version - l->behind[k].durable;
  }
  return sum;
}

/* --- copies --------------------------------------------------------------------------------- */

ledger_copy ledger_hold(struct sim *sim, uint32_t truth, const struct frame *answered) {
  struct ledger *l = sim->ledger;
  const struct seen *seen = carried(sim, answered);
  if (answered->item == 0 || seen == NULL) return 0;
  struct key *key = find_or_add(l, truth, answered->item);
  uint64_t superseded_ns = superseded(key, seen);
  uint32_t r = superseded_ns == TIME_NEVER ? key->copy : 0;
  if (r == 0) r = record_new(l, seen->version, superseded_ns);
  if (superseded_ns == TIME_NEVER) key->copy = r;
  l->record[r].holders++;
  return r;
}

ledger_copy ledger_hold_current(struct sim *sim, uint32_t truth, uint32_t item) {
  struct ledger *l = sim->ledger;
  if (item == 0) return 0;
  struct key *key = find_or_add(l, truth, item);
  if (key->copy == 0) key->copy = record_new(l, key->version, TIME_NEVER);
  l->record[key->copy].holders++;
  return key->copy;
}

void ledger_drop(struct sim *sim, ledger_copy copy) {
  struct ledger *l = sim->ledger;
  if (copy == 0) return;
  struct record *record = &l->record[copy];
  assert(record->holders > 0);
  record->holders--;
  /* That of a current version stays with its key until it is superseded. */
  if (record->holders == 0 && record->superseded_ns != TIME_NEVER) record_free(l, copy);
}

void ledger_answer(struct sim *sim, ledger_copy copy, const struct frame *call) {
  const struct record *record = &sim->ledger->record[copy];
  if (copy == 0) return;
  carry(sim, call,
        (struct seen){.superseded_ns = record->superseded_ns, .version = record->version});
}

void ledger_pass_on(struct sim *sim, const struct frame *fetch, const struct frame *call) {
  const struct seen *seen = carried(sim, fetch);
  if (seen) carry(sim, call, *seen);
}

void ledger_judge(struct sim *sim, uint32_t truth, const struct frame *answered, uint64_t came_ns,
                  struct staleness *out) {
  const struct seen *seen = carried(sim, answered);
  if (answered->item == 0 || seen == NULL) return;
  const struct key *key = find(sim->ledger, truth, answered->item);
  uint64_t superseded_ns = superseded(key, seen);
  judge_session(sim, key, answered, came_ns, out);
  if (superseded_ns >= came_ns) {
    out->fresh++;
  } else {
    out->stale++;
    hist_add(&out->age, came_ns - superseded_ns);
  }
}

/* --- life ----------------------------------------------------------------------------------- */

void ledger_new(struct sim *sim) {
  const struct spec *spec = sim->spec;
  uint32_t copies = 0;
  for (uint32_t c = 0; c < spec->components; c++) {
    if (!spec->component[c].kind->on_written || data_truth(spec, c) == REF_NONE) continue;
    copies++;
  }
  if (copies == 0) return;
  struct ledger *l = sim->ledger = mem_zeroed(1, sizeof *l);
  l->copy = mem_zeroed(copies, sizeof *l->copy);
  l->truth = mem_zeroed(copies, sizeof *l->truth);
  for (uint32_t c = 0; c < spec->components; c++) {
    uint32_t truth = spec->component[c].kind->on_written ? data_truth(spec, c) : REF_NONE;
    if (truth == REF_NONE) continue;
    l->copy[l->copies] = c;
    l->truth[l->copies++] = truth;
  }
  l->keys = 1;
  grow_keys(l);
  l->records = 1;
  l->record_capacity = 256;
  l->record = mem_zeroed(l->record_capacity, sizeof *l->record);
  l->record[0].superseded_ns = TIME_NEVER;
  l->slots = 256;
  l->seen = mem_zeroed(l->slots, sizeof *l->seen);
}

void ledger_free(struct ledger *l) {
  if (!l) return;
  free(l->key);
  free(l->next);
  free(l->bucket);
  free(l->behind);
  free(l->total);
  free(l->record);
  free(l->seen);
  sessions_free(l->sessions);
  free(l->copy);
  free(l->truth);
  free(l);
}
