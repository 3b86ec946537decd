/* reply(): answers now. */
#include "steps/step.h"

struct reply_config {
  bool hand_over;
};

static const struct param params[] = {
    {.name = "hand_over",
     .type = PARAM_BOOL,
     .offset = offsetof(struct reply_config, hand_over),
     .fallback = "false",
     .doc = "Whether the worker is free from then on, as if it gave the rest to a task of its own: "
            "work that follows waits for a worker again. Otherwise, with blocking io, the worker "
            "stays to the end."},
    {0},
};

static void compile(struct assembler *to, const void *config) {
  assemble(to, STEP_REPLY)->hand_over = ((const struct reply_config *)config)->hand_over;
}

const struct step_def step_reply = {
    .word = {.name = "reply",
             .role = ROLE_STEP,
             .bare = true,
             .usage = "reply()\nreply { hand_over = true }",
             .doc = "Answers now; the steps that follow are done after that, and hold the worker "
                    "unless it hands over.",
             .params = params},
    .config_size = sizeof(struct reply_config),
    .compile = compile,
};
