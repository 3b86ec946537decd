#include "option_table.h"

#include <assert.h>
#include <glib.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "nearest.h"
#include "option_value.h"
#include "quantity.h"

/* What GOption fills in: texts and flags. */
struct raw {
  gchar **set, **rest, **off, **goal;
  gchar *base, *junit, *over, *alpha, *margin, *report, *trace, *trace_format, *trace_key;
  gboolean all, n_1, zones;
  gchar *seed, *replications, *jobs, *json, *csv, *color, *progress, *undecided, *precision,
      *max_replications, *memory;
  gchar *out, *shard, *submit, *tasks;
  gboolean members, quiet, annotations, markdown, rules, strict, help, resume, print, dot, png;
};

struct row {
  const char *name;
  char letter;
  const char *value; /* NULL: a flag */
  GOptionArg type;
  size_t offset;
  const char *doc;
};

#define IN(field) offsetof(struct raw, field)
static const struct row rows[] = {
    {"set", 's', "NAME=VALUE", G_OPTION_ARG_STRING_ARRAY, IN(set),
     "set a parameter of the scenario (repeatable)"},
    {"seed", 0, "N", G_OPTION_ARG_STRING, IN(seed), "seed of all random numbers (default 1)"},
    {"replications", 'r', "N", G_OPTION_ARG_STRING, IN(replications),
     "number of independent runs (default: the file's)"},
    {"precision", 0, "RATIO", G_OPTION_ARG_STRING, IN(precision),
     "add replications until intervals are +-RATIO, as 2%"},
    {"max-replications", 0, "N", G_OPTION_ARG_STRING, IN(max_replications),
     "with a precision: but no more than N (default 1000)"},
    {"jobs", 'j', "N", G_OPTION_ARG_STRING, IN(jobs), "threads (default: one a processor)"},
    {"json", 0, "FILE", G_OPTION_ARG_FILENAME, IN(json),
     "write the results as JSON; - is standard output"},
    {"csv", 0, "FILE", G_OPTION_ARG_FILENAME, IN(csv),
     "write the metrics as CSV; - is standard output"},
    {"out", 'o', "PATH", G_OPTION_ARG_FILENAME, IN(out), "where to write the results"},
    {"shard", 0, "I/N", G_OPTION_ARG_STRING, IN(shard),
     "the I-th of N parts of the points; or auto, auto/N"},
    {"resume", 0, NULL, G_OPTION_ARG_NONE, IN(resume), "go on with a sweep; never begin one"},
    {"submit", 0, "WHERE", G_OPTION_ARG_STRING, IN(submit), "slurm: run the points as a job array"},
    {"tasks", 0, "N", G_OPTION_ARG_STRING, IN(tasks),
     "with --submit: tasks of the array (default 100)"},
    {"print", 0, NULL, G_OPTION_ARG_NONE, IN(print),
     "with --submit: print the script, submit nothing"},
    {"dot", 0, NULL, G_OPTION_ARG_NONE, IN(dot), "write text for graphviz instead of a picture"},
    {"png", 0, NULL, G_OPTION_ARG_NONE, IN(png), "also write each plot as PNG"},
    {"members", 0, NULL, G_OPTION_ARG_NONE, IN(members), "list every member of a group"},
    {"all", 0, NULL, G_OPTION_ARG_NONE, IN(all), "list every metric"},
    {"off", 0, "NAME", G_OPTION_ARG_STRING_ARRAY, IN(off),
     "leave out a mechanism, to see what it buys"},
    {"base", 0, "FILE", G_OPTION_ARG_FILENAME, IN(base),
     "results of an earlier run --json to compare with"},
    {"alpha", 0, "RATIO", G_OPTION_ARG_STRING, IN(alpha),
     "false alarms of --base, in all (default 5%)"},
    {"margin", 0, "RATIO", G_OPTION_ARG_STRING, IN(margin),
     "smallest worsening that matters (default 0%)"},
    {"goal", 0, "TEXT", G_OPTION_ARG_STRING_ARRAY, IN(goal),
     "a goal instead of the file's (repeatable)"},
    {"over", 0, "NAME=LO..HI", G_OPTION_ARG_STRING, IN(over),
     "the parameter to vary, and its range"},
    {"n-1", 0, NULL, G_OPTION_ARG_NONE, IN(n_1), "also with a member of each group down"},
    {"zones", 0, NULL, G_OPTION_ARG_NONE, IN(zones), "also with each zone down"},
    {"junit", 0, "FILE", G_OPTION_ARG_FILENAME, IN(junit),
     "write verdicts as JUnit XML; - is standard output"},
    {"report", 0, "FILE", G_OPTION_ARG_FILENAME, IN(report),
     "write one HTML file on them; - is standard output"},
    {"trace", 0, "FILE", G_OPTION_ARG_FILENAME, IN(trace),
     "write traces of some requests; - is standard output"},
    {"trace-format", 0, "FORMAT", G_OPTION_ARG_STRING, IN(trace_format),
     "chrome (Perfetto; default) or otlp (OpenTelemetry)"},
    {"trace-key", 0, "N", G_OPTION_ARG_STRING, IN(trace_key),
     "with --trace: also all that happens to data key N"},
    {"annotations", 0, NULL, G_OPTION_ARG_NONE, IN(annotations),
     "print the definitions for a Lua editor"},
    {"markdown", 0, NULL, G_OPTION_ARG_NONE, IN(markdown),
     "print the manual's page on KIND as Markdown"},
    {"strict", 0, NULL, G_OPTION_ARG_NONE, IN(strict), "exit code 1 if there are findings"},
    {"rules", 0, NULL, G_OPTION_ARG_NONE, IN(rules), "list the rules of findings"},
    {"progress", 0, "WHEN", G_OPTION_ARG_STRING, IN(progress),
     "auto (a bar on a terminal, else lines) or never"},
    {"color", 0, "WHEN", G_OPTION_ARG_STRING, IN(color),
     "auto, always or never; NO_COLOR is obeyed"},
    {"undecided", 0, "pass|fail", G_OPTION_ARG_STRING, IN(undecided),
     "what an undecided goal counts as (else exit code 3)"},
    {"quiet", 'q', NULL, G_OPTION_ARG_NONE, IN(quiet),
     "no report, no progress; run prints seed and verdicts"},
    {"memory", 0, "SIZE", G_OPTION_ARG_STRING, IN(memory),
     "most memory (default: a quarter of all)"},
    {"help", 'h', NULL, G_OPTION_ARG_NONE, IN(help), "show this help"},
};
#define ROWS G_N_ELEMENTS(rows)

