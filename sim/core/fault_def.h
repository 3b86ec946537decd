/* The words for what goes wrong: one file and one row in a list of meson each.
 *
 * A definition says how the fault is written, whom it hits, what it does to them, and what can be
 * known of it without a run. The loader, messages, `archsim describe`, the manual, the editor's
 * annotations, the linter and the diagnosis read it from there. Those of the engine are in
 * faults/; a kind brings further ones along (kind.own_faults). Values of its keys are read straight
 * into the struct fault_spec of each that a scenario has: offsets in `word.params` are into that.
 *
 * A fault either does something to the members that it hits (`hit`, `gate`) or to messages on
 * their way (`on_message`); one that can do both does the latter where it is given two places. One
 * that does nothing to members meets, given a single target, the calls on their way there. */
#ifndef FAULT_DEF_H
#define FAULT_DEF_H

#include "error.h"
#include "frame.h"
#include "spec.h"
#include "word.h"

struct draws;
struct kind;
struct outline;
struct sim;

/* What a fault names behind its word. */
enum fault_takes {
  TAKES_ONE,    /* whom it hits */
  TAKES_EITHER, /* that, or two places between which messages meet it */
};

/* What becomes of the lives of members. */
enum fault_life {
  LIFE_GOES_ON,
  LIFE_ENDS,   /* when it begins; another one starts when it ends */
  LIFE_LEAVES, /* drains when it begins; starts again when it ends */
  LIFE_COMES,  /* starts when it begins; drains when it ends */
};

/* A fault that begins or ends: members it hits, by rising id. */
struct fault_hit {
  const struct fault_spec *spec;
  const uint32_t *member;
  uint32_t members;
};

/* A message that meets faults on its way. */
struct crossing {
  double factor;    /* its path takes this many times as long */
  uint64_t more_ns; /* and this much more */
};

struct fault_def {
  struct word_def word;
  enum fault_takes takes;
  bool own;     /* only kinds that list it among kind.own_faults have it */
  bool at_once; /* it begins and never ends */

  /* --- what it does; any may be NULL ------------------------------------------------------- */

  /* To members, when it begins and when it ends. */
  void (*hit)(struct sim *sim, const struct fault_hit *hit, bool begins);
  /* To members, before time 0. */
  void (*before)(struct sim *sim, const struct fault_hit *hit);
  /* Or to a share `ratio` of the calls that reach them: TIMEOUT swallows, others answer. */
  enum outcome gate;
  /* To a message that meets it; OK: it goes on. */
  enum outcome (*on_message)(const struct fault_spec *fault, struct draws *draws,
                             struct crossing *crossing);

  /* --- what is known without a run --------------------------------------------------------- */

  bool refuses;    /* meanwhile all new calls are refused at once, which uptime shows */
  bool stalls;     /* meanwhile nothing is answered, which uptime shows; then all goes on */
  bool swallows;   /* calls or messages vanish */
  bool severs;     /* all messages; with a single place those between it and all others */
  bool flaps;      /* not all the time: for `down_ns` of each `every_ns` */
  bool loses_data; /* what its members keep is gone */
  bool of_process; /* it lasts as long as the process that it hits: a restart is its end */
  bool stretches;  /* what takes time takes `factor` times as long */
  bool needs_tls;  /* it meets those who open connections with TLS, and nobody else */
  bool multiplies; /* what sends at a rate sends `factor` times as often */
  enum fault_life life;
  /* What it takes of its values beyond the ranges in the table: false, a sentence, the key. */
  bool (*check)(const struct fault_spec *fault, const char **key, struct error *err);
  /* Why these values do nothing; NULL: they do something. */
  const char *(*idle)(const struct fault_spec *fault);
  /* Own faults: whether a component, by its outline for the default operation, can meet it as such
   * a target. */
  bool (*fits)(const struct component_spec *component, const struct outline *outline,
               enum target_kind target);
  const char *lacks; /* what is said of a kind that does not have it, and what to name instead */
  const char *unfit; /* of a component that does not fit: `"users" %s` */
  const char *whom;  /* who was looked for in a zone: "client that sends at a rate" */
};

/* Those of the engine, NULL-terminated, sorted by name. */
extern const struct fault_def *const engine_faults[];

extern const struct fault_def fault_crash, fault_delay, fault_drop, fault_error, fault_expire,
    fault_flap, fault_hang, fault_join, fault_partition, fault_pause, fault_slow, fault_stop,
    fault_surge;

/* What stands behind the words: whom they hit, and two places. */
extern const struct param fault_target_param, fault_far_param; /* the second may be absent */

/* A row for those that cut lines. A macro, because a table of constants takes no rows from another.
 */
#define FAULT_ONE_WAY                                                                         \
  {                                                                                           \
    .name = "one_way", .type = PARAM_BOOL, .offset = offsetof(struct fault_spec, one_way),    \
    .fallback = "false",                                                                      \
    .doc =                                                                                    \
        "Whether only messages from the first to the second vanish; of a single place those " \
        "on their way to it."                                                                 \
  }

/* Their on_message: no message passes. */
enum outcome fault_severs(const struct fault_spec *fault, struct draws *draws,
                          struct crossing *crossing);

/* A table without rows. */
extern const struct param fault_no_params[];

/* Whether the fault is about messages on their way, instead of members. */
bool fault_is_between(const struct fault_spec *fault);

/* Whether components of the kind can meet it as its targets; of a source only faults of its own. */
bool fault_meets_kind(const struct fault_def *def, const struct kind *kind);

/* For `idle` of faults with a ratio or a factor: one that does nothing is where a sweep begins. */
const char *fault_idle_ratio(const struct fault_spec *fault);
const char *fault_idle_factor(const struct fault_spec *fault);

#endif
