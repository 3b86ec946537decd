/* What each user has written and read: for the guarantees that a user notices when they break.
 *
 * An entry for each user and datum that ever had a new version: the last version that the user
 * wrote there, and the newest one read. A read that comes after the acknowledgement of the user's
 * own write and gets an older version missed it (read your writes); one that comes after the user
 * has got a newer version goes back in time (monotonic reads): Terry et al., "Session guarantees
 * for weakly consistent replicated data", 1994. Of a user with several requests under way, the last
 * write and the newest read count alone. The ledger owns it. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

struct sessions;

struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions);

/* The user's write of a datum made this version, acknowledged now. */
void session_wrote(struct sessions *sessions, uint64_t user, uint32_t datum, uint32_t version,
                   uint64_t now_ns);

/* What a read that came at came_ns and is answered now with `version` breaks. */
struct session_breach {
  bool own_missed, went_back;
};
struct session_breach session_read(struct sessions *sessions, uint64_t user, uint32_t datum,
                                   uint32_t version, uint64_t came_ns, uint64_t now_ns);

#endif
