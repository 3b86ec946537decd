#include "sandbox.h"

#include <lauxlib.h>
#include <locale.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "compose.h"
#include "prelude.h"
#include "quantity_math.h"
#include "safelib.h"
#include "syntax_hint.h"
#include "vocabulary.h"

/* --- limits --------------------------------------------------------------------------------- */

#define STEPS_A_LOOK 1000

static void *allocate(void *user, void *old, size_t old_size, size_t size) {
  struct sandbox *sandbox = user;
  if (old == NULL) old_size = 0; /* Lua passes a type there */
  if (size == 0) {
    free(old);
    sandbox->used -= old_size;
    return NULL;
  }
  if (size > old_size && size - old_size > sandbox->limit - sandbox->used) return NULL;
  void *fresh = mem_resize(old, size); /* the limit above is the scenario's, not the machine's */
  sandbox->used += size - old_size;
  return fresh;
}

/* Set to every instruction once over budget, so that nothing goes on for long after the error. */
static void count_steps(lua_State *L, lua_Debug *call) {
  (void)call;
  void *user;
  lua_getallocf(L, &user);
  struct sandbox *sandbox = user;
  if (sandbox->steps > STEPS_A_LOOK) {
    sandbox->steps -= STEPS_A_LOOK;
    return;
  }
  sandbox->steps = 0;
  sandbox->out_of_steps = true;
  lua_sethook(L, count_steps, LUA_MASKCOUNT, 1);
  luaL_error(L, "too many steps");
}

/* All work is done under lua_pcall, so this cannot happen. */
static int panic(lua_State *L) {
  fprintf(stderr, "archsim: unprotected error in Lua: %s\n", lua_tostring(L, -1));
  return 0;
}

void sandbox_new(struct sandbox *sandbox, struct loader *loader) {
  *sandbox = (struct sandbox){.limit = SANDBOX_MEMORY, .steps = SANDBOX_STEPS};
  loader->L = lua_newstate(allocate, sandbox);
  if (loader->L == NULL) return;
  lua_atpanic(loader->L, panic);
  *(struct loader **)lua_getextraspace(loader->L) = loader;
}

void sandbox_trust(struct sandbox *sandbox, lua_State *L) {
  lua_sethook(L, NULL, 0, 0);
  sandbox->limit = SIZE_MAX;
}

/* --- globals -------------------------------------------------------------------------------- */

void sandbox_library(lua_State *L) {
  int words = lua_gettop(L);
  luaL_requiref(L, LUA_GNAME, luaopen_base, 0);
  luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 0);
  quantity_math_install(L);
  luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 0);
  luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 0);
  safelib_select(L, words, words + 1, words + 2, words + 3, words + 4);
  lua_settop(L, words);
}

void sandbox_globals(lua_State *L, lua_CFunction missing, lua_CFunction assign) {
  int words = lua_gettop(L);
  lua_createtable(L, 0, 2); /* of the words themselves: what they lack */
  lua_pushcfunction(L, missing);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, words);

  lua_newtable(L); /* what scripts take for the table of globals */
  lua_createtable(L, 0, 3);
  lua_pushvalue(L, words);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, assign);
  lua_setfield(L, -2, "__newindex");
  lua_pushboolean(L, false);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_settop(L, words - 1);
}

static const struct missing_word {
  const char *name, *why;
} missing_words[] = {
    {"_G", "name globals directly"},
    {"_ENV", "name globals directly"},
    {"collectgarbage", "memory is managed by archsim"},
    {"coroutine", "scenarios declare, step by step"},
    {"debug", "scenarios cannot look behind the language"},
    {"dofile", "use include \"file.lua\", which reads from the scenario's folder"},
    {"getmetatable", "scenarios cannot look behind the language"},
    {"io", "scenarios cannot read or write files"},
    {"load", "scenarios cannot compile text"},
    {"loadfile", "use include \"file.lua\", which reads from the scenario's folder"},
    {"loadstring", "scenarios cannot compile text"},
    {"next", "use pairs, which goes through a table in the order of its keys"},
    {"os", "scenarios cannot reach the system"},
    {"package", "use include \"file.lua\", which reads from the scenario's folder"},
    {"pcall", "mistakes end the loading of a scenario"},
    {"print",
     "scenarios print nothing; `archsim check` and `archsim graph` show what they declare"},
    {"rawequal", "scenarios cannot look behind the language"},
    {"rawget", "scenarios cannot look behind the language"},
    {"rawlen", "use #"},
    {"rawset", "scenarios cannot look behind the language"},
    {"require", "use include \"file.lua\", which reads from the scenario's folder"},
    {"setmetatable", "scenarios cannot change the language"},
    {"utf8", "names are ASCII"},
    {"warn", "scenarios print nothing"},
    {"xpcall", "mistakes end the loading of a scenario"},
};

