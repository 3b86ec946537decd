/* Latency by percentile: x is 1/(1-q) on a logarithmic axis, so that each nine is as wide as the
 * one before and the tail is seen as well as the middle. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "percentile.h"
#include "plot_kinds.h"
#include "plot_results.h"

#define POINTS_MAX 400u
#define NAME_WIDTH 44u /* of a curve, in the key: "shoppers.during.the_web_server_dies" */

struct curve {
  char *name;
  uint32_t look;   /* colour, dash and point, from 1 */
  GArray *point;   /* x, y, x, y ... */
  double answered; /* share of the requests; the others failed */
};

struct curves {
  uint32_t n, left_out;
  bool designs;   /* of a comparison: each has the same look in every picture, .. */
  uint32_t begun; /* .. so those without points count */
  struct curve list[CURVES_MAX];
  double failed; /* the largest share that failed, whose latency is endless */
  bool coarse;   /* of the few percentiles among the metrics, not of all quantiles */
  double lo, hi, x_hi;
};

static void add_point(struct curves *all, struct curve *curve, double q, double value) {
  double x = 1 / (1 - q);
  if (!(q >= 0 && q < 1) || !isfinite(value) || !isfinite(x) || value < 0) return;
  g_array_append_val(curve->point, x);
  g_array_append_val(curve->point, value);
  /* The very least is often so small that the rest would be pressed against the top. */
  if (value > 0 && q > 0) all->lo = fmin(all->lo, value);
  all->hi = fmax(all->hi, value);
  all->x_hi = fmax(all->x_hi, x);
}

static struct curve *begin_curve(struct curves *all, const char *name) {
  uint32_t look = all->designs ? ++all->begun : all->n + 1;
  if (look > CURVES_MAX) {
    all->left_out++;
    return NULL;
  }
  struct curve *curve = &all->list[all->n++];
  *curve = (struct curve){g_strdup(name), look, g_array_new(FALSE, FALSE, sizeof(double)), 1};
  return curve;
}

static void end_curve(struct curves *all) {
  if (all->list[all->n - 1].point->len >= 4) return;
  struct curve *curve = &all->list[--all->n];
  g_free(curve->name);
  g_array_unref(curve->point);
}

/* The points are of the requests that were answered. Of all requests a smaller share is as fast:
 * the curve ends at the share that was answered. */
static void curve_of_points(struct curves *all, const char *name, const json_t *quantiles) {
  const json_t *points = json_object_get(quantiles, "points");
  struct curve *curve = begin_curve(all, name);
  if (curve == NULL) return;
  double failed = plot_number(quantiles, "failed"), answered = failed > 0 ? 1 - failed : 1;
  for (size_t i = 0; i < json_array_size(points) && i < POINTS_MAX; i++) {
    const json_t *point = json_array_get(points, i);
    add_point(all, curve, plot_item(point, 0) * answered, plot_item(point, 1));
  }
  curve->answered = answered;
  if (failed > 0) all->failed = fmax(all->failed, failed);
  end_curve(all);
}

/* From the metrics NAME.latency.p50 ...; `what` is "value", or the letter of a design. */
static void curve_of_metrics(struct curves *all, const char *title, const json_t *results,
                             const char *name, const char *what) {
  static const char *const words[] = {"p50", "p90", "p95", "p99", "p999", "p9999"};
  struct curve *curve = begin_curve(all, title);
  if (curve == NULL) return;
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    char *suffix = g_strconcat("latency.", words[i], NULL);
    add_point(all, curve, percentile_parse(words[i]), plot_metric(results, name, suffix, what));
    g_free(suffix);
  }
  all->coarse = true;
  end_curve(all);
}

static void curves_free(struct curves *all) {
  for (uint32_t i = 0; i < all->n; i++) {
    g_free(all->list[i].name);
    g_array_unref(all->list[i].point);
  }
}

/* --- goals ---------------------------------------------------------------------------------- */

#define GOALS_MAX 6u

struct goal_lines {
  uint32_t n;
  double x[GOALS_MAX], y[GOALS_MAX];
  char *text[GOALS_MAX];
};

