#include "param_read.h"

#include <assert.h>
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configure.h"
#include "distribution.h"
#include "list.h"
#include "money.h"
#include "param_type.h"
#include "policy.h"
#include "program.h"
#include "slows.h"
#include "steps.h"
#include "traffic.h"
#include "traffic_profile.h"

/* --- single values, lists and groups --------------------------------------------------------- */

/* "unlimited" or "never", where the range has no end. */
static bool is_unlimited(const struct field *f, int index, const char *word) {
  lua_State *L = f->loader->L;
  return f->param->max == INFINITY && lua_type(L, index) == LUA_TSTRING &&
         !strcmp(lua_tostring(L, index), word);
}

bool param_read_count(const struct field *f, int index) {
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

bool param_read_duration(const struct field *f, int index) {
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

bool param_read_room(const struct field *f, int index) {
  struct room *out = f->at;
  *out = (struct room){.n = PARAM_UNLIMITED};
  if (is_unlimited(f, index, "unlimited")) return true;
  double value;
  out->in_bytes = lua_type(f->loader->L, index) == LUA_TSTRING;
  if (out->in_bytes) {
    if (!value_quantity(f->loader, f->spot, index, QUANTITY_SIZE, &value)) return false;
    out->n = dist_whole(value);
  } else if (!value_whole(f->loader, f->spot, index, &out->n)) {
    return false;
  }
  return value_in_range(f->loader, f->spot, (double)out->n, f->param->min, f->param->max,
                        out->in_bytes ? QUANTITY_SIZE : PLAIN_NUMBER);
}

bool param_read_writes(const struct field *f, int index) {
  return policy_writes(f->loader, f->spot, index, f->at);
}

bool param_read_ttl(const struct field *f, int index) {
  static const char *const keys[] = {"jitter"};
  struct ttl *out = f->at;
  lua_State *L = f->loader->L;
  index = lua_absindex(L, index);
  out->jitter = 0;
  struct field time = {f->loader, f->spot, f->param, &out->ns};
  if (!lua_istable(L, index)) return param_read_duration(&time, index);
  if (!table_check(f->loader, f->spot, index, keys, 1, 1)) return false;
  lua_geti(L, index, 1);
  lua_getfield(L, index, "jitter");
  bool ok = param_read_duration(&time, -2);
  if (ok && !lua_isnil(L, -1)) {
    ok = value_quantity(f->loader, f->spot, -1, QUANTITY_RATIO, &out->jitter) &&
         value_in_range(f->loader, f->spot, out->jitter, 0, 1, QUANTITY_RATIO);
  }
  lua_pop(L, 2);
  return ok;
}

bool param_read_number(const struct field *f, int index) {
  int quantity = param_types[f->param->type].range;
  double *out = f->at;
  double min = f->param->min, max = f->param->max;
  if (quantity == QUANTITY_RATIO && max == 0) max = 1;
  bool ok = quantity == PLAIN_NUMBER
                ? value_number(f->loader, f->spot, index, out)
                : value_quantity(f->loader, f->spot, index, (enum quantity)quantity, out);
  return ok && value_in_range(f->loader, f->spot, *out, min, max, quantity);
}

bool param_read_pace(const struct field *f, int index) {
  struct pace_rate *out = f->at;
  *out = (struct pace_rate){0};
  if (traffic_profile(f->loader, f->spot, index, &out->profile, &out->unit_ns)) {
    return out->profile != NULL;
  }
  if (!param_read_number(f, index)) return false;
  out->unit_ns = traffic_time_of_unit(lua_tostring(f->loader->L, index));
  return true;
}

bool param_read_bytes(const struct field *f, int index) {
  double bytes = 0;
  if (!value_quantity(f->loader, f->spot, index, QUANTITY_SIZE, &bytes) ||
      !value_in_range(f->loader, f->spot, bytes, f->param->min, f->param->max, QUANTITY_SIZE)) {
    return false;
  }
  if (bytes > 9e18) return spot_error(f->loader, f->spot, "is too large; write a smaller size");
  *(uint64_t *)f->at = (uint64_t)(bytes + 0.5);
  return true;
}

bool param_read_bool(const struct field *f, int index) {
  if (lua_type(f->loader->L, index) != LUA_TBOOLEAN) {
    return value_unexpected(f->loader, f->spot, index, "true or false, without quotes");
  }
  *(bool *)f->at = lua_toboolean(f->loader->L, index);
  return true;
}

/* What a key or a choice is not here, though it is elsewhere; NULL: nothing is said of it. */
static const struct refused *find_refused(const struct param *param, const char *name) {
  for (const struct refused *r = param->refused; r && r->name && name; r++) {
    if (!strcmp(r->name, name)) return r;
  }
  return NULL;
}

bool param_read_enum(const struct field *f, int index) {
  uint32_t n = 0;
  bool is_text = lua_type(f->loader->L, index) == LUA_TSTRING;
  const char *text = is_text ? lua_tostring(f->loader->L, index) : NULL;
  const struct refused *refused = find_refused(f->param, text);
  if (refused) return spot_error(f->loader, f->spot, "\"%s\": %s", refused->name, refused->why);
  while (f->param->choices[n]) n++;
  return value_choice(f->loader, f->spot, index, f->param->choices, n, f->at);
}

bool param_read_refs(const struct field *f, int index) {
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
      if (id[k] == id[i])
        return spot_error(f->loader, &at, "is named twice in the list; leave one out");
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

/* The keys of a table of NAME = VALUE, sorted; `form` says how one is written. */
static bool read_keys(const struct field *f, int index, const char *form, const char *what,
                      struct names *names) {
  struct loader *loader = f->loader;
  lua_State *L = loader->L;
  if (!lua_istable(L, index)) {
    return value_unexpected(loader, f->spot, index, param_expected(f->param));
  }
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    size_t length = 0;
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &length) : "";
    if (!name_is_valid(key, length)) {
      return spot_error(loader, f->spot, "write %s, with names of letters, digits, '_' and '-'",
                        form);
    }
    names_add(loader, names, arena_text(loader->arena, key));
  }
  names_sort(names);
  return names->n > 0 || spot_error(loader, f->spot, "is empty; name %s", what);
}

bool param_read_routes(const struct field *f, int index) {
  struct names names = {0};
  index = lua_absindex(f->loader->L, index);
  if (!read_keys(f, index, "OPERATION = \"COMPONENT\"", "an operation", &names)) return false;
  struct op_route *route = arena_alloc(f->loader->arena, names.n * sizeof *route);
  for (uint32_t i = 0; i < names.n; i++) {
    if (!read_route(f, index, names.list[i], &route[i])) return false;
  }
  qsort(route, names.n, sizeof *route, by_op);
  *(struct routes *)f->at = (struct routes){names.n, route};
  return true;
}

static int by_component(const void *a, const void *b) {
  const struct component_weight *first = a, *second = b;
  return (first->of > second->of) - (first->of < second->of);
}

bool param_read_weights(const struct field *f, int index) {
  struct loader *loader = f->loader;
  lua_State *L = loader->L;
  struct names names = {0};
  index = lua_absindex(L, index);
  if (!read_keys(f, index, "COMPONENT = NUMBER", "a component", &names)) return false;
  struct component_weight *weight = arena_alloc(loader->arena, names.n * sizeof *weight);
  for (uint32_t i = 0; i < names.n; i++) {
    struct spot at = spot_key(f->spot, names.list[i]);
    lua_pushstring(L, names.list[i]);
    lua_getfield(L, index, names.list[i]);
    bool ok =
        value_component(loader, &at, lua_gettop(L) - 1, &weight[i].of) &&
        value_number(loader, &at, lua_gettop(L), &weight[i].weight) &&
        value_in_range(loader, &at, weight[i].weight, f->param->min, f->param->max, PLAIN_NUMBER);
    lua_pop(L, 2);
    if (!ok) return false;
  }
  qsort(weight, names.n, sizeof *weight, by_component);
  *(struct weights *)f->at = (struct weights){names.n, weight};
  return true;
}

static int by_tier(const void *a, const void *b) {
  const struct tier_rate *first = a, *second = b;
  return (first->tier > second->tier) - (first->tier < second->tier);
}

bool param_read_tier_rates(const struct field *f, int index) {
  struct loader *loader = f->loader;
  lua_State *L = loader->L;
  struct names names = {0};
  index = lua_absindex(L, index);
  if (!read_keys(f, index, "TIER = \"RATE\"", "a tier", &names)) return false;
  struct tier_rate *rate = arena_alloc(loader->arena, names.n * sizeof *rate);
  for (uint32_t i = 0; i < names.n; i++) {
    struct spot at = spot_key(f->spot, names.list[i]);
    lua_getfield(L, index, names.list[i]);
    struct field of_tier = {loader, &at, f->param, &rate[i].rate};
    bool ok = traffic_tier(loader, &at, names.list[i], &rate[i].tier) &&
              param_read_pace(&of_tier, lua_gettop(L));
    lua_pop(L, 1);
    if (!ok) return false;
  }
  qsort(rate, names.n, sizeof *rate, by_tier);
  *(struct tier_rates *)f->at = (struct tier_rates){names.n, rate};
  return true;
}

/* A copy of the group's table at the top of the stack in which the first value without a key has
 * that of the first parameter, if a group needs that one. */
static bool name_first(const struct field *f) {
  lua_State *L = f->loader->L;
  const char *name = f->param->group->name;
  if (!f->param->group->required || lua_rawlen(L, -1) == 0) return true;
  if (lua_getfield(L, -1, name) != LUA_TNIL) {
    struct spot at = spot_key(f->spot, name);
    lua_pop(L, 1);
    return spot_error(f->loader, &at, "is given twice, with its key and without");
  }
  lua_pop(L, 1);
  table_push_copy(L, lua_gettop(L));
  lua_rawgeti(L, -1, 1);
  lua_setfield(L, -2, name);
  lua_pushnil(L);
  lua_rawseti(L, -2, 1);
  lua_replace(L, -2);
  return true;
}

/* Puts a value that stands for a group into a table: ship = "5min" is ship = { "5min" }. */
static void wrap_first(lua_State *L) {
  lua_createtable(L, 1, 0);
  lua_insert(L, -2);
  lua_rawseti(L, -2, 1);
}

/* Whether no key of the table is one that this group does not have for a reason. */
static bool none_refused(const struct field *f) {
  lua_State *L = f->loader->L;
  for (const struct refused *r = f->param->refused; r && r->name; r++) {
    bool given = lua_getfield(L, -1, r->name) != LUA_TNIL;
    lua_pop(L, 1);
    if (!given) continue;
    struct spot at = spot_key(f->spot, r->name);
    return spot_error(f->loader, &at, "%s", r->why);
  }
  return true;
}

bool param_read_group(const struct field *f, int index) {
  lua_State *L = f->loader->L;
  if (lua_type(L, index) == LUA_TBOOLEAN && !lua_toboolean(L, index))
    lua_pushnil(L);
  else
    lua_pushvalue(L, index);
  bool alone = lua_type(L, -1) == LUA_TSTRING || lua_type(L, -1) == LUA_TNUMBER;
  if (alone && f->param->group->required) wrap_first(L);
  bool ok = lua_isnil(L, -1) || lua_istable(L, -1);
  if (!ok) {
    value_unexpected(f->loader, f->spot, -1,
                     arena_format(f->loader->arena, "a table of its own, such as { %s = ... }",
                                  f->param->group->name));
  } else {
    *(bool *)f->at = lua_istable(L, -1); /* `given` is the first member */
    ok = (!lua_istable(L, -1) || (name_first(f) && none_refused(f))) &&
         configure(f->loader, f->spot, lua_gettop(L), f->param->group, f->at, NULL, 0, 0);
  }
  lua_pop(L, 1);
  return ok;
}

/* --- what others read ------------------------------------------------------------------------ */

bool param_read_time_dist(const struct field *f, int index) {
  if (!distribution_read(f->loader, f->spot, index, QUANTITY_TIME, f->at)) return false;
  const struct dist *dist = f->at;
  if (f->param->min > 0 && dist->kind == DIST_CONSTANT && dist->a < f->param->min) {
    return spot_error(f->loader, f->spot, "must be more than 0; leave it out for none");
  }
  return true;
}

bool param_read_size_dist(const struct field *f, int index) {
  return distribution_read(f->loader, f->spot, index, QUANTITY_SIZE, f->at);
}

bool param_read_text(const struct field *f, int index) {
  const char **out = f->at;
  if (!value_text(f->loader, f->spot, index, "a text in quotes", out)) return false;
  return **out || spot_error(f->loader, f->spot, "the text is empty; write one, or leave it out");
}

bool param_read_ref(const struct field *f, int index) {
  return value_component(f->loader, f->spot, index, f->at);
}

bool param_read_list(const struct field *f, int index) {
  int most = f->param->max > 0 ? (int)f->param->max : LIST_MOST;
  index = lua_absindex(f->loader->L, index);
  if (!lua_istable(f->loader->L, index)) {
    return value_unexpected(f->loader, f->spot, index, param_expected(f->param));
  }
  return table_check(f->loader, f->spot, index, NULL, 0, most) &&
         list_read(f->loader, f->spot, index, f->param, f->at);
}

/* Values of two entries of a struct that lie behind each other: see struct arrivals. */
bool param_read_flow(const struct field *f, int index) {
  double *rate = f->at;
  return traffic_rate(f->loader, f->spot, index, f->param->min, rate,
                      (const struct profile **)(rate + 1));
}

bool param_read_crowd(const struct field *f, int index) {
  uint64_t *most = f->at;
  return traffic_crowd(f->loader, f->spot, index, f->param->max, most,
                       (const struct profile **)(most + 1));
}

bool param_read_batch(const struct field *f, int index) {
  uint64_t *size = f->at;
  return traffic_batch(f->loader, f->spot, index, f->param->max, size, (bool *)(size + 1));
}

bool param_read_arrivals(const struct field *f, int index) {
  return traffic_arrivals(f->loader, f->spot, index, f->at);
}

bool param_read_mix(const struct field *f, int index) {
  return traffic_mix(f->loader, f->spot, index, f->at);
}

bool param_read_journey(const struct field *f, int index) {
  return traffic_journey(f->loader, f->spot, index, f->at);
}

bool param_read_tiers(const struct field *f, int index) {
  return traffic_tiers(f->loader, f->spot, index, f->at);
}

bool param_read_users(const struct field *f, int index) {
  return traffic_users(f->loader, f->spot, index, f->at);
}

bool param_read_keys(const struct field *f, int index) {
  return traffic_keys(f->loader, f->spot, index, f->at);
}

bool param_read_backoff(const struct field *f, int index) {
  return traffic_backoff(f->loader, f->spot, index, f->at);
}

bool param_read_op(const struct field *f, int index) {
  return value_operation(f->loader, f->spot, index, true, f->at);
}

bool param_read_op_known(const struct field *f, int index) {
  return value_operation(f->loader, f->spot, index, false, f->at);
}

bool param_read_steps(const struct field *f, int index) {
  return steps_block(f->loader, f->spot, index, f->param->choices, f->at);
}

bool param_read_fallbacks(const struct field *f, int index) {
  return steps_fallbacks(f->loader, f->spot, index, f->at);
}

bool param_read_handlers(const struct field *f, int index) {
  return steps_handlers(f->loader, f->spot, index, f->at);
}

bool param_read_ops(const struct field *f, int index) {
  return traffic_priorities(f->loader, f->spot, index, f->at) &&
         traffic_are_ops(f->loader, f->spot, f->at);
}

bool param_read_priority(const struct field *f, int index) {
  return traffic_priorities(f->loader, f->spot, index, f->at);
}

bool param_read_budget(const struct field *f, int index) {
  return policy_budget(f->loader, f->spot, index, f->at);
}

bool param_read_after(const struct field *f, int index) {
  return policy_after(f->loader, f->spot, index, f->at);
}

bool param_read_window(const struct field *f, int index) {
  return policy_window(f->loader, f->spot, index, f->at);
}

bool param_read_price(const struct field *f, int index) {
  return money_read(f->loader, f->spot, index, f->at);
}

bool param_read_slows(const struct field *f, int index) {
  return slows_read(f->loader, f->spot, index, f->at);
}

bool param_read_places(const struct field *f, int index) {
  return policy_places(f->loader, f->spot, index, f->param, f->at);
}

bool param_read_causes(const struct field *f, int index) {
  return traffic_causes(f->loader, f->spot, index, f->at);
}

bool param_read_shards(const struct field *f, int index) {
  return policy_shards(f->loader, f->spot, index, f->at);
}

bool param_read_how_many(const struct field *f, int index) {
  return policy_how_many(f->loader, f->spot, index, f->param, f->at);
}

bool param_read_zones(const struct field *f, int index) {
  return policy_zones(f->loader, f->spot, index, f->at);
}
