/* Whose request it is, and the tier of that user.
 *
 * A user is a number that no other user of the scenario has: of an open client drawn for each
 * request or told by a trace, of a closed one the user who sends it. A tier is drawn by the user
 * alone, so that a user has one for good. Both go into columns of the request where somebody reads
 * them. Each instance of a client has users of its own. */
#ifndef USERS_H
#define USERS_H

#include "column.h"
#include "key_law.h"
#include "sim.h"

#define USERS_NO_TIER UINT32_MAX

struct users {
  const struct mix *tier; /* n = 0: none */
  struct stream draw, tiers;
  struct key_law law; /* of an open client; KEYS_NONE: of a closed one, or none */
  uint64_t base;
  bool are_closed;                  /* they are those of a closed client */
  bool are_told;                    /* who sends is known beforehand, as from a trace */
  uint64_t client;                  /* hash of its name */
  bool to_user, to_tier, to_client; /* who reads these columns */
  uint64_t *seen;    /* bit set over the users of an open client: sent since the warm-up */
  uint64_t distinct; /* bits that are set */
  uint8_t part[SPEC_MAX_TIERS]; /* entry of `tier`, by index into spec.tier */
};

void users_init(struct sim *sim, struct member *member, struct users *users,
                const struct keys *keys, const struct mix *tier, uint64_t base);

/* When all members have said which columns they read. False: there are no users, or nobody asks. */
bool users_start(struct sim *sim, struct users *users);

/* Gives a new call its user and tier; `sender` is who sends it, where that is known (users of a
 * closed client, from 0, and of a trace, from 1), else the user is drawn by `key`. Returns the
 * entry of `tier`, or USERS_NO_TIER. */
uint32_t users_give(struct sim *sim, struct users *users, struct frame *call, uint64_t key,
                    uint64_t sender);

/* The tier that a call was given, as users_give returned it. */
uint32_t users_tier(const struct sim *sim, const struct users *users, const struct frame *call);

/* End of warm-up. */
void users_reset(struct users *users);

#endif
