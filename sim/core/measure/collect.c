/* What every component reports, and the checks of the run against physics. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "checks.h"
#include "cores.h"
#include "deadlock.h"
#include "engine.h"
#include "fault.h"
#include "held.h"
#include "leaks.h"
#include "life.h"
#include "message.h"
#include "network.h"
#include "network/access.h"
#include "network/connection.h"
#include "outbound.h"
#include "price.h"
#include "spell.h"
#include "timeline.h"
#include "trace.h"

void collect_reset(struct sim *sim) {
  sim->warm = true;
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *m = &sim->member[i];
    if (m->kind->before_reset) m->kind->before_reset(sim, m);
  }
  timeline_reset(sim, false);
  life_reset(sim);
  traces_reset(sim);
  spells_reset(sim, false);
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *m = &sim->member[i];
    sim->flow_at_warmup[i] = m->flow;
    sim->late[i] = 0;
    /* What it was down before is taken from what it will have been. */
    m->down_ns = m->down_since_ns == TIME_NEVER ? 0 : m->down_since_ns - sim->now_ns;
    m->downs = 0;
    struct station *st = member_station(m);
    if (st) station_reset(sim, st);
    meters_reset(sim, m);
    if (m->component->kind->reset) m->component->kind->reset(sim, m);
  }
  network_reset(sim);
  connections_reset(sim);
  held_reset(sim);
  messages_reset(sim);
  access_reset(sim);
  prices_reset(sim);
  outbounds_reset(sim);
  timeline_reset(sim, true);
  spells_reset(sim, true);
}

/* --- metrics of every component ------------------------------------------------------------- */

const struct metric_def common_metrics[] = {
    {"utilization", "ratio", "Share of the workers' time in which they were busy."},
    {"queue.mean", "", "Calls that waited, averaged over time."},
    {"queue.max", "", "Most calls that waited at once."},
    {"busy.mean", "", "Workers that were taken, averaged over time."},
    {"wait.mean", "s",
     "Mean time that a call waited for a worker; waits still running when the run ended count as "
     "long as they were by then."},
    {"wait.probability", "ratio", "Share of the calls that had to wait."},
    {"wait.p50", "s", "Median of that time. p95, p99 and p999 are its other quantiles."},
    {"wait.p95", "s", "Quantile 95 % of that time."},
    {"wait.p99", "s", "Quantile 99 % of that time."},
    {"wait.p999", "s", "Quantile 99.9 % of that time."},
    {"wait.sd", "s", "Standard deviation of that time."},
    {"service.mean", "s", "Mean time that a call held a worker."},
    {"arrivals", "", "Calls received."},
    {"completions", "", "Calls answered ok."},
    {"errors", "", "Calls answered otherwise, or swallowed."},
    {"arrival_rate", "1/s", "Calls received, per second."},
    {"throughput", "1/s", "Calls answered ok, per second."},
    {"availability", "ratio", "Share of the calls that were answered ok, and in time."},
    {"late", "",
     "Of the calls answered ok, those whose caller, or one further up, had given up: work for "
     "nobody."},
    {"blocked", "", "Calls on their way there that no `allow` lets pass; they never arrived."},
    {"uptime", "ratio",
     "Share of the time in which it was not down, did not hang and was not starting."},
    {"downtime", "s", "Time a year in which it was not up, if every day is as the time measured."},
    {"mtbf", "s", "Time for which it was up, for each time that it went down; undefined if none."},
    {"instances", "",
     "Members that were there, averaged over time; where controls or faults start or stop some."},
    {"deadlocked", "",
     "Calls that waited for a worker at the end and could never get one: all were held by calls "
     "that waited for calls like these. Only where workers are held while their calls wait."},
    {"leaked", "",
     "Workers held at the end by calls that can never be answered: a message that they waited for "
     "was lost, and nobody gives them up. Only where messages may be lost and a call that a worker "
     "waits for has no timeout."},
    {"sessions", "",
     "Sessions of clients that stood there, averaged over time; where some client has a "
     "`session`."},
    {"sessions.max", "", "Most sessions that stood there at once, of one member."},
    {"sessions.refused", "", "Sessions refused because all places (`sessions`) were taken."},
    {"sessions.lost", "", "Sessions that a crash, or the end of a drain, cut off."},
    {"cost.hour", "money", "What it costs an hour; only of what has a `price`."},
    {"cost.request", "money",
     "What it costs for each request that clients had answered well; only of what has a `price`."},
    {0},
};

