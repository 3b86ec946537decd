#include "plot_results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "axis.h"

/* Beyond these sizes nothing is a result, and gnuplot gives up. */
#define LARGEST 1e15
#define SMALLEST 1e-15

static double number_of(const json_t *value) {
  double number = json_is_number(value) ? json_number_value(value) : NAN;
  if (fabs(number) > LARGEST) return NAN;
  return fabs(number) < SMALLEST ? 0 : number;
}

double plot_number(const json_t *object, const char *key) {
  return number_of(json_object_get(object, key));
}

double plot_item(const json_t *array, size_t index) {
  return number_of(json_array_get(array, index));
}

const char *plot_string(const json_t *object, const char *key) {
  return json_string_value(json_object_get(object, key));
}

const json_t *plot_judged(const json_t *results, const char *metric) {
  const json_t *entry = json_object_get(json_object_get(results, "metrics"), metric);
  const json_t *all = json_object_get(entry, "all");
  return all != NULL ? all : entry;
}

double plot_metric(const json_t *results, const char *name, const char *suffix, const char *what) {
  char *full = g_strdup_printf("%s.%s", name, suffix);
  double value = plot_number(plot_judged(results, full), what);
  g_free(full);
  return value;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

double plot_unfinished(const json_t *results, const char *name) {
  char *metric = g_strconcat(name, ".availability", NULL);
  const json_t *entry = json_object_get(json_object_get(results, "metrics"), metric);
  double share = plot_number(entry, "unfinished");
  g_free(metric);
  return share > 0 ? share : 0;
}

struct standing {
  double failed, slow;
  guint place;
};

static int by_standing(const void *left, const void *right) {
  const struct standing *a = left, *b = right;
  if (a->failed != b->failed) return a->failed > b->failed ? -1 : 1;
  if (a->slow != b->slow) return a->slow > b->slow ? -1 : 1;
  return a->place < b->place ? -1 : 1;
}

static int by_place(const void *left, const void *right) {
  const struct standing *a = left, *b = right;
  return a->place < b->place ? -1 : a->place > b->place;
}

guint plot_keep_worst(const json_t *results, GPtrArray *clients) {
  guint n = clients->len;
  if (n <= PLOT_CLIENTS_MOST) return n;
  struct standing *list = g_new0(struct standing, n);
  for (guint i = 0; i < n; i++) {
    const char *name = clients->pdata[i];
    double ok = plot_metric(results, name, "availability", "value");
    double requests = plot_metric(results, name, "requests", "value");
    double failed = requests * (1 - ok * (1 - plot_unfinished(results, name)));
    double slow = plot_metric(results, name, "latency.p99", "value");
    list[i] = (struct standing){isnan(failed) ? 0 : failed, isnan(slow) ? 0 : slow, i};
  }
  qsort(list, n, sizeof *list, by_standing);
  qsort(list, PLOT_CLIENTS_MOST, sizeof *list, by_place);
  GPtrArray *kept = g_ptr_array_new();
  for (guint i = 0; i < PLOT_CLIENTS_MOST; i++) {
    g_ptr_array_add(kept, g_strdup(clients->pdata[list[i].place]));
  }
  g_ptr_array_set_size(clients, 0);
  for (guint i = 0; i < kept->len; i++) g_ptr_array_add(clients, kept->pdata[i]);
  g_ptr_array_unref(kept);
  g_free(list);
  return n;
}

GPtrArray *plot_keys(const json_t *object) {
  GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)object, key, value) g_ptr_array_add(keys, g_strdup(key));
  g_ptr_array_sort(keys, by_text);
  return keys;
}

bool plot_is_operation(const char *name) {
  return strstr(name, ".op.") != NULL || g_str_has_suffix(name, ".journey");
}

