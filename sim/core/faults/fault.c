/* Faults: when they begin and end, and whom they hit. What they do to a member is in
 * fault_effects.c.
 *
 * Every fault of the spec becomes one instance, or one for each member (`name[*]`). Instances keep
 * no queue of their own: a begin event schedules the end and, for recurring ones, an end event the
 * next begin. Times are drawn from streams named after the fault. A member counts how many crashes
 * and hangs hold at once, so overlapping faults add up. An instance knows its members and a member
 * the instances that act on it now, so that what happens to one never costs a look at all. */
#include "fault.h"

#include <stdlib.h>

#include "arena.h"
#include "engine.h"
#include "fault_def.h"
#include "fault_effects.h"
#include "fault_meant.h"
#include "message.h"
#include "network.h"
#include "present.h"
#include "spell.h"
#include "time_scale.h"
#include "timeline.h"

/* Who repairs the members of one fault, or of all faults of a team, and who waits for them:
 * instances, by rank and in turn. A repair that waits as one of a lower rank came has so much left.
 */
struct crews {
  uint64_t busy;
  uint32_t head; /* or NOBODY */
};
#define NOBODY UINT32_MAX

struct instance {
  const struct fault_spec *spec;
  struct crews *crews; /* NULL: as many as there are members */
  uint32_t behind;     /* who waits next for them */
  bool at_work;        /* they repair it */
  uint64_t done_ns,
      left_ns; /* when that will be done; what is left of one that was put off, or 0 */
  uint32_t members;
  uint32_t *member; /* ids, rising; of a cut none */
  uint32_t pool;    /* of one that is drawn each time: how many those are, in `among` */
  uint32_t *among;
  uint64_t next_ns;    /* and when it is to begin again */
  struct stream times; /* keyed by the instance; block 0, 1, 2 ... of draws */
  uint64_t entity, number;
  struct stream verdicts;
  struct cut cut; /* for faults between two places */
  uint64_t *near_side, *far_side;
  bool is_cut;
  bool holds;
  uint32_t period; /* in the timeline */
  uint32_t turn;   /* events planned in an earlier one are void */
  uint64_t since_ns,
      until_ns; /* the last time that it held; TIME_NEVER: never yet, it still does */
  bool *over;   /* by place in `member`: a restart was its end there; NULL: nowhere */
};

/* What a member suffers now. */
struct ward {
  uint32_t gates, gates_capacity; /* instances that drop calls or answer with errors, rising */
  uint32_t *gate;
  uint32_t deferred, deferred_capacity; /* what came while it hung */
  struct event *event;
};

struct faults {
  struct crews *crews; /* by fault of the spec */
  uint32_t instances;
  struct instance *instance;
  struct ward *ward; /* by member */
};

/* --- who is meant --------------------------------------------------------------------------- */

static void find_members(const struct sim *sim, struct instance *it, struct fault_target target) {
  uint32_t from = 0, to = sim->members;
  bool of_component = target_is_component(target);
  if (of_component && sim->component[target.id].kind->lodging == NULL) {
    from = sim->component[target.id].member->id;
    to = from + sim->component[target.id].members;
  }
  if (target.kind == TARGET_MEMBER && sim->component[target.id].kind->lodging == NULL) {
    from += target.member - 1;
    to = from + 1;
  }
  it->member = mem_alloc((to - from + 1) * sizeof *it->member);
  for (uint32_t i = from; i < to; i++) {
    if (fault_meets(sim, it->spec->type, target, &sim->member[i])) it->member[it->members++] = i;
  }
}

/* Those who are meant, or all others. */
static uint64_t *side_of_cut(const struct sim *sim, struct fault_target target, bool others) {
  uint64_t *set = mem_zeroed(sim->members / 64 + 1, sizeof *set);
  for (uint32_t i = 0; i < sim->members; i++) {
    if (fault_target_holds(sim, target, &sim->member[i]) != others)
      set[i / 64] |= UINT64_C(1) << (i % 64);
  }
  return set;
}

/* --- deferred events of hung members -------------------------------------------------------- */

