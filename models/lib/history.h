/* History: what really became of the writes to data of which there are several copies.
 *
 * The copies of one component tell it what they do: a write is made, a copy has it for good
 * (received), shows it to readers (applied), throws it away (discarded), and somebody acknowledges
 * it. From that alone, and from no opinion of the protocol between the copies, it knows
 *
 *   stale reads    a read is stale if a newer version of its datum was acknowledged before the
 *                  reader asked (a regular register: Lamport, On Interprocess Communication, 1986);
 *                  its age is how long ago that was
 *   sessions       a user's own write that a read missed, and reads that went back (session.h)
 *   lost writes    acknowledged, and the copy that takes over does not have it, or the last copy
 *                  that had it threw it away
 *   conflicts      writes that a copy acknowledged after another one had taken over, which that one
 *                  does not have
 *
 * Where no copy is the primary, nobody has a write at first (begun), and what a copy gets is merged
 * into what it has: it shows of several writes of a datum the one with the latest time stamp, in
 * whatever order they come; those before it count as shown, for no reader misses them. Time stamps
 * come from clocks that may differ: a write that was begun later than another one and has an
 * earlier stamp is beaten by it, and lost from the beginning.
 *
 * A version is the number of the write that made it; 0 is what there was at first. Writes are kept
 * until every copy shows them, or nobody has them, and longer if somebody wants it. Invariant: the
 * version of a datum that a copy shows is that of the last write in the copy's own order. A write
 * that is lost is judged as lost, and readers are not judged against it any more. */
#ifndef HISTORY_H
#define HISTORY_H

#include "ledger.h"

struct component;

#define HISTORY_COPIES 32u

struct history;

struct history *history_new(uint32_t copies);
void history_free(struct history *history);
/* Somebody may ask the simulation for the history of one key (key_history.h). Copy 0 is this member
 * of the component, from 0. */
void history_watch(struct history *h, struct sim *sim, const struct component *component,
                   uint32_t first);

/* What is known of a write. */
struct history_write {
  uint32_t datum;        /* 0: it is about none in particular */
  uint32_t before;       /* the version of its datum that it replaced; known once it is shown, of a
                            write that was begun at once: the one begun before it */
  uint32_t has, shows;   /* sets of copies */
  uint64_t made_ns, key; /* key: of the call, for draws */
  uint64_t acked_ns;     /* TIME_NEVER: not */
  uint64_t stamp_ns;     /* of the clock of who took it */
  uint32_t rank;         /* its own number; of one that was beaten that of the write below it */
  bool lost;
  bool begun;     /* without a copy that has it: it is kept until every copy shows it */
  bool stands;    /* for what every copy had shown, and one has lost; it is the write of its rank */
  bool missed;    /* a later write of the datum was begun where this one was not seen */
  uint8_t by;     /* the copy that began it, plus 1 */
  uint32_t bytes; /* of the request that made it, where somebody asks */
};

/* A copy makes a write and has it. Returns its number, from 1. */
uint32_t history_make(struct history *h, uint32_t copy, uint32_t item, uint64_t key,
                      uint64_t now_ns);
/* A write without a primary begins, with the time stamp of who takes it. */
uint32_t history_begin(struct history *h, uint32_t item, uint64_t key, uint64_t now_ns,
                       uint64_t stamp_ns);
/* The same where it was begun by a copy, on top of what that shows. Returns how many acknowledged
 * writes of others it had not seen, each of which counts once. */
uint32_t history_begin_at(struct history *h, uint32_t copy, uint32_t write);
/* A copy gets it. Returns how many writes it shows, or need not show, that it lacked before. */
uint32_t history_merge(struct history *h, uint32_t copy, uint32_t write);

const struct history_write *history_at(const struct history *h, uint32_t write);
/* How large the request was that made it; one that is not kept any more is nothing. */
void history_set_bytes(struct history *h, uint32_t write, double bytes);
double history_bytes(const struct history *h, uint32_t write);
/* Whether it is about that data key. */
bool history_is_of(const struct history *h, uint32_t write, uint32_t item);

/* What is not kept any more every copy has and shows. */
bool history_has(const struct history *h, uint32_t copy, uint32_t write);
bool history_shows(const struct history *h, uint32_t copy, uint32_t write);

/* It is not kept any more. */
bool history_shows_all(const struct history *h, uint32_t write);

void history_receive(struct history *h, uint32_t copy, uint32_t write);
/* Returns false if it shows the write already. */
bool history_apply(struct history *h, uint32_t copy, uint32_t write);
/* In the reverse of the copy's order. Returns whether an acknowledged write is lost by it. */
bool history_discard(struct history *h, uint32_t copy, uint32_t write);

/* `copy` acknowledges a write; `user` 0: of nobody in particular. Returns whether it conflicts. */
bool history_ack(struct history *h, uint32_t copy, uint32_t write, uint64_t user, uint64_t now_ns);

/* From now on `copy` is the one that counts. */
struct takeover {
  uint64_t lost;      /* acknowledged writes */
  uint64_t oldest_ns; /* when the first of them was acknowledged */
};
struct takeover history_take_over(struct history *h, uint32_t copy);

/* Writes from this one on are kept although every copy shows them: all copies may yet lose them. At
 * first none is. The next write has this number. */
void history_keep(struct history *h, uint32_t write);
uint32_t history_next(const struct history *h);

/* A copy loses what it has, and discards it: until another one takes over none is there with which
 * an acknowledgement could conflict. */
void history_lose_data(struct history *h, uint32_t copy);

/* Where nobody is the primary, a copy loses what it has: it shows nothing that was ever written,
 * and gets it again as it gets any write (merged); what every copy had shown and nobody kept any
 * more is kept again, and readers miss it since now. Returns how many writes the copy lacks now
 * that it did not before. */
uint32_t history_lose_copy(struct history *h, uint32_t copy, uint64_t now_ns);
/* Then: the data whose newest acknowledged write no copy shows, nor a newer one. `may_come`: one
 * that is kept elsewhere is not lost. `given_up`: of so many writes every copy was behind and is no
 * more, as they never come. */
struct history_gone {
  uint32_t lost, given_up;
};
struct history_gone history_lose_gone(struct history *h,
                                      bool (*may_come)(const void *who, uint32_t write),
                                      const void *who);
/* Writes that were begun, not given up, and that a copy does not show. */
uint32_t history_lacks(const struct history *h, uint32_t copy);
/* Calls `lacks` with each version that `other` shows and `copy` shows neither it nor a newer one.
 */
void history_compare(const struct history *h, uint32_t copy, uint32_t other,
                     void (*lacks)(void *who, uint32_t version), void *who);

/* What a read that came at `came_ns` and is answered at `answered_ns` sees at a copy. */
struct history_view {
  uint32_t version, rank;
  uint64_t stamp_ns;      /* of the version; 0: all copies show it */
  uint32_t behind;        /* acknowledged writes of the datum that are newer */
  uint64_t superseded_ns; /* when the first of them was acknowledged; TIME_NEVER: none */
};
struct history_view history_read(const struct history *h, uint32_t copy, uint32_t item);
/* Whether what `a` saw of a datum is newer than what `b` did. */
bool history_is_newer(const struct history_view *a, const struct history_view *b);
/* The same of a version that some copy shows. */
struct history_view history_view(const struct history *h, uint32_t item, uint32_t version);
void history_judge(struct history *h, uint32_t item, const struct history_view *view, uint64_t user,
                   uint64_t came_ns, uint64_t answered_ns, struct staleness *out);

/* Writes that are kept. */
uint32_t history_kept(const struct history *h);

#endif
