#include "detector.h"

#include <math.h>

#include "detmath.h"

#define LEAST_DEVIATION_S 0.1
#define LN_10 2.302585092994046

static void add(struct beats *beats, double seconds) {
  if (beats->n == beats->room) {
    double old = beats->sample[beats->next];
    beats->sum -= old;
    beats->squares -= old * old;
  } else {
    beats->n++;
  }
  beats->sample[beats->next] = seconds;
  beats->next = (beats->next + 1) % beats->room;
  beats->sum += seconds;
  beats->squares += seconds * seconds;
}

void beats_heard(struct beats *beats, uint64_t now_ns, uint64_t expected_ns) {
  beats->missed = 0;
  if (beats->sample) {
    double expected_s = (double)expected_ns / 1e9;
    if (beats->n == 0) { /* a guess that deviates by a quarter, as Akka's */
      add(beats, 0.75 * expected_s);
      add(beats, 1.25 * expected_s);
    } else {
      add(beats, (double)(now_ns - beats->last_ns) / 1e9);
    }
  }
  beats->last_ns = now_ns;
}

void beats_heard_again(struct beats *beats, uint64_t now_ns) {
  beats->missed = 0;
  beats->last_ns = now_ns;
}

void beats_expect(struct beats *beats, uint64_t from_ns) {
  beats->missed = 0;
  beats->last_ns = from_ns;
}

double beats_phi(const struct beats *beats, uint64_t now_ns) {
  if (beats->n == 0 || now_ns <= beats->last_ns) return 0;
  double mean = beats->sum / beats->n, variance = beats->squares / beats->n - mean * mean;
  double sd = variance > LEAST_DEVIATION_S * LEAST_DEVIATION_S ? sqrt(variance) : LEAST_DEVIATION_S;
  double y = ((double)(now_ns - beats->last_ns) / 1e9 - mean) / sd;
  double at = y * (1.5976 + 0.070566 * y * y); /* of a logistic curve near the normal one */
  double log_chance = at > 0 ? -at - det_log1p(det_exp(-at)) : -det_log1p(det_exp(at));
  return -log_chance / LN_10;
}

double beats_phi_gossip(const struct beats *beats, uint64_t now_ns) {
  if (beats->n == 0) return 0;
  double silence_s = (double)(now_ns - beats->last_ns) / 1e9;
  return silence_s / (beats->sum / beats->n) / LN_10;
}
