/* Compiling goes through the lists once, in the order in which the program will stand; jumps over a
 * part are filled in when its end is known. A call with a fallback becomes
 *     CALL (on failure: F); JUMP end; F: steps of the fallback; end:
 * and a branch with an alternative
 *     BRANCH (else: A); steps; JUMP end; A: steps of `otherwise`; end: */
#include "steps.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "distribution.h"
#include "sim.h"

#define DEPTH_MAX 32
#define ITEMS_MAX 65535
#define STEP_KINDS (STEP_REPLY + 1)

struct compiler {
  struct loader *loader;
  struct step *step;
  struct program_call *call;
  uint32_t steps, step_capacity, calls, call_capacity;
  uint16_t ordinals[STEP_KINDS];
  int depth;
};

static bool compile_list(struct compiler *c, const struct spot *spot, int list, int first);

/* --- emitting ------------------------------------------------------------------------------- */

static void *grown(struct arena *arena, void *list, uint32_t n, uint32_t *capacity, size_t size) {
  if (n < *capacity) return list;
  *capacity = *capacity ? 2 * *capacity : 8;
  void *copy = arena_alloc(arena, *capacity * size);
  if (n) memcpy(copy, list, n * size);
  return copy;
}

/* A new step at the end; NULL if there are too many. */
static struct step *emit(struct compiler *c, const struct spot *spot, enum step_kind kind) {
  if (c->steps == UINT16_MAX || c->loader->step_budget == 0) {
    spot_error(c->loader, spot, "the handler has more than %u steps, or the scenario too many",
               UINT16_MAX);
    return NULL;
  }
  c->loader->step_budget--;
  c->step = grown(c->loader->arena, c->step, c->steps, &c->step_capacity, sizeof *c->step);
  struct step *step = &c->step[c->steps++];
  *step = (struct step){.kind = kind, .ordinal = c->ordinals[kind]++, .chance = 1, .op = -1};
  return step;
}

static bool emit_call(struct compiler *c, const struct spot *spot) {
  if (c->loader->step_budget == 0) return spot_error(c->loader, spot, "too many calls");
  c->loader->step_budget--;
  c->call = grown(c->loader->arena, c->call, c->calls, &c->call_capacity, sizeof *c->call);
  c->call[c->calls++] = (struct program_call){.op = OP_INHERIT,
                                              .timeout_ns = TIME_NEVER,
                                              .times = 1,
                                              .request = dist_constant(0),
                                              .response = dist_constant(0)};
  return true;
}

/* --- work and sleep ------------------------------------------------------------------------- */

static bool compile_time(struct compiler *c, const struct spot *spot, enum step_kind kind) {
  struct step *step = emit(c, spot, kind);
  return step && distribution_read(c->loader, spot, -1, QUANTITY_TIME, &step->dist);
}

/* --- calls ---------------------------------------------------------------------------------- */

static const char *const call_keys[] = {"op",       "timeout",  "request",
                                        "response", "fallback", "times"};

static bool in_operations(const struct kind *kind, const char *name) {
  for (const char *const *o = kind->operations; *o; o++) {
    if (!strcmp(*o, name)) return true;
  }
  return false;
}

/* Whether the list at the top of the stack, as the user wrote it, has the name. */
static bool list_has(lua_State *L, const char *name) {
  bool found = false;
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
      if (p->type != PARAM_PRIORITY) continue;
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
    if (p->type == PARAM_PRIORITY) it_has = "beside what its own lists name it has";
  }
  uint32_t n = 0;
  while (kind->operations[n]) n++;
  return spot_error(loader, spot, "a %s has no operation '%.63s'%s", kind->name, name,
                    nearest_hint(name, kind->operations, n, it_has).text);
}

static bool read_call_op(struct loader *loader, const struct spot *spot, int table,
                         struct program_call *call) {
  struct spot at = spot_key(spot, "op");
  bool ok = true;
  if (lua_getfield(loader->L, table, "op") != LUA_TNIL) {
    ok = value_operation(loader, &at, -1, true, &call->op);
    const struct component_spec *to = &loader->scenario->spec.component[call->component];
    const char *name = lua_tostring(loader->L, -1);
    if (ok && to->kind->operations && !in_operations(to->kind, name) &&
        !in_own_lists(loader, to, name)) {
      ok = unknown_operation(loader, &at, to->kind, name);
    }
  }
  lua_pop(loader->L, 1);
  return ok;
}

