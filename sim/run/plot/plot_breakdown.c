/* Where the time of requests goes: for the mean and the tail, shares by part of the path and by
 * component. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "format.h"
#include "part.h"
#include "plot_kinds.h"
#include "plot_results.h"
#include "plot_text.h"

#define ROWS_MAX 8u
#define SHARES_MAX 9u /* colours; the last is for all others */
#define COLUMNS_MAX 24u
static_assert(PARTS <= COLUMNS_MAX && SHARES_MAX <= COLUMNS_MAX, "parts and components fit");

static const struct {
  const char *color;
  bool dark;
} shades[SHARES_MAX] = {{"#0072B2", true},  {"#E69F00", false}, {"#009E73", false},
                        {"#CC79A7", false}, {"#56B4E9", false}, {"#D55E00", false},
                        {"#F0E442", false}, {"#5E3C58", true},  {"#999999", false}};

struct row {
  char *name, *total;
  const json_t *parts;
  double sum;
};

struct rows {
  uint32_t n;
  struct row list[ROWS_MAX];
};

static void add_row(struct rows *rows, const json_t *at, const char *name) {
  double latency = plot_number(at, "latency_s"), sum = 0;
  const json_t *list = json_object_get(at, "parts");
  for (size_t i = 0; i < json_array_size(list); i++) {
    double s = plot_number(json_array_get(list, i), "s");
    if (s > 0 && isfinite(s)) sum += s;
  }
  if (!(sum > 0) || rows->n == ROWS_MAX) return;
  rows->list[rows->n++] = (struct row){
      g_strdup(name), g_strdup(format_value(UNIT_SECONDS, isnan(latency) ? sum : latency).text),
      list, sum};
}

static char *name_of(double q) {
  if (isnan(q)) return g_strdup("mean");
  return g_strdup_printf("p%.8g", q * 100);
}

static struct rows read_rows(const json_t *blame) {
  struct rows rows = {0};
  const json_t *list = json_object_get(blame, "at");
  for (int mean = 1; mean >= 0; mean--) {
    for (size_t i = 0; i < json_array_size(list); i++) {
      const json_t *at = json_array_get(list, i);
      double q = plot_number(at, "q");
      if (isnan(q) != mean || q >= 1 || q <= 0) continue;
      char *name = name_of(q);
      add_row(&rows, at, name);
      g_free(name);
    }
  }
  if (json_object_get(blame, "failed") != NULL) {
    add_row(&rows, json_object_get(blame, "failed"), "failed");
  }
  return rows;
}

static void rows_free(struct rows *rows) {
  for (uint32_t i = 0; i < rows->n; i++) {
    g_free(rows->list[i].name);
    g_free(rows->list[i].total);
  }
}

/* The part that names the bar at a place, in the order of the bars; NULL: there are no more. */
static const struct part_def *bar_at(size_t place) {
  for (size_t i = 0; i < PARTS; i++) {
    if (part_defs[i].place == place) return &part_defs[i];
  }
  return NULL;
}

/* Of a part that another version knows, nothing is known here. */
static const struct part_def *part_of(const json_t *entry) {
  const char *name = plot_string(entry, "part");
  const struct part_def *def = name ? part_find(name) : NULL;
  return def ? def : &part_defs[PART_OTHER];
}

static bool has_part(const struct rows *rows, const struct part_def *part) {
  for (uint32_t i = 0; i < rows->n; i++) {
    for (size_t k = 0; k < json_array_size(rows->list[i].parts); k++) {
      const json_t *entry = json_array_get(rows->list[i].parts, k);
      if (part_of(entry) == part && plot_number(entry, "s") > 0) return true;
    }
  }
  return false;
}

/* Several parts share a bar: the names of those that are drawn. */
static char *bar_name(const struct rows *rows, size_t place) {
  GString *name = g_string_new(NULL);
  for (size_t i = 0; i < PARTS; i++) {
    if (part_defs[i].place != place || !has_part(rows, &part_defs[i])) continue;
    g_string_append_printf(name, "%s%s", name->len > 0 ? ", " : "", part_defs[i].name);
  }
  return g_string_free(name, FALSE);
}

/* --- components, the largest share in any row first ----------------------------------------- */

struct component {
  char *name;
  double largest;
};

static double sum_of(const struct row *row, const char *component) {
  double sum = 0;
  for (size_t i = 0; i < json_array_size(row->parts); i++) {
    const json_t *entry = json_array_get(row->parts, i);
    const char *name = plot_string(entry, "component");
    double s = plot_number(entry, "s");
    if (name != NULL && strcmp(name, component) == 0 && s > 0) sum += s;
  }
  return sum;
}

