/* Schedules of random faults for a scenario, as text: what must never happen is looked for under
 * many of them, and a schedule under which it does is made as small as it can be and written as a
 * scenario that a user can run. */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum { SCHEDULE_FAULTS = 8, SCHEDULE_TARGETS = 6, SCHEDULE_ZEROS = 6 };

enum mishap_kind {
  MISHAP_CRASH,
  MISHAP_RESTART, /* a crash of a few ms */
  MISHAP_STOP,    /* a planned one */
  MISHAP_HANG,
  MISHAP_PAUSE,
  MISHAP_SLOW,
  MISHAP_CUT, /* between two targets */
  MISHAP_CUT_ONE_WAY,
  MISHAP_CUT_OFF, /* from all others */
  MISHAP_LOSS,
  MISHAP_DELAY,
  MISHAP_JOIN, /* it comes late */
  MISHAP_SKEW, /* its clock is ahead */
  MISHAP_MORE, /* what else the protocol says */
  MISHAPS
};

/* A system, and what must be 0 in it whatever fails. */
struct protocol {
  const char *name, *body; /* Lua, without its run and faults */
  const char
      *target[SCHEDULE_TARGETS + 1];    /* what crashes, hangs, and is cut off from the others */
  const char *zero[SCHEDULE_ZEROS + 1]; /* metrics */
  const char *equal[2];                 /* two that have to be, or NULL */
  uint32_t faults, within_ms, longest_ms;
  uint32_t seconds; /* simulated: all is well again long before the end */
  const char *more; /* a fault of another kind, or NULL */
  bool restarts;    /* nothing else befalls them, and that twice */
  bool clocks;      /* its members look at clocks, and what it promises holds if one is wrong */
};

struct mishap {
  uint8_t kind; /* enum mishap_kind */
  uint8_t one, other;
  uint32_t at_ms, lasts_ms;
};

struct schedule {
  const struct protocol *protocol;
  uint64_t seed; /* of the run, too */
  uint32_t n;
  struct mishap mishap[SCHEDULE_FAULTS];
};

/* The same for the same seed. */
struct schedule schedule_draw(const struct protocol *protocol, uint64_t seed);

/* Runs it. The metric that is not 0, or what else was wrong with the run; NULL: nothing.
 * fingerprint: of the run; may be NULL. */
const char *schedule_fails(const struct schedule *schedule, uint64_t *fingerprint);

/* Leaves out faults and shortens them as long as it still fails. Returns how often it was run. */
uint32_t schedule_shrink(struct schedule *schedule);

/* The scenario; to be freed. */
char *schedule_text(const struct schedule *schedule);

#endif
