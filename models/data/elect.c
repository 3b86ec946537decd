/* Who stands for election, who votes for whom, and what a leader may take for granted. */
#include "elect.h"

#include <assert.h>
#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "copies.h"
#include "copy_outbox.h"
#include "message.h"
#include "timeline.h"
#include "timer.h"

#define AT(field) offsetof(struct elect_config, field)

static const char *const reads_words[] = {"index", "lease", "local", NULL};

const struct param elect_params[] = {
    {.name = "heartbeat",
     .type = PARAM_DURATION,
     .offset = AT(heartbeat_ns),
     .fallback = "100ms",
     .min = 1000,
     .doc = "How often a leader sends beats (etcd: 100 ms)."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT(timeout_ns),
     .fallback = "1s",
     .min = 1000,
     .doc = "For how long at least a copy hears of no leader before it stands for election; at "
            "least ten round trips (etcd: 1 s)."},
    {.name = "spread",
     .type = PARAM_DURATION,
     .offset = AT(spread_ns),
     .doc = "What is added to the timeout is drawn evenly between 0 and this, for each copy and "
            "each time, so that they rarely stand at once. If not given: as long as the timeout "
            "(Raft, 5.2)."},
    {.name = "pre_vote",
     .type = PARAM_BOOL,
     .offset = AT(pre_vote),
     .fallback = "true",
     .off = "false",
     .doc = "Whether a copy asks if it would win before it raises its term, so that one that was "
            "cut off does not unseat the leader when it is back (etcd has it on by default)."},
    {.name = "reads",
     .type = PARAM_ENUM,
     .offset = AT(reads),
     .fallback = "index",
     .choices = reads_words,
     .doc = "How a leader makes sure that no other one has taken writes since: \"index\" asks the "
            "others before each read (one round of beats for all reads that wait; etcd), \"lease\" "
            "takes it for granted for `timeout` after more than half have answered a beat, "
            "\"local\" always."},
    {0},
};

enum { PRE_VOTE = COPIES_PRE_VOTE, VOTE = COPIES_VOTE, BEAT = COPIES_BEAT };

static const struct elect_config *config_of(const struct copy *copy) {
  return &copy->group->config->elect;
}

static uint32_t majority(const struct copy *copy) {
  return copy->group->n / 2 + 1;
}

/* --- clocks ----------------------------------------------------------------------------------- */

static uint64_t clock_ns(const struct sim *sim, const struct copy *copy) {
  return sim->now_ns + copy->ahead_ns;
}

/* How long ago that was by its clock, which may have stepped back since. */
static uint64_t since(const struct sim *sim, const struct copy *copy, uint64_t then_ns) {
  uint64_t clock = clock_ns(sim, copy);
  return clock > then_ns ? clock - then_ns : 0;
}

/* --- patience ------------------------------------------------------------------------------- */

/* Drawn for the copy, its term and how often it has tried: nothing else disturbs it. */
static void wait(struct sim *sim, struct copy *copy) {
  const struct elect_config *config = config_of(copy);
  uint64_t spread_ns = config->spread_ns ? config->spread_ns : config->timeout_ns;
  uint64_t key = rng_mix(member_identity(copy->member) + copy->term);
  struct draws draws = draws_begin(copy->group->elections.stream, key, copy->elector.tries);
  timer_set(sim, copy->member, &copy->elector.due,
            config->timeout_ns + draws_below(&draws, spread_ns + 1), ELECT_DUE, 0);
}

void elect_heard(struct sim *sim, struct copy *copy) {
  copy->elector.heard_ns = clock_ns(sim, copy);
  copy->elector.stage = STAGE_NONE;
  wait(sim, copy);
}

/* Whether it heard a leader so lately that nobody can need its vote. */
static bool has_leader(const struct sim *sim, const struct copy *copy) {
  if (copy->leads) return true;
  uint64_t heard_ns = copy->elector.heard_ns;
  return heard_ns != TIME_NEVER && since(sim, copy, heard_ns) < config_of(copy)->timeout_ns;
}

static void fail_held(struct sim *sim, struct copy *copy) {
  struct elector *e = &copy->elector;
  uint32_t n = e->n_held;
  if (n == 0) return;
  struct held_read *held = e->held;
  e->held = NULL;
  e->n_held = e->capacity = 0;
  for (uint32_t i = 0; i < n; i++) {
    struct frame *call = frame_at(sim, held[i].slot);
    if (call->stamp == held[i].stamp) call_reply(sim, call, OUTCOME_FAILED);
  }
  free(held);
}

void elect_follows(struct sim *sim, struct copy *copy) {
  struct elector *e = &copy->elector;
  e->voted = 0;
  e->tries = 0;
  e->stage = STAGE_NONE;
  wait(sim, copy);
  fail_held(sim, copy);
}

