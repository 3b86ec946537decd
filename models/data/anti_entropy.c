/* Anti-entropy: every so often a copy compares what it has with another one, each time the next,
 * and either gets from the other what it lacks (Demers et al., 1987; by trees of hashes in
 * Dynamo, 4.7, and in Cassandra's repair). Who finds that the other lacks something keeps it as a
 * hint and hands it over as hints are; the work of that is a write's. Nothing is compared with one
 * for which something is kept already. Building and sending the trees costs nothing. */
#include "anti_entropy.h"

#include "call.h"
#include "life.h"
#include "message.h"
#include "quorum.h"
#include "timer.h"

#define ANTI_ENTROPY_DUE 1 /* timer.what */

static void set_timer(struct sim *sim, struct quorum_member *m, uint64_t in_ns) {
  timer_set(sim, m->member, &m->compares, in_ns, ANTI_ENTROPY_DUE, 0);
}

/* The first time of each is drawn, so that they do not compare at once. */
void anti_entropy_begin(struct sim *sim, struct quorum_member *m) {
  const struct quorum *q = m->quorum;
  uint64_t every_ns = q->config->anti_entropy_ns;
  bool given_all = m->lost_data && copies_all_lead(q->config);
  if ((every_ns == 0 && !given_all) || m->number >= q->n || q->n < 2) return;
  struct draws draws = draws_begin(sim_stream(sim, q->component, "anti-entropy"),
                                   member_identity(m->member), m->compared);
  set_timer(sim, m, m->lost_data ? 0 : draws_below(&draws, every_ns));
}

/* It asks the next one. */
static void ask(struct sim *sim, struct quorum_member *m) {
  const struct quorum *q = m->quorum;
  uint32_t other = (m->number + 1 + m->compared++ % (q->n - 1)) % q->n;
  message_send(
      sim, m->member, q->member[other].member,
      &(struct message){
          .what = QUORUM_COMPARE, .site = (uint16_t)other, .timeout_ns = q->config->timeout_ns});
}

bool anti_entropy_due(struct sim *sim, struct quorum_member *m, const struct timer *timer) {
  if (timer != &m->compares) return false;
  ask(sim, m);
  if (m->quorum->config->anti_entropy_ns) set_timer(sim, m, m->quorum->config->anti_entropy_ns);
  return true;
}

struct keeper {
  struct sim *sim;
  struct quorum_member *m;
  uint32_t copy;
};

static void keep(void *who, uint32_t version) {
  const struct keeper *k = who;
  k->m->own->compared++;
  hints_put(k->sim, k->m, k->copy, version);
}

/* What the other one lacks. */
static void give(struct sim *sim, struct quorum_member *m, uint32_t copy) {
  if (m->hints[copy].n > 0) return;
  struct keeper who = {sim, m, copy};
  history_compare(m->quorum->history, copy, m->number, keep, &who);
  if (m->hints[copy].n > 0) hints_hand_off(sim, m);
}

bool anti_entropy_takes(struct sim *sim, struct quorum_member *m, struct frame *message) {
  if (message_what(sim, message) != QUORUM_COMPARE) return false;
  const struct member *from = message_sender(sim, message);
  call_reply(sim, message, OUTCOME_OK);
  give(sim, m, from->index - 1 - m->quorum->first);
  return true;
}

void anti_entropy_on_answer(struct sim *sim, struct quorum_member *m, uint32_t copy,
                            enum outcome outcome) {
  if (outcome == OUTCOME_OK) {
    m->lost_data = false;
    give(sim, m, copy);
  } else if (m->lost_data) {
    set_timer(sim, m, COPIES_RETRY_NS); /* who is empty asks somebody else */
  }
}
