/* lock_service: gives each lock to one holder at a time, for a lease. */
#include <math.h>
#include <stddef.h>

#include "arena.h"
#include "call.h"
#include "checks.h"
#include "column.h"
#include "fault_def.h"
#include "holding.h"
#include "lease.h"
#include "outline.h"
#include "station.h"
#include "timer.h"

struct lock_config {
  uint64_t workers;
  struct dist work; /* ns */
  bool durable;
};

struct waiting {
  uint32_t slot, stamp;
  uint64_t since_ns, lease_ns;
  struct waiting *next;
};

/* A lock that somebody has, as far as the service knows. */
struct lock {
  uint32_t item;
  bool keyed;
  uint64_t holder; /* of whom it believes that he has it, as COLUMN_HELD says it */
  uint64_t lease_ns;
  struct timer ends;
  struct waiting *first, *last;
  struct lock *next; /* in its bucket, or in the list of unused ones */
};

enum { BUCKETS = 1024 };

struct lock_state {
  const struct lock_config *config;
  struct stream work;
  struct station station;
  struct lock *bucket[BUCKETS];
  struct lock *unused;
  struct waiting *spare;
  uint64_t last_token;
  uint64_t granted, expired, released, late, renewed;
  uint64_t given; /* since time 0, that are over or not */
  struct level held, waiting;
  struct hist wait;
  struct holding_meters really;
};

/* --- what it knows -------------------------------------------------------------------------- */

static struct lock **find(struct lock_state *s, uint32_t item) {
  struct lock **link = &s->bucket[rng_mix(item) % BUCKETS];
  while (*link && (*link)->item != item) link = &(*link)->next;
  return link;
}

static void grant(struct sim *sim, struct member *member, struct lock *lock, struct frame *call,
                  uint64_t lease_ns) {
  struct lock_state *s = member->state;
  lock->lease_ns = lease_ns;
  s->granted++;
  if (lease_ns != LEASE_NEVER) timer_set(sim, member, &lock->ends, lease_ns, 0, 0);
  column_set(sim, call, COLUMN_TOKEN,
             token_make(++s->last_token, member->component->id, lock->item != 0));
  lock->holder = holding_give(sim, member->id, lock->item, &s->really);
  column_set(sim, call, COLUMN_HELD, lock->holder);
  call_reply(sim, call, OUTCOME_OK);
}

static void forget(struct lock_state *s, struct lock **link) {
  struct lock *lock = *link;
  timer_stop(&lock->ends);
  *link = lock->next;
  lock->next = s->unused;
  s->unused = lock;
}

static void put_back(struct sim *sim, struct lock_state *s, struct waiting *w) {
  w->next = s->spare;
  s->spare = w;
  level_down(&s->waiting, sim->now_ns);
}

/* Who crashed while it waited has no session any more (etcd, ZooKeeper). */
static bool is_there(const struct sim *sim, const struct frame *call) {
  return call->flags & CALL_ROOT || frame_at(sim, call->parent)->stamp == call->parent_stamp;
}

/* Takes the one that has waited longest out of the line; NULL: nobody waits. */
static struct frame *next_of(struct sim *sim, struct lock_state *s, struct lock *lock,
                             uint64_t *lease_ns) {
  for (struct waiting *w = lock->first; w; w = lock->first) {
    lock->first = w->next;
    if (!lock->first) lock->last = NULL;
    struct frame *call = frame_at(sim, w->slot);
    assert(call->stamp == w->stamp);
    put_back(sim, s, w);
    if (!is_there(sim, call)) {
      call_reply(sim, call, OUTCOME_RESET);
      continue;
    }
    hist_add(&s->wait, sim->now_ns - w->since_ns);
    *lease_ns = w->lease_ns;
    return call;
  }
  return NULL;
}

/* Its holder has it no more, as far as the service knows: the next one gets it. */
static void pass_on(struct sim *sim, struct member *member, struct lock **link) {
  struct lock_state *s = member->state;
  struct lock *lock = *link;
  uint64_t lease_ns;
  struct frame *next = next_of(sim, s, lock, &lease_ns);
  timer_stop(&lock->ends);
  if (next) {
    grant(sim, member, lock, next, lease_ns);
  } else {
    level_down(&s->held, sim->now_ns);
    forget(s, link);
  }
}