/* --- asking --------------------------------------------------------------------------------- */

static void tell_all(struct sim *sim, struct copy *copy, uint8_t what, uint32_t term, uint64_t body,
                     uint64_t timeout_ns) {
  for (uint32_t i = 0; i < copy->group->n; i++) {
    if (i == copy->number) continue;
    message_send(sim, copy->member, copy->group->copy[i].member,
                 &(struct message){.what = what,
                                   .site = (uint16_t)i,
                                   .item = term,
                                   .body = body,
                                   .timeout_ns = timeout_ns});
  }
}

/* The term of its last entry and how long its log is; what every copy has counts as term 0. */
static uint64_t log_state(const struct copy *copy) {
  const struct log *log = &copy->log;
  uint32_t term = log->end > log->dropped ? log_at(log, log->end).term : 0;
  return (uint64_t)term << 32 | log->end;
}

static void win(struct sim *sim, struct copy *copy);

static void stand(struct sim *sim, struct copy *copy) {
  struct elections *all = &copy->group->elections;
  struct elector *e = &copy->elector;
  copy_drop_pending(sim, copy);
  copy->term++;
  copy->known = false;
  copy->matched = copy->log.dropped;
  e->stage = STAGE_STANDS;
  e->voted = copy->number + 1;
  e->votes = UINT32_C(1) << copy->number;
  e->tries = 0;
  if (copy->term > all->newest_stood) {
    if (all->newest_stood > all->newest_won) copy->meters->split_votes++;
    all->newest_stood = copy->term;
    copy->meters->elections++;
  }
  sim_note(sim, copy->member, copy->member, "stands for election");
  wait(sim, copy);
  tell_all(sim, copy, VOTE, copy->term, log_state(copy), config_of(copy)->timeout_ns);
}

static void lose_patience(struct sim *sim, struct copy *copy) {
  copy->elector.tries++;
  if (copy->elector.learns) {
    wait(sim, copy);
    return;
  }
  if (!config_of(copy)->pre_vote) {
    stand(sim, copy);
    return;
  }
  copy->elector.stage = STAGE_PRE_VOTE;
  copy->elector.votes = UINT32_C(1) << copy->number;
  wait(sim, copy);
  tell_all(sim, copy, PRE_VOTE, copy->term + 1, log_state(copy), config_of(copy)->timeout_ns);
}

static void answer(struct sim *sim, struct copy *copy, struct frame *message, bool grant) {
  message_set_body(sim, message, (uint64_t)copy->term << 32 | grant);
  call_reply(sim, message, OUTCOME_OK);
}

static void on_vote(struct sim *sim, struct copy *copy, struct frame *message) {
  uint32_t candidate = group_copy_of(copy->group, message_sender(sim, message))->number + 1;
  uint32_t term = message->item;
  bool has_less = message_body(sim, message) >= log_state(copy);
  bool grant = false;
  if (has_leader(sim, copy) || copy->elector.learns) {
    /* It is not asked. */
  } else if (message_what(sim, message) == PRE_VOTE) {
    grant = has_less && term > copy->term;
  } else {
    if (term > copy->term) copy_follow(sim, copy, term);
    bool free = copy->elector.voted == 0 || copy->elector.voted == candidate;
    grant = has_less && term == copy->term && free;
    if (grant) {
      copy->elector.voted = candidate;
      wait(sim, copy);
    }
  }
  answer(sim, copy, message, grant);
}

static void on_vote_answer(struct sim *sim, struct copy *copy, const struct frame *message,
                           bool grant) {
  struct elector *e = &copy->elector;
  bool pre = message_what(sim, message) == PRE_VOTE;
  if (!grant || e->stage != (pre ? STAGE_PRE_VOTE : STAGE_STANDS)) return;
  if (message->item != copy->term + (pre ? 1 : 0)) return;
  e->votes |= UINT32_C(1) << message->site;
  if ((uint32_t)__builtin_popcount(e->votes) < majority(copy)) return;
  if (pre) stand(sim, copy);
  if (!pre) win(sim, copy);
}

/* --- leading -------------------------------------------------------------------------------- */

/* Notes who won the term; returns whether it is the newest one. */
static bool note_winner(struct copy *copy) {
  struct elections *all = &copy->group->elections;
  if (copy->term >= all->capacity) {
    uint32_t old = all->capacity;
    all->capacity = 2 * copy->term + 16;
    all->winner = mem_resize(all->winner, all->capacity * sizeof *all->winner);
    for (uint32_t i = old; i < all->capacity; i++) all->winner[i] = 0;
  }
  uint32_t *winner = &all->winner[copy->term];
  all->twice |= *winner != 0 && *winner != copy->number + 1;
  *winner = copy->number + 1;
  if (copy->term <= all->newest_won) return false;
  all->newest_won = copy->term;
  return true;
}

