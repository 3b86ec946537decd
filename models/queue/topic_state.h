/* A topic at work: what its files share.
 *
 * Who wakes whom: a message that comes, one that comes back, and a consumer that has room again
 * each lead to group_serve, which sends messages as long as there are both. It is one loop: what a
 * delivery leads to at the same instant is taken up by the loop that is running. */
#ifndef TOPIC_STATE_H
#define TOPIC_STATE_H

#include "call.h"
#include "classes.h"
#include "dedup.h"
#include "delivery.h"
#include "letters.h"
#include "replicas.h"
#include "sim.h"
#include "station.h"
#include "timer.h"
#include "topic_config.h"

/* An instance that takes messages for a group. */
struct topic_consumer {
  struct member *member;
  const struct subscription *config;
  struct topic_policy *policy; /* NULL: none */
  uint64_t prefetch, has;      /* messages it may have, and has */
  uint32_t *out;               /* of `has`, by broker: who has sent them and hears of their end */
  uint32_t next;               /* in the ring of those with room; NO_LETTER: the last */
  bool ready;                  /* in the ring */
  bool closed;                 /* refused or broke: nothing is sent until it is heard of again */
  bool gone;                   /* closed for a session: has no partitions */
  bool silent;                 /* hangs, or is cut off */
  bool late;  /* took longer than `poll`: gone until it has done with what it has */
  bool asked; /* knows that partitions are given out again, and takes no more */
  uint32_t closings, silences;
  uint32_t *worked; /* letters that wait to be acknowledged together */
  uint32_t n_worked;
  uint32_t partitions; /* has so many */
};

/* What is due at some time, for a letter that may have moved on by then. */
struct due {
  uint64_t at_ns, number;
  uint32_t letter, order, stamp;
  uint16_t tries; /* DUE_TRY: which one it will be; DUE_BEAT: so many were missed */
  enum due_what {
    DUE_DELAY,
    DUE_RETURN,
    DUE_VISIBLE,
    DUE_EXPIRES,
    DUE_TRY,
    DUE_OPENS,
    DUE_ADMITS,
    DUE_SESSION,
    DUE_SILENT,
    DUE_POLL,
    DUE_BEAT
  } what;
};

struct dues {
  struct due *heap;
  uint32_t n, capacity;
  uint64_t number;
};

/* Which instance has a partition. It changes hands when the one who had it has done with what it
 * has of it. */
struct topic_partition {
  uint32_t owner;  /* consumer; NO_LETTER: none */
  uint32_t holder; /* has messages of it */
  uint32_t held;   /* so many */
};

struct topic_group {
  const char *name; /* "": nobody subscribes */
  uint32_t audience, index;
  uint32_t order; /* of the last letter */
  struct waiting waiting;
  struct dues dues;
  struct timer *timer; /* of each member of the topic */
  struct topic_consumer *consumer;
  uint32_t consumers;
  uint32_t late;                   /* of them */
  uint32_t ready_head, ready_tail; /* the ring: who has room, longest first */
  bool serving;
  bool rebalancing;                  /* all have given up their partitions, or will */
  uint32_t round;                    /* of it */
  uint64_t returned_ns, returned;    /* so many messages came back at that instant */
  struct topic_partition *partition; /* NULL: there are none */
  struct level *backlog;             /* of the group, with its first consumer; or NULL */
  struct stream pause, beat;
  struct audience_count at_warmup;
};

/* The age of the message that has waited longest, over time. */
struct topic_age {
  uint64_t since_ns; /* TIME_NEVER: none waits */
  uint64_t at_ns;    /* as it is since then */
  double integral_s2;
  uint64_t most_ns;
};

