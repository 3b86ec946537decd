/* What a client counted, as metrics and for timelines. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "client_state.h"
#include "held.h"
#include "overdue.h"
#include "spell.h"
#include "stranded.h"
#include "timeline.h"
#include "trace.h"

/* What follows from something else is not counted a second time: each number that a plain client
 * takes is a request, and each request that ended well has a latency. */
static const struct client_state *settled(const struct member *member) {
  struct client_state *c = member->state;
  for (uint32_t i = 0; i < c->parts; i++) {
    c->stats[i].ended[OUTCOME_OK] = hist_count(&c->stats[i].latency);
  }
  if (c->plain_to != NULL) c->only_stats->offered = c->arrivals.number - c->sent_before;
  return c;
}

void client_watch(struct sim *sim, struct member *member, struct watch *watch) {
  (void)sim;
  const struct client_state *c = settled(member);
  for (uint32_t i = 0; i < c->ops; i++) {
    watch->offered += c->stats[i].offered;
    watch->retries += c->stats[i].retries;
    watch->degraded += c->stats[i].degraded;
    for (int k = 0; k < OUTCOMES; k++) watch->ended[k] += c->stats[i].ended[k];
  }
}

struct hist *client_watch_latency(const struct member *member, uint32_t which) {
  struct client_state *c = member->state;
  return which < c->ops ? &c->stats[which].latency : NULL;
}

/* --- results -------------------------------------------------------------------------------- */

static void op_stats_add(struct op_stats *into, const struct op_stats *from) {
  into->offered += from->offered;
  into->retries += from->retries;
  into->degraded += from->degraded;
  for (int i = 0; i < OUTCOMES; i++) into->ended[i] += from->ended[i];
}

/* Whether a goal on `owner` is about this client, as a whole or in part: one on a part makes them
 * all count. */
static bool is_about(const char *owner, const char *client) {
  size_t length = strlen(client);
  return strncmp(owner, client, length) == 0 && (owner[length] == '.' || owner[length] == '\0');
}

static uint32_t add_limit(uint64_t limit[CLIENT_LIMITS], uint32_t n, uint64_t ns) {
  for (uint32_t k = 0; k < n; k++) {
    if (limit[k] == ns) return n;
  }
  if (n == CLIENT_LIMITS) return n;
  limit[n] = ns;
  return n + 1;
}

/* A quantile that is a limit is known exactly where the time before it is counted, too. */
void client_watch_limits(const struct sim *sim, const struct member *member, struct hist *latency) {
  const struct wanted *wanted = &sim->spec->wanted;
  const char *name = member->component->spec->name;
  uint64_t limit[CLIENT_LIMITS];
  uint32_t n = 0;
  for (uint32_t i = 0; i < wanted->withins; i++) {
    if (is_about(wanted->within[i].owner, name)) n = add_limit(limit, n, wanted->within[i].ns);
  }
  for (uint32_t i = 0; i < wanted->limits; i++) {
    if (!wanted->limit[i].of_quantile || !is_about(wanted->limit[i].owner, name)) continue;
    n = add_limit(limit, n, wanted->limit[i].ns);
    n = add_limit(limit, n, wanted->limit[i].ns - 1);
  }
  hist_watch(latency, limit, n);
}

static double measured_s(const struct sim *sim) {
  return sim->now_ns > sim->warmup_ns ? (double)(sim->now_ns - sim->warmup_ns) / 1e9 : 0;
}

/* Which of the requests that have not ended a result is about. */
struct still_open {
  const struct overdue *overdue;
  uint32_t part;
};

/* How many of them have missed every goal on a latency of these requests, and have waited for
 * longer than any that was answered: they count with those that failed. */
static double waited_in_vain(const struct sim *sim, struct still_open open,
                             const struct hist *latency, const char *name) {
  const struct wanted *wanted = &sim->spec->wanted;
  uint64_t longest_ns = 0;
  for (uint32_t i = 0; i < wanted->limits; i++) {
    bool about = strcmp(wanted->limit[i].owner, name) == 0;
    if (about && wanted->limit[i].ns > longest_ns) longest_ns = wanted->limit[i].ns;
  }
  if (longest_ns == 0 || open.overdue->n == 0) return 0;
  uint64_t answered_ns = hist_count(latency) > 0 ? hist_max(latency) : 0;
  return overdue_count(open.overdue, open.part,
                       answered_ns > longest_ns ? answered_ns : longest_ns);
}

