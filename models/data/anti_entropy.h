/* Copies without a primary compare what they have (anti_entropy.c). */
#ifndef ANTI_ENTROPY_H
#define ANTI_ENTROPY_H

#include "quorum.h"

/* A life begins. */
void anti_entropy_begin(struct sim *sim, struct quorum_member *m);
/* Whether the timer was about that. */
bool anti_entropy_due(struct sim *sim, struct quorum_member *m, const struct timer *timer);
/* Whether a message was; it needs no worker. */
bool anti_entropy_takes(struct sim *sim, struct quorum_member *m, struct frame *message);
void anti_entropy_on_answer(struct sim *sim, struct quorum_member *m, uint32_t copy,
                            enum outcome outcome);

#endif
