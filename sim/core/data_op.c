#include "data_op.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "outline.h"
#include "sim.h"

static enum data_op by_name(const struct spec *spec, int op) {
  return !strcmp(spec->op[op], "write") ? DATA_WRITE : DATA_READ;
}

/* --- what lies behind ----------------------------------------------------------------------- */

/* Components with the operations that they are asked for, each pair once: what an operation at one
 * of them leads to, as far as those that keep data. */
struct walk {
  const struct spec *spec;
  struct arena *arena;
  bool *seen;
  uint32_t *pair; /* component * ops + operation */
  uint32_t n, capacity;
};

static void walk_to(struct walk *w, uint32_t component, uint32_t op) {
  uint32_t pair = component * w->spec->ops + op;
  if (component == REF_NONE || w->seen[pair]) return;
  w->seen[pair] = true;
  if (w->n == w->capacity) {
    w->capacity = w->capacity ? 2 * w->capacity : 64;
    w->pair = mem_resize(w->pair, w->capacity * sizeof *w->pair);
  }
  w->pair[w->n++] = pair;
}

static void walk_on(struct walk *w, uint32_t pair) {
  uint32_t op = pair % w->spec->ops;
  const struct component_spec *c = &w->spec->component[pair / w->spec->ops];
  if (c->kind->data_op) return;
  if (c->kind->data_behind) {
    walk_to(w, c->kind->data_behind(c), op);
  } else if (c->kind->outline && !c->kind->is_source) {
    struct outline outline;
    outline_begin(&outline, w->arena);
    c->kind->outline(w->spec, c, (int)op, &outline);
    for (uint32_t i = 0; i < outline.calls; i++) {
      walk_to(w, outline.call[i].to, (uint32_t)outline.call[i].op);
    }
  }
}

/* From one operation of a component, or from all (`op` below 0). */
static struct walk walk(const struct spec *spec, uint32_t component, int op) {
  struct walk w = {.spec = spec,
                   .arena = arena_new(),
                   .seen = mem_zeroed((size_t)spec->components * spec->ops, sizeof *w.seen)};
  for (uint32_t o = 0; o < spec->ops; o++) {
    if (op < 0 || o == (uint32_t)op) walk_to(&w, component, o);
  }
  for (uint32_t i = 0; i < w.n; i++) walk_on(&w, w.pair[i]);
  return w;
}

static void walk_free(struct walk *w) {
  arena_free(w->arena);
  free(w->seen);
  free(w->pair);
}

/* --- answers -------------------------------------------------------------------------------- */

uint32_t data_truth(const struct spec *spec, uint32_t component) {
  uint32_t truth = REF_NONE;
  bool several = false;
  struct walk w = walk(spec, component, -1);
  for (uint32_t i = 0; i < w.n; i++) {
    uint32_t c = w.pair[i] / spec->ops;
    if (!spec->component[c].kind->data_op) continue;
    several |= truth != REF_NONE && truth != c;
    truth = c;
  }
  walk_free(&w);
  return several ? REF_NONE : truth;
}

/* What the operations say that it leads to, if they agree. */
static enum data_op told(const struct spec *spec, uint32_t component, uint32_t truth, int op) {
  if (truth == REF_NONE) return by_name(spec, op);
  const struct component_spec *c = &spec->component[truth];
  enum data_op found = DATA_UNTOLD;
  bool any = false, agree = true;
  struct walk w = walk(spec, component, op);
  for (uint32_t i = 0; i < w.n; i++) {
    if (w.pair[i] / spec->ops != truth) continue;
    enum data_op one = c->kind->data_op(spec, c, (int)(w.pair[i] % spec->ops));
    agree &= !any || one == found;
    any = true;
    found = one;
  }
  walk_free(&w);
  return any && agree ? found : by_name(spec, op);
}

enum data_op data_op_of(const struct spec *spec, uint32_t component, int op) {
  assert(component < spec->components && op >= 0 && (uint32_t)op < spec->ops);
  return told(spec, component, data_truth(spec, component), op);
}

struct op_set data_writes(const struct spec *spec, uint32_t component) {
  struct op_set set = {0};
  uint32_t truth = data_truth(spec, component);
  for (uint32_t op = 0; op < spec->ops; op++) {
    if (told(spec, component, truth, (int)op) != DATA_WRITE) continue;
    set.bits[op / 64] |= UINT64_C(1) << (op % 64);
  }
  return set;
}

uint64_t data_most_keys(const struct spec *spec) {
  uint64_t most = 0;
  for (uint32_t c = 0; c < spec->components; c++) {
    const struct component_spec *component = &spec->component[c];
    for (const struct param *p = component->kind->params; p && p->name; p++) {
      if (p->type != PARAM_KEYS || !component->config) continue;
      const struct keys *keys = (const struct keys *)((const char *)component->config + p->offset);
      if (keys->kind != KEYS_NONE && keys->n > most) most = keys->n;
    }
  }
  return most;
}
