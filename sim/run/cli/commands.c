#include <glib.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "axis.h"
#include "command.h"
#include "kind_page.h"
#include "manual.h"
#include "memory.h"
#include "nearest.h"
#include "option_table.h"
#include "output.h"
#include "outputs.h"
#include "prelude.h"
#include "study.h"

const struct command commands[] = {
    {"run",
     "FILE",
     1,
     1,
     "run a scenario and report what its users would see",
     "Runs the scenario several times with independent random numbers and prints what\n"
     "users see, where time and capacity go, and whether the scenario's goals are met.\n"
     "Exit code: 0 all goals met, 1 a goal failed, 2 usage or scenario error, 3 a goal\n"
     "is undecided or a run had to be given up, 4 input or output failed.",
     {"archsim run shop.lua -s rate=1200/s -r 20",
      "archsim run shop.lua --json results.json --csv -"},
     "set seed replications jobs json csv junit report trace trace-format trace-key members "
     "progress color "
     "quiet undecided "
     "precision max-replications",
     cmd_run},
    {"compare",
     "FILE [FILE]...",
     1,
     DESIGNS_MAX,
     "compare designs under the same random numbers",
     "Runs designs with the same arrivals and the same work and says by how much each\n"
     "metric differs. The first design is the baseline, A. Designs are files; or one\n"
     "file with several values of a parameter, -s cache=true,false; or, with --off,\n"
     "one file as it is and without a mechanism: shop.retry, redis, 'crash web[2]'.\n"
     "With --base one file is compared with an earlier run --json, and getting worse\n"
     "fails: the metrics of goals, and each client's availability, throughput and\n"
     "latency (p50, p99). With --over all designs are also run at each of these loads,\n"
     "and the load up to which each meets its goals is told.\n"
     "Exit code: 0 all is well, 1 a goal failed in a design after A (--off: in the\n"
     "file as it is) or something became worse (--base), 2 usage or scenario error, 3\n"
     "a goal is undecided or a run had to be given up, 4 input or output failed.",
     {"archsim compare shop.lua shop_with_cache.lua --over rate=100..900:100/s",
      "archsim compare shop.lua --off shop.retry"},
     "set off over undecided base alpha margin junit report seed replications jobs json csv all "
     "members progress color quiet",
     cmd_compare},
    {"capacity",
     "FILE",
     1,
     1,
     "find the highest load that meets the goals",
     "Varies a parameter of the scenario until its goals are just met, with more runs\n"
     "where it is close, and says how sure that is and which component limits it.\n"
     "Supposes that goals that are met at a load are met at every lower one, and warns\n"
     "where it sees otherwise. Without LO..HI it starts at the parameter's value and\n"
     "doubles or halves.\n"
     "Exit code: 0 there is such a load, 1 not even the lowest one meets the goals,\n"
     "2 usage or scenario error, 3 a run had to be given up, 4 input or output failed.",
     {"archsim capacity shop.lua --over rate=100..5000/s --n-1",
      "archsim capacity shop.lua --over rate --goal 'shop.latency.p99 < 250ms'"},
     "set over goal n-1 zones seed replications jobs json junit report progress color quiet",
     cmd_capacity},
    {"sweep",
     "FILE",
     1,
     1,
     "run a scenario at many points of its parameters",
     "Runs the scenario at every combination of several values of its parameters,\n"
     "given by -s or by the scenario's sweep block, and writes one file a point into a\n"
     "folder (default SCENARIO.sweep). Points that are there already are not run\n"
     "again, so a killed sweep goes on where it was. Values: A,B,C or FROM..TO:STEP\n"
     "or FROM..TO:xFACTOR or FROM..TO:lin:COUNT or FROM..TO:log:COUNT.\n"
     "Exit code: 0 all goals met at all points, 1 a goal failed or is undecided at a\n"
     "point, 2 usage or scenario error, 3 a point had to be given up, 4 input or\n"
     "output failed.",
     {"archsim sweep shop.lua -s rate=100..1000:100/s -s servers=1..4",
      "archsim sweep shop.lua -s rate=1k/s,2k/s --shard 2/7 --out part2"},
     "set axes seed replications jobs json csv junit report out shard resume submit tasks print "
     "progress color quiet undecided",
     cmd_sweep},
    {"report",
     "RESULTS",
     1,
     1,
     "write one HTML file on results",
     "Makes a report of what --json of run, compare or capacity, or a sweep, wrote: the\n"
     "answer first, then plots, tables, every parameter, and the command that reproduces it.\n"
     "RESULTS is a file or the folder of a sweep. The report is one file that needs no\n"
     "network and no script (default report.html), for screens and for paper.\n"
     "Exit code: 0 written, 2 these are no results, 4 output failed, or gnuplot or\n"
     "graphviz is not installed.",
     {"archsim report results.json -o shop.html", "archsim report shop.sweep -o shop.html"},
     "out",
     cmd_report},
    {"graph",
     "FILE|RESULTS",
     1,
     1,
     "draw who calls whom",
     "Draws the components of a scenario (.lua) and who calls whom, with zones,\n"
     "regions and the latencies of paths. Of results of run --json, lines are as wide\n"
     "as calls are many, and red as far as they failed. Writes SVG, PNG or DOT by the\n"
     "name of the output file; without -o, SVG to standard output.\n"
     "Exit code: 0 drawn, 2 usage or scenario error, 4 output failed or graphviz is\n"
     "not installed.",
     {"archsim graph shop.lua -o shop.svg", "archsim graph results.json -o shop.png"},
     "set out dot",
     cmd_graph},
    {"merge",
     "DIR...",
     1,
     UINT_MAX,
     "put the parts of a sweep together",
     "Checks that the folders hold every point of one sweep and nothing contradictory,\n"
     "and writes all results into an SQLite database (default SCENARIO.sqlite) and,\n"
     "beside it, a CSV. The same points give the same bytes, in however many parts\n"
     "they were made.\n"
     "Exit code: 0 complete, 2 not parts of one sweep or contradictory, 3 points are\n"
     "missing, 4 input or output failed.",
     {"archsim merge shop.sweep", "archsim merge part1 part2 part3 -o shop.sqlite"},
     "out quiet",
     cmd_merge},
    {"plot",
     "RESULTS...",
     1,
     UINT_MAX,
     "draw results as SVG: percentiles, timeline, knee",
     "Draws what run --json or compare --json wrote, or the points of a sweep, as SVG,\n"
     "with the gnuplot script of each picture beside it. RESULTS is one JSON file, or\n"
     "the folders that hold the parts of one sweep. Writes into the folder of --out;\n"
     "without it results.json goes to results.plots, and a sweep to its own folder\n"
     "plots. Says on standard error which plots the results hold no data for. Needs\n"
     "gnuplot (Debian package gnuplot-nox).\n"
     "Exit code: 0 drawn, 2 no results, or nothing in them to draw, 4 gnuplot is\n"
     "missing or failed, or input or output failed.",
     {"archsim plot results.json --out pictures", "archsim plot shop.sweep --png"},
     "out png quiet",
     cmd_plot},
    {"check",
     "FILE",
     0,
     1,
     "find mistakes in a scenario without running it",
     "Reads the scenario and checks all that can be known without running it. Of a\n"
     "scenario that can run it reports what is doubtful: what, where, why, and how to\n"
     "mend it, from the stated numbers alone. --rules lists what it looks for.\n"
     "Exit code: 0 it can run, 1 with --strict: there are findings, 2 it has a\n"
     "mistake, 4 input or output failed.",
     {"archsim check shop.lua --strict", "archsim check --rules"},
     "set strict rules json quiet",
     cmd_check},
    {"describe",
     "[KIND]",
     0,
     1,
     "list the kinds of components, or describe one",
     "Without KIND, lists what a scenario can be made of. With KIND, shows its\n"
     "parameters with units, ranges and defaults, its metrics, model and an example.",
     {"archsim describe service", "archsim describe --annotations > archsim.lua"},
     "annotations markdown",
     cmd_describe},
    {0},
};

