/* Values of parameters that a scenario leaves out: the same each time, so they are made once and
 * copied from then on. Of thousands of components most parameters are left out. The table of the
 * parameter lives as long as the loader. */
#ifndef DEFAULTS_H
#define DEFAULTS_H

#include <stdbool.h>

struct field;

/* Copies the value of f->param, left out, to f->at if it was made before. */
bool defaults_copy(const struct field *f);

/* Keeps the value at f->at, of a parameter that was left out. */
void defaults_keep(const struct field *f);

#endif
