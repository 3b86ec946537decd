#include "traffic_profile.h"

#include <lauxlib.h>
#include <math.h>

#include "traffic.h"

#define RATE_MAX 1e9 /* one arrival a nanosecond */
#define POINTS_MAX 10000
#define PERIOD_MAX_NS UINT64_C(9000000000000000000) /* no run is longer */

/* The rate at `index`; 0 is one. */
static bool read_rate(struct loader *loader, const struct spot *spot, int index, double scale,
                      double *out) {
  if (!value_quantity(loader, spot, index, QUANTITY_RATE, out)) return false;
  *out *= scale;
  if (*out <= RATE_MAX) return true;
  return spot_error(loader, spot, "the rate must be at most 1000M/s, one arrival a nanosecond");
}

/* --- profiles ------------------------------------------------------------------------------- */

struct profile_text {
  struct loader *loader;
  struct spot spot;
  int table;
  uint64_t every_ns;
  bool steps;
  double scale;
  double crowd; /* points are numbers of users, at most so many; 0: they are rates */
};

static bool read_crowd(struct profile_text *text, const struct spot *spot, double *out) {
  uint64_t users;
  if (!value_whole(text->loader, spot, -1, &users)) return false;
  *out = floor((double)users * text->scale + 0.5);
  return value_in_range(text->loader, spot, *out, 0, text->crowd, PLAIN_NUMBER);
}

static bool read_settings(struct profile_text *text) {
  static const char *const keys[] = {"every", "steps", "scale"};
  struct loader *loader = text->loader;
  lua_State *L = loader->L;
  if (!table_check(loader, &text->spot, text->table, keys, 3, POINTS_MAX)) return false;
  struct spot at = spot_key(&text->spot, "every");
  bool given = lua_getfield(L, text->table, "every") != LUA_TNIL;
  bool ok = !given || value_duration(loader, &at, -1, &text->every_ns);
  lua_pop(L, 1);
  if (!ok) return false;
  if (given && (text->every_ns == 0 || text->every_ns > PERIOD_MAX_NS)) {
    return spot_error(loader, &at, "must be greater than 0 and at most as long as a run can be");
  }
  at = spot_key(&text->spot, "steps");
  given = lua_getfield(L, text->table, "steps") != LUA_TNIL;
  ok = !given || lua_isboolean(L, -1) ||
       value_unexpected(loader, &at, -1, "true or false, without quotes");
  text->steps = given && lua_toboolean(L, -1);
  lua_pop(L, 1);
  text->scale = 1;
  at = spot_key(&text->spot, "scale");
  if (!ok || !table_number(loader, &text->spot, text->table, "scale", &text->scale, &given)) {
    return false;
  }
  return text->scale > 0 || spot_error(loader, &at, "must be greater than 0");
}

/* The point at the top of the stack. */
static bool read_point(struct profile_text *text, const struct spot *spot,
                       struct profile_point *out) {
  struct loader *loader = text->loader;
  lua_State *L = loader->L;
  int table = lua_gettop(L);
  if (!lua_istable(L, table) || lua_rawlen(L, table) != 2) {
    return value_unexpected(loader, spot, table, "a point such as { \"9h\", \"400/s\" }");
  }
  if (!table_check(loader, spot, table, NULL, 0, 2)) return false;
  struct spot time = spot_item(spot, 1), rate = spot_item(spot, 2);
  lua_rawgeti(L, table, 1);
  lua_rawgeti(L, table, 2);
  bool ok = value_duration(loader, &time, -2, &out->at_ns) &&
            (text->crowd > 0 ? read_crowd(text, &rate, &out->rate_per_s)
                             : read_rate(loader, &rate, -1, text->scale, &out->rate_per_s));
  lua_pop(L, 2);
  if (!ok || out->at_ns <= PERIOD_MAX_NS) return ok;
  return spot_error(loader, &time, "is later than any run can last");
}

