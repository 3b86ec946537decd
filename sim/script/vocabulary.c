#include "vocabulary.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "action_def.h"
#include "compose.h"
#include "declare_param.h"
#include "define.h"
#include "nearest.h"
#include "prelude.h"
#include "registry.h"
#include "sandbox.h"
#include "step.h"
#include "syntax_hint.h"
#include "value.h"

#define COMPONENTS_MAX 10000u
#define STATEMENTS_MAX 10000u /* of another kind */
#define INCLUDE_DEPTH_MAX 8
#define WORDS_TABLE "words" /* in Lua's registry */

static struct declaration *declare(lua_State *L, struct word *word);

/* --- words ---------------------------------------------------------------------------------- */

/* Pushes a word whose argument is the value at `argument` (0: none). */
static struct word *push_word(lua_State *L, enum word_id id, int argument) {
  struct word *word = lua_newuserdatauv(L, sizeof *word, 1);
  *word = (struct word){.id = id, .source = NO_SOURCE};
  if (id < WORDS) word->text = word_defs[id].name;
  const struct loader *loader = loader_of(L);
  if (loader->scope) { /* what a kind builds stands where the user wrote its component */
    word->source = loader->scope->word->source;
    word->line = loader->scope->word->line;
  } else {
    loader_where(L, &word->source, &word->line);
  }
  luaL_setmetatable(L, WORD_TYPE);
  if (argument) {
    lua_pushvalue(L, argument);
    lua_setiuservalue(L, -2, 1);
  }
  return word;
}

/* service "web" is a function of one value; so are all words. */
static void check_one(lua_State *L, const char *word, bool bare) {
  int n = lua_gettop(L);
  if (n == 0 && bare) return;
  if (n == 1 && !lua_isnil(L, 1)) return;
  if (n <= 1) loader_raise(L, "%s: a value is missing", word);
  loader_raise(L, "%s: got %d values instead of one; put several into a table, as in %s { ... }",
               word, n, word);
}

static int call_value(lua_State *L) {
  enum word_id id = (enum word_id)lua_tointeger(L, lua_upvalueindex(1));
  check_one(L, word_defs[id].name, word_defs[id].bare);
  push_word(L, id, lua_gettop(L));
  return 1;
}

static int call_step(lua_State *L) {
  const struct step_def *step = steps[lua_tointeger(L, lua_upvalueindex(1))];
  check_one(L, step->word.name, step->word.bare);
  struct word *word = push_word(L, WORD_STEP, lua_gettop(L));
  word->text = step->word.name;
  word->step = step;
  return 1;
}

static int call_harm(lua_State *L) {
  const struct fault_def *harm = fault_at((uint32_t)lua_tointeger(L, lua_upvalueindex(1)));
  check_one(L, harm->word.name, harm->word.bare);
  struct word *word = push_word(L, WORD_HARM, lua_gettop(L));
  word->text = harm->word.name;
  word->harm = harm;
  lua_pushvalue(L, -1);
  declare(L, word);
  return 1;
}

static int call_action(lua_State *L) {
  const struct action_def *action = actions[lua_tointeger(L, lua_upvalueindex(1))];
  check_one(L, action->word.name, action->word.bare);
  struct word *word = push_word(L, WORD_ACTION, lua_gettop(L));
  word->text = action->word.name;
  word->action = action;
  return 1;
}

const char *vocabulary_word_of(lua_State *L, int index) {
  lua_CFunction function = lua_tocfunction(L, index);
  if (function != call_step && function != call_harm && function != call_action &&
      function != call_value) {
    return NULL;
  }
  lua_getupvalue(L, index, 1);
  lua_Integer which = lua_tointeger(L, -1);
  lua_pop(L, 1);
  if (function == call_step) return steps[which]->word.name;
  if (function == call_action) return actions[which]->word.name;
  return function == call_harm ? fault_at((uint32_t)which)->word.name : word_defs[which].name;
}

/* --- statements ----------------------------------------------------------------------------- */

static struct declarations *list_of(struct loader *loader, enum word_id id) {
  switch (id) {
    case WORD_REGION:
      return &loader->regions;
    case WORD_ALLOW:
      return &loader->allows;
    case WORD_PATH:
      return &loader->paths;
    case WORD_FAULT:
      return &loader->faults;
    case WORD_GOAL:
      return &loader->goals;
    case WORD_RUN:
      return &loader->runs;
    case WORD_SWEEP:
      return &loader->sweeps;
    case WORD_KIND:
      return &loader->components;
    case WORD_COMPOSED:
      return &loader->composed;
    default:
      return &loader->harms;
  }
}

