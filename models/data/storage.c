/* storage: disks that keep copies, fail and are rebuilt. */
#include "arena.h"
#include "call.h"
#include "checks.h"
#include "detmath.h"
#include "life.h"
#include "loss.h"
#include "outline.h"
#include "shipping.h"
#include "sim.h"
#include "storage_config.h"
#include "timer.h"

enum disk_state { DISK_WHOLE, DISK_GONE, DISK_WAITING, DISK_REBUILDING };
enum { LIFE_ENDS_DUE, COPIED_DUE };

struct disk {
  struct storage_meters meters; /* first: their table says so */
  enum disk_state state;
  uint32_t next;          /* that waits behind it, as disks + 1 */
  uint64_t lives, copied; /* for draws */
  uint64_t lost_ns;
  struct timer life, rebuild;
};

/* Of a group: disks that have it, and whether it is lost until all of them have it again. */
#define LOST 0x80u

struct vault {
  const struct storage_config *config;
  struct component *component;
  struct placement placement;
  struct loss loss;
  uint8_t *whole; /* by group */
  struct domain *domain;
  uint32_t domains, per_domain; /* disks of each */
  bool whole_loss;              /* a loss takes all that a domain has */
  struct stream life, rebuild, after, outage;
  uint64_t outages;
  double copy_ns;
};

static struct vault *vault_of(const struct member *member) {
  return member->component->shared;
}

static struct disk *disk_at(const struct vault *v, uint32_t number) {
  return v->component->member[number].state;
}

/* NULL: it was left over, and keeps nothing. */
static struct domain *domain_of(struct vault *v, uint32_t number) {
  uint32_t i = number / v->per_domain;
  return i < v->domains ? &v->domain[i] : NULL;
}

/* The level of one of the metrics that all of them share. */
static struct storage_meters *shared_meters(const struct vault *v) {
  return &disk_at(v, 0)->meters;
}

/* --- failures by themselves ----------------------------------------------------------------- */

/* It can fail, and will; again from here wherever its rate changes, which an exponential life does
 * not notice. */
static void arm(struct sim *sim, struct vault *v, uint32_t number) {
  struct disk *disk = disk_at(v, number);
  timer_stop(&disk->life);
  if (!storage_is_said(&v->config->life)) return;
  const struct domain *d = domain_of(v, number);
  struct draws draws = draws_begin(v->life, number, disk->lives++ << 32);
  double delay_ns = dist_draw(&v->config->life, &draws) / (d ? d->factor : 1);
  if (delay_ns >= (double)(sim->end_ns - sim->now_ns)) return; /* not in this run */
  timer_set(sim, &v->component->member[number], &disk->life, dist_whole(delay_ns), LIFE_ENDS_DUE,
            0);
}

/* Something about the domain has changed: its disks fail at another rate. */
static void set_factor(struct sim *sim, struct vault *v, struct domain *d) {
  double factor = loss_factor(&v->loss, d, v->config->bias, storage_rebuild_mean_ns(v->config));
  if (factor == d->factor) return;
  d->factor = factor;
  uint32_t first = (uint32_t)(d - v->domain) * v->per_domain;
  for (uint32_t i = first; i < first + d->disks; i++) {
    bool can_fail = disk_at(v, i)->state == DISK_WHOLE;
    if (can_fail && !member_is_off(&v->component->member[i])) arm(sim, v, i);
  }
}

/* --- rebuilding ----------------------------------------------------------------------------- */

static void begin_rebuild(struct sim *sim, struct vault *v, struct domain *d, uint32_t number) {
  struct disk *disk = disk_at(v, number);
  disk->state = DISK_REBUILDING;
  d->rebuilding++;
  level_up(&shared_meters(v)->rebuilding, sim->now_ns);
  uint64_t nth = disk->copied++ << 32;
  double copy_ns = v->copy_ns;
  if (v->config->size == 0) {
    struct draws draws = draws_begin(v->rebuild, number, nth);
    copy_ns = dist_draw(&v->config->rebuild, &draws);
  }
  struct draws draws = draws_begin(v->after, number, nth);
  double total_ns = copy_ns + dist_draw(&v->config->after, &draws);
  if (total_ns >= (double)(sim->end_ns - sim->now_ns)) return;
  timer_set(sim, &v->component->member[number], &disk->rebuild, dist_whole(total_ns), COPIED_DUE,
            0);
}

