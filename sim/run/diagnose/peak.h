/* How busy a component was at its worst: a mean over the whole run hides a time in which nothing
 * was left. */
#ifndef PEAK_H
#define PEAK_H

#include <glib.h>

#include "format.h"
#include "results.h"

struct peak {
  double full_s;   /* how long all workers were busy, in replication 1; NaN: not known */
  double share;    /* of its measured time */
  uint32_t member; /* whose workers, from 1 on; 0: all of the component */
};

/* Busy for so long, no room is left for more load, whatever the mean says; and for so long, it is a
 * finding of its own. */
#define PEAK_NO_ROOM 0.02
#define PEAK_TOLD 0.05

/* From the measured part of the timeline of replication 1: the stretches, each a sixtieth of it or
 * longer, and longer than chance makes them, in which the workers are busy for 98 % of the time. */
struct peak peak_of(const struct results *results, uint32_t component);

/* Of one member, from 1 on. */
struct peak peak_of_member(const struct results *results, uint32_t component, uint32_t member);

/* The same of all; where the workers of the whole component are not all busy for long, that of the
 * member whose are, for longest. */
struct peak peak_of_any(const struct results *results, uint32_t component);

/* "db[2]", or "db" of member 0; to be released with g_free. */
char *peak_name(const struct results *results, uint32_t component, uint32_t member);

/* "; in that time batch sent 143/s, and 12.0/s otherwise": whose load rose most with it, of those
 * whose requests come there; empty if nobody's rose by half. To be
 * released with g_free. */
gchar *peak_sender(const struct results *results, uint32_t component, struct peak peak);

/* "db[2], which was saturated, too", "ssd, which hung": the last in the row of calls from here on
 * that did not go on either, for half of that time at least; NULL: none. To be released with
 * g_free. */
char *peak_behind(const struct results *results, uint32_t component, struct peak peak);

/* "6.6 s", "about 6.6 s of replication 1" */
struct label peak_length(struct peak peak);
struct label peak_said(const struct results *results, struct peak peak);

#endif