static double goal_quantile(const char *metric, const char *subject) {
  const char *at = strstr(metric, ".latency.");
  size_t length = subject != NULL ? strlen(subject) : 0;
  if (at == NULL) return NAN;
  if (subject != NULL && ((size_t)(at - metric) != length || strncmp(metric, subject, length) != 0))
    return NAN;
  return percentile_parse(at + strlen(".latency."));
}

/* Goals of several clients may be the same line. */
static bool is_drawn(const struct goal_lines *lines, double x, double y) {
  for (uint32_t i = 0; i < lines->n; i++) {
    if (lines->x[i] == x && lines->y[i] == y) return true;
  }
  return false;
}

/* "goal p99 < 250 ms (met)". Of several curves it names whose goal it is; of several designs each
 * has a verdict of its own, and none is told. */
static char *goal_text(const struct plot_goal *goal, bool designs, bool several) {
  const char *word = strrchr(goal->metric, '.') + 1, *verdict = "";
  int owner = several && !designs ? (int)(strstr(goal->metric, ".latency.") - goal->metric) : 0;
  if (!designs && goal->verdict != NULL) {
    verdict = strcmp(goal->verdict, "pass") == 0        ? " (met)"
              : strcmp(goal->verdict, "undecided") == 0 ? " (undecided)"
                                                        : " (failed)";
  }
  return g_strdup_printf("goal %.*s%s%s < %s%s", owner, goal->metric, owner > 0 ? " " : "", word,
                         format_value(UNIT_SECONDS, goal->limit).text, verdict);
}

static void find_goals(struct goal_lines *lines, struct curves *curves, const json_t *goals,
                       const char *subject) {
  GArray *list = plot_goals(goals);
  for (guint i = 0; i < list->len && lines->n < GOALS_MAX; i++) {
    const struct plot_goal *goal = &g_array_index(list, struct plot_goal, i);
    double q = goal_quantile(goal->metric, subject);
    if (isnan(q) || goal->above || !(goal->limit > 0)) continue;
    if (is_drawn(lines, 1 / (1 - q), goal->limit)) continue;
    lines->x[lines->n] = 1 / (1 - q);
    lines->y[lines->n] = goal->limit;
    lines->text[lines->n++] = goal_text(goal, subject != NULL, curves->n > 1);
    curves->hi = fmax(curves->hi, goal->limit * 1.05);
    curves->x_hi = fmax(curves->x_hi, 1 / (1 - q));
  }
  plot_goals_free(list);
}

/* --- where goals are named ------------------------------------------------------------------- */

/* The panel and a character of the label, in pixels of the template. */
enum { PANEL_WIDTH = 688, PANEL_HEIGHT = 304, LETTER = 6, LINE = 16 };

/* Where a value stands on an axis: 0 to 1. */
static double part_of(const struct plot_axis *axis, double drawn) {
  return axis->log ? log(drawn / axis->lo) / log(axis->hi / axis->lo)
                   : (drawn - axis->lo) / (axis->hi - axis->lo);
}

struct box {
  double left, right, low, high; /* parts of the panel */
};

static bool meets(const struct box *box, const double from[2], const double to[2]) {
  enum { STEPS = 8 };
  for (int i = 0; i <= STEPS; i++) {
    double x = from[0] + (to[0] - from[0]) * i / STEPS, y = from[1] + (to[1] - from[1]) * i / STEPS;
    if (x >= box->left && x <= box->right && y >= box->low && y <= box->high) return true;
  }
  return false;
}

static bool is_crossed(const struct curves *curves, const struct plot_axis *x,
                       const struct plot_axis *y, const struct box *box) {
  for (uint32_t i = 0; i < curves->n; i++) {
    const GArray *point = curves->list[i].point;
    double before[2] = {NAN, NAN};
    for (guint k = 0; k + 1 < point->len; k += 2) {
      double value = fmax(g_array_index(point, double, k + 1) * y->factor, y->lo);
      double here[2] = {part_of(x, g_array_index(point, double, k)), part_of(y, value)};
      if (!isnan(before[0]) && meets(box, before, here)) return true;
      before[0] = here[0];
      before[1] = here[1];
    }
  }
  return false;
}

