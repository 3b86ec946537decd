/* Distributions as users write them: "10ms", exponential "10ms", lognormal { p50 =, p99 = } ... */
#ifndef DISTRIBUTION_H
#define DISTRIBUTION_H

#include "value.h"

/* Reads the value at `index`, in the base unit of `quantity` (QUANTITY_TIME or QUANTITY_SIZE). */
bool distribution_read(struct loader *loader, const struct spot *spot, int index,
                       enum quantity quantity, struct dist *out);

/* The two laws that are tables of many values (distribution_table.c). */
bool distribution_empirical(struct loader *loader, const struct spot *spot, int table,
                            enum quantity quantity, struct dist *out);

/* Fails with the sentence of a maker in dist.h, which speaks of plain numbers. */
bool distribution_refused(struct loader *loader, const struct spot *spot, enum quantity quantity,
                          const struct error *why);

/* { 0.9, VALUE } lists of mixture and hyperexponential are limited to this many entries. */
#define DISTRIBUTION_PARTS_MAX 64

#endif
