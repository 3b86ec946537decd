/* What a user asked for on the command line, as plain data. Read from it by cli/option_table. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "scenario.h"
#include "term.h"
#include "verdict.h"

enum trace_format { TRACE_CHROME, TRACE_OTLP };

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
  size_t memory;             /* bytes; 0: not given */
  const char *json, *csv;    /* NULL: not given */
  uint32_t offs, goals;
  const char **off, **goal;
  const char *base, *junit, *over, *report, *trace; /* NULL: not given */
  enum trace_format trace_format;
  uint32_t trace_key;   /* 0: not given */
  double alpha, margin; /* 0: not given */
  bool all, n_1, zones;
  const char *out, *shard, *submit;
  uint32_t tasks; /* 0: not given */
  bool resume, print, dot, png;
  enum color_mode color;
  enum undecided undecided;
  bool members, progress, quiet, annotations, markdown, rules, strict, help;
};

#endif
