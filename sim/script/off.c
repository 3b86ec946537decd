#include "off.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "configure.h"
#include "nearest.h"
#include "quantity.h"
#include "sim.h"
#include "step.h"
#include "words.h"

#define ALLOW "allow" /* all lines of it: without one of them the others still make a rule */

/* --- what can be switched off ---------------------------------------------------------------- */

static const struct declaration *find_declaration(const struct loader *loader, const char *name,
                                                  size_t length) {
  for (uint32_t i = 0; i < loader->components.n; i++) {
    const struct declaration *d = &loader->components.list[i];
    if (strlen(d->word->name) == length && !strncmp(d->word->name, name, length)) return d;
  }
  return NULL;
}

static const struct param *find_param(const struct param *params, const char *name, size_t length) {
  for (; params->name; params++) {
    if (strlen(params->name) == length && !strncmp(params->name, name, length)) return params;
  }
  return NULL;
}

/* Whether a parameter that is not given costs nothing and does nothing. Choices have no such
 * value: the default of an algorithm is another algorithm. */
static bool is_neutral(const struct param *param) {
  const char *text = param->fallback;
  if (param->required || param->type == PARAM_ENUM || param->type == PARAM_CAUSES) return false;
  if (text == NULL) return true;
  if (!strcmp(text, "never") || !strcmp(text, "unlimited") || !strcmp(text, "false")) return true;
  return quantity_number_end(text) != NULL && strtod(text, NULL) == 0;
}

static bool can_be_off(const struct param *param) {
  return param->off != NULL || is_neutral(param);
}

/* Pushes table[param]; false if it is not given. */
static bool push_given(lua_State *L, int table, const struct param *param) {
  int type = lua_getfield(L, table, param->name);
  return type != LUA_TNIL && !(param->type == PARAM_GROUP && !lua_toboolean(L, -1));
}

/* "path.users.edge", as its metrics are called. */
static const char *path_name(struct loader *loader, int table) {
  lua_State *L = loader->L;
  const char *name = NULL;
  bool both = lua_getfield(L, table, "from") == LUA_TSTRING;
  both = lua_getfield(L, table, "to") == LUA_TSTRING && both;
  if (both) {
    name = arena_format(loader->arena, "path.%s.%s", lua_tostring(L, -2), lua_tostring(L, -1));
  }
  lua_pop(L, 2);
  return name;
}

static void list_params(struct loader *loader, const char *prefix, const struct param *params,
                        int table) {
  for (; params->name; params++) {
    const char *name = arena_format(loader->arena, "%s.%s", prefix, params->name);
    if (push_given(loader->L, table, params) && can_be_off(params)) {
      names_add(loader, &loader->can_be_off, name);
    }
    if (params->type == PARAM_GROUP && lua_istable(loader->L, -1)) {
      list_params(loader, name, params->group, lua_gettop(loader->L));
    }
    lua_pop(loader->L, 1);
  }
}

/* Everything but the faults, which have no names yet. */
static void list_all(struct loader *loader) {
  for (uint32_t i = 0; i < loader->components.n; i++) {
    const struct declaration *d = &loader->components.list[i];
    if (d->of && !strcmp(loader->composed.list[d->of - 1].word->name, d->word->name)) continue;
    if (d->word->kind->bypass || d->word->kind->optional)
      names_add(loader, &loader->can_be_off, d->word->name);
    int table = declaration_push(loader, d);
    list_params(loader, d->word->name, d->word->kind->params, table);
    list_params(loader, d->word->name, common_params, table);
    lua_pop(loader->L, 1);
  }
  for (uint32_t i = 0; i < loader->paths.n; i++) {
    int table = declaration_push(loader, &loader->paths.list[i]);
    const char *name = lua_istable(loader->L, table) ? path_name(loader, table) : NULL;
    if (name) {
      names_add(loader, &loader->can_be_off, name);
      list_params(loader, name, word_defs[WORD_PATH].params, table);
    }
    lua_pop(loader->L, 1);
  }
  if (loader->allows.n > 0) names_add(loader, &loader->can_be_off, ALLOW);
}

