#include "compose.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "build.h"
#include "configure.h"
#include "define.h"
#include "kind.h"
#include "list.h"
#include "off.h"
#include "value.h"

#define DEPTH_MAX 8 /* of composed kinds in composed kinds */

static uint32_t common_keys(const char **list, uint32_t room) {
  uint32_t n = 0;
  for (const struct param *p = common_params; p->name && n < room; p++) list[n++] = p->name;
  return n;
}

/* --- names ---------------------------------------------------------------------------------- */

/* What follows "edge/" in the name of a part of "edge"; NULL: it is none. */
static const char *part_name(const char *owner, const char *name) {
  size_t length = strlen(owner);
  return !strncmp(name, owner, length) && name[length] == '/' ? name + length + 1 : NULL;
}

bool compose_owns(const struct loader *loader, const char *name) {
  if (loader->scope == NULL) return name_is_valid(name, strlen(name));
  const char *owner = loader->scope->word->name, *part = part_name(owner, name);
  if (strlen(name) > NAME_MAX_BYTES) return false;
  return !strcmp(name, owner) || (part && name_is_valid(part, strlen(part)));
}

/* The declared part that a name belongs to: "cache", or "cache-*" for cache-api, cache-files. */
static const struct composed_part *find_part(const struct made_of *made, const char *name) {
  for (uint32_t i = 0; i < made->parts; i++) {
    const char *pattern = made->part[i].name;
    size_t length = strlen(pattern);
    bool open = length > 0 && pattern[length - 1] == '*';
    if (open ? !strncmp(pattern, name, length - 1) : !strcmp(pattern, name)) return &made->part[i];
  }
  return NULL;
}

/* --- what build gets ------------------------------------------------------------------------ */

/* c.cahce is a mistake of the kind; what is not given is nil. */
static int missing_value(lua_State *L) {
  const struct param *params = lua_touserdata(L, lua_upvalueindex(1));
  const char *what = lua_tostring(L, lua_upvalueindex(2));
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
  const char *known[128];
  uint32_t n = common_keys(known, 64);
  known[n++] = "name";
  for (const struct param *p = params; p->name && n < 128; p++) known[n++] = p->name;
  for (uint32_t i = 0; i < n; i++) {
    if (!strcmp(known[i], key)) return 0;
  }
  loader_raise(L, "%s has no parameter '%.60s'%s", what, key,
               nearest_hint(key, known, n, "it has").text);
}

static void push_values(lua_State *L, int index, const struct param *params, const char *what);

/* Pushes the list at `index`, which was checked, with each entry's values under their keys. */
static void push_entries(lua_State *L, int index, const struct param *param) {
  luaL_checkstack(L, 16, NULL);
  lua_newtable(L);
  for (int i = 1; i <= (int)lua_rawlen(L, index); i++) {
    lua_rawgeti(L, index, i);
    if (!list_push_entry(loader_of(L), NULL, -1, param->group)) lua_error(L);
    push_values(L, lua_gettop(L), param->group, param->name);
    lua_rawseti(L, -4, i);
    lua_pop(L, 2);
  }
}

/* Pushes the values of the table at `index` (nil: none) with the defaults of what it lacks. */
static void push_values(lua_State *L, int index, const struct param *params, const char *what) {
  luaL_checkstack(L, 16, NULL);
  lua_newtable(L);
  int values = lua_gettop(L);
  for (const struct param *p = params; p->name; p++) {
    if (lua_isnil(L, index)) {
      lua_pushnil(L);
    } else {
      lua_getfield(L, index, p->name);
    }
    if (p->type == PARAM_LIST && lua_istable(L, -1)) {
      push_entries(L, lua_gettop(L), p);
      lua_remove(L, -2);
    } else if (p->type == PARAM_GROUP && lua_istable(L, -1)) {
      push_values(L, lua_gettop(L), p->group, p->name);
      lua_remove(L, -2);
    } else if (p->type == PARAM_GROUP) {
      lua_pop(L, 1); /* false: none */
      lua_pushnil(L);
    } else if ((p->type == PARAM_OPS || p->type == PARAM_PRIORITY) &&
               lua_type(L, -1) == LUA_TSTRING) {
      lua_createtable(L, 1, 0); /* "get" is { "get" } */
      lua_insert(L, -2);
      lua_rawseti(L, -2, 1);
    } else if (lua_isnil(L, -1) && p->fallback) {
      lua_pop(L, 1);
      configure_push_default(L, p);
    }
    lua_setfield(L, values, p->name);
  }
  lua_createtable(L, 0, 1);
  lua_pushlightuserdata(L, (void *)params);
  lua_pushstring(L, what);
  lua_pushcclosure(L, missing_value, 2);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, values);
}

