#include "topic_policy.h"

#include "arena.h"
#include "backoff.h"
#include "column.h"
#include "time_scale.h"

enum { TRIES_BITS = 8 }; /* of the column: which try it is; above them the breaker's epoch */

static bool says_nothing(const struct subscription *s) {
  return !s->retry.given && !s->breaker.given && !s->pool.given;
}

void topic_policy_want(struct sim *sim, const struct subscription *s) {
  if (!says_nothing(s)) column_want(sim, COLUMN_TRY);
}

struct topic_policy *topic_policy_new(struct sim *sim, const struct subscription *s) {
  if (says_nothing(s)) return NULL;
  struct topic_policy *policy = arena_alloc(sim->arena, sizeof *policy);
  if (s->breaker.given) {
    policy->breaker = arena_alloc(sim->arena, sizeof *policy->breaker);
    breaker_init(policy->breaker, &s->breaker, sim->arena);
  }
  if (s->retry.given) retry_budget_init(&policy->budget, &s->retry.budget);
  if (s->pool.given) concurrency_init(&policy->size, &s->pool.size);
  return policy;
}

bool topic_policy_has_room(const struct topic_consumer *c) {
  return !c->policy || !c->config->pool.given || c->has < concurrency_limit(&c->policy->size);
}

bool topic_policy_admits(const struct sim *sim, const struct topic_consumer *c) {
  return !c->policy || !c->policy->breaker || breaker_would_admit(c->policy->breaker, sim->now_ns);
}

void topic_policy_sends(struct sim *sim, struct topic_consumer *c, const struct frame *call,
                        uint32_t tries) {
  if (!c->policy) return;
  uint32_t epoch = 0;
  if (c->policy->breaker) breaker_admit(c->policy->breaker, sim->now_ns, &epoch);
  if (tries == 1 && c->config->retry.given) retry_budget_request(&c->policy->budget);
  column_set(sim, call, COLUMN_TRY, (uint64_t)epoch << TRIES_BITS | tries);
}

/* Nobody asks an open breaker when its time is over: that is due. */
static void plan_trials(struct sim *sim, struct member *member, struct topic_group *g,
                        struct topic_consumer *c) {
  struct topic_policy *policy = c->policy;
  struct consumer *counts = c->member->kind->consumer(c->member);
  if (policy->breaker->opened == policy->opened) return;
  policy->opened = policy->breaker->opened;
  counts->opened++;
  dues_push(&g->dues, (struct due){.at_ns = sim->now_ns + c->config->breaker.open_ns,
                                   .letter = (uint32_t)(c - g->consumer),
                                   .what = DUE_ADMITS});
  group_set_timer(sim, member, g);
}

uint32_t topic_policy_heard(struct sim *sim, struct member *member, struct topic_group *g,
                            struct topic_consumer *c, const struct frame *call,
                            enum outcome outcome) {
  if (!c->policy) return 0;
  uint64_t value = column_get(sim, call, COLUMN_TRY), took_ns = sim->now_ns - call->sent_ns;
  bool ok = outcome == OUTCOME_OK;
  if (c->policy->breaker) {
    bool failed = !ok && causes_have(c->config->breaker.on, outcome);
    breaker_record(c->policy->breaker, sim->now_ns, (uint32_t)(value >> TRIES_BITS), failed,
                   took_ns);
    plan_trials(sim, member, g, c);
  }
  if (c->config->retry.given) retry_budget_result(&c->policy->budget, ok);
  if (c->config->pool.given) concurrency_result(&c->policy->size, took_ns, c->has, !ok);
  return (uint32_t)(value & ((1u << TRIES_BITS) - 1));
}

void topic_policy_restart(struct sim *sim, struct topic_consumer *c) {
  if (!c->policy) return;
  if (c->policy->breaker) breaker_restart(c->policy->breaker, sim->now_ns);
  if (c->config->retry.given) retry_budget_init(&c->policy->budget, &c->config->retry.budget);
  if (c->config->pool.given) concurrency_init(&c->policy->size, &c->config->pool.size);
}

bool topic_policy_retries(struct sim *sim, struct member *member, struct topic_group *g,
                          struct topic_consumer *c, uint32_t id, uint32_t tries,
                          enum outcome outcome) {
  const struct retry_config *retry = &c->config->retry;
  bool gone =
      outcome == OUTCOME_RESET || outcome == OUTCOME_REFUSED || outcome == OUTCOME_UNREACHABLE;
  if (tries == 0 || !retry->given || tries >= retry->attempts || gone) return false;
  if (!causes_have(retry->on, outcome) || !retry_budget_take(&c->policy->budget)) return false;
  struct letter *l = letter_at(topic_of(member), id);
  uint64_t pause_ns = backoff_ns(&retry->backoff, g->pause, rng_mix(l->key + l->deliveries), tries);
  if (time_sum(sim->now_ns, pause_ns) >= l->until_ns) return false;
  c->member->kind->consumer(c->member)->tried_again++;
  l->state = LETTER_PAUSING;
  dues_push(&g->dues, (struct due){.at_ns = sim->now_ns + pause_ns,
                                   .letter = id,
                                   .order = l->order,
                                   .stamp = delivery_stamp(sim, l->record),
                                   .tries = tries + 1,
                                   .what = DUE_TRY});
  group_set_timer(sim, member, g);
  return true;
}
