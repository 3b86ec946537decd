/* Aim: a wrong value of any parameter of the language, wherever its table stands (kinds, what every
 * component has, blocks, steps, faults, actions, words of values, tables within them), is refused
 * in one sentence that names the place, the key, and what to write; so is a slip in its name.
 *
 * What is valid beside it comes from random_values.c; nothing here is random.
 *
 * With a FILE, that of test_effects, it also looks whether each parameter is in there once. */
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "action_def.h"
#include "fault_def.h"
#include "param_type.h"
#include "quantity.h"
#include "random_scenario.h"
#include "random_values.h"
#include "registry.h"
#include "step.h"
#include "words.h"

static struct {
  const struct language *language;
  const char *of;   /* the kind that "c1" has */
  const char *only; /* keys that are tried; NULL: all */
  GHashTable *seen; /* tables within others that have been tried: many kinds share a few */
  GHashTable *rows; /* of test_effects: "TABLE.KEY" -> whether it has been met; NULL: none */
  uint32_t parameters, values, wrong;
} sweep;

/* A place in a text: what stands before and after the keys of a table. */
struct stand {
  const char *where, *before, *after;
  bool alone; /* the value is all that stands there: sleep(VALUE) */
};

/* --- what is said ---------------------------------------------------------------------------- */

static const char *const remedies[] = {
    "expected ",  "write ",      "must ",       "did you mean", "it is one of", "known are",
    "leave ",     "give ",       "there is no", "such as ",     "it takes ",    "it asks for ",
    "is unknown", "has no unit", "name ",       "say ",         "use ",         "a name has",
};

static bool has_remedy(const char *message) {
  for (size_t i = 0; i < G_N_ELEMENTS(remedies); i++) {
    if (strstr(message, remedies[i])) return true;
  }
  return false;
}

/* Between place and sentence: "key 'wait' of ..." or "item 1 of wait of ...". */
static bool names_key(const char *message, const char *key) {
  char *quoted = g_strdup_printf("'%s'", key), *bare = g_strdup_printf(" %s of ", key),
       *within = g_strdup_printf(" %s in ", key);
  bool named = strstr(message, quoted) || strstr(message, bare) || strstr(message, within);
  g_free(quoted);
  g_free(bare);
  g_free(within);
  return named;
}

/* What is wrong with what is said of a mistake in this line; NULL: nothing. */
static const char *fault_of(const struct scenario *scenario, const char *message, int line,
                            const char *key) {
  if (scenario) return "is accepted";
  char *place = g_strdup_printf(".lua:%d: ", line);
  bool placed = strstr(message, place);
  g_free(place);
  if (!placed) return strstr(message, ".lua:") ? "stands elsewhere" : "has no place";
  if (*key && !names_key(message, key)) return "does not name the key";
  if (!has_remedy(message)) return "says no remedy";
  if (strchr(message, '\n')) return "has several lines";
  return strlen(message) > 450 ? "is too long" : NULL;
}

/* What stands beside; "c1" is of the kind that a mistake is to be about. */
#define REST                                                      \
  "client \"u\" { arrivals = poisson \"1/s\", target = \"s\" }\n" \
  "service \"s\" { %s }\n"                                        \
  "%s \"c1\" { %s }\n"

static const char *keys_of(const char *kind) {
  if (!strcmp(kind, "client")) return "arrivals = poisson \"1/s\", target = \"s\"";
  if (!strcmp(kind, "cache")) return "capacity = 9, origin = \"s\"";
  if (!strcmp(kind, "database")) return "copies = { n = 3, elect = {} }";
  return "";
}

