#include "shards.h"

#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "checks.h"
#include "life.h"
#include "message.h"
#include "metric.h"

/* --- where a key is ------------------------------------------------------------------------- */

static uint64_t hash_of(const struct shards *s, uint32_t key) {
  return rng_mix(key * UINT64_C(0x9e3779b97f4a7c15) ^ s->component->name_hash);
}

uint32_t shards_where(const struct shards *s, uint32_t key) {
  uint64_t hash = hash_of(s, key);
  uint32_t now = shard_map_owner(s->now, key, hash);
  if (__builtin_expect(s->before == NULL, 1)) return now;
  uint32_t old = shard_map_owner(s->before, key, hash);
  if (old == now) return now;
  const struct shard *giver = s->shard[old];
  bool still_there = giver->first < giver->end && key >= s->key[giver->first];
  return still_there ? old : now;
}

struct member *shards_pick(const struct component *component, const struct frame *call) {
  if (call->item == 0) return component_pick_any(component, call);
  struct shards *s = component->shared;
  struct shard *shard = s->shard[shards_where(s, call->item)];
  shard->recent[shard->asked++ % SHARDS_RECENT] = call->item;
  return shard->member;
}

/* The i-th of `n` keys that stand for all. */
static uint32_t sampled(const struct shards *s, uint64_t i, uint64_t n) {
  return (uint32_t)(s->keys * i / n) + 1;
}

static uint64_t sample_of(const struct shards *s) {
  return s->keys < SHARDS_SAMPLE ? s->keys : SHARDS_SAMPLE;
}

/* --- one more shard ------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b) {
  uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
  return (first > second) - (first < second);
}

/* By range the busiest one is split, so that either part has had half of its last calls (as
 * CockroachDB does by load); of one key alone there is no half. */
static uint32_t split(const struct shards *s, uint32_t *low) {
  uint32_t busiest = REF_NONE, behind;
  for (uint32_t i = 0; i < s->now->n; i++) {
    uint32_t which = s->now->which[i];
    struct shard_range range = shard_map_range(s->now, which, (uint32_t)s->keys + 1, &behind);
    if (behind - range.low < 2) continue;
    if (busiest == REF_NONE || s->shard[which]->asked > s->shard[busiest]->asked) busiest = which;
  }
  if (busiest == REF_NONE) return REF_NONE;
  struct shard *shard = s->shard[busiest];
  struct shard_range range = shard_map_range(s->now, busiest, (uint32_t)s->keys + 1, &behind);
  uint64_t n = shard->asked < SHARDS_RECENT ? shard->asked : SHARDS_RECENT;
  qsort(shard->recent, n, sizeof *shard->recent, by_number);
  *low = n > 0 ? shard->recent[n / 2] : range.low + (behind - range.low) / 2;
  if (*low <= range.low) *low = range.low + 1;
  if (*low >= behind) *low = behind - 1;
  return busiest;
}

bool shards_move_in_time(const struct dist *move) {
  return move->kind != DIST_CONSTANT || dist_mean(move) > 0;
}

/* Looks at each key, or at a sample, and lists those that move by who gives them. */
static void list_moves(struct shards *s, const struct shard_map *after) {
  bool costs = shards_move_in_time(s->move);
  uint64_t n = costs ? s->keys : sample_of(s);
  uint32_t *old = arena_alloc(s->sim->arena, n * sizeof *old);
  for (uint64_t i = 0; i < n; i++) {
    uint32_t key = sampled(s, i, n);
    uint64_t hash = hash_of(s, key);
    struct shard *giver = s->shard[shard_map_owner(s->now, key, hash)];
    bool moves = shard_map_owner(after, key, hash) != giver->member->index - 1;
    giver->meters->moves += moves;
    giver->meters->stays += !moves;
    giver->end += moves;
    old[i] = moves ? giver->member->index - 1 : REF_NONE;
  }
  uint32_t total = 0;
  for (uint32_t i = 0; i < s->n && !costs; i++) {
    struct shard *giver = s->shard[i];
    giver->meters->moved += giver->end * s->keys / n;
    giver->end = 0;
  }
  if (!costs) return;
  for (uint32_t i = 0; i < s->n; i++) {
    struct shard *giver = s->shard[i];
    giver->leave += giver->end;
    level_set(&giver->meters->remaining, s->sim->now_ns, giver->end);
    giver->first = total;
    total += giver->end;
    giver->end = giver->first;
  }
  s->key = arena_alloc(s->sim->arena, total * sizeof *s->key);
  for (uint64_t i = 0; i < n; i++) {
    if (old[i] != REF_NONE) s->key[s->shard[old[i]]->end++] = (uint32_t)i + 1;
  }
}

static void give_next(struct sim *sim, struct shard *giver) {
  message_send(
      sim, giver->member, giver->member,
      &(struct message){
          .what = SHARDS_GIVE, .item = giver->shards->key[giver->first], .timeout_ns = TIME_NEVER});
}

