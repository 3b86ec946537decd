/* What a component does with one operation, as far as its configuration tells: for checks that run
 * nothing, such as the linter.
 *
 * An outline is a small program, made for each component and operation by the kind's function
 * `outline`. It runs from its first step and falls through; jumps go forwards only and the last
 * step is OUTLINE_END. What depends on the course of a run (whether a cache holds a key) is a
 * branch of unknown chance, NAN: a reader of the outline must allow for both. Never state more
 * than the configuration does: findings quote these numbers. */
#ifndef OUTLINE_H
#define OUTLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "spec.h"

struct profile;
struct outbound_config;

enum outline_what {
  OUTLINE_END,    /* answer (if not answered yet) and finish */
  OUTLINE_WORK,   /* hold a worker for a draw of `time` */
  OUTLINE_PAUSE,  /* let a draw of `time` pass */
  OUTLINE_CALLS,  /* calls[first .. first + count - 1] at once, until `need` have succeeded */
  OUTLINE_CHOICE, /* one of these calls, by their shares */
  OUTLINE_BRANCH, /* with probability `chance` (NAN: unknown) the next step, else `target` */
  OUTLINE_JUMP,   /* go on at `target` */
  OUTLINE_REPLY,  /* answer now, and go on */
};

struct outline_call {
  uint32_t to;                          /* component */
  int op;                               /* operation that it receives */
  uint64_t timeout_ns;                  /* PARAM_UNLIMITED: waits for ever */
  uint32_t times;                       /* of OUTLINE_CALLS: this many such calls at once */
  bool each;                            /* to every member once, not to members drawn for each */
  bool request_sized, answer_sized;     /* its maker says how many bytes these have */
  double share;                         /* of OUTLINE_CHOICE: they add up to 1, or all are NAN */
  uint64_t attempts;                    /* how often it is tried at most, the first time included */
  double budget;                        /* < 1: only this share of calls may be tried again */
  uint64_t deadline_ns;                 /* of all its attempts; PARAM_UNLIMITED */
  double hedged;                        /* further tries that are sent for each, known beforehand */
  const struct outbound_config *policy; /* NULL: no more than the timeout */
  bool after_refusal;                   /* attempts follow a refusal */
  bool after_timeout; /* it is also tried again after a timeout, not only after a refusal */
};

struct outline_step {
  enum outline_what what;
  uint32_t target; /* BRANCH, JUMP; CALLS, CHOICE: where a failure leads (0: it is passed on) */
  uint32_t first, count; /* into calls */
  uint32_t need;         /* CALLS: 0: all of them */
  double chance;
  bool while_empty; /* BRANCH of unknown chance: surely the next step while it keeps no data yet */
  bool hands_over;  /* REPLY: the worker does not stay for what follows */
  struct dist time; /* ns */
};

/* Requests that a source sends, of one operation and by one instance. */
struct outline_source {
  double share; /* of this operation among all that it sends */
  /* Open: new requests. 0: none of this operation, or the rate is told otherwise. */
  double rate_per_s;             /* over a long time */
  double peak_per_s;             /* where chance changes the rate; 0: it does not */
  const struct profile *profile; /* a rate that changes by the clock, times `profile_factor` */
  double profile_factor;
  double once; /* requests that come at one time alone */
  uint64_t once_at_ns;
  bool surges;             /* a rate that a surge multiplies */
  bool holds_back;         /* sends less while too many are in flight: rates are upper bounds */
  bool only_users;         /* says whose requests they are, and no tier of them */
  uint64_t ends_ns;        /* the last comes then; 0: they come for ever */
  uint64_t users;          /* closed: of all operations together */
  bool crowd_varies;       /* closed: their number changes by the clock; `users` is the most */
  struct dist think;       /* closed, ns */
  double journey_pause_ns; /* of the pauses of a journey, on average; 0: there are none */
  uint64_t pause_ns;       /* least pause before a further attempt */
  bool has_keys;           /* requests are about different data, */
  bool has_users;          /* or of different users */
  uint32_t keys;           /* so many at most; 0: not known */
  uint32_t user_n;         /* the same, of one instance */
  double sessions;         /* that its users hold at once, on average; 0: none */
  uint32_t holds;          /* component that they are held at, or behind */
};

