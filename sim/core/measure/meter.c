#include "meter.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "life.h"
#include "sim.h"

static void *in_state(const struct member *member, size_t at) {
  return (char *)member->state + at;
}

static uint64_t count_at(const struct member *member, size_t at) {
  return *(const uint64_t *)in_state(member, at);
}

static bool is_hist(enum meter_type type) {
  return type == METER_TIMES || type == METER_SIZES;
}

static bool is_total_level(enum meter_type type) {
  return type == METER_LEVEL || type == METER_BYTES;
}

static bool is_mean_level(enum meter_type type) {
  return type == METER_MEAN_LEVEL || type == METER_MEAN_BYTES;
}

/* Of a mean over members: its integral when the member left, and how much came to it while that was
 * away before. */
struct meter_away {
  double left_ns, away_ns;
};

/* --- life ----------------------------------------------------------------------------------- */

void meters_init(struct sim *sim, struct member *member) {
  for (const struct meter *m = member->kind->meters; m && m->name; m++) {
    if (is_hist(m->type)) hist_init(in_state(member, m->at), 0, sim->arena);
  }
}

void meters_free(struct member *member) {
  for (const struct meter *m = member->kind->meters; m && m->name; m++) {
    if (is_hist(m->type)) hist_free(in_state(member, m->at));
  }
}

static void meter_reset(struct sim *sim, struct member *member, const struct meter *m) {
  void *at = in_state(member, m->at);
  switch (m->type) {
    case METER_COUNT:
      *(uint64_t *)at = 0;
      return;
    case METER_RATIO:
    case METER_MEAN:
      *(uint64_t *)at = *(uint64_t *)in_state(member, m->rest) = 0;
      return;
    case METER_LEVEL:
    case METER_MEAN_LEVEL:
    case METER_BYTES:
    case METER_MEAN_BYTES:
      level_reset(at, sim->now_ns);
      return;
    case METER_TIMES:
    case METER_SIZES:
      hist_clear(at);
      return;
    case METER_COST:
      *(double *)at = 0;
      return;
  }
}

void meters_reset(struct sim *sim, struct member *member) {
  struct meter_away *away = sim->away ? sim->away[member->id] : NULL;
  for (const struct meter *m = member->kind->meters; m && m->name; m++) {
    meter_reset(sim, member, m);
    if (away) away[m - member->kind->meters] = (struct meter_away){0, 0};
  }
}

/* --- of members that come and go -------------------------------------------------------------- */

static struct meter_away *away_of(struct sim *sim, const struct member *member) {
  const struct meter *meters = member->kind->meters;
  uint32_t n = 0;
  while (meters && meters[n].name) n++;
  if (n == 0) return NULL;
  if (!sim->away) sim->away = arena_alloc(sim->arena, sim->members * sizeof(struct meter_away *));
  struct meter_away **away = &sim->away[member->id];
  if (!*away) *away = arena_alloc(sim->arena, n * sizeof **away);
  return *away;
}

void meters_there(struct sim *sim, struct member *member, bool there) {
  struct meter_away *away = away_of(sim, member);
  if (away && member->kind->settle) member->kind->settle(sim, member);
  for (const struct meter *m = member->kind->meters; m && m->name; m++) {
    if (!is_mean_level(m->type)) continue;
    struct meter_away *a = &away[m - member->kind->meters];
    double integral_ns = level_integral_ns(in_state(member, m->at), sim->now_ns);
    if (there) a->away_ns += integral_ns - a->left_ns;
    a->left_ns = integral_ns;
  }
}

/* Its integral over the time that the member was there. */
static double while_there_ns(const struct sim *sim, const struct member *member,
                             const struct meter *m) {
  double integral_ns = level_integral_ns(in_state(member, m->at), sim->now_ns);
  const struct meter_away *away = sim->away ? sim->away[member->id] : NULL;
  struct meter_away none = {0, 0}, a = away ? away[m - member->kind->meters] : none;
  return (member_is_there(member) ? integral_ns : a.left_ns) - a.away_ns;
}

/* --- reading -------------------------------------------------------------------------------- */

static double measured_ns(const struct sim *sim) {
  return sim->now_ns > sim->warmup_ns ? (double)(sim->now_ns - sim->warmup_ns) : 0;
}

