/* Numbers as people read them: three significant digits and the unit that suits the size.
 *
 * The same words for units as in scenarios ("8.11 ms", "1.20k/s", "99.95 %"). ASCII only, so that
 * no locale changes it. Undefined (NaN) is "-". Each function returns a small text by value, to be
 * used at once: printf("%s", format_value(UNIT_SECONDS, 0.00811).text). */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdint.h>

#include "estimate.h"
#include "metric.h"

struct label {
  char text[64];
};

/* "8.11 ms", "900/s", "99.950 %", "12". A ratio gets as many decimals as it takes to tell it from
 * 0 and from 1. */
struct label format_value(enum metric_unit unit, double value);

/* As format_value; a rate of 0 in the unit of its interval: "0/h" beside "0.0 .. 53.9/h". */
struct label format_estimate(enum metric_unit unit, const struct estimate *estimate);

/* "8.05 .. 8.17 ms", in the unit of the value in between, with as many decimals as show the width.
 * Empty when there is no interval. */
struct label format_interval(enum metric_unit unit, const struct estimate *estimate);

/* "8.34 +- 0.41 ms": a difference in the unit that suits its size, with as many decimals as show
 * two digits of its uncertainty. Of ratios it counts percentage points. Without `half` where that
 * is NaN or below a millionth of the value. */
struct label format_difference(enum metric_unit unit, double value, double half);

/* What the values of one column have in common, so that they can be told in one unit: begin with
 * the unit alone, and show it all values. */
struct format_column {
  enum metric_unit unit;
  double least, most; /* of those that are neither 0 nor endless; 0: none was seen */
};
void format_see(struct format_column *column, double value);

/* As format_value, in the unit of the column: the one that suits the largest value, or a smaller
 * one that shows the least with two of its digits. Values more than a million times apart, and
 * rates below one a second beside larger ones, keep units of their own. */
struct label format_in(const struct format_column *column, double value);
struct label format_estimate_in(const struct format_column *column, const struct estimate *e);
struct label format_interval_in(const struct format_column *column, const struct estimate *e);

/* "4.38 h a year" of an availability; "" for 1 and for what is none. */
struct label format_year(double availability);

/* "at this rate 4.38 h a year are lost, the goal allows 8.76 h": what a goal on an availability or
 * an uptime is about; "" of other metrics, and where nothing was lost. `limit` is NaN where the
 * goal allows any loss, as one with an upper limit does. */
struct label format_lost(const char *metric, double value, double limit);

/* A stretch of simulated time: "5 min", "1000 s", "5.25 s", "250 ms". */
struct label format_duration(uint64_t ns);

/* A stretch or a moment within a whole, in the whole's unit, so that the two can be compared:
 * "184.3 h" of 730 h. What is less than one of that unit has its own. */
struct label format_within(uint64_t ns, uint64_t whole_ns);

/* How much of the comment that heads a scenario is its question: up to the first question mark,
 * else its first sentence, else all of it. In bytes. */
size_t format_question(const char *text);

/* A number of things: "0", "12", "12.3k", "2.71M". */
struct label format_count(double count);

/* Part of the time that something is busy: "96.2 %", "over 99.9 %"; how many nines it has is of no
 * interest, unlike with an availability. */
struct label format_busy(double share);

/* A share of so many things that were counted, in no more digits than they carry: "71 %", of 10,000
 * and more "71.3 %". What is not all of them is never 100 %, but "over 99 %". */
struct label format_share(double share, double of);

/* "3.3 nines" for 0.9995; rounded down, so that 3.0 means the goal of three is met. "" for 1 (no
 * failure seen says nothing about nines) and for less than one nine. */
struct label format_nines(double availability);

#endif