void faults_defer(struct sim *sim, struct member *member, struct event event) {
  struct ward *w = &sim->faults->ward[member->id];
  if (w->deferred == w->deferred_capacity) {
    w->deferred_capacity = w->deferred_capacity ? 2 * w->deferred_capacity : 16;
    w->event = mem_resize(w->event, w->deferred_capacity * sizeof *w->event);
  }
  w->event[w->deferred++] = event;
}

void faults_visit(const struct sim *sim, void (*visit)(void *, const struct event *),
                  void *context) {
  for (uint32_t m = 0; sim->faults && m < sim->members; m++) {
    const struct ward *w = &sim->faults->ward[m];
    for (uint32_t i = 0; i < w->deferred; i++) visit(context, &w->event[i]);
  }
}

void faults_release_deferred(struct sim *sim, const struct member *member) {
  struct ward *w = &sim->faults->ward[member->id];
  uint32_t n = w->deferred;
  struct event *list = w->event;
  w->deferred = w->deferred_capacity = 0;
  w->event = NULL;
  for (uint32_t i = 0; i < n; i++) sim_dispatch(sim, &list[i]);
  free(list);
}

void faults_drop_deferred(struct sim *sim, struct member *member,
                          bool (*drop)(const void *, const struct event *)) {
  if (!sim->faults) return;
  struct ward *w = &sim->faults->ward[member->id];
  uint32_t kept = 0;
  for (uint32_t i = 0; i < w->deferred; i++) {
    if (!drop(member, &w->event[i])) w->event[kept++] = w->event[i];
  }
  w->deferred = kept;
}

/* --- calls that are dropped or answered with errors ----------------------------------------- */

/* In the order of instances, which is that of names. */
static void ward_add(struct ward *w, uint32_t which) {
  if (w->gates == w->gates_capacity) {
    w->gates_capacity = w->gates_capacity ? 2 * w->gates_capacity : 4;
    w->gate = mem_resize(w->gate, w->gates_capacity * sizeof *w->gate);
  }
  uint32_t at = w->gates++;
  for (; at > 0 && w->gate[at - 1] > which; at--) w->gate[at] = w->gate[at - 1];
  w->gate[at] = which;
}

static void ward_remove(struct ward *w, uint32_t which) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < w->gates; i++) {
    if (w->gate[i] != which) w->gate[kept++] = w->gate[i];
  }
  w->gates = kept;
}

/* Probabilities of independent faults that hold at once; worked out again from those active. */
static void member_ratios(struct sim *sim, struct member *m) {
  const struct ward *w = &sim->faults->ward[m->id];
  double passes_drop = 1, passes_error = 1;
  for (uint32_t i = 0; i < w->gates; i++) {
    const struct fault_spec *spec = sim->faults->instance[w->gate[i]].spec;
    *(spec->type->gate == OUTCOME_TIMEOUT ? &passes_drop : &passes_error) *= 1 - spec->ratio;
  }
  m->drop = 1 - passes_drop;
  m->error = 1 - passes_error;
  member_update_impaired(sim, m);
}

enum outcome faults_gate(struct sim *sim, struct member *to, struct frame *call) {
  if (!sim->faults) return OUTCOME_OK; /* it was withdrawn, and is probed all the same */
  const struct ward *w = &sim->faults->ward[to->id];
  for (uint32_t i = 0; i < w->gates; i++) {
    const struct instance *it = &sim->faults->instance[w->gate[i]];
    if (it->spec->spares == SPARES_PROBES && message_is_probe(sim, call)) continue;
    struct draws draws = draws_begin(it->verdicts, call->key, to->component->name_hash);
    if (draws_unit(&draws) < it->spec->ratio) return it->spec->type->gate;
  }
  return OUTCOME_OK;
}

static void gate_members(struct sim *sim, uint32_t which, bool begins) {
  const struct instance *it = &sim->faults->instance[which];
  for (uint32_t i = 0; i < it->members; i++) {
    struct ward *w = &sim->faults->ward[it->member[i]];
    if (begins) {
      ward_add(w, which);
    } else {
      ward_remove(w, which);
    }
    member_ratios(sim, &sim->member[it->member[i]]);
  }
}

static bool is_up(const struct member *m) {
  return m->phase == MEMBER_UP && !m->down && !m->hung;
}

/* --- beginning and ending ------------------------------------------------------------------- */

/* Those for whom it is not over yet, in front; how many there are. They are put back in order when
 * it begins again. */
