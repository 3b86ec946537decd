/* Whether the certificate that a called side shows has been revoked: what the caller asks before it
 * goes on with a handshake (OCSP, RFC 6960), of a responder or over one more round trip.
 *
 * A responder is a component; its host answers, as it answers a health check, over the network
 * between the two. What was heard is remembered by each caller of each called member. Without an
 * answer in time the caller goes on all the same (soft fail, as browsers do) or not (hard).
 *
 * Left out: the responder's own work, certificates that are revoked, what the called side asks
 * about those of its callers, answers that the called side brings along (stapling: that costs
 * nothing here). */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include "network/connection.h"

/* Further flights of a new connection, to ask a responder that is not named. */
uint8_t certificate_flights(const struct sim *sim, const struct connection *conn);

/* The certificate is there. True: the handshake waits for a responder. */
bool certificate_waits(struct sim *sim, uint32_t id);

/* A health check was answered, or was not. True: it was such a question. */
bool certificate_heard(struct sim *sim, const struct frame *ping, enum outcome outcome);

#endif
