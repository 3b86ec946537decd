/* Did you mean ...? The nearest of some words to a mistyped one. */
#ifndef SUGGEST_H
#define SUGGEST_H

/* The nearest word of a NULL-terminated list, or NULL if none is near enough to be meant: at most a
 * third of its letters inserted, left out, replaced or swapped with their neighbour. */
const char *suggest_nearest(const char *word, const char *const *list);

#endif