static struct lock *lock_new(struct sim *sim, struct lock_state *s, struct lock **link,
                             uint32_t item) {
  struct lock *lock = s->unused;
  if (lock) {
    s->unused = lock->next;
  } else {
    lock = arena_alloc(sim->arena, sizeof *lock);
  }
  /* The timer stays what it is: it may have an event behind it. */
  lock->item = item;
  lock->first = lock->last = NULL;
  lock->next = NULL;
  *link = lock;
  level_up(&s->held, sim->now_ns);
  return lock;
}

static void wait_for(struct sim *sim, struct lock_state *s, struct lock *lock, struct frame *call,
                     uint64_t lease_ns) {
  struct waiting *w = s->spare;
  if (w) {
    s->spare = w->next;
  } else {
    w = arena_alloc(sim->arena, sizeof *w);
  }
  *w = (struct waiting){frame_slot(sim, call), call->stamp, sim->now_ns, lease_ns, NULL};
  *(lock->last ? &lock->last->next : &lock->first) = w;
  lock->last = w;
  level_up(&s->waiting, sim->now_ns);
  call->flags |= CALL_RELEASED;
  frame_set_state(sim, call, FRAME_WAITING);
  trace_mark(sim, call, PART_LOCK);
}

static void take(struct sim *sim, struct member *member, struct frame *call, uint64_t lease_ns) {
  struct lock_state *s = member->state;
  struct lock **link = find(s, call->item);
  if (*link) {
    wait_for(sim, s, *link, call, lease_ns);
  } else {
    grant(sim, member, lock_new(sim, s, link, call->item), call, lease_ns);
  }
}

/* Whether the call is of who has the lock, as the service knows: not of one that had the same token
 * before it forgot all (who takes a lock in Redis gives it a value of his own). */
static bool has_it(const struct sim *sim, const struct lock *lock, const struct frame *call) {
  return lock && column_get(sim, call, COLUMN_HELD) == lock->holder;
}

/* --- calls ---------------------------------------------------------------------------------- */

static void start(struct sim *sim, struct member *member, struct frame *call) {
  struct lock_state *s = member->state;
  call_work(sim, member, call, dist_draw_keyed(&s->config->work, &s->work, call->key, 0));
}

static void lock_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct lock_state *s = member->state;
  if (station_enter(sim, &s->station, call, 0, false) == STATION_STARTED) {
    start(sim, member, call);
  }
}

static void lock_on_timer(struct sim *sim, struct member *member, struct frame *call) {
  struct lock_state *s = member->state;
  struct frame *next = station_leave(sim, &s->station, call);
  if (next) start(sim, member, next);
  uint64_t says = column_get(sim, call, COLUMN_LOCK);
  struct lock **link = find(s, call->item);
  bool has = has_it(sim, *link, call);
  switch (lock_wish_of(says)) {
    case LOCK_NOTHING:
      call_reply(sim, call, OUTCOME_OK);
      break;
    case LOCK_TAKE:
      take(sim, member, call, lock_lease_of(says));
      break;
    case LOCK_RELEASE:
      s->released += has;
      s->late += !has;
      call_reply(sim, call, OUTCOME_OK);
      if (has) pass_on(sim, member, link);
      break;
    case LOCK_RENEW:
      s->renewed += has;
      if (has) timer_set(sim, member, &(*link)->ends, (*link)->lease_ns, 0, 0);
      call_reply(sim, call, has ? OUTCOME_OK : OUTCOME_FAILED);
      break;
  }
}

/* A lease is over. */
static void lock_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  struct lock_state *s = member->state;
  struct lock *lock = (struct lock *)((char *)timer - offsetof(struct lock, ends));
  s->expired++;
  pass_on(sim, member, find(s, lock->item));
}

static void lock_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                          struct frame *call, enum outcome outcome) {
  (void)sim, (void)member, (void)parent, (void)call, (void)outcome; /* it calls nobody */
}

/* --- giving up ------------------------------------------------------------------------------ */

static enum heed lock_heeds(const void *config) {
  (void)config;
  return HEED_STOP;
}

static void stop_waiting(struct sim *sim, struct lock_state *s, const struct frame *call) {
  struct lock *lock = *find(s, call->item);
  struct waiting *before = NULL, *w = lock->first;
  while (w->slot != frame_slot(sim, call)) {
    before = w;
    w = w->next;
  }
  *(before ? &before->next : &lock->first) = w->next;
  if (lock->last == w) lock->last = before;
  put_back(sim, s, w);
}

