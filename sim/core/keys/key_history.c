#include "key_history.h"

#include <stdlib.h>

#include "arena.h"

enum { MOST = 100000 };

const char *const key_what_name[] = {"written",      "received",  "shown",
                                     "acknowledged", "discarded", "lost",
                                     "fenced",       "read",      "answered from a cache"};

void key_history_begin(struct sim *sim, uint32_t item) {
  struct key_history *keys = mem_zeroed(1, sizeof *keys);
  keys->item = item;
  keys->components = sim->spec->components;
  keys->written = mem_zeroed(keys->components, sizeof *keys->written);
  sim->keys = keys;
}

struct key_history *key_history_take(struct sim *sim) {
  struct key_history *keys = sim->keys;
  sim->keys = NULL;
  return keys;
}

void key_history_free(struct key_history *keys) {
  if (!keys) return;
  free(keys->event);
  free(keys->written);
  free(keys);
}

void key_note(struct sim *sim, uint32_t item, struct key_event event) {
  struct key_history *keys = sim->keys;
  if (item != keys->item) return;
  if (keys->n == MOST) {
    keys->beyond++;
    return;
  }
  if (keys->n == keys->capacity) {
    keys->capacity = keys->capacity ? 2 * keys->capacity : 256;
    keys->event = mem_resize(keys->event, keys->capacity * sizeof *keys->event);
  }
  event.at_ns = sim->now_ns;
  keys->event[keys->n++] = event;
}

void key_note_call(struct sim *sim, const struct frame *call, enum key_what what) {
  const struct member *member = &sim->member[frame_callee(call)];
  uint32_t *written = &sim->keys->written[member->component->id];
  if (call->item == sim->keys->item && what == KEY_WRITTEN) ++*written;
  key_note(sim, call->item,
           (struct key_event){.component = member->component->id,
                              .copy = member->index,
                              .version = what == KEY_FENCED ? 0 : *written,
                              .what = (uint8_t)what});
}
