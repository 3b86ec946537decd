#include "distribution.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "detmath.h"
#include "dist_make.h"

#define DEPTH_MAX 8 /* of mixtures within mixtures */

/* What is being read: the argument of a word, at the top of the stack. */
struct law {
  struct loader *loader;
  struct spot spot; /* of the word */
  int argument;     /* stack index */
  enum quantity quantity;
  int depth;
};

static bool read_nested(struct loader *loader, const struct spot *spot, int index,
                        enum quantity quantity, int depth, struct dist *out);

bool distribution_refused(struct loader *loader, const struct spot *spot, enum quantity quantity,
                          const struct error *why) {
  const char *colon = strstr(why->text, ": "); /* behind the law's name, which `spot` says */
  const char *unit = "";
  if (strstr(why->text, " = ")) unit = quantity == QUANTITY_TIME ? " (in ns)" : " (in bytes)";
  return spot_error(loader, spot, "%s%s", colon ? colon + 2 : why->text, unit);
}

static bool refused(const struct law *law, const struct error *why) {
  return distribution_refused(law->loader, &law->spot, law->quantity, why);
}

/* --- entries of a law's table --------------------------------------------------------------- */

static bool is_table(const struct law *law, const char *example) {
  if (lua_istable(law->loader->L, law->argument)) return true;
  return spot_error(law->loader, &law->spot, "expected a table such as %s, got %s", example,
                    value_got(law->loader->L, law->argument).text);
}

static bool positive(const struct law *law, const char *key, double value) {
  if (value > 0) return true;
  struct spot at = spot_key(&law->spot, key);
  return spot_error(law->loader, &at, "must be greater than 0");
}

/* A quantity > 0 that has to be there. */
static bool need_quantity(const struct law *law, const char *key, double *out) {
  bool given;
  if (!table_quantity(law->loader, &law->spot, law->argument, key, law->quantity, out, &given)) {
    return false;
  }
  if (given) return positive(law, key, *out);
  return table_missing(law->loader, &law->spot, key, quantity_expected(law->quantity));
}

static bool need_number(const struct law *law, const char *key, double *out) {
  bool given;
  if (!table_number(law->loader, &law->spot, law->argument, key, out, &given)) return false;
  return given || table_missing(law->loader, &law->spot, key, "a number");
}

static bool check_keys(const struct law *law, const char *const *keys, uint32_t n, int items) {
  return table_check(law->loader, &law->spot, law->argument, keys, n, items);
}
#define KEYS(...)                     \
  (const char *const[]){__VA_ARGS__}, \
      sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)

/* --- laws of few numbers -------------------------------------------------------------------- */

static bool read_constant(const struct law *law, struct dist *out) {
  double value = 0;
  if (!value_quantity(law->loader, &law->spot, law->argument, law->quantity, &value)) return false;
  *out = dist_constant(value);
  return true;
}

static bool read_exponential(const struct law *law, struct dist *out) {
  double mean = 0;
  if (!lua_istable(law->loader->L, law->argument)) {
    if (!value_quantity(law->loader, &law->spot, law->argument, law->quantity, &mean)) return false;
    if (!(mean > 0)) return spot_error(law->loader, &law->spot, "the mean must be greater than 0");
  } else if (!check_keys(law, KEYS("mean"), 0) || !need_quantity(law, "mean", &mean)) {
    return false;
  }
  struct error why = {0};
  return dist_exponential(out, mean, &why) || refused(law, &why);
}