static bool read_call_timeout(struct loader *loader, const struct spot *spot, int table,
                              struct program_call *call) {
  struct spot at = spot_key(spot, "timeout");
  bool ok = true;
  bool given = lua_getfield(loader->L, table, "timeout") != LUA_TNIL;
  bool is_text = lua_type(loader->L, -1) == LUA_TSTRING;
  if (given && !(is_text && !strcmp(lua_tostring(loader->L, -1), "never"))) {
    ok = value_duration(loader, &at, -1, &call->timeout_ns);
    if (ok && call->timeout_ns == 0) ok = spot_error(loader, &at, "must be greater than 0");
  }
  lua_pop(loader->L, 1);
  return ok;
}

static bool read_size(struct loader *loader, const struct spot *spot, int table, const char *key,
                      struct dist *out) {
  struct spot at = spot_key(spot, key);
  bool ok = lua_getfield(loader->L, table, key) == LUA_TNIL ||
            distribution_read(loader, &at, -1, QUANTITY_SIZE, out);
  lua_pop(loader->L, 1);
  return ok;
}

static bool read_times(struct loader *loader, const struct spot *spot, int table, bool parallel,
                       struct program_call *call) {
  struct spot at = spot_key(spot, "times");
  bool ok = true;
  if (lua_getfield(loader->L, table, "times") != LUA_TNIL) {
    uint64_t times = 0;
    ok = parallel ? value_whole(loader, &at, -1, &times) &&
                        value_in_range(loader, &at, (double)times, 1, UINT16_MAX, PLAIN_NUMBER)
                  : spot_error(loader, &at, "is for calls inside parallel { ... }");
    call->times = (uint32_t)times;
  }
  lua_pop(loader->L, 1);
  return ok;
}

/* Reads the call at the top of the stack into c->call[which]. */
static bool read_call(struct compiler *c, const struct spot *spot, bool parallel, uint32_t which) {
  struct loader *loader = c->loader;
  lua_State *L = loader->L;
  struct program_call call = c->call[which];
  int table = lua_gettop(L);
  bool ok;
  if (!lua_istable(L, table)) {
    ok = value_component(loader, spot, table, &call.component);
  } else {
    struct spot at = spot_item(spot, 1);
    ok = table_check(loader, spot, table, call_keys, 6, 1);
    lua_rawgeti(L, table, 1);
    ok = ok && value_component(loader, &at, -1, &call.component);
    lua_pop(L, 1);
    ok = ok && read_call_op(loader, spot, table, &call) &&
         read_call_timeout(loader, spot, table, &call) &&
         read_size(loader, spot, table, "request", &call.request) &&
         read_size(loader, spot, table, "response", &call.response) &&
         read_times(loader, spot, table, parallel, &call);
  }
  c->call[which] = call;
  return ok;
}

static bool compile_fallback(struct compiler *c, const struct spot *spot, int table,
                             uint32_t call_step) {
  lua_State *L = c->loader->L;
  struct spot at = spot_key(spot, "fallback");
  bool given = lua_istable(L, table) && lua_getfield(L, table, "fallback") != LUA_TNIL;
  if (!given) {
    lua_settop(L, table);
    return true;
  }
  uint32_t jump = c->steps;
  bool ok = emit(c, &at, STEP_JUMP) != NULL;
  if (ok) {
    c->step[call_step].target = (uint16_t)c->steps;
    ok = compile_list(c, &at, lua_gettop(L), 1);
    c->step[jump].target = (uint16_t)c->steps;
  }
  lua_settop(L, table);
  return ok;
}

static bool compile_call(struct compiler *c, const struct spot *spot) {
  uint32_t which = c->steps, first = c->calls;
  struct step *step = emit(c, spot, STEP_CALL);
  if (step == NULL) return false;
  step->first = first;
  step->count = 1;
  return emit_call(c, spot) && read_call(c, spot, false, first) &&
         compile_fallback(c, spot, lua_gettop(c->loader->L), which);
}

/* --- parallel ------------------------------------------------------------------------------- */

/* One call of a parallel step, at the top of the stack. */
static bool compile_member(struct compiler *c, const struct spot *spot) {
  lua_State *L = c->loader->L;
  const struct word *word = loader_word(L, -1);
  if (word == NULL || word->id != WORD_CALL) {
    return value_unexpected(c->loader, spot, -1, "a call such as call \"db\"");
  }
  struct spot inner = spot_word(spot, word);
  word_push_argument(L, -1);
  bool ok = true;
  if (lua_istable(L, -1)) {
    struct spot at = spot_key(&inner, "fallback");
    if (lua_getfield(L, -1, "fallback") != LUA_TNIL) {
      ok = spot_error(c->loader, &at,
                      "is not for calls inside parallel; say how many have to "
                      "succeed with need = ...");
    }
    lua_pop(L, 1);
  }
  ok = ok && emit_call(c, &inner) && read_call(c, &inner, true, c->calls - 1);
  lua_pop(L, 1);
  return ok;
}

