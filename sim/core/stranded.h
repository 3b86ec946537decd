/* Calls that nobody will ever answer. */
#ifndef STRANDED_H
#define STRANDED_H

#include "sim.h"

/* Root calls that can never be answered because a message they wait for has vanished and nobody
 * gives up waiting for it. */
struct stranded {
  uint32_t n;
  struct frame **root;
  enum outcome *cause;
};
struct stranded sim_stranded(struct sim *sim); /* free both lists */

/* Calls that still wait for a message that was lost. */
uint64_t calls_lost(struct sim *sim);

/* By slot: whether a call's caller gives it up some time, or sends another try beside it. The list
 * is malloc'd. */
bool *calls_given_up(struct sim *sim);

/* Mark used while looking for them; root calls' sites stay below it. */
#define SITE_STRANDED 0x8000u

#endif
