/* kind { name = "two_tier", ... }: a kind composed in Lua, by us (models/prelude) or by a scenario.
 *
 * Its table becomes a struct kind with parameter tables like those of kinds in C, so that values
 * are checked, described and completed like theirs. It has no functions: `build` declares
 * components of other kinds in its place (compose.h). */
#ifndef DEFINE_H
#define DEFINE_H

#include "loader.h"

/* A kind that the script, or the prelude for it, has defined. */
struct definition {
  struct kind *kind;
  int build; /* reference to the function in Lua's registry */
};

/* For the vocabulary: the word `kind`. Raises on a mistake. */
int define_kind(lua_State *L);

/* The definition of a composed kind. */
const struct definition *definition_of(const struct loader *loader, const struct kind *kind);

/* A kind of the registry or a defined one, by name; NULL: there is none. */
const struct kind *kind_known(const struct loader *loader, const char *name);

#endif
