/* parallel { call "a", call "b", need = 1 }: calls made at once. */
#include <math.h>

#include "step.h"

struct parallel_config {
  struct block calls;
  uint64_t need;
};

/* A handler counts the calls that it waits for in 16 bits. */
#define CALLS_MAX UINT16_MAX

static const char *const calls_alone[] = {"call", NULL};

static const struct param items = {
    .name = "calls",
    .type = PARAM_STEPS,
    .offset = offsetof(struct parallel_config, calls),
    .required = true,
    .choices = calls_alone,
    .doc = "The calls.",
};

static const struct param params[] = {
    {.name = "need",
     .type = PARAM_COUNT,
     .offset = offsetof(struct parallel_config, need),
     .min = 1,
     .max = CALLS_MAX,
     .doc = "How many of the calls have to succeed before the handler goes on; without it all."},
    {0},
};

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  const struct parallel_config *c = config;
  uint64_t total = 0;
  bool known = true; /* members are counted later */
  for (uint32_t i = 0; i < c->calls.program.calls; i++) {
    uint64_t copies = program_call_copies(place->spec, &c->calls.program.call[i]);
    known &= copies > 0;
    total += copies;
  }
  if (c->calls.program.calls == 0) return error_set(err, "names no call; write call \"db\"");
  if (total > CALLS_MAX) return error_set(err, "makes more than %u calls at once", CALLS_MAX);
  if (!known || !step_states(&step_parallel, place, "need") || c->need <= total) return true;
  *key = "need";
  return error_set(err, "%llu is out of range; it must be from 1 to %llu",
                   (unsigned long long)c->need, (unsigned long long)total);
}

static void compile(struct assembler *to, const void *config) {
  const struct parallel_config *c = config;
  assemble(to, STEP_PARALLEL)->need = (uint32_t)c->need;
  for (uint32_t i = 0; i < c->calls.program.calls; i++) {
    *assemble_call(to) = c->calls.program.call[i];
  }
}

const struct step_def step_parallel = {
    .word =
        {.name = "parallel",
         .role = ROLE_STEP,
         .usage = "parallel { call \"a\", call { \"leaf\", times = 100 }, need = 95 }",
         .doc =
             "Makes calls at once and goes on when `need` of them (else all) succeeded. When that "
             "is decided nobody waits for the others: services with `cancel` hear of it.",
         .params = params,
         .items = &items},
    .config_size = sizeof(struct parallel_config),
    .check = check,
    .compile = compile,
};
