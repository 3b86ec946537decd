#include "service_plan.h"

#include "arena.h"
#include "price.h"
#include "service_calls.h"

const struct touches service_touches[EVENT_MEMBER + 1] = {
    [EVENT_ARRIVE] = {3, 0, 2, true}, [EVENT_REPLY] = {3, 0, 1, true},
    [EVENT_TIMER] = {1, 0, 1, true},  [EVENT_TIMEOUT] = {1, 0, 1, true},
    [EVENT_CANCEL] = {3, 0, 1, true}, [EVENT_MEMBER] = {3, 0, 1, true},
};

/* A service without handlers works once for whatever comes. */
static const struct program *only_work(struct sim *sim, const struct service_config *config) {
  struct step *step = arena_alloc(sim->arena, 2 * sizeof *step);
  step[0] = (struct step){.kind = STEP_WORK, .dist = config->work};
  step[1] = (struct step){.kind = STEP_END};
  struct program *program = arena_alloc(sim->arena, sizeof *program);
  *program = (struct program){.steps = 2, .step = step};
  return program;
}

static void find_programs(struct sim *sim, const struct service_config *config, struct plan *plan,
                          uint32_t ops) {
  const struct program *rest = config->on.n ? NULL : only_work(sim, config);
  for (uint32_t i = 0; i < config->on.n; i++) {
    if (config->on.handler[i].op < 0) rest = &config->on.handler[i].program;
  }
  for (uint32_t op = 0; op < ops; op++) plan[op].program = rest;
  for (uint32_t i = 0; i < config->on.n; i++) {
    const struct handler *h = &config->on.handler[i];
    if (h->op >= 0) plan[h->op].program = &h->program;
  }
  for (uint32_t op = 0; op < ops; op++) {
    for (uint32_t i = 0; i < config->on.n; i++) {
      if (plan[op].program == &config->on.handler[i].program) break;
      plan[op].first_call += config->on.handler[i].program.calls;
    }
  }
}

static void look_at_then(const struct sim *sim, struct plan *plan,
                         const struct program_call *then) {
  const struct component *to = &sim->component[then->component];
  bool known = to->members == 1 && !then->publishes && !then->if_unchanged;
  plan->then = then;
  plan->then_timeout_ns = then->policy.timeout_ns;
  plan->then_to = known ? member_id(sim, to->member) : MEMBER_NONE;
  plan->then_op = then->op;
}

/* `short_cuts`: nothing is to be done at the end of a call but to answer it. */
static void look_at_steps(const struct sim *sim, struct plan *plan, bool short_cuts) {
  if (plan->program == NULL) return;
  const struct step *step = plan->steps = plan->program->step;
  plan->works_first = step[0].kind == STEP_WORK;
  plan->only_works = short_cuts && plan->works_first && step[1].kind == STEP_END;
  plan->quick = plan->works_first && dist_is_quick(&step->dist, &plan->work);
  plan->ordinal = step->ordinal;
  bool calls_once = short_cuts && plan->works_first && plan->program->steps == 3 &&
                    step[1].kind == STEP_CALL && !plan->program->call[step[1].first].locks &&
                    service_waits_for(&plan->program->call[step[1].first]);
  if (calls_once) look_at_then(sim, plan, &plan->program->call[step[1].first]);
}

struct plan *service_plans(struct sim *sim, const struct component *self) {
  const struct service_config *config = self->config;
  uint32_t ops = sim->spec->ops ? sim->spec->ops : 1;
  struct plan *plan = arena_lines(sim->arena, ops + 1, sizeof *plan);
  find_programs(sim, config, plan, ops);
  for (uint32_t op = 0; op < ops; op++) {
    plan[op].work = sim_stream(sim, self, "work");
    bool short_cuts = !config->subscribe.given && !price_is_for_time(self) && !config->memory.given;
    look_at_steps(sim, &plan[op], short_cuts);
    if (config->on_demand) { /* it has to have an instance first */
      plan[op].works_first = plan[op].only_works = plan[op].quick = false;
      plan[op].then = NULL;
    }
    if (config->pace.pauses.given) plan[op].then = NULL; /* an answer may have to wait */
  }
  /* The work for a connection, which brings its time along. */
  plan[ops] = (struct plan){.works_first = true, .only_works = true};
  return plan;
}
