/* Rules about copies of data, and about who hears of them. */
#include <string.h>

#include "data_op.h"
#include "lint.h"
#include "network.h"
#include "program.h"
#include "sim.h"

/* What the scenario says of a component's copies; NULL: no request reaches it. */
static const struct outline_copies *copies_of(const struct lint *lint, uint32_t component) {
  uint32_t i = lint->graph->first[component];
  return i == NO_NODE ? NULL : lint->graph->node[i].outline.copies;
}

const void *lint_said(const struct component_spec *component, const char *name,
                      enum param_type type) {
  for (const struct param *p = component->kind->params; p && p->name; p++) {
    if (p->type == type && !strcmp(p->name, name))
      return (const char *)component->config + p->offset;
  }
  return NULL;
}

/* How a component that a shard joins divides its keys; NULL: that is not said, or none does, or
 * what joins is a copy. */
static const struct sharding *joined(const struct lint *lint, const struct fault_spec *fault) {
  if (fault->type != &fault_join || !target_is_component(fault->target)) return NULL;
  if (copies_of(lint, fault->target.id)) return NULL;
  return lint_said(&lint->spec->component[fault->target.id], "shards", PARAM_SHARDS);
}

void lint_join_moves_most(struct lint *lint) {
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    const struct sharding *shards = joined(lint, fault);
    if (shards == NULL || shards->rule != SHARDS_HASH) continue;
    const struct component_spec *db = &lint->spec->component[fault->target.id];
    lint_add(lint, fault->file, fault->line, fault->name)->what = lint_text(
        lint,
        "\"%s\" divides its keys by hash modulo the number of shards: when the last of %u comes, "
        "about %.0f %% of all keys move",
        db->name, db->instances, 100 * (db->instances - 1.0) / db->instances);
  }
}

/* Whether the scenario says how data of which there are copies are divided; 0: there are none. */
static uint32_t shards_of(const struct lint *lint, uint32_t component, bool *said_so) {
  const struct outline_copies *copies = copies_of(lint, component);
  const struct sharding *rule =
      lint_said(&lint->spec->component[component], "shards", PARAM_SHARDS);
  *said_so = rule && rule->rule != SHARDS_UNSAID;
  return copies ? copies->shards : 0;
}

void lint_one_shard(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    bool said_so;
    if (shards_of(lint, c, &said_so) != 1 || !said_so) continue;
    lint_add_component(lint, c)->what =
        "it divides its keys among its instances, and there is one, which has copies of them all";
  }
}

void lint_instances_of_copies(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    bool said_so;
    uint32_t shards = shards_of(lint, c, &said_so);
    if (shards < 2 || said_so) continue;
    lint_add_component(lint, c)->what = lint_text(
        lint, "its %u instances are shards of %u members each, %u in all, and it has no shards",
        shards, lint->spec->component[c].instances / shards, lint->spec->component[c].instances);
  }
}

static const struct program_call *part_alone(const struct handlers *handlers) {
  for (uint32_t i = 0; handlers && i < handlers->n; i++) {
    const struct program *program = &handlers->handler[i].program;
    for (uint32_t k = 0; k < program->calls; k++) {
      const struct program_call *call = &program->call[k];
      if (call->part > 0 && !call->prepares && !call->durable) return call;
    }
  }
  return NULL;
}

void lint_commits_alone(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct program_call *part = part_alone(lint_handlers(&lint->spec->component[c]));
    if (part == NULL) continue;
    lint_add_component(lint, c)->what =
        lint_text(lint, "its %s writes to %u databases one after the other%s",
                  part->saga ? "saga" : "transaction", part->parts,
                  part->saga ? ", and is in memory alone" : "");
  }
}

/* A goal by which one of these metrics of a component has to be 0; NULL: there is none. */
static const struct goal *goal_of_none(const struct lint *lint, uint32_t component,
                                       const char *const *metrics) {
  const char *name = lint->spec->component[component].name;
  size_t length = strlen(name);
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const struct goal *goal = &lint->scenario->goal[i];
    if (strncmp(goal->metric, name, length) != 0 || goal->metric[length] != '.') continue;
    bool none = goal->limit == 0 && (goal->op == GOAL_EQ || goal->op == GOAL_LE);
    if (!none && !(goal->op == GOAL_LT && goal->unit == UNIT_COUNT && goal->limit <= 1)) continue;
    for (int k = 0; metrics[k]; k++) {
      if (!strcmp(goal->metric + length + 1, metrics[k])) return goal;
    }
  }
  return NULL;
}

