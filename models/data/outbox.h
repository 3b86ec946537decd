/* Transactional outbox: with each write a database writes down a message in the same transaction,
 * and a relay publishes it to a topic afterwards, until the topic has acknowledged it.
 *
 * So there is no write without its message and no message without its write, whatever crashes
 * between them; but a message is published again if its acknowledgement was lost, and has the
 * identity that it had before. The relay looks every so often, and goes on at once while it finds a
 * full batch and the topic takes it. It lives and dies with the database; what is not published yet
 * is on the disk.
 *
 * Where there are copies each has an outbox of its own, of which that of the primary counts, and
 * the messages are in the log (copy_outbox.h).
 *
 * Invariant: messages written down = published + waiting + left to another primary. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "hist.h"
#include "meter.h"
#include "param.h"
#include "sim.h"
#include "timer.h"
#include "whose.h"

struct checks;

struct outbox_config {
  bool given;
  uint32_t topic;
  struct priorities ops;
  uint64_t every_ns, batch;
};
extern const struct param outbox_params[];

struct outbox_meters {
  uint64_t relayed, again;
  uint64_t void_; /* with copies: published, and the write is lost */
  struct level waiting;
  struct hist delay; /* ns: from the write until the topic has acknowledged the message */
};

struct outbox;

/* A message that is written down. */
struct outbox_row {
  uint64_t identity, at_ns;
  uint32_t item;
  uint32_t tries;
  uint32_t write, position; /* with copies: its write, and where it stands in the log */
  uint8_t op;
  bool published;
  bool relayed;          /* was published before the data were restored */
  uint64_t published_ns; /* at the latest */
  struct whose whose;
};

bool outbox_valid(const struct spec *spec, const struct outbox_config *config, struct error *err);

/* NULL: nothing is said. */
struct outbox *outbox_new(struct sim *sim, struct member *member,
                          const struct outbox_config *config, struct outbox_meters *meters);
void outbox_free(struct outbox *outbox);
/* After how long it misses a message that vanished. */
uint64_t outbox_missed_ns(const struct sim *sim, const struct frame *call);
void outbox_begin(struct sim *sim, struct outbox *outbox); /* a life begins */
/* Of a database that ships what it has: up to when it is safe, for as long as it lives. And all
 * that came later is lost: what was written, and what was published of what was written before. */
void outbox_set_safe(struct outbox *outbox, const uint64_t *safe_ns);
void outbox_lose(struct sim *sim, struct outbox *outbox);

/* A write is done. */
void outbox_add(struct sim *sim, struct outbox *outbox, const struct frame *write);

/* With copies: of this copy. The message of a write, false: it leaves none; one that is to be
 * published; all is left to another copy; a published one is of a write that is lost. */
struct copy;
void outbox_set_copy(struct outbox *outbox, const struct copy *copy);
bool outbox_write_down(const struct sim *sim, const struct outbox *outbox,
                       const struct frame *write, struct outbox_row *row);
void outbox_put(struct sim *sim, struct outbox *outbox, const struct outbox_row *row);
void outbox_clear(struct sim *sim, struct outbox *outbox);
void outbox_note_lost(struct outbox *outbox);
/* The position of the first that is not published; 0: there is none. */
uint32_t outbox_first(const struct outbox *outbox);

/* Whether a timer is its own: then it looks for messages. */
bool outbox_due(struct sim *sim, struct outbox *outbox, const struct timer *timer);
void outbox_heard(struct sim *sim, struct outbox *outbox, const struct frame *call,
                  enum outcome outcome);
void outbox_check(const struct outbox *outbox, struct checks *out);

/* Whether a write of the operation leaves a message. */
bool outbox_takes(const struct outbox_config *config, int op);

#endif