/* --- taking the arguments apart ------------------------------------------------------------- */

bool options_accept(const char *accepted, const char *name) {
  if (accepted == NULL) return strcmp(name, "axes") != 0;
  size_t length = strlen(name);
  for (const char *at = accepted; (at = strstr(at, name)) != NULL; at += length) {
    bool begins = at == accepted || at[-1] == ' ';
    if (begins && (at[length] == ' ' || at[length] == '\0')) return true;
  }
  return false;
}

static bool is_accepted(const char *accepted, const struct row *row) {
  bool everywhere = strcmp(row->name, "help") == 0 || strcmp(row->name, "memory") == 0;
  return everywhere || options_accept(accepted, row->name);
}

static const struct row *find_long(const char *accepted, const char *name, size_t length) {
  for (size_t i = 0; i < ROWS; i++) {
    if (!is_accepted(accepted, &rows[i])) continue;
    if (strlen(rows[i].name) == length && strncmp(rows[i].name, name, length) == 0) return &rows[i];
  }
  return NULL;
}

static const struct row *find_letter(const char *accepted, char letter) {
  for (size_t i = 0; i < ROWS; i++) {
    if (is_accepted(accepted, &rows[i]) && rows[i].letter == letter) return &rows[i];
  }
  return NULL;
}

static bool unknown(const char *accepted, const char *option, const char *word, size_t length,
                    struct error *err) {
  const char *known[ROWS];
  uint32_t n = 0;
  for (size_t i = 0; i < ROWS; i++) {
    if (is_accepted(accepted, &rows[i])) known[n++] = rows[i].name;
  }
  gchar *name = g_strndup(word, length);
  const char *nearest = nearest_word(name, known, n);
  g_free(name);
  if (nearest != NULL) {
    return error_set(err, "unknown option %s; did you mean --%s?", option, nearest);
  }
  return error_set(err, "unknown option %s; --help lists the options", option);
}

/* Appends "--name=value" or "--name" for one option; `next` is the argument after it, of which
 * `*used` tells whether it was taken. */
static bool add_option(GPtrArray *out, const struct row *row, const char *value, const char *next,
                       bool *used, struct error *err) {
  if (row->value == NULL) {
    if (value != NULL) return error_set(err, "--%s takes no value", row->name);
    g_ptr_array_add(out, g_strdup_printf("--%s", row->name));
    return true;
  }
  if (value == NULL) {
    if (next == NULL) return error_set(err, "--%s needs a value: %s", row->name, row->value);
    value = next;
    *used = true;
  }
  g_ptr_array_add(out, g_strdup_printf("--%s=%s", row->name, value));
  return true;
}

