/* Availability on an axis of nines, with intervals: of what is in a run, of the designs of a
 * comparison, or over the points of a sweep. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "plot_kinds.h"
#include "plot_results.h"
#include "plot_sweep_axis.h"
#include "plot_sweep_points.h"
#include "plot_text.h"

#define PLACES_MAX 20u
#define ASLANT_MOST 18u /* columns of a name that hangs at 30 degrees */
#define SERIES_MAX 6u

struct nines {
  double x, value, lo, hi;
  bool open, without; /* no failure seen; without those that had not ended */
};

struct field {
  uint32_t series, places;
  char *series_name[SERIES_MAX], *place_name[PLACES_MAX];
  GArray *point[SERIES_MAX]; /* of struct nines */
  GArray *goal;              /* x from, x to, nines */
  double highest;
  uint32_t open, left_out;
  double without;  /* the largest share that had not ended and that a point leaves out */
  char *whose;     /* of whom */
  bool categories; /* x is a place, not a number */
};

static struct field field_new(void) {
  return (struct field){.goal = g_array_new(FALSE, FALSE, sizeof(double)), .categories = true};
}

static void field_free(struct field *field) {
  for (uint32_t i = 0; i < field->series; i++) {
    g_free(field->series_name[i]);
    g_array_unref(field->point[i]);
  }
  for (uint32_t i = 0; i < field->places; i++) g_free(field->place_name[i]);
  g_array_unref(field->goal);
  g_free(field->whose);
}

static bool add_series(struct field *field, const char *name) {
  if (field->series == SERIES_MAX) {
    field->left_out++;
    return false;
  }
  field->series_name[field->series] = g_strdup(name);
  field->point[field->series++] = g_array_new(FALSE, FALSE, sizeof(struct nines));
  return true;
}

static void add_point(struct field *field, uint32_t series, double x, double value, double lo,
                      double hi, double requests) {
  double supported = plot_nines_supported(requests);
  struct nines p = {.x = x, .value = plot_nines(value), .open = value == 1};
  if (isnan(p.value)) return;
  if (p.open) {
    if (isnan(requests)) return;
    p.value = p.lo = p.hi = supported;
    field->open++;
  } else {
    p.lo = isnan(lo) ? p.value : plot_nines(fmax(lo, 0));
    p.hi = isnan(hi) ? p.value : plot_nines(fmin(hi, 1));
    /* An interval that reaches 100 % goes no farther than the sample can tell. */
    if (isinf(p.hi)) p.hi = fmax(p.value, supported);
  }
  field->highest = fmax(field->highest, p.hi);
  g_array_append_val(field->point[series], p);
}

static void add_goal(struct field *field, const json_t *goals, const char *name, double from,
                     double to) {
  GArray *list = plot_goals(goals);
  char *metric = g_strconcat(name, ".availability", NULL);
  for (guint i = 0; i < list->len; i++) {
    const struct plot_goal *goal = &g_array_index(list, struct plot_goal, i);
    double nines = plot_nines(goal->limit);
    if (strcmp(goal->metric, metric) != 0 || !goal->above || !isfinite(nines)) continue;
    g_array_append_val(field->goal, from);
    g_array_append_val(field->goal, to);
    g_array_append_val(field->goal, nines);
    field->highest = fmax(field->highest, nines);
  }
  g_free(metric);
  plot_goals_free(list);
}

/* That the point which was added last leaves out so many; not while a fault holds, which ends
 * before the run. */
static void leave_out(struct field *field, uint32_t series, const char *whose, double share) {
  GArray *points = field->point[series];
  if (!(share > 0) || points->len == 0 || strstr(whose, ".during.") != NULL) return;
  g_array_index(points, struct nines, points->len - 1).without = true;
  if (!(share > field->without)) return;
  field->without = share;
  g_free(field->whose);
  field->whose = g_strdup(whose);
}

/* --- writing -------------------------------------------------------------------------------- */

