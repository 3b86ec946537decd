/* A retry budget: keeps callers that try again from multiplying the load on what fails already.
 *
 * Two rules in use. A share of the new requests: each one puts `share` of a token into a bucket
 * that holds `burst`, and a retry takes a whole one; in the long run there is at most that share of
 * retries (Finagle's RetryBudget, Linkerd; Envoy bounds the retries in flight by a share of the
 * requests in flight instead). The bucket starts empty: retries have to be earned. Or a bucket that
 * successes fill, as gRPC throttles retries (gRFC A6): it starts with `burst` tokens, each try that
 * fails takes one, each that succeeds puts back `per_success`, and tries may be repeated while it
 * is more than half full. */
#ifndef RETRY_BUDGET_H
#define RETRY_BUDGET_H

#include <stdbool.h>

#include "param.h"

struct retry_budget {
  const struct budget *config;
  double tokens;
};

void retry_budget_init(struct retry_budget *budget, const struct budget *config);

/* A new request, not a repeated one. */
void retry_budget_request(struct retry_budget *budget);

/* A try ended, the first one or another. */
void retry_budget_result(struct retry_budget *budget, bool ok);

/* Whether one more try may be made now; it must be, if so. */
bool retry_budget_take(struct retry_budget *budget);

#endif
