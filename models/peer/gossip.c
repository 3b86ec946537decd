#include "gossip.h"

#include <math.h>
#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "detmath.h"
#include "fault_def.h"
#include "life.h"
#include "rumours.h"
#include "sim.h"

#define AT(field) offsetof(struct gossip_config, field)

const struct param gossip_params[] = {
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = AT(every_ns),
     .fallback = "200ms",
     .min = 1e3,
     .max = 1e18,
     .doc = "Time between two rounds of a peer (memberlist's GossipInterval in a LAN: 200 ms)."},
    {.name = "fanout",
     .type = PARAM_COUNT,
     .offset = AT(fanout),
     .fallback = "3",
     .min = 1,
     .max = 64,
     .doc =
         "Other peers that it tells in a round, other ones each time; all, where there are fewer "
         "(memberlist: 3)."},
    {.name = "tells",
     .type = PARAM_COUNT,
     .offset = AT(tells),
     .min = 1,
     .max = INFINITY,
     .doc = "How often a peer tells the same update, then it is silent about it. If neither this "
            "nor coin is given: 4 ceil(log10(peers + 1)) (memberlist: RetransmitMult is 4)."},
    {.name = "coin",
     .type = PARAM_RATIO,
     .offset = AT(coin),
     .max = 1,
     .doc = "Instead of tells: the chance with which a peer loses interest in an update each time "
            "it has told it, 1 / k (Demers et al., \"blind, coin\")."},
    {.name = "sync",
     .type = PARAM_DURATION,
     .offset = AT(sync_ns),
     .min = 1e3,
     .max = 1e18,
     .doc = "How often a peer compares all that it knows with one other, so that both know what "
            "either did (anti-entropy; memberlist's PushPullInterval: 30 s). If not given, who was "
            "left out stays so."},
    {.name = "sync_scales",
     .type = PARAM_BOOL,
     .offset = AT(sync_scales),
     .fallback = "false",
     .doc = "Whether many peers compare less often: beyond 32 sync is doubled, beyond 64 it is "
            "three times as long, and so on with each doubling (memberlist's pushPullScale)."},
    {.name = "stagger",
     .type = PARAM_BOOL,
     .offset = AT(stagger),
     .fallback = "true",
     .doc = "Whether each peer has its rounds at instants of its own. false: all at the same "
            "instants, as papers count rounds."},
    {0},
};

#define SYNC_TIMEOUT_NS UINT64_C(10000000000) /* memberlist's TCPTimeout */

bool gossip_valid(const struct gossip_config *config, const struct detector *detector,
                  uint32_t peers, struct error *err) {
  if (peers < 2) {
    return error_set(err, "has one peer, which has nobody to tell; give it instances = 3 or more");
  }
  if (config->tells > 0 && config->coin > 0) {
    return error_set(err, "gossip: tells and coin both say when a peer stops; leave one out");
  }
  if (config->sync_scales && config->sync_ns == 0) {
    return error_set(err, "gossip: sync_scales without sync, which is what it scales; give one");
  }
  return suspect_valid(detector, peers, err);
}

uint64_t gossip_sync_ns(const struct gossip_config *config, uint32_t n) {
  uint64_t times = 1;
  for (uint64_t limit = 32; config->sync_scales && limit < n; limit *= 2) times++;
  return times * config->sync_ns;
}

static uint64_t times_at_most(const struct gossip_config *config, uint32_t peers) {
  if (config->tells > 0) return config->tells;
  if (config->coin > 0) return PARAM_UNLIMITED;
  uint64_t digits = 0;
  for (uint64_t n = 1; n < peers + UINT64_C(1); n *= 10) digits++;
  return 4 * digits;
}

double gossip_left_out(const struct gossip_config *config, uint32_t peers) {
  if (config->sync_ns > 0) return 0;
  double times = config->coin > 0 ? 1 / config->coin : (double)times_at_most(config, peers);
  if (times <= 1) return 1;
  double left = 0;
  for (int i = 0; i < 100; i++) left = det_exp(-times * (1 - left));
  return left;
}

/* --- who knows ------------------------------------------------------------------------------ */

static bool all_know(const struct component *peers, const struct rumour *rumour) {
  for (uint32_t i = 0; i < peers->members; i++) {
    if (!rumour_knows(rumour, i) && !member_is_off(&peers->member[i])) return false;
  }
  return true;
}

static struct gossip *gossip_of(const struct component *peers, uint32_t peer) {
  return peers->member[peer].state;
}

