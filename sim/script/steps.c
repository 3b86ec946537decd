/* A step's argument is read by its parameter tables into its config; the definition then appends
 * its instructions (steps/step.h). A list of steps inside another one is read first, as a block. */
#include "steps.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "configure.h"
#include "off.h"
#include "sim.h"
#include "step.h"

#define DEPTH_MAX 32
#define ITEMS_MAX 65535

/* A list of steps that is being read. */
struct list {
  struct loader *loader;
  const struct step_def *inside; /* the step that it belongs to; NULL: a handler */
  const char *const *only;       /* words that it may hold; NULL: all */
  struct assembler to;
};

static const struct param no_params[] = {{0}};

static const struct param *keys_of(const struct step_def *def) {
  return def->word.params ? def->word.params : no_params;
}

/* --- operations that the callee tells apart ------------------------------------------------- */

static bool in_operations(const struct kind *kind, const char *name) {
  for (const char *const *o = kind->operations; *o; o++) {
    if (!strcmp(*o, name)) return true;
  }
  return false;
}

/* Whether the list at the top of the stack, as the user wrote it, has the name, or is the name. */
static bool list_has(lua_State *L, const char *name) {
  bool found = lua_type(L, -1) == LUA_TSTRING && !strcmp(lua_tostring(L, -1), name);
  for (lua_Integer i = 1; lua_istable(L, -1) && !found && i <= (lua_Integer)SPEC_MAX_OPS; i++) {
    found = lua_rawgeti(L, -1, i) == LUA_TSTRING && !strcmp(lua_tostring(L, -1), name);
    lua_pop(L, 1);
  }
  return found;
}

/* Whether one of the component's own lists of operations has the name; they may not be read yet. */
static bool in_own_lists(struct loader *loader, const struct component_spec *component,
                         const char *name) {
  lua_State *L = loader->L;
  bool found = false;
  for (uint32_t i = 0; i < loader->components.n && !found; i++) {
    const struct declaration *declaration = &loader->components.list[i];
    if (strcmp(declaration->word->name, component->name) != 0) continue;
    int table = declaration_push(loader, declaration);
    for (const struct param *p = component->kind->params; p->name && lua_istable(L, table); p++) {
      if (p->type != PARAM_OPS) continue;
      lua_getfield(L, table, p->name);
      found |= list_has(L, name);
      lua_pop(L, 1);
    }
    lua_settop(L, table - 1);
  }
  return found;
}

static bool unknown_operation(struct loader *loader, const struct spot *spot,
                              const struct kind *kind, const char *name) {
  const char *it_has = "it has";
  for (const struct param *p = kind->params; p->name; p++) {
    if (p->type == PARAM_OPS) it_has = "beside what its own lists name it has";
  }
  uint32_t n = 0;
  while (kind->operations[n]) n++;
  return spot_error(loader, spot, "a %s has no operation '%.63s'%s", kind->name, name,
                    nearest_hint(name, kind->operations, n, it_has).text);
}

/* An operation that the callee does not tell apart would silently be taken for another one. */
static bool check_operation(struct loader *loader, const struct spot *spot,
                            const struct step_def *def, const void *config, int table) {
  lua_State *L = loader->L;
  const struct param *to = def->word.subject, *op = keys_of(def);
  while (op->name && op->type != PARAM_OP) op++;
  if (!to || to->type != PARAM_REF || !op->name || !lua_istable(L, table)) return true;
  uint32_t id = *(const uint32_t *)((const char *)config + to->offset);
  const struct component_spec *component = &loader->scenario->spec.component[id];
  bool stated = lua_getfield(L, table, op->name) != LUA_TNIL;
  const char *name = stated ? lua_tostring(L, -1) : "";
  struct spot at = spot_key(spot, op->name);
  bool ok = !stated || component->kind->operations == NULL ||
            in_operations(component->kind, name) || in_own_lists(loader, component, name) ||
            unknown_operation(loader, &at, component->kind, name);
  lua_pop(L, 1);
  return ok;
}

/* --- one step ------------------------------------------------------------------------------- */

/* Which of the step's keys the table at `index` states. */
static uint64_t given_keys(lua_State *L, const struct param *params, int index) {
  uint64_t given = 0;
  for (uint32_t i = 0; params[i].name && lua_istable(L, index); i++) {
    if (lua_getfield(L, index, params[i].name) != LUA_TNIL) given |= UINT64_C(1) << i;
    lua_pop(L, 1);
  }
  return given;
}

