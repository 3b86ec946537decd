/* A copy that loses its data: its machine is gone with its disk, and a new one takes its place.
 *
 * The new one has what all copies showed when it came, as from a backup that everybody can read,
 * and gets the rest from the primary, which learns that it is new when it is there. An elected one
 * knows its term and for whom it voted then, as if these were kept elsewhere; it votes for nobody
 * and does not stand until it has all that a leader had committed, since more than half of the
 * copies have a committed write only as long as who has lost it does not count. A primary that
 * nobody replaced meanwhile is restored from the copy that has most, and leads again in a new term:
 * what only it had is lost. Where all have lost their data, copy_backup.c has the rest. */
#include <assert.h>

#include "copies.h"
#include "life.h"
#include "timeline.h"

/* Whether some copy has its data; or has not. */
static bool any(const struct group *group, bool has) {
  for (uint32_t i = 0; i < group->n; i++) {
    if ((group->copy[i].lost_ns == TIME_NEVER) == has) return true;
  }
  return false;
}

void copy_lose(const struct sim *sim, struct copy *copy) {
  if (copy->lost_ns != TIME_NEVER) return;
  copy->lost_ns = sim->now_ns;
  if (!any(copy->group, true)) copy_backup_note_loss(sim, copy);
}

/* The one that has most, of those that are up if any is. Some copy has its data. */
static struct copy *source_of(const struct copy *copy) {
  const struct group *group = copy->group;
  struct copy *best = NULL;
  bool best_is_up = false;
  for (uint32_t i = 0; i < group->n; i++) {
    struct copy *c = &group->copy[i];
    if (c == copy || c->lost_ns != TIME_NEVER) continue;
    bool up = !member_is_off(c->member);
    if (best && (best_is_up > up || (best_is_up == up && !promote_has_more(c, best)))) continue;
    best = c;
    best_is_up = up;
  }
  assert(best);
  return best;
}

/* When the first of those acknowledged writes was acknowledged that the copy alone has, behind a
 * position of its log; TIME_NEVER: there is none. */
static uint64_t oldest_alone_ns(const struct copy *copy, uint32_t position) {
  uint64_t oldest_ns = TIME_NEVER;
  while (++position <= copy->log.end) {
    const struct history_write *w =
        history_at(copy->group->history, log_at(&copy->log, position).write);
    bool alone = w->has == UINT32_C(1) << copy->number;
    if (alone && !w->lost && w->acked_ns < oldest_ns) oldest_ns = w->acked_ns;
  }
  return oldest_ns;
}

static void restore_primary(struct sim *sim, struct copy *copy, uint64_t lost_ns) {
  struct group *group = copy->group;
  const struct copy *source = source_of(copy);
  uint32_t fork = log_fork(&copy->log, &source->log, copy->log.dropped);
  uint64_t oldest_ns = oldest_alone_ns(copy, fork);
  copy_rewind(copy, fork);
  copy->matched = fork;
  copy_take(copy, &source->log, source->log.end);
  hist_add(&copy->meters->recovery_point, oldest_ns < lost_ns ? lost_ns - oldest_ns : 0);
  if (group->failed_ns == TIME_NEVER) group->failed_ns = lost_ns;
  promote_lead(sim, copy);
}

/* What all copies show nobody has to send. */
static void empty(struct copy *copy) {
  uint32_t end = copy->log.end;
  while (end > copy->log.dropped &&
         !history_shows_all(copy->group->history, log_at(&copy->log, end).write)) {
    end--;
  }
  copy_rewind(copy, end);
  history_lose_data(copy->group->history, copy->number);
  copy->matched = copy->log.dropped;
  copy->known = false;
}

void copy_start_without_data(struct sim *sim, struct copy *copy) {
  struct group *group = copy->group;
  uint64_t lost_ns = copy->lost_ns;
  bool from_backup = group->from_backup, primary = group->primary == copy->number;
  primary &= copy->leads || copy->takes_over;
  copy->lost_ns = TIME_NEVER;
  if (!any(group, false)) group->from_backup = false;
  sim_note(sim, copy->member, copy->member, "starts without data");
  if (from_backup) copy_backup_restore(sim, copy);
  if (primary && from_backup) promote_lead(sim, copy);
  if (primary && !from_backup) restore_primary(sim, copy, lost_ns);
  if (primary) return;
  copy->leads = false;
  promote_note_leaders(sim, group);
  if (from_backup) return;
  empty(copy);
  copy->elector.learns = group->config->elect.given;
  for (uint32_t i = 0; i < group->n; i++) {
    struct copy *other = &group->copy[i];
    if (other != copy && other->leads && !member_is_off(other->member)) {
      copy_start_over_with(sim, other, copy->number);
    }
  }
}
