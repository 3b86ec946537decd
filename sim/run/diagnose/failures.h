/* What failed, for all clients together and one by one: how much, for which causes, where the
 * failures began, and what explains them. */
#ifndef FAILURES_H
#define FAILURES_H

#include "results.h"

/* Whether a request of any client failed, or none of a client's ended. */
bool failures_any(const struct results *results);

/* Whether failures of a client may come from too much load. False where most fall in the time of a
 * fault, or one held all the time; and where most were turned away by a limit that is meant to. */
bool failures_may_be_of_load(const struct results *results, uint32_t client);

/* Of all requests that ended; NaN: none did. */
double failures_share(const struct results *results);

/* Whether more than one in a hundred of all requests failed or had not ended, none ended, a goal on
 * the answered ones is missed, or what was acknowledged is gone (gone.h): then that is what a
 * reader should learn first. */
bool failures_are_many(const struct results *results);

/* Sentences; "" without a client. To be released with g_free. */
char *failures_say(const struct results *results);

#endif
