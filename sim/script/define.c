#include "define.h"

#include <ctype.h>
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kind.h"
#include "nearest.h"
#include "param_type.h"
#include "quantity.h"
#include "registry.h"
#include "value.h"
#include "vocabulary.h"

#define DEFINITIONS_MAX 64u
#define LIST_MAX 64 /* parameters of a table, parts, choices */
#define DEPTH_MAX 4 /* of groups in groups */

/* Fails in the words: kind "two_tier": SENTENCE. */
#define refuse(r, format, ...) loader_raise((r)->L, "kind \"%s\": " format, (r)->kind, __VA_ARGS__)

/* What is being read, for messages. */
struct reader {
  lua_State *L;
  struct loader *loader;
  const char *kind; /* its name, "?" while that is unknown */
};

const struct definition *definition_of(const struct loader *loader, const struct kind *kind) {
  for (uint32_t i = 0; i < loader->definitions; i++) {
    if (loader->definition[i].kind == kind) return &loader->definition[i];
  }
  return NULL;
}

const struct kind *kind_known(const struct loader *loader, const char *name) {
  for (uint32_t i = 0; i < loader->definitions; i++) {
    if (!strcmp(loader->definition[i].kind->name, name)) return loader->definition[i].kind;
  }
  return registry_find(name);
}

/* --- entries of tables ---------------------------------------------------------------------- */

/* All keys of the table at `index` are among `keys`; values without a key are `items` at most. */
static void check_keys(struct reader *r, int index, const char *what, const char *const *keys,
                       int items) {
  lua_State *L = r->L;
  uint32_t n = 0;
  while (keys[n]) n++;
  const char *unknown = NULL; /* the first in the alphabet: Lua's order is not always the same */
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TNUMBER) continue;
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    bool known = false;
    for (uint32_t i = 0; i < n; i++) known |= !strcmp(keys[i], key);
    if (!known && (unknown == NULL || strcmp(key, unknown) < 0)) unknown = key;
  }
  if (unknown) {
    refuse(r, "%s has no key '%.60s'%s", what, unknown,
           nearest_hint(unknown, keys, n, "there are").text);
  }
  if ((int)lua_rawlen(L, index) > items) {
    refuse(r, "%s has %d values without a key; %d %s expected", what, (int)lua_rawlen(L, index),
           items, items == 1 ? "is" : "are");
  }
}

/* A text under `key`, in the arena; NULL if there is none. */
static const char *text_in(struct reader *r, int index, const char *what, const char *key) {
  lua_State *L = r->L;
  const char *text = NULL;
  if (lua_getfield(L, index, key) != LUA_TNIL) {
    if (lua_type(L, -1) != LUA_TSTRING) {
      refuse(r, "%s of %s: expected a text in quotes, got %s", key, what, value_got(L, -1).text);
    }
    text = arena_text(r->loader->arena, lua_tostring(L, -1));
  }
  lua_pop(L, 1);
  return text;
}

static const char *text_wanted(struct reader *r, int index, const char *what, const char *key) {
  const char *text = text_in(r, index, what, key);
  if (text == NULL || *text == '\0') refuse(r, "%s of %s is missing; give a text", key, what);
  return text;
}

/* A text over several lines as prose: an empty line ends a paragraph, any other line end is a
 * blank.
 */
static const char *prose(struct reader *r, const char *text) {
  if (text == NULL) return NULL;
  char *out = arena_text(r->loader->arena, text), *to = out;
  for (const char *at = text + strspn(text, " \n"); *at; at++) {
    size_t lines = strspn(at, "\n");
    if (lines == 0) {
      *to++ = *at;
      continue;
    }
    at += lines - 1;
    if (at[1]) *to++ = lines > 1 ? '\n' : ' ';
  }
  *to = '\0';
  return out;
}

static bool flag_in(struct reader *r, int index, const char *what, const char *key) {
  int type = lua_getfield(r->L, index, key);
  if (type != LUA_TNIL && type != LUA_TBOOLEAN) {
    refuse(r, "%s of %s: expected true or false, got %s", key, what, value_got(r->L, -1).text);
  }
  bool flag = lua_toboolean(r->L, -1);
  lua_pop(r->L, 1);
  return flag;
}

