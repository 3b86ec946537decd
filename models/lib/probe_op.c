#include "probe_op.h"

#include "call.h"
#include "message.h"
#include "program.h"

void probe_send(struct sim *sim, struct member *from, struct member *to, int op, uint16_t site,
                uint64_t key, uint64_t timeout_ns) {
  if (op < 0) {
    member_ping(sim, from, to, site, key, timeout_ns);
    return;
  }
  struct frame *call = call_new(sim, from, NULL);
  call->site = site;
  call->key = key;
  call->op = (uint8_t)op;
  call_send(sim, call, to, timeout_ns);
}

static const struct handlers *handlers_of(const struct component_spec *component) {
  for (const struct param *p = component->kind->params; p->name; p++) {
    if (p->type == PARAM_HANDLERS) {
      return (const void *)((const char *)component->config + p->offset);
    }
  }
  return NULL;
}

static bool handles(const struct component_spec *component, int op) {
  const struct handlers *handlers = handlers_of(component);
  bool any = handlers == NULL || handlers->n == 0;
  for (uint32_t i = 0; !any && i < handlers->n; i++) {
    any = handlers->handler[i].op == op || handlers->handler[i].op < 0;
  }
  return any;
}

bool probe_op_valid(const struct spec *spec, uint32_t probed, int op, const char *where,
                    struct error *err) {
  const struct component_spec *component = &spec->component[probed];
  if (op < 0 || handles(component, op)) return true;
  return error_set(err,
                   "%s: %s \"%s\" has no handler for op = \"%s\"; add %s = { ... } to its 'on', "
                   "or leave op out, and its host answers",
                   where, component->kind->name, component->name, spec->op[op], spec->op[op]);
}
