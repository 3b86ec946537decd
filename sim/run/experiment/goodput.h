/* A rate of what ended well is a share of what ended, and never surer than that share: where
 * requests come like clockwork and none failed, every replication has the same goodput, but up to 3
 * / n of the requests may fail (counted.h). */
#ifndef GOODPUT_H
#define GOODPUT_H

#include "results.h"

/* Widens the goodput and throughput of each client, its operations and tiers. After the results are
 * sorted. */
void goodput_widen(struct results *results);

#endif