/* A word that a scenario may use as a variable or a key. */
static bool is_identifier(const char *name) {
  size_t length = strlen(name);
  if (length == 0 || length > NAME_MAX_BYTES || isdigit((unsigned char)*name)) return false;
  for (; *name; name++) {
    if (!islower((unsigned char)*name) && !isdigit((unsigned char)*name) && *name != '_')
      return false;
  }
  return true;
}

/* --- parameters ----------------------------------------------------------------------------- */

static const char *const param_keys[] = {"type",   "default", "required", "min",   "max", "choices",
                                         "params", "of",      "off",      "needs", "doc", NULL};

static double bound_in(struct reader *r, int index, const char *what, const char *key,
                       const struct param *param) {
  lua_State *L = r->L;
  double bound = 0;
  struct error why = {0};
  if (lua_getfield(L, index, key) == LUA_TNUMBER) {
    bound = lua_tonumber(L, -1);
  } else if (lua_type(L, -1) == LUA_TSTRING) {
    const char *text = lua_tostring(L, -1);
    int quantity = param_types[param->type].range;
    bool endless = !strcmp(text, "unlimited") || !strcmp(text, "never");
    if (endless) {
      bound = INFINITY;
    } else if (quantity < 0 || !quantity_parse((enum quantity)quantity, text, &bound, &why)) {
      refuse(r, "%s of %s: expected a number%s, got %s", key, what,
             quantity < 0 ? "" : " with its unit", value_got(L, -1).text);
    }
  } else if (!lua_isnil(L, -1)) {
    refuse(r, "%s of %s: expected a number, got %s", key, what, value_got(L, -1).text);
  }
  lua_pop(L, 1);
  return bound;
}

/* The default or `off` as a user would write it. Only plain values: a text of Lua would be run. */
static const char *fallback_in(struct reader *r, int index, const char *what, const char *key) {
  lua_State *L = r->L;
  const char *text = NULL;
  int type = lua_getfield(L, index, key);
  bool plain = type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING;
  if (plain) {
    text = arena_text(r->loader->arena, luaL_tolstring(L, -1, NULL));
    lua_pop(L, 1);
  }
  if ((type != LUA_TNIL && !plain) || (text && strpbrk(text, "({\""))) {
    refuse(r, "%s of %s: expected a plain value, such as 10, \"20ms\" or true", key, what);
  }
  lua_pop(L, 1);
  return text;
}

