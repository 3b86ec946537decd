/* How busy a component was at its worst: a mean over the whole run hides a time in which nothing
 * was left. */
#ifndef PEAK_H
#define PEAK_H

#include <glib.h>

#include "format.h"
#include "results.h"

struct peak {
  double full_s; /* how long all workers were busy, in replication 1; NaN: not known */
  double share;  /* of its time */
};

/* Busy for so long, no room is left for more load, whatever the mean says; and for so long, it is a
 * finding of its own. */
#define PEAK_NO_ROOM 0.02
#define PEAK_TOLD 0.05

/* From the timeline of replication 1: the stretches, each a sixtieth of it or longer, in which the
 * workers are busy for 98 % of the time. */
struct peak peak_of(const struct results *results, uint32_t component);

/* "; in that time batch sent 143/s, and 12.0/s otherwise": whose load rose most with it, of those
 * whose requests come there; empty if nobody's rose by half. To be
 * released with g_free. */
gchar *peak_sender(const struct results *results, uint32_t component);

/* "6.6 s", "about 6.6 s of replication 1" */
struct label peak_length(struct peak peak);
struct label peak_said(const struct results *results, struct peak peak);

#endif
