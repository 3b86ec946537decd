#include "history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "key_history.h"
#include "rng.h"
#include "session.h"
#include "sim.h"

struct datum {
  uint32_t item;
  uint32_t acked; /* its newest version that was acknowledged and is not lost */
  uint32_t begun; /* of those that were begun the one with the latest stamp */
  uint64_t stamp_ns;
};

struct history {
  uint32_t copies, all; /* number, and the set of all */
  uint32_t kept_from;   /* those from this one on are kept, though all copies show them */
  uint32_t counts;      /* the copy that took over last; HISTORY_COPIES: it lost its data since */
  /* Writes first .. first + n - 1, in a ring. */
  struct history_write *ring;
  uint32_t first, n, capacity;
  /* Data, from 1; each copy's versions stand one behind the other. */
  struct datum *datum;
  uint32_t *version; /* datum * copies + copy */
  uint32_t data, data_capacity;
  uint32_t *slot; /* open addressing, at most half full */
  uint32_t mask;
  struct sessions *sessions;
  struct sim *watch; /* somebody may ask it for the history of a key; NULL: nobody does */
  uint32_t component, first_member;
};

/* --- life ----------------------------------------------------------------------------------- */

struct history *history_new(uint32_t copies) {
  assert(copies >= 1 && copies <= HISTORY_COPIES);
  struct history *h = mem_zeroed(1, sizeof *h);
  h->copies = copies;
  h->all = copies == 32 ? UINT32_MAX : (UINT32_C(1) << copies) - 1;
  h->first = 1;
  h->kept_from = UINT32_MAX;
  h->capacity = 256;
  h->ring = mem_zeroed(h->capacity, sizeof *h->ring);
  h->data = 1;
  h->data_capacity = 256;
  h->datum = mem_zeroed(h->data_capacity, sizeof *h->datum);
  h->version = mem_zeroed((size_t)h->data_capacity * copies, sizeof *h->version);
  h->mask = 2 * h->data_capacity - 1;
  h->slot = mem_zeroed(h->mask + 1, sizeof *h->slot);
  return h;
}

void history_free(struct history *h) {
  if (!h) return;
  free(h->ring);
  free(h->datum);
  free(h->version);
  free(h->slot);
  sessions_free(h->sessions);
  free(h);
}

void history_watch(struct history *h, struct sim *sim, const struct component *component,
                   uint32_t first) {
  h->watch = sim;
  h->first_member = first;
  h->component = component->id;
}

/* --- data ----------------------------------------------------------------------------------- */

/* The place of an item among the slots, free or its own. */
static uint32_t *seek(const struct history *h, uint32_t item) {
  uint32_t i = (uint32_t)rng_mix(item * UINT64_C(0x9e3779b97f4a7c15)) & h->mask;
  while (h->slot[i] && h->datum[h->slot[i]].item != item) i = (i + 1) & h->mask;
  return &h->slot[i];
}

static void grow_data(struct history *h) {
  uint32_t old = h->data_capacity;
  h->data_capacity *= 2;
  h->datum = mem_resize(h->datum, h->data_capacity * sizeof *h->datum);
  h->version = mem_resize(h->version, (size_t)h->data_capacity * h->copies * sizeof *h->version);
  memset(h->version + (size_t)old * h->copies, 0, (size_t)old * h->copies * sizeof *h->version);
  h->mask = 2 * h->data_capacity - 1;
  free(h->slot);
  h->slot = mem_zeroed(h->mask + 1, sizeof *h->slot);
  for (uint32_t d = 1; d < h->data; d++) *seek(h, h->datum[d].item) = d;
}

static uint32_t datum_of(struct history *h, uint32_t item) {
  if (item == 0) return 0;
  uint32_t *slot = seek(h, item);
  if (*slot) return *slot;
  if (h->data == h->data_capacity) {
    grow_data(h);
    slot = seek(h, item);
  }
  *slot = h->data;
  h->datum[h->data] = (struct datum){.item = item};
  return h->data++;
}

static uint32_t *version_at(const struct history *h, uint32_t copy, uint32_t datum) {
  return &h->version[(size_t)datum * h->copies + copy];
}

/* --- writes --------------------------------------------------------------------------------- */

static bool is_kept(const struct history *h, uint32_t write) {
  return write >= h->first && write - h->first < h->n;
}

static struct history_write *at(const struct history *h, uint32_t write) {
  assert(is_kept(h, write));
  return &h->ring[write & (h->capacity - 1)];
}

