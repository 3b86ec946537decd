/* The verdicts on a scenario's goals. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "results.h"

/* More replications do not help where what is alike is not kept apart. */
static bool is_within_span(const struct result *r, double limit) {
  double least, most;
  result_span(r, &least, &most);
  return least < most && least <= limit && limit <= most;
}

/* A share of requests is of those that ended. Of those that had not, nobody knows: a goal that
 * holds only if they are left out is not met for sure, since they may hang for ever. */
static void doubt_unfinished(struct results *results, struct goal_result *out) {
  const struct estimate *e = &out->estimate;
  double ended = 1 - out->unjudged;
  if (out->verdict != VERDICT_PASS || !(out->unjudged > 0)) return;
  if (strstr(out->goal->metric, ".latency.") != NULL) return; /* counts who waited too long */
  struct estimate worst = {e->value * ended, e->lo * ended, e->hi * ended, e->n};
  if (verdict_of(out->goal, &worst) == VERDICT_PASS) return;
  char text[128];
  snprintf(text, sizeof text, "%s if those that had not ended never do",
           format_value(out->goal->unit, worst.value).text);
  out->verdict = VERDICT_UNDECIDED;
  out->reason = arena_text(results->arena, text);
}

static void judge(struct results *results, const struct goal *goal, struct goal_result *out) {
  const struct result *r = results_find(results, goal->metric);
  out->goal = goal;
  out->estimate = r != NULL ? r->judged : (struct estimate){NAN, NAN, NAN, 0};
  out->failed = r != NULL ? r->failed : 0;
  out->unjudged = r != NULL ? r->unjudged : 0;
  out->endless = r != NULL && r->endless != NULL ? r->endless : "that failed";
  /* Nothing is known of its upper end: too few samples lie beyond it. */
  if (r != NULL && !isnan(r->at_least) && !estimate_has_interval(&out->estimate)) {
    out->estimate.lo = r->at_least;
    out->estimate.hi = INFINITY;
  }
  out->verdict = verdict_of(goal, &out->estimate);
  if (r == NULL) {
    out->reason = "the run does not measure this";
  } else if (isnan(out->estimate.value)) {
    out->reason = "no data";
  } else if (out->verdict == VERDICT_UNDECIDED && is_within_span(r, goal->limit)) {
    out->reason =
        "values this near to the limit are alike, and kept apart by 0.8 % only: "
        "name a limit that is not one of them";
  } else if (r->merge == METRIC_QUANTILE && isfinite(out->estimate.value) &&
             result_samples_beyond(r) < FEW_SAMPLES) {
    results_warn(results, "goal \"%s\" rests on %.0f samples beyond its quantile: run longer",
                 goal->text, floor(result_samples_beyond(r)));
  }
  doubt_unfinished(results, out);
}

void results_judge(struct results *results, const struct goal *goal, uint32_t goals) {
  results->goals = goals;
  results->goal = arena_alloc(results->arena, (goals + 1) * sizeof *results->goal);
  for (uint32_t i = 0; i < goals; i++) judge(results, &goal[i], &results->goal[i]);
}

enum verdict results_verdict(const struct results *results) {
  enum verdict worst = VERDICT_PASS;
  for (uint32_t i = 0; i < results->goals; i++) {
    worst = verdict_worse(worst, results->goal[i].verdict);
  }
  return worst;
}

bool results_goals_met(const struct results *results) {
  return results_verdict(results) == VERDICT_PASS;
}

bool results_checks_passed(const struct results *results) {
  for (uint32_t i = 0; i < results->checks; i++) {
    if (!results->check[i].pass) return false;
  }
  return true;
}
