/* Rules about goals: what no run can meet, and what a run cannot tell. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lint.h"
#include "sim.h"

static bool is_upper(const struct goal *goal) {
  return goal->op == GOAL_LT || goal->op == GOAL_LE;
}

static bool in_subject(const struct call_node *node, const struct goal_subject *subject) {
  return node->component == subject->source && (subject->op < 0 || node->op == subject->op);
}

/* --- service times -------------------------------------------------------------------------- */

/* The mean latency at least. */
static double mean_latency(const struct lint *lint, const struct goal_subject *subject) {
  double sum = 0, shares = 0;
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (!in_subject(node, subject)) continue;
    sum += node->outline.source.share * node->mean_ns;
    shares += node->outline.source.share;
  }
  return shares > 0 ? sum / shares : 0;
}

/* P(latency > x) is at least the share of one operation times its own: with the quantile of that
 * operation at which the product is 1 - p, the whole exceeds it too. */
static double quantile_latency(const struct lint *lint, const struct goal_subject *subject,
                               double p) {
  double most = 0;
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (!in_subject(node, subject)) continue;
    double share = subject->op < 0 ? node->outline.source.share : 1;
    double of_op = 1 - (1 - p) / share;
    if (of_op <= 0) continue;
    struct call_bound bound = call_bound(lint->graph, i, of_op);
    most = fmax(most, bound.least_ns + bound.gain_ns);
  }
  return most;
}

static double least_latency(const struct lint *lint, const struct goal_subject *subject) {
  double least = INFINITY;
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (!in_subject(node, subject)) continue;
    least = fmin(least, call_bound(lint->graph, i, 0.5).least_ns);
  }
  return isfinite(least) ? least : 0;
}

static double known_latency(const struct lint *lint, const struct goal_subject *subject) {
  double p = lint_quantile(subject->metric), least = least_latency(lint, subject);
  if (p > 0 && p < 1) return fmax(least, quantile_latency(lint, subject, p));
  if (!strcmp(subject->metric, "latency.mean")) return fmax(least, mean_latency(lint, subject));
  return strncmp(subject->metric, "latency.", 8) == 0 ? least : 0;
}

void lint_goal_out_of_reach(struct lint *lint) {
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const struct goal *goal = &lint->scenario->goal[i];
    struct goal_subject subject;
    if (!is_upper(goal) || !lint_goal(lint, goal, &subject)) continue;
    if (subject.during) continue; /* what fails then may be quicker than what works */
    double known_ns = known_latency(lint, &subject);
    if (known_ns <= goal->limit * 1e9 * (1 + 1e-9)) continue;
    const char *name = lint->spec->component[subject.source].name;
    struct finding *f = lint_add(lint, goal->file, goal->line, name);
    f->what = lint_text(lint, "the goal %s is out of reach: it is %s at least", goal->text,
                        lint_ns(lint, known_ns));
    f->why = lint_text(lint,
                       "work and network on the way take that long without anybody waiting; "
                       "the goal allows %s",
                       lint_ns(lint, goal->limit * 1e9));
  }
}

/* --- buffers on the way ---------------------------------------------------------------------- */

/* Whether calls of a node, or those that follow from them, may go over the path. */
static bool crosses(const struct call_graph *graph, uint32_t from, const struct path_spec *path,
                    bool *visited) {
  if (visited[from]) return false;
  visited[from] = true;
  const struct call_node *node = &graph->node[from];
  for (uint32_t k = 0; k < node->outline.calls; k++) {
    const struct call_edge *edge = &node->edge[k];
    if (edge->to == NO_NODE) continue;
    if (edge->path[0] == path || edge->path[1] == path) return true;
    if (crosses(graph, edge->to, path, visited)) return true;
  }
  return false;
}

static bool asks_over(const struct lint *lint, const struct goal_subject *subject,
                      const struct path_spec *path) {
  bool *visited = mem_zeroed(lint->graph->nodes, sizeof *visited), any = false;
  for (uint32_t i = 0; i < lint->graph->nodes && !any; i++) {
    any = in_subject(&lint->graph->node[i], subject) && crosses(lint->graph, i, path, visited);
  }
  free(visited);
  return any;
}

