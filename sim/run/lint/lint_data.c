/* Rules about copies of data. */
#include <string.h>

#include "lint.h"
#include "sim.h"

/* What the scenario says of a component's copies; NULL: no request reaches it. */
static const struct outline_copies *copies_of(const struct lint *lint, uint32_t component) {
  uint32_t i = lint->graph->first[component];
  return i == NO_NODE ? NULL : &lint->graph->node[i].outline.copies;
}

/* A goal by which no reader of a component may miss a write; NULL: there is none. */
static const struct goal *freshness_goal(const struct lint *lint, uint32_t component) {
  static const char *const metrics[] = {"stale_reads", "own_write_missed", "not_monotonic", NULL};
  const char *name = lint->spec->component[component].name;
  size_t length = strlen(name);
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const struct goal *goal = &lint->scenario->goal[i];
    if (strncmp(goal->metric, name, length) != 0 || goal->metric[length] != '.') continue;
    bool none = goal->limit == 0 && (goal->op == GOAL_EQ || goal->op == GOAL_LE);
    if (!none && !(goal->op == GOAL_LT && goal->unit == UNIT_COUNT && goal->limit <= 1)) continue;
    for (int k = 0; metrics[k]; k++) {
      if (!strcmp(goal->metric + length + 1, metrics[k])) return goal;
    }
  }
  return NULL;
}

void lint_quorums_miss(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct outline_copies *copies = copies_of(lint, c);
    if (copies == NULL || copies->read == 0 || copies->read + copies->write > copies->n) continue;
    const struct goal *goal = freshness_goal(lint, c);
    if (goal == NULL) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint,
                        "reads wait for %u and writes for %u of %u copies, and the goal '%s' asks "
                        "for reads that miss nothing",
                        copies->read, copies->write, copies->n, goal->text);
  }
}

void lint_even_quorum(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct outline_copies *copies = copies_of(lint, c);
    if (copies == NULL || !copies->majority || copies->n % 2 != 0) continue;
    uint32_t n = copies->n;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint,
                        "a quorum is %u of %u copies: it stands the failure of %u, as many as with "
                        "%u copies, of which it waits for %u",
                        n / 2 + 1, n, n / 2 - 1, n - 1, n / 2);
  }
}
