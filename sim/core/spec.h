/* What a simulation is built from: components, network, faults.
 *
 * A spec is made once (by the script layer or a test), is immutable afterwards and shared by all
 * threads. Everything in it lives in one arena. Components are sorted by name, so that nothing
 * depends on the order in which a scenario declares them. */
#ifndef SPEC_H
#define SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "dist.h"
#include "param.h"

struct kind;

#define SPEC_MAX_OPS 256u
#define SPEC_MAX_TIERS 64u
#define OP_DEFAULT 0u /* "default": what a client without a mix sends */

/* What a user wrote as one component and is made of several, of a kind that is composed in Lua. */
struct composed_spec {
  const char *name;
  const struct kind *kind;
  const void *config; /* kind->config_size bytes as kind->params describes */
  uint32_t givens;
  const char *const *given;
};

struct fault_def;

/* Instances that come with the calls and go when nothing is asked of them: functions. */
struct on_demand {
  struct dist cold;           /* ns: until one that is new can work */
  uint64_t idle_ns;           /* it stays for so long without a call */
  uint64_t most, concurrency; /* of them; calls of one at once */
};

struct component_spec {
  const char *name;
  const struct kind *kind;
  const void *config;                /* kind->config_size bytes as kind->params describes */
  uint32_t instances;                /* >= 1 */
  uint32_t copies;                   /* as many of them keep the same data; 0: it keeps no copies */
  uint32_t absent;                   /* the last so many of them are not there at first */
  const struct on_demand *on_demand; /* NULL: instances are what they are */
  bool comes_and_goes;       /* members start and stop in a run without a fault: a control, a
                                limit of memory */
  uint32_t zones;            /* number of entries of `zone`; 0: nowhere in particular */
  const uint32_t *zone;      /* member i lives in zone[i % zones] */
  struct dist start;         /* ns from a start, or the end of a crash, until it takes calls */
  uint64_t drain_ns;         /* for which a member that is stopped goes on with the calls it has */
  uint64_t sessions;         /* that one member holds at most, see held.h; 0: no limit */
  const struct price *price; /* NULL: it costs nothing */
  const char *file;          /* where it was declared, for messages */
  int line;
  const struct composed_spec *of; /* which it is a part of, or stands for by its name; or NULL */
  bool bypassed;   /* left out by the user: calls meant for it go to what stands behind it, or it
                      does nothing (kind.optional) */
  uint32_t givens; /* keys that the user wrote; the others have their defaults */
  const char *const *given; /* "workers", "retry.attempts" */
};

struct zone_spec {
  const char *name;
  uint32_t region;  /* or REF_NONE */
  const char *file; /* where the region lists it, for messages */
  int line;
};

enum place_kind { PLACE_COMPONENT, PLACE_ZONE, PLACE_REGION };

struct place {
  enum place_kind kind;
  uint32_t id; /* index into components, zones or regions */
};

enum tls { TLS_NONE, TLS_12, TLS_13 };
enum certificate_check { CHECK_NONE, CHECK_OCSP };

/* What the connections of a path are like, see network/connection.h. */
struct connect_config {
  bool given;
  uint64_t keep_ns, streams, requests;
  uint64_t window; /* segments that may be sent before the first is acknowledged; 0: as usual */
  uint32_t tls;    /* enum tls */
  double resume;
  bool early, mutual;
  uint32_t check;     /* enum certificate_check */
  uint32_t responder; /* component, or REF_NONE: as far away as what is called */
  bool hard;          /* no answer, no connection */
  uint64_t check_timeout_ns, check_keep_ns;
};