static bool read_uniform_list(const struct law *law, double *low, double *high) {
  lua_State *L = law->loader->L;
  double *ends[2] = {low, high};
  for (int i = 0; i < 2; i++) {
    struct spot at = spot_item(&law->spot, i + 1);
    lua_rawgeti(L, law->argument, i + 1);
    bool ok = value_quantity(law->loader, &at, -1, law->quantity, ends[i]);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}

static bool read_uniform(const struct law *law, struct dist *out) {
  double low = 0, high = 0;
  if (!is_table(law, "uniform { \"1ms\", \"3ms\" }")) return false;
  if (lua_rawlen(law->loader->L, law->argument) > 0) {
    if (!check_keys(law, NULL, 0, 2) || !read_uniform_list(law, &low, &high)) return false;
  } else {
    bool given;
    if (!check_keys(law, KEYS("low", "high"), 0) || !need_quantity(law, "high", &high))
      return false;
    if (!table_quantity(law->loader, &law->spot, law->argument, "low", law->quantity, &low, &given))
      return false;
    if (!given) {
      return table_missing(law->loader, &law->spot, "low", quantity_expected(law->quantity));
    }
  }
  if (high < low) {
    char a[40], b[40];
    quantity_format(law->quantity, low, a, sizeof a);
    quantity_format(law->quantity, high, b, sizeof b);
    return spot_error(law->loader, &law->spot, "the low end %s is above the high end %s", a, b);
  }
  struct error why = {0};
  return dist_uniform(out, low, high, &why) || refused(law, &why);
}

static bool read_normal(const struct law *law, struct dist *out) {
  double mean = 0, sd = 0;
  struct error why = {0};
  return is_table(law, "normal { mean = \"10ms\", sd = \"2ms\" }") &&
         check_keys(law, KEYS("mean", "sd"), 0) && need_quantity(law, "mean", &mean) &&
         need_quantity(law, "sd", &sd) && (dist_normal(out, mean, sd, &why) || refused(law, &why));
}

static bool read_gamma(const struct law *law, struct dist *out) {
  double mean = 0, shape = 0;
  struct error why = {0};
  return is_table(law, "gamma { mean = \"10ms\", shape = 2 }") &&
         check_keys(law, KEYS("mean", "shape"), 0) && need_quantity(law, "mean", &mean) &&
         need_number(law, "shape", &shape) &&
         (dist_gamma(out, mean, shape, &why) || refused(law, &why));
}

/* A gamma law with a whole shape. */
static bool read_erlang(const struct law *law, struct dist *out) {
  double mean = 0, stages = 0;
  struct error why = {0};
  if (!is_table(law, "erlang { mean = \"10ms\", stages = 4 }") ||
      !check_keys(law, KEYS("mean", "stages"), 0) || !need_quantity(law, "mean", &mean) ||
      !need_number(law, "stages", &stages)) {
    return false;
  }
  struct spot at = spot_key(&law->spot, "stages");
  if (stages < 1 || stages != floor(stages)) {
    return spot_error(law->loader, &at, "must be a whole number from 1, got %.14g", stages);
  }
  return dist_gamma(out, mean, stages, &why) || refused(law, &why);
}

static bool read_weibull(const struct law *law, struct dist *out) {
  double mean = 0, scale = 0, shape = 0;
  bool by_mean, by_scale;
  struct error why = {0};
  if (!is_table(law, "weibull { mean = \"30d\", shape = 0.7 }") ||
      !check_keys(law, KEYS("mean", "scale", "shape"), 0) || !need_number(law, "shape", &shape) ||
      !table_quantity(law->loader, &law->spot, law->argument, "mean", law->quantity, &mean,
                      &by_mean) ||
      !table_quantity(law->loader, &law->spot, law->argument, "scale", law->quantity, &scale,
                      &by_scale)) {
    return false;
  }
  if (by_mean == by_scale) {
    return spot_error(law->loader, &law->spot, "give either mean or scale, beside shape");
  }
  if (!positive(law, by_mean ? "mean" : "scale", by_mean ? mean : scale)) return false;
  bool ok = by_mean ? dist_weibull_mean(out, mean, shape, &why)
                    : dist_weibull_scale(out, scale, shape, &why);
  return ok || refused(law, &why);
}

static bool read_pareto(const struct law *law, struct dist *out) {
  double min = 0, max = INFINITY, shape = 0;
  bool bounded;
  struct error why = {0};
  if (!is_table(law, "pareto { min = \"1ms\", shape = 1.5, max = \"10s\" }") ||
      !check_keys(law, KEYS("min", "shape", "max"), 0) || !need_quantity(law, "min", &min) ||
      !need_number(law, "shape", &shape) ||
      !table_quantity(law->loader, &law->spot, law->argument, "max", law->quantity, &max,
                      &bounded)) {
    return false;
  }
  if (bounded && max <= min) {
    struct spot at = spot_key(&law->spot, "max");
    return spot_error(law->loader, &at, "must be greater than min");
  }
  return dist_pareto(out, min, shape, max, &why) || refused(law, &why);
}

/* --- lognormal ------------------------------------------------------------------------------ */

enum { MEAN, P50, P95, P99, CV, CV2, SIGMA, MU, LOGNORMAL_KEYS };
static const char *const lognormal_keys[LOGNORMAL_KEYS] = {"mean", "p50", "p95",   "p99",
                                                           "cv",   "cv2", "sigma", "mu"};

static bool read_lognormal_entries(const struct law *law, double *value, bool *given) {
  for (int i = 0; i < LOGNORMAL_KEYS; i++) {
    bool is_quantity = i <= P99;
    const char *key = lognormal_keys[i];
    bool ok = is_quantity
                  ? table_quantity(law->loader, &law->spot, law->argument, key, law->quantity,
                                   &value[i], &given[i])
                  : table_number(law->loader, &law->spot, law->argument, key, &value[i], &given[i]);
    if (!ok || (is_quantity && given[i] && !positive(law, key, value[i]))) return false;
    struct spot at = spot_key(&law->spot, key);
    if (!is_quantity && i != MU && given[i] && value[i] < 0) {
      return spot_error(law->loader, &at, "must not be negative");
    }
  }
  return true;
}

/* The larger of two by their meaning. */
static bool rising(const struct law *law, const double *value, int low, int high) {
  if (value[high] > value[low]) return true;
  struct spot at = spot_key(&law->spot, lognormal_keys[high]);
  return spot_error(law->loader, &at, "must be greater than %s", lognormal_keys[low]);
}

static bool read_lognormal(const struct law *law, struct dist *out) {
  double v[LOGNORMAL_KEYS] = {0};
  bool given[LOGNORMAL_KEYS] = {false};
  struct error why = {0};
  if (!is_table(law, "lognormal { p50 = \"3ms\", p99 = \"20ms\" }") ||
      !check_keys(law, lognormal_keys, LOGNORMAL_KEYS, 0) ||
      !read_lognormal_entries(law, v, given)) {
    return false;
  }
  unsigned set = 0;
  for (unsigned i = 0; i < LOGNORMAL_KEYS; i++) set |= (unsigned)given[i] << i;
  /* mu is that of seconds, or of bytes. */
  double unit = law->quantity == QUANTITY_TIME ? 1e9 : 1;
  double half_variance = 0.5 * v[SIGMA] * v[SIGMA];
  bool ok;
  switch (set) {
    case 1u << MEAN | 1u << CV:
      ok = dist_lognormal_mean_cv(out, v[MEAN], v[CV], &why);
      break;
    case 1u << MEAN | 1u << CV2:
      ok = dist_lognormal_mean_cv(out, v[MEAN], sqrt(v[CV2]), &why);
      break;
    case 1u << MEAN | 1u << SIGMA:
      ok = dist_lognormal_mean_sigma(out, v[MEAN], v[SIGMA], &why);
      break;
    case 1u << P50 | 1u << SIGMA:
      ok = dist_lognormal_mean_sigma(out, v[P50] * det_exp(half_variance), v[SIGMA], &why);
      break;
    case 1u << MU | 1u << SIGMA:
      ok = dist_lognormal_mean_sigma(out, unit * det_exp(v[MU] + half_variance), v[SIGMA], &why);
      break;
    case 1u << P50 | 1u << P99:
      if (!rising(law, v, P50, P99)) return false;
      ok = dist_lognormal_p50_p99(out, v[P50], v[P99], &why);
      break;
    case 1u << P50 | 1u << P95:
      if (!rising(law, v, P50, P95)) return false;
      ok = dist_lognormal_p50_p95(out, v[P50], v[P95], &why);
      break;
    case 1u << P50 | 1u << MEAN:
      if (!rising(law, v, P50, MEAN)) return false;
      ok = dist_lognormal_p50_mean(out, v[P50], v[MEAN], &why);
      break;
    case 1u << MEAN | 1u << P99:
      if (!rising(law, v, MEAN, P99)) return false;
      ok = dist_lognormal_mean_p99(out, v[MEAN], v[P99], &why);
      break;
    default:
      return spot_error(law->loader, &law->spot,
                        "give one of these pairs: p50 and p99, p50 and p95, p50 and mean, mean and "
                        "p99, mean and cv, mean and cv2, mean and sigma, p50 and sigma, mu and "
                        "sigma");
  }
  return ok || refused(law, &why);
}

/* --- mixtures ------------------------------------------------------------------------------- */

struct parts {
  uint32_t n;
  double weight[DISTRIBUTION_PARTS_MAX], mean[DISTRIBUTION_PARTS_MAX];
  struct dist dist[DISTRIBUTION_PARTS_MAX];
};

/* { 0.9, VALUE } at the top of the stack. */
static bool read_part(const struct law *law, const struct spot *spot, bool means,
                      struct parts *parts) {
  lua_State *L = law->loader->L;
  if (!lua_istable(L, -1) || lua_rawlen(L, -1) != 2) {
    return spot_error(law->loader, spot, "expected a pair { WEIGHT, %s }",
                      means ? "MEAN" : "DISTRIBUTION");
  }
  uint32_t i = parts->n;
  struct spot at = spot_item(spot, 1);
  lua_rawgeti(L, -1, 1);
  bool ok = value_quantity(law->loader, &at, -1, QUANTITY_RATIO, &parts->weight[i]) &&
            value_in_range(law->loader, &at, parts->weight[i], 0, 1, QUANTITY_RATIO);
  lua_pop(L, 1);
  if (!ok) return false;
  at = spot_item(spot, 2);
  lua_rawgeti(L, -1, 2);
  ok = means ? value_quantity(law->loader, &at, -1, law->quantity, &parts->mean[i])
             : read_nested(law->loader, &at, -1, law->quantity, law->depth + 1, &parts->dist[i]);
  lua_pop(L, 1);
  if (ok && means && !(parts->mean[i] > 0)) {
    return spot_error(law->loader, &at, "the mean must be greater than 0");
  }
  parts->n++;
  return ok;
}

static bool read_parts(const struct law *law, bool means, struct parts *parts) {
  lua_State *L = law->loader->L;
  if (!check_keys(law, NULL, 0, DISTRIBUTION_PARTS_MAX)) return false;
  size_t n = lua_rawlen(L, law->argument);
  if (n == 0)
    return spot_error(law->loader, &law->spot,
                      "the list of pairs is empty; write { { 0.9, \"5ms\" }, { 0.1, \"50ms\" } }");
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    struct spot at = spot_item(&law->spot, (int)i + 1);
    lua_rawgeti(L, law->argument, (lua_Integer)i + 1);
    bool ok = read_part(law, &at, means, parts);
    lua_pop(L, 1);
    if (!ok) return false;
    sum += parts->weight[i];
  }
  if (fabs(sum - 1) <= 1e-6) return true;
  return spot_error(law->loader, &law->spot, "the weights add up to %.9g; they must add up to 1",
                    sum);
}

