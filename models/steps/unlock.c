/* unlock(): gives back the lock that the handler has:
 *     UNLOCK */
#include "step.h"

struct unlock_config {
  char nothing;
};

static void compile(struct assembler *to, const void *config) {
  (void)config;
  assemble(to, STEP_UNLOCK);
}

const struct step_def step_unlock = {
    .word = {.name = "unlock",
             .role = ROLE_STEP,
             .bare = true,
             .usage = "unlock()",
             .doc = "Gives back the lock that the handler has, and does not wait for the answer. "
                    "Without one it does nothing."},
    .config_size = sizeof(struct unlock_config),
    .compile = compile,
};