/* --- parameters ------------------------------------------------------------------------------ */

/* An action stays what it was, with what it says of others, and is not done. */
static void push_action_off(lua_State *L, int table, const struct param *param) {
  lua_getfield(L, table, param->name);
  const struct word *action = loader_word(L, -1);
  if (action == NULL) return; /* what it is instead is told when it is read */
  struct word *off = lua_newuserdatauv(L, sizeof *off, 1);
  *off = *action;
  off->off = true;
  luaL_setmetatable(L, WORD_TYPE);
  lua_getiuservalue(L, -2, 1);
  lua_setiuservalue(L, -2, 1);
  lua_remove(L, -2);
}

/* table[param] = its off. */
static void set_off(lua_State *L, int table, const struct param *param) {
  if (param->off) {
    struct param off = *param;
    off.fallback = param->off;
    configure_push_default(L, &off);
  } else if (param->type == PARAM_ACT) {
    push_action_off(L, table, param);
  } else {
    lua_pushnil(L);
  }
  lua_setfield(L, table, param->name);
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A balancer whose weights alone say what its backends are keeps these, at equal parts. */
static void keep_weighed(lua_State *L, int table, const struct param *params) {
  enum { MOST = 1000 };
  const char *name[MOST];
  int n = 0, top = lua_gettop(L);
  bool said = lua_getfield(L, table, "backends") != LUA_TNIL;
  bool has = find_param(params, "backends", strlen("backends")) != NULL;
  if (has && !said && lua_getfield(L, table, "weights") == LUA_TTABLE) {
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
      if (lua_type(L, -2) == LUA_TSTRING && n < MOST) name[n++] = lua_tostring(L, -2);
    }
  }
  if (n > 0 && n < MOST) {
    qsort(name, (size_t)n, sizeof *name, by_text); /* Lua's order is not always the same */
    lua_createtable(L, n, 0);
    for (int i = 0; i < n; i++) {
      lua_pushstring(L, name[i]);
      lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, table, "backends");
  }
  lua_settop(L, top);
}

/* Whether it means nothing without `name`, which alone it asks for. */
static bool needs_it(const struct param *param, const char *name) {
  const char *needs = param->needs;
  if (needs == NULL || *needs == '?' || strstr(needs, " or ")) return false;
  const char *colon = strchr(needs, ':');
  if (colon) needs = colon + 1 + strspn(colon + 1, " ");
  size_t length = strcspn(needs, " =");
  return strlen(name) == length && !strncmp(needs, name, length);
}

/* With what needs it, and so on. */
static void set_off_all(lua_State *L, int table, const struct param *params,
                        const struct param *param) {
  if (param->type == PARAM_WEIGHTS) keep_weighed(L, table, params);
  set_off(L, table, param);
  for (const struct param *p = params; p->name; p++) {
    if (p->required || !needs_it(p, param->name)) continue;
    bool given = push_given(L, table, p);
    lua_pop(L, 1);
    if (given) set_off_all(L, table, params, p);
  }
}

static bool off_error(struct loader *loader, const char *name, const char *why) {
  return loader_fail(loader, "%s: --off %.120s: %s%s", loader->scenario->file, name, why,
                     nearest_hint(name, loader->can_be_off.list, loader->can_be_off.n,
                                  "what can be switched off is")
                         .text);
}

/* Switches off the parameter that `path` names in the table at the top of the stack, which is a
 * copy already. `owner` is what the path so far is called. */
