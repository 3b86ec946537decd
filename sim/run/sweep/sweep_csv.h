/* The results of a sweep as CSV: one row a point and metric, points in order, metrics by name.
 *
 * Columns: point, one an axis, metric, value, lo, hi, n, unit (see csv.h). An axis that has the
 * name of another column gets an underscore behind it. */
#ifndef SWEEP_CSV_H
#define SWEEP_CSV_H

#include <jansson.h>
#include <stdio.h>

#include "verdict.h"

/* `axes` as in the manifest. */
void sweep_csv_head(const json_t *axes, FILE *out);

/* `point` as in its file. */
void sweep_csv_point(const json_t *axes, const json_t *point, FILE *out);

/* The name of an axis's column; to be freed with g_free. */
char *sweep_column(const json_t *axis);

/* The verdict of a point's goal. */
enum verdict sweep_verdict(const json_t *goal);

/* Of a point's tree: a number, NaN for null; a text, "" if it is none; the value of a parameter,
 * "" if there is none. */
double sweep_number(const json_t *tree, const char *key);
const char *sweep_text(const json_t *tree, const char *key);
const char *sweep_param(const json_t *point, const char *name);

#endif
