/* Rules about locks that are given away for a lease. */
#include <string.h>

#include "dist_bounds.h"
#include "lint.h"
#include "pace.h"
#include "program.h"

/* What a handler does from when it has a lock to when it gives it back, step by step. */
typedef void held_fn(void *context, const struct program *program, const struct step *step);

static void while_held(const struct program *program, uint32_t from, held_fn *look, void *context) {
  for (uint32_t i = from; i < program->steps; i++) {
    const struct step *step = &program->step[i];
    bool another = step->kind == STEP_CALL && program->call[step->first].locks;
    if (step->kind == STEP_UNLOCK || step->kind == STEP_END || another) return;
    look(context, program, step);
  }
}

/* A lock that some handler takes. */
struct taken {
  uint32_t component;
  int op; /* of the handler */
  const struct program *program;
  uint32_t step;
  const struct program_call *call;
};

static void each_lock(struct lint *lint, void (*look)(struct lint *, const struct taken *)) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct handlers *handlers = lint_handlers(&lint->spec->component[c]);
    for (uint32_t i = 0; handlers && i < handlers->n; i++) {
      const struct program *program = &handlers->handler[i].program;
      for (uint32_t k = 0; k < program->steps; k++) {
        const struct step *step = &program->step[k];
        if (step->kind != STEP_CALL || !program->call[step->first].locks) continue;
        look(lint,
             &(struct taken){c, handlers->handler[i].op, program, k, &program->call[step->first]});
      }
    }
  }
}

/* --- work ------------------------------------------------------------------------------------ */

/* One in a thousand takes at least the sum: of one piece that quantile, and the least of the
 * others. Steps behind a branch may never be done. */
struct work {
  double least_ns, gain_ns;
  bool branched;
};

static void add_work(void *context, const struct program *program, const struct step *step) {
  (void)program;
  struct work *work = context;
  work->branched |= step->kind == STEP_BRANCH;
  bool takes_time = step->kind == STEP_WORK || step->kind == STEP_SLEEP;
  if (!takes_time || work->branched) return;
  double least_ns = dist_least(&step->dist);
  double gain_ns = dist_quantile_least(&step->dist, 0.999) - least_ns;
  work->least_ns += least_ns;
  if (gain_ns > work->gain_ns) work->gain_ns = gain_ns;
}

static double work_ns(const struct taken *taken) {
  struct work work = {0};
  while_held(taken->program, taken->step + 1, add_work, &work);
  return work.least_ns + work.gain_ns;
}

static void lease_below_work(struct lint *lint, const struct taken *taken) {
  double lasts_ns = work_ns(taken);
  if (taken->call->renews || (double)taken->call->lease_ns >= lasts_ns) return;
  struct finding *f = lint_add_component(lint, taken->component);
  f->what = lint_text(lint, "its lease is %s, and one in a thousand works for %s under the lock",
                      lint_ns(lint, (double)taken->call->lease_ns), lint_ns(lint, lasts_ns));
  f->mend = lint_text(lint, "renew = true, or a lease well above %s", lint_ns(lint, lasts_ns));
}

void lint_lease_below_work(struct lint *lint) {
  each_lock(lint, lease_below_work);
}

/* --- fencing --------------------------------------------------------------------------------- */

struct held_writes {
  const struct lint *lint;
  const struct taken *taken;
  uint32_t to; /* a database that does not look at tokens; REF_NONE: there is none */
};

/* Whether the call is a write, of an operation that comes to the handler. */
static bool is_write(const struct lint *lint, const struct taken *taken,
                     const struct program_call *call) {
  int op = call->op == OP_INHERIT ? taken->op : call->op;
  if (op >= 0) return data_op_of(lint->spec, call->component, op) == DATA_WRITE;
  const struct call_node *nodes = lint->graph->node;
  for (uint32_t i = lint->graph->first[taken->component]; i != NO_NODE; i = nodes[i].next) {
    if (nodes[i].op < 0) continue;
    if (data_op_of(lint->spec, call->component, nodes[i].op) == DATA_WRITE) return true;
  }
  return false;
}

