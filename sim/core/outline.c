#include "outline.h"

#include <assert.h>
#include <string.h>

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
