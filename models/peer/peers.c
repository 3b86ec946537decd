/* peers: members without a centre, which tell each other what is new, or find what each keeps. */
#include <math.h>
#include <string.h>

#include "call.h"
#include "checks.h"
#include "gossip.h"
#include "ledger.h"
#include "look_up.h"
#include "outline.h"
#include "rumours.h"
#include "sim.h"

struct peers_config {
  struct gossip_config gossip;
  struct look_up_config look_up;
  struct detector detector;
  struct swim_config swim;
};

struct peers_state {
  struct gossip gossip; /* first: gossip.c looks at those of others */
  bool followed;        /* by the ledger */
  uint64_t stale, fresh;
  struct hist age;
  bool looks_up;
  struct look_up look_up;
};

static bool is_write(const struct sim *sim, const struct frame *call) {
  return !strcmp(sim->spec->op[call->op], "write");
}

static void read_here(struct sim *sim, struct member *member, const struct frame *call) {
  struct peers_state *p = member->state;
  struct rumours_lack lack =
      rumours_lack(p->gossip.rumours, member->index - 1, call->item, call->sent_ns);
  if (p->followed) ledger_read_older(sim, member->component->id, call, lack.n, lack.since_ns);
  if (lack.n == 0) {
    p->fresh++;
    return;
  }
  p->stale++;
  hist_add(&p->age, call->sent_ns - lack.since_ns);
}

static void peers_on_call(struct sim *sim, struct member *member, struct frame *call) {
  struct peers_state *p = member->state;
  if (p->looks_up) {
    look_up_call(sim, member, &p->look_up, call);
    return;
  }
  if (is_write(sim, call)) {
    gossip_write(sim, member, &p->gossip, call);
    if (p->followed) ledger_write(sim, member->component->id, call);
  } else {
    read_here(sim, member, call);
  }
  call_reply(sim, call, OUTCOME_OK);
}

static void peers_on_reply(struct sim *sim, struct member *member, struct frame *parent,
                           struct frame *call, enum outcome outcome) {
  (void)sim, (void)member, (void)parent, (void)call, (void)outcome;
}

static void peers_on_message(struct sim *sim, struct member *member, struct frame *message) {
  struct peers_state *p = member->state;
  if (p->looks_up) {
    look_up_on_message(sim, member, &p->look_up, message);
  } else {
    gossip_on_message(sim, member, &p->gossip, message);
  }
}

static void peers_on_answer(struct sim *sim, struct member *member, struct frame *parent,
                            struct frame *message, enum outcome outcome) {
  struct peers_state *p = member->state;
  if (p->looks_up) {
    look_up_on_answer(sim, member, &p->look_up, parent, message, outcome);
  } else {
    gossip_on_answer(sim, member, &p->gossip, parent, message, outcome);
  }
}

static void peers_on_due(struct sim *sim, struct member *member, struct timer *timer) {
  gossip_on_due(sim, member, &((struct peers_state *)member->state)->gossip, timer);
}

static void peers_on_fault(struct sim *sim, struct member *member, const struct fault_def *fault,
                           bool begins) {
  struct peers_state *p = member->state;
  if (!p->looks_up) gossip_fault(sim, member, &p->gossip, fault, begins);
}

/* --- life ----------------------------------------------------------------------------------- */

static bool peers_validate(const struct spec *spec, const struct component_spec *component,
                           struct error *err) {
  (void)spec;
  const struct peers_config *config = component->config;
  if (config->look_up.given && config->gossip.given) {
    return error_set(err, "has both gossip and look_up; make two components of it");
  }
  if (config->look_up.given && config->detector.rule != DETECTOR_BEATS) {
    return error_set(err,
                     "has both look_up and detector, which hears beats by gossip; leave one out");
  }
  if (config->look_up.given && config->swim.given) {
    return error_set(err, "has both look_up and swim, whose news travel by gossip; leave one out");
  }
  if (config->swim.given && config->detector.rule != DETECTOR_BEATS) {
    return error_set(err,
                     "has both detector and swim, which both find out who failed; leave one "
                     "out");
  }
  if (config->look_up.given) return true;
  if (!swim_valid(&config->swim, err)) return false;
  return gossip_valid(&config->gossip, &config->detector, component->instances, err);
}

