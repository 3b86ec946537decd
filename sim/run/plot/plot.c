#include "plot.h"

#include <stdarg.h>
#include <string.h>

#include "plot_gnuplot.h"
#include "plot_kinds.h"
#include "plot_svg.h"
#include "plot_template.h"
#include "plot_text.h"

const char *script_template(const char *name) {
  for (const struct plot_template *t = plot_templates; t->name != NULL; t++) {
    if (strcmp(t->name, name) == 0) return t->text;
  }
  return NULL;
}

/* --- collecting ----------------------------------------------------------------------------- */

static bool is_taken(const struct plots *plots, const char *name) {
  for (uint32_t i = 0; i < plots->n; i++) {
    if (strcmp(plots->list[i].name, name) == 0) return true;
  }
  return false;
}

/* Two names that differ only in what a file's name cannot hold get a number. */
static char *name_of(const struct plots *plots, const struct plot_draft *draft) {
  if (draft->alone || draft->subject == NULL) return g_strdup(draft->kind);
  char *slug = plot_text_slug(draft->subject);
  char *name = g_strdup_printf("%s-%s", draft->kind, slug);
  for (uint32_t i = 2; is_taken(plots, name); i++) {
    g_free(name);
    name = g_strdup_printf("%s-%s-%u", draft->kind, slug, i);
  }
  g_free(slug);
  return name;
}

static char *whole_script(const struct plot_draft *draft, const char *name) {
  GString *script = g_string_new(NULL);
  g_string_append_printf(script,
                         "# A plot of archsim. To draw it again after a change: gnuplot %s.gp\n"
                         "# As PNG: gnuplot -e \"PNG = 1; OUT = '%s.png'\" %s.gp\n"
                         "if (!exists('OUT')) OUT = '%s.svg'\n",
                         name, name, name, name);
  script_number(script, "W", draft->width);
  script_number(script, "H", draft->height);
  script_text(script, "TITLE", draft->title, TITLE_WIDTH);
  script_text(script, "NOTE", draft->note != NULL ? draft->note : "", NOTE_WIDTH);
  if (draft->key_rows == 0) g_string_append(script, "key_rows = 0\nkey_columns = 1\n");
  g_string_append(script, draft->data->str);
  g_string_append_printf(script, "\n%s", script_template("style"));
  if (draft->axes) g_string_append_printf(script, "\n%s", script_template("axes"));
  g_string_append_printf(script, "\n%s", script_template(draft->kind));
  return g_string_free(script, FALSE);
}

void plot_add(struct plot_page *page, struct plot_draft *draft) {
  struct plots *plots = page->plots;
  char *name = name_of(plots, draft);
  plots->list = g_renew(struct plot, plots->list, plots->n + 1);
  plots->list[plots->n++] = (struct plot){
      .name = name,
      .kind = g_strdup(draft->kind),
      .subject = g_strdup(draft->subject),
      .script = whole_script(draft, name),
      .title = draft->title,
      .caption = draft->caption,
  };
  g_free(draft->note);
  g_string_free(draft->data, TRUE);
}

void plot_skip(struct plot_page *page, const char *kind, const char *format, ...) {
  struct plots *plots = page->plots;
  va_list args;
  va_start(args, format);
  plots->skip = g_renew(struct plot_skipped, plots->skip, plots->skips + 1);
  plots->skip[plots->skips++] =
      (struct plot_skipped){g_strdup(kind), g_strdup_vprintf(format, args)};
  va_end(args);
}

/* --- drawing -------------------------------------------------------------------------------- */

/* For a window of the width of a phone: names below each other, no note, which the page has, and a
 * long title in two lines. */
static const char narrow_settings[] =
    "\nW = 400\nH = 340 + (key_rows > 0 ? 20 * name_n : 0)\n"
    "key_rows = key_rows > 0 ? name_n : 0\nkey_columns = 1\nNOTE = ''\nspace = 0\n"
    "do for [i=1:strlen(TITLE)] { if (i < 38 && TITLE[i:i] eq ' ') { space = i } }\n"
    "if (strlen(TITLE) >= 38 && space > 0) { TITLE = TITLE[1:space-1].\"\\n\".TITLE[space+1:*] }\n";

/* No two labels of percentiles, whose axis is logarithmic, on each other, and a goal with a long
 * name below its line, within the picture. */
