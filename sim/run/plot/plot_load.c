/* Goodput and latency over load, one curve a design: the hockey stick. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "load_curves.h"
#include "percentile.h"
#include "plot_kinds.h"
#include "plot_knee.h"
#include "plot_results.h"

#define SUBJECTS_MAX 8u /* clients and operations with a picture of their own */
#define NAME_WIDTH 60u

/* A client or an operation, and the percentile of its first goal on latency. */
struct subject {
  char *name;
  char *word; /* "p99" */
};

enum { LOAD, VALUE, LO, HI, COLUMNS };

struct drawing {
  const struct load_curves *curves;
  struct subject subject;
  double x_hi, good_hi, late_lo, late_hi;
  uint32_t points, endless; /* with a latency; without, since too many failed */
  bool offered;             /* known of this subject */
};

/* --- reading -------------------------------------------------------------------------------- */

/* False: there is no such value. */
static bool read_value(const struct drawing *d, const struct load_sample *sample,
                       const char *suffix, double row[COLUMNS]) {
  const char *name = d->subject.name;
  row[LOAD] = sample->load;
  row[VALUE] = plot_metric(sample->point, name, suffix, "value");
  double lo = plot_metric(sample->point, name, suffix, "lo"),
         hi = plot_metric(sample->point, name, suffix, "hi");
  row[LO] = isnan(lo) || isnan(hi) ? row[VALUE] : fmax(lo, 0);
  row[HI] = isnan(lo) || isnan(hi) ? row[VALUE] : hi;
  return !isnan(row[VALUE]);
}

static bool read_latency(const struct drawing *d, const struct load_sample *sample,
                         double row[COLUMNS]) {
  char *suffix = g_strconcat("latency.", d->subject.word, NULL);
  bool there = read_value(d, sample, suffix, row);
  g_free(suffix);
  return there;
}

static const struct load_sample *sample_at(const struct load_curve *curve, guint i) {
  return &g_array_index(curve->samples, struct load_sample, i);
}

/* NaN of an operation, which has none of its own. */
static double offered_at(const struct drawing *d, const struct load_sample *sample) {
  return plot_metric(sample->point, d->subject.name, "offered", "value");
}

/* A search goes far beyond what it finds, where nothing is to be seen. */
static double farthest_load(const struct load_curves *curves) {
  double most = 0, found = 0;
  for (uint32_t c = 0; c < curves->n; c++) {
    const struct load_curve *curve = &curves->list[c];
    if (!isnan(curve->limit)) found = fmax(found, fmax(curve->limit, curve->hi));
    for (guint i = 0; i < curve->samples->len; i++) most = fmax(most, sample_at(curve, i)->load);
  }
  return found > 0 ? fmin(most, 1.4 * found) : most;
}

/* An interval many times the value would flatten all curves, and leaves the picture. */
static void measure(struct drawing *d) {
  d->late_lo = INFINITY;
  d->x_hi = farthest_load(d->curves);
  for (uint32_t c = 0; c < d->curves->n; c++) {
    const struct load_curve *curve = &d->curves->list[c];
    for (guint i = 0; i < curve->samples->len; i++) {
      const struct load_sample *s = sample_at(curve, i);
      double row[COLUMNS];
      if (s->load > d->x_hi) continue;
      d->good_hi = fmax(d->good_hi, offered_at(d, s));
      d->offered |= !isnan(offered_at(d, s));
      bool good = read_value(d, s, "goodput", row);
      if (good) d->good_hi = fmax(d->good_hi, row[VALUE]);
      if (read_latency(d, s, row)) {
        d->points++;
        if (row[VALUE] > 0) d->late_lo = fmin(d->late_lo, row[VALUE]);
        d->late_hi = fmax(d->late_hi, fmin(row[HI], 2 * row[VALUE]));
      } else {
        d->endless += good;
      }
    }
  }
}

