/* What every component reports, and the checks of the run against physics. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "checks.h"
#include "engine.h"
#include "life.h"
#include "outbound.h"
#include "timeline.h"
#include "trace.h"

static struct station *station_of(struct member *m) {
  return m->component->kind->station ? m->component->kind->station(m) : NULL;
}

void collect_reset(struct sim *sim) {
  sim->warm = true;
  life_reset(sim);
  traces_reset(sim);
  timeline_reset(sim, false);
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *m = &sim->member[i];
    sim->flow_at_warmup[i] = m->flow;
    m->down_ns = 0;
    if (m->down_since_ns != TIME_NEVER) m->down_since_ns = sim->now_ns;
    struct station *st = station_of(m);
    if (st) station_reset(sim, st);
    meters_reset(sim, m);
    if (m->component->kind->reset) m->component->kind->reset(sim, m);
  }
  network_reset(sim);
  outbounds_reset(sim);
  timeline_reset(sim, true);
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
    {"wait.p50", "s", "Median of that time; p95, p99 and p999 likewise."},
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
    {"availability", "ratio", "Share of the calls that were answered ok."},
    {"uptime", "ratio", "Share of the time in which it neither lay crashed nor hung nor started."},
    {"instances", "",
     "Members that were there, averaged over time; where faults stop or join some."},
    {0},
};

struct sums {
  double seconds; /* measured time, added over members */
  double arrivals, ok, errors, up_s;
  bool station, limited;
  double queued_s, busy_s, worker_s, hold_s, left, queue_max;
  struct hist *wait;
};

static double measured_s(const struct sim *sim) {
  return sim->now_ns > sim->warmup_ns ? (double)(sim->now_ns - sim->warmup_ns) / 1e9 : 0;
}

static void add_station(struct sim *sim, struct station *st, double there_s, struct sums *s) {
  station_settle(sim, st);
  const struct station_totals *a = &st->at_warmup, *b = &st->totals;
  s->station = true;
  s->queued_s += (double)(b->queued_ns - a->queued_ns) / 1e9;
  s->busy_s += st->discipline == DISCIPLINE_PS ? (double)(b->busy_ns - a->busy_ns) / 1e9
                                               : (double)(b->held_ns - a->held_ns) / 1e9;
  s->limited = st->workers != PARAM_UNLIMITED;
  if (s->limited) s->worker_s += (double)st->workers * there_s;
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
  struct station *st = members == 1 ? station_of(member) : NULL;
  bool all_over = u->first[member->id] == SLOT_NONE;
  return st != NULL && all_over ? &st->wait : sim_keep_hist(sim);
}

static void add_member(struct sim *sim, struct member *m, const struct unfinished *u,
                       struct sums *s) {
  double there_s = life_there_s(sim, m);
  s->seconds += there_s;
  const struct flow *before = &sim->flow_at_warmup[m->id];
  s->arrivals += (double)(m->flow.arrivals - before->arrivals);
  s->ok += (double)(m->flow.ok - before->ok);
  s->errors += (double)(m->flow.errors - before->errors);
  uint64_t down_ns = m->down_ns;
  if (m->down_since_ns != TIME_NEVER) down_ns += sim->now_ns - m->down_since_ns;
  s->up_s += there_s - (double)down_ns / 1e9;
  struct station *st = station_of(m);
  if (st) add_station(sim, st, there_s, s);
  unfinished_add(u, m->id, s->wait);
}

/* `time_s`: how long was measured, of a member while it was there; of a group, rates and queues are
 * those of all members. */
static void emit_common(struct sums *s, double time_s, const char *name, struct metrics *out) {
  if (!s->station) s->limited = false;
  metric_quotient(out, UNIT_RATIO, s->busy_s, s->limited ? s->worker_s : 0, "%s.utilization", name);
  metric_quotient(out, UNIT_COUNT, s->queued_s, s->station ? time_s : 0, "%s.queue.mean", name);
  metric_extreme(out, METRIC_MAX, UNIT_COUNT, s->station, s->queue_max, "%s.queue.max", name);
  metric_quotient(out, UNIT_COUNT, s->busy_s, s->station ? time_s : 0, "%s.busy.mean", name);
  hist_settle(s->wait);
  double waits = (double)hist_count(s->wait);
  metric_quotient(out, UNIT_SECONDS, (double)hist_sum(s->wait) / 1e9, waits, "%s.wait.mean", name);
  metric_quotient(out, UNIT_RATIO, waits - (double)hist_zeros(s->wait), waits,
                  "%s.wait.probability", name);
  metric_quantile(out, s->wait, 0.5, "%s.wait.p50", name);
  metric_quantile(out, s->wait, 0.95, "%s.wait.p95", name);
  metric_quantile(out, s->wait, 0.99, "%s.wait.p99", name);
  metric_quantile(out, s->wait, 0.999, "%s.wait.p999", name);
  metric_deviation(out, s->wait, "%s.wait.sd", name);
  metric_quotient(out, UNIT_SECONDS, s->hold_s, s->left, "%s.service.mean", name);
  metric_quotient(out, UNIT_COUNT, s->arrivals, 1, "%s.arrivals", name);
  metric_quotient(out, UNIT_COUNT, s->ok, 1, "%s.completions", name);
  metric_quotient(out, UNIT_COUNT, s->errors, 1, "%s.errors", name);
  metric_quotient(out, UNIT_PER_SECOND, s->arrivals, time_s, "%s.arrival_rate", name);
  metric_quotient(out, UNIT_PER_SECOND, s->ok, time_s, "%s.throughput", name);
  metric_quotient(out, UNIT_RATIO, s->ok, s->ok + s->errors, "%s.availability", name);
  metric_quotient(out, UNIT_RATIO, s->up_s, s->seconds, "%s.uptime", name);
}

