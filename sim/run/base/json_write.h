/* JSON written as text: keys sorted, numbers the shortest that read back the same, what is
 * undefined null. Trees are built with jansson; they are written here, because jansson has one
 * precision for all numbers and would print 0.1 as 0.10000000000000001. */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <jansson.h>
#include <stdio.h>

#define JSON_SCHEMA 1 /* of everything that is written as JSON */

/* A number, or null for NaN and infinity. */
json_t *json_number(double value);

/* A time or a difference of times, which may be "endless" or "-endless" where requests failed; and
 * read back: NaN for what is none of these. */
json_t *json_time(double value);
double json_time_of(const json_t *json);

/* A text; what is not UTF-8 in it is replaced. */
json_t *json_text(const char *text);

/* Writes it with sorted keys, two spaces an indent and a final line feed. Errors stay in the
 * stream's error flag. */
void json_write(const json_t *json, FILE *out);

/* The same inside a larger text: no final line feed, lines after the first indented. */
void json_write_within(const json_t *json, FILE *out, int indent);

#endif
