/* fail(): answers with an error, always or with a probability:
 *     BRANCH p (else: end); FAIL; end: */
#include "step.h"

struct fail_config {
  double chance;
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
  if (c->chance == 1) {
    assemble(to, STEP_FAIL);
    return;
  }
  uint32_t branch = to->steps;
  assemble(to, STEP_BRANCH)->chance = c->chance;
  assemble(to, STEP_FAIL);
  assemble_jump_here(to, branch);
}

const struct step_def step_fail = {
    .word = {.name = "fail",
             .role = ROLE_STEP,
             .bare = true,
             .usage = "fail()\nfail { p = \"1%\" }",
             .doc = "Answers with an error.",
             .params = params},
    .config_size = sizeof(struct fail_config),
    .compile = compile,
};
