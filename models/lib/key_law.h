/* Which of a number of keys is meant: each as likely as any other, or by Zipf's law. The one place
 * where a `struct keys` is drawn from: keys of data, users, further rows of a write. */
#ifndef KEY_LAW_H
#define KEY_LAW_H

#include <stdint.h>

#include "param.h"
#include "rng.h"
#include "zipf.h"

struct key_law {
  const struct keys *keys; /* not owned */
  struct zipf zipf;        /* where they are Zipf's */
};

static inline void key_law_init(struct key_law *law, const struct keys *keys) {
  law->keys = keys;
  if (keys->kind == KEYS_ZIPF) zipf_init(&law->zipf, keys->n, keys->s);
}

/* 1 .. n; 0 where there are none, which draws nothing. */
static inline uint64_t key_law_draw(const struct key_law *law, struct draws *draws) {
  switch (law->keys->kind) {
    case KEYS_NONE:
      return 0;
    case KEYS_UNIFORM:
      return 1 + draws_below(draws, law->keys->n);
    case KEYS_ZIPF:
      return zipf_draw(&law->zipf, draws);
  }
  return 0;
}

#endif