/* Above the goal's line or below it, as far left as no curve crosses the label; if there is no such
 * place, on the left above it. `y` of the goals is as drawn. */
static void place_goals(const struct goal_lines *lines, const struct curves *curves,
                        const struct plot_axis *x, const struct plot_axis *y,
                        double left[GOALS_MAX], double up[GOALS_MAX]) {
  enum { PLACES = 12 };
  for (uint32_t i = 0; i < lines->n; i++) {
    double width = (double)strlen(lines->text[i]) * LETTER / PANEL_WIDTH;
    double line = part_of(y, lines->y[i]), height = (double)LINE / PANEL_HEIGHT;
    left[i] = 0.01;
    up[i] = 1;
    for (int k = 0; k < 2 * PLACES; k++) {
      double at = 0.01 + fmax(0, 0.98 - width) * (k / 2) / (PLACES - 1);
      double low = k % 2 == 0 ? line : line - height;
      struct box box = {at, at + width, low, low + height};
      if (low < 0 || low + height > 1 || is_crossed(curves, x, y, &box)) continue;
      left[i] = at;
      up[i] = k % 2 == 0 ? 1 : -1;
      break;
    }
  }
}

/* --- the plot ------------------------------------------------------------------------------- */

static struct plot_axis percent_axis(double x_hi) {
  static const struct {
    double at;
    const char *label;
  } known[] = {{1, "0 %"},         {2, "50 %"},         {10, "90 %"},        {20, "95 %"},
               {100, "99 %"},      {1000, "99.9 %"},    {1e4, "99.99 %"},    {1e5, "99.999 %"},
               {1e6, "99.9999 %"}, {1e7, "99.99999 %"}, {1e8, "99.999999 %"}};
  struct plot_axis axis = {
      .log = true, .lo = 1, .hi = fmax(x_hi * 1.05, 20), .factor = 1, .unit = ""};
  for (size_t i = 0; i < G_N_ELEMENTS(known) && known[i].at <= axis.hi; i++) {
    axis.tick[axis.ticks].at = known[i].at;
    g_strlcpy(axis.tick[axis.ticks++].label, known[i].label, sizeof axis.tick[0].label);
  }
  return axis;
}

static void write_curves(GString *data, const struct curves *curves, double factor) {
  script_block(data, "curve");
  for (uint32_t i = 0; i < curves->n; i++) {
    const GArray *point = curves->list[i].point;
    for (guint k = 0; k + 1 < point->len; k += 2) {
      double row[2] = {g_array_index(point, double, k),
                       g_array_index(point, double, k + 1) * factor};
      script_row(data, row, 2);
    }
    script_gap(data, 2);
  }
  script_block_end(data);
}

static void write_goals(GString *data, struct goal_lines *lines, const struct curves *curves,
                        const struct plot_axis *x, const struct plot_axis *y) {
  double left[GOALS_MAX], up[GOALS_MAX];
  for (uint32_t i = 0; i < lines->n; i++) lines->y[i] *= y->factor;
  place_goals(lines, curves, x, y, left, up);
  script_numbers(data, "goal_left", left, lines->n);
  script_numbers(data, "goal_up", up, lines->n);
  script_numbers(data, "goal_x", lines->x, lines->n);
  script_numbers(data, "goal_y", lines->y, lines->n);
  script_texts(data, "goal_text", (const char *const *)lines->text, lines->n, 60);
}

/* "p99 of shoppers is 44.5 ms": the value at 99 %, read off the curve between its points; endless
 * where it ended before. */
static double at_quantile(const struct curve *curve, double q) {
  double last_q = NAN, last = NAN;
  if (curve->answered < q) return INFINITY;
  for (guint k = 0; k + 1 < curve->point->len; k += 2) {
    double here_q = 1 - 1 / g_array_index(curve->point, double, k);
    double here = g_array_index(curve->point, double, k + 1);
    if (here_q >= q * (1 - 1e-9)) {
      if (isnan(last) || here_q <= q * (1 + 1e-9)) return here;
      return last + (here - last) * (q - last_q) / (here_q - last_q);
    }
    last_q = here_q;
    last = here;
  }
  return last;
}

