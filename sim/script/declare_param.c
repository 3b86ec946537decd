#include "declare_param.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nearest.h"
#include "quantity.h"
#include "spot.h"
#include "value.h"

#define PARAMS_MAX 1000u

static const char *checked_text(lua_State *L, int index, const char *what) {
  size_t length;
  if (lua_type(L, index) != LUA_TSTRING) {
    loader_raise(L, "param: expected %s, got %s; write param { \"NAME\", DEFAULT, doc = \"...\" }",
                 what, value_got(L, index).text);
  }
  const char *text = lua_tolstring(L, index, &length);
  const char *fault = text_fault(text, length);
  if (fault) loader_raise(L, "param: %s %s", what, fault);
  return text;
}

static void check_table(lua_State *L) {
  if (lua_gettop(L) != 1 || !lua_istable(L, 1)) {
    loader_raise(L, "param: expected a table; write param { \"NAME\", DEFAULT, doc = \"...\" }");
  }
  if (lua_rawlen(L, 1) > 2) {
    loader_raise(L, "param: a name and a default are all it takes besides doc = \"...\"");
  }
  const char *unknown = NULL; /* the first in the alphabet: Lua's order is not always the same */
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TNUMBER) continue;
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    if (!strcmp(key, "doc")) continue;
    if (unknown == NULL || strcmp(key, unknown) < 0) unknown = key;
  }
  if (unknown) loader_raise(L, "param: key '%.80s' is unknown; the only one is 'doc'", unknown);
}

static const char *new_name(lua_State *L) {
  struct loader *loader = loader_of(L);
  lua_rawgeti(L, 1, 1);
  const char *name = checked_text(L, -1, "its name");
  if (!name_is_valid(name, strlen(name))) {
    loader_raise(L, "param: %s is no name; a name has 1 to %u letters, digits, '_' and '-'",
                 value_got(L, -1).text, NAME_MAX_BYTES);
  }
  for (uint32_t i = 0; i < loader->params; i++) {
    if (strcmp(loader->param[i].name, name) != 0) continue;
    loader_raise(L, "param: \"%s\" is declared a second time; use the first one's value", name);
  }
  if (loader->params == PARAMS_MAX)
    loader_raise(
        L, "param: more than %u parameters in one scenario; write constants as plain Lua locals",
        PARAMS_MAX);
  return arena_text(loader->arena, name);
}

/* The text of a scalar, as tostring. */
static const char *scalar_text(lua_State *L, int index) {
  lua_pushvalue(L, index);
  const char *text = luaL_tolstring(L, -1, NULL);
  text = arena_text(loader_of(L)->arena, text);
  lua_pop(L, 2);
  return text;
}

/* Where it is declared, and whether the file goes on to use it. */
static void note_place(lua_State *L, struct scenario_param *param) {
  const struct loader *loader = loader_of(L);
  uint32_t source;
  if (!loader_where(L, &source, &param->line)) return;
  param->file = loader->source[source]->file;
  param->unread = source_param_unread(loader->source[source], param->name, &param->line);
}

static enum value_type type_of(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TBOOLEAN) return VALUE_BOOLEAN;
  if (lua_type(L, index) != LUA_TNUMBER) return VALUE_TEXT;
  return lua_isinteger(L, index) ? VALUE_WHOLE : VALUE_NUMBER;
}

static void check_default(lua_State *L, int index, const char *name) {
  switch (lua_type(L, index)) {
    case LUA_TSTRING:
      checked_text(L, index, "its default");
      return;
    case LUA_TNUMBER:
      if (isfinite(lua_tonumber(L, index))) return;
      loader_raise(L, "param \"%s\": the default is not a finite number", name);
    case LUA_TBOOLEAN:
      return;
    case LUA_TNIL:
      loader_raise(L, "param \"%s\": its default is missing; write param { \"%s\", DEFAULT }", name,
                   name);
    default:
      loader_raise(L, "param \"%s\": its default is to be a text, a number or a boolean, got %s",
                   name, value_got(L, index).text);
  }
}

static _Noreturn void bad_setting(lua_State *L, const char *name, const char *value,
                                  const char *expected) {
  loader_raise(L, "-s %s=%.80s: expected %s, as the default in the scenario is one", name, value,
               expected);
}

/* Pushes the text of a setting as a value of the default's type. */
static void push_setting(lua_State *L, int fallback, const char *name, const char *value) {
  const char *fault = text_fault(value, strlen(value));
  if (fault) loader_raise(L, "-s %s: the value %s", name, fault);
  switch (lua_type(L, fallback)) {
    case LUA_TBOOLEAN:
      if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0) {
        bad_setting(L, name, value, "true or false");
      }
      lua_pushboolean(L, value[0] == 't');
      return;
    case LUA_TNUMBER: {
      const char *end = quantity_number_end(value + (value[0] == '-'));
      if (end == NULL || *end != '\0' || lua_stringtonumber(L, value) == 0 ||
          !isfinite(lua_tonumber(L, -1))) {
        bad_setting(L, name, value, "a number");
      }
      return;
    }
    default:
      lua_pushstring(L, value);
  }
}

/* Pushes the value in use: the setting's if there is one, else the default's. */
static void push_value(lua_State *L, int fallback, const char *name) {
  struct loader *loader = loader_of(L);
  for (uint32_t i = 0; i < loader->settings; i++) {
    if (strcmp(loader->setting[i].name, name) != 0) continue;
    loader->setting_used[i] = true;
    push_setting(L, fallback, name, loader->setting[i].value);
    return;
  }
  lua_pushvalue(L, fallback);
}

int declare_param(lua_State *L) {
  struct loader *loader = loader_of(L);
  if (loader->scope) loader_raise(L, "param: a kind takes values by its own parameters");
  check_table(L);
  const char *name = new_name(L);
  lua_rawgeti(L, 1, 2);
  int fallback = lua_gettop(L);
  check_default(L, fallback, name);
  const char *doc = "";
  if (lua_getfield(L, 1, "doc") != LUA_TNIL) doc = checked_text(L, -1, "its doc");
  push_value(L, fallback, name);
  if (loader->params == 0) {
    loader->param = arena_alloc(loader->arena, PARAMS_MAX * sizeof *loader->param);
  }
  loader->param[loader->params++] = (struct scenario_param){
      .name = name,
      .value = scalar_text(L, -1),
      .fallback = scalar_text(L, fallback),
      .doc = arena_text(loader->arena, doc),
      .type = type_of(L, fallback),
  };
  note_place(L, &loader->param[loader->params - 1]);
  return 1;
}

bool settings_finish(struct loader *loader) {
  const char *names[PARAMS_MAX];
  for (uint32_t i = 0; i < loader->params; i++) names[i] = loader->param[i].name;
  for (uint32_t i = 0; i < loader->settings; i++) {
    const struct setting *setting = &loader->setting[i];
    for (uint32_t k = 0; k < i; k++) {
      if (strcmp(loader->setting[k].name, setting->name) != 0) continue;
      return loader_fail(loader, "-s %.80s is given twice", setting->name);
    }
    if (loader->setting_used[i]) continue;
    struct hint near = {""};
    const char *word = nearest_word(setting->name, names, loader->params);
    if (word) snprintf(near.text, sizeof near.text, "; did you mean '%s'?", word);
    struct hint list = nearest_hint("", names, loader->params, "it declares");
    return loader_fail(loader, "%s: -s %.80s: the scenario has no such parameter%s%s",
                       loader->scenario->file, setting->name, near.text,
                       loader->params ? list.text : "; it declares none");
  }
  return true;
}
