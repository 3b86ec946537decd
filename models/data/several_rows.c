#include "several_rows.h"

#include <assert.h>

#include "arena.h"
#include "key_law.h"
#include "timer.h"

#define AT(field) offsetof(struct rows_config, field)

enum { ORDER_DRAWN, ORDER_SORTED };
static const char *const order_words[] = {"drawn", "sorted", NULL};

const struct param rows_params[] = {
    {.name = "n",
     .type = PARAM_COUNT,
     .offset = AT(n),
     .required = true,
     .min = 2,
     .max = ROWS_MOST,
     .doc = "How many different rows a write changes: that of its data key and others. Each has a "
            "`write` of work, one after the other."},
    {.name = "keys",
     .type = PARAM_KEYS,
     .offset = AT(keys),
     .required = true,
     .doc = "Of which the others are drawn, for each try of a call."},
    {.name = "order",
     .type = PARAM_ENUM,
     .offset = AT(order),
     .fallback = "drawn",
     .choices = order_words,
     .doc =
         "In which order they are locked: the data key first and the others as \"drawn\", so that "
         "two writes can wait for each other, or \"sorted\" by key, so that none can."},
    {.name = "deadlock",
     .type = PARAM_DURATION,
     .offset = AT(deadlock_ns),
     .fallback = "1s",
     .doc =
         "How long a write waits for a row until it looks whether those it waits for wait for it, "
         "and fails if they do (PostgreSQL's deadlock_timeout: 1 s; 0s: at once, as InnoDB)."},
    {0},
};

bool several_rows_valid(const struct rows_config *config, uint32_t instances, struct error *err) {
  if (!config->given) return true;
  if (instances > 1) {
    return error_set(err,
                     "rows: the rows of a write would live on several of the %u members; give "
                     "it one instance",
                     instances);
  }
  if (config->keys.n >= config->n) return true;
  return error_set(err,
                   "rows: a write changes %llu different rows, and keys has %llu; give it more",
                   (unsigned long long)config->n, (unsigned long long)config->keys.n);
}

bool several_rows_can_deadlock(const struct rows_config *config) {
  return config->given && config->order == ORDER_DRAWN;
}

/* Of a write: the rows that it wants, of which it has the first ones. */
struct claim {
  uint32_t slot, stamp;
  uint32_t has;
  bool waits;
  struct timer check;
  uint32_t item[ROWS_MOST];
  struct claim *next; /* in its bucket, or among the spare ones */
};

enum { BUCKETS = 256 };

struct several_rows {
  const struct rows_config *config;
  struct sim *sim;
  struct member *member;
  struct rows *rows;
  struct stream stream;
  struct key_law law;
  uint64_t *deadlocks;
  struct claim *bucket[BUCKETS]; /* by slot */
  struct claim *spare;
};

struct several_rows *several_rows_new(struct sim *sim, struct member *member,
                                      const struct rows_config *config, struct rows *rows,
                                      uint64_t *deadlocks) {
  if (!config->given) return NULL;
  struct several_rows *s = arena_alloc(sim->arena, sizeof *s);
  *s = (struct several_rows){.config = config,
                             .sim = sim,
                             .member = member,
                             .rows = rows,
                             .stream = sim_stream(sim, member->component, "rows"),
                             .deadlocks = deadlocks};
  key_law_init(&s->law, &config->keys);
  return s;
}

/* --- claims --------------------------------------------------------------------------------- */

static struct claim **link_of(struct several_rows *s, uint32_t slot) {
  struct claim **link = &s->bucket[slot % BUCKETS];
  while (*link && (*link)->slot != slot) link = &(*link)->next;
  return link;
}

static struct claim *claim_of(const struct several_rows *s, const struct frame *call) {
  uint32_t slot = frame_slot(s->sim, call);
  struct claim *c = s->bucket[slot % BUCKETS];
  while (c->slot != slot) c = c->next;
  assert(c->stamp == call->stamp);
  return c;
}

static void drop(struct several_rows *s, struct claim **link) {
  struct claim *c = *link;
  *link = c->next;
  timer_stop(&c->check);
  c->waits = false;
  c->next = s->spare;
  s->spare = c;
}

static bool wants(const struct claim *c, uint32_t n, uint32_t item) {
  for (uint32_t i = 0; i < n; i++) {
    if (c->item[i] == item) return true;
  }
  return false;
}