/* Those whose turn it is; one that is down has to ask again when it is up. */
static void go_on(struct sim *sim, struct vault *v, struct domain *d) {
  while (d->first && d->rebuilding < v->config->at_once) {
    uint32_t number = d->first - 1;
    struct disk *disk = disk_at(v, number);
    d->first = disk->next;
    if (d->first == 0) d->last = 0;
    level_down(&shared_meters(v)->waiting, sim->now_ns);
    disk->state = DISK_GONE;
    if (!member_is_off(&v->component->member[number])) begin_rebuild(sim, v, d, number);
  }
}

static void ask_rebuild(struct sim *sim, struct vault *v, struct domain *d, uint32_t number) {
  struct disk *disk = disk_at(v, number);
  disk->state = DISK_WAITING;
  disk->next = 0;
  if (d->last) {
    disk_at(v, d->last - 1)->next = number + 1;
  } else {
    d->first = number + 1;
  }
  d->last = number + 1;
  level_up(&shared_meters(v)->waiting, sim->now_ns);
  go_on(sim, v, d);
}

static void stop_rebuild(struct sim *sim, struct vault *v, struct domain *d, struct disk *disk) {
  d->rebuilding--;
  level_down(&shared_meters(v)->rebuilding, sim->now_ns);
  timer_stop(&disk->rebuild);
  disk->state = DISK_GONE;
}

/* --- what disks have ------------------------------------------------------------------------ */

/* The groups of a disk have one disk less; returns how many are lost by that. */
static uint64_t take_away(struct sim *sim, struct vault *v, uint32_t number) {
  const struct placement *p = &v->placement;
  uint64_t lost = 0;
  for (uint32_t i = p->first[number]; i < p->first[number + 1]; i++) {
    uint8_t *whole = &v->whole[p->group[i]];
    --*whole;
    if (*whole & LOST) continue;
    struct level *at_risk = &shared_meters(v)->at_risk;
    if (*whole == v->config->need) level_up(at_risk, sim->now_ns);
    if (*whole + UINT64_C(1) != v->config->need) continue;
    level_down(at_risk, sim->now_ns);
    *whole |= LOST;
    lost++;
  }
  return lost;
}

/* And one more. What is lost is put there from elsewhere when all its disks are whole. */
static void give_back(struct sim *sim, struct vault *v, uint32_t number) {
  const struct placement *p = &v->placement;
  for (uint32_t i = p->first[number]; i < p->first[number + 1]; i++) {
    uint8_t *whole = &v->whole[p->group[i]];
    struct level *at_risk = &shared_meters(v)->at_risk;
    bool was = *whole == v->config->need;
    ++*whole;
    if (was) level_down(at_risk, sim->now_ns);
    if (*whole != (LOST | v->config->copies)) continue;
    *whole &= (uint8_t)~LOST;
    if (*whole == v->config->need) level_up(at_risk, sim->now_ns);
  }
}

static void lose_disk(struct sim *sim, struct member *member, bool by_life) {
  struct vault *v = vault_of(member);
  struct disk *disk = member->state;
  uint32_t number = member->index - 1;
  struct domain *d = domain_of(v, number);
  disk->meters.failures++;
  if (d == NULL) {
    arm(sim, v, number);
    return;
  }
  bool armed = !member_is_off(member);
  timer_stop(&disk->life);
  if (disk->state == DISK_REBUILDING) {
    stop_rebuild(sim, v, d, disk);
    ask_rebuild(sim, v, d, number);
  }
  if (disk->state != DISK_WHOLE) return;
  loss_settle(&v->loss, d, v->whole_loss, sim->now_ns);
  if (by_life) loss_failed(d);
  disk->state = DISK_GONE;
  disk->lost_ns = sim->now_ns;
  d->armed -= armed;
  d->gone++;
  loss_lost(&v->loss, d, take_away(sim, v, number), sim->now_ns);
  ask_rebuild(sim, v, d, number);
  set_factor(sim, v, d);
}