/* Enters the word at the top of the stack, which it pops, into its list. */
static struct declaration *declare(lua_State *L, struct word *word) {
  struct loader *loader = loader_of(L);
  struct declarations *list = list_of(loader, word->id);
  uint32_t limit = word->kind ? COMPONENTS_MAX : STATEMENTS_MAX;
  if (list->n == limit)
    loader_raise(
        L,
        "more than %u of one scenario's %ss; make several one with instances, where they are alike",
        limit, word->text);
  int reference = luaL_ref(L, LUA_REGISTRYINDEX);
  struct declaration *declaration = declarations_add(loader, list);
  declaration->word = word;
  declaration->reference = reference;
  declaration->of = loader->scope ? loader->scope->number : 0;
  return declaration;
}

/* A kind builds components; what else a scenario says is its user's. */
static void check_not_built(lua_State *L, const char *word) {
  const struct loader *loader = loader_of(L);
  if (loader->scope) {
    loader_raise(L, "%s stands in the build of kind \"%s\", which may declare components alone",
                 word, loader->scope->word->kind->name);
  }
}

static int call_block(lua_State *L) {
  enum word_id id = (enum word_id)lua_tointeger(L, lua_upvalueindex(1));
  check_one(L, word_defs[id].name, false);
  check_not_built(L, word_defs[id].name);
  struct loader *loader = loader_of(L);
  if ((id == WORD_RUN || id == WORD_SWEEP) && list_of(loader, id)->n > 0) {
    const struct word *first = list_of(loader, id)->list[0].word;
    loader_raise(L, "%s: there is one at %s:%d already; merge the two", word_defs[id].name,
                 loader->source[first->source]->file, first->line);
  }
  struct word *word = push_word(L, id, 1);
  declare(L, word)->has_body = true;
  return 0;
}

/* --- statements with a name: kinds and regions ---------------------------------------------- */

/* The table for `service "web"`. Upvalues: which list, number in the list. */
static int call_body(lua_State *L) {
  struct loader *loader = loader_of(L);
  enum word_id id = (enum word_id)lua_tointeger(L, lua_upvalueindex(1));
  struct declarations *list = list_of(loader, id);
  struct declaration *declaration = &list->list[lua_tointeger(L, lua_upvalueindex(2))];
  const struct word *word = declaration->word;
  if (lua_gettop(L) != 1 || !lua_istable(L, 1)) {
    loader_raise(L, "%s \"%s\": expected a table, got %s; write %s \"%s\" { ... }", word->text,
                 word->name, lua_gettop(L) ? value_got(L, 1).text : "nothing", word->text,
                 word->name);
  }
  if (declaration->has_body) {
    loader_raise(L, "%s \"%s\" is given a table a second time", word->text, word->name);
  }
  declaration->has_body = true;
  lua_rawgeti(L, LUA_REGISTRYINDEX, declaration->reference);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  if (id == WORD_COMPOSED) compose(L, (uint32_t)lua_tointeger(L, lua_upvalueindex(2)) + 1);
  return 0;
}

/* Key in the registry: the words of all components and regions so far by their names, of two that
 * share one the later. A scenario that a loop writes has thousands. */
#define WORDS_BY_NAME "words by name"

static void enter_name(lua_State *L, const char *name, struct word *word) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, WORDS_BY_NAME);
  lua_pushlightuserdata(L, word);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

/* Components, regions and zones share their names; zones are checked when they are collected. What
 * a component is built of may have its name. */
static void check_new_name(lua_State *L, const char *name) {
  const struct loader *loader = loader_of(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, WORDS_BY_NAME);
  lua_getfield(L, -1, name);
  const struct word *other = lua_touserdata(L, -1);
  lua_pop(L, 2);
  if (other == NULL || (loader->scope && other == loader->scope->word)) return;
  loader_raise(L, "the name \"%s\" is taken by the %s at %s:%d; choose another", name, other->text,
               loader->source[other->source]->file, other->line);
}

