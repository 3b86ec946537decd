/* What a caller that runs no steps has instead of an answer: something at hand, which takes no
 * time, such as a page that is always the same. The answer counts as degraded. */
#ifndef SECOND_BEST_H
#define SECOND_BEST_H

#include "program.h"

/* A row of the parameter table of CONFIG, which holds struct fallbacks as FIELD. */
#define SECOND_BEST_PARAM(CONFIG, FIELD)                                                          \
  {                                                                                               \
    .name = "fallback", .type = PARAM_FALLBACKS, .offset = offsetof(CONFIG, FIELD),               \
    .doc =                                                                                        \
        "What there is instead of an answer when a call fails: {}, something at hand that takes " \
        "no time; or by cause, { timeout = {} }. The answer counts as degraded. Steps are for "   \
        "the calls of a service."                                                                 \
  }

/* Steps are refused. */
bool second_best_valid(const struct fallbacks *fallbacks, struct error *err);

/* After which causes there is something: a bit set of enum outcome. */
uint32_t second_best_causes(const struct fallbacks *fallbacks);

/* How a call ends for those who hear of it; `taken` counts. */
static inline enum outcome second_best(uint32_t causes, struct frame *call, enum outcome outcome,
                                       uint64_t *taken) {
  if (__builtin_expect((causes >> outcome & 1) == 0, 1)) return outcome;
  call->flags |= CALL_DEGRADED;
  ++*taken;
  return OUTCOME_OK;
}

#endif