/* Names that have a metric of this suffix. */
static GPtrArray *having(const json_t *metrics, const char *suffix) {
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free), *keys = plot_keys(metrics);
  for (guint i = 0; i < keys->len; i++) {
    const char *key = keys->pdata[i];
    if (!g_str_has_suffix(key, suffix)) continue;
    g_ptr_array_add(names, g_strndup(key, strlen(key) - strlen(suffix)));
  }
  g_ptr_array_unref(keys);
  g_ptr_array_sort(names, by_text);
  return names;
}

static void keep(GPtrArray *names, bool (*wanted)(const char *)) {
  for (guint i = names->len; i-- > 0;) {
    if (!wanted(names->pdata[i])) g_ptr_array_remove_index(names, i);
  }
}

static bool is_whole(const char *name) {
  return !plot_is_operation(name);
}

static bool is_group(const char *name) {
  return !g_str_has_suffix(name, "]") && !plot_is_operation(name);
}

GPtrArray *plot_clients(const json_t *metrics, bool operations) {
  GPtrArray *names = having(metrics, ".goodput");
  if (!operations) keep(names, is_whole);
  return names;
}

GPtrArray *plot_components(const json_t *metrics) {
  GPtrArray *names = having(metrics, ".arrivals");
  keep(names, is_group);
  return names;
}

static bool read_text(const char *text, struct plot_goal *goal) {
  gchar **word = g_strsplit_set(text, " \t", -1);
  const char *part[3] = {0};
  guint n = 0;
  for (guint i = 0; word[i] != NULL; i++) {
    if (word[i][0] != '\0' && n < 3) part[n++] = word[i];
  }
  bool ok = n == 3 && strchr("<>", part[1][0]) != NULL && axis_number(part[2], &goal->limit);
  if (ok) {
    goal->metric = g_strdup(part[0]);
    goal->above = part[1][0] == '>';
  }
  g_strfreev(word);
  return ok;
}

GArray *plot_goals(const json_t *goals) {
  GArray *out = g_array_new(FALSE, TRUE, sizeof(struct plot_goal));
  size_t index;
  json_t *tree;
  json_array_foreach((json_t *)goals, index, tree) {
    const char *text = json_is_string(tree) ? json_string_value(tree) : plot_string(tree, "goal");
    struct plot_goal goal = {.text = text, .verdict = plot_string(tree, "verdict")};
    const char *metric = plot_string(tree, "metric"), *op = plot_string(tree, "op");
    goal.limit = plot_number(tree, "limit");
    if (metric != NULL && op != NULL && !isnan(goal.limit)) {
      goal.metric = g_strdup(metric);
      goal.above = op[0] == '>';
    } else if (goal.text == NULL || !read_text(goal.text, &goal)) {
      continue;
    }
    g_array_append_val(out, goal);
  }
  return out;
}

void plot_goals_free(GArray *goals) {
  for (guint i = 0; i < goals->len; i++) g_free(g_array_index(goals, struct plot_goal, i).metric);
  g_array_unref(goals);
}

enum metric_unit plot_unit_of(const char *metric) {
  static const struct {
    const char *end;
    enum metric_unit unit;
  } ends[] = {
      {"availability", UNIT_RATIO}, {"utilization", UNIT_RATIO},  {"hit_ratio", UNIT_RATIO},
      {"probability", UNIT_RATIO},  {"uptime", UNIT_RATIO},       {"throughput", UNIT_PER_SECOND},
      {"goodput", UNIT_PER_SECOND}, {"offered", UNIT_PER_SECOND}, {"arrival_rate", UNIT_PER_SECOND},
      {"ended", UNIT_PER_SECOND},   {"downtime", UNIT_SECONDS},   {"mtbf", UNIT_SECONDS},
      {"cost.hour", UNIT_MONEY},    {"cost.request", UNIT_MONEY},
  };
  static const char *const times[] = {".latency.", ".wait.", ".service.", ".lag.", ".part."};
  for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
    if (g_str_has_suffix(metric, ends[i].end)) return ends[i].unit;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
    if (strstr(metric, times[i]) != NULL) return UNIT_SECONDS;
  }
  return UNIT_COUNT;
}
