#include "flights.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

static uint32_t *bucket_of(const struct flights *fs, uint32_t owner, uint32_t item) {
  return &fs->bucket[(uint32_t)rng_mix((uint64_t)owner << 32 | item) & fs->mask];
}

static void grow(struct flights *fs) {
  uint32_t old = fs->allocated;
  fs->allocated = old ? 2 * old : 16;
  fs->flight = mem_resize(fs->flight, fs->allocated * sizeof *fs->flight);
  fs->bucket = mem_resize(fs->bucket, fs->allocated * sizeof *fs->bucket);
  fs->mask = fs->allocated - 1;
  memset(fs->bucket, 0xff, fs->allocated * sizeof *fs->bucket);
  for (uint32_t f = 0; f < old; f++) {
    if (!fs->flight[f].flies) continue;
    uint32_t *head = bucket_of(fs, fs->flight[f].owner, fs->flight[f].item);
    fs->flight[f].next = *head;
    *head = f;
  }
  for (uint32_t f = fs->allocated; f-- > old;) {
    fs->flight[f] = (struct flight){.next = fs->free_flight};
    fs->free_flight = f;
  }
}

void flights_init(struct flights *fs) {
  *fs = (struct flights){.free_flight = NO_FLIGHT};
  grow(fs);
}

void flights_free(struct flights *fs) {
  free(fs->flight);
  free(fs->bucket);
}

void flights_clear(struct flights *fs) {
  fs->free_flight = NO_FLIGHT;
  fs->n = 0;
  memset(fs->bucket, 0xff, (fs->mask + 1) * sizeof *fs->bucket);
  for (uint32_t f = fs->allocated; f-- > 0;) {
    fs->flight[f] = (struct flight){.next = fs->free_flight};
    fs->free_flight = f;
  }
}

uint32_t flight_find(const struct flights *fs, uint32_t owner, uint32_t item) {
  uint32_t f = *bucket_of(fs, owner, item);
  while (f != NO_FLIGHT && (fs->flight[f].item != item || fs->flight[f].owner != owner)) {
    f = fs->flight[f].next;
  }
  return f;
}

uint32_t flight_begin(struct sim *sim, struct flights *fs, uint32_t owner, uint32_t item,
                      const struct frame *leader) {
  if (fs->free_flight == NO_FLIGHT) grow(fs);
  uint32_t f = fs->free_flight, *head = bucket_of(fs, owner, item);
  fs->free_flight = fs->flight[f].next;
  fs->flight[f] = (struct flight){.item = item,
                                  .owner = owner,
                                  .flies = true,
                                  .next = *head,
                                  .leader = leader ? frame_slot(sim, leader) : SLOT_NONE,
                                  .first = SLOT_NONE,
                                  .last = SLOT_NONE};
  *head = f;
  fs->n++;
  return f;
}

uint32_t flight_of_key(const struct flights *fs, uint64_t key) {
  for (uint32_t f = 0; f < fs->allocated; f++) {
    const struct flight *flight = &fs->flight[f];
    if (flight->flies && flight->leader == SLOT_NONE && flight->key == key) return f;
  }
  return NO_FLIGHT;
}

void flight_join(struct sim *sim, struct flights *fs, uint32_t f, struct frame *call) {
  struct flight *flight = &fs->flight[f];
  uint32_t slot = frame_slot(sim, call);
  call->next = SLOT_NONE;
  call->due_ns = f;
  *(flight->last == SLOT_NONE ? &flight->first : &frame_at(sim, flight->last)->next) = slot;
  flight->last = slot;
}

void flight_leave(struct sim *sim, struct flights *fs, struct frame *call) {
  struct flight *flight = &fs->flight[call->due_ns];
  uint32_t slot = frame_slot(sim, call), before = SLOT_NONE, at = flight->first;
  while (at != slot) {
    before = at;
    at = frame_at(sim, at)->next;
  }
  *(before == SLOT_NONE ? &flight->first : &frame_at(sim, before)->next) = call->next;
  if (flight->last == slot) flight->last = before;
}

void flight_land(struct flights *fs, uint32_t f) {
  uint32_t *link = bucket_of(fs, fs->flight[f].owner, fs->flight[f].item);
  while (*link != f) link = &fs->flight[*link].next;
  *link = fs->flight[f].next;
  fs->flight[f].flies = false;
}

struct frame *flight_next(struct sim *sim, struct flights *fs, uint32_t f) {
  struct flight *flight = &fs->flight[f];
  if (flight->first == SLOT_NONE) {
    flight->next = fs->free_flight;
    fs->free_flight = f;
    fs->n--;
    return NULL;
  }
  struct frame *call = frame_at(sim, flight->first);
  flight->first = call->next;
  if (flight->first == SLOT_NONE) flight->last = SLOT_NONE;
  return call;
}