bool metric_of_station(const char *name) {
  static const char *const head[] = {"utilization", "queue.", "busy.", "wait.", "service."};
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
    if (!strncmp(name, head[i], strlen(head[i]))) return true;
  }
  return false;
}

struct sums {
  double seconds; /* measured time, added over members */
  double arrivals, ok, late, errors, up_s, downs;
  bool station, limited, host; /* host: what is busy are cores */
  double queued_s, busy_s, worker_s, hold_s, left, queue_max;
  struct hist *wait;
};

static double measured_s(const struct sim *sim) {
  return sim->now_ns > sim->warmup_ns ? (double)(sim->now_ns - sim->warmup_ns) / 1e9 : 0;
}

static void add_station(struct sim *sim, struct station *st, double there_s, struct sums *s) {
  const struct station_totals totals = station_totals(sim, st);
  const struct station_totals *a = &st->at_warmup, *b = &totals;
  s->station = true;
  s->queued_s += (double)(b->queued_ns - a->queued_ns) / 1e9;
  s->busy_s += st->busy_apart ? (double)(b->busy_ns - a->busy_ns) / 1e9
                              : (double)(b->held_ns - a->held_ns) / 1e9;
  s->limited = st->workers != PARAM_UNLIMITED;
  if (s->limited) s->worker_s += (double)(st->workers - st->riders) * there_s;
  s->hold_s += (double)(b->hold_ns - a->hold_ns) / 1e9;
  s->left += (double)(b->left - a->left);
  if ((double)st->queue_max > s->queue_max) s->queue_max = (double)st->queue_max;
  if (s->wait != &st->wait) hist_merge(s->wait, &st->wait);
}

/* The waits that were not over when the run ended, by member. They count as long as they are by
 * then: who waits for ever is not left out. Not before the end, since waits that go on would count
 * again. */
struct unfinished {
  uint32_t *first; /* by member: a wait, or SLOT_NONE */
  uint32_t waits, capacity;
  struct unfinished_wait {
    uint64_t ns;
    uint32_t next;
  } * wait;
};

static struct unfinished unfinished_waits(struct sim *sim) {
  struct unfinished u = {.first = mem_alloc((sim->members + 1) * sizeof *u.first)};
  memset(u.first, 0xff, (sim->members + 1) * sizeof *u.first);
  if (sim->now_ns < sim->end_ns) return u;
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    if (frame_state(f) != FRAME_QUEUED) continue;
    if (u.waits == u.capacity) {
      u.capacity = u.capacity ? 2 * u.capacity : 64;
      u.wait = mem_resize(u.wait, u.capacity * sizeof *u.wait);
    }
    uint32_t *first = &u.first[frame_callee(f)];
    u.wait[u.waits] = (struct unfinished_wait){sim->now_ns - f->mark_ns, *first};
    *first = u.waits++;
  }
  return u;
}

static void unfinished_add(const struct unfinished *u, uint32_t member, struct hist *to) {
  for (uint32_t i = u->first[member]; i != SLOT_NONE; i = u->wait[i].next) {
    hist_add(to, u->wait[i].ns);
  }
}

static void unfinished_free(struct unfinished *u) {
  free(u->first);
  free(u->wait);
}

/* Of a single member its own, since collecting is done often (batches) and copying takes long. */
static struct hist *waits_of(struct sim *sim, struct member *member, uint32_t members,
                             const struct unfinished *u) {
  struct station *st = members == 1 ? member_station(member) : NULL;
  bool all_over = u->first[member->id] == SLOT_NONE;
  return st != NULL && all_over ? &st->wait : sim_keep_hist(sim);
}

