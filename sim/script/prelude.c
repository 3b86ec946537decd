#include "prelude.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "define.h"
#include "kind.h"
#include "sandbox.h"
#include "vocabulary.h"

static void push_chunk(lua_State *L, const struct prelude_text *text) {
  const char *name = arena_format(loader_of(L)->arena, "=" PRELUDE_FOLDER "%s.lua", text->name);
  if (luaL_loadbufferx(L, text->text, strlen(text->text), name, "t") != LUA_OK) lua_error(L);
}

const struct kind *prelude_kind(lua_State *L, uint32_t number) {
  struct loader *loader = loader_of(L);
  const struct prelude_text *prelude = &prelude_texts[number];
  const struct kind *known = kind_known(loader, prelude->name);
  if (known) return known;
  struct scope *scope = loader->scope; /* another kind may be built of it */
  loader->scope = NULL;
  loader->defining = prelude->name;
  push_chunk(L, prelude);
  push_chunk(L, prelude_common);
  lua_call(L, 0, 1);
  lua_call(L, 1, 0);
  loader->defining = NULL;
  loader->scope = scope;
  return kind_known(loader, prelude->name);
}

/* --- all of them, without a scenario -------------------------------------------------------- */

static int define_all(lua_State *L) {
  lua_newtable(L);
  vocabulary_add(L);
  sandbox_library(L);
  sandbox_globals(L, vocabulary_missing, vocabulary_assign);
  for (uint32_t i = 0; prelude_texts[i].name; i++) prelude_kind(L, i);
  return 0;
}

static int by_name(const void *a, const void *b) {
  const struct kind *const *first = a, *const *second = b;
  return strcmp((*first)->name, (*second)->name);
}

/* A mistake in a file of the prelude is one of the program. */
static void define_or_die(struct loader *loader) {
  struct sandbox sandbox;
  sandbox_new(&sandbox, loader);
  bool ok = loader->L != NULL && sandbox_run(&sandbox, loader, define_all);
  if (loader->L) lua_close(loader->L);
  if (ok) return;
  fprintf(stderr, "archsim: %s\n", loader->err->text);
  abort();
}

const struct kinds *prelude_kinds(struct arena *arena) {
  struct error err = {0};
  struct scenario scenario = {.file = "models/prelude", .arena = arena};
  struct loader *loader = mem_zeroed(1, sizeof *loader);
  loader->arena = arena;
  loader->scenario = &scenario;
  loader->err = &err;
  define_or_die(loader);
  uint32_t n = loader->definitions;
  for (uint32_t i = 0; registry[i]; i++) n++;
  const struct kind **list = arena_alloc(arena, (n + 1) * sizeof *list);
  n = 0;
  for (uint32_t i = 0; registry[i]; i++) list[n++] = registry[i];
  for (uint32_t i = 0; i < loader->definitions; i++) list[n++] = loader->definition[i].kind;
  free(loader);
  qsort(list, n, sizeof *list, by_name);
  struct kinds *kinds = arena_alloc(arena, sizeof *kinds);
  *kinds = (struct kinds){n, list};
  return kinds;
}
