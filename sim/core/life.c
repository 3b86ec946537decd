#include "life.h"

#include "arena.h"
#include "engine.h"
#include "fault.h"
#include "fault_def.h"
#include "fault_effects.h"
#include "meter.h"
#include "outbound.h"
#include "present.h"
#include "time_scale.h"

struct watch_entry {
  struct member *watcher;
  struct watch_entry *next;
};

static struct life *life_of(const struct sim *sim, const struct member *m) {
  return &sim->life[m->id];
}

void life_init(struct sim *sim) {
  sim->life = arena_lines(sim->arena, sim->members, sizeof *sim->life);
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    struct component *component = &sim->component[c];
    if (component->spec->comes_and_goes) present_keep(sim);
    uint32_t there = component->members - component->spec->absent;
    for (uint32_t i = there; i < component->members; i++) {
      life_absent_at_first(sim, &component->member[i]);
    }
  }
}

/* --- the register --------------------------------------------------------------------------- */

void component_watch(struct sim *sim, struct member *watcher, struct component *component) {
  struct watch_entry **end = &component->watchers;
  while (*end) end = &(*end)->next; /* told in the order in which they came */
  *end = arena_alloc(sim->arena, sizeof **end);
  **end = (struct watch_entry){watcher, NULL};
}

/* Who calls without a balancer chooses among the members that are listed. */
static void list_members(struct sim *sim, struct component *component) {
  if (!component->choice) {
    component->choice = arena_alloc(sim->arena, component->members * sizeof *component->choice);
  }
  component->choices = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    struct member *m = &component->member[i];
    if (m->listed) component->choice[component->choices++] = m;
  }
}

void life_tell_of(struct sim *sim, struct member *m) {
  for (const struct watch_entry *w = m->component->watchers; w; w = w->next) {
    if (w->watcher->kind->on_peer) w->watcher->kind->on_peer(sim, w->watcher, m);
  }
}

void life_tell_of_all(struct sim *sim) {
  for (uint32_t i = 0; i < sim->members; i++) life_tell_of(sim, &sim->member[i]);
}

static void set_listed(struct sim *sim, struct member *m, bool listed) {
  m->registered = listed;
  listed &= !life_of(sim, m)->withdrawn;
  if (m->listed == listed) return;
  m->listed = listed;
  list_members(sim, m->component);
  life_tell_of(sim, m);
}

void member_withdraw(struct sim *sim, struct member *m, bool out) {
  life_of(sim, m)->withdrawn = out;
  set_listed(sim, m, m->registered);
  member_update_impaired(sim, m);
}

/* --- phases --------------------------------------------------------------------------------- */

static void set_phase(struct sim *sim, struct member *m, enum member_phase phase, bool listed) {
  struct life *life = life_of(sim, m);
  m->phase = (uint8_t)phase;
  life->plan++;
  set_listed(sim, m, listed);
  bool there = member_is_there(m);
  bool was_there = life->since_ns != TIME_NEVER;
  if (there && !was_there) life->since_ns = sim->now_ns;
  if (!there && was_there) {
    life->there_ns += sim->now_ns - life->since_ns;
    life->since_ns = TIME_NEVER;
  }
  if (there != was_there) {
    meters_there(sim, m, there);
    outbound_there(sim, m);
  }
  member_update_impaired(sim, m);
  life_changed(sim, m);
}

void life_changed(struct sim *sim, struct member *m) {
  if (m->kind->on_life) m->kind->on_life(sim, m);
}

static void plan(struct sim *sim, const struct member *m, uint64_t delay_ns) {
  if (delay_ns > TIME_NEVER / 2 - sim->now_ns) return;
  fel_push(&sim->fel,
           event_make(sim->now_ns + delay_ns, m->id << 4 | EVENT_LIFE, life_of(sim, m)->plan));
}

static void come_up(struct sim *sim, struct member *m) {
  set_phase(sim, m, MEMBER_UP, true);
  if (!member_is_off(m)) member_tell(sim, m, &fault_crash, false);
  if (!life_of(sim, m)->restarts) return;
  life_of(sim, m)->restarts = false;
  faults_process_begins(sim, m);
}

static void leave(struct sim *sim, struct member *m) {
  bool was_off = member_is_off(m);
  set_phase(sim, m, MEMBER_ABSENT, false);
  if (!was_off) member_lose_all(sim, m);
}

void member_start(struct sim *sim, struct member *m, uint64_t start_up_ns) {
  if (m->phase == MEMBER_UP || m->phase == MEMBER_STARTING) return;
  if (m->phase == MEMBER_DRAINING) leave(sim, m);
  if (start_up_ns == 0) {
    come_up(sim, m);
    return;
  }
  set_phase(sim, m, MEMBER_STARTING, false);
  plan(sim, m, start_up_ns);
}

