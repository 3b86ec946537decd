/* The global functions that scenarios call.
 *
 * Values, steps and faults become words; blocks and kinds are entered into the loader's lists.
 * Nothing is interpreted here but param, which has to return a value at once, and include. */
#ifndef VOCABULARY_H
#define VOCABULARY_H

#include "loader.h"

/* Called under lua_pcall: puts the words and the names of kinds into the table at the top. */
void vocabulary_add(lua_State *L);

/* Makes a kind that was composed in Lua a word of its own. */
void vocabulary_add_kind(lua_State *L, const struct kind *kind);

/* For sandbox_globals. */
int vocabulary_missing(lua_State *L);
int vocabulary_assign(lua_State *L);

/* The word whose function is at the stack index, or NULL: fail without its parentheses. */
const char *vocabulary_word_of(lua_State *L, int index);

/* What a name means where no local variable hides it: "kind", "word", "function" of Lua; or NULL.
 */
const char *vocabulary_role(const char *name);

/* Loads and runs a file of the scenario; leaves what it returns (one value or nil). Raises. */
void vocabulary_run_file(lua_State *L, uint32_t source);

/* Checks what can only be known when the script is over: bodies not given, words not used. */
bool vocabulary_finish(struct loader *loader);

#define SCENARIO_FILE_MAX ((size_t)1 << 20)

#endif
