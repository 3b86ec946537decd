/* Paths between places, and cuts that faults put across them.
 *
 * Members of one component in one zone form a site; the path between two sites is looked up once
 * and remembered. Constant delays to the first few sites that one has to do with stand in a single
 * line of memory: of thousands of sites, most messages touch no other. Each direction of a path has
 * its own wire: with a bandwidth, messages queue for it first-in first-out and are stored and
 * forwarded. Only one-way delays and losses of messages are modelled here: no packets, no
 * connections. */
#include "network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "call.h"
#include "delivery.h"
#include "engine.h"
#include "fault_def.h"
#include "life.h"
#include "time_scale.h"

struct direction {
  const struct path_spec *path;
  struct stream latency, loss, jitter, reorder;
  uint64_t constant_ns; /* what is the same for all messages */
  uint64_t *free_ns;    /* with a bandwidth: when the wire of each further hop is free */
  uint64_t wire_free_ns;
  uint64_t sending_ns;           /* time that all messages so far take on the wire */
  uint64_t sending_at_warmup_ns; /* what was sent of that before the end of the warm-up */
  uint64_t offered, dropped;     /* messages, or segments: to the wire; for want of room */
  double bytes;                  /* that were sent, where these have a price */
};

#define NO_DIRECTION UINT32_MAX
#define NOT_LOOKED_UP (UINT32_MAX - 1)

struct route {
  uint32_t from, to; /* sites */
  uint32_t direction;
  bool constant; /* nothing but a constant delay: no need to look further */
  uint64_t constant_ns;
};

/* Sites that messages from one site go to, and their constant delays; in order of first use. */
enum { NEIGHBOURS = 4 };
struct neighbours {
  uint32_t site[NEIGHBOURS]; /* NO_SITE from the first free one on */
  uint64_t constant_ns[NEIGHBOURS];
} __attribute__((aligned(64)));
static_assert(sizeof(struct neighbours) == 64, "one cache line");

#define NO_SITE UINT32_MAX

/* Paths between two components, which come before all others: of thousands, none is looked for in
 * the list of all. */
struct joined {
  uint32_t from, to;  /* components */
  uint32_t direction; /* NO_DIRECTION: a free entry */
};

struct network {
  uint32_t active_cuts;          /* more than 0: no message takes a short cut */
  uint32_t looks;                /* of them: 1 if each call is looked at (access.h) */
  uint32_t *site;                /* by member */
  struct neighbours *neighbours; /* by site */
  uint32_t directions;
  struct direction *direction; /* path p: 2p forwards, 2p + 1 backwards */
  uint32_t joined_mask;        /* open addressing, a power of two, at most half full */
  struct joined *joined;       /* by both components */
  uint32_t routes, route_mask; /* open addressing, a power of two, at most half full */
  struct route *route;
  uint32_t cuts;
  struct cut **cut;
};

/* --- which path ----------------------------------------------------------------------------- */