/* --- what it made --------------------------------------------------------------------------- */

/* table[key] of the user's table, for a part that says nothing else. */
static void hand_down(lua_State *L, int from, int to, const char *key) {
  int top = lua_gettop(L);
  if (lua_getfield(L, to, key) == LUA_TNIL && lua_getfield(L, from, key) != LUA_TNIL) {
    lua_setfield(L, to, key);
  }
  lua_settop(L, top);
}

/* A part that is composed itself lies where the whole does, and is there with it. */
static void inherit(lua_State *L, uint32_t outer, int to) {
  struct loader *loader = loader_of(L);
  int from = declaration_push(loader, &loader->composed.list[outer - 1]);
  hand_down(L, from, to, "zone");
  hand_down(L, from, to, "only_if");
  lua_pop(L, 1);
}

static void check_part(lua_State *L, const struct word *owner, const struct declaration *part) {
  const struct made_of *made = owner->kind->made_of;
  const struct word *word = part->word;
  const char *name = part_name(owner->name, word->name);
  const struct composed_part *declared = name ? find_part(made, name) : NULL;
  const struct kind *kind = name ? (declared ? declared->kind : NULL) : made->entry;
  if (kind == word->kind) return;
  loader_raise(L, "kind \"%s\": it built %s \"%s\", which its table does not name",
               owner->kind->name, word->kind->name, word->name);
}

/* A kind that says by itself how many members there are leaves nothing to say about it. */
static void check_instances(lua_State *L, int table, int to, const struct word *owner) {
  bool own = lua_getfield(L, to, "instances") != LUA_TNIL;
  bool said = lua_getfield(L, table, "instances") != LUA_TNIL;
  lua_pop(L, 2);
  if (own && said) {
    loader_raise(L, "%s \"%s\": instances come and go with its calls; leave 'instances' out",
                 owner->text, owner->name);
  }
}

/* The parts lie where the whole does, and are there with it; the one that stands for it has its
 * number of members. */
static void finish_part(lua_State *L, int table, const struct word *owner,
                        const struct declaration *part) {
  if (!part->has_body) {
    loader_raise(L, "kind \"%s\": %s \"%s\" has no table", owner->kind->name, part->word->text,
                 part->word->name);
  }
  lua_rawgeti(L, LUA_REGISTRYINDEX, part->reference);
  lua_getiuservalue(L, -1, 1);
  table_push_copy(L, lua_gettop(L)); /* two parts may have one table */
  lua_replace(L, -2);
  int to = lua_gettop(L);
  hand_down(L, table, to, "zone");
  hand_down(L, table, to, "only_if");
  if (!strcmp(part->word->name, owner->name)) {
    check_instances(L, table, to, owner);
    hand_down(L, table, to, "instances");
    hand_down(L, table, to, "start");
    hand_down(L, table, to, "drain");
    hand_down(L, table, to, "price");
    hand_down(L, table, to, "sessions");
  }
  lua_settop(L, to);
  lua_setiuservalue(L, to - 1, 1);
  lua_settop(L, to - 2);
}

/* All that were declared since, of this component. */
static void check_made(lua_State *L, int table, const struct word *owner, uint32_t number,
                       uint32_t since) {
  struct loader *loader = loader_of(L);
  bool entry = false;
  for (uint32_t i = since; i < loader->components.n; i++) {
    const struct declaration *part = &loader->components.list[i];
    if (part->of != number) continue; /* of a composed part, which has checked it */
    check_part(L, owner, part);
    finish_part(L, table, owner, part);
    entry |= !strcmp(part->word->name, owner->name);
  }
  if (!entry) {
    loader_raise(L, "kind \"%s\": its build made no %s called c.name", owner->kind->name,
                 owner->kind->made_of->entry->name);
  }
  for (uint32_t i = number; i < loader->composed.n; i++) {
    const struct declaration *part = &loader->composed.list[i];
    if (part->of == number) {
      check_part(L, owner, part);
    }
  }
}

/* --- building ------------------------------------------------------------------------------- */

static bool read_values(struct loader *loader, const struct spot *spot, int table,
                        const struct kind *kind, void *config) {
  const char *also[16];
  uint32_t n = common_keys(also, 16);
  return configure(loader, spot, table, kind->params, config, also, n, 0);
}

