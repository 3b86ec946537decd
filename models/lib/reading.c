#include "reading.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "life.h"
#include "outline.h"
#include "station.h"
#include "tenancy.h"

/* --- names ---------------------------------------------------------------------------------- */

enum what {
  OF_METER,
  UTILIZATION,
  CORES,
  QUEUE,
  BUSY,
  IN_FLIGHT,
  WAIT,
  ARRIVALS,
  COMPLETIONS,
  ERRORS,
  OFFERED,
  GOODPUT,
  FAILURES,
  LATENCY,
  QUANTILE_50,
  QUANTILE_90,
  QUANTILE_95,
  QUANTILE_99,
};

enum whose { WITH_STATION, HOSTS, CALLED, SOURCES };

static const struct row {
  const char *name, *brief; /* brief: another way to write it; or NULL */
  enum what what;
  enum whose whose;
  enum reading_sort sort;
  enum limit_unit unit;
} rows[] = {
    {"utilization", NULL, UTILIZATION, WITH_STATION, READING_OF_MEMBERS, LIMIT_RATIO},
    {"utilization", "cpu", CORES, HOSTS, READING_OF_MEMBERS, LIMIT_RATIO},
    {"queue", "queue.mean", QUEUE, WITH_STATION, READING_TOTAL, LIMIT_PLAIN},
    {"busy", "busy.mean", BUSY, WITH_STATION, READING_TOTAL, LIMIT_PLAIN},
    {"in_flight", NULL, IN_FLIGHT, WITH_STATION, READING_TOTAL, LIMIT_PLAIN},
    {"wait", "wait.mean", WAIT, WITH_STATION, READING_VALUE, LIMIT_SECONDS},
    {"rate", "arrival_rate", ARRIVALS, CALLED, READING_TOTAL, LIMIT_PER_SECOND},
    {"throughput", NULL, COMPLETIONS, CALLED, READING_TOTAL, LIMIT_PER_SECOND},
    {"error_ratio", NULL, ERRORS, CALLED, READING_VALUE, LIMIT_RATIO},
    {"rate", "offered", OFFERED, SOURCES, READING_TOTAL, LIMIT_PER_SECOND},
    {"goodput", NULL, GOODPUT, SOURCES, READING_TOTAL, LIMIT_PER_SECOND},
    {"error_ratio", NULL, FAILURES, SOURCES, READING_VALUE, LIMIT_RATIO},
    {"latency", "latency.mean", LATENCY, SOURCES, READING_VALUE, LIMIT_SECONDS},
    {"p50", "latency.p50", QUANTILE_50, SOURCES, READING_VALUE, LIMIT_SECONDS},
    {"p90", "latency.p90", QUANTILE_90, SOURCES, READING_VALUE, LIMIT_SECONDS},
    {"p95", "latency.p95", QUANTILE_95, SOURCES, READING_VALUE, LIMIT_SECONDS},
    {"p99", "latency.p99", QUANTILE_99, SOURCES, READING_VALUE, LIMIT_SECONDS},
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool has_row(const struct kind *kind, const struct row *row) {
  switch (row->whose) {
    case WITH_STATION:
      return kind->station != NULL;
    case HOSTS:
      return kind->lodging != NULL;
    case CALLED:
      return !kind->is_source;
    case SOURCES:
      return kind->watch != NULL;
  }
  return false;
}

static const struct row *row_of(const struct watched_metric *metric) {
  const struct row *row = rows;
  while (row->what != metric->what) row++;
  return row;
}

const char *reading_name(const struct kind *kind, uint32_t i) {
  for (const struct row *row = rows; row < rows + ROWS; row++) {
    if (has_row(kind, row) && i-- == 0) return row->name;
  }
  for (const struct meter *m = kind->meters; m && m->name; m++) {
    if (i-- == 0) return m->name;
  }
  return NULL;
}

static const struct meter *meter_of(const struct kind *kind, const char *name) {
  const struct meter *m = kind->meters;
  while (m && m->name && strcmp(name, m->name) != 0) m++;
  return m && m->name ? m : NULL;
}

bool reading_find(const struct kind *kind, const char *name, struct watched_metric *out) {
  out->meter = NULL;
  out->what = OF_METER;
  for (const struct row *row = rows; row < rows + ROWS; row++) {
    if (!has_row(kind, row)) continue;
    if (strcmp(name, row->name) != 0 && (!row->brief || strcmp(name, row->brief) != 0)) continue;
    out->name = row->name;
    out->what = row->what;
    if (row->what == CORES) out->meter = meter_of(kind, "cores");
    return true;
  }
  out->meter = meter_of(kind, name);
  if (out->meter) out->name = out->meter->name;
  return out->meter != NULL;
}

enum reading_sort reading_sort(const struct watched_metric *metric) {
  if (metric->what != OF_METER) return row_of(metric)->sort;
  switch (metric->meter->type) {
    case METER_COUNT:
    case METER_LEVEL:
    case METER_BYTES:
    case METER_COST:
      return READING_TOTAL;
    case METER_RATIO:
    case METER_MEAN:
    case METER_MEAN_LEVEL:
    case METER_MEAN_BYTES:
    case METER_TIMES:
    case METER_SIZES:
      break;
  }
  return READING_VALUE;
}

enum limit_unit reading_unit(const struct watched_metric *metric) {
  if (metric->what != OF_METER) return row_of(metric)->unit;
  switch (metric->meter->type) {
    case METER_COUNT:
    case METER_COST:
      return LIMIT_PER_SECOND;
    case METER_RATIO:
      return LIMIT_RATIO;
    case METER_TIMES:
      return LIMIT_SECONDS;
    case METER_MEAN:
    case METER_LEVEL:
    case METER_MEAN_LEVEL:
    case METER_BYTES:
    case METER_MEAN_BYTES:
    case METER_SIZES:
      break;
  }
  return LIMIT_PLAIN;
}

bool reading_takes(const struct watched_metric *metric, const struct limit *limit, const char *key,
                   struct error *err) {
  static const char *const wanted[] = {[LIMIT_NONE] = "",
                                       [LIMIT_PLAIN] = "a number such as 100",
                                       [LIMIT_RATIO] = "a share such as \"70%\"",
                                       [LIMIT_SECONDS] = "a time such as \"250ms\"",
                                       [LIMIT_PER_SECOND] = "a rate such as \"100/s\""};
  enum limit_unit unit = reading_unit(metric);
  if (limit->unit == LIMIT_NONE || limit->unit == unit) return true;
  if (limit->unit == LIMIT_PLAIN && unit == LIMIT_RATIO) return true; /* 0.7 */
  return error_set(err, "watches %s, of which '%s' is %s", metric->name, key, wanted[unit]);
}

bool reading_is_there(const struct spec *spec, const struct watched_metric *metric,
                      struct error *err) {
  const struct component_spec *component = &spec->component[metric->component];
  if (metric->meter) {
    const struct kind *kind = component->kind;
    if (kind->has_meter == NULL || kind->has_meter(component->config, metric->meter)) return true;
    return error_set(err, "watches %s.%s, which is not counted as \"%s\" is configured",
                     component->name, metric->name, component->name);
  }
  if (row_of(metric)->whose == WITH_STATION &&
      !kind_has_station(component->kind, component->config)) {
    return error_set(err, "watches %s.%s, and \"%s\" has no workers and no queue", component->name,
                     metric->name, component->name);
  }
  if (metric->what != UTILIZATION || component->kind->outline == NULL) return true;
  struct outline outline;
  struct arena *arena = arena_new();
  outline_begin(&outline, arena);
  component->kind->outline(spec, component, OP_DEFAULT, &outline);
  bool limited = outline.workers != PARAM_UNLIMITED;
  arena_free(arena);
  if (limited) return true;
  return error_set(err,
                   "watches the utilization of \"%s\", which has any number of workers; give it "
                   "'workers', or watch another metric",
                   component->name);
}

/* --- looking -------------------------------------------------------------------------------- */

static bool is_quantile(const struct watched_metric *metric) {
  return metric->what >= QUANTILE_50;
}

static bool is_latency(const struct watched_metric *metric) {
  return metric->what >= LATENCY;
}

static bool is_of_source(const struct watched_metric *metric) {
  return metric->what >= OFFERED;
}

static bool is_level(const struct watched_metric *metric) {
  if (metric->what == OF_METER) {
    return meter_is_level(metric->meter);
  }
  return metric->what == QUEUE || metric->what == BUSY || metric->what == IN_FLIGHT;
}

static double seconds(const struct sim *sim) {
  return (double)sim->now_ns / 1e9;
}

static double busy_s(const struct sim *sim, const struct station *st) {
  const struct station_totals t = station_totals(sim, st);
  return (double)(st->busy_apart ? t.busy_ns : t.held_ns) / 1e9;
}

static void add_station(const struct sim *sim, const struct station *st, enum what what,
                        struct quotient *out) {
  const struct station_totals t = station_totals(sim, st);
  if (what == QUEUE || what == IN_FLIGHT) out->num += (double)t.queued_ns / 1e9;
  if (what == BUSY) out->num += busy_s(sim, st);
  if (what == IN_FLIGHT) out->num += (double)t.held_ns / 1e9;
  if (what != WAIT) return;
  out->num += (double)t.wait_ns / 1e9;
  out->den += (double)t.started;
}

static struct quotient of_source(const struct sim *sim, const struct reading *r) {
  const struct watch *counts = &r->counts;
  uint64_t ended = 0;
  for (int i = 0; i < OUTCOMES; i++) ended += counts->ended[i];
  uint64_t good = counts->ended[OUTCOME_OK];
  if (r->metric->what == FAILURES) {
    return (struct quotient){(double)(ended - good), (double)ended};
  }
  uint64_t n = r->metric->what == OFFERED ? counts->offered : good;
  return (struct quotient){(double)n, seconds(sim)};
}

/* All that was counted; what is over time is divided by the time. */
static struct quotient counted(struct sim *sim, const struct reading *r) {
  enum what what = r->metric->what;
  if (r->metric->meter) {
    struct quotient sum = meter_read(sim, r->component, r->metric->meter);
    if (meter_is_over_time(r->metric->meter)) sum.den = seconds(sim);
    if (what == CORES) {
      sum.den *= (double)r->component->kind->lodging(r->component->config).cores;
    }
    return sum;
  }
  if (is_of_source(r->metric)) return of_source(sim, r);
  struct quotient sum = {0, 0};
  for (uint32_t i = 0; i < r->component->members; i++) {
    struct member *m = &r->component->member[i];
    const struct station *st = member_station(m);
    if (st) add_station(sim, st, what, &sum);
    if (what == ARRIVALS) sum.num += (double)m->flow.arrivals;
    if (what == COMPLETIONS) sum.num += (double)m->flow.ok;
    if (what != ERRORS) continue;
    sum.num += (double)m->flow.errors;
    sum.den += (double)(m->flow.ok + m->flow.errors);
  }
  if (what != WAIT && what != ERRORS) sum.den = seconds(sim);
  return sum;
}

/* Work of those that were up all the time since the last look, and of how much they could do. One
 * that came up since then has no whole window yet. */
static struct quotient worked(const struct sim *sim, struct reading *r) {
  struct quotient sum = {0, 0};
  double time_s = (double)(sim->now_ns - r->since_ns) / 1e9;
  for (uint32_t i = 0; i < r->component->members; i++) {
    struct member *m = &r->component->member[i];
    bool up = m->phase == MEMBER_UP && !m->down && !m->hung;
    const struct station *st = member_station(m);
    double now_s = up ? busy_s(sim, st) : NAN;
    if (up && !isnan(r->busy_before[i]) && st->workers != PARAM_UNLIMITED) {
      sum.num += now_s - r->busy_before[i];
      sum.den += (double)(st->workers - st->riders) * time_s;
    }
    r->busy_before[i] = now_s;
  }
  return sum;
}

/* Of a number at each instant, now. */
static double level_now(struct sim *sim, const struct reading *r) {
  double sum = 0;
  const struct meter *meter = r->metric->meter;
  for (uint32_t i = 0; i < r->component->members; i++) {
    struct member *m = &r->component->member[i];
    if (meter) {
      if (m->kind->settle) m->kind->settle(sim, m);
      continue;
    }
    const struct station *st = member_station(m);
    if (r->metric->what != BUSY) sum += (double)st->queued;
    if (r->metric->what == IN_FLIGHT) sum += (double)st->held;
    if (r->metric->what == BUSY) sum += (double)(st->busy_apart ? st->own.busy.value : st->held);
  }
  return meter ? meter_level(r->component, meter) : sum;
}

void reading_init(struct sim *sim, struct reading *r, const struct watched_metric *metric,
                  uint64_t every_ns, uint64_t over_ns) {
  *r = (struct reading){.metric = metric, .component = &sim->component[metric->component]};
  r->at_once = over_ns == 0 && is_level(metric);
  r->room = over_ns > every_ns ? (uint32_t)((over_ns + every_ns - 1) / every_ns) : 1;
  r->part = arena_alloc(sim->arena, r->room * sizeof *r->part);
  if (is_latency(metric)) {
    r->latency = arena_alloc(sim->arena, r->room * sizeof *r->latency);
    for (uint32_t i = 0; i < r->room; i++) hist_init(&r->latency[i], 0, NULL);
  }
  if (metric->what != UTILIZATION) return;
  uint32_t n = r->component->members;
  r->busy_before = arena_alloc(sim->arena, n * sizeof *r->busy_before);
  for (uint32_t i = 0; i < n; i++) {
    r->busy_before[i] = r->component->member[i].phase == MEMBER_UP ? 0 : NAN;
  }
}

void reading_free(struct reading *r) {
  if (r->metric == NULL) return;
  if (r->looks) since_free(&r->since);
  for (uint32_t i = 0; r->latency && i < r->room; i++) hist_free(&r->latency[i]);
}

/* Not from the beginning on, as others are made after who reads them. */
static void look_at_source(struct sim *sim, struct reading *r, struct hist *latency) {
  if (!r->looks) since_init(&r->since, r->component);
  r->looks = true;
  since_look(sim, &r->since, &r->counts, latency);
}

/* What is new since the last look. */
static struct quotient look(struct sim *sim, struct reading *r, struct hist *latency) {
  if (is_of_source(r->metric)) look_at_source(sim, r, latency);
  struct quotient new = {0, 0};
  if (r->metric->what == UTILIZATION) {
    new = worked(sim, r);
  } else if (!latency) {
    struct quotient now = counted(sim, r);
    new = (struct quotient){now.num - r->before.num, now.den - r->before.den};
    r->before = now;
  }
  r->since_ns = sim->now_ns;
  return new;
}

static double of_latencies(const struct reading *r) {
  struct hist all;
  hist_init(&all, 0, NULL);
  for (uint32_t i = 0; i < r->n; i++) hist_merge(&all, &r->latency[i]);
  static const double q[] = {0.5, 0.9, 0.95, 0.99};
  double ns = NAN;
  if (hist_count(&all) > 0) {
    hist_settle(&all);
    ns = is_quantile(r->metric) ? hist_quantile(&all, q[r->metric->what - QUANTILE_50])
                                : hist_mean(&all);
  }
  hist_free(&all);
  return ns / 1e9;
}

double reading_look(struct sim *sim, struct reading *r) {
  uint32_t at = r->next;
  r->next = (r->next + 1) % r->room;
  if (r->n < r->room) r->n++;
  if (r->latency) {
    look(sim, r, &r->latency[at]);
    double value_s = of_latencies(r);
    hist_clear(&r->latency[r->next]);
    return value_s;
  }
  struct quotient new = look(sim, r, NULL);
  r->part[at] = (struct quotient){new.num + r->rest.num, new.den + r->rest.den};
  r->rest = (struct quotient){0, 0};
  if (r->at_once) return level_now(sim, r);
  struct quotient sum = {0, 0};
  for (uint32_t i = 0; i < r->n; i++) {
    sum.num += r->part[i].num;
    sum.den += r->part[i].den;
  }
  return sum.den > 0 ? sum.num / sum.den : NAN;
}

void reading_forget(struct sim *sim, struct reading *r) {
  r->n = r->next = 0;
  r->rest = (struct quotient){0, 0};
  look(sim, r, r->latency);
  for (uint32_t i = 0; r->latency && i < r->room; i++) hist_clear(&r->latency[i]);
}

/* What is read without meters of others does not know of the warm-up. */
void reading_reset(struct sim *sim, struct reading *r, bool after) {
  if (is_of_source(r->metric)) {
    if (after && r->looks) since_cleared(&r->since);
    if (!after) look_at_source(sim, r, r->latency ? &r->latency[r->next] : NULL);
    return;
  }
  if (r->metric->meter == NULL) return;
  if (after) {
    r->before.num = 0;
    if (!meter_is_over_time(r->metric->meter)) r->before.den = 0;
    return;
  }
  struct quotient now = counted(sim, r);
  r->rest.num += now.num - r->before.num;
  r->rest.den += now.den - r->before.den;
  r->before = now;
}
