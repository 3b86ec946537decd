/* Rules about faults and the run: when they happen, and who notices them. */
#include <math.h>
#include <string.h>

#include "action_def.h"
#include "lint.h"
#include "sim.h"

/* --- when ----------------------------------------------------------------------------------- */

static struct finding *add_fault(struct lint *lint, const struct fault_spec *fault) {
  return lint_add(lint, fault->file, fault->line, fault->name);
}

void lint_fault_after_end(struct lint *lint) {
  uint64_t end_ns = lint->scenario->run.duration_ns;
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (fault->recurring || fault->at_ns < end_ns) continue;
    add_fault(lint, fault)->what =
        lint_text(lint, "it begins at %s, and the run ends at %s",
                  lint_ns(lint, (double)fault->at_ns), lint_ns(lint, (double)end_ns));
  }
}

/* A restart of what it names is its end. */
static bool is_ended_by_restart(const struct lint *lint, const struct fault_spec *fault) {
  return fault->type->of_process && target_is_component(fault->target) &&
         action_restarts(lint->spec, fault->target.id);
}

void lint_fault_outlives_run(struct lint *lint) {
  double end_ns = (double)lint->scenario->run.duration_ns;
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (fault->recurring || fault->forever || (double)fault->at_ns >= end_ns) continue;
    double over_ns = (double)fault->at_ns + dist_mean(&fault->lasts);
    if (!(over_ns > end_ns) || is_ended_by_restart(lint, fault)) continue;
    add_fault(lint, fault)->what =
        lint_text(lint, "it begins at %s and lasts %s%s, and the run ends at %s",
                  lint_ns(lint, (double)fault->at_ns), lint_ns(lint, dist_mean(&fault->lasts)),
                  fault->lasts.kind == DIST_CONSTANT ? "" : " on average", lint_ns(lint, end_ns));
  }
}

void lint_drain_cut_short(struct lint *lint) {
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (fault->on_path || fault->forever || fault->type->life != LIFE_LEAVES) continue;
    for (uint32_t c = 0; c < lint->spec->components; c++) {
      const struct component_spec *component = &lint->spec->component[c];
      double lasts_ns = dist_mean(&fault->lasts);
      if ((double)component->drain_ns <= lasts_ns || !lint_hits(lint, fault->target, c)) continue;
      add_fault(lint, fault)->what =
          lint_text(lint, "it lasts %s%s, and %s drains for %s", lint_ns(lint, lasts_ns),
                    fault->lasts.kind == DIST_CONSTANT ? "" : " on average", component->name,
                    lint_ns(lint, (double)component->drain_ns));
      break;
    }
  }
}

void lint_fault_in_warmup(struct lint *lint) {
  const struct run_settings *run = &lint->scenario->run;
  if (run->warmup_auto) return; /* that one ends before the first fault */
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (fault->recurring || fault->forever || fault->lasts.kind != DIST_CONSTANT) continue;
    double over_ns = (double)fault->at_ns + fault->lasts.a;
    if (over_ns > (double)run->warmup_ns) continue;
    add_fault(lint, fault)->what =
        lint_text(lint, "it is over at %s, and the warm-up ends at %s", lint_ns(lint, over_ns),
                  lint_ns(lint, (double)run->warmup_ns));
  }
}

/* Where the warm-up is over sooner than the pauses of a journey are, on average. */
void lint_warmup_below_journey(struct lint *lint) {
  const struct run_settings *run = &lint->scenario->run;
  uint32_t said = REF_NONE;
  if (run->warmup_auto) return;
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    double pause_ns = node->outline.source.journey_pause_ns;
    if (pause_ns <= (double)run->warmup_ns || node->component == said) continue;
    said = node->component;
    struct finding *f = lint_add_component(lint, said);
    f->what = lint_text(lint, "the warm-up takes %s, and the pauses of its journey %s on average",
                        lint_ns(lint, (double)run->warmup_ns), lint_ns(lint, pause_ns));
    f->why =
        "the last requests of the first journeys come when the measurement has begun: until "
        "then fewer come than later, and of other operations";
    f->mend = lint_text(lint, "a warm-up of %s or more", lint_ns(lint, pause_ns));
  }
}

