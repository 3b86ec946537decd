#include "environments.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "call.h"
#include "column.h"
#include "sim_assert.h"
#include "trace.h"

enum list { AT_WORK, IDLE, STARTING, NOWHERE };

struct environment {
  uint32_t running, next, before;
  uint32_t list;     /* enum list */
  uint64_t ready_ns; /* it can work from then on */
  uint64_t since_ns; /* idle; later than now: it still starts */
};

void environments_init(struct sim *sim, struct environments *pool, const struct on_demand *config,
                       struct component *component) {
  *pool = (struct environments){.config = config, .cold_time = pool->cold_time};
  if (config == NULL) return;
  pool->cold = sim_stream(sim, component, "cold");
  column_want(sim, COLUMN_ENVIRONMENT);
}

void environments_free(struct environments *pool) {
  free(pool->all);
}

/* --- lists ---------------------------------------------------------------------------------- */

static void take_out(struct environments *pool, uint32_t i) {
  struct environment *e = &pool->all[i];
  if (e->list == NOWHERE) return;
  *(e->before ? &pool->all[e->before].next : &pool->first[e->list]) = e->next;
  *(e->next ? &pool->all[e->next].before : &pool->last[e->list]) = e->before;
  e->list = NOWHERE;
}

/* As the one that was there last. */
static void put_first(struct environments *pool, uint32_t i, enum list list) {
  struct environment *e = &pool->all[i];
  e->list = list;
  e->before = 0;
  e->next = pool->first[list];
  *(e->next ? &pool->all[e->next].before : &pool->last[list]) = i;
  pool->first[list] = i;
}

static uint32_t new_one(struct environments *pool) {
  if (pool->unused == 0) {
    uint32_t from = pool->capacity ? pool->capacity : 1;
    pool->capacity = 2 * from < 16 ? 16 : 2 * from;
    pool->all = mem_resize(pool->all, pool->capacity * sizeof *pool->all);
    memset(pool->all + from, 0, (pool->capacity - from) * sizeof *pool->all);
    for (uint32_t i = pool->capacity; i-- > from;) {
      pool->all[i].next = pool->unused;
      pool->unused = i;
    }
  }
  uint32_t i = pool->unused;
  pool->unused = pool->all[i].next;
  pool->all[i] = (struct environment){.list = NOWHERE};
  return i;
}

static void give_back(struct environments *pool, uint32_t i) {
  take_out(pool, i);
  pool->all[i].next = pool->unused;
  pool->unused = i;
}

/* --- calls ---------------------------------------------------------------------------------- */

static uint32_t start_one(struct sim *sim, const struct member *member, struct environments *pool) {
  uint32_t i = new_one(pool);
  struct draws draws = draws_begin(pool->cold, member_identity(member), pool->made++);
  pool->all[i].ready_ns = sim->now_ns + dist_draw_whole(&pool->config->cold, &draws);
  level_up(&pool->there, sim->now_ns);
  return i;
}

static void place(const struct sim *sim, struct environments *pool, uint32_t i) {
  struct environment *e = &pool->all[i];
  take_out(pool, i);
  if (e->running == pool->config->concurrency) return;
  put_first(pool, i, e->running == 0 ? IDLE : e->ready_ns > sim->now_ns ? STARTING : AT_WORK);
}

/* The one that was there last, if it is ready; 0: there is none. */
static uint32_t first_idle(const struct sim *sim, const struct environments *pool) {
  uint32_t i = pool->first[IDLE];
  while (i != 0 && pool->all[i].ready_ns > sim->now_ns) i = pool->all[i].next;
  return i ? i : pool->first[IDLE];
}

static uint32_t choose(struct sim *sim, const struct member *member, struct environments *pool) {
  if (pool->first[AT_WORK]) return pool->first[AT_WORK];
  if (pool->first[IDLE]) return first_idle(sim, pool);
  if (pool->there.value < pool->config->most) return start_one(sim, member, pool);
  return pool->last[STARTING]; /* the workers of the member are as many as all have room for */
}

bool environment_awaited(struct sim *sim, struct member *member, struct environments *pool,
                         struct frame *call) {
  uint32_t had = (uint32_t)column_get(sim, call, COLUMN_ENVIRONMENT);
  if (had) { /* it is ready */
    place(sim, pool, had);
    return false;
  }
  uint32_t i = choose(sim, member, pool);
  sim_assert(sim, member->id, i != 0, "a worker is free, and no environment has room");
  struct environment *e = &pool->all[i];
  if (e->list == IDLE) level_down(&pool->idle, sim->now_ns);
  e->running++;
  place(sim, pool, i);
  column_set(sim, call, COLUMN_ENVIRONMENT, i);
  if (e->ready_ns <= sim->now_ns) {
    pool->warm_starts++;
    return false;
  }
  pool->cold_starts++;
  hist_add(&pool->cold_time, e->ready_ns - sim->now_ns);
  call->pc--; /* after a timer the next step is taken */
  call_sleep(sim, member, call, e->ready_ns - sim->now_ns);
  trace_mark(sim, call, PART_COLD);
  return true;
}

static void expect_expiry(struct sim *sim, struct member *member, struct environments *pool) {
  uint32_t oldest = pool->last[IDLE];
  if (oldest == 0 || timer_is_set(sim, &pool->expiry)) return;
  if (pool->config->idle_ns > TIME_NEVER / 2) return;
  uint64_t until_ns = pool->all[oldest].since_ns + pool->config->idle_ns;
  timer_set(sim, member, &pool->expiry, until_ns - sim->now_ns, 0, 0);
}

void environment_left(struct sim *sim, struct member *member, struct environments *pool,
                      const struct frame *call) {
  uint32_t i = (uint32_t)column_get(sim, call, COLUMN_ENVIRONMENT);
  if (i == 0) return;
  struct environment *e = &pool->all[i];
  e->running--;
  place(sim, pool, i);
  if (e->list != IDLE) return;
  e->since_ns = e->ready_ns > sim->now_ns ? e->ready_ns : sim->now_ns;
  level_up(&pool->idle, sim->now_ns);
  expect_expiry(sim, member, pool);
}

void environments_expire(struct sim *sim, struct member *member, struct environments *pool) {
  uint32_t oldest;
  while ((oldest = pool->last[IDLE]) != 0 &&
         sim->now_ns >= pool->all[oldest].since_ns + pool->config->idle_ns) {
    give_back(pool, oldest);
    level_down(&pool->idle, sim->now_ns);
    level_down(&pool->there, sim->now_ns);
  }
  expect_expiry(sim, member, pool);
}

void environments_clear(struct sim *sim, struct environments *pool) {
  if (pool->config == NULL) return;
  level_set(&pool->there, sim->now_ns, 0);
  level_set(&pool->idle, sim->now_ns, 0);
  memset(pool->first, 0, sizeof pool->first);
  memset(pool->last, 0, sizeof pool->last);
  free(pool->all);
  pool->all = NULL;
  pool->capacity = pool->unused = 0;
}
