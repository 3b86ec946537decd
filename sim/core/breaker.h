/* A circuit breaker: a caller that stops calling what does not work, and tries now and then whether
 * it works again (M. Nygard, "Release It!", 2007).
 *
 * Closed, it lets calls through and counts how they end. It opens after so many failures in a row,
 * or when the share of failed or slow calls among the last ones reaches a threshold. Open, it turns
 * calls away. When its time is over, it lets some trials through (half open) and turns the others
 * away. By failures in a row the first trial that fails opens it again, and as many good ones close
 * it; by a ratio all trials are counted and judged together (Resilience4j).
 *
 * Nothing happens by itself: the end of the open time is noticed by the next call, so no event is
 * needed. A call that was let through before the breaker changed its state says nothing about the
 * present one; the epoch that it was given tells. */
#ifndef BREAKER_H
#define BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "param.h"
#include "slices.h"

struct breaker_config {
  bool given;
  uint64_t failures; /* in a row; 0: by ratio */
  double ratio, slow_ratio;
  struct window window; /* neither: the default */
  uint64_t least;       /* calls in the window before it is judged; 0: the default */
  uint64_t slow_ns, open_ns, trials;
  uint32_t on; /* causes that count as failures, a bit set; for who asks whether a call failed */
};

/* Resilience4j's window, and Hystrix's least number of calls. */
#define BREAKER_WINDOW_CALLS 100u
#define BREAKER_LEAST 20u

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

struct breaker {
  const struct breaker_config *config;
  enum breaker_state state;
  uint32_t epoch;       /* counts changes of state */
  struct window window; /* those in force */
  uint64_t least;
  uint64_t until_ns;       /* open: until then */
  uint64_t in_a_row;       /* failures */
  uint64_t trials;         /* half open: let through and not given back */
  struct call_tally tally; /* of the window; half open: of the trials that ended */
  uint8_t *last;           /* window of calls: how each ended, a ring */
  uint64_t at;             /* where the next one goes */
  struct slices slices;    /* window of time */
  uint64_t left_closed_ns; /* when it last left that state */
  /* What is measured. */
  uint64_t opened, rejected, not_closed_ns;
};

void breaker_init(struct breaker *breaker, const struct breaker_config *config,
                  struct arena *arena);

/* As new: its process was started again. What was measured stays. */
void breaker_restart(struct breaker *breaker, uint64_t now_ns);

/* Whether a call may be made; if so it must be recorded or given back once, with its epoch. */
bool breaker_admit(struct breaker *breaker, uint64_t now_ns, uint32_t *epoch);

/* Whether it would be let through, for those who can choose; changes nothing. */
bool breaker_would_admit(const struct breaker *breaker, uint64_t now_ns);

/* A call that was let through ended. */
void breaker_record(struct breaker *breaker, uint64_t now_ns, uint32_t epoch, bool failed,
                    uint64_t took_ns);

/* A call that was let through was not made, or its end will not be known. */
void breaker_give_back(struct breaker *breaker, uint32_t epoch);

/* Forgets what was measured. */
void breaker_reset(struct breaker *breaker, uint64_t now_ns);

/* How long it was open or half open, up to now. */
uint64_t breaker_not_closed_ns(const struct breaker *breaker, uint64_t now_ns);

#endif
