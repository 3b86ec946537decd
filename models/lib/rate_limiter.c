#include "rate_limiter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "profile.h"
#include "rng.h"

#define NS_PER_S 1e9
#define ROUNDING 1e-6 /* of a whole number of calls in a window */
#define NEVER_NS 4e18 /* no run is so long */
#define TURNS_MOST 1000

const char *const limit_algorithm_names[] = {"token_bucket", "leaky_bucket",    "fixed_window",
                                             "sliding_log",  "sliding_counter", NULL};

/* --- rates ---------------------------------------------------------------------------------- */

/* What the rate lets pass between two times. */
static double brings(const struct limit_config *config, uint64_t from_ns, uint64_t to_ns) {
  if (config->rate.profile) return profile_count(config->rate.profile, from_ns, to_ns);
  return config->rate.per_s * (double)(to_ns - from_ns) / NS_PER_S;
}

/* How long it takes to let that much pass; NEVER_NS: for good. */
static double takes_ns(const struct limit_config *config, uint64_t from_ns, double calls) {
  const struct profile *profile = config->rate.profile;
  double ns =
      profile ? profile_reach_ns(profile, from_ns, calls) : calls / config->rate.per_s * NS_PER_S;
  return fmin(ns, NEVER_NS);
}

static double brings_in_window(const struct limit_config *config, uint64_t now_ns) {
  const struct profile *profile = config->rate.profile;
  uint64_t window_ns = config->window_ns, begin_ns = now_ns / window_ns * window_ns;
  if (!profile) return config->rate.per_s * (double)window_ns / NS_PER_S;
  if (config->algorithm != LIMIT_FIXED_WINDOW) {
    return profile_count_last(profile, window_ns, now_ns);
  }
  return profile_count(profile, begin_ns, begin_ns + window_ns);
}

uint64_t limit_in_window(const struct limit_config *config, uint64_t now_ns) {
  return (uint64_t)(brings_in_window(config, now_ns) + ROUNDING);
}

/* --- algorithms ----------------------------------------------------------------------------- */

/* What the call finds ahead of it: one for each that passed, less what has drained since then. By
 * this a token bucket and a leaky one are the same: tokens are places that are free. */
static double waiting_ahead(const struct limit_config *config, const struct limit_bucket *b,
                            uint64_t now_ns) {
  if (b->passed == 0) return 0;
  double ahead = b->waiting + 1 - brings(config, b->last_ns, now_ns);
  return ahead > 0 ? ahead : 0;
}

/* Sums of times a rate are not exact: so much of a call is none. */
static double slack(const struct limit_config *config) {
  return 1e-9 * (1 + (double)config->burst);
}

static uint64_t take_token(const struct limit_config *config, struct limit_bucket *b,
                           uint64_t now_ns) {
  double ahead = waiting_ahead(config, b, now_ns);
  if (ahead > (double)config->burst - 1 + slack(config)) return LIMITER_REFUSED;
  b->waiting = ahead;
  return 0;
}

static uint64_t wait_turn(const struct limit_config *config, struct limit_bucket *b,
                          uint64_t now_ns) {
  double ahead = waiting_ahead(config, b, now_ns);
  if (ahead > (double)config->burst + slack(config)) return LIMITER_REFUSED;
  double waits = ahead - (double)config->at_once;
  double wait_ns = waits > slack(config) ? takes_ns(config, now_ns, waits) + 0.5 : 0;
  if (!(wait_ns < NEVER_NS)) return LIMITER_REFUSED; /* its turn never comes */
  b->waiting = ahead;
  return (uint64_t)wait_ns;
}

/* Windows begin at multiples of their length. */
static void turn_window(const struct limit_config *config, struct limit_bucket *b,
                        uint64_t now_ns) {
  uint64_t window = now_ns / config->window_ns;
  if (window == b->window) return;
  b->before = window == b->window + 1 ? b->count : 0;
  b->count = 0;
  b->window = window;
}

static uint64_t count_window(const struct limit_config *config, struct limit_bucket *b,
                             uint64_t now_ns) {
  turn_window(config, b, now_ns);
  if (b->count >= limit_in_window(config, now_ns)) return LIMITER_REFUSED;
  b->count++;
  return 0;
}

/* The window before counts for as much of it as still lies within one length (Cloudflare). */
static double estimate(const struct limit_config *config, const struct limit_bucket *b,
                       uint64_t now_ns) {
  double within = 1 - (double)(now_ns % config->window_ns) / (double)config->window_ns;
  return (double)b->before * within + (double)b->count;
}

