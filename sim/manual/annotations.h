/* The file that teaches an editor's Lua language server the scenario language: classes with their
 * fields, functions, documentation, all from the tables that also parse scenarios. */
#ifndef ANNOTATIONS_H
#define ANNOTATIONS_H

#include <stdio.h>

#include "registry.h"

void annotations_write(FILE *out, const struct kinds *kinds);

#endif
