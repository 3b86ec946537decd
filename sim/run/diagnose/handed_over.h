/* Who took over from whom: copies that became primary, and releases that were taken back. */
#ifndef HANDED_OVER_H
#define HANDED_OVER_H

#include "results.h"

/* Adds it to a text of g_malloc, with a space in between. */
void handed_over_say(const struct results *results, char **text);

#endif
