#include "swim.h"

#include <math.h>

#include "arena.h"
#include "call.h"
#include "detmath.h"
#include "gossip.h"
#include "sim.h"
#include "timeline.h"

#define AT(field) offsetof(struct swim_config, field)
#define CONFIRMATIONS_MAX 16u

const struct param swim_params[] = {
    {.name = "every",
     .type = PARAM_DURATION,
     .offset = AT(every_ns),
     .fallback = "1s",
     .min = 1e6,
     .max = 1e15,
     .doc = "How often a peer asks one other whether it is there, each in turn, in an order that "
            "is drawn for each turn (memberlist's ProbeInterval in a LAN: 1 s)."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT(timeout_ns),
     .fallback = "500ms",
     .min = 1e6,
     .max = 1e15,
     .doc = "After which time without an answer others are asked to ask (ProbeTimeout: 500 ms). "
            "What has not come when the next one is asked, never comes."},
    {.name = "through",
     .type = PARAM_COUNT,
     .offset = AT(through),
     .fallback = "3",
     .max = 16,
     .doc = "How many others are asked to ask (IndirectChecks: 3)."},
    {.name = "suspicion",
     .type = PARAM_COUNT,
     .offset = AT(suspicion),
     .fallback = "4",
     .min = 1,
     .max = CONFIRMATIONS_MAX + 1.0,
     .doc = "For how long at least a peer is suspected before it is taken for failed: suspicion x "
            "max(1, log10(peers)) x every (SuspicionMult: 4)."},
    {.name = "start",
     .type = PARAM_COUNT,
     .offset = AT(start),
     .fallback = "6",
     .off = "1",
     .min = 1,
     .max = 1e3,
     .doc = "How many times that long a suspicion lasts which nobody else has. It gets shorter "
            "with each of suspicion - 2 others who do not reach it either, by the logarithm of "
            "their number (Lifeguard; SuspicionMaxTimeoutMult: 6). 1: always as short."},
    {0},
};

bool swim_valid(const struct swim_config *config, struct error *err) {
  if (!config->given || config->timeout_ns < config->every_ns) return true;
  return error_set(err,
                   "swim: timeout is as long as every or longer; the next one is asked before "
                   "others could be asked to ask");
}

/* What is thought of a peer of which there has been news. */
struct opinion {
  struct opinion *next; /* in its bucket */
  uint32_t about, life;
  uint8_t standing;  /* enum news_what; NEWS_ALIVE at first */
  uint8_t confirmed; /* by so many others */
  uint32_t said_by[CONFIRMATIONS_MAX + 1];
  uint64_t since_ns;
  struct timer timer;
};

/* --- how long ------------------------------------------------------------------------------- */

/* Of others who suspect it, too: with so many it is suspected for the shortest time. */
static uint32_t wanted(const struct swim_config *config, uint32_t n) {
  uint64_t k = config->suspicion > 2 ? config->suspicion - 2 : 0;
  return n < k + 2 ? 0 : (uint32_t)k;
}

uint64_t swim_patience_ns(const struct swim_config *config, uint32_t n, uint32_t confirmed) {
  double scale = n > 10 ? det_log(n) / det_log(10) : 1;
  uint64_t thousandths = (uint64_t)(1000 * scale + 1e-6);
  uint64_t least_ns = config->suspicion * thousandths * (config->every_ns / 1000);
  uint32_t k = wanted(config, n);
  if (k == 0 || confirmed >= k) return least_ns;
  uint64_t most_ns = config->start * least_ns;
  if (confirmed == 0) return most_ns;
  double way = det_log(confirmed + 1.0) / det_log(k + 1.0);
  uint64_t less_ns = (uint64_t)(way * (double)(most_ns - least_ns));
  return (most_ns - less_ns) / 1000000 * 1000000; /* whole milliseconds */
}

static uint32_t peers_known(const struct member *member) {
  return message_peers(member) + 1;
}

