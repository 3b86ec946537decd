#include "value.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "off.h"
#include "sim.h"
#include "time_scale.h"
#include "vocabulary.h"

/* --- what is there -------------------------------------------------------------------------- */

/* A text as it may be shown: short, without control characters. */
static void quote(const char *text, size_t length, struct got *got) {
  char copy[44];
  size_t n = length < 40 ? length : 40;
  for (size_t i = 0; i < n; i++) copy[i] = (unsigned char)text[i] < 0x20 ? '?' : text[i];
  copy[n] = '\0';
  snprintf(got->text, sizeof got->text, "the text \"%s%s\"", copy, length > n ? "..." : "");
}

struct got value_got(lua_State *L, int index) {
  struct got got = {""};
  const struct word *word = loader_word(L, index);
  switch (lua_type(L, index)) {
    case LUA_TSTRING: {
      size_t length;
      const char *text = lua_tolstring(L, index, &length);
      quote(text, length, &got);
      break;
    }
    case LUA_TNUMBER:
      snprintf(got.text, sizeof got.text, "the number %.14g", lua_tonumber(L, index));
      break;
    case LUA_TBOOLEAN:
      snprintf(got.text, sizeof got.text, "%s", lua_toboolean(L, index) ? "true" : "false");
      break;
    case LUA_TNIL:
    case LUA_TNONE:
      snprintf(got.text, sizeof got.text, "nothing");
      break;
    case LUA_TFUNCTION: {
      const char *name = vocabulary_word_of(L, index);
      if (name) {
        snprintf(got.text, sizeof got.text, "the bare word %s, which is to be called", name);
      } else {
        snprintf(got.text, sizeof got.text, "a function");
      }
      break;
    }
    default:
      snprintf(got.text, sizeof got.text, "%s", word ? word->text : "a table");
  }
  return got;
}

bool value_unexpected(struct loader *loader, const struct spot *spot, int index,
                      const char *expected) {
  const struct word *word = loader_word(loader->L, index);
  bool changes = word != NULL && word->id == WORD_PROFILE;
  return spot_error(loader, spot, "expected %s, got %s%s", expected,
                    value_got(loader->L, index).text,
                    changes ? ", which only rates of requests and numbers of users may be" : "");
}

/* --- texts and numbers ---------------------------------------------------------------------- */

bool value_text(struct loader *loader, const struct spot *spot, int index, const char *expected,
                const char **out) {
  if (lua_type(loader->L, index) != LUA_TSTRING) {
    return value_unexpected(loader, spot, index, expected);
  }
  size_t length;
  const char *text = lua_tolstring(loader->L, index, &length);
  const char *fault = text_fault(text, length);
  if (fault) {
    return spot_error(loader, spot, "%s %s; write %s", value_got(loader->L, index).text, fault,
                      *expected ? expected : "one of its choices");
  }
  *out = arena_text(loader->arena, text);
  return true;
}

bool value_name(struct loader *loader, const struct spot *spot, int index, const char *expected,
                const char **out) {
  if (!value_text(loader, spot, index, expected, out)) return false;
  if (name_is_valid(*out, strlen(*out))) return true;
  return spot_error(loader, spot, "%s is no name; a name has 1 to %u letters, digits, '_' and '-'",
                    value_got(loader->L, index).text, NAME_MAX_BYTES);
}

/* `what`: "a number", of which there are several sorts. */
static bool read_number(struct loader *loader, const struct spot *spot, int index, const char *what,
                        double *out) {
  if (lua_type(loader->L, index) == LUA_TSTRING) {
    const char *text = lua_tostring(loader->L, index), *end = quantity_number_end(text);
    if (end && *end == '\0') {
      return spot_error(loader, spot, "expected %s, got the text \"%.40s\"; leave out the quotes",
                        what, text);
    }
  }
  if (lua_type(loader->L, index) != LUA_TNUMBER) {
    return value_unexpected(loader, spot, index, what);
  }
  *out = lua_tonumber(loader->L, index);
  if (isfinite(*out)) return true;
  return spot_error(loader, spot, "expected %s that is finite, got %s", what,
                    isnan(*out) ? "0/0"
                    : *out > 0  ? "1/0"
                                : "-1/0");
}

bool value_number(struct loader *loader, const struct spot *spot, int index, double *out) {
  return read_number(loader, spot, index, "a number", out);
}

