/* One simulation: clock, components and their members, calls between them, network and faults.
 *
 * Everything hangs off one `struct sim`; a thread has its own. Built from an immutable spec, a seed
 * and the number of the replication; the same three give the same events on any machine.
 *
 * A call is a frame: 64 bytes from a pool. Whoever makes the call owns the frame's upper half, the
 * component that handles it (the callee) its lower half. A frame lives from call_new until its
 * answer is delivered or, if the caller gave up waiting (timeout), until the callee is done with
 * it: work that nobody waits for any more still burns capacity. A frame's slot is reused; its stamp
 * tells generations apart, so a handle is (slot, stamp) and a stale one fails one comparison.
 *
 * A hop that costs no time is delivered at once, inside call_send or call_reply. A component must
 * therefore bring its own state in order first and send or reply last. */
#ifndef SIM_H
#define SIM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "data_op.h"
#include "fel.h"
#include "ledger.h"
#include "meter.h"
#include "metric.h"
#include "part.h"
#include "rng.h"
#include "sim_assert.h"
#include "spec.h"

#define NS_PER_S UINT64_C(1000000000)
#define TIME_NEVER UINT64_MAX
#define SLOT_NONE UINT32_MAX

struct sim;
struct columns;
struct member;
struct component;
struct station;
struct timeline;
struct traces;
struct watch;
struct life;
struct watch_entry;
struct outline;
struct checks;
struct outbounds;

/* How a call ended. The names are the causes of errors in reports. */
enum outcome {
  OUTCOME_OK,
  OUTCOME_TIMEOUT,
  OUTCOME_REFUSED,     /* down, or queue full */
  OUTCOME_RESET,       /* lost with its server */
  OUTCOME_UNREACHABLE, /* partition */
  OUTCOME_SHED,
  OUTCOME_RATE_LIMITED,
  OUTCOME_CIRCUIT_OPEN,
  OUTCOME_FAILED, /* the component answered with an error */
  OUTCOME_DENIED,
  OUTCOMES
};
extern const char *const outcome_name[OUTCOMES];

/* Where a frame is, seen from its callee. */
enum frame_state {
  FRAME_FREE,
  FRAME_MADE,       /* not sent: its maker, which counts as its callee, has it, asleep or not */
  FRAME_TRAVELLING, /* on its way to the callee */
  FRAME_HELD_UP,    /* reached the callee, which hangs and will see it when that is over */
  FRAME_QUEUED,     /* waits at the callee */
  FRAME_WORKING,    /* the callee works on it until due_ns; stands still while the callee hangs */
  FRAME_SHARING,    /* as WORKING, but its station keeps the time (processor sharing) */
  FRAME_SLEEPING,   /* a timer that no fault of the callee touches (a sleep, a back-off) */
  FRAME_WAITING,    /* the callee waits for calls of its own */
  FRAME_RESETTING,  /* its server broke; the answer that says so is about to be sent */
  FRAME_REPLYING,   /* the answer is on its way back */
  FRAME_LOST,       /* vanished: nobody will ever answer */
  FRAME_STATES
};

enum frame_flags {
  CALL_ROOT = 1,       /* made by a member on its own account: `parent` is that member's id */
  CALL_ABANDONED = 2,  /* the caller waits no longer */
  CALL_PROBE = 4,      /* health check: answered by the callee's host, not by its model */
  CALL_UNWANTED = 8,   /* the callee was told that nobody waits any more: see abandon.h */
  CALL_DETACHED = 16,  /* counted as ended: the rest of a handler whose caller has its answer, or
                          given up while it was held up */
  CALL_RELEASED = 32,  /* callee: no worker holds it while it waits for calls of its own */
  CALL_TRACED = 64,    /* belongs to a followed request: see trace.h */
  CALL_DEGRADED = 128, /* its answer is second best: somewhere a fallback was taken */
};