/* Of the only curve, up to where latency is endless. NaN: there is none. */
static double find_knee(const struct drawing *d) {
  const GArray *samples = d->curves->list[0].samples;
  double *x = g_new(double, samples->len), *y = g_new(double, samples->len), row[COLUMNS];
  double *lo = g_new(double, samples->len), *hi = g_new(double, samples->len);
  uint32_t n = 0;
  for (guint i = 0; d->curves->n == 1 && i < samples->len; i++) {
    if (!read_latency(d, sample_at(&d->curves->list[0], i), row)) break;
    if (n > 0 && row[LOAD] <= x[n - 1]) continue;
    x[n] = row[LOAD];
    lo[n] = row[LO];
    hi[n] = row[HI];
    y[n++] = row[VALUE];
  }
  uint32_t knee = plot_knee(&(struct knee_curve){n, x, y, lo, hi});
  double at = knee == KNEE_NONE ? NAN : x[knee];
  g_free(x);
  g_free(y);
  g_free(lo);
  g_free(hi);
  return at;
}

/* --- writing -------------------------------------------------------------------------------- */

static void write_row(GString *data, const double row[COLUMNS], double x, double y) {
  const double scaled[COLUMNS] = {row[LOAD] * x, row[VALUE] * y, row[LO] * y, row[HI] * y};
  script_row(data, scaled, COLUMNS);
}

static void write_offered(GString *data, const struct drawing *d, double x, double y) {
  script_block(data, "offered");
  const struct load_curve *longest = &d->curves->list[0];
  for (uint32_t c = 1; c < d->curves->n; c++) {
    if (d->curves->list[c].samples->len > longest->samples->len) longest = &d->curves->list[c];
  }
  for (guint i = 0; i < longest->samples->len; i++) {
    const struct load_sample *s = sample_at(longest, i);
    const double row[2] = {s->load * x, offered_at(d, s) * y};
    if (!isnan(row[1])) script_row(data, row, 2);
  }
  script_gap(data, 2);
  script_block_end(data);
}

/* A value that is not there interrupts a curve: one blank line; two would begin the next one. */
static void write_values(GString *data, const struct drawing *d, const char *block, bool latency,
                         double x, double y) {
  script_block(data, block);
  for (uint32_t c = 0; c < d->curves->n; c++) {
    const struct load_curve *curve = &d->curves->list[c];
    bool gap = true;
    for (guint i = 0; i < curve->samples->len; i++) {
      double row[COLUMNS];
      bool there = latency ? read_latency(d, sample_at(curve, i), row)
                           : read_value(d, sample_at(curve, i), "goodput", row);
      if (there) write_row(data, row, x, y);
      if (!there && !gap) script_break(data);
      gap = !there;
    }
    script_gap(data, COLUMNS);
  }
  script_block_end(data);
}

static bool is_endless(const struct drawing *d, const struct load_sample *sample) {
  double row[COLUMNS];
  return !read_latency(d, sample, row) && read_value(d, sample, "goodput", row);
}

/* The first of the loads in a row at which latency is endless, and the way there from the last
 * point before. */
static void write_endless(GString *data, const struct drawing *d, double x, double y, double top) {
  GString *leap = g_string_new(NULL);
  script_block(data, "endless");
  script_block(leap, "leap");
  for (uint32_t c = 0; c < d->curves->n; c++) {
    const struct load_curve *curve = &d->curves->list[c];
    for (guint i = 0; i < curve->samples->len; i++) {
      const struct load_sample *s = sample_at(curve, i);
      double last[COLUMNS];
      if (!is_endless(d, s) || (i > 0 && is_endless(d, sample_at(curve, i - 1)))) continue;
      const double row[2] = {s->load * x, 0};
      script_row(data, row, 2);
      if (i == 0 || !read_latency(d, sample_at(curve, i - 1), last)) continue;
      const double way[4] = {last[LOAD] * x, last[VALUE] * y, row[0] - last[LOAD] * x,
                             top - last[VALUE] * y};
      script_row(leap, way, 4);
    }
    script_gap(data, 2);
    script_gap(leap, 4);
  }
  script_block_end(data);
  script_block_end(leap);
  g_string_append(data, leap->str);
  g_string_free(leap, TRUE);
}