/* What stands beside points, if there are few. */
static void write_values(GString *data, const struct field *field) {
  GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
  for (uint32_t s = 0; s < field->series; s++) {
    for (guint i = 0; i < field->point[s]->len; i++) {
      const struct nines *p = &g_array_index(field->point[s], struct nines, i);
      struct label label = format_value(UNIT_RATIO, 1 - pow(10, -p->value));
      g_ptr_array_add(texts, g_strdup_printf("%s%s%s", p->open ? "\u2265 " : "", label.text,
                                             p->without ? " *" : ""));
    }
  }
  bool few = field->series == 1 && field->categories && texts->len <= 7;
  script_number(data, "VALUES", few);
  script_texts(data, "value", (const char *const *)texts->pdata, texts->len, 20);
  g_ptr_array_unref(texts);
}

static void write_points(GString *data, const struct field *field) {
  for (int open = 0; open < 2; open++) {
    uint32_t texts = 0;
    script_block(data, open ? "open" : "seen");
    for (uint32_t s = 0; s < field->series; s++) {
      for (guint i = 0; i < field->point[s]->len; i++) {
        const struct nines *p = &g_array_index(field->point[s], struct nines, i);
        double row[5] = {p->x, p->value, p->lo, p->hi, ++texts};
        if (p->open == (open == 1)) script_row(data, row, 5);
      }
      script_gap(data, 5);
    }
    script_block_end(data);
  }
  script_block(data, "goal");
  for (guint i = 0; i + 2 < field->goal->len; i += 3) {
    double row[3] = {g_array_index(field->goal, double, i),
                     g_array_index(field->goal, double, i + 1),
                     g_array_index(field->goal, double, i + 2)};
    script_row(data, row, 3);
  }
  script_gap(data, 3);
  script_block_end(data);
}

static struct plot_axis category_axis(const struct field *field, bool *rotate) {
  struct plot_axis axis = {.lo = 0.5, .hi = field->places + 0.5, .factor = 1, .unit = ""};
  uint32_t widest = 0;
  for (uint32_t i = 0; i < field->places; i++) {
    char *clean = plot_text_clean(field->place_name[i], TICK_WIDTH);
    widest = MAX(widest, plot_text_width(clean));
    axis.tick[axis.ticks].at = i + 1;
    g_strlcpy(axis.tick[axis.ticks++].label, clean, sizeof axis.tick[0].label);
    g_free(clean);
  }
  *rotate = widest * field->places > 84;
  return axis;
}

/* Pixels below the axis. Names too long to hang at 30 degrees hang at 60. */
static double below(const struct plot_axis *x, bool rotate, double *angle) {
  uint32_t widest = 0;
  for (uint32_t i = 0; i < x->ticks; i++) {
    widest = MAX(widest, plot_text_width(x->tick[i].label));
  }
  *angle = widest > ASLANT_MOST ? 60 : 30;
  return !rotate ? 52 : *angle < 60 ? 108 : 46 + 6.6 * widest;
}

static char *note_of(const struct field *field) {
  GString *note = g_string_new("bars: 95 % intervals");
  if (field->left_out > 0) g_string_append(note, "; not all are shown");
  if (field->without > 0) {
    g_string_append_printf(note, "; %s * without the %s that had not ended", field->whose,
                           format_value(UNIT_RATIO, field->without).text);
  }
  return g_string_free(note, FALSE);
}

static char *caption_of(const struct field *field) {
  GString *text = g_string_new(
      "The share of requests that were answered ok. Each step up leaves a tenth of the "
      "failures: 99 %, 99.9 %, 99.99 %. Bars are 95 % intervals. An open triangle marks that "
      "no request failed. It stands at the least availability that so many requests show: of n "
      "without a failure, up to 3/n may still fail.");
  if (field->without > 0) {
    g_string_append_printf(
        text,
        " These are shares of the requests that ended: of those that %s sent, %s had not when the "
        "run did%s.",
        field->whose, format_value(UNIT_RATIO, field->without).text,
        field->places > 1 || field->series > 1 ? ", the largest such share" : "");
  }
  return g_string_free(text, FALSE);
}