/* --- opinions ------------------------------------------------------------------------------- */

static struct opinion *find(const struct swim *s, uint32_t about) {
  struct opinion *o = s->bucket[about % SWIM_BUCKETS];
  while (o && o->about != about) o = o->next;
  return o;
}

static struct opinion *opinion_of(struct sim *sim, struct swim *s, uint32_t about) {
  struct opinion *o = find(s, about);
  if (o) return o;
  struct opinion **bucket = &s->bucket[about % SWIM_BUCKETS];
  o = arena_alloc(sim->arena, sizeof *o);
  *o = (struct opinion){.next = *bucket, .about = about, .standing = NEWS_ALIVE};
  *bucket = o;
  return o;
}

static struct member *peer_of(const struct member *member, uint32_t peer) {
  return &member->component->member[peer];
}

static void suspect(struct sim *sim, struct member *member, struct gossip *g, struct opinion *o,
                    uint32_t said_by) {
  o->standing = NEWS_SUSPECT;
  o->confirmed = 0;
  o->said_by[0] = said_by;
  o->since_ns = sim->now_ns;
  uint64_t patience_ns = swim_patience_ns(g->swim.config, peers_known(member), 0);
  timer_set(sim, member, &o->timer, patience_ns, SWIM_EXPIRES, o->about);
  g->suspect.meters.suspicions++;
  sim_note(sim, member, peer_of(member, o->about), "suspected");
}

/* One more who does not reach it. Returns whether that is new, and wanted. */
static bool confirm(struct sim *sim, struct member *member, struct gossip *g, struct opinion *o,
                    uint32_t said_by) {
  uint32_t n = peers_known(member);
  if (o->confirmed >= wanted(g->swim.config, n)) return false;
  for (uint32_t i = 0; i <= o->confirmed; i++) {
    if (o->said_by[i] == said_by) return false;
  }
  o->said_by[++o->confirmed] = said_by;
  uint64_t until_ns = o->since_ns + swim_patience_ns(g->swim.config, n, o->confirmed);
  uint64_t left_ns = until_ns > sim->now_ns ? until_ns - sim->now_ns : 0;
  timer_set(sim, member, &o->timer, left_ns, SWIM_EXPIRES, o->about);
  return true;
}

static void take_for_failed(struct sim *sim, struct member *member, struct gossip *g,
                            struct opinion *o) {
  const struct member *about = peer_of(member, o->about);
  o->standing = NEWS_FAILED;
  timer_stop(&o->timer);
  if (about->down_since_ns == TIME_NEVER) {
    g->suspect.meters.false_alarms++;
  } else {
    hist_add(&g->suspect.meters.detection, sim->now_ns - about->down_since_ns);
  }
  sim_note(sim, member, about, "taken for failed");
}

static void spread(struct sim *sim, struct member *member, struct gossip *g, enum news_what what,
                   uint32_t about, uint32_t life) {
  gossip_tell_news(sim, member, g, &(struct news){(uint8_t)what, about, life, member->index - 1});
}

/* --- news ----------------------------------------------------------------------------------- */

static bool hears_alive(struct sim *sim, struct member *member, struct gossip *g,
                        const struct news *news) {
  struct opinion *o = find(&g->swim, news->about);
  if (news->life <= (o ? o->life : 0)) return false;
  o = opinion_of(sim, &g->swim, news->about);
  if (o->standing == NEWS_SUSPECT) {
    sim_assert(sim, member->id, news->life > o->life, "news newer than the suspicion");
    g->swim.meters.refuted++;
  }
  if (o->standing == NEWS_FAILED) sim_note(sim, member, peer_of(member, o->about), "heard again");
  timer_stop(&o->timer);
  o->standing = NEWS_ALIVE;
  o->life = news->life;
  return true;
}

