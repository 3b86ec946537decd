#include "sim_assert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

static void name_member(const struct sim *sim, uint32_t id) {
  const struct member *member = &sim->member[id];
  const struct component *component = member->component;
  fprintf(stderr, " in %s \"%s", component->kind->name, component->spec->name);
  if (component->members > 1) fprintf(stderr, "[%" PRIu32 "]", member->index);
  fprintf(stderr, "\"");
}

void sim_assert_failed(const struct sim *sim, uint32_t member, const char *where,
                       const char *what) {
  fprintf(stderr, "archsim: internal error");
  if (member < sim->members) name_member(sim, member);
  fprintf(stderr, " at %.9f s, seed %" PRIu64 ", replication %" PRIu64 ": %s: %s\n",
          (double)sim->now_ns / 1e9, sim->seed, sim->replication, where, what);
  abort();
}
