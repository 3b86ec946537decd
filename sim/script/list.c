#include "list.h"

#include <lauxlib.h>

#include "configure.h"

/* "{ at, rate, ... }": the shape of an entry. */
static const char *shape(struct loader *loader, const struct param *params) {
  const char *text = "a table {";
  for (const struct param *p = params; p->name; p++) {
    text = arena_format(loader->arena, "%s%s %s", text, p == params ? "" : ",", p->name);
  }
  return arena_format(loader->arena, "%s }", text);
}

bool list_push_entry(struct loader *loader, const struct spot *spot, int index,
                     const struct param *params) {
  lua_State *L = loader->L;
  uint32_t fields = params_count(params);
  const char **keys = arena_alloc(loader->arena, (fields + 1) * sizeof *keys);
  index = lua_absindex(L, index);
  if (!lua_istable(L, index)) {
    return value_unexpected(loader, spot, index, shape(loader, params));
  }
  for (uint32_t i = 0; i < fields; i++) keys[i] = params[i].name;
  if (!table_check(loader, spot, index, keys, fields, (int)fields)) return false;
  table_push_copy(L, index);
  for (uint32_t i = 0; i < (uint32_t)lua_rawlen(L, index); i++) {
    struct spot at = spot_key(spot, params[i].name);
    if (lua_getfield(L, -1, params[i].name) != LUA_TNIL) {
      lua_pop(L, 2);
      return spot_error(loader, &at, "is given twice, with its key and without");
    }
    lua_pop(L, 1);
    lua_rawgeti(L, index, i + 1);
    lua_setfield(L, -2, params[i].name);
    lua_pushnil(L);
    lua_rawseti(L, -2, i + 1);
  }
  return true;
}

bool list_read(struct loader *loader, const struct spot *spot, int index, const struct param *param,
               struct entries *out) {
  lua_State *L = loader->L;
  uint32_t n = (uint32_t)lua_rawlen(L, index);
  double most = param->max > 0 ? param->max : LIST_MOST;
  index = lua_absindex(L, index);
  luaL_checkstack(L, 16, NULL);
  if (n < param->min || n > most) {
    return spot_error(loader, spot, "has %u %s; it takes %.0f to %.0f, each %s", n,
                      n == 1 ? "entry" : "entries", param->min, most, shape(loader, param->group));
  }
  char *entry = arena_alloc(loader->arena, (n + 1) * param->stride);
  for (uint32_t i = 0; i < n; i++) {
    struct spot at = spot_item(spot, (int)i + 1);
    lua_rawgeti(L, index, i + 1);
    bool ok = list_push_entry(loader, &at, -1, param->group);
    if (ok) {
      ok = configure(loader, &at, lua_gettop(L), param->group, entry + i * param->stride, NULL, 0,
                     0);
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
    if (!ok) return false;
  }
  *out = (struct entries){n, entry};
  return true;
}
