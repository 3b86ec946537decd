/* The life of a copy: made, crashed, up again, checked. */
#include "copies.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "checks.h"
#include "copy_keys.h"
#include "copy_outbox.h"
#include "fault_def.h"
#include "network.h"

static struct group *group_new(struct sim *sim, const struct member *first,
                               const struct copies_config *config, struct op_set write_ops) {
  struct component *component = first->component;
  struct group *group = arena_alloc(sim->arena, sizeof *group);
  *group = (struct group){.sim = sim,
                          .config = config,
                          .component = component,
                          .first = first->index - 1,
                          .n = (uint32_t)config->n,
                          .write_ops = write_ops,
                          .write = config->write,
                          .failed_ns = TIME_NEVER,
                          .sized = network_asks_bytes(sim)};
  if (config->elect.given && config->write.word == WRITE_ASYNC &&
      !spec_states(component->spec, "copies.write")) {
    group->write = (struct how_many){.word = WRITE_QUORUM};
  }
  group->snapshot = sim_stream(sim, component, "snapshot");
  group->elections.stream = sim_stream(sim, component, "election");
  group->copy = arena_lines(sim->arena, group->n, sizeof *group->copy);
  group->history = history_new(group->n);
  history_watch(group->history, sim, group->component, group->first);
  for (uint32_t i = 0; i < group->n; i++) {
    struct copy *copy = &group->copy[i];
    copy->group = group;
    copy->member = &component->member[group->first + i];
    copy->number = i;
    copy->known = true;
    copy->leads = i == 0;
    copy->elector.heard_ns = TIME_NEVER;
    copy->lost_ns = TIME_NEVER;
    copy->apply = sim_stream(sim, component, "apply");
    copy->peer = arena_lines(sim->arena, group->n, sizeof *copy->peer);
  }
  route_init(group);
  return group;
}

struct copy *copy_new(struct sim *sim, struct member *member, struct group **group,
                      const struct copies_config *config, struct op_set write_ops,
                      struct copy_meters *meters) {
  if (!*group) *group = group_new(sim, member, config, write_ops);
  struct copy *copy = group_copy_of(*group, member);
  copy->meters = meters;
  hist_init(&meters->seen.age, 0, sim->arena);
  column_want(sim, COLUMN_USER);
  column_want(sim, COLUMN_CALLER);
  return copy;
}

void copy_free(struct copy *copy) {
  if (!copy) return;
  log_free(&copy->log);
  elect_free(copy);
  free(copy->waiter);
  if (copy->number + 1 < copy->group->n) return;
  history_free(copy->group->history);
  copy_keys_free(copy->group->keys);
  copy_outbox_free(copy->group->messages);
  copy_parts_free(copy->group->parts);
  copy_tokens_free(copy->group->tokens);
}

/* What is in its memory is gone; its log and what it shows are on its disk. */
static void crash(struct sim *sim, struct copy *copy) {
  copy->pending = 0;
  snapshots_stop(copy);
  copy->applying = false;
  copy->waiters = 0;
  level_set(&copy->meters->waiting, sim->now_ns, 0);
  copy->fallen = false;
  level_set(&copy->meters->falling, sim->now_ns, 0);
}

void copy_fault(struct sim *sim, struct copy *copy, const struct fault_def *fault, bool begins) {
  if (fault != &fault_crash) return;
  bool elects = copy->group->config->elect.given;
  if (begins && elects) elect_crash(copy);
  if (begins && !copy->leads) copy_outbox_follows(sim, copy);
  promote_note_leaders(sim, copy->group);
  if (begins) {
    crash(sim, copy);
    return;
  }
  copy_backup_begin(sim, copy);
  bool lost = copy->lost_ns != TIME_NEVER;
  if (lost) copy_start_without_data(sim, copy);
  if (elects) {
    elect_restart(sim, copy);
    copy_go_on(sim, copy);
  } else if (copy->leads && !lost) {
    promote_lock(sim, copy);
    copy_reach_out(sim, copy);
  } else {
    copy_go_on(sim, copy);
  }
}

/* What a copy shows is what its log says, up to where it says so; of two logs that agree at a
 * position, all before it agrees. */
void copy_check(struct copy *copy, struct checks *out) {
  const struct group *group = copy->group;
  if (group->config->elect.given) {
    check_member(out, copy->member, "leader", !group->elections.twice,
                 "%u terms were won, none by two copies", group->elections.newest_won);
    check_member(out, copy->member, "shown", !group->elections.early,
                 "no copy showed a write before it knew it to be committed");
  }
  bool shown = copy->applied <= copy->log.end && copy->committed <= copy->log.end;
  for (uint32_t p = copy->log.dropped + 1; shown && p <= copy->log.end; p++) {
    uint32_t write = log_at(&copy->log, p).write;
    shown = history_has(group->history, copy->number, write) &&
            history_shows(group->history, copy->number, write) == (p <= copy->applied);
  }
  if (group->keys) {
    uint64_t twice = copy_keys_twice(group->keys, copy->number);
    check_member(out, copy->member, "keys", twice <= copy_keys_duplicates(group->keys),
                 "%llu writes of the log have the key of an earlier one, %llu were done that way",
                 (unsigned long long)twice, (unsigned long long)copy_keys_duplicates(group->keys));
  }
  check_member(out, copy->member, "copy", shown,
               "%u writes in the log, %u of them shown to readers, as the history says",
               copy->log.end, copy->applied);
}
