#include "traffic.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distribution.h"
#include "sim.h"

#define KEYS_MAX 4294967295.0

const struct word *traffic_open_word(struct loader *loader, const struct spot *spot, int index,
                                     struct spot *inner) {
  const struct word *word = loader_word(loader->L, index);
  if (word == NULL) return NULL;
  word_push_argument(loader->L, index);
  *inner = spot_word(spot, word);
  return word;
}

bool traffic_need_whole(struct loader *loader, const struct spot *spot, int table, const char *key,
                        double max, uint64_t *out) {
  struct spot at = spot_key(spot, key);
  bool given = lua_getfield(loader->L, table, key) != LUA_TNIL;
  bool ok = given ? value_whole(loader, &at, -1, out) &&
                        value_in_range(loader, &at, (double)*out, 1, max, PLAIN_NUMBER)
                  : table_missing(loader, spot, key, "a whole number");
  lua_pop(loader->L, 1);
  return ok;
}

/* --- mix ------------------------------------------------------------------------------------ */

static int by_op(const void *a, const void *b) {
  const struct mix_part *first = a, *second = b;
  return (int)first->op - (int)second->op;
}

/* Number of a tier, which is thereby known; void in the first pass, like an operation's. */
static bool tier_number(struct loader *loader, const struct spot *spot, const char *name,
                        int *out) {
  struct names *tiers = &loader->tiers;
  *out = 0;
  if (loader->ops_known) {
    *out = (int)names_find(tiers, name);
    return true;
  }
  for (uint32_t i = 0; i < tiers->n; i++) {
    if (!strcmp(tiers->list[i], name)) return true;
  }
  if (tiers->n == SPEC_MAX_TIERS) {
    return spot_error(loader, spot, "'%.63s' is one tier too many; a scenario has at most %u", name,
                      SPEC_MAX_TIERS);
  }
  names_add(loader, tiers, name);
  return true;
}

/* The share at the top of the stack. */
static bool read_share(struct loader *loader, const struct spot *spot, const char *name,
                       bool of_tiers, struct mix_part *part) {
  int op = 0;
  if (!name_is_valid(name, strlen(name))) {
    return spot_error(loader, spot, "%s have names of letters, digits, '_' and '-'",
                      of_tiers ? "tiers" : "operations");
  }
  bool known = of_tiers ? tier_number(loader, spot, name, &op)
                        : operation_number(loader, spot, name, true, &op);
  if (!known || !value_quantity(loader, spot, -1, QUANTITY_RATIO, &part->share)) {
    return false;
  }
  part->op = (uint8_t)op;
  if (part->share > 0 && part->share <= 1) return true;
  return spot_error(loader, spot, "a share must be greater than 0 and at most 1, got %.9g",
                    part->share);
}

/* The keys of the table in the order of the alphabet, copied; NULL after a mistake. */
static struct names *sorted_keys(struct loader *loader, const struct spot *spot, int table) {
  lua_State *L = loader->L;
  struct names *names = arena_alloc(loader->arena, sizeof *names);
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) {
      spot_error(loader, spot, "a value without a name; write NAME = SHARE");
      return NULL;
    }
    size_t length;
    const char *key = lua_tolstring(L, -2, &length);
    if (text_fault(key, length)) {
      spot_error(loader, spot, "a name %s", text_fault(key, length));
      return NULL;
    }
    names_add(loader, names, arena_text(loader->arena, key));
  }
  names_sort(names);
  return names;
}

static bool read_shares(struct loader *loader, const struct spot *spot, int index, bool of_tiers,
                        struct mix *out) {
  lua_State *L = loader->L;
  index = lua_absindex(L, index);
  if (!lua_istable(L, index)) {
    return value_unexpected(loader, spot, index,
                            of_tiers ? "shares such as { free = 0.9, paid = 0.1 }"
                                     : "shares such as { browse = 0.95, buy = 0.05 }");
  }
  const struct names *names = sorted_keys(loader, spot, index);
  if (names == NULL) return false;
  if (names->n == 0) {
    return spot_error(loader, spot, "names no %s", of_tiers ? "tier" : "operation");
  }
  struct mix_part *part = arena_alloc(loader->arena, names->n * sizeof *part);
  double sum = 0;
  for (uint32_t i = 0; i < names->n; i++) {
    struct spot at = spot_key(spot, names->list[i]);
    lua_getfield(L, index, names->list[i]);
    bool ok = read_share(loader, &at, names->list[i], of_tiers, &part[i]);
    lua_pop(L, 1);
    if (!ok) return false;
    sum += part[i].share;
  }
  if (fabs(sum - 1) > 1e-6) {
    return spot_error(loader, spot, "the shares add up to %.9g; they must add up to 1", sum);
  }
  qsort(part, names->n, sizeof *part, by_op);
  *out = (struct mix){names->n, part};
  return true;
}

