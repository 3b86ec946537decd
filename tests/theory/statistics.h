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

/* Only the coverage of intervals on systems that are not a quiet queue, or on those of them that
 * have `only` in their name (NULL: all). */
bool statistics_intervals(const char *dir, const char *only, bool markdown, FILE *out);

#endif