static void see_buffer(struct lint *lint, const struct goal *goal,
                       const struct goal_subject *subject, const struct path_spec *path) {
  double full_ns = path->bits_per_s > 0 ? 8e9 * (double)path->buffer / path->bits_per_s : 0;
  if (full_ns <= goal->limit * 1e9 || !asks_over(lint, subject, path)) return;
  struct finding *f =
      lint_add(lint, path->file, path->line, lint->spec->component[subject->source].name);
  f->what = lint_text(lint, "what waits in a full buffer between %s and %s takes %s to send",
                      spec_path_from(lint->spec, path), spec_path_to(lint->spec, path),
                      lint_ns(lint, full_ns));
  f->why =
      lint_text(lint, "the goal %s allows %s in all", goal->text, lint_ns(lint, goal->limit * 1e9));
}

void lint_buffer_above_goal(struct lint *lint) {
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const struct goal *goal = &lint->scenario->goal[i];
    struct goal_subject subject;
    if (!is_upper(goal) || !lint_goal(lint, goal, &subject)) continue;
    if (subject.during || strncmp(subject.metric, "latency.", 8) != 0) continue;
    for (uint32_t p = 0; p < lint->spec->paths; p++) {
      if (lint->spec->path[p].buffer > 0) see_buffer(lint, goal, &subject, &lint->spec->path[p]);
    }
  }
}

/* --- samples -------------------------------------------------------------------------------- */

#define FEW 10
#define RULE_OF_THREE 3.0 /* of n without a failure, 3 / n may fail (counted.h) */

/* Requests a second at most; INFINITY where that is not known. */
static double most_requests(const struct lint *lint, const struct goal_subject *subject) {
  double open = 0, share = 0, cycle_ns = 0, all = 0;
  const struct outline_source *source = NULL;
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (node->component != subject->source) continue;
    source = &node->outline.source;
    cycle_ns += source->share * node->mean_ns;
    all += source->share;
    if (!in_subject(node, subject)) continue;
    open += call_source_rate(lint->graph, node, RATE_MEAN);
    share += source->share;
  }
  if (source == NULL) return INFINITY;
  double instances = lint->spec->component[subject->source].instances;
  if (source->users == 0) return open * instances;
  cycle_ns = cycle_ns / all + dist_mean(&source->think);
  if (!(cycle_ns > 0)) return INFINITY;
  return (double)source->users * instances * share / all / cycle_ns * 1e9;
}

void lint_quantile_of_few(struct lint *lint) {
  const struct run_settings *run = &lint->scenario->run;
  double replications = run->precision > 0 ? run->max_replications : run->replications;
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const struct goal *goal = &lint->scenario->goal[i];
    struct goal_subject subject;
    if (!lint_goal(lint, goal, &subject)) continue;
    double p = lint_quantile(subject.metric);
    if (p <= 0 || p >= 1) continue;
    double requests =
        most_requests(lint, &subject) * lint_subject_ns(lint, &subject) / 1e9 * replications;
    if (!(requests > 0 && requests * (1 - p) < FEW)) continue;
    struct finding *f =
        lint_add(lint, goal->file, goal->line, lint->spec->component[subject.source].name);
    f->what = lint_text(lint, "the goal %s rests on %.2g request%s", goal->text, requests * (1 - p),
                        requests * (1 - p) > 1 ? "s" : "");
    f->why = lint_text(lint,
                       "%.0f requests in %.0f replication%s of %s measured, of which %.3g %% "
                       "lie beyond the quantile",
                       requests, replications, replications > 1 ? "s" : "",
                       lint_ns(lint, lint_subject_ns(lint, &subject)), 100 * (1 - p));
    f->mend = lint_text(lint,
                        "at least %.0f requests: run %.1f times as long or as often, or take "
                        "a lower quantile",
                        ceil(FEW / (1 - p) - 1e-6), FEW / (1 - p) / requests);
  }
}

/* What a goal on a share lets fail, or take too long; 0: it asks for all or is about something
 * else. */
static double left_by(const struct goal *goal, const char *metric) {
  bool least = goal->op == GOAL_GT || goal->op == GOAL_GE;
  bool share = strcmp(metric, "availability") == 0 || strncmp(metric, "within.", 7) == 0;
  if (share && least) return 1 - goal->limit;
  bool most = goal->op == GOAL_LT || goal->op == GOAL_LE;
  return strcmp(metric, "downtime") == 0 && most ? goal->limit / YEAR_S : 0;
}