static void copied(struct sim *sim, struct member *member) {
  struct vault *v = vault_of(member);
  struct disk *disk = member->state;
  uint32_t number = member->index - 1;
  struct domain *d = domain_of(v, number);
  loss_settle(&v->loss, d, v->whole_loss, sim->now_ns);
  stop_rebuild(sim, v, d, disk);
  disk->state = DISK_WHOLE;
  disk->meters.rebuilds++;
  hist_add(&disk->meters.exposed, sim->now_ns - disk->lost_ns);
  give_back(sim, v, number);
  d->armed++;
  d->gone--;
  if (d->gone == 0) loss_renewed(&v->loss, d);
  go_on(sim, v, d);
  arm(sim, v, number);
  set_factor(sim, v, d);
}

static void storage_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  if (timer->what == LIFE_ENDS_DUE) {
    lose_disk(sim, member, true);
  } else {
    copied(sim, member);
  }
}

/* --- what happens to disks ------------------------------------------------------------------ */

/* While a disk is down it does not fail, and what was copied to it is copied again. */
static void storage_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                             bool begins) {
  struct vault *v = vault_of(member);
  struct disk *disk = member->state;
  struct domain *d = domain_of(v, member->index - 1);
  if (fault == &fault_lose) lose_disk(sim, member, false);
  if (fault != &fault_crash || d == NULL) return;
  loss_settle(&v->loss, d, v->whole_loss, sim->now_ns);
  if (begins) {
    if (disk->state == DISK_WHOLE) d->armed--;
    if (disk->state == DISK_REBUILDING) stop_rebuild(sim, v, d, disk);
    go_on(sim, v, d);
  } else {
    if (disk->state == DISK_WHOLE) {
      d->armed++;
      arm(sim, v, member->index - 1);
    }
    if (disk->state == DISK_GONE) ask_rebuild(sim, v, d, member->index - 1);
  }
  set_factor(sim, v, d);
}

static void plan_outage(struct sim *sim, struct vault *v) {
  struct draws draws = draws_begin(v->outage, ++v->outages, 0);
  double delay_ns = dist_draw(&v->config->outage.every, &draws);
  if (delay_ns >= (double)(sim->end_ns - sim->now_ns)) return;
  sim_schedule(sim, v->component->member, dist_whole(delay_ns), 0);
}

/* An outage: some disks do not come back. Floyd's choice of `n` of them (Bentley and Floyd,
 * "Programming pearls: a sample of brilliance", CACM 30, 1987). */
static void storage_on_event(struct sim *sim, struct member *member, uint32_t arg) {
  (void)arg;
  struct vault *v = vault_of(member);
  uint32_t all = v->component->members;
  uint32_t n = (uint32_t)dist_whole(v->config->outage.loses * all);
  double lost = v->loss.groups;
  struct draws draws = draws_begin(v->outage, v->outages, UINT64_C(1) << 32);
  for (uint32_t i = all - n; i < all; i++) {
    uint32_t number = (uint32_t)draws_below(&draws, i + 1);
    const struct disk *disk = disk_at(v, number);
    bool chosen = disk->state != DISK_WHOLE && disk->lost_ns == sim->now_ns;
    lose_disk(sim, &v->component->member[chosen ? i : number], false);
  }
  struct storage_meters *meters = shared_meters(v);
  meters->outages++;
  if (v->loss.groups > lost) {
    meters->harmful++;
  } else {
    meters->harmless++;
  }
  plan_outage(sim, v);
}

/* --- life ----------------------------------------------------------------------------------- */

static void make_domains(struct sim *sim, struct vault *v) {
  const struct storage_config *c = v->config;
  bool sets = c->placement == PLACE_SETS && placement_cuts(c->scatter, c->copies) == 1;
  v->per_domain = sets ? (uint32_t)c->copies : v->component->members;
  v->domains = v->component->members / v->per_domain;
  v->whole_loss = sets;
  v->domain = arena_alloc(sim->arena, v->domains * sizeof *v->domain);
  for (uint32_t i = 0; i < v->domains; i++) {
    v->domain[i] =
        (struct domain){.disks = v->per_domain, .armed = v->per_domain, .factor = 1, .weight = 1};
  }
}