static bool point_in_order(struct profile_text *text, const struct spot *spot,
                           const struct profile_point *point, uint32_t i) {
  struct loader *loader = text->loader;
  if (i > 0 && point[i].at_ns <= point[i - 1].at_ns) {
    return spot_error(loader, spot, "is not later than the point before it");
  }
  if (text->every_ns == 0 || point[i].at_ns < text->every_ns) return true;
  if (point[i].at_ns > text->every_ns) {
    return spot_error(loader, spot, "is later than the period, every");
  }
  return !text->steps ||
         spot_error(loader, spot, "begins where the next period does; leave it out");
}

/* The argument of the word profile is at `table`. */
static const struct profile *read_profile(struct loader *loader, const struct spot *spot, int table,
                                          double crowd) {
  struct profile_text text = {.loader = loader, .spot = *spot, .table = table, .crowd = crowd};
  lua_State *L = loader->L;
  if (!lua_istable(L, table)) {
    value_unexpected(loader, spot, table,
                     "a list of points such as { { \"0h\", \"50/s\" }, { \"9h\", \"400/s\" } }");
    return NULL;
  }
  if (!read_settings(&text)) return NULL;
  uint32_t n = (uint32_t)lua_rawlen(L, table);
  if (n < 2) {
    spot_error(loader, spot, "needs two points or more; a rate that stays is written \"90/s\"");
    return NULL;
  }
  struct profile_point *point = arena_alloc(loader->arena, n * sizeof *point);
  bool any = false;
  for (uint32_t i = 0; i < n; i++) {
    struct spot at = spot_item(spot, (int)i + 1);
    lua_rawgeti(L, table, i + 1);
    bool ok = read_point(&text, &at, &point[i]) && point_in_order(&text, &at, point, i);
    lua_pop(L, 1);
    if (!ok) return NULL;
    any |= point[i].rate_per_s > 0;
  }
  if (any) return profile_new(loader->arena, point, n, text.every_ns, text.steps);
  spot_error(loader, spot, "is 0 everywhere; leave the client out if nobody comes");
  return NULL;
}

bool traffic_rate(struct loader *loader, const struct spot *spot, int index, double *rate_per_s,
                  const struct profile **profile) {
  struct spot inner;
  index = lua_absindex(loader->L, index);
  const struct word *word = traffic_open_word(loader, spot, index, &inner);
  *profile = NULL;
  if (word != NULL && word->id == WORD_PROFILE) {
    *profile = read_profile(loader, &inner, lua_gettop(loader->L), 0);
    lua_pop(loader->L, 1);
    return *profile != NULL;
  }
  if (word != NULL) lua_pop(loader->L, 1);
  if (!read_rate(loader, spot, index, 1, rate_per_s)) return false;
  return *rate_per_s > 0 ||
         spot_error(loader, spot,
                    "the rate must be greater than 0; leave the client out if nobody comes");
}

bool traffic_crowd(struct loader *loader, const struct spot *spot, int index, double limit,
                   uint64_t *most, const struct profile **profile) {
  struct spot inner;
  index = lua_absindex(loader->L, index);
  const struct word *word = traffic_open_word(loader, spot, index, &inner);
  *profile = NULL;
  if (word == NULL || word->id != WORD_PROFILE) {
    if (word != NULL) lua_pop(loader->L, 1);
    return value_whole(loader, spot, index, most) &&
           value_in_range(loader, spot, (double)*most, 1, limit, PLAIN_NUMBER);
  }
  *profile = read_profile(loader, &inner, lua_gettop(loader->L), limit);
  lua_pop(loader->L, 1);
  if (*profile == NULL) return false;
  double greatest = 0;
  for (uint32_t i = 0; i < (*profile)->points; i++) {
    greatest = fmax(greatest, (*profile)->point[i].rate_per_s);
  }
  *most = (uint64_t)greatest;
  return true;
}
