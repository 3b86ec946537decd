/* What happened during a timeline, in lanes under its panels: one a fault, one a component that
 * noticed something.
 *
 * A fault that recurs, or hits members one by one, has one lane with all its stretches; stretches
 * that overlap, or that less than a pixel is between, are one. Texts are owned. */
#ifndef PLOT_LANES_H
#define PLOT_LANES_H

#include <glib.h>
#include <jansson.h>
#include <stdint.h>

/* Of a timeline, in pixels: the picture, and the panels in it. */
#define PLOT_WIDTH 800u
#define PLOT_LEFT 88.0
#define PLOT_RIGHT 776.0

#define LANES_MAX 12u
#define LANE_HEIGHT 30u /* pixels: a line of text, and the bar below it */

struct plot_lane {
  char *name;       /* "crash web[2] (3 times)", "events of lb" */
  GArray *spans;    /* of a fault: double from, to, from ... in seconds; else NULL */
  GArray *ticks;    /* of a component: double, in seconds; else NULL */
  GPtrArray *texts; /* "web[2] marked down", one a tick */
};

struct plot_lanes {
  uint32_t n, faults; /* lanes of faults come first */
  uint32_t left_out;  /* faults and components without a lane */
  struct plot_lane list[LANES_MAX];
};

void plot_lanes_read(struct plot_lanes *lanes, double end_s, const json_t *faults,
                     const json_t *events);

/* Arrays lane, span_lane, span_from, span_to, tick_lane, tick_at, tick_text, event_at: times in
 * seconds times `factor`. Ticks too close for their texts have "". So many ticks that their lines
 * would hide the curves have no lines, event_at. */
void plot_lanes_write(GString *data, const struct plot_lanes *lanes, double end_s, double factor);

void plot_lanes_free(struct plot_lanes *lanes);

#endif
