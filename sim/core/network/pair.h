/* Which connections there are between a calling member and a called one, and which of them have
 * room for a call. */
#ifndef PAIR_H
#define PAIR_H

#include "network/connection.h"

#define NO_PAIR UINT32_MAX

/* All connections between one calling member and one called one. */
struct pair {
  uint32_t from, to;
  uint32_t first, last, first_free;
  uint32_t next;             /* pair of the same caller */
  uint64_t checked_until_ns; /* the caller remembers that the certificate is good */
};

/* The pair of two members; a new one if there is none. */
uint32_t pair_of(struct sim *sim, uint32_t from, uint32_t to);

/* Makes room for more pairs, or the first ones. */
void pairs_grow(struct connections *connections);

/* A connection is opened or closed. */
void connection_enlist(struct sim *sim, uint32_t id);
void connection_delist(struct sim *sim, uint32_t id);

/* Whether it has room for a call: as said, or as its state says. */
void connection_set_room(struct sim *sim, uint32_t id, bool has_room);
void connection_room_changed(struct sim *sim, uint32_t id);

#endif