static struct quotient read_member(const struct sim *sim, const struct member *member,
                                   const struct meter *m) {
  const void *at = in_state(member, m->at);
  switch (m->type) {
    case METER_COUNT:
      return (struct quotient){(double)count_at(member, m->at), 0};
    case METER_RATIO: {
      double part = (double)count_at(member, m->at);
      return (struct quotient){part, part + (double)count_at(member, m->rest)};
    }
    case METER_MEAN:
      return (struct quotient){(double)count_at(member, m->at), (double)count_at(member, m->rest)};
    case METER_LEVEL:
    case METER_BYTES:
      return (struct quotient){level_integral_ns(at, sim->now_ns), 0};
    case METER_MEAN_LEVEL:
    case METER_MEAN_BYTES:
      return (struct quotient){while_there_ns(sim, member, m), (double)life_there_ns(sim, member)};
    case METER_TIMES:
    case METER_SIZES:
      return (struct quotient){(double)hist_sum(at), (double)hist_count(at)};
    case METER_COST:
      return (struct quotient){*(const double *)at, 0};
  }
  return (struct quotient){0, 0};
}

static struct quotient read_sum(const struct sim *sim, const struct component *component,
                                const struct meter *m) {
  struct quotient sum = {0, 0};
  for (uint32_t i = 0; i < component->members; i++) {
    struct quotient one = read_member(sim, &component->member[i], m);
    sum.num += one.num;
    sum.den += one.den;
  }
  if (is_total_level(m->type)) sum.den = measured_ns(sim);
  return sum;
}

static void settle(struct sim *sim, struct component *component) {
  for (uint32_t i = 0; component->kind->settle && i < component->members; i++) {
    component->kind->settle(sim, &component->member[i]);
  }
}

struct quotient meter_read(struct sim *sim, struct component *component, const struct meter *m) {
  settle(sim, component);
  struct quotient sum = read_sum(sim, component, m);
  if (m->type == METER_TIMES || is_total_level(m->type)) sum.num /= 1e9;
  if (!is_mean_level(m->type)) return sum;
  double all = 1e9 * component->members;
  return (struct quotient){sum.num / all, sum.den / all};
}

bool meter_is_of(const struct component *component, const struct meter *m) {
  const struct kind *kind = component->kind;
  if (kind->uses_meter && !kind->uses_meter(component, m)) return false;
  return kind->has_meter == NULL || kind->has_meter(component->config, m);
}

bool meter_is_level(const struct meter *m) {
  return is_total_level(m->type) || is_mean_level(m->type);
}

bool meter_is_over_time(const struct meter *m) {
  switch (m->type) {
    case METER_COUNT:
    case METER_LEVEL:
    case METER_BYTES:
    case METER_COST:
      return true;
    case METER_RATIO:
    case METER_MEAN:
    case METER_MEAN_LEVEL:
    case METER_MEAN_BYTES:
    case METER_TIMES:
    case METER_SIZES:
      break;
  }
  return false;
}

/* --- what a meter emits --------------------------------------------------------------------- */

enum statistic { STAT_VALUE, STAT_END, STAT_MEAN, STAT_QUANTILE, STAT_MAX };

struct facet {
  const char *suffix;
  enum statistic what;
  double q;
  const char *doc; /* what follows the meter's; NULL: that is a sentence by itself */
};

static const struct facet count_facets[] = {{"", STAT_VALUE, 0, NULL}, {0}};
static const struct facet level_facets[] = {
    {"", STAT_VALUE, 0, ", averaged over time."}, {".end", STAT_END, 0, ", at the end."}, {0}};
static const struct facet hist_facets[] = {{".mean", STAT_MEAN, 0, ": mean."},
                                           {".p50", STAT_QUANTILE, 0.5, ": median."},
                                           {".p95", STAT_QUANTILE, 0.95, ": quantile 95 %."},
                                           {".p99", STAT_QUANTILE, 0.99, ": quantile 99 %."},
                                           {".max", STAT_MAX, 1, ": greatest."},
                                           {0}};
static const struct facet size_facets[] = {
    {".mean", STAT_MEAN, 0, ": mean."}, {".max", STAT_MAX, 1, ": greatest."}, {0}};

static const struct {
  const struct facet *facet;
  const char *unit_text;
  enum metric_unit unit;
} emits[] = {
    [METER_COUNT] = {count_facets, "", UNIT_COUNT},
    [METER_RATIO] = {count_facets, "ratio", UNIT_RATIO},
    [METER_MEAN] = {count_facets, "", UNIT_COUNT},
    [METER_LEVEL] = {level_facets, "", UNIT_COUNT},
    [METER_MEAN_LEVEL] = {level_facets, "", UNIT_COUNT},
    [METER_TIMES] = {hist_facets, "s", UNIT_SECONDS},
    [METER_BYTES] = {level_facets, "bytes", UNIT_BYTES},
    [METER_MEAN_BYTES] = {level_facets, "bytes", UNIT_BYTES},
    [METER_SIZES] = {size_facets, "bytes", UNIT_BYTES},
    [METER_COST] = {count_facets, "money", UNIT_MONEY},
};

