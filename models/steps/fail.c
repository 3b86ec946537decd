/* fail "denied": answers with an error, of a cause, always or with a probability:
 *     BRANCH p (else: end); FAIL; end: */
#include "step.h"

struct fail_config {
  uint32_t cause; /* index into causes */
  double chance;
};

/* What a handler can answer by itself; the other causes are what becomes of calls on their way. */
static const enum outcome outcomes[] = {OUTCOME_FAILED, OUTCOME_DENIED, OUTCOME_RATE_LIMITED,
                                        OUTCOME_SHED};
static const char *const causes[] = {"failed", "denied", "rate_limited", "shed", NULL};

static const struct param subject = {
    .name = "cause",
    .type = PARAM_ENUM,
    .offset = offsetof(struct fail_config, cause),
    .fallback = "failed",
    .choices = causes,
    .doc =
        "How the error counts (errors.denied) for who called, for `on` and `fallback` there; in "
        "HTTP terms 500, 403, 429, 503. Without `on`, `denied` is not tried again.",
};

static const struct param params[] = {
    {.name = "p",
     .type = PARAM_RATIO,
     .offset = offsetof(struct fail_config, chance),
     .fallback = "100%",
     .max = 1,
     .doc = "Probability that it answers with an error; else the handler goes on."},
    {0},
};

static void compile(struct assembler *to, const void *config) {
  const struct fail_config *c = config;
  uint32_t branch = to->steps;
  if (c->chance != 1) assemble(to, STEP_BRANCH)->chance = c->chance;
  assemble(to, STEP_FAIL)->outcome = (uint8_t)outcomes[c->cause];
  if (c->chance != 1) assemble_jump_here(to, branch);
}

const struct step_def step_fail = {
    .word = {.name = "fail",
             .role = ROLE_STEP,
             .bare = true,
             .usage = "fail()\nfail \"denied\"\nfail { \"rate_limited\", p = \"1%\" }",
             .doc = "Answers with an error.",
             .params = params,
             .subject = &subject},
    .can_be_off = true,
    .config_size = sizeof(struct fail_config),
    .compile = compile,
};