/* Of what was counted in a time. */
static void emit_in(const struct sim *sim, double time_s, const struct op_stats *s,
                    struct hist *latency, struct still_open open, const char *name,
                    struct metrics *out) {
  double ok = (double)s->ended[OUTCOME_OK], ended = 0;
  for (int i = 0; i < OUTCOMES; i++) ended += (double)s->ended[i];
  metric_counted(out, UNIT_PER_SECOND, (double)s->offered, time_s, "%s.offered", name);
  metric_counted(out, UNIT_COUNT, ended, 1, "%s.requests", name);
  metric_counted(out, UNIT_PER_SECOND, ended, time_s, "%s.ended", name);
  metric_counted(out, UNIT_PER_SECOND, ok, time_s, "%s.throughput", name);
  metric_counted(out, UNIT_PER_SECOND, ok, time_s, "%s.goodput", name);
  metric_counted(out, UNIT_RATIO, ok, ended, "%s.availability", name);
  for (int i = OUTCOME_OK + 1; i < OUTCOMES; i++) {
    metric_counted(out, UNIT_COUNT, (double)s->ended[i], 1, "%s.errors.%s", name, outcome_name[i]);
  }
  metric_counted(out, UNIT_COUNT, (double)s->retries, 1, "%s.retries", name);
  metric_counted(out, UNIT_RATIO, (double)s->degraded, ok, "%s.degraded", name);
  double never = ended - ok + waited_in_vain(sim, open, latency, name);
  metric_latencies(out, latency, never, name);
  for (uint32_t i = 0; i < sim->spec->wanted.withins; i++) {
    const struct within_spec *within = &sim->spec->wanted.within[i];
    if (strcmp(within->owner, name) != 0) continue;
    double known = ended + overdue_count(open.overdue, open.part, within->ns);
    metric_counted(out, UNIT_RATIO, hist_count_upto(latency, within->ns), known, "%s.within.%s",
                   name, within->text);
  }
}

static void emit(const struct sim *sim, const struct op_stats *s, struct hist *latency,
                 struct still_open open, const char *name, struct metrics *out) {
  double ok = (double)s->ended[OUTCOME_OK], ended = 0;
  for (int i = 0; i < OUTCOMES; i++) ended += (double)s->ended[i];
  emit_in(sim, measured_s(sim), s, latency, open, name, out);
  metric_downtime(out, ended - ok, ended, "%s.downtime", name);
}

/* While faults hold, and after them. */
static void emit_spells(struct sim *sim, const struct component *component, struct metrics *out) {
  static const struct overdue none = {0};
  for (uint32_t i = 0; i < sim->spec->wanted.spells; i++) {
    const struct spell_spec *spec = &sim->spec->wanted.spell[i];
    if (spec->client != component->id) continue;
    struct spell *spell = spell_now(sim, i);
    char name[256];
    if (spec->recovers != RECOVERS_NOTHING) {
      double seconds = spell_recovery_s(sim, spell);
      metric_extreme(out, METRIC_MAX, UNIT_SECONDS, !isnan(seconds), seconds, "%s.recovers.%s.%s",
                     component->spec->name, spec->word, recovers_name[spec->recovers]);
      continue;
    }
    struct op_stats stats = {.offered = spell->sum.offered,
                             .retries = spell->sum.retries,
                             .degraded = spell->sum.degraded};
    memcpy(stats.ended, spell->sum.ended, sizeof stats.ended);
    snprintf(name, sizeof name, "%s.during.%s", component->spec->name, spec->word);
    struct still_open open = {&none, OVERDUE_ALL};
    emit_in(sim, (double)spell->held_ns / 1e9, &stats, &spell->latency, open, name, out);
  }
}

/* Requests that wait for a message that has vanished will never end: they count as failed. */
static uint64_t add_stranded(struct sim *sim, const struct component *component,
                             struct op_stats *stats) {
  uint64_t n = 0;
  struct stranded lost = sim_stranded(sim);
  for (uint32_t i = 0; i < lost.n; i++) {
    const struct frame *root = lost.root[i];
    const struct member *maker = &sim->member[root->parent];
    if (maker->component != component) continue;
    const struct client_state *c = maker->state;
    if (held_is_session(sim, root)) continue;
    stats[c->stats_of[root->op] - c->stats].ended[lost.cause[i]]++;
    n++;
    struct op_stats *of_tier = tier_stats(sim, c, root);
    if (of_tier) stats[of_tier - c->stats].ended[lost.cause[i]]++;
    if (journeys_are(&c->journeys)) stats[c->parts - 1].ended[lost.cause[i]]++;
  }
  free(lost.root);
  free(lost.cause);
  return n;
}

