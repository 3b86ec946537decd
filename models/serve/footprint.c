#include "footprint.h"

#include <assert.h>

#include "cores.h"
#include "held.h"
#include "life.h"
#include "timeline.h"

void footprint_init(struct sim *sim, struct member *member, struct footprint *f,
                    const struct memory_config *config) {
  if (!config->given) return;
  f->config = config;
  f->leaks = config->leak;
  if (member->host != REF_NONE) {
    struct member *host = &sim->member[member->host];
    f->host = host->kind->cores(host);
  }
  if (member->phase != MEMBER_ABSENT) level_set(&f->used, sim->now_ns, config->base);
}

/* Without a process, absent or down, it takes nothing; one that starts is there. */
static uint64_t bytes_of(const struct sim *sim, const struct member *member,
                         const struct footprint *f) {
  if (member->down > 0 || member->phase == MEMBER_ABSENT) return 0;
  return f->config->base + f->config->session * held_at(sim, member) +
         f->config->request * f->calls + f->leaked;
}

static uint64_t settle(struct sim *sim, const struct member *member, struct footprint *f) {
  uint64_t bytes = bytes_of(sim, member, f);
  level_set(&f->used, sim->now_ns, bytes);
  if (f->host) cores_changed(sim, f->host);
  return bytes;
}

void footprint_grows(struct sim *sim, struct member *member, struct footprint *f) {
  uint64_t bytes = settle(sim, member, f), limit = f->config->limit;
  if (limit > 0 && bytes > limit && !timer_is_set(sim, &f->kill)) {
    timer_set(sim, member, &f->kill, 0, 0, 0);
  }
}

void footprint_call_gone(struct sim *sim, struct member *member, struct footprint *f) {
  assert(f->calls > 0);
  f->calls--;
  footprint_grows(sim, member, f);
}

void footprint_call_ended(struct sim *sim, struct member *member, struct footprint *f) {
  f->leaked += f->leaks;
  footprint_call_gone(sim, member, f);
}

void footprint_clear(struct sim *sim, const struct member *member, struct footprint *f) {
  if (f->config == NULL) return;
  f->leaked = f->calls = 0;
  settle(sim, member, f);
}

void footprint_lives(struct sim *sim, const struct member *member, struct footprint *f) {
  if (f->config != NULL) settle(sim, member, f);
}

void footprint_leaks(struct footprint *f, uint64_t bytes, bool begins) {
  f->leaks = begins ? f->leaks + bytes : f->leaks - bytes;
}

bool footprint_due(struct sim *sim, struct member *member, struct footprint *f,
                   const struct timer *timer) {
  if (timer != &f->kill) return false;
  f->kills++;
  sim_note(sim, member, member, "out of memory");
  member_restart(sim, member, f->config->restart_ns);
  return true;
}

#define AT(field) offsetof(struct memory_config, field)

const struct param memory_params[] = {
    {.name = "base",
     .type = PARAM_BYTES,
     .offset = AT(base),
     .fallback = "0B",
     .doc = "What one instance takes with nothing to do."},
    {.name = "request",
     .type = PARAM_BYTES,
     .offset = AT(request),
     .fallback = "0B",
     .doc = "What each call that is present takes more, whether it is served, waits, or has its "
            "answer and goes on (a PHP worker: 128 MB at most, memory_limit)."},
    {.name = "session",
     .type = PARAM_BYTES,
     .offset = AT(session),
     .fallback = "0B",
     .doc = "What each session takes that stands here (`session` of a client): PostgreSQL some MB "
            "for each connection's process, nginx some kB."},
    {.name = "leak",
     .type = PARAM_BYTES,
     .offset = AT(leak),
     .fallback = "0B",
     .doc = "What each call leaves behind when it ends, until the process does."},
    {.name = "limit",
     .type = PARAM_BYTES,
     .offset = AT(limit),
     .min = 1,
     .doc = "What one instance may take: past it the process is killed with all its calls, and "
            "begins again (Kubernetes: resources.limits.memory). Default: no limit."},
    {.name = "restart",
     .type = PARAM_DURATION,
     .offset = AT(restart_ns),
     .fallback = "0s",
     .min = 0,
     .max = 1e18,
     .needs = "limit",
     .doc = "From such a kill until the new process begins; its `start` comes after that."},
    {0},
};
