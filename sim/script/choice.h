/* Values that are one of several words, each with keys of its own: arrivals, keys, pauses.
 *
 * A row says what the word's argument is made of; all of it is read into the struct of the value.
 * The words themselves, with their usage, are in words.c. */
#ifndef CHOICE_H
#define CHOICE_H

#include "value.h"

struct choice {
  enum word_id word;
  int kind;                    /* what the reader of the value takes the row for */
  const struct param *subject; /* the argument alone, or its first value without a key; or NULL */
  const struct param *items;   /* its values without keys, a PARAM_LIST; or NULL */
  const struct param *params;  /* its keys; or NULL */
  bool alone;                  /* the subject will do without the keys */
  /* Instead of all these: reads the argument at the top of the stack. */
  bool (*read)(struct loader *loader, const struct spot *spot, void *out);
  /* What tables cannot say; may be NULL. */
  bool (*check)(struct loader *loader, const struct spot *spot, void *out);
  /* Whose usage mistakes quote, where the word's own is of another value; 0: its own. */
  enum word_id usage;
  const char *forms; /* or these forms; NULL */
};

/* Reads the word at `index`, one of the `n` rows, into `out`; on a mistake NULL. `expected`: for
 * something else, such as `arrivals such as poisson "90/s"`. */
const struct choice *choice_read(struct loader *loader, const struct spot *spot, int index,
                                 const struct choice *row, uint32_t n, const char *expected,
                                 void *out);

/* Reads the argument of the word at `index`, of which its definition says what it is made of, into
 * `out`. */
bool choice_read_word(struct loader *loader, const struct spot *spot, int index,
                      const struct word_def *def, void *out);

#endif
