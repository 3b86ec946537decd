/* Where in a scenario a value stands, to say it in a message.
 *
 * A chain of spots on the stack, from a value outwards: item 2 of backends of load_balancer "lb".
 * It costs nothing until something is wrong; then file, line and description are found. */
#ifndef SPOT_H
#define SPOT_H

#include "loader.h"
#include "nearest.h"

enum spot_kind {
  SPOT_WORD, /* a word that was called: service "web", exponential */
  SPOT_KEY,  /* the value of a key in the parent's table */
  SPOT_ITEM, /* a value by its number in the parent's table */
};

struct spot {
  enum spot_kind kind;
  const struct spot *parent; /* NULL: a top-level statement */
  const struct word *word;
  const char *key;
  int item; /* from 1 */
};

static inline struct spot spot_word(const struct spot *parent, const struct word *word) {
  return (struct spot){.kind = SPOT_WORD, .parent = parent, .word = word};
}

static inline struct spot spot_key(const struct spot *parent, const char *key) {
  return (struct spot){.kind = SPOT_KEY, .parent = parent, .key = key};
}

static inline struct spot spot_item(const struct spot *parent, int item) {
  return (struct spot){.kind = SPOT_ITEM, .parent = parent, .item = item};
}

/* File and line; NULL and 0 where it stands nowhere. */
void spot_place(const struct loader *loader, const struct spot *spot, const char **file, int *line);

/* Fails with "file:line: key 'timeout' of client "users": SENTENCE". Returns false. */
bool spot_error(struct loader *loader, const struct spot *spot, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, at the line of another spot. */
bool spot_error_at(struct loader *loader, const struct spot *at, const struct spot *spot,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
