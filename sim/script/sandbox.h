/* The Lua state that a scenario runs in: what it may use, and how much of it.
 *
 * The script sees a few harmless functions of Lua's library and the vocabulary, through a global
 * table that it can neither change nor look behind. Memory and instructions are limited; CPU time
 * is watched by cpu_guard.h. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "loader.h"
#include "sanitized.h"

#define SANDBOX_MEMORY ((size_t)64 << 20)          /* bytes that Lua may hold */
#define SANDBOX_STEPS UINT64_C(50000000)           /* instructions that the script may run */
#define SANDBOX_CPU_SECONDS (SANITIZED ? 20u : 5u) /* for loading in all */

struct sandbox {
  size_t used, limit; /* bytes */
  uint64_t steps;     /* instructions left */
  bool out_of_steps;
};

/* Makes loader->L with nothing in it; NULL left there if there is no memory. */
void sandbox_new(struct sandbox *sandbox, struct loader *loader);

/* Puts Lua's own functions into the table at the top of the stack (called under lua_pcall). */
void sandbox_library(lua_State *L);

/* Makes the table at the top of the stack, which it pops, the globals of all chunks loaded from now
 * on: readable alone; `missing` is called for names it lacks, `assign` when one is set. */
void sandbox_globals(lua_State *L, lua_CFunction missing, lua_CFunction assign);

/* Calls `body`, which runs the script, under the limits and leaves the stack empty. On a mistake
 * false, with the sentence in the loader. */
bool sandbox_run(struct sandbox *sandbox, struct loader *loader, lua_CFunction body);

/* The script is over: what follows is our own work and not limited. */
void sandbox_trust(struct sandbox *sandbox, lua_State *L);

/* Words of Lua that scenarios do not have, with the reason: "scenarios cannot ...". NULL: unknown
 * word. */
const char *sandbox_why_missing(const char *name);

#endif
