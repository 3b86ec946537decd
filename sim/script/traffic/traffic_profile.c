#include "traffic_profile.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "configure.h"
#include "list.h"
#include "traffic.h"

#define RATE_MAX 1e9 /* one arrival a nanosecond */
#define POINTS_MAX 10000
#define PERIOD_MAX_NS UINT64_C(9000000000000000000) /* no run is longer */

/* The rate at `index`; 0 is one. */
static bool read_rate(struct loader *loader, const struct spot *spot, int index, double *out) {
  if (!value_quantity(loader, spot, index, QUANTITY_RATE, out)) return false;
  if (*out <= RATE_MAX) return true;
  return spot_error(loader, spot, "the rate must be at most 1000M/s, one arrival a nanosecond");
}

/* --- profiles ------------------------------------------------------------------------------- */

struct profile_text {
  uint64_t every_ns;
  bool steps;
  double scale;
};

const struct param profile_params[] = {
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = offsetof(struct profile_text, every_ns),
     .min = 1,
     .max = (double)PERIOD_MAX_NS,
     .doc = "After which time it begins again; without it the last value stays."},
    {.name = "steps",
     .type = PARAM_BOOL,
     .offset = offsetof(struct profile_text, steps),
     .fallback = "false",
     .doc = "Whether a value holds until the next point, instead of a line between the two."},
    {.name = "scale",
     .type = PARAM_NUMBER,
     .offset = offsetof(struct profile_text, scale),
     .fallback = "1",
     .max = 1e9,
     .doc = "All values are multiplied by it."},
    {0},
};

struct rate_text {
  uint64_t at_ns;
  double rate_per_s;
};

struct crowd_text {
  uint64_t at_ns;
  uint64_t users;
};

#define AT(text)                                                                             \
  {                                                                                          \
    .name = "at", .type = PARAM_DURATION, .offset = offsetof(text, at_ns), .required = true, \
    .max = (double)PERIOD_MAX_NS, .doc = "Later than that of the point before."              \
  }

static const struct param rate_point[] = {
    AT(struct rate_text),
    {.name = "rate",
     .type = PARAM_RATE,
     .offset = offsetof(struct rate_text, rate_per_s),
     .required = true,
     .doc = "At that time."},
    {0},
};

static const struct param crowd_point[] = {
    AT(struct crowd_text),
    {.name = "users",
     .type = PARAM_COUNT,
     .offset = offsetof(struct crowd_text, users),
     .required = true,
     .doc = "At that time."},
    {0},
};

const struct param profile_points = {
    .name = "points",
    .type = PARAM_LIST,
    .required = true,
    .min = 2,
    .max = POINTS_MAX,
    .group = rate_point,
    .stride = sizeof(struct rate_text),
    .doc = "Times and values at them; for `users` of closed the second is a number of users.",
};

static const struct param crowd_points = {
    .name = "points",
    .type = PARAM_LIST,
    .required = true,
    .min = 2,
    .max = POINTS_MAX,
    .group = crowd_point,
    .stride = sizeof(struct crowd_text),
};

/* What the table's ranges cannot say, since `scale` comes in between. */
static bool scale_point(struct loader *loader, const struct spot *spot, const struct entries *list,
                        uint32_t i, const struct profile_text *text, double crowd,
                        struct profile_point *out) {
  struct spot at = spot_key(spot, crowd > 0 ? "users" : "rate");
  if (crowd > 0) {
    const struct crowd_text *from = (const struct crowd_text *)list->entry + i;
    double users = floor((double)from->users * text->scale + 0.5);
    *out = (struct profile_point){from->at_ns, users};
    return value_in_range(loader, &at, users, 0, crowd, PLAIN_NUMBER);
  }
  const struct rate_text *from = (const struct rate_text *)list->entry + i;
  *out = (struct profile_point){from->at_ns, from->rate_per_s * text->scale};
  if (out->rate_per_s <= RATE_MAX) return true;
  return spot_error(loader, &at, "the rate must be at most 1000M/s, one arrival a nanosecond");
}

static bool point_in_order(struct loader *loader, const struct profile_text *text,
                           const struct spot *spot, const struct profile_point *point, uint32_t i) {
  if (i > 0 && point[i].at_ns <= point[i - 1].at_ns) {
    return spot_error(loader, spot,
                      "is not later than the point before it; write points by rising time");
  }
  if (text->every_ns == 0 || point[i].at_ns < text->every_ns) return true;
  if (point[i].at_ns > text->every_ns) {
    return spot_error(loader, spot, "is later than the period, every");
  }
  return !text->steps ||
         spot_error(loader, spot, "begins where the next period does; leave it out");
}