static const char narrow_percentiles[] =
    "last = 0.1\n"
    "do for [i=1:x_at_n] { if (x_at[i] < 3 * last) { x_label[i] = '' } else { last = x_at[i] } }\n"
    "do for [i=1:goal_y_n] {\n"
    "  head = word(goal_text[i], 1).' '.word(goal_text[i], 2)\n"
    "  long = strlen(goal_text[i])\n"
    "  if (long > 44) {\n"
    "    rest = goal_text[i][strlen(head)+2:*]\n"
    "    long = strlen(head) > strlen(rest) ? strlen(head) : strlen(rest)\n"
    "    goal_text[i] = head.\"\\n\".rest\n"
    "    goal_up[i] = -1\n"
    "  }\n"
    "  if (288 * goal_left[i] + 6.2 * long > 306) { goal_left[i] = (306 - 6.2 * long) / 288 }\n"
    "}\n";

/* Names that do not fit side by side hang, and what stands beside points goes where these are
 * close. */
static const char narrow_availability[] =
    "long = 0\n"
    "do for [i=1:x_at_n] { if (strlen(x_label[i]) > long) { long = strlen(x_label[i]) } }\n"
    "if (CATEGORIES && 7 * long * x_at_n > 250) { X_ROTATE = 60 }\n"
    "BELOW = X_ROTATE ? 46 + 6.6 * long : 52\n"
    "key_rows = (name_n > 1 ? name_n : 0) + (GOALS > 0) + (OPEN > 0)\n"
    "H = 288 + 20 * key_rows + BELOW\n"
    "VALUES = VALUES && x_at_n < 4\n";

/* Names of rows that leave room for the bars, and every other number below them. */
static const char narrow_downtime[] =
    "LEFT = LEFT > 150 ? 150 : LEFT\n"
    "do for [i=1:row_n] { if (strlen(row[i]) > 18) { row[i] = row[i][1:17].'…' } }\n"
    "do for [i=1:x_at_n] { if (x_at_n > 4 && i % 2 == 0) { x_label[i] = '' } }\n"
    "key_rows = name_n + (BUDGETS > 0)\n"
    "H = 140 + 20 * key_rows + 34 * row_n\n";

static const struct {
  const char *kind, *settings;
} narrow_kinds[] = {{"percentiles", narrow_percentiles},
                    {"availability", narrow_availability},
                    {"downtime", narrow_downtime}};

/* The script of the narrow drawing; NULL where scrolling does no harm. */
static char *narrow_script(const struct plot *plot) {
  for (size_t i = 0; i < G_N_ELEMENTS(narrow_kinds); i++) {
    if (strcmp(plot->kind, narrow_kinds[i].kind) != 0) continue;
    const char *style = strstr(plot->script, script_template("style"));
    return g_strdup_printf("%.*s%s%s%s", (int)(style - plot->script), plot->script, narrow_settings,
                           narrow_kinds[i].settings, style);
  }
  return NULL;
}

static char *svg_of(const struct plot *plot, GBytes *image, const char *ids, struct error *err) {
  gsize length;
  const char *bytes = g_bytes_get_data(image, &length);
  char *text = g_strndup(bytes, length);
  char *svg = plot_svg_inline(text, ids, plot->title, plot->caption);
  if (svg == NULL) error_set(err, "gnuplot wrote no SVG for %s", plot->name);
  g_free(text);
  return svg;
}

/* What was drawn of a plot, if it was, and of its narrow drawing, if it has one. */
static bool take(struct plot *plot, const char *prefix, const struct plot_picture *wide,
                 const struct plot_picture *narrow, struct error *err) {
  if (wide->image == NULL) return true;
  char *ids = g_strdup_printf("%s-%s", prefix != NULL ? prefix : "plot", plot->name);
  plot->svg = svg_of(plot, wide->image, ids, err);
  bool ok = plot->svg != NULL;
  if (ok && narrow->image != NULL) {
    char *narrow_ids = g_strdup_printf("%s-narrow", ids);
    plot->narrow = svg_of(plot, narrow->image, narrow_ids, err);
    ok = plot->narrow != NULL;
    g_free(narrow_ids);
  }
  g_free(ids);
  return ok;
}

