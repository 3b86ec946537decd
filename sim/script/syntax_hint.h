/* What to do about a mistake that Lua describes in its own terms: habits from YAML, JSON, Python
 * and C, words that take one thing without brackets, values that are not there. */
#ifndef SYNTAX_HINT_H
#define SYNTAX_HINT_H

#include <stdbool.h>
#include <stddef.h>

/* A sentence about the compiler's message, which speaks of a place in that line; false, and nothing
 * written: there is nothing to add. */
bool syntax_hint(const char *message, const char *line, size_t length, char *out, size_t size);

/* The same of a message from running a scenario; NULL: nothing to add. */
const char *runtime_hint(const char *message);

#endif
