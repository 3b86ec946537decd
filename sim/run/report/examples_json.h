/* A few requests of the first replication, call by call: the slowest, a typical and a failed one.
 */
#ifndef EXAMPLES_JSON_H
#define EXAMPLES_JSON_H

#include <jansson.h>

#include "results.h"

/* An empty list where none was kept. */
json_t *examples_json(const struct results *results);

#endif
