/* Types of parameters: what they are called in Lua and how large their values are. */
#ifndef PARAM_TYPE_H
#define PARAM_TYPE_H

#include <stdbool.h>

#include "param.h"

struct param_type_def {
  const char *word; /* in kind { params = { { "ttl", type = "duration" } } } */
  size_t size;      /* of the value; of a group that of its entries */
  bool names;       /* it names components or operations, so that it is read when all are known */
};

extern const struct param_type_def param_types[PARAM_TYPES];

/* Bytes that a value of the parameter takes in its config struct. */
size_t param_size(const struct param *param);

/* Gives each entry a place of its own; returns the size of the whole, at least `from`. */
size_t params_place(struct param *params, size_t from);

#endif