void lint_quorums_miss(struct lint *lint) {
  static const char *const metrics[] = {"stale_reads", "own_write_missed", "not_monotonic", NULL};
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct outline_copies *copies = copies_of(lint, c);
    if (copies == NULL || copies->read == 0 || copies->read + copies->write > copies->n) continue;
    const struct goal *goal = goal_of_none(lint, c, metrics);
    if (goal == NULL) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint,
                        "reads wait for %u and writes for %u of %u copies, and the goal '%s' asks "
                        "for reads that miss nothing",
                        copies->read, copies->write, copies->n, goal->text);
  }
}

void lint_last_write_wins(struct lint *lint) {
  static const char *const metrics[] = {"lost_updates", NULL};
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct outline_copies *copies = copies_of(lint, c);
    if (copies == NULL || !copies->overwrites) continue;
    const struct goal *goal = goal_of_none(lint, c, metrics);
    if (goal == NULL) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint,
                        "of two writes of a datum at different leaders the later one wins, and the "
                        "goal '%s' asks that none is lost",
                        goal->text);
  }
}

/* A count that only a kind has on which something happens without requests; 0: it is not there. */
static uint64_t own_count(const struct component_spec *component, const char *name) {
  if (!component->kind->by_itself) return 0;
  for (const struct param *p = component->kind->params; p->name; p++) {
    if (p->type == PARAM_COUNT && !strcmp(p->name, name))
      return *(const uint64_t *)(const void *)((const char *)component->config + p->offset);
  }
  return 0;
}

/* Of `copies` members side by side, how many live in the zone that has most. */
static uint64_t most_in_a_zone(const struct component_spec *c, uint64_t copies) {
  uint64_t most = 0;
  for (uint64_t i = 0; i < copies; i++) {
    uint64_t n = 0;
    for (uint64_t k = 0; k < copies; k++) n += c->zone[k % c->zones] == c->zone[i % c->zones];
    if (n > most) most = n;
  }
  return most;
}

/* Of sets, which lie side by side; where groups lie on any disks, nobody can say without a look. */
void lint_zone_takes_group(struct lint *lint) {
  for (uint32_t i = 0; i < lint->spec->components; i++) {
    const struct component_spec *c = &lint->spec->component[i];
    uint64_t copies = own_count(c, "copies"), need = own_count(c, "need");
    if (copies == 0 || c->zones < 2 || own_count(c, "groups") > 0) continue;
    uint64_t most = most_in_a_zone(c, copies);
    if (most == copies || most <= copies - need) continue;
    lint_add_component(lint, i)->what =
        lint_text(lint, "%llu of the %llu disks of a group are in one zone, and %llu are needed",
                  (unsigned long long)most, (unsigned long long)copies, (unsigned long long)need);
  }
}

void lint_even_quorum(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct outline_copies *copies = copies_of(lint, c);
    if (copies == NULL || !copies->majority || copies->n % 2 != 0) continue;
    uint32_t n = copies->n;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint,
                        "a quorum is %u of %u copies: it stands the failure of %u, as many as with "
                        "%u copies, of which it waits for %u",
                        n / 2 + 1, n, n / 2 - 1, n - 1, n / 2);
  }
}

void lint_unfenced(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct outline_copies *copies = copies_of(lint, c);
    if (copies == NULL || !copies->unfenced) continue;
    lint_add_component(lint, c)->what =
        "a control makes another copy the primary, and nothing shuts out the former one";
  }
}

