/* Intervals from one long run, cut into batches of equal simulated time: batch means.
 *
 * What happens in one batch depends on the one before only near their border, so that long batches
 * are almost independent, and their spread tells how sure the whole is (Law, "Simulation Modeling
 * and Analysis", 5th ed., section 9.5.3). More batches give more degrees of freedom, but shorter
 * ones are more correlated, which makes the interval too narrow; beyond 30 nothing is gained
 * (Schmeiser, Operations Research 30:3, 1982). Batches as short as the system's memory give wrong
 * intervals whatever their number: batch_correlation helps to notice. */
#ifndef BATCH_MEANS_H
#define BATCH_MEANS_H

#include <stdint.h>

#define BATCHES 20u

/* Half width of the 95 % interval of sum(num) / sum(den), from what `n` batches added to both.
 * A batch has its own number of requests, so this is a ratio of two random sums: with the rest
 * e = num - R den of each batch, half = t(0.975, n - 1) s(e) sqrt(n) / sum(den) (Crane and
 * Iglehart, Operations Research 23:1, 1975). Where every den is the same length of time, these are
 * the textbook's batch means. NaN when less than two batches have a denominator. */
double batch_ratio_half_width(const double *num, const double *den, uint32_t n);

/* Correlation of the rests e of neighbouring batches; about 0 -/+ 1/sqrt(n) if they are
 * independent. NaN where there is no spread. */
double batch_correlation(const double *num, const double *den, uint32_t n);

#endif
