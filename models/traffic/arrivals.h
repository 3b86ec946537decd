/* When the requests of a client are sent: arrival processes.
 *
 * A process is a row of a table, found by the kind of its configuration. An open one knows nothing
 * of answers: it fills a list of gaps between requests, many at once, since those depend on nothing
 * but their number and the processor overlaps their draws (a Philox block takes about 40 cycles to
 * come out, but 10 to go in). The closed one has a fixed number of users, each with at most one
 * request in flight.
 *
 * Where the rate changes, gaps are numbers of requests that are expected in them, and a law turns
 * each into time when it is due: the same draws under another rate, so that two designs or two
 * profiles meet the same requests. A surge, which multiplies the rate for a while, takes what is
 * left of a gap when it begins or ends over into the new rate; of closed users it multiplies the
 * number.
 *
 * Requests are numbered: user << ARRIVALS_USER_SHIFT | n, where n counts the user's requests and an
 * open process has the one user 0. The state lives in the client's; what it points to is the
 * arena's. */
#ifndef ARRIVALS_H
#define ARRIVALS_H

#include "sim.h"

#define ARRIVALS_USER_SHIFT 32
#define ARRIVALS_MAX_USERS ((UINT64_C(1) << 26) - 1)

/* Gaps that are drawn at once. */
#define ARRIVALS_AHEAD 32

struct arrival_law;

/* Where a Markov-modulated process stands. */
struct arrival_phase {
  uint32_t phase;
  uint64_t number; /* of the phases so far */
  double until_ns;
};

struct arrival_source {
  uint32_t *sent_by_user; /* requests of each user so far; NULL: open */
  uint64_t number;        /* open: requests sent so far */
  uint32_t gaps_left;     /* of `gap`; the next one is the last of them */
  bool changes;           /* gaps are not simply ns: see arrivals_changing_ns */
  double gap[ARRIVALS_AHEAD];
  double gap_mean; /* ns, or 1 */
  uint64_t gaps_made;
  struct draws gaps; /* the sequential stream of a process that draws them */
  const struct arrival_process *process;
  const struct arrivals *config;
  struct stream think, phases, sizes;
  uint64_t base; /* what the client adds to a request's number to make its key */
  /* Of rates that change. */
  const struct arrival_law *law; /* turns gaps, which are counts, into times; NULL: gaps are ns */
  double surge;                  /* the rate is multiplied by it */
  uint64_t due_ns;               /* of the next request */
  double carry_ns; /* how much later than its event the last request was meant, below 1 */
  struct arrival_phase phase;
  /* Of closed users whose number changes, by a profile or a surge: users below `present` take part.
   */
  uint8_t *busy;       /* by user: has a request or thinks; NULL: the number stays */
  uint64_t most;       /* users that there may be */
  uint64_t changes_ns; /* the profile's next change is looked at then */
  bool started;
  struct level present;
  /* Of bursts. */
  uint64_t burst_left, bursts;
};

/* Of closed users whose number changes: whether the event is one of a user who takes part and asks
 * now. Else it was the crowd's own, or that of a user who has left. */
bool arrivals_crowd_asks(struct sim *sim, struct member *member, struct arrival_source *source,
                         uint32_t user);

/* One way to send requests. */
struct arrival_process {
  enum arrivals_kind kind;
  /* Before any event. */
  void (*init)(struct sim *sim, struct member *member, struct arrival_source *source);
  /* Schedules the first events of the member. */
  void (*start)(struct sim *sim, struct member *member, struct arrival_source *source);
  /* Writes ARRIVALS_AHEAD gaps from the last entry to the first; NULL: closed. */
  void (*fill)(struct arrival_source *source);
};

void arrivals_init(struct sim *sim, struct member *member, struct arrival_source *source,
                   const struct arrivals *config, uint64_t base);

/* Schedules the member's first events. */
static inline void arrivals_start(struct sim *sim, struct member *member,
                                  struct arrival_source *source) {
  source->process->start(sim, member, source);
}

void arrivals_fill(struct arrival_source *source);

/* The time that a gap lasts which begins now, where the rate changes. */
__attribute__((noinline)) uint64_t arrivals_changing_ns(struct sim *sim,
                                                        struct arrival_source *source, double gap);

/* The surges of the member have changed: its next request comes sooner or later. */
void arrivals_surge(struct sim *sim, struct member *member, struct arrival_source *source);

/* Schedules the next event of an open source. */
static inline void arrivals_schedule(struct sim *sim, struct member *member,
                                     struct arrival_source *source) {
  if (source->gaps_left == 0) arrivals_fill(source);
  double gap = source->gap[--source->gaps_left];
  uint64_t delay_ns = __builtin_expect(source->changes, 0) ? arrivals_changing_ns(sim, source, gap)
                                                           : (uint64_t)(int64_t)(gap + 0.5);
  sim_schedule(sim, member, delay_ns, 0);
}

/* The next gap, if it is drawn and no more than a time. */
static inline bool arrivals_gap(const struct arrival_source *source, uint64_t *delay_ns) {
  if (source->gaps_left == 0 || __builtin_expect(source->changes, 0)) return false;
  *delay_ns = (uint64_t)(int64_t)(source->gap[source->gaps_left - 1] + 0.5);
  return true;
}

/* arrivals_next with that gap, when the event list has room for an event so near (fel_is_near). */
static inline uint64_t arrivals_take_gap(struct sim *sim, struct member *member,
                                         struct arrival_source *source, uint64_t delay_ns) {
  source->gaps_left--;
  member->has_events = true;
  fel_push_near(&sim->fel, event_make(sim->now_ns + delay_ns, member->id << 4 | EVENT_MEMBER, 0));
  return source->number++;
}

/* The number of the request that an event of an open source stands for; the next event is
 * scheduled. */
static inline uint64_t arrivals_next(struct sim *sim, struct member *member,
                                     struct arrival_source *source) {
  uint64_t number = source->number++;
  arrivals_schedule(sim, member, source);
  return number;
}

/* The same of any source. */
static inline uint64_t arrivals_take(struct sim *sim, struct member *member,
                                     struct arrival_source *source, uint32_t user) {
  if (source->sent_by_user == NULL) return arrivals_next(sim, member, source);
  return (uint64_t)user << ARRIVALS_USER_SHIFT | source->sent_by_user[user]++;
}

/* A request has ended: its user, if it has one who waits, thinks, and for `least_ns` at least, and
 * sends the next. */
__attribute__((noinline)) void arrivals_user_thinks(struct sim *sim, struct member *member,
                                                    const struct arrival_source *source,
                                                    uint64_t key, uint64_t least_ns);
static inline void arrivals_answered(struct sim *sim, struct member *member,
                                     const struct arrival_source *source, uint64_t key,
                                     uint64_t least_ns) {
  if (__builtin_expect(source->sent_by_user != NULL, 0)) {
    arrivals_user_thinks(sim, member, source, key, least_ns);
  }
}

/* What was recorded of a request: its row; the trace is that of the configuration. */
static inline uint64_t arrivals_row(const struct arrival_trace *trace, uint64_t number) {
  return number % trace->rows;
}

struct outline_source;

/* What can be said of a configuration without running it; `share` of its requests are meant. */
void arrivals_outline(const struct arrivals *config, double share, struct outline_source *out);

#endif