const char *sandbox_why_missing(const char *name) {
  for (size_t i = 0; i < sizeof missing_words / sizeof missing_words[0]; i++) {
    if (!strcmp(missing_words[i].name, name)) return missing_words[i].why;
  }
  return NULL;
}

/* --- running -------------------------------------------------------------------------------- */

/* What a kind of the prelude says to its user, without the place in our own text. */
static const char *without_prelude(const char *message) {
  if (strncmp(message, PRELUDE_FOLDER, strlen(PRELUDE_FOLDER)) != 0) return message;
  const char *end = strstr(message, ": ");
  return end ? end + 2 : message;
}

/* Puts file and line in front of messages that lack them, and the component that is being built. */
static int add_place(lua_State *L) {
  const struct loader *loader = loader_of(L);
  if (loader->failed || lua_type(L, 1) != LUA_TSTRING) return 1;
  if (*lua_tostring(L, 1) == '#') return 1;
  const char *message = without_prelude(lua_tostring(L, 1));
  const struct word *built = loader->scope ? loader->scope->word : NULL;
  uint32_t source;
  int line;
  if (!loader_where(L, &source, &line)) return 1;
  if (built) {
    lua_pushfstring(L, "#%d:%d: %s \"%s\": %s", (int)built->source, built->line, built->text,
                    built->name, message);
  } else {
    /* Lua knows no name of what is not called from Lua, which is string.format alone (safelib.c).
     */
    lua_pushfstring(L, "#%d:%d: %s", (int)source, line,
                    luaL_gsub(L, message, " to '?' (", " to 'format' ("));
  }
  return 1;
}

/* What Lua says when a variable is called that is no function: ":3: attempt to call a boolean value
 * (local 'cache')". If it hides a word of scenarios, a sentence about that goes into `out`. */
static const char *explain_hidden(const char *message, char *out, size_t size) {
  char name[64];
  const char *what = strstr(message, ": attempt to call a ");
  if (what == NULL) return message;
  const char *variable = strstr(message, " (local '"), *outer = strstr(message, " (upvalue '");
  if (variable == NULL) variable = outer;
  if (strcmp(what, ": attempt to call a nil value") == 0) {
    snprintf(out, size,
             "%.*s: something is called that is no function; a kind takes one name and "
             "one table",
             (int)(what - message), message);
    return out;
  }
  if (variable == NULL || sscanf(strchr(variable, '\''), "'%63[^']'", name) != 1) return message;
  const char *role = vocabulary_role(name);
  if (role == NULL) return message;
  snprintf(out, size,
           "%.*s: the local variable '%s' hides the %s of that name; rename the variable",
           (int)(what - message), message, name, role);
  return out;
}

/* "#0:12: attempt to ..." names the file by its number. */
static void tell(struct loader *loader, const char *message) {
  const char *file = loader->scenario->file;
  if (message[0] == '#') {
    char *end;
    unsigned long source = strtoul(message + 1, &end, 10);
    if (*end == ':' && source < loader->sources) {
      char text[160];
      const char *told = explain_hidden(end, text, sizeof text);
      const char *hint = told == end ? runtime_hint(end) : NULL;
      loader_fail(loader, "%s%s%s%s", loader->source[source]->file, told, hint ? "; " : "",
                  hint ? hint : "");
      return;
    }
  }
  loader_fail(loader, "%s: %s", file, message);
}

/* Calls a function with the C locale for this thread alone: what %a and string.upper take for a
 * letter must not follow the user's locale, which the command line and the terminal go by. */
static int call_without_locale(lua_State *L, int handler) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = uselocale(plain);
  int status = lua_pcall(L, 0, 0, handler);
  uselocale(before);
  if (plain != (locale_t)0) freelocale(plain);
  return status;
}

bool sandbox_run(struct sandbox *sandbox, struct loader *loader, lua_CFunction body) {
  lua_State *L = loader->L;
  lua_pushcfunction(L, add_place);
  lua_pushcfunction(L, body);
  if (sandbox->limit != SIZE_MAX) lua_sethook(L, count_steps, LUA_MASKCOUNT, STEPS_A_LOOK);
  int status = call_without_locale(L, -2);
  const char *file = loader->scenario->file;
  if (status == LUA_OK) {
    lua_settop(L, 0);
    return !loader->failed;
  }
  if (sandbox->out_of_steps) {
    loader_fail(loader,
                "%s: the scenario runs more than %llu steps of Lua; look for a loop without end",
                file, (unsigned long long)SANDBOX_STEPS);
  } else if (status == LUA_ERRMEM) {
    loader_fail(
        loader,
        "%s: the scenario needs more than %zu MiB of memory to load; look for a table or text that "
        "grows without end, and read long lists from a file",
        file, SANDBOX_MEMORY >> 20);
  } else if (lua_type(L, -1) == LUA_TSTRING) {
    tell(loader, lua_tostring(L, -1));
  } else {
    loader_fail(loader,
                "%s: the scenario gave up with an error that is not a text; write error \"why\"",
                file);
  }
  lua_settop(L, 0);
  return false;
}
