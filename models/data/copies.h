/* Copies of the data of one database: members that all hold them, of which one, the primary, takes
 * the writes and the others follow.
 *
 *   copies_config.c  what users may say, and what they may not
 *   log.h            the writes that a copy has, in order
 *   replicate.c      how they come from the primary to the others, and are applied there
 *   acknowledge.c    when the primary answers a write
 *   route.c          which copy a call goes to, and what a read sees there
 *   promote.c        another copy becomes primary, since a control says so
 *   copy_loss.c      one that lost its data starts again without them
 *   copy_backup.c    what is in a safe place, should all of them lose their data
 *   snapshot.c       for a copy that lacks more than the log keeps
 *   copy_keys.h      writes that are sent again
 *   copy_outbox.h    messages that writes leave
 *   copy_parts.h     parts of transactions
 *   copy_tokens.h    tokens of locks
 *   elect.c          or because the copies have elected it
 *   copy_sets.h      shards of which each has copies of its own: so many groups
 *
 * Copies without a primary are quorum.h.
 *
 * Terms: each primary has a term of its own, greater than those before it. Who hears of a greater
 * one follows it; messages of a smaller one are refused. So the log of a primary only grows in its
 * term, and a position and a term say what a log has up to there (as in Raft: Ongaro and
 * Ousterhout, 2014). Of what really became of the data the history (history.h) keeps account. */
#ifndef COPIES_H
#define COPIES_H

#include "column.h"
#include "copy_parts.h"
#include "copy_tokens.h"
#include "elect.h"
#include "history.h"
#include "log.h"
#include "shipping.h"
#include "sim.h"
#include "station.h"

enum copies_write { WRITE_ASYNC, WRITE_QUORUM, WRITE_ALL, WRITE_ISR };
enum copies_read { READ_PRIMARY, READ_ANY, READ_NEAREST, READ_QUORUM, READ_ALL };
enum copies_leaders { LEADERS_ONE, LEADERS_ALL };
enum copies_conflict { CONFLICT_LWW, CONFLICT_MERGE, CONFLICT_CRDT, CONFLICT_ABORT };
enum copies_repair { REPAIR_NONE, REPAIR_READ };
#define COPIES_COORDINATORS 16u

struct copies_config {
  bool given;
  uint64_t n;
  struct refs zone;
  struct how_many write, read;
  struct dist apply; /* ns */
  bool fence;
  uint64_t keep;        /* writes that the log keeps for a copy that lacks them */
  struct dist snapshot; /* ns */
  struct elect_config elect;
  struct shipping_config ship; /* or the database says it */
  struct how_many leaders;     /* a number: one */
  enum copies_conflict conflict;
  /* Without a primary: see quorum.h. */
  uint64_t coordinators;
  bool hints;
  enum copies_repair repair;
  uint64_t timeout_ns;
  uint64_t anti_entropy_ns; /* 0: never */
};
/* A read that takes the newest of so many answers needs none. */
static inline bool copies_all_lead(const struct copies_config *config) {
  return config->leaders.word == LEADERS_ALL;
}
static inline bool copies_have_primary(const struct copies_config *config) {
  if (copies_all_lead(config)) return false;
  uint32_t word = config->read.word;
  return word != HOW_MANY_NUMBER && word != READ_QUORUM && word != READ_ALL;
}
static inline uint32_t copies_members(const struct copies_config *config) {
  return (uint32_t)(config->n + config->coordinators);
}
extern const struct param copies_params[];

enum {
  COPIES_APPEND,
  COPIES_APPLY,
  COPIES_PRE_VOTE,
  COPIES_VOTE,
  COPIES_BEAT,
  COPIES_SNAPSHOT,
  COPIES_MESSAGES
};
extern const char *const copies_messages[];

/* How long the primary waits for an answer, and pauses before it asks a copy again that does not
 * answer: as TCP does of the round trips to it (round_trip.h), but at least and at most so long
 * (RFC 6298, 2.4 and 2.5). Before any is measured the mean of the path stands for one. */
#define COPIES_RETRY_NS UINT64_C(1000000000)
#define COPIES_LONGEST_NS UINT64_C(60000000000)

