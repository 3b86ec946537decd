/* Log shipping and backups: every so often a database sends what it has acknowledged by then to a
 * safe place, where it is after a transfer, one transfer at a time. When its data are lost (the
 * fault `lose`), what the safe place has is what is left: every write acknowledged since is lost.
 *
 * The counts are of acknowledged writes, as their callers were told, and of what has arrived; the
 * database has no say in them. A crash breaks a transfer off, and keeps the data. */
#ifndef SHIPPING_H
#define SHIPPING_H

#include "fault_def.h"
#include "hist.h"
#include "param.h"
#include "sim.h"
#include "timer.h"

struct shipping_config {
  bool given;
  uint64_t every_ns;
  struct dist takes; /* ns */
};
extern const struct param shipping_params[];

/* Where it counts. */
struct shipping_meters {
  uint64_t *shipped, *lost;
  struct hist *recovery_point; /* ns */
};

struct shipping {
  const struct shipping_config *config;
  struct member *member;
  struct shipping_meters meters;
  struct stream takes;
  struct timer next, arrives;
  uint64_t number;               /* of the transfer, for draws */
  uint64_t acked;                /* writes that there are */
  uint64_t sent, sent_ns;        /* the transfer that is under way: so many, as of then */
  bool restored;                 /* what there is came out of the safe place, just now */
  uint64_t safe, safe_ns;        /* what has arrived: so many, as of then */
  uint64_t all, lost_since_zero; /* writes acknowledged since time 0, and lost */
};

/* NULL: nothing is said. */
struct shipping *shipping_new(struct sim *sim, struct member *member,
                              const struct shipping_config *config, struct shipping_meters meters);
void shipping_begin(struct sim *sim, struct shipping *shipping); /* a life begins */
void shipping_due(struct sim *sim, struct shipping *shipping, const struct timer *timer);
void shipping_lose(struct sim *sim, struct shipping *shipping);
void shipping_check(const struct shipping *shipping, struct checks *out);

static inline void shipping_acknowledge(struct shipping *shipping) {
  shipping->acked++;
  shipping->all++;
}

extern const struct fault_def fault_lose;

#endif
