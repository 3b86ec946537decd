/* SWIM: each peer asks one other after the other whether it is there, and if it hears nothing asks
 * some more to ask it; then it suspects it and says so. Who is suspected says that it lives, with a
 * higher number of its life. Who is not heard in time is taken for failed, and all are told. News
 * travel as updates do. Das, Gupta, Motivala, SWIM (2002); Dadgar, Phillips, Currey, Lifeguard
 * (2017); HashiCorp's memberlist.
 *
 * What a peer thinks of others is its own: an opinion is made when it first hears something of
 * them. Invariant: an opinion's timer is set only while it is that one is suspected. */
#ifndef SWIM_H
#define SWIM_H

#include "hist.h"
#include "message.h"
#include "param.h"
#include "rumours.h"
#include "timer.h"

struct gossip;

struct swim_config {
  bool given;
  uint64_t every_ns, timeout_ns, through, suspicion, start;
};
extern const struct param swim_params[];

struct swim_meters {
  uint64_t probes, refuted, told;
  struct hist suspicion;
};

struct opinion;
enum { SWIM_BUCKETS = 64 };

/* Of one peer. */
struct swim {
  const struct swim_config *config;
  uint32_t life;                     /* its own, counted up to prove that it lives */
  uint32_t pass, at, offset, stride; /* whom it asks next */
  struct member *asked;
  uint16_t question;
  bool heard;
  uint64_t phase_ns;
  struct timer probe, late;
  struct stream order, helpers;
  struct opinion *bucket[SWIM_BUCKETS];
  struct swim_meters meters;
};

bool swim_valid(const struct swim_config *config, struct error *err);

/* How long a peer is suspected, of n: at least, which is so if enough others suspect it, too; and
 * with how many of them so far. */
uint64_t swim_patience_ns(const struct swim_config *config, uint32_t n, uint32_t confirmed);

void swim_init(struct sim *sim, const struct member *member, struct swim *s,
               const struct swim_config *config, uint64_t phase_ns);
/* It starts; `again` after a crash: it makes itself known. */
void swim_start(struct sim *sim, struct member *member, struct gossip *g, bool again);

/* It hears news. Returns whether it tells them others. */
bool swim_hears(struct sim *sim, struct member *member, struct gossip *g, const struct news *news);

void swim_on_message(struct sim *sim, struct member *member, struct gossip *g,
                     struct frame *message);
void swim_on_answer(struct sim *sim, struct member *member, struct gossip *g, struct frame *parent,
                    const struct frame *message, enum outcome outcome);
void swim_on_due(struct sim *sim, struct member *member, struct gossip *g,
                 const struct timer *timer);

#endif
