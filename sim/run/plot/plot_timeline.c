/* A run over time: rates, errors, latency, queues and utilisation above each other, with the faults
 * and what the components noticed of them. Of a comparison the same of all designs in one. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "percentile.h"
#include "plot_kinds.h"
#include "plot_panels.h"
#include "plot_results.h"

static double mean_of(const json_t *values) {
  double sum = 0;
  size_t n = 0;
  for (size_t i = 0; i < json_array_size(values) && i < WINDOWS_MAX; i++) {
    double value = plot_item(values, i);
    if (!isnan(value)) sum += value, n++;
  }
  return n > 0 ? sum / (double)n : 0;
}

/* --- panels --------------------------------------------------------------------------------- */

static void rate_panel(struct plot_panels *t, const json_t *client) {
  uint32_t from = t->curves;
  plot_panels_add(t, "offered", json_object_get(client, "offered"));
  plot_panels_add(t, "goodput", json_object_get(client, "goodput"));
  plot_panels_end(t, "rate", UNIT_PER_SECOND, 0, plot_panels_largest(t, from));
}

static void error_panel(struct plot_panels *t, const json_t *client) {
  const json_t *errors = json_object_get(client, "errors");
  const json_t *retries = json_object_get(client, "retries");
  GPtrArray *causes = plot_keys(errors);
  uint32_t from = t->curves;
  for (guint i = 0; i < causes->len; i++) {
    const json_t *values = json_object_get(errors, causes->pdata[i]);
    if (plot_values_largest(values) > 0) plot_panels_add(t, causes->pdata[i], values);
  }
  if (plot_values_largest(retries) > 0) plot_panels_add(t, "retries", retries);
  plot_panels_end(t, "errors and retries", UNIT_PER_SECOND, 0, plot_panels_largest(t, from));
  g_ptr_array_unref(causes);
}

/* The client's first goal on a percentile of its latency that would not flatten the curves. */
static double latency_goal(const json_t *goals, const char *client, double hi, char **text) {
  GArray *list = plot_goals(goals);
  char *prefix = g_strconcat(client, ".latency.", NULL);
  double limit = NAN;
  for (guint i = 0; i < list->len && isnan(limit); i++) {
    const struct plot_goal *goal = &g_array_index(list, struct plot_goal, i);
    if (!g_str_has_prefix(goal->metric, prefix) || goal->above || goal->limit >= 20 * hi) continue;
    const char *word = goal->metric + strlen(prefix);
    if (isnan(percentile_parse(word))) continue;
    limit = goal->limit;
    *text = g_strdup_printf("goal %s < %s", word, format_value(UNIT_SECONDS, limit).text);
  }
  g_free(prefix);
  plot_goals_free(list);
  return limit;
}

static void latency_panel(struct plot_panels *t, const json_t *client, const char *name,
                          const json_t *goals) {
  const json_t *p50 = json_object_get(client, "p50"), *p99 = json_object_get(client, "p99");
  double lo = plot_values_smallest(p50),
         hi = fmax(plot_values_largest(p50), plot_values_largest(p99));
  char *text = NULL;
  double limit = latency_goal(goals, name, hi, &text);
  plot_panels_add(t, "p50", p50);
  plot_panels_add(t, "p99", p99);
  struct plot_panel *panel =
      plot_panels_end(t, "latency", UNIT_SECONDS, lo, isnan(limit) ? hi : fmax(hi, 1.25 * limit));
  if (panel == NULL) {
    g_free(text);
    return;
  }
  panel->goal = limit * panel->axis.factor;
  panel->goal_text = text;
}

struct ranked {
  const char *name;
  const json_t *values;
  double mean;
};

static int by_mean(const void *a, const void *b) {
  const struct ranked *left = a, *right = b;
  if (left->mean != right->mean) return left->mean < right->mean ? 1 : -1;
  return strcmp(left->name, right->name);
}

/* The groups and single components with the highest mean. */
static void component_panel(struct plot_panels *t, const json_t *components, const char *key,
                            const char *title, enum metric_unit unit) {
  GPtrArray *names = plot_keys(components);
  GArray *ranked = g_array_new(FALSE, FALSE, sizeof(struct ranked));
  for (guint i = 0; i < names->len; i++) {
    const json_t *values = json_object_get(json_object_get(components, names->pdata[i]), key);
    struct ranked r = {names->pdata[i], values, mean_of(values)};
    if (!g_str_has_suffix(r.name, "]") && plot_values_largest(values) > 0)
      g_array_append_val(ranked, r);
  }
  g_array_sort(ranked, by_mean);
  uint32_t from = t->curves;
  for (guint i = 0; i < ranked->len && i < 5; i++) {
    const struct ranked *r = &g_array_index(ranked, struct ranked, i);
    plot_panels_add(t, r->name, r->values);
  }
  struct plot_panel *panel = plot_panels_end(t, title, unit, 0, plot_panels_largest(t, from));
  if (panel != NULL && unit == UNIT_RATIO) {
    panel->axis.hi = fmax(100, panel->axis.hi);
    panel->axis.step = 50;
  }
  g_array_unref(ranked);
  g_ptr_array_unref(names);
}

