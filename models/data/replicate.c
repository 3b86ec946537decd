/* How writes come from the primary to the other copies, and are applied there.
 *
 * The primary sends each write to each other copy as a message of its own, which is answered with
 * the position up to which the receiver's log is that of the primary. What comes before its turn
 * waits for what is missing, as in a stream, and is answered then. A copy that does not answer for
 * longer than round trips take is broken: nothing more is sent, and it is asked again until it
 * answers one of the questions, also an early one; then it gets in one message what it lacks. */
#include <assert.h>
#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "checks.h"
#include "column.h"
#include "copies.h"
#include "copy_keys.h"
#include "copy_outbox.h"
#include "message.h"
#include "network.h"
#include "round_trip.h"
#include "timeline.h"
#include "timer.h"
#include "transaction.h"

static struct member *member_of(const struct copy *copy, uint32_t number) {
  return copy->group->copy[number].member;
}

/* --- sending -------------------------------------------------------------------------------- */

static void measured(struct peer *peer, uint64_t rtt_ns) {
  uint64_t patience_ns = round_trip_measured(&peer->rtt_ns, &peer->off_ns, rtt_ns);
  if (patience_ns < COPIES_RETRY_NS) patience_ns = COPIES_RETRY_NS;
  peer->patience_ns = patience_ns < COPIES_LONGEST_NS ? patience_ns : COPIES_LONGEST_NS;
}

uint64_t copy_retry_ns(struct sim *sim, struct copy *copy, uint32_t number) {
  struct peer *peer = &copy->peer[number];
  if (peer->patience_ns == 0) {
    uint32_t path = network_path_between(sim, copy->member, member_of(copy, number));
    measured(peer, path == REF_NONE ? 0 : (uint64_t)(2 * path_mean_ns(&sim->spec->path[path])));
  }
  return peer->patience_ns;
}

/* The sender's own mark of a question. */
#define ASKS 0x8000u

static void append(struct sim *sim, struct copy *copy, uint32_t site, uint64_t body,
                   uint64_t timeout_ns) {
  message_send(sim, copy->member, member_of(copy, site & ~ASKS),
               &(struct message){.what = COPIES_APPEND,
                                 .site = (uint16_t)site,
                                 .item = copy->term,
                                 .body = body,
                                 .timeout_ns = timeout_ns});
}

/* Positions from + 1 .. to of the primary's log, which is read when the message arrives: in one
 * term it only grows. */
static void send(struct sim *sim, struct copy *copy, uint32_t number, uint32_t from, uint32_t to) {
  struct peer *peer = &copy->peer[number];
  peer->under_way++;
  if (to > peer->sent) peer->sent = to;
  append(sim, copy, number, (uint64_t)from << 32 | to, copy_retry_ns(sim, copy, number));
}

double copy_message_bytes(const struct sim *sim, const struct copy *copy,
                          const struct frame *message) {
  if (message_what(sim, message) != COPIES_APPEND) return 0;
  const struct log *log = &copy->log;
  uint32_t from = (uint32_t)(message_body(sim, message) >> 32);
  uint32_t to = (uint32_t)message_body(sim, message);
  double bytes = 0;
  for (uint32_t i = from > log->dropped ? from : log->dropped; i < to && i < log->end; i++) {
    bytes += history_bytes(copy->group->history, log_at(log, i + 1).write);
  }
  return bytes;
}

/* How far the receiver's log agrees. It is asked again before the answer is given up. */
static void ask(struct sim *sim, struct copy *copy, uint32_t number) {
  uint64_t patience_ns = copy_retry_ns(sim, copy, number), end = copy->log.end;
  append(sim, copy, number | ASKS, end << 32 | end, COPIES_LONGEST_NS);
  timer_set(sim, copy->member, &copy->peer[number].again, patience_ns, 1, number);
}