/* The form of a word's usage that has a table, else the first. */
static const char *table_form(struct loader *loader, const struct word_def *word) {
  const char *line = word->usage, *form = line;
  for (; line; line = strchr(line, '\n')) {
    line += *line == '\n';
    const char *brace = strchr(line, '{');
    form = line;
    if (brace && brace < line + strcspn(line, "\n")) break;
  }
  return arena_format(loader->arena, "%.*s", (int)strcspn(form, "\n"), form);
}

/* A step's subject, at `index`. */
static bool read_subject(struct loader *loader, const struct spot *spot, int index,
                         const struct param *subject, void *config) {
  bool absent = lua_isnil(loader->L, index);
  if (absent && !subject->required && subject->fallback == NULL) return true;
  if (!absent || subject->fallback == NULL) {
    return configure_value(loader, spot, index, subject, config);
  }
  configure_push_default(loader->L, subject);
  bool ok = configure_value(loader, spot, -1, subject, config);
  lua_pop(loader->L, 1);
  return ok;
}

/* A key that has to be given, which a step without a table does not. */
static const struct param *needed(const struct param *params) {
  for (; params->name; params++) {
    if (params->required) return params;
  }
  return NULL;
}

/* A value that is no table, at `index`: the step's subject, or nothing. */
static bool read_alone(struct loader *loader, const struct spot *spot, const struct step_def *def,
                       int index, void *config) {
  lua_State *L = loader->L;
  const struct word_def *word = &def->word;
  const struct param *missing = needed(keys_of(def));
  if (missing) return table_missing(loader, spot, missing->name, param_expected(missing));
  lua_pushnil(L);
  bool ok = configure(loader, spot, lua_gettop(L), keys_of(def), config, NULL, 0, 0);
  lua_pop(L, 1);
  if (!ok) return false;
  if (word->subject) return read_subject(loader, spot, index, word->subject, config);
  if (lua_isnil(L, index)) return true;
  if (!word->params && !word->items) {
    return spot_error(loader, spot, "takes no value; write %s()", word->name);
  }
  return value_unexpected(
      loader, spot, index,
      arena_format(loader->arena, "a table such as %s", table_form(loader, word)));
}

static bool read_list(struct list *list, const struct spot *spot, int table);

/* The values without keys of the table at `index`: the subject, or the steps of a block. */
static bool read_items(struct list *list, const struct spot *spot, const struct step_def *def,
                       int index, void *config) {
  struct loader *loader = list->loader;
  const struct word_def *word = &def->word;
  if (word->subject) {
    struct spot at = spot_item(spot, 1);
    lua_rawgeti(loader->L, index, 1);
    bool ok = read_subject(loader, &at, -1, word->subject, config);
    lua_pop(loader->L, 1);
    return ok;
  }
  if (!word->items) return true;
  struct block *block = (struct block *)((char *)config + word->items->offset);
  struct list inner = {.loader = loader, .inside = def, .only = word->items->choices};
  block->given = true;
  if (!read_list(&inner, spot, index)) return false;
  block->program = assemble_program(&inner.to);
  return true;
}

/* The argument at the top of the stack. */
static bool read_argument(struct list *list, const struct spot *spot, const struct step_def *def,
                          void *config) {
  struct loader *loader = list->loader;
  const struct word_def *word = &def->word;
  int index = lua_gettop(loader->L), items = word->items ? ITEMS_MAX : word->subject ? 1 : 0;
  if (!lua_istable(loader->L, index) || (!word->params && !word->items)) {
    return read_alone(loader, spot, def, index, config);
  }
  bool calls = word->subject && word->subject->type == PARAM_REF;
  if (calls && !off_in_call(loader, spot, keys_of(def), index)) return false;
  return configure(loader, spot, index, keys_of(def), config, NULL, 0, items) &&
         read_items(list, spot, def, index, config) &&
         check_operation(loader, spot, def, config, index);
}

static bool check(struct list *list, const struct spot *spot, const struct step_def *def, int index,
                  const void *config) {
  struct step_place place = {&list->loader->scenario->spec, list->inside,
                             given_keys(list->loader->L, keys_of(def), index)};
  const char *key = NULL;
  struct error why = {0};
  if (def->check == NULL || def->check(&place, config, &key, &why)) return true;
  struct spot at = spot_key(spot, key);
  return spot_error(list->loader, key ? &at : spot, "%s", why.text);
}

