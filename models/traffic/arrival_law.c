#include "arrival_law.h"

#include <math.h>

#include "profile.h"
#include "ziggurat.h"

/* --- by the clock --------------------------------------------------------------------------- */

static double profile_law_delay_ns(struct arrival_source *source, uint64_t now_ns, double offset_ns,
                                   double count) {
  return profile_delay_ns(source->config->profile, now_ns, offset_ns, count);
}

static double profile_law_count(struct arrival_source *source, uint64_t from_ns, uint64_t to_ns) {
  return profile_count(source->config->profile, from_ns, to_ns);
}

/* --- by chance ------------------------------------------------------------------------------ */

static double phase_lasts_ns(const struct arrival_source *source, const struct arrival_phase *at) {
  struct draws draws = draws_begin(source->phases, source->base, at->number << 32);
  return source->config->phase[at->phase].mean_ns * zig_exponential(&draws);
}

static void next_phase(const struct arrival_source *source, struct arrival_phase *at) {
  at->phase = at->phase + 1 < source->config->phases ? at->phase + 1 : 0;
  at->number++;
  at->until_ns += phase_lasts_ns(source, at);
}

/* The run begins in a phase drawn in proportion to the time that each takes; what is left of it is
 * exponential again. So the process is stationary from the beginning. */
static void mmpp_init(struct member *member, struct arrival_source *source) {
  const struct arrivals *config = source->config;
  struct draws draws = draws_begin(source->phases, source->base, UINT64_C(1) << 63);
  double all = 0;
  (void)member;
  for (uint32_t i = 0; i < config->phases; i++) all += config->phase[i].mean_ns;
  double u = draws_unit(&draws) * all;
  for (; source->phase.phase + 1 < config->phases; source->phase.phase++) {
    u -= config->phase[source->phase.phase].mean_ns;
    if (u < 0) break;
  }
  source->phase.until_ns = phase_lasts_ns(source, &source->phase);
}

static double mmpp_delay_ns(struct arrival_source *source, uint64_t now_ns, double offset_ns,
                            double count) {
  double start_ns = (double)now_ns + offset_ns, at_ns = start_ns;
  while (source->phase.until_ns <= at_ns) next_phase(source, &source->phase);
  for (struct arrival_phase at = source->phase;; next_phase(source, &at)) {
    double rate = source->config->phase[at.phase].rate_per_s / 1e9;
    double here = rate * (at.until_ns - at_ns);
    if (here > count) return at_ns - start_ns + count / rate;
    if (at.until_ns > 9e18) return INFINITY;
    count -= here;
    at_ns = at.until_ns;
  }
}

static double mmpp_count(struct arrival_source *source, uint64_t from_ns, uint64_t to_ns) {
  double count = 0, from = (double)from_ns, to = (double)to_ns;
  while (source->phase.until_ns <= from) next_phase(source, &source->phase);
  for (struct arrival_phase at = source->phase; from < to; next_phase(source, &at)) {
    double until = fmin(at.until_ns, to);
    count += source->config->phase[at.phase].rate_per_s / 1e9 * (until - from);
    from = until;
  }
  return count;
}

double arrival_law_mean_per_s(const struct arrivals *config) {
  double requests = 0, all = 0;
  for (uint32_t i = 0; i < config->phases; i++) {
    requests += config->phase[i].rate_per_s * config->phase[i].mean_ns;
    all += config->phase[i].mean_ns;
  }
  return requests / all;
}

double arrival_law_peak_per_s(const struct arrivals *config) {
  double peak = 0;
  for (uint32_t i = 0; i < config->phases; i++) peak = fmax(peak, config->phase[i].rate_per_s);
  return peak;
}

/* --- which ---------------------------------------------------------------------------------- */

static const struct arrival_law profile_law = {NULL, profile_law_delay_ns, profile_law_count};
static const struct arrival_law mmpp_law = {mmpp_init, mmpp_delay_ns, mmpp_count};

const struct arrival_law *arrival_law_of(const struct arrivals *config) {
  if (config->kind == ARRIVALS_MMPP) return &mmpp_law;
  return config->profile ? &profile_law : NULL;
}
