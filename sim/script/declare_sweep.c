#include "declare_sweep.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "spot.h"
#include "value.h"

/* --- the block ------------------------------------------------------------------------------ */

static struct spot block_spot(const struct loader *loader) {
  return spot_word(NULL, loader->sweeps.list[0].word);
}

/* Pushes the block's table; false if there is no block. */
static bool push_block(struct loader *loader) {
  if (loader->sweeps.n == 0) return false;
  lua_rawgeti(loader->L, LUA_REGISTRYINDEX, loader->sweeps.list[0].reference);
  lua_getiuservalue(loader->L, -1, 1);
  lua_remove(loader->L, -2);
  return true;
}

static bool is_param(const struct loader *loader, const char *name) {
  for (uint32_t i = 0; i < loader->params; i++) {
    if (strcmp(loader->param[i].name, name) == 0) return true;
  }
  return false;
}

static bool unknown_axis(struct loader *loader, const char *name) {
  const char **names = arena_alloc(loader->arena, (loader->params + 1) * sizeof *names);
  for (uint32_t i = 0; i < loader->params; i++) names[i] = loader->param[i].name;
  struct spot spot = block_spot(loader);
  if (loader->params == 0) {
    return spot_error(loader, &spot,
                      "'%.80s' is not a parameter; declare it with param { \"%.80s\", DEFAULT }",
                      name, name);
  }
  return spot_error(loader, &spot,
                    "'%.80s' is not a parameter%s; an axis is declared with param { \"...\" }",
                    name, nearest_hint(name, names, loader->params, "the scenario declares").text);
}

static bool is_scalar(lua_State *L, int index) {
  int type = lua_type(L, index);
  return type == LUA_TSTRING || type == LUA_TNUMBER || type == LUA_TBOOLEAN;
}

#define SETTINGS_SHOWN 256u /* parameters that did-you-mean looks at */
#define EXPECTED "a text such as \"100..1000:100/s\", or a list of values"

static bool check_list(struct loader *loader, const struct spot *spot, int list) {
  lua_State *L = loader->L;
  lua_Integer n = (lua_Integer)lua_rawlen(L, list);
  if (!table_check(loader, spot, list, NULL, 0, (int)(n < INT32_MAX ? n : INT32_MAX))) return false;
  if (n == 0) return spot_error(loader, spot, "the list of values is empty; give one");
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, list, i);
    struct spot item = spot_item(spot, (int)i);
    bool ok = is_scalar(L, -1);
    if (!ok) value_unexpected(loader, &item, -1, "a text, a number or a boolean");
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}

static bool check_value(struct loader *loader, const char *key) {
  lua_State *L = loader->L;
  struct spot block = block_spot(loader), spot = spot_key(&block, key);
  if (strcmp(key, "where") == 0) {
    if (lua_isfunction(L, -1)) return true;
    return value_unexpected(loader, &spot, -1,
                            "a function such as function(p) return p.servers > 1 end");
  }
  if (lua_istable(L, -1)) return check_list(loader, &spot, lua_gettop(L));
  return is_scalar(L, -1) || value_unexpected(loader, &spot, -1, EXPECTED);
}

/* The first key in the alphabet that is no parameter: Lua's order is not always the same. */
static bool check_keys(struct loader *loader) {
  lua_State *L = loader->L;
  const char *unknown = NULL;
  struct spot spot = block_spot(loader);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) {
      return spot_error(loader, &spot, "each entry is NAME = VALUES, with the name of a parameter");
    }
    const char *key = lua_tostring(L, -2);
    if (strcmp(key, "where") == 0 || is_param(loader, key)) continue;
    if (unknown == NULL || strcmp(key, unknown) < 0) unknown = key;
  }
  return unknown == NULL || unknown_axis(loader, unknown);
}