static void note_spread(const struct sim *sim, const struct component *peers,
                        struct rumour *rumour) {
  if (rumour->news.what || rumour->spread || !all_know(peers, rumour)) return;
  rumour->spread = true;
  hist_add(&gossip_of(peers, rumour->origin)->meters.spread, sim->now_ns - rumour->born_ns);
}

/* Nobody tells it any more: who does not know it is left out. Should one that is on its way be
 * heard yet, this is taken back. */
static void count_left_out(const struct component *peers, struct rumour *rumour, bool back) {
  struct gossip_meters *meters = &gossip_of(peers, rumour->origin)->meters;
  if (rumour->news.what) return;
  if (!back) {
    for (uint32_t i = 0; i < peers->members; i++) {
      if (member_is_off(&peers->member[i])) continue;
      if (rumour_knows(rumour, i)) rumour->reached++;
      if (!rumour_knows(rumour, i)) rumour->missed++;
    }
    meters->missed += rumour->missed;
    meters->reached += rumour->reached;
    return;
  }
  meters->missed -= rumour->missed;
  meters->reached -= rumour->reached;
  rumour->missed = rumour->reached = 0;
}

/* --- telling -------------------------------------------------------------------------------- */

static uint64_t next_after(uint64_t now_ns, uint64_t phase_ns, uint64_t every_ns) {
  if (now_ns < phase_ns) return phase_ns;
  return phase_ns + ((now_ns - phase_ns) / every_ns + 1) * every_ns;
}

/* Rounds cost nothing while there is nothing to tell, unless beats are. */
static void expect_round(struct sim *sim, struct member *member, struct gossip *g) {
  if ((g->n == 0 && !g->watches) || timer_is_set(sim, &g->round)) return;
  uint64_t at_ns = next_after(sim->now_ns, g->phase_ns, g->config->every_ns);
  timer_set(sim, member, &g->round, at_ns - sim->now_ns, GOSSIP_ROUND, 0);
}

static void begin_telling(struct sim *sim, struct member *member, struct gossip *g,
                          struct rumour *rumour) {
  if (rumour->tellers == 0 && rumour->reached > 0) count_left_out(member->component, rumour, true);
  rumour->tellers++;
  if (g->n == g->capacity) {
    g->capacity = g->capacity ? 2 * g->capacity : 8;
    g->telling = mem_resize(g->telling, g->capacity * sizeof *g->telling);
  }
  g->telling[g->n++] = (struct telling){rumour->number, 0};
  expect_round(sim, member, g);
}

static void stop_telling(struct member *member, struct gossip *g, uint32_t number) {
  struct rumour *rumour = rumour_of(g->rumours, number);
  if (--rumour->tellers > 0) return;
  count_left_out(member->component, rumour, false);
  if (rumour->knows == member->component->members) rumour_drop(g->rumours, rumour);
}

/* Whether the peer goes on with it after it told it once more. */
static bool stays_interested(const struct gossip *g, const struct member *member,
                             const struct rumour *rumour, const struct telling *told) {
  if (told->times >= times_at_most(g->config, member->component->members)) return false;
  if (g->config->coin == 0) return true;
  uint64_t who = rng_mix(member_identity(member) + rumour->key);
  struct draws draws = draws_begin(g->interest, who, told->times);
  return draws_unit(&draws) >= g->config->coin;
}

/* Tells one update to those drawn; returns whether it goes on with it. */
static bool tell(struct sim *sim, struct member *member, struct gossip *g, struct telling *t,
                 struct member *const *partner, uint32_t partners) {
  const struct rumour *rumour = rumour_of(g->rumours, t->number);
  for (uint32_t i = 0; i < partners; i++) {
    message_send(sim, member, partner[i],
                 &(struct message){.what = GOSSIP_TELL,
                                   .site = rumour->news.what,
                                   .item = rumour->item,
                                   .body = rumour->number,
                                   .draw = rumour->key,
                                   .timeout_ns = MESSAGE_ONE_WAY});
    *(rumour->news.what ? &g->swim.meters.told : &g->meters.told) += 1;
    t->times++;
    if (!stays_interested(g, member, rumour, t)) return false;
  }
  return true;
}

#define FANOUT_MAX 64

/* Different ones, any of the others that the register has. */
static uint32_t draw_partners(const struct sim *sim, const struct member *member, struct gossip *g,
                              uint32_t wanted, struct member **partner) {
  uint32_t others = message_peers(member);
  if (wanted > others) wanted = others;
  struct draws draws = draws_begin(g->partners, rng_mix(member_identity(member) + sim->now_ns), 0);
  uint32_t n = 0;
  while (n < wanted) {
    const struct component *peers = member->component;
    struct member *drawn = component_choice(peers, (uint32_t)draws_below(&draws, peers->choices));
    bool again = drawn == member;
    for (uint32_t i = 0; i < n; i++) again |= partner[i] == drawn;
    if (!again) partner[n++] = drawn;
  }
  return n;
}

