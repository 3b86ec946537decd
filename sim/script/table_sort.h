/* table.sort for scenarios. Lua's own picks pivots by the clock once a long list turns out badly
 * divided, so that how often it calls the order function differs from run to run. */
#ifndef TABLE_SORT_H
#define TABLE_SORT_H

#include <lua.h>

/* As Lua's: a list, and a function that says whether its first argument comes before its second
 * (default: <). What is equal keeps its order. A function that orders nothing is an error. */
int table_sort(lua_State *L);

#endif
