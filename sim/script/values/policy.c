#include "policy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "choice.h"
#include "configure.h"
#include "dist_make.h"
#include "list.h"
#include "param_text.h"

/* Of a share that is stated alone; and gRPC's example. */
#define SHARE_BURST 100.0
#define PER_SUCCESS_BURST 10.0

/* --- budgets -------------------------------------------------------------------------------- */

static const struct param budget_params[] = {
    {.name = "share",
     .type = PARAM_RATIO,
     .offset = offsetof(struct budget, share),
     .max = 1,
     .doc = "Of the new calls."},
    {.name = "per_success",
     .type = PARAM_NUMBER,
     .offset = offsetof(struct budget, per_success),
     .min = 1e-6,
     .max = 1e6,
     .doc = "Tokens that a success puts back."},
    {.name = "burst",
     .type = PARAM_NUMBER,
     .offset = offsetof(struct budget, burst),
     .min = 1,
     .max = 1e9,
     .doc = "Tokens that the bucket holds."},
    {0},
};

static bool is_given(lua_State *L, int table, const char *key) {
  bool given = lua_getfield(L, table, key) != LUA_TNIL;
  lua_pop(L, 1);
  return given;
}

static bool read_bucket(struct loader *loader, const struct spot *spot, int table,
                        struct budget *out) {
  lua_State *L = loader->L;
  if (!configure(loader, spot, table, budget_params, out, NULL, 0, 0)) return false;
  bool share = is_given(L, table, "share"), success = is_given(L, table, "per_success");
  if (share == success) {
    return spot_error(loader, spot,
                      "needs either share, such as \"20%%\", or per_success, such as "
                      "0.1");
  }
  out->rule = share ? BUDGET_SHARE : BUDGET_PER_SUCCESS;
  if (!is_given(L, table, "burst")) out->burst = share ? SHARE_BURST : PER_SUCCESS_BURST;
  return true;
}

bool policy_budget(struct loader *loader, const struct spot *spot, int index, struct budget *out) {
  *out = (struct budget){0};
  index = lua_absindex(loader->L, index);
  if (lua_istable(loader->L, index)) return read_bucket(loader, spot, index, out);
  if (!value_quantity(loader, spot, index, QUANTITY_RATIO, &out->share) ||
      !value_in_range(loader, spot, out->share, 0, 1, QUANTITY_RATIO)) {
    return false;
  }
  if (out->share >= 1) {
    *out = (struct budget){.rule = BUDGET_NONE};
  } else {
    out->rule = BUDGET_SHARE;
    out->burst = SHARE_BURST;
  }
  return true;
}

/* --- times and windows ---------------------------------------------------------------------- */

/* "p95", "p99.9", and as metrics are named "p999"; 0: it is none. */
static double quantile_of(const char *text) {
  char *end;
  if (text[0] != 'p' || text[1] < '0' || text[1] > '9') return 0;
  double value = strtod(text + 1, &end);
  if (*end != '\0') return 0;
  double whole = 100;
  if (!strchr(text, '.')) {
    for (size_t digits = strlen(text + 1); digits > 2; digits--) whole *= 10;
  }
  value /= whole;
  return value < 1 ? value : 0;
}

bool policy_after(struct loader *loader, const struct spot *spot, int index, struct after *out) {
  *out = (struct after){0};
  if (lua_type(loader->L, index) == LUA_TSTRING) {
    out->quantile = quantile_of(lua_tostring(loader->L, index));
    if (out->quantile > 0) return true;
  }
  return value_duration(loader, spot, index, &out->ns);
}

bool policy_window(struct loader *loader, const struct spot *spot, int index, struct window *out) {
  *out = (struct window){0};
  if (lua_type(loader->L, index) == LUA_TNUMBER) {
    return value_whole(loader, spot, index, &out->calls) &&
           value_in_range(loader, spot, (double)out->calls, 1, 1e6, PLAIN_NUMBER);
  }
  return value_duration(loader, spot, index, &out->ns) &&
         value_in_range(loader, spot, (double)out->ns, 1000, 1e18, QUANTITY_TIME);
}

/* --- writes of a cache ----------------------------------------------------------------------- */

#define FLUSH_NS UINT64_C(1000000000)

const struct param back_params[] = {
    {.name = "flush",
     .type = PARAM_DURATION,
     .offset = offsetof(struct writes, flush_ns),
     .fallback = "1s",
     .min = 1,
     .max = 1e18,
     .doc = "How often what was written since is written to the origin (Redis's appendfsync "
            "everysec: 1 s)."},
    {0},
};

static const struct choice writes_choices[] = {{WORD_BACK, WRITE_BACK, .params = back_params}};