static void join(struct shards *s, uint32_t one) {
  uint32_t low = 0, from = REF_NONE;
  if (s->rule->rule == SHARDS_RANGE && (from = split(s, &low)) == REF_NONE) return;
  struct shard_map *after = shard_map_join(s->sim->arena, s->now, one, s->identity, from, low);
  for (uint32_t i = 0; i < s->n; i++) s->shard[i]->first = s->shard[i]->end = 0;
  list_moves(s, after);
  struct shard_map *before = s->now;
  s->now = after;
  s->givers = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    struct shard *shard = s->shard[i];
    shard->asked = 0;
    if (shard->first == shard->end) continue;
    s->givers++;
    shard_go_on(s->sim, shard);
  }
  s->before = s->givers > 0 ? before : NULL;
}

static bool has_keys(const struct shards *s, uint32_t number) {
  for (uint32_t i = 0; i < s->now->n; i++) {
    if (s->now->which[i] == number) return true;
  }
  return false;
}

/* Those that are there and have no keys, one after the other. */
static void join_all(struct shards *s) {
  for (uint32_t i = 0; i < s->n && s->before == NULL; i++) {
    if (s->component->member[i].listed && !has_keys(s, i)) join(s, i);
  }
}

void shards_on_peer(struct sim *sim, struct shard *shard, const struct member *about) {
  (void)sim, (void)about;
  join_all(shard->shards);
}

/* --- moving --------------------------------------------------------------------------------- */

/* The first retransmission of TCP (RFC 6298, 2.1). */
#define AGAIN_NS UINT64_C(1000000000)

uint64_t shard_move_ns(const struct sim *sim, const struct shard *shard,
                       const struct frame *message) {
  bool gives = message_what(sim, message) == SHARDS_GIVE;
  return dist_draw_keyed(shard->shards->move, gives ? &shard->give : &shard->take, message->item,
                         0);
}

void shard_go_on(struct sim *sim, struct shard *shard) {
  if (shard->first < shard->end) give_next(sim, shard);
}

static void moved(struct sim *sim, struct shard *giver) {
  struct shards *s = giver->shards;
  giver->first++;
  giver->left++;
  giver->meters->moved++;
  level_down(&giver->meters->remaining, sim->now_ns);
  if (giver->first < giver->end) {
    give_next(sim, giver);
  } else if (--s->givers == 0) {
    s->before = NULL;
    join_all(s);
  }
}

void shard_on_answer(struct sim *sim, struct shard *shard, struct frame *message,
                     enum outcome outcome) {
  struct shards *s = shard->shards;
  if (outcome != OUTCOME_OK) {
    timer_set(sim, shard->member, &shard->again, AGAIN_NS, 0, 0);
  } else if (message_what(sim, message) == SHARDS_TAKE) {
    moved(sim, shard);
  } else {
    uint32_t key = message->item;
    uint32_t taker = shard_map_owner(s->now, key, hash_of(s, key));
    message_send(sim, shard->member, s->shard[taker]->member,
                 &(struct message){.what = SHARDS_TAKE, .item = key, .timeout_ns = TIME_NEVER});
  }
}

/* --- life ----------------------------------------------------------------------------------- */

bool shards_validate(const struct spec *spec, const struct sharding *rule, const struct dist *move,
                     uint32_t n, struct error *err) {
  if (rule->rule == SHARDS_UNSAID) {
    if (!shards_move_in_time(move)) return true;
    return error_set(err,
                     "has move, which means nothing without shards; say how keys are divided, such "
                     "as shards = consistent_hash { points = 100 }");
  }
  uint64_t keys = data_most_keys(spec);
  if (keys == 0) {
    return error_set(err,
                     "shards means nothing where no client has keys; give one keys, such as "
                     "uniform_keys { n = 100000 }, or leave shards out");
  }
  if (shards_move_in_time(move) && keys > SHARDS_MOST_KEYS) {
    return error_set(err,
                     "moves keys one by one, at most %llu of them, and a client has %llu; let a "
                     "key stand for several, or leave move out",
                     (unsigned long long)SHARDS_MOST_KEYS, (unsigned long long)keys);
  }
  if (keys >= n) return true;
  return error_set(err,
                   "has %u shards and there are %llu keys, so that one would have none; take fewer "
                   "shards or more keys",
                   n, (unsigned long long)keys);
}

/* Those that are in the register now, at time 0. */
static void first_map(struct shards *s) {
  uint32_t n = 0, *which = arena_alloc(s->sim->arena, s->n * sizeof *which);
  for (uint32_t i = 0; i < s->n; i++) {
    if (s->component->member[i].listed) which[n++] = i;
  }
  if (n == 0) which[n++] = 0; /* it refuses */
  s->now = shard_map_new(s->sim->arena, s->rule, which, n, s->identity, s->keys);
  component_watch(s->sim, s->component->member, s->component);
}

