/* A control at work: what its signal and its action share.
 *
 * The signal keeps what it has seen in `seen`, the action what it is doing in `doing`; each knows
 * its own alone. What both count stands here, as meters do. */
#ifndef CONTROL_STATE_H
#define CONTROL_STATE_H

#include "control_config.h"
#include "detector.h"
#include "signal_def.h"
#include "sim.h"
#include "timer.h"

/* `what` of timers: below it the signal's, from it on the action's. */
#define DUE_ACTION 16

/* That are remembered. */
#define READINGS_MOST 10000u

/* A member whose failure a signal looks for. */
struct watched {
  struct member *member;
  struct beats beats;
  struct timer silence; /* with detector = timeout: until it has been silent for too long */
  uint32_t epoch;       /* its life that was heard last */
  bool suspected;
  uint64_t failed_ns; /* TIME_NEVER: it was right when it was suspected */
  uint64_t since_ns;  /* its process runs since then, as far as the control knows; or will, after a
                         restart that is under way */
  uint64_t heard_ns;  /* it answered then, last */
  uint64_t decided;   /* how often something was decided about it that takes time */
};

struct control_state {
  const struct control_config *config;
  const struct signal_def *signal;
  const struct action_def *action; /* NULL: it only watches */
  struct component *component;     /* that the signal is about; NULL: none */
  void *seen, *doing;
  uint32_t n; /* members of which it is looked whether they failed */
  struct watched *watched;
  uint64_t ticks; /* times that the signal looked */
  struct timer tick;
  struct stream phase, takes;
  uint64_t suspicions, false_alarms, actions, failed_actions, probes, failed_probes;
  struct hist detection, recovery;
  struct level off_target, firing, share;
  uint64_t taken_back;
  struct hist taken_back_after, release_time;
  struct scaled {
    struct level members, ready, at_most;
    uint64_t ups, downs;
  } scaled;
};

/* The control looks for the first time at any moment within the first `every`: nothing that happens
 * by the clock is in step with it. */
void control_begin(struct sim *sim, struct member *control, uint16_t what);

/* Watches each member of the component. Nothing is known of them yet. */
void control_watch_members(struct sim *sim, struct member *control);
/* Forgets all that was seen of them. */
void control_forget_members(struct member *control);
/* One of them is taken for failed from now on, of which the action hears; or is heard again. */
void control_suspect(struct sim *sim, struct member *control, struct watched *who);
void control_heard(struct sim *sim, struct member *control, struct watched *who);

/* Draws how long what is now decided about a member takes (`takes`). */
uint64_t control_takes_ns(struct member *control, struct watched *who);

#endif
