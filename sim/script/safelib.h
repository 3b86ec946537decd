/* The part of Lua's library that scenarios may use, made harmless and deterministic. */
#ifndef SAFELIB_H
#define SAFELIB_H

#include <lua.h>

/* Puts it into the table at `words`, out of the libraries at the other stack indices, which are
 * changed. */
void safelib_select(lua_State *L, int words, int base, int string, int table, int math);

#endif
