/* What a component costs: price = "0.10/h", price = { per_call = 2e-7 }. */
#ifndef MONEY_H
#define MONEY_H

#include <stdio.h>

#include "value.h"

bool money_read(struct loader *loader, const struct spot *spot, int index, struct price *out);

/* As text for people: "0.1 an hour, 2e-07 a call". */
void money_put(FILE *out, const struct price *price);

/* Refuses a price that means nothing for a component of this kind. */
bool money_check(struct loader *loader, const struct spot *spot,
                 const struct component_spec *component, const struct price *price);

#endif
