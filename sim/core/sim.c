#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abandon.h"
#include "arena.h"
#include "column.h"
#include "engine.h"
#include "fault.h"
#include "frame_pool.h"
#include "held.h"
#include "keys/key_history.h"
#include "life.h"
#include "message.h"
#include "network.h"
#include "network/access.h"
#include "network/connection.h"
#include "outbound.h"
#include "price.h"
#include "spell.h"
#include "tenancy.h"
#include "timer.h"
#include "trace.h"

/* Events at one instant after which a scenario is taken to loop without time passing, and how
 * many more for each call there ever was at once. What does not loop has a few a call. */
#define INSTANT_LIMIT UINT64_C(5000000)
#define INSTANT_LIMIT_BY_CALL 20

struct stream sim_named_stream(const struct sim *sim, const char *name, const char *purpose) {
  return stream_half(rng_stream(sim->seed, sim->replication, name, purpose), sim->half);
}

struct stream sim_stream(const struct sim *sim, const struct component *component,
                         const char *purpose) {
  return sim_named_stream(sim, component->spec->name, purpose);
}

void sim_fail(struct sim *sim, const char *format, ...) {
  sim->until_ns = 0;
  if (sim->failure[0]) return;
  va_list args;
  va_start(args, format);
  vsnprintf(sim->failure, sizeof sim->failure, format, args);
  va_end(args);
}

struct kept_hist {
  struct hist hist;
  struct kept_hist *next;
};

struct hist *sim_keep_hist(struct sim *sim) {
  struct kept_hist *kept = mem_zeroed(1, sizeof *kept);
  hist_init(&kept->hist, 0, NULL);
  kept->next = sim->kept;
  sim->kept = kept;
  return &kept->hist;
}

void sim_forget_collected(struct sim *sim) {
  for (struct kept_hist *next; sim->kept; sim->kept = next) {
    next = sim->kept->next;
    hist_free(&sim->kept->hist);
    free(sim->kept);
  }
}

/* --- events of members ---------------------------------------------------------------------- */

bool event_is_of(const void *member, const struct event *event) {
  return event_ref(event) == (((const struct member *)member)->id << 4 | EVENT_MEMBER);
}

void sim_unschedule(struct sim *sim, struct member *member) {
  fel_drop(&sim->fel, event_is_of, member);
}

/* --- building ------------------------------------------------------------------------------- */

static void build_component(struct sim *sim, uint32_t c, uint32_t first_member) {
  const struct component_spec *spec = &sim->spec->component[c];
  struct component *component = &sim->component[c];
  *component = (struct component){.spec = spec,
                                  .kind = spec->kind,
                                  .config = spec->config,
                                  .id = c,
                                  .name_hash = rng_hash_name(spec->name),
                                  .pick = sim_named_stream(sim, spec->name, "member"),
                                  .members = spec->instances,
                                  .choices = spec->instances,
                                  .member = &sim->member[first_member]};
  for (uint32_t i = 0; i < spec->instances; i++) {
    component->member[i] =
        (struct member){.kind = spec->kind,
                        .component = component,
                        .state = arena_lines(sim->arena, 1, spec->kind->state_size),
                        .id = first_member + i,
                        .index = i + 1,
                        .zone = spec->zones ? spec->zone[i % spec->zones] : REF_NONE,
                        .host = REF_NONE,
                        .slow = 1,
                        .surge = 1,
                        .listed = true,
                        .registered = true,
                        .down_since_ns = TIME_NEVER};
  }
}

static void find_hosts(struct sim *sim) {
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    uint32_t host = tenancy_host(&sim->spec->component[c]);
    for (uint32_t i = 0; host != REF_NONE && i < sim->component[c].members; i++) {
      const struct component *on = &sim->component[host];
      sim->component[c].member[i].host = on->member[i % on->members].id;
    }
  }
}

/* Events of frames that are gone, and of timers that were stopped, may be dropped unseen. Reading
 * only stamps keeps this cheap. */
static bool event_is_dead(const void *owner, const struct event *event) {
  const struct sim *sim = owner;
  uint32_t kind = event_ref(event) & 15;
  if (kind == EVENT_DUE) return timer_event_is_dead(sim, event);
  if (kind == EVENT_CONNECTION) return connection_event_is_dead(sim, event);
  if (kind > EVENT_CANCEL && kind != EVENT_TRY && kind != EVENT_SEGMENT) return false;
  return frame_at(sim, event_ref(event) >> 4)->stamp != event_arg(event);
}