void copy_start_over_with(struct sim *sim, struct copy *copy, uint32_t number) {
  struct peer *peer = &copy->peer[number];
  peer->sent = peer->matched = 0;
  peer->under_way = 0;
  peer->broken = true;
  peer->known = false;
  peer->snapshot = 0;
  peer->reached_ns = sim->now_ns;
  timer_stop(&peer->arrives);
  ask(sim, copy, number);
}

void copy_reach_out(struct sim *sim, struct copy *copy) {
  for (uint32_t i = 0; i < copy->group->n; i++) {
    if (i != copy->number) copy_start_over_with(sim, copy, i);
  }
}

/* What every copy shows is dropped now and then, unless some log has yet to be brought in line. */
static void drop_old(struct group *group) {
  uint32_t least = UINT32_MAX;
  for (uint32_t i = 0; i < group->n; i++) {
    const struct copy *c = &group->copy[i];
    if (c->applied < least) least = c->applied;
  }
  if (group->ship && group->safe < least) least = group->safe;
  uint32_t published = copy_outbox_done(group);
  if (published < least) least = published;
  const struct log *log = &group->copy[0].log;
  if (least < log->dropped + (log->end - log->dropped) / 2 + 64) return;
  for (uint32_t i = 1; i < group->n; i++) {
    if (!log_agree(log, &group->copy[i].log, least)) return;
  }
  copy_outbox_forget(group, least);
  copy_parts_forget(group, least);
  copy_tokens_forget(group, least);
  for (uint32_t i = 0; i < group->n; i++) log_drop(&group->copy[i].log, least);
}

/* The primary is not behind itself: it shows a write when that is acknowledged. */
void copy_note_behind(struct sim *sim, struct copy *copy) {
  uint32_t end = copy->group->copy[copy->group->primary].log.end;
  bool behind = copy->number != copy->group->primary && end > copy->applied;
  level_set(&copy->meters->behind, sim->now_ns, behind ? end - copy->applied : 0);
}

void copy_write(struct sim *sim, struct copy *copy, struct frame *call, enum part_entry what,
                uint32_t row) {
  struct group *group = copy->group;
  if (copy->log.end == UINT32_MAX - 1 || history_kept(group->history) >= (1u << 26)) {
    sim_fail(sim,
             "\"%s\" keeps %u writes because a copy does not apply them; shorten the run, or "
             "let the copy catch up",
             group->component->spec->name, history_kept(group->history));
  }
  bool writes = part_entry_writes(what);
  uint32_t write =
      history_make(group->history, copy->number, writes ? call->item : 0, call->key, sim->now_ns);
  if (group->sized) history_set_bytes(group->history, write, call_bytes(sim, call, false));
  log_append(&copy->log, (struct log_entry){write, copy->term});
  if (group->keys && writes) {
    copy_keys_made(group->keys, copy->number, write, column_get(sim, call, COLUMN_IDENTITY),
                   sim->now_ns);
  }
  if (group->messages && writes) copy_outbox_made(sim, copy, call, write);
  if (group->tokens) copy_tokens_note(sim, copy, call, write);
  if (what != PART_NONE && what != PART_TOKEN) {
    copy_parts_add(sim, copy, transaction_part(sim, call), call->item, what, write);
  }
  copy->matched = copy->log.end;
  for (uint32_t i = 0; i < group->n; i++) {
    if (i == copy->number) continue;
    copy_note_behind(sim, &group->copy[i]);
    if (!copy->peer[i].broken) send(sim, copy, i, copy->log.end - 1, copy->log.end);
  }
  if ((copy->log.end & 255) == 0) drop_old(group);
  copy_wait(sim, copy, call, writes, row);
  copy_acknowledge(sim, copy);
}

/* --- applying ------------------------------------------------------------------------------- */

void copy_show_next(struct copy *copy) {
  uint32_t write = log_at(&copy->log, copy->applied + 1).write;
  copy->applied++;
  struct group *group = copy->group;
  group->elections.early |= group->config->elect.given && copy->applied > copy->committed;
  history_apply(copy->group->history, copy->number, write);
}

