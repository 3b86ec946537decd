/* reply(): answers now. */
#include "step.h"

static void compile(struct assembler *to, const void *config) {
  (void)config;
  assemble(to, STEP_REPLY);
}

const struct step_def step_reply = {
    .word = {.name = "reply",
             .role = ROLE_STEP,
             .bare = true,
             .usage = "reply()",
             .doc = "Answers now; the steps that follow are done after that."},
    .compile = compile,
};
