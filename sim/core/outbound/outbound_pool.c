/* Places for calls at once. A caller that finds none free waits in turn, or is refused. A place
 * that becomes free goes to the one who has waited longest, by an event of the same instant: nobody
 * is called from within an answer to another. */
#include "call.h"
#include "outbound_state.h"
#include "trace.h"

static struct try *try_at(struct sim *sim, uint32_t slot) {
  return &sim->outbounds->try[slot];
}

void pool_side_settle(struct pool_side *side, uint64_t now_ns) {
  side->present_ns += (pool_integral)side->n * (now_ns - side->settled_ns);
  side->settled_ns = now_ns;
}

static void side_enter(struct pool_side *side, uint64_t now_ns) {
  pool_side_settle(side, now_ns);
  side->n++;
  side->begun_ns += now_ns;
  if (side->n > side->most) side->most = side->n;
}

static void side_leave(struct pool_side *side, uint64_t now_ns, uint64_t since_ns) {
  assert(side->n > 0);
  pool_side_settle(side, now_ns);
  side->n--;
  side->begun_ns -= since_ns;
  side->spent_ns += now_ns - since_ns;
}

static void side_empty(struct pool_side *side, uint64_t now_ns) {
  pool_side_settle(side, now_ns);
  side->spent_ns += (pool_integral)side->n * now_ns - side->begun_ns;
  side->begun_ns = 0;
  side->n = 0;
}

void pool_empty(struct pool *pool, uint64_t now_ns) {
  side_empty(&pool->taken, now_ns);
  side_empty(&pool->waiting, now_ns);
  pool->head = pool->tail = SLOT_NONE;
}

static void take(struct sim *sim, struct pool *pool, struct try *try) {
  side_enter(&pool->taken, sim->now_ns);
  try->placed = true;
  try->placed_ns = sim->now_ns;
  try->in_flight = (uint32_t)pool->taken.n;
}

static void enqueue(struct sim *sim, struct pool *pool, struct frame *call) {
  uint32_t slot = frame_slot(sim, call);
  struct try *try = try_at(sim, slot);
  try->before = pool->tail;
  try->after = SLOT_NONE;
  *(pool->tail == SLOT_NONE ? &pool->head : &try_at(sim, pool->tail)->after) = slot;
  pool->tail = slot;
  side_enter(&pool->waiting, sim->now_ns);
}

static void dequeue(struct sim *sim, struct pool *pool, uint32_t slot) {
  const struct try *try = try_at(sim, slot);
  *(try->before == SLOT_NONE ? &pool->head : &try_at(sim, try->before)->after) = try->after;
  *(try->after == SLOT_NONE ? &pool->tail : &try_at(sim, try->after)->before) = try->before;
  side_leave(&pool->waiting, sim->now_ns, try->from_ns);
}

bool pool_enter(struct sim *sim, struct outbound *out, struct frame *call, bool *refused) {
  struct pool *pool = out->pool;
  struct try *try = try_known(sim, call);
  try->from_ns = sim->now_ns;
  *refused = false;
  if (pool->waiting.n == 0 && pool->taken.n < concurrency_limit(&pool->size)) {
    take(sim, pool, try);
    hist_add(&pool->wait, 0);
    return true;
  }
  if (pool->waiting.n >= pool->config->queue) {
    pool->refused++;
    *refused = true;
    return false;
  }
  enqueue(sim, pool, call);
  try->phase = PHASE_WAITING;
  trace_mark(sim, call, PART_POOL);
  try->due_ns = TIME_NEVER;
  if (pool->config->wait_ns != TIME_NEVER) try->due_ns = sim->now_ns + pool->config->wait_ns;
  if (try->deadline_ns < try->due_ns) try->due_ns = try->deadline_ns;
  if (try->due_ns != TIME_NEVER) push_try_event(sim, call, try->due_ns);
  return false;
}

/* Those next in turn have their places from now on. */
static void admit(struct sim *sim, struct pool *pool) {
  while (pool->waiting.n > 0 && pool->taken.n < concurrency_limit(&pool->size)) {
    uint32_t slot = pool->head;
    struct try *try = try_at(sim, slot);
    dequeue(sim, pool, slot);
    take(sim, pool, try);
    hist_add(&pool->wait, sim->now_ns - try->from_ns);
    try->phase = PHASE_READY;
    push_try_event(sim, frame_at(sim, slot), sim->now_ns);
  }
}

void pool_leave(struct sim *sim, struct pool *pool, const struct try *try) {
  side_leave(&pool->taken, sim->now_ns, try->placed_ns);
  admit(sim, pool);
}

static void learn(struct sim *sim, struct pool *pool, const struct try *try, bool failed) {
  concurrency_result(&pool->size, sim->now_ns - try->from_ns, try->in_flight, failed);
  uint64_t places = concurrency_limit(&pool->size);
  if (places != pool->places.value) level_set(&pool->places, sim->now_ns, places);
}

/* Of what does not tell how busy the component is, nothing is learnt. */
void pool_heard(struct sim *sim, struct pool *pool, const struct try *try, enum outcome outcome) {
  switch (outcome) {
    case OUTCOME_OK:
      learn(sim, pool, try, false);
      return;
    case OUTCOME_TIMEOUT:
    case OUTCOME_REFUSED:
    case OUTCOME_RESET:
    case OUTCOME_UNREACHABLE:
    case OUTCOME_SHED:
    case OUTCOME_RATE_LIMITED:
      learn(sim, pool, try, true);
      return;
    case OUTCOME_CIRCUIT_OPEN:
    case OUTCOME_FAILED:
    case OUTCOME_DENIED:
    case OUTCOMES:
      return;
  }
}

void pool_quit(struct sim *sim, struct pool *pool, struct frame *call) {
  dequeue(sim, pool, frame_slot(sim, call));
  pool->gave_up++;
}
