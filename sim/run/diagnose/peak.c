#include "peak.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "outline.h"
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

/* How busy its workers were, and which windows were full (to be freed); NULL: not known. */
static const float *full_windows(const struct results *results, uint32_t component, bool **marks) {
  const struct timeline *t = results->timeline;
  if (t == NULL || t->looks < PARTS_LOOKED_AT) return NULL;
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component != component || s->member != 0 || s->what != SERIES_UTILIZATION) continue;
    uint32_t length = (t->looks + PARTS_LOOKED_AT - 1) / PARTS_LOOKED_AT;
    *marks = mem_zeroed(t->looks, sizeof **marks);
    mark_full(s->value, t->looks, length, *marks);
    return s->value;
  }
  return NULL;
}

struct peak peak_of(const struct results *results, uint32_t component) {
  const struct timeline *t = results->timeline;
  bool *marks;
  const float *value = full_windows(results, component, &marks);
  if (value == NULL) return (struct peak){NAN, NAN};
  double full = with_edges(value, t->looks, marks);
  free(marks);
  return (struct peak){full * (double)t->window_ns / 1e9, full / t->looks};
}

/* --- whose load rose ------------------------------------------------------------------------ */

#define ROSE_BY 1.5     /* times what a client sends otherwise */
#define ROSE_OF_ALL 0.2 /* and so much of what all send in that time */

struct sent {
  double then, otherwise; /* a second */
};

/* What came just before the workers were all busy made them so. */
static struct sent sent_of(const struct timeline *t, const float *offered, const bool *full) {
  struct sent sent = {0, 0};
  uint32_t then = 0;
  for (uint32_t w = 0; w < t->looks; w++) {
    bool in = full[w] || (w + 1 < t->looks && full[w + 1]);
    *(in ? &sent.then : &sent.otherwise) += (double)offered[w];
    then += in;
  }
  if (then > 0) sent.then /= then;
  if (then < t->looks) sent.otherwise /= t->looks - then;
  return sent;
}

gchar *peak_sender(const struct results *results, uint32_t component) {
  const struct spec *spec = &results->scenario->spec;
  const struct timeline *t = results->timeline;
  bool *full;
  if (full_windows(results, component, &full) == NULL) return g_strdup("");
  bool *reached = mem_zeroed(spec->components, sizeof *reached);
  struct sent most = {0, 0};
  uint32_t who = REF_NONE;
  double all = 0;
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->what != SERIES_OFFERED || s->member != 0) continue;
    memset(reached, 0, spec->components * sizeof *reached);
    outline_reach(spec, s->component, false, reached);
    if (!reached[component]) continue;
    struct sent sent = sent_of(t, s->value, full);
    all += sent.then;
    if (!(sent.then - sent.otherwise > most.then - most.otherwise)) continue;
    most = sent;
    who = s->component;
  }
  free(reached);
  free(full);
  if (who == REF_NONE || most.then < ROSE_BY * most.otherwise ||
      most.then - most.otherwise < ROSE_OF_ALL * all) {
    return g_strdup("");
  }
  return g_strdup_printf(
      "; in that time %s sent %s, and %s otherwise", spec->component[who].name,
      format_value(UNIT_PER_SECOND, most.then).text,
      most.otherwise > 0 ? format_value(UNIT_PER_SECOND, most.otherwise).text : "nothing");
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