static void judge(const struct stand *stand, const char *key, const char *value,
                  const char *before) {
  GString *text = g_string_new(before);
  int line = 1;
  for (const char *c = before; *c; c++) line += *c == '\n';
  g_string_append_printf(text, "%s%s%s%s\n%s" REST, key, *key ? " = " : "", value,
                         stand->alone ? "" : ",", stand->after,
                         strcmp(sweep.of, "service") ? "" : "on = { call \"c1\" }", sweep.of,
                         keys_of(sweep.of));
  struct error err = {0};
  struct scenario *scenario = language_load(sweep.language, text->str, &err);
  const char *fault = fault_of(scenario, err.text, line, key);
  sweep.values++;
  if (fault) {
    printf("%s: %s = %s: %s: %s\n", stand->where, key, value, fault, err.text);
    sweep.wrong++;
    if (getenv("TEXT")) printf("%s\n", text->str);
  }
  scenario_free(scenario);
  g_string_free(text, TRUE);
}

/* --- what must not be ------------------------------------------------------------------------ */

/* Types that take a value of this form. */
#define TYPE(t) (UINT64_C(1) << (PARAM_##t))
#define TIMES (TYPE(DURATION) | TYPE(TIME_DIST) | TYPE(TTL) | TYPE(AFTER) | TYPE(BACKOFF))
#define SIZES (TYPE(BYTES) | TYPE(SIZE_DIST))
#define NUMBERS                                                                               \
  (TYPE(COUNT) | TYPE(NUMBER) | TYPE(RATIO) | TYPE(ROOM) | TYPE(BATCH) | TYPE(CROWD) |        \
   TYPE(PLACES) | TYPE(HOW_MANY) | TYPE(USERS) | TYPE(WINDOW) | TYPE(BUDGET) | TYPE(SHARES) | \
   TYPE(LIMIT))
#define NAMES (TYPE(TEXT) | TYPE(OP) | TYPE(OP_KNOWN) | TYPE(OPS) | TYPE(PRIORITY) | TYPE(ZONES))
static const struct {
  const char *value;
  uint64_t fits;
} values[] = {
    {"{}", TYPE(STEPS) | TYPE(FALLBACKS) | TYPE(HANDLERS) | TYPE(GROUP)},
    {"{ 1, 2 }", 0},
    {"{ wat = 0.5 }", 0},
    {"true", TYPE(BOOL)},
    {"-1", 0},
    {"1e300", 0},
    {"0/0", 0},
    {"\"wat\"", NAMES},
    {"\"\"", 0},
    {"\"-1ms\"", NAMES},
    {"\"1e300d\"", NAMES},
    {"\"1e300GB\"", NAMES},
    {"\"1e300/s\"", TYPE(TEXT)},
    {"\"\\0\"", 0},
    {"function() end", 0},
    {"zipf { n = 5 }", TYPE(KEYS) | TYPE(USERS)},
    {"exponential \"-1ms\"", 0},
};

static const char *unit_of(int range) {
  switch (range) {
    case QUANTITY_TIME:
      return "ns";
    case QUANTITY_RATE:
      return "/s";
    case QUANTITY_SIZE:
      return "B";
    case QUANTITY_BANDWIDTH:
      return "bit/s";
    case QUANTITY_DISTANCE:
      return "m";
    default:
      return NULL;
  }
}

static void judge_number(const struct stand *stand, const struct param *p, const char *key,
                         double value, const char *before) {
  const char *unit = unit_of(param_types[p->type].range);
  char *text = unit ? g_strdup_printf("\"%.17g%s\"", value, unit) : g_strdup_printf("%.17g", value);
  judge(stand, key, text, before);
  g_free(text);
}

static void judge_range(const struct stand *stand, const struct param *p, const char *key,
                        const char *before) {
  if (param_types[p->type].range == RANGE_NONE || p->type == PARAM_LIST ||
      p->type == PARAM_WEIGHTS || p->type == PARAM_TIER_RATE)
    return;
  if (p->max > 0 && p->max < 1e15) judge_number(stand, p, key, p->max * 1.5 + 1, before);
  if (p->min > 0) judge_number(stand, p, key, p->min / 4, before); /* half a ns is 1 */
  if (p->min > 0) judge_number(stand, p, key, 0, before);
  judge_number(stand, p, key, p->min - 1, before);
}

