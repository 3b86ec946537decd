/* What requests leave to be done later: how long after a message was published its work is over. A
 * request that publishes is answered at once, whatever becomes of the message. */
#ifndef LATER_H
#define LATER_H

#include <glib.h>

#include "results.h"

/* Appends a sentence each, after a space, for the consumers whose messages wait longest. */
void later_say(const struct results *results, GString *text);

#endif
