#include "plot_lanes.h"

#include <math.h>
#include <string.h>

#include "plot_results.h"
#include "plot_script.h"
#include "plot_text.h"

#define FAULT_LANES_MAX 8u /* at least four lanes are left for what was noticed */
#define SPANS_MAX 400u     /* in all; more than fit: a pixel of 688 is between two */
#define TICKS_MAX 400u
#define EVENT_LINES_MAX 40u
#define CHARACTER 6.8 /* pixels of text of 11 points */
#define NAME_COLUMNS 80u

static double item(const GArray *list, guint i) {
  return g_array_index(list, double, i);
}

/* Members that fail one by one have one name: "crash web[*], member 3" is "crash web[*]". */
static char *fault_name(const json_t *fault) {
  const char *name = plot_string(fault, "name");
  if (name == NULL) return g_strdup("fault");
  const char *member = strstr(name, ", member ");
  return member != NULL ? g_strndup(name, (gsize)(member - name)) : g_strdup(name);
}

/* The lane of this name, or a new one; NULL: there is no room. Takes the name over. */
static struct plot_lane *lane_of(struct plot_lanes *lanes, char *name, uint32_t from,
                                 uint32_t most) {
  for (uint32_t i = from; i < lanes->n; i++) {
    if (strcmp(lanes->list[i].name, name) != 0) continue;
    g_free(name);
    return &lanes->list[i];
  }
  if (lanes->n == most) {
    g_free(name);
    return NULL;
  }
  struct plot_lane *lane = &lanes->list[lanes->n++];
  *lane = (struct plot_lane){.name = name};
  return lane;
}

static void add_span(GArray *spans, double from, double to, double pixel_s) {
  guint n = spans->len;
  if (n >= 2 && from >= item(spans, n - 2) && from <= item(spans, n - 1) + pixel_s) {
    g_array_index(spans, double, n - 1) = fmax(item(spans, n - 1), to);
    return;
  }
  if (n >= 2 * SPANS_MAX) return;
  g_array_append_val(spans, from);
  g_array_append_val(spans, to);
}

static void read_faults(struct plot_lanes *lanes, double end_s, const json_t *faults) {
  double pixel_s = end_s / (PLOT_RIGHT - PLOT_LEFT);
  uint32_t times[LANES_MAX] = {0};
  for (size_t i = 0; i < json_array_size(faults); i++) {
    const json_t *fault = json_array_get(faults, i);
    double from = plot_number(fault, "from_s"), to = plot_number(fault, "to_s");
    if (!(from >= 0 && from < end_s)) continue;
    struct plot_lane *lane = lane_of(lanes, fault_name(fault), 0, FAULT_LANES_MAX);
    if (lane == NULL) {
      lanes->left_out++;
      continue;
    }
    if (lane->spans == NULL) lane->spans = g_array_new(FALSE, FALSE, sizeof(double));
    add_span(lane->spans, from, to < end_s ? to : end_s, pixel_s);
    times[lane - lanes->list]++;
  }
  lanes->faults = lanes->n;
  for (uint32_t i = 0; i < lanes->n; i++) {
    if (times[i] < 2) continue;
    char *name = g_strdup_printf("%s (%u times)", lanes->list[i].name, times[i]);
    g_free(lanes->list[i].name);
    lanes->list[i].name = name;
  }
}

static void read_events(struct plot_lanes *lanes, double end_s, const json_t *events) {
  for (size_t i = 0; i < json_array_size(events); i++) {
    const json_t *event = json_array_get(events, i);
    const char *who = plot_string(event, "component"), *what = plot_string(event, "what");
    double at = plot_number(event, "at_s");
    if (!(at >= 0 && at <= end_s)) continue;
    char *name = g_strdup_printf("events of %s", who != NULL ? who : "?");
    struct plot_lane *lane = lane_of(lanes, name, lanes->faults, LANES_MAX);
    if (lane == NULL) {
      lanes->left_out++;
      continue;
    }
    if (lane->ticks == NULL) {
      lane->ticks = g_array_new(FALSE, FALSE, sizeof(double));
      lane->texts = g_ptr_array_new_with_free_func(g_free);
    }
    if (lane->ticks->len == TICKS_MAX) continue;
    g_array_append_val(lane->ticks, at);
    g_ptr_array_add(lane->texts, g_strdup(what != NULL ? what : "?"));
  }
}

