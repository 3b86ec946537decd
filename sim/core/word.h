/* A word of the scenario language as users see it: how it is written and what it means.
 *
 * Words that stand for an entry of a table (a step, a fault, a choice) carry one of these in their
 * row, so that the vocabulary, messages, `archsim describe`, the manual and the editor's
 * annotations know them from there alone. */
#ifndef WORD_H
#define WORD_H

#include "param.h"

enum word_role { ROLE_BLOCK, ROLE_VALUE, ROLE_STEP, ROLE_FAULT };

struct word_def {
  const char *name;
  enum word_role role;
  bool bare;                   /* may be called without a value: fail() */
  const char *usage;           /* forms, one a line */
  const char *doc;             /* one sentence or two */
  const struct param *params;  /* keys of its table where a parameter table describes them */
  const struct param *subject; /* what a value alone stands for, and in a table the first value
                                  without a key; NULL: neither is allowed */
  const struct param *second;  /* what the second value without a key stands for; or NULL */
  const struct param *items;   /* what the values without a key stand for, a list; or NULL */
};

#endif
