/* It is the sum of the timeouts on the way through a handler on which they add up to most, failures
 * and what follows them included. */
#include "call_patience.h"

#include <math.h>

#include "format.h"
#include "param.h"

struct waiting {
  const struct call_graph *graph;
  double *patience; /* by node; NAN: not known yet */
  bool *open;
  uint32_t depth, words; /* of them, so many may still be said */
};

static double of_node(struct waiting *w, uint32_t id);

static double of_call(struct waiting *w, const struct call_node *node, uint32_t k) {
  const struct outline_call *call = &node->outline.call[k];
  if (node->edge[k].to == NO_NODE) return 0;
  double attempts = call->after_timeout ? (double)call->attempts : 1;
  double deadline_ns = call->deadline_ns == PARAM_UNLIMITED ? INFINITY : (double)call->deadline_ns;
  if (call->timeout_ns != PARAM_UNLIMITED) {
    return fmin(attempts * (double)call->timeout_ns, deadline_ns);
  }
  return fmin(of_node(w, node->edge[k].to), deadline_ns);
}

/* The call of a step that waits longest; calls at once wait together. */
static uint32_t longest_call(struct waiting *w, const struct call_node *node,
                             const struct outline_step *step, double *ns) {
  uint32_t longest = step->first;
  *ns = 0;
  for (uint32_t k = step->first; k < step->first + step->count; k++) {
    double one = of_call(w, node, k);
    if (one > *ns) {
      *ns = one;
      longest = k;
    }
  }
  return longest;
}

/* The longest way to each step, and the step before it; `before` may be NULL. Returns the step
 * after which the visit has waited longest. */
static uint32_t longest_way(struct waiting *w, uint32_t id, double *total, uint32_t *before) {
  const struct call_node *node = &w->graph->node[id];
  uint32_t n = node->outline.steps, last = 0;
  double *arrives = arena_alloc(w->graph->arena, n * sizeof *arrives);
  *total = 0;
  for (uint32_t i = 0; i < n; i++) {
    const struct outline_step *step = &node->outline.step[i];
    if (!node->possible[i]) continue;
    double ns = 0;
    if (step->count > 0 && !node->replied[i]) longest_call(w, node, step, &ns);
    double leaves = arrives[i] + ns;
    if (leaves > *total) {
      *total = leaves;
      last = i;
    }
    bool falls_through = step->what != OUTLINE_END && step->what != OUTLINE_JUMP;
    uint32_t next[2] = {falls_through ? i + 1 : 0, step->target};
    for (int way = 0; way < 2; way++) {
      uint32_t to = next[way];
      if (to == 0 || !node->possible[to] || leaves < arrives[to]) continue;
      arrives[to] = leaves;
      if (before) before[to] = i;
    }
  }
  return last;
}

static double of_node(struct waiting *w, uint32_t id) {
  if (!isnan(w->patience[id])) return w->patience[id];
  if (w->open[id] || w->depth == CALL_DEPTH_MAX) return 0; /* a circle, or too far down */
  w->open[id] = true;
  w->depth++;
  double total;
  longest_way(w, id, &total, NULL);
  w->patience[id] = total;
  w->open[id] = false;
  w->depth--;
  return total;
}

double *call_patience(const struct call_graph *graph) {
  struct waiting w = {
      .graph = graph,
      .patience = arena_alloc(graph->arena, (graph->nodes + 1) * sizeof *w.patience),
      .open = arena_alloc(graph->arena, graph->nodes + 1)};
  for (uint32_t i = 0; i < graph->nodes; i++) w.patience[i] = NAN;
  for (uint32_t i = 0; i < graph->nodes; i++) of_node(&w, i);
  return w.patience;
}

#define WORDS_DEPTH 8u
#define WORDS_MAX 8u

static const char *node_words(struct waiting *w, uint32_t id, uint32_t depth);

static const char *call_words(struct waiting *w, const struct call_node *node, uint32_t k,
                              uint32_t depth) {
  const struct outline_call *call = &node->outline.call[k];
  struct arena *arena = w->graph->arena;
  uint32_t to = node->edge[k].to;
  if (call->timeout_ns == PARAM_UNLIMITED) return node_words(w, to, depth + 1);
  struct label each = format_value(UNIT_SECONDS, (double)call->timeout_ns / 1e9);
  if (call->after_timeout && call->attempts > 1) {
    return arena_format(arena, "%llu times %s for %s", (unsigned long long)call->attempts,
                        each.text, node_name(w->graph, to));
  }
  return arena_format(arena, "%s for %s", each.text, node_name(w->graph, to));
}

static const char *node_words(struct waiting *w, uint32_t id, uint32_t depth) {
  const struct call_node *node = &w->graph->node[id];
  struct arena *arena = w->graph->arena;
  uint32_t *before = arena_alloc(arena, node->outline.steps * sizeof *before);
  double total;
  uint32_t at = longest_way(w, id, &total, before);
  const char *words = "";
  if (depth == WORDS_DEPTH || w->words == 0) return "...";
  for (;;) {
    const struct outline_step *step = &node->outline.step[at];
    double ns = 0;
    uint32_t k = 0;
    if (step->count > 0 && !node->replied[at]) k = longest_call(w, node, step, &ns);
    if (ns > 0 && w->words == 0) return arena_format(arena, "..., then %s", words);
    if (ns > 0) {
      w->words--;
      words = arena_format(arena, "%s%s%s", call_words(w, node, k, depth), *words ? ", then " : "",
                           words);
    }
    if (at == 0) return words;
    at = before[at];
  }
}

const char *call_patience_words(const struct call_graph *graph, const double *patience,
                                uint32_t node) {
  struct waiting w = {.graph = graph,
                      .patience = (double *)patience,
                      .open = arena_alloc(graph->arena, graph->nodes + 1),
                      .words = WORDS_MAX};
  return node_words(&w, node, 0);
}
