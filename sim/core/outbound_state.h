/* What the files of the call policy share: errands, tries and what they belong to. */
#ifndef OUTBOUND_STATE_H
#define OUTBOUND_STATE_H

#include "hist.h"
#include "meter.h"
#include "outbound.h"

#define NO_ERRAND UINT32_MAX

enum phase {
  PHASE_NEW,       /* made */
  PHASE_PAUSING,   /* made; its attempt has not begun */
  PHASE_GATHERING, /* made; waits for its batch to go */
  PHASE_GATHERED,  /* made; its batch goes now */
  PHASE_WAITING,   /* made; waits for a place */
  PHASE_READY,     /* made; has a place and is about to be sent */
  PHASE_OUT,       /* sent */
  PHASE_LATE,      /* sent; has timed out, but its answer would still count */
  PHASE_HEARD,     /* sent; has timed out, and with it the errand ends */
};

/* Beside the frame in the same slot, if the stamps agree. */
struct try {
  uint32_t stamp;
  uint32_t errand;        /* or NO_ERRAND */
  uint32_t next;          /* another try of the same errand, or SLOT_NONE */
  uint32_t before, after; /* in the pool's queue or in a batch, or SLOT_NONE */
  uint32_t epoch;         /* of the breaker that let it through */
  uint32_t generation;    /* of the outbound, when it began to go through its layers */
  uint32_t in_flight;     /* places taken when it was sent, its own included */
  uint8_t phase;
  bool hedge, placed;
  uint64_t from_ns;   /* when it was sent, or began to wait */
  uint64_t placed_ns; /* when it got its place */
  uint64_t due_ns;    /* PAUSING, GATHERING, WAITING: until when; OUT: when it counts as late */
  uint64_t hedge_ns;  /* OUT: when the next hedge is due */
  uint64_t key;       /* of the errand */
  uint64_t deadline_ns;
  uint64_t told_ns;     /* the deadline that what is called learns of */
  struct outbound *out; /* whose layers it goes through */
  struct member *to;    /* NULL: any member */
};

/* One thing that a caller wants from a component. */
struct errand {
  struct outbound *out; /* that it was begun with */
  uint32_t first;       /* its tries that may still answer */
  uint32_t pending;     /* those of them that are not late */
  uint32_t attempt;     /* from 0 */
  uint32_t hedges;      /* of this attempt */
  uint64_t attempt_ns;  /* when the attempt was first sent */
  uint64_t key;         /* of the first try */
  uint64_t further;     /* what the keys of those that follow are made of */
  uint64_t sent_ns, deadline_ns, told_ns;
  uint32_t item;
  uint32_t next_free;
  uint16_t site;
  uint8_t op;
  bool final; /* nothing follows the tries that there are */
};

__extension__ typedef unsigned __int128 pool_integral;

/* Tries that hold a place, or that wait for one; and since time 0 the integral of their number over
 * time and, independently of it, the sum of the times of those that ended. */
struct pool_side {
  uint64_t n, most;
  uint64_t settled_ns; /* the end of the integral */
  pool_integral present_ns, spent_ns;
  pool_integral begun_ns;  /* the beginnings of those there are, added up */
  pool_integral so_far_ns; /* what they have spent, for the checks of a run */
};

/* Places for calls at once, and who waits for one. */
struct pool {
  const struct pool_config *config;
  struct concurrency size;
  struct level places; /* its limit over time */
  struct pool_side taken, waiting;
  uint32_t head, tail;
  uint64_t refused, gave_up;
  pool_integral warmup_ns; /* place-time taken before the end of the warm-up */
  struct hist wait;
  uint64_t stuck;  /* those that wait for ever, and */
  bool moves;      /* whether some place will be free: see deadlock.c */
  uint64_t leaked; /* places that are held for ever: see leaks.c */
};

/* The tries that go together next. */
struct batch {
  const struct batch_config *config;
  uint32_t head, tail;
  uint64_t n, due_ns; /* due_ns: when it goes, if it is not full before */
  uint64_t sent, messages;
  struct hist wait;
};

struct outbound_counts {
  uint64_t errands, tries, retries, over_budget, hedges, hedges_won, late, out_of_time;
};

struct outbound {
  const struct outbound_config *config;
  struct member *from;
  struct component *to;
  const char *name;
  struct outbound_hooks hooks;
  struct throttle *throttle; /* each NULL: none; or shared with others of `from` */
  struct breaker *breaker;
  struct batch *batch;
  struct pool *pool;
  struct retry_budget *retry_budget, *hedge_budget;
  struct hist *answers; /* times of attempts that were answered well; NULL: nobody needs them */
  uint64_t hedge_after_ns, hedge_known; /* of a quantile, and of how many answers */
  uint32_t generation;                  /* counts crashes */
  struct stream backoff, throttling;
  struct outbound_counts count;
  bool owns_throttle, owns_breaker, owns_batch, owns_pool; /* no earlier one has them */
  struct outbound *earlier;                                /* of the same member */
  struct outbound *next;                                   /* in the row */
};

/* All that the members of one component have towards what goes by one name. */
struct outbound_row {
  const char *name;
  struct outbound *first, **last;
  struct outbound_row *next;  /* of the same component */
  bool known, may_lock;       /* its pools can be part of a deadlock, once that is known */
  bool leaks_known, may_leak; /* places of theirs can be held for ever */
};

struct outbounds {
  struct try *try; /* by slot */
  uint32_t tries;  /* those there is room for */
  struct errand *errand;
  uint32_t errands, errand_room, free_errand;
  struct outbound_row **of; /* by component */
  struct outbound *latest;  /* that was made */
};

/* What is known of a frame, or NULL. */
static inline struct try *try_known(const struct sim *sim, const struct frame *call) {
  const struct outbounds *o = sim->outbounds;
  uint32_t slot = frame_slot(sim, call);
  if (slot >= o->tries || o->try[slot].stamp != call->stamp) return NULL;
  return &o->try[slot];
}

/* outbound_pool.c: whether the try has a place now. If not, it waits, or *refused is set. */
bool pool_enter(struct sim *sim, struct outbound *out, struct frame *call, bool *refused);
/* A place becomes free; `took_ns`, `outcome` of the try that had it, if it is known how it went. */
void pool_leave(struct sim *sim, struct pool *pool, const struct try *try);
void pool_heard(struct sim *sim, struct pool *pool, const struct try *try, enum outcome outcome);
/* It waits no longer. */
void pool_quit(struct sim *sim, struct pool *pool, struct frame *call);

/* Brings the integral up to now. */
void pool_side_settle(struct pool_side *side, uint64_t now_ns);

/* Their maker is gone, and all that hold a place or wait for one with it. */
void pool_empty(struct pool *pool, uint64_t now_ns);

/* outbound_batch.c: the try waits until its batch goes. */
struct batch *batch_new(struct sim *sim, const struct batch_config *config);
void batch_enter(struct sim *sim, struct batch *batch, struct frame *call);
/* Its event: if the time of the batch is over, all in it go. */
void batch_due(struct sim *sim, struct batch *batch, struct frame *call);
/* It waits no longer. */
void batch_quit(struct sim *sim, struct batch *batch, struct frame *call);
void batch_empty(struct batch *batch);

void push_try_event(struct sim *sim, const struct frame *call, uint64_t at_ns);

#endif
