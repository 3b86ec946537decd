#include "service_state.h"

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  for (uint32_t i = 0; i < hit->members; i++) {
    struct service_state *s = sim->member[hit->member[i]].state;
    footprint_leaks(&s->memory, hit->spec->bytes, begins);
  }
}

static bool fits(const struct component_spec *component, const struct outline *outline,
                 enum target_kind target) {
  (void)target;
  (void)outline;
  return ((const struct service_config *)component->config)->memory.given;
}

static bool check(const struct fault_spec *fault, const char **key, struct error *err) {
  if (fault->bytes > 0) return true;
  *key = NULL;
  return error_set(err, "leaks nothing; leave the fault out instead");
}

static const struct param bytes_param = {
    .name = "bytes",
    .type = PARAM_BYTES,
    .offset = offsetof(struct fault_spec, bytes),
    .required = true,
    .doc = "What each call leaves behind when it ends, until the process does."};

const struct fault_def fault_leak = {
    .word = {.name = "leak",
             .role = ROLE_FAULT,
             .usage = "leak { \"web\", \"1MB\" }",
             .doc = "Each call leaves memory behind that is not freed while the process lives.",
             .params = fault_no_params,
             .subject = &fault_target_param,
             .second = &bytes_param},
    .own = true,
    .hit = hit,
    .check = check,
    .fits = fits,
    .lacks = "takes no memory that could leak; name a service with 'memory'",
    .unfit =
        "takes no memory that anybody counts; give it memory = { limit = \"2GB\" }, or a host "
        "with memory",
    .whom = "service with memory",
};
