#include "configure.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "defaults.h"
#include "dist_make.h"
#include "list.h"
#include "needs.h"
#include "param_read.h"
#include "param_type.h"
#include "program.h"
#include "sim.h"

uint32_t params_count(const struct param *params) {
  uint32_t n = 0;
  while (params[n].name) n++;
  return n;
}

const char *param_expected(const struct param *param) {
  return param_types[param->type].expected;
}

/* --- values --------------------------------------------------------------------------------- */

static bool read_value(const struct field *f, int index) {
  return param_types[f->param->type].read(f, index);
}

/* --- defaults ------------------------------------------------------------------------------- */

/* Pushes the names in "timeout, refused" as a list. */
static void push_list(lua_State *L, const char *text) {
  lua_newtable(L);
  for (lua_Integer i = 1; *text; i++) {
    text += strspn(text, ", ");
    size_t length = strcspn(text, ", ");
    if (length == 0) break;
    lua_pushlstring(L, text, length);
    lua_rawseti(L, -2, i);
    text += length;
  }
}

/* Pushes the value that a default's text means: scenario syntax where it looks like it, else a
 * boolean, a number, or the text itself. Tables of ours are trusted, so a mistake here is raised.
 */
void configure_push_default(lua_State *L, const struct param *param) {
  const char *text = param->fallback;
  if (param->type == PARAM_CAUSES || param->type == PARAM_PRIORITY || param->type == PARAM_OPS) {
    push_list(L, text);
  } else if (strpbrk(text, "({\"")) {
    lua_pushfstring(L, "return %s", text);
    if (luaL_loadstring(L, lua_tostring(L, -1)) != LUA_OK) lua_error(L);
    lua_remove(L, -2);
    lua_call(L, 0, 1);
  } else if (!strcmp(text, "true") || !strcmp(text, "false")) {
    lua_pushboolean(L, text[0] == 't');
  } else {
    const char *end = quantity_number_end(text);
    bool is_number = end && *end == '\0' &&
                     (param->type == PARAM_COUNT || param->type == PARAM_BATCH ||
                      param->type == PARAM_NUMBER || param->type == PARAM_RATIO);
    if (!is_number || lua_stringtonumber(L, text) == 0) lua_pushstring(L, text);
  }
}

bool configure_equals(struct loader *loader, const struct spot *spot, const struct param *param,
                      const void *config, const char *text) {
  const struct param_type_def *type = &param_types[param->type];
  if (!type->single) return false;
  struct param other = *param;
  other.fallback = text;
  max_align_t value[16] = {0}; /* room for any type, so that the compiler need not ask which */
  struct field field = {loader, spot, &other, value};
  configure_push_default(loader->L, &other);
  bool ok = read_value(&field, lua_gettop(loader->L));
  lua_pop(loader->L, 1);
  return ok && memcmp(value, (const char *)config + param->offset, type->size) == 0;
}

/* A value that is absent and has no default. */
static void leave_empty(const struct field *f) {
  if (f->param->type == PARAM_REF) *(uint32_t *)f->at = REF_NONE;
  if (f->param->type == PARAM_OP || f->param->type == PARAM_OP_KNOWN) *(int *)f->at = -1;
  if (f->param->type == PARAM_TIME_DIST || f->param->type == PARAM_SIZE_DIST) {
    *(struct dist *)f->at = dist_constant(0);
  }
}

/* Remembers that the scenario states this key of a component, for those who list parameters. */
static void note_given(const struct field *f) {
  const char *path = f->spot->key;
  const struct spot *at = f->spot->parent;
  for (; at && at->kind == SPOT_KEY; at = at->parent) {
    path = arena_format(f->loader->arena, "%s.%s", at->key, path);
  }
  bool of_component = at && at->kind == SPOT_WORD && at->word->kind && at->parent == NULL;
  if (of_component) names_add(f->loader, &f->loader->given, path);
}

