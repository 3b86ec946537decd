#include "peak.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "timeline.h"

#define PARTS_LOOKED_AT 60u
#define FULL 0.98

/* Marks the windows that belong to a stretch of `length` of them in which the workers were busy. */
static void mark_full(const float *value, uint32_t windows, uint32_t length, bool *full) {
  double sum = 0;
  for (uint32_t w = 0; w < windows; w++) {
    sum += (double)value[w];
    if (w >= length) sum -= (double)value[w - length];
    if (w + 1 < length || !(sum / length >= FULL)) continue;
    for (uint32_t i = w + 1 - length; i <= w; i++) full[i] = true;
  }
}

/* The windows beside a stretch were partly in it: by as much as they are above what is usual. */
static double with_edges(const float *value, uint32_t windows, const bool *full) {
  double usual = 0, count = 0;
  for (uint32_t w = 0; w < windows; w++) {
    count += full[w];
    if (!full[w]) usual += (double)value[w];
  }
  if (count == 0 || count == windows) return count;
  usual /= windows - count;
  for (uint32_t w = 0; w < windows; w++) {
    bool edge = !full[w] && ((w > 0 && full[w - 1]) || (w + 1 < windows && full[w + 1]));
    if (edge) count += fmax(0, ((double)value[w] - usual) / (1 - usual));
  }
  return count;
}

struct peak peak_of(const struct results *results, uint32_t component) {
  const struct timeline *t = results->timeline;
  const struct peak unknown = {NAN, NAN};
  if (t == NULL || t->looks < PARTS_LOOKED_AT) return unknown;
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component != component || s->member != 0 || s->what != SERIES_UTILIZATION) continue;
    uint32_t length = (t->looks + PARTS_LOOKED_AT - 1) / PARTS_LOOKED_AT;
    bool *marks = mem_zeroed(t->looks, sizeof *marks);
    mark_full(s->value, t->looks, length, marks);
    double full = with_edges(s->value, t->looks, marks);
    free(marks);
    return (struct peak){full * (double)t->window_ns / 1e9, full / t->looks};
  }
  return unknown;
}

/* Windows are no finer than two digits. */
struct label peak_length(struct peak peak) {
  double unit = peak.full_s > 0 ? pow(10, floor(log10(peak.full_s)) - 1) : 1;
  return format_duration((uint64_t)llround(round(peak.full_s / unit) * unit * 1e9));
}

struct label peak_said(const struct results *results, struct peak peak) {
  struct label said, length = peak_length(peak);
  snprintf(said.text, sizeof said.text, "about %.20s%s", length.text,
           results->replications > 1 ? " of replication 1" : "");
  return said;
}
