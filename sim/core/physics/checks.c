#include "checks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "engine.h"
#include "held.h"
#include "message.h"
#include "network/connection.h"
#include "outbound.h"
#include "trace.h"

struct check *check_add(struct checks *c, bool pass) {
  if (c->n == c->capacity) {
    c->capacity = c->capacity ? 2 * c->capacity : 16;
    c->list = mem_resize(c->list, c->capacity * sizeof *c->list);
  }
  struct check *check = &c->list[c->n++];
  memset(check, 0, sizeof *check);
  check->pass = pass;
  return check;
}

static void member_name(const struct member *m, char *out, size_t size) {
  if (m->component->members == 1) {
    snprintf(out, size, "%s", m->component->spec->name);
  } else {
    snprintf(out, size, "%s[%u]", m->component->spec->name, m->index);
  }
}

void check_member(struct checks *checks, const struct member *member, const char *what, bool pass,
                  const char *detail, ...) {
  struct check *check = check_add(checks, pass);
  char name[80];
  member_name(member, name, sizeof name);
  snprintf(check->name, sizeof check->name, "%s:%s", what, name);
  va_list args;
  va_start(args, detail);
  vsnprintf(check->detail, sizeof check->detail, detail, args);
  va_end(args);
}

/* Every call made ended in exactly one way or is still somewhere. */
static void check_calls(struct sim *sim, struct checks *out) {
  const struct calls *calls = &sim->calls;
  uint64_t live = 0;
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) live++;
  uint64_t ended = calls->answered + calls->late + calls->orphaned + calls->told;
  struct check *check = check_add(out, calls->made == ended + live && calls->freed == ended);
  snprintf(check->name, sizeof check->name, "conservation:calls");
  snprintf(check->detail, sizeof check->detail,
           "%" PRIu64 " calls made = %" PRIu64 " answered + %" PRIu64 " late + %" PRIu64
           " orphaned + %" PRIu64 " in flight (of these sent into nothing: %" PRIu64 ")",
           calls->made, calls->answered, calls->late, calls->orphaned, live, calls->lost);
  if (calls->told == 0) return;
  size_t at = strlen(check->detail);
  snprintf(check->detail + at, sizeof check->detail - at, " + %" PRIu64 " one-way messages",
           calls->told);
}

struct presence {
  uint64_t handled; /* calls at the member, those whose caller has its answer apart */
  station_integral queued_ns, held_ns; /* unfinished waits and holds up to now */
};

static struct presence *presences(struct sim *sim) {
  struct presence *p = mem_zeroed(sim->members ? sim->members : 1, sizeof *p);
  uint32_t slot;
  for (struct frame *f = frame_first(sim, &slot); f; f = frame_following(sim, &slot)) {
    struct presence *at = &p[frame_callee(f)];
    if (frame_state(f) == FRAME_HELD_UP)
      at->handled += !(f->flags & (CALL_DETACHED | CALL_MESSAGE));
    if (!frame_is_handled(f)) continue;
    if (!(f->flags & (CALL_DETACHED | CALL_MESSAGE))) at->handled++;
    if (f->flags & CALL_RELEASED) continue;
    if (frame_state(f) == FRAME_QUEUED) {
      at->queued_ns += sim->now_ns - f->mark_ns;
    } else {
      at->held_ns += sim->now_ns - f->mark_ns;
    }
  }
  return p;
}

static void check_flow(const struct member *m, const struct presence *p, const char *name,
                       struct checks *out) {
  uint64_t ended = m->flow.ok + m->flow.errors;
  struct check *check = check_add(out, m->flow.arrivals == ended + p->handled);
  snprintf(check->name, sizeof check->name, "flow:%s", name);
  snprintf(check->detail, sizeof check->detail,
           "%" PRIu64 " arrivals = %" PRIu64 " answered ok + %" PRIu64 " errors + %" PRIu64
           " in the system",
           m->flow.arrivals, m->flow.ok, m->flow.errors, p->handled);
}

/* Little's law as an identity of the sample path: the time integral of the number present equals
 * the sum of the times spent. Both are whole nanoseconds, added up in different places. */
static void check_little(const struct sim *sim, const struct station_totals *t,
                         const struct presence *p, const char *name, struct checks *out) {
  bool queue_ok = t->queued_ns == t->wait_ns + t->lost_wait_ns + p->queued_ns;
  bool held_ok = t->held_ns == t->hold_ns + t->lost_hold_ns + p->held_ns;
  struct check *check = check_add(out, queue_ok && held_ok);
  double seconds = (double)sim->now_ns / 1e9;
  double present = (double)(t->queued_ns + t->held_ns) / (double)(sim->now_ns ? sim->now_ns : 1);
  double rate = t->started ? (double)t->started / seconds : 0;
  station_integral spent_ns =
      t->wait_ns + t->lost_wait_ns + p->queued_ns + t->hold_ns + t->lost_hold_ns + p->held_ns;
  double stay = t->started ? (double)spent_ns / 1e9 / (double)t->started : 0;
  snprintf(check->name, sizeof check->name, "little:%s", name);
  snprintf(check->detail, sizeof check->detail, "L = %.6g, lambda W = %.6g/s x %.6g s = %.6g",
           present, rate, stay, rate * stay);
}

/* A finite number of workers cannot be busier than always. */
static void check_utilization(const struct sim *sim, const struct station *st,
                              const struct station_totals *t, const char *name,
                              struct checks *out) {
  if (st->workers == PARAM_UNLIMITED) return;
  station_integral busy = st->busy_apart ? t->busy_ns : t->held_ns;
  double rho =
      sim->now_ns ? (double)busy / ((double)(st->workers - st->riders) * (double)sim->now_ns) : 0;
  struct check *check = check_add(out, rho <= 1.0 + 1e-12);
  snprintf(check->name, sizeof check->name, "utilization:%s", name);
  snprintf(check->detail, sizeof check->detail, "workers busy %.4f of the time, at most 1", rho);
}

static void check_parts(const struct blame *blame, const char *name, struct checks *out) {
  struct check *check = check_add(out, blame->mismatch == 0);
  snprintf(check->name, sizeof check->name, "parts:%s", name);
  snprintf(check->detail, sizeof check->detail,
           "latency is the sum of its parts in all but %" PRIu64
           " of the requests followed, of which %u are kept",
           blame->mismatch, blame->samples);
}

struct check *sim_checks(struct sim *sim, uint32_t *n) {
  struct checks out = {0};
  check_calls(sim, &out);
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    const struct blame *blame = trace_of(sim, &sim->component[c]);
    if (blame) check_parts(blame, sim->component[c].spec->name, &out);
  }
  struct presence *present = presences(sim);
  for (uint32_t i = 0; i < sim->members; i++) {
    struct member *m = &sim->member[i];
    if (m->component->kind->is_source) continue;
    char name[80];
    member_name(m, name, sizeof name);
    check_flow(m, &present[i], name, &out);
    if (m->kind->check) m->kind->check(sim, m, &out);
    struct station *st = member_station(m);
    if (!st) continue;
    const struct station_totals totals = station_totals(sim, st);
    check_little(sim, &totals, &present[i], name, &out);
    check_utilization(sim, st, &totals, name, &out);
  }
  free(present);
  messages_check(sim, &out);
  outbounds_check(sim, &out);
  connections_check(sim, &out);
  held_check(sim, &out);
  *n = out.n;
  return out.list;
}