static void add_cores(const struct sim *sim, const struct cores *cores, double there_s,
                      struct sums *s) {
  s->host = true;
  s->busy_s += level_integral_ns(&cores->busy, sim->now_ns) / 1e9;
  s->worker_s += (double)cores->cores * there_s;
}

static void add_member(struct sim *sim, struct member *m, const struct unfinished *u,
                       struct sums *s) {
  double there_s = life_there_s(sim, m);
  s->seconds += there_s;
  const struct flow *before = &sim->flow_at_warmup[m->id];
  s->arrivals += (double)(m->flow.arrivals - before->arrivals);
  s->ok += (double)(m->flow.ok - before->ok);
  s->errors += (double)(m->flow.errors - before->errors);
  s->late += (double)sim->late[m->id];
  uint64_t down_ns = m->down_ns;
  if (m->down_since_ns != TIME_NEVER) down_ns += sim->now_ns - m->down_since_ns;
  s->up_s += there_s - (double)down_ns / 1e9;
  s->downs += m->downs;
  struct station *st = member_station(m);
  if (st) add_station(sim, st, there_s, s);
  if (m->kind->lodging) add_cores(sim, m->kind->cores(m), there_s, s);
  unfinished_add(u, m->id, s->wait);
}

/* `time_s`: how long was measured, of a member of several while it was there; of a component, rates
 * and queues are those of all members. */
static void emit_common(struct sums *s, double time_s, const char *name, struct metrics *out) {
  bool limited = s->host || (s->station && s->limited);
  metric_quotient(out, UNIT_RATIO, s->busy_s, limited ? s->worker_s : 0, "%s.utilization", name);
  metric_quotient(out, UNIT_COUNT, s->queued_s, s->station ? time_s : 0, "%s.queue.mean", name);
  metric_extreme(out, METRIC_MAX, UNIT_COUNT, s->station, s->queue_max, "%s.queue.max", name);
  metric_quotient(out, UNIT_COUNT, s->busy_s, s->station ? time_s : 0, "%s.busy.mean", name);
  hist_settle(s->wait);
  double waits = (double)hist_count(s->wait);
  metric_quotient(out, UNIT_SECONDS, (double)hist_sum(s->wait) / 1e9, waits, "%s.wait.mean", name);
  metric_counted(out, UNIT_RATIO, waits - (double)hist_zeros(s->wait), waits, "%s.wait.probability",
                 name);
  metric_quantile(out, s->wait, 0.5, "%s.wait.p50", name);
  metric_quantile(out, s->wait, 0.95, "%s.wait.p95", name);
  metric_quantile(out, s->wait, 0.99, "%s.wait.p99", name);
  metric_quantile(out, s->wait, 0.999, "%s.wait.p999", name);
  metric_deviation(out, s->wait, "%s.wait.sd", name);
  metric_quotient(out, UNIT_SECONDS, s->hold_s, s->left, "%s.service.mean", name);
  metric_counted(out, UNIT_COUNT, s->arrivals, 1, "%s.arrivals", name);
  metric_counted(out, UNIT_COUNT, s->ok, 1, "%s.completions", name);
  metric_counted(out, UNIT_COUNT, s->errors, 1, "%s.errors", name);
  metric_counted(out, UNIT_PER_SECOND, s->arrivals, time_s, "%s.arrival_rate", name);
  metric_counted(out, UNIT_PER_SECOND, s->ok, time_s, "%s.throughput", name);
  metric_counted(out, UNIT_RATIO, s->ok - s->late, s->ok + s->errors, "%s.availability", name);
  metric_counted(out, UNIT_COUNT, s->late, 1, "%s.late", name);
  metric_quotient(out, UNIT_RATIO, s->up_s, s->seconds, "%s.uptime", name);
  metric_quotient(out, UNIT_SECONDS, (s->seconds - s->up_s) * YEAR_S, s->seconds, "%s.downtime",
                  name);
  metric_quotient(out, UNIT_SECONDS, s->up_s, s->downs, "%s.mtbf", name);
}

