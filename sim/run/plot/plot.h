/* Plots of results: from the JSON of a run, a comparison or a sweep to SVG, through gnuplot.
 *
 * Everything is computed here; a template of plots/ (compiled into the program) only draws. The
 * same results give the same bytes. Text from results reaches gnuplot in single quotes alone, where
 * it expands nothing, and no file is named after a text that was not cleaned (plot_text.h).
 *
 * A plot for which the results hold no data is not an error: it is in `skipped` with the reason.
 * Who calls owns `struct plots` and frees it with plots_free. */
#ifndef PLOT_H
#define PLOT_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct plot {
  char *name; /* letters, digits, _ and -: "timeline-shoppers"; unique in its set */
  char *
      kind; /* percentiles, load, parameter, availability, downtime, timeline, heatmap, breakdown */
  char *subject; /* the client or metric that it is about; NULL: the whole of the results */
  char *title;   /* what is seen, also written in the picture; plain text */
  char *caption; /* definitions and how to read it; plain text, not in the picture */
  char *script;  /* of gnuplot; stands for itself */
  char *svg;     /* one <svg> element to be inlined in HTML: no background, text and axes in
                  * currentColor, each id prefixed, scales with the width of the page */
  char *narrow;  /* the same as drawn for a phone; NULL: there is none */
};

struct plot_skipped {
  char *kind, *reason; /* reason: a clause, "the results have no timeline" */
};

struct plots {
  const char *prefix; /* set by the caller: begins each id, letters and digits; NULL: "plot" */
  uint32_t n, skips;
  struct plot *list;
  struct plot_skipped *skip;
};

/* Draws all that the results have data for. `plots` is zeroed by the caller but for `prefix`.
 * False and a sentence if gnuplot is missing or fails; what was drawn until then stays in `plots`.
 */
bool plot_run(const json_t *results, struct plots *plots, struct error *err);
bool plot_compare(const json_t *results, struct plots *plots, struct error *err);

/* `sweep` is { "manifest": as sweep.json, "points": [ as points/000001.json, or null if it is
 * missing ] }, the first point first; see plot_source.h. */
bool plot_sweep(const json_t *sweep, struct plots *plots, struct error *err);

bool plot_capacity(const json_t *results, struct plots *plots, struct error *err);

/* Whichever of the four it is. */
bool plot_any(const json_t *results, struct plots *plots, struct error *err);

void plots_free(struct plots *plots);

/* The SVG as a file of its own: XML declaration, white background. To be freed with g_free. */
char *plot_standalone(const struct plot *plot);

/* Draws it as PNG, at twice the size in points. */
bool plot_png(const struct plot *plot, GBytes **png, struct error *err);

#endif
