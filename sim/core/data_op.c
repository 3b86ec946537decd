#include "data_op.h"

#include <assert.h>
#include <string.h>

#include "sim.h"

/* Caches may stand before caches; a circle of them ends here. */
enum { DEPTH_MOST = 32 };

static enum data_op by_name(const struct spec *spec, int op) {
  return !strcmp(spec->op[op], "write") ? DATA_WRITE : DATA_READ;
}

uint32_t data_truth(const struct spec *spec, uint32_t component) {
  for (int depth = 0; component != REF_NONE && depth < DEPTH_MOST; depth++) {
    const struct component_spec *c = &spec->component[component];
    if (c->kind->data_op) return component;
    component = c->kind->data_behind ? c->kind->data_behind(c) : REF_NONE;
  }
  return REF_NONE;
}

enum data_op data_op_of(const struct spec *spec, uint32_t component, int op) {
  assert(component < spec->components && op >= 0 && (uint32_t)op < spec->ops);
  uint32_t truth = data_truth(spec, component);
  if (truth == REF_NONE) return by_name(spec, op);
  const struct component_spec *c = &spec->component[truth];
  return c->kind->data_op(spec, c, op);
}

struct op_set data_writes(const struct spec *spec, uint32_t component) {
  struct op_set set = {0};
  for (uint32_t op = 0; op < spec->ops; op++) {
    if (data_op_of(spec, component, (int)op) != DATA_WRITE) continue;
    set.bits[op / 64] |= UINT64_C(1) << (op % 64);
  }
  return set;
}