/* A bar from the last load that surely meets the goals to the first that surely misses one, or the
 * interval of a search; an upright line at the former, or at what the search found. */
static void write_limits(GString *data, const struct load_curves *curves, double x) {
  script_block(data, "limit");
  for (uint32_t c = 0; c < curves->n; c++) {
    const struct load_curve *curve = &curves->list[c];
    bool found = !isnan(curve->limit);
    double at = found ? curve->limit : curve->met, lo = found ? curve->lo : at,
           hi = found ? curve->hi : curve->missed;
    const double row[3] = {(isnan(lo) ? at : lo) * x, at * x, (isnan(hi) ? at : hi) * x};
    if (!isnan(at)) script_row(data, row, 3);
    script_gap(data, 3);
  }
  script_block_end(data);
}

/* Goals of this subject on what the panels show; of a latency the plot leaves out those so far off
 * that they would flatten the curves. */
struct goal_lines {
  uint32_t n;
  double y[4], panel[4];
  char *text[4];
};

static void find_goals(struct goal_lines *lines, struct drawing *d) {
  GArray *list = plot_goals(d->curves->goals);
  char *late = g_strdup_printf("%s.latency.%s", d->subject.name, d->subject.word);
  char *good = g_strdup_printf("%s.goodput", d->subject.name);
  for (guint i = 0; i < list->len && lines->n < G_N_ELEMENTS(lines->y); i++) {
    const struct plot_goal *goal = &g_array_index(list, struct plot_goal, i);
    bool of_good = strcmp(goal->metric, good) == 0, of_late = strcmp(goal->metric, late) == 0;
    if (!of_good && !(of_late && goal->limit < 20 * d->late_hi)) continue;
    if (of_late) d->late_hi = fmax(d->late_hi, 1.1 * goal->limit);
    if (of_good) d->good_hi = fmax(d->good_hi, 1.05 * goal->limit);
    lines->panel[lines->n] = of_late ? 2 : 1;
    lines->y[lines->n] = goal->limit;
    lines->text[lines->n++] = g_strdup_printf(
        "goal %s %s %s", of_late ? d->subject.word : "goodput", goal->above ? ">" : "<",
        format_value(of_late ? UNIT_SECONDS : UNIT_PER_SECOND, goal->limit).text);
  }
  g_free(late);
  g_free(good);
  plot_goals_free(list);
}

static void write_goals(GString *data, struct goal_lines *lines, double good, double late) {
  for (uint32_t i = 0; i < lines->n; i++) lines->y[i] *= lines->panel[i] == 1 ? good : late;
  script_numbers(data, "goal_y", lines->y, lines->n);
  script_numbers(data, "goal_panel", lines->panel, lines->n);
  script_texts(data, "goal_text", (const char *const *)lines->text, lines->n, 60);
  for (uint32_t i = 0; i < lines->n; i++) g_free(lines->text[i]);
}

/* "servers=2: goals met up to 160/s" */
static uint32_t write_names(GString *data, const struct drawing *d) {
  char *name[LOAD_CURVES_MAX];
  const char *shown[LOAD_CURVES_MAX + 1];
  uint32_t rows, n = d->curves->n;
  for (uint32_t c = 0; c < n; c++) {
    const struct load_curve *curve = &d->curves->list[c];
    char *limit = load_curve_limit(d->curves, curve);
    const char *own = curve->name[0] != '\0' ? curve->name : d->subject.name;
    name[c] = limit[0] != '\0' ? g_strdup_printf("%s: %s", own, limit) : g_strdup(own);
    shown[c] = name[c];
    g_free(limit);
  }
  shown[n] = "offered";
  script_key(data, shown, n + d->offered, NAME_WIDTH, &rows);
  script_texts(data, "name", shown, n, NAME_WIDTH);
  script_text(data, "OFFERED", d->offered ? shown[n] : "", NAME_WIDTH);
  for (uint32_t c = 0; c < n; c++) g_free(name[c]);
  return rows;
}

