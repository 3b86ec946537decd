/* What a call policy did, as metrics of the caller: "<caller>.<callee>.retries". */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "deadlock.h"
#include "leaks.h"
#include "life.h"
#include "metric.h"
#include "outbound_state.h"

static void reset(struct sim *sim, struct outbound *out) {
  out->count = (struct outbound_counts){0};
  if (out->owns_throttle) out->throttle->turned_away = 0;
  if (out->owns_breaker) breaker_reset(out->breaker, sim->now_ns);
  if (out->owns_batch) {
    out->batch->sent = out->batch->messages = 0;
    hist_clear(&out->batch->wait);
  }
  if (!out->owns_pool) return;
  struct pool_side *taken = &out->pool->taken;
  level_reset(&out->pool->places, sim->now_ns);
  pool_side_settle(taken, sim->now_ns);
  out->pool->warmup_ns = taken->present_ns;
  out->pool->refused = out->pool->gave_up = 0;
  taken->most = taken->n;
  hist_clear(&out->pool->wait);
}

void outbounds_reset(struct sim *sim) {
  for (uint32_t c = 0; sim->outbounds && c < sim->spec->components; c++) {
    for (struct outbound_row *row = sim->outbounds->of[c]; row; row = row->next) {
      for (struct outbound *out = row->first; out; out = out->next) reset(sim, out);
    }
  }
}

/* Of all members of a caller and all its policies towards one component. */
struct sums {
  bool retries, hedges, throttles, breaks, batches, pools, deadlines;
  double time_s; /* measured; `breakers` are those whose callers were there all of it */
  double errands, tries, retried, over_budget, late, hedged, hedges_won, out_of_time;
  double throttled, opened, rejected, not_closed_s, breakers;
  double refused, gave_up, most, taken_s, places_s, places, stuck, leaked;
  double sent, messages;
  struct hist *wait, *gathering;
};

static void add_pool(struct sim *sim, struct pool *pool, struct sums *s) {
  pool_side_settle(&pool->taken, sim->now_ns);
  s->refused += (double)pool->refused;
  s->gave_up += (double)pool->gave_up;
  s->taken_s += (double)(pool->taken.present_ns - pool->warmup_ns) / 1e9;
  s->places_s += level_integral_ns(&pool->places, sim->now_ns) / 1e9;
  s->places += (double)pool->places.value;
  s->stuck += (double)pool->stuck;
  s->leaked += (double)pool->leaked;
  if ((double)pool->taken.most > s->most) s->most = (double)pool->taken.most;
  hist_merge(s->wait, &pool->wait);
}

static void add_breaker(const struct sim *sim, const struct outbound *out, struct sums *s) {
  const struct breaker *breaker = out->breaker;
  s->opened += (double)breaker->opened;
  s->rejected += (double)breaker->rejected;
  s->not_closed_s += (double)breaker_not_closed_ns(breaker, sim->now_ns) / 1e9;
  if (s->time_s > 0) s->breakers += life_there_s(sim, out->from) / s->time_s;
}

/* What it shares with an earlier policy is counted there. */
static void add(struct sim *sim, const struct outbound *out, struct sums *s) {
  const struct outbound_counts *count = &out->count;
  s->retries |= out->config->retry.given;
  s->hedges |= out->config->hedge.given;
  s->throttles |= out->throttle != NULL;
  s->breaks |= out->breaker != NULL;
  s->batches |= out->batch != NULL;
  s->pools |= out->pool != NULL;
  s->deadlines |= out->config->deadline_ns != TIME_NEVER;
  s->errands += (double)count->errands;
  s->tries += (double)count->tries;
  s->retried += (double)count->retries;
  s->over_budget += (double)count->over_budget;
  s->late += (double)count->late;
  s->hedged += (double)count->hedges;
  s->hedges_won += (double)count->hedges_won;
  s->out_of_time += (double)count->out_of_time;
  if (out->owns_throttle) s->throttled += (double)out->throttle->turned_away;
  if (out->owns_breaker) add_breaker(sim, out, s);
  if (out->owns_batch) {
    s->sent += (double)out->batch->sent;
    s->messages += (double)out->batch->messages;
    hist_merge(s->gathering, &out->batch->wait);
  }
  if (out->owns_pool) add_pool(sim, out->pool, s);
}

