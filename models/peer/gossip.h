/* Gossip: each peer tells a few others, drawn afresh each round, what it has heard lately (rumour
 * mongering), until it has told it often enough or loses interest; and now and then two peers
 * compare all that they know (anti-entropy). Demers et al., Epidemic Algorithms for Replicated
 * Database Maintenance (1987); HashiCorp's memberlist. */
#ifndef GOSSIP_H
#define GOSSIP_H

#include "message.h"
#include "param.h"
#include "suspect.h"
#include "swim.h"
#include "timer.h"

struct gossip_config {
  bool given;
  uint64_t every_ns, fanout, tells, sync_ns; /* tells, sync_ns: 0 = not given */
  double coin;
  bool stagger, sync_scales;
};
extern const struct param gossip_params[];

/* Indices into the kind's messages. */
enum gossip_message {
  GOSSIP_TELL,
  GOSSIP_SYNC,
  GOSSIP_BEATS,
  GOSSIP_PING,
  GOSSIP_PING_THROUGH,
  GOSSIP_MESSAGES
};
enum gossip_due { GOSSIP_ROUND, GOSSIP_COMPARE, SWIM_PROBES, SWIM_LATE, SWIM_EXPIRES };

struct gossip_meters {
  uint64_t updates, told, heard, needless, compared, synced;
  uint64_t missed, reached; /* pairs of an update and a peer, when nobody told it any more */
  struct hist spread;
};

/* What a peer goes on telling. */
struct telling {
  uint32_t number, times;
};

struct rumours;

/* Of one peer: the first thing in its state. */
struct gossip {
  const struct gossip_config *config;
  struct rumours *rumours; /* of all of them */
  struct telling *telling;
  uint32_t n, capacity;
  uint64_t phase_ns, sync_phase_ns, sync_ns; /* sync_ns: as it is for so many peers */
  struct timer round, compare;
  struct stream partners, interest, phase;
  struct gossip_meters meters;
  bool watches; /* it has a detector: */
  struct suspect suspect;
  bool asks;        /* it asks others whether they are there: */
  struct swim swim; /* and counts in suspect.meters, too */
};

bool gossip_valid(const struct gossip_config *config, const struct detector *detector,
                  uint32_t peers, struct error *err);

/* How often peers compare, of n. */
uint64_t gossip_sync_ns(const struct gossip_config *config, uint32_t n);

/* The share of many peers that hear of an update by nobody, where no message is lost: each of those
 * who know tells it t times, so r = exp(-t (1 - r)) do not. 0: they compare, and all hear of it. */
double gossip_left_out(const struct gossip_config *config, uint32_t peers);

/* The first of the component's peers makes what they share. */
void gossip_init(struct sim *sim, struct member *member, struct gossip *g,
                 const struct gossip_config *config, const struct detector *detector,
                 const struct swim_config *swim);
void gossip_free(struct gossip *g, bool last);
void gossip_start(struct sim *sim, struct member *member, struct gossip *g);
void gossip_fault(struct sim *sim, struct member *member, struct gossip *g,
                  const struct fault_def *fault, bool begins);

/* The peer makes an update. */
void gossip_write(struct sim *sim, struct member *member, struct gossip *g,
                  const struct frame *call);

/* The peer tells others what it thinks of one. */
void gossip_tell_news(struct sim *sim, struct member *member, struct gossip *g,
                      const struct news *news);

void gossip_on_message(struct sim *sim, struct member *member, struct gossip *g,
                       struct frame *message);
void gossip_on_answer(struct sim *sim, struct member *member, struct gossip *g,
                      struct frame *parent, const struct frame *message, enum outcome outcome);
void gossip_on_due(struct sim *sim, struct member *member, struct gossip *g,
                   const struct timer *timer);

void gossip_reset(struct gossip *g); /* end of warm-up */
/* Whether what its peers tell agrees with what is counted. */
bool gossip_sound(const struct component *peers);

#endif