static bool hears_ill(struct sim *sim, struct member *member, struct gossip *g,
                      const struct news *news) {
  struct opinion *o = opinion_of(sim, &g->swim, news->about);
  if (news->life < o->life || o->standing == NEWS_FAILED) return false;
  o->life = news->life;
  if (news->what == NEWS_FAILED) {
    take_for_failed(sim, member, g, o);
    return true;
  }
  if (o->standing == NEWS_SUSPECT) return confirm(sim, member, g, o, news->said_by);
  suspect(sim, member, g, o, news->said_by);
  return true;
}

bool swim_hears(struct sim *sim, struct member *member, struct gossip *g, const struct news *news) {
  struct swim *s = &g->swim;
  if (news->about != member->index - 1) {
    return news->what == NEWS_ALIVE ? hears_alive(sim, member, g, news)
                                    : hears_ill(sim, member, g, news);
  }
  if (news->what == NEWS_ALIVE || news->life < s->life) return false;
  s->life = news->life + 1;
  spread(sim, member, g, NEWS_ALIVE, news->about, s->life);
  return false;
}

/* --- asking --------------------------------------------------------------------------------- */

static bool have_common_divisor(uint32_t a, uint32_t b) {
  while (b) {
    uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a > 1;
}

/* The members of the component in an order that is drawn for each pass: every so many-th of them,
 * from one on. */
static void begin_pass(const struct member *member, struct swim *s) {
  uint32_t n = member->component->members;
  struct draws draws = draws_begin(s->order, member_identity(member), s->pass++);
  s->at = 0;
  s->offset = (uint32_t)draws_below(&draws, n);
  do {
    s->stride = 1 + (uint32_t)draws_below(&draws, n - 1);
  } while (have_common_divisor(n, s->stride));
}

static bool is_worth_asking(const struct member *member, const struct swim *s,
                            const struct member *other) {
  if (other == member || !other->listed) return false;
  const struct opinion *o = find(s, other->index - 1);
  return o == NULL || o->standing != NEWS_FAILED;
}

static struct member *next_to_ask(const struct member *member, struct swim *s) {
  uint32_t n = member->component->members;
  for (uint32_t tries = 0; tries < n; tries++) {
    if (s->pass == 0 || s->at == n) begin_pass(member, s);
    struct member *other = peer_of(member, (s->offset + (uint64_t)s->at++ * s->stride) % n);
    if (is_worth_asking(member, s, other)) return other;
  }
  return NULL;
}

/* Nothing was heard of it until the next one's turn. */
static void conclude(struct sim *sim, struct member *member, struct gossip *g) {
  struct swim *s = &g->swim;
  if (s->asked == NULL || s->heard) return;
  const struct opinion *o = find(s, s->asked->index - 1);
  struct news news = {NEWS_SUSPECT, s->asked->index - 1, o ? o->life : 0, member->index - 1};
  if (swim_hears(sim, member, g, &news)) gossip_tell_news(sim, member, g, &news);
}

static void ask(struct sim *sim, struct member *member, struct gossip *g) {
  struct swim *s = &g->swim;
  conclude(sim, member, g);
  timer_set(sim, member, &s->probe, s->config->every_ns, SWIM_PROBES, 0);
  s->asked = next_to_ask(member, s);
  s->heard = false;
  s->question++;
  if (s->asked == NULL) return;
  s->meters.probes++;
  const struct opinion *o = find(s, s->asked->index - 1);
  bool suspected = o && o->standing == NEWS_SUSPECT; /* it is told, and can say that it lives */
  message_send(sim, member, s->asked,
               &(struct message){.what = GOSSIP_PING,
                                 .site = s->question,
                                 .body = suspected ? 1 + (uint64_t)o->life : 0,
                                 .timeout_ns = s->config->every_ns});
  timer_set(sim, member, &s->late, s->config->timeout_ns, SWIM_LATE, 0);
}

/* Others are asked to ask. */
static void ask_through(struct sim *sim, struct member *member, struct swim *s) {
  if (s->heard || s->config->through == 0) return;
  const struct component *peers = member->component;
  struct draws draws = draws_begin(s->helpers, rng_mix(member_identity(member) + sim->now_ns), 0);
  const struct member *drawn[16];
  uint32_t n = 0;
  for (uint32_t tries = 3 * peers->choices; tries > 0 && n < s->config->through; tries--) {
    struct member *other = component_choice(peers, (uint32_t)draws_below(&draws, peers->choices));
    bool again = other == s->asked || !is_worth_asking(member, s, other);
    for (uint32_t i = 0; i < n; i++) again |= drawn[i] == other;
    if (again) continue;
    drawn[n++] = other;
    message_send(sim, member, other,
                 &(struct message){.what = GOSSIP_PING_THROUGH,
                                   .site = s->question,
                                   .body = s->asked->index - 1,
                                   .timeout_ns = s->config->every_ns - s->config->timeout_ns});
  }
}

/* --- what happens --------------------------------------------------------------------------- */

/* A ping the engine answers; before one that others want the one that they want is asked. */
void swim_on_message(struct sim *sim, struct member *member, struct gossip *g,
                     struct frame *message) {
  if (message_what(sim, message) == GOSSIP_PING) {
    uint64_t body = message_body(sim, message);
    struct news news = {NEWS_SUSPECT, member->index - 1, (uint32_t)(body - 1), 0};
    if (body > 0) swim_hears(sim, member, g, &news);
    return;
  }
  frame_set_state(sim, message, FRAME_WAITING);
  trace_mark(sim, message, PART_REPLICATION);
  message_send(
      sim, member, peer_of(member, (uint32_t)message_body(sim, message)),
      &(struct message){
          .what = GOSSIP_PING, .parent = message, .timeout_ns = g->swim.config->timeout_ns});
}

void swim_on_answer(struct sim *sim, struct member *member, struct gossip *g, struct frame *parent,
                    const struct frame *message, enum outcome outcome) {
  (void)member;
  if (parent) {
    call_reply(sim, parent, outcome == OUTCOME_OK ? OUTCOME_OK : OUTCOME_FAILED);
  } else if (outcome == OUTCOME_OK && message->site == g->swim.question) {
    g->swim.heard = true;
  }
}

void swim_on_due(struct sim *sim, struct member *member, struct gossip *g,
                 const struct timer *timer) {
  struct swim *s = &g->swim;
  if (timer->what == SWIM_PROBES) ask(sim, member, g);
  if (timer->what == SWIM_LATE) ask_through(sim, member, s);
  if (timer->what != SWIM_EXPIRES) return;
  struct opinion *o = find(s, timer->data);
  hist_add(&s->meters.suspicion, sim->now_ns - o->since_ns);
  take_for_failed(sim, member, g, o);
  spread(sim, member, g, NEWS_FAILED, o->about, o->life);
}

/* --- life ----------------------------------------------------------------------------------- */

void swim_init(struct sim *sim, const struct member *member, struct swim *s,
               const struct swim_config *config, uint64_t phase_ns) {
  s->config = config;
  s->phase_ns = phase_ns;
  s->order = sim_stream(sim, member->component, "probe order");
  s->helpers = sim_stream(sim, member->component, "probe helpers");
}

/* Who is back joins by comparing with another one: what it thought of others it is told there. */
void swim_start(struct sim *sim, struct member *member, struct gossip *g, bool again) {
  struct swim *s = &g->swim;
  s->asked = NULL;
  timer_set(sim, member, &s->probe, s->phase_ns, SWIM_PROBES, 0);
  if (!again) return;
  for (uint32_t b = 0; b < SWIM_BUCKETS; b++) {
    for (struct opinion *o = s->bucket[b]; o; o = o->next) {
      if (o->standing == NEWS_SUSPECT) suspect(sim, member, g, o, o->said_by[0]);
    }
  }
  spread(sim, member, g, NEWS_ALIVE, member->index - 1, ++s->life);
}