static bool is_allowed(const struct list *list, const struct word *word) {
  if (word == NULL || word->id != WORD_STEP) return false;
  if (list->only == NULL) return true;
  for (const char *const *name = list->only; *name; name++) {
    if (!strcmp(*name, word->text)) return true;
  }
  return false;
}

static bool not_allowed(const struct list *list, const struct spot *spot) {
  struct loader *loader = list->loader;
  const char *expected = "a step such as work \"5ms\" (there are";
  for (int i = 0; steps[i]; i++) {
    const struct word_def *word = &steps[i]->word;
    if (list->only && !strcmp(list->only[0], word->name)) {
      expected = arena_format(loader->arena, "a %s such as %.*s", word->name,
                              (int)strcspn(word->usage, "\n"), word->usage);
      return value_unexpected(loader, spot, -1, expected);
    }
    expected = arena_format(loader->arena, "%s%s %s", expected, i ? "," : "", word->name);
  }
  return value_unexpected(loader, spot, -1, arena_format(loader->arena, "%s)", expected));
}

/* The step at the top of the stack. */
static bool read_step(struct list *list, const struct spot *spot) {
  struct loader *loader = list->loader;
  lua_State *L = loader->L;
  const struct word *word = loader_word(L, -1);
  if (!is_allowed(list, word)) return not_allowed(list, spot);
  struct spot inner = spot_word(spot, word);
  void *config = arena_alloc(loader->arena, word->step->config_size + 1);
  word_push_argument(L, -1);
  bool ok = read_argument(list, &inner, word->step, config) &&
            check(list, &inner, word->step, lua_gettop(L), config);
  lua_pop(L, 1);
  if (!ok) return false;
  if (off_step(loader, &inner, word->step)) return true;
  word->step->compile(&list->to, config);
  if (!list->to.full) return true;
  return spot_error(
      loader, &inner,
      "the handler has more than %u steps, or the scenario too many; divide them over services",
      UINT16_MAX);
}

/* --- lists ---------------------------------------------------------------------------------- */