static uint32_t still_hit(struct instance *it, uint32_t *list) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < it->members; i++) {
    if (!it->over[i]) list[n++] = it->member[i];
    it->over[i] = false;
  }
  return n;
}

static void end_for_the_rest(struct sim *sim, struct instance *it) {
  uint32_t *list = mem_alloc((it->members + 1) * sizeof *list);
  uint32_t n = still_hit(it, list);
  it->spec->type->hit(sim, &(struct fault_hit){it->spec, list, n}, false);
  free(list);
}

static void apply(struct sim *sim, uint32_t which, bool begins) {
  struct instance *it = &sim->faults->instance[which];
  if (it->is_cut) {
    it->cut.active = begins;
    network_cuts_changed(sim);
    return;
  }
  const struct fault_def *type = it->spec->type;
  if (type->gate != OUTCOME_OK) {
    gate_members(sim, which, begins);
  } else if (!begins && it->over) {
    end_for_the_rest(sim, it);
  } else {
    type->hit(sim, &(struct fault_hit){it->spec, it->member, it->members}, begins);
  }
}

static uint64_t draw_time(struct instance *it, const struct dist *dist) {
  struct draws draws = draws_begin(it->times, it->entity, it->number++ << 32);
  return dist_draw_whole(dist, &draws);
}

/* What comes to pass of an instance. */
enum { ENDS, BEGINS, FLAPS };

static void schedule(struct sim *sim, uint32_t which, uint64_t delay_ns, unsigned what) {
  if (delay_ns > TIME_NEVER / 2 - sim->now_ns) return;
  uint32_t turn = sim->faults->instance[which].turn;
  fel_push(&sim->fel,
           event_make(sim->now_ns + delay_ns, which << 4 | EVENT_FAULT, turn << 2 | what));
}

static void repair(struct sim *sim, uint32_t which) {
  struct instance *it = &sim->faults->instance[which];
  uint64_t takes_ns = it->left_ns ? it->left_ns : draw_time(it, &it->spec->lasts);
  it->left_ns = 0;
  it->at_work = it->crews != NULL;
  it->done_ns = time_sum(sim->now_ns, takes_ns);
  schedule(sim, which, takes_ns, ENDS);
}

/* Behind those of its rank that wait; one that was put off before them. */
static void queue_for_crew(struct sim *sim, uint32_t which) {
  struct instance *all = sim->faults->instance, *it = &all[which];
  uint32_t *link = &it->crews->head, rank = it->spec->rank;
  while (*link != NOBODY &&
         (it->left_ns ? all[*link].spec->rank < rank : all[*link].spec->rank <= rank)) {
    link = &all[*link].behind;
  }
  it->behind = *link;
  *link = which;
}

/* Of those that the crews work on, one of the highest rank, if that is above `rank`: the one begun
 * last, as far as its work shows. */
static uint32_t whom_to_put_off(const struct faults *faults, const struct crews *crews,
                                uint32_t rank) {
  uint32_t found = NOBODY;
  for (uint32_t i = 0; i < faults->instances; i++) {
    const struct instance *it = &faults->instance[i];
    if (it->crews != crews || !it->at_work || it->spec->rank <= rank) continue;
    const struct instance *other = found == NOBODY ? NULL : &faults->instance[found];
    if (!other || it->spec->rank > other->spec->rank ||
        (it->spec->rank == other->spec->rank && it->done_ns > other->done_ns)) {
      found = i;
    }
  }
  return found;
}

static void put_off(struct sim *sim, uint32_t which) {
  struct instance *it = &sim->faults->instance[which];
  it->left_ns = it->done_ns > sim->now_ns ? it->done_ns - sim->now_ns : 1;
  it->at_work = false;
  it->turn++; /* its end is not to come as planned */
  queue_for_crew(sim, which);
}

static void wait_for_repair(struct sim *sim, uint32_t which) {
  struct instance *it = &sim->faults->instance[which];
  struct crews *crews = it->crews;
  if (crews == NULL || crews->busy < it->spec->crews) {
    if (crews) crews->busy++;
    repair(sim, which);
    return;
  }
  uint32_t other = it->spec->team ? whom_to_put_off(sim->faults, crews, it->spec->rank) : NOBODY;
  if (other == NOBODY) {
    queue_for_crew(sim, which);
  } else {
    put_off(sim, other);
    repair(sim, which);
  }
}

