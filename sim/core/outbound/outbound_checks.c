/* Little's law of pools as an identity of the sample path, as for stations: the time integral of
 * how many hold a place, or wait for one, equals the sum of the times for which each did. A try
 * that ended and kept its place would be in the integral alone. */
#include <stdio.h>

#include "checks.h"
#include "outbound_state.h"

static void begin(struct sim *sim, struct pool_side *side) {
  pool_side_settle(side, sim->now_ns);
  side->so_far_ns = 0;
}

/* What the tries that there are have spent so far. */
static void add_unfinished(struct sim *sim) {
  const struct outbounds *o = sim->outbounds;
  for (uint32_t slot = 1; slot < o->tries && slot < sim->calls.used; slot++) {
    const struct try *try = &o->try[slot];
    const struct frame *call = frame_at(sim, slot);
    if (frame_state(call) == FRAME_FREE || call->stamp != try->stamp) continue;
    if (try->errand == NO_ERRAND || try->generation != try->out->generation) continue;
    struct pool *pool = try->out->pool;
    if (try->placed) {
      pool->taken.so_far_ns += sim->now_ns - try->placed_ns;
    } else if (try->phase == PHASE_WAITING) {
      pool->waiting.so_far_ns += sim->now_ns - try->from_ns;
    }
  }
}

static bool agrees(const struct pool_side *side) {
  return side->present_ns == side->spent_ns + side->so_far_ns;
}

static void check(const struct sim *sim, const struct outbound *out, struct checks *checks) {
  const struct pool *pool = out->pool;
  struct check *check = check_add(checks, agrees(&pool->taken) && agrees(&pool->waiting));
  const struct component *from = out->from->component;
  char member[16] = "";
  if (from->members > 1) snprintf(member, sizeof member, "[%u]", out->from->index);
  snprintf(check->name, sizeof check->name, "little:%s%s.%s.pool", from->spec->name, member,
           out->name);
  double ns = sim->now_ns ? (double)sim->now_ns : 1;
  snprintf(check->detail, sizeof check->detail,
           "%.6g places taken = %.6g by the times of the tries, %.6g tries waiting = %.6g",
           (double)pool->taken.present_ns / ns,
           (double)(pool->taken.spent_ns + pool->taken.so_far_ns) / ns,
           (double)pool->waiting.present_ns / ns,
           (double)(pool->waiting.spent_ns + pool->waiting.so_far_ns) / ns);
}

static void each_pool(struct sim *sim, struct checks *checks) {
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    for (struct outbound_row *row = sim->outbounds->of[c]; row; row = row->next) {
      for (struct outbound *out = row->first; out; out = out->next) {
        if (!out->owns_pool) continue;
        if (checks) {
          check(sim, out, checks);
        } else {
          begin(sim, &out->pool->taken);
          begin(sim, &out->pool->waiting);
        }
      }
    }
  }
}

void outbounds_check(struct sim *sim, struct checks *checks) {
  if (!sim->outbounds) return;
  each_pool(sim, NULL);
  add_unfinished(sim);
  each_pool(sim, checks);
}