/* What a primary knows of another copy. */
struct peer {
  uint32_t sent, matched;  /* positions up to which it was sent, and is known to have the log */
  uint32_t under_way;      /* messages that are not answered */
  uint64_t contact_ns;     /* elected: when the last message was sent that it answered, */
  uint64_t lease_ns;       /* and the same by the clock of the primary */
  uint64_t rtt_ns, off_ns; /* round trips to it (round_trip.h), */
  uint64_t patience_ns;    /* and how long an answer may take by these; 0: none is known */
  uint64_t reached_ns; /* when it was last reached: what was sent before and fails says nothing */
  bool broken;         /* it did not answer: nothing is sent but attempts to reach it */
  bool known;          /* it has answered how far its log agrees */
  uint32_t snapshot;   /* on its way, of all up to there; 0: none is */
  uint32_t snapshots;  /* that have been sent */
  struct timer again, arrives;
};

/* Positions that came before those in front of them, and their message, which is answered when
 * these have come. */
#define COPIES_AHEAD 256u
struct ahead {
  uint32_t from, to, slot, stamp;
};

/* `again` of one that made no write, and waits for what the log has. */
#define WAITS_FOR_LOG UINT32_MAX

/* Where writes lock rows, which the primary does: a row is free; none is, as it leads no more;
 * those of what is prepared are locked, as it leads now. */
struct copy_locks {
  void (*unlock)(struct sim *sim, struct member *member, uint32_t item);
  void (*clear)(struct sim *sim, struct member *member);
  void (*lock)(struct sim *sim, struct member *member, uint32_t item);
};

/* A call whose write waits to be acknowledged; calls wait in the order of the log. */
struct waiter {
  uint32_t position, slot, stamp;
  uint32_t again; /* the write that it is answered for, which was made before; 0: it made one */
  uint32_t row;   /* that is free when it is answered; 0: none */
  bool writes;    /* readers see what it made */
  bool stale;     /* it was made for a former holder of a lock (holding.h) */
  uint64_t since_ns;
};

/* What a copy counts. */
struct copy_meters {
  uint64_t applied, falls, resent, snapshots, rewound, lost, conflicts, promotions, read_only;
  uint64_t elections, split_votes;
  struct level behind, waiting, falling, two;
  struct hist lag, recovery_time, recovery_point;
  struct staleness seen;
};

struct group;

/* Of one copy: what it sends to the safe place while it is the primary. */
struct backup {
  struct timer next, arrives;
  uint64_t number, sent_ns; /* the transfer that is under way, for draws; as of then */
  uint32_t sent;            /* up to this position of the log */
  uint32_t next_write;      /* the write behind it */
  uint64_t *shipped;        /* counts those that have arrived */
};

struct copy {
  struct group *group;
  struct member *member;
  struct log log;
  uint32_t number; /* among the copies, from 0 */
  uint32_t term;
  bool leads;         /* as far as it knows, it is the primary */
  bool takes_over;    /* it leads as soon as it shows all that it has */
  bool known;         /* it has heard from the primary of its term: then, */
  uint32_t matched;   /* up to here its log is known to be that of that primary */
  uint32_t applied;   /* up to here its readers see the log */
  uint32_t committed; /* of a primary: acknowledged; elected: what cannot be lost, as it knows */
  bool applying;      /* a write is being applied */
  uint32_t pending;
  struct ahead ahead[COPIES_AHEAD];
  struct peer *peer;     /* of a primary, by number */
  struct waiter *waiter; /* a ring */
  uint32_t waiters, first_waiter, waiter_capacity;
  bool fallen; /* it goes on without the others for now */
  struct timer patience;
  struct stream apply;
  struct elector elector;
  struct backup backup;
  struct outbox *outbox; /* its own, if writes leave messages */
  uint64_t ahead_ns;     /* its clock: of the true time */
  uint64_t lost_ns;      /* it is down and has lost its data, since then; TIME_NEVER: it has them */
  struct copy_meters *meters;
};

