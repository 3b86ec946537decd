/* Options of the command line: one table for parsing, help and did-you-mean.
 *
 * glib's GOption does the parsing. What it cannot do is done before it, on the arguments: "-j4" is
 * taken apart, and an unknown option is answered with the nearest known one. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"
#include "scenario.h"
#include "term.h"
#include "verdict.h"

#define SLURM_TASKS_MAX 1000u /* Slurm's MaxArraySize is 1001 unless the site says otherwise */

enum option {
  OPTION_SET = 1 << 0,
  OPTION_SEED = 1 << 1,
  OPTION_REPLICATIONS = 1 << 2,
  OPTION_JOBS = 1 << 3,
  OPTION_JSON = 1 << 4,
  OPTION_CSV = 1 << 5,
  OPTION_MEMBERS = 1 << 6,
  OPTION_PROGRESS = 1 << 7,
  OPTION_COLOR = 1 << 8,
  OPTION_QUIET = 1 << 9,
  OPTION_ANNOTATIONS = 1 << 10,
  OPTION_HELP = 1 << 11, /* every command has it */
  OPTION_UNDECIDED = 1 << 12,
  OPTION_PRECISION = 1 << 13, /* and --max-replications */
  OPTION_ALL = 1 << 20,
  OPTION_OFF = 1 << 21,
  OPTION_BASE = 1 << 22,
  OPTION_ALPHA = 1 << 23,
  OPTION_MARGIN = 1 << 24,
  OPTION_JUNIT = 1 << 25,
  OPTION_GOAL = 1 << 26,
  OPTION_OVER = 1 << 27,
  OPTION_N_1 = 1 << 28,
  OPTION_ZONES = 1 << 29,
  OPTION_OUT = 1 << 14,
  OPTION_SHARD = 1 << 15,
  OPTION_RESUME = 1 << 16,
  OPTION_SUBMIT = 1 << 17,
  OPTION_PRINT = 1 << 18,
  OPTION_TASKS = 1 << 19,
  OPTION_AXES = 1 << 30, /* beside OPTION_SET: several values */
};

struct options {
  uint32_t arguments;
  const char **argument;
  uint32_t settings;
  struct setting *setting;
  bool has_seed;
  uint64_t seed;
  uint32_t replications;     /* 0: not given */
  double precision;          /* 0: not given */
  uint32_t max_replications; /* 0: not given */
  uint32_t jobs;             /* 0: not given */
  const char *json, *csv;    /* NULL: not given */
  uint32_t offs, goals;
  const char **off, **goal;
  const char *base, *junit, *over; /* NULL: not given */
  double alpha, margin;            /* 0: not given */
  bool all, n_1, zones;
  const char *out, *shard, *submit;
  uint32_t tasks; /* 0: not given */
  bool resume, print;
  enum color_mode color;
  enum undecided undecided;
  bool members, progress, quiet, annotations, help;
};

/* Parses what follows the command's name. `accepted` are bits of enum option. On a mistake: false
 * and a sentence. Release with options_free in either case. */
bool options_parse(unsigned accepted, int argc, const char *const *argv, struct options *options,
                   struct error *err);
void options_free(struct options *options);

/* What the tables say about an option. */
struct option_info {
  const char *name, *value; /* value: "FILE"; NULL: a flag */
  char letter;              /* '\0': none */
  const char *words;        /* the values it takes, separated by blanks; NULL: not a choice */
  const char *doc;
};
#define OPTIONS_MAX 64

/* Fills `out` with the accepted options, and returns their number. */
uint32_t options_list(unsigned accepted, struct option_info out[OPTIONS_MAX]);

/* One line an option. */
void options_help(unsigned accepted, FILE *out);

#endif
