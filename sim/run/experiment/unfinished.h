/* Requests that had not ended when the run did are in no share of those that ended, and in no
 * latency: where a server hangs and nobody has a timeout, all that ended did so before, and their
 * availability is 100 %. How many are left out belongs beside each such figure.
 *
 * Some requests are always under way, and two signs tell those that are stuck from them. Where the
 * number under way grows steadily, or stays up from some time on, it has grown by more than one and
 * a half times its average. And without failures as many are under way as the throughput times the
 * mean latency (Little, Operations Research 9, 1961): where users wait for ever, who then send
 * nothing more, more than twice that are left at the end. Both with three standard deviations of a
 * Poisson count. Of figures during a fault they are told where some hang when the run ends, too, or
 * where they are most: tries that are pending when a short fault ends are soon done. */
#ifndef UNFINISHED_H
#define UNFINISHED_H

#include "results.h"

/* Of requests sent and ended at these rates, `requests` of which ended: the share of those sent by
 * which the number under way grew, that was `under_way` on average. Of what ended and was left at
 * the end, where so many follow from the latency: the share that is left beyond these. Of both: 0
 * where it is negligible, or no more than chance allows. */
double unfinished_grown(double offered, double ended, double requests, double under_way);
double unfinished_stuck(double requests, double at_end, double by_latency);

/* That share of what the metrics of `owner` count: a client, its operation, tier or journeys, or a
 * client while a fault holds ("users", "users.op.buy", "users.during.crash_db"). */
double unfinished_of(const struct results *results, const char *owner);

/* The share of them that failed or had not ended: what ranks clients. NaN where none was sent. */
double unfinished_or_failed(const struct results *results, const char *owner);

/* Of a metric: "when the run did", or the fault during which it counts. */
const char *unfinished_when(const char *metric);

/* Gives each availability and each latency its share, and the words for what counts as endless in
 * it: who has waited for longer than the goals allow does, too. After the results are sorted. */
void unfinished_note(struct results *results);

/* "without the 2 % that failed and the 18.3 % that had not ended"; "" where both are negligible.
 * Release with free. */
char *unfinished_without(double failed, double unfinished);

#endif