static bool read_hyperexponential(const struct law *law, struct dist *out) {
  struct error why = {0};
  struct arena *arena = law->loader->arena;
  if (!is_table(law, "hyperexponential { mean = \"10ms\", cv2 = 4 }")) return false;
  if (lua_rawlen(law->loader->L, law->argument) > 0) {
    struct parts parts = {.n = 0};
    if (!read_parts(law, true, &parts)) return false;
    return dist_hyperexp(out, arena, parts.n, parts.weight, parts.mean, &why) || refused(law, &why);
  }
  double mean = 0, cv2 = 0;
  return check_keys(law, KEYS("mean", "cv2"), 0) && need_quantity(law, "mean", &mean) &&
         need_number(law, "cv2", &cv2) &&
         (dist_hyperexp_cv2(out, arena, mean, cv2, &why) || refused(law, &why));
}

static bool read_mixture(const struct law *law, struct dist *out) {
  struct error why = {0};
  struct parts parts = {.n = 0};
  return is_table(law, "mixture { { 0.9, exponential \"5ms\" }, { 0.1, \"100ms\" } }") &&
         read_parts(law, false, &parts) &&
         (dist_mixture(out, law->loader->arena, parts.n, parts.weight, parts.dist, &why) ||
          refused(law, &why));
}

