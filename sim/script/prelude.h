/* The prelude: kinds composed in Lua that every scenario knows (models/prelude).
 *
 * A scenario that does not use one does not read it. */
#ifndef PRELUDE_H
#define PRELUDE_H

#include <stdint.h>

#include "arena.h"
#include "prelude_text.h"
#include "registry.h"

/* In front of the place in messages of Lua about our own texts. */
#define PRELUDE_FOLDER "models/prelude/"

struct lua_State;

/* For the vocabulary: a kind by its number in prelude_texts; raises on a mistake. */
const struct kind *prelude_kind(struct lua_State *L, uint32_t number);

/* All kinds, those of the registry included; they live in the arena. */
const struct kinds *prelude_kinds(struct arena *arena);

#endif
