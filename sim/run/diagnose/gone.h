/* What was acknowledged and is gone, or wrong: lost writes, updates and messages, transactions that
 * stay half applied, writes of those whose lock had ended. No request fails of it: its client was
 * told that all is well. */
#ifndef GONE_H
#define GONE_H

#include <glib.h>
#include <stdbool.h>

#include "results.h"

/* Appends a sentence for each sort of it that there is at a component, each after a space, or
 * nothing if `text` is NULL; false: there is none. */
bool gone_say(const struct results *results, const char *component, GString *text);

/* The same of the first few components that have any. */
bool gone_say_all(const struct results *results, GString *text);

/* In two or three words what is gone, such as "acknowledged writes lost": of the first component
 * that has any; NULL: nothing is. */
const char *gone_first(const struct results *results);

#endif