/* A crew has done its work, and takes up what is first. */
static void repair_next(struct sim *sim, struct instance *done) {
  struct crews *crews = done->crews;
  uint32_t next = crews->head;
  done->at_work = false;
  if (next == NOBODY) {
    crews->busy--;
    return;
  }
  crews->head = sim->faults->instance[next].behind;
  repair(sim, next);
}

/* Cuts, or lets pass again, until the next time that it does the other. */
static void flap(struct sim *sim, uint32_t which, bool cuts) {
  struct instance *it = &sim->faults->instance[which];
  it->cut.active = cuts;
  network_cuts_changed(sim);
  uint64_t down_ns = it->spec->down_ns ? it->spec->down_ns : it->spec->every_ns / 2;
  schedule(sim, which, cuts ? down_ns : it->spec->every_ns - down_ns, FLAPS);
}

/* One of those that are up. False: none is. */
static bool choose(struct sim *sim, struct instance *it) {
  uint32_t up = 0;
  for (uint32_t i = 0; i < it->pool; i++) up += is_up(&sim->member[it->among[i]]);
  it->members = 0;
  if (up == 0) return false;
  struct draws draws = draws_begin(it->verdicts, it->entity, it->number++ << 32);
  uint32_t nth = (uint32_t)(draws_unit(&draws) * up);
  for (uint32_t i = 0; i < it->pool; i++) {
    if (!is_up(&sim->member[it->among[i]]) || nth-- > 0) continue;
    it->member[it->members++] = it->among[i];
    return true;
  }
  return false;
}

/* A fault that meets somebody now and then: counted from one beginning to the next, however long it
 * lasts, but never two at once. False: nobody is there to be met. */
static bool begin_at_random(struct sim *sim, uint32_t which) {
  struct instance *it = &sim->faults->instance[which];
  uint64_t every_ns = draw_time(it, &it->spec->mttf);
  it->next_ns = time_sum(sim->now_ns, every_ns);
  if (choose(sim, it)) return true;
  schedule(sim, which, every_ns, BEGINS);
  return false;
}

static void begin_or_end(struct sim *sim, uint32_t which, bool begins) {
  struct instance *it = &sim->faults->instance[which];
  bool random = it->spec->target.kind == TARGET_RANDOM;
  if (random && begins && !begin_at_random(sim, which)) return;
  if (it->spec->type->flaps && !begins) it->turn++; /* it does not cut again after its end */
  it->holds = begins && !it->spec->type->at_once;
  if (begins) it->since_ns = sim->now_ns;
  it->until_ns = it->holds ? TIME_NEVER : sim->now_ns;
  if (begins) {
    if (it->spec->recurring || !it->spec->forever) wait_for_repair(sim, which);
  } else if (random) {
    schedule(sim, which, it->next_ns > sim->now_ns ? it->next_ns - sim->now_ns : 0, BEGINS);
  } else if (it->spec->recurring) {
    schedule(sim, which, draw_time(it, &it->spec->mttf), BEGINS);
    if (it->crews) repair_next(sim, it);
  }
  spells_fault(sim, it->spec, begins);
  if (begins) {
    it->period = timeline_fault_begins(sim, it->spec, (uint32_t)it->entity);
  } else {
    timeline_fault_ends(sim, it->period);
  }
  if (it->spec->type->at_once) {
    timeline_fault_ends(sim, it->period);
    spells_fault(sim, it->spec, false);
  }
  if (it->spec->type->flaps && begins) {
    flap(sim, which, true);
  } else {
    apply(sim, which, begins);
  }
}

void faults_event(struct sim *sim, uint32_t which, uint32_t arg) {
  const struct instance *it = &sim->faults->instance[which];
  if (arg >> 2 != it->turn << 2 >> 2) return;
  unsigned what = arg & 3;
  if (what == FLAPS) {
    flap(sim, which, !it->cut.active);
  } else {
    begin_or_end(sim, which, what == BEGINS);
  }
}

/* --- restarts ------------------------------------------------------------------------------- */

static uint32_t place_of(const struct instance *it, const struct member *m) {
  for (uint32_t i = 0; i < it->members; i++) {
    if (it->member[i] == m->id) return i;
  }
  return NOBODY;
}

