#include "choose.h"

#include "arena.h"
#include "asker.h"
#include "column.h"

/* --- what may be chosen --------------------------------------------------------------------- */

static bool may_be_used(const struct load_balancer_state *lb, uint32_t which) {
  const struct member *backend = lb->backend[which].member;
  if (divide_leaves_out(&lb->division, backend)) return false;
  return backend->listed && !(lb->whole && lb->whole[which] == 0);
}

static bool is_in_use(const struct load_balancer_state *lb, uint32_t which) {
  const struct backend *b = &lb->backend[which];
  return may_be_used(lb, which) && b->healthy && !b->outlier.ejected;
}

struct eligible count_eligible(const struct load_balancer_state *lb) {
  struct eligible eligible = {0};
  for (uint32_t i = 0; i < lb->n; i++) {
    if (!may_be_used(lb, i)) continue;
    eligible.n++;
    eligible.ejected += lb->backend[i].outlier.ejected;
  }
  return eligible;
}

/* Which levels panic; how many. */
static uint32_t share_levels(struct load_balancer_state *lb) {
  struct levels *levels = &lb->levels;
  for (uint32_t i = 0; i < levels->n; i++) levels->in_use[i] = levels->total[i] = 0;
  for (uint32_t i = 0; i < lb->n; i++) {
    levels->total[levels->of[i]] += may_be_used(lb, i);
    levels->in_use[levels->of[i]] += is_in_use(lb, i);
  }
  levels_share(levels, lb->algorithm->by_level ? lb->config->overprovisioning : 1,
               lb->config->panic);
  uint32_t panicking = 0;
  for (uint32_t i = 0; i < levels->n; i++) panicking += levels->panics[i];
  return panicking;
}

static void note_use(const struct sim *sim, struct load_balancer_state *lb, uint32_t which,
                     bool in_use) {
  struct backend *b = &lb->backend[which];
  if (in_use && !b->in_use && lb->config->slow_start_ns > 0 && lb->version > 1) {
    b->in_use_since_ns = sim->now_ns;
    lb->ramp_until_ns = sim->now_ns + lb->config->slow_start_ns;
  }
  b->in_use = in_use;
}

void list_healthy(struct sim *sim, struct load_balancer_state *lb) {
  uint32_t in_use = 0, may_be = 0, panicking = lb->levels.n > 0 ? share_levels(lb) : 0;
  lb->healthy_n = 0;
  lb->version++;
  for (uint32_t i = 0; i < lb->n; i++) {
    bool is = is_in_use(lb, i);
    note_use(sim, lb, i, is);
    bool may = may_be_used(lb, i);
    in_use += is;
    may_be += may;
    bool all = panicking > 0 && lb->levels.panics[lb->levels.of[i]] && may;
    if (is || all) lb->healthy[lb->healthy_n++] = i;
  }
  level_set(&lb->in_use, sim->now_ns, in_use);
  level_set(&lb->withheld, sim->now_ns, may_be - in_use);
  if (lb->locality.zones > 0) {
    locality_share(&lb->locality, &lb->config->zone_aware, lb->healthy, lb->healthy_n);
    if (panicking > 0) lb->locality.on = false; /* Envoy, too */
  }
  if (lb->levels.n > 0) level_set(&lb->panicking, sim->now_ns, panicking);
}

/* --- what algorithms look at ---------------------------------------------------------------- */

/* Of those in slow start. Envoy: at least a tenth. */
static void ramp(const struct sim *sim, struct load_balancer_state *lb) {
  double lasts_ns = (double)lb->config->slow_start_ns;
  for (uint32_t i = 0; i < lb->n; i++) {
    const struct backend *b = &lb->backend[i];
    double so_far = (double)(sim->now_ns - b->in_use_since_ns) / lasts_ns;
    bool ramps = b->in_use_since_ns > 0 && so_far < 1;
    lb->weight[i] = lb->whole[i] * (!ramps ? 1 : so_far < 0.1 ? 0.1 : so_far);
  }
  if (sim->now_ns >= lb->ramp_until_ns) lb->ramp_until_ns = 0;
}

static void init_weights(struct sim *sim, struct load_balancer_state *lb) {
  if (lb->config->weights.n == 0 && lb->config->slow_start_ns == 0) return;
  lb->weight = arena_alloc(sim->arena, lb->n * sizeof *lb->weight);
  lb->whole = arena_alloc(sim->arena, lb->n * sizeof *lb->whole);
  for (uint32_t i = 0; i < lb->n; i++) {
    const struct component *of = lb->backend[i].member->component;
    lb->weight[i] = lb->whole[i] = load_balancer_weight(lb->config, of->id);
  }
}

