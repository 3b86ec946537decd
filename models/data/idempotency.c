#include "idempotency.h"

#include <math.h>

#include "arena.h"
#include "checks.h"
#include "column.h"

const struct param idempotency_params[] = {
    {.name = "keep",
     .type = PARAM_DURATION,
     .offset = offsetof(struct idempotency_config, keep_ns),
     .required = true,
     .min = 0,
     .max = INFINITY,
     .off = "0s",
     .doc = "How long a key is remembered after its write was done (Stripe keeps them for 24 h). "
            "With 0s none is, and `duplicates` says what that leads to."},
    {0},
};

struct idempotency *idempotency_new(struct sim *sim, const struct idempotency_config *config,
                                    struct idempotency_meters *meters) {
  if (!config->given) return NULL;
  column_want(sim, COLUMN_IDENTITY);
  struct idempotency *i = arena_alloc(sim->arena, sizeof *i);
  i->meters = meters;
  dedup_init(&i->remembered, config->keep_ns);
  dedup_init(&i->done, UINT64_MAX);
  return i;
}

void idempotency_free(struct idempotency *i) {
  if (!i) return;
  dedup_free(&i->remembered);
  dedup_free(&i->done);
}

bool idempotency_lets_do(struct sim *sim, struct idempotency *i, const struct frame *call) {
  uint64_t key = column_get(sim, call, COLUMN_IDENTITY);
  if (key == 0) return true;
  i->asked++;
  if (i->remembered.window_ns > 0) {
    if (dedup_knows(&i->remembered, key, sim->now_ns)) {
      i->meters->repeated++;
      i->spared++;
      return false;
    }
    dedup_add(&i->remembered, key, sim->now_ns);
  }
  if (dedup_knows(&i->done, key, sim->now_ns)) {
    i->meters->duplicates++;
    i->again++;
  } else {
    dedup_add(&i->done, key, sim->now_ns);
  }
  return true;
}

void idempotency_lose(struct idempotency *i, uint64_t since_ns) {
  dedup_forget_since(&i->remembered, since_ns);
  i->lost += dedup_forget_since(&i->done, since_ns);
}

void idempotency_check(const struct idempotency *i, const struct member *member,
                       struct checks *out) {
  check_member(out, member, "keys", i->asked == i->done.n + i->lost + i->again + i->spared,
               "%llu writes with a key = %u done first + %llu lost since + %llu done again + %llu "
               "not done again",
               (unsigned long long)i->asked, i->done.n, (unsigned long long)i->lost,
               (unsigned long long)i->again, (unsigned long long)i->spared);
}
