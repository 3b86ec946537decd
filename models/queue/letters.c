#include "letters.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "rng.h"

static const struct letter_list empty = {NO_LETTER, NO_LETTER};

static struct letter *at(const struct letters *letters, uint32_t id) {
  return &letters->list[id];
}

uint32_t letter_new(struct letters *letters) {
  if (letters->used > 0 && letters->free_list != NO_LETTER) {
    uint32_t id = letters->free_list;
    letters->free_list = at(letters, id)->next;
    return id;
  }
  if (letters->used == 0) letters->free_list = NO_LETTER;
  if (letters->used == letters->capacity) {
    letters->capacity = letters->capacity ? 2 * letters->capacity : 256;
    letters->list = mem_resize(letters->list, (size_t)letters->capacity * sizeof *letters->list);
  }
  return letters->used++;
}

void letter_free(struct letters *letters, uint32_t id) {
  *at(letters, id) = (struct letter){.next = letters->free_list, .state = LETTER_GONE};
  letters->free_list = id;
}

/* --- lists ---------------------------------------------------------------------------------- */

static void append(struct letters *letters, struct letter_list *list, uint32_t id) {
  at(letters, id)->next = NO_LETTER;
  *(list->tail == NO_LETTER ? &list->head : &at(letters, list->tail)->next) = id;
  list->tail = id;
}

static uint32_t pop(struct letters *letters, struct letter_list *list) {
  uint32_t id = list->head;
  if (id == NO_LETTER) return id;
  list->head = at(letters, id)->next;
  if (list->head == NO_LETTER) list->tail = NO_LETTER;
  return id;
}

/* The first one that is not gone; it stays. */
static uint32_t first(struct letters *letters, struct letter_list *list) {
  while (list->head != NO_LETTER && at(letters, list->head)->state == LETTER_GONE) {
    letter_free(letters, pop(letters, list));
  }
  return list->head;
}

static struct letter_list *list_of(struct waiting *w, const struct letter *l) {
  if (w->by_partition) return &w->class[l->partition];
  return &w->class[w->classes == 1 ? 0 : l->class];
}

/* --- keys ----------------------------------------------------------------------------------- */

static struct busy_key *bucket_of(struct waiting *w, uint32_t item) {
  uint32_t i = (uint32_t)rng_mix(item) & (w->buckets - 1);
  while (w->key[i].taken && w->key[i].item != item) i = (i + 1) & (w->buckets - 1);
  return &w->key[i];
}

static void rehash(struct waiting *w, uint32_t buckets) {
  struct busy_key *old = w->key;
  uint32_t n = w->buckets;
  w->key = mem_zeroed(buckets, sizeof *w->key);
  w->buckets = buckets;
  for (uint32_t i = 0; i < n; i++) {
    if (old[i].taken) *bucket_of(w, old[i].item) = old[i];
  }
  free(old);
}

/* Takes the key for a letter, or parks that behind the one that has it. */
static bool take_key(struct letters *letters, struct waiting *w, uint32_t id) {
  struct letter *l = at(letters, id);
  if (!w->by_key || l->item == 0 || l->has_key) return true;
  if (2 * w->keys >= w->buckets) rehash(w, 2 * w->buckets);
  struct busy_key *k = bucket_of(w, l->item);
  if (k->taken) {
    append(letters, &k->parked, id);
    return false;
  }
  *k = (struct busy_key){l->item, true, empty};
  w->keys++;
  l->has_key = true;
  return true;
}

/* Open addressing without marks: the entries behind it move up. */
static void remove_key(struct waiting *w, struct busy_key *k) {
  uint32_t mask = w->buckets - 1, hole = (uint32_t)(k - w->key);
  for (uint32_t i = (hole + 1) & mask; w->key[i].taken; i = (i + 1) & mask) {
    uint32_t home = (uint32_t)rng_mix(w->key[i].item) & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue;
    w->key[hole] = w->key[i];
    hole = i;
  }
  w->key[hole].taken = false;
  w->keys--;
}

void waiting_done(struct letters *letters, struct waiting *w, uint32_t id) {
  struct letter *l = at(letters, id);
  if (!l->has_key) return;
  l->has_key = false;
  struct busy_key *k = bucket_of(w, l->item);
  first(letters, &k->parked);
  uint32_t next = pop(letters, &k->parked);
  if (next == NO_LETTER) {
    remove_key(w, k);
    return;
  }
  at(letters, next)->has_key = true;
  append(letters, list_of(w, at(letters, next)), next);
}

/* --- waiting -------------------------------------------------------------------------------- */

void waiting_init(struct waiting *w, uint32_t classes, bool by_key) {
  *w = (struct waiting){.classes = classes, .by_key = by_key};
  w->class = mem_alloc(classes * sizeof *w->class);
  waiting_clear(w);
}

void waiting_free(struct waiting *w) {
  free(w->class);
  free(w->key);
}

void waiting_clear(struct waiting *w) {
  for (uint32_t i = 0; i < w->classes; i++) w->class[i] = empty;
  w->n = 0;
  w->keys = w->buckets = 0;
  free(w->key);
  w->key = NULL;
  if (w->by_key) rehash(w, 64);
}

void waiting_append(struct letters *letters, struct waiting *w, uint32_t id) {
  at(letters, id)->state = LETTER_WAITING;
  append(letters, list_of(w, at(letters, id)), id);
  w->n++;
}

void waiting_return(struct letters *letters, struct waiting *w, uint32_t id) {
  struct letter *l = at(letters, id);
  struct letter_list *list = list_of(w, l);
  uint32_t *link = &list->head;
  l->state = LETTER_WAITING;
  w->n++;
  while (*link != NO_LETTER && (int32_t)(at(letters, *link)->order - l->order) < 0) {
    link = &at(letters, *link)->next;
  }
  l->next = *link;
  *link = id;
  if (l->next == NO_LETTER) list->tail = id;
}

uint32_t waiting_first(struct letters *letters, struct waiting *w, uint32_t class) {
  return first(letters, &w->class[class]);
}

uint32_t waiting_take_from(struct letters *letters, struct waiting *w, uint32_t class) {
  while (first(letters, &w->class[class]) != NO_LETTER) {
    uint32_t id = pop(letters, &w->class[class]);
    if (!take_key(letters, w, id)) continue;
    w->n--;
    return id;
  }
  return NO_LETTER;
}

uint32_t waiting_take(struct letters *letters, struct waiting *w) {
  uint32_t id = NO_LETTER;
  for (uint32_t c = 0; c < w->classes && id == NO_LETTER; c++) {
    id = waiting_take_from(letters, w, c);
  }
  return id;
}

uint32_t waiting_oldest(struct letters *letters, struct waiting *w) {
  uint32_t oldest = NO_LETTER;
  for (uint32_t c = 0; c < w->classes; c++) {
    uint32_t id = first(letters, &w->class[c]);
    if (id == NO_LETTER) continue;
    if (oldest == NO_LETTER || (int32_t)(at(letters, id)->order - at(letters, oldest)->order) < 0) {
      oldest = id;
    }
  }
  return oldest;
}

void waiting_forget(struct letters *letters, struct waiting *w, uint32_t id) {
  at(letters, id)->state = LETTER_GONE;
  w->n--;
}
