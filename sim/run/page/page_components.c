/* The components of a run: topology, the metrics that all have, what each kind has of its own. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "graphviz.h"
#include "html.h"
#include "page.h"
#include "price.h"
#include "results_tree.h"
#include "topology_dot.h"

#define MEMBERS_SHOWN 100 /* rows of members; a group of thousands would bury the rest */

/* The drawing as an element; NULL and a sentence if graphviz fails. To be freed with g_free. */
static char *draw_topology(const struct page *p, bool down, struct error *err) {
  const json_t *topology = json_object_get(p->run, "topology");
  char *dot = topology_dot(topology, p->metrics, down ? "drawing-down" : "drawing", down);
  GBytes *drawn = graphviz_draw(dot, "svg", err);
  g_free(dot);
  if (drawn == NULL) return NULL;
  gsize length;
  gchar *raw = g_bytes_unref_to_data(drawn, &length);
  gchar *text = g_strndup(raw, length);
  char *svg = graphviz_inline(text, "Topology: who calls whom, how often", false);
  g_free(raw);
  g_free(text);
  return svg;
}

#define NARROW_MOST 800 /* pt: a drawing wider than this cannot be read on a phone */

static double width_of(const char *svg) {
  const char *box = strstr(svg, "viewBox=\"0.00 0.00 ");
  return box ? g_ascii_strtod(box + strlen("viewBox=\"0.00 0.00 "), NULL) : INFINITY;
}

/* Drawn twice, from left to right for wide pages and from top to bottom for narrow ones: without a
 * script a page can only choose between the two. Where the second one would be too wide as well,
 * the first one is there for both, and scrolls. */
bool page_topology(const struct page *p, struct error *err) {
  page_open_shared(p, "topology", "Topology");
  if (json_object_get(p->run, "topology") == NULL) {
    g_string_append(p->out, "<p>These results hold no topology.</p>\n");
    html_close(p->out, "section");
    return true;
  }
  char *broad = draw_topology(p, false, err);
  char *narrow = broad != NULL ? draw_topology(p, true, err) : NULL;
  if (narrow != NULL) {
    bool both = width_of(narrow) <= NARROW_MOST;
    g_string_append_printf(p->out,
                           "<figure><div class=\"wide%s\" tabindex=\"0\" role=\"group\" "
                           "aria-label=\"Topology\">%s</div>\n",
                           both ? " broad" : "", broad);
    if (both) g_string_append_printf(p->out, "<div class=\"narrow\">%s</div>\n", narrow);
    g_string_append(
        p->out,
        "<figcaption>Who calls whom. The wider a line, the more calls. Where failures begin, the "
        "line is red for the share of its calls that failed. A number with ~ is estimated from "
        "sampled requests, because its "
        "component has several callers. Latencies are those of paths, one way.</figcaption>"
        "</figure>\n");
  }
  g_free(broad);
  g_free(narrow);
  html_close(p->out, "section");
  return narrow != NULL;
}

/* --- what all have -------------------------------------------------------------------------- */

static const char *const common[] = {
    "utilization",  "queue.mean",   "queue.max",    "wait.mean", "wait.p99",
    "service.mean", "arrival_rate", "availability", "uptime",    NULL};

static bool is_common(const char *own) {
  for (const struct metric_def *def = common_metrics; def->name != NULL; def++) {
    if (strcmp(def->name, own) == 0) return true;
  }
  return false;
}

static double value_of(const struct page *p, const char *owner, const char *metric) {
  char *name = g_strconcat(owner, metric, NULL);
  double value = tree_number(json_object_get(p->metrics, name), "value");
  g_free(name);
  return value;
}

/* A member that a control or a fault never started. */
static bool was_never_there(const struct page *p, const char *owner) {
  return isnan(value_of(p, owner, ".uptime")) && isnan(value_of(p, owner, ".utilization"));
}

/* Owners of common metrics, sorted: components with their members behind them. */
static GPtrArray *owners(const struct page *p) {
  GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
  const char **names = tree_keys(p->metrics);
  for (const char **name = names; *name != NULL; name++) {
    const char *own;
    char *owner = page_owner(*name, &own);
    if (strcmp(own, "arrival_rate") == 0) {
      g_ptr_array_add(list, owner);
    } else {
      g_free(owner);
    }
  }
  g_free(names);
  return list;
}

/* "web[10]" behind "web[9]". */
static int by_owner(gconstpointer left, gconstpointer right) {
  const char *a = *(const char *const *)left, *b = *(const char *const *)right;
  size_t la = strcspn(a, "["), lb = strcspn(b, "[");
  int order = strncmp(a, b, MIN(la, lb));
  if (order != 0 || la != lb) return order != 0 ? order : (la > lb) - (la < lb);
  guint64 ia = a[la] == '[' ? g_ascii_strtoull(a + la + 1, NULL, 10) : 0;
  guint64 ib = b[lb] == '[' ? g_ascii_strtoull(b + lb + 1, NULL, 10) : 0;
  return (ia > ib) - (ia < ib);
}