/* The mean time there and back between the two members that are farthest apart. */
static double longest_round_trip_ns(const struct spec *spec, uint32_t component) {
  const struct component_spec *c = &spec->component[component];
  uint32_t zones = c->zones < c->instances ? c->zones : c->instances;
  double longest_ns = 0;
  for (uint32_t a = 0; a < zones; a++) {
    for (uint32_t b = 0; b < zones; b++) {
      struct site from = {component, c->zone[a]}, to = {component, c->zone[b]};
      bool backwards;
      uint32_t there = spec_path_between(spec, from, to, &backwards);
      uint32_t back = spec_path_between(spec, to, from, &backwards);
      double ns = (there == REF_NONE ? 0 : path_mean_ns(&spec->path[there])) +
                  (back == REF_NONE ? 0 : path_mean_ns(&spec->path[back]));
      if (ns > longest_ns) longest_ns = ns;
    }
  }
  return longest_ns;
}

void lint_election_too_soon(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct outline_copies *copies = copies_of(lint, c);
    if (copies == NULL || copies->elect_ns == 0) continue;
    double trip_ns = longest_round_trip_ns(lint->spec, c);
    if ((double)copies->elect_ns >= 10 * trip_ns) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint, "its copies stand for election after %s, and a round trip takes %s",
                        lint_ns(lint, (double)copies->elect_ns), lint_ns(lint, trip_ns));
    f->mend = lint_text(lint, "an elect.timeout of %s or more", lint_ns(lint, 10 * trip_ns));
  }
}

void lint_copies_too_far(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct outline_copies *copies = copies_of(lint, c);
    if (copies == NULL || copies->timeout_ns == 0) continue;
    double trip_ns = longest_round_trip_ns(lint->spec, c);
    if (trip_ns < (double)copies->timeout_ns) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(lint, "its copies are waited for %s, and a round trip takes %s",
                        lint_ns(lint, (double)copies->timeout_ns), lint_ns(lint, trip_ns));
    f->mend = lint_text(lint, "a copies.timeout above %s", lint_ns(lint, trip_ns));
  }
}

/* One in ten updates that somebody never hears of is worth a word. */
void lint_gossip_leaves_out(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    uint32_t i = lint->graph->first[c];
    if (i == NO_NODE) continue;
    double peers = lint->spec->component[c].instances;
    double left = lint->graph->node[i].outline.left_out * peers;
    if (left < 0.1) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what =
        lint_text(lint, "of %.0f peers about %.*f never hear of an update, and nobody compares",
                  peers, left < 10 ? 1 : 0, left);
  }
}

/* Writes that reach one shard of a component, on average. */
static double writes_of(const struct lint *lint, uint32_t component, uint32_t shards) {
  const struct call_graph *graph = lint->graph;
  double rate = 0;
  for (uint32_t i = graph->first[component]; i != NO_NODE; i = graph->node[i].next) {
    if (data_op_of(lint->spec, component, graph->node[i].op) != DATA_WRITE) continue;
    rate += graph->node[i].rate_per_s;
  }
  return rate / shards;
}

void lint_snapshot_too_late(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct outline_copies *copies = copies_of(lint, c);
    if (copies == NULL || copies->keep == PARAM_UNLIMITED) continue;
    double rate = writes_of(lint, c, copies->shards);
    double come = rate * copies->snapshot_ns / 1e9;
    if (!(come > (double)copies->keep)) continue;
    struct finding *f = lint_add_component(lint, c);
    f->what = lint_text(
        lint, "a snapshot takes %s, in which %.0f writes come at %s, and the log keeps %llu",
        lint_ns(lint, copies->snapshot_ns), come, lint_rate(lint, rate),
        (unsigned long long)copies->keep);
    f->mend = lint_text(lint, "a copies.keep above %.0f, or a quicker snapshot", come);
  }
}

/* The first fault by which some copies lose their data, and not all of them. */
static const struct fault_spec *loss_of(const struct lint *lint, uint32_t component) {
  for (uint32_t i = 0; i < lint->spec->faults; i++) {
    const struct fault_spec *fault = &lint->spec->fault[i];
    if (!fault->type->loses_data || !lint_hits(lint, fault->target, component)) continue;
    if (!lint_hits_all(lint, fault->target, component)) return fault;
  }
  return NULL;
}