struct frame {
  /* The pool's. */
  uint32_t stamp;
  uint32_t next; /* link of the queue it is in, or of the free list */
  /* The caller's. */
  uint32_t parent; /* slot of the call on whose behalf this one is made, or a member's id */
  uint32_t parent_stamp;
  uint64_t key;     /* identity of the request for all random draws */
  uint64_t sent_ns; /* when the caller (meant to) send it; latency counts from here */
  /* The callee's. */
  uint64_t mark_ns; /* start of the present wait or hold */
  uint64_t due_ns;  /* end of the present work or sleep; while it stands still: ~(work left) */
  /* The caller's. */
  uint32_t item;  /* data key, 0 = none */
  uint32_t place; /* member id of the callee in the low 24 bits, enum frame_state above: one word,
                     so that setting both is one store and reading either never waits for it */
  uint16_t site;  /* the caller's own mark: which step, which attempt, which backend */
  /* The callee's. */
  uint16_t pc;      /* position in its handler */
  uint16_t pending; /* calls it still waits for; from the reply on: the enum outcome */
  /* The caller's. */
  uint8_t op;    /* index into spec.op */
  uint8_t flags; /* enum frame_flags */
};
static_assert(sizeof(struct frame) == 64, "a frame fills one cache line");

static inline uint32_t frame_callee(const struct frame *frame) {
  return frame->place & 0xffffff;
}

static inline enum frame_state frame_state(const struct frame *frame) {
  return (enum frame_state)(frame->place >> 24);
}

/* Whether the callee has the frame: it is queued, worked on, asleep or waiting there. */
static inline bool frame_is_handled(const struct frame *frame) {
  return frame_state(frame) >= FRAME_QUEUED && frame_state(frame) <= FRAME_WAITING;
}

/* The states that each state may follow, one bit each. A change that is not here is a mistake of
 * whoever makes it: a call answered twice, sent twice, worked on after its end. */
#define AFTER(state) (1u << FRAME_##state)
#define AFTER_ARRIVAL                                                                      \
  (AFTER(TRAVELLING) | AFTER(QUEUED) | AFTER(WORKING) | AFTER(SHARING) | AFTER(SLEEPING) | \
   AFTER(WAITING))
static const uint16_t frame_follows[FRAME_STATES] = {
    [FRAME_FREE] = AFTER(MADE) | AFTER(REPLYING) | AFTER(LOST),
    [FRAME_MADE] = AFTER(FREE),
    [FRAME_TRAVELLING] = AFTER(MADE) | AFTER(HELD_UP),
    [FRAME_HELD_UP] = AFTER(TRAVELLING),
    [FRAME_QUEUED] = AFTER_ARRIVAL & ~AFTER(QUEUED),
    [FRAME_WORKING] = AFTER_ARRIVAL,
    [FRAME_SHARING] = AFTER_ARRIVAL,
    [FRAME_SLEEPING] = AFTER_ARRIVAL,
    [FRAME_WAITING] = AFTER_ARRIVAL,
    [FRAME_RESETTING] = AFTER_ARRIVAL & ~AFTER(TRAVELLING),
    [FRAME_REPLYING] = AFTER_ARRIVAL | AFTER(RESETTING),
    [FRAME_LOST] = AFTER(TRAVELLING) | AFTER(REPLYING),
};
#undef AFTER_ARRIVAL
#undef AFTER

static inline bool frame_may_become(const struct frame *frame, enum frame_state state) {
  return frame_follows[state] >> frame_state(frame) & 1;
}

static inline void frame_set_state(const struct sim *sim, struct frame *frame,
                                   enum frame_state state) {
  sim_assert(sim, frame_callee(frame), frame_may_become(frame, state),
             "a call cannot come into this state now: was it answered or sent twice?");
  frame->place = frame_callee(frame) | (uint32_t)state << 24;
}

static inline void frame_set_place(struct frame *frame, uint32_t callee, enum frame_state state) {
  frame->place = callee | (uint32_t)state << 24;
}

/* What a component does about calls that nobody waits for any more. */
enum heed {
  HEED_NOTHING,
  HEED_PASS_ON, /* tells those it calls on their behalf */
  HEED_STOP,    /* does less itself, too */
};

/* See life.h. */
enum member_phase { MEMBER_UP, MEMBER_ABSENT, MEMBER_STARTING, MEMBER_DRAINING };

/* A kind of component: a table of functions plus sizes, and what users may say and read. */
struct kind {
  const char *name;
  const char *summary;              /* one sentence */
  const char *doc;                  /* the model and its assumptions, for the manual */
  const char *example;              /* a complete scenario that `check` accepts */
  const struct param *params;       /* ended by a name of NULL */
  const struct meter *meters;       /* what its members count; ended likewise; or NULL */
  const struct metric_def *metrics; /* what `collect` emits; ended likewise; or NULL */
  size_t config_size;
  size_t state_size;             /* of one member; zeroed before init */
  bool is_source;                /* makes requests of its own: nothing may call it */
  const char *const *operations; /* the only ones it tells apart beside those in its own lists of
                                    operations, NULL-terminated; NULL: any */
  bool keeps_data;               /* drawn as a store; its `pick` knows where a key lives */
  const char *bypass; /* the parameter that names what stands behind it, where calls can go
                         instead when a user leaves it out (compare --off); NULL: they cannot */