bool copy_show_late(struct sim *sim, struct copy *copy) {
  const struct history_write *write =
      history_at(copy->group->history, log_at(&copy->log, copy->applied + 1).write);
  bool written = write->key != 0; /* else it is that with which an elected one begins its term */
  if (written) hist_add(&copy->meters->lag, sim->now_ns - write->made_ns);
  copy_show_next(copy);
  return written;
}

static void show_received(struct sim *sim, struct copy *copy) {
  copy->meters->applied += copy_show_late(sim, copy);
  copy_note_behind(sim, copy);
}

/* Goes on to apply what it has and does not show. */
static void apply(struct sim *sim, struct copy *copy) {
  const struct dist *time = &copy->group->config->apply;
  uint32_t until = copy->matched;
  if (copy->group->config->elect.given && until > copy->committed) until = copy->committed;
  while (!copy->leads && !copy->applying && copy->applied < until) {
    if (time->kind == DIST_CONSTANT && dist_mean(time) == 0) {
      show_received(sim, copy);
      continue;
    }
    copy->applying = true;
    message_send(
        sim, copy->member, copy->member,
        &(struct message){
            .what = COPIES_APPLY, .body = copy->applied + 1, .timeout_ns = MESSAGE_ONE_WAY});
  }
}

void copy_go_on(struct sim *sim, struct copy *copy) {
  apply(sim, copy);
}

uint64_t copy_apply_ns(const struct copy *copy) {
  if (copy->leads || copy->applied >= copy->log.end) return 0;
  uint32_t write = log_at(&copy->log, copy->applied + 1).write;
  uint64_t key = history_at(copy->group->history, write)->key;
  return dist_draw_keyed(&copy->group->config->apply, &copy->apply, key, copy->number);
}

void copy_applied(struct sim *sim, struct copy *copy) {
  copy->applying = false;
  if (!copy->leads && copy->applied < copy->matched) show_received(sim, copy);
  promote_applied(sim, copy);
  apply(sim, copy);
}

/* --- receiving ------------------------------------------------------------------------------ */

void copy_rewind(struct copy *copy, uint32_t end) {
  struct history *history = copy->group->history;
  while (copy->log.end > end) {
    uint32_t write = log_at(&copy->log, copy->log.end).write;
    log_cut(&copy->log, copy->log.end - 1);
    if (copy->applied > copy->log.end) copy->applied = copy->log.end;
    if (copy->committed > copy->log.end) copy->committed = copy->log.end;
    copy->meters->rewound++;
    copy->meters->lost += history_discard(history, copy->number, write);
    if (copy->group->keys) copy_keys_note(copy->group->keys, copy->number, write, false);
  }
}

void copy_take(struct copy *copy, const struct log *from, uint32_t until) {
  while (copy->matched < until) {
    uint32_t position = copy->matched + 1;
    if (!log_agree(&copy->log, from, position)) {
      copy_rewind(copy, copy->matched);
      struct log_entry entry = log_at(from, position);
      log_append(&copy->log, entry);
      history_receive(copy->group->history, copy->number, entry.write);
      if (copy->group->keys) copy_keys_note(copy->group->keys, copy->number, entry.write, true);
    }
    copy->matched = position;
  }
}

static void answer(struct sim *sim, const struct copy *copy, struct frame *message) {
  message_set_body(sim, message, (uint64_t)copy->term << 32 | copy->matched);
  call_reply(sim, message, OUTCOME_OK);
}

static void answer_late(struct sim *sim, const struct copy *copy, const struct ahead *ahead) {
  struct frame *message = frame_at(sim, ahead->slot);
  if (message->stamp == ahead->stamp) answer(sim, copy, message);
}