static bool off_in_table(struct loader *loader, const char *name, const char *owner,
                         const struct param *params, const char *path) {
  lua_State *L = loader->L;
  struct arena *arena = loader->arena;
  int table = lua_gettop(L);
  size_t length = strcspn(path, ".");
  const struct param *param = find_param(params, path, length);
  if (param == NULL) {
    return off_error(loader, name,
                     arena_format(arena, "%s knows no '%.*s'", owner, (int)length, path));
  }
  bool given = push_given(L, table, param), deeper = path[length] == '.';
  if (!given && (deeper || param->off == NULL)) {
    return off_error(loader, name, arena_format(arena, "%s has no %s", owner, param->name));
  }
  if (deeper) {
    if (param->type != PARAM_GROUP || !lua_istable(L, -1)) {
      return off_error(loader, name, arena_format(arena, "%s has no parts", param->name));
    }
    table_push_copy(L, lua_gettop(L));
    if (!off_in_table(loader, name, arena_format(arena, "%s.%s", owner, param->name), param->group,
                      path + length + 1)) {
      return false;
    }
    lua_setfield(L, table, param->name);
  } else if (!can_be_off(param)) {
    return off_error(loader, name,
                     arena_format(arena, "%s.%s cannot be left out: %s%s", owner, param->name,
                                  param->required ? "it is required" : "without it, it would be ",
                                  param->required ? "" : param->fallback));
  } else {
    set_off_all(L, table, params, param);
  }
  lua_settop(L, table);
  return true;
}

/* `name` without what the declaration is called is the way to one of `params`. */
static bool off_declared(struct loader *loader, const struct declaration *declaration,
                         const char *name, const char *owner, const struct param *params) {
  lua_State *L = loader->L;
  int top = lua_gettop(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, declaration->reference);
  int table = declaration_push(loader, declaration);
  table_push_copy(L, table);
  if (!off_in_table(loader, name, owner, params, name + strlen(owner) + 1)) return false;
  lua_setiuservalue(L, top + 1, 1);
  lua_settop(L, top);
  return true;
}

static bool off_param(struct loader *loader, const struct declaration *declaration,
                      const char *name) {
  const struct word *word = declaration->word;
  const char *rest = name + strlen(word->name) + 1;
  size_t length = strcspn(rest, ".");
  bool own = find_param(word->kind->params, rest, length) != NULL;
  bool common = !own && find_param(common_params, rest, length) != NULL;
  return off_declared(loader, declaration, name, word->name,
                      common ? common_params : word->kind->params);
}

/* --- paths ----------------------------------------------------------------------------------- */

static void leave_out(struct declarations *list, uint32_t i) {
  list->n--;
  memmove(&list->list[i], &list->list[i + 1], (list->n - i) * sizeof *list->list);
}

/* Whether some path is called so. */
static bool off_path(struct loader *loader, const char *name, bool *found) {
  *found = false;
  for (uint32_t i = 0; !*found && i < loader->paths.n; i++) {
    const struct declaration *declaration = &loader->paths.list[i];
    int table = declaration_push(loader, declaration);
    const char *owner = lua_istable(loader->L, table) ? path_name(loader, table) : NULL;
    lua_pop(loader->L, 1);
    size_t length = owner ? strlen(owner) : 0;
    if (owner && !strcmp(name, owner)) {
      leave_out(&loader->paths, i);
      *found = true;
      return true;
    }
    if (owner == NULL || strncmp(name, owner, length) != 0 || name[length] != '.') continue;
    *found = true;
    if (!off_declared(loader, declaration, name, owner, word_defs[WORD_PATH].params)) return false;
  }
  return true;
}

/* --- steps of handlers ----------------------------------------------------------------------- */

/* Whether "web.limit" is about the steps of that word in the handlers of web, which are read later.
 */
static bool is_of_steps(const struct declaration *declaration, const char *name) {
  const char *rest = name + strlen(declaration->word->name) + 1;
  if (find_param(declaration->word->kind->params, rest, strlen(rest)) != NULL) return false;
  for (int i = 0; steps[i]; i++) {
    if (steps[i]->can_be_off && !strcmp(steps[i]->word.name, rest)) return true;
  }
  return false;
}

bool off_step(struct loader *loader, const struct spot *spot, const struct step_def *def) {
  const struct scenario_changes *changes = loader->changes;
  if (changes == NULL || changes->offs == 0 || !def->can_be_off) return false;
  while (spot->parent) spot = spot->parent;
  if (spot->kind != SPOT_WORD || spot->word->name == NULL) return false;
  const char *name = arena_format(loader->arena, "%s.%s", spot->word->name, def->word.name);
  names_add(loader, &loader->can_be_off, name);
  bool off = false;
  for (uint32_t i = 0; i < changes->offs; i++) {
    if (strcmp(changes->off[i], name) != 0) continue;
    off = loader->off_done[i] = true;
  }
  return off;
}

