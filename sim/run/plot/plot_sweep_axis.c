#include "plot_sweep_axis.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "axis.h"
#include "plot_text.h"

#define WIDTH 84.0     /* columns of text that fit below a plot */
#define ASLANT 4.0     /* columns that a rotated label takes */
#define LABEL_LONG 18u /* a longer one is cut */
#define MARGIN 0.03    /* of the width, at both ends */

struct place {
  double at, share; /* on the axis; of its width */
  char *label;
};

/* Where the value with this number lies. */
static double position(const struct plot_sweep_axis *axis, size_t i) {
  double number;
  const char *text = json_string_value(json_array_get(axis->values, i));
  if (!axis->numbers) return (double)i + 1;
  return text != NULL && axis_number(text, &number) ? number : NAN;
}

double plot_sweep_x(const json_t *point, const struct plot_sweep_axis *axis) {
  if (axis->numbers) return plot_sweep_value(point, axis);
  int place = plot_sweep_place(point, axis);
  return place < 0 ? NAN : place + 1.0;
}

static int by_position(const void *a, const void *b) {
  const struct place *left = a, *right = b;
  return (left->at > right->at) - (left->at < right->at);
}

static struct place *read_places(const struct plot_sweep_axis *axis, size_t n) {
  struct place *place = g_new0(struct place, n);
  for (size_t i = 0; i < n; i++) {
    const char *text = json_string_value(json_array_get(axis->values, i));
    place[i].at = position(axis, i);
    place[i].label = plot_text_clean(text != NULL ? text : "?", LABEL_LONG);
  }
  qsort(place, n, sizeof *place, by_position);
  return place;
}

/* Ends beyond the outermost values, so that no point lies on the frame. */
static void set_ends(struct plot_axis *axis, struct place *place, size_t n, bool numbers) {
  double lo = place[0].at, hi = place[n - 1].at;
  axis->log = numbers && lo > 0 && hi >= PLOT_LOG_FROM * lo;
  double from = axis->log ? log10(lo) : lo, to = axis->log ? log10(hi) : hi;
  double margin = numbers ? MARGIN * (to - from) : 0.5;
  if (!(margin > 0)) margin = 0.5;
  from -= margin;
  to += margin;
  axis->lo = axis->log ? pow(10, from) : from;
  axis->hi = axis->log ? pow(10, to) : to;
  for (size_t i = 0; i < n; i++) {
    place[i].share = ((axis->log ? log10(place[i].at) : place[i].at) - from) / (to - from);
  }
}

/* A label is centred at its value, or hangs from it when it is rotated. */
static uint32_t add_labels(struct plot_axis *axis, const struct place *place, size_t n,
                           bool rotate) {
  double free_from = -INFINITY;
  axis->ticks = 0;
  for (size_t i = 0; i < n && axis->ticks < AXIS_TICKS_MAX; i++) {
    double width = rotate ? ASLANT : plot_text_width(place[i].label) + 2.0;
    double from = place[i].share * WIDTH - width / 2;
    if (from < free_from) continue;
    struct plot_tick *tick = &axis->tick[axis->ticks++];
    tick->at = place[i].at;
    g_strlcpy(tick->label, place[i].label, sizeof tick->label);
    free_from = from + width;
  }
  return axis->ticks;
}

struct plot_axis plot_sweep_axis(const struct plot_sweep_axis *axis, bool *rotate) {
  struct plot_axis x = {.lo = 0, .hi = 1, .factor = 1, .unit = ""};
  size_t n = json_array_size(axis->values);
  *rotate = false;
  if (n == 0) return x;
  struct place *place = read_places(axis, n);
  set_ends(&x, place, n, axis->numbers);
  /* Names are rotated as soon as one would be left out; numbers tell where the others lie. */
  if (add_labels(&x, place, n, false) < n && !axis->numbers) {
    *rotate = true;
    add_labels(&x, place, n, true);
  }
  for (size_t i = 0; i < n; i++) g_free(place[i].label);
  g_free(place);
  return x;
}
