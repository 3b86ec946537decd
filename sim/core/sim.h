/* One simulation: clock, components and their members, calls between them, network and faults.
 *
 * Everything hangs off one `struct sim`; a thread has its own. Built from an immutable spec, a seed
 * and the number of the replication; the same three give the same events on any machine.
 *
 * What it is made of: frame.h (a call in flight), kind.h, member.h; what a kind does with calls is
 * in call.h. */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "fel.h"
#include "frame.h"
#include "kind.h"
#include "ledger.h"
#include "member.h"
#include "rng.h"
#include "sim_assert.h"
#include "spec.h"

#define NS_PER_S UINT64_C(1000000000)
#define TIME_NEVER UINT64_MAX

struct columns;
struct connections;
struct deliveries;
struct transactions;
struct holding;
struct key_history;
struct holds;
struct timeline;
struct present_lists;
struct traces;
struct life;
struct meter_away;
struct messages;
struct outbounds;

/* The frames, by slot: one stretch of addresses that is backed with memory as it is used. */
struct calls {
  struct frame *frame;
  uint32_t used;  /* slots up to here were used once; slot 0 never is */
  uint32_t ready; /* those with memory behind them */
  uint32_t limit; /* those with an address */
  uint32_t free_list;
  uint32_t quick_slots; /* those below are simply taken: all of them, or none if `lists` are kept */
  struct mem_range addresses;
  struct present_lists *lists; /* NULL: no fault will ask. See present.h */
  struct kin *kin; /* by slot, up to `ready`; NULL: nobody needs to know. See abandon.h */
  uint64_t made, freed, answered, timed_out, abandoned, late, orphaned, lost; /* since time 0 */
  uint64_t told; /* ended as they were meant to, with nobody waiting: one-way messages */
};

/* See timer.h. */
struct timer {
  uint32_t number, member;
  uint32_t stamp; /* counts how often it was set */
  uint32_t epoch; /* of the member, when it was */
  uint32_t data;
  uint16_t what;
  bool set;
};

struct timers {
  struct timer **list; /* by number - 1 */
  uint32_t n, capacity;
};

struct sim {
  uint64_t now_ns;
  uint64_t until_ns; /* events from here on wait for the next sim_run; 0 once a run has failed */
  struct fel fel;
  struct calls calls;
  uint64_t events, fingerprint;
  uint32_t depth;                      /* nesting of deliveries at the same instant */
  uint32_t answers_depth;              /* nesting of answers */
  uint64_t instant_ns, instant_events; /* an instant with several events, and how many */
  struct network *network;             /* NULL: no path is declared and no partition can begin */
  struct access *access;               /* NULL: everybody may call everybody */
  struct connections *connections;     /* NULL: no path has transport = "tcp" */
  bool by_way; /* a call is not simply there once sent: a network, lists, or a price of bytes */
  bool patience_ends;  /* somebody may give up: see abandon.h */
  bool answers_by_way; /* there is a network, somebody may give up, or answers have a price */
  struct faults *faults;
  struct outbounds *outbounds; /* NULL: no caller declares a policy */
  struct member *member;
  struct flow *flow_at_warmup; /* by member */
  uint64_t *late;           /* by member: calls answered ok since the warm-up, when nobody waited */
  struct life *life;        /* by member */
  struct meter_away **away; /* by member, of those that came or left; NULL: none did */
  struct component *component;
  uint32_t members;
  struct arena *arena; /* what lives as long as the simulation */
  const struct spec *spec;
  uint64_t seed, replication;
  enum rng_half half; /* of an antithetic pair: both have the same replication */
  uint64_t warmup_ns, end_ns;
  bool warm;                     /* statistics count */
  struct columns *columns;       /* further fields of calls; NULL: nobody reads any */
  bool plain_checks;             /* for tests: health checks are made one by one, come what may */
  struct kept_hist *kept;        /* histograms that sim_collect made */
  struct ledger *ledger;         /* NULL: nothing keeps copies of data */
  struct deliveries *deliveries; /* NULL: there is no topic */
  struct transactions *transactions; /* NULL: there are none */
  struct key_history *keys;          /* of one data key; NULL: nobody asked for it */
  struct holding *holding;           /* of locks; NULL: there are none */
  struct holds *holds;               /* sessions; NULL: there are none. See held.h */
  struct timers timers;
  struct messages *messages; /* NULL: no kind here has any */
  struct traces *traces;     /* requests that are followed */
  struct timeline *timeline; /* NULL: none is wanted */
  struct bill *bill;         /* by member; NULL: nothing that is used has a price. See price.h */
  struct spell *spell;       /* as many as spec->wanted.spells */
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

/* --- for kinds ------------------------------------------------------------------------------ */

static inline struct frame *frame_at(const struct sim *sim, uint32_t slot) {
  return &sim->calls.frame[slot];
}

static inline uint32_t frame_slot(const struct sim *sim, const struct frame *frame) {
  return (uint32_t)(frame - sim->calls.frame);
}

/* Its id, without a look at the member: with thousands of them it may not be in the cache. */
static inline uint32_t member_id(const struct sim *sim, const struct member *member) {
  return (uint32_t)(member - sim->member);
}

/* Schedules on_event(arg) for the member; delay 0 runs after all events of this instant. */
static inline void sim_schedule(struct sim *sim, struct member *member, uint64_t delay_ns,
                                uint32_t arg) {
  member->has_events = true;
  fel_push(&sim->fel, event_make(sim->now_ns + delay_ns, member->id << 4 | EVENT_MEMBER, arg));
}

/* Takes back all that the member scheduled for itself. Looks at each event: for rare occasions. */
void sim_unschedule(struct sim *sim, struct member *member);

/* Whether some fault makes the component ask more often for a while (kind.own_faults). */
bool sim_plans_surge(const struct sim *sim, const struct component *component);

/* The product of all factors by which it may be then. */
double sim_most_surge(const struct sim *sim, const struct component *component);

/* An empty histogram that lives as long as the simulation: for collect. */
struct hist *sim_keep_hist(struct sim *sim);

/* Stream named after the component, for one purpose. */
struct stream sim_stream(const struct sim *sim, const struct component *component,
                         const char *purpose);

/* Stream of something that is no component: a path, a fault. */
struct stream sim_named_stream(const struct sim *sim, const char *name, const char *purpose);

/* Whether a message between two members, and its answer, takes no time and cannot be lost, as
 * things are; those who watch the component of `to` are told when that may change. */
bool network_is_still(struct sim *sim, const struct member *from, const struct member *to);

/* What a message between two members takes on average, sending it left out. */
double network_mean_ns(struct sim *sim, const struct member *from, const struct member *to);

/* Gives the run up before the next event: the reason is a sentence for the user. */
void sim_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frames that are not free, in order of slots; for rare events only. */
struct frame *frame_first(const struct sim *sim, uint32_t *slot);
struct frame *frame_following(const struct sim *sim, uint32_t *slot);

#endif