/* The argument of the word profile is at `table`; with `crowd` the points are numbers of users, at
 * most so many. */
static const struct profile *read_profile(struct loader *loader, const struct spot *spot, int table,
                                          double crowd) {
  struct profile_text text = {0};
  struct entries list;
  if (!lua_istable(loader->L, table)) {
    value_unexpected(loader, spot, table,
                     "a list of points such as { { \"0h\", \"50/s\" }, { \"9h\", \"400/s\" } }");
    return NULL;
  }
  if (!configure(loader, spot, table, profile_params, &text, NULL, 0, POINTS_MAX)) return NULL;
  if (!(text.scale > 0)) {
    struct spot at = spot_key(spot, "scale");
    spot_error(loader, &at, "must be greater than 0");
    return NULL;
  }
  if (lua_rawlen(loader->L, table) < 2) {
    spot_error(loader, spot, "needs two points or more; a rate that stays is written \"90/s\"");
    return NULL;
  }
  if (!list_read(loader, spot, table, crowd > 0 ? &crowd_points : &profile_points, &list)) {
    return NULL;
  }
  struct profile_point *point = arena_alloc(loader->arena, list.n * sizeof *point);
  bool any = false;
  for (uint32_t i = 0; i < list.n; i++) {
    struct spot at = spot_item(spot, (int)i + 1);
    if (!scale_point(loader, &at, &list, i, &text, crowd, &point[i]) ||
        !point_in_order(loader, &text, &at, point, i)) {
      return NULL;
    }
    any |= point[i].rate_per_s > 0;
  }
  if (any) return profile_new(loader->arena, point, list.n, text.every_ns, text.steps);
  spot_error(loader, spot, "is 0 everywhere; leave out what this is the rate of");
  return NULL;
}

uint64_t traffic_time_of_unit(const char *rate) {
  struct quantity_unit unit;
  struct error ignored = {0};
  double number, ns = 0;
  char one[16];
  if (!quantity_split(rate, &number, &unit, &ignored)) return 0;
  snprintf(one, sizeof one, "1%s", strchr(unit.name, '/') + 1);
  return quantity_parse(QUANTITY_TIME, one, &ns, &ignored) ? (uint64_t)ns : 0;
}

/* Of the points in the table, which were read. */
static uint64_t common_unit(lua_State *L, int table) {
  uint64_t unit_ns = 0;
  for (int i = 1; i <= (int)lua_rawlen(L, table); i++) {
    lua_rawgeti(L, table, i);
    if (lua_getfield(L, -1, "rate") == LUA_TNIL) lua_rawgeti(L, -2, 2);
    uint64_t of_this_ns = traffic_time_of_unit(lua_tostring(L, -1));
    lua_settop(L, table);
    if (i > 1 && of_this_ns != unit_ns) return 0;
    unit_ns = of_this_ns;
  }
  return unit_ns;
}

bool traffic_profile(struct loader *loader, const struct spot *spot, int index,
                     const struct profile **profile, uint64_t *unit_ns) {
  struct spot inner;
  lua_State *L = loader->L;
  const struct word *word = traffic_open_word(loader, spot, lua_absindex(L, index), &inner);
  bool is_profile = word != NULL && word->id == WORD_PROFILE;
  if (is_profile) {
    *profile = read_profile(loader, &inner, lua_gettop(L), 0);
    if (*profile) *unit_ns = common_unit(L, lua_gettop(L));
  }
  if (word != NULL) lua_pop(L, 1);
  return is_profile;
}

bool traffic_rate(struct loader *loader, const struct spot *spot, int index, double least,
                  double *rate_per_s, const struct profile **profile) {
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
  if (!read_rate(loader, spot, index, rate_per_s)) return false;
  return *rate_per_s >= least ||
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

bool traffic_batch(struct loader *loader, const struct spot *spot, int index, double limit,
                   uint64_t *size, bool *geometric) {
  struct spot inner;
  index = lua_absindex(loader->L, index);
  const struct word *word = traffic_open_word(loader, spot, index, &inner);
  *geometric = word != NULL && word->id == WORD_GEOMETRIC;
  const struct spot *at = *geometric ? &inner : spot;
  bool ok = word == NULL || *geometric ||
            value_unexpected(loader, spot, index, "a whole number such as 50, or geometric(50)");
  ok = ok && value_whole(loader, at, *geometric ? -1 : index, size) &&
       value_in_range(loader, at, (double)*size, 1, limit, PLAIN_NUMBER);
  if (word != NULL) lua_pop(loader->L, 1);
  return ok;
}
