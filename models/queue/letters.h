/* The messages that a topic keeps, and the order in which those of a group wait.
 *
 * A letter is one message for one group. It lies in a pool by number and is in one list at most.
 * Those that wait are in one list for each class, first come first served; one that comes back goes
 * to its old place, which is at the front. With by_key a letter whose key is busy is parked in a
 * list of its key, and the next one of the key follows when the topic has done with the one before.
 *
 * A letter in a list may be `gone` (acknowledged late, or expired): who comes upon it next
 * frees it. */
#ifndef LETTERS_H
#define LETTERS_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#define NO_LETTER UINT32_MAX

enum letter_state {
  LETTER_DELAYED,   /* may not be delivered yet */
  LETTER_WAITING,   /* or parked */
  LETTER_DELIVERED, /* a consumer has it */
  LETTER_PAUSING,   /* a consumer has it, and will try again */
  LETTER_WORKED,    /* worked on, and waits for others to be acknowledged with */
  LETTER_GONE,
};

struct letter {
  uint64_t key;      /* of all draws that its delivery leads to */
  uint64_t since_ns; /* when it could be delivered first */
  uint64_t taken_ns; /* by the topic */
  uint64_t until_ns; /* its instance tries no longer (`deadline`) */
  uint32_t record;   /* delivery.h */
  uint32_t order;    /* in its group, modulo 2^32 */
  uint32_t next, item, consumer, deliveries;
  uint16_t group, partition;
  uint8_t op, class, state;
  bool has_key; /* its key is busy because of it */
};
static_assert(sizeof(struct letter) == 64, "letters are compact");

struct letters {
  struct letter *list;
  uint32_t used, capacity, free_list;
};

struct letter_list {
  uint32_t head, tail;
};

struct busy_key {
  uint32_t item;
  bool taken;
  struct letter_list parked;
};

struct waiting {
  uint32_t classes;
  struct letter_list *class;
  bool by_partition; /* a class is a partition */
  uint64_t n;        /* that wait, parked ones too */
  bool by_key;
  struct busy_key *key; /* open addressing */
  uint32_t keys, buckets;
};

uint32_t letter_new(struct letters *letters);
void letter_free(struct letters *letters, uint32_t id);

void waiting_init(struct waiting *w, uint32_t classes, bool by_key);
void waiting_free(struct waiting *w);

/* Behind the others of its class; or to its old place. */
void waiting_append(struct letters *letters, struct waiting *w, uint32_t id);
void waiting_return(struct letters *letters, struct waiting *w, uint32_t id);

/* The next one to be delivered, which waits no more; NO_LETTER: none can be. */
uint32_t waiting_take(struct letters *letters, struct waiting *w);

/* The same of one class alone. */
uint32_t waiting_take_from(struct letters *letters, struct waiting *w, uint32_t class);

/* The first one of a class; it stays. */
uint32_t waiting_first(struct letters *letters, struct waiting *w, uint32_t class);

/* The one that came first of all that are not parked; it stays. */
uint32_t waiting_oldest(struct letters *letters, struct waiting *w);

/* One that waits is gone. */
void waiting_forget(struct letters *letters, struct waiting *w, uint32_t id);

/* The topic has done with a letter that was taken: its key is the next one's. */
void waiting_done(struct letters *letters, struct waiting *w, uint32_t id);

/* All of them; the topic has none. */
void waiting_clear(struct waiting *w);

#endif
