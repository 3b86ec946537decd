#include "frame_pool.h"

#include <stdlib.h>

#include "abandon.h"
#include "arena.h"
#include "memory.h"
#include "present.h"

/* Memory is put behind the addresses in steps: the first is small, since many simulations need no
 * more, then a huge page each. When only a sixteenth of the addresses (4 GiB) is left, the load is
 * taken to grow without end; the rest is for what the present event still does. */
enum {
  FIRST_FRAMES = 4096,
  MORE_FRAMES = MEM_HUGE / sizeof(struct frame),
  MOST_FRAMES = 1 << 26,
  FRAMES_SPARE = 8 * MEM_HUGE, /* less memory than this left is too little to go on */
};

/* The component that most calls in flight wait or are worked on at. */
static const char *busiest(const struct sim *sim, uint32_t *calls) {
  uint32_t *at = mem_zeroed(sim->spec->components, sizeof *at), most = 0, slot;
  for (struct frame *f = frame_first(sim, &slot); f != NULL; f = frame_following(sim, &slot)) {
    uint32_t c = sim->member[frame_callee(f)].component->id;
    if (++at[c] > at[most]) most = c;
  }
  *calls = at[most];
  free(at);
  return sim->spec->component[most].name;
}

static void check_memory(const struct sim *sim) {
  if (memory_left() >= FRAMES_SPARE) return;
  uint32_t there;
  const char *name = busiest(sim, &there);
  memory_out(
      "%u calls are in flight at once at %.3f s of simulated time, %u of them at %s: lower "
      "the load, bound a queue, set a timeout, or run fewer at once (-j)",
      sim->calls.used, (double)sim->now_ns / 1e9, there, name);
}

static void add_frames(struct sim *sim) {
  struct calls *calls = &sim->calls;
  if (calls->ready >= calls->limit / 16 * 15) {
    sim_fail(sim,
             "%.1f million calls are in flight at once%s: the load is more than the system can "
             "take; lower it, bound a queue, set a timeout or make the run shorter",
             calls->ready / 1e6,
             calls->limit < MOST_FRAMES ? " and this process may have no more addresses (ulimit -v)"
                                        : "");
  }
  uint32_t more = calls->ready == 0 ? FIRST_FRAMES : MORE_FRAMES;
  if (calls->ready > 0) check_memory(sim);
  mem_back(&calls->addresses, more * sizeof(struct frame));
  calls->ready += more;
  abandon_grow(calls, calls->ready - more);
  present_grow(calls, calls->ready - more);
}

void calls_init(struct calls *calls) {
  size_t first = FIRST_FRAMES * sizeof(struct frame);
  calls->addresses = mem_reserve(MOST_FRAMES * sizeof(struct frame), first);
  calls->frame = calls->addresses.begin;
  calls->limit = (uint32_t)(calls->addresses.size / sizeof(struct frame));
  calls->free_list = calls->quick_slots = SLOT_NONE;
  calls->used = 1;
}

void calls_free(struct calls *calls) {
  abandon_free(calls);
  present_end(calls);
  mem_release(&calls->addresses);
}

struct frame *frame_otherwise(struct sim *sim, const struct member *from,
                              const struct frame *parent) {
  struct calls *calls = &sim->calls;
  struct frame *frame;
  if (calls->free_list != SLOT_NONE) {
    frame = frame_at(sim, calls->free_list);
    calls->free_list = frame->next;
  } else {
    if (calls->used >= calls->ready) add_frames(sim);
    frame = frame_at(sim, calls->used++);
  }
  if (calls->lists) present_made(sim, from, parent, frame);
  return frame;
}

struct frame *frame_following(const struct sim *sim, uint32_t *slot) {
  for (; *slot < sim->calls.used; (*slot)++) {
    struct frame *frame = frame_at(sim, *slot);
    if (frame_state(frame) != FRAME_FREE) {
      (*slot)++;
      return frame;
    }
  }
  return NULL;
}

struct frame *frame_first(const struct sim *sim, uint32_t *slot) {
  *slot = 1;
  return frame_following(sim, slot);
}