/* Points on the ring are drawn by each shard for itself, once in a run (Cassandra's tokens). */
static struct shards *shards_new(struct sim *sim, struct component *component,
                                 const struct sharding *rule, uint32_t n) {
  struct shards *s = arena_alloc(sim->arena, sizeof *s);
  *s = (struct shards){.sim = sim,
                       .component = component,
                       .n = n,
                       .width = component->members / n,
                       .rule = rule,
                       .keys = data_most_keys(sim->spec)};
  s->identity = arena_alloc(sim->arena, n * sizeof *s->identity);
  struct stream points = sim_stream(sim, component, "points");
  for (uint32_t i = 0; i < n; i++) {
    struct draws draws = draws_begin(points, i + 1, 0);
    s->identity[i] = draws_next(&draws);
  }
  return s;
}

struct shards *shards_of_sets(struct sim *sim, struct component *component,
                              const struct sharding *rule, uint32_t n) {
  struct shards *s = shards_new(sim, component, rule, n);
  uint32_t *which = arena_alloc(sim->arena, n * sizeof *which);
  for (uint32_t i = 0; i < n; i++) which[i] = i;
  s->now = shard_map_new(sim->arena, rule, which, n, s->identity, s->keys);
  return s;
}

struct shard *shard_new(struct sim *sim, struct member *member, const struct sharding *rule,
                        const struct dist *move, struct shard_meters *meters) {
  struct component *component = member->component;
  if (!component->shared) component->shared = shards_new(sim, component, rule, component->members);
  struct shards *s = component->shared;
  if (!s->shard) s->shard = arena_alloc(sim->arena, s->n * sizeof(struct shard *));
  s->move = move;
  struct shard *shard = arena_alloc(sim->arena, sizeof *shard);
  *shard = (struct shard){.shards = s,
                          .member = member,
                          .meters = meters,
                          .give = sim_stream(sim, component, "give"),
                          .take = sim_stream(sim, component, "take")};
  s->shard[member->index - 1] = shard;
  if (member->index == component->members) first_map(s);
  return shard;
}

void shard_check(const struct shard *shard, struct checks *out) {
  uint64_t remain = shard->end - shard->first;
  check_member(out, shard->member, "keys", shard->left + remain == shard->leave,
               "%llu keys had to move = %llu that have + %llu that still have to",
               (unsigned long long)shard->leave, (unsigned long long)shard->left,
               (unsigned long long)remain);
}

/* --- how even ------------------------------------------------------------------------------- */

const struct metric_def shards_metrics[] = {
    {"shard_keys.most", "", "Of `shards`: the largest shard's keys over the mean, at the end."},
    {"shard_keys.cv", "", "Standard deviation of the shards' keys over their mean, at the end."},
    {"shard_calls.most", "", "Calls of the busiest shard over the mean of all that have keys."},
    {"shard_calls.cv", "", "Standard deviation of the shards' calls over their mean."},
    {"shard.<n>.promotions", "", "Of shards with a primary, each by itself: `promotions`."},
    {"shard.<n>.lost_writes", "", "The same of `lost_writes`."},
    {"shard.<n>.recovery_time.mean", "s", "The same of `recovery_time`."},
    {"shard.<n>.recovery_time.max", "s", "The same, the longest."},
    {"shard.<n>.recovery_point.mean", "s", "The same of `recovery_point`."},
    {"shard.<n>.recovery_point.max", "s", "The same, the farthest back."},
    {0},
};

static void put_spread(const struct shards *s, const uint64_t *of, const char *what,
                       struct metrics *out) {
  double sum = 0, squares = 0, most = 0, n = s->now->n;
  for (uint32_t i = 0; i < s->now->n; i++) {
    double value = (double)of[s->now->which[i]];
    sum += value;
    squares += value * value;
    most = value > most ? value : most;
  }
  double mean = sum / n, variance = squares / n - mean * mean;
  const char *name = s->component->spec->name;
  metric_quotient(out, UNIT_COUNT, most, mean, "%s.%s.most", name, what);
  metric_quotient(out, UNIT_COUNT, variance > 0 ? sqrt(variance) : 0, mean, "%s.%s.cv", name, what);
}

void shards_collect(const struct shards *s, uint64_t (*calls)(const struct member *),
                    struct metrics *out) {
  uint64_t *of = calloc(s->n, sizeof *of), n = sample_of(s);
  for (uint64_t i = 0; i < n; i++) of[shards_where(s, sampled(s, i, n))]++;
  put_spread(s, of, "shard_keys", out);
  for (uint32_t i = 0; i < s->n; i++) {
    of[i] = 0;
    for (uint32_t k = 0; k < s->width; k++) of[i] += calls(&s->component->member[i * s->width + k]);
  }
  put_spread(s, of, "shard_calls", out);
  free(of);
}
