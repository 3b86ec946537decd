#include "sweep_reach.h"

#include <string.h>

#include "axis.h"
#include "results_tree.h"
#include "sweep_csv.h"
#include "verdict.h"

struct reading {
  double load;
  const char *text; /* as it was written */
  enum verdict verdict;
};

struct design {
  char *name; /* "servers=2, cache=true"; "" without other axes */
  GArray *readings;
};

struct sweep_reach {
  const json_t *axes;
  size_t load; /* which axis; their number if none is a load */
  GPtrArray *designs;
  bool goals;
};

static const char *axis_name(const struct sweep_reach *reach, size_t axis) {
  return tree_text(json_array_get(reach->axes, axis), "name");
}

static bool is_load(const json_t *axis) {
  const json_t *values = json_object_get(axis, "values");
  for (size_t i = 0; i < json_array_size(values); i++) {
    const char *text = json_string_value(json_array_get(values, i));
    double load;
    if (text == NULL || strchr(text, '/') == NULL || !axis_number(text, &load)) return false;
  }
  return json_array_size(values) >= 2;
}

static void free_design(gpointer data) {
  struct design *design = data;
  g_array_free(design->readings, TRUE);
  g_free(design->name);
  g_free(design);
}

struct sweep_reach *sweep_reach_new(const json_t *manifest) {
  struct sweep_reach *reach = g_new0(struct sweep_reach, 1);
  reach->axes = json_object_get(manifest, "axes");
  while (reach->load < json_array_size(reach->axes) &&
         !is_load(json_array_get(reach->axes, reach->load))) {
    reach->load++;
  }
  reach->designs = g_ptr_array_new_with_free_func(free_design);
  return reach;
}

void sweep_reach_free(struct sweep_reach *reach) {
  g_ptr_array_free(reach->designs, TRUE);
  g_free(reach);
}

/* --- points --------------------------------------------------------------------------------- */

static struct design *design_of(struct sweep_reach *reach, const json_t *point) {
  GString *name = g_string_new(NULL);
  for (size_t i = 0; i < json_array_size(reach->axes); i++) {
    if (i == reach->load) continue;
    g_string_append_printf(name, "%s%s=%s", name->len > 0 ? ", " : "", axis_name(reach, i),
                           sweep_param(point, axis_name(reach, i)));
  }
  for (guint i = 0; i < reach->designs->len; i++) {
    struct design *design = g_ptr_array_index(reach->designs, i);
    if (strcmp(design->name, name->str) != 0) continue;
    g_string_free(name, TRUE);
    return design;
  }
  struct design *design = g_new0(struct design, 1);
  design->name = g_string_free(name, FALSE);
  design->readings = g_array_new(FALSE, FALSE, sizeof(struct reading));
  g_ptr_array_add(reach->designs, design);
  return design;
}

static enum verdict worst_of(const json_t *goals) {
  enum verdict worst = VERDICT_PASS;
  for (size_t i = 0; i < json_array_size(goals); i++) {
    enum verdict verdict = sweep_verdict(json_array_get(goals, i));
    if (verdict == VERDICT_FAIL) return verdict;
    if (verdict == VERDICT_UNDECIDED) worst = verdict;
  }
  return worst;
}

/* The text as the manifest has it, which outlives the points. */
static const char *kept_text(const struct sweep_reach *reach, const char *text) {
  const json_t *values = json_object_get(json_array_get(reach->axes, reach->load), "values");
  for (size_t i = 0; i < json_array_size(values); i++) {
    const char *value = json_string_value(json_array_get(values, i));
    if (value != NULL && strcmp(value, text) == 0) return value;
  }
  return NULL;
}

void sweep_reach_add(struct sweep_reach *reach, const json_t *point) {
  const json_t *goals = json_object_get(point, "goals");
  if (reach->load == json_array_size(reach->axes) || json_array_size(goals) == 0) return;
  if (reach->designs->len > SWEEP_REACH_DESIGNS) return;
  struct reading reading = {.verdict = worst_of(goals)};
  reading.text = kept_text(reach, sweep_param(point, axis_name(reach, reach->load)));
  if (reading.text == NULL || !axis_number(reading.text, &reading.load)) return;
  reach->goals = true;
  g_array_append_val(design_of(reach, point)->readings, reading);
}

/* --- sentences ------------------------------------------------------------------------------ */

static gint by_load(gconstpointer a, gconstpointer b) {
  double left = ((const struct reading *)a)->load, right = ((const struct reading *)b)->load;
  return (left > right) - (left < right);
}

