#include "service_life.h"

#include "abandon.h"
#include "arena.h"
#include "delivery.h"
#include "life.h"
#include "outbound_params.h"
#include "price.h"
#include "service_calls.h"
#include "service_state.h"

/* What all members share. */
static struct service_shared *service_shared(struct sim *sim, const struct component *self) {
  const struct service_config *config = self->config;
  struct service_shared *shared = arena_lines(sim->arena, 1, sizeof *shared);
  shared->plan = service_plans(sim, self);
  classes_init(sim, &shared->classes, &config->priority, (enum class_by)config->by);
  shared->sleep = sim_stream(sim, self, "sleep");
  shared->branch = sim_stream(sim, self, "branch");
  shared->request = sim_stream(sim, self, "request");
  shared->response = sim_stream(sim, self, "response");
  return shared;
}

static double class_as_rank(const struct sim *sim, const void *service, const struct frame *call,
                            uint64_t order) {
  (void)order;
  return class_listed(sim, service, call);
}

void service_init(struct sim *sim, struct member *member) {
  struct service_state *s = member->state;
  struct component *self = member->component;
  if (!self->shared) self->shared = service_shared(sim, self);
  s->config = self->config;
  s->shared = self->shared;
  s->plan = s->shared->plan;
  s->name_hash = self->name_hash;
  s->is_async = s->config->io == IO_ASYNC;
  if (service_compresses(s->config)) column_want(sim, COLUMN_ANSWER);
  s->works_on_bytes = service_works_on_bytes(s->config);
  if (s->works_on_bytes) column_want(sim, COLUMN_ASKED), column_want(sim, COLUMN_EXPECTED);
  enum discipline discipline = (enum discipline)s->config->discipline;
  station_init(sim, &s->station, discipline, s->config->workers, s->config->queue,
               discipline == DISCIPLINE_PRIORITY ? s->config->priority.n + 1 : 1);
  if (discipline == DISCIPLINE_PREEMPTIVE_PRIORITY) station_rank(&s->station, class_as_rank, s);
  if (s->config->cancel >= CANCEL_QUEUED) station_allow_cancel(sim, &s->station);
  if (member->host != REF_NONE) {
    struct member *host = &sim->member[member->host];
    station_on_host(&s->station, host->kind->cores(host));
  }
  footprint_init(sim, member, &s->memory, &s->config->memory);
  s->uses_memory = s->memory.config != NULL;
  if (pace_is_given(&s->config->pace)) {
    pace_init(sim, &s->pace, &s->config->pace, member, &s->station);
  }
  const struct service_state *first = member->index > 1 ? self->member->state : NULL;
  limits_init(sim, &s->limits, &s->config->on, first ? &first->limits : NULL);
  service_sheds_init(sim, &s->sheds, s->config);
  s->plain_queue = s->station.plain && s->station.classes == 1 && s->sheds.n == 0 &&
                   !s->config->subscribe.given && !s->uses_memory && !s->works_on_bytes;
  s->consumer.config = subscription_of(self->spec);
  s->coordinates = service_transacts(s->config);
  if (s->coordinates) transactions_want(sim);
  s->bills_time = price_is_for_time(self);
  s->locks = service_takes_locks(s->config);
  if (s->locks) locker_init(sim);
  environments_init(sim, &s->pool, s->config->on_demand, self);
  s->has_extras = s->coordinates || s->locks || s->pool.config != NULL ||
                  s->consumer.config != NULL || s->sheds.n > 0 || s->works_on_bytes;
  service_add_policies(sim, member);
}

void service_start(struct sim *sim, struct member *member) {
  pace_start(sim, member, &((struct service_state *)member->state)->station);
}

double service_paid_s(const struct sim *sim, const struct member *member) {
  const struct service_state *s = member->state;
  if (s->pool.config == NULL) return life_there_s(sim, member);
  return level_integral_ns(&s->pool.there, sim->now_ns) / 1e9;
}

void service_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  struct service_state *s = member->state;
  station_free(&s->station);
  limits_free(&s->limits);
  locker_free(&s->locker);
  environments_free(&((struct service_state *)member->state)->pool);
}

void service_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  limits_check(&((struct service_state *)member->state)->limits, member, out);
}
