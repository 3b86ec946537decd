#include "plot_sweep_points.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "axis.h"
#include "plot_results.h"

#define SATURATED_BELOW 0.98

static struct plot_sweep_axis read_axis(const json_t *tree) {
  struct plot_sweep_axis axis = {plot_string(tree, "name"), json_object_get(tree, "values"), true,
                                 true};
  for (size_t i = 0; i < json_array_size(axis.values); i++) {
    const char *text = json_string_value(json_array_get(axis.values, i));
    double number;
    if (text == NULL || !axis_number(text, &number)) axis.numbers = false;
    if (text == NULL || !g_str_has_suffix(text, "/s")) axis.rate = false;
  }
  return axis;
}

struct plot_sweep_axes plot_sweep_axes(const json_t *sweep) {
  const json_t *list = json_object_get(json_object_get(sweep, "manifest"), "axes");
  struct plot_sweep_axes axes = {0};
  for (size_t i = 0; i < json_array_size(list) && axes.n < SWEEP_AXES_MAX; i++) {
    struct plot_sweep_axis axis = read_axis(json_array_get(list, i));
    if (axis.name != NULL && json_array_size(axis.values) > 1) axes.axis[axes.n++] = axis;
  }
  return axes;
}

const char *plot_sweep_text(const json_t *point, const struct plot_sweep_axis *axis) {
  return plot_string(json_object_get(point, "params"), axis->name);
}

double plot_sweep_value(const json_t *point, const struct plot_sweep_axis *axis) {
  const char *text = plot_sweep_text(point, axis);
  double number = NAN;
  return text != NULL && axis_number(text, &number) ? number : NAN;
}

int plot_sweep_place(const json_t *point, const struct plot_sweep_axis *axis) {
  const char *text = plot_sweep_text(point, axis);
  for (size_t i = 0; text != NULL && i < json_array_size(axis->values); i++) {
    const char *value = json_string_value(json_array_get(axis->values, i));
    if (value != NULL && strcmp(value, text) == 0) return (int)i;
  }
  return -1;
}

static const json_t *first_of(const json_t *sweep, const char *key) {
  const json_t *points = json_object_get(sweep, "points");
  for (size_t i = 0; i < json_array_size(points); i++) {
    const json_t *tree = json_object_get(json_array_get(points, i), key);
    if (tree != NULL) return tree;
  }
  return NULL;
}

const json_t *plot_sweep_metrics(const json_t *sweep) {
  return first_of(sweep, "metrics");
}

const json_t *plot_sweep_goals(const json_t *sweep) {
  return first_of(sweep, "goals");
}

bool plot_is_saturated(const json_t *point, const char *client) {
  double offered = plot_metric(point, client, "offered", "value");
  double goodput = plot_metric(point, client, "goodput", "value");
  return goodput < SATURATED_BELOW * offered;
}

bool plot_any_saturated(const json_t *point) {
  GPtrArray *clients = plot_clients(json_object_get(point, "metrics"), false);
  bool any = false;
  for (guint i = 0; i < clients->len; i++) any |= plot_is_saturated(point, clients->pdata[i]);
  g_ptr_array_unref(clients);
  return any;
}
