/* Which copy a call goes to, and what a read sees there. */
#include <math.h>

#include "arena.h"
#include "asker.h"
#include "call.h"
#include "column.h"
#include "copies.h"
#include "life.h"
#include "network.h"

/* Of equally near ones those of the same zone are nearer. */
double route_cost(const struct spec *spec, uint32_t component, uint32_t from_zone,
                  uint32_t to_zone) {
  bool backwards;
  uint32_t path = spec_path_between(spec, (struct site){REF_NONE, from_zone},
                                    (struct site){component, to_zone}, &backwards);
  double mean_ns = path == REF_NONE ? 0 : path_mean_ns(&spec->path[path]);
  return mean_ns + (from_zone == to_zone ? 0 : 0.5);
}

/* For each zone that a caller can live in, and for callers without one: copies by the mean latency
 * of the path to them; of equal ones those of the same zone first, then by number. */
void route_init(struct group *group) {
  const struct spec *spec = group->sim->spec;
  uint32_t n = group->n;
  group->nearest = arena_alloc(group->sim->arena, (spec->zones + 1) * n * sizeof *group->nearest);
  for (uint32_t z = 0; z <= spec->zones; z++) {
    uint32_t *order = group->nearest + z * n;
    double cost[HISTORY_COPIES];
    for (uint32_t i = 0; i < n; i++) {
      uint32_t zone = z < spec->zones ? z : REF_NONE;
      double at = route_cost(spec, group->component->id, zone, group->copy[i].member->zone);
      uint32_t k = i;
      for (; k > 0 && cost[k - 1] > at; k--) {
        cost[k] = cost[k - 1];
        order[k] = order[k - 1];
      }
      cost[k] = at;
      order[k] = i;
    }
  }
}

/* Where there are two, callers keep to the one that they reach, of both the newer. */
static struct member *primary_of(const struct group *group, const struct frame *call) {
  struct member *newest = group->copy[group->primary].member;
  if (group->leaders < 2 || group->sim->network == NULL) return newest;
  const struct member *caller = asker_of(group->sim, call);
  uint64_t delay_ns;
  if (network_reaches(group->sim, caller, newest, &delay_ns)) return newest;
  for (uint32_t i = 0; i < group->n; i++) {
    const struct copy *c = &group->copy[i];
    if (!c->leads || member_is_off(c->member)) continue;
    if (network_reaches(group->sim, caller, c->member, &delay_ns)) return c->member;
  }
  return newest;
}

struct member *route_any(const struct component *component, uint32_t first, uint32_t n,
                         const struct frame *call) {
  if (component->members == n) return component_pick_any(component, call);
  struct member *listed[HISTORY_COPIES + COPIES_COORDINATORS];
  uint32_t there = 0;
  for (uint32_t i = first; i < first + n; i++) {
    if (component->member[i].listed) listed[there++] = &component->member[i];
  }
  if (there == 0) return &component->member[first]; /* it refuses */
  struct draws draws = draws_begin(component->pick, call->key, 0);
  return listed[draws_below(&draws, there)];
}

struct member *route_pick(const struct group *group, const struct frame *call) {
  if (op_set_has(&group->write_ops, call->op)) return primary_of(group, call);
  if (group->tokens && column_get(group->sim, call, COLUMN_TOKEN)) return primary_of(group, call);
  const struct how_many *read = &group->config->read;
  if (read->word == READ_NEAREST) {
    const struct spec *spec = group->sim->spec;
    const struct member *caller = asker_of(group->sim, call);
    uint32_t zone = caller->zone == REF_NONE ? spec->zones : caller->zone;
    return group->copy[group->nearest[zone * group->n]].member;
  }
  if (read->word == READ_PRIMARY) return primary_of(group, call);
  return route_any(group->component, group->first, group->n, call);
}

struct history_view route_read(struct sim *sim, struct copy *copy, const struct frame *call,
                               uint64_t work_ns) {
  struct history *history = copy->group->history;
  struct history_view view = history_read(history, copy->number, call->item);
  uint64_t user = column_wanted(sim, COLUMN_USER) ? column_get(sim, call, COLUMN_USER) : 0;
  history_judge(history, call->item, &view, user, call->sent_ns, sim->now_ns + work_ns,
                &copy->meters->seen);
  return view;
}
