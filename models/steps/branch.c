/* branch { p = "30%", ..., otherwise = { ... } }: steps done on a condition. With an alternative
 *     BRANCH (else: A); steps; JUMP end; A: steps of `otherwise`; end: */
#include "step.h"

struct branch_config {
  double chance;
  int op;
  struct block steps, otherwise;
};

static const struct param items = {
    .name = "steps",
    .type = PARAM_STEPS,
    .offset = offsetof(struct branch_config, steps),
    .doc = "What is done if the condition holds.",
};

static const struct param params[] = {
    {.name = "p",
     .type = PARAM_RATIO,
     .offset = offsetof(struct branch_config, chance),
     .fallback = "100%",
     .max = 1,
     .doc = "Probability of the condition; with `op` that of both."},
    {.name = "op",
     .type = PARAM_OP_KNOWN,
     .offset = offsetof(struct branch_config, op),
     .doc = "Operation for which alone the condition can hold."},
    {.name = "otherwise",
     .type = PARAM_STEPS,
     .offset = offsetof(struct branch_config, otherwise),
     .doc = "What is done if the condition does not hold."},
    {0},
};

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  (void)config, (void)key;
  if (step_states(&step_branch, place, "p") || step_states(&step_branch, place, "op")) return true;
  return error_set(err, "says no condition; give p = \"30%%\" or op = \"NAME\"");
}

static void compile(struct assembler *to, const void *config) {
  const struct branch_config *c = config;
  uint32_t branch = to->steps;
  struct step *step = assemble(to, STEP_BRANCH);
  step->chance = c->chance;
  step->op = c->op;
  assemble_block(to, &c->steps);
  if (!c->otherwise.given) {
    assemble_jump_here(to, branch);
    return;
  }
  uint32_t jump = to->steps;
  assemble(to, STEP_JUMP);
  assemble_jump_here(to, branch);
  assemble_block(to, &c->otherwise);
  assemble_jump_here(to, jump);
}

const struct step_def step_branch = {
    .word = {.name = "branch",
             .role = ROLE_STEP,
             .usage = "branch { p = \"30%\", work \"5ms\", otherwise = { work \"1ms\" } }\n"
                      "branch { op = \"buy\", call \"stock\" }",
             .doc = "Steps done with a probability, or for one operation alone; else the ones "
                    "under `otherwise`.",
             .params = params,
             .items = &items},
    .config_size = sizeof(struct branch_config),
    .check = check,
    .compile = compile,
};
