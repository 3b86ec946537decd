/* Whether the statistics of experiments keep their promises: coverage of intervals, exact warm-up
 * curve, exact variances, common random numbers, antithetic pairs. Each finding compares one
 * number, measured over many experiments with the real engine, with its reference. */
#ifndef STATISTICS_H
#define STATISTICS_H

#include <stdbool.h>
#include <stdio.h>

/* Runs the studies, with scenarios from DIR/scenarios, and writes a table, or as a section of a
 * page of Markdown. `quick` leaves out what takes longer than seconds. True if all findings hold.
 */
bool statistics_study(const char *dir, bool quick, bool markdown, FILE *out);

#endif
