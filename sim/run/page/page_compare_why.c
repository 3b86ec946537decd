/* Why designs differ: what each says about itself, and where the time of their requests goes, side
 * by side. */
#include <math.h>
#include <string.h>

#include "html.h"
#include "page.h"
#include "results_tree.h"

#define PARTS_SHOWN 8 /* the largest of any design; the JSON has them all */
#define DESIGNS_SHOWN 26

/* --- what each says ------------------------------------------------------------------------- */

void page_designs_answers(const struct page *p, const json_t *designs) {
  const char **letters = tree_keys(designs);
  for (const char **l = letters; *l != NULL; l++) {
    const json_t *design = json_object_get(designs, *l);
    struct page of = *p;
    of.run = design;
    of.metrics = json_object_get(design, "metrics");
    if (json_object_get(design, "diagnosis") == NULL) continue;
    char *name = g_ascii_strup(*l, -1);
    char *heading = g_strdup_printf("%s, %s", name, tree_text(design, "title"));
    html_element(p->out, "h3", heading);
    g_string_append_c(p->out, '\n');
    page_answer(&of);
    page_findings(&of);
    g_free(heading);
    g_free(name);
  }
  g_free(letters);
}

/* --- where time goes ------------------------------------------------------------------------ */

struct column {
  const char *letter;
  const json_t *entry; /* the composition; NULL: the design has none */
};

struct line {
  const char *component, *part;
  double largest;
};

static const json_t *composition_of(const json_t *design, const char *client, double q) {
  const json_t *blame = json_object_get(json_object_get(design, "blame"), client);
  const json_t *at = json_object_get(blame, "at");
  for (size_t i = 0; i < json_array_size(at); i++) {
    const json_t *entry = json_array_get(at, i);
    double here = tree_number(entry, "q");
    if (here == q || (isnan(q) && isnan(here))) return entry;
  }
  return NULL;
}

static double seconds_of(const json_t *entry, const char *component, const char *part) {
  const json_t *parts = json_object_get(entry, "parts");
  for (size_t i = 0; i < json_array_size(parts); i++) {
    const json_t *here = json_array_get(parts, i);
    if (strcmp(tree_text(here, "component"), component) != 0) continue;
    if (strcmp(tree_text(here, "part"), part) == 0) return tree_number(here, "s");
  }
  return 0;
}

static int by_size(const void *left, const void *right) {
  const struct line *a = left, *b = right;
  if (a->largest != b->largest) return a->largest < b->largest ? 1 : -1;
  int order = strcmp(a->component, b->component);
  return order != 0 ? order : strcmp(a->part, b->part);
}

/* Every part of any design, the largest first. */
static GArray *lines_of(const struct column *column, uint32_t n) {
  GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
  for (uint32_t c = 0; c < n; c++) {
    const json_t *parts = json_object_get(column[c].entry, "parts");
    for (size_t i = 0; i < json_array_size(parts); i++) {
      const json_t *part = json_array_get(parts, i);
      struct line line = {tree_text(part, "component"), tree_text(part, "part"), 0};
      bool known = false;
      for (uint32_t before = 0; before < c && !known; before++) {
        known = seconds_of(column[before].entry, line.component, line.part) > 0;
      }
      for (uint32_t k = 0; k < n; k++) {
        line.largest = fmax(line.largest, seconds_of(column[k].entry, line.component, line.part));
      }
      if (!known && line.largest > 0) g_array_append_val(lines, line);
    }
  }
  if (lines->len > 0) qsort(lines->data, lines->len, sizeof(struct line), by_size);
  return lines;
}

static void times_row(const struct page *p, const char *label, const char *part,
                      const struct column *column, uint32_t n, const char *component) {
  g_string_append(p->out, component == NULL ? "<tr>" : "<tr class=\"part\">");
  html_element(p->out, "th", label);
  page_text_cell(p, part);
  for (uint32_t i = 0; i < n; i++) {
    double s = component == NULL ? tree_number(column[i].entry, "latency_s")
                                 : seconds_of(column[i].entry, component, part);
    page_number_cell(p, UNIT_SECONDS, column[i].entry != NULL ? s : NAN, NULL);
  }
  g_string_append(p->out, "</tr>\n");
}

static void times_table(const struct page *p, const char *client, const char *which,
                        const struct column *column, uint32_t n) {
  const char *head[DESIGNS_SHOWN + 3] = {"Component", "Part"};
  char *name[DESIGNS_SHOWN];
  char *caption = g_strdup_printf("%s, %s: time of a request in its parts", client, which);
  for (uint32_t i = 0; i < n; i++) {
    char *letter = g_ascii_strup(column[i].letter, -1);
    head[i + 2] = name[i] = g_strconcat(">", letter, NULL);
    g_free(letter);
  }
  GArray *lines = lines_of(column, n);
  html_open_table(p->out, caption, head);
  times_row(p, "all", "", column, n, NULL);
  for (guint i = 0; i < lines->len && i < PARTS_SHOWN; i++) {
    const struct line *line = &g_array_index(lines, struct line, i);
    times_row(p, line->component, line->part, column, n, line->component);
  }
  html_close_table(p->out);
  g_array_free(lines, TRUE);
  for (uint32_t i = 0; i < n; i++) g_free(name[i]);
  g_free(caption);
}

static void client_tables(const struct page *p, const json_t *designs, const char *client) {
  static const struct {
    double q;
    const char *words;
  } shown[] = {{NAN, "mean of all"}, {0.99, "at p99"}};
  const char **letters = tree_keys(designs);
  for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
    struct column column[DESIGNS_SHOWN];
    uint32_t n = 0;
    for (const char **l = letters; *l != NULL && n < DESIGNS_SHOWN; l++) {
      column[n++] =
          (struct column){*l, composition_of(json_object_get(designs, *l), client, shown[i].q)};
    }
    times_table(p, client, shown[i].words, column, n);
  }
  g_free(letters);
}

void page_designs_times(const struct page *p, const json_t *designs) {
  const char **letters = tree_keys(designs);
  json_t *clients = json_object();
  for (const char **l = letters; *l != NULL; l++) {
    const char **names = tree_keys(json_object_get(json_object_get(designs, *l), "blame"));
    for (const char **name = names; *name != NULL; name++) {
      json_object_set_new(clients, *name, json_true());
    }
    g_free(names);
  }
  const char **names = tree_keys(clients);
  if (*names != NULL) {
    html_open_section(p->out, "breakdown", "Where the time goes");
    for (const char **name = names; *name != NULL; name++) client_tables(p, designs, *name);
    html_close(p->out, "section");
  }
  g_free(names);
  json_decref(clients);
  g_free(letters);
}