static void draw(struct plot_page *page, struct field *field, const struct plot_axis *x,
                 const char *x_title, bool rotate, char *title) {
  struct plot_axis y = plot_axis_nines(field->highest);
  GString *data = g_string_new(NULL);
  double angle, bottom = below(x, rotate, &angle);
  const char *names[SERIES_MAX + 2];
  uint32_t rows = 0, n = 0;
  for (uint32_t i = 0; i < field->series && field->series > 1; i++)
    names[n++] = field->series_name[i];
  if (field->goal->len > 0) names[n++] = "goal";
  if (field->open > 0) names[n++] = "no failure seen: at least";
  if (n > 0) script_key(data, names, n, LABEL_WIDTH, &rows);
  script_texts(data, "name", (const char *const *)field->series_name, field->series, LABEL_WIDTH);
  script_axis(data, "x", x);
  script_axis(data, "y", &y);
  script_text(data, "X_TITLE", x_title, 60);
  script_text(data, "Y_TITLE", "availability (nines)", 60);
  script_number(data, "X_ROTATE", rotate ? angle : 0);
  script_number(data, "BELOW", bottom);
  script_number(data, "CATEGORIES", field->categories);
  script_number(data, "GOALS", field->goal->len);
  script_number(data, "OPEN", field->open);
  write_values(data, field);
  write_points(data, field);
  struct plot_draft draft = {.kind = "availability",
                             .alone = true,
                             .width = 800,
                             .height = (uint32_t)(348 + bottom) + (rotate ? 4 : 0) + 20 * rows,
                             .key_rows = rows,
                             .title = title,
                             .note = note_of(field),
                             .caption = caption_of(field),
                             .data = data,
                             .axes = true};
  plot_add(page, &draft);
}

/* --- a run ---------------------------------------------------------------------------------- */

static void add_place(struct field *field, const json_t *results, const char *name,
                      const char *count) {
  double value = plot_metric(results, name, "availability", "value");
  if (isnan(value)) return;
  if (field->places == PLACES_MAX) {
    field->left_out++;
    return;
  }
  field->place_name[field->places++] = g_strdup(name);
  double requests =
      plot_metric(results, name, count, "value") * plot_number(results, "replications");
  add_point(field, 0, field->places, value, plot_metric(results, name, "availability", "lo"),
            plot_metric(results, name, "availability", "hi"), requests);
  leave_out(field, 0, name, plot_unfinished(results, name));
  add_goal(field, json_object_get(results, "goals"), name, field->places - 0.4,
           field->places + 0.4);
}

void plot_availability(struct plot_page *page, const json_t *results) {
  const json_t *metrics = json_object_get(results, "metrics");
  GPtrArray *clients = plot_clients(metrics, false), *components = plot_components(metrics);
  struct field field = field_new();
  add_series(&field, "availability");
  for (guint i = 0; i < clients->len; i++)
    add_place(&field, results, clients->pdata[i], "requests");
  for (guint i = 0; i < components->len; i++) {
    add_place(&field, results, components->pdata[i], "arrivals");
  }
  if (field.places > 0) {
    bool rotate;
    struct plot_axis x = category_axis(&field, &rotate);
    draw(page, &field, &x, "", rotate, g_strdup("Availability of clients and components"));
  } else {
    plot_skip(page, "availability", "the results have no availability");
  }
  field_free(&field);
  g_ptr_array_unref(clients);
  g_ptr_array_unref(components);
}

/* --- a comparison --------------------------------------------------------------------------- */

/* A comparison has intervals only if its designs bring their own metrics. */
static void add_design(struct field *field, const json_t *results, const char *letter,
                       const GPtrArray *clients) {
  const json_t *design = json_object_get(json_object_get(results, "designs"), letter);
  const char *title = plot_string(design, "title");
  if (field->places == PLACES_MAX) {
    field->left_out++;
    return;
  }
  char upper = g_ascii_toupper(letter[0]);
  field->place_name[field->places++] =
      title != NULL ? g_strdup_printf("%c: %s", upper, title) : g_strdup_printf("%c", upper);
  for (guint i = 0; i < clients->len && i < field->series; i++) {
    const char *client = clients->pdata[i];
    double shift = field->series > 1 ? 0.5 * i / (field->series - 1) - 0.25 : 0;
    add_point(
        field, i, field->places + shift, plot_metric(results, client, "availability", letter),
        plot_metric(design, client, "availability", "lo"),
        plot_metric(design, client, "availability", "hi"),
        plot_metric(results, client, "requests", letter) * plot_number(results, "replications"));
    char *whose = g_strdup_printf("%s of %c", client, upper);
    leave_out(field, i, whose, plot_unfinished(design, client));
    g_free(whose);
  }
}