void sim_collect(struct sim *sim, struct metrics *out) {
  struct unfinished u = unfinished_waits(sim);
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    struct component *component = &sim->component[c];
    if (component->kind->collect) component->kind->collect(sim, component, out);
    meters_collect(sim, component, out);
    outbounds_collect(sim, component, out);
    if (component->kind->is_source) continue;
    struct sums all = {.wait = waits_of(sim, component->member, component->members, &u)};
    for (uint32_t i = 0; i < component->members; i++)
      add_member(sim, &component->member[i], &u, &all);
    double all_s = component->members > 1 ? measured_s(sim) : all.seconds;
    emit_common(&all, all_s, component->spec->name, out);
    if (faults_plan_absence(sim, component)) {
      metric_quotient(out, UNIT_COUNT, all.seconds, measured_s(sim), "%s.instances",
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
  network_collect(sim, out);
}

/* --- the list of metrics -------------------------------------------------------------------- */

static struct metric *metric_add(struct metrics *m, const char *name, va_list args) {
  if (m->n == m->capacity) {
    m->capacity = m->capacity ? 2 * m->capacity : 64;
    m->list = mem_resize(m->list, m->capacity * sizeof *m->list);
  }
  struct metric *metric = &m->list[m->n++];
  *metric = (struct metric){0};
  if (!m->unnamed) {
    char text[256];
    vsnprintf(text, sizeof text, name, args);
    metric->name = mem_text(text);
  }
  return metric;
}

void metric_quotient(struct metrics *m, enum metric_unit unit, double num, double den,
                     const char *name, ...) {
  va_list args;
  va_start(args, name);
  struct metric *metric = metric_add(m, name, args);
  va_end(args);
  metric->merge = METRIC_QUOTIENT;
  metric->unit = unit;
  metric->num = num;
  metric->den = den;
}

void metric_extreme(struct metrics *m, enum metric_merge which, enum metric_unit unit, bool any,
                    double value, const char *name, ...) {
  va_list args;
  va_start(args, name);
  struct metric *metric = metric_add(m, name, args);
  va_end(args);
  metric->merge = which;
  metric->unit = unit;
  metric->num = any ? value : 0;
  metric->den = any ? 1 : 0;
}

void metric_quantile(struct metrics *m, struct hist *hist, double q, const char *name, ...) {
  va_list args;
  va_start(args, name);
  struct metric *metric = metric_add(m, name, args);
  va_end(args);
  metric->merge = METRIC_QUANTILE;
  metric->unit = UNIT_SECONDS;
  metric->hist = hist;
  metric->q = q;
}

void metric_deviation(struct metrics *m, struct hist *hist, const char *name, ...) {
  va_list args;
  va_start(args, name);
  struct metric *metric = metric_add(m, name, args);
  va_end(args);
  metric->merge = METRIC_DEVIATION;
  metric->unit = UNIT_SECONDS;
  metric->hist = hist;
}

double metric_value(const struct metric *metric) {
  if (metric->merge == METRIC_QUANTILE) return hist_quantile(metric->hist, metric->q) / 1e9;
  if (metric->merge == METRIC_DEVIATION) return hist_deviation(metric->hist) / 1e9;
  if (metric->den == 0) return NAN;
  return metric->merge == METRIC_QUOTIENT ? metric->num / metric->den : metric->num;
}

void metrics_settle(struct metrics *m) {
  for (uint32_t i = 0; i < m->n; i++) {
    if (metric_is_of_hist(m->list[i].merge)) hist_settle(m->list[i].hist);
  }
}

void metrics_free(struct metrics *m) {
  for (uint32_t i = 0; i < m->n; i++) free((char *)m->list[i].name);
  free(m->list);
  *m = (struct metrics){0};
}

/* --- calls that nobody will ever answer ----------------------------------------------------- */

/* The calls whose caller gives up some time: marks by slot. */
struct timed {
  const struct sim *sim;
  bool *mark;
};

static void mark_timed(void *context, const struct event *event) {
  const struct timed *timed = context;
  if ((event_ref(event) & 15) != EVENT_TIMEOUT) return;
  uint32_t slot = event_ref(event) >> 4;
  if (frame_at(timed->sim, slot)->stamp == event_arg(event)) timed->mark[slot] = true;
}

static struct timed timed_calls(const struct sim *sim) {
  struct timed timed = {sim, mem_zeroed(sim->calls.used, sizeof *timed.mark)};
  fel_visit(&sim->fel, mark_timed, &timed);
  faults_visit(sim, mark_timed, &timed);
  return timed;
}

/* The root call that waits, over any number of hops, for `frame`; NULL if nobody does, or not for
 * ever. */
static struct frame *root_waiting_for(const struct timed *timed, struct frame *frame) {
  while (!(frame->flags & CALL_ABANDONED) && !timed->mark[frame_slot(timed->sim, frame)]) {
    if (frame->flags & CALL_ROOT) return frame;
    struct frame *parent = frame_at(timed->sim, frame->parent);
    if (parent->stamp != frame->parent_stamp || frame_state(parent) != FRAME_WAITING) return NULL;
    frame = parent;
  }
  return NULL;
}

struct stranded sim_stranded(struct sim *sim) {
  struct stranded s = {0};
  if (sim->calls.lost == 0) return s;
  struct timed timed = timed_calls(sim);
  uint32_t capacity = 0, slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    if (frame_state(f) != FRAME_LOST) continue;
    struct frame *root = root_waiting_for(&timed, f);
    if (!root || root->site & SITE_STRANDED) continue;
    if (s.n == capacity) {
      capacity = capacity ? 2 * capacity : 64;
      s.root = mem_resize(s.root, capacity * sizeof *s.root);
      s.cause = mem_resize(s.cause, capacity * sizeof *s.cause);
    }
    s.root[s.n] = root;
    s.cause[s.n++] = (enum outcome)f->pending;
    root->site |= SITE_STRANDED; /* a fan-out may have lost several messages */
  }
  for (uint32_t i = 0; i < s.n; i++) s.root[i]->site &= (uint16_t)~SITE_STRANDED;
  free(timed.mark);
  return s;
}

/* --- physics -------------------------------------------------------------------------------- */

struct check *check_add(struct checks *c, bool pass) {
  if (c->n == c->capacity) {
    c->capacity = c->capacity ? 2 * c->capacity : 16;
    c->list = mem_resize(c->list, c->capacity * sizeof *c->list);
  }
  struct check *check = &c->list[c->n++];
  memset(check, 0, sizeof *check);
  check->pass = pass;
  return check;
}

static void member_name(const struct member *m, char *out, size_t size) {
  if (m->component->members == 1) {
    snprintf(out, size, "%s", m->component->spec->name);
  } else {
    snprintf(out, size, "%s[%u]", m->component->spec->name, m->index);
  }
}

void check_member(struct checks *checks, const struct member *member, const char *what, bool pass,
                  const char *detail, ...) {
  struct check *check = check_add(checks, pass);
  char name[80];
  member_name(member, name, sizeof name);
  snprintf(check->name, sizeof check->name, "%s:%s", what, name);
  va_list args;
  va_start(args, detail);
  vsnprintf(check->detail, sizeof check->detail, detail, args);
  va_end(args);
}

/* Every call made ended in exactly one way or is still somewhere. */
static void check_calls(struct sim *sim, struct checks *out) {
  const struct calls *calls = &sim->calls;
  uint64_t live = 0;
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) live++;
  uint64_t ended = calls->answered + calls->late + calls->orphaned;
  struct check *check = check_add(out, calls->made == ended + live && calls->freed == ended);
  snprintf(check->name, sizeof check->name, "conservation:calls");
  snprintf(check->detail, sizeof check->detail,
           "%" PRIu64 " calls made = %" PRIu64 " answered + %" PRIu64 " late + %" PRIu64
           " orphaned + %" PRIu64 " in flight (of these sent into nothing: %" PRIu64 ")",
           calls->made, calls->answered, calls->late, calls->orphaned, live, calls->lost);
}