static void draw_items(const struct several_rows *s, struct claim *c, const struct frame *call) {
  const struct rows_config *config = s->config;
  struct draws draws = draws_begin(s->stream, call->key, 0);
  uint32_t n = 0;
  if (call->item) c->item[n++] = call->item;
  while (n < config->n) {
    uint32_t item = (uint32_t)key_law_draw(&s->law, &draws);
    if (!wants(c, n, item)) c->item[n++] = item;
  }
  if (config->order != ORDER_SORTED) return;
  for (uint32_t i = 1; i < n; i++) {
    uint32_t item = c->item[i], k = i;
    for (; k > 0 && c->item[k - 1] > item; k--) c->item[k] = c->item[k - 1];
    c->item[k] = item;
  }
}

/* --- locking -------------------------------------------------------------------------------- */

static bool take_next(struct sim *sim, struct several_rows *s, struct claim *c) {
  if (!rows_take(sim, s->rows, c->item[c->has], frame_at(sim, c->slot))) return false;
  c->has++;
  return true;
}

static void wait_for_next(struct sim *sim, struct several_rows *s, struct claim *c) {
  c->waits = true;
  rows_wait(sim, s->rows, c->item[c->has], frame_at(sim, c->slot));
  timer_set(sim, s->member, &c->check, s->config->deadlock_ns, ROWS_CHECK, c->slot);
}

bool several_rows_begin(struct sim *sim, struct several_rows *s, struct frame *call) {
  struct claim *c = s->spare;
  if (c) {
    s->spare = c->next;
  } else {
    c = arena_alloc(sim->arena, sizeof *c);
    *c = (struct claim){0};
  }
  struct claim **bucket = &s->bucket[frame_slot(sim, call) % BUCKETS];
  c->slot = frame_slot(sim, call);
  c->stamp = call->stamp;
  c->has = 0;
  c->next = *bucket;
  *bucket = c;
  draw_items(s, c, call);
  if (take_next(sim, s, c)) return true;
  wait_for_next(sim, s, c);
  return false;
}

enum rows_step several_rows_step(struct sim *sim, struct several_rows *s,
                                 const struct frame *call) {
  struct claim *c = claim_of(s, call);
  if (c->has == s->config->n) return ROWS_ALL;
  return take_next(sim, s, c) ? ROWS_NEXT : ROWS_WAIT;
}

void several_rows_wait(struct sim *sim, struct several_rows *s, struct frame *call) {
  wait_for_next(sim, s, claim_of(s, call));
}

uint32_t several_rows_part(const struct several_rows *s, const struct frame *call) {
  return claim_of(s, call)->has - 1;
}

void several_rows_got(struct several_rows *s, const struct frame *call) {
  struct claim *c = claim_of(s, call);
  c->waits = false;
  c->has++;
  timer_stop(&c->check);
}

bool several_rows_free_one(struct sim *sim, struct several_rows *s, const struct frame *call,
                           struct frame **next) {
  struct claim **link = link_of(s, frame_slot(sim, call)), *c = *link;
  if (c->has == 0) {
    drop(s, link);
    return false;
  }
  *next = rows_unlock(sim, s->rows, c->item[--c->has]);
  return true;
}

/* --- deadlocks ------------------------------------------------------------------------------ */

/* Who has the row that it waits for. */
static const struct claim *holder(struct several_rows *s, const struct claim *c) {
  if (!c->waits) return NULL;
  return *link_of(s, rows_holder(s->rows, c->item[c->has]));
}

/* Whether those that it waits for wait for it. One that they get to without it closes a circle of
 * its own, and looks for that itself. */
static bool is_in_circle(struct several_rows *s, const struct claim *c) {
  const struct claim *slow = c, *at = holder(s, c);
  for (bool move = false; at && at != c; move = !move) {
    at = holder(s, at);
    if (move) slow = holder(s, slow);
    if (at == slow && at != c) return false;
  }
  return at == c;
}

bool several_rows_is_check(const struct several_rows *s, const struct timer *timer) {
  return s && timer->what == ROWS_CHECK;
}

struct frame *several_rows_check(struct sim *sim, struct several_rows *s,
                                 const struct timer *timer) {
  struct claim *c = *link_of(s, timer->data);
  if (!is_in_circle(s, c)) return NULL;
  ++*s->deadlocks;
  c->waits = false;
  struct frame *call = frame_at(sim, c->slot);
  rows_leave(sim, s->rows, c->item[c->has], call);
  return call;
}

void several_rows_crash(struct several_rows *s) {
  for (uint32_t b = 0; s && b < BUCKETS; b++) {
    while (s->bucket[b]) drop(s, &s->bucket[b]);
  }
}
