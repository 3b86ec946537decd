/* What speaks against trusting the numbers of a run: each doubt becomes a warning of the results,
 * which says what to do about it. */
#ifndef DOUBTS_H
#define DOUBTS_H

#include "results.h"

/* After results_finish. */
void results_doubt(struct results *results);

#endif
