/* Types of parameters, one row each: what they are called, how large their values are, and what
 * messages, manuals and editors say that they take. */
#ifndef PARAM_TYPE_H
#define PARAM_TYPE_H

#include <stdbool.h>
#include <stdio.h>

#include "param.h"

struct field;
struct spec;

#define RANGE_PLAIN (-1) /* in place of a quantity: numbers without unit */
#define RANGE_NONE (-2)  /* no number at all */

struct param_type_def {
  bool (*read)(const struct field *f, int index); /* param_read.h */
  void (*put)(FILE *out, const struct spec *spec, const struct param *param, const void *value);
  const char *word; /* in kind { params = { { "ttl", type = "duration" } } } */
  size_t size;      /* of the value; of a group that of its entries */
  bool names;       /* it names components or operations, so that it is read when all are known */
  bool single;      /* a value that can be compared byte by byte */
  int range;        /* the quantity of its bounds, RANGE_PLAIN or RANGE_NONE */
  const char *endless;  /* what it takes beside, where its range has no end; or NULL */
  const char *takes;    /* in the manual; of a choice, what stands before the choices */
  const char *expected; /* in messages: `a duration such as "250ms"` */
  const char *example;  /* in the manual where `takes` does not say how it is written; or "" */
  const char *editor;   /* its type in annotations; NULL: made of the choices, or of a class */
};

extern const struct param_type_def param_types[PARAM_TYPES];

/* Bytes that a value of the parameter takes in its config struct. */
size_t param_size(const struct param *param);

/* Gives each entry a place of its own; returns the size of the whole, at least `from`. */
size_t params_place(struct param *params, size_t from);

#endif