int command_fail(enum exit_code code, const struct error *err) {
  fflush(stdout);
  fputs("archsim: ", stderr);
  for (const char *at = err->text; *at != '\0'; at++) { /* it may quote arguments and names */
    bool control = (unsigned char)*at < 0x20 || *at == 0x7f;
    fputc(control ? '?' : *at, stderr);
  }
  fputc('\n', stderr);
  return code;
}

int command_goals(enum verdict verdict, enum undecided undecided) {
  switch (verdict_settle(verdict, undecided)) {
    case VERDICT_PASS:
      return EXIT_GOALS_MET;
    case VERDICT_FAIL:
      return EXIT_GOAL_FAILED;
    case VERDICT_UNDECIDED:
      return EXIT_INCOMPLETE;
  }
  return EXIT_INTERNAL;
}

static void print_overview(FILE *out) {
  fprintf(out,
          "archsim %s: simulates system architectures: availability, tail latency,\n"
          "throughput, and why.\n\nUsage: archsim COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:\n",
          ARCHSIM_VERSION);
  for (const struct command *c = commands; c->name != NULL; c++) {
    char left[40];
    snprintf(left, sizeof left, "%s %s", c->name, c->arguments);
    fprintf(out, "  %-23s %s\n", left, c->summary);
  }
  fprintf(out,
          "\narchsim COMMAND --help tells more. archsim --version prints the version.\n"
          "archsim help --completion prints the completion for bash, and archsim help --man\n"
          "[COMMAND|KIND] a manual page.\n"
          "\nExamples:\n");
  fprintf(out, "  %s\n  %s\n", commands[0].examples[0], commands[1].examples[0]);
}

