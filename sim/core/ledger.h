/* The ledger: what really happened to the data, which no single component can see.
 *
 * Truth and copies. A component that keeps data (kind.data_op, a database) is the truth about them;
 * one that keeps answers of another (kind.on_written, a cache) has copies. The ledger exists where
 * there are both, follows requests that have a data key, and costs nothing elsewhere.
 *
 * Versions. A key starts at version 0; each write makes the next one at the instant at which the
 * truth acknowledges it (answers it ok). A version is superseded when the next one is made. A read
 * sees the version that is current when the truth begins to work on it, as a database does that
 * takes its snapshot when the query starts (PostgreSQL, Read Committed).
 *
 * Stale. A read is stale if the version in its answer was superseded before the read reached the
 * component that answers it: the writer had the acknowledgement, and a reader who asked afterwards
 * did not see it. A read that runs while the write is acknowledged may see either version and is
 * not stale, as with a regular register (Lamport, On Interprocess Communication, 1986). Its age is
 * the time from then until it came: how long the answer had been out of date.
 *
 * Services. A service stands for the data of the one component behind it that keeps any; where
 * there are several, it is not known what its answers are made of, and they are not looked at. Nor
 * is an answer for which it asked nobody.
 *
 * Users. Where requests have users (COLUMN_USER), a read may also miss its user's own write, or go
 * back behind what the user has read before: session.h. Reads that no copy answers are not looked
 * at.
 *
 * Lost. A copy may acknowledge writes before the truth has them (a cache that writes back). The
 * ledger then knows, for each key, up to which version the truth has it and up to which one is on
 * its way there. When the copy loses what it kept, the versions beyond both are lost: each was
 * acknowledged to somebody, overwritten ones too, and no reader will see them. What the truth has
 * becomes the newest version.
 *
 * Who owns what: the ledger owns the keys and, for each version that a copy holds, one record with
 * a count of holders. An answered call carries the version that was seen, in a column beside the
 * frames. Should more than two writes land on a key while one answer travels, its age may be
 * reported too short by at most that journey; whether it is stale is exact. */
#ifndef LEDGER_H
#define LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "hist.h"

struct sim;
struct frame;
struct ledger;

/* NULL in sim->ledger where nothing keeps copies of what something else keeps. */
void ledger_new(struct sim *sim);
void ledger_free(struct ledger *ledger);

/* --- for the truth -------------------------------------------------------------------------- */

/* Whether copies of this component's data are kept anywhere. */
bool ledger_follows(const struct sim *sim, uint32_t component);

/* The truth begins to work on a read; it acknowledges a write. */
void ledger_read(struct sim *sim, uint32_t truth, const struct frame *call);
void ledger_write(struct sim *sim, uint32_t truth, const struct frame *call);

/* A read of a copy that is `behind` acknowledged writes of the datum, of which the first was
 * acknowledged at superseded_ns (history.h). */
void ledger_read_older(struct sim *sim, uint32_t truth, const struct frame *call, uint32_t behind,
                       uint64_t superseded_ns);

/* --- for copies that acknowledge ------------------------------------------------------------ */

/* Once, in a kind's init: some component acknowledges writes before the truth has them. */
void ledger_expect_behind(struct sim *sim);

/* A copy acknowledges a write now; hold what it keeps of it by ledger_hold_current. */
void ledger_acknowledge(struct sim *sim, uint32_t truth, const struct frame *call);

/* `call` brings the current version of its key to the truth, which it reaches without detours; it
 * failed. */
void ledger_send(struct sim *sim, uint32_t truth, const struct frame *call);
void ledger_send_failed(struct sim *sim, uint32_t truth, const struct frame *call);

/* The copy has lost what it kept of a key: so many acknowledged writes are lost. */
uint64_t ledger_lose(struct sim *sim, uint32_t truth, uint32_t item);

/* Acknowledged before the truth had them, since time 0: all, those that the truth has by now, those
 * lost, those that are still to come. */
struct ledger_behind {
  uint64_t acknowledged, arrived, lost, pending;
};
struct ledger_behind ledger_behind(const struct sim *sim, uint32_t truth);

/* --- for copies ----------------------------------------------------------------------------- */

/* A held version; 0: of a request without a key, or of an answer that nobody has looked at: never
 * stale. */
typedef uint32_t ledger_copy;

/* Keeps the version that an answered call carries; let go by ledger_drop. */
ledger_copy ledger_hold(struct sim *sim, uint32_t truth, const struct frame *answered);
/* Keeps the current version of a key, however it was got. */
ledger_copy ledger_hold_current(struct sim *sim, uint32_t truth, uint32_t item);
void ledger_drop(struct sim *sim, ledger_copy copy);

/* `call` is answered from a copy; or with the answer to `fetch`, of a service the last one. */
void ledger_answer(struct sim *sim, ledger_copy copy, const struct frame *call);
void ledger_pass_on(struct sim *sim, const struct frame *fetch, const struct frame *call);

/* What readers got, kept by who answers them. */
struct staleness {
  uint64_t stale, fresh;
  uint64_t own_missed, went_back; /* of users: see session.h */
  struct hist age;                /* of the stale ones, ns */
};

/* Judges the version that `answered` carries, for a read that came at `came_ns`. */
void ledger_judge(struct sim *sim, uint32_t truth, const struct frame *answered, uint64_t came_ns,
                  struct staleness *out);

#endif
