/* The outbox of a database that has copies: a message is part of the log entry of its write, so
 * that a copy has the messages of the writes that its log has, and of no others. The primary
 * publishes them, in the order of its log, once their writes are committed there. Who takes over
 * goes on with what its own log has and the topic is not known to have: what was under way is
 * published again, under the identity that it had before. A former primary that nobody shut out
 * publishes, too, as long as it takes itself for one.
 *
 * A write that is lost takes its message along, unless that was published before (asynchronous
 * writes): then the topic has a message of a write that nobody has.
 *
 * Left out: what marks as published cost, and the time until other copies have them.
 * Invariant: messages are known by their writes, whose numbers rise. */
#ifndef COPY_OUTBOX_H
#define COPY_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

struct copy;
struct copy_outbox;
struct frame;
struct group;
struct outbox;
struct sim;

/* What the copies share. */
struct copy_outbox *copy_outbox_new(void);
void copy_outbox_free(struct copy_outbox *shared);

/* The primary has made a write for this call, which is the last one of its log. */
void copy_outbox_made(struct sim *sim, struct copy *copy, const struct frame *call, uint32_t write);

/* It leads from now on, with the log that it has; it does no more, if another one does. */
void copy_outbox_leads(struct sim *sim, struct copy *copy);
void copy_outbox_follows(struct sim *sim, struct copy *copy);

/* Up to which position of its log it may publish; 0: it leads nobody. */
uint32_t copy_outbox_until(const struct copy *copy);
/* The message of a write is sent, for the how-many-th time; the topic has it. */
void copy_outbox_sent(const struct copy *copy, uint32_t write, uint32_t tries);
void copy_outbox_published(const struct copy *copy, uint32_t write);

/* Up to which position all messages are published: what lies behind it the log has to keep. */
uint32_t copy_outbox_done(const struct group *group);
/* The log ends to keep what is up to there. */
void copy_outbox_forget(const struct group *group, uint32_t until);

#endif
