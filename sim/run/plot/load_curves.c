#include "load_curves.h"

#include <math.h>
#include <string.h>

#include "axis.h"
#include "format.h"
#include "plot_results.h"
#include "plot_sweep_points.h"

/* --- curves in the making ------------------------------------------------------------------- */

static struct load_curve *add_curve(struct load_curves *curves, char *name) {
  struct load_curve *curve = &curves->list[curves->n++];
  *curve = (struct load_curve){.name = name,
                               .samples = g_array_new(FALSE, FALSE, sizeof(struct load_sample)),
                               .met = NAN,
                               .missed = NAN,
                               .limit = NAN,
                               .lo = NAN,
                               .hi = NAN};
  return curve;
}

static enum load_verdict verdict_of(const json_t *goals) {
  enum load_verdict worst = json_array_size(goals) > 0 ? LOAD_MET : LOAD_UNJUDGED;
  for (size_t i = 0; i < json_array_size(goals); i++) {
    const json_t *goal = json_array_get(goals, i);
    const char *verdict = plot_string(goal, "verdict");
    bool pass = verdict != NULL ? strcmp(verdict, "pass") == 0
                                : json_is_true(json_object_get(goal, "pass"));
    bool open = verdict != NULL && strcmp(verdict, "undecided") == 0;
    if (!pass) worst = MAX(worst, open ? LOAD_UNDECIDED : LOAD_MISSED);
  }
  return worst;
}

static int by_load(const void *a, const void *b) {
  const struct load_sample *left = a, *right = b;
  return (left->load > right->load) - (left->load < right->load);
}

/* Goals that are met again above a load where that is not sure say nothing about how far one can
 * go.
 */
static void end_curve(struct load_curve *curve) {
  bool sure = true;
  g_array_sort(curve->samples, by_load);
  for (guint i = 0; i < curve->samples->len; i++) {
    const struct load_sample *s = &g_array_index(curve->samples, struct load_sample, i);
    curve->judged |= s->verdict != LOAD_UNJUDGED;
    sure &= s->verdict == LOAD_MET;
    if (sure) curve->met = s->load;
    if (s->verdict == LOAD_MISSED && isnan(curve->missed)) curve->missed = s->load;
  }
}

static void add_sample(struct load_curve *curve, double load, const json_t *point,
                       enum load_verdict verdict) {
  struct load_sample sample = {load, point, verdict};
  if (json_is_object(point) && !isnan(load)) g_array_append_val(curve->samples, sample);
}

/* --- of a sweep ----------------------------------------------------------------------------- */

/* The first axis over a rate; the other one, or NULL. False: it is none that can be drawn. */
static bool choose_axes(const struct plot_sweep_axes *axes, const struct plot_sweep_axis **rate,
                        const struct plot_sweep_axis **other, const char **reason) {
  *rate = *other = NULL;
  for (uint32_t i = 0; i < axes->n; i++) {
    if (*rate == NULL && axes->axis[i].rate) {
      *rate = &axes->axis[i];
    } else {
      *other = &axes->axis[i];
    }
  }
  if (*rate == NULL) {
    *reason = "it takes a sweep over a rate (100/s, 200/s)";
  } else if (axes->n > 2) {
    *reason = "it takes a sweep over a rate and at most one more parameter";
  } else if (*other != NULL && json_array_size((*other)->values) > LOAD_CURVES_MAX) {
    *reason = "the second parameter has more than 8 values, which are too many curves";
  } else {
    return true;
  }
  return false;
}

