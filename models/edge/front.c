#include "front.h"

#include "arena.h"
#include "call.h"
#include "trace.h"

static void init_limits(struct sim *sim, struct load_balancer_state *lb) {
  const struct block *on = &lb->config->on;
  if (on->program.steps == 0) return;
  struct handler *all = arena_alloc(sim->arena, sizeof *all);
  *all = (struct handler){-1, on->program};
  limits_init(sim, &lb->limits, &(struct handlers){1, all}, NULL);
}

static void front_retried(struct sim *sim, struct member *member, const struct frame *forwarded) {
  (void)sim, (void)forwarded;
  ((struct load_balancer_state *)member->state)->reconnects++;
}

/* Operations with the same target share its policy, as they share its connections. */
static struct lb_route *route_to(struct sim *sim, struct member *member, uint32_t to) {
  struct load_balancer_state *lb = member->state;
  for (uint32_t i = 0; i < lb->routes; i++) {
    if (lb->route[i].to->id == to) return &lb->route[i];
  }
  struct lb_route *route = &lb->route[lb->routes++];
  route->to = &sim->component[to];
  route->out = outbound_new(sim, member, route->to, route->to->spec->name, lb->policy,
                            (struct outbound_hooks){.retried = front_retried});
  return route;
}

void front_init(struct sim *sim, struct member *member) {
  struct load_balancer_state *lb = member->state;
  const struct routes *routes = &lb->config->route;
  init_limits(sim, lb);
  lb->has_front = lb->limits.n > 0 || routes->n > 0;
  if (routes->n == 0) return;
  lb->route = arena_alloc(sim->arena, routes->n * sizeof *lb->route);
  lb->route_of = arena_alloc(sim->arena, SPEC_MAX_OPS * sizeof *lb->route_of);
  for (uint32_t i = 0; i < routes->n; i++) {
    lb->route_of[routes->route[i].op] = route_to(sim, member, routes->route[i].to);
  }
}

bool front_passes(struct sim *sim, struct member *member, struct frame *call) {
  struct load_balancer_state *lb = member->state;
  const struct program *program = &lb->config->on.program;
  for (; call->pc < program->steps; call->pc++) {
    uint64_t wait_ns = limits_take(sim, &lb->limits, &program->step[call->pc], call);
    if (wait_ns == LIMITER_REFUSED) {
      call_reply(sim, call, OUTCOME_RATE_LIMITED);
      return false;
    }
    if (wait_ns == 0) continue;
    call_sleep(sim, member, call, wait_ns);
    trace_mark(sim, call, PART_LIMIT);
    return false;
  }
  return true;
}

bool front_routes(struct sim *sim, struct member *member, struct frame *call) {
  struct load_balancer_state *lb = member->state;
  struct lb_route *route = lb->route_of ? lb->route_of[call->op] : NULL;
  if (route == NULL && lb->n > 0) return false;
  if (route == NULL) { /* as a proxy answers a path that it does not know */
    lb->unrouted++;
    call_reply(sim, call, OUTCOME_FAILED);
    return true;
  }
  struct frame *forwarded = call_new(sim, member, call);
  forwarded->site = call->pc = FRONT_ROUTED;
  if (route->out) {
    outbound_send(sim, route->out, forwarded);
  } else {
    outbound_send_plain(sim, forwarded, component_pick(route->to, forwarded), lb->timeout_ns);
  }
  return true;
}
