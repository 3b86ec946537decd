#include "peak.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "fault_def.h"
#include "outline.h"
#include "timeline.h"
#include "way.h"

#define PARTS_LOOKED_AT 60u
#define FULL 0.98
/* Workers that are busy half of the time are all so for a while, too: a queue forgets how long it
 * was in service / (workers (1 - sqrt(busy))^2), times (1 + cv2) / 2 where work varies more than an
 * exponential, and so many times as long does not often come by chance. Of 25 runs of 60 s with one
 * worker of 10 ms that is busy 78 % of the time one is told of a peak; with half as many times it
 * were eight. */
#define BY_CHANCE 6.0
#define BUSY_AT_MOST 0.99 /* what is busier is saturated anyway */

/* The windows of a series that are looked at, and how many in a row are a stretch. */
struct span {
  const float *value;
  uint32_t first, end, stretch;
};

/* Of a window; 0 where nobody was there. */
static double busy_in(const struct span *span, uint32_t window) {
  double value = (double)span->value[window];
  return isnan(value) ? 0 : value;
}

/* Marks the windows that belong to a stretch of them in which the workers were busy. */
static void mark_full(const struct span *span, bool *full) {
  double sum = 0;
  for (uint32_t w = span->first; w < span->end; w++) {
    uint32_t seen = w - span->first + 1;
    sum += busy_in(span, w);
    if (seen > span->stretch) sum -= busy_in(span, w - span->stretch);
    if (seen < span->stretch || !(sum / span->stretch >= FULL)) continue;
    for (uint32_t i = w + 1 - span->stretch; i <= w; i++) full[i] = true;
  }
}

/* The windows beside a stretch were partly in it: by as much as they are above what is usual. */
static double with_edges(const struct span *span, const bool *full) {
  double usual = 0, count = 0, windows = span->end - span->first;
  for (uint32_t w = span->first; w < span->end; w++) {
    count += full[w];
    if (!full[w]) usual += busy_in(span, w);
  }
  if (count == 0 || count == windows) return count;
  usual /= windows - count;
  for (uint32_t w = span->first; w < span->end; w++) {
    bool after = w > span->first && full[w - 1], before = w + 1 < span->end && full[w + 1];
    if (!full[w] && (after || before)) count += fmax(0, (busy_in(span, w) - usual) / (1 - usual));
  }
  return count;
}

/* How much longer than with exponential work, by what the scenario says of the longest step. */
static double varies_by(const struct results *results, uint32_t component) {
  const struct spec *spec = &results->scenario->spec;
  const struct component_spec *c = &spec->component[component];
  double longest_ns = 0, cv2 = 1;
  struct arena *arena = arena_new();
  for (uint32_t op = 0; c->kind->outline != NULL && op < spec->ops; op++) {
    struct outline outline;
    outline_begin(&outline, arena);
    c->kind->outline(spec, c, (int)op, &outline);
    for (uint32_t i = 0; i < outline.steps; i++) {
      const struct outline_step *step = &outline.step[i];
      if (step->what != OUTLINE_WORK || !(dist_mean(&step->time) > longest_ns)) continue;
      longest_ns = dist_mean(&step->time);
      cv2 = dist_cv2(&step->time);
    }
  }
  arena_free(arena);
  return isfinite(cv2) ? fmax(1, (1 + cv2) / 2) : 1;
}

/* How long all workers are busy at a time by chance; 0: not known. */
static double by_chance_s(const struct results *results, uint32_t component, uint32_t member) {
  char *name = peak_name(results, component, member);
  double busy = results_value_of(results, name, "utilization");
  double places = results_value_of(results, name, "busy.mean") / busy;
  double idle = 1 - sqrt(fmin(busy, BUSY_AT_MOST));
  double s = BY_CHANCE * results_value_of(results, name, "service.mean") / (places * idle * idle);
  g_free(name);
  s *= varies_by(results, component);
  return s > 0 && isfinite(s) ? s : 0;
}

static const struct series *series_of(const struct timeline *t, uint32_t component, uint32_t member,
                                      enum series_what what) {
  for (uint32_t i = 0; i < t->series; i++) {
    const struct series *s = &t->list[i];
    if (s->component == component && s->member == member && s->what == what) return s;
  }
  return NULL;
}

