#include "program.h"

#include <string.h>

#include "kind.h"

static void *grown(struct arena *arena, void *list, uint32_t n, uint32_t *capacity, size_t size) {
  if (n < *capacity) return list;
  *capacity = *capacity ? 2 * *capacity : 8;
  void *copy = arena_alloc(arena, *capacity * size);
  if (n) memcpy(copy, list, n * size);
  return copy;
}

/* Whether there is room for one more entry; else the program is void. */
static bool spend(struct assembler *to, uint32_t n) {
  if (n<UINT16_MAX && * to->budget> 0) {
    --*to->budget;
    return true;
  }
  to->full = true;
  return false;
}

struct step *assemble(struct assembler *to, enum step_kind kind) {
  if (!spend(to, to->steps)) return &to->beyond;
  to->step = grown(to->arena, to->step, to->steps, &to->step_capacity, sizeof *to->step);
  struct step *step = &to->step[to->steps++];
  *step = (struct step){.kind = kind, .first = to->calls, .chance = 1, .op = -1};
  return step;
}

struct program_call *assemble_call(struct assembler *to) {
  if (!spend(to, to->calls) || to->full) return &to->call_beyond;
  to->call = grown(to->arena, to->call, to->calls, &to->call_capacity, sizeof *to->call);
  to->step[to->steps - 1].count++;
  return &to->call[to->calls++];
}

void assemble_jump_here(struct assembler *to, uint32_t step) {
  if (step < to->steps) to->step[step].target = (uint16_t)to->steps;
}

void assemble_block(struct assembler *to, const struct block *block) {
  const struct program *program = &block->program;
  uint32_t base = to->steps;
  for (uint32_t i = 0; i < program->steps && !to->full; i++) {
    const struct step *from = &program->step[i];
    struct step *step = assemble(to, from->kind);
    uint32_t first = step->first;
    *step = *from;
    step->first = first;
    step->count = 0;
    if (from->target) step->target = (uint16_t)(from->target + base);
    for (uint32_t k = 0; k < from->count && !to->full; k++) {
      *assemble_call(to) = program->call[from->first + k];
    }
  }
}

/* A step's draws are numbered by its position among the steps of its kind. */
static void number(struct assembler *to) {
  uint16_t next[STEP_REPLY + 1] = {0};
  for (uint32_t i = 0; i < to->steps; i++) {
    bool works = to->step[i].kind == STEP_WORK_BYTES; /* they draw from one stream */
    to->step[i].ordinal = next[works ? STEP_WORK : to->step[i].kind]++;
  }
}

struct program assemble_program(struct assembler *to) {
  number(to);
  return (struct program){
      .steps = to->steps, .calls = to->calls, .step = to->step, .call = to->call};
}

typedef bool is_meant_fn(const struct spec *spec, const struct program_call *call,
                         uint32_t component);

static bool is_part(const struct spec *spec, const struct program_call *call, uint32_t component) {
  (void)spec;
  return call->part > 0 && call->component == component;
}

static bool is_undone(const struct spec *spec, const struct program_call *call,
                      uint32_t component) {
  return is_part(spec, call, component) && call->saga;
}

static bool compares(const struct spec *spec, const struct program_call *call, uint32_t component) {
  if (!call->if_unchanged) return false;
  uint32_t to = call->component;
  while (spec->component[to].kind->data_behind) {
    to = spec->component[to].kind->data_behind(&spec->component[to]);
    if (to == REF_NONE) return true; /* it may lead anywhere */
  }
  return to == component || !spec->component[to].kind->data_op;
}

static bool has_call(const struct spec *spec, const struct handlers *handlers, uint32_t component,
                     is_meant_fn *is_meant) {
  for (uint32_t i = 0; i < handlers->n; i++) {
    const struct program *program = &handlers->handler[i].program;
    for (uint32_t k = 0; k < program->calls; k++) {
      if (is_meant(spec, &program->call[k], component)) return true;
    }
  }
  return false;
}

/* The parameter of a kind that holds handlers, or NULL. */
static const struct param *handlers_param(const struct kind *kind) {
  const struct param *p = kind->params;
  while (p && p->name && p->type != PARAM_HANDLERS) p++;
  return p && p->name ? p : NULL;
}

/* Asked for each component that keeps data: with thousands of them, so that the table of a kind is
 * looked through once for all that follow each other. */
static bool any_has_call(const struct spec *spec, uint32_t component, is_meant_fn *is_meant) {
  const struct kind *kind = NULL;
  const struct param *param = NULL;
  for (uint32_t c = 0; c < spec->components; c++) {
    const struct component_spec *other = &spec->component[c];
    if (other->kind != kind) {
      kind = other->kind;
      param = handlers_param(kind);
    }
    if (param == NULL || !other->config) continue;
    if (has_call(spec, (const void *)((const char *)other->config + param->offset), component,
                 is_meant)) {
      return true;
    }
  }
  return false;
}

static bool any_part(const struct spec *spec, const struct program_call *call, uint32_t component) {
  (void)spec, (void)component;
  return call->part > 0;
}

static bool any_condition(const struct spec *spec, const struct program_call *call,
                          uint32_t component) {
  (void)spec, (void)component;
  return call->if_unchanged;
}

void program_survey(struct spec *spec) {
  spec->has_parts = any_has_call(spec, REF_NONE, any_part);
  spec->has_conditions = any_has_call(spec, REF_NONE, any_condition);
}

bool program_takes_part(const struct spec *spec, uint32_t component) {
  return spec->has_parts && any_has_call(spec, component, is_part);
}

bool program_is_undone(const struct spec *spec, uint32_t component) {
  return spec->has_parts && any_has_call(spec, component, is_undone);
}

bool program_compares(const struct spec *spec, uint32_t component) {
  return spec->has_conditions && any_has_call(spec, component, compares);
}