/* Checks by which a component finds out that one it calls does not work. */
struct outline_health {
  bool given;
  uint64_t interval_ns, timeout_ns, fall;
  int op;      /* of a request; -1: the host answers */
  bool panics; /* who finds most of them out uses them all the same */
};

/* Or by the calls that fail. */
struct outline_outlier {
  bool given;
  uint64_t failures, eject_ns;
};

/* Copies of data of which a call waits for so many; 0: it asks a primary. */
struct outline_copies {
  uint32_t n, read, write;
  uint32_t shards;     /* that have so many each */
  uint64_t elect_ns;   /* patience of those who elect a primary; 0: nobody does */
  bool unfenced;       /* a control replaces the primary, which is not shut out */
  bool clocks;         /* they look at their clocks */
  bool overwrites;     /* all lead, and of two writes the later one wins */
  bool majority;       /* more than half, since the scenario says "quorum"; also with a primary */
  bool first_only;     /* all calls go to the first of them (of each shard), whatever happens */
  bool replaces;       /* one that lost its data gets them from the others, */
  bool mends;          /* also what nobody asks for or kept for it */
  uint64_t timeout_ns; /* how long a copy is waited for, without a primary; 0: there is one */
  uint64_t keep;       /* writes that the log of a primary keeps for one that was away */
  double snapshot_ns;  /* how long it takes to send all data to one that lacks more, on average */
};

struct outline {
  struct arena *arena;
  /* Of the component, whatever the operation. */
  uint64_t workers;     /* of one instance; PARAM_UNLIMITED by default */
  uint64_t queue;       /* calls that may wait for them; unlimited by default */
  uint64_t connections; /* calls that may be present at one instance, where that is a setting of its
                           own; unlimited by default */
  bool holds;           /* a worker is held during pauses and calls */
  bool by_key;          /* what it does depends on the key of a request */
  bool by_user;         /* or on whose it is */
  bool restores;        /* what it keeps can be lost, and is put there again from elsewhere */
  bool fences;          /* does no write under a lock that has been given away again */
  bool remembers;       /* what comes again, by its identity */
  bool by_request, by_answer; /* of the operation: its work is longer for each byte of these */
  uint32_t relays_to;         /* topic that gets a message for each write, plus 1; 0: none */
  bool spreads;        /* gives calls to the instances of what it calls, in turn or at random */
  bool by_connection;  /* it chooses once for a connection */
  bool prefers_idle;   /* to those with fewest calls, in place of each equally */
  uint16_t burst;      /* calls that a limit lets through at one time; 0: none does */
  float left_out;      /* share of its instances that never hear of an update */
  uint64_t reports_ns; /* what it compares is told so often alone; 0: it knows by itself */
  uint32_t zones_from; /* with so many backends in use zones matter; 0: they never do */
  uint64_t compares;   /* backends whose calls it compares before each choice; 0: it does not */
  struct outline_health health;
  struct outline_outlier outlier;
  const struct pace_config *pace;      /* what makes its work take longer; NULL: nothing */
  const struct outline_copies *copies; /* of data; NULL: there are none */
  /* Of the operation. */
  struct outline_source source;
  uint32_t steps, calls, step_capacity, call_capacity;
  struct outline_step *step;
  struct outline_call *call;
};

/* Empty, of a component that has no limits and does nothing. */
void outline_begin(struct outline *outline, struct arena *arena);

/* Append a step or a call; the call belongs to the last step. */
struct outline_step *outline_add(struct outline *outline, enum outline_what what);
struct outline_call *outline_add_call(struct outline *outline, uint32_t to, int op,
                                      uint64_t timeout_ns);
void outline_work(struct outline *outline, const struct dist *time);

/* Marks in `reached`, by component, `from` and all that it calls, directly or through others, by
 * whatever operation; with `both_ways` also who calls those, and so on. */
void outline_reach(const struct spec *spec, uint32_t from, bool both_ways, bool *reached);

#endif