/* How busy the workers of a component, or of a member from 1 on, were in the measured time, and
 * which windows were full (to be freed), in stretches of `chance_s` or longer. False: not known. */
static bool full_windows(const struct results *results, uint32_t component, uint32_t member,
                         double chance_s, struct span *span, bool **marks) {
  const struct timeline *t = results->timeline;
  if (t == NULL || t->looks < PARTS_LOOKED_AT) return false;
  const struct series *s = series_of(t, component, member, SERIES_UTILIZATION);
  uint32_t first = (uint32_t)((results->warmup.ns + t->window_ns - 1) / t->window_ns);
  if (s == NULL || first >= t->looks) return false;
  double chance = ceil(chance_s * 1e9 / (double)t->window_ns);
  double stretch = fmax(chance, (t->looks + PARTS_LOOKED_AT - 1) / PARTS_LOOKED_AT);
  *span = (struct span){s->value, first, t->looks, (uint32_t)fmin(stretch, t->looks + 1.0)};
  *marks = mem_zeroed(t->looks, sizeof **marks);
  mark_full(span, *marks);
  return true;
}

char *peak_name(const struct results *results, uint32_t component, uint32_t member) {
  const char *name = results->scenario->spec.component[component].name;
  return member > 0 ? g_strdup_printf("%s[%u]", name, member) : g_strdup(name);
}

static struct peak peak_at(const struct results *results, uint32_t component, uint32_t member) {
  struct span span;
  bool *marks;
  double chance_s = by_chance_s(results, component, member);
  if (!full_windows(results, component, member, chance_s, &span, &marks))
    return (struct peak){NAN, NAN, 0};
  double full = with_edges(&span, marks);
  free(marks);
  return (struct peak){full * (double)results->timeline->window_ns / 1e9,
                       full / (span.end - span.first), member};
}

struct peak peak_of(const struct results *results, uint32_t component) {
  return peak_at(results, component, 0);
}

struct peak peak_of_member(const struct results *results, uint32_t component, uint32_t member) {
  return peak_at(results, component, member);
}

struct peak peak_of_any(const struct results *results, uint32_t component) {
  struct peak most = peak_at(results, component, 0);
  uint32_t members = results->scenario->spec.component[component].instances;
  if (most.share >= PEAK_TOLD || members == 1) return most;
  for (uint32_t i = 1; i <= members; i++) {
    struct peak one = peak_at(results, component, i);
    if (one.share >= PEAK_TOLD && !(one.share <= most.share)) most = one;
  }
  return most;
}

/* --- whose load rose ------------------------------------------------------------------------ */

#define ROSE_BY 1.5     /* times what a client sends otherwise */
#define ROSE_OF_ALL 0.2 /* and so much of what all send in that time */

struct sent {
  double then, otherwise; /* a second */
};

/* What came just before the workers were all busy made them so. */
static struct sent sent_of(const struct span *span, const float *offered, const bool *full) {
  struct sent sent = {0, 0};
  uint32_t then = 0;
  for (uint32_t w = span->first; w < span->end; w++) {
    bool in = full[w] || (w + 1 < span->end && full[w + 1]);
    *(in ? &sent.then : &sent.otherwise) += (double)offered[w];
    then += in;
  }
  if (then > 0) sent.then /= then;
  if (then < span->end - span->first) sent.otherwise /= span->end - span->first - then;
  return sent;
}

gchar *peak_sender(const struct results *results, uint32_t component, struct peak peak) {
  const struct spec *spec = &results->scenario->spec;
  const struct timeline *t = results->timeline;
  double chance_s = by_chance_s(results, component, peak.member);
  struct span span;
  bool *full;
  if (!full_windows(results, component, peak.member, chance_s, &span, &full)) return g_strdup("");
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
    struct sent sent = sent_of(&span, s->value, full);
    all += sent.then;
    if (!(sent.then - sent.otherwise > most.then - most.otherwise)) continue;
    most = sent;
    who = s->component;
  }
  bool always = true; /* there is no other time to set it against */
  for (uint32_t w = span.first; w < span.end; w++) always &= full[w];
  free(reached);
  free(full);
  if (always || who == REF_NONE || most.then < ROSE_BY * most.otherwise ||
      most.then - most.otherwise < ROSE_OF_ALL * all) {
    return g_strdup("");
  }
  return g_strdup_printf(
      "; in that time %s sent %s, and %s otherwise", spec->component[who].name,
      format_value(UNIT_PER_SECOND, most.then).text,
      most.otherwise > 0 ? format_value(UNIT_PER_SECOND, most.otherwise).text : "nothing");
}