void plot_availability_compare(struct plot_page *page, const json_t *results) {
  const json_t *designs = json_object_get(results, "designs");
  GPtrArray *clients = plot_clients(json_object_get(results, "metrics"), false);
  GPtrArray *letters = plot_keys(designs);
  struct field field = field_new();
  for (guint i = 0; i < clients->len; i++) add_series(&field, clients->pdata[i]);
  for (guint i = 0; i < letters->len; i++) add_design(&field, results, letters->pdata[i], clients);
  guint points = 0;
  for (uint32_t i = 0; i < field.series; i++) {
    points += field.point[i]->len;
    add_goal(&field, json_object_get(json_object_get(designs, "a"), "goals"), field.series_name[i],
             0.5, field.places + 0.5);
  }
  if (points > 0) {
    bool rotate;
    struct plot_axis x = category_axis(&field, &rotate);
    char *title = field.series == 1
                      ? g_strdup_printf("Availability of %s, by design", field.series_name[0])
                      : g_strdup("Availability by design");
    draw(page, &field, &x, "", rotate, title);
  } else {
    plot_skip(page, "availability", "the comparison has no availability of a client");
  }
  field_free(&field);
  g_ptr_array_unref(clients);
  g_ptr_array_unref(letters);
}

/* --- a sweep -------------------------------------------------------------------------------- */

static void add_sweep_point(struct field *field, const json_t *point, double x) {
  if (isnan(x)) return;
  for (uint32_t s = 0; s < field->series; s++) {
    const char *client = field->series_name[s];
    add_point(field, s, x, plot_metric(point, client, "availability", "value"),
              plot_metric(point, client, "availability", "lo"),
              plot_metric(point, client, "availability", "hi"),
              plot_metric(point, client, "requests", "value") * plot_number(point, "replications"));
    leave_out(field, s, client, plot_unfinished(point, client));
  }
}

void plot_availability_sweep(struct plot_page *page, const json_t *sweep) {
  struct plot_sweep_axes axes = plot_sweep_axes(sweep);
  if (axes.n != 1) {
    plot_skip(page, "availability", "it takes a sweep over one parameter");
    return;
  }
  GPtrArray *clients = plot_clients(plot_sweep_metrics(sweep), false);
  const json_t *points = json_object_get(sweep, "points");
  struct field field = field_new();
  guint drawn = 0;
  for (guint i = 0; i < clients->len; i++) add_series(&field, clients->pdata[i]);
  for (size_t i = 0; i < json_array_size(points); i++) {
    const json_t *point = json_array_get(points, i);
    add_sweep_point(&field, point, plot_sweep_x(point, &axes.axis[0]));
  }
  for (uint32_t s = 0; s < field.series; s++) drawn += field.point[s]->len;
  if (drawn > 0) {
    bool rotate;
    struct plot_axis x = plot_sweep_axis(&axes.axis[0], &rotate);
    field.categories = !axes.axis[0].numbers;
    for (uint32_t s = 0; s < field.series; s++) {
      add_goal(&field, plot_sweep_goals(sweep), field.series_name[s], x.lo, x.hi);
    }
    draw(page, &field, &x, axes.axis[0].name, rotate,
         field.series == 1 ? g_strdup_printf("Availability of %s over %s", field.series_name[0],
                                             axes.axis[0].name)
                           : g_strdup_printf("Availability over %s", axes.axis[0].name));
  } else {
    plot_skip(page, "availability", "no point has an availability");
  }
  field_free(&field);
  g_ptr_array_unref(clients);
}
