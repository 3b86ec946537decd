/* Sticky sessions: which backend each user's session is kept by.
 *
 * As with a cookie that a balancer sets, a user's requests go to the same backend until none has
 * come for a while. What a session holds is in that backend's memory alone: when its life ends, the
 * sessions that it had are lost, whether the user finds it up again or another one in its place. */
#ifndef STICKY_H
#define STICKY_H

#include "sim.h"

struct kept {
  uint64_t user; /* 0: a free entry */
  uint64_t last_ns, began_ns;
  uint32_t backend, epoch; /* the backend's, when the session began */
};

struct sticky {
  uint64_t idle_ns;  /* after which a session is over; 0: there are none */
  struct kept *list; /* open addressing, at most half full */
  uint32_t n, slots;
  uint64_t begun, lost;
};

#define STICKY_NONE UINT32_MAX

/* The backend of the user's session; STICKY_NONE: it has none. */
uint32_t sticky_find(const struct sim *sim, struct sticky *s, uint64_t user);

/* A backend, chosen at chosen_ns, answered the user's call, and keeps the session from now on. */
void sticky_note(const struct sim *sim, struct sticky *s, uint64_t user, uint32_t backend,
                 const struct member *member, uint64_t chosen_ns);

void sticky_free(struct sticky *s);

#endif