static enum data_op peers_data_op(const struct spec *spec, const struct component_spec *component,
                                  int op) {
  (void)component;
  return strcmp(spec->op[op], "write") ? DATA_READ : DATA_WRITE;
}

static void peers_outline(const struct spec *spec, const struct component_spec *component, int op,
                          struct outline *out) {
  (void)spec, (void)op;
  const struct peers_config *config = component->config;
  if (!config->look_up.given)
    out->left_out = (float)gossip_left_out(&config->gossip, component->instances);
  outline_add(out, OUTLINE_END);
}

static void peers_init(struct sim *sim, struct member *member) {
  struct peers_state *p = member->state;
  const struct peers_config *config = member->component->config;
  p->looks_up = config->look_up.given;
  if (p->looks_up) {
    look_up_init(sim, member, &p->look_up, &config->look_up);
    return;
  }
  p->followed = ledger_follows(sim, member->component->id);
  gossip_init(sim, member, &p->gossip, &config->gossip, &config->detector, &config->swim);
}

static void peers_start(struct sim *sim, struct member *member) {
  struct peers_state *p = member->state;
  if (!p->looks_up) gossip_start(sim, member, &p->gossip);
}

static void peers_reset(struct sim *sim, struct member *member) {
  (void)sim;
  struct peers_state *p = member->state;
  if (!p->looks_up) gossip_reset(&p->gossip);
}

static void peers_check(struct sim *sim, struct member *member, struct checks *out) {
  (void)sim;
  if (member->index > 1 || ((const struct peers_state *)member->state)->looks_up) return;
  check_member(out, member, "rumours", gossip_sound(member->component),
               "who tells and who knows agrees with what is counted");
}

static void peers_destroy(struct sim *sim, struct member *member) {
  (void)sim;
  struct peers_state *p = member->state;
  if (!p->looks_up) gossip_free(&p->gossip, member->index == member->component->members);
}

/* What quotients the counts make: how often an update was told, by peer; hops of a look-up. */
static void peers_collect(struct sim *sim, struct component *component, struct metrics *out) {
  (void)sim;
  double told = 0, updates = 0, hops = 0, lookups = 0;
  for (uint32_t i = 0; i < component->members; i++) {
    const struct peers_state *p = component->member[i].state;
    told += (double)p->gossip.meters.told;
    updates += (double)p->gossip.meters.updates;
    hops += (double)p->look_up.meters.hops;
    lookups += (double)p->look_up.meters.lookups;
  }
  if (((const struct peers_config *)component->config)->look_up.given) {
    metric_quotient(out, UNIT_COUNT, hops, lookups, "%s.hops.mean", component->spec->name);
  } else {
    metric_quotient(out, UNIT_COUNT, told, updates * component->members, "%s.traffic",
                    component->spec->name);
  }
}

#define AT(field) offsetof(struct peers_config, field)

static const struct param peers_params[] = {
    {.name = "gossip",
     .type = PARAM_GROUP,
     .offset = AT(gossip),
     .group = gossip_params,
     .doc = "How an update that one peer takes gets to the others. If not given, as its defaults "
            "say."},
    {.name = "detector",
     .type = PARAM_DETECTOR,
     .offset = AT(detector),
     .doc =
         "phi { 8 }: peers find out which others have failed. In each round a peer counts its own "
         "heartbeat up and tells the counts that it knows along with the updates; one whose count "
         "has not risen for so long that, with exponential times of the mean of its last 100 "
         "rises, the chance of it is below "
         "10^-8, which is 18 times that mean, is suspected (Cassandra: phi_convict_threshold is "
         "8). timeout { \"5s\" }: whose count has not risen for so long, looked at in each round "
         "(van Renesse et al., 1998); missed { 10 }: for so many rounds. Nobody is suspected of "
         "whom nothing was heard yet."},
    {.name = "swim",
     .type = PARAM_GROUP,
     .offset = AT(swim),
     .group = swim_params,
     .doc = "Peers find out which others have failed by asking them (SWIM): one each `every`, "
            "through others if it does not answer. Then it is suspected, which travels by gossip; "
            "if it lives it says so. If it does not in time, it is taken for failed, and all are "
            "told."},
    {.name = "look_up",
     .type = PARAM_GROUP,
     .offset = AT(look_up),
     .group = look_up_params,
     .doc =
         "Instead of telling each other, each peer keeps its own part of the keys, and calls find "
         "it from peer to peer (Chord)."},
    {0},
};