static const char *const write_names[] = {
    [WRITE_AROUND] = "around", [WRITE_THROUGH] = "through", [WRITE_BACK] = "back"};

bool policy_writes(struct loader *loader, const struct spot *spot, int index, struct writes *out) {
  *out = (struct writes){.flush_ns = FLUSH_NS};
  if (lua_type(loader->L, index) == LUA_TSTRING) {
    return value_choice(loader, spot, index, write_names, 3, &out->policy);
  }
  const struct choice *row = choice_read(loader, spot, index, writes_choices, 1,
                                         "\"around\", \"through\" or back { flush = \"1s\" }", out);
  if (row) out->policy = WRITE_BACK;
  return row != NULL;
}

/* --- shards ---------------------------------------------------------------------------------- */

const struct param consistent_hash_params[] = {
    {.name = "points",
     .type = PARAM_COUNT,
     .offset = offsetof(struct sharding, points),
     .fallback = "16",
     .min = 1,
     .max = 10000,
     .doc = "Points that each shard has on the ring, drawn for each run (Cassandra's num_tokens: "
            "16). Of N shards with v points one has the mean number of keys give or take "
            "1 / sqrt(v) of it."},
    {0},
};

static const struct choice shards_choices[] = {
    {WORD_CONSISTENT_HASH, SHARDS_RING, .params = consistent_hash_params}};

static const char *const shards_names[] = {[SHARDS_HASH - 1] = "hash",
                                           [SHARDS_RANGE - 1] = "range"};

bool policy_shards(struct loader *loader, const struct spot *spot, int index,
                   struct sharding *out) {
  *out = (struct sharding){0};
  if (lua_type(loader->L, index) == LUA_TSTRING) {
    if (!value_choice(loader, spot, index, shards_names, 2, &out->rule)) return false;
    out->rule++;
    return true;
  }
  if (lua_type(loader->L, index) == LUA_TNUMBER) {
    return spot_error(loader, spot,
                      "says how keys are spread, such as \"hash\"; how many shards there are is "
                      "`instances`");
  }
  const struct choice *row =
      choice_read(loader, spot, index, shards_choices, 1,
                  "\"hash\", \"range\" or consistent_hash { points = 100 }", out);
  if (row) out->rule = SHARDS_RING;
  return row != NULL;
}

/* --- places --------------------------------------------------------------------------------- */

#define AT(field) offsetof(struct concurrency_config, field)

#define PLACES(name_, field, default_, doc_)                                                 \
  {                                                                                          \
    .name = name_, .type = PARAM_COUNT, .offset = AT(field), .fallback = default_, .min = 1, \
    .max = 1e9, .doc = doc_                                                                  \
  }

const struct param aimd_params[] = {
    PLACES("start", start, "20", "Calls at once to begin with (Netflix concurrency-limits: 20)."),
    PLACES("least", least, "1", "It never falls below."),
    PLACES("most", most, "200", "It never rises above (Netflix: 200)."),
    {.name = "shrink",
     .type = PARAM_RATIO,
     .offset = AT(shrink),
     .fallback = "90%",
     .min = 0.01,
     .max = 0.99,
     .doc = "What is left of the limit after a failure (Netflix: 90 %)."},
    {.name = "slow",
     .type = PARAM_DURATION,
     .offset = AT(slow_ns),
     .fallback = "5s",
     .min = 1,
     .max = INFINITY,
     .doc = "An answer that takes longer counts as a failure (Netflix: 5 s)."},
    {0},
};

const struct param gradient_params[] = {
    PLACES("start", start, "20", "Calls at once to begin with (Netflix concurrency-limits: 20)."),
    PLACES("least", least, NULL,
           "It never falls below; 20 if not said (Netflix), and no more than `start`."),
    PLACES("most", most, "200", "It never rises above (Netflix: 200)."),
    {.name = "queue",
     .type = PARAM_NUMBER,
     .offset = AT(queue),
     .fallback = "4",
     .min = 0,
     .max = 1e6,
     .doc = "By how much it grows while answers take no longer than usual (Netflix: 4)."},
    {.name = "smoothing",
     .type = PARAM_RATIO,
     .offset = AT(smoothing),
     .fallback = "20%",
     .min = 0.001,
     .max = 1,
     .doc = "How far it goes towards the new value at each answer (Netflix: 0.2)."},
    {.name = "tolerance",
     .type = PARAM_NUMBER,
     .offset = AT(tolerance),
     .fallback = "1.5",
     .min = 1,
     .max = 1000,
     .doc = "Answers may take so many times the usual time before it shrinks (Netflix: 1.5)."},
    {0},
};