/* Each component is a level, or all together are one that may panic. */
static void init_levels(struct sim *sim, struct load_balancer_state *lb) {
  bool by_level = lb->algorithm->by_level;
  if ((!by_level && lb->config->panic == 0) || lb->n == 0) return;
  struct levels *levels = &lb->levels;
  uint32_t *of = arena_alloc(sim->arena, lb->n * sizeof *of);
  for (uint32_t i = 1; i < lb->n && by_level; i++) {
    bool next = lb->backend[i].member->component != lb->backend[i - 1].member->component;
    of[i] = of[i - 1] + next;
  }
  uint32_t n = of[lb->n - 1] + 1;
  *levels = (struct levels){.n = n, .of = of};
  levels->in_use = arena_alloc(sim->arena, n * sizeof *levels->in_use);
  levels->total = arena_alloc(sim->arena, n * sizeof *levels->total);
  levels->part = arena_alloc(sim->arena, n * sizeof *levels->part);
  levels->load = arena_alloc(sim->arena, n * sizeof *levels->load);
  levels->panics = arena_alloc(sim->arena, n * sizeof *levels->panics);
}

static double distance(const struct sim *sim, const struct member *from, const struct member *to) {
  bool backwards;
  uint32_t path = spec_path_between(sim->spec, (struct site){from->component->id, from->zone},
                                    (struct site){to->component->id, to->zone}, &backwards);
  return path == REF_NONE ? 0 : path_mean_ns(&sim->spec->path[path]);
}

static void prepare(struct sim *sim, struct load_balancer_state *lb) {
  if (!lb->algorithm->prepare) return;
  uint64_t *who = arena_alloc(sim->arena, lb->n * sizeof *who);
  for (uint32_t i = 0; i < lb->n; i++) who[i] = member_identity(lb->backend[i].member);
  const struct backends all = {lb->n, who, lb->weight, lb->config->points, lb->levels.n};
  lb->memory = lb->algorithm->prepare(sim->arena, &all);
}

static void init_zones(struct sim *sim, struct member *member) {
  struct load_balancer_state *lb = member->state;
  if (!lb->config->zone_aware.given || lb->n == 0) return;
  struct member **to = arena_alloc(sim->arena, lb->n * sizeof *to);
  for (uint32_t i = 0; i < lb->n; i++) to[i] = lb->backend[i].member;
  locality_init(sim, member, &lb->locality, to, lb->n);
  lb->is_choosy = true;
}

void choose_init(struct sim *sim, struct member *member) {
  struct load_balancer_state *lb = member->state;
  lb->algorithm = load_balancer_algorithm(lb->config);
  lb->listens = lb->config->outlier.given || lb->algorithm->hear;
  lb->pick = sim_stream(sim, member->component, "pick");
  lb->sessions.idle_ns = lb->config->sticky_ns;
  lb->sticks = lb->sessions.idle_ns > 0;
  if (lb->config->sticky_ns > 0) column_want(sim, COLUMN_USER);
  if (lb->algorithm->hashes) whom_want(sim, lb->config->by);
  init_weights(sim, lb);
  init_levels(sim, lb);
  if (lb->algorithm->by_distance) {
    lb->distance_ns = arena_alloc(sim->arena, lb->n * sizeof *lb->distance_ns);
    for (uint32_t i = 0; i < lb->n; i++) {
      lb->distance_ns[i] = distance(sim, member, lb->backend[i].member);
    }
  }
  prepare(sim, lb);
  init_zones(sim, member);
  if (lb->config->reports.given) {
    lb->seen = arena_alloc(sim->arena, lb->n * sizeof *lb->seen);
    for (uint32_t i = 0; i < lb->n; i++) lb->seen[i].member = lb->busy[i].member;
  }
  if (!lb->by_connection) return;
  lb->open = arena_alloc(sim->arena, lb->n * sizeof *lb->open);
  lb->calls = arena_alloc(sim->arena, lb->n * sizeof *lb->calls);
}

/* --- choosing ------------------------------------------------------------------------------- */

