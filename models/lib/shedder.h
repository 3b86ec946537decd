/* Load shedding: whether a call is turned away because too many wait, or have waited too long.
 *
 * By queue: calls are turned away as they come, those of the last class first. By wait: CoDel (RFC
 * 8289), which looks at how long each call has waited as a worker takes it up. Once all of an
 * interval have waited longer than the target it turns one away, the next ones after interval /
 * sqrt(n), until one has waited less. Nothing here takes any time. */
#ifndef SHEDDER_H
#define SHEDDER_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "param.h"

enum shed_rule { SHED_QUEUE_SHARE, SHED_QUEUE_CALLS, SHED_WAIT };

struct shed_when {
  enum shed_rule rule;
  double limit; /* of the queue: a share or a number of calls; ns */
};

struct shed_config {
  const char *when;
  struct priorities keep; /* from those who are kept longest to those who go first */
  uint32_t by;            /* enum class_by: what these are */
  uint64_t interval_ns;
  struct shed_when parsed; /* `when`, once it was read */
};

/* "queue > 50%", "queue > 40", "wait > 20ms". False: what is expected. */
bool shed_parse(const char *text, struct shed_when *out, struct error *err);

/* By queue: whether a call of a class (classes.h, by `keep`) is turned away while so many wait;
 * `queue` may. Those not named go from the limit on, as do the last of several that are named; the
 * first only when the queue is full, and those in between at even steps. */
bool shed_by_queue(const struct shed_config *config, uint32_t class, uint64_t waiting,
                   uint64_t queue);

/* CoDel's state, of one member. */
struct shedder {
  bool above, dropping;
  bool turned_away;  /* the last one: the next one is due later, if that has waited too long */
  uint64_t above_ns; /* `above`: from then on all have waited too long for an interval */
  uint64_t next_ns;  /* `dropping`: when the next one is due */
  uint64_t count;    /* turned away since it began */
  uint64_t before;   /* count when it began last */
};

/* By wait: a worker takes up a call that has waited so long, and whether others wait behind it. A
 * call of a class that is kept longer is spared until it is due by an interval more for each class
 * below. */
bool shed_by_wait(const struct shed_config *config, struct shedder *s, uint32_t class,
                  uint64_t wait_ns, bool more, uint64_t now_ns);

#endif