/* Of members without a value nothing is known. */
static void collect_worst(const struct sim *sim, struct metrics *out) {
  for (uint32_t i = 0; i < sim->spec->wanted.worsts; i++) {
    const struct worst_spec *worst = &sim->spec->wanted.worst[i];
    struct metric of = out->list[worst->of[0]];
    for (uint32_t k = 1; k < worst->n; k++) {
      double one = metric_value(&out->list[worst->of[k]]), before = metric_value(&of);
      if (isnan(before) || (worst->largest ? one > before : one < before)) {
        of = out->list[worst->of[k]];
      }
    }
    double value = metric_value(&of);
    bool any = !isnan(value);
    if (of.merge == METRIC_MAX && worst->largest) {
      metric_extreme(out, METRIC_MAX, of.unit, any, value, "%s", worst->name);
      continue;
    }
    if (of.counted && of.share_of_s == 0) {
      metric_counted(out, of.unit, of.num, of.den, "%s", worst->name);
    } else {
      metric_quotient(out, of.unit, any ? value : 0, any, "%s", worst->name);
    }
    out->list[out->n - 1].one_of_many = true;
  }
}

void sim_collect(struct sim *sim, struct metrics *out) {
  out->percentiles = sim->spec->wanted.percentiles;
  out->percentile = sim->spec->wanted.percentile;
  struct unfinished u = unfinished_waits(sim);
  /* As waits that are not over: at the end alone. */
  uint64_t *deadlocked = sim->now_ns < sim->end_ns ? NULL : deadlock_count(sim);
  uint64_t *leaked = sim->now_ns < sim->end_ns ? NULL : leaks_count(sim);
  struct arena *scratch = arena_new(); /* one for all: its first piece is 64 KiB to be cleared */
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    struct component *component = &sim->component[c];
    if (component->kind->collect) component->kind->collect(sim, component, out);
    meters_collect(sim, component, out);
    outbounds_collect(sim, component, out);
    messages_collect(sim, component, out);
    access_collect(sim, component, out);
    held_collect(sim, component, out);
    price_collect(sim, component, out);
    if (component->kind->is_source) continue;
    struct sums all = {.wait = waits_of(sim, component->member, component->members, &u)};
    for (uint32_t i = 0; i < component->members; i++)
      add_member(sim, &component->member[i], &u, &all);
    emit_common(&all, measured_s(sim), component->spec->name, out);
    if (component->spec->comes_and_goes || faults_plan_absence(sim, component)) {
      metric_quotient(out, UNIT_COUNT, all.seconds, measured_s(sim), "%s.instances",
                      component->spec->name);
    }
    if (deadlock_possible(sim, component, scratch)) {
      metric_quotient(out, UNIT_COUNT, deadlocked ? (double)deadlocked[c] : 0, 1, "%s.deadlocked",
                      component->spec->name);
    }
    if (leak_possible(sim, component, NULL, scratch) && all.limited) {
      metric_quotient(out, UNIT_COUNT, leaked ? (double)leaked[c] : 0, 1, "%s.leaked",
                      component->spec->name);
    }
    for (uint32_t i = 0; component->members > 1 && i < component->members; i++) {
      struct sums one = {.wait = waits_of(sim, &component->member[i], 1, &u)};
      char name[128];
      snprintf(name, sizeof name, "%s[%u]", component->spec->name, i + 1);
      add_member(sim, &component->member[i], &u, &one);
      emit_common(&one, one.seconds, name, out);
    }
  }
  unfinished_free(&u);
  free(deadlocked);
  free(leaked);
  arena_free(scratch);
  network_collect(sim, out);
  connections_collect(sim, out);
  prices_collect(sim, out);
  collect_worst(sim, out);
}