/* Who gives up while it waits is taken out of the line. To give a lock back or renew it stays to be
 * done, though nobody waits for the answer. */
static void lock_on_cancel(struct sim *sim, struct member *member, struct frame *call) {
  struct lock_state *s = member->state;
  enum lock_wish wish = lock_wish_of(column_get(sim, call, COLUMN_LOCK));
  if (wish == LOCK_RELEASE || wish == LOCK_RENEW) return;
  switch (frame_state(call)) {
    case FRAME_TRAVELLING:
      break;
    case FRAME_QUEUED:
      station_cancel(sim, &s->station, call, 0);
      break;
    case FRAME_WAITING:
      stop_waiting(sim, s, call);
      break;
    default: /* it works on it, and gives nothing to who is not there any more */
      column_set(sim, call, COLUMN_LOCK, lock_wish(LOCK_NOTHING, 0));
      return;
  }
  call_reply(sim, call, OUTCOME_RESET);
}

/* --- crashes -------------------------------------------------------------------------------- */

/* Those that wait are answered by the engine. */
static void crash(struct sim *sim, struct lock_state *s) {
  for (int i = 0; i < BUCKETS; i++) {
    for (struct lock **link = &s->bucket[i]; *link;) {
      for (struct waiting *w = (*link)->first, *next; w; w = next) {
        next = w->next;
        put_back(sim, s, w);
      }
      (*link)->first = (*link)->last = NULL;
      if (s->config->durable) {
        link = &(*link)->next;
      } else {
        level_down(&s->held, sim->now_ns);
        forget(s, link);
      }
    }
  }
  if (!s->config->durable) s->last_token = 0;
}

/* Leases that are on disk begin again (etcd gives them their whole length when its leader
 * changes). */
static void begin_again(struct sim *sim, struct member *member) {
  struct lock_state *s = member->state;
  for (int i = 0; i < BUCKETS; i++) {
    for (struct lock *lock = s->bucket[i]; lock; lock = lock->next) {
      if (lock->lease_ns != LEASE_NEVER) timer_set(sim, member, &lock->ends, lock->lease_ns, 0, 0);
    }
  }
}

static void lock_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                          bool begins) {
  struct lock_state *s = member->state;
  if (fault == &fault_crash && begins) crash(sim, s);
  station_fault(sim, member, &s->station, fault, begins);
  if (fault == &fault_crash && !begins) begin_again(sim, member);
}

/* --- life ----------------------------------------------------------------------------------- */

static void lock_outline(const struct spec *spec, const struct component_spec *component, int op,
                         struct outline *out) {
  (void)spec, (void)op;
  const struct lock_config *config = component->config;
  out->workers = config->workers;
  out->by_key = component->instances > 1;
  outline_work(out, &config->work);
  outline_add(out, OUTLINE_END);
}

static void lock_init(struct sim *sim, struct member *member) {
  struct lock_state *s = member->state;
  s->config = member->component->config;
  s->work = sim_stream(sim, member->component, "work");
  column_want(sim, COLUMN_LOCK);
  column_want(sim, COLUMN_TOKEN);
  holding_want(sim);
  station_init(sim, &s->station, DISCIPLINE_FIFO, s->config->workers, PARAM_UNLIMITED, 1);
  station_allow_cancel(sim, &s->station);
}

static void lock_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  station_free(&((struct lock_state *)member->state)->station);
}

static struct station *lock_station(struct member *member) {
  return &((struct lock_state *)member->state)->station;
}

static void lock_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  struct lock_state *s = member->state;
  uint64_t held = 0, waiting = 0;
  for (int i = 0; i < BUCKETS; i++) {
    for (const struct lock *lock = s->bucket[i]; lock; lock = lock->next) {
      held++;
      for (const struct waiting *w = lock->first; w; w = w->next) waiting++;
    }
  }
  check_member(out, member, "locks", held == s->held.value && waiting == s->waiting.value,
               "%llu locks are given away, %llu calls wait", (unsigned long long)held,
               (unsigned long long)waiting);
}

#define AT(field) offsetof(struct lock_config, field)

