/* surge { "users", factor = 5 }: new requests come more often; of kinds that send at a rate. */
#include "fault_def.h"
#include "fault_effects.h"
#include "outline.h"

static const struct param params[] = {
    {.name = "factor",
     .type = PARAM_NUMBER,
     .offset = offsetof(struct fault_spec, factor),
     .required = true,
     .min = 1e-6,
     .max = 1e6,
     .doc = "The rate of new requests is multiplied by it; below 1 fewer come."},
    {0},
};

static void hit(struct sim *sim, const struct fault_hit *hit, bool begins) {
  double factor = hit->spec->factor;
  for (uint32_t i = 0; i < hit->members; i++) {
    struct member *m = &sim->member[hit->member[i]];
    m->surge = begins ? m->surge * factor : m->surge / factor;
    /* rounding of overlapping faults */
    if (m->surge > 1 - 1e-12 && m->surge < 1 + 1e-12) m->surge = 1;
    member_tell(sim, m, &fault_surge, begins);
  }
}

static bool fits(const struct component_spec *component, const struct outline *outline,
                 enum target_kind target) {
  (void)target;
  (void)component;
  return outline->source.surges;
}

const struct fault_def fault_surge = {
    .word = {.name = "surge",
             .role = ROLE_FAULT,
             .usage = "surge { \"users\", factor = 5 }",
             .doc = "A client sends new requests this many times as often; a trace is replayed so "
                    "many times "
                    "as fast (GoReplay's speed of 200 %), and of `closed` there are so many times "
                    "as many users.",
             .params = params,
             .subject = &fault_target_param},
    .own = true,
    .hit = hit,
    .multiplies = true,
    .idle = fault_idle_factor,
    .fits = fits,
    .lacks = "sends no requests on its own; name a client",
    .unfit = "sends at no rate and has no users, which a surge multiplies",
    .whom = "client that sends at a rate",
};
