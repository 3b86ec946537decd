/* A kind of component: a table of functions that the engine calls, plus sizes, and what users may
 * say and read. Any of the functions may be NULL where that is said. */
#ifndef KIND_H
#define KIND_H

#include "data_op.h"
#include "error.h"
#include "frame.h"
#include "meter.h"
#include "metric.h"
#include "spec.h"

struct accept_config;
struct arena;
struct checks;
struct component;
struct consumer;
struct member;
struct outline;
struct sim;
struct station;
struct subscription;
struct tenancy;
struct lodging;
struct timer;
struct watch;

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
  EVENT_DUE,     /* a timer of a member goes off: see timer.h */
  EVENT_SEGMENT, /* of a call on a connection: see network/transfer.h */
  EVENT_CONNECTION,
};

/* The lines of memory that an event touches at the member that deals with it, to be asked for
 * ahead: so many from the beginning of its state, and of what the state's first two pointers lead
 * to. */
struct touches {
  uint8_t state, first, second;
  bool sends; /* it may send a call or an answer */
};

/* What a component does about calls that nobody waits for any more. */
enum heed {
  HEED_NOTHING,
  HEED_PASS_ON, /* tells those it calls on their behalf */
  HEED_STOP,    /* does less itself, too */
};

/* What a kind that is composed in Lua is made of. It has no functions: its components are those of
 * other kinds, and the one that has its name stands for it. */
struct made_of {
  const struct kind *entry; /* kind of the component that has the name itself */
  uint32_t parts;
  const struct composed_part {
    const char *name; /* "cache": of the component "edge/cache" */
    const struct kind *kind;
    const char *doc;
  } * part;
};

/* A kind of component: a table of functions plus sizes, and what users may say and read. */
struct kind {
  const char *name;
  const char *summary;        /* one sentence */
  const char *doc;            /* the model and its assumptions, for the manual */
  const char *example;        /* a complete scenario that `check` accepts */
  const struct param *params; /* ended by a name of NULL */
  const struct meter *meters; /* what its members count; ended the same way; or NULL */
  /* Whether a component with this configuration has a meter of the table. NULL: it has all. */
  bool (*has_meter)(const void *config, const struct meter *meter);
  /* The same of a component of a run, where others decide it. May be NULL. */
  bool (*uses_meter)(const struct component *component, const struct meter *meter);
  const struct metric_def *metrics; /* what `collect` emits; ended the same way; or NULL */
  const struct made_of *made_of;    /* NULL: it is not composed */
  size_t config_size;
  size_t state_size; /* of one member; zeroed before init */
  bool by_name;      /* it only tells its callers whom to call: calls go from them to what is
                        behind it, and its own place is on no path */
  bool stands_apart; /* no request meets it, and nothing may call it */
  bool optional;  /* nothing depends on it, so that a user may leave it out (compare --off): it is
                     there, and does nothing where component_spec.bypassed says so */
  bool probes;    /* what it calls on its own account it only asks whether it is well */
  bool by_itself; /* something happens to it without any request; */
  bool (*goes_on)(const void *config); /* where its configuration says so. NULL: always */
  bool is_source;                      /* makes requests of its own: nothing may call it */
  const char *const *operations; /* the only ones it tells apart beside those in its own lists of
                                    operations, NULL-terminated; NULL: any */
  const char *const *messages; /* those that its members send each other, ended by NULL; NULL: they
                                  send none. See message.h */
  bool (*sends)(const void *config); /* whether a component sends any; NULL: if its kind does */
  bool keeps_data;                   /* drawn as a store; its `pick` knows where a key lives */
  bool keeps_messages; /* a topic: a call to it publishes, and others subscribe to it */
  bool gives_locks;    /* to the step `lock`: see lease.h */
  bool on_demand;      /* its instances may come with the calls: see component_spec.on_demand */
  bool bills_time;     /* it tells price_worked how long each call was worked on: see price.h */
  bool takes_part;     /* it can prepare a write and wait for a decision: see transaction.h */
  /* Of such a kind, whether it knows by its idempotency key a write that it has done before. NULL:
   * it does not. */
  bool (*remembers)(const void *config);
  const char *bypass; /* the parameter that names what stands behind it, where calls can go
                         instead when a user leaves it out (compare --off); NULL: they cannot */

