/* Rumours: updates that the peers of a component tell each other, and which peer knows which.
 *
 * This is the truth, of which no peer has more than its own part: it says when all know an update,
 * who was left out, and which reads were stale. What a peer does follows from what it was told. */
#ifndef RUMOURS_H
#define RUMOURS_H

#include <stdbool.h>
#include <stdint.h>

/* What peers think of a peer travels as updates do, and is none: it is in no count of theirs. */
enum news_what { NEWS_NONE, NEWS_ALIVE, NEWS_SUSPECT, NEWS_FAILED };
struct news {
  uint8_t what;         /* enum news_what */
  uint32_t about, life; /* a peer, and which of its lives */
  uint32_t said_by;
};

struct rumour {
  uint32_t number; /* from 1, in the order of their beginnings */
  uint32_t item;   /* data key, 0 = none */
  uint64_t key;    /* of the call that began it, for draws */
  uint64_t born_ns;
  uint32_t origin;          /* the peer that began it */
  uint32_t knows, tellers;  /* peers that know it; that go on telling it */
  uint32_t missed, reached; /* counted when nobody told it any more; 0, 0: not counted */
  bool spread;              /* it has been counted that all knew it */
  struct news news;         /* NEWS_NONE: an update */
  uint64_t known[];         /* set of peers */
};

struct rumours;

struct rumours *rumours_new(uint32_t peers);
void rumours_free(struct rumours *r);

/* `peer` makes an update and knows it. Older ones of the same item that nobody tells any more are
 * forgotten: no reader needs them. */
struct rumour *rumour_begin(struct rumours *r, uint32_t peer, uint32_t item, uint64_t key,
                            uint64_t now_ns);
/* The same of news; older ones about the same peer are forgotten. */
struct rumour *rumour_begin_news(struct rumours *r, const struct news *news, uint64_t now_ns);

/* NULL: it is not kept any more, as all know it, or a newer one of its item. */
struct rumour *rumour_of(const struct rumours *r, uint32_t number);

bool rumour_knows(const struct rumour *rumour, uint32_t peer);

/* Returns false if it knew. */
bool rumour_learn(struct rumour *rumour, uint32_t peer);

/* Forgets it. Nobody may be telling it. */
void rumour_drop(struct rumours *r, struct rumour *rumour);

/* Those that are kept, in the order of their beginnings: from number `after` on, the next one.
 * NULL: there is none. */
struct rumour *rumour_next(const struct rumours *r, uint32_t after);

/* What `peer` lacks of an item: how many updates that began before `until_ns`, and when the first
 * of them did. */
struct rumours_lack {
  uint32_t n;
  uint64_t since_ns;
};
struct rumours_lack rumours_lack(const struct rumours *r, uint32_t peer, uint32_t item,
                                 uint64_t until_ns);

/* Whether the counts agree with the sets. */
bool rumours_sound(const struct rumours *r);

#endif
