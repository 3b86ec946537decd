/* Another copy becomes primary. */
#include "call.h"
#include "copies.h"
#include "copy_outbox.h"
#include "life.h"
#include "timeline.h"

bool promote_has_more(const struct copy *a, const struct copy *b) {
  uint32_t at = a->log.end > a->log.dropped ? log_at(&a->log, a->log.end).term : 0;
  uint32_t bt = b->log.end > b->log.dropped ? log_at(&b->log, b->log.end).term : 0;
  if (at != bt && at != 0 && bt != 0) return at > bt;
  return a->log.end > b->log.end;
}

static struct copy *choice(const struct group *group, const bool *except) {
  struct copy *best = NULL;
  for (uint32_t i = 0; i < group->n; i++) {
    struct copy *c = &group->copy[i];
    if (i == group->primary || except[i] || member_is_off(c->member) || c->member->hung) continue;
    if (best == NULL || promote_has_more(c, best)) best = c;
  }
  return best;
}

/* The greatest term that any copy has heard of. */
static uint32_t newest_term(const struct group *group) {
  uint32_t term = 0;
  for (uint32_t i = 0; i < group->n; i++) {
    if (group->copy[i].term > term) term = group->copy[i].term;
  }
  return term;
}

void promote_note_leaders(struct sim *sim, struct group *group) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < group->n; i++) {
    n += group->copy[i].leads && !member_is_off(group->copy[i].member);
  }
  group->leaders = n;
  level_set(&group->copy[0].meters->two, sim->now_ns, n > 1);
}

/* What the new primary does not have of what was acknowledged is lost. Of a primary that did not
 * fail, only seemed to, there is nothing from which a time could count. */
void promote_take_over(struct sim *sim, struct copy *copy) {
  struct group *group = copy->group;
  uint64_t failed_ns = group->copy[group->primary].member->down_since_ns;
  struct takeover takeover = history_take_over(group->history, copy->number);
  copy->meters->lost += takeover.lost;
  if (failed_ns != TIME_NEVER) {
    bool older = takeover.lost > 0 && takeover.oldest_ns < failed_ns;
    hist_add(&copy->meters->recovery_point, older ? failed_ns - takeover.oldest_ns : 0);
  }
  if (group->failed_ns == TIME_NEVER) group->failed_ns = failed_ns;
  if (group->safe > copy->log.end) group->safe = copy->log.end;
  copy->meters->promotions++;
  group->primary = copy->number;
  level_set(&copy->meters->behind, sim->now_ns, 0);
}

void promote_lock(struct sim *sim, struct copy *copy) {
  const struct group *group = copy->group;
  if (!group->parts) return;
  group->locks->clear(sim, copy->member);
  copy_parts_lead(sim, copy, group->locks->lock);
}

void promote_lead(struct sim *sim, struct copy *copy) {
  copy_drop_pending(sim, copy);
  copy->term = newest_term(copy->group) + 1;
  copy->takes_over = false;
  copy->leads = true;
  copy->known = true;
  copy->matched = copy->log.end;
  while (copy->applied < copy->log.end) copy_show_next(copy);
  copy->committed = copy->log.end;
  promote_lock(sim, copy);
  copy_outbox_leads(sim, copy);
  promote_note_leaders(sim, copy->group);
  sim_note(sim, copy->member, copy->member, "is primary");
  copy_reach_out(sim, copy);
}

/* Before it takes writes it applies what it has received (PostgreSQL replays its WAL, MySQL its
 * relay log); until then it answers reads. */
static void begin(struct sim *sim, struct copy *copy) {
  const struct dist *apply = &copy->group->config->apply;
  if (copy->applied == copy->log.end || (apply->kind == DIST_CONSTANT && dist_mean(apply) == 0)) {
    promote_lead(sim, copy);
    return;
  }
  copy_drop_pending(sim, copy);
  copy->term = newest_term(copy->group) + 1;
  copy->takes_over = true;
  copy->known = true;
  copy->matched = copy->log.end;
  copy_go_on(sim, copy);
}

void promote_applied(struct sim *sim, struct copy *copy) {
  if (copy->takes_over && copy->applied == copy->log.end) promote_lead(sim, copy);
}

bool promote(struct sim *sim, struct group *group, const bool *except) {
  struct copy *copy = choice(group, except), *old = &group->copy[group->primary];
  if (copy == NULL) return false;
  if (group->config->fence && old->leads) {
    old->leads = false;
    copy_give_up_waiting(sim, old);
  }
  promote_take_over(sim, copy);
  begin(sim, copy);
  return true;
}