static struct hist *empty_latency(struct sim *sim) {
  struct hist *latency = sim_keep_hist(sim);
  hist_init(latency, EXACT_LATENCIES, NULL);
  return latency;
}

/* All members' latencies of one operation; a single member's own, since collecting is done often
 * (batches) and copying takes long. */
static struct hist *latency_of(struct sim *sim, const struct component *component, uint32_t op) {
  if (component->members == 1) {
    return &((struct client_state *)component->member[0].state)->stats[op].latency;
  }
  struct hist *latency = empty_latency(sim);
  for (uint32_t i = 0; i < component->members; i++) {
    const struct client_state *c = component->member[i].state;
    hist_merge(latency, &c->stats[op].latency);
  }
  return latency;
}

/* Not a meter, since what was offered is counted by operation. */
static void emit_dropped_ratio(const struct component *component, const struct op_stats *all,
                               struct metrics *out) {
  uint64_t dropped = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    dropped += ((const struct client_state *)component->member[i].state)->dropped;
  }
  metric_counted(out, UNIT_RATIO, (double)dropped, (double)(dropped + all->offered),
                 "%s.dropped_ratio", component->spec->name);
}

/* No meter either: of those that will never end, each has failed once the run is over, but was
 * under way until then. */
static void emit_in_flight(const struct sim *sim, const struct component *component,
                           uint64_t stranded, struct metrics *out) {
  double integral_ns = 0;
  uint64_t end = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    const struct client_state *c = component->member[i].state;
    integral_ns += level_integral_ns(&c->in_flight, sim->now_ns);
    end += c->in_flight.value;
  }
  metric_quotient(out, UNIT_COUNT, integral_ns / 1e9, measured_s(sim), "%s.in_flight",
                  component->spec->name);
  metric_quotient(out, UNIT_COUNT, (double)(end - stranded), 1, "%s.in_flight.end",
                  component->spec->name);
}

/* In a replication a mean over the requests that were followed, which are a fair choice of all. */
static void emit_parts(const struct sim *sim, const struct component *component,
                       struct metrics *out) {
  const struct blame *blame = trace_of(sim, component);
  for (uint32_t i = 0; i < sim->spec->wanted.parts; i++) {
    const struct time_part_spec *part = &sim->spec->wanted.part[i];
    if (part->client != component->id) continue;
    double ns = 0, n = 0;
    for (uint32_t k = 0; k < blame->samples; k++) {
      const struct blame_sample *sample = &blame->sample[k];
      if (sample->outcome != OUTCOME_OK || !blame_is_fair(blame, sample)) continue;
      n++;
      ns += (double)blame_time_at(blame, sample, part->component);
    }
    metric_quotient(out, UNIT_SECONDS, n > 0 ? ns / n / 1e9 : 0, n > 0, "%s.part.%s",
                    component->spec->name, sim->spec->component[part->component].name);
  }
}

static void emit_journeys(struct sim *sim, struct component *component, struct op_stats *stats,
                          const struct overdue *overdue, struct metrics *out) {
  const struct client_state *first = component->member[0].state;
  uint32_t part = first->parts - 1;
  uint64_t waited_ns = 0, ok = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    const struct client_state *c = component->member[i].state;
    op_stats_add(&stats[part], &c->stats[part]);
    waited_ns += c->journeys.waited_ns;
    ok += c->journeys.ok;
  }
  char name[192];
  snprintf(name, sizeof name, "%s.journey", component->spec->name);
  struct still_open open = {overdue, part};
  emit(sim, &stats[part], latency_of(sim, component, part), open, name, out);
  metric_counted(out, UNIT_SECONDS, (double)waited_ns / 1e9, (double)ok, "%s.waiting", name);
}

