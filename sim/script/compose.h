/* reverse_proxy "edge" { ... }: a component of a composed kind becomes components of other kinds.
 *
 * Its table is checked as its kind's parameter tables say, then `build` gets the values, defaults
 * included, and declares the parts: one called c.name, which stands for the whole, and others
 * called c.name .. "/cache". Nobody else may take such names, so that parts of two components never
 * meet. What the parts lack is told where the user wrote the component.
 *
 * The values that name other components or operations are checked when all are known. */
#ifndef COMPOSE_H
#define COMPOSE_H

#include "loader.h"
#include "spot.h"

/* The component that is being built; the innermost first. */
struct scope {
  const struct word *word;
  uint32_t number; /* of its declaration, from 1 */
  struct scope *outer;
};

/* Called when a component has its table: builds it. Raises on a mistake. */
void compose(lua_State *L, uint32_t number);

/* Whether a name may be declared now: inside of a component that is being built only its own. */
bool compose_owns(const struct loader *loader, const char *name);

/* Reads what the users of composed kinds wrote; called with the other components, twice. */
bool compose_read(struct loader *loader);

/* Takes out those that say that they are not there. */
void compose_leave_out(struct loader *loader);

#endif