  /* Further checks of the configuration that a table cannot express; may be NULL. */
  bool (*validate)(const struct spec *spec, const struct component_spec *component,
                   struct error *err);
  /* Says what the component does with an operation, of a source: how it sends it, for checks that
   * run nothing; fills an outline that was begun and ends it with OUTLINE_END. NULL: nothing is
   * known, and neither is what lies behind it. */
  void (*outline)(const struct spec *spec, const struct component_spec *component, int op,
                  struct outline *out);
  /* What an operation does to the data that the component keeps; NULL: it keeps none. */
  enum data_op (*data_op)(const struct spec *spec, const struct component_spec *component, int op);
  /* Of a kind that passes operations on: the component whose data they are about. May be NULL. */
  uint32_t (*data_behind)(const struct component_spec *component);
  /* Of a kind that keeps copies of data: the datum `item`, which lives on this member if it is
   * held, was written at this instant, by anybody. NULL: it keeps no copies. */
  void (*on_written)(struct sim *sim, struct member *member, uint32_t item);
  /* Each member, before any event; all members exist, in the order of names. */
  void (*init)(struct sim *sim, struct member *member);
  /* Each member at time 0, after all inits: schedule first events. May be NULL. */
  void (*start)(struct sim *sim, struct member *member);
  void (*on_call)(struct sim *sim, struct member *member, struct frame *call);
  /* `call`, made by this member, ended with `outcome`. `parent` is the frame on whose behalf it was
   * made, NULL for a root. After a timeout `call` still belongs to its callee: only read it. */
  void (*on_reply)(struct sim *sim, struct member *member, struct frame *parent, struct frame *call,
                   enum outcome outcome);
  /* The timer of a frame that this member handles (WORKING, SLEEPING), or of a root call of its
   * own that it put to sleep, went off. */
  void (*on_timer)(struct sim *sim, struct member *member, struct frame *frame);
  /* An event the member scheduled for itself with sim_schedule. */
  void (*on_event)(struct sim *sim, struct member *member, uint32_t arg);
  /* Of a group of several members: the one that a call goes to when nobody balances. NULL: drawn by
   * the call's key, every member equally likely, as a resolver that shuffles its answers would do.
   */
  struct member *(*pick)(const struct component *component, const struct frame *call);
  /* Nobody waits for `call` any more (abandon.h). It is with the member, or just arriving
   * (FRAME_TRAVELLING): the member may end it with call_reply, and give up or pass this on to the
   * calls that it made for it. Given together with `heeds`, or not at all. */
  void (*on_cancel)(struct sim *sim, struct member *member, struct frame *call);
  enum heed (*heeds)(const void *config);
  /* A crash, hang or slowdown began or ended at the member (or, as a crash, its absence); the
   * engine has updated the member's fields and the times of running work. A crash: forget queues
   * and workers; the engine answers the calls. May be NULL. */
  void (*on_fault)(struct sim *sim, struct member *member, enum fault_type fault, bool begins);
  /* Faults of its own, which no other kind need have: a set of 1 << FAULT_FLUSH .. The engine only
   * tells on_fault of them; one that happens at once begins and never ends. */
  uint32_t own_faults;
  /* Of a component that this one watches (component_watch): a member entered the register or left
   * it (about->listed), a fault of it begins (about->impaired), or one of the network. NULL: no. */
  void (*on_peer)(struct sim *sim, struct member *member, struct member *about);
  /* Size in bytes of the message that carries `call` (or its answer). NULL: as large as the call on
   * whose behalf it is made (proxies). Asked only where a path has a bandwidth. */
  double (*message_bytes)(struct sim *sim, struct member *member, struct frame *parent,
                          struct frame *call, bool answer);
  /* Brings meters that follow lazily up to now; changes nothing else. May be NULL. */
  void (*settle)(struct sim *sim, struct member *member);
  /* End of warm-up: forget statistics that are no meters, keep state. May be NULL. */
  void (*reset)(struct sim *sim, struct member *member);
  /* Emits metrics that no meter can, for one component (all its members). May be NULL. */
  void (*collect)(struct sim *sim, struct component *component, struct metrics *out);
  /* Sources: adds what the member has counted, for a timeline; and the histograms of its latencies,
   * number 0, 1 .. until NULL. May be NULL. */
  void (*watch)(struct sim *sim, struct member *member, struct watch *watch);
  struct hist *(*watch_latency)(const struct member *member, uint32_t which);
  /* The member's queueing station, if it has one: the engine reports its utilisation, queue, waits
   * and checks it. May be NULL. */
  struct station *(*station)(struct member *member);
  /* Adds checks of what must hold in any state of this member, see checks.h. May be NULL. */
  void (*check)(struct sim *sim, struct member *member, struct checks *out);
  void (*destroy)(struct sim *sim, struct member *member);
};