  /* Further checks of the configuration that a table cannot express; may be NULL. */
  bool (*validate)(const struct spec *spec, const struct component_spec *component,
                   struct error *err);
  /* How many members there are and where, if its configuration says so in its own way: may change
   * the component's instances and zones. May be NULL. */
  void (*place)(struct component_spec *component, struct arena *arena);
  /* Whether it keeps copies of data by its configuration, so that readers may see an old version.
   */
  bool (*keeps_versions)(const void *config);
  /* Of a component whose members, or each shard of them, have a primary: which member callers take
   * for that of the shard of `of`; makes another one of the shard it that is not `except` (by place
   * among the component's members), or returns false if none can be. Given together, and with
   * keeps_versions. */
  struct member *(*primary)(const struct member *of);
  bool (*promote)(struct sim *sim, struct member *of, const bool *except);
  /* Of a kind that spreads calls over components, of each member: where it calls both of two that
   * are versions of one, this share of its calls goes to `to` from now on and the rest to `from`.
   * NULL: it cannot. */
  void (*divide)(struct sim *sim, struct member *member, const struct component *from,
                 const struct component *to, double share);
  /* Of such a kind, before the simulation is built: what gives calls to `from` alone does so to
   * `to`, a version of it, too. */
  void (*add_version)(void *config, uint32_t from, uint32_t to, struct arena *arena);
  /* Says what the component does with an operation, of a source: how it sends it, for checks that
   * run nothing; fills an outline that was begun and ends it with OUTLINE_END. NULL: nothing is
   * known, and neither is what lies behind it. */
  void (*outline)(const struct spec *spec, const struct component_spec *component, int op,
                  struct outline *out);
  /* What an operation does to the data that the component keeps; NULL: it keeps none. */
  enum data_op (*data_op)(const struct spec *spec, const struct component_spec *component, int op);
  /* Of a kind that passes operations on: the component whose data they are about. May be NULL. */
  uint32_t (*data_behind)(const struct component_spec *component);
  /* Of a kind that keeps copies of data: the datum `item`, which this member may hold, was written
   * at this instant, by anybody. NULL: it keeps no copies. */
  void (*on_written)(struct sim *sim, struct member *member, uint32_t item);
  /* What a component takes from a topic; NULL, or not `given`: nothing. And the consumer's side of
   * one of its members (delivery.h). Given together, or not at all. */
  const struct subscription *(*subscription)(const void *config);
  struct consumer *(*consumer)(struct member *member);
  uint64_t (*subscriber_workers)(const void *config);
  /* Of a topic: for how long it keeps a message at most, by its configuration. */
  uint64_t (*message_life_ns)(const void *config);
  /* And how many partitions it has; 0: it has none, and a group shares one queue. */
  uint64_t (*message_partitions)(const void *config);
  /* Of a topic: a message whose publisher does not wait never came there. */
  void (*message_unheard)(struct component *topic);
  /* How long it takes a member to miss a call that it made without a timeout, and that has
   * vanished, or its answer; TIME_NEVER: for ever. NULL: it never does. */
  uint64_t (*missed_ns)(const struct sim *sim, const struct frame *call);
  /* Of a topic: a member that subscribes to it takes messages again (`restarted`); or it is down;
   * or it begins to hang or to be cut off, or ends it. */
  void (*on_consumer)(struct sim *sim, struct member *topic, struct member *consumer,
                      bool restarted);
  /* Each member, before any event; all members exist, in the order of names. */
  void (*init)(struct sim *sim, struct member *member);
  /* Each member at time 0, after all inits: schedule first events. May be NULL. */
  void (*start)(struct sim *sim, struct member *member);
  void (*on_call)(struct sim *sim, struct member *member, struct frame *call);
  /* `call`, made by this member, ended with `outcome`. `parent` is the frame on whose behalf it was
   * made, NULL for a root. After a timeout `call` still belongs to its callee: only read it. */
  void (*on_reply)(struct sim *sim, struct member *member, struct frame *parent, struct frame *call,
                   enum outcome outcome);
  /* A message of another member arrived (message.h); the answer to one, or to a ping, that this
   * member sent did, or what became of it did. Of kinds that send any. */
  void (*on_message)(struct sim *sim, struct member *member, struct frame *message);
  void (*on_answer)(struct sim *sim, struct member *member, struct frame *parent,
                    struct frame *message, enum outcome outcome);
  /* The timer of a frame that this member handles (WORKING, SLEEPING), or of a root call of its
   * own that it put to sleep, went off. */
  void (*on_timer)(struct sim *sim, struct member *member, struct frame *frame);
  /* An event the member scheduled for itself with sim_schedule. */
  void (*on_event)(struct sim *sim, struct member *member, uint32_t arg);
  /* A timer of the member (timer.h) went off. */
  void (*on_due)(struct sim *sim, struct member *member, struct timer *timer);
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
  void (*on_fault)(struct sim *sim, struct member *member, const struct fault_def *fault,
                   bool begins);
  /* It went down or is back from that, began to start, came up, drains or left; what it does for
   * calls it is told by on_fault. May be NULL. */
  void (*on_life)(struct sim *sim, struct member *member);
  /* Faults that not every kind has, NULL-terminated: some of the engine's, and ones that the kind
   * brings along (fault_def.h). NULL: none. */
  const struct fault_def *const *own_faults;
  /* Sessions that one member holds at most where `sessions` does not say, by its configuration; 0:
   * no limit. NULL: there is none. */
  uint64_t (*places)(const void *config);
  /* Of a source: whether its users hold sessions (held.h), by its configuration; and one that it
   * began is open, as its user learns in so many ns. Given together, or not at all. */
  bool (*stays)(const void *config);
  void (*on_session)(struct sim *sim, struct member *member, struct frame *session, uint64_t in_ns);
  /* The number of sessions that stand at the member has changed. May be NULL. */
  void (*on_held)(struct sim *sim, struct member *member);
  /* Of a component that this one watches (component_watch): a member entered the register or left
   * it (about->listed), a fault of it begins (about->impaired), or one of the network. NULL: no. */
  void (*on_peer)(struct sim *sim, struct member *member, struct member *about);
  /* Size in bytes of the message that carries `call` (or its answer). NULL: as large as the call on
   * whose behalf it is made (proxies). Asked only where a path has a bandwidth. */
  double (*message_bytes)(struct sim *sim, struct member *member, struct frame *parent,
                          struct frame *call, bool answer);
  /* Brings meters that follow lazily up to now; changes nothing else. May be NULL. */
  void (*settle)(struct sim *sim, struct member *member);
  /* The warm-up is over and nothing is forgotten yet: one that reads what others count takes what
   * is new. May be NULL. */
  void (*before_reset)(struct sim *sim, struct member *member);
  /* End of warm-up: forget statistics that are no meters, keep state. May be NULL. */
  void (*reset)(struct sim *sim, struct member *member);
  /* Emits metrics that no meter can, for one component (all its members). May be NULL. */
  void (*collect)(struct sim *sim, struct component *component, struct metrics *out);
  /* Sources: adds what the member has counted, for a timeline; and the histograms of its latencies,
   * number 0, 1 .. until NULL. May be NULL. */
  void (*watch)(struct sim *sim, struct member *member, struct watch *watch);
  struct hist *(*watch_latency)(const struct member *member, uint32_t which);
  /* The member's queueing station, if it has one: the engine reports its utilisation, queue, waits
   * and checks it. May be NULL. And whether a component with this configuration has one; NULL: all
   * of the kind have. */
  struct station *(*station)(struct member *member);
  bool (*has_station)(const void *config);
  /* Seconds since the warm-up for which a price an hour is paid. NULL: those in which the member
   * was there. */
  double (*paid_s)(const struct sim *sim, const struct member *member);
  /* By enum event_kind, up to EVENT_MEMBER. NULL: what will do for most kinds. */
  const struct touches *touches;
  /* An event is near: asks with __builtin_prefetch for what else it will touch at the member. Only
   * looks. May be NULL. */
  void (*fetch)(const struct sim *sim, const struct member *member, enum event_kind event);
  /* What its host lets in, of a kind that says so; and a frame that is the work for a new
   * connection, to be done by its workers and answered. Both or neither. */
  const struct accept_config *(*accept)(const void *config);
  void (*on_connection)(struct sim *sim, struct member *member, struct frame *work,
                        uint64_t work_ns);
  /* Of a kind that can run on a host: on which, and what it takes there. Of a host: what it offers,
   * and its cores. NULL: it cannot, it is none. See tenancy.h. */
  struct tenancy (*tenancy)(const void *config);
  uint64_t (*memory)(const struct member *member); /* bytes that one of its members takes now */
  struct lodging (*lodging)(const void *config);
  struct cores *(*cores)(struct member *member);
  /* Adds checks of what must hold in any state of this member, see checks.h. May be NULL. */
  void (*check)(struct sim *sim, struct member *member, struct checks *out);
  void (*destroy)(struct sim *sim, struct member *member);
};

/* Whether something happens to it that needs no request. */
static inline bool component_goes_on(const struct component_spec *component) {
  const struct kind *kind = component->kind;
  return kind->by_itself && (!kind->goes_on || kind->goes_on(component->config));
}

static inline bool component_sends(const struct component_spec *component) {
  const struct kind *kind = component->kind;
  return kind->messages && (!kind->sends || kind->sends(component->config));
}

/* Whether members of a component with this configuration have workers and a queue. */
static inline bool kind_has_station(const struct kind *kind, const void *config) {
  return kind->station && (kind->has_station == NULL || kind->has_station(config));
}

#endif
