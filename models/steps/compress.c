/* compress { ratio = 0.25, per_byte = "5ns" }: makes the answer smaller. */
#include "step.h"

struct compress_config {
  double ratio;
  struct dist per_byte;
};

static const struct param params[] = {
    {.name = "ratio",
     .type = PARAM_RATIO,
     .offset = offsetof(struct compress_config, ratio),
     .required = true,
     .min = 1e-6,
     .max = 1,
     .doc = "Size of the answer afterwards, as a share of what it was (gzip of HTML: 20 %, of "
            "JavaScript: 30 to 35 %)."},
    {.name = "per_byte",
     .type = PARAM_TIME_DIST,
     .offset = offsetof(struct compress_config, per_byte),
     .fallback = "0ns",
     .doc =
         "Work for each byte of the answer as it was; a fixed time, such as \"10ns\" for 100 MB a "
         "second."},
    {0},
};

static bool check(const struct step_place *place, const void *config, const char **key,
                  struct error *err) {
  (void)place;
  const struct compress_config *c = config;
  if (c->per_byte.kind == DIST_CONSTANT) return true;
  *key = "per_byte";
  return error_set(err, "is a fixed time; sizes vary, not the work for a byte");
}

static void compile(struct assembler *to, const void *config) {
  const struct compress_config *c = config;
  struct step *step = assemble(to, STEP_COMPRESS);
  step->chance = c->ratio;
  step->dist = c->per_byte;
}

const struct step_def step_compress = {
    .word = {.name = "compress",
             .role = ROLE_STEP,
             .usage = "compress { ratio = 0.25, per_byte = \"5ns\" }",
             .doc =
                 "Makes the answer smaller, and keeps a worker busy with it. What an answer's size "
                 "is, the caller says (`response`); without a size there is nothing to do.",
             .params = params},
    .can_be_off = true,
    .config_size = sizeof(struct compress_config),
    .check = check,
    .compile = compile,
};
