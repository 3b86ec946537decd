#include "timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "life.h"
#include "meter_track.h"
#include "since.h"
#include "station.h"

const char *const series_name[SERIES_KINDS] = {
    [SERIES_OFFERED] = "offered", [SERIES_ENDED] = "ended",
    [SERIES_GOODPUT] = "goodput", [SERIES_RETRIES] = "retries",
    [SERIES_ERRORS] = "errors",   [SERIES_P50] = "p50",
    [SERIES_P99] = "p99",         [SERIES_QUEUE] = "queue",
    [SERIES_UP] = "up",           [SERIES_UTILIZATION] = "utilization",
    [SERIES_METER] = "meter",
};

/* A window with no more latencies answers their quantiles exactly; sorting more was nearly half of
 * what a timeline costs. */
#define EXACT_WINDOW 256u

/* Of each sort, periods of faults and happenings. */
enum { NOTES_MAX = 1000 };

struct source_track {
  struct since since;
  struct watch window;
  struct hist latency; /* of this window */
  float *value[SERIES_P99 + 1];
  float *errors[OUTCOMES];
  double errors_sum; /* once all windows are known */
};

struct load { /* integrals, in member-nanoseconds */
  double queued, busy, room, down, time;
};

struct load_track {
  const struct component *component;
  uint32_t member; /* 0: all */
  struct load before, window;
  bool station;
  uint32_t row; /* of `levels` */
  double queue_max, busy_sum;
};

/* Of one component in one window. */
struct levels {
  float queue, utilization, up;
};

struct tracks {
  uint32_t sources, loads;
  struct source_track *source;
  struct load_track *load;
  /* Window after window, the loads beside each other: a look writes them one after the other and
   * does not touch three lines of memory for each. */
  struct levels *levels;
  uint64_t window_begin_ns;
  struct meter_tracks meters;
};

/* --- reading -------------------------------------------------------------------------------- */

static double down_until_now(const struct sim *sim, const struct member *m) {
  uint64_t down_ns = m->down_ns;
  if (m->down_since_ns != TIME_NEVER) down_ns += sim->now_ns - m->down_since_ns;
  return (double)down_ns;
}

static void read_member(struct sim *sim, struct member *m, struct load *load) {
  load->time += (double)sim->now_ns;
  load->down += down_until_now(sim, m);
  struct station *st = member_station(m);
  if (!st) return;
  const struct station_totals t = station_totals(sim, st);
  load->queued += (double)t.queued_ns;
  load->busy += st->busy_apart ? (double)t.busy_ns : (double)t.held_ns;
  if (st->workers == PARAM_UNLIMITED) return;
  load->room += (double)(st->workers - st->riders) * (double)life_there_ns(sim, m);
}

static struct load read_load(struct sim *sim, const struct load_track *track) {
  struct load load = {0};
  uint32_t first = track->member ? track->member - 1 : 0;
  uint32_t end = track->member ? track->member : track->component->members;
  for (uint32_t i = first; i < end; i++) read_member(sim, &track->component->member[i], &load);
  return load;
}

static void absorb_load(struct sim *sim, struct load_track *track) {
  struct load now = read_load(sim, track), *w = &track->window, *b = &track->before;
  w->queued += now.queued - b->queued;
  w->busy += now.busy - b->busy;
  w->room += now.room - b->room;
  w->down += now.down - b->down;
  w->time += now.time - b->time;
  *b = now;
}

static void absorb(struct sim *sim) {
  struct tracks *t = sim->timeline->tracks;
  for (uint32_t i = 0; i < t->sources; i++) {
    struct source_track *s = &t->source[i];
    since_look(sim, &s->since, &s->window, &s->latency);
  }
  for (uint32_t i = 0; i < t->loads; i++) absorb_load(sim, &t->load[i]);
  meter_tracks_absorb(sim, &t->meters);
}

void timeline_reset(struct sim *sim, bool after) {
  if (!sim->timeline) return;
  struct tracks *t = sim->timeline->tracks;
  if (!after) {
    absorb(sim);
    return;
  }
  for (uint32_t i = 0; i < t->sources; i++) since_cleared(&t->source[i].since);
  for (uint32_t i = 0; i < t->loads; i++) t->load[i].before = read_load(sim, &t->load[i]);
  meter_tracks_cleared(&t->meters);
}

