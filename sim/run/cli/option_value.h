/* Values of options, checked: false and a sentence that names the option on a mistake. */
#ifndef OPTION_VALUE_H
#define OPTION_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

bool option_whole(const char *name, const char *text, uint64_t min, uint64_t max, uint64_t *out,
                  struct error *err);

/* The number of the word among `words`, which NULL ends. */
bool option_word(const char *name, const char *text, const char *const *words, uint32_t *out,
                 struct error *err);

/* A share above 0 (or from 0 on) and below 1; `text` NULL: `out` stays. */
bool option_ratio(const char *name, const char *text, bool zero, double *out, struct error *err);

/* --memory: bytes that the process may take. */
bool option_memory(const char *text, size_t *out, struct error *err);

#endif
