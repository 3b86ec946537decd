/* When requests are sent: poisson "90/s", closed { users = 100 } and the like, a row each. */
#include <lauxlib.h>

#include "distribution.h"
#include "sim.h"
#include "traffic.h"
#include "traffic_profile.h"
#include "traffic_trace.h"

#define USERS_MAX 10000000.0
#define BURST_MAX 10000000.0 /* requests at one time */
#define PHASES_MAX 100

/* --- a rate --------------------------------------------------------------------------------- */

/* Each of these reads the argument at the top of the stack. */
static bool read_rate(struct loader *loader, const struct spot *spot, struct arrivals *out) {
  return traffic_rate(loader, spot, -1, &out->rate_per_s, &out->profile);
}

/* --- closed --------------------------------------------------------------------------------- */

static bool read_closed(struct loader *loader, const struct spot *spot, struct arrivals *out) {
  lua_State *L = loader->L;
  static const char *const keys[] = {"users", "think"};
  int table = lua_gettop(L);
  if (!lua_istable(L, table)) {
    return value_unexpected(loader, spot, table, "a table such as closed { users = 100 }");
  }
  if (!table_check(loader, spot, table, keys, 2, 0)) return false;
  struct spot at = spot_key(spot, "users");
  bool ok = lua_getfield(L, table, "users") != LUA_TNIL
                ? traffic_crowd(loader, &at, -1, USERS_MAX, &out->users, &out->crowd)
                : table_missing(loader, spot, "users", "a whole number");
  lua_pop(L, 1);
  if (!ok) return false;
  at = spot_key(spot, "think");
  out->think = dist_constant(0);
  ok = lua_getfield(L, table, "think") == LUA_TNIL ||
       distribution_read(loader, &at, -1, QUANTITY_TIME, &out->think);
  lua_pop(L, 1);
  return ok;
}

/* --- many at once --------------------------------------------------------------------------- */

/* A whole number, or geometric(5), at the top of the stack. */
static bool read_size(struct loader *loader, const struct spot *spot, struct arrivals *out) {
  struct spot inner;
  const struct word *word = traffic_open_word(loader, spot, -1, &inner);
  out->geometric = word != NULL && word->id == WORD_GEOMETRIC;
  const struct spot *at = out->geometric ? &inner : spot;
  bool ok = word == NULL || out->geometric ||
            value_unexpected(loader, spot, -2, "a whole number such as 50, or geometric(50)");
  ok = ok && value_whole(loader, at, -1, &out->size) &&
       value_in_range(loader, at, (double)out->size, 1, BURST_MAX, PLAIN_NUMBER);
  if (word != NULL) lua_pop(loader->L, 1);
  return ok;
}

static bool read_bursts(struct loader *loader, const struct spot *spot, struct arrivals *out) {
  lua_State *L = loader->L;
  static const char *const keys[] = {"size"};
  int table = lua_gettop(L);
  if (!lua_istable(L, table)) {
    return value_unexpected(loader, spot, table, "a table such as bursts { \"10/s\", size = 50 }");
  }
  if (!table_check(loader, spot, table, keys, 1, 1)) return false;
  struct spot rate = spot_item(spot, 1), size = spot_key(spot, "size");
  if (lua_rawgeti(L, table, 1) == LUA_TNIL) {
    return spot_error(loader, spot, "a rate is missing; write bursts { \"10/s\", size = 50 }");
  }
  bool ok = traffic_rate(loader, &rate, -1, &out->rate_per_s, &out->profile);
  lua_pop(L, 1);
  if (!ok) return false;
  ok = lua_getfield(L, table, "size") != LUA_TNIL
           ? read_size(loader, &size, out)
           : table_missing(loader, spot, "size", "a whole number such as 50");
  lua_pop(L, 1);
  return ok;
}

static bool read_burst(struct loader *loader, const struct spot *spot, struct arrivals *out) {
  lua_State *L = loader->L;
  static const char *const keys[] = {"at"};
  int table = lua_gettop(L);
  if (!lua_istable(L, table) || lua_rawlen(L, table) != 1) {
    return value_unexpected(loader, spot, table,
                            "a number of requests such as burst { 1000, at = \"10s\" }");
  }
  if (!table_check(loader, spot, table, keys, 1, 1)) return false;
  struct spot number = spot_item(spot, 1), at = spot_key(spot, "at");
  lua_rawgeti(L, table, 1);
  bool ok = value_whole(loader, &number, -1, &out->size) &&
            value_in_range(loader, &number, (double)out->size, 1, BURST_MAX, PLAIN_NUMBER);
  lua_pop(L, 1);
  if (!ok) return false;
  ok = lua_getfield(L, table, "at") == LUA_TNIL || value_duration(loader, &at, -1, &out->at_ns);
  lua_pop(L, 1);
  return ok;
}