static void beat(struct sim *sim, struct member *member, struct gossip *g,
                 struct member *const *partner, uint32_t partners) {
  suspect_round(sim, member, &g->suspect);
  for (uint32_t i = 0; i < partners; i++) {
    message_send(sim, member, partner[i],
                 &(struct message){.what = GOSSIP_BEATS, .timeout_ns = MESSAGE_ONE_WAY});
  }
}

static void tell_round(struct sim *sim, struct member *member, struct gossip *g) {
  struct member *partner[FANOUT_MAX];
  uint32_t partners = draw_partners(sim, member, g, (uint32_t)g->config->fanout, partner);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < g->n; i++) {
    struct telling t = g->telling[i];
    if (tell(sim, member, g, &t, partner, partners)) {
      g->telling[kept++] = t;
    } else {
      stop_telling(member, g, t.number);
    }
  }
  g->n = kept;
  if (g->watches) beat(sim, member, g, partner, partners);
  expect_round(sim, member, g);
}

/* --- comparing ------------------------------------------------------------------------------ */

static void expect_comparison(struct sim *sim, struct member *member, struct gossip *g) {
  if (g->config->sync_ns == 0) return;
  uint64_t at_ns = next_after(sim->now_ns, g->sync_phase_ns, g->sync_ns);
  timer_set(sim, member, &g->compare, at_ns - sim->now_ns, GOSSIP_COMPARE, 0);
}

static void compare(struct sim *sim, struct member *member, struct gossip *g) {
  struct member *partner;
  expect_comparison(sim, member, g);
  if (draw_partners(sim, member, g, 1, &partner) == 0) return;
  g->meters.compared++;
  message_send(sim, member, partner,
               &(struct message){.what = GOSSIP_SYNC, .timeout_ns = SYNC_TIMEOUT_NS});
}

/* It knows news from now on, and goes on telling them if they were new to it. */
static void learn_news(struct sim *sim, struct member *member, struct gossip *g,
                       const struct rumour *rumour) {
  uint32_t number = rumour->number;
  struct news news = rumour->news;
  bool tells = swim_hears(sim, member, g, &news);
  struct rumour *left = rumour_of(g->rumours, number); /* its answer may have outdone them */
  if (tells && left) begin_telling(sim, member, g, left);
}

/* The peer learns all that `other` knows. */
static void learn_all(struct sim *sim, struct member *member, struct gossip *g, uint32_t other) {
  uint32_t me = member->index - 1;
  uint32_t number = 0;
  for (struct rumour *r; (r = rumour_next(g->rumours, number)) != NULL;) {
    number = r->number;
    if (!rumour_knows(r, other) || !rumour_learn(r, me)) continue;
    if (r->news.what) {
      learn_news(sim, member, g, r);
      continue;
    }
    g->meters.synced++;
    note_spread(sim, member->component, r);
    if (r->tellers == 0 && r->knows == member->component->members) rumour_drop(g->rumours, r);
  }
}

/* --- what happens --------------------------------------------------------------------------- */

void gossip_write(struct sim *sim, struct member *member, struct gossip *g,
                  const struct frame *call) {
  g->meters.updates++;
  struct rumour *rumour =
      rumour_begin(g->rumours, member->index - 1, call->item, call->key, sim->now_ns);
  begin_telling(sim, member, g, rumour);
}

void gossip_tell_news(struct sim *sim, struct member *member, struct gossip *g,
                      const struct news *news) {
  begin_telling(sim, member, g, rumour_begin_news(g->rumours, news, sim->now_ns));
}

void gossip_on_message(struct sim *sim, struct member *member, struct gossip *g,
                       struct frame *message) {
  if (message_what(sim, message) == GOSSIP_SYNC) {
    learn_all(sim, member, g, message_sender(sim, message)->index - 1);
    return; /* the engine answers */
  }
  if (message_what(sim, message) == GOSSIP_BEATS) {
    const struct gossip *other = message_sender(sim, message)->state;
    suspect_hear(sim, member, &g->suspect, &other->suspect);
    return;
  }
  if (message_what(sim, message) != GOSSIP_TELL) {
    swim_on_message(sim, member, g, message);
    return;
  }
  bool is_update = message->site == NEWS_NONE;
  struct rumour *rumour = rumour_of(g->rumours, (uint32_t)message_body(sim, message));
  if (rumour == NULL || !rumour_learn(rumour, member->index - 1)) {
    g->meters.needless += is_update;
    return;
  }
  if (!is_update) {
    learn_news(sim, member, g, rumour);
    return;
  }
  g->meters.heard++;
  note_spread(sim, member->component, rumour);
  begin_telling(sim, member, g, rumour);
}

