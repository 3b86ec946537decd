/* Values of parameters at random, written as in a scenario, by the tables that say what they are.
 */
#ifndef RANDOM_VALUES_H
#define RANDOM_VALUES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "param_type.h"

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

uint32_t below(struct maker *m, uint32_t n);
bool chance(struct maker *m, double p);

/* The text with one of the texts for each `<one|other>` in it, which may be nested, and `>` for
 * each
 * `^`. To be freed. */
char *draw_text(struct maker *m, const char *text);

/* A few statements about something that has many keys which mean nothing by themselves. To be
 * freed. */
char *draw_theme(struct maker *m);

void put_value(struct maker *m, GString *out, const struct param *param);
/* Those that are required, and some of the others. */
void put_keys(struct maker *m, GString *out, const struct param *params);

#endif
