#include "sweep_kinds.h"

#include <glib.h>
#include <string.h>

#include "format.h"
#include "metric_meaning.h"
#include "results_tree.h"

/* Of a client's metrics the one that tells most comes first. */
static const json_t *populations_of(const json_t *metrics, const char *what, const char **metric) {
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)metrics, name, value) {
    const json_t *list = json_object_get(value, "populations");
    if (json_array_size(list) != 2 || !g_str_has_suffix(name, what)) continue;
    if (strchr(name, '.') != name + strlen(name) - strlen(what)) continue; /* of a part of it */
    *metric = name;
    return list;
  }
  return NULL;
}

char *sweep_kinds(const json_t *point) {
  static const char *const telling[] = {".availability", ".latency.mean", ".goodput"};
  const json_t *metrics = json_object_get(point, "metrics"), *list = NULL;
  const char *metric = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(telling) && list == NULL; i++) {
    list = populations_of(metrics, telling[i], &metric);
  }
  if (list == NULL) return NULL;
  struct metric_meaning meaning = {.unit = UNIT_COUNT};
  metric_meaning(NULL, strchr(metric, '.') + 1, &meaning);
  const json_t *low = json_array_get(list, 0), *high = json_array_get(list, 1);
  return g_strdup_printf("%s is about %s in %.0f replications and %s in %.0f", metric,
                         format_value(meaning.unit, tree_number(low, "mean")).text,
                         tree_number(low, "replications"),
                         format_value(meaning.unit, tree_number(high, "mean")).text,
                         tree_number(high, "replications"));
}