bool traffic_mix(struct loader *loader, const struct spot *spot, int index, struct mix *out) {
  return read_shares(loader, spot, index, false, out);
}

bool traffic_tiers(struct loader *loader, const struct spot *spot, int index, struct mix *out) {
  return read_shares(loader, spot, index, true, out);
}

/* --- keys ----------------------------------------------------------------------------------- */

bool traffic_keys(struct loader *loader, const struct spot *spot, int index, struct keys *out) {
  static const char *const keys[] = {"n", "s"};
  lua_State *L = loader->L;
  struct spot inner;
  const struct word *word = traffic_open_word(loader, spot, index, &inner);
  enum word_id id = word ? word->id : WORDS;
  bool is_zipf = id == WORD_ZIPF;
  if (!is_zipf && id != WORD_UNIFORM_KEYS && id != WORD_UNIFORM) {
    return value_unexpected(loader, spot, index,
                            "keys such as zipf { n = 100000, s = 0.99 } or uniform_keys { n = "
                            "100000 }");
  }
  int table = lua_gettop(L);
  if (!lua_istable(L, table))
    return value_unexpected(loader, &inner, table, "a table with n = ...");
  if (!table_check(loader, &inner, table, keys, is_zipf ? 2 : 1, 0)) return false;
  if (!traffic_need_whole(loader, &inner, table, "n", KEYS_MAX, &out->n)) return false;
  out->kind = is_zipf ? KEYS_ZIPF : KEYS_UNIFORM;
  if (is_zipf) {
    bool given;
    struct spot at = spot_key(&inner, "s");
    if (!table_number(loader, &inner, table, "s", &out->s, &given)) return false;
    if (!given) return table_missing(loader, &inner, "s", "a number such as 0.99");
    if (!value_in_range(loader, &at, out->s, 0, 100, PLAIN_NUMBER)) return false;
  }
  lua_pop(L, 1);
  return true;
}

#define USERS_MAX 10000000.0

/* Whose requests they are: a number, every user equally often, or as keys are given. */
bool traffic_users(struct loader *loader, const struct spot *spot, int index, struct keys *out) {
  *out = (struct keys){.kind = KEYS_UNIFORM};
  if (lua_type(loader->L, index) == LUA_TNUMBER) {
    return value_whole(loader, spot, index, &out->n) &&
           value_in_range(loader, spot, (double)out->n, 1, USERS_MAX, PLAIN_NUMBER);
  }
  if (loader_word(loader->L, index) == NULL) {
    return value_unexpected(loader, spot, index,
                            "a number of users such as 1000, or zipf { n = 100000, s = 0.8 }");
  }
  return traffic_keys(loader, spot, index, out) &&
         value_in_range(loader, spot, (double)out->n, 1, USERS_MAX, PLAIN_NUMBER);
}

/* --- pauses between tries ------------------------------------------------------------------- */

/* A duration under `key`, if given. */
static bool read_pause(struct loader *loader, const struct spot *spot, int table, const char *key,
                       uint64_t *out, bool *given) {
  struct spot at = spot_key(spot, key);
  *given = lua_getfield(loader->L, table, key) != LUA_TNIL;
  bool ok = !*given || value_duration(loader, &at, -1, out);
  lua_pop(loader->L, 1);
  return ok;
}

static bool read_jitter(struct loader *loader, const struct spot *spot, int table,
                        enum jitter *out) {
  static const char *const jitters[] = {"none", "full", "equal", "decorrelated"};
  struct spot at = spot_key(spot, "jitter");
  uint32_t choice = JITTER_NONE;
  bool ok = lua_getfield(loader->L, table, "jitter") == LUA_TNIL ||
            value_choice(loader, &at, -1, jitters, 4, &choice);
  lua_pop(loader->L, 1);
  *out = (enum jitter)choice;
  return ok;
}

static bool read_growing(struct loader *loader, const struct spot *spot, struct backoff *out) {
  lua_State *L = loader->L;
  static const char *const keys[] = {"base", "cap", "factor", "jitter"};
  int table = lua_gettop(L);
  if (!lua_istable(L, table)) {
    return value_unexpected(loader, spot, table,
                            "a table such as exponential { base = \"50ms\", cap = \"1s\" }");
  }
  bool has_base, has_cap, has_factor;
  *out = (struct backoff){.exponential = true, .factor = 2, .cap_ns = PARAM_UNLIMITED};
  if (!table_check(loader, spot, table, keys, 4, 0) ||
      !read_pause(loader, spot, table, "base", &out->base_ns, &has_base) ||
      !read_pause(loader, spot, table, "cap", &out->cap_ns, &has_cap) ||
      !table_number(loader, spot, table, "factor", &out->factor, &has_factor) ||
      !read_jitter(loader, spot, table, &out->jitter)) {
    return false;
  }
  if (!has_base) return table_missing(loader, spot, "base", "the first pause, such as \"50ms\"");
  struct spot at = spot_key(spot, "factor");
  if (!value_in_range(loader, &at, out->factor, 1, 1000, PLAIN_NUMBER)) return false;
  at = spot_key(spot, "cap");
  if (out->cap_ns < out->base_ns) return spot_error(loader, &at, "must not be less than base");
  return true;
}

