/* When a write is answered: as soon as so many copies have it as the configuration says. */
#include <assert.h>
#include <stdlib.h>

#include "arena.h"
#include "call.h"
#include "column.h"
#include "copies.h"
#include "holding.h"
#include "timeline.h"
#include "timer.h"

/* How many others must have a write. */
static uint32_t needed(const struct copy *copy) {
  const struct how_many *write = &copy->group->write;
  uint32_t n = copy->group->n;
  if (copy->fallen) return 0;
  if (write->word == HOW_MANY_NUMBER)
    return (uint32_t)write->number - (write->fall_back_ns ? 0 : 1);
  switch ((enum copies_write)write->word) {
    case WRITE_ASYNC:
      return 0;
    case WRITE_QUORUM:
      return n / 2;
    case WRITE_ALL:
      return n - 1;
    case WRITE_ISR: {
      uint32_t answer = 0;
      for (uint32_t i = 0; i < n; i++) answer += i != copy->number && !copy->peer[i].broken;
      return answer;
    }
  }
  return 0;
}

/* The position up to which `need` others have the log. */
static uint32_t had_by(const struct copy *copy, uint32_t need) {
  uint32_t best[HISTORY_COPIES], n = 0; /* the largest first */
  bool in_sync = copy->group->write.word == WRITE_ISR;
  for (uint32_t i = 0; i < copy->group->n; i++) {
    if (i == copy->number || (in_sync && copy->peer[i].broken)) continue;
    uint32_t k = n++;
    for (; k > 0 && best[k - 1] < copy->peer[i].matched; k--) best[k] = best[k - 1];
    best[k] = copy->peer[i].matched;
  }
  if (need == 0 || n == 0) return copy->log.end;
  return best[need - 1];
}

static void push_waiter(struct copy *copy, struct waiter waiter) {
  if (copy->waiters == copy->waiter_capacity) {
    uint32_t capacity = copy->waiter_capacity ? 2 * copy->waiter_capacity : 64;
    struct waiter *ring = mem_alloc(capacity * sizeof *ring);
    for (uint32_t i = 0; i < copy->waiters; i++) {
      ring[i] = copy->waiter[(copy->first_waiter + i) % copy->waiter_capacity];
    }
    free(copy->waiter);
    copy->waiter = ring;
    copy->first_waiter = 0;
    copy->waiter_capacity = capacity;
  }
  copy->waiter[(copy->first_waiter + copy->waiters++) % copy->waiter_capacity] = waiter;
}

static struct frame *pop_waiter(struct sim *sim, struct copy *copy) {
  struct waiter *w = &copy->waiter[copy->first_waiter];
  copy->first_waiter = (copy->first_waiter + 1) % copy->waiter_capacity;
  copy->waiters--;
  level_set(&copy->meters->waiting, sim->now_ns, copy->waiters);
  struct frame *call = frame_at(sim, w->slot);
  return call->stamp == w->stamp ? call : NULL;
}

static void hold(struct sim *sim, struct copy *copy, struct frame *call, struct waiter waiter) {
  push_waiter(copy, (struct waiter){.position = copy->log.end,
                                    .again = waiter.again,
                                    .row = waiter.row,
                                    .writes = waiter.writes,
                                    .stale = waiter.stale,
                                    .slot = frame_slot(sim, call),
                                    .stamp = call->stamp,
                                    .since_ns = sim->now_ns});
  level_set(&copy->meters->waiting, sim->now_ns, copy->waiters);
  call->flags |= CALL_RELEASED;
  frame_set_state(sim, call, FRAME_WAITING);
  trace_mark(sim, call, PART_REPLICATION);
  const struct how_many *write = &copy->group->write;
  if (write->fall_back_ns && !copy->fallen && !timer_is_set(sim, &copy->patience)) {
    timer_set(sim, copy->member, &copy->patience, write->fall_back_ns, 0, 0);
  }
}

void copy_wait(struct sim *sim, struct copy *copy, struct frame *call, bool writes, uint32_t row) {
  bool stale = writes && sim->holding && holding_is_stale(sim, copy->group->component->id, call);
  hold(sim, copy, call, (struct waiter){.writes = writes, .row = row, .stale = stale});
}

/* Its row is the next one's, unless it leads no more. */
static void answer(struct sim *sim, struct copy *copy, struct frame *call, uint32_t row) {
  if (call) call_reply(sim, call, OUTCOME_OK);
  if (row && copy->leads) copy->group->locks->unlock(sim, copy->member, row);
}

void copy_answer_behind(struct sim *sim, struct copy *copy, struct frame *call, uint32_t row) {
  if (copy->committed >= copy->log.end) {
    answer(sim, copy, call, row);
  } else {
    hold(sim, copy, call, (struct waiter){.again = WAITS_FOR_LOG, .row = row});
  }
}