static const char *check_name(lua_State *L, const char *word) {
  if (lua_gettop(L) != 1 || lua_type(L, 1) != LUA_TSTRING) {
    loader_raise(L, "%s: a name is missing; write %s \"NAME\" { ... }", word, word);
  }
  size_t length;
  const char *name = lua_tolstring(L, 1, &length);
  if (loader_of(L)->scope && !compose_owns(loader_of(L), name)) {
    loader_raise(
        L,
        "%s: %s cannot be declared here; names are c.name and c.name .. \"/NAME\", at most "
        "%u bytes",
        word, value_got(L, 1).text, NAME_MAX_BYTES);
  }
  if (!loader_of(L)->scope && !name_is_valid(name, length)) {
    loader_raise(L, "%s: %s is no name; a name has 1 to %u letters, digits, '_' and '-'", word,
                 value_got(L, 1).text, NAME_MAX_BYTES);
  }
  check_new_name(L, name);
  return name;
}

/* `kind`: NULL for a region. */
static int declare_named(lua_State *L, enum word_id id, const struct kind *kind) {
  struct loader *loader = loader_of(L);
  const char *text = kind ? kind->name : word_defs[id].name;
  if (kind == NULL) check_not_built(L, text);
  const char *name = check_name(L, text);
  struct word *word = push_word(L, id, 0);
  bool stands_for = loader->scope && !strcmp(name, loader->scope->word->name);
  word->text = stands_for ? loader->scope->word->text : text;
  word->kind = kind;
  word->name = arena_text(loader->arena, name);
  declare(L, word);
  enter_name(L, word->name, word);
  lua_pushinteger(L, id);
  lua_pushinteger(L, list_of(loader, id)->n - 1);
  lua_pushcclosure(L, call_body, 2);
  return 1;
}

static int call_named(lua_State *L) {
  const struct kind *kind = lua_touserdata(L, lua_upvalueindex(2));
  return declare_named(L, (enum word_id)lua_tointeger(L, lua_upvalueindex(1)), kind);
}

/* A kind of the prelude, which is read when it is used for the first time. */
static int call_prelude(lua_State *L) {
  const struct kind *kind = prelude_kind(L, (uint32_t)lua_tointeger(L, lua_upvalueindex(1)));
  return declare_named(L, WORD_COMPOSED, kind);
}

/* --- include -------------------------------------------------------------------------------- */

/* A text that the compiler gets line by line, so that it is known how far it came: of an expression
 * nested too deeply it does not tell. */
struct feed {
  const char *at, *end;
  int line;
};

static const char *next_line(lua_State *L, void *user, size_t *size) {
  (void)L;
  struct feed *feed = user;
  const char *line = feed->at;
  if (line == feed->end) return NULL;
  const char *newline = memchr(line, '\n', (size_t)(feed->end - line));
  feed->at = newline ? newline + 1 : feed->end;
  feed->line++;
  *size = (size_t)(feed->at - line);
  return line;
}

/* The line that a compiler's message speaks of, up to its end; NULL: there is none. */
static const char *line_of(const struct source *source, const char *message, size_t *length) {
  int line = 0;
  if (sscanf(message, "#%*d:%d:", &line) != 1) return NULL;
  const char *at = source->text, *end = source->text + source->length;
  for (int i = 1; i < line && at; i++) {
    at = memchr(at, '\n', (size_t)(end - at));
    at = at ? at + 1 : NULL;
  }
  if (!at) return NULL;
  const char *stop = memchr(at, '\n', (size_t)(end - at));
  *length = (size_t)((stop ? stop : end) - at);
  return at;
}

/* Adds to the compiler's message, which is on the stack, what to do. */
static void add_hint(lua_State *L, const struct source *source) {
  const char *message = lua_tostring(L, -1);
  size_t length = 0;
  const char *line = line_of(source, message, &length);
  char hint[200];
  if (!line) return;
  if (syntax_hint(message, line, length, hint, sizeof hint)) {
    lua_pushfstring(L, "%s; %s", message, hint);
  }
}

void vocabulary_run_file(lua_State *L, uint32_t number) {
  struct loader *loader = loader_of(L);
  const struct source *source = loader->source[number];
  char name[16];
  snprintf(name, sizeof name, "=#%u", number);
  if (source->length > 0 && source->text[0] == LUA_SIGNATURE[0]) {
    loader_fail(loader, "%s: is compiled Lua; a scenario is a text", source->file);
    lua_pushnil(L);
    lua_error(L);
  }
  size_t skip = source->length >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  const char *text = source_for_lua(loader->arena, source);
  struct feed feed = {text + skip, text + source->length, 0};
  if (lua_load(L, next_line, &feed, name, "t") != LUA_OK) {
    if (lua_type(L, -1) == LUA_TSTRING && *lua_tostring(L, -1) != '#') { /* lacks a place */
      lua_pushfstring(L, "#%d:%d: nested too deeply for the compiler (%s)", (int)number, feed.line,
                      lua_tostring(L, -1));
    } else if (lua_type(L, -1) == LUA_TSTRING) {
      add_hint(L, source);
    }
    lua_error(L);
  }
  lua_call(L, 0, 1);
}