static void print_help(const struct command *command, FILE *out) {
  fprintf(out, "Usage: archsim %s [OPTION]... %s\n\n%s\n\nOptions:\n", command->name,
          command->arguments, command->help);
  options_help(command->options, out);
  fprintf(out, "\nExamples:\n  %s\n  %s\n", command->examples[0], command->examples[1]);
}

static const struct command *find_command(const char *name, struct error *err) {
  const char *names[G_N_ELEMENTS(commands)];
  uint32_t n = 0;
  for (const struct command *c = commands; c->name != NULL; c++) {
    if (strcmp(c->name, name) == 0) return c;
    names[n++] = c->name;
  }
  names[n] = NULL;
  const char *nearest = nearest_word(name, names, n);
  gchar *all = g_strjoinv(", ", (gchar **)names);
  if (nearest != NULL) {
    error_set(err, "unknown command '%s'; did you mean %s?", name, nearest);
  } else if (g_str_has_suffix(name, ".lua")) {
    error_set(err, "a command comes first: archsim run %s", name);
  } else {
    error_set(err, "unknown command '%s'; the commands are %s", name, all);
  }
  g_free(all);
  return NULL;
}

static bool count_fits(const struct command *command, const struct options *options,
                       struct error *err) {
  if (options->arguments < command->least) {
    return error_set(err, "%s needs an argument: %s; for instance: %s", command->name,
                     command->arguments, command->examples[0]);
  }
  if (options->arguments > command->most) {
    return error_set(err, "%s does not know what to do with '%s'", command->name,
                     options->argument[command->most]);
  }
  return true;
}

/* Only a sweep and a comparison know what to do with several values. */
static bool settings_are_single(const struct command *command, const struct options *options,
                                struct error *err) {
  if (options_accept(command->options, "axes") || options_accept(command->options, "off"))
    return true;
  for (uint32_t i = 0; i < options->settings; i++) {
    const struct setting *s = &options->setting[i];
    if (!axis_is_numbers(s->value)) continue;
    return error_set(err,
                     "-s %.80s=%.80s: several values make a sweep: archsim sweep %s -s %.80s=%.80s",
                     s->name, s->value, options->argument[0], s->name, s->value);
  }
  return true;
}

