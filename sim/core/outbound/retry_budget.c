#include "retry_budget.h"

/* Ten tenths of a token are one, whatever their sum lacks in binary. */
#define ROUNDING 1e-9

void retry_budget_init(struct retry_budget *b, const struct budget *config) {
  *b = (struct retry_budget){.config = config};
  if (config->rule == BUDGET_PER_SUCCESS) b->tokens = config->burst;
}

static void put_in(struct retry_budget *b, double tokens) {
  b->tokens += tokens;
  if (b->tokens > b->config->burst) b->tokens = b->config->burst;
}

static void take_one(struct retry_budget *b) {
  b->tokens = b->tokens > 1 ? b->tokens - 1 : 0;
}

void retry_budget_request(struct retry_budget *b) {
  if (b->config->rule == BUDGET_SHARE) put_in(b, b->config->share);
}

void retry_budget_result(struct retry_budget *b, bool ok) {
  if (b->config->rule != BUDGET_PER_SUCCESS) return;
  if (ok) {
    put_in(b, b->config->per_success);
  } else {
    take_one(b);
  }
}

bool retry_budget_take(struct retry_budget *b) {
  switch (b->config->rule) {
    case BUDGET_NONE:
      return true;
    case BUDGET_SHARE:
      if (b->tokens < 1 - ROUNDING) return false;
      take_one(b);
      return true;
    case BUDGET_PER_SUCCESS:
      return b->tokens > b->config->burst / 2 + ROUNDING;
  }
  return true;
}
