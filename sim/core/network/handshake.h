/* How a connection is opened: flights that cross the path one after the other, what both sides do
 * about each, and what becomes of the calls that wait where it fails. */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include "network/connection.h"

/* How many there will be, of one that is new; draws whether its session is resumed. */
uint8_t handshake_flights(const struct sim *sim, struct connection *conn);

/* Sends the present flight. */
void handshake_send(struct sim *sim, uint32_t id);

/* The certificate was looked at: the handshake goes on, or does not. */
void handshake_checked(struct sim *sim, uint32_t id, bool good);

#endif
