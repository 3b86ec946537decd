/* transaction { call { "from", op = "debit" }, call { "to", op = "credit" }, commit = "2pc" }:
 * writes that belong together. Without a protocol they are made one after the other, CALL; CALL;
 * DECIDE with two phases all are prepared at once, and the decision is put on disk: PARALLEL;
 * SLEEP; DECIDE. A saga is one after the other, too. */
#include "transaction.h"

#include "kind.h"
#include "step.h"

enum commit { COMMIT_NONE, COMMIT_TWO_PHASE, COMMIT_SAGA };

struct transaction_config {
  struct block calls;
  uint32_t commit;
  struct dist log; /* ns */
  bool durable;
};

#define AT(field) offsetof(struct transaction_config, field)

static const char *const calls_alone[] = {"call", NULL};
static const char *const commit_choices[] = {"none", "2pc", "saga", NULL};

static const struct param items = {
    .name = "calls",
    .type = PARAM_STEPS,
    .offset = AT(calls),
    .required = true,
    .choices = calls_alone,
    .doc = "The writes, each to a database of its own.",
};

static const struct param params[] = {
    {.name = "commit",
     .type = PARAM_ENUM,
     .offset = AT(commit),
     .fallback = "none",
     .choices = commit_choices,
     .doc =
         "\"none\": one write after the other, and what was written stays if a later one fails; "
         "\"2pc\": two-phase commit. All are prepared at once; when all have voted the decision "
         "is put on disk, and they are told. From its vote until it hears the decision a "
         "database keeps the row locked. One that does not answer is told every second. "
         "\"saga\": one after the other; when one fails, those before are undone by the calls that "
         "`compensate` names, all at once, and each second until they have; so is one that was "
         "given up, and it is not done afterwards. Others see what is undone later."},
    {.name = "log",
     .type = PARAM_TIME_DIST,
     .offset = AT(log),
     .fallback = "0ms",
     .needs = "commit = 2pc",
     .doc =
         "How long the decision takes to be on disk (a flush: 0.1 ms on an SSD with a capacitor, "
         "10 ms on a disk)."},
    {.name = "durable",
     .type = PARAM_BOOL,
     .offset = AT(durable),
     .fallback = "true",
     .needs = "commit = saga",
     .doc =
         "Whether a saga is on the disk of who runs it, and is undone after a crash; if not it is "
         "forgotten, and stays half done."},
    {0},
};

static bool check_compensation(const struct program_call *call, bool saga, struct error *err) {
  if (saga && call->undo == OP_INHERIT) {
    return error_set(err,
                     "is a saga, and its calls have to say what undoes them: compensate = ...");
  }
  if (!saga && call->undo != OP_INHERIT) {
    return error_set(err, "takes compensate with commit = \"saga\" alone");
  }
  return true;
}

static bool check_call(const struct step_place *place, const struct step *step,
                       const struct program_call *call, struct error *err) {
  const struct component_spec *to = &place->spec->component[call->component];
  if (step->kind != STEP_CALL || step->target > 0) {
    return error_set(err, "takes calls that are made once and have no fallback");
  }
  if (!to->kind->takes_part) {
    return error_set(err, "\"%s\" is a %s, which cannot take part; name databases", to->name,
                     to->kind->name);
  }
  if (!outbound_is_plain(&call->policy)) {
    return error_set(err, "its calls take a timeout, and nothing else of a call's policy");
  }
  return true;
}

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  const struct transaction_config *c = config;
  const struct program *calls = &c->calls.program;
  *key = NULL;
  for (uint32_t i = 0; i < calls->steps; i++) {
    const struct step *step = &calls->step[i];
    if (!check_call(place, step, &calls->call[step->first], err)) return false;
    if (!check_compensation(&calls->call[step->first], c->commit == COMMIT_SAGA, err)) return false;
  }
  if (calls->calls < 2 || calls->calls > TRANSACTION_PARTS) {
    return error_set(err, "is made of 2 to %u calls", TRANSACTION_PARTS);
  }
  for (uint32_t i = 0; i < calls->calls; i++) {
    for (uint32_t k = 0; k < i; k++) {
      if (calls->call[k].component != calls->call[i].component) continue;
      return error_set(err,
                       "writes to \"%s\" twice, which would wait for its own lock; writes to one "
                       "database are one call",
                       place->spec->component[calls->call[i].component].name);
    }
  }
  return true;
}

static void compile(struct assembler *to, const void *config) {
  const struct transaction_config *c = config;
  const struct program *calls = &c->calls.program;
  bool two_phase = c->commit == COMMIT_TWO_PHASE;
  if (two_phase) assemble(to, STEP_PARALLEL);
  for (uint32_t i = 0; i < calls->calls; i++) {
    if (!two_phase) assemble(to, STEP_CALL);
    struct program_call *call = assemble_call(to);
    *call = calls->call[i];
    call->part = (uint8_t)(i + 1);
    call->parts = (uint8_t)calls->calls;
    call->prepares = two_phase;
    call->saga = c->commit == COMMIT_SAGA;
    call->durable = call->saga && c->durable;
  }
  if (two_phase && (c->log.kind != DIST_CONSTANT || dist_mean(&c->log) > 0)) {
    assemble(to, STEP_SLEEP)->dist = c->log;
  }
  assemble(to, STEP_DECIDE);
}

const struct step_def step_transaction = {
    .word = {.name = "transaction",
             .role = ROLE_STEP,
             .usage = "transaction { call \"from\", call \"to\", commit = \"2pc\" }\n"
                      "transaction { call { \"from\", op = \"debit\" }, call { \"to\", op = "
                      "\"credit\" }, commit = \"2pc\", log = \"1ms\" }",
             .doc = "Writes to several databases that belong together. When one fails the handler "
                    "fails.",
             .params = params,
             .items = &items},
    .config_size = sizeof(struct transaction_config),
    .check = check,
    .compile = compile,
};