/* What the copies of one shard share: the world outside of them, not what one of them knows. */
struct group {
  struct sim *sim;
  const struct copies_config *config;
  struct component *component;
  uint32_t first;    /* of its members, from 0: in front of it are those of other shards */
  struct copy *copy; /* `n` of them */
  uint32_t n;
  uint32_t primary;  /* whom callers take for it */
  uint32_t *nearest; /* zone of the caller (the last: none) * n: copies, the nearest first */
  struct op_set write_ops;
  struct stream pick, snapshot;
  struct history *history;
  struct copy_keys *keys;       /* NULL: none is remembered */
  struct copy_outbox *messages; /* NULL: writes leave none */
  struct copy_parts *parts; /* NULL: none takes part in a transaction, and rows are not locked */
  const struct copy_locks *locks;
  struct copy_tokens *tokens; /* NULL: it does not look at tokens */
  struct how_many write;      /* as configured */
  struct elections elections;
  void (*let_in)(struct sim *sim, struct member *member, struct frame *call); /* a read */
  uint64_t failed_ns; /* since when no primary has taken writes; TIME_NEVER: it is not so */
  uint32_t leaders;   /* copies that are up and take themselves for the primary */
  const struct shipping_config *ship; /* NULL: nothing is sent to a safe place, else */
  uint32_t safe;                      /* what it has: up to this position, as of then */
  uint64_t safe_ns;
  struct stream takes;
  bool from_backup; /* all copies have lost their data at one time */
  bool sized;       /* some path asks how large messages are */
};

/* That of a member which is one of its own. */
static inline struct copy *group_copy_of(const struct group *group, const struct member *member) {
  return &group->copy[member->index - 1 - group->first];
}

/* --- the life of a copy --------------------------------------------------------------------- */

/* Whether some control makes another copy the primary. */
bool copies_are_promoted(const struct spec *spec, const struct component_spec *component);
bool copies_validate(const struct spec *spec, const struct component_spec *component,
                     const struct copies_config *config, struct error *err);
/* Of the group, which the first of its members makes. */
struct copy *copy_new(struct sim *sim, struct member *member, struct group **group,
                      const struct copies_config *config, struct op_set write_ops,
                      struct copy_meters *meters);
void copy_free(struct copy *copy);
void copy_fault(struct sim *sim, struct copy *copy, const struct fault_def *fault, bool begins);
void copy_check(struct copy *copy, struct checks *out);

/* --- replicate.c ---------------------------------------------------------------------------- */

/* The primary has done a write: it is in its log from now on. Answers the call, now or later, and
 * then frees a row (0: none). `what`: of a part of a transaction, else PART_NONE. */
void copy_write(struct sim *sim, struct copy *copy, struct frame *call, enum part_entry what,
                uint32_t row);

void copy_on_message(struct sim *sim, struct copy *copy, struct frame *message);
void copy_on_answer(struct sim *sim, struct copy *copy, struct frame *message,
                    enum outcome outcome);
void copy_on_due(struct sim *sim, struct copy *copy, struct timer *timer);

/* After a crash a copy applies what it has. */
void copy_go_on(struct sim *sim, struct copy *copy);

/* A write that the copy was applying is applied. */
void copy_applied(struct sim *sim, struct copy *copy);
uint64_t copy_apply_ns(const struct copy *copy);

/* Bytes of a message of a copy, of the writes that it carries. */
double copy_message_bytes(const struct sim *sim, const struct copy *copy,
                          const struct frame *message);

/* The primary tries to reach the others, whatever it knew of them. */
void copy_reach_out(struct sim *sim, struct copy *copy);
/* It follows the leader of this later term. */
void copy_follow(struct sim *sim, struct copy *copy, uint32_t term);
/* It takes another one for one that has nothing and does not answer, and tries to reach it. */
void copy_start_over_with(struct sim *sim, struct copy *copy, uint32_t number);
/* Of its log nothing is left behind `end`; up to `until` it takes what another log has. */
void copy_rewind(struct copy *copy, uint32_t end);
void copy_take(struct copy *copy, const struct log *from, uint32_t until);
/* A copy has answered: it gets what it lacks. */
void copy_reached(struct sim *sim, struct copy *copy, uint32_t number);
/* How many writes of the primary it does not show has changed. */
void copy_note_behind(struct sim *sim, struct copy *copy);
/* Shows one more write of its log to readers. */
void copy_show_next(struct copy *copy);
/* The same of what the primary made some time ago. False: it is no write. */
bool copy_show_late(struct sim *sim, struct copy *copy);

/* A message from the primary of this term: whether the copy follows it, and knows up to where their
 * logs agree. */
bool copy_hears(struct sim *sim, struct copy *copy, const struct copy *from, uint32_t term);
/* Answers with the position up to which its log is that of the primary. What came before its turn
 * is taken from the log `from` if that has come, and answered, too; NULL: nothing is taken. */
void copy_answer(struct sim *sim, struct copy *copy, const struct log *from, struct frame *message);
/* Its turn will not come. */
void copy_drop_pending(struct sim *sim, struct copy *copy);
/* How long an answer of that copy may take: by the round trips to it. */
uint64_t copy_retry_ns(struct sim *sim, struct copy *copy, uint32_t number);

