#include "outline.h"

#include <assert.h>
#include <string.h>

#include "kind.h"
#include "param.h"

void outline_begin(struct outline *outline, struct arena *arena) {
  *outline = (struct outline){.arena = arena,
                              .workers = PARAM_UNLIMITED,
                              .queue = PARAM_UNLIMITED,
                              .connections = PARAM_UNLIMITED};
}

/* Room for one more entry of `size` bytes behind the first `n`; at first for `first`. */
static void *grown(struct arena *arena, void *list, uint32_t n, uint32_t *capacity, uint32_t first,
                   size_t size) {
  if (n < *capacity) return list;
  *capacity = *capacity ? 2 * *capacity : first; /* most are short, and there are many */
  void *more = arena_alloc(arena, *capacity * size);
  if (n) memcpy(more, list, n * size);
  return more;
}

struct outline_step *outline_add(struct outline *outline, enum outline_what what) {
  outline->step = grown(outline->arena, outline->step, outline->steps, &outline->step_capacity, 2,
                        sizeof *outline->step);
  struct outline_step *step = &outline->step[outline->steps++];
  *step = (struct outline_step){.what = what, .first = outline->calls, .chance = 1};
  return step;
}

struct outline_call *outline_add_call(struct outline *outline, uint32_t to, int op,
                                      uint64_t timeout_ns) {
  assert(outline->steps > 0);
  outline->call = grown(outline->arena, outline->call, outline->calls, &outline->call_capacity, 1,
                        sizeof *outline->call);
  struct outline_call *call = &outline->call[outline->calls++];
  *call = (struct outline_call){.to = to,
                                .op = op,
                                .timeout_ns = timeout_ns,
                                .times = 1,
                                .share = 1,
                                .attempts = 1,
                                .budget = 1,
                                .deadline_ns = PARAM_UNLIMITED};
  outline->step[outline->steps - 1].count++;
  return call;
}

void outline_work(struct outline *outline, const struct dist *time) {
  outline_add(outline, OUTLINE_WORK)->time = *time;
}

/* One pass over all calls; whether it marked another component. */
static bool reach_farther(const struct spec *spec, bool both_ways, bool *reached) {
  bool more = false;
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct component_spec *component = &spec->component[i];
    if ((!reached[i] && !both_ways) || component->kind->outline == NULL) continue;
    struct arena *arena = arena_new();
    for (uint32_t op = 0; op < spec->ops; op++) {
      struct outline outline;
      outline_begin(&outline, arena);
      component->kind->outline(spec, component, (int)op, &outline);
      for (uint32_t k = 0; k < outline.calls; k++) {
        bool *to = &reached[outline.call[k].to];
        if (reached[i] == *to || (*to && !both_ways)) continue;
        reached[i] = *to = more = true;
      }
    }
    arena_free(arena);
  }
  return more;
}

void outline_reach(const struct spec *spec, uint32_t from, bool both_ways, bool *reached) {
  memset(reached, 0, spec->components * sizeof *reached);
  reached[from] = true;
  while (reach_farther(spec, both_ways, reached)) continue;
}