/* --- windows -------------------------------------------------------------------------------- */

static void end_source(struct source_track *s, uint32_t w, double seconds) {
  double ok = (double)s->window.ended[OUTCOME_OK], ended = 0;
  for (int i = 0; i < OUTCOMES; i++) {
    ended += (double)s->window.ended[i];
    s->errors[i][w] = (float)((double)s->window.ended[i] / seconds);
  }
  s->value[SERIES_OFFERED][w] = (float)((double)s->window.offered / seconds);
  s->value[SERIES_ENDED][w] = (float)(ended / seconds);
  s->value[SERIES_GOODPUT][w] = (float)(ok / seconds);
  s->value[SERIES_RETRIES][w] = (float)((double)s->window.retries / seconds);
  hist_settle(&s->latency);
  s->value[SERIES_P50][w] = (float)(hist_quantile(&s->latency, 0.5) / 1e9);
  s->value[SERIES_P99][w] = (float)(hist_quantile(&s->latency, 0.99) / 1e9);
  hist_clear(&s->latency);
  s->window = (struct watch){0};
}

static void end_load(struct load_track *l, struct levels *levels, double seconds) {
  double queue = l->window.queued / 1e9 / seconds;
  double busy = l->window.room > 0 ? l->window.busy / l->window.room : NAN;
  *levels = (struct levels){.queue = (float)queue,
                            .utilization = (float)busy,
                            .up = (float)(1 - l->window.down / l->window.time)};
  l->queue_max = fmax(l->queue_max, queue);
  if (!isnan(busy)) l->busy_sum += busy;
  l->window = (struct load){0};
}

void timeline_look(struct sim *sim) {
  struct timeline *timeline = sim->timeline;
  struct tracks *t = timeline->tracks;
  if (timeline->looks == timeline->windows) return;
  uint32_t w = timeline->looks++;
  struct levels *levels = t->levels + (size_t)w * t->loads;
  double seconds = (double)(sim->now_ns - t->window_begin_ns) / 1e9;
  t->window_begin_ns = sim->now_ns;
  absorb(sim);
  for (uint32_t i = 0; i < t->sources; i++) end_source(&t->source[i], w, seconds);
  for (uint32_t i = 0; i < t->loads; i++) end_load(&t->load[i], &levels[i], seconds);
  meter_tracks_end(&t->meters, w, seconds);
}

/* --- what happened -------------------------------------------------------------------------- */

/* Room for one more in a list that doubles. */
static void *grow(void *list, uint32_t n, size_t size) {
  return n & (n - 1) || n == 0 ? list : mem_resize(list, 2 * n * size);
}

void sim_note(struct sim *sim, const struct member *member, const struct member *about,
              const char *what) {
  struct timeline *t = sim->timeline;
  if (!t) return;
  if (t->happenings == NOTES_MAX) {
    t->left_out++;
    return;
  }
  t->happening = grow(t->happening, t->happenings, sizeof *t->happening);
  t->happening[t->happenings++] = (struct happening){
      .at_ns = sim->now_ns,
      .by = member->component->id,
      .about = about->component->id,
      .member = about->component->members > 1 ? about->index : 0,
      .what = what,
  };
}

uint32_t timeline_fault_begins(struct sim *sim, const struct fault_spec *fault, uint32_t member) {
  struct timeline *t = sim->timeline;
  if (!t) return NO_PERIOD;
  if (t->periods == NOTES_MAX) {
    t->left_out++;
    return NO_PERIOD;
  }
  t->period = grow(t->period, t->periods, sizeof *t->period);
  t->period[t->periods] = (struct fault_period){fault, member, sim->now_ns, TIME_NEVER};
  return t->periods++;
}

void timeline_fault_ends(struct sim *sim, uint32_t period) {
  if (sim->timeline && period != NO_PERIOD) sim->timeline->period[period].until_ns = sim->now_ns;
}

/* --- life ----------------------------------------------------------------------------------- */