enum { GRADIENT_LEAST = 20 };

static bool check_adaptive(struct loader *loader, const struct spot *spot, void *value) {
  const struct concurrency_config *config = value;
  if (config->least <= config->start && config->start <= config->most) return true;
  return spot_error(loader, spot, "start = %llu must lie between least = %llu and most = %llu",
                    (unsigned long long)config->start, (unsigned long long)config->least,
                    (unsigned long long)config->most);
}

static bool check_gradient(struct loader *loader, const struct spot *spot, void *value) {
  struct concurrency_config *config = value;
  if (config->least == 0) { /* not said */
    config->least = config->start < GRADIENT_LEAST ? config->start : GRADIENT_LEAST;
  }
  return check_adaptive(loader, spot, value);
}

static const struct choice places_choices[] = {
    {WORD_AIMD, CONCURRENCY_AIMD, .params = aimd_params, .check = check_adaptive},
    {WORD_GRADIENT, CONCURRENCY_GRADIENT, .params = gradient_params, .check = check_gradient},
};

bool policy_places(struct loader *loader, const struct spot *spot, int index,
                   const struct param *param, struct concurrency_config *out) {
  *out = (struct concurrency_config){.rule = CONCURRENCY_FIXED};
  if (lua_type(loader->L, index) == LUA_TNUMBER) {
    return value_whole(loader, spot, index, &out->start) &&
           value_in_range(loader, spot, (double)out->start, param->min, param->max, PLAIN_NUMBER);
  }
  const struct choice *row =
      choice_read(loader, spot, index, places_choices, 2,
                  "a whole number, aimd { start = 10 } or gradient { start = 20 }", out);
  if (row) out->rule = (enum concurrency_rule)row->kind;
  return row != NULL;
}

/* --- for people ----------------------------------------------------------------------------- */

static void put(FILE *out, enum quantity quantity, double value) {
  char text[64];
  quantity_format(quantity, value, text, sizeof text);
  fputs(text, out);
}

void param_put_backoff(FILE *out, const struct spec *spec, const struct param *param,
                       const void *value) {
  (void)spec, (void)param;
  const struct backoff *backoff = value;
  static const char *const jitters[] = {[JITTER_NONE] = "none",
                                        [JITTER_FULL] = "full",
                                        [JITTER_EQUAL] = "equal",
                                        [JITTER_DECORRELATED] = "decorrelated"};
  if (backoff->exponential) fputs("exponential, base ", out);
  struct dist base = dist_constant((double)backoff->base_ns);
  param_text_dist(out, &base, true);
  if (!backoff->exponential) return;
  if (backoff->cap_ns != PARAM_UNLIMITED) {
    fputs(", cap ", out);
    put(out, QUANTITY_TIME, (double)backoff->cap_ns);
  }
  fprintf(out, ", factor %.10g, jitter %s", backoff->factor, jitters[backoff->jitter]);
}

void policy_put_budget(FILE *out, const struct budget *budget) {
  switch (budget->rule) {
    case BUDGET_NONE:
      fputs("100%", out);
      return;
    case BUDGET_SHARE:
      put(out, QUANTITY_RATIO, budget->share);
      if (budget->burst != SHARE_BURST) fprintf(out, ", burst %.10g", budget->burst);
      return;
    case BUDGET_PER_SUCCESS:
      fprintf(out, "%.10g per success, burst %.10g", budget->per_success, budget->burst);
      return;
  }
}

void policy_put_after(FILE *out, const struct after *after) {
  if (after->quantile > 0) {
    fprintf(out, "p%.10g", after->quantile * 100);
  } else if (after->ns == 0) {
    fputs("0s", out);
  } else {
    put(out, QUANTITY_TIME, (double)after->ns);
  }
}

void policy_put_window(FILE *out, const struct window *window) {
  if (window->ns > 0) {
    put(out, QUANTITY_TIME, (double)window->ns);
  } else if (window->calls > 0) {
    fprintf(out, "%llu calls", (unsigned long long)window->calls);
  } else {
    fputs("none", out);
  }
}

void policy_put_writes(FILE *out, const struct writes *writes) {
  fputs(write_names[writes->policy], out);
  if (writes->policy != WRITE_BACK) return;
  fputs(", flush ", out);
  put(out, QUANTITY_TIME, (double)writes->flush_ns);
}

void policy_put_places(FILE *out, const struct concurrency_config *places) {
  static const char *const rules[] = {[CONCURRENCY_FIXED] = "",
                                      [CONCURRENCY_AIMD] = "aimd, ",
                                      [CONCURRENCY_GRADIENT] = "gradient, "};
  fputs(rules[places->rule], out);
  fprintf(out, "%llu", (unsigned long long)places->start);
  if (places->rule == CONCURRENCY_FIXED) return;
  fprintf(out, " to begin with, %llu to %llu", (unsigned long long)places->least,
          (unsigned long long)places->most);
}

