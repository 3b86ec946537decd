#include "loss.h"

#include "detmath.h"

/* By how much more the disks fail than they do, per ns. */
static double excess(const struct loss *loss, const struct domain *d) {
  return (d->factor - 1) * loss->rate * d->armed;
}

double loss_pending(const struct loss *loss, const struct domain *d, bool whole_loss,
                    uint64_t now_ns) {
  if (!domain_counts(d, whole_loss)) return 0;
  double dt = (double)(now_ns - d->since_ns), x = excess(loss, d) * dt;
  /* The weight grows on the way: its integral. */
  return d->weight * (x > 0 ? dt * det_expm1(x) / x : dt);
}

void loss_settle(struct loss *loss, struct domain *d, bool whole_loss, uint64_t now_ns) {
  loss->time_ns += loss_pending(loss, d, whole_loss, now_ns);
  double x = excess(loss, d) * (double)(now_ns - d->since_ns);
  if (x > 0) d->weight *= det_exp(x);
  d->since_ns = now_ns;
}

void loss_failed(struct domain *d) {
  d->weight /= d->factor;
}

void loss_lost(struct loss *loss, struct domain *d, uint64_t groups, uint64_t now_ns) {
  if (groups == 0) return;
  loss->groups += d->weight * (double)groups;
  if (!d->lost) loss->hits++;
  if (!d->lost || d->lost_ns != now_ns) loss->losses += d->weight;
  d->lost = true;
  d->lost_ns = now_ns;
}

void loss_renewed(struct loss *loss, struct domain *d) {
  d->lost = false;
  d->weight = 1;
  loss->cycles++;
}

double loss_factor(const struct loss *loss, const struct domain *d, double share,
                   double rebuild_ns) {
  if (loss->rate == 0 || d->gone == 0 || d->lost || d->armed == 0) return 1;
  uint32_t rebuilding = d->rebuilding > 0 ? d->rebuilding : 1;
  double wanted = share / (1 - share) * rebuilding / rebuild_ns;
  double factor = wanted / (loss->rate * d->armed);
  return factor > 1 ? factor : 1;
}
