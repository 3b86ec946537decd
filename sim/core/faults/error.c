/* error { "web", ratio = "5%" }: answers a share of the calls `failed` at once. */
#include "fault_def.h"

static const char *const spares_choices[] = {"nothing", "probes", NULL};

static const struct param params[] = {
    {.name = "ratio",
     .type = PARAM_RATIO,
     .offset = offsetof(struct fault_spec, ratio),
     .fallback = "100%",
     .max = 1,
     .doc = "Share of the calls that it hits; without it all."},
    {.name = "spares",
     .type = PARAM_ENUM,
     .offset = offsetof(struct fault_spec, spares),
     .fallback = "nothing",
     .choices = spares_choices,
     .doc = "What it leaves alone. probes: health checks and probes are answered as if all were "
            "well, as where only the work behind a healthy page fails (a gray failure)."},
    {0},
};

const struct fault_def fault_error = {
    .word = {.name = "error",
             .role = ROLE_FAULT,
             .usage = "error { \"web\", ratio = \"5%\", spares = \"probes\" }",
             .doc = "Answers calls with an error at once.",
             .params = params,
             .subject = &fault_target_param},
    .gate = OUTCOME_FAILED,
    .idle = fault_idle_ratio,
};
