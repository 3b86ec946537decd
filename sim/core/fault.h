/* What goes wrong, and when: faults of the spec as events. What they do to calls is in
 * fault_effects.h. */
#ifndef FAULT_H
#define FAULT_H

#include "sim.h"

struct faults *faults_new(struct sim *sim);
void faults_free(struct sim *sim);
void faults_start(struct sim *sim);
__attribute__((cold, noinline)) void faults_event(struct sim *sim, uint32_t which, uint32_t arg);

/* The member's process is ended, to begin again: it does not suffer any more from crashes and hangs
 * that name it or its component. Not so those of a zone, a region or a host, whose machine is what
 * fails, nor those that wait for a crew. */
void faults_process_ends(struct sim *sim, struct member *m);

/* The new process is up: those of them that were of this member alone are over, as if their time
 * were, and what comes again counts from now. */
void faults_process_begins(struct sim *sim, const struct member *m);

/* Whether a restart would be the end of all crashes of a member that is down. */
bool faults_end_with_process(const struct sim *sim, const struct member *m);

/* When the earliest of the faults began that hold now, or held within the last `ago_ns`; of those
 * that hit `m` unless it is NULL. What is planned, as a stop is, does not count. TIME_NEVER: there
 * is none. */
uint64_t faults_since_ns(const struct sim *sim, const struct member *m, uint64_t ago_ns);

/* The same of those that hit, or cut off, a member of a component that is marked. */
uint64_t faults_since_among_ns(const struct sim *sim, const bool *component, uint64_t ago_ns);

/* Whether a fault of the spec stops or joins members of it. */
bool faults_plan_absence(const struct sim *sim, const struct component *component);

/* A call that reached an impaired member: OK lets it pass, TIMEOUT swallows it. */
enum outcome faults_gate(struct sim *sim, struct member *to, struct frame *call);

/* Keeps an event for a hung member until the hang ends. */
void faults_defer(struct sim *sim, struct member *member, struct event event);

/* Lets happen what came for the member while it hung, in the order in which it came, and before
 * anything that comes at this instant. */
void faults_release_deferred(struct sim *sim, const struct member *member);

/* Forgets of it what `drop` says. */
void faults_drop_deferred(struct sim *sim, struct member *member,
                          bool (*drop)(const void *member, const struct event *event));

/* Shows the events kept for hung members. */
void faults_visit(const struct sim *sim, void (*visit)(void *context, const struct event *event),
                  void *context);

#endif
