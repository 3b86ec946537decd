/* Members of a database without a primary: made, found by callers, crashed, without
 * their data, checked. */
#include "quorum.h"

#include <inttypes.h>
#include <stdlib.h>

#include "anti_entropy.h"
#include "arena.h"
#include "asker.h"
#include "call.h"
#include "certify.h"
#include "checks.h"
#include "column.h"
#include "fault_def.h"
#include "network.h"
#include "outline.h"

/* More than half, all, or as many as the scenario says. */
static uint32_t count(const struct how_many *many, uint32_t quorum_word, uint32_t n) {
  if (many->word == HOW_MANY_NUMBER) return (uint32_t)many->number;
  return many->word == quorum_word ? n / 2 + 1 : n;
}

void copies_outline(const struct spec *spec, const struct component_spec *component,
                    const struct copies_config *config, struct outline *out) {
  if (!config->given) return;
  struct outline_copies *copies = arena_alloc(out->arena, sizeof *copies);
  uint32_t n = (uint32_t)config->n;
  copies->n = n;
  copies->shards = component->instances / copies_members(config);
  copies->unfenced = !config->fence && copies_are_promoted(spec, component);
  copies->first_only = copies_have_primary(config) && config->read.word == READ_PRIMARY &&
                       !config->elect.given && !copies_are_promoted(spec, component);
  copies->majority = config->write.word == WRITE_QUORUM || config->read.word == READ_QUORUM;
  bool certifies = copies_all_lead(config) && config->conflict == CONFLICT_ABORT;
  copies->replaces = !certifies;
  copies->mends = config->repair != REPAIR_NONE || config->anti_entropy_ns > 0;
  copies->timeout_ns = copies_have_primary(config) ? 0 : config->timeout_ns;
  copies->keep = config->keep;
  copies->snapshot_ns = dist_mean(&config->snapshot);
  if (config->elect.given) {
    copies->elect_ns = config->elect.timeout_ns;
    copies->majority |= config->write.word == WRITE_ASYNC;
  }
  copies->majority |= certifies;
  copies->overwrites = copies_all_lead(config) && config->conflict == CONFLICT_LWW;
  copies->clocks = config->elect.given || (!copies_have_primary(config) && !certifies);
  if (!copies_have_primary(config) && !copies_all_lead(config)) {
    copies->read = count(&config->read, READ_QUORUM, n);
    copies->write = count(&config->write, WRITE_QUORUM, n);
  }
  out->copies = copies;
}

/* How many copies have a write when it is answered. */
static uint32_t write_count(const struct copies_config *config) {
  if (copies_all_lead(config) && config->write.word == WRITE_ASYNC) return 1;
  return count(&config->write, WRITE_QUORUM, (uint32_t)config->n);
}

static struct quorum *shared_new(struct sim *sim, const struct member *first,
                                 const struct copies_config *config, struct op_set write_ops) {
  struct component *component = first->component;
  struct quorum *q = arena_alloc(sim->arena, sizeof *q);
  uint32_t n = (uint32_t)config->n;
  *q = (struct quorum){.sim = sim,
                       .config = config,
                       .component = component,
                       .first = first->index - 1,
                       .members = copies_members(config),
                       .n = n,
                       .read = copies_all_lead(config) ? 1 : count(&config->read, READ_QUORUM, n),
                       .write = write_count(config),
                       .keeps_hints = config->hints || copies_all_lead(config),
                       .write_ops = write_ops,
                       .history = history_new(n),
                       .followed = ledger_follows(sim, component->id),
                       .sized = network_asks_bytes(sim),
                       .free = ROUND_FREE};
  history_watch(q->history, sim, component, q->first);
  if (copies_all_lead(config) && config->conflict == CONFLICT_ABORT)
    q->certifier = certifier_new(q);
  q->member = arena_lines(sim->arena, q->members, sizeof *q->member);
  for (uint32_t i = 0; i < q->members; i++) {
    struct quorum_member *m = &q->member[i];
    m->quorum = q;
    m->member = &component->member[q->first + i];
    m->number = i;
    if (q->keeps_hints || config->anti_entropy_ns)
      m->hints = arena_lines(sim->arena, n, sizeof *m->hints);
  }
  return q;
}

struct quorum_member *quorum_new(struct sim *sim, struct member *member, struct quorum **quorum,
                                 const struct copies_config *config, struct op_set write_ops,
                                 struct copy_meters *meters, struct quorum_meters *own) {
  if (!*quorum) *quorum = shared_new(sim, member, config, write_ops);
  struct quorum_member *m = &(*quorum)->member[member->index - 1 - (*quorum)->first];
  m->meters = meters;
  m->own = own;
  hist_init(&meters->seen.age, 0, sim->arena);
  column_want(sim, COLUMN_USER);
  column_want(sim, COLUMN_CALLER);
  return m;
}