static int run_command(const struct command *command, int argc, const char *const *argv) {
  struct options options;
  struct error err = {0};
  int code;
  if (!options_parse(command->options, argc, argv, &options, &err)) {
    code = command_fail(EXIT_USAGE, &err);
  } else if (options.help) {
    print_help(command, stdout);
    code = EXIT_GOALS_MET;
  } else if (!count_fits(command, &options, &err) ||
             !settings_are_single(command, &options, &err) || !outputs_fit(&options, &err)) {
    code = command_fail(EXIT_USAGE, &err);
  } else {
    memory_limit(options.memory != 0 ? options.memory : memory_machine() / 4);
    code = command->run(command, &options);
  }
  options_free(&options);
  return code;
}

static bool is_one_of(const char *text, const char *a, const char *b, const char *c) {
  return strcmp(text, a) == 0 || strcmp(text, b) == 0 || strcmp(text, c) == 0;
}

static int print_manual(const char *name, const struct kinds *kinds) {
  struct error err = {0};
  const struct kind *kind = name != NULL ? kinds_find(kinds, name) : NULL;
  if (kind != NULL) {
    kind_page_man(kind, ARCHSIM_VERSION, stdout);
    return EXIT_GOALS_MET;
  }
  const struct command *command = name != NULL ? find_command(name, &err) : NULL;
  if (name != NULL && command == NULL) return command_fail(EXIT_USAGE, &err);
  manual_page(command, kinds, stdout);
  return EXIT_GOALS_MET;
}

static int dispatch(int argc, const char *const *argv) {
  struct error err = {0};
  if (argc < 2) {
    print_overview(stderr);
    return EXIT_USAGE;
  }
  const char *word = argv[1];
  if (is_one_of(word, "--version", "-V", "version")) {
    printf("archsim %s\n", ARCHSIM_VERSION);
    return EXIT_GOALS_MET;
  }
  bool help = is_one_of(word, "--help", "-h", "help");
  if (help && argc == 2) {
    print_overview(stdout);
    return EXIT_GOALS_MET;
  }
  if (word[0] == '-' && !help) {
    error_set(&err, "unknown option %s; a command comes first, and --help lists them", word);
    return command_fail(EXIT_USAGE, &err);
  }
  bool completion = help && strcmp(argv[2], "--completion") == 0;
  if (completion || (help && strcmp(argv[2], "--man") == 0)) {
    struct arena *arena = arena_new();
    const struct kinds *kinds = prelude_kinds(arena);
    int code = EXIT_GOALS_MET;
    if (completion) {
      manual_completion(kinds, stdout);
    } else {
      code = print_manual(argc > 3 ? argv[3] : NULL, kinds);
    }
    arena_free(arena);
    return code;
  }
  const struct command *command = find_command(help ? argv[2] : word, &err);
  if (command == NULL) return command_fail(EXIT_USAGE, &err);
  if (help) {
    print_help(command, stdout);
    return EXIT_GOALS_MET;
  }
  return run_command(command, argc - 2, argv + 2);
}

/* The libraries want memory too. glib says that there is none in a message that ends the process.
 */
static void last_words(const gchar *domain, GLogLevelFlags level, const gchar *message,
                       gpointer unused) {
  if (!(level & G_LOG_LEVEL_ERROR)) {
    g_log_default_handler(domain, level, message, unused);
    return;
  }
  memory_out("%s", message != NULL ? message : "a library wants more");
}

int command_main(int argc, const char *const *argv) {
  g_log_set_default_handler(last_words, NULL);
  json_set_alloc_funcs(mem_alloc, free);
  int code = dispatch(argc, argv);
  struct error err = {0};
  if (code != EXIT_INTERNAL && !output_flush_stdout(&err)) code = command_fail(EXIT_INTERNAL, &err);
  return code;
}
