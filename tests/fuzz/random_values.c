#include "random_values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "step.h"
#include "words.h"

#define DEPTH_MAX 2 /* of steps within steps */

/* --- chance --------------------------------------------------------------------------------- */

static uint64_t next(struct maker *m) { /* splitmix64 */
  uint64_t z = m->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

uint32_t below(struct maker *m, uint32_t n) {
  return (uint32_t)(next(m) % n);
}

bool chance(struct maker *m, double p) {
  return (double)(next(m) >> 11) * 0x1p-53 < p;
}

/* Small values often, large ones now and then; within the parameter's range. */
static double spread(struct maker *m, const struct param *p, double low, double high) {
  double value = low * pow(high / low, (double)(next(m) >> 11) * 0x1p-53);
  if (p->max > 0 && value > p->max) value = p->max;
  return value < p->min ? p->min : value;
}

/* --- values by type ------------------------------------------------------------------------- */

typedef void put_fn(struct maker *m, GString *out, const struct param *param);

static const char *const operations[] = {"get", "put", "scan"};

static const char *operation(struct maker *m) {
  return operations[below(m, G_N_ELEMENTS(operations))];
}

static void put_bool(struct maker *m, GString *out, const struct param *param) {
  (void)param;
  g_string_append(out, chance(m, 0.5) ? "true" : "false");
}

static void put_count(struct maker *m, GString *out, const struct param *param) {
  if (param->max == INFINITY && chance(m, 0.1)) {
    g_string_append(out, "\"unlimited\"");
  } else {
    g_string_append_printf(out, "%.0f", floor(spread(m, param, 0.7, 30)));
  }
}

static void put_number(struct maker *m, GString *out, const struct param *param) {
  g_string_append_printf(out, "%.3g", spread(m, param, 0.1, 8));
}

static void put_ratio(struct maker *m, GString *out, const struct param *param) {
  static const double ratios[] = {0, 0.05, 0.3, 0.5, 0.9, 1};
  double ratio = ratios[below(m, G_N_ELEMENTS(ratios))];
  if (param->max > 0 && ratio > param->max) ratio = param->max;
  g_string_append_printf(out, "%g", ratio < param->min ? param->min : ratio);
}

static void put_duration(struct maker *m, GString *out, const struct param *param) {
  g_string_append_printf(out, "\"%.0fus\"", ceil(spread(m, param, 1e6, 3e9) / 1e3));
}

static void put_rate(struct maker *m, GString *out, const struct param *param) {
  g_string_append_printf(out, "\"%.0f/s\"", ceil(spread(m, param, 1, 60)));
}

static void put_bytes(struct maker *m, GString *out, const struct param *param) {
  g_string_append_printf(out, "\"%.0fB\"", ceil(spread(m, param, 10, 1e6)));
}

static void put_writes(struct maker *m, GString *out, const struct param *param) {
  static const char *const texts[] = {"\"around\"", "\"through\"", "\"back\"",
                                      "back { flush = \"100ms\" }"};
  (void)param;
  g_string_append(out, texts[below(m, 4)]);
}

static void put_shards(struct maker *m, GString *out, const struct param *param) {
  static const char *const texts[] = {"\"hash\"", "\"range\"", "consistent_hash { points = 8 }"};
  (void)param;
  g_string_append(out, texts[below(m, 3)]);
}

static void put_ttl(struct maker *m, GString *out, const struct param *param) {
  if (chance(m, 0.5)) {
    put_duration(m, out, param);
    return;
  }
  g_string_append(out, "{ ");
  put_duration(m, out, param);
  g_string_append(out, ", jitter = \"20%\" }");
}

static void put_room(struct maker *m, GString *out, const struct param *param) {
  if (chance(m, 0.5)) {
    put_count(m, out, param);
  } else {
    put_bytes(m, out, param);
  }
}

static void put_bandwidth(struct maker *m, GString *out, const struct param *param) {
  g_string_append_printf(out, "\"%.0fkbit/s\"", ceil(spread(m, param, 1e5, 1e8) / 1e3));
}

static void put_distance(struct maker *m, GString *out, const struct param *param) {
  g_string_append_printf(out, "\"%.0fkm\"", ceil(spread(m, param, 1e4, 1e7) / 1e3));
}

static void put_choice(struct maker *m, GString *out, const struct param *param) {
  uint32_t n = 0;
  while (param->choices[n]) n++;
  g_string_append_printf(out, "\"%s\"", param->choices[below(m, n)]);
}

/* A component that this one may call; where there is none, a name that loading refuses. */
static void put_component(struct maker *m, GString *out, const struct param *param) {
  (void)param;
  uint32_t later = m->components - m->self;
  if (later == 0) {
    g_string_append(out, "\"nobody\"");
  } else {
    g_string_append_printf(out, "\"c%u\"", m->self + 1 + below(m, later));
  }
}

/* Up to three of them, each once. */
static void put_components(struct maker *m, GString *out, const struct param *param) {
  uint32_t later = m->components - m->self, n = 1 + below(m, 3), first = below(m, later + 1);
  g_string_append(out, "{ ");
  if (later == 0) put_component(m, out, param);
  for (uint32_t i = 0; i < n && i < later; i++) {
    g_string_append_printf(out, "\"c%u\", ", m->self + 1 + (first + i) % later);
  }
  g_string_append(out, "}");
}

static void put_routes(struct maker *m, GString *out, const struct param *param) {
  g_string_append(out, "{ ");
  for (size_t i = 0; i < G_N_ELEMENTS(operations); i++) {
    g_string_append_printf(out, "%s = ", operations[i]);
    put_component(m, out, param);
    g_string_append(out, ", ");
  }
  g_string_append(out, "}");
}

static bool wanted(struct maker *m, const struct param *param) {
  return param->required || chance(m, 0.3);
}

void put_keys(struct maker *m, GString *out, const struct param *params) {
  for (; params && params->name; params++) {
    if (!wanted(m, params)) continue;
    g_string_append_printf(out, "%s = ", params->name);
    put_value(m, out, params);
    g_string_append(out, ", ");
  }
}

static void put_group(struct maker *m, GString *out, const struct param *param) {
  g_string_append(out, "{ ");
  put_keys(m, out, param->group);
  g_string_append(out, "}");
}

/* Of two, as most lists are points of a line. */
static void put_list(struct maker *m, GString *out, const struct param *param) {
  g_string_append(out, "{ ");
  for (int i = 0; i < 2; i++) {
    put_group(m, out, param);
    g_string_append(out, ", ");
  }
  g_string_append(out, "}");
}

static void put_operation(struct maker *m, GString *out, const struct param *param) {
  (void)param;
  g_string_append_printf(out, "\"%s\"", operation(m));
}

static void put_after(struct maker *m, GString *out, const struct param *param) {
  if (chance(m, 0.5)) {
    g_string_append(out, "\"p90\"");
  } else {
    put_duration(m, out, param);
  }
}

static void put_how_many(struct maker *m, GString *out, const struct param *param) {
  if (chance(m, 0.5)) {
    g_string_append_printf(out, "%u", 1 + below(m, (uint32_t)param->max));
  } else {
    put_choice(m, out, param);
  }
}

static void put_window(struct maker *m, GString *out, const struct param *param) {
  if (chance(m, 0.5)) {
    put_count(m, out, param);
  } else {
    put_duration(m, out, param);
  }
}

/* --- steps ---------------------------------------------------------------------------------- */

static bool is_choice(const struct param *param, const char *name) {
  if (param->choices == NULL) return true;
  for (uint32_t i = 0; param->choices[i]; i++) {
    if (strcmp(param->choices[i], name) == 0) return true;
  }
  return false;
}

static void put_word(struct maker *m, GString *out, const struct word_def *word) {
  if (word->bare && chance(m, 0.5)) {
    g_string_append_printf(out, "%s()", word->name);
    return;
  }
  const struct param *unnamed = word->subject ? word->subject : word->items;
  if (word->subject && !word->params) {
    g_string_append_printf(out, "%s(", word->name);
    put_value(m, out, word->subject);
    g_string_append(out, ")");
    return;
  }
  g_string_append_printf(out, "%s { ", word->name);
  if (word->items && word->items->type == PARAM_STEPS) {
    GString *list = g_string_new(NULL);
    put_value(m, list, word->items);
    /* The items stand in the word's own table. */
    g_string_append_len(out, list->str + 1, (gssize)list->len - 2);
    g_string_free(list, TRUE);
  } else if (unnamed) {
    put_value(m, out, unnamed);
    g_string_append(out, ", ");
  }
  put_keys(m, out, word->params);
  g_string_append(out, "}");
}

static const struct step_def *draw_step(struct maker *m, const struct param *param) {
  uint32_t n = 0;
  while (steps[n]) n++;
  for (int tries = 0; tries < 50; tries++) {
    const struct step_def *step = steps[below(m, n)];
    bool nests = step->word.items != NULL;
    if (is_choice(param, step->word.name) && !(nests && m->depth >= DEPTH_MAX)) return step;
  }
  return NULL;
}

static void put_steps(struct maker *m, GString *out, const struct param *param) {
  uint32_t n = 1 + below(m, m->depth == 0 ? 3 : 2);
  m->depth++;
  g_string_append(out, "{ ");
  for (uint32_t i = 0; i < n; i++) {
    const struct step_def *step = draw_step(m, param);
    if (step == NULL) continue;
    put_word(m, out, &step->word);
    g_string_append(out, ", ");
  }
  g_string_append(out, "}");
  m->depth--;
}

/* Each step in a line of its own. */
static void put_handler(struct maker *m, GString *out, const char *name,
                        const struct param *param) {
  uint32_t n = 1 + below(m, 4);
  g_string_append_printf(out, "    %s = {\n", name);
  for (uint32_t i = 0; i < n; i++) {
    const struct step_def *step = draw_step(m, param);
    if (step == NULL) continue;
    g_string_append(out, "      ");
    put_word(m, out, &step->word);
    g_string_append(out, ",\n");
  }
  g_string_append(out, "    },\n");
}

static void put_handlers(struct maker *m, GString *out, const struct param *param) {
  g_string_append(out, "{\n");
  for (size_t i = 0; i < G_N_ELEMENTS(operations); i++) {
    if (chance(m, 0.5)) put_handler(m, out, operations[i], param);
  }
  put_handler(m, out, "default", param);
  g_string_append(out, "  }");
}

/* --- any value ------------------------------------------------------------------------------ */

/* Types that are not named here take one of their samples. */
static put_fn *const put[PARAM_TYPES] = {
    [PARAM_BOOL] = put_bool,         [PARAM_COUNT] = put_count,
    [PARAM_NUMBER] = put_number,     [PARAM_RATIO] = put_ratio,
    [PARAM_DURATION] = put_duration, [PARAM_RATE] = put_rate,
    [PARAM_BYTES] = put_bytes,       [PARAM_BANDWIDTH] = put_bandwidth,
    [PARAM_DISTANCE] = put_distance, [PARAM_ENUM] = put_choice,
    [PARAM_REF] = put_component,     [PARAM_REFS] = put_components,
    [PARAM_ROUTES] = put_routes,     [PARAM_GROUP] = put_group,
    [PARAM_OP] = put_operation,      [PARAM_OP_KNOWN] = put_operation,
    [PARAM_STEPS] = put_steps,       [PARAM_FALLBACKS] = put_steps,
    [PARAM_HANDLERS] = put_handlers, [PARAM_AFTER] = put_after,
    [PARAM_ROOM] = put_room,         [PARAM_TTL] = put_ttl,
    [PARAM_WRITES] = put_writes,     [PARAM_WINDOW] = put_window,
    [PARAM_TEXT] = put_component,    [PARAM_HOW_MANY] = put_how_many,
    [PARAM_SHARDS] = put_shards,     [PARAM_LIST] = put_list,
};

void put_value(struct maker *m, GString *out, const struct param *param) {
  const GPtrArray *samples = m->language->samples[param->type];
  if (put[param->type]) {
    put[param->type](m, out, param);
  } else if (samples->len > 0) {
    g_string_append(out, samples->pdata[below(m, samples->len)]);
  } else {
    g_string_append(out, "nil");
  }
}
