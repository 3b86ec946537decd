#include "price.h"

#include <string.h>

#include "arena.h"
#include "call.h"
#include "column.h"
#include "life.h"
#include "network.h"
#include "timeline.h"

static bool is_for_use(const struct price *price) {
  return price != NULL && (price->per_call > 0 || price->per_100ms > 0 || price->per_gb > 0);
}

bool prices_are_for_use(const struct spec *spec) {
  for (uint32_t c = 0; c < spec->components; c++) {
    if (is_for_use(spec->component[c].price)) return true;
  }
  return false;
}

static bool is_for_bytes(const struct component *component) {
  const struct price *price = component->spec->price;
  return price != NULL && price->per_gb > 0;
}

bool prices_are_for_bytes(const struct sim *sim) {
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    if (is_for_bytes(&sim->component[c])) return true;
  }
  return false;
}

void prices_init(struct sim *sim) {
  if (!prices_are_for_use(sim->spec)) return;
  if (prices_are_for_bytes(sim)) column_want(sim, COLUMN_ASKED), column_want(sim, COLUMN_EXPECTED);
  sim->bill = arena_alloc(sim->arena, sim->members * sizeof *sim->bill);
  prices_reset(sim);
}

void prices_reset(struct sim *sim) {
  if (sim->bill) memset(sim->bill, 0, sim->members * sizeof *sim->bill);
}

/* --- what is used --------------------------------------------------------------------------- */

static bool is_billed(enum outcome outcome) {
  switch (outcome) {
    case OUTCOME_OK:
    case OUTCOME_TIMEOUT:
    case OUTCOME_UNREACHABLE:
    case OUTCOME_CIRCUIT_OPEN:
    case OUTCOME_FAILED:
      return true;
    case OUTCOME_REFUSED:
    case OUTCOME_RESET:
    case OUTCOME_SHED:
    case OUTCOME_RATE_LIMITED:
    case OUTCOME_DENIED:
    case OUTCOMES:
      break;
  }
  return false;
}

void price_sent(struct sim *sim, const struct member *to, struct frame *call) {
  if (is_for_bytes(to->component) && !(call->flags & CALL_MESSAGE)) call_keep_bytes(sim, call);
}

void price_answered(struct sim *sim, struct frame *call, enum outcome outcome) {
  struct member *member = &sim->member[frame_callee(call)];
  const struct price *price = member->component->spec->price;
  if (!is_for_use(price) || call->flags & CALL_MESSAGE || call_is_rest(call)) return;
  if (!is_billed(outcome)) return;
  struct bill *bill = &sim->bill[member->id];
  bill->calls++;
  if (price->per_gb > 0) bill->bytes += call_bytes(sim, call, true);
}

/* --- results -------------------------------------------------------------------------------- */

const struct metric_def price_metrics[] = {
    {"cost.hour", "money", "What all that has a `price` costs an hour."},
    {"cost.request", "money",
     "What all that has a `price` costs for each request that clients had answered well."},
    {0},
};

static double cost_of_member(struct sim *sim, const struct member *m, const struct price *price) {
  const struct kind *kind = m->component->kind;
  double there_s = kind->paid_s ? kind->paid_s(sim, m) : life_there_s(sim, m);
  double cost = price->per_s * there_s;
  if (!is_for_use(price)) return cost;
  const struct bill *bill = &sim->bill[m->id];
  return cost + price->per_call * (double)bill->calls + price->per_100ms * (double)bill->units +
         price->per_gb * bill->bytes / 1e9;
}

static double cost_of(struct sim *sim, const struct component *component) {
  const struct price *price = component->spec->price;
  double cost = 0;
  for (uint32_t i = 0; price != NULL && i < component->members; i++) {
    cost += cost_of_member(sim, &component->member[i], price);
  }
  return cost;
}

/* It is there all the time. */
static double cost_of_path(const struct sim *sim, uint32_t p, double measured_h) {
  const struct price *price = sim->spec->path[p].price;
  if (price == NULL) return 0;
  return price->per_s * 3600 * measured_h + price->per_gb * network_bytes(sim, p) / 1e9;
}

static double measured_h(const struct sim *sim) {
  return sim->now_ns > sim->warmup_ns ? (double)(sim->now_ns - sim->warmup_ns) / 3600e9 : 0;
}

/* Requests of all clients that were answered well. */
static double answered_well(struct sim *sim) {
  struct watch watch = {0};
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *m = &sim->member[i];
    if (m->kind->is_source && m->kind->watch) m->kind->watch(sim, m, &watch);
  }
  return (double)watch.ended[OUTCOME_OK];
}

void price_collect(struct sim *sim, struct component *component, struct metrics *out) {
  if (component->spec->price == NULL) return;
  double cost = cost_of(sim, component);
  const char *name = component->spec->name;
  metric_quotient(out, UNIT_MONEY, cost, measured_h(sim), "%s.cost.hour", name);
  metric_quotient(out, UNIT_MONEY, cost, answered_well(sim), "%s.cost.request", name);
}

void prices_collect(struct sim *sim, struct metrics *out) {
  double cost = 0;
  bool any = false;
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    any |= sim->component[c].spec->price != NULL;
    cost += cost_of(sim, &sim->component[c]);
  }
  for (uint32_t p = 0; p < sim->spec->paths; p++) {
    const struct path_spec *path = &sim->spec->path[p];
    if (path->price == NULL) continue;
    any = true;
    double of_path = cost_of_path(sim, p, measured_h(sim));
    const char *from = spec_path_from(sim->spec, path), *to = spec_path_to(sim->spec, path);
    cost += of_path;
    metric_quotient(out, UNIT_MONEY, of_path, measured_h(sim), "path.%s.%s.cost.hour", from, to);
    metric_quotient(out, UNIT_MONEY, of_path, answered_well(sim), "path.%s.%s.cost.request", from,
                    to);
  }
  if (!any) return;
  metric_quotient(out, UNIT_MONEY, cost, measured_h(sim), "cost.hour");
  metric_quotient(out, UNIT_MONEY, cost, answered_well(sim), "cost.request");
}