static void keep_for_later(struct sim *sim, struct copy *copy, struct frame *message,
                           uint32_t first, uint32_t last) {
  message->flags |= CALL_RELEASED; /* no worker holds it */
  frame_set_state(sim, message, FRAME_WAITING);
  copy->ahead[copy->pending++] =
      (struct ahead){first, last, frame_slot(sim, message), message->stamp};
}

/* Takes what came before its turn and is no longer too early; returns how many messages. */
static uint32_t take_pending(struct copy *copy, const struct log *from, struct ahead *taken) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < copy->pending;) {
    const struct ahead ahead = copy->ahead[i];
    if (ahead.from > copy->matched) {
      i++;
      continue;
    }
    copy_take(copy, from, ahead.to);
    taken[n++] = ahead;
    copy->ahead[i] = copy->ahead[--copy->pending];
    i = 0;
  }
  return n;
}

void copy_answer(struct sim *sim, struct copy *copy, const struct log *from,
                 struct frame *message) {
  struct ahead taken[COPIES_AHEAD];
  uint32_t n = from ? take_pending(copy, from, taken) : 0;
  answer(sim, copy, message);
  for (uint32_t i = 0; i < n; i++) answer_late(sim, copy, &taken[i]);
}

void copy_drop_pending(struct sim *sim, struct copy *copy) {
  while (copy->pending > 0) {
    const struct ahead ahead = copy->ahead[--copy->pending];
    answer_late(sim, copy, &ahead);
  }
}

void copy_follow(struct sim *sim, struct copy *copy, uint32_t term) {
  bool led = copy->leads;
  copy->term = term;
  copy->leads = copy->takes_over = false;
  copy->matched = copy->log.dropped;
  copy->known = false;
  if (copy->group->config->elect.given) elect_follows(sim, copy);
  copy_drop_pending(sim, copy);
  if (!led) return;
  copy_outbox_follows(sim, copy);
  promote_note_leaders(sim, copy->group);
  for (uint32_t i = 0; i < copy->group->n; i++) timer_stop(&copy->peer[i].again);
  snapshots_stop(copy);
  sim_note(sim, copy->member, copy->member, "is primary no more");
  copy_give_up_waiting(sim, copy);
}

bool copy_hears(struct sim *sim, struct copy *copy, const struct copy *from, uint32_t term) {
  if (term > copy->term) copy_follow(sim, copy, term);
  if (term != copy->term || from->term != term || copy->leads) return false;
  if (copy->group->config->elect.given) elect_heard(sim, copy);
  if (!copy->known) copy->matched = log_fork(&copy->log, &from->log, copy->matched);
  copy->known = true;
  return true;
}

static void on_append(struct sim *sim, struct copy *copy, struct frame *message) {
  const struct copy *from = group_copy_of(copy->group, message_sender(sim, message));
  uint32_t first = (uint32_t)(message_body(sim, message) >> 32);
  uint32_t last = (uint32_t)message_body(sim, message);
  bool hears = copy_hears(sim, copy, from, message->item);
  bool early = hears && first > copy->matched;
  if (early && first < last && copy->pending < COPIES_AHEAD) {
    keep_for_later(sim, copy, message, first, last);
    return;
  }
  bool in_turn = hears && !early;
  if (in_turn) copy_take(copy, &from->log, last);
  copy_answer(sim, copy, in_turn ? &from->log : NULL, message);
  apply(sim, copy);
}

void copy_on_message(struct sim *sim, struct copy *copy, struct frame *message) {
  if (message_what(sim, message) == COPIES_APPEND) {
    on_append(sim, copy, message);
  } else if (message_what(sim, message) == COPIES_SNAPSHOT) {
    snapshot_take(sim, copy, message);
  } else {
    elect_on_message(sim, copy, message);
  }
}

/* --- answers -------------------------------------------------------------------------------- */

static void send_rest(struct sim *sim, struct copy *copy, uint32_t number) {
  struct peer *peer = &copy->peer[number];
  if (peer->matched == copy->log.end || snapshot_goes(sim, copy, number)) return;
  copy->meters->resent += copy->log.end - peer->matched;
  send(sim, copy, number, peer->matched, copy->log.end);
}

