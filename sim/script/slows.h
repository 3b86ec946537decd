/* How much longer work takes when there is more of it at once: usl { ... }, curve { ... }. */
#ifndef SLOWS_H
#define SLOWS_H

#include <stdio.h>

#include "value.h"

extern const struct param usl_params[]; /* of struct slows */
extern const struct param curve_points;

bool slows_read(struct loader *loader, const struct spot *spot, int index, struct slows *out);

/* As text for people: "usl, sigma 0.02, kappa 0.0001". */
void slows_put(FILE *out, const struct slows *slows);

#endif