bool sweep_check(struct loader *loader) {
  lua_State *L = loader->L;
  if (!push_block(loader)) return true;
  struct spot spot = block_spot(loader);
  if (!lua_istable(L, -1)) {
    return value_unexpected(loader, &spot, -1, "a table { NAME = VALUES, ... }");
  }
  if (!check_keys(loader)) return false;
  for (uint32_t i = 0; i <= loader->params; i++) {
    const char *key = i < loader->params ? loader->param[i].name : "where";
    if (i < loader->params && strcmp(key, "where") == 0) continue; /* reserved in the block */
    lua_getfield(L, -1, key);
    if (!lua_isnil(L, -1) && !check_value(loader, key)) return false;
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  loader->scenario->has_sweep = true;
  return true;
}

/* --- values --------------------------------------------------------------------------------- */

static bool add_scalar(struct loader *loader, struct axis_values *out, struct error *why) {
  const char *text = luaL_tolstring(loader->L, -1, NULL);
  bool ok = axis_add(loader->arena, text, out, why);
  lua_pop(loader->L, 1);
  return ok;
}

static bool add_list(struct loader *loader, struct axis_values *out, struct error *why) {
  lua_State *L = loader->L;
  lua_Integer n = (lua_Integer)lua_rawlen(L, -1);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, i);
    bool ok = add_scalar(loader, out, why);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}

bool sweep_block_values(struct loader *loader, const struct scenario_param *param,
                        struct axis_values *out) {
  lua_State *L = loader->L;
  if (strcmp(param->name, "where") == 0 || !push_block(loader)) return true;
  struct error why = {0};
  bool ok = true;
  switch (lua_getfield(L, -1, param->name)) {
    case LUA_TNIL:
      break;
    case LUA_TTABLE:
      ok = add_list(loader, out, &why);
      break;
    case LUA_TSTRING:
      ok = axis_expand(loader->arena, lua_tostring(L, -1), param->type == VALUE_WHOLE, out, &why);
      break;
    default:
      ok = add_scalar(loader, out, &why);
  }
  lua_pop(L, 2);
  if (ok) return true;
  struct spot block = block_spot(loader), spot = spot_key(&block, param->name);
  return spot_error(loader, &spot, "%s", why.text);
}

/* --- where ---------------------------------------------------------------------------------- */

void sweep_push_where(struct loader *loader) {
  if (!push_block(loader)) {
    lua_pushnil(loader->L);
    return;
  }
  lua_getfield(loader->L, -1, "where");
  lua_remove(loader->L, -2);
}

static void push_param(lua_State *L, const struct scenario_param *param, const char *text) {
  double value;
  switch (param->type) {
    case VALUE_BOOLEAN:
      lua_pushboolean(L, strcmp(text, "true") == 0);
      return;
    case VALUE_NUMBER:
    case VALUE_WHOLE:
      if (lua_stringtonumber(L, text) == 0) lua_pushstring(L, text);
      return;
    case VALUE_TEXT:
      if (axis_number(text, &value)) {
        lua_pushnumber(L, value);
      } else {
        lua_pushstring(L, text);
      }
      return;
  }
}

/* p.sevrers */
static int missing_param(lua_State *L) {
  struct loader *loader = loader_of(L);
  const char *names[SETTINGS_SHOWN];
  uint32_t n = 0;
  for (; n < loader->params && n < SETTINGS_SHOWN; n++) names[n] = loader->param[n].name;
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
  loader_raise(L, "where: there is no parameter '%.80s'%s", name,
               nearest_hint(name, names, n, "there are").text);
}

bool sweep_call_where(lua_State *L, const char *const *value) {
  struct loader *loader = loader_of(L);
  lua_pushvalue(L, -1);
  lua_createtable(L, 0, (int)loader->params);
  for (uint32_t i = 0; i < loader->params; i++) {
    push_param(L, &loader->param[i], value[i]);
    lua_setfield(L, -2, loader->param[i].name);
  }
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, missing_param);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_call(L, 1, 1);
  if (!lua_isboolean(L, -1)) {
    struct spot block = block_spot(loader), spot = spot_key(&block, "where");
    value_unexpected(loader, &spot, -1, "that the function returns true or false");
    lua_pushnil(L);
    lua_error(L);
  }
  bool is_wanted = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return is_wanted;
}