void param_put_shards(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)spec, (void)param;
  const struct sharding *shards = value;
  switch ((enum sharding_rule)shards->rule) {
    case SHARDS_UNSAID:
      fputs("none", out);
      return;
    case SHARDS_HASH:
    case SHARDS_RANGE:
      fputs(shards_names[shards->rule - 1], out);
      return;
    case SHARDS_RING:
      fprintf(out, "consistent_hash, points %llu", (unsigned long long)shards->points);
      return;
  }
}

/* --- copies --------------------------------------------------------------------------------- */

/* { 1, fall_back = "10s" } */
static bool read_fall_back(struct loader *loader, const struct spot *spot, int table,
                           struct how_many *out) {
  static const char *const keys[] = {"fall_back"};
  lua_State *L = loader->L;
  if (!table_check(loader, spot, table, keys, 1, 1)) return false;
  lua_rawgeti(L, table, 1);
  bool ok = value_whole(loader, spot, -1, &out->number) &&
            value_in_range(loader, spot, (double)out->number, 1, 31, PLAIN_NUMBER);
  lua_pop(L, 1);
  if (!ok) return false;
  struct spot at = spot_key(spot, "fall_back");
  if (lua_getfield(L, table, "fall_back") == LUA_TNIL) {
    ok = table_missing(loader, spot, "fall_back", "a duration such as \"10s\"");
  } else {
    ok = value_duration(loader, &at, -1, &out->fall_back_ns) &&
         value_in_range(loader, &at, (double)out->fall_back_ns, 1000, 1e18, QUANTITY_TIME);
  }
  lua_pop(L, 1);
  return ok;
}

bool policy_how_many(struct loader *loader, const struct spot *spot, int index,
                     const struct param *param, struct how_many *out) {
  *out = (struct how_many){.word = HOW_MANY_NUMBER};
  index = lua_absindex(loader->L, index);
  int type = lua_type(loader->L, index);
  if (type == LUA_TTABLE && param->stride > 0) return read_fall_back(loader, spot, index, out);
  if (type == LUA_TNUMBER) {
    return value_whole(loader, spot, index, &out->number) &&
           value_in_range(loader, spot, (double)out->number, param->min, param->max, PLAIN_NUMBER);
  }
  uint32_t n = 0;
  while (param->choices[n]) n++;
  return value_choice(loader, spot, index, param->choices, n, &out->word);
}

static bool read_zone(struct loader *loader, const struct spot *spot, uint32_t *out) {
  const char *name;
  if (!value_name(loader, spot, -1, "the name of a zone", &name)) return false;
  *out = names_find(&loader->zones_by_name, name);
  return true;
}

bool policy_zones(struct loader *loader, const struct spot *spot, int index, struct refs *out) {
  lua_State *L = loader->L;
  index = lua_absindex(L, index);
  if (lua_istable(L, index) && !table_check(loader, spot, index, NULL, 0, LIST_MOST)) return false;
  uint32_t n = lua_istable(L, index) ? (uint32_t)lua_rawlen(L, index) : 1;
  if (n == 0) return spot_error(loader, spot, "the list is empty; name a zone");
  uint32_t *id = arena_alloc(loader->arena, (n + 1) * sizeof *id);
  *out = (struct refs){n, id};
  if (!lua_istable(L, index)) {
    lua_pushvalue(L, index);
    bool ok = read_zone(loader, spot, id);
    lua_pop(L, 1);
    return ok;
  }
  for (uint32_t i = 0; i < n; i++) {
    struct spot item = spot_item(spot, (int)i + 1);
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    bool ok = read_zone(loader, &item, &id[i]);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}

void policy_put_how_many(FILE *out, const struct param *param, const struct how_many *many) {
  if (many->word != HOW_MANY_NUMBER) {
    fputs(param->choices[many->word], out);
  } else {
    fprintf(out, "%llu", (unsigned long long)many->number);
  }
  if (many->fall_back_ns == 0) return;
  fputs(", falls back after ", out);
  put(out, QUANTITY_TIME, (double)many->fall_back_ns);
}

void policy_put_zones(FILE *out, const struct spec *spec, const struct refs *zones) {
  for (uint32_t i = 0; i < zones->n; i++) {
    fprintf(out, "%s\"%s\"", i > 0 ? ", " : "", spec->zone[zones->id[i]].name);
  }
}