static struct vault *vault_new(struct sim *sim, struct component *component) {
  const struct storage_config *c = component->config;
  struct vault *v = arena_alloc(sim->arena, sizeof *v);
  *v = (struct vault){.config = c,
                      .component = component,
                      .copy_ns = storage_copy_ns(c),
                      .life = sim_stream(sim, component, "life"),
                      .rebuild = sim_stream(sim, component, "rebuild"),
                      .after = sim_stream(sim, component, "after"),
                      .outage = sim_stream(sim, component, "outage")};
  placement_init(&v->placement, sim, component, (enum placement_rule)c->placement,
                 (uint32_t)c->copies, c->groups, c->scatter);
  v->whole = arena_alloc(sim->arena, v->placement.groups);
  for (uint32_t g = 0; g < v->placement.groups; g++) v->whole[g] = (uint8_t)c->copies;
  if (c->bias > 0) v->loss.rate = 1 / dist_mean(&c->life);
  make_domains(sim, v);
  return v;
}

static void storage_init(struct sim *sim, struct member *member) {
  struct component *component = member->component;
  if (!component->shared) component->shared = vault_new(sim, component);
}

static void storage_start(struct sim *sim, struct member *member) {
  struct vault *v = vault_of(member);
  uint32_t number = member->index - 1;
  if (number == 0) {
    if (v->config->outage.given) plan_outage(sim, v);
    if (v->config->need == v->config->copies) {
      level_set(&shared_meters(v)->at_risk, sim->now_ns, v->placement.groups);
    }
  }
  if (!member_is_off(member)) arm(sim, v, number);
}

static void storage_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  if (member->index == member->component->members) {
    placement_free(&vault_of(member)->placement);
  }
}

static void storage_reset(struct sim *sim, struct member *member) {
  if (member->index > 1) return;
  struct vault *v = vault_of(member);
  for (uint32_t i = 0; i < v->domains; i++) {
    loss_settle(&v->loss, &v->domain[i], v->whole_loss, sim->now_ns);
  }
  v->loss = (struct loss){.rate = v->loss.rate};
}

static void storage_on_call(struct sim *sim, struct member *member, struct frame *call) {
  (void)member;
  call_reply(sim, call, OUTCOME_REFUSED); /* nobody calls it */
}

static void storage_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                             struct frame *call, enum outcome outcome) {
  (void)sim, (void)member, (void)parent, (void)call, (void)outcome; /* it calls nobody */
}

static void storage_outline(const struct spec *spec, const struct component_spec *component, int op,
                            struct outline *out) {
  (void)spec, (void)component, (void)op;
  out->restores = true;
  outline_add(out, OUTLINE_END);
}

/* --- results -------------------------------------------------------------------------------- */

static void storage_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  if (member->index > 1) return;
  const struct vault *v = vault_of(member);
  const struct placement *p = &v->placement;
  uint64_t there = 0, counted = 0, gone = 0, known = 0;
  for (uint32_t i = 0; i < p->disks; i++) {
    bool whole = disk_at(v, i)->state == DISK_WHOLE;
    there += whole ? p->first[i + 1] - p->first[i] : 0;
    known += !whole;
  }
  for (uint32_t g = 0; g < p->groups; g++) counted += v->whole[g] & ~LOST;
  for (uint32_t i = 0; i < v->domains; i++) gone += v->domain[i].gone;
  check_member(out, member, "copies", there == counted && gone == known,
               "%llu copies on disks that are whole, %llu that groups have; %llu disks are not",
               (unsigned long long)there, (unsigned long long)counted, (unsigned long long)gone);
}