static int by_share(const void *a, const void *b) {
  const struct component *left = a, *right = b;
  if (left->largest != right->largest) return left->largest < right->largest ? 1 : -1;
  return strcmp(left->name, right->name);
}

static GArray *find_components(const struct rows *rows) {
  GArray *out = g_array_new(FALSE, TRUE, sizeof(struct component));
  json_t *seen = json_object();
  for (uint32_t i = 0; i < rows->n; i++) {
    for (size_t k = 0; k < json_array_size(rows->list[i].parts); k++) {
      const char *name = plot_string(json_array_get(rows->list[i].parts, k), "component");
      if (name != NULL) json_object_set_new(seen, name, json_true());
    }
  }
  GPtrArray *names = plot_keys(seen);
  for (guint i = 0; i < names->len; i++) {
    struct component c = {g_strdup(names->pdata[i]), 0};
    for (uint32_t k = 0; k < rows->n; k++) {
      c.largest = fmax(c.largest, sum_of(&rows->list[k], c.name) / rows->list[k].sum);
    }
    g_array_append_val(out, c);
  }
  g_array_sort(out, by_share);
  g_ptr_array_unref(names);
  json_decref(seen);
  return out;
}

/* --- writing -------------------------------------------------------------------------------- */

/* Bars stacked: the share of each of `n` in each row. */
static void write_shares(GString *data, const char *name, const struct rows *rows,
                         double share[ROWS_MAX][COLUMNS_MAX], const bool *shown, uint32_t n) {
  script_block(data, name);
  for (uint32_t k = 0; k < n; k++) {
    if (!shown[k]) continue;
    for (uint32_t i = 0; i < rows->n; i++) {
      double from = 0;
      for (uint32_t before = 0; before < k; before++) from += share[i][before];
      double row[3] = {i + 1, from, from + share[i][k]};
      if (share[i][k] > 0) script_row(data, row, 3);
    }
    script_gap(data, 3);
  }
  script_block_end(data);
}

#define KEY_COLUMNS 6u
#define KEY_WIDTH 700u /* px, of all columns */
#define KEY_TEXT 30u   /* characters of a name; longer ones are cut in the middle */

/* So many columns that no name runs into the next key. */
static uint32_t key_columns(const char *const *label, uint32_t n) {
  size_t longest = 1;
  for (uint32_t i = 0; i < n; i++) longest = MAX(longest, (size_t)g_utf8_strlen(label[i], -1));
  size_t step =
      30 + 7 * MIN(longest, KEY_TEXT); /* the coloured square and a gap; 7 px a character */
  return (uint32_t)MAX(1, MIN(KEY_WIDTH / step, KEY_COLUMNS));
}

static uint32_t key_rows(const char *const *label, uint32_t n) {
  uint32_t columns = key_columns(label, n);
  return (n + columns - 1) / columns;
}

static void write_legend(GString *data, const char *name, const char *const *label,
                         const char *const *color, const double *dark, uint32_t n) {
  uint32_t columns = key_columns(label, n);
  char *with[5] = {g_strconcat(name, "_color", NULL), g_strconcat(name, "_dark", NULL),
                   g_strconcat(name, "_rows", NULL), g_strconcat(name, "_columns", NULL),
                   g_strconcat(name, "_step", NULL)};
  script_texts(data, name, label, n, KEY_TEXT);
  script_texts(data, with[0], color, n, 8);
  script_numbers(data, with[1], dark, n);
  script_number(data, with[2], key_rows(label, n));
  script_number(data, with[3], columns);
  script_number(data, with[4], columns == KEY_COLUMNS ? 108 : KEY_WIDTH / columns);
  for (size_t i = 0; i < 5; i++) g_free(with[i]);
}

static uint32_t write_parts(GString *data, const struct rows *rows) {
  double share[ROWS_MAX][COLUMNS_MAX] = {0}, dark[PARTS];
  bool shown[COLUMNS_MAX] = {0};
  const char *color[PARTS];
  char *label[PARTS];
  uint32_t n = 0;
  for (uint32_t i = 0; i < rows->n; i++) {
    for (size_t k = 0; k < json_array_size(rows->list[i].parts); k++) {
      const json_t *entry = json_array_get(rows->list[i].parts, k);
      double s = plot_number(entry, "s");
      if (!(s > 0) || !isfinite(s)) continue;
      share[i][part_of(entry)->place] += s / rows->list[i].sum;
      shown[part_of(entry)->place] = true;
    }
  }
  size_t bars = 0;
  for (; bar_at(bars); bars++) {
    if (!shown[bars]) continue;
    label[n] = bar_name(rows, bars);
    color[n] = bar_at(bars)->color;
    dark[n++] = bar_at(bars)->dark;
  }
  write_shares(data, "part", rows, share, shown, bars);
  write_legend(data, "part", (const char *const *)label, color, dark, n);
  uint32_t lines = key_rows((const char *const *)label, n);
  for (uint32_t i = 0; i < n; i++) g_free(label[i]);
  return lines;
}

