/* Panels over the same simulated time, one above the other, with lanes of the faults and events of
 * a timeline below them: of a run by client, of a comparison by design.
 *
 * Curves are added until their panel ends; values stay those of the JSON, which must outlive the
 * panels. */
#ifndef PLOT_PANELS_H
#define PLOT_PANELS_H

#include <jansson.h>

#include "plot_axis.h"
#include "plot_kinds.h"
#include "plot_lanes.h"

#define PANELS_MAX 6u /* rate, errors, latency, queue, utilization, shares */
#define CURVES_A_PANEL 6u
#define SERIES_MAX (PANELS_MAX * CURVES_A_PANEL)
#define WINDOWS_MAX 2000u

struct plot_panel {
  char *title, *goal_text;
  struct plot_axis axis;
  double goal; /* as drawn; NaN: none */
  uint32_t first, n;
};

struct plot_curve {
  char *name;
  const json_t *values;
  uint32_t panel;
};

struct plot_panels {
  double window_s, end_s, warmup_s;
  struct plot_axis x;
  uint32_t panels, curves;
  struct plot_lanes lanes;
  struct plot_panel panel[PANELS_MAX];
  struct plot_curve curve[SERIES_MAX];
};

/* The largest value of a series; the smallest above 0. */
double plot_values_largest(const json_t *values);
double plot_values_smallest(const json_t *values);

/* Empty panels for the time of this timeline; false if it has none. */
bool plot_panels_begin(struct plot_panels *t, const json_t *timeline);

/* A curve of the panel that is to be ended next; nothing if no value is defined, or it is full. */
void plot_panels_add(struct plot_panels *t, const char *name, const json_t *values);

/* The largest value of the curves from number `from` on. */
double plot_panels_largest(const struct plot_panels *t, uint32_t from);

/* Takes the curves added since the last panel; without any there is no panel: NULL. */
struct plot_panel *plot_panels_end(struct plot_panels *t, const char *title, enum metric_unit unit,
                                   double lo, double hi);

/* A plot of kind "timeline" with faults and events of `timeline`; `title`, `caption` and `first`,
 * how the line below the title begins, are copied. */
struct plot_panels_text {
  const char *subject, *title, *first, *caption;
  bool alone;
};
void plot_panels_draw(struct plot_page *page, struct plot_panels *t, const json_t *timeline,
                      const struct plot_panels_text *text);

void plot_panels_free(struct plot_panels *t);

#endif
