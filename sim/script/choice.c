#include "choice.h"

#include <lauxlib.h>
#include <string.h>

#include "configure.h"
#include "list.h"

static const struct param no_params[] = {{0}};

/* The form of the word's usage that has the row's first key; the first where it has none. */
static const char *usage(struct loader *loader, const struct choice *row) {
  const char *text = row->forms, *key = NULL;
  if (text == NULL) text = word_defs[row->usage ? row->usage : row->word].usage;
  if (row->params) key = strstr(text, arena_format(loader->arena, "%s =", row->params->name));
  if (key) {
    for (const char *c = text; c < key; c++) {
      if (*c == '\n') text = c + 1;
    }
  }
  return arena_format(loader->arena, "%.*s", (int)strcspn(text, "\n"), text);
}

static bool lacks(struct loader *loader, const struct spot *spot, const struct choice *row) {
  return spot_error(loader, spot, "a %s is missing; write %s", row->subject->name,
                    usage(loader, row));
}

/* The table at `index`. */
static bool read_table(struct loader *loader, const struct spot *spot, int index,
                       const struct choice *row, void *out) {
  lua_State *L = loader->L;
  const struct param *params = row->params ? row->params : no_params;
  int items = row->items ? LIST_MOST : row->subject ? 1 : 0;
  if (items == 0 && lua_rawlen(L, index) > 0) {
    struct spot first = spot_item(spot, 1);
    return spot_error(loader, &first, "a value without a key; write %s", usage(loader, row));
  }
  if (!configure(loader, spot, index, params, out, NULL, 0, items)) return false;
  if (row->items) {
    struct entries *entries = (struct entries *)((char *)out + row->items->offset);
    return list_read(loader, spot, index, row->items, entries);
  }
  if (row->subject == NULL) return true;
  struct spot at = spot_item(spot, 1);
  bool given = lua_rawgeti(L, index, 1) != LUA_TNIL;
  bool ok = given ? configure_value(loader, &at, -1, row->subject, out) : lacks(loader, spot, row);
  lua_pop(L, 1);
  return ok;
}

/* The argument at `index`. */
static bool read_argument(struct loader *loader, const struct spot *spot, int index,
                          const struct choice *row, void *out) {
  if (row->read) return row->read(loader, spot, out);
  bool table = row->params != NULL || row->items != NULL;
  if (table && lua_istable(loader->L, index)) return read_table(loader, spot, index, row, out);
  if (row->alone) {
    lua_pushnil(loader->L);
    bool ok = configure(loader, spot, lua_gettop(loader->L), row->params, out, NULL, 0, 0);
    lua_pop(loader->L, 1);
    return ok && configure_value(loader, spot, index, row->subject, out);
  }
  if (table) {
    return value_unexpected(loader, spot, index,
                            arena_format(loader->arena, "a table such as %s", usage(loader, row)));
  }
  return configure_value(loader, spot, index, row->subject, out);
}

const struct choice *choice_read(struct loader *loader, const struct spot *spot, int index,
                                 const struct choice *row, uint32_t n, const char *expected,
                                 void *out) {
  const struct word *word = loader_word(loader->L, index);
  for (uint32_t i = 0; word != NULL && i < n; i++) {
    if (row[i].word != word->id) continue;
    struct spot inner = spot_word(spot, word);
    word_push_argument(loader->L, index);
    bool ok = read_argument(loader, &inner, lua_gettop(loader->L), &row[i], out) &&
              (row[i].check == NULL || row[i].check(loader, &inner, out));
    lua_pop(loader->L, 1);
    return ok ? &row[i] : NULL;
  }
  value_unexpected(loader, spot, index, expected);
  return NULL;
}

bool choice_read_word(struct loader *loader, const struct spot *spot, int index,
                      const struct word_def *def, void *out) {
  lua_State *L = loader->L;
  struct choice row = {.subject = def->subject,
                       .items = def->items,
                       .forms = def->usage,
                       .alone = def->subject != NULL && def->params != NULL};
  struct spot inner = spot_word(spot, loader_word(L, index));
  word_push_argument(L, index);
  if (def->bare && lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_newtable(L);
  }
  row.params = def->params ? def->params : lua_istable(L, -1) ? no_params : NULL;
  bool ok = read_argument(loader, &inner, lua_gettop(L), &row, out);
  lua_pop(L, 1);
  return ok;
}
