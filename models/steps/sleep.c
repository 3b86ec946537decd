/* sleep "20ms": lets time pass without work. */
#include "step.h"

struct sleep_config {
  struct dist time;
};

static const struct param subject = {
    .name = "time",
    .type = PARAM_TIME_DIST,
    .offset = offsetof(struct sleep_config, time),
    .required = true,
    .doc = "How long, drawn for each request.",
};

static void compile(struct assembler *to, const void *config) {
  const struct sleep_config *c = config;
  assemble(to, STEP_SLEEP)->dist = c->time;
}

const struct step_def step_sleep = {
    .word = {.name = "sleep",
             .role = ROLE_STEP,
             .usage = "sleep \"20ms\"",
             .doc = "Lets time pass without work.",
             .subject = &subject},
    .can_be_off = true,
    .config_size = sizeof(struct sleep_config),
    .compile = compile,
};