static bool fits(const struct param *p, size_t i) {
  if (values[i].fits >> p->type & 1) return true;
  bool alone = p->type == PARAM_GROUP && p->group->required; /* hedge = "50ms" */
  return alone && values[i].fits >> p->group->type & 1;
}

static void judge_name(const struct stand *stand, const char *key, const char *before) {
  char *slip = g_strdup_printf("%sx", key);
  judge(stand, slip, "1", before);
  g_free(slip);
}

/* --- where it must not be -------------------------------------------------------------------- */

static void put_required(GString *out, const struct param *params, const struct param *but) {
  struct maker m = {sweep.language, .state = 1, .components = 1};
  for (; params && params->name; params++) {
    if (params == but || !params->required) continue;
    g_string_append_printf(out, "%s = ", params->name);
    put_value(&m, out, params);
    g_string_append(out, ",\n");
  }
}

static void try_table(const struct stand *stand, const struct param *params);

/* A table within: `key` = { .. } or a list of one. */
static void try_inner(const struct stand *stand, const struct param *p, const char *key,
                      const char *before) {
  bool list = p->type == PARAM_LIST;
  struct stand inner = {
      .where = g_strdup_printf("%s.%s", stand->where, p->name),
      .before = g_strdup_printf("%s%s%s%s\n", before, key, *key ? " = " : "", list ? "{ {" : "{"),
      .after = g_strdup_printf("%s,\n%s", list ? "} }" : "}", stand->after)};
  try_table(&inner, p->group);
  g_free((char *)inner.where);
  g_free((char *)inner.before);
  g_free((char *)inner.after);
}

/* --- whether they have effects ---------------------------------------------------------------- */

static void find_row(const char *table, const char *key) {
  if (sweep.rows == NULL) return;
  char *name = g_strdup_printf("%s.%s", table, key);
  if (!g_hash_table_contains(sweep.rows, name)) {
    printf("%s: has no row in effects.txt, which shows that it changes something\n", name);
    sweep.wrong++;
  }
  g_hash_table_insert(sweep.rows, name, GINT_TO_POINTER(1));
}

static void read_rows(const char *file) {
  char *text = NULL, *table = NULL;
  if (!g_file_get_contents(file, &text, NULL, NULL)) g_error("no %s", file);
  sweep.rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  char **lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    bool without = g_str_has_prefix(*line, "!! "), heads = g_str_has_prefix(*line, "-- ");
    if (heads || g_str_has_prefix(*line, "== ")) {
      g_free(table);
      table = heads ? g_strdup(*line + 3) : NULL;
    } else if (without || (table && **line)) {
      const char *key = *line + (without ? 3 : 0);
      char *own = g_strndup(key, strcspn(key, ": "));
      g_hash_table_insert(sweep.rows,
                          without ? g_strdup(own) : g_strdup_printf("%s.%s", table, own), NULL);
      g_free(own);
    }
  }
  g_strfreev(lines);
  g_free(table);
  g_free(text);
}

static void tell_rows_of_nothing(void) {
  GHashTableIter at;
  void *name, *met;
  g_hash_table_iter_init(&at, sweep.rows);
  while (g_hash_table_iter_next(&at, &name, &met)) {
    if (met) continue;
    printf("%s: is in effects.txt and no parameter\n", (const char *)name);
    sweep.wrong++;
  }
  g_hash_table_unref(sweep.rows);
}

/* --- one parameter ---------------------------------------------------------------------------- */

static void try_param(const struct stand *stand, const struct param *p, const char *key,
                      const char *before) {
  sweep.parameters++;
  find_row(stand->where, key);
  for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
    if (!fits(p, i)) judge(stand, key, values[i].value, before);
  }
  judge_range(stand, p, key, before);
  if (*key) judge_name(stand, key, before);
  bool table = p->type == PARAM_GROUP || p->type == PARAM_LIST;
  if (table && g_hash_table_add(sweep.seen, (void *)p->group)) try_inner(stand, p, key, before);
}

