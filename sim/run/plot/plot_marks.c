#include "plot_marks.h"

#include <math.h>
#include <string.h>

#include "plot_results.h"
#include "plot_script.h"
#include "plot_text.h"

#define MARK_LANES_MAX 6u
#define FAULTS_MAX 400u /* more than fit: a pixel of 688 is between two */
#define EVENT_LINES_MAX 40u
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

/* "lb: web[2] marked down", to be freed. */
static char *event_text(const json_t *event) {
  const char *who = plot_string(event, "component"), *what = plot_string(event, "what");
  return g_strdup_printf("%s: %s", who != NULL ? who : "?", what != NULL ? what : "?");
}

/* Members that fail one by one have one name: "crash web[*], member 3" is "crash web[*]". */
static char *fault_text(const json_t *fault) {
  const char *name = plot_string(fault, "name");
  if (name == NULL) return g_strdup("fault");
  const char *member = strstr(name, ", member ");
  return member != NULL ? g_strndup(name, (gsize)(member - name)) : g_strdup(name);
}

/* Names each of the list once; `times` counts by name. */
static void name_all(struct plot_marks *marks, double end_s, double end[MARK_LANES_MAX],
                     const json_t *list, const char *at_key, char *(*text_of)(const json_t *),
                     bool fault) {
  GHashTable *times = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (size_t i = 0; i < json_array_size(list); i++) {
    char *text = text_of(json_array_get(list, i));
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(times, text));
    g_hash_table_insert(times, text, GUINT_TO_POINTER(n + 1));
  }
  for (size_t i = 0; i < json_array_size(list); i++) {
    const json_t *entry = json_array_get(list, i);
    double at_s = plot_number(entry, at_key);
    if (!(at_s >= 0 && at_s <= end_s)) continue;
    char *text = text_of(entry);
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(times, text));
    char *label = n > 1 ? g_strdup_printf("%s (%u times)", text, n) : g_strdup(text);
    if (n > 0) add_mark(marks, end_s, end, at_s, label, fault);
    g_hash_table_insert(times, text, GUINT_TO_POINTER(0));
    g_free(label);
  }
  g_hash_table_destroy(times);
}

void plot_marks_place(struct plot_marks *marks, double end_s, const json_t *faults,
                      const json_t *events) {
  double end[MARK_LANES_MAX] = {0};
  name_all(marks, end_s, end, faults, "from_s", fault_text, true);
  name_all(marks, end_s, end, events, "at_s", event_text, false);
}

/* Whether the last window overlaps an earlier one and became part of it: the shade is the same
 * however many faults are there at once. Windows come in the order of their beginning; if not, two
 * may stay apart. */
static bool joined(const double *from, double *to, uint32_t last, double gap) {
  for (uint32_t i = 0; i < last; i++) {
    if (from[last] < from[i] || from[last] > to[i] + gap) continue;
    to[i] = fmax(to[i], to[last]);
    return true;
  }
  return false;
}

/* When something was noticed, a pixel apart; 0 of them if there are too many. */
static uint32_t event_lines(double end_s, const json_t *events, double *at, uint32_t *undrawn) {
  double pixel_s = end_s / (PLOT_RIGHT - PLOT_LEFT), last_s = -INFINITY;
  uint32_t n = 0, all = 0;
  for (size_t i = 0; i < json_array_size(events); i++) {
    double at_s = plot_number(json_array_get(events, i), "at_s");
    if (!(at_s >= 0 && at_s <= end_s)) continue;
    all++;
    if (fabs(at_s - last_s) < pixel_s) continue;
    last_s = at_s;
    if (n < EVENT_LINES_MAX) at[n] = at_s;
    n++;
  }
  *undrawn = n > EVENT_LINES_MAX ? all : 0;
  return n > EVENT_LINES_MAX ? 0 : n;
}

uint32_t plot_marks_spans(GString *data, double end_s, double factor, const json_t *faults,
                          const json_t *events, uint32_t *undrawn) {
  double from[FAULTS_MAX], to[FAULTS_MAX], at[EVENT_LINES_MAX];
  double pixel = end_s * factor / (PLOT_RIGHT - PLOT_LEFT);
  uint32_t n = 0, e = event_lines(end_s, events, at, undrawn);
  for (size_t i = 0; i < json_array_size(faults) && n < FAULTS_MAX; i++) {
    const json_t *fault = json_array_get(faults, i);
    double begin = plot_number(fault, "from_s"), end = plot_number(fault, "to_s");
    if (!(begin >= 0 && begin < end_s)) continue;
    from[n] = begin * factor;
    to[n] = (end < end_s ? end : end_s) * factor;
    if (!joined(from, to, n, pixel)) n++;
  }
  for (uint32_t i = 0; i < e; i++) at[i] *= factor;
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