bool value_whole(struct loader *loader, const struct spot *spot, int index, uint64_t *out) {
  double value = 0;
  if (!read_number(loader, spot, index, "a whole number", &value)) return false;
  const char *fault = value < 0               ? "negative"
                      : value != floor(value) ? "not whole"
                      : value > WHOLE_MAX     ? "larger than 2^53"
                                              : NULL;
  if (fault) {
    return spot_error(loader, spot, "%.14g is %s; write a whole number such as 64", value, fault);
  }
  *out = (uint64_t)value;
  return true;
}

/* --- quantities ----------------------------------------------------------------------------- */

bool value_quantity(struct loader *loader, const struct spot *spot, int index,
                    enum quantity quantity, double *out) {
  lua_State *L = loader->L;
  const char *text = NULL, *expected = quantity_expected(quantity);
  if (lua_type(L, index) == LUA_TNUMBER && quantity == QUANTITY_RATIO) {
    return value_number(loader, spot, index, out);
  }
  if (lua_type(L, index) == LUA_TNUMBER) {
    return spot_error(loader, spot, "%.14g has no unit; write %s", lua_tonumber(L, index),
                      expected);
  }
  if (!value_text(loader, spot, index, expected, &text)) return false;
  struct error why = {0};
  if (quantity_parse(quantity, text, out, &why)) return true;
  return spot_error(loader, spot, "%s", why.text);
}

bool value_duration(struct loader *loader, const struct spot *spot, int index, uint64_t *out) {
  double ns = 0;
  if (!value_quantity(loader, spot, index, QUANTITY_TIME, &ns)) return false;
  if (ns >= (double)TIME_LONG) {
    return spot_error(loader, spot,
                      "%s is longer than 146 years, more than the clock holds; write a shorter one",
                      value_got(loader->L, index).text);
  }
  if (ns > 0 && ns < 0.5) {
    return spot_error(loader, spot, "%s is less than the clock's step; write 0ns, or at least 1ns",
                      value_got(loader->L, index).text);
  }
  *out = (uint64_t)(ns + 0.5);
  return true;
}

static void format(int quantity, double value, char *out, size_t size) {
  if (quantity == PLAIN_NUMBER) {
    snprintf(out, size, "%.14g", value);
  } else {
    quantity_format((enum quantity)quantity, value, out, size);
  }
}

bool value_in_range(struct loader *loader, const struct spot *spot, double value, double min,
                    double max, int quantity) {
  bool any = min == 0 && max == 0;
  if (any || max == 0) max = INFINITY;
  if (value >= min && value <= max) return true;
  char got[64], low[40], high[40];
  format(quantity, value, got, sizeof got);
  format(quantity, min, low, sizeof low);
  if (max == INFINITY && !strcmp(got, low)) {
    return spot_error(loader, spot, "is a little less than %s; it must be at least that", low);
  }
  if (max == INFINITY) {
    return spot_error(loader, spot, "%s is too small; it must be at least %s", got, low);
  }
  format(quantity, max, high, sizeof high);
  if (!strcmp(got, high)) snprintf(got, sizeof got, "a little more than %s", high);
  if (!strcmp(got, low)) snprintf(got, sizeof got, "a little less than %s", low);
  return spot_error(loader, spot, "%s is out of range; it must be from %s to %s", got, low, high);
}

/* --- names ---------------------------------------------------------------------------------- */

bool value_choice(struct loader *loader, const struct spot *spot, int index,
                  const char *const *choices, uint32_t n, uint32_t *out) {
  const char *text = NULL;
  if (lua_type(loader->L, index) != LUA_TSTRING) {
    struct hint list = nearest_hint("", choices, n, "one of");
    return value_unexpected(loader, spot, index, list.text + strlen("; "));
  }
  if (!value_text(loader, spot, index, "", &text)) return false;
  for (*out = 0; *out < n; ++*out) {
    if (!strcmp(choices[*out], text)) return true;
  }
  return spot_error(loader, spot, "\"%.80s\" is unknown%s", text,
                    nearest_hint(text, choices, n, "it is one of").text);
}