static bool add_long(GPtrArray *out, const char *accepted, const char *argument, const char *next,
                     bool *used, struct error *err) {
  const char *name = argument + 2, *value = strchr(name, '=');
  size_t length = value != NULL ? (size_t)(value - name) : strlen(name);
  const struct row *row = find_long(accepted, name, length);
  if (row == NULL) return unknown(accepted, argument, name, length, err);
  return add_option(out, row, value != NULL ? value + 1 : NULL, next, used, err);
}

/* "-j4", "-j 4", "-qj4". */
static bool add_letters(GPtrArray *out, const char *accepted, const char *argument,
                        const char *next, bool *used, struct error *err) {
  for (const char *letter = argument + 1; *letter != '\0'; letter++) {
    const struct row *row = find_letter(accepted, *letter);
    if (row == NULL) return unknown(accepted, argument, argument + 1, strlen(argument + 1), err);
    if (row->value != NULL) {
      const char *rest = letter[1] != '\0' ? letter + 1 : NULL;
      if (rest != NULL && *rest == '=') rest++;
      return add_option(out, row, rest, next, used, err);
    }
    if (!add_option(out, row, NULL, next, used, err)) return false;
  }
  return true;
}

/* The same arguments in the one form that GOption takes without surprises: every option as
 * --name=value, in front; then "--" and the rest. */
static bool normalise(const char *accepted, int argc, const char *const *argv, GPtrArray *out,
                      struct error *err) {
  GPtrArray *rest = g_ptr_array_new();
  bool ok = true, only_rest = false;
  g_ptr_array_add(out, g_strdup("archsim"));
  for (int i = 0; ok && i < argc; i++) {
    const char *next = i + 1 < argc ? argv[i + 1] : NULL;
    bool used = false;
    if (only_rest || argv[i][0] != '-' || argv[i][1] == '\0') {
      g_ptr_array_add(rest, (gpointer)argv[i]);
    } else if (strcmp(argv[i], "--") == 0) {
      only_rest = true;
    } else if (argv[i][1] == '-') {
      ok = add_long(out, accepted, argv[i], next, &used, err);
    } else {
      ok = add_letters(out, accepted, argv[i], next, &used, err);
    }
    if (used) i++;
  }
  g_ptr_array_add(out, g_strdup("--"));
  for (guint i = 0; i < rest->len; i++) g_ptr_array_add(out, g_strdup(rest->pdata[i]));
  g_ptr_array_add(out, NULL);
  g_ptr_array_free(rest, TRUE);
  return ok;
}

static bool parse_raw(const char *accepted, gchar **argv, struct raw *raw, struct error *err) {
  GOptionEntry entries[ROWS + 2] = {0};
  size_t n = 0;
  for (size_t i = 0; i < ROWS; i++) {
    if (!is_accepted(accepted, &rows[i])) continue;
    entries[n++] =
        (GOptionEntry){rows[i].name, rows[i].letter, 0, rows[i].type, (char *)raw + rows[i].offset,
                       rows[i].doc,  rows[i].value};
  }
  entries[n] =
      (GOptionEntry){G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->rest, NULL, NULL};
  GOptionContext *context = g_option_context_new(NULL);
  g_option_context_set_help_enabled(context, FALSE);
  g_option_context_add_main_entries(context, entries, NULL);
  GError *error = NULL;
  gchar **taken = g_strdupv(argv);
  bool ok = g_option_context_parse_strv(context, &taken, &error);
  if (!ok) error_set(err, "%s", error->message);
  g_clear_error(&error);
  g_strfreev(taken);
  g_option_context_free(context);
  return ok;
}

/* --- checking what they say ----------------------------------------------------------------- */

static bool parse_settings(gchar **set, struct options *options, struct error *err) {
  uint32_t n = set != NULL ? g_strv_length(set) : 0;
  options->setting = mem_zeroed(n + 1, sizeof *options->setting);
  for (uint32_t i = 0; i < n; i++) {
    const char *equals = strchr(set[i], '=');
    if (equals == NULL || equals == set[i]) {
      return error_set(err, "--set wants name=value, as in -s rate=1200/s, not '%s'", set[i]);
    }
    options->setting[options->settings++] = (struct setting){
        g_strndup(set[i], (gsize)(equals - set[i])),
        g_strdup(equals + 1),
    };
  }
  return true;
}

