/* Handlers as text: the list of their steps, as a user would tell them to somebody. */
#ifndef PROGRAM_TEXT_H
#define PROGRAM_TEXT_H

#include <stdio.h>

#include "program.h"
#include "spec.h"

void program_text_block(FILE *out, const struct spec *spec, const struct block *block);
void program_text_fallbacks(FILE *out, const struct spec *spec, const struct fallbacks *list);
void program_text_handlers(FILE *out, const struct spec *spec, const struct handlers *handlers);

#endif
