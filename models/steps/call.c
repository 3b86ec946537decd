/* call { "db", timeout = "50ms", fallback = { ... } }: calls another component and waits. With a
 * fallback
 *     CALL (on failure: F); JUMP end; F: steps of the fallback; end: */
#include <math.h>

#include "kind.h"
#include "outbound_params.h"
#include "step.h"

/* What a call is made of lies in the program itself; its keys are read straight into that. */
struct call_config {
  struct program_call call;
  struct fallbacks fallback;
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
    OUTBOUND_PARAMS(struct call_config, call.policy),
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
     .type = PARAM_FALLBACKS,
     .offset = offsetof(struct call_config, fallback),
     .doc = "What to do when the call fails, instead of failing: steps, or {} for nothing; or by "
            "cause, { timeout = { ... }, otherwise = { ... } }, where causes not named fail. The "
            "answer then counts as degraded."},
    {.name = "pass_on",
     .type = PARAM_CAUSES,
     .offset = AT(passes),
     .doc =
         "Causes that are passed on as they came, with when to come again (`retry_after`), when "
         "the call fails and so the handler: what a proxy does with the status of what is behind "
         "it. Without it the handler has `failed`, whatever the cause."},
    {.name = "if_unchanged",
     .type = PARAM_BOOL,
     .offset = AT(if_unchanged),
     .fallback = "false",
     .doc =
         "Of a write: it is done only if nobody has written its datum since this handler read it "
         "there, and fails otherwise (compare and set: ETag and If-Match of HTTP, conditional "
         "writes of DynamoDB). Who tries again has to read again: give the caller of the "
         "handler a retry."},
    {.name = "compensate",
     .type = PARAM_OP,
     .offset = AT(undo),
     .doc = "In a transaction with commit = \"saga\": operation of the call that undoes this one."},
    {.name = "times",
     .type = PARAM_COUNT,
     .offset = AT(times),
     .fallback = "1",
     .min = 1,
     .max = UINT16_MAX,
     .doc = "Inside parallel { ... }: this many such calls at once. Each goes to a member of its "
            "own choice, so that of a group some may get several; every member once is `each`."},
    {.name = "each",
     .type = PARAM_BOOL,
     .offset = AT(each),
     .fallback = "false",
     .doc = "Whether every member of the group is called, once and all at the same time: stripes, "
            "quorums, broadcasts. Those that are stopped or have not joined get none, but of what "
            "keeps data each is needed. A retry of one of these calls goes to the same member; "
            "breaker and pool are for all together."},
    {.name = "need",
     .type = PARAM_COUNT,
     .offset = AT(need),
     .min = 1,
     .max = UINT16_MAX,
     .doc = "With `each`: how many of them have to succeed before the handler goes on; without it "
            "all."},
    {0},
};

static bool check_need(const struct step_place *place, const struct call_config *c, bool parallel,
                       const char **key, struct error *err) {
  uint64_t members = program_call_copies(place->spec, &c->call);
  *key = "need";
  if (!c->call.each) return error_set(err, "says how many of several calls; give each = true");
  if (parallel) return error_set(err, "is for all calls of parallel together; write it there");
  if (members == 0 || c->call.need <= members) return true; /* not known yet; or in range */
  return error_set(err, "%llu is out of range; it must be from 1 to %llu",
                   (unsigned long long)c->call.need, (unsigned long long)members);
}

