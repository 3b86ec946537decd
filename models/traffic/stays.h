/* session = { lasts, holds, .. }: users of a client who hold a connection while they work.
 *
 * Who comes opens a session (held.h) at what `holds` names, sends its requests on it, and leaves
 * when its time is over. With open arrivals each one is a user who comes, asks once, and again
 * after each time to `think`; the users of closed arrivals have their own and open another session
 * with the first request after one is over. With a journey the requests are those of it; a session
 * that is over before it is followed by another one. A request that comes while the session is not
 * open waits until it is.
 *
 * An opening that is refused, is reset or takes longer than the client's timeout is tried again
 * after `backoff`, up to `attempts` in a row; then the session is over and the request that waits
 * for it ends with that cause. A session that is lost is opened again after `again`. With `renew`
 * the user moves to another connection from time to time.
 *
 * Left out: requests on a session that is lost go their own way (their `retry` does not wait until
 * it is open again). */
#ifndef STAYS_H
#define STAYS_H

#include "backoff.h"
#include "meter.h"
#include "param.h"
#include "sim.h"

struct stay_config {
  bool given;
  struct dist lasts, think, again, renew; /* constant 0: there is none */
  uint32_t holds;                         /* component; REF_NONE: the target */
  uint64_t attempts;
  struct backoff backoff;
};

extern const struct param stay_params[];

struct stay;

/* Of one member. */
struct stays {
  const struct stay_config *config;
  struct component *at;
  uint64_t base, timeout_ns;
  bool are_closed;
  struct stream draws;
  struct stay **chunk; /* they stay where they are */
  uint32_t chunks, used, free;
  struct level open; /* sessions, as the users know */
  uint64_t opened, failed, lost, given_up, renewed;
};

static inline bool stays_are(const struct stays *stays) {
  return stays->config != NULL && stays->config->given;
}

void stays_init(struct sim *sim, struct member *member, struct stays *stays,
                const struct stay_config *config, struct component *target, uint64_t timeout_ns,
                uint64_t base);
void stays_free(struct stays *stays);

/* The stay of who sends the request with this number: that of its user, or a new one. */
uint32_t stay_of_number(struct sim *sim, struct stays *stays, uint64_t number);
uint64_t stay_number(const struct stays *stays, uint32_t stay);
/* Of a request of the client, which says whose it is where there are no journeys. */
void stay_mark(struct sim *sim, struct frame *call, uint32_t stay);
uint32_t stay_of(const struct sim *sim, const struct frame *call);

/* The request may go now, on the session; else it waits, and stay_due brings it later. A request
 * that waits is in nobody else's hands. */
bool stay_takes(struct sim *sim, struct member *member, struct stays *stays, uint32_t stay,
                struct frame *call);

/* The member that a request goes to on the session of its stay; NULL: its target's balancers know.
 */
struct member *stay_use(struct sim *sim, const struct stays *stays, uint32_t stay,
                        struct frame *call, const struct component *target);

/* A request of the stay has ended, or its journey: the user thinks and asks again (stay_due), or
 * does not. */
void stay_answered(struct sim *sim, struct member *member, struct stays *stays, uint32_t stay);

/* A session is open, as its user knows in in_ns; or one has ended. */
void stay_opens(struct sim *sim, struct member *member, struct stays *stays,
                const struct frame *session, uint64_t in_ns);
void stay_ended(struct sim *sim, struct member *member, struct stays *stays,
                const struct frame *session, enum outcome outcome);

/* What the timer of a stay means. */
enum stay_news {
  STAY_NOTHING,
  STAY_MAY_SEND, /* the request that waited, `*call`, goes now */
  STAY_ASKS      /* the user asks again: the request's key is *key */
};
bool stay_timer(const struct timer *timer);
enum stay_news stay_due(struct sim *sim, struct member *member, struct stays *stays,
                        struct timer *timer, struct frame **call, uint64_t *key);

#endif
