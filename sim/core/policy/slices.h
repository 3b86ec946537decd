/* Calls of the last time, by how they ended: a window of time in ten equal slices, as Hystrix keeps
 * it, exact to one of them. */
#ifndef SLICES_H
#define SLICES_H

#include <stdint.h>

#define SLICES 10

struct call_tally {
  uint64_t calls, failed, slow;
};

struct slices {
  struct call_tally slice[SLICES];
  uint64_t number; /* of the latest one */
};

/* Takes out of `tally`, which counts what is in the window, what has left it by now. */
static inline void slices_advance(struct slices *s, uint64_t window_ns, uint64_t now_ns,
                                  struct call_tally *tally) {
  uint64_t width_ns = window_ns / SLICES;
  uint64_t number = now_ns / (width_ns ? width_ns : 1);
  uint64_t gone = number - s->number;
  for (uint64_t i = 1; i <= gone && i <= SLICES; i++) {
    struct call_tally *old = &s->slice[(s->number + i) % SLICES];
    tally->calls -= old->calls;
    tally->failed -= old->failed;
    tally->slow -= old->slow;
    *old = (struct call_tally){0};
  }
  /* After a longer gap all slices are empty and it does not matter which one comes next. */
  s->number = number;
}

/* The one that calls which end now are counted in. */
static inline struct call_tally *slices_now(struct slices *s) {
  return &s->slice[s->number % SLICES];
}

#endif
