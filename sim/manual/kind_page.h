/* The manual's page on a kind of component, from its tables: what it is, the model, what is left
 * out, parameters, metrics, faults, an example. One walk over the tables, two pens that write it.
 */
#ifndef KIND_PAGE_H
#define KIND_PAGE_H

#include <stdio.h>

#include "registry.h"
#include "sim.h"

/* docs/kinds/KIND.md */
void kind_page_markdown(const struct kind *kind, FILE *out);

/* archsim-KIND(7). `version` is that of the program. */
void kind_page_man(const struct kind *kind, const char *version, FILE *out);

/* The kind of this name; NULL, with the nearest name in the sentence, if there is none. */
const struct kind *kind_page_find(const struct kinds *kinds, const char *name, struct error *err);

#endif