/* `waited`: somebody was to have an answer. Of what an earlier leader made nobody is answered. */
static void acknowledge_one(struct sim *sim, struct copy *copy, struct frame *call, bool waited,
                            const struct waiter *waiter) {
  struct group *group = copy->group;
  uint32_t position = ++copy->committed;
  uint32_t write = log_at(&copy->log, position).write;
  uint64_t user = call && column_wanted(sim, COLUMN_USER) ? column_get(sim, call, COLUMN_USER) : 0;
  if (group->parts) copy_parts_committed(sim, copy, write);
  if (waited && waiter->writes) {
    copy->meters->conflicts += history_ack(group->history, copy->number, write, user, sim->now_ns);
  }
  if (copy->applied < position) copy_show_next(copy);
  if (call && sim->holding) holding_counts(sim, group->component->id, call, waiter->stale);
  if (call && waiter->writes && ledger_follows(sim, group->component->id)) {
    ledger_write(sim, group->component->id, call);
  }
  if (waited && group->failed_ns != TIME_NEVER && copy->number == group->primary) {
    hist_add(&copy->meters->recovery_time, sim->now_ns - group->failed_ns);
    group->failed_ns = TIME_NEVER;
  }
}

/* --- sent again ------------------------------------------------------------------------------- */

static void answer_again(struct sim *sim, struct copy *copy, struct frame *call, uint32_t write,
                         uint32_t row) {
  struct history *history = copy->group->history;
  uint64_t user = call && column_wanted(sim, COLUMN_USER) ? column_get(sim, call, COLUMN_USER) : 0;
  bool first = call && !history_shows_all(history, write) &&
               history_at(history, write)->acked_ns == TIME_NEVER;
  if (first) {
    copy->meters->conflicts += history_ack(history, copy->number, write, user, sim->now_ns);
  }
  answer(sim, copy, call, row);
}

/* Those that come behind what is acknowledged by now. */
static void answer_repeated(struct sim *sim, struct copy *copy) {
  while (copy->waiters > 0 && copy->waiter[copy->first_waiter].position <= copy->committed) {
    const struct waiter waiter = copy->waiter[copy->first_waiter];
    struct frame *call = pop_waiter(sim, copy);
    if (waiter.again == WAITS_FOR_LOG) {
      answer(sim, copy, call, waiter.row);
    } else {
      answer_again(sim, copy, call, waiter.again, waiter.row);
    }
  }
}

void copy_answer_again(struct sim *sim, struct copy *copy, struct frame *call, uint32_t write,
                       uint32_t row) {
  if (copy->committed >= copy->log.end) {
    answer_again(sim, copy, call, write, row);
  } else {
    hold(sim, copy, call, (struct waiter){.again = write, .row = row});
  }
}

static void set_fallen(struct sim *sim, struct copy *copy, bool fallen) {
  copy->fallen = fallen;
  level_set(&copy->meters->falling, sim->now_ns, fallen);
}

void copy_acknowledge(struct sim *sim, struct copy *copy) {
  if (copy->fallen && had_by(copy, (uint32_t)copy->group->write.number) == copy->log.end) {
    set_fallen(sim, copy, false);
  }
  uint32_t until = had_by(copy, needed(copy)), before = copy->committed;
  bool elected = copy->group->config->elect.given;
  if (elected && until > before && log_at(&copy->log, until).term != copy->term) until = before;
  for (;;) {
    answer_repeated(sim, copy);
    if (!copy->leads || copy->committed >= until) break;
    struct frame *call = NULL;
    bool waits =
        copy->waiters > 0 && copy->waiter[copy->first_waiter].position == copy->committed + 1;
    struct waiter waiter = {0};
    if (waits) {
      waiter = copy->waiter[copy->first_waiter];
      call = pop_waiter(sim, copy);
    }
    acknowledge_one(sim, copy, call, waits, &waiter);
    answer(sim, copy, call, waiter.row); /* which may bring the next write */
  }
  if (copy->waiters == 0) timer_stop(&copy->patience);
  if (elected && copy->leads && copy->committed > before) elect_tell_committed(sim, copy);
}

void copy_patience_ends(struct sim *sim, struct copy *copy) {
  if (copy->waiters == 0) return;
  uint64_t age_ns = sim->now_ns - copy->waiter[copy->first_waiter].since_ns;
  uint64_t fall_back_ns = copy->group->write.fall_back_ns;
  if (age_ns < fall_back_ns) {
    timer_set(sim, copy->member, &copy->patience, fall_back_ns - age_ns, 0, 0);
    return;
  }
  copy->meters->falls++;
  set_fallen(sim, copy, true);
  sim_note(sim, copy->member, copy->member, "goes on without other copies");
  copy_acknowledge(sim, copy);
}

void copy_give_up_waiting(struct sim *sim, struct copy *copy) {
  timer_stop(&copy->patience);
  set_fallen(sim, copy, false);
  while (copy->waiters > 0) {
    struct frame *call = pop_waiter(sim, copy);
    if (call) call_reply(sim, call, OUTCOME_FAILED);
  }
  if (copy->group->locks) copy->group->locks->clear(sim, copy->member);
}
