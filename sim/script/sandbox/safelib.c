#include "safelib.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detmath.h"
#include "loader.h"
#include "table_sort.h"

/* --- pairs in the order of keys ------------------------------------------------------------- */

/* Lua's own order follows addresses and a random seed. */
struct key {
  int type; /* LUA_TBOOLEAN < LUA_TNUMBER < LUA_TSTRING */
  bool is_whole;
  lua_Integer whole; /* also false and true */
  lua_Number number;
  const char *text;
  size_t length;
};

static int compare_keys(const void *first, const void *second) {
  const struct key *a = first, *b = second;
  if (a->type != b->type) return a->type < b->type ? -1 : 1;
  if (a->number != b->number) return a->number < b->number ? -1 : 1;
  if (a->whole != b->whole) return a->whole < b->whole ? -1 : 1; /* beyond 2^53 */
  if (a->type != LUA_TSTRING) return 0;
  size_t common = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->text, b->text, common);
  if (order != 0) return order;
  return (a->length > b->length) - (a->length < b->length);
}

static struct key key_at(lua_State *L, int index) {
  struct key key = {.type = lua_type(L, index)};
  switch (key.type) {
    case LUA_TNUMBER:
      key.number = lua_tonumber(L, index);
      key.is_whole = lua_isinteger(L, index);
      if (key.is_whole) key.whole = lua_tointeger(L, index);
      break;
    case LUA_TBOOLEAN:
      key.whole = lua_toboolean(L, index);
      break;
    case LUA_TSTRING: /* stays alive as a key of the table */
      key.text = lua_tolstring(L, index, &key.length);
      break;
    default:
      loader_raise(L, "pairs: a key of the table is a %s, which has no place in any order",
                   luaL_typename(L, index));
  }
  return key;
}

static void push_key(lua_State *L, const struct key *key) {
  switch (key->type) {
    case LUA_TNUMBER:
      if (key->is_whole) {
        lua_pushinteger(L, key->whole);
      } else {
        lua_pushnumber(L, key->number);
      }
      break;
    case LUA_TBOOLEAN:
      lua_pushboolean(L, key->whole != 0);
      break;
    default:
      lua_pushlstring(L, key->text, key->length);
  }
}

static int next_pair(lua_State *L) {
  for (;;) {
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(3)) + 1;
    lua_pushinteger(L, i);
    lua_replace(L, lua_upvalueindex(3));
    if (lua_rawgeti(L, lua_upvalueindex(2), i) == LUA_TNIL) return 1;
    lua_pushvalue(L, -1);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 2;
    lua_pop(L, 2); /* taken out meanwhile */
  }
}

static int sorted_pairs(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  size_t n = 0;
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) n++;
  struct key *keys = lua_newuserdatauv(L, n ? n * sizeof *keys : 1, 0);
  size_t i = 0;
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) keys[i++] = key_at(L, -2);
  qsort(keys, n, sizeof *keys, compare_keys);
  lua_pushvalue(L, 1);
  lua_createtable(L, (int)n, 0);
  for (i = 0; i < n; i++) {
    push_key(L, &keys[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, next_pair, 3);
  return 1;
}

/* --- texts without addresses ---------------------------------------------------------------- */

static int plain_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  switch (lua_type(L, 1)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING:
      luaL_tolstring(L, 1, NULL);
      return 1;
    default: {
      const struct word *word = loader_word(L, 1);
      lua_pushstring(L, word ? word->text : luaL_typename(L, 1));
      return 1;
    }
  }
}

/* string.format without %p, and with %s of tables as their type. Upvalue 1: the original. */
static int plain_format(lua_State *L) {
  size_t length;
  const char *p = luaL_checklstring(L, 1, &length), *end = p + length; /* may contain NULs */
  for (; p < end; p++) {
    if (*p != '%') continue;
    p++;
    while (p < end && *p != '\0' && strchr("-+ #0123456789.", *p)) p++;
    if (p < end && *p == 'p') loader_raise(L, "string.format: addresses differ from run to run");
  }
  int n = lua_gettop(L);
  for (int i = 2; i <= n; i++) {
    if (!lua_istable(L, i) && !lua_isfunction(L, i) && !lua_isuserdata(L, i)) continue;
    lua_pushcfunction(L, plain_tostring);
    lua_pushvalue(L, i);
    lua_call(L, 1, 1);
    lua_replace(L, i);
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, n, 1);
  return 1;
}

/* --- mathematics that is the same everywhere ------------------------------------------------ */

