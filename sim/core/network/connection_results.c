/* What connections did, as metrics of their path, and that none got lost. */
#include <inttypes.h>
#include <stdio.h>

#include "arena.h"
#include "checks.h"
#include "metric.h"
#include "network/connection.h"

void connections_reset(struct sim *sim) {
  struct connections *c = sim->connections;
  if (c == NULL) return;
  for (uint32_t p = 0; p < sim->spec->paths; p++) {
    c->at_warmup[p] = c->count[p];
    level_reset(&c->open[p], sim->now_ns);
    hist_clear(&c->setup[p]);
  }
  for (uint32_t i = 0; i < sim->members; i++) {
    struct accept_state *at = c->accept[i];
    if (at == NULL) continue;
    accept_settle(sim, at);
    level_reset(&at->held, sim->now_ns);
    at->half_open_max = at->half_open;
    at->queued_max = at->queued;
    at->held_max = at->held.value;
    at->dropped = 0;
  }
}

static void collect_path(struct sim *sim, uint32_t p, double time_s, struct metrics *out) {
  struct connections *c = sim->connections;
  const struct path_spec *path = &sim->spec->path[p];
  const struct connection_counts *now = &c->count[p], *before = &c->at_warmup[p];
  char name[160];
  const char *from = spec_path_from(sim->spec, path);
  const char *to = spec_path_to(sim->spec, path);
  snprintf(name, sizeof name, "path.%s.%s", from, to);
  double calls = (double)(now->calls - before->calls);
  struct hist *setup = &c->setup[p];
  hist_settle(setup);
  metric_counted(out, UNIT_COUNT, (double)(now->opened - before->opened), 1, "%s.opened", name);
  metric_counted(out, UNIT_COUNT, (double)(now->failed - before->failed), 1, "%s.failed", name);
  metric_counted(out, UNIT_RATIO, (double)(now->reused - before->reused), calls, "%s.reused", name);
  metric_quotient(out, UNIT_COUNT, level_integral_ns(&c->open[p], sim->now_ns) / 1e9, time_s,
                  "%s.open", name);
  metric_quotient(out, UNIT_SECONDS, (double)hist_sum(setup) / 1e9, (double)hist_count(setup),
                  "%s.setup.mean", name);
  metric_quantile(out, setup, 0.5, "%s.setup.p50", name);
  metric_quantile(out, setup, 0.95, "%s.setup.p95", name);
  metric_quantile(out, setup, 0.99, "%s.setup.p99", name);
  metric_counted(out, UNIT_RATIO, (double)(now->again - before->again),
                 (double)(now->segments - before->segments), "%s.sent_again", name);
  metric_counted(out, UNIT_COUNT, (double)(now->timeouts - before->timeouts), 1, "%s.timeouts",
                 name);
  if (path->connect.check != CHECK_NONE) {
    metric_counted(out, UNIT_COUNT, (double)(now->checks - before->checks), 1, "%s.checks", name);
    metric_counted(out, UNIT_COUNT, (double)(now->unchecked - before->unchecked), 1, "%s.unchecked",
                   name);
  }
  if (!c->closes) return;
  metric_counted(out, UNIT_COUNT, (double)(now->raced - before->raced), 1, "%s.raced", name);
}

static void collect_accept(struct sim *sim, const struct component *component, double time_s,
                           struct metrics *out) {
  double held_s = 0, half_open = 0, backlog = 0, most = 0, dropped = 0;
  bool any = false;
  for (uint32_t i = 0; i < component->members; i++) {
    struct accept_state *at = sim->connections->accept[component->member[i].id];
    if (at == NULL) continue;
    any = true;
    accept_settle(sim, at);
    held_s += level_integral_ns(&at->held, sim->now_ns) / 1e9;
    if ((double)at->half_open_max > half_open) half_open = (double)at->half_open_max;
    if ((double)at->queued_max > backlog) backlog = (double)at->queued_max;
    if ((double)at->held_max > most) most = (double)at->held_max;
    dropped += (double)at->dropped;
  }
  if (!any) return;
  const char *name = component->spec->name;
  metric_extreme(out, METRIC_MAX, UNIT_COUNT, true, half_open, "%s.accept.half_open.max", name);
  metric_extreme(out, METRIC_MAX, UNIT_COUNT, true, backlog, "%s.accept.backlog.max", name);
  metric_quotient(out, UNIT_COUNT, held_s, time_s, "%s.accept.held", name);
  metric_extreme(out, METRIC_MAX, UNIT_COUNT, true, most, "%s.accept.held.max", name);
  metric_counted(out, UNIT_COUNT, dropped, 1, "%s.accept.dropped", name);
}

void connections_collect(struct sim *sim, struct metrics *out) {
  if (sim->connections == NULL) return;
  double time_s = sim->now_ns > sim->warmup_ns ? (double)(sim->now_ns - sim->warmup_ns) / 1e9 : 0;
  for (uint32_t p = 0; p < sim->spec->paths; p++) {
    if (sim->spec->path[p].tcp) collect_path(sim, p, time_s, out);
  }
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    collect_accept(sim, &sim->component[c], time_s, out);
  }
}

/* --- conservation --------------------------------------------------------------------------- */

/* Calls that say they are on a connection. */
static uint64_t riding(const struct sim *sim) {
  uint64_t n = 0;
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    const struct ride *ride = ride_of(sim, f);
    if (ride && ride->phase != RIDE_HANDSHAKE && ride_connection(sim, ride)) n++;
  }
  return n;
}

/* Every connection that was opened is closed or there; every call on one is on its list; every
 * place that a server has given is that of a connection. */
void connections_check(struct sim *sim, struct checks *out) {
  const struct connections *c = sim->connections;
  if (c == NULL) return;
  uint64_t opened = 0, closed = 0, there = 0, calls = 0, held = 0, half_open = 0, queued = 0;
  for (uint32_t p = 0; p < sim->spec->paths; p++) {
    opened += c->count[p].opened;
    closed += c->count[p].closed;
  }
  for (uint32_t i = 0; i < c->n; i++) {
    if (c->list[i].state == CONNECTION_FREE) continue;
    there++;
    calls += c->list[i].calls;
    held += c->list[i].accepted;
    half_open += c->list[i].half_open;
    queued += c->list[i].queued;
  }
  uint64_t on_them = riding(sim);
  for (uint32_t i = 0; i < sim->members; i++) {
    if (c->accept[i] == NULL) continue;
    held -= c->accept[i]->held.value - c->accept[i]->lingering;
    half_open -= c->accept[i]->half_open;
    queued -= c->accept[i]->queued;
  }
  bool places = held == 0 && half_open == 0 && queued == 0;
  struct check *check = check_add(out, opened == closed + there && calls == on_them && places);
  snprintf(check->name, sizeof check->name, "conservation:connections");
  snprintf(check->detail, sizeof check->detail,
           "%" PRIu64 " opened = %" PRIu64 " closed + %" PRIu64 " there; %" PRIu64
           " calls on them = %" PRIu64 " calls that say so; places at servers %s",
           opened, closed, there, calls, on_them, places ? "agree" : "do not agree");
}
