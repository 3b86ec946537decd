/* What a control can do: one file of models/control/actions and one row in meson.build each.
 *
 * A definition says how the action is written and what it does about what a signal tells. The
 * language, messages, `archsim describe` and the manual read it from there; values of its keys are
 * read straight into a struct control_act. An action hears of one kind of news or of several, and
 * a control whose signal tells what its action does not hear is refused. */
#ifndef ACTION_DEF_H
#define ACTION_DEF_H

#include "control.h"
#include "error.h"
#include "spec.h"
#include "word.h"

struct member;
struct outline;
struct sim;
struct timer;
struct watched;

/* What a control reads of a metric again and again. */
struct news {
  const struct watched_metric *metric;
  double value;     /* NaN: there was nothing to measure */
  double target;    /* that it should have; NaN: none is given */
  double tolerance; /* by which share of the target it may differ */
  int side;         /* above the limit or the target 1, below it -1, else 0 */
};

struct action_def {
  struct word_def word;
  const char *const *keys; /* of the control, that mean something with it alone, NULL-terminated */
  const char *const *meters; /* those of the control that are about it, NULL-terminated */
  bool replaces_primary;
  bool restarts;     /* members */
  size_t state_size; /* of its own (control_state.doing); zeroed before init */

  /* What it changes about the component that it names, or those that call it, before the
   * simulation is built; may be NULL. */
  bool (*prepare)(const struct spec *spec, const struct control_act *act,
                  struct component_spec *component, struct error *err);
  /* Beyond what tables say; `watched`: what the signal is about, or REF_NONE. May be NULL. */
  bool (*validate)(const struct spec *spec, const struct component_spec *control,
                   const struct control_act *act, uint32_t watched, struct error *err);
  void (*init)(struct sim *sim, struct member *control); /* may be NULL */
  /* At time 0: what holds until it does something, and all the time if it is switched off; it has
   * no state of its own then. May be NULL. */
  void (*before)(struct sim *sim, struct member *control);

  /* What it hears; NULL: it cannot do anything about that. */
  void (*on_failed)(struct sim *sim, struct member *control, struct watched *who);
  void (*on_heard)(struct sim *sim, struct member *control, struct watched *who); /* may be NULL */
  void (*on_news)(struct sim *sim, struct member *control, const struct news *news);
  void (*on_time)(struct sim *sim, struct member *control);

  /* A timer with `what` of DUE_ACTION or more. May be NULL. */
  void (*on_due)(struct sim *sim, struct member *control, struct timer *timer);
  /* The control crashed: what was under way is lost. May be NULL. */
  void (*on_crash)(struct sim *sim, struct member *control);
  /* Before and after counts are set to nothing at the end of the warm-up; may be NULL. */
  void (*reset)(struct sim *sim, struct member *control, bool after);
  void (*destroy)(struct member *control); /* may be NULL */
};

/* NULL-terminated, sorted by name. */
extern const struct action_def *const actions[];

/* What a component does as a control; NULL: nothing, or it is none. */
const struct control_act *action_of(const struct component_spec *component);
/* Whether a control restarts members of this component. */
bool action_restarts(const struct spec *spec, uint32_t component);

/* Lets each action change what it names; false, a sentence and the control that is at fault. Of a
 * spec that is being built and of which all is read. */
bool actions_prepare(const struct spec *spec, struct component_spec *component, uint32_t *culprit,
                     struct error *err);

#endif
