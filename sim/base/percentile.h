/* The names of percentiles, as metrics have them: "p99" is the quantile 0.99, "p999" 0.999, and
 * with a point, "p97.5", the number of per cent. One digit, "p9", is taken for a slip. */
#ifndef PERCENTILE_H
#define PERCENTILE_H

/* NaN: it is none. */
double percentile_parse(const char *word);

/* Where the last word of a metric's name begins, if that is a percentile: at "p97.5" of
 * "users.latency.p97.5"; else NULL. */
const char *percentile_in(const char *metric);

#endif
