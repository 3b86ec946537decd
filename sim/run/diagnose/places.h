/* What has no workers but a batch with places: whether calls wait for one. */
#ifndef PLACES_H
#define PLACES_H

#include "results.h"

struct places {
  uint32_t component; /* REF_NONE: there is none */
  double waiting;     /* calls that wait for a place at a member, on average */
  bool full;          /* so many that there always is one */
};

/* Of the component itself. */
struct places places_of(const struct results *results, uint32_t component);

/* Of those on a client's way, the one where most wait; REF_NONE: of all. */
struct places places_worst(const struct results *results, uint32_t client);

/* "2218 calls wait for a place in its batch on average, 3516 when the run ended"; g_free it. */
char *places_said(const struct results *results, const struct places *places);

#endif
