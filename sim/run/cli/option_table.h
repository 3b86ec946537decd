/* Options of the command line: one table for parsing, help and did-you-mean.
 *
 * glib's GOption does the parsing. What it cannot do is done before it, on the arguments: "-j4" is
 * taken apart, and an unknown option is answered with the nearest known one. */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include <stdio.h>

#include "error.h"
#include "options.h"

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