static bool read_shifted(const struct law *law, struct dist *out) {
  double by = 0;
  struct dist of = {0};
  struct error why = {0};
  if (!is_table(law, "shifted { by = \"2ms\", exponential \"3ms\" }") ||
      !check_keys(law, KEYS("by"), 1) || !need_quantity(law, "by", &by)) {
    return false;
  }
  struct spot at = spot_item(&law->spot, 1);
  lua_rawgeti(law->loader->L, law->argument, 1);
  bool ok = read_nested(law->loader, &at, -1, law->quantity, law->depth + 1, &of);
  lua_pop(law->loader->L, 1);
  return ok && (dist_shifted(out, law->loader->arena, by, &of, &why) || refused(law, &why));
}

/* --- any law -------------------------------------------------------------------------------- */

static bool read_empirical(const struct law *law, struct dist *out) {
  return is_table(law, "empirical { p50 = \"3ms\", p99 = \"20ms\" }") &&
         distribution_empirical(law->loader, &law->spot, law->argument, law->quantity, out);
}

static bool read_law(const struct law *law, struct dist *out) {
  switch (law->spot.word->id) {
    case WORD_CONSTANT:
      return read_constant(law, out);
    case WORD_EXPONENTIAL:
      return read_exponential(law, out);
    case WORD_UNIFORM:
      return read_uniform(law, out);
    case WORD_NORMAL:
      return read_normal(law, out);
    case WORD_LOGNORMAL:
      return read_lognormal(law, out);
    case WORD_GAMMA:
      return read_gamma(law, out);
    case WORD_ERLANG:
      return read_erlang(law, out);
    case WORD_WEIBULL:
      return read_weibull(law, out);
    case WORD_PARETO:
      return read_pareto(law, out);
    case WORD_HYPEREXPONENTIAL:
      return read_hyperexponential(law, out);
    case WORD_EMPIRICAL:
      return read_empirical(law, out);
    case WORD_MIXTURE:
      return read_mixture(law, out);
    case WORD_SHIFTED:
      return read_shifted(law, out);
    default:
      return spot_error(law->loader, law->spot.parent,
                        "expected %s or a distribution such as exponential \"%s\", got %s",
                        quantity_expected(law->quantity),
                        law->quantity == QUANTITY_TIME ? "10ms" : "10kB", law->spot.word->text);
  }
}