static void beat(struct sim *sim, struct copy *copy) {
  copy->elector.asked_ns = sim->now_ns;
  tell_all(sim, copy, BEAT, copy->term, copy->committed, config_of(copy)->timeout_ns);
}

void elect_tell_committed(struct sim *sim, struct copy *copy) {
  tell_all(sim, copy, BEAT, copy->term, copy->committed, MESSAGE_ONE_WAY);
}

static void win(struct sim *sim, struct copy *copy) {
  struct group *group = copy->group;
  copy->elector.stage = STAGE_NONE;
  copy->elector.led_ns = sim->now_ns;
  if (note_winner(copy)) promote_take_over(sim, copy);
  while (copy->applied < copy->committed) copy_show_next(copy);
  copy->leads = true;
  copy->known = true;
  promote_note_leaders(sim, group);
  promote_lock(sim, copy);
  copy_outbox_leads(sim, copy);
  sim_note(sim, copy->member, copy->member, "is elected");
  uint32_t write = history_make(group->history, copy->number, 0, 0, sim->now_ns);
  log_append(&copy->log, (struct log_entry){write, copy->term});
  copy->matched = copy->elector.first = copy->log.end;
  for (uint32_t i = 0; i < group->n; i++) copy->peer[i].contact_ns = copy->peer[i].lease_ns = 0;
  copy_reach_out(sim, copy);
  beat(sim, copy);
  timer_set(sim, copy->member, &copy->elector.due, config_of(copy)->heartbeat_ns, ELECT_DUE, 0);
}

/* Of the times of all copies, that which more than half have reached. */
static uint64_t majority_of(const struct copy *copy, const uint64_t *of) {
  uint64_t best[HISTORY_COPIES] = {0};
  for (uint32_t n = 0; n < copy->group->n; n++) {
    uint32_t k = n;
    for (; k > 0 && best[k - 1] < of[n]; k--) best[k] = best[k - 1];
    best[k] = of[n];
  }
  return best[majority(copy) - 1];
}

/* Since when more than half are known to have answered nobody else: by the times of their last
 * answers, its own being now. */
static uint64_t majority_contact_ns(const struct sim *sim, const struct copy *copy) {
  uint64_t at_ns[HISTORY_COPIES];
  for (uint32_t i = 0; i < copy->group->n; i++) {
    at_ns[i] = i == copy->number ? sim->now_ns : copy->peer[i].contact_ns;
  }
  return majority_of(copy, at_ns);
}

/* How long ago that is, as its clock says. */
static uint64_t silence_ns(const struct sim *sim, const struct copy *copy) {
  uint64_t at_ns[HISTORY_COPIES];
  for (uint32_t i = 0; i < copy->group->n; i++) {
    at_ns[i] = i == copy->number ? clock_ns(sim, copy) : copy->peer[i].lease_ns;
  }
  return since(sim, copy, majority_of(copy, at_ns));
}

static void stop_leading(struct sim *sim, struct copy *copy) {
  copy->leads = false;
  copy->known = false;
  copy->matched = copy->log.dropped;
  copy->elector.heard_ns = TIME_NEVER;
  copy_outbox_follows(sim, copy);
  promote_note_leaders(sim, copy->group);
  sim_note(sim, copy->member, copy->member, "is primary no more");
  wait(sim, copy);
  copy_give_up_waiting(sim, copy);
  fail_held(sim, copy);
}

void elect_on_due(struct sim *sim, struct copy *copy) {
  if (!copy->leads) {
    lose_patience(sim, copy);
    return;
  }
  uint64_t timeout_ns = config_of(copy)->timeout_ns;
  bool lonely = silence_ns(sim, copy) > timeout_ns;
  if (lonely && sim->now_ns - copy->elector.led_ns > timeout_ns) {
    stop_leading(sim, copy);
    return;
  }
  beat(sim, copy);
  timer_set(sim, copy->member, &copy->elector.due, config_of(copy)->heartbeat_ns, ELECT_DUE, 0);
}

static void on_beat(struct sim *sim, struct copy *copy, struct frame *message) {
  uint32_t term = message->item, committed = (uint32_t)message_body(sim, message);
  if (term > copy->term) copy_follow(sim, copy, term);
  if (term == copy->term && !copy->leads) {
    elect_heard(sim, copy);
    uint32_t until = copy->known && committed > copy->matched ? copy->matched : committed;
    if (copy->known && until > copy->committed) copy->committed = until;
    if (copy->known && copy->matched >= committed) copy->elector.learns = false;
  }
  answer(sim, copy, message, true);
  copy_go_on(sim, copy);
}

