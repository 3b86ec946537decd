/* Messages among a kind's own members: replication, gossip, elections, leases, health checks.
 *
 * A message goes from one member to another one of its kind, of the same component or of another,
 * or to itself. It crosses the network as a call does: with latency, loss, slowness, partitions; a
 * member that is down refuses it, one that hangs sees it when that is over, and what a member holds
 * is lost with it in a crash. But it is nobody's request: it is no arrival, no completion and no
 * error of a component, no operation of the scenario, and no edge of the graph of calls. Those that
 * a component sent and lost have metrics of their own, and the engine checks that none gets lost
 * unseen.
 *
 * A kind lists its messages by name (kind.messages) and has two functions. on_message: one arrived.
 * The member may answer it at once or later by call_reply, and until then treat it as any call that
 * it handles: queue it at its station, work, sleep, wait for calls or messages made on its behalf.
 * One that it neither answers nor keeps (keeping: any change of its state) is answered OK by the
 * engine. on_answer: the answer is here, or what became of it. Nothing arrives before message_send
 * returns, so a member may send several in a row and need not look at what the first one led to.
 *
 * Lives: of what a member sent on its own account it hears nothing any more after a crash, nor
 * after it left (life.h); so on_answer is about the present life. What it sent to others may still
 * reach them. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "sim.h"

struct checks;

/* Nobody waits for the answer: on_answer never comes. */
#define MESSAGE_ONE_WAY 0

struct message {
  uint8_t what;         /* index into kind.messages */
  uint16_t site;        /* the sender's own mark: frame.site */
  uint32_t item;        /* data key, 0 = none: frame.item */
  uint64_t body;        /* what it says: message_body */
  struct frame *parent; /* the call that waits for the answer, as in call_new; NULL: the sender */
  uint64_t timeout_ns;  /* of who waits; TIME_NEVER; MESSAGE_ONE_WAY, and then without a parent */
  uint64_t attempt;     /* of several that are the same at the same instant: draws apart */
  uint64_t draw;        /* in place of the body in the key of draws, where that depends on what else
                           was sent; 0: the body */
};

/* Draws on its way are keyed by who sends what to whom and why (the parent; else the instant), not
 * by what else was sent, so that a fault or another member disturbs none. */
void message_send(struct sim *sim, struct member *from, struct member *to,
                  const struct message *message);

/* To each other member of its component that is listed (life.h), in their order. Returns how many
 * there are: message_peers. */
uint32_t message_broadcast(struct sim *sim, struct member *from, const struct message *message);
uint32_t message_peers(const struct member *member);

/* Of a message that arrived, or of one whose answer did. */
uint8_t message_what(const struct sim *sim, const struct frame *message);
struct member *message_sender(const struct sim *sim, const struct frame *message);

/* What it says. The receiver may write into it what its answer says. */
uint64_t message_body(const struct sim *sim, const struct frame *message);
void message_set_body(struct sim *sim, struct frame *message, uint64_t body);

/* A health check of any member: its host answers, and its model never hears of it; on_answer comes
 * to the sender, which counts its checks itself. `key` is that of all draws on its way. */
void member_ping(struct sim *sim, struct member *from, struct member *to, uint16_t site,
                 uint64_t key, uint64_t timeout_ns);

/* The same, about something that the engine knows by its number (network/certificate.h). */
void member_ask(struct sim *sim, struct member *from, struct member *to, uint16_t site,
                uint64_t key, uint32_t item, uint64_t timeout_ns);

/* Whether a call only asks whether its member is well: a health check, or a probe that a handler
 * answers. */
bool message_is_probe(const struct sim *sim, const struct frame *call);

/* --- for the engine ------------------------------------------------------------------------- */

void messages_init(struct sim *sim);
void messages_reset(struct sim *sim); /* end of warm-up */
void messages_collect(struct sim *sim, const struct component *component, struct metrics *out);
void messages_check(struct sim *sim, struct checks *out);

/* It reached its member, never will, was answered (or came to its end without an answer); what
 * became of it reached the sender. */
void message_arrived(struct sim *sim, struct member *to, struct frame *call);
void message_lost(struct sim *sim, const struct frame *call);
void message_ended(struct sim *sim, const struct frame *call, bool broken);
void message_answered(struct sim *sim, struct member *maker, struct frame *parent,
                      struct frame *call, enum outcome outcome);

#endif