void client_collect(struct sim *sim, struct component *component, struct metrics *out) {
  const struct client_state *first = component->member[0].state;
  const struct mix *mix = mix_of(first->config);
  struct op_stats all = {0}, *by_op = mem_zeroed(first->parts, sizeof *by_op);
  struct hist *latency = NULL;
  uint64_t stranded = add_stranded(sim, component, by_op);
  struct overdue overdue = {0};
  const struct wanted *wanted = &sim->spec->wanted;
  if (wanted->withins > 0 || wanted->limits > 0) overdue = overdue_requests(sim, component);
  for (uint32_t op = 0; op < first->ops; op++) {
    struct hist *op_latency = latency_of(sim, component, op);
    for (uint32_t i = 0; i < component->members; i++) {
      const struct client_state *c = settled(&component->member[i]);
      op_stats_add(&by_op[op], &c->stats[op]);
    }
    op_stats_add(&all, &by_op[op]);
    if (mix->n == 0) {
      latency = op_latency;
    } else {
      if (latency == NULL) latency = empty_latency(sim);
      hist_merge(latency, op_latency);
    }
    if (mix->n == 0) continue;
    char name[192];
    snprintf(name, sizeof name, "%s.op.%s", component->spec->name, sim->spec->op[mix->part[op].op]);
    emit(sim, &by_op[op], op_latency, (struct still_open){&overdue, op}, name, out);
  }
  if (journeys_are(&first->journeys)) emit_journeys(sim, component, by_op, &overdue, out);
  for (uint32_t part = first->ops; part < first->ops + first->config->tier.n; part++) {
    for (uint32_t i = 0; i < component->members; i++) {
      const struct client_state *c = settled(&component->member[i]);
      op_stats_add(&by_op[part], &c->stats[part]);
    }
    char name[192];
    snprintf(name, sizeof name, "%s.tier.%s", component->spec->name,
             sim->spec->tier[first->config->tier.part[part - first->ops].op]);
    struct still_open open = {&overdue, part};
    emit(sim, &by_op[part], latency_of(sim, component, part), open, name, out);
  }
  emit(sim, &all, latency, (struct still_open){&overdue, OVERDUE_ALL}, component->spec->name, out);
  emit_in_flight(sim, component, stranded, out);
  emit_parts(sim, component, out);
  emit_spells(sim, component, out);
  if (first->config->most != PARAM_UNLIMITED) emit_dropped_ratio(component, &all, out);
  overdue_free(&overdue);
  free(by_op);
}
/* --- definitions ---------------------------------------------------------------------------- */

const struct metric_def client_metrics[] = {
    {"offered", "1/s", "New requests sent, per second; retries not counted."},
    {"requests", "",
     "Requests that ended, well or badly, in the measured time (average over "
     "replications)."},
    {"ended", "1/s", "Requests that ended, well or badly, per second."},
    {"throughput", "1/s", "Requests that ended well, per second."},
    {"goodput", "1/s", "The same as `throughput`."},
    {"availability", "ratio",
     "Share of the ended requests that ended well. A request whose answer "
     "vanished and that has no timeout counts as ended badly."},
    {"downtime", "s",
     "The share of requests that failed, as time a year: what users lose if every day is as the "
     "time measured."},
    {"errors.<cause>", "", "Requests that ended badly, by cause of the last attempt."},
    {"retries", "", "Attempts beyond the first."},
    {"degraded", "ratio",
     "Share of the requests that ended well for which a handler on the way took a fallback."},
    {"in_flight", "", "Requests under way, averaged over time."},
    {"in_flight.end", "", "Requests that had not ended when the run did."},
    {"latency.mean", "s",
     "Mean time from the intended send to the answer, of requests that ended "
     "well, retries and pauses between them included. In goals and comparisons a failed "
     "request counts as endless."},
    {"latency.min", "s", "Smallest latency."},
    {"latency.max", "s", "Largest latency."},
    {"latency.p50", "s", "Median latency. p90, p95, p99, p999 and p9999 are its other quantiles."},
    {"latency.p90", "s", "Quantile 90 % of latency."},
    {"latency.p95", "s", "Quantile 95 % of latency."},
    {"latency.p99", "s", "Quantile 99 % of latency."},
    {"latency.p999", "s", "Quantile 99.9 % of latency."},
    {"latency.p9999", "s", "Quantile 99.99 % of latency."},
    {"latency.sd", "s", "Standard deviation of latency."},
    OUTBOUND_METRICS,
    {"within.<duration>", "ratio",
     "Share of all requests that were answered within it, such as `within.250ms`; those that "
     "failed were not, nor those that had waited for longer and had not ended when the run did. "
     "Measured where a goal asks for it."},
    {"part.<component>", "s",
     "Mean time that an answered request spent at a component, of those that were followed; on a "
     "path it is at none. Measured where a goal asks for it."},
    {"during.<fault>.<metric>", "",
     "The same, of the requests that ended while a fault held. Measured where a goal asks for it "
     "(`during`)."},
    {"recovers.<fault>.<metric>", "s",
     "Longest time, over all replications, from the end of a fault until goodput or availability "
     "were as before it. Measured where a goal asks for it (`recovers`)."},
    {"op.<operation>.<metric>", "", "The same, for one operation of the mix."},
    {"tier.<tier>.<metric>", "", "The same, for the users of one tier."},
    {"journey.waiting", "s",
     "Mean time that a journey which ended well waited for answers: its latency without pauses."},
    {"journey.<metric>", "",
     "The same, of journeys as wholes, where `journey` is given: `journey.requests` are journeys "
     "that ended, `journey.latency` runs from the beginning to the last answer, pauses included, "
     "and a journey's cause of failure is that of the request that ended it."},
    {"dropped_ratio", "ratio", "Share of the requests that were due and `dropped`."},
    {0},
};