static uint32_t write_components(GString *data, const struct rows *rows, const GArray *components) {
  double share[ROWS_MAX][COLUMNS_MAX] = {0}, dark[SHARES_MAX];
  bool shown[COLUMNS_MAX] = {0};
  const char *label[SHARES_MAX], *color[SHARES_MAX];
  uint32_t n = MIN(components->len, SHARES_MAX);
  for (guint c = 0; c < components->len; c++) {
    const struct component *component = &g_array_index(components, struct component, c);
    uint32_t k = MIN(c, SHARES_MAX - 1);
    bool others = k == SHARES_MAX - 1 && components->len > SHARES_MAX;
    shown[k] = true;
    label[k] = others ? "others" : component->name;
    color[k] = shades[k].color;
    dark[k] = shades[k].dark;
    for (uint32_t i = 0; i < rows->n; i++) {
      share[i][k] += sum_of(&rows->list[i], component->name) / rows->list[i].sum;
    }
  }
  write_shares(data, "component", rows, share, shown, SHARES_MAX);
  write_legend(data, "component", label, color, dark, n);
  return key_rows(label, n);
}

static bool has_row(const struct rows *rows, const char *name) {
  for (uint32_t i = 0; i < rows->n; i++) {
    if (strcmp(rows->list[i].name, name) == 0) return true;
  }
  return false;
}

/* What each part is that is drawn, in the order of the bars. */
static char *parts_caption(const struct rows *rows) {
  GString *text = g_string_new(
      "Where the time of a typical request (p50) and of slow ones (p95, p99, p99.9) goes, and of "
      "all on average (mean).");
  const char *close = " ";
  for (size_t place = 0; bar_at(place); place++) {
    for (size_t i = 0; i < PARTS; i++) {
      if (part_defs[i].place != place || !has_part(rows, &part_defs[i])) continue;
      g_string_append_printf(text, "%s%s: %s", close, part_defs[i].name, part_defs[i].doc);
      close = "; ";
    }
  }
  g_string_append_c(text, '.');
  if (has_row(rows, "failed")) {
    g_string_append(text, " failed: the mean over requests that failed.");
  }
  return g_string_free(text, FALSE);
}

static void draw(struct plot_page *page, const json_t *blame, const char *client, bool alone,
                 const struct rows *rows) {
  const char *name[ROWS_MAX], *total[ROWS_MAX];
  GString *data = g_string_new(NULL);
  GArray *components = find_components(rows);
  for (uint32_t i = 0; i < rows->n; i++) {
    name[i] = rows->list[i].name;
    total[i] = rows->list[i].total;
  }
  script_texts(data, "row", name, rows->n, 12);
  script_texts(data, "total", total, rows->n, 14);
  uint32_t legend = write_parts(data, rows) + write_components(data, rows, components);
  struct plot_draft draft = {
      .kind = "breakdown",
      .subject = client,
      .alone = alone,
      .width = 800,
      .height = 88 + 44 + 20 + 20 * legend + 60 * rows->n,
      .title = g_strdup_printf("Where the time of %s goes", client),
      .note = g_strdup_printf(
          "shares of the latency; at the right the latency itself; %.0f of %.0f requests sampled",
          plot_number(blame, "sampled"), plot_number(blame, "of")),
      .caption = parts_caption(rows),
      .data = data};
  plot_add(page, &draft);
  for (guint i = 0; i < components->len; i++)
    g_free(g_array_index(components, struct component, i).name);
  g_array_unref(components);
}

void plot_breakdown(struct plot_page *page, const json_t *results) {
  const json_t *blame = json_object_get(results, "blame");
  GPtrArray *clients = plot_keys(blame);
  uint32_t drawn = 0;
  plot_keep_worst(results, clients);
  for (guint i = 0; i < clients->len; i++) {
    const json_t *of = json_object_get(blame, clients->pdata[i]);
    struct rows rows = read_rows(of);
    if (rows.n > 0) {
      draw(page, of, clients->pdata[i], clients->len == 1, &rows);
      drawn++;
    }
    rows_free(&rows);
  }
  if (drawn == 0) plot_skip(page, "breakdown", "the results do not say where time goes (no blame)");
  g_ptr_array_unref(clients);
}
