/* What users see: latency, throughput, availability, over time, and where the time goes. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "page.h"
#include "plot_results.h"
#include "results_tree.h"

/* The head of a row; what its availability and its latencies leave out stands below the name. */
static void name_cell(const struct page *p, const char *label, const char *owner,
                      const char *const *metrics) {
  bool leaves_out = strcmp(metrics[0], "availability") == 0;
  double unfinished = leaves_out ? page_unfinished(p, owner) : 0;
  g_string_append(p->out, "<th>");
  html_text(p->out, label);
  if (unfinished > 0) {
    gchar *text = g_strdup_printf("without the %s that had not ended",
                                  format_value(UNIT_RATIO, unfinished).text);
    html_element(p->out, "small", text);
    g_free(text);
  }
  g_string_append(p->out, "</th>");
}

/* A row for each part of a client, an operation ("op") or a tier of its users ("tier"). */
static void part_rows(const struct page *p, const char *client, const char *kind, char **parts,
                      const char *const *metrics, const struct format_column *unit) {
  for (char **part = parts; *part != NULL; part++) {
    char *owner = g_strdup_printf("%s.%s.%s", client, kind, *part);
    bool tier = strcmp(kind, "tier") == 0;
    char *label = g_strdup_printf("%s: %s%s", client, tier ? "tier " : "", *part);
    g_string_append(p->out, "<tr class=\"part\">");
    name_cell(p, label, owner, metrics);
    page_cells(p, owner, metrics, unit);
    g_string_append(p->out, "</tr>\n");
    g_free(label);
    g_free(owner);
  }
  g_strfreev(parts);
}

/* Of more clients than CLIENTS_ALL a table has the CLIENTS_SHOWN of which most requests failed. */
#define CLIENTS_ALL 12u
#define CLIENTS_SHOWN 20u

struct ranked {
  char *name;
  double failed;
  guint place;
};

static double failed_of(const struct page *p, const char *client) {
  double failed =
      tree_metric(p->metrics, client, "requests") *
      (1 - tree_metric(p->metrics, client, "availability") * (1 - page_unfinished(p, client)));
  return isnan(failed) ? 0 : failed;
}

static int by_failed(gconstpointer left, gconstpointer right) {
  const struct ranked *a = left, *b = right;
  if (a->failed != b->failed) return a->failed > b->failed ? -1 : 1;
  return a->place < b->place ? -1 : 1;
}

/* Leaves the worst of many clients; the others' names are freed. False: they are few. */
static bool leave_worst(const struct page *p, char **clients, guint n) {
  if (n <= CLIENTS_ALL) return false;
  struct ranked *list = g_new(struct ranked, n);
  for (guint i = 0; i < n; i++) list[i] = (struct ranked){clients[i], failed_of(p, clients[i]), i};
  qsort(list, n, sizeof *list, by_failed);
  for (guint i = 0; i < n; i++) {
    if (i >= CLIENTS_SHOWN) g_free(list[i].name);
    clients[i] = i < CLIENTS_SHOWN ? list[i].name : NULL;
  }
  g_free(list);
  return true;
}

#define COLUMNS_MOST 12 /* of a table */

/* A row a client and, unless they are many, a row an operation of it and a tier of its users, with
 * these metrics. `columns` begins with a column for the name. */
static void clients_table(const struct page *p, const char *title, const char *const *columns,
                          const char *const *metrics) {
  char **clients = page_clients(p);
  guint n = g_strv_length(clients);
  bool many = leave_worst(p, clients, n);
  gchar *caption = many ? g_strdup_printf("%s, of the %u of %u clients of which most failed", title,
                                          g_strv_length(clients), n)
                        : g_strdup(title);
  html_open_table(p->out, caption, columns);
  g_free(caption);
  struct format_column unit[COLUMNS_MOST] = {0};
  for (char **c = clients; *c != NULL; c++) page_see_cells(p, *c, metrics, unit);
  for (char **c = clients; *c != NULL; c++) {
    g_string_append(p->out, "<tr>");
    name_cell(p, *c, *c, metrics);
    page_cells(p, *c, metrics, unit);
    g_string_append(p->out, "</tr>\n");
    if (many) continue;
    part_rows(p, *c, "op", page_operations(p, *c), metrics, unit);
    part_rows(p, *c, "tier", page_tiers(p, *c), metrics, unit);
  }
  html_close_table(p->out);
  g_strfreev(clients);
}