bool load_curves_of_sweep(struct load_curves *curves, const json_t *sweep, const char **reason) {
  struct plot_sweep_axes axes = plot_sweep_axes(sweep);
  const struct plot_sweep_axis *rate, *other;
  const json_t *points = json_object_get(sweep, "points");
  *curves = (struct load_curves){.each = "value of the other parameter",
                                 .unit = UNIT_PER_SECOND,
                                 .metrics = plot_sweep_metrics(sweep),
                                 .goals = plot_sweep_goals(sweep)};
  if (!choose_axes(&axes, &rate, &other, reason)) return false;
  curves->param = rate->name;
  size_t n = other != NULL ? json_array_size(other->values) : 1;
  for (size_t c = 0; c < n; c++) {
    const char *value = other != NULL ? json_string_value(json_array_get(other->values, c)) : NULL;
    struct load_curve *curve = add_curve(
        curves, value != NULL ? g_strdup_printf("%s=%s", other->name, value) : g_strdup(""));
    for (size_t i = 0; i < json_array_size(points); i++) {
      const json_t *point = json_array_get(points, i);
      if (other != NULL && plot_sweep_place(point, other) != (int)c) continue;
      add_sample(curve, plot_sweep_value(point, rate), point,
                 verdict_of(json_object_get(point, "goals")));
    }
    end_curve(curve);
  }
  return true;
}

/* --- of a search for capacity --------------------------------------------------------------- */

enum metric_unit load_unit(const char *text) {
  if (text == NULL) return UNIT_COUNT;
  if (g_str_has_suffix(text, "/s")) return UNIT_PER_SECOND;
  if (g_str_has_suffix(text, "%")) return UNIT_RATIO;
  return g_str_has_suffix(text, "s") ? UNIT_SECONDS : UNIT_COUNT;
}

static enum load_verdict verdict_of_probe(const json_t *probe) {
  const char *verdict = plot_string(probe, "verdict");
  if (verdict == NULL) return LOAD_UNJUDGED;
  return strcmp(verdict, "met") == 0      ? LOAD_MET
         : strcmp(verdict, "failed") == 0 ? LOAD_MISSED
                                          : LOAD_UNDECIDED;
}

bool load_curves_of_capacity(struct load_curves *curves, const json_t *tree, const char **reason) {
  const json_t *situations = json_object_get(tree, "situations");
  *curves = (struct load_curves){.param = plot_string(tree, "param"),
                                 .each = "situation",
                                 .unit = load_unit(plot_string(tree, "unit")),
                                 .goals = json_object_get(tree, "goals")};
  *reason = "these results hold no metrics at the loads that were looked at";
  for (size_t i = 0; i < json_array_size(situations) && curves->n < LOAD_CURVES_MAX; i++) {
    const json_t *situation = json_array_get(situations, i);
    const json_t *probes = json_object_get(situation, "probes"),
                 *found = json_object_get(situation, "capacity");
    const char *name = plot_string(situation, "situation"),
               *status = plot_string(situation, "status");
    struct load_curve *curve = add_curve(curves, g_strdup(name != NULL ? name : "?"));
    curve->down = json_is_true(json_object_get(situation, "down"));
    for (size_t k = 0; k < json_array_size(probes); k++) {
      const json_t *probe = json_array_get(probes, k), *metrics = json_object_get(probe, "metrics");
      if (curves->metrics == NULL) curves->metrics = metrics;
      add_sample(curve, plot_number(probe, "load"), probe, verdict_of_probe(probe));
    }
    end_curve(curve);
    if (status == NULL || strcmp(status, "found") != 0) continue;
    curve->limit = plot_number(found, "value");
    curve->lo = plot_number(found, "lo");
    curve->hi = plot_number(found, "hi");
  }
  return curves->metrics != NULL && curves->param != NULL;
}

/* --- of a comparison ------------------------------------------------------------------------ */

static void add_design(struct load_curves *curves, const json_t *tree, const char *letter) {
  const json_t *points = json_object_get(json_object_get(tree, "over"), "points");
  const json_t *design = json_object_get(json_object_get(tree, "designs"), letter);
  const char *title = plot_string(design, "title");
  struct load_curve *curve = add_curve(
      curves, g_strdup_printf("%c: %s", g_ascii_toupper(letter[0]), title != NULL ? title : "?"));
  for (size_t i = 0; i < json_array_size(points); i++) {
    const json_t *point = json_array_get(points, i);
    const json_t *at = json_object_get(json_object_get(point, "designs"), letter);
    const char *value = plot_string(point, "value");
    double load;
    if (value == NULL || !axis_number(value, &load)) continue;
    if (curves->metrics == NULL) curves->metrics = json_object_get(at, "metrics");
    if (i == 0) curves->unit = load_unit(value);
    add_sample(curve, load, at, verdict_of(json_object_get(at, "goals")));
  }
  end_curve(curve);
}