bool traffic_backoff(struct loader *loader, const struct spot *spot, int index,
                     struct backoff *out) {
  struct spot inner;
  const struct word *word = traffic_open_word(loader, spot, index, &inner);
  *out = (struct backoff){.factor = 1};
  bool ok;
  if (word == NULL && lua_type(loader->L, index) == LUA_TSTRING) {
    ok = value_duration(loader, spot, index, &out->base_ns);
    out->cap_ns = out->base_ns;
  } else if (word && word->id == WORD_CONSTANT) {
    ok = value_duration(loader, &inner, -1, &out->base_ns);
    out->cap_ns = out->base_ns;
  } else if (word && word->id == WORD_EXPONENTIAL) {
    ok = read_growing(loader, &inner, out);
  } else {
    ok = value_unexpected(loader, spot, index,
                          "a pause such as \"100ms\" or exponential { base = \"50ms\", cap = "
                          "\"1s\" }");
  }
  if (word) lua_pop(loader->L, 1);
  return ok;
}

/* --- lists of names ------------------------------------------------------------------------- */

/* The name at the top of the stack, of an operation or a tier. */
static bool read_class(struct loader *loader, const struct spot *spot, const char **name,
                       uint8_t *op, uint8_t *tier) {
  const struct spec *spec = &loader->scenario->spec;
  if (!value_name(loader, spot, -1, "the name of an operation or a tier", name)) return false;
  *op = *tier = PRIORITY_NONE;
  if (!loader->ops_known) return true;
  uint32_t of_tiers = names_find(&loader->tiers, *name);
  int of_ops = spec_find_op(spec, *name);
  if (of_tiers != REF_NONE) *tier = (uint8_t)of_tiers;
  if (of_ops >= 0 && of_ops < (int)PRIORITY_NONE) *op = (uint8_t)of_ops;
  if (of_ops >= 0 || of_tiers != REF_NONE) return true;
  int ignored;
  return operation_number(loader, spot, *name, false, &ignored); /* fails, with the nearest one */
}

bool traffic_priorities(struct loader *loader, const struct spot *spot, int index,
                        struct priorities *out) {
  lua_State *L = loader->L;
  index = lua_absindex(L, index);
  if (!lua_istable(L, index)) {
    return value_unexpected(loader, spot, index, "a list of operations such as { \"buy\" }");
  }
  if (!table_check(loader, spot, index, NULL, 0, SPEC_MAX_OPS)) return false;
  uint32_t n = (uint32_t)lua_rawlen(L, index);
  uint8_t *ops = arena_alloc(loader->arena, n + 1), *tiers = arena_alloc(loader->arena, n + 1);
  const char **name = arena_alloc(loader->arena, (n + 1) * sizeof *name);
  for (uint32_t i = 0; i < n; i++) {
    struct spot at = spot_item(spot, (int)i + 1);
    lua_rawgeti(L, index, i + 1);
    bool ok = read_class(loader, &at, &name[i], &ops[i], &tiers[i]);
    lua_pop(L, 1);
    if (!ok) return false;
    for (uint32_t k = 0; k < i; k++) {
      if (strcmp(name[k], name[i]) == 0) {
        return spot_error(loader, &at, "'%s' is listed twice", name[i]);
      }
    }
  }
  *out = (struct priorities){n, ops, tiers, name};
  return true;
}

static bool read_cause(struct loader *loader, const struct spot *spot, int index, uint32_t *out) {
  uint32_t choice;
  if (!value_choice(loader, spot, index, outcome_name + 1, OUTCOMES - 1, &choice)) return false;
  *out |= 1u << (choice + 1);
  return true;
}

bool traffic_causes(struct loader *loader, const struct spot *spot, int index, uint32_t *out) {
  lua_State *L = loader->L;
  *out = 0;
  if (lua_type(L, index) == LUA_TSTRING) return read_cause(loader, spot, index, out);
  index = lua_absindex(L, index);
  if (!lua_istable(L, index)) {
    return value_unexpected(loader, spot, index, "a list such as { \"timeout\", \"refused\" }");
  }
  if (!table_check(loader, spot, index, NULL, 0, OUTCOMES)) return false;
  for (int i = 1; i <= (int)lua_rawlen(L, index); i++) {
    struct spot at = spot_item(spot, i);
    lua_rawgeti(L, index, i);
    bool ok = read_cause(loader, &at, -1, out);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}