static float *new_values(const struct timeline *timeline) {
  return mem_zeroed(timeline->windows, sizeof(float));
}

static void add_source(struct timeline *timeline, struct component *component) {
  struct tracks *t = timeline->tracks;
  if (t->sources == TIMELINE_FOLLOWED || !component->kind->watch) return;
  struct source_track *s = &t->source[t->sources++];
  since_init(&s->since, component);
  hist_init(&s->latency, EXACT_WINDOW, NULL);
  for (int what = 0; what <= SERIES_P99; what++) s->value[what] = new_values(timeline);
  for (int i = 0; i < OUTCOMES; i++) s->errors[i] = new_values(timeline);
}

static void add_load(struct timeline *timeline, struct component *component, uint32_t member) {
  uint32_t row = timeline->tracks->loads++;
  struct load_track *l = &timeline->tracks->load[row];
  l->component = component;
  l->member = member;
  l->station = kind_has_station(component->kind, component->config);
  l->row = row;
}

struct timeline *timeline_new(struct sim *sim, uint32_t windows, uint64_t window_ns) {
  struct timeline *timeline = mem_zeroed(1, sizeof *timeline);
  timeline->windows = windows;
  timeline->window_ns = window_ns;
  timeline->period = mem_zeroed(1, sizeof *timeline->period);
  timeline->happening = mem_zeroed(1, sizeof *timeline->happening);
  struct tracks *t = timeline->tracks = mem_zeroed(1, sizeof *t);
  t->source = mem_zeroed(TIMELINE_FOLLOWED, sizeof *t->source);
  t->load = mem_zeroed(sim->members + sim->spec->components, sizeof *t->load);
  for (uint32_t c = 0; c < sim->spec->components; c++) {
    struct component *component = &sim->component[c];
    if (component->kind->is_source) {
      add_source(timeline, component);
      continue;
    }
    add_load(timeline, component, 0);
    for (uint32_t i = 1; component->members > 1 && i <= component->members; i++) {
      add_load(timeline, component, i);
    }
  }
  t->levels = mem_zeroed((size_t)windows * t->loads, sizeof *t->levels);
  meter_tracks_new(sim, windows, &t->meters);
  sim->timeline = timeline;
  return timeline;
}

static void add_series(struct timeline *timeline, struct series series, float **value) {
  timeline->list = mem_resize(timeline->list, (timeline->series + 1) * sizeof *timeline->list);
  series.value = *value;
  *value = NULL;
  timeline->list[timeline->series++] = series;
}

static bool all_zero(const float *value, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (value[i] != 0) return false;
  }
  return true;
}

static void source_series(struct timeline *timeline, struct source_track *s) {
  for (int what = 0; what <= SERIES_P99; what++) {
    if (what == SERIES_ERRORS) continue;
    add_series(timeline,
               (struct series){.component = s->since.component->id, .what = (enum series_what)what},
               &s->value[what]);
  }
  for (int i = OUTCOME_OK + 1; i < OUTCOMES; i++) {
    if (all_zero(s->errors[i], timeline->windows)) continue;
    struct series series = {
        .component = s->since.component->id, .what = SERIES_ERRORS, .cause = (enum outcome)i};
    add_series(timeline, series, &s->errors[i]);
  }
}

static void level_series(struct timeline *timeline, const struct load_track *l,
                         enum series_what what) {
  const struct tracks *t = timeline->tracks;
  float *value = new_values(timeline);
  for (uint32_t w = 0; w < timeline->windows; w++) {
    const struct levels *levels = &t->levels[(size_t)w * t->loads + l->row];
    value[w] = what == SERIES_UP      ? levels->up
               : what == SERIES_QUEUE ? levels->queue
                                      : levels->utilization;
  }
  struct series series = {.component = l->component->id, .member = l->member, .what = what};
  add_series(timeline, series, &value);
}

static void load_series(struct timeline *timeline, const struct load_track *l) {
  level_series(timeline, l, SERIES_UP);
  if (!l->station) return;
  level_series(timeline, l, SERIES_QUEUE);
  level_series(timeline, l, SERIES_UTILIZATION);
}