/* `forwarded` is the try of `call` that is to be sent, or as yet the call itself. */
static uint32_t pick(const struct sim *sim, struct load_balancer_state *lb,
                     const struct frame *call, const struct frame *forwarded,
                     const struct candidates *c) {
  if (!lb->algorithm->pick) return c->which[c->first];
  if (__builtin_expect(lb->ramp_until_ns > 0, 0)) ramp(sim, lb);
  struct draws draws = draws_begin(lb->pick, forwarded->key, 0);
  const struct candidates all = {lb->healthy, lb->healthy_n, 0};
  struct choosing from = {.busy = lb->seen ? lb->seen : lb->busy,
                          .choices = lb->choices,
                          .weight = lb->weight,
                          .memory = lb->memory,
                          .all = &all,
                          .version = lb->version,
                          .bounded = lb->bounded,
                          .now_ns = sim->now_ns,
                          .levels = &lb->levels,
                          .distance_ns = lb->distance_ns,
                          .diverted = &lb->diverted};
  if (lb->algorithm->hashes) from.hashed = whom_of(sim, call, lb->config->by);
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

/* Each side goes round by itself. */
static __attribute__((cold, noinline)) uint32_t pick_of_side(const struct sim *sim,
                                                             struct load_balancer_state *lb,
                                                             const struct frame *call) {
  for (uint32_t i = 0; i < lb->healthy_n; i++) lb->others[i] = lb->healthy[i];
  uint32_t n = divide_keep(lb, call, lb->others, lb->healthy_n);
  struct candidates some = {lb->others, admitted_of(sim, lb, lb->others, n), 0};
  bool to = divide_side(&lb->division, call) == lb->division.to;
  if (lb->algorithm->turns != TURNS_NONE) some.first = lb->division.next[to]++ % some.n;
  return pick(sim, lb, call, call, &some);
}

/* Among those of one zone, where going round goes on by itself. */
static __attribute__((cold, noinline)) uint32_t choose_in_zone(const struct sim *sim,
                                                               struct load_balancer_state *lb,
                                                               const struct frame *call) {
  struct locality *l = &lb->locality;
  uint32_t zone = locality_draw(l, call->key), n = 0;
  for (uint32_t i = 0; i < lb->healthy_n; i++) {
    if (l->of[lb->healthy[i]] == zone) lb->others[n++] = lb->healthy[i];
  }
  if (lb->has_policy && !all_admit(sim, lb)) n = admitted_of(sim, lb, lb->others, n);
  struct candidates some = {lb->others, n, 0};
  if (lb->algorithm->turns == TURNS_TIES) some.first = lb->next++ % n;
  if (lb->algorithm->turns == TURNS_ALL) begin_behind(&some, l->next[zone]);
  uint32_t which = pick(sim, lb, call, call, &some);
  l->next[zone] = which + 1;
  if (zone == l->own) {
    l->local++;
  } else {
    l->crossed++;
  }
  return which;
}

static uint32_t choose_new(const struct sim *sim, struct load_balancer_state *lb,
                           const struct frame *call) {
  if (__builtin_expect(lb->is_choosy, 0)) {
    if (divide_side(&lb->division, call)) return pick_of_side(sim, lb, call);
    if (lb->locality.on) return choose_in_zone(sim, lb, call);
    if (!all_admit(sim, lb)) return pick_admitted(sim, lb, call);
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

/* The backend of the user's session, while that is in use. */
static __attribute__((cold, noinline)) uint32_t choose_sticky(const struct sim *sim,
                                                              struct load_balancer_state *lb,
                                                              const struct frame *call) {
  uint64_t user = column_get(sim, call, COLUMN_USER);
  uint32_t which = sticky_find(sim, &lb->sessions, user);
  const struct candidates all = {lb->healthy, lb->healthy_n, 0};
  bool stays = which != STICKY_NONE && candidates_have(&all, which) &&
               (!lb->has_policy || outbound_admits(sim, lb->backend[which].out));
  if (!stays) which = choose_new(sim, lb, call);
  return which;
}

/* The backend of the connection that the call came on. A new one is chosen by the connections that
 * there are, in place of the calls under way. */
static __attribute__((cold, noinline)) uint32_t choose_bound(const struct sim *sim,
                                                             struct load_balancer_state *lb,
                                                             const struct frame *call) {
  const struct candidates all = {lb->healthy, lb->healthy_n, 0};
  uint32_t which = bound_find(sim, &lb->bound, call);
  if (which != BOUND_TO_NONE && candidates_have(&all, which)) return which;
  bound_count(sim, &lb->bound, lb->n, lb->open);
  for (uint32_t i = 0; i < lb->n; i++) {
    lb->calls[i] = lb->busy[i].active;
    lb->busy[i].active = lb->open[i];
  }
  which = choose_new(sim, lb, call);
  for (uint32_t i = 0; i < lb->n; i++) lb->busy[i].active = lb->calls[i];
  lb->connections += bound_set(sim, &lb->bound, call, which);
  return which;
}

uint32_t choose_first(const struct sim *sim, struct load_balancer_state *lb,
                      const struct frame *call) {
  if (__builtin_expect(lb->by_connection, 0)) return choose_bound(sim, lb, call);
  if (__builtin_expect(lb->sticks, 0)) return choose_sticky(sim, lb, call);
  return choose_new(sim, lb, call);
}

static uint32_t not_tried(const struct sim *sim, struct load_balancer_state *lb,
                          struct frame *call) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < lb->healthy_n; i++) {
    if (!tried_has(sim, &lb->tried, call, lb->healthy[i])) lb->others[n++] = lb->healthy[i];
  }
  n = divide_keep(lb, call, lb->others, n);
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
  if (c.n == 0) { /* the only one of its side */
    tried_clear(sim, &lb->tried, call);
    c.n = not_tried(sim, lb, call);
  }
  begin_behind(&c, lb->again);
  lb->again = c.which[c.first] + 1;
  return pick(sim, lb, call, forwarded, &c);
}
