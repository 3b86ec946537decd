#include "random_scenario.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "param_type.h"
#include "prelude.h"
#include "registry.h"
#include "step.h"
#include "words.h"

#define REPAIRS_MAX 300
#define COMPONENTS_MAX 7
#define DEPTH_MAX 2    /* of steps within steps */
#define REQUIRED "--!" /* ends a line without which its statement is nothing */

struct language {
  const char *scratch;
  struct arena *arena;
  const struct kinds *kinds;       /* those composed in Lua included */
  GPtrArray *samples[PARAM_TYPES]; /* texts of values, of the types that words stand for */
};

/* What is being written. */
struct maker {
  const struct language *language;
  uint64_t state;
  uint32_t components, self; /* c1, c2 ..; a component calls later ones alone */
  uint32_t depth;
};

static void put_value(struct maker *m, GString *out, const struct param *param);

/* --- chance --------------------------------------------------------------------------------- */

static uint64_t next(struct maker *m) { /* splitmix64 */
  uint64_t z = m->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static uint32_t below(struct maker *m, uint32_t n) {
  return (uint32_t)(next(m) % n);
}

static bool chance(struct maker *m, double p) {
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

static void put_components(struct maker *m, GString *out, const struct param *param) {
  uint32_t n = 1 + below(m, 3);
  g_string_append(out, "{ ");
  for (uint32_t i = 0; i < n; i++) {
    put_component(m, out, param);
    g_string_append(out, ", ");
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

static void put_keys(struct maker *m, GString *out, const struct param *params) {
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
    [PARAM_SHARDS] = put_shards,
};

static void put_value(struct maker *m, GString *out, const struct param *param) {
  const GPtrArray *samples = m->language->samples[param->type];
  if (put[param->type]) {
    put[param->type](m, out, param);
  } else if (samples->len > 0) {
    g_string_append(out, samples->pdata[below(m, samples->len)]);
  } else {
    g_string_append(out, "nil");
  }
}

/* --- what words can stand for --------------------------------------------------------------- */

/* Where a value of the type can be tried; "%s" is the value. */
static const struct {
  enum param_type type;
  const char *text;
} trials[] = {
    {PARAM_TIME_DIST,
     "service \"s\" { work = %s }\n"
     "client \"u\" { arrivals = poisson \"1/s\", target = \"s\" }\n"},
    {PARAM_SIZE_DIST,
     "service \"s\" { }\n"
     "client \"u\" { arrivals = poisson \"1/s\", target = \"s\", request = %s }\n"},
    {PARAM_ARRIVALS, "service \"s\" { }\nclient \"u\" { arrivals = %s, target = \"s\" }\n"},
    {PARAM_KEYS,
     "service \"s\" { }\n"
     "client \"u\" { arrivals = poisson \"1/s\", target = \"s\", keys = %s }\n"},
    {PARAM_USERS,
     "service \"s\" { }\n"
     "client \"u\" { arrivals = poisson \"1/s\", target = \"s\", users = %s }\n"},
    {PARAM_BACKOFF,
     "service \"s\" { }\nclient \"u\" { arrivals = poisson \"1/s\", target = \"s\", "
     "retry = { attempts = 2, backoff = %s } }\n"},
    {PARAM_PLACES,
     "service \"s\" { }\nclient \"u\" { arrivals = poisson \"1/s\", target = \"s\", "
     "pool = { size = %s } }\n"},
    {PARAM_SLOWS,
     "service \"s\" { workers = 2, work = \"1ms\", slows = %s }\n"
     "client \"u\" { arrivals = poisson \"1/s\", target = \"s\" }\n"},
};

/* Values that are written as they are; what they name is there, or most often. */
static const struct {
  enum param_type type;
  const char *value;
} fixed[] = {
    {PARAM_MIX, "{ get = 0.5, put = 0.3, scan = 0.2 }"},
    {PARAM_TIERS, "{ gold = 0.2, free = 0.8 }"},
    {PARAM_TIER_RATE, "{ gold = \"9/s\", free = \"1/s\" }"},
    {PARAM_PRIORITY, "{ \"put\", \"get\" }"},
    {PARAM_PRIORITY, "{ \"scan\" }"},
    {PARAM_CAUSES, "{ \"timeout\", \"refused\" }"},
    {PARAM_CAUSES, "\"failed\""},
    {PARAM_CROWD, "5"},
    {PARAM_BATCH, "3"},
    {PARAM_BATCH, "geometric(3)"},
    {PARAM_PRICE, "\"0.10/h\""},
    {PARAM_PRICE, "{ \"1/h\", per_call = 1e-6, per_GB = 0.09 }"},
    {PARAM_PRICE, "{ per_100ms = 2e-7 }"},
    {PARAM_WEIGHTS, "{ c2 = 3 }"},
    {PARAM_WEIGHTS, "{ c3 = 0, c4 = 2 }"},
    {PARAM_ZONES, "\"za\""},
    {PARAM_ZONES, "{ \"za\", \"zb\" }"},
    {PARAM_JOURNEY, "{ request \"get\", pause(exponential \"100ms\"), request \"put\" }"},
    {PARAM_JOURNEY,
     "{ pause \"10ms\", request { \"scan\", times = geometric(3), pause = \"1ms\", "
     "optional = true } }"},
};

struct scenario *language_load(const struct language *language, const char *text,
                               struct error *err) {
  g_assert_true(g_file_set_contents(language->scratch, text, -1, NULL));
  return scenario_load(language->scratch, NULL, 0, err);
}

static void try_sample(struct language *language, size_t trial, const char *value) {
  GString *text = g_string_new(trials[trial].text);
  g_string_replace(text, "%s", value, 0);
  struct error err;
  struct scenario *scenario = language_load(language, text->str, &err);
  if (scenario) g_ptr_array_add(language->samples[trials[trial].type], g_strdup(value));
  scenario_free(scenario);
  g_string_free(text, TRUE);
}

/* The forms of a word, one a line; an indented line goes on with the one before. */
static void try_usage(struct language *language, const char *usage) {
  char **lines = g_strsplit(usage, "\n", -1);
  for (char **line = lines; *line; line++) {
    if (strstr(*line, "csv")) continue; /* it wants a file */
    for (size_t i = 0; i < G_N_ELEMENTS(trials); i++) try_sample(language, i, *line);
  }
  g_strfreev(lines);
}

/* "`"20%"` or `0.2`": what stands in the marks. */
static void take_example(GPtrArray *samples, const char *example) {
  char **part = g_strsplit(example, "`", -1);
  for (uint32_t i = 1; part[0] && part[i] && part[i + 1]; i += 2) {
    if (!strstr(part[i], "...") && !strstr(part[i], "csv")) {
      g_ptr_array_add(samples, g_strdup(part[i]));
    }
  }
  g_strfreev(part);
}

struct language *language_new(const char *scratch_file) {
  struct language *language = g_new0(struct language, 1);
  language->scratch = scratch_file;
  language->arena = arena_new();
  language->kinds = prelude_kinds(language->arena);
  for (int type = 0; type < PARAM_TYPES; type++) {
    language->samples[type] = g_ptr_array_new_with_free_func(g_free);
  }
  const struct word_def *word;
  for (uint32_t i = 0; (word = word_at(i)) != NULL; i++) {
    if (word->role == ROLE_VALUE) try_usage(language, word->usage);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++) {
    g_ptr_array_add(language->samples[fixed[i].type], g_strdup(fixed[i].value));
  }
  try_usage(language, "\"2ms\"\n\"10kB\"\n1000");
  for (int type = 0; type < PARAM_TYPES; type++) {
    if (language->samples[type]->len == 0) {
      take_example(language->samples[type], param_types[type].example);
    }
  }
  return language;
}

void language_free(struct language *language) {
  for (int type = 0; type < PARAM_TYPES; type++) {
    g_ptr_array_free(language->samples[type], TRUE);
  }
  arena_free(language->arena);
  g_free(language);
}

/* --- statements ----------------------------------------------------------------------------- */

/* A statement is a list of lines, the first of which opens its table and the last closes it. */
static void add_lines(GPtrArray *statement, const char *text) {
  char **lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    if (**line) g_ptr_array_add(statement, g_strdup(*line));
  }
  g_strfreev(lines);
}

static void write_key(struct maker *m, GPtrArray *statement, const struct param *param) {
  GString *line = g_string_new(NULL);
  g_string_append_printf(line, "  %s = ", param->name);
  put_value(m, line, param);
  g_string_append(line, param->required ? ", " REQUIRED : ",");
  add_lines(statement, line->str);
  g_string_free(line, TRUE);
}

static void write_keys(struct maker *m, GPtrArray *statement, const struct param *params,
                       double share) {
  for (; params && params->name; params++) {
    if (params->required || chance(m, share)) write_key(m, statement, params);
  }
}

static GPtrArray *begin(GPtrArray *statements, const char *head) {
  GPtrArray *statement = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(statement, g_strdup(head));
  g_ptr_array_add(statements, statement);
  return statement;
}

static void write_component(struct maker *m, GPtrArray *statements, const struct kind *kind,
                            const char *name) {
  char *head = g_strdup_printf("%s \"%s\" {", kind->name, name);
  GPtrArray *statement = begin(statements, head);
  write_keys(m, statement, kind->params, 0.35);
  if (chance(m, 0.4)) write_keys(m, statement, common_params, 0.3);
  if (chance(m, 0.4)) {
    add_lines(statement, chance(m, 0.5) ? "  zone = \"za\"," : "  zone = { \"zb\", \"za\" },");
  }
  g_ptr_array_add(statement, g_strdup("}"));
  g_free(head);
}

static const struct kind *draw_kind(struct maker *m, bool is_source) {
  const struct kinds *kinds = m->language->kinds;
  for (;;) {
    const struct kind *kind = kinds->kind[below(m, kinds->n)];
    if (kind->is_source == is_source) return kind;
  }
}

static void put_target(struct maker *m, GString *out) {
  static const char *const members[] = {"", "", "[1]", "[*]", "[2]"};
  bool source = chance(m, 0.1);
  g_string_append_printf(out, "\"%s%u%s\"", source ? "u" : "c",
                         source ? 1 : 1 + below(m, m->components),
                         source ? "" : members[below(m, G_N_ELEMENTS(members))]);
}

static void write_fault(struct maker *m, GPtrArray *statements, const struct word_def *harm) {
  GPtrArray *statement = begin(statements, "fault {");
  GString *line = g_string_new(NULL);
  g_string_append_printf(line, "  %s { ", harm->name);
  put_target(m, line);
  g_string_append(line, ", ");
  if (strstr(harm->usage, "\", \"")) { /* some are between two places */
    put_target(m, line);
    g_string_append(line, ", ");
  }
  put_keys(m, line, harm->params);
  g_string_append(line, "}, " REQUIRED);
  g_ptr_array_add(statement, g_string_free(line, FALSE));
  bool again = chance(m, 0.25);
  if (again) {
    add_lines(statement, "  mttf = exponential \"2s\", " REQUIRED
                         "\n  mttr = exponential \"300ms\", " REQUIRED);
  } else {
    write_key(m, statement, &word_defs[WORD_FAULT].params[0]);
    write_keys(m, statement, word_defs[WORD_FAULT].params + 1, 0.3);
  }
  g_ptr_array_add(statement, g_strdup("}"));
}

static void write_faults(struct maker *m, GPtrArray *statements) {
  const struct word_def *word;
  for (uint32_t i = 0; (word = word_at(i)) != NULL; i++) {
    if (word->role == ROLE_FAULT && chance(m, 0.2)) write_fault(m, statements, word);
  }
}

static GPtrArray *write_all(struct maker *m) {
  GPtrArray *statements = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
  uint32_t sources = 1 + below(m, 3);
  char name[16];
  m->components = 2 + below(m, COMPONENTS_MAX - 1);
  m->self = 0;
  for (uint32_t i = 1; i <= sources; i++) {
    g_snprintf(name, sizeof name, "u%u", i);
    write_component(m, statements, draw_kind(m, true), name);
  }
  for (uint32_t i = 1; i <= m->components; i++) {
    m->self = i;
    g_snprintf(name, sizeof name, "c%u", i);
    bool last = i == m->components;
    write_component(m, statements, last ? registry_find("service") : draw_kind(m, false), name);
  }
  m->self = 0;
  write_faults(m, statements);
  begin(statements, "region \"r\" { zones = { \"za\", \"zb\" } }");
  if (chance(m, 0.15)) {
    GPtrArray *allow = begin(statements, "allow {");
    write_keys(m, allow, word_defs[WORD_ALLOW].params, 0.3);
    g_ptr_array_add(allow, g_strdup("}"));
  }
  if (chance(m, 0.4)) {
    GPtrArray *path = begin(statements, "path {");
    write_keys(m, path, word_defs[WORD_PATH].params, 0.5);
    g_ptr_array_add(path, g_strdup("}"));
  }
  begin(statements, "run { duration = \"4s\", warmup = \"1s\", replications = 2 }");
  return statements;
}

/* --- mending -------------------------------------------------------------------------------- */

static char *text_of(const GPtrArray *statements, bool reversed) {
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < statements->len; i++) {
    const GPtrArray *statement = statements->pdata[reversed ? statements->len - 1 - i : i];
    for (guint k = 0; k < statement->len; k++) {
      g_string_append_printf(text, "%s\n", (const char *)statement->pdata[k]);
    }
  }
  return g_string_free(text, FALSE);
}

/* A line that is whole in itself: a key or a step. */
static bool is_whole(const GPtrArray *statement, guint line) {
  int open = 0;
  if (line == 0 || line + 1 >= statement->len) return false;
  for (const char *c = statement->pdata[line]; *c; c++) open += (*c == '{') - (*c == '}');
  return open == 0;
}

/* Whether the message speaks of the line's key. */
static bool is_named(const char *line, const char *message) {
  const char *start = line + strspn(line, " ");
  size_t length = strcspn(start, " ");
  for (const char *at = message; (at = strstr(at, " ")) != NULL;) {
    at += 1 + (at[1] == '\'');
    if (strncmp(at, start, length) == 0 && !g_ascii_isalnum(at[length]) && at[length] != '_') {
      return true;
    }
  }
  return false;
}

/* The line to leave out when the message names none that is whole: one whose key it speaks of, else
 * any that need not be there; 0: none. */
static guint line_to_leave_out(struct maker *m, const GPtrArray *statement, const char *message) {
  const char *sentence = strstr(message, ".lua:");
  for (guint line = 1; line + 1 < statement->len; line++) {
    const char *text = statement->pdata[line];
    bool optional = is_whole(statement, line) && !g_str_has_suffix(text, REQUIRED);
    if (optional && sentence && is_named(text, sentence)) return line;
  }
  for (int tries = 0; tries < 30 && statement->len > 2; tries++) {
    guint line = below(m, statement->len);
    if (is_whole(statement, line) && !g_str_has_suffix(statement->pdata[line], REQUIRED)) {
      return line;
    }
  }
  return 0;
}

/* Leaves out what the message is about; false: nothing is left that could go. */
static bool leave_out(struct maker *m, GPtrArray *statements, int number, const char *message) {
  guint s = 0, line = (guint)number - 1;
  while (s < statements->len && line >= ((GPtrArray *)statements->pdata[s])->len) {
    line -= ((GPtrArray *)statements->pdata[s++])->len;
  }
  if (s + 1 >= statements->len) return false;
  GPtrArray *statement = statements->pdata[s];
  bool useless = strstr(message, "does nothing") || strstr(message, "is missing") ||
                 g_str_has_suffix(statement->pdata[line], REQUIRED);
  if (!is_whole(statement, line)) line = line_to_leave_out(m, statement, message);
  if (useless || line == 0) {
    g_ptr_array_remove_index(statements, s);
  } else {
    g_ptr_array_remove_index(statement, line);
  }
  return true;
}

static int line_of(const char *message) {
  const char *at = strstr(message, ".lua:");
  return at ? (int)strtol(at + strlen(".lua:"), NULL, 10) : 0;
}

char *random_scenario(const struct language *language, uint64_t seed, char **reversed) {
  struct maker m = {.language = language, .state = seed};
  GPtrArray *statements = write_all(&m);
  char *text = NULL;
  for (int repairs = 0; repairs < REPAIRS_MAX; repairs++) {
    struct error err = {0};
    text = text_of(statements, false);
    struct scenario *scenario = language_load(language, text, &err);
    scenario_free(scenario);
    if (scenario) break;
    g_free(text);
    text = NULL;
    int line = line_of(err.text);
    if (line == 0 || !leave_out(&m, statements, line, err.text)) break;
  }
  if (text && reversed) *reversed = text_of(statements, true);
  g_ptr_array_unref(statements);
  return text;
}
