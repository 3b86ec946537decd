/* Cores that work on everything they have at once, in equal shares (egalitarian processor sharing;
 * a time slice of zero).
 *
 * n frames on c cores progress at rate min(1, c / n) each, times the `speed` of the cores, less
 * what `stretch` says for n. Progress is kept as virtual time, the work that a frame which was
 * always there would have received, so that an arrival or departure costs O(log n). With
 * `shortest_first` c frames progress at most, those with the least work left, and the others stand
 * still (SRPT): nobody who runs has more left than one who stands still. With `rank` they are those
 * of the least rank, of the same rank those that came first (preemptive resume). The next
 * departure is the one timer of the cores; their owner is told (kind.on_due) and asks cores_due
 * whose work is done. A station under processor sharing has its own; those of a host are shared by
 * the stations of all services on it. */
#ifndef CORES_H
#define CORES_H

#include "meter.h"
#include "shortest.h"
#include "sim.h"

/* Work that was taken off the cores unfinished. */
struct cores_rest {
  double left_ns;
  uint32_t slot;
};

/* The rank of a frame with a new piece of work, of which `order` came before. */
typedef double cores_rank_fn(const struct sim *sim, const void *ranks, const struct frame *frame,
                             uint64_t order);

struct cores {
  struct member *owner;
  uint64_t cores; /* or PARAM_UNLIMITED: nobody shares, all are `stretch`ed only */
  /* Frames with work in progress, by the virtual time at which it is done. */
  struct shortest sharing;
  struct shortest put_off; /* those that stand still, by the work left or by rank */
  bool shortest_first;
  cores_rank_fn *rank; /* or NULL */
  const void *ranks;
  struct level busy; /* cores; never more than there are */
  double speed;      /* 1 as usual; 0: all work stands still */
  /* How many times as long work takes while n frames share; NULL: no longer. */
  double (*stretch)(void *of, uint64_t sharing);
  void *of;
  double rate; /* of each frame, since virtual_at_ns */
  double virtual_ns;
  uint64_t virtual_at_ns;
  struct timer departure;
};

void cores_init(struct cores *c, struct member *owner, uint64_t cores);
void cores_free(struct cores *c);

void cores_add(struct sim *sim, struct cores *c, const struct frame *frame, double work_ns);

/* The timer went off: the frame whose work is done, which is there no more. */
struct frame *cores_due(struct sim *sim, struct cores *c);

/* One frame's work stops unfinished. Looks for it: giving up is rare, and those present are few, or
 * all of them are late. */
void cores_remove(struct sim *sim, struct cores *c, const struct frame *frame);

/* All work of one member is taken off: how many frames, written with what is left of them to
 * `rest`, which has room for all that share; NULL: forgotten. Looks at all: for faults. */
uint32_t cores_take_off(struct sim *sim, struct cores *c, uint32_t member, struct cores_rest *rest);

void cores_set_speed(struct sim *sim, struct cores *c, double speed);

/* `stretch` may say something else now. */
void cores_changed(struct sim *sim, struct cores *c);

/* All work is lost with the owner. */
void cores_clear(struct sim *sim, struct cores *c);

#endif
