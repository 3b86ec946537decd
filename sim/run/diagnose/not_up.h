/* Who it was that refused calls because it was not up. */
#ifndef NOT_UP_H
#define NOT_UP_H

#include <glib.h>
#include <stdbool.h>

#include "results.h"

/* "pg was not up", also of a group that was down as a whole, or of several members the one that was
 * down, or that some were: the others may have been up all the time. Of members that had left that
 * they were not there. True: several were down. */
bool not_up_say(const struct results *results, uint32_t id, GString *text);

#endif