static void try_table(const struct stand *stand, const struct param *params) {
  for (const struct param *p = params; p && p->name; p++) {
    if (sweep.only && !strstr(sweep.only, p->name)) continue;
    bool of_topic = !strcmp(p->name, "subscribe") || !strcmp(p->name, "outbox");
    if (of_topic) sweep.of = "topic";
    GString *before = g_string_new(stand->before);
    put_required(before, params, p);
    try_param(stand, p, p->name, before->str);
    g_string_free(before, TRUE);
    if (of_topic) sweep.of = "service";
  }
}

/* What a word takes without a key. */
static void try_unnamed(const struct stand *stand, const struct word_def *word) {
  GString *before = g_string_new(stand->before);
  put_required(before, word->params, NULL);
  if (word->subject) try_param(stand, word->subject, "", before->str);
  if (word->items && word->items->type == PARAM_LIST) {
    g_string_append(before, "{\n");
    struct stand item = {stand->where, before->str, NULL, false};
    GString *after = g_string_new("},\n{");
    put_required(after, word->items->group, NULL);
    g_string_append_printf(after, "},\n%s", stand->after);
    item.after = after->str;
    try_table(&item, word->items->group);
    g_string_free(after, TRUE);
  }
  g_string_free(before, TRUE);
}

static void try_word(const char *before, const struct word_def *word, const char *after) {
  struct maker m = {sweep.language, .state = 1, .components = 1};
  bool alone = !word->params && !word->items; /* sleep("1ms") */
  GString *head = g_string_new(before);
  g_string_append_printf(head, "%s%s", word->name, alone ? "(" : " {\n");
  char *end = g_strdup_printf("%s%s", alone ? ")" : "}", after);
  struct stand stand = {word->name, head->str, end, alone};
  try_unnamed(&stand, word);
  if (word->subject && !alone) {
    put_value(&m, head, word->subject);
    g_string_append(head, ",\n");
  }
  if (word->items && word->items->type == PARAM_STEPS) g_string_append(head, "call \"c1\",\n");
  for (int i = 0; i < 2 && word->items && word->items->type == PARAM_LIST; i++) {
    g_string_append_printf(head, "{ at = \"%ds\",\n", i);
    put_required(head, word->items->group, word->items->group);
    g_string_append(head, "},\n");
  }
  stand.before = head->str;
  try_table(&stand, word->params);
  g_string_free(head, TRUE);
  g_free(end);
}

#define OF_CLIENT(key) "client \"x\" { target = \"c1\", " key " = "
#define POISSON "arrivals = poisson \"1/s\", "

/* Where words of values may stand. */
static const struct {
  enum word_id id;
  const char *before, *after;
} words[] = {
    {WORD_ZIPF, OF_CLIENT(POISSON "keys"), "}\n"},
    {WORD_UNIFORM_KEYS, OF_CLIENT(POISSON "keys"), "}\n"},
    {WORD_BURST, OF_CLIENT("arrivals"), "}\n"},
    {WORD_BURSTS, OF_CLIENT("arrivals"), "}\n"},
    {WORD_CLOSED, OF_CLIENT("arrivals"), "}\n"},
    {WORD_MMPP, OF_CLIENT("arrivals"), "}\n"},
    {WORD_POISSON, OF_CLIENT("arrivals"), "}\n"},
    {WORD_PROFILE, "client \"x\" { target = \"c1\", arrivals = poisson(", ") }\n"},
    {WORD_REQUEST, OF_CLIENT(POISSON "journey") "{ ", "}}\n"},
    {WORD_PAUSE, OF_CLIENT(POISSON "journey") "{ ", "}}\n"},
    {WORD_PHI, "control \"x\" { detector = ", "}\n"},
    {WORD_MISSED, "control \"x\" { detector = ", "}\n"},
    {WORD_TIMEOUT, "control \"x\" { detector = ", "}\n"},
    {WORD_ON_DEMAND, "service \"x\" { instances = ", "}\n"},
    {WORD_AIMD, OF_CLIENT(POISSON "pool = { size"), "}}\n"},
    {WORD_GRADIENT, OF_CLIENT(POISSON "pool = { size"), "}}\n"},
    {WORD_BACK, "cache \"x\" { capacity = 5, origin = \"c1\", write = ", "}\n"},
    {WORD_CONSISTENT_HASH, "database \"x\" { instances = 2, shards = ", "}\n"},
    {WORD_USL, "service \"x\" { slows = ", "}\n"},
};