static char *note_of(const struct curves *curves) {
  bool far = curves->x_hi >= 999; /* of 1 / (1 - q) */
  GString *note = g_string_new(far ? "p50, p99, p99.9:" : "p50, p99:");
  for (uint32_t i = 0; i < curves->n && i < 4; i++) {
    const struct curve *c = &curves->list[i];
    if (note->len + strlen(c->name) > 80) break;
    g_string_append_printf(note, "%s %s %s, %s", i > 0 ? ";" : "", c->name,
                           format_value(UNIT_SECONDS, at_quantile(c, 0.5)).text,
                           format_value(UNIT_SECONDS, at_quantile(c, 0.99)).text);
    if (far) {
      g_string_append_printf(note, ", %s", format_value(UNIT_SECONDS, at_quantile(c, 0.999)).text);
    }
  }
  return g_string_free(note, FALSE);
}

static char *caption_of(const struct curves *curves, bool designs) {
  return g_strdup_printf(
      "How long requests take, from the moment they were meant to be sent: so many per cent of all "
      "are answered within the time above. Each step to the right leaves out nine tenths of the "
      "rest. A request that failed, or had not ended, counts as endless%s. "
      "%s%s%s",
      curves->failed > 0 ? ", so that a curve ends at the share that was answered" : "",
      curves->coarse ? "The curves join the percentiles among the metrics by straight lines. " : "",
      designs ? "One curve a design. " : "One curve a client and operation. ",
      curves->left_out > 0 ? "Only the first eight are drawn." : "");
}

static void draw(struct plot_page *page, struct curves *curves, const json_t *goals,
                 const char *subject, bool alone, bool designs) {
  struct goal_lines lines = {0};
  find_goals(&lines, curves, goals, designs ? subject : NULL);
  struct plot_axis x = percent_axis(curves->x_hi),
                   y = plot_axis_fit(UNIT_SECONDS, curves->lo, curves->hi);
  const char *names[CURVES_MAX];
  double every[CURVES_MAX], look[CURVES_MAX];
  GString *data = g_string_new(NULL);
  uint32_t rows;
  for (uint32_t i = 0; i < curves->n; i++) {
    names[i] = curves->list[i].name;
    look[i] = curves->list[i].look;
    every[i] = fmax(1, floor(curves->list[i].point->len / 2.0 / 9));
  }
  script_key(data, names, curves->n, NAME_WIDTH, &rows);
  script_texts(data, "name", names, curves->n, NAME_WIDTH);
  script_numbers(data, "every", every, curves->n);
  script_numbers(data, "look", look, curves->n);
  script_axis(data, "x", &x);
  script_axis(data, "y", &y);
  char *title = script_axis_title("latency", &y);
  script_text(data, "X_TITLE", "percentile of requests", 60);
  script_text(data, "Y_TITLE", title, 60);
  g_free(title);
  write_goals(data, &lines, curves, &x, &y);
  write_curves(data, curves, y.factor);
  char *what = subject != NULL && designs
                   ? g_strdup_printf("Latency of %s by percentile, by design", subject)
               : curves->n == 1
                   ? g_strdup_printf("Latency of %s by percentile", curves->list[0].name)
                   : g_strdup("Latency by percentile");
  struct plot_draft draft = {.kind = "percentiles",
                             .subject = subject,
                             .alone = alone,
                             .width = 800,
                             .height = 430 + 20 * rows,
                             .key_rows = rows,
                             .title = what,
                             .note = note_of(curves),
                             .caption = caption_of(curves, designs),
                             .data = data,
                             .axes = true};
  plot_add(page, &draft);
  for (uint32_t i = 0; i < lines.n; i++) g_free(lines.text[i]);
}