static bool unknown_component(struct loader *loader, const struct spot *spot, const char *name) {
  const struct spec *spec = &loader->scenario->spec;
  size_t base = strcspn(name, "[");
  if (name[base] == '[') {
    return spot_error(loader, spot,
                      "\"%.80s\" names a member; name the component, \"%.*s\", whose members share "
                      "the calls",
                      name, (int)base, name);
  }
  if (names_find(&loader->zones_by_name, name) != REF_NONE ||
      names_find(&loader->regions_by_name, name) != REF_NONE) {
    return spot_error(loader, spot, "\"%.80s\" is a zone or region; name a component", name);
  }
  for (uint32_t i = 0; i < loader->left_out.n; i++) {
    const struct word *word = loader->left_out.list[i].word;
    if (strcmp(word->name, name) != 0) continue;
    return spot_error(loader, spot, "\"%.80s\" is not there: its only_if at %s:%d is false", name,
                      loader->source[word->source]->file, word->line);
  }
  const char **names = arena_alloc(loader->arena, (spec->components + 1) * sizeof *names);
  uint32_t n = 0;
  for (uint32_t i = 0; i < spec->components; i++) {
    if (!spec->component[i].kind->is_source) names[n++] = spec->component[i].name;
  }
  return spot_error(loader, spot, "there is no component \"%.80s\"%s", name,
                    nearest_hint(name, names, n, "there are").text);
}

bool value_component(struct loader *loader, const struct spot *spot, int index, uint32_t *out) {
  const char *name = NULL;
  if (!value_text(loader, spot, index, "the name of a component", &name)) return false;
  const struct spec *spec = &loader->scenario->spec;
  name = off_follow(loader, name);
  *out = spec_find(spec, name);
  if (*out == REF_NONE) return unknown_component(loader, spot, name);
  const struct kind *kind = spec->component[*out].kind;
  if (!kind->is_source && !kind->stands_apart) return true;
  if (kind->stands_apart) {
    return spot_error(loader, spot, "%s \"%s\" answers no requests and cannot be called",
                      kind->name, name);
  }
  return spot_error(loader, spot, "%s \"%s\" makes requests and cannot be called", kind->name,
                    name);
}

bool operation_number(struct loader *loader, const struct spot *spot, const char *name,
                      bool declares, int *out) {
  struct names *ops = &loader->ops;
  *out = 0;
  if (!loader->ops_known) {
    if (!declares || !strcmp(name, "default")) return true;
    for (uint32_t i = 0; i < ops->n; i++) {
      if (!strcmp(ops->list[i], name)) return true;
    }
    if (ops->n == SPEC_MAX_OPS - 1) {
      return spot_error(loader, spot,
                        "'%.63s' is one operation too many; a scenario has at most %u", name,
                        SPEC_MAX_OPS - 1);
    }
    names_add(loader, ops, name);
    return true;
  }
  *out = spec_find_op(&loader->scenario->spec, name);
  if (*out >= 0) return true;
  return spot_error(
      loader, spot, "nobody sends or handles an operation '%.63s'%s", name,
      nearest_hint(name, loader->scenario->spec.op, loader->scenario->spec.ops, "use one of").text);
}

bool value_operation(struct loader *loader, const struct spot *spot, int index, bool declares,
                     int *out) {
  const char *name = NULL;
  return value_name(loader, spot, index, "the name of an operation", &name) &&
         operation_number(loader, spot, name, declares, out);
}

/* --- files ---------------------------------------------------------------------------------- */

static bool read_once(struct loader *loader, const char *path, size_t limit, struct csv_file *out,
                      struct error *why) {
  for (uint32_t i = 0; i < loader->csv_files; i++) {
    *out = loader->csv_file[i];
    if (strcmp(out->path, path) != 0) continue;
    return out->length <= limit || source_too_large(limit, why);
  }
  out->path = path;
  if (!source_read(loader->arena, path, limit, &out->text, &out->length, why)) return false;
  loader->csv_file = loader_grown(loader, loader->csv_file, loader->csv_files,
                                  &loader->csv_capacity, sizeof *loader->csv_file);
  loader->csv_file[loader->csv_files++] = *out;
  return true;
}

bool value_csv(struct loader *loader, const struct spot *spot, const struct word *word,
               const char *name, size_t limit, struct csv_text *out) {
  uint32_t from = word->source == NO_SOURCE ? 0 : word->source;
  struct error why = {0};
  const char *path = source_below(loader->arena, loader->top, loader->source[from], name, &why);
  if (path == NULL) return spot_error(loader, spot, "%s", why.text);
  struct csv_file file;
  if (limit > loader->csv_budget) limit = loader->csv_budget;
  if (!read_once(loader, path, limit, &file, &why)) {
    return spot_error(loader, spot, "\"%s\" %s", name, why.text);
  }
  loader->csv_budget -= file.length;
  loader_add_input(loader, file.text, file.length);
  if (memchr(file.text, '\0', file.length))
    return spot_error(loader, spot, "%s is not a text", name);
  *out = (struct csv_text){.name = name, .at = file.text, .end = file.text + file.length};
  return true;
}

