/* Snapshots: the log keeps so many writes; a copy that lacks more, as it was away for long, gets
 * the state of the primary instead (Raft, 7; etcd sends its store, MongoDB copies all data again).
 * It is of what is committed when it begins, and takes as long as the data are large; what comes
 * meanwhile is kept in the log, and if that is more than it keeps, another snapshot follows.
 *
 * Left out: that sending costs disks, workers and paths, and that one which breaks off goes on
 * where it was: whether the copy is there is seen at the end. The simulation keeps logs as long as
 * some copy lacks them. */
#include "call.h"
#include "copies.h"
#include "message.h"
#include "timeline.h"
#include "timer.h"

bool snapshot_goes(struct sim *sim, struct copy *copy, uint32_t number) {
  const struct copies_config *config = copy->group->config;
  struct peer *peer = &copy->peer[number];
  if (copy->log.end - peer->matched <= config->keep) return false;
  uint32_t until = config->elect.given ? copy->committed : copy->log.end;
  if (until <= peer->matched) return false;
  peer->snapshot = until;
  peer->broken = true;
  copy->meters->snapshots++;
  uint64_t key = member_identity(copy->member) ^ (uint64_t)copy->term << 32;
  uint64_t takes_ns =
      dist_draw_keyed(&config->snapshot, &copy->group->snapshot, key + number, ++peer->snapshots);
  sim_note(sim, copy->group->copy[number].member, copy->member, "gets a snapshot");
  timer_set(sim, copy->member, &peer->arrives, takes_ns, SNAPSHOT_DUE, number);
  return true;
}

void snapshot_due(struct sim *sim, struct copy *copy, uint32_t number) {
  struct peer *peer = &copy->peer[number];
  if (!copy->leads) return;
  peer->under_way++;
  message_send(sim, copy->member, copy->group->copy[number].member,
               &(struct message){.what = COPIES_SNAPSHOT,
                                 .site = (uint16_t)number,
                                 .item = copy->term,
                                 .body = peer->snapshot,
                                 .timeout_ns = copy_retry_ns(sim, copy, number)});
}

void snapshot_take(struct sim *sim, struct copy *copy, struct frame *message) {
  const struct copy *from = group_copy_of(copy->group, message_sender(sim, message));
  uint32_t until = (uint32_t)message_body(sim, message);
  bool hears = copy_hears(sim, copy, from, message->item);
  if (hears) {
    copy_take(copy, &from->log, until);
    if (copy->committed < until && copy->group->config->elect.given) copy->committed = until;
    while (copy->applied < until) copy_show_late(sim, copy);
    copy_note_behind(sim, copy);
  }
  copy_answer(sim, copy, hears ? &from->log : NULL, message);
  copy_go_on(sim, copy);
}

void snapshot_answered(struct copy *copy, uint32_t number) {
  copy->peer[number].snapshot = 0;
}

void snapshots_stop(struct copy *copy) {
  for (uint32_t i = 0; i < copy->group->n; i++) {
    copy->peer[i].snapshot = 0;
    timer_stop(&copy->peer[i].arrives);
  }
}
