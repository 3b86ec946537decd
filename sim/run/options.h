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
#include "trace_json.h"
#include "verdict.h"

#define SLURM_TASKS_MAX 1000u /* Slurm's MaxArraySize is 1001 unless the site says otherwise */

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
  const char *base, *junit, *over, *report, *trace; /* NULL: not given */
  enum trace_format trace_format;
  double alpha, margin; /* 0: not given */
  bool all, n_1, zones;
  const char *out, *shard, *submit;
  uint32_t tasks; /* 0: not given */
  bool resume, print, dot, png;
  enum color_mode color;
  enum undecided undecided;
  bool members, progress, quiet, annotations, markdown, rules, strict, help;
};

/* Parses what follows the command's name. `accepted`: the names of options, separated
 * by blanks; "axes" beside "set" allows several values; NULL: every
 * option, of one value. Every command has --help. On a mistake:
 * false and a sentence. Release with options_free in either case. */
bool options_parse(const char *accepted, int argc, const char *const *argv, struct options *options,
                   struct error *err);
void options_free(struct options *options);

/* Whether a list of names holds this one. */
bool options_accept(const char *accepted, const char *name);

/* What the tables say about an option. */
struct option_info {
  const char *name, *value; /* value: "FILE"; NULL: a flag */
  char letter;              /* '\0': none */
  const char *words;        /* the values it takes, separated by blanks; NULL: not a choice */
  const char *doc;
};
#define OPTIONS_MAX 64

/* Fills `out` with the accepted options, and returns their number. */
uint32_t options_list(const char *accepted, struct option_info out[OPTIONS_MAX]);

/* One line an option. */
void options_help(const char *accepted, FILE *out);

#endif
