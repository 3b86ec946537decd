/* The results of a run as JSON: a contract with scripts. docs/json.md describes it. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>

#include "json_write.h"
#include "results.h"

/* The whole of a `run`; to be released with json_decref. */
json_t *json_results(const struct results *results);

/* What is drawn of a run at one of many loads: "metrics" of clients and goals alone, and "goals".
 */
json_t *json_at_load(const struct results *results);

#endif