void gossip_on_answer(struct sim *sim, struct member *member, struct gossip *g,
                      struct frame *parent, const struct frame *message, enum outcome outcome) {
  if (message_what(sim, message) != GOSSIP_SYNC) {
    swim_on_answer(sim, member, g, parent, message, outcome);
    return;
  }
  if (outcome != OUTCOME_OK) return; /* it tries another one next time */
  uint32_t other = sim->member[frame_callee(message)].index - 1;
  learn_all(sim, member, g, other);
}

void gossip_on_due(struct sim *sim, struct member *member, struct gossip *g,
                   const struct timer *timer) {
  if (timer->what == GOSSIP_ROUND) {
    tell_round(sim, member, g);
  } else if (timer->what == GOSSIP_COMPARE) {
    compare(sim, member, g);
  } else {
    swim_on_due(sim, member, g, timer);
  }
}

static void begin(struct sim *sim, struct member *member, struct gossip *g, bool again) {
  expect_comparison(sim, member, g);
  expect_round(sim, member, g);
  if (g->asks) swim_start(sim, member, g, again);
}

/* A crash forgets what the peer was telling; what it knows is on its disk. */
void gossip_fault(struct sim *sim, struct member *member, struct gossip *g,
                  const struct fault_def *fault, bool begins) {
  if (fault != &fault_crash) return;
  if (!begins) {
    begin(sim, member, g, true);
    return;
  }
  if (g->watches) suspect_crash(member, &g->suspect);
  for (uint32_t i = 0; i < g->n; i++) stop_telling(member, g, g->telling[i].number);
  g->n = 0;
  uint32_t number = 0;
  for (struct rumour *r; (r = rumour_next(g->rumours, number)) != NULL; number = r->number) {
    note_spread(sim, member->component, r);
  }
}

/* --- life ----------------------------------------------------------------------------------- */

static uint64_t draw_phase(const struct gossip *g, const struct member *member, uint64_t every_ns,
                           uint64_t which) {
  struct draws draws = draws_begin(g->phase, member_identity(member), which);
  return (uint64_t)(draws_unit(&draws) * (double)every_ns);
}

void gossip_init(struct sim *sim, struct member *member, struct gossip *g,
                 const struct gossip_config *config, const struct detector *detector,
                 const struct swim_config *swim) {
  struct component *peers = member->component;
  if (peers->shared == NULL) peers->shared = rumours_new(peers->members);
  g->config = config;
  g->rumours = peers->shared;
  g->partners = sim_stream(sim, peers, "partners");
  g->interest = sim_stream(sim, peers, "interest");
  g->phase = sim_stream(sim, peers, "phase");
  if (config->stagger) g->phase_ns = draw_phase(g, member, config->every_ns, 0);
  g->sync_ns = gossip_sync_ns(config, peers->members);
  g->sync_phase_ns = draw_phase(g, member, g->sync_ns, 1);
  g->watches = detector->rule != DETECTOR_BEATS;
  if (g->watches) suspect_init(sim, member, &g->suspect, detector, config->every_ns);
  g->asks = swim->given;
  if (!g->asks) return;
  swim_init(sim, member, &g->swim, swim,
            config->stagger ? draw_phase(g, member, swim->every_ns, 2) : 0);
}

void gossip_free(struct gossip *g, bool last) {
  free(g->telling);
  if (last) rumours_free(g->rumours);
}

void gossip_start(struct sim *sim, struct member *member, struct gossip *g) {
  begin(sim, member, g, false);
}

/* What was counted before the end of the warm-up is not taken back after it. */
void gossip_reset(struct gossip *g) {
  uint32_t number = 0;
  for (struct rumour *r; (r = rumour_next(g->rumours, number)) != NULL; number = r->number) {
    r->missed = r->reached = 0;
  }
}

bool gossip_sound(const struct component *peers) {
  uint64_t tellers = 0, telling = 0;
  const struct rumours *rumours = gossip_of(peers, 0)->rumours;
  for (uint32_t i = 0; i < peers->members; i++) telling += gossip_of(peers, i)->n;
  uint32_t number = 0;
  for (struct rumour *r; (r = rumour_next(rumours, number)) != NULL; number = r->number) {
    tellers += r->tellers;
  }
  return tellers == telling && rumours_sound(rumours);
}