static bool is_of_process(const struct instance *it, const struct member *m) {
  struct fault_target target = it->spec->target;
  if (!target_is_component(target)) return false;
  return it->spec->type->of_process && it->crews == NULL && target.id == m->component->id;
}

/* It holds for the member. */
static bool holds_for(const struct instance *it, uint32_t place) {
  return it->holds && place != NOBODY && !(it->over && it->over[place]);
}

bool faults_end_with_process(const struct sim *sim, const struct member *m) {
  for (uint32_t i = 0; sim->faults && i < sim->faults->instances; i++) {
    const struct instance *it = &sim->faults->instance[i];
    if (it->spec->type != &fault_crash || !holds_for(it, place_of(it, m))) continue;
    if (!is_of_process(it, m)) return false;
  }
  return true;
}

void faults_process_ends(struct sim *sim, struct member *m) {
  for (uint32_t i = 0; sim->faults && i < sim->faults->instances; i++) {
    struct instance *it = &sim->faults->instance[i];
    uint32_t place = place_of(it, m);
    if (!is_of_process(it, m) || !holds_for(it, place)) continue;
    if (!it->over) it->over = arena_alloc(sim->arena, it->members * sizeof *it->over);
    it->over[place] = true;
    it->spec->type->hit(sim, &(struct fault_hit){it->spec, &m->id, 1}, false);
  }
}

void faults_process_begins(struct sim *sim, const struct member *m) {
  for (uint32_t i = 0; sim->faults && i < sim->faults->instances; i++) {
    struct instance *it = &sim->faults->instance[i];
    bool all = it->holds && it->over && it->members == 1 && it->over[0];
    if (!all || it->member[0] != m->id) continue;
    it->turn++; /* its end is not to come again */
    begin_or_end(sim, i, false);
  }
}

/* When it began, if it holds or held within the last `ago_ns`; else, and if it was planned, never.
 */
static uint64_t began_ns(const struct sim *sim, const struct instance *it, uint64_t ago_ns) {
  enum fault_life life = it->spec->type->life;
  if (it->since_ns == TIME_NEVER || life == LIFE_LEAVES || life == LIFE_COMES) return TIME_NEVER;
  return it->holds || sim->now_ns - it->until_ns <= ago_ns ? it->since_ns : TIME_NEVER;
}

uint64_t faults_since_ns(const struct sim *sim, const struct member *m, uint64_t ago_ns) {
  uint64_t earliest_ns = TIME_NEVER;
  for (uint32_t i = 0; sim->faults && i < sim->faults->instances; i++) {
    const struct instance *it = &sim->faults->instance[i];
    uint64_t since_ns = began_ns(sim, it, ago_ns);
    if (since_ns >= earliest_ns) continue;
    uint32_t place = m ? place_of(it, m) : NOBODY;
    if (m && (place == NOBODY || (it->over && it->over[place]))) continue;
    earliest_ns = since_ns;
  }
  return earliest_ns;
}

/* Of a cut between two places either may be meant, of one around a place that place. */
static bool touches(const struct sim *sim, const struct instance *it, const bool *component) {
  for (uint32_t i = 0; i < it->members; i++) {
    if (component[sim->member[it->member[i]].component->id]) return true;
  }
  for (uint32_t i = 0; it->is_cut && i < sim->members; i++) {
    uint64_t bit = UINT64_C(1) << (i % 64);
    bool meant = (it->far_side[i / 64] & bit) ||
                 (it->spec->on_path && it->near_side && (it->near_side[i / 64] & bit));
    if (meant && component[sim->member[i].component->id]) return true;
  }
  return false;
}

uint64_t faults_since_among_ns(const struct sim *sim, const bool *component, uint64_t ago_ns) {
  uint64_t earliest_ns = TIME_NEVER;
  for (uint32_t i = 0; sim->faults && i < sim->faults->instances; i++) {
    const struct instance *it = &sim->faults->instance[i];
    uint64_t since_ns = began_ns(sim, it, ago_ns);
    if (since_ns < earliest_ns && touches(sim, it, component)) earliest_ns = since_ns;
  }
  return earliest_ns;
}