/* --- by chance ------------------------------------------------------------------------------ */

/* The phase at the top of the stack. */
static bool read_phase(struct loader *loader, const struct spot *spot, struct mmpp_phase *out) {
  lua_State *L = loader->L;
  int table = lua_gettop(L);
  if (!lua_istable(L, table) || lua_rawlen(L, table) != 2) {
    return value_unexpected(loader, spot, table,
                            "a rate and the time it lasts on average, { \"50/s\", \"60s\" }");
  }
  if (!table_check(loader, spot, table, NULL, 0, 2)) return false;
  struct spot rate = spot_item(spot, 1), time = spot_item(spot, 2);
  lua_rawgeti(L, table, 1);
  lua_rawgeti(L, table, 2);
  uint64_t mean_ns = 0;
  bool ok = value_quantity(loader, &rate, -2, QUANTITY_RATE, &out->rate_per_s) &&
            value_in_range(loader, &rate, out->rate_per_s, 0, 1e9, QUANTITY_RATE) &&
            value_duration(loader, &time, -1, &mean_ns);
  lua_pop(L, 2);
  out->mean_ns = (double)mean_ns;
  if (!ok || mean_ns > 0) return ok;
  return spot_error(loader, &time, "must be greater than 0");
}

static bool read_mmpp(struct loader *loader, const struct spot *spot, struct arrivals *out) {
  lua_State *L = loader->L;
  int table = lua_gettop(L);
  uint32_t n = lua_istable(L, table) ? (uint32_t)lua_rawlen(L, table) : 0;
  if (n < 2) {
    return value_unexpected(
        loader, spot, table,
        "two phases or more, such as mmpp { { \"50/s\", \"60s\" }, { \"500/s\", \"5s\" } }");
  }
  if (!table_check(loader, spot, table, NULL, 0, PHASES_MAX)) return false;
  struct mmpp_phase *phase = arena_alloc(loader->arena, n * sizeof *phase);
  bool any = false;
  for (uint32_t i = 0; i < n; i++) {
    struct spot at = spot_item(spot, (int)i + 1);
    lua_rawgeti(L, table, i + 1);
    bool ok = read_phase(loader, &at, &phase[i]);
    lua_pop(L, 1);
    if (!ok) return false;
    any |= phase[i].rate_per_s > 0;
  }
  out->phases = n;
  out->phase = phase;
  return any || spot_error(loader, spot, "is 0 in every phase; leave the client out");
}

/* --- the table ------------------------------------------------------------------------------ */

static const struct {
  enum word_id word;
  enum arrivals_kind kind;
  bool (*read)(struct loader *loader, const struct spot *spot, struct arrivals *out);
} arrivals_words[] = {
    {WORD_POISSON, ARRIVALS_POISSON, read_rate}, {WORD_CONSTANT, ARRIVALS_CONSTANT, read_rate},
    {WORD_CLOSED, ARRIVALS_CLOSED, read_closed}, {WORD_BURSTS, ARRIVALS_BURSTS, read_bursts},
    {WORD_BURST, ARRIVALS_BURST, read_burst},    {WORD_MMPP, ARRIVALS_MMPP, read_mmpp},
    {WORD_TRACE, ARRIVALS_TRACE, traffic_trace},
};

bool traffic_arrivals(struct loader *loader, const struct spot *spot, int index,
                      struct arrivals *out) {
  struct spot inner;
  *out = (struct arrivals){0};
  const struct word *word = traffic_open_word(loader, spot, index, &inner);
  for (size_t i = 0; word && i < sizeof arrivals_words / sizeof *arrivals_words; i++) {
    if (arrivals_words[i].word != word->id) continue;
    out->kind = arrivals_words[i].kind;
    bool ok = arrivals_words[i].read(loader, &inner, out);
    if (ok) lua_pop(loader->L, 1);
    return ok;
  }
  return value_unexpected(loader, spot, index,
                          "arrivals such as poisson \"90/s\", constant \"90/s\" or closed { users "
                          "= 100 }");
}
