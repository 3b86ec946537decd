/* Reading trees of JSON that may come from anywhere: what is absent or of another type is "" or
 * NaN.
 *
 * A results file may be older than the program, or made by hand; a reader that uses these shows
 * less, and never stops. */
#ifndef RESULTS_TREE_H
#define RESULTS_TREE_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* Text, number, truth of a key. `tree` may be NULL or no object. */
const char *tree_text(const json_t *tree, const char *key);
double tree_number(const json_t *tree, const char *key);
bool tree_true(const json_t *tree, const char *key);
bool tree_has_text(const json_t *tree, const char *key); /* and it is not empty */

/* The value of a metric, or NaN. `owner` is a component, member or client: "web[2]". */
double tree_metric(const json_t *metrics, const char *owner, const char *metric);

/* The entry of a metric with value, lo, hi and n, or NULL. */
const json_t *tree_metric_entry(const json_t *metrics, const char *owner, const char *metric);

/* The keys of an object, sorted; to be freed with g_free, the texts belong to the tree. NULL-ended.
 */
const char **tree_keys(const json_t *tree);

#endif
