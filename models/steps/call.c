/* call { "db", timeout = "50ms", fallback = { ... } }: calls another component and waits. With a
 * fallback
 *     CALL (on failure: F); JUMP end; F: steps of the fallback; end: */
#include <math.h>

#include "step.h"

/* What a call is made of lies in the program itself; its keys are read straight into that. */
struct call_config {
  struct program_call call;
  struct block fallback;
};

#define AT(field) offsetof(struct call_config, call.field)

static const struct param subject = {
    .name = "component",
    .type = PARAM_REF,
    .offset = AT(component),
    .required = true,
    .doc = "Whom to call.",
};

static const struct param params[] = {
    {.name = "op",
     .type = PARAM_OP,
     .offset = AT(op),
     .doc = "Operation that the call is; without it that of the call being handled."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT(timeout_ns),
     .fallback = "never",
     .min = 1,
     .max = INFINITY,
     .doc = "How long to wait for the answer before the call counts as failed."},
    {.name = "request",
     .type = PARAM_SIZE_DIST,
     .offset = AT(request),
     .fallback = "0B",
     .doc = "Size of the request's message; matters where a path has a bandwidth."},
    {.name = "response",
     .type = PARAM_SIZE_DIST,
     .offset = AT(response),
     .fallback = "0B",
     .doc = "Size of the answer's message."},
    {.name = "fallback",
     .type = PARAM_STEPS,
     .offset = offsetof(struct call_config, fallback),
     .doc = "What to do when the call fails, instead of failing: steps, or {} for nothing."},
    {.name = "times",
     .type = PARAM_COUNT,
     .offset = AT(times),
     .fallback = "1",
     .min = 1,
     .max = UINT16_MAX,
     .doc = "Inside parallel { ... }: this many such calls at once."},
    {0},
};

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  (void)config;
  bool parallel = place->inside == &step_parallel;
  if (parallel && step_states(&step_call, place, "fallback")) {
    *key = "fallback";
    return error_set(err,
                     "is not for calls inside parallel; say how many have to succeed with "
                     "need = ...");
  }
  if (!parallel && step_states(&step_call, place, "times")) {
    *key = "times";
    return error_set(err, "is for calls inside parallel { ... }");
  }
  return true;
}

static void compile(struct assembler *to, const void *config) {
  const struct call_config *c = config;
  uint32_t call = to->steps;
  assemble(to, STEP_CALL);
  *assemble_call(to) = c->call;
  if (!c->fallback.given) return;
  uint32_t jump = to->steps;
  assemble(to, STEP_JUMP);
  assemble_jump_here(to, call);
  assemble_block(to, &c->fallback);
  assemble_jump_here(to, jump);
}

const struct step_def step_call = {
    .word = {.name = "call",
             .role = ROLE_STEP,
             .usage = "call \"db\"\n"
                      "call { \"db\", op = \"write\", timeout = \"50ms\", request = \"2kB\", "
                      "response = \"10kB\", fallback = { } }",
             .doc = "Calls another component and waits for its answer. When it fails the handler "
                    "fails, unless `fallback` says what to do instead.",
             .params = params,
             .subject = &subject},
    .config_size = sizeof(struct call_config),
    .check = check,
    .compile = compile,
};