struct presence {
  uint64_t handled; /* calls at the member, those whose caller has its answer apart */
  station_integral queued_ns, held_ns; /* unfinished waits and holds up to now */
};

static struct presence *presences(struct sim *sim) {
  struct presence *p = mem_zeroed(sim->members ? sim->members : 1, sizeof *p);
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    struct presence *at = &p[frame_callee(f)];
    if (frame_state(f) == FRAME_HELD_UP) at->handled += !(f->flags & (CALL_DETACHED | CALL_PROBE));
    if (!frame_is_handled(f)) continue;
    if (!(f->flags & CALL_DETACHED)) at->handled++;
    if (f->flags & CALL_RELEASED) continue;
    if (frame_state(f) == FRAME_QUEUED) {
      at->queued_ns += sim->now_ns - f->mark_ns;
    } else {
      at->held_ns += sim->now_ns - f->mark_ns;
    }
  }
  return p;
}

static void check_flow(const struct member *m, const struct presence *p, const char *name,
                       struct checks *out) {
  uint64_t ended = m->flow.ok + m->flow.errors;
  struct check *check = check_add(out, m->flow.arrivals == ended + p->handled);
  snprintf(check->name, sizeof check->name, "flow:%s", name);
  snprintf(check->detail, sizeof check->detail,
           "%" PRIu64 " arrivals = %" PRIu64 " answered ok + %" PRIu64 " errors + %" PRIu64
           " in the system",
           m->flow.arrivals, m->flow.ok, m->flow.errors, p->handled);
}