#define STATE(field) offsetof(struct peers_state, field)
#define GOSSIP(field) offsetof(struct peers_state, gossip.meters.field)

#define SUSPECT(field) offsetof(struct peers_state, gossip.suspect.meters.field)
#define SWIM(field) offsetof(struct peers_state, gossip.swim.meters.field)
#define LOOK_UP(field) offsetof(struct peers_state, look_up.meters.field)

static const struct meter peers_meters[] = {
    {"updates", METER_COUNT, GOSSIP(updates), 0, "Updates that peers took."},
    {"told", METER_COUNT, GOSSIP(told), 0, "How often a peer told one to another, lost ones too."},
    {"heard", METER_COUNT, GOSSIP(heard), 0, "Of them, those from which a peer learnt."},
    {"needless", METER_COUNT, GOSSIP(needless), 0, "Of them, to one who knew already."},
    {"compared", METER_COUNT, GOSSIP(compared), 0,
     "How often a peer set out to compare all that it knows with another one (`sync`)."},
    {"synced", METER_COUNT, GOSSIP(synced), 0, "Updates that a peer learnt by comparing."},
    {"residue", METER_RATIO, GOSSIP(missed), GOSSIP(reached),
     "Peers that did not know an update when nobody told it any more."},
    {"spread", METER_TIMES, GOSSIP(spread), 0,
     "From an update until all peers that are up know it, of those that get so far"},
    {"stale_reads", METER_RATIO, STATE(stale), STATE(fresh),
     "Reads at a peer that lacked an update of the datum, taken before the reader asked."},
    {"stale_age", METER_TIMES, STATE(age), 0,
     "Of stale reads, how long before they were asked the first update was taken that they lack"},
    {"detection", METER_TIMES, SUSPECT(detection), 0,
     "From the beginning of a crash or hang until a peer took it for failed, each of the others "
     "for itself"},
    {"suspicions", METER_COUNT, SUSPECT(suspicions), 0, "How often a peer suspected another one."},
    {"false_alarms", METER_COUNT, SUSPECT(false_alarms), 0,
     "How often a peer took one for failed that was not down and did not hang: slow, cut off, or "
     "unlucky."},
    {"probes", METER_COUNT, SWIM(probes), 0, "How often a peer asked another one (`swim`)."},
    {"refuted", METER_COUNT, SWIM(refuted), 0,
     "Suspicions that a peer gave up as it heard that the other one lives."},
    {"suspicion", METER_TIMES, SWIM(suspicion), 0,
     "From when a peer suspected another one until it took it for failed, of those that were not "
     "told so before"},
    {"news_told", METER_COUNT, SWIM(told), 0,
     "How often a peer told another one that somebody lives, is suspected or has failed."},
    {"lookups", METER_COUNT, LOOK_UP(lookups), 0, "Calls for which a key's peer was looked up."},
    {"lookups_failed", METER_COUNT, LOOK_UP(failed), 0,
     "Of them, those whose key was on a peer that did not answer, or that found no way there."},
    {"hops", METER_COUNT, LOOK_UP(hops), 0, "Peers that were asked for them."},
    {0},
};

/* Its members look for those that failed, whether or not somebody asks them. */
static bool peers_go_on(const void *config) {
  const struct peers_config *c = config;
  return c->detector.rule != DETECTOR_BEATS || c->swim.given;
}