static char *note_of(const struct drawing *d) {
  GString *note = g_string_new("bands: 95 % intervals");
  bool any = false;
  for (uint32_t c = 0; c < d->curves->n; c++) any |= d->curves->list[c].judged;
  if (any) g_string_append(note, "; dotted upright: all goals are met up to there");
  if (d->endless > 0) {
    g_string_append_printf(note, "; from a triangle on %s is endless (%u point%s)", d->subject.word,
                           d->endless, d->endless == 1 ? "" : "s");
  }
  return g_string_free(note, FALSE);
}

static char *caption_of(const struct drawing *d, double knee, bool log) {
  double q = percentile_parse(d->subject.word);
  GString *text = g_string_new("Above: requests that ended well, a second");
  if (d->offered) g_string_append(text, " (dotted grey: those offered)");
  g_string_append_printf(
      text,
      ". Below: the time in which %.10g %% of all requests are answered. A failed "
      "request is never answered, so %s is endless where more than %.10g %% fail: "
      "the curve leaves the picture there.",
      q * 100, d->subject.word, (1 - q) * 100);
  if (d->curves->n > 1) {
    g_string_append_printf(text, " One colour a %s; all meet the same requests.", d->curves->each);
  }
  if (!isnan(knee)) {
    g_string_append_printf(
        text,
        " The knee is where latency begins to rise faster than load: the point "
        "farthest below the straight line from the first to the last point%s.",
        log ? ", where latency has a plain axis and not this logarithmic one" : "");
  }
  return g_string_free(text, FALSE);
}

static void draw(struct plot_page *page, struct drawing *d, bool alone) {
  struct goal_lines lines = {0};
  find_goals(&lines, d);
  double knee = find_knee(d);
  enum metric_unit unit = d->curves->unit;
  struct plot_axis x = plot_axis_linear(unit, d->x_hi, 8);
  struct plot_axis good = plot_axis_linear(UNIT_PER_SECOND, d->good_hi, 3);
  struct plot_axis late = plot_axis_fit(UNIT_SECONDS, d->late_lo, d->late_hi);
  GString *data = g_string_new(NULL);
  char *what = g_strdup_printf("latency %s", d->subject.word);
  char *x_title = script_axis_title(d->curves->param, &x),
       *g_title = script_axis_title("goodput", &good), *y_title = script_axis_title(what, &late);
  char *knee_text = g_strdup_printf("knee %s", format_value(unit, knee).text);
  uint32_t rows = write_names(data, d);
  script_axis(data, "x", &x);
  script_axis(data, "g", &good);
  script_axis(data, "y", &late);
  script_text(data, "X_TITLE", x_title, 60);
  script_text(data, "G_TITLE", g_title, 60);
  script_text(data, "Y_TITLE", y_title, 60);
  script_number(data, "PANEL_1", 130);
  script_number(data, "PANEL_2", 230);
  script_number(data, "GAP", 36);
  script_number(data, "KNEE", knee * x.factor);
  script_text(data, "KNEE_TEXT", knee_text, 40);
  write_goals(data, &lines, good.factor, late.factor);
  write_offered(data, d, x.factor, good.factor);
  write_values(data, d, "good", false, x.factor, good.factor);
  write_values(data, d, "late", true, x.factor, late.factor);
  write_endless(data, d, x.factor, late.factor, late.hi);
  write_limits(data, d->curves, x.factor);
  struct plot_draft draft = {
      .kind = "load",
      .subject = d->subject.name,
      .alone = alone,
      .width = 800,
      .height = 66 + 8 + 18 + 130 + 36 + 230 + 52 + 20 * rows,
      .key_rows = rows,
      .data = data,
      .title = isnan(knee) ? g_strdup_printf("Goodput and %s of %s over %s", what, d->subject.name,
                                             d->curves->param)
                           : g_strdup_printf("Goodput and %s of %s over %s: knee at %s", what,
                                             d->subject.name, d->curves->param,
                                             format_value(unit, knee).text),
      .note = note_of(d),
      .caption = caption_of(d, knee, late.log)};
  plot_add(page, &draft);
  g_free(what);
  g_free(x_title);
  g_free(g_title);
  g_free(y_title);
  g_free(knee_text);
}

