/* What `run --json` says beyond metrics: curves of latency, the run over time, where time goes. */
#ifndef DETAILS_JSON_H
#define DETAILS_JSON_H

#include "json_write.h"
#include "results.h"

/* Adds "quantiles", "timeline" and "blame", as far as the results have them. */
void details_json(const struct results *results, json_t *tree);

#endif
