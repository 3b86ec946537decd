#include "configure.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "distribution.h"
#include "needs.h"
#include "param_type.h"
#include "policy.h"
#include "program.h"
#include "sim.h"
#include "steps.h"
#include "traffic.h"

uint32_t params_count(const struct param *params) {
  uint32_t n = 0;
  while (params[n].name) n++;
  return n;
}

const char *param_expected(const struct param *param) {
  switch (param->type) {
    case PARAM_BOOL:
      return "true or false";
    case PARAM_COUNT:
      return "a whole number such as 64";
    case PARAM_NUMBER:
      return "a number such as 1.5";
    case PARAM_RATIO:
      return quantity_expected(QUANTITY_RATIO);
    case PARAM_DURATION:
      return quantity_expected(QUANTITY_TIME);
    case PARAM_RATE:
      return quantity_expected(QUANTITY_RATE);
    case PARAM_BYTES:
      return quantity_expected(QUANTITY_SIZE);
    case PARAM_BANDWIDTH:
      return quantity_expected(QUANTITY_BANDWIDTH);
    case PARAM_TIME_DIST:
      return "a duration or a distribution, \"10ms\" or exponential \"10ms\"";
    case PARAM_SIZE_DIST:
      return "a size or a distribution, \"10kB\" or exponential \"10kB\"";
    case PARAM_ENUM:
      return "one of its choices";
    case PARAM_TEXT:
      return "a text in quotes";
    case PARAM_REF:
      return "the name of a component";
    case PARAM_REFS:
      return "the name of a component or a list of names";
    case PARAM_ROUTES:
      return "components by operation, such as { api = \"app\" }";
    case PARAM_GROUP:
      return "a table";
    case PARAM_ARRIVALS:
      return "arrivals such as poisson \"90/s\"";
    case PARAM_MIX:
      return "shares such as { browse = 0.95, buy = 0.05 }";
    case PARAM_TIERS:
      return "shares such as { free = 0.9, paid = 0.1 }";
    case PARAM_USERS:
      return "a number of users such as 1000";
    case PARAM_KEYS:
      return "keys such as zipf { n = 100000, s = 0.99 }";
    case PARAM_BACKOFF:
      return "a pause such as \"100ms\"";
    case PARAM_OP:
    case PARAM_OP_KNOWN:
      return "the name of an operation";
    case PARAM_STEPS:
      return "a list of steps, { work \"5ms\", ... }";
    case PARAM_FALLBACKS:
      return "a list of steps, { work \"5ms\", ... }, or such lists by cause";
    case PARAM_HANDLERS:
      return "a list of steps, { work \"5ms\", ... }, or such lists by operation";
    case PARAM_PRIORITY:
      return "a list of operations such as { \"buy\", \"browse\" }";
    case PARAM_BUDGET:
      return "a share such as \"20%\", or { share = \"20%\", burst = 10 }";
    case PARAM_AFTER:
      return "a duration such as \"50ms\", or a quantile such as \"p95\"";
    case PARAM_WINDOW:
      return "a number of calls such as 100, or a duration such as \"10s\"";
    case PARAM_PLACES:
      return "a whole number such as 10, or aimd { start = 10 }";
    case PARAM_CAUSES:
      return "a list such as { \"timeout\", \"refused\" }";
    case PARAM_TYPES:
      break;
  }
  return "";
}

/* --- values by type ------------------------------------------------------------------------- */

/* Where a value goes: an entry of the config struct. */
struct field {
  struct loader *loader;
  const struct spot *spot;
  const struct param *param;
  void *at;
};

/* "unlimited" or "never", where the range has no end. */
static bool is_unlimited(const struct field *f, int index, const char *word) {
  lua_State *L = f->loader->L;
  return f->param->max == INFINITY && lua_type(L, index) == LUA_TSTRING &&
         !strcmp(lua_tostring(L, index), word);
}