void page_latency(const struct page *p) {
  static const char *const columns[] = {"Client", ">answered ok", ">mean",   ">p50", ">p90", ">p95",
                                        ">p99",   ">p99.9",       ">p99.99", ">max", NULL};
  static const char *const metrics[] = {
      "availability", "latency.mean", "latency.p50",   "latency.p90", "latency.p95",
      "latency.p99",  "latency.p999", "latency.p9999", "latency.max", NULL};
  html_open_section(p->out, "latency", "Latency");
  page_plots(p, "percentiles");
  clients_table(p, "Latency of requests that were answered ok, from the intended send", columns,
                metrics);
  html_close(p->out, "section");
}

void page_throughput(const struct page *p) {
  static const char *const columns[] = {"Client",
                                        ">offered",
                                        ">ended",
                                        ">answered ok (throughput)",
                                        ">retries",
                                        ">in flight",
                                        ">unfinished at the end",
                                        NULL};
  static const char *const metrics[] = {"offered",   "ended",         "throughput", "retries",
                                        "in_flight", "in_flight.end", NULL};
  html_open_section(p->out, "throughput", "Throughput");
  clients_table(p, "Requests a second, and retries in a replication", columns, metrics);
  html_close(p->out, "section");
}

/* --- availability --------------------------------------------------------------------------- */

/* One for all clients: many have no or few errors, and a table each would be mostly heads. */
static void errors_table(const struct page *p, char **clients) {
  static const char *const columns[] = {"Metric", ">Requests in a replication", ">95 % interval",
                                        "Meaning", NULL};
  const char **names = tree_keys(p->metrics);
  bool any = false;
  for (char **client = clients; *client != NULL; client++) {
    char *prefix = g_strconcat(*client, ".errors.", NULL);
    for (const char **name = names; *name != NULL; name++) {
      double count = tree_number(json_object_get(p->metrics, *name), "value");
      if (!g_str_has_prefix(*name, prefix) || !(count > 0)) continue;
      if (!any) html_open_table(p->out, "Requests that ended badly, by cause", columns);
      any = true;
      page_row(p, *name);
    }
    g_free(prefix);
  }
  if (any) html_close_table(p->out);
  g_free(names);
}

void page_availability(const struct page *p) {
  static const char *const columns[] = {"Client", ">availability", ">requests ended", NULL};
  static const char *const metrics[] = {"availability", "requests", NULL};
  html_open_section(p->out, "availability", "Availability");
  page_plots(p, "downtime");
  page_plots(p, "availability");
  clients_table(p, "Share of the requests that were answered ok", columns, metrics);
  char **clients = page_clients(p);
  errors_table(p, clients);
  g_strfreev(clients);
  html_close(p->out, "section");
}

/* --- over time ------------------------------------------------------------------------------ */

#define ROWS_SHOWN 40 /* of faults and of events; the JSON has them all */
#define ROWS_OPEN 12  /* a longer table is folded up */

static void seconds_cell(const struct page *p, const json_t *entry, const char *key) {
  page_number_cell(p, UNIT_SECONDS, tree_number(entry, key), NULL);
}

/* The first `shown` of `n` rows; to be closed by close_long_table. */
static void open_long_table(const struct page *p, const char *what, size_t shown, size_t n,
                            const char *const *columns) {
  char *caption = shown < n       ? g_strdup_printf("%s, the first %zu of %zu", what, shown, n)
                  : n > ROWS_OPEN ? g_strdup_printf("%s, %zu", what, n)
                                  : g_strdup(what);
  if (n > ROWS_OPEN) html_open_folded(p->out, caption);
  html_open_table(p->out, caption, columns);
  g_free(caption);
}

static void close_long_table(const struct page *p, size_t n) {
  html_close_table(p->out);
  if (n > ROWS_OPEN) html_close(p->out, "details");
}

static void faults_table(const struct page *p, const json_t *faults) {
  static const char *const columns[] = {"Fault", ">from", ">to", ">for", NULL};
  size_t n = json_array_size(faults), shown = MIN(n, ROWS_SHOWN);
  if (n == 0) return;
  open_long_table(p, "Faults, in simulated time", shown, n, columns);
  for (size_t i = 0; i < shown; i++) {
    const json_t *fault = json_array_get(faults, i);
    g_string_append(p->out, "<tr>");
    html_element(p->out, "th", tree_text(fault, "name"));
    seconds_cell(p, fault, "from_s");
    seconds_cell(p, fault, "to_s");
    page_number_cell(p, UNIT_SECONDS, tree_number(fault, "to_s") - tree_number(fault, "from_s"),
                     NULL);
    g_string_append(p->out, "</tr>\n");
  }
  close_long_table(p, n);
}