/* The *i-th of a table; false: it has fewer, by which *i is less now. */
static bool defined(const struct metric_def *def, uint32_t *i, struct metric_text *out) {
  for (; def && def->name; def++) {
    if ((*i)-- > 0) continue;
    out->unit = def->unit;
    snprintf(out->name, sizeof out->name, "%s", def->name);
    snprintf(out->doc, sizeof out->doc, "%s", def->doc);
    return true;
  }
  return false;
}

bool kind_metric(const struct kind *kind, uint32_t i, struct metric_text *out) {
  if (defined(kind->metrics, &i, out)) return true;
  if (kind->messages && defined(message_metrics, &i, out)) return true;
  for (const struct meter *m = kind->meters; m && m->name; m++) {
    for (const struct facet *f = emits[m->type].facet; f->suffix; f++) {
      if (i-- > 0) continue;
      out->unit = emits[m->type].unit_text;
      snprintf(out->name, sizeof out->name, "%s%s", m->name, f->suffix);
      snprintf(out->doc, sizeof out->doc, "%s%s", m->doc, f->doc ? f->doc : "");
      return true;
    }
  }
  return false;
}

double meter_level(const struct component *component, const struct meter *m) {
  bool mean = is_mean_level(m->type);
  double sum = 0, there = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    const struct member *member = &component->member[i];
    if (mean && !member_is_there(member)) continue;
    sum += (double)((const struct level *)in_state(member, m->at))->value;
    there++;
  }
  if (!mean) return sum;
  return there > 0 ? sum / there : NAN;
}

/* Of a single member its own, since collecting is done often (batches) and copying takes long. */
static struct hist *hist_of(struct sim *sim, const struct component *component,
                            const struct meter *m) {
  if (component->members == 1) return in_state(component->member, m->at);
  struct hist *all = sim_keep_hist(sim);
  for (uint32_t i = 0; i < component->members; i++) {
    hist_merge(all, in_state(&component->member[i], m->at));
  }
  return all;
}

static void emit_hist(struct sim *sim, const struct component *component, const struct meter *m,
                      struct metrics *out) {
  struct hist *hist = hist_of(sim, component, m);
  const char *name = component->spec->name;
  enum metric_unit unit = emits[m->type].unit;
  double scale = unit == UNIT_SECONDS ? 1e9 : 1;
  for (const struct facet *f = emits[m->type].facet; f->suffix; f++) {
    if (f->what == STAT_MEAN) {
      metric_quotient(out, unit, (double)hist_sum(hist) / scale, (double)hist_count(hist),
                      "%s.%s%s", name, m->name, f->suffix);
    } else if (f->what == STAT_MAX) {
      metric_extreme(out, METRIC_MAX, unit, hist_count(hist) > 0, (double)hist_max(hist) / scale,
                     "%s.%s%s", name, m->name, f->suffix);
    } else {
      metric_quantile(out, hist, f->q, "%s.%s%s", name, m->name, f->suffix);
    }
  }
}

static void emit(struct sim *sim, const struct component *component, const struct meter *m,
                 struct metrics *out) {
  if (is_hist(m->type)) {
    emit_hist(sim, component, m, out);
    return;
  }
  const char *name = component->spec->name;
  enum metric_unit unit = emits[m->type].unit;
  struct quotient sum = read_sum(sim, component, m);
  if (is_mean_level(m->type) && measured_ns(sim) <= 0) sum.den = 0;
  bool plain = m->type == METER_COUNT || m->type == METER_COST;
  bool counted = m->type == METER_COUNT || m->type == METER_RATIO;
  (counted ? metric_counted : metric_quotient)(out, unit, sum.num, plain ? 1 : sum.den, "%s.%s",
                                               name, m->name);
  if (emits[m->type].facet != level_facets) return;
  double end = meter_level(component, m);
  metric_quotient(out, unit, isnan(end) ? 0 : end, !isnan(end), "%s.%s.end", name, m->name);
}

void meters_collect(struct sim *sim, struct component *component, struct metrics *out) {
  settle(sim, component);
  for (const struct meter *m = component->kind->meters; m && m->name; m++) {
    if (meter_is_of(component, m)) emit(sim, component, m, out);
  }
}