static bool read_count(const struct field *f, int index) {
  uint64_t *out = f->at;
  if (is_unlimited(f, index, "unlimited")) {
    *out = PARAM_UNLIMITED;
    return true;
  }
  if (f->param->max == INFINITY && lua_type(f->loader->L, index) != LUA_TNUMBER) {
    return value_unexpected(f->loader, f->spot, index, "a whole number or \"unlimited\"");
  }
  return value_whole(f->loader, f->spot, index, out) &&
         value_in_range(f->loader, f->spot, (double)*out, f->param->min, f->param->max,
                        PLAIN_NUMBER);
}

static bool read_duration(const struct field *f, int index) {
  uint64_t *out = f->at;
  if (is_unlimited(f, index, "never")) {
    *out = PARAM_UNLIMITED;
    return true;
  }
  if (!value_duration(f->loader, f->spot, index, out)) return false;
  if (*out == 0 && f->param->min == 1) {
    return spot_error(f->loader, f->spot, "must be greater than 0");
  }
  return value_in_range(f->loader, f->spot, (double)*out, f->param->min, f->param->max,
                        QUANTITY_TIME);
}

static bool read_double(const struct field *f, int index, int quantity) {
  double *out = f->at;
  double min = f->param->min, max = f->param->max;
  if (quantity == QUANTITY_RATIO && max == 0) max = 1;
  bool ok = quantity == PLAIN_NUMBER
                ? value_number(f->loader, f->spot, index, out)
                : value_quantity(f->loader, f->spot, index, (enum quantity)quantity, out);
  return ok && value_in_range(f->loader, f->spot, *out, min, max, quantity);
}

static bool read_bytes(const struct field *f, int index) {
  double bytes = 0;
  if (!value_quantity(f->loader, f->spot, index, QUANTITY_SIZE, &bytes) ||
      !value_in_range(f->loader, f->spot, bytes, f->param->min, f->param->max, QUANTITY_SIZE)) {
    return false;
  }
  if (bytes > 9e18) return spot_error(f->loader, f->spot, "is too large");
  *(uint64_t *)f->at = (uint64_t)(bytes + 0.5);
  return true;
}

static bool read_bool(const struct field *f, int index) {
  if (lua_type(f->loader->L, index) != LUA_TBOOLEAN) {
    return value_unexpected(f->loader, f->spot, index, "true or false, without quotes");
  }
  *(bool *)f->at = lua_toboolean(f->loader->L, index);
  return true;
}

static bool read_enum(const struct field *f, int index) {
  uint32_t n = 0;
  while (f->param->choices[n]) n++;
  return value_choice(f->loader, f->spot, index, f->param->choices, n, f->at);
}

static bool read_refs(const struct field *f, int index) {
  lua_State *L = f->loader->L;
  struct refs *out = f->at;
  index = lua_absindex(L, index);
  if (!lua_istable(L, index)) {
    uint32_t *id = arena_alloc(f->loader->arena, sizeof *id);
    *out = (struct refs){1, id};
    return value_component(f->loader, f->spot, index, id);
  }
  if (!table_check(f->loader, f->spot, index, NULL, 0, 10000)) return false;
  uint32_t n = (uint32_t)lua_rawlen(L, index);
  if (n == 0) return spot_error(f->loader, f->spot, "the list is empty; name a component");
  uint32_t *id = arena_alloc(f->loader->arena, n * sizeof *id);
  for (uint32_t i = 0; i < n; i++) {
    struct spot at = spot_item(f->spot, (int)i + 1);
    lua_rawgeti(L, index, i + 1);
    bool ok = value_component(f->loader, &at, -1, &id[i]);
    lua_pop(L, 1);
    if (!ok) return false;
    for (uint32_t k = 0; k < i; k++) {
      if (id[k] == id[i]) return spot_error(f->loader, &at, "is named twice in the list");
    }
  }
  *out = (struct refs){n, id};
  return true;
}

static int by_op(const void *a, const void *b) {
  const struct op_route *first = a, *second = b;
  return (first->op > second->op) - (first->op < second->op);
}

static bool read_route(const struct field *f, int table, const char *name, struct op_route *out) {
  lua_State *L = f->loader->L;
  struct spot at = spot_key(f->spot, name);
  lua_getfield(L, table, name);
  bool ok = operation_number(f->loader, &at, name, true, &out->op) &&
            value_component(f->loader, &at, lua_gettop(L), &out->to);
  lua_pop(L, 1);
  return ok;
}