void lint_warmup_too_long(struct lint *lint) {
  const struct run_settings *run = &lint->scenario->run;
  if (run->warmup_auto || run->warmup_ns <= run->duration_ns / 2) return;
  lint_add(lint, run->file, run->line, "run")->what =
      lint_text(lint, "the warm-up takes %s of %s, %.0f %% of the run",
                lint_ns(lint, (double)run->warmup_ns), lint_ns(lint, (double)run->duration_ns),
                100.0 * (double)run->warmup_ns / (double)run->duration_ns);
}

/* --- who notices ---------------------------------------------------------------------------- */

/* A balancer that a client sends to, and the requests that members' faults cost until it notices.
 */
struct blindness {
  const struct call_node *client, *balancer;
  uint32_t members;
  uint32_t faults;
  const struct fault_spec *worst;
  double worst_ns; /* how long the balancer goes on with the faulty member */
  double share;    /* of the measured requests that fail */
};

/* The member that a fault hits, by its place among all backends; REF_NONE: not exactly one. */
static uint32_t backend_hit(const struct lint *lint, const struct blindness *b,
                            const struct fault_spec *fault) {
  uint32_t before = 0;
  for (uint32_t k = 0; k < b->balancer->outline.calls; k++) {
    uint32_t id = b->balancer->outline.call[k].to;
    uint32_t instances = lint->spec->component[id].instances;
    bool one = fault->target.kind == TARGET_MEMBER || instances == 1;
    if (target_is_component(fault->target) && fault->target.id == id && one) {
      return before + (fault->target.kind == TARGET_MEMBER ? fault->target.member - 1 : 0);
    }
    before += instances;
  }
  return REF_NONE;
}

/* With the fewest calls looked for among `compares` backends, or all of them, the share that one
 * which refuses at once gets, since it is always idle. Each of the K others is idle with the
 * probability that a Poisson number of calls under way leaves it so, at the load that they then
 * have; of several idle ones each is as likely. */
static double share_of_refuser(double members, double compares, double rate_per_s, double work_s) {
  double others = members - 1, share = 1 / members;
  for (int round = 0; round < 200; round++) {
    double idle = exp(-rate_per_s * (1 - share) * work_s / others);
    double drawn = fmin(compares, members), beside = drawn - 1;
    double chosen = (1 - pow(1 - idle, beside + 1)) / ((beside + 1) * idle);
    share = drawn / members * fmin(1, chosen);
  }
  return share;
}

/* The share of the requests that go to the faulty member. */
static double share_of_faulty(const struct lint *lint, const struct blindness *b,
                              const struct fault_spec *fault) {
  const struct outline *balancer = &b->balancer->outline;
  double rate_per_s = b->client->outline.source.rate_per_s;
  if (!fault->type->refuses || balancer->compares == 0) return 1.0 / b->members;
  const struct call_node *backend = NULL;
  if (balancer->calls == 1 && b->balancer->edge[0].to != NO_NODE) {
    backend = &lint->graph->node[b->balancer->edge[0].to];
  }
  if (!backend || !(rate_per_s > 0) || !(backend->mean_ns > 0)) return 1.0 / b->members;
  return share_of_refuser(b->members, (double)balancer->compares, rate_per_s,
                          backend->mean_ns / 1e9);
}

/* How long calls to the faulty member fail until so many of them in a row have it taken out, and
 * again each time it comes back meanwhile. */
static double ejected_after(const struct lint *lint, const struct blindness *b,
                            const struct fault_spec *fault, double lasts) {
  const struct outline_outlier *outlier = &b->balancer->outline.outlier;
  double rate_per_s = b->client->outline.source.rate_per_s;
  if (!outlier->given || !(rate_per_s > 0)) return INFINITY;
  double each = (double)outlier->failures / (rate_per_s * share_of_faulty(lint, b, fault)) * 1e9;
  double sum = each, out = (double)outlier->eject_ns;
  for (int times = 1; sum + out * times < lasts && times < 1000; times++) {
    sum += each;
    lasts -= out * fmin(times, fmax(1, 300e9 / out));
  }
  return sum;
}

/* Checks of backend i of n come at interval * (i + 1) / n and then every interval. */
static double noticed_after(const struct blindness *b, const struct fault_spec *fault,
                            uint32_t backend) {
  const struct outline_health *health = &b->balancer->outline.health;
  if (!health->given) return INFINITY;
  double interval = (double)health->interval_ns, at = (double)fault->at_ns;
  double first = interval * (backend + 1) / b->members;
  if (first < at) first += ceil((at - first) / interval) * interval;
  double answer = fault->type->stalls ? (double)health->timeout_ns : 0;
  return first - at + (double)(health->fall - 1) * interval + answer;
}

