/* The results of a sweep on the terminal: what was swept, how often each goal is met, and one row a
 * point with its axes and the goals' metrics. Points are added one by one; only those shown are
 * kept. */
#ifndef SWEEP_TABLE_H
#define SWEEP_TABLE_H

#include <jansson.h>
#include <stdint.h>

#include "term.h"

#define SWEEP_ROWS_SHOWN 40u

struct sweep_table;

struct sweep_table *sweep_table_new(const json_t *manifest);
void sweep_table_add(struct sweep_table *table, const json_t *point);

/* Prints and frees. `title` is what happened ("24 points, 3 of them found in ..."), `where` where
 * all results are. */
void sweep_table_finish(struct sweep_table *table, const char *title, const char *where,
                        const struct term *term);

#endif
