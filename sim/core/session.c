#include "session.h"

#include <assert.h>
#include <stdlib.h>

#include "arena.h"
#include "rng.h"

struct session {
  uint64_t user; /* 0: free */
  uint32_t datum;
  uint32_t wrote, read; /* versions; 0: none */
  uint64_t wrote_ns, read_ns;
};

struct sessions {
  uint32_t n, slots; /* open addressing; a power of 2, at most half full */
  struct session *slot;
};

struct sessions *sessions_new(void) {
  struct sessions *sessions = mem_zeroed(1, sizeof *sessions);
  sessions->slots = 256;
  sessions->slot = mem_zeroed(sessions->slots, sizeof *sessions->slot);
  return sessions;
}

void sessions_free(struct sessions *sessions) {
  if (!sessions) return;
  free(sessions->slot);
  free(sessions);
}

/* The entry, or the free one that it would have. */
static struct session *seek(const struct sessions *sessions, uint64_t user, uint32_t datum) {
  uint32_t mask = sessions->slots - 1;
  uint32_t i = (uint32_t)rng_mix(user + datum * UINT64_C(0x9e3779b97f4a7c15)) & mask;
  while (sessions->slot[i].user &&
         (sessions->slot[i].user != user || sessions->slot[i].datum != datum)) {
    i = (i + 1) & mask;
  }
  return &sessions->slot[i];
}

static void grow(struct sessions *sessions) {
  struct sessions old = *sessions;
  sessions->slots *= 2;
  sessions->slot = mem_zeroed(sessions->slots, sizeof *sessions->slot);
  for (uint32_t i = 0; i < old.slots; i++) {
    if (old.slot[i].user) *seek(sessions, old.slot[i].user, old.slot[i].datum) = old.slot[i];
  }
  free(old.slot);
}

static struct session *entry(struct sessions *sessions, uint64_t user, uint32_t datum) {
  assert(user != 0);
  struct session *s = seek(sessions, user, datum);
  if (s->user) return s;
  if (2 * ++sessions->n > sessions->slots) {
    grow(sessions);
    s = seek(sessions, user, datum);
  }
  *s = (struct session){.user = user, .datum = datum};
  return s;
}

void session_wrote(struct sessions *sessions, uint64_t user, uint32_t datum, uint32_t version,
                   uint64_t now_ns) {
  struct session *s = entry(sessions, user, datum);
  s->wrote = version;
  s->wrote_ns = now_ns;
}

struct session_breach session_read(struct sessions *sessions, uint64_t user, uint32_t datum,
                                   uint32_t version, uint64_t came_ns, uint64_t now_ns) {
  struct session_breach breach = {false, false};
  struct session *s = version ? entry(sessions, user, datum) : seek(sessions, user, datum);
  if (s->user == 0) return breach; /* the first version, and nothing known of another */
  breach.own_missed = version < s->wrote && s->wrote_ns < came_ns;
  breach.went_back = version < s->read && s->read_ns < came_ns;
  if (version > s->read) {
    s->read = version;
    s->read_ns = now_ns;
  }
  return breach;
}