void lint_share_of_few(struct lint *lint) {
  const struct run_settings *run = &lint->scenario->run;
  double replications = run->precision > 0 ? run->max_replications : run->replications;
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const struct goal *goal = &lint->scenario->goal[i];
    struct goal_subject subject;
    if (!lint_goal(lint, goal, &subject)) continue;
    double left = left_by(goal, subject.metric);
    double requests =
        most_requests(lint, &subject) * lint_subject_ns(lint, &subject) / 1e9 * replications;
    if (!(left > 0) || !(requests > 0 && requests * left < RULE_OF_THREE)) continue;
    struct finding *f =
        lint_add(lint, goal->file, goal->line, lint->spec->component[subject.source].name);
    f->what = lint_text(lint, "the goal %s cannot be met with certainty", goal->text);
    f->why =
        lint_text(lint,
                  "even if none of %.0f requests in %.0f replication%s of %s measured fails, "
                  "up to %.2g %% may",
                  requests, replications, replications > 1 ? "s" : "",
                  lint_ns(lint, lint_subject_ns(lint, &subject)), 100 * RULE_OF_THREE / requests);
    f->mend = lint_text(lint, "at least %.0f requests: run %.1f times as long or as often",
                        ceil(RULE_OF_THREE / left - 1e-6), RULE_OF_THREE / left / requests);
  }
}

/* --- during and after faults ---------------------------------------------------------------- */

static struct finding *add_beside(struct lint *lint, const struct goal *goal,
                                  const struct fault_spec *fault) {
  return lint_add(lint, goal->file, goal->line, fault->name);
}

static void look_during(struct lint *lint, const struct goal *goal,
                        const struct goal_subject *subject) {
  if (lint_subject_ns(lint, subject) > 0) return;
  const struct run_settings *run = &lint->scenario->run;
  struct finding *f = add_beside(lint, goal, subject->during);
  f->what = lint_text(lint, "the goal %s has no value: the fault is not there while measured",
                      goal->text);
  f->why = lint_text(lint, "it begins at %s; measured is from %s to %s",
                     lint_ns(lint, (double)subject->during->at_ns),
                     lint_ns(lint, run->warmup_auto ? 0 : (double)run->warmup_ns),
                     lint_ns(lint, (double)run->duration_ns));
}

static void look_after(struct lint *lint, const struct goal *goal,
                       const struct goal_subject *subject) {
  const struct run_settings *run = &lint->scenario->run;
  const struct fault_spec *fault = subject->after;
  double lasts_ns = fault->type->at_once ? 0 : dist_mean(&fault->lasts);
  double within_ns = (double)subject->within_ns, begin_ns = (double)fault->at_ns;
  double first_ns = run->warmup_auto ? 0 : (double)run->warmup_ns;
  if (fault->recurring) {
    if (!(dist_mean(&fault->mttf) < within_ns)) return;
    struct finding *f = add_beside(lint, goal, fault);
    f->what =
        lint_text(lint, "the goal %s cannot be met: the fault comes again before", goal->text);
    f->why = lint_text(lint, "on average %s after it ended; the goal allows %s",
                       lint_ns(lint, dist_mean(&fault->mttf)), lint_ns(lint, within_ns));
  } else if (begin_ns <= first_ns) {
    struct finding *f = add_beside(lint, goal, fault);
    f->what = lint_text(lint, "the goal %s has no value: nothing was measured before", goal->text);
    f->why = lint_text(lint, "the fault begins at %s; measured is from %s on",
                       lint_ns(lint, begin_ns), lint_ns(lint, first_ns));
  } else if (begin_ns + lasts_ns + within_ns > (double)run->duration_ns) {
    struct finding *f = add_beside(lint, goal, fault);
    f->what = lint_text(lint, "the goal %s is often not known: the run ends before", goal->text);
    f->why = lint_text(lint,
                       "on average the fault ends at %s; with the time allowed that is %s, "
                       "and the run takes %s",
                       lint_ns(lint, begin_ns + lasts_ns),
                       lint_ns(lint, begin_ns + lasts_ns + within_ns),
                       lint_ns(lint, (double)run->duration_ns));
  }
}

void lint_goal_beside_fault(struct lint *lint) {
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const struct goal *goal = &lint->scenario->goal[i];
    struct goal_subject subject;
    if (!lint_goal(lint, goal, &subject)) continue;
    if (subject.during) look_during(lint, goal, &subject);
    if (subject.after) look_after(lint, goal, &subject);
  }
}