static bool peers_has_meter(const void *config, const struct meter *meter) {
  const struct peers_config *c = config;
  size_t watching = offsetof(struct peers_state, gossip.suspect);
  bool of_suspect = meter->at >= watching && meter->at < watching + sizeof(struct suspect);
  if (of_suspect) return peers_go_on(c);
  size_t asking = offsetof(struct peers_state, gossip.swim);
  if (meter->at >= asking && meter->at < asking + sizeof(struct swim)) return c->swim.given;
  return (meter->at >= offsetof(struct peers_state, look_up)) == c->look_up.given;
}

static const struct metric_def peers_metrics[] = {
    {"traffic", "", "How often an update was told, for each peer there is."},
    {"hops.mean", "", "Peers asked in a look-up, mean; the key's own is the last one."},
    {0},
};

static const char *const peers_operations[] = {"read", "write", NULL};
static const char *const peers_messages[] = {"tell",         "sync", "beats", "ping",
                                             "ping_through", "ask",  NULL};

const struct kind kind_peers = {
    .name = "peers",
    .summary = "Members without a centre that tell each other what is new.",
    .doc =
        "A call goes to one of the peers. With `gossip` a write is an update: the peer takes it, "
        "answers at once and begins to tell it. Once every `every` a peer tells `fanout` others "
        "what it has heard lately, by messages over the network that nobody answers. It picks "
        "other peers each time, and stops after `tells` rounds, or by `coin`. A peer that was not "
        "reached by then lacks the update (`residue`), unless `sync` lets two peers compare all "
        "that they know now and then. A read is answered by the peer that is asked, and is stale "
        "if that peer lacks an update. A crash makes a peer forget what it was telling, but not "
        "what it knows. All peers are equal, so none is a single point of failure. The content of "
        "a message is looked up when it arrives, so two peers that compare may learn something "
        "slightly newer than what was sent. A peer keeps its suspicion to itself, and goes on "
        "telling news to the peer that it suspects. With `swim` peers ask each other one by one; "
        "who "
        "does not answer, also not through others, is suspected, and if it does not say that it "
        "lives it is taken for failed. News of peers count in no metric of updates. A peer "
        "that is back makes itself known at once. With `look_up` peers tell each other nothing. "
        "They stand on a ring, and each has the keys between the peer before it and itself. The "
        "peer that is called asks one peer after the other, each time the one it knows closest "
        "before the key, until it reaches the peer that has the key; then it answers. A peer that "
        "does not answer is passed by. A key whose peer is down is out of reach. Left out: peers "
        "that find out who is there (all know the register), telling by asking (pull), feedback "
        "from peers that already knew, several updates in one packet (each is a message of its "
        "own), the work of gossip itself; of `swim` a second way to ask (TCP), answers of those "
        "who ask for others and do not reach it either, peers that ask less often when they are "
        "slow themselves (Lifeguard), failed ones that are forgotten; of `look_up` peers that take "
        "over from others, copies, "
        "and the upkeep of the tables.",
    .example =
        "client \"app\" { arrivals = poisson \"20/s\", target = \"flags\", "
        "mix = { read = 0.9, write = 0.1 } }\n"
        "peers \"flags\" { instances = 50, gossip = { every = \"200ms\", fanout = 3, sync = "
        "\"30s\" } }\n"
        "run { duration = \"60s\", warmup = \"5s\", replications = 4 }\n",
    .params = peers_params,
    .meters = peers_meters,
    .has_meter = peers_has_meter,
    .metrics = peers_metrics,
    .by_itself = true,
    .goes_on = peers_go_on,
    .operations = peers_operations,
    .messages = peers_messages,
    .config_size = sizeof(struct peers_config),
    .state_size = sizeof(struct peers_state),
    .validate = peers_validate,
    .data_op = peers_data_op,
    .outline = peers_outline,
    .init = peers_init,
    .start = peers_start,
    .on_call = peers_on_call,
    .on_reply = peers_on_reply,
    .on_message = peers_on_message,
    .on_answer = peers_on_answer,
    .on_due = peers_on_due,
    .on_fault = peers_on_fault,
    .reset = peers_reset,
    .collect = peers_collect,
    .check = peers_check,
    .destroy = peers_destroy,
};
