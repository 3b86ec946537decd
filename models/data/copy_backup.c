/* What the copies of a database have in a safe place, where no fault of theirs reaches it.
 *
 * The primary sends what it has acknowledged every so often (shipping.h says how, and when); who
 * takes over goes on. One copy that loses its data gets them from the others and needs no backup
 * (copy_loss.c). When all have lost them, each is up again with what had arrived in the safe place,
 * and every write acknowledged since is lost. What has been shipped and was lost when another copy
 * took over is not restored. */
#include "copies.h"
#include "life.h"
#include "timer.h"

void copy_backup_new(struct sim *sim, struct copy *copy, const struct shipping_config *config,
                     uint64_t *shipped) {
  if (!config->given) return;
  copy->group->ship = config;
  copy->group->takes = sim_stream(sim, copy->member->component, "ship");
  copy->backup.shipped = shipped;
  history_keep(copy->group->history, history_next(copy->group->history));
}

static void wait_for_next(struct sim *sim, struct copy *copy) {
  uint64_t every_ns = copy->group->ship->every_ns;
  if (every_ns == TIME_NEVER) return;
  timer_set(sim, copy->member, &copy->backup.next, every_ns, BACKUP_DUE, 0);
}

void copy_backup_begin(struct sim *sim, struct copy *copy) {
  if (copy->group->ship == NULL) return;
  timer_stop(&copy->backup.arrives);
  wait_for_next(sim, copy);
}

static bool ships(const struct copy *copy) {
  return copy->leads && copy->group->primary == copy->number;
}

static void send(struct sim *sim, struct copy *copy) {
  const struct group *group = copy->group;
  struct backup *b = &copy->backup;
  wait_for_next(sim, copy);
  if (!ships(copy)) return;
  b->sent = copy->committed;
  b->sent_ns = sim->now_ns;
  b->next_write = b->sent < copy->log.end ? log_at(&copy->log, b->sent + 1).write
                                          : history_next(group->history);
  uint64_t takes_ns =
      dist_draw_keyed(&group->ship->takes, &group->takes, ++b->number, copy->member->index);
  timer_set(sim, copy->member, &b->arrives, takes_ns, BACKUP_DUE, 0);
}

static void arrive(struct copy *copy) {
  struct group *group = copy->group;
  const struct backup *b = &copy->backup;
  if (!ships(copy)) return;
  group->safe = b->sent;
  group->safe_ns = b->sent_ns;
  history_keep(group->history, b->next_write);
  ++*b->shipped;
}

void copy_backup_due(struct sim *sim, struct copy *copy, const struct timer *timer) {
  struct backup *b = &copy->backup;
  if (timer == &b->arrives) {
    arrive(copy);
    if (!timer_is_set(sim, &b->next)) send(sim, copy);
  } else if (!timer_is_set(sim, &b->arrives)) {
    send(sim, copy);
  }
}

void copy_backup_note_loss(const struct sim *sim, struct copy *copy) {
  struct group *group = copy->group;
  group->from_backup = true;
  if (group->ship) hist_add(&copy->meters->recovery_point, sim->now_ns - group->safe_ns);
  if (group->failed_ns == TIME_NEVER) group->failed_ns = sim->now_ns;
}

void copy_backup_restore(struct sim *sim, struct copy *copy) {
  struct group *group = copy->group;
  if (group->ship == NULL) {
    sim_fail(
        sim,
        "all copies of \"%s\" have lost their data at one time, and nothing is in a safe place; "
        "let them fail one after the other, or say ship = { every = \"5min\" }",
        group->component->spec->name);
    return;
  }
  group->safe_ns = sim->now_ns; /* only what comes from now on can be lost */
  copy_rewind(copy, copy->log.end < group->safe ? copy->log.end : group->safe);
  history_lose_data(group->history, copy->number);
  copy->matched = copy->log.dropped;
  copy->known = false;
}