/* A store, what passes calls on, or a service, which may do either. */
static bool may_compare(const struct spec *spec, uint32_t component) {
  const struct kind *kind = spec->component[component].kind;
  return kind->takes_part || kind->data_behind || kind->on_held;
}

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  const struct call_config *c = config;
  bool parallel = place->inside == &step_parallel;
  if (place->spec->component[c->call.component].kind->keeps_messages) {
    *key = NULL;
    return error_set(err, "a topic is not called; write publish \"%s\"",
                     place->spec->component[c->call.component].name);
  }
  if (c->call.if_unchanged && !may_compare(place->spec, c->call.component)) {
    *key = "if_unchanged";
    return error_set(err,
                     "\"%s\" is a %s, which has no versions; call a database, or what leads "
                     "to one",
                     place->spec->component[c->call.component].name,
                     place->spec->component[c->call.component].kind->name);
  }
  if (c->call.if_unchanged && place->inside == &step_transaction) {
    *key = "if_unchanged";
    return error_set(err, "and transaction do not go together yet: its rows are locked");
  }
  if (place->inside != &step_transaction && step_states(&step_call, place, "compensate")) {
    *key = "compensate";
    return error_set(err, "is for calls of transaction { ..., commit = \"saga\" }; leave it out");
  }
  if (parallel && step_states(&step_call, place, "fallback")) {
    *key = "fallback";
    return error_set(err,
                     "is not for calls inside parallel; say how many have to succeed with "
                     "need = ...");
  }
  if (!parallel && step_states(&step_call, place, "times")) {
    *key = "times";
    return error_set(err, "is for calls inside parallel { ... }; leave it out");
  }
  if (step_states(&step_call, place, "times") && c->call.each) {
    *key = "times";
    return error_set(err, "and each exclude each other: every member is called once");
  }
  if (c->call.each && c->call.policy.hedge.given) {
    *key = "hedge";
    return error_set(err, "and each = true do not go together: a hedge would ask the same member");
  }
  if (c->call.each && c->fallback.n && c->fallback.fallback[0].causes != CAUSES_ALL) {
    *key = "fallback";
    return error_set(err, "of each = true is one list of steps, whatever the causes");
  }
  if (step_states(&step_call, place, "pass_on") && (parallel || c->call.each)) {
    *key = "pass_on";
    return error_set(err, "is for a single call: of several each may fail in a way of its own");
  }
  if (step_states(&step_call, place, "need") && !check_need(place, c, parallel, key, err)) {
    return false;
  }
  *key = NULL;
  return outbound_valid(&c->call.policy, err);
}

/* The blocks one behind the other, each but the last behind a question for its causes. */
static void compile_fallbacks(struct assembler *to, const struct fallbacks *fallbacks) {
  uint32_t *jump = arena_alloc(to->arena, fallbacks->n * sizeof *jump);
  for (uint32_t i = 0; i < fallbacks->n; i++) {
    bool last = i + 1 == fallbacks->n;
    uint32_t branch = to->steps;
    if (!last) assemble(to, STEP_BRANCH)->causes = fallbacks->fallback[i].causes;
    assemble_block(to, &fallbacks->fallback[i].block);
    jump[i] = to->steps;
    if (last) break;
    assemble(to, STEP_JUMP);
    assemble_jump_here(to, branch);
  }
  for (uint32_t i = 0; i + 1 < fallbacks->n; i++) assemble_jump_here(to, jump[i]);
}

void step_compile_call(struct assembler *to, const struct program_call *made,
                       const struct fallbacks *fallbacks) {
  uint32_t call = to->steps, causes = 0;
  for (uint32_t i = 0; i < fallbacks->n; i++) causes |= fallbacks->fallback[i].causes;
  struct step *step = assemble(to, made->each ? STEP_PARALLEL : STEP_CALL);
  step->causes = causes;
  step->passes = made->passes;
  step->need = (uint32_t)made->need;
  *assemble_call(to) = *made;
  if (fallbacks->n == 0) return;
  uint32_t jump = to->steps;
  assemble(to, STEP_JUMP);
  assemble_jump_here(to, call);
  compile_fallbacks(to, fallbacks);
  assemble_jump_here(to, jump);
}

static void compile(struct assembler *to, const void *config) {
  const struct call_config *c = config;
  step_compile_call(to, &c->call, &c->fallback);
}

const struct step_def step_call = {
    .word = {.name = "call",
             .role = ROLE_STEP,
             .usage = "call \"db\"\n"
                      "call { \"db\", op = \"write\", timeout = \"50ms\", request = \"2kB\", "
                      "response = \"10kB\", fallback = { } }\n"
                      "call { \"pay\", timeout = \"1s\", retry = { attempts = 2 }, "
                      "breaker = { failures = 5, open = \"30s\" } }\n"
                      "call { \"disk\", each = true, need = 3 }",
             .doc = "Calls another component and waits for its answer. When it fails the handler "
                    "fails, unless `fallback` says what to do instead.",
             .params = params,
             .subject = &subject},
    .config_size = sizeof(struct call_config),
    .check = check,
    .compile = compile,
};
