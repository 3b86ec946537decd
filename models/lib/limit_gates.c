#include "limit_gates.h"

#include <math.h>

#include "arena.h"
#include "asker.h"
#include "checks.h"
#include "column.h"

static void want_columns(struct sim *sim, const struct limit_config *limit) {
  whom_want(sim, limit_per(limit));
  if (limit->tier.n > 0) column_want(sim, COLUMN_TIER);
}

/* One limiter for those whose tier has no rate of its own, and one for each tier that has. */
static void add_limit(struct sim *sim, struct limits *limits, const struct step *step,
                      const struct limits *first) {
  const struct limit_config *config = step->limit;
  struct limit_gate *limit = &limits->limit[limits->n++];
  *limit = (struct limit_gate){.step = step, .limiters = 1 + config->tier.n};
  want_columns(sim, config);
  limit->lent = config->store != REF_NONE && first;
  if (limit->lent) {
    limit->limiter = first->limit[limits->n - 1].limiter;
    return;
  }
  limit->limiter = arena_alloc(sim->arena, limit->limiters * sizeof *limit->limiter);
  limiter_init(&limit->limiter[0], config);
  for (uint32_t i = 0; i < config->tier.n; i++) {
    struct limit_config *of_tier = arena_alloc(sim->arena, sizeof *of_tier);
    *of_tier = *config;
    of_tier->rate = config->tier.rate[i].rate;
    limiter_init(&limit->limiter[1 + i], of_tier);
  }
}

bool limits_are_in(const struct handlers *on) {
  for (uint32_t i = 0; i < on->n; i++) {
    const struct program *program = &on->handler[i].program;
    for (uint32_t k = 0; k < program->steps; k++) {
      if (program->step[k].kind == STEP_LIMIT) return true;
    }
  }
  return false;
}

void limits_init(struct sim *sim, struct limits *limits, const struct handlers *on,
                 const struct limits *first) {
  uint32_t n = 0;
  for (int fill = 0; fill < 2; fill++) {
    if (fill && n > 0) limits->limit = arena_alloc(sim->arena, n * sizeof *limits->limit);
    for (uint32_t i = 0; i < on->n; i++) {
      const struct program *program = &on->handler[i].program;
      for (uint32_t k = 0; k < program->steps; k++) {
        if (program->step[k].kind != STEP_LIMIT) continue;
        n++;
        if (fill) add_limit(sim, limits, &program->step[k], first);
      }
    }
  }
}

static void each_limiter(struct limit_gate *limit, void (*what)(struct limiter *)) {
  for (uint32_t k = 0; k < limit->limiters; k++) what(&limit->limiter[k]);
}

void limits_free(struct limits *limits) {
  for (uint32_t i = 0; i < limits->n; i++) {
    if (!limits->limit[i].lent) each_limiter(&limits->limit[i], limiter_free);
  }
}

void limits_clear(struct limits *limits) {
  for (uint32_t i = 0; i < limits->n; i++) {
    bool stored = limits->limit[i].step->limit->store != REF_NONE;
    if (!stored) each_limiter(&limits->limit[i], limiter_clear);
  }
}

/* The limiter of the call's tier; NULL: it has none. */
static struct limiter *limiter_of(const struct sim *sim, const struct limit_gate *limit,
                                  const struct frame *call) {
  const struct limit_config *config = limit->step->limit;
  uint64_t tier = config->tier.n > 0 ? column_get(sim, call, COLUMN_TIER) : 0;
  for (uint32_t i = 0; tier > 0 && i < config->tier.n; i++) {
    if (config->tier.rate[i].tier == tier - 1) return &limit->limiter[1 + i];
  }
  return limit_has_rate(&config->rate) ? &limit->limiter[0] : NULL;
}

/* In whole seconds, as HTTP's header is. */
static void tell_when(struct sim *sim, struct limiter *limiter, uint64_t who,
                      const struct frame *call) {
  if (!limiter->config->retry_after || !column_wanted(sim, COLUMN_RETRY_IN)) return;
  uint64_t s = (limiter_free_in(limiter, who, sim->now_ns) + NS_PER_S - 1) / NS_PER_S;
  column_set(sim, call, COLUMN_RETRY_IN, (s > 0 ? s : 1) * NS_PER_S);
}

uint64_t limits_take(struct sim *sim, struct limits *limits, const struct step *step,
                     const struct frame *call) {
  uint32_t i = 0;
  while (limits->limit[i].step != step) i++;
  struct limiter *limiter = limiter_of(sim, &limits->limit[i], call);
  if (limiter == NULL) return 0;
  uint64_t who = whom_of(sim, call, limit_per(step->limit));
  uint64_t wait_ns = limiter_take(limiter, who, sim->now_ns);
  limits->refused += wait_ns == LIMITER_REFUSED;
  limits->delayed += wait_ns != LIMITER_REFUSED && wait_ns > 0;
  limits->left += limiter->left;
  limits->told++;
  if (wait_ns == LIMITER_REFUSED) tell_when(sim, limiter, who, call);
  return wait_ns;
}

void limits_outline(const struct limit_config *limit, uint32_t end, struct outline *out,
                    struct outline_step *to) {
  enum whom per = limit_per(limit);
  whom_outline(per, out);
  out->by_user |= limit->tier.n > 0;
  bool one_bucket = limit->algorithm == LIMIT_TOKEN_BUCKET && per == WHOM_ALL;
  uint64_t burst = limit->burst < UINT16_MAX ? limit->burst : UINT16_MAX;
  if (one_bucket && burst > out->burst) out->burst = (uint16_t)burst;
  to->chance = NAN;
  to->target = (uint16_t)end;
}

void limits_check(const struct limits *limits, const struct member *member, struct checks *out) {
  for (uint32_t i = 0; i < limits->n; i++) {
    const struct limit_gate *limit = &limits->limit[i];
    uint64_t passed = 0;
    uint32_t buckets = 0;
    bool holds = true;
    for (uint32_t k = 0; k < limit->limiters; k++) {
      holds &= limiter_holds(&limit->limiter[k], &passed);
      buckets += limit->limiter[k].buckets;
    }
    check_member(out, member, "limit", holds, "%llu calls passed, in %u buckets",
                 (unsigned long long)passed, buckets);
  }
}
