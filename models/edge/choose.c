#include "choose.h"

#include "arena.h"
#include "call.h"
#include "column.h"

/* --- what may be chosen --------------------------------------------------------------------- */

static bool is_in_use(const struct load_balancer_state *lb, uint32_t which) {
  const struct backend *b = &lb->backend[which];
  if (lb->weight && lb->weight[which] == 0) return false;
  return b->member->listed && b->healthy && !b->outlier.ejected;
}

void list_healthy(struct sim *sim, struct load_balancer_state *lb) {
  lb->healthy_n = 0;
  lb->version++;
  for (uint32_t i = 0; i < lb->n; i++) {
    if (is_in_use(lb, i)) lb->healthy[lb->healthy_n++] = i;
  }
  level_set(&lb->in_use, sim->now_ns, lb->healthy_n);
}

/* --- what algorithms look at ---------------------------------------------------------------- */

static uint64_t hashed(const struct sim *sim, const struct load_balancer_state *lb,
                       const struct frame *call) {
  switch ((enum hash_by)lb->config->by) {
    case HASH_BY_KEY:
      return call->item;
    case HASH_BY_USER:
      return column_get(sim, call, COLUMN_USER);
    case HASH_BY_CLIENT:
      return column_get(sim, call, COLUMN_CLIENT);
    case HASH_BY_CALLER:
      return member_identity(call_maker(sim, call));
  }
  return 0;
}

void choose_init(struct sim *sim, struct member *member) {
  struct load_balancer_state *lb = member->state;
  lb->algorithm = load_balancer_algorithm(lb->config);
  lb->pick = sim_stream(sim, member->component, "pick");
  if (lb->algorithm->hashes && lb->config->by == HASH_BY_USER) column_want(sim, COLUMN_USER);
  if (lb->algorithm->hashes && lb->config->by == HASH_BY_CLIENT) column_want(sim, COLUMN_CLIENT);
  if (lb->config->weights.n > 0) {
    lb->weight = arena_alloc(sim->arena, lb->n * sizeof *lb->weight);
    for (uint32_t i = 0; i < lb->n; i++) {
      const struct component *of = lb->backend[i].member->component;
      lb->weight[i] = load_balancer_weight(lb->config, of->id);
    }
  }
  if (!lb->algorithm->prepare) return;
  uint64_t *who = arena_alloc(sim->arena, lb->n * sizeof *who);
  for (uint32_t i = 0; i < lb->n; i++) who[i] = member_identity(lb->backend[i].member);
  const struct backends all = {lb->n, who, lb->weight, lb->config->points};
  lb->memory = lb->algorithm->prepare(sim->arena, &all);
}

/* --- choosing ------------------------------------------------------------------------------- */

/* `forwarded` is the try of `call` that is to be sent, or as yet the call itself. */
static uint32_t pick(const struct sim *sim, struct load_balancer_state *lb,
                     const struct frame *call, const struct frame *forwarded,
                     const struct candidates *c) {
  if (!lb->algorithm->pick) return c->which[c->first];
  struct draws draws = draws_begin(lb->pick, forwarded->key, 0);
  const struct candidates all = {lb->healthy, lb->healthy_n, 0};
  struct choosing from = {.busy = lb->busy,
                          .choices = lb->config->choices,
                          .weight = lb->weight,
                          .memory = lb->memory,
                          .all = &all,
                          .version = lb->version,
                          .bounded = lb->config->bounded,
                          .diverted = &lb->diverted};
  if (lb->algorithm->hashes) from.hashed = hashed(sim, lb, call);
  return lb->algorithm->pick(&from, c, forwarded, &draws);
}

/* What a group's breaker turns away is left out while another group admits: of n backends those
 * that remain, in the same order. */
static uint32_t admitted_of(const struct sim *sim, const struct load_balancer_state *lb,
                            uint32_t *which, uint32_t n) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!outbound_admits(sim, lb->backend[which[i]].out)) continue;
    which[kept++] = which[i];
  }
  return kept > 0 ? kept : n;
}

static bool all_admit(const struct sim *sim, const struct load_balancer_state *lb) {
  for (uint32_t i = 0; i < lb->groups; i++) {
    if (!outbound_admits(sim, lb->group[i])) return false;
  }
  return true;
}

/* Where going round goes on among the candidates: behind the last one chosen. */
static void begin_behind(struct candidates *c, uint32_t next) {
  while (c->first < c->n && c->which[c->first] < next) c->first++;
  if (c->first == c->n) c->first = 0;
}

/* Some breaker is open. Round robin goes on where it was. */
static __attribute__((cold, noinline)) uint32_t pick_admitted(const struct sim *sim,
                                                              struct load_balancer_state *lb,
                                                              const struct frame *call) {
  for (uint32_t i = 0; i < lb->healthy_n; i++) lb->others[i] = lb->healthy[i];
  struct candidates some = {lb->others, admitted_of(sim, lb, lb->others, lb->healthy_n), 0};
  if (lb->algorithm->turns == TURNS_TIES) some.first = lb->next++ % some.n;
  if (lb->algorithm->turns != TURNS_ALL) return pick(sim, lb, call, call, &some);
  begin_behind(&some, lb->next < lb->healthy_n ? lb->healthy[lb->next] : 0);
  uint32_t chosen = some.which[some.first];
  for (lb->next = 1; lb->healthy[lb->next - 1] != chosen;) lb->next++;
  return chosen;
}

uint32_t choose_first(const struct sim *sim, struct load_balancer_state *lb,
                      const struct frame *call) {
  if (__builtin_expect(lb->has_policy, 0) && !all_admit(sim, lb)) {
    return pick_admitted(sim, lb, call);
  }
  struct candidates all = {lb->healthy, lb->healthy_n, 0};
  if (lb->algorithm->turns == TURNS_ALL) {
    lb->next = lb->next < lb->healthy_n ? lb->next : 0;
    all.first = lb->next++;
  } else if (lb->algorithm->turns == TURNS_TIES) {
    all.first = lb->next++ % lb->healthy_n;
  }
  return pick(sim, lb, call, call, &all);
}

static uint32_t not_tried(const struct sim *sim, struct load_balancer_state *lb,
                          struct frame *call) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < lb->healthy_n; i++) {
    if (!tried_has(sim, &lb->tried, call, lb->healthy[i])) lb->others[n++] = lb->healthy[i];
  }
  return n > 0 && !all_admit(sim, lb) ? admitted_of(sim, lb, lb->others, n) : n;
}

/* A further try goes to a backend that has not had the call, while there is one in use (nginx's
 * next upstream, Envoy's previous_hosts); else to another than the last one, if there is one. They
 * go round by themselves, so that what one backend fails is spread evenly over the others. */
uint32_t choose_again(const struct sim *sim, struct load_balancer_state *lb, struct frame *call,
                      const struct frame *forwarded) {
  struct candidates c = {lb->others, not_tried(sim, lb, call), 0};
  if (c.n == 0) {
    tried_clear(sim, &lb->tried, call);
    if (lb->healthy_n > 1) tried_add(sim, &lb->tried, call, call->pc);
    c.n = not_tried(sim, lb, call);
  }
  begin_behind(&c, lb->again);
  lb->again = c.which[c.first] + 1;
  return pick(sim, lb, call, forwarded, &c);
}