static void check_nesting(lua_State *L, const struct source *from, const char *path) {
  const struct loader *loader = loader_of(L);
  int depth = 1;
  for (const struct source *s = from; s->includer; s = s->includer) depth++;
  if (depth > INCLUDE_DEPTH_MAX) {
    loader_raise(L,
                 "include: \"%s\" would be %d files deep; the limit is %d (does a file include "
                 "itself?)",
                 path, depth, INCLUDE_DEPTH_MAX);
  }
  if (loader->sources == sizeof loader->source / sizeof loader->source[0]) {
    loader_raise(L, "include: more than %u files in one scenario; put several into one",
                 loader->sources);
  }
}

/* The file's name as the user would find it: beside the one that includes it. */
static const char *shown_name(struct arena *arena, const struct source *from, const char *name) {
  const char *slash = strrchr(from->file, '/');
  if (slash == NULL) return arena_text(arena, name);
  return arena_format(arena, "%.*s/%s", (int)(slash - from->file), from->file, name);
}

static int call_include(lua_State *L) {
  struct loader *loader = loader_of(L);
  check_one(L, "include", false);
  check_not_built(L, "include");
  size_t length;
  const char *name = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &length) : NULL;
  if (name == NULL || text_fault(name, length)) {
    loader_raise(L, "include: expected the name of a file, got %s", value_got(L, 1).text);
  }
  uint32_t number = 0;
  int line;
  loader_where(L, &number, &line);
  const struct source *from = loader->source[number];
  check_nesting(L, from, name);
  struct error why = {0};
  const char *path = source_below(loader->arena, loader->top, from, name, &why);
  struct source *source = arena_alloc(loader->arena, sizeof *source);
  if (path == NULL) loader_raise(L, "include: %s", why.text);
  if (!source_read(loader->arena, path, SCENARIO_FILE_MAX, &source->text, &source->length, &why)) {
    loader_raise(L, "include: \"%s\" %s", name, why.text);
  }
  source->file = shown_name(loader->arena, from, name);
  source->folder = source_folder(loader->arena, path);
  source->includer = from;
  loader->source[loader->sources] = source;
  loader_add_input(loader, source->text, source->length);
  vocabulary_run_file(L, loader->sources++);
  return 1;
}

/* --- globals -------------------------------------------------------------------------------- */

static const char *const lua_words[] = {"assert", "ipairs", "math",     "pairs",    "select",
                                        "string", "table",  "tonumber", "tostring", "type"};

const char *vocabulary_role(const char *name) {
  for (int i = 0; registry[i]; i++) {
    if (!strcmp(registry[i]->name, name)) return "kind";
  }
  for (int i = 0; prelude_texts[i].name; i++) {
    if (!strcmp(prelude_texts[i].name, name)) return "kind";
  }
  for (uint32_t i = 0; word_at(i); i++) {
    if (!strcmp(word_at(i)->name, name)) return "word";
  }
  for (size_t i = 0; i < sizeof lua_words / sizeof *lua_words; i++) {
    if (!strcmp(lua_words[i], name)) return "function";
  }
  return NULL;
}

/* All words that a scenario may use, for did-you-mean. */
static uint32_t all_words(const struct loader *loader, const char **list, uint32_t room) {
  uint32_t n = 0;
  for (int i = 0; prelude_texts[i].name && n < room; i++) list[n++] = prelude_texts[i].name;
  for (uint32_t i = 0; i < loader->definitions && n < room; i++) {
    list[n++] = loader->definition[i].kind->name;
  }
  for (int i = 0; registry[i] && n < room; i++) list[n++] = registry[i]->name;
  for (uint32_t i = 0; word_at(i) && n < room; i++) list[n++] = word_at(i)->name;
  for (size_t i = 0; i < sizeof lua_words / sizeof *lua_words && n < room; i++) {
    list[n++] = lua_words[i];
  }
  return n;
}