static uint64_t count_weighted(const struct limit_config *config, struct limit_bucket *b,
                               uint64_t now_ns) {
  turn_window(config, b, now_ns);
  if (estimate(config, b, now_ns) + 1 > (double)limit_in_window(config, now_ns) + ROUNDING)
    return LIMITER_REFUSED;
  b->count++;
  return 0;
}

static void grow_log(struct limit_bucket *b) {
  uint32_t room = b->room ? 2 * b->room : 4;
  uint64_t *log = mem_alloc(room * sizeof *log);
  for (uint32_t i = 0; i < b->count; i++) log[i] = b->log[(b->oldest + i) % b->room];
  free(b->log);
  b->log = log;
  b->oldest = 0;
  b->room = room;
}

static uint64_t note_in_log(const struct limit_config *config, struct limit_bucket *b,
                            uint64_t now_ns) {
  while (b->count > 0 && now_ns - b->log[b->oldest] >= config->window_ns) {
    b->oldest = (b->oldest + 1) % b->room;
    b->count--;
  }
  if (b->count >= limit_in_window(config, now_ns)) return LIMITER_REFUSED;
  if (b->count == b->room) grow_log(b);
  b->log[(b->oldest + b->count++) % b->room] = now_ns;
  return 0;
}

static uint64_t (*const take[LIMIT_ALGORITHMS])(const struct limit_config *, struct limit_bucket *,
                                                uint64_t) = {
    [LIMIT_TOKEN_BUCKET] = take_token,        [LIMIT_LEAKY_BUCKET] = wait_turn,
    [LIMIT_FIXED_WINDOW] = count_window,      [LIMIT_SLIDING_LOG] = note_in_log,
    [LIMIT_SLIDING_COUNTER] = count_weighted,
};

/* --- buckets -------------------------------------------------------------------------------- */

void limiter_init(struct limiter *limiter, const struct limit_config *config) {
  *limiter = (struct limiter){.config = config};
}

void limiter_clear(struct limiter *limiter) {
  for (uint32_t i = 0; i < limiter->buckets; i++) free(limiter->bucket[i].log);
  limiter->buckets = 0;
  if (limiter->slot) memset(limiter->slot, 0, limiter->slots * sizeof *limiter->slot);
}

void limiter_free(struct limiter *limiter) {
  limiter_clear(limiter);
  free(limiter->bucket);
  free(limiter->slot);
}

static uint32_t *slot_of(const struct limiter *limiter, uint64_t who) {
  uint32_t at = (uint32_t)rng_mix(who) & (limiter->slots - 1);
  while (limiter->slot[at] != 0 && limiter->bucket[limiter->slot[at] - 1].who != who) {
    at = (at + 1) & (limiter->slots - 1);
  }
  return &limiter->slot[at];
}

/* At most half of the slots are taken. */
static void make_room(struct limiter *limiter) {
  if (limiter->buckets < limiter->capacity) return;
  limiter->capacity = limiter->capacity ? 2 * limiter->capacity : 4;
  limiter->bucket = mem_grow(limiter->bucket, limiter->capacity, sizeof *limiter->bucket,
                             "buckets of a limit", "limit fewer users or keys");
  limiter->slots = 2 * limiter->capacity;
  free(limiter->slot);
  limiter->slot = mem_zeroed(limiter->slots, sizeof *limiter->slot);
  for (uint32_t i = 0; i < limiter->buckets; i++) {
    *slot_of(limiter, limiter->bucket[i].who) = i + 1;
  }
}

static struct limit_bucket *bucket_of(struct limiter *limiter, uint64_t who, uint64_t now_ns) {
  make_room(limiter);
  uint32_t *slot = slot_of(limiter, who);
  if (*slot == 0) {
    limiter->bucket[limiter->buckets++] = (struct limit_bucket){.who = who, .since_ns = now_ns};
    *slot = limiter->buckets;
  }
  return &limiter->bucket[*slot - 1];
}

static uint64_t whole(double calls) {
  return calls > 0 ? (uint64_t)calls : 0;
}

/* After a call that passed: how many more may at the same instant. */
static uint64_t left_of(const struct limit_config *config, const struct limit_bucket *b,
                        uint64_t now_ns) {
  double free = (double)config->burst - waiting_ahead(config, b, now_ns) + slack(config);
  switch ((enum limit_algorithm)config->algorithm) {
    case LIMIT_TOKEN_BUCKET:
      return whole(free);
    case LIMIT_LEAKY_BUCKET:
      return whole(free + 1); /* one need not wait */
    case LIMIT_FIXED_WINDOW:
    case LIMIT_SLIDING_LOG:
      return limit_in_window(config, now_ns) - b->count;
    case LIMIT_SLIDING_COUNTER:
      return whole((double)limit_in_window(config, now_ns) - estimate(config, b, now_ns) +
                   ROUNDING);
    case LIMIT_ALGORITHMS:
      break;
  }
  return 0;
}

