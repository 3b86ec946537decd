#include "breaker.h"

#include <assert.h>

enum { ENDED_WELL = 0, ENDED_FAILED = 1, ENDED_SLOW = 2 };

static void forget_window(struct breaker *b) {
  b->in_a_row = 0;
  b->tally = (struct call_tally){0};
  b->at = 0;
  b->slices = (struct slices){.number = b->slices.number};
}

void breaker_init(struct breaker *b, const struct breaker_config *config, struct arena *arena) {
  *b = (struct breaker){.config = config, .window = config->window, .least = config->least};
  if (b->window.calls == 0 && b->window.ns == 0) b->window.calls = BREAKER_WINDOW_CALLS;
  if (b->least == 0) b->least = BREAKER_LEAST;
  if (b->window.calls > 0 && b->least > b->window.calls) b->least = b->window.calls;
  if (config->failures == 0 && b->window.calls > 0) {
    b->last = arena_alloc(arena, b->window.calls);
  }
}

/* --- states --------------------------------------------------------------------------------- */

static void change(struct breaker *b, enum breaker_state state, uint64_t now_ns) {
  if (b->state == BREAKER_CLOSED) b->left_closed_ns = now_ns;
  if (state == BREAKER_CLOSED) b->not_closed_ns += now_ns - b->left_closed_ns;
  b->state = state;
  b->epoch++;
  b->trials = 0;
  forget_window(b);
}

static void open_up(struct breaker *b, uint64_t now_ns) {
  change(b, BREAKER_OPEN, now_ns);
  b->until_ns = now_ns + b->config->open_ns;
  b->opened++;
}

void breaker_restart(struct breaker *b, uint64_t now_ns) {
  if (b->state != BREAKER_CLOSED) {
    change(b, BREAKER_CLOSED, now_ns);
  } else {
    b->epoch++;
    forget_window(b);
  }
}

bool breaker_would_admit(const struct breaker *b, uint64_t now_ns) {
  switch (b->state) {
    case BREAKER_CLOSED:
      return true;
    case BREAKER_OPEN:
      return now_ns >= b->until_ns;
    case BREAKER_HALF_OPEN:
      return b->trials < b->config->trials;
  }
  return true;
}

bool breaker_admit(struct breaker *b, uint64_t now_ns, uint32_t *epoch) {
  if (b->state == BREAKER_OPEN && now_ns >= b->until_ns) change(b, BREAKER_HALF_OPEN, now_ns);
  bool may = b->state == BREAKER_CLOSED ||
             (b->state == BREAKER_HALF_OPEN && b->trials < b->config->trials);
  b->rejected += !may;
  if (may && b->state == BREAKER_HALF_OPEN) b->trials++;
  *epoch = b->epoch;
  return may;
}

void breaker_give_back(struct breaker *b, uint32_t epoch) {
  if (epoch != b->epoch || b->state != BREAKER_HALF_OPEN) return;
  assert(b->trials > 0);
  b->trials--;
}

/* --- the window ----------------------------------------------------------------------------- */

static void count(struct call_tally *tally, uint8_t how, uint64_t n) {
  tally->calls += n;
  if (how & ENDED_FAILED) tally->failed += n;
  if (how & ENDED_SLOW) tally->slow += n;
}

static void add_to_calls(struct breaker *b, uint8_t how) {
  uint64_t size = b->window.calls;
  if (b->tally.calls == size) count(&b->tally, b->last[b->at], UINT64_MAX /* one less */);
  b->last[b->at] = how;
  b->at = b->at + 1 < size ? b->at + 1 : 0;
  count(&b->tally, how, 1);
}

static void add_to_slices(struct breaker *b, uint64_t now_ns, uint8_t how) {
  slices_advance(&b->slices, b->window.ns, now_ns, &b->tally);
  count(slices_now(&b->slices), how, 1);
  count(&b->tally, how, 1);
}

static bool too_bad(const struct breaker *b) {
  double calls = (double)b->tally.calls;
  double slow_ratio = b->config->slow_ratio > 0 ? b->config->slow_ratio : b->config->ratio;
  return (double)b->tally.failed >= b->config->ratio * calls ||
         (b->config->slow_ns != PARAM_UNLIMITED && (double)b->tally.slow >= slow_ratio * calls);
}

/* --- results -------------------------------------------------------------------------------- */

static void trial_ended(struct breaker *b, uint64_t now_ns, uint8_t how) {
  count(&b->tally, how, 1);
  bool all = b->tally.calls == b->config->trials;
  bool bad = b->config->failures > 0 ? how != ENDED_WELL : all && too_bad(b);
  if (bad) {
    open_up(b, now_ns);
  } else if (all) {
    change(b, BREAKER_CLOSED, now_ns);
  }
}

static void closed_ended(struct breaker *b, uint64_t now_ns, uint8_t how) {
  const struct breaker_config *config = b->config;
  if (config->failures > 0) {
    b->in_a_row = how == ENDED_WELL ? 0 : b->in_a_row + 1;
    if (b->in_a_row >= config->failures) open_up(b, now_ns);
    return;
  }
  if (b->window.calls > 0) {
    add_to_calls(b, how);
  } else {
    add_to_slices(b, now_ns, how);
  }
  if (b->tally.calls >= b->least && too_bad(b)) open_up(b, now_ns);
}

void breaker_record(struct breaker *b, uint64_t now_ns, uint32_t epoch, bool failed,
                    uint64_t took_ns) {
  if (epoch != b->epoch) return;
  uint8_t how = failed ? ENDED_FAILED : ENDED_WELL;
  if (b->config->slow_ns != PARAM_UNLIMITED && took_ns >= b->config->slow_ns) how |= ENDED_SLOW;
  assert(b->state != BREAKER_OPEN); /* its epoch was given to nobody */
  if (b->state == BREAKER_HALF_OPEN) {
    trial_ended(b, now_ns, how);
  } else {
    closed_ended(b, now_ns, how);
  }
}

/* --- what is measured ----------------------------------------------------------------------- */

void breaker_reset(struct breaker *b, uint64_t now_ns) {
  b->opened = b->rejected = b->not_closed_ns = 0;
  b->left_closed_ns = now_ns;
}

uint64_t breaker_not_closed_ns(const struct breaker *b, uint64_t now_ns) {
  return b->not_closed_ns + (b->state == BREAKER_CLOSED ? 0 : now_ns - b->left_closed_ns);
}
