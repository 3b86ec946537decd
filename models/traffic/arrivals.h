/* When the requests of a client are sent: arrival processes.
 *
 * A process is a row of a table, found by the kind of its configuration. An open one knows nothing
 * of answers: it fills a list of times between requests, many at once, since those depend on
 * nothing but their number and the processor overlaps their draws (a Philox block takes about 40
 * cycles to come out, but 10 to go in). The closed one has a fixed number of users, each with at
 * most one request in flight.
 *
 * Requests are numbered: user << ARRIVALS_USER_SHIFT | n, where n counts the user's requests and an
 * open process has the one user 0. The state lives in the client's; what it points to is the
 * arena's. */
#ifndef ARRIVALS_H
#define ARRIVALS_H

#include "sim.h"

#define ARRIVALS_USER_SHIFT 32
#define ARRIVALS_MAX_USERS ((UINT64_C(1) << 26) - 1)

/* Times between requests that are drawn at once. */
#define ARRIVALS_AHEAD 32

struct arrival_source {
  uint32_t *sent_by_user;     /* requests of each user so far; NULL: open */
  uint64_t number;            /* open: requests sent so far */
  uint32_t gaps_left;         /* of `gap`; the next one is the last of them */
  double gap[ARRIVALS_AHEAD]; /* open: ns to the request after the one before */
  double period_ns;           /* open: mean of the gaps */
  uint64_t gaps_made;
  struct draws gaps; /* the sequential stream of a process that draws them */
  const struct arrival_process *process;
  const struct arrivals *config;
  struct stream think;
  uint64_t base; /* what the client adds to a request's number to make its key */
};

/* One way to send requests. */
struct arrival_process {
  enum arrivals_kind kind;
  /* Before any event. */
  void (*init)(struct sim *sim, struct arrival_source *source);
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

/* Schedules the next event of an open source. */
static inline void arrivals_schedule(struct sim *sim, struct member *member,
                                     struct arrival_source *source) {
  if (source->gaps_left == 0) arrivals_fill(source);
  double gap_ns = source->gap[--source->gaps_left];
  sim_schedule(sim, member, (uint64_t)(int64_t)(gap_ns + 0.5), 0);
}

/* The number of the request that an event of the member stands for; an open source's next event is
 * scheduled. */
static inline uint64_t arrivals_take(struct sim *sim, struct member *member,
                                     struct arrival_source *source, uint32_t user) {
  if (__builtin_expect(source->sent_by_user != NULL, 0)) {
    return (uint64_t)user << ARRIVALS_USER_SHIFT | source->sent_by_user[user]++;
  }
  uint64_t number = source->number++;
  arrivals_schedule(sim, member, source);
  return number;
}

/* A request has ended: its user, if it has one who waits, thinks and sends the next. */
__attribute__((noinline)) void arrivals_user_thinks(struct sim *sim, struct member *member,
                                                    const struct arrival_source *source,
                                                    uint64_t key);
static inline void arrivals_answered(struct sim *sim, struct member *member,
                                     const struct arrival_source *source, uint64_t key) {
  if (__builtin_expect(source->sent_by_user != NULL, 0)) {
    arrivals_user_thinks(sim, member, source, key);
  }
}

#endif
