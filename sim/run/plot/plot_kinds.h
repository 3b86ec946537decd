/* The kinds of plots: each looks into results for what it draws, and adds plots or a reason why
 * there is none. plot.c calls them in the order of the page. */
#ifndef PLOT_KINDS_H
#define PLOT_KINDS_H

#include "plot.h"
#include "plot_script.h"

#define CURVES_MAX 8u /* colours of style.gp */

/* A set of plots in the making; its scripts are run when all are known. */
struct plot_page {
  struct plots *plots;
};

void plot_percentiles(struct plot_page *page, const json_t *results);
void plot_percentiles_compare(struct plot_page *page, const json_t *results);
void plot_load(struct plot_page *page, const json_t *sweep);
void plot_load_compare(struct plot_page *page, const json_t *tree);
void plot_load_capacity(struct plot_page *page, const json_t *tree);
/* Whether the plot over a load shows this latency, given the goals. */
bool plot_load_shows(const json_t *goals, const char *metric);
void plot_availability(struct plot_page *page, const json_t *results);
void plot_availability_compare(struct plot_page *page, const json_t *results);
void plot_availability_sweep(struct plot_page *page, const json_t *sweep);
void plot_downtime(struct plot_page *page, const json_t *results);
void plot_timeline(struct plot_page *page, const json_t *results);
void plot_timeline_compare(struct plot_page *page, const json_t *results);
void plot_parameter(struct plot_page *page, const json_t *sweep);
void plot_heatmap(struct plot_page *page, const json_t *sweep);
void plot_breakdown(struct plot_page *page, const json_t *results);

/* What a kind fills in for one plot. */
struct plot_draft {
  const char *kind, *subject; /* subject: NULL for the whole */
  bool alone;                 /* the only one of its kind: the name is the kind's */
  uint32_t width, height, key_rows;
  char *title, *note, *caption; /* taken over; note: the line below the title */
  GString *data;                /* taken over */
  bool axes;                    /* the template wants axes.gp before it */
};

void plot_add(struct plot_page *page, struct plot_draft *draft);
void plot_skip(struct plot_page *page, const char *kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