/* As Lua's own, from a stream that depends on nothing but the order of calls. */
static int keyed_random(lua_State *L) {
  struct draws *draws = &loader_of(L)->random;
  lua_Integer low = 1, high;
  switch (lua_gettop(L)) {
    case 0:
      lua_pushnumber(L, draws_unit(draws));
      return 1;
    case 1:
      high = luaL_checkinteger(L, 1);
      break;
    default:
      low = luaL_checkinteger(L, 1);
      high = luaL_checkinteger(L, 2);
  }
  if (low > high) return luaL_error(L, "math.random: the interval is empty");
  uint64_t span = (uint64_t)high - (uint64_t)low;
  uint64_t drawn = span == UINT64_MAX ? draws_next(draws) : draws_below(draws, span + 1);
  lua_pushinteger(L, (lua_Integer)((uint64_t)low + drawn));
  return 1;
}

static int det_math_exp(lua_State *L) {
  lua_pushnumber(L, det_exp(luaL_checknumber(L, 1)));
  return 1;
}

static int det_math_log(lua_State *L) {
  double value = det_log(luaL_checknumber(L, 1));
  if (!lua_isnoneornil(L, 2)) value /= det_log(luaL_checknumber(L, 2));
  lua_pushnumber(L, value);
  return 1;
}

/* Exact as long as it fits: by squaring. */
static double whole_power(double x, double y) {
  double product = 1;
  for (unsigned n = (unsigned)fabs(y); n > 0; n /= 2) {
    if (n % 2 == 1) product *= x;
    x *= x;
  }
  return y < 0 ? 1 / product : product;
}

static int det_math_pow(lua_State *L) {
  double x = luaL_checknumber(L, 1), y = luaL_checknumber(L, 2);
  if (y == floor(y) && fabs(y) <= 1024) {
    lua_pushnumber(L, whole_power(x, y));
  } else {
    lua_pushnumber(L, x < 0 ? (double)NAN : det_pow(x, y));
  }
  return 1;
}

/* Libraries differ in the last bits: these are rounded away. */
static double rounded(double value) {
  return floor(value * 0x1p40 + 0.5) * 0x1p-40;
}

static int det_math_sin(lua_State *L) {
  lua_pushnumber(L, rounded(sin(luaL_checknumber(L, 1))));
  return 1;
}

static int det_math_cos(lua_State *L) {
  lua_pushnumber(L, rounded(cos(luaL_checknumber(L, 1))));
  return 1;
}

/* --- selection ------------------------------------------------------------------------------ */

static const char *const base_names[] = {"assert", "ipairs", "select", "tonumber", "type", NULL};
static const char *const string_drops[] = {"dump", "pack", "packsize", "unpack", NULL};
/* table.move runs as long as it is told to, without an instruction being counted. */
static const char *const table_drops[] = {"move", NULL};
static const char *const math_drops[] = {"acos", "asin", "atan",  "randomseed", "tan",   "cosh",
                                         "sinh", "tanh", "frexp", "ldexp",      "log10", NULL};

static void drop(lua_State *L, int library, const char *const *names) {
  for (; *names; names++) {
    lua_pushnil(L);
    lua_setfield(L, library, *names);
  }
}

static void put(lua_State *L, int library, const char *name, lua_CFunction function) {
  lua_pushcfunction(L, function);
  lua_setfield(L, library, name);
}

void safelib_select(lua_State *L, int words, int base, int string, int table, int math) {
  for (const char *const *name = base_names; *name; name++) {
    lua_getfield(L, base, *name);
    lua_setfield(L, words, *name);
  }
  put(L, words, "pairs", sorted_pairs);
  put(L, words, "tostring", plain_tostring);
  drop(L, string, string_drops);
  lua_getfield(L, string, "format");
  lua_pushcclosure(L, plain_format, 1);
  lua_setfield(L, string, "format");
  drop(L, table, table_drops);
  put(L, table, "sort", table_sort);
  drop(L, math, math_drops);
  put(L, math, "random", keyed_random);
  put(L, math, "exp", det_math_exp);
  put(L, math, "log", det_math_log);
  put(L, math, "pow", det_math_pow);
  put(L, math, "sin", det_math_sin);
  put(L, math, "cos", det_math_cos);
  lua_pushvalue(L, string);
  lua_setfield(L, words, "string");
  lua_pushvalue(L, table);
  lua_setfield(L, words, "table");
  lua_pushvalue(L, math);
  lua_setfield(L, words, "math");
}
