/* Sessions: connections that somebody holds at a member for as long as a user works there.
 *
 * A session is a call that stays. It goes where any call would, through balancers and over
 * connections, until it comes to a component that passes nothing on; there it takes one of the
 * places that the component has (`sessions`) and stands still, with no worker, until its time is
 * over. Who asked for it learns that it is open after the mean time that messages take back over
 * the same hops. When the member's life ends, a crash or the end of its drain, the session is reset
 * as any call; while the member drains, sessions stay and requests on them are taken.
 *
 * A request on a session carries the session's identity (COLUMN_SESSION), and balancers on the way
 * send it where the session is, whatever else they know.
 *
 * Invariant: of each member, places taken = sessions that stand there = begun - ended - lost. The
 * client owns the call, the member the place.
 *
 * Left out: the messages that close a session cross the network in its mean time; balancers do not
 * try an opening that was refused elsewhere; what it takes to keep a connection alive. */
#ifndef HELD_H
#define HELD_H

#include "sim.h"

#define HELD_NOWHERE UINT32_MAX

/* Begins a session of `owner` at the component, or a member of it behind balancers, for `lasts_ns`
 * from when it is open. Then on_session comes, and at its end on_reply: OK when its time is over.
 * `mark` comes back with both (held_mark). Do this last. */
struct frame *held_new(struct sim *sim, struct member *owner, uint64_t key, uint64_t lasts_ns,
                       uint64_t mark);
void held_open(struct sim *sim, struct frame *session, struct component *at);

/* Whether a call made by the member is a session, and its mark. */
bool held_is_session(const struct sim *sim, const struct frame *call);
uint64_t held_mark(const struct sim *sim, const struct frame *session);

/* From now on the call, not sent so far, is one on this session; the member that it goes to, if
 * that is one of the component, else NULL. */
struct member *held_use(struct sim *sim, struct frame *call, const struct frame *session,
                        const struct component *to);

/* Ends a call that was made and not sent: its maker hears of it as of any other. */
void held_fail(struct sim *sim, struct frame *call, enum outcome outcome);

/* Of a call on a session that `member` passes on: the site of the call by which it passed the
 * session on; HELD_NOWHERE: it has not, or the session is over. */
uint32_t held_site(const struct sim *sim, const struct member *member, const struct frame *call);

/* Sessions that stand at a member. */
uint64_t held_at(const struct sim *sim, const struct member *member);

/* --- for the engine -------------------------------------------------------------------------- */

void held_init(struct sim *sim); /* components exist */
void held_free(struct sim *sim);

/* A call that may be a session, or what is to end one, comes to the member. True: it was one. */
bool held_arrives(struct sim *sim, struct member *to, struct frame *call);
bool held_ends(struct sim *sim, struct frame *call);

/* Whether the call is on a session that stands at the member, which drains. */
bool held_is_here(const struct sim *sim, const struct member *to, const struct frame *call);

/* The member's life ends, and this call with it. */
void held_lost(struct sim *sim, struct frame *call);

/* The connection from one member to another that the session of the call has; NO_CONNECTION. */
uint32_t held_connection(const struct sim *sim, const struct member *from, const struct member *to,
                         const struct frame *call);

void held_reset(struct sim *sim); /* end of warm-up */
void held_collect(struct sim *sim, const struct component *component, struct metrics *out);
struct checks;
void held_check(struct sim *sim, struct checks *out);

#endif
