/* Quantities as users write them: a number and its unit, "250ms", "2GiB", "10k/s", "99.9%".
 *
 * Nothing here knows Lua. Values are doubles in the base unit of their dimension; a number and a
 * decimal unit are converted in one rounding, so "8.7ms" is exactly 8700000 ns. */
#ifndef QUANTITY_H
#define QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum quantity {
  QUANTITY_TIME,      /* ns         "250ms" */
  QUANTITY_SIZE,      /* bytes      "64kB" */
  QUANTITY_RATE,      /* per second "900/s" */
  QUANTITY_BANDWIDTH, /* bit/s      "1Gbit/s" */
  QUANTITY_DISTANCE,  /* m          "1000km" */
  QUANTITY_RATIO,     /* 1 = 100 %  "99.9%"; a bare number is one too */
};

/* Parses the whole of `text`. On a mistake false and a sentence that quotes the text and shows a
 * valid example. The value is finite and >= 0. */
bool quantity_parse(enum quantity quantity, const char *text, double *value, struct error *err);

/* A unit and what it measures. */
struct quantity_unit {
  enum quantity quantity;
  const char *name; /* "ms"; "" of a plain number */
  double scale;     /* of one of it, in the base unit of its dimension */
};

/* Takes a text of any dimension apart: its number in its own unit, and the unit. On a mistake false
 * and a sentence. */
bool quantity_split(const char *text, double *number, struct quantity_unit *unit,
                    struct error *err);

/* Writes a value as a user would: "250ms", "1.5GB", "900/s", "20%". */
void quantity_format(enum quantity quantity, double value, char *out, size_t size);

/* What is expected, with an example: `a duration such as "250ms"`. */
const char *quantity_expected(enum quantity quantity);

/* A bare decimal number (digits, point, exponent) at the start of `text`: its end, or NULL. Signs,
 * hexadecimal numbers, inf and nan are none. */
const char *quantity_number_end(const char *text);

#endif
