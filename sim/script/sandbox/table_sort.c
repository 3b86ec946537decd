#include "table_sort.h"

#include <lauxlib.h>
#include <limits.h>

#include "loader.h"

/* Where things are on the stack. */
enum { LIST = 1, ORDER, FROM, TO };

/* Whether the value at the top of the stack comes before the one below it. */
static bool comes_before(lua_State *L) {
  if (lua_isnil(L, ORDER)) return lua_compare(L, -1, -2, LUA_OPLT);
  lua_pushvalue(L, ORDER);
  lua_pushvalue(L, -2);
  lua_pushvalue(L, -4);
  lua_call(L, 2, 1);
  bool before = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return before;
}

/* Merges two sorted runs of FROM, [a, middle) and [middle, end), into TO. */
static void merge(lua_State *L, lua_Integer a, lua_Integer middle, lua_Integer end) {
  lua_Integer b = middle, to = a;
  while (a < middle && b < end) {
    lua_rawgeti(L, FROM, a);
    lua_rawgeti(L, FROM, b);
    bool second = comes_before(L);
    if (second) {
      lua_rawseti(L, TO, to);
      lua_pop(L, 1);
      b++;
    } else {
      lua_pop(L, 1);
      lua_rawseti(L, TO, to);
      a++;
    }
    to++;
  }
  for (; a < middle; a++, to++) {
    lua_rawgeti(L, FROM, a);
    lua_rawseti(L, TO, to);
  }
  for (; b < end; b++, to++) {
    lua_rawgeti(L, FROM, b);
    lua_rawseti(L, TO, to);
  }
}

static void swap_lists(lua_State *L) {
  lua_pushvalue(L, FROM);
  lua_copy(L, TO, FROM);
  lua_replace(L, TO);
}

/* Whatever the order function says, a merge sort ends; that it said nonsense shows in neighbours
 * that are still the wrong way round. */
static void check_order(lua_State *L, lua_Integer n) {
  for (lua_Integer i = 1; i < n; i++) {
    lua_rawgeti(L, FROM, i);
    lua_rawgeti(L, FROM, i + 1);
    if (comes_before(L)) {
      loader_raise(L,
                   "table.sort: invalid order function; of two values that are equal, neither "
                   "comes before the other");
    }
    lua_pop(L, 2);
  }
}

int table_sort(lua_State *L) {
  luaL_checktype(L, LIST, LUA_TTABLE);
  if (!lua_isnoneornil(L, ORDER)) luaL_checktype(L, ORDER, LUA_TFUNCTION);
  lua_settop(L, ORDER);
  lua_Unsigned length = lua_rawlen(L, LIST);
  luaL_argcheck(L, length < INT_MAX, LIST, "array too big");
  lua_Integer n = (lua_Integer)length;
  /* Copies, because the order function may change the list meanwhile. */
  lua_createtable(L, (int)n, 0);
  lua_createtable(L, (int)n, 0);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, LIST, i);
    lua_rawseti(L, FROM, i);
  }
  for (lua_Integer width = 1; width < n; width *= 2, swap_lists(L)) {
    for (lua_Integer at = 1; at <= n; at += 2 * width) {
      lua_Integer middle = at + width <= n ? at + width : n + 1;
      merge(L, at, middle, middle + width <= n ? middle + width : n + 1);
    }
  }
  check_order(L, n);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, FROM, i);
    lua_rawseti(L, LIST, i);
  }
  return 0;
}
