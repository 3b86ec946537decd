#include "network/pair.h"

#include "arena.h"

/* --- pairs ---------------------------------------------------------------------------------- */

static uint32_t *pair_place(const struct connections *c, uint32_t from, uint32_t to) {
  uint64_t hash = ((uint64_t)from << 32 | to) * UINT64_C(0x9e3779b97f4a7c15);
  uint32_t i = (uint32_t)(hash >> 32) & c->pair_mask;
  while (c->pair_slot[i] != NO_PAIR &&
         (c->pair[c->pair_slot[i]].from != from || c->pair[c->pair_slot[i]].to != to)) {
    i = (i + 1) & c->pair_mask;
  }
  return &c->pair_slot[i];
}

void pairs_grow(struct connections *c) {
  c->pair_capacity = c->pair_capacity ? 2 * c->pair_capacity : 32;
  c->pair = mem_resize(c->pair, c->pair_capacity * sizeof *c->pair);
  c->pair_mask = 2 * c->pair_capacity - 1;
  c->pair_slot = mem_resize(c->pair_slot, (c->pair_mask + 1) * sizeof *c->pair_slot);
  for (uint32_t i = 0; i <= c->pair_mask; i++) c->pair_slot[i] = NO_PAIR;
  for (uint32_t i = 0; i < c->pairs; i++) *pair_place(c, c->pair[i].from, c->pair[i].to) = i;
}

uint32_t pair_of(struct sim *sim, uint32_t from, uint32_t to) {
  struct connections *c = sim->connections;
  uint32_t *place = pair_place(c, from, to);
  if (*place != NO_PAIR) return *place;
  if (c->pairs == c->pair_capacity) {
    pairs_grow(c);
    place = pair_place(c, from, to);
  }
  uint32_t id = c->pairs++;
  *place = id;
  c->pair[id] = (struct pair){from, to, NO_CONNECTION, NO_CONNECTION, NO_CONNECTION, NO_PAIR, 0};
  *(c->last_pair[from] == NO_PAIR ? &c->first_pair[from] : &c->pair[c->last_pair[from]].next) = id;
  c->last_pair[from] = id;
  return id;
}

/* --- lists of connections ------------------------------------------------------------------- */

void connection_enlist(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  struct pair *pair = &sim->connections->pair[conn->pair];
  conn->before = pair->last;
  conn->next = NO_CONNECTION;
  *(pair->last == NO_CONNECTION ? &pair->first : &connection_at(sim, pair->last)->next) = id;
  pair->last = id;
}

void connection_delist(struct sim *sim, uint32_t id) {
  struct connection *conn = connection_at(sim, id);
  struct pair *pair = &sim->connections->pair[conn->pair];
  *(conn->before == NO_CONNECTION ? &pair->first : &connection_at(sim, conn->before)->next) =
      conn->next;
  *(conn->next == NO_CONNECTION ? &pair->last : &connection_at(sim, conn->next)->before) =
      conn->before;
}

/* The one used last is used first, so that those that are not needed become idle. */
void connection_set_room(struct sim *sim, uint32_t id, bool has_room) {
  struct connection *conn = connection_at(sim, id);
  struct pair *pair = &sim->connections->pair[conn->pair];
  if (conn->has_room == has_room) return;
  conn->has_room = has_room;
  if (has_room) {
    conn->before_free = NO_CONNECTION;
    conn->next_free = pair->first_free;
    if (pair->first_free != NO_CONNECTION) connection_at(sim, pair->first_free)->before_free = id;
    pair->first_free = id;
    return;
  }
  *(conn->before_free == NO_CONNECTION ? &pair->first_free
                                       : &connection_at(sim, conn->before_free)->next_free) =
      conn->next_free;
  if (conn->next_free != NO_CONNECTION) {
    connection_at(sim, conn->next_free)->before_free = conn->before_free;
  }
}

void connection_room_changed(struct sim *sim, uint32_t id) {
  const struct connection *conn = connection_at(sim, id);
  const struct connect_config *config = &conn->path->connect;
  bool usable = conn->state == CONNECTION_OPENING || conn->state == CONNECTION_OPEN;
  connection_set_room(sim, id,
                      usable && !conn->broken && conn->calls < config->streams &&
                          conn->requests < config->requests);
}