/* Shares that kinds measure, such as a cache's hit ratio. */
static void share_panel(struct plot_panels *t, const json_t *components) {
  GPtrArray *names = plot_keys(components);
  uint32_t from = t->curves, n = 0;
  for (guint i = 0; i < names->len; i++) {
    const json_t *of = json_object_get(components, names->pdata[i]);
    GPtrArray *meters = plot_keys(json_object_get(of, "meters"));
    for (guint k = 0; k < meters->len && n < 5; k++) {
      const json_t *values = json_object_get(json_object_get(of, "meters"), meters->pdata[k]);
      if (!g_str_has_suffix(meters->pdata[k], "_ratio") || !(plot_values_largest(values) > 0)) {
        continue;
      }
      char *name = g_strdup_printf("%s.%s", (char *)names->pdata[i], (char *)meters->pdata[k]);
      plot_panels_add(t, name, values);
      g_free(name);
      n++;
    }
    g_ptr_array_unref(meters);
  }
  struct plot_panel *panel =
      plot_panels_end(t, "shares", UNIT_RATIO, 0, plot_panels_largest(t, from));
  if (panel != NULL) {
    panel->axis.hi = fmax(100, panel->axis.hi);
    panel->axis.step = 50;
  }
  g_ptr_array_unref(names);
}

static void draw(struct plot_page *page, struct plot_panels *t, const json_t *tree,
                 const char *client, bool alone, bool components) {
  char *title = g_strdup_printf("%s over time", client);
  char *caption = g_strconcat(
      "The first replication alone, its warm-up included (grey). Each value is of one window: "
      "rates per second of simulated time; latency of the requests that were answered ok in it, "
      "with a gap "
      "where none did",
      components ? "; queue and utilisation as means over time, of the five components with the "
                   "highest mean, a group as one; shares that components measure, such as hits"
                 : "; the components are in the first of these figures",
      ". Below: a lane for each fault, with the colour that it has in the panels, and one for each "
      "component that noticed or did something (dotted lines in the panels).",
      NULL);
  struct plot_panels_text text = {client, title, "first replication", caption, alone};
  plot_panels_draw(page, t, tree, &text);
  g_free(caption);
  g_free(title);
}

/* Of the clients the first shows the components, which are those of all. */
void plot_timeline(struct plot_page *page, const json_t *results) {
  const json_t *tree = json_object_get(results, "timeline");
  const json_t *components = json_object_get(tree, "components");
  GPtrArray *clients = plot_keys(json_object_get(tree, "clients"));
  uint32_t drawn = 0;
  for (guint i = 0; i < clients->len; i++) {
    const char *name = clients->pdata[i];
    const json_t *client = json_object_get(json_object_get(tree, "clients"), name);
    struct plot_panels t;
    if (!plot_panels_begin(&t, tree)) break;
    rate_panel(&t, client);
    error_panel(&t, client);
    latency_panel(&t, client, name, json_object_get(results, "goals"));
    if (drawn == 0) {
      component_panel(&t, components, "queue", "waiting calls", UNIT_COUNT);
      component_panel(&t, components, "utilization", "utilization", UNIT_RATIO);
      share_panel(&t, components);
    }
    if (t.panels > 0) draw(page, &t, tree, name, clients->len == 1, drawn++ == 0);
    plot_panels_free(&t);
  }
  if (drawn == 0) plot_skip(page, "timeline", "the results have no timeline");
  g_ptr_array_unref(clients);
}

/* --- of a comparison ------------------------------------------------------------------------ */

/* Failed requests a second of all causes; the caller releases it. */
static json_t *all_errors(const json_t *client) {
  json_t *sum = json_array(), *values;
  const char *cause;
  json_object_foreach(json_object_get(client, "errors"), cause, values) {
    for (size_t i = 0; i < json_array_size(values) && i < WINDOWS_MAX; i++) {
      double before = i < json_array_size(sum) ? plot_item(sum, i) : 0;
      double all = fmax(before, 0) + fmax(plot_item(values, i), 0);
      if (i < json_array_size(sum)) {
        json_array_set_new(sum, i, json_real(all));
      } else {
        json_array_append_new(sum, json_real(all));
      }
    }
  }
  return sum;
}