/* How long requests of the balancer fail at the member, from the beginning of the fault. A hung
 * member answers those that still wait when the hang ends. */
static double fails_for(const struct lint *lint, const struct blindness *b,
                        const struct fault_spec *fault, uint32_t backend) {
  const struct run_settings *run = &lint->scenario->run;
  double lasts = fault->forever ? INFINITY : dist_mean(&fault->lasts);
  if (fault->type->stalls) {
    uint64_t timeout_ns = b->client->outline.call[0].timeout_ns;
    if (b->balancer->outline.call[0].timeout_ns < timeout_ns) {
      timeout_ns = b->balancer->outline.call[0].timeout_ns;
    }
    if (timeout_ns == PARAM_UNLIMITED) return 0;
    lasts -= (double)timeout_ns;
  }
  double noticed = fmin(noticed_after(b, fault, backend),
                        ejected_after(lint, b, fault, fmin(lasts, (double)run->duration_ns)));
  double until = fmin((double)fault->at_ns + fmin(lasts, noticed), (double)run->duration_ns);
  double from = fmax((double)fault->at_ns, run->warmup_auto ? 0 : (double)run->warmup_ns);
  return fmax(0, until - from);
}

/* The share of requests that fail while the balancer goes on with one faulty member: every attempt
 * has to hit it. */
static double fails_of(const struct lint *lint, const struct blindness *b,
                       const struct fault_spec *fault) {
  const struct outline_call *request = &b->client->outline.call[0];
  const struct outline_call *forward = &b->balancer->outline.call[0];
  double attempts = (double)request->attempts;
  /* A further try goes to another one. */
  bool again = forward->attempts > 1 && forward->budget >= 1;
  if (fault->type->refuses && again && forward->after_refusal) return 0;
  if (fault->type->stalls) {
    if (again && forward->after_timeout && forward->timeout_ns < request->timeout_ns) return 0;
    if (b->balancer->outline.prefers_idle) return 0; /* it soon avoids who does not answer */
    if (!request->after_timeout) attempts = 1;
  }
  return pow(share_of_faulty(lint, b, fault), attempts);
}

static void add_up(const struct lint *lint, struct blindness *b) {
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    bool dark = fault->type->refuses || fault->type->stalls;
    if (!dark || fault->recurring || fault->on_path) continue;
    if (fault->at_ns >= lint->scenario->run.duration_ns) continue;
    uint32_t backend = backend_hit(lint, b, fault);
    if (backend == REF_NONE) continue;
    double ns = fails_for(lint, b, fault, backend), share = fails_of(lint, b, fault);
    if (ns * share <= 0) continue;
    b->faults++;
    b->share += share * ns / lint_measured_ns(lint);
    if (ns > b->worst_ns) {
      b->worst_ns = ns;
      b->worst = fault;
    }
  }
}

/* The balancer that gets all requests of a source; false if there is none. */
static bool find_balancer(const struct lint *lint, uint32_t source, struct blindness *b) {
  *b = (struct blindness){.client = node_of(lint->graph, source)};
  if (b->client == NULL || b->client->outline.calls != 1) return false;
  if (b->client->outline.source.users > 0) return false; /* who waits asks less in a fault */
  uint32_t to = b->client->edge[0].to;
  if (to == NO_NODE) return false;
  b->balancer = &lint->graph->node[to];
  if (!b->balancer->outline.spreads) return false;
  for (uint32_t k = 0; k < b->balancer->outline.calls; k++) {
    b->members += lint->spec->component[b->balancer->outline.call[k].to].instances;
  }
  return b->members > 1;
}