/* One that refuses is asked later; after a timeout it has waited already. */
static void on_broken(struct sim *sim, struct copy *copy, uint32_t number, enum outcome outcome) {
  struct peer *peer = &copy->peer[number];
  bool waited = outcome == OUTCOME_TIMEOUT || outcome == OUTCOME_UNREACHABLE;
  bool asked = peer->broken && timer_is_set(sim, &peer->again);
  peer->broken = true;
  if (peer->snapshot || (asked && waited)) return;
  uint64_t pause_ns = waited ? 0 : copy_retry_ns(sim, copy, number);
  timer_set(sim, copy->member, &peer->again, pause_ns, 1, number);
}

void copy_reached(struct sim *sim, struct copy *copy, uint32_t number) {
  struct peer *peer = &copy->peer[number];
  bool lacks = peer->under_way == 0 && peer->matched < copy->log.end;
  if (peer->snapshot || (!peer->broken && !lacks)) return;
  if (!peer->known && copy->group->config->keep != PARAM_UNLIMITED) return;
  peer->broken = false;
  peer->reached_ns = sim->now_ns;
  timer_stop(&peer->again);
  send_rest(sim, copy, number);
}

/* The first question that is answered says how long a round trip takes now, unless a later one took
 * less: the answers to all that were asked while it hung come at once. */
static void measure(const struct sim *sim, struct peer *peer, const struct frame *message,
                    bool asked) {
  uint64_t rtt_ns = sim->now_ns - message->sent_ns;
  if (asked && !peer->broken && rtt_ns >= peer->rtt_ns) return;
  if (asked) peer->rtt_ns = 0;
  measured(peer, rtt_ns);
}

void copy_on_answer(struct sim *sim, struct copy *copy, struct frame *message,
                    enum outcome outcome) {
  uint32_t number = message->site & ~ASKS;
  bool asked = message->site & ASKS;
  bool snapshot = message_what(sim, message) == COPIES_SNAPSHOT;
  if (message_what(sim, message) != COPIES_APPEND && !snapshot) {
    if (outcome == OUTCOME_OK) elect_on_answer(sim, copy, message);
    return;
  }
  struct peer *peer = &copy->peer[number];
  if (!copy->leads || message->item != copy->term) return; /* of a former term */
  if (!asked && peer->under_way > 0) peer->under_way--;
  if (snapshot) snapshot_answered(copy, number);
  if (outcome != OUTCOME_OK) {
    if (message->sent_ns >= peer->reached_ns) on_broken(sim, copy, number, outcome);
    copy_acknowledge(sim, copy); /* who does not answer need not be waited for, in some modes */
    return;
  }
  uint64_t body = message_body(sim, message);
  if (body >> 32 > copy->term) {
    copy_follow(sim, copy, (uint32_t)(body >> 32));
    return;
  }
  if ((uint32_t)body > peer->matched) peer->matched = (uint32_t)body;
  peer->known = true;
  measure(sim, peer, message, asked);
  copy_reached(sim, copy, number);
  copy_acknowledge(sim, copy);
  if (copy->group->config->elect.given) elect_contact(sim, copy, number, message->sent_ns);
}

void copy_on_due(struct sim *sim, struct copy *copy, struct timer *timer) {
  if (timer->what == ELECT_DUE) {
    elect_on_due(sim, copy);
  } else if (timer->what == BACKUP_DUE) {
    copy_backup_due(sim, copy, timer);
  } else if (timer->what == SNAPSHOT_DUE) {
    snapshot_due(sim, copy, timer->data);
  } else if (timer->what == 0) {
    copy_patience_ends(sim, copy);
  } else if (copy->leads && copy->peer[timer->data].broken) {
    ask(sim, copy, timer->data);
  }
}