/* --- calls of handlers ----------------------------------------------------------------------- */

/* What comes after "web.db." in the name of something that a call of db in a handler of web has; or
 * NULL. */
static const char *in_call(const char *name, const char *owner, const char *callee) {
  size_t a = strlen(owner), b = strlen(callee);
  bool fits = !strncmp(name, owner, a) && name[a] == '.' && !strncmp(name + a + 1, callee, b) &&
              name[a + 1 + b] == '.';
  return fits ? name + a + b + 2 : NULL;
}

/* Whether a name leads into the handlers of a service, which are read later. */
static bool is_of_a_call(const struct loader *loader, const struct declaration *declaration,
                         const char *name) {
  const char *rest = name + strlen(declaration->word->name) + 1;
  size_t length = strcspn(rest, ".");
  if (rest[length] == '\0' || find_declaration(loader, rest, length) == NULL) return false;
  return find_param(declaration->word->kind->params, rest, length) == NULL;
}

bool off_in_call(struct loader *loader, const struct spot *spot, const struct param *params,
                 int index) {
  const struct scenario_changes *changes = loader->changes;
  lua_State *L = loader->L;
  if (changes == NULL || changes->offs == 0) return true;
  while (spot->parent) spot = spot->parent;
  if (lua_rawgeti(L, index, 1) != LUA_TSTRING || spot->kind != SPOT_WORD) {
    lua_pop(L, 1);
    return true;
  }
  const char *owner = spot->word->name, *callee = arena_text(loader->arena, lua_tostring(L, -1));
  lua_pop(L, 1);
  list_params(loader, arena_format(loader->arena, "%s.%s", owner, callee), params, index);
  for (uint32_t i = 0; i < changes->offs; i++) {
    const char *rest = in_call(changes->off[i], owner, callee);
    const struct param *param = rest ? find_param(params, rest, strcspn(rest, ".")) : NULL;
    if (param == NULL) continue;
    bool given = push_given(L, index, param);
    lua_pop(L, 1);
    if (!given) continue; /* another call may have it */
    table_push_copy(L, index);
    if (!off_in_table(loader, changes->off[i], owner, params, rest)) return false;
    lua_replace(L, index);
    loader->off_done[i] = true;
  }
  return true;
}

/* --- components ------------------------------------------------------------------------------ */

/* Pushes the one component behind it; false if there are several. */
static bool push_behind(lua_State *L, int table, const char *param) {
  if (lua_getfield(L, table, param) == LUA_TTABLE && lua_rawlen(L, -1) == 1) {
    lua_rawgeti(L, -1, 1);
    lua_remove(L, -2);
  }
  return lua_type(L, -1) == LUA_TSTRING;
}

static bool off_component(struct loader *loader, const struct declaration *declaration,
                          const char *name) {
  const struct word *word = declaration->word;
  if (word->kind->optional) {
    names_add(loader, &loader->at_rest, word->name);
    return true;
  }
  if (word->kind->bypass == NULL) {
    return off_error(
        loader, name,
        arena_format(loader->arena, "a %s cannot be left out as a whole", word->kind->name));
  }
  int table = declaration_push(loader, declaration);
  if (!push_behind(loader->L, table, word->kind->bypass)) {
    return off_error(loader, name,
                     arena_format(loader->arena,
                                  "it has several %s, so it is not clear where its calls would go",
                                  word->kind->bypass));
  }
  struct bypass *bypass = &loader->bypass[loader->bypasses++];
  bypass->from = word->name;
  bypass->to = arena_text(loader->arena, lua_tostring(loader->L, -1));
  lua_settop(loader->L, table - 1);
  return true;
}

const char *off_follow(const struct loader *loader, const char *name) {
  for (uint32_t step = 0; step < loader->bypasses; step++) {
    uint32_t i = 0;
    while (i < loader->bypasses && strcmp(loader->bypass[i].from, name) != 0) i++;
    if (i == loader->bypasses) break;
    name = loader->bypass[i].to;
  }
  return name;
}

