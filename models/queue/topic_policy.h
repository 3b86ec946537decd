/* What a subscriber does about the messages that it is given: the keys of the call policy that mean
 * something there.
 *
 *   timeout   the work on a message may take so long; then it counts as failed, and may go on
 *   deadline  all its tries together, pauses included, take no longer
 *   retry     the same instance tries again what failed, after a pause in which it has the message,
 *             before the topic hears of it; what broke or was never reached goes back at once
 *   breaker   an instance whose work fails takes no messages for a while, then some on trial
 *   pool      it has no more at once than the size says, which may adapt
 *
 * State belongs to an instance. What is known of a delivery beside its frame is in a column. */
#ifndef TOPIC_POLICY_H
#define TOPIC_POLICY_H

#include "topic_state.h"

struct topic_policy {
  struct breaker *breaker; /* NULL: none */
  uint64_t opened;         /* of the breaker, as far as something is due for it */
  struct retry_budget budget;
  struct concurrency size;
};

/* Of a consumer that was made; NULL: it says nothing. */
struct topic_policy *topic_policy_new(struct sim *sim, const struct subscription *config);

/* In the init of a topic: what its subscribers will need. */
void topic_policy_want(struct sim *sim, const struct subscription *config);

/* Whether it may be given one more. */
bool topic_policy_has_room(const struct topic_consumer *c);
bool topic_policy_admits(const struct sim *sim, const struct topic_consumer *c);

/* A call carries a message to it: which try it is, from 1. */
void topic_policy_sends(struct sim *sim, struct topic_consumer *c, const struct frame *call,
                        uint32_t tries);

/* It was down and is back: its process knows nothing of before. */
void topic_policy_restart(struct sim *sim, struct topic_consumer *c);

/* That call ended: which try it was; 0: nothing is known of it. */
uint32_t topic_policy_heard(struct sim *sim, struct member *member, struct topic_group *g,
                            struct topic_consumer *c, const struct frame *call,
                            enum outcome outcome);

/* Whether it tries once more, and plans that. */
bool topic_policy_retries(struct sim *sim, struct member *member, struct topic_group *g,
                          struct topic_consumer *c, uint32_t id, uint32_t tries,
                          enum outcome outcome);

#endif