static const char *const *choices_in(struct reader *r, int index, const char *what) {
  lua_State *L = r->L;
  const char **list = arena_alloc(r->loader->arena, (LIST_MAX + 1) * sizeof *list);
  int n = lua_getfield(L, index, "choices") == LUA_TTABLE ? (int)lua_rawlen(L, -1) : 0;
  if (n == 0 || n > LIST_MAX) refuse(r, "%s: a choice needs choices = { \"a\", \"b\" }", what);
  for (int i = 0; i < n; i++) {
    if (lua_rawgeti(L, -1, i + 1) != LUA_TSTRING) refuse(r, "%s: a choice is a text", what);
    list[i] = arena_text(r->loader->arena, lua_tostring(L, -1));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return list;
}

static enum param_type type_in(struct reader *r, int index, const char *what) {
  const char *words[PARAM_TYPES];
  for (int i = 0; i < PARAM_TYPES; i++) words[i] = param_types[i].word;
  const char *word = text_wanted(r, index, what, "type");
  for (int i = 0; i < PARAM_TYPES; i++) {
    if (!strcmp(words[i], word)) return (enum param_type)i;
  }
  refuse(r, "%s: there is no type '%.60s'%s", what, word,
         nearest_hint(word, words, PARAM_TYPES, "there are").text);
}

static struct param *params_in(struct reader *r, int index, const char *what, int depth);

/* { "retry", of = "client" }: as another kind has it. */
static struct param borrowed(struct reader *r, const char *name, const char *owner) {
  const struct kind *kind = kind_known(r->loader, owner);
  for (const struct param *p = kind ? kind->params : NULL; p && p->name; p++) {
    if (!strcmp(p->name, name)) return *p;
  }
  refuse(r, "parameter '%s': there is no kind '%.60s' with a parameter of that name", name, owner);
}

/* The entry at the top of the stack. */
static struct param param_in(struct reader *r, int depth) {
  lua_State *L = r->L;
  int index = lua_gettop(L);
  struct param p = {0};
  if (!lua_istable(L, index) || lua_rawgeti(L, index, 1) != LUA_TSTRING) {
    refuse(r, "a parameter is a table such as { \"%s\", type = \"duration\", doc = \"...\" }",
           "ttl");
  }
  const char *name = arena_text(r->loader->arena, lua_tostring(L, -1));
  lua_pop(L, 1);
  if (!is_identifier(name))
    refuse(r, "'%.60s' is no name of a parameter: small letters, digits and _", name);
  const char *what = arena_format(r->loader->arena, "parameter '%s'", name);
  check_keys(r, index, what, param_keys, 1);
  const char *owner = text_in(r, index, what, "of");
  if (owner) {
    p = borrowed(r, name, owner);
  } else {
    p.type = type_in(r, index, what);
    p.doc = text_wanted(r, index, what, "doc");
    p.min = bound_in(r, index, what, "min", &p);
    p.max = bound_in(r, index, what, "max", &p);
    if (p.type == PARAM_ENUM) p.choices = choices_in(r, index, what);
    if (p.type == PARAM_GROUP || p.type == PARAM_LIST) {
      struct param *inner = params_in(r, index, what, depth + 1);
      if (p.type == PARAM_LIST) p.stride = params_place(inner, 0);
      p.group = inner;
    }
  }
  const char *doc = text_in(r, index, what, "doc"),
             *fallback = fallback_in(r, index, what, "default");
  if (doc) p.doc = doc;
  if (fallback) p.fallback = fallback;
  p.name = name;
  p.required = flag_in(r, index, what, "required");
  p.off = fallback_in(r, index, what, "off");
  p.needs = owner ? p.needs : text_in(r, index, what, "needs");
  if (p.required && p.fallback) refuse(r, "%s is required and has a default", what);
  return p;
}

/* What `needs` names stands in the same table. */
static void check_needs(struct reader *r, const struct param *params) {
  for (const struct param *p = params; p->name; p++) {
    const char *name = p->needs, *colon = name ? strchr(name, ':') : NULL;
    if (colon != NULL) name = colon + 1;
    while (name != NULL) {
      name += strspn(name, "? ");
      size_t length = strcspn(name, " =");
      const struct param *q = params;
      while (q->name && (strlen(q->name) != length || strncmp(q->name, name, length) != 0)) q++;
      if (q->name == NULL)
        refuse(r, "parameter '%s' needs '%s', which is none beside it", p->name, name);
      name = strstr(name, " or ");
      if (name != NULL) name += strlen(" or ");
    }
  }
}

/* The list under `params` of the table at `index`. */
static struct param *params_in(struct reader *r, int index, const char *what, int depth) {
  lua_State *L = r->L;
  if (depth > DEPTH_MAX)
    refuse(r, "groups are nested more than %d deep; put them side by side", DEPTH_MAX);
  luaL_checkstack(L, 16, NULL);
  int type = lua_getfield(L, index, "params");
  if (type != LUA_TTABLE && !(type == LUA_TNIL && depth == 0)) {
    refuse(r, "%s: params = { { \"ttl\", type = \"duration\", doc = \"...\" }, ... } is missing",
           what);
  }
  int n = type == LUA_TTABLE ? (int)lua_rawlen(L, -1) : 0;
  if (n > LIST_MAX)
    refuse(r, "%s has more than %d parameters; leave out what nobody sets", what, LIST_MAX);
  struct param *params = arena_alloc(r->loader->arena, ((size_t)n + 1) * sizeof *params);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, -1, i + 1);
    params[i] = param_in(r, depth);
    lua_pop(L, 1);
    for (int k = 0; k < i; k++) {
      if (!strcmp(params[k].name, params[i].name))
        refuse(r, "%s has two parameters '%s'", what, params[i].name);
    }
  }
  lua_pop(L, 1);
  check_needs(r, params);
  params_place(params, depth == 0 ? 0 : sizeof(bool));
  return params;
}

/* --- composition ---------------------------------------------------------------------------- */

static const struct kind *part_kind(struct reader *r, const char *what, const char *name) {
  const struct kind *kind = kind_known(r->loader, name);
  if (kind) return kind;
  refuse(r, "%s: there is no kind '%.60s'", what, name);
}

