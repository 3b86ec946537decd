/* The words that handlers are made of: one file and one row in meson.build each.
 *
 * A definition says how the step is written and which instructions it becomes (program.h). Its
 * config struct is filled in from its parameter tables; lists of steps within it (a fallback, what
 * a branch does) are blocks, compiled before it, which it puts where they belong. */
#ifndef STEP_H
#define STEP_H

#include "error.h"
#include "program.h"
#include "word.h"

struct step_def;

/* Where a step stands, for its check. */
struct step_place {
  const struct spec *spec;       /* components, perhaps without their contents yet */
  const struct step_def *inside; /* the step whose list it is in; NULL: the handler itself */
  uint64_t given;                /* bit i: the scenario states params[i] */
};

struct step_def {
  struct word_def word;
  size_t config_size;
  bool can_be_off; /* a handler goes on without it: compare --off leaves it out */
  /* Further checks that a table cannot express: false, a sentence and the key it is about (NULL:
   * the step itself). May be NULL. */
  bool (*check)(const struct step_place *place, const void *config, const char **key,
                struct error *err);
  void (*compile)(struct assembler *to, const void *config);
};

/* NULL-terminated, sorted by name. */
extern const struct step_def *const steps[];

extern const struct step_def step_branch, step_call, step_compress, step_fail, step_limit,
    step_lock, step_parallel, step_publish, step_reply, step_shed, step_sleep, step_transaction,
    step_unlock, step_work;

/* A call, and what is done instead of failing. */
void step_compile_call(struct assembler *to, const struct program_call *made,
                       const struct fallbacks *fallbacks);

/* Whether the scenario states a key of the step. */
bool step_states(const struct step_def *def, const struct step_place *place, const char *key);

#endif