struct path_spec {
  struct place from, to;
  bool one_way;        /* else it serves both directions, each with its own bandwidth */
  struct dist latency; /* ns, drawn for each message */
  struct dist jitter;  /* ns, on top of that, drawn for each message; a constant 0: none */
  double fixed_ns;     /* on top of that: distance, and what the hops take to process a message */
  uint64_t hops;     /* links one behind the other, each with the path's bandwidth; 0 counts as 1 */
  uint64_t packet;   /* bytes of the packets that hops pass on; 0: messages as a whole */
  uint64_t overhead; /* bytes that each packet has on the wire beside those */
  uint64_t buffer;   /* bytes that find room before the wire, what it sends included; 0: all */
  double reorder;    /* probability that a message falls behind */
  uint64_t behind_ns; /* by how much */
  bool tcp;           /* connections, and loss is delay: network/connection.h */
  struct connect_config connect;
  bool swapped;              /* the scenario names its ends the other way round */
  double bits_per_s;         /* 0: unlimited; else messages queue first-in first-out for the wire */
  double loss;               /* probability that a message vanishes */
  const struct price *price; /* an hour, and of the bytes that cross; NULL: it costs nothing */
  const char *file;          /* where it was declared, for messages */
  int line;
};

/* Calls that may pass; see network/access.h. */
struct allow_spec {
  struct place from, to;
  uint32_t ops; /* 0: all operations */
  const uint8_t *op;
  bool drop; /* what is blocked on its way to `to` vanishes */
  const char *file;
  int line;
};

enum target_kind {
  TARGET_COMPONENT,
  TARGET_MEMBER,
  TARGET_EACH,   /* every member of the component by itself, name[*] */
  TARGET_RANDOM, /* one member of the component, drawn each time */
  TARGET_ZONE,
  TARGET_REGION,
  TARGET_GROUP, /* several others at once: spec.group[id] */
};

struct fault_target {
  enum target_kind kind;
  uint32_t id;     /* component, zone, region or group */
  uint32_t member; /* TARGET_MEMBER: 1-based */
};

/* What fails together. */
struct target_group {
  uint32_t n;
  const struct fault_target *target; /* no groups among them */
};

/* Whether it is one component that is meant, or some of its members. */
static inline bool target_is_component(struct fault_target target) {
  return target.kind < TARGET_ZONE;
}

/* What happens, to whom and when; fault_def.h. */
/* Calls that a fault leaves alone. */
enum fault_spares { SPARES_NOTHING, SPARES_PROBES };

struct fault_spec {
  const struct fault_def *type;
  const char *name; /* unique; names its random stream and the report's line */
  struct fault_target target;
  struct fault_target other; /* on_path: the far side */
  bool one_way;              /* on_path: only messages from target to other */
  bool on_path;              /* it is about messages between target and other */
  bool recurring;            /* up for a draw of `mttf`, down for a draw of `lasts`, repeatedly */
  uint64_t at_ns;            /* not recurring: when it begins */
  struct dist mttf;          /* ns */
  uint64_t crews;   /* recurring: ends that are worked on at once, of its members or team; 0: all */
  const char *team; /* crews are those of all faults with the same one; NULL: its own */
  uint32_t rank;    /* within a team: those of a lower one are put off for it */
  bool forever;     /* not recurring: never ends */
  struct dist lasts;          /* ns */
  double factor;              /* slow, surge: > 0 */
  double ratio;               /* drop, error: 0..1 */
  uint32_t spares;            /* error: enum fault_spares */
  struct dist by;             /* delay: ns */
  uint64_t skew_ns;           /* skew */
  uint64_t bytes;             /* leak: of each call */
  uint64_t every_ns, down_ns; /* flap: cut for so long of each such time; 0: for half of it */
  const char *file;           /* where it was declared, for messages */
  int line;
};

/* The share of all requests that are answered within a time: a metric only where it is wanted. */
struct within_spec {
  const char *owner; /* "shop", "shop.op.buy", "shop.tier.gold" */
  const char *text;  /* "250ms", as the metric's name ends */
  uint64_t ns;
};

/* A time that a goal compares a quantile or the mean of a client's latencies with. */
struct limit_spec {
  const char *owner; /* as of within_spec */
  uint64_t ns;
  bool of_quantile;
};

/* A percentile beside those that a family of metrics has by itself. */
struct percentile_spec {
  const char *family; /* "users.latency", "web[2].wait" */
  const char *word;   /* "p97.5", as the metric's name ends */
  double q;
};