#define STATE(field) offsetof(struct client_state, field)

const struct meter client_meters[] = {
    {"dropped", METER_COUNT, STATE(dropped), 0,
     "Requests, or journeys, that were never sent, where `most` is given; `offered` leaves them "
     "out."},
    {"users", METER_COUNT, STATE(users.distinct), 0,
     "Different users who sent a request in the measured time, where `users` is given."},
    {"fallbacks", METER_COUNT, STATE(fallbacks), 0,
     "Requests that failed and had something at hand instead (`fallback`): they count as answered, "
     "and as degraded."},
    {"gave_up", METER_COUNT, STATE(gave_up), 0,
     "Requests that were given up because the patience of their user was at an end."},
    {"obeyed", METER_COUNT, STATE(obeyed), 0,
     "Refusals that told when to come again, and were heeded (`obeys`)."},
    {"journeys", METER_LEVEL, STATE(journeys.under_way), 0,
     "Journeys under way, where `journey` is given"},
    {"closed_users", METER_LEVEL, STATE(arrivals.present), 0,
     "Users who take part, where a profile or a surge changes their number"},
    {"sessions", METER_LEVEL, STATE(stays.open), 0,
     "Sessions that are open, as their users know, where `session` is given"},
    {"sessions.opened", METER_COUNT, STATE(stays.opened), 0,
     "Sessions that were opened, again ones included."},
    {"sessions.failed", METER_COUNT, STATE(stays.failed), 0,
     "Openings that were refused, reset, or took longer than the timeout."},
    {"sessions.lost", METER_COUNT, STATE(stays.lost), 0,
     "Open sessions that ended before their time: their member crashed or was stopped."},
    {"sessions.given_up", METER_COUNT, STATE(stays.given_up), 0,
     "Users who got none after all `attempts`."},
    {"sessions.renewed", METER_COUNT, STATE(stays.renewed), 0,
     "Connections that became too old (`renew`), whose users moved to others."},
    {0},
};

bool client_has_meter(const void *config, const struct meter *meter) {
  const struct client_config *c = config;
  if (meter->at == STATE(journeys.under_way)) return c->journey.n > 0;
  if (meter->at == STATE(dropped)) return c->most != PARAM_UNLIMITED;
  if (meter->at == STATE(fallbacks)) return c->fallback.n > 0;
  if (meter->at == STATE(gave_up)) return client_is_impatient(c);
  if (meter->at == STATE(obeyed)) return c->obeys != OBEYS_NOTHING;
  if (meter->at == STATE(users.distinct)) return users_of(c)->kind != KEYS_NONE;
  if (meter->at >= STATE(stays) && meter->at < STATE(stays) + sizeof(struct stays)) {
    return c->session.given;
  }
  return c->arrivals.kind == ARRIVALS_CLOSED;
}

bool client_uses_meter(const struct component *component, const struct meter *meter) {
  const struct client_state *c = component->member->state;
  return meter->at != STATE(arrivals.present) || c->arrivals.busy != NULL;
}
