/* The knee of latency over load: where adding load begins to cost more than it did on average.
 *
 * Both axes are stretched to 0..1 between the first and the last point. The knee is the point
 * farthest below the straight line (the chord) between them, as in Kneedle (Satopaa and others,
 * ICDCS workshops 2011), without its smoothing. A curve that stays within a tenth of the chord has
 * no knee. Nor has one whose bend may be chance: where the interval of each point reaches up to
 * the chord between the lower ends of the first and the last, as those of a level curve do. */
#ifndef PLOT_KNEE_H
#define PLOT_KNEE_H

#include <stdint.h>

#define KNEE_NONE UINT32_MAX
#define KNEE_LEAST 0.1

struct knee_curve {
  uint32_t n;
  const double *x, *y;   /* `x` ascends strictly; all are finite */
  const double *lo, *hi; /* the interval of each y */
};

/* The index of the knee, or KNEE_NONE; it takes four points. Of two equally far points the first
 * is the knee. */
uint32_t plot_knee(const struct knee_curve *curve);

#endif