void quorum_free(struct quorum_member *m) {
  if (!m) return;
  hints_free(m);
  if (m->number + 1 < m->quorum->members) return;
  history_free(m->quorum->history);
  certifier_free(m->quorum->certifier);
  free(m->quorum->round);
  free(m->quorum->seen);
}

/* Its data and its hints are on its disk. */
void quorum_fault(struct sim *sim, struct quorum_member *m, const struct fault_def *fault,
                  bool begins) {
  if (fault != &fault_crash) return;
  if (begins) {
    if (m->quorum->certifier) certify_crash(m);
    quorum_lose_rounds(sim, m);
  } else {
    if (m->quorum->certifier) certify_restart(sim, m);
    hints_restart(sim, m);
    anti_entropy_begin(sim, m);
  }
}

/* --- lost data ------------------------------------------------------------------------------ */

/* A copy without a primary loses its data: its machine is gone with its disk, and an empty one
 * takes its place under the same name (Cassandra: a node that is started with empty data
 * directories). It answers at once, and what it shows is what came to it since: of the writes that
 * wait elsewhere for it (hints), of those that reads find out it lacks (read repair), and of what
 * it compares with others (anti_entropy.c). Until then it counts as one of the answers of a read
 * and knows nothing: R + W > N does not hold for it. Hints that it kept for others are gone, too.
 * Where all copies lead another one gives it all that it has before anything else, and keeps for it
 * what comes meanwhile. */

/* Whether a write is on its way to some copy, or kept for one. */
static bool may_come(const void *who, uint32_t write) {
  const struct quorum *q = who;
  for (uint32_t i = 0; i < q->rounds; i++) {
    const struct round *r = &q->round[i];
    if (r->coordinator != ROUND_FREE && r->write == write && r->under_way > 0) return true;
  }
  for (uint32_t m = 0; m < q->members; m++) {
    for (uint32_t k = 0; q->member[m].hints && k < q->n; k++) {
      const struct hints *hints = &q->member[m].hints[k];
      for (uint32_t i = 0; i < hints->n; i++) {
        if (hints->write[(hints->first + i) % hints->capacity] == write) return true;
      }
    }
  }
  return false;
}

void quorum_lose(struct sim *sim, struct quorum_member *m) {
  struct quorum *q = m->quorum;
  if (m->number >= q->n) return; /* it keeps no data */
  quorum_lose_rounds(sim, m);
  if (m->hints) hints_lose(sim, m);
  uint32_t lacks = history_lose_copy(q->history, m->number, sim->now_ns);
  struct level *behind = &m->meters->behind;
  level_set(behind, sim->now_ns, behind->value + lacks);
  struct history_gone gone = history_lose_gone(q->history, may_come, q);
  m->meters->lost += gone.lost;
  for (uint32_t k = 0; k < q->n; k++) {
    struct level *of = &q->member[k].meters->behind;
    level_set(of, sim->now_ns, of->value - gone.given_up);
  }
  m->lost_data = true;
}

/* -------------------------------------------------------------------------------------------- */

void quorum_check(struct quorum_member *m, struct checks *out) {
  uint64_t hints = 0;
  for (uint32_t i = 0; m->hints && i < m->quorum->n; i++) hints += m->hints[i].n;
  bool all = m->begun == m->answered + m->failed + m->lost + m->waiting;
  check_member(out, m->member, "rounds", all && hints == m->own->kept.value,
               "%" PRIu64 " calls = %" PRIu64 " answered + %" PRIu64 " failed + %" PRIu64
               " lost + %" PRIu32 " waiting; %" PRIu64 " hints, as counted",
               m->begun, m->answered, m->failed, m->lost, m->waiting, hints);
  if (m->number >= m->quorum->n) return;
  uint32_t lacks = history_lacks(m->quorum->history, m->number);
  uint64_t behind = (uint64_t)m->meters->behind.value;
  check_member(out, m->member, "behind", behind == lacks,
               "%" PRIu64 " writes behind, of %" PRIu32 " that the history says it lacks", behind,
               lacks);
}

/* Callers ask any copy, or where there are coordinators without data, one of the nearest; where all
 * lead, as they are told. */
struct member *quorum_pick(const struct quorum *q, const struct frame *call) {
  const struct component *component = q->component;
  uint32_t first = q->n, n = q->members - q->n, near = 0;
  if (copies_all_lead(q->config) && q->config->read.word != READ_ANY) first = 0, n = q->n;
  if (n == 0) return route_any(component, q->first, q->members, call);
  const struct member *caller = asker_of(q->sim, call);
  struct member *nearest[HISTORY_COPIES];
  double least = 0;
  for (uint32_t i = 0; i < n; i++) {
    struct member *m = q->member[first + i].member;
    double cost = route_cost(q->sim->spec, component->id, caller->zone, m->zone);
    if (near > 0 && cost > least) continue;
    if (near > 0 && cost < least) near = 0;
    least = cost;
    nearest[near++] = m;
  }
  struct draws draws = draws_begin(component->pick, call->key, 0);
  return nearest[draws_below(&draws, near)];
}