/* --- whom it is about ----------------------------------------------------------------------- */

static void add_subject(GArray *subjects, const char *name, size_t length, const char *word) {
  for (guint i = 0; i < subjects->len; i++) {
    const struct subject *s = &g_array_index(subjects, struct subject, i);
    if (strlen(s->name) == length && strncmp(s->name, name, length) == 0) return;
  }
  struct subject subject = {g_strndup(name, length), g_strdup(word)};
  g_array_append_val(subjects, subject);
}

/* "p99" of "shoppers.latency.p99", and where the name before it ends; NULL: no such metric. */
static const char *latency_word(const char *metric, size_t *length) {
  const char *at = strstr(metric, ".latency.");
  if (at == NULL || isnan(percentile_parse(at + strlen(".latency.")))) return NULL;
  *length = (size_t)(at - metric);
  return at + strlen(".latency.");
}

bool plot_load_shows(const json_t *goals, const char *metric) {
  GArray *list = plot_goals(goals);
  size_t length, other;
  const char *word = latency_word(metric, &length), *first = NULL;
  for (guint i = 0; i < list->len && word != NULL && first == NULL; i++) {
    const char *name = g_array_index(list, struct plot_goal, i).metric;
    const char *its = latency_word(name, &other);
    if (its == NULL || other != length || strncmp(name, metric, length) != 0) continue;
    first = g_str_equal(its, word) ? word : "another";
  }
  bool shows = word != NULL && g_str_equal(first != NULL ? first : "p99", word);
  plot_goals_free(list);
  return shows;
}

/* Those with a goal on latency first, at its percentile; then the other clients at p99. */
static GArray *find_subjects(const struct load_curves *curves) {
  GArray *subjects = g_array_new(FALSE, FALSE, sizeof(struct subject));
  GArray *goals = plot_goals(curves->goals);
  GPtrArray *clients = plot_clients(curves->metrics, false);
  for (guint i = 0; i < goals->len; i++) {
    const char *metric = g_array_index(goals, struct plot_goal, i).metric;
    size_t length;
    const char *word = latency_word(metric, &length);
    if (word != NULL) add_subject(subjects, metric, length, word);
  }
  for (guint i = 0; i < clients->len; i++) {
    const char *name = clients->pdata[i];
    add_subject(subjects, name, strlen(name), "p99");
  }
  g_ptr_array_unref(clients);
  plot_goals_free(goals);
  return subjects;
}

static void draw_all(struct plot_page *page, const struct load_curves *curves) {
  GArray *subjects = find_subjects(curves);
  uint32_t drawn = 0;
  for (guint i = 0; i < subjects->len && drawn < SUBJECTS_MAX; i++) {
    struct drawing d = {.curves = curves, .subject = g_array_index(subjects, struct subject, i)};
    measure(&d);
    if (d.points + d.endless < 2) continue;
    draw(page, &d, subjects->len == 1);
    drawn++;
  }
  if (drawn == 0) plot_skip(page, "load", "fewer than two points have results");
  for (guint i = 0; i < subjects->len; i++) {
    g_free(g_array_index(subjects, struct subject, i).name);
    g_free(g_array_index(subjects, struct subject, i).word);
  }
  g_array_unref(subjects);
}

static void plot_curves(struct plot_page *page, const json_t *tree,
                        bool (*read)(struct load_curves *, const json_t *, const char **)) {
  struct load_curves curves;
  const char *reason;
  if (read(&curves, tree, &reason)) {
    draw_all(page, &curves);
  } else {
    plot_skip(page, "load", "%s", reason);
  }
  load_curves_free(&curves);
}

void plot_load(struct plot_page *page, const json_t *sweep) {
  plot_curves(page, sweep, load_curves_of_sweep);
}

void plot_load_capacity(struct plot_page *page, const json_t *tree) {
  plot_curves(page, tree, load_curves_of_capacity);
}

void plot_load_compare(struct plot_page *page, const json_t *tree) {
  plot_curves(page, tree, load_curves_of_comparison);
}
