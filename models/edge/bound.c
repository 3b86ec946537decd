#include "bound.h"

#include <stdlib.h>
#include <string.h>

#include "network/connection.h"

static const struct ride *on_connection(const struct sim *sim, const struct frame *call) {
  const struct ride *ride = sim->connections ? ride_of(sim, call) : NULL;
  return ride && ride_connection(sim, ride) ? ride : NULL;
}

void bound_free(struct bound *bound) {
  free(bound->to);
}

uint32_t bound_find(const struct sim *sim, const struct bound *bound, const struct frame *call) {
  const struct ride *ride = on_connection(sim, call);
  if (!ride || ride->connection >= bound->room) return BOUND_TO_NONE;
  const struct bound_to *to = &bound->to[ride->connection];
  return to->stamp == ride->connection_stamp ? to->which : BOUND_TO_NONE;
}

bool bound_set(const struct sim *sim, struct bound *bound, const struct frame *call,
               uint32_t which) {
  const struct ride *ride = on_connection(sim, call);
  if (!ride) return false;
  if (ride->connection >= bound->room) {
    uint32_t room = 2 * ride->connection + 64;
    bound->to = mem_resize(bound->to, room * sizeof *bound->to);
    memset(bound->to + bound->room, 0xff, (room - bound->room) * sizeof *bound->to);
    bound->room = room;
  }
  bound->to[ride->connection] = (struct bound_to){ride->connection_stamp, which};
  return true;
}

void bound_count(const struct sim *sim, const struct bound *bound, uint32_t n, uint64_t *open) {
  memset(open, 0, n * sizeof *open);
  for (uint32_t id = 0; id < bound->room; id++) {
    const struct bound_to *to = &bound->to[id];
    if (to->which == BOUND_TO_NONE || connection_at(sim, id)->stamp != to->stamp) continue;
    open[to->which]++;
  }
}
