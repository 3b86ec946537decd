/* Life of members: they may be absent at first, start, serve, drain and leave again, in a run.
 *
 *   absent -> starting -> up -> draining -> absent
 *
 * A member that is up takes calls. One that starts, drains or is absent refuses new ones; one that
 * drains goes on with those it has, and loses at the end of its grace what is left. After a crash a
 * member starts again before it is up, if its component says that this takes time.
 *
 * `listed` says whether a register of members (DNS, endpoints, service discovery) has it. What is
 * planned is in the register at once: who drains or is absent is not listed, nor who starts for the
 * first time. A crash is not planned: it and the start after it leave the entry as it is, and only
 * checks find out; they may have a member withdrawn. Who watches a component (component_watch) is
 * told of every change of the register through kind.on_peer.
 *
 * A member is there while it is up or draining, also crashed or hung; its averages are over that
 * time. Each life that ends, by a crash or by leaving, raises `epoch`; what was to happen in it,
 * the member's own events, its timers and answers to calls on its own account, is dropped by the
 * engine. */
#ifndef LIFE_H
#define LIFE_H

#include "sim.h"

/* Of one member, beside what struct member has. */
struct life {
  uint32_t plan;     /* number of the start-up or drain that is under way; others are void */
  uint32_t stops;    /* faults that keep it away */
  bool withdrawn;    /* from the register */
  bool restarts;     /* it starts since its former process was ended */
  uint64_t since_ns; /* there since then; TIME_NEVER: it is not */
  uint64_t there_ns; /* before that, as far as measured */
};

/* An absent member begins to start and is up after `start_up_ns`. One that drains leaves first;
 * nothing happens to one that is up or starts already. */
void member_start(struct sim *sim, struct member *m, uint64_t start_up_ns);

/* A member takes no more calls and leaves after `grace_ns`; at once if it is down or not up yet. */
void member_drain(struct sim *sim, struct member *m, uint64_t grace_ns);

/* The process of a member that is up, starts, lies crashed or hangs is ended and begins again: what
 * it has is lost, and it is up after `takes_ns` and its start-up. Crashes and hangs of the process
 * are over (fault.h); one of its machine is not. False: it is away as planned, and nothing
 * happens. Who may do this has said present_keep before the first call. */
bool member_restart(struct sim *sim, struct member *m, uint64_t takes_ns);

/* Takes a member that may go on working out of the register, or lets it in again: as a readiness
 * probe does. */
void member_withdraw(struct sim *sim, struct member *m, bool out);

/* How long this start of the member takes, drawn from what its component says. */
uint64_t member_start_up_ns(struct sim *sim, const struct member *m);

/* From now on `watcher` is told (kind.on_peer) of each change of `listed` among the component's
 * members, and of each fault before it does anything. */
void component_watch(struct sim *sim, struct member *watcher, struct component *component);

/* --- for the engine ------------------------------------------------------------------------- */

void life_init(struct sim *sim);
void life_reset(struct sim *sim); /* end of warm-up */
void life_event(struct sim *sim, struct member *m, uint32_t plan);

/* Faults that keep a member away begin and end. */
void life_keep_away(struct sim *sim, struct member *m, bool begins);
/* It is away before time 0. */
void life_absent_at_first(struct sim *sim, struct member *m);

/* The last crash of a member is over: starts it, or returns false if that takes no time. */
bool life_restart(struct sim *sim, struct member *m);

/* It went down, is back from that, or went on to another phase: its kind is told (kind.on_life). */
void life_changed(struct sim *sim, struct member *m);

/* Something may happen to a member, or to all: those who watch are told. */
void life_tell_of(struct sim *sim, struct member *m);
void life_tell_of_all(struct sim *sim);

double life_there_s(const struct sim *sim, const struct member *m); /* measured so far */
/* Since the beginning, or since the end of warm-up once that is over. */
uint64_t life_there_ns(const struct sim *sim, const struct member *m);

static inline bool member_is_there(const struct member *m) {
  return m->phase == MEMBER_UP || m->phase == MEMBER_DRAINING ||
         (m->phase == MEMBER_STARTING && m->registered);
}

/* It neither works nor keeps anything. */
static inline bool member_is_off(const struct member *m) {
  return m->down || m->phase == MEMBER_ABSENT || m->phase == MEMBER_STARTING;
}

#endif
