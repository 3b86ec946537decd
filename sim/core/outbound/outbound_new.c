/* The making, restarting and freeing of call policies. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "life.h"
#include "outbound_state.h"

/* What an earlier policy of the same member towards the same component has that works by the same
 * settings: both share it. */
#define SAME(a, b) (memcmp(&(a), &(b), sizeof(a)) == 0)

static void share(struct outbound *out) {
  const struct outbound_config *mine = out->config;
  for (struct outbound *o = out->earlier; o; o = o->earlier) {
    if (strcmp(o->name, out->name) != 0) continue;
    if (o->throttle && SAME(o->config->throttle, mine->throttle)) out->throttle = o->throttle;
    if (o->breaker && SAME(o->config->breaker, mine->breaker)) out->breaker = o->breaker;
    if (o->batch && SAME(o->config->batch, mine->batch)) out->batch = o->batch;
    if (o->pool && SAME(o->config->pool, mine->pool)) out->pool = o->pool;
    if (o->retry_budget && SAME(o->config->retry.budget, mine->retry.budget)) {
      out->retry_budget = o->retry_budget;
    }
    if (o->hedge_budget && SAME(o->config->hedge.budget, mine->hedge.budget)) {
      out->hedge_budget = o->hedge_budget;
    }
  }
  if (!mine->throttle.given) out->throttle = NULL;
  if (!mine->breaker.given) out->breaker = NULL;
  if (!mine->batch.given) out->batch = NULL;
  if (!mine->pool.given) out->pool = NULL;
  if (!mine->retry.given) out->retry_budget = NULL;
  if (!mine->hedge.given) out->hedge_budget = NULL;
}

static struct retry_budget *budget_new(struct sim *sim, const struct budget *config) {
  struct retry_budget *budget = arena_lines(sim->arena, 1, sizeof *budget);
  retry_budget_init(budget, config);
  return budget;
}

/* A caller that is not there has none. */
static uint64_t places_of(const struct outbound *out) {
  return member_is_there(out->from) ? concurrency_limit(&out->pool->size) : 0;
}

static struct pool *pool_new(struct sim *sim, const struct pool_config *config) {
  struct pool *pool = arena_lines(sim->arena, 1, sizeof *pool);
  pool->config = config;
  pool->head = pool->tail = SLOT_NONE;
  concurrency_init(&pool->size, &config->size);
  hist_init(&pool->wait, 0, sim->arena);
  return pool;
}

/* Makes what the policy declares and no other has already. */
static void equip(struct sim *sim, struct outbound *out) {
  const struct outbound_config *config = out->config;
  out->owns_throttle = config->throttle.given && !out->throttle;
  out->owns_breaker = config->breaker.given && !out->breaker;
  out->owns_pool = config->pool.given && !out->pool;
  if (out->owns_throttle) {
    out->throttle = arena_lines(sim->arena, 1, sizeof *out->throttle);
    throttle_init(out->throttle, &config->throttle);
  }
  if (out->owns_breaker) {
    out->breaker = arena_lines(sim->arena, 1, sizeof *out->breaker);
    breaker_init(out->breaker, &config->breaker, sim->arena);
  }
  out->owns_batch = config->batch.given && !out->batch;
  if (out->owns_batch) out->batch = batch_new(sim, &config->batch);
  if (out->owns_pool) {
    out->pool = pool_new(sim, &config->pool);
    out->pool->places.value = places_of(out);
  }
  if (config->retry.given && !out->retry_budget) {
    out->retry_budget = budget_new(sim, &config->retry.budget);
  }
  if (config->hedge.given && !out->hedge_budget) {
    out->hedge_budget = budget_new(sim, &config->hedge.budget);
  }
  if (config->hedge.given && config->hedge.after.quantile > 0) {
    out->answers = arena_lines(sim->arena, 1, sizeof *out->answers);
    hist_init(out->answers, 0, sim->arena);
  }
}

