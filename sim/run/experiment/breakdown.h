/* Where the latency of a client's requests goes: the requests that were followed (core's trace.h),
 * put together at a quantile.
 *
 * The composition at q is the mean over the followed requests whose ranks lie around q: half as far
 * to either side as q is from 100 %, but at most 5 % of all. Slow requests are followed more often
 * (blame.h), and count by their weights. What is said of the failed ones rests on all of them that
 * were followed, all else on the fair choice. The parts of a composition add up to its latency,
 * since those of each request do. */
#ifndef BREAKDOWN_H
#define BREAKDOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "blame.h"
#include "frame.h"
#include "spec.h"

enum followed { FOLLOWED_OK, FOLLOWED_FAILED, FOLLOWED_UNDER_WAY };

struct share {
  uint32_t component; /* index into the spec; or BLAME_PATH + that of a path */
  enum part part;
  double seconds; /* a request */
};

struct composition {
  double q;          /* NaN: all requests */
  uint32_t requests; /* it is the mean of so many */
  double latency_s;
  uint32_t n;
  struct share *share; /* the largest first; ties by component, then part */
};

/* Of the requests that ended well, at q; NaN: of all of them. `known_s`: the q-quantile of all
 * requests, followed or not: those about it are taken, and not those about the quantile of the
 * followed, which are few. NaN: it is not known. */
struct composition breakdown_at(const struct blame *blame, double q, double known_s);

/* Of all requests that ended well from q on: the slowest, together. */
struct composition breakdown_beyond(const struct blame *blame, double q, double known_s);

/* Of those that failed: the time until they did. */
struct composition breakdown_failed(const struct blame *blame);
void composition_free(struct composition *composition);

/* The path that a share is of, or NULL: it is of a component. */
const struct path_spec *breakdown_path(const struct spec *spec, const struct share *share);

/* Whose it is, as metrics name it: "db", "path.users.api". Release with g_free. */
char *breakdown_owner(const struct spec *spec, const struct share *share);

/* How many requests of that sort were followed. The failed ones are more than their share. */
uint32_t breakdown_followed(const struct blame *blame, enum followed which);

/* Whether more requests failed than ended well, by the fair choice. */
bool breakdown_mostly_failed(const struct blame *blame);

/* Calls from one component to another, a request of this client. */
struct traffic_share {
  uint32_t from, to;
  double calls, failed;
};

/* Over all followed requests, in order of `from` and `to`. Release with free. */
struct traffic_share *breakdown_calls(const struct blame *blame, uint32_t *n);

/* Where failures began (core's blame.h): a share of the followed requests that failed. */
struct failure_share {
  uint32_t component, caller; /* the same: no call was sent */
  enum outcome cause;
  enum part part; /* of a timeout: what they were doing there; of a refusal by a pool PART_POOL, of
                     one because nobody was up PART_FAULT */
  bool for_ever;  /* nobody would have given them up */
  uint32_t how;   /* all of that in one */
  double share;
};

/* Of fewer followed requests that failed nothing is concluded. */
#define FOLLOWED_LEAST 10u

/* The largest first; of those that are under way, where they are. Without `callers` those that only
 * differ in the caller are one, whose caller is no more known. Release with free. */
struct failure_share *breakdown_origins(const struct blame *blame, enum followed which,
                                        bool callers, uint32_t *n);

#endif
