/* The knee of latency over load: where adding load begins to cost more than it did on average.
 *
 * Both axes are stretched to 0..1 between the first and the last point. The knee is the point
 * farthest below the straight line (the chord) between them, as in Kneedle (Satopaa and others,
 * ICDCS workshops 2011), without its smoothing. A curve that stays within a tenth of the chord has
 * no knee. */
#ifndef PLOT_KNEE_H
#define PLOT_KNEE_H

#include <stdbool.h>
#include <stdint.h>

#define KNEE_NONE UINT32_MAX
#define KNEE_LEAST 0.1

/* The index of the knee, or KNEE_NONE; it takes four points. `x` ascends strictly; all are finite.
 * Of two equally far points the first is the knee. */
uint32_t plot_knee(const double *x, const double *y, uint32_t n);

/* Whether the curve may be level: one value lies in the intervals `lo` to `hi` of all points. What
 * bends there is chance, and no knee. */
bool plot_is_flat(const double *lo, const double *hi, uint32_t n);

#endif
