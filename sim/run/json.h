/* Results as JSON: the contract with scripts (DESIGN.md, section 5).
 *
 * Keys are sorted, numbers are the shortest that read back the same, what is undefined is null.
 * Trees are built with jansson; they are written here, because jansson has one precision for all
 * numbers and would print 0.1 as 0.10000000000000001. */
#ifndef JSON_H
#define JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "results.h"

#define JSON_SCHEMA 1

/* A number, or null for NaN. */
json_t *json_number(double value);

/* A text; what is not UTF-8 in it is replaced. */
json_t *json_text(const char *text);

/* The whole of a `run`; to be released with json_decref. */
json_t *json_results(const struct results *results);

/* Writes it with sorted keys, two spaces an indent and a final line feed. Errors stay in the
 * stream's error flag. */
void json_write(const json_t *json, FILE *out);

/* The same inside a larger text: no final line feed, lines after the first indented. */
void json_write_within(const json_t *json, FILE *out, int indent);

#endif