bool off_is_out(const struct loader *loader, const char *name) {
  if (off_follow(loader, name) != name) return true;
  for (uint32_t i = 0; i < loader->at_rest.n; i++) {
    if (!strcmp(loader->at_rest.list[i], name)) return true;
  }
  return false;
}

/* --- all of them ----------------------------------------------------------------------------- */

static bool is_repeated(const struct scenario_changes *changes, uint32_t i) {
  for (uint32_t k = 0; k < i; k++) {
    if (!strcmp(changes->off[k], changes->off[i])) return true;
  }
  return false;
}

static void begin(struct loader *loader) {
  if (loader->off_done) return;
  loader->off_done = arena_alloc(loader->arena, loader->changes->offs);
}

bool off_composed(struct loader *loader, const struct word *word, int index) {
  const struct scenario_changes *changes = loader->changes;
  lua_State *L = loader->L;
  if (changes == NULL || changes->offs == 0) return true;
  begin(loader);
  list_params(loader, word->name, word->kind->params, index);
  size_t length = strlen(word->name);
  for (uint32_t i = 0; i < changes->offs; i++) {
    const char *name = changes->off[i], *rest = name + length + 1;
    if (strncmp(name, word->name, length) != 0 || name[length] != '.') continue;
    if (find_param(word->kind->params, rest, strcspn(rest, ".")) == NULL) continue;
    lua_pushvalue(L, index);
    if (!off_in_table(loader, name, word->name, word->kind->params, rest)) return false;
    lua_pop(L, 1);
    loader->off_done[i] = true;
  }
  return true;
}

bool off_declarations(struct loader *loader) {
  const struct scenario_changes *changes = loader->changes;
  if (changes == NULL || changes->offs == 0) return true;
  list_all(loader);
  loader->bypass = arena_alloc(loader->arena, changes->offs * sizeof *loader->bypass);
  begin(loader);
  for (uint32_t i = 0; i < changes->offs; i++) {
    const char *name = changes->off[i];
    size_t length = strcspn(name, ".");
    if (is_repeated(changes, i)) return off_error(loader, name, "is given twice");
    if (loader->off_done[i]) continue;
    const struct declaration *declaration = find_declaration(loader, name, length);
    if (declaration == NULL && !strcmp(name, ALLOW) && loader->allows.n > 0) {
      loader->allows.n = 0;
      loader->off_done[i] = true;
      continue;
    }
    if (declaration == NULL && !off_path(loader, name, &loader->off_done[i])) return false;
    if (declaration == NULL) continue; /* it may be a fault */
    if (name[length] == '.' && is_of_steps(declaration, name)) continue;
    if (name[length] == '.' && is_of_a_call(loader, declaration, name)) continue;
    loader->off_done[i] = true;
    if (!(name[length] == '.' ? off_param(loader, declaration, name)
                              : off_component(loader, declaration, name))) {
      return false;
    }
  }
  return true;
}

static bool off_fault(struct loader *loader, const char *name) {
  struct spec *spec = &loader->scenario->spec;
  for (uint32_t i = 0; i < spec->faults; i++) {
    if (strcmp(spec->fault[i].name, name) != 0) continue;
    struct fault_spec *list = arena_alloc(loader->arena, spec->faults * sizeof *list);
    memcpy(list, spec->fault, i * sizeof *list);
    memcpy(list + i, spec->fault + i + 1, (spec->faults - i - 1) * sizeof *list);
    spec->fault = list;
    spec->faults--;
    return true;
  }
  struct names *all = &loader->can_be_off;
  for (uint32_t i = 0; i < spec->faults; i++) names_add(loader, all, spec->fault[i].name);
  return loader_fail(loader, "%s: --off %.120s: there is nothing of this name%s",
                     loader->scenario->file, name,
                     nearest_hint(name, all->list, all->n, "what can be switched off is").text);
}

bool off_faults(struct loader *loader) {
  const struct scenario_changes *changes = loader->changes;
  for (uint32_t i = 0; changes && i < changes->offs; i++) {
    if (!loader->off_done[i] && !off_fault(loader, changes->off[i])) return false;
  }
  return true;
}
