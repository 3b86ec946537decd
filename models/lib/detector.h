/* Detectors: whether one that is watched has failed, from when it was last heard.
 *
 * beats    it has missed so many in a row
 * phi      accrual: how unlikely it is, by the times between beats so far, that the next one is
 * still to come; phi = -log10 of that chance (Hayashibara et al., "The phi accrual failure
 *          detector", 2004). The times count as normal; chances by the approximation that Akka
 * uses, from the last 1000 of them, with its least standard deviation of 100 ms. */
#ifndef DETECTOR_H
#define DETECTOR_H

#include <stdbool.h>
#include <stdint.h>

#define PHI_SAMPLES 1000u /* of Akka */

struct beats {
  uint64_t last_ns;
  uint32_t missed;     /* in a row */
  uint32_t n, next;    /* times between beats, in a ring */
  double sum, squares; /* of them, s */
  double *sample;      /* `room` of them; NULL: not wanted */
  uint32_t room;
};

/* It was heard. `expected_ns` is what is taken for the time between beats before any is known. */
void beats_heard(struct beats *beats, uint64_t now_ns, uint64_t expected_ns);
/* The same of one that has a new life: how long it was away says nothing about its beats. */
void beats_heard_again(struct beats *beats, uint64_t now_ns);
/* It is to begin a new life then; until then it is not missed. */
void beats_expect(struct beats *beats, uint64_t from_ns);
double beats_phi(const struct beats *beats, uint64_t now_ns);

/* The same where beats come by way of others, so that times between them are about exponential:
 * the silence over their mean, over ln 10 (Cassandra). */
double beats_phi_gossip(const struct beats *beats, uint64_t now_ns);

#endif
