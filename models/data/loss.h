/* How often data are lost, of disks that belong together: counted, or estimated from a run in which
 * they fail more often than they do.
 *
 * Such disks are watched together because their failures meet: one set, or all disks if groups lie
 * on any of them. Their history begins again whenever all are whole, so it is made of cycles that
 * are independent, and the mean time between losses is
 *
 *   E[time of a cycle] / E[losses in a cycle].
 *
 * Failure biasing: while some disk is not whole, the others fail `factor` times as often, and what
 * happens in the cycle from there on counts with the likelihood ratio
 *
 *   exp((factor - 1) * rate * dt) of each stretch of time, times 1 / factor of each failure,
 *
 * so that both expectations are those without it, whatever the law of rebuilding (Goyal,
 * Shahabuddin, Heidelberger, Nicola and Glynn, "A unified framework for simulating Markovian models
 * of highly dependable systems", IEEE Transactions on Computers 41, 1992; Nicola, Nakayama,
 * Heidelberger and Goyal, "Fast simulation of highly dependable systems with general failure and
 * repair processes", the same 42, 1993). It takes exponential lives, as nothing else has a rate
 * that can be multiplied without knowing their ages. Of the time in which all are whole nothing is
 * changed. After a loss nothing is biased until all are whole. */
#ifndef LOSS_H
#define LOSS_H

#include <stdbool.h>
#include <stdint.h>

/* Disks that are watched together. */
struct domain {
  uint32_t disks; /* so many, */
  uint32_t armed; /* of which can fail now, */
  uint32_t gone;  /* and are not whole */
  uint32_t rebuilding;
  uint32_t first, last; /* those that wait to be rebuilt, as disks + 1; 0: none */
  double factor, weight;
  uint64_t since_ns; /* up to when time is counted */
  uint64_t lost_ns;  /* the last loss; what is lost at one instant is one */
  bool lost;         /* something, in this cycle */
};

/* What all of them of a component come to. */
struct loss {
  double rate;           /* 1 / mean life, per ns; 0: no biasing */
  double time_ns;        /* in which there was something to lose */
  double losses, groups; /* weighted: instants of loss, and groups lost */
  uint64_t cycles, hits; /* begun from all whole; those with a loss, as it was simulated */
};

/* Whether time of a domain counts now, of which `whole_loss` is lost if anything is. */
static inline bool domain_counts(const struct domain *d, bool whole_loss) {
  return !(d->lost && whole_loss);
}

/* Weighted time from since_ns to now, in ns. */
double loss_pending(const struct loss *loss, const struct domain *d, bool whole_loss,
                    uint64_t now_ns);
/* Brings time and weight up to now: before anything changes. */
void loss_settle(struct loss *loss, struct domain *d, bool whole_loss, uint64_t now_ns);
/* One of its disks failed by the life that is biased, after loss_settle. */
void loss_failed(struct domain *d);
/* So many groups are lost. */
void loss_lost(struct loss *loss, struct domain *d, uint64_t groups, uint64_t now_ns);
/* All are whole. */
void loss_renewed(struct loss *loss, struct domain *d);

/* How many times as often the disks of the domain are to fail, so that the next event is a failure
 * with about this share; never less often than they do. */
double loss_factor(const struct loss *loss, const struct domain *d, double share,
                   double rebuild_ns);

#endif
