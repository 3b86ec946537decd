/* Results as CSV (RFC 4180, but lines end in a line feed): one row a metric, sorted by name.
 *
 * Columns: metric,value,lo,hi,n,unit. Units are s, 1/s, ratio, count. What is undefined is empty.
 */
#ifndef CSV_H
#define CSV_H

#include <stdio.h>

#include "results.h"

void csv_results(const struct results *results, FILE *out);

/* "s", "1/s", "ratio", "count", "money"; and back, where an unknown name is a count. */
const char *csv_unit(enum metric_unit unit);
enum metric_unit csv_unit_of(const char *name);

/* A comma and a number; NaN is nothing. */
void csv_number(double value, FILE *out);

/* One field, quoted if it has to be. */
void csv_text(const char *text, FILE *out);

#endif