static const struct made_of *made_of_in(struct reader *r, int index) {
  static const char *const keys[] = {"kind", "doc", NULL};
  lua_State *L = r->L;
  struct arena *arena = r->loader->arena;
  struct made_of *made = arena_alloc(arena, sizeof *made);
  made->entry = part_kind(r, "entry", text_wanted(r, index, "the kind", "entry"));
  if (made->entry->made_of)
    refuse(r, "entry: '%s' is composed itself; name what it begins with", made->entry->name);
  int n = lua_getfield(L, index, "parts") == LUA_TTABLE ? (int)lua_rawlen(L, -1) : 0;
  if (n > LIST_MAX) refuse(r, "more than %d parts; make two kinds of it", LIST_MAX);
  struct composed_part *part = arena_alloc(arena, ((size_t)n + 1) * sizeof *part);
  for (int i = 0; i < n; i++) {
    if (lua_rawgeti(L, -1, i + 1) != LUA_TTABLE || lua_rawgeti(L, -1, 1) != LUA_TSTRING) {
      refuse(r, "a part is a table such as { \"%s\", kind = \"cache\", doc = \"...\" }", "cache");
    }
    part[i].name = arena_text(arena, lua_tostring(L, -1));
    lua_pop(L, 1);
    int table = lua_gettop(L);
    const char *what = arena_format(arena, "part '%s'", part[i].name);
    check_keys(r, table, what, keys, 1);
    part[i].kind = part_kind(r, what, text_wanted(r, table, what, "kind"));
    part[i].doc = text_wanted(r, table, what, "doc");
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  made->parts = (uint32_t)n;
  made->part = part;
  return made;
}

static const char *name_in(struct reader *r, int index) {
  const char *name = text_wanted(r, index, "the kind", "name");
  if (!is_identifier(name))
    refuse(r, "'%.60s' is no name of a kind: small letters, digits and _", name);
  r->kind = name;
  bool ours = r->loader->defining && !strcmp(r->loader->defining, name);
  if (kind_known(r->loader, name) || (!ours && vocabulary_role(name))) {
    refuse(r, "%s means something already; choose another name", name);
  }
  return name;
}

int define_kind(lua_State *L) {
  static const char *const keys[] = {"name",  "summary", "doc",   "example", "entry",
                                     "parts", "params",  "build", NULL};
  struct loader *loader = loader_of(L);
  struct reader r = {L, loader, "?"};
  if (lua_gettop(L) != 1 || !lua_istable(L, 1)) {
    loader_raise(L,
                 "kind: expected a table; write kind { name = \"...\", entry = \"service\", build "
                 "= function(c) ... end }");
  }
  if (loader->scope) loader_raise(L, "kind: a kind cannot be defined while another one is built");
  if (loader->definitions == DEFINITIONS_MAX)
    refuse(&r, "more than %u kinds of one's own in one scenario; leave out what is not used",
           DEFINITIONS_MAX);
  struct kind *kind = arena_alloc(loader->arena, sizeof *kind);
  kind->name = name_in(&r, 1);
  check_keys(&r, 1, "the table", keys, 0);
  kind->summary = text_wanted(&r, 1, "the kind", "summary");
  kind->doc = prose(&r, text_in(&r, 1, "the kind", "doc"));
  kind->example = text_in(&r, 1, "the kind", "example");
  if (kind->doc == NULL) kind->doc = kind->summary;
  if (kind->example == NULL) kind->example = "";
  struct param *params = params_in(&r, 1, "the kind", 0);
  kind->params = params;
  kind->config_size = params_place(params, 0) + sizeof(max_align_t);
  kind->made_of = made_of_in(&r, 1);
  if (lua_getfield(L, 1, "build") != LUA_TFUNCTION) {
    refuse(&r, "build is missing; give a function(c), got %s", value_got(L, -1).text);
  }
  if (loader->definition == NULL) {
    loader->definition = arena_alloc(loader->arena, DEFINITIONS_MAX * sizeof *loader->definition);
  }
  loader->definition[loader->definitions++] =
      (struct definition){kind, luaL_ref(L, LUA_REGISTRYINDEX)};
  vocabulary_add_kind(L, kind);
  return 0;
}
