/* Components and their members: those that handle calls, and which of them a call goes to.
 *
 * A component is what a scenario declares; it has one member or a group of them. Everything about a
 * member that a call touches is in its first cache line. */
#ifndef MEMBER_H
#define MEMBER_H

#include "kind.h"
#include "rng.h"

struct watch_entry;

/* See life.h. */
enum member_phase { MEMBER_UP, MEMBER_ABSENT, MEMBER_STARTING, MEMBER_DRAINING };

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
  uint32_t index;      /* 1-based in its group: web[2] */
  uint16_t down, hung; /* number of crashes and hangs active */
  bool impaired;       /* any fault is active: the only test on the fast path */
  bool has_events;     /* of its own are pending, or were */
  uint8_t phase;       /* enum member_phase */
  bool listed : 1;     /* in the register of members: see life.h */
  bool registered : 1; /* but for being withdrawn from it it would be */
  /* The rest. */
  uint32_t zone;                   /* or REF_NONE */
  uint32_t host;                   /* id of the member it runs on, or REF_NONE */
  double slow;                     /* product of the active slow factors, 1 = none */
  double surge;                    /* product of what multiplies a source's rate */
  double drop, error;              /* probabilities; 0 = none */
  uint64_t down_since_ns, down_ns; /* for uptime */
  uint32_t downs;                  /* times that it went down */
  uint32_t epoch;                  /* lives that ended: by crashes, or by leaving */
} __attribute__((aligned(64)));
static_assert(sizeof(struct member) == 128, "a member fills two cache lines");

struct component {
  /* What picking a member touches fills the first cache line. */
  const struct kind *kind;
  struct member *member; /* array of `members` */
  uint32_t members;
  uint32_t choices;       /* members that are listed */
  struct member **choice; /* they; NULL: all, as at first */
  struct stream pick;     /* of members, where nobody balances */
  uint64_t name_hash;
  uint32_t id; /* index into sim.component and spec->component */
  bool told;   /* of calls that nobody waits for any more: it, or somebody behind it, cares */
  /* The rest. */
  const struct component_spec *spec;
  const void *config;
  struct watch_entry *watchers;
  void *shared; /* what all members share, if the kind wants it; from sim->arena */
} __attribute__((aligned(64)));

/* A number that no other member has, and that depends on its name alone. */
static inline uint64_t member_identity(const struct member *member) {
  return rng_mix(member->component->name_hash + member->index);
}

/* The i-th of its members that are listed. */
static inline struct member *component_choice(const struct component *component, uint32_t i) {
  return __builtin_expect(component->choice != NULL, 0) ? component->choice[i]
                                                        : &component->member[i];
}

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

/* The member's queueing station; NULL: it has none. */
static inline struct station *member_station(struct member *member) {
  const struct kind *kind = member->component->kind;
  return kind->station ? kind->station(member) : NULL;
}

#endif