/* --- tables --------------------------------------------------------------------------------- */

void word_push_argument(lua_State *L, int index) {
  lua_getiuservalue(L, index, 1);
}

static bool is_listed(const char *key, const char *const *keys, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (!strcmp(keys[i], key)) return true;
  }
  return false;
}

/* Of a table with a hole Lua says one length or another, and what follows it may be lost. */
static bool table_has_hole(struct loader *loader, const struct spot *spot, int index) {
  int i = 1;
  while (lua_rawgeti(loader->L, index, i) != LUA_TNIL) {
    lua_pop(loader->L, 1);
    i++;
  }
  lua_pop(loader->L, 1);
  struct spot at = spot_item(spot, i);
  return spot_error(loader, &at, "is nil, and a value follows it; leave it out of the list");
}

/* Lua's order of keys is not always the same, so all are looked at and the first in the alphabet is
 * reported. */
bool table_check(struct loader *loader, const struct spot *spot, int index, const char *const *keys,
                 uint32_t n, int items) {
  lua_State *L = loader->L;
  const char *unknown = NULL;
  bool odd = false;
  lua_Integer most = 0, found = 0;
  index = lua_absindex(L, index);
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING) {
      size_t length;
      const char *key = lua_tolstring(L, -2, &length);
      if (text_fault(key, length)) {
        odd = true;
      } else if (!is_listed(key, keys, n) && (!unknown || strcmp(key, unknown) < 0)) {
        unknown = key;
      }
    } else if (!lua_isinteger(L, -2) || lua_tointeger(L, -2) < 1) {
      odd = true;
    } else {
      found++;
      if (lua_tointeger(L, -2) > most) most = lua_tointeger(L, -2);
    }
  }
  if (unknown) {
    struct spot at = spot_key(spot, arena_text(loader->arena, unknown));
    if (n == 0 && items > 0) {
      return spot_error(loader, &at,
                        "unknown in a list of values; leave it out; what belongs to one of them "
                        "stands in its own braces, as in call { \"db\", %s = ... }",
                        unknown);
    }
    if (n == 0) return spot_error(loader, &at, "unknown; leave it out, as there are no keys");
    const char *first = items > 0 && found == 0 ? "; its first value stands without a key" : "";
    return spot_error(loader, &at, "unknown%s%s", nearest_hint(unknown, keys, n, "known are").text,
                      first);
  }
  if (odd) return spot_error(loader, spot, "a key of the table is no name; write KEY = VALUE");
  if (most > items) {
    struct spot at = spot_item(spot, items + 1);
    if (items == 0) {
      return spot_error(loader, &at, "a value without a key; write KEY = VALUE");
    }
    return spot_error(loader, &at, "one value without a key too many; leave it out, as %d %s",
                      items, items == 1 ? "is the most" : "are the most");
  }
  return most == found || table_has_hole(loader, spot, index);
}

bool table_quantity(struct loader *loader, const struct spot *spot, int index, const char *key,
                    enum quantity quantity, double *out, bool *given) {
  *given = lua_getfield(loader->L, index, key) != LUA_TNIL;
  struct spot at = spot_key(spot, key);
  bool ok = !*given || value_quantity(loader, &at, -1, quantity, out);
  lua_pop(loader->L, 1);
  return ok;
}

bool table_number(struct loader *loader, const struct spot *spot, int index, const char *key,
                  double *out, bool *given) {
  *given = lua_getfield(loader->L, index, key) != LUA_TNIL;
  struct spot at = spot_key(spot, key);
  bool ok = !*given || value_number(loader, &at, -1, out);
  lua_pop(loader->L, 1);
  return ok;
}

void table_push_copy(lua_State *L, int index) {
  lua_newtable(L);
  lua_pushnil(L);
  while (lua_next(L, index)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
}

bool table_missing(struct loader *loader, const struct spot *spot, const char *key,
                   const char *expected) {
  return spot_error(loader, spot, "key '%s' is missing; give %s", key, expected);
}
