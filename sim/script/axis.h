/* The values of one sweep axis, written as a text: a list of values and ranges.
 *
 *   100/s,200/s,400/s      these values
 *   100..1000:100/s        from 100/s to at most 1000/s in steps of 100/s
 *   1..8                   whole numbers without a unit, in steps of 1
 *   1..64:x2               each twice the one before
 *   100..1000/s:lin:10     10 values at equal distances, both ends among them
 *   1..1000ms:log:7        7 values at equal ratios, both ends among them
 *
 * A number without a unit takes the unit of the range, which may stand behind any of its numbers.
 * Ranges and values may be mixed; a comma that belongs to a value is written "\,". Nothing here
 * knows Lua. */
#ifndef AXIS_H
#define AXIS_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "error.h"

#define AXIS_VALUES_MAX 100000u

struct axis_values {
  uint32_t n, capacity;
  const char **list; /* in the arena */
};

/* Appends the values that `text` stands for. `whole`: the parameter is a whole number, so values
 * between whole bounds are rounded to whole numbers and doubles left out. On a mistake false and a
 * sentence that quotes the text. */
bool axis_expand(struct arena *arena, const char *text, bool whole, struct axis_values *out,
                 struct error *err);

/* Appends one value as it is; false and a sentence when there are too many. */
bool axis_add(struct arena *arena, const char *value, struct axis_values *out, struct error *err);

/* False and a sentence if a value stands twice. */
bool axis_check(const struct axis_values *values, struct error *err);

/* What a value means as a number: in seconds, per second, bytes, bit/s, 1 = 100 %, or as it is.
 * False if it is none. */
bool axis_number(const char *value, double *out);

/* Whether the text stands for a range, or for several values: more than one value's text. */
bool axis_is_range(const char *text);
bool axis_is_list(const char *text);

/* Whether it is a range, or a list in which every value begins with a number: where one value is
 * wanted, this cannot be meant. */
bool axis_is_numbers(const char *text);

#endif
