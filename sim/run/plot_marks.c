#include "plot_marks.h"

#include <math.h>

#include "plot_results.h"
#include "plot_script.h"
#include "plot_text.h"

#define MARK_LANES_MAX 6u
#define FAULTS_MAX 100u
#define CHARACTER 6.8 /* pixels of text of 11 points */

/* Puts a name into the first lane that has room where it begins; to the left of its place where the
 * picture ends. */
static void add_mark(struct plot_marks *marks, double end_s, double end[MARK_LANES_MAX],
                     double at_s, const char *text, bool fault) {
  char *clean = plot_text_clean(text, 40);
  double x = PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * at_s / end_s,
         width = plot_text_width(clean) * CHARACTER + 16;
  if (x + width > PLOT_WIDTH) x = fmax(PLOT_WIDTH - width, 16);
  uint32_t lane = 0;
  while (lane < MARK_LANES_MAX && end[lane] > x - 6) lane++;
  if (lane == MARK_LANES_MAX || marks->n == MARKS_MAX) {
    marks->unnamed++;
    g_free(clean);
    return;
  }
  end[lane] = x + width;
  marks->lanes = MAX(marks->lanes, lane + 1);
  marks->list[marks->n++] = (struct plot_mark){clean, x, 68 + MARK_LANE * (double)lane, fault};
}

void plot_marks_place(struct plot_marks *marks, double end_s, const json_t *faults,
                      const json_t *events) {
  double end[MARK_LANES_MAX] = {0};
  for (size_t i = 0; i < json_array_size(faults); i++) {
    const json_t *fault = json_array_get(faults, i);
    double from = plot_number(fault, "from_s");
    const char *name = plot_string(fault, "name");
    if (from >= 0 && from <= end_s)
      add_mark(marks, end_s, end, from, name != NULL ? name : "fault", true);
  }
  for (size_t i = 0; i < json_array_size(events); i++) {
    const json_t *event = json_array_get(events, i);
    double at = plot_number(event, "at_s");
    const char *who = plot_string(event, "component"), *what = plot_string(event, "what");
    if (!(at >= 0 && at <= end_s)) continue;
    char *text = g_strdup_printf("%s: %s", who != NULL ? who : "?", what != NULL ? what : "?");
    add_mark(marks, end_s, end, at, text, false);
    g_free(text);
  }
}

/* Whether the last window overlaps an earlier one and became part of it: the shade is the same
 * however many faults are there at once. Windows come in the order of their beginning; if not, two
 * may stay apart. */
static bool joined(const double *from, double *to, uint32_t last) {
  for (uint32_t i = 0; i < last; i++) {
    if (from[last] < from[i] || from[last] > to[i]) continue;
    to[i] = fmax(to[i], to[last]);
    return true;
  }
  return false;
}

uint32_t plot_marks_spans(GString *data, double end_s, double factor, const json_t *faults,
                          const json_t *events) {
  double from[FAULTS_MAX], to[FAULTS_MAX], at[FAULTS_MAX];
  uint32_t n = 0, e = 0;
  for (size_t i = 0; i < json_array_size(faults) && n < FAULTS_MAX; i++) {
    const json_t *fault = json_array_get(faults, i);
    double begin = plot_number(fault, "from_s"), end = plot_number(fault, "to_s");
    if (!(begin >= 0 && begin < end_s)) continue;
    from[n] = begin * factor;
    to[n] = (end < end_s ? end : end_s) * factor;
    if (!joined(from, to, n)) n++;
  }
  for (size_t i = 0; i < json_array_size(events) && e < FAULTS_MAX; i++) {
    double when = plot_number(json_array_get(events, i), "at_s");
    if (when >= 0 && when <= end_s) at[e++] = when * factor;
  }
  script_numbers(data, "fault_from", from, n);
  script_numbers(data, "fault_to", to, n);
  script_numbers(data, "event_at", at, e);
  return n;
}

void plot_marks_write(GString *data, const struct plot_marks *marks) {
  const char *text[MARKS_MAX];
  double x[MARKS_MAX], y[MARKS_MAX], fault[MARKS_MAX];
  for (uint32_t i = 0; i < marks->n; i++) {
    text[i] = marks->list[i].text;
    x[i] = marks->list[i].x + 6;
    y[i] = marks->list[i].y;
    fault[i] = marks->list[i].fault;
  }
  script_texts(data, "mark", text, marks->n, 40);
  script_numbers(data, "mark_x", x, marks->n);
  script_numbers(data, "mark_y", y, marks->n);
  script_numbers(data, "mark_fault", fault, marks->n);
}

void plot_marks_free(struct plot_marks *marks) {
  for (uint32_t i = 0; i < marks->n; i++) g_free(marks->list[i].text);
}