/* Calls that a member received since time 0, and up to the end of warm-up. */
struct flow {
  uint64_t arrivals, ok, errors; /* errors: answered with anything but OK, or swallowed */
};

struct member {
  /* What every call touches fills the first cache line. */
  const struct kind *kind;
  void *state;
  struct component *component;
  struct flow flow;
  uint32_t id;         /* index into sim.member */
  uint32_t site;       /* members of one component in one zone share it: see network.c */
  uint16_t down, hung; /* number of crashes and hangs active */
  bool impaired;       /* any fault is active: the only test on the fast path */
  bool sought;         /* present_find looks for its calls; false otherwise */
  uint8_t phase;       /* enum member_phase */
  bool listed;         /* in the register of members: see life.h */
  /* The rest. */
  uint32_t index;                  /* 1-based in its group: web[2] */
  uint32_t zone;                   /* or REF_NONE */
  double slow;                     /* product of the active slow factors, 1 = none */
  double drop, error;              /* probabilities; 0 = none */
  uint64_t down_since_ns, down_ns; /* for uptime */
  uint32_t epoch;                  /* lives that ended: by crashes, or by leaving */
} __attribute__((aligned(64)));
static_assert(sizeof(struct member) == 128, "a member fills two cache lines");

struct component {
  const struct component_spec *spec;
  const struct kind *kind;
  const void *config;
  uint32_t id; /* index into sim.component and spec->component */
  uint64_t name_hash;
  struct stream pick; /* of members, where nobody balances */
  uint32_t members;
  bool told; /* of calls that nobody waits for any more: it, or somebody behind it, cares */
  struct member *member;  /* array of `members` */
  uint32_t choices;       /* members that are listed */
  struct member **choice; /* they; NULL: all, as at first */
  struct watch_entry *watchers;
  void *shared; /* what all members share, if the kind wants it; from sim->arena */
};

/* The frames, by slot: one stretch of addresses that is backed with memory as it is used. */
struct calls {
  struct frame *frame;
  uint32_t used;  /* slots up to here were used once; slot 0 never is */
  uint32_t ready; /* those with memory behind them */
  uint32_t limit; /* those with an address */
  uint32_t free_list;
  struct mem_range addresses;
  struct kin *kin; /* by slot, up to `ready`; NULL: nobody needs to know. See abandon.h */
  uint64_t made, freed, answered, timed_out, abandoned, late, orphaned, lost; /* since time 0 */
};

struct sim {
  uint64_t now_ns;
  uint64_t until_ns; /* events from here on wait for the next sim_run; 0 once a run has failed */
  struct fel fel;
  struct calls calls;
  uint64_t events, fingerprint;
  uint32_t depth;                      /* nesting of deliveries at the same instant */
  uint32_t answers_depth;              /* nesting of answers likewise */
  uint64_t instant_ns, instant_events; /* an instant with several events, and how many */
  struct network *network;             /* NULL: no path is declared and no partition can begin */
  struct faults *faults;
  struct outbounds *outbounds; /* NULL: no caller declares a policy */
  struct member *member;
  struct flow *flow_at_warmup; /* by member */
  struct life *life;           /* by member */
  struct component *component;
  uint32_t members;
  struct arena *arena; /* what lives as long as the simulation */
  const struct spec *spec;
  uint64_t seed, replication;
  enum rng_half half; /* of an antithetic pair: both have the same replication */
  uint64_t warmup_ns, end_ns;
  bool warm;                 /* statistics count */
  struct columns *columns;   /* further fields of calls; NULL: nobody reads any */
  bool plain_checks;         /* for tests: health checks are made one by one, come what may */
  struct kept_hist *kept;    /* histograms that sim_collect made */
  struct ledger *ledger;     /* NULL: nothing keeps copies of data */
  struct traces *traces;     /* requests that are followed */
  struct timeline *timeline; /* NULL: none is wanted */
  char failure[256];         /* why the run had to be given up; empty: it did not */
};