static void events_table(const struct page *p, const json_t *events) {
  static const char *const columns[] = {">At", "Component", "What happened", NULL};
  size_t n = json_array_size(events), shown = MIN(n, ROWS_SHOWN);
  if (n == 0) return;
  open_long_table(p, "Events", shown, n, columns);
  for (size_t i = 0; i < shown; i++) {
    const json_t *event = json_array_get(events, i);
    g_string_append(p->out, "<tr>");
    seconds_cell(p, event, "at_s");
    html_element(p->out, "th", tree_text(event, "component"));
    page_text_cell(p, tree_text(event, "what"));
    g_string_append(p->out, "</tr>\n");
  }
  close_long_table(p, n);
}

void page_timeline(const struct page *p) {
  const json_t *timeline = json_object_get(p->run, "timeline");
  html_open_section(p->out, "timeline", "Timeline");
  if (timeline == NULL) {
    g_string_append(p->out, "<p>These results hold no timeline.</p>\n");
  } else {
    g_string_append(p->out, "<p>Of the first replication, warm-up included, in windows of ");
    page_say(p->out, UNIT_SECONDS, tree_number(timeline, "window_s"));
    g_string_append_c(p->out, '.');
    char **clients = page_clients(p);
    guint n = g_strv_length(clients);
    size_t drawn = json_object_size(json_object_get(timeline, "clients"));
    if (drawn > 0 && n > drawn) {
      g_string_append_printf(p->out,
                             " Of %u clients these are the %zu of which most requests failed, then "
                             "the first.",
                             n, drawn);
    }
    g_strfreev(clients);
    g_string_append(p->out, "</p>\n");
  }
  page_plots(p, "timeline");
  faults_table(p, json_object_get(timeline, "faults"));
  events_table(p, json_object_get(timeline, "events"));
  html_close(p->out, "section");
}

/* --- breakdown ------------------------------------------------------------------------------ */

#define PARTS_SHOWN 5 /* the largest; the JSON has them all */

static void breakdown_rows(const struct page *p, const json_t *entry, const char *label) {
  const json_t *parts = json_object_get(entry, "parts");
  double latency_s = tree_number(entry, "latency_s");
  size_t shown = MIN(json_array_size(parts), PARTS_SHOWN);
  for (size_t i = 0; i < shown; i++) {
    const json_t *part = json_array_get(parts, i);
    g_string_append(p->out, i == 0 ? "<tr>" : "<tr class=\"part\">");
    html_element(p->out, "th", i == 0 ? label : "");
    if (i == 0) {
      seconds_cell(p, entry, "latency_s");
    } else {
      g_string_append(p->out, "<td></td>");
    }
    page_text_cell(p, tree_text(part, "component"));
    page_text_cell(p, tree_text(part, "part"));
    seconds_cell(p, part, "s");
    page_number_cell(p, UNIT_RATIO, tree_number(part, "s") / latency_s, NULL);
    g_string_append(p->out, "</tr>\n");
  }
}

static void breakdown_table(const struct page *p, const char *client, const json_t *blame) {
  static const char *const columns[] = {"Requests", ">latency", "Component", "Part",
                                        ">time",    ">share",   NULL};
  char *caption = g_strdup_printf(
      "Where the time of %s goes, largest parts first: %.0f requests sampled of %.0f", client,
      tree_number(blame, "sampled"), tree_number(blame, "of"));
  html_open_table(p->out, caption, columns);
  g_free(caption);
  const json_t *at = json_object_get(blame, "at");
  for (size_t i = 0; i < json_array_size(at); i++) {
    const json_t *entry = json_array_get(at, i);
    double q = tree_number(entry, "q");
    char *label = isnan(q) ? g_strdup("mean of all") : g_strdup_printf("at p%.4g", q * 100);
    breakdown_rows(p, entry, label);
    g_free(label);
  }
  const json_t *failed = json_object_get(blame, "failed");
  if (failed != NULL) breakdown_rows(p, failed, "mean of the failed");
  html_close_table(p->out);
}

void page_breakdown(const struct page *p) {
  const json_t *blame = json_object_get(p->run, "blame");
  html_open_section(p->out, "breakdown", "Where the time goes");
  if (blame == NULL) g_string_append(p->out, "<p>These results hold no breakdown.</p>\n");
  GPtrArray *clients = plot_keys(blame);
  guint n = plot_keep_worst(p->run, clients);
  if (n > clients->len) {
    g_string_append_printf(
        p->out,
        "<p class=\"note\">Of %u clients these are the %u of which most requests "
        "failed, then the slowest; the JSON has them all.</p>\n",
        n, clients->len);
  }
  page_plots(p, "breakdown");
  for (guint i = 0; i < clients->len; i++) {
    breakdown_table(p, clients->pdata[i], json_object_get(blame, clients->pdata[i]));
  }
  g_ptr_array_unref(clients);
  page_waterfalls(p);
  html_close(p->out, "section");
}
