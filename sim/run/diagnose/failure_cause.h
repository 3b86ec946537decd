/* Why requests of a client failed: the fault in whose time the failures fall, or what is
 * overloaded. */
#ifndef FAILURE_CAUSE_H
#define FAILURE_CAUSE_H

#include <glib.h>
#include <stdbool.h>

#include "results.h"

/* Whether a fault explains most of the failures, or held all the time. */
bool failure_cause_known(const struct results *results, uint32_t client);

/* "; all failures fall in the time of the fault 'crash web'": that the client never recovered; else
 * a fault that explains most of the failures; else the component that is overloaded; else nothing.
 */
void failure_cause_say(const struct results *results, uint32_t client, GString *text);

#endif