static const struct param lock_params[] = {
    {.name = "workers",
     .type = PARAM_COUNT,
     .offset = AT(workers),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .doc = "Calls that it works on at once; those that wait for a lock need none."},
    {.name = "work",
     .type = PARAM_TIME_DIST,
     .offset = AT(work),
     .fallback = "0ms",
     .doc = "How long taking, renewing or releasing a lock holds a worker: of a service with "
            "several copies, until most of them have it on disk (etcd: some milliseconds)."},
    {.name = "durable",
     .type = PARAM_BOOL,
     .offset = AT(durable),
     .fallback = "true",
     .doc = "Whether it knows after a crash who has a lock, and which token was the last; leases "
            "begin again then, as in etcd when its leader changes. false: it knows nothing any "
            "more, as Redis without a log on disk, and gives away what somebody has."},
    {0},
};

#define STATE(field) offsetof(struct lock_state, field)

static const struct meter lock_meters[] = {
    {"granted", METER_COUNT, STATE(granted), 0, "How often it gave a lock away."},
    {"released", METER_COUNT, STATE(released), 0, "How often the holder gave one back."},
    {"expired", METER_COUNT, STATE(expired), 0, "Leases that ended before that."},
    {"too_late", METER_COUNT, STATE(late), 0,
     "How often one was given back by who had it no more, as far as the service knew."},
    {"renewed", METER_COUNT, STATE(renewed), 0, "Leases that were renewed."},
    {"held", METER_LEVEL, STATE(held), 0, "Locks that somebody has, as far as the service knows"},
    {"lock_waiting", METER_LEVEL, STATE(waiting), 0, "Calls that wait for a lock"},
    {"lock_wait", METER_TIMES, STATE(wait), 0,
     "How long calls waited for a lock, of those that had to and got it"},
    {"two_holders", METER_COUNT, STATE(really.two_holders), 0,
     "How often somebody took a lock that another one still had."},
    {"shared", METER_LEVEL, STATE(really.shared), 0, "Locks that have more than one holder"},
    {"stale_writes", METER_COUNT, STATE(really.stale_writes), 0,
     "Writes that a store did for a holder after it had worked for one that was given the same "
     "lock later."},
    {0},
};

const struct kind kind_lock_service = {
    .name = "lock_service",
    .summary = "Gives each lock to one holder at a time, for a lease.",
    .doc =
        "The step `lock` of a service takes a lock: one for each data key, or one for all. A "
        "lock has one holder at a time, until it is given back or its lease ends. Further calls "
        "for it wait, first come first served, until then or until the caller gives up.\n"
        "Each lock comes with a token, a number greater than all before. A database with "
        "`fencing` refuses a write whose token is smaller than one that it has seen. The service "
        "may believe something else than what is so: `held` tells what it believes; "
        "`two_holders`, `shared` and `stale_writes` tell what holders and stores saw. A lock "
        "belongs to nobody until its holder has heard of it. Several instances divide the keys "
        "among them. All other calls are answered after `work`.\n"
        "Left out: the copies that such a service is made of, and the time in which they elect "
        "another leader (a crash with `durable` stands for that); several independent services "
        "of which most must agree (Redlock); clocks of different speed; locks that many readers "
        "share.",
    .example =
        "client \"users\" { arrivals = poisson \"20/s\", target = \"shop\", keys = uniform_keys { "
        "n = 100 } }\n"
        "service \"shop\" { on = { lock { \"locks\", lease = \"10s\", timeout = \"5s\" }, work "
        "\"20ms\",\n"
        "  call { \"stock\", op = \"write\" }, unlock() } }\n"
        "lock_service \"locks\" { work = \"2ms\" }\n"
        "database \"stock\" { write = \"5ms\", write_ops = { \"write\" }, fencing = true }\n"
        "run { duration = \"60s\", warmup = \"5s\", replications = 4 }\n",
    .params = lock_params,
    .meters = lock_meters,
    .pick = component_pick_holder,
    .config_size = sizeof(struct lock_config),
    .state_size = sizeof(struct lock_state),
    .outline = lock_outline,
    .gives_locks = true,
    .init = lock_init,
    .on_call = lock_on_call,
    .on_reply = lock_on_reply,
    .on_timer = lock_on_timer,
    .on_due = lock_on_due,
    .on_cancel = lock_on_cancel,
    .heeds = lock_heeds,
    .on_fault = lock_on_fault,
    .station = lock_station,
    .check = lock_check,
    .destroy = lock_destroy,
};
