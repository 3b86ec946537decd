/* work "5ms": keeps a worker busy. */
#include "step.h"

struct work_config {
  struct dist time;
};

static const struct param subject = {
    .name = "time",
    .type = PARAM_TIME_DIST,
    .offset = offsetof(struct work_config, time),
    .required = true,
    .doc = "How long, drawn for each request.",
};

static void compile(struct assembler *to, const void *config) {
  const struct work_config *c = config;
  assemble(to, STEP_WORK)->dist = c->time;
}

const struct step_def step_work = {
    .word = {.name = "work",
             .role = ROLE_STEP,
             .usage = "work \"5ms\"\nwork(exponential \"8ms\")",
             .doc = "Keeps a worker busy.",
             .subject = &subject},
    .config_size = sizeof(struct work_config),
    .compile = compile,
};