void member_drain(struct sim *sim, struct member *m, uint64_t grace_ns) {
  if (m->phase == MEMBER_ABSENT || m->phase == MEMBER_DRAINING) return;
  if (m->phase == MEMBER_STARTING || m->down || grace_ns == 0) {
    leave(sim, m);
    return;
  }
  set_phase(sim, m, MEMBER_DRAINING, false);
  plan(sim, m, grace_ns);
}

bool member_restart(struct sim *sim, struct member *m, uint64_t takes_ns) {
  if (m->phase == MEMBER_ABSENT || m->phase == MEMBER_DRAINING) return false;
  bool was_off = member_is_off(m);
  set_phase(sim, m, MEMBER_STARTING, m->registered);
  if (!was_off) member_lose_all(sim, m);
  faults_process_ends(sim, m);
  life_of(sim, m)->restarts = true;
  set_phase(sim, m, MEMBER_STARTING,
            m->registered); /* the end of a crash has planned a start, too */
  plan(sim, m, time_sum(takes_ns, member_start_up_ns(sim, m)));
  return true;
}

void life_event(struct sim *sim, struct member *m, uint32_t number) {
  if (number != life_of(sim, m)->plan) return;
  switch ((enum member_phase)m->phase) {
    case MEMBER_STARTING:
      come_up(sim, m);
      break;
    case MEMBER_DRAINING:
      leave(sim, m);
      break;
    case MEMBER_UP:
    case MEMBER_ABSENT:
      assert(!"a start-up or drain is under way");
  }
}

/* --- faults --------------------------------------------------------------------------------- */

uint64_t member_start_up_ns(struct sim *sim, const struct member *m) {
  struct stream stream = sim_stream(sim, m->component, "start");
  struct draws draws = draws_begin(stream, m->index, (uint64_t)m->epoch << 32);
  return dist_draw_whole(&m->component->spec->start, &draws);
}

/* How long a member has to end what it has: a host as long as any of those who run on it, which are
 * stopped with it. */
static uint64_t drain_ns(const struct sim *sim, const struct member *m) {
  uint64_t longest_ns = m->component->spec->drain_ns;
  for (uint32_t i = 0; m->component->kind->lodging && i < sim->members; i++) {
    const struct member *tenant = &sim->member[i];
    uint64_t its_ns = tenant->component->spec->drain_ns;
    if (tenant->host == m->id && its_ns > longest_ns) longest_ns = its_ns;
  }
  return longest_ns;
}

void life_keep_away(struct sim *sim, struct member *m, bool begins) {
  struct life *life = life_of(sim, m);
  life->stops += begins ? 1 : (uint32_t)-1;
  if (begins && life->stops == 1) member_drain(sim, m, drain_ns(sim, m));
  if (!begins && life->stops == 0) member_start(sim, m, member_start_up_ns(sim, m));
}

void life_absent_at_first(struct sim *sim, struct member *m) {
  struct life *life = life_of(sim, m);
  life->stops++;
  m->phase = MEMBER_ABSENT;
  m->listed = m->registered = false;
  m->impaired = true;
  life->since_ns = TIME_NEVER;
  list_members(sim, m->component);
}

bool life_restart(struct sim *sim, struct member *m) {
  if (m->phase != MEMBER_UP && m->phase != MEMBER_STARTING) return false;
  uint64_t start_up_ns = member_start_up_ns(sim, m);
  if (start_up_ns == 0) return false;
  set_phase(sim, m, MEMBER_STARTING, m->registered);
  plan(sim, m, start_up_ns);
  return true;
}

/* --- time there ----------------------------------------------------------------------------- */

void life_reset(struct sim *sim) {
  for (uint32_t i = 0; i < sim->members; i++) {
    struct life *life = &sim->life[i];
    life->there_ns = 0;
    if (life->since_ns != TIME_NEVER) life->since_ns = sim->now_ns;
  }
}

uint64_t life_there_ns(const struct sim *sim, const struct member *m) {
  const struct life *life = life_of(sim, m);
  return life->there_ns + (life->since_ns != TIME_NEVER ? sim->now_ns - life->since_ns : 0);
}

double life_there_s(const struct sim *sim, const struct member *m) {
  const struct life *life = life_of(sim, m);
  uint64_t there_ns = life->there_ns;
  if (life->since_ns != TIME_NEVER) {
    uint64_t from_ns = life->since_ns > sim->warmup_ns ? life->since_ns : sim->warmup_ns;
    if (sim->now_ns > from_ns) there_ns += sim->now_ns - from_ns;
  }
  return (double)there_ns / 1e9;
}