static bool read_routes(const struct field *f, int index) {
  struct loader *loader = f->loader;
  lua_State *L = loader->L;
  struct names names = {0};
  index = lua_absindex(L, index);
  if (!lua_istable(L, index)) {
    return value_unexpected(loader, f->spot, index, param_expected(f->param));
  }
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    size_t length = 0;
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &length) : "";
    if (!name_is_valid(key, length)) {
      return spot_error(loader, f->spot,
                        "write OPERATION = \"COMPONENT\", with names of letters, "
                        "digits, '_' and '-'");
    }
    names_add(loader, &names, arena_text(loader->arena, key));
  }
  names_sort(&names);
  if (names.n == 0) return spot_error(loader, f->spot, "is empty; name an operation");
  struct op_route *route = arena_alloc(loader->arena, names.n * sizeof *route);
  for (uint32_t i = 0; i < names.n; i++) {
    if (!read_route(f, index, names.list[i], &route[i])) return false;
  }
  qsort(route, names.n, sizeof *route, by_op);
  *(struct routes *)f->at = (struct routes){names.n, route};
  return true;
}

static bool read_group(const struct field *f, int index) {
  lua_State *L = f->loader->L;
  if (lua_type(L, index) == LUA_TBOOLEAN && !lua_toboolean(L, index))
    lua_pushnil(L);
  else
    lua_pushvalue(L, index);
  bool ok = lua_isnil(L, -1) || lua_istable(L, -1);
  if (!ok) {
    value_unexpected(f->loader, f->spot, -1, "a table of its own");
  } else {
    *(bool *)f->at = lua_istable(L, -1); /* `given` is the first member */
    ok = configure(f->loader, f->spot, lua_gettop(L), f->param->group, f->at, NULL, 0, 0);
  }
  lua_pop(L, 1);
  return ok;
}

static bool read_value(const struct field *f, int index) {
  struct loader *loader = f->loader;
  switch (f->param->type) {
    case PARAM_BOOL:
      return read_bool(f, index);
    case PARAM_COUNT:
      return read_count(f, index);
    case PARAM_NUMBER:
      return read_double(f, index, PLAIN_NUMBER);
    case PARAM_RATIO:
      return read_double(f, index, QUANTITY_RATIO);
    case PARAM_DURATION:
      return read_duration(f, index);
    case PARAM_RATE:
      return read_double(f, index, QUANTITY_RATE);
    case PARAM_BYTES:
      return read_bytes(f, index);
    case PARAM_BANDWIDTH:
      return read_double(f, index, QUANTITY_BANDWIDTH);
    case PARAM_TIME_DIST:
      return distribution_read(loader, f->spot, index, QUANTITY_TIME, f->at);
    case PARAM_SIZE_DIST:
      return distribution_read(loader, f->spot, index, QUANTITY_SIZE, f->at);
    case PARAM_ENUM:
      return read_enum(f, index);
    case PARAM_TEXT:
      return value_text(loader, f->spot, index, "a text in quotes", f->at);
    case PARAM_REF:
      return value_component(loader, f->spot, index, f->at);
    case PARAM_REFS:
      return read_refs(f, index);
    case PARAM_ROUTES:
      return read_routes(f, index);
    case PARAM_GROUP:
      return read_group(f, index);
    case PARAM_ARRIVALS:
      return traffic_arrivals(loader, f->spot, index, f->at);
    case PARAM_MIX:
      return traffic_mix(loader, f->spot, index, f->at);
    case PARAM_TIERS:
      return traffic_tiers(loader, f->spot, index, f->at);
    case PARAM_USERS:
      return traffic_users(loader, f->spot, index, f->at);
    case PARAM_KEYS:
      return traffic_keys(loader, f->spot, index, f->at);
    case PARAM_BACKOFF:
      return traffic_backoff(loader, f->spot, index, f->at);
    case PARAM_OP:
    case PARAM_OP_KNOWN:
      return value_operation(loader, f->spot, index, f->param->type == PARAM_OP, f->at);
    case PARAM_STEPS:
      return steps_block(loader, f->spot, index, f->param->choices, f->at);
    case PARAM_FALLBACKS:
      return steps_fallbacks(loader, f->spot, index, f->at);
    case PARAM_HANDLERS:
      return steps_handlers(loader, f->spot, index, f->at);
    case PARAM_PRIORITY:
      return traffic_priorities(loader, f->spot, index, f->at);
    case PARAM_BUDGET:
      return policy_budget(loader, f->spot, index, f->at);
    case PARAM_AFTER:
      return policy_after(loader, f->spot, index, f->at);
    case PARAM_WINDOW:
      return policy_window(loader, f->spot, index, f->at);
    case PARAM_PLACES:
      return policy_places(loader, f->spot, index, f->param, f->at);
    case PARAM_CAUSES:
      return traffic_causes(loader, f->spot, index, f->at);
    case PARAM_TYPES:
      break;
  }
  return false;
}