/* --- snapshot.c ----------------------------------------------------------------------------- */

#define SNAPSHOT_DUE 4 /* timer.what */

/* Whether a copy gets one in place of what it lacks of the log: it is on its way from now on. */
bool snapshot_goes(struct sim *sim, struct copy *copy, uint32_t number);
/* It is there; the copy has got it, or has not. */
void snapshot_due(struct sim *sim, struct copy *copy, uint32_t number);
void snapshot_take(struct sim *sim, struct copy *copy, struct frame *message);
void snapshot_answered(struct copy *copy, uint32_t number);
void snapshots_stop(struct copy *copy);

/* --- acknowledge.c -------------------------------------------------------------------------- */

/* `row`: is unlocked when it is answered. */
void copy_wait(struct sim *sim, struct copy *copy, struct frame *call, bool writes, uint32_t row);
/* It is answered when all that is in the log now may be. */
void copy_answer_behind(struct sim *sim, struct copy *copy, struct frame *call, uint32_t row);
/* A write that the log has is sent again: it is answered when it, and all behind it, may be. */
void copy_answer_again(struct sim *sim, struct copy *copy, struct frame *call, uint32_t write,
                       uint32_t row);
/* What others have changed: answers the writes that have waited long enough for it. */
void copy_acknowledge(struct sim *sim, struct copy *copy);
void copy_patience_ends(struct sim *sim, struct copy *copy);
/* It is primary no more: nobody can say what becomes of the writes that wait. */
void copy_give_up_waiting(struct sim *sim, struct copy *copy);

/* --- route.c -------------------------------------------------------------------------------- */

/* How far a member is from callers in a zone: the less, the nearer. */
double route_cost(const struct spec *spec, uint32_t component, uint32_t from_zone,
                  uint32_t to_zone);
void route_init(struct group *group);
/* As component_pick_any, of so many of the component's members, from `first` on. */
struct member *route_any(const struct component *component, uint32_t first, uint32_t n,
                         const struct frame *call);
struct member *route_pick(const struct group *group, const struct frame *call);
/* A read that began now and ends after `work_ns` is judged; returns what it sees. */
struct history_view route_read(struct sim *sim, struct copy *copy, const struct frame *call,
                               uint64_t work_ns);

/* --- promote.c ------------------------------------------------------------------------------ */

/* Whether a's log has more than b's: the later term, then the longer log (Raft, 5.4.1). */
bool promote_has_more(const struct copy *a, const struct copy *b);
/* It leads, in a new term, with what is in its log. */
void promote_lead(struct sim *sim, struct copy *copy);
/* It has applied one more write: it leads if it was to take over and that was the last one. */
void promote_applied(struct sim *sim, struct copy *copy);
/* Another copy becomes it, of those that are up and not `except` (by number) the one that has most;
 * false: there is none. */
bool promote(struct sim *sim, struct group *group, const bool *except);
/* What the copy that takes over does not have of what was acknowledged is lost. */
void promote_take_over(struct sim *sim, struct copy *copy);
/* It leads: it locks the rows of what its log says is prepared. */
void promote_lock(struct sim *sim, struct copy *copy);
/* Some copy leads now or does no more. */
void promote_note_leaders(struct sim *sim, struct group *group);

/* --- copy_loss.c ---------------------------------------------------------------------------- */

/* A copy goes down with its data; and is up again, without them. */
void copy_lose(const struct sim *sim, struct copy *copy);
void copy_start_without_data(struct sim *sim, struct copy *copy);

/* --- copy_backup.c -------------------------------------------------------------------------- */

#define BACKUP_DUE 3 /* timer.what */

/* What is acknowledged goes to a safe place as the configuration says. `shipped` counts transfers.
 */
void copy_backup_new(struct sim *sim, struct copy *copy, const struct shipping_config *config,
                     uint64_t *shipped);
void copy_backup_begin(struct sim *sim, struct copy *copy); /* a life begins */
void copy_backup_due(struct sim *sim, struct copy *copy, const struct timer *timer);
/* All copies have lost their data: how old what is left is; one of them has it again. */
void copy_backup_note_loss(const struct sim *sim, struct copy *copy);
void copy_backup_restore(struct sim *sim, struct copy *copy);

#endif
