/* Findings as JSON: { "schema": 1, "scenario": NAME, "findings": [ ... ] }. */
#ifndef LINT_JSON_H
#define LINT_JSON_H

#include <jansson.h>

#include "lint.h"

json_t *lint_json(const struct lint *lint);

/* The list of them alone. */
json_t *lint_findings_json(const struct lint *lint);

#endif