/* Clients first, then operations of clients that have several. */
static GPtrArray *ordered(const json_t *object, GPtrArray *(*names_of)(const json_t *)) {
  GPtrArray *all = names_of(object), *out = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < all->len; i++) {
    if (!plot_is_operation(all->pdata[i])) g_ptr_array_add(out, g_strdup(all->pdata[i]));
  }
  for (guint i = 0; i < all->len; i++) {
    const char *name = all->pdata[i], *op = strstr(name, ".op.");
    if (op == NULL) continue;
    size_t length = (size_t)(op - name) + strlen(".op.");
    guint siblings = 0;
    for (guint k = 0; k < all->len; k++) siblings += strncmp(all->pdata[k], name, length) == 0;
    if (siblings > 1) g_ptr_array_add(out, g_strdup(name));
  }
  g_ptr_array_unref(all);
  return out;
}

static GPtrArray *names_of_metrics(const json_t *metrics) {
  return plot_clients(metrics, true);
}

void plot_percentiles(struct plot_page *page, const json_t *results) {
  const json_t *quantiles = json_object_get(results, "quantiles");
  const json_t *metrics = json_object_get(results, "metrics");
  bool fine = json_object_size(quantiles) > 0;
  GPtrArray *names = fine ? ordered(quantiles, plot_keys) : ordered(metrics, names_of_metrics);
  struct curves curves = {.lo = INFINITY, .x_hi = 1};
  for (guint i = 0; i < names->len; i++) {
    const char *name = names->pdata[i];
    if (fine) {
      curve_of_points(&curves, name, json_object_get(quantiles, name));
    } else {
      curve_of_metrics(&curves, name, results, name, "value");
    }
  }
  if (curves.n > 0) {
    draw(page, &curves, json_object_get(results, "goals"), NULL, true, false);
  } else {
    plot_skip(page, "percentiles", "no request was answered");
  }
  curves_free(&curves);
  g_ptr_array_unref(names);
}

/* "A: 3 servers" */
static char *design_name(const json_t *design, const char *letter) {
  const char *title = plot_string(design, "title");
  char upper = g_ascii_toupper(letter[0]);
  return title != NULL ? g_strdup_printf("%c: %s", upper, title) : g_strdup_printf("%c", upper);
}

/* Clients, and the operations whose latency has a goal: a goal is drawn where its curve is. */
static GPtrArray *compared_names(const json_t *results) {
  GPtrArray *names = plot_clients(json_object_get(results, "metrics"), true);
  const json_t *first = json_object_get(json_object_get(results, "designs"), "a");
  GArray *goals = plot_goals(json_object_get(first, "goals"));
  for (guint i = names->len; i-- > 0;) {
    bool wanted = !plot_is_operation(names->pdata[i]);
    for (guint g = 0; g < goals->len && !wanted; g++) {
      const char *metric = g_array_index(goals, struct plot_goal, g).metric;
      wanted = !isnan(goal_quantile(metric, names->pdata[i]));
    }
    if (!wanted) g_ptr_array_remove_index(names, i);
  }
  plot_goals_free(goals);
  return names;
}

void plot_percentiles_compare(struct plot_page *page, const json_t *results) {
  const json_t *designs = json_object_get(results, "designs");
  GPtrArray *clients = compared_names(results);
  GPtrArray *letters = plot_keys(designs);
  uint32_t drawn = 0;
  for (guint i = 0; i < clients->len; i++) {
    struct curves curves = {.designs = true, .lo = INFINITY, .x_hi = 1};
    const char *client = clients->pdata[i];
    for (guint k = 0; k < letters->len; k++) {
      const json_t *design = json_object_get(designs, letters->pdata[k]);
      const json_t *fine = json_object_get(json_object_get(design, "quantiles"), client);
      char *name = design_name(design, letters->pdata[k]);
      if (fine != NULL) {
        curve_of_points(&curves, name, fine);
      } else {
        curve_of_metrics(&curves, name, results, client, letters->pdata[k]);
      }
      g_free(name);
    }
    const json_t *first = json_object_get(designs, "a");
    if (curves.n > 0) {
      draw(page, &curves, json_object_get(first, "goals"), client, clients->len == 1, true);
      drawn++;
    }
    curves_free(&curves);
  }
  if (drawn == 0) plot_skip(page, "percentiles", "no request was answered");
  g_ptr_array_unref(letters);
  g_ptr_array_unref(clients);
}