struct topic_state {
  const struct topic_config *config;
  struct classes classes; /* of messages */
  uint32_t brokers;       /* with copies several */
  struct station station; /* of this broker: its writers */
  struct letters letters;
  struct topic_group *group;
  uint32_t groups;
  uint32_t *consumer_of;               /* by member of the simulation: its number in its group */
  uint32_t *group_of;                  /* by member: its group */
  uint32_t blocked_head, blocked_tail; /* publishers that wait for room: slots */
  struct stream write;
  struct topic_age age;
  struct level backlog, in_delivery, blocked, rebalancing;
  uint64_t backlog_most;
  uint64_t published, refused, deliveries, redeliveries, acknowledged, reappeared, dead_letters,
      undelivered_dead, dropped, expired, deduplicated, rebalances, polls_missed;
  uint32_t next_partition;                               /* of messages without a key */
  struct replicas *replicas;                             /* NULL: there are no copies */
  struct level leaderless, under_replicated, unanswered; /* of copies, from here on */
  uint64_t elections, unclean, shrunk, thrown_away, lost_acked, too_few, lost_at_warmup;
  uint64_t unheard, unheard_at_warmup; /* sent with acks = 0, and it never came */
  struct hist replication;             /* ns */
  struct dedup dedup;                  /* what was taken, if the topic looks at it */
  struct hist to_delivery;             /* ns */
  struct hist *class;                  /* the same by class; NULL: there are none */
  bool started; /* it knows who subscribes: from the beginning, or since it came (join) */
};

/* All members of a topic have one state: with copies they are brokers. */
static inline struct topic_state *topic_of(const struct member *member) {
  return member->component->member->state;
}

static inline struct letter *letter_at(const struct topic_state *t, uint32_t id) {
  return &t->letters.list[id];
}

/* --- a group (topic_group.c, topic_take.c, topic_break.c, topic_life.c) ----------------------- */

enum topic_due { TOPIC_DUE_GROUP, DUE_EXPIRY, DUE_AGAIN }; /* what timers are for */

#define SITE_DEAD UINT16_MAX /* of a call that carries a dead letter to another topic */

void groups_init(struct sim *sim, struct member *member);
void groups_start(struct sim *sim, struct member *member);
void groups_free(struct topic_state *t);

uint64_t topic_identity(const struct sim *sim, const struct frame *call);

/* Whether its publisher has sent it before, as far as the topic remembers. */
bool topic_has_taken(struct sim *sim, struct topic_state *t, const struct frame *call);

/* What a call publishes. */
struct publication topic_publication(struct sim *sim, const struct topic_state *t,
                                     const struct frame *call);

/* A message is taken, unless it was before. */
void topic_take(struct sim *sim, struct member *member, const struct frame *call);

/* A letter for each group. */
void groups_take(struct sim *sim, struct member *member, const struct publication *what);

/* Of a partition: what was delivered and not acknowledged waits again, as its leader is gone; and
 * the messages with one of these keys, in order, of which nobody keeps anything, are lost. */
void groups_take_back(struct sim *sim, struct topic_state *t, uint32_t partition);
void groups_lose(struct sim *sim, struct topic_state *t, uint32_t partition, const uint64_t *key,
                 uint32_t keys);

bool groups_are_full(const struct topic_state *t, uint64_t coming);
void groups_make_room(struct sim *sim, struct topic_state *t, uint64_t coming);

void groups_serve(struct sim *sim, struct member *member);
void group_serve(struct sim *sim, struct member *member, struct topic_group *g);
void group_answer(struct sim *sim, struct member *member, struct frame *call, enum outcome outcome);
void group_due(struct sim *sim, struct member *member, struct topic_group *g);
void group_set_timer(struct sim *sim, struct member *member, struct topic_group *g);
void group_opens(struct sim *sim, struct member *member, struct topic_group *g,
                 struct topic_consumer *c);
/* It is down. */
void group_consumer_breaks(struct sim *sim, struct member *member, struct topic_group *g,
                           struct topic_consumer *c);

/* The topic breaks: who had messages is unknown; what was not stored is lost. */
void groups_break(struct sim *sim, struct member *member);
void groups_resume(struct sim *sim, struct member *member);

/* Nobody has anything of it, as far as it knows. */
void groups_forget_consumers(const struct topic_state *t, struct topic_group *g);

/* A broker hears no more of what it has sent: nobody has it, as far as the others know. */
void groups_hear_no_more(struct topic_state *t, uint32_t broker);

/* A letter that was delivered waits again; one that waits, or does not, comes to its end. */
void group_wait_again(struct sim *sim, struct topic_state *t, struct topic_group *g, uint32_t id);
void group_forget(struct sim *sim, struct topic_state *t, struct topic_group *g, uint32_t id,
                  enum let_go why);
