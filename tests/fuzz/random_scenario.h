/* Random scenarios, made of whatever the tables of the language hold: kinds, parameters with their
 * types and ranges, steps, faults, laws. A new word is covered as soon as it has a row.
 *
 * What a table cannot say (this key means nothing beside that one) is learned from the loader's
 * messages: the line that it names is left out until it is content. So each key stands in a line of
 * its own. What means something beside other words alone is seldom hit upon: random_themes.c has
 * groups of statements that have it. */
#ifndef RANDOM_SCENARIO_H
#define RANDOM_SCENARIO_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "scenario.h"

/* What is known of the language; made once. */
struct language;
struct language *language_new(const char *scratch_file);
void language_free(struct language *language);

/* A valid scenario, or NULL if too much had to be left out. `reversed` (may be NULL) becomes the
 * same with its statements in the opposite order. To be freed. */
char *random_scenario(const struct language *language, uint64_t seed, char **reversed);

/* Loads a text; NULL and a sentence. */
struct scenario *language_load(const struct language *language, const char *text,
                               struct error *err);

#endif
