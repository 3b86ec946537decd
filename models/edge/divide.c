#include "divide.h"

#include "choose.h"

void divide(struct sim *sim, struct member *balancer, const struct component *from,
            const struct component *to, double share) {
  struct load_balancer_state *lb = balancer->state;
  bool has = false;
  for (uint32_t i = 0; i < lb->groups; i++) {
    has |= lb->config->backends.id[i] == to->id;
  }
  if (!has) return;
  struct stream sides = sim_stream(sim, balancer->component, "side");
  lb->division = (struct division){.from = from, .to = to, .share = share, .sides = sides};
  lb->is_choosy = true;
  lb->has_front = true; /* where a call is refused whose side has no backend */
  list_healthy(sim, lb);
}

bool divide_leaves_out(const struct division *division, const struct member *backend) {
  if (division->to == NULL) return false;
  return (division->share <= 0 && backend->component == division->to) ||
         (division->share >= 1 && backend->component == division->from);
}

const struct component *divide_side(const struct division *division, const struct frame *call) {
  if (division->to == NULL || division->share <= 0 || division->share >= 1) return NULL;
  struct draws draws = draws_begin(division->sides, call->key, 0);
  return draws_unit(&draws) < division->share ? division->to : division->from;
}

bool divide_has_backend(const struct load_balancer_state *lb, const struct frame *call) {
  const struct component *side = divide_side(&lb->division, call);
  for (uint32_t i = 0; side && i < lb->healthy_n; i++) {
    if (lb->backend[lb->healthy[i]].member->component == side) return true;
  }
  return side == NULL;
}

uint32_t divide_keep(const struct load_balancer_state *lb, const struct frame *call,
                     uint32_t *which, uint32_t n) {
  const struct component *side = divide_side(&lb->division, call);
  if (side == NULL) return n;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (lb->backend[which[i]].member->component == side) which[kept++] = which[i];
  }
  return kept;
}
