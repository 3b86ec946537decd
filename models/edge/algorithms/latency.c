/* latency: of `choices` different backends drawn at random the one with the least cost, which is
 * what its answers take times the calls under way, this one included (Finagle's and Envoy's peak
 * EWMA).
 *
 * What answers take is an average that forgets: an answer that took longer counts at once, a
 * quicker one as far as the time since the last one lets it, with 10 s to forget all but a third. A
 * backend that has not answered yet counts as quick until it has a call under way, and then as
 * slower than all. */
#include <string.h>

#include "algorithm.h"
#include "detmath.h"

#define FORGETS_NS 10e9 /* Finagle's decay */
#define UNKNOWN_NS 1e15 /* more than any answer takes */

struct seen {
  double takes_ns;
  uint64_t at_ns; /* as of then */
  bool known;
};

static void *prepare(struct arena *arena, const struct backends *backends) {
  return arena_alloc(arena, backends->n * sizeof(struct seen));
}

static double left(const struct seen *seen, uint64_t now_ns) {
  return seen->takes_ns * det_exp(-(double)(now_ns - seen->at_ns) / FORGETS_NS);
}

static void hear(void *memory, uint32_t which, uint64_t took_ns, uint64_t now_ns) {
  struct seen *seen = (struct seen *)memory + which;
  double took = (double)took_ns;
  if (took < seen->takes_ns) {
    double keeps = det_exp(-(double)(now_ns - seen->at_ns) / FORGETS_NS);
    took = seen->takes_ns * keeps + took * (1 - keeps);
  }
  *seen = (struct seen){took, now_ns, true};
}

static void forget(void *memory, uint32_t n) {
  memset(memory, 0, n * sizeof(struct seen));
}

static double cost(const struct choosing *from, uint32_t which) {
  const struct seen *seen = (const struct seen *)from->memory + which;
  double active = (double)from->busy[which].active, weight = weight_of(from->weight, which);
  if (!seen->known) return active > 0 ? UNKNOWN_NS * (active + 1) / weight : 0;
  return left(seen, from->now_ns) * (active + 1) / weight;
}

static uint32_t pick(const struct choosing *from, const struct candidates *c,
                     const struct frame *call, struct draws *draws) {
  (void)call;
  uint32_t drawn[ALGORITHM_MAX_CHOICES], n = draw_choices(from, c, draws, drawn);
  uint32_t best = drawn[0];
  for (uint32_t i = 1; i < n; i++) {
    if (cost(from, drawn[i]) < cost(from, best)) best = drawn[i];
  }
  return best;
}

const struct algorithm algorithm_latency = {.name = "latency",
                                            .weighs = true,
                                            .ramps = true,
                                            .compares = COMPARES_CHOICES,
                                            .prepare = prepare,
                                            .hear = hear,
                                            .forget = forget,
                                            .pick = pick};