static const struct {
  enum word_id id;
  const char *before, *only; /* these keys; NULL: all */
} blocks[] = {
    {WORD_RUN, "run {\n", NULL},
    {WORD_FAULT, "fault { crash \"c1\",\n", "at lasts mttf mttr crews"},
    {WORD_FAULT, "fault { crash \"c1\", at = \"1s\",\n", "name team rank"},
    {WORD_GOAL, "goal { \"u.availability >= 9%\",\n", "during"},
    {WORD_GOAL, "goal { recovers = \"u.goodput\", within = \"1s\",\n", "after"},
    {WORD_GOAL, "goal { recovers = \"u.goodput\", after = \"crash c1\",\n", "within"},
    {WORD_GOAL, "goal { within = \"1s\", after = \"crash c1\",\n", "recovers"},
    {WORD_REGION, "region \"r\" {\n", NULL},
    {WORD_PATH, "path {\n", NULL},
    {WORD_ALLOW, "allow {\n", NULL},
};

/* What a step, a fault or an action is about where that is no service. */
static const char *kind_about(const char *word) {
  static const char *const about[][2] = {
      {"publish", "topic"},    {"lock", "lock_service"}, {"surge", "client"},  {"flush", "cache"},
      {"promote", "database"}, {"lose", "database"},     {"skew", "database"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(about); i++) {
    if (!strcmp(about[i][0], word)) return about[i][1];
  }
  return "service";
}

static void try_words(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    try_word(words[i].before, &word_defs[words[i].id], words[i].after);
  }
  const struct word_def *word;
  for (uint32_t i = 0; (word = word_at(i)) != NULL; i++) {
    sweep.of = kind_about(word->name);
    if (word->role == ROLE_FAULT) try_word("fault {\n", word, ", at = \"1s\", lasts = \"1s\" }\n");
    if (word->role == ROLE_STEP) try_word("service \"x\" { on = {\n", word, "}}\n");
  }
  for (uint32_t i = 0; actions[i]; i++) {
    sweep.of = kind_about(actions[i]->word.name);
    try_word("control \"x\" { act = ", &actions[i]->word, "}\n");
  }
  sweep.of = "service";
}

static void try_all(void) {
  for (uint32_t i = 0; i < sweep.language->kinds->n; i++) {
    const struct kind *kind = sweep.language->kinds->kind[i];
    char *head = g_strdup_printf("%s \"x\" {\n", kind->name);
    try_table(&(struct stand){kind->name, head, "}\n", false}, kind->params);
    g_free(head);
  }
  try_table(&(struct stand){"component", "service \"x\" {\n", "}\n", false}, common_params);
  for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
    const struct word_def *def = &word_defs[blocks[i].id];
    sweep.only = blocks[i].only;
    try_table(&(struct stand){def->name, blocks[i].before, "}\n", false}, def->params);
    sweep.only = NULL;
  }
  try_words();
}

#define FEWEST 500 /* parameters: else the tables are not where they were */

int main(int argc, char **argv) {
  char *scratch = g_strdup_printf("%s/archsim-parameters-%d.lua", g_get_tmp_dir(), (int)getpid());
  struct language *language = language_new(scratch);
  sweep.language = language;
  sweep.of = "service";
  sweep.seen = g_hash_table_new(NULL, NULL);
  if (argc > 1) read_rows(argv[1]);
  try_all();
  if (sweep.rows) tell_rows_of_nothing();
  g_hash_table_unref(sweep.seen);
  printf("%u parameters, %u values, %u wrong\n", sweep.parameters, sweep.values, sweep.wrong);
  language_free(language);
  unlink(scratch);
  g_free(scratch);
  return sweep.wrong > 0 || sweep.parameters < FEWEST;
}
