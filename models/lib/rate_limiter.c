#include "rate_limiter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "rng.h"

#define NS_PER_S 1e9
#define ROUNDING 1e-6 /* of a whole number of calls in a window */

const char *const limit_algorithm_names[] = {"token_bucket", "leaky_bucket",    "fixed_window",
                                             "sliding_log",  "sliding_counter", NULL};
const char *const limit_per_names[] = {"all", "user", "tier", "key", "client", "caller", NULL};

uint64_t limit_in_window(const struct limit_config *config) {
  return (uint64_t)(config->rate.per_s * (double)config->window_ns / NS_PER_S + ROUNDING);
}

/* --- algorithms ----------------------------------------------------------------------------- */

/* What the call finds ahead of it: one for each that passed, less what has drained since then. By
 * this a token bucket and a leaky one are the same: tokens are places that are free. */
static double waiting_ahead(const struct limit_config *config, const struct limit_bucket *b,
                            uint64_t now_ns) {
  if (b->passed == 0) return 0;
  double drained = config->rate.per_s * (double)(now_ns - b->last_ns) / NS_PER_S;
  double ahead = b->waiting + 1 - drained;
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
  b->waiting = ahead;
  double waits = ahead - (double)config->at_once;
  return waits > slack(config) ? (uint64_t)(waits / config->rate.per_s * NS_PER_S + 0.5) : 0;
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
  if (b->count >= limit_in_window(config)) return LIMITER_REFUSED;
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
  if (estimate(config, b, now_ns) + 1 > (double)limit_in_window(config) + ROUNDING)
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
  if (b->count >= limit_in_window(config)) return LIMITER_REFUSED;
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
      return limit_in_window(config) - b->count;
    case LIMIT_SLIDING_COUNTER:
      return whole((double)limit_in_window(config) - estimate(config, b, now_ns) + ROUNDING);
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

/* Of a window whose predecessor counts for as much of it as is left: when in it a call passes that
 * found so many in it. */
static uint64_t slides_out(const struct limit_config *config, uint64_t before, uint64_t count) {
  double room = (double)limit_in_window(config) - 1 - (double)count;
  double share = before > 0 && room < (double)before ? room / (double)before : 1;
  return (uint64_t)ceil((1 - share) * (double)config->window_ns);
}

static uint64_t free_at(const struct limit_config *config, const struct limit_bucket *b,
                        uint64_t now_ns) {
  uint64_t begin_ns = config->window_ns ? now_ns / config->window_ns * config->window_ns : 0;
  double ahead = waiting_ahead(config, b, now_ns);
  switch ((enum limit_algorithm)config->algorithm) {
    case LIMIT_TOKEN_BUCKET:
      ahead -= (double)config->burst - 1;
      return now_ns + (uint64_t)ceil(ahead / config->rate.per_s * NS_PER_S);
    case LIMIT_LEAKY_BUCKET:
      ahead -= (double)config->burst;
      return now_ns + (uint64_t)ceil(ahead / config->rate.per_s * NS_PER_S);
    case LIMIT_FIXED_WINDOW:
      return begin_ns + config->window_ns;
    case LIMIT_SLIDING_LOG:
      return b->log[b->oldest] + config->window_ns;
    case LIMIT_SLIDING_COUNTER:
      if (b->count < limit_in_window(config)) {
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

/* The most that may have passed since the first call, whatever happened in between. */
static double most_passed(const struct limit_config *config, const struct limit_bucket *b) {
  double lasted_ns = (double)(b->last_ns - b->since_ns);
  uint64_t windows;
  switch ((enum limit_algorithm)config->algorithm) {
    case LIMIT_TOKEN_BUCKET:
      return (double)config->burst + config->rate.per_s * lasted_ns / NS_PER_S;
    case LIMIT_LEAKY_BUCKET:
      return (double)config->burst + 1 + config->rate.per_s * lasted_ns / NS_PER_S;
    case LIMIT_FIXED_WINDOW:
    case LIMIT_SLIDING_COUNTER:
      windows = b->last_ns / config->window_ns - b->since_ns / config->window_ns + 1;
      return (double)windows * (double)limit_in_window(config);
    case LIMIT_SLIDING_LOG:
      windows = (b->last_ns - b->since_ns) / config->window_ns + 1;
      return (double)windows * (double)limit_in_window(config);
    case LIMIT_ALGORITHMS:
      break;
  }
  return INFINITY;
}

bool limiter_holds(const struct limiter *limiter, uint64_t *passed) {
  bool holds = true;
  for (uint32_t i = 0; i < limiter->buckets; i++) {
    const struct limit_bucket *b = &limiter->bucket[i];
    double most = most_passed(limiter->config, b);
    *passed += b->passed;
    if (b->passed > 0) holds &= (double)b->passed <= most * (1 + 1e-9) + ROUNDING;
  }
  return holds;
}
