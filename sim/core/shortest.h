/* Frames of which the one with the least number comes first, those with the same in the order in
 * which they came: a binary heap. Coming and going cost O(log n); one that is in the middle has to
 * be looked for. */
#ifndef SHORTEST_H
#define SHORTEST_H

#include "arena.h"
#include "sim.h"

struct shortest_entry {
  double key;
  double aside; /* a number that goes along with it */
  uint64_t order;
  uint32_t slot;
};

struct shortest {
  struct shortest_entry *entry; /* [0] comes first */
  uint64_t n, capacity, order;
};

static inline bool shortest_before(const struct shortest_entry *a, const struct shortest_entry *b) {
  return a->key < b->key || (a->key == b->key && a->order < b->order);
}

static inline void shortest_sift_up(struct shortest_entry *heap, uint64_t i) {
  struct shortest_entry entry = heap[i];
  for (; i > 0 && shortest_before(&entry, &heap[(i - 1) / 2]); i = (i - 1) / 2) {
    heap[i] = heap[(i - 1) / 2];
  }
  heap[i] = entry;
}

static inline void shortest_sift_down(struct shortest_entry *heap, uint64_t i, uint64_t n) {
  struct shortest_entry entry = heap[i];
  for (uint64_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && shortest_before(&heap[child + 1], &heap[child])) child++;
    if (!shortest_before(&heap[child], &entry)) break;
    heap[i] = heap[child];
  }
  heap[i] = entry;
}

static inline void shortest_put(struct shortest *s, struct shortest_entry entry) {
  if (s->n == s->capacity) {
    s->capacity = s->capacity ? 2 * s->capacity : 16;
    s->entry = mem_resize(s->entry, s->capacity * sizeof *s->entry);
  }
  s->entry[s->n] = entry;
  shortest_sift_up(s->entry, s->n++);
}

static inline void shortest_add(struct shortest *s, double key, uint32_t slot) {
  shortest_put(s, (struct shortest_entry){.key = key, .order = s->order++, .slot = slot});
}

/* The first; there is one. */
static inline struct shortest_entry shortest_take(struct shortest *s) {
  struct shortest_entry first = s->entry[0];
  s->entry[0] = s->entry[--s->n];
  if (s->n) shortest_sift_down(s->entry, 0, s->n);
  return first;
}

static inline void shortest_remove_at(struct shortest *s, uint64_t i) {
  s->entry[i] = s->entry[--s->n];
  if (i == s->n) return;
  shortest_sift_down(s->entry, i, s->n);
  shortest_sift_up(s->entry, i);
}

/* Where it is; `n` if it is not there. */
static inline uint64_t shortest_find(const struct shortest *s, uint32_t slot) {
  uint64_t i = 0;
  while (i < s->n && s->entry[i].slot != slot) i++;
  return i;
}

#endif