int vocabulary_missing(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING) loader_raise(L, "globals have names");
  const char *name = lua_tostring(L, 2);
  const char *why = sandbox_why_missing(name);
  if (why) loader_raise(L, "'%s' does not exist in scenarios: %s", name, why);
  if (strcasecmp(name, "true") == 0 || strcasecmp(name, "false") == 0) {
    loader_raise(L, "'%.80s' does not exist; write true or false, in small letters", name);
  }
  if (strcasecmp(name, "none") == 0 || strcasecmp(name, "null") == 0) {
    loader_raise(L, "'%.80s' does not exist; leave the key out, or write nil", name);
  }
  const char *list[512];
  const char *near = nearest_word(name, list, all_words(loader_of(L), list, 512));
  if (near) loader_raise(L, "'%.80s' does not exist; did you mean '%s'?", name, near);
  loader_raise(L,
               "'%.80s' does not exist; it is neither a word of the language nor a local variable "
               "of this place",
               name);
}

int vocabulary_assign(lua_State *L) {
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
  loader_raise(L, "'%.80s' is assigned but not declared; write local %.80s = ...", name, name);
}

static void put_word(lua_State *L, enum word_id id, lua_CFunction function) {
  lua_pushinteger(L, id);
  lua_pushcclosure(L, function, 1);
  lua_setfield(L, -2, word_defs[id].name);
}

static lua_CFunction function_of(enum word_id id) {
  if (word_defs[id].role != ROLE_BLOCK) return call_value;
  if (id == WORD_REGION) return call_named;
  if (id == WORD_PARAM) return declare_param;
  if (id == WORD_INCLUDE) return call_include;
  if (id == WORD_DEFINE) return define_kind;
  return call_block;
}

void vocabulary_add_kind(lua_State *L, const struct kind *kind) {
  lua_getfield(L, LUA_REGISTRYINDEX, WORDS_TABLE);
  lua_pushinteger(L, kind->made_of ? WORD_COMPOSED : WORD_KIND);
  lua_pushlightuserdata(L, (void *)kind);
  lua_pushcclosure(L, call_named, 2);
  lua_setfield(L, -2, source_word_for_lua(kind->name));
  lua_pop(L, 1);
}

void vocabulary_add(lua_State *L) {
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, WORDS_TABLE);
  luaL_newmetatable(L, WORD_TYPE);
  lua_pushboolean(L, false);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
  for (int id = 0; id < WORDS; id++) {
    put_word(L, (enum word_id)id, function_of((enum word_id)id));
  }
  for (int i = 0; steps[i]; i++) {
    lua_pushinteger(L, i);
    lua_pushcclosure(L, call_step, 1);
    lua_setfield(L, -2, steps[i]->word.name);
  }
  for (int i = 0; actions[i]; i++) {
    lua_pushinteger(L, i);
    lua_pushcclosure(L, call_action, 1);
    lua_setfield(L, -2, actions[i]->word.name);
  }
  for (uint32_t i = 0; fault_at(i); i++) {
    /* `pause` is a value already, in a journey; faults.c knows it by its name. */
    bool known = lua_getfield(L, -1, fault_at(i)->word.name) != LUA_TNIL;
    lua_pop(L, 1);
    if (known) continue;
    lua_pushinteger(L, i);
    lua_pushcclosure(L, call_harm, 1);
    lua_setfield(L, -2, fault_at(i)->word.name);
  }
  for (int i = 0; registry[i]; i++) vocabulary_add_kind(L, registry[i]);
  for (int i = 0; prelude_texts[i].name; i++) {
    lua_pushinteger(L, i);
    lua_pushcclosure(L, call_prelude, 1);
    lua_setfield(L, -2, source_word_for_lua(prelude_texts[i].name));
  }
}

static bool all_have_bodies(struct loader *loader, const struct declarations *list) {
  for (uint32_t i = 0; i < list->n; i++) {
    const struct word *word = list->list[i].word;
    if (list->list[i].has_body) continue;
    return loader_fail(loader, "%s:%d: %s \"%s\": its table is missing; write %s \"%s\" { ... }",
                       loader->source[word->source]->file, word->line, word->text, word->name,
                       word->text, word->name);
  }
  return true;
}

bool vocabulary_finish(struct loader *loader) {
  return all_have_bodies(loader, &loader->components) &&
         all_have_bodies(loader, &loader->composed) && all_have_bodies(loader, &loader->regions);
}