/* Builds the simulation and schedules its first events. The spec must outlive it. */
struct sim *sim_new(const struct spec *spec, uint64_t seed, uint64_t replication,
                    uint64_t warmup_ns, uint64_t end_ns, bool with_faults);
struct sim *sim_new_half(const struct spec *spec, uint64_t seed, uint64_t replication,
                         enum rng_half half, uint64_t warmup_ns, uint64_t end_ns, bool with_faults);
void sim_free(struct sim *sim);

/* Runs all events before `until_ns`. False when the run had to be given up (sim->failure). May be
 * called again with a later time; the result does not depend on the steps taken. */
bool sim_run(struct sim *sim, uint64_t until_ns);

/* Emits all metrics, in an order and under names that depend on the spec alone. May be done at any
 * time and changes nothing in the simulation. Histograms may be those that the simulation goes on
 * filling. */
void sim_collect(struct sim *sim, struct metrics *out);

/* Releases the histograms that sim_collect made; the metrics that refer to them are void. For those
 * who collect often: otherwise they last as long as the simulation. */
void sim_forget_collected(struct sim *sim);

/* Checks the run against physics (conservation of calls, Little's law as an identity, utilisation
 * within bounds). Returns a malloc'd list. */
struct check *sim_checks(struct sim *sim, uint32_t *n);

/* --- for kinds ------------------------------------------------------------------------------ */

enum event_kind {
  EVENT_ARRIVE,  /* a call reaches its callee */
  EVENT_REPLY,   /* an answer reaches its caller */
  EVENT_TIMER,   /* work or a sleep ends */
  EVENT_TIMEOUT, /* the caller's patience ends */
  EVENT_CANCEL,  /* the callee learns that the caller gave up */
  EVENT_MEMBER,  /* a member's own event */
  EVENT_FAULT,   /* a fault begins or ends */
  EVENT_WARM,    /* warm-up ends */
  EVENT_TRY,     /* a try's pause, wait or time to hedge is over: see outbound.h */
  EVENT_LIFE,    /* a member's start-up or drain is over */
};

static inline struct frame *frame_at(const struct sim *sim, uint32_t slot) {
  return &sim->calls.frame[slot];
}

static inline uint32_t frame_slot(const struct sim *sim, const struct frame *frame) {
  return (uint32_t)(frame - sim->calls.frame);
}

/* Schedules on_event(arg) for the member; delay 0 runs after all events of this instant. */
static inline void sim_schedule(struct sim *sim, struct member *member, uint64_t delay_ns,
                                uint32_t arg) {
  fel_push(&sim->fel, event_make(sim->now_ns + delay_ns, member->id << 4 | EVENT_MEMBER, arg));
}

/* From now on a frame is in this part of its request's time, if the request is followed. The engine
 * sees to the usual ones: queue, service, network, sleep; kinds say what it cannot know. */
__attribute__((cold, noinline)) void trace_mark_followed(struct sim *sim, struct frame *frame,
                                                         enum part part);
static inline void trace_mark(struct sim *sim, struct frame *frame, enum part part) {
  if (__builtin_expect(frame->flags & CALL_TRACED, 0)) trace_mark_followed(sim, frame, part);
}

/* A new call made by `from`, on behalf of `parent` (NULL: on its own account). Key, item and
 * operation are the parent's, or 0; sent_ns is now. The caller sets what differs, then sends. */
struct frame *call_new(struct sim *sim, struct member *from, struct frame *parent);

/* Sends a new call to `to`. Unless `timeout_ns` is TIME_NEVER, on_reply comes with
 * OUTCOME_TIMEOUT (or _UNREACHABLE, where a partition swallowed it) if no answer came by then. The
 * parent waits from now on. Do this last: the answer may arrive before it returns. */
void call_send(struct sim *sim, struct frame *call, struct member *to, uint64_t timeout_ns);

/* Answers a call that `callee` handles. Do this last. */
void call_reply(struct sim *sim, struct frame *call, enum outcome outcome);

/* Answers OK now although the callee goes on working: returns a frame on nobody's account that
 * takes the call's place with the callee. The answer is sent by call_reply(call) afterwards. */
struct frame *call_detach(struct sim *sim, struct frame *call);

__attribute__((cold, noinline)) void call_work_impaired(struct sim *sim, struct member *member,
                                                        struct frame *frame, uint64_t work_ns);

