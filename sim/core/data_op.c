#include "data_op.h"

#include <assert.h>
#include <string.h>

#include "sim.h"

/* Caches may stand before caches; a circle of them ends here. */
enum { DEPTH_MOST = 32 };

static enum data_op by_name(const struct spec *spec, int op) {
  return !strcmp(spec->op[op], "write") ? DATA_WRITE : DATA_READ;
}

static enum data_op told_by(const struct spec *spec, uint32_t component, int op, int depth) {
  const struct component_spec *c = &spec->component[component];
  if (c->kind->data_op) return c->kind->data_op(spec, c, op);
  uint32_t behind = c->kind->data_behind ? c->kind->data_behind(c) : REF_NONE;
  if (behind == REF_NONE || depth == DEPTH_MOST) return by_name(spec, op);
  return told_by(spec, behind, op, depth + 1);
}

enum data_op data_op_of(const struct spec *spec, uint32_t component, int op) {
  assert(component < spec->components && op >= 0 && (uint32_t)op < spec->ops);
  return told_by(spec, component, op, 0);
}

struct op_set data_writes(const struct spec *spec, uint32_t component) {
  struct op_set set = {0};
  for (uint32_t op = 0; op < spec->ops; op++) {
    if (data_op_of(spec, component, (int)op) != DATA_WRITE) continue;
    set.bits[op / 64] |= UINT64_C(1) << (op % 64);
  }
  return set;
}
