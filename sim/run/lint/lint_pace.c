/* Rules about what makes work take longer (pace.h), seen from its numbers. */
#include <math.h>
#include <stdlib.h>

#include "lint.h"
#include "pace.h"

/* Looks at each component with a pace once, whatever the operation. */
static void each_pace(struct lint *lint, void (*look)(struct lint *, const struct call_node *)) {
  bool *seen = mem_zeroed(lint->spec->components, sizeof *seen);
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    if (!node->outline.pace || seen[node->component]) continue;
    seen[node->component] = true;
    look(lint, node);
  }
  free(seen);
}

static void past_the_peak(struct lint *lint, const struct call_node *node) {
  const struct slows *slows = &node->outline.pace->slows;
  if (slows->rule != SLOWS_USL || slows->kappa <= 0 || slows->sigma >= 1) return;
  uint64_t workers = node->outline.workers;
  double peak = sqrt((1 - slows->sigma) / slows->kappa);
  if (workers == PARAM_UNLIMITED || (double)workers <= ceil(peak)) return;
  double all = (double)workers / slows_factor(slows, workers, workers);
  double best = floor(peak) / slows_factor(slows, (uint64_t)peak, workers);
  if (floor(peak) < 1) best = 1;
  struct finding *f = lint_add_component(lint, node->component);
  f->what = lint_text(lint, "it works on %llu calls at once; its throughput is greatest at %s",
                      (unsigned long long)workers, lint_number(lint, fmax(1, floor(peak))));
  f->why = lint_text(lint, "%llu calls at once get %s times the work of one done, %s get %s times",
                     (unsigned long long)workers, lint_number(lint, all),
                     lint_number(lint, fmax(1, floor(peak))), lint_number(lint, best));
}

void lint_past_the_peak(struct lint *lint) {
  each_pace(lint, past_the_peak);
}

static void pauses_feed_themselves(struct lint *lint, const struct call_node *node) {
  const struct pause_config *pauses = &node->outline.pace->pauses;
  if (!pauses->given || pauses->per_load <= 0 || node->outline.queue != PARAM_UNLIMITED) return;
  double every = dist_mean(&pauses->every), lasts = dist_mean(&pauses->lasts);
  double waiting = (every / lasts - 1) / pauses->per_load * (double)node->outline.workers;
  struct finding *f = lint_add_component(lint, node->component);
  f->what = "its pauses get longer with the calls present, and its queue has no limit";
  if (waiting > 0) {
    f->why = lint_text(lint, "with %s calls present a pause takes as long as the %s between two",
                       lint_number(lint, ceil(waiting)), lint_ns(lint, every));
  }
}

void lint_pauses_feed_themselves(struct lint *lint) {
  each_pace(lint, pauses_feed_themselves);
}
