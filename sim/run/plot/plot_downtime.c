/* Time lost: how much of a year a client's failed requests stand for, stacked by cause, against
 * what its goal on availability allows; and how long components were down. Where faults are planned
 * for certain times, it is the time lost of the run: a year is not made of such runs. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "plot_kinds.h"
#include "plot_results.h"
#include "plot_text.h"

#define ROWS_MAX 12u
#define CAUSES_MAX 8u

struct lost {
  uint32_t rows, causes;
  char *row[ROWS_MAX];
  char *cause[CAUSES_MAX];
  double of_s;                    /* a year, or what was measured in a replication */
  double s[ROWS_MAX][CAUSES_MAX]; /* seconds of that */
  double budget[ROWS_MAX];        /* NaN: no goal */
  double most;
};

/* The number of a cause, in the order in which they come; the last one gathers what is left. */
static uint32_t cause_of(struct lost *lost, const char *name) {
  for (uint32_t i = 0; i < lost->causes; i++) {
    if (strcmp(lost->cause[i], name) == 0) return i;
  }
  if (lost->causes < CAUSES_MAX) lost->cause[lost->causes++] = g_strdup(name);
  return lost->causes - 1;
}

static double budget_of(const json_t *goals, const char *name, double of_s) {
  GArray *list = plot_goals(goals);
  char *metric = g_strconcat(name, ".availability", NULL);
  double budget = NAN;
  for (guint i = 0; i < list->len; i++) {
    const struct plot_goal *goal = &g_array_index(list, struct plot_goal, i);
    if (goal->above && strcmp(goal->metric, metric) == 0) budget = (1 - goal->limit) * of_s;
  }
  g_free(metric);
  plot_goals_free(list);
  return budget;
}

static double *add_row(struct lost *lost, const char *name, double budget) {
  lost->row[lost->rows] = g_strdup(name);
  lost->budget[lost->rows] = budget;
  if (budget > 0) lost->most = fmax(lost->most, budget);
  return lost->s[lost->rows++];
}

static void add_client(struct lost *lost, const json_t *results, const char *client) {
  const json_t *metrics = json_object_get(results, "metrics");
  double requests = plot_metric(results, client, "requests", "value"), sum = 0;
  double budget = budget_of(json_object_get(results, "goals"), client, lost->of_s);
  if (lost->rows == ROWS_MAX || !(requests > 0)) return;
  if (strstr(client, ".during.") != NULL)
    return; /* a share of the time of a fault, which is in the client's */
  GPtrArray *names = plot_keys(metrics);
  char *prefix = g_strconcat(client, ".errors.", NULL);
  double *s = NULL, open = plot_unfinished(results, client);
  if (!isnan(budget)) s = add_row(lost, client, budget);
  for (guint i = 0; i < names->len; i++) {
    const char *name = names->pdata[i];
    double count = plot_number(json_object_get(metrics, name), "value");
    if (!g_str_has_prefix(name, prefix) || !(count > 0)) continue;
    if (s == NULL) s = add_row(lost, client, budget);
    s[cause_of(lost, name + strlen(prefix))] += (1 - open) * count / requests * lost->of_s;
    sum += (1 - open) * count / requests * lost->of_s;
  }
  if (open > 0) {
    if (s == NULL) s = add_row(lost, client, budget);
    s[cause_of(lost, "not ended")] += open * lost->of_s;
    sum += open * lost->of_s;
  }
  lost->most = fmax(lost->most, sum);
  g_free(prefix);
  g_ptr_array_unref(names);
}

static void add_component(struct lost *lost, const json_t *results, const char *name) {
  double up = plot_metric(results, name, "uptime", "value");
  if (lost->rows == ROWS_MAX || !(up >= 0 && up < 1)) return;
  double *s = add_row(lost, name, NAN);
  s[cause_of(lost, "down")] = (1 - up) * lost->of_s;
  lost->most = fmax(lost->most, (1 - up) * lost->of_s);
}

