#include "health.h"

#include "choose.h"
#include "first_check.h"
#include "network.h"
#include "probe_op.h"
#include "timeline.h"

void health_answer(struct sim *sim, struct member *member, struct frame *parent,
                   struct frame *probe, enum outcome outcome) {
  (void)parent;
  struct load_balancer_state *lb = member->state;
  struct backend *b = &lb->backend[probe->site];
  if (outcome == OUTCOME_OK) {
    b->failures = 0;
    b->successes++;
    if (!b->healthy && b->successes >= lb->config->health.rise) {
      b->healthy = true;
      list_healthy(sim, lb);
      sim_note(sim, member, b->member, "marked up");
    }
    return;
  }
  lb->probes_failed++;
  b->successes = 0;
  b->failures++;
  if (b->healthy && b->failures >= lb->config->health.fall) {
    b->healthy = false;
    lb->ejections++;
    list_healthy(sim, lb);
    sim_note(sim, member, b->member, "marked down");
  }
}

static void send_probe(struct sim *sim, struct member *member, uint32_t which) {
  struct load_balancer_state *lb = member->state;
  struct backend *b = &lb->backend[which];
  probe_send(sim, member, b->member, lb->config->health.op, (uint16_t)which,
             b->checks + b->probes++, lb->config->health.timeout_ns);
}

static void plan_check(struct sim *sim, struct member *member, uint32_t which, uint64_t delay_ns) {
  struct load_balancer_state *lb = member->state;
  timer_set(sim, member, &lb->backend[which].check, delay_ns, DUE_CHECK, which);
}

/* Whether the next check would find what this one found, and all that follow, until somebody is
 * told of a change: the backend and the network work, and a check crosses it in no time. What is a
 * request may wait. */
static bool is_calm(struct sim *sim, const struct member *member, const struct backend *b) {
  const struct load_balancer_state *lb = member->state;
  return lb->config->health.op < 0 && !sim->plain_checks && b->healthy && b->failures == 0 &&
         b->member->listed && !b->member->impaired && network_is_still(sim, member, b->member);
}

void health_check(struct sim *sim, struct member *member, uint32_t which) {
  struct load_balancer_state *lb = member->state;
  struct backend *b = &lb->backend[which];
  uint64_t interval_ns = lb->config->health.interval_ns;
  if (b->member->listed) send_probe(sim, member, which);
  if (is_calm(sim, member, b)) {
    b->quiet = true;
    b->due_ns = sim->now_ns + interval_ns;
  } else {
    plan_check(sim, member, which, interval_ns);
  }
}

bool health_end_quiet(struct sim *sim, struct backend *b, uint64_t interval_ns) {
  if (!b->quiet) return false;
  b->quiet = false;
  uint64_t left_out = 0;
  if (sim->now_ns > b->due_ns) left_out = (sim->now_ns - b->due_ns - 1) / interval_ns + 1;
  b->probes += left_out;
  b->due_ns += left_out * interval_ns;
  return true;
}

void health_wake(struct sim *sim, struct member *member, uint32_t which) {
  struct load_balancer_state *lb = member->state;
  struct backend *b = &lb->backend[which];
  if (!health_end_quiet(sim, b, lb->config->health.interval_ns)) return;
  plan_check(sim, member, which, b->due_ns - sim->now_ns);
}

void health_start(struct sim *sim, struct member *member) {
  struct load_balancer_state *lb = member->state;
  const struct health_config *health = &lb->config->health;
  if (!health->given) return;
  struct stream begins = sim_stream(sim, member->component, "checks begin");
  for (uint32_t i = 0; i < lb->n; i++) {
    uint64_t delay_ns = first_check_ns(health->first, health->interval_ns, i, lb->n, &begins,
                                       lb->backend[i].checks, member->epoch);
    plan_check(sim, member, i, delay_ns);
  }
}

uint64_t health_key(const struct member *from, const struct member *to) {
  uint64_t key = rng_mix(from->component->name_hash + from->index);
  return rng_mix(rng_mix(key + to->component->name_hash) + to->index);
}