static void common_table(const struct page *p) {
  static const char *const columns[] = {
      "Component",      "Kind",          ">utilization", ">queue",
      ">longest queue", ">wait",         ">wait p99",    ">service",
      ">arrivals",      ">availability", ">up",          NULL};
  GPtrArray *list = owners(p);
  g_ptr_array_sort(list, by_owner);
  html_open_table(p->out, "Components and members: load, queue, waiting, answers", columns);
  guint members = 0, absent = 0;
  struct format_column unit[G_N_ELEMENTS(common)] = {0};
  for (guint i = 0; i < list->len; i++) page_see_cells(p, list->pdata[i], common, unit);
  for (guint i = 0; i < list->len; i++) {
    const char *owner = list->pdata[i], *kind = page_kind_of(p, owner);
    bool member = strchr(owner, '[') != NULL;
    if (member && was_never_there(p, owner)) {
      absent++;
      continue;
    }
    if (member && ++members > MEMBERS_SHOWN) continue;
    g_string_append(p->out, member ? "<tr class=\"part\">" : "<tr>");
    html_element(p->out, "th", owner);
    page_text_cell(p, member || kind == NULL ? "" : kind);
    page_cells(p, owner, common, unit);
    g_string_append(p->out, "</tr>\n");
  }
  html_close_table(p->out);
  if (members > MEMBERS_SHOWN) {
    g_string_append_printf(p->out, "<p class=\"note\">%u more members are in the JSON.</p>\n",
                           members - MEMBERS_SHOWN);
  }
  if (absent > 0) {
    g_string_append_printf(p->out,
                           "<p class=\"note\">Of the members %u never ran; %s left out.</p>\n",
                           absent, absent == 1 ? "it is" : "they are");
  }
  g_ptr_array_free(list, TRUE);
}

/* --- what a kind has of its own ------------------------------------------------------------- */

static bool is_own(const struct page *p, const char *metric, char **clients) {
  const char *own;
  char *owner = page_owner(metric, &own);
  bool member = strchr(owner, '[') != NULL;
  bool client = g_strv_contains((const gchar *const *)clients, owner);
  g_free(owner);
  double value = tree_number(json_object_get(p->metrics, metric), "value");
  bool of_all = g_str_has_prefix(metric, "cost.") && json_object_get(p->metrics, "cost.hour");
  return !member && !client && !of_all && !is_common(own) && !isnan(value);
}

static void cost_row(const struct page *p, const char *label, const char *owner, double all) {
  double hour = value_of(p, owner, "cost.hour");
  g_string_append(p->out, "<tr>");
  html_element(p->out, "th", label);
  page_number_cell(p, UNIT_MONEY, hour, NULL);
  page_number_cell(p, UNIT_MONEY, hour * PRICE_MONTH_H, NULL);
  page_number_cell(p, UNIT_MONEY, value_of(p, owner, "cost.request"), NULL);
  page_number_cell(p, UNIT_RATIO, all > 0 ? hour / all : NAN, NULL);
  g_string_append(p->out, "</tr>\n");
}

/* What all costs, then what each component does. */
static void cost_table(const struct page *p) {
  static const char *const columns[] = {"Component",  ">an hour", ">a month",
                                        ">a request", ">share",   NULL};
  static const char end[] = ".cost.hour";
  if (json_object_get(p->metrics, "cost.hour") == NULL) return;
  double all = value_of(p, "", "cost.hour");
  html_open_table(p->out, "What it costs, in the currency of the prices; a month has 730 h",
                  columns);
  cost_row(p, "all", "", all);
  const char **names = tree_keys(p->metrics);
  for (const char **name = names; *name != NULL; name++) {
    if (!g_str_has_suffix(*name, end)) continue;
    char *label = g_strndup(*name, strlen(*name) - strlen(end));
    char *owner = g_strconcat(label, ".", NULL);
    cost_row(p, label, owner, all);
    g_free(owner);
    g_free(label);
  }
  g_free(names);
  html_close_table(p->out);
}

static bool is_zero(const struct page *p, const char *metric) {
  return tree_number(json_object_get(p->metrics, metric), "value") == 0;
}

/* Of what is 0 there is much, and it says little: it is folded up. */
static void own_table(const struct page *p) {
  static const char *const columns[] = {"Metric", ">Value", ">95 % interval", "Meaning", NULL};
  char **clients = page_clients(p);
  const char **names = tree_keys(p->metrics);
  size_t n[2] = {0}, told[2] = {0};
  for (int zero = 0; zero < 2; zero++) {
    for (const char **name = names; *name != NULL; name++) {
      if (is_own(p, *name, clients)) n[zero] += is_zero(p, *name) == zero;
    }
    if (n[zero] == 0) continue;
    if (zero) {
      char *summary = g_strdup_printf("%zu more that %s 0", n[zero], n[zero] == 1 ? "is" : "are");
      html_open_folded(p->out, summary);
      g_free(summary);
    }
    for (const char **name = names; *name != NULL; name++) {
      if (!is_own(p, *name, clients) || is_zero(p, *name) != zero) continue;
      if (told[zero]++ == 0) {
        html_open_table(p->out, zero ? "What did not happen" : "What kinds measure beside that",
                        columns);
      }
      page_row(p, *name);
    }
    html_close_table(p->out);
    if (zero) html_close(p->out, "details");
  }
  g_free(names);
  g_strfreev(clients);
}

void page_components(const struct page *p) {
  html_open_section(p->out, "components", "Components");
  common_table(p);
  cost_table(p);
  own_table(p);
  html_close(p->out, "section");
}