const struct history_write *history_at(const struct history *h, uint32_t write) {
  return at(h, write);
}

void history_set_bytes(struct history *h, uint32_t write, double bytes) {
  at(h, write)->bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

double history_bytes(const struct history *h, uint32_t write) {
  return is_kept(h, write) ? at(h, write)->bytes : 0;
}

bool history_is_of(const struct history *h, uint32_t write, uint32_t item) {
  return h->datum[at(h, write)->datum].item == item;
}

bool history_has(const struct history *h, uint32_t copy, uint32_t write) {
  return !is_kept(h, write) || at(h, write)->has >> copy & 1;
}

bool history_shows(const struct history *h, uint32_t copy, uint32_t write) {
  return !is_kept(h, write) || at(h, write)->shows >> copy & 1;
}

bool history_shows_all(const struct history *h, uint32_t write) {
  return !is_kept(h, write);
}

uint32_t history_kept(const struct history *h) {
  return h->n;
}

/* For the history of a key; copy 0: none in particular, else its number plus 1. */
static __attribute__((cold, noinline)) void tell(const struct history *h, enum key_what what,
                                                 uint32_t copy, uint32_t datum, uint32_t version,
                                                 uint32_t behind) {
  if (datum == 0) return;
  key_note(h->watch, h->datum[datum].item,
           (struct key_event){.component = h->component,
                              .copy = h->first_member + copy,
                              .version = version,
                              .behind = behind,
                              .what = (uint8_t)what});
}

static inline bool is_watched(const struct history *h) {
  return h->watch != NULL && h->watch->keys != NULL;
}

static inline void note(const struct history *h, enum key_what what, uint32_t copy,
                        uint32_t write) {
  if (__builtin_expect(is_watched(h), 0)) tell(h, what, copy, at(h, write)->datum, write, 0);
}

static void grow_ring(struct history *h) {
  struct history_write *ring = mem_zeroed(2 * (size_t)h->capacity, sizeof *ring);
  for (uint32_t w = h->first; w < h->first + h->n; w++) {
    ring[w & (2 * h->capacity - 1)] = h->ring[w & (h->capacity - 1)];
  }
  free(h->ring);
  h->ring = ring;
  h->capacity *= 2;
}

/* Nobody will ask about it any more. */
static bool is_over(const struct history *h, const struct history_write *w) {
  return w->shows == h->all || (w->has == 0 && !w->begun);
}

/* What it stood for is named by its own number, as before. */
static void stands_no_more(struct history *h, uint32_t write) {
  const struct history_write *w = at(h, write);
  struct datum *d = &h->datum[w->datum];
  if (d->acked == write) d->acked = w->rank;
  if (d->begun == write) d->begun = w->rank;
  for (uint32_t k = 0; k < h->copies; k++) {
    uint32_t *version = version_at(h, k, w->datum);
    if (*version == write) *version = w->rank;
  }
}

/* Of what nobody has, nothing is left below what was written on top of it. */
static void cut_out(struct history *h, uint32_t write) {
  uint32_t below = at(h, write)->before;
  uint32_t *link = &h->datum[at(h, write)->datum].begun;
  while (is_kept(h, *link) && *link != write) link = &at(h, *link)->before;
  if (*link == write) *link = is_kept(h, below) ? below : 0;
}

static void forget(struct history *h) {
  while (h->n > 0 && h->first < h->kept_from && is_over(h, at(h, h->first))) {
    const struct history_write *w = at(h, h->first);
    if (__builtin_expect(w->shows != h->all, 0)) {
      cut_out(h, h->first);
    } else if (__builtin_expect(w->stands, 0)) {
      stands_no_more(h, h->first);
    }
    h->first++;
    h->n--;
  }
}

static uint32_t add(struct history *h, uint32_t item, uint64_t key, uint64_t now_ns) {
  if (h->n == h->capacity) grow_ring(h);
  uint32_t write = h->first + h->n++;
  *at(h, write) = (struct history_write){.datum = datum_of(h, item),
                                         .made_ns = now_ns,
                                         .key = key,
                                         .acked_ns = TIME_NEVER,
                                         .stamp_ns = now_ns,
                                         .rank = write};
  return write;
}

uint32_t history_make(struct history *h, uint32_t copy, uint32_t item, uint64_t key,
                      uint64_t now_ns) {
  uint32_t write = add(h, item, key, now_ns);
  at(h, write)->has = UINT32_C(1) << copy;
  note(h, KEY_WRITTEN, copy + 1, write);
  return write;
}

/* A write that others beat takes its place behind them; copies that show one of these need not show
 * it any more. */
static void begin_beaten(struct history *h, struct history_write *w, uint32_t write) {
  uint32_t over = h->datum[w->datum].begun;
  w->lost = true;
  if (!is_kept(h, over)) {
    w->shows = h->all;
    return;
  }
  while (is_kept(h, at(h, over)->before) && at(h, at(h, over)->before)->stamp_ns > w->stamp_ns) {
    over = at(h, over)->before;
  }
  w->before = at(h, over)->before;
  w->rank = is_kept(h, w->before) ? at(h, w->before)->rank : w->before;
  w->shows = at(h, over)->shows;
  at(h, over)->before = write;
}

uint32_t history_begin(struct history *h, uint32_t item, uint64_t key, uint64_t now_ns,
                       uint64_t stamp_ns) {
  uint32_t write = add(h, item, key, now_ns);
  struct history_write *w = at(h, write);
  w->begun = true;
  w->stamp_ns = stamp_ns;
  note(h, KEY_WRITTEN, 0, write);
  if (w->datum == 0) return write;
  struct datum *d = &h->datum[w->datum];
  if (d->begun && stamp_ns < d->stamp_ns) {
    begin_beaten(h, w, write);
  } else {
    w->before = d->begun;
    d->begun = write;
    d->stamp_ns = stamp_ns;
  }
  return write;
}

uint32_t history_begin_at(struct history *h, uint32_t copy, uint32_t write) {
  uint32_t bit = UINT32_C(1) << copy, n = 0;
  at(h, write)->by = (uint8_t)(copy + 1);
  if (at(h, write)->lost) return 0; /* who beats it has been asked */
  for (uint32_t w = at(h, write)->before; is_kept(h, w); w = at(h, w)->before) {
    struct history_write *earlier = at(h, w);
    if (earlier->shows & bit) break;
    if (earlier->by == copy + 1 || earlier->missed || earlier->lost) continue;
    earlier->missed = true;
    n += earlier->acked_ns != TIME_NEVER;
  }
  return n;
}

/* Invariant: a copy shows a write only if it shows all of the same datum before it, or newer ones
 * in their place. */
uint32_t history_merge(struct history *h, uint32_t copy, uint32_t write) {
  uint32_t bit = UINT32_C(1) << copy, n = 0;
  if (!is_kept(h, write) || at(h, write)->shows & bit) return 0;
  uint32_t datum = at(h, write)->datum;
  if (datum) *version_at(h, copy, datum) = write;
  at(h, write)->has |= bit;
  for (uint32_t w = write; is_kept(h, w) && !(at(h, w)->shows & bit); w = at(h, w)->before) {
    at(h, w)->shows |= bit;
    n += at(h, w)->begun; /* else it was given up */
  }
  note(h, KEY_SHOWN, copy + 1, write);
  forget(h);
  return n;
}

void history_receive(struct history *h, uint32_t copy, uint32_t write) {
  at(h, write)->has |= UINT32_C(1) << copy;
  note(h, KEY_RECEIVED, copy + 1, write);
}

bool history_apply(struct history *h, uint32_t copy, uint32_t write) {
  struct history_write *w = at(h, write);
  uint32_t bit = UINT32_C(1) << copy;
  assert(w->has & bit);
  if (w->shows & bit) return false;
  if (w->datum) {
    uint32_t *version = version_at(h, copy, w->datum);
    if (w->shows == 0) w->before = *version;
    *version = write;
  }
  w->shows |= bit;
  note(h, KEY_SHOWN, copy + 1, write);
  forget(h);
  return true;
}

/* --- lost ----------------------------------------------------------------------------------- */

static void lose(struct history *h, uint32_t write) {
  struct history_write *w = at(h, write);
  w->lost = true;
  note(h, KEY_LOST, 0, write);
  struct datum *d = &h->datum[w->datum];
  if (w->datum && d->acked == write) d->acked = w->before;
}

bool history_discard(struct history *h, uint32_t copy, uint32_t write) {
  struct history_write *w = at(h, write);
  uint32_t bit = UINT32_C(1) << copy;
  if (w->shows & bit && w->datum) *version_at(h, copy, w->datum) = w->before;
  w->has &= ~bit;
  w->shows &= ~bit;
  note(h, KEY_DISCARDED, copy + 1, write);
  bool lost = w->has == 0 && w->acked_ns != TIME_NEVER && !w->lost;
  if (lost) lose(h, write);
  forget(h);
  return lost;
}

struct takeover history_take_over(struct history *h, uint32_t copy) {
  struct takeover out = {0, TIME_NEVER};
  uint32_t bit = UINT32_C(1) << copy;
  h->counts = copy;
  for (uint32_t i = h->n; i-- > 0;) { /* the newest first: what it replaced becomes current */
    struct history_write *w = at(h, h->first + i);
    if (w->has & bit || w->acked_ns == TIME_NEVER || w->lost) continue;
    lose(h, h->first + i);
    out.lost++;
    if (w->acked_ns < out.oldest_ns) out.oldest_ns = w->acked_ns;
  }
  return out;
}

void history_keep(struct history *h, uint32_t write) {
  h->kept_from = write;
  forget(h);
}

uint32_t history_next(const struct history *h) {
  return h->first + h->n;
}

void history_lose_data(struct history *h, uint32_t copy) {
  if (h->counts == copy) h->counts = HISTORY_COPIES;
}

/* --- a copy that loses its data, where nobody is the primary --------------------------------- */

/* What every copy shows of a datum and nobody keeps is kept again, below what is kept of it. */
static void stand_again(struct history *h, uint32_t datum, uint32_t version, uint64_t now_ns) {
  uint32_t over = h->datum[datum].begun, has = 0;
  for (uint32_t k = 0; k < h->copies; k++) {
    if (*version_at(h, k, datum) != 0) has |= UINT32_C(1) << k;
  }
  if (has == 0) return; /* all have lost it before */
  while (is_kept(h, over) && is_kept(h, at(h, over)->before)) over = at(h, over)->before;
  uint32_t write = add(h, h->datum[datum].item, 0, now_ns);
  struct history_write *w = at(h, write);
  *w = (struct history_write){.datum = datum,
                              .before = version,
                              .has = has,
                              .shows = has,
                              .made_ns = now_ns,
                              .acked_ns = now_ns,
                              .rank = version,
                              .begun = true,
                              .stands = true};
  if (is_kept(h, over)) {
    at(h, over)->before = write;
  } else {
    h->datum[datum].begun = write;
  }
  if (h->datum[datum].acked == version) h->datum[datum].acked = write;
  for (uint32_t k = 0; k < h->copies; k++) {
    if (*version_at(h, k, datum) == version) *version_at(h, k, datum) = write;
  }
}

/* The version that lies below all that is kept of it; 0: none was ever written, or it is kept. */
static uint32_t base_of(const struct history *h, uint32_t datum) {
  uint32_t w = h->datum[datum].begun;
  while (is_kept(h, w)) {
    if (at(h, w)->stands) return 0;
    w = at(h, w)->before;
  }
  return w;
}

uint32_t history_lose_copy(struct history *h, uint32_t copy, uint64_t now_ns) {
  uint32_t bit = UINT32_C(1) << copy, lacks = 0;
  for (uint32_t d = 1; d < h->data; d++) {
    uint32_t base = base_of(h, d);
    if (base != 0) stand_again(h, d, base, now_ns);
    *version_at(h, copy, d) = 0;
  }
  for (uint32_t i = 0; i < h->n; i++) {
    struct history_write *w = at(h, h->first + i);
    if (w->datum == 0 || !(w->shows & bit)) continue;
    w->has &= ~bit;
    w->shows &= ~bit;
    note(h, KEY_DISCARDED, copy + 1, h->first + i);
    lacks += w->begun;
  }
  return lacks;
}

uint32_t history_lacks(const struct history *h, uint32_t copy) {
  uint32_t lacks = 0;
  for (uint32_t i = 0; i < h->n; i++) {
    const struct history_write *w = at(h, h->first + i);
    lacks += w->begun && !(w->shows >> copy & 1);
  }
  return lacks;
}

struct history_gone history_lose_gone(struct history *h,
                                      bool (*may_come)(const void *who, uint32_t write),
                                      const void *who) {
  struct history_gone gone = {0};
  for (uint32_t d = 1; d < h->data; d++) {
    uint32_t w = h->datum[d].acked;
    if (!is_kept(h, w) || at(h, w)->shows != 0 || may_come(who, w)) continue;
    gone.lost++;
    while (is_kept(h, w) && at(h, w)->shows == 0) {
      uint32_t before = at(h, w)->before;
      if (at(h, w)->acked_ns != TIME_NEVER && !at(h, w)->lost) lose(h, w);
      gone.given_up += at(h, w)->begun;
      at(h, w)->begun = false; /* nobody waits for it to come */
      w = before;
    }
  }
  forget(h);
  return gone;
}

void history_compare(const struct history *h, uint32_t copy, uint32_t other,
                     void (*lacks)(void *who, uint32_t version), void *who) {
  for (uint32_t d = 1; d < h->data; d++) {
    uint32_t version = *version_at(h, other, d);
    if (version != *version_at(h, copy, d) && !history_shows(h, copy, version)) {
      lacks(who, version);
    }
  }
}

/* --- acknowledged, and read ----------------------------------------------------------------- */

bool history_ack(struct history *h, uint32_t copy, uint32_t write, uint64_t user, uint64_t now_ns) {
  /* Shown by all and forgotten: the acknowledgement says nothing new. */
  bool kept = is_kept(h, write);
  uint32_t datum = 0;
  if (kept) {
    struct history_write *w = at(h, write);
    w->acked_ns = now_ns;
    datum = w->datum;
    note(h, KEY_ACKNOWLEDGED, w->begun ? 0 : copy + 1, write);
    /* Of those that are not lost the later number has the later stamp. */
    if (datum && !w->lost && h->datum[datum].acked < write) h->datum[datum].acked = write;
  }
  if (user && datum) {
    if (!h->sessions) h->sessions = sessions_new();
    session_wrote(h->sessions, user, datum, write, now_ns);
  }
  if (copy == h->counts || h->counts == HISTORY_COPIES || !kept) return false;
  return !(at(h, write)->has >> h->counts & 1);
}

struct history_view history_read(const struct history *h, uint32_t copy, uint32_t item) {
  uint32_t datum = item ? *seek(h, item) : 0;
  return history_view(h, item, datum ? *version_at(h, copy, datum) : 0);
}

/* Of those that are not beaten the later number has the later stamp. */
bool history_is_newer(const struct history_view *a, const struct history_view *b) {
  if (a->rank != b->rank) return a->rank > b->rank;
  return a->stamp_ns > b->stamp_ns;
}

/* Whether a write that is kept is newer than what was seen. */
static bool is_beyond(const struct history *h, uint32_t write, const struct history_view *view) {
  const struct history_write *w = at(h, write);
  return history_is_newer(&(struct history_view){.rank = w->rank, .stamp_ns = w->stamp_ns}, view);
}

struct history_view history_view(const struct history *h, uint32_t item, uint32_t version) {
  struct history_view view = {.version = version, .superseded_ns = TIME_NEVER};
  view.rank = version;
  if (is_kept(h, version)) {
    view.rank = at(h, version)->rank;
    view.stamp_ns = at(h, version)->stamp_ns;
  }
  uint32_t datum = item ? *seek(h, item) : 0;
  if (datum == 0) return view;
  /* Back from the newest acknowledged one: all that this copy does not show are kept. */
  for (uint32_t w = h->datum[datum].acked; is_kept(h, w) && is_beyond(h, w, &view);) {
    const struct history_write *one = at(h, w);
    if (one->acked_ns != TIME_NEVER && !one->lost) {
      view.behind++;
      view.superseded_ns = one->acked_ns;
    }
    w = one->before;
  }
  return view;
}

void history_judge(struct history *h, uint32_t item, const struct history_view *view, uint64_t user,
                   uint64_t came_ns, uint64_t answered_ns, struct staleness *out) {
  if (item == 0) return;
  if (view->superseded_ns < came_ns) {
    out->stale++;
    hist_add(&out->age, came_ns - view->superseded_ns);
  } else {
    out->fresh++;
  }
  uint32_t datum = *seek(h, item);
  if (__builtin_expect(is_watched(h), 0)) {
    tell(h, KEY_READ, 0, datum, view->version, view->behind);
  }
  if (user == 0 || datum == 0) return;
  if (!h->sessions) h->sessions = sessions_new();
  uint32_t version = view->version;
  if (is_kept(h, version) && at(h, version)->stands) version = view->rank;
  struct session_breach breach =
      session_read(h->sessions, user, datum, version, came_ns, answered_ns);
  out->own_missed += breach.own_missed;
  out->went_back += breach.went_back;
}