bool load_curves_of_comparison(struct load_curves *curves, const json_t *tree,
                               const char **reason) {
  const json_t *designs = json_object_get(tree, "designs");
  *curves = (struct load_curves){
      .each = "design",
      .param = plot_string(json_object_get(tree, "over"), "param"),
      .goals = json_object_get(json_object_get(designs, "a"), "goals"),
  };
  *reason = "it takes a comparison over a load: compare --over rate=100..900:100/s";
  if (curves->param == NULL) return false;
  GPtrArray *letters = plot_keys(designs);
  for (guint i = 0; i < letters->len && curves->n < LOAD_CURVES_MAX; i++) {
    add_design(curves, tree, letters->pdata[i]);
  }
  g_ptr_array_unref(letters);
  return curves->metrics != NULL;
}

/* --- all ------------------------------------------------------------------------------------ */

void load_curves_free(struct load_curves *curves) {
  for (uint32_t i = 0; i < curves->n; i++) {
    g_free(curves->list[i].name);
    g_array_unref(curves->list[i].samples);
  }
  curves->n = 0;
}

static double load_of(const struct load_curve *curve, guint i) {
  return g_array_index(curve->samples, struct load_sample, i).load;
}

/* The first sample from `from` on that has the verdict, or has not; their number if none does. */
static guint first_of(const struct load_curve *curve, guint from, enum load_verdict verdict,
                      bool has) {
  while (from < curve->samples->len &&
         (g_array_index(curve->samples, struct load_sample, from).verdict == verdict) != has) {
    from++;
  }
  return from;
}

/* "goals undecided below 30.0/s, met up to 70.0/s, missed at 90.0/s" where the lowest load does not
 * meet them, but another does; NULL: none does. */
static char *met_later(const struct load_curves *curves, const struct load_curve *curve) {
  guint n = curve->samples->len, from = first_of(curve, 0, LOAD_MET, true);
  if (from == n) return NULL;
  guint until = first_of(curve, from, LOAD_MET, false);
  guint missed = first_of(curve, until, LOAD_MISSED, true);
  GString *text = g_string_new("goals ");
  g_string_append_printf(text, "%s below %s, met up to %s",
                         first_of(curve, 0, LOAD_MISSED, true) < from ? "missed" : "undecided",
                         format_value(curves->unit, load_of(curve, from)).text,
                         format_value(curves->unit, load_of(curve, until - 1)).text);
  if (missed < n) {
    g_string_append_printf(text, ", missed at %s",
                           format_value(curves->unit, load_of(curve, missed)).text);
  }
  return g_string_free(text, FALSE);
}

char *load_curve_limit(const struct load_curves *curves, const struct load_curve *curve) {
  bool searched = !isnan(curve->limit);
  double least = searched ? curve->limit : curve->met;
  char *met = g_strdup(format_value(curves->unit, least).text);
  char *missed = g_strdup(format_value(curves->unit, curve->missed).text), *text;
  if (searched) {
    text = g_strdup_printf("goals met up to %s", met);
  } else if (!curve->judged) {
    text = g_strdup("");
  } else if (isnan(curve->met) && (text = met_later(curves, curve)) != NULL) {
    /* the lowest load is not where they are met */
  } else if (isnan(curve->met) && isnan(curve->missed)) {
    text = g_strdup("goals undecided");
  } else if (isnan(curve->met)) {
    bool at_first = first_of(curve, 0, LOAD_UNDECIDED, true) > 0;
    text = g_strdup_printf("goals %smissed at %s", at_first ? "" : "undecided first, ", missed);
  } else if (isnan(curve->missed)) {
    guint last = curve->samples->len - 1;
    bool all = g_array_index(curve->samples, struct load_sample, last).load == curve->met;
    text = g_strdup_printf("goals met up to %s, %s", met, all ? "the highest" : "undecided beyond");
  } else {
    text = g_strdup_printf("goals met up to %s, missed at %s", met, missed);
  }
  g_free(met);
  g_free(missed);
  return text;
}