/* With thousands of components each event's data are out of the processor's cache. So all that the
 * next few events will need is asked for at once, in steps: each step reads what the one before has
 * asked for and asks for what that leads to. The first steps, which lead from an event to who deals
 * with it, are made for a few hundred events at once, so that nobody waits for them (1000 systems
 * side by side: see docs/performance.md). */

/* The frame of an event of a call; NULL: it is a member's own, or none of either. */
static inline const struct frame *frame_of(const struct sim *sim, const struct event *event) {
  uint32_t kind = event_ref(event) & 15;
  return kind < EVENT_MEMBER ? frame_at(sim, event_ref(event) >> 4) : NULL;
}

/* Who deals with an event. */
static inline uint32_t handler_of(const struct sim *sim, const struct event *event) {
  const struct frame *frame = frame_of(sim, event);
  if (frame == NULL) return event_ref(event) >> 4;
  if ((event_ref(event) & 15) != EVENT_REPLY) return frame_callee(frame);
  return frame->flags & CALL_ROOT ? frame->parent : frame_callee(frame_at(sim, frame->parent));
}

/* Of kinds that do not say. */
static const struct touches usual_touches[EVENT_MEMBER + 1] = {
    [EVENT_ARRIVE] = {4, 1, 2, true}, [EVENT_REPLY] = {4, 1, 2, true},
    [EVENT_TIMER] = {4, 1, 2, true},  [EVENT_TIMEOUT] = {4, 1, 2, true},
    [EVENT_CANCEL] = {4, 1, 2, true}, [EVENT_MEMBER] = {6, 1, 2, true},
};

static inline const struct touches *touches_of(const struct member *m, const struct event *event) {
  const struct touches *table = m->kind->touches ? m->kind->touches : usual_touches;
  return &table[event_ref(event) & 15];
}

static inline void prefetch_lines(const void *from, uint32_t lines) {
  uintptr_t at = (uintptr_t)from; /* may be NULL */
  for (; lines > 0; lines--, at += 64) __builtin_prefetch((const void *)at, 1);
}

/* Who deals with each of the events: written to `handler` and asked for, as are the frames on the
 * way to them. Who made a call counts once it is answered. Returns how many of the events are such;
 * `of` tells which. */
static uint32_t prefetch_handlers(const struct sim *sim, const struct event *event, uint32_t n,
                                  const struct event **of, uint32_t *handler) {
  uint32_t handlers = 0;
  for (uint32_t i = 0; i < n; i++) {
    if ((event_ref(&event[i]) & 15) > EVENT_MEMBER) continue;
    of[handlers++] = &event[i];
    const struct frame *frame = frame_of(sim, &event[i]);
    if (frame != NULL) __builtin_prefetch(frame, 1);
  }
  for (uint32_t i = 0; i < handlers; i++) {
    const struct frame *frame = frame_of(sim, of[i]);
    if (frame != NULL && !(frame->flags & CALL_ROOT) && (event_ref(of[i]) & 15) != EVENT_ARRIVE) {
      __builtin_prefetch(frame_at(sim, frame->parent), 1);
    }
  }
  for (uint32_t i = 0; i < handlers; i++) {
    handler[i] = handler_of(sim, of[i]);
    __builtin_prefetch(&sim->member[handler[i]], 1);
  }
  return handlers;
}

/* Who gets an answer often answers its own caller; and what a followed call leaves behind. */
static inline void prefetch_request(const struct sim *sim, const struct event *event) {
  const struct frame *frame = frame_of(sim, event);
  if (frame == NULL) return;
  if (__builtin_expect(frame->flags & CALL_TRACED, 0)) trace_prefetch(sim, frame);
  if ((event_ref(event) & 15) != EVENT_REPLY || frame->flags & CALL_ROOT) return;
  const struct frame *parent = frame_at(sim, frame->parent);
  if (!(parent->flags & CALL_ROOT)) __builtin_prefetch(frame_at(sim, parent->parent), 1);
}

/* The data of so few members and calls stay in the cache: to ask for them takes longer than it
 * spares. */
#define CACHED_MEMBERS 512u
#define CACHED_CALLS 4096u
static inline bool is_cached(const struct sim *sim) {
  return sim->members < CACHED_MEMBERS && sim->calls.made - sim->calls.freed < CACHED_CALLS;
}

static void events_later(const void *owner, const struct event *event, uint32_t n) {
  if (is_cached(owner)) return;
  uint32_t handler[FEL_LATER_MAX];
  const struct event *of[FEL_LATER_MAX];
  prefetch_handlers(owner, event, n, of, handler);
}