static void storage_collect(struct sim *sim, struct component *component, struct metrics *out) {
  const struct vault *v = component->shared;
  const char *name = component->spec->name;
  double time_ns = v->loss.time_ns, groups = (double)v->placement.groups / v->domains;
  for (uint32_t i = 0; i < v->domains; i++) {
    time_ns += loss_pending(&v->loss, &v->domain[i], v->whole_loss, sim->now_ns);
  }
  double years = time_ns / 1e9 / YEAR_S * groups;
  if (v->config->bias == 0) {
    metric_counted(out, UNIT_CHANCE, v->loss.losses, 1, "%s.losses", name);
    metric_counted(out, UNIT_CHANCE, v->loss.groups, 1, "%s.lost", name);
    metric_counted(out, UNIT_CHANCE, v->loss.groups, years, "%s.annual_loss", name);
  } else {
    metric_quotient(out, UNIT_CHANCE, v->loss.losses, 1, "%s.losses", name);
    metric_quotient(out, UNIT_CHANCE, v->loss.groups, 1, "%s.lost", name);
    metric_quotient(out, UNIT_CHANCE, v->loss.groups, years, "%s.annual_loss", name);
  }
  metric_quotient(out, UNIT_SECONDS, time_ns / 1e9, v->loss.losses, "%s.mttdl", name);
  if (v->config->bias == 0) return;
  bool any = v->loss.groups > 0 && years > 0;
  double nines = any ? -det_log(v->loss.groups / years) / det_log(10) : 0;
  metric_quotient(out, UNIT_COUNT, nines, any, "%s.nines", name);
  metric_quotient(out, UNIT_COUNT, (double)v->loss.cycles, 1, "%s.cycles", name);
  metric_quotient(out, UNIT_COUNT, (double)v->loss.hits, 1, "%s.hits", name);
}

const struct kind kind_storage = {
    .name = "storage",
    .summary = "Disks that keep copies, fail and are rebuilt: what is lost for ever.",
    .doc =
        "Each instance is a disk, or a machine with its disks. What lies on the same disks is a "
        "group; it is lost when fewer than `need` of its `copies` disks have it. A disk that loses "
        "its data, since its `life` ends, or by an `outage` or the fault lose, is replaced, and "
        "from then on its data are copied from the others for as long as `rebuild` says, or `size` "
        "at `bandwidth`. A disk that is being rebuilt does not fail. A group that is lost stays so "
        "until all its disks are whole; then it is there again from elsewhere, and may be lost "
        "again. A crash takes no data: the disk is down, does not fail meanwhile, and a rebuild of "
        "it begins once more. With `bias` the run is not what happens but one in which failures "
        "meet more often, and each loss counts by how likely it really is (importance sampling "
        "with failure biasing). What it gives is the mean of independent replications, with the "
        "interval of their spread; it is as sure as `hits` are many and their weights alike, so "
        "look whether the interval gets narrower with more time. It assumes that lives are "
        "exponential and independent: of what takes many disks together, `outage` and faults tell, "
        "without `bias`. Meters of single disks are those of a run without it. Nothing calls a "
        "storage: how fast it reads and writes is the matter of a database or a disk. Left out: "
        "sectors that cannot be read while a disk is rebuilt, corruption that nobody notices, "
        "rebuilds that wait for copies that are down or slow each other and requests, spare disks "
        "that run out, wear, writes that are on fewer disks than they should be, and mistakes of "
        "people and programs, which take all copies at once.",
    .example =
        "storage \"blocks\" { instances = 300, copies = 3, life = exponential \"200000h\",\n"
        "  size = \"8TB\", bandwidth = \"100MB/s\", after = \"10min\", bias = \"50%\" }\n"
        "run { duration = \"36500d\", replications = 10 }\n",
    .params = storage_params,
    .meters = storage_meters,
    .has_meter = storage_has_meter,
    .metrics = storage_metrics,
    .stands_apart = true,
    .by_itself = true,
    .own_faults = (const struct fault_def *const[]){&fault_lose, NULL},
    .config_size = sizeof(struct storage_config),
    .state_size = sizeof(struct disk),
    .validate = storage_validate,
    .outline = storage_outline,
    .init = storage_init,
    .start = storage_start,
    .on_call = storage_on_call,
    .on_reply = storage_on_reply,
    .on_due = storage_on_due,
    .on_event = storage_on_event,
    .on_fault = storage_on_fault,
    .reset = storage_reset,
    .collect = storage_collect,
    .check = storage_check,
    .destroy = storage_destroy,
};