static bool parse_precision(const struct raw *raw, struct options *options, struct error *err) {
  uint64_t whole = 0;
  if (raw->precision != NULL) {
    struct error why = {0};
    double *value = &options->precision;
    if (!quantity_parse(QUANTITY_RATIO, raw->precision, value, &why) || *value < 0.0001 ||
        *value > 1) {
      return error_set(err, "--precision wants a ratio from 0.01%% to 100%%, as 2%%, not '%s'",
                       raw->precision);
    }
  }
  if (raw->max_replications == NULL) return true;
  if (!option_whole("max-replications", raw->max_replications, 10, 1000000, &whole, err)) {
    return false;
  }
  options->max_replications = (uint32_t)whole;
  return true;
}

static bool interpret_studies(struct raw *raw, struct options *options, struct error *err) {
  options->off = (const char **)g_steal_pointer(&raw->off);
  options->goal = (const char **)g_steal_pointer(&raw->goal);
  options->offs = options->off != NULL ? g_strv_length((gchar **)options->off) : 0;
  options->goals = options->goal != NULL ? g_strv_length((gchar **)options->goal) : 0;
  options->base = g_steal_pointer(&raw->base);
  options->junit = g_steal_pointer(&raw->junit);
  options->over = g_steal_pointer(&raw->over);
  options->report = g_steal_pointer(&raw->report);
  options->trace = g_steal_pointer(&raw->trace);
  options->all = raw->all;
  options->n_1 = raw->n_1;
  options->zones = raw->zones;
  return option_ratio("alpha", raw->alpha, false, &options->alpha, err) &&
         option_ratio("margin", raw->margin, true, &options->margin, err);
}

static bool interpret(struct raw *raw, struct options *options, struct error *err) {
  static const char *const colors[] = {"auto", "always", "never", NULL};
  static const char *const progresses[] = {"auto", "never", NULL};
  static const char *const undecideds[] = {"pass", "fail", NULL};
  static const char *const formats[] = {"chrome", "otlp", NULL};
  uint64_t whole = 0;
  uint32_t word = 0;
  if (!parse_settings(raw->set, options, err)) return false;
  if (!interpret_studies(raw, options, err)) return false;
  if (raw->seed != NULL) {
    options->has_seed = true; /* JSON's integers end at 2^63 - 1 */
    if (!option_whole("seed", raw->seed, 0, INT64_MAX, &options->seed, err)) return false;
  }
  if (raw->replications != NULL) {
    if (!option_whole("replications", raw->replications, 1, 1000000, &whole, err)) return false;
    options->replications = (uint32_t)whole;
  }
  if (!parse_precision(raw, options, err)) return false;
  if (raw->jobs != NULL) {
    if (!option_whole("jobs", raw->jobs, 1, 4096, &whole, err)) return false;
    options->jobs = (uint32_t)whole;
  }
  if (raw->color != NULL) {
    if (!option_word("color", raw->color, colors, &word, err)) return false;
    options->color = (enum color_mode)word;
  }
  if (raw->memory != NULL && !option_memory(raw->memory, &options->memory, err)) return false;
  options->progress = true;
  if (raw->progress != NULL) {
    if (!option_word("progress", raw->progress, progresses, &word, err)) return false;
    options->progress = word == 0;
  }
  if (raw->undecided != NULL) {
    if (!option_word("undecided", raw->undecided, undecideds, &word, err)) return false;
    options->undecided = word == 0 ? UNDECIDED_PASSES : UNDECIDED_FAILS;
  }
  if (raw->trace_format != NULL) {
    if (!option_word("trace-format", raw->trace_format, formats, &word, err)) return false;
    options->trace_format = (enum trace_format)word;
    if (options->trace == NULL) return error_set(err, "--trace-format belongs to --trace FILE");
  }
  if (raw->trace_key != NULL) {
    if (!option_whole("trace-key", raw->trace_key, 1, UINT32_MAX, &whole, err)) return false;
    options->trace_key = (uint32_t)whole;
    if (options->trace == NULL) return error_set(err, "--trace-key belongs to --trace FILE");
    if (options->trace_format != TRACE_CHROME) {
      return error_set(err, "--trace-key is for the format chrome; leave --trace-format out");
    }
  }
  options->json = g_steal_pointer(&raw->json);
  options->csv = g_steal_pointer(&raw->csv);
  if (raw->tasks != NULL) {
    if (!option_whole("tasks", raw->tasks, 1, SLURM_TASKS_MAX, &whole, err)) return false;
    options->tasks = (uint32_t)whole;
  }
  options->out = g_steal_pointer(&raw->out);
  options->shard = g_steal_pointer(&raw->shard);
  options->submit = g_steal_pointer(&raw->submit);
  options->resume = raw->resume;
  options->print = raw->print;
  options->dot = raw->dot;
  options->png = raw->png;
  options->members = raw->members;
  options->quiet = raw->quiet;
  options->annotations = raw->annotations;
  options->markdown = raw->markdown;
  options->rules = raw->rules;
  options->strict = raw->strict;
  options->help = raw->help;
  options->argument = (const char **)g_steal_pointer(&raw->rest);
  options->arguments = options->argument != NULL ? g_strv_length((gchar **)options->argument) : 0;
  return true;
}

