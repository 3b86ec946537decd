/* What a reader who only looks at the verdict must not miss: goals that are met say nothing of the
 * requests that failed all the same, of answers that were no more than a fallback, and of what was
 * acknowledged and is gone. */
#ifndef BESIDES_H
#define BESIDES_H

#include "results.h"

/* "93.8 % of the requests of bots turned away, 2.1 % of all answered with a fallback and
 * acknowledged writes lost", to follow "with"; "" if there is nothing of the kind. To be freed with
 * g_free. */
char *besides_say(const struct results *results);

#endif
