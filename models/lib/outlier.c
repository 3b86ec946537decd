#include "outlier.h"

/* Envoy: base_ejection_time times the number of ejections, at most max_ejection_time (300 s, or the
 * base if that is longer); the number falls by one for each interval (10 s) spent in use. */
#define LONGEST_EJECTION_NS (300 * NS_PER_S)
#define FORGIVEN_EVERY_NS (10 * NS_PER_S)

bool outlier_observe(const struct outlier_config *config, struct outlier *o, enum outcome outcome) {
  switch (outcome) {
    case OUTCOME_OK:
    case OUTCOME_RATE_LIMITED:
    case OUTCOME_DENIED:
      o->failures = 0;
      return false;
    case OUTCOME_TIMEOUT:
    case OUTCOME_REFUSED:
    case OUTCOME_RESET:
    case OUTCOME_UNREACHABLE:
    case OUTCOME_SHED:
    case OUTCOME_CIRCUIT_OPEN:
    case OUTCOME_FAILED:
    case OUTCOMES:
      break;
  }
  if (o->ejected) return false; /* of a call sent before */
  return ++o->failures >= config->failures;
}

uint32_t outlier_most(const struct outlier_config *config, uint32_t n) {
  double share = config->most * (double)n * (1 + 1e-12); /* 0.07 * 100 is 7 */
  return share < 1 ? 1 : (uint32_t)share;
}

uint64_t outlier_eject(const struct outlier_config *config, struct outlier *o, uint64_t now_ns) {
  uint64_t forgiven = o->times ? (now_ns - o->back_ns) / FORGIVEN_EVERY_NS : 0;
  o->times = forgiven < o->times ? o->times - (uint32_t)forgiven + 1 : 1;
  uint64_t most_ns =
      config->eject_ns > LONGEST_EJECTION_NS ? config->eject_ns : LONGEST_EJECTION_NS;
  uint64_t time_ns = o->times < most_ns / config->eject_ns ? o->times * config->eject_ns : most_ns;
  o->failures = 0;
  o->ejected = true;
  o->back_ns = now_ns + time_ns;
  return time_ns;
}

void outlier_return(struct outlier *o) {
  o->ejected = false;
}

#define AT(field) offsetof(struct outlier_config, field)

const struct param outlier_params[] = {
    {.name = "failures",
     .type = PARAM_COUNT,
     .offset = AT(failures),
     .fallback = "5",
     .min = 1,
     .max = 1e6,
     .doc = "Calls in a row that end badly (anything but ok, rate_limited and denied) and take a "
            "backend out (Envoy's consecutive_5xx: 5)."},
    {.name = "eject",
     .type = PARAM_DURATION,
     .offset = AT(eject_ns),
     .fallback = "30s",
     .min = 1,
     .max = 1e18,
     .doc = "How long the first time, twice as long the second and so on, up to 300 s; every 10 s "
            "in use undo one time (Envoy: base_ejection_time 30 s)."},
    {.name = "most",
     .type = PARAM_RATIO,
     .offset = AT(most),
     .fallback = "10%",
     .min = 0,
     .max = 1,
     .doc = "Share of the backends that may be out for this at once, but always one (Envoy: "
            "max_ejection_percent 10 %, with always_eject_one_host)."},
    {0},
};
