/* Meters over time: of each meter of each component one value a window, for a timeline.
 *
 * Reads what is counted anyway when a window ends, so nothing is added to the path of a request. A
 * count is shown per second, a level as its mean, times and sizes as their mean, a ratio as it is;
 * undefined (NaN) in a window in which there was nothing to divide by. */
#ifndef METER_TRACK_H
#define METER_TRACK_H

#include "meter.h"

struct meter_track {
  struct component *component;
  const struct meter *meter;
  struct quotient before, window; /* when it was looked at last; since the window began */
  float *value;                   /* one a window */
};

struct meter_tracks {
  uint32_t n;
  struct meter_track *list;
};

/* More than this many are not kept: those of the components that come first by name are. */
#define METER_TRACKS_MOST 256u

void meter_tracks_new(struct sim *sim, uint32_t windows, struct meter_tracks *out);
void meter_tracks_free(struct meter_tracks *tracks); /* and the values that nobody has taken */

/* Adds what has come since the last look to the present window. */
void meter_tracks_absorb(struct sim *sim, struct meter_tracks *tracks);

/* The meters were cleared. */
void meter_tracks_cleared(struct meter_tracks *tracks);

/* Ends window `w`, which was that long; all was absorbed. */
void meter_tracks_end(struct meter_tracks *tracks, uint32_t w, double seconds);

#endif
