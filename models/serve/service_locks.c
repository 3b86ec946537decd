#include "service_locks.h"

#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "column.h"
#include "holding.h"
#include "lease.h"
#include "timer.h"

/* How long the service waits for the answer when it gives a lock back or renews a lease: the first
 * retransmission of TCP (RFC 6298, 2.1). */
#define ANSWER_NS UINT64_C(1000000000)
#define LOOK_AGAIN 32 /* in a pause: so often in a lease */

enum { RENEWS = 0x4c4b }; /* of a timer */

struct held {
  uint32_t number; /* 0: not in use */
  uint32_t service, item;
  uint64_t token, really, lease_ns;
  uint64_t token_before, really_before; /* what the call came with */
  uint64_t key;
  uint8_t op;
  struct timer renew;
  struct held *next; /* of the unused ones */
};

bool service_takes_locks(const struct service_config *config) {
  for (uint32_t i = 0; i < config->on.n; i++) {
    const struct program *program = &config->on.handler[i].program;
    for (uint32_t k = 0; k < program->calls; k++) {
      if (program->call[k].locks) return true;
    }
  }
  return false;
}

void locker_init(struct sim *sim) {
  holding_want(sim);
  column_want(sim, COLUMN_LOCK);
  column_want(sim, COLUMN_TOKEN);
}

void locker_free(struct locker *locker) {
  free(locker->held);
}

static struct held *held_new(struct sim *sim, struct locker *locker) {
  struct held *held = locker->unused;
  if (held) {
    locker->unused = held->next;
  } else {
    held = arena_alloc(sim->arena, sizeof *held);
    if (locker->n == locker->capacity) {
      locker->capacity = locker->capacity ? 2 * locker->capacity : 16;
      locker->held = mem_resize(locker->held, locker->capacity * sizeof(struct held *));
    }
    locker->held[locker->n++] = held;
    held->number = locker->n;
  }
  locker->in_use++;
  return held;
}

static void forget(struct sim *sim, struct locker *locker, struct held *held) {
  timer_stop(&held->renew);
  holding_leave(sim, held->really);
  held->really = 0;
  held->next = locker->unused;
  locker->unused = held;
  locker->in_use--;
}

/* On the member's own account: nobody waits for the answer. */
static void tell(struct sim *sim, struct member *member, const struct held *held,
                 enum lock_wish wish) {
  struct frame *child = call_new(sim, member, NULL);
  child->key = rng_mix(held->key + sim->now_ns);
  child->item = held->item;
  child->op = held->op;
  column_set(sim, child, COLUMN_LOCK, lock_wish(wish, 0));
  column_set(sim, child, COLUMN_TOKEN, held->token);
  column_set(sim, child, COLUMN_HELD, held->really);
  call_send(sim, child, &sim->member[held->service], ANSWER_NS);
}

/* --- taking and leaving ---------------------------------------------------------------------- */

void locker_asks(struct sim *sim, const struct frame *child, const struct program_call *spec) {
  column_set(sim, child, COLUMN_LOCK, lock_wish(LOCK_TAKE, spec->lease_ns));
  column_set(sim, child, COLUMN_TOKEN, 0);
}

static void plan_renewal(struct sim *sim, struct member *member, struct held *held,
                         uint64_t parts) {
  uint64_t in_ns = held->lease_ns / parts;
  timer_set(sim, member, &held->renew, in_ns > 0 ? in_ns : 1, RENEWS, held->number);
}

void locker_takes(struct sim *sim, struct member *member, struct locker *locker,
                  const struct frame *call, const struct frame *child,
                  const struct program_call *spec) {
  locker_leaves(sim, member, locker, call);
  struct member *service = &sim->member[frame_callee(child)];
  struct held *held = held_new(sim, locker);
  held->service = service->id;
  held->item = child->item;
  held->token = column_get(sim, child, COLUMN_TOKEN);
  held->lease_ns = spec->lease_ns;
  held->key = call->key;
  held->op = call->op;
  held->token_before = column_get(sim, call, COLUMN_TOKEN);
  held->really_before = column_get(sim, call, COLUMN_HELD);
  held->really = column_get(sim, child, COLUMN_HELD);
  holding_take(sim, held->really);
  column_set(sim, call, COLUMN_LOCK, lock_wish(LOCK_NOTHING, held->number));
  column_set(sim, call, COLUMN_TOKEN, held->token);
  column_set(sim, call, COLUMN_HELD, held->really);
  if (spec->renews) plan_renewal(sim, member, held, 3);
}

void locker_leaves(struct sim *sim, struct member *member, struct locker *locker,
                   const struct frame *call) {
  uint64_t number = lock_lease_of(column_get(sim, call, COLUMN_LOCK));
  if (number == 0) return;
  struct held *held = locker->held[number - 1];
  column_set(sim, call, COLUMN_LOCK, 0);
  column_set(sim, call, COLUMN_TOKEN, held->token_before);
  column_set(sim, call, COLUMN_HELD, held->really_before);
  const struct held gone = *held;
  forget(sim, locker, held);
  tell(sim, member, &gone, LOCK_RELEASE);
}

void locker_goes_on(struct sim *sim, const struct frame *call, const struct frame *rest) {
  column_set(sim, rest, COLUMN_LOCK, column_get(sim, call, COLUMN_LOCK));
  column_set(sim, call, COLUMN_LOCK, 0);
}

bool locker_due(struct sim *sim, struct member *member, struct locker *locker, struct timer *timer,
                bool paused) {
  if (timer->what != RENEWS) return false;
  struct held *held = locker->held[timer->data - 1];
  plan_renewal(sim, member, held, paused ? LOOK_AGAIN : 3);
  if (!paused) tell(sim, member, held, LOCK_RENEW);
  return true;
}

void locker_crash(struct sim *sim, struct locker *locker) {
  for (uint32_t i = 0; i < locker->n; i++) {
    if (locker->held[i]->really != 0) forget(sim, locker, locker->held[i]);
  }
}