bool options_parse(const char *accepted, int argc, const char *const *argv, struct options *options,
                   struct error *err) {
  *options = (struct options){0};
  struct raw raw = {0};
  GPtrArray *normal = g_ptr_array_new_with_free_func(g_free);
  bool ok = normalise(accepted, argc, argv, normal, err) &&
            parse_raw(accepted, (gchar **)normal->pdata, &raw, err) &&
            interpret(&raw, options, err);
  g_ptr_array_free(normal, TRUE);
  g_strfreev(raw.set);
  g_strfreev(raw.rest);
  g_strfreev(raw.off);
  g_strfreev(raw.goal);
  gchar *texts[] = {
      raw.seed,   raw.replications, raw.jobs,         raw.json,      raw.csv,
      raw.color,  raw.progress,     raw.undecided,    raw.precision, raw.max_replications,
      raw.base,   raw.junit,        raw.over,         raw.alpha,     raw.margin,
      raw.report, raw.trace,        raw.trace_format, raw.out,       raw.shard,
      raw.submit, raw.trace_key,    raw.tasks,        raw.memory};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) g_free(texts[i]);
  return ok;
}

void options_free(struct options *options) {
  for (uint32_t i = 0; i < options->settings; i++) {
    g_free((gchar *)options->setting[i].name);
    g_free((gchar *)options->setting[i].value);
  }
  free(options->setting);
  g_strfreev((gchar **)options->argument);
  g_strfreev((gchar **)options->off);
  g_strfreev((gchar **)options->goal);
  g_free((gchar *)options->base);
  g_free((gchar *)options->junit);
  g_free((gchar *)options->over);
  g_free((gchar *)options->report);
  g_free((gchar *)options->trace);
  g_free((gchar *)options->json);
  g_free((gchar *)options->csv);
  g_free((gchar *)options->out);
  g_free((gchar *)options->shard);
  g_free((gchar *)options->submit);
  *options = (struct options){0};
}

static const char *doc_of(const struct row *row, const char *accepted) {
  if (strcmp(row->name, "set") != 0 || !options_accept(accepted, "axes")) return row->doc;
  return "set a parameter: A,B,C or 1..8 or 10..90:20/s";
}

/* The values of options that are a choice, as interpret() takes them. */
static const char *words_of(const struct row *row) {
  static const struct {
    const char *name, *words;
  } choices[] = {
      {"progress", "auto never"}, {"color", "auto always never"}, {"trace-format", "chrome otlp"}};
  for (size_t i = 0; i < G_N_ELEMENTS(choices); i++) {
    if (strcmp(choices[i].name, row->name) == 0) return choices[i].words;
  }
  return NULL;
}

static_assert(ROWS <= OPTIONS_MAX, "room for all options");

uint32_t options_list(const char *accepted, struct option_info out[OPTIONS_MAX]) {
  uint32_t n = 0;
  for (size_t i = 0; i < ROWS; i++) {
    const struct row *row = &rows[i];
    if (!is_accepted(accepted, row)) continue;
    out[n++] = (struct option_info){row->name, row->value, row->letter, words_of(row),
                                    doc_of(row, accepted)};
  }
  return n;
}

void options_help(const char *accepted, FILE *out) {
  for (size_t i = 0; i < ROWS; i++) {
    const struct row *row = &rows[i];
    if (!is_accepted(accepted, row)) continue;
    char left[40];
    int n = row->letter != 0 ? snprintf(left, sizeof left, "-%c, ", row->letter)
                             : snprintf(left, sizeof left, "    ");
    snprintf(left + n, sizeof left - (size_t)n, row->value != NULL ? "--%s %s" : "--%s", row->name,
             row->value);
    fprintf(out, "  %-25s %s\n", left, doc_of(row, accepted));
  }
}
