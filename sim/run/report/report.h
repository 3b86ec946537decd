/* The report that `archsim run` prints for people.
 *
 * 80 columns, the same bytes for the same experiment except for the wall time. What belongs to
 * which component follows from the names of the metrics: all that begins with "<component>.". */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

#include "results.h"
#include "term.h"

struct report_options {
  bool members; /* show every member of a group, not only where they differ */
};

void report_print(const struct results *results, const struct report_options *options,
                  const struct term *term);

/* Parts of it. */
void report_sources(const struct results *results, const struct term *term);
void report_components(const struct results *results, const struct report_options *options,
                       const struct term *term);
void report_cost(const struct results *results, const struct term *term);
void report_why(const struct results *results, const struct term *term);
void report_over_time(const struct results *results, const struct term *term); /* with Unicode */
void report_goals(const struct results *results, const struct term *term);

/* A line a goal and nothing else: what `run -q` prints. */
/* "seed 1, 10 replications of 10 min, the first 20 s left out as warm-up" */
void report_run(const struct results *results, const struct term *term);
void report_verdicts(const struct results *results, const struct term *term);

/* Up to so many clients have a block each; a table that is not what was asked for has so many rows.
 */
#define REPORT_BLOCKS 12u
#define REPORT_ROWS 20u

/* Where there are more: "Shown are those of which most failed; --json has all 80 clients." */
void report_left_out(uint32_t n, const char *things, const char *which, const struct term *term);

/* A tick, a cross or a question mark, and how to show it. */
const char *report_sign(enum verdict verdict, const struct term *term);
enum style report_style(enum verdict verdict);

/* What follows "<component>." in a metric's name, or NULL if it is not of that component. */
const char *report_own_part(const struct result *result, const char *component);

/* A row of name, value, interval and remark, for a table of the layout REPORT_LAYOUT. */
#define REPORT_LAYOUT "Lrll"
struct table;
void report_row(struct table *table, const char *label, enum metric_unit unit,
                const struct estimate *estimate, const char *remark);
/* The same in the unit of a column. */
struct format_column;
void report_row_in(struct table *table, const char *label, const struct format_column *column,
                   const struct estimate *estimate, const char *remark);

/* Adds such rows for those metrics of a component that `known` (patterns of fnmatch, ended by NULL)
 * leaves, unless they are undefined or a count of nothing. Returns how many. `under_its_name`: they
 * stand under the component's name, and are told without it. */
uint32_t report_others(struct table *table, const struct results *results, const char *component,
                       bool under_its_name, const char *const *known);

#endif