void lint_loss_unmended(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct outline_copies *copies = copies_of(lint, c);
    if (copies == NULL || copies->read == 0 || copies->mends) continue;
    const struct fault_spec *fault = loss_of(lint, c);
    if (fault == NULL) continue;
    lint_add_component(lint, c)->what = lint_text(
        lint, "%s: of %u copies one comes back empty, and gets what is written from then on alone",
        fault->name, copies->n);
  }
}

/* --- caches --------------------------------------------------------------------------------- */

/* Whether others than the cache write where it looks, or there are several caches. */
static bool is_passed_by(const struct lint *lint, uint32_t cache, uint32_t origin) {
  const struct component_spec *component = &lint->spec->component[cache];
  const uint32_t *per = lint_said(component, "per", PARAM_ENUM);
  if (component->instances > 1 || (per && *per != 0)) return true;
  const struct call_graph *graph = lint->graph;
  for (uint32_t n = 0; n < graph->nodes; n++) {
    const struct call_node *node = &graph->node[n];
    for (uint32_t k = 0; k < node->outline.calls && node->component != cache; k++) {
      if (node->edge[k].to == NO_NODE) continue;
      const struct call_node *to = &graph->node[node->edge[k].to];
      if (to->component != origin) continue;
      if (data_op_of(lint->spec, origin, to->op) == DATA_WRITE) return true;
    }
  }
  return false;
}

/* A goal by which stale answers of a component are younger than that; NULL: there is none. */
static const struct goal *goal_of_younger(const struct lint *lint, uint32_t component, double s) {
  const char *name = lint->spec->component[component].name;
  size_t length = strlen(name);
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const struct goal *goal = &lint->scenario->goal[i];
    if (strncmp(goal->metric, name, length) != 0) continue;
    if (strncmp(goal->metric + length, ".stale_age.", strlen(".stale_age.")) != 0) continue;
    if ((goal->op == GOAL_LT || goal->op == GOAL_LE) && goal->limit < s) return goal;
  }
  return NULL;
}

void lint_ttl_above_goal(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *cache = &lint->spec->component[c];
    const struct ttl *ttl = lint_said(cache, "ttl", PARAM_TTL);
    const uint32_t *hears = lint_said(cache, "invalidate", PARAM_ENUM);
    const uint32_t *origin = lint_said(cache, "origin", PARAM_REF);
    if (!ttl || !origin || *origin == REF_NONE || (hears && *hears != 0)) continue;
    const struct goal *goal = goal_of_younger(lint, c, (double)ttl->ns / 1e9);
    if (goal == NULL || !is_passed_by(lint, c, *origin)) continue;
    lint_add_component(lint, c)->what = lint_text(
        lint,
        "it answers with an entry for %s, and the goal '%s' asks for answers less out of date",
        ttl->ns == PARAM_UNLIMITED ? "ever" : lint_ns(lint, (double)ttl->ns), goal->text);
  }
}

/* --- what a cache keeps --------------------------------------------------------------------- */

/* "'browse' and 'buy'": the operations whose answers a cache keeps. */
static const char *kept_operations(struct lint *lint, uint32_t component,
                                   const struct priorities *passes, uint32_t *n) {
  const char *names = "";
  struct op_set writes = data_writes(lint->spec, component);
  *n = 0;
  for (uint32_t op = 0; op < lint->spec->ops; op++) {
    if (node_find(lint->graph, component, (int)op) == NO_NODE) continue;
    bool kept = !op_set_has(&writes, (uint8_t)op);
    for (uint32_t i = 0; i < passes->n; i++) kept &= passes->ops[i] != (int)op;
    if (!kept) continue;
    names = lint_text(lint, "%s%s'%s'", names, *n == 0 ? "" : " and ", lint->spec->op[op]);
    (*n)++;
  }
  return names;
}

void lint_cache_mixes(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct component_spec *component = &lint->spec->component[c];
    const struct priorities *passes = lint_said(component, "passes", PARAM_OPS);
    if (passes == NULL || component->bypassed) continue;
    uint32_t n;
    const char *names = kept_operations(lint, c, passes, &n);
    if (n < 2) continue;
    lint_add_component(lint, c)->what =
        lint_text(lint, "it keeps the answers to %s, each as if it were the answer to all", names);
  }
}