uint64_t limiter_take(struct limiter *limiter, uint64_t who, uint64_t now_ns) {
  struct limit_bucket *b = bucket_of(limiter, who, now_ns);
  uint64_t wait_ns = take[limiter->config->algorithm](limiter->config, b, now_ns);
  limiter->left = 0;
  if (wait_ns == LIMITER_REFUSED) return wait_ns;
  b->last_ns = now_ns;
  b->passed++;
  limiter->left = left_of(limiter->config, b, now_ns);
  return wait_ns;
}

/* --- when one could pass -------------------------------------------------------------------- */

/* Of a window whose predecessor counts for as much of it as is left: when in it a call passes that
 * found so many in it. */
static uint64_t slides_out(const struct limit_config *config, uint64_t before, uint64_t count) {
  double room = (double)limit_in_window(config, 0) - 1 - (double)count;
  double share = before > 0 && room < (double)before ? room / (double)before : 1;
  return (uint64_t)ceil((1 - share) * (double)config->window_ns);
}

/* What a window that changes counts at a later time, if nobody came. */
static double counts_at(const struct limit_config *config, const struct limit_bucket *b,
                        uint64_t at_ns) {
  struct limit_bucket then = *b;
  if (config->algorithm != LIMIT_SLIDING_LOG) {
    turn_window(config, &then, at_ns);
    if (config->algorithm == LIMIT_FIXED_WINDOW) return then.count;
    return estimate(config, &then, at_ns);
  }
  while (then.count > 0 && at_ns - b->log[then.oldest] >= config->window_ns) {
    then.oldest = (then.oldest + 1) % b->room;
    then.count--;
  }
  return then.count;
}

static bool passes_at(const struct limit_config *config, const struct limit_bucket *b,
                      uint64_t at_ns) {
  double most = (double)limit_in_window(config, at_ns) + ROUNDING;
  return counts_at(config, b, at_ns) + 1 <= most;
}

/* When the window's own count or a rate at one of its ends is next another line than at `at_ns`. */
static uint64_t turns_after(const struct limit_config *config, const struct limit_bucket *b,
                            uint64_t at_ns) {
  const struct profile *profile = config->rate.profile;
  uint64_t window_ns = config->window_ns, edge_ns = (at_ns / window_ns + 1) * window_ns;
  if (config->algorithm == LIMIT_FIXED_WINDOW) return edge_ns;
  uint64_t next_ns = profile_turns(profile, at_ns);
  uint64_t back_ns = profile->every_ns > 0 ? window_ns % profile->every_ns : window_ns;
  uint64_t tail_ns = window_ns;
  if (at_ns >= back_ns) tail_ns = profile_turns(profile, at_ns - back_ns);
  if (at_ns >= back_ns && tail_ns < UINT64_MAX) tail_ns += back_ns;
  if (tail_ns > at_ns && tail_ns < next_ns) next_ns = tail_ns;
  if (config->algorithm == LIMIT_SLIDING_COUNTER) return edge_ns < next_ns ? edge_ns : next_ns;
  for (uint32_t i = 0; i < b->count; i++) {
    uint64_t out_ns = b->log[(b->oldest + i) % b->room] + window_ns;
    if (out_ns <= at_ns) continue;
    return out_ns < next_ns ? out_ns : next_ns;
  }
  return next_ns;
}

/* A rate of 0 may last long: no call passes before this much has come. */
static uint64_t not_before(const struct limit_config *config, const struct limit_bucket *b,
                           uint64_t at_ns) {
  double needs = 1 - brings_in_window(config, at_ns);
  if (counts_at(config, b, at_ns) > 0 || needs <= 0) return at_ns;
  bool fixed = config->algorithm == LIMIT_FIXED_WINDOW;
  double ns = takes_ns(config, at_ns, fixed ? 1 : needs);
  if (ns >= NEVER_NS) return (uint64_t)NEVER_NS;
  uint64_t then_ns = at_ns + (uint64_t)ns;
  if (fixed) then_ns = then_ns / config->window_ns * config->window_ns;
  return then_ns > at_ns + 1 ? then_ns - 1 : at_ns;
}

/* A time in (from_ns, to_ns] at which a call passes, as one does at the end: the first, where no
 * later one is refused. */
static uint64_t passes_within(const struct limit_config *config, const struct limit_bucket *b,
                              uint64_t from_ns, uint64_t to_ns) {
  while (to_ns - from_ns > 1) {
    uint64_t middle_ns = from_ns + (to_ns - from_ns) / 2;
    if (passes_at(config, b, middle_ns)) {
      to_ns = middle_ns;
    } else {
      from_ns = middle_ns;
    }
  }
  return to_ns;
}

