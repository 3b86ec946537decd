/* Sentences on a run, with numbers: where the time goes, and what saturates first (failures.h says
 * what failed). Each is to be released with g_free. */
#ifndef ANSWER_H
#define ANSWER_H

#include "results.h"

/* Workers, or a wire, that are busy for this share of the time are a limit that was reached. */
#define BUSY_SATURATED 0.95

/* Whom the sentences are about: the client of the first goal that is not met, else of the first
 * goal, else the one of which most failed, else the one with the most requests; REF_NONE if there
 * is none. */
uint32_t answer_client(const struct results *results);

/* "" if no request was followed. */
char *answer_time(const struct results *results, uint32_t client);
/* `client`: whose recovery from faults counts, or REF_NONE. */
char *answer_saturates(const struct results *results, uint32_t client);
/* The component on a client's way that is saturated or deadlocked, and for which others there wait;
 * NULL: none is. */
const char *answer_root(const struct results *results, uint32_t client);

/* Why a component is deadlocked: without its name and a full stop. */
char *answer_deadlock(const struct results *results, const char *component);

#endif