static bool read_need(struct compiler *c, const struct spot *spot, int table, uint32_t total,
                      uint32_t *need) {
  struct spot at = spot_key(spot, "need");
  bool ok = true;
  if (lua_getfield(c->loader->L, table, "need") != LUA_TNIL) {
    uint64_t value = 0;
    ok = value_whole(c->loader, &at, -1, &value) &&
         value_in_range(c->loader, &at, (double)value, 1, total, PLAIN_NUMBER);
    *need = (uint32_t)value;
  }
  lua_pop(c->loader->L, 1);
  return ok;
}

static bool compile_parallel(struct compiler *c, const struct spot *spot) {
  struct loader *loader = c->loader;
  lua_State *L = loader->L;
  static const char *const keys[] = {"need"};
  int table = lua_gettop(L);
  if (!lua_istable(L, table)) {
    return value_unexpected(loader, spot, table, "a table of calls, parallel { call \"a\", ... }");
  }
  if (!table_check(loader, spot, table, keys, 1, ITEMS_MAX)) return false;
  size_t n = lua_rawlen(L, table);
  if (n == 0) return spot_error(loader, spot, "names no call");
  uint32_t which = c->steps, first = c->calls, total = 0, need = 0;
  if (emit(c, spot, STEP_PARALLEL) == NULL) return false;
  for (size_t i = 1; i <= n; i++) {
    struct spot at = spot_item(spot, (int)i);
    lua_rawgeti(L, table, (lua_Integer)i);
    bool ok = compile_member(c, &at);
    lua_pop(L, 1);
    if (!ok) return false;
    total += c->call[c->calls - 1].times;
    if (total > UINT16_MAX) {
      return spot_error(loader, spot, "makes more than %u calls at once", UINT16_MAX);
    }
  }
  if (!read_need(c, spot, table, total, &need)) return false;
  c->step[which].first = first;
  c->step[which].count = (uint32_t)n;
  c->step[which].need = need;
  return true;
}

/* --- branch, fail, reply -------------------------------------------------------------------- */

static bool read_chance(struct compiler *c, const struct spot *spot, int table, double *chance,
                        bool *given) {
  return table_quantity(c->loader, spot, table, "p", QUANTITY_RATIO, chance, given) &&
         (!*given ||
          value_in_range(c->loader, &(struct spot){.kind = SPOT_KEY, .parent = spot, .key = "p"},
                         *chance, 0, 1, QUANTITY_RATIO));
}

static bool read_condition(struct compiler *c, const struct spot *spot, int table,
                           struct step *step) {
  struct loader *loader = c->loader;
  bool has_chance, has_op;
  double chance = 1;
  if (!read_chance(c, spot, table, &chance, &has_chance)) return false;
  struct spot at = spot_key(spot, "op");
  has_op = lua_getfield(loader->L, table, "op") != LUA_TNIL;
  bool ok = !has_op || value_operation(loader, &at, -1, false, &step->op);
  lua_pop(loader->L, 1);
  step->chance = chance;
  if (!ok) return false;
  if (has_chance || has_op) return true;
  return spot_error(loader, spot, "says no condition; give p = \"30%%\" or op = \"NAME\"");
}

static bool compile_otherwise(struct compiler *c, const struct spot *spot, int table,
                              uint32_t branch) {
  lua_State *L = c->loader->L;
  struct spot at = spot_key(spot, "otherwise");
  bool ok = true;
  if (lua_getfield(L, table, "otherwise") == LUA_TNIL) {
    c->step[branch].target = (uint16_t)c->steps;
  } else {
    uint32_t jump = c->steps;
    ok = emit(c, &at, STEP_JUMP) != NULL;
    if (ok) {
      c->step[branch].target = (uint16_t)c->steps;
      ok = compile_list(c, &at, lua_gettop(L), 1);
      c->step[jump].target = (uint16_t)c->steps;
    }
  }
  lua_pop(L, 1);
  return ok;
}