/* Of a window whose rate changes: from turn to turn, until a call passes. */
static uint64_t first_pass(const struct limit_config *config, const struct limit_bucket *b,
                           uint64_t now_ns) {
  uint64_t at_ns = now_ns;
  for (int turn = 0; turn < TURNS_MOST; turn++) {
    at_ns = not_before(config, b, at_ns);
    uint64_t next_ns = turns_after(config, b, at_ns);
    if (at_ns >= (uint64_t)NEVER_NS || next_ns >= (uint64_t)NEVER_NS) return (uint64_t)NEVER_NS;
    if (passes_at(config, b, next_ns)) return passes_within(config, b, at_ns, next_ns);
    at_ns = next_ns;
  }
  return at_ns;
}

static uint64_t free_at(const struct limit_config *config, const struct limit_bucket *b,
                        uint64_t now_ns) {
  if (config->rate.profile && config->window_ns > 0) return first_pass(config, b, now_ns);
  uint64_t begin_ns = config->window_ns ? now_ns / config->window_ns * config->window_ns : 0;
  double ahead = waiting_ahead(config, b, now_ns);
  switch ((enum limit_algorithm)config->algorithm) {
    case LIMIT_TOKEN_BUCKET:
      ahead -= (double)config->burst - 1;
      return now_ns + (uint64_t)ceil(takes_ns(config, now_ns, ahead));
    case LIMIT_LEAKY_BUCKET:
      ahead -= (double)config->burst;
      return now_ns + (uint64_t)ceil(takes_ns(config, now_ns, ahead));
    case LIMIT_FIXED_WINDOW:
      return begin_ns + config->window_ns;
    case LIMIT_SLIDING_LOG:
      return b->log[b->oldest] + config->window_ns;
    case LIMIT_SLIDING_COUNTER:
      if (b->count < limit_in_window(config, now_ns)) {
        return begin_ns + slides_out(config, b->before, b->count);
      }
      return begin_ns + config->window_ns + slides_out(config, b->count, 0);
    case LIMIT_ALGORITHMS:
      break;
  }
  return now_ns;
}

uint64_t limiter_free_in(struct limiter *limiter, uint64_t who, uint64_t now_ns) {
  uint64_t at_ns = free_at(limiter->config, bucket_of(limiter, who, now_ns), now_ns);
  return at_ns > now_ns ? at_ns - now_ns : 0;
}

/* --- what may not be ------------------------------------------------------------------------ */

/* Of windows whose rate changes: those that pass in one are at most what came in it and, of a
 * sliding one, in the one before it, so that each moment counts twice. */
static double most_in_windows(const struct limit_config *config, const struct limit_bucket *b) {
  uint64_t window_ns = config->window_ns, begin_ns = b->since_ns / window_ns * window_ns;
  uint64_t end_ns = (b->last_ns / window_ns + 1) * window_ns;
  if (config->algorithm == LIMIT_FIXED_WINDOW) return brings(config, begin_ns, end_ns);
  return 2 * profile_count_last(config->rate.profile, end_ns - begin_ns + window_ns, end_ns);
}

/* The most that may have passed since the first call, whatever happened in between. */
static double most_passed(const struct limit_config *config, const struct limit_bucket *b) {
  double came = brings(config, b->since_ns, b->last_ns);
  uint64_t windows;
  if (config->rate.profile && config->window_ns > 0) return most_in_windows(config, b);
  switch ((enum limit_algorithm)config->algorithm) {
    case LIMIT_TOKEN_BUCKET:
      return (double)config->burst + came;
    case LIMIT_LEAKY_BUCKET:
      return (double)config->burst + 1 + came;
    case LIMIT_FIXED_WINDOW:
    case LIMIT_SLIDING_COUNTER:
      windows = b->last_ns / config->window_ns - b->since_ns / config->window_ns + 1;
      return (double)windows * (double)limit_in_window(config, 0);
    case LIMIT_SLIDING_LOG:
      windows = (b->last_ns - b->since_ns) / config->window_ns + 1;
      return (double)windows * (double)limit_in_window(config, 0);
    case LIMIT_ALGORITHMS:
      break;
  }
  return INFINITY;
}

bool limiter_holds(const struct limiter *limiter, uint64_t *passed) {
  bool holds = true;
  for (uint32_t i = 0; i < limiter->buckets; i++) {
    const struct limit_bucket *b = &limiter->bucket[i];
    *passed += b->passed;
    if (b->passed == 0) continue;
    double most = most_passed(limiter->config, b);
    holds &= (double)b->passed <= most * (1 + 1e-9) + ROUNDING;
  }
  return holds;
}
