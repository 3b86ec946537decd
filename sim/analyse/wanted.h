/* Metrics that exist only where a goal asks for them: the share of requests within a time, a
 * percentile beside the usual ones, the worst of a component's members, the time of requests at a
 * component. They are found in the texts of the goals before these are read; a mistake in one is
 * told when it is read. */
#ifndef WANTED_H
#define WANTED_H

#include "metric.h"
#include "spec.h"

/* How long the metric is with which a goal begins. */
size_t wanted_length(const char *goal);

/* What needs to know no other metric: "users.within.250ms", "users.part.db",
 * "users.during.crash_db.availability", "users.recovers.crash_db.goodput <= 30s". */
void wanted_shares(struct arena *arena, struct spec *spec, const char *const *goal, uint32_t n);

/* A fault's name as metrics have it: "crash_web_2_". */
const char *wanted_fault_word(struct arena *arena, const char *fault);

/* "users.latency.p97.5", also of all members, where `known` has none of that name. False: none. */
bool wanted_percentiles(struct arena *arena, struct spec *spec, const char *const *goal, uint32_t n,
                        const struct metrics *known);

/* "db[*].utilization", for the members in `known`, which are all metrics but these. */
bool wanted_worst(struct arena *arena, struct spec *spec, const char *const *goal, uint32_t n,
                  const struct metrics *known);

/* The metric that such a goal is judged by: of "<" the largest, "db[*].utilization.most". */
const char *wanted_worst_name(struct arena *arena, const char *metric, bool largest);

/* That of one member, "db[2].utilization"; "db.utilization" where there is one instance alone. */
const char *wanted_member(struct arena *arena, struct spec *spec, const char *metric,
                          uint32_t member);

#endif
