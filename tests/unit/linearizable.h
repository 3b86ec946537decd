/* Whether a history of one register is linearizable: whether each operation can be thought to
 * happen at one instant between its beginning and its end, so that each read returns what was
 * written last (Herlihy and Wing, 1990). It knows nothing of copies, versions or protocols.
 *
 * The search is that of Wing and Gong (Testing and Verifying Concurrent Objects, 1993): of the
 * operations that may come next one is tried after the other; a set of operations that led to a
 * value once is not tried again (Lowe, Testing for Linearizability, 2017; as Porcupine does). */
#ifndef LINEARIZABLE_H
#define LINEARIZABLE_H

#include <stdbool.h>
#include <stdint.h>

#define LINEARIZABLE_MOST 16u
#define NEVER_ENDS UINT64_MAX

struct operation {
  bool writes;
  /* A write that nobody heard of has happened, or will, or never does; but not after one that began
   * when its writer had given it up (end). */
  bool unknown;
  uint32_t value; /* below 64: what it writes, or has read */
  uint64_t begin, end;
};

/* At first the register is 0. At most LINEARIZABLE_MOST operations; begin < end. */
bool is_linearizable(const struct operation *operation, uint32_t n);

#endif