void plot_lanes_read(struct plot_lanes *lanes, double end_s, const json_t *faults,
                     const json_t *events) {
  *lanes = (struct plot_lanes){0};
  read_faults(lanes, end_s, faults);
  read_events(lanes, end_s, events);
}

/* --- writing -------------------------------------------------------------------------------- */

static void append(GArray *list, double value) {
  g_array_append_val(list, value);
}

static void write_numbers(GString *data, const char *name, GArray *list) {
  script_numbers(data, name, (const double *)(void *)list->data, list->len);
  g_array_unref(list);
}

static void write_spans(GString *data, const struct plot_lanes *lanes, double factor) {
  GArray *number = g_array_new(FALSE, FALSE, sizeof(double)),
         *from = g_array_new(FALSE, FALSE, sizeof(double)),
         *to = g_array_new(FALSE, FALSE, sizeof(double));
  for (uint32_t i = 0; i < lanes->faults; i++) {
    const GArray *spans = lanes->list[i].spans;
    for (guint k = 0; k + 1 < spans->len && from->len < SPANS_MAX; k += 2) {
      append(number, i + 1);
      append(from, item(spans, k) * factor);
      append(to, item(spans, k + 1) * factor);
    }
  }
  write_numbers(data, "span_lane", number);
  write_numbers(data, "span_from", from);
  write_numbers(data, "span_to", to);
}

/* The text of a tick stands to its right, as far as the next tick or the end of the picture. */
static bool has_room(const struct plot_lane *lane, guint tick, double end_s) {
  double pixel_s = end_s / (PLOT_RIGHT - PLOT_LEFT);
  double next = tick + 1 < lane->ticks->len ? item(lane->ticks, tick + 1)
                                            : end_s + (PLOT_WIDTH - PLOT_RIGHT) * pixel_s;
  double width = plot_text_width(lane->texts->pdata[tick]) * CHARACTER + 16;
  return (next - item(lane->ticks, tick)) / pixel_s > width;
}

static void write_ticks(GString *data, const struct plot_lanes *lanes, double end_s,
                        double factor) {
  GArray *number = g_array_new(FALSE, FALSE, sizeof(double)),
         *at = g_array_new(FALSE, FALSE, sizeof(double));
  GPtrArray *text = g_ptr_array_new();
  for (uint32_t i = lanes->faults; i < lanes->n; i++) {
    const struct plot_lane *lane = &lanes->list[i];
    for (guint k = 0; k < lane->ticks->len; k++) {
      append(number, i + 1);
      append(at, item(lane->ticks, k) * factor);
      g_ptr_array_add(text, has_room(lane, k, end_s) ? lane->texts->pdata[k] : (gpointer) "");
    }
  }
  bool lines = at->len <= EVENT_LINES_MAX;
  script_numbers(data, "event_at", (const double *)(void *)at->data, lines ? at->len : 0);
  script_texts(data, "tick_text", (const char *const *)text->pdata, text->len, 60);
  g_ptr_array_free(text, TRUE);
  write_numbers(data, "tick_lane", number);
  write_numbers(data, "tick_at", at);
}

void plot_lanes_write(GString *data, const struct plot_lanes *lanes, double end_s, double factor) {
  const char *name[LANES_MAX];
  for (uint32_t i = 0; i < lanes->n; i++) name[i] = lanes->list[i].name;
  script_texts(data, "lane", name, lanes->n, NAME_COLUMNS);
  script_number(data, "LANE", LANE_HEIGHT);
  write_spans(data, lanes, factor);
  write_ticks(data, lanes, end_s, factor);
}

void plot_lanes_free(struct plot_lanes *lanes) {
  for (uint32_t i = 0; i < lanes->n; i++) {
    struct plot_lane *lane = &lanes->list[i];
    g_free(lane->name);
    if (lane->spans != NULL) g_array_unref(lane->spans);
    if (lane->ticks != NULL) g_array_unref(lane->ticks);
    if (lane->texts != NULL) g_ptr_array_unref(lane->texts);
  }
  lanes->n = 0;
}
