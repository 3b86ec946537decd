/* Did you mean ...? The nearest of some words to a mistyped one. */
#ifndef NEAREST_H
#define NEAREST_H

#include <stdint.h>

/* The one of `n` words that other tools call so (known_as); else the nearest, or NULL if none is
 * near enough to be meant: at most a third of its
 * letters (at least one) inserted, left out, replaced or swapped with their neighbour; upper and
 * lower case count as equal. Of several equally near ones the first in the list. */
const char *nearest_word(const char *word, const char *const *list, uint32_t n);

/* "; did you mean 'x'?" or, where nothing is near, "; WHAT a, b, c" with the list cut to fit. */
struct hint {
  char text[320];
};
struct hint nearest_hint(const char *word, const char *const *list, uint32_t n, const char *what);

#endif
