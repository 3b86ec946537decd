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

/* Expected from one time to a later one of the same phase. */
static double phase_count(const struct mmpp_phase *phase, double from_ns, double to_ns) {
  if (phase->profile == NULL) return phase->rate_per_s / 1e9 * (to_ns - from_ns);
  return profile_count(phase->profile, (uint64_t)from_ns, (uint64_t)to_ns);
}

static double phase_delay_ns(const struct mmpp_phase *phase, double from_ns, double count) {
  if (phase->profile == NULL) return count / (phase->rate_per_s / 1e9);
  double whole = floor(from_ns);
  return profile_delay_ns(phase->profile, (uint64_t)whole, from_ns - whole, count);
}

static double mmpp_delay_ns(struct arrival_source *source, uint64_t now_ns, double offset_ns,
                            double count) {
  double start_ns = (double)now_ns + offset_ns, at_ns = start_ns;
  while (source->phase.until_ns <= at_ns) next_phase(source, &source->phase);
  for (struct arrival_phase at = source->phase;; next_phase(source, &at)) {
    const struct mmpp_phase *phase = &source->config->phase[at.phase];
    double here = phase_count(phase, at_ns, fmin(at.until_ns, 9e18));
    if (here > count) return at_ns - start_ns + phase_delay_ns(phase, at_ns, count);
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
    count += phase_count(&source->config->phase[at.phase], from, until);
    from = until;
  }
  return count;
}

/* Over its period; of one that does not repeat, of all but its last rate. */
static double profile_mean_per_s(const struct profile *profile) {
  uint64_t last_ns = profile->point[profile->points - 1].at_ns;
  uint64_t span_ns = profile->every_ns > 0 ? profile->every_ns : last_ns;
  if (span_ns == 0) return profile->point[0].rate_per_s;
  return profile_count(profile, 0, span_ns) / ((double)span_ns / 1e9);
}

static double phase_peak_per_s(const struct mmpp_phase *phase) {
  double peak = phase->profile ? 0 : phase->rate_per_s;
  for (uint32_t i = 0; phase->profile && i < phase->profile->points; i++) {
    peak = fmax(peak, phase->profile->point[i].rate_per_s);
  }
  return peak;
}

double arrival_law_mean_per_s(const struct arrivals *config) {
  double requests = 0, all = 0;
  for (uint32_t i = 0; i < config->phases; i++) {
    const struct mmpp_phase *phase = &config->phase[i];
    double rate = phase->profile ? profile_mean_per_s(phase->profile) : phase->rate_per_s;
    requests += rate * phase->mean_ns;
    all += config->phase[i].mean_ns;
  }
  return requests / all;
}

double arrival_law_peak_per_s(const struct arrivals *config) {
  double peak = 0;
  for (uint32_t i = 0; i < config->phases; i++)
    peak = fmax(peak, phase_peak_per_s(&config->phase[i]));
  return peak;
}

/* --- which ---------------------------------------------------------------------------------- */

static const struct arrival_law profile_law = {NULL, profile_law_delay_ns, profile_law_count};
static const struct arrival_law mmpp_law = {mmpp_init, mmpp_delay_ns, mmpp_count};

const struct arrival_law *arrival_law_of(const struct arrivals *config) {
  if (config->kind == ARRIVALS_MMPP) return &mmpp_law;
  return config->profile ? &profile_law : NULL;
}
