#include "rumours.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "rng.h"

struct rumours {
  uint32_t peers;
  uint32_t first, n, capacity; /* slot i is of number first + i; NULL: not kept */
  struct rumour **slot;
};

struct rumours *rumours_new(uint32_t peers) {
  struct rumours *r = mem_zeroed(1, sizeof *r);
  r->peers = peers;
  r->first = 1;
  return r;
}

void rumours_free(struct rumours *r) {
  if (r == NULL) return;
  for (uint32_t i = 0; i < r->n; i++) free(r->slot[i]);
  free(r->slot);
  free(r);
}

static uint32_t words(const struct rumours *r) {
  return (r->peers + 63) / 64;
}

/* Slots at the front whose rumours are gone. */
static void close_up(struct rumours *r) {
  uint32_t gone = 0;
  while (gone < r->n && r->slot[gone] == NULL) gone++;
  if (gone == 0) return;
  r->n -= gone;
  r->first += gone;
  memmove(r->slot, r->slot + gone, r->n * sizeof(struct rumour *));
}

void rumour_drop(struct rumours *r, struct rumour *rumour) {
  r->slot[rumour->number - r->first] = NULL;
  free(rumour);
  close_up(r);
}

/* Whether nobody needs the older one if there is the newer one. */
static bool is_outdone(const struct rumour *older, uint32_t item, const struct news *news) {
  if (older->tellers > 0 || (older->news.what == NEWS_NONE) != (news->what == NEWS_NONE)) {
    return false;
  }
  if (news->what == NEWS_NONE) return older->item == item;
  return older->news.about == news->about && older->news.life <= news->life;
}

static struct rumour *begin(struct rumours *r, uint32_t item, const struct news *news) {
  for (uint32_t i = 0; i < r->n; i++) {
    struct rumour *older = r->slot[i];
    if (older == NULL || !is_outdone(older, item, news)) continue;
    r->slot[i] = NULL;
    free(older);
  }
  close_up(r);
  if (r->n == r->capacity) {
    r->capacity = r->capacity ? 2 * r->capacity : 16;
    r->slot = mem_resize(r->slot, r->capacity * sizeof(struct rumour *));
  }
  struct rumour *made = mem_zeroed(1, sizeof *made + words(r) * sizeof made->known[0]);
  made->number = r->first + r->n;
  made->item = item;
  made->news = *news;
  r->slot[r->n++] = made;
  return made;
}

struct rumour *rumour_begin(struct rumours *r, uint32_t peer, uint32_t item, uint64_t key,
                            uint64_t now_ns) {
  struct rumour *made = begin(r, item, &(struct news){NEWS_NONE, 0, 0, 0});
  made->key = key;
  made->born_ns = now_ns;
  made->origin = peer;
  rumour_learn(made, peer);
  return made;
}

struct rumour *rumour_begin_news(struct rumours *r, const struct news *news, uint64_t now_ns) {
  struct rumour *made = begin(r, 0, news);
  made->key = rng_mix(rng_mix((uint64_t)news->about << 32 | news->said_by) +
                      ((uint64_t)news->life << 2 | news->what));
  made->born_ns = now_ns;
  made->origin = news->said_by;
  rumour_learn(made, news->said_by);
  return made;
}

struct rumour *rumour_of(const struct rumours *r, uint32_t number) {
  return number >= r->first && number - r->first < r->n ? r->slot[number - r->first] : NULL;
}

bool rumour_knows(const struct rumour *rumour, uint32_t peer) {
  return rumour->known[peer / 64] >> (peer % 64) & 1;
}

bool rumour_learn(struct rumour *rumour, uint32_t peer) {
  if (rumour_knows(rumour, peer)) return false;
  rumour->known[peer / 64] |= UINT64_C(1) << (peer % 64);
  rumour->knows++;
  return true;
}

struct rumour *rumour_next(const struct rumours *r, uint32_t after) {
  uint32_t i = after < r->first ? 0 : after + 1 - r->first;
  while (i < r->n && r->slot[i] == NULL) i++;
  return i < r->n ? r->slot[i] : NULL;
}

struct rumours_lack rumours_lack(const struct rumours *r, uint32_t peer, uint32_t item,
                                 uint64_t until_ns) {
  struct rumours_lack lack = {0};
  for (uint32_t i = r->n; i-- > 0;) {
    const struct rumour *rumour = r->slot[i];
    if (rumour == NULL || rumour->item != item || rumour->born_ns >= until_ns) continue;
    if (rumour->news.what != NEWS_NONE) continue;
    if (rumour_knows(rumour, peer)) break; /* a newer one says all that older ones did */
    lack.n++;
    lack.since_ns = rumour->born_ns;
  }
  return lack;
}

bool rumours_sound(const struct rumours *r) {
  for (uint32_t i = 0; i < r->n; i++) {
    if (r->slot[i] == NULL) continue;
    uint32_t knows = 0;
    for (uint32_t w = 0; w < words(r); w++) {
      knows += (uint32_t)__builtin_popcountll(r->slot[i]->known[w]);
    }
    if (knows != r->slot[i]->knows) return false;
  }
  return true;
}