/* What every component may say. */
static bool check_common(struct loader *loader, const struct spot *spot, int table) {
  struct common_config common = {0};
  for (const struct param *p = common_params; p->name; p++) {
    if (strcmp(p->name, "zone") != 0) {
      if (!configure_key(loader, spot, table, p, &common)) return false;
      continue;
    }
    int type = lua_getfield(loader->L, table, p->name);
    struct spot at = spot_key(spot, p->name);
    bool ok = type == LUA_TNIL || type == LUA_TTABLE || type == LUA_TSTRING ||
              value_unexpected(loader, &at, -1, "the name of a zone or a list of names");
    lua_pop(loader->L, 1);
    if (!ok) return false;
  }
  return true;
}

/* Fails before anything is built where a value is of the wrong type or out of its range. */
static void check_values(lua_State *L, const struct word *word, int table) {
  struct loader *loader = loader_of(L);
  struct spot spot = spot_word(NULL, word);
  loader->early = true;
  loader->dist_budget = DIST_BUDGET;
  loader->csv_budget = CSV_BUDGET;
  bool ok = off_composed(loader, word, table) && check_common(loader, &spot, table) &&
            read_values(loader, &spot, table, word->kind,
                        arena_alloc(loader->arena, word->kind->config_size));
  loader->early = false;
  if (ok) return;
  lua_pushnil(L); /* who catches it asks the loader what went wrong */
  lua_error(L);
}

void compose(lua_State *L, uint32_t number) {
  struct loader *loader = loader_of(L);
  const struct word *word = loader->composed.list[number - 1].word;
  struct scope scope = {word, number, loader->scope};
  int depth = 0;
  for (const struct scope *s = &scope; s; s = s->outer) depth++;
  if (depth > DEPTH_MAX) {
    loader_raise(
        L, "%s \"%s\": kinds are composed of each other more than %d deep; is one made of itself?",
        word->text, word->name, DEPTH_MAX);
  }
  luaL_checkstack(L, 32, NULL);
  lua_rawgeti(L, LUA_REGISTRYINDEX, loader->composed.list[number - 1].reference);
  lua_getiuservalue(L, -1, 1);
  table_push_copy(L, lua_gettop(L));
  lua_replace(L, -2);
  int table = lua_gettop(L);
  if (scope.outer) inherit(L, scope.outer->number, table);
  lua_pushvalue(L, table);
  lua_setiuservalue(L, table - 1, 1);
  check_values(L, word, table);
  lua_rawgeti(L, LUA_REGISTRYINDEX, definition_of(loader, word->kind)->build);
  push_values(L, table, word->kind->params, word->kind->name);
  for (const struct param *p = common_params; p->name; p++) {
    lua_getfield(L, table, p->name);
    lua_setfield(L, -2, p->name);
  }
  lua_pushstring(L, word->name);
  lua_setfield(L, -2, "name");
  uint32_t since = loader->components.n;
  loader->scope = &scope;
  lua_call(L, 1, 0);
  loader->scope = scope.outer;
  check_made(L, table, word, number, since);
  lua_settop(L, table - 2);
}

/* --- when all is known ---------------------------------------------------------------------- */

static bool is_left_out(struct loader *loader, const struct declaration *declaration) {
  int table = declaration_push(loader, declaration);
  bool out =
      lua_getfield(loader->L, table, "only_if") == LUA_TBOOLEAN && !lua_toboolean(loader->L, -1);
  lua_settop(loader->L, table - 1);
  return out;
}

void compose_leave_out(struct loader *loader) {
  for (uint32_t i = 0; i < loader->composed.n; i++) {
    struct declaration *declaration = &loader->composed.list[i];
    declaration->has_body = !is_left_out(loader, declaration);
  }
}

bool compose_read(struct loader *loader) {
  uint32_t n = loader->composed.n;
  struct composed_spec *list = arena_alloc(loader->arena, (n + 1) * sizeof *list);
  for (uint32_t i = 0; i < n; i++) {
    const struct declaration *declaration = &loader->composed.list[i];
    const struct word *word = declaration->word;
    if (!declaration->has_body) continue;
    struct spot spot = spot_word(NULL, word);
    void *config = arena_alloc(loader->arena, word->kind->config_size);
    loader->given = (struct names){0};
    int table = declaration_push(loader, declaration);
    bool ok = read_values(loader, &spot, table, word->kind, config);
    lua_pop(loader->L, 1);
    if (!ok) return false;
    list[i] =
        (struct composed_spec){word->name, word->kind, config, loader->given.n, loader->given.list};
  }
  for (uint32_t i = 0; i < loader->components.n; i++) {
    const struct declaration *part = &loader->components.list[i];
    uint32_t id = spec_find(&loader->scenario->spec, part->word->name);
    struct component_spec *c = (struct component_spec *)&loader->scenario->spec.component[id];
    c->of = part->of ? &list[part->of - 1] : NULL;
  }
  return true;
}
