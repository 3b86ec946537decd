/* An order of distributions by what they are, for things that have no name of their own. */
#ifndef DIST_ORDER_H
#define DIST_ORDER_H

#include "dist.h"

/* Less than, equal to or greater than 0, as in strcmp; 0 only if both give the same draws. Of two
 * constants or exponentials the shorter comes first. */
int dist_order(const struct dist *a, const struct dist *b);

#endif