/* The calls that wait in all components together, groups as one. */
static json_t *all_queues(const json_t *timeline) {
  json_t *sum = json_array(), *component;
  const char *name;
  json_object_foreach(json_object_get(timeline, "components"), name, component) {
    const json_t *values = json_object_get(component, "queue");
    if (g_str_has_suffix(name, "]")) continue;
    for (size_t i = 0; i < json_array_size(values) && i < WINDOWS_MAX; i++) {
      if (i == json_array_size(sum)) json_array_append_new(sum, json_real(0));
      double all = plot_item(sum, i) + fmax(plot_item(values, i), 0);
      json_array_set_new(sum, i, json_real(all));
    }
  }
  return sum;
}

/* What is compared, by design. */
static const struct shown {
  const char *key, *title;
  enum metric_unit unit;
} shown[] = {{"goodput", "goodput", UNIT_PER_SECOND},
             {NULL, "errors", UNIT_PER_SECOND},
             {"p99", "latency p99", UNIT_SECONDS},
             {"queue", "calls waiting, all components", UNIT_COUNT}};

/* A new reference to the series of a design. */
static json_t *series_of(const struct shown *what, const json_t *timeline, const char *client) {
  const json_t *tree = json_object_get(json_object_get(timeline, "clients"), client);
  if (what->key == NULL) return all_errors(tree);
  if (strcmp(what->key, "queue") == 0) return all_queues(timeline);
  return json_incref(json_object_get(tree, what->key));
}

static void compare_panel(struct plot_panels *t, const struct shown *what, const json_t *designs,
                          GPtrArray *letters, const char *client, json_t *kept) {
  char *text = NULL;
  uint32_t from = t->curves;
  double lo = INFINITY;
  for (guint i = 0; i < letters->len && i < CURVES_A_PANEL; i++) {
    const char *letter = letters->pdata[i];
    const json_t *design = json_object_get(designs, letter);
    json_t *values = series_of(what, json_object_get(design, "timeline"), client);
    if (values == NULL) continue;
    const char *title = plot_string(design, "title");
    char *name = g_strdup_printf("%c: %s", g_ascii_toupper(letter[0]), title != NULL ? title : "");
    json_array_append_new(kept, values);
    lo = fmin(lo, plot_values_smallest(values));
    plot_panels_add(t, name, values);
    g_free(name);
  }
  double hi = plot_panels_largest(t, from);
  if (!(hi > 0)) t->curves = from; /* nothing happened in any of them */
  bool latency = what->unit == UNIT_SECONDS;
  const json_t *goals = json_object_get(json_object_get(designs, "a"), "goals");
  double limit = latency && hi > 0 ? latency_goal(goals, client, hi, &text) : NAN;
  if (t->curves == from) return;
  struct plot_panel *panel = plot_panels_end(t, what->title, what->unit, latency ? lo : 0,
                                             isnan(limit) ? hi : fmax(hi, 1.25 * limit));
  panel->goal = limit * panel->axis.factor;
  panel->goal_text = text;
}

static void draw_compared(struct plot_page *page, struct plot_panels *t, const json_t *timeline,
                          const char *client, bool alone) {
  char *title = g_strdup_printf("%s over time, by design", client);
  struct plot_panels_text text = {
      .subject = client,
      .title = title,
      .first = "first replication of each design",
      .caption =
          "The first replication of each design, with the same random numbers: rates per "
          "second of simulated time, the 99 % quantile of the requests that were answered ok in a "
          "window, and the calls that waited in all components together. In the lanes below: "
          "faults and events of A.",
      .alone = alone};
  plot_panels_draw(page, t, timeline, &text);
  g_free(title);
}

void plot_timeline_compare(struct plot_page *page, const json_t *results) {
  const json_t *designs = json_object_get(results, "designs");
  const json_t *timeline = json_object_get(json_object_get(designs, "a"), "timeline");
  GPtrArray *clients = plot_keys(json_object_get(timeline, "clients"));
  GPtrArray *letters = plot_keys(designs);
  uint32_t drawn = 0;
  for (guint i = 0; i < clients->len; i++) {
    struct plot_panels t;
    if (!plot_panels_begin(&t, timeline)) break;
    json_t *kept = json_array(); /* the series that were added up */
    for (size_t k = 0; k < G_N_ELEMENTS(shown); k++) {
      compare_panel(&t, &shown[k], designs, letters, clients->pdata[i], kept);
    }
    if (t.panels > 0) {
      draw_compared(page, &t, timeline, clients->pdata[i], clients->len == 1);
      drawn++;
    }
    plot_panels_free(&t);
    json_decref(kept);
  }
  if (drawn == 0) plot_skip(page, "timeline", "the comparison has no timelines");
  g_ptr_array_unref(letters);
  g_ptr_array_unref(clients);
}