/* Lets `work_ns` of work pass for a frame that `member` handles, stretched by slow faults and
 * stopped by hangs; then on_timer. */
static inline void call_work(struct sim *sim, struct member *member, struct frame *frame,
                             uint64_t work_ns) {
  if (__builtin_expect(member->impaired, 0)) {
    call_work_impaired(sim, member, frame, work_ns);
    return;
  }
  frame_set_state(sim, frame, FRAME_WORKING);
  trace_mark(sim, frame, PART_SERVICE);
  frame->due_ns = sim->now_ns + work_ns;
  fel_push(&sim->fel,
           event_make(frame->due_ns, frame_slot(sim, frame) << 4 | EVENT_TIMER, frame->stamp));
}

/* Lets time pass for a frame; then on_timer. For a frame made by call_new and not sent, the member
 * that made it is told. */
void call_sleep(struct sim *sim, struct member *member, struct frame *frame, uint64_t time_ns);

/* Ends a frame that was made but never sent (a back-off that turned into nothing). */
void call_discard(struct sim *sim, struct frame *frame);

/* The frame on whose behalf a call was made; NULL: its maker has done with it, or it is lost. Not
 * for calls on a member's own account. */
static inline struct frame *call_parent(const struct sim *sim, const struct frame *call) {
  struct frame *parent = frame_at(sim, call->parent);
  return parent->stamp == call->parent_stamp && frame_is_handled(parent) ? parent : NULL;
}

/* The member that made a call. */
static inline struct member *call_maker(const struct sim *sim, const struct frame *call) {
  return &sim->member[call->flags & CALL_ROOT ? call->parent
                                              : frame_callee(frame_at(sim, call->parent))];
}

/* Bytes of the message that carries a call or its answer, asked from whoever made the call. */
double call_bytes(struct sim *sim, struct frame *call, bool answer);

/* An empty histogram that lives as long as the simulation: for collect. */
struct hist *sim_keep_hist(struct sim *sim);

/* Stream named after the component, for one purpose. */
struct stream sim_stream(const struct sim *sim, const struct component *component,
                         const char *purpose);

/* Stream of something that is no component: a path, a fault. */
struct stream sim_named_stream(const struct sim *sim, const char *name, const char *purpose);

/* The i-th of its members that are listed. */
static inline struct member *component_choice(const struct component *component, uint32_t i) {
  return __builtin_expect(component->choice != NULL, 0) ? component->choice[i]
                                                        : &component->member[i];
}

/* Whether a message between two members, and its answer, takes no time and cannot be lost, as
 * things are; whoever watches the component of `to` is told when that may change. */
bool network_is_still(struct sim *sim, const struct member *from, const struct member *to);

/* The member of a kind that keeps data on which a data key lives. */
static inline struct member *component_holder(const struct component *component, uint32_t item) {
  __extension__ typedef unsigned __int128 u128;
  uint64_t hash = rng_mix(item * UINT64_C(0x9e3779b97f4a7c15) ^ component->name_hash);
  return &component->member[(uint64_t)(((u128)hash * component->members) >> 64)];
}

/* kind.pick of kinds that keep data: the member on which the call's key lives; any for a call
 * without a key. */
struct member *component_pick_holder(const struct component *component, const struct frame *call);

static inline struct member *component_pick_any(const struct component *component,
                                                const struct frame *call) {
  if (component->choices == 0) return component->member; /* it refuses */
  struct draws draws = draws_begin(component->pick, call->key, 0);
  return component_choice(component, (uint32_t)draws_below(&draws, component->choices));
}

/* The member that a call to a component goes to when nobody balances. */
static inline struct member *component_pick(const struct component *component,
                                            const struct frame *call) {
  if (component->members == 1) return component->member;
  if (component->kind->pick) return component->kind->pick(component, call);
  return component_pick_any(component, call);
}

/* Root calls that can never be answered because a message they wait for has vanished and nobody
 * gives up waiting for it. */
struct stranded {
  uint32_t n;
  struct frame **root;
  enum outcome *cause;
};
struct stranded sim_stranded(struct sim *sim); /* free both lists */

/* Gives the run up before the next event: the reason is a sentence for the user. */
void sim_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frames that are not free, in order of slots; for rare events only. */
struct frame *frame_first(const struct sim *sim, uint32_t *slot);
struct frame *frame_following(const struct sim *sim, uint32_t *slot);

#endif