/* The first reading from `from` on that has the verdict, or has not; their number if none does. */
static guint first_of(const GArray *readings, guint from, enum verdict verdict, bool has) {
  while (from < readings->len &&
         (g_array_index(readings, struct reading, from).verdict == verdict) != has) {
    from++;
  }
  return from;
}

static const char *load_at(const GArray *readings, guint i) {
  return g_array_index(readings, struct reading, i).text;
}

/* "at 160/s", "at 160/s and 180/s", "from 160/s to 200/s" */
static void say_from_to(GString *out, const GArray *readings, guint from, guint until) {
  const char *first = load_at(readings, from), *last = load_at(readings, until - 1);
  if (until - from == 1) {
    g_string_append_printf(out, "at %s", first);
  } else if (until - from == 2) {
    g_string_append_printf(out, "at %s and %s", first, last);
  } else {
    g_string_append_printf(out, "from %s to %s", first, last);
  }
}

static void say_fails(GString *out, const GArray *readings, guint fails) {
  guint n = readings->len;
  if (fails == n) return;
  bool on = fails + 1 < n && first_of(readings, fails, VERDICT_FAIL, false) == n;
  g_string_append_printf(out, "; one fails %s %s%s", on ? "from" : "at", load_at(readings, fails),
                         on ? " on" : "");
}

/* What comes behind the loads at which all goals are met. */
static void say_beyond(GString *out, const GArray *readings, guint met) {
  guint fails = first_of(readings, met, VERDICT_FAIL, true);
  guint again = first_of(readings, met, VERDICT_PASS, true);
  if (again < readings->len) { /* in no order: the list of points has it */
    g_string_append_printf(out, "; then not at %s, and again at %s", load_at(readings, met),
                           load_at(readings, again));
    return;
  }
  if (fails > met) {
    g_string_append(out, " and undecided ");
    say_from_to(out, readings, met, fails);
  }
  say_fails(out, readings, fails);
}

/* ", and all are met from 30/s to 70/s; one fails from 90/s on", behind lower loads at which it is
 * not so. */
static void say_later(GString *out, const GArray *readings, guint later) {
  guint until = first_of(readings, later, VERDICT_PASS, false);
  g_string_append(out, ", and all are met ");
  say_from_to(out, readings, later, until);
  if (until < readings->len) say_beyond(out, readings, until);
}

static void say_loads(const struct sweep_reach *reach, const GArray *readings, GString *out) {
  guint n = readings->len, met = first_of(readings, 0, VERDICT_PASS, false);
  guint later = first_of(readings, met, VERDICT_PASS, true);
  const char *load = axis_name(reach, reach->load);
  if (met == n) {
    g_string_append_printf(out, "all goals are met at every %s, up to %s", load,
                           load_at(readings, n - 1));
  } else if (met > 0) {
    g_string_append_printf(out, "all goals are met up to %s=%s", load, load_at(readings, met - 1));
    say_beyond(out, readings, met);
  } else if (g_array_index(readings, struct reading, 0).verdict == VERDICT_FAIL) {
    g_string_append_printf(out, "a goal fails already at %s=%s", load, load_at(readings, 0));
    if (later < n) say_later(out, readings, later);
  } else {
    guint known = first_of(readings, 0, VERDICT_UNDECIDED, false);
    g_string_append(out, "whether all goals are met is undecided ");
    say_from_to(out, readings, 0, known);
    if (later != known) say_fails(out, readings, known);
    if (later < n) say_later(out, readings, later);
  }
}

static char *say_design(const struct sweep_reach *reach, const struct design *design) {
  const json_t *values = json_object_get(json_array_get(reach->axes, reach->load), "values");
  guint missing = (guint)json_array_size(values) - design->readings->len;
  g_array_sort(design->readings, by_load);
  GString *out = g_string_new(NULL);
  if (design->name[0] != '\0') g_string_append_printf(out, "with %s, ", design->name);
  say_loads(reach, design->readings, out);
  if (missing > 0) {
    g_string_append_printf(out, " (%u of %zu loads %s missing)", missing, json_array_size(values),
                           missing == 1 ? "is" : "are");
  }
  g_string_append_c(out, '.');
  out->str[0] = g_ascii_toupper(out->str[0]);
  return g_string_free(out, FALSE);
}

void sweep_reach_say(struct sweep_reach *reach, GPtrArray *sentences) {
  if (!reach->goals || reach->designs->len > SWEEP_REACH_DESIGNS) return;
  for (guint i = 0; i < reach->designs->len; i++) {
    g_ptr_array_add(sentences, say_design(reach, g_ptr_array_index(reach->designs, i)));
  }
}
