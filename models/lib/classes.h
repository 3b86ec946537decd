/* Classes of calls: what a list names goes in its order, and what it does not name comes last.
 *
 * A list names operations, tiers of users, clients or calling components; by `any` each of its
 * names is an operation or a tier, or both. The class of a call is the place in the list of the
 * first name that it has, from 0; the number of names if it has none. What orders or keeps calls
 * by class has a struct classes, made once for all members. */
#ifndef CLASSES_H
#define CLASSES_H

#include "column.h"
#include "error.h"
#include "param.h"
#include "sim.h"

enum class_by { CLASS_BY_OP, CLASS_BY_TIER, CLASS_BY_CLIENT, CLASS_BY_CALLER, CLASS_BY_ANY };
extern const char *const class_by_names[];        /* without `any` */
extern const char *const class_by_names_or_any[]; /* with it */

struct classes {
  const struct priorities *list;
  bool tells_more; /* than operations */
  bool tiers, clients, callers;
  uint8_t of_op[UINT8_MAX + 1];        /* by operation */
  uint8_t of_tier[SPEC_MAX_TIERS + 1]; /* by the value of COLUMN_TIER */
};

/* What is wrong with the list that the parameter `key` has. */
bool classes_valid(const struct spec *spec, const struct priorities *list, enum class_by by,
                   const char *key, struct error *err);

/* In a kind's init: it wants the columns that it will read. `list` outlives it. */
void classes_init(struct sim *sim, struct classes *classes, const struct priorities *list,
                  enum class_by by);

/* What more there is than the operation. */
uint8_t classes_find(const struct sim *sim, const struct classes *classes,
                     const struct frame *call);

static inline uint8_t classes_of(const struct sim *sim, const struct classes *classes,
                                 const struct frame *call) {
  if (__builtin_expect(classes->tells_more, 0)) return classes_find(sim, classes, call);
  return classes->of_op[call->op];
}

/* Whether it looks at whose request a call is. */
bool classes_read_users(const struct priorities *list, enum class_by by);

#endif
