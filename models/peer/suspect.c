#include "suspect.h"

#include "arena.h"
#include "detector.h"
#include "timeline.h"

#define SAMPLES 100 /* times between beats that it keeps of each peer */

bool suspect_valid(const struct detector *detector, uint32_t peers, struct error *err) {
  if (detector->rule == DETECTOR_BEATS || peers <= SUSPECT_PEERS_MAX) return true;
  return error_set(err, "detector: each of the %u peers would watch each other one; %u at most",
                   peers, SUSPECT_PEERS_MAX);
}

void suspect_init(struct sim *sim, const struct member *member, struct suspect *s,
                  const struct detector *detector, uint64_t every_ns) {
  uint32_t n = member->component->members;
  s->detector = detector;
  s->every_ns = every_ns;
  s->count = arena_alloc(sim->arena, n * sizeof *s->count);
  s->life = arena_alloc(sim->arena, n * sizeof *s->life);
  s->beats = arena_alloc(sim->arena, n * sizeof *s->beats);
  s->suspected = arena_alloc(sim->arena, n * sizeof *s->suspected);
  for (uint32_t i = 0; i < n; i++) {
    s->count[i] = 0;
    s->life[i] = 0;
    s->suspected[i] = false;
    s->beats[i] = (struct beats){0};
    if (detector->rule != DETECTOR_PHI) continue;
    double *sample = arena_alloc(sim->arena, SAMPLES * sizeof *sample);
    s->beats[i] = (struct beats){.sample = sample, .room = SAMPLES};
  }
}

/* Of whom nothing was heard yet nothing is missed. */
static bool has_failed(const struct suspect *s, const struct beats *beats, uint64_t now_ns) {
  if (beats->last_ns == 0) return false;
  uint64_t silent_ns = now_ns - beats->last_ns;
  switch (s->detector->rule) {
    case DETECTOR_BEATS:
      break;
    case DETECTOR_PHI:
      return beats_phi_gossip(beats, now_ns) >= s->detector->phi;
    case DETECTOR_MISSED:
      return silent_ns / s->every_ns >= s->detector->missed;
    case DETECTOR_TIMEOUT:
      return silent_ns >= s->detector->silent_ns;
  }
  return false;
}

static void begin_to_suspect(struct sim *sim, struct member *member, struct suspect *s,
                             struct member *about) {
  s->suspected[about->index - 1] = true;
  s->meters.suspicions++;
  if (about->down_since_ns == TIME_NEVER) {
    s->meters.false_alarms++;
  } else {
    hist_add(&s->meters.detection, sim->now_ns - about->down_since_ns);
  }
  sim_note(sim, member, about, "suspected");
}

void suspect_round(struct sim *sim, struct member *member, struct suspect *s) {
  struct component *peers = member->component;
  s->count[member->index - 1]++;
  s->life[member->index - 1] = member->epoch;
  for (uint32_t i = 0; i < peers->members; i++) {
    if (s->suspected[i] || i == member->index - 1) continue;
    if (!has_failed(s, &s->beats[i], sim->now_ns)) continue;
    begin_to_suspect(sim, member, s, &peers->member[i]);
  }
}

void suspect_hear(struct sim *sim, struct member *member, struct suspect *s,
                  const struct suspect *other) {
  struct component *peers = member->component;
  for (uint32_t i = 0; i < peers->members; i++) {
    if (other->count[i] <= s->count[i] || i == member->index - 1) continue;
    s->count[i] = other->count[i];
    if (s->life[i] == other->life[i]) {
      beats_heard(&s->beats[i], sim->now_ns, s->every_ns);
    } else {
      beats_heard_again(&s->beats[i], sim->now_ns);
    }
    s->life[i] = other->life[i];
    if (s->suspected[i]) sim_note(sim, member, &peers->member[i], "heard again");
    s->suspected[i] = false;
  }
}

void suspect_crash(const struct member *member, struct suspect *s) {
  for (uint32_t i = 0; i < member->component->members; i++) {
    s->suspected[i] = false;
    s->beats[i] = (struct beats){.sample = s->beats[i].sample, .room = s->beats[i].room};
  }
}