void group_done_with(struct sim *sim, struct topic_state *t, struct topic_group *g, uint32_t id,
                     enum let_go why);
/* A letter can be delivered from now on; something is due for it. */
void group_becomes_due(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id);
void group_plan(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id,
                uint64_t delay_ns, enum due_what what);
/* A consumer may have room. */
void group_enter_ring(struct topic_group *g, struct topic_consumer *c);

void group_give_back(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id);
void group_acknowledge_all(struct sim *sim, struct topic_state *t, struct topic_group *g,
                           struct topic_consumer *c);

void topic_age_update(struct sim *sim, struct topic_state *t);

/* --- partitions (topic_partitions.c) --------------------------------------------------------- */

/* Nobody has any. */
void partitions_unassign(struct topic_state *t, struct topic_group *g);

/* Gives them out in equal parts to those who are there, one after the other. What somebody has who
 * is there moves only if he has more than his part. */
void partitions_assign(struct topic_state *t, struct topic_group *g);

/* The partition of a message that is taken now. */
uint16_t partition_of(struct topic_state *t, uint32_t item);

/* The next message for this consumer; NO_LETTER: none. */
uint32_t partitions_take(struct topic_state *t, struct topic_group *g, uint32_t consumer);

/* The consumer has one more message of a partition, or one less. */
void partition_hold(struct topic_group *g, const struct letter *l);
void partition_release(struct topic_group *g, const struct letter *l);

/* --- giving them out again (topic_rebalance.c) ------------------------------------------------ */

#define HEARTBEAT_NS UINT64_C(3000000000) /* Kafka's heartbeat.interval.ms */

/* Somebody is gone, or comes (joins; NULL: nobody). */
void rebalance(struct sim *sim, struct member *member, struct topic_group *g,
               struct topic_consumer *joins);
/* Those who do not know yet are told with their next heartbeat; which is due now. */
void rebalance_ask(struct sim *sim, struct member *member, struct topic_group *g);
void rebalance_beat(struct sim *sim, struct member *member, struct topic_group *g,
                    const struct due *due);
/* Whether all have joined: then it ends. */
void rebalance_look(struct sim *sim, struct member *member, struct topic_group *g);

/* --- consumers of which nothing is heard (topic_session.c) ------------------------------------ */

/* Whether one that is silent is given up after a session, and not each of its messages by itself.
 */
bool session_is_kept(const struct topic_group *g, const struct topic_consumer *c);

/* One begins to hang or to be cut off, or ends it; nothing was heard of it for a session; it may
 * be heard again. */
void session_changes(struct sim *sim, struct member *member, struct topic_group *g,
                     struct topic_consumer *c);
void session_silent(struct sim *sim, struct member *member, struct topic_group *g,
                    struct topic_consumer *c, uint32_t stamp);
void session_look(struct sim *sim, struct member *member, struct topic_group *g,
                  struct topic_consumer *c);
/* It is up again, and has a session of its own. */
void session_restarts(struct sim *sim, struct member *member, struct topic_group *g,
                      struct topic_consumer *c);
/* Its heartbeats come. */
bool session_hears(struct sim *sim, struct member *member, const struct topic_consumer *c);
/* What it has worked on, and what it waits with to try it again, comes back; or all that it has. */
void session_gives_back(struct sim *sim, struct member *member, struct topic_group *g,
                        struct topic_consumer *c, bool all);
/* Its partitions are given to others, and what it has is delivered again. */
void session_ends(struct sim *sim, struct member *member, struct topic_group *g,
                  struct topic_consumer *c);

/* --- consumers that take too long (topic_poll.c) ---------------------------------------------- */

/* A letter is sent to one; it has had it for `poll`. */
void poll_sends(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id,
                const struct topic_consumer *c);
void poll_due(struct sim *sim, struct member *member, struct topic_group *g, uint32_t id);
/* Those that have done with what they have join again. */
void poll_look(struct sim *sim, struct member *member, struct topic_group *g);

/* --- what is due (topic_dues.c) ------------------------------------------------------------- */

void dues_push(struct dues *dues, struct due due);
bool dues_pop(struct dues *dues, uint64_t now_ns, struct due *out);
/* There are no letters any more: what is left is about consumers. */
void dues_forget_letters(struct dues *dues);

#endif
