/* The history of one data key: all that becomes of it, in all stores and copies, in the order in
 * which it happened. Only on demand, of one key; the list is bounded, and what comes behind its end
 * is counted. Watching schedules no events and draws no random numbers. */
#ifndef KEY_HISTORY_H
#define KEY_HISTORY_H

#include "sim.h"

enum key_what {
  KEY_WRITTEN,      /* made, by the copy that takes it; without copies it is there for all */
  KEY_RECEIVED,     /* a copy has it, and does not show it */
  KEY_SHOWN,        /* a copy shows it to readers */
  KEY_ACKNOWLEDGED, /* its writer has been told */
  KEY_DISCARDED,    /* a copy threw it away */
  KEY_LOST,         /* it was acknowledged, and nobody will see it */
  KEY_FENCED,       /* it was not done: another one has had the lock since */
  KEY_READ,         /* a reader got this version */
  KEY_ANSWERED,     /* the same, out of a cache */
  KEY_WHATS
};
extern const char *const key_what_name[KEY_WHATS];

struct key_event {
  uint64_t at_ns;
  uint32_t component, copy; /* copy: 1-based; 0: not one in particular */
  uint32_t version;         /* of its component, from 1; 0: not known, or what there was at first */
  uint32_t behind;          /* of a read: acknowledged writes that are newer */
  uint8_t what;
};

struct key_history {
  uint32_t item, n, capacity;
  uint64_t beyond; /* that came behind the end of the list */
  struct key_event *event;
  uint32_t components, *written; /* so far, by component */
};

/* Before the simulation has run. */
void key_history_begin(struct sim *sim, uint32_t item);
/* Hands it over; NULL: none was asked for. */
struct key_history *key_history_take(struct sim *sim);
void key_history_free(struct key_history *keys);

/* Something happened to a key of a component that keeps data; a version of its own where that knows
 * no number. sim->keys is not NULL. */
void key_note(struct sim *sim, uint32_t item, struct key_event event);
/* Of a store without copies, of a call at it. */
void key_note_call(struct sim *sim, const struct frame *call, enum key_what what);

#endif
