/* A run over time: rates, latencies, queues and utilisation in windows of equal length, with the
 * faults and the events that happened.
 *
 * The code that runs the simulation stops it at the end of every window and calls timeline_look,
 * which reads counters and integrals that are kept anyway; so nothing is added to the path of a
 * request, and memory depends on the number of windows and components, not on the length of the
 * run. The warm-up is part of it. A timeline belongs to its maker and survives the simulation;
 * names in it are those of the spec. */
#ifndef TIMELINE_H
#define TIMELINE_H

#include "sim.h"

enum series_what {
  SERIES_OFFERED, /* sources: new requests, per second */
  SERIES_ENDED,   /* requests that ended, well or badly, per second */
  SERIES_GOODPUT, /* that ended well */
  SERIES_RETRIES, /* attempts beyond the first, per second */
  SERIES_ERRORS,  /* requests that ended badly with `cause`, per second */
  SERIES_P50,     /* latency in seconds; NaN in a window without any */
  SERIES_P99,
  SERIES_QUEUE,       /* waiting calls, averaged over the window */
  SERIES_UTILIZATION, /* NaN where the number of workers is unlimited */
  SERIES_UP,          /* share of the time in which members were not down and did not hang */
  SERIES_METER,       /* what `meter` counts: see meter_track.h */
  SERIES_KINDS,
};
extern const char *const series_name[SERIES_KINDS];

struct series {
  uint32_t component, member; /* 1-based; 0: the whole component */
  enum series_what what;
  enum outcome cause;        /* SERIES_ERRORS */
  const struct meter *meter; /* SERIES_METER */
  const float *value;        /* one a window */
};

/* A period in which a fault held; until_ns is TIME_NEVER if it still did at the end. */
struct fault_period {
  const struct fault_spec *fault;
  uint32_t member; /* of `name[*]`: 1-based; else 0 */
  uint64_t from_ns, until_ns;
};

/* Something that a component did: "web[2] marked down". */
struct happening {
  uint64_t at_ns;
  uint32_t by;            /* component */
  uint32_t about, member; /* component and 1-based member; member 0: the whole */
  const char *what;       /* "marked down" */
};

struct timeline {
  uint32_t windows, looks; /* wanted, and made so far */
  uint64_t window_ns;
  uint32_t series;
  struct series *list;
  uint32_t periods;
  struct fault_period *period;
  uint32_t happenings;
  struct happening *happening;
  uint64_t left_out; /* periods and happenings beyond what is kept */
  struct tracks *tracks;
};

/* At most so many sources get series, of those followed: those of which most requests failed, then
 * the first; and so many components besides: those with the longest queue, then those that were
 * busiest. */
#define TIMELINE_FOLLOWED 256u
#define TIMELINE_SOURCES 16u
#define TIMELINE_COMPONENTS 48u

/* Attached to the simulation, which must not have run yet, for windows of `window_ns`. */
struct timeline *timeline_new(struct sim *sim, uint32_t windows, uint64_t window_ns);

/* At the end of each window. */
void timeline_look(struct sim *sim);

/* After the last window: makes the series, and detaches the timeline from the simulation. */
void timeline_finish(struct sim *sim);
void timeline_free(struct timeline *timeline);

/* --- for the engine and kinds --------------------------------------------------------------- */

/* What sources count, since time 0 or the end of the warm-up. */
struct watch {
  uint64_t offered, retries, degraded, ended[OUTCOMES];
};

/* Something happened that a reader of a timeline wants to know: `member` did `what` to `about`.
 * Nothing without a timeline. */
void sim_note(struct sim *sim, const struct member *member, const struct member *about,
              const char *what);

void timeline_reset(struct sim *sim, bool after); /* before and after the end of the warm-up */

/* A fault begins; returns what timeline_fault_ends wants to know. */
#define NO_PERIOD UINT32_MAX
uint32_t timeline_fault_begins(struct sim *sim, const struct fault_spec *fault, uint32_t member);
void timeline_fault_ends(struct sim *sim, uint32_t period);

#endif