static void write_lost(GString *data, const struct lost *lost, double factor) {
  script_block(data, "lost");
  for (uint32_t c = 0; c < lost->causes; c++) {
    for (uint32_t r = 0; r < lost->rows; r++) {
      double from = 0;
      for (uint32_t k = 0; k < c; k++) from += lost->s[r][k];
      const double row[3] = {r + 1, from * factor, (from + lost->s[r][c]) * factor};
      if (lost->s[r][c] > 0) script_row(data, row, 3);
    }
    script_gap(data, 3);
  }
  script_block_end(data);
  script_block(data, "budget");
  for (uint32_t r = 0; r < lost->rows; r++) {
    const double row[2] = {r + 1, lost->budget[r] * factor};
    if (!isnan(lost->budget[r])) script_row(data, row, 2);
  }
  script_gap(data, 2);
  script_block_end(data);
}

/* Pixels to the left of the bars, so that every name has room. */
static double left_of(const struct lost *lost) {
  uint32_t widest = 0;
  for (uint32_t r = 0; r < lost->rows; r++) widest = MAX(widest, plot_text_width(lost->row[r]));
  return fmax(176, 24 + 7.6 * MIN(widest, LABEL_WIDTH));
}

static void draw(struct plot_page *page, const json_t *results, const struct lost *lost) {
  const char *names[CAUSES_MAX + 1];
  struct plot_axis x = plot_axis_time(lost->most);
  GString *data = g_string_new(NULL);
  bool budgets = false;
  uint32_t rows, n = lost->causes;
  double unfinished = 0;
  for (uint32_t r = 0; r < lost->rows; r++) {
    unfinished = fmax(unfinished, plot_unfinished(results, lost->row[r]));
  }
  for (uint32_t r = 0; r < lost->rows; r++) budgets |= !isnan(lost->budget[r]);
  for (uint32_t c = 0; c < n; c++) names[c] = lost->cause[c];
  if (budgets) names[n++] = "goal";
  script_key(data, names, n, LABEL_WIDTH, &rows);
  script_texts(data, "name", names, lost->causes, LABEL_WIDTH);
  script_texts(data, "row", (const char *const *)lost->row, lost->rows, LABEL_WIDTH);
  script_number(data, "LEFT", left_of(lost));
  script_axis(data, "x", &x);
  bool year = lost->of_s == YEAR_S;
  char *title = script_axis_title(year ? "time lost a year" : "time lost in the run", &x);
  script_text(data, "X_TITLE", title, 60);
  g_free(title);
  script_number(data, "BUDGETS", budgets);
  script_number(data, "ROW", 34);
  write_lost(data, lost, x.factor);
  struct plot_draft draft = {
      .kind = "downtime",
      .alone = true,
      .width = 800,
      .height = 66 + 8 + 20 * rows + 34 * lost->rows + 56,
      .key_rows = rows,
      .title = g_strdup(year ? "Time lost a year, by cause" : "Time lost in the run, by cause"),
      .note = year ? g_strdup("if a year went as the measured time did")
                   : g_strdup_printf("of %s measured, with the faults planned for it",
                                     format_value(UNIT_SECONDS, lost->of_s).text),
      .caption = g_strdup_printf(
          "Of a client: the share of its requests that failed%s, as time of %s, by the cause of "
          "the failure. The black line is what its goal on availability allows. Of a component: "
          "the time in which it was down.",
          unfinished > 0 ? ", or had not ended when the run did" : "", year ? "a year" : "the run"),
      .data = data};
  plot_add(page, &draft);
}

void plot_downtime(struct plot_page *page, const json_t *results) {
  const json_t *metrics = json_object_get(results, "metrics");
  struct lost lost = {.of_s = YEAR_S};
  if (json_is_true(json_object_get(results, "faults_planned"))) {
    lost.of_s = plot_number(results, "simulated_s") - plot_number(results, "warmup_s");
  }
  GPtrArray *clients = plot_clients(metrics, false), *components = plot_components(metrics);
  for (guint i = 0; i < clients->len; i++) add_client(&lost, results, clients->pdata[i]);
  for (guint i = 0; i < components->len; i++) add_component(&lost, results, components->pdata[i]);
  if (lost.causes > 0)
    draw(page, results, &lost); /* else nothing was lost, which needs no picture */
  for (uint32_t i = 0; i < lost.rows; i++) g_free(lost.row[i]);
  for (uint32_t i = 0; i < lost.causes; i++) g_free(lost.cause[i]);
  g_ptr_array_unref(components);
  g_ptr_array_unref(clients);
}