static bool read_nested(struct loader *loader, const struct spot *spot, int index,
                        enum quantity quantity, int depth, struct dist *out) {
  lua_State *L = loader->L;
  const struct word *word = loader_word(L, index);
  if (word == NULL) {
    if (lua_type(L, index) != LUA_TSTRING && lua_type(L, index) != LUA_TNUMBER) {
      char expected[128];
      snprintf(expected, sizeof expected, "%s or a distribution such as exponential \"%s\"",
               quantity_expected(quantity), quantity == QUANTITY_TIME ? "10ms" : "10kB");
      return value_unexpected(loader, spot, index, expected);
    }
    double value = 0;
    if (!value_quantity(loader, spot, index, quantity, &value)) return false;
    *out = dist_constant(value);
    return true;
  }
  if (depth > DEPTH_MAX) {
    return spot_error(loader, spot,
                      "distributions are nested more than %d deep; write fewer inside each other",
                      DEPTH_MAX);
  }
  if (loader->dist_budget == 0) {
    return spot_error(
        loader, spot,
        "the scenario has too many distributions; write a time that many share once, as a local");
  }
  loader->dist_budget--;
  luaL_checkstack(L, 16, NULL);
  word_push_argument(L, index);
  struct law law = {loader, spot_word(spot, word), lua_gettop(L), quantity, depth};
  bool ok = read_law(&law, out);
  lua_pop(L, 1);
  return ok;
}

bool distribution_read(struct loader *loader, const struct spot *spot, int index,
                       enum quantity quantity, struct dist *out) {
  return read_nested(loader, spot, index, quantity, 0, out);
}