/* --- who was waited for ---------------------------------------------------------------------- */

/* In so much of that time somebody else was saturated or hung who is waited for. */
#define MEANWHILE_LEAST 0.5

/* Marks the windows of faults that stall the component. */
static void mark_stalled(const struct results *results, uint32_t component, bool *stalled) {
  const struct spec *spec = &results->scenario->spec;
  const struct timeline *t = results->timeline;
  bool *on = mem_zeroed(spec->components, sizeof *on);
  on[component] = true;
  const struct way here = {spec, on};
  for (uint32_t i = 0; i < t->periods; i++) {
    const struct fault_period *p = &t->period[i];
    if (!p->fault->type->stalls || !way_meets(&here, p->fault)) continue;
    for (uint64_t w = p->from_ns / t->window_ns; w < t->looks && w * t->window_ns < p->until_ns;
         w++) {
      stalled[w] = true;
    }
  }
  free(on);
}

struct behind {
  uint32_t component, member;
  double both, hung; /* windows in which it was saturated or hung, too; and hung alone */
};

/* How many of the windows `full` a component, or its worst member, did not go on either. */
static struct behind look_behind(const struct results *results, uint32_t component,
                                 const bool *full) {
  const struct timeline *t = results->timeline;
  uint32_t instances = results->scenario->spec.component[component].instances;
  struct behind most = {.component = component, .both = -1};
  for (uint32_t m = 0; m <= (instances > 1 ? instances : 0); m++) {
    struct span span;
    bool *marks = NULL;
    bool known = full_windows(results, component, m, 0, &span, &marks);
    if (!known) marks = mem_zeroed(t->looks, sizeof *marks);
    bool *stalled = mem_zeroed(t->looks, sizeof *stalled);
    if (m == 0) mark_stalled(results, component, stalled);
    struct behind one = {.component = component, .member = m};
    for (uint32_t w = 0; w < t->looks; w++) {
      one.both += full[w] && (marks[w] || stalled[w]);
      one.hung += full[w] && stalled[w];
    }
    if (one.both > most.both) most = one;
    free(stalled);
    free(marks);
  }
  return most;
}

char *peak_behind(const struct results *results, uint32_t component, struct peak peak) {
  const struct spec *spec = &results->scenario->spec;
  double chance_s = by_chance_s(results, component, peak.member);
  struct span span;
  bool *full, *reached = mem_zeroed(spec->components, sizeof *reached);
  if (!full_windows(results, component, peak.member, chance_s, &span, &full)) {
    free(reached);
    return NULL;
  }
  double windows = 0;
  for (uint32_t w = span.first; w < span.end; w++) windows += full[w];
  outline_reach(spec, component, false, reached);
  struct behind found = {.component = REF_NONE};
  bool *further = mem_zeroed(spec->components, sizeof *further);
  for (uint32_t i = 0; i < spec->components && windows > 0; i++) {
    if (i == component || !reached[i]) continue;
    struct behind one = look_behind(results, i, full);
    if (one.both < MEANWHILE_LEAST * windows) continue;
    memset(further, 0, spec->components * sizeof *further);
    outline_reach(spec, i, false, further);
    /* One that waits itself for what was found is no better. */
    if (found.component != REF_NONE && further[found.component]) continue;
    found = one;
  }
  free(further);
  free(reached);
  free(full);
  if (found.component == REF_NONE) return NULL;
  char *name = peak_name(results, found.component, found.member);
  char *said = g_strdup_printf("%s, which %s", name,
                               2 * found.hung >= found.both ? "hung" : "was saturated, too");
  g_free(name);
  return said;
}

/* --- in words -------------------------------------------------------------------------------- */

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
