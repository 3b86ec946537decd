#include "service_limits.h"

#include "arena.h"
#include "checks.h"
#include "column.h"

void service_limits_init(struct sim *sim, struct service_limits *limits,
                         const struct service_config *config) {
  uint32_t n = 0;
  for (int fill = 0; fill < 2; fill++) {
    if (fill && n > 0) limits->limit = arena_alloc(sim->arena, n * sizeof *limits->limit);
    for (uint32_t i = 0; i < config->on.n; i++) {
      const struct program *program = &config->on.handler[i].program;
      for (uint32_t k = 0; k < program->steps; k++) {
        const struct step *step = &program->step[k];
        if (step->kind != STEP_LIMIT) continue;
        if (!fill) {
          n++;
          continue;
        }
        if (step->limit->per == LIMIT_PER_USER) column_want(sim, COLUMN_USER);
        if (step->limit->per == LIMIT_PER_TIER) column_want(sim, COLUMN_TIER);
        limits->limit[limits->n].step = step;
        limiter_init(&limits->limit[limits->n++].limiter, step->limit);
      }
    }
  }
}

void service_limits_free(struct service_limits *limits) {
  for (uint32_t i = 0; i < limits->n; i++) limiter_free(&limits->limit[i].limiter);
}

void service_limits_clear(struct service_limits *limits) {
  for (uint32_t i = 0; i < limits->n; i++) limiter_clear(&limits->limit[i].limiter);
}

static uint64_t who_of(const struct sim *sim, const struct frame *call, enum limit_per per) {
  switch (per) {
    case LIMIT_PER_ALL:
      return 0;
    case LIMIT_PER_USER:
      return column_get(sim, call, COLUMN_USER);
    case LIMIT_PER_TIER:
      return column_get(sim, call, COLUMN_TIER);
    case LIMIT_PER_KEY:
      return call->item;
  }
  return 0;
}

uint64_t service_limits_take(struct sim *sim, struct service_limits *limits,
                             const struct step *step, const struct frame *call) {
  uint32_t i = 0;
  while (limits->limit[i].step != step) i++;
  uint64_t who = who_of(sim, call, (enum limit_per)step->limit->per);
  uint64_t wait_ns = limiter_take(&limits->limit[i].limiter, who, sim->now_ns);
  limits->refused += wait_ns == LIMITER_REFUSED;
  limits->delayed += wait_ns != LIMITER_REFUSED && wait_ns > 0;
  return wait_ns;
}

void service_limits_check(const struct service_limits *limits, const struct member *member,
                          struct checks *out) {
  for (uint32_t i = 0; i < limits->n; i++) {
    const struct limiter *limiter = &limits->limit[i].limiter;
    uint64_t passed = 0;
    bool holds = limiter_holds(limiter, &passed);
    check_member(out, member, "limit", holds, "%llu calls passed, in %u buckets",
                 (unsigned long long)passed, limiter->buckets);
  }
}
