/* The text of `archsim describe`: what a scenario can be made of, from the tables that also parse
 * it. Wrapped at 80 columns. */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <stdio.h>

#include "error.h"
#include "registry.h"

/* All kinds and words, a line or two each. */
void describe_all(FILE *out, const struct kinds *kinds);

/* One kind with its parameters, metrics and example, or one word. False, with the nearest name in
 * the sentence, if there is none of this name. */
bool describe_kind(FILE *out, const struct kinds *kinds, const char *name, struct error *err);

/* The kind whose metrics and faults those of a kind are: of a composed one, of the component that
 * has its name. */
const struct kind *describe_acting(const struct kind *kind);

struct param;

/* What a parameter takes, in a few words: "duration", "time distribution", "one of fifo, lifo". */
void describe_type(const struct param *param, char *out, size_t size);

/* The range of a parameter in users' units, such as "1ns to 30d"; "" if any value will do. */
void describe_range(const struct param *param, char *out, size_t size);

#endif
