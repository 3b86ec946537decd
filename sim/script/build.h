/* From declarations to the spec: components, zones, regions, paths, faults, in sorted order.
 *
 * Called under lua_pcall when the script is over, in the order given here; each needs what those
 * before it have made. */
#ifndef BUILD_H
#define BUILD_H

#include "value.h"

/* Distributions that may be made for one scenario. */
#define DIST_BUDGET 50000u

/* Names of components, regions and zones, without their contents. */
bool build_names(struct loader *loader);

/* Component, zone or region by name. */
bool build_find_place(struct loader *loader, const struct spot *spot, const char *name,
                      struct place *out);

/* Contents of components; operations. */
bool build_components(struct loader *loader);

bool build_paths(struct loader *loader);
bool build_allows(struct loader *loader);
bool build_faults(struct loader *loader);
bool build_run(struct loader *loader);

/* Pushes the argument of a declaration; its stack index. */
static inline int declaration_push(struct loader *loader, const struct declaration *declaration) {
  lua_rawgeti(loader->L, LUA_REGISTRYINDEX, declaration->reference);
  lua_getiuservalue(loader->L, -1, 1);
  lua_remove(loader->L, -2);
  return lua_gettop(loader->L);
}

/* Fails if the argument of a block, at `index`, is no table. */
bool declaration_is_table(struct loader *loader, const struct spot *spot, int index);

#endif