/* --- reads ---------------------------------------------------------------------------------- */

static bool knows_committed(const struct copy *copy) {
  return copy->committed >= copy->elector.first;
}

bool elect_holds(struct sim *sim, struct copy *copy, struct frame *call) {
  const struct elect_config *config = config_of(copy);
  struct elector *e = &copy->elector;
  if (config->reads == READS_LOCAL) return false;
  if (config->reads == READS_LEASE && knows_committed(copy)) {
    if (silence_ns(sim, copy) < config->timeout_ns) return false;
  }
  if (e->n_held == e->capacity) {
    e->capacity = e->capacity ? 2 * e->capacity : 64;
    e->held = mem_resize(e->held, e->capacity * sizeof *e->held);
  }
  e->held[e->n_held++] = (struct held_read){frame_slot(sim, call), call->stamp, sim->now_ns};
  call->flags |= CALL_RELEASED;
  frame_set_state(sim, call, FRAME_WAITING);
  trace_mark(sim, call, PART_REPLICATION);
  if (e->n_held == 1) beat(sim, copy);
  return true;
}

/* Reads go on that came before a round which more than half have answered. */
static void let_in(struct sim *sim, struct copy *copy) {
  struct elector *e = &copy->elector;
  if (!copy->leads || e->n_held == 0 || !knows_committed(copy)) return;
  uint64_t since_ns = majority_contact_ns(sim, copy);
  uint32_t n = 0;
  while (n < e->n_held && e->held[n].came_ns <= since_ns) n++;
  if (n == 0) return;
  struct held_read *held = e->held;
  uint32_t left = e->n_held - n;
  e->held = NULL;
  e->capacity = e->n_held = 0;
  if (left > 0) {
    e->held = mem_alloc(left * sizeof *held);
    for (uint32_t i = 0; i < left; i++) e->held[i] = held[n + i];
    e->capacity = e->n_held = left;
    if (e->held[left - 1].came_ns > e->asked_ns) beat(sim, copy);
  }
  for (uint32_t i = 0; i < n; i++) {
    struct frame *call = frame_at(sim, held[i].slot);
    if (call->stamp != held[i].stamp) continue;
    call->flags &= (uint8_t)~CALL_RELEASED;
    copy->group->let_in(sim, copy->member, call);
  }
  free(held);
}

void elect_contact(struct sim *sim, struct copy *copy, uint32_t peer, uint64_t sent_ns) {
  struct peer *p = &copy->peer[peer];
  if (p->contact_ns < sent_ns) {
    p->contact_ns = sent_ns;
    p->lease_ns = sent_ns + copy->ahead_ns;
  }
  let_in(sim, copy);
}

/* --- messages ------------------------------------------------------------------------------- */

void elect_on_message(struct sim *sim, struct copy *copy, struct frame *message) {
  if (message_what(sim, message) == BEAT) {
    on_beat(sim, copy, message);
  } else {
    on_vote(sim, copy, message);
  }
}

void elect_on_answer(struct sim *sim, struct copy *copy, struct frame *message) {
  uint64_t body = message_body(sim, message);
  uint32_t term = (uint32_t)(body >> 32);
  if (term > copy->term) {
    copy_follow(sim, copy, term);
  } else if (message_what(sim, message) != BEAT) {
    on_vote_answer(sim, copy, message, body & 1);
  } else if (copy->leads && message->item == copy->term) {
    copy_reached(sim, copy, message->site);
    elect_contact(sim, copy, message->site, message->sent_ns);
  }
}

/* --- life ----------------------------------------------------------------------------------- */

/* At first the first copy leads, in term 0, and the others have just heard it. */
void elect_start(struct sim *sim, struct copy *copy) {
  if (copy->leads) {
    beat(sim, copy);
    timer_set(sim, copy->member, &copy->elector.due, config_of(copy)->heartbeat_ns, ELECT_DUE, 0);
  } else {
    elect_heard(sim, copy);
  }
}

void elect_crash(struct copy *copy) {
  copy->leads = false;
  copy->elector.stage = STAGE_NONE;
  copy->elector.n_held = 0;
  copy->elector.heard_ns = TIME_NEVER;
}

void elect_restart(struct sim *sim, struct copy *copy) {
  copy->known = false;
  copy->matched = copy->log.dropped;
  wait(sim, copy);
}

void elect_free(struct copy *copy) {
  free(copy->elector.held);
  if (copy->number + 1 == copy->group->n) free(copy->group->elections.winner);
}