static void events_soon(const void *owner, const struct event *event, uint32_t n) {
  const struct sim *sim = owner;
  if (is_cached(sim)) return;
  uint32_t handler[FEL_NEAR_MAX];
  const struct event *of[FEL_NEAR_MAX];
  uint32_t handlers = prefetch_handlers(sim, event, n, of, handler);
  for (uint32_t i = 0; i < handlers; i++) {
    const struct member *m = &sim->member[handler[i]];
    const struct touches *touches = touches_of(m, of[i]);
    if (touches->sends && sim->network) network_prefetch(sim->network, handler[i]);
    prefetch_lines(m->state, touches->state);
  }
  for (uint32_t i = 0; i < handlers; i++) {
    const struct member *m = &sim->member[handler[i]];
    const struct touches *touches = touches_of(m, of[i]);
    const void *const *leads_to = m->state;
    prefetch_lines(leads_to[0], touches->first);
    prefetch_lines(leads_to[1], touches->second);
  }
  for (uint32_t i = 0; i < handlers; i++) {
    const struct member *m = &sim->member[handler[i]];
    prefetch_request(sim, of[i]);
    if (m->kind->fetch) m->kind->fetch(sim, m, (enum event_kind)(event_ref(of[i]) & 15));
  }
}

struct sim *sim_new(const struct spec *spec, uint64_t seed, uint64_t replication,
                    uint64_t warmup_ns, uint64_t end_ns, bool with_faults) {
  return sim_new_half(spec, seed, replication, HALF_NONE, warmup_ns, end_ns, with_faults);
}

struct sim *sim_new_half(const struct spec *spec, uint64_t seed, uint64_t replication,
                         enum rng_half half, uint64_t warmup_ns, uint64_t end_ns,
                         bool with_faults) {
  struct sim *sim = mem_zeroed(1, sizeof *sim);
  sim->spec = spec;
  sim->seed = seed;
  sim->replication = replication;
  sim->half = half;
  sim->warmup_ns = warmup_ns;
  sim->end_ns = end_ns;
  sim->arena = arena_new();
  fel_init(&sim->fel, event_is_dead, sim);
  sim->fel.soon = events_soon;
  sim->fel.later = events_later;
  calls_init(&sim->calls);
  for (uint32_t c = 0; c < spec->components; c++) sim->members += spec->component[c].instances;
  sim->member = arena_lines(sim->arena, sim->members, sizeof *sim->member);
  sim->flow_at_warmup = arena_lines(sim->arena, sim->members, sizeof *sim->flow_at_warmup);
  sim->late = arena_lines(sim->arena, sim->members, sizeof *sim->late);
  sim->component = arena_lines(sim->arena, spec->components, sizeof *sim->component);
  uint32_t first = 0;
  for (uint32_t c = 0; c < spec->components; c++) {
    build_component(sim, c, first);
    first += spec->component[c].instances;
  }
  find_hosts(sim);
  abandon_init(sim);
  traces_init(sim);
  messages_init(sim);
  ledger_new(sim);
  sim->network = network_new(sim);
  prices_init(sim);
  sim->by_way = sim->network != NULL || prices_are_for_bytes(sim);
  sim->answers_by_way = sim->network != NULL || sim->patience_ends || sim->bill != NULL;
  access_init(sim);
  connections_init(sim);
  life_init(sim);
  held_init(sim);
  if (with_faults && spec->faults) faults_new(sim);
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *m = &sim->member[i];
    meters_init(sim, m);
    if (m->component->kind->init) m->component->kind->init(sim, m);
  }
  fel_push(&sim->fel, event_make(warmup_ns, EVENT_WARM, 0));
  spells_init(sim);
  if (sim->faults) faults_start(sim);
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *m = &sim->member[i];
    if (m->component->kind->start && !member_is_off(m)) m->component->kind->start(sim, m);
  }
  return sim;
}

void sim_free(struct sim *sim) {
  if (!sim) return;
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *m = &sim->member[i];
    if (m->component->kind->destroy) m->component->kind->destroy(sim, m);
    meters_free(m);
  }
  spells_free(sim);
  faults_free(sim);
  outbounds_free(sim);
  connections_free(sim);
  network_free(sim->network);
  columns_free(sim);
  calls_free(&sim->calls);
  traces_free(sim);
  key_history_free(sim->keys);
  ledger_free(sim->ledger);
  deliveries_free(sim);
  timers_free(sim);
  fel_free(&sim->fel);
  sim_forget_collected(sim);
  arena_free(sim->arena);
  free(sim);
}

struct member *component_pick_holder(const struct component *component, const struct frame *call) {
  if (call->item == 0) return component_pick_any(component, call);
  return component_holder(component, call->item);
}

/* --- running -------------------------------------------------------------------------------- */

