/* How a control finds out that it has to do something: one file of signals/ and one row in
 * meson.build each.
 *
 * A signal is said by a key of the control that has its name. It tells the action of what it finds
 * out (action_def.h): members that failed, a condition, or that it is time. */
#ifndef SIGNAL_DEF_H
#define SIGNAL_DEF_H

#include "action_def.h"
#include "frame.h"

struct control_config;

enum tells { TELLS_FAILED, TELLS_NEWS, TELLS_TIME };

struct signal_def {
  const char *name; /* the key */
  enum tells tells;
  const char *const *keys;   /* further ones that mean something with it, NULL-terminated */
  const char *const *meters; /* those of the control that are about it, NULL-terminated */
  size_t state_size;         /* of its own (control_state.seen); zeroed before init */

  bool (*is_said)(const struct control_config *config);
  /* The component that it is about, or REF_NONE. */
  uint32_t (*watches)(const struct control_config *config);
  bool (*validate)(const struct spec *spec, const struct component_spec *control,
                   struct error *err); /* may be NULL */
  void (*init)(struct sim *sim, struct member *control);
  void (*start)(struct sim *sim, struct member *control);
  /* A timer with `what` below DUE_ACTION. */
  void (*on_due)(struct sim *sim, struct member *control, struct timer *timer);
  /* The answer to a member_ping or a message; may be NULL. */
  void (*on_answer)(struct sim *sim, struct member *control, struct frame *message,
                    enum outcome outcome);
  /* Something happens to a member that it watches (component_watch). May be NULL. */
  void (*on_peer)(struct sim *sim, struct member *control, struct member *about);
  /* The control crashed, or is back. A timer that was set is gone. */
  void (*on_crash)(struct sim *sim, struct member *control, bool begins);
  /* Before and after the end of the warm-up, when others set what they count to nothing; NULL: it
   * reads none of it. */
  void (*reset)(struct sim *sim, struct member *control, bool after);
  void (*destroy)(struct member *control); /* may be NULL */
};

/* NULL-terminated, sorted by name. */
extern const struct signal_def *const signals[];

/* The first that the configuration says; NULL: none. */
const struct signal_def *signal_of(const struct control_config *config);

#endif