void faults_start(struct sim *sim) {
  for (uint32_t i = 0; i < sim->faults->instances; i++) {
    struct instance *it = &sim->faults->instance[i];
    uint64_t at_ns = it->spec->recurring ? draw_time(it, &it->spec->mttf) : it->spec->at_ns;
    schedule(sim, i, at_ns, BEGINS);
  }
}

/* --- building ------------------------------------------------------------------------------- */

static void instance_init(struct sim *sim, struct instance *it, const struct fault_spec *spec,
                          struct fault_target target, uint64_t entity) {
  it->spec = spec;
  it->period = NO_PERIOD;
  it->since_ns = TIME_NEVER;
  it->entity = entity;
  it->is_cut = fault_is_between(spec);
  it->times = sim_named_stream(sim, spec->name, "fault times");
  it->verdicts = sim_named_stream(sim, spec->name, "fault verdicts");
  if (!it->is_cut) {
    find_members(sim, it, target);
    struct fault_hit hit = {spec, it->member, it->members};
    if (target.kind == TARGET_RANDOM) {
      it->among = it->member;
      it->pool = it->members;
      it->member = mem_alloc(sizeof *it->member);
      it->members = 0;
    } else if (spec->type->before)
      spec->type->before(sim, &hit);
    return;
  }
  bool two_places = spec->on_path, alone = !two_places && spec->type->severs;
  if (two_places || alone) it->near_side = side_of_cut(sim, target, alone);
  it->far_side = side_of_cut(sim, two_places ? spec->other : target, false);
  it->cut = (struct cut){.a = it->near_side,
                         .b = it->far_side,
                         .calls_only = !two_places && !alone,
                         .fault = spec,
                         .stream = it->verdicts};
}

/* The first fault with the same team; itself, if it has none. */
static uint32_t team_of(const struct spec *spec, uint32_t fault) {
  const char *team = spec->fault[fault].team;
  for (uint32_t i = 0; team && i < fault; i++) {
    if (spec->fault[i].team && !strcmp(spec->fault[i].team, team)) return i;
  }
  return fault;
}

struct faults *faults_new(struct sim *sim) {
  struct faults *f = mem_zeroed(1, sizeof *f);
  sim->faults = f;
  f->ward = mem_zeroed(sim->members, sizeof *f->ward);
  f->crews = mem_zeroed(sim->spec->faults + 1, sizeof *f->crews);
  uint32_t n = 0;
  for (uint32_t i = 0; i < sim->spec->faults; i++) {
    struct fault_target t = sim->spec->fault[i].target;
    n += t.kind == TARGET_EACH ? sim->component[t.id].members : 1;
  }
  f->instance = mem_zeroed(n ? n : 1, sizeof *f->instance);
  for (uint32_t i = 0; i < sim->spec->faults; i++) {
    const struct fault_spec *spec = &sim->spec->fault[i];
    if (spec->type->hit) present_keep(sim);
    struct crews *crews = &f->crews[team_of(sim->spec, i)];
    f->crews[i] = (struct crews){0, NOBODY};
    if (spec->target.kind != TARGET_EACH) {
      if (spec->crews > 0) f->instance[f->instances].crews = crews;
      instance_init(sim, &f->instance[f->instances++], spec, spec->target, 0);
      continue;
    }
    for (uint32_t k = 1; k <= sim->component[spec->target.id].members; k++) {
      struct fault_target one = {TARGET_MEMBER, spec->target.id, k};
      if (spec->crews > 0) f->instance[f->instances].crews = crews;
      instance_init(sim, &f->instance[f->instances++], spec, one, k);
    }
  }
  for (uint32_t i = 0; i < f->instances; i++) { /* only now do the instances stay where they are */
    if (f->instance[i].is_cut) network_add_cut(sim, &f->instance[i].cut);
  }
  return f;
}

void faults_free(struct sim *sim) {
  struct faults *f = sim->faults;
  if (!f) return;
  for (uint32_t i = 0; i < f->instances; i++) {
    free(f->instance[i].member);
    free(f->instance[i].among);
    free(f->instance[i].near_side);
    free(f->instance[i].far_side);
  }
  for (uint32_t m = 0; m < sim->members; m++) {
    free(f->ward[m].gate);
    free(f->ward[m].event);
  }
  free(f->ward);
  free(f->crews);
  free(f->instance);
  free(f);
}
