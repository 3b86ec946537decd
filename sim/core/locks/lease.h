/* Leases: what a holder of a lock and a lock service say to each other.
 *
 * Who wants a lock calls the service, and waits until it is free. The service gives it away for a
 * time, the lease, and with it a token: a number greater than all before. When the lease is over
 * the next one gets the lock, whatever the holder is doing. A holder that is done releases it, and
 * one that takes longer renews the lease; both say who they are (COLUMN_HELD). A service may lose
 * what it knows in a crash, and begin with the first token again.
 *
 * In COLUMN_LOCK such a call says what it wants, and for how long. In COLUMN_TOKEN its answer, and
 * later every call that is made under the lock, has the token. */
#ifndef LEASE_H
#define LEASE_H

#include <stdbool.h>
#include <stdint.h>

enum lock_wish { LOCK_NOTHING, LOCK_TAKE, LOCK_RELEASE, LOCK_RENEW };

#define LEASE_NEVER (UINT64_MAX >> 2) /* ends */

static inline uint64_t lock_wish(enum lock_wish wish, uint64_t lease_ns) {
  return (lease_ns < LEASE_NEVER ? lease_ns : LEASE_NEVER) << 2 | wish;
}
static inline enum lock_wish lock_wish_of(uint64_t says) {
  return (enum lock_wish)(says & 3);
}
static inline uint64_t lock_lease_of(uint64_t says) {
  return says >> 2;
}

/* A token is one of a lock service, and of the lock of a request's key (keyed), or of all keys. */
static inline uint64_t token_make(uint64_t number, uint32_t service, bool keyed) {
  return number << 24 | service << 1 | keyed;
}
static inline uint64_t token_number(uint64_t token) {
  return token >> 24;
}
/* What tokens are compared with: those of the same lock. */
static inline uint64_t token_scope(uint64_t token, uint32_t item) {
  return (token & 0xffffff) << 32 | (token & 1 ? item : 0);
}

#endif
