#include "sticky.h"

#include <stdlib.h>

#include "arena.h"

static struct kept *slot_of(const struct sticky *s, uint64_t user) {
  uint32_t at = (uint32_t)rng_mix(user) & (s->slots - 1);
  while (s->list[at].user != 0 && s->list[at].user != user) at = (at + 1) & (s->slots - 1);
  return &s->list[at];
}

static void grow(struct sticky *s) {
  struct kept *old = s->list;
  uint32_t n = s->slots;
  s->slots = n ? 2 * n : 64;
  s->list = mem_zeroed(s->slots, sizeof *s->list);
  for (uint32_t i = 0; i < n; i++) {
    if (old[i].user != 0) *slot_of(s, old[i].user) = old[i];
  }
  free(old);
}

static bool is_alive(const struct sim *sim, const struct sticky *s, const struct kept *one) {
  return one->user != 0 && sim->now_ns - one->last_ns <= s->idle_ns;
}

uint32_t sticky_find(const struct sim *sim, struct sticky *s, uint64_t user) {
  if (user == 0 || s->slots == 0) return STICKY_NONE;
  const struct kept *one = slot_of(s, user);
  return is_alive(sim, s, one) ? one->backend : STICKY_NONE;
}

void sticky_note(const struct sim *sim, struct sticky *s, uint64_t user, uint32_t backend,
                 const struct member *member, uint64_t chosen_ns) {
  if (user == 0) return;
  if (2 * s->n >= s->slots) grow(s);
  struct kept *one = slot_of(s, user);
  bool alive = is_alive(sim, s, one);
  bool same = alive && one->backend == backend && one->epoch == member->epoch;
  s->n += one->user == 0;
  s->begun += !same;
  /* One that began after the choice was not known then: of several first requests at once each is
   * told another backend, and nothing is gone. */
  s->lost += alive && !same && one->began_ns <= chosen_ns;
  uint64_t began_ns = same ? one->began_ns : sim->now_ns;
  *one = (struct kept){user, sim->now_ns, began_ns, backend, member->epoch};
}

void sticky_free(struct sticky *s) {
  free(s->list);
}