static void emit_pool(const struct sums *s, const char *name, struct metrics *out) {
  double waits = (double)hist_count(s->wait);
  hist_settle(s->wait);
  metric_quotient(out, UNIT_COUNT, s->taken_s, s->time_s, "%s.pool.used.mean", name);
  metric_extreme(out, METRIC_MAX, UNIT_COUNT, true, s->most, "%s.pool.used.max", name);
  metric_quotient(out, UNIT_COUNT, s->places_s, s->time_s, "%s.pool.size", name);
  metric_quotient(out, UNIT_COUNT, s->places, 1, "%s.pool.size.end", name);
  metric_counted(out, UNIT_COUNT, s->refused, 1, "%s.pool.refused", name);
  metric_counted(out, UNIT_COUNT, s->gave_up, 1, "%s.pool.gave_up", name);
  metric_quotient(out, UNIT_SECONDS, (double)hist_sum(s->wait) / 1e9, waits, "%s.pool.wait.mean",
                  name);
  metric_counted(out, UNIT_RATIO, waits - (double)hist_zeros(s->wait), waits,
                 "%s.pool.wait.probability", name);
  metric_quantile(out, s->wait, 0.5, "%s.pool.wait.p50", name);
  metric_quantile(out, s->wait, 0.95, "%s.pool.wait.p95", name);
  metric_quantile(out, s->wait, 0.99, "%s.pool.wait.p99", name);
}

static void emit_batches(const struct sums *s, const char *name, struct metrics *out) {
  hist_settle(s->gathering);
  metric_counted(out, UNIT_COUNT, s->sent, 1, "%s.batches", name);
  metric_quotient(out, UNIT_COUNT, s->messages, s->sent, "%s.batch.size", name);
  metric_quotient(out, UNIT_SECONDS, (double)hist_sum(s->gathering) / 1e9,
                  (double)hist_count(s->gathering), "%s.batch.wait.mean", name);
  metric_quantile(out, s->gathering, 0.99, "%s.batch.wait.p99", name);
}

static void emit(const struct sums *s, const char *name, struct metrics *out) {
  metric_quotient(out, UNIT_COUNT, s->tries, s->errands, "%s.tries", name);
  if (s->retries) {
    metric_counted(out, UNIT_COUNT, s->retried, 1, "%s.retries", name);
    metric_counted(out, UNIT_COUNT, s->over_budget, 1, "%s.over_budget", name);
    metric_counted(out, UNIT_COUNT, s->late, 1, "%s.late_answers", name);
  }
  if (s->hedges) {
    metric_counted(out, UNIT_COUNT, s->hedged, 1, "%s.hedges", name);
    metric_counted(out, UNIT_COUNT, s->hedges_won, 1, "%s.hedges_won", name);
  }
  if (s->throttles) metric_counted(out, UNIT_COUNT, s->throttled, 1, "%s.throttled", name);
  if (s->breaks) {
    metric_counted(out, UNIT_COUNT, s->opened, 1, "%s.breaker_opened", name);
    metric_counted(out, UNIT_COUNT, s->rejected, 1, "%s.rejected", name);
    metric_quotient(out, UNIT_RATIO, s->not_closed_s, s->breakers * s->time_s, "%s.breaker_open",
                    name);
  }
  if (s->deadlines) metric_counted(out, UNIT_COUNT, s->out_of_time, 1, "%s.out_of_time", name);
  if (s->batches) emit_batches(s, name, out);
  if (s->pools) emit_pool(s, name, out);
}

static bool may_lock(struct sim *sim, struct outbound_row *row) {
  for (struct outbound *o = row->first; o && !row->known; o = o->next) {
    row->may_lock |=
        o->owns_pool && deadlock_possible_in_pool(sim, o->from->component, o->to, &o->config->pool);
    if (o->next == NULL || row->may_lock) row->known = true;
  }
  return row->may_lock;
}

/* Whether places of a pool of its may be held for ever. */
static bool may_leak(struct sim *sim, struct outbound_row *row) {
  for (struct outbound *o = row->first; o && !row->leaks_known; o = o->next) {
    if (o->owns_pool) {
      struct arena *scratch = arena_new();
      row->may_leak |= leak_possible(sim, o->from->component, o->to, scratch);
      arena_free(scratch);
    }
    if (o->next == NULL || row->may_leak) row->leaks_known = true;
  }
  return row->may_leak;
}

void outbounds_collect(struct sim *sim, const struct component *component, struct metrics *out) {
  if (!sim->outbounds) return;
  double time_s = sim->now_ns > sim->warmup_ns ? (double)(sim->now_ns - sim->warmup_ns) / 1e9 : 0;
  for (struct outbound_row *row = sim->outbounds->of[component->id]; row; row = row->next) {
    struct sums sums = {
        .time_s = time_s, .wait = sim_keep_hist(sim), .gathering = sim_keep_hist(sim)};
    for (struct outbound *o = row->first; o; o = o->next) add(sim, o, &sums);
    char name[160];
    snprintf(name, sizeof name, "%s.%s", component->spec->name, row->name);
    emit(&sums, name, out);
    if (may_lock(sim, row)) {
      metric_quotient(out, UNIT_COUNT, sums.stuck, 1, "%s.pool.deadlocked", name);
    }
    if (may_leak(sim, row)) {
      metric_quotient(out, UNIT_COUNT, sums.leaked, 1, "%s.pool.leaked", name);
    }
  }
}