/* --- defaults ------------------------------------------------------------------------------- */

/* Pushes the names in "timeout, refused" as a list. */
static void push_list(lua_State *L, const char *text) {
  lua_newtable(L);
  for (lua_Integer i = 1; *text; i++) {
    text += strspn(text, ", ");
    size_t length = strcspn(text, ", ");
    if (length == 0) break;
    lua_pushlstring(L, text, length);
    lua_rawseti(L, -2, i);
    text += length;
  }
}

/* Pushes the value that a default's text means: scenario syntax where it looks like it, else a
 * boolean, a number, or the text itself. Tables of ours are trusted, so a mistake here is raised.
 */
void configure_push_default(lua_State *L, const struct param *param) {
  const char *text = param->fallback;
  if (param->type == PARAM_CAUSES || param->type == PARAM_PRIORITY) {
    push_list(L, text);
  } else if (strpbrk(text, "({\"")) {
    lua_pushfstring(L, "return %s", text);
    if (luaL_loadstring(L, lua_tostring(L, -1)) != LUA_OK) lua_error(L);
    lua_remove(L, -2);
    lua_call(L, 0, 1);
  } else if (!strcmp(text, "true") || !strcmp(text, "false")) {
    lua_pushboolean(L, text[0] == 't');
  } else {
    const char *end = quantity_number_end(text);
    bool is_number =
        end && *end == '\0' &&
        (param->type == PARAM_COUNT || param->type == PARAM_NUMBER || param->type == PARAM_RATIO);
    if (!is_number || lua_stringtonumber(L, text) == 0) lua_pushstring(L, text);
  }
}

/* Of values that can be compared byte by byte; 0: of others. */
static const size_t single_size[] = {
    [PARAM_BOOL] = sizeof(bool),        [PARAM_ENUM] = sizeof(uint32_t),
    [PARAM_COUNT] = sizeof(uint64_t),   [PARAM_DURATION] = sizeof(uint64_t),
    [PARAM_BYTES] = sizeof(uint64_t),   [PARAM_NUMBER] = sizeof(double),
    [PARAM_RATIO] = sizeof(double),     [PARAM_RATE] = sizeof(double),
    [PARAM_BANDWIDTH] = sizeof(double),
};

bool configure_equals(struct loader *loader, const struct spot *spot, const struct param *param,
                      const void *config, const char *text) {
  size_t size =
      param->type < sizeof single_size / sizeof *single_size ? single_size[param->type] : 0;
  if (size == 0) return false;
  struct param other = *param;
  other.fallback = text;
  max_align_t value[16] = {0}; /* room for any type, so that the compiler need not ask which */
  struct field field = {loader, spot, &other, value};
  configure_push_default(loader->L, &other);
  bool ok = read_value(&field, lua_gettop(loader->L));
  lua_pop(loader->L, 1);
  return ok && memcmp(value, (const char *)config + param->offset, size) == 0;
}

/* A value that is absent and has no default. */
static void leave_empty(const struct field *f) {
  if (f->param->type == PARAM_REF) *(uint32_t *)f->at = REF_NONE;
  if (f->param->type == PARAM_OP || f->param->type == PARAM_OP_KNOWN) *(int *)f->at = -1;
  if (f->param->type == PARAM_TIME_DIST || f->param->type == PARAM_SIZE_DIST) {
    *(struct dist *)f->at = dist_constant(0);
  }
}