static void note_write(void *context, const struct program *program, const struct step *step) {
  struct held_writes *writes = context;
  const struct lint *lint = writes->lint;
  for (uint32_t i = 0; i < step->count; i++) {
    const struct program_call *call = &program->call[step->first + i];
    uint32_t node = lint->graph->first[call->component];
    if (!lint->spec->component[call->component].kind->takes_part || node == NO_NODE) continue;
    if (lint->graph->node[node].outline.fences || !is_write(lint, writes->taken, call)) continue;
    writes->to = call->component;
  }
}

/* What keeps a holder from its work for longer than the lease; NULL: nothing that is declared. */
static const char *outlasts(struct lint *lint, const struct taken *taken) {
  double lease_ns = (double)taken->call->lease_ns;
  if (!taken->call->renews && work_ns(taken) > lease_ns) return "its work";
  uint32_t node = lint->graph->first[taken->component];
  const struct pace_config *pace = node == NO_NODE ? NULL : lint->graph->node[node].outline.pace;
  if (pace && pace->pauses.given && dist_quantile_least(&pace->pauses.lasts, 0.999) > lease_ns) {
    return "a pause in a thousand";
  }
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (fault->type != &fault_hang || !lint_hits(lint, fault->target, taken->component)) continue;
    if (fault->forever || dist_quantile_least(&fault->lasts, 0.999) > lease_ns) {
      return lint_text(lint, "\"%s\"", fault->name);
    }
  }
  return NULL;
}

static void lock_unfenced(struct lint *lint, const struct taken *taken) {
  if (taken->call->lease_ns == PARAM_UNLIMITED) return;
  struct held_writes writes = {lint, taken, REF_NONE};
  while_held(taken->program, taken->step + 1, note_write, &writes);
  if (writes.to == REF_NONE) return;
  const char *longer = outlasts(lint, taken);
  if (!longer) return;
  struct finding *f = lint_add_component(lint, taken->component);
  f->what = lint_text(lint,
                      "%s can take longer than the lease of %s, and \"%s\", which it writes to "
                      "under the lock, does not look at tokens",
                      longer, lint_ns(lint, (double)taken->call->lease_ns),
                      lint->spec->component[writes.to].name);
}

void lint_lock_unfenced(struct lint *lint) {
  each_lock(lint, lock_unfenced);
}

/* --- rows ------------------------------------------------------------------------------------- */

static bool locks_rows(const struct component_spec *component) {
  for (const struct param *p = component->kind->params; p && p->name; p++) {
    if (p->type != PARAM_BOOL || strcmp(p->name, "row_locks") != 0) continue;
    return *(const bool *)((const char *)component->config + p->offset);
  }
  return false;
}

void lint_locks_no_row(struct lint *lint) {
  if (lint_any_keys(lint)) return;
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    if (!locks_rows(&lint->spec->component[c])) continue;
    lint_add_component(lint, c)->what = "it locks the row of each write, and no client has keys";
  }
}

/* What a group of the component's parameters says, and the key of it; NULL: it is not given. */
static const void *said_in(const struct component_spec *component, const char *group,
                           const char *key) {
  for (const struct param *p = component->kind->params; p && p->name; p++) {
    if (p->type != PARAM_GROUP || strcmp(p->name, group) != 0) continue;
    const char *said = (const char *)component->config + p->offset;
    if (!*(const bool *)said) return NULL; /* `given` */
    for (const struct param *k = p->group; k->name; k++) {
      if (!strcmp(k->name, key)) return said + k->offset;
    }
  }
  return NULL;
}

void lint_deadlock_order(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const uint32_t *order = said_in(&lint->spec->component[c], "rows", "order");
    if (order && *order == 0) {
      lint_add_component(lint, c)->what =
          "a write locks several rows in any order, and two can wait for each other";
    }
  }
}
