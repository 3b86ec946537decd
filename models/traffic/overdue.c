#include "overdue.h"

#include <stdlib.h>

#include "arena.h"
#include "client_state.h"
#include "outbound.h"
#include "stranded.h"

static void add(struct overdue *o, struct overdue_request request) {
  if (o->n == o->capacity) {
    o->capacity = o->capacity ? 2 * o->capacity : 64;
    o->request = mem_resize(o->request, o->capacity * sizeof *o->request);
  }
  o->request[o->n++] = request;
}

static int by_request(const void *a, const void *b) {
  const struct overdue_request *x = a, *y = b;
  if (x->member != y->member) return x->member < y->member ? -1 : 1;
  return x->key < y->key ? -1 : x->key > y->key;
}

/* Several tries of one request may be under way at once. */
static void drop_doubles(struct overdue *o) {
  uint32_t kept = 0;
  if (o->n > 1) qsort(o->request, o->n, sizeof *o->request, by_request);
  for (uint32_t i = 0; i < o->n; i++) {
    if (kept > 0 && by_request(&o->request[kept - 1], &o->request[i]) == 0) continue;
    o->request[kept++] = o->request[i];
  }
  o->n = kept;
}

static void mark(const struct stranded *lost, bool is) {
  for (uint32_t i = 0; i < lost->n; i++) {
    if (is) {
      lost->root[i]->site |= SITE_STRANDED;
    } else {
      lost->root[i]->site &= (uint16_t)~SITE_STRANDED;
    }
  }
}

static bool is_request_of(const struct sim *sim, const struct component *client,
                          const struct frame *f) {
  if (!(f->flags & CALL_ROOT) || f->flags & (CALL_ABANDONED | CALL_MESSAGE)) return false;
  return sim->member[f->parent].component == client && !(f->site & SITE_STRANDED);
}

struct overdue overdue_requests(struct sim *sim, const struct component *client) {
  struct overdue o = {0};
  const struct client_state *first = client->member[0].state;
  if (sim->now_ns < sim->end_ns || journeys_are(&first->journeys) || stays_are(&first->stays)) {
    return o;
  }
  struct stranded lost = sim_stranded(sim);
  mark(&lost, true);
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    if (!is_request_of(sim, client, f)) continue;
    const struct client_state *c = sim->member[f->parent].state;
    const struct op_stats *tier = tier_stats(sim, c, f);
    add(&o, (struct overdue_request){
                .key = c->out != NULL ? outbound_key(sim, f) : f->key,
                .age_ns = sim->now_ns - f->sent_ns,
                .member = f->parent,
                .op = (uint32_t)(stats_for(c, f->op) - c->stats),
                .tier = tier ? (uint32_t)(tier - c->stats) : UINT32_MAX,
            });
  }
  mark(&lost, false);
  free(lost.root);
  free(lost.cause);
  drop_doubles(&o);
  return o;
}

void overdue_free(struct overdue *overdue) {
  free(overdue->request);
}

double overdue_count(const struct overdue *overdue, uint32_t part, uint64_t limit_ns) {
  double n = 0;
  for (uint32_t i = 0; i < overdue->n; i++) {
    const struct overdue_request *r = &overdue->request[i];
    n += r->age_ns > limit_ns && (part == OVERDUE_ALL || r->op == part || r->tier == part);
  }
  return n;
}
