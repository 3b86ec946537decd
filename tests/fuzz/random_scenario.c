#include "random_scenario.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "param_type.h"
#include "prelude.h"
#include "random_values.h"
#include "registry.h"
#include "step.h"
#include "words.h"

#define REPAIRS_MAX 300
#define COMPONENTS_MAX 7
#define REQUIRED "--!" /* ends a line without which its statement is nothing */

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
    {PARAM_PACE, "\"9/s\""},
    {PARAM_PACE, "profile { { \"0s\", \"9/s\" }, { \"1s\", \"2/s\" }, every = \"3s\" }"},
    {PARAM_PRIORITY, "{ \"put\", \"get\" }"},
    {PARAM_OPS, "{ \"put\", \"get\" }"},
    {PARAM_OPS, "{ \"scan\" }"},
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
  FILE *out = fopen(language->scratch, "w"); /* glib would wait for the disk */
  g_assert_nonnull(out);
  fputs(text, out);
  fclose(out);
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

/* Lines that are not indented begin and end statements. */
static void write_theme(struct maker *m, GPtrArray *statements) {
  char *text = draw_theme(m), **lines = g_strsplit(text, "\n", -1);
  GPtrArray *statement = NULL;
  for (char **line = lines; *line; line++) {
    if (g_str_has_suffix(*line, "{") && (*line)[0] != ' ') {
      statement = begin(statements, *line);
    } else if (statement && strspn(*line, " ") < strlen(*line)) {
      g_ptr_array_add(statement, g_strdup(*line));
    }
  }
  g_strfreev(lines);
  g_free(text);
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
  if (chance(m, 0.6)) write_theme(m, statements);
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