/* Of a page, which has a prefix, narrow drawings too. */
static bool draw_all(struct plots *plots, struct error *err) {
  struct plot_picture *pictures = g_new0(struct plot_picture, 2 * (gsize)plots->n + 1);
  char **narrow = g_new0(char *, plots->n + 1);
  uint32_t n = 0;
  for (uint32_t i = 0; i < plots->n; i++) {
    pictures[n++].script = plots->list[i].script;
    narrow[i] = plots->prefix != NULL ? narrow_script(&plots->list[i]) : NULL;
    if (narrow[i] != NULL) pictures[n++].script = narrow[i];
  }
  bool ok = plot_gnuplot(pictures, n, err);
  static const struct plot_picture none = {0};
  const struct plot_picture *at = pictures;
  for (uint32_t i = 0; i < plots->n; i++) {
    const struct plot_picture *wide = at++;
    const struct plot_picture *of_phone = narrow[i] != NULL ? at++ : &none;
    ok = take(&plots->list[i], plots->prefix, wide, of_phone, ok ? err : NULL) && ok;
    g_free(narrow[i]);
  }
  for (uint32_t i = 0; i < n; i++) g_clear_pointer(&pictures[i].image, g_bytes_unref);
  g_free(narrow);
  g_free(pictures);
  return ok;
}

typedef void (*plot_kind_fn)(struct plot_page *page, const json_t *results);

static bool plot_kinds(const json_t *results, struct plots *plots, const plot_kind_fn *kinds,
                       struct error *err) {
  struct plot_page page = {plots};
  for (; *kinds != NULL; kinds++) (*kinds)(&page, results);
  return draw_all(plots, err);
}

bool plot_run(const json_t *results, struct plots *plots, struct error *err) {
  static const plot_kind_fn kinds[] = {plot_percentiles, plot_breakdown, plot_availability,
                                       plot_downtime,    plot_timeline,  NULL};
  return plot_kinds(results, plots, kinds, err);
}

bool plot_compare(const json_t *results, struct plots *plots, struct error *err) {
  static const plot_kind_fn kinds[] = {plot_load_compare, plot_percentiles_compare,
                                       plot_availability_compare, plot_timeline_compare, NULL};
  return plot_kinds(results, plots, kinds, err);
}

bool plot_sweep(const json_t *sweep, struct plots *plots, struct error *err) {
  static const plot_kind_fn kinds[] = {plot_load, plot_parameter, plot_heatmap,
                                       plot_availability_sweep, NULL};
  return plot_kinds(sweep, plots, kinds, err);
}

bool plot_capacity(const json_t *results, struct plots *plots, struct error *err) {
  static const plot_kind_fn kinds[] = {plot_load_capacity, NULL};
  return plot_kinds(results, plots, kinds, err);
}

bool plot_any(const json_t *results, struct plots *plots, struct error *err) {
  if (json_object_get(results, "manifest") != NULL) return plot_sweep(results, plots, err);
  if (json_object_get(results, "designs") != NULL) return plot_compare(results, plots, err);
  if (json_object_get(results, "situations") != NULL) return plot_capacity(results, plots, err);
  return plot_run(results, plots, err);
}

/* --- handing out ---------------------------------------------------------------------------- */

char *plot_standalone(const struct plot *plot) {
  return plot_svg_file(plot->svg);
}

bool plot_png(const struct plot *plot, GBytes **png, struct error *err) {
  struct plot_picture picture = {.script = plot->script, .png = true};
  bool ok = plot_gnuplot(&picture, 1, err);
  *png = picture.image;
  return ok;
}

void plots_free(struct plots *plots) {
  for (uint32_t i = 0; i < plots->n; i++) {
    struct plot *plot = &plots->list[i];
    char *texts[] = {plot->name, plot->kind,    plot->subject, plot->title,
                     plot->svg,  plot->caption, plot->script,  plot->narrow};
    for (size_t k = 0; k < G_N_ELEMENTS(texts); k++) g_free(texts[k]);
  }
  for (uint32_t i = 0; i < plots->skips; i++) {
    g_free(plots->skip[i].kind);
    g_free(plots->skip[i].reason);
  }
  g_free(plots->list);
  g_free(plots->skip);
  *plots = (struct plots){.prefix = plots->prefix};
}
