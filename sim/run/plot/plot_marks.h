/* The faults and events of a timeline: their names in lanes above the panels, and their stretches
 * of time within them. */
#ifndef PLOT_MARKS_H
#define PLOT_MARKS_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Of a timeline, in pixels: the picture, and the panels in it. */
#define PLOT_WIDTH 800u
#define PLOT_LEFT 88.0
#define PLOT_RIGHT 776.0

#define MARKS_MAX 24u
#define MARK_LANE 17u /* pixels */

struct plot_mark {
  char *text;
  double x, y; /* pixels from the upper left corner */
  bool fault;  /* else an event */
};

struct plot_marks {
  uint32_t n, lanes;
  uint32_t unnamed; /* faults and events for whose names there was no room */
  struct plot_mark list[MARKS_MAX];
};

/* Puts each name of the timeline's `faults` and `events` into the first lane with room, once, where
 * it happens first, with the number of times. */
void plot_marks_place(struct plot_marks *marks, double end_s, const json_t *faults,
                      const json_t *events);

/* The arrays mark, mark_x, mark_y, mark_fault. */
void plot_marks_write(GString *data, const struct plot_marks *marks);

/* The arrays fault_from, fault_to, event_at, in seconds times `factor`; faults that overlap, or
 * that less than a pixel is between, are one. Returns the number of shaded stretches. So many
 * events that their lines would hide the curves have none: `undrawn`, else 0. */
uint32_t plot_marks_spans(GString *data, double end_s, double factor, const json_t *faults,
                          const json_t *events, uint32_t *undrawn);

void plot_marks_free(struct plot_marks *marks);

#endif