/* Remembers that the scenario states this key of a component, for those who list parameters. */
static void note_given(const struct field *f) {
  const char *path = f->spot->key;
  const struct spot *at = f->spot->parent;
  for (; at && at->kind == SPOT_KEY; at = at->parent) {
    path = arena_format(f->loader->arena, "%s.%s", at->key, path);
  }
  bool of_component = at && at->kind == SPOT_WORD && at->word->kind && at->parent == NULL;
  if (of_component) names_add(f->loader, &f->loader->given, path);
}

/* Of a value that names components or operations while these are not known yet: its form alone. */
static bool check_form(const struct field *f, int index) {
  int type = lua_type(f->loader->L, index);
  enum param_type what = f->param->type;
  bool one = what == PARAM_REF || what == PARAM_OP || what == PARAM_OP_KNOWN;
  if (type == LUA_TTABLE && !one) return true;
  if (type == LUA_TSTRING && (one || what == PARAM_REFS)) return true;
  return value_unexpected(f->loader, f->spot, index, param_expected(f->param));
}

/* `outer_absent`: the table itself is not there, so that nothing in it is required. */
static bool configure_one(const struct field *f, const struct spot *outer, int table,
                          bool outer_absent) {
  lua_State *L = f->loader->L;
  if (outer_absent) {
    lua_pushnil(L);
  } else {
    lua_getfield(L, table, f->param->name);
    if (!lua_isnil(L, -1)) note_given(f);
  }
  bool ok = true;
  if (f->loader->early && param_types[f->param->type].names && !lua_isnil(L, -1)) {
    ok = check_form(f, lua_gettop(L));
  } else if (!lua_isnil(L, -1) || f->param->type == PARAM_GROUP) {
    ok = read_value(f, lua_gettop(L));
  } else if (f->param->fallback) {
    configure_push_default(L, f->param);
    ok = read_value(f, lua_gettop(L));
    lua_pop(L, 1);
  } else if (f->param->required && !outer_absent) {
    ok = table_missing(f->loader, outer, f->param->name, param_expected(f->param));
  } else {
    leave_empty(f);
  }
  lua_pop(L, 1);
  return ok;
}

bool configure_value(struct loader *loader, const struct spot *spot, int index,
                     const struct param *param, void *config) {
  return read_value(&(struct field){loader, spot, param, (char *)config + param->offset},
                    lua_absindex(loader->L, index));
}

bool configure_key(struct loader *loader, const struct spot *spot, int index,
                   const struct param *param, void *config) {
  struct spot at = spot_key(spot, param->name);
  struct field field = {loader, &at, param, (char *)config + param->offset};
  return configure_one(&field, spot, index, lua_isnil(loader->L, index));
}

#define KEYS_MAX 128

static bool is_param(const struct param *params, const char *name) {
  for (; params->name; params++) {
    if (!strcmp(params->name, name)) return true;
  }
  return false;
}

bool configure(struct loader *loader, const struct spot *spot, int index,
               const struct param *params, void *config, const char *const *also, uint32_t n,
               int items) {
  lua_State *L = loader->L;
  bool absent = lua_isnil(L, index);
  const char *keys[KEYS_MAX];
  uint32_t known = 0;
  for (const struct param *p = params; p->name && known < KEYS_MAX; p++) keys[known++] = p->name;
  for (uint32_t i = 0; i < n && known < KEYS_MAX; i++) {
    if (!is_param(params, also[i])) keys[known++] = also[i];
  }
  if (!absent && !table_check(loader, spot, index, keys, known, items)) return false;
  luaL_checkstack(L, 16, NULL);
  for (const struct param *p = params; p->name; p++) {
    bool by_hand = false; /* the caller reads it */
    for (uint32_t i = 0; i < n; i++) by_hand |= !strcmp(also[i], p->name);
    if (by_hand) continue;
    if (!configure_key(loader, spot, index, p, config)) return false;
  }
  return absent || loader->early || needs_check(loader, spot, index, params, config);
}