static void report_blindness(struct lint *lint, const struct goal *goal,
                             const struct blindness *b) {
  const struct outline_health *health = &b->balancer->outline.health;
  struct finding *f = lint_add_component(lint, b->balancer->component);
  double allowed = 1 - goal->limit, each = fails_of(lint, b, b->worst);
  const char *more = b->faults > 1 ? lint_text(lint, " and %u more", b->faults - 1) : "";
  f->what = lint_text(lint, "%s%s fails %.3g %% of the requests, and the goal %s allows %.3g %%",
                      b->worst->name, more, 100 * b->share, goal->text, 100 * allowed);
  f->why = lint_text(
      lint,
      "%.3g %% of the requests fail for %s of %s measured: one of %u members goes on getting "
      "%s%s",
      100 * each, lint_ns(lint, b->worst_ns), lint_ns(lint, lint_measured_ns(lint)), b->members,
      share_of_faulty(lint, b, b->worst) > 1.0001 / b->members
          ? "more than its share, since who refuses at once always has the fewest calls"
          : "its share",
      health->given
          ? lint_text(lint, " until checks every %s have failed %llu times",
                      lint_ns(lint, (double)health->interval_ns), (unsigned long long)health->fall)
          : "");
  if (!health->given) return;
  f->mend = lint_text(lint, "notice it within %s: a shorter interval or a smaller fall%s",
                      lint_ns(lint, b->worst_ns * allowed / b->share),
                      b->worst->type->refuses ? ", or retry on the balancer" : "");
}

static void look_for_blindness(struct lint *lint, bool with_checks) {
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const struct goal *goal = &lint->scenario->goal[i];
    struct goal_subject subject;
    struct blindness b;
    if (goal->op != GOAL_GE && goal->op != GOAL_GT) continue;
    if (!lint_goal(lint, goal, &subject) || subject.op >= 0 || subject.during) continue;
    if (strcmp(subject.metric, "availability") != 0) continue;
    if (!find_balancer(lint, subject.source, &b)) continue;
    const struct outline *checks = &b.balancer->outline;
    if ((checks->health.given || checks->outlier.given) != with_checks) continue;
    add_up(lint, &b);
    if (b.share > 1 - goal->limit) report_blindness(lint, goal, &b);
  }
}

void lint_health_check_slow(struct lint *lint) {
  look_for_blindness(lint, true);
}

void lint_no_health_check(struct lint *lint) {
  look_for_blindness(lint, false);
}

/* What fails or is slow, and answers most checks all the same: an error that meets every second one
 * is found by a few in a row. */
static bool is_gray(const struct fault_spec *fault) {
  if (fault->type == &fault_slow) return true;
  return fault->type == &fault_error && (fault->spares == SPARES_PROBES || fault->ratio < 0.5);
}

/* Such a fault, and whom it concerns. */
static void see_gray(struct lint *lint, const struct fault_spec *fault, uint32_t component) {
  const struct call_node *node = node_of(lint->graph, component);
  if (node == NULL || !node->outline.spreads || !node->outline.health.given) return;
  bool slow = fault->type == &fault_slow, asks = node->outline.health.op >= 0;
  if (slow && asks) return; /* its requests are slow, too */
  if (node->outline.outlier.given || (slow && node->outline.prefers_idle)) return;
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    uint32_t to = node->outline.call[k].to;
    if (!lint_hits(lint, fault->target, to) || lint_hits_all(lint, fault->target, to)) continue;
    struct finding *f = lint_add_component(lint, component);
    f->what = lint_text(lint, "%s: %sa member of %s goes on answering its checks", fault->name,
                        asks ? "" : "the host of ", lint->spec->component[to].name);
    return;
  }
}

/* Who is busy is taken out, and the others get its calls. */
static void checks_busy(struct lint *lint, uint32_t component) {
  const struct call_node *node = node_of(lint->graph, component);
  if (node == NULL || !node->outline.health.given || node->outline.health.op < 0) return;
  if (node->outline.health.panics) return;
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    const struct call_node *to = node_of(lint->graph, node->outline.call[k].to);
    if (to == NULL || to->outline.workers == PARAM_UNLIMITED || to->outline.queue == 0) continue;
    struct finding *f = lint_add_component(lint, component);
    f->what = lint_text(lint, "its check waits in the queue of %s, for %s, and who is busy is out",
                        lint->spec->component[to->component].name,
                        lint_ns(lint, (double)node->outline.health.timeout_ns));
    return;
  }
}

void lint_checks_busy(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) checks_busy(lint, c);
}

void lint_gray_unseen(struct lint *lint) {
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (!is_gray(fault) || fault->on_path) continue;
    for (uint32_t c = 0; c < lint->spec->components; c++) see_gray(lint, fault, c);
  }
}
