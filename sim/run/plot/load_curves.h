/* What designs do at rising load: one curve a design, read from a sweep over a rate, a comparison
 * over a rate, or a search for capacity.
 *
 * A sample is a load and the results of a run at it, in which plot_metric finds what is drawn. The
 * limit of a curve is the load up to which all goals are met. Points of a sweep bound it from both
 * sides: the highest load such that goals are surely met at it and at every lower one, and the
 * lowest at which one is surely missed. A search for capacity brings its own. Names are owned;
 * samples belong to the tree. */
#ifndef LOAD_CURVES_H
#define LOAD_CURVES_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "metric.h"

#define LOAD_CURVES_MAX 8u /* colours of style.gp */

enum load_verdict { LOAD_UNJUDGED, LOAD_MET, LOAD_UNDECIDED, LOAD_MISSED };

struct load_sample {
  double load;
  const json_t *point; /* has "metrics" */
  enum load_verdict verdict;
};

struct load_curve {
  char *name;           /* "servers=2"; of the only one "" */
  bool down;            /* of a system of which something is down */
  GArray *samples;      /* of struct load_sample, by load */
  bool judged;          /* there are goals */
  double met, missed;   /* NaN: there is no such load */
  double limit, lo, hi; /* of a search: the load up to which goals are met; NaN elsewhere */
};

struct load_curves {
  const char *param;
  const char *each;      /* what a curve is of: "design" */
  enum metric_unit unit; /* of loads */
  uint32_t n;
  struct load_curve list[LOAD_CURVES_MAX];
  const json_t *metrics, *goals; /* of one of the runs */
};

/* False and the reason, a clause, if the tree holds no such curves. Release in either case. */
bool load_curves_of_sweep(struct load_curves *curves, const json_t *sweep, const char **reason);

/* Of a search for capacity: one curve a situation, the loads that were looked at. */
bool load_curves_of_capacity(struct load_curves *curves, const json_t *tree, const char **reason);

/* Of a comparison over a load: one curve a design. */
bool load_curves_of_comparison(struct load_curves *curves, const json_t *tree, const char **reason);

/* By the end of the unit that loads are written in: "k/s", "ms". */
enum metric_unit load_unit(const char *text);

void load_curves_free(struct load_curves *curves);

/* "goals met up to 160/s, missed at 200/s", "" without goals; to be freed. */
char *load_curve_limit(const struct load_curves *curves, const struct load_curve *curve);

#endif
