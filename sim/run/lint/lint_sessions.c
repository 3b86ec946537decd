/* Rules about sessions that users hold. */
#include <math.h>

#include "lint.h"
#include "sim.h"

/* Places for sessions at a component, or at those behind it; infinite where one has no limit. */
static double places_at(const struct lint *lint, uint32_t component, uint32_t depth) {
  const struct component_spec *spec = &lint->spec->component[component];
  const struct call_node *node = node_of(lint->graph, component);
  if (spec->kind->bypass == NULL) {
    return spec->sessions == 0 ? INFINITY : (double)spec->sessions * spec->instances;
  }
  if (node == NULL || depth > 8) return INFINITY;
  double places = 0;
  for (uint32_t i = 0; i < node->outline.calls; i++) {
    uint32_t to = node->outline.call[i].to;
    bool again = false;
    for (uint32_t k = 0; k < i; k++) again |= node->outline.call[k].to == to;
    if (!again) places += places_at(lint, to, depth + 1);
  }
  return node->outline.calls > 0 ? places : INFINITY;
}

void lint_sessions_exceed_places(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct call_node *node = node_of(lint->graph, c);
    if (node == NULL || !(node->outline.source.sessions > 0)) continue;
    const struct outline_source *source = &node->outline.source;
    double sessions = source->sessions * lint->spec->component[c].instances;
    double places = places_at(lint, source->holds, 0);
    if (sessions <= places) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what =
        lint_text(lint, "its users hold %s sessions at once on average, and %s has place for %s",
                  lint_number(lint, sessions), lint->spec->component[source->holds].name,
                  lint_number(lint, places));
    f->why = "who finds no place is refused, however quick the answers are";
    f->mend =
        lint_text(lint, "at least %s places (sessions), shorter sessions, or a pool in between",
                  lint_number(lint, ceil(sessions)));
  }
}