static void member_event(struct sim *sim, const struct event *event) {
  struct member *m = &sim->member[event_ref(event) >> 4];
  if (__builtin_expect(m->hung, 0)) {
    faults_defer(sim, m, *event);
    return;
  }
  m->kind->on_event(sim, m, event_arg(event));
}

static inline void dispatch_frame(struct sim *sim, const struct event *event) {
  struct frame *frame = frame_at(sim, event_ref(event) >> 4);
  if (frame->stamp != event_arg(event)) return; /* its call ended before */
  switch ((enum event_kind)(event_ref(event) & 15)) {
    case EVENT_ARRIVE:
      call_deliver(sim, frame);
      break;
    case EVENT_REPLY:
      call_finish(sim, frame);
      break;
    case EVENT_TIMER:
      call_timer(sim, frame, event->time_ns);
      break;
    case EVENT_TIMEOUT:
      call_timeout(sim, frame);
      break;
    case EVENT_CANCEL:
      call_cancel(sim, frame);
      break;
    case EVENT_MEMBER:
    case EVENT_FAULT:
    case EVENT_WARM:
    case EVENT_TRY:
    case EVENT_LIFE:
    case EVENT_DUE:
    case EVENT_SEGMENT:
    case EVENT_CONNECTION:
      break;
  }
}

static __attribute__((cold, noinline)) void try_event(struct sim *sim, const struct event *event) {
  struct frame *frame = frame_at(sim, event_ref(event) >> 4);
  if (frame->stamp == event_arg(event)) outbound_event(sim, frame);
}

/* What most scenarios have none or few of. Takes the words of the event, so that sim_run keeps its
 * own in registers. */
static __attribute__((noinline)) void dispatch_otherwise(struct sim *sim, uint64_t time_ns,
                                                         uint64_t what) {
  struct event event = {time_ns, what};
  uint32_t kind = event_ref(&event) & 15;
  if (kind == EVENT_DUE) {
    timer_event(sim, &event);
  } else if (kind == EVENT_SEGMENT) {
    segment_event(sim, &event);
  } else if (kind == EVENT_CONNECTION) {
    connection_event(sim, &event);
  } else if (kind == EVENT_FAULT) {
    faults_event(sim, event_ref(&event) >> 4, event_arg(&event));
  } else if (kind == EVENT_TRY) {
    try_event(sim, &event);
  } else if (kind == EVENT_LIFE) {
    life_event(sim, &sim->member[event_ref(&event) >> 4], event_arg(&event));
  } else {
    collect_reset(sim);
  }
}

static inline void dispatch(struct sim *sim, const struct event *event) {
  uint32_t kind = event_ref(event) & 15;
  if (kind < EVENT_MEMBER) {
    dispatch_frame(sim, event);
  } else if (kind == EVENT_MEMBER) {
    member_event(sim, event);
  } else {
    dispatch_otherwise(sim, event->time_ns, event->what);
  }
}

void sim_dispatch(struct sim *sim, const struct event *event) {
  dispatch(sim, event);
}

static __attribute__((noinline)) void clock_stands(struct sim *sim) {
  if (sim->instant_ns != sim->now_ns) {
    sim->instant_ns = sim->now_ns;
    sim->instant_events = 0;
  }
  if (++sim->instant_events < INSTANT_LIMIT) return;
  if (sim->instant_events < INSTANT_LIMIT + INSTANT_LIMIT_BY_CALL * sim->calls.used) return;
  sim_fail(sim,
           "the clock stands still at %.9f s: calls answer each other without any time passing; "
           "give some component work, think time or a path with latency",
           (double)sim->now_ns / 1e9);
}

bool sim_run(struct sim *sim, uint64_t until_ns) {
  sim_assert(sim, MEMBER_NONE, until_ns >= sim->now_ns || sim->failure[0], "time runs forwards");
  struct event event;
  uint64_t events = 0, fingerprint = sim->fingerprint;
  sim->until_ns = sim->failure[0] ? 0 : until_ns;
  while (fel_pop(&sim->fel, sim->until_ns, &event)) {
    if (__builtin_expect(event.time_ns > sim->now_ns, 1)) {
      sim->now_ns = event.time_ns;
    } else {
      assert(event.time_ns == sim->now_ns); /* an event was scheduled in the past */
      clock_stands(sim);
    }
    events++;
    fingerprint = (fingerprint ^ event.time_ns) * UINT64_C(0x9e3779b97f4a7c15);
    fingerprint = (fingerprint << 29 | fingerprint >> 35) ^ event.what;
    dispatch(sim, &event);
  }
  sim->events += events;
  sim->fingerprint = fingerprint;
  if (sim->failure[0]) return false;
  sim->now_ns = until_ns;
  return true;
}
