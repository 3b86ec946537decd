#include "traffic.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "choice.h"
#include "distribution.h"
#include "off.h"
#include "sim.h"

#define KEYS_MAX 4294967295.0
#define KEYS_N                                                                              \
  {                                                                                         \
    .name = "n", .type = PARAM_COUNT, .offset = offsetof(struct keys, n), .required = true, \
    .min = 1, .max = KEYS_MAX, .doc = "How many there are."                                 \
  }

const struct word *traffic_open_word(struct loader *loader, const struct spot *spot, int index,
                                     struct spot *inner) {
  const struct word *word = loader_word(loader->L, index);
  if (word == NULL) return NULL;
  word_push_argument(loader->L, index);
  *inner = spot_word(spot, word);
  return word;
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
    return spot_error(loader, spot, "names no %s",
                      of_tiers ? "tier; write { free = 0.9, paid = 0.1 }"
                               : "operation; write { browse = 0.95, buy = 0.05 }");
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

bool traffic_tier(struct loader *loader, const struct spot *spot, const char *name, uint8_t *out) {
  *out = 0;
  if (!loader->ops_known) return true;
  uint32_t found = names_find(&loader->tiers, name);
  *out = (uint8_t)found;
  if (found != REF_NONE) return true;
  struct hint hint = nearest_hint(name, loader->tiers.list, loader->tiers.n, "there are");
  return spot_error(loader, spot, "no client has users of the tier '%s'%s", name,
                    loader->tiers.n > 0 ? hint.text : "");
}

/* --- keys ----------------------------------------------------------------------------------- */

const struct param zipf_params[] = {
    KEYS_N,
    {.name = "s",
     .type = PARAM_NUMBER,
     .offset = offsetof(struct keys, s),
     .required = true,
     .max = 100,
     .doc = "Exponent: key k is asked for in proportion to k^-s."},
    {0},
};

const struct param uniform_keys_params[] = {KEYS_N, {0}};

static const struct choice keys_choices[] = {
    {WORD_ZIPF, KEYS_ZIPF, .params = zipf_params},
    {WORD_UNIFORM_KEYS, KEYS_UNIFORM, .params = uniform_keys_params},
    {WORD_UNIFORM, KEYS_UNIFORM, .params = uniform_keys_params, .usage = WORD_UNIFORM_KEYS},
};

bool traffic_keys(struct loader *loader, const struct spot *spot, int index, struct keys *out) {
  const struct choice *row =
      choice_read(loader, spot, index, keys_choices, 3,
                  "keys such as zipf { n = 100000, s = 0.99 } or uniform_keys { n = 100000 }", out);
  if (row == NULL) return false;
  out->kind = (enum keys_kind)row->kind;
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

static const char *const jitters[] = {"none", "full", "equal", "decorrelated", NULL};

/* Of exponential { base = "50ms", ... } as a pause. */
static const struct param growing_params[] = {
    {.name = "base",
     .type = PARAM_DURATION,
     .offset = offsetof(struct backoff, base_ns),
     .required = true,
     .doc = "The first pause."},
    {.name = "cap",
     .type = PARAM_DURATION,
     .offset = offsetof(struct backoff, cap_ns),
     .fallback = "never",
     .max = INFINITY,
     .doc = "The longest pause."},
    {.name = "factor",
     .type = PARAM_NUMBER,
     .offset = offsetof(struct backoff, factor),
     .fallback = "2",
     .min = 1,
     .max = 1000,
     .doc = "Each pause is this many times the one before."},
    {.name = "jitter",
     .type = PARAM_ENUM,
     .offset = offsetof(struct backoff, jitter),
     .fallback = "none",
     .choices = jitters,
     .doc = "How chance shortens or spreads it (AWS Architecture Blog, 2015)."},
    {0},
};

static const struct param pause_subject = {
    .name = "pause",
    .type = PARAM_DURATION,
    .offset = offsetof(struct backoff, base_ns),
    .required = true,
};

static bool check_growing(struct loader *loader, const struct spot *spot, void *out) {
  struct backoff *backoff = out;
  struct spot at = spot_key(spot, "cap");
  backoff->exponential = true;
  return backoff->cap_ns >= backoff->base_ns ||
         spot_error(loader, &at, "must not be less than base");
}

static bool check_constant(struct loader *loader, const struct spot *spot, void *out) {
  (void)loader, (void)spot;
  struct backoff *backoff = out;
  backoff->cap_ns = backoff->base_ns;
  return true;
}

static const struct choice pause_choices[] = {
    {WORD_CONSTANT, 0, .subject = &pause_subject, .check = check_constant},
    {WORD_EXPONENTIAL, 0, .params = growing_params, .check = check_growing},
};

bool traffic_backoff(struct loader *loader, const struct spot *spot, int index,
                     struct backoff *out) {
  *out = (struct backoff){.factor = 1};
  if (lua_type(loader->L, index) == LUA_TSTRING) {
    return value_duration(loader, spot, index, &out->base_ns) && check_constant(loader, spot, out);
  }
  return choice_read(loader, spot, index, pause_choices, 2,
                     "a pause such as \"100ms\" or exponential { base = \"50ms\", cap = \"1s\" }",
                     out) != NULL;
}

/* --- lists of names ------------------------------------------------------------------------- */

/* The name at the top of the stack, of an operation, a tier or a component. */
static bool read_class(struct loader *loader, const struct spot *spot, const char **name,
                       uint8_t *op, uint8_t *tier, uint32_t *component) {
  const struct spec *spec = &loader->scenario->spec;
  if (!value_name(loader, spot, -1, "the name of an operation or a tier", name)) return false;
  *op = *tier = PRIORITY_NONE;
  *component = REF_NONE;
  if (!loader->ops_known) return true;
  uint32_t of_tiers = names_find(&loader->tiers, *name);
  int of_ops = spec_find_op(spec, *name);
  if (of_tiers != REF_NONE) *tier = (uint8_t)of_tiers;
  if (of_ops >= 0 && of_ops < (int)PRIORITY_NONE) *op = (uint8_t)of_ops;
  *component = off_is_out(loader, *name) ? spec->components : spec_find(spec, *name);
  if (of_ops >= 0 || of_tiers != REF_NONE || *component != REF_NONE) return true;
  int ignored;
  return operation_number(loader, spot, *name, false, &ignored); /* fails, with the nearest one */
}

/* A list of one, written as it is: op = "get". */
static bool read_one_class(struct loader *loader, const struct spot *spot, int index,
                           struct priorities *out) {
  uint8_t *ops = arena_alloc(loader->arena, 1), *tiers = arena_alloc(loader->arena, 1);
  uint32_t *components = arena_alloc(loader->arena, sizeof *components);
  const char **name = arena_alloc(loader->arena, sizeof *name);
  *out = (struct priorities){1, ops, tiers, components, name};
  lua_pushvalue(loader->L, index);
  bool ok = read_class(loader, spot, &name[0], &ops[0], &tiers[0], &components[0]);
  lua_pop(loader->L, 1);
  return ok;
}

bool traffic_priorities(struct loader *loader, const struct spot *spot, int index,
                        struct priorities *out) {
  lua_State *L = loader->L;
  index = lua_absindex(L, index);
  if (lua_type(L, index) == LUA_TSTRING) return read_one_class(loader, spot, index, out);
  if (!lua_istable(L, index)) {
    return value_unexpected(loader, spot, index,
                            "an operation such as \"buy\", or a list of them, { \"buy\" }");
  }
  if (!table_check(loader, spot, index, NULL, 0, SPEC_MAX_OPS - 1)) return false;
  uint32_t n = (uint32_t)lua_rawlen(L, index);
  if (n == 0) {
    return spot_error(loader, spot, "the list is empty; name an operation, or leave it out");
  }
  uint8_t *ops = arena_alloc(loader->arena, n + 1), *tiers = arena_alloc(loader->arena, n + 1);
  uint32_t *components = arena_alloc(loader->arena, (n + 1) * sizeof *components);
  const char **name = arena_alloc(loader->arena, (n + 1) * sizeof *name);
  for (uint32_t i = 0; i < n; i++) {
    struct spot at = spot_item(spot, (int)i + 1);
    lua_rawgeti(L, index, i + 1);
    bool ok = read_class(loader, &at, &name[i], &ops[i], &tiers[i], &components[i]);
    lua_pop(L, 1);
    if (!ok) return false;
    for (uint32_t k = 0; k < i; k++) {
      if (strcmp(name[k], name[i]) == 0) {
        return spot_error(loader, &at, "'%s' is listed twice", name[i]);
      }
    }
  }
  *out = (struct priorities){n, ops, tiers, components, name};
  return true;
}

bool traffic_are_ops(struct loader *loader, const struct spot *spot,
                     const struct priorities *list) {
  for (uint32_t i = 0; i < list->n && loader->ops_known; i++) {
    if (list->ops[i] != PRIORITY_NONE) continue;
    struct spot at = spot_item(spot, (int)i + 1);
    const char *what = list->tiers[i] != PRIORITY_NONE ? "tier of users" : "component";
    return spot_error(loader, &at, "'%.63s' is a %s and no operation", list->name[i], what);
  }
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
  if (lua_rawlen(L, index) == 0) {
    return spot_error(loader, spot,
                      "the list is empty; name a cause such as \"timeout\", or leave it out");
  }
  for (int i = 1; i <= (int)lua_rawlen(L, index); i++) {
    struct spot at = spot_item(spot, i);
    lua_rawgeti(L, index, i);
    bool ok = read_cause(loader, &at, -1, out);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}