/* Little's law as an identity of the sample path: the time integral of the number present equals
 * the sum of the times spent. Both are whole nanoseconds, added up in different places. */
static void check_little(struct sim *sim, struct station *st, const struct presence *p,
                         const char *name, struct checks *out) {
  station_settle(sim, st);
  const struct station_totals *t = &st->totals;
  bool queue_ok = t->queued_ns == t->wait_ns + t->lost_wait_ns + p->queued_ns;
  bool held_ok = t->held_ns == t->hold_ns + t->lost_hold_ns + p->held_ns;
  struct check *check = check_add(out, queue_ok && held_ok);
  double seconds = (double)t->held_to_ns / 1e9;
  double present =
      (double)(t->queued_ns + t->held_ns) / (double)(t->held_to_ns ? t->held_to_ns : 1);
  double rate = t->started ? (double)t->started / seconds : 0;
  station_integral spent_ns =
      t->wait_ns + t->lost_wait_ns + p->queued_ns + t->hold_ns + t->lost_hold_ns + p->held_ns;
  double stay = t->started ? (double)spent_ns / 1e9 / (double)t->started : 0;
  snprintf(check->name, sizeof check->name, "little:%s", name);
  snprintf(check->detail, sizeof check->detail, "L = %.6g, lambda W = %.6g/s x %.6g s = %.6g",
           present, rate, stay, rate * stay);
}

/* A finite number of workers cannot be busier than always. */
static void check_utilization(struct sim *sim, const struct station *st, const char *name,
                              struct checks *out) {
  if (st->workers == PARAM_UNLIMITED) return;
  const struct station_totals *t = &st->totals;
  station_integral busy = st->discipline == DISCIPLINE_PS ? t->busy_ns : t->held_ns;
  double rho = sim->now_ns ? (double)busy / ((double)st->workers * (double)sim->now_ns) : 0;
  struct check *check = check_add(out, rho <= 1.0 + 1e-12);
  snprintf(check->name, sizeof check->name, "utilization:%s", name);
  snprintf(check->detail, sizeof check->detail, "workers busy %.4f of the time, at most 1", rho);
}

static void check_parts(const struct blame *blame, const char *name, struct checks *out) {
  struct check *check = check_add(out, blame->mismatch == 0);
  snprintf(check->name, sizeof check->name, "parts:%s", name);
  snprintf(check->detail, sizeof check->detail,
           "latency is the sum of its parts in all but %" PRIu64
           " of the requests followed, of which %u are kept",
           blame->mismatch, blame->samples);
}

struct check *sim_checks(struct sim *sim, uint32_t *n) {
  struct checks out = {0};
  check_calls(sim, &out);
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    const struct blame *blame = trace_of(sim, &sim->component[c]);
    if (blame) check_parts(blame, sim->component[c].spec->name, &out);
  }
  struct presence *present = presences(sim);
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *m = &sim->member[i];
    if (m->component->kind->is_source) continue;
    char name[80];
    member_name(m, name, sizeof name);
    check_flow(m, &present[i], name, &out);
    if (m->kind->check) m->kind->check(sim, m, &out);
    struct station *st = station_of(m);
    if (!st) continue;
    check_little(sim, st, &present[i], name, &out);
    check_utilization(sim, st, name, &out);
  }
  free(present);
  *n = out.n;
  return out.list;
}
