/* A comparison as CSV (csv.h): one row for each metric of each design but the baseline.
 *
 * Columns: design,metric,a,b,diff,lo,hi,joint_lo,joint_hi,n,unit,verdict. `a` is the value of the
 * baseline, `b` that of the design, lo and hi bound their difference by itself, joint_lo and
 * joint_hi together with its family (compare.h), and n is the number of pairs. */
#ifndef COMPARE_CSV_H
#define COMPARE_CSV_H

#include <stdio.h>

#include "compare.h"
#include "study.h"

/* comparisons[i] is that of design i + 1 with the first. */
void compare_csv(const struct study *study, const struct comparison *comparisons, FILE *out);

#endif
