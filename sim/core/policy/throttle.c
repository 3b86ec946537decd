#include "throttle.h"

#include "detmath.h"

void throttle_init(struct throttle *t, const struct throttle_config *config) {
  *t = (struct throttle){.config = config};
}

void throttle_restart(struct throttle *t) {
  *t = (struct throttle){.config = t->config, .turned_away = t->turned_away};
}

static void add(struct throttle *t, uint64_t now_ns, bool failed) {
  slices_advance(&t->slices, t->config->window_ns, now_ns, &t->tally);
  struct call_tally *now = slices_now(&t->slices);
  now->calls++;
  t->tally.calls++;
  now->failed += failed;
  t->tally.failed += failed;
}

double throttle_chance(struct throttle *t, uint64_t now_ns) {
  const struct throttle_config *config = t->config;
  slices_advance(&t->slices, config->window_ns, now_ns, &t->tally);
  double calls = (double)t->tally.calls, good = (double)(t->tally.calls - t->tally.failed);
  double excess = calls - good / config->threshold;
  if (excess <= 0) return 0;
  double chance = excess / (calls + 1);
  if (config->aggression != 1) chance = det_pow(chance, 1 / config->aggression);
  return chance < config->most ? chance : config->most;
}

void throttle_away(struct throttle *t, uint64_t now_ns) {
  t->turned_away++;
  if (t->config->counts == THROTTLE_COUNTS_ALL) add(t, now_ns, true);
}

void throttle_record(struct throttle *t, uint64_t now_ns, bool failed) {
  add(t, now_ns, failed);
}
