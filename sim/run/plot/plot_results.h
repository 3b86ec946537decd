/* Looking things up in the JSON of results, which may be of an older version or damaged: what is
 * not there, or of another type, is NaN, NULL or empty. */
#ifndef PLOT_RESULTS_H
#define PLOT_RESULTS_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#include "metric.h"

double plot_number(const json_t *object, const char *key);
double plot_item(const json_t *array, size_t index);
const char *plot_string(const json_t *object, const char *key);

/* The entry of a metric as goals judge it: of a latency with failed requests as endless, which is
 * NaN. */
const json_t *plot_judged(const json_t *results, const char *metric);

/* "value", "lo" or "hi" of NAME.SUFFIX, as judged. */
double plot_metric(const json_t *results, const char *name, const char *suffix, const char *what);

/* The share of what NAME sent that had not ended when the run did, and that its availability leaves
 * out; 0: a negligible one. */
double plot_unfinished(const json_t *results, const char *name);

/* Keys of an object in the order of the alphabet; to be freed with g_ptr_array_unref. */
GPtrArray *plot_keys(const json_t *object);

/* Of many of a run's clients only those that stand out are drawn: keeps the PLOT_CLIENTS_MOST of
 * which most requests failed or had not ended, then the slowest at p99, in the order in which they
 * come. Returns how many there were. */
#define PLOT_CLIENTS_MOST 16u
guint plot_keep_worst(const json_t *results, GPtrArray *clients);

/* Those that emit NAME.goodput: clients, and with `operations` "shop.op.buy". Also components,
 * without members of groups. `metrics` is an object of metrics. */
GPtrArray *plot_clients(const json_t *metrics, bool operations);
GPtrArray *plot_components(const json_t *metrics);

/* A goal, read from its metric, op and limit, or of an older file from its text. */
struct plot_goal {
  char *metric;
  double limit;
  bool above; /* it wants the metric above the limit, not below */
  const char *text, *verdict;
};

/* Of a run's "goals", or a list of their texts; to be freed with plot_goals_free. */
GArray *plot_goals(const json_t *goals);
void plot_goals_free(GArray *goals);

/* By the last words of the metric's name. */
enum metric_unit plot_unit_of(const char *metric);

/* Whether the name is an operation of a client: "shop.op.buy". */
bool plot_is_operation(const char *name);

#endif
