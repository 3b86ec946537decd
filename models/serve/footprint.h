/* memory = { base, request, leak, limit }: what one instance of a service takes of memory, and what
 * happens when that is more than it may.
 *
 * It takes `base`, `request` for each call that is present, with what is still done for it behind
 * its answer, and `leak` for each that was: what leaks is never given back while the process lives.
 * Past the limit the process is killed at once, as the kernel's out-of-memory killer does with a
 * container's (cgroup v2, memory.max): its calls are lost, what leaked is free again, and a new
 * process begins after `restart` and the component's `start`. */
#ifndef FOOTPRINT_H
#define FOOTPRINT_H

#include "fault_def.h"
#include "meter.h"
#include "sim.h"
#include "timer.h"

struct memory_config {
  bool given;
  uint64_t base, request, session, leak, limit; /* bytes; limit 0: none */
  uint64_t restart_ns;
};

extern const struct param memory_params[];

/* Of one member. */
struct footprint {
  const struct memory_config *config; /* NULL: nobody asks what it takes */
  struct cores *host;                 /* whose memory it is; NULL: its own */
  uint64_t calls;                     /* present: till the end of what is done for them */
  uint64_t leaked, leaks;             /* bytes so far, and with each call that ends */
  struct level used;                  /* bytes */
  struct timer kill;
  uint64_t kills;
};

void footprint_init(struct sim *sim, struct member *member, struct footprint *f,
                    const struct memory_config *config);

/* Something has come: `calls` counts it, or it is a session. */
void footprint_grows(struct sim *sim, struct member *member, struct footprint *f);
/* A call has ended, or is gone without having been worked on. */
void footprint_call_ended(struct sim *sim, struct member *member, struct footprint *f);
void footprint_call_gone(struct sim *sim, struct member *member, struct footprint *f);

/* Its process is gone. */
void footprint_clear(struct sim *sim, const struct member *member, struct footprint *f);
/* It went down or left, which takes nothing, or there is a process again. */
void footprint_lives(struct sim *sim, const struct member *member, struct footprint *f);

/* Whether the timer was that of its kill, which is carried out. */
bool footprint_due(struct sim *sim, struct member *member, struct footprint *f,
                   const struct timer *timer);

/* leak { "web", "1MB" }: each call leaves that much more behind. */
extern const struct fault_def fault_leak;
void footprint_leaks(struct footprint *f, uint64_t bytes, bool begins);

#endif