static struct outbounds *outbounds_of(struct sim *sim) {
  if (!sim->outbounds) {
    struct outbounds *o = sim->outbounds = arena_lines(sim->arena, 1, sizeof *o);
    o->free_errand = NO_ERRAND;
    o->of = arena_alloc(sim->arena, sim->spec->components * sizeof *o->of);
  }
  return sim->outbounds;
}

static void add_to_row(struct sim *sim, struct outbound *out) {
  struct outbound_row **link = &sim->outbounds->of[out->from->component->id];
  while (*link && strcmp((*link)->name, out->name) != 0) link = &(*link)->next;
  if (!*link) {
    *link = arena_alloc(sim->arena, sizeof **link);
    (*link)->name = out->name;
    (*link)->last = &(*link)->first;
  }
  *(*link)->last = out;
  (*link)->last = &out->next;
}

struct outbound *outbound_new(struct sim *sim, struct member *from, struct component *to,
                              const char *name, const struct outbound_config *config,
                              struct outbound_hooks hooks) {
  if (outbound_is_plain(config)) return NULL;
  struct outbounds *o = outbounds_of(sim);
  struct outbound *out = arena_lines(sim->arena, 1, sizeof *out);
  *out = (struct outbound){.config = config,
                           .from = from,
                           .to = to,
                           .name = name,
                           .hooks = hooks,
                           .backoff = sim_stream(sim, from->component, "backoff"),
                           .throttling = sim_stream(sim, from->component, "throttle")};
  if (o->latest && o->latest->from == from) out->earlier = o->latest;
  o->latest = out;
  share(out);
  equip(sim, out);
  add_to_row(sim, out);
  return out;
}

/* A process that starts again knows nothing of what it had found out. */
static void restart(struct sim *sim, struct outbound *out) {
  out->generation++;
  if (out->throttle) throttle_restart(out->throttle);
  if (out->breaker) breaker_restart(out->breaker, sim->now_ns);
  if (out->retry_budget) retry_budget_init(out->retry_budget, out->retry_budget->config);
  if (out->hedge_budget) retry_budget_init(out->hedge_budget, out->hedge_budget->config);
  if (out->batch) batch_empty(out->batch);
  if (out->answers) hist_clear(out->answers);
  out->hedge_known = 0;
  if (out->pool) {
    pool_empty(out->pool, sim->now_ns);
    concurrency_init(&out->pool->size, &out->pool->config->size);
    level_set(&out->pool->places, sim->now_ns, places_of(out));
  }
}

bool outbound_admits(const struct sim *sim, const struct outbound *out) {
  return !out || !out->breaker || breaker_would_admit(out->breaker, sim->now_ns);
}

static struct outbound_row *rows_of(const struct sim *sim, const struct member *member) {
  return sim->outbounds ? sim->outbounds->of[member->component->id] : NULL;
}

void outbound_crash(struct sim *sim, const struct member *member) {
  for (struct outbound_row *row = rows_of(sim, member); row; row = row->next) {
    for (struct outbound *out = row->first; out; out = out->next) {
      if (out->from == member) restart(sim, out);
    }
  }
}

void outbound_there(struct sim *sim, const struct member *member) {
  for (struct outbound_row *row = rows_of(sim, member); row; row = row->next) {
    for (struct outbound *out = row->first; out; out = out->next) {
      if (out->from != member || !out->owns_pool) continue;
      level_set(&out->pool->places, sim->now_ns, places_of(out));
    }
  }
}

static void release(struct outbound *out) {
  if (out->owns_pool) hist_free(&out->pool->wait);
  if (out->owns_batch) hist_free(&out->batch->wait);
  if (out->answers) hist_free(out->answers);
}

void outbounds_free(struct sim *sim) {
  struct outbounds *o = sim->outbounds;
  for (uint32_t c = 0; o && c < sim->spec->components; c++) {
    for (struct outbound_row *row = o->of[c]; row; row = row->next) {
      for (struct outbound *out = row->first; out; out = out->next) release(out);
    }
  }
  if (!o) return;
  free(o->try);
  free(o->errand);
}