static void meter_series(struct timeline *timeline, struct meter_track *track) {
  struct series series = {
      .component = track->component->id, .what = SERIES_METER, .meter = track->meter};
  add_series(timeline, series, &track->value);
}

static int compare_loads(const void *left, const void *right) {
  const struct load_track *a = left, *b = right;
  if (a->queue_max != b->queue_max) return a->queue_max < b->queue_max ? 1 : -1;
  if (a->busy_sum != b->busy_sum) return a->busy_sum < b->busy_sum ? 1 : -1;
  if (a->component->id != b->component->id) return a->component->id < b->component->id ? -1 : 1;
  return a->member < b->member ? -1 : a->member > b->member;
}

static int compare_series(const void *left, const void *right) {
  const struct series *a = left, *b = right;
  if (a->component != b->component) return a->component < b->component ? -1 : 1;
  if (a->member != b->member) return a->member < b->member ? -1 : 1;
  if (a->what != b->what) return a->what < b->what ? -1 : 1;
  if (a->cause != b->cause) return a->cause < b->cause ? -1 : 1;
  return a->meter && b->meter ? strcmp(a->meter->name, b->meter->name) : 0;
}

/* Errors a second, summed over all windows. */
static double errors_of(const struct source_track *s, uint32_t windows) {
  double sum = 0;
  for (int i = OUTCOME_OK + 1; i < OUTCOMES; i++) {
    for (uint32_t w = 0; w < windows; w++) sum += (double)s->errors[i][w];
  }
  return sum;
}

static int compare_errors(const void *left, const void *right) {
  const struct source_track *a = left, *b = right;
  if (a->errors_sum != b->errors_sum) return a->errors_sum < b->errors_sum ? 1 : -1;
  return a->since.component->id < b->since.component->id ? -1 : 1;
}

/* Of more sources than are kept those come first of which most requests failed, then the first. */
static void put_worst_first(const struct timeline *timeline, struct tracks *t) {
  if (t->sources <= TIMELINE_SOURCES) return;
  for (uint32_t i = 0; i < t->sources; i++) {
    t->source[i].errors_sum = errors_of(&t->source[i], timeline->windows);
  }
  qsort(t->source, t->sources, sizeof *t->source, compare_errors);
}

static void tracks_free(struct tracks *t) {
  for (uint32_t i = 0; i < t->sources; i++) {
    struct source_track *s = &t->source[i];
    since_free(&s->since);
    hist_free(&s->latency);
    for (int what = 0; what <= SERIES_P99; what++) free(s->value[what]);
    for (int k = 0; k < OUTCOMES; k++) free(s->errors[k]);
  }
  meter_tracks_free(&t->meters);
  free(t->levels);
  free(t->source);
  free(t->load);
  free(t);
}

void timeline_finish(struct sim *sim) {
  struct timeline *timeline = sim->timeline;
  struct tracks *t = timeline->tracks;
  put_worst_first(timeline, t);
  uint32_t told = t->sources < TIMELINE_SOURCES ? t->sources : TIMELINE_SOURCES;
  for (uint32_t i = 0; i < told; i++) source_series(timeline, &t->source[i]);
  qsort(t->load, t->loads, sizeof *t->load, compare_loads);
  uint32_t kept = t->loads < TIMELINE_COMPONENTS ? t->loads : TIMELINE_COMPONENTS;
  for (uint32_t i = 0; i < kept; i++) load_series(timeline, &t->load[i]);
  for (uint32_t i = 0; i < t->meters.n; i++) meter_series(timeline, &t->meters.list[i]);
  qsort(timeline->list, timeline->series, sizeof *timeline->list, compare_series);
  tracks_free(t);
  timeline->tracks = NULL;
  sim->timeline = NULL;
}

void timeline_free(struct timeline *timeline) {
  if (!timeline) return;
  if (timeline->tracks) tracks_free(timeline->tracks);
  for (uint32_t i = 0; i < timeline->series; i++) free((void *)timeline->list[i].value);
  free(timeline->list);
  free(timeline->period);
  free(timeline->happening);
  free(timeline);
}
