/* Calls to the origin that a cache is making, by owner and key: those who ask for the same key
 * meanwhile join them (golang.org/x/sync/singleflight, nginx's proxy_cache_lock), and a key is
 * refreshed once at a time.
 *
 * A flight has a leader, the call on whose behalf the origin is asked, or none where the cache asks
 * on its own account, and those who wait. One without a leader has the key of its call: where each
 * has a cache of their own, that says whose it is. A call that waits knows its flight by its
 * due_ns. A flight that has landed is found under its key no more, but is there until all who
 * waited are answered. */
#ifndef FLIGHTS_H
#define FLIGHTS_H

#include "sim.h"

struct flight {
  uint32_t item, owner;
  uint64_t key;                 /* of the call to the origin, if nobody leads */
  bool flies;                   /* else it is free, or has landed */
  uint32_t next;                /* in its bucket, or free */
  uint32_t leader, first, last; /* slots of calls, or SLOT_NONE */
};

struct flights {
  struct flight *flight;
  uint32_t *bucket;
  uint32_t mask, allocated, free_flight, n;
};

#define NO_FLIGHT UINT32_MAX

void flights_init(struct flights *flights);
void flights_free(struct flights *flights);

/* A crash: nobody waits any more. */
void flights_clear(struct flights *flights);

uint32_t flight_find(const struct flights *flights, uint32_t owner, uint32_t item);

/* None of this key is under way; leader NULL: the cache itself. */
uint32_t flight_begin(struct sim *sim, struct flights *flights, uint32_t owner, uint32_t item,
                      const struct frame *leader);

/* The one without a leader whose call has this key; NO_FLIGHT: it is not under way any more. */
uint32_t flight_of_key(const struct flights *flights, uint64_t key);

/* A call waits from now on. */
void flight_join(struct sim *sim, struct flights *flights, uint32_t flight, struct frame *call);

/* One that waits does so no longer. */
void flight_leave(struct sim *sim, struct flights *flights, struct frame *call);

/* It is over and found no more; those who wait are got one by one, and when there are none left
 * (NULL) the flight is gone. */
void flight_land(struct flights *flights, uint32_t flight);
struct frame *flight_next(struct sim *sim, struct flights *flights, uint32_t flight);

#endif
