/* Which disks the groups of a storage lie on. A group is what lies on the same disks: all that is
 * kept there is lost together.
 *
 *   sets     disks side by side are cut into groups of `copies`; what is left over keeps nothing.
 *            With a scatter width further permutations of the disks are cut the same way, until
 *            each disk shares groups with about so many others (Cidon et al., "Copysets", USENIX
 *            ATC 2013).
 *   random   each of a number of groups lies on any disks, in zones of their own if there are as
 *            many.
 *
 * It is made once, from the seed, and never changes. */
#ifndef PLACEMENT_H
#define PLACEMENT_H

#include "sim.h"

enum placement_rule { PLACE_SETS, PLACE_RANDOM };

struct placement {
  uint32_t disks, copies, groups;
  uint32_t *first; /* by disk, one more than there are: its groups begin there */
  uint32_t *group;
};

#define PLACEMENT_GROUPS_MAX (1u << 24)

/* How many times the disks are cut for such a scatter width. */
static inline uint64_t placement_cuts(uint64_t scatter, uint64_t copies) {
  return copies < 2 || scatter <= copies - 1 ? 1 : (scatter + copies - 2) / (copies - 1);
}

void placement_init(struct placement *placement, struct sim *sim, const struct component *component,
                    enum placement_rule rule, uint32_t copies, uint64_t groups, uint64_t scatter);
void placement_free(struct placement *placement);

#endif