/* Fibonacci hashing (Knuth 6.4): the middle bits depend on both numbers. */
static inline uint32_t hash_pair(uint32_t from, uint32_t to) {
  return (uint32_t)(((uint64_t)from << 32 | to) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static struct joined *joined_slot(const struct network *net, uint32_t from, uint32_t to) {
  uint32_t i = hash_pair(from, to) & net->joined_mask;
  while (net->joined[i].direction != NO_DIRECTION &&
         (net->joined[i].from != from || net->joined[i].to != to)) {
    i = (i + 1) & net->joined_mask;
  }
  return &net->joined[i];
}

/* Of several the first counts, as for spec_path_between. */
static void join(struct network *net, uint32_t from, uint32_t to, uint32_t direction) {
  struct joined *slot = joined_slot(net, from, to);
  if (slot->direction == NO_DIRECTION) *slot = (struct joined){from, to, direction};
}

static void join_components(struct sim *sim, struct network *net) {
  uint32_t size = 4;
  while (size < 4 * sim->spec->paths) size *= 2;
  net->joined = arena_alloc(sim->arena, size * sizeof *net->joined);
  net->joined_mask = size - 1;
  for (uint32_t i = 0; i < size; i++) net->joined[i].direction = NO_DIRECTION;
  for (uint32_t p = 0; p < sim->spec->paths; p++) {
    const struct path_spec *path = &sim->spec->path[p];
    if (path->from.kind != PLACE_COMPONENT || path->to.kind != PLACE_COMPONENT) continue;
    join(net, path->from.id, path->to.id, 2 * p);
    if (!path->one_way) join(net, path->to.id, path->from.id, 2 * p + 1);
  }
}

static uint32_t find_direction(const struct sim *sim, const struct member *from,
                               const struct member *to) {
  struct site a = {(uint32_t)(from->component - sim->component), from->zone};
  struct site b = {(uint32_t)(to->component - sim->component), to->zone};
  uint32_t direction = joined_slot(sim->network, a.component, b.component)->direction;
  if (direction != NO_DIRECTION) return direction;
  bool backwards;
  uint32_t path = spec_path_between(sim->spec, a, b, &backwards);
  return path == REF_NONE ? NO_DIRECTION : 2 * path + backwards;
}

static inline struct route *route_slot(const struct network *net, uint32_t from, uint32_t to) {
  uint32_t i = hash_pair(from, to) & net->route_mask;
  while (net->route[i].direction != NOT_LOOKED_UP &&
         (net->route[i].from != from || net->route[i].to != to)) {
    i = (i + 1) & net->route_mask;
  }
  return &net->route[i];
}

static void routes_grow(struct network *net, struct arena *arena) {
  uint32_t old_size = net->route ? net->route_mask + 1 : 0;
  struct route *old = net->route;
  uint32_t size = old_size ? 2 * old_size : 64;
  net->route = arena_alloc(arena, size * sizeof *net->route);
  net->route_mask = size - 1;
  for (uint32_t i = 0; i < size; i++) net->route[i] = (struct route){.direction = NOT_LOOKED_UP};
  for (uint32_t i = 0; i < old_size; i++) {
    if (old[i].direction != NOT_LOOKED_UP) *route_slot(net, old[i].from, old[i].to) = old[i];
  }
}

static void remember_neighbour(struct network *net, const struct route *route) {
  struct neighbours *near = &net->neighbours[route->from];
  for (uint32_t i = 0; i < NEIGHBOURS; i++) {
    if (near->site[i] != NO_SITE) continue;
    near->site[i] = route->to;
    near->constant_ns[i] = route->constant_ns;
    return;
  }
}

static bool bills_bytes(const struct path_spec *path) {
  return path->price != NULL && path->price->per_gb > 0;
}

/* Looks a route up for the first time. */
static struct route *route_learn(struct sim *sim, const struct member *from,
                                 const struct member *to) {
  struct network *net = sim->network;
  if (2 * ++net->routes > net->route_mask) routes_grow(net, sim->arena);
  uint32_t from_site = net->site[from->id], to_site = net->site[to->id];
  struct route *route = route_slot(net, from_site, to_site);
  *route = (struct route){from_site, to_site, find_direction(sim, from, to), true, 0};
  if (route->direction != NO_DIRECTION) {
    const struct direction *dir = &net->direction[route->direction];
    route->constant = path_is_constant(dir->path) && !dir->path->tcp && !bills_bytes(dir->path);
    route->constant_ns = dir->constant_ns;
  }
  uint32_t back = find_direction(sim, to, from);
  if (back != NO_DIRECTION && net->direction[back].path->tcp) route->constant = false;
  if (from->kind->by_name || to->kind->by_name) route->constant = false;
  if (route->constant) remember_neighbour(net, route);
  return route;
}

static inline const struct route *route_between(struct sim *sim, const struct member *from,
                                                const struct member *to) {
  const struct network *net = sim->network;
  const struct route *route = route_slot(net, net->site[from->id], net->site[to->id]);
  if (__builtin_expect(route->direction == NOT_LOOKED_UP, 0)) return route_learn(sim, from, to);
  return route;
}

/* --- crossing ------------------------------------------------------------------------------- */

/* Draws of one message: the call's key, the far end and the sense tell messages apart. */
static struct draws key_draws(struct stream stream, const struct member *to, uint64_t key,
                              bool answer) {
  uint64_t hop = to->component->name_hash + (answer ? UINT64_C(0x9e3779b97f4a7c15) : 0);
  return draws_begin(stream, key, hop);
}

static bool in_set(const uint64_t *set, uint32_t id) {
  return set[id / 64] >> (id % 64) & 1;
}

static bool cut_applies(const struct cut *cut, uint32_t from, uint32_t to, bool answer) {
  if (!cut->active) return false;
  if (cut->calls_only) return !answer && in_set(cut->b, to);
  if (in_set(cut->a, from) && in_set(cut->b, to)) return true;
  return !cut->fault->one_way && in_set(cut->b, from) && in_set(cut->a, to);
}

static enum outcome cross_cuts(struct sim *sim, const struct member *from, const struct member *to,
                               uint64_t key, bool answer, struct crossing *crossing) {
  struct network *net = sim->network;
  for (uint32_t i = 0; i < net->cuts; i++) {
    const struct cut *cut = net->cut[i];
    if (!cut_applies(cut, from->id, to->id, answer)) continue;
    struct draws draws = key_draws(cut->stream, to, key, answer);
    enum outcome outcome = cut->fault->type->on_message(cut->fault, &draws, crossing);
    if (outcome != OUTCOME_OK) return outcome;
  }
  return OUTCOME_OK;
}

/* What a message takes beside sending it. */
static uint64_t latency_of(const struct direction *dir, const struct member *to, uint64_t key,
                           bool answer) {
  const struct path_spec *path = dir->path;
  uint64_t latency_ns = dir->constant_ns;
  if (path->latency.kind != DIST_CONSTANT) {
    struct draws draws = key_draws(dir->latency, to, key, answer);
    latency_ns = time_sum(latency_ns, dist_draw_whole(&path->latency, &draws));
  }
  if (path->jitter.kind != DIST_CONSTANT) {
    struct draws draws = key_draws(dir->jitter, to, key, answer);
    latency_ns = time_sum(latency_ns, dist_draw_whole(&path->jitter, &draws));
  }
  if (path->reorder > 0) {
    struct draws draws = key_draws(dir->reorder, to, key, answer);
    if (draws_unit(&draws) < path->reorder) latency_ns = time_sum(latency_ns, path->behind_ns);
  }
  return latency_ns;
}

/* When the last hop has sent a message whose first hop begins at `start_ns`. All hops are as fast,
 * so that packets come to the next one as it sends them: there a message begins when its first
 * packet is there and those before it are gone. Latency between hops shifts all alike and is left
 * out here. */
static uint64_t sent_by_last_hop(struct direction *dir, uint64_t start_ns, uint64_t message_ns,
                                 uint64_t packet_ns) {
  for (uint64_t hop = 1; hop < dir->path->hops; hop++) {
    start_ns = time_sum(start_ns, packet_ns);
    if (dir->free_ns[hop] > start_ns) start_ns = dir->free_ns[hop];
    dir->free_ns[hop] = time_sum(start_ns, message_ns);
  }
  return time_sum(start_ns, message_ns);
}

/* What so many bits are on the wire, and each packet of them. Of what is cut into packets the last
 * one counts as full (Kurose, Ross, Computer Networking, 1.3). */
static double on_wire(const struct path_spec *path, double bits, double *packet_bits) {
  *packet_bits = bits;
  if (path->packet == 0) return bits;
  double carried = ceil(bits / (8 * (double)path->packet));
  *packet_bits = 8 * (double)(path->packet + path->overhead);
  return *packet_bits * carried;
}

/* How many of `n` pieces of together so many bits find room before the first wire, what is being
 * sent included; the others are dropped as they come. The first passes while the wire is idle. */
static uint32_t with_room(const struct sim *sim, struct direction *dir, double bits, uint32_t n,
                          double factor) {
  const struct path_spec *path = dir->path;
  if (path->buffer == 0 || bits <= 0) return n;
  bool idle = dir->wire_free_ns <= sim->now_ns;
  double ahead_ns = idle ? 0 : (double)(dir->wire_free_ns - sim->now_ns) / factor;
  double ns_per_bit = 1e9 / path->bits_per_s, each = on_wire(path, bits, &(double){0}) / n;
  double room_ns = 8 * (double)path->buffer * ns_per_bit - ahead_ns + 1; /* 1: times are whole */
  double fit = floor(room_ns / (each * ns_per_bit));
  uint32_t in = fit >= n ? n : fit < idle ? idle : (uint32_t)fit;
  dir->offered += n;
  dir->dropped += n - in;
  return in;
}

/* How long it is until a message of so many bits is sent by all wires on its way. */
static uint64_t send(const struct sim *sim, struct direction *dir, double bits, double factor) {
  const struct path_spec *path = dir->path;
  double packet_bits;
  bits = on_wire(path, bits, &packet_bits);
  uint64_t send_ns = dist_whole(bits / path->bits_per_s * 1e9 * factor);
  uint64_t start_ns = dir->wire_free_ns > sim->now_ns ? dir->wire_free_ns : sim->now_ns;
  dir->wire_free_ns = time_sum(start_ns, send_ns);
  dir->sending_ns += dir->wire_free_ns - start_ns;
  uint64_t packet_ns = dist_whole(packet_bits / path->bits_per_s * 1e9 * factor);
  if (packet_ns > send_ns) packet_ns = send_ns; /* nothing to send */
  return sent_by_last_hop(dir, start_ns, send_ns, packet_ns) - sim->now_ns;
}

/* Delay of a message on a path that is more than a constant delay. */
static enum outcome cross_path(struct sim *sim, struct direction *dir, const struct member *to,
                               struct frame *call, bool answer, double factor, uint64_t *delay_ns) {
  const struct path_spec *path = dir->path;
  uint64_t latency_ns = latency_of(dir, to, call->key, answer);
  if (__builtin_expect(factor != 1, 0)) latency_ns = time_scale(latency_ns, factor);
  if (path->bits_per_s > 0 || bills_bytes(path)) {
    bool refusal = answer && call->pending != OUTCOME_OK; /* carries no data */
    double bytes = refusal ? 0 : call_bytes(sim, call, answer);
    if (!with_room(sim, dir, 8 * bytes, 1, factor)) return OUTCOME_TIMEOUT;
    dir->bytes += bytes;
    if (path->bits_per_s > 0) latency_ns = time_sum(latency_ns, send(sim, dir, 8 * bytes, factor));
  }
  if (path->loss > 0) { /* behind the wire */
    struct draws draws = key_draws(dir->loss, to, call->key, answer);
    if (draws_unit(&draws) < path->loss) return OUTCOME_TIMEOUT;
  }
  *delay_ns = latency_ns;
  return OUTCOME_OK;
}

/* Between sites that are no neighbours. */
static __attribute__((noinline)) uint64_t far_constant_ns(const struct network *net, uint32_t from,
                                                          uint32_t to) {
  const struct route *route = route_slot(net, from, to);
  return route->constant ? route->constant_ns : TIME_NEVER;
}

uint64_t network_constant_ns(const struct sim *sim, uint32_t from, uint32_t to) {
  const struct network *net = sim->network;
  if (__builtin_expect(net->active_cuts, 0)) return TIME_NEVER;
  uint32_t site = net->site[to];
  const struct neighbours *near = &net->neighbours[net->site[from]];
  for (uint32_t i = 0; i < NEIGHBOURS; i++) {
    if (near->site[i] == site) return near->constant_ns[i];
  }
  return far_constant_ns(net, net->site[from], site);
}

void network_prefetch(const struct network *net, uint32_t from) {
  __builtin_prefetch(&net->neighbours[net->site[from]], 0);
}

enum outcome network_cross(struct sim *sim, const struct member *from, const struct member *to,
                           struct frame *call, bool answer, uint64_t *delay_ns) {
  struct crossing crossing = {1, 0};
  if (__builtin_expect(sim->network->active_cuts, 0)) {
    enum outcome outcome = cross_cuts(sim, from, to, call->key, answer, &crossing);
    if (outcome != OUTCOME_OK) return outcome;
  }
  const struct route *route = route_between(sim, from, to);
  if (route->constant && crossing.factor == 1) {
    *delay_ns = time_sum(route->constant_ns, crossing.more_ns);
    return OUTCOME_OK;
  }
  *delay_ns = 0;
  enum outcome outcome = OUTCOME_OK;
  if (route->direction != NO_DIRECTION) {
    outcome = cross_path(sim, &sim->network->direction[route->direction], to, call, answer,
                         crossing.factor, delay_ns);
  }
  *delay_ns = time_sum(*delay_ns, crossing.more_ns);
  return outcome;
}

bool network_asks_bytes(const struct sim *sim) {
  for (uint32_t i = 0; i < sim->spec->paths; i++) {
    const struct path_spec *path = &sim->spec->path[i];
    if (path->bits_per_s > 0 || path->tcp || bills_bytes(path)) return true;
  }
  return false;
}

uint32_t network_path_between(struct sim *sim, const struct member *from, const struct member *to) {
  if (sim->network == NULL) return REF_NONE;
  uint32_t direction = route_between(sim, from, to)->direction;
  if (direction == NO_DIRECTION) direction = route_between(sim, to, from)->direction;
  return direction == NO_DIRECTION ? REF_NONE : direction / 2;
}

const struct path_spec *network_transport(struct sim *sim, const struct member *from,
                                          const struct member *to) {
  const struct route *route = route_between(sim, from, to);
  if (route->direction == NO_DIRECTION) return NULL;
  const struct path_spec *path = sim->network->direction[route->direction].path;
  return path->tcp ? path : NULL;
}

/* How many of a burst are lost, of those that came onto the wire. */
static void lose_segments(struct direction *dir, const struct member *to,
                          const struct segments *what, uint64_t key, uint32_t in,
                          struct sent *sent) {
  *sent = (struct sent){.lost = what->n - in, .first_lost = in};
  if (dir->path->loss <= 0) return;
  struct draws draws = key_draws(dir->loss, to, key, what->answer);
  bool any = false;
  for (uint32_t i = 0; i < in; i++) {
    if (draws_unit(&draws) >= dir->path->loss) continue;
    if (!any) sent->first_lost = i;
    any = true;
    sent->lost++;
  }
}

void network_send_segments(struct sim *sim, const struct member *from, const struct member *to,
                           const struct segments *what, struct sent *sent) {
  struct crossing crossing = {1, 0};
  uint64_t key = key_attempt(what->key, what->salt);
  *sent = (struct sent){0};
  if (sim->network->active_cuts &&
      cross_cuts(sim, from, to, key, what->answer, &crossing) != OUTCOME_OK) {
    *sent = (struct sent){.cut = true, .lost = what->n};
    return;
  }
  const struct route *route = route_between(sim, from, to);
  sent->first_ns = sent->last_ns = crossing.more_ns;
  if (route->direction == NO_DIRECTION) return;
  struct direction *dir = &sim->network->direction[route->direction];
  uint64_t latency_ns = latency_of(dir, to, key, what->answer);
  if (crossing.factor != 1) latency_ns = time_scale(latency_ns, crossing.factor);
  latency_ns = time_sum(latency_ns, crossing.more_ns);
  uint32_t in = with_room(sim, dir, 8 * what->bytes, what->n, crossing.factor);
  lose_segments(dir, to, what, key, in, sent);
  sent->first_ns = sent->last_ns = latency_ns;
  dir->bytes += what->bytes * in / (what->n > 0 ? what->n : 1);
  if (dir->path->bits_per_s <= 0 || what->bytes <= 0 || in == 0) return;
  double bits = 8 * what->bytes * in / what->n;
  uint64_t sending_ns = dist_whole(bits / dir->path->bits_per_s * 1e9 * crossing.factor);
  uint64_t sent_ns = send(sim, dir, bits, crossing.factor);
  sent->last_ns = time_sum(latency_ns, sent_ns);
  sent->first_ns = sent->last_ns - sending_ns + sending_ns / in;
}

bool network_reaches(struct sim *sim, const struct member *from, const struct member *to,
                     uint64_t *delay_ns) {
  struct network *net = sim->network;
  double more_ns = 0; /* so that it does not overtake what it is about */
  for (uint32_t i = 0; i < net->cuts; i++) {
    if (!cut_applies(net->cut[i], from->id, to->id, false)) continue;
    if (net->cut[i]->fault->type->severs) return false;
    more_ns += dist_mean(&net->cut[i]->fault->by);
  }
  const struct route *route = route_between(sim, from, to);
  double mean =
      route->direction == NO_DIRECTION ? 0 : path_mean_ns(net->direction[route->direction].path);
  mean += more_ns;
  *delay_ns = isfinite(mean) ? dist_whole(mean) : 0;
  return true;
}

double network_mean_ns(struct sim *sim, const struct member *from, const struct member *to) {
  if (!sim->network) return 0;
  const struct route *route = route_between(sim, from, to);
  if (route->direction == NO_DIRECTION) return 0;
  return path_mean_ns(sim->network->direction[route->direction].path);
}

static bool is_nothing(const struct route *route) {
  return route->constant && route->constant_ns == 0;
}

bool network_is_still(struct sim *sim, const struct member *from, const struct member *to) {
  if (!sim->network) return true;
  if (sim->network->active_cuts) return false;
  /* a route may move when another is learned: one after the other */
  if (!is_nothing(route_between(sim, from, to))) return false;
  return is_nothing(route_between(sim, to, from));
}

/* --- what paths report ---------------------------------------------------------------------- */

/* The wire is busy from now on until it is free: what lies in the future has not been sent. */
static uint64_t sent_ns(const struct sim *sim, const struct direction *dir) {
  uint64_t ahead_ns = dir->wire_free_ns > sim->now_ns ? dir->wire_free_ns - sim->now_ns : 0;
  return dir->sending_ns - ahead_ns;
}

void network_reset(struct sim *sim) {
  struct network *net = sim->network;
  for (uint32_t i = 0; net != NULL && i < net->directions; i++) {
    struct direction *dir = &net->direction[i];
    dir->sending_at_warmup_ns = sent_ns(sim, dir);
    dir->offered = dir->dropped = 0;
    dir->bytes = 0;
  }
}

const struct metric_def path_metrics[] = {
    {"<from>.<to>.utilization", "ratio",
     "Share of the time in which the wire of a path with a bandwidth was sending, this way."},
    {"<from>.<to>.dropped", "ratio",
     "Share of the messages, or with transport = \"tcp\" of the segments, that found no room "
     "before "
     "the wire (`buffer`)."},
    {"<from>.<to>.opened", "", "Connections that were begun (transport = \"tcp\"), either way."},
    {"<from>.<to>.failed", "", "Those of them that did not come to be."},
    {"<from>.<to>.reused", "ratio", "Share of the calls that found a connection."},
    {"<from>.<to>.open", "", "Connections that were open, averaged over time."},
    {"<from>.<to>.setup.mean", "s", "Mean time from the first SYN until requests could be sent."},
    {"<from>.<to>.setup.p50", "s", "Median of that time."},
    {"<from>.<to>.setup.p95", "s", "Quantile 95 % of that time."},
    {"<from>.<to>.setup.p99", "s", "Quantile 99 % of that time."},
    {"<from>.<to>.sent_again", "ratio", "Share of the segments that were lost and sent again."},
    {"<from>.<to>.timeouts", "", "Times a sender had to wait for its timer."},
    {"<from>.<to>.raced", "",
     "Calls on connections that the called side was closing (`accept.idle`), which were reset."},
    {"<from>.<to>.cost.hour", "money", "What it costs an hour; only of a path with a `price`."},
    {"<from>.<to>.cost.request", "money",
     "What it costs for each request that clients had answered well; only of a path with a "
     "`price`."},
    {0},
};

double network_bytes(const struct sim *sim, uint32_t path) {
  const struct network *net = sim->network;
  return net->direction[2 * path].bytes + net->direction[2 * path + 1].bytes;
}

/* The way back of a one-way path, or of one within a place, carries nothing. */
static bool is_used(const struct path_spec *path, bool backwards) {
  bool within = path->from.kind == path->to.kind && path->from.id == path->to.id;
  return path->bits_per_s > 0 && !(backwards && (path->one_way || within));
}

void network_collect(struct sim *sim, struct metrics *out) {
  struct network *net = sim->network;
  double time_s = sim->now_ns > sim->warmup_ns ? (double)(sim->now_ns - sim->warmup_ns) / 1e9 : 0;
  for (uint32_t i = 0; net != NULL && i < net->directions; i++) {
    const struct direction *dir = &net->direction[i];
    bool backwards = i % 2 == 1;
    if (!is_used(dir->path, backwards)) continue;
    const char *from = spec_place_name(sim->spec, backwards ? dir->path->to : dir->path->from);
    const char *to = spec_place_name(sim->spec, backwards ? dir->path->from : dir->path->to);
    double sent_s = (double)(sent_ns(sim, dir) - dir->sending_at_warmup_ns) / 1e9;
    metric_quotient(out, UNIT_RATIO, sent_s, time_s, "path.%s.%s.utilization", from, to);
    if (dir->path->buffer == 0) continue;
    metric_quotient(out, UNIT_RATIO, (double)dir->dropped, (double)dir->offered,
                    "path.%s.%s.dropped", from, to);
  }
}

/* --- building ------------------------------------------------------------------------------- */

static void direction_init(struct sim *sim, struct direction *dir, const struct path_spec *path,
                           bool backwards) {
  const char *from = spec_place_name(sim->spec, backwards ? path->to : path->from);
  const char *to = spec_place_name(sim->spec, backwards ? path->from : path->to);
  size_t length = strlen(from) + strlen(to) + 8;
  char *name = mem_alloc(length);
  snprintf(name, length, "path %s>%s", from, to);
  dir->path = path;
  dir->latency = sim_named_stream(sim, name, "latency");
  dir->loss = sim_named_stream(sim, name, "loss");
  dir->jitter = sim_named_stream(sim, name, "jitter");
  dir->reorder = sim_named_stream(sim, name, "reorder");
  struct draws none = {0};
  dir->constant_ns = dist_whole(path->fixed_ns);
  if (path->latency.kind == DIST_CONSTANT) {
    dir->constant_ns = time_sum(dir->constant_ns, dist_draw_whole(&path->latency, &none));
  }
  if (path->jitter.kind == DIST_CONSTANT) {
    dir->constant_ns = time_sum(dir->constant_ns, dist_draw_whole(&path->jitter, &none));
  }
  if (path->bits_per_s > 0 && path->hops > 1) {
    dir->free_ns = arena_lines(sim->arena, (uint32_t)path->hops, sizeof *dir->free_ns);
  }
  free(name);
}

/* Members of one component in one zone share a site. */
static void assign_sites(struct sim *sim, struct network *net) {
  uint32_t sites = 0;
  net->site = arena_lines(sim->arena, sim->members, sizeof *net->site);
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    const struct component *component = &sim->component[c];
    uint32_t zones = component->spec->zones ? component->spec->zones : 1;
    for (uint32_t i = 0; i < component->members; i++) {
      net->site[component->member[i].id] = sites + i % zones;
    }
    sites += zones < component->members ? zones : component->members;
  }
  net->neighbours = arena_lines(sim->arena, sites, sizeof *net->neighbours);
  memset(net->neighbours, 0xff, sites * sizeof *net->neighbours);
}

struct network *network_new(struct sim *sim) {
  const struct spec *spec = sim->spec;
  bool cuts = false;
  for (uint32_t i = 0; i < spec->faults; i++) {
    cuts |= fault_is_between(&spec->fault[i]);
  }
  if (!spec->paths && !cuts && !spec->allows) return NULL;
  struct network *net = mem_zeroed(1, sizeof *net);
  net->directions = 2 * spec->paths;
  net->direction = mem_zeroed(net->directions ? net->directions : 1, sizeof *net->direction);
  for (uint32_t p = 0; p < spec->paths; p++) {
    direction_init(sim, &net->direction[2 * p], &spec->path[p], false);
    direction_init(sim, &net->direction[2 * p + 1], &spec->path[p], true);
  }
  assign_sites(sim, net);
  join_components(sim, net);
  net->active_cuts = net->looks = spec->allows > 0;
  routes_grow(net, sim->arena);
  return net;
}

void network_free(struct network *net) {
  if (!net) return;
  free(net->direction);
  free(net->cut);
  free(net);
}

void network_add_cut(struct sim *sim, struct cut *cut) {
  struct network *net = sim->network;
  net->cut = mem_resize(net->cut, (net->cuts + 1) * sizeof *net->cut);
  net->cut[net->cuts++] = cut;
}

void network_cuts_changed(struct sim *sim) {
  struct network *net = sim->network;
  bool was_whole = net->active_cuts == net->looks;
  net->active_cuts = net->looks;
  for (uint32_t i = 0; i < net->cuts; i++) net->active_cuts += net->cut[i]->active;
  if (was_whole && net->active_cuts > net->looks) life_tell_of_all(sim);
  consumers_look(sim);
}
