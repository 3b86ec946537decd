/* What the engine's own files share and kinds do not see: frames' pool, network, faults. */
#ifndef ENGINE_H
#define ENGINE_H

#include "sim.h"
#include "station.h"

/* sim.c */
void sim_dispatch(struct sim *sim, const struct event *event); /* as if it had just come up */

/* call.c */
void calls_init(struct calls *calls);
void calls_free(struct calls *calls);
void call_deliver(struct sim *sim, struct frame *call);
void call_finish(struct sim *sim, struct frame *call);
void call_timer(struct sim *sim, struct frame *frame, uint64_t due_ns);
__attribute__((cold, noinline)) void call_end_unheard(struct sim *sim, struct frame *call,
                                                      uint64_t *counter);
static inline void push_frame_event(struct sim *sim, const struct frame *frame, uint64_t delay_ns,
                                    enum event_kind kind) {
  fel_push(&sim->fel,
           event_make(sim->now_ns + delay_ns, frame_slot(sim, frame) << 4 | kind, frame->stamp));
}
/* As call_reply, for answers that the member's host gives and not its model. */
void call_reply_uncounted(struct sim *sim, struct frame *call, enum outcome outcome);

/* The member that made a call, or NULL if the frame on whose behalf it did so is gone. */
static inline struct member *call_maker_if_alive(const struct sim *sim, const struct frame *call) {
  if (call->flags & CALL_ROOT) return &sim->member[call->parent];
  const struct frame *parent = frame_at(sim, call->parent);
  return parent->stamp == call->parent_stamp ? &sim->member[frame_callee(parent)] : NULL;
}

/* network.c */
struct network *network_new(struct sim *sim);
void network_free(struct network *network);
void network_reset(struct sim *sim); /* end of warm-up */
/* How busy the wires of paths with a bandwidth were: path.FROM.TO.utilization. */
void network_collect(struct sim *sim, struct metrics *out);

/* Sends a message from one member to another. OK: it arrives after *delay_ns; TIMEOUT: lost on the
 * way; UNREACHABLE: a partition swallowed it. */
enum outcome network_cross(struct sim *sim, const struct member *from, const struct member *to,
                           struct frame *call, bool answer, uint64_t *delay_ns);

/* Whether a small control message gets through now, and how long it takes. */
bool network_reaches(struct sim *sim, const struct member *from, const struct member *to,
                     uint64_t *delay_ns);

/* Adds or removes a fault between two sets of members (bit sets over member ids). */
struct cut {
  const uint64_t *a, *b;
  bool one_way;
  enum fault_type type; /* PARTITION, SLOW, DROP */
  double factor, ratio;
  struct stream stream;
  bool active;
};
void network_add_cut(struct sim *sim, struct cut *cut);
void network_cuts_changed(struct sim *sim);

/* fault.c */
struct faults *faults_new(struct sim *sim);
void faults_free(struct sim *sim);
void faults_start(struct sim *sim);
__attribute__((cold, noinline)) void faults_event(struct sim *sim, uint32_t which, bool begins);

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

/* collect.c */
__attribute__((cold, noinline)) void collect_reset(struct sim *sim); /* end of warm-up */

#endif
