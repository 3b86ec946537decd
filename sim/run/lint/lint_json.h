/* Findings as JSON: { "schema": 1, "scenario": NAME, "findings": [ ... ] }. */
#ifndef LINT_JSON_H
#define LINT_JSON_H

#include <jansson.h>

#include "lint.h"

json_t *lint_json(const struct lint *lint);

/* The list of them alone, without place and by rule: the same whatever the order of declarations.
 */
json_t *lint_doubtful_json(const struct lint *lint);

#endif
