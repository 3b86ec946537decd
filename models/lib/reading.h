/* Metrics of a component that are read while the simulation runs, as a monitoring system would.
 *
 * What is counted anyway is looked at from time to time: a reading is about the time since it was
 * looked at last, or about a longer window of such times. What is a number at each instant (a
 * queue, a backlog) is read as it stands unless a window is wanted. Nothing is added to the path of
 * a request, and reading changes nothing that is counted. */
#ifndef READING_H
#define READING_H

#include "control.h"
#include "error.h"
#include "meter.h"
#include "since.h"

struct kind;
struct spec;

/* How it depends on the number of members. */
enum reading_sort {
  READING_OF_MEMBERS, /* mean of the members that are up: more of them make it smaller */
  READING_TOTAL,      /* of all together: each member has a part of it */
  READING_VALUE,      /* neither: a ratio, a time */
};

/* Fills all but `component`; false: components of the kind have no such metric. */
bool reading_find(const struct kind *kind, const char *name, struct watched_metric *out);
/* The names that it has, number 0, 1 .. until NULL. */
const char *reading_name(const struct kind *kind, uint32_t i);

enum reading_sort reading_sort(const struct watched_metric *metric);
enum limit_unit reading_unit(const struct watched_metric *metric);
/* Whether a limit can be of the metric; `key`: what the limit is called. */
bool reading_takes(const struct watched_metric *metric, const struct limit *limit, const char *key,
                   struct error *err);
/* Whether the component counts it at all, by its configuration. */
bool reading_is_there(const struct spec *spec, const struct watched_metric *metric,
                      struct error *err);

struct reading {
  const struct watched_metric *metric;
  struct component *component;
  bool at_once;                 /* it is read as it stands */
  uint64_t since_ns;            /* looked at last */
  struct quotient before, rest; /* rest: of a time that the end of the warm-up cut off */
  double *busy_before;          /* by member; NaN: it was not up */
  bool looks;                   /* at a source: `since` is in use */
  struct since since;
  struct watch counts;
  uint32_t n, next, room; /* times looked at that make the window, in a ring */
  struct quotient *part;
  struct hist *latency; /* of each; NULL: it is no quantile */
};

/* `over_ns`: the window, 0: since it was looked at last; `every_ns`: between two looks. */
void reading_init(struct sim *sim, struct reading *reading, const struct watched_metric *metric,
                  uint64_t every_ns, uint64_t over_ns);
void reading_free(struct reading *reading);

/* Looks now; NaN: there was nothing to measure. */
double reading_look(struct sim *sim, struct reading *reading);

/* Nothing is known of what was before now. */
void reading_forget(struct sim *sim, struct reading *reading);

/* Before and after the end of the warm-up, at which counts are set to nothing. */
void reading_reset(struct sim *sim, struct reading *reading, bool after);

#endif