/* The values without keys of the table at `index`, which may be that of a step with keys. */
static bool read_list(struct list *list, const struct spot *spot, int index) {
  struct loader *loader = list->loader;
  lua_State *L = loader->L;
  list->to = (struct assembler){.arena = loader->arena, .budget = &loader->step_budget};
  if (loader->step_depth == DEPTH_MAX) {
    return spot_error(
        loader, spot,
        "steps are nested more than %d deep; put them side by side, or into another service",
        DEPTH_MAX);
  }
  loader->step_depth++;
  luaL_checkstack(L, 16, NULL);
  int n = (int)lua_rawlen(L, index);
  for (int i = 1; i <= n; i++) {
    struct spot at = spot_item(spot, i);
    lua_rawgeti(L, index, i);
    bool ok = read_step(list, &at);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  loader->step_depth--;
  return true;
}

static bool read_plain_list(struct list *list, const struct spot *spot, int index) {
  struct loader *loader = list->loader;
  if (!lua_istable(loader->L, index)) {
    return value_unexpected(loader, spot, index, "a list of steps, { work \"5ms\", ... }");
  }
  return table_check(loader, spot, index, NULL, 0, ITEMS_MAX) && read_list(list, spot, index);
}

bool steps_block(struct loader *loader, const struct spot *spot, int index, const char *const *only,
                 struct block *out) {
  struct list list = {.loader = loader, .only = only};
  if (!read_plain_list(&list, spot, lua_absindex(loader->L, index))) return false;
  *out = (struct block){true, assemble_program(&list.to)};
  return true;
}

/* --- fallbacks ------------------------------------------------------------------------------ */

/* The block under `key` of the table, if there is one. */
static bool read_cause(struct loader *loader, const struct spot *spot, int table, const char *key,
                       uint32_t causes, struct fallback *list, uint32_t *n) {
  struct spot at = spot_key(spot, key);
  bool ok = true;
  if (lua_getfield(loader->L, table, key) != LUA_TNIL) {
    list[*n].causes = causes;
    ok = steps_block(loader, &at, -1, NULL, &list[*n].block);
    ++*n;
  }
  lua_pop(loader->L, 1);
  return ok;
}

bool steps_fallbacks(struct loader *loader, const struct spot *spot, int index,
                     struct fallbacks *out) {
  lua_State *L = loader->L;
  struct fallback *list = arena_alloc(loader->arena, OUTCOMES * sizeof *list);
  index = lua_absindex(L, index);
  *out = (struct fallbacks){0, list};
  if (!lua_istable(L, index)) {
    return value_unexpected(loader, spot, index, "a list of steps, { work \"5ms\", ... }");
  }
  int top = lua_gettop(L);
  lua_pushnil(L);
  bool by_cause = lua_rawlen(L, index) == 0 && lua_next(L, index);
  lua_settop(L, top);
  if (!by_cause) {
    out->n = 1;
    list[0].causes = CAUSES_ALL;
    return steps_block(loader, spot, index, NULL, &list[0].block);
  }
  const char *keys[OUTCOMES];
  for (uint32_t i = 1; i < OUTCOMES; i++) keys[i - 1] = outcome_name[i];
  keys[OUTCOMES - 1] = "otherwise";
  if (!table_check(loader, spot, index, keys, OUTCOMES, 0)) return false;
  bool apart = lua_getfield(L, index, outcome_name[OUTCOME_UNREACHABLE]) != LUA_TNIL;
  lua_pop(L, 1);
  uint32_t rest = CAUSES_ALL;
  for (uint32_t i = 1; i < OUTCOMES; i++) {
    uint32_t before = out->n, causes = 1u << i;
    if (i == OUTCOME_TIMEOUT && !apart) causes |= 1u << OUTCOME_UNREACHABLE; /* see causes_have */
    if (!read_cause(loader, spot, index, outcome_name[i], causes, list, &out->n)) return false;
    if (out->n > before) rest &= ~causes;
  }
  return read_cause(loader, spot, index, "otherwise", rest, list, &out->n);
}

/* --- handlers ------------------------------------------------------------------------------- */

static bool compile_handler(struct loader *loader, const struct spot *spot, int index,
                            struct program *out) {
  struct list list = {.loader = loader};
  if (!read_plain_list(&list, spot, index)) return false;
  assemble(&list.to, STEP_END);
  if (list.to.full)
    return spot_error(loader, spot, "has more than %u steps; divide it over several services",
                      UINT16_MAX);
  *out = assemble_program(&list.to);
  return true;
}

static int by_op(const void *a, const void *b) {
  const struct handler *first = a, *second = b;
  return (first->op > second->op) - (first->op < second->op);
}

/* The names of the operations, sorted; NULL after a mistake. */
static struct names *handler_names(struct loader *loader, const struct spot *spot, int table) {
  lua_State *L = loader->L;
  struct names *names = arena_alloc(loader->arena, sizeof *names);
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    size_t length = 0;
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &length) : "";
    if (!name_is_valid(key, length)) {
      spot_error(loader, spot,
                 "write either one list of steps or OPERATION = { steps }, with names of letters, "
                 "digits, '_' and '-'");
      return NULL;
    }
    names_add(loader, names, arena_text(loader->arena, key));
  }
  names_sort(names);
  return names;
}

static bool read_handlers(struct loader *loader, const struct spot *spot, int table,
                          const struct names *names, struct handlers *out) {
  struct handler *handler = arena_alloc(loader->arena, (names->n + 1) * sizeof *handler);
  for (uint32_t i = 0; i < names->n; i++) {
    struct spot at = spot_key(spot, names->list[i]);
    handler[i].op = -1;
    if (strcmp(names->list[i], "default") != 0 &&
        !operation_number(loader, &at, names->list[i], true, &handler[i].op)) {
      return false;
    }
    lua_getfield(loader->L, table, names->list[i]);
    bool ok = compile_handler(loader, &at, lua_gettop(loader->L), &handler[i].program);
    lua_pop(loader->L, 1);
    if (!ok) return false;
  }
  qsort(handler, names->n, sizeof *handler, by_op);
  *out = (struct handlers){names->n, handler};
  return true;
}

bool steps_handlers(struct loader *loader, const struct spot *spot, int index,
                    struct handlers *out) {
  lua_State *L = loader->L;
  index = lua_absindex(L, index);
  if (!lua_istable(L, index)) {
    return value_unexpected(loader, spot, index,
                            "a list of steps, { work \"5ms\", ... }, or such lists by operation");
  }
  if (lua_rawlen(L, index) > 0) {
    struct handler *handler = arena_alloc(loader->arena, sizeof *handler);
    handler->op = -1;
    *out = (struct handlers){1, handler};
    return compile_handler(loader, spot, index, &handler->program);
  }
  const struct names *names = handler_names(loader, spot, index);
  if (names == NULL) return false;
  if (names->n == 0) return spot_error(loader, spot, "says nothing; list the steps");
  return read_handlers(loader, spot, index, names, out);
}