/* The worst of a component's members. */
struct worst_spec {
  const char *name; /* of the metric: "db[*].utilization.most" */
  bool largest;     /* is the worst; else the smallest */
  uint32_t n;
  const uint32_t *of; /* the members' metrics, by the order of emission */
};

/* The time that requests of a client spend at a component. */
struct time_part_spec {
  uint32_t client, component;
};

/* What a client experiences while a fault holds, or how long after it until it is as before. */
enum recovers { RECOVERS_NOTHING, RECOVERS_GOODPUT, RECOVERS_AVAILABILITY, RECOVERS };
extern const char *const recovers_name[RECOVERS]; /* spell.c */
struct spell_spec {
  uint32_t client;
  const char *fault; /* its name */
  const char *word;  /* that name as metrics have it: "crash_db" */
  enum recovers recovers;
  uint64_t within_ns; /* recovers: the time that is allowed */
};

/* Metrics that exist only where a goal asks for them. */
struct wanted {
  uint32_t withins, limits, percentiles, worsts, parts, spells;
  const struct spell_spec *spell;
  const struct within_spec *within;
  const struct limit_spec *limit;
  const struct percentile_spec *percentile;
  const struct worst_spec *worst;
  const struct time_part_spec *part;
};

struct spec {
  struct arena *arena;
  bool reduced; /* something was left out by the user: what nobody calls any more may stay */
  uint32_t components;
  const struct component_spec *component; /* sorted by name */
  uint32_t ops;
  const char *const *op; /* names; op[0] is "default" */
  uint32_t tiers;
  const char *const *tier; /* names of users' tiers, sorted */
  uint32_t zones;
  const struct zone_spec *zone; /* sorted by name */
  uint32_t regions;
  const char *const *region; /* names, sorted */
  uint32_t paths;
  const struct path_spec *path; /* sorted canonically */
  uint32_t allows;
  const struct allow_spec *allow; /* network/access.h */
  uint32_t faults;
  const struct fault_spec *fault; /* sorted by name */
  uint32_t groups;
  const struct target_group *group;
  struct wanted wanted;
  /* Whether any call in a handler is a part of a transaction, or has a condition: with thousands of
   * components, most scenarios need not ask about each (models/lib/program.h). */
  bool has_parts, has_conditions;
};

/* Index of a component, or REF_NONE. */
uint32_t spec_find(const struct spec *spec, const char *name);

/* Whether a fault is planned for a certain time, rather than coming again and again as faults do in
 * life: what was measured then says nothing about a year. */
bool spec_plans_fault(const struct spec *spec);

/* What the user wrote as this component, if that is of a composed kind: the component has its name
 * and stands for it. NULL: it is what it is, or a part. */
const struct composed_spec *spec_composed(const struct component_spec *component);

/* Index of an operation, or -1. */
/* Whether the user wrote this key of the component, "workers" or "retry.attempts". */
bool spec_states(const struct component_spec *component, const char *key);
int spec_find_op(const struct spec *spec, const char *name);

/* Where members live of which a path between others may speak. */
struct site {
  uint32_t component;
  uint32_t zone; /* or REF_NONE */
};

/* Whether all of a path's messages take the same time and arrive, and that time; and the mean of
 * what they take, without what a bandwidth adds. */
bool path_is_constant(const struct path_spec *path);
double path_least_ns(const struct path_spec *path);
double path_mean_ns(const struct path_spec *path);

/* As the scenario calls it. */
const char *spec_place_name(const struct spec *spec, struct place place);

/* The ends of a path in the order in which the scenario names them. */
const char *spec_path_from(const struct spec *spec, const struct path_spec *path);
const char *spec_path_to(const struct spec *spec, const struct path_spec *path);

/* The path that a message takes, the most specific one, and whether against the order in which the
 * path names its ends; REF_NONE if there is none. */
uint32_t spec_path_between(const struct spec *spec, struct site from, struct site to,
                           bool *backwards);

#endif