/* Of a list of names, while nobody knows what they name. */
static bool check_names(const struct field *f, int index) {
  lua_State *L = f->loader->L;
  if (!table_check(f->loader, f->spot, index, NULL, 0, LIST_MOST)) return false;
  int n = (int)lua_rawlen(L, index);
  if (n == 0) {
    return spot_error(f->loader, f->spot, "the list is empty; write %s", param_expected(f->param));
  }
  for (int i = 1; i <= n; i++) {
    const char *name;
    struct spot at = spot_item(f->spot, i);
    lua_rawgeti(L, index, i);
    bool ok = value_name(f->loader, &at, -1, "a name in quotes", &name);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}

/* Of a value that names components or operations while these are not known yet: its form alone. */
static bool check_form(const struct field *f, int index) {
  int type = lua_type(f->loader->L, index);
  enum param_type what = f->param->type;
  bool one = what == PARAM_REF || what == PARAM_OP || what == PARAM_OP_KNOWN;
  bool list = what == PARAM_REFS || what == PARAM_PRIORITY || what == PARAM_OPS;
  if (type == LUA_TTABLE && list) return check_names(f, index);
  if (type == LUA_TTABLE && !one) return true;
  if (type == LUA_TSTRING && one) return true;
  const char *name;
  if (type == LUA_TSTRING && list) {
    return value_name(f->loader, f->spot, index, "a name in quotes", &name);
  }
  return value_unexpected(f->loader, f->spot, index, param_expected(f->param));
}

/* Of a group it is that of all its entries. */
static bool read_absent(const struct field *f) {
  lua_State *L = f->loader->L;
  if (defaults_copy(f)) return true;
  if (f->param->fallback)
    configure_push_default(L, f->param);
  else
    lua_pushnil(L);
  bool ok = read_value(f, lua_gettop(L));
  lua_pop(L, 1);
  if (ok) defaults_keep(f);
  return ok;
}

/* `outer_absent`: the table itself is not there, so that nothing in it is required. */
static bool configure_one(const struct field *f, const struct spot *outer, int table,
                          bool outer_absent) {
  lua_State *L = f->loader->L;
  if (outer_absent) {
    lua_pushnil(L);
  } else {
    lua_getfield(L, table, f->param->name);
    if (!lua_isnil(L, -1)) note_given(f);
  }
  bool ok = true;
  if (f->loader->early && param_types[f->param->type].names && !lua_isnil(L, -1)) {
    ok = check_form(f, lua_gettop(L));
  } else if (!lua_isnil(L, -1)) {
    ok = read_value(f, lua_gettop(L));
  } else if (f->param->type == PARAM_GROUP || f->param->fallback) {
    ok = read_absent(f);
  } else if (f->param->required && !outer_absent) {
    ok = f->param->missing
             ? spot_error(f->loader, outer, "key '%s' is missing; %s", f->param->name,
                          f->param->missing)
             : table_missing(f->loader, outer, f->param->name, param_expected(f->param));
  } else {
    leave_empty(f);
  }
  lua_pop(L, 1);
  return ok;
}

bool configure_value(struct loader *loader, const struct spot *spot, int index,
                     const struct param *param, void *config) {
  return read_value(&(struct field){loader, spot, param, (char *)config + param->offset},
                    lua_absindex(loader->L, index));
}

bool configure_key(struct loader *loader, const struct spot *spot, int index,
                   const struct param *param, void *config) {
  struct spot at = spot_key(spot, param->name);
  struct field field = {loader, &at, param, (char *)config + param->offset};
  return configure_one(&field, spot, index, lua_isnil(loader->L, index));
}

#define KEYS_MAX 128

static bool is_param(const struct param *params, const char *name) {
  for (; params->name; params++) {
    if (!strcmp(params->name, name)) return true;
  }
  return false;
}

bool configure(struct loader *loader, const struct spot *spot, int index,
               const struct param *params, void *config, const char *const *also, uint32_t n,
               int items) {
  lua_State *L = loader->L;
  bool absent = lua_isnil(L, index);
  const char *keys[KEYS_MAX];
  uint32_t known = 0;
  for (const struct param *p = params; p->name && known < KEYS_MAX; p++) keys[known++] = p->name;
  for (uint32_t i = 0; i < n && known < KEYS_MAX; i++) {
    if (!is_param(params, also[i])) keys[known++] = also[i];
  }
  if (!absent && !table_check(loader, spot, index, keys, known, items)) return false;
  luaL_checkstack(L, 16, NULL);
  for (const struct param *p = params; p->name; p++) {
    bool by_hand = false; /* the caller reads it */
    for (uint32_t i = 0; i < n; i++) by_hand |= !strcmp(also[i], p->name);
    if (by_hand) continue;
    if (!configure_key(loader, spot, index, p, config)) return false;
  }
  return absent || loader->early || needs_check(loader, spot, index, params, config);
}