static bool compile_branch(struct compiler *c, const struct spot *spot) {
  struct loader *loader = c->loader;
  static const char *const keys[] = {"p", "op", "otherwise"};
  int table = lua_gettop(loader->L);
  if (!lua_istable(loader->L, table)) {
    return value_unexpected(loader, spot, table, "a table such as branch { p = \"30%\", ... }");
  }
  if (!table_check(loader, spot, table, keys, 3, ITEMS_MAX)) return false;
  uint32_t branch = c->steps;
  struct step *step = emit(c, spot, STEP_BRANCH);
  return step && read_condition(c, spot, table, step) && compile_list(c, spot, table, 1) &&
         compile_otherwise(c, spot, table, branch);
}

static bool compile_fail(struct compiler *c, const struct spot *spot) {
  struct loader *loader = c->loader;
  static const char *const keys[] = {"p"};
  if (lua_isnil(loader->L, -1)) return emit(c, spot, STEP_FAIL) != NULL;
  int table = lua_gettop(loader->L);
  double chance = 1;
  bool given;
  if (!lua_istable(loader->L, table)) {
    return value_unexpected(loader, spot, table, "nothing or a table such as { p = \"1%\" }");
  }
  if (!table_check(loader, spot, table, keys, 1, 0)) return false;
  if (!read_chance(c, spot, table, &chance, &given)) return false;
  if (!given) return table_missing(loader, spot, "p", "a probability such as \"1%\"");
  uint32_t branch = c->steps;
  struct step *step = emit(c, spot, STEP_BRANCH);
  if (step == NULL) return false;
  step->chance = chance;
  if (emit(c, spot, STEP_FAIL) == NULL) return false;
  c->step[branch].target = (uint16_t)c->steps;
  return true;
}

static bool compile_reply(struct compiler *c, const struct spot *spot) {
  if (!lua_isnil(c->loader->L, -1)) {
    return spot_error(c->loader, spot, "takes no value; write reply()");
  }
  return emit(c, spot, STEP_REPLY) != NULL;
}

/* --- lists ---------------------------------------------------------------------------------- */

#define STEP_WORDS \
  "a step such as work \"5ms\", call \"db\", sleep, parallel, branch, fail(), reply()"

/* The step whose argument is at the top of the stack. */
static bool compile_word(struct compiler *c, const struct spot *spot) {
  switch (spot->word->id) {
    case WORD_WORK:
      return compile_time(c, spot, STEP_WORK);
    case WORD_SLEEP:
      return compile_time(c, spot, STEP_SLEEP);
    case WORD_CALL:
      return compile_call(c, spot);
    case WORD_PARALLEL:
      return compile_parallel(c, spot);
    case WORD_BRANCH:
      return compile_branch(c, spot);
    case WORD_FAIL:
      return compile_fail(c, spot);
    case WORD_REPLY:
      return compile_reply(c, spot);
    default:
      return spot_error(c->loader, spot->parent, "expected " STEP_WORDS ", got %s",
                        spot->word->text);
  }
}

static bool compile_item(struct compiler *c, const struct spot *spot) {
  lua_State *L = c->loader->L;
  const struct word *word = loader_word(L, -1);
  if (word == NULL) return value_unexpected(c->loader, spot, -1, STEP_WORDS);
  struct spot inner = spot_word(spot, word);
  word_push_argument(L, -1);
  bool ok = compile_word(c, &inner);
  lua_pop(L, 1);
  return ok;
}

/* The values without keys of the table at `list`, which may be a list alone or that of a branch. */
static bool compile_list(struct compiler *c, const struct spot *spot, int list, int first) {
  lua_State *L = c->loader->L;
  if (!lua_istable(L, list)) {
    return value_unexpected(c->loader, spot, list, "a list of steps, { work \"5ms\", ... }");
  }
  bool is_branch = spot->kind == SPOT_WORD;
  if (!is_branch && !table_check(c->loader, spot, list, NULL, 0, ITEMS_MAX)) return false;
  if (c->depth == DEPTH_MAX) {
    return spot_error(c->loader, spot, "steps are nested more than %d deep", DEPTH_MAX);
  }
  c->depth++;
  luaL_checkstack(L, 16, NULL);
  int n = (int)lua_rawlen(L, list);
  for (int i = first; i <= n; i++) {
    struct spot at = spot_item(spot, i);
    lua_rawgeti(L, list, i);
    bool ok = compile_item(c, &at);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  c->depth--;
  return true;
}

/* --- handlers ------------------------------------------------------------------------------- */

static bool compile_handler(struct loader *loader, const struct spot *spot, int list,
                            struct program *out) {
  struct compiler c = {.loader = loader};
  if (!compile_list(&c, spot, list, 1) || emit(&c, spot, STEP_END) == NULL) return false;
  *out = (struct program){.steps = c.steps, .calls = c.calls, .step = c.step, .call = c.call};
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
